//! Fragments put together again, of packets that are for the router itself (RFC 791, 3.2; RFC 1812, 5.2.1.1; RFC 8200, 4.5): an echo
//! request may be longer than a link on its way. What is forwarded is never put together.
//!
//! Fragments that overlap are not believed: the whole packet is dropped (RFC 5722 for IPv6, RFC 1858 for why).

use crate::packet::Received;
use smoltcp::wire::IpAddress;
use std::collections::BTreeMap;
use wire::node::Tag;
use wire::{Duration, Instant};

/// So long the rest is waited for (RFC 8200, 4.5; RFC 1122, 3.3.2, allows 60 to 120 s).
pub const TIMEOUT: Duration = Duration::from_secs(60);
/// Packets that are put together at a time; a further one pushes out the oldest.
pub const PACKETS_MAX: usize = 16;
/// Fragments of one packet.
const FRAGMENTS_MAX: usize = 128;
/// The longest payload.
const PAYLOAD_MAX: usize = 65_535;

/// What the fragments of one packet have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// From whom.
    pub from: IpAddress,
    /// To whom.
    pub to: IpAddress,
    /// The number of its protocol.
    pub protocol: u8,
    /// The number that they share.
    pub ident: u32,
}

/// A fragment.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// Where it belongs, in bytes.
    pub offset: usize,
    /// Others are behind it.
    pub more: bool,
    /// Its bytes.
    pub payload: &'a [u8],
}

/// What became of a fragment.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Others are missing.
    Waits,
    /// All are there: the whole payload, and the packet's first fragment.
    Whole(Vec<u8>, Box<Received>),
    /// It does not fit the others; all are dropped.
    Nonsense,
}

#[derive(Clone, Debug)]
struct Partial {
    began: Instant,
    /// By offset, and as the owner knows each.
    pieces: BTreeMap<usize, (Vec<u8>, Tag)>,
    total: Option<usize>,
    first: Option<Received>,
}

/// Packets that are being put together.
#[derive(Clone, Debug, Default)]
pub struct Reassembly {
    partial: BTreeMap<Key, Partial>,
    dropped: Vec<Tag>,
}

impl Reassembly {
    /// A fragment came in.
    pub fn add(&mut self, now: Instant, key: Key, received: &Received, fragment: Fragment<'_>) -> Outcome {
        let Fragment { offset, more, payload } = fragment;
        let end = offset + payload.len();
        let odd = more && !payload.len().is_multiple_of(8);
        if payload.is_empty() || odd || end > PAYLOAD_MAX {
            return Outcome::Nonsense;
        }
        if !self.partial.contains_key(&key) && self.partial.len() == PACKETS_MAX {
            let oldest = self.partial.iter().map(|(&key, partial)| (partial.began, key)).min();
            if let Some((_, key)) = oldest {
                self.drop(key);
            }
        }
        let partial = self.partial.entry(key).or_insert_with(|| Partial {
            began: now,
            pieces: BTreeMap::new(),
            total: None,
            first: None,
        });
        if partial.pieces.get(&offset).is_some_and(|(piece, _)| piece == payload) {
            return Outcome::Waits; // The same once more.
        }
        if !partial.fits(offset, end, more) {
            self.drop(key);
            return Outcome::Nonsense;
        }
        partial.pieces.insert(offset, (payload.to_vec(), received.tag));
        if !more {
            partial.total = Some(end);
        }
        if offset == 0 {
            partial.first = Some(received.clone());
        }
        // They do not overlap, so all are there when their lengths add up.
        let there: usize = partial.pieces.values().map(|(piece, _)| piece.len()).sum();
        if partial.total != Some(there) {
            return Outcome::Waits;
        }
        let Some(partial) = self.partial.remove(&key) else { return Outcome::Waits };
        let pieces: Vec<_> = partial.pieces.into_values().map(|(piece, _)| piece).collect();
        let payload = pieces.concat();
        partial.first.map_or(Outcome::Nonsense, |first| Outcome::Whole(payload, Box::new(first)))
    }

    /// Gives up what is too old by `now`, one at a time: the first fragment, if it was there.
    pub fn expire(&mut self, now: Instant) -> Option<Option<Received>> {
        let (_, key) = self.oldest().filter(|(began, _)| *began + TIMEOUT <= now)?;
        Some(self.drop(key))
    }

    fn drop(&mut self, key: Key) -> Option<Received> {
        let partial = self.partial.remove(&key)?;
        self.dropped.extend(partial.pieces.into_values().map(|(_, tag)| tag));
        partial.first
    }

