//! What happened on each direction of each link: which transits were there at some moment, and the counters of any moment.

use super::{DropReason, Fate, History, Refusal, Transit, TransitId};
use crate::topology::Direction;
use std::collections::VecDeque;
use wire::Instant;
use wire::sorted::SortedMap;

#[derive(Default)]
pub(super) struct DirectionLog {
    /// Numbers of the transits kept.
    pub kept: VecDeque<TransitId>,
    /// Those of them that were dropped, by reason.
    dropped: SortedMap<DropReason, VecDeque<TransitId>>,
    totals: DirectionTotals,
    /// Frames that the wire has numbered.
    numbered: u64,
    /// Bytes handed over, and those of them that arrive.
    pub bytes: [u64; 2],
    /// What the node at its end keeps, by reason: how many, and of those whose transit is kept when and which.
    refused: SortedMap<Refusal, Refused>,
    pub last_arrival: Instant,
}

#[derive(Default)]
struct Refused {
    all: u64,
    kept: VecDeque<(Instant, TransitId)>,
}

/// Counters of one direction of a link. Always sent = delivered + dropped + what is under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectionTotals {
    /// Frames handed to it.
    pub sent: u64,
    /// Frames that arrived.
    pub delivered: u64,
    /// Frames dropped, by reason, in order of reason.
    pub dropped: SortedMap<DropReason, u64>,
}

impl DirectionLog {
    /// Returns the frame's number.
    pub fn hand_over(
        &mut self,
        id: TransitId,
        arrival: Instant,
        fate: Fate,
        bytes: usize,
        numbered: bool,
    ) -> u64 {
        self.totals.sent += 1;
        self.bytes[0] += bytes as u64;
        if fate == Fate::Delivered {
            self.bytes[1] += bytes as u64;
        }
        // A copy is the wire's own, and what nothing can carry any more never gets to it.
        self.numbered += u64::from(numbered);
        if let Fate::Dropped { reason, .. } = fate {
            *self.totals.dropped.entry(reason).or_default() += 1;
            self.dropped.entry(reason).or_default().push_back(id);
        }
        self.last_arrival = self.last_arrival.max(arrival);
        self.kept.push_back(id);
        self.numbered
    }

    /// The node at its end keeps this frame.
    pub fn refuse(&mut self, at: Instant, id: TransitId, why: Refusal) {
        let refused = self.refused.entry(why).or_default();
        refused.all += 1;
        refused.kept.push_back((at, id));
    }

    pub fn arrived(&mut self) {
        self.totals.delivered += 1;
    }

    /// The oldest that is kept ended like this.
    pub fn forget_oldest(&mut self, id: TransitId, fate: Fate) {
        self.kept.pop_front();
        for refused in self.refused.values_mut() {
            while refused.kept.front().is_some_and(|(_, kept)| *kept <= id) {
                refused.kept.pop_front();
            }
        }
        if let Fate::Dropped { reason, .. } = fate {
            self.dropped.get_mut(&reason).expect("it was put there").pop_front();
        }
    }

    pub fn bytes_kept(&self) -> usize {
        let dropped: usize = self.dropped.values().map(VecDeque::len).sum();
        let refused: usize = self.refused.values().map(|refused| refused.kept.len()).sum();
        (self.kept.len() + dropped) * size_of::<TransitId>() + refused * size_of::<(Instant, TransitId)>()
    }
}

