//! A link's load, queue and drops over time.

use super::series::{Datum, Kind, Series, Tone, Unit};
use crate::timeline::Window;
use crate::topology::LiveTopology;
use netlab::history::Fate;
use netlab::topology::{Direction, End, LinkId};
use netlab::{History, Instant};
use texts::t;

/// The graphs of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Graph {
    /// Bits per second, and the link's rate.
    Load,
    /// Bytes in the queue.
    Queue,
    /// Frames dropped.
    Drops,
}

impl Graph {
    /// The unit of its values.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Load => Unit::Rate,
            Self::Queue => Unit::Bytes,
            Self::Drops => Unit::Frames,
        }
    }
}

/// The number of equal parts of the window.
const PARTS: usize = 200;

/// The series of a graph, both directions.
pub fn series(
    topology: LiveTopology<'_>,
    history: &History,
    now: Instant,
    link: LinkId,
    graph: Graph,
    window: Window,
) -> Vec<Series<'static>> {
    let mut series = Vec::new();
    for (from, tone) in End::BOTH.into_iter().zip([Tone::Main, Tone::Reply]) {
        let direction = Direction { link, from };
        let name = |node| topology.node(node).name.as_str();
        let way = format!("{} → {}", name(topology.sender(direction)), name(topology.receiver(direction)));
        let data = match graph {
            Graph::Load => load(history, direction, now, window),
            Graph::Queue => queue(history, direction, window),
            Graph::Drops => drops(history, direction, now, window),
        };
        series.push(Series { name: way.into(), tone, kind: Kind::Steps, data: data.into() });
    }
    let config = history.link_at(link, now).ways[0].line;
    let bound = match graph {
        Graph::Load => config.rate.map(|rate| (t!("Rate of the link"), rate.get())),
        _ => None,
    };
    if let Some((name, value)) = bound {
        let data = vec![Datum::new(window.from, value), Datum::new(window.until, value)];
        series.push(Series { name: name.into(), tone: Tone::Bound, kind: Kind::Steps, data: data.into() });
    }
    series
}

fn parts(window: Window, now: Instant, counts: &[f64; PARTS], scale: f64) -> Vec<Datum> {
    let begin = |number: usize| window.moment(number as f64 / PARTS as f64);
    let seen = counts.iter().enumerate().map(|(number, count)| (begin(number), (count * scale) as u64));
    seen.take_while(|(at, _)| *at <= now).map(|(at, value)| Datum::new(at, value)).collect()
}

/// Each frame's bits are spread over the time in which they leave.
fn load(history: &History, direction: Direction, now: Instant, window: Window) -> Vec<Datum> {
    let mut bits = [0.0; PARTS];
    for transit in history.passing(direction, window.from, window.until) {
        if transit.arrival == transit.queued && transit.fate != Fate::Delivered {
            continue; // It never got onto the wire.
        }
        let place = |at: Instant| window.share(at) * PARTS as f64;
        let (from, to) = (place(transit.start), place(transit.end));
        let all = transit.frame.len() as f64 * 8.0;
        let first = from.max(0.0) as usize;
        for (number, part) in
            bits.iter_mut().enumerate().skip(first).take_while(|(number, _)| *number as f64 <= to)
        {
            let number = number as f64;
            let share =
                if to - from < 1e-6 { 1.0 } else { (to.min(number + 1.0) - from.max(number)) / (to - from) };
            *part += all * share.max(0.0);
        }
    }
    parts(window, now, &bits, 1e9 * PARTS as f64 / window.nanos() as f64)
}

/// The length of the queue after every change.
fn queue(history: &History, direction: Direction, window: Window) -> Vec<Datum> {
    let waited = history
        .passing(direction, window.from, window.until)
        .filter(|transit| transit.start > transit.queued)
        .map(|transit| (transit.queued, transit.start, transit.frame.len() as u64));
    let waited: Vec<_> = waited.collect();
    // First in, first out: both the coming and the going are in order of time.
    let mut gone = waited.iter().peekable();
    let mut waiting = 0;
    let mut data = vec![Datum::new(window.from, 0)];
    let mut note = |at: Instant, waiting: u64| match data.last_mut().filter(|last| last.at >= at) {
        Some(last) => *last = Datum::new(last.at, waiting),
        None => data.push(Datum::new(at, waiting)),
    };
    for &(in_at, _, bytes) in &waited {
        while let Some((_, out_at, bytes)) = gone.next_if(|(_, out_at, _)| *out_at <= in_at) {
            waiting -= bytes;
            note(*out_at, waiting);
        }
        waiting += bytes;
        note(in_at, waiting);
    }
    for (_, out_at, bytes) in gone {
        waiting -= bytes;
        note(*out_at, waiting);
    }
    data
}

fn drops(history: &History, direction: Direction, now: Instant, window: Window) -> Vec<Datum> {
    let mut counts = [0.0; PARTS];
    for transit in history.passing(direction, window.from, window.until) {
        if let Fate::Dropped { at, .. } = transit.fate
            && (window.from..=window.until).contains(&at)
        {
            counts[((window.share(at) * PARTS as f64) as usize).min(PARTS - 1)] += 1.0;
        }
    }
    parts(window, now, &counts, 1.0)
}
