//! The running hash over everything that happens.
//!
//! Each event is a few words, and a call of the hash function for so few bytes costs several times what the hash itself does. So the bytes
//! are gathered and hashed in blocks, which gives the same hash.

use wire::Instant;
use xxhash_rust::xxh3::Xxh3Default;

/// A block: small enough to stay in a processor's first cache.
const BLOCK_BYTES: usize = 4_096;
/// The bytes of an event: its kind, its moment, and four words.
const EVENT_BYTES: usize = 1 + 5 * 8;

/// A hash of bytes in their order, however they are divided among calls.
pub(super) struct Fold {
    hashed: Xxh3Default,
    /// The bytes from here on are not hashed yet.
    block: Box<[u8; BLOCK_BYTES]>,
    filled: usize,
}

impl Default for Fold {
    fn default() -> Self {
        Self { hashed: Xxh3Default::new(), block: Box::new([0; BLOCK_BYTES]), filled: 0 }
    }
}

impl Fold {
    /// Adds an event's words, in the fixed shape that makes them unambiguous.
    #[inline]
    pub fn event(&mut self, kind: u8, at: Instant, words: [u64; 4]) {
        if self.filled + EVENT_BYTES > BLOCK_BYTES {
            self.hash_block();
        }
        let free = &mut self.block[self.filled..];
        let bytes = free.first_chunk_mut::<EVENT_BYTES>().expect("a hashed block is empty");
        bytes[0] = kind;
        let (places, _) = bytes[1..].as_chunks_mut::<8>();
        for (place, word) in places.iter_mut().zip([at.nanos(), words[0], words[1], words[2], words[3]]) {
            *place = word.to_le_bytes();
        }
        self.filled += EVENT_BYTES;
    }

    /// Adds bytes of any number.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.hash_block();
        self.hashed.update(bytes);
    }

    #[inline(never)] // It is rare.
    fn hash_block(&mut self) {
        self.hashed.update(&self.block[..self.filled]);
        self.filled = 0;
    }

    /// The hash of all that was added.
    pub fn digest(&self) -> u64 {
        let mut hashed = self.hashed.clone();
        hashed.update(&self.block[..self.filled]);
        hashed.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathered_bytes_have_the_hash_of_all_of_them_at_once() {
        let (mut fold, mut all) = (Fold::default(), Vec::new());
        for number in 0..500_u64 {
            let words = [number, number << 7, u64::MAX - number, 0];
            fold.event(number as u8, Instant::from_nanos(number), words);
            all.push(number as u8);
            all.extend([number].into_iter().chain(words).flat_map(u64::to_le_bytes));
            if number % 37 == 0 {
                fold.bytes(&all[..number as usize]);
                all.extend_from_within(..number as usize);
            }
            assert_eq!(fold.digest(), xxhash_rust::xxh3::xxh3_64(&all), "after {number}");
        }
    }
}
