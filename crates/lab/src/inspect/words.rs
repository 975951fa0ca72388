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
use texts::{plural, t};
use wire::impair::{Distribution, Impairment, LossReason};
use wire::line::{CoDel, Discipline, Queue, QueueLimit, Red};
use wire::{PortId, Ratio};

/// As the analyzers write it; IEEE's own dashes would make two spellings on one page.
pub fn ethernet(address: EthernetAddress) -> String {
    let bytes = address.0.map(|byte| format!("{byte:02x}"));
    bytes.join(":")
}

/// A number of frames, with its noun.
pub fn frames(number: u64) -> String {
    plural!(number, "{count}\u{a0}frame", "{count}\u{a0}frames", count = format::count(number))
}

/// A number of packets, with its noun.
pub fn packets(number: u64) -> String {
    plural!(number, "{count}\u{a0}packet", "{count}\u{a0}packets", count = format::count(number))
}

/// How long ago that was.
pub fn ago(at: Instant, since: Instant) -> String {
    t!("{} ago", format::duration(at.since(since)))
}

/// A bridge identifier, as most switches show it.
pub fn bridge_id(id: BridgeId) -> String {
    format!("{} {}", id.priority, ethernet(EthernetAddress(id.mac)))
}

/// What a port's role is called.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Root => t!("root port"),
        Role::Designated => t!("designated"),
        Role::Alternate => t!("alternate"),
        Role::Backup => t!("backup"),
        Role::Disabled => t!("disabled"),
    }
}

/// What a port's state is called.
pub fn state(state: State) -> &'static str {
    match state {
        State::Discarding => t!("discarding"),
        State::Learning => t!("learning"),
        State::Forwarding => t!("forwarding"),
    }
}

/// A spanning tree's settings.
pub fn stp(stp: Option<Stp>) -> String {
    match stp {
        None => t!("off: a loop of links causes a broadcast storm").into(),
        Some(stp) => t!(
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
        Membership::Access(vlan) => t!("{} untagged", vlan.get()),
        Membership::Trunk { native, allowed } => {
            let tagged = allowed.as_ref().map_or(t!("all").to_string(), |vlans| list(vlans));
            match native {
                Some(native) => t!("{tagged} tagged, {} untagged", native.get()),
                None => t!("{tagged} tagged"),
            }
        }
    }
}

/// A VLAN in a column of its own.
pub fn vlan(vlan: Option<Vlan>) -> String {
    vlan.map_or("–".into(), |vlan| vlan.get().to_string())
}

/// The configured edge setting of a switch's port.
pub fn edge(edge: Edge) -> &'static str {
    match edge {
        Edge::Auto => t!("automatic"),
        Edge::Yes => t!("yes"),
        Edge::No => t!("no"),
    }
}

/// RIP's settings.
pub fn rip(rip: Option<&Rip>) -> String {
    let Some(rip) = rip else { return t!("off").into() };
    let horizon = match rip.split_horizon {
        SplitHorizon::Off => t!("no split horizon: advertises every route to every neighbor"),
        SplitHorizon::Simple => {
            t!("split horizon: does not advertise a route to the neighbor it was learned from")
        }
        SplitHorizon::PoisonedReverse => {
            t!("poisoned reverse: advertises a route as unreachable to the neighbor it was learned from")
        }
    };
    let triggered = if rip.triggered { t!("triggered updates") } else { t!("no triggered updates") };
    t!(
        "update every {}, {triggered}; {horizon}; route timeout {}, garbage-collection time {}",
        format::setting(rip.update),
        format::setting(rip.timeout),
        format::setting(rip.garbage)
    )
}

/// Where a router has a route from.
pub fn source(source: Source) -> &'static str {
    match source {
        Source::Connected => t!("connected"),
        Source::Static => t!("static"),
        Source::Rip => "RIP",
    }
}

/// A filter's verdict on a packet.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => t!("allow"),
        Verdict::Deny => t!("drop"),
        Verdict::Reject => t!("reject"),
    }
}

