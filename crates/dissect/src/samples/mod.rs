//! Frames to test with, written by smoltcp as its stacks write them, and `by_hand` where they do not.

pub mod by_hand;

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::time::Duration;
use smoltcp::wire::*;

pub const MAC_A: EthernetAddress = EthernetAddress([0x02, 0x50, 0, 0, 0, 1]);
pub const MAC_B: EthernetAddress = EthernetAddress([0x02, 0x50, 0, 0, 0, 2]);
pub const A: Ipv4Address = Ipv4Address::new(10, 0, 0, 1);
pub const B: Ipv4Address = Ipv4Address::new(10, 0, 0, 2);
pub const A6: Ipv6Address = Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
pub const B6: Ipv6Address = Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 2);

/// Every kind of frame that is explained, with its name.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![
        ("arp request", arp(ArpOperation::Request, A, B)),
        ("arp reply", arp(ArpOperation::Reply, B, A)),
        ("arp probe", arp(ArpOperation::Request, Ipv4Address::UNSPECIFIED, A)),
        ("arp announcement", arp(ArpOperation::Request, A, A)),
        ("echo request", echo(false)),
        ("echo reply", echo(true)),
        ("port unreachable", port_unreachable()),
        ("time exceeded", time_exceeded()),
        ("syn", tcp(syn())),
        ("syn-ack", tcp(syn_ack())),
        ("ack", tcp(ack())),
        ("ack with sack", tcp(ack_with_sack())),
        ("data", tcp(data())),
        ("fin", tcp(TcpRepr { control: TcpControl::Fin, ..ack() })),
        ("rst", tcp(TcpRepr { control: TcpControl::Rst, ..ack() })),
        ("tcp over ipv6", tcp6(data())),
        ("udp", udp()),
        (
            "datagram",
            ipv4(IpProtocol::Udp, &udp_datagram_between([49154, 12345], A.into(), B.into(), b"hello")),
        ),
        ("udp over ipv6", udp6()),
        ("echo request over ipv6", icmpv6(Icmpv6Repr::EchoRequest { ident: 7, seq_no: 1, data: b"abcd" })),
        ("echo reply over ipv6", icmpv6(Icmpv6Repr::EchoReply { ident: 7, seq_no: 1, data: b"abcd" })),
        ("packet too big", packet_too_big()),
        ("neighbor solicitation", neighbor_solicitation()),
        ("neighbor advertisement", neighbor_advertisement()),
        ("router solicitation", ndp(NdiscRepr::RouterSolicit { lladdr: Some(MAC_A.into()) })),
        ("router advertisement", router_advertisement()),
        ("fragment, first", fragment(0, true)),
        ("fragment, last", fragment(1480, false)),
        ("fragment over ipv6", fragment6()),
        ("hop-by-hop options", hop_by_hop()),
        ("other ip protocol", ipv4(IpProtocol::Unknown(253), b"experiment")),
        ("gratuitous arp reply", arp(ArpOperation::Reply, A, A)),
        ("redirect", redirect()),
        ("segment with all flags", with_flags(0x1fd)),
        ("segment without flags", with_flags(0)),
        ("vlan", tagged(tcp(TcpRepr { src_port: 49161, ..syn() }))),
        ("llc", llc()),
        ("vlan in a vlan", provider_tagged(tagged(udp()))),
        ("raw", ethernet(EthernetProtocol::Unknown(0x88b5), MAC_B, b"no IP in here")),
    ];
    all.extend(by_hand::all());
    all
}

fn caps() -> ChecksumCapabilities {
    ChecksumCapabilities::default()
}

pub fn ethernet(ethertype: EthernetProtocol, dst_addr: EthernetAddress, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; ETHERNET_HEADER_LEN];
    EthernetRepr { src_addr: MAC_A, dst_addr, ethertype }.emit(&mut EthernetFrame::new_unchecked(&mut frame));
    frame.extend(payload);
    frame
}

pub fn arp(operation: ArpOperation, source: Ipv4Address, target: Ipv4Address) -> Vec<u8> {
    let repr = ArpRepr::EthernetIpv4 {
        operation,
        source_hardware_addr: MAC_A,
        source_protocol_addr: source,
        target_hardware_addr: if operation == ArpOperation::Request {
            EthernetAddress([0; 6])
        } else {
            MAC_B
        },
        target_protocol_addr: target,
    };
    let mut payload = vec![0; repr.buffer_len()];
    repr.emit(&mut ArpPacket::new_unchecked(&mut payload));
    let to = if operation == ArpOperation::Request { EthernetAddress::BROADCAST } else { MAC_B };
    ethernet(EthernetProtocol::Arp, to, &payload)
}

