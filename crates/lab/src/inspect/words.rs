//! The texts of settings and states in the Inspect pane.

use crate::format;
use bridge::config::{Edge, Membership, Stp, Vlan};
use bridge::event::{BridgeId, Role, State};
use netlab::Instant;
use netlab::history::{DropReason, SocketState};
use netlab::topology::{Congestion, TcpConfig, Way};
use router::config::{Protocol, Rip, Rule, SplitHorizon, Verdict};
use router::event::{Flow, Source};
use smoltcp::socket::tcp::State as TcpState;
use smoltcp::wire::{EthernetAddress, IpEndpoint, IpProtocol};
use wire::impair::{Distribution, Impairment, LossReason};
use wire::line::{CoDel, Discipline, Queue, QueueLimit, Red};
use wire::{PortId, Ratio};

/// As the analyzers write it; IEEE's own dashes would make two spellings on one page.
pub fn ethernet(address: EthernetAddress) -> String {
    let bytes = address.0.map(|byte| format!("{byte:02x}"));
    bytes.join(":")
}

/// How long ago that was.
pub fn ago(at: Instant, since: Instant) -> String {
    format!("{} ago", format::duration(at.since(since)))
}

/// A bridge identifier, as most switches show it.
pub fn bridge_id(id: BridgeId) -> String {
    format!("{} {}", id.priority, ethernet(EthernetAddress(id.mac)))
}

/// What a port's role is called.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Root => "root port",
        Role::Designated => "designated",
        Role::Alternate => "alternate",
        Role::Backup => "backup",
        Role::Disabled => "disabled",
    }
}

/// What a port's state is called.
pub const fn state(state: State) -> &'static str {
    match state {
        State::Discarding => "discarding",
        State::Learning => "learning",
        State::Forwarding => "forwarding",
    }
}

/// A spanning tree's settings.
pub fn stp(stp: Option<Stp>) -> String {
    match stp {
        None => "off: a loop of links causes a broadcast storm".into(),
        Some(stp) => format!(
            "on, bridge priority {}, hello time {}, maximum age {}, forward delay {}",
            stp.priority,
            format::setting(stp.hello),
            format::setting(stp.max_age),
            format::setting(stp.forward_delay)
        ),
    }
}

/// The VLANs of a port.
pub fn membership(membership: &Membership) -> String {
    let list =
        |vlans: &[Vlan]| vlans.iter().map(|vlan| vlan.get().to_string()).collect::<Vec<_>>().join(", ");
    match membership {
        Membership::Access(vlan) => format!("{} untagged", vlan.get()),
        Membership::Trunk { native, allowed } => {
            let tagged = allowed.as_ref().map_or("all".to_string(), |vlans| list(vlans));
            match native {
                Some(native) => format!("{tagged} tagged, {} untagged", native.get()),
                None => format!("{tagged} tagged"),
            }
        }
    }
}

/// A VLAN in a column of its own.
pub fn vlan(vlan: Option<Vlan>) -> String {
    vlan.map_or("–".into(), |vlan| vlan.get().to_string())
}

/// The configured edge setting of a switch's port.
pub const fn edge(edge: Edge) -> &'static str {
    match edge {
        Edge::Auto => "automatic",
        Edge::Yes => "yes",
        Edge::No => "no",
    }
}

/// RIP's settings.
pub fn rip(rip: Option<&Rip>) -> String {
    let Some(rip) = rip else { return "off".into() };
    let horizon = match rip.split_horizon {
        SplitHorizon::Off => "no split horizon: advertises every route to every neighbor",
        SplitHorizon::Simple => {
            "split horizon: does not advertise a route to the neighbor it was learned from"
        }
        SplitHorizon::PoisonedReverse => {
            "poisoned reverse: advertises a route as unreachable to the neighbor it was learned from"
        }
    };
    let triggered = if rip.triggered { "triggered updates" } else { "no triggered updates" };
    format!(
        "update every {}, {triggered}; {horizon}; route timeout {}, garbage-collection time {}",
        format::setting(rip.update),
        format::setting(rip.timeout),
        format::setting(rip.garbage)
    )
}

/// Where a router has a route from.
pub const fn source(source: Source) -> &'static str {
    match source {
        Source::Connected => "connected",
        Source::Static => "static",
        Source::Rip => "RIP",
    }
}

/// A filter's verdict on a packet.
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "drop",
        Verdict::Reject => "reject",
    }
}

