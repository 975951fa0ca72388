//! A switch: a learning bridge with VLANs, a spanning tree and multicast snooping (IEEE 802.1D-2004, IEEE 802.1Q, RFC 4541).
//! One sans-IO machine: frames and time go in, [`Action`](wire::node::Action)s come out.
//!
//! | module | what it is |
//! |---|---|
//! | [`config`] | a switch's settings, and its ports' |
//! | [`event`], `timer` | the changes that a switch reports and its drop reasons; why it wakes |
//! | `forward` | receiving and forwarding of frames |
//! | `tag` | VLAN tags as they are on the wire |
//! | `stp` | the rapid spanning tree: its BPDUs, its machines |
//! | `snoop` | multicast snooping: which ports have members of which group |
//!
//! A switch whose ports are all access ports of VLAN 1 is not VLAN-aware: it forwards tagged frames unchanged, and its events name no
//! VLAN.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod config;
pub mod event;
mod forward;
mod snoop;
mod stp;
mod tag;
mod timer;

pub use config::{Config, Port};
pub use event::{Event, Refusal};
pub use timer::{StpTimer, Timer};

use config::{Membership, Vlan};
use event::{Role, State};
use smoltcp::wire::EthernetAddress;
use snoop::Snoop;
use stp::Tree;
use wire::mac_table::MacTable;
use wire::sorted::SortedSet;
use wire::{BitsPerSec, Instant, PortId};

/// The actions that a switch returns.
pub type Actions = wire::node::Actions<Event, Refusal>;

/// A switch.
pub struct Bridge {
    /// The address that it has unless its settings choose one.
    burned_in: EthernetAddress,
    config: Config,
    ports: Vec<PortState>,
    /// VLAN-aware: some port is not an access port of VLAN 1.
    aware: bool,
    table: MacTable,
    tree: Option<Tree>,
    snoop: Option<Snoop>,
    /// When a port was added that has not been opened yet.
    new_port_at: Option<Instant>,
}

/// A port with the state of its cable and its state in the spanning tree.
struct PortState {
    settings: Port,
    carrier: bool,
    rate: Option<BitsPerSec>,
    state: State,
}

impl PortState {
    fn is_on(&self) -> bool {
        self.settings.up && self.carrier
    }

    /// Data frames pass.
    fn is_open(&self) -> bool {
        self.is_on() && self.state == State::Forwarding
    }
}

impl Bridge {
    /// A switch without ports. `burned_in`: its own address, unless its settings choose one.
    pub fn new(config: Config, burned_in: EthernetAddress) -> Self {
        let mac = own_mac(&config, burned_in);
        Self {
            burned_in,
            ports: Vec::new(),
            aware: false,
            table: MacTable::new(config.ageing),
            tree: config.stp.map(|stp| Tree::new(&stp, mac)),
            snoop: config.snooping.then(|| Snoop::new(Instant::ZERO, mac, Vec::new())),
            new_port_at: None,
            config,
        }
    }

    /// Adds the next port, with a cable of this rate plugged in: that is what path costs are made from (IEEE 802.1D-2004, table 17-3).
    /// The port is opened in the next [`poll`](Self::poll), which is due at once: by then it is known whether the cable has a carrier.
    pub fn add_port(
        &mut self,
        now: Instant,
        port: Port,
        rate: Option<BitsPerSec>,
        out: &mut Actions,
    ) -> PortId {
        let id = PortId(self.ports.len() as u32);
        let state = if self.tree.is_some() { State::Discarding } else { State::Forwarding };
        if let Some(tree) = &mut self.tree {
            tree.add_port(&port, rate);
            tree.set_enabled(now, id, port.up);
        }
        self.ports.push(PortState { settings: port, carrier: true, rate, state });
        self.vlans_changed(out);
        if self.tree.is_some() || self.snoop.is_some() {
            self.new_port_at.get_or_insert(now);
        }
        id
    }

