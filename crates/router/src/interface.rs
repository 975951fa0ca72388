//! The router's interfaces: a port's untagged frames, and each of its VLANs.
//!
//! They are made anew from the ports' settings whenever those change, and only for ports that are up. So no other module has to
//! check whether a port works: an interface that does not exist cannot be sent through.

use crate::config::{ADDRESSES_MAX, Port, VLANS_MAX};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use std::net::{Ipv4Addr, Ipv6Addr};
use wire::PortId;

/// The identity of an interface: its port, and its VLAN, if its frames are tagged (IEEE 802.1Q-2022, 9.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// The port.
    pub port: PortId,
    /// The VLAN; `None`: untagged frames.
    pub vlan: Option<u16>,
}

/// An interface that is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its port and VLAN.
    pub link: Link,
    /// Its MAC address.
    pub mac: EthernetAddress,
    /// Its addresses, without link-local ones of IPv6.
    pub addresses: Vec<IpCidr>,
    /// Its link-local address (RFC 4291, 2.5.6), if it speaks IPv6.
    pub link_local: Option<Ipv6Addr>,
    /// The longest packet, in bytes.
    pub mtu: usize,
    /// It leads to the outside of the address translation.
    pub outside: bool,
    /// It advertises the router.
    pub advertise: bool,
    /// It takes part in RIP, and so does the router.
    pub rip: bool,
}

/// The minimum MTU of IPv4 (RFC 791, 3.2).
pub const MTU_MIN: usize = 68;
/// The minimum MTU of IPv6: a link with a smaller one carries no IPv6 (RFC 8200, 5).
pub const IPV6_MTU_MIN: usize = 1_280;
/// The longest IP packet.
pub const MTU_MAX: usize = 65_535;

impl Interface {
    /// All interfaces of a port with these settings. Invalid addresses and VLANs are ignored.
    pub fn of_port(port: PortId, settings: &Port, mac: EthernetAddress) -> Vec<Self> {
        let vlans = settings.vlans.iter().take(VLANS_MAX).filter(|(vlan, _)| (1..=4_094).contains(vlan));
        let untagged = (None, &settings.addresses);
        let all = [untagged].into_iter().chain(vlans.map(|(vlan, list)| (Some(*vlan), list)));
        all.map(|(vlan, list)| Self::new(Link { port, vlan }, list, settings, mac)).collect()
    }

    fn new(link: Link, list: &[IpCidr], settings: &Port, mac: EthernetAddress) -> Self {
        let mtu = settings.mtu.clamp(MTU_MIN, MTU_MAX);
        let fits = |cidr: &&IpCidr| match cidr {
            IpCidr::Ipv4(cidr) => is_host(cidr.address()),
            IpCidr::Ipv6(cidr) => {
                let address = cidr.address();
                mtu >= IPV6_MTU_MIN
                    && !(address.is_multicast() || address.is_unspecified() || address.is_loopback())
            }
        };
        let list: Vec<IpCidr> = list.iter().take(ADDRESSES_MAX).filter(fits).copied().collect();
        let chosen = list.iter().find_map(|cidr| match cidr {
            IpCidr::Ipv6(cidr) if cidr.address().is_unicast_link_local() => Some(cidr.address()),
            _ => None,
        });
        let speaks_ipv6 = list.iter().any(|cidr| matches!(cidr, IpCidr::Ipv6(_)));
        let link_local = chosen.or_else(|| speaks_ipv6.then(|| link_local_of(mac)));
        let addresses = list.into_iter().filter(|cidr| !is_link_local(cidr.address())).collect();
        let Port { outside, advertise, rip, .. } = *settings;
        Self { link, mac, addresses, link_local, mtu, outside, advertise, rip }
    }

    /// Whether this is one of its addresses.
    pub fn has(&self, address: IpAddress) -> bool {
        self.addresses.iter().any(|cidr| cidr.address() == address)
            || matches!(address, IpAddress::Ipv6(address) if self.link_local == Some(address))
    }

    /// Whether this is the address of all routers of one of its networks (subnet-router anycast, RFC 4291, 2.6.1): the prefix, with
    /// zeros behind it. A network of two routers has none (RFC 6164, 5.1).
    pub fn has_anycast(&self, address: Ipv6Addr) -> bool {
        self.anycast().any(|own| own == address)
    }

