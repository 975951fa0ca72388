//! The groups that a host is in, and what smoltcp 0.14 leaves to its user about them.
//!
//! Joining and leaving is smoltcp's; this counts who needs a group, since several runs may. It also sees to three things.
//! smoltcp reports the solicited-node groups of a host's addresses (RFC 4291, 2.7.1) as soon as it can report at all: a host
//! here says nothing of those, as it never did, and switches flood them. smoltcp answers a query when it is polled, but does
//! not say when that should be. And it swaps the two record types of a change in MLD (RFC 3810, 5.2.12), so that every switch
//! would take a join for a leave.

use smoltcp::iface::Interface;
use smoltcp::wire::{
    EthernetFrame, EthernetProtocol, Icmpv6Packet, IpAddress, IpCidr, IpProtocol, Ipv4Address, Ipv4Packet,
    Ipv6Address, Ipv6Packet,
};
use std::collections::BTreeMap;
use wire::nic::ETHERNET_HEADER_BYTES;
use wire::{Duration, Frame, Instant};

const ALL_SYSTEMS: Ipv4Address = Ipv4Address::new(224, 0, 0, 1);
const ALL_NODES: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
/// Who hears MLD's reports (RFC 3810, 5.2.14).
const ALL_MLDV2_ROUTERS: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16);
/// A query is answered at one of so many moments within the time that it gives.
const MOMENTS: u64 = 16;

/// The groups that a host is in.
#[derive(Default)]
pub(crate) struct Groups {
    /// And how many need each.
    joined: BTreeMap<IpAddress, u32>,
    /// Since it joined an IPv6 group, its reports have to be put right.
    reports_mld: bool,
    /// A query waits to be answered: when to look next, how often, and until when.
    asked: Option<(Instant, Duration, Instant)>,
}

impl Groups {
    /// Somebody needs a group; returns whether the host was not in it. smoltcp holds 32, and ignores more.
    pub fn join(&mut self, iface: &mut Interface, group: IpAddress) -> bool {
        let needed = self.joined.entry(group).or_default();
        *needed += 1;
        if *needed > 1 {
            return false;
        }
        let joined = iface.join_multicast_group(group).is_ok();
        self.reports_mld |= matches!(group, IpAddress::Ipv6(_));
        if !joined {
            self.joined.remove(&group);
        }
        joined
    }

    /// Somebody needs it no more; returns whether the host has left it.
    pub fn leave(&mut self, iface: &mut Interface, group: IpAddress) -> bool {
        let Some(needed) = self.joined.get_mut(&group) else { return false };
        *needed -= 1;
        if *needed > 0 {
            return false;
        }
        self.joined.remove(&group);
        iface.leave_multicast_group(group).is_ok()
    }

    /// Whether packets to this address of a group are for a host with these addresses.
    pub fn contains(&self, group: IpAddress, own: &[IpCidr]) -> bool {
        let always = match group {
            IpAddress::Ipv4(group) => group == ALL_SYSTEMS,
            IpAddress::Ipv6(ALL_NODES) => true,
            IpAddress::Ipv6(group) => own.iter().any(|cidr| match cidr {
                IpCidr::Ipv4(_) => false,
                IpCidr::Ipv6(cidr) => solicited_node(cidr.address()) == group,
            }),
        };
        always || self.joined.contains_key(&group)
    }

    /// Looks at a frame that reached the card: a query has to be answered in time.
    pub fn receive(&mut self, now: Instant, frame: &[u8]) {
        if self.joined.is_empty() {
            return;
        }
        if let Some(within) = query(frame).filter(|within| *within > Duration::ZERO) {
            let every = Duration::from_nanos(within.nanos().div_ceil(MOMENTS));
            self.asked = Some((now + every, every, now + within + every));
        }
    }

    /// When the stack has to be polled for an answer.
    pub fn deadline(&self) -> Option<Instant> {
        self.asked.map(|(next, ..)| next)
    }