fn ipv4_repr(next_header: IpProtocol, payload_len: usize) -> Ipv4Repr {
    Ipv4Repr { src_addr: A, dst_addr: B, next_header, payload_len, hop_limit: 64 }
}

fn ipv6_repr(next_header: IpProtocol, payload_len: usize, hop_limit: u8) -> Ipv6Repr {
    Ipv6Repr { src_addr: A6, dst_addr: B6, next_header, payload_len, hop_limit }
}

pub fn ipv4(protocol: IpProtocol, payload: &[u8]) -> Vec<u8> {
    let repr = ipv4_repr(protocol, payload.len());
    let mut packet = vec![0; repr.buffer_len()];
    repr.emit(&mut Ipv4Packet::new_unchecked(&mut packet), &caps());
    packet.extend(payload);
    ethernet(EthernetProtocol::Ipv4, MAC_B, &packet)
}

pub fn ipv6(protocol: IpProtocol, hop_limit: u8, payload: &[u8]) -> Vec<u8> {
    let repr = ipv6_repr(protocol, payload.len(), hop_limit);
    let mut packet = vec![0; repr.buffer_len()];
    repr.emit(&mut Ipv6Packet::new_unchecked(&mut packet));
    packet.extend(payload);
    ethernet(EthernetProtocol::Ipv6, MAC_B, &packet)
}

fn icmpv4(repr: Icmpv4Repr<'_>) -> Vec<u8> {
    let mut message = vec![0; repr.buffer_len()];
    repr.emit(&mut Icmpv4Packet::new_unchecked(&mut message), &caps());
    ipv4(IpProtocol::Icmp, &message)
}

pub fn echo(reply: bool) -> Vec<u8> {
    let (ident, seq_no, data) = (0x1234, 1, &b"abcdefgh"[..]);
    icmpv4(if reply {
        Icmpv4Repr::EchoReply { ident, seq_no, data }
    } else {
        Icmpv4Repr::EchoRequest { ident, seq_no, data }
    })
}

/// What a host answers to a datagram for a port without a listener.
pub fn port_unreachable() -> Vec<u8> {
    let datagram = udp_datagram(A.into(), B.into(), b"hello");
    icmpv4(Icmpv4Repr::DstUnreachable {
        reason: Icmpv4DstUnreachable::PortUnreachable,
        header: ipv4_repr(IpProtocol::Udp, datagram.len()),
        data: &datagram,
    })
}

/// A router quotes the IP header and eight bytes of a TCP segment.
pub fn time_exceeded() -> Vec<u8> {
    let segment = tcp_segment(A.into(), B.into(), data());
    icmpv4(Icmpv4Repr::TimeExceeded {
        reason: Icmpv4TimeExceeded::TtlExpired,
        header: ipv4_repr(IpProtocol::Tcp, segment.len()),
        data: &segment[..8],
    })
}

pub fn icmpv6(repr: Icmpv6Repr<'_>) -> Vec<u8> {
    icmpv6_with_hop_limit(repr, 64)
}

fn icmpv6_with_hop_limit(repr: Icmpv6Repr<'_>, hop_limit: u8) -> Vec<u8> {
    let mut message = vec![0; repr.buffer_len()];
    repr.emit(&A6, &B6, &mut Icmpv6Packet::new_unchecked(&mut message), &caps());
    ipv6(IpProtocol::Icmpv6, hop_limit, &message)
}

pub fn packet_too_big() -> Vec<u8> {
    let datagram = udp_datagram(A6.into(), B6.into(), &[0; 40]);
    let header = ipv6_repr(IpProtocol::Udp, datagram.len(), 63);
    icmpv6(Icmpv6Repr::PktTooBig { mtu: 1280, header, data: &datagram })
}

pub fn ndp(repr: NdiscRepr<'_>) -> Vec<u8> {
    icmpv6_with_hop_limit(Icmpv6Repr::Ndisc(repr), 255)
}

