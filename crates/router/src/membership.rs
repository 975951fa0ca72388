//! Reports of the IPv6 groups that the router's interfaces are in (RFC 3810, 6), as a listener: those of its addresses (RFC 4291, 2.7.1),
//! of all routers, and RIPng's. Without them a switch that snoops and hears a querier would no longer bring the router neighbor
//! solicitations. The router sends no queries itself, since it forwards no multicast.

use crate::interface::{Interface, Link, group_mac, solicited_node};
use crate::packet::{ethernet_header, ipv6_packet};
use crate::{Actions, Router, icmp};
use smoltcp::wire::IpProtocol;
use std::net::Ipv6Addr;
use wire::header::{EtherType, Ip};
use wire::rng::Stream;
use wire::sorted::SortedMap;
use wire::{Duration, Frame, Instant};

/// The destination of reports (RFC 3810, 5.2.14).
const ALL_MLDV2_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16);
const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
const RIP_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 9);
const REPORT: u8 = 143;
/// The types of a report's records (RFC 3810, 5.2.12): an answer, and a change.
const IS_EXCLUDE: u8 = 2;
const TO_EXCLUDE: u8 = 4;
/// A new membership is reported within this long, so that routers that are switched on together do not all report at once.
const DELAY_MAX: Duration = Duration::from_secs(1);

/// The reports that are due.
#[derive(Clone, Debug)]
pub struct Memberships {
    groups: SortedMap<Link, Vec<Ipv6Addr>>,
    /// For each interface when, and of which type its records are.
    due: SortedMap<Link, (Instant, u8)>,
    random: Stream,
}

impl Memberships {
    /// No interfaces yet.
    pub fn new(random: Stream) -> Self {
        Self { groups: SortedMap::new(), due: SortedMap::new(), random }
    }

    /// Sets the interfaces; those that are in other groups than before report them.
    pub fn set_interfaces<'a>(&mut self, now: Instant, all: impl Iterator<Item = &'a Interface>) {
        let mut before = std::mem::take(&mut self.groups);
        let due = std::mem::take(&mut self.due);
        for interface in all.filter(|interface| interface.link_local.is_some()) {
            let (link, groups) = (interface.link, groups(interface));
            if before.remove(&link).as_ref() == Some(&groups) {
                due.get(&link).map(|planned| self.due.insert(link, *planned));
            } else {
                let at = now + self.delay(DELAY_MAX);
                self.due.insert(link, (at, TO_EXCLUDE));
            }
            self.groups.insert(link, groups);
        }
    }

    fn delay(&mut self, max: Duration) -> Duration {
        Duration::from_nanos(self.random.draw_u64() % max.nanos().max(1))
    }

    /// A query came to this interface: its groups, or the one that is asked for, are reported within the time that it gives (RFC
    /// 3810, 6.2).
    pub fn receive(&mut self, now: Instant, link: Link, ip: &Ip<'_>) {
        let message = ip.payload();
        let Some(&[high, low]) = message.get(4..6).and_then(|delay| delay.first_chunk()) else { return };
        let Some(group) = message.get(8..).and_then(|group| group.first_chunk::<16>()) else { return };
        let (group, Some(groups)) = (Ipv6Addr::from(*group), self.groups.get(&link)) else { return };
        if ip.hop_limit != 1 || !(group.is_unspecified() || groups.contains(&group)) {
            return;
        }
        // Larger codes are floating-point numbers of more than half a minute (5.1.3): half a minute is soon enough.
        let code = u16::from_be_bytes([high, low]).min(0x7fff);
        let at = now + self.delay(Duration::from_millis(code.into()));
        let planned = self.due.entry(link).or_insert((at, IS_EXCLUDE));
        planned.0 = planned.0.min(at);
    }

    fn next_due(&mut self, now: Instant) -> Option<(Link, u8)> {
        let (&link, &(_, kind)) = self.due.iter().find(|(_, (at, _))| *at <= now)?;
        self.due.remove(&link);
        Some((link, kind))
    }

    /// When a report is due.
    pub fn poll_at(&self) -> Option<Instant> {
        self.due.values().map(|(at, _)| *at).min()
    }
}

/// The groups of an interface that are reported: that of all nodes never is (RFC 3810, 6).
fn groups(interface: &Interface) -> Vec<Ipv6Addr> {
    let mut groups: Vec<_> = interface.own_ipv6().map(solicited_node).collect();
    groups.push(ALL_ROUTERS);
    groups.extend(interface.rip.then_some(RIP_ROUTERS));
    wire::sorted::sort_by_key(&mut groups, |group| *group);
    groups.dedup();
    groups
}

impl Router {
    pub(crate) fn poll_memberships(&mut self, now: Instant, out: &mut Actions) {
        while let Some((link, kind)) = self.memberships.next_due(now) {
            if let (Some(interface), Some(groups)) =
                (self.interfaces.get(&link), self.memberships.groups.get(&link))
            {
                send(interface, groups, kind, out);
            }
        }
    }
}

/// Sends a report behind the option that makes routers look at it (RFC 2711; RFC 3810, 5).
fn send(interface: &Interface, groups: &[Ipv6Addr], kind: u8, out: &mut Actions) {
    const ROUTER_ALERT: [u8; 8] = [58, 0, 5, 2, 0, 0, 1, 0];
    let (Some(from), Some(mac)) = (interface.link_local, group_mac(ALL_MLDV2_ROUTERS.into())) else {
        return;
    };
    let [high, low] = (groups.len() as u16).to_be_bytes();
    let mut body = vec![REPORT, 0, 0, 0, 0, 0, high, low];
    for group in groups {
        body.extend([kind, 0, 0, 0]);
        body.extend(group.octets());
    }
    let message = icmp::icmpv6(from, ALL_MLDV2_ROUTERS, &[&body]);
    let payload = [&ROUTER_ALERT[..], &message].concat();
    let packet = ipv6_packet(from, ALL_MLDV2_ROUTERS, IpProtocol::HopByHop, 1, &payload);
    let (header, len) = ethernet_header(mac, interface.mac, interface.link.vlan, EtherType::IPV6);
    out.send(interface.link.port, Frame::concat(&[&header[..len], &packet]), None);
}
