//! Address and port translation for IPv4 (RFC 3022), with the behavior that these RFCs require: UDP RFC 4787, TCP RFC 5382 and RFC 7857,
//! ICMP RFC 5508.
//!
//! - **Mapping is endpoint-independent** (RFC 4787, REQ-1; RFC 5382, REQ-1): one address and port inside is one port outside,
//!   for all remote endpoints. So two hosts behind translators can find each other.
//! - **Filtering is address and port-dependent**, as in nearly every home router (RFC 4787, REQ-8 allows it): from outside, only
//!   remote endpoints get in to which a packet was sent from inside. Forwarded ports are open to all.
//! - **Ports are preserved** where they are free; otherwise the next free one of the same range and parity (REQ-3, REQ-4) is taken.
//!   Nothing is drawn at random: the same packets always give the same ports. A port is never shared (no overloading, REQ-3).
//! - **Hairpinning** works (REQ-9): two hosts inside reach one another by their outside addresses.
//!
//! What a translation is made of: a *mapping* (inside address and port to outside port) is there as long as at least one
//! *session* (mapping and remote endpoint) is. Sessions have the timers. [`Event::Translation`](crate::Event::Translation) reports a mapping.

mod rewrite;
mod sessions;
#[cfg(test)]
mod tests;

use crate::Actions;
use crate::config::{self, FORWARDS_MAX, Transport};
use crate::event::Refusal;
use crate::flow::{Body, Flags, Packet};
use crate::fragments::Fragments;
use crate::tcp::Side;
use crate::{checksum, rip};
use rewrite::End;
use sessions::{Mapping, Sessions};
use smoltcp::wire::IpAddress;
use std::net::Ipv4Addr;
use wire::Instant;
use wire::sorted::{SortedMap, SortedSet};

/// Sessions of one translator; each mapping has at least one. A further one takes the place of the one that was idle longest, but
/// never that of an established TCP connection (RFC 5382, REQ-5, lets these live for two hours).
pub const SESSIONS_MAX: usize = 4_096;

/// The result for a packet from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbound {
    /// It was translated and now has an address inside: forward it.
    Translated,
    /// Its source was translated, too: it came from inside ([`Translator::hairpin`]).
    Hairpinned,
    /// There is no translation for it: it is unchanged, and for the router itself.
    Untouched,
}

/// The protocols with separate port numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// TCP ports.
    Tcp,
    /// UDP ports.
    Udp,
    /// Identifiers of ICMP queries.
    Icmp,
}

impl From<Transport> for Kind {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Tcp => Self::Tcp,
            Transport::Udp => Self::Udp,
        }
    }
}

/// One end of a session. The remote end of an ICMP query has port 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Endpoint {
    address: Ipv4Addr,
    port: u16,
}

/// An address translator.
///
/// Packets are whole IPv4 packets from their IP header on, of any content; their length never changes. Time to live and the
/// checksums of damaged packets are left to the caller and the receiver. `outside` is the address of the outside port by which a
/// packet leaves or came: a router may have several.
#[derive(Clone, Debug)]
pub struct Translator {
    forwards: Vec<config::Forward>,
    taken: Taken,
    sessions: Sessions,
    /// The new address of later fragments: the source of those from inside, the destination of those from outside.
    fragments: Fragments<Ipv4Addr>,
}

/// Outside ports that are not available for new mappings.
#[derive(Clone, Debug)]
struct Taken {
    forwarded: SortedMap<(Kind, u16), Endpoint>,
    reserved: SortedSet<(Kind, u16)>,
}

impl Taken {
    fn contains(&self, kind: Kind, port: u16) -> bool {
        self.forwarded.contains_key(&(kind, port)) || self.reserved.contains(&(kind, port))
    }
}

/// The fields of a packet that are translated.
struct Translatable {
    kind: Kind,
    source: Endpoint,
    destination: Endpoint,
    flags: Option<Flags>,
}

