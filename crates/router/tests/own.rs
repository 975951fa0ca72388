//! What a router does with what is for itself, byte for byte.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use router::{Actions, Config, Event, Port, Refusal, Router, fragmentation, icmp};
use smoltcp::wire::*;
use std::net::Ipv6Addr;
use wire::header::Ip;
use wire::node::Tag;
use wire::{Duration, Frame, Instant, PortId};

const A: Place = (0, 0);
const B: Place = (0, 1);
const ROUTER_LINK_LOCAL: &str = "fe80::51:ff:fe00:0";

fn shows(packets: &[Vec<u8>]) -> Vec<String> {
    packets.iter().map(|packet| shown(packet)).collect()
}

#[test]
fn every_address_of_it_answers_echo_requests() {
    let mut net = Net::two_stations(Config::default());
    for (from, to) in [
        ("10.0.0.2", "10.0.0.1"),
        ("10.0.0.2", "10.0.1.1"),
        ("fd00::2", "fd00::1"),
        ("fd00::2", "fd01::1"),
        ("fe80::2", ROUTER_LINK_LOCAL),
    ] {
        let request = ping(from, to, 1, b"data");
        net.send(A, &request);
        let got = net.got(A);
        let (at, kind, name) = if from.contains(':') { (40, 129, "ICMPv6") } else { (20, 0, "ICMP") };
        assert_eq!(shows(&got), [format!("{to} > {from} ttl 64 {name} {kind}/0")]);
        assert_eq!(got[0][at + 4..], request[at + 4..]);
    }
    assert_eq!(net.refused(), []);
}

#[test]
fn an_echo_request_to_everybody_is_not_answered_in_ipv4_and_is_in_ipv6() {
    let mut net = Net::two_stations(Config::default());
    let group = |text: &str| text.parse::<EthernetAddress>().unwrap();
    for (to, mac) in [("10.0.0.255", "ff-ff-ff-ff-ff-ff"), ("224.0.0.1", "01-00-5e-00-00-01")] {
        net.frame(A, &framed(group(mac), station_mac(A), None, &ping("10.0.0.2", to, 1, b"")));
    }
    assert_eq!((net.got(A).len(), net.refused()), (0, vec![]));
    let all = framed(group("33-33-00-00-00-01"), station_mac(A), None, &ping("fe80::2", "ff02::1", 1, b""));
    net.frame(A, &all);
    assert_eq!(shows(&net.got(A)), [format!("{ROUTER_LINK_LOCAL} > fe80::2 ttl 64 ICMPv6 129/0")]);
}

#[test]
fn a_router_answers_with_port_and_protocol_unreachable() {
    let mut net = Net::two_stations(Config::default());
    for (from, to, says) in [
        ("10.0.0.2", "10.0.1.1", "10.0.1.1 > 10.0.0.2 ttl 64 ICMP 3/3"),
        ("fd00::2", "fd01::1", "fd01::1 > fd00::2 ttl 64 ICMPv6 1/4"),
    ] {
        let probe = udp(from, to, 1, 12);
        net.send(A, &probe);
        let got = net.got(A);
        assert_eq!((shows(&got), quoted(&got[0])), (vec![says.to_owned()], &probe[..]));
        net.send(A, &ip(from, to, IpProtocol::Unknown(200), 9, &[1; 8]));
        let got = net.got(A).remove(0);
        if to.contains(':') {
            assert_eq!((got[40], got[41], &got[44..48]), (4, 1, &[0, 0, 0, 6][..]), "the next header field");
        } else {
            assert_eq!((got[20], got[21]), (3, 2));
        }
        net.send(A, &udp_ports(from, to, 9, [0, 0], b"")); // There is no port 0.
    }
    let why = [Refusal::Undeliverable, Refusal::Undeliverable, Refusal::Malformed];
    assert_eq!(net.refused(), [why, why].concat());
}

