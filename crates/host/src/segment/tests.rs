use super::*;
use proptest::prelude::*;
use smoltcp::wire::{EthernetFrame, EthernetProtocol, Ipv4Address, Ipv6Address, TcpSeqNumber};

const HEADERS: usize = TCP_HEADER_BYTES;
const IPV4_HEADER_BYTES: usize = wire::header::IPV4_HEADER_BYTES;

/// A segment of this much payload, with timestamps-like options.
fn segment(version: IpVersion, payload: &[u8], (fin, psh): (bool, bool)) -> Frame {
    let (ip_len, ethertype) = match version {
        IpVersion::Ipv4 => (IPV4_HEADER_BYTES, EthernetProtocol::Ipv4),
        IpVersion::Ipv6 => (IPV6_HEADER_BYTES, EthernetProtocol::Ipv6),
    };
    let tcp_len = HEADERS + 12;
    let total = ip_len + tcp_len + payload.len();
    Frame::build(ETHERNET_HEADER_BYTES + total, |bytes| {
        let mut ethernet = EthernetFrame::new_unchecked(&mut bytes[..]);
        ethernet.set_ethertype(ethertype);
        let packet = &mut bytes[ETHERNET_HEADER_BYTES..];
        let (source, destination) = match version {
            IpVersion::Ipv4 => {
                let mut ip = Ipv4Packet::new_unchecked(&mut packet[..]);
                ip.set_version(4);
                ip.set_header_len(20);
                ip.set_total_len(total as u16);
                ip.set_dont_frag(true);
                ip.set_hop_limit(64);
                ip.set_next_header(IpProtocol::Tcp);
                ip.set_src_addr(Ipv4Address::new(10, 0, 0, 1));
                ip.set_dst_addr(Ipv4Address::new(10, 0, 1, 2));
                ip.fill_checksum();
                (ip.src_addr().into(), ip.dst_addr().into())
            }
            IpVersion::Ipv6 => {
                let mut ip = Ipv6Packet::new_unchecked(&mut packet[..]);
                ip.set_version(6);
                ip.set_payload_len((total - ip_len) as u16);
                ip.set_next_header(IpProtocol::Tcp);
                ip.set_hop_limit(64);
                ip.set_src_addr(Ipv6Address::new(0xfd00, 0, 0, 0, 0, 0, 0, 1));
                ip.set_dst_addr(Ipv6Address::new(0xfd00, 0, 0, 1, 0, 0, 0, 2));
                (IpAddress::from(ip.src_addr()), IpAddress::from(ip.dst_addr()))
            }
        };
        let mut tcp = TcpPacket::new_unchecked(&mut packet[ip_len..]);
        tcp.set_src_port(49_152);
        tcp.set_dst_port(80);
        tcp.set_seq_number(TcpSeqNumber(i32::MAX - 700));
        tcp.set_header_len(tcp_len as u8);
        tcp.set_ack(true);
        tcp.set_fin(fin);
        tcp.set_psh(psh);
        tcp.options_mut().copy_from_slice(&[1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8]);
        tcp.payload_mut().copy_from_slice(payload);
        tcp.fill_checksum(&source, &destination);
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_pieces_of_a_segment_are_the_segment(
        v6 in any::<bool>(),
        payload in prop::collection::vec(any::<u8>(), 1..1_500),
        mtu in 68usize..1_600,
        flags in any::<(bool, bool)>(),
    ) {
        let version = if v6 { IpVersion::Ipv6 } else { IpVersion::Ipv4 };
        let whole = segment(version, &payload, flags);
        let room = mtu.saturating_sub(headers(&whole).unwrap().tcp - ETHERNET_HEADER_BYTES);
        let pieces = cut(&whole, mtu);
        prop_assert_eq!(pieces.is_empty(), room == 0 || whole.len() - ETHERNET_HEADER_BYTES <= mtu);
        let mut joined = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            let last = number == pieces.len() - 1;
            let of = headers(piece).unwrap();
            prop_assert_eq!(of.end, piece.len());
            prop_assert!(piece.len() - ETHERNET_HEADER_BYTES <= mtu);
            let (source, destination) = match version {
                IpVersion::Ipv4 => {
                    let ip = Ipv4Packet::new_checked(&piece[ETHERNET_HEADER_BYTES..]).unwrap();
                    prop_assert!(ip.verify_checksum() && ip.dont_frag());
                    prop_assert_eq!(usize::from(ip.ident()), number);
                    (IpAddress::from(ip.src_addr()), IpAddress::from(ip.dst_addr()))
                }
                IpVersion::Ipv6 => {
                    let ip = Ipv6Packet::new_checked(&piece[ETHERNET_HEADER_BYTES..]).unwrap();
                    (IpAddress::from(ip.src_addr()), IpAddress::from(ip.dst_addr()))
                }
            };
            let tcp = TcpPacket::new_checked(&piece[of.ip..]).unwrap();
            prop_assert!(tcp.verify_checksum(&source, &destination));
            prop_assert_eq!(tcp.seq_number(), TcpSeqNumber(i32::MAX - 700) + joined.len());
            prop_assert_eq!((tcp.fin(), tcp.psh()), (last && flags.0, last && flags.1));
            prop_assert!(tcp.ack());
            prop_assert_eq!(&piece[of.ip + HEADERS..of.tcp], &whole[of.ip + HEADERS..of.tcp], "the options");
            joined.extend_from_slice(&piece[of.tcp..]);
        }
        prop_assert!(pieces.is_empty() || joined == payload);
    }

    #[test]
    fn any_bytes_are_cut_without_a_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..200), mtu in 0usize..100) {
        for start in [&[0x08, 0x00, 0x45][..], &[0x86, 0xdd, 0x60]] {
            if let Some(place) = bytes.get_mut(12..15) {
                place.copy_from_slice(start);
            }
            let frame = Frame::copy_from(&bytes);
            for piece in cut(&frame, mtu) {
                prop_assert!(piece.len() <= frame.len());
            }
            for piece in fragment(&frame, mtu, 7) {
                prop_assert!(piece.len() <= frame.len() + 8);
            }
            clamp_mss(&mut frame.clone(), mtu.max(1_280));
        }
    }
}

