//! Frames to a group leave by ports with members or routers, and no others.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use bridge::config::{Config, Membership, Port, Stp, Vlan};
use bridge::{Actions, Bridge, Event};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::*;
use wire::node::{Action, Tag};
use wire::{Duration, Frame, Instant, PortId};

const MAC: EthernetAddress = EthernetAddress([2, 0x52, 0, 0, 0, 1]);
const GROUP: Ipv4Address = Ipv4Address::new(239, 1, 2, 3);
const GROUP6: Ipv6Address = Ipv6Address::new(0xff05, 0, 0, 0, 0, 0, 0, 7);

fn at(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

fn switch(ports: usize) -> Bridge {
    with_ports(vec![Port::default(); ports])
}

fn with_ports(ports: Vec<Port>) -> Bridge {
    let config = Config { snooping: true, ..Config::default() };
    let mut bridge = Bridge::new(config, MAC);
    for port in ports {
        bridge.add_port(at(0), port, None, &mut Actions::default());
    }
    bridge.poll(at(0), &mut Actions::default());
    bridge
}

/// The checksum of RFC 1071.
fn checksum(pieces: &[&[u8]]) -> [u8; 2] {
    let bytes = pieces.concat();
    let sum: u32 =
        bytes.chunks(2).map(|word| u32::from(word[0]) << 8 | u32::from(*word.get(1).unwrap_or(&0))).sum();
    let sum = (sum & 0xffff) + (sum >> 16);
    (!((sum & 0xffff) + (sum >> 16)) as u16).to_be_bytes()
}

fn v4(from: Ipv4Address, to: Ipv4Address, protocol: IpProtocol, payload: &[u8]) -> Frame {
    let [_, b, c, d] = to.octets();
    let repr = Ipv4Repr {
        src_addr: from,
        dst_addr: to,
        next_header: protocol,
        payload_len: payload.len(),
        hop_limit: 1,
    };
    let mut header = [0; 20];
    repr.emit(&mut Ipv4Packet::new_unchecked(&mut header[..]), &ChecksumCapabilities::default());
    let source = [2, 0, 0, 0, 0, from.octets()[3]];
    Frame::concat(&[&[1, 0, 0x5e, b & 0x7f, c, d], &source, &[8, 0], &header, payload])
}

fn igmp(from: u8, to: Ipv4Address, mut message: Vec<u8>) -> Frame {
    let sum = checksum(&[&message]);
    message[2..4].copy_from_slice(&sum);
    v4(Ipv4Address::new(10, 0, 0, from), to, IpProtocol::Igmp, &message)
}

fn igmp_about(kind: u8, from: u8, group: Ipv4Address) -> Frame {
    let to = if kind == 0x17 { Ipv4Address::new(224, 0, 0, 2) } else { group };
    igmp(from, to, [&[kind, 0, 0, 0][..], &group.octets()].concat())
}

fn report(from: u8) -> Frame {
    igmp_about(0x16, from, GROUP)
}

fn report_v3(from: u8, kind: u8, sources: &[[u8; 4]]) -> Frame {
    let record = [&[kind, 0, 0, sources.len() as u8][..], &GROUP.octets(), &sources.concat()].concat();
    igmp(from, Ipv4Address::new(224, 0, 0, 22), [&[0x22, 0, 0, 0, 0, 0, 0, 1][..], &record].concat())
}

fn query(from: Ipv4Address, group: Ipv4Address) -> Frame {
    let mut message = [&[0x11, 10, 0, 0][..], &group.octets()].concat();
    let sum = checksum(&[&message]);
    message[2..4].copy_from_slice(&sum);
    let to = if group.is_unspecified() { Ipv4Address::new(224, 0, 0, 1) } else { group };
    v4(from, to, IpProtocol::Igmp, &message)
}

fn data() -> Frame {
    v4(Ipv4Address::new(10, 0, 0, 99), GROUP, IpProtocol::Udp, &[0; 20])
}

fn v6(from: Ipv6Address, to: Ipv6Address, next: u8, payload: &[u8]) -> Frame {
    let [.., c, d, e, f] = to.octets();
    let [len_high, len_low] = (payload.len() as u16).to_be_bytes();
    let header = [0x60, 0, 0, 0, len_high, len_low, next, 1];
    Frame::concat(&[
        &[0x33, 0x33, c, d, e, f],
        &[2, 0, 0, 0, 0, from.octets()[15]],
        &[0x86, 0xdd],
        &header,
        &from.octets(),
        &to.octets(),
        payload,
    ])
}

fn mld(from: u16, to: Ipv6Address, mut message: Vec<u8>) -> Frame {
    let from = Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, from);
    let len = message.len() as u8;
    let sum = checksum(&[&from.octets(), &to.octets(), &[0, 0, 0, len, 0, 0, 0, 58], &message]);
    message[2..4].copy_from_slice(&sum);
    v6(from, to, 0, &[&[58, 0, 5, 2, 0, 0, 1, 0][..], &message].concat())
}

