//! Prefixes without host bits, for both IP versions: smoltcp has this for IPv4 only.

use smoltcp::wire::{IpAddress, IpCidr, Ipv4Cidr, Ipv6Cidr};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A prefix whose host bits are zero.
pub(crate) fn network(cidr: IpCidr) -> IpCidr {
    let masked = bits(cidr.address()) & mask(cidr.prefix_len());
    match cidr {
        IpCidr::Ipv4(cidr) => {
            let address = Ipv4Addr::from_bits((masked >> 96) as u32);
            IpCidr::Ipv4(Ipv4Cidr::new(address, cidr.prefix_len()))
        }
        IpCidr::Ipv6(cidr) => IpCidr::Ipv6(Ipv6Cidr::new(Ipv6Addr::from_bits(masked), cidr.prefix_len())),
    }
}

/// An address as a number whose first bit is the most significant, for both versions.
pub(crate) fn bits(address: IpAddress) -> u128 {
    match address {
        IpAddress::Ipv4(address) => u128::from(address.to_bits()) << 96,
        IpAddress::Ipv6(address) => address.to_bits(),
    }
}

/// The mask for [`bits`] of a prefix of this length.
pub(crate) fn mask(length: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0)
}
