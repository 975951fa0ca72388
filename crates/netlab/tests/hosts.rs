//! What hosts do beyond their own network: configure themselves, find the way and its MTU, fragment, join groups, and hear that
//! something got no further.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use netlab::history::{HostEvent, NodeEvent, Transit};
use netlab::run::*;
use netlab::topology::*;
use netlab::world::{Command, CommandError};
use netlab::{Duration, Instant, World};
use smoltcp::wire::{IpAddress, Ipv4Packet};
use wire::impair::Impairment;

fn at(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

fn host_with(name: &str, config: HostConfig) -> Node {
    Node { name: name.into(), kind: NodeKind::Host(config) }
}

/// A host `net.1` whose gateway is `net.254`, in both versions.
fn host_of(net: u8) -> Node {
    let text = |last: &str, length: &str| {
        [format!("10.0.{net}.{last}{length}"), format!("fd00:{net}::{last}{length}")]
    };
    let [v4, v6] = text("1", "");
    let addresses = vec![format!("{v4}/24").parse().unwrap(), format!("{v6}/64").parse().unwrap()];
    let gateways = text("254", "").map(|gateway| gateway.parse().unwrap()).to_vec();
    host_with(&format!("h{net}"), HostConfig { addresses, gateways, ..HostConfig::default() })
}

fn router_port(net: u8, last: u8, mtu: usize) -> Port {
    let addresses = vec![
        format!("10.0.{net}.{last}/24").parse().unwrap(),
        format!("fd00:{net}::{last}/64").parse().unwrap(),
    ];
    Port::Router(router::Port { addresses, mtu, ..router::Port::default() })
}

fn route(to: &str, via: &str) -> router::config::StaticRoute {
    router::config::StaticRoute { to: to.parse().unwrap(), via: via.parse().unwrap(), port: None, metric: 1 }
}

/// a (0) – r (2) – q (3) – b (1); the networks are 1, 2 and 3, and the one between the routers has this MTU.
fn two_routers(mtu: usize) -> Topology {
    let router = |name: &str, net: u8, last: u8| {
        let routes = vec![
            route(&format!("10.0.{net}.0/24"), &format!("10.0.2.{last}")),
            route(&format!("fd00:{net}::/64"), &format!("fd00:2::{last}")),
        ];
        Node { name: name.into(), kind: NodeKind::Router(RouterConfig { routes, ..RouterConfig::default() }) }
    };
    let nodes = vec![host_of(1), host_of(3), router("r", 3, 2), router("q", 1, 1)];
    let ports = |a: Port, b: Port| [a, b];
    let links = vec![
        Link { ports: ports(Port::Plain, router_port(1, 254, 1_500)), ..cable(0, 2) },
        Link { ports: ports(router_port(2, 1, mtu), router_port(2, 2, mtu)), ..cable(2, 3) },
        Link { ports: ports(router_port(3, 254, 1_500), Port::Plain), ..cable(3, 1) },
    ];
    Topology { nodes, links }
}

fn address(text: &str) -> IpAddress {
    text.parse().unwrap()
}

fn start_to(world: &mut World, to: Target, kind: RunKind) -> RunId {
    world.apply(Command::Start(RunSpec { from: A, to, kind })).unwrap().1.unwrap()
}

/// Runs until all runs have ended.
fn finish_runs(world: &mut World) {
    while world.history().runs().iter().any(|run| run.outcome_at(world.now()).is_none()) {
        let next = world.next_event_at().expect("a run is open");
        assert!(next < at(3_600_000), "it does not end");
        world.run_until(next, || true);
    }
}

fn run_to(topology: Topology, to: Target, kind: RunKind) -> (World, Outcome, Vec<RunEvent>) {
    let mut world = world(topology);
    let run = start_to(&mut world, to, kind);
    finish_runs(&mut world);
    let outcome = result(&world, run).0;
    let events = world.history().run(run).entries.iter().map(|entry| entry.event.clone()).collect();
    (world, outcome, events)
}

const BOTH: [IpVersion; 2] = [IpVersion::V4, IpVersion::V6];

fn b_by(version: IpVersion) -> Target {
    Target::Node(B, Some(version))
}

/// The IPv4 packets that went over a link in this direction.
fn ipv4_packets(world: &World, link: u32, from: End) -> Vec<&Transit> {
    let direction = Direction { link: LinkId(link), from };
    let its = |transit: &&Transit| transit.direction == direction && transit.frame[12..14] == [8, 0];
    world.history().transits().filter(its).collect()
}

// ---- traceroute ----

#[test]
fn a_traceroute_names_every_router_on_the_way_and_the_target() {
    for probe in [Probe::Udp, Probe::Icmp] {
        for (version, way) in BOTH
            .into_iter()
            .zip([["10.0.1.254", "10.0.2.2", "10.0.3.1"], ["fd00:1::254", "fd00:2::2", "fd00:3::1"]])
        {
            let kind = RunKind::Traceroute(Traceroute { probe, ..Traceroute::default() });
            let (world, outcome, events) = run_to(two_routers(1_500), b_by(version), kind);
            assert_eq!(outcome, Outcome::Succeeded, "{probe:?} {version:?} {events:?}");
            let hops: Vec<_> = events
                .iter()
                .filter_map(|event| match event {
                    RunEvent::Hop(hop) => {
                        Some((hop.hop, hop.number, hop.answer.map(|(from, _, what)| (from, what))))
                    }
                    _ => None,
                })
                .collect();
            let expected = way.iter().zip(1..).flat_map(|(from, hop)| {
                let what = if hop == 3 { HopAnswer::Reached } else { HopAnswer::OnTheWay };
                (0..3).map(move |number| (hop, number, Some((address(from), what))))
            });
            assert_eq!(hops, expected.collect::<Vec<_>>(), "{probe:?} {version:?}");
            let totals = result(&world, RunId(0)).1;
            assert_eq!((totals.sent, totals.received, totals.rtt_count), (9, 9, 9));
        }
    }
}

#[test]
fn a_traceroute_ends_where_it_is_told_to_and_gives_up_where_nobody_answers() {
    let kind = RunKind::Traceroute(Traceroute { tries: 1, ..Traceroute::default() });
    let (_, outcome, _) = run_to(two_routers(1_500), Target::Address(address("10.9.9.9")), kind);
    assert_eq!(outcome, Outcome::Failed(Failure::Unreachable(IcmpError::NetUnreachable)));

    let kind = RunKind::Traceroute(Traceroute { hops_max: 2, ..Traceroute::default() });
    let (_, outcome, _) = run_to(two_routers(1_500), Target::Address(address("10.0.3.1")), kind);
    assert_eq!(outcome, Outcome::Failed(Failure::Unreachable(IcmpError::Expired)), "it is one hop further");

    let kind = RunKind::Traceroute(Traceroute { hops_max: 3, ..Traceroute::default() });
    let mut topology = two_routers(1_500);
    topology.links[2].ways[1].impairments = vec![Impairment::Down];
    let (world, outcome, events) = run_to(topology, b_by(IpVersion::V4), kind);
    // The last router asks three times for the target's address, and then says that it does not answer.
    assert_eq!(outcome, Outcome::Failed(Failure::Unreachable(IcmpError::HostUnreachable)));
    let lost = events.iter().filter(|event| matches!(event, RunEvent::Hop(Hop { answer: None, .. }))).count();
    let totals = result(&world, RunId(0)).1;
    assert_eq!((totals.sent as usize, lost), (9, 2));
}

// ---- path MTU ----

#[test]
fn the_path_mtu_is_what_the_narrowest_link_carries() {
    for (version, from) in BOTH.into_iter().zip(["10.0.1.254", "fd00:1::254"]) {
        let (world, outcome, events) =
            run_to(two_routers(1_345), b_by(version), RunKind::PathMtu(PathMtu::default()));
        assert_eq!(outcome, Outcome::Succeeded, "{events:?}");
        let sizes: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                RunEvent::PathMtu { bytes, from } => Some((*bytes, *from)),
                _ => None,
            })
            .collect();
        assert_eq!(sizes, [(1_345, Some(address(from))), (1_345, None)]);
        let errors = |entry: &netlab::history::NodeEntry| {
            matches!(entry.event, NodeEvent::Host(HostEvent::PathMtu { mtu: 1_345, .. }))
        };
        assert!(world.history().node(A).iter().any(errors), "the host remembers it");
    }
}