/// What packets a filter's rule matches, without its verdict. `port` returns the name of a port.
pub fn rule(rule: &Rule, port: impl Fn(PortId) -> String) -> String {
    let mut words = vec![
        match rule.protocol {
            None => t!("all packets"),
            Some(Protocol::Tcp) => "TCP",
            Some(Protocol::Udp) => "UDP",
            Some(Protocol::Icmp) => "ICMP",
        }
        .to_string(),
    ];
    words.extend(rule.from.map(|from| t!("from {from}")));
    words.extend(rule.to.map(|to| t!("to {to}")));
    words.extend(rule.to_ports.as_ref().map(|ports| match (ports.start(), ports.end()) {
        (first, last) if first == last => t!("to port {first}"),
        (first, last) => t!("to ports {first} to {last}"),
    }));
    words.extend(rule.port.map(|number| t!("arriving at {}", port(PortId(number)))));
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
        _ => [t!("{}, identifier {}", flow.from.addr, flow.from.port), flow.to.addr.to_string()],
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
        Congestion::None => t!("no congestion control"),
        Congestion::Reno => "Reno",
        Congestion::Cubic => "CUBIC",
    };
    let (send, receive) = (format::buffer(tcp.tx_buffer), format::buffer(tcp.rx_buffer));
    t!("{congestion}, send buffer {send}, receive buffer {receive}")
}

/// A row about a socket: protocol and port, state, remote endpoint.
pub fn socket_row(socket: &SocketState) -> Vec<String> {
    match socket {
        SocketState::Tcp { state, local, remote, port } => {
            let port = local.map_or(*port, |local| local.port);
            let remote = remote.map_or("–".to_string(), |remote| remote.to_string());
            vec![format!("TCP {port}"), tcp_state(*state).to_string(), remote]
        }
        SocketState::Udp { port } => {
            vec![format!("UDP {port}"), t!("state" => "open").into(), t!("any").into()]
        }
        SocketState::Icmp { ident } => {
            vec![format!("ICMP {ident}"), t!("state" => "open").into(), t!("any").into()]
        }
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
        let rate =
            way.line.rate.map_or(t!("unlimited rate").into(), |rate| format::bit_rate(rate.get() as f64));
        let delay = format::setting(way.line.delay);
        match &way.impairments[..] {
            [] => format!("{rate}, {delay}"),
            some => format!("{rate}, {delay}, {}", impairments(some)),
        }
    };
    let [there, back] = [&ways[0], &ways[1]].map(words);
    if there == back { there } else { t!("{there}; back: {back}") }
}

/// The impairments of one direction of a link.
pub fn impairments(impairments: &[Impairment]) -> String {
    match impairments {
        [] => t!("none").into(),
        some => some.iter().map(impairment).collect::<Vec<_>>().join(", "),
    }
}

/// What is added about a correlation to another text; nothing if there is none.
fn correlated(text: String, correlation: Ratio) -> String {
    match correlation == Ratio::default() {
        true => text,
        false => t!("{text}, correlated by {}", format::percent(correlation)),
    }
}

