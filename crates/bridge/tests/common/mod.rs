//! Bridges and the cables between them: frames take the same time on each, and everything that is due happens in its order.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use bridge::config::{Config, Port, Stp};
use bridge::event::{BridgeId, Role, State};
use bridge::{Actions, Bridge, Event, Refusal};
use smoltcp::wire::EthernetAddress;
use std::collections::{BTreeMap, BTreeSet};
use wire::node::{Action, Tag};
use wire::{BitsPerSec, Duration, Frame, Instant, PortId};

pub const DELAY: Duration = Duration::from_micros(10);

/// What is at the end of a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A bridge's port.
    Bridge(usize, PortId),
    /// A station, which only listens.
    Station(usize),
    /// A hub.
    Hub(usize),
}

pub struct Net {
    pub now: Instant,
    pub bridges: Vec<Node>,
    pub links: Vec<([End; 2], bool)>,
    /// What each station has heard, with the moment.
    pub heard: Vec<Vec<(Instant, Frame)>>,
    hubs: usize,
    under_way: BTreeMap<(Instant, u64), (End, Frame)>,
    sequence: u64,
    pub frames: u64,
}

pub struct Node {
    pub bridge: Bridge,
    pub mac: EthernetAddress,
    pub alive: bool,
    pub ports: BTreeMap<PortId, (Role, State, bool)>,
    pub root: Option<(BridgeId, u32, Option<PortId>)>,
    pub addresses: BTreeSet<(Option<bridge::config::Vlan>, EthernetAddress, PortId)>,
    pub groups: BTreeSet<(Option<bridge::config::Vlan>, smoltcp::wire::IpAddress, PortId)>,
    pub refused: Vec<(Instant, Refusal)>,
    pub events: Vec<(Instant, Event)>,
    pub links: BTreeMap<PortId, usize>,
}

impl Default for Net {
    fn default() -> Self {
        Self {
            now: Instant::ZERO,
            bridges: Vec::new(),
            links: Vec::new(),
            heard: Vec::new(),
            hubs: 0,
            under_way: BTreeMap::new(),
            sequence: 0,
            frames: 0,
        }
    }
}

pub fn rapid(priority: u16) -> Config {
    Config { stp: Some(Stp { priority, ..Stp::default() }), ..Config::default() }
}

impl Net {
    pub fn bridge(&mut self, config: Config) -> usize {
        let number = self.bridges.len();
        let mac = EthernetAddress([2, 0x52, 0, 0, 0, number as u8 + 1]);
        self.bridges.push(Node {
            bridge: Bridge::new(config, mac),
            mac,
            alive: true,
            ports: BTreeMap::new(),
            root: None,
            addresses: BTreeSet::new(),
            groups: BTreeSet::new(),
            refused: Vec::new(),
            events: Vec::new(),
            links: BTreeMap::new(),
        });
        number
    }

    pub fn hub(&mut self) -> usize {
        self.hubs += 1;
        self.hubs - 1
    }

    /// A cable from a bridge to something.
    pub fn plug(&mut self, bridge: usize, port: Port, rate: u64, other: End) -> PortId {
        let id = self.add_port(bridge, port, rate);
        self.links.push(([End::Bridge(bridge, id), other], true));
        self.bridges[bridge].links.insert(id, self.links.len() - 1);
        id
    }

    pub fn station(&mut self, bridge: usize, port: Port) -> (usize, PortId) {
        self.heard.push(Vec::new());
        let station = self.heard.len() - 1;
        (station, self.plug(bridge, port, 1_000_000_000, End::Station(station)))
    }

    /// A cable between two bridges.
    pub fn join(&mut self, a: usize, b: usize, rate: u64) -> usize {
        self.join_as([(a, Port::default()), (b, Port::default())], rate)
    }

    pub fn join_as(&mut self, [(a, port_a), (b, port_b)]: [(usize, Port); 2], rate: u64) -> usize {
        let other = End::Bridge(b, PortId(self.bridges[b].links.len() as u32));
        // A cable from a bridge to itself would have the same number twice.
        assert_ne!(a, b);
        self.plug(a, port_a, rate, other);
        let link = self.links.len() - 1;
        let id = self.add_port(b, port_b, rate);
        self.bridges[b].links.insert(id, link);
        link
    }

    fn add_port(&mut self, bridge: usize, port: Port, rate: u64) -> PortId {
        let mut out = Actions::default();
        let now = self.now;
        let id = self.bridges[bridge].bridge.add_port(now, port, BitsPerSec::new(rate), &mut out);
        self.carry_out(bridge, out);
        id
    }

    pub fn with(&mut self, bridge: usize, f: impl FnOnce(&mut Bridge, Instant, &mut Actions)) {
        let mut out = Actions::default();
        f(&mut self.bridges[bridge].bridge, self.now, &mut out);
        self.carry_out(bridge, out);
    }

    /// Cuts or repairs a cable: the bridges at its ends notice at once.
    pub fn set_link(&mut self, link: usize, up: bool) {
        self.links[link].1 = up;
        for end in self.links[link].0 {
            if let End::Bridge(bridge, port) = end {
                let up =
                    up && self.far(end).is_none_or(|far| self.is_alive(far)) && self.bridges[bridge].alive;
                self.with(bridge, |bridge, now, out| {
                    bridge.set_carrier(now, port, up, BitsPerSec::new(1_000_000_000), out);
                });
            }
        }
    }