fn mld_v1(kind: u8, from: u16) -> Frame {
    mld(from, GROUP6, [&[kind, 0, 0, 0, 0, 0, 0, 0][..], &GROUP6.octets()].concat())
}

fn mld_v2(kind: u8, from: u16) -> Frame {
    let to = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16);
    mld(from, to, [&[143, 0, 0, 0, 0, 0, 0, 1, kind, 0, 0, 0][..], &GROUP6.octets()].concat())
}

fn data6() -> Frame {
    v6(Ipv6Address::new(0xfd00, 0, 0, 0, 0, 0, 0, 99), GROUP6, 17, &[0; 20])
}

/// Where a frame goes.
fn ports(bridge: &mut Bridge, now: Instant, port: u32, frame: Frame) -> Vec<u32> {
    ports_and_events(bridge, now, port, frame).0
}

/// Where a frame goes, and what the switch notes about groups.
fn ports_and_events(bridge: &mut Bridge, now: Instant, port: u32, frame: Frame) -> (Vec<u32>, Vec<Event>) {
    let mut out = Actions::default();
    bridge.receive(now, PortId(port), frame, Tag::default(), &mut out);
    let (mut ports, mut events) = (Vec::new(), Vec::new());
    for action in out.0 {
        match action {
            Action::Send { port, of: Some(_), .. } => ports.push(port.0),
            Action::Event(event @ (Event::Joined { .. } | Event::Left { .. })) => events.push(event),
            Action::Send { .. } | Action::Event(_) => {}
            Action::Refuse { why, .. } => panic!("{why}"),
        }
    }
    (ports, events)
}

/// A frame of the switch's own: when, and by which port.
type Sent = (Instant, u32, Frame);

/// What the switch does by itself up to a moment: its own frames, and what it notes about groups.
fn until(bridge: &mut Bridge, end: Instant) -> (Vec<Sent>, Vec<(Instant, Event)>) {
    let (mut sent, mut events) = (Vec::new(), Vec::new());
    while let Some(now) = bridge.poll_at().filter(|now| *now <= end) {
        let mut out = Actions::default();
        bridge.poll(now, &mut out);
        for action in out.0 {
            match action {
                Action::Send { port, frame, of: None } => sent.push((now, port.0, frame)),
                Action::Event(event @ (Event::Joined { .. } | Event::Left { .. })) => {
                    events.push((now, event))
                }
                Action::Send { .. } | Action::Refuse { .. } | Action::Event(_) => {}
            }
        }
    }
    (sent, events)
}

#[test]
fn an_unknown_group_is_flooded_and_a_known_one_goes_to_its_members_only() {
    let mut bridge = switch(4);
    assert_eq!(ports(&mut bridge, at(0), 0, data()), [1, 2, 3]);
    let (_, events) = ports_and_events(&mut bridge, at(0), 2, report(2));
    assert_eq!(events, [Event::Joined { vlan: None, group: GROUP.into(), port: PortId(2) }]);
    assert_eq!(ports(&mut bridge, at(0), 0, data()), [2]);
    assert_eq!(ports(&mut bridge, at(0), 2, data()), [] as [u32; 0], "no other member");
    ports(&mut bridge, at(0), 3, report(3));
    assert_eq!(ports(&mut bridge, at(0), 0, data()), [2, 3]);
    let other = v4(Ipv4Address::new(10, 0, 0, 9), Ipv4Address::new(239, 1, 2, 4), IpProtocol::Udp, &[0; 20]);
    assert_eq!(ports(&mut bridge, at(0), 0, other), [1, 2, 3]);
}