fn segment(from: &str, to: &str, control: TcpControl, ack: Option<i32>, payload: &[u8]) -> Vec<u8> {
    let repr = TcpRepr {
        src_port: 5_000,
        dst_port: 80,
        control,
        seq_number: TcpSeqNumber(1_000),
        ack_number: ack.map(TcpSeqNumber),
        window_len: 100,
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        sack_ranges: [None; 3],
        timestamp: None,
        payload,
    };
    let mut bytes = vec![0; repr.buffer_len()];
    let addresses: [IpAddress; 2] = [from, to].map(|text| text.parse().unwrap());
    repr.emit(
        &mut TcpPacket::new_unchecked(&mut bytes[..]),
        &addresses[0],
        &addresses[1],
        &Default::default(),
    );
    ip(from, to, IpProtocol::Tcp, 64, &bytes)
}

#[test]
fn a_tcp_connection_to_a_router_is_reset() {
    let mut net = Net::two_stations(Config::default());
    for (from, to, header) in [("10.0.0.2", "10.0.1.1", 20), ("fd00::2", "fd00::1", 40)] {
        let mut answer = |packet: &[u8]| {
            net.send(A, packet);
            net.got(A).pop().map(|packet| {
                let tcp = TcpPacket::new_checked(&packet[header..]).unwrap();
                assert!(tcp.verify_checksum(&to.parse().unwrap(), &from.parse().unwrap()) && tcp.rst());
                assert_eq!((tcp.src_port(), tcp.dst_port()), (80, 5_000));
                (tcp.seq_number().0, tcp.ack().then(|| tcp.ack_number().0))
            })
        };
        assert_eq!(answer(&segment(from, to, TcpControl::Syn, None, b"")), Some((0, Some(1_001))));
        assert_eq!(answer(&segment(from, to, TcpControl::Fin, None, b"abc")), Some((0, Some(1_004))));
        assert_eq!(answer(&segment(from, to, TcpControl::None, Some(77), b"abc")), Some((77, None)));
        assert_eq!(answer(&segment(from, to, TcpControl::Rst, Some(77), b"")), None);
        let mut damaged = segment(from, to, TcpControl::Syn, None, b"");
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(answer(&damaged), None);
    }
}

#[test]
fn a_source_route_is_answered_with_source_route_failed() {
    let mut net = Net::two_stations(Config::default());
    let mut packet = ip("10.0.0.2", "10.0.0.1", IpProtocol::Udp, 9, &[131, 7, 4, 10, 0, 1, 2, 0]);
    let mut header = Ipv4Packet::new_unchecked(&mut packet[..]);
    header.set_header_len(28);
    header.fill_checksum();
    net.send(A, &packet);
    assert_eq!(shows(&net.got(A)), ["10.0.0.1 > 10.0.0.2 ttl 64 ICMP 3/5"]);
}

#[test]
fn a_long_echo_request_is_put_together_and_its_answer_cut() {
    let mut net = Net::two_stations(Config::default());
    let request = ping("10.0.0.2", "10.0.1.1", 64, &[7; 4_000]);
    let mut fragments = Vec::new();
    fragmentation::fragment(&request, 1_000, |fragment| fragments.push(fragment.to_vec()));
    for fragment in fragments.iter().rev() {
        assert!(net.got(A).is_empty());
        net.send(A, fragment);
    }
    let got = net.got(A);
    assert_eq!(got.len(), 3);
    let all: Vec<u8> = got.iter().flat_map(|packet| packet[20..].to_vec()).collect();
    assert_eq!((all[0], &all[4..]), (0, &request[24..]));

    let request = ping("fd00::2", "fd01::1", 64, &[7; 4_000]);
    fragmentation::fragment_own_ipv6(&request, 9, |fragment| net.send(A, fragment));
    let got = net.got(A);
    let mut all = Vec::new();
    for packet in &got {
        let fragment = Ip::read(packet).unwrap().fragment.unwrap();
        assert_eq!((fragment.offset, fragment.more), (all.len(), got.last() != Some(packet)));
        assert!(packet.len() <= 1_280);
        all.extend_from_slice(&packet[48..]);
    }
    assert_eq!((all[0], &all[4..], net.refused()), (129, &request[44..], vec![]));
}

