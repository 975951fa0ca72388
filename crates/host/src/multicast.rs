//! The groups that a host is in: those that runs need, and the solicited-node groups of its addresses (RFC 4291, 2.7.1). Says so to
//! routers and switches with IGMP (RFC 2236) and MLD (RFC 3810, RFC 2710).
//!
//! smoltcp has both, but swaps the two record types of a change in MLD, and never says when an answer to a query is due. A
//! host reports each IPv6 group, also those of its own addresses (RFC 3810, 6): otherwise a switch that snoops and hears a querier would
//! no longer bring it neighbor solicitations.

use crate::ndp::{ALL_NODES, solicited_node};
use crate::packet::{self, Header};
use smoltcp::wire::{IpAddress, IpCidr, IpProtocol, Ipv4Address, Ipv4Packet, Ipv6Address};
use wire::header::{ETHERNET_HEADER_BYTES, IPV4_HEADER_BYTES, Icmp, Ip};
use wire::rng::Stream;
use wire::sorted::SortedMap;
use wire::{Duration, Frame, Instant};

const ALL_SYSTEMS: Ipv4Address = Ipv4Address::new(224, 0, 0, 1);
/// Who leaves a group tells all routers (RFC 2236, 9).
const ALL_ROUTERS: Ipv4Address = Ipv4Address::new(224, 0, 0, 2);
/// The destination of MLD reports (RFC 3810, 5.2.14).
const ALL_MLDV2_ROUTERS: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16);

const IGMP_QUERY: u8 = 0x11;
const IGMP_REPORT_V1: u8 = 0x12;
const IGMP_REPORT: u8 = 0x16;
const IGMP_LEAVE: u8 = 0x17;
const MLD_QUERY: u8 = 130;
const MLD_REPORT_V1: u8 = 131;
const MLD_REPORT: u8 = 143;
/// The length of a query of MLD version 1 (RFC 3810, 8.1).
const MLD_V1_BYTES: usize = 24;

/// The types of MLD records (RFC 3810, 5.2.12).
const IS_EXCLUDE: u8 = 2;
const TO_INCLUDE: u8 = 3;
const TO_EXCLUDE: u8 = 4;

/// The groups that a host is in.
pub(crate) struct Groups {
    /// Each with the number of runs that need it; solicited-node groups with that of addresses.
    joined: SortedMap<IpAddress, u32>,
    /// Reports that are due later.
    planned: Vec<(Instant, Report)>,
    random: Stream,
}

/// A report of membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Report {
    group: IpAddress,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Joins,
    Leaves,
    /// An answer to a query; of the first version of the protocol.
    IsMember {
        v1: bool,
    },
}

impl Groups {
    pub fn new(random: Stream) -> Self {
        Self { joined: SortedMap::new(), planned: Vec::new(), random }
    }

    /// A run needs a group; returns whether the host has joined it now. It reports that at `at`.
    pub fn join(&mut self, at: Instant, group: IpAddress) -> bool {
        let needed = self.joined.entry(group).or_default();
        *needed += 1;
        let joined = *needed == 1;
        if joined {
            self.planned.push((at, Report { group, what: What::Joins }));
        }
        joined
    }

    /// A run no longer needs a group; returns whether the host has left it now.
    pub fn leave(&mut self, now: Instant, group: IpAddress) -> bool {
        let Some(needed) = self.joined.get_mut(&group) else { return false };
        *needed -= 1;
        if *needed > 0 {
            return false;
        }
        self.joined.remove(&group);
        let unreported = Report { group, what: What::Joins };
        let was_silent = self.planned.iter().any(|(_, report)| *report == unreported);
        self.planned.retain(|(_, report)| report.group != group);
        if !was_silent {
            self.planned.push((now, Report { group, what: What::Leaves }));
        }
        true
    }

    /// Whether packets to this address of a group are for the host.
    pub fn contains(&self, group: &IpAddress) -> bool {
        match group {
            IpAddress::Ipv4(ALL_SYSTEMS) => return true,
            IpAddress::Ipv6(ALL_NODES) => return true,
            IpAddress::Ipv4(_) | IpAddress::Ipv6(_) => {}
        }
        self.joined.contains_key(group)
    }