#[test]
fn every_version_of_a_report_is_understood() {
    let sources = &[[10, 0, 0, 1]][..];
    for (what, frame) in [
        ("version 1", igmp_about(0x12, 1, GROUP)),
        ("version 2", report(1)),
        ("version 3, is exclude", report_v3(1, 2, &[])),
        ("version 3, to exclude", report_v3(1, 4, sources)),
        ("version 3, is include", report_v3(1, 1, sources)),
        ("version 3, allow", report_v3(1, 5, sources)),
    ] {
        let mut bridge = switch(3);
        let (_, events) = ports_and_events(&mut bridge, at(0), 1, frame);
        assert_eq!(events, [Event::Joined { vlan: None, group: GROUP.into(), port: PortId(1) }], "{what}");
    }
    for (what, frame) in
        [("version 1", mld_v1(131, 1)), ("is exclude", mld_v2(2, 1)), ("to exclude", mld_v2(4, 1))]
    {
        let mut bridge = switch(3);
        let (_, events) = ports_and_events(&mut bridge, at(0), 1, frame);
        assert_eq!(
            events,
            [Event::Joined { vlan: None, group: GROUP6.into(), port: PortId(1) }],
            "MLD, {what}"
        );
        assert_eq!(ports(&mut bridge, at(0), 0, data6()), [1]);
    }
}

#[test]
fn a_report_with_a_wrong_checksum_is_none() {
    let mut bridge = switch(3);
    for mut bytes in [report(1).to_vec(), mld_v2(2, 1).to_vec()] {
        *bytes.last_mut().unwrap() ^= 1;
        let (_, events) = ports_and_events(&mut bridge, at(0), 1, Frame::copy_from(&bytes));
        assert_eq!(events, []);
    }
}

#[test]
fn reports_go_only_to_routers_and_other_queriers() {
    let mut bridge = switch(5);
    assert_eq!(ports(&mut bridge, at(0), 0, report(1)), [] as [u32; 0], "no host has to hear another's");
    let router = Ipv4Address::new(10, 0, 0, 254);
    assert_eq!(ports(&mut bridge, at(1), 3, query(router, Ipv4Address::UNSPECIFIED)), [0, 1, 2, 4]);
    ports(&mut bridge, at(1), 4, query(Ipv4Address::UNSPECIFIED, Ipv4Address::UNSPECIFIED));
    assert_eq!(ports(&mut bridge, at(2), 0, report(1)), [3, 4]);
    assert_eq!(ports(&mut bridge, at(2), 1, data()), [0, 3], "and a router gets every group");
    let pim = v4(router, Ipv4Address::new(224, 0, 0, 13), IpProtocol::Unknown(103), &[0x20, 0, 0xdf, 0xff]);
    ports(&mut bridge, at(3), 2, pim);
    assert_eq!(ports(&mut bridge, at(4), 1, data()), [0, 2, 3]);
    assert_eq!(ports(&mut bridge, at(110_000), 1, data()), [0, 3], "a hello holds for 105 s");
}

#[test]
fn link_local_groups_are_always_flooded() {
    let mut bridge = switch(3);
    let mdns = Ipv4Address::new(224, 0, 0, 251);
    ports(&mut bridge, at(0), 1, igmp_about(0x16, 1, mdns));
    let frame = v4(Ipv4Address::new(10, 0, 0, 9), mdns, IpProtocol::Udp, &[0; 20]);
    assert_eq!(ports(&mut bridge, at(0), 0, frame), [1, 2]);
    let all_nodes = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
    let frame = v6(Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 9), all_nodes, 58, &[0; 20]);
    assert_eq!(ports(&mut bridge, at(0), 0, frame), [1, 2]);
}