#[test]
fn a_fragment_whose_others_do_not_come_is_given_up_after_a_minute() {
    let mut net = Net::two_stations(Config::default());
    let mut first = None;
    fragmentation::fragment(&ping("10.0.0.2", "10.0.0.1", 64, &[7; 900]), 576, |fragment| {
        first.get_or_insert(fragment.to_vec());
    });
    net.send(A, &first.unwrap());
    net.pass(Duration::from_secs(59));
    assert!(net.got(A).is_empty());
    net.pass(Duration::from_secs(5));
    assert_eq!(shows(&net.got(A)), ["10.0.0.1 > 10.0.0.2 ttl 64 ICMP 11/1"]);
    assert_eq!(net.refused(), [Refusal::Expired]);
}

fn request(from: [u8; 4], to: [u8; 4]) -> ArpRepr {
    ArpRepr::EthernetIpv4 {
        operation: ArpOperation::Request,
        source_hardware_addr: station_mac(A),
        source_protocol_addr: from.into(),
        target_hardware_addr: EthernetAddress([0; 6]),
        target_protocol_addr: to.into(),
    }
}

fn neighbors(net: &mut Net) -> Vec<String> {
    let events = std::mem::take(&mut net.events);
    let advertised = events.into_iter().filter_map(|(_, event)| match event {
        Event::Neighbor { port, ip, mac } => Some(format!("{port}: {ip} {mac}")),
        Event::NeighborGone { port, ip } => Some(format!("{port}: {ip} gone")),
        _ => None,
    });
    advertised.collect()
}

#[test]
fn it_answers_arp_requests_for_its_address_on_this_network_and_learns_who_asked() {
    let mut net = Net::two_stations(Config::default());
    let all = EthernetAddress::BROADCAST;
    net.frame(A, &arp_frame(all, station_mac(A), None, request([10, 0, 0, 2], [10, 0, 0, 1])));
    let frame = net.frames(A).remove(0);
    assert_eq!(frame[..14], [&station_mac(A).0[..], &router_mac(A).0, &[8, 6]].concat());
    assert_eq!(
        ArpRepr::parse(&ArpPacket::new_checked(&frame[14..]).unwrap()).unwrap(),
        ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Reply,
            source_hardware_addr: router_mac(A),
            source_protocol_addr: [10, 0, 0, 1].into(),
            target_hardware_addr: station_mac(A),
            target_protocol_addr: [10, 0, 0, 2].into(),
        }
    );
    assert_eq!(neighbors(&mut net), ["port 0: 10.0.0.2 02-50-00-00-00-00"]);
    // For others, for another port's address, and from another network.
    for (from, to) in [([10, 0, 0, 2], [10, 0, 0, 3]), ([10, 0, 0, 2], [10, 0, 1, 1])] {
        net.frame(A, &arp_frame(all, station_mac(A), None, request(from, to)));
    }
    assert_eq!((net.frames(A).len(), net.refused()), (0, vec![Refusal::NotForUs; 2]));
    // A probe for a duplicate address is answered, and its sender not learned.
    net.frame(A, &arp_frame(all, station_mac(A), None, request([0; 4], [10, 0, 0, 1])));
    net.frame(A, &arp_frame(all, station_mac(A), None, request([192, 0, 2, 1], [10, 0, 0, 1])));
    assert_eq!((net.frames(A).len(), neighbors(&mut net)), (2, vec![]));
}

fn solicitation(from: &str, to: &str, target: &str, mac: Option<EthernetAddress>) -> Vec<u8> {
    let [from, to, target] = [from, to, target].map(|text| text.parse::<Ipv6Addr>().unwrap());
    let option = mac.map(|mac| router::ndp::address_option(1, mac));
    let option = option.as_ref().map_or(&[][..], |option| option);
    let head = [135, 0, 0, 0, 0, 0, 0, 0];
    let message = router::icmp::icmpv6(from, to, &[&head, &target.octets(), option]);
    ipv6(from, to, IpProtocol::Icmpv6, 255, &message)
}

