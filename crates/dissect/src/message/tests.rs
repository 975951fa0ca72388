//! What kind of message each frame is.

use smoltcp::wire::{
    ArpOperation, EthernetAddress, EthernetProtocol, Icmpv6Repr, IpAddress, IpProtocol, IpVersion,
    Ipv4Address, NdiscRepr, TcpControl, TcpRepr,
};

use super::*;
use crate::samples::by_hand::{bpdu, dhcp_message, dns_message, igmp, llc, name, segment, wrapped};
use crate::samples::{self, A, A6, B, B6, MAC_A, MAC_B};

fn message(frame: &[u8]) -> Message<'_> {
    meaning(frame).message
}

#[test]
fn arp_messages_are_distinguished_by_their_addresses() {
    let arp = |operation, sender, target| match message(&samples::arp(operation, sender, target)) {
        Message::Arp(message) => message,
        other => panic!("{other:?}"),
    };
    let unspecified = Ipv4Address::UNSPECIFIED;
    assert_eq!(arp(ArpOperation::Request, A, B), ArpMessage::Request { sender: A, target: B });
    assert_eq!(arp(ArpOperation::Request, unspecified, A), ArpMessage::Probe { target: A });
    assert_eq!(arp(ArpOperation::Request, A, A), ArpMessage::Announcement { address: A, gratuitous: false });
    assert_eq!(arp(ArpOperation::Reply, B, A), ArpMessage::Reply { address: B, mac: MAC_A, requester: A });
    assert_eq!(arp(ArpOperation::Reply, A, A), ArpMessage::GratuitousReply { address: A, mac: MAC_A });
    let frame = samples::arp(ArpOperation::Unknown(7), A, B);
    assert_eq!(message(&frame), Message::Arp(ArpMessage::Other { operation: 7 }));
    assert_eq!(message(&frame[..30]), Message::Arp(ArpMessage::Unreadable));
}

#[test]
fn the_headers_around_a_message_are_in_its_meaning() {
    let frame = samples::tagged(samples::udp());
    let meaning = meaning(&frame);
    let ethernet = EthernetHeader { source: MAC_A, destination: MAC_B, vlan: meaning.ethernet.unwrap().vlan };
    assert_eq!(meaning.ethernet, Some(ethernet));
    assert!(ethernet.vlan.is_some());
    assert_eq!(meaning.ip.map(|ip| (ip.source, ip.hop_limit)), Some((A.into(), 64)));
    let untagged = samples::udp();
    assert_eq!(super::meaning(&untagged).ethernet.unwrap().vlan, None);
}

#[test]
fn an_echo_has_its_identifier_and_sequence_number() {
    let echo = Echo { version: IpVersion::Ipv4, identifier: 0x1234, sequence: 1, code: 0 };
    assert_eq!(message(&samples::echo(false)), Message::Icmp(IcmpMessage::EchoRequest(echo)));
    assert_eq!(message(&samples::echo(true)), Message::Icmp(IcmpMessage::EchoReply(echo)));
    let frame = samples::icmpv6(Icmpv6Repr::EchoRequest { ident: 7, seq_no: 1, data: b"abcd" });
    let echo = Echo { version: IpVersion::Ipv6, identifier: 7, sequence: 1, code: 0 };
    assert_eq!(message(&frame), Message::Icmp(IcmpMessage::EchoRequest(echo)));
    assert_eq!(
        message(&frame[..frame.len() - 6]),
        Message::Malformed(Malformed::Icmpv6Echo { reply: false })
    );
}