impl Translator {
    /// A translator without mappings.
    pub fn new(config: config::Nat) -> Self {
        let reserved = SortedSet::from([(Kind::Udp, rip::PORT_V2)]);
        let taken = Taken { forwarded: SortedMap::new(), reserved };
        let mut new = Self {
            forwards: Vec::new(),
            taken,
            sessions: Sessions::default(),
            fragments: Fragments::default(),
        };
        new.set_config(config, &mut Actions::default());
        new
    }

    /// Changes the settings. Mappings of removed forwards are removed, and those that use the port of a new one. Of two forwards of
    /// one port the first is used.
    pub fn set_config(&mut self, config: config::Nat, out: &mut Actions) {
        self.forwards = config.forwards;
        self.forwards.truncate(FORWARDS_MAX);
        self.taken.forwarded.clear();
        for forward in &self.forwards {
            let key = (forward.transport.into(), forward.port);
            let inside = Endpoint { address: forward.to, port: forward.to_port };
            self.taken.forwarded.entry(key).or_insert(inside);
        }
        let forwarded = &self.taken.forwarded;
        let stays = |mapping: &Mapping| {
            let forward = forwarded.get(&(mapping.kind, mapping.outside.port));
            forward == mapping.forwarded.then_some(&mapping.inside)
        };
        self.sessions.retain(stays, out);
    }

    /// Translates a packet that leaves through an outside port, and stores its session.
    ///
    /// A packet whose source is `outside` is the router's own and stays as it is. [`Refusal::NoTranslation`]: it can not be
    /// translated (a protocol without ports, an answer or an error about nothing known, a later fragment without the first);
    /// [`Refusal::TranslationsFull`], [`Refusal::Malformed`]. A refused packet may be changed already and must not be sent.
    pub fn outbound(
        &mut self,
        now: Instant,
        bytes: &mut [u8],
        outside: Ipv4Addr,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        self.poll(now, out);
        let (packet, source, destination) = read(bytes)?;
        if source == outside {
            return Ok(());
        }
        let at = |address| Endpoint { address, port: 0 };
        match packet.body {
            Body::LaterFragment => {
                let new = self.fragments.fate(now, &packet).ok_or(Refusal::NoTranslation)?;
                rewrite::address(bytes, End::Source, at(new));
                return Ok(());
            }
            Body::Error { .. } => {
                let error = read_icmp_error(bytes, &packet)?;
                let (_, new) = self.session_of_error(&error, outside).ok_or(Refusal::NoTranslation)?;
                rewrite::embedded(bytes, &packet, &error, End::Destination, new);
                rewrite::address(bytes, End::Source, at(new.address));
                return Ok(());
            }
            Body::Tcp { .. } | Body::Udp { .. } | Body::Query { .. } | Body::Short | Body::Other => {}
        }
        let translatable = translatable(&packet, source, destination)?;
        let (kind, inside, remote) = (translatable.kind, translatable.source, translatable.destination);
        let (session, new) = match self.sessions.outbound(kind, inside, outside, remote) {
            Some(session) => session,
            None if may_open_session(&packet) => {
                let mapping = self.mapping_for(kind, inside, outside)?;
                (self.sessions.open(now, mapping, remote, false, out)?, mapping.outside)
            }
            None => return Err(Refusal::NoTranslation),
        };
        self.sessions.pass(now, session, Side::Near, translatable.flags);
        self.fragments.note(now, &packet, new.address);
        rewrite::endpoint(bytes, &packet, End::Source, new);
        Ok(())
    }

