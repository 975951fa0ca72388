//! A stateful filter: the first rule that matches decides about a connection, and later packets of an allowed connection pass in
//! both directions without being matched again.
//!
//! Changed rules apply to existing connections, too: those that the rules would not allow any more are removed. (Many firewalls keep
//! them until their table is flushed; here a learner sees at once what a rule does.)

mod rules;
#[cfg(test)]
mod tests;

use crate::Actions;
use crate::config::Filter;
use crate::event::{Event, Flow};
use crate::flow::{Body, Flags, Packet, TCP, UDP};
use crate::fragments::Fragments;
use crate::table::Table;
use crate::tcp::{Connection, Side};
use rules::Subject;
use rustc_hash::FxHashMap;
use wire::{Duration, Instant, PortId};

/// Connections of one filter. When there are more, the one that was idle longest is removed, among those with the shortest
/// lifetime: a flood of half-open connections does not push out established ones.
pub const CONNECTIONS_MAX: usize = 4_096;

/// The lifetime of a UDP flow without packets (RFC 4787, REQ-5, at least).
const UDP_IDLE: Duration = Duration::from_secs(120);
/// The lifetime of an ICMP query (RFC 5508, REQ-2).
const QUERY_IDLE: Duration = Duration::from_secs(60);

/// The decision about a packet, and the index of the rule that made it; `None`: no rule matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It passes.
    Allow,
    /// It is dropped without an answer.
    Deny(Option<u32>),
    /// It is dropped, and its sender gets an error.
    Reject(Option<u32>),
}

/// The connections that a filter tracks: those of TCP and UDP, and ICMP queries. Packets of other protocols are judged one by one.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    connections: Table<Tracked>,
    /// By the flow of the initiator.
    by_flow: FxHashMap<Flow, u32>,
    fragments: Fragments<Decision>,
    next: u32,
}

#[derive(Clone, Copy, Debug)]
struct Tracked {
    /// The number in events.
    entry: u32,
    flow: Flow,
    ingress: PortId,
    rule: Option<u32>,
    connection: Connection,
}

impl Tracker {
    /// Judges a packet, IPv4 or IPv6 from its IP header on, that came in at the port `ingress` and is to be forwarded. With
    /// address translation, it has the addresses of the machine inside: what comes from outside is judged after it was
    /// translated, what goes out before. Malformed packets are denied.
    ///
    /// Any TCP segment but a reset may open a connection here, so that connections survive a router that has lost its state. An ICMP error passes if it is about a packet of a connection. Later fragments
    /// get the decision about the first; without it, a rule with ports matches them unless it allows.
    pub fn judge(
        &mut self,
        now: Instant,
        bytes: &[u8],
        ingress: PortId,
        filter: &Filter,
        out: &mut Actions,
    ) -> Decision {
        self.poll(now, out);
        let Some(packet) = Packet::read(bytes) else { return Decision::Deny(None) };
        let decision = self.decide(now, bytes, &packet, ingress, filter, out);
        if packet.body != Body::LaterFragment {
            self.fragments.note(now, &packet, decision);
        }
        decision
    }

    fn decide(
        &mut self,
        now: Instant,
        bytes: &[u8],
        packet: &Packet,
        ingress: PortId,
        filter: &Filter,
        out: &mut Actions,
    ) -> Decision {
        let flags = match packet.body {
            // Without its flags it cannot be tracked, and only attacks cut there (RFC 1858).
            Body::Short | Body::Tcp { flags: None, .. } => return Decision::Deny(None),
            Body::LaterFragment => {
                return self
                    .fragments
                    .fate(now, packet)
                    .unwrap_or_else(|| Subject::from(packet).judge(ingress, filter).0);
            }
            Body::Error { .. } if self.belongs(bytes, packet) => return Decision::Allow,
            Body::Error { .. } | Body::Other => return Subject::from(packet).judge(ingress, filter).0,
            Body::Tcp { flags, .. } => flags,
            Body::Udp { .. } | Body::Query { .. } => None,
        };
        if let Some((slot, side)) = self.find(packet) {
            self.pass(now, slot, side, flags);
            return Decision::Allow;
        }
        let Some(flow) = packet.flow() else { return Decision::Deny(None) };
        let begins = match packet.body {
            Body::Tcp { .. } => flags.is_some_and(|flags| !flags.rst),
            Body::Query { reply, .. } => !reply,
            Body::Udp { .. } | Body::Error { .. } | Body::LaterFragment | Body::Short | Body::Other => true,
        };
        let (decision, rule) = Subject::from(packet).judge(ingress, filter);
        if decision == Decision::Allow && begins {
            self.begin(now, flow, ingress, rule, flags, out);
        }
        decision
    }

