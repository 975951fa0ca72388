use super::*;
use crate::card::Card;
use proptest::prelude::*;
use smoltcp::iface::Config;
use smoltcp::wire::{HardwareAddress, IpProtocol, Ipv6Packet, Ipv6Repr};
use wire::header::Ethernet;
use wire::nic;

const MAC: EthernetAddress = EthernetAddress([2, 0x50, 0, 0, 0, 1]);
const OWN: Ipv6Address = Ipv6Address::new(0xfe80, 0, 0, 0, 0x0050, 0x00ff, 0xfe00, 1);
const ROUTER: Ipv6Address = Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xfe);
const ALL_ROUTERS: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
const NETWORK: Ipv6Address = Ipv6Address::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, 0);
const ADDRESS: Ipv6Address = Ipv6Address::new(0x2001, 0xdb8, 0, 1, 0x0050, 0x00ff, 0xfe00, 1);
const FOR_EVER: u32 = u32::MAX;

/// A prefix option: flags, length, valid and preferred lifetimes.
fn option(prefix: Ipv6Address, (length, flags): (u8, u8), (valid, preferred): (u32, u32)) -> Vec<u8> {
    let mut bytes = vec![3, 4, length, flags];
    bytes.extend(valid.to_be_bytes());
    bytes.extend(preferred.to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(prefix.octets());
    bytes
}

/// On link, and makes addresses.
const LA: u8 = 0xc0;

fn advertisement_of(router: Ipv6Address, hop_limit: u8, lifetime: u16, options: &[u8]) -> Vec<u8> {
    let mut icmp = vec![134, 0, 0, 0, 64, 0];
    icmp.extend(lifetime.to_be_bytes());
    icmp.extend([0; 8]);
    icmp.extend(options);
    Icmpv6Packet::new_unchecked(&mut icmp[..]).fill_checksum(&router, &ALL_NODES);
    let ip = Ipv6Repr {
        src_addr: router,
        dst_addr: ALL_NODES,
        next_header: IpProtocol::Icmpv6,
        payload_len: icmp.len(),
        hop_limit,
    };
    let mut bytes = vec![0x33, 0x33, 0, 0, 0, 1, 2, 0x51, 0, 0, 0, 1, 0x86, 0xdd];
    bytes.extend([0; 40]);
    ip.emit(&mut Ipv6Packet::new_unchecked(&mut bytes[14..]));
    bytes.extend(icmp);
    bytes
}

fn advertised(lifetime: u16, options: &[u8]) -> Vec<u8> {
    advertisement_of(ROUTER, 255, lifetime, options)
}

fn receive(slaac: &mut Slaac, now: Instant, frame: &[u8]) -> bool {
    Ethernet::read(frame).and_then(|ethernet| ethernet.ip()).is_some_and(|ip| slaac.receive(now, &ip, 1_500))
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

fn host() -> (Slaac, Interface) {
    let config = Config::new(HardwareAddress::Ip);
    let mut iface = nic::interface(config, &mut Card::new(1_500), Instant::ZERO.into());
    iface.update_ip_addrs(|addresses| addresses.push(IpCidr::new(OWN.into(), 64)).unwrap());
    (Slaac::new(OWN, MAC), iface)
}

fn addresses(slaac: &Slaac) -> Vec<Ipv6Address> {
    slaac.addresses.iter().map(|(cidr, _)| cidr.address()).collect()
}

#[test]
fn a_host_asks_three_times_and_then_waits_for_an_advertisement() {
    let (mut slaac, _) = host();
    assert_eq!(slaac.deadline(), None, "it has no cable");
    slaac.begin(at(0), 250_000_000);
    let mut asked = Vec::new();
    while let Some(deadline) = slaac.deadline() {
        let frame = slaac.poll(deadline).expect("it is due");
        let ip = Ipv6Packet::new_checked(&frame[14..]).unwrap();
        assert_eq!((ip.src_addr(), ip.dst_addr(), ip.hop_limit()), (OWN, ALL_ROUTERS, 255));
        assert!(Icmpv6Packet::new_checked(ip.payload()).unwrap().verify_checksum(&OWN, &ALL_ROUTERS));
        assert_eq!((ip.payload()[0], ip.payload().len()), (133, 16));
        asked.push(deadline.nanos() / 1_000_000);
    }
    assert_eq!(asked, [250, 4_250, 8_250]);
}

#[test]
fn an_advertisement_makes_an_address_and_a_default_route_until_they_are_over() {
    let (mut slaac, mut iface) = host();
    slaac.begin(at(0), 0);
    assert!(receive(&mut slaac, at(1), &advertised(1_800, &option(NETWORK, (64, LA), (3_600, 1_800)))));
    let cidr = IpCidr::new(ADDRESS.into(), 64);
    let router = ROUTER.into();
    let new = [Event::Address { cidr }, Event::DefaultRouter { router }];
    assert_eq!(slaac.apply(&mut iface, &Dad::default()), new);
    assert_eq!(slaac.apply(&mut iface, &Dad::default()), []);
    assert!(iface.has_ip_addr(ADDRESS));
    assert_eq!(slaac.deadline(), Some(at(1_801)), "it asks no more");
    assert_eq!(slaac.poll(at(1_801)), None);
    assert_eq!(slaac.apply(&mut iface, &Dad::default()), [Event::DefaultRouterGone { router }]);
    slaac.poll(at(3_601));
    assert_eq!(slaac.apply(&mut iface, &Dad::default()), [Event::AddressGone { cidr }]);
    assert!(!iface.has_ip_addr(ADDRESS) && iface.has_ip_addr(OWN));
    assert_eq!(slaac.deadline(), None);
}

#[test]
fn all_prefixes_of_an_advertisement_count_and_one_that_is_not_on_link_makes_a_lonely_address() {
    let (mut slaac, mut iface) = host();
    let other = Ipv6Address::new(0x2001, 0xdb8, 0, 2, 0, 0, 0, 0);
    let options =
        [option(NETWORK, (64, LA), (FOR_EVER, FOR_EVER)), option(other, (64, 0x40), (FOR_EVER, FOR_EVER))];
    receive(&mut slaac, at(0), &advertised(0, &options.concat()));
    slaac.apply(&mut iface, &Dad::default());
    let lengths: Vec<_> = slaac.addresses.iter().map(|(cidr, _)| cidr.prefix_len()).collect();
    assert_eq!(lengths, [64, 128]);
    assert!(slaac.router(&Neighbors::default()).is_none(), "the router says that it leads nowhere");
    assert_eq!(slaac.deadline(), None);
}

#[test]
fn a_router_that_withdraws_is_gone_at_once() {
    let (mut slaac, _) = host();
    receive(&mut slaac, at(0), &advertised(1_800, &[]));
    assert_eq!(slaac.routers.len(), 1);
    receive(&mut slaac, at(1), &advertised(0, &[]));
    assert_eq!(slaac.routers.len(), 0);
}

#[test]
fn nobody_can_make_an_address_vanish_within_two_hours() {
    let (mut slaac, _) = host();
    let tell = |slaac: &mut Slaac, now, valid| {
        receive(slaac, at(now), &advertised(0, &option(NETWORK, (64, LA), (valid, 0))));
        slaac.addresses.first().map(|(_, until)| *until)
    };
    assert_eq!(tell(&mut slaac, 0, 0), None, "a prefix without a lifetime makes nothing");
    assert_eq!(tell(&mut slaac, 0, 100_000), Some(Some(at(100_000))));
    assert_eq!(tell(&mut slaac, 10, 5), Some(Some(at(10 + 7_200))), "cut down to two hours");
    assert_eq!(tell(&mut slaac, 20, 5), Some(Some(at(10 + 7_200))), "and no further");
    assert_eq!(tell(&mut slaac, 20, 7_199), Some(Some(at(20 + 7_199))), "longer is fine");
    assert_eq!(tell(&mut slaac, 20, FOR_EVER), Some(None));
    assert_eq!(tell(&mut slaac, 30, 7_201), Some(Some(at(30 + 7_201))));
}

#[test]
fn what_is_no_advertisement_of_this_network_is_not_believed() {
    let (mut slaac, _) = host();
    let good = option(NETWORK, (64, LA), (3_600, 3_600));
    assert!(
        !receive(&mut slaac, at(0), &advertisement_of(ROUTER, 254, 1_800, &good)),
        "it came over a router"
    );
    assert!(
        !receive(&mut slaac, at(0), &advertisement_of(NETWORK, 255, 1_800, &good)),
        "from no link-local address"
    );
    assert!(!receive(&mut slaac, at(0), &advertised(1_800, &[3, 0])), "an option without a length");
    assert!(!receive(&mut slaac, at(0), &advertised(1_800, &good[..31])), "half an option");
    let mut damaged = advertised(1_800, &good);
    *damaged.last_mut().unwrap() ^= 1;
    assert!(!receive(&mut slaac, at(0), &damaged));
    for bad in [
        option(NETWORK, (63, LA), (3_600, 3_600)),
        option(NETWORK, (64, 0x80), (3_600, 3_600)),
        option(NETWORK, (64, LA), (3_600, 3_601)),
        option(Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 0), (64, LA), (3_600, 3_600)),
        option(Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), (64, LA), (3_600, 3_600)),
    ] {
        assert!(receive(&mut slaac, at(0), &advertised(0, &bad)));
        assert!(addresses(&slaac).is_empty(), "{bad:?}");
    }
    assert!(receive(&mut slaac, at(0), &advertised(0, &good)));
    assert_eq!(addresses(&slaac), [ADDRESS]);
}

