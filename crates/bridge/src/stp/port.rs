//! What the spanning tree knows of one port (IEEE 802.1D-2004, 17.19), by the standard's names.
//!
//! The standard counts its timers down once a second. Here each is the moment at which it would reach zero: the world jumps from
//! moment to moment, and nothing has to wake up to count.

use super::bpdu::{PortNumber, SECOND, Times, Vector};
use crate::config::{self, Edge};
use crate::event::{BridgeId, Role, State};
use wire::{BitsPerSec, Duration, Instant};

/// A timer: it runs until this moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Countdown(Instant);

impl Countdown {
    /// It does not run.
    pub const CLEAR: Self = Self(Instant::ZERO);
    /// It is set anew all the time, and begins to count when that ends.
    pub const HELD: Self = Self(Instant::MAX);

    pub fn start(now: Instant, length: Duration) -> Self {
        Self(now + length)
    }

    pub fn runs(self, now: Instant) -> bool {
        now < self.0
    }

    /// When it reaches zero; `None` if it is held.
    pub fn ends_at(self) -> Option<Instant> {
        (self.0 < Instant::MAX).then_some(self.0)
    }
}

/// From where a port's information is (17.19.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InfoIs {
    Disabled,
    Aged,
    Mine,
    Received,
}

/// The port protocol migration machine (17.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Migration {
    CheckingRstp,
    SelectingStp,
    Sensing,
}

/// The topology change machine (17.31), in those of its states in which it rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topology {
    Inactive,
    Learning,
    Active,
}

/// How long to wait before believing that there is no bridge, or none that is rapid (17.13.9).
pub(super) const MIGRATE_TIME: Duration = Duration::from_secs(3);

#[derive(Clone, Debug)]
pub(super) struct PortVars {
    /// portId.
    pub number: PortNumber,
    /// PortPathCost.
    pub cost: u32,
    pub edge: Edge,
    /// portEnabled.
    pub enabled: bool,

    pub info_is: InfoIs,
    /// portPriority, and its times.
    pub priority: Vector,
    pub times: Times,
    /// designatedPriority, and its times.
    pub designated: Vector,
    pub designated_times: Times,

    pub role: Role,
    pub selected_role: Role,
    pub reselect: bool,
    pub selected: bool,
    pub updt_info: bool,
    /// learn, and at once learning.
    pub learn: bool,
    /// forward, and at once forwarding.
    pub forward: bool,

    pub agree: bool,
    pub agreed: bool,
    pub disputed: bool,
    pub proposed: bool,
    pub proposing: bool,
    pub sync: bool,
    pub synced: bool,
    pub re_root: bool,
    pub oper_edge: bool,

    pub migration: Migration,
    pub send_rstp: bool,
    pub rcvd_rstp: bool,
    pub rcvd_stp: bool,

    pub new_info: bool,
    pub tx_count: u32,
    /// When `tx_count` is next less by one.
    pub tx_less: Instant,

    pub topology: Topology,
    pub tc_ack: bool,
    pub tc_prop: bool,
    pub rcvd_tc: bool,
    pub rcvd_tcn: bool,
    pub rcvd_tc_ack: bool,
    /// fdbFlush: to be done by the owner of the table.
    pub flush: bool,

    pub hello_when: Countdown,
    pub fd_while: Countdown,
    pub rr_while: Countdown,
    pub rb_while: Countdown,
    pub rcvd_info_while: Countdown,
    pub tc_while: Countdown,
    pub edge_delay_while: Countdown,
    pub mdelay_while: Countdown,

    /// The first other port of a bridge that was heard on this segment.
    pub neighbor: Option<([u8; 6], u16)>,
    /// A second one was heard: this is no point-to-point link (operPointToPointMAC is false).
    pub shared: bool,
    /// What the last event said.
    pub reported: Option<(Role, State, bool)>,
}

impl PortVars {
    pub fn new(index: u32, settings: &config::Port, rate: Option<BitsPerSec>) -> Self {
        let nobody = BridgeId { priority: 0, mac: [0; 6] };
        let vector = Vector { root: nobody, cost: 0, bridge: nobody, port: PortNumber(0) };
        let times = Times { message_age: 0, max_age: 0, hello: SECOND, forward_delay: 0 };
        let mut port = Self {
            number: PortNumber(0),
            cost: 0,
            edge: settings.edge,
            enabled: false,
            info_is: InfoIs::Disabled,
            priority: vector,
            times,
            designated: vector,
            designated_times: times,
            role: Role::Disabled,
            selected_role: Role::Disabled,
            reselect: true,
            selected: false,
            updt_info: false,
            learn: false,
            forward: false,
            agree: false,
            agreed: false,
            disputed: false,
            proposed: false,
            proposing: false,
            sync: false,
            synced: true,
            re_root: false,
            oper_edge: settings.edge == Edge::Yes,
            migration: Migration::CheckingRstp,
            send_rstp: true,
            rcvd_rstp: false,
            rcvd_stp: false,
            new_info: false,
            tx_count: 0,
            tx_less: Instant::ZERO,
            topology: Topology::Inactive,
            tc_ack: false,
            tc_prop: false,
            rcvd_tc: false,
            rcvd_tcn: false,
            rcvd_tc_ack: false,
            flush: false,
            hello_when: Countdown::CLEAR,
            fd_while: Countdown::CLEAR,
            rr_while: Countdown::CLEAR,
            rb_while: Countdown::CLEAR,
            rcvd_info_while: Countdown::CLEAR,
            tc_while: Countdown::CLEAR,
            edge_delay_while: Countdown::CLEAR,
            mdelay_while: Countdown::CLEAR,
            neighbor: None,
            shared: false,
            reported: None,
        };
        port.set(index, settings, rate);
        port
    }

