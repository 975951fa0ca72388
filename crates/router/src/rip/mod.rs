//! RIP version 2 for IPv4 (RFC 2453) and RIPng for IPv6 (RFC 2080): routers tell their neighbors which networks they reach
//! and over how many hops, and everybody believes the shortest.
//!
//! Both are the same machine with another way of writing it down. What makes distance vectors worth teaching can be switched:
//! without split horizon and triggered updates, two routers that lost a network count to infinity, which is 16.

use crate::config;
use crate::routing::{Incoming, Interface, Local, Output, Protocol};
use vnetif::Instant;
use vnetif::rng::Stream;

/// UDP port of RIP (RFC 2453, 3.6).
pub const PORT_V2: u16 = 520;
/// UDP port of RIPng (RFC 2080, 2.1).
pub const PORT_NG: u16 = 521;

/// RIP and RIPng of one router.
#[derive(Clone, Debug)]
pub struct Rip {
    config: config::Rip,
    _random: Stream,
}

impl Rip {
    /// A machine that knows no interface yet. `random`: for the jitter of its timers.
    pub fn new(config: config::Rip, random: Stream) -> Self {
        Self { config, _random: random }
    }

    /// Changes its settings. What it has learned stays; timers that are running run to their end.
    pub fn set_config(&mut self, config: config::Rip) {
        self.config = config;
    }
}

impl Protocol for Rip {
    fn set_interfaces(&mut self, _now: Instant, _interfaces: &[Interface], _out: &mut Output) {}
    fn set_local(&mut self, _now: Instant, _local: &[Local], _out: &mut Output) {}
    fn receive(&mut self, _now: Instant, _datagram: Incoming<'_>, _out: &mut Output) {}
    fn poll(&mut self, _now: Instant, _out: &mut Output) {}
    fn poll_at(&self) -> Option<Instant> {
        None
    }
}
