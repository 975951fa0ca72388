//! What is new in a history, found as the history grows.
//!
//! A story follows the world event by event, so that the playhead can stop at the very moment at which something new happens. It
//! only grows: going back in time reads it at an earlier moment.

use super::kinds::kind_of;
use crate::speed::{JOURNEY_ON_SCREEN_SECS, Speed};
use crate::topology::LiveTopology;
use dissect::Message;
use dissect::message::TcpFlags;
use netlab::history::{DropReason, Fate, FrameId, NodeEvent, Rare, Transit, TransitId};
use netlab::run::{Outcome, RunEvent};
use netlab::topology::{LinkId, NodeId};
use netlab::{Duration, History, Instant};
use scenario::chapters::{Event, FrameKind, Moment, Pace};
use scenario::{Change, Chapter};
use smoltcp::wire::IpAddress;
use wire::sorted::SortedMap;

/// More beats are not kept: by then nothing is new.
const BEATS_MAX: usize = 8_192;
/// How often a rare thing of one kind is news between two promised moments.
const NEWS_MAX: u8 = 2;
/// Journeys that are followed at the same time, and how long one is, in seconds on screen.
const JOURNEYS_MAX: usize = 16;
const JOURNEY_SECS_MAX: f64 = 6.0;
/// How long what is rare, and the begin of a chapter, is shown slowly, in seconds on screen.
const RARE_SECS: f64 = 1.5;
const CHAPTER_SECS: f64 = 2.0;
/// How long a drop is still to be seen, in seconds on screen.
const DROP_SECS: f64 = 0.8;
/// TCP streams in which retransmissions are found.
const STREAMS_MAX: usize = 256;

/// How much something matters, the most last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Any frame.
    #[default]
    Ordinary,
    /// The first frame of its kind.
    First,
    /// A frame is dropped.
    Drop,
    /// A route, a spanning tree, a link or a node's settings change.
    Change,
    /// An answer or an acknowledgment did not come in time.
    Timeout,
    /// A run failed, or a host has an address that it cannot use.
    Fault,
}

/// Something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// When.
    pub at: Instant,
    /// How much it matters.
    pub rank: Rank,
    /// What it is.
    pub what: What,
}

/// What is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A frame was sent.
    Frame(TransitId),
    /// A segment was sent again.
    Retransmission(TransitId),
    /// A frame is dropped on its way.
    Dropped(TransitId),
    /// A milestone of the history, by its number.
    Rare(usize),
    /// A planned change, by its number.
    Planned(usize),
    /// A link's outage begins (`true`) or ends.
    Outage(LinkId, bool),
}

/// What of one kind is new only once, or a few times between two promised moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum News {
    Frame(FrameKind),
    Drop(DropReason),
    Refusal,
    Route,
    Tree,
    Host,
    Timeout,
    Fault,
}

impl News {
    /// Whether it is news again after something promised.
    fn returns(self) -> bool {
        match self {
            Self::Frame(kind) => kind == FrameKind::Retransmission,
            Self::Drop(_) => false,
            Self::Refusal | Self::Route | Self::Tree | Self::Host | Self::Timeout | Self::Fault => true,
        }
    }
}

/// A stretch of time that passes slowly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub from: Instant,
    pub until: Instant,
    /// Virtual nanoseconds per second.
    pub rate: f64,
}

/// One direction of a TCP connection.
type Stream = (IpAddress, IpAddress, u16, u16);

/// What was promised: planned changes, outages, chapters with a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Promises {
    /// In order of time.
    moments: Vec<(Instant, Option<What>)>,
}

impl Promises {
    /// Of a document: its changes, the first outage of each link (when it begins, when it ends), and its chapters.
    pub fn new(
        changes: &[(Instant, Change)],
        outages: impl Iterator<Item = (LinkId, Instant, Option<Instant>)>,
        chapters: &[Option<Instant>],
    ) -> Self {
        let mut moments: Vec<_> =
            changes.iter().zip(0..).map(|((at, _), number)| (*at, Some(What::Planned(number)))).collect();
        for (link, begins, ends) in outages {
            moments.push((begins, Some(What::Outage(link, true))));
            moments.extend(ends.map(|ends| (ends, Some(What::Outage(link, false)))));
        }
        moments.extend(chapters.iter().flatten().map(|at| (*at, None)));
        wire::sorted::sort_by_key(&mut moments, |(at, _)| *at);
        Self { moments }
    }

