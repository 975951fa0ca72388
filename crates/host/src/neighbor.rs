//! The neighbor table: known MAC addresses, and packets that wait for an unknown one.
//!
//! One table serves ARP and NDP: the states are those of RFC 4861, 7.3.2, which Linux uses for both. An address that was not
//! confirmed for a while is still used, and the neighbor is probed; if it does not answer, it is removed, so that a station that was
//! moved or unplugged is detected. What it says is all that a host knows: smoltcp's own cache is not used.
//!
//! There is no I/O in here: requests, packets and changes are left in a queue of [`Effect`]s.

use smoltcp::wire::{EthernetAddress, IpAddress};
use std::collections::VecDeque;
use wire::sorted::SortedMap;
use wire::{Duration, Frame, Instant};

/// How long an address is used without a doubt after the neighbor was last heard. RFC 4861, 10 has 30 s for a confirmation by an
/// answer or by progress of a connection; here every packet from the neighbor counts.
const REACHABLE: Duration = Duration::from_secs(60);
/// From the first use after that to the first probe (RFC 4861, 10: DELAY_FIRST_PROBE_TIME).
const DELAY: Duration = Duration::from_secs(5);
/// From one request to the next (RETRANS_TIMER).
const RETRANSMIT: Duration = Duration::from_secs(1);
/// The number of requests (MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT).
const TRIES: u8 = 3;
/// Another answer within this long does not replace an address: of two, the first is believed (Linux' `locktime`).
const LOCKED: Duration = Duration::from_secs(1);
/// Entries of one host's table.
const NEIGHBORS_MAX: usize = 1_024;
/// Packets that wait for one neighbor: two pings of the greatest length, as with Linux.
const WAITING_EACH_MAX: usize = 101;

/// Something that the host has to do for the table.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// Send a request for an IP address: to all stations, or to the one with this MAC address.
    Solicit(IpAddress, Option<EthernetAddress>),
    /// Send this packet to this MAC address.
    Send(EthernetAddress, Frame),
    /// Drop this packet: its next hop did not answer.
    Unanswered(Frame),
    /// Drop this packet, the one that has waited longest: too many wait for this next hop.
    Overflow(Frame),
    /// The address of a neighbor is known, or is another one.
    Known(IpAddress, EthernetAddress),
    /// The address of a neighbor is no longer known.
    Gone(IpAddress),
    /// A neighbor whose address was asked for has not answered.
    Silent(IpAddress),
}

/// The kind of message from which a neighbor's address is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// It asked for this host's address. That proves that it is present, but not that it receives what this host sends (RFC 4861,
    /// 7.2.3).
    Request,
    /// It announced its own address (RFC 4861, 7.2.5): entries are updated, not made (RFC 826: "merge flag").
    Advertisement {
        /// It answers a request of this host.
        solicited: bool,
        /// It replaces another known address.
        overrides: bool,
    },
}

#[derive(Clone, Debug)]
enum State {
    /// Requests are being sent.
    Incomplete { tries: u8, due: Instant, waiting: VecDeque<Frame> },
    /// It did not answer. A late answer is still taken.
    Failed,
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
            Self::Failed | Self::Reachable { .. } | Self::Stale { .. } => None,
        }
    }

    const fn mac(&self) -> Option<EthernetAddress> {
        match *self {
            Self::Incomplete { .. } | Self::Failed => None,
            Self::Reachable { mac, .. }
            | Self::Stale { mac }
            | Self::Delay { mac, .. }
            | Self::Probe { mac, .. } => Some(mac),
        }
    }
}

/// How far a neighbor's address can be relied on (RFC 4861, 7.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeighborState {
    /// Requests are being sent.
    Incomplete,
    /// It did not answer.
    Failed,
    /// Confirmed recently.
    Reachable,
    /// Known, but not confirmed recently.
    Stale,
    /// Used without confirmation; will be probed.
    Delay,
    /// Being probed.
    Probe,
}

#[derive(Clone, Debug)]
struct Entry {
    state: State,
    /// The last use, by which the entry to remove is chosen when there are too many.
    used: Instant,
    /// When its address was last learned.
    learned: Instant,
}

/// A host's neighbors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Neighbors {
    entries: SortedMap<IpAddress, Entry>,
    /// The earliest moment at which an entry is due, or an earlier one.
    next: Option<Instant>,
    effects: VecDeque<Effect>,
}

