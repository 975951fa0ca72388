//! Hubs and half-duplex ports: one frame at a time, collisions and backoff, and what a history says of them.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use netlab::history::{Backlog, Fate, Limits, Transit};
use netlab::run::*;
use netlab::topology::*;
use netlab::world::{Command, Quiet};
use netlab::{BitsPerSec, Duration, Instant, World};
use wire::medium::slot_time;

const TEN: BitsPerSec = BitsPerSec::new(10_000_000).unwrap();

/// A link of this rate in Mbit/s.
fn link(a: u32, b: u32, mbps: u64) -> Link {
    let way = way(mbps, 1_000, 64 * 1024);
    Link::new([NodeId(a), NodeId(b)], [way.clone(), way])
}

/// Hosts 0 to `hosts` - 1 around a hub.
fn around_a_hub(hosts: u8, mbps: u64) -> Topology {
    let mut nodes: Vec<_> = (1..=hosts).map(host).collect();
    nodes.push(hub());
    let links = (0..u32::from(hosts)).map(|number| link(number, hosts.into(), mbps)).collect();
    Topology { nodes, links }
}

fn udp(mbps: u64, seconds: u64) -> RunKind {
    RunKind::Iperf(Iperf {
        amount: Amount::Time(Duration::from_secs(seconds)),
        transport: IperfTransport::Udp {
            rate: BitsPerSec::new(mbps * 1_000_000).unwrap(),
            datagram_bytes: 1_470,
        },
        ..Iperf::default()
    })
}

fn ping(count: u32) -> RunKind {
    RunKind::Ping(Ping { count, ..Ping::default() })
}

/// Starts these runs together, after a ping of each pair, and runs until all is over.
fn run(topology: Topology, pairs: &[(u32, u32, RunKind)]) -> World {
    let mut world = world(topology);
    for (from, to, _) in pairs {
        start(&mut world, NodeId(*from), NodeId(*to), ping(1));
    }
    world.run_until(Instant::ZERO + Duration::from_secs(5), || true);
    for (from, to, kind) in pairs {
        start(&mut world, NodeId(*from), NodeId(*to), kind.clone());
    }
    let end = Instant::ZERO + Duration::from_secs(200);
    assert_eq!(world.run_until_quiet(end, || true), Quiet::Reached);
    world
}

fn directions(world: &World) -> impl Iterator<Item = Direction> + use<> {
    (0..world.topology().links.len() * 2).map(Direction::from_index)
}

fn collisions(world: &World) -> u64 {
    directions(world).map(|direction| world.history().collisions_by(direction, world.now())).sum()
}

/// What the stations of these links sent, in order of time.
fn sent(world: &World) -> Vec<&Transit> {
    let is_station = |transit: &&Transit| {
        world.topology().node(world.topology().sender(transit.direction)).kind != NodeKind::Hub
    };
    let reached = |transit: &&Transit| transit.end > transit.start;
    let mut sent: Vec<_> = world.history().transits().filter(is_station).filter(reached).collect();
    sent.sort_by_key(|transit| transit.start);
    sent
}

/// The rate of what iperf runs received, in Mbit/s, from the beginning of the first to the end of the last.
fn received_mbps(world: &World, seconds: u64) -> f64 {
    let bytes: u64 = world.history().runs().iter().map(|run| run.totals_at(world.now()).bytes).sum();
    bytes as f64 * 8.0 / 1e6 / seconds as f64
}

#[test]
fn both_directions_of_a_hub_together_carry_at_most_its_rate() {
    let world = run(around_a_hub(2, 10), &[(0, 1, udp(8, 5)), (1, 0, udp(8, 5))]);
    let rate = received_mbps(&world, 5);
    assert!((8.0..10.0).contains(&rate), "{rate} Mbit/s");
    assert!(collisions(&world) > 0);
    let full_duplex = run(
        Topology { nodes: vec![host(1), host(2)], links: vec![link(0, 1, 10)] },
        &[(0, 1, udp(8, 5)), (1, 0, udp(8, 5))],
    );
    assert!(received_mbps(&full_duplex, 5) > 15.9, "a full-duplex link carries twice as much");
    assert_eq!(collisions(&full_duplex), 0);
}

#[test]
fn one_direction_of_a_hub_alone_has_all_of_its_rate() {
    let world = run(around_a_hub(3, 10), &[(0, 1, udp(9, 3))]);
    let rate = received_mbps(&world, 3);
    assert!((8.9..9.1).contains(&rate), "{rate} Mbit/s");
    let lost = sent(&world).iter().filter(|transit| transit.fate != Fate::Delivered).count();
    assert_eq!(lost, 0);
}