    /// A bridge loses its power: all its neighbors lose their carriers.
    pub fn kill(&mut self, bridge: usize) {
        self.bridges[bridge].alive = false;
        for link in self.bridges[bridge].links.values().copied().collect::<Vec<_>>() {
            let up = self.links[link].1;
            self.set_link(link, up);
        }
    }

    fn is_alive(&self, end: End) -> bool {
        match end {
            End::Bridge(bridge, _) => self.bridges[bridge].alive,
            End::Station(_) | End::Hub(_) => true,
        }
    }

    pub fn far(&self, end: End) -> Option<End> {
        self.links.iter().find_map(|(ends, _)| match ends {
            [a, b] if *a == end => Some(*b),
            [a, b] if *b == end => Some(*a),
            _ => None,
        })
    }

    fn carry_out(&mut self, number: usize, out: Actions) {
        for action in out.0 {
            match action {
                Action::Send { port, frame, .. } => self.send(End::Bridge(number, port), frame),
                Action::Refuse { why, .. } => self.bridges[number].refused.push((self.now, why)),
                Action::Event(event) => {
                    let node = &mut self.bridges[number];
                    node.events.push((self.now, event.clone()));
                    match event {
                        Event::Port { port, role, state, edge } => {
                            node.ports.insert(port, (role, state, edge));
                        }
                        Event::Root { root, cost, port } => node.root = Some((root, cost, port)),
                        Event::Learned { vlan, mac, port } => {
                            node.addresses.retain(|(v, m, _)| (*v, *m) != (vlan, mac));
                            node.addresses.insert((vlan, mac, port));
                        }
                        Event::Forgotten { vlan, mac } => {
                            let count = node.addresses.len();
                            node.addresses.retain(|(v, m, _)| (*v, *m) != (vlan, mac));
                            assert_eq!(node.addresses.len() + 1, count, "it was known");
                        }
                        Event::TopologyChange { .. } => {}
                        Event::Joined { vlan, group, port } => {
                            assert!(node.groups.insert((vlan, group, port)), "joined once");
                        }
                        Event::Left { vlan, group, port } => {
                            assert!(node.groups.remove(&(vlan, group, port)), "left once");
                        }
                    }
                }
            }
        }
    }

    /// Something sends a frame.
    pub fn send(&mut self, from: End, frame: Frame) {
        self.frames += 1;
        let there = self.links.iter().find_map(|(ends, up)| match ends {
            [a, b] if *a == from => Some((*b, *up)),
            [a, b] if *b == from => Some((*a, *up)),
            _ => None,
        });
        match there {
            // To all that are plugged in but the one it came from.
            Some((hub @ End::Hub(_), true)) => {
                let others = self.links.iter().filter(|([end, at], up)| *up && *at == hub && *end != from);
                for end in others.map(|([end, _], _)| *end).collect::<Vec<_>>() {
                    self.deliver_later(end, frame.clone());
                }
            }
            Some((to, true)) => self.deliver_later(to, frame),
            Some((_, false)) | None => {}
        }
    }

    fn deliver_later(&mut self, to: End, frame: Frame) {
        self.sequence += 1;
        self.under_way.insert((self.now + DELAY, self.sequence), (to, frame));
    }

    fn deliver(&mut self, to: End, frame: Frame) {
        match to {
            End::Station(station) => self.heard[station].push((self.now, frame)),
            End::Bridge(bridge, port) if self.bridges[bridge].alive => {
                self.with(bridge, |bridge, now, out| bridge.receive(now, port, frame, Tag::default(), out));
            }
            End::Bridge(..) => {}
            End::Hub(_) => {}
        }
    }

    fn due(&self) -> Option<Instant> {
        let alive = self.bridges.iter().filter(|node| node.alive);
        let timers = alive.filter_map(|node| node.bridge.poll_at());
        let frames = self.under_way.first_key_value().map(|((at, _), _)| *at);
        timers.chain(frames).min()
    }

    /// Runs for a duration. Frames in a loop are detected by their number.
    pub fn run(&mut self, length: Duration) {
        let end = self.now + length;
        let frames_max = self.frames + 200_000;
        while let Some(due) = self.due().filter(|due| *due <= end) {
            let at = due.max(self.now);
            assert!(self.frames < frames_max, "a storm");
            self.now = at;
            while let Some(entry) = self.under_way.first_entry().filter(|entry| entry.key().0 <= at) {
                let (to, frame) = entry.remove();
                self.deliver(to, frame);
            }
            for number in 0..self.bridges.len() {
                let node = &self.bridges[number];
                if node.alive && node.bridge.poll_at().is_some_and(|due| due <= at) {
                    self.with(number, |bridge, now, out| bridge.poll(now, out));
                    let next = self.bridges[number].bridge.poll_at();
                    assert!(next.is_none_or(|next| next > at), "polled, and due again at once");
                }
            }
        }
        self.now = end;
    }

    pub fn state(&self, end: End) -> Option<State> {
        match end {
            End::Bridge(bridge, port) => self.bridges[bridge].ports.get(&port).map(|(_, state, _)| *state),
            End::Station(_) | End::Hub(_) => None,
        }
    }
}

/// A frame of these addresses.
pub fn frame(to: EthernetAddress, from: EthernetAddress, payload: &[u8]) -> Frame {
    Frame::concat(&[&to.0, &from.0, &[0x88, 0xb5], payload])
}
