//! The address table of a learning switch: the port on which each source address was last seen (IEEE 802.1Q-2022, 8.8).
//!
//! Learning is independent per VLAN (IVL): one address may be behind different ports in different VLANs. An address has 48 bits,
//! so the VLAN's twelve stand above it in the same number, and cost nothing to hash.

use crate::mac::PortId;
use crate::time::{Duration, Instant};
use smoltcp::wire::EthernetAddress;
use std::collections::BinaryHeap;

/// An address is removed when no frame from it was received for this long (IEEE 802.1Q-2022, table 8-6).
pub const AGEING: Duration = Duration::from_secs(300);
/// Real switches hold 8 to 32 thousand; the bound keeps a flood of forged sources from using up memory.
pub const ENTRIES_MAX: usize = 16_384;

/// The port or ports by which a frame is to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Egress {
    /// By this port alone.
    Port(PortId),
    /// By all ports but the one it came from: the destination is a group, or unknown.
    Flood,
    /// By none: the destination is behind the port that the frame came from.
    Filter,
}

/// The result of looking up one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The port or ports by which the frame is to leave.
    pub egress: Egress,
    /// The source is new, or has moved to this port.
    pub learned: bool,
}

/// The table of one switch.
#[derive(Clone, Debug)]
pub struct MacTable {
    entries: Entries,
    ageing: Duration,
    /// No entry can be older than its ageing before this moment, so no search is needed.
    sweep_at: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: Key,
    port: PortId,
    heard: Instant,
}

/// A hash table that is made for this one use: two look-ups for each frame, entries removed in bulk only. Measured in wasm, a look-up takes a
/// fourth of the standard table's time, whose groups of slots wasm has no instructions for. No slot of a removed entry is left behind, since
/// removing makes the table anew.
#[derive(Clone, Debug, Default)]
struct Entries {
    /// At most half full; their number is a power of two, or zero.
    slots: Vec<Option<Entry>>,
    len: usize,
}

impl Entries {
    const SLOTS_MIN: usize = 16;