#[test]
fn the_stations_of_joined_hubs_share_one_medium_and_those_beyond_a_switch_another() {
    // Hosts 0 and 1 at hub 4, hosts 2 and 3 at hub 5; the hubs are joined, directly or by switch 6.
    let of = |middle: &[(u32, u32)]| {
        let mut nodes: Vec<_> = (1..=4).map(host).collect();
        nodes.extend([hub(), hub(), switch()]);
        let mut links: Vec<_> =
            [(0, 4), (1, 4), (2, 5), (3, 5)].iter().chain(middle).map(|&(a, b)| link(a, b, 10)).collect();
        links.truncate(4 + middle.len());
        Topology { nodes, links }
    };
    let pairs = [(0, 1, udp(8, 3)), (2, 3, udp(8, 3))];
    let one = received_mbps(&run(of(&[(4, 5)]), &pairs), 3);
    assert!(one < 10.0, "{one} Mbit/s in one domain");
    let two = received_mbps(&run(of(&[(4, 6), (5, 6)]), &pairs), 3);
    assert!(two > 15.5, "{two} Mbit/s in two domains");
}

#[test]
fn no_two_stations_of_a_medium_ever_send_at_the_same_time() {
    let pairs = [(0, 1, udp(4, 2)), (1, 2, udp(4, 2)), (2, 3, udp(4, 2)), (3, 0, ping(20))];
    let world = run(around_a_hub(4, 10), &pairs);
    let gap = TEN.time_for(12);
    for pair in sent(&world).windows(2) {
        assert!(pair[1].start >= pair[0].end + gap, "{:?} then {:?}", pair[0], pair[1]);
    }
    assert!(collisions(&world) > 100, "{}", collisions(&world));
}

#[test]
fn a_collision_is_in_the_history_of_every_station_that_took_part_and_the_backoff_is_whole_slots() {
    let world = run(around_a_hub(2, 10), &[(0, 1, udp(8, 1)), (1, 0, udp(8, 1))]);
    let (history, end) = (world.history(), world.now());
    let of = |link| {
        let direction = Direction { link: LinkId(link), from: End::First };
        history.collisions(direction, Instant::ZERO, end).copied().collect::<Vec<_>>()
    };
    let (a, b) = (of(0), of(1));
    assert!(!a.is_empty());
    assert_eq!(a.iter().map(|it| it.at).collect::<Vec<_>>(), b.iter().map(|it| it.at).collect::<Vec<_>>());
    let slot = slot_time(TEN).nanos();
    for collision in a.iter().chain(&b) {
        assert_eq!(collision.until - collision.at, TEN.time_for(12), "preamble and jam");
        let waits = (collision.ready - collision.until).nanos();
        assert_eq!(waits % slot, 0);
        assert!(waits / slot < 1 << collision.count.min(10));
    }
    assert!(a.iter().any(|it| it.count > 1), "some frames collide again");
    // Frames wait while the other station sends, and none is left.
    let direction = Direction { link: LinkId(0), from: End::First };
    let backlogs =
        (0..6_000).map(|ms| history.backlog_at(direction, Instant::ZERO + Duration::from_millis(ms)));
    assert!(backlogs.map(|backlog| backlog.frames).max() > Some(1));
    assert_eq!(history.backlog_at(direction, end), Backlog::default());
}

#[test]
fn a_half_duplex_port_makes_its_link_half_duplex_and_no_other() {
    // Two hosts at a switch: the first one's link may be half duplex at either end.
    let of = |duplex| {
        let mut topology = star(2, switch());
        topology.links = vec![Link { duplex, ..link(0, 2, 10) }, link(1, 2, 10)];
        topology
    };
    let pairs = [(0, 1, udp(8, 3)), (1, 0, udp(8, 3))];
    for half in [[Duplex::Half, Duplex::Full], [Duplex::Full, Duplex::Half], [Duplex::Half; 2]] {
        let topology = of(half);
        assert_eq!([0, 1].map(|link| topology.is_half_duplex(LinkId(link))), [true, false]);
        let world = run(topology, &pairs);
        let rate = received_mbps(&world, 3);
        assert!((8.0..10.0).contains(&rate), "{rate} Mbit/s");
        let other = |from| world.history().collisions_by(Direction { link: LinkId(1), from }, world.now());
        assert_eq!(End::BOTH.map(other), [0, 0]);
    }
    let world = run(of([Duplex::Full; 2]), &pairs);
    assert!(received_mbps(&world, 3) > 15.9);
}

