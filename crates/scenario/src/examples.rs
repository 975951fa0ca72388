//! Scenarios to start from. They are ordinary documents, in the `scenarios` folder; each tells its story in chapters.

use crate::Scenario;
use texts::{mark, t};

/// A scenario to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// As in its file's name.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// How much has to be known to follow it.
    pub level: Level,
    /// How long its story takes at default settings, in seconds.
    pub seconds: u16,
    /// The document.
    pub text: &'static str,
}

/// What an example is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Hosts, a hub, a switch, a connection.
    FirstSteps,
    /// Switches: VLANs, spanning tree, multicast.
    Ethernet,
    /// Addresses and packets of IPv4 and IPv6.
    Ip,
    /// Connections: windows, losses, queues.
    Tcp,
    /// Routers: routes, translation, filters.
    Routing,
    /// What hosts do for each other: addresses, names, pages.
    Services,
    /// Cables, routes and switches that fail.
    Trouble,
}

impl Group {
    /// All of them, in the order in which they are shown, each with its name in English.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::FirstSteps, mark!("First steps")),
        (Self::Ethernet, "Ethernet"),
        (Self::Ip, "IP"),
        (Self::Tcp, "TCP"),
        (Self::Routing, mark!("Routing")),
        (Self::Services, mark!("Services")),
        (Self::Trouble, mark!("When things go wrong")),
    ];
}

/// How much has to be known to follow an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Easy,
    /// What the first steps show.
    Medium,
    /// How TCP, or routing, works.
    Hard,
}

impl Level {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Easy => t!("easy"),
            Self::Medium => t!("medium"),
            Self::Hard => t!("hard"),
        }
    }
}

impl Example {
    /// The scenario.
    pub fn scenario(&self) -> Scenario {
        Scenario::parse(self.text).expect("examples have no faults; a test reads them all")
    }
}

macro_rules! examples {
    ($($name:literal $group:ident $level:ident $seconds:literal),* $(,)?) => {
        &[$(Example {
            name: $name,
            group: Group::$group,
            level: Level::$level,
            seconds: $seconds,
            text: include_str!(concat!("../../../scenarios/", $name, ".json")),
        }),*]
    };
}

/// All of them, the first to show first.
pub fn examples() -> &'static [Example] {
    // Behind the others, so that a build without services has the same ones under the same numbers.
    if cfg!(feature = "services") { ALL } else { &ALL[..ALL.len() - WITH_SERVICES] }
}

/// Those whose hosts offer services to each other, in the same order.
#[cfg(feature = "services")]
pub fn service_examples() -> &'static [Example] {
    &ALL[ALL.len() - WITH_SERVICES..]
}

/// The last examples that need services.
const WITH_SERVICES: usize = 6;

const ALL: &[Example] = examples![
    "two-hosts-and-a-switch" FirstSteps Easy 44,
    "hub-beside-switch" FirstSteps Easy 26,
    "slow-lossy-link" Tcp Medium 34,
    "dual-stack" Ip Easy 50,
    "connect" FirstSteps Easy 29,
    "iperf-self" Tcp Easy 27,
    "link-that-fails" Trouble Easy 51,
    "bad-weather" Trouble Medium 44,
    "bufferbloat" Tcp Hard 51,
    "vlans" Ethernet Medium 28,
    "spanning-tree" Ethernet Medium 32,
    "broadcast-storm" Trouble Easy 47,
    "multicast" Ethernet Medium 28,
    "three-networks" Routing Easy 29,
    "path-mtu" Ip Hard 54,
    "ipv6" Ip Medium 36,
    "rip" Routing Medium 45,
    "count-to-infinity" Trouble Hard 58,
    "home-network" Routing Medium 30,
    "firewall" Routing Medium 22,
    "dhcp" Services Easy 52,
    "web-page" Services Medium 62,
    "dns-root" Services Medium 50,
    "shop" Routing Medium 56,
    "rogue-dhcp" Trouble Medium 48,
    "lunch-break" Trouble Hard 35,
];
