//! What people call things that a history knows by number: ports by whom they lead to, addresses by whose they are.

use crate::topology::LiveTopology;
use netlab::topology::{Direction, HostConfig, NodeId, NodeKind, Port};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use texts::t;
use wire::PortId;

/// The ports of one node, by whom they lead to.
pub struct Ports<'a> {
    topology: LiveTopology<'a>,
    /// The directions that it sends into, by its port's number.
    pub directions: Vec<Direction>,
}

impl<'a> Ports<'a> {
    /// Those of this node.
    pub fn of(topology: LiveTopology<'a>, node: NodeId) -> Self {
        use netlab::topology::{End, LinkId};
        let links = topology.links.iter().enumerate();
        let directions = links.flat_map(|(number, link)| {
            let ours = End::BOTH.into_iter().filter(move |end| link.ends[end.index()] == node);
            ours.map(move |from| Direction { link: LinkId(number as u32), from })
        });
        Self { topology, directions: directions.collect() }
    }

    /// Whom it leads to.
    pub fn beyond(&self, port: PortId) -> Option<&'a str> {
        let direction = self.directions.get(port.0 as usize)?;
        Some(&self.topology.node(self.topology.receiver(*direction)).name)
    }

    /// `2 (to s1)`: where a column says already that it is a port.
    pub fn short(&self, port: PortId) -> String {
        match self.beyond(port) {
            Some(name) => t!("{} (to {name})", port.0),
            None => port.0.to_string(),
        }
    }

    /// `port 2 (to s1)`.
    pub fn long(&self, port: PortId) -> String {
        t!("port {}", self.short(port))
    }
}

/// The node that has this address, according to the configured addresses and those that are made from
/// a MAC address (RFC 4291, appendix A). `None`: none has it, or several have, each on its LAN.
pub fn owner(topology: LiveTopology<'_>, address: IpAddress) -> Option<NodeId> {
    let is = |cidr: &IpCidr| cidr.address() == address;
    let written = |id: &NodeId| match &topology.node(*id).kind {
        NodeKind::Host(HostConfig { addresses, .. }) => addresses.iter().any(is),
        NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => false,
    };
    let hosts = topology.node_ids().filter(written);
    let ends = topology.links.iter().flat_map(|link| link.ends.iter().zip(&link.ports));
    let at_ports = ends.filter(|(_, port)| match port {
        Port::Router(port) => port.addresses.iter().chain(port.vlans.iter().flat_map(|(_, of)| of)).any(is),
        Port::Plain | Port::Switch(_) => false,
    });
    let mut owners = hosts.chain(at_ports.map(|(end, _)| *end));
    match owners.next() {
        Some(owner) => owners.all(|other| other == owner).then_some(owner),
        None => made_from_mac(topology, address),
    }
}

fn made_from_mac(topology: LiveTopology<'_>, address: IpAddress) -> Option<NodeId> {
    let IpAddress::Ipv6(address) = address else { return None };
    let interface = &address.octets()[8..];
    let made = |mac: EthernetAddress| {
        let [a, b, c, d, e, f] = mac.0;
        interface == [a ^ 2, b, c, 0xff, 0xfe, d, e, f]
    };
    let host = |id: NodeId| topology.host(id).is_some_and(|host| made(host.mac(id)));
    topology.node_ids().find(|&id| host(id)).or_else(|| {
        topology.node_ids().filter(|&id| matches!(topology.node(id).kind, NodeKind::Router(_))).find(|&id| {
            let ports = Ports::of(topology, id).directions;
            ports.iter().enumerate().any(|(number, direction)| {
                let own = topology.link(direction.link).ports[direction.from.index()].of_router().mac;
                made(own.unwrap_or(id.router_mac(PortId(number as u32))))
            })
        })
    })
}

/// `r1 (10.0.1.254)`, or the address alone if no node here has it.
pub fn with_address(topology: LiveTopology<'_>, address: IpAddress) -> String {
    match owner(topology, address) {
        Some(node) => format!("{} ({address})", topology.node(node).name),
        None => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use netlab::Duration;
    use smoltcp::wire::Ipv6Address;

    #[test]
    fn ports_are_called_by_whom_they_lead_to_and_addresses_by_whose_they_are() {
        let routed = samples::routed();
        let topology = LiveTopology::fixed(&routed);
        let ports = Ports::of(topology, NodeId(1));
        assert_eq!(
            [ports.long(PortId(0)), ports.short(PortId(1)), ports.long(PortId(7))],
            ["port 0 (to a)", "1 (to b)", "port 7"]
        );
        let name = |address| with_address(topology, address);
        assert_eq!(name(IpAddress::v4(10, 0, 2, 254)), "r (10.0.2.254)");
        assert_eq!(name(IpAddress::v4(10, 0, 1, 1)), "a (10.0.1.1)");
        assert_eq!(name(IpAddress::v4(10, 9, 9, 9)), "10.9.9.9");
        let mut twins = samples::star(2, Duration::from_millis(1), 1_000);
        let NodeKind::Host(host) = twins.node(NodeId(1)).kind.clone() else { panic!("a host") };
        let address = host.addresses[0].address();
        assert_eq!(owner(LiveTopology::fixed(&twins), address), Some(NodeId(1)));
        twins.nodes[2].kind = NodeKind::Host(host);
        assert_eq!(owner(LiveTopology::fixed(&twins), address), None, "it would be a guess");
        let EthernetAddress([a, b, c, d, e, f]) = NodeId(1).router_mac(PortId(1));
        let star = samples::star(2, Duration::from_millis(1), 1_000);
        let local =
            Ipv6Address::from_octets([0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
        assert_eq!(owner(topology, IpAddress::Ipv6(local)), Some(NodeId(1)));
        assert_eq!(owner(LiveTopology::fixed(&star), IpAddress::Ipv6(local)), None);
    }
}
