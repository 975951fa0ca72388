use super::*;
use smoltcp::wire::Ipv6Packet;
use wire::header::Ethernet;

const GROUP: IpAddress = IpAddress::v4(239, 1, 2, 3);
const GROUP_V6: IpAddress = IpAddress::v6(0xff15, 0, 0, 0, 0, 0, 0, 0x1234);
const OWN_V6: Ipv6Address = Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0xab, 0xcd01);

fn own() -> [IpCidr; 2] {
    [IpCidr::new(IpAddress::v4(10, 0, 0, 1), 24), IpCidr::new(OWN_V6.into(), 64)]
}

fn groups() -> Groups {
    Groups::new(Stream::new(7, &[]))
}

fn sent(groups: &mut Groups, now: Instant) -> Vec<Frame> {
    groups.poll(now, &own())
}

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

/// The type of an MLD report's records, and their groups.
fn records(frame: &[u8]) -> Vec<(u8, Ipv6Address)> {
    let ip = Ipv6Packet::new_checked(&frame[14..]).unwrap();
    assert_eq!((ip.src_addr(), ip.dst_addr(), ip.hop_limit()), (OWN_V6, ALL_MLDV2_ROUTERS, 1));
    let ip = packet::read(frame).unwrap();
    assert!(packet::verify_icmp(&ip));
    let message = ip.payload();
    assert_eq!((message[0], usize::from(message[7])), (MLD_REPORT, (message.len() - 8) / 20));
    let record = |record: &[u8]| (record[0], Ipv6Address::from(*record[4..].first_chunk::<16>().unwrap()));
    message[8..].chunks(20).map(record).collect()
}

#[test]
fn a_host_is_in_the_groups_of_all_and_in_those_that_it_joined() {
    let mut groups = groups();
    assert_eq!(sent(&mut groups, at(0)), []);
    assert!(groups.contains(&IpAddress::v4(224, 0, 0, 1)) && groups.contains(&ALL_NODES.into()));
    assert!(!groups.contains(&GROUP) && !groups.contains(&GROUP_V6));
}

#[test]
fn the_group_of_an_address_is_reported_with_mld_so_that_a_snooping_switch_delivers_solicitations() {
    let mut groups = groups();
    groups.add_address(at(300), OWN_V6);
    let solicited = solicited_node(OWN_V6);
    assert!(groups.contains(&solicited.into()));
    assert_eq!((sent(&mut groups, at(299)), groups.deadline()), (vec![], Some(at(300))));
    let [report] = &sent(&mut groups, at(300))[..] else { panic!("one report") };
    assert_eq!(records(report), [(TO_EXCLUDE, solicited)]);
    groups.add_address(at(400), "2001:db8::ab:cd01".parse().unwrap());
    assert_eq!(sent(&mut groups, at(400)), [], "another address with the same group");
    groups.remove_address(at(500), OWN_V6);
    assert_eq!(sent(&mut groups, at(500)), [], "the other address still needs it");
    groups.remove_address(at(500), "2001:db8::ab:cd01".parse().unwrap());
    assert_eq!(records(&sent(&mut groups, at(500))[0]), [(TO_INCLUDE, solicited)]);
}

#[test]
fn joining_and_leaving_an_ipv4_group_is_said_in_igmp_with_a_router_alert() {
    let mut groups = groups();
    assert!(groups.join(at(0), GROUP));
    assert!(!groups.join(at(0), GROUP), "it is in it");
    let [report] = &sent(&mut groups, at(0))[..] else { panic!("one report") };
    let ip = Ipv4Packet::new_checked(&report[14..]).unwrap();
    assert_eq!((ip.dst_addr(), ip.hop_limit()), (Ipv4Address::new(239, 1, 2, 3), 1));
    assert!(ip.verify_checksum());
    assert_eq!((ip.header_len(), &report[34..38]), (24, &[148, 4, 0, 0][..]));
    assert_eq!((ip.payload()[0], &ip.payload()[4..8]), (0x16, &[239, 1, 2, 3][..]));
    assert!(!groups.leave(at(0), GROUP), "another run still needs the group");
    assert!(groups.leave(at(0), GROUP));
    let [leave] = &sent(&mut groups, at(0))[..] else { panic!("one leave") };
    let ip = Ipv4Packet::new_checked(&leave[14..]).unwrap();
    assert_eq!(ip.dst_addr(), Ipv4Address::new(224, 0, 0, 2));
    assert_eq!((ip.payload()[0], &ip.payload()[4..8]), (0x17, &[239, 1, 2, 3][..]));
    assert!(!groups.contains(&GROUP));
}

#[test]
fn a_group_that_was_never_reported_is_left_without_a_word() {
    let mut groups = groups();
    groups.join(at(0), GROUP);
    groups.leave(at(0), GROUP);
    assert_eq!(sent(&mut groups, at(0)), []);
}

#[test]
fn joining_and_leaving_an_ipv6_group_is_said_in_mld_with_the_right_types() {
    let mut groups = groups();
    let IpAddress::Ipv6(group) = GROUP_V6 else { unreachable!() };
    groups.join(at(0), GROUP_V6);
    // An include list without sources is a leave; an exclude list without sources is a join (RFC 3810, 5.2.12).
    assert_eq!(records(&sent(&mut groups, at(0))[0]), [(TO_EXCLUDE, group)]);
    groups.leave(at(1), GROUP_V6);
    assert_eq!(records(&sent(&mut groups, at(1))[0]), [(TO_INCLUDE, group)]);
}

fn packet_in(frame: &[u8]) -> Option<Ip<'_>> {
    Ethernet::read(frame)?.ip()
}

