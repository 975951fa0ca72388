//! iperf over UDP: a late datagram is not a lost one, a rate is never more than the line carries, and a run ends in time.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use netlab::run::*;
use netlab::topology::*;
use netlab::world::{Command, Quiet};
use netlab::{BitsPerSec, Duration, Instant, Ratio, World};
use proptest::prelude::*;
use wire::impair::Impairment;
use wire::line::Queue;

/// Two hosts at a switch; the second one's link has this rate, delay and queue.
fn over(kbps: u64, delay: Duration, queue_bytes: usize) -> Topology {
    let mut topology = star(2, switch());
    for way in &mut topology.links[1].ways {
        way.line.rate = BitsPerSec::new(kbps * 1_000);
        way.line.delay = delay;
        way.line.queue = Queue::bytes(queue_bytes);
    }
    topology
}

fn udp(kbps: u64, amount: Amount) -> Iperf {
    let rate = BitsPerSec::new(kbps * 1_000).unwrap();
    Iperf { amount, transport: IperfTransport::Udp { rate, datagram_bytes: 1_470 }, ..Iperf::default() }
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Pings first, so that the neighbors are known; then runs iperf to its end.
fn run(topology: Topology, iperf: Iperf) -> (World, RunId) {
    let mut world = world(topology);
    let ping = Ping { count: 1, timeout: Duration::from_secs(60), ..Ping::default() };
    start(&mut world, A, B, RunKind::Ping(ping));
    let end = Instant::ZERO + Duration::from_secs(2_000);
    assert_eq!(world.run_until_quiet(end, || true), Quiet::Reached);
    let run = start(&mut world, A, B, RunKind::Iperf(iperf));
    assert_eq!(world.run_until_quiet(end, || true), Quiet::Reached);
    (world, run)
}

fn intervals(world: &World, run: RunId) -> Vec<Interval> {
    let entries = world.history().run(run).entries.iter();
    entries
        .filter_map(|entry| match entry.event {
            RunEvent::Interval(interval) => Some(interval),
            _ => None,
        })
        .collect()
}

/// From the start of a run to its last entry.
fn lasts(world: &World, run: RunId) -> Duration {
    let log = world.history().run(run);
    log.entries.last().unwrap().at - log.start
}

#[test]
fn what_a_long_delay_or_a_deep_queue_makes_late_is_not_lost() {
    let seconds = |secs| Amount::Time(Duration::from_secs(secs));
    for (topology, iperf) in [
        // Eight seconds there and back.
        (over(10_000, ms(4_000), 64 << 10), udp(1_000, seconds(3))),
        // Twice the rate of the line for ten seconds: the last one waits for ten more.
        (over(2_000, ms(15), 4 << 20), udp(4_000, seconds(10))),
        // A minute's worth of queue.
        (over(100, ms(1), 4 << 20), udp(1_000, seconds(6))),
        (over(10_000, ms(30_000), 64 << 10), udp(1_000, Amount::Bytes(1_470))),
    ] {
        let (world, run) = run(topology, iperf);
        let (outcome, totals) = result(&world, run);
        assert_eq!(outcome, Outcome::Succeeded);
        assert_eq!(totals.received, totals.sent);
    }
}

#[test]
fn what_the_queue_drops_is_lost_and_nothing_else() {
    let (world, run) = run(over(2_000, ms(15), 32 << 10), udp(4_000, Amount::Time(Duration::from_secs(5))));
    let (_, totals) = result(&world, run);
    let links = (0..4).map(|way| world.history().totals(Direction::from_index(way)));
    let dropped: u64 = links.flat_map(|totals| totals.dropped.values().copied().collect::<Vec<_>>()).sum();
    assert!(dropped > 500, "{dropped}");
    assert_eq!(totals.sent - totals.received, dropped);
}

#[test]
fn a_lossy_run_ends_a_second_after_its_last_datagram_has_arrived() {
    let mut topology = over(10_000, ms(5), 64 << 10);
    topology.links[1]
        .ways
        .iter_mut()
        .for_each(|way| way.impairments.push(Impairment::Loss(Ratio::percent(20))));
    let (world, run) = run(topology, udp(1_000, Amount::Time(Duration::from_secs(2))));
    let (_, totals) = result(&world, run);
    assert!(totals.received < totals.sent);
    assert!(lasts(&world, run) < ms(3_100), "{}", lasts(&world, run));
}

#[test]
fn a_frame_that_circles_for_ever_does_not_keep_a_run_for_ever() {
    // Three switches in a ring without a tree: whatever is flooded goes round and round.
    let nodes = vec![host(1), host(2), switch(), switch(), switch()];
    let links = vec![cable(2, 3), cable(3, 4), cable(4, 2), cable(0, 2), cable(1, 4)];
    let slow = |mut link: Link| {
        link.ways.iter_mut().for_each(|way| way.line.delay = ms(500));
        link
    };
    let mut world = world(Topology { nodes, links: links.into_iter().map(slow).collect() });
    let run = start(&mut world, A, B, RunKind::Iperf(udp(100, Amount::Time(Duration::from_secs(1)))));
    world.run_until(Instant::ZERO + Duration::from_secs(700), || true);
    assert!(world.history().run(run).outcome_at(world.now()).is_some());
}

#[test]
fn a_run_to_nobody_ends_soon_and_has_sent_nothing() {
    let absent = Target::Address("10.0.0.77".parse().unwrap());
    for amount in [Amount::Time(Duration::from_secs(2)), Amount::Bytes(10_000_000), Amount::Bytes(3_000)] {
        let mut world = world(star(2, switch()));
        let spec = RunSpec { from: A, to: absent, kind: RunKind::Iperf(udp(1_000, amount)) };
        let run = world.apply(Command::Start(spec)).unwrap().1.unwrap();
        let end = Instant::ZERO + Duration::from_secs(100);
        assert_eq!(world.run_until_quiet(end, || true), Quiet::Reached);
        let (outcome, totals) = result(&world, run);
        assert_eq!(outcome, Outcome::Failed(Failure::Unreachable(IcmpError::HostUnreachable)));
        assert_eq!((totals.sent, totals.received), (0, 0));
        assert!(lasts(&world, run) < Duration::from_secs(8), "{}", lasts(&world, run));
    }
}

#[test]
fn three_datagrams_at_once_are_not_faster_than_the_line() {
    // 1000 bytes on the wire take 800 µs: the first is complete when the second begins.
    let mut topology = star(2, switch());
    for way in topology.links.iter_mut().flat_map(|link| &mut link.ways) {
        way.line.rate = BitsPerSec::new(10_000_000);
        way.line.delay = Duration::from_micros(1);
    }
    let rate = BitsPerSec::new(10_000_000_000).unwrap();
    let transport = IperfTransport::Udp { rate, datagram_bytes: 958 };
    let (world, run) = run(topology, Iperf { amount: Amount::Bytes(2_874), transport, ..Iperf::default() });
    let (_, totals) = result(&world, run);
    assert_eq!(totals.transfer_time, Duration::from_micros(2_400), "three times 800 µs");
    assert!((totals.goodput_bps().unwrap() - 9.58e6).abs() < 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_interval_and_no_total_is_above_the_line_rate(
        line in 200u64..20_000, factor in 1u64..40, interval in 20u64..1_500, millis in 50u64..4_000, queue in 2_000usize..100_000,
    ) {
        let iperf = Iperf { interval: ms(interval), ..udp(line * factor / 10, Amount::Time(ms(millis))) };
        let (world, run) = run(over(line, ms(3), queue), iperf);
        let (_, totals) = result(&world, run);
        let most = line as f64 * 1_000.0;
        prop_assert!(totals.goodput_bps().unwrap_or(0.0) <= most, "{totals:?}");
        // A datagram takes up to 60 ms; an interval that is shorter than one cannot be divided further.
        for interval in intervals(&world, run).iter().filter(|interval| interval.to > interval.from + ms(61)) {
            let seconds = (interval.to.nanos() - interval.from.nanos()) as f64 / 1e9;
            prop_assert!(interval.bytes as f64 * 8.0 / seconds <= most, "{interval:?} over {line} kbit/s");
        }
        let sum: u64 = intervals(&world, run).iter().map(|interval| interval.bytes).sum();
        prop_assert!(intervals(&world, run).is_empty() || sum == totals.bytes, "{sum} of {}", totals.bytes);
    }
}
