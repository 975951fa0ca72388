//! What became of the first fragment of a packet, so that the same becomes of the others: only the first has the ports.
//!
//! Fragments that overtake the first are not kept until it comes: a router at home does not reassemble, and a bounded store
//! of strangers' fragments would be filled by whoever likes to.

use smoltcp::wire::IpAddress;
use std::collections::VecDeque;
use wire::{Duration, Instant};

use crate::flow::Packet;

/// Packets whose fragments are on their way at a time; the oldest goes first.
pub(crate) const PACKETS_MAX: usize = 64;
/// For this long after the first fragment the others are recognized: no receiver waits longer than 60 s (RFC 8200, 4.5).
pub(crate) const LIFETIME: Duration = Duration::from_secs(60);

/// What the fragments of a packet have in common (RFC 791, 3.2).
type Key = (IpAddress, IpAddress, u8, u32);

/// A memory of first fragments.
#[derive(Clone, Debug)]
pub(crate) struct Fragments<T>(VecDeque<(Key, T, Instant)>);

impl<T> Default for Fragments<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: Copy> Fragments<T> {
    /// If `packet` is a fragment, the others will share its fate.
    pub(crate) fn note(&mut self, now: Instant, packet: &Packet, fate: T) {
        let Some(key) = key(packet) else { return };
        self.0.retain(|(other, _, over)| *other != key && *over > now);
        if self.0.len() == PACKETS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((key, fate, now + LIFETIME));
    }

    /// The fate of the first fragment of the packet that `packet` is a piece of.
    pub(crate) fn fate(&self, now: Instant, packet: &Packet) -> Option<T> {
        let key = key(packet)?;
        self.0.iter().find(|(other, _, over)| *other == key && *over > now).map(|(_, fate, _)| *fate)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

fn key(packet: &Packet) -> Option<Key> {
    Some((packet.source, packet.destination, packet.protocol, packet.fragment?.ident))
}
