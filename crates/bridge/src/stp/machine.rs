//! The state machines (IEEE 802.1D-2004, 17.23 to 17.31): each function is one machine's next step at one port, and says whether
//! there was one. Conditions and their names are the standard's; so is what is done, where nothing else is said.

use super::Tree;
use super::bpdu::{Message, SECOND, Vector, time};
use super::port::{Countdown, InfoIs, MIGRATE_TIME, Migration, Topology};
use crate::config::Edge;
use crate::event::{Event, Role};
use wire::{Duration, Instant, PortId};

impl Tree {
    // ---- port protocol migration (17.24) ----

    pub(super) fn migrate(&mut self, now: Instant, i: usize) -> bool {
        let port = &mut self.ports[i];
        let next = match port.migration {
            Migration::CheckingRstp if !port.mdelay_while.runs(now) => Migration::Sensing,
            Migration::SelectingStp if !port.mdelay_while.runs(now) => Migration::Sensing,
            Migration::Sensing if !port.send_rstp && port.rcvd_rstp => Migration::CheckingRstp,
            Migration::Sensing if port.send_rstp && port.rcvd_stp => Migration::SelectingStp,
            Migration::CheckingRstp | Migration::SelectingStp | Migration::Sensing => return false,
        };
        port.migration = next;
        match next {
            Migration::Sensing => (port.rcvd_rstp, port.rcvd_stp) = (false, false),
            Migration::CheckingRstp | Migration::SelectingStp => {
                port.send_rstp = next == Migration::CheckingRstp;
                port.mdelay_while = Countdown::start(now, MIGRATE_TIME);
            }
        }
        true
    }

    // ---- bridge detection (17.25) ----

    pub(super) fn detect_bridge(&mut self, now: Instant, i: usize) -> bool {
        let port = &mut self.ports[i];
        let silent = !port.edge_delay_while.runs(now) && port.edge != Edge::No;
        let found = port.enabled && silent && port.send_rstp && port.proposing && !port.oper_edge;
        port.oper_edge |= found;
        found
    }

    // ---- port information (17.27) ----

    /// AGED and UPDATE.
    pub(super) fn update_information(&mut self, now: Instant, i: usize) -> bool {
        let port = &mut self.ports[i];
        if port.selected && port.updt_info {
            (port.proposing, port.proposed) = (false, false);
            port.agreed = port.agreed && port.better_or_same_mine();
            port.synced = port.synced && port.agreed;
            port.priority = port.designated;
            port.times = port.designated_times;
            port.updt_info = false;
            port.info_is = InfoIs::Mine;
            port.new_info = true;
            return true;
        }
        let aged = port.info_is == InfoIs::Received && !port.rcvd_info_while.runs(now) && !port.updt_info;
        if aged {
            port.info_is = InfoIs::Aged;
            (port.reselect, port.selected) = (true, false);
        }
        aged
    }

    /// RECEIVE, and what follows from it.
    pub(super) fn receive_information(&mut self, now: Instant, i: usize, message: &Message) {
        let port = &mut self.ports[i];
        if message.role == Some(Role::Designated) {
            // 17.6: what the designated port itself says counts even if it is worse than what it said before.
            let same_sender = message.vector.bridge.mac == port.priority.bridge.mac
                && message.vector.port.number() == port.priority.port.number();
            let same = message.vector == port.priority;
            let superior = message.vector < port.priority || (same_sender && !same);
            if superior || (same && message.times != port.times) {
                (port.agreed, port.proposing) = (false, false);
                self.record_proposal(i, message);
                self.set_tc_flags(i, message);
                let port = &mut self.ports[i];
                port.agree = port.agree && port.better_or_same_received(&message.vector);
                port.priority = message.vector;
                port.times = message.times;
                self.start_rcvd_info_while(now, i);
                let port = &mut self.ports[i];
                port.info_is = InfoIs::Received;
                (port.reselect, port.selected) = (true, false);
            } else if same && port.info_is == InfoIs::Received {
                self.record_proposal(i, message);
                self.set_tc_flags(i, message);
                self.start_rcvd_info_while(now, i);
            } else if !same {
                // recordDispute: whoever learns there does not hear us, so what both send could go round.
                if message.learning {
                    port.disputed = true;
                    port.agreed = false;
                }
                // Told at once who is better, as bridges did before 2004: otherwise a newcomer waits for our next hello,
                // and at a hub meanwhile hears only those that agree with us.
                port.new_info = true;
            }
        } else if message.role.is_some() && message.vector >= port.priority {
            // recordAgreement
            port.agreed = message.agreement && !port.shared;
            if port.agreed {
                port.proposing = false;
            }
            self.set_tc_flags(i, message);
        }
    }