/// One that has passed a router, which must not be.
pub fn forwarded_neighbor_solicitation() -> Vec<u8> {
    let repr = NdiscRepr::NeighborSolicit { target_addr: B6, lladdr: None };
    icmpv6_with_hop_limit(Icmpv6Repr::Ndisc(repr), 254)
}

pub fn neighbor_solicitation() -> Vec<u8> {
    ndp(NdiscRepr::NeighborSolicit { target_addr: B6, lladdr: Some(MAC_A.into()) })
}

pub fn neighbor_advertisement() -> Vec<u8> {
    ndp(NdiscRepr::NeighborAdvert {
        flags: NdiscNeighborFlags::SOLICITED | NdiscNeighborFlags::OVERRIDE,
        target_addr: B6,
        lladdr: Some(MAC_B.into()),
    })
}

pub fn router_advertisement() -> Vec<u8> {
    ndp(NdiscRepr::RouterAdvert {
        hop_limit: 64,
        flags: NdiscRouterFlags::OTHER,
        router_lifetime: Duration::from_secs(1800),
        reachable_time: Duration::from_millis(0),
        retrans_time: Duration::from_millis(1000),
        lladdr: Some(MAC_A.into()),
        mtu: Some(1500),
        prefix_info: Some(NdiscPrefixInformation {
            prefix_len: 64,
            flags: NdiscPrefixInfoFlags::ON_LINK | NdiscPrefixInfoFlags::ADDRCONF,
            valid_lifetime: Duration::from_secs(86400),
            preferred_lifetime: Duration::from_secs(14400),
            prefix: Ipv6Address::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
        }),
    })
}

pub fn redirect() -> Vec<u8> {
    ndp(NdiscRepr::Redirect {
        target_addr: A6,
        dest_addr: B6,
        lladdr: Some(MAC_A.into()),
        redirected_hdr: None,
    })
}

pub fn with_flags(flags: u16) -> Vec<u8> {
    let mut segment = tcp_segment(A.into(), B.into(), TcpRepr { src_port: 49160, ..ack() });
    segment[12..14].copy_from_slice(&(0x5000 | flags).to_be_bytes());
    TcpPacket::new_unchecked(&mut segment).fill_checksum(&A.into(), &B.into());
    ipv4(IpProtocol::Tcp, &segment)
}

pub fn syn() -> TcpRepr<'static> {
    TcpRepr {
        src_port: 49152,
        dst_port: 5001,
        control: TcpControl::Syn,
        seq_number: TcpSeqNumber(1000),
        ack_number: None,
        window_len: 65535,
        window_scale: Some(2),
        max_seg_size: Some(1460),
        sack_permitted: true,
        sack_ranges: [None; 3],
        timestamp: None,
        payload: b"",
    }
}

pub fn syn_ack() -> TcpRepr<'static> {
    TcpRepr {
        src_port: 5001,
        dst_port: 49152,
        seq_number: TcpSeqNumber(-1),
        ack_number: Some(TcpSeqNumber(1001)),
        timestamp: Some(TcpTimestampRepr { tsval: 11, tsecr: 10 }),
        ..syn()
    }
}

pub fn ack() -> TcpRepr<'static> {
    TcpRepr {
        control: TcpControl::None,
        seq_number: TcpSeqNumber(1001),
        ack_number: Some(TcpSeqNumber(0)),
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        ..syn()
    }
}

fn ack_with_sack() -> TcpRepr<'static> {
    TcpRepr { sack_ranges: [Some((1460, 2920)), Some((4380, 5840)), None], ..ack() }
}

pub fn data() -> TcpRepr<'static> {
    TcpRepr { control: TcpControl::Psh, payload: b"eighteen bytes in.", ..ack() }
}

fn tcp_segment(source: IpAddress, destination: IpAddress, repr: TcpRepr<'_>) -> Vec<u8> {
    let mut segment = vec![0; repr.buffer_len()];
    repr.emit(&mut TcpPacket::new_unchecked(&mut segment), &source, &destination, &caps());
    segment
}

pub fn tcp(repr: TcpRepr<'_>) -> Vec<u8> {
    ipv4(IpProtocol::Tcp, &tcp_segment(A.into(), B.into(), repr))
}

/// From B to A.
pub fn tcp_back(repr: TcpRepr<'_>) -> Vec<u8> {
    turned(ipv4(IpProtocol::Tcp, &tcp_segment(B.into(), A.into(), repr)))
}