    /// The host has this IPv6 address from now on, and reports its group at `at`.
    pub fn add_address(&mut self, at: Instant, address: Ipv6Address) {
        self.join(at, solicited_node(address).into());
    }

    /// The host no longer has this IPv6 address.
    pub fn remove_address(&mut self, now: Instant, address: Ipv6Address) {
        self.leave(now, solicited_node(address).into());
    }

    /// Looks at a received packet whose checksums are right: a query has to be answered in time (RFC 2236, 3; RFC 3810, 6.2).
    pub fn receive(&mut self, now: Instant, ip: &Ip<'_>) {
        let Some(Query { group, within, v1 }) = query(ip) else { return };
        let what = What::IsMember { v1 };
        let asked: Vec<_> = match group {
            Some(group) => self.joined.keys().filter(|own| **own == group).copied().collect(),
            None => {
                let version = ip.source.version();
                self.joined.keys().filter(|own| own.version() == version).copied().collect()
            }
        };
        // All IPv6 groups fit into one report, so they have one moment; IPv4 groups have one each.
        let together = self.moment(now, within);
        for group in asked {
            let at = match group {
                IpAddress::Ipv6(_) => together,
                IpAddress::Ipv4(_) => self.moment(now, within),
            };
            let earlier = |(known, report): &(Instant, Report)| {
                report.group == group && matches!(report.what, What::IsMember { .. }) && *known <= at
            };
            if !self.planned.iter().any(earlier) {
                self.planned.retain(|(_, report)| {
                    report.group != group || !matches!(report.what, What::IsMember { .. })
                });
                self.planned.push((at, Report { group, what }));
            }
        }
    }

    fn moment(&mut self, now: Instant, within: Duration) -> Instant {
        now + Duration::from_nanos(self.random.draw_u64() % within.nanos().max(1))
    }

    /// When a report is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.planned.iter().map(|(at, _)| *at).min()
    }

    /// The reports that are due. `own`: the host's addresses, of which a report has one as its source.
    pub fn poll(&mut self, now: Instant, own: &[IpCidr]) -> Vec<Frame> {
        if self.planned.iter().all(|(at, _)| *at > now) {
            return Vec::new();
        }
        let due: Vec<_> =
            self.planned.extract_if(.., |(at, _)| *at <= now).map(|(_, report)| report).collect();
        let mut frames = Vec::new();
        let mut records = Vec::new();
        for report in due {
            match report.group {
                IpAddress::Ipv4(group) => {
                    let from = own.iter().find_map(|cidr| match cidr {
                        IpCidr::Ipv4(cidr) => Some(cidr.address()),
                        IpCidr::Ipv6(_) => None,
                    });
                    frames.extend(from.map(|from| igmp(from, group, report.what)));
                }
                IpAddress::Ipv6(group) => match report.what {
                    What::IsMember { v1: true } => {
                        let head = [MLD_REPORT_V1, 0, 0, 0, 0, 0, 0, 0];
                        frames.push(mld(link_local(own), group, &[&head, &group.octets()]));
                    }
                    What::IsMember { v1: false } => records.push((IS_EXCLUDE, group)),
                    What::Joins => records.push((TO_EXCLUDE, group)),
                    What::Leaves => records.push((TO_INCLUDE, group)),
                },
            }
        }
        if !records.is_empty() {
            let [high, low] = (records.len() as u16).to_be_bytes();
            let mut body = vec![MLD_REPORT, 0, 0, 0, 0, 0, high, low];
            for (kind, group) in records {
                body.extend([kind, 0, 0, 0]);
                body.extend(group.octets());
            }
            frames.push(mld(link_local(own), ALL_MLDV2_ROUTERS, &[&body]));
        }
        frames
    }
}

/// The source of MLD messages (RFC 3810, 5.2.13).
fn link_local(own: &[IpCidr]) -> Ipv6Address {
    let mut local = own.iter().filter_map(|cidr| match cidr {
        IpCidr::Ipv6(cidr) if cidr.address().is_unicast_link_local() => Some(cidr.address()),
        IpCidr::Ipv6(_) | IpCidr::Ipv4(_) => None,
    });
    local.next().unwrap_or(Ipv6Address::UNSPECIFIED)
}

