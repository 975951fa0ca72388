//! ARP (RFC 826, RFC 5227) as Linux does it.
//!
//! A request for an address of the host is answered whatever address it comes from, so that a host with a wrong mask gets its answer;
//! a probe, which has no sender address yet, too (RFC 5227, 2.1.1). The sender of any ARP packet is merged into the table if it is
//! in there already, and added if the packet is for this host: so a station that takes over an address is believed at once, and so
//! is one that only claims to.

use crate::neighbor::{Evidence, Neighbors};
use smoltcp::wire::{ArpOperation, ArpPacket, ArpRepr, EthernetAddress, IpAddress, Ipv4Address};
use wire::header::{ETHERNET_HEADER_BYTES, EtherType};
use wire::{Frame, Instant};

/// The length of an ARP packet for Ethernet and IPv4.
const ARP_BYTES: usize = 28;

/// Looks at a received ARP packet; returns the answer, if there is one. `is_own` returns whether an IP address is the host's.
pub(crate) fn receive(
    now: Instant,
    payload: &[u8],
    own: EthernetAddress,
    neighbors: &mut Neighbors,
    is_own: impl Fn(Ipv4Address) -> bool,
) -> Option<Frame> {
    let packet = ArpPacket::new_checked(payload).ok()?;
    let ArpRepr::EthernetIpv4 {
        operation,
        source_hardware_addr: mac,
        source_protocol_addr: ip,
        target_protocol_addr: target,
        ..
    } = ArpRepr::parse(&packet).ok()?
    else {
        return None;
    };
    if !mac.is_unicast() || ip.is_multicast() || ip.is_broadcast() || is_own(ip) {
        return None;
    }
    let for_us = is_own(target);
    if !ip.is_unspecified() {
        let sender = IpAddress::Ipv4(ip);
        let how = match operation {
            ArpOperation::Request if for_us => Evidence::Request,
            ArpOperation::Request | ArpOperation::Reply => Evidence::Advertisement {
                solicited: operation == ArpOperation::Reply && for_us,
                overrides: ip == target || !neighbors.is_locked(now, &sender),
            },
            ArpOperation::Unknown(_) => return None,
        };
        neighbors.learn(now, sender, Some(mac), how);
    }
    let asks = operation == ArpOperation::Request && for_us;
    asks.then(|| frame(ArpOperation::Reply, (own, target), mac, (mac, ip)))
}

/// A request for `target`: to all stations, or to the one with the MAC address `to`.
pub(crate) fn request(
    from: (EthernetAddress, Ipv4Address),
    target: Ipv4Address,
    to: Option<EthernetAddress>,
) -> Frame {
    let asked = to.unwrap_or(EthernetAddress([0; 6]));
    frame(ArpOperation::Request, from, to.unwrap_or(EthernetAddress::BROADCAST), (asked, target))
}

/// A probe: whether another host uses an address, asked without an address of the own (RFC 5227, 2.1.1).
pub(crate) fn probe(own: EthernetAddress, target: Ipv4Address) -> Frame {
    request((own, Ipv4Address::UNSPECIFIED), target, None)
}

/// Whether a received ARP packet shows that another host than `own` uses the probed address, or probes it too (RFC 5227, 2.1.1).
pub(crate) fn claims(payload: &[u8], own: EthernetAddress, probed: Ipv4Address) -> bool {
    let repr = ArpPacket::new_checked(payload).ok().and_then(|packet| ArpRepr::parse(&packet).ok());
    let Some(ArpRepr::EthernetIpv4 {
        operation,
        source_hardware_addr: mac,
        source_protocol_addr: ip,
        target_protocol_addr: target,
        ..
    }) = repr
    else {
        return false;
    };
    let probes = operation == ArpOperation::Request && ip.is_unspecified() && target == probed;
    mac != own && (ip == probed || probes)
}

fn frame(
    operation: ArpOperation,
    (mac, ip): (EthernetAddress, Ipv4Address),
    to: EthernetAddress,
    (target_mac, target): (EthernetAddress, Ipv4Address),
) -> Frame {
    let arp = ArpRepr::EthernetIpv4 {
        operation,
        source_hardware_addr: mac,
        source_protocol_addr: ip,
        target_hardware_addr: target_mac,
        target_protocol_addr: target,
    };
    Frame::build(ETHERNET_HEADER_BYTES + ARP_BYTES, |bytes| {
        bytes[..6].copy_from_slice(&to.0);
        bytes[6..12].copy_from_slice(&mac.0);
        bytes[12..ETHERNET_HEADER_BYTES].copy_from_slice(&EtherType::ARP.0.to_be_bytes());
        arp.emit(&mut ArpPacket::new_unchecked(&mut bytes[ETHERNET_HEADER_BYTES..]));
    })
}

#[cfg(test)]
mod tests;
