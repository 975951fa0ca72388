//! The services of hosts: whether those that ask find the ones that answer, and whether this program has services at all.

use super::Check;
use crate::fault::Level;
use crate::problem::Kind;
use netlab::topology::{HostConfig, NodeId};

#[cfg(feature = "services")]
mod found;

impl Check<'_> {
    /// Without services in the program, a network that has some cannot run: its servers would be missing.
    #[cfg(not(feature = "services"))]
    pub(super) fn services(&mut self, id: NodeId, config: &HostConfig) {
        let place = self.node_place(id.index());
        let (place, what) = match &config.services {
            Some(_) => (place.field("services"), "services (DHCP, DNS, HTTP and others)"),
            None if config.dhcp => (place.field("addresses"), "hosts with addresses by DHCP"),
            None => return,
        };
        let message =
            format!("this network has {what}, which this page cannot run yet; `packetarium run` can");
        self.problem(Kind::NoServices, Level::Error, place, message);
    }
}
