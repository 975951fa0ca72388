//! IGMP and MLD snooping (RFC 4541): frames to a group leave only by ports with members and routers.
//!
//! - Frames to a group without members are flooded; so are always those to 224.0.0.0/24 and ff02::1, whose members send no reports.
//! - Reports are forwarded only to ports with routers and other queriers: a host that received another's report would suppress its
//!   own (RFC 4541, 2.1.1 (1)). Without a router they are forwarded nowhere: this switch is the querier then.
//! - A port counts as a router port while queries with a source address or PIM hellos are received there.
//! - While there is no other querier, the switch sends queries, since only answers keep members. After a leave it sends two queries for
//!   that group, and removes the member after two seconds without an answer; another querier does the same, and the switch follows
//!   its queries. A port is never cut off at the leave itself (fast leave): there may be more than one host behind it.

mod message;
mod query;

use crate::Actions;
use crate::Timer;
use crate::config::Vlan;
use crate::event::Event;
use message::{Change, Message};
use query::QueryKind;
use smoltcp::wire::{EthernetAddress, IpAddress};
use wire::sorted::SortedMap;
use wire::{Duration, Frame, Instant, PortId};

/// The largest number of groups in all VLANs together; further ones are flooded.
pub(crate) const GROUPS_MAX: usize = 4_096;
const QUERY_INTERVAL_SECONDS: u64 = 125;
/// From one general query to the next (RFC 3376, 8.2; RFC 3810, 9.2).
const QUERY_INTERVAL: Duration = Duration::from_secs(QUERY_INTERVAL_SECONDS);
/// The interval before the second query (RFC 3376, 8.6).
const STARTUP_INTERVAL: Duration = Duration::from_millis(31_250);
/// The delay of the first query after a change, so that many changes cause one query.
const SETTLING: Duration = Duration::from_secs(1);
/// The lifetime of a membership after the last report (RFC 3376, 8.4).
const MEMBERSHIP: Duration = Duration::from_secs(260);
/// The lifetime of another querier after its last query (RFC 3376, 8.5).
const OTHER_QUERIER: Duration = Duration::from_secs(255);
/// A PIM hello's default hold time (RFC 7761, 4.11).
const PIM_HOLD: Duration = Duration::from_secs(105);
/// Between the two queries that follow a leave, and from the second to the end (RFC 3376, 8.8).
const LAST_MEMBER: Duration = Duration::from_secs(1);
/// The number of groups without a known member behind the port that are queried after leaves in one report.
const UNKNOWN_LEAVES_MAX: usize = 8;

/// The ports by which a frame to a group leaves.
pub(crate) enum Targets {
    /// All ports of its VLAN.
    All,
    /// These ports, in order.
    Only(Vec<PortId>),
}

impl Targets {
    /// Whether the frame leaves by this port.
    pub fn contain(&self, port: PortId) -> bool {
        match self {
            Self::All => true,
            Self::Only(ports) => ports.binary_search(&port).is_ok(),
        }
    }
}

/// A query to be sent, without a tag.
pub(crate) struct Query {
    /// Its VLAN.
    pub vlan: u16,
    /// The port by which it leaves; `None`: all.
    pub port: Option<PortId>,
    /// Its bytes.
    pub frame: Frame,
}

/// A group's members behind a port.
#[derive(Clone, Copy)]
struct Member {
    until: Instant,
    /// When to query a second time, after a leave.
    second_query: Option<Instant>,
}

/// A router or querier behind a port.
#[derive(Clone, Copy, Default)]
struct Upstream {
    /// Until when reports are forwarded to it.
    reports: Instant,
    /// Until when frames to all groups are forwarded to it.
    router: Instant,
}

/// The state of snooping.
pub(crate) struct Snoop {
    mac: EthernetAddress,
    groups: SortedMap<(u16, IpAddress), SortedMap<PortId, Member>>,
    upstream: SortedMap<(u16, PortId), Upstream>,
    /// Until when another station is the querier of IGMP and of MLD.
    queriers: SortedMap<u16, [Instant; 2]>,
    /// Where to query.
    vlans: Vec<u16>,
    next_query: Instant,
    /// The topology has changed: send an IGMP query even if there is another querier.
    changed: bool,
    /// General queries that are still sent at the startup interval.
    startup: u32,
    queries: Vec<Query>,
    /// No timer fires before this.
    due: Instant,
}

impl Snoop {
    /// Snooping without members.
    pub fn new(now: Instant, mac: EthernetAddress, vlans: Vec<u16>) -> Self {
        let next_query = now + SETTLING;
        Self {
            mac,
            groups: SortedMap::new(),
            upstream: SortedMap::new(),
            queriers: SortedMap::new(),
            vlans,
            next_query,
            changed: false,
            startup: 1,
            queries: Vec::new(),
            due: next_query,
        }
    }