#[test]
fn a_segment_that_begins_or_resets_a_connection_is_never_cut() {
    for flag in [0x02, 0x04, 0x20] {
        let whole = segment(IpVersion::Ipv4, &[7; 1_000], (false, false));
        let changed = Frame::build(whole.len(), |bytes| {
            bytes.copy_from_slice(&whole);
            bytes[ETHERNET_HEADER_BYTES + 20 + 13] |= flag;
        });
        assert!(cut(&changed, 576).is_empty());
        assert!(!cut(&whole, 576).is_empty());
    }
}

#[test]
fn what_routers_may_fragment_has_an_identification_and_a_right_checksum() {
    let mut frame = segment(IpVersion::Ipv4, &[7; 100], (false, true));
    let_fragment(&mut frame, 0x1234);
    let ip = Ipv4Packet::new_checked(&frame[ETHERNET_HEADER_BYTES..]).unwrap();
    assert!(!ip.dont_frag() && ip.verify_checksum());
    assert_eq!(ip.ident(), 0x1234);
}

#[test]
fn fragments_fit_the_mtu_and_are_the_packet_again() {
    use crate::reassembly::{Outcome, Reassembly};
    for (version, ethertype) in [(IpVersion::Ipv4, [8, 0]), (IpVersion::Ipv6, [0x86, 0xdd])] {
        let payload: Vec<u8> = (0..=255).cycle().take(8_000).collect();
        let mut whole = segment(version, &payload, (false, false));
        if version == IpVersion::Ipv4 {
            let_fragment(&mut whole, 77);
        }
        let mut reassembly = Reassembly::default();
        let mut pieces = fragment(&whole, 1_280, 77);
        assert_eq!(pieces.len(), 7);
        pieces.reverse();
        let last = pieces.len() - 1;
        for (number, piece) in pieces.iter_mut().enumerate() {
            piece.make_mut()[12..14].copy_from_slice(&ethertype);
            assert!(piece.len() <= ETHERNET_HEADER_BYTES + 1_280);
            let frame = piece.clone();
            let ip = packet::received(&frame).unwrap();
            match reassembly.add(wire::Instant::ZERO, &frame, &ip) {
                Outcome::Waits => assert!(number < last),
                Outcome::Whole(again) => {
                    assert_eq!(number, last);
                    assert_eq!(again[ETHERNET_HEADER_BYTES..], whole[ETHERNET_HEADER_BYTES..]);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
