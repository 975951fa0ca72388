use super::*;
use smoltcp::iface::{Config, SocketSet};
use smoltcp::wire::{EthernetAddress, HardwareAddress, Ipv4Packet, Ipv6Packet};
use wire::nic::Nic;

const GROUP: IpAddress = IpAddress::v4(239, 1, 2, 3);
const GROUP_V6: IpAddress = IpAddress::v6(0xff15, 0, 0, 0, 0, 0, 0, 0x1234);
const OWN_V6: IpAddress = IpAddress::v6(0xfe80, 0, 0, 0, 0, 0, 0xab, 0xcd01);

struct Card {
    iface: Interface,
    nic: Nic,
    groups: Groups,
}

impl Card {
    fn new() -> Self {
        let config = Config::new(HardwareAddress::Ethernet(EthernetAddress([2, 0x50, 0, 0, 0, 1])));
        let mut nic = Nic::new(1_500, usize::MAX);
        let mut iface = Interface::new(config, &mut nic, Instant::ZERO.into());
        iface.update_ip_addrs(|addresses| {
            addresses.push(IpCidr::new(IpAddress::v4(10, 0, 0, 1), 24)).unwrap();
            addresses.push(IpCidr::new(OWN_V6, 64)).unwrap();
        });
        leave_solicited_nodes(&mut iface);
        Self { iface, nic, groups: Groups::default() }
    }

    fn sent(&mut self, now: Instant) -> Vec<Frame> {
        self.iface.poll(now.into(), &mut self.nic, &mut SocketSet::new(Vec::new()));
        self.nic.tx.drain(..).map(|frame| self.groups.corrected(frame)).collect()
    }
}

#[test]
fn a_host_that_joins_nothing_says_nothing() {
    let mut card = Card::new();
    assert_eq!(card.sent(Instant::ZERO), []);
    assert!(card.groups.contains(IpAddress::v4(224, 0, 0, 1), card.iface.ip_addrs()));
    assert!(card.groups.contains(IpAddress::v6(0xff02, 0, 0, 0, 0, 0, 0, 1), card.iface.ip_addrs()));
    let solicited = |low: u16| IpAddress::v6(0xff02, 0, 0, 0, 0, 1, 0xffab, low);
    assert!(card.groups.contains(solicited(0xcd01), card.iface.ip_addrs()));
    assert!(!card.groups.contains(solicited(0xcd02), card.iface.ip_addrs()));
    assert!(!card.groups.contains(IpAddress::v6(0xff15, 0, 0, 0, 0, 0, 0, 0xcd01), card.iface.ip_addrs()));
}

#[test]
fn joining_and_leaving_an_ipv4_group_is_said_in_igmp() {
    let mut card = Card::new();
    assert!(card.groups.join(&mut card.iface, GROUP));
    assert!(!card.groups.join(&mut card.iface, GROUP), "it is in it");
    let [report] = &card.sent(Instant::ZERO)[..] else { panic!("one report") };
    let ip = Ipv4Packet::new_checked(&report[14..]).unwrap();
    assert_eq!((ip.dst_addr(), ip.hop_limit()), (Ipv4Address::new(239, 1, 2, 3), 1));
    assert_eq!((ip.payload()[0], &ip.payload()[4..8]), (0x16, &[239, 1, 2, 3][..]));
    assert!(!card.groups.leave(&mut card.iface, GROUP), "another run still needs the group");
    assert!(card.groups.leave(&mut card.iface, GROUP));
    let [leave] = &card.sent(Instant::ZERO)[..] else { panic!("one leave") };
    let ip = Ipv4Packet::new_checked(&leave[14..]).unwrap();
    assert_eq!(ip.dst_addr(), Ipv4Address::new(224, 0, 0, 2));
    assert_eq!((ip.payload()[0], &ip.payload()[4..8]), (0x17, &[239, 1, 2, 3][..]));
    assert!(!card.groups.contains(GROUP, card.iface.ip_addrs()));
}

