//! Chapters: how a document directs the eye of its reader. Each has a title, a sentence or two, and the moment at which it begins: a
//! time, or something that happens. Chapters change nothing in the network, so they are no part of its history.

use netlab::Instant;
use netlab::run::RunId;
use netlab::topology::{LinkId, NodeId};

/// A part of the story that a document tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Chapter {
    /// One line.
    pub title: String,
    /// What there is to see, in a sentence or two; may be empty.
    pub text: String,
    /// When it begins.
    pub moment: Moment,
    /// The nodes to look at; none: the whole network.
    pub look: Vec<NodeId>,
    /// How fast time passes until the next chapter.
    pub pace: Pace,
    /// It is what the scenario is about. Of several without this mark, that is the first.
    pub headline: bool,
}

/// When a chapter begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// At this time.
    At(Instant),
    /// When this happens for the first time at or after `after`.
    On {
        /// What happens.
        event: Event,
        /// Earlier occurrences do not count.
        after: Instant,
    },
}

/// Something that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A frame of this kind is sent by the node that makes it; if a node is given, by that node.
    Frame(FrameKind, Option<NodeId>),
    /// A frame is dropped by this node, or in a queue of this node, or on the cable after it.
    Drop(NodeId),
    /// The link loses its carrier: it is pulled, an outage begins, or a port is switched off.
    Down(LinkId),
    /// The link has its carrier again.
    Up(LinkId),
    /// The run begins.
    Begins(RunId),
    /// The run is over.
    Ends(RunId),
    /// A route in this router's table changes.
    Route(NodeId),
    /// The spanning tree changes at this switch: its root, or the role or state of a port.
    Tree(NodeId),
    /// This host gets an address from a router's advertisement.
    Address(NodeId),
}

/// How fast time passes in a chapter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Half as fast as usual: much happens at once.
    Slow,
    /// What is new slowly, what is known quickly.
    #[default]
    Normal,
    /// Four times as fast: what happens was seen before.
    Quick,
}

impl Pace {
    /// Each with its name in documents.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Slow, "slow"), (Self::Normal, "normal"), (Self::Quick, "quick")];

    /// Its name in documents.
    pub fn name(self) -> &'static str {
        named(&Self::ALL, self)
    }

    /// How many times as fast as usual.
    pub fn factor(self) -> f64 {
        match self {
            Self::Slow => 0.5,
            Self::Normal => 1.0,
            Self::Quick => 4.0,
        }
    }
}

macro_rules! frame_kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal,)*) => {
        /// What a frame is about, as far as a chapter can name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FrameKind {
            $($(#[$doc])* $kind,)*
        }

        impl FrameKind {
            /// Each with its name in documents.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$kind, $name),)*];
        }
    };
}

frame_kinds! {
    /// An ARP request: who has this address?
    ArpRequest "arp-request",
    /// An ARP reply.
    ArpReply "arp-reply",
    /// A neighbor solicitation (NDP).
    NeighborSolicitation "neighbor-solicitation",
    /// A neighbor advertisement (NDP).
    NeighborAdvertisement "neighbor-advertisement",
    /// A router solicitation (NDP).
    RouterSolicitation "router-solicitation",
    /// A router advertisement (NDP).
    RouterAdvertisement "router-advertisement",
    /// A ping.
    EchoRequest "echo-request",
    /// The answer to a ping.
    EchoReply "echo-reply",
    /// An ICMP error: no way there, or no program listens, or a filter rejects it.
    Unreachable "unreachable",
    /// An ICMP error: the packet is longer than the next link allows.
    TooBig "too-big",
    /// An ICMP error: the time to live is used up.
    TimeExceeded "time-exceeded",
    /// An ICMP redirect: another router is nearer.
    Redirect "redirect",
    /// A piece of a packet that was too long for a link.
    Fragment "fragment",
    /// A segment that opens a TCP connection.
    Syn "syn",
    /// The answer to it.
    SynAck "syn-ack",
    /// A TCP acknowledgment without data.
    Ack "ack",
    /// A TCP segment with data.
    Data "data",
    /// A TCP segment with data that was sent before.
    Retransmission "retransmission",
    /// A segment that closes its side of a TCP connection.
    Fin "fin",
    /// A segment that ends a TCP connection at once.
    Reset "reset",
    /// A UDP datagram.
    Datagram "datagram",
    /// A DNS message.
    Dns "dns",
    /// A DHCP message.
    Dhcp "dhcp",
    /// An HTTP request or answer.
    Http "http",
    /// Routes that a router sends to its neighbors (RIP).
    Rip "rip",
    /// A message of the spanning tree (BPDU).
    Bpdu "bpdu",
    /// A host joins or leaves a multicast group, or a switch or router asks for members (IGMP, MLD).
    Group "group",
    /// Anything else.
    Other "other",
}

impl FrameKind {
    /// Its name in documents.
    pub fn name(self) -> &'static str {
        named(Self::ALL, self)
    }
}

fn named<T: PartialEq>(all: &[(T, &'static str)], one: T) -> &'static str {
    all.iter().find(|(other, _)| *other == one).map_or("", |(_, name)| name)
}

impl Event {
    /// The nodes that it names.
    pub fn node(self) -> Option<NodeId> {
        match self {
            Self::Frame(_, node) => node,
            Self::Drop(node) | Self::Route(node) | Self::Tree(node) | Self::Address(node) => Some(node),
            Self::Down(_) | Self::Up(_) | Self::Begins(_) | Self::Ends(_) => None,
        }
    }
}
