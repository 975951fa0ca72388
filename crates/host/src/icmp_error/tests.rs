use super::*;
use crate::path_mtu::V6_MIN;
use proptest::prelude::*;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, EthernetRepr, Icmpv4DstUnreachable, Icmpv4Repr,
    Icmpv4TimeExceeded, Icmpv6Repr, Ipv4Address, Ipv4Packet, Ipv4Repr, Ipv6Address, Ipv6Packet, Ipv6Repr,
};
use wire::Frame;
use wire::header::Ethernet;

const OWN: Ipv4Address = Ipv4Address::new(10, 0, 0, 1);
const TO: Ipv4Address = Ipv4Address::new(10, 0, 9, 2);
const ROUTER: Ipv4Address = Ipv4Address::new(10, 0, 0, 254);
const OWN_V6: Ipv6Address = Ipv6Address::new(0xfd00, 0, 0, 0, 0, 0, 0, 1);
const TO_V6: Ipv6Address = Ipv6Address::new(0xfd00, 0, 0, 9, 0, 0, 0, 2);
const ROUTER_V6: Ipv6Address = Ipv6Address::new(0xfd00, 0, 0, 0, 0, 0, 0, 0xfe);

fn ours(ip: IpAddress) -> bool {
    ip == OWN.into() || ip == OWN_V6.into()
}

fn frame(ethertype: EthernetProtocol, len: usize, fill: impl FnOnce(&mut [u8])) -> Frame {
    Frame::build(14 + len, |bytes| {
        let header = EthernetRepr {
            src_addr: EthernetAddress([2, 0x51, 0, 0, 0, 1]),
            dst_addr: EthernetAddress([2, 0x50, 0, 0, 0, 1]),
            ethertype,
        };
        header.emit(&mut EthernetFrame::new_unchecked(&mut bytes[..]));
        fill(&mut bytes[14..]);
    })
}

/// A router's error about a packet of the host to `TO` with this protocol, which begins with these bytes.
fn error_v4(next_header: IpProtocol, data: &[u8], error: fn(Ipv4Repr, &[u8]) -> Icmpv4Repr<'_>) -> Frame {
    let header = Ipv4Repr { src_addr: OWN, dst_addr: TO, next_header, payload_len: data.len(), hop_limit: 1 };
    let icmp = error(header, data);
    let payload_len = icmp.buffer_len();
    let ip = Ipv4Repr {
        src_addr: ROUTER,
        dst_addr: OWN,
        next_header: IpProtocol::Icmp,
        payload_len,
        hop_limit: 64,
    };
    frame(EthernetProtocol::Ipv4, 20 + payload_len, |bytes| {
        ip.emit(&mut Ipv4Packet::new_unchecked(&mut bytes[..]), &ChecksumCapabilities::default());
        icmp.emit(&mut Icmpv4Packet::new_unchecked(&mut bytes[20..]), &ChecksumCapabilities::default());
    })
}

fn unreachable(header: Ipv4Repr, data: &[u8]) -> Icmpv4Repr<'_> {
    Icmpv4Repr::DstUnreachable { reason: Icmpv4DstUnreachable::HostUnreachable, header, data }
}

fn expired(header: Ipv4Repr, data: &[u8]) -> Icmpv4Repr<'_> {
    Icmpv4Repr::TimeExceeded { reason: Icmpv4TimeExceeded::TtlExpired, header, data }
}

fn too_big_v4(mtu: u16, quoted_len: u16) -> Frame {
    let error = error_v4(IpProtocol::Udp, &[0, 1, 0, 2, 0, 8, 0, 0], |header, data| {
        Icmpv4Repr::DstUnreachable { reason: Icmpv4DstUnreachable::FragRequired, header, data }
    });
    Frame::build(error.len(), |bytes| {
        bytes.copy_from_slice(&error);
        bytes[14 + 20 + 6..][..2].copy_from_slice(&mtu.to_be_bytes());
        bytes[14 + 28 + 2..][..2].copy_from_slice(&quoted_len.to_be_bytes());
        Icmpv4Packet::new_unchecked(&mut bytes[14 + 20..]).fill_checksum();
    })
}

fn too_big(header: Ipv6Repr, data: &[u8]) -> Icmpv6Repr<'_> {
    Icmpv6Repr::PktTooBig { mtu: V6_MIN as u32, header, data }
}

fn error_v6(next_header: IpProtocol, data: &[u8], error: fn(Ipv6Repr, &[u8]) -> Icmpv6Repr<'_>) -> Frame {
    let header =
        Ipv6Repr { src_addr: OWN_V6, dst_addr: TO_V6, next_header, payload_len: data.len(), hop_limit: 1 };
    let icmp = error(header, data);
    let payload_len = icmp.buffer_len();
    let ip = Ipv6Repr {
        src_addr: ROUTER_V6,
        dst_addr: OWN_V6,
        next_header: IpProtocol::Icmpv6,
        payload_len,
        hop_limit: 64,
    };
    frame(EthernetProtocol::Ipv6, 40 + payload_len, |bytes| {
        ip.emit(&mut Ipv6Packet::new_unchecked(&mut bytes[..]));
        let packet = &mut Icmpv6Packet::new_unchecked(&mut bytes[40..]);
        icmp.emit(&ROUTER_V6, &OWN_V6, packet, &ChecksumCapabilities::default());
    })
}

