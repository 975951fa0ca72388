//! What the history says of small exchanges, whole, and how it is asked about any moment.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use netlab::history::{Fate, FrameId, Stride, Transit};
use netlab::run::*;
use netlab::topology::*;
use netlab::world::Command;
use netlab::{Duration, Instant, Ratio, World};
use std::fmt::Write;
use wire::impair::Impairment;

/// One line for each frame on each wire: when it started and arrived, from where to where, what type and length.
fn frames(world: &World) -> String {
    let topology = world.topology();
    let mut text = String::new();
    for transit in world.history().transits() {
        let (from, to) = (topology.sender(transit.direction), topology.receiver(transit.direction));
        let fate = match transit.fate {
            Fate::Delivered => format!("{}", transit.arrival),
            Fate::Dropped { reason, at } => format!("{} at {at}", reason.name()),
        };
        let kind = match transit.frame[12..14] {
            [0x08, 0x06] => "ARP",
            [0x08, 0x00] => "IPv4",
            [0x86, 0xdd] => "IPv6",
            _ => "?",
        };
        let names = [from, to].map(|node| &topology.node(node).name);
        let length = transit.frame.len();
        writeln!(
            text,
            "#{} {kind} {length} {}→{} {} {fate}",
            transit.frame_id.0, names[0], names[1], transit.start
        )
        .unwrap();
    }
    text
}