    fn record_proposal(&mut self, i: usize, message: &Message) {
        self.ports[i].proposed |= message.proposal;
    }

    fn set_tc_flags(&mut self, i: usize, message: &Message) {
        let port = &mut self.ports[i];
        port.rcvd_tc |= message.tc;
        port.rcvd_tc_ack |= message.tc_ack && !message.rapid;
    }

    /// updtRcvdInfoWhile (17.21.23).
    fn start_rcvd_info_while(&mut self, now: Instant, i: usize) {
        let port = &mut self.ports[i];
        let fresh = port.times.message_age.saturating_add(SECOND) <= port.times.max_age;
        let hello = time(port.times.hello);
        port.rcvd_info_while =
            if fresh { Countdown::start(now, hello + hello + hello) } else { Countdown::CLEAR };
    }

    // ---- port role transitions (17.29) ----

    pub(super) fn change_role(&mut self, now: Instant, i: usize) -> bool {
        let port = &self.ports[i];
        if !port.selected || port.updt_info {
            return false;
        }
        if port.role != port.selected_role {
            self.enter_role(now, i);
            return true;
        }
        match port.role {
            Role::Disabled => false,
            Role::Root => self.root_port(now, i),
            Role::Designated => self.designated_port(now, i),
            Role::Alternate | Role::Backup => self.alternate_port(i),
        }
    }

    /// Leaves one role for another. The timers that the old one held begin to count now.
    fn enter_role(&mut self, now: Instant, i: usize) {
        let port = &mut self.ports[i];
        match port.role {
            Role::Root => port.rr_while = Countdown::start(now, port.fwd_delay()),
            Role::Disabled => port.fd_while = Countdown::start(now, port.max_age()),
            Role::Alternate => port.fd_while = Countdown::start(now, port.fwd_delay()),
            Role::Backup => {
                port.fd_while = Countdown::start(now, port.fwd_delay());
                port.rb_while = Countdown::start(now, port.hello() + port.hello());
            }
            Role::Designated => {}
        }
        port.role = port.selected_role;
        match port.role {
            Role::Root => port.rr_while = Countdown::HELD,
            Role::Designated => {}
            Role::Disabled | Role::Alternate | Role::Backup => {
                (port.learn, port.forward) = (false, false);
                port.rr_while = Countdown::CLEAR;
                if port.role == Role::Backup {
                    port.rb_while = Countdown::HELD;
                }
                (port.synced, port.sync, port.re_root) = (true, false, false);
            }
        }
    }

    fn root_port(&mut self, now: Instant, i: usize) -> bool {
        let all_synced = self.all_synced();
        let re_rooted =
            (0..self.ports.len()).all(|other| other == i || !self.ports[other].rr_while.runs(now));
        let port = &mut self.ports[i];
        let quick = !port.fd_while.runs(now) || (re_rooted && !port.rb_while.runs(now));
        if port.proposed && !port.agree {
            port.proposed = false;
            self.set_sync_tree();
        } else if (all_synced && !port.agree) || (port.proposed && port.agree) {
            (port.proposed, port.sync) = (false, false);
            (port.agree, port.new_info) = (true, true);
        } else if !port.forward && !port.re_root {
            for port in &mut self.ports {
                port.re_root = true;
            }
        } else if quick && !port.learn {
            port.fd_while = Countdown::start(now, port.forward_delay());
            port.learn = true;
        } else if quick && !port.forward {
            port.fd_while = Countdown::CLEAR;
            port.forward = true;
        } else if port.re_root && port.forward {
            port.re_root = false;
        } else {
            return false;
        }
        true
    }

