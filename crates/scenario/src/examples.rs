//! Scenarios to start from. They are ordinary documents, in the `scenarios` folder.

use crate::Scenario;

/// A scenario to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// As in its file's name.
    pub name: &'static str,
    /// The document.
    pub text: &'static str,
}

impl Example {
    /// The scenario.
    pub fn scenario(&self) -> Scenario {
        Scenario::parse(self.text).expect("examples have no faults; a test reads them all")
    }
}

macro_rules! examples {
    ($($name:literal),* $(,)?) => {
        &[$(Example { name: $name, text: include_str!(concat!("../../../scenarios/", $name, ".json")) }),*]
    };
}

/// All of them, the first to show first.
pub fn examples() -> &'static [Example] {
    examples![
        "two-hosts-and-a-switch",
        "hub-beside-switch",
        "slow-lossy-link",
        "dual-stack",
        "connect",
        "iperf-self",
        "link-that-fails",
        "bad-weather",
        "bufferbloat",
        "vlans",
        "spanning-tree",
        "broadcast-storm",
        "multicast",
        "three-networks",
        "path-mtu",
        "ipv6",
        "rip",
        "count-to-infinity",
        "home-network",
        "firewall",
    ]
}
