//! The changes that a router reports, and the reasons for which it drops a packet.

use crate::config::Transport;
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, IpEndpoint};
use std::fmt;
use texts::t;
use wire::PortId;

/// A change in a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A route is in use from now on, or has changed.
    Route(Route),
    /// There is no route to a prefix any more.
    RouteGone {
        /// The prefix.
        to: IpCidr,
    },
    /// A neighbor's address was learned, by ARP (RFC 826) or NDP (RFC 4861).
    Neighbor {
        /// The port behind which it is.
        port: PortId,
        /// Its IP address.
        ip: IpAddress,
        /// Its MAC address.
        mac: EthernetAddress,
    },
    /// A neighbor was removed.
    NeighborGone {
        /// The port behind which it is.
        port: PortId,
        /// Its IP address.
        ip: IpAddress,
    },
    /// A mapping was added: an address and port inside are translated.
    Translation {
        /// Its number, counted over the router's life.
        entry: u32,
        /// The mapping.
        flow: Translation,
    },
    /// A mapping was removed.
    TranslationGone {
        /// Its number.
        entry: u32,
    },
    /// The filter allows a connection, in both directions.
    Connection {
        /// Its number, counted over the router's life.
        entry: u32,
        /// The flow of its first packet.
        flow: Flow,
        /// The index of the rule that allowed it; `None`: no rule matched.
        rule: Option<u32>,
    },
    /// A connection was removed.
    ConnectionGone {
        /// Its number.
        entry: u32,
    },
}

/// A route in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The prefix.
    pub to: IpCidr,
    /// The next hop; `None`: the destination itself is on that port's network.
    pub via: Option<IpAddress>,
    /// The outgoing port.
    pub port: PortId,
    /// The VLAN there, if its frames are tagged.
    pub vlan: Option<u16>,
    /// Hops; RIP's 16 is unreachable.
    pub metric: u8,
    /// Its source.
    pub source: Source,
}

/// The source of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A port's own network.
    Connected,
    /// Configured.
    Static,
    /// RIP or RIPng.
    Rip,
}

/// The addresses and ports of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow {
    /// The IP protocol's number.
    pub protocol: u8,
    /// The initiator; the port is the identifier of an ICMP query.
    pub from: IpEndpoint,
    /// The responder.
    pub to: IpEndpoint,
}

/// A mapping of the address translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// TCP, UDP; `None`: ICMP, whose identifiers stand in for ports.
    pub transport: Option<Transport>,
    /// The address and port inside.
    pub inside: IpEndpoint,
    /// The address and port outside.
    pub outside: IpEndpoint,
    /// The remote endpoint of the first session.
    pub remote: IpEndpoint,
}

/// Why a router drops a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The port is switched off.
    PortOff,
    /// The frame is for another station, or of a protocol or VLAN that is not configured. This is no fault.
    NotForUs,
    /// It is malformed, or its checksum is wrong.
    Malformed,
    /// Its time to live, or hop limit, reached zero.
    Expired,
    /// There is no route to the destination.
    NoRoute,
    /// The next hop does not answer ARP or NDP.
    NoNeighbor,
    /// Too many packets wait for the next hop's address.
    NeighborQueueFull,
    /// It is longer than the MTU of the port at which it came; or too long for the next link, and must not be fragmented.
    TooBig,
    /// The filter's rule with this index forbids it; `None`: no rule matched.
    Filtered(Option<u32>),
    /// It is for the router itself, which has no service for it, or its source or destination is never forwarded.
    Undeliverable,
    /// No more translations are possible.
    TranslationsFull,
    /// There is no translation for it.
    NoTranslation,
    /// It has an IPv6 option that the router does not know, and that says to drop it then (RFC 8200, 4.2).
    UnknownOption,
}

impl Refusal {
    /// A number for each reason, without its payload.
    pub const fn number(self) -> u64 {
        match self {
            Self::PortOff => 0,
            Self::NotForUs => 1,
            Self::Malformed => 2,
            Self::Expired => 3,
            Self::NoRoute => 4,
            Self::NoNeighbor => 5,
            Self::NeighborQueueFull => 6,
            Self::TooBig => 7,
            Self::Filtered(_) => 8,
            Self::Undeliverable => 9,
            Self::TranslationsFull => 10,
            Self::NoTranslation => 11,
            Self::UnknownOption => 12,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::PortOff => t!("the port is switched off"),
            Self::NotForUs => t!("it is for another station"),
            Self::Malformed => t!("it is malformed, or its checksum is wrong"),
            Self::Expired => t!("its time to live has expired"),
            Self::NoRoute => t!("no route leads there"),
            Self::NoNeighbor => t!("the next hop does not answer"),
            Self::NeighborQueueFull => t!("too many packets wait for the next hop's address"),
            Self::TooBig => {
                t!("it is longer than the MTU of the port, or of the next link and must not be fragmented")
            }
            Self::Filtered(Some(rule)) => {
                return f.write_str(&t!("rule {} of the filter forbids it", rule + 1));
            }
            Self::Filtered(None) => t!("no rule of the filter allows it"),
            Self::Undeliverable => t!("the router neither has a service for it nor forwards it"),
            Self::TranslationsFull => t!("no more translations are possible"),
            Self::NoTranslation => t!("there is no translation for it"),
            Self::UnknownOption => t!("it has an unknown option that says to drop it"),
        };
        f.write_str(text)
    }
}
