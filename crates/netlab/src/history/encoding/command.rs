//! Commands, and the nodes and links that they add or change.

use super::{Encode, Words};
use crate::topology::{Congestion, Duplex, HostConfig, Link, Node, NodeKind, Port, TcpConfig, Way};
use crate::world::Command;
use bridge::config::{Edge, Membership, Stp};
use router::config::{
    Filter, Forward, Nat, Protocol, Rip, Rule, SplitHorizon, StaticRoute, Transport, Verdict,
};
use smoltcp::wire::IpAddress;
use wire::impair::{Distribution, Impairment};
use wire::line::{CoDel, Discipline, LineConfig, Queue, QueueLimit, Red};

/// Set in a small number, for what documents could not say at first: that a further value follows, or that a port is half duplex.
const FOLLOWED: u64 = 1 << 32;

impl Encode for Command {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Start(run) => words.variant(0, &[run]),
            Self::Stop(run) => words.variant(1, &[run]),
            Self::SetPort(link, end, port) => words.variant(2, &[link, end, port]),
            Self::SetNode(node, kind) => words.variant(3, &[node, kind]),
            Self::Clear(node) => words.variant(4, &[node]),
            Self::SetLink(link, [first, second]) => words.variant(5, &[link, first, second]),
            Self::AddNode(node) => words.variant(6, &[node]),
            Self::AddLink(link) => words.variant(7, &[link]),
            Self::Launch { on, line } => words.variant(8, &[on, line]),
            Self::Type(program, line) => words.variant(9, &[program, line]),
            Self::EndInput(program) => words.variant(10, &[program]),
            Self::Interrupt(program) => words.variant(11, &[program]),
        }
    }
}

// ---- nodes ----

impl Encode for Node {
    fn encode(&self, words: &mut Words) {
        let Self { name, kind } = self;
        words.fields(&[name, kind]);
    }
}

impl Encode for NodeKind {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Host(config) => words.variant(0, &[config]),
            Self::Hub => words.variant(1, &[]),
            Self::Switch(config) => words.variant(2, &[config]),
            Self::Router(config) => words.variant(3, &[config]),
        }
    }
}

impl Encode for HostConfig {
    fn encode(&self, words: &mut Words) {
        let Self { mac, addresses, gateways, slaac, dhcp, dns, services, ip_mtu, tcp } = self;
        let more = *dhcp || !dns.is_empty() || services.is_some();
        let mtu = *ip_mtu as u64 | if more { FOLLOWED } else { 0 };
        words.fields(&[mac, addresses, gateways, slaac, &mtu, tcp]);
        if more {
            words.fields(&[dhcp, dns, &services.as_deref().unwrap_or_default().to_owned()]);
        }
    }
}

impl Encode for TcpConfig {
    fn encode(&self, words: &mut Words) {
        let Self { congestion, rx_buffer, tx_buffer, timeout, time_wait } = self;
        words.fields(&[congestion, rx_buffer, tx_buffer, timeout, time_wait]);
    }
}

impl Encode for Congestion {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::None => 0,
            Self::Reno => 1,
            Self::Cubic => 2,
        });
    }
}

impl Encode for bridge::Config {
    fn encode(&self, words: &mut Words) {
        let Self { mac, ageing, stp, snooping } = self;
        // A switch with its burned-in address has the words that it had before it could have another.
        match mac {
            None => words.fields(&[ageing, stp, snooping]),
            Some(mac) => words.fields(&[ageing, stp, &(u64::from(*snooping) | FOLLOWED), mac]),
        }
    }
}

impl Encode for Stp {
    fn encode(&self, words: &mut Words) {
        let Self { priority, hello, max_age, forward_delay } = self;
        words.fields(&[priority, hello, max_age, forward_delay]);
    }
}

impl Encode for router::Config {
    fn encode(&self, words: &mut Words) {
        let Self { routes, rip, nat, filter, services } = self;
        words.fields(&[routes, rip, nat, filter]);
        // What documents could not say at first.
        if let Some(services) = services {
            words.variant(FOLLOWED, &[&services.to_string()]);
        }
    }
}

impl Encode for StaticRoute {
    fn encode(&self, words: &mut Words) {
        let Self { to, via, port, metric } = self;
        // A route that names no port has the words that it had before routes could.
        match port {
            None => words.fields(&[to, via, metric]),
            Some(port) => words.fields(&[to, via, &(u64::from(*metric) | FOLLOWED), port]),
        }
    }
}

impl Encode for Rip {
    fn encode(&self, words: &mut Words) {
        let Self { split_horizon, triggered, update, timeout, garbage } = self;
        words.fields(&[split_horizon, triggered, update, timeout, garbage]);
    }
}

impl Encode for SplitHorizon {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Off => 0,
            Self::Simple => 1,
            Self::PoisonedReverse => 2,
        });
    }
}

impl Encode for Nat {
    fn encode(&self, words: &mut Words) {
        let Self { forwards } = self;
        forwards.encode(words);
    }
}

impl Encode for Forward {
    fn encode(&self, words: &mut Words) {
        let Self { transport, port, to, to_port } = self;
        words.fields(&[transport, port, &IpAddress::Ipv4(*to), to_port]);
    }
}

