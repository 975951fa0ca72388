//! A node's tables as objects. Those that a kind of node does not have are left out.

use bridge::config::Vlan;
use bridge::event::{BridgeId, Role, State};
use netlab::history::{NodeView, SocketState};
use netlab::topology::{Direction, NodeId, NodeKind};
use netlab::{Instant, World};
use router::event::{Route, Source};
use scenario::Scenario;
use serde::Serialize;
use smoltcp::wire::EthernetAddress;
use std::collections::BTreeMap;
use wire::PortId;

/// A node and its tables.
#[derive(Serialize, Default)]
pub struct NodeReport {
    pub id: String,
    pub kind: &'static str,
    /// A switch's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac_table: Option<Vec<MacReport>>,
    /// A switch's with a spanning tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spanning_tree: Option<TreeReport>,
    /// A switch's that snoops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<GroupReport>>,
    /// A router's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routes: Option<Vec<RouteReport>>,
    /// A router's that translates addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translations: Option<Vec<TranslationReport>>,
    /// A router's with a filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<Vec<ConnectionReport>>,
    /// A host's or router's, by ARP and NDP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neighbors: Option<Vec<NeighborReport>>,
    /// What a host has from router advertisements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advertised: Option<AdvertisedReport>,
    /// Groups that a host is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memberships: Option<Vec<String>>,
    /// Path MTUs that a host has learned from ICMP errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_mtus: Option<Vec<PathMtuReport>>,
    /// A host's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sockets: Option<Vec<SocketReport>>,
    /// The number of frames that a node dropped, by reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub refused: BTreeMap<String, u64>,
}

/// The port of an address.
#[derive(Serialize)]
pub struct MacReport {
    /// Only of a switch with VLANs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vlan: Option<u16>,
    pub mac: String,
    pub port: u32,
    /// The node at the other end of that port's cable.
    pub link_to: String,
    /// Virtual seconds.
    pub since: f64,
}

/// A switch in the spanning tree.
#[derive(Serialize)]
pub struct TreeReport {
    /// The root as the switch sees it: priority and address.
    pub root: Option<String>,
    /// The path cost to the root; 0: this switch is the root.
    pub cost: u32,
    /// The port towards the root.
    pub root_port: Option<u32>,
    pub ports: Vec<TreePortReport>,
}

/// A port in the spanning tree.
#[derive(Serialize)]
pub struct TreePortReport {
    pub port: u32,
    pub link_to: String,
    /// `root`, `designated`, `alternate`, `backup` or `disabled`.
    pub role: &'static str,
    /// `discarding`, `learning` or `forwarding`.
    pub state: &'static str,
    pub edge: bool,
    /// Virtual seconds.
    pub since: f64,
}

/// A multicast group with members behind a port.
#[derive(Serialize)]
pub struct GroupReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vlan: Option<u16>,
    pub group: String,
    pub port: u32,
    pub link_to: String,
    /// Virtual seconds.
    pub since: f64,
}

/// A route in use.
#[derive(Serialize)]
pub struct RouteReport {
    pub to: String,
    /// The next hop; null: the destination itself is on that port's network.
    pub via: Option<String>,
    pub port: u32,
    pub link_to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vlan: Option<u16>,
    pub metric: u8,
    /// `connected`, `static` or `rip`.
    pub source: &'static str,
    /// Virtual seconds.
    pub since: f64,
}

/// An address translation.
#[derive(Serialize)]
pub struct TranslationReport {
    /// `tcp`, `udp` or `icmp`.
    pub protocol: &'static str,
    pub inside: String,
    pub outside: String,
    pub remote: String,
    /// Virtual seconds.
    pub since: f64,
}

/// A connection that a filter lets pass.
#[derive(Serialize)]
pub struct ConnectionReport {
    /// The IP protocol's number.
    pub protocol: u8,
    pub from: String,
    pub to: String,
    /// The rule that allowed it, from 0; null: no rule matched.
    pub rule: Option<u32>,
    /// Virtual seconds.
    pub since: f64,
}

