//! The rapid spanning tree (IEEE 802.1D-2004, clause 17): it blocks ports so that the open links form a tree without loops.
//!
//! The state machines run until nothing changes at each event and each deadline, and only then BPDUs are sent: so an alternate port
//! takes over at the moment in which the root port goes down. Bridges with the old spanning tree get BPDUs of that version, port by
//! port.
//!
//! A limit of the standard: if a bridge or cable fails in a network with many loops, old information may circulate until it exceeds
//! max age (each bridge adds one second), and where TxHoldCount delays newer information, a loop of frames may open meanwhile (Elmeleegy, Cox and Ng, "On Count-to-Infinity Induced Forwarding Loops in Ethernet Networks", INFOCOM 2006).
//! No loop opens while a tree is built for the first time: tests/spanning_tree.rs.
//!
//! Cables are full duplex, so links are taken for point-to-point. A hub is one too while it joins two bridges. As soon as
//! BPDUs of a second neighbor are received at a port, it is a shared segment until its carrier is lost: one bridge's agreement does
//! not hold for the others, so none is accepted, and the port waits as long as the standard demands (17.20.4, 17.21.9).

pub mod bpdu;
mod machine;
mod port;

use crate::Actions;
use crate::StpTimer;
use crate::config::{Edge, Port, Stp};
use crate::event::{BridgeId, Event, Role, State};
use bpdu::{Bpdu, Message, PortNumber, SECOND, Times, Vector, units};
use port::{Countdown, InfoIs, PortVars};
use smoltcp::wire::EthernetAddress;
use wire::{BitsPerSec, Duration, Instant, PortId};

/// At most this many BPDUs leave a port at once, and then one a second (17.13.12).
const TX_HOLD_COUNT: u32 = 6;

/// The spanning tree state of one bridge.
pub(crate) struct Tree {
    mac: EthernetAddress,
    id: BridgeId,
    own_times: Times,
    root: Vector,
    root_port: Option<u32>,
    root_times: Times,
    ports: Vec<PortVars>,
    /// The contents of the last event.
    reported: Option<(BridgeId, u32, Option<PortId>)>,
    /// The moment up to which all timers have been run.
    ran_at: Instant,
}

impl Tree {
    /// A bridge without ports.
    pub fn new(config: &Stp, mac: EthernetAddress) -> Self {
        let id = BridgeId { priority: config.priority, mac: mac.0 };
        let own_times = own_times(config);
        let root = Vector { root: id, cost: 0, bridge: id, port: PortNumber(0) };
        Self {
            mac,
            id,
            own_times,
            root,
            root_port: None,
            root_times: own_times,
            ports: Vec::new(),
            reported: None,
            ran_at: Instant::ZERO,
        }
    }

    /// Changes the bridge's settings and its address.
    pub fn set(&mut self, config: &Stp, mac: EthernetAddress) {
        self.id = BridgeId { priority: config.priority, mac: mac.0 };
        self.mac = mac;
        self.own_times = own_times(config);
        for port in &mut self.ports {
            (port.reselect, port.selected) = (true, false);
        }
    }

    /// Adds the next port, which is off.
    pub fn add_port(&mut self, settings: &Port, rate: Option<BitsPerSec>) {
        self.ports.push(PortVars::new(self.ports.len() as u32, settings, rate));
    }

    /// Changes a port's settings.
    pub fn set_port(&mut self, port: PortId, settings: &Port, rate: Option<BitsPerSec>) {
        self.ports[port.0 as usize].set(port.0, settings, rate);
    }

    /// Sets whether the port can send and receive.
    pub fn set_enabled(&mut self, now: Instant, port: PortId, enabled: bool) {
        let port = &mut self.ports[port.0 as usize];
        if port.enabled != enabled {
            port.set_enabled(now, enabled);
        }
    }