impl Encode for Transport {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Tcp => 0,
            Self::Udp => 1,
        });
    }
}

impl Encode for Filter {
    fn encode(&self, words: &mut Words) {
        let Self { rules, otherwise } = self;
        words.fields(&[rules, otherwise]);
    }
}

impl Encode for Rule {
    fn encode(&self, words: &mut Words) {
        let Self { verdict, port, from, to, protocol, to_ports } = self;
        let to_ports = to_ports.as_ref().map(|ports| (*ports.start(), *ports.end()));
        words.fields(&[verdict, port, from, to, protocol, &to_ports]);
    }
}

impl Encode for Protocol {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Tcp => 0,
            Self::Udp => 1,
            Self::Icmp => 2,
        });
    }
}

impl Encode for Verdict {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Allow => 0,
            Self::Deny => 1,
            Self::Reject => 2,
        });
    }
}

// ---- links ----

impl Encode for Link {
    fn encode(&self, words: &mut Words) {
        // No card is off at a cable that is only being plugged in.
        let Self { ends, ways, ports, duplex, off: _ } = self;
        // A full-duplex port has the word that it had before ports could be half duplex.
        let half = |duplex| match duplex {
            Duplex::Full => 0,
            Duplex::Half => FOLLOWED,
        };
        let ends = [0, 1].map(|end| u64::from(ends[end].0) | half(duplex[end]));
        words.fields(&[&ends[0], &ends[1], &ways[0], &ways[1], &ports[0], &ports[1]]);
    }
}

impl Encode for Port {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Plain => words.variant(0, &[]),
            Self::Switch(port) => words.variant(1, &[port]),
            Self::Router(port) => words.variant(2, &[port]),
        }
    }
}

impl Encode for bridge::Port {
    fn encode(&self, words: &mut Words) {
        let Self { up, mtu, vlan, edge, cost, priority } = self;
        words.fields(&[up, mtu, vlan, edge, cost, priority]);
    }
}

impl Encode for Membership {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Access(vlan) => words.variant(0, &[vlan]),
            Self::Trunk { native, allowed } => words.variant(1, &[native, allowed]),
        }
    }
}

impl Encode for Edge {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Auto => 0,
            Self::Yes => 1,
            Self::No => 2,
        });
    }
}

impl Encode for router::Port {
    fn encode(&self, words: &mut Words) {
        let Self { up, mac, addresses, vlans, mtu, outside, advertise, rip } = self;
        words.fields(&[up, mac, addresses, vlans, mtu, outside, advertise, rip]);
    }
}

impl Encode for Way {
    fn encode(&self, words: &mut Words) {
        let Self { line, impairments } = self;
        words.fields(&[line, impairments]);
    }
}

impl Encode for LineConfig {
    fn encode(&self, words: &mut Words) {
        let Self { rate, delay, queue } = self;
        words.fields(&[rate, delay, queue]);
    }
}

impl Encode for Queue {
    fn encode(&self, words: &mut Words) {
        let Self { limit, discipline } = self;
        words.fields(&[limit, discipline]);
    }
}

impl Encode for QueueLimit {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Bytes(bytes) => words.variant(0, &[bytes]),
            Self::Frames(frames) => words.variant(1, &[frames]),
        }
    }
}

impl Encode for Discipline {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::DropTail => words.variant(0, &[]),
            Self::Red(Red { min, max, probability, weight_log }) => {
                words.variant(1, &[min, max, probability, weight_log]);
            }
            Self::CoDel(CoDel { target, interval }) => words.variant(2, &[target, interval]),
        }
    }
}

impl Encode for Impairment {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::FrameSizeMax(bytes) => words.variant(0, &[bytes]),
            Self::TrailingBytes(bytes) => words.variant(1, &[bytes]),
            Self::Loss(probability) => words.variant(2, &[probability]),
            Self::LossOfSmall { probability, bytes_max } => words.variant(3, &[probability, bytes_max]),
            Self::SilenceOnce { after_bytes, lasts } => words.variant(4, &[after_bytes, lasts]),
            Self::Down => words.variant(5, &[]),
            Self::Outage { at, lasts, every } => words.variant(6, &[at, lasts, every]),
            Self::LossCorrelated { probability, correlation } => {
                words.variant(7, &[probability, correlation]);
            }
            Self::GilbertElliott { to_bad, to_good, bad, good } => {
                words.variant(8, &[to_bad, to_good, bad, good]);
            }
            Self::LossEvery(nth) => words.variant(9, &[nth]),
            Self::LossOfFrame(number) => words.variant(10, &[number]),
            Self::Duplicate { probability, correlation } => words.variant(11, &[probability, correlation]),
            Self::Corrupt { probability, correlation } => words.variant(12, &[probability, correlation]),
            Self::Jitter { spread, distribution, correlation, overtakes } => {
                words.variant(13, &[spread, distribution, correlation, overtakes]);
            }
            Self::Reorder { probability, correlation, gap } => {
                words.variant(14, &[probability, correlation, gap]);
            }
        }
    }
}

impl Encode for Distribution {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Uniform => 0,
            Self::Normal => 1,
            Self::Pareto => 2,
            Self::ParetoNormal => 3,
        });
    }
}
