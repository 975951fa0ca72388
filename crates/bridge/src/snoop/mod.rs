//! IGMP and MLD snooping (RFC 4541): a group's frames go only where somebody has asked for them.
//!
//! - A group that nobody has asked for is flooded; so are always 224.0.0.0/24 and ff02::1, to which hosts listen without asking.
//! - Reports go only to where routers are, and other queriers: a host that heard another's report would keep its own back
//!   (RFC 4541, 2.1.1 (1)). So nothing is flooded for want of a router: this switch asks itself then.
//! - A port is taken for a router's while queries (with an address) or PIM hellos come in there.
//! - As long as nobody else asks, the switch does: it knows only who answers. After a leave it asks once more for that group, and
//!   believes it after two seconds without an answer; the querier that there is otherwise does the same, and the switch listens.
//!   A port is never cut off at the leave itself (fast leave): there may be more than one host behind it.

mod message;
mod query;

use crate::Actions;
use crate::Timer;
use crate::config::Vlan;
use crate::event::Event;
use message::{Change, Message};
use query::Asked;
use smoltcp::wire::{EthernetAddress, IpAddress};
use std::collections::BTreeMap;
use wire::{Duration, Frame, Instant, PortId};

/// Groups that are remembered at most, in all VLANs together; more are flooded.
pub(crate) const GROUPS_MAX: usize = 4_096;
const QUERY_INTERVAL_SECONDS: u64 = 125;
/// From one general query to the next (RFC 3376, 8.2; RFC 3810, 9.2).
const QUERY_INTERVAL: Duration = Duration::from_secs(QUERY_INTERVAL_SECONDS);
/// The second one comes sooner (RFC 3376, 8.6).
const STARTUP_INTERVAL: Duration = Duration::from_millis(31_250);
/// The first comes this long after something has changed, so that many changes cause one.
const SETTLING: Duration = Duration::from_secs(1);
/// Who has not answered for so long does not want it any more (RFC 3376, 8.4).
const MEMBERSHIP: Duration = Duration::from_secs(260);
/// Who has not asked for so long is gone (RFC 3376, 8.5).
const OTHER_QUERIER: Duration = Duration::from_secs(255);
/// A PIM hello's default hold time (RFC 7761, 4.11).
const PIM_HOLD: Duration = Duration::from_secs(105);
/// Between the two queries that follow a leave, and from the second to the end (RFC 3376, 8.8).
const LAST_MEMBER: Duration = Duration::from_secs(1);
/// Leaves in one report of groups that were not known behind the port: so many are asked about.
const DOUBTS_MAX: usize = 8;

/// Where a frame to a group goes.
pub(crate) enum Targets {
    /// To all ports of its VLAN.
    All,
    /// To these, in order.
    Only(Vec<PortId>),
}

impl Targets {
    /// Whether it goes to this port.
    pub fn contain(&self, port: PortId) -> bool {
        match self {
            Self::All => true,
            Self::Only(ports) => ports.binary_search(&port).is_ok(),
        }
    }
}

/// A query to be sent, without a tag.
pub(crate) struct Query {
    /// In this VLAN.
    pub vlan: u16,
    /// By this port; `None`: by all.
    pub port: Option<PortId>,
    /// Its bytes.
    pub frame: Frame,
}

/// Somebody behind a port.
#[derive(Clone, Copy)]
struct Member {
    until: Instant,
    /// When to ask a second time, after a leave.
    again: Option<Instant>,
}

/// Who is behind a port that is no mere host.
#[derive(Clone, Copy, Default)]
struct Upstream {
    /// Until when reports go there.
    reports: Instant,
    /// Until when everything goes there.
    router: Instant,
}

/// What is known of groups.
pub(crate) struct Snoop {
    mac: EthernetAddress,
    groups: BTreeMap<(u16, IpAddress), BTreeMap<PortId, Member>>,
    upstream: BTreeMap<(u16, PortId), Upstream>,
    /// Until when somebody else asks: by IGMP and by MLD.
    queriers: BTreeMap<u16, [Instant; 2]>,
    /// Where to ask.
    vlans: Vec<u16>,
    next_query: Instant,
    /// A change of the topology: ask, whoever else asks.
    changed: bool,
    /// General queries that still come sooner.
    startup: u32,
    queries: Vec<Query>,
    /// Nothing is due before.
    due: Instant,
}

impl Snoop {
    /// Nothing is known yet.
    pub fn new(now: Instant, mac: EthernetAddress, vlans: Vec<u16>) -> Self {
        let next_query = now + SETTLING;
        Self {
            mac,
            groups: BTreeMap::new(),
            upstream: BTreeMap::new(),
            queriers: BTreeMap::new(),
            vlans,
            next_query,
            changed: false,
            startup: 1,
            queries: Vec::new(),
            due: next_query,
        }
    }

    /// The VLANs in which to ask.
    pub fn set_vlans(&mut self, vlans: Vec<u16>) {
        self.vlans = vlans;
    }