/// A neighbor's addresses.
#[derive(Serialize)]
pub struct NeighborReport {
    pub ip: String,
    pub mac: String,
    /// Virtual seconds.
    pub since: f64,
}

/// What a host has learned from router advertisements.
#[derive(Serialize)]
pub struct AdvertisedReport {
    pub addresses: Vec<String>,
    pub routers: Vec<String>,
    /// The advertised MTU for IPv6, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<usize>,
}

/// The longest packet on the way to an address.
#[derive(Serialize)]
pub struct PathMtuReport {
    pub to: String,
    pub bytes: usize,
}

/// A socket.
#[derive(Serialize)]
pub struct SocketReport {
    pub kind: &'static str,
    /// A TCP socket's (RFC 9293, 3.3.2).
    pub state: Option<String>,
    /// An address and a port, or only a port, or an ICMP identifier.
    pub local: String,
    pub remote: Option<String>,
    /// In that state since: virtual seconds.
    pub since: f64,
}

/// One node's part of the report.
pub(crate) fn node(scenario: &Scenario, world: &World, id: NodeId) -> NodeReport {
    let history = world.history();
    let view = history.node_at(id, world.now());
    let ports = &scenario.topology.ports()[id.index()];
    let refused = history.refused(id).iter();
    let mut report = NodeReport {
        id: scenario.id(id).to_owned(),
        refused: refused.map(|(why, count)| (why.name().to_owned(), *count)).fold(
            BTreeMap::new(),
            |mut sum, (name, count)| {
                *sum.entry(name).or_default() += count;
                sum
            },
        ),
        ..NodeReport::default()
    };
    match history.kind_at(id, world.now()) {
        NodeKind::Hub => report.kind = "hub",
        NodeKind::Switch(config) => {
            report.kind = "switch";
            switch(&mut report, config, &view, &Ports { scenario, ports });
        }
        NodeKind::Router(config) => {
            report.kind = "router";
            router(&mut report, config, &view, &Ports { scenario, ports });
        }
        NodeKind::Host(config) => {
            report.kind = "host";
            host(&mut report, config, view);
        }
    }
    report
}

struct Ports<'s> {
    scenario: &'s Scenario,
    ports: &'s [Direction],
}

impl Ports<'_> {
    fn link_to(&self, port: PortId) -> String {
        let far = self.ports.get(port.0 as usize).map(|&port| self.scenario.topology.receiver(port));
        far.map_or(String::new(), |node| self.scenario.id(node).to_owned())
    }
}

fn switch(report: &mut NodeReport, config: &bridge::Config, view: &NodeView, ports: &Ports<'_>) {
    let entries = view.macs.iter().map(|entry| MacReport {
        vlan: entry.vlan.map(Vlan::get),
        mac: mac(entry.mac),
        port: entry.port.0,
        link_to: ports.link_to(entry.port),
        since: entry.since.secs_f64(),
    });
    report.mac_table = Some(entries.collect());
    report.spanning_tree = config.stp.map(|_| {
        let of_port = view.ports.iter().map(|entry| TreePortReport {
            port: entry.port.0,
            link_to: ports.link_to(entry.port),
            role: role(entry.role),
            state: state(entry.state),
            edge: entry.edge,
            since: entry.since.secs_f64(),
        });
        TreeReport {
            root: view.root.map(|(root, ..)| bridge_id(root)),
            cost: view.root.map_or(0, |(_, cost, _)| cost),
            root_port: view.root.and_then(|(.., port)| port).map(|port| port.0),
            ports: of_port.collect(),
        }
    });
    report.groups = config.snooping.then(|| {
        let groups = view.groups.iter().map(|&(vlan, group, port, since)| GroupReport {
            vlan: vlan.map(Vlan::get),
            group: group.to_string(),
            port: port.0,
            link_to: ports.link_to(port),
            since: since.secs_f64(),
        });
        groups.collect()
    });
}

