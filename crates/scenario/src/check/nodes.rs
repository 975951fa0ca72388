//! Nodes: the settings of each.

use super::{Check, has_control};
use crate::Change;
use crate::bounds::*;
use crate::fault::{Level, Place};
use crate::ip::{is_link_local, unusable_address, version_of};
use crate::problem::Kind;
use crate::quantity::{show_mac, show_time};
use netlab::Duration;
use netlab::topology::{HostConfig, NodeId, NodeKind, SwitchConfig};
use smoltcp::wire::EthernetAddress;
use texts::t;

impl<'s> Check<'s> {
    pub(super) fn nodes(&mut self) {
        let scenario = self.scenario;
        for (number, node) in scenario.topology.nodes.iter().enumerate() {
            let place = self.node_place(number);
            if node.name != scenario.ids[number] {
                self.text_within(place.field("name"), &node.name, NAME_CHARS_MAX);
                if node.name.is_empty() || has_control(&node.name) {
                    let message = t!("a name has at least one character, and no control characters");
                    self.error(place.field("name"), message);
                }
            }
            if let Some((x, y)) = scenario.at[number]
                && !(x.abs() <= COORDINATE_MAX && y.abs() <= COORDINATE_MAX)
            {
                let most = COORDINATE_MAX as u64;
                let message = t!("too far away: coordinates go from -{most} to {most}");
                self.error(place.field("at"), message);
            }
            match &node.kind {
                NodeKind::Host(config) => self.host(NodeId(number as u32), config),
                NodeKind::Hub => {}
                NodeKind::Switch(config) => self.switch(&place, config),
                NodeKind::Router(config) => {
                    self.router(&place, NodeId(number as u32), config);
                    self.router_services(NodeId(number as u32), config);
                }
            }
        }
    }

    fn host(&mut self, id: NodeId, config: &HostConfig) {
        let place = self.node_place(id.index());
        let place = |name| place.field(name);
        if config.addresses.len() > ADDRESSES_MAX {
            let message = t!("a host holds at most {ADDRESSES_MAX} addresses");
            self.error(place("addresses"), message);
        }
        if config.dns.len() > DNS_SERVERS_MAX {
            self.error(place("dns"), t!("a host asks at most {DNS_SERVERS_MAX} DNS servers"));
        }
        for (number, cidr) in config.addresses.iter().enumerate() {
            if let Some(why) = unusable_address(*cidr) {
                let (place, message) =
                    (place("addresses").index(number), format!("{} {why}", cidr.address()));
                self.problem(Kind::UnusableAddress, Level::Error, place, message);
            }
        }
        self.within(place("mtu"), config.ip_mtu, [IP_MTU_MIN, IP_MTU_MAX], usize::to_string);
        self.mac(place("mac"), config.mac);
        for (name, bytes) in [("rx_buffer", config.tcp.rx_buffer), ("tx_buffer", config.tcp.tx_buffer)] {
            self.size_within(place("tcp").field(name), bytes, [TCP_BUFFER_MIN, TCP_BUFFER_MAX]);
        }
        if let Some(timeout) = config.tcp.timeout {
            self.time_within(place("tcp").field("timeout"), timeout, [TCP_TIMEOUT_MIN, TCP_TIMEOUT_MAX]);
        }
        let time_wait = place("tcp").field("time_wait");
        self.time_within(time_wait, config.tcp.time_wait, [Duration::ZERO, TIME_WAIT_MAX]);
        if !self.unusable.hosts.contains(&id.index()) {
            self.gateways(place("gateway"), config);
            self.services(id, config);
            if config.addresses.is_empty() && !config.slaac && !config.dhcp && !self.asks_later(id) {
                let message = t!("this host has no address: no other host can reach it").to_owned();
                self.problem(Kind::NoAddress, Level::Warning, self.node_place(id.index()), message);
            }
        }
    }

    /// Whether a host asks for an address by DHCP after a change.
    fn asks_later(&self, id: NodeId) -> bool {
        let asks = |change: &Change| matches!(change, Change::Set(node, NodeKind::Host(host)) if *node == id && host.dhcp);
        self.changes.iter().any(|(_, change)| asks(change))
    }

    fn gateways(&mut self, place: Place, config: &HostConfig) {
        for (number, gateway) in config.gateways.iter().enumerate() {
            let version = version_of(*gateway);
            let own = config.addresses.iter().any(|cidr| cidr.address() == *gateway);
            let near = config.addresses.iter().any(|cidr| cidr.contains_addr(gateway));
            if config.gateways[..number].iter().any(|earlier| version_of(*earlier) == version) {
                self.error(place.clone(), t!("one gateway for each IP version: remove the others"));
            } else if own {
                self.error(
                    place.clone(),
                    t!("{gateway} is this host's own address: name another as gateway"),
                );
            } else if !gateway.is_unicast() {
                self.error(place.clone(), t!("{gateway} is not the address of one machine"));
            } else if !near && !is_link_local(gateway) {
                let message = t!(
                    "the gateway {gateway} is in none of this host's networks, so it cannot be reached: give it an address \
                     in one of them"
                );
                self.problem(Kind::GatewayOutside, Level::Error, place.clone(), message);
            }
        }
    }

    pub(super) fn mac(&mut self, place: Place, mac: Option<EthernetAddress>) {
        if let Some(mac) = mac
            && (!mac.is_unicast() || mac == EthernetAddress([0; 6]))
        {
            let message =
                t!("{} is not one card's address: make its first byte even, for example 02", show_mac(mac));
            self.error(place, message);
        }
    }

    pub(super) fn switch(&mut self, place: &Place, config: &SwitchConfig) {
        self.mac(place.field("mac"), config.mac);
        self.time_within(place.field("ageing"), config.ageing, [AGEING_MIN, AGEING_MAX]);
        let Some(stp) = config.stp else { return };
        let place = |name| place.field("stp").field(name);
        self.within(place("priority"), stp.priority, [0, STP_PRIORITY_MAX], u16::to_string);
        if stp.priority <= STP_PRIORITY_MAX && !stp.priority.is_multiple_of(STP_PRIORITY_STEP) {
            let message = t!(
                "a bridge's priority goes in steps of {STP_PRIORITY_STEP} (IEEE 802.1D-2004, 9.2.5): write {}",
                stp.priority / STP_PRIORITY_STEP * STP_PRIORITY_STEP
            );
            self.error(place("priority"), message);
        }
        self.time_within(place("hello"), stp.hello, HELLO);
        self.time_within(place("max_age"), stp.max_age, MAX_AGE);
        self.time_within(place("forward_delay"), stp.forward_delay, FORWARD_DELAY);
        let second = 1_000_000_000;
        let most = 2 * stp.forward_delay.nanos().clamp(second, FORWARD_DELAY[1].nanos()) - 2 * second;
        if stp.max_age <= MAX_AGE[1] && stp.max_age.nanos() > most {
            let message = t!(
                "with this forward delay the maximum age is at most {} (IEEE 802.1D-2004, 17.14): twice a second less than it",
                show_time(Duration::from_nanos(most))
            );
            self.error(place("max_age"), message);
        }
    }
}
