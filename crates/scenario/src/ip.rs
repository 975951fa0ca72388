//! IP addresses and networks: what the rest of the crate asks of them.

use netlab::run::IpVersion;
use smoltcp::wire::{IpAddress, IpCidr, Ipv6Cidr};
use texts::t;

/// The IP version of an address.
pub(crate) fn version_of(address: IpAddress) -> IpVersion {
    match address {
        IpAddress::Ipv4(_) => IpVersion::V4,
        IpAddress::Ipv6(_) => IpVersion::V6,
    }
}

/// The network that an address is in: its host bits are zero.
pub(crate) fn network(cidr: IpCidr) -> IpCidr {
    match cidr {
        IpCidr::Ipv4(cidr) => IpCidr::Ipv4(cidr.network()),
        IpCidr::Ipv6(cidr) => {
            // smoltcp has this for IPv4 only.
            let mask = u128::MAX.checked_shl(128 - u32::from(cidr.prefix_len())).unwrap_or(0);
            let address = (cidr.address().to_bits() & mask).into();
            IpCidr::Ipv6(Ipv6Cidr::new(address, cidr.prefix_len()))
        }
    }
}

/// The broadcast address of an IPv4 network; one of one or two addresses has none (RFC 3021).
pub(crate) fn broadcast(of: IpCidr) -> Option<IpAddress> {
    match of {
        IpCidr::Ipv4(cidr) => cidr.broadcast().map(IpAddress::Ipv4),
        IpCidr::Ipv6(_) => None,
    }
}

/// Whether an IPv4 address is private (RFC 1918) or shared behind a provider's translation (RFC 6598).
pub(crate) fn is_private(address: IpAddress) -> bool {
    match address {
        IpAddress::Ipv4(address) => {
            let shared = address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64;
            address.is_private() || shared
        }
        IpAddress::Ipv6(_) => false,
    }
}

/// Whether an address is valid on one LAN only (RFC 4291, 2.5.6).
pub(crate) fn is_link_local(address: &IpAddress) -> bool {
    matches!(address, IpAddress::Ipv6(address) if address.is_unicast_link_local())
}

/// Why no host can have this address; `None` if one can.
pub(crate) fn unusable_address(cidr: IpCidr) -> Option<&'static str> {
    match cidr.address() {
        IpAddress::Ipv4(address) => {
            let host_bits = 32 - u32::from(cidr.prefix_len());
            let host_part = if host_bits == 32 { u32::MAX } else { (1 << host_bits) - 1 };
            let bits = address.to_bits();
            if address.octets()[0] == 0 {
                Some(t!("means \"no address yet\" (RFC 1122, 3.2.1.3): take another"))
            } else if address.is_loopback() {
                Some(t!("never leaves a host (RFC 1122, 3.2.1.3): take another"))
            } else if address.is_multicast() || address.octets()[0] >= 240 {
                Some(t!("is not for one machine: take another, below 224.0.0.0"))
            } else if host_bits >= 2 && bits & host_part == 0 {
                Some(t!("is the network itself: take a higher number"))
            } else if host_bits >= 2 && bits & host_part == host_part {
                Some(t!("is the network's broadcast address: take a lower number"))
            } else {
                None
            }
        }
        IpAddress::Ipv6(address) => {
            if address.is_unspecified() {
                Some(t!("means \"no address yet\": take another"))
            } else if address.is_loopback() {
                Some(t!("never leaves a host: take another"))
            } else if address.is_multicast() {
                Some(t!("is not for one machine: take another, such as fd00::1"))
            } else if address.to_ipv4_mapped().is_some() {
                Some(t!(
                    "is an IPv4 address in disguise, which never stands on a wire: write the IPv4 address"
                ))
            } else {
                None
            }
        }
    }
}
