//! Address and port translation for IPv4 (RFC 3022), behaving as the RFCs ask: UDP RFC 4787, TCP RFC 5382 and RFC 7857,
//! ICMP RFC 5508.
//!
//! - **Mapping is endpoint-independent** (RFC 4787, REQ-1; RFC 5382, REQ-1): one address and port inside is one port outside,
//!   whoever it talks with. So two machines behind translators can find each other.
//! - **Filtering is address and port-dependent**, as in nearly every router at home (RFC 4787, REQ-8 allows it): from outside, only
//!   those are let in who were spoken to from inside. Forwarded ports are open to everybody.
//! - **Ports are preserved** where they are free; otherwise the next free one of the same range and parity (REQ-3, REQ-4) is taken.
//!   Nothing is drawn at random: the same packets always give the same ports. A port is never shared (no overloading, REQ-3).
//! - **Hairpinning** works (REQ-9): two machines inside reach one another by their outside addresses.
//!
//! What a translation is made of: a *mapping* (inside address and port to outside port) is there as long as at least one
//! *session* (mapping and remote endpoint) is. Sessions have the timers. A mapping is what [`Event::Translation`](crate::Event::Translation) tells of.

use crate::Actions;
use crate::config;
use crate::event::Refusal;
use std::net::Ipv4Addr;
use vnetif::Instant;

/// Sessions of one translator; each mapping has at least one. More are refused: those that are there are somebody's connections.
pub const SESSIONS_MAX: usize = 4_096;

/// What became of a packet from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbound {
    /// It was translated and now has an address inside: forward it.
    Translated,
    /// No translation is meant: it is as it was, and for the router itself, or for nobody.
    Untouched,
}

/// What is counted by ports of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// TCP ports.
    Tcp,
    /// UDP ports.
    Udp,
    /// Identifiers of ICMP queries.
    Icmp,
}

/// An address translator.
///
/// Packets are whole IPv4 packets from their IP header on, of any content; their length never changes. Time to live and the
/// checksums of damaged packets are the caller's and the receiver's business. `outside` is the address of the outside port in
/// question: a router may have several.
#[derive(Clone, Debug, Default)]
pub struct Translator {
    config: config::Nat,
}

impl Translator {
    /// A translator that knows nothing yet.
    pub fn new(config: config::Nat) -> Self {
        Self { config }
    }

    /// Changes the settings: translations through forwards that are no more end, and those that occupy the port of a new one.
    pub fn set_config(&mut self, config: config::Nat, _out: &mut Actions) {
        self.config = config;
    }

    /// Translates a packet that is about to leave through an outside port, and remembers whom it is for.
    ///
    /// A packet whose source is `outside` is the router's own and stays as it is. [`Refusal::NoTranslation`]: it can not be
    /// translated (a protocol without ports, an error about nothing known, a later fragment without the first);
    /// [`Refusal::TranslationsFull`], [`Refusal::Malformed`].
    pub fn outbound(
        &mut self,
        _now: Instant,
        _packet: &mut [u8],
        _outside: Ipv4Addr,
        _out: &mut Actions,
    ) -> Result<(), Refusal> {
        Err(Refusal::NoTranslation)
    }

    /// Translates a packet that came in at an outside port whose address is `outside`.
    ///
    /// [`Inbound::Untouched`]: it is for the router itself, or for nobody. What is for a port that is in use but from
    /// somebody who was not spoken to is [`Refusal::NoTranslation`]; [`Refusal::TranslationsFull`] for a forwarded port;
    /// [`Refusal::Malformed`].
    pub fn inbound(
        &mut self,
        _now: Instant,
        _packet: &mut [u8],
        _outside: Ipv4Addr,
        _out: &mut Actions,
    ) -> Result<Inbound, Refusal> {
        Ok(Inbound::Untouched)
    }

    /// Translates a packet that came in at an inside port and is for the `outside` address of this router itself (RFC 4787,
    /// REQ-9): both its source and its destination, so that the answer comes back this way.
    ///
    /// [`Inbound::Untouched`]: no translation has that port; it is for the router itself.
    pub fn hairpin(
        &mut self,
        _now: Instant,
        _packet: &mut [u8],
        _outside: Ipv4Addr,
        _out: &mut Actions,
    ) -> Result<Inbound, Refusal> {
        Ok(Inbound::Untouched)
    }

    /// Whether this port of `outside` is in use by a translation or forwarded: the router's own packets must not use it as their source.
    pub fn is_taken(&self, _kind: Kind, _outside: Ipv4Addr, _port: u16) -> bool {
        false
    }

    /// Keeps a port of every outside address for the router itself: no mapping will get it. UDP port 520 (RIP) is kept already.
    pub fn reserve(&mut self, _kind: Kind, _port: u16) {}

    /// Ends what is over by `now`.
    pub fn poll(&mut self, _now: Instant, _out: &mut Actions) {}

    /// When the next session is over.
    pub fn poll_at(&self) -> Option<Instant> {
        None
    }

    /// Ends all translations.
    pub fn clear(&mut self, _out: &mut Actions) {}
}
