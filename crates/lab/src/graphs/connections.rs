//! The ends of a TCP connection in the network: hosts, ports, congestion control.

use crate::topology::LiveTopology;
use netlab::History;
use netlab::congestion::Side;
use netlab::run::{IperfTransport, RunKind};
use netlab::topology::{Congestion, Direction, End, LinkId, NodeId};
use smoltcp::wire::{IpAddress, IpEndpoint};
use trace::connections::Connection;

/// The host that has this address.
pub fn host_of(topology: LiveTopology<'_>, address: IpAddress) -> Option<NodeId> {
    let has = |id: NodeId| {
        let host = topology.host(id);
        host.is_some_and(|host| host.addresses_of_stack(id).any(|cidr| cidr.address() == address))
    };
    (0..topology.nodes.len() as u32).map(NodeId).find(|&id| has(id))
}

/// The side of a connection at this address; `None` if no host has the address, or the host has no cable.
pub fn side_of(topology: LiveTopology<'_>, local: IpEndpoint, remote: IpEndpoint) -> Option<Side> {
    let node = host_of(topology, local.addr)?;
    let mut links = topology.links.iter().enumerate();
    let port = links.find_map(|(number, link)| {
        let from = End::BOTH.into_iter().find(|end| link.ends[end.index()] == node)?;
        Some(Direction { link: LinkId(number as u32), from })
    })?;
    Some(Side { port, local, remote })
}

/// The congestion control of one end of a connection: that of the run that opened it, otherwise the host's setting.
pub fn congestion_of(
    topology: LiveTopology<'_>,
    history: &History,
    connection: &Connection,
    local: IpEndpoint,
) -> Congestion {
    let Some(node) = host_of(topology, local.addr) else { return Congestion::None };
    let own = topology.host(node).map_or(Congestion::None, |host| host.tcp.congestion);
    if local != connection.ends[0] {
        return own;
    }
    let runs = history.runs().iter().filter(|log| log.spec.from == node && log.start <= connection.first.0);
    let asked = runs.filter_map(|log| match &log.spec.kind {
        RunKind::Iperf(iperf) if connection.ends[1].port == netlab::run::IPERF_PORT => {
            match iperf.transport {
                IperfTransport::Tcp { congestion, .. } => Some((log.start, congestion)),
                IperfTransport::Udp { .. } => None,
            }
        }
        _ => None,
    });
    asked.max_by_key(|(start, _)| *start).and_then(|(_, congestion)| congestion).unwrap_or(own)
}
