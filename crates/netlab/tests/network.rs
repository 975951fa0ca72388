//! Switches and routers in a world: what a loop does and what a tree does to it, ports that are switched off, where packets get.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use bridge::config::{Membership, Stp, Vlan};
use bridge::event::State;
use common::*;
use netlab::history::{Fate, Limits, NodeEvent, Refusal};
use netlab::run::*;
use netlab::topology::*;
use netlab::world::{Command, CommandError, FRAMES_UNDER_WAY_MAX};
use netlab::{Duration, Instant, World};
use proptest::prelude::*;
use std::collections::VecDeque;
use wire::impair::Impairment;

fn at(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

fn tree_switch() -> NodeKind {
    NodeKind::Switch(SwitchConfig { stp: Some(Stp::default()), ..SwitchConfig::default() })
}

/// Three switches in a ring (ids 2 to 4) and two hosts.
fn ring(kind: NodeKind) -> Topology {
    let switch = |n: u32| Node { name: format!("s{n}"), kind: kind.clone() };
    let nodes = vec![host(1), host(2), switch(1), switch(2), switch(3)];
    let links = vec![cable(2, 3), cable(3, 4), cable(4, 2), cable(0, 2), cable(1, 4)];
    Topology { nodes, links }
}

fn ping_once() -> RunKind {
    RunKind::Ping(Ping { count: 1, ..Ping::default() })
}

#[test]
fn a_storm_is_bounded_and_ends_when_the_switches_build_a_tree() {
    let limits = Limits { transits: 50_000, frame_bytes: 8 << 20 };
    let mut world = World::new(ring(switch().kind), 7, limits).unwrap();
    start(&mut world, A, B, ping_once());
    world.run_until(at(2_000), || true);
    let sent = |world: &World| {
        (0..10).map(|way| world.history().totals(Direction::from_index(way)).sent).sum::<u64>()
    };
    let before = sent(&world);
    assert!(before > 100_000, "it goes round and round: {before}");
    assert!(world.history().bytes_kept() < 64 << 20, "{}", world.history().bytes_kept());
    assert!(world.history().transits().len() <= FRAMES_UNDER_WAY_MAX);

    for node in 2..5 {
        world.apply(Command::SetNode(NodeId(node), tree_switch())).unwrap();
    }
    world.run_until(at(2_500), || true);
    let calm = sent(&world);
    world.run_until(at(3_500), || true);
    assert!(sent(&world) - calm < 100, "what is left are BPDUs");
    world.run_until(at(8_000), || true);
    let run = start(&mut world, A, B, ping_once());
    world.run_until(at(12_000), || true);
    assert_eq!(result(&world, run).0, Outcome::Succeeded);
}

#[test]
fn in_a_ring_with_a_tree_one_port_is_closed_and_what_comes_in_there_is_refused() {
    let mut world = world(ring(tree_switch()));
    world.run_until(at(5_000), || true);
    let states: Vec<_> =
        (2..5).flat_map(|node| world.history().node_at(NodeId(node), world.now()).ports).collect();
    assert_eq!(states.iter().filter(|port| port.state != State::Forwarding).count(), 1, "{states:?}");
    let run = start(&mut world, A, B, RunKind::Ping(Ping { count: 3, ..Ping::default() }));
    finish_runs(&mut world);
    assert_eq!(result(&world, run).1.received, 3);
    // The broadcast that asks for an address reaches the closed port, too.
    let refused: Vec<_> = world.history().transits().filter_map(|transit| transit.refused).collect();
    assert!(refused.iter().any(|(_, why)| *why == Refusal::Switch(bridge::Refusal::Blocked)), "{refused:?}");
    let counted: u64 = (2..5).flat_map(|node| world.history().refused(NodeId(node)).values()).sum();
    assert_eq!(counted, refused.len() as u64);
}

#[test]
fn a_pulled_cable_is_noticed_at_once_and_another_way_opens() {
    let mut world = world(ring(tree_switch()));
    world.run_until(at(5_000), || true);
    let ping = Ping { count: 40, interval: Duration::from_millis(100), ..Ping::default() };
    let run = start(&mut world, A, B, RunKind::Ping(ping));
    // The link between the switches of the two hosts.
    let mut ways = world.topology().links[2].ways.clone();
    ways.iter_mut().for_each(|way| way.impairments.push(Impairment::Down));
    world.schedule(at(6_050), Command::SetLink(LinkId(2), ways)).unwrap();
    finish_runs(&mut world);
    let received = result(&world, run).1.received;
    assert!(received >= 38, "at most what was on its way is lost: {received}");
}

#[test]
fn an_outage_is_noticed_by_both_ends_when_it_begins_and_when_it_ends() {
    let mut topology = star(2, switch());
    let outage = Impairment::Outage {
        at: at(1_000),
        lasts: Duration::from_millis(500),
        every: Some(Duration::from_secs(2)),
    };
    topology.links[0].ways.iter_mut().for_each(|way| way.impairments.push(outage));
    let mut world = world(topology);
    let ping = Ping { count: 50, interval: Duration::from_millis(100), ..Ping::default() };
    let run = start(&mut world, A, B, RunKind::Ping(ping));
    finish_runs(&mut world);
    let totals = result(&world, run).1;
    // Half a second of each two, that is ten to fifteen of fifty.
    assert!((30..=42).contains(&totals.received), "{totals:?}");
    let forgotten = world
        .history()
        .node(NodeId(2))
        .iter()
        .filter(|entry| matches!(entry.event, NodeEvent::Switch(bridge::Event::Forgotten { .. })));
    let when: Vec<_> = forgotten.map(|entry| entry.at).collect();
    assert_eq!(when[..2], [at(1_000), at(3_000)], "a switch forgets who was behind a port that is down");
}

#[test]
fn a_port_that_is_switched_off_takes_nothing_and_gives_nothing() {
    let mut world = world(star(2, switch()));
    let off = Port::Switch(bridge::Port { up: false, ..bridge::Port::default() });
    world.apply(Command::SetPort(LinkId(0), End::Second, off)).unwrap();
    let run = start(&mut world, A, B, ping_once());
    finish_runs(&mut world);
    assert_eq!(result(&world, run).0, Outcome::Failed(Failure::Unreachable(IcmpError::HostUnreachable)));
    world.apply(Command::SetPort(LinkId(0), End::Second, Port::Plain)).unwrap();
    let run = start(&mut world, A, B, ping_once());
    finish_runs(&mut world);
    assert_eq!(result(&world, run).0, Outcome::Succeeded);
}

#[test]
fn settings_of_another_kind_of_node_are_refused() {
    let mut world = world(star(2, switch()));
    let router = Port::Router(router::Port::default());
    let wrong = world.apply(Command::SetPort(LinkId(0), End::Second, router)).unwrap_err();
    assert_eq!(wrong, CommandError::Topology(TopologyError::WrongPort(LinkId(0))));
    let wrong =
        world.apply(Command::SetNode(NodeId(2), NodeKind::Router(RouterConfig::default()))).unwrap_err();
    assert_eq!(wrong, CommandError::NotChangeable);
    let wrong = world.apply(Command::SetNode(A, host(9).kind)).unwrap_err();
    assert_eq!(wrong, CommandError::NotChangeable);
}

#[test]
fn hosts_of_different_vlans_do_not_hear_each_other_until_their_ports_are_put_together() {
    let mut topology = star(2, switch());
    let access = |vlan| {
        let vlan = Membership::Access(Vlan::new(vlan).unwrap());
        Port::Switch(bridge::Port { vlan, ..bridge::Port::default() })
    };
    topology.links[0].ports[1] = access(10);
    topology.links[1].ports[1] = access(20);
    let mut world = world(topology);
    let run = start(&mut world, A, B, ping_once());
    finish_runs(&mut world);
    assert_eq!(result(&world, run).0, Outcome::Failed(Failure::Unreachable(IcmpError::HostUnreachable)));
    world.apply(Command::SetPort(LinkId(1), End::Second, access(10))).unwrap();
    let run = start(&mut world, A, B, ping_once());
    finish_runs(&mut world);
    assert_eq!(result(&world, run).0, Outcome::Succeeded);
    assert_eq!(world.history().node_at(NodeId(2), world.now()).macs[0].vlan, Vlan::new(10));
    world.apply(Command::Clear(NodeId(2))).unwrap();
    world.run_until(world.frontier(), || true);
    assert_eq!(world.history().node_at(NodeId(2), world.now()).macs, []);
}

/// Routers, each with a network and a host on it, and cables between them. Host `n` is node `n`, its router `n + count`.
fn routed(count: u32, between: &[(u32, u32)]) -> Topology {
    let net = |n: u32, last: u8| format!("10.0.{n}.{last}").parse().unwrap();
    let host = |n: u32| Node {
        name: format!("h{n}"),
        kind: NodeKind::Host(HostConfig {
            addresses: vec![format!("10.0.{n}.1/24").parse().unwrap()],
            gateways: vec![net(n, 254)],
            ..HostConfig::default()
        }),
    };
    let rip = router::config::Rip { update: Duration::from_secs(5), ..router::config::Rip::default() };
    let router = |n: u32| Node {
        name: format!("r{n}"),
        kind: NodeKind::Router(RouterConfig { rip: Some(rip), ..RouterConfig::default() }),
    };
    let port = |address: String| {
        Port::Router(router::Port { addresses: vec![address.parse().unwrap()], ..router::Port::default() })
    };
    let nodes = (0..count).map(host).chain((0..count).map(router)).collect();
    let mut links: Vec<_> = (0..count)
        .map(|n| Link { ports: [Port::Plain, port(format!("10.0.{n}.254/24"))], ..cable(n, count + n) })
        .collect();
    for (number, &(a, b)) in between.iter().enumerate() {
        let ports = [1, 2].map(|last| port(format!("10.1.{number}.{last}/24")));
        links.push(Link { ports, ..cable(count + a, count + b) });
    }
    Topology { nodes, links }
}

/// Hops from `from` to each of `count` nodes.
fn distances(count: u32, between: &[(u32, u32)], from: u32) -> Vec<Option<u32>> {
    let mut distances = vec![None; count as usize];
    distances[from as usize] = Some(0);
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        let next = distances[node as usize].map(|hops| hops + 1);
        for &(a, b) in between {
            for (here, there) in [(a, b), (b, a)] {
                if here == node && distances[there as usize].is_none() {
                    distances[there as usize] = next;
                    queue.push_back(there);
                }
            }
        }
    }
    distances
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn routers_that_speak_rip_reach_everything_that_can_be_reached_and_nothing_else(
        count in 2u32..7,
        pairs in prop::collection::vec(any::<(u32, u32)>(), 1..9),
    ) {
        let between: Vec<_> =
            pairs.into_iter().map(|(a, b)| (a % count, b % count)).filter(|(a, b)| a != b).collect();
        let mut world = world(routed(count, &between));
        world.run_until(at(60_000), || true);
        let ping = RunKind::Ping(Ping { count: 1, timeout: Duration::from_secs(4), ..Ping::default() });
        let mut runs = Vec::new();
        for from in 0..count {
            let reachable = distances(count, &between, from);
            for to in (0..count).filter(|&to| to != from) {
                runs.push((start(&mut world, NodeId(from), NodeId(to), ping.clone()), reachable[to as usize]));
            }
        }
        finish_runs(&mut world);
        for (run, reachable) in runs {
            let (outcome, _) = result(&world, run);
            prop_assert_eq!(outcome == Outcome::Succeeded, reachable.is_some(), "{:?}", world.history().run(run).spec);
        }
        // And by the shortest way: each router has taken one from the time to live.
        for transit in world.history().transits().filter(|transit| transit.fate == Fate::Delivered) {
            prop_assert!(transit.frame.len() >= 14);
        }
        for from in 0..count {
            let view = world.history().node_at(NodeId(count + from), world.now());
            let hops = distances(count, &between, from);
            for to in (0..count).filter(|&to| to != from) {
                let network = format!("10.0.{to}.0/24");
                let route = view.routes.iter().find(|(route, _)| route.to.to_string() == network);
                // A network on another router's port is one hop further than the router.
                let metric = route.map(|(route, _)| u32::from(route.metric));
                prop_assert_eq!(metric, hops[to as usize].map(|hops| hops + 1), "r{} to {}", from, network);
            }
        }
    }
}