#[test]
fn a_probe_goes_unfragmented_whatever_the_host_has_learned() {
    let mut world = world(two_routers(1_300));
    for _ in 0..2 {
        let run = start_to(&mut world, b_by(IpVersion::V4), RunKind::PathMtu(PathMtu::default()));
        finish_runs(&mut world);
        assert_eq!(result(&world, run).0, Outcome::Succeeded);
        let errors = world.history().run(run).entries.iter();
        assert_eq!(
            errors.filter(|entry| matches!(entry.event, RunEvent::PathMtu { from: Some(_), .. })).count(),
            1
        );
    }
    for transit in ipv4_packets(&world, 0, End::First) {
        assert!(Ipv4Packet::new_checked(&transit.frame[14..]).unwrap().dont_frag());
    }
}

#[test]
fn where_nobody_says_anything_the_path_mtu_is_found_to_the_byte() {
    for version in BOTH {
        let black_hole = Impairment::FrameSizeMax(14 + 1_427);
        let kind = RunKind::PathMtu(PathMtu { timeout: Duration::from_millis(20) });
        let (_, outcome, events) = run_to(pair(&[black_hole]), b_by(version), kind);
        assert_eq!(outcome, Outcome::Succeeded);
        assert!(events.contains(&RunEvent::PathMtu { bytes: 1_427, from: None }), "{version:?} {events:?}");
    }
    let nothing =
        run_to(pair(&[Impairment::Down]), b_by(IpVersion::V4), RunKind::PathMtu(PathMtu::default()));
    assert_eq!(nothing.1, Outcome::Failed(Failure::Unreachable(IcmpError::HostUnreachable)));
}

