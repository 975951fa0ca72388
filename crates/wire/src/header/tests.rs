use super::*;
use proptest::prelude::*;
use smoltcp::wire::{EthernetAddress, IpAddress, IpProtocol, IpVersion, Ipv4Packet, Ipv6Address, Ipv6Packet};

const TO: [u8; 6] = [2, 0, 0, 0, 0, 1];
const FROM: [u8; 6] = [2, 0, 0, 0, 0, 2];

fn frame(words: &[u16], payload: &[u8]) -> Vec<u8> {
    let words: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    [&TO[..], &FROM, &words, payload].concat()
}

/// An IPv6 packet of UDP behind these extension headers, given as their bytes with their own number first.
fn ipv6(extensions: &[(u8, Vec<u8>)], upper: u8, payload: &[u8]) -> Vec<u8> {
    let mut numbers = extensions.iter().map(|(number, _)| *number).chain([upper]);
    let mut body = Vec::new();
    let first = numbers.next().unwrap();
    for ((_, bytes), next) in extensions.iter().zip(numbers) {
        body.push(next);
        body.extend_from_slice(&bytes[1..]);
    }
    body.extend_from_slice(payload);
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend_from_slice(&(body.len() as u16).to_be_bytes());
    packet.extend_from_slice(&[first, 64]);
    packet.extend_from_slice(&Ipv6Address::LOCALHOST.octets());
    packet.extend_from_slice(&Ipv6Address::new(0xfd00, 0, 0, 0, 0, 0, 0, 1).octets());
    packet.extend_from_slice(&body);
    packet
}

fn fragment_header(offset: u16, more: bool, ident: u32) -> (u8, Vec<u8>) {
    let place = (offset | u16::from(more)).to_be_bytes();
    (44, [&[0, 0][..], &place, &ident.to_be_bytes()].concat())
}

#[test]
fn tags_are_read_one_by_one_and_all_at_once() {
    // A provider's VLAN 9, a customer's VLAN 7 with priority 5, then ARP.
    let bytes = frame(&[0x88a8, 9, 0x8100, 0xa007, 0x0806], b"arp");
    let outer = Ethernet::read(&bytes).unwrap();
    assert_eq!((outer.destination, outer.source), (EthernetAddress(TO), EthernetAddress(FROM)));
    assert_eq!((outer.kind, outer.payload_at), (EtherType::PROVIDER_VLAN, 14));
    let (tag, middle) = outer.untag().unwrap();
    assert_eq!((tag.vlan(), middle.kind, middle.payload_at), (Some(9), EtherType::VLAN, 18));
    let (tag, inner) = middle.untag().unwrap();
    assert_eq!((tag, tag.vlan()), (VlanTag(0xa007), Some(7)));
    assert_eq!((inner.kind, inner.payload_at, inner.payload()), (EtherType::ARP, 22, &b"arp"[..]));
    assert_eq!(inner.untag(), None);
    assert_eq!(outer.innermost(), inner);
}

#[test]
fn a_priority_tag_names_no_vlan() {
    let bytes = frame(&[0x8100, 0xe000, 0x0800], &[]);
    assert_eq!(Ethernet::read(&bytes).unwrap().untag().unwrap().0.vlan(), None);
}

#[test]
fn a_frame_that_ends_within_its_tag_keeps_the_type_of_the_tag() {
    let bytes = frame(&[0x8100, 7, 0x0800], &[]);
    for len in 14..18 {
        let ethernet = Ethernet::read(&bytes[..len]).unwrap();
        assert_eq!((ethernet.untag(), ethernet.innermost().kind), (None, EtherType::VLAN));
    }
    assert_eq!(Ethernet::read(&bytes[..13]), None);
}

#[test]
fn a_length_instead_of_a_type_bounds_the_payload() {
    let bytes = frame(&[3], b"llc and padding");
    let ethernet = Ethernet::read(&bytes).unwrap();
    assert_eq!((ethernet.kind.length(), ethernet.payload()), (Some(3), &b"llc"[..]));
    let bytes = frame(&[0x05ff], b"shorter than it states");
    assert_eq!(Ethernet::read(&bytes).unwrap().payload(), b"shorter than it states");
}