    /// Asks soon, because ports have opened or the tree has changed (RFC 4541, 2.1.1 (4)).
    pub fn ask_soon(&mut self, now: Instant) {
        self.next_query = self.next_query.min(now + SETTLING);
        self.changed = true;
        self.startup = 1;
        self.due = self.due.min(self.next_query);
    }

    /// A frame to a group address came in. Where does it go?
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
                self.hear_query(now, vlan, ingress, source);
                if let Some(group) = group {
                    self.shorten(now, vlan, group, response);
                }
                Targets::All
            }
            Some(Message::Router) => {
                self.note_upstream(now, vlan, ingress, PIM_HOLD, true);
                Targets::All
            }
            Some(Message::Report(changes)) => {
                let mut doubts = 0;
                for (group, change) in changes.into_iter().filter(|(group, _)| !is_for_all(group)) {
                    match change {
                        Change::Join => self.join(now, vlan, ingress, group, out),
                        Change::Leave => doubts += self.leave(now, vlan, ingress, group, doubts),
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
                ports.extend(living.map(|(port, _)| *port));
                ports.sort_unstable();
                Targets::Only(ports)
            }
        }
    }

    fn hear_query(&mut self, now: Instant, vlan: u16, ingress: PortId, source: IpAddress) {
        let (family, wins) = match source {
            // Another switch without a router: both ask.
            IpAddress::Ipv4(source) => (0, !source.is_unspecified()),
            // Of two queriers the one with the lower address goes on (RFC 3810, 7.6.2).
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

    fn asks(&self, now: Instant, vlan: u16, group: &IpAddress) -> bool {
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
        if members.insert(port, Member { until, again: None }).is_none() {
            out.event(Event::Joined { vlan: Vlan::new(vlan), group, port });
        }
        self.due = self.due.min(until);
    }

    /// Returns how many groups were asked about that were not known.
    fn leave(&mut self, now: Instant, vlan: u16, port: PortId, group: IpAddress, doubts: usize) -> usize {
        if !self.asks(now, vlan, &group) {
            return 0; // Whoever asks will ask, and be heard.
        }
        let member = self.groups.get_mut(&(vlan, group)).and_then(|members| members.get_mut(&port));
        let known = member.is_some();
        if let Some(member) = member {
            member.until = member.until.min(now + LAST_MEMBER + LAST_MEMBER);
            member.again = Some(now + LAST_MEMBER);
            self.due = self.due.min(now + LAST_MEMBER);
        } else if doubts >= DOUBTS_MAX {
            return 0;
        }
        // Asked even if it was not known: some stacks say "I include none" when they begin to listen.
        self.ask(vlan, Some(port), Asked::Group(group));
        usize::from(!known)
    }

    /// A querier asks for a group: who does not answer it twice is gone (RFC 2236, 3; RFC 4541, 2.1.1).
    fn shorten(&mut self, now: Instant, vlan: u16, group: IpAddress, response: Duration) {
        let until = now + response + response;
        for member in self.groups.get_mut(&(vlan, group)).into_iter().flat_map(BTreeMap::values_mut) {
            member.until = member.until.min(until);
            self.due = self.due.min(until);
        }
    }

    fn ask(&mut self, vlan: u16, port: Option<PortId>, asked: Asked) {
        self.queries.push(Query { vlan, port, frame: query::frame(self.mac, asked) });
    }

    /// What is to be sent.
    pub fn take_queries(&mut self) -> Vec<Query> {
        std::mem::take(&mut self.queries)
    }

    /// Forgets who is behind this port.
    pub fn forget_port(&mut self, port: PortId, out: &mut Actions) {
        self.upstream.retain(|(_, other), _| *other != port);
        self.remove(|other, _| other == port, out);
    }

    /// Forgets everybody.
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

    /// Does what is due.
    pub fn poll(&mut self, now: Instant, out: &mut Actions) {
        if now < self.due {
            return;
        }
        if now >= self.next_query {
            for vlan in self.vlans.clone() {
                let others = self.queriers.get(&vlan).copied().unwrap_or_default();
                // With no address of its own it contends with no querier, and may ask for its own sake.
                if now >= others[0] || self.changed {
                    self.ask(vlan, None, Asked::AllV4);
                }
                if now >= others[1] {
                    self.ask(vlan, None, Asked::AllV6);
                }
            }
            self.changed = false;
            self.next_query = now + if self.startup > 0 { STARTUP_INTERVAL } else { QUERY_INTERVAL };
            self.startup = self.startup.saturating_sub(1);
        }
        self.remove(|_, member| now >= member.until, out);
        let mut again = Vec::new();
        let mut due = self.next_query;
        for (&(vlan, group), members) in &mut self.groups {
            for (&port, member) in members {
                if member.again.is_some_and(|at| now >= at) {
                    member.again = None;
                    again.push((vlan, group, port));
                }
                due = due.min(member.until).min(member.again.unwrap_or(Instant::MAX));
            }
        }
        for (vlan, group, port) in again {
            self.ask(vlan, Some(port), Asked::Group(group));
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

/// Groups to which hosts listen without saying so: local network control (RFC 4541, 2.1.2 (2)), all nodes, and what never leaves
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
