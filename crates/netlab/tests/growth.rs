//! A network that grows while it runs: what is added works as if it had always been there, and does nothing before.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use netlab::history::{DropReason, Fate, HostEvent, Limits, NodeEvent, Transit};
use netlab::run::*;
use netlab::topology::*;
use netlab::world::{Command, CommandError};
use netlab::{Duration, Instant, Ratio, World};
use wire::impair::{Impairment, LossReason};
use wire::line::{LineConfig, Queue};

fn at(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

fn ping(count: u32, every_ms: u64) -> RunKind {
    RunKind::Ping(Ping { count, interval: Duration::from_millis(every_ms), ..Ping::default() })
}

fn start_of(from: u32, to: u32, kind: RunKind) -> Command {
    Command::Start(RunSpec { from: NodeId(from), to: Target::Node(NodeId(to), None), kind })
}

/// Both directions of the usual cable, with this wrong with them.
fn ways(impairments: &[Impairment]) -> [Way; 2] {
    pair(impairments).links[0].ways.clone()
}

fn both(link: u32) -> [Direction; 2] {
    End::BOTH.map(|from| Direction { link: LinkId(link), from })
}

/// Two hosts at a middle node (id 2), and then, at this moment, a third host (id 3) and its cable (id 2).
fn grown(middle: Node, moment: Instant) -> World {
    let mut world = world(star(2, middle));
    world.schedule(moment, Command::AddNode(host(3))).unwrap();
    world.schedule(moment, Command::AddLink(cable(3, 2))).unwrap();
    world
}

#[test]
fn a_host_and_a_cable_added_live_work_as_if_they_had_always_been_there() {
    for kind in [ping(4, 100), RunKind::Echo(Echo::default()), RunKind::Iperf(Iperf::default())] {
        let mut live = world(silent(star(2, switch())));
        live.run_until(at(1_000), || true);
        let mut third = host(3);
        silence(&mut third);
        live.apply(Command::AddNode(third)).unwrap();
        // It loses frames, so that its random streams have to be the same ones too.
        let lossy = ways(&[Impairment::Loss(Ratio::percent(3))]);
        live.apply(Command::AddLink(Link { ways: lossy, ..cable(3, 2) })).unwrap();
        let run = start(&mut live, NodeId(3), A, kind.clone());
        finish(&mut live);
        assert_eq!(result(&live, run).0, Outcome::Succeeded);

        let mut always = world(live.topology().clone());
        always.run_until(at(1_000), || true);
        start(&mut always, NodeId(3), A, kind);
        finish(&mut always);
        let seen = |world: &World| -> Vec<_> {
            let one = |transit: &Transit| (transit.direction, transit.frame.clone(), transit.gone());
            world.history().transits().map(one).collect()
        };
        assert_eq!(seen(&live), seen(&always));
        assert_eq!(result(&live, run), result(&always, run));
        assert_ne!(live.history().hash(), always.history().hash(), "the additions are part of the history");
    }
}

#[test]
fn a_hub_and_a_switch_flood_to_an_added_cable_from_its_moment_on_and_nothing_comes_over_it_before() {
    for middle in [hub(), switch()] {
        // The request leaves A at 0 s and is at the middle at 1.003 ms; it meets the new port only if that is there by then.
        for (moment, flooded) in
            [(Instant::from_nanos(1_003_360), true), (Instant::from_nanos(1_003_361), false)]
        {
            let mut world = grown(middle.clone(), moment);
            let run = start(&mut world, A, B, ping(1, 100));
            finish(&mut world);
            assert_eq!(result(&world, run).1.received, 1);
            let over_it: Vec<_> = world
                .history()
                .transits()
                .filter(|transit| both(2).contains(&transit.direction))
                .map(|transit| transit.queued)
                .collect();
            assert_eq!(over_it.first() == Some(&moment), flooded, "{over_it:?}");
            assert!(over_it.iter().all(|&queued| queued >= moment));
        }
    }
}

#[test]
fn the_ports_of_a_grown_world_are_those_of_its_topology() {
    let mut world = grown(switch(), at(5));
    world.schedule(at(6), Command::AddNode(host(4))).unwrap();
    world.schedule(at(7), Command::AddLink(Link { ends: [NodeId(2), NodeId(4)], ..cable(2, 4) })).unwrap();
    for (number, from) in [4, 3, 1, 0].into_iter().enumerate() {
        world.run_until(at(100 * (number as u64 + 1)), || true);
        let run = start(&mut world, NodeId(from), NodeId(if from == 0 { 1 } else { 0 }), ping(1, 100));
        finish(&mut world);
        assert_eq!(result(&world, run).0, Outcome::Succeeded);
    }
    let topology = world.topology();
    let learned: Vec<_> = world.history().node_at(NodeId(2), world.now()).macs;
    assert_eq!(learned.len(), 4);
    for entry in learned {
        let (mac, port) = (entry.mac, entry.port);
        let behind = topology.receiver(topology.ports()[2][port.0 as usize]);
        assert_eq!(topology.host(behind).unwrap().mac(behind), mac);
    }
}

#[test]
fn a_host_without_a_cable_goes_on_by_itself_when_it_gets_one() {
    let echo = RunKind::Echo(Echo { count: 3, ..Echo::default() });
    for kind in [ping(5, 1_000), echo] {
        let mut topology = star(2, switch());
        topology.nodes.push(host(3));
        let mut world = world(topology);
        let run = start(&mut world, NodeId(3), A, kind);
        world.run_until(at(2_500), || true);
        let into_nothing = |world: &World| {
            let entries = world.history().node(NodeId(3)).iter();
            entries.filter(|entry| entry.event == NodeEvent::Host(HostEvent::NoCable)).count()
        };
        let before = into_nothing(&world);
        assert!(before > 0);
        world.apply(Command::AddLink(cable(3, 2))).unwrap();
        finish(&mut world);
        assert_eq!(into_nothing(&world), before);
        let (outcome, totals) = result(&world, run);
        assert_eq!(outcome, Outcome::Succeeded);
        assert!(totals.received > 0);
    }
}

#[test]
fn a_cable_pulled_during_a_ping_loses_what_is_sent_meanwhile_and_the_rest_goes_on() {
    let mut world = world(silent(star(2, switch())));
    let run = start(&mut world, A, B, ping(10, 100));
    world.run_until(at(350), || true);
    world.apply(Command::SetLink(LinkId(0), ways(&[Impairment::Down]))).unwrap();
    world.run_until(at(650), || true);
    world.apply(Command::SetLink(LinkId(0), ways(&[]))).unwrap();
    finish(&mut world);
    let (outcome, totals) = result(&world, run);
    assert_eq!((outcome, totals.sent, totals.received), (Outcome::Succeeded, 10, 7));
    let down = DropReason::Impaired(LossReason::LinkDown);
    let lost: Vec<_> = world
        .history()
        .transits()
        .filter_map(|transit| match transit.fate {
            Fate::Dropped { reason, at } => Some((transit.direction, reason, at)),
            Fate::Delivered => None,
        })
        .collect();
    let [out, _] = both(0);
    assert_eq!(lost, [400, 500, 600].map(|ms| (out, down, at(ms))));
    assert_eq!(world.history().totals(out).dropped[&down], 3);
}

#[test]
fn the_history_says_what_a_link_was_like_at_every_moment_and_steps_to_each_change() {
    let mut world = grown(switch(), at(5));
    let [lossy, down] = [Impairment::Loss(Ratio::percent(3)), Impairment::Down].map(|one| ways(&[one]));
    let link = LinkId(2);
    let clean = cable(3, 2).ways;
    world.schedule(at(20), Command::SetLink(link, lossy.clone())).unwrap();
    world.run_until(at(29), || true);
    // Two in one moment: the last one holds.
    world.schedule(at(30), Command::SetLink(link, lossy.clone())).unwrap();
    world.schedule(at(30), Command::SetLink(link, down.clone())).unwrap();
    world.run_until(at(40), || true);
    let history = world.history();
    for (ms, then) in
        [(0, &clean), (5, &clean), (19, &clean), (20, &lossy), (29, &lossy), (30, &down), (99, &down)]
    {
        assert_eq!(&history.link_at(link, at(ms)).ways, then, "{ms} ms");
    }
    let changes: Vec<_> =
        history.link_changes(link).iter().map(|(at, link)| (*at, link.ways.clone())).collect();
    assert_eq!(changes, [(at(20), lossy.clone()), (at(30), lossy), (at(30), down)]);
    assert_eq!(history.link_changes(LinkId(0)), []);
    let steps: Vec<_> =
        std::iter::successors(history.next_after(at(5)), |&at| history.next_after(at)).collect();
    assert_eq!(steps, [20, 30].map(at));
}

#[test]
fn the_history_says_when_everything_was_added_and_steps_there() {
    let mut world = grown(switch(), at(5));
    world.schedule(at(9), Command::AddNode(hub())).unwrap();
    world.run_until(at(10), || true);
    let history = world.history();
    let nodes: Vec<_> = world.topology().node_ids().map(|id| history.born_node(id)).collect();
    let links: Vec<_> = (0..3).map(|link| history.born_link(LinkId(link))).collect();
    assert_eq!(nodes, [0, 0, 0, 5, 9].map(at));
    assert_eq!(links, [0, 0, 5].map(at));
    let steps: Vec<_> =
        std::iter::successors(history.next_after(Instant::ZERO), |&at| history.next_after(at)).collect();
    assert_eq!(steps, [5, 9].map(at));
}

#[test]
fn a_run_to_an_address_finds_the_host_that_has_it_only_once_it_is_there() {
    let outcome = |moment| {
        let mut world = grown(switch(), at(100));
        let to = Target::Address("10.0.0.3".parse().unwrap());
        let spec = RunSpec { from: A, to, kind: RunKind::Connect(Connect::default()) };
        let run = world.schedule(moment, Command::Start(spec)).unwrap().expect("a start has a run");
        finish(&mut world);
        result(&world, run).0
    };
    // It came while the client was still asking for its address, but without a server for this run.
    assert_eq!(outcome(at(99)), Outcome::Failed(Failure::Refused));
    assert_eq!(outcome(at(100)), Outcome::Succeeded);
}

#[test]
fn what_cannot_be_added_is_refused_with_what_to_do_and_changes_nothing() {
    let mut world = grown(switch(), at(5));
    let before = (world.topology().clone(), world.next_event_at());
    let mut error = |ms, command| world.schedule(at(ms), command).unwrap_err().to_string();
    let add = |config| Command::AddNode(Node { kind: NodeKind::Host(config), ..host(4) });
    let (plain, group) = (HostConfig::default(), smoltcp::wire::EthernetAddress([1, 0, 0x5e, 0, 0, 1]));
    let mut endless = cable(2, 2);
    endless.ends[0] = NodeId(3);
    endless.ways[1].line = LineConfig { rate: None, delay: Duration::ZERO, queue: Queue::bytes(0) };
    insta::assert_snapshot!(error(4, Command::AddNode(host(4))), @"4ms is too early: something is added at 5ms, and additions go in order of time; add this then or later");
    insta::assert_snapshot!(error(4, Command::AddLink(cable(3, 2))), @"4ms is too early: something is added at 5ms, and additions go in order of time; add this then or later");
    insta::assert_snapshot!(error(4, start_of(3, 0, ping(1, 100))), @"4ms is too early: this node or link is added at 5ms; choose that moment or a later one");
    insta::assert_snapshot!(error(4, start_of(0, 3, ping(1, 100))), @"4ms is too early: this node or link is added at 5ms; choose that moment or a later one");
    insta::assert_snapshot!(error(4, Command::SetLink(LinkId(2), ways(&[]))), @"4ms is too early: this node or link is added at 5ms; choose that moment or a later one");
    insta::assert_snapshot!(error(5, start_of(0, 4, ping(1, 100))), @"there is no such run, program, link or node");
    insta::assert_snapshot!(error(5, Command::SetLink(LinkId(3), ways(&[]))), @"there is no such run, program, link or node");
    insta::assert_snapshot!(error(5, Command::AddLink(cable(2, 4))), @"link LinkId(3) leads to a node that does not exist; add the node first");
    insta::assert_snapshot!(error(5, Command::AddLink(cable(2, 2))), @"link LinkId(3) joins a node with itself; it needs two different ones");
    insta::assert_snapshot!(error(5, Command::AddLink(cable(2, 3))), @"host NodeId(3) has more than one link but only one network card; put a hub or a switch in between");
    insta::assert_snapshot!(error(5, Command::AddLink(endless)), @"link LinkId(3) needs a rate or a delay: otherwise no time passes while frames go back and forth");
    insta::assert_snapshot!(error(5, add(HostConfig { ip_mtu: 100, ..plain.clone() })), @"host NodeId(4) needs an MTU of 1280 to 9000 bytes");
    insta::assert_snapshot!(error(5, add(HostConfig { mac: Some(group), ..plain })), @"host NodeId(4) needs a MAC address with an even first byte: an odd one is a group's");
    assert_eq!((world.topology().clone(), world.next_event_at()), before);
}

#[test]
fn a_network_grows_to_its_bounds_and_no_further() {
    let nodes = vec![hub(); NODES_MAX];
    let links = vec![cable(0, 1); LINKS_MAX - 1];
    let mut world = World::new(Topology { nodes, links }, 7, Limits::default()).unwrap();
    let full = |nodes, links| Err(CommandError::Topology(TopologyError::TooLarge { nodes, links }));
    assert_eq!(world.apply(Command::AddNode(hub())), full(NODES_MAX + 1, LINKS_MAX - 1));
    assert!(world.apply(Command::AddLink(cable(1, 2))).is_ok());
    assert_eq!(world.apply(Command::AddLink(cable(1, 2))), full(NODES_MAX, LINKS_MAX + 1));
}