#[test]
fn tcp_gets_through_a_narrow_link_by_cutting_its_segments() {
    for version in BOTH {
        let (world, outcome, events) =
            run_to(two_routers(1_280), b_by(version), RunKind::Iperf(Iperf::default()));
        assert_eq!(outcome, Outcome::Succeeded, "{version:?}");
        let totals = result(&world, RunId(0)).1;
        assert_eq!(totals.bytes, 1_000_000);
        assert!(totals.retransmits > 0, "the first were too long");
        assert!(totals.transfer_time < Duration::from_secs(5), "{}", totals.transfer_time);
        let errors = events
            .iter()
            .filter(|event| matches!(event, RunEvent::IcmpError { what: IcmpError::TooBig(1_280), .. }));
        assert_eq!(errors.count(), 1, "the same again and again is noted once");
        let over = Direction { link: LinkId(1), from: End::First };
        let longest = world.history().transits().filter(|transit| transit.direction == over);
        assert_eq!(longest.map(|transit| transit.frame.len()).max(), Some(14 + 1_280));
    }
}

// ---- fragments ----

#[test]
fn a_long_ping_is_fragmented_by_the_host_and_put_together_again() {
    for payload_bytes in [1_473, 5_000, PING_PAYLOAD_MAX, 65_507] {
        let ping = Ping { payload_bytes, fragments: true, count: 2, ..Ping::default() };
        let (world, outcome, totals) = run(star(2, switch()), RunKind::Ping(ping));
        assert_eq!(outcome, Outcome::Succeeded, "{payload_bytes}");
        let payload = payload_bytes.min(PING_PAYLOAD_MAX);
        assert_eq!((totals.received, totals.bytes as usize), (2, 2 * payload));
        let fragments = (payload + 8).div_ceil(1_480);
        assert_eq!(ipv4_packets(&world, 0, End::First).len(), 2 * fragments);
        assert_eq!(ipv4_packets(&world, 1, End::First).len(), 2 * fragments);
    }
}

