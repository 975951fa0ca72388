//! The neighbor table: known MAC addresses, and packets that wait for an unknown one.
//!
//! One table serves ARP and NDP: the states are those of RFC 4861, 7.3.2, which Linux, too, uses for both. An address that was not
//! confirmed for [`REACHABLE`] is still used, and the neighbor is probed; if it does not answer, it is removed. So a station that
//! was moved or unplugged is detected.
//!
//! There is no I/O in here: requests, packets and events to send are left in a queue of [`Effect`]s.

use crate::event::Event;
use crate::interface::Link;
use crate::packet::Outgoing;
use smoltcp::wire::{EthernetAddress, IpAddress};
use std::collections::VecDeque;
use wire::sorted::{SortedMap, SortedSet};
use wire::{Duration, Instant};

/// How long an answer confirms an address (RFC 4861, 10: REACHABLE_TIME).
pub const REACHABLE: Duration = Duration::from_secs(30);
/// From the first use after that to the first probe (DELAY_FIRST_PROBE_TIME).
pub const DELAY: Duration = Duration::from_secs(5);
/// From one request to the next (RETRANS_TIMER).
pub const RETRANSMIT: Duration = Duration::from_secs(1);
/// The number of requests (MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT).
pub const TRIES: u8 = 3;
/// Entries of one router's table.
pub const NEIGHBORS_MAX: usize = 1_024;
/// Packets that wait for one neighbor.
pub const WAITING_EACH_MAX: usize = 32;
/// Packets that wait for all neighbors together. So at most this many neighbors are being resolved, and a scan of an empty
/// network cannot push known neighbors out of the table.
pub const WAITING_MAX: usize = 256;

/// Something that the router has to do for the table.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Send a request for an IP address: to all stations, or to the one with this MAC address.
    Solicit(Link, IpAddress, Option<EthernetAddress>),
    /// Send this packet to this MAC address.
    Send(Link, EthernetAddress, Outgoing),
    /// Drop this packet: its next hop did not answer.
    Unanswered(Outgoing),
    /// Drop this packet, the one that has waited longest: too many packets wait.
    Overflow(Outgoing),
    /// Report this event.
    Event(Event),
}

/// The kind of message from which a neighbor's address is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// It asked for the router's address. That proves that it is present, but not that it receives what the router sends (RFC 4861,
    /// 7.2.3).
    Request,
    /// It announced its own address (RFC 4861, 7.2.5).
    Advertisement {
        /// It answers a request of the router.
        solicited: bool,
        /// It replaces another known address.
        overrides: bool,
    },
}

type Key = (Link, IpAddress);

#[derive(Clone, Debug)]
enum State {
    /// Requests are being sent.
    Incomplete { tries: u8, due: Instant, waiting: VecDeque<(u64, Outgoing)> },
    /// Confirmed until a moment.
    Reachable { mac: EthernetAddress, until: Instant },
    /// Known, but not confirmed recently.
    Stale { mac: EthernetAddress },
    /// Used without confirmation; will be probed.
    Delay { mac: EthernetAddress, due: Instant },
    /// Being probed.
    Probe { mac: EthernetAddress, tries: u8, due: Instant },
}

impl State {
    const fn due(&self) -> Option<Instant> {
        match *self {
            Self::Incomplete { due, .. } | Self::Delay { due, .. } | Self::Probe { due, .. } => Some(due),
            Self::Reachable { .. } | Self::Stale { .. } => None,
        }
    }

    const fn mac(&self) -> Option<EthernetAddress> {
        match *self {
            Self::Incomplete { .. } => None,
            Self::Reachable { mac, .. }
            | Self::Stale { mac }
            | Self::Delay { mac, .. }
            | Self::Probe { mac, .. } => Some(mac),
        }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    state: State,
    /// The last use or message, by which the entry to remove is chosen when there are too many.
    used: Instant,
}

/// A router's neighbors.
#[derive(Clone, Debug, Default)]
pub struct Neighbors {
    entries: SortedMap<Key, Entry>,
    timers: SortedSet<(Instant, Key)>,
    /// How many packets wait, and how many were ever enqueued.
    waiting: usize,
    sequence: u64,
    effects: VecDeque<Effect>,
}

impl Neighbors {
    /// The next thing to do.
    pub fn next_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The neighbor's MAC address, to send a packet now.
    pub fn lookup(&mut self, now: Instant, link: Link, ip: IpAddress) -> Option<EthernetAddress> {
        let key = (link, ip);
        let entry = self.entries.get_mut(&key)?;
        entry.used = now;
        let mac = entry.state.mac()?;
        let doubtful = match entry.state {
            State::Reachable { until, .. } => until <= now,
            State::Stale { .. } => true,
            State::Incomplete { .. } | State::Delay { .. } | State::Probe { .. } => false,
        };
        if doubtful {
            self.set(key, State::Delay { mac, due: now + DELAY });
        }
        Some(mac)
    }

