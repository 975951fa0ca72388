//! Goals: closed predicates on what has happened in a world and on its state. No code, and nothing of how a network is configured:
//! a goal is fulfilled when the network does what it says, however the learner got it to.

use crate::measure::{Measure, Range};
use dissect::filter::Filter;
use netlab::topology::NodeId;
use netlab::{Duration, Instant};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use std::rc::Rc;

/// A goal of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Its name. The sentence about it is the text `goal.` and this.
    pub id: String,
    /// It is not shown until it is fulfilled or failed.
    pub hidden: bool,
    /// What has to be so.
    pub predicate: Predicate,
}

/// Something that is so or not, in a world and what a learner has answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// All of these.
    All(Vec<Self>),
    /// Any of these.
    Any(Vec<Self>),
    /// Not this. It holds as long as the inner one does not, and fails for good with it.
    Not(Box<Self>),
    /// The first happens before the second.
    Before(Box<[Self; 2]>),
    /// One after the other: what happens before its turn does not count. Each within this time after the one before it. A step that is an
    /// [absence](Self::is_absence) has to last until the next one happens, behind the last one until the end or for this time.
    Then(Vec<Self>, Option<Duration>),
    /// By this moment.
    By(Box<Self>, Instant),
    /// The world has run to this moment.
    Ran(Instant),
    /// A question was answered rightly.
    Answered(usize),
    /// A prediction was right.
    Predicted(usize),
    /// Frames were seen.
    Frames(Box<Frames>),
    /// A run or a command did something.
    Run(Box<RunGoal>),
    /// A command did something.
    Command(Box<CommandGoal>),
    /// A node's table has rows.
    Table(Box<TableGoal>),
}

impl Predicate {
    /// The predicates in it.
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::Then(parts, _) => parts,
            Self::Before(both) => &both[..],
            Self::Not(inner) | Self::By(inner, _) => std::slice::from_ref(inner),
            Self::Ran(_)
            | Self::Answered(_)
            | Self::Predicted(_)
            | Self::Frames(_)
            | Self::Run(_)
            | Self::Command(_)
            | Self::Table(_) => &[],
        }
    }

    /// Whether it is so from the beginning, until something happens: that something does not. As a step of an order it lasts until the next one.
    pub fn is_absence(&self) -> bool {
        match self {
            Self::Not(inner) => !inner.is_absence(),
            Self::All(parts) => parts.iter().all(Self::is_absence),
            Self::Frames(frames) => frames.count.min == 0 && frames.first.is_none() && frames.last.is_none(),
            Self::Any(_)
            | Self::Before(_)
            | Self::Then(..)
            | Self::By(..)
            | Self::Ran(_)
            | Self::Answered(_)
            | Self::Predicted(_)
            | Self::Run(_)
            | Self::Command(_)
            | Self::Table(_) => false,
        }
    }
}

/// Frames that were seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Frames {
    /// Which frames.
    pub filter: Rc<Filter>,
    /// The filter as written.
    pub written: String,
    /// The sender on the cable in question, and the receiver. Without both, each frame counts once, where it was made.
    pub from: Option<NodeId>,
    /// As above.
    pub to: Option<NodeId>,
    /// What became of the frame on that cable.
    pub fate: Fate,
    /// How many there have to be.
    pub count: Range,
    /// What the first of them has to be like besides.
    pub first: Option<Rc<Filter>>,
    /// What the last one up to now has to be like besides.
    pub last: Option<Rc<Filter>>,
    /// Earlier ones do not count.
    pub after: Instant,
}

/// What became of a frame on a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was sent, whatever became of it.
    Sent,
    /// It arrived at the other end.
    Delivered,
    /// It was lost in the queue or on the cable.
    Lost,
    /// It arrived, and the receiving node dropped it.
    Dropped,
}

impl Fate {
    /// Each with its name.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Sent, "sent"),
        (Self::Delivered, "delivered"),
        (Self::Lost, "lost"),
        (Self::Dropped, "dropped"),
    ];
}

/// What a run did: started by the lesson or by the learner.
#[derive(Clone, Debug, PartialEq)]
pub struct RunGoal {
    /// Its number among the lesson's runs.
    pub number: Option<usize>,
    /// Its client.
    pub from: Option<NodeId>,
    /// Its target: a node or an address.
    pub to: Option<Party>,
    /// Its name in documents: `ping`, `iperf`.
    pub kind: Option<&'static str>,
    /// It has ended well, or badly.
    pub ok: Option<bool>,
    /// What was measured of it.
    pub measures: Vec<(Measure, Range)>,
    /// Of the runs that fit, only the one that began last counts.
    pub last: bool,
    /// Only what was measured in the last time of this length counts.
    pub recent: Option<Duration>,
}