#[test]
fn tcp_gets_through_a_busy_hub() {
    let tcp = RunKind::Iperf(Iperf { amount: Amount::Bytes(500_000), ..Iperf::default() });
    let world = run(around_a_hub(3, 10), &[(0, 1, tcp), (2, 0, udp(3, 2))]);
    for run in world.history().runs() {
        assert_eq!(run.outcome_at(world.now()), Some(&Outcome::Succeeded));
    }
}

#[test]
fn the_backoff_is_drawn_from_the_seed_and_slicing_changes_nothing() {
    let history = |seed, slice: Option<u64>| {
        let mut world = World::new(around_a_hub(3, 10), seed, Limits::default()).unwrap();
        for (from, to) in [(A, B), (B, NodeId(2))] {
            start(&mut world, from, to, udp(8, 1));
        }
        let end = Instant::ZERO + Duration::from_secs(2);
        while let Some(next) =
            slice.map(|us| world.now() + Duration::from_micros(us)).filter(|next| *next < end)
        {
            world.run_until(next, || true);
        }
        world.run_until(end, || true);
        (world.history().hash(), collisions(&world))
    };
    let (hash, count) = history(7, None);
    assert!(count > 0);
    assert_eq!(history(7, Some(777)), (hash, count));
    assert_ne!(history(8, None).0, hash);
}

#[test]
fn a_station_without_carrier_neither_waits_nor_disturbs_the_others() {
    let mut world = world(around_a_hub(3, 10));
    start(&mut world, A, B, udp(8, 2));
    start(&mut world, NodeId(2), A, udp(8, 2));
    world.run_until(Instant::ZERO + Duration::from_secs(1), || true);
    let mut ways = world.topology().links[2].ways.clone();
    ways.iter_mut().for_each(|way| way.impairments.push(wire::impair::Impairment::Down));
    world.apply(Command::SetLink(LinkId(2), ways)).unwrap();
    let cut = world.now();
    world.run_until(cut + Duration::from_millis(900), || true);
    let direction = Direction { link: LinkId(2), from: End::First };
    assert_eq!(world.history().backlog_at(direction, world.now()).frames, 0);
    let later = world.history().collisions(direction, cut + Duration::from_millis(1), world.now()).count();
    assert_eq!(later, 0, "it does not take part any more");
    assert!(sent(&world).iter().filter(|transit| transit.start > cut).count() > 500, "the others do");
}

#[test]
fn a_cable_that_joins_two_hubs_while_frames_wait_joins_their_media() {
    let mut nodes: Vec<_> = (1..=4).map(host).collect();
    nodes.extend([hub(), hub()]);
    let links = [(0, 4), (1, 4), (2, 5), (3, 5)].map(|(a, b)| link(a, b, 10)).to_vec();
    let mut world = world(Topology { nodes, links });
    for (from, to) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
        start(&mut world, NodeId(from), NodeId(to), udp(8, 2));
    }
    world.run_until(Instant::ZERO + Duration::from_millis(1_000), || true);
    world.apply(Command::AddLink(link(4, 5, 10))).unwrap();
    let joined = world.now();
    world.run_until(Instant::ZERO + Duration::from_secs(40), || true);
    assert!(world.is_quiet(), "no frame is left waiting");
    let gap = TEN.time_for(12);
    // What was being sent when the cable was plugged in is sent to its end.
    let after: Vec<_> = sent(&world)
        .into_iter()
        .filter(|transit| transit.start > joined + Duration::from_millis(2))
        .collect();
    assert!(after.len() > 500);
    for pair in after.windows(2) {
        assert!(pair[1].start >= pair[0].end + gap, "{:?} then {:?}", pair[0], pair[1]);
    }
}

#[test]
fn the_slowest_link_sets_the_rate_of_a_hub() {
    let mut topology = around_a_hub(2, 100);
    topology.links[1] = link(1, 2, 10);
    let world = run(topology, &[(0, 1, udp(20, 2))]);
    let rate = received_mbps(&world, 2);
    assert!(rate < 10.0, "{rate} Mbit/s");
    assert!(
        sent(&world).iter().all(|transit| transit.end - transit.start == TEN.time_for(transit.frame.len()))
    );
}
