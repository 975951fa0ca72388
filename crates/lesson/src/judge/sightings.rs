//! The frames of a world in the order of time, each as filters take it.
//!
//! Goals without a place count each frame once, where it was made; the others see it at both ends of each cable. Each of the two is
//! analyzed only if a goal needs it. Predictions see the frames that will arrive at their nodes, while these are on their way.

use crate::goal::{Fate, Predicate};
use crate::lesson::Lesson;
use crate::prediction::{Ask, Stop};
use capture::{Place, Sighting};
use dissect::analysis::Notes;
use dissect::filter::Subject;
use netlab::history::{Fate as WireFate, Transit, TransitId};
use netlab::topology::NodeId;
use netlab::{Instant, World};
use trace::{Order, PacketReader};

/// A frame that was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub at: Instant,
    pub transit: TransitId,
    /// Where it was made; otherwise at one end of a cable.
    pub once: bool,
    /// At the sender's end; otherwise where it arrived.
    pub sent: bool,
    pub from: NodeId,
    pub to: NodeId,
    pub lost: bool,
    /// The receiving node has dropped it.
    pub dropped: bool,
}

impl Seen {
    /// Whether goals about frames like these count this one.
    pub fn is_for(&self, from: Option<NodeId>, to: Option<NodeId>, fate: Fate) -> bool {
        if from.is_none() && to.is_none() {
            return self.once;
        }
        let fits = match fate {
            Fate::Sent => self.sent,
            Fate::Delivered => !self.sent,
            Fate::Lost => self.sent && self.lost,
            Fate::Dropped => !self.sent && self.dropped,
        };
        !self.once && fits && from.is_none_or(|from| from == self.from) && to.is_none_or(|to| to == self.to)
    }
}

/// A port at which goals look: of this node, with a cable to that one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Port {
    of: Option<NodeId>,
    toward: Option<NodeId>,
}

impl Port {
    /// Where a goal looks.
    fn of_goal(from: Option<NodeId>, to: Option<NodeId>, fate: Fate) -> Self {
        match fate {
            Fate::Sent | Fate::Lost => Self { of: from, toward: to },
            Fate::Delivered | Fate::Dropped => Self { of: to, toward: from },
        }
    }

    fn is(&self, of: NodeId, toward: NodeId) -> bool {
        self.of.is_none_or(|wanted| wanted == of) && self.toward.is_none_or(|wanted| wanted == toward)
    }
}

/// One way of seeing frames.
struct View {
    order: Order,
    packets: PacketReader,
    /// Where they are looked at; none: each where it was made. Each port has an analysis of its own, so the others are left out.
    ports: Vec<Port>,
    /// The next one, taken already.
    next: Option<Sighting>,
}

/// The frames.
pub(super) struct Sightings {
    views: Vec<View>,
    /// The frames that will arrive at the nodes of predictions, as the ports see them that they leave.
    ahead: Option<View>,
}

impl Sightings {
    /// What the goals of a lesson need.
    pub fn of(lesson: &Lesson) -> Self {
        let mut once = false;
        let mut ports: Vec<Port> = Vec::new();
        let mut note = |from: Option<NodeId>, to: Option<NodeId>, fate: Fate| {
            let port = Port::of_goal(from, to, fate);
            match (from, to) {
                (None, None) => once = true,
                _ if ports.contains(&port) => {}
                _ => ports.push(port),
            }
        };
        for goal in &lesson.goals {
            each_place(&goal.predicate, &mut note);
        }
        for prediction in &lesson.predictions {
            if let Stop::When(predicate) = &prediction.stop {
                each_place(predicate, &mut note);
            }
            if let Ask::Cwnd { until, .. } = &prediction.ask {
                each_place(until, &mut note);
            }
        }
        for prediction in &lesson.predictions {
            if let Ask::Value { from, to, .. } = &prediction.ask {
                note(*from, *to, Fate::Sent);
            }
        }
        let arrivals = lesson.predictions.iter().filter_map(|prediction| match &prediction.stop {
            Stop::Arrives { at, from, .. } => Some(Port { of: *from, toward: Some(*at) }),
            Stop::When(_) => None,
        });
        let arrivals: Vec<_> = arrivals.collect();
        let mut views = Vec::new();
        if once {
            views.push(View::new(Place::Once, Vec::new()));
        }
        if !ports.is_empty() {
            views.push(View::new(Place::Everywhere, ports));
        }
        let ahead = (!arrivals.is_empty()).then(|| View::new(Place::Everywhere, arrivals));
        Self { views, ahead }
    }