    /// The next one after this moment.
    pub fn after(&self, at: Instant) -> Option<Instant> {
        let next = self.moments.partition_point(|(promised, _)| *promised <= at);
        self.moments.get(next).map(|(at, _)| *at)
    }
}

/// What is new in a history.
#[derive(Default)]
pub struct Story {
    chapters: Vec<Chapter>,
    promises: Promises,
    /// Up to where the history and the promises were followed.
    next_transit: u64,
    next_milestone: usize,
    next_promise: usize,
    seen: SortedMap<News, u8>,
    /// Frames whose journey is shown, and until when at most.
    journeys: Vec<(FrameId, Instant)>,
    streams: SortedMap<Stream, u32>,
    /// In order of time, as are the windows.
    beats: Vec<Beat>,
    windows: Vec<Window>,
    /// When each chapter begins, as far as that is known.
    moments: Vec<Option<Instant>>,
    /// The first chapter that has not begun.
    next_chapter: usize,
    /// What the node of the chapter that is waited for has dropped so far, plus one; whether its link was down.
    dropped: u64,
    was_down: bool,
    /// When a person did something last.
    renewed: Option<Instant>,
}

impl Story {
    /// Of a document that begins: nothing has happened yet. `begins`: when each of its runs begins.
    pub fn new(chapters: &[Chapter], begins: &[Instant]) -> Self {
        let known = |chapter: &Chapter| match chapter.moment {
            Moment::At(at) => Some(at),
            Moment::On { event: Event::Begins(run), after } => {
                begins.get(run.0 as usize).copied().filter(|at| *at >= after)
            }
            Moment::On { .. } => None,
        };
        Self { chapters: chapters.to_vec(), moments: chapters.iter().map(known).collect(), ..Self::default() }
    }

    /// What is promised from now on. What was promised for earlier has happened.
    pub fn promise(&mut self, promises: Promises, now: Instant) {
        self.next_promise = promises.moments.partition_point(|(at, _)| *at < now);
        self.promises = promises;
    }

    /// A person does something: whatever comes of it is new.
    pub fn renew(&mut self, at: Instant, watchable: Speed) {
        self.seen.clear();
        self.renewed = Some(at);
        self.slowly(at, CHAPTER_SECS, watchable.ns_per_sec());
    }

    /// When a person did something last.
    pub(super) fn renewed(&self) -> Option<Instant> {
        self.renewed
    }

    /// The next promised moment after this one.
    pub fn promised_after(&self, at: Instant) -> Option<Instant> {
        self.promises.after(at)
    }

    /// The chapters.
    pub fn chapters(&self) -> &[Chapter] {
        &self.chapters
    }

    /// When each chapter begins, as far as that is known.
    pub fn moments(&self) -> &[Option<Instant>] {
        &self.moments
    }

    /// The chapter of this moment: the last that has begun.
    pub fn chapter_at(&self, at: Instant) -> Option<usize> {
        self.moments.iter().rposition(|moment| moment.is_some_and(|moment| moment <= at))
    }

    /// The pace of this moment's chapter.
    pub fn pace_at(&self, at: Instant) -> Pace {
        self.chapter_at(at).map_or(Pace::Normal, |chapter| self.chapters[chapter].pace)
    }

    /// The first chapter that has not begun.
    pub(super) fn next_chapter(&self) -> usize {
        self.next_chapter
    }

    /// The first moment after `from` and up to `to` from which on something is to be seen slowly.
    pub fn slow_between(&self, from: Instant, to: Instant) -> Option<Instant> {
        let promised = self.promised_after(from).filter(|at| *at <= to);
        let next = self.windows.partition_point(|window| window.from <= from);
        let window = self.windows.get(next).map(|window| window.from).filter(|at| *at <= to);
        promised.into_iter().chain(window).min()
    }

