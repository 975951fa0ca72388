//! RIP version 2 for IPv4 (RFC 2453) and RIPng for IPv6 (RFC 2080): routers tell their neighbors which networks they reach
//! and over how many hops, and everybody believes the shortest.
//!
//! Both are the same machine with another way of writing it down. What makes distance vectors worth teaching can be switched:
//! without split horizon and triggered updates, two routers that lost a network count to infinity, which is 16.

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

/// RIP and RIPng of one router. On an interface it speaks RIP with each of its IPv4 networks, and RIPng if it has a
/// link-local address.
#[derive(Clone, Debug)]
pub struct Rip {
    engines: [Engine; 2],
}

impl Rip {
    /// A machine that knows no interface yet. `random`: for the jitter of its timers.
    pub fn new(config: config::Rip, mut random: Stream) -> Self {
        let engines = [Version::V2, Version::Ng]
            .map(|version| Engine::new(version, config, Stream::new(random.draw_u64(), &[])));
        Self { engines }
    }

    /// Changes its settings. What it has learned stays; timers that are running run to their end.
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