/// The answer of B to [`echo`].
pub fn echo_reply_of_b() -> Vec<u8> {
    turned(echo(true))
}

/// An IPv4 packet with its addresses exchanged; the checksums of header and payload stay right.
fn turned(mut frame: Vec<u8>) -> Vec<u8> {
    let (source, destination) = frame[26..34].split_at_mut(4);
    source.swap_with_slice(destination);
    frame
}

fn tcp6(repr: TcpRepr<'_>) -> Vec<u8> {
    ipv6(IpProtocol::Tcp, 64, &tcp_segment(A6.into(), B6.into(), repr))
}

fn udp_datagram(source: IpAddress, destination: IpAddress, payload: &[u8]) -> Vec<u8> {
    udp_datagram_between([49153, 7], source, destination, payload)
}

fn udp_datagram_between(
    [src_port, dst_port]: [u16; 2],
    source: IpAddress,
    destination: IpAddress,
    payload: &[u8],
) -> Vec<u8> {
    let repr = UdpRepr { src_port, dst_port };
    let mut datagram = vec![0; repr.header_len() + payload.len()];
    let mut packet = UdpPacket::new_unchecked(&mut datagram);
    let write = |data: &mut [u8]| data.copy_from_slice(payload);
    repr.emit(&mut packet, &source, &destination, payload.len(), write, &caps());
    datagram
}

pub fn udp() -> Vec<u8> {
    ipv4(IpProtocol::Udp, &udp_datagram(A.into(), B.into(), b"hello"))
}

pub fn udp6() -> Vec<u8> {
    ipv6(IpProtocol::Udp, 64, &udp_datagram(A6.into(), B6.into(), b"hello"))
}

/// A part of a UDP datagram with 1500 bytes of data.
pub fn fragment(offset: usize, more: bool) -> Vec<u8> {
    let datagram = udp_datagram(A.into(), B.into(), &[b'x'; 1500]);
    let end = if more { offset + 1480 } else { datagram.len() };
    let mut frame = ipv4(IpProtocol::Udp, &datagram[offset..end]);
    let mut ip = Ipv4Packet::new_unchecked(&mut frame[ETHERNET_HEADER_LEN..]);
    ip.set_ident(0xbeef);
    ip.set_dont_frag(false);
    ip.set_more_frags(more);
    ip.set_frag_offset(offset as u16);
    ip.fill_checksum();
    frame
}

fn extension(next_header: IpProtocol, data: &[u8]) -> Vec<u8> {
    let repr = Ipv6ExtHeaderRepr { next_header, length: 0, data };
    let mut header = vec![0; repr.header_len()];
    repr.emit(&mut Ipv6ExtHeader::new_unchecked(&mut header));
    header.extend(data);
    header
}

pub fn fragment6() -> Vec<u8> {
    let mut fields = [0; 6];
    Ipv6FragmentRepr { frag_offset: 181, more_frags: false, ident: 0xbeef }
        .emit(&mut Ipv6FragmentHeader::new_unchecked(&mut fields));
    let mut payload = extension(IpProtocol::Udp, &fields);
    payload.extend([b'x'; 60]);
    ipv6(IpProtocol::Ipv6Frag, 64, &payload)
}

pub fn hop_by_hop() -> Vec<u8> {
    let mut payload = extension(IpProtocol::Udp, &[5, 2, 0, 0, 1, 0]);
    payload.extend(udp_datagram(A6.into(), B6.into(), b"hello"));
    ipv6(IpProtocol::HopByHop, 1, &payload)
}

/// The frame in VLAN 100.
pub fn tagged(mut frame: Vec<u8>) -> Vec<u8> {
    frame.splice(12..12, [0x81, 0x00, 0x60, 100]);
    frame
}

/// The frame in VLAN 5 of a provider.
pub fn provider_tagged(mut frame: Vec<u8>) -> Vec<u8> {
    frame.splice(12..12, [0x88, 0xa8, 0xa0, 5]);
    frame
}

/// A spanning tree message, as far as the Ethernet and LLC headers go.
pub fn llc() -> Vec<u8> {
    let message = [&[0x42, 0x42, 0x03][..], &[0; 35]].concat();
    let length = EthernetProtocol::Unknown(message.len() as u16);
    let mut frame = ethernet(length, EthernetAddress([0x01, 0x80, 0xc2, 0, 0, 0]), &message);
    frame.extend([0; 8]);
    frame
}