    /// Everything new, in order of time.
    pub fn beats(&self) -> &[Beat] {
        &self.beats
    }

    pub(super) fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// Takes in what has happened up to `now`; returns whether something of it is to be seen slowly. `watchable`: the speed at
    /// which a frame can be followed.
    pub fn follow(
        &mut self,
        topology: LiveTopology<'_>,
        history: &History,
        now: Instant,
        watchable: Speed,
    ) -> bool {
        let windows = self.windows.len();
        let first = history.transits().next().map_or(0, |first| first.id.0);
        self.next_transit = self.next_transit.max(first);
        // In order of time, however much has happened since the last time.
        loop {
            let milestone = history.milestones().get(self.next_milestone).map(|milestone| milestone.at);
            let transit = history.transit(TransitId(self.next_transit));
            let sent = transit.map(|transit| transit.queued);
            let promised = self.promises.moments.get(self.next_promise).map(|(at, _)| *at);
            let promised = promised.filter(|at| *at <= now);
            let Some(at) = [milestone, sent, promised].into_iter().flatten().min() else { break };
            self.keep_promises(at, watchable);
            self.look_for_chapters(history, at, watchable);
            if milestone == Some(at) {
                self.milestone(self.next_milestone, history, watchable);
                self.next_milestone += 1;
            } else if let Some(transit) = transit.filter(|transit| transit.queued == at) {
                self.transit(topology, transit, watchable);
                self.next_transit += 1;
            }
        }
        self.keep_promises(now, watchable);
        self.look_for_chapters(history, now, watchable);
        self.windows.len() > windows
    }

    fn keep_promises(&mut self, now: Instant, watchable: Speed) {
        while let Some((at, what)) =
            self.promises.moments.get(self.next_promise).copied().filter(|(at, _)| *at <= now)
        {
            self.next_promise += 1;
            self.seen.retain(|news, _| !news.returns());
            if let Some(what) = what {
                self.beat(at, Rank::Change, what);
            }
            self.slowly(at, CHAPTER_SECS, watchable.ns_per_sec());
        }
        while let Some(at) = self.moments.get(self.next_chapter).copied().flatten().filter(|at| *at <= now) {
            self.next_chapter += 1;
            self.slowly(at, CHAPTER_SECS, watchable.ns_per_sec());
        }
        // A chapter whose event did not happen gives way to the next that has a time.
        let rest = self.moments.get(self.next_chapter..).unwrap_or_default();
        if let Some(later) = rest.iter().rposition(|at| at.is_some_and(|at| at <= now)) {
            self.next_chapter += later + 1;
        }
    }

    fn beat(&mut self, at: Instant, rank: Rank, what: What) {
        if self.beats.len() < BEATS_MAX {
            let place = self.beats.partition_point(|other| other.at <= at);
            self.beats.insert(place, Beat { at, rank, what });
        }
    }

    /// Shows this long on screen slowly.
    fn slowly(&mut self, from: Instant, secs: f64, rate: f64) {
        let until = from + Duration::from_nanos((secs * rate) as u64);
        self.show(Window { from, until, rate });
    }

    /// Adds a window, in order of their beginnings: a drop halfway on a cable is known before it happens.
    fn show(&mut self, window: Window) {
        if self.windows.len() < BEATS_MAX {
            let place = self.windows.partition_point(|other| other.from <= window.from);
            self.windows.insert(place, window);
        }
    }

    /// Whether it is still news.
    fn is_news(&mut self, news: News) -> bool {
        let most = if news.returns() { NEWS_MAX } else { 1 };
        let count = self.seen.entry(news).or_default();
        *count = count.saturating_add(1);
        *count <= most
    }

