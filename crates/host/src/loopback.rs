//! What a host sends to itself: to 127.0.0.0/8, ::1 (RFC 1122, 3.2.1.3 (g); RFC 4291, 2.5.3) and to its own addresses.
//!
//! It takes a little time, as it does in a real host, so that two programs on one host cannot talk without end at one moment. The
//! packets are on no wire.

use smoltcp::iface::Interface;
use smoltcp::wire::{IpAddress, IpCidr, IpVersion, Ipv6Address};
use std::collections::VecDeque;
use wire::{Duration, Frame, Instant};

/// From sending to receiving.
pub(crate) const DELAY: Duration = Duration::from_micros(10);
/// Packets on their way; further ones are dropped.
const PACKETS_MAX: usize = 4_096;

/// Packets on their way from a host to itself.
#[derive(Default)]
pub(crate) struct Loopback(VecDeque<(Instant, Frame)>);

impl Loopback {
    pub fn send(&mut self, now: Instant, frame: Frame) {
        if self.0.len() < PACKETS_MAX {
            self.0.push_back((now + DELAY, frame));
        }
    }

    /// The next packet that has arrived by now.
    pub fn receive(&mut self, now: Instant) -> Option<Frame> {
        let is_due = self.0.front().is_some_and(|(at, _)| *at <= now);
        if is_due { self.0.pop_front().map(|(_, frame)| frame) } else { None }
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.0.front().map(|(at, _)| *at)
    }
}

/// Gives smoltcp this loopback address, so that its sockets can use it. They are given only when they are wanted, since smoltcp has
/// room for few addresses, and stand behind all others. Returns false if there is no room.
pub(crate) fn enable(iface: &mut Interface, to: &IpAddress) -> bool {
    let own = address(to.version());
    let mut room = true;
    if !iface.has_ip_addr(own) {
        let prefix_len = if matches!(own, IpAddress::Ipv4(_)) { 8 } else { 128 };
        iface.update_ip_addrs(|addresses| room = addresses.push(IpCidr::new(own, prefix_len)).is_ok());
    }
    room
}

/// Moves the loopback addresses behind those that came later.
pub(crate) fn put_last(iface: &mut Interface) {
    let own = iface.ip_addrs();
    if own.iter().any(|cidr| is_loopback(&cidr.address())) {
        iface.update_ip_addrs(|addresses| {
            let loopback: Vec<_> =
                addresses.iter().filter(|cidr| is_loopback(&cidr.address())).copied().collect();
            addresses.retain(|cidr| !is_loopback(&cidr.address()));
            addresses.extend(loopback);
        });
    }
}

/// Those of a host's addresses that are not the loopback interface's, which stand last.
pub(crate) fn others(all: &[IpCidr]) -> &[IpCidr] {
    let count = all.iter().rev().take_while(|cidr| is_loopback(&cidr.address())).count();
    &all[..all.len() - count]
}

/// The host's own address on its loopback interface.
pub(crate) const fn address(version: IpVersion) -> IpAddress {
    match version {
        IpVersion::Ipv4 => IpAddress::v4(127, 0, 0, 1),
        IpVersion::Ipv6 => IpAddress::Ipv6(Ipv6Address::LOCALHOST),
    }
}

/// Whether this is an address of every host's loopback interface.
pub(crate) const fn is_loopback(ip: &IpAddress) -> bool {
    match ip {
        IpAddress::Ipv4(ip) => ip.is_loopback(),
        IpAddress::Ipv6(ip) => ip.is_loopback(),
    }
}