    /// The stack is polled now.
    pub fn polled(&mut self, now: Instant) {
        if let Some((next, every, until)) = self.asked
            && next <= now
        {
            self.asked = (now < until).then_some((now + every, every, until));
        }
    }

    /// A frame that the stack sends, with its report put right if it is one.
    pub fn right(&self, frame: Frame) -> Frame {
        if !self.reports_mld || change_record(&frame).is_none() {
            return frame;
        }
        Frame::build(frame.len(), |bytes| {
            bytes.copy_from_slice(&frame);
            let Some((icmp, record)) = change_record(bytes) else { return };
            bytes[record] = 7 - bytes[record];
            let own = Ipv6Packet::new_unchecked(&frame[ETHERNET_HEADER_BYTES..]).src_addr();
            Icmpv6Packet::new_unchecked(&mut bytes[icmp..]).fill_checksum(&own, &ALL_MLDV2_ROUTERS);
        })
    }
}

/// Lets the host forget the groups of its own addresses before smoltcp reports them.
pub(crate) fn leave_solicited_nodes(iface: &mut Interface) {
    let addresses: Vec<_> = iface.ip_addrs().to_vec();
    for cidr in addresses {
        if let IpCidr::Ipv6(cidr) = cidr {
            let _ = iface.leave_multicast_group(solicited_node(cidr.address()));
        }
    }
}

/// RFC 4291, 2.7.1.
fn solicited_node(address: Ipv6Address) -> Ipv6Address {
    const PREFIX: u128 = Ipv6Address::new(0xff02, 0, 0, 0, 0, 1, 0xff00, 0).to_bits();
    Ipv6Address::from_bits(PREFIX | (address.to_bits() & 0xff_ffff))
}

/// How long hosts may wait with their answer, if the frame is an IGMP (RFC 2236) or MLD (RFC 3810) query.
fn query(frame: &[u8]) -> Option<Duration> {
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    match ethernet.ethertype() {
        EthernetProtocol::Ipv4 => {
            let ip = Ipv4Packet::new_checked(ethernet.payload()).ok()?;
            let igmp = (ip.next_header() == IpProtocol::Igmp).then(|| ip.payload())?;
            // Version 1 leaves the field empty and means 10 s.
            let tenths = Some(igmp.get(1)?).filter(|tenths| **tenths > 0).map_or(100, |tenths| *tenths);
            (igmp[0] == 0x11).then(|| Duration::from_millis(u64::from(tenths) * 100))
        }
        EthernetProtocol::Ipv6 => {
            let ip = Ipv6Packet::new_checked(ethernet.payload()).ok()?;
            let icmp = match ip.next_header() {
                IpProtocol::Icmpv6 => ip.payload(),
                IpProtocol::HopByHop => ip.payload().get((usize::from(*ip.payload().get(1)?) + 1) * 8..)?,
                _ => return None,
            };
            let millis = u16::from_be_bytes([*icmp.get(4)?, *icmp.get(5)?]);
            (icmp[0] == 130).then(|| Duration::from_millis(millis.into()))
        }
        _ => None,
    }
}

/// Where the ICMPv6 message and the type of its first record begin, in a report that some group's state has changed.
fn change_record(frame: &[u8]) -> Option<(usize, usize)> {
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    if ethernet.ethertype() != EthernetProtocol::Ipv6 {
        return None;
    }
    let ip = Ipv6Packet::new_checked(ethernet.payload()).ok()?;
    if ip.dst_addr() != ALL_MLDV2_ROUTERS || ip.next_header() != IpProtocol::HopByHop {
        return None;
    }
    let icmp = ETHERNET_HEADER_BYTES + 40 + (usize::from(*ip.payload().get(1)?) + 1) * 8;
    let record = icmp + 8;
    (*frame.get(icmp)? == 143 && matches!(frame.get(record)?, 3 | 4)).then_some((icmp, record))
}

#[cfg(test)]
mod tests;
