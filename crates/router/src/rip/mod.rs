//! RIP version 2 for IPv4 (RFC 2453) and RIPng for IPv6 (RFC 2080): routers announce the networks that they reach and the number
//! of hops to their neighbors, and each uses the shortest.
//!
//! Both versions share one state machine and differ in their messages. Split horizon and triggered updates can be switched off:
//! without them, two routers that lost a network count to infinity, which is 16.

mod engine;
mod message;
mod table;
#[cfg(test)]
mod tests;

pub use message::INFINITY;

use crate::Timer;
use crate::config;
use crate::routing::{Incoming, Interface, Local, Output, Protocol};
use engine::Engine;
use message::Version;
use wire::Instant;
use wire::rng::Stream;

/// UDP port of RIP (RFC 2453, 3.6).
pub const PORT_V2: u16 = 520;
/// UDP port of RIPng (RFC 2080, 2.1).
pub const PORT_NG: u16 = 521;

/// RIP and RIPng of one router. On an interface, RIP runs on each of its IPv4 networks, and RIPng if it has a link-local address.
#[derive(Clone, Debug)]
pub struct Rip {
    engines: [Engine; 2],
}

impl Rip {
    /// RIP without interfaces. `random`: for the jitter of its timers.
    pub fn new(config: config::Rip, mut random: Stream) -> Self {
        let engines = [Version::V2, Version::Ng]
            .map(|version| Engine::new(version, config, Stream::new(random.draw_u64(), &[])));
        Self { engines }
    }

    /// Changes its settings. Learned routes stay; running timers are not changed.
    pub fn set_config(&mut self, config: config::Rip) {
        for engine in &mut self.engines {
            engine.set_config(config);
        }
    }

    /// The next timer of either version, and when it fires.
    pub fn next_timer(&self) -> Option<(Instant, Timer)> {
        self.engines.iter().filter_map(Engine::next_timer).min()
    }
}

impl Protocol for Rip {
    fn set_interfaces(&mut self, now: Instant, interfaces: &[Interface], out: &mut Output) {
        for engine in &mut self.engines {
            engine.set_interfaces(now, interfaces, out);
        }
    }

    fn set_local(&mut self, now: Instant, local: &[Local], out: &mut Output) {
        for engine in &mut self.engines {
            engine.set_local(now, local, out);
        }
    }

    fn receive(&mut self, now: Instant, datagram: Incoming<'_>, out: &mut Output) {
        for engine in &mut self.engines {
            engine.receive(now, &datagram, out);
        }
    }

    fn poll(&mut self, now: Instant, out: &mut Output) {
        for engine in &mut self.engines {
            engine.poll(now, out);
        }
    }

    fn poll_at(&self) -> Option<Instant> {
        self.next_timer().map(|(at, _)| at)
    }
}
