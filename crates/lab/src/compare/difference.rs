//! What two histories have in common, and where they part.
//!
//! A frame on a wire is the same in both if it was handed to the same wire at the same time, travelled and ended the same, and
//! has the same bytes. Its number is not asked for: after the first difference the same frame has another one.

use crate::format;
use crate::inspect::drop_reason;
use crate::topology::LiveTopology;
use netlab::history::{Fate, Transit, TransitId};
use netlab::topology::{LinkId, NodeId};
use netlab::{History, Instant};
use texts::t;

/// Frames are compared this many at a time before the budget is asked.
const FRAMES_AT_ONCE: u32 = 64;

/// Whether two transits are the same frame, on the same wire at the same time, and end the same.
pub fn is_same(a: &Transit, b: &Transit) -> bool {
    (a.direction, a.queued, a.start, a.arrival, a.fate) == (b.direction, b.queued, b.start, b.arrival, b.fate)
        && a.frame == b.frame
}

/// Whether a history has the same as this transit of another one.
pub fn has_same(history: &History, transit: &Transit) -> bool {
    history.transit(transit.id).is_some_and(|same| is_same(same, transit))
        || history.handed_at(transit.direction, transit.queued).any(|same| is_same(same, transit))
}

/// One of two histories that are compared, and how far it is known.
#[derive(Clone, Copy)]
pub struct KnownHistory<'a> {
    /// What happened.
    pub history: &'a History,
    /// All nodes and links.
    pub topology: LiveTopology<'a>,
    /// Up to when all that happens is known.
    pub known: Instant,
}

/// The first frame that differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstFrame {
    /// When the earlier of the two was handed over.
    pub at: Instant,
    /// Its transit in each history, if there is one more.
    pub transits: [Option<TransitId>; 2],
}

/// Looks for the first difference, in pieces, as both histories grow.
#[derive(Clone, Debug, Default)]
pub struct Search {
    next: u64,
    /// Up to and with this moment nothing else differs.
    events_until: Option<Instant>,
    event: Option<Instant>,
    frame: Option<FirstFrame>,
}

impl Search {
    /// Goes on as long as it may, up to what is known of both.
    pub fn go_on(&mut self, both: [KnownHistory<'_>; 2], go_on: &mut dyn FnMut() -> bool) {
        let known = both[0].known.min(both[1].known);
        if self.frame.is_none() && !self.compare_frames(both.map(|one| one.history), known, go_on) {
            return;
        }
        let until = self.frame.map_or(known, |frame| frame.at.min(known));
        if self.event.is_none() && self.events_until.is_none_or(|done| done < until) {
            self.event = first_event(both, self.events_until, until);
            self.events_until = Some(until);
        }
    }

    /// The first frame that differs.
    pub fn frame(&self) -> Option<FirstFrame> {
        self.frame
    }

    /// The moment at which the histories part: the first frame or other event that differs.
    pub fn parted_at(&self) -> Option<Instant> {
        [self.event, self.frame.map(|frame| frame.at)].into_iter().flatten().min()
    }

    /// Returns whether all that are known were compared, or one that differs was found.
    fn compare_frames(
        &mut self,
        [here, there]: [&History; 2],
        known: Instant,
        go_on: &mut dyn FnMut() -> bool,
    ) -> bool {
        // What one of them has forgotten cannot be compared.
        let first = |history: &History| history.transits().next().map_or(0, |transit| transit.id.0);
        self.next = self.next.max(first(here)).max(first(there));
        let mut compared = 0_u32;
        loop {
            let next = TransitId(self.next);
            let both = [here.transit(next), there.transit(next)];
            match both {
                [Some(a), Some(b)] if is_same(a, b) => self.next += 1,
                _ => {
                    let at = both.iter().flatten().map(|transit| transit.queued).min();
                    self.frame = at.filter(|at| *at <= known).map(|at| FirstFrame {
                        at,
                        transits: both.map(|transit| transit.map(|transit| transit.id)),
                    });
                    return true;
                }
            }
            compared += 1;
            if compared.is_multiple_of(FRAMES_AT_ONCE) && !go_on() {
                return false;
            }
        }
    }
}

/// The first moment, after `from` and no later than `until`, at which one of two lists of events has another event than the other. `at`
/// is the moment of an event, by list and place; `is_same` compares the events of two places.
fn first_unequal(
    counts: [usize; 2],
    at: &dyn Fn(usize, usize) -> Instant,
    is_same: &dyn Fn([usize; 2]) -> bool,
    (from, until): (Option<Instant>, Instant),
) -> Option<Instant> {
    let mut places = [0, 1].map(|list| {
        let (mut low, mut high) = (0, counts[list]);
        while low < high {
            let middle = low + (high - low) / 2;
            if from.is_some_and(|from| at(list, middle) <= from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    });
    loop {
        let next = [0, 1].map(|list| {
            let is_there = places[list] < counts[list];
            is_there.then(|| at(list, places[list])).filter(|at| *at <= until)
        });
        match next {
            [None, None] => return None,
            [Some(a), Some(b)] if a == b && is_same(places) => places = places.map(|place| place + 1),
            _ => return next.into_iter().flatten().min(),
        }
    }
}

/// The first that differs of what is no frame: of tables, ports and sockets, settings, cables. Of the events of a node the moments are
/// compared: what is another event at the same moment shows in what the node sends.
fn first_event(both: [KnownHistory<'_>; 2], from: Option<Instant>, until: Instant) -> Option<Instant> {
    let span = (from, until);
    let histories = both.map(|one| one.history);
    let [nodes, links] = [both.map(|one| one.topology.nodes.len()), both.map(|one| one.topology.links.len())]
        .map(|counts| counts[0].min(counts[1]) as u32);
    let of_nodes = (0..nodes).map(NodeId).flat_map(|node| {
        let logs = histories.map(|history| history.node(node));
        let events =
            first_unequal(logs.map(<[_]>::len), &|list, place| logs[list][place].at, &|_| true, span);
        let kinds = histories.map(|history| history.kind_changes(node));
        let settings = first_unequal(
            kinds.map(<[_]>::len),
            &|list, place| kinds[list][place].0,
            &|[a, b]| kinds[0][a].1 == kinds[1][b].1,
            span,
        );
        [events, settings]
    });
    let of_links = (0..links).map(LinkId).map(|link| {
        let changes = histories.map(|history| history.link_changes(link));
        first_unequal(
            changes.map(<[_]>::len),
            &|list, place| changes[list][place].0,
            &|[a, b]| changes[0][a].1 == changes[1][b].1,
            span,
        )
    });
    of_nodes.chain(of_links).flatten().min()
}

/// What is handed over next in this history, from this moment on.
pub fn words(one: KnownHistory<'_>, transit: Option<TransitId>, at: Instant) -> String {
    let topology = one.topology;
    let Some(transit) = transit.and_then(|transit| one.history.transit(transit)) else {
        return t!("nothing more is sent").into();
    };
    let name = |node| &topology.node(node).name;
    let (from, to) = (name(topology.sender(transit.direction)), name(topology.receiver(transit.direction)));
    let summary = dissect::summary(&transit.frame);
    let fate = match transit.fate {
        Fate::Delivered => String::new(),
        Fate::Dropped { reason, .. } => format!(" ({})", drop_reason(reason)),
    };
    let frame = format!(
        "{}\u{a0}s, {from} → {to}: {} {}{fate}",
        format::clock(transit.queued),
        summary.protocol,
        summary.info
    );
    // A switch whose cable is pulled notices, and sends nothing at all.
    match transit.queued > at {
        true => t!("nothing then; next, {frame}"),
        false => frame,
    }
}
