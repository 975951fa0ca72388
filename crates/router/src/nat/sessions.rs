//! The tables of mappings and their sessions.

use super::{Endpoint, Kind, SESSIONS_MAX, Taken};
use crate::Actions;
use crate::config::Transport;
use crate::event::{Event, Refusal, Translation};
use crate::flow::Flags;
use crate::table::Table;
use crate::tcp::{Connection, ESTABLISHED, Side};
use rustc_hash::FxHashMap;
use smoltcp::wire::{IpAddress, IpEndpoint};
use std::net::Ipv4Addr;
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

/// A UDP session lasts this long after the last packet from inside: the 5 minutes that RFC 4787, REQ-5, recommends.
pub(super) const UDP: Duration = Duration::from_secs(300);
/// The lifetime of an ICMP query (RFC 5508, REQ-2).
pub(super) const ICMP: Duration = Duration::from_secs(60);

/// One address and port inside, as seen outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mapping {
    pub(super) kind: Kind,
    pub(super) inside: Endpoint,
    pub(super) outside: Endpoint,
    /// It is a forwarded port, open to all remote endpoints.
    pub(super) forwarded: bool,
    sessions: usize,
}

/// A mapping and one remote endpoint.
#[derive(Clone, Copy, Debug)]
struct Session {
    /// The mapping's number.
    mapping: u32,
    remote: Endpoint,
    /// The remote endpoint opened it.
    from_outside: bool,
    connection: Connection,
}

/// The state of a translator.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    /// By the number that events contain.
    mappings: SortedMap<u32, Mapping>,
    sessions: Table<Session>,
    by_outside: FxHashMap<(Kind, Endpoint), u32>,
    by_inside: FxHashMap<(Kind, Endpoint, Ipv4Addr), u32>,
    /// A packet from inside finds its session by both ends: two forwarded ports may lead to one port inside.
    outbound: FxHashMap<(Kind, Endpoint, Ipv4Addr, Endpoint), u32>,
    inbound: FxHashMap<(u32, Endpoint), u32>,
    next: u32,
}

impl Sessions {
    /// The number and mapping of an outside port.
    pub(super) fn at(&self, kind: Kind, outside: Endpoint) -> Option<(u32, Mapping)> {
        let number = *self.by_outside.get(&(kind, outside))?;
        Some((number, *self.mappings.get(&number)?))
    }

    /// The outside endpoint of an inside endpoint's mapping at an outside address.
    pub(super) fn of(&self, kind: Kind, inside: Endpoint, outside: Ipv4Addr) -> Option<Endpoint> {
        Some(self.mappings.get(self.by_inside.get(&(kind, inside, outside))?)?.outside)
    }

    /// The session of a packet from inside, and the mapping's port outside.
    pub(super) fn outbound(
        &self,
        kind: Kind,
        inside: Endpoint,
        outside: Ipv4Addr,
        remote: Endpoint,
    ) -> Option<(u32, Endpoint)> {
        let session = *self.outbound.get(&(kind, inside, outside, remote))?;
        let mapping = self.sessions.get(session)?.mapping;
        Some((session, self.mappings.get(&mapping)?.outside))
    }

    /// The session of a packet from `remote` to this mapping.
    pub(super) fn inbound(&self, mapping: u32, remote: Endpoint) -> Option<u32> {
        self.inbound.get(&(mapping, remote)).copied()
    }

    /// Opens a session, and its mapping if there is none at `outside` yet. If the table is full, the session that was idle longest of
    /// those that are no established TCP connection ends: a scan that is answered by resets must not keep everybody from
    /// the outside for the four minutes that its sessions last.
    ///
    /// # Errors
    /// If all sessions are established connections, or another mapping has a session of the same ends.
    pub(super) fn open(
        &mut self,
        now: Instant,
        new: Mapping,
        remote: Endpoint,
        from_outside: bool,
        out: &mut Actions,
    ) -> Result<u32, Refusal> {
        let Mapping { kind, inside, outside, .. } = new;
        let peers = (kind, inside, outside.address, remote);
        if self.outbound.contains_key(&peers) {
            // The same two ends through another forwarded port: the answers could not be distinguished.
            return Err(Refusal::NoTranslation);
        }
        if self.sessions.len() >= SESSIONS_MAX {
            let oldest = self.sessions.idle_longest_below(ESTABLISHED).ok_or(Refusal::TranslationsFull)?;
            self.end(oldest, out);
        }
        let number = match self.by_outside.get(&(kind, outside)) {
            Some(&number) => number,
            None => self.map(new, remote, out),
        };
        let session = Session { mapping: number, remote, from_outside, connection: Connection::default() };
        let slot = self.sessions.insert(now, lifetime(kind, &session), session);
        self.outbound.insert(peers, slot);
        self.inbound.insert((number, remote), slot);
        if let Some(mapping) = self.mappings.get_mut(&number) {
            mapping.sessions += 1;
        }
        Ok(slot)
    }