#[test]
fn a_prefix_of_another_length_makes_no_address_but_its_addresses_are_on_the_link() {
    let (mut slaac, _) = host();
    receive(&mut slaac, at(0), &advertised(1_800, &option(NETWORK, (63, LA), (100, 100))));
    assert!(addresses(&slaac).is_empty());
    let neighbor = |last: u16| IpAddress::v6(0x2001, 0xdb8, 0, last, 0, 0, 0, 9);
    assert!(
        slaac.is_on_link(&neighbor(0)) && slaac.is_on_link(&neighbor(1)) && !slaac.is_on_link(&neighbor(2))
    );
    assert_eq!(slaac.deadline(), Some(at(100)));
    slaac.poll(at(100));
    assert!(!slaac.is_on_link(&neighbor(1)));
}

#[test]
fn the_mtu_and_the_hop_limit_of_an_advertisement_are_taken() {
    let (mut slaac, _) = host();
    let mtu = |mtu: u32| [&[5, 1, 0, 0][..], &mtu.to_be_bytes()].concat();
    assert_eq!((slaac.mtu(), slaac.hop_limit()), (None, None));
    receive(&mut slaac, at(0), &advertised(1_800, &mtu(1_400)));
    assert_eq!((slaac.mtu(), slaac.hop_limit()), (Some(1_400), Some(64)));
    for impossible in [1_279, 1_501, u32::MAX] {
        receive(&mut slaac, at(0), &advertised(1_800, &mtu(impossible)));
        assert_eq!(slaac.mtu(), Some(1_400), "{impossible}");
    }
    receive(&mut slaac, at(0), &advertised(1_800, &[]));
    assert_eq!(slaac.mtu(), Some(1_400), "what is not specified stays as it is");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_flood_of_advertisements_is_bounded_and_never_panics(
        adverts in prop::collection::vec((any::<u8>(), any::<u16>(), any::<[u8; 16]>(), any::<(u32, u32)>()), 0..40),
        noise in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let (mut slaac, mut iface) = host();
        for (number, (router, lifetime, prefix, times)) in adverts.into_iter().enumerate() {
            let router = Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, router.into());
            let now = at(number as u64 * 1_000);
            let option = option(Ipv6Address::from(prefix), (64, LA), times);
            receive(&mut slaac, now, &advertisement_of(router, 255, lifetime, &option));
            receive(&mut slaac, now, &advertised(lifetime, &noise));
            slaac.poll(now);
            slaac.apply(&mut iface, &Dad::default());
            prop_assert!(slaac.addresses.len() <= PREFIXES_MAX && slaac.routers.len() <= ROUTERS_MAX);
            prop_assert!(iface.ip_addrs().len() <= 8 && iface.has_ip_addr(OWN));
        }
    }
}