    fn designated_port(&mut self, now: Instant, i: usize) -> bool {
        let port = &mut self.ports[i];
        let retiring = port.rr_while.runs(now);
        let may = (!port.fd_while.runs(now) || port.agreed || port.oper_edge)
            && (!retiring || !port.re_root)
            && !port.sync;
        let must_not = (port.sync && !port.synced) || (port.re_root && retiring) || port.disputed;
        if !port.forward && !port.agreed && !port.proposing && !port.oper_edge {
            port.proposing = true;
            port.edge_delay_while = Countdown::start(now, port.edge_delay());
            port.new_info = true;
        } else if (!port.learn && !port.forward && !port.synced)
            || (port.agreed && !port.synced)
            || (port.oper_edge && !port.synced)
            || (port.sync && port.synced)
        {
            port.rr_while = Countdown::CLEAR;
            (port.synced, port.sync) = (true, false);
        } else if !retiring && port.re_root {
            port.re_root = false;
        } else if must_not && !port.oper_edge && (port.learn || port.forward) {
            (port.learn, port.forward, port.disputed) = (false, false, false);
            port.fd_while = Countdown::start(now, port.forward_delay());
        } else if may && !port.learn {
            port.learn = true;
            port.fd_while = Countdown::start(now, port.forward_delay());
        } else if may && !port.forward {
            port.forward = true;
            port.fd_while = Countdown::CLEAR;
            port.agreed = port.send_rstp;
        } else {
            return false;
        }
        true
    }

    fn alternate_port(&mut self, i: usize) -> bool {
        let all_synced = self.all_synced();
        let port = &mut self.ports[i];
        if port.proposed && !port.agree {
            port.proposed = false;
            self.set_sync_tree();
        } else if (all_synced && !port.agree) || (port.proposed && port.agree) {
            port.proposed = false;
            (port.agree, port.new_info) = (true, true);
        } else if port.sync || port.re_root || !port.synced {
            port.rr_while = Countdown::CLEAR;
            (port.synced, port.sync, port.re_root) = (true, false, false);
        } else {
            return false;
        }
        true
    }

    fn all_synced(&self) -> bool {
        self.ports.iter().all(|port| port.lets_agree())
    }

    fn set_sync_tree(&mut self) {
        for port in self.ports.iter_mut().filter(|port| port.role != Role::Disabled) {
            port.sync = true;
        }
    }

    // ---- topology change (17.31) ----

    pub(super) fn change_topology(&mut self, now: Instant, i: usize, out: &mut crate::Actions) -> bool {
        let port = &mut self.ports[i];
        let in_tree = port.is_root_or_designated();
        match port.topology {
            Topology::Inactive if port.learn => {
                port.topology = Topology::Learning;
                self.forget_changes(i);
            }
            Topology::Inactive => return false,
            Topology::Learning if in_tree && port.forward && !port.oper_edge => {
                port.topology = Topology::Active;
                port.new_info = true;
                self.new_tc_while(now, i);
                self.set_tc_prop_tree(i);
                out.event(Event::TopologyChange { port: PortId(i as u32), detected: true });
            }
            Topology::Learning => {
                if port.rcvd_tc || port.rcvd_tcn || port.rcvd_tc_ack || port.tc_prop {
                    self.forget_changes(i);
                } else if !in_tree && !port.learn {
                    port.topology = Topology::Inactive;
                    port.flush = true;
                    (port.tc_while, port.tc_ack) = (Countdown::CLEAR, false);
                } else {
                    return false;
                }
            }
            Topology::Active => {
                if !in_tree || port.oper_edge {
                    port.topology = Topology::Learning;
                    self.forget_changes(i);
                } else if port.rcvd_tcn || port.rcvd_tc {
                    let from_old = port.rcvd_tcn;
                    (port.rcvd_tcn, port.rcvd_tc) = (false, false);
                    port.tc_ack |= port.role == Role::Designated;
                    if from_old {
                        self.new_tc_while(now, i);
                    }
                    self.set_tc_prop_tree(i);
                    out.event(Event::TopologyChange { port: PortId(i as u32), detected: false });
                } else if port.tc_prop {
                    (port.flush, port.tc_prop) = (true, false);
                    self.new_tc_while(now, i);
                } else if port.rcvd_tc_ack {
                    (port.tc_while, port.rcvd_tc_ack) = (Countdown::CLEAR, false);
                } else {
                    return false;
                }
            }
        }
        true
    }