    /// A fragment that was kept for its others, and is given up with them.
    pub fn next_dropped(&mut self) -> Option<Tag> {
        self.dropped.pop()
    }

    fn oldest(&self) -> Option<(Instant, Key)> {
        self.partial.iter().map(|(&key, partial)| (partial.began, key)).min()
    }

    /// When the next is too old.
    pub fn poll_at(&self) -> Option<Instant> {
        Some(self.oldest()?.0 + TIMEOUT)
    }
}

impl Partial {
    fn fits(&self, offset: usize, end: usize, more: bool) -> bool {
        let before = self.pieces.range(..offset).next_back();
        let after = self.pieces.range(offset..).next();
        let last_end = self.pieces.last_key_value().map_or(0, |(at, (piece, _))| at + piece.len());
        before.is_none_or(|(at, (piece, _))| at + piece.len() <= offset)
            && after.is_none_or(|(&at, _)| end <= at)
            && self.total.is_none_or(|total| more && end <= total)
            && (more || end >= last_end)
            && self.pieces.len() < FRAGMENTS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::Link;
    use proptest::prelude::*;
    use wire::{Frame, PortId};

    fn key(ident: u32) -> Key {
        Key { from: IpAddress::v4(10, 0, 0, 1), to: IpAddress::v4(10, 0, 0, 2), protocol: 1, ident }
    }

    fn received() -> Received {
        Received {
            frame: Frame::copy_from(&[0; 20]),
            packet: 0..20,
            tag: Tag::default(),
            from: Link { port: PortId(0), vlan: None },
            to_group: false,
        }
    }

    fn add(all: &mut Reassembly, ident: u32, offset: usize, more: bool, payload: &[u8]) -> Outcome {
        all.add(Instant::ZERO, key(ident), &received(), Fragment { offset, more, payload })
    }

    #[test]
    fn fragments_that_overlap_are_dropped_with_all_others() {
        let mut all = Reassembly::default();
        assert!(matches!(add(&mut all, 1, 0, true, &[1; 16]), Outcome::Waits));
        assert!(matches!(add(&mut all, 1, 0, true, &[1; 16]), Outcome::Waits), "the same again is harmless");
        assert!(matches!(add(&mut all, 1, 8, false, &[2; 16]), Outcome::Nonsense));
        assert!(all.partial.is_empty());
    }

    #[test]
    fn nothing_is_behind_the_end() {
        let mut all = Reassembly::default();
        add(&mut all, 1, 8, false, &[1; 8]);
        assert!(matches!(add(&mut all, 1, 16, true, &[2; 8]), Outcome::Nonsense));
        add(&mut all, 1, 16, true, &[1; 8]);
        assert!(matches!(add(&mut all, 1, 0, false, &[2; 8]), Outcome::Nonsense));
    }

    #[test]
    fn what_does_not_come_together_is_given_up_after_a_minute_and_room_is_bounded() {
        let mut all = Reassembly::default();
        for ident in 0..100 {
            add(&mut all, ident, 0, true, &[1; 8]);
        }
        assert_eq!(all.partial.len(), PACKETS_MAX);
        let over = Instant::ZERO + TIMEOUT;
        assert_eq!(all.poll_at(), Some(over));
        assert!(all.expire(Instant::from_nanos(over.nanos() - 1)).is_none());
        assert!(matches!(all.expire(over), Some(Some(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn fragments_come_together_in_any_order(
            (cuts, order) in prop::collection::vec(1usize..20, 1..20).prop_flat_map(|cuts| {
                let order = Just((0..cuts.len()).collect::<Vec<_>>()).prop_shuffle();
                (Just(cuts), order)
            }),
        ) {
            let total: usize = cuts.iter().map(|units| units * 8).sum();
            let payload: Vec<u8> = (0..total).map(|at| (at / 3) as u8).collect();
            let mut all = Reassembly::default();
            for (number, &which) in order.iter().enumerate() {
                let offset: usize = cuts[..which].iter().map(|units| units * 8).sum();
                let end = offset + cuts[which] * 8;
                match add(&mut all, 1, offset, which + 1 < cuts.len(), &payload[offset..end]) {
                    Outcome::Whole(whole, _) => {
                        prop_assert_eq!(number + 1, order.len());
                        prop_assert_eq!(&whole, &payload);
                    }
                    Outcome::Waits => prop_assert!(number + 1 < order.len()),
                    Outcome::Nonsense => prop_assert!(false),
                }
            }
        }
    }
}