    /// Takes over settings; the roles have to be selected anew then.
    pub fn set(&mut self, index: u32, settings: &config::Port, rate: Option<BitsPerSec>) {
        // Twelve bits: beyond 4095 ports numbers repeat, and only the tie between two such ports is decided arbitrarily.
        self.number = PortNumber(u16::from(settings.priority & 0xf0) << 8 | ((index + 1) & 0xfff) as u16);
        self.cost = settings.cost.unwrap_or_else(|| path_cost(rate)).max(1);
        if self.edge != settings.edge {
            self.edge = settings.edge;
            self.oper_edge = match settings.edge {
                Edge::Yes => self.neighbor.is_none(),
                Edge::No => false,
                Edge::Auto => self.oper_edge,
            };
        }
        self.reselect = true;
        self.selected = false;
    }

    /// The carrier came, and the port is on; or the opposite (17.23 to 17.27, as they do when portEnabled changes).
    pub fn set_enabled(&mut self, now: Instant, enabled: bool) {
        self.enabled = enabled;
        self.info_is = if enabled { InfoIs::Aged } else { InfoIs::Disabled };
        (self.proposing, self.proposed, self.agree, self.agreed) = (false, false, false, false);
        self.disputed = false;
        self.rcvd_info_while = Countdown::CLEAR;
        self.oper_edge = self.edge == Edge::Yes;
        self.edge_delay_while = Countdown::start(now, MIGRATE_TIME);
        (self.migration, self.send_rstp) = (Migration::CheckingRstp, true);
        (self.rcvd_rstp, self.rcvd_stp) = (false, false);
        self.mdelay_while = Countdown::start(now, MIGRATE_TIME);
        (self.neighbor, self.shared) = (None, false);
        self.hello_when = Countdown::CLEAR;
        self.reselect = true;
        self.selected = false;
    }

    pub fn state(&self) -> State {
        match (self.learn, self.forward) {
            (_, true) => State::Forwarding,
            (true, false) => State::Learning,
            (false, false) => State::Discarding,
        }
    }

    /// FwdDelay.
    pub fn fwd_delay(&self) -> Duration {
        super::bpdu::time(self.designated_times.forward_delay)
    }

    /// HelloTime.
    pub fn hello(&self) -> Duration {
        super::bpdu::time(self.designated_times.hello)
    }

    /// MaxAge.
    pub fn max_age(&self) -> Duration {
        super::bpdu::time(self.designated_times.max_age)
    }

    /// forwardDelay (17.20.5): where everybody is rapid, whoever might object has done so within a hello.
    pub fn forward_delay(&self) -> Duration {
        if self.send_rstp { self.hello() } else { self.fwd_delay() }
    }

    /// EdgeDelay (17.20.4).
    pub fn edge_delay(&self) -> Duration {
        if self.shared { self.max_age() } else { MIGRATE_TIME }
    }

    /// betterorsameInfo (17.21.1), for information that was just received.
    pub fn better_or_same_received(&self, message: &Vector) -> bool {
        self.info_is == InfoIs::Received && *message <= self.priority
    }

    /// The same for the port's own.
    pub fn better_or_same_mine(&self) -> bool {
        self.info_is == InfoIs::Mine && self.designated <= self.priority
    }

    /// allSynced asks this of each port (17.20.3).
    pub fn lets_agree(&self) -> bool {
        self.selected && self.role == self.selected_role && (self.synced || self.role == Role::Root)
    }

    pub fn is_root_or_designated(&self) -> bool {
        matches!(self.role, Role::Root | Role::Designated)
    }
}

/// A path cost from a rate (table 17-3: 20 000 000 000 over the rate in kbit/s). A cable without a rate costs what one of
/// 10 Gbit/s does, which is also what a kernel says of its virtual cables.
pub(super) fn path_cost(rate: Option<BitsPerSec>) -> u32 {
    rate.map_or(2_000, |rate| (20_000_000_000_000 / rate.get()).clamp(1, 200_000_000) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_those_of_table_17_3() {
        for (rate, cost) in [
            (1_000, 200_000_000),
            (100_000, 200_000_000),
            (1_000_000, 20_000_000),
            (10_000_000, 2_000_000),
            (100_000_000, 200_000),
            (1_000_000_000, 20_000),
            (10_000_000_000, 2_000),
            (100_000_000_000, 200),
            (1_000_000_000_000, 20),
            (u64::MAX, 1),
        ] {
            assert_eq!(path_cost(BitsPerSec::new(rate)), cost, "{rate} bit/s");
        }
    }
}
