//! The names of the fields that each object of the document has. A test compares them with `docs/scenario.schema.json`.
//!
//! What several objects have, and what the readers look for by name, stands here once.

pub const DOCUMENT: &[&str] = &[
    "$schema",
    "packetarium",
    "title",
    "description",
    "seed",
    "nodes",
    "links",
    "runs",
    "changes",
    "chapters",
];

pub const NODE: &[&str] = &["id", "name", "kind", "at", "icon"];
pub const HOST: &[&str] =
    &joined::<13>(&[NODE, &["addresses", "gateway", "dns", "slaac", "mac", "mtu", "tcp", "services"]]);
pub const HUB: &[&str] = NODE;
const SWITCH_SETTINGS: &[&str] = &["mac", "ageing", "stp", "snooping"];
pub const SWITCH: &[&str] = &joined::<9>(&[NODE, SWITCH_SETTINGS]);
const ROUTER_SETTINGS: &[&str] = &["routes", "rip", "nat", "filter"];
pub const ROUTER: &[&str] = &joined::<10>(&[NODE, ROUTER_SETTINGS, &["services"]]);
/// The services of a host.
#[cfg(feature = "services")]
pub const SERVICES: &[&str] = &["dhcp", "dns", "http", "echo", "discard", "chargen", "daytime", "ntp"];
/// The services of a router.
#[cfg(feature = "services")]
pub const ROUTER_SERVICES: &[&str] = &["dhcp", "relay", "dns"];
#[cfg(feature = "services")]
pub const DHCP: &[&str] = &["pool", "network", "lease", "router", "dns", "domain", "reserve"];
#[cfg(feature = "services")]
pub const DNS: &[&str] = &["zone", "origin", "forward", "roots"];
/// The kinds of records that a name has, and at the end how long they may be kept.
#[cfg(feature = "services")]
pub const DNS_NAME: &[&str] = &["a", "aaaa", "cname", "mx", "txt", "ns", "ttl"];
#[cfg(feature = "services")]
pub const HTTP: &[&str] = &["pages", "port"];
#[cfg(feature = "services")]
pub const PAGE: &[&str] = &["moved"];

pub const TCP: &[&str] = &["congestion", "rx_buffer", "tx_buffer", "timeout", "time_wait"];
pub const STP: &[&str] = &["priority", "hello", "max_age", "forward_delay"];
pub const ROUTE: &[&str] = &["to", "via", "port", "metric"];
pub const RIP: &[&str] = &["split_horizon", "triggered", "update", "timeout", "garbage"];
pub const NAT: &[&str] = &["forwards"];
pub const FORWARD: &[&str] = &["tcp", "udp", "to", "port"];
pub const FILTER: &[&str] = &["rules", "otherwise"];
pub const RULE: &[&str] = &["allow", "deny", "reject", "from", "to", "ports", "in"];

const LINK_SETTINGS: &[&str] = &["preset", "delay", "rate", "queue", "impair"];
pub const LINK: &[&str] = &joined::<7>(&[&["ends"], LINK_SETTINGS, &["ports"]]);
pub const QUEUE: &[&str] = &["size", "red", "codel"];
pub const RED: &[&str] = &["min", "max", "probability", "weight"];
pub const CODEL: &[&str] = &["target", "interval"];
/// What a port has from the start: it does not change while the network runs.
pub const HOST_PORT: &[&str] = &["duplex"];
const SWITCH_PORT_SETTINGS: &[&str] = &["up", "mtu", "vlan", "trunk", "native", "edge", "cost", "priority"];
pub const SWITCH_PORT: &[&str] = &joined::<9>(&[HOST_PORT, SWITCH_PORT_SETTINGS]);
const ROUTER_PORT_ALONE: &[&str] = &["mac", "addresses", "vlans", "outside", "advertise", "rip"];
const ROUTER_PORT_SETTINGS: &[&str] = &joined::<8>(&[&["up", "mtu"], ROUTER_PORT_ALONE]);
pub const ROUTER_PORT: &[&str] = &joined::<9>(&[HOST_PORT, ROUTER_PORT_SETTINGS]);

/// What an entry of `impair` does: exactly one of these.
pub const IMPAIRMENTS: &[&str] = &[
    "loss",
    "frame_size",
    "trailing",
    "silence",
    "down",
    "outage",
    "burst",
    "every",
    "frame",
    "duplicate",
    "corrupt",
    "jitter",
    "reorder",
];
/// What else an entry of `impair` may have, and with which impairments.
pub const IMPAIRMENT_OPTIONS: [(&str, &[&str]); 5] = [
    ("max_size", &["loss"]),
    ("correlation", &["loss", "duplicate", "corrupt", "jitter", "reorder"]),
    ("distribution", &["jitter"]),
    ("overtakes", &["jitter"]),
    ("gap", &["reorder"]),
];
pub const IMPAIRMENT: &[&str] = &joined::<19>(&[IMPAIRMENTS, &firsts(&IMPAIRMENT_OPTIONS), &["from"]]);
pub const SILENCE: &[&str] = &["after", "for"];
pub const OUTAGE: &[&str] = &["at", "for", "every"];
pub const BURST: &[&str] = &["to_bad", "to_good", "loss", "good_loss"];

