//! A stateful filter: the first rule that fits decides about a connection, and what belongs to a connection that was let
//! pass is not asked again, in either direction.

use crate::Actions;
use crate::config::Filter;
use vnetif::{Instant, PortId};

/// Connections of one filter. When there are more, the one that was idle longest goes, among those of the kind that is
/// forgotten soonest: a flood of half-open connections does not push out those that are established.
pub const CONNECTIONS_MAX: usize = 4_096;

/// What becomes of a packet, and the rule that says so, by its place in the filter; `None`: no rule fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It passes.
    Allow,
    /// It vanishes.
    Deny(Option<u32>),
    /// It is refused, and its sender told.
    Reject(Option<u32>),
}

/// The connections that a filter follows.
#[derive(Clone, Debug, Default)]
pub struct Tracker {}

impl Tracker {
    /// Judges a packet, IPv4 or IPv6 from its IP header on, that came in at the port `ingress` and is to be forwarded. With
    /// address translation, it has the addresses of the machine inside: what comes from outside is judged after it was
    /// translated, what goes out before. Malformed packets are denied.
    pub fn judge(
        &mut self,
        _now: Instant,
        _packet: &[u8],
        _ingress: PortId,
        _filter: &Filter,
        _out: &mut Actions,
    ) -> Decision {
        Decision::Allow
    }

    /// The rules have changed: connections whose first packet they would not let pass any more are over. One that another rule
    /// lets pass is told again as [`Event::Connection`](crate::Event::Connection), with the same number.
    pub fn set_filter(&mut self, _filter: &Filter, _out: &mut Actions) {}

    /// Forgets what is over by `now`.
    pub fn poll(&mut self, _now: Instant, _out: &mut Actions) {}

    /// When the next connection is over.
    pub fn poll_at(&self) -> Option<Instant> {
        None
    }

    /// Forgets all connections.
    pub fn clear(&mut self, _out: &mut Actions) {}
}
