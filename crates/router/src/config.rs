//! A router's settings, and those of its ports. Plain data; whoever reads them from outside checks them first (the bounds are
//! here), and the router ignores what makes no sense rather than fail.

use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use std::ops::RangeInclusive;
use wire::Duration;

/// A router's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Config {
    /// Routes that somebody wrote down, up to [`ROUTES_MAX`].
    pub routes: Vec<StaticRoute>,
    /// RIP version 2 (RFC 2453) for IPv4 and RIPng (RFC 2080) for IPv6; `None`: neither.
    pub rip: Option<Rip>,
    /// Address translation for what leaves through an [outside](Port::outside) port.
    pub nat: Option<Nat>,
    /// What may pass; `None`: everything.
    pub filter: Option<Filter>,
}

/// Routes that somebody may write down for one router.
pub const ROUTES_MAX: usize = 1_024;
/// Rules of one filter.
pub const RULES_MAX: usize = 256;
/// Forwarded ports of one router.
pub const FORWARDS_MAX: usize = 256;
/// Addresses of one port, and of each VLAN on it.
pub const ADDRESSES_MAX: usize = 8;
/// VLANs on one port.
pub const VLANS_MAX: usize = 64;

/// A route that somebody wrote down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StaticRoute {
    /// Where it leads; of length 0: everywhere.
    pub to: IpCidr,
    /// The next hop.
    pub via: IpAddress,
    /// Among routes to one prefix the least wins; 1 by default.
    pub metric: u8,
}

/// RIP's settings (RFC 2453, 3.8 and RFC 2080, 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rip {
    /// What a neighbor is told of the routes that came from it.
    pub split_horizon: SplitHorizon,
    /// Whether changes are told at once.
    pub triggered: bool,
    /// From one full table to the next; each is up to a sixth sooner or later. By default 30 s.
    pub update: Duration,
    /// A route that was not heard for this long is unreachable. By default 180 s.
    pub timeout: Duration,
    /// How long it is still told as unreachable before it is forgotten. By default 120 s.
    pub garbage: Duration,
}

impl Default for Rip {
    fn default() -> Self {
        Self {
            split_horizon: SplitHorizon::PoisonedReverse,
            triggered: true,
            update: Duration::from_secs(30),
            timeout: Duration::from_secs(180),
            garbage: Duration::from_secs(120),
        }
    }
}

/// What a neighbor is told of the routes that came from it (RFC 2453, 3.4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SplitHorizon {
    /// The same as everybody: routers count to infinity.
    Off,
    /// Nothing.
    Simple,
    /// That they are unreachable.
    PoisonedReverse,
}

/// Address and port translation (RFC 3022, RFC 4787, RFC 5382, RFC 5508).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Nat {
    /// Ports of the outside address that lead to machines inside.
    pub forwards: Vec<Forward>,
}

/// A forwarded port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Forward {
    /// TCP or UDP.
    pub transport: Transport,
    /// The port outside.
    pub port: u16,
    /// The machine inside.
    pub to: std::net::Ipv4Addr,
    /// Its port.
    pub to_port: u16,
}

/// TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
}

/// A stateful filter for what is forwarded: the first rule that fits decides; what belongs to a connection that was let pass
/// is not asked again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Up to [`RULES_MAX`].
    pub rules: Vec<Rule>,
    /// What happens where none fits.
    pub otherwise: Verdict,
}

/// One rule. What is `None` fits everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// What happens.
    pub verdict: Verdict,
    /// Came in at this port's cable.
    pub port: Option<u32>,
    /// From there.
    pub from: Option<IpCidr>,
    /// To there.
    pub to: Option<IpCidr>,
    /// Of this protocol.
    pub protocol: Option<Protocol>,
    /// To one of these ports (TCP and UDP).
    pub to_ports: Option<RangeInclusive<u16>>,
}

/// What a rule looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP and ICMPv6.
    Icmp,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It passes.
    Allow,
    /// It vanishes.
    Deny,
    /// It is refused: its sender is told (ICMP "administratively prohibited", TCP RST).
    Reject,
}

/// A port's settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Port {
    /// Switched on by its administrator.
    pub up: bool,
    /// Its Ethernet address, if somebody has chosen one.
    pub mac: Option<EthernetAddress>,
    /// Its addresses and networks, IPv4 and IPv6, for untagged frames.
    pub addresses: Vec<IpCidr>,
    /// Those of each VLAN whose tagged frames it takes ("router on a stick"): the VLAN's number, 1 to 4094, and addresses.
    pub vlans: Vec<(u16, Vec<IpCidr>)>,
    /// The longest packet, in bytes.
    pub mtu: usize,
    /// It leads to the outside of [`Config::nat`].
    pub outside: bool,
    /// It tells hosts of its IPv6 prefixes, and that it is a router (RFC 4861, 6.2).
    pub advertise: bool,
    /// It takes part in RIP, if the router does.
    pub rip: bool,
}

impl Default for Port {
    fn default() -> Self {
        Self {
            up: true,
            mac: None,
            addresses: Vec::new(),
            vlans: Vec::new(),
            mtu: 1_500,
            outside: false,
            advertise: true,
            rip: true,
        }
    }
}
