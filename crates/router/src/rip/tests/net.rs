//! Routers with RIP on links with a delay: payloads are carried, nothing else.

use crate::config;
use crate::rip::{INFINITY, Rip};
use crate::routing::{Change, Incoming, Interface, Local, Output, Protocol};
use smoltcp::wire::{IpAddress, IpCidr};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use wire::rng::Stream;
use wire::{Duration, Instant};

const DELAY: Duration = Duration::from_millis(1);

/// A link and the router at each end.
type Ends = [usize; 2];

pub(super) struct Net {
    pub(super) now: Instant,
    pub(super) links: Vec<Link>,
    routers: Vec<Router>,
    /// By time and order of sending: to whom, and what.
    flying: BTreeMap<(Instant, u64), (usize, Flying)>,
    sent: u64,
}

pub(super) struct Link {
    ends: Ends,
    /// It has a carrier.
    up: bool,
    /// It drops everything without a sign.
    silent: bool,
}

struct Flying {
    link: usize,
    datagram: crate::routing::Outgoing,
}

struct Router {
    rip: Rip,
    /// What its table would have, with each route that it ever had on the way.
    routes: BTreeMap<IpCidr, (IpAddress, u32, u8)>,
    past: Vec<Change>,
    stub: bool,
}

fn stubs(router: usize) -> [IpCidr; 2] {
    [
        IpCidr::new(IpAddress::v4(192, 168, router as u8, 0), 24),
        IpCidr::new(IpAddress::v6(0x2001, 0xdb8, 1, router as u16, 0, 0, 0, 0), 64),
    ]
}

/// The networks of a link.
fn networks(link: usize) -> [IpCidr; 2] {
    [
        IpCidr::new(IpAddress::v4(10, 0, link as u8, 0), 24),
        IpCidr::new(IpAddress::v6(0x2001, 0xdb8, 2, link as u16, 0, 0, 0, 0), 64),
    ]
}

impl Net {
    pub(super) fn new(routers: usize, links: &[Ends], config: config::Rip, seed: u64) -> Self {
        let router = |id| Router {
            rip: Rip::new(config, Stream::new(seed, &[id as u64])),
            routes: BTreeMap::new(),
            past: Vec::new(),
            stub: true,
        };
        let link = |ends: &Ends| Link { ends: *ends, up: true, silent: false };
        let mut net = Self {
            now: Instant::ZERO,
            links: links.iter().map(link).collect(),
            routers: (0..routers).map(router).collect(),
            flying: BTreeMap::new(),
            sent: 0,
        };
        net.settle();
        net
    }

    /// Tells every router what it is connected to.
    fn settle(&mut self) {
        for id in 0..self.routers.len() {
            let mut local = Vec::new();
            let mut interfaces = Vec::new();
            for (number, link) in self.links.iter().enumerate().filter(|(_, link)| link.ends.contains(&id)) {
                let addresses = vec![
                    IpCidr::new(IpAddress::v4(10, 0, number as u8, id as u8 + 1), 24),
                    IpCidr::new(IpAddress::v6(0xfe80, 0, 0, 0, 0, 0, number as u16, id as u16 + 1), 64),
                ];
                interfaces.push(Interface { id: number as u32, up: link.up, addresses, mtu: 1_500 });
                if link.up {
                    local.extend(networks(number).map(|to| Local {
                        to,
                        interface: number as u32,
                        via: None,
                    }));
                }
            }
            if self.routers[id].stub {
                local.extend(stubs(id).map(|to| Local { to, interface: 1_000, via: None }));
            }
            let now = self.now;
            self.with(id, |rip, out| {
                rip.set_local(now, &local, out);
                rip.set_interfaces(now, &interfaces, out);
            });
        }
    }

    pub(super) fn cut(&mut self, link: usize) {
        self.links[link].up = false;
        self.settle();
    }

    pub(super) fn silence(&mut self, link: usize) {
        self.links[link].silent = true;
    }

    pub(super) fn lose_stub(&mut self, router: usize) {
        self.routers[router].stub = false;
        self.settle();
    }

    fn with(&mut self, id: usize, act: impl FnOnce(&mut Rip, &mut Output)) {
        let mut out = Output::default();
        let router = &mut self.routers[id];
        act(&mut router.rip, &mut out);
        for change in out.changes {
            router.past.push(change);
            match change {
                Change::Learned { to, via, interface, metric } => {
                    assert!((2..INFINITY).contains(&metric));
                    let new = (via, interface, metric);
                    assert_ne!(router.routes.insert(to, new), Some(new), "nothing has changed");
                }
                Change::Lost { to } => assert!(router.routes.remove(&to).is_some(), "{to} was not there"),
            }
        }
        for datagram in out.send {
            let link = datagram.interface as usize;
            let Link { ends, up, silent } = self.links[link];
            if !up || silent {
                continue;
            }
            let to = if ends[0] == id { ends[1] } else { ends[0] };
            self.sent += 1;
            self.flying.insert((self.now + DELAY, self.sent), (to, Flying { link, datagram }));
        }
    }

