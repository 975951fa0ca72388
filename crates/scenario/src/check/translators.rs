//! Address translation: which ports of a router are outside.

use super::Check;
use crate::fault::Level;
use crate::ip::is_private;
use crate::lans::Interface;
use crate::problem::Kind;
use netlab::topology::{NodeId, NodeKind, RouterConfig};
use smoltcp::wire::{IpAddress, IpCidr};
use texts::t;

impl<'s> Check<'s> {
    /// Whether a router that translates addresses has an outside.
    pub(super) fn sides(&mut self, id: NodeId, config: &RouterConfig, interfaces: &[&Interface<'s>]) {
        if config.nat.is_none() {
            return;
        }
        if !interfaces.iter().any(|of| of.port.is_some_and(|port| port.outside)) {
            let place = self.node_place(id.index()).field("nat");
            let message =
                t!("no port of this router is outside (\"outside\": true), so nothing is translated");
            self.problem(Kind::Other, Level::Warning, place, message.to_owned());
        }
    }

    /// Routers whose outside and inside are swapped.
    pub(super) fn swapped_sides(&mut self) {
        for id in self.scenario.topology.node_ids() {
            let NodeKind::Router(config) = &self.scenario.topology.node(id).kind else { continue };
            if config.nat.is_some() {
                let interfaces: Vec<_> = self.lans.interfaces_of(id).collect();
                let is_outside = |of: &&Interface<'s>| of.port.is_some_and(|port| port.outside);
                let (outside, inside): (Vec<_>, Vec<_>) = interfaces.into_iter().partition(is_outside);
                self.swapped_sides_of(id, config, &outside, &inside);
            }
        }
    }

    fn swapped_sides_of(
        &mut self,
        id: NodeId,
        config: &RouterConfig,
        outside: &[&Interface<'s>],
        inside: &[&Interface<'s>],
    ) {
        // Without any outside port nothing is swapped: see above.
        let Some(&first) = outside.first() else { return };
        let Some((real, why)) = self.swapped(id, config, outside, inside) else { return };
        let [wrong, right] = [first, real].map(|of| self.port_place(of.link.index(), of.end));
        let message = t!(
            "inside and outside are swapped: {why}, so the port there is the outside one; put \"outside\": true to {right}, not to \
             {wrong}"
        );
        let link = real.link;
        let problem =
            self.problem(Kind::SwappedNat { outside: link }, Level::Warning, wrong.field("outside"), message);
        problem.link = Some(first.link);
        problem.nodes = vec![id];
    }

    /// The inside network that is meant to be the outside one, and why.
    fn swapped<'i>(
        &self,
        id: NodeId,
        config: &RouterConfig,
        outside: &[&'i Interface<'s>],
        inside: &[&'i Interface<'s>],
    ) -> Option<(&'i Interface<'s>, String)> {
        let four =
            |of: &Interface<'s>| of.addresses.iter().map(IpCidr::address).filter(is_four).collect::<Vec<_>>();
        let default = config.routes.iter().find(|route| route.to.prefix_len() == 0 && is_four(&route.via));
        if let Some(route) = default {
            let near = |of: &&&Interface<'s>| of.addresses.iter().any(|cidr| cidr.contains_addr(&route.via));
            let leads = inside.iter().find(near).filter(|_| !outside.iter().any(|of| near(&of)));
            if let Some(leads) = leads {
                return Some((*leads, t!("the default route of {} goes to {}", self.name(id), route.via)));
            }
            return None;
        }
        let hidden = outside.iter().all(|of| !four(of).is_empty() && four(of).into_iter().all(is_private));
        let public = inside.iter().find(|of| four(of).into_iter().any(|address| !is_private(address)));
        let public = public.filter(|_| hidden)?;
        let address = four(public).into_iter().find(|address| !is_private(*address))?;
        Some((*public, t!("{address} is a public address, and those outside are private")))
    }
}

fn is_four(address: &IpAddress) -> bool {
    matches!(address, IpAddress::Ipv4(_))
}