    /// The connection that a packet belongs to, and which end sent it. Queries come from the initiator only, and replies from the
    /// other end: a ping in the opposite direction is another flow, even with the same identifier.
    fn find(&self, packet: &Packet) -> Option<(u32, Side)> {
        let flow = packet.flow()?;
        let near = || Some((*self.by_flow.get(&flow)?, Side::Near));
        let far = || Some((*self.by_flow.get(&flow.reversed())?, Side::Far));
        match packet.body {
            Body::Query { reply: false, .. } => near(),
            Body::Query { reply: true, .. } => far(),
            _ => near().or_else(far),
        }
    }

    /// Whether an ICMP error is about a packet of a connection, and goes to who sent that.
    fn belongs(&self, bytes: &[u8], error: &Packet) -> bool {
        let Some(about) = error.embedded(bytes) else { return false };
        about.source == error.destination && self.find(&about).is_some()
    }

    fn begin(
        &mut self,
        now: Instant,
        flow: Flow,
        ingress: PortId,
        rule: Option<u32>,
        flags: Option<Flags>,
        out: &mut Actions,
    ) {
        if self.connections.len() >= CONNECTIONS_MAX
            && let Some(slot) = self.connections.least_valuable()
        {
            self.end(slot, out);
        }
        let entry = self.next;
        self.next = self.next.wrapping_add(1);
        let tracked = Tracked { entry, flow, ingress, rule, connection: Connection::default() };
        let slot = self.connections.insert(now, QUERY_IDLE, tracked);
        self.by_flow.insert(flow, slot);
        self.pass(now, slot, Side::Near, flags);
        out.event(Event::Connection { entry, flow, rule });
    }

    fn pass(&mut self, now: Instant, slot: u32, side: Side, flags: Option<Flags>) {
        let Some(tracked) = self.connections.get_mut(slot) else { return };
        if let Some(flags) = flags {
            tracked.connection.pass(side, flags);
        }
        let lifetime = match tracked.flow.protocol {
            TCP => tracked.connection.lifetime(),
            UDP => UDP_IDLE,
            _ => QUERY_IDLE,
        };
        self.connections.touch(slot, now, lifetime);
    }

    fn end(&mut self, slot: u32, out: &mut Actions) {
        let Some(tracked) = self.connections.remove(slot) else { return };
        self.by_flow.remove(&tracked.flow);
        out.event(Event::ConnectionGone { entry: tracked.entry });
    }

    /// The rules have changed: connections whose first packet they would not let pass any more are over. One that another rule
    /// lets pass is reported again as [`Event::Connection`](crate::Event::Connection), with the same number.
    pub fn set_filter(&mut self, filter: &Filter, out: &mut Actions) {
        self.fragments.clear();
        let all: Vec<u32> = self.connections.iter().map(|(slot, _)| slot).collect();
        for slot in all {
            let Some(tracked) = self.connections.get_mut(slot) else { continue };
            let (decision, rule) = Subject::from(tracked.flow).judge(tracked.ingress, filter);
            if decision != Decision::Allow {
                self.end(slot, out);
            } else if tracked.rule != rule {
                tracked.rule = rule;
                out.event(Event::Connection { entry: tracked.entry, flow: tracked.flow, rule });
            }
        }
    }

    /// Forgets what is over by `now`.
    pub fn poll(&mut self, now: Instant, out: &mut Actions) {
        while let Some(slot) = self.connections.due(now) {
            self.end(slot, out);
        }
    }

    /// When the next connection expires.
    pub fn poll_at(&self) -> Option<Instant> {
        self.connections.next()
    }

    /// Removes all connections.
    pub fn clear(&mut self, out: &mut Actions) {
        self.fragments.clear();
        let all: Vec<u32> = self.connections.iter().map(|(slot, _)| slot).collect();
        for slot in all {
            self.end(slot, out);
        }
    }
}
