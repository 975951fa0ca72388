//! What happened in a node, and what its tables were at any moment.
//!
//! The tables are what the events amount to. Here and there they are kept as they were, so that a moment in a long history
//! costs a look at its neighborhood: at most as many events are played again as the tables have entries, or a few hundred.
//! What is kept is so, over all, no more than the events themselves.

use super::{HostEvent, NodeEntry, NodeEvent, Refusal, SocketState};
use bridge::config::Vlan;
use bridge::event::{BridgeId, Role, State};
use router::event::{Flow, Route, Translation};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use wire::sorted::SortedMap;
use wire::{Instant, PortId};

/// A table of a node at some moment: everything that its events up to then amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeView {
    /// A switch's MAC table, in order of VLAN and address.
    pub macs: Vec<MacEntry>,
    /// The ports of a switch with a spanning tree, in order.
    pub ports: Vec<PortEntry>,
    /// The root bridge as a switch sees it, the root path cost, and the root port.
    pub root: Option<(BridgeId, u32, Option<PortId>)>,
    /// The groups joined behind a switch's ports: VLAN, group, port, since when.
    pub groups: Vec<(Option<Vlan>, IpAddress, PortId, Instant)>,
    /// A host's or router's neighbors: IP address, MAC address, when last learned; in order of address.
    pub neighbors: Vec<(IpAddress, EthernetAddress, Instant)>,
    /// A router's routes in use and since when, in order of prefix.
    pub routes: Vec<(Route, Instant)>,
    /// A router's address translations, in order of beginning: number, what, since when.
    pub translations: Vec<(u32, Translation, Instant)>,
    /// The connections that a router's filter follows: number, what, the rule that let it pass, since when.
    pub connections: Vec<(u32, Flow, Option<u32>, Instant)>,
    /// The addresses that a host got from routers, and since when.
    pub addresses: Vec<(IpCidr, Instant)>,
    /// A host's advertised default routers, and since when.
    pub default_routers: Vec<(IpAddress, Instant)>,
    /// The groups that a host is in, and since when.
    pub memberships: Vec<(IpAddress, Instant)>,
    /// A host's path MTUs: destination, bytes, since when.
    pub path_mtus: Vec<(IpAddress, usize, Instant)>,
    /// A host's redirects: destination, next hop, since when.
    pub redirects: Vec<(IpAddress, IpAddress, Instant)>,
    /// The addresses that a host was to have, but another has: address, the other's MAC address if known, since when.
    pub duplicates: Vec<(IpAddress, Option<EthernetAddress>, Instant)>,
    /// The MTU that a router has advertised to a host, in bytes, and since when.
    pub advertised_mtu: Option<(usize, Instant)>,
    /// Since when a host's network card is switched off.
    pub card_off: Option<Instant>,
    /// A host's sockets, in order of opening: number, state, in it since when.
    pub sockets: Vec<(u32, SocketState, Instant)>,
}

/// A line of a switch's MAC table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MacEntry {
    /// The VLAN; `None` where the switch knows of none.
    pub vlan: Option<Vlan>,
    /// The address.
    pub mac: EthernetAddress,
    /// The port behind which it is.
    pub port: PortId,
    /// Since when.
    pub since: Instant,
}

/// A port of a spanning tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortEntry {
    /// Which.
    pub port: PortId,
    /// Its role.
    pub role: Role,
    /// Its state.
    pub state: State,
    /// No other switch is behind it.
    pub edge: bool,
    /// Since when.
    pub since: Instant,
}

/// From one time that the tables are kept to the next are at least as many events.
const EVENTS_MIN: usize = 256;
/// The events that are kept of each node: beyond twice as many the older half goes. Addresses that a storm moves from port to
/// port a hundred thousand times a second would take all memory otherwise.
pub(super) const EVENTS_MAX: usize = 100_000;