    /// Changes a port's settings.
    pub fn set_port(&mut self, now: Instant, port: PortId, settings: Port, out: &mut Actions) {
        let state = &mut self.ports[port.0 as usize];
        let was_on = state.is_on();
        let before = std::mem::replace(&mut state.settings, settings);
        let (on, rate) = (state.is_on(), state.rate);
        if let Some(tree) = &mut self.tree {
            tree.set_port(port, &self.ports[port.0 as usize].settings, rate);
            tree.set_enabled(now, port, on);
        }
        if before.vlan != self.ports[port.0 as usize].settings.vlan {
            self.forget_port(port, out);
            self.vlans_changed(out);
        } else if !on {
            self.forget_port(port, out);
        }
        self.opened(now, was_on, on);
        self.settle(now, out);
    }

    /// Sets whether the cable at this port has a carrier, and its rate.
    pub fn set_carrier(
        &mut self,
        now: Instant,
        port: PortId,
        up: bool,
        rate: Option<BitsPerSec>,
        out: &mut Actions,
    ) {
        let state = &mut self.ports[port.0 as usize];
        let was_on = state.is_on();
        (state.carrier, state.rate) = (up, rate);
        let on = state.is_on();
        if let Some(tree) = &mut self.tree {
            tree.set_port(port, &state.settings, rate);
            tree.set_enabled(now, port, on);
        }
        if !on {
            self.forget_port(port, out);
        }
        self.opened(now, was_on, on);
        self.settle(now, out);
    }

    /// The switch's own address: the lower half of its bridge identifier, and the source of its BPDUs and queries.
    fn mac(&self) -> EthernetAddress {
        own_mac(&self.config, self.burned_in)
    }

    /// Changes the switch's own settings. If its spanning tree is switched off, all ports forward, with an event for each.
    pub fn set_config(&mut self, now: Instant, config: Config, out: &mut Actions) {
        let before = std::mem::replace(&mut self.config, config);
        let mac = self.mac();
        let other_mac = own_mac(&before, self.burned_in) != mac;
        if self.config.ageing != before.ageing {
            self.table.set_ageing(now, self.config.ageing);
        }
        match (&self.config.stp, &mut self.tree) {
            (None, None) => {}
            (Some(stp), Some(tree)) if other_mac || before.stp.as_ref() != Some(stp) => tree.set(stp, mac),
            (Some(_), Some(_)) => {}
            (Some(stp), None) => {
                let mut tree = Tree::new(stp, mac);
                for (port, state) in (0..).map(PortId).zip(&mut self.ports) {
                    tree.add_port(&state.settings, state.rate);
                    tree.set_enabled(now, port, state.is_on());
                    state.state = State::Discarding;
                }
                self.tree = Some(tree);
                self.clear(now, out);
                self.forget_groups(out);
            }
            (None, Some(_)) => {
                self.tree = None;
                for (port, state) in (0..).map(PortId).zip(&mut self.ports) {
                    state.state = State::Forwarding;
                    let (role, state) = match state.is_on() {
                        true => (Role::Designated, State::Forwarding),
                        false => (Role::Disabled, State::Discarding),
                    };
                    out.event(Event::Port { port, role, state, edge: false });
                }
                self.opened(now, false, true);
            }
        }
        match (self.config.snooping, &mut self.snoop) {
            (true, None) => self.snoop = Some(Snoop::new(now, mac, self.vlans())),
            (false, Some(snoop)) => {
                snoop.forget_all(out);
                self.snoop = None;
            }
            (true, Some(snoop)) if other_mac => snoop.set_mac(mac),
            (true, Some(_)) | (false, None) => {}
        }
        self.settle(now, out);
    }

    /// Removes all learned addresses.
    pub fn clear(&mut self, _now: Instant, out: &mut Actions) {
        report_forgotten(self.table.clear(), out);
    }

    /// Runs the timers that are due.
    pub fn poll(&mut self, now: Instant, out: &mut Actions) {
        report_forgotten(self.table.sweep(now), out);
        self.settle(now, out);
        if let Some(snoop) = &mut self.snoop {
            snoop.poll(now, out);
            self.send_queries(out);
        }
    }

    /// When the bridge next has to be polled, whatever frames come in.
    pub fn poll_at(&self) -> Option<Instant> {
        self.next_timer().map(|(at, _)| at)
    }

