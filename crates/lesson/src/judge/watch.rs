//! A predicate being followed: for each part of it, what is known.

use super::sightings::Seen;
use super::state;
use super::status::{Proof, Status};
use crate::goal::{Frames, Predicate};
use crate::question::Feedback;
use dissect::filter::Subject;
use netlab::history::TransitId;
use netlab::{Duration, Instant, World};
use std::ops::Range;
use trace::services::is_about_services;

/// What is known of a predicate and its parts.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    pub status: Status,
    pub parts: Vec<Self>,
    /// What comes behind this counts; `None`: from the beginning. Only if it is its turn.
    after: Option<Behind>,
    is_on: bool,
    /// It was never looked at, or a frame came that its table is read off.
    pub is_new: bool,
    /// When rows of its table run out.
    pub expires: Option<Instant>,
    pub seen: Frame,
    /// What a goal about state has last found: for the sentence about what is missing.
    pub found: u64,
}

/// From when on something counts.
#[derive(Clone, Copy, Debug)]
struct Behind {
    at: Instant,
    /// The frame that made it so: of those of the same moment, the ones that were sent later count, too. A host answers at once.
    frame: Option<TransitId>,
}

impl Behind {
    fn is_before(self, seen: &Seen) -> bool {
        seen.at > self.at || (seen.at == self.at && self.frame.is_some_and(|frame| seen.transit > frame))
    }
}

/// What is known of the frames that a goal is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    pub count: u64,
    /// The frame that made the count what it has to be, and the one that exceeded it.
    enough: Option<(Instant, TransitId)>,
    exceeded: Option<TransitId>,
    /// Whether the first was as it has to be, and the last.
    first: Option<(bool, TransitId)>,
    last: Option<(bool, Instant, TransitId)>,
}

/// A moment at which predicates are judged.
pub(crate) struct Moment<'m> {
    pub world: &'m World,
    pub at: Instant,
    /// The moment that was judged before.
    pub since: Option<Instant>,
    pub answers: &'m [Option<(Vec<String>, Feedback)>],
    pub predicted: &'m [Option<bool>],
    /// Of the nodes.
    pub ids: &'m [String],
}

impl Watch {
    pub fn new(predicate: &Predicate) -> Self {
        let mut watch = Self::off(predicate);
        watch.turn_on(predicate, None);
        watch
    }

    fn off(predicate: &Predicate) -> Self {
        let parts = predicate.parts().iter().map(Self::off).collect();
        Self {
            status: Status::default(),
            parts,
            after: None,
            is_on: false,
            is_new: true,
            expires: None,
            seen: Frame::default(),
            found: 0,
        }
    }

    /// It is its turn: what comes behind this counts.
    fn turn_on(&mut self, predicate: &Predicate, after: Option<Behind>) {
        (self.after, self.is_on) = (after, true);
        let parts = predicate.parts();
        let turn = match predicate {
            Predicate::Then(..) => turns(parts).next().unwrap_or_default(),
            _ => 0..parts.len(),
        };
        self.turn_on_all(parts, turn, after);
    }

    fn turn_on_all(&mut self, parts: &[Predicate], turn: Range<usize>, after: Option<Behind>) {
        for number in turn {
            self.parts[number].turn_on(&parts[number], after);
        }
    }

    /// A frame was seen.
    pub fn see(&mut self, predicate: &Predicate, subject: &Subject<'_>, seen: &Seen) {
        if !self.is_on || self.status.settled {
            return;
        }
        if let Predicate::Frames(frames) = predicate {
            if seen.at >= frames.after && self.after.is_none_or(|after| after.is_before(seen)) {
                self.seen.note(frames, subject, seen);
            }
            return;
        }
        if let Predicate::Then(parts, _) = predicate {
            return self.see_in_turn(parts, subject, seen);
        }
        if let Predicate::Table(table) = predicate {
            self.is_new |= table.row.is_of_services()
                && [seen.from, seen.to].contains(&table.on)
                && is_about_services(subject.frame.bytes);
        }
        for (part, predicate) in self.parts.iter_mut().zip(predicate.parts()) {
            part.see(predicate, subject, seen);
        }
    }