    /// Receives a BPDU.
    pub fn receive(&mut self, now: Instant, ingress: PortId, bpdu: &Bpdu, out: &mut Actions) {
        let i = ingress.0 as usize;
        if !self.ports[i].enabled {
            return;
        }
        let message = match *bpdu {
            Bpdu::Tcn => None,
            Bpdu::Message(mut message) => {
                // The smallest valid hello time (17.21.12): with 0, all bridges would send without pause.
                message.times.hello = message.times.hello.max(SECOND);
                // A BPDU of this port, returned by a loop.
                if self.is_own(i, &message.vector) {
                    return;
                }
                Some(message)
            }
        };
        self.run(now, out);
        self.process(now, i, message.as_ref());
        self.run(now, out);
    }

    fn is_own(&self, i: usize, sender: &Vector) -> bool {
        sender.bridge.mac == self.id.mac && sender.port.number() == self.ports[i].number.number()
    }

    /// The port receive machine (17.23), and those that act on the received BPDU.
    fn process(&mut self, now: Instant, i: usize, message: Option<&Message>) {
        let port = &mut self.ports[i];
        port.oper_edge = false;
        port.edge_delay_while = Countdown::start(now, port::MIGRATE_TIME);
        let rapid = message.is_some_and(|message| message.rapid);
        port.rcvd_rstp |= rapid;
        port.rcvd_stp |= !rapid;
        let Some(message) = message else {
            port.rcvd_tcn = true;
            while self.migrate(now, i) {}
            return;
        };
        let sender = (message.vector.bridge.mac, message.vector.port.number());
        if port.neighbor.get_or_insert(sender) != &sender {
            port.shared = true;
        }
        while self.migrate(now, i) {}
        // Too old (9.3.4). An RST BPDU is processed nevertheless and ages at once, together with earlier information.
        if message.rapid || message.times.message_age < message.times.max_age {
            self.receive_information(now, i, message);
        }
    }

    /// Runs the timers that are due and the state machines.
    pub fn run(&mut self, now: Instant, out: &mut Actions) {
        // The machines always terminate: the bound is only a safety net.
        for _ in 0..64 + 16 * self.ports.len() {
            if !self.step(now, out) {
                break;
            }
        }
        self.ran_at = now;
        self.report(out);
        for i in 0..self.ports.len() {
            self.transmit(now, i, out);
        }
    }

    fn step(&mut self, now: Instant, out: &mut Actions) -> bool {
        let mut moved = false;
        for i in 0..self.ports.len() {
            moved |= self.migrate(now, i);
            moved |= self.update_information(now, i);
        }
        if self.ports.iter().any(|port| port.reselect) {
            self.select_roles();
            moved = true;
        }
        for i in 0..self.ports.len() {
            moved |= self.detect_bridge(now, i);
            moved |= self.change_role(now, i);
            moved |= self.change_topology(now, i, out);
        }
        moved
    }

    /// The port transmit machine (17.26).
    fn transmit(&mut self, now: Instant, i: usize, out: &mut Actions) {
        let port = &mut self.ports[i];
        if !port.enabled || !port.selected || port.updt_info {
            return;
        }
        while port.tx_count > 0 && port.tx_less <= now {
            port.tx_count -= 1;
            port.tx_less += Duration::from_secs(1);
        }
        let changing = port.tc_while.runs(now);
        if !port.hello_when.runs(now) {
            port.new_info |= port.role == Role::Designated || (port.role == Role::Root && changing);
            port.hello_when = Countdown::start(now, port.hello());
        }
        if !port.new_info || port.tx_count >= TX_HOLD_COUNT {
            return;
        }
        port.new_info = false;
        let bpdu = match (port.send_rstp, port.role) {
            (true, role) => Bpdu::Message(Message {
                rapid: true,
                role: Some(role),
                tc: changing,
                proposal: port.proposing,
                agreement: port.agree,
                learning: port.learn,
                forwarding: port.forward,
                tc_ack: false,
                vector: port.designated,
                times: port.designated_times,
            }),
            (false, Role::Designated) => Bpdu::Message(Message {
                rapid: false,
                role: Some(Role::Designated),
                tc: changing,
                proposal: false,
                agreement: false,
                learning: false,
                forwarding: false,
                tc_ack: port.tc_ack,
                vector: port.designated,
                times: port.designated_times,
            }),
            // A root port sends a topology change notification, and nothing else, to an old bridge.
            (false, Role::Root) if changing => Bpdu::Tcn,
            (false, Role::Root | Role::Alternate | Role::Backup | Role::Disabled) => return,
        };
        port.tc_ack = false;
        if port.tx_count == 0 {
            port.tx_less = now + Duration::from_secs(1);
        }
        port.tx_count += 1;
        port.hello_when = Countdown::start(now, port.hello());
        out.send(PortId(i as u32), bpdu.frame(self.mac), None);
    }

