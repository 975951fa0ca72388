//! The queue disciplines on a line that is offered more than it can send.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use wire::line::{CoDel, Discipline, Dropped, Journey, Line, LineConfig, Queue, QueueDrop, QueueLimit, Red};
use wire::{BitsPerSec, Duration, Instant, Ratio};

/// A millisecond for each frame, and a thousand may wait.
fn slow(discipline: Discipline) -> Line {
    Line::new(LineConfig {
        rate: BitsPerSec::new(12_000_000),
        delay: Duration::from_millis(1),
        queue: Queue { limit: QueueLimit::Frames(1_000), discipline },
    })
}

/// The outcomes of frames of 1500 bytes that are sent every `gap_us` for `secs` seconds, and when each was sent.
fn offer(line: &mut Line, gap_us: u64, secs: u64) -> Vec<(Instant, Result<Journey, Dropped>)> {
    let at = |number| Instant::ZERO + Duration::from_micros(number * gap_us);
    (0..secs * 1_000_000 / gap_us).map(|number| (at(number), line.send(at(number), 1_500))).collect()
}

fn why(sent: &Result<Journey, Dropped>) -> Option<QueueDrop> {
    sent.err().map(|dropped| dropped.why)
}

/// The mean wait of the frames that came in these seconds and were sent, in milliseconds.
fn wait_ms(sent: &[(Instant, Result<Journey, Dropped>)], secs: std::ops::Range<u64>) -> f64 {
    let came = |at: &Instant| (secs.start * 1_000_000_000..secs.end * 1_000_000_000).contains(&at.nanos());
    let waits: Vec<_> = sent
        .iter()
        .filter(|(at, _)| came(at))
        .filter_map(|(at, sent)| Some((sent.ok()?.start - *at).millis_f64()))
        .collect();
    waits.iter().sum::<f64>() / waits.len() as f64
}

#[test]
fn codel_brings_down_the_standing_queue_that_drop_tail_keeps() {
    // A tenth too much for ever, from a sender that does not slow down.
    let tail = offer(&mut slow(Discipline::DropTail), 909, 60);
    let codel = offer(&mut slow(Discipline::CoDel(CoDel::default())), 909, 60);
    assert!(wait_ms(&tail, 30..60) > 990.0);
    assert!(wait_ms(&codel, 30..60) < 25.0, "{}", wait_ms(&codel, 30..60));
    assert!(codel.iter().all(|(_, sent)| matches!(why(sent), None | Some(QueueDrop::Late))));
    // It drops about what is too much, and does not let the line run dry for that.
    let sent = codel.iter().filter(|(_, sent)| sent.is_ok()).count();
    assert!((58_000..=60_100).contains(&sent), "{sent}");
}

#[test]
fn codel_leaves_a_line_alone_that_is_not_overloaded() {
    let full = offer(&mut slow(Discipline::CoDel(CoDel::default())), 1_000, 5);
    assert!(full.iter().all(|(_, sent)| sent.is_ok()));
}

#[test]
fn drops_of_codel_come_faster_and_faster_by_the_control_law() {
    let sent = offer(&mut slow(Discipline::CoDel(CoDel::default())), 500, 2);
    let late =
        sent.iter().filter_map(|(_, sent)| sent.err()).filter(|dropped| dropped.why == QueueDrop::Late);
    let dropped: Vec<_> = late.map(|dropped| dropped.at).collect();
    let mut due = dropped[0];
    for (count, &at) in (1u32..).zip(&dropped[1..]) {
        due += Duration::from_nanos((1e8 / f64::from(count).sqrt()) as u64);
        // The frame at the head at that time is the next one: a millisecond at most.
        let late = at.since(due).nanos();
        assert!(at + Duration::from_nanos(1_000) >= due && late <= 1_001_000, "{count}: {at} {due}");
    }
    assert!(dropped.len() > 50);
}

#[test]
fn a_late_frame_takes_no_time_to_send_but_a_place_until_it_is_dropped() {
    let mut line = slow(Discipline::CoDel(CoDel::default()));
    let sent = offer(&mut line, 500, 1);
    let mut free_at = Instant::ZERO;
    for (came, sent) in &sent {
        match sent {
            Ok(journey) => {
                assert_eq!(journey.start, free_at.max(*came));
                free_at = journey.end;
            }
            Err(dropped) => assert_eq!(dropped.at, free_at),
        }
    }
    // The waiting frames, dropped later or not, are those that have arrived and have not reached their moment.
    let (now, _) = *sent.last().unwrap();
    let moment =
        |sent: &Result<Journey, Dropped>| sent.map_or_else(|dropped| dropped.at, |journey| journey.start);
    let waiting = sent.iter().filter(|(_, sent)| moment(sent) > now).count();
    assert_eq!(line.waiting_bytes(), waiting * 1_500);
}

#[test]
fn red_keeps_the_average_queue_between_its_bounds() {
    let red = Red { min: 50, max: 150, probability: Ratio::percent(20), weight_log: 9 };
    let sent = offer(&mut slow(Discipline::Red(red)), 909, 30);
    // A tenth has to go: the bounds and the probability put that at about a quarter of the way, where drops at even
    // distances are nearly twice the base probability.
    let wait = wait_ms(&sent, 10..30);
    assert!((60.0..=100.0).contains(&wait), "{wait}");
    assert!(sent.iter().all(|(_, sent)| matches!(why(sent), None | Some(QueueDrop::Early))));
}

#[test]
fn red_measures_in_the_unit_of_the_limit() {
    let red = Red { min: 15_000, max: 45_000, probability: Ratio::percent(20), weight_log: 6 };
    let limit = QueueLimit::Bytes(100_000);
    let config = slow(Discipline::DropTail).config();
    let queue = Queue { limit, discipline: Discipline::Red(red) };
    let sent = offer(&mut Line::new(LineConfig { queue, ..config }), 909, 10);
    let wait = wait_ms(&sent, 5..10);
    assert!((10.0..=30.0).contains(&wait), "{wait}: ten to thirty frames of 1500 bytes");
}

#[test]
fn a_discipline_that_stays_keeps_its_state_and_another_starts_without() {
    let codel = Discipline::CoDel(CoDel::default());
    let mut constant = slow(codel);
    let expected = offer(&mut constant, 500, 2);
    let mut changed = slow(codel);
    let at = |number: u64| Instant::ZERO + Duration::from_micros(number * 500);
    let mut same = true;
    for (number, (_, expected)) in (0..).zip(&expected) {
        changed.reconfigure(changed.config());
        same &= changed.send(at(number), 1_500) == *expected;
    }
    assert!(same);
    changed.reconfigure(slow(Discipline::DropTail).config());
    changed.reconfigure(slow(codel).config());
    // A queue that has stood for long is given an interval of grace again.
    assert!(changed.send(at(4_000), 1_500).is_ok());
    assert!(constant.waiting_bytes() > 0);
}
