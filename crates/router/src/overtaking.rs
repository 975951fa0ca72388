//! Later fragments that arrived before the first one of their packet.
//!
//! Address translation and the filter decide by ports, which only the first fragment has. Fragments that overtake it wait here until it
//! comes (RFC 4787, REQ-14), and then follow it in the order in which they came. Any sender could fill a store of fragments
//! without limits, so few wait, and not for long.

use crate::flow::Packet;
use crate::fragments::{Key, LIFETIME, PACKETS_MAX, key};
use crate::packet::Received;
use std::collections::VecDeque;
use wire::node::Tag;
use wire::{Duration, Instant};

/// Fragments that wait at a time; a further one takes the place of the oldest. The longest packet has 119 at the least MTU that all
/// hosts accept (RFC 791, 3.2: 576 bytes).
pub(crate) const WAITING_MAX: usize = 128;
/// How long a fragment waits for the first (RFC 1122, 3.3.2, and RFC 8200, 4.5, for reassembly).
pub(crate) const PATIENCE: Duration = LIFETIME;

/// The fragments that wait, and the packets whose first fragment has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overtaking {
    /// By when they came.
    waiting: VecDeque<(Key, Received, Instant)>,
    /// Until when each is remembered.
    begun: VecDeque<(Key, Instant)>,
    /// The tags of fragments that gave way to others.
    dropped: Vec<Tag>,
}

impl Overtaking {
    /// Keeps a later fragment whose first one has not come yet, and returns `true`; any other packet may go on.
    pub(crate) fn waits(&mut self, now: Instant, packet: &Packet, received: &Received) -> bool {
        let Some(key) = key(packet).filter(|_| packet.is_later_fragment()) else { return false };
        if self.begun.iter().any(|(other, until)| *other == key && *until > now) {
            return false;
        }
        if self.waiting.len() == WAITING_MAX {
            self.dropped.extend(self.waiting.pop_front().map(|(_, received, _)| received.tag));
        }
        self.waiting.push_back((key, received.clone(), now));
        true
    }

    /// Notes that the first fragment of a packet has come, if `packet` is one; returns those that waited for it, in their order.
    pub(crate) fn follow(&mut self, now: Instant, packet: &Packet) -> Vec<Received> {
        let Some(key) = key(packet).filter(|_| !packet.is_later_fragment()) else { return Vec::new() };
        self.begun.retain(|(other, until)| *other != key && *until > now);
        if self.begun.len() == PACKETS_MAX {
            self.begun.pop_front();
        }
        self.begun.push_back((key, now + LIFETIME));
        let mut followers = Vec::new();
        self.waiting.retain(|(other, received, _)| {
            if *other == key {
                followers.push(received.clone());
            }
            *other != key
        });
        followers
    }

    /// The tag of a fragment that is dropped: it has waited too long, or gave way to others.
    pub(crate) fn next_dropped(&mut self, now: Instant) -> Option<Tag> {
        let late = |waiting: &VecDeque<(Key, Received, Instant)>| {
            waiting.front().is_some_and(|(.., came)| *came + PATIENCE <= now)
        };
        match self.dropped.pop() {
            None if late(&self.waiting) => self.waiting.pop_front().map(|(_, received, _)| received.tag),
            dropped => dropped,
        }
    }

    /// When the next fragment has waited too long.
    pub(crate) fn poll_at(&self) -> Option<Instant> {
        self.waiting.front().map(|(.., came)| *came + PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::Link;
    use crate::sample;
    use smoltcp::wire::IpAddress;
    use wire::{Frame, PortId};

    fn at(secs: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(secs)
    }

    /// The two fragments of a datagram to this host, with the tags 2 `to` and 2 `to` + 1.
    fn fragments(to: u8) -> [(Packet, Received); 2] {
        let (from, to_address) = (IpAddress::v4(10, 0, 0, 1), IpAddress::v4(10, 0, 1, to));
        let whole = sample::udp((from, 5), (to_address, 53), &[7; 300]);
        let mut hop = 2 * u64::from(to);
        sample::fragments(&whole, 64).map(|bytes| {
            let received = Received {
                frame: Frame::copy_from(&bytes),
                packet: 0..bytes.len(),
                tag: Tag { frame: 0, hop },
                from: Link { port: PortId(0), vlan: None },
                to_group: false,
            };
            hop += 1;
            (Packet::read(&bytes).unwrap(), received)
        })
    }

    #[test]
    fn a_fragment_waits_for_the_first_and_not_after_it() {
        let mut overtaking = Overtaking::default();
        let [(first, of_first), (later, of_later)] = fragments(1);
        assert!(!overtaking.waits(at(0), &first, &of_first));
        assert!(overtaking.waits(at(0), &later, &of_later));
        let [_, (other, of_other)] = fragments(2);
        assert!(overtaking.waits(at(0), &other, &of_other));
        let followers = overtaking.follow(at(1), &first);
        assert_eq!(followers.iter().map(|received| received.tag.hop).collect::<Vec<_>>(), [3]);
        assert!(!overtaking.waits(at(2), &later, &of_later), "the first is known now");
        assert!(overtaking.waits(at(62), &later, &of_later), "but not for ever");
        assert!(overtaking.follow(at(62), &later).is_empty(), "a later fragment has no followers");
    }

    #[test]
    fn fragments_wait_a_minute_at_most_and_their_number_is_bounded() {
        let mut overtaking = Overtaking::default();
        for to in 0..=WAITING_MAX as u8 {
            let [_, (later, received)] = fragments(to);
            assert!(overtaking.waits(at(0), &later, &received));
        }
        assert_eq!(overtaking.next_dropped(at(0)).map(|tag| tag.hop), Some(1), "the oldest gives way");
        assert_eq!(overtaking.next_dropped(at(59)), None);
        assert_eq!(overtaking.poll_at(), Some(at(60)));
        let mut dropped = 0;
        while overtaking.next_dropped(at(60)).is_some() {
            dropped += 1;
        }
        assert_eq!((dropped, overtaking.poll_at()), (WAITING_MAX, None));
    }
}
