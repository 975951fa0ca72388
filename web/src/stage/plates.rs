//! What stands at the ends of cables: small plates that say what a port is. Its VLAN, its address, its part in the spanning
//! tree. They are read off the network's settings; only the tree's part is known no earlier than the playhead.

use super::looks::Weight;
use super::sketch::Line;
use bridge::config::Membership;
use netlab::topology::{Direction, End, LinkId, NodeKind, Port, Topology};
use smoltcp::wire::{IpAddress, IpCidr};

/// A plate at a port.
#[derive(Clone, Debug, PartialEq)]
pub struct Plate {
    /// At which end of which link.
    pub end: Direction,
    /// Of which kind.
    pub kind: PlateKind,
    /// What it says; nothing yet, if it is the tree's.
    pub line: Line,
}

/// Kinds of plates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlateKind {
    /// The port's part in the spanning tree: a letter.
    Tree,
    /// Its administrator has switched it off.
    Off,
    /// An access port's VLAN.
    Vlan(u16),
    /// Frames of several VLANs pass, with tags.
    Trunk,
    /// The outside of address translation.
    Outside,
    /// A router's address, shortened.
    Address,
}

/// The plates of a network, end by end, the most important one first.
pub fn plates(topology: &Topology, mut line: impl FnMut(String, Weight) -> Line) -> Vec<Plate> {
    let mut plates = Vec::new();
    // A network without VLANs shows no VLAN numbers.
    let knows_vlans: Vec<bool> =
        topology.ports().iter().map(|ports| ports.iter().any(|&port| has_vlan(topology, port))).collect();
    for (number, link) in topology.links.iter().enumerate() {
        for from in End::BOTH {
            let end = Direction { link: LinkId(number as u32), from };
            let node = link.ends[from.index()];
            let port = &link.ports[from.index()];
            let mut put =
                |kind, text: String| plates.push(Plate { end, kind, line: line(text, Weight::Strong) });
            match &topology.node(node).kind {
                NodeKind::Host(_) | NodeKind::Hub => {}
                NodeKind::Switch(config) => {
                    if config.stp.is_some() {
                        put(PlateKind::Tree, String::from("D"));
                    }
                    if !port.is_up() {
                        put(PlateKind::Off, String::from("off"));
                    }
                    match port.of_switch().vlan {
                        _ if !knows_vlans[node.index()] => {}
                        Membership::Access(vlan) => put(PlateKind::Vlan(vlan.get()), vlan.get().to_string()),
                        Membership::Trunk { native: Some(native), .. } if native.get() != 1 => {
                            put(PlateKind::Trunk, format!("trunk/{}", native.get()));
                        }
                        Membership::Trunk { .. } => put(PlateKind::Trunk, String::from("trunk")),
                    }
                }
                NodeKind::Router(config) => {
                    let port = port.of_router();
                    if !port.up {
                        put(PlateKind::Off, String::from("off"));
                    }
                    if port.outside && config.nat.is_some() {
                        put(PlateKind::Outside, String::from("NAT"));
                    }
                    if !port.vlans.is_empty() {
                        put(PlateKind::Trunk, String::from("trunk"));
                    }
                    if let Some(cidr) = port.addresses.first() {
                        put(PlateKind::Address, short(*cidr));
                    }
                }
            }
        }
    }
    plates
}

fn has_vlan(topology: &Topology, end: Direction) -> bool {
    match &topology.link(end.link).ports[end.from.index()] {
        Port::Switch(port) => port.vlan != Membership::default(),
        Port::Plain | Port::Router(_) => false,
    }
}

/// The end of an address, in which it differs from its neighbors', and its prefix length.
fn short(cidr: IpCidr) -> String {
    match cidr.address() {
        IpAddress::Ipv4(address) => {
            let [.., last] = address.octets();
            format!(".{last}/{}", cidr.prefix_len())
        }
        IpAddress::Ipv6(address) => {
            let [.., last] = address.segments();
            format!("::{last:x}/{}", cidr.prefix_len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::sketch::tests::two_hosts_and_a_switch;
    use bridge::config::Vlan;

    fn says(topology: &Topology) -> Vec<(usize, String)> {
        let line = |text: String, _| Line { text, width_em: 1.0 };
        plates(topology, line).into_iter().map(|plate| (plate.end.index(), plate.line.text)).collect()
    }

    #[test]
    fn a_switch_speaks_of_vlans_at_all_ports_or_at_none() {
        let (mut topology, _) = two_hosts_and_a_switch();
        assert_eq!(says(&topology), []);
        let access = |vlan| Membership::Access(Vlan::new(vlan).unwrap());
        topology.links[0].ports[1] = Port::Switch(bridge::Port { vlan: access(20), ..Default::default() });
        assert_eq!(says(&topology), [(1, "20".into()), (2, "1".into())]);
        let trunk = Membership::Trunk { native: Vlan::new(7), allowed: None };
        topology.links[1].ports[0] =
            Port::Switch(bridge::Port { vlan: trunk, up: false, ..Default::default() });
        assert_eq!(says(&topology)[1..], [(2, "off".into()), (2, "trunk/7".into())]);
    }

    #[test]
    fn the_end_of_an_address_is_enough_beside_its_port() {
        assert_eq!(short("10.0.1.254/24".parse().unwrap()), ".254/24");
        assert_eq!(short("2001:db8::ff/64".parse().unwrap()), "::ff/64");
    }
}
