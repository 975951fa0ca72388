//! The whole of virtual time at a glance: how much of what was sent when, what was dropped, which runs went on, and where the
//! playhead is.

use super::Lab;
use netlab::Instant;
use netlab::history::RunLog;
use netlab::run::{Outcome, RunEvent};
use trace::Trace;
use trace::swatch::Swatch;

/// A stretch of virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first moment.
    pub from: Instant,
    /// Its last moment, later than the first.
    pub until: Instant,
}

impl Window {
    /// Shorter ones show nothing.
    const LEAST_NS: u64 = 1_000;

    /// Where a moment is in it, from 0 to 1, or outside.
    pub fn share(&self, at: Instant) -> f64 {
        (at.nanos() as f64 - self.from.nanos() as f64) / self.nanos() as f64
    }

    /// The moment at this place, from 0 to 1.
    pub fn moment(&self, share: f64) -> Instant {
        Instant::from_nanos(self.from.nanos() + (share.clamp(0.0, 1.0) * self.nanos() as f64) as u64)
    }

    /// How long it is.
    pub fn nanos(&self) -> u64 {
        self.until.nanos() - self.from.nanos()
    }

    /// Longer or shorter by this factor; what is at `about`, from 0 to 1, stays there. Within `whole`; `None`: all of it.
    pub fn zoomed(&self, factor: f64, about: f64, whole: Self) -> Option<Self> {
        let nanos = (self.nanos() as f64 * factor) as u64;
        if nanos >= whole.nanos() {
            return None;
        }
        let nanos = nanos.max(Self::LEAST_NS.min(whole.nanos()));
        let at = self.moment(about).nanos() as f64;
        Some(Self::clamped(at - about * nanos as f64, nanos, whole))
    }

    /// Moved by this share of its length.
    pub fn moved(&self, by: f64, whole: Self) -> Self {
        Self::clamped(self.from.nanos() as f64 + by * self.nanos() as f64, self.nanos(), whole)
    }

    fn clamped(from: f64, nanos: u64, whole: Self) -> Self {
        let from = (from.max(0.0) as u64).min(whole.until.nanos().saturating_sub(nanos));
        Self { from: Instant::from_nanos(from), until: Instant::from_nanos(from + nanos) }
    }
}

/// A run on the time line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Which of [`LANES`] it is on, so that runs at the same time are side by side.
    pub lane: usize,
    /// When it begins.
    pub from: Instant,
    /// When it was over; where the world has got to if it is not; where it begins if that is still to come.
    pub to: Instant,
    /// How it stands, at the live edge.
    pub state: SpanState,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanState {
    /// It is to come.
    Planned,
    /// It goes on.
    Active,
    /// It did what it should.
    Good,
    /// It did not.
    Bad,
    /// A person stopped it.
    Stopped,
}

impl SpanState {
    /// How a run stands.
    pub fn of(log: &RunLog) -> Self {
        match log.entries.last().map(|last| &last.event) {
            None => Self::Planned,
            Some(RunEvent::Finished(Outcome::Succeeded)) => Self::Good,
            Some(RunEvent::Finished(Outcome::Failed(_))) => Self::Bad,
            Some(RunEvent::Finished(Outcome::Stopped)) => Self::Stopped,
            Some(_) => Self::Active,
        }
    }
}

/// More runs at the same time than this share the last lane.
pub const LANES: usize = 4;
/// More spans than this overlap on the screen.
const SPANS_MAX: usize = 300;

/// The runs as spans, in the order in which they were asked for; no two on one lane overlap, but for the last lane.
pub fn spans(runs: &[RunLog], edge: Instant, least: u64) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for log in runs.iter().take(SPANS_MAX) {
        let state = SpanState::of(log);
        let to = match state {
            SpanState::Planned => log.start,
            SpanState::Active => edge,
            SpanState::Good | SpanState::Bad | SpanState::Stopped => {
                log.entries.last().map_or(log.start, |last| last.at)
            }
        };
        // Nothing is too short to be seen.
        let to = to.max(Instant::from_nanos(log.start.nanos().saturating_add(least)));
        let is_free = |lane: &usize| {
            !spans.iter().any(|span| span.lane == *lane && span.from < to && log.start < span.to)
        };
        let lane = (0..LANES).find(is_free).unwrap_or(LANES - 1);
        spans.push(Span { lane, from: log.start, to, state });
    }
    spans
}

/// The number of packets of each [`Swatch`] in equal bins of a window, and how many of them were dropped.
#[derive(Default)]
pub struct Density {
    window: Option<Window>,
    /// For each bin the packets of each [`Swatch`], then those dropped.
    pub bins: Vec<[u32; BIN]>,
    /// The first packet that was not yet counted.
    next: usize,
    since: usize,
}

/// A number for each swatch, one for drops, and one for what was sent again.
const BIN: usize = Swatch::ALL.len() + 2;
/// Where the drops are.
pub const DROPS: usize = Swatch::ALL.len();
/// Where the retransmissions are.
pub const AGAIN: usize = DROPS + 1;