/// As [`VecDeque::partition_point`], quicker if the place is one of the last: the live edge is what is mostly looked at.
fn partition_from_back<T>(list: &VecDeque<T>, is_before: impl Fn(&T) -> bool) -> usize {
    const NEAR: usize = 32;
    if list.back().is_none_or(&is_before) {
        return list.len();
    }
    let (mut low, mut high) = match list.len().saturating_sub(NEAR) {
        far if far > 0 && !is_before(&list[far]) => (0, far),
        near => (near, list.len() - 1),
    };
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(&list[middle]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

impl History {
    /// The transits of a direction that waited, travelled or were dropped at some moment of `from..=to`, in order.
    pub fn passing(
        &self,
        direction: Direction,
        from: Instant,
        to: Instant,
    ) -> impl DoubleEndedIterator<Item = &Transit> {
        let kept = &self.directions[direction.index()].kept;
        let get = |&id: &TransitId| self.transit(id).expect("the index lists only what is kept");
        let first = partition_from_back(kept, |id| get(id).last_arrival < from);
        let last = partition_from_back(kept, |id| get(id).queued <= to);
        kept.range(first..last.max(first)).map(get).filter(move |transit| transit.gone() >= from)
    }

    /// The transits that were handed to a direction at this very moment; none of a direction that is not there.
    pub fn handed_at(&self, direction: Direction, at: Instant) -> impl Iterator<Item = &Transit> {
        let get = |&id: &TransitId| self.transit(id).expect("the index lists only what is kept");
        let kept = self.directions.get(direction.index()).map(|log| &log.kept);
        let from = kept.map(|kept| kept.range(kept.partition_point(|id| get(id).queued < at)..));
        from.into_iter().flatten().map(get).take_while(move |transit| transit.queued == at)
    }

    /// The counters of a direction, now (at the live edge). What will be lost on its way counts as dropped already.
    pub fn totals(&self, direction: Direction) -> &DirectionTotals {
        &self.directions[direction.index()].totals
    }

    /// The counters of a direction as they were at this moment: what is lost on its way is under way until then. Exact from
    /// [`complete_since`](Self::complete_since) on; before, what is forgotten counts as if it had been over.
    pub fn totals_at(&self, direction: Direction, at: Instant) -> DirectionTotals {
        let log = &self.directions[direction.index()];
        let mut totals = DirectionTotals {
            sent: self.handed_by(log.totals.sent, &log.kept, at),
            delivered: 0,
            dropped: self.drops_handed_by(log, at).collect(),
        };
        totals.delivered = totals.sent - totals.dropped.values().sum::<u64>();
        for transit in self.passing(direction, at, at).filter(|transit| transit.gone() > at) {
            match transit.fate {
                Fate::Delivered => totals.delivered -= 1,
                Fate::Dropped { reason, .. } => {
                    *totals.dropped.get_mut(&reason).expect("it was counted above") -= 1;
                }
            }
        }
        totals.dropped.retain(|_, count| *count > 0);
        totals
    }

    /// The bytes that had been handed to a direction by this moment, and those that had arrived. Exact as
    /// [`totals_at`](Self::totals_at) is.
    pub fn bytes_at(&self, direction: Direction, at: Instant) -> (u64, u64) {
        let log = &self.directions[direction.index()];
        let by = log.kept.partition_point(|&id| self.transit(id).expect("kept").queued <= at);
        let [sent, mut arrived] = match log.kept.get(by).and_then(|&id| self.transit(id)) {
            Some(next) => next.bytes_before,
            None => log.bytes,
        };
        for transit in self.passing(direction, at, at) {
            if transit.fate == Fate::Delivered && transit.gone() > at {
                arrived -= transit.frame.len() as u64;
            }
        }
        (sent, arrived)
    }

    /// How many frames that came from a direction the node at its end had kept by this moment, by reason.
    pub fn refused_at(&self, direction: Direction, at: Instant) -> SortedMap<Refusal, u64> {
        let log = &self.directions[direction.index()];
        let counts = log.refused.iter().map(|(why, refused)| {
            let by = refused.kept.partition_point(|(when, _)| *when <= at);
            (*why, refused.all - (refused.kept.len() - by) as u64)
        });
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// How many of the frames of a direction that were handed to it by this moment are dropped, there or later.
    pub fn dropped_by(&self, direction: Direction, at: Instant) -> u64 {
        self.drops_handed_by(&self.directions[direction.index()], at).map(|(_, count)| count).sum()
    }

    fn drops_handed_by<'a>(
        &'a self,
        log: &'a DirectionLog,
        at: Instant,
    ) -> impl Iterator<Item = (DropReason, u64)> + 'a {
        let all = log.totals.dropped.iter().zip(log.dropped.values());
        all.map(move |((reason, all), kept)| (*reason, self.handed_by(*all, kept, at)))
    }

    /// How many of `all`, of which these are kept, were handed over by this moment: the forgotten ones, and some of these.
    fn handed_by(&self, all: u64, kept: &VecDeque<TransitId>, at: Instant) -> u64 {
        let by = kept.partition_point(|&id| self.transit(id).expect("kept").queued <= at);
        all - (kept.len() - by) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_the_same_from_the_back() {
        for length in 0..100 {
            let list: VecDeque<usize> = (0..length).collect();
            for place in 0..=length {
                assert_eq!(partition_from_back(&list, |item| *item < place), place, "of {length}");
            }
        }
    }
}
