//! What happened on each direction of each link: which transits were there at some moment, and the counters of any moment.

use super::{DropReason, Fate, History, Transit, TransitId};
use crate::topology::Direction;
use std::collections::{BTreeMap, VecDeque};
use vnetif::Instant;

#[derive(Default)]
pub(super) struct DirectionLog {
    /// Numbers of the transits kept.
    pub kept: VecDeque<TransitId>,
    /// Those of them that were dropped, by reason.
    dropped: BTreeMap<DropReason, VecDeque<TransitId>>,
    totals: DirectionTotals,
    pub last_arrival: Instant,
}

/// Counters of one direction of a link. Always sent = delivered + dropped + what is under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectionTotals {
    /// Frames handed to it.
    pub sent: u64,
    /// Frames that arrived.
    pub delivered: u64,
    /// Frames dropped, by reason, in order of reason.
    pub dropped: BTreeMap<DropReason, u64>,
}

impl DirectionLog {
    pub fn hand_over(&mut self, id: TransitId, arrival: Instant, fate: Fate) {
        self.totals.sent += 1;
        if let Fate::Dropped { reason, .. } = fate {
            *self.totals.dropped.entry(reason).or_default() += 1;
            self.dropped.entry(reason).or_default().push_back(id);
        }
        self.last_arrival = self.last_arrival.max(arrival);
        self.kept.push_back(id);
    }

    pub fn arrived(&mut self) {
        self.totals.delivered += 1;
    }

    /// The oldest that is kept ended like this.
    pub fn forget_oldest(&mut self, fate: Fate) {
        self.kept.pop_front();
        if let Fate::Dropped { reason, .. } = fate {
            self.dropped.get_mut(&reason).expect("it was put there").pop_front();
        }
    }

    pub fn bytes_kept(&self) -> usize {
        let dropped: usize = self.dropped.values().map(VecDeque::len).sum();
        (self.kept.len() + dropped) * size_of::<TransitId>()
    }
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
        let first = kept.partition_point(|id| get(id).last_arrival < from);
        let last = kept.partition_point(|id| get(id).queued <= to);
        kept.range(first..last.max(first)).map(get).filter(move |transit| transit.gone() >= from)
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
