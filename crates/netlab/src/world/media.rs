//! The shared media of a world: each hub with its links is one collision domain, hubs that are joined are one together, and so is each
//! half-duplex link between two other nodes.
//!
//! The stations of a medium are the ports of hosts, switches and routers. A hub is none: it repeats what a station sends, on all its
//! other links, and every frame there was sent when the medium was free. What a station sends waits in the medium until it is sent, and is
//! handed to its wire only then.

use super::{FRAMES_UNDER_WAY_MAX, Handover, World};
use crate::history::{Backlog, Collision, DropReason, Fate, Handed};
use crate::topology::{Direction, End, LinkId, NodeId, NodeKind};
use wire::line::{Journey, LineConfig};
use wire::medium::{Dropped, Event, Load, Medium};
use wire::passage::Marks;
use wire::rng::Stream;
use wire::sorted::{SortedSet, sort_by_key};
use wire::{BitsPerSec, Instant};

/// The first numbers of the paths that name random streams, before those of [`super`].
const STREAM_OF_EARLY_DROPS: u64 = 4;
const STREAM_OF_BACKOFF: u64 = 5;

/// A medium, and its links.
struct Domain {
    medium: Medium<Handover>,
    links: Vec<LinkId>,
    /// The moment of the event in the queue that lets its stations contend.
    armed: Option<Instant>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Media {
    /// A domain that was joined with another is empty.
    domains: Vec<Option<Domain>>,
    /// For each link the domain that it is in.
    of_link: Vec<Option<u32>>,
    /// Domains whose stations may contend at the end of this moment.
    touched: Vec<u32>,
    /// Frames that wait, in all domains.
    waiting: usize,
}

impl Media {
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// The stations of this domain may contend at the end of this moment: its event has come.
    pub fn touch(&mut self, domain: u32) {
        if let Some(Some(domain)) = self.domains.get_mut(domain as usize) {
            domain.armed = None;
        }
        self.touched.push(domain);
    }

    /// Whether a link is part of a shared medium.
    #[inline]
    pub fn has(&self, link: LinkId) -> bool {
        self.domain_of(link).is_some()
    }

    /// Whether a frame for which `is` is true waits at a station.
    pub fn any(&self, mut is: impl FnMut(Direction, &Handover) -> bool) -> bool {
        let mut frames = self.domains.iter().flatten().flat_map(|domain| domain.medium.frames());
        frames.any(|(station, handover)| is(Direction::from_index(station as usize), handover))
    }

    fn domain_of(&self, link: LinkId) -> Option<u32> {
        self.of_link.get(link.index()).copied().flatten()
    }

    fn domain(&mut self, number: u32) -> Option<&mut Domain> {
        self.domains.get_mut(number as usize)?.as_mut()
    }
}

impl Load for Handover {
    fn bytes(&self) -> usize {
        self.frame.len()
    }
}

impl World {
    /// Gives a link that is plugged in its place in the shared media, or has its settings changed there.
    pub(super) fn share(&mut self, now: Instant, id: LinkId) {
        self.media.of_link.resize(self.media.of_link.len().max(id.index() + 1), None);
        if !self.topology.is_half_duplex(id) {
            return;
        }
        if self.media.domain_of(id).is_none() {
            self.join_domain(id);
        }
        let Some(number) = self.media.domain_of(id) else { return };
        self.set_domain(number);
        if !self.carriers[id.index()] {
            self.give_up_carrier(now, id);
        }
    }

    /// Puts a link into the domain of the hubs at its ends, which join theirs, or into a new one.
    fn join_domain(&mut self, id: LinkId) {
        let is_hub = |end: &NodeId| self.topology.node(*end).kind == NodeKind::Hub;
        let mut neighbors = SortedSet::new();
        for hub in self.topology.link(id).ends.into_iter().filter(is_hub) {
            let links = self.ports[hub.index()].iter().map(|direction| direction.link);
            neighbors.extend(links.filter_map(|link| self.media.domain_of(link)));
        }
        let mut neighbors = neighbors.into_iter();
        let number = neighbors.next().unwrap_or_else(|| {
            let rate = BitsPerSec::new(1).expect("it is not zero");
            let domain = Domain { medium: Medium::new(rate), links: Vec::new(), armed: None };
            self.media.domains.push(Some(domain));
            self.media.domains.len() as u32 - 1
        });
        for other in neighbors {
            let Some(Domain { medium, links, .. }) = self.media.domains[other as usize].take() else {
                continue;
            };
            for link in &links {
                self.media.of_link[link.index()] = Some(number);
            }
            if let Some(domain) = self.media.domain(number) {
                domain.medium.join(medium);
                domain.links.extend(links);
            }
        }
        self.media.of_link[id.index()] = Some(number);
        if let Some(domain) = self.media.domain(number) {
            domain.links.push(id);
        }
    }

    /// Gives a domain the settings of its links: the rate is that of the slowest.
    fn set_domain(&mut self, number: u32) {
        let Some(links) = self.media.domain(number).map(|domain| domain.links.clone()) else { return };
        let rates =
            links.iter().flat_map(|link| &self.topology.link(*link).ways).filter_map(|way| way.line.rate);
        let Some(rate) = rates.min() else { return };
        let seed = self.seed;
        for direction in links.iter().flat_map(|&link| End::BOTH.map(|from| Direction { link, from })) {
            let line = self.topology.link(direction.link).ways[direction.from.index()].line;
            let is_station = self.is_station(direction);
            let Some(domain) = self.media.domain(number) else { return };
            domain.medium.set_rate(rate);
            if is_station {
                let station = direction.index() as u32;
                domain.medium.set_station(station, line.queue, || {
                    [STREAM_OF_EARLY_DROPS, STREAM_OF_BACKOFF]
                        .map(|purpose| Stream::new(seed, &[purpose, u64::from(station)]))
                });
            }
            if line.rate.is_some() {
                self.ways[direction.index()].set_line(LineConfig { rate: Some(rate), ..line });
            }
        }
    }