/// A node's events, and its tables now and then.
#[derive(Default)]
pub(super) struct NodeLog {
    entries: Vec<NodeEntry>,
    /// The tables before the first entry that is kept.
    before: Tables,
    /// After all entries.
    now: Tables,
    /// Earlier states of the tables, each with the number of entries before it.
    kept: Vec<(usize, Tables)>,
    /// The number of frames that the node has dropped, by reason.
    pub refused: SortedMap<Refusal, u64>,
}

#[derive(Clone, Debug, Default)]
struct Tables {
    macs: SortedMap<(Option<Vlan>, EthernetAddress), (PortId, Instant)>,
    ports: SortedMap<PortId, (Role, State, bool, Instant)>,
    root: Option<(BridgeId, u32, Option<PortId>)>,
    groups: SortedMap<(Option<Vlan>, IpAddress, PortId), Instant>,
    neighbors: SortedMap<IpAddress, (EthernetAddress, Instant)>,
    routes: SortedMap<(IpAddress, u8), (Route, Instant)>,
    translations: SortedMap<u32, (Translation, Instant)>,
    connections: SortedMap<u32, (Flow, Option<u32>, Instant)>,
    addresses: SortedMap<(IpAddress, u8), Instant>,
    default_routers: SortedMap<IpAddress, Instant>,
    memberships: SortedMap<IpAddress, Instant>,
    path_mtus: SortedMap<IpAddress, (usize, Instant)>,
    redirects: SortedMap<IpAddress, (IpAddress, Instant)>,
    duplicates: SortedMap<IpAddress, (Option<EthernetAddress>, Instant)>,
    card_off: Option<Instant>,
    advertised_mtu: Option<(usize, Instant)>,
    sockets: SortedMap<u32, (SocketState, Instant)>,
}

const fn key(cidr: IpCidr) -> (IpAddress, u8) {
    (cidr.address(), cidr.prefix_len())
}

impl NodeLog {
    pub fn entries(&self) -> &[NodeEntry] {
        &self.entries
    }

    /// Returns from when on the events are complete, if some had to go.
    pub fn push(&mut self, entry: NodeEntry) -> Option<Instant> {
        self.now.note(&entry);
        self.entries.push(entry);
        let since = self.entries.len() - self.kept.last().map_or(0, |(count, _)| *count);
        if since >= EVENTS_MIN.max(self.now.len()) {
            self.kept.push((self.entries.len(), self.now.clone()));
        }
        (self.entries.len() >= 2 * EVENTS_MAX).then(|| self.forget())
    }

    fn forget(&mut self) -> Instant {
        for entry in self.entries.drain(..EVENTS_MAX) {
            self.before.note(&entry);
        }
        self.kept.retain_mut(|(count, _)| {
            let stays = *count > EVENTS_MAX;
            *count = count.saturating_sub(EVENTS_MAX);
            stays
        });
        self.entries[0].at
    }

    pub fn at(&self, at: Instant) -> NodeView {
        let count = self.entries.partition_point(|entry| entry.at <= at);
        if count == self.entries.len() {
            return self.now.view();
        }
        let kept = self.kept.partition_point(|(entries, _)| *entries <= count);
        let (played, mut tables) = match kept.checked_sub(1).map(|last| &self.kept[last]) {
            Some((entries, tables)) => (*entries, tables.clone()),
            None => (0, self.before.clone()),
        };
        self.entries[played..count].iter().for_each(|entry| tables.note(entry));
        tables.view()
    }

    pub fn bytes_kept(&self) -> usize {
        let tables: usize = self.kept.iter().map(|(_, tables)| tables.len()).sum();
        self.entries.len() * size_of::<NodeEntry>() + tables * size_of::<(u32, (SocketState, Instant))>()
    }
}

impl Tables {
    fn len(&self) -> usize {
        self.macs.len()
            + self.ports.len()
            + self.groups.len()
            + self.neighbors.len()
            + self.routes.len()
            + self.translations.len()
            + self.connections.len()
            + self.addresses.len()
            + self.default_routers.len()
            + self.memberships.len()
            + self.path_mtus.len()
            + self.redirects.len()
            + self.duplicates.len()
            + self.sockets.len()
    }