    fn map(&mut self, new: Mapping, remote: Endpoint, out: &mut Actions) -> u32 {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.mappings.insert(number, Mapping { sessions: 0, ..new });
        self.by_outside.insert((new.kind, new.outside), number);
        self.by_inside.entry((new.kind, new.inside, new.outside.address)).or_insert(number);
        let flow = Translation {
            transport: match new.kind {
                Kind::Tcp => Some(Transport::Tcp),
                Kind::Udp => Some(Transport::Udp),
                Kind::Icmp => None,
            },
            inside: new.inside.into(),
            outside: new.outside.into(),
            remote: remote.into(),
        };
        out.event(Event::Translation { entry: number, flow });
        number
    }

    /// Updates a session for a packet. UDP and ICMP sessions are extended only by packets of the end that opened them, so that an
    /// outside host alone cannot keep a mapping open (RFC 4787, REQ-6). TCP connections end by their own segments.
    pub(super) fn pass(&mut self, now: Instant, slot: u32, side: Side, flags: Option<Flags>) {
        let Some(session) = self.sessions.get_mut(slot) else { return };
        let Some(mapping) = self.mappings.get(&session.mapping) else { return };
        if let (Kind::Tcp, Some(flags)) = (mapping.kind, flags) {
            session.connection.pass(side, flags);
        }
        let refreshes = side == Side::Near || session.from_outside || mapping.kind == Kind::Tcp;
        if refreshes {
            let lifetime = lifetime(mapping.kind, session);
            self.sessions.touch(slot, now, lifetime);
        }
    }

    /// Ends what is over by `now`.
    pub(super) fn poll(&mut self, now: Instant, out: &mut Actions) {
        while let Some(slot) = self.sessions.due(now) {
            self.end(slot, out);
        }
    }

    /// When the next session is over.
    pub(super) fn poll_at(&self) -> Option<Instant> {
        self.sessions.next()
    }

    /// Removes all sessions of mappings for which `stays` is false.
    pub(super) fn retain(&mut self, stays: impl Fn(&Mapping) -> bool, out: &mut Actions) {
        let goes =
            |session: &Session| self.mappings.get(&session.mapping).is_none_or(|mapping| !stays(mapping));
        let going: Vec<u32> =
            self.sessions.iter().filter(|(_, session)| goes(session)).map(|(slot, _)| slot).collect();
        for slot in going {
            self.end(slot, out);
        }
    }

    fn end(&mut self, slot: u32, out: &mut Actions) {
        let Some(session) = self.sessions.remove(slot) else { return };
        let number = session.mapping;
        self.inbound.remove(&(number, session.remote));
        let Some(mapping) = self.mappings.get_mut(&number) else { return };
        mapping.sessions -= 1;
        let Mapping { kind, inside, outside, sessions, .. } = *mapping;
        self.outbound.remove(&(kind, inside, outside.address, session.remote));
        if sessions > 0 {
            return;
        }
        self.mappings.remove(&number);
        self.by_outside.remove(&(kind, outside));
        let inside = (kind, inside, outside.address);
        if self.by_inside.get(&inside) == Some(&number) {
            self.by_inside.remove(&inside);
        }
        out.event(Event::TranslationGone { entry: number });
    }

    /// The outside port for a new mapping of the inside port `wanted`: the same if it is free, otherwise the next free one of its
    /// range and parity (RFC 4787, REQ-3 and REQ-4), otherwise of its range.
    pub(super) fn choose(&self, kind: Kind, outside: Ipv4Addr, wanted: u16, taken: &Taken) -> Option<u16> {
        let free = |&port: &u16| {
            (port != 0 || kind == Kind::Icmp)
                && !taken.contains(kind, port)
                && !self.by_outside.contains_key(&(kind, Endpoint { address: outside, port }))
        };
        let (first, ports) = match (kind, wanted) {
            (Kind::Icmp, _) => (0, 0x1_0000),
            (Kind::Tcp | Kind::Udp, ..1_024) => (0, 1_024),
            (Kind::Tcp | Kind::Udp, _) => (1_024, 0x1_0000 - 1_024),
        };
        let after = |steps: u32| (first + (u32::from(wanted) - first + steps) % ports) as u16;
        let same_parity = (0..ports / 2).map(|step| after(step * 2));
        let others = (0..ports / 2).map(|step| after(step * 2 + 1));
        same_parity.chain(others).find(free)
    }
}

impl Mapping {
    pub(super) fn new(kind: Kind, inside: Endpoint, outside: Endpoint, forwarded: bool) -> Self {
        Self { kind, inside, outside, forwarded, sessions: 0 }
    }
}

impl From<Endpoint> for IpEndpoint {
    fn from(endpoint: Endpoint) -> Self {
        Self::new(IpAddress::Ipv4(endpoint.address), endpoint.port)
    }
}

fn lifetime(kind: Kind, session: &Session) -> Duration {
    match kind {
        Kind::Tcp => session.connection.lifetime(),
        Kind::Udp => UDP,
        Kind::Icmp => ICMP,
    }
}