    /// Translates a packet that came in at an outside port whose address is `outside`.
    ///
    /// [`Inbound::Untouched`]: it is for the router itself. A packet to a port in use but from a remote endpoint without a session is
    /// [`Refusal::NoTranslation`]; [`Refusal::TranslationsFull`] for a forwarded port;
    /// [`Refusal::Malformed`].
    pub fn inbound(
        &mut self,
        now: Instant,
        bytes: &mut [u8],
        outside: Ipv4Addr,
        out: &mut Actions,
    ) -> Result<Inbound, Refusal> {
        self.poll(now, out);
        let (packet, source, destination) = read(bytes)?;
        if destination != outside {
            return Ok(Inbound::Untouched);
        }
        let at = |address| Endpoint { address, port: 0 };
        match packet.body {
            Body::LaterFragment => {
                let Some(new) = self.fragments.fate(now, &packet) else { return Ok(Inbound::Untouched) };
                rewrite::address(bytes, End::Destination, at(new));
                return Ok(Inbound::Translated);
            }
            Body::Error { .. } => {
                let error = read_icmp_error(bytes, &packet)?;
                let Some(new) = self.inside_of_error(&error) else { return Ok(Inbound::Untouched) };
                rewrite::embedded(bytes, &packet, &error, End::Source, new);
                rewrite::address(bytes, End::Destination, at(new.address));
                return Ok(Inbound::Translated);
            }
            Body::Query { reply: false, .. } | Body::Other => return Ok(Inbound::Untouched),
            Body::Tcp { .. } | Body::Udp { .. } | Body::Query { reply: true, .. } | Body::Short => {}
        }
        let translatable = translatable(&packet, source, destination)?;
        let (kind, remote, port) = (translatable.kind, translatable.source, translatable.destination);
        let known = self.sessions.at(kind, port);
        let forwarded = || {
            let inside = self.taken.forwarded.get(&(kind, port.port))?;
            Some(Mapping::new(kind, *inside, port, true))
        };
        let Some(mapping) = known.map(|(_, mapping)| mapping).or_else(forwarded) else {
            return Ok(Inbound::Untouched);
        };
        let session = match known.and_then(|(number, _)| self.sessions.inbound(number, remote)) {
            Some(session) => session,
            None if mapping.forwarded && may_open_session(&packet) => {
                self.sessions.open(now, mapping, remote, true, out)?
            }
            None => return Err(Refusal::NoTranslation),
        };
        self.sessions.pass(now, session, Side::Far, translatable.flags);
        self.fragments.note(now, &packet, mapping.inside.address);
        rewrite::endpoint(bytes, &packet, End::Destination, mapping.inside);
        Ok(Inbound::Translated)
    }

    /// Translates a packet that came in at an inside port and is for the `outside` address of this router itself (RFC 4787,
    /// REQ-9): both its source and its destination, so that the answer comes back this way.
    ///
    /// [`Inbound::Untouched`]: no translation has that port; it is for the router itself. Otherwise [`Inbound::Hairpinned`]. Refusals are
    /// those of [`outbound`](Self::outbound) and [`inbound`](Self::inbound).
    pub fn hairpin(
        &mut self,
        now: Instant,
        bytes: &mut [u8],
        outside: Ipv4Addr,
        out: &mut Actions,
    ) -> Result<Inbound, Refusal> {
        self.poll(now, out);
        let (packet, source, destination) = read(bytes)?;
        if destination != outside || source == outside {
            return Ok(Inbound::Untouched);
        }
        let meant = match packet.body {
            Body::Tcp { .. } | Body::Udp { .. } => {
                let translatable = translatable(&packet, source, destination)?;
                self.sessions.at(translatable.kind, translatable.destination).is_some()
                    || self.taken.forwarded.contains_key(&(translatable.kind, translatable.destination.port))
            }
            Body::Error { .. } => {
                let error = read_icmp_error(bytes, &packet)?;
                error.source == IpAddress::Ipv4(outside) && self.session_of_error(&error, outside).is_some()
            }
            Body::LaterFragment => self.fragments.fate(now, &packet).is_some(),
            Body::Query { .. } | Body::Short | Body::Other => false,
        };
        if !meant {
            return Ok(Inbound::Untouched);
        }
        self.outbound(now, bytes, outside, out)?;
        match self.inbound(now, bytes, outside, out)? {
            Inbound::Translated | Inbound::Hairpinned => Ok(Inbound::Hairpinned),
            Inbound::Untouched => Err(Refusal::NoTranslation),
        }
    }