    /// When the next frame was seen.
    pub fn next_at(&mut self, world: &World) -> Option<Instant> {
        self.views.iter_mut().filter_map(|view| view.peek(world, world.now())).map(|next| next.at).min()
    }

    /// Calls `each` for the frames that were seen up to and with this moment, in the order of the packet list.
    pub fn each_at(&mut self, world: &World, at: Instant, mut each: impl FnMut(&Subject<'_>, &Seen)) {
        loop {
            let views = self.views.iter_mut();
            let next = views.filter_map(|view| Some((view.peek(world, world.now())?, view)));
            let Some((next, view)) = next.min_by_key(|(next, _)| *next).filter(|(next, _)| next.at <= at)
            else {
                return;
            };
            view.next = None;
            view.read(world, next, &mut each);
        }
    }

    /// Calls `each` for the frames that will arrive at the nodes of predictions: each before it does, and as it leaves for there.
    ///
    /// A frame that waits in a queue leaves later. What arrives at its port until then, and changes its analysis, is known as soon as
    /// nothing happens in the world before it leaves.
    pub fn each_ahead(&mut self, world: &World, mut each: impl FnMut(&Subject<'_>, &Transit)) {
        let Some(view) = &mut self.ahead else { return };
        let before_next = world
            .next_event_at()
            .map_or(Instant::MAX, |next| Instant::from_nanos(next.nanos().saturating_sub(1)));
        let known = world.now().max(before_next);
        while let Some(next) = view.peek(world, known) {
            view.next = None;
            view.read(world, next, &mut |subject, seen| {
                if seen.sent
                    && let Some(transit) = world.history().transit(seen.transit)
                {
                    each(subject, transit);
                }
            });
        }
    }
}

impl View {
    fn new(place: Place, ports: Vec<Port>) -> Self {
        Self { order: Order::new(place), packets: PacketReader::new(place), ports, next: None }
    }

    /// Analyzes a frame.
    fn read(&mut self, world: &World, sighting: Sighting, each: &mut dyn FnMut(&Subject<'_>, &Seen)) {
        let (history, topology) = (world.history(), world.topology());
        let Some(transit) = history.transit(sighting.transit) else { return };
        let seen = Seen {
            at: sighting.at,
            transit: transit.id,
            once: self.order.place() == Place::Once,
            sent: sighting.sent,
            from: topology.sender(transit.direction),
            to: topology.receiver(transit.direction),
            lost: transit.fate != WireFate::Delivered,
            dropped: transit.refused.is_some(),
        };
        let mut notes = Notes::default();
        let subject = self.packets.read(history, sighting, transit, &mut notes);
        each(&subject, &seen);
    }

    /// The next frame that was seen. Everything up to `known` has happened.
    fn peek(&mut self, world: &World, known: Instant) -> Option<Sighting> {
        if self.next.is_none() {
            let (next, ports, topology) = (&mut self.next, &self.ports, world.topology());
            self.order.take(world.history(), known, &mut |sighting, transit| {
                let port = sighting.port(transit);
                let (of, toward) = (topology.sender(port), topology.receiver(port));
                if ports.is_empty() || ports.iter().any(|wanted| wanted.is(of, toward)) {
                    *next = Some(sighting);
                }
                next.is_none()
            });
        }
        self.next
    }
}

/// Calls `each` with where the frames are looked at that a predicate is about: sender, receiver, and what became of them.
fn each_place(predicate: &Predicate, each: &mut impl FnMut(Option<NodeId>, Option<NodeId>, Fate)) {
    match predicate {
        Predicate::Frames(frames) => each(frames.from, frames.to, frames.fate),
        // What a server has lent it has sent, and what a host has learned it has received: both at its own ports.
        Predicate::Table(table) if table.row.is_of_services() => each(Some(table.on), None, Fate::Sent),
        other => other.parts().iter().for_each(|part| each_place(part, each)),
    }
}