impl Neighbors {
    /// The next thing to do.
    pub fn next_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The neighbor's MAC address, to send a packet now.
    #[inline]
    pub fn lookup(&mut self, now: Instant, ip: &IpAddress) -> Option<EthernetAddress> {
        let entry = self.entries.get_mut(ip)?;
        entry.used = now;
        let mac = entry.state.mac()?;
        let doubtful = match entry.state {
            State::Reachable { until, .. } => until <= now,
            State::Stale { .. } => true,
            State::Incomplete { .. } | State::Failed | State::Delay { .. } | State::Probe { .. } => false,
        };
        if doubtful {
            entry.state = State::Delay { mac, due: now + DELAY };
            self.plan(now + DELAY);
        }
        Some(mac)
    }

    /// The neighbor's MAC address, without using it: its state does not change.
    pub fn peek(&self, ip: &IpAddress) -> Option<EthernetAddress> {
        self.entries.get(ip)?.state.mac()
    }

    /// All entries, in order of address.
    pub fn states(
        &self,
        now: Instant,
    ) -> impl Iterator<Item = (IpAddress, Option<EthernetAddress>, NeighborState)> {
        self.entries.iter().map(move |(ip, entry)| {
            let state = match entry.state {
                State::Incomplete { .. } => NeighborState::Incomplete,
                State::Failed => NeighborState::Failed,
                State::Reachable { until, .. } if until > now => NeighborState::Reachable,
                State::Reachable { .. } | State::Stale { .. } => NeighborState::Stale,
                State::Delay { .. } => NeighborState::Delay,
                State::Probe { .. } => NeighborState::Probe,
            };
            (*ip, entry.state.mac(), state)
        })
    }

    /// Whether the neighbor's address is known.
    pub fn knows(&self, ip: &IpAddress) -> bool {
        self.peek(ip).is_some()
    }

    /// Enqueues a packet until the neighbor's address is known, and requests it.
    pub fn wait(&mut self, now: Instant, ip: IpAddress, packet: Frame) {
        let failed = |entry: &Entry| matches!(entry.state, State::Failed);
        if self.entries.get(&ip).is_none_or(failed) {
            self.make_room();
            let state = State::Incomplete { tries: 1, due: now + RETRANSMIT, waiting: VecDeque::new() };
            self.entries.insert(ip, Entry { state, used: now, learned: now });
            self.plan(now + RETRANSMIT);
            self.effects.push_back(Effect::Solicit(ip, None));
        }
        let Some(Entry { state: State::Incomplete { waiting, .. }, .. }) = self.entries.get_mut(&ip) else {
            return;
        };
        waiting.push_back(packet);
        let overflow = if waiting.len() > WAITING_EACH_MAX { waiting.pop_front() } else { None };
        self.effects.extend(overflow.map(Effect::Overflow));
    }

    /// A packet came from the neighbor: its address is still right.
    #[inline]
    pub fn heard(&mut self, now: Instant, ip: &IpAddress, mac: EthernetAddress) {
        if let Some(entry) = self.entries.get_mut(ip)
            && entry.state.mac() == Some(mac)
        {
            entry.state = State::Reachable { mac, until: now + REACHABLE };
        }
    }

    /// Whether the address was learned so recently that another answer is not believed.
    pub fn is_locked(&self, now: Instant, ip: &IpAddress) -> bool {
        self.entries.get(ip).is_some_and(|entry| entry.state.mac().is_some() && now - entry.learned < LOCKED)
    }

    /// Learns from a message of a neighbor. `mac`: the MAC address that it contains, if any.
    pub fn learn(&mut self, now: Instant, ip: IpAddress, mac: Option<EthernetAddress>, how: Evidence) {
        let entry = self.entries.get(&ip);
        let (known, reachable) = match entry {
            Some(entry) => (Some(entry.state.mac()), matches!(entry.state, State::Reachable { .. })),
            None => (None, false),
        };
        // `known` is `Some(None)` while requests are being sent.
        let state = match (how, known, mac) {
            (_, None | Some(None), None) | (Evidence::Request, _, None) => return,
            (Evidence::Request, Some(Some(old)), Some(new)) if old == new => return,
            (Evidence::Request, _, Some(mac)) => State::Stale { mac },
            (Evidence::Advertisement { .. }, None, Some(_)) => return,
            (Evidence::Advertisement { solicited: true, .. }, Some(None), Some(mac)) => {
                State::Reachable { mac, until: now + REACHABLE }
            }
            (Evidence::Advertisement { solicited: false, .. }, Some(None), Some(mac)) => State::Stale { mac },
            (Evidence::Advertisement { solicited, overrides }, Some(Some(old)), mac) => {
                let new = mac.unwrap_or(old);
                if new != old && !overrides {
                    // RFC 4861, 7.2.5, I: the old address is used, with a doubt.
                    if !reachable {
                        return;
                    }
                    State::Stale { mac: old }
                } else if solicited {
                    State::Reachable { mac: new, until: now + REACHABLE }
                } else if new != old {
                    State::Stale { mac: new }
                } else {
                    return;
                }
            }
        };
        self.set(now, ip, state);
    }