fn router(report: &mut NodeReport, config: &router::Config, view: &NodeView, ports: &Ports<'_>) {
    let route = |&(Route { to, via, port, vlan, metric, source }, since): &(Route, Instant)| RouteReport {
        to: to.to_string(),
        via: via.map(|via| via.to_string()),
        port: port.0,
        link_to: ports.link_to(port),
        vlan,
        metric,
        source: match source {
            Source::Connected => "connected",
            Source::Static => "static",
            Source::Rip => "rip",
        },
        since: since.secs_f64(),
    };
    report.routes = Some(view.routes.iter().map(route).collect());
    report.neighbors = Some(neighbors(view));
    report.translations = config.nat.as_ref().map(|_| {
        let all = view.translations.iter().map(|&(_, flow, since)| TranslationReport {
            protocol: match flow.transport {
                Some(router::config::Transport::Tcp) => "tcp",
                Some(router::config::Transport::Udp) => "udp",
                None => "icmp",
            },
            inside: flow.inside.to_string(),
            outside: flow.outside.to_string(),
            remote: flow.remote.to_string(),
            since: since.secs_f64(),
        });
        all.collect()
    });
    report.connections = config.filter.as_ref().map(|_| {
        let all = view.connections.iter().map(|&(_, flow, rule, since)| ConnectionReport {
            protocol: flow.protocol,
            from: flow.from.to_string(),
            to: flow.to.to_string(),
            rule,
            since: since.secs_f64(),
        });
        all.collect()
    });
}

fn host(report: &mut NodeReport, config: &netlab::topology::HostConfig, view: NodeView) {
    report.neighbors = Some(neighbors(&view));
    report.advertised = config.slaac.then(|| AdvertisedReport {
        addresses: view.addresses.iter().map(|(cidr, _)| cidr.to_string()).collect(),
        routers: view.default_routers.iter().map(|(router, _)| router.to_string()).collect(),
        mtu: view.advertised_mtu.map(|(mtu, _)| mtu),
    });
    let groups: Vec<_> = view.memberships.iter().map(|(group, _)| group.to_string()).collect();
    report.memberships = Some(groups).filter(|groups| !groups.is_empty());
    let mtus = view.path_mtus.iter().map(|&(to, bytes, _)| PathMtuReport { to: to.to_string(), bytes });
    report.path_mtus = Some(mtus.collect()).filter(|list: &Vec<_>| !list.is_empty());
    report.sockets = Some(view.sockets.into_iter().map(|(_, state, since)| socket(state, since)).collect());
}

fn neighbors(view: &NodeView) -> Vec<NeighborReport> {
    let entries = view.neighbors.iter().map(|(ip, address, since)| NeighborReport {
        ip: ip.to_string(),
        mac: mac(*address),
        since: since.secs_f64(),
    });
    entries.collect()
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Root => "root",
        Role::Designated => "designated",
        Role::Alternate => "alternate",
        Role::Backup => "backup",
        Role::Disabled => "disabled",
    }
}

const fn state(state: State) -> &'static str {
    match state {
        State::Discarding => "discarding",
        State::Learning => "learning",
        State::Forwarding => "forwarding",
    }
}

/// As most switches show it: the priority, and the address.
fn bridge_id(id: BridgeId) -> String {
    format!("{} {}", id.priority, mac(EthernetAddress(id.mac)))
}

fn mac(address: EthernetAddress) -> String {
    address.0.map(|byte| format!("{byte:02x}")).join(":")
}

fn socket(state: SocketState, since: Instant) -> SocketReport {
    let since = since.secs_f64();
    match state {
        SocketState::Tcp { state, local, remote, port } => SocketReport {
            kind: "tcp",
            state: Some(state.to_string()),
            local: local.map_or(port.to_string(), |local| local.to_string()),
            remote: remote.map(|remote| remote.to_string()),
            since,
        },
        SocketState::Udp { port } => {
            SocketReport { kind: "udp", state: None, local: port.to_string(), remote: None, since }
        }
        SocketState::Icmp { ident } => {
            SocketReport { kind: "icmp", state: None, local: ident.to_string(), remote: None, since }
        }
    }
}