/// A query of membership.
struct Query {
    /// `None`: of all groups.
    group: Option<IpAddress>,
    within: Duration,
    v1: bool,
}

fn query(ip: &Ip<'_>) -> Option<Query> {
    match ip.source {
        IpAddress::Ipv4(_) => {
            let is_igmp = ip.protocol == IpProtocol::Igmp && ip.fragment.is_none();
            let &[IGMP_QUERY, tenths, _, _, a, b, c, d] = ip.payload().first_chunk().filter(|_| is_igmp)?
            else {
                return None;
            };
            let group = Ipv4Address::new(a, b, c, d);
            // Version 1 leaves the field empty and means 10 s.
            let (v1, tenths) = if tenths == 0 { (true, 100) } else { (false, u64::from(tenths)) };
            let group = (!group.is_unspecified()).then_some(group.into());
            Some(Query { group, within: Duration::from_millis(tenths * 100), v1 })
        }
        IpAddress::Ipv6(from) => {
            let Icmp { kind: MLD_QUERY, rest: [high, low, ..], .. } = ip.icmp()? else { return None };
            if ip.hop_limit != 1 || !from.is_unicast_link_local() || ip.fragment.is_some() {
                return None;
            }
            let message = ip.payload();
            let group = crate::ndp::address_at(message, 8)?;
            let v1 = message.len() == MLD_V1_BYTES;
            let group = (!group.is_unspecified()).then_some(group.into());
            let code = u16::from_be_bytes([high, low]);
            Some(Query { group, within: Duration::from_millis(response_delay(code, v1)), v1 })
        }
    }
}

/// The maximum response delay in ms: in version 2, large ones are floating-point numbers (RFC 3810, 5.1.3).
fn response_delay(code: u16, v1: bool) -> u64 {
    let code = u64::from(code);
    if v1 || code < 0x8000 { code } else { ((code & 0xfff) | 0x1000) << ((code >> 12 & 7) + 3) }
}

/// An IGMP message with the option that makes routers look at it (RFC 2113; RFC 2236, 2).
fn igmp(from: Ipv4Address, group: Ipv4Address, what: What) -> Frame {
    const ROUTER_ALERT: [u8; 4] = [148, 4, 0, 0];
    const BYTES: usize = ROUTER_ALERT.len() + 8;
    let (kind, to) = match what {
        What::Joins | What::IsMember { v1: false } => (IGMP_REPORT, group),
        What::IsMember { v1: true } => (IGMP_REPORT_V1, group),
        What::Leaves => (IGMP_LEAVE, ALL_ROUTERS),
    };
    let header = Header { hop_limit: 1, protocol: IpProtocol::Igmp, ..Header::icmp(from.into(), to.into()) };
    let message = packet::icmp_message(from.into(), to.into(), &[&[kind, 0, 0, 0], &group.octets()]);
    let mut frame = header.packet(&[&ROUTER_ALERT, &message]);
    let mut ip = Ipv4Packet::new_unchecked(&mut frame.make_mut()[ETHERNET_HEADER_BYTES..]);
    ip.set_header_len((IPV4_HEADER_BYTES + ROUTER_ALERT.len()) as u8);
    ip.fill_checksum();
    debug_assert_eq!(frame.len(), ETHERNET_HEADER_BYTES + IPV4_HEADER_BYTES + BYTES);
    frame
}

/// An MLD message behind the option that makes routers look at it (RFC 2711; RFC 3810, 5).
fn mld(from: Ipv6Address, to: Ipv6Address, pieces: &[&[u8]]) -> Frame {
    const ROUTER_ALERT: [u8; 8] = [58, 0, 5, 2, 0, 0, 1, 0];
    let header = Header::icmp(from.into(), to.into());
    let message = packet::icmp_message(header.from, header.to, pieces);
    Header { hop_limit: 1, protocol: IpProtocol::HopByHop, ..header }.packet(&[&ROUTER_ALERT, &message])
}

#[cfg(test)]
mod tests;