/// What a run is: exactly one of these.
pub const RUNS: &[&str] =
    &["ping", "echo", "iperf", "connect", "traceroute", "pathmtu", "multicast", "command"];
pub const RUN: &[&str] = &joined::<9>(&[&["at"], RUNS]);
pub const COMMAND: &[&str] = &["on", "line"];
/// The ends of a run that goes to one host or address.
const BETWEEN: &[&str] = &["from", "to", "ip"];
pub const PING: &[&str] =
    &joined::<9>(&[BETWEEN, &["count", "interval", "size", "timeout", "ttl", "fragment"]]);
pub const ECHO: &[&str] = &joined::<7>(&[BETWEEN, &["udp", "count", "text", "timeout"]]);
pub const IPERF: &[&str] = &joined::<12>(&[
    BETWEEN,
    &["bytes", "seconds", "interval", "udp", "rate", "datagram", "congestion", "rx_buffer", "tx_buffer"],
]);
pub const CONNECT: &[&str] = &joined::<5>(&[BETWEEN, &["port", "text"]]);
pub const TRACEROUTE: &[&str] = &joined::<7>(&[BETWEEN, &["icmp", "hops", "tries", "timeout"]]);
pub const PATHMTU: &[&str] = &joined::<4>(&[BETWEEN, &["timeout"]]);
pub const MULTICAST: &[&str] = &["from", "group", "receivers", "count", "interval", "text", "port"];

/// What changes: exactly one of these.
pub const CHANGES: &[&str] = &["link", "port", "node", "set", "clear", "cable", "stop", "type"];
pub const TYPED: &[&str] = &["run", "line", "end"];
pub const CHANGE: &[&str] = &joined::<9>(&[&["at"], CHANGES]);
/// Which cable a change is about.
const CABLE: &[&str] = &["ends", "which"];
pub const CHANGED_LINK: &[&str] = &joined::<7>(&[CABLE, LINK_SETTINGS]);
pub const CHANGED_PORT: &[&str] = &joined::<17>(&[CABLE, &["of"], SWITCH_PORT_SETTINGS, ROUTER_PORT_ALONE]);
pub const CHANGED_SWITCH_PORT: &[&str] = &joined::<11>(&[CABLE, &["of"], SWITCH_PORT_SETTINGS]);
pub const CHANGED_ROUTER_PORT: &[&str] = &joined::<11>(&[CABLE, &["of"], ROUTER_PORT_SETTINGS]);
pub const CHANGED_NODE: &[&str] =
    &joined::<11>(&[&["node"], SWITCH_SETTINGS, ROUTER_SETTINGS, HOST_SETTINGS]);
pub const CHANGED_SWITCH: &[&str] = &joined::<5>(&[&["node"], SWITCH_SETTINGS]);
pub const CHANGED_ROUTER: &[&str] = &joined::<6>(&[&["node"], ROUTER_SETTINGS, &["services"]]);
pub const CHANGED_HOST: &[&str] = &joined::<3>(&[&["node"], HOST_SETTINGS]);
/// The settings of a host that can change while it runs.
const HOST_SETTINGS: &[&str] = &["addresses", "services"];

pub const CHAPTER: &[&str] = &["title", "text", "at", "on", "look", "pace", "headline"];
/// What a chapter begins on: exactly one of these.
pub const EVENTS: &[&str] = &["frame", "drop", "down", "up", "begins", "ends", "route", "tree", "address"];
/// What else an event may have, and which events.
pub const EVENT_OPTIONS: [(&str, &[&str]); 2] = [("from", &["frame"]), ("which", &["down", "up"])];
pub const EVENT: &[&str] = &joined::<12>(&[EVENTS, &firsts(&EVENT_OPTIONS), &["after"]]);

/// Several lists of names as one. A wrong number of them does not compile.
const fn joined<const N: usize>(lists: &[&[&'static str]]) -> [&'static str; N] {
    let mut all = [""; N];
    let (mut count, mut list) = (0, 0);
    while list < lists.len() {
        let mut name = 0;
        while name < lists[list].len() {
            all[count] = lists[list][name];
            count += 1;
            name += 1;
        }
        list += 1;
    }
    assert!(count == N, "the number of names is another");
    all
}

const fn firsts<const N: usize>(pairs: &[(&'static str, &'static [&'static str]); N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut number = 0;
    while number < N {
        names[number] = pairs[number].0;
        number += 1;
    }
    names
}