/// What packets a filter's rule matches, without its verdict. `port` returns the name of a port.
pub fn rule(rule: &Rule, port: impl Fn(PortId) -> String) -> String {
    let mut words = vec![
        match rule.protocol {
            None => "all packets",
            Some(Protocol::Tcp) => "TCP",
            Some(Protocol::Udp) => "UDP",
            Some(Protocol::Icmp) => "ICMP",
        }
        .to_string(),
    ];
    words.extend(rule.from.map(|from| format!("from {from}")));
    words.extend(rule.to.map(|to| format!("to {to}")));
    words.extend(rule.to_ports.as_ref().map(|ports| match (ports.start(), ports.end()) {
        (first, last) if first == last => format!("to port {first}"),
        (first, last) => format!("to ports {first} to {last}"),
    }));
    words.extend(rule.port.map(|number| format!("arriving at {}", port(PortId(number)))));
    words.join(" ")
}

/// An IP protocol's name.
pub fn ip_protocol(number: u8) -> String {
    match number {
        1 => "ICMP".into(),
        6 => "TCP".into(),
        17 => "UDP".into(),
        58 => "ICMPv6".into(),
        other => format!("protocol {other}"),
    }
}

/// A flow: protocol, source and destination.
pub fn flow(flow: &Flow) -> [String; 3] {
    let [from, to] = match IpProtocol::from(flow.protocol) {
        IpProtocol::Tcp | IpProtocol::Udp => [flow.from, flow.to].map(endpoint),
        // An ICMP flow has an identifier instead of ports.
        _ => [format!("{}, identifier {}", flow.from.addr, flow.from.port), flow.to.addr.to_string()],
    };
    [ip_protocol(flow.protocol), from, to]
}

/// An address and a port.
pub fn endpoint(endpoint: IpEndpoint) -> String {
    endpoint.to_string()
}

/// The TCP settings of a host.
pub fn tcp_settings(tcp: TcpConfig) -> String {
    let congestion = match tcp.congestion {
        Congestion::None => "no congestion control",
        Congestion::Reno => "Reno",
        Congestion::Cubic => "CUBIC",
    };
    let (send, receive) = (format::buffer(tcp.tx_buffer), format::buffer(tcp.rx_buffer));
    format!("{congestion}, send buffer {send}, receive buffer {receive}")
}

/// A row about a socket: protocol and port, state, remote endpoint.
pub fn socket_row(socket: &SocketState) -> Vec<String> {
    match socket {
        SocketState::Tcp { state, local, remote, port } => {
            let port = local.map_or(*port, |local| local.port);
            let remote = remote.map_or("–".to_string(), |remote| remote.to_string());
            vec![format!("TCP {port}"), tcp_state(*state).to_string(), remote]
        }
        SocketState::Udp { port } => vec![format!("UDP {port}"), "open".into(), "any".into()],
        SocketState::Icmp { ident } => vec![format!("ICMP {ident}"), "open".into(), "any".into()],
    }
}

/// The state's name in RFC 9293.
pub const fn tcp_state(state: TcpState) -> &'static str {
    match state {
        TcpState::Closed => "CLOSED",
        TcpState::Listen => "LISTEN",
        TcpState::SynSent => "SYN-SENT",
        TcpState::SynReceived => "SYN-RECEIVED",
        TcpState::Established => "ESTABLISHED",
        TcpState::FinWait1 => "FIN-WAIT-1",
        TcpState::FinWait2 => "FIN-WAIT-2",
        TcpState::CloseWait => "CLOSE-WAIT",
        TcpState::Closing => "CLOSING",
        TcpState::LastAck => "LAST-ACK",
        TcpState::TimeWait => "TIME-WAIT",
    }
}

/// A link's rate, delay and impairments; of both directions if they differ.
pub fn way_words(ways: &[Way; 2]) -> String {
    let words = |way: &Way| {
        let rate = way.line.rate.map_or("unlimited rate".into(), |rate| format::bit_rate(rate.get() as f64));
        let delay = format::setting(way.line.delay);
        match impairments(&way.impairments).as_str() {
            "none" => format!("{rate}, {delay}"),
            impairments => format!("{rate}, {delay}, {impairments}"),
        }
    };
    let [there, back] = [&ways[0], &ways[1]].map(words);
    if there == back { there } else { format!("{there}; back: {back}") }
}

/// The impairments of one direction of a link.
pub fn impairments(impairments: &[Impairment]) -> String {
    match impairments {
        [] => "none".into(),
        some => some.iter().map(impairment).collect::<Vec<_>>().join(", "),
    }
}

/// A correlation, as an addition to another text; empty if there is none.
fn correlated(correlation: Ratio) -> String {
    if correlation == Ratio::default() {
        String::new()
    } else {
        format!(", correlated by {}", format::percent(correlation))
    }
}