    /// A frame was seen. If it is what a step has waited for, those behind it count for the next one.
    fn see_in_turn(&mut self, parts: &[Predicate], subject: &Subject<'_>, seen: &Seen) {
        for (part, predicate) in self.parts.iter_mut().zip(parts) {
            part.see(predicate, subject, seen);
        }
        let mut turns = turns(parts);
        while let Some(turn) = turns.next() {
            let last = turn.end - 1;
            if !self.parts[last].is_on {
                return;
            }
            let Some(next) = turns.clone().next().filter(|next| !self.parts[next.start].is_on) else {
                continue;
            };
            if let Predicate::Frames(frames) = &parts[last]
                && let Status { holds: true, since: Some(at), .. } = self.parts[last].seen.status(frames)
                && at == seen.at
            {
                self.turn_on_all(parts, next, Some(Behind { at, frame: Some(seen.transit) }));
            }
            return;
        }
    }

    /// The next moment after this one at which something happened that is no frame.
    pub fn next_at(&self, predicate: &Predicate, world: &World, done: Option<Instant>) -> Option<Instant> {
        if !self.is_on || self.status.settled {
            return None;
        }
        match predicate {
            Predicate::Run(goal) => {
                let next = state::next_of_runs(world.history(), done);
                let old =
                    goal.recent.and_then(|recent| state::next_old_of_runs(world.history(), recent, done));
                [next, old].into_iter().flatten().min()
            }
            Predicate::Command(goal) => {
                let next = state::next_of_programs(world.history(), done);
                let old =
                    goal.recent.and_then(|recent| state::next_old_of_programs(world.history(), recent, done));
                [next, old].into_iter().flatten().min()
            }
            Predicate::Table(table) if table.row.is_of_services() => {
                self.expires.filter(|expires| Some(*expires) > done)
            }
            Predicate::Table(table) => state::next_of_node(world.history(), table.on, done),
            Predicate::Ran(until) => (Some(*until) > done).then_some(*until),
            Predicate::All(_)
            | Predicate::Any(_)
            | Predicate::Not(_)
            | Predicate::Before(_)
            | Predicate::Then(..)
            | Predicate::By(..)
            | Predicate::Answered(_)
            | Predicate::Predicted(_)
            | Predicate::Frames(_) => {
                let parts = self.parts.iter().zip(predicate.parts());
                let part = parts.filter_map(|(part, predicate)| part.next_at(predicate, world, done)).min();
                // A goal is as it is at its deadline, not at the next thing that happens.
                let deadline = match predicate {
                    Predicate::By(_, by) => Some(*by),
                    Predicate::Then(parts, within) => {
                        self.limit(parts, *within).map(|limit| limit + Duration::from_nanos(1))
                    }
                    _ => None,
                };
                [part, deadline.filter(|at| Some(*at) > done)].into_iter().flatten().min()
            }
        }
    }

    /// Brings what is known up to a moment.
    pub fn settle(&mut self, predicate: &Predicate, moment: &Moment<'_>) {
        if !self.is_on || self.status.settled {
            return;
        }
        if let Predicate::Then(parts, within) = predicate {
            return self.settle_turns(parts, *within, moment);
        }
        for (part, predicate) in self.parts.iter_mut().zip(predicate.parts()) {
            part.settle(predicate, moment);
        }
        let status = match predicate {
            Predicate::All(_) => all(&self.parts),
            Predicate::Any(_) => any(&self.parts),
            Predicate::Not(_) => not(&self.parts[0].status),
            Predicate::Before(_) => before(&self.parts[0].status, &self.parts[1].status),
            Predicate::By(_, by) => self.by(*by, moment.at),
            Predicate::Then(..) => return,
            Predicate::Ran(until) if moment.at >= *until => Status::held(*until, None),
            Predicate::Ran(_) => Status::default(),
            Predicate::Answered(question) => match &moment.answers[*question] {
                Some((_, Feedback::Right)) => {
                    Status { settled: false, ..Status::held(moment.at, Some(Proof::Question(*question))) }
                }
                Some((_, Feedback::Wrong(_))) | None => Status::default(),
            },
            Predicate::Predicted(prediction) => match moment.predicted[*prediction] {
                Some(true) => Status::held(moment.at, Some(Proof::Prediction(*prediction))),
                Some(false) => Status::failed(Some(Proof::Prediction(*prediction))),
                None => Status::default(),
            },
            Predicate::Frames(frames) => self.seen.status(frames),
            Predicate::Run(goal) => state::run(goal, moment, self.is_new, self.status, &mut self.found),
            Predicate::Command(goal) => {
                state::command(goal, moment, self.is_new, self.status, &mut self.found)
            }
            Predicate::Table(goal) => state::table(goal, moment, self),
        };
        self.is_new = false;
        let since = if status.holds { self.status.since.or(status.since) } else { self.status.since };
        self.status = Status { since, ..status };
    }