    /// The same, and why: of several timers that fire at one moment the first in the order of [`Timer`].
    pub fn next_timer(&self) -> Option<(Instant, Timer)> {
        let new_port = self.new_port_at.map(|at| (at, Timer::NewPort));
        let tree = self.tree.as_ref().and_then(Tree::next_timer);
        let tree = tree.map(|(at, port, timer)| (at, Timer::SpanningTree(port, timer)));
        let snoop = self.snoop.as_ref().filter(|_| !self.ports.is_empty()).map(Snoop::next_timer);
        let aging = self.table.sweep_at().map(|at| (at, Timer::AddressAging));
        sooner(sooner(new_port, tree), sooner(snoop, aging))
    }

    /// Runs the spanning tree until no state changes.
    fn settle(&mut self, now: Instant, out: &mut Actions) {
        if self.new_port_at.take().is_some() {
            self.opened(now, false, self.tree.is_none());
        }
        if let Some(tree) = &mut self.tree {
            tree.run(now, out);
            self.follow_tree(now, out);
        }
    }

    /// Applies the port states that the tree has decided.
    fn follow_tree(&mut self, now: Instant, out: &mut Actions) {
        for port in (0..self.ports.len() as u32).map(PortId) {
            let Some(tree) = &mut self.tree else { return };
            let (flush, state) = (tree.take_flush(port), tree.state(port));
            if flush {
                report_forgotten(self.table.forget_port(port), out);
            }
            let place = &mut self.ports[port.0 as usize];
            let was_open = place.is_open();
            place.state = state;
            let is_open = place.is_open();
            if let Some(snoop) = &mut self.snoop
                && was_open
                && !is_open
            {
                snoop.forget_port(port, out);
            }
            self.opened(now, was_open, is_open);
            if let Some(snoop) = self.snoop.as_mut().filter(|_| flush) {
                snoop.query_soon(now);
            }
        }
    }

    /// Plans a general query if a port has opened.
    fn opened(&mut self, now: Instant, was_open: bool, is_open: bool) {
        if let Some(snoop) = self.snoop.as_mut().filter(|_| is_open && !was_open) {
            snoop.query_soon(now);
        }
    }

    /// Removes the addresses and group members behind a port.
    fn forget_port(&mut self, port: PortId, out: &mut Actions) {
        report_forgotten(self.table.forget_port(port), out);
        if let Some(snoop) = &mut self.snoop {
            snoop.forget_port(port, out);
        }
    }

    fn forget_groups(&mut self, out: &mut Actions) {
        if let Some(snoop) = &mut self.snoop {
            snoop.forget_all(out);
        }
    }

    /// Updates what depends on the ports' VLANs.
    fn vlans_changed(&mut self, out: &mut Actions) {
        let plain = Membership::default();
        let aware = self.ports.iter().any(|port| port.settings.vlan != plain);
        if aware != self.aware {
            // The learned entries belong to other VLANs.
            report_forgotten(self.table.clear(), out);
            self.forget_groups(out);
            self.aware = aware;
        }
        let vlans = self.vlans();
        if let Some(snoop) = &mut self.snoop {
            snoop.set_vlans(vlans);
        }
    }

    /// The VLANs that some port names. A VLAN that passes only because a trunk allows all is queried by the switches whose ports name
    /// it.
    fn vlans(&self) -> Vec<u16> {
        if !self.aware {
            return vec![0];
        }
        let mut vlans = SortedSet::new();
        for port in &self.ports {
            match &port.settings.vlan {
                Membership::Access(vlan) => vlans.extend([vlan.get()]),
                Membership::Trunk { native, allowed } => {
                    vlans.extend(native.iter().chain(allowed.iter().flatten()).map(|vlan| vlan.get()));
                }
            }
        }
        vlans.into_iter().collect()
    }
}

/// The address of a switch with these settings.
fn own_mac(config: &Config, burned_in: EthernetAddress) -> EthernetAddress {
    config.mac.filter(EthernetAddress::is_unicast).unwrap_or(burned_in)
}

fn report_forgotten(addresses: Vec<(u16, EthernetAddress)>, out: &mut Actions) {
    for (vlan, mac) in addresses {
        out.event(Event::Forgotten { vlan: Vlan::new(vlan), mac });
    }
}

/// The lesser of two, if both are there. A switch asks with every frame, and almost always has one timer only.
fn sooner<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
