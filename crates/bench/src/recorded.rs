//! A history to ask things of: 100,000 frames of one TCP transfer through a switch, over a cable that loses some.
//!
//! Every frame that is not lost crosses two cables, so the history has nearly 200,000 transits. It is made once for each process: it
//! takes longer than most of what is asked of it.

use crate::world::{Traffic, host, start, way, world};
use capture::{Place, Sighting};
use dissect::analysis::{Notes, Sides};
use dissect::filter::Subject;
use netlab::history::Transit;
use netlab::topology::{Direction, Link, Node, NodeId, NodeKind, SwitchConfig, Topology};
use netlab::{Duration, Instant, Ratio, World};
use std::collections::VecDeque;
use trace::Order;
use wire::impair::Impairment;

/// How many frames have been seen at least before anything is asked.
pub const FRAMES: usize = 100_000;

/// What happened, and what the packet list makes of it.
pub struct Recorded {
    /// The network, at the live edge.
    pub world: World,
    /// Its packets, each once.
    pub packets: Vec<Packet>,
}

/// A packet of the list.
#[derive(Clone, Copy)]
pub struct Packet {
    /// Where it was seen, and when.
    pub sighting: Sighting,
    /// What it has to do with those before it.
    pub notes: Notes,
}

/// Asks something of the recorded frames.
pub fn ask<R>(question: impl FnOnce(&Recorded) -> R) -> R {
    thread_local! {
        static RECORDED: Recorded = Recorded::new();
    }
    RECORDED.with(question)
}

impl Recorded {
    fn new() -> Self {
        let mut world =
            transfer(100, Duration::from_millis(1), Ratio::from_ppb(500_000).expect("it is below 1"));
        let mut list = List::default();
        while list.packets.len() < FRAMES {
            let next = world.now() + Duration::from_millis(10);
            world.run_until(next, || true);
            list.follow(&world);
        }
        assert_eq!(world.history().complete_since(), Instant::ZERO, "nothing was forgotten");
        Self { world, packets: list.packets.into() }
    }

    /// A packet of the list, and the wire on which it was seen.
    pub fn packet(&self, number: usize) -> (&Packet, &Transit) {
        let packet = &self.packets[number];
        (packet, self.world.history().transit(packet.sighting.transit).expect("nothing was forgotten"))
    }

    /// A packet as filters see it.
    pub fn subject(&self, number: usize) -> Subject<'_> {
        let at_ns = |number: usize| self.packets[number].sighting.at.nanos();
        let (packet, transit) = self.packet(number);
        Subject {
            number: number as u32,
            at_ns: at_ns(number),
            first_at_ns: at_ns(0),
            previous_at_ns: number.checked_sub(1).map(at_ns),
            ..Subject::new(&transit.frame, &packet.notes)
        }
    }

    /// Both directions of all links.
    pub fn directions(&self) -> impl Iterator<Item = Direction> + use<> {
        (0..self.world.topology().links.len() * 2).map(Direction::from_index)
    }
}

/// The packets of a network, each where it was sent first: kept as the page's packet list keeps them.
pub struct List {
    order: Order,
    analysis: Sides,
    taken: usize,
    /// Those whose frames are still kept.
    pub packets: VecDeque<Packet>,
}

impl Default for List {
    /// Before the first packet.
    fn default() -> Self {
        Self {
            order: Order::new(Place::Once),
            analysis: Sides::new(false),
            taken: 0,
            packets: VecDeque::new(),
        }
    }
}

impl List {
    /// Takes what has happened since, and forgets what the history has forgotten.
    pub fn follow(&mut self, world: &World) {
        let history = world.history();
        while self.packets.front().is_some_and(|old| history.transit(old.sighting.transit).is_none()) {
            self.packets.pop_front();
        }
        self.take(world, usize::MAX);
    }

    /// How many packets there have been.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Takes this many packets, if there are as many.
    pub fn take(&mut self, world: &World, most: usize) {
        let mut left = most;
        self.order.take(world.history(), world.now(), &mut |sighting, transit| {
            let notes = self.analysis.push(0, sighting.at.nanos(), &transit.frame);
            self.packets.push_back(Packet { sighting, notes });
            left -= 1;
            left > 0
        });
        self.taken += most - left;
    }
}

/// Two hosts on a switch, one of them sending to the other for an hour; the sender's cable loses frames, either way.
pub fn transfer(mbps: u64, delay: Duration, loss: Ratio) -> World {
    let (a, b, switch) = (NodeId(0), NodeId(1), NodeId(2));
    let good = way(mbps, delay);
    let mut bad = good.clone();
    bad.impairments.push(Impairment::Loss(loss));
    let links =
        vec![Link::new([a, switch], [bad.clone(), bad]), Link::new([b, switch], [good.clone(), good])];
    let kind = NodeKind::Switch(SwitchConfig::default());
    let nodes = vec![host(0), host(1), Node { name: "switch".into(), kind }];
    let mut world = world(Topology { nodes, links });
    start(&mut world, a, b, Traffic::Tcp);
    world
}