#[test]
fn an_error_has_its_reason_and_the_flow_of_the_packet_that_it_quotes() {
    let error = |frame: &[u8]| match message(frame) {
        Message::Icmp(IcmpMessage::Error(error)) => error,
        other => panic!("{other:?}"),
    };
    let port = error(&samples::port_unreachable());
    assert_eq!(port.reason, ErrorReason::Unreachable(Unreachable::Port));
    let quoted = port.quoted.unwrap();
    assert_eq!((quoted.source, quoted.protocol), (A.into(), IpProtocol::Udp));
    assert!(matches!(quoted.flow, QuotedFlow::Ports { .. }), "{quoted:?}");
    let exceeded = error(&samples::time_exceeded());
    assert_eq!(exceeded.reason, ErrorReason::TimeExceeded(TimeExceeded::HopLimit));
    assert!(exceeded.quoted.is_some());
    assert_eq!(error(&samples::packet_too_big()).reason, ErrorReason::PacketTooBig { mtu: Some(1280) });

    // A quotation of less than a header quotes nothing.
    let frame = samples::port_unreachable();
    assert_eq!(error(&frame[..50]).quoted, None);
}

#[test]
fn every_code_of_unreachable_has_a_reason() {
    let reason = |code: u8| {
        let message_bytes = [3, code, 0, 0, 0, 0, 5, 0];
        match message(&samples::ipv4(IpProtocol::Icmp, &message_bytes)) {
            Message::Icmp(IcmpMessage::Error(IcmpError {
                reason: ErrorReason::Unreachable(reason), ..
            })) => reason,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([0, 11].map(reason), [Unreachable::NoRoute; 2]);
    assert_eq!([1, 12].map(reason), [Unreachable::Host; 2]);
    assert_eq!(reason(2), Unreachable::Protocol);
    assert_eq!(reason(3), Unreachable::Port);
    assert_eq!(reason(4), Unreachable::FragmentationNeeded { mtu: 1280 });
    // 13 is what routers answer whose filter rejects a packet: its name says "filtered", not "prohibited".
    assert_eq!([9, 10, 13].map(reason), [Unreachable::Prohibited; 3]);
    assert_eq!([5, 6, 7, 8, 14, 15, 200].map(reason), [Unreachable::Other; 7]);
}

#[test]
fn neighbor_discovery_has_its_targets() {
    let ndp = |frame: &[u8]| match message(frame) {
        Message::Ndp(message) => message,
        other => panic!("{other:?}"),
    };
    let link_address = Some(MAC_A.into());
    assert_eq!(
        ndp(&samples::neighbor_solicitation()),
        NdpMessage::NeighborSolicitation { target: B6, link_address, probe: false }
    );
    assert_eq!(
        ndp(&samples::neighbor_advertisement()),
        NdpMessage::NeighborAdvertisement {
            target: B6,
            link_address: Some(MAC_B.into()),
            router: false,
            solicited: true,
            replaces: true
        }
    );
    assert_eq!(
        ndp(&samples::ndp(NdiscRepr::RouterSolicit { lladdr: link_address })),
        NdpMessage::RouterSolicitation { link_address }
    );
    let NdpMessage::RouterAdvertisement { prefix, .. } = ndp(&samples::router_advertisement()) else {
        panic!("no router advertisement")
    };
    assert_eq!(prefix.map(|prefix| prefix.prefix_len()), Some(64));
    assert_eq!(ndp(&samples::redirect()), NdpMessage::Redirect { target: A6, destination: B6 });
    // Cut within the target, and within what every ICMPv6 message has.
    let frame = samples::neighbor_solicitation();
    assert_eq!(ndp(&frame[..70]), NdpMessage::Malformed(NdpKind::NeighborSolicitation));
    let cut = Malformed::Icmpv6 { neighbor_discovery: true };
    assert_eq!(message(&frame[..56]), Message::Malformed(cut));
}

#[test]
fn a_solicitation_from_the_unspecified_address_is_a_probe() {
    let mut frame = samples::neighbor_solicitation();
    frame[22..38].fill(0);
    assert!(matches!(
        message(&frame),
        Message::Ndp(NdpMessage::NeighborSolicitation { target: B6, probe: true, .. })
    ));
}

#[test]
fn segments_are_distinguished_by_what_they_do_to_the_connection() {
    let kind = |repr: TcpRepr<'_>| message(&samples::tcp(repr)).segment().unwrap();
    let with = |control, repr: TcpRepr<'static>| TcpRepr { control, ..repr };
    assert_eq!(kind(samples::syn()), SegmentKind::Syn);
    assert_eq!(kind(samples::syn_ack()), SegmentKind::SynAck);
    assert_eq!(kind(samples::ack()), SegmentKind::Ack);
    assert_eq!(kind(samples::data()), SegmentKind::Data);
    assert_eq!(kind(with(TcpControl::Fin, samples::data())), SegmentKind::DataFin);
    assert_eq!(kind(with(TcpControl::Fin, samples::ack())), SegmentKind::Fin);
    assert_eq!(kind(with(TcpControl::Rst, samples::ack())), SegmentKind::Rst);
    assert_eq!(message(&samples::with_flags(0)).segment(), Some(SegmentKind::Other));
    assert_eq!(message(&samples::udp()).segment(), None);
}

#[test]
fn a_segment_has_its_numbers_and_the_data_length_of_its_packet() {
    let frame = samples::tcp(samples::data());
    let Message::Tcp(segment) = message(&frame[..60]) else { panic!("no segment") };
    assert_eq!((segment.source_port, segment.destination_port), (49152, 5001));
    assert_eq!((segment.sequence, segment.acknowledgment, segment.data_len), (1001, Some(0), 18));
    assert!(segment.flags.contains(TcpFlags::PSH) && !segment.flags.contains(TcpFlags::FIN));
    assert_eq!(message(&frame[..40]), Message::Malformed(Malformed::Tcp { ports: Some([49152, 5001]) }));
    assert_eq!(message(&frame[..36]), Message::Malformed(Malformed::Tcp { ports: None }));
}

#[test]
fn a_message_in_a_segment_or_datagram_leaves_that_what_it_is() {
    let frame = segment([50000, 80], b"GET /a?b HTTP/1.1\r\n\r\n");
    let read = message(&frame);
    assert_eq!((read.segment(), read.protocol()), (Some(SegmentKind::Data), Protocol::Http));
    let Some(ApplicationMessage::Http(http)) = read.application() else { panic!("{read:?}") };
    assert_eq!(http.kind, HttpKind::Request { method: HttpMethod::Get, target: b"/a?b" });
    let frame = segment([80, 50000], b"HTTP/1.1 404 Not Found\r\n\r\n");
    let Message::Tcp(TcpSegment { application: Some(ApplicationMessage::Http(http)), .. }) = message(&frame)
    else {
        panic!("no answer")
    };
    assert_eq!(http.kind, HttpKind::Response { status: Some(404) });
}

#[test]
fn a_dns_message_has_the_name_that_it_is_about() {
    let question = [&name("www.example")[..], &[0, 28, 0, 1]].concat();
    let dns = |flags| {
        let frame = wrapped(5, &dns_message(7, flags, std::slice::from_ref(&question), [&[], &[], &[]]));
        match message(&frame).application() {
            Some(ApplicationMessage::Dns(dns)) => (dns.kind, dns.id, dns.record_type, dns.name()),
            other => panic!("{other:?}"),
        }
    };
    let name = Some("www.example".to_string());
    assert_eq!(dns(0), (DnsKind::Query, 7, Some(28), name.clone()));
    assert_eq!(dns(0x8000).0, DnsKind::Answer);
    assert_eq!(dns(0x8003).0, DnsKind::NoSuchName);
    assert_eq!(dns(0x8002).0, DnsKind::Error(2));
    let cut = wrapped(5, &[0; 11]);
    assert!(message(&cut).is_malformed() && message(&cut).protocol() == Protocol::Dns);
}

#[test]
fn dhcp_messages_are_distinguished_by_their_type() {
    let kind = |operation, options: &[u8]| {
        let frame = dhcp_message(operation, options);
        match message(&frame).application() {
            Some(ApplicationMessage::Dhcp(dhcp)) => dhcp.kind,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(kind(1, &[53, 1, 1, 255]), DhcpKind::Discover);
    assert_eq!(kind(2, &[53, 1, 5, 255]), DhcpKind::Ack);
    assert_eq!(kind(1, &[255]), DhcpKind::BootRequest);
    assert_eq!(kind(2, &[53, 1, 99, 255]), DhcpKind::BootReply);
    assert_eq!(kind(9, &[255]), DhcpKind::Other(9));
}

#[test]
fn group_messages_have_their_groups() {
    let group = Ipv4Address::new(239, 1, 2, 3);
    let igmp = |bytes: &[u8]| {
        let frame = igmp(bytes);
        match message(&frame) {
            Message::Igmp(message) => (message.kind, message.version, message.groups().collect::<Vec<_>>()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(igmp(&[0x11, 100, 0, 0, 0, 0, 0, 0]), (IgmpKind::Query { group: None }, 2, vec![]));
    assert_eq!(igmp(&[0x16, 0, 0, 0, 239, 1, 2, 3]), (IgmpKind::Report { group }, 2, vec![group]));
    assert_eq!(igmp(&[0x17, 0, 0, 0, 239, 1, 2, 3]), (IgmpKind::Leave { group }, 2, vec![group]));
    let reports = [0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 239, 1, 2, 3];
    assert_eq!(igmp(&reports), (IgmpKind::Reports, 3, vec![group]));
}

#[test]
fn a_bpdu_has_the_tree_that_it_describes() {
    let Message::Stp(read) = message(&bpdu(0, 0, 1, &[])) else { panic!("no BPDU") };
    let tree = read.tree().unwrap();
    let address = EthernetAddress([2, 0x50, 0, 0, 0, 1]);
    assert_eq!(tree.root, BridgeId { priority: 32768, extension: 1, address });
    assert!(tree.topology_change && tree.cost == 4);
    assert!(matches!(message(&bpdu(2, 2, 0, &[0])), Message::Stp(Bpdu::Rapid(_))));
    assert_eq!(message(&llc(&[0, 0, 0, 0x80])), Message::Stp(Bpdu::TopologyChange));
    assert_eq!(message(&llc(&[0, 0, 0, 0])), Message::Stp(Bpdu::CutShort { rapid: false }));
    assert_eq!(message(&llc(&[0, 0, 0, 7])), Message::Stp(Bpdu::Unknown(7)));
}

#[test]
fn fragments_keep_the_protocol_of_their_packet_as_far_as_they_show_it() {
    let fragment = |offset, more| match message(&samples::fragment(offset, more)) {
        Message::Fragment(fragment) => fragment,
        other => panic!("{other:?}"),
    };
    let first = fragment(0, true);
    assert_eq!((first.carries, first.offset, first.more), (IpProtocol::Udp, 0, true));
    let last = fragment(1480, false);
    assert_eq!((last.protocol, last.ident), (Protocol::Udp, first.ident));
}

#[test]
fn what_is_not_explained_has_its_number_and_length() {
    let frame = samples::ethernet(EthernetProtocol::Unknown(0x88b5), MAC_B, b"no IP");
    assert_eq!(message(&frame), Message::OtherEthertype { ethertype: 0x88b5, length: 5, payload: b"no IP" });
    let frame = samples::ipv4(IpProtocol::Unknown(253), b"experiment");
    let (version, protocol) = (IpVersion::Ipv4, IpProtocol::Unknown(253));
    let other = Message::OtherIp { version, protocol, length: 10, payload: b"experiment" };
    assert_eq!(message(&frame), other);
    assert_eq!(message(&frame[..13]), Message::Malformed(Malformed::Ethernet { length: 13 }));
    assert_eq!(meaning(&frame[..20]).ip, None);
    assert_eq!(message(&frame[..20]), Message::Malformed(Malformed::Ip(IpVersion::Ipv4)));
    let source: IpAddress = A.into();
    assert_eq!(meaning(&frame).addresses().0, source.to_string());
}
