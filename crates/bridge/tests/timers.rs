//! The timer that a bridge names is the one that fires.

use bridge::config::{Edge, Stp};
use bridge::{Actions, Bridge, Config, Port, StpTimer, Timer};
use smoltcp::wire::EthernetAddress;
use std::collections::BTreeSet;
use wire::node::{Action, Tag};
use wire::{Duration, Frame, Instant, PortId};

const PORT: PortId = PortId(0);

fn at(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

fn bridge(number: u8, config: Config, port: Port) -> Bridge {
    let mut bridge = Bridge::new(config, EthernetAddress([2, 0, 0, 0, 0, number]));
    bridge.add_port(at(0), port, None, &mut Actions::default());
    bridge
}

fn with_tree() -> Config {
    Config { stp: Some(Stp::default()), ..Config::default() }
}

/// Polls the bridge at each of its timers up to this moment; returns the timers.
fn run(bridge: &mut Bridge, until: Instant) -> BTreeSet<Timer> {
    let mut fired = BTreeSet::new();
    while let Some((now, timer)) = bridge.next_timer().filter(|(at, _)| *at <= until) {
        assert_eq!(bridge.poll_at(), Some(now));
        fired.insert(timer);
        bridge.poll(now, &mut Actions::default());
    }
    fired
}

#[test]
fn a_plain_bridge_wakes_only_to_age_addresses() {
    let mut bridge = bridge(1, Config::default(), Port::default());
    assert_eq!(bridge.next_timer(), None);
    let frame = Frame::copy_from(&[&[0xff; 6][..], &[2, 0, 0, 0, 0, 9], &[8, 0]].concat());
    bridge.receive(at(1), PORT, frame, Tag::default(), &mut Actions::default());
    assert_eq!(bridge.next_timer().map(|(_, timer)| timer), Some(Timer::AddressAging));
    run(&mut bridge, at(1_000_000));
    assert_eq!(bridge.next_timer(), None);
}

#[test]
fn a_port_alone_sends_hellos_and_is_taken_for_an_edge_after_three_seconds() {
    let mut bridge = bridge(1, with_tree(), Port::default());
    assert_eq!(bridge.next_timer(), Some((at(0), Timer::NewPort)));
    let fired = run(&mut bridge, at(2_999));
    assert_eq!(fired, BTreeSet::from([Timer::NewPort, Timer::SpanningTree(PORT, StpTimer::Hello)]));
    assert_eq!(bridge.next_timer(), Some((at(3_000), Timer::SpanningTree(PORT, StpTimer::EdgeDelay))));
}

#[test]
fn a_port_that_may_be_no_edge_waits_for_the_forward_delay() {
    let mut bridge = bridge(1, with_tree(), Port { edge: Edge::No, ..Port::default() });
    let fired = run(&mut bridge, at(40_000));
    assert!(fired.contains(&Timer::SpanningTree(PORT, StpTimer::ForwardDelay)), "{fired:?}");
    assert!(!fired.contains(&Timer::SpanningTree(PORT, StpTimer::EdgeDelay)), "{fired:?}");
}

#[test]
fn information_from_a_silent_root_expires_after_three_hellos() {
    let [mut root, mut other] = [1, 2].map(|number| bridge(number, with_tree(), Port::default()));
    let mut out = Actions::default();
    root.poll(at(0), &mut out);
    other.poll(at(0), &mut Actions::default());
    for action in out.0 {
        if let Action::Send { frame, .. } = action {
            other.receive(at(0), PORT, frame, Tag::default(), &mut Actions::default());
        }
    }
    let expires = (at(6_000), Timer::SpanningTree(PORT, StpTimer::ReceivedInfo));
    run(&mut other, at(5_999));
    assert_eq!(other.next_timer(), Some(expires));
}

#[test]
fn snooping_sends_general_queries_and_removes_silent_members() {
    let mut bridge = bridge(1, Config { snooping: true, ..Config::default() }, Port::default());
    assert_eq!(bridge.next_timer(), Some((at(0), Timer::NewPort)));
    bridge.poll(at(0), &mut Actions::default());
    assert_eq!(bridge.next_timer(), Some((at(1_000), Timer::GeneralQuery)));
    // An IGMPv2 report of 239.1.2.3 (RFC 2236), from 10.0.0.9.
    let frame = Frame::copy_from(
        &[
            &[1, 0, 0x5e, 1, 2, 3, 2, 0, 0, 0, 0, 9, 8, 0][..],
            &[0x45, 0, 0, 28, 0, 0, 0, 0, 1, 2, 0xbe, 0xd3, 10, 0, 0, 9, 239, 1, 2, 3],
            &[0x16, 0, 0xf8, 0xfa, 239, 1, 2, 3],
        ]
        .concat(),
    );
    bridge.receive(at(10), PORT, frame, Tag::default(), &mut Actions::default());
    let fired = run(&mut bridge, at(300_000));
    assert_eq!(fired, BTreeSet::from([Timer::GeneralQuery, Timer::Membership]));
}
