//! RIP messages as bytes (RFC 2453, 4; RFC 2080, 2.1).

use crate::prefix::network;
use smoltcp::wire::{IpAddress, IpCidr, Ipv4Cidr, Ipv6Cidr};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The metric of an unreachable network (RFC 2453, 3.6).
pub const INFINITY: u8 = 16;
const HEADER: usize = 4;
const ENTRY: usize = 20;
/// Entries of one RIP-2 message (RFC 2453, 4).
const ENTRIES_V2: usize = 25;
/// The metric of a RIPng entry that is the next hop of those that follow (RFC 2080, 2.1.1).
const NEXT_HOP: u8 = 0xff;
const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;
const FAMILY_IP: u16 = 2;
const FAMILY_AUTHENTICATION: u16 = 0xffff;

/// The version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Version {
    /// RIP version 2, for IPv4.
    V2,
    /// RIPng, for IPv6.
    Ng,
}

/// The entry of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) to: IpCidr,
    /// The route tag, which is passed on unchanged.
    pub(super) tag: u16,
    /// The next hop; `None`: the sender.
    pub(super) via: Option<IpAddress>,
    pub(super) metric: u8,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A request for the whole table.
    WholeTable,
    /// A request for these networks.
    Request(Vec<Entry>),
    /// A response with these routes.
    Response(Vec<Entry>),
}

impl Version {
    /// The family's prefixes that can be routed: not those of groups, of loopbacks, of one link (RFC 2453, 3.9.2; RFC 2080, 2.4.2).
    pub(super) fn can_route(self, to: &IpCidr) -> bool {
        match (self, to) {
            (Self::V2, IpCidr::Ipv4(net)) => match net.address().octets()[0] {
                0 => net.prefix_len() == 0,
                127 | 224.. => false,
                1..=126 | 128..=223 => net.prefix_len() > 0,
            },
            (Self::Ng, IpCidr::Ipv6(net)) => {
                let address = net.address();
                let local =
                    address.is_loopback() || address.is_multicast() || address.is_unicast_link_local();
                !local && (!address.is_unspecified() || net.prefix_len() == 0)
            }
            (Self::V2, IpCidr::Ipv6(_)) | (Self::Ng, IpCidr::Ipv4(_)) => false,
        }
    }

    /// How many entries a message may have at this MTU.
    fn entries_max(self, mtu: usize) -> usize {
        match self {
            Self::V2 => (mtu.saturating_sub(20 + 8 + HEADER) / ENTRY).clamp(1, ENTRIES_V2),
            // At least a next hop and a route.
            Self::Ng => (mtu.saturating_sub(40 + 8 + HEADER) / ENTRY).max(2),
        }
    }
}

/// Reads a message; `None`: it is none, or must be ignored as a whole. Invalid entries are left out.
pub(super) fn read(version: Version, bytes: &[u8]) -> Option<Message> {
    let [command, number, _, _, rest @ ..] = bytes else { return None };
    let entries = rest.chunks_exact(ENTRY).filter_map(|entry| entry.first_chunk::<ENTRY>());
    match (version, number) {
        // Version 1 has no masks and is ignored. Later versions are read as version 2 (RFC 2453, 4.6).
        (Version::V2, 2..) | (Version::Ng, 1) => {}
        (Version::V2 | Version::Ng, _) => return None,
    }
    // A router without authentication must ignore authenticated messages (RFC 2453, 4.1).
    let authenticated = |entry: &[u8; ENTRY]| word(entry, 0) == FAMILY_AUTHENTICATION;
    if version == Version::V2 && entries.clone().any(authenticated) {
        return None;
    }
    match *command {
        REQUEST if is_whole(version, entries.clone()) => Some(Message::WholeTable),
        REQUEST => Some(Message::Request(read_entries(version, entries))),
        RESPONSE => {
            let mut entries = read_entries(version, entries);
            entries.retain(|entry| (1..=INFINITY).contains(&entry.metric) && version.can_route(&entry.to));
            Some(Message::Response(entries))
        }
        _ => None,
    }
}

/// One entry for nowhere with an infinite metric (RFC 2453, 3.9.1; RFC 2080, 2.4.1).
fn is_whole<'a>(version: Version, mut entries: impl Iterator<Item = &'a [u8; ENTRY]>) -> bool {
    let (Some(entry), None) = (entries.next(), entries.next()) else { return false };
    match version {
        Version::V2 => word(entry, 0) == 0 && entry[16..] == [0, 0, 0, INFINITY],
        Version::Ng => entry[..16] == [0; 16] && entry[18..] == [0, INFINITY],
    }
}

fn read_entries<'a>(version: Version, entries: impl Iterator<Item = &'a [u8; ENTRY]>) -> Vec<Entry> {
    match version {
        Version::V2 => entries.filter_map(read_v2).collect(),
        Version::Ng => {
            let mut via = None;
            entries.filter_map(|entry| read_ng(entry, &mut via)).collect()
        }
    }
}