#[test]
fn it_answers_neighbor_solicitations_as_a_router() {
    let mut net = Net::two_stations(Config::default());
    let group: EthernetAddress = "33-33-ff-00-00-01".parse().unwrap();
    let ask = solicitation("fe80::2", "ff02::1:ff00:1", "fd00::1", Some(station_mac(A)));
    net.frame(A, &framed(group, station_mac(A), None, &ask));
    let got = net.got(A).remove(0);
    assert_eq!(shown(&got), "fd00::1 > fe80::2 ttl 255 ICMPv6 136/0");
    let target = "fd00::1".parse::<Ipv6Addr>().unwrap().octets();
    assert_eq!(got[44..], [&[0xe0, 0, 0, 0][..], &target, &[2, 1], &router_mac(A).0].concat());
    assert_eq!(neighbors(&mut net), ["port 0: fe80::2 02-50-00-00-00-00"]);
    // One that asks whether the address is free.
    net.frame(
        A,
        &framed(group, station_mac(A), None, &solicitation("::", "ff02::1:ff00:1", "fd00::1", None)),
    );
    let got = net.got(A).remove(0);
    assert_eq!((shown(&got).as_str(), got[44]), ("fd00::1 > ff02::1 ttl 255 ICMPv6 136/0", 0xa0));
    // From beyond the link, and for an address of another port.
    let mut far = ask.clone();
    far[7] = 254;
    net.frame(A, &framed(group, station_mac(A), None, &far));
    let other = solicitation("fe80::2", "ff02::1:ff00:1", "fd01::1", Some(station_mac(A)));
    net.frame(A, &framed(group, station_mac(A), None, &other));
    assert_eq!((net.got(A).len(), net.refused()), (0, vec![Refusal::Malformed, Refusal::NotForUs]));
}

#[test]
fn malformed_options_of_ndp_are_refused() {
    let mut net = Net::two_stations(Config::default());
    let [from, to] = ["fe80::2", "fd00::1"].map(|text| text.parse::<Ipv6Addr>().unwrap());
    for option in [&[1, 0, 0, 0, 0, 0, 0, 0][..], &[1, 2, 0, 0, 0, 0, 0, 0], &[1, 1, 0], &[1]] {
        let message = router::icmp::icmpv6(from, to, &[&[135, 0, 0, 0, 0, 0, 0, 0], &to.octets(), option]);
        net.send(A, &ipv6(from, to, IpProtocol::Icmpv6, 255, &message));
        assert_eq!((net.refused(), net.got(A).len()), (vec![Refusal::Malformed], 0));
    }
}

#[test]
fn a_neighbor_that_has_moved_to_another_adapter_is_believed() {
    let mut net = Net::two_stations(Config::default());
    net.send(B, &ping("10.0.1.2", "10.0.0.2", 64, b""));
    net.send(B, &ping("fd01::2", "fd00::2", 64, b""));
    neighbors(&mut net);
    let other = EthernetAddress([2, 9, 9, 9, 9, 9]);
    let repr = ArpRepr::EthernetIpv4 {
        operation: ArpOperation::Request,
        source_hardware_addr: other,
        source_protocol_addr: [10, 0, 0, 2].into(),
        target_hardware_addr: EthernetAddress([0; 6]),
        target_protocol_addr: [10, 0, 0, 2].into(),
    };
    net.frame(A, &arp_frame(EthernetAddress::BROADCAST, other, None, repr));
    let all_nodes = "ff02::1".parse().unwrap();
    let advertised = advertisement("fd00::2".parse().unwrap(), all_nodes, 0x20, Some(other));
    net.frame(A, &framed("33-33-00-00-00-01".parse().unwrap(), other, None, &advertised));
    let moved = ["port 0: 10.0.0.2 02-09-09-09-09-09", "port 0: fd00::2 02-09-09-09-09-09"];
    assert_eq!(neighbors(&mut net), moved);
    net.frames(A);
    net.send(B, &ping("10.0.1.2", "10.0.0.2", 64, b""));
    assert_eq!(net.frames(A)[0][..6], other.0);
    net.with(0, |router, now, out| router.clear(now, out));
    assert_eq!(neighbors(&mut net).len(), 4);
}

fn advertising(addresses: &[&str]) -> Port {
    Port { advertise: true, ..port(addresses) }
}

