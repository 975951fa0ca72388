//! What changes in a router, and why it keeps a packet.

use crate::config::Transport;
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, IpEndpoint};
use std::fmt;
use wire::PortId;

/// Something changed in a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A route is in use, or has changed.
    Route(Route),
    /// None leads there any more.
    RouteGone {
        /// Where it led.
        to: IpCidr,
    },
    /// A neighbor's address was learned, by ARP (RFC 826) or NDP (RFC 4861).
    Neighbor {
        /// Behind this port.
        port: PortId,
        /// Its IP address.
        ip: IpAddress,
        /// Its Ethernet address.
        mac: EthernetAddress,
    },
    /// A neighbor was forgotten.
    NeighborGone {
        /// Behind this port.
        port: PortId,
        /// Its IP address.
        ip: IpAddress,
    },
    /// An address and port are translated from now on.
    Translation {
        /// Which entry: counted over the router's life.
        entry: u32,
        /// What is translated.
        flow: Translation,
    },
    /// No more.
    TranslationGone {
        /// Which entry.
        entry: u32,
    },
    /// The filter lets a connection pass, in both directions.
    Connection {
        /// Which: counted over the router's life.
        entry: u32,
        /// What passes.
        flow: Flow,
        /// The rule that let it, by its place in the filter; `None`: none fitted.
        rule: Option<u32>,
    },
    /// It is over.
    ConnectionGone {
        /// Which.
        entry: u32,
    },
}

/// A route in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Where it leads.
    pub to: IpCidr,
    /// The next hop; `None`: the destination itself is on that port's network.
    pub via: Option<IpAddress>,
    /// Through this port.
    pub port: PortId,
    /// The VLAN there, if its frames are tagged.
    pub vlan: Option<u16>,
    /// Hops; RIP's 16 is unreachable.
    pub metric: u8,
    /// Where it is from.
    pub source: Source,
}

/// Where a route is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A port's own network.
    Connected,
    /// Written down.
    Static,
    /// RIP or RIPng.
    Rip,
}

/// What a filter follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow {
    /// The IP protocol's number.
    pub protocol: u8,
    /// Who began; the port is an ICMP identifier where there are no ports.
    pub from: IpEndpoint,
    /// With whom.
    pub to: IpEndpoint,
}

/// What is translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// TCP, UDP; `None`: ICMP, whose identifiers stand in for ports.
    pub transport: Option<Transport>,
    /// The machine inside.
    pub inside: IpEndpoint,
    /// As it is seen outside.
    pub outside: IpEndpoint,
    /// With whom it began to talk.
    pub remote: IpEndpoint,
}

/// Why a router keeps a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The port is switched off.
    PortOff,
    /// The frame is for another station, or of a protocol or VLAN that the router does not speak. Nothing is wrong.
    NotForUs,
    /// It is malformed, or its checksum is wrong.
    Malformed,
    /// Its time to live, or hop limit, is over.
    Expired,
    /// No route leads there.
    NoRoute,
    /// Nobody answers for the next hop.
    NoNeighbor,
    /// Too many packets wait for the next hop's address.
    NeighborQueueFull,
    /// It is too long for the next link and must not be fragmented.
    TooBig,
    /// The filter's rule of this number does not let it pass; `None`: none fitted.
    Filtered(Option<u32>),
    /// It is for a port of the router itself where nobody listens, or for an address that is never forwarded.
    NobodyThere,
    /// No more translations are possible.
    TranslationsFull,
    /// From outside to an address inside, where no translation leads.
    NoTranslation,
}

impl Refusal {
    /// A number for each reason, whatever it carries.
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
            Self::NobodyThere => 9,
            Self::TranslationsFull => 10,
            Self::NoTranslation => 11,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::PortOff => "the port is switched off",
            Self::NotForUs => "it is for another station",
            Self::Malformed => "it is malformed, or its checksum is wrong",
            Self::Expired => "its time to live is over",
            Self::NoRoute => "no route leads there",
            Self::NoNeighbor => "nobody answers for the next hop",
            Self::NeighborQueueFull => "too many packets wait for the next hop's address",
            Self::TooBig => "it is too long for the next link and must not be fragmented",
            Self::Filtered(Some(rule)) => {
                return write!(f, "rule {} of the filter does not let it pass", rule + 1);
            }
            Self::Filtered(None) => "no rule of the filter lets it pass",
            Self::NobodyThere => "nobody listens there",
            Self::TranslationsFull => "no more translations are possible",
            Self::NoTranslation => "no translation leads inside",
        };
        f.write_str(text)
    }
}