    /// Runs until the next thing happens, if that is not later than `until`.
    fn step(&mut self, until: Instant) -> bool {
        let arrival = self.flying.keys().next().map(|(at, _)| *at);
        let timer = (0..self.routers.len()).filter_map(|id| Some((self.due(id)?, id))).min();
        let next = arrival.into_iter().chain(timer.map(|(at, _)| at)).min();
        let Some(next) = next.filter(|next| *next <= until) else {
            self.now = until;
            return false;
        };
        assert!(next >= self.now, "time does not go back");
        self.now = next;
        if arrival == Some(next) {
            let ((..), (to, flying)) = self.flying.pop_first().unwrap();
            if self.links[flying.link].up {
                let sent = &flying.datagram;
                let datagram = Incoming {
                    interface: flying.link as u32,
                    source: sent.source,
                    destination: sent.destination,
                    source_port: sent.source_port,
                    destination_port: sent.destination_port,
                    hop_limit: sent.hop_limit,
                    payload: &sent.payload,
                };
                self.with(to, |rip, out| rip.receive(next, datagram, out));
            }
        } else if let Some((_, id)) = timer {
            self.with(id, |rip, out| rip.poll(next, out));
            assert!(self.due(id).is_none_or(|after| after > next), "it does what it says");
        }
        true
    }

    pub(super) fn run(&mut self, secs: u64) {
        let until = self.now + Duration::from_secs(secs);
        while self.step(until) {}
    }

    /// Runs until `first` will speak before `second` does, as far as their timers say.
    pub(super) fn run_until_sooner(&mut self, first: usize, second: usize) {
        while self.due(first) >= self.due(second) || !self.flying.is_empty() {
            self.step(Instant::MAX);
        }
    }

    fn due(&self, id: usize) -> Option<Instant> {
        self.routers[id].rip.poll_at()
    }

    /// The metrics that a router had for another's networks, IPv4, in order; `None`: lost.
    pub(super) fn past(&self, router: usize, stub: usize) -> Vec<Option<u8>> {
        let about = |change: &Change| match *change {
            Change::Learned { to, metric, .. } if to == stubs(stub)[0] => Some(Some(metric)),
            Change::Lost { to } if to == stubs(stub)[0] => Some(None),
            Change::Learned { .. } | Change::Lost { .. } => None,
        };
        self.routers[router].past.iter().filter_map(about).collect()
    }

    pub(super) fn forget_past(&mut self) {
        for router in &mut self.routers {
            router.past.clear();
        }
    }

    /// The routes of a router: prefix and metric.
    pub(super) fn routes(&self, router: usize) -> BTreeMap<IpCidr, u8> {
        self.routers[router].routes.iter().map(|(to, (.., metric))| (*to, *metric)).collect()
    }

    /// What its routes should be: hops counted by breadth-first search.
    pub(super) fn shortest(&self, router: usize) -> BTreeMap<IpCidr, u8> {
        let works = |link: &&Link| link.up && !link.silent;
        let mut hops = BTreeMap::from([(router, 0)]);
        let mut queue = VecDeque::from([router]);
        while let Some(at) = queue.pop_front() {
            for link in self.links.iter().filter(works).filter(|link| link.ends.contains(&at)) {
                let next = if link.ends[0] == at { link.ends[1] } else { link.ends[0] };
                if !hops.contains_key(&next) {
                    hops.insert(next, hops[&at] + 1);
                    queue.push_back(next);
                }
            }
        }
        let mut expected = BTreeMap::new();
        let mut near = BTreeSet::new();
        let mut reach = |to: [IpCidr; 2], hops: u8| {
            for to in to {
                if hops == 0 {
                    near.insert(to);
                } else if hops + 1 < INFINITY {
                    let metric = expected.entry(to).or_insert(hops + 1);
                    *metric = (*metric).min(hops + 1);
                }
            }
        };
        for (&other, &far) in &hops {
            if self.routers[other].stub {
                reach(stubs(other), far);
            }
            for (number, link) in self.links.iter().enumerate() {
                // The ends of a silent link still believe in it.
                if link.up && link.ends.contains(&other) {
                    reach(networks(number), far);
                }
            }
        }
        expected.retain(|to, _| !near.contains(to));
        expected
    }

    /// That every route leads to its network: following next hops there is no loop.
    pub(super) fn check_paths(&self) {
        for start in 0..self.routers.len() {
            for (to, &(.., metric)) in &self.routers[start].routes {
                let (mut at, mut left) = (start, metric);
                while let Some((_, interface, metric)) = self.routers[at].routes.get(to) {
                    assert_eq!(*metric, left, "from {start} to {to} at {at}");
                    let ends = self.links[*interface as usize].ends;
                    (at, left) = (if ends[0] == at { ends[1] } else { ends[0] }, left - 1);
                }
                assert_eq!(left, 1, "from {start} to {to} ends at {at}");
            }
        }
    }
}
