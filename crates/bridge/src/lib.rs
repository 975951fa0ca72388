//! A switch: a learning bridge with VLANs, a spanning tree and multicast snooping (IEEE 802.1D-2004, IEEE 802.1Q, RFC 4541).
//! One sans-IO machine: frames and time go in, [`Action`](vnetif::node::Action)s come out.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod config;
pub mod event;

pub use config::{Config, Port};
pub use event::{Event, Refusal};

use smoltcp::wire::EthernetAddress;
use vnetif::mac_table::{self, Egress, MacTable};
use vnetif::node::Tag;
use vnetif::{BitsPerSec, Frame, Instant, PortId};

/// What a switch wants done.
pub type Actions = vnetif::node::Actions<Event, Refusal>;

/// A switch.
pub struct Bridge {
    config: Config,
    ports: Vec<Port>,
    table: MacTable,
}

impl Bridge {
    /// A switch without ports. `mac` is its own address: the lower half of its bridge identifier, and from where its BPDUs come.
    pub fn new(config: Config, _mac: EthernetAddress) -> Self {
        Self { table: MacTable::new(config.ageing), config, ports: Vec::new() }
    }

    /// Adds the next port, with a cable of this rate plugged in: that is what path costs are made from (IEEE 802.1D-2004, table 17-3).
    pub fn add_port(
        &mut self,
        _now: Instant,
        port: Port,
        _rate: Option<BitsPerSec>,
        _out: &mut Actions,
    ) -> PortId {
        self.ports.push(port);
        PortId(self.ports.len() as u32 - 1)
    }

    /// Changes a port's settings.
    pub fn set_port(&mut self, _now: Instant, port: PortId, settings: Port, _out: &mut Actions) {
        self.ports[port.0 as usize] = settings;
    }

    /// The cable at this port has got or lost its carrier, or has another rate.
    pub fn set_carrier(
        &mut self,
        _now: Instant,
        _port: PortId,
        _up: bool,
        _rate: Option<BitsPerSec>,
        _out: &mut Actions,
    ) {
    }

    /// Changes the switch's own settings.
    pub fn set_config(&mut self, _now: Instant, config: Config, _out: &mut Actions) {
        self.config = config;
    }

    /// Forgets all learned addresses.
    pub fn clear(&mut self, _now: Instant, _out: &mut Actions) {}

    /// A frame came in.
    pub fn receive(&mut self, now: Instant, ingress: PortId, frame: Frame, tag: Tag, out: &mut Actions) {
        let lookup = self.table.look(now, ingress, &frame);
        if lookup.learned {
            let (_, mac) = mac_table::addresses(&frame).expect("a runt teaches nothing");
            out.event(Event::Learned { vlan: None, mac, port: ingress });
        }
        match lookup.egress {
            Egress::Port(port) => out.send(port, frame, Some(tag)),
            Egress::Filter => {}
            Egress::Flood => {
                for port in (0..self.ports.len() as u32).map(PortId).filter(|&port| port != ingress) {
                    out.send(port, frame.clone(), Some(tag));
                }
            }
        }
    }

    /// Does what is due by itself.
    pub fn poll(&mut self, now: Instant, out: &mut Actions) {
        for mac in self.table.sweep(now) {
            out.event(Event::Forgotten { vlan: None, mac });
        }
    }

    /// When it next has something to do by itself.
    pub fn poll_at(&self) -> Option<Instant> {
        self.table.sweep_at()
    }
}
