use super::*;
use crate::neighbor::Evidence;
use crate::packet::{self, Header};
use wire::{Frame, Instant};

fn own() -> Vec<IpCidr> {
    ["10.0.0.5/24", "fd00::5/64", "fe80::5/64"].map(|cidr| cidr.parse().unwrap()).to_vec()
}

fn ip(text: &str) -> IpAddress {
    text.parse().unwrap()
}

fn routes() -> Routes {
    Routes::new(vec![ip("10.0.0.1"), ip("fe80::1")])
}

fn way(routes: &Routes, to: &str) -> Way {
    routes.way(&ip(to), &own(), None, &Neighbors::default())
}

#[test]
fn neighbors_are_reached_directly_groups_at_once_and_the_rest_through_the_gateway() {
    let routes = routes();
    assert_eq!(way(&routes, "10.0.0.9"), Way::Via(ip("10.0.0.9")));
    assert_eq!(way(&routes, "10.0.1.9"), Way::Via(ip("10.0.0.1")));
    assert_eq!(way(&routes, "fd00::9"), Way::Via(ip("fd00::9")));
    assert_eq!(way(&routes, "2001:db8::9"), Way::Via(ip("fe80::1")));
    assert_eq!(way(&routes, "10.0.0.255"), Way::Group(EthernetAddress::BROADCAST));
    assert_eq!(way(&routes, "239.129.2.3"), Way::Group(EthernetAddress([1, 0, 0x5e, 1, 2, 3])));
    assert_eq!(way(&routes, "ff02::1:ff00:5"), Way::Group(EthernetAddress([0x33, 0x33, 0xff, 0, 0, 5])));
    assert_eq!(way(&Routes::new(Vec::new()), "10.0.1.9"), Way::Nowhere);
}

fn read(frame: &Frame, routes: &Routes) -> Option<Redirect> {
    let packet = packet::read(frame).unwrap();
    let icmp = packet.icmp().unwrap();
    let way = |to: &IpAddress| routes.way(to, &own(), None, &Neighbors::default());
    redirect(&packet, &icmp, &own(), |to| way(to) == Way::Via(packet.source))
}

/// A redirect by an IPv4 router: packets from the host to `to` go to `via`.
fn redirect_v4(by: &str, via: [u8; 4], to: &str) -> Frame {
    let about = Header::icmp(ip("10.0.0.5"), ip(to)).packet(&[&[8, 0, 0, 0, 0, 0, 0, 0]]);
    packet::icmp(&Header::icmp(ip(by), ip("10.0.0.5")), &[&[5, 1, 0, 0], &via, &about[14..]])
}

#[test]
fn a_redirect_of_ipv4_is_followed_if_it_comes_from_the_router_in_use_and_leads_to_a_neighbor() {
    let mut routes = routes();
    let good = read(&redirect_v4("10.0.0.1", [10, 0, 0, 2], "10.0.9.9"), &routes).unwrap();
    assert_eq!(good, Redirect { to: ip("10.0.9.9"), via: ip("10.0.0.2"), mac: None });
    assert_eq!(read(&redirect_v4("10.0.0.7", [10, 0, 0, 2], "10.0.9.9"), &routes), None, "another router");
    assert_eq!(read(&redirect_v4("10.0.0.1", [10, 0, 7, 2], "10.0.9.9"), &routes), None, "no neighbor");
    assert_eq!(read(&redirect_v4("10.0.0.1", [10, 0, 0, 5], "10.0.9.9"), &routes), None, "the host itself");
    assert!(routes.follow(&good) && !routes.follow(&good));
    assert_eq!(way(&routes, "10.0.9.9"), Way::Via(ip("10.0.0.2")));
    assert_eq!(way(&routes, "10.0.9.8"), Way::Via(ip("10.0.0.1")), "only for this destination");
    assert_eq!(routes.abandon(&ip("10.0.0.2")), [ip("10.0.9.9")]);
    assert_eq!(way(&routes, "10.0.9.9"), Way::Via(ip("10.0.0.1")));
}

/// A redirect by an IPv6 router, with the MAC address of the new one.
fn redirect_v6(by: &str, via: &str, to: &str) -> Frame {
    let octets = |text: &str| text.parse::<smoltcp::wire::Ipv6Address>().unwrap().octets();
    let header = Header { hop_limit: 255, ..Header::icmp(ip(by), ip("fd00::5")) };
    let option = [2, 1, 2, 0x51, 0, 0, 0, 2];
    packet::icmp(&header, &[&[137, 0, 0, 0, 0, 0, 0, 0], &octets(via), &octets(to), &option])
}

#[test]
fn a_redirect_of_ipv6_names_a_router_or_a_neighbor_and_its_ethernet_address() {
    let routes = routes();
    let mac = Some(EthernetAddress([2, 0x51, 0, 0, 0, 2]));
    let router = read(&redirect_v6("fe80::1", "fe80::2", "2001:db8::9"), &routes).unwrap();
    assert_eq!(router, Redirect { to: ip("2001:db8::9"), via: ip("fe80::2"), mac });
    let neighbor = read(&redirect_v6("fe80::1", "2001:db8::9", "2001:db8::9"), &routes).unwrap();
    assert_eq!(neighbor.via, ip("2001:db8::9"));
    for (by, via, to) in [
        ("fe80::7", "fe80::2", "2001:db8::9"),
        ("fe80::1", "2001:db8::2", "2001:db8::9"),
        ("fe80::1", "fe80::2", "ff0e::9"),
    ] {
        assert_eq!(read(&redirect_v6(by, via, to), &routes), None, "{by} {via} {to}");
    }
    let mut far = redirect_v6("fe80::1", "fe80::2", "2001:db8::9");
    far.make_mut()[14 + 7] = 254;
    assert_eq!(read(&far, &routes), None, "it came over a router");
}

#[test]
fn the_number_of_redirects_is_bounded() {
    let mut routes = routes();
    for number in 0..200 {
        let to = IpAddress::v4(10, 9, 0, number);
        routes.follow(&Redirect { to, via: ip("10.0.0.2"), mac: None });
    }
    assert_eq!(routes.redirects.len(), REDIRECTS_MAX);
    let mut table = Neighbors::default();
    table.learn(Instant::ZERO, ip("10.0.0.2"), None, Evidence::Request);
    assert!(!table.knows(&ip("10.0.0.2")));
}