    fn forget_changes(&mut self, i: usize) {
        let port = &mut self.ports[i];
        (port.rcvd_tc, port.rcvd_tcn, port.rcvd_tc_ack, port.tc_prop) = (false, false, false, false);
    }

    fn new_tc_while(&mut self, now: Instant, i: usize) {
        let times = self.root_times;
        let port = &mut self.ports[i];
        if port.tc_while.runs(now) {
            return;
        }
        let length = if port.send_rstp {
            port.new_info = true;
            port.hello() + Duration::from_secs(1)
        } else {
            time(times.max_age) + time(times.forward_delay)
        };
        port.tc_while = Countdown::start(now, length);
    }

    fn set_tc_prop_tree(&mut self, by: usize) {
        for (_, port) in self.ports.iter_mut().enumerate().filter(|(i, _)| *i != by) {
            port.tc_prop = true;
        }
    }

    // ---- port role selection (17.28) ----

    /// updtRolesTree and setSelectedTree (17.21.25, 17.21.16).
    pub(super) fn select_roles(&mut self) {
        let own = self.own_vector();
        let ways = (0..).zip(&self.ports).filter_map(|(i, port)| {
            let heard = port.info_is == InfoIs::Received && port.priority.bridge.mac != self.id.mac;
            let cost = port.priority.cost.saturating_add(port.cost);
            heard.then_some((Vector { cost, ..port.priority }, port.number, i, port.times))
        });
        let best = ways.min_by_key(|&(vector, number, ..)| (vector, number));
        match best.filter(|(vector, ..)| *vector < own) {
            Some((vector, _, i, mut times)) => {
                // In whole seconds, as 17.21.25 rounds.
                let seconds = (times.message_age.saturating_add(SECOND / 2)) / SECOND;
                times.message_age = (seconds + 1).min(u16::MAX / SECOND) * SECOND;
                (self.root, self.root_port, self.root_times) = (vector, Some(i), times);
            }
            None => {
                (self.root, self.root_port, self.root_times) = (own, None, self.own_times);
            }
        }
        for (i, port) in (0..).zip(&mut self.ports) {
            port.reselect = false;
            port.designated =
                Vector { root: self.root.root, cost: self.root.cost, bridge: self.id, port: port.number };
            port.designated_times = self.root_times;
            (port.selected_role, port.updt_info) = match port.info_is {
                InfoIs::Disabled => (Role::Disabled, false),
                InfoIs::Aged => (Role::Designated, true),
                InfoIs::Mine => {
                    let other = port.priority != port.designated || port.times != port.designated_times;
                    (Role::Designated, other)
                }
                InfoIs::Received if self.root_port == Some(i) => (Role::Root, false),
                InfoIs::Received if port.designated < port.priority => (Role::Designated, true),
                InfoIs::Received if port.priority.bridge.mac == self.id.mac => (Role::Backup, false),
                InfoIs::Received => (Role::Alternate, false),
            };
        }
        for port in &mut self.ports {
            port.selected = true;
        }
    }
}