    /// The neighbor's MAC address, without using it: its state does not change.
    pub fn peek(&self, link: Link, ip: IpAddress) -> Option<EthernetAddress> {
        self.entries.get(&(link, ip))?.state.mac()
    }

    /// Enqueues a packet until the neighbor's address is known, and requests it.
    pub fn wait(&mut self, now: Instant, link: Link, ip: IpAddress, packet: Outgoing) {
        let key = (link, ip);
        if !self.entries.contains_key(&key) {
            if !self.make_room() {
                self.effects.push_back(Effect::Overflow(packet));
                return;
            }
            let state = State::Incomplete { tries: 1, due: now + RETRANSMIT, waiting: VecDeque::new() };
            self.entries.insert(key, Entry { state, used: now });
            self.timers.insert((now + RETRANSMIT, key));
            self.effects.push_back(Effect::Solicit(link, ip, None));
        }
        self.sequence += 1;
        let sequence = self.sequence;
        if let Some(Entry { state: State::Incomplete { waiting, .. }, .. }) = self.entries.get_mut(&key) {
            waiting.push_back((sequence, packet));
            self.waiting += 1;
            if waiting.len() > WAITING_EACH_MAX {
                self.drop_oldest(key);
            } else if self.waiting > WAITING_MAX {
                self.drop_oldest_of_all();
            }
        }
    }

    fn drop_oldest_of_all(&mut self) {
        let oldest = self.entries.iter().filter_map(|(&key, entry)| match &entry.state {
            State::Incomplete { waiting, .. } => Some((waiting.front()?.0, key)),
            _ => None,
        });
        if let Some((_, key)) = oldest.min() {
            self.drop_oldest(key);
        }
    }

    fn drop_oldest(&mut self, key: Key) {
        let Some(Entry { state: State::Incomplete { waiting, .. }, .. }) = self.entries.get_mut(&key) else {
            return;
        };
        if let Some((_, packet)) = waiting.pop_front() {
            self.waiting -= 1;
            self.effects.push_back(Effect::Overflow(packet));
        }
        if waiting.is_empty() {
            self.remove(key);
        }
    }

    /// Learns from a message of a neighbor. `mac`: the MAC address that it contains, if any.
    pub fn learn_from(
        &mut self,
        now: Instant,
        link: Link,
        ip: IpAddress,
        mac: Option<EthernetAddress>,
        how: Evidence,
    ) {
        let key = (link, ip);
        let known = self.entries.get(&key).map(|entry| entry.state.mac());
        // `known` is `Some(None)` while requests are being sent.
        let state = match (how, known, mac) {
            (_, Some(None), None) | (Evidence::Request, _, None) => return,
            (Evidence::Request, Some(Some(old)), Some(new)) if old == new => return,
            (Evidence::Request, None, Some(mac)) => {
                if !self.make_room() {
                    return;
                }
                State::Stale { mac }
            }
            (Evidence::Request, Some(_), Some(mac)) => State::Stale { mac },
            (Evidence::Advertisement { .. }, None, _) => return,
            (Evidence::Advertisement { solicited, .. }, Some(None), Some(mac)) => {
                if solicited {
                    State::Reachable { mac, until: now + REACHABLE }
                } else {
                    State::Stale { mac }
                }
            }
            (Evidence::Advertisement { solicited, overrides }, Some(Some(old)), mac) => {
                let new = mac.unwrap_or(old);
                if new != old && !overrides {
                    match self.entries.get(&key).map(|entry| &entry.state) {
                        Some(State::Reachable { .. }) => State::Stale { mac: old },
                        _ => return,
                    }
                } else if solicited {
                    State::Reachable { mac: new, until: now + REACHABLE }
                } else if new != old {
                    State::Stale { mac: new }
                } else {
                    return;
                }
            }
        };
        self.learn(now, key, state);
    }

