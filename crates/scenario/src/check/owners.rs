//! The owners of addresses. On a LAN an address should have one owner; in a document it may have several: two homes with the same
//! private addresses, for example.

use crate::Scenario;
use crate::lans::Lans;
use netlab::topology::{End, LinkId, NodeId, NodeKind, Port};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, Ipv6Address};
use wire::PortId;
use wire::sorted::SortedMap;

/// Where a host, or a router's network, is attached to a LAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attachment {
    pub node: NodeId,
    /// Its cable, and which end of the cable it is; `None`: it has no cable.
    pub cable: Option<(LinkId, End)>,
    /// The VLAN whose tag its frames have.
    pub vlan: Option<u16>,
    /// The LAN, as [`Lans::of`] numbers it.
    pub lan: usize,
}

/// The attachments of hosts and routers, by their addresses.
pub(super) struct Owners {
    by_address: SortedMap<IpAddress, Vec<Attachment>>,
    /// Of each host, by its number.
    hosts: Vec<Option<Attachment>>,
}

impl Owners {
    /// Routers come first.
    pub fn new(lans: &Lans<'_>, scenario: &Scenario) -> Self {
        let topology = &scenario.topology;
        let mut by_address: SortedMap<IpAddress, Vec<Attachment>> = SortedMap::new();
        let mut cables: Vec<Option<(LinkId, End)>> = vec![None; topology.nodes.len()];
        for (number, link) in topology.links.iter().enumerate() {
            for end in End::BOTH {
                if let Some(cable) = cables.get_mut(link.ends[end.index()].index()) {
                    cable.get_or_insert((LinkId(number as u32), end));
                }
            }
        }
        let macs: SortedMap<_, _> =
            router_macs(scenario).into_iter().map(|(mac, _, link, end)| ((link, end), mac)).collect();
        for interface in &lans.interfaces {
            let own = Attachment::of(interface);
            let speaks_v6 = interface.addresses.iter().any(|cidr| matches!(cidr, IpCidr::Ipv6(_)));
            let mac = macs.get(&(interface.link, interface.end)).filter(|_| speaks_v6);
            let local = mac.map(|mac| IpAddress::Ipv6(link_local(*mac)));
            for address in interface.addresses.iter().map(IpCidr::address).chain(local) {
                enter(&mut by_address, address, own);
            }
        }
        let mut hosts = vec![None; topology.nodes.len()];
        for id in topology.node_ids() {
            let Some(host) = topology.host(id) else { continue };
            let cable = cables[id.index()];
            let own = Attachment { node: id, cable, vlan: None, lan: lans.of(id) };
            hosts[id.index()] = Some(own);
            for cidr in host.addresses_of_stack(id) {
                enter(&mut by_address, cidr.address(), own);
            }
        }
        Self { by_address, hosts }
    }

    /// All attachments with this address.
    pub fn all(&self, address: IpAddress) -> &[Attachment] {
        self.by_address.get(&address).map_or(&[], Vec::as_slice)
    }

    /// Those on this LAN.
    pub fn on(&self, address: IpAddress, lan: usize) -> impl Iterator<Item = Attachment> {
        self.all(address).iter().copied().filter(move |owner| owner.lan == lan)
    }

    /// The attachment of a host.
    pub fn host(&self, id: NodeId) -> Option<Attachment> {
        self.hosts.get(id.index()).copied().flatten()
    }

    /// Whether this node has the address.
    pub fn has(&self, node: NodeId, address: IpAddress) -> bool {
        self.all(address).iter().any(|owner| owner.node == node)
    }
}

impl Attachment {
    /// That of a router's network.
    pub fn of(interface: &crate::lans::Interface<'_>) -> Self {
        let cable = Some((interface.link, interface.end));
        Self { node: interface.node, cable, vlan: interface.vlan, lan: interface.lan }
    }
}

fn enter(map: &mut SortedMap<IpAddress, Vec<Attachment>>, address: IpAddress, own: Attachment) {
    let known = map.entry(address).or_default();
    if !known.contains(&own) {
        known.push(own);
    }
}

/// The link-local address that is made from a MAC address (RFC 4291, appendix A).
fn link_local(mac: EthernetAddress) -> Ipv6Address {
    let [a, b, c, d, e, f] = mac.0;
    let interface = u64::from_be_bytes([a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
    Ipv6Address::from((0xfe80_u128 << 112) | u128::from(interface))
}

/// The MAC address of each port of routers, in the order of links, and the port's place in the topology.
pub(super) fn router_macs(scenario: &Scenario) -> Vec<(EthernetAddress, NodeId, LinkId, End)> {
    let topology = &scenario.topology;
    let mut ports = vec![0; topology.nodes.len()];
    let mut macs = Vec::new();
    for (number, link) in topology.links.iter().enumerate() {
        for end in End::BOTH {
            let id = link.ends[end.index()];
            let Some(NodeKind::Router(_)) = topology.nodes.get(id.index()).map(|node| &node.kind) else {
                continue;
            };
            let own = id.router_mac(PortId(ports[id.index()]));
            ports[id.index()] += 1;
            let mac = match &link.ports[end.index()] {
                Port::Router(port) => port.mac.unwrap_or(own),
                Port::Plain | Port::Switch(_) => own,
            };
            macs.push((mac, id, LinkId(number as u32), end));
        }
    }
    macs
}