#[test]
fn pings_that_may_be_fragmented_get_through_a_narrow_link_and_others_are_told() {
    for (fragments, expected) in
        [(true, Outcome::Succeeded), (false, Outcome::Failed(Failure::Unreachable(IcmpError::TooBig(700))))]
    {
        let ping = Ping { payload_bytes: 1_472, fragments, count: 1, ..Ping::default() };
        let (world, outcome, _) = run_to(two_routers(700), b_by(IpVersion::V4), RunKind::Ping(ping));
        assert_eq!(outcome, expected);
        let first = ipv4_packets(&world, 0, End::First)[0];
        let ip = Ipv4Packet::new_checked(&first.frame[14..]).unwrap();
        assert_eq!(ip.dont_frag(), !fragments);
        assert!(ip.verify_checksum());
    }
    // Once the host knows, it lets routers fragment what TCP does not cut.
    let ping = Ping { payload_bytes: 1_472, count: 3, ..Ping::default() };
    let (world, outcome, events) = run_to(two_routers(700), b_by(IpVersion::V4), RunKind::Ping(ping));
    assert_eq!(outcome, Outcome::Succeeded);
    assert_eq!(result(&world, RunId(0)).1.received, 2, "{events:?}");
}

#[test]
fn several_long_pings_of_one_host_do_not_mix_their_fragments() {
    let mut world = world(star(3, switch()));
    let ping =
        |payload_bytes| RunKind::Ping(Ping { payload_bytes, fragments: true, count: 3, ..Ping::default() });
    let runs: Vec<_> = [(B, 4_000), (NodeId(2), 9_000), (B, 16_000)]
        .into_iter()
        .map(|(to, bytes)| (start(&mut world, A, to, ping(bytes)), bytes))
        .collect();
    finish_runs(&mut world);
    for (run, bytes) in runs {
        let (outcome, totals) = result(&world, run);
        assert_eq!((outcome, totals.received, totals.bytes), (Outcome::Succeeded, 3, 3 * bytes as u64));
    }
}

// ---- ICMP errors that runs receive ----

#[test]
fn a_ping_whose_time_to_live_is_too_short_is_told_by_the_router_where_it_ends() {
    for (version, from) in BOTH.into_iter().zip(["10.0.2.2", "fd00:2::2"]) {
        let ping = Ping { ttl: Some(2), count: 2, ..Ping::default() };
        let (world, outcome, events) = run_to(two_routers(1_500), b_by(version), RunKind::Ping(ping));
        assert_eq!(outcome, Outcome::Failed(Failure::Unreachable(IcmpError::Expired)));
        for number in 0..2 {
            let errors =
                RunEvent::IcmpError { number: Some(number), from: address(from), what: IcmpError::Expired };
            assert!(events.contains(&errors), "{events:?}");
        }
        assert!(world.now() < at(1_500), "nothing is waited for");
    }
}

#[test]
fn a_run_to_nowhere_fails_with_what_the_router_said() {
    let nowhere = Target::Address(address("10.9.9.9"));
    let absent = Target::Address(address("10.0.3.77"));
    let ping = RunKind::Ping(Ping { count: 1, timeout: Duration::from_secs(10), ..Ping::default() });
    let echo = RunKind::Echo(Echo {
        transport: Transport::Udp,
        timeout: Duration::from_secs(10),
        ..Echo::default()
    });
    let rate = netlab::BitsPerSec::new(1_000_000).unwrap();
    let transport = IperfTransport::Udp { rate, datagram_bytes: 500 };
    let udp = RunKind::Iperf(Iperf { transport, amount: Amount::Bytes(10_000), ..Iperf::default() });
    for kind in [ping.clone(), echo, udp, RunKind::Connect(Connect::default())] {
        let (_, outcome, events) = run_to(two_routers(1_500), nowhere, kind.clone());
        let error = IcmpError::NetUnreachable;
        assert_eq!(outcome, Outcome::Failed(Failure::Unreachable(error)), "{kind:?}");
        assert!(
            events.iter().any(|event| matches!(event, RunEvent::IcmpError { what, .. } if *what == error))
        );
    }
    let (_, outcome, _) = run_to(two_routers(1_500), absent, ping);
    assert_eq!(outcome, Outcome::Failed(Failure::Unreachable(IcmpError::HostUnreachable)));
}

