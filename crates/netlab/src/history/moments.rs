//! The moments at which something happens, for stepping through time in either direction.
//!
//! Nothing is indexed for it: what is under way at a moment is little, and everything else is in order of time already.

use super::{Fate, FrameId, History, Transit, TransitId};
use crate::topology::{Direction, LinkId, NodeId};
use wire::Instant;

/// What a step goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stride {
    /// Anything visible: a frame is queued, leaves, arrives or is dropped, a table or a run changes, a node or link is added.
    #[default]
    Event,
    /// A frame leaves its sender for the first time.
    Frame,
    /// A frame is dropped.
    Drop,
    /// Anything that this node does: its tables and sockets, frames at its ends of its cables.
    Node(NodeId),
    /// Anything on this link.
    Link(LinkId),
    /// Anything that becomes of this frame, on all its wires.
    One(FrameId),
}

/// A side of a moment.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    After,
    Before,
}

/// The moment nearest to `at`, on one side of it.
struct Nearest {
    at: Instant,
    side: Side,
    found: Option<Instant>,
}

impl Nearest {
    fn offer(&mut self, moment: Instant) {
        let (better, than) = match self.side {
            Side::After => (moment > self.at, self.found.is_none_or(|found| moment < found)),
            Side::Before => (moment < self.at, self.found.is_none_or(|found| moment > found)),
        };
        if better && than {
            self.found = Some(moment);
        }
    }

    /// Offers those of a list in order of time that can be the nearest.
    fn offer_of<T>(&mut self, list: &[T], moment: impl Fn(&T) -> Instant) {
        let next = match self.side {
            Side::After => Some(list.partition_point(|entry| moment(entry) <= self.at)),
            Side::Before => list.partition_point(|entry| moment(entry) < self.at).checked_sub(1),
        };
        if let Some(entry) = next.and_then(|next| list.get(next)) {
            self.offer(moment(entry));
        }
    }
}

impl Stride {
    /// Whether it has to do with what passes on a direction with these ends.
    fn is_about(self, direction: Direction, ends: [NodeId; 2]) -> bool {
        match self {
            Self::Event | Self::Frame | Self::Drop | Self::One(_) => true,
            Self::Node(node) => ends.contains(&node),
            Self::Link(link) => direction.link == link,
        }
    }
}

impl History {
    /// The first moment after `at` when anything visible happens.
    pub fn next_after(&self, at: Instant) -> Option<Instant> {
        self.nearest(at, Side::After, Stride::Event, &|_| [NodeId(0); 2])
    }

    /// The last moment before `at` when anything visible happened, as far as transits are still kept.
    pub fn last_before(&self, at: Instant) -> Option<Instant> {
        self.nearest(at, Side::Before, Stride::Event, &|_| [NodeId(0); 2])
    }

    /// The first moment after `at` to which such a step goes. `ends`: the nodes at a direction's two ends.
    pub fn step_after(
        &self,
        at: Instant,
        stride: Stride,
        ends: &dyn Fn(Direction) -> [NodeId; 2],
    ) -> Option<Instant> {
        self.nearest(at, Side::After, stride, ends)
    }

    /// The last moment before `at` to which such a step goes.
    pub fn step_before(
        &self,
        at: Instant,
        stride: Stride,
        ends: &dyn Fn(Direction) -> [NodeId; 2],
    ) -> Option<Instant> {
        self.nearest(at, Side::Before, stride, ends)
    }

    fn nearest(
        &self,
        at: Instant,
        side: Side,
        stride: Stride,
        ends: &dyn Fn(Direction) -> [NodeId; 2],
    ) -> Option<Instant> {
        let mut nearest = Nearest { at, side, found: None };
        for direction in self.directions() {
            let ends = ends(direction);
            if stride.is_about(direction, ends) {
                match side {
                    Side::After => self.offer_after(direction, stride, ends, &mut nearest),
                    Side::Before => self.offer_before(direction, stride, ends, &mut nearest),
                }
            }
        }
        for (number, log) in self.nodes.iter().enumerate() {
            let wanted = match stride {
                Stride::Event => true,
                Stride::Node(node) => node.index() == number,
                _ => false,
            };
            if wanted {
                nearest.offer_of(log.entries(), |entry| entry.at);
                nearest.offer_of(&self.kinds[number][1..], |(since, _)| *since);
            }
        }
        if stride == Stride::Event {
            for log in &self.runs {
                nearest.offer_of(&log.entries, |entry| entry.at);
            }
            for (_, log) in self.all_programs() {
                nearest.offer_of(log.entries(), |entry| entry.at);
            }
            nearest.offer_of(&self.born_nodes, |&born| born);
        }
        for (number, states) in self.links.iter().enumerate() {
            let wanted = match stride {
                Stride::Event => true,
                Stride::Link(link) => link.index() == number,
                _ => false,
            };
            if wanted {
                nearest.offer_of(states, |(since, _)| *since);
            }
        }
        nearest.found
    }

    fn directions(&self) -> impl Iterator<Item = Direction> + use<> {
        (0..self.directions.len()).map(Direction::from_index)
    }

    fn offer_after(&self, direction: Direction, stride: Stride, ends: [NodeId; 2], nearest: &mut Nearest) {
        let kept = &self.directions[direction.index()].kept;
        let get = |&id: &TransitId| self.transit(id).expect("the index lists only what is kept");
        let under_way = kept.partition_point(|id| get(id).last_arrival <= nearest.at);
        let mut transits = kept.range(under_way..).map(get);
        // What is queued later than the best so far cannot do anything sooner.
        while let Some(transit) = transits.next()
            && nearest.found.is_none_or(|found| transit.queued <= found)
        {
            transit.moments(stride, ends, |moment| nearest.offer(moment));
        }
    }

    fn offer_before(&self, direction: Direction, stride: Stride, ends: [NodeId; 2], nearest: &mut Nearest) {
        let kept = &self.directions[direction.index()].kept;
        let get = |&id: &TransitId| self.transit(id).expect("the index lists only what is kept");
        let begun = kept.partition_point(|id| get(id).queued < nearest.at);
        let mut transits = kept.range(..begun).rev().map(get);
        // What has arrived, with all before it, by the best so far cannot do anything later.
        while let Some(transit) = transits.next()
            && nearest.found.is_none_or(|found| transit.last_arrival > found)
        {
            transit.moments(stride, ends, |moment| nearest.offer(moment));
        }
    }
}

impl Transit {
    /// The moments of its journey that such a step stops at; `ends`: its sender and its receiver.
    fn moments(&self, stride: Stride, ends: [NodeId; 2], mut offer: impl FnMut(Instant)) {
        let dropped = matches!(self.fate, Fate::Dropped { .. });
        match stride {
            Stride::Event | Stride::Link(_) => {
                for moment in [self.queued, self.start, self.gone()] {
                    offer(moment);
                }
            }
            Stride::Frame if self.first => offer(self.start),
            Stride::Drop if dropped => offer(self.gone()),
            Stride::Drop => self.refused.iter().for_each(|&(at, _)| offer(at)),
            Stride::Node(node) => {
                if node == ends[0] {
                    offer(self.queued);
                    offer(self.start);
                }
                if node == ends[1] && !dropped {
                    offer(self.arrival);
                }
            }
            Stride::One(frame) if frame == self.frame_id => {
                for moment in [self.queued, self.start, self.gone()] {
                    offer(moment);
                }
            }
            Stride::Frame | Stride::One(_) => {}
        }
    }
}
