//! A router: IPv4 and IPv6 forwarding, with ARP and NDP, ICMP errors, fragmentation, router advertisements, RIP, address
//! translation and a stateful filter. One sans-IO machine: frames and time go in, [`Action`](vnetif::node::Action)s come out.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod checksum;
pub mod config;
pub mod event;
pub mod filter;
pub mod flow;
mod fragments;
pub mod nat;
pub mod rip;
pub mod routing;
#[cfg(test)]
mod sample;
mod table;
mod tcp;

pub use config::{Config, Port};
pub use event::{Event, Refusal};

use smoltcp::wire::EthernetAddress;
use vnetif::node::Tag;
use vnetif::{Frame, Instant, PortId};

/// What a router wants done.
pub type Actions = vnetif::node::Actions<Event, Refusal>;

/// A router.
pub struct Router {
    config: Config,
    ports: Vec<Port>,
}

impl Router {
    /// A router without ports. `random_seed`: what it draws from (identifiers, jitter of timers).
    pub fn new(config: Config, _random_seed: u64) -> Self {
        Self { config, ports: Vec::new() }
    }

    /// Adds the next port, with a cable plugged in. `mac`: the port's own address.
    pub fn add_port(
        &mut self,
        _now: Instant,
        port: Port,
        _mac: EthernetAddress,
        _out: &mut Actions,
    ) -> PortId {
        self.ports.push(port);
        PortId(self.ports.len() as u32 - 1)
    }

    /// Changes a port's settings.
    pub fn set_port(&mut self, _now: Instant, port: PortId, settings: Port, _out: &mut Actions) {
        self.ports[port.0 as usize] = settings;
    }

    /// The cable at this port has got or lost its carrier.
    pub fn set_carrier(&mut self, _now: Instant, _port: PortId, _up: bool, _out: &mut Actions) {}

    /// Changes the router's own settings. What it has learned stays where it still can.
    pub fn set_config(&mut self, _now: Instant, config: Config, _out: &mut Actions) {
        self.config = config;
    }

    /// Forgets its neighbors, translations and connections.
    pub fn clear(&mut self, _now: Instant, _out: &mut Actions) {}

    /// A frame came in.
    pub fn receive(&mut self, _now: Instant, _port: PortId, _frame: Frame, tag: Tag, out: &mut Actions) {
        out.refuse(tag, Refusal::NotForUs);
    }

    /// Does what is due by itself.
    pub fn poll(&mut self, _now: Instant, _out: &mut Actions) {}

    /// When it next has something to do by itself.
    pub fn poll_at(&self) -> Option<Instant> {
        None
    }
}