/// What [`super::read`] reads in the packet of this frame.
fn read(frame: &[u8], is_ours: impl Fn(IpAddress) -> bool) -> Option<IcmpReport> {
    super::read(&Ethernet::read(frame)?.ip()?, is_ours)
}

const ECHO: [u8; 8] = [8, 0, 0, 0, 0xc0, 0x01, 0, 3];
const PORTS: [u8; 8] = [0xc0, 0x02, 0x82, 0x9a, 0, 8, 0, 0];

#[test]
fn an_error_is_matched_to_the_packet_that_it_quotes() {
    let error = read(&error_v4(IpProtocol::Icmp, &ECHO, unreachable), ours).unwrap();
    assert_eq!((error.from, error.what), (ROUTER.into(), IcmpError::HostUnreachable));
    let flow = Flow::Echo { ident: 0xc001, sequence: 3 };
    assert_eq!(error.of, Quoted { from: OWN.into(), to: TO.into(), flow });

    let error = read(&error_v4(IpProtocol::Udp, &PORTS, expired), ours).unwrap();
    assert_eq!(error.what, IcmpError::Expired);
    assert_eq!(error.of.flow, Flow::Udp { from: 0xc002, to: 33_434 });

    let error = read(&error_v4(IpProtocol::Tcp, &PORTS, unreachable), ours).unwrap();
    assert_eq!(error.of.flow, Flow::Tcp { from: 0xc002, to: 33_434 });

    let error = read(&error_v6(IpProtocol::Tcp, &PORTS, too_big), ours).unwrap();
    assert_eq!((error.from, error.what), (ROUTER_V6.into(), IcmpError::TooBig(1_280)));
    let flow = Flow::Tcp { from: 0xc002, to: 33_434 };
    assert_eq!(error.of, Quoted { from: OWN_V6.into(), to: TO_V6.into(), flow });
}

#[test]
fn an_icmpv6_error_is_matched_to_a_packet_that_it_quotes_with_extension_headers() {
    // Destination options, then a first fragment's header, then the ports.
    let data = [&[44, 0, 1, 4, 0, 0, 0, 0][..], &[17, 0, 0, 1, 0, 0, 0, 7], &PORTS].concat();
    let error = read(&error_v6(IpProtocol::Ipv6Opts, &data, too_big), ours).unwrap();
    assert_eq!(error.of.flow, Flow::Udp { from: 0xc002, to: 33_434 });
    // A later fragment has no ports.
    let data = [&[17, 0, 0, 8, 0, 0, 0, 7][..], &PORTS].concat();
    let error = read(&error_v6(IpProtocol::Ipv6Frag, &data, too_big), ours).unwrap();
    assert_eq!(error.of.flow, Flow::Other);
}

#[test]
fn a_router_that_does_not_say_how_long_a_packet_may_be_means_the_next_plateau() {
    let what = |mtu, quoted| read(&too_big_v4(mtu, quoted), ours).unwrap().what;
    assert_eq!(what(1_400, 1_500), IcmpError::TooBig(1_400));
    assert_eq!(what(0, 1_500), IcmpError::TooBig(1_492));
    assert_eq!(what(0, 1_492), IcmpError::TooBig(1_280));
    assert_eq!(read(&too_big_v4(0, 68), ours), None);
}

#[test]
fn what_is_damaged_or_about_somebody_else_is_not_believed() {
    let good = error_v4(IpProtocol::Icmp, &ECHO, unreachable);
    assert_eq!(read(&good, |ip| ip == TO.into()), None, "it is addressed to another host");
    for place in [14 + 20 + 4, 14 + 8] {
        let damaged = Frame::build(good.len(), |bytes| {
            bytes.copy_from_slice(&good);
            bytes[place] ^= 1;
        });
        assert_eq!(read(&damaged, ours), None, "byte {place}");
    }
    // A quoted packet that is not the host's own.
    let forged = Frame::build(good.len(), |bytes| {
        bytes.copy_from_slice(&good);
        bytes[14 + 28 + 15] = 77;
        Icmpv4Packet::new_unchecked(&mut bytes[14 + 20..]).fill_checksum();
    });
    assert_eq!(read(&forged, ours), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_error_that_breaks_off_or_is_overwritten_anywhere_is_read_without_a_panic(
        v6 in any::<bool>(),
        len in 0usize..120,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let good = match v6 {
            true => error_v6(IpProtocol::Icmpv6, &ECHO, too_big),
            false => error_v4(IpProtocol::Icmp, &ECHO, unreachable),
        };
        let mut bytes = good[..len.min(good.len())].to_vec();
        for (index, byte) in changes {
            if !bytes.is_empty() {
                let place = index.index(bytes.len());
                bytes[place] = byte;
            }
        }
        // Checksums that are right, so that the rest is looked at.
        if !v6 && bytes.len() > 14 + 28 && bytes[14] == 0x45 {
            Ipv4Packet::new_unchecked(&mut bytes[14..34]).fill_checksum();
            Icmpv4Packet::new_unchecked(&mut bytes[34..]).fill_checksum();
        }
        let _ = read(&bytes, |_| true);
    }
}