/// Runs until all runs have ended; a network with trees and routing protocols is never quiet.
fn finish_runs(world: &mut World) {
    let open = |world: &World| {
        let runs = world.history().runs();
        runs.iter().any(|run| run.outcome_at(world.now()).is_none())
    };
    while open(world) {
        let next = world.next_event_at().expect("a run is open");
        assert!(next < at(3_600_000), "it does not end");
        world.run_until(next, || true);
    }
}

#[test]
fn transfers_through_an_address_translation_are_counted_for_whom_they_are() {
    let port = |address: &str, outside| {
        let addresses = vec![address.parse().unwrap()];
        Port::Router(router::Port { addresses, outside, ..router::Port::default() })
    };
    let inside = |n: u8| Node {
        name: format!("in{n}"),
        kind: NodeKind::Host(HostConfig {
            addresses: vec![format!("192.168.1.{n}/24").parse().unwrap()],
            gateways: vec!["192.168.1.254".parse().unwrap()],
            ..HostConfig::default()
        }),
    };
    let forward = router::config::Forward {
        transport: router::config::Transport::Tcp,
        port: 8_080,
        to: "192.168.1.2".parse().unwrap(),
        to_port: 80,
    };
    let nat = router::config::Nat { forwards: vec![forward] };
    let home = NodeKind::Router(RouterConfig { nat: Some(nat), ..RouterConfig::default() });
    let server = Node {
        name: "server".into(),
        kind: NodeKind::Host(HostConfig {
            addresses: vec!["203.0.113.1/24".parse().unwrap()],
            ..HostConfig::default()
        }),
    };
    let nodes = vec![inside(1), inside(2), switch(), Node { name: "home".into(), kind: home }, server];
    let links = vec![
        cable(0, 2),
        cable(1, 2),
        Link { ports: [Port::Plain, port("192.168.1.254/24", false)], ..cable(2, 3) },
        Link { ports: [port("203.0.113.254/24", true), Port::Plain], ..cable(3, 4) },
    ];
    let mut world = world(Topology { nodes, links });
    let server = NodeId(4);
    let tcp = |bytes| RunKind::Iperf(Iperf { amount: Amount::Bytes(bytes), ..Iperf::default() });
    let udp = RunKind::Iperf(Iperf {
        amount: Amount::Bytes(50_000),
        transport: IperfTransport::Udp {
            rate: netlab::BitsPerSec::new(5_000_000).unwrap(),
            datagram_bytes: 1_000,
        },
        ..Iperf::default()
    });
    let runs = [
        (start(&mut world, A, server, tcp(100_000)), 100_000),
        (start(&mut world, B, server, tcp(200_000)), 200_000),
        (start(&mut world, A, server, udp), 50_000),
    ];
    finish_runs(&mut world);
    for (run, bytes) in runs {
        let (outcome, totals) = result(&world, run);
        assert_eq!((outcome, totals.bytes), (Outcome::Succeeded, bytes));
    }
    assert_eq!(world.history().node_at(NodeId(3), world.now()).translations.len(), 3);

    let connect = RunKind::Connect(Connect { port: 8_080, text: "hello".into() });
    let to = Target::Address("203.0.113.254".parse().unwrap());
    let spec = RunSpec { from: server, to, kind: connect };
    let run = world.apply(Command::Start(spec)).unwrap().1.unwrap();
    finish_runs(&mut world);
    assert_eq!(result(&world, run).0, Outcome::Succeeded, "the forwarded port leads to a machine inside");
}
