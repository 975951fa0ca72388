//! The numbers of nodes and ports, and the MAC addresses made from them.

use smoltcp::wire::EthernetAddress;
use std::fmt;

/// The number of a port of a hub or switch, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortId(pub u32);

impl PortId {
    /// The port's address: `02:50` (locally administered, unicast; IEEE 802-2014, 8.4) and the number in the last four
    /// bytes, so that no two ports of one backend ever share an address.
    pub const fn mac(self) -> EthernetAddress {
        let [a, b, c, d] = self.0.to_be_bytes();
        EthernetAddress([0x02, 0x50, a, b, c, d])
    }
}

/// The number of a node in a network, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    /// As an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The address of this node's bridge, if it is a switch.
    pub const fn bridge_mac(self) -> EthernetAddress {
        let [_, _, a, b] = (self.0 + 1).to_be_bytes();
        EthernetAddress([0x02, 0x52, 0, 0, a, b])
    }

    /// The address of this port of the node, if it is a router.
    pub const fn router_mac(self, port: PortId) -> EthernetAddress {
        let [_, _, a, b] = (self.0 + 1).to_be_bytes();
        let [_, _, c, d] = port.0.to_be_bytes();
        EthernetAddress([0x02, 0x51, a, b, c, d])
    }
}

impl fmt::Display for PortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "port {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_local_unicast_and_never_collide() {
        let macs: std::collections::BTreeSet<_> = (0..100_000).map(|n| PortId(n).mac()).collect();
        assert_eq!(macs.len(), 100_000);
        assert!(macs.iter().all(|mac| mac.is_unicast() && mac.is_local()));
    }
}