/// What a command printed, and how it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandGoal {
    /// Where it was typed.
    pub on: Option<NodeId>,
    /// Words that the command line has, in this order.
    pub words: Vec<String>,
    /// Its exit status.
    pub exit: Option<Range>,
    /// Texts that its output contains.
    pub prints: Vec<String>,
    /// Texts that its output does not contain when it has ended.
    pub lacks: Vec<String>,
    /// Of the commands that fit, only the one that began last and has ended counts.
    pub last: bool,
    /// It began in the last time of this length.
    pub recent: Option<Duration>,
}

/// A node, or an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// A node, by any of its addresses.
    Node(NodeId),
    /// An address.
    Address(IpAddress),
}

/// The MAC address of a node, or one that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Station {
    /// A host, or any port of a router.
    Node(NodeId),
    /// An address.
    Address(EthernetAddress),
}

/// What a record of a name says.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// An address of this node, or this one.
    Party(Party),
    /// Something else, such as another name.
    Text(String),
}

/// Rows of a node's table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableGoal {
    /// The node.
    pub on: NodeId,
    /// Which rows.
    pub row: Row,
    /// How many there have to be.
    pub count: Range,
    /// At this moment; otherwise at any.
    pub at: Option<Instant>,
    /// It has to be so now: that it was so once is not enough.
    pub holds: bool,
}

/// Which rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A switch's MAC table.
    Mac {
        /// Whose address.
        of: Option<Station>,
        /// The neighbor to which the port leads.
        toward: Option<NodeId>,
        /// The VLAN.
        vlan: Option<u16>,
    },
    /// A host's or router's table of neighbors (ARP, NDP).
    Neighbor {
        /// The IP address.
        ip: Option<Party>,
        /// The MAC address.
        is: Option<Station>,
    },
    /// A router's table of routes.
    Route {
        /// The prefix.
        to: Option<IpCidr>,
        /// The next hop.
        via: Option<Party>,
        /// The neighbor to which the port leads.
        toward: Option<NodeId>,
        /// `connected`, `static` or `rip`.
        source: Option<router::event::Source>,
        /// Hops.
        metric: Range,
    },
    /// A router's address translations.
    Nat {
        /// The address inside.
        inside: Option<Party>,
        /// The address outside.
        outside: Option<Party>,
        /// The other end.
        remote: Option<Party>,
    },
    /// The addresses of a host that were leased, advertised, or given by a command.
    Address {
        /// The network that they are in.
        within: Option<IpCidr>,
    },
    /// A host's default routers that were leased, advertised, or given by a command.
    Gateway {
        /// The router.
        is: Option<Party>,
    },
    /// The ports of a switch with a spanning tree.
    Stp {
        /// The neighbor to which the port leads.
        toward: Option<NodeId>,
        /// The role.
        role: Option<bridge::event::Role>,
        /// The state.
        state: Option<bridge::event::State>,
    },
    /// The root of the spanning tree, as a switch sees it.
    Root {
        /// The switch that is the root.
        is: NodeId,
    },
    /// The addresses that a DHCP server has lent, as its frames say.
    Lease {
        /// The host that has it.
        to: Option<Station>,
        /// The network that the address is in.
        within: Option<IpCidr>,
    },
    /// The names that a host has learned, as the answers to it say.
    Name {
        /// The name.
        name: Option<String>,
        /// What the record says: an address, a node by any of its addresses, or another text.
        is: Option<Meaning>,
    },
    /// A host's sockets.
    Socket {
        /// The state, as in `ss`: `listen`, `established`; `udp` of a UDP socket.
        state: Option<&'static str>,
        /// The local port.
        port: Option<u16>,
        /// The other end.
        remote: Option<Party>,
    },
}

impl Row {
    /// Whether it is read off frames.
    pub fn is_of_services(&self) -> bool {
        match self {
            Self::Lease { .. } | Self::Name { .. } => true,
            Self::Mac { .. }
            | Self::Neighbor { .. }
            | Self::Route { .. }
            | Self::Nat { .. }
            | Self::Address { .. }
            | Self::Gateway { .. }
            | Self::Stp { .. }
            | Self::Root { .. }
            | Self::Socket { .. } => false,
        }
    }

    /// The name of the table in a lesson.
    pub fn table(&self) -> &'static str {
        match self {
            Self::Mac { .. } => "mac",
            Self::Neighbor { .. } => "neighbor",
            Self::Route { .. } => "route",
            Self::Nat { .. } => "nat",
            Self::Address { .. } => "address",
            Self::Gateway { .. } => "gateway",
            Self::Stp { .. } => "stp",
            Self::Root { .. } => "root",
            Self::Lease { .. } => "lease",
            Self::Name { .. } => "name",
            Self::Socket { .. } => "socket",
        }
    }
}
