//! The first example, made without reading its document: what a first visitor sees moves before the code that reads documents is
//! there. A test keeps the two equal.

use crate::{Scenario, defaults};
use netlab::run::{Amount, Echo, Iperf, Ping, RunKind, RunSpec, Target};
use netlab::topology::{HostConfig, Link, Node, NodeId, NodeKind, Topology};
use netlab::{Duration, Instant};
use smoltcp::wire::{IpCidr, Ipv4Address};
use wire::sorted::SortedMap;

/// The first of [`examples`](crate::examples()).
pub fn first() -> Scenario {
    let host = |name: &str, last: u8| {
        let address = IpCidr::new(Ipv4Address::new(10, 0, 0, last).into(), 24);
        let config = HostConfig {
            addresses: vec![address],
            ip_mtu: defaults::MTU,
            tcp: defaults::TCP,
            ..HostConfig::default()
        };
        Node { name: name.into(), kind: NodeKind::Host(config) }
    };
    let switch = Node { name: "s1".into(), kind: NodeKind::Switch(defaults::switch()) };
    let link = |a, b| Link::new([NodeId(a), NodeId(b)], [defaults::way(), defaults::way()]);
    let run = |ms, from, to, kind| {
        let spec = RunSpec { from: NodeId(from), to: Target::Node(NodeId(to), None), kind };
        (Instant::ZERO + Duration::from_millis(ms), spec)
    };
    let ping = Ping {
        count: 3,
        interval: defaults::INTERVAL,
        payload_bytes: defaults::PING_SIZE,
        timeout: defaults::TIMEOUT,
        ttl: None,
        fragments: false,
    };
    let echo = Echo {
        transport: defaults::ECHO_TRANSPORT,
        count: defaults::ECHO_COUNT,
        text: defaults::ECHO_TEXT.into(),
        timeout: defaults::TIMEOUT,
    };
    let iperf = Iperf { amount: Amount::Bytes(200_000), interval: defaults::INTERVAL, ..Iperf::default() };
    Scenario {
        title: "Two hosts and a switch".into(),
        description: Some(
            "Before its first ping, a must ask everybody who has 10.0.0.2 (ARP). Watch the switch: it floods that question, \
             learns where each host is, and from then on sends frames only where they belong. A short TCP echo and a small \
             iperf follow."
                .into(),
        ),
        seed: 7,
        topology: Topology {
            nodes: vec![host("a", 1), switch, host("b", 2)],
            links: vec![link(0, 1), link(1, 2)],
        },
        ids: ["a", "s1", "b"].map(String::from).into(),
        at: vec![Some((150.0, 280.0)), Some((450.0, 280.0)), Some((750.0, 280.0))],
        commands: Vec::new(),
        icons: SortedMap::new(),
        runs: vec![
            run(0, 0, 2, RunKind::Ping(ping)),
            run(3_500, 2, 0, RunKind::Echo(echo)),
            run(5_000, 0, 2, RunKind::Iperf(iperf)),
        ],
        changes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_what_its_document_says() {
        assert_eq!(super::first(), crate::examples()[0].scenario());
    }
}
