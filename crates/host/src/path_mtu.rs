//! The path MTUs that a host has learned from ICMP errors (RFC 1191, RFC 8201).

use smoltcp::wire::IpAddress;
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

/// Destinations remembered; beyond that the oldest is forgotten.
const ENTRIES_MAX: usize = 64;
/// A path's MTU may grow, which no message reports: after this long the host's own is tried again (RFC 1191, 6.3; RFC 8201, 4).
const AGEING: Duration = Duration::from_secs(600);

/// What every IPv4 link has to carry (RFC 791, 3.2).
pub(crate) const V4_MIN: usize = 68;
/// What every IPv6 link has to carry (RFC 8200, 5).
pub(crate) const V6_MIN: usize = 1_280;

/// The MTUs that networks have (RFC 1191, table 7-1), with what PPPoE (RFC 2516) and the least of IPv6 add to them.
const PLATEAUS: [usize; 12] =
    [32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_280, 1_006, 576, 508, 296, V4_MIN];

/// The longest packet that a network carries which does not carry one of `bytes`.
pub(crate) fn plateau_below(bytes: usize, least: usize) -> Option<usize> {
    PLATEAUS.into_iter().find(|&plateau| plateau < bytes).filter(|&plateau| plateau >= least)
}

/// The least MTU of a path to this address.
pub(crate) const fn least(to: &IpAddress) -> usize {
    match to {
        IpAddress::Ipv4(_) => V4_MIN,
        IpAddress::Ipv6(_) => V6_MIN,
    }
}

#[derive(Default)]
pub(crate) struct PathMtus(SortedMap<IpAddress, (usize, Instant)>);

impl PathMtus {
    /// An ICMP error reports that packets to `to` have at most `mtu` bytes. Returns whether the path MTU has changed: a report
    /// cannot raise it, or lower it below what every link carries.
    pub fn learn(&mut self, now: Instant, to: IpAddress, mtu: usize, own: usize) -> bool {
        let known = self.0.get(&to).map_or(own, |(known, _)| *known);
        if mtu >= known || mtu < least(&to) {
            return false;
        }
        if self.0.len() >= ENTRIES_MAX && !self.0.contains_key(&to) {
            let oldest = self.0.iter().min_by_key(|(_, (_, since))| *since).map(|(to, _)| *to);
            oldest.map(|oldest| self.0.remove(&oldest));
        }
        self.0.insert(to, (mtu, now));
        true
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The path MTU to `to`, if it is less than the host's own MTU.
    pub fn get(&self, to: &IpAddress) -> Option<usize> {
        self.0.get(to).map(|(mtu, _)| *mtu)
    }

    /// Removes entries that are too old; returns their destinations.
    pub fn age(&mut self, now: Instant) -> Vec<IpAddress> {
        let mut old = Vec::new();
        self.0.retain(|to, (_, since)| {
            let stays = now - *since < AGEING;
            if !stays {
                old.push(*to);
            }
            stays
        });
        old
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: IpAddress = IpAddress::v4(10, 0, 1, 2);
    const TO_V6: IpAddress = IpAddress::v6(0xfd00, 0, 0, 1, 0, 0, 0, 2);

    #[test]
    fn only_a_shorter_length_that_every_link_carries_is_believed() {
        let mut mtus = PathMtus::default();
        assert!(!mtus.learn(Instant::ZERO, TO, 1_500, 1_500));
        assert!(!mtus.learn(Instant::ZERO, TO, 67, 1_500));
        assert!(!mtus.learn(Instant::ZERO, TO_V6, 1_279, 1_500));
        assert!(mtus.is_empty());
        assert!(mtus.learn(Instant::ZERO, TO, 1_400, 1_500));
        assert!(!mtus.learn(Instant::ZERO, TO, 1_401, 1_500));
        assert!(mtus.learn(Instant::ZERO, TO, 68, 1_500));
        assert!(mtus.learn(Instant::ZERO, TO_V6, 1_280, 1_500));
        assert_eq!((mtus.get(&TO), mtus.get(&TO_V6)), (Some(68), Some(1_280)));
    }

    #[test]
    fn the_oldest_goes_when_there_are_too_many_and_all_go_in_the_end() {
        let mut mtus = PathMtus::default();
        let address = |number: usize| IpAddress::v4(10, 0, 1, number as u8);
        let at = |number: usize| Instant::ZERO + Duration::from_secs(number as u64);
        for number in 0..=ENTRIES_MAX {
            mtus.learn(at(number), address(number), 1_400, 1_500);
        }
        assert_eq!((mtus.get(&address(0)), mtus.get(&address(1))), (None, Some(1_400)));
        assert_eq!(mtus.age(at(601)), [address(1)]);
        assert_eq!(mtus.age(at(10_000)).len(), ENTRIES_MAX - 1);
        assert!(mtus.is_empty());
    }

    #[test]
    fn plateaus_go_down_to_what_every_link_carries() {
        assert_eq!(plateau_below(1_500, V4_MIN), Some(1_492));
        assert_eq!(plateau_below(1_492, V6_MIN), Some(1_280));
        assert_eq!(plateau_below(1_280, V6_MIN), None);
        assert_eq!(plateau_below(68, V4_MIN), None);
    }
}