    /// Whether the node that sends in this direction contends for a medium: it is no hub, and the medium has a rate.
    fn is_station(&self, direction: Direction) -> bool {
        self.topology.node(self.topology.sender(direction)).kind != NodeKind::Hub
            && self.topology.link(direction.link).ways[direction.from.index()].line.rate.is_some()
    }

    /// The settings of a link's lines have changed, or its carrier.
    pub(super) fn share_anew(&mut self, now: Instant, id: LinkId) {
        if self.media.domain_of(id).is_some() {
            self.share(now, id);
        }
    }

    /// Frames that wait at the ends of a link without carrier are handed to it at once: it drops them.
    fn give_up_carrier(&mut self, now: Instant, id: LinkId) {
        let Some(number) = self.media.domain_of(id) else { return };
        for direction in End::BOTH.map(|from| Direction { link: id, from }) {
            let Some(domain) = self.media.domain(number) else { return };
            let frames = domain.medium.empty(direction.index() as u32);
            self.media.waiting -= frames.len();
            for frame in frames {
                self.hand_over(now, direction, frame);
            }
            self.history.set_backlog(now, direction, Backlog::default());
        }
    }

    /// Takes a frame that has to wait for a shared medium; gives it back if it has not.
    pub(super) fn wait_for_medium(
        &mut self,
        now: Instant,
        direction: Direction,
        handover: Handover,
    ) -> Option<Handover> {
        let Some(number) = self.media.domain_of(direction.link) else { return Some(handover) };
        let overloaded = self.under_way.len() + self.media.waiting() >= FRAMES_UNDER_WAY_MAX;
        if overloaded || !self.is_station(direction) || !self.carriers[direction.link.index()] {
            return Some(handover);
        }
        let Some(domain) = self.media.domain(number) else { return Some(handover) };
        match domain.medium.enqueue(now, direction.index() as u32, handover) {
            Ok(()) => {
                self.media.waiting += 1;
                self.media.touched.push(number);
            }
            Err((handover, why)) => {
                let why = DropReason::from(wire::passage::Loss::Queue(why));
                self.drop_unsent(now, direction, handover, why);
            }
        }
        None
    }

    /// Puts a frame into the history that was dropped before it was sent.
    pub(super) fn drop_unsent(
        &mut self,
        now: Instant,
        direction: Direction,
        handover: Handover,
        reason: DropReason,
    ) {
        let Handover { id, frame, first, new_bytes } = handover;
        let frame_id = id.unwrap_or_else(|| self.new_frame());
        self.history.hand_over(Handed {
            frame_id,
            frame,
            new_bytes,
            direction,
            queued: now,
            journey: Journey { start: now, end: now, arrival: now },
            fate: Fate::Dropped { reason, at: now },
            first,
            marks: Marks::default(),
            reached_wire: false,
        });
    }

    /// Lets the stations of all media contend that may send at this moment. All frames of this moment were handed over.
    pub(super) fn contend(&mut self, now: Instant) {
        let mut touched = std::mem::take(&mut self.media.touched);
        sort_by_key(&mut touched, |number| *number);
        touched.dedup();
        for number in touched {
            let Some(domain) = self.media.domain(number) else { continue };
            let links = domain.links.clone();
            let mut events = Vec::new();
            domain.medium.contend(now, &mut events);
            for event in events {
                self.medium_event(now, event);
            }
            for direction in links.into_iter().flat_map(|link| End::BOTH.map(|from| Direction { link, from }))
            {
                let Some(domain) = self.media.domain(number) else { continue };
                let (frames, bytes) = domain.medium.waiting_at(direction.index() as u32);
                self.history.set_backlog(now, direction, Backlog { frames, bytes });
            }
            self.arm_medium(number);
        }
    }

    fn medium_event(&mut self, now: Instant, event: Event<Handover>) {
        let direction = |station: u32| Direction::from_index(station as usize);
        match event {
            Event::Sent { station, frame } => {
                self.media.waiting -= 1;
                self.hand_over(now, direction(station), frame);
            }
            Event::Collided { station, collisions, until, ready } => {
                let collision = Collision { at: now, until, ready, count: collisions };
                self.history.collide(direction(station), collision);
            }
            Event::Dropped { station, frame, why } => {
                self.media.waiting -= 1;
                let why = match why {
                    Dropped::Collisions => DropReason::Collisions,
                    Dropped::Queue(why) => DropReason::from(wire::passage::Loss::Queue(why)),
                };
                self.drop_unsent(now, direction(station), frame, why);
            }
        }
    }

    /// Sees to it that the stations of a domain contend when the next one may send.
    fn arm_medium(&mut self, number: u32) {
        let Some(domain) = self.media.domain(number) else { return };
        let next = domain.medium.next_at();
        if let Some(at) = next.filter(|at| domain.armed.is_none_or(|armed| *at < armed)) {
            domain.armed = Some(at);
            self.queue.push(at, crate::queue::Event::Medium(number));
        }
    }
}