fn advertisements(net: &mut Net) -> Vec<Vec<u8>> {
    let mut got = net.got(A);
    got.retain(|packet| packet[40] == 134);
    got
}

#[test]
fn a_router_advertisement_says_what_a_host_needs() {
    let mut net = Net::one(Config::default(), vec![advertising(&["2001:db8:0:7::1/64", "10.0.0.1/24"])]);
    net.station(A, &[]);
    net.pass(Duration::from_millis(500));
    let sent = advertisements(&mut net).remove(0);
    assert_eq!(shown(&sent), format!("{ROUTER_LINK_LOCAL} > ff02::1 ttl 255 ICMPv6 134/0"));
    let expected = [
        &[64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0][..], // 1800 s.
        &[1, 1],
        &router_mac(A).0,
        &[5, 1, 0, 0, 0, 0, 5, 0xdc],
        &[3, 4, 64, 0xc0, 0, 1, 0x51, 0x80, 0, 0, 0x38, 0x40, 0, 0, 0, 0], // 86400 s, 14400 s.
        &[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    assert_eq!(sent[44..], expected.concat());
    let body = &sent[40..];
    let parsed = NdiscRepr::parse(&Icmpv6Packet::new_checked(body).unwrap()).unwrap();
    assert!(matches!(parsed, NdiscRepr::RouterAdvert { mtu: Some(1_500), prefix_info: Some(_), .. }));
}

#[test]
fn three_come_soon_and_then_one_every_few_minutes() {
    let mut net = Net::one(Config::default(), vec![advertising(&["2001:db8:0:7::1/64"])]);
    net.station(A, &[]);
    let mut at = Vec::new();
    for second in 0..3_600 {
        net.pass(Duration::from_secs(1));
        at.extend(std::iter::repeat_n(second, advertisements(&mut net).len()));
    }
    let apart: Vec<u64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!((at[0], &apart[..2]), (0, &[16, 16][..]));
    assert!(apart[2..].iter().all(|s| (199..=601).contains(s)) && apart.len() > 7, "{apart:?}");
}

#[test]
fn a_solicitation_is_answered_soon_but_not_more_often_than_every_three_seconds() {
    let mut net = Net::one(Config::default(), vec![advertising(&["2001:db8:0:7::1/64"])]);
    net.station(A, &[]);
    net.pass(Duration::from_secs(100));
    advertisements(&mut net);
    let [from, to] = ["fe80::2", "ff02::2"].map(|text| text.parse::<Ipv6Addr>().unwrap());
    let message = router::icmp::icmpv6(from, to, &[&[133, 0, 0, 0, 0, 0, 0, 0]]);
    let packet = ipv6(from, to, IpProtocol::Icmpv6, 255, &message);
    let frame = framed("33-33-00-00-00-02".parse().unwrap(), station_mac(A), None, &packet);
    for _ in 0..5 {
        net.frame(A, &frame);
    }
    net.pass(Duration::from_millis(500));
    assert_eq!(advertisements(&mut net).len(), 1);
    net.frame(A, &frame);
    net.pass(Duration::from_millis(2_400));
    assert_eq!(advertisements(&mut net).len(), 0);
    net.pass(Duration::from_millis(1_100));
    assert_eq!(advertisements(&mut net).len(), 1);
}

#[test]
fn a_router_that_stops_advertising_sends_a_zero_lifetime() {
    let mut net = Net::one(Config::default(), vec![advertising(&["2001:db8:0:7::1/64"])]);
    net.station(A, &[]);
    net.pass(Duration::from_secs(1));
    advertisements(&mut net);
    let quiet = port(&["2001:db8:0:7::1/64"]);
    net.with(0, |router, now, out| router.set_port(now, PortId(0), quiet, out));
    let sent = advertisements(&mut net);
    assert_eq!((sent.len(), &sent[0][46..48]), (1, &[0, 0][..]));
    assert_eq!(net.routers[0].poll_at(), None);
}

#[test]
fn a_prefix_that_is_no_more_is_withdrawn() {
    let mut net = Net::one(Config::default(), vec![advertising(&["2001:db8:0:7::1/64"])]);
    net.station(A, &[]);
    net.pass(Duration::from_secs(100));
    advertisements(&mut net);
    let new = advertising(&["2001:db8:0:8::1/64"]);
    net.with(0, |router, now, out| router.set_port(now, PortId(0), new, out));
    net.pass(Duration::from_secs(1_000));
    let advertised: Vec<_> = advertisements(&mut net)
        .iter()
        .map(|packet| {
            let options = packet[72..].chunks(32).map(|option| (option[23], option[4..8] == [0; 4]));
            options.collect::<Vec<_>>()
        })
        .collect();
    let both = vec![(8, false), (7, true)];
    assert_eq!(advertised[..4], [both.clone(), both.clone(), both, vec![(8, false)]]);
}

#[test]
fn without_rip_it_is_not_in_rips_groups() {
    let on = Port { rip: true, ..port(&["10.0.0.1/24", "fd00::1/64"]) };
    let rip = Config { rip: Some(router::config::Rip::default()), ..Config::default() };
    let mut net = Net::one(Config::default(), vec![on]);
    net.station(A, &[]);
    let groups =
        [("10.0.0.2", "224.0.0.9", "01-00-5e-00-00-09"), ("fe80::2", "ff02::9", "33-33-00-00-00-09")];
    for (config, refused) in [(Config::default(), vec![Refusal::NotForUs; 2]), (rip, vec![])] {
        net.with(0, |router, now, out| router.set_config(now, config, out));
        for (from, to, mac) in groups {
            let port = if to.contains(':') { 521 } else { 520 };
            let packet = udp_ports(from, to, 255, [port, port], &[2, 2, 0, 0]);
            net.frame(A, &framed(mac.parse().unwrap(), station_mac(A), None, &packet));
        }
        assert_eq!(net.refused(), refused);
    }
}

#[test]
fn a_prefix_of_another_length_advertises_the_router_and_makes_no_addresses() {
    for (address, flags) in [("fd00::1/63", 0x80), ("fd00::1/48", 0x80), ("fd00::1/64", 0xc0)] {
        let mut net = Net::one(Config::default(), vec![advertising(&[address, "10.0.0.1/24"])]);
        net.station(A, &[]);
        net.pass(Duration::from_secs(2));
        let advertisements = net.got(A);
        let message = &advertisements[0][40..];
        let lifetime = u16::from_be_bytes([message[6], message[7]]);
        assert_eq!((message[0], lifetime), (134, 1_800), "it is a default router");
        // Behind the options with the router's address and the MTU.
        let prefix = &message[16 + 8 + 8..];
        assert_eq!(prefix[..4], [3, 4, address.rsplit('/').next().unwrap().parse().unwrap(), flags]);
    }
}

#[test]
fn its_groups_are_reported_with_mld_and_again_when_a_querier_asks() {
    let mut router = Router::new(Config::default(), 7);
    let mut out = Actions::default();
    let port = Port { addresses: vec!["fd00::1:2/64".parse().unwrap()], ..Port::default() };
    router.add_port(Instant::ZERO, port, router_mac((0, 0)), &mut out);
    let reports = |router: &mut Router, out: &mut Actions, until: u64| {
        let until = Instant::ZERO + Duration::from_secs(until);
        while let Some(at) = router.poll_at().filter(|at| *at <= until) {
            router.poll(at, out);
        }
        let sent = out.0.drain(..).filter_map(|action| match action {
            wire::node::Action::Send { frame, .. } if common::is_report(&frame) => Some(frame),
            _ => None,
        });
        // Behind Ethernet, IPv6, the router alert and the message's head: records of 20 bytes.
        let records = |frame: wire::Frame| {
            let records = frame[14 + 40 + 8 + 8..].chunks(20);
            let one = |record: &[u8]| (record[0], Ipv6Addr::from(*record[4..].first_chunk::<16>().unwrap()));
            records.map(one).collect::<Vec<_>>()
        };
        sent.map(records).collect::<Vec<_>>()
    };
    let first = reports(&mut router, &mut out, 2);
    let solicited: Ipv6Addr = "ff02::1:ff01:2".parse().unwrap();
    assert_eq!(first.len(), 1);
    assert!(first[0].contains(&(4, solicited)) && first[0].contains(&(4, "ff02::2".parse().unwrap())));
    let (from, to): (Ipv6Addr, Ipv6Addr) = ("fe80::9".parse().unwrap(), "ff02::1".parse().unwrap());
    for (group, answers) in
        [(Ipv6Addr::UNSPECIFIED, 1), (solicited, 1), ("ff02::1:ff99:9".parse().unwrap(), 0)]
    {
        let head = [130, 0, 0, 0, 3, 0xe8, 0, 0];
        let message = icmp::icmpv6(from, to, &[&head[..], &group.octets()]);
        let query = ipv6(from, to, IpProtocol::Icmpv6, 1, &message);
        let frame = framed("33-33-00-00-00-01".parse().unwrap(), station_mac(A), None, &query);
        let now = Instant::ZERO + Duration::from_secs(2);
        router.receive(now, PortId(0), Frame::copy_from(&frame), Tag::default(), &mut out);
        let answered = reports(&mut router, &mut out, 4);
        assert_eq!(answered.len(), answers, "{group}");
        assert!(answered.iter().all(|records| records.contains(&(2, solicited))));
    }
}

#[test]
fn a_packet_longer_than_the_port_s_mtu_is_dropped_as_a_giant() {
    let narrow = Port { mtu: 1_000, ..port(&["10.0.0.1/24"]) };
    let mut net = Net::one(Config::default(), vec![narrow]);
    net.station(A, &["10.0.0.2"]);
    net.send(A, &ping("10.0.0.2", "10.0.0.1", 64, &[7; 972]));
    assert_eq!((net.got(A).len(), net.refused()), (1, vec![]));
    net.send(A, &ping("10.0.0.2", "10.0.0.1", 64, &[7; 973]));
    assert_eq!((net.got(A).len(), net.refused()), (0, vec![Refusal::TooBig]));
}

#[test]
fn errors_are_limited_but_a_traceroute_never_feels_it() {
    let mut net = Net::two_stations(Config::default());
    for _ in 0..200 {
        net.send(A, &udp("10.0.0.2", "10.0.1.2", 1, 4));
    }
    assert_eq!((net.got(A).len(), net.refused().len()), (50, 200));
    net.pass(Duration::from_secs(1));
    for _ in 0..90 {
        net.send(A, &udp("10.0.0.2", "10.0.1.2", 1, 4));
        assert_eq!(net.got(A).len(), 1);
        net.pass(Duration::from_millis(10));
    }
}

#[test]
fn what_it_says_is_a_right_packet() {
    let mut net = Net::two_stations(Config::default());
    net.send(A, &udp("10.0.0.2", "10.0.1.2", 1, 4));
    let got = net.got(A).remove(0);
    let packet = Ipv4Packet::new_checked(&got[..]).unwrap();
    assert!(packet.verify_checksum());
    assert_eq!((packet.dscp(), packet.dont_frag()), (48, false), "RFC 1812, 4.3.2.5");
    assert!(Icmpv4Packet::new_checked(packet.payload()).unwrap().verify_checksum());
}

#[test]
fn a_damaged_message_to_it_is_refused() {
    let mut net = Net::two_stations(Config::default());
    for (from, to) in [("10.0.0.2", "10.0.0.1"), ("fd00::2", "fd00::1")] {
        for mut packet in [ping(from, to, 9, b"data"), udp(from, to, 9, 4)] {
            *packet.last_mut().unwrap() ^= 1;
            net.send(A, &packet);
            assert_eq!((net.refused(), net.got(A).len()), (vec![Refusal::Malformed], 0));
        }
    }
}

#[test]
fn neighbors_of_a_network_that_is_no_more_are_forgotten() {
    let mut net = Net::two_stations(Config::default());
    net.send(B, &udp("10.0.1.2", "10.0.0.2", 64, 4));
    neighbors(&mut net);
    let renumbered = port(&["10.5.0.1/24", "fd00::1/64"]);
    net.with(0, |router, now, out| router.set_port(now, PortId(0), renumbered, out));
    assert_eq!(neighbors(&mut net), ["port 0: 10.0.0.2 gone"]);
}
