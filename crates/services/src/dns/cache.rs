//! What was learned from other servers, while it lasts (RFC 1034, 4.3.4; RFC 2308).

use super::message::{Data, Kind, Record};
use super::name::Name;
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

/// Entries at most; then the one goes that would end the soonest.
pub const ENTRIES_MAX: usize = 1_024;
/// Nothing is kept longer than a day, in seconds.
const TTL_MAX: u32 = 86_400;
/// Negative answers are not kept longer than three hours, in seconds (RFC 2308, 5).
const NEGATIVE_TTL_MAX: u32 = 10_800;
/// The key of the answer that there is no such name, whatever the type.
const ANY_KIND: Kind = Kind(0);

/// How far an entry is believed (RFC 2181, 5.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// It came with a referral: good to go on with, but it answers no question.
    Referral,
    /// It was the answer to a question.
    Answer,
}

/// What is known about a name and a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its records; none: there are none of this type.
    pub records: Vec<Data>,
    /// There is no such name at all.
    pub no_such_name: bool,
    /// The start of the zone that a negative answer came with.
    pub soa: Option<Record>,
    /// How far it is believed.
    pub trust: Trust,
    /// When it ends.
    pub until: Instant,
}

/// A cache.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    entries: SortedMap<(Name, Kind), Entry>,
}

impl Cache {
    /// What is known about a name and a type at this moment.
    pub fn get(&self, now: Instant, name: &Name, kind: Kind, trust: Trust) -> Option<&Entry> {
        // A record with a time to live of zero is good for the question that it answers.
        let good = |kind| {
            self.entries.get(&(name.clone(), kind)).filter(|entry| entry.until >= now && entry.trust >= trust)
        };
        good(ANY_KIND).or_else(|| good(kind))
    }

    /// Keeps a set of records of one name and type.
    pub fn insert(&mut self, now: Instant, name: Name, records: &[Record], trust: Trust) {
        let Some(first) = records.first() else { return };
        let ttl = records.iter().map(|record| record.ttl).fold(TTL_MAX, u32::min);
        let data = records.iter().map(|record| record.data.clone()).collect();
        self.entries.remove(&(name.clone(), ANY_KIND));
        self.put(
            now,
            (name, first.data.kind()),
            ttl,
            Entry { records: data, no_such_name: false, soa: None, trust, until: now },
        );
    }

    /// Keeps a negative answer; without the start of the zone for this moment only (RFC 2308, 5).
    pub fn insert_negative(
        &mut self,
        now: Instant,
        name: Name,
        kind: Kind,
        no_such_name: bool,
        soa: Option<Record>,
    ) {
        let ttl = soa.as_ref().map_or(0, |soa| match &soa.data {
            Data::Soa(start) => soa.ttl.min(start.minimum).min(NEGATIVE_TTL_MAX),
            _ => 0,
        });
        let kind = if no_such_name { ANY_KIND } else { kind };
        self.put(
            now,
            (name, kind),
            ttl,
            Entry { records: Vec::new(), no_such_name, soa, trust: Trust::Answer, until: now },
        );
    }

    fn put(&mut self, now: Instant, key: (Name, Kind), ttl: u32, entry: Entry) {
        if self.entries.get(&key).is_some_and(|old| old.until > now && old.trust > entry.trust) {
            return;
        }
        if self.entries.len() >= ENTRIES_MAX && !self.entries.contains_key(&key) {
            self.entries.retain(|_, entry| entry.until > now);
        }
        if self.entries.len() >= ENTRIES_MAX && !self.entries.contains_key(&key) {
            let soonest =
                self.entries.iter().min_by_key(|(_, entry)| entry.until).map(|(key, _)| key.clone());
            soonest.and_then(|key| self.entries.remove(&key));
        }
        let until = now + Duration::from_secs(ttl.into());
        self.entries.insert(key, Entry { until, ..entry });
    }

    /// The entries that are good at this moment: name, type (`None`: all, there is no such name), and entry.
    pub fn entries(&self, now: Instant) -> impl Iterator<Item = (&Name, Option<Kind>, &Entry)> {
        let good = self.entries.iter().filter(move |(_, entry)| entry.until > now);
        good.map(|((name, kind), entry)| (name, (*kind != ANY_KIND).then_some(*kind), entry))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

impl Entry {
    /// The records as an answer at this moment: their time to live runs down.
    pub fn answer(&self, now: Instant, name: &Name) -> Vec<Record> {
        let ttl = self.ttl(now);
        self.records.iter().map(|data| Record { name: name.clone(), ttl, data: data.clone() }).collect()
    }

    /// The start of the zone as part of a negative answer at this moment.
    pub fn authority(&self, now: Instant) -> Vec<Record> {
        let ttl = self.ttl(now);
        self.soa.iter().map(|soa| Record { ttl, ..soa.clone() }).collect()
    }

    /// The seconds that are left.
    pub fn ttl(&self, now: Instant) -> u32 {
        ((self.until - now).nanos() / 1_000_000_000) as u32
    }
}