    fn milestone(&mut self, number: usize, history: &History, watchable: Speed) {
        let milestone = &history.milestones()[number];
        let (rank, news) = match &milestone.what {
            Rare::Node(_, NodeEvent::Switch(_)) => (Rank::Change, News::Tree),
            Rare::Node(_, NodeEvent::Router(_)) => (Rank::Change, News::Route),
            Rare::Node(_, NodeEvent::Host(event)) => match event {
                netlab::history::HostEvent::DuplicateAddress { .. } | netlab::history::HostEvent::NoCable => {
                    (Rank::Fault, News::Fault)
                }
                netlab::history::HostEvent::NeighborGone { .. } => (Rank::Timeout, News::Timeout),
                _ => (Rank::Change, News::Host),
            },
            Rare::Run(_, RunEvent::Finished(Outcome::Failed(_))) => (Rank::Fault, News::Fault),
            Rare::Run(..) => (Rank::Timeout, News::Timeout),
            Rare::Refused(..) => (Rank::Drop, News::Refusal),
        };
        let at = milestone.at;
        let event = match &milestone.what {
            Rare::Node(node, NodeEvent::Switch(_)) => Some(Event::Tree(*node)),
            Rare::Node(node, NodeEvent::Router(_)) => Some(Event::Route(*node)),
            Rare::Node(node, NodeEvent::Host(netlab::history::HostEvent::Address { .. })) => {
                Some(Event::Address(*node))
            }
            Rare::Node(_, NodeEvent::Host(_)) | Rare::Run(..) => None,
            Rare::Refused(node, ..) => Some(Event::Drop(*node)),
        };
        if let Some(event) = event {
            self.chapter_on(|wanted| wanted == event, at, watchable);
        }
        // At the start of time every table is filled: nothing changes by that.
        if at == Instant::ZERO && rank == Rank::Change {
            return;
        }
        self.beat(at, rank, What::Rare(number));
        if self.is_news(news) {
            self.slowly(at, RARE_SECS, watchable.ns_per_sec());
        }
    }

    fn transit(&mut self, topology: LiveTopology<'_>, transit: &Transit, watchable: Speed) {
        if transit.first {
            self.first_hop(topology, transit, watchable);
        }
        if let Fate::Dropped { reason, at } = transit.fate {
            let sender = topology.sender(transit.direction);
            self.chapter_on(|wanted| wanted == Event::Drop(sender), at, watchable);
            if self.is_news(News::Drop(reason)) {
                self.beat(at, Rank::Drop, What::Dropped(transit.id));
                self.journey(transit, watchable);
                let rate = rate_of(transit, watchable);
                self.slowly(at, DROP_SECS, rate);
            }
        }
        let shown = self.journeys.iter().position(|(frame, _)| *frame == transit.frame_id);
        if let Some(shown) = shown {
            if self.journeys[shown].1 < transit.queued {
                self.journeys.swap_remove(shown);
            } else {
                self.journey(transit, watchable);
            }
        }
    }

    /// A frame leaves the node that makes it.
    fn first_hop(&mut self, topology: LiveTopology<'_>, transit: &Transit, watchable: Speed) {
        let meaning = dissect::meaning(&transit.frame);
        let kind = match self.is_retransmission(&meaning) {
            true => FrameKind::Retransmission,
            false => kind_of(&meaning),
        };
        let sender = topology.sender(transit.direction);
        let chapter = self.chapter_on(
            |wanted| matches!(wanted, Event::Frame(wanted, from) if wanted == kind && from.is_none_or(|from| from == sender)),
            transit.queued,
            watchable,
        );
        let news = self.is_news(News::Frame(kind));
        if kind == FrameKind::Retransmission {
            self.beat(transit.queued, Rank::Timeout, What::Retransmission(transit.id));
        } else if news || chapter {
            self.beat(transit.queued, Rank::First, What::Frame(transit.id));
        }
        if news || chapter {
            let longest = Duration::from_nanos((JOURNEY_SECS_MAX * rate_of(transit, watchable)) as u64);
            if self.journeys.len() == JOURNEYS_MAX {
                self.journeys.remove(0);
            }
            self.journeys.push((transit.frame_id, transit.gone() + longest));
        }
    }

