//! Small networks for the tests of the lab.

use netlab::topology::{
    HostConfig, Link, Node, NodeId, NodeKind, Port, RouterConfig, SwitchConfig, Topology, Way,
};
use netlab::{BitsPerSec, Duration};
use scenario::Scenario;
use smoltcp::wire::{IpAddress, IpCidr};
use wire::line::{LineConfig, Queue};

/// Hosts 10.0.0.1, 10.0.0.2, … around one switch (the first node), all links alike.
pub fn star(hosts: u8, delay: Duration, rate_bps: u64) -> Topology {
    let line = LineConfig { rate: BitsPerSec::new(rate_bps), delay, queue: Queue::bytes(64 * 1024) };
    let way = Way { line, impairments: Vec::new() };
    let switch = Node { name: "s1".into(), kind: NodeKind::Switch(SwitchConfig::default()) };
    let host = |number: u8| Node {
        name: format!("h{number}"),
        kind: NodeKind::Host(HostConfig {
            addresses: vec![IpCidr::new(IpAddress::v4(10, 0, 0, number), 24)],
            ..HostConfig::default()
        }),
    };
    let link = |number: u8| Link::new([NodeId(0), NodeId(u32::from(number))], [way.clone(), way.clone()]);
    Topology {
        nodes: std::iter::once(switch).chain((1..=hosts).map(host)).collect(),
        links: (1..=hosts).map(link).collect(),
    }
}

/// Two networks with a router `r` (the second node) between `a` (10.0.1.1) and `b` (10.0.2.1).
pub fn routed() -> Topology {
    let mut topology = star(2, Duration::from_millis(1), 100_000_000);
    let host = |name: &str, net: u8| Node {
        name: name.into(),
        kind: NodeKind::Host(HostConfig {
            addresses: vec![IpCidr::new(IpAddress::v4(10, 0, net, 1), 24)],
            gateways: vec![IpAddress::v4(10, 0, net, 254)],
            ..HostConfig::default()
        }),
    };
    let router = Node { name: "r".into(), kind: NodeKind::Router(RouterConfig::default()) };
    topology.nodes = vec![host("a", 1), router, host("b", 2)];
    for (link, (ends, net)) in topology.links.iter_mut().zip([([0, 1], 1), ([2, 1], 2)]) {
        link.ends = ends.map(NodeId);
        link.ports[1] = Port::Router(router::Port {
            addresses: vec![IpCidr::new(IpAddress::v4(10, 0, net, 254), 24)],
            ..router::Port::default()
        });
    }
    topology
}

/// Documents of the tests, which stay as they are whatever becomes of the examples.
const DOCUMENTS: [(&str, &str); 8] = [
    ("two-hosts-and-a-switch", include_str!("samples/two-hosts-and-a-switch.json")),
    ("hub-beside-switch", include_str!("samples/hub-beside-switch.json")),
    ("slow-lossy-link", include_str!("samples/slow-lossy-link.json")),
    ("dual-stack", include_str!("samples/dual-stack.json")),
    ("connect", include_str!("samples/connect.json")),
    ("iperf-self", include_str!("samples/iperf-self.json")),
    ("spanning-tree", include_str!("samples/spanning-tree.json")),
    ("broadcast-storm", include_str!("samples/broadcast-storm.json")),
];

/// The document of this name.
pub fn document(name: &str) -> Scenario {
    let (_, text) = DOCUMENTS.iter().find(|(known, _)| *known == name).expect("there is such a document");
    Scenario::parse(text).expect("it has no faults")
}

/// The document of this number.
pub fn numbered(number: usize) -> Scenario {
    document(DOCUMENTS[number].0)
}