/// An IGMP query for a group, or for all, to be answered within this many tenths of a second.
fn igmp_query(group: [u8; 4], tenths: u8) -> Frame {
    let mut bytes = vec![1, 0, 0x5e, 0, 0, 1, 2, 0x51, 0, 0, 0, 1, 8, 0];
    bytes.extend([0x45, 0, 0, 28, 0, 0, 0, 0, 1, 2, 0, 0, 10, 0, 0, 254, 224, 0, 0, 1]);
    Ipv4Packet::new_unchecked(&mut bytes[14..]).fill_checksum();
    let (from, to) = (IpAddress::v4(10, 0, 0, 254), IpAddress::v4(224, 0, 0, 1));
    bytes.extend(packet::icmp_message(from, to, &[&[0x11, tenths, 0, 0], &group]));
    Frame::copy_from(&bytes)
}

/// An MLD query of the first or second version, to be answered within a second.
fn mld_query(group: Ipv6Address, v1: bool) -> Frame {
    let (from, to) = ("fe80::fe".parse().unwrap(), ALL_NODES);
    let head = [MLD_QUERY, 0, 0, 0, 3, 0xe8, 0, 0];
    let rest: &[u8] = if v1 { &[] } else { &[2, 125, 0, 0] };
    let mut frame = mld(from, to, &[&head, &group.octets(), rest]);
    frame.make_mut()[12..14].copy_from_slice(&[0x86, 0xdd]);
    frame
}

/// All that is sent after a query, with the moment in ms.
fn answers(groups: &mut Groups, query: &Frame) -> Vec<(u64, Frame)> {
    groups.receive(at(0), &packet_in(query).unwrap());
    let mut answers = Vec::new();
    while let Some(deadline) = groups.deadline() {
        let millis = (deadline - Instant::ZERO).nanos() / 1_000_000;
        answers.extend(sent(groups, deadline).into_iter().map(|frame| (millis, frame)));
    }
    answers
}

#[test]
fn a_general_query_is_answered_once_for_each_group_within_the_time_that_it_gives() {
    let mut groups = groups();
    assert_eq!(answers(&mut groups, &igmp_query([0; 4], 10)), [], "it is in no group");
    let other = IpAddress::v4(239, 1, 2, 4);
    groups.join(at(0), GROUP);
    groups.join(at(0), other);
    sent(&mut groups, at(0));
    let answers = answers(&mut groups, &igmp_query([0; 4], 10));
    let mut reported: Vec<_> = answers.iter().map(|(_, frame)| frame[14 + 24 + 7]).collect();
    reported.sort_unstable();
    assert_eq!(reported, [3, 4]);
    assert!(answers.iter().all(|(millis, frame)| *millis < 1_000 && frame[14 + 24] == IGMP_REPORT));
}

#[test]
fn a_query_for_one_group_is_answered_by_its_members_only() {
    let mut groups = groups();
    groups.join(at(0), GROUP);
    groups.join(at(0), IpAddress::v4(239, 1, 2, 4));
    groups.add_address(at(0), OWN_V6);
    sent(&mut groups, at(0));
    assert_eq!(answers(&mut groups, &igmp_query([239, 9, 9, 9], 10)), []);
    let asked = answers(&mut groups, &igmp_query([239, 1, 2, 3], 10));
    assert_eq!(asked.iter().map(|(_, frame)| frame[14 + 24 + 7]).collect::<Vec<_>>(), [3]);
    let v1 = answers(&mut groups, &igmp_query([239, 1, 2, 3], 0));
    assert_eq!(v1[0].1[14 + 24], IGMP_REPORT_V1, "a router of the first version understands no other");
    let asked = answers(&mut groups, &mld_query(solicited_node(OWN_V6), false));
    assert_eq!(records(&asked[0].1), [(IS_EXCLUDE, solicited_node(OWN_V6))]);
    assert_eq!(answers(&mut groups, &mld_query(solicited_node("fe80::9".parse().unwrap()), false)), []);
}

#[test]
fn mld_answers_all_groups_in_one_report_and_a_first_version_querier_in_its_words() {
    let mut groups = groups();
    groups.add_address(at(0), OWN_V6);
    groups.join(at(0), GROUP_V6);
    sent(&mut groups, at(0));
    let [(_, report)] = &answers(&mut groups, &mld_query(Ipv6Address::UNSPECIFIED, false))[..] else {
        panic!("one report")
    };
    assert_eq!(records(report).len(), 2);
    let reports = answers(&mut groups, &mld_query(Ipv6Address::UNSPECIFIED, true));
    for (_, frame) in &reports {
        let ip = packet::read(frame).unwrap();
        assert_eq!(ip.payload()[0], MLD_REPORT_V1);
        assert_eq!(ip.destination, crate::ndp::address_at(ip.payload(), 8).unwrap().into());
    }
    assert_eq!(reports.len(), 2);
}

#[test]
fn a_query_that_breaks_off_or_came_over_a_router_is_none() {
    let whole = igmp_query([0; 4], 10);
    for len in 0..whole.len() {
        assert!(packet_in(&whole[..len]).and_then(|ip| query(&ip)).is_none());
    }
    assert!(query(&packet_in(&whole).unwrap()).is_some());
    let mut far = mld_query(Ipv6Address::UNSPECIFIED, false);
    assert!(query(&packet_in(&far).unwrap()).is_some());
    far.make_mut()[14 + 7] = 2;
    assert!(query(&packet_in(&far).unwrap()).is_none());
}

#[test]
fn long_response_delays_of_mld_are_floating_point_numbers() {
    assert_eq!(response_delay(1_000, false), 1_000);
    assert_eq!(response_delay(0x8000, false), 32_768);
    assert_eq!(response_delay(0xffff, false), 0x1fff << 10);
    assert_eq!(response_delay(0x8000, true), 32_768);
}