fn read_v2(entry: &[u8; ENTRY]) -> Option<Entry> {
    let mask = u32::from_be_bytes(*entry[8..].first_chunk()?);
    let length = mask.leading_ones();
    let address = Ipv4Addr::from(*entry[4..].first_chunk::<4>()?);
    let holes = mask.checked_shl(length).unwrap_or(0) != 0;
    if word(entry, 0) != FAMILY_IP || holes || address.to_bits() & !mask != 0 {
        return None;
    }
    let via = Ipv4Addr::from(*entry[12..].first_chunk::<4>()?);
    let metric = u32::from_be_bytes(*entry[16..].first_chunk()?);
    Some(Entry {
        to: IpCidr::Ipv4(Ipv4Cidr::new(address, length as u8)),
        tag: word(entry, 2),
        via: (!via.is_unspecified()).then_some(IpAddress::Ipv4(via)),
        metric: u8::try_from(metric).unwrap_or(u8::MAX),
    })
}

fn read_ng(entry: &[u8; ENTRY], via: &mut Option<IpAddress>) -> Option<Entry> {
    let address = Ipv6Addr::from(*entry.first_chunk::<16>()?);
    let [length, metric] = [entry[18], entry[19]];
    if metric == NEXT_HOP {
        // Any other address stands for the sender (RFC 2080, 2.1.1).
        *via = address.is_unicast_link_local().then_some(IpAddress::Ipv6(address));
        return None;
    }
    if length > 128 {
        return None;
    }
    let to = IpCidr::Ipv6(Ipv6Cidr::new(address, length));
    (network(to) == to).then_some(Entry { to, tag: word(entry, 16), via: *via, metric })
}

/// A request for the whole table.
pub(super) fn whole_table(version: Version) -> Vec<u8> {
    let mut bytes = header(version, REQUEST);
    bytes.extend([0; ENTRY]);
    if let Some(metric) = bytes.last_mut() {
        *metric = INFINITY;
    }
    bytes
}

/// Responses with these entries, as many as needed at this MTU.
pub(super) fn responses(version: Version, entries: &[Entry], mtu: usize) -> Vec<Vec<u8>> {
    let longest = HEADER + version.entries_max(mtu) * ENTRY;
    let mut messages: Vec<Vec<u8>> = Vec::new();
    let mut said = None;
    for entry in entries {
        let fresh = || header(version, RESPONSE);
        let hop = |via: Option<IpAddress>| version == Version::Ng && via != entry.via;
        let needed = if hop(said) { 2 } else { 1 } * ENTRY;
        let message = match messages.pop() {
            Some(message) if message.len() + needed <= longest => message,
            full => {
                messages.extend(full);
                said = None;
                fresh()
            }
        };
        messages.push(message);
        let Some(message) = messages.last_mut() else { continue };
        if hop(said) {
            write_next_hop(message, entry.via);
            said = entry.via;
        }
        write(message, entry);
    }
    messages
}

fn header(version: Version, command: u8) -> Vec<u8> {
    let number = match version {
        Version::V2 => 2,
        Version::Ng => 1,
    };
    vec![command, number, 0, 0]
}

fn write(message: &mut Vec<u8>, entry: &Entry) {
    match entry.to {
        IpCidr::Ipv4(to) => {
            message.extend(FAMILY_IP.to_be_bytes());
            message.extend(entry.tag.to_be_bytes());
            message.extend(to.address().octets());
            message.extend(to.netmask().octets());
            let via = match entry.via {
                Some(IpAddress::Ipv4(via)) => via,
                Some(IpAddress::Ipv6(_)) | None => Ipv4Addr::UNSPECIFIED,
            };
            message.extend(via.octets());
            message.extend([0, 0, 0, entry.metric]);
        }
        IpCidr::Ipv6(to) => {
            message.extend(to.address().octets());
            message.extend(entry.tag.to_be_bytes());
            message.extend([to.prefix_len(), entry.metric]);
        }
    }
}

fn write_next_hop(message: &mut Vec<u8>, via: Option<IpAddress>) {
    let via = match via {
        Some(IpAddress::Ipv6(via)) => via,
        Some(IpAddress::Ipv4(_)) | None => Ipv6Addr::UNSPECIFIED,
    };
    message.extend(via.octets());
    message.extend([0, 0, 0, NEXT_HOP]);
}