#[test]
fn the_switch_is_the_querier_while_no_other_querier_is_present() {
    let mut bridge = switch(2);
    let (sent, _) = until(&mut bridge, at(160_000));
    let moments: Vec<_> =
        sent.iter().filter(|(_, port, _)| *port == 0).map(|(at, ..)| at.nanos() / 1_000_000).collect();
    assert_eq!(moments, [1_000, 1_000, 32_250, 32_250, 157_250, 157_250], "IGMP and MLD each time");
    // As smoltcp reads them.
    let ip = Ipv4Packet::new_checked(&sent[0].2[14..]).unwrap();
    let repr = Ipv4Repr::parse(&ip, &ChecksumCapabilities::default()).unwrap();
    assert_eq!((repr.src_addr, repr.dst_addr), (Ipv4Address::UNSPECIFIED, Ipv4Address::new(224, 0, 0, 1)));
    let packet = IgmpPacket::new_checked(ip.payload()).unwrap();
    assert!(packet.verify_checksum());
    let IgmpRepr::MembershipQuery { max_resp_time, group_addr, version } = IgmpRepr::parse(&packet).unwrap()
    else {
        panic!("a query");
    };
    assert_eq!(
        (max_resp_time.secs(), group_addr.is_unspecified(), version),
        (10, true, IgmpVersion::Version2)
    );
    let ip =
        Ipv6Packet::new_checked(&sent.iter().find(|(.., frame)| frame[12] == 0x86).unwrap().2[14..]).unwrap();
    assert_eq!(ip.src_addr().to_string(), "fe80::52:ff:fe00:1");
    let packet = Icmpv6Packet::new_checked(&ip.payload()[8..]).unwrap();
    let checksums = ChecksumCapabilities::default();
    let repr = Icmpv6Repr::parse(&ip.src_addr(), &ip.dst_addr(), &packet, &checksums).unwrap();
    assert!(
        matches!(repr, Icmpv6Repr::Mld(MldRepr::Query { max_resp_code: 10_000, qqic: 125, .. })),
        "{repr:?}"
    );
}

#[test]
fn the_switch_is_silent_while_a_router_asks_and_asks_again_when_it_is_gone() {
    let mut bridge = switch(2);
    until(&mut bridge, at(40_000));
    let router = Ipv4Address::new(10, 0, 0, 254);
    ports(&mut bridge, at(40_000), 1, query(router, Ipv4Address::UNSPECIFIED));
    let (sent, _) = until(&mut bridge, at(500_000));
    let igmp = sent.iter().filter(|(_, port, frame)| *port == 0 && frame[12] == 8);
    let moments: Vec<_> = igmp.map(|(at, ..)| at.nanos() / 1_000_000).collect();
    assert_eq!(moments, [407_250], "255 s after the router was last heard");
}

#[test]
fn a_member_that_does_not_answer_queries_expires() {
    let mut bridge = switch(3);
    ports(&mut bridge, at(0), 1, report(1));
    ports(&mut bridge, at(100_000), 1, report(1));
    let (_, events) = until(&mut bridge, at(400_000));
    assert_eq!(events, [(at(360_000), Event::Left { vlan: None, group: GROUP.into(), port: PortId(1) })]);
    assert_eq!(ports(&mut bridge, at(400_000), 0, data()), [1, 2], "no member is left: flooded again");
}

#[test]
fn after_a_leave_the_switch_asks_twice_and_believes_it_after_two_seconds() {
    for (what, join, leave, data) in [
        ("IGMP", report(1), igmp_about(0x17, 1, GROUP), data()),
        ("IGMPv3", report(1), report_v3(1, 3, &[]), data()),
        ("MLD", mld_v1(131, 1), mld_v1(132, 1), data6()),
        ("MLDv2", mld_v2(4, 1), mld_v2(3, 1), data6()),
    ] {
        let mut bridge = switch(3);
        until(&mut bridge, at(5_000));
        ports(&mut bridge, at(5_000), 1, join.clone());
        ports(&mut bridge, at(5_000), 2, join.clone());
        let mut out = Actions::default();
        bridge.receive(at(6_000), PortId(1), leave.clone(), Tag::default(), &mut out);
        let asked = |action: &Action<_, _>| matches!(action, Action::Send { port: PortId(1), of: None, .. });
        assert_eq!(out.0.iter().filter(|action| asked(action)).count(), 1, "{what}: asked there alone");
        let (sent, events) = until(&mut bridge, at(9_000));
        let sent: Vec<_> = sent.iter().map(|(at, port, _)| (*at, *port)).collect();
        assert_eq!(sent, [(at(7_000), 1)], "{what}: and once more");
        let moments: Vec<_> = events.iter().map(|(at, _)| *at).collect();
        assert_eq!(moments, [at(8_000)], "{what}");
        assert_eq!(ports(&mut bridge, at(9_000), 0, data.clone()), [2], "{what}");

        bridge.receive(at(10_000), PortId(2), leave, Tag::default(), &mut Actions::default());
        ports(&mut bridge, at(10_500), 2, join); // Another member is behind the port.
        let (_, events) = until(&mut bridge, at(14_000));
        assert_eq!(events, [], "{what}");
        assert_eq!(ports(&mut bridge, at(14_000), 0, data), [2], "{what}");
    }
}