    /// The switch's own address, the source of its queries.
    pub fn set_mac(&mut self, mac: EthernetAddress) {
        self.mac = mac;
    }

    /// The VLANs in which to query.
    pub fn set_vlans(&mut self, vlans: Vec<u16>) {
        self.vlans = vlans;
    }

    /// Sends general queries soon, because a port has opened or the tree has changed (RFC 4541, 2.1.1 (4)).
    pub fn query_soon(&mut self, now: Instant) {
        self.next_query = self.next_query.min(now + SETTLING);
        self.changed = true;
        self.startup = 1;
        self.due = self.due.min(self.next_query);
    }

    /// Processes a received frame to a group address; returns the ports by which it leaves.
    pub fn receive(
        &mut self,
        now: Instant,
        vlan: u16,
        ingress: PortId,
        frame: &[u8],
        out: &mut Actions,
    ) -> Targets {
        let Some(packet) = message::parse(frame) else { return Targets::All };
        match packet.message {
            Some(Message::Query { source, group, response }) => {
                self.receive_query(now, vlan, ingress, source);
                if let Some(group) = group {
                    self.shorten_memberships(now, vlan, group, response);
                }
                Targets::All
            }
            Some(Message::Router) => {
                self.note_upstream(now, vlan, ingress, PIM_HOLD, true);
                Targets::All
            }
            Some(Message::Report(changes)) => {
                let mut unknown = 0;
                for (group, change) in changes.into_iter().filter(|(group, _)| !is_for_all(group)) {
                    match change {
                        Change::Join => self.join(now, vlan, ingress, group, out),
                        Change::Leave => unknown += self.leave(now, vlan, ingress, group, unknown),
                    }
                }
                Targets::Only(self.upstream_ports(now, vlan, |upstream| upstream.reports))
            }
            None if is_for_all(&packet.destination) => Targets::All,
            None => {
                let Some(members) = self.groups.get(&(vlan, packet.destination)) else {
                    return Targets::All;
                };
                let mut ports = self.upstream_ports(now, vlan, |upstream| upstream.router);
                let living = members.iter().filter(|(_, member)| now < member.until);
                for (&port, _) in living {
                    ports.insert(ports.partition_point(|&other| other <= port), port);
                }
                Targets::Only(ports)
            }
        }
    }

    fn receive_query(&mut self, now: Instant, vlan: u16, ingress: PortId, source: IpAddress) {
        let (family, wins) = match source {
            // Another switch without a router: both query.
            IpAddress::Ipv4(source) => (0, !source.is_unspecified()),
            // Of two queriers the one with the lower address is elected (RFC 3810, 7.6.2).
            IpAddress::Ipv6(source) => (1, source < query::link_local(self.mac)),
        };
        if wins {
            self.queriers.entry(vlan).or_default()[family] = now + OTHER_QUERIER;
        }
        self.note_upstream(now, vlan, ingress, OTHER_QUERIER, wins);
    }

    fn note_upstream(&mut self, now: Instant, vlan: u16, port: PortId, hold: Duration, router: bool) {
        let upstream = self.upstream.entry((vlan, port)).or_default();
        upstream.reports = upstream.reports.max(now + hold);
        if router {
            upstream.router = upstream.router.max(now + hold);
        }
        self.due = self.due.min(now + hold);
    }

    fn upstream_ports(&self, now: Instant, vlan: u16, until: impl Fn(&Upstream) -> Instant) -> Vec<PortId> {
        let here = self.upstream.range((vlan, PortId(0))..=(vlan, PortId(u32::MAX)));
        here.filter(|(_, upstream)| now < until(upstream)).map(|((_, port), _)| *port).collect()
    }

    fn is_querier(&self, now: Instant, vlan: u16, group: &IpAddress) -> bool {
        let family = match group {
            IpAddress::Ipv4(_) => 0,
            IpAddress::Ipv6(_) => 1,
        };
        self.queriers.get(&vlan).is_none_or(|others| now >= others[family])
    }

    fn join(&mut self, now: Instant, vlan: u16, port: PortId, group: IpAddress, out: &mut Actions) {
        let full = self.groups.len() >= GROUPS_MAX;
        if full && !self.groups.contains_key(&(vlan, group)) {
            return;
        }
        let until = now + MEMBERSHIP;
        let members = self.groups.entry((vlan, group)).or_default();
        if members.insert(port, Member { until, second_query: None }).is_none() {
            out.event(Event::Joined { vlan: Vlan::new(vlan), group, port });
        }
        self.due = self.due.min(until);
    }

