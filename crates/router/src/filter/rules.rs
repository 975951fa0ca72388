//! Matches the rules against a single packet.

use super::Decision;
use crate::config::{Filter, Protocol, RULES_MAX, Rule, Verdict};
use crate::event::Flow;
use crate::flow::{Body, ICMP, ICMPV6, Packet, TCP, UDP};
use smoltcp::wire::IpAddress;
use wire::PortId;

/// The fields that a rule can match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    source: IpAddress,
    destination: IpAddress,
    protocol: u8,
    to_port: ToPort,
}

#[derive(Clone, Copy, Debug)]
enum ToPort {
    Is(u16),
    /// The protocol has no ports.
    Absent,
    /// The port is in the first fragment.
    Unknown,
}

impl From<&Packet> for Subject {
    fn from(packet: &Packet) -> Self {
        let to_port = match packet.body {
            Body::Tcp { destination, .. } | Body::Udp { destination, .. } => ToPort::Is(destination),
            Body::LaterFragment if matches!(packet.protocol, TCP | UDP) => ToPort::Unknown,
            Body::LaterFragment | Body::Query { .. } | Body::Error { .. } | Body::Short | Body::Other => {
                ToPort::Absent
            }
        };
        let Packet { source, destination, protocol, .. } = *packet;
        Self { source, destination, protocol, to_port }
    }
}

impl From<Flow> for Subject {
    fn from(flow: Flow) -> Self {
        let to_port = match flow.protocol {
            TCP | UDP => ToPort::Is(flow.to.port),
            _ => ToPort::Absent,
        };
        Self { source: flow.from.addr, destination: flow.to.addr, protocol: flow.protocol, to_port }
    }
}

impl Subject {
    /// The decision of the first rule that matches, and its index; `None`: none matches.
    pub(super) fn judge(&self, ingress: PortId, filter: &Filter) -> (Decision, Option<u32>) {
        let rules = filter.rules.iter().take(RULES_MAX);
        let first = (0..).zip(rules).find(|(_, rule)| self.fits(ingress, rule));
        let (place, verdict) = match first {
            Some((place, rule)) => (Some(place), rule.verdict),
            None => (None, filter.otherwise),
        };
        let decision = match verdict {
            Verdict::Allow => Decision::Allow,
            Verdict::Deny => Decision::Deny(place),
            Verdict::Reject => Decision::Reject(place),
        };
        (decision, place)
    }

    fn fits(&self, ingress: PortId, rule: &Rule) -> bool {
        let protocol = match rule.protocol {
            None => true,
            Some(Protocol::Tcp) => self.protocol == TCP,
            Some(Protocol::Udp) => self.protocol == UDP,
            Some(Protocol::Icmp) => matches!(self.protocol, ICMP | ICMPV6),
        };
        let port = rule.to_ports.as_ref().is_none_or(|ports| match self.to_port {
            ToPort::Is(port) => ports.contains(&port),
            ToPort::Absent => false,
            // Forbidden packets must not pass as fragments.
            ToPort::Unknown => rule.verdict != Verdict::Allow,
        });
        protocol
            && port
            && rule.port.is_none_or(|port| port == ingress.0)
            && rule.from.is_none_or(|net| net.contains_addr(&self.source))
            && rule.to.is_none_or(|net| net.contains_addr(&self.destination))
    }
}