    fn by(&self, by: Instant, now: Instant) -> Status {
        let inner = self.parts[0].status;
        match inner.since {
            Some(since) if since <= by && inner.holds => {
                Status { settled: inner.settled || now >= by, ..inner }
            }
            _ if now >= by || inner.is_failed() => Status::failed(inner.proof),
            _ => Status::default(),
        }
    }

    /// Up to when the step whose turn it is has to happen, or what must not happen behind the last one must not.
    fn limit(&self, parts: &[Predicate], within: Option<Duration>) -> Option<Instant> {
        let mut turns = turns(parts);
        let turn =
            turns.find(|turn| !self.is_past(parts, turn)).filter(|turn| self.parts[turn.start].is_on)?;
        self.parts[turn.start].after.zip(within).map(|(after, within)| after.at + within)
    }

    /// Whether the step that ends a turn has happened.
    fn is_past(&self, parts: &[Predicate], turn: &Range<usize>) -> bool {
        let last = turn.end - 1;
        !parts[last].is_absence() && self.parts[last].status.since.is_some()
    }

    fn settle_turns(&mut self, parts: &[Predicate], within: Option<Duration>, moment: &Moment<'_>) {
        let mut done = Status::held(self.after.map_or(Instant::ZERO, |after| after.at), None);
        for turn in turns(parts) {
            let (was_past, last) = (self.is_past(parts, &turn), turn.end - 1);
            if !self.parts[last].is_on {
                let after = done.since.map(|at| Behind { at, frame: None });
                self.turn_on_all(parts, turn.clone(), after);
            }
            let after = self.parts[last].after.map(|after| after.at);
            let limit = after.zip(within).map(|(after, within)| after + within);
            let is_late = |at: Instant| limit.is_some_and(|limit| at > limit);
            if parts[last].is_absence() {
                // What must not happen behind the last step: in time, or never.
                done.settled = is_late(moment.at);
                let violated = if done.settled { None } else { self.violated(parts, &turn, moment) };
                self.status = violated.map_or(done, Status::failed);
                return;
            }
            self.parts[last].settle(&parts[last], moment);
            let step = self.parts[last].status;
            if step.is_failed() {
                self.status = Status::failed(step.proof);
                return;
            }
            // What must not happen may do so from the moment on at which the step happens.
            if step.since.is_none()
                && let Some(proof) = self.violated(parts, &turn, moment)
            {
                self.status = Status::failed(proof);
                return;
            }
            match step.since {
                Some(since) if !was_past && is_late(since) => {
                    self.status = Status::failed(step.proof);
                    return;
                }
                // What was so before its turn is so from then on.
                Some(since) => done = Status::held(after.map_or(since, |after| since.max(after)), step.proof),
                None => {
                    if is_late(moment.at) {
                        self.status = Status::failed(None);
                    }
                    return;
                }
            }
        }
        self.status = done;
    }

    /// Whether something has happened that must not in this turn; inside, what shows it.
    fn violated(
        &mut self,
        parts: &[Predicate],
        turn: &Range<usize>,
        moment: &Moment<'_>,
    ) -> Option<Option<Proof>> {
        let mut absences = turn.clone().filter(|number| parts[*number].is_absence());
        absences.find_map(|number| {
            self.parts[number].settle(&parts[number], moment);
            let status = self.parts[number].status;
            (!status.holds).then_some(status.proof)
        })
    }
}