    fn set(&mut self, now: Instant, ip: IpAddress, state: State) {
        let Some(mac) = state.mac() else { return };
        if !self.entries.contains_key(&ip) {
            self.make_room();
        }
        let new = Entry { state: State::Stale { mac: EthernetAddress([0; 6]) }, used: now, learned: now };
        let entry = self.entries.entry(ip).or_insert(new);
        let before = entry.state.mac();
        let was = std::mem::replace(&mut entry.state, state);
        entry.used = now;
        if before != Some(mac) {
            entry.learned = now;
            self.effects.push_back(Effect::Known(ip, mac));
        }
        if let State::Incomplete { waiting, .. } = was {
            self.effects.extend(waiting.into_iter().map(|packet| Effect::Send(mac, packet)));
        }
    }

    /// Makes room for one more entry: the one that was not used for the longest time goes.
    fn make_room(&mut self) {
        if self.entries.len() >= NEIGHBORS_MAX
            && let Some((_, ip)) = self.entries.iter().map(|(&ip, entry)| (entry.used, ip)).min()
        {
            self.remove(ip);
        }
    }

    /// Removes an entry; returns whether there was one.
    pub fn remove(&mut self, ip: IpAddress) -> bool {
        let Some(entry) = self.entries.remove(&ip) else { return false };
        match entry.state {
            State::Incomplete { waiting, .. } => {
                self.effects.push_back(Effect::Silent(ip));
                self.effects.extend(waiting.into_iter().map(Effect::Unanswered));
            }
            State::Failed => {}
            State::Reachable { .. } | State::Stale { .. } | State::Delay { .. } | State::Probe { .. } => {
                self.effects.push_back(Effect::Gone(ip));
            }
        }
        true
    }

    /// Asks anew for all neighbors that have not answered: the requests so far had no cable to leave by.
    pub fn ask_again(&mut self, now: Instant) {
        for entry in self.entries.values_mut() {
            if let State::Incomplete { tries, due, .. } = &mut entry.state {
                (*tries, *due) = (0, now);
                self.next = Some(now);
            }
        }
    }

    fn plan(&mut self, at: Instant) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }

    /// Repeats requests and probes, and removes neighbors that did not answer.
    pub fn poll(&mut self, now: Instant) {
        if self.next.is_none_or(|next| next > now) {
            return;
        }
        let (mut silent, mut next) = (Vec::new(), None::<Instant>);
        for (&ip, entry) in &mut self.entries {
            if entry.state.due().is_some_and(|due| due <= now) {
                let again = now + RETRANSMIT;
                match &mut entry.state {
                    State::Incomplete { tries, due, .. } if *tries < TRIES => {
                        (*tries, *due) = (*tries + 1, again);
                        self.effects.push_back(Effect::Solicit(ip, None));
                    }
                    State::Probe { mac, tries, due } if *tries < TRIES => {
                        (*tries, *due) = (*tries + 1, again);
                        self.effects.push_back(Effect::Solicit(ip, Some(*mac)));
                    }
                    State::Delay { mac, .. } => {
                        let mac = *mac;
                        entry.state = State::Probe { mac, tries: 1, due: again };
                        self.effects.push_back(Effect::Solicit(ip, Some(mac)));
                    }
                    State::Incomplete { waiting, .. } => {
                        self.effects.push_back(Effect::Silent(ip));
                        self.effects.extend(std::mem::take(waiting).into_iter().map(Effect::Unanswered));
                        entry.state = State::Failed;
                    }
                    State::Probe { .. } => {
                        silent.push(ip);
                        continue;
                    }
                    State::Failed | State::Reachable { .. } | State::Stale { .. } => {}
                }
            }
            next = next.into_iter().chain(entry.state.due()).min();
        }
        self.next = next;
        for ip in silent {
            self.remove(ip);
        }
    }

    /// When [`poll`](Self::poll) next has something to do.
    pub const fn deadline(&self) -> Option<Instant> {
        self.next
    }
}

#[cfg(test)]
mod tests;