    fn anycast(&self) -> impl Iterator<Item = Ipv6Addr> + '_ {
        let link_local = self.link_local.map(|_| Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0));
        link_local.into_iter().chain(self.addresses.iter().filter_map(|cidr| match cidr {
            IpCidr::Ipv6(cidr) if cidr.prefix_len() < 127 => {
                let host_bits = u128::MAX >> cidr.prefix_len();
                Some(Ipv6Addr::from_bits(cidr.address().to_bits() & !host_bits))
            }
            IpCidr::Ipv6(_) | IpCidr::Ipv4(_) => None,
        }))
    }

    /// Whether a station with this address is on the interface's own network.
    pub fn is_on_link(&self, address: IpAddress) -> bool {
        match address {
            IpAddress::Ipv6(address) if address.is_unicast_link_local() => self.link_local.is_some(),
            IpAddress::Ipv4(_) | IpAddress::Ipv6(_) => {
                self.addresses.iter().any(|cidr| cidr.contains_addr(&address))
            }
        }
    }

    /// Whether this is a broadcast address on the interface (RFC 1812, 5.3.5).
    pub fn is_broadcast(&self, address: Ipv4Addr) -> bool {
        address.is_broadcast()
            || self.addresses.iter().any(|cidr| match cidr {
                // RFC 3021: a network of two has no broadcast address. The all-zeros form is the old one (5.3.5.1).
                IpCidr::Ipv4(cidr) if cidr.prefix_len() < 31 => {
                    cidr.broadcast() == Some(address) || cidr.network().address() == address
                }
                _ => false,
            })
    }

    /// The source address for packets to `peer`: one on the same network if possible, else the first.
    pub fn source_for(&self, peer: IpAddress) -> Option<IpAddress> {
        match peer {
            IpAddress::Ipv4(_) => {
                let own = || self.addresses.iter().filter(|cidr| matches!(cidr, IpCidr::Ipv4(_)));
                own().find(|cidr| cidr.contains_addr(&peer)).or_else(|| own().next()).map(IpCidr::address)
            }
            IpAddress::Ipv6(address) if is_link_scope(address) => self.link_local.map(IpAddress::Ipv6),
            IpAddress::Ipv6(_) => {
                let own = || self.addresses.iter().filter(|cidr| matches!(cidr, IpCidr::Ipv6(_)));
                own().find(|cidr| cidr.contains_addr(&peer)).or_else(|| own().next()).map(IpCidr::address)
            }
        }
    }

    /// Whether it speaks IPv4.
    pub fn speaks_ipv4(&self) -> bool {
        self.addresses.iter().any(|cidr| matches!(cidr, IpCidr::Ipv4(_)))
    }

    /// Whether it accepts Ethernet frames to this group.
    pub fn is_in_group(&self, mac: EthernetAddress) -> bool {
        let [a, b, c, d, e, f] = mac.0;
        match [a, b] {
            [0x01, 0x00] => {
                let rip = self.rip && f == 9;
                self.speaks_ipv4() && [c, d, e] == [0x5e, 0, 0] && (f == 1 || f == 2 || rip)
            }
            [0x33, 0x33] => self.own_ipv6().chain(self.anycast()).any(|own| {
                let o = own.octets();
                let rip = self.rip && f == 9;
                [c, d, e, f] == [0xff, o[13], o[14], o[15]]
                    || ([c, d, e] == [0, 0, 0] && (f == 1 || f == 2 || rip))
            }),
            _ => false,
        }
    }

    /// Whether it is in this IPv6 group (RFC 4291, 2.8; ff02::9 is RIPng's, RFC 2080, 2.5.1).
    pub fn is_in_ipv6_group(&self, group: Ipv6Addr) -> bool {
        match group.segments() {
            [0xff01 | 0xff02, 0, 0, 0, 0, 0, 0, 1 | 2] | [0xff05, 0, 0, 0, 0, 0, 0, 2] => true,
            [0xff02, 0, 0, 0, 0, 0, 0, 9] => self.rip,
            _ => self.own_ipv6().chain(self.anycast()).any(|own| solicited_node(own) == group),
        }
    }

    /// Its IPv6 addresses, the link-local one first.
    pub fn own_ipv6(&self) -> impl Iterator<Item = Ipv6Addr> + '_ {
        self.link_local.into_iter().chain(self.addresses.iter().filter_map(|cidr| match cidr {
            IpCidr::Ipv6(cidr) => Some(cidr.address()),
            IpCidr::Ipv4(_) => None,
        }))
    }
}

/// Whether this can be the address of a single host (RFC 1122, 3.2.1.3).
pub fn is_host(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    first != 0 && first != 127 && first < 224
}

/// Whether packets from or to this address may be forwarded (RFC 1812, 5.3.7; RFC 3927, 2.7; RFC 4291, 2.5.6 and 2.7).
pub fn is_forwardable(address: IpAddress) -> bool {
    match address {
        IpAddress::Ipv4(address) => is_host(address) && !address.is_link_local(),
        IpAddress::Ipv6(address) => {
            !(address.is_unspecified()
                || address.is_loopback()
                || address.is_multicast()
                || address.is_unicast_link_local())
        }
    }
}

fn is_link_local(address: IpAddress) -> bool {
    matches!(address, IpAddress::Ipv6(address) if address.is_unicast_link_local())
}

/// Whether an address is valid on one link only: a link-local address, or a group of link-local scope or less.
pub fn is_link_scope(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_unicast_link_local() || (first == 0xff && second & 0x0f <= 2)
}

