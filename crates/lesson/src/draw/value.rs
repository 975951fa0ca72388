//! The values of variables and expressions.

use smoltcp::wire::{IpAddress, IpCidr};
use std::fmt;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// An address.
    Address(IpAddress),
    /// An address with the length of its prefix: of a host (`10.0.0.7/24`), or of a network (`10.0.0.0/24`).
    Network(IpCidr),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Address(address) => address.fmt(f),
            Self::Network(cidr) => cidr.fmt(f),
        }
    }
}

/// The bits of an address, and how many there are.
pub fn bits(address: IpAddress) -> (u128, u32) {
    match address {
        IpAddress::Ipv4(v4) => (u32::from(v4).into(), 32),
        IpAddress::Ipv6(v6) => (v6.into(), 128),
    }
}

/// The address of the same IP version with these bits; `None` if it has fewer.
pub fn with_bits(like: IpAddress, bits: u128) -> Option<IpAddress> {
    Some(match like {
        IpAddress::Ipv4(_) => IpAddress::Ipv4(u32::try_from(bits).ok()?.into()),
        IpAddress::Ipv6(_) => IpAddress::Ipv6(bits.into()),
    })
}

/// The bits behind the prefix, as a mask.
pub fn host_mask(cidr: IpCidr) -> u128 {
    let (_, count) = bits(cidr.address());
    let host = count - u32::from(cidr.prefix_len());
    if host == 128 { u128::MAX } else { (1 << host) - 1 }
}

/// The first address of a network.
pub fn first(cidr: IpCidr) -> IpAddress {
    let (all, _) = bits(cidr.address());
    with_bits(cidr.address(), all & !host_mask(cidr)).unwrap_or(cidr.address())
}

/// The last address of a network; of an IPv4 network, its broadcast address.
pub fn last(cidr: IpCidr) -> IpAddress {
    let (all, _) = bits(cidr.address());
    with_bits(cidr.address(), all | host_mask(cidr)).unwrap_or(cidr.address())
}

/// The number of addresses that hosts can have: all but the first and the last of an IPv4 network (RFC 1122, 3.2.1.3), except
/// where there are only two (RFC 3021).
pub fn hosts(cidr: IpCidr) -> u128 {
    match host_mask(cidr) {
        mask @ (0 | 1) => mask + 1,
        mask => mask - 1,
    }
}

/// The address of the host of this number, from 1.
pub fn host(cidr: IpCidr, number: u128) -> Option<IpAddress> {
    if number == 0 || number > hosts(cidr) {
        return None;
    }
    let (start, _) = bits(first(cidr));
    let number = if host_mask(cidr) < 2 { number - 1 } else { number };
    with_bits(cidr.address(), start + number)
}
