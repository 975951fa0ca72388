//! Remembers the decision about a packet's first fragment for its later ones, which have no ports. Fragments that overtake the first
//! wait for it before they come here ([`overtaking`](crate::overtaking)).

use smoltcp::wire::IpAddress;
use std::collections::VecDeque;
use wire::{Duration, Instant};

use crate::flow::Packet;

/// Packets that are remembered at a time; the oldest is removed first.
pub(crate) const PACKETS_MAX: usize = 64;
/// How long later fragments are recognized: no receiver waits longer than 60 s for them (RFC 8200, 4.5).
pub(crate) const LIFETIME: Duration = Duration::from_secs(60);

/// The fields that the fragments of a packet share (RFC 791, 3.2).
pub(crate) type Key = (IpAddress, IpAddress, u8, u32);

/// The decisions about first fragments.
#[derive(Clone, Debug)]
pub(crate) struct Fragments<T>(VecDeque<(Key, T, Instant)>);

impl<T> Default for Fragments<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: Copy> Fragments<T> {
    /// Stores the decision about `packet` for later fragments, if it is a fragment.
    pub(crate) fn note(&mut self, now: Instant, packet: &Packet, fate: T) {
        let Some(key) = key(packet) else { return };
        self.0.retain(|(other, _, over)| *other != key && *over > now);
        if self.0.len() == PACKETS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((key, fate, now + LIFETIME));
    }

    /// The decision about the first fragment of the packet that `packet` is a part of.
    pub(crate) fn fate(&self, now: Instant, packet: &Packet) -> Option<T> {
        let key = key(packet)?;
        self.0.iter().find(|(other, _, over)| *other == key && *over > now).map(|(_, fate, _)| *fate)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The fields that `packet` shares with the other fragments; `None`: it is whole.
pub(crate) fn key(packet: &Packet) -> Option<Key> {
    Some((packet.source, packet.destination, packet.protocol, packet.fragment?.ident))
}