// ---- addresses from routers ----

/// Two hosts that configure themselves, each behind a port of one router (2) that advertises.
fn self_configured() -> Topology {
    let host = |name| host_with(name, HostConfig { slaac: true, ..HostConfig::default() });
    let nodes = vec![
        host("a"),
        host("b"),
        Node { name: "r".into(), kind: NodeKind::Router(RouterConfig::default()) },
    ];
    let links = vec![
        Link { ports: [Port::Plain, router_port(1, 254, 1_500)], ..cable(0, 2) },
        Link { ports: [Port::Plain, router_port(2, 254, 1_500)], ..cable(1, 2) },
    ];
    Topology { nodes, links }
}

#[test]
fn hosts_on_different_networks_configure_themselves_and_reach_each_other() {
    let mut world = world(self_configured());
    world.run_until(at(5_000), || true);
    for (node, net) in [(A, 1), (B, 2)] {
        let view = world.history().node_at(node, world.now());
        let prefix = format!("fd00:{net}::").parse::<std::net::Ipv6Addr>().unwrap().octets();
        let [(cidr, _)] = view.addresses[..] else { panic!("one address: {:?}", view.addresses) };
        let IpAddress::Ipv6(address) = cidr.address() else { panic!("{cidr}") };
        assert_eq!((&address.octets()[..8], cidr.prefix_len()), (&prefix[..8], 64));
        assert_eq!(view.default_routers.len(), 1);
    }
    for kind in [
        RunKind::Ping(Ping::default()),
        RunKind::Iperf(Iperf::default()),
        RunKind::Traceroute(Traceroute::default()),
    ] {
        let run = start(&mut world, A, B, kind.clone());
        finish_runs(&mut world);
        assert_eq!(result(&world, run).0, Outcome::Succeeded, "{kind:?}");
    }
}

#[test]
fn hosts_without_a_router_have_their_link_local_addresses_and_other_hosts_do_not_ask() {
    let slaac = |name| host_with(name, HostConfig { slaac: true, ..HostConfig::default() });
    let topology = Topology {
        nodes: vec![slaac("a"), slaac("b"), host(3), switch()],
        links: vec![cable(0, 3), cable(1, 3), cable(2, 3)],
    };
    let (mut world, outcome, totals) = run(topology, RunKind::Ping(Ping::default()));
    assert_eq!((outcome, totals.received), (Outcome::Succeeded, 4));
    world.run_until(at(60_000), || true);
    let solicitations = |link: u32| {
        let direction = Direction { link: LinkId(link), from: End::First };
        let its = |transit: &&Transit| {
            transit.direction == direction
                && transit.frame[12..14] == [0x86, 0xdd]
                && transit.frame[54] == 133
        };
        world.history().transits().filter(its).count()
    };
    assert_eq!([solicitations(0), solicitations(1), solicitations(2)], [3, 3, 0]);
}

// ---- groups ----

#[test]
fn whoever_joins_a_group_receives_what_is_sent_to_it() {
    for group in [address("239.1.2.3"), address("ff15::1234")] {
        let receivers = vec![B, NodeId(2)];
        let kind =
            RunKind::Multicast(Multicast { receivers: receivers.clone(), count: 3, ..Multicast::default() });
        let (world, outcome, events) = run_to(star(4, switch()), Target::Address(group), kind);
        assert_eq!(outcome, Outcome::Succeeded, "{events:?}");
        let totals = result(&world, RunId(0)).1;
        assert_eq!((totals.sent, totals.received), (3, 6));
        for by in receivers {
            for number in 0..3 {
                assert!(events.contains(&RunEvent::Received { number, by }), "{events:?}");
            }
            let of = |entry: &&netlab::history::NodeEntry| {
                matches!(
                    entry.event,
                    NodeEvent::Host(HostEvent::Joined { .. }) | NodeEvent::Host(HostEvent::Left { .. })
                )
            };
            let memberships: Vec<_> =
                world.history().node(by).iter().filter(of).map(|entry| &entry.event).collect();
            assert_eq!(
                memberships,
                [&NodeEvent::Host(HostEvent::Joined { group }), &NodeEvent::Host(HostEvent::Left { group })]
            );
            assert_eq!(world.history().node_at(by, world.now()).memberships, []);
        }
    }
}

