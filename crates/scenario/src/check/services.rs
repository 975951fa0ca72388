//! The services of hosts: whether those that ask find the ones that answer, and whether this program has services at all.

use super::Check;
use crate::fault::Level;
use crate::problem::Kind;
use netlab::topology::{HostConfig, NodeId, RouterConfig};
#[cfg(not(feature = "services"))]
use texts::t;
#[cfg(not(feature = "services"))]
use {crate::fault::Place, netlab::topology::NodeKind};

#[cfg(feature = "services")]
mod found;

#[cfg(not(feature = "services"))]
impl Check<'_> {
    /// Without services in the program, a network that has some cannot run: its servers would be missing.
    pub(super) fn services(&mut self, id: NodeId, config: &HostConfig) {
        match &config.services {
            Some(_) => self.no_services(id, "services", t!("services (DHCP, DNS, HTTP and others)")),
            None if config.dhcp => self.no_services(id, "addresses", t!("hosts with addresses by DHCP")),
            None => {}
        }
    }

    pub(super) fn router_services(&mut self, id: NodeId, config: &RouterConfig) {
        if config.services.is_some() {
            self.no_services(id, "services", t!("services (DHCP, DNS, HTTP and others)"));
        }
    }

    /// Like the services of the start.
    pub(super) fn changed_services(&mut self, place: &Place, _: NodeId, kind: &NodeKind) {
        let (services, dhcp) = match kind {
            NodeKind::Host(config) => (&config.services, config.dhcp),
            NodeKind::Router(config) => (&config.services, false),
            NodeKind::Hub | NodeKind::Switch(_) => return,
        };
        if services.is_some() || dhcp {
            self.refuse_services(place.clone(), t!("services (DHCP, DNS, HTTP and others)"));
        }
    }

    fn no_services(&mut self, id: NodeId, field: &str, what: &str) {
        self.refuse_services(self.node_place(id.index()).field(field), what);
    }

    fn refuse_services(&mut self, place: Place, what: &str) {
        let message = t!("this network has {what}, which this page cannot run yet; `packetarium run` can");
        self.problem(Kind::NoServices, Level::Error, place, message);
    }
}