    /// Returns 1 if a query was sent for a group without a known member behind the port, otherwise 0.
    fn leave(&mut self, now: Instant, vlan: u16, port: PortId, group: IpAddress, unknown: usize) -> usize {
        if !self.is_querier(now, vlan, &group) {
            return 0; // The other querier sends the query, and the switch follows it.
        }
        let member = self.groups.get_mut(&(vlan, group)).and_then(|members| members.get_mut(&port));
        let known = member.is_some();
        if let Some(member) = member {
            member.until = member.until.min(now + LAST_MEMBER + LAST_MEMBER);
            member.second_query = Some(now + LAST_MEMBER);
            self.due = self.due.min(now + LAST_MEMBER);
        } else if unknown >= UNKNOWN_LEAVES_MAX {
            return 0;
        }
        // QueryKind even if it was not known: some stacks say "I include none" when they begin to listen.
        self.query(vlan, Some(port), QueryKind::Group(group));
        usize::from(!known)
    }

    /// Follows a query for a group: a member that does not answer twice is removed (RFC 2236, 3; RFC 4541, 2.1.1).
    fn shorten_memberships(&mut self, now: Instant, vlan: u16, group: IpAddress, response: Duration) {
        let until = now + response + response;
        for member in self.groups.get_mut(&(vlan, group)).into_iter().flat_map(SortedMap::values_mut) {
            member.until = member.until.min(until);
            self.due = self.due.min(until);
        }
    }

    fn query(&mut self, vlan: u16, port: Option<PortId>, asked: QueryKind) {
        self.queries.push(Query { vlan, port, frame: query::frame(self.mac, asked) });
    }

    /// Takes the queries that are to be sent.
    pub fn take_queries(&mut self) -> Vec<Query> {
        std::mem::take(&mut self.queries)
    }

    /// Removes the members, routers and queriers behind this port.
    pub fn forget_port(&mut self, port: PortId, out: &mut Actions) {
        self.upstream.retain(|(_, other), _| *other != port);
        self.remove(|other, _| other == port, out);
    }

    /// Removes all members.
    pub fn forget_all(&mut self, out: &mut Actions) {
        self.remove(|_, _| true, out);
    }

    fn remove(&mut self, which: impl Fn(PortId, &Member) -> bool, out: &mut Actions) {
        self.groups.retain(|&(vlan, group), members| {
            members.retain(|&port, member| {
                let gone = which(port, member);
                if gone {
                    out.event(Event::Left { vlan: Vlan::new(vlan), group, port });
                }
                !gone
            });
            !members.is_empty()
        });
    }

    /// Runs the timers that are due.
    pub fn poll(&mut self, now: Instant, out: &mut Actions) {
        if now < self.due {
            return;
        }
        if now >= self.next_query {
            for vlan in self.vlans.clone() {
                let others = self.queriers.get(&vlan).copied().unwrap_or_default();
                // With no address of its own it contends with no querier, and may query for its own sake.
                if now >= others[0] || self.changed {
                    self.query(vlan, None, QueryKind::AllV4);
                }
                if now >= others[1] {
                    self.query(vlan, None, QueryKind::AllV6);
                }
            }
            self.changed = false;
            self.next_query = now + if self.startup > 0 { STARTUP_INTERVAL } else { QUERY_INTERVAL };
            self.startup = self.startup.saturating_sub(1);
        }
        self.remove(|_, member| now >= member.until, out);
        let mut second_query = Vec::new();
        let mut due = self.next_query;
        for (&(vlan, group), members) in &mut self.groups {
            for (&port, member) in members {
                if member.second_query.is_some_and(|at| now >= at) {
                    member.second_query = None;
                    second_query.push((vlan, group, port));
                }
                due = due.min(member.until).min(member.second_query.unwrap_or(Instant::MAX));
            }
        }
        for (vlan, group, port) in second_query {
            self.query(vlan, Some(port), QueryKind::Group(group));
        }
        self.upstream.retain(|_, upstream| now < upstream.reports);
        self.queriers.retain(|_, others| others.iter().any(|until| now < *until));
        self.due = due;
    }

    /// The next timer, and when it fires.
    pub fn next_timer(&self) -> (Instant, Timer) {
        let timer = if self.due == self.next_query { Timer::GeneralQuery } else { Timer::Membership };
        (self.due, timer)
    }
}

/// Groups whose members send no reports: local network control (RFC 4541, 2.1.2 (2)), all nodes, and what never leaves
/// a host or is reserved (RFC 3810, 6). Broadcast is no group.
fn is_for_all(group: &IpAddress) -> bool {
    match group {
        IpAddress::Ipv4(group) => !group.is_multicast() || group.octets()[..3] == [224, 0, 0],
        IpAddress::Ipv6(group) => {
            let [first, scope, .., last] = group.octets();
            let all_nodes = scope == 2 && group.octets()[2..15] == [0; 13] && last == 1;
            first != 0xff || scope & 0xf < 2 || all_nodes
        }
    }
}
