//! A table of entries that expire after a time without use.
//!
//! There are few lifetimes and each has a queue of its own, so the first of a queue is the one that was idle longest.

use wire::sorted::{SortedMap, SortedSet};
use wire::{Duration, Instant};

/// Entries in numbered slots. Numbers are reused.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    slots: Vec<Option<Entry<T>>>,
    free: Vec<u32>,
    /// For each lifetime, the entries by expiry.
    queues: SortedMap<Duration, SortedSet<(Instant, u32)>>,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    value: T,
    lifetime: Duration,
    over: Instant,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), queues: SortedMap::new() }
    }
}

impl<T> Table<T> {
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Adds a value that expires `lifetime` after `now`; returns its slot.
    pub(crate) fn insert(&mut self, now: Instant, lifetime: Duration, value: T) -> u32 {
        let over = now + lifetime;
        let entry = Some(Entry { value, lifetime, over });
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = entry;
                slot
            }
            None => {
                self.slots.push(entry);
                self.slots.len() as u32 - 1
            }
        };
        self.queues.entry(lifetime).or_default().insert((over, slot));
        slot
    }

    pub(crate) fn get(&self, slot: u32) -> Option<&T> {
        Some(&self.slots.get(slot as usize)?.as_ref()?.value)
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        Some(&mut self.slots.get_mut(slot as usize)?.as_mut()?.value)
    }

    /// Marks an entry as used: it expires `lifetime` after `now`.
    pub(crate) fn touch(&mut self, slot: u32, now: Instant, lifetime: Duration) {
        let Some(Some(entry)) = self.slots.get_mut(slot as usize) else { return };
        let over = now + lifetime;
        if (entry.lifetime, entry.over) == (lifetime, over) {
            return;
        }
        if let Some(queue) = self.queues.get_mut(&entry.lifetime) {
            queue.remove(&(entry.over, slot));
        }
        (entry.lifetime, entry.over) = (lifetime, over);
        self.queues.entry(lifetime).or_default().insert((over, slot));
    }

    /// Removes an entry.
    pub(crate) fn remove(&mut self, slot: u32) -> Option<T> {
        let entry = self.slots.get_mut(slot as usize)?.take()?;
        if let Some(queue) = self.queues.get_mut(&entry.lifetime) {
            queue.remove(&(entry.over, slot));
        }
        self.free.push(slot);
        Some(entry.value)
    }

    /// When the next entry expires.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.queues.values().filter_map(|queue| Some(queue.first()?.0)).min()
    }

    /// The slot of the first entry that has expired at `now`.
    pub(crate) fn due(&self, now: Instant) -> Option<u32> {
        let (over, slot) = self.queues.values().filter_map(|queue| queue.first()).min()?;
        (*over <= now).then_some(*slot)
    }

    /// The slot that was idle longest among those with the shortest lifetime.
    pub(crate) fn least_valuable(&self) -> Option<u32> {
        self.queues.values().find_map(|queue| Some(queue.first()?.1))
    }

    /// The slot that was idle longest among those whose lifetime is less than `lifetime`.
    pub(crate) fn idle_longest_below(&self, lifetime: Duration) -> Option<u32> {
        let below = self.queues.range(..lifetime);
        let firsts =
            below.filter_map(|(&lifetime, queue)| queue.first().map(|&(over, slot)| (over, lifetime, slot)));
        // Lifetimes differ, so the entry that was used last is not the one that expires last.
        firsts
            .min_by_key(|&(over, lifetime, slot)| (over.since(Instant::ZERO + lifetime), slot))
            .map(|(.., slot)| slot)
    }

    /// All entries, by slot.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.slots.iter().enumerate().filter_map(|(slot, entry)| Some((slot as u32, &entry.as_ref()?.value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(s)
    }

    #[test]
    fn used_entries_last_and_idle_ones_expire_in_order() {
        let [short, long] = [60, 240].map(Duration::from_secs);
        let mut table = Table::default();
        let [a, b, c] =
            [("a", short), ("b", short), ("c", long)].map(|(name, life)| table.insert(at(0), life, name));
        table.touch(a, at(10), short);
        assert_eq!(table.next(), Some(at(60)));
        assert_eq!(table.due(at(59)), None);
        assert_eq!(table.due(at(60)), Some(b));
        table.remove(b);
        assert_eq!((table.next(), table.least_valuable()), (Some(at(70)), Some(a)));
        table.touch(a, at(20), long);
        assert_eq!((table.due(at(300)), table.least_valuable()), (Some(c), Some(c)));
        assert_eq!(table.iter().map(|(_, name)| *name).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!((table.insert(at(20), short, "d"), table.len()), (b, 3));
    }

    #[test]
    fn the_entry_that_was_idle_longest_is_found_whatever_its_lifetime() {
        let [short, middle, long] = [60, 240, 7_440].map(Duration::from_secs);
        let mut table = Table::default();
        let slots = [(5, short), (1, middle), (0, long)].map(|(s, life)| table.insert(at(s), life, life));
        assert_eq!(table.idle_longest_below(long), Some(slots[1]), "used at 1 s");
        table.touch(slots[1], at(6), middle);
        assert_eq!(table.idle_longest_below(long), Some(slots[0]), "used at 5 s");
        assert_eq!(table.idle_longest_below(short), None);
    }
}