#[test]
fn the_ip_packet_of_a_frame_has_the_version_that_the_type_states() {
    let v4 =
        [&[0x45, 0, 0, 20, 0, 7, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2][..], b"padding"].concat();
    let v6 = ipv6(&[], 17, &[0, 1, 0, 2, 0, 8, 0, 0]);
    let ip = |kind, packet: &[u8]| {
        let bytes = frame(&[kind], packet);
        Ethernet::read(&bytes).unwrap().ip().map(|ip| (ip.source.version(), ip.len, ip.dont_fragment))
    };
    assert_eq!(ip(0x0800, &v4), Some((IpVersion::Ipv4, 20, true)));
    assert_eq!(ip(0x86dd, &v6), Some((IpVersion::Ipv6, 48, false)));
    assert_eq!((ip(0x86dd, &v4), ip(0x0800, &v6), ip(0x0806, &v4)), (None, None, None));
    assert_eq!((ip(0x0800, &v4[..19]), ip(0x0800, &[])), (None, None), "cut");
    let tagged = frame(&[0x8100, 7, 0x0800], &v4);
    let outer = Ethernet::read(&tagged).unwrap();
    assert_eq!((outer.ip(), outer.innermost().ip()), (None, Ip::read(&v4)));
}

#[test]
fn extension_headers_are_walked_to_the_payload() {
    let hop_by_hop = (0, vec![0, 0, 1, 4, 0, 0, 0, 0]);
    let routing = (43, [&[0, 2][..], &[0; 22]].concat());
    let packet = ipv6(&[hop_by_hop, routing], 17, &[3, 0xe8, 0, 53, 0, 8, 0, 0]);
    let ip = Ip::read(&packet).unwrap();
    assert_eq!((ip.protocol, ip.payload_at, ip.protocol_at), (IpProtocol::Udp, 72, 48));
    assert_eq!((ip.ports(), ip.fragment), (Some((1_000, 53)), None));
    // Cut within the routing header.
    let ip = Ip::read_start(&packet[..71]).unwrap();
    assert_eq!((ip.is_chain_cut, ip.protocol, ip.payload_at), (true, IpProtocol::Ipv6Route, 48));
    assert_eq!(Ip::read(&packet[..71]), None);
}

#[test]
fn behind_the_header_of_a_later_fragment_there_is_data() {
    // The data happens to begin like ports.
    let packet = ipv6(&[fragment_header(1_280, true, 9)], 17, &[3, 0xe8, 0, 53, 0, 8, 0, 0]);
    let ip = Ip::read(&packet).unwrap();
    assert_eq!(ip.fragment, Some(Fragment { offset: 1_280, more: true, ident: 9 }));
    assert_eq!((ip.protocol, ip.ports(), ip.payload().len()), (IpProtocol::Udp, None, 8));
    // Nor is there another extension header, even if the next header's number is one.
    let packet = ipv6(&[fragment_header(8, false, 9)], 60, &[17, 255]);
    assert_eq!(Ip::read(&packet).map(|ip| (ip.protocol, ip.payload_at)), Some((IpProtocol::Ipv6Opts, 48)));
}

#[test]
fn an_atomic_fragment_is_whole() {
    let packet = ipv6(&[fragment_header(0, false, 9)], 17, &[3, 0xe8, 0, 53, 0, 8, 0, 0]);
    let ip = Ip::read(&packet).unwrap();
    assert_eq!(
        (ip.fragment.map(|fragment| fragment.is_part()), ip.ports()),
        (Some(false), Some((1_000, 53)))
    );
}