    /// Whether this port of `outside` is in use by a translation or forwarded: the router's own packets must not use it as
    /// their source, or the answers would go inside.
    pub fn is_taken(&self, kind: Kind, outside: Ipv4Addr, port: u16) -> bool {
        self.taken.forwarded.contains_key(&(kind, port))
            || self.sessions.at(kind, Endpoint { address: outside, port }).is_some()
    }

    /// Keeps a port of every outside address for the router itself: no mapping will get it. UDP port 520 (RIP) is kept already.
    pub fn reserve(&mut self, kind: Kind, port: u16) {
        self.taken.reserved.insert((kind, port));
    }

    /// Gives up a port that was kept.
    pub fn release(&mut self, kind: Kind, port: u16) {
        self.taken.reserved.remove(&(kind, port));
    }

    /// Removes the sessions that have expired at `now`.
    pub fn poll(&mut self, now: Instant, out: &mut Actions) {
        self.sessions.poll(now, out);
    }

    /// When the next session expires.
    pub fn poll_at(&self) -> Option<Instant> {
        self.sessions.poll_at()
    }

    /// Removes all mappings. A TCP connection that goes on from inside gets a new one, with the same port if it is free.
    pub fn clear(&mut self, out: &mut Actions) {
        self.sessions.retain(|_| false, out);
        self.fragments.clear();
    }

    /// The mapping for a new session from inside: an existing one, a forwarded port to that endpoint, or a new one.
    fn mapping_for(&self, kind: Kind, inside: Endpoint, outside: Ipv4Addr) -> Result<Mapping, Refusal> {
        let mapping =
            |port, forwarded| Mapping::new(kind, inside, Endpoint { address: outside, port }, forwarded);
        if let Some(known) = self.sessions.of(kind, inside, outside) {
            return Ok(mapping(known.port, false));
        }
        let leads_there = |forward: &&config::Forward| {
            self.taken.forwarded.get(&(kind, forward.port)) == Some(&inside)
                && Kind::from(forward.transport) == kind
        };
        if let Some(forward) = self.forwards.iter().find(leads_there) {
            return Ok(mapping(forward.port, true));
        }
        let port = self.sessions.choose(kind, outside, inside.port, &self.taken);
        port.map(|port| mapping(port, false)).ok_or(Refusal::TranslationsFull)
    }

    /// The session of the packet from outside that an error from inside is about, and the port outside that it was for.
    fn session_of_error(&self, error: &Packet, outside: Ipv4Addr) -> Option<(u32, Endpoint)> {
        let (IpAddress::Ipv4(remote), IpAddress::Ipv4(inside)) = (error.source, error.destination) else {
            return None;
        };
        let translatable = translatable(error, remote, inside).ok()?;
        self.sessions.outbound(translatable.kind, translatable.destination, outside, translatable.source)
    }

    /// The endpoint inside that sent the packet that an error from outside is about.
    fn inside_of_error(&self, error: &Packet) -> Option<Endpoint> {
        let (IpAddress::Ipv4(outside), IpAddress::Ipv4(remote)) = (error.source, error.destination) else {
            return None;
        };
        let translatable = translatable(error, outside, remote).ok()?;
        let (number, mapping) = self.sessions.at(translatable.kind, translatable.source)?;
        self.sessions.inbound(number, translatable.destination)?;
        Some(mapping.inside)
    }
}

/// A hairpinned packet as the filter sees it: with the addresses of the two hosts inside. `original` is the packet as it came, `translated`
/// the same with both of its ends translated. Checksums are not made right.
pub(crate) fn between_hosts_inside(original: &[u8], translated: &[u8]) -> Vec<u8> {
    let mut seen = translated.to_vec();
    let mut keep = |at: usize, len: usize| {
        if let (Some(to), Some(from)) = (seen.get_mut(at..at + len), original.get(at..at + len)) {
            to.copy_from_slice(from);
        }
    };
    let Some(packet) = Packet::read(original) else { return seen };
    keep(SOURCE_AT, ADDRESS_LEN);
    match packet.body {
        Body::Tcp { .. } | Body::Udp { .. } => keep(packet.upper, PORT_LEN),
        // The packet that the error is about went to its sender.
        Body::Error { embedded } => {
            keep(embedded + DESTINATION_AT, ADDRESS_LEN);
            if let Some(about) = packet.embedded(original) {
                keep(about.upper + embedded + PORT_LEN, PORT_LEN);
            }
        }
        Body::Query { .. } | Body::LaterFragment | Body::Short | Body::Other => {}
    }
    seen
}