#[test]
fn a_leave_is_the_routers_to_doubt_where_there_is_one() {
    let mut bridge = switch(3);
    let router = Ipv4Address::new(10, 0, 0, 254);
    ports(&mut bridge, at(0), 2, query(router, Ipv4Address::UNSPECIFIED));
    ports(&mut bridge, at(0), 1, report(1));
    assert_eq!(ports(&mut bridge, at(1), 1, igmp_about(0x17, 1, GROUP)), [2]);
    ports(&mut bridge, at(2), 2, query(router, GROUP)); // With a second to answer.
    let (_, events) = until(&mut bridge, at(10_000));
    assert_eq!(events, [(at(2_002), Event::Left { vlan: None, group: GROUP.into(), port: PortId(1) })]);
}

#[test]
fn a_group_has_its_members_in_each_vlan_by_itself() {
    let vlan = |number| Vlan::new(number).unwrap();
    let access = |number| Port { vlan: Membership::Access(vlan(number)), ..Port::default() };
    let all = Port { vlan: Membership::Trunk { native: None, allowed: None }, ..Port::default() };
    let mut bridge = with_ports(vec![access(10), access(10), access(20), access(20), all]);
    let (_, events) = ports_and_events(&mut bridge, at(0), 1, report(1));
    assert_eq!(events, [Event::Joined { vlan: Some(vlan(10)), group: GROUP.into(), port: PortId(1) }]);
    assert_eq!(ports(&mut bridge, at(0), 0, data()), [1]);
    assert_eq!(ports(&mut bridge, at(0), 2, data()), [3, 4], "not known there");
    let (sent, _) = until(&mut bridge, at(2_000));
    let on_trunk: Vec<_> =
        sent.iter().filter(|(_, port, _)| *port == 4).map(|(.., frame)| frame[12..16].to_vec()).collect();
    assert_eq!(on_trunk, [[0x81, 0, 0, 10], [0x81, 0, 0, 10], [0x81, 0, 0, 20], [0x81, 0, 0, 20]]);
    assert_eq!(sent.iter().filter(|(_, port, _)| *port == 0).count(), 2, "only its own VLAN's");
}

#[test]
fn members_behind_a_port_that_goes_down_are_forgotten() {
    let mut bridge = switch(3);
    ports(&mut bridge, at(0), 1, report(1));
    let mut out = Actions::default();
    bridge.set_carrier(at(1), PortId(1), false, None, &mut out);
    let left = Event::Left { vlan: None, group: GROUP.into(), port: PortId(1) };
    assert!(out.0.contains(&Action::Event(left)));
    assert_eq!(ports(&mut bridge, at(1), 0, data()), [2]);
}

#[test]
fn snooping_can_be_switched_off_and_on_again() {
    let mut bridge = switch(3);
    ports(&mut bridge, at(0), 1, report(1));
    let mut out = Actions::default();
    bridge.set_config(at(1), Config::default(), &mut out);
    assert!(matches!(out.0[..], [Action::Event(Event::Left { .. })]));
    assert_eq!(ports(&mut bridge, at(1), 0, data()), [1, 2]);
    let snooping = Config { snooping: true, ..Config::default() };
    bridge.set_config(at(2), snooping, &mut Actions::default());
    assert_eq!(until(&mut bridge, at(2_000)).0.len(), 6, "it asks on all three ports");
}

#[test]
fn groups_without_end_cannot_eat_memory() {
    let mut bridge = switch(2);
    let mut joined = 0;
    for n in 0..5_000u32 {
        let group = Ipv4Address::from(0xef00_0000 + n);
        joined += ports_and_events(&mut bridge, at(0), 1, igmp_about(0x16, 1, group)).1.len();
    }
    assert_eq!(joined, 4_096);
}

#[test]
fn ports_that_the_tree_opens_are_asked() {
    let config = Config { snooping: true, stp: Some(Stp::default()), ..Config::default() };
    let mut bridge = Bridge::new(config, MAC);
    bridge.add_port(at(0), Port::default(), None, &mut Actions::default());
    let (sent, _) = until(&mut bridge, at(6_000));
    let queries = sent.iter().filter(|(_, _, frame)| frame[12..14] == [8, 0]);
    let moments: Vec<_> = queries.map(|(at, ..)| at.nanos() / 1_000_000).collect();
    assert_eq!(moments, [4_000], "a second after it has found out that there is no bridge");
}