    fn learn(&mut self, now: Instant, key: Key, state: State) {
        let before = self.entries.get(&key).and_then(|entry| entry.state.mac());
        let Some(mac) = state.mac() else { return };
        self.entries.entry(key).or_insert(Entry { state: State::Stale { mac }, used: now }).used = now;
        let was = self.set(key, state);
        if before != Some(mac) {
            let (Link { port, .. }, ip) = key;
            self.effects.push_back(Effect::Event(Event::Neighbor { port, ip, mac }));
        }
        if let Some(State::Incomplete { waiting, .. }) = was {
            self.waiting -= waiting.len();
            for (_, packet) in waiting {
                self.effects.push_back(Effect::Send(key.0, mac, packet));
            }
        }
    }

    /// Sets the state of an entry that exists; returns the previous one.
    fn set(&mut self, key: Key, state: State) -> Option<State> {
        let entry = self.entries.get_mut(&key)?;
        if let Some(due) = entry.state.due() {
            self.timers.remove(&(due, key));
        }
        if let Some(due) = state.due() {
            self.timers.insert((due, key));
        }
        Some(std::mem::replace(&mut entry.state, state))
    }

    /// Makes room for one more entry; `false`: all entries are being resolved.
    fn make_room(&mut self) -> bool {
        if self.entries.len() < NEIGHBORS_MAX {
            return true;
        }
        let known = self.entries.iter().filter(|(_, entry)| entry.state.mac().is_some());
        let Some((_, key)) = known.map(|(&key, entry)| (entry.used, key)).min() else { return false };
        self.remove(key);
        true
    }

    fn remove(&mut self, key: Key) {
        let Some(entry) = self.entries.remove(&key) else { return };
        if let Some(due) = entry.state.due() {
            self.timers.remove(&(due, key));
        }
        match entry.state {
            State::Incomplete { waiting, .. } => {
                self.waiting -= waiting.len();
                self.effects.extend(waiting.into_iter().map(|(_, packet)| Effect::Unanswered(packet)));
            }
            State::Reachable { .. } | State::Stale { .. } | State::Delay { .. } | State::Probe { .. } => {
                let (Link { port, .. }, ip) = key;
                self.effects.push_back(Effect::Event(Event::NeighborGone { port, ip }));
            }
        }
    }

    /// Removes all neighbors for which `keep` is false.
    pub fn retain(&mut self, keep: impl Fn(Link, IpAddress) -> bool) {
        let gone: Vec<_> = self.entries.keys().filter(|(link, ip)| !keep(*link, *ip)).copied().collect();
        gone.into_iter().for_each(|key| self.remove(key));
    }

    /// Repeats requests and probes, and removes neighbors that did not answer.
    pub fn poll(&mut self, now: Instant) {
        while let Some(&(due, key)) = self.timers.first().filter(|(due, _)| *due <= now) {
            let (link, ip) = key;
            let Some(entry) = self.entries.get_mut(&key) else {
                self.timers.remove(&(due, key));
                continue;
            };
            let again = now + RETRANSMIT;
            match &mut entry.state {
                State::Incomplete { tries, due: at, .. } if *tries < TRIES => {
                    *tries += 1;
                    *at = again;
                    self.timers.remove(&(due, key));
                    self.timers.insert((again, key));
                    self.effects.push_back(Effect::Solicit(link, ip, None));
                }
                State::Delay { mac, .. } => {
                    let mac = *mac;
                    self.set(key, State::Probe { mac, tries: 1, due: again });
                    self.effects.push_back(Effect::Solicit(link, ip, Some(mac)));
                }
                State::Probe { mac, tries, .. } if *tries < TRIES => {
                    let (mac, tries) = (*mac, *tries + 1);
                    self.set(key, State::Probe { mac, tries, due: again });
                    self.effects.push_back(Effect::Solicit(link, ip, Some(mac)));
                }
                State::Incomplete { .. } | State::Probe { .. } => self.remove(key),
                State::Reachable { .. } | State::Stale { .. } => {
                    self.timers.remove(&(due, key));
                }
            }
        }
    }