/// The turns of an order: each is a step that has to happen, with the absences before it, which have to last until then. At the end there may be
/// absences alone.
pub(super) fn turns(parts: &[Predicate]) -> impl Iterator<Item = Range<usize>> + Clone {
    let ends = parts.split_inclusive(|part| !part.is_absence());
    ends.scan(0, |end, turn| {
        let start = *end;
        *end += turn.len();
        Some(start..*end)
    })
}

fn all(parts: &[Watch]) -> Status {
    if let Some(failed) = parts.iter().find(|part| part.status.is_failed()) {
        return Status::failed(failed.status.proof);
    }
    if !parts.iter().all(|part| part.status.holds) {
        return Status::default();
    }
    let settled = parts.iter().all(|part| part.status.settled);
    let last = parts.iter().max_by_key(|part| part.status.since).map(|part| part.status);
    let last = last.unwrap_or_default();
    Status { holds: true, settled, since: last.since, proof: last.proof }
}

fn any(parts: &[Watch]) -> Status {
    let holding = parts.iter().filter(|part| part.status.holds);
    if let Some(first) = holding.min_by_key(|part| (!part.status.settled, part.status.since)) {
        return first.status;
    }
    match parts.iter().all(|part| part.status.settled) {
        true => Status::failed(parts.first().and_then(|part| part.status.proof)),
        false => Status::default(),
    }
}

fn not(inner: &Status) -> Status {
    match inner.holds {
        true => Status { holds: false, settled: inner.settled, since: None, proof: inner.proof },
        false => Status { holds: true, settled: inner.settled, since: Some(Instant::ZERO), proof: None },
    }
}

fn before(first: &Status, second: &Status) -> Status {
    match (first.since, second.since) {
        (Some(first_at), Some(second_at)) if first_at < second_at => Status::held(first_at, first.proof),
        (Some(first_at), None) => Status::held(first_at, first.proof),
        (_, Some(_)) => Status::failed(second.proof),
        (None, None) if first.is_failed() => Status::failed(first.proof),
        (None, None) => Status::default(),
    }
}

impl Frame {
    fn note(&mut self, frames: &Frames, subject: &Subject<'_>, seen: &Seen) {
        if !seen.is_for(frames.from, frames.to, frames.fate) || !frames.filter.matches(subject) {
            return;
        }
        self.count += 1;
        if self.count == frames.count.min.max(1) {
            self.enough = Some((seen.at, seen.transit));
        }
        if frames.count.max.is_some_and(|max| self.count > max) && self.exceeded.is_none() {
            self.exceeded = Some(seen.transit);
        }
        if let Some(filter) = &frames.first
            && self.first.is_none()
        {
            self.first = Some((filter.matches(subject), seen.transit));
        }
        if let Some(filter) = &frames.last {
            self.last = Some((filter.matches(subject), seen.at, seen.transit));
        }
    }

    fn status(&self, frames: &Frames) -> Status {
        if let Some((false, transit)) = self.first {
            return Status::failed(Some(Proof::Frame(transit)));
        }
        if let Some(transit) = self.exceeded {
            return Status::failed(Some(Proof::Frame(transit)));
        }
        if !frames.count.contains(self.count) {
            return Status::default();
        }
        let (at, proof) = match self.enough {
            Some((at, transit)) => (at, Some(Proof::Frame(transit))),
            None => (Instant::ZERO, None),
        };
        if frames.first.is_some() && self.first.is_none() {
            return Status::default();
        }
        let held = Status::held(at, proof);
        match (&frames.last, self.last) {
            (None, _) => Status { settled: frames.count.max.is_none(), ..held },
            (Some(_), Some((true, at, transit))) => {
                Status { settled: false, ..Status::held(at, Some(Proof::Frame(transit))) }
            }
            (Some(_), _) => Status::default(),
        }
    }
}
