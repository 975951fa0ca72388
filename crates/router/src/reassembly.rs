//! Fragments put together again, of packets that are for the router itself (RFC 791, 3.2; RFC 1812, 5.2.1.1; RFC 8200, 4.5): an echo
//! request may be longer than a link on its way. What is forwarded is never put together.
//!
//! Fragments that overlap are not believed: the whole packet is dropped (RFC 5722 for IPv6, RFC 1858 for why).

use crate::packet::Received;
use smoltcp::wire::IpAddress;
use wire::node::Tag;
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

/// How long to wait for the other fragments (RFC 8200, 4.5; RFC 1122, 3.3.2, allows 60 to 120 s).
pub const TIMEOUT: Duration = Duration::from_secs(60);
/// Packets that are put together at a time; a further one pushes out the oldest.
pub const PACKETS_MAX: usize = 16;
/// Fragments of one packet.
const FRAGMENTS_MAX: usize = 128;
/// The longest payload.
const PAYLOAD_MAX: usize = 65_535;

/// The fields that the fragments of one packet share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The source.
    pub from: IpAddress,
    /// The destination.
    pub to: IpAddress,
    /// The protocol's number; 0 for IPv6.
    pub protocol: u8,
    /// The identification.
    pub ident: u32,
}

/// A fragment.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// Where its payload belongs, in bytes.
    pub offset: usize,
    /// Others follow.
    pub more: bool,
    /// Its payload.
    pub payload: &'a [u8],
}

/// The result of adding a fragment.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Other fragments are missing.
    Waits,
    /// The packet is complete: its payload, and its first fragment.
    Whole(Vec<u8>, Box<Received>),
    /// The fragment contradicts the others or is malformed. If it contradicts them, all are dropped.
    Nonsense,
}

#[derive(Clone, Debug)]
struct Partial {
    began: Instant,
    /// By offset: the bytes, and the owner's tag.
    pieces: SortedMap<usize, (Vec<u8>, Tag)>,
    total: Option<usize>,
    first: Option<Received>,
}

/// The packets that are being reassembled.
#[derive(Clone, Debug, Default)]
pub struct Reassembly {
    partial: SortedMap<Key, Partial>,
    dropped: Vec<Tag>,
}

impl Reassembly {
    /// Adds a fragment.
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
            pieces: SortedMap::new(),
            total: None,
            first: None,
        });
        if partial.pieces.get(&offset).is_some_and(|(piece, _)| piece == payload) {
            return Outcome::Waits; // A duplicate.
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
        // Fragments do not overlap, so the packet is complete when their lengths add up.
        let there: usize = partial.pieces.values().map(|(piece, _)| piece.len()).sum();
        if partial.total != Some(there) {
            return Outcome::Waits;
        }
        let Some(partial) = self.partial.remove(&key) else { return Outcome::Waits };
        let pieces: Vec<_> = partial.pieces.into_values().map(|(piece, _)| piece).collect();
        let payload = pieces.concat();
        partial.first.map_or(Outcome::Nonsense, |first| Outcome::Whole(payload, Box::new(first)))
    }

    /// Drops one packet that is too old at `now`; returns its first fragment, if that arrived. `None`: no packet is too old.
    pub fn expire(&mut self, now: Instant) -> Option<Option<Received>> {
        let (_, key) = self.oldest().filter(|(began, _)| *began + TIMEOUT <= now)?;
        Some(self.drop(key))
    }

    fn drop(&mut self, key: Key) -> Option<Received> {
        let partial = self.partial.remove(&key)?;
        self.dropped.extend(partial.pieces.into_values().map(|(_, tag)| tag));
        partial.first
    }

    /// The tag of one fragment that was dropped with its packet.
    pub fn next_dropped(&mut self) -> Option<Tag> {
        self.dropped.pop()
    }

    fn oldest(&self) -> Option<(Instant, Key)> {
        self.partial.iter().map(|(&key, partial)| (partial.began, key)).min()
    }

    /// When the next packet will be too old.
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
    fn a_fragment_beyond_the_last_is_refused() {
        let mut all = Reassembly::default();
        add(&mut all, 1, 8, false, &[1; 8]);
        assert!(matches!(add(&mut all, 1, 16, true, &[2; 8]), Outcome::Nonsense));
        add(&mut all, 1, 16, true, &[1; 8]);
        assert!(matches!(add(&mut all, 1, 0, false, &[2; 8]), Outcome::Nonsense));
    }

    #[test]
    fn incomplete_packets_are_dropped_after_a_minute_and_their_number_is_bounded() {
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
        fn fragments_are_reassembled_in_any_order(
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