    /// Whether a segment was sent before: its end is not beyond what its stream has sent.
    fn is_retransmission(&mut self, meaning: &dissect::Meaning<'_>) -> bool {
        let (Message::Tcp(segment), Some(ip)) = (&meaning.message, &meaning.ip) else { return false };
        let [syn, fin] = [TcpFlags::SYN, TcpFlags::FIN].map(|flag| segment.flags.contains(flag));
        let length = segment.data_len as u32 + u32::from(syn) + u32::from(fin);
        if length == 0 {
            return false;
        }
        let end = segment.sequence.wrapping_add(length);
        let stream = (ip.source, ip.destination, segment.source_port, segment.destination_port);
        match self.streams.get_mut(&stream) {
            // A new connection between the same ports begins anew.
            Some(sent) if (end.wrapping_sub(*sent) as i32) <= 0 && !(syn && end != *sent) => true,
            Some(sent) => {
                *sent = end;
                false
            }
            None => {
                if self.streams.len() < STREAMS_MAX {
                    self.streams.insert(stream, end);
                }
                false
            }
        }
    }

    /// Shows this frame on this link slowly enough to be followed.
    fn journey(&mut self, transit: &Transit, watchable: Speed) {
        let rate = rate_of(transit, watchable);
        self.show(Window { from: transit.queued, until: transit.gone(), rate });
    }

    /// Lets the next chapter begin if it waits for this; returns whether it does.
    fn chapter_on(&mut self, is: impl Fn(Event) -> bool, at: Instant, watchable: Speed) -> bool {
        let Some(chapter) = self.chapters.get(self.next_chapter) else { return false };
        let Moment::On { event, after } = chapter.moment else { return false };
        if after > at || self.moments[self.next_chapter].is_some() || !is(event) {
            return false;
        }
        self.moments[self.next_chapter] = Some(at);
        self.next_chapter += 1;
        (self.dropped, self.was_down) = (0, false);
        self.seen.retain(|news, _| !news.returns());
        self.slowly(at, CHAPTER_SECS, watchable.ns_per_sec());
        true
    }

    /// Chapters that wait for what no single frame or milestone shows.
    fn look_for_chapters(&mut self, history: &History, now: Instant, watchable: Speed) {
        let Some(chapter) = self.chapters.get(self.next_chapter) else { return };
        let Moment::On { event, after } = chapter.moment else { return };
        if now < after {
            return;
        }
        let happens = match event {
            Event::Ends(run) => {
                let log = history.runs().get(run.0 as usize);
                let Some(last) =
                    log.filter(|log| log.outcome_at(now).is_some()).and_then(|log| log.entries.last())
                else {
                    return;
                };
                self.chapter_on(|wanted| wanted == event, last.at.max(after), watchable);
                false
            }
            Event::Down(link) => has_carrier(history, link, now) == Some(false),
            Event::Up(link) => match has_carrier(history, link, now) {
                Some(false) => {
                    self.was_down = true;
                    false
                }
                Some(true) => self.was_down,
                None => false,
            },
            Event::Drop(node) => self.has_dropped(history, node),
            Event::Frame(..) | Event::Begins(_) | Event::Route(_) | Event::Tree(_) | Event::Address(_) => {
                false
            }
        };
        if happens {
            self.chapter_on(|wanted| wanted == event, now, watchable);
        }
    }

    /// Whether this node has dropped a frame since it was asked about first.
    fn has_dropped(&mut self, history: &History, node: NodeId) -> bool {
        let count = 1 + history.refused(node).values().sum::<u64>();
        let before = std::mem::replace(&mut self.dropped, count);
        before != 0 && count > before
    }
}

/// The speed at which this frame on this link can be followed. Not slower than the network's: what a queue holds for long is not
/// on the move.
fn rate_of(transit: &Transit, watchable: Speed) -> f64 {
    let lasts = (transit.gone() - transit.queued.min(transit.gone())).nanos() as f64;
    (lasts / JOURNEY_ON_SCREEN_SECS).max(watchable.ns_per_sec() / 4.0)
}

/// Whether a link has its carrier; `None`: there is no such link yet.
fn has_carrier(history: &History, link: LinkId, at: Instant) -> Option<bool> {
    (history.born_link(link) <= at).then(|| history.link_at(link, at).has_carrier(at))
}
