//! The settings of a router and of its ports, as plain data. A reader of documents checks them against the bounds here; the router
//! ignores invalid ones.

use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use std::ops::RangeInclusive;
use wire::Duration;

/// A router's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Config {
    /// Static routes, up to [`ROUTES_MAX`].
    pub routes: Vec<StaticRoute>,
    /// RIP version 2 (RFC 2453) for IPv4 and RIPng (RFC 2080) for IPv6; `None`: neither.
    pub rip: Option<Rip>,
    /// Address translation for packets that leave through an [outside](Port::outside) port; `None`: none.
    pub nat: Option<Nat>,
    /// The filter for forwarded packets; `None`: all pass.
    pub filter: Option<Filter>,
    /// The settings of its services, as JSON without spaces; see the crate `scenario`, which knows the format. The router only keeps
    /// them for the owner, which gives it an [`Agent`](crate::agent::Agent).
    pub services: Option<Box<str>>,
}

/// The number of static routes of one router.
pub const ROUTES_MAX: usize = 1_024;
/// Rules of one filter.
pub const RULES_MAX: usize = 256;
/// Forwarded ports of one router.
pub const FORWARDS_MAX: usize = 256;
/// Addresses of one port, and of each VLAN on it.
pub const ADDRESSES_MAX: usize = 8;
/// VLANs on one port.
pub const VLANS_MAX: usize = 64;

/// A static route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StaticRoute {
    /// The prefix; of length 0: the default route.
    pub to: IpCidr,
    /// The next hop.
    pub via: IpAddress,
    /// The port whose network has the next hop. `None`: the port with the longest prefix around it, or, for a link-local next hop, the
    /// only one that speaks IPv6.
    pub port: Option<u32>,
    /// Of several routes to one prefix, the one with the smallest metric is used; 1 by default.
    pub metric: u8,
}

/// RIP's settings (RFC 2453, 3.8 and RFC 2080, 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rip {
    /// How routes are announced to the neighbor from which they were learned.
    pub split_horizon: SplitHorizon,
    /// Whether changes are announced at once (triggered updates).
    pub triggered: bool,
    /// The interval between full tables, with a jitter of a sixth to both sides. By default 30 s.
    pub update: Duration,
    /// A route becomes unreachable when it was not announced for this long. By default 180 s.
    pub timeout: Duration,
    /// How long a route is announced as unreachable before it is deleted. By default 120 s.
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

/// How routes are announced to the neighbor from which they were learned (RFC 2453, 3.4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SplitHorizon {
    /// Like any other route, so that routers count to infinity.
    Off,
    /// Not at all.
    Simple,
    /// As unreachable.
    PoisonedReverse,
}

/// Address and port translation (RFC 3022, RFC 4787, RFC 5382, RFC 5508).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Nat {
    /// Ports of the outside address that are forwarded to hosts inside.
    pub forwards: Vec<Forward>,
}

/// A forwarded port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Forward {
    /// TCP or UDP.
    pub transport: Transport,
    /// The port outside.
    pub port: u16,
    /// The host inside.
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

/// A stateful filter for forwarded packets: the first rule that matches decides; later packets of an allowed connection pass without
/// being matched again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    /// The rules, up to [`RULES_MAX`].
    pub rules: Vec<Rule>,
    /// The verdict if no rule matches.
    pub otherwise: Verdict,
}

/// One rule. A condition that is `None` matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// What happens to matching packets.
    pub verdict: Verdict,
    /// Received at this port.
    pub port: Option<u32>,
    /// The source is in this prefix.
    pub from: Option<IpCidr>,
    /// The destination is in this prefix.
    pub to: Option<IpCidr>,
    /// The protocol.
    pub protocol: Option<Protocol>,
    /// The destination port is one of these (TCP and UDP).
    pub to_ports: Option<RangeInclusive<u16>>,
}

/// The protocol of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP and ICMPv6.
    Icmp,
}

/// What happens to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It passes.
    Allow,
    /// It is dropped without an answer.
    Deny,
    /// It is dropped, and its sender gets an error (ICMP "administratively prohibited", TCP RST).
    Reject,
}

/// A port's settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Port {
    /// Switched on by its administrator.
    pub up: bool,
    /// Its MAC address; `None`: one derived from node and port.
    pub mac: Option<EthernetAddress>,
    /// Its addresses and networks, IPv4 and IPv6, for untagged frames.
    pub addresses: Vec<IpCidr>,
    /// The addresses for each VLAN whose tagged frames it accepts ("router on a stick"): the VLAN's number, 1 to 4094, and addresses.
    pub vlans: Vec<(u16, Vec<IpCidr>)>,
    /// The longest packet, in bytes.
    pub mtu: usize,
    /// It is on the outside of [`Config::nat`].
    pub outside: bool,
    /// It sends router advertisements with its IPv6 prefixes (RFC 4861, 6.2).
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