    /// When [`poll`](Self::poll) next has something to do.
    pub fn poll_at(&self) -> Option<Instant> {
        self.timers.first().map(|(due, _)| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::PortId;

    const LINK: Link = Link { port: PortId(1), vlan: None };
    const IP: IpAddress = IpAddress::v4(10, 0, 0, 2);
    const MAC: EthernetAddress = EthernetAddress([2, 0, 0, 0, 0, 9]);
    const OTHER: EthernetAddress = EthernetAddress([2, 0, 0, 0, 0, 8]);
    const REPLY: Evidence = Evidence::Advertisement { solicited: true, overrides: true };

    fn at(ms: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(ms)
    }

    fn packet(number: u8) -> Outgoing {
        Outgoing { packet: wire::Frame::copy_from(&[number]), of: None }
    }

    /// The effects, in short.
    fn effects(neighbors: &mut Neighbors) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(effect) = neighbors.next_effect() {
            all.push(match effect {
                Effect::Solicit(_, ip, None) => format!("who has {ip}"),
                Effect::Solicit(_, ip, Some(mac)) => format!("{mac}, are you {ip}"),
                Effect::Send(_, mac, packet) => format!("send {} to {mac}", packet.packet[0]),
                Effect::Unanswered(packet) => format!("no answer for {}", packet.packet[0]),
                Effect::Overflow(packet) => format!("no room for {}", packet.packet[0]),
                Effect::Event(Event::Neighbor { mac, .. }) => format!("learned {mac}"),
                Effect::Event(event) => format!("{event:?}").split(' ').next().unwrap().to_owned(),
            });
        }
        all
    }

    /// Polls at each deadline up to this moment.
    fn pass(neighbors: &mut Neighbors, until: Instant) -> Vec<(u64, String)> {
        let mut all = Vec::new();
        while let Some(due) = neighbors.poll_at().filter(|&due| due <= until) {
            neighbors.poll(due);
            assert!(neighbors.poll_at().is_none_or(|next| next > due), "it is never busy");
            all.extend(effects(neighbors).into_iter().map(|effect| (due.nanos() / 1_000_000, effect)));
        }
        all
    }

    #[test]
    fn packets_wait_for_the_answer_and_go_in_their_order() {
        let mut n = Neighbors::default();
        assert_eq!(n.lookup(at(0), LINK, IP), None);
        n.wait(at(0), LINK, IP, packet(1));
        n.wait(at(1), LINK, IP, packet(2));
        n.learn_from(at(2), LINK, IP, Some(MAC), REPLY);
        let wanted = ["who has 10.0.0.2", "learned 02-00-00-00-00-09"];
        let sent = ["send 1 to 02-00-00-00-00-09", "send 2 to 02-00-00-00-00-09"];
        assert_eq!(effects(&mut n), [wanted, sent].concat());
        assert_eq!((n.lookup(at(3), LINK, IP), n.poll_at(), n.waiting), (Some(MAC), None, 0));
    }

    #[test]
    fn after_three_questions_a_second_apart_the_waiting_packets_are_given_up() {
        let mut n = Neighbors::default();
        n.wait(at(0), LINK, IP, packet(1));
        effects(&mut n);
        let asked = |at| (at, "who has 10.0.0.2".to_owned());
        let given_up = (3_000, "no answer for 1".to_owned());
        assert_eq!(pass(&mut n, at(60_000)), [asked(1_000), asked(2_000), given_up]);
        assert_eq!((n.entries.len(), n.timers.len(), n.waiting), (0, 0, 0));
    }

    #[test]
    fn a_neighbor_in_use_is_asked_after_its_time_and_forgotten_without_an_answer() {
        let mut n = Neighbors::default();
        n.wait(at(0), LINK, IP, packet(1));
        n.learn_from(at(0), LINK, IP, Some(MAC), REPLY);
        effects(&mut n);
        n.lookup(at(29_999), LINK, IP);
        assert_eq!(n.poll_at(), None, "it was heard lately");
        assert_eq!(n.lookup(at(30_000), LINK, IP), Some(MAC), "it is used all the same");
        assert_eq!(pass(&mut n, at(35_500)), [(35_000, "02-00-00-00-00-09, are you 10.0.0.2".to_owned())]);
        n.learn_from(at(35_500), LINK, IP, Some(MAC), REPLY);
        assert_eq!((effects(&mut n), n.poll_at()), (vec![], None));
        n.lookup(at(70_000), LINK, IP);
        let gone = pass(&mut n, at(100_000));
        assert_eq!((gone.len(), gone[3].clone()), (4, (78_000, "NeighborGone".to_owned())));
    }

    #[test]
    fn one_that_asks_is_learned_and_one_that_only_tells_is_not() {
        let mut n = Neighbors::default();
        n.learn_from(at(0), LINK, IP, Some(MAC), REPLY);
        assert_eq!((effects(&mut n), n.entries.len()), (vec![], 0));
        n.learn_from(at(0), LINK, IP, Some(MAC), Evidence::Request);
        assert_eq!(effects(&mut n), ["learned 02-00-00-00-00-09"]);
        let gratuitous = Evidence::Advertisement { solicited: false, overrides: true };
        n.learn_from(at(0), LINK, IP, Some(OTHER), gratuitous);
        assert_eq!(
            (effects(&mut n), n.peek(LINK, IP)),
            (vec!["learned 02-00-00-00-00-08".to_owned()], Some(OTHER))
        );
    }

    #[test]
    fn another_address_without_the_override_flag_only_raises_doubts() {
        let mut n = Neighbors::default();
        n.wait(at(0), LINK, IP, packet(1));
        n.learn_from(at(0), LINK, IP, Some(MAC), REPLY);
        n.learn_from(
            at(1),
            LINK,
            IP,
            Some(OTHER),
            Evidence::Advertisement { solicited: true, overrides: false },
        );
        assert_eq!(n.peek(LINK, IP), Some(MAC));
        n.lookup(at(2), LINK, IP);
        assert_eq!(n.poll_at(), Some(at(5_002)));
    }

    #[test]
    fn a_packet_more_than_may_wait_pushes_out_the_first() {
        let mut n = Neighbors::default();
        (0..=WAITING_EACH_MAX as u8).for_each(|number| n.wait(at(0), LINK, IP, packet(number)));
        assert_eq!(effects(&mut n), ["who has 10.0.0.2", "no room for 0"]);
    }

    #[test]
    fn a_scan_of_an_empty_network_stays_in_bounds_and_hurts_nobody_who_is_there() {
        let mut n = Neighbors::default();
        n.learn_from(at(0), LINK, IP, Some(MAC), Evidence::Request);
        for number in 0..5_000u32 {
            n.wait(at(1), LINK, IpAddress::Ipv4((0x0b00_0000 + number).into()), packet(0));
        }
        assert_eq!((n.waiting, n.entries.len(), n.timers.len()), (WAITING_MAX, WAITING_MAX + 1, WAITING_MAX));
        assert_eq!(n.peek(LINK, IP), Some(MAC));
        assert_eq!(effects(&mut n).iter().filter(|e| e.starts_with("no room")).count(), 5_000 - WAITING_MAX);
    }

    #[test]
    fn of_too_many_neighbors_the_one_unused_for_longest_is_forgotten() {
        let mut n = Neighbors::default();
        let ip = |number: u64| IpAddress::Ipv4((0x0b00_0000 + number as u32).into());
        for number in 0..NEIGHBORS_MAX as u64 {
            n.learn_from(at(number), LINK, ip(number), Some(MAC), Evidence::Request);
        }
        n.lookup(at(5_000), LINK, ip(0));
        effects(&mut n);
        n.learn_from(at(5_001), LINK, IP, Some(MAC), Evidence::Request);
        assert_eq!(effects(&mut n), ["NeighborGone", "learned 02-00-00-00-00-09"]);
        assert_eq!((n.peek(LINK, ip(0)), n.peek(LINK, ip(1))), (Some(MAC), None));
    }

    #[test]
    fn a_link_that_is_gone_takes_its_neighbors_and_what_waits_along() {
        let mut n = Neighbors::default();
        n.learn_from(at(0), LINK, IP, Some(MAC), Evidence::Request);
        n.wait(at(0), LINK, IpAddress::v4(10, 0, 0, 3), packet(1));
        effects(&mut n);
        n.retain(|link, _| link != LINK);
        assert_eq!(effects(&mut n), ["NeighborGone", "no answer for 1"]);
        assert_eq!((n.poll_at(), n.waiting), (None, 0));
    }
}