    /// The index of this key's slot, or of the free slot where it belongs. `None`: there are no slots yet.
    #[inline]
    fn place(&self, key: Key) -> Option<usize> {
        let mask = self.slots.len().wrapping_sub(1);
        // The upper bits of the product depend on all bits of the key (Knuth, The Art of Computer Programming, 6.4).
        let mut place = (key.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        loop {
            match self.slots.get(place)? {
                Some(entry) if entry.key != key => place = (place + 1) & mask,
                _ => return Some(place),
            }
        }
    }

    #[inline]
    fn get(&self, key: Key) -> Option<&Entry> {
        self.slots[self.place(key)?].as_ref()
    }

    #[inline]
    fn get_mut(&mut self, key: Key) -> Option<&mut Entry> {
        let place = self.place(key)?;
        self.slots[place].as_mut()
    }

    /// Adds an entry whose key is not there.
    fn insert(&mut self, entry: Entry) {
        if self.slots.len() <= self.len * 2 {
            self.rebuild(Self::SLOTS_MIN.max(self.slots.len() * 2), |_| true);
        }
        let place = self.place(entry.key).expect("there are free slots");
        self.slots[place] = Some(entry);
        self.len += 1;
    }

    /// Makes the table anew, with the entries that are to be kept.
    fn rebuild(&mut self, slots: usize, keep: impl Fn(&Entry) -> bool) {
        let old = std::mem::replace(&mut self.slots, vec![None; slots]);
        self.len = 0;
        for entry in old.into_iter().flatten().filter(keep) {
            let place = self.place(entry.key).expect("there are free slots");
            self.slots[place] = Some(entry);
            self.len += 1;
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.slots.iter().flatten()
    }
}

impl Default for MacTable {
    fn default() -> Self {
        Self::new(AGEING)
    }
}

impl MacTable {
    /// An empty table whose entries are removed after `ageing`.
    pub fn new(ageing: Duration) -> Self {
        Self { entries: Entries::default(), ageing, sweep_at: Instant::ZERO + ageing }
    }

    /// Learns the frame's source and looks up its destination. Frames shorter than a header are filtered.
    #[inline]
    pub fn look(&mut self, now: Instant, ingress: PortId, frame: &[u8]) -> Lookup {
        let Some(header) = frame.first_chunk::<14>() else {
            return Lookup { egress: Egress::Filter, learned: false };
        };
        let learned = self.learn_key(now, ingress, Key::at::<6>(0, header));
        Lookup { egress: self.find_key(now, ingress, Key::at::<0>(0, header)), learned }
    }

    /// The same in one VLAN; 0 is the number for a switch without VLANs. Not inlined: its callers may be compiled for size, and this
    /// is to be fast.
    pub fn look_in(&mut self, now: Instant, vlan: u16, ingress: PortId, header: &[u8; 14]) -> Lookup {
        let learned = self.learn_key(now, ingress, Key::at::<6>(vlan, header));
        Lookup { egress: self.find_key(now, ingress, Key::at::<0>(vlan, header)), learned }
    }

    /// Learns a frame's source only; returns whether it is new, or has moved to this port.
    pub fn learn(&mut self, now: Instant, vlan: u16, ingress: PortId, header: &[u8; 14]) -> bool {
        self.learn_key(now, ingress, Key::at::<6>(vlan, header))
    }

    #[inline]
    fn find_key(&self, now: Instant, ingress: PortId, destination: Key) -> Egress {
        match self.entries.get(destination) {
            Some(entry) if now - entry.heard >= self.ageing => Egress::Flood,
            Some(entry) if entry.port == ingress => Egress::Filter,
            Some(entry) => Egress::Port(entry.port),
            // Unknown, or a group: groups are never learned.
            None => Egress::Flood,
        }
    }

    #[inline]
    fn learn_key(&mut self, now: Instant, port: PortId, source: Key) -> bool {
        if source.is_group() {
            return false;
        }
        let fresh = Entry { key: source, port, heard: now };
        if let Some(entry) = self.entries.get_mut(source) {
            let moved = entry.port != port || now - entry.heard >= self.ageing;
            *entry = fresh;
            return moved;
        }
        self.add(fresh)
    }

    #[cold]
    fn add(&mut self, fresh: Entry) -> bool {
        if self.entries.len >= ENTRIES_MAX {
            return false;
        }
        self.entries.insert(fresh);
        true
    }

    /// Removes what has aged and returns it, in order of VLAN and address. Cheap to call often: before the oldest entry can
    /// have aged it looks at nothing.
    #[inline]
    pub fn sweep(&mut self, now: Instant) -> Vec<(u16, EthernetAddress)> {
        if now < self.sweep_at { Vec::new() } else { self.remove_aged(now) }
    }

    #[cold]
    fn remove_aged(&mut self, now: Instant) -> Vec<(u16, EthernetAddress)> {
        let ageing = self.ageing;
        let aged = self.remove(|entry| now - entry.heard >= ageing);
        self.sweep_from_oldest(now);
        aged
    }

    fn remove(&mut self, which: impl Fn(&Entry) -> bool) -> Vec<(u16, EthernetAddress)> {
        // Sorted by a heap: the standard sort of these is 19 KB of wasm, for a list that is short and rare.
        let removed: BinaryHeap<_> =
            self.entries.iter().filter(|entry| which(entry)).map(|entry| entry.key).collect();
        if !removed.is_empty() {
            self.entries.rebuild(self.entries.slots.len(), |entry| !which(entry));
        }
        removed.into_sorted_vec().into_iter().map(|key| (key.vlan(), key.address())).collect()
    }

    fn sweep_from_oldest(&mut self, now: Instant) {
        let oldest = self.entries.iter().map(|entry| entry.heard).min().unwrap_or(now);
        self.sweep_at = oldest + self.ageing;
    }

    /// Changes the aging time, for the entries that exist, too.
    pub fn set_ageing(&mut self, now: Instant, ageing: Duration) {
        self.ageing = ageing;
        self.sweep_from_oldest(now);
    }

    /// When [`sweep`](Self::sweep) may next find something; `None` while the table is empty.
    pub fn sweep_at(&self) -> Option<Instant> {
        (self.entries.len > 0).then_some(self.sweep_at)
    }

    /// Removes all addresses behind this port, as when its cable is pulled, and returns them in order of VLAN and address.
    pub fn forget_port(&mut self, port: PortId) -> Vec<(u16, EthernetAddress)> {
        self.remove(|entry| entry.port == port)
    }

    /// Removes all entries and returns them in order of VLAN and address.
    pub fn clear(&mut self) -> Vec<(u16, EthernetAddress)> {
        self.remove(|_| true)
    }

    /// All entries in order of address: address, port, and when a frame from it was last received.
    pub fn entries(&self) -> Vec<(EthernetAddress, PortId, Instant)> {
        let entries: BinaryHeap<_> =
            self.entries.iter().map(|entry| (entry.key.address(), entry.port, entry.heard)).collect();
        entries.into_sorted_vec()
    }
}

/// An address as a number, its first byte the most significant, and above it the VLAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key(u64);

impl Key {
    /// The address at this offset of an Ethernet header: 0 or 6.
    fn at<const OFFSET: usize>(vlan: u16, header: &[u8; 14]) -> Self {
        let bytes = header[OFFSET..OFFSET + 8].try_into().expect("eight bytes are eight bytes");
        Self(u64::from_be_bytes(bytes) >> 16 | u64::from(vlan) << 48)
    }

    fn vlan(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// Whether it is a group's (IEEE 802-2014, 8.2): the least bit of its first byte.
    fn is_group(self) -> bool {
        self.0 >> 40 & 1 == 1
    }

    fn address(self) -> EthernetAddress {
        let [_, _, a, b, c, d, e, f] = self.0.to_be_bytes();
        EthernetAddress([a, b, c, d, e, f])
    }
}

/// The destination and the source of an Ethernet frame; `None` if it is shorter than its header.
pub fn addresses(frame: &[u8]) -> Option<(EthernetAddress, EthernetAddress)> {
    let header = frame.first_chunk::<14>()?;
    let (destination, rest) = header.split_first_chunk::<6>()?;
    Some((EthernetAddress(*destination), EthernetAddress(*rest.first_chunk::<6>()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: PortId = PortId(0);
    const B: PortId = PortId(1);

    fn frame(to: EthernetAddress, from: EthernetAddress) -> Vec<u8> {
        [&to.0[..], &from.0, &[8, 0]].concat()
    }

    fn at(secs: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(secs)
    }

    #[test]
    fn an_unknown_destination_is_flooded_until_it_has_sent() {
        let mut table = MacTable::default();
        let a_to_b = frame(B.mac(), A.mac());
        assert_eq!(table.look(at(0), A, &a_to_b), Lookup { egress: Egress::Flood, learned: true });
        let b_to_a = frame(A.mac(), B.mac());
        assert_eq!(table.look(at(1), B, &b_to_a), Lookup { egress: Egress::Port(A), learned: true });
        assert_eq!(table.look(at(2), A, &a_to_b), Lookup { egress: Egress::Port(B), learned: false });
    }

    #[test]
    fn broadcast_and_multicast_are_flooded_and_never_learned() {
        let mut table = MacTable::default();
        let group = EthernetAddress([1, 0, 0x5e, 0, 0, 1]);
        assert_eq!(table.look(at(0), A, &frame(EthernetAddress::BROADCAST, group)).egress, Egress::Flood);
        assert!(table.entries().is_empty());
    }

    #[test]
    fn a_frame_for_the_port_it_came_from_is_filtered() {
        let mut table = MacTable::default();
        table.look(at(0), A, &frame(B.mac(), A.mac()));
        assert_eq!(table.look(at(0), A, &frame(A.mac(), PortId(9).mac())).egress, Egress::Filter);
        assert_eq!(table.look(at(0), A, &[0; 13]).egress, Egress::Filter, "a runt");
    }

    #[test]
    fn an_address_is_forgotten_after_its_ageing_and_follows_a_move() {
        let mut table = MacTable::new(Duration::from_secs(10));
        table.look(at(0), A, &frame(B.mac(), A.mac()));
        assert!(table.sweep(at(9)).is_empty());
        assert_eq!(
            table.look(at(10), B, &frame(A.mac(), B.mac())).egress,
            Egress::Flood,
            "aged, though not swept"
        );
        assert_eq!(table.sweep(at(10)), [(0, A.mac())]);
        assert!(table.look(at(11), A, &frame(B.mac(), B.mac())).learned, "moved to another port");
        assert_eq!(table.entries(), [(B.mac(), A, at(11))]);
    }

    #[test]
    fn each_vlan_is_learned_by_itself() {
        let mut table = MacTable::default();
        let look = |table: &mut MacTable, vlan, ingress, to: PortId, from: PortId| {
            table.look_in(at(0), vlan, ingress, frame(to.mac(), from.mac()).first_chunk().unwrap())
        };
        assert!(look(&mut table, 10, A, B, A).learned);
        assert!(look(&mut table, 20, B, B, A).learned, "the same address elsewhere");
        assert_eq!(look(&mut table, 10, PortId(2), A, B).egress, Egress::Port(A));
        assert_eq!(look(&mut table, 20, PortId(2), A, B).egress, Egress::Port(B));
        assert_eq!(look(&mut table, 30, PortId(2), A, B).egress, Egress::Flood);
        assert_eq!(table.forget_port(A), [(10, A.mac())]);
        assert_eq!(table.clear(), [(10, B.mac()), (20, A.mac()), (20, B.mac()), (30, B.mac())]);
    }

    #[test]
    fn a_shorter_aging_time_applies_to_existing_entries() {
        let mut table = MacTable::default();
        table.look(at(0), A, &frame(B.mac(), A.mac()));
        table.set_ageing(at(1), Duration::from_secs(10));
        assert_eq!(table.sweep_at(), Some(at(10)));
        assert_eq!(table.sweep(at(10)), [(0, A.mac())]);
    }

    #[test]
    fn removing_some_of_many_addresses_leaves_the_others_where_they_are_found() {
        let mut table = MacTable::default();
        for n in 0..3_000 {
            table.look(at(0), PortId(n % 7), &frame(EthernetAddress::BROADCAST, PortId(n).mac()));
        }
        let forgotten = table.forget_port(PortId(3));
        assert_eq!(forgotten.len(), 3_000 / 7 + 1);
        for n in 0..3_000 {
            let found =
                table.look(at(1), PortId(9), &frame(PortId(n).mac(), EthernetAddress::BROADCAST)).egress;
            let known = if n % 7 == 3 { Egress::Flood } else { Egress::Port(PortId(n % 7)) };
            assert_eq!(found, known, "{n}");
        }
    }

    #[test]
    fn forged_sources_cannot_use_up_memory() {
        let mut table = MacTable::default();
        for n in 0..ENTRIES_MAX as u32 + 100 {
            table.look(at(0), A, &frame(EthernetAddress::BROADCAST, PortId(n).mac()));
        }
        assert_eq!(table.entries().len(), ENTRIES_MAX);
    }
}