/// Fields of an IPv4 header (RFC 791, 3.1).
const SOURCE_AT: usize = 12;
const DESTINATION_AT: usize = 16;
const ADDRESS_LEN: usize = 4;
/// The source port of TCP and UDP comes first, then the destination port.
const PORT_LEN: usize = 2;

/// Reads a whole IPv4 packet. The header that has its checksum must be there: a first fragment without it could not be
/// translated, and only attacks contain one (RFC 1858).
fn read(bytes: &[u8]) -> Result<(Packet, Ipv4Addr, Ipv4Addr), Refusal> {
    let packet = Packet::read(bytes).ok_or(Refusal::Malformed)?;
    let header = match packet.body {
        Body::Tcp { .. } => 20,
        Body::Udp { .. } | Body::Query { .. } | Body::Error { .. } | Body::Short => 8,
        Body::LaterFragment | Body::Other => 0,
    };
    match (packet.source, packet.destination) {
        (IpAddress::Ipv4(source), IpAddress::Ipv4(destination)) if packet.upper + header <= packet.end => {
            Ok((packet, source, destination))
        }
        _ => Err(Refusal::Malformed),
    }
}

/// The packet that an ICMP error is about. Its checksum, and that of the IP header in it, must be right (RFC 5508, REQ-3): new
/// checksums would hide the damage.
fn read_icmp_error(bytes: &[u8], packet: &Packet) -> Result<Packet, Refusal> {
    let Body::Error { embedded } = packet.body else { return Err(Refusal::Malformed) };
    let error = packet.embedded(bytes).ok_or(Refusal::Malformed)?;
    let header = bytes.get(embedded..embedded + error.upper).ok_or(Refusal::Malformed)?;
    let message = bytes.get(packet.upper..packet.end).ok_or(Refusal::Malformed)?;
    let whole = packet.fragment.is_none()
        && checksum::sum(message) == 0xffff
        && matches!(error.source, IpAddress::Ipv4(_))
        && checksum::sum(header) == 0xffff;
    if whole { Ok(error) } else { Err(Refusal::Malformed) }
}

/// The fields of a packet that are translated.
///
/// # Errors
/// If a packet of this kind cannot be translated, or is truncated.
fn translatable(packet: &Packet, source: Ipv4Addr, destination: Ipv4Addr) -> Result<Translatable, Refusal> {
    let (kind, ports, flags) = match packet.body {
        Body::Tcp { source, destination, flags } => (Kind::Tcp, (source, destination), flags),
        Body::Udp { source, destination } => (Kind::Udp, (source, destination), None),
        // The identifier belongs to the end that sent the query.
        Body::Query { identifier, reply: false } => (Kind::Icmp, (identifier, 0), None),
        Body::Query { identifier, reply: true } => (Kind::Icmp, (0, identifier), None),
        Body::Short => return Err(Refusal::Malformed),
        Body::Error { .. } | Body::LaterFragment | Body::Other => return Err(Refusal::NoTranslation),
    };
    Ok(Translatable {
        kind,
        source: Endpoint { address: source, port: ports.0 },
        destination: Endpoint { address: destination, port: ports.1 },
        flags,
    })
}

/// Whether a packet may open a session. Any TCP segment but a reset may, so that connections survive a router that has lost its
/// state; replies may not.
fn may_open_session(packet: &Packet) -> bool {
    match packet.body {
        Body::Tcp { flags, .. } => flags.is_some_and(|flags| !flags.rst),
        Body::Udp { .. } => true,
        Body::Query { reply, .. } => !reply,
        Body::Error { .. } | Body::LaterFragment | Body::Short | Body::Other => false,
    }
}