impl Density {
    /// Counts what is new, or everything anew for another window or number of bins. Of a trace with a filter only what passes it.
    pub fn count(&mut self, trace: &Trace, window: Window, bins: usize) {
        let generation = trace.generation();
        if self.window != Some(window)
            || self.bins.len() != bins
            || self.since != generation
            || trace.count() < self.next
        {
            self.window = Some(window);
            self.since = generation;
            self.bins.clear();
            self.bins.resize(bins, [0; BIN]);
            self.next = trace.first_from(window.from);
        }
        let scale = bins as f64 / window.nanos() as f64;
        for (number, row) in trace.listed_rows(self.next) {
            if row.at >= window.until {
                break;
            }
            self.next = number + 1;
            let bin = ((row.at.nanos() - window.from.nanos()) as f64 * scale) as usize;
            if let Some(bin) = self.bins.get_mut(bin) {
                bin[Swatch::of(row.protocol, row.segment) as usize] += 1;
                bin[DROPS] += u32::from(row.dropped);
                bin[AGAIN] += u32::from(row.is_retransmission());
            }
        }
    }

    /// The most packets in one bin.
    pub fn most(&self) -> u32 {
        self.bins.iter().map(|bin| bin[..DROPS].iter().sum()).max().unwrap_or(0)
    }
}

/// The kinds of packets that were listed since a scenario was opened: what a legend has to explain.
#[derive(Default)]
pub(super) struct Seen {
    kinds: u16,
    /// The first packet that was not yet looked at.
    next: usize,
    since: (u32, usize),
}

impl Seen {
    /// Looks at what is new; returns a bit for each [`Swatch`]. A filter takes nothing away: the kinds were there.
    pub(super) fn look(&mut self, trace: &Trace, opened: u32) -> u16 {
        let since = (opened, trace.generation());
        if self.since.0 != opened {
            self.kinds = 0;
        }
        if self.since != since || trace.count() < self.next {
            (self.since, self.next) = (since, 0);
        }
        for (number, row) in trace.listed_rows(self.next) {
            self.next = number + 1;
            self.kinds |= 1 << Swatch::of(row.protocol, row.segment) as u16;
        }
        self.kinds
    }
}

impl Lab {
    /// All of time: what has been and what is planned.
    pub fn whole_time(&self) -> Window {
        let runs = self.world.history().runs().iter().map(|log| log.start);
        let planned = runs.chain(self.to_come());
        let last = planned.max().unwrap_or_default().max(self.edge()).max(self.playhead.at());
        // A round number behind the last, so that the strip does not shrink with every animation frame.
        let ns = super::plot::ceiling((last.nanos() as f64 * 1.02).max(1e3));
        Window { from: Instant::ZERO, until: Instant::from_nanos(ns as u64) }
    }

    /// What of it the time line and the graphs show.
    pub fn window(&self) -> Window {
        self.window.unwrap_or_else(|| self.whole_time())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::command::Clock;
    use proptest::prelude::*;

    #[test]
    fn runs_at_the_same_time_are_on_lanes_of_their_own_and_every_packet_is_counted_once() {
        for example in scenario::examples() {
            let mut lab = Lab::new(example.scenario());
            lab.perform(Clock::SkipQuiet(true)).unwrap();
            let mut density = Density::default();
            for frame in 0..20_000 {
                lab.tick(f64::from(frame) * 16.7, true, &mut || true);
                lab.follow(&mut || true);
                let edge = lab.edge();
                density.count(lab.trace(), lab.whole_time(), 100);
                if frame % 50 == 0 || lab.state() == State::Quiet {
                    let spans = spans(lab.look().history.runs(), edge, 1);
                    for (number, span) in spans.iter().enumerate() {
                        assert!(span.from < span.to, "{span:?}");
                        let mut before = spans[..number].iter().filter(|other| other.lane == span.lane);
                        assert!(
                            before.all(|other| other.to <= span.from || span.to <= other.from),
                            "two on one lane: {spans:?}"
                        );
                    }
                    let counted: u32 = density.bins.iter().map(|bin| bin[..DROPS].iter().sum::<u32>()).sum();
                    assert_eq!(counted as usize, lab.trace().count(), "however the strip grew meanwhile");
                }
                if lab.state() == State::Quiet {
                    break;
                }
            }
        }
    }

    proptest! {
        #[test]
        fn zooming_stays_within_all_of_time_and_keeps_what_is_under_the_pointer(
            until in 10_000u64..10_000_000_000, steps in prop::collection::vec((0.2f64..3.0, 0.0f64..1.0), 1..20),
        ) {
            let whole = Window { from: Instant::ZERO, until: Instant::from_nanos(until) };
            let mut window = whole;
            for (factor, about) in steps {
                let before = window.moment(about);
                window = window.zoomed(factor, about, whole).unwrap_or(whole);
                prop_assert!(window.from < window.until && window.until <= whole.until);
                let inside = window.from > whole.from && window.until < whole.until;
                let moved = window.moment(about).nanos().abs_diff(before.nanos());
                prop_assert!(!inside || moved <= 2 + window.nanos() / 1_000_000, "{moved}");
            }
        }
    }
}