#[test]
fn joining_and_leaving_an_ipv6_group_is_said_in_mld_with_the_right_types() {
    let mut card = Card::new();
    card.groups.join(&mut card.iface, GROUP_V6);
    // An include list without sources is a leave; an exclude list without sources is a join (RFC 3810, 5.2.12).
    let (to_include, to_exclude) = (3, 4);
    for (joins, kind) in [(true, to_exclude), (false, to_include)] {
        if !joins {
            card.groups.leave(&mut card.iface, GROUP_V6);
        }
        let [report] = &card.sent(Instant::ZERO)[..] else { panic!("one report") };
        let ip = Ipv6Packet::new_checked(&report[14..]).unwrap();
        assert_eq!((ip.dst_addr(), ip.hop_limit()), (ALL_MLDV2_ROUTERS, 1));
        let icmp = &ip.payload()[8..];
        assert!(Icmpv6Packet::new_checked(icmp).unwrap().verify_checksum(&ip.src_addr(), &ip.dst_addr()));
        assert_eq!((icmp[0], icmp[8]), (143, kind));
        assert_eq!(IpAddress::from(Ipv6Address::from(*icmp[12..].first_chunk::<16>().unwrap())), GROUP_V6);
    }
}

fn packet(frame: &[u8]) -> Option<Ip<'_>> {
    Ethernet::read(frame)?.ip()
}

/// An IGMP query for all groups, to be answered within a second.
fn general_query() -> Frame {
    let mut bytes = vec![1, 0, 0x5e, 0, 0, 1, 2, 0x51, 0, 0, 0, 1, 8, 0];
    bytes.extend([0x45, 0, 0, 28, 0, 0, 0, 0, 1, 2, 0, 0, 10, 0, 0, 254, 224, 0, 0, 1]);
    Ipv4Packet::new_unchecked(&mut bytes[14..]).fill_checksum();
    bytes.extend([0x11, 10, 0xee, 0xf5, 0, 0, 0, 0]);
    Frame::copy_from(&bytes)
}

#[test]
fn a_query_is_answered_within_the_time_that_it_gives() {
    let mut card = Card::new();
    card.groups.receive(Instant::ZERO, &packet(&general_query()).unwrap());
    assert_eq!(card.groups.deadline(), None, "it is in no group");
    card.groups.join(&mut card.iface, GROUP);
    card.sent(Instant::ZERO);
    card.groups.receive(Instant::ZERO, &packet(&general_query()).unwrap());
    card.nic.rx.push_back(general_query());
    let (mut answers, mut now) = (card.sent(Instant::ZERO).len(), Instant::ZERO);
    while let Some(deadline) = card.groups.deadline() {
        assert!(deadline > now);
        now = deadline;
        let sent = card.sent(now);
        answers += sent.len();
        for frame in sent {
            assert!(now <= Instant::ZERO + Duration::from_secs(1));
            assert_eq!(frame[14 + 20], 0x16);
        }
        card.groups.polled(now);
    }
    assert_eq!(answers, 1);
    assert!(now <= Instant::ZERO + Duration::from_millis(1_100));
}

#[test]
fn an_igmp_query_that_breaks_off_is_none() {
    let whole = general_query();
    for len in 0..whole.len() {
        assert_eq!(packet(&whole[..len]).and_then(|ip| query(&ip)), None);
    }
    assert_eq!(packet(&whole).and_then(|ip| query(&ip)), Some(Duration::from_secs(1)));
}

#[test]
fn an_mld_query_is_recognized_behind_any_extension_headers() {
    let query_behind = |next_header: u8, extensions: &[u8]| {
        let icmp = [[130, 0, 0, 0, 3, 0xe8, 0, 0].as_slice(), &[0; 20]].concat();
        let header = [0x60, 0, 0, 0, 0, (extensions.len() + icmp.len()) as u8, next_header, 1];
        let addresses = [[0; 16], Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 1).octets()].concat();
        query(&Ip::read(&[&header, &addresses[..], extensions, &icmp].concat()).unwrap())
    };
    let within = Some(Duration::from_secs(1));
    assert_eq!(query_behind(58, &[]), within);
    assert_eq!(query_behind(0, &[58, 0, 5, 2, 0, 0, 1, 0]), within);
    assert_eq!(query_behind(0, &[60, 0, 5, 2, 0, 0, 1, 0, 58, 0, 1, 4, 0, 0, 0, 0]), within);
    assert_eq!(query_behind(60, &[17, 0, 1, 4, 0, 0, 0, 0]), None, "UDP");
}