#[test]
fn icmp_is_read_only_under_its_own_ip_version() {
    let message = [128, 0, 0, 0, 1, 2, 0, 3];
    let packet = ipv6(&[], 58, &message);
    let icmp = Ip::read(&packet).unwrap().icmp().unwrap();
    assert_eq!((icmp.kind, icmp.code, icmp.ident(), icmp.sequence()), (128, 0, 0x102, 3));
    assert_eq!(Ip::read(&ipv6(&[], 1, &message)).unwrap().icmp(), None);
    assert_eq!(Ip::read(&ipv6(&[], 58, &message[..7])).unwrap().icmp(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is read of a whole packet is what smoltcp reads of it.
    #[test]
    fn ipv4_is_read_as_smoltcp_reads_it(
        mut bytes in prop::collection::vec(any::<u8>(), 20..100), ihl in 4u8..9, len in 16u16..110,
    ) {
        bytes[0] = 0x40 | ihl;
        bytes[2..4].copy_from_slice(&len.to_be_bytes());
        let theirs = Ipv4Packet::new_checked(&bytes[..]).ok().filter(|_| ihl >= 5);
        let ours = Ip::read(&bytes);
        prop_assert_eq!(ours.is_some(), theirs.is_some());
        if let (Some(ours), Some(theirs)) = (ours, theirs) {
            prop_assert_eq!(ours.source, IpAddress::from(theirs.src_addr()));
            prop_assert_eq!(ours.destination, IpAddress::from(theirs.dst_addr()));
            prop_assert_eq!(ours.protocol, theirs.next_header());
            prop_assert_eq!(ours.hop_limit, theirs.hop_limit());
            prop_assert_eq!(ours.payload(), theirs.payload());
            let part = theirs.more_frags() || theirs.frag_offset() > 0;
            prop_assert_eq!(ours.fragment, part.then(|| Fragment {
                offset: theirs.frag_offset().into(), more: theirs.more_frags(), ident: theirs.ident().into(),
            }));
            prop_assert_eq!(ours.verify_checksum(), theirs.verify_checksum());
        }
    }

    /// Whatever the extension headers are, the walk ends where the one that wrote them says.
    #[test]
    fn any_chain_of_extension_headers_is_walked_to_its_end(
        units in prop::collection::vec((prop::sample::select(vec![0u8, 43, 60]), 0u8..6), 0..12),
        payload in prop::collection::vec(any::<u8>(), 4..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let extensions: Vec<_> = units.iter().map(|&(number, units)| {
            let mut bytes = vec![0; 8 + usize::from(units) * 8];
            bytes[1] = units;
            (number, bytes)
        }).collect();
        let packet = ipv6(&extensions, 6, &payload);
        let ip = Ip::read(&packet).unwrap();
        prop_assert_eq!((ip.protocol, ip.payload()), (IpProtocol::Tcp, &payload[..]));
        prop_assert_eq!(ip.len, packet.len());
        prop_assert_eq!(Ipv6Packet::new_checked(&packet[..]).unwrap().total_len(), packet.len());
        prop_assert_eq!(packet[ip.protocol_at], 6);
        // However much is missing, nothing is read that is not there.
        let start = &packet[..cut.index(packet.len())];
        prop_assert_eq!(Ip::read(start), None);
        if let Some(ip) = Ip::read_start(start) {
            prop_assert!(ip.payload_at <= ip.end && ip.end == start.len());
            prop_assert_eq!(ip.is_chain_cut, ip.protocol != IpProtocol::Tcp);
        }
    }

    /// Bytes from a hostile link: often enough of a known type and version to get far.
    #[test]
    fn no_bytes_are_too_odd_to_be_read(
        mut bytes in prop::collection::vec(any::<u8>(), 0..160),
        kind in prop::sample::select(vec![0x0800u16, 0x86dd, 0x8100, 0x88a8, 5]),
        version in prop::sample::select(vec![0x45u8, 0x4f, 0x60]),
        next in prop::sample::select(vec![0u8, 6, 17, 43, 44, 58, 60]),
    ) {
        if bytes.len() > 60 {
            bytes[12..14].copy_from_slice(&kind.to_be_bytes());
            bytes[14] = version;
            bytes[20] = next;
        }
        if let Some(ethernet) = Ethernet::read(&bytes) {
            let inner = ethernet.innermost();
            prop_assert!(inner.payload_at <= bytes.len());
            let payload = inner.payload();
            if let Some(ip) = Ip::read_start(payload) {
                prop_assert!(ip.payload_at <= ip.end && ip.end <= payload.len() && ip.end <= ip.len);
                prop_assert!(ip.protocol_at < ip.payload_at);
                prop_assert_eq!(ip.payload().len(), ip.end - ip.payload_at);
                let _ = (ip.ports(), ip.icmp(), ip.verify_checksum(), Ip::read(payload));
            }
        }
    }
}
