//! The TCP connections there are, in the order in which they begin.

use super::ends::Ends;
use crate::topology::LiveTopology;
use crate::trace::{Source, Trace};
use netlab::History;
use netlab::Instant;
use netlab::congestion::Side;
use netlab::history::TransitId;
use netlab::run::{IperfTransport, RunKind};
use netlab::topology::{Congestion, Direction, End, LinkId, NodeId};
use smoltcp::wire::{IpAddress, IpEndpoint};

/// A connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Connection {
    /// Its number in the trace (`tcp.stream`).
    pub stream: u32,
    /// When its first segment was seen, and the number of that packet.
    pub first: (Instant, usize),
    /// The transit that it was.
    pub transit: TransitId,
    /// Who sent its first segment, and to whom.
    pub ends: [IpEndpoint; 2],
    /// Bytes of data that each of the two has sent, those that were sent again included.
    pub bytes: [u64; 2],
}

/// The connections of a trace.
#[derive(Default)]
pub struct Connections {
    /// In order of their numbers.
    pub list: Vec<Connection>,
    next: usize,
}

impl Connections {
    /// Takes the packets that are new.
    pub fn follow(&mut self, trace: &Trace, source: Source<'_>) {
        for (number, row) in trace.rows(self.next..trace.count()) {
            self.next = number + 1;
            let Some(stream) = row.notes.stream else { continue };
            let Some(ends) = source.bytes(row).and_then(Ends::of).and_then(|ends| ends.tcp()) else {
                continue;
            };
            let place = self.list.binary_search_by_key(&stream, |connection| connection.stream);
            let place = place.unwrap_or_else(|place| {
                let first = (row.at, number);
                self.list
                    .insert(place, Connection { stream, first, transit: row.transit, ends, bytes: [0; 2] });
                place
            });
            let connection = &mut self.list[place];
            connection.bytes[usize::from(connection.ends[0] != ends[0])] += u64::from(row.notes.len);
        }
    }

    /// Those that had begun by then.
    pub fn by(&self, at: Instant) -> &[Connection] {
        &self.list[..self.list.partition_point(|connection| connection.first.0 <= at)]
    }

    /// When the next connection between the same ends begins, if there is one.
    pub fn again(&self, connection: &Connection) -> Option<Instant> {
        let same = |other: &&Connection| {
            other.first > connection.first
                && (other.ends == connection.ends || other.ends == [connection.ends[1], connection.ends[0]])
        };
        self.list.iter().find(same).map(|other| other.first.0)
    }
}

/// The host that has this address.
pub fn host_of(topology: LiveTopology<'_>, address: IpAddress) -> Option<NodeId> {
    let has = |id: NodeId| {
        let host = topology.host(id);
        host.is_some_and(|host| host.addresses_of_stack(id).any(|cidr| cidr.address() == address))
    };
    (0..topology.nodes.len() as u32).map(NodeId).find(|&id| has(id))
}

/// How a connection is seen by its end at this address; `None` if no host here has it, or the host has no cable.
pub fn side_of(topology: LiveTopology<'_>, local: IpEndpoint, remote: IpEndpoint) -> Option<Side> {
    let node = host_of(topology, local.addr)?;
    let mut links = topology.links.iter().enumerate();
    let port = links.find_map(|(number, link)| {
        let from = End::BOTH.into_iter().find(|end| link.ends[end.index()] == node)?;
        Some(Direction { link: LinkId(number as u32), from })
    })?;
    Some(Side { port, local, remote })
}

/// The congestion control of one end of a connection: what the run asks for that opened it, otherwise what the host has.
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