#[test]
fn a_first_ping_is_arp_then_echo_and_the_switch_floods_only_the_broadcast() {
    let ping = Ping { count: 1, ..Ping::default() };
    let (world, ..) = run(star(3, switch()), RunKind::Ping(ping));
    insta::assert_snapshot!(frames(&world), @r"
    #0 ARP 42 h1→s 0s 1.00336ms
    #0 ARP 42 s→h2 1.00336ms 2.00672ms
    #0 ARP 42 s→h3 1.00336ms 2.00672ms
    #1 ARP 42 h2→s 2.00672ms 3.01008ms
    #1 ARP 42 s→h1 3.01008ms 4.01344ms
    #2 IPv4 98 h1→s 4.01344ms 5.02128ms
    #2 IPv4 98 s→h2 5.02128ms 6.02912ms
    #3 IPv4 98 h2→s 6.02912ms 7.03696ms
    #3 IPv4 98 s→h1 7.03696ms 8.0448ms
    ");
}

#[test]
fn a_lost_frame_dies_halfway_and_a_refused_one_at_its_port() {
    let udp = Echo { transport: Transport::Udp, ..Echo::default() };
    let lossy = silent(pair(&[Impairment::Loss(Ratio::percent(100))]));
    let (world, outcome, _) = run(lossy, RunKind::Echo(udp.clone()));
    assert_eq!(outcome, Outcome::Failed(Failure::Unreachable(IcmpError::HostUnreachable)));
    insta::assert_snapshot!(frames(&world), @r"
    #0 ARP 42 h1→h2 0s loss at 501.68µs
    #1 ARP 42 h1→h2 1s loss at 1.00050168s
    #2 ARP 42 h1→h2 2s loss at 2.00050168s
    ");
    let (world, ..) = run(silent(pair(&[Impairment::FrameSizeMax(20)])), RunKind::Echo(udp));
    insta::assert_snapshot!(frames(&world), @r"
    #0 ARP 42 h1→h2 0s too_big at 0s
    #1 ARP 42 h1→h2 1s too_big at 1s
    #2 ARP 42 h1→h2 2s too_big at 2s
    ");
}

#[test]
fn at_every_moment_the_frames_on_a_wire_are_those_between_queued_and_gone() {
    let mut topology = pair(&[Impairment::Loss(Ratio::percent(5))]);
    topology.links[0].ways[0].line = way(10, 2_000, 10_000).line;
    let iperf = Iperf { amount: Amount::Bytes(100_000), ..Iperf::default() };
    let (world, ..) = run(topology, RunKind::Iperf(iperf));
    let history = world.history();
    for moment in (0..400).map(|n| Instant::from_nanos(n * 777_777)) {
        let handed = history.transits().filter(|transit| transit.queued <= moment).map(|transit| transit.id);
        assert!(history.transits_by(moment).map(|transit| transit.id).eq(handed));
        for from in End::BOTH {
            let direction = Direction { link: LinkId(0), from };
            let there = |transit: &&Transit| {
                transit.direction == direction && transit.queued <= moment && transit.gone() >= moment
            };
            let expected: Vec<_> = history.transits().filter(there).map(|transit| transit.id).collect();
            let found: Vec<_> =
                history.passing(direction, moment, moment).map(|transit| transit.id).collect();
            assert_eq!(found, expected);
            let dropped = history
                .transits()
                .filter(|transit| transit.direction == direction && transit.queued <= moment)
                .filter(|transit| transit.fate != Fate::Delivered)
                .count() as u64;
            assert_eq!(history.dropped_by(direction, moment), dropped);
        }
    }
}

#[test]
fn stepping_visits_every_moment_once_and_in_order() {
    let (world, ..) = run(star(2, switch()), RunKind::Ping(Ping { count: 1, ..Ping::default() }));
    let history = world.history();
    let mut expected: Vec<_> = history
        .transits()
        .flat_map(|transit| [transit.queued, transit.start, transit.gone()])
        .chain(world.topology().node_ids().flat_map(|id| history.node(id)).map(|entry| entry.at))
        .chain(history.runs()[0].entries.iter().map(|entry| entry.at))
        .filter(|&at| at > Instant::ZERO)
        .collect();
    expected.sort();
    expected.dedup();
    let steps: Vec<_> =
        std::iter::successors(history.next_after(Instant::ZERO), |&at| history.next_after(at)).collect();
    assert_eq!(steps, expected);
}

#[test]
fn a_switch_forgets_who_was_not_heard_and_the_tables_of_any_moment_can_be_seen() {
    let (mut world, ..) = run(star(2, switch()), RunKind::Ping(Ping { count: 1, ..Ping::default() }));
    world.run_until(Instant::ZERO + Duration::from_secs(400), || true);
    let macs = |at| world.history().node_at(NodeId(2), at).macs.len();
    let at = |ms| Instant::ZERO + Duration::from_millis(ms);
    assert_eq!(
        [macs(at(0)), macs(at(2)), macs(at(100)), macs(at(299_000)), macs(at(301_000))],
        [0, 1, 2, 2, 0]
    );
    let neighbors = world.history().node_at(A, world.now()).neighbors;
    assert_eq!(neighbors.len(), 1);
    assert_eq!(neighbors[0].0, "10.0.0.2".parse().unwrap());
}

#[test]
fn a_command_for_the_past_is_refused_and_so_is_a_run_that_makes_no_sense() {
    let mut world = world(star(2, switch()));
    world.run_until(Instant::ZERO + Duration::from_secs(1), || true);
    let ping = |from, to| {
        let to = Target::Node(to, None);
        Command::Start(RunSpec { from, to, kind: RunKind::Ping(Ping::default()) })
    };
    let mut error = |at, command| world.schedule(at, command).unwrap_err().to_string();
    let (past, open) = (Instant::ZERO, Instant::ZERO + Duration::from_secs(2));
    insta::assert_snapshot!(error(past, ping(A, B)), @"0s is past: the world has already run to 1.000000001s");
    insta::assert_snapshot!(error(open, ping(A, A)), @"a run needs two different hosts");
    insta::assert_snapshot!(error(open, ping(A, NodeId(2))), @"a run goes from a host to a host or an address; this node is not a host");
    insta::assert_snapshot!(error(open, ping(A, NodeId(9))), @"there is no such run, program, link or node");
    insta::assert_snapshot!(error(open, Command::Stop(RunId(0))), @"there is no such run, program, link or node");
}

/// A transfer over a lossy link and through a switch, with a switch's table, drops and a queue.
fn eventful() -> World {
    let mut topology = star(3, switch());
    topology.links[1].ways[0].impairments = vec![Impairment::Loss(Ratio::percent(5))];
    topology.links[1].ways[0].line = way(10, 300, 8_000).line;
    let iperf = Iperf { amount: Amount::Bytes(60_000), ..Iperf::default() };
    run(topology, RunKind::Iperf(iperf)).0
}

/// Every moment that a step can go to, in order, by a naive search.
fn moments(world: &World, stride: Stride) -> Vec<Instant> {
    let (history, topology) = (world.history(), world.topology());
    let mut moments = std::collections::BTreeSet::new();
    for transit in history.transits() {
        let (from, to) = (topology.sender(transit.direction), topology.receiver(transit.direction));
        let dropped = transit.fate != Fate::Delivered;
        match stride {
            Stride::Event => moments.extend([transit.queued, transit.start, transit.gone()]),
            Stride::Link(link) if transit.direction.link == link => {
                moments.extend([transit.queued, transit.start, transit.gone()]);
            }
            Stride::One(frame) if transit.frame_id == frame => {
                moments.extend([transit.queued, transit.start, transit.gone()]);
            }
            Stride::Frame if transit.first => moments.extend([transit.start]),
            Stride::Drop if dropped => moments.extend([transit.gone()]),
            Stride::Node(node) => {
                moments
                    .extend((node == from).then_some([transit.queued, transit.start]).into_iter().flatten());
                moments.extend((node == to && !dropped).then_some(transit.arrival));
            }
            _ => {}
        }
    }
    if let Stride::Link(link) = stride {
        moments.insert(history.born_link(link));
    }
    for node in topology.node_ids() {
        if matches!(stride, Stride::Event) || stride == Stride::Node(node) {
            moments.extend(history.node(node).iter().map(|entry| entry.at));
        }
    }
    if stride == Stride::Event {
        moments.extend(history.runs().iter().flat_map(|run| &run.entries).map(|entry| entry.at));
    }
    moments.into_iter().collect()
}

#[test]
fn a_step_forward_or_back_goes_to_the_next_moment_and_misses_none() {
    let world = eventful();
    let (history, topology) = (world.history(), world.topology());
    let ends = |direction| [topology.sender(direction), topology.receiver(direction)];
    let end = world.now() + Duration::from_secs(1);
    for stride in [
        Stride::Event,
        Stride::Frame,
        Stride::Drop,
        Stride::Node(NodeId(1)),
        Stride::Node(NodeId(3)),
        Stride::Link(LinkId(1)),
        Stride::One(FrameId(4)),
    ] {
        let all = moments(&world, stride);
        assert!(!all.is_empty(), "{stride:?} goes somewhere");
        let mut back = Vec::new();
        let mut at = end;
        while let Some(before) = history.step_before(at, stride, &ends) {
            back.push(before);
            at = before;
        }
        back.reverse();
        assert_eq!(back, all, "{stride:?}, back");
        let mut forth =
            all.first().filter(|first| **first == Instant::ZERO).copied().into_iter().collect::<Vec<_>>();
        let mut at = Instant::ZERO;
        while let Some(next) = history.step_after(at, stride, &ends) {
            forth.push(next);
            at = next;
        }
        assert_eq!(forth, all, "{stride:?}, forth");
    }
}
