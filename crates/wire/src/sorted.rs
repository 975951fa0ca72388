//! A map and a set that are sorted vectors, and a sort, each in little code.
//!
//! The standard library's trees and sorts are compiled anew for every type, at five to eight kilobytes each, which every
//! visitor of the page loads; a sorted vector takes one tenth of that. It is searched by halves. Inserting and removing move
//! what comes after, so this is for tables of some thousand entries at most, or whose keys arrive in order.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::iter::{FusedIterator, Map};
use std::ops::{Bound, Deref, Index, RangeBounds};
use std::{mem, slice, vec};

/// A map in the order of its keys.
#[derive(Clone, PartialEq, Eq)]
pub struct SortedMap<K, V> {
    entries: Vec<(K, V)>,
}

/// The entries of a [`SortedMap`], in order.
pub type Iter<'a, K, V> = Map<slice::Iter<'a, (K, V)>, fn(&'a (K, V)) -> (&'a K, &'a V)>;
/// The entries of a [`SortedMap`] with values that can be changed, in order.
pub type IterMut<'a, K, V> = Map<slice::IterMut<'a, (K, V)>, fn(&'a mut (K, V)) -> (&'a K, &'a mut V)>;

impl<K, V> SortedMap<K, V> {
    /// Creates an empty map.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// The number of entries.
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no entries.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// The entries, in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + FusedIterator + Clone {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + FusedIterator + Clone {
        self.entries.iter().map(|(_, value)| value)
    }

    /// The values, in the order of their keys.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// The keys, in order.
    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator {
        self.entries.into_iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.entries.into_iter().map(|(_, value)| value)
    }

    /// The entry with the greatest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.entries.last().map(|(key, value)| (key, value))
    }

    /// Removes the entries for which `stays` returns false.
    pub fn retain(&mut self, mut stays: impl FnMut(&K, &mut V) -> bool) {
        self.entries.retain_mut(|(key, value)| stays(key, value));
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.entries.binary_search_by(|(here, _)| here.borrow().cmp(key))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|place| &self.entries[place].1)
    }

    /// The value of a key.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|place| &mut self.entries[place].1)
    }

    /// Whether a key has a value.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Sets the value of a key; returns the one before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(place) => Some(mem::replace(&mut self.entries[place].1, value)),
            Err(place) => {
                self.entries.insert(place, (key, value));
                None
            }
        }
    }

    /// Removes a key; returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|place| self.entries.remove(place).1)
    }

    /// The place of a key, filled or not.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry { place: self.place(&key), entries: &mut self.entries, key }
    }

    /// The entries with keys in a range, in order.
    pub fn range(&self, keys: impl RangeBounds<K>) -> Iter<'_, K, V> {
        self.entries[within(&self.entries, keys, |(key, _)| key)].iter().map(|(key, value)| (key, value))
    }
}

fn within<T, K: Ord>(all: &[T], keys: impl RangeBounds<K>, key: impl Fn(&T) -> &K) -> std::ops::Range<usize> {
    let first = match keys.start_bound() {
        Bound::Included(first) => all.partition_point(|one| key(one) < first),
        Bound::Excluded(before) => all.partition_point(|one| key(one) <= before),
        Bound::Unbounded => 0,
    };
    let end = match keys.end_bound() {
        Bound::Included(last) => all.partition_point(|one| key(one) <= last),
        Bound::Excluded(end) => all.partition_point(|one| key(one) < end),
        Bound::Unbounded => all.len(),
    };
    first..end.max(first)
}

/// The place of one key in a [`SortedMap`].
pub struct Entry<'a, K, V> {
    entries: &'a mut Vec<(K, V)>,
    key: K,
    place: Result<usize, usize>,
}

impl<'a, K, V> Entry<'a, K, V> {
    /// The key's value, made now if it has none.
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> &'a mut V {
        let place = match self.place {
            Ok(place) => place,
            Err(place) => {
                self.entries.insert(place, (self.key, value()));
                place
            }
        };
        &mut self.entries[place].1
    }

    /// The key's value; `value` if it has none.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The key's value; the default if it has none.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Borrow<Q>, V, Q: Ord + ?Sized> Index<&Q> for SortedMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the map has this key")
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

/// Of several entries with one key the last counts.
impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SortedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut SortedMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }
}

/// A set in order, read as a slice.
#[derive(Clone, PartialEq, Eq)]
pub struct SortedSet<T> {
    items: Vec<T>,
}

impl<T> SortedSet<T> {
    /// Creates an empty set.
    pub const fn new() -> Self {
        Self { items: Vec::new() }
    }
}