/// The link-local address that a MAC address gives (RFC 2464, 5).
pub fn link_local_of(mac: EthernetAddress) -> Ipv6Addr {
    let [a, b, c, d, e, f] = mac.0.map(u16::from);
    Ipv6Addr::new(0xfe80, 0, 0, 0, (a ^ 2) << 8 | b, c << 8 | 0xff, 0xfe00 | d, e << 8 | f)
}

/// The group of all nodes whose addresses end like this one (RFC 4291, 2.7.1).
pub fn solicited_node(address: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = address.octets().map(u16::from);
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | a, b << 8 | c)
}

/// The MAC address of a group or of the broadcast address (RFC 1112, 6.4; RFC 2464, 7); `None`: it is a unicast address.
pub fn group_mac(address: IpAddress) -> Option<EthernetAddress> {
    match address {
        IpAddress::Ipv4(address) if address.is_broadcast() => Some(EthernetAddress::BROADCAST),
        IpAddress::Ipv4(address) if address.is_multicast() => {
            let [_, a, b, c] = address.octets();
            Some(EthernetAddress([0x01, 0x00, 0x5e, a & 0x7f, b, c]))
        }
        IpAddress::Ipv6(address) if address.is_multicast() => {
            let [.., a, b, c, d] = address.octets();
            Some(EthernetAddress([0x33, 0x33, a, b, c, d]))
        }
        IpAddress::Ipv4(_) | IpAddress::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: EthernetAddress = EthernetAddress([0x02, 0x51, 0, 1, 0, 2]);

    fn interface(addresses: &[&str], mtu: usize) -> Interface {
        let addresses = addresses.iter().map(|a| a.parse().unwrap()).collect();
        Interface::of_port(PortId(0), &Port { addresses, mtu, ..Port::default() }, MAC).remove(0)
    }

    #[test]
    fn an_interface_with_an_ipv6_address_has_a_link_local_one_from_its_mac() {
        let with = interface(&["fd00::1/64"], 1_500);
        assert_eq!(with.link_local, Some("fe80::51:ff:fe01:2".parse().unwrap()));
        assert_eq!(interface(&["10.0.0.1/24"], 1_500).link_local, None);
        let chosen = interface(&["fe80::1/64"], 1_500);
        assert_eq!((chosen.link_local, chosen.addresses), (Some("fe80::1".parse().unwrap()), vec![]));
    }

    #[test]
    fn a_link_too_short_for_ipv6_does_not_carry_it() {
        let short = interface(&["fd00::1/64", "10.0.0.1/24"], 1_279);
        assert_eq!((short.link_local, short.addresses.len()), (None, 1));
    }

    #[test]
    fn addresses_and_vlans_that_make_no_sense_are_left_out() {
        let bad =
            interface(&["0.0.0.0/8", "127.0.0.1/8", "224.0.0.1/4", "::/0", "::1/128", "ff02::1/64"], 1_500);
        assert_eq!((bad.addresses, bad.link_local), (vec![], None));
        let list = |vlan| (vlan, vec!["10.0.0.1/24".parse().unwrap()]);
        let port = Port { vlans: vec![list(0), list(7), list(4_095)], ..Port::default() };
        let links: Vec<_> =
            Interface::of_port(PortId(3), &port, MAC).into_iter().map(|i| i.link.vlan).collect();
        assert_eq!(links, [None, Some(7)]);
    }

    #[test]
    fn it_takes_the_frames_of_its_groups_and_no_others() {
        let interface = interface(&["fd00::12:3456/64", "10.0.0.1/24"], 1_500);
        let takes = |text: &str| interface.is_in_group(text.parse().unwrap());
        for group in ["01-00-5e-00-00-01", "01-00-5e-00-00-09", "33-33-00-00-00-02", "33-33-ff-12-34-56"] {
            assert!(takes(group), "{group}");
        }
        for group in ["01-00-5e-00-00-05", "33-33-00-00-00-fb", "33-33-ff-12-34-57", "01-80-c2-00-00-00"] {
            assert!(!takes(group), "{group}");
        }
    }

    #[test]
    fn the_source_address_is_on_the_peers_network() {
        let interface = interface(&["10.0.0.1/24", "10.1.0.1/24", "fd00::1/64"], 1_500);
        let source = |peer: &str| interface.source_for(peer.parse().unwrap()).map(|a| a.to_string());
        assert_eq!(source("10.1.0.9").as_deref(), Some("10.1.0.1"));
        assert_eq!(source("192.0.2.1").as_deref(), Some("10.0.0.1"));
        assert_eq!(source("2001:db8::1").as_deref(), Some("fd00::1"));
        assert_eq!(source("fe80::9").as_deref(), Some("fe80::51:ff:fe01:2"));
    }

    #[test]
    fn a_network_of_two_has_no_broadcast_address() {
        let narrow = interface(&["10.0.0.0/31"], 1_500);
        assert!(!narrow.is_broadcast([10, 0, 0, 1].into()));
        let wide = interface(&["10.0.0.1/30"], 1_500);
        assert!(wide.is_broadcast([10, 0, 0, 3].into()) && wide.is_broadcast([10, 0, 0, 0].into()));
    }
}
