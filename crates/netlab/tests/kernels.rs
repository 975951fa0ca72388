//! Hosts behave as those with a kernel do: what was tried against Linux, with the right values.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use netlab::history::{HostEvent, HostRefusal, NodeEvent, Refusal, SocketState, Transit};
use netlab::run::*;
use netlab::topology::*;
use netlab::world::Command;
use netlab::{Duration, Instant, Ratio, World};
use smoltcp::socket::tcp;
use smoltcp::wire::{IpAddress, IpCidr};
use wire::header::{Ethernet, Ip};
use wire::impair::Impairment;

fn ip(text: &str) -> IpAddress {
    text.parse().unwrap()
}

fn cidrs(all: &[&str]) -> Vec<IpCidr> {
    all.iter().map(|cidr| cidr.parse().unwrap()).collect()
}

fn host_with(name: &str, addresses: &[&str], gateway: Option<&str>) -> Node {
    let gateways = gateway.map(ip).into_iter().collect();
    let config = HostConfig { addresses: cidrs(addresses), gateways, ..HostConfig::default() };
    Node { name: name.into(), kind: NodeKind::Host(config) }
}

fn router(name: &str) -> Node {
    Node { name: name.into(), kind: NodeKind::Router(RouterConfig::default()) }
}

/// A cable from a node to a router, whose port has these addresses.
fn to_router(node: u32, router: u32, addresses: &[&str], mtu: usize) -> Link {
    let mut link = cable(node, router);
    let port = router::Port { addresses: cidrs(addresses), mtu, ..router::Port::default() };
    link.ports[1] = Port::Router(port);
    link
}

fn config(topology: &mut Topology, host: u32) -> &mut HostConfig {
    match &mut topology.nodes[host as usize].kind {
        NodeKind::Host(config) => config,
        other => panic!("{other:?}"),
    }
}

fn ping_to(world: &mut World, from: u32, to: &str, ping: Ping) -> RunId {
    let spec = RunSpec { from: NodeId(from), to: Target::Address(ip(to)), kind: RunKind::Ping(ping) };
    world.apply(Command::Start(spec)).unwrap().1.unwrap()
}

fn events(world: &World, node: u32) -> Vec<HostEvent> {
    let host = |entry: &netlab::history::NodeEntry| match &entry.event {
        NodeEvent::Host(event) => Some(event.clone()),
        _ => None,
    };
    world.history().node(NodeId(node)).iter().filter_map(host).collect()
}

fn packet(transit: &Transit) -> Option<Ip<'_>> {
    Ethernet::read(&transit.frame)?.ip()
}

/// What a node sent into its first cable.
fn sent_by(world: &World, node: u32) -> impl Iterator<Item = &Transit> {
    let sender = move |transit: &&Transit| world.topology().sender(transit.direction) == NodeId(node);
    world.history().transits().filter(sender)
}

