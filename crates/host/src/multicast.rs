//! The groups that a host is in, and what smoltcp 0.14 leaves to its user about them.
//!
//! Joining and leaving is smoltcp's; this counts the runs that need a group. It also corrects three things.
//! smoltcp reports the solicited-node groups of a host's addresses (RFC 4291, 2.7.1) as soon as it can report at all: a host
//! here says nothing of those, as it never did, and switches flood them. smoltcp answers a query when it is polled, but does
//! not say when that should be. And it swaps the two record types of a change in MLD (RFC 3810, 5.2.12), so that every switch
//! would take a join for a leave.

use smoltcp::iface::Interface;
use smoltcp::wire::{Icmpv6Packet, IpAddress, IpCidr, IpProtocol, Ipv4Address, Ipv6Address};
use wire::header::{Ethernet, Icmp, Ip};
use wire::sorted::SortedMap;
use wire::{Duration, Frame, Instant};

const ALL_SYSTEMS: Ipv4Address = Ipv4Address::new(224, 0, 0, 1);
const ALL_NODES: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
/// The destination of MLD reports (RFC 3810, 5.2.14).
const ALL_MLDV2_ROUTERS: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16);
/// The stack is polled at this many moments within the maximum response time of a query.
const MOMENTS: u64 = 16;

/// The groups that a host is in.
#[derive(Default)]
pub(crate) struct Groups {
    /// Each with the number of runs that need it.
    joined: SortedMap<IpAddress, u32>,
    /// Since it joined an IPv6 group, its reports have to be corrected.
    reports_mld: bool,
    /// A query waits to be answered: when to look next, how often, and until when.
    asked: Option<(Instant, Duration, Instant)>,
}

impl Groups {
    /// A run needs a group; returns whether the host has joined it now. smoltcp holds 32, and ignores more.
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

    /// A run no longer needs a group; returns whether the host has left it now.
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

    /// Looks at a received packet: a query has to be answered in time.
    pub fn receive(&mut self, now: Instant, ip: &Ip<'_>) {
        if self.joined.is_empty() {
            return;
        }
        if let Some(within) = query(ip).filter(|within| *within > Duration::ZERO) {
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

    /// A frame that the stack sends; an MLD report is corrected.
    pub fn corrected(&self, frame: Frame) -> Frame {
        let report = if self.reports_mld { change_report(&frame) } else { None };
        let Some((own, icmp)) = report else { return frame };
        Frame::build(frame.len(), |bytes| {
            bytes.copy_from_slice(&frame);
            let record_type = &mut bytes[icmp + Icmp::BYTES];
            *record_type = 7 - *record_type;
            Icmpv6Packet::new_unchecked(&mut bytes[icmp..]).fill_checksum(&own, &ALL_MLDV2_ROUTERS);
        })
    }
}

/// Leaves the solicited-node groups of the host's own addresses before smoltcp reports them.
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

/// The maximum response time, if the packet is an IGMP (RFC 2236) or MLD (RFC 3810) query.
fn query(ip: &Ip<'_>) -> Option<Duration> {
    match ip.source {
        IpAddress::Ipv4(_) => {
            let is_igmp = ip.protocol == IpProtocol::Igmp && !ip.is_later_fragment();
            let &[kind, tenths] = ip.payload().first_chunk().filter(|_| is_igmp)?;
            // Version 1 leaves the field empty and means 10 s.
            let tenths = if tenths == 0 { 100 } else { u64::from(tenths) };
            (kind == 0x11).then(|| Duration::from_millis(tenths * 100))
        }
        IpAddress::Ipv6(_) => {
            let Icmp { kind: 130, rest: [high, low, ..], .. } = ip.icmp()? else { return None };
            Some(Duration::from_millis(u16::from_be_bytes([high, low]).into()))
        }
    }
}

/// The sender of an MLD report that a group's state has changed, and the place of the ICMPv6 message in the frame.
fn change_report(frame: &[u8]) -> Option<(Ipv6Address, usize)> {
    let ethernet = Ethernet::read(frame)?;
    let ip = ethernet.ip()?;
    let (IpAddress::Ipv6(own), IpAddress::Ipv6(ALL_MLDV2_ROUTERS)) = (ip.source, ip.destination) else {
        return None;
    };
    let is_change = ip.icmp()?.kind == 143 && matches!(ip.payload().get(Icmp::BYTES)?, 3 | 4);
    is_change.then_some((own, ethernet.payload_at + ip.payload_at))
}

#[cfg(test)]
mod tests;