fn word(bytes: &[u8; ENTRY], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn v4(text: &str, metric: u8) -> Entry {
        Entry { to: text.parse().unwrap(), tag: 7, via: None, metric }
    }

    #[test]
    fn a_response_of_version_2_is_as_rfc_2453_draws_it() {
        let mut entry = v4("10.1.0.0/16", 3);
        entry.via = Some(IpAddress::v4(10, 0, 0, 9));
        let bytes = responses(Version::V2, &[entry], 1_500);
        let expected = [2, 2, 0, 0, 0, 2, 0, 7, 10, 1, 0, 0, 255, 255, 0, 0, 10, 0, 0, 9, 0, 0, 0, 3];
        assert_eq!(bytes, [expected]);
        assert_eq!(read(Version::V2, &bytes[0]), Some(Message::Response(vec![entry])));
    }

    #[test]
    fn a_request_for_everything_is_known_in_both() {
        for version in [Version::V2, Version::Ng] {
            let bytes = whole_table(version);
            assert_eq!(read(version, &bytes), Some(Message::WholeTable));
            let two = [&bytes, &bytes[4..]].concat();
            assert!(matches!(read(version, &two), Some(Message::Request(_))));
            assert_eq!(read(version, &bytes[..4]), Some(Message::Request(vec![])));
        }
    }

    #[test]
    fn twenty_five_routes_fit_in_one_message_of_version_2() {
        let entries: Vec<_> = (0..60).map(|n| v4(&format!("10.{n}.0.0/16"), 1)).collect();
        let lengths: Vec<_> =
            responses(Version::V2, &entries, 1_500).iter().map(|m| (m.len() - 4) / 20).collect();
        assert_eq!(lengths, [25, 25, 10]);
        assert!(responses(Version::V2, &entries, 0).iter().all(|message| message.len() == 24));
    }

    #[test]
    fn the_mtu_bounds_a_message_of_ripng_and_each_begins_with_the_speaker_as_next_hop() {
        let via = |n: u16| Some(IpAddress::v6(0xfe80, 0, 0, 0, 0, 0, 0, n));
        let entry = |n: u32| Entry {
            to: format!("2001:db8:{n:x}::/48").parse().unwrap(),
            tag: 0,
            via: if n.is_multiple_of(7) { via(1) } else { None },
            metric: 2,
        };
        let entries: Vec<_> = (0..200).map(entry).collect();
        let messages = responses(Version::Ng, &entries, 1_280);
        assert!(messages.iter().all(|message| message.len() + 48 <= 1_280));
        assert!(messages[0].len() + 48 + 40 > 1_280);
        let read_back = messages.iter().flat_map(|message| match read(Version::Ng, message) {
            Some(Message::Response(entries)) => entries,
            other => panic!("{other:?}"),
        });
        assert_eq!(read_back.collect::<Vec<_>>(), entries);
    }

    #[test]
    fn what_cannot_be_a_route_is_left_out() {
        for wrong in [
            v4("127.0.0.0/8", 1),
            v4("224.0.0.0/8", 1),
            v4("240.0.0.0/4", 1),
            v4("0.0.0.0/8", 1),
            v4("10.0.0.1/8", 1),
            v4("10.0.0.0/8", 0),
            v4("10.0.0.0/8", 17),
        ] {
            let right = v4("0.0.0.0/0", 16);
            let bytes = &responses(Version::V2, &[wrong, right], 1_500)[0];
            assert_eq!(read(Version::V2, bytes), Some(Message::Response(vec![right])), "{wrong:?}");
        }
        for wrong in ["fe80::/64", "ff02::/16", "::1/128", "2001:db8::1/64", "::/8"] {
            let bytes = &responses(Version::Ng, &[v4(wrong, 1), v4("::/0", 1)], 1_500)[0];
            assert_eq!(read(Version::Ng, bytes), Some(Message::Response(vec![v4("::/0", 1)])), "{wrong}");
        }
    }

    #[test]
    fn a_mask_with_holes_an_authenticated_message_and_version_1_are_ignored() {
        let good = responses(Version::V2, &[v4("10.0.0.0/8", 1)], 1_500).remove(0);
        let with = |at: usize, value: &[u8]| {
            let mut bytes = good.clone();
            bytes[at..at + value.len()].copy_from_slice(value);
            read(Version::V2, &bytes)
        };
        assert_eq!(with(12, &[255, 0, 255, 0]), Some(Message::Response(vec![])));
        assert_eq!(with(4, &[255, 255]), None);
        assert_eq!(with(1, &[1]), None);
        assert!(with(1, &[3]).is_some());
        assert_eq!(with(16 + 4, &[1, 0, 0, 1]), Some(Message::Response(vec![])));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_read_and_what_is_read_is_written_the_same(
            mut bytes in prop::collection::vec(prop_oneof![Just(0), Just(2), Just(255), any::<u8>()], 0..150),
            command in 1u8..3,
        ) {
            for version in [Version::V2, Version::Ng] {
                if let [first, second, ..] = &mut bytes[..] {
                    (*first, *second) = (command, if version == Version::V2 { 2 } else { 1 });
                }
                if let Some(Message::Response(entries)) = read(version, &bytes) {
                    let again = responses(version, &entries, 9_000);
                    match again.first() {
                        Some(again) => prop_assert_eq!(read(version, again), Some(Message::Response(entries))),
                        None => prop_assert!(entries.is_empty()),
                    }
                }
            }
        }
    }
}
