//! The first example, made without reading its document: what a first visitor sees moves before the code that reads documents is
//! there. A test keeps the two equal.

use crate::chapters::{Chapter, Event, FrameKind, Moment, Pace};
use crate::{Scenario, defaults};
use netlab::run::{Amount, Echo, Iperf, Ping, RunId, RunKind, RunSpec, Target};
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
            "Host a pings host b. First a has to ask all hosts for b's MAC address (ARP). The switch learns where each host is, and from then on c receives nothing of what a and b send each other."
                .into(),
        ),
        seed: 7,
        topology: Topology {
            nodes: vec![host("a", 1), switch, host("b", 2), host("c", 3)],
            links: vec![link(0, 1), link(1, 2), link(1, 3)],
        },
        commands: Vec::new(),
        ids: ["a", "s1", "b", "c"].map(String::from).into(),
        at: vec![Some((150.0, 280.0)), Some((450.0, 280.0)), Some((750.0, 280.0)), Some((450.0, 450.0))],
        icons: SortedMap::new(),
        runs: vec![
            run(0, 0, 2, RunKind::Ping(ping)),
            run(3_500, 2, 0, RunKind::Echo(echo)),
            run(5_000, 0, 2, RunKind::Iperf(iperf)),
        ],
        changes: Vec::new(),
        chapters: chapters(),
    }
}

/// Its story.
fn chapters() -> Vec<Chapter> {
    let chapter = |event, title: &str, text: &str, look: &[u32]| Chapter {
        title: title.into(),
        text: text.into(),
        moment: Moment::On { event, after: Instant::ZERO },
        look: look.iter().copied().map(NodeId).collect(),
        pace: Pace::Normal,
        headline: false,
    };
    let mut chapters = vec![
        chapter(
            Event::Frame(FrameKind::ArpRequest, None),
            "Who has 10.0.0.2?",
            "Host a knows b's IP address, but not its MAC address. So a asks all hosts: this is ARP. The switch sends the question out of every other port, so that c receives it, too.",
            &[0, 2, 3],
        ),
        chapter(
            Event::Frame(FrameKind::ArpReply, None),
            "Only b answers",
            "The answer goes straight back to a: from the question, the switch has learned behind which port a is. Host c receives nothing.",
            &[2, 0],
        ),
        chapter(
            Event::Frame(FrameKind::EchoRequest, None),
            "The ping",
            "Now a can send its ping to b. It travels over two cables: from a to the switch, and from the switch to b.",
            &[0, 2],
        ),
        chapter(
            Event::Frame(FrameKind::Syn, None),
            "A connection over TCP",
            "TCP opens a connection with three segments: SYN, SYN-ACK, ACK. Then b sends a short text, and a sends it back.",
            &[2, 0],
        ),
        chapter(
            Event::Begins(RunId(2)),
            "As much data as possible",
            "iperf sends 200 kB as fast as TCP allows. First a few segments, then more and more of them at the same time.",
            &[0, 2],
        ),
    ];
    chapters[0].headline = true;
    chapters
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_what_its_document_says() {
        assert_eq!(super::first(), crate::examples()[0].scenario());
    }
}
