//! The whole of virtual time at a glance: what ran when, what is still to come, and where the playhead is.

use super::results::{Phase, RunView};
use netlab::Instant;
use std::rc::Rc;

/// The whole of virtual time at a glance. Lengths are shares of it, from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// What it goes to.
    pub until: Instant,
    /// The playhead.
    pub playhead: f64,
    /// The runs, in the order in which they were asked for.
    pub spans: Vec<Span>,
}

/// A run on the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its name.
    pub name: String,
    /// Which of [`LANES`] it is on, so that runs at the same time are side by side.
    pub lane: usize,
    /// Where it begins and ends; one that is under way ends at the playhead, and one to come where it begins.
    pub from: f64,
    /// See `from`.
    pub to: f64,
    /// How far it has got.
    pub phase: Phase,
}

/// More runs at the same time than this share the last lane.
pub const LANES: usize = 3;
/// More spans than this cannot be told apart.
const SPANS_MAX: usize = 300;
/// Nothing shorter can be seen.
const SHARE_MIN: f64 = 0.004;

impl Timeline {
    /// The timeline of these runs at this moment.
    pub fn new(runs: &[Rc<RunView>], at: Instant) -> Self {
        let ends = runs.iter().map(|run| run.end.unwrap_or(run.start));
        let last = ends.max().unwrap_or_default().max(at);
        // A little room behind the last, so that it is seen to begin.
        let until = Instant::from_nanos((last.nanos() + last.nanos() / 20).max(1));
        let share = |moment: Instant| moment.nanos() as f64 / until.nanos() as f64;
        let mut spans: Vec<Span> = Vec::new();
        for run in runs.iter().rev().take(SPANS_MAX) {
            let from = share(run.start);
            let end = run.end.unwrap_or(if run.phase == Phase::Active { at } else { run.start });
            let to = share(end).max(from + SHARE_MIN).min(1.0);
            let is_free = |lane: &usize| {
                !spans.iter().any(|span| span.lane == *lane && span.from < to && from < span.to)
            };
            let lane = (0..LANES).find(is_free).unwrap_or(LANES - 1);
            spans.push(Span { name: run.name(), lane, from, to, phase: run.phase });
        }
        Self { until, playhead: share(at), spans }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Command, Lab, State};

    #[test]
    fn everything_is_inside_and_what_overlaps_is_on_lanes_of_its_own() {
        for example in scenario::examples() {
            let mut lab = Lab::new(example.scenario());
            lab.perform(Command::SkipQuiet(true)).unwrap();
            for frame in 0..20_000 {
                lab.tick(f64::from(frame) * 16.7, true, &mut || true);
                if frame % 50 == 0 || lab.state() == State::Quiet {
                    let view = lab.view();
                    let timeline = Timeline::new(&view.runs, view.at);
                    assert!((0.0..=1.0).contains(&timeline.playhead));
                    for (number, span) in timeline.spans.iter().enumerate() {
                        assert!(0.0 <= span.from && span.from < span.to && span.to <= 1.0, "{span:?}");
                        let mut before =
                            timeline.spans[..number].iter().filter(|other| other.lane == span.lane);
                        assert!(
                            before.all(|other| other.to <= span.from || span.to <= other.from),
                            "two on one lane: {timeline:?}"
                        );
                    }
                }
                if lab.state() == State::Quiet {
                    break;
                }
            }
        }
    }

    #[test]
    fn without_runs_there_is_a_timeline_too() {
        assert_eq!(Timeline::new(&[], Instant::ZERO).spans, []);
    }
}
