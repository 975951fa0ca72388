//! What is remembered for a while: things with a lifetime from their last use on.
//!
//! There are few lifetimes and each has a queue of its own, so the first of a queue is the one that was idle longest.

use std::collections::{BTreeMap, BTreeSet};
use wire::{Duration, Instant};

/// Things in numbered slots. Numbers are used again.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    slots: Vec<Option<Entry<T>>>,
    free: Vec<u32>,
    /// By lifetime: when each is over.
    queues: BTreeMap<Duration, BTreeSet<(Instant, u32)>>,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    value: T,
    lifetime: Duration,
    over: Instant,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), queues: BTreeMap::new() }
    }
}

impl<T> Table<T> {
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Remembers `value` until `lifetime` after `now`, and gives its slot.
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

    /// It was used: it lasts until `lifetime` after `now`.
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

    /// Forgets it.
    pub(crate) fn remove(&mut self, slot: u32) -> Option<T> {
        let entry = self.slots.get_mut(slot as usize)?.take()?;
        if let Some(queue) = self.queues.get_mut(&entry.lifetime) {
            queue.remove(&(entry.over, slot));
        }
        self.free.push(slot);
        Some(entry.value)
    }

    /// When the first is over.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.queues.values().filter_map(|queue| Some(queue.first()?.0)).min()
    }

    /// The slot of the first that is over by `now`.
    pub(crate) fn due(&self, now: Instant) -> Option<u32> {
        let (over, slot) = self.queues.values().filter_map(|queue| queue.first()).min()?;
        (*over <= now).then_some(*slot)
    }

    /// The slot that was idle longest among those of the shortest lifetime.
    pub(crate) fn most_dispensable(&self) -> Option<u32> {
        self.queues.values().find_map(|queue| Some(queue.first()?.1))
    }

    /// All, by slot.
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
    fn what_is_used_lasts_and_what_is_idle_is_due_in_order() {
        let [short, long] = [60, 240].map(Duration::from_secs);
        let mut table = Table::default();
        let [a, b, c] =
            [("a", short), ("b", short), ("c", long)].map(|(name, life)| table.insert(at(0), life, name));
        table.touch(a, at(10), short);
        assert_eq!(table.next(), Some(at(60)));
        assert_eq!(table.due(at(59)), None);
        assert_eq!(table.due(at(60)), Some(b));
        table.remove(b);
        assert_eq!((table.next(), table.most_dispensable()), (Some(at(70)), Some(a)));
        table.touch(a, at(20), long);
        assert_eq!((table.due(at(300)), table.most_dispensable()), (Some(c), Some(c)));
        assert_eq!(table.iter().map(|(_, name)| *name).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!((table.insert(at(20), short, "d"), table.len()), (b, 3));
    }
}
