//! MTUs: what one machine sends and another on its LAN, or a switch on the way, does not take.
//!
//! Only routers between LANs report a packet that is too long. On a LAN it is dropped, and nothing says so.

use super::Check;
use crate::fault::{Level, Place};
use crate::problem::Kind;
use netlab::topology::{End, LinkId, NodeId, Port};
use texts::t;
use wire::sorted::SortedMap;

/// A machine on a LAN: its MTU, and where the document has it.
struct Member {
    node: NodeId,
    mtu: usize,
    place: Place,
}

impl Check<'_> {
    pub(super) fn mtus(&mut self) {
        let mut lans: SortedMap<usize, Vec<Member>> = SortedMap::new();
        for interface in &self.lans.interfaces {
            let mtu = interface.port.map_or(crate::defaults::MTU, |port| port.mtu);
            let place = self.port_place(interface.link.index(), interface.end).field("mtu");
            lans.entry(interface.lan).or_default().push(Member { node: interface.node, mtu, place });
        }
        for id in self.scenario.topology.node_ids() {
            if let Some(host) = self.scenario.topology.host(id).filter(|_| self.readable(id)) {
                let place = self.node_place(id.index()).field("mtu");
                lans.entry(self.lans.of(id)).or_default().push(Member { node: id, mtu: host.ip_mtu, place });
            }
        }
        for members in lans.values() {
            self.unequal(members);
        }
        self.narrow_ports(&lans);
    }

    /// The most common MTU is right, the least of equally common ones.
    fn unequal(&mut self, members: &[Member]) {
        let mut counts: SortedMap<usize, usize> = SortedMap::new();
        for member in members {
            *counts.entry(member.mtu).or_default() += 1;
        }
        let usual = counts.iter().rev().max_by_key(|(_, count)| **count).map(|(mtu, _)| *mtu);
        let Some(usual) = usual.filter(|_| counts.len() > 1) else { return };
        let Some(other) = members.iter().find(|member| member.mtu == usual) else { return };
        let mut told: Option<&Place> = None;
        for odd in members.iter().filter(|member| member.mtu != usual) {
            // A port has one MTU for all its networks.
            if told == Some(&odd.place) {
                continue;
            }
            told = Some(&odd.place);
            let (long, short) = if odd.mtu > usual { (odd, other) } else { (other, odd) };
            let message = t!(
                "the MTU of {} is {} B, that of {}, on the same LAN, {} B: what {} sends in longer packets, {} drops, and no router \
                 reports it; give both the same",
                self.name(odd.node),
                odd.mtu,
                self.name(other.node),
                usual,
                self.name(long.node),
                self.name(short.node)
            );
            let kind = Kind::UnequalMtu { mtu: usual };
            let problem = self.problem(kind, Level::Warning, odd.place.clone(), message);
            problem.nodes = vec![odd.node, other.node];
        }
    }

    /// Ports of switches that take less than what is sent on a LAN that passes them.
    fn narrow_ports(&mut self, lans: &SortedMap<usize, Vec<Member>>) {
        for (number, link) in self.scenario.topology.links.iter().enumerate() {
            let id = LinkId(number as u32);
            for end in End::BOTH {
                let Port::Switch(port) = &link.ports[end.index()] else { continue };
                if port.mtu >= crate::defaults::SWITCH_MTU {
                    continue;
                }
                let members = self.lans.passing(id).into_iter().filter_map(|lan| lans.get(&lan)).flatten();
                // The first of the longest.
                let longest = members.fold(None, |longest: Option<&Member>, next| match longest {
                    Some(longest) if longest.mtu >= next.mtu => Some(longest),
                    Some(_) | None => Some(next),
                });
                let Some(long) = longest.filter(|long| long.mtu > port.mtu) else { continue };
                let message = t!(
                    "{} sends packets of up to {} B over this port, which takes {} B: longer ones are dropped, and no router reports it",
                    self.name(long.node),
                    long.mtu,
                    port.mtu
                );
                let place = self.port_place(number, end).field("mtu");
                let nodes = vec![link.ends[end.index()], long.node];
                let problem =
                    self.problem(Kind::UnequalMtu { mtu: long.mtu }, Level::Warning, place, message);
                problem.link = Some(id);
                problem.nodes = nodes;
            }
        }
    }
}
