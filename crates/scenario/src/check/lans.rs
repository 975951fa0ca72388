//! What is allowed, but will not do what a learner expects: hosts on one LAN whose addresses do not go together.

use super::{Check, Sets, is_link_local};
use crate::addresses::{NETWORKS_MAX, network};
use crate::fault::Level;
use crate::problem::Kind;
use crate::quantity::quoted;
use crate::version_of;
use netlab::topology::NodeId;
use smoltcp::wire::{IpAddress, IpCidr};

/// A network, and who is in it.
type Members = (IpCidr, Vec<(NodeId, IpCidr)>);

impl<'s> Check<'s> {
    pub(super) fn lans(&mut self, segments: &Sets) {
        let topology = &self.scenario.topology;
        let mut hosts = vec![Vec::new(); topology.nodes.len()];
        for id in topology.node_ids().filter(|id| topology.host(*id).is_some()) {
            hosts[segments.find(id.index())].push(id);
        }
        for hosts in &hosts {
            match hosts[..] {
                [alone] if topology.links.iter().any(|link| link.ends.contains(&alone)) => {
                    let message = format!(
                        "no other host is in the part of the network where {} is: connect it with one",
                        self.name(alone)
                    );
                    self.problem(Kind::Alone, Level::Warning, self.node_place(alone.index()), message);
                }
                _ => {}
            }
            self.gateways_of_nobody(hosts);
            self.networks(hosts);
        }
    }

    fn name(&self, node: NodeId) -> String {
        quoted(self.scenario.id(node))
    }

    fn gateways_of_nobody(&mut self, hosts: &[NodeId]) {
        for &id in hosts {
            for gateway in self.addresses_and_gateways(id).1 {
                if self.is_near(id, *gateway) && !self.owners.contains_key(gateway) && !is_link_local(gateway)
                {
                    let message = format!(
                        "nobody here has the address of the gateway, {gateway}: what is for other networks gets lost"
                    );
                    let place = self.node_place(id.index()).field("gateway");
                    self.problem(Kind::GatewayOfNobody, Level::Warning, place, message);
                }
            }
        }
    }

    fn addresses_and_gateways(&self, id: NodeId) -> (&'s [IpCidr], &'s [IpAddress]) {
        let host = self.scenario.topology.host(id);
        host.map_or((&[], &[]), |host| (&host.addresses, &host.gateways))
    }

    /// Whether a host takes an address for one of its own LAN.
    fn is_near(&self, host: NodeId, address: IpAddress) -> bool {
        self.addresses_and_gateways(host).0.iter().any(|cidr| cidr.contains_addr(&address))
    }

    fn networks(&mut self, hosts: &[NodeId]) {
        let mut members: Vec<Members> = Vec::new();
        for &id in hosts {
            for &cidr in self.addresses_and_gateways(id).0 {
                let network = network(cidr);
                match members.iter().position(|(known, _)| *known == network) {
                    Some(at) => members[at].1.push((id, cidr)),
                    None if members.len() < NETWORKS_MAX && !is_link_local(&cidr.address()) => {
                        members.push((network, vec![(id, cidr)]));
                    }
                    None => {}
                }
            }
        }
        for wide in &members {
            for narrow in &members {
                self.prefixes(wide, narrow);
            }
            // Each is compared with the largest only, so that every odd one is told once.
            let same_version = members
                .iter()
                .filter(|(other, _)| version_of(other.address()) == version_of(wide.0.address()));
            let main = same_version.rev().max_by_key(|(_, members)| members.len());
            if let Some(main) = main.filter(|main| main.0 != wide.0) {
                self.apart(main, wide);
            }
        }
    }

    fn prefixes(&mut self, (wide, wide_members): &Members, (narrow, narrow_members): &Members) {
        if wide.prefix_len() >= narrow.prefix_len() || !wide.contains_subnet(narrow) {
            return;
        }
        let (one, near) = narrow_members[0];
        let stranger = wide_members.iter().find(|(_, cidr)| !self.is_near(one, cidr.address()));
        if let Some(&(other, far)) = stranger {
            let message = format!(
                "{one} ({near}) does not take {other} ({far}) for a neighbor, but {other} takes {one} for one, so only one \
                 direction works: give both the same prefix length",
                one = self.name(one),
                other = self.name(other)
            );
            let kind = Kind::Prefixes { narrow: *narrow, prefix_len: wide.prefix_len() };
            let problem =
                self.problem(kind, Level::Warning, self.node_place(one.index()).field("addresses"), message);
            problem.nodes.push(other);
        }
    }

    fn apart(&mut self, (main, main_members): &Members, (odd, odd_members): &Members) {
        if main.contains_subnet(odd) || odd.contains_subnet(main) {
            return;
        }
        let (other, far) = main_members[0];
        let far_addresses = self.addresses_and_gateways(other).0;
        let stranger = odd_members.iter().find(|(one, _)| {
            let [a, b] = [*one, other].map(|id| self.addresses_and_gateways(id).1);
            let version = |gateway: &&IpAddress| version_of(**gateway) == version_of(main.address());
            let routed =
                a.iter().any(|gateway| version(&gateway)) && b.iter().any(|gateway| version(&gateway));
            !routed && !far_addresses.iter().any(|cidr| self.is_near(*one, cidr.address()))
        });
        if let Some(&(one, near)) = stranger {
            let message = format!(
                "{one} ({near}) and {other} ({far}) are on one LAN but in different networks, and without gateways they \
                 cannot talk to each other: give them addresses of one network",
                one = self.name(one),
                other = self.name(other)
            );
            let kind = Kind::Apart { odd: *odd, main: *main };
            let problem =
                self.problem(kind, Level::Warning, self.node_place(one.index()).field("addresses"), message);
            problem.nodes.push(other);
        }
    }
}