#[test]
fn a_multicast_run_needs_a_group_and_other_hosts_and_fails_if_one_of_them_hears_nothing() {
    let kind = |receivers| RunKind::Multicast(Multicast { receivers, count: 1, ..Multicast::default() });
    let group = Target::Address(address("239.1.2.3"));
    let refused =
        |to, kind| world(star(3, switch())).apply(Command::Start(RunSpec { from: A, to, kind })).unwrap_err();
    assert!(matches!(refused(Target::Node(B, None), kind(vec![B])), CommandError::OutOfBounds(_)));
    assert!(matches!(
        refused(Target::Address(address("10.0.0.2")), kind(vec![B])),
        CommandError::OutOfBounds(_)
    ));
    assert!(matches!(refused(group, kind(vec![B, B])), CommandError::OutOfBounds(_)));
    assert_eq!(refused(group, kind(vec![A])), CommandError::SameHost);
    assert_eq!(refused(group, kind(vec![NodeId(3)])), CommandError::NotAHost);

    let mut topology = star(3, switch());
    topology.links[2].ways[1].impairments = vec![Impairment::Down];
    let (world, outcome, _) = run_to(topology, group, kind(vec![B, NodeId(2)]));
    assert_eq!(outcome, Outcome::Failed(Failure::NoAnswer));
    assert_eq!(result(&world, RunId(0)).1.received, 1);
}

#[test]
fn a_switch_that_snoops_hands_a_group_to_its_members_only_and_still_lets_neighbors_be_found() {
    let snooping = Node {
        name: "s".into(),
        kind: NodeKind::Switch(SwitchConfig { snooping: true, ..SwitchConfig::default() }),
    };
    for group in [address("239.1.2.3"), address("ff15::1234")] {
        let kind = RunKind::Multicast(Multicast { receivers: vec![B], count: 3, ..Multicast::default() });
        let (mut world, outcome, _) = run_to(star(3, snooping.clone()), Target::Address(group), kind);
        assert_eq!(outcome, Outcome::Succeeded, "{group}");
        let to_other = Direction { link: LinkId(2), from: End::Second };
        let udp = |frame: &[u8]| match frame[12..14] {
            [8, 0] => frame[23] == 17,
            _ => frame[20] == 17,
        };
        let its = |transit: &&Transit| transit.direction == to_other && udp(&transit.frame);
        assert_eq!(world.history().transits().filter(its).count(), 0, "{group}");
        let ping = start_to(
            &mut world,
            Target::Node(NodeId(2), Some(IpVersion::V6)),
            RunKind::Ping(Ping::default()),
        );
        finish_runs(&mut world);
        assert_eq!(result(&world, ping).1.received, 4);
    }
}

// ---- what no neighbor answers ----

