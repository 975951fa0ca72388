//! Predictions being followed: when the world stops, what was predicted, and what came of it.

use super::sightings::Seen;
use super::watch::{Moment, Watch};
use crate::goal::Fate;
use crate::parties::has_mac;
use crate::prediction::{Ask, Prediction, Stop};
use crate::question::normalized;
use dissect::filter::{Filter, Subject};
use netlab::history::{Fate as WireFate, FrameId, Transit, TransitId};
use netlab::topology::{NodeId, NodeKind};
use netlab::{Duration, Instant, World};
use wire::header::Ethernet;

/// For how long a router or host may take until it sends a frame on: it may have to ask for the next hop first.
const TAKES_MAX: Duration = Duration::from_secs(4);

/// What is known of a prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision<'d> {
    /// What it is about has not come yet.
    Waiting,
    /// The world stops before this moment. The frame is on its way to the node, if there is one.
    Open {
        /// When the decision falls.
        at: Instant,
        /// The frame.
        frame: Option<TransitId>,
        /// What was predicted.
        predicted: Option<&'d [String]>,
    },
    /// The decision has fallen.
    Fallen {
        /// The frame.
        frame: Option<TransitId>,
        /// What was predicted; `None`: nothing.
        predicted: Option<&'d [String]>,
        /// How it came out.
        outcome: &'d Outcome,
    },
}

/// How a decision came out.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// These nodes got the frame next; none: it was dropped, or kept.
    Nodes(Vec<NodeId>),
    /// A frame shows the value. Whether it is the predicted one.
    Frame {
        /// The frame.
        transit: TransitId,
        /// It is.
        is_predicted: bool,
    },
    /// A number.
    Number(u64),
}

/// A prediction being followed.
pub(super) struct Watched {
    /// The frames that have arrived or will, and fit, in the order of their arrival; as many as are needed.
    fitting: Vec<(Instant, TransitId, FrameId)>,
    /// The condition that stops the world, if it is one.
    when: Option<Watch>,
    /// The condition on which the outcome is read, if it is one.
    until: Option<Watch>,
    open: Option<(Instant, Option<(TransitId, FrameId)>)>,
    predicted: Option<Vec<String>>,
    /// What was predicted, as a filter.
    expected: Option<Filter>,
    outcome: Option<Outcome>,
    right: Option<bool>,
}

impl Watched {
    pub fn new(prediction: &Prediction) -> Self {
        let when = match &prediction.stop {
            Stop::When(predicate) => Some(Watch::new(predicate)),
            Stop::Arrives { .. } => None,
        };
        Self {
            fitting: Vec::new(),
            when,
            until: None,
            open: None,
            predicted: None,
            expected: None,
            outcome: None,
            right: None,
        }
    }

    pub fn predict(&mut self, answer: Vec<String>) -> bool {
        if self.outcome.is_some() {
            return false;
        }
        self.predicted = Some(answer);
        true
    }