fn seconds(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

#[test]
fn hosts_with_different_masks_on_one_lan_reach_each_other_as_on_linux() {
    let nodes = vec![
        host_with("narrow", &["10.0.0.10/24"], Some("10.0.0.1")),
        host_with("wide", &["10.0.1.20/16"], Some("10.0.0.1")),
        switch(),
        router("gateway"),
    ];
    let links = vec![cable(0, 2), cable(1, 2), to_router(2, 3, &["10.0.0.1/16"], 1_500)];
    let mut world = world(Topology { nodes, links });
    let there = ping_to(&mut world, 0, "10.0.1.20", Ping { count: 2, ..Ping::default() });
    finish(&mut world);
    let back = ping_to(&mut world, 1, "10.0.0.10", Ping { count: 2, ..Ping::default() });
    finish(&mut world);
    for run in [there, back] {
        let (outcome, totals) = result(&world, run);
        assert_eq!((outcome, totals.sent, totals.received), (Outcome::Succeeded, 2, 2));
    }
    let known = world.history().node_at(A, world.now()).neighbors;
    assert!(
        known.iter().any(|(known, ..)| *known == ip("10.0.1.20")),
        "the table has what ARP said: {known:?}"
    );
}

#[test]
fn a_ping_to_the_broadcast_address_counts_every_replier() {
    for (version, to) in [(4, "10.0.0.255"), (4, "224.0.0.1"), (6, "ff02::1")] {
        let mut world = world(star(4, switch()));
        let run = ping_to(&mut world, 0, to, Ping { count: 2, ..Ping::default() });
        finish(&mut world);
        let (outcome, totals) = result(&world, run);
        let counted = (totals.sent, totals.received, totals.duplicates);
        assert_eq!((outcome, counted), (Outcome::Succeeded, (2, 2, 4)), "{version} {to}");
        let repeated = world.history().run(run).entries.iter().filter_map(|entry| match entry.event {
            RunEvent::Duplicate { number, from, .. } => Some((number, from)),
            _ => None,
        });
        let repeated: Vec<_> = repeated.collect();
        assert_eq!(repeated.iter().filter(|(number, _)| *number == 0).count(), 2);
        assert!(repeated.iter().all(|(_, from)| !from.is_multicast()));
    }
}

#[test]
fn replies_that_a_cable_doubles_are_duplicates() {
    let mut topology = silent(pair(&[]));
    topology.links[0].ways[1].impairments =
        vec![Impairment::Duplicate { probability: Ratio::percent(100), correlation: Ratio::percent(0) }];
    let (_, outcome, totals) = run(topology, RunKind::Ping(Ping { count: 3, ..Ping::default() }));
    assert_eq!(outcome, Outcome::Succeeded);
    // The last duplicate comes when the program has ended, as with ping.
    assert_eq!((totals.sent, totals.received, totals.duplicates), (3, 3, 2));
}

#[test]
fn pings_of_any_legal_size_are_sent_whole_in_both_directions() {
    for (version, header) in [(IpVersion::V4, 20), (IpVersion::V6, 48)] {
        let mut topology = pair(&[]);
        for way in &mut topology.links[0].ways {
            way.line.queue = wire::line::Queue::bytes(1 << 20);
        }
        let mut world = world(topology);
        for payload_bytes in [0, 1, 1_472, 1_473, 16_357, 20_000, 65_507] {
            let ping = Ping { payload_bytes, count: 1, fragments: true, ..Ping::default() };
            let to = Target::Node(B, Some(version));
            let spec = RunSpec { from: A, to, kind: RunKind::Ping(ping) };
            let from = world.now();
            let run = world.apply(Command::Start(spec)).unwrap().1.unwrap();
            finish(&mut world);
            let (outcome, totals) = result(&world, run);
            assert_eq!((outcome, totals.bytes), (Outcome::Succeeded, payload_bytes as u64), "{version:?}");
            let room = (1_500 - header) & !7;
            let fragments = if payload_bytes + 8 > 1_500 - header.min(40) {
                (payload_bytes + 8).div_ceil(room)
            } else {
                1
            };
            let protocol = |transit: &Transit| packet(transit).map(|ip| u8::from(ip.protocol));
            for node in [0, 1] {
                let pings = sent_by(&world, node).filter(|transit| transit.queued > from);
                let pings = pings.filter(|transit| matches!(protocol(transit), Some(1 | 58)));
                let long = pings.filter(|transit| packet(transit).is_some_and(|ip| ip.fragment.is_some()));
                assert_eq!(long.count(), if fragments > 1 { fragments } else { 0 }, "{payload_bytes}");
            }
        }
    }
}

#[test]
fn a_ping_that_is_too_long_and_must_not_be_fragmented_is_refused_with_a_reason() {
    let ping = Ping { payload_bytes: 20_000, count: 2, ..Ping::default() };
    let (world, outcome, totals) = run(silent(pair(&[])), RunKind::Ping(ping));
    assert_eq!(outcome, Outcome::Failed(Failure::Unreachable(IcmpError::TooBig(1_500))));
    assert_eq!((totals.sent, world.history().transits().count()), (0, 0));
}

#[test]
fn a_frame_above_the_receiver_s_mtu_is_dropped_and_counted_there() {
    let mut topology = silent(pair(&[]));
    config(&mut topology, 0).ip_mtu = 9_000;
    let ping = Ping { payload_bytes: 8_000, count: 2, ..Ping::default() };
    let (world, outcome, totals) = run(topology, RunKind::Ping(ping));
    assert_eq!((outcome, totals.sent), (Outcome::Failed(Failure::NoAnswer), 2));
    let refused = world.history().refused(B);
    assert_eq!(refused.get(&Refusal::Host(HostRefusal::TooBig)), Some(&2));
}

#[test]
fn datagrams_for_a_full_socket_are_dropped_and_named() {
    // All that waits for the answer to ARP arrives in one moment: more than the socket holds.
    let mut topology = silent(pair(&[]));
    for way in &mut topology.links[0].ways {
        way.line.rate = None;
    }
    let rate = netlab::BitsPerSec::new(1_000_000_000).unwrap();
    let transport = IperfTransport::Udp { rate, datagram_bytes: 100 };
    let iperf = Iperf { transport, amount: Amount::Bytes(10_000), ..Iperf::default() };
    let (world, _, totals) = run(topology, RunKind::Iperf(iperf));
    assert_eq!((totals.sent, totals.received), (100, 64));
    assert_eq!(world.history().refused(B).get(&Refusal::Host(HostRefusal::SocketFull)), Some(&36));
}

#[test]
fn a_connection_over_a_cable_that_doubles_every_frame_succeeds() {
    let mut topology = silent(star(3, switch()));
    let mut world = world(topology.clone());
    topology.links[1].ways[0].impairments =
        vec![Impairment::Duplicate { probability: Ratio::percent(100), correlation: Ratio::percent(0) }];
    let iperf = |bytes| RunKind::Iperf(Iperf { amount: Amount::Bytes(bytes), ..Iperf::default() });
    // Another transfer keeps the server, so that sockets of the first connection leave their places.
    let long = Iperf { amount: Amount::Time(Duration::from_secs(4)), ..Iperf::default() };
    start(&mut world, NodeId(2), A, RunKind::Iperf(long));
    world.run_until(seconds(1), || true);
    start(&mut world, B, A, iperf(10_000));
    world.run_until(seconds(2), || true);
    world.apply(Command::SetLink(LinkId(1), topology.links[1].ways.clone())).unwrap();
    let run = start(&mut world, B, A, iperf(100_000));
    finish(&mut world);
    let (outcome, totals) = result(&world, run);
    assert_eq!((outcome, totals.bytes), (Outcome::Succeeded, 100_000));
}

/// The states of a host's TCP sockets, and when they were entered.
fn tcp_states(world: &World, node: u32) -> Vec<(tcp::State, Instant)> {
    let state = |entry: &netlab::history::NodeEntry| match entry.event {
        NodeEvent::Host(HostEvent::Socket { state: SocketState::Tcp { state, .. }, .. }) => {
            Some((state, entry.at))
        }
        _ => None,
    };
    world.history().node(NodeId(node)).iter().filter_map(state).collect()
}

#[test]
fn in_time_wait_a_repeated_fin_is_acknowledged_and_the_socket_stays_for_a_minute() {
    let mut topology = silent(pair(&[]));
    // ARP, SYN, ACK, data, FIN, and as the sixth the ACK of the other side's FIN.
    let last_ack = Impairment::LossOfFrame(6);
    topology.links[0].ways[0].impairments = vec![last_ack];
    let mut world = world(topology);
    let run = start(&mut world, A, B, RunKind::Connect(Connect::default()));
    finish(&mut world);
    assert_eq!(result(&world, run).0, Outcome::Succeeded);
    world.run_until(seconds(70), || true);
    let resets = world.history().transits().filter(|transit| {
        packet(transit)
            .is_some_and(|ip| ip.protocol == smoltcp::wire::IpProtocol::Tcp && ip.payload()[13] & 4 != 0)
    });
    assert_eq!(resets.count(), 0);
    let server = tcp_states(&world, 1);
    assert!(server.iter().any(|(state, _)| *state == tcp::State::LastAck));
    let waits =
        tcp_states(&world, 0).into_iter().find(|(state, _)| *state == tcp::State::TimeWait).unwrap().1;
    let gone = world
        .history()
        .node(A)
        .iter()
        .find(|entry| matches!(entry.event, NodeEvent::Host(HostEvent::SocketGone { .. })));
    let lasted = gone.unwrap().at - waits;
    assert!((Duration::from_secs(60)..Duration::from_secs(62)).contains(&lasted), "{lasted}");
}

#[test]
fn after_packet_too_big_segments_are_sent_again_at_once() {
    let nodes = vec![
        host_with("a", &["10.0.1.1/24"], Some("10.0.1.254")),
        router("r1"),
        router("r2"),
        host_with("b", &["10.0.3.1/24"], Some("10.0.3.254")),
    ];
    let mut middle = cable(1, 2);
    let port = |address: &str| {
        Port::Router(router::Port { addresses: cidrs(&[address]), mtu: 1_000, ..router::Port::default() })
    };
    middle.ports = [port("10.0.2.1/24"), port("10.0.2.2/24")];
    let links =
        vec![to_router(0, 1, &["10.0.1.254/24"], 1_500), middle, to_router(3, 2, &["10.0.3.254/24"], 1_500)];
    let mut topology = Topology { nodes, links };
    let route = |to: &str, via: &str| router::config::StaticRoute {
        to: to.parse().unwrap(),
        via: ip(via),
        metric: 1,
        port: None,
    };
    for (node, route) in [(1, route("10.0.3.0/24", "10.0.2.2")), (2, route("10.0.1.0/24", "10.0.2.1"))] {
        let config = RouterConfig { routes: vec![route], ..RouterConfig::default() };
        topology.nodes[node].kind = NodeKind::Router(config);
    }
    let mut world = world(topology);
    let iperf = Iperf { amount: Amount::Bytes(20_000), ..Iperf::default() };
    let run = start(&mut world, A, NodeId(3), RunKind::Iperf(iperf));
    finish(&mut world);
    let (outcome, totals) = result(&world, run);
    assert_eq!((outcome, totals.bytes), (Outcome::Succeeded, 20_000));
    assert!(
        totals.transfer_time < Duration::from_millis(500),
        "no timer had to run out: {}",
        totals.transfer_time
    );
    assert!(totals.retransmits > 0);
}

#[test]
fn of_two_hosts_with_one_ipv6_address_one_gives_it_up() {
    let nodes =
        vec![host_with("one", &["fd00::7/64"], None), host_with("two", &["fd00::7/64"], None), switch()];
    let mut world = world(Topology { nodes, links: vec![cable(0, 2), cable(1, 2)] });
    world.run_until(seconds(5), || true);
    let gave_up = |node| {
        events(&world, node).iter().any(
            |event| matches!(event, HostEvent::DuplicateAddress { address, .. } if *address == ip("fd00::7")),
        )
    };
    assert_ne!(gave_up(0), gave_up(1), "the one that asked later");
    let loser = if gave_up(0) { A } else { B };
    assert_eq!(world.history().node_at(loser, world.now()).duplicates.len(), 1);
}

#[test]
fn every_ipv6_host_reports_its_groups_and_then_tests_its_addresses() {
    let mut world = world(star(2, switch()));
    world.run_until(seconds(3), || true);
    let kinds: Vec<_> =
        sent_by(&world, 0).filter_map(|transit| packet(transit)?.icmp().map(|icmp| icmp.kind)).collect();
    assert_eq!(kinds, [143, 135, 135], "one report of both groups, and a question for each address");
    assert!(events(&world, 0).is_empty(), "nothing came back");
}

/// A host and two routers on one LAN; the way to the far network leads through the second, the host's gateway is the first.
fn two_gateways() -> Topology {
    let mut nodes = vec![
        host_with("h", &["10.0.1.2/24", "fd00:1::2/64"], None),
        switch(),
        router("r1"),
        router("r2"),
        host_with("far", &["10.0.9.9/24", "fd00:9::9/64"], None),
    ];
    let gateways = |v4: &str, v6: &str| vec![ip(v4), ip(v6)];
    for (number, v4, v6) in [(0, "10.0.1.254", "fd00:1::254"), (4, "10.0.9.254", "fd00:9::254")] {
        if let NodeKind::Host(config) = &mut nodes[number].kind {
            config.gateways = gateways(v4, v6);
        }
    }
    for number in [2, 3] {
        let rip = Some(router::config::Rip::default());
        nodes[number].kind = NodeKind::Router(RouterConfig { rip, ..RouterConfig::default() });
    }
    let links = vec![
        cable(0, 1),
        to_router(1, 2, &["10.0.1.254/24", "fd00:1::254/64"], 1_500),
        to_router(1, 3, &["10.0.1.253/24", "fd00:1::253/64"], 1_500),
        to_router(4, 3, &["10.0.9.254/24", "fd00:9::254/64"], 1_500),
    ];
    Topology { nodes, links }
}

#[test]
fn redirects_of_both_ip_versions_are_followed() {
    for (to, via) in [("10.0.9.9", "10.0.1.253"), ("fd00:9::9", "")] {
        let mut world = world(two_gateways());
        world.run_until(seconds(10), || true);
        let run = ping_to(&mut world, 0, to, Ping { count: 4, ..Ping::default() });
        finish(&mut world);
        assert_eq!(result(&world, run).1.received, 4, "{to}");
        let followed = events(&world, 0).into_iter().find_map(|event| match event {
            HostEvent::Redirected { to: about, via } if about == ip(to) => Some(via),
            _ => None,
        });
        let followed = followed.expect("a redirect was followed");
        assert!(via.is_empty() || followed == ip(via));
        let requests = sent_by(&world, 0).filter(|transit| {
            packet(transit).and_then(|ip| ip.icmp()).is_some_and(|icmp| matches!(icmp.kind, 8 | 128))
        });
        let macs: Vec<_> =
            requests.map(|transit| Ethernet::read(&transit.frame).unwrap().destination).collect();
        assert!(macs[0] != macs[1] && macs[1..].iter().all(|mac| *mac == macs[1]), "{macs:?}");
    }
}

#[test]
fn the_mtu_that_a_router_advertises_limits_what_hosts_send() {
    let mut nodes =
        vec![host_with("a", &[], None), router("r"), host_with("b", &["fd00:2::2/64"], Some("fd00:2::1"))];
    if let NodeKind::Host(config) = &mut nodes[0].kind {
        config.slaac = true;
    }
    let links = vec![to_router(0, 1, &["fd00:1::1/64"], 1_400), to_router(2, 1, &["fd00:2::1/64"], 1_500)];
    let mut world = world(Topology { nodes, links });
    world.run_until(seconds(5), || true);
    assert!(events(&world, 0).contains(&HostEvent::AdvertisedMtu { mtu: 1_400 }));
    let iperf = Iperf { amount: Amount::Bytes(20_000), ..Iperf::default() };
    let run = start(&mut world, A, NodeId(2), RunKind::Iperf(iperf));
    finish(&mut world);
    let (outcome, totals) = result(&world, run);
    assert_eq!((outcome, totals.retransmits), (Outcome::Succeeded, 0));
    let longest = world.history().transits().filter_map(packet).map(|ip| ip.len).max();
    assert_eq!(longest, Some(1_400));
}
