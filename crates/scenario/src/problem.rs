//! A problem: what keeps a network from doing what was meant, with its kind and the nodes, link or run concerned.
//!
//! A [`Fault`] is for a reader; a problem adds what a program needs to show the place and to offer a fix. Everything that
//! `Scenario::check` finds is a problem. [`problems`](crate::problems) looks for more: what is allowed, because a lesson may
//! want it, but probably was not meant.

use crate::fault::{Fault, Step};
use netlab::topology::{LinkId, NodeId};
use smoltcp::wire::{IpAddress, IpCidr};

/// Something that will not work, or not as a learner expects.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Its kind.
    pub kind: Kind,
    /// Its level, its place in the document, and a sentence about it.
    pub fault: Fault,
    /// The nodes concerned: the one with the problem first, then the others.
    pub nodes: Vec<NodeId>,
    /// The link concerned.
    pub link: Option<LinkId>,
    /// The run concerned, by its number in `Scenario::runs`.
    pub run: Option<usize>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A host has no address.
    NoAddress,
    /// A node has no cable.
    NotConnected,
    /// A host has a cable, but there is no other host in its part of the network.
    Alone,
    /// Two machines on one LAN have one IP address.
    DuplicateAddress,
    /// Two machines on one LAN have one MAC address.
    DuplicateMac,
    /// The network's own address, its broadcast address, or another that no host can have.
    UnusableAddress,
    /// A gateway that is in none of its host's networks.
    GatewayOutside,
    /// A gateway whose address no node has.
    UnknownGateway,
    /// Two hosts on one LAN have networks of which one is a part of the other: only one of them sees the other as a neighbor.
    PrefixMismatch {
        /// The smaller network.
        narrow: IpCidr,
        /// The prefix length of the larger network.
        prefix_len: u8,
    },
    /// Two hosts on one LAN are in different networks, and nothing leads from one to the other.
    SeparateNetworks {
        /// The network with fewer hosts.
        odd: IpCidr,
        /// The network with more hosts.
        main: IpCidr,
    },
    /// Hubs and switches in a circle without a spanning tree: a broadcast goes round for ever.
    Loop,
    /// Two ports of one router have the same network.
    Overlap,
    /// A router has a cable at whose end it has no address.
    PortWithoutAddress,
    /// A host waits for a router to advertise a network, and none on its LAN does.
    NoAdvertiser,
    /// A host asks for an address, and no DHCP server can be reached.
    NoDhcpServer,
    /// Two DHCP servers answer on one LAN.
    TwoDhcpServers,
    /// A DHCP server lends addresses that are not in its network.
    PoolOutside,
    /// A DNS server that is to be asked has an address that no node has, or to which no route leads.
    NoDnsServer,
    /// A command goes to a name that no DNS server here knows.
    UnknownName,
    /// The network has services, and the program that is to run it has not.
    NoServices,
    /// The two ends of a cable do not have the same VLANs.
    VlanMismatch,
    /// A VLAN is missing in the list of a trunk's port, and so does not get from one of its hosts to another.
    TrunkList {
        /// The VLAN.
        vlan: u16,
    },
    /// A port is off.
    PortOff,
    /// Machines on one LAN, or a switch between them, have different MTUs.
    UnequalMtu {
        /// The usual MTU, in bytes.
        mtu: usize,
    },
    /// The ports of a router that translates addresses have the wrong side.
    SwappedNat {
        /// The cable that leads outside.
        outside: LinkId,
    },
    /// A network is farther from a router than RIP can count.
    TooFar,
    /// Nothing leads from one end of a run to the other.
    NoPath,
    /// A run goes to another network, and no gateway leads there.
    NoRoute,
    /// A router lacks a route that a run needs.
    MissingRoute {
        /// The network that it does not know.
        to: IpCidr,
        /// The next hop of a shortest path; `None`: no routers lead there.
        via: Option<IpAddress>,
    },
    /// A run goes to an address inside, from outside, and the router between them translates addresses.
    BehindNat,
    /// A router's filter drops what a run sends.
    Filtered,
    /// A run goes to a link-local address of another LAN.
    OtherLan,
    /// A run goes to an address that no node has.
    UnknownAddress,
    /// A value that is refused, by itself or as it stands here.
    Other,
}

impl Problem {
    pub(crate) fn new(kind: Kind, fault: Fault) -> Self {
        let mut problem = Self { kind, fault, nodes: Vec::new(), link: None, run: None };
        if let [Step::Field(list), Step::Index(number), ..] = problem.fault.place.steps() {
            let number = *number;
            match &list[..] {
                "nodes" => problem.nodes.push(NodeId(number as u32)),
                "links" => problem.link = Some(LinkId(number as u32)),
                "runs" => problem.run = Some(number),
                _ => {}
            }
        }
        problem
    }
}