fn impairment(impairment: &Impairment) -> String {
    match *impairment {
        Impairment::FrameSizeMax(max) => t!("drops frames longer than {}", format::buffer(max)),
        Impairment::TrailingBytes(max) => t!("appends up to {max} bytes"),
        Impairment::Loss(ratio) => t!("{} loss", format::percent(ratio)),
        Impairment::LossOfSmall { probability, bytes_max } => {
            t!("{} loss of frames up to {}", format::percent(probability), format::buffer(bytes_max))
        }
        Impairment::SilenceOnce { after_bytes, lasts } => {
            t!("loses all frames for {} after {}", format::setting(lasts), format::bytes(after_bytes))
        }
        Impairment::Down => t!("the cable is pulled").into(),
        Impairment::Outage { at, lasts, every } => {
            let from = format::setting(at - Instant::ZERO);
            let lasts = format::setting(lasts);
            match every.map(format::setting) {
                Some(every) => t!("the cable is pulled at {from} for {lasts}, again every {every}"),
                None => t!("the cable is pulled at {from} for {lasts}"),
            }
        }
        Impairment::LossCorrelated { probability, correlation } => {
            correlated(t!("{} loss", format::percent(probability)), correlation)
        }
        Impairment::GilbertElliott { to_bad, to_good, bad, good } => t!(
            "burst loss: {} during bursts, {} outside; each frame starts a burst with {}, ends it with {}",
            format::percent(bad),
            format::percent(good),
            format::percent(to_bad),
            format::percent(to_good)
        ),
        Impairment::LossEvery(number) => {
            let count = format::count(number.into());
            t!("loss of every {count}{th} frame", th = format::th(number.into()))
        }
        Impairment::LossOfFrame(number) => {
            t!("loss of the {count}{th} frame", count = format::count(number), th = format::th(number))
        }
        Impairment::Duplicate { probability, correlation } => {
            correlated(t!("{} duplicated", format::percent(probability)), correlation)
        }
        Impairment::Corrupt { probability, correlation } => {
            correlated(t!("{} corrupted", format::percent(probability)), correlation)
        }
        Impairment::Jitter { spread, distribution, correlation, overtakes } => {
            let shape = match distribution {
                Distribution::Uniform => t!("uniform"),
                Distribution::Normal => t!("normal"),
                Distribution::Pareto => "Pareto",
                Distribution::ParetoNormal => t!("Pareto-normal"),
            };
            let text = correlated(t!("jitter {} ({shape})", format::setting(spread)), correlation);
            if overtakes { t!("{text}, frames may overtake each other") } else { text }
        }
        Impairment::Reorder { probability, correlation, gap } => {
            let share = format::percent(probability);
            let text = if gap > 1 {
                let count = format::count(gap.into());
                t!("{share} of every {count}{th} reordered", th = format::th(gap.into()))
            } else {
                t!("{share} reordered")
            };
            correlated(text, correlation)
        }
    }
}

/// A queue: its size and its discipline.
pub fn queue(queue: Queue) -> String {
    let size = match queue.limit {
        QueueLimit::Bytes(bytes) => format::buffer(bytes),
        QueueLimit::Frames(many) => frames(many as u64),
    };
    let short = |many: usize| match queue.limit {
        QueueLimit::Bytes(_) => format::buffer(many),
        QueueLimit::Frames(_) => frames(many as u64),
    };
    match queue.discipline {
        Discipline::DropTail => size,
        Discipline::Red(Red { min, max, probability, .. }) => t!(
            "{size}, RED: drops at random from an average of {}, up to {} at {}",
            short(min),
            format::percent(probability),
            short(max)
        ),
        Discipline::CoDel(CoDel { target, interval }) => t!(
            "{size}, CoDel: drops frames when all are queued longer than {} for {}",
            format::setting(target),
            format::setting(interval)
        ),
    }
}

/// Why a frame was dropped.
pub fn drop_reason(reason: DropReason) -> &'static str {
    match reason {
        DropReason::QueueFull => t!("queue full"),
        DropReason::Overload => t!("too many frames for the simulation"),
        DropReason::Impaired(LossReason::TooBig) => t!("too big for the link"),
        DropReason::Impaired(LossReason::LinkDown) => t!("cable pulled"),
        DropReason::Impaired(LossReason::Silence) => t!("one-time silence"),
        DropReason::Impaired(LossReason::Loss) => t!("random loss"),
        DropReason::Impaired(LossReason::LossOfSmall) => t!("random loss of small frames"),
        DropReason::Impaired(LossReason::Outage) => t!("outage"),
        DropReason::Impaired(LossReason::LossCorrelated) => t!("correlated loss"),
        DropReason::Impaired(LossReason::Burst) => t!("burst loss"),
        DropReason::Impaired(LossReason::Every) => t!("every-nth loss"),
        DropReason::Impaired(LossReason::Picked) => t!("loss of a chosen frame"),
        DropReason::Early => t!("dropped early (RED)"),
        DropReason::Late => t!("queued too long (CoDel)"),
        DropReason::Collisions => t!("collided 16 times"),
    }
}

/// How long ago `since` was, as a duration.
pub fn elapsed(at: Instant, since: Instant) -> String {
    format::duration(at.since(since))
}