impl<T: Ord> SortedSet<T> {
    /// Whether it contains an item.
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.items.binary_search_by(|here| here.borrow().cmp(item)).is_ok()
    }

    /// Adds an item; `false` if it was there.
    pub fn insert(&mut self, item: T) -> bool {
        let place = self.items.binary_search(&item);
        if let Err(place) = place {
            self.items.insert(place, item);
        }
        place.is_err()
    }

    /// Removes an item; `false` if it was not there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let place = self.items.binary_search_by(|here| here.borrow().cmp(item));
        place.map(|place| self.items.remove(place)).is_ok()
    }
}

impl<T> Deref for SortedSet<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for SortedSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::new();
        set.extend(items);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for SortedSet<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// Sorts; items that compare as equal stay in their order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut sources = order(items.len(), &mut |a, b| compare(&items[a as usize], &items[b as usize]));
    // Where each item comes from is a permutation: each of its cycles is followed once.
    for start in 0..items.len() {
        let mut to = start;
        loop {
            let from = mem::replace(&mut sources[to], to as u32) as usize;
            if from == start {
                break;
            }
            items.swap(to, from);
            to = from;
        }
    }
}

/// Sorts by a key; items of equal keys stay in their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// The numbers below `len` in the order of what they stand for: the one sort, whatever is sorted.
#[inline(never)]
fn order(len: usize, compare: &mut dyn FnMut(u32, u32) -> Ordering) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..len as u32).collect();
    numbers.sort_by(|&a, &b| compare(a, b));
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn pairs(map: &SortedMap<u8, u32>) -> Vec<(u8, u32)> {
        map.iter().map(|(&key, &value)| (key, value)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_what_the_standard_map_is(
            steps in prop::collection::vec((any::<u8>(), any::<u32>(), 0u8..4), 0..200),
            [from, to] in any::<[u8; 2]>(),
        ) {
            let mut tree = BTreeMap::new();
            let mut map = SortedMap::new();
            for (key, value, step) in steps {
                match step {
                    0 => prop_assert_eq!(map.remove(&key), tree.remove(&key)),
                    1 => *map.entry(key).or_default() ^= { *tree.entry(key).or_default() ^= value; value },
                    _ => prop_assert_eq!(map.insert(key, value), tree.insert(key, value)),
                }
                prop_assert_eq!(map.get(&value.to_be_bytes()[0]), tree.get(&value.to_be_bytes()[0]));
            }
            prop_assert_eq!(pairs(&map), tree.iter().map(|(&key, &value)| (key, value)).collect::<Vec<_>>());
            prop_assert_eq!(map.len(), tree.len());
            prop_assert_eq!(map.last_key_value(), tree.last_key_value());
            prop_assert_eq!(format!("{map:?}"), format!("{tree:?}"));
            let [from, to] = [from.min(to), from.max(to)];
            prop_assert!(map.range(from..to).eq(tree.range(from..to)));
            prop_assert!(map.range(from..=to).eq(tree.range(from..=to)));
            prop_assert!(map.range(..to).eq(tree.range(..to)));
            prop_assert!(map.range(from..).eq(tree.range(from..)));
            map.retain(|key, _| key % 3 == 0);
            tree.retain(|key, _| key % 3 == 0);
            prop_assert!(map.iter().eq(tree.iter()));
            prop_assert!(map.into_iter().eq(tree));
        }

        #[test]
        fn it_is_what_the_standard_set_is(steps in prop::collection::vec((any::<u8>(), any::<bool>()), 0..200)) {
            let mut tree = BTreeSet::new();
            let mut set = SortedSet::new();
            for (item, put) in steps {
                if put {
                    prop_assert_eq!(set.insert(item), tree.insert(item));
                } else {
                    prop_assert_eq!(set.remove(&item), tree.remove(&item));
                }
                prop_assert!(set.contains(&item) == put);
            }
            prop_assert_eq!(format!("{set:?}"), format!("{tree:?}"));
            prop_assert!(set.into_iter().eq(tree));
        }

        #[test]
        fn it_sorts_as_the_standard_sort_does(
            items in prop::collection::vec((0u8..20, any::<u32>()), 0..300),
        ) {
            let [mut ours, mut standard] = [items.clone(), items];
            sort_by_key(&mut ours, |(key, _)| *key);
            standard.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(&ours, &standard);
        }
    }

    #[test]
    fn of_several_entries_with_one_key_the_last_counts() {
        assert_eq!(pairs(&SortedMap::from([(2, 1), (1, 2), (2, 3)])), [(1, 2), (2, 3)]);
        assert_eq!(SortedMap::from([(2, 1), (1, 2)])[&1], 2);
        assert_eq!(*SortedSet::from([2, 1, 2]), [1, 2]);
    }
}