#[test]
fn runs_to_a_neighbor_that_is_not_there_end_with_host_unreachable_from_the_own_host() {
    let absent = Target::Address(address("10.0.0.77"));
    let rate = netlab::BitsPerSec::new(10_000_000).unwrap();
    let transport = IperfTransport::Udp { rate, datagram_bytes: 1_000 };
    for kind in [
        RunKind::Ping(Ping { count: 40, interval: Duration::from_millis(100), ..Ping::default() }),
        RunKind::Echo(Echo { transport: Transport::Udp, count: 80, ..Echo::default() }),
        RunKind::Iperf(Iperf { transport, amount: Amount::Bytes(1_000_000), ..Iperf::default() }),
        RunKind::Traceroute(Traceroute { hops_max: 30, ..Traceroute::default() }),
        RunKind::Traceroute(Traceroute { probe: Probe::Icmp, hops_max: 30, ..Traceroute::default() }),
        RunKind::PathMtu(PathMtu::default()),
    ] {
        let (world, outcome, events) = run_to(star(2, switch()), absent, kind.clone());
        let error = IcmpError::HostUnreachable;
        assert_eq!(outcome, Outcome::Failed(Failure::Unreachable(error)), "{kind:?}");
        assert_eq!(result(&world, RunId(0)).1.sent, 0, "what never left was not sent: {kind:?}");
        let own = address("10.0.0.1");
        let by_itself = |event: &RunEvent| matches!(event, RunEvent::IcmpError { from, .. } if *from == own);
        let is_probing = matches!(kind, RunKind::Traceroute(_) | RunKind::PathMtu(_));
        assert!(is_probing || events.iter().any(by_itself), "the host itself says so: {kind:?}");
        assert!(world.history().transits().all(|transit| transit.frame.len() != 98), "only ARP was sent");
    }
}

// ---- a peer that is played by hand ----

/// What a machine outside says when it gets a TCP segment or a datagram: an ICMP error of this type and code about it.
fn complaint(about: &[u8], kind: u8, code: u8) -> netlab::Frame {
    let (ethernet, ip) = about.split_at(14);
    let mut icmp = vec![kind, code, 0, 0, 0, 0, 0, 0];
    icmp.extend(&ip[..28]);
    smoltcp::wire::Icmpv4Packet::new_unchecked(&mut icmp[..]).fill_checksum();
    let mut header = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0];
    header.extend(&ip[16..20]);
    header.extend(&ip[12..16]);
    let mut packet = Ipv4Packet::new_unchecked(&mut header[..]);
    packet.set_total_len(20 + icmp.len() as u16);
    packet.fill_checksum();
    netlab::Frame::concat(&[&ethernet[6..12], &ethernet[..6], &[8, 0], &header, &icmp])
}

/// Answers ARP as machine B, and every other IPv4 packet with this error.
fn play_b(world: &mut World, kind: u8, code: u8) {
    for (_, frame) in world.take_arrived(B) {
        if frame[12..14] == [8, 6] && frame[21] == 1 && frame[38..42] == [10, 0, 0, 2] {
            let own = [2, 0x50, 0, 0, 0, 2];
            let reply = [&frame[6..12], &own, &frame[12..20], &[0, 2], &own, &[10, 0, 0, 2], &frame[22..32]];
            world.inject(B, netlab::Frame::concat(&reply));
        } else if frame[12..14] == [8, 0] {
            world.inject(B, complaint(&frame, kind, code));
        }
    }
}

#[test]
fn a_connection_is_refused_by_a_closed_port_and_only_given_up_after_softer_errors() {
    for (code, expected, at_most) in [
        (3, Failure::Refused, 1),
        (2, Failure::Refused, 1),
        (1, Failure::Unreachable(IcmpError::HostUnreachable), 40),
        (13, Failure::Unreachable(IcmpError::Prohibited), 40),
    ] {
        let mut world = world(pair(&[]));
        assert!(world.open(B));
        let run = start_to(&mut world, b_by(IpVersion::V4), RunKind::Connect(Connect::default()));
        while world.history().run(run).outcome_at(world.now()).is_none() {
            let next = world.now() + Duration::from_millis(10);
            world.run_until(next, || true);
            play_b(&mut world, 3, code);
            assert!(world.now() < at(60_000));
        }
        assert_eq!(result(&world, run).0, Outcome::Failed(expected), "code {code}");
        assert!(world.now() <= at(at_most * 1_000), "{}", world.now());
        let errors = world.history().run(run).entries.iter();
        assert_eq!(errors.filter(|entry| matches!(entry.event, RunEvent::IcmpError { .. })).count(), 1);
    }
}