    pub fn decision(&self) -> Decision<'_> {
        let predicted = self.predicted.as_deref();
        let frame = self.open.and_then(|(_, frame)| frame).map(|(transit, _)| transit);
        match (&self.outcome, self.open) {
            (Some(outcome), _) => Decision::Fallen { frame, predicted, outcome },
            (None, Some((at, _))) => Decision::Open { at, frame, predicted },
            (None, None) => Decision::Waiting,
        }
    }

    /// What was predicted.
    pub fn predicted(&self) -> Option<&[String]> {
        self.predicted.as_deref()
    }

    /// Whether what it is about may still come.
    pub fn is_waiting(&self) -> bool {
        self.outcome.is_none()
    }

    /// When the world has to stop.
    pub fn stop(&self) -> Option<Instant> {
        let (at, _) = self.open?;
        (self.outcome.is_none() && self.predicted.is_none()).then_some(at)
    }

    /// Whether it was right, once that is known.
    pub fn is_right(&self) -> Option<bool> {
        self.right
    }

    /// Looks at a frame that is on its way to the node, before it arrives there.
    pub fn look(&mut self, world: &World, prediction: &Prediction, subject: &Subject<'_>, transit: &Transit) {
        let Stop::Arrives { filter, at, from, nth } = &prediction.stop else { return };
        let topology = world.topology();
        let fits = transit.fate == WireFate::Delivered
            && topology.receiver(transit.direction) == *at
            && from.is_none_or(|from| from == topology.sender(transit.direction))
            && filter.matches(subject);
        let place = (transit.arrival, transit.id, transit.frame_id);
        // Over a shorter cable, a frame that leaves later may arrive sooner.
        if fits && self.open.is_none_or(|(open, _)| transit.arrival < open) {
            self.fitting.insert(self.fitting.partition_point(|other| *other < place), place);
            self.fitting.truncate(*nth as usize);
            if let Some(&(arrival, transit, frame)) = self.fitting.get(*nth as usize - 1) {
                self.open = Some((arrival, Some((transit, frame))));
            }
        }
    }

    /// The next moment at which something happened that is no frame, and that the conditions depend on.
    pub fn next_at(&self, prediction: &Prediction, world: &World, done: Option<Instant>) -> Option<Instant> {
        let when = match (&self.when, &prediction.stop) {
            (Some(watch), Stop::When(predicate)) => watch.next_at(predicate, world, done),
            _ => None,
        };
        let until = match (&self.until, &prediction.ask) {
            (Some(watch), Ask::Cwnd { until, .. }) => watch.next_at(until, world, done),
            _ => None,
        };
        // The decision itself is a moment, too.
        let at = self.open.map(|(at, _)| at).filter(|at| self.outcome.is_none() && Some(*at) > done);
        [when, until, at].into_iter().flatten().min()
    }

    /// A frame was seen.
    pub fn see(&mut self, prediction: &Prediction, subject: &Subject<'_>, seen: &Seen) {
        if let (Some(watch), Stop::When(predicate)) = (&mut self.when, &prediction.stop) {
            watch.see(predicate, subject, seen);
        }
        // A host answers in the very moment in which a frame arrives, and the world stops before that moment: so everything from
        // then on is still to come. Only the frame itself is not.
        let is_to_come = self.open.is_some_and(|(open, frame)| {
            seen.at >= open && frame.is_none_or(|(transit, _)| transit != seen.transit)
        });
        if !is_to_come || self.outcome.is_some() {
            return;
        }
        if let Ask::Cwnd { until, .. } = &prediction.ask {
            self.until.get_or_insert_with(|| Watch::new(until)).see(until, subject, seen);
        }
        let Ask::Value { field, filter, from, to } = &prediction.ask else { return };
        if !seen.is_for(*from, *to, Fate::Sent) || !filter.matches(subject) {
            return;
        }
        if self.expected.is_none() {
            let predicted = self.predicted.as_ref().and_then(|predicted| predicted.first());
            self.expected = predicted.and_then(|value| expected(field, value));
        }
        let is_predicted = self.expected.as_ref().is_some_and(|filter| filter.matches(subject));
        self.outcome = Some(Outcome::Frame { transit: seen.transit, is_predicted });
        self.right = self.predicted.as_ref().map(|_| is_predicted);
    }

    /// Brings what is known up to a moment.
    pub fn settle(&mut self, prediction: &Prediction, moment: &Moment<'_>) {
        if let (Some(watch), Stop::When(predicate)) = (&mut self.when, &prediction.stop) {
            watch.settle(predicate, moment);
            if let (None, Some(since)) = (self.open, watch.status.since) {
                self.open = Some((since.max(moment.at) + Duration::from_nanos(1), None));
            }
        }
        let Some((at, frame)) = self.open.filter(|(at, _)| *at <= moment.at) else { return };
        if self.outcome.is_some() {
            return;
        }
        if let Ask::Cwnd { until, .. } = &prediction.ask {
            self.until.get_or_insert_with(|| Watch::new(until)).settle(until, moment);
        }
        let is_read = self.until.as_ref().is_some_and(|until| until.status.since.is_some());
        self.outcome = match (&prediction.ask, &prediction.stop, frame) {
            (Ask::Ports | Ask::NextHop, Stop::Arrives { at: node, .. }, Some(frame)) => {
                came_of(moment, at, *node, frame, prediction.ask == Ask::NextHop).map(Outcome::Nodes)
            }
            (Ask::Cwnd { from, .. }, ..) if is_read => {
                super::state::congestion_window(moment.world, *from, moment.at).map(Outcome::Number)
            }
            (Ask::Cwnd { .. } | Ask::Value { .. } | Ask::Ports | Ask::NextHop, ..) => None,
        };
        self.right = match (&self.outcome, &self.predicted) {
            (Some(outcome), Some(predicted)) => Some(is_right(moment.ids, outcome, predicted)),
            _ => None,
        };
    }
}

/// A filter for a value of a field.
fn expected(field: &str, value: &str) -> Option<Filter> {
    let value = value.trim();
    Filter::parse(&format!("{field} == {value}"))
        .or_else(|_| Filter::parse(&format!("{field} == {value:?}")))
        .ok()
}

/// The nodes that got a frame next; `None` if that is not known yet.
fn came_of(
    moment: &Moment<'_>,
    at: Instant,
    node: NodeId,
    (transit, frame): (TransitId, FrameId),
    next_hop: bool,
) -> Option<Vec<NodeId>> {
    let world = moment.world;
    let (history, topology) = (world.history(), world.topology());
    let later = history.transits_by(moment.at).rev().take_while(|later| later.queued >= at);
    let mut nodes: Vec<NodeId> = Vec::new();
    for later in later.filter(|later| later.frame_id == frame && topology.sender(later.direction) == node) {
        let next =
            if next_hop { owner(world, &later.frame) } else { Some(topology.receiver(later.direction)) };
        nodes.extend(next.filter(|next| !nodes.contains(next)));
    }
    wire::sorted::sort_by_key(&mut nodes, |node| *node);
    let is_over = match topology.node(node).kind {
        NodeKind::Hub | NodeKind::Switch(_) => true,
        NodeKind::Host(_) | NodeKind::Router(_) => {
            history.transit(transit).is_none_or(|transit| transit.refused.is_some())
                || moment.at >= at + TAKES_MAX
        }
    };
    (is_over || !nodes.is_empty()).then_some(nodes)
}

/// The node to which a frame is addressed.
fn owner(world: &World, frame: &[u8]) -> Option<NodeId> {
    let destination = Ethernet::read(frame)?.destination;
    world.topology().node_ids().find(|node| has_mac(world, *node, destination))
}

/// Nodes are named by their ids.
fn is_right(ids: &[String], outcome: &Outcome, predicted: &[String]) -> bool {
    match outcome {
        Outcome::Nodes(nodes) => {
            let is_predicted = |node: &NodeId| ids.get(node.index()).is_some_and(|id| predicted.contains(id));
            nodes.len() == predicted.len() && nodes.iter().all(is_predicted)
        }
        Outcome::Frame { is_predicted, .. } => *is_predicted,
        Outcome::Number(number) => matches!(predicted, [one] if normalized(one) == number.to_string()),
    }
}