    fn report(&mut self, out: &mut Actions) {
        for (i, port) in (0..).zip(&mut self.ports) {
            let now = (port.role, port.state(), port.oper_edge);
            if port.reported != Some(now) {
                port.reported = Some(now);
                let (role, state, edge) = now;
                out.event(Event::Port { port: PortId(i), role, state, edge });
            }
        }
        let now = (self.root.root, self.root.cost, self.root_port.map(PortId));
        if self.reported != Some(now) && !self.ports.is_empty() {
            self.reported = Some(now);
            let (root, cost, port) = now;
            out.event(Event::Root { root, cost, port });
        }
    }

    /// A port's state.
    pub fn state(&self, port: PortId) -> State {
        self.ports[port.0 as usize].state()
    }

    /// Whether the addresses learned at this port are to be removed. Resets the flag.
    pub fn take_flush(&mut self, port: PortId) -> bool {
        std::mem::take(&mut self.ports[port.0 as usize].flush)
    }

    fn own_vector(&self) -> Vector {
        Vector { root: self.id, cost: 0, bridge: self.id, port: PortNumber(0) }
    }

    /// The next timer to run, when it runs out, and its port.
    pub fn next_timer(&self) -> Option<(Instant, PortId, StpTimer)> {
        let enabled = (0..).map(PortId).zip(&self.ports).filter(|(_, port)| port.enabled);
        enabled.filter_map(|(id, port)| port.next_timer(self.ran_at).map(|(at, timer)| (at, id, timer))).min()
    }
}

impl PortVars {
    /// The timer that next gives this port something to do, after `ran_at`. One that has run out by then has been acted on, or the
    /// port waits for something else.
    fn next_timer(&self, ran_at: Instant) -> Option<(Instant, StpTimer)> {
        let root = self.role == Role::Root;
        let designated = self.role == Role::Designated;
        let has_news = self.new_info && (self.send_rstp || root || designated);
        let held_back = has_news && self.tx_count >= TX_HOLD_COUNT;
        let detects_edge = self.edge != Edge::No && self.send_rstp && self.proposing && !self.oper_edge;
        let timers = [
            (StpTimer::Hello, designated || (root && self.tc_while.runs(ran_at)), self.hello_when),
            (StpTimer::TransmitHold, held_back, Countdown::start(self.tx_less, Duration::ZERO)),
            (StpTimer::ReceivedInfo, self.info_is == InfoIs::Received, self.rcvd_info_while),
            (StpTimer::ForwardDelay, (root || designated) && !self.forward, self.fd_while),
            (StpTimer::RecentRoot, designated, self.rr_while),
            (StpTimer::RecentBackup, root && !self.forward, self.rb_while),
            (StpTimer::EdgeDelay, detects_edge, self.edge_delay_while),
        ];
        let waited_for = timers.into_iter().filter(|(_, waited_for, _)| *waited_for);
        let ends = waited_for.filter_map(|(timer, _, countdown)| Some((countdown.ends_at()?, timer)));
        ends.filter(|&(at, _)| at > ran_at).min()
    }
}

fn own_times(config: &Stp) -> Times {
    Times {
        message_age: 0,
        max_age: units(config.max_age),
        hello: units(config.hello).max(SECOND),
        forward_delay: units(config.forward_delay),
    }
}