    fn note(&mut self, NodeEntry { at, event }: &NodeEntry) {
        let at = *at;
        match event {
            NodeEvent::Host(event) => self.note_host(at, event),
            NodeEvent::Switch(event) => self.note_switch(at, event),
            NodeEvent::Router(event) => self.note_router(at, event),
        }
    }

    fn note_host(&mut self, at: Instant, event: &HostEvent) {
        match *event {
            HostEvent::Neighbor { ip, mac } => {
                self.neighbors.insert(ip, (mac, at));
            }
            HostEvent::Address { cidr } => {
                self.addresses.insert(key(cidr), at);
            }
            HostEvent::AddressGone { cidr } => {
                self.addresses.remove(&key(cidr));
            }
            HostEvent::DefaultRouter { router } => {
                self.default_routers.insert(router, at);
            }
            HostEvent::DefaultRouterGone { router } => {
                self.default_routers.remove(&router);
            }
            HostEvent::Joined { group } => {
                self.memberships.insert(group, at);
            }
            HostEvent::Left { group } => {
                self.memberships.remove(&group);
            }
            HostEvent::PathMtu { to, mtu } => {
                self.path_mtus.insert(to, (mtu, at));
            }
            HostEvent::Socket { socket, state } => {
                self.sockets.insert(socket, (state, at));
            }
            HostEvent::SocketGone { socket } => {
                self.sockets.remove(&socket);
            }
            HostEvent::NeighborGone { ip } => {
                self.neighbors.remove(&ip);
            }
            HostEvent::Redirected { to, via } => {
                self.redirects.insert(to, (via, at));
            }
            HostEvent::RedirectGone { to } => {
                self.redirects.remove(&to);
            }
            HostEvent::DuplicateAddress { address, mac } => {
                self.duplicates.insert(address, (mac, at));
            }
            HostEvent::AdvertisedMtu { mtu } => self.advertised_mtu = Some((mtu, at)),
            HostEvent::Card { up } => self.card_off = (!up).then_some(at),
            HostEvent::NoCable => {}
        }
    }

    fn note_switch(&mut self, at: Instant, event: &bridge::Event) {
        match *event {
            bridge::Event::Learned { vlan, mac, port } => {
                self.macs.insert((vlan, mac), (port, at));
            }
            bridge::Event::Forgotten { vlan, mac } => {
                self.macs.remove(&(vlan, mac));
            }
            bridge::Event::Port { port, role, state, edge } => {
                self.ports.insert(port, (role, state, edge, at));
            }
            bridge::Event::Root { root, cost, port } => self.root = Some((root, cost, port)),
            bridge::Event::TopologyChange { .. } => {}
            bridge::Event::Joined { vlan, group, port } => {
                self.groups.insert((vlan, group, port), at);
            }
            bridge::Event::Left { vlan, group, port } => {
                self.groups.remove(&(vlan, group, port));
            }
        }
    }

    fn note_router(&mut self, at: Instant, event: &router::Event) {
        match *event {
            router::Event::Route(route) => {
                self.routes.insert(key(route.to), (route, at));
            }
            router::Event::RouteGone { to } => {
                self.routes.remove(&key(to));
            }
            router::Event::Neighbor { ip, mac, .. } => {
                self.neighbors.insert(ip, (mac, at));
            }
            router::Event::NeighborGone { ip, .. } => {
                self.neighbors.remove(&ip);
            }
            router::Event::Translation { entry, flow } => {
                self.translations.insert(entry, (flow, at));
            }
            router::Event::TranslationGone { entry } => {
                self.translations.remove(&entry);
            }
            router::Event::Connection { entry, flow, rule } => {
                self.connections.insert(entry, (flow, rule, at));
            }
            router::Event::ConnectionGone { entry } => {
                self.connections.remove(&entry);
            }
        }
    }