fn impairment(impairment: &Impairment) -> String {
    match *impairment {
        Impairment::FrameSizeMax(max) => format!("drops frames longer than {}", format::buffer(max)),
        Impairment::TrailingBytes(max) => format!("appends up to {max} bytes"),
        Impairment::Loss(ratio) => format!("{} loss", format::percent(ratio)),
        Impairment::LossOfSmall { probability, bytes_max } => {
            format!("{} loss of frames up to {}", format::percent(probability), format::buffer(bytes_max))
        }
        Impairment::SilenceOnce { after_bytes, lasts } => {
            format!("loses all frames for {} after {}", format::setting(lasts), format::bytes(after_bytes))
        }
        Impairment::Down => "the cable is pulled".into(),
        Impairment::Outage { at, lasts, every } => {
            let from = format::setting(at - Instant::ZERO);
            let again = every.map(|every| format!(", again every {}", format::setting(every)));
            format!(
                "the cable is pulled at {from} for {}{}",
                format::setting(lasts),
                again.unwrap_or_default()
            )
        }
        Impairment::LossCorrelated { probability, correlation } => {
            format!("{} loss{}", format::percent(probability), correlated(correlation))
        }
        Impairment::GilbertElliott { to_bad, to_good, bad, good } => format!(
            "burst loss: {} during bursts, {} outside; each frame starts a burst with {}, ends it with {}",
            format::percent(bad),
            format::percent(good),
            format::percent(to_bad),
            format::percent(to_good)
        ),
        Impairment::LossEvery(number) => {
            format!("loss of every {} frame", format::ordinal(u64::from(number)))
        }
        Impairment::LossOfFrame(number) => format!("loss of the {} frame", format::ordinal(number)),
        Impairment::Duplicate { probability, correlation } => {
            format!("{} duplicated{}", format::percent(probability), correlated(correlation))
        }
        Impairment::Corrupt { probability, correlation } => {
            format!("{} corrupted{}", format::percent(probability), correlated(correlation))
        }
        Impairment::Jitter { spread, distribution, correlation, overtakes } => {
            let shape = match distribution {
                Distribution::Uniform => "uniform",
                Distribution::Normal => "normal",
                Distribution::Pareto => "Pareto",
                Distribution::ParetoNormal => "Pareto-normal",
            };
            let order = if overtakes { ", frames may overtake each other" } else { "" };
            format!("jitter {} ({shape}){}{order}", format::setting(spread), correlated(correlation))
        }
        Impairment::Reorder { probability, correlation, gap } => {
            let which = if gap > 1 {
                format!(" of every {}", format::ordinal(u64::from(gap)))
            } else {
                String::new()
            };
            format!("{}{which} reordered{}", format::percent(probability), correlated(correlation))
        }
    }
}

/// A queue: its size and its discipline.
pub fn queue(queue: Queue) -> String {
    let size = match queue.limit {
        QueueLimit::Bytes(bytes) => format::buffer(bytes),
        QueueLimit::Frames(frames) => format::plural(frames as u64, "frame", "frames"),
    };
    let short = |many: usize| match queue.limit {
        QueueLimit::Bytes(_) => format::buffer(many),
        QueueLimit::Frames(_) => format::plural(many as u64, "frame", "frames"),
    };
    match queue.discipline {
        Discipline::DropTail => size,
        Discipline::Red(Red { min, max, probability, .. }) => format!(
            "{size}, RED: drops at random from an average of {}, up to {} at {}",
            short(min),
            format::percent(probability),
            short(max)
        ),
        Discipline::CoDel(CoDel { target, interval }) => format!(
            "{size}, CoDel: drops frames when all are queued longer than {} for {}",
            format::setting(target),
            format::setting(interval)
        ),
    }
}

/// Why a frame was dropped.
pub const fn drop_reason(reason: DropReason) -> &'static str {
    match reason {
        DropReason::QueueFull => "queue full",
        DropReason::Overload => "too many frames for the simulation",
        DropReason::Impaired(LossReason::TooBig) => "too big for the link",
        DropReason::Impaired(LossReason::LinkDown) => "cable pulled",
        DropReason::Impaired(LossReason::Silence) => "one-time silence",
        DropReason::Impaired(LossReason::Loss) => "random loss",
        DropReason::Impaired(LossReason::LossOfSmall) => "random loss of small frames",
        DropReason::Impaired(LossReason::Outage) => "outage",
        DropReason::Impaired(LossReason::LossCorrelated) => "correlated loss",
        DropReason::Impaired(LossReason::Burst) => "burst loss",
        DropReason::Impaired(LossReason::Every) => "every-nth loss",
        DropReason::Impaired(LossReason::Picked) => "loss of a chosen frame",
        DropReason::Early => "dropped early (RED)",
        DropReason::Late => "queued too long (CoDel)",
        DropReason::Collisions => "collided 16 times",
    }
}

/// How long ago `since` was, as a duration.
pub fn elapsed(at: Instant, since: Instant) -> String {
    format::duration(at.since(since))
}