    fn view(&self) -> NodeView {
        let macs = self.macs.iter().map(|(&(vlan, mac), &(port, since))| MacEntry { vlan, mac, port, since });
        let ports = self.ports.iter();
        let ports =
            ports.map(|(&port, &(role, state, edge, since))| PortEntry { port, role, state, edge, since });
        let groups = self.groups.iter().map(|(&(vlan, group, port), &since)| (vlan, group, port, since));
        let cidr = |&(address, prefix_len): &(IpAddress, u8)| IpCidr::new(address, prefix_len);
        NodeView {
            macs: macs.collect(),
            ports: ports.collect(),
            root: self.root,
            groups: groups.collect(),
            neighbors: self.neighbors.iter().map(|(ip, (mac, at))| (*ip, *mac, *at)).collect(),
            routes: self.routes.values().copied().collect(),
            translations: self.translations.iter().map(|(&entry, &(flow, at))| (entry, flow, at)).collect(),
            connections: self
                .connections
                .iter()
                .map(|(&id, &(flow, rule, at))| (id, flow, rule, at))
                .collect(),
            addresses: self.addresses.iter().map(|(key, &at)| (cidr(key), at)).collect(),
            default_routers: self.default_routers.iter().map(|(&router, &at)| (router, at)).collect(),
            memberships: self.memberships.iter().map(|(&group, &at)| (group, at)).collect(),
            path_mtus: self.path_mtus.iter().map(|(&to, &(mtu, at))| (to, mtu, at)).collect(),
            redirects: self.redirects.iter().map(|(&to, &(via, at))| (to, via, at)).collect(),
            duplicates: self.duplicates.iter().map(|(&ip, &(mac, at))| (ip, mac, at)).collect(),
            advertised_mtu: self.advertised_mtu,
            card_off: self.card_off,
            sockets: self.sockets.iter().map(|(socket, (state, at))| (*socket, *state, *at)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wire::Duration;

    fn event() -> impl Strategy<Value = NodeEvent> {
        let mac = |number: u16| EthernetAddress([2, 0, 0, 0, (number >> 8) as u8, number as u8]);
        prop_oneof![
            6 => (0u16..600, 0u32..4)
                .prop_map(move |(number, port)| NodeEvent::Switch(bridge::Event::Learned {
                    vlan: None, mac: mac(number), port: PortId(port)
                })),
            2 => (0u16..600).prop_map(move |number| NodeEvent::Switch(bridge::Event::Forgotten {
                vlan: None, mac: mac(number)
            })),
            2 => (0u8..200, 0u16..600).prop_map(move |(host, number)| NodeEvent::Host(HostEvent::Neighbor {
                ip: IpAddress::v4(10, 0, 0, host),
                mac: mac(number)
            })),
            2 => (0u32..40, 1u16..9)
                .prop_map(|(socket, port)| NodeEvent::Host(HostEvent::Socket { socket, state: SocketState::Udp { port } })),
            1 => (0u32..40).prop_map(|socket| NodeEvent::Host(HostEvent::SocketGone { socket })),
            1 => Just(NodeEvent::Host(HostEvent::NoCable)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_tables_of_any_moment_are_what_all_events_up_to_it_amount_to(
            events in prop::collection::vec((0u64..3, event()), 0..3_000),
            asked in prop::collection::vec(any::<prop::sample::Index>(), 20),
        ) {
            let (mut log, mut at) = (NodeLog::default(), Instant::ZERO);
            for (later, event) in events {
                at += Duration::from_nanos(later);
                log.push(NodeEntry { at, event });
            }
            for index in asked {
                let moment = Instant::from_nanos(index.index(at.nanos() as usize + 2) as u64);
                let mut tables = Tables::default();
                log.entries().iter().filter(|entry| entry.at <= moment).for_each(|entry| tables.note(entry));
                prop_assert_eq!(log.at(moment), tables.view());
            }
            let kept: usize = log.kept.iter().map(|(_, tables)| tables.len()).sum();
            prop_assert!(kept <= log.entries().len());
            prop_assert!(log.kept.len() <= log.entries().len() / EVENTS_MIN);
        }
    }
}
