//! Holds the words of every variant. A name may change here; a word of an existing line must not.

use super::{Encode, Words};
use crate::history::{DropReason, HostEvent, NodeEvent, ProgramEvent, ProgramId, Refusal, SocketState};
use crate::run::{
    Amount, Connect, Echo, Failure, Hop, HopAnswer, IcmpError, Interval, IpVersion, Iperf, IperfTransport,
    Multicast, Outcome, PathMtu, Ping, Probe, RunEvent, RunId, RunKind, RunSpec, Target, Traceroute,
    Transport,
};
use crate::topology::{
    Congestion, Duplex, End, HostConfig, Link, LinkId, Node, NodeId, NodeKind, Port, TcpConfig, Way,
};
use crate::world::Command;
use bridge::config::{Edge, Membership, Stp, Vlan};
use bridge::event::{BridgeId, Role, State};
use router::config::{Filter, Forward, Nat, Protocol, Rip, Rule, SplitHorizon, StaticRoute, Verdict};
use router::event::{Flow, Route, Source, Translation};
use smoltcp::socket::tcp;
use smoltcp::wire::{EthernetAddress, IpAddress, IpEndpoint};
use std::fmt::Write;
use wire::impair::{Distribution, Impairment, LossReason};
use wire::line::{CoDel, Discipline, LineConfig, Queue, QueueLimit, Red};
use wire::{BitsPerSec, Duration, Instant, PortId, Ratio};

/// A value's words, in hexadecimal.
fn words(value: &dyn Encode) -> String {
    let mut words = Words::default();
    value.encode(&mut words);
    let (chunks, rest) = words.as_bytes().as_chunks::<8>();
    assert!(rest.is_empty(), "words are whole");
    let hex: Vec<_> = chunks.iter().map(|chunk| format!("{:x}", u64::from_le_bytes(*chunk))).collect();
    hex.join(" ")
}

/// A sample of each variant of an enum, with a name of its own. The patterns make a match: a new variant does not compile
/// until it has its line. Each sample has to be of the variant on whose line it stands.
macro_rules! variants {
    ($title:literal, $type:ty, $words:expr, { $($name:literal: $pattern:pat => $sample:expr),* $(,)? }) => {{
        let name_of = |value: &$type| match value { $($pattern => $name),* };
        let words_of: fn(&$type) -> String = $words;
        let mut text = format!("{}\n", $title);
        $(
            let sample: $type = $sample;
            assert_eq!(name_of(&sample), $name);
            writeln!(text, "  {}: {}", $name, words_of(&sample)).expect("a string takes everything");
        )*
        text
    }};
}

const MS: Duration = Duration::from_millis(1);
const MAC: EthernetAddress = EthernetAddress([2, 0x50, 0, 0, 0, 1]);
const PORT: PortId = PortId(3);

fn v4() -> IpAddress {
    IpAddress::v4(10, 0, 0, 1)
}

fn v6() -> IpAddress {
    IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, 1)
}

fn endpoint(port: u16) -> IpEndpoint {
    IpEndpoint::new(v4(), port)
}

fn vlan() -> Vlan {
    Vlan::new(10).expect("10 is a VLAN")
}

fn way() -> Way {
    let queue = Queue { limit: QueueLimit::Bytes(3_000), discipline: Discipline::DropTail };
    let line = LineConfig { rate: BitsPerSec::new(1_000_000), delay: MS, queue };
    Way { line, impairments: vec![Impairment::Down] }
}

fn tcp_config() -> TcpConfig {
    TcpConfig {
        congestion: Congestion::Reno,
        rx_buffer: 1_000,
        tx_buffer: 2_000,
        timeout: Some(MS),
        time_wait: MS,
    }
}

fn host() -> NodeKind {
    NodeKind::Host(HostConfig {
        mac: Some(MAC),
        addresses: vec![
            "10.0.0.1/24".parse().expect("it is a prefix"),
            "fd00::1/64".parse().expect("it is one"),
        ],
        gateways: vec![v4()],
        slaac: true,
        dhcp: false,
        dns: Vec::new(),
        services: None,
        ip_mtu: 1_500,
        tcp: tcp_config(),
    })
}

fn switch() -> NodeKind {
    let stp = Stp { priority: 4_096, hello: MS, max_age: MS + MS, forward_delay: MS };
    NodeKind::Switch(bridge::Config { mac: None, ageing: MS, stp: Some(stp), snooping: true })
}

fn router() -> NodeKind {
    let to = "10.0.0.0/8".parse().expect("it is a prefix");
    let forward = Forward {
        transport: router::config::Transport::Udp,
        port: 53,
        to: [10, 0, 0, 2].into(),
        to_port: 54,
    };
    let rule = Rule {
        verdict: Verdict::Reject,
        port: Some(2),
        from: Some(to),
        to: None,
        protocol: Some(Protocol::Udp),
        to_ports: Some(80..=90),
    };
    let rip = Rip {
        split_horizon: SplitHorizon::PoisonedReverse,
        triggered: true,
        update: MS,
        timeout: MS + MS,
        garbage: MS,
    };
    NodeKind::Router(router::Config {
        routes: vec![StaticRoute { to, via: v4(), port: None, metric: 2 }],
        rip: Some(rip),
        nat: Some(Nat { forwards: vec![forward] }),
        filter: Some(Filter { rules: vec![rule], otherwise: Verdict::Deny }),
        services: None,
    })
}

fn router_port() -> Port {
    let addresses = vec!["10.0.0.1/24".parse().expect("it is a prefix")];
    Port::Router(router::Port {
        up: true,
        mac: Some(MAC),
        addresses: addresses.clone(),
        vlans: vec![(10, addresses)],
        mtu: 1_500,
        outside: false,
        advertise: true,
        rip: false,
    })
}

fn switch_port(vlan: Membership) -> Port {
    Port::Switch(bridge::Port { up: true, mtu: 1_500, vlan, edge: Edge::Yes, cost: Some(7), priority: 16 })
}

fn icmp_errors() -> String {
    variants!("ICMP errors", IcmpError, |value| words(value), {
        "expired": IcmpError::Expired => IcmpError::Expired,
        "reassembly expired": IcmpError::ReassemblyExpired => IcmpError::ReassemblyExpired,
        "network unreachable": IcmpError::NetUnreachable => IcmpError::NetUnreachable,
        "host unreachable": IcmpError::HostUnreachable => IcmpError::HostUnreachable,
        "protocol unreachable": IcmpError::ProtocolUnreachable => IcmpError::ProtocolUnreachable,
        "port unreachable": IcmpError::PortUnreachable => IcmpError::PortUnreachable,
        "prohibited": IcmpError::Prohibited => IcmpError::Prohibited,
        "too big": IcmpError::TooBig(_) => IcmpError::TooBig(1_280),
        "other": IcmpError::Other(..) => IcmpError::Other(12, 2),
    })
}

#[test]
fn commands_nodes_and_links_have_these_words() {
    let ping = Ping { count: 4, interval: MS, payload_bytes: 56, timeout: MS, ttl: Some(9), fragments: true };
    let run = RunSpec { from: NodeId(1), to: Target::Address(v4()), kind: RunKind::Ping(ping) };
    let link = Link {
        ends: [NodeId(1), NodeId(2)],
        ways: [way(), way()],
        ports: [Port::Plain, switch_port(Membership::Access(vlan()))],
        duplex: [Duplex::Full, Duplex::Full],
        off: [false, false],
    };
    let trunk = Membership::Trunk { native: Some(vlan()), allowed: Some(vec![vlan(), Vlan::DEFAULT]) };
    let parts = [
        variants!("commands", Command, |value| words(value), {
            "start": Command::Start(_) => Command::Start(run.clone()),
            "stop": Command::Stop(_) => Command::Stop(RunId(2)),
            "set port": Command::SetPort(..) => Command::SetPort(LinkId(1), End::Second, Port::Plain),
            "set node": Command::SetNode(..) => Command::SetNode(NodeId(1), NodeKind::Hub),
            "clear": Command::Clear(_) => Command::Clear(NodeId(1)),
            "set link": Command::SetLink(..) => Command::SetLink(LinkId(1), [way(), way()]),
            "add node": Command::AddNode(_) =>
                Command::AddNode(Node { name: "a longer name".into(), kind: NodeKind::Hub }),
            "add link": Command::AddLink(_) => Command::AddLink(link.clone()),
            "launch": Command::Launch { .. } => Command::Launch { on: NodeId(1), line: "ping 10.0.0.2".into() },
            "type": Command::Type(..) => Command::Type(ProgramId(3), "hello".into()),
            "end input": Command::EndInput(_) => Command::EndInput(ProgramId(3)),
            "interrupt": Command::Interrupt(_) => Command::Interrupt(ProgramId(3)),
        }),
        variants!("what happens to programs", ProgramEvent, |value| words(value), {
            "printed": ProgramEvent::Printed(_) => ProgramEvent::Printed("hello\n".into()),
            "typed": ProgramEvent::Typed(_) => ProgramEvent::Typed("hello".into()),
            "input ended": ProgramEvent::InputEnded => ProgramEvent::InputEnded,
            "interrupted": ProgramEvent::Interrupted => ProgramEvent::Interrupted,
            "exited": ProgramEvent::Exited(_) => ProgramEvent::Exited(2),
        }),
        variants!("nodes", NodeKind, |value| words(value), {
            "host": NodeKind::Host(_) => host(),
            "hub": NodeKind::Hub => NodeKind::Hub,
            "switch": NodeKind::Switch(_) => switch(),
            "router": NodeKind::Router(_) => router(),
        }),
        variants!("congestion controls", Congestion, |value| words(value), {
            "none": Congestion::None => Congestion::None,
            "Reno": Congestion::Reno => Congestion::Reno,
            "CUBIC": Congestion::Cubic => Congestion::Cubic,
        }),
        variants!("split horizon", SplitHorizon, |value| words(value), {
            "off": SplitHorizon::Off => SplitHorizon::Off,
            "simple": SplitHorizon::Simple => SplitHorizon::Simple,
            "poisoned reverse": SplitHorizon::PoisonedReverse => SplitHorizon::PoisonedReverse,
        }),
        variants!("transports that a router forwards", router::config::Transport, |value| words(value), {
            "TCP": router::config::Transport::Tcp => router::config::Transport::Tcp,
            "UDP": router::config::Transport::Udp => router::config::Transport::Udp,
        }),
        variants!("protocols of filter rules", Protocol, |value| words(value), {
            "TCP": Protocol::Tcp => Protocol::Tcp,
            "UDP": Protocol::Udp => Protocol::Udp,
            "ICMP": Protocol::Icmp => Protocol::Icmp,
        }),
        variants!("verdicts of filter rules", Verdict, |value| words(value), {
            "allow": Verdict::Allow => Verdict::Allow,
            "deny": Verdict::Deny => Verdict::Deny,
            "reject": Verdict::Reject => Verdict::Reject,
        }),
        variants!("ports", Port, |value| words(value), {
            "plain": Port::Plain => Port::Plain,
            "switch port": Port::Switch(_) => switch_port(trunk.clone()),
            "router port": Port::Router(_) => router_port(),
        }),
        variants!("VLAN membership", Membership, |value| words(value), {
            "access": Membership::Access(_) => Membership::Access(vlan()),
            "trunk": Membership::Trunk { .. } => Membership::Trunk { native: None, allowed: None },
        }),
        variants!("edge ports", Edge, |value| words(value), {
            "auto": Edge::Auto => Edge::Auto,
            "yes": Edge::Yes => Edge::Yes,
            "no": Edge::No => Edge::No,
        }),
        variants!("ends", End, |value| words(value), {
            "first": End::First => End::First,
            "second": End::Second => End::Second,
        }),
    ];
    insta::assert_snapshot!(parts.concat(), @r"
    commands
      start: 0 1 1 4 a000001 0 4 f4240 38 f4240 1 9 1
      stop: 1 2
      set port: 2 1 1 0
      set node: 3 1 1
      clear: 4 1
      set link: 5 1 1 f4240 f4240 0 bb8 0 1 5 1 f4240 f4240 0 bb8 0 1 5
      add node: 6 d 7265676e6f6c2061 656d616e20 1
      add link: 7 1 2 1 f4240 f4240 0 bb8 0 1 5 1 f4240 f4240 0 bb8 0 1 5 0 1 1 5dc 0 a 1 1 7 10
      launch: 8 1 d 2e303120676e6970 322e302e30
      type: 9 3 5 6f6c6c6568
      end input: a 3
      interrupt: b 3
    what happens to programs
      printed: 0 6 a6f6c6c6568
      typed: 1 5 6f6c6c6568
      input ended: 2
      interrupted: 3
      exited: 4 2
    nodes
      host: 0 1 25000000001 2 4 a000001 18 6 fd00000000000000 1 40 1 4 a000001 1 5dc 1 3e8 7d0 1 f4240 f4240
      hub: 1
      switch: 2 f4240 1 1000 f4240 1e8480 f4240 1
      router: 3 1 4 a000000 8 4 a000001 2 1 2 1 f4240 1e8480 f4240 1 1 1 35 4 a000002 36 1 1 2 1 2 1 4 a000000 8 0 1 1 1 50 5a 1
    congestion controls
      none: 0
      Reno: 1
      CUBIC: 2
    split horizon
      off: 0
      simple: 1
      poisoned reverse: 2
    transports that a router forwards
      TCP: 0
      UDP: 1
    protocols of filter rules
      TCP: 0
      UDP: 1
      ICMP: 2
    verdicts of filter rules
      allow: 0
      deny: 1
      reject: 2
    ports
      plain: 0
      switch port: 1 1 5dc 1 1 a 1 2 a 1 1 1 7 10
      router port: 2 1 1 25000000001 1 4 a000001 18 1 a 1 4 a000001 18 5dc 0 1 0
    VLAN membership
      access: 0 a
      trunk: 1 0 0
    edge ports
      auto: 0
      yes: 1
      no: 2
    ends
      first: 0
      second: 1
    ");
}

#[test]
fn lines_and_impairments_have_these_words() {
    let (probability, correlation) = (Ratio::percent(10), Ratio::percent(25));
    let parts = [
        variants!("queue limits", QueueLimit, |value| words(value), {
            "bytes": QueueLimit::Bytes(_) => QueueLimit::Bytes(3_000),
            "frames": QueueLimit::Frames(_) => QueueLimit::Frames(3),
        }),
        variants!("queue disciplines", Discipline, |value| words(value), {
            "drop-tail": Discipline::DropTail => Discipline::DropTail,
            "RED": Discipline::Red(_) =>
                Discipline::Red(Red { min: 1, max: 2, probability, weight_log: 9 }),
            "CoDel": Discipline::CoDel(_) => Discipline::CoDel(CoDel { target: MS, interval: MS + MS }),
        }),
        variants!("impairments", Impairment, |value| words(value), {
            "largest frame": Impairment::FrameSizeMax(_) => Impairment::FrameSizeMax(1_514),
            "trailing bytes": Impairment::TrailingBytes(_) => Impairment::TrailingBytes(8),
            "loss": Impairment::Loss(_) => Impairment::Loss(probability),
            "loss of small frames": Impairment::LossOfSmall { .. } =>
                Impairment::LossOfSmall { probability, bytes_max: 100 },
            "silence": Impairment::SilenceOnce { .. } =>
                Impairment::SilenceOnce { after_bytes: 1_000, lasts: MS },
            "down": Impairment::Down => Impairment::Down,
            "outage": Impairment::Outage { .. } =>
                Impairment::Outage { at: Instant::from_nanos(5), lasts: MS, every: Some(MS + MS) },
            "correlated loss": Impairment::LossCorrelated { .. } =>
                Impairment::LossCorrelated { probability, correlation },
            "Gilbert-Elliott": Impairment::GilbertElliott { .. } => Impairment::GilbertElliott {
                to_bad: Ratio::percent(1), to_good: Ratio::percent(2), bad: Ratio::percent(3), good: Ratio::percent(4)
            },
            "every nth": Impairment::LossEvery(_) => Impairment::LossEvery(3),
            "one frame": Impairment::LossOfFrame(_) => Impairment::LossOfFrame(4),
            "duplicate": Impairment::Duplicate { .. } => Impairment::Duplicate { probability, correlation },
            "corrupt": Impairment::Corrupt { .. } => Impairment::Corrupt { probability, correlation },
            "jitter": Impairment::Jitter { .. } => Impairment::Jitter {
                spread: MS, distribution: Distribution::Normal, correlation, overtakes: true
            },
            "reorder": Impairment::Reorder { .. } => Impairment::Reorder { probability, correlation, gap: 5 },
        }),
        variants!("delay distributions", Distribution, |value| words(value), {
            "uniform": Distribution::Uniform => Distribution::Uniform,
            "normal": Distribution::Normal => Distribution::Normal,
            "Pareto": Distribution::Pareto => Distribution::Pareto,
            "Pareto-normal": Distribution::ParetoNormal => Distribution::ParetoNormal,
        }),
    ];
    insta::assert_snapshot!(parts.concat(), @r"
    queue limits
      bytes: 0 bb8
      frames: 1 3
    queue disciplines
      drop-tail: 0
      RED: 1 1 2 5f5e100 9
      CoDel: 2 f4240 1e8480
    impairments
      largest frame: 0 5ea
      trailing bytes: 1 8
      loss: 2 5f5e100
      loss of small frames: 3 5f5e100 64
      silence: 4 3e8 f4240
      down: 5
      outage: 6 5 f4240 1 1e8480
      correlated loss: 7 5f5e100 ee6b280
      Gilbert-Elliott: 8 989680 1312d00 1c9c380 2625a00
      every nth: 9 3
      one frame: a 4
      duplicate: b 5f5e100 ee6b280
      corrupt: c 5f5e100 ee6b280
      jitter: d f4240 1 ee6b280 1
      reorder: e 5f5e100 ee6b280 5
    delay distributions
      uniform: 0
      normal: 1
      Pareto: 2
      Pareto-normal: 3
    ");
}

#[test]
fn what_documents_could_not_say_at_first_has_words_of_its_own() {
    let to = "10.0.0.0/8".parse().expect("it is a prefix");
    let route = |port| StaticRoute { to, via: v4(), port, metric: 2 };
    assert_eq!(words(&route(None)), "4 a000000 8 4 a000001 2");
    assert_eq!(words(&route(Some(3))), "4 a000000 8 4 a000001 100000002 3");
    let switch = |mac| bridge::Config { mac, ageing: MS, stp: None, snooping: true };
    assert_eq!(words(&switch(None)), "f4240 0 1");
    assert_eq!(words(&switch(Some(MAC))), "f4240 0 100000001 25000000001");
    let link = |duplex| Link { duplex, ..Link::new([NodeId(1), NodeId(2)], [way(), way()]) };
    let (full, half) = (words(&link([Duplex::Full; 2])), words(&link([Duplex::Full, Duplex::Half])));
    assert_eq!(full.strip_prefix("1 2 "), half.strip_prefix("1 100000002 "));
}

#[test]
fn runs_have_these_words() {
    let kind = |amount, transport| RunKind::Iperf(Iperf { amount, interval: MS, transport });
    let parts = [
        variants!("runs", RunKind, |value| words(value), {
            "ping": RunKind::Ping(_) => RunKind::Ping(Ping {
                count: 4, interval: MS, payload_bytes: 56, timeout: MS + MS, ttl: None, fragments: false
            }),
            "echo": RunKind::Echo(_) =>
                RunKind::Echo(Echo { transport: Transport::Udp, count: 2, text: "hi".into(), timeout: MS }),
            "iperf": RunKind::Iperf(_) =>
                kind(Amount::Time(MS), IperfTransport::Udp { rate: BitsPerSec::new(8).expect("not zero"), datagram_bytes: 12 }),
            "connect": RunKind::Connect(_) => RunKind::Connect(Connect { port: 80, text: "12345678".into() }),
            "traceroute": RunKind::Traceroute(_) =>
                RunKind::Traceroute(Traceroute { probe: Probe::Icmp, hops_max: 30, tries: 3, timeout: MS }),
            "path MTU": RunKind::PathMtu(_) => RunKind::PathMtu(PathMtu { timeout: MS }),
            "multicast": RunKind::Multicast(_) => RunKind::Multicast(Multicast {
                receivers: vec![NodeId(2), NodeId(3)], count: 1, interval: MS, text: "123456789".into(), port: 5_000
            }),
        }),
        variants!("targets", Target, |value| words(value), {
            "node": Target::Node(..) => Target::Node(NodeId(1), Some(IpVersion::V6)),
            "address": Target::Address(_) => Target::Address(v6()),
        }),
        variants!("IP versions", IpVersion, |value| words(value), {
            "4": IpVersion::V4 => IpVersion::V4,
            "6": IpVersion::V6 => IpVersion::V6,
        }),
        variants!("transports", Transport, |value| words(value), {
            "TCP": Transport::Tcp => Transport::Tcp,
            "UDP": Transport::Udp => Transport::Udp,
        }),
        variants!("iperf amounts", Amount, |value| words(value), {
            "bytes": Amount::Bytes(_) => Amount::Bytes(1_000),
            "time": Amount::Time(_) => Amount::Time(MS),
        }),
        variants!("iperf transports", IperfTransport, |value| words(value), {
            "TCP": IperfTransport::Tcp { .. } => IperfTransport::Tcp {
                congestion: Some(Congestion::Cubic), rx_buffer: Some(1_000), tx_buffer: None
            },
            "UDP": IperfTransport::Udp { .. } =>
                IperfTransport::Udp { rate: BitsPerSec::new(8).expect("not zero"), datagram_bytes: 12 },
        }),
        variants!("traceroute probes", Probe, |value| words(value), {
            "UDP": Probe::Udp => Probe::Udp,
            "ICMP": Probe::Icmp => Probe::Icmp,
        }),
    ];
    insta::assert_snapshot!(parts.concat(), @r"
    runs
      ping: 0 4 f4240 38 1e8480 0 0
      echo: 1 1 2 2 6968 f4240
      iperf: 2 1 f4240 f4240 1 8 c
      connect: 3 50 8 3837363534333231
      traceroute: 4 1 1e 3 f4240
      path MTU: 5 f4240
      multicast: 6 2 2 3 1 f4240 9 3837363534333231 39 1388
    targets
      node: 0 1 1 6
      address: 1 6 fd00000000000000 1
    IP versions
      4: 4
      6: 6
    transports
      TCP: 0
      UDP: 1
    iperf amounts
      bytes: 0 3e8
      time: 1 f4240
    iperf transports
      TCP: 0 1 2 1 3e8 0
      UDP: 1 8 c
    traceroute probes
      UDP: 0
      ICMP: 1
    ");
}

#[test]
fn run_events_have_these_words() {
    let hop = Hop { hop: 2, number: 1, answer: Some((v4(), MS, HopAnswer::Reached)) };
    let parts = [
        variants!("run events", RunEvent, |value| words(value), {
            "started": RunEvent::Started => RunEvent::Started,
            "connected": RunEvent::Connected { .. } => RunEvent::Connected { after: MS },
            "sent": RunEvent::Sent { .. } => RunEvent::Sent { number: 1 },
            "answered": RunEvent::Answered { .. } => RunEvent::Answered { number: 1, rtt: MS },
            "unanswered": RunEvent::Unanswered { .. } => RunEvent::Unanswered { number: 1 },
            "ICMP error": RunEvent::IcmpError { .. } =>
                RunEvent::IcmpError { number: Some(1), from: v4(), what: IcmpError::Expired },
            "hop": RunEvent::Hop(_) => RunEvent::Hop(hop),
            "path MTU": RunEvent::PathMtu { .. } => RunEvent::PathMtu { bytes: 1_400, from: Some(v4()) },
            "received": RunEvent::Received { .. } => RunEvent::Received { number: 1, by: NodeId(2) },
            "progress": RunEvent::Progress => RunEvent::Progress,
            "interval": RunEvent::Interval(_) =>
                RunEvent::Interval(Interval { from: MS, to: MS + MS, bytes: 3 }),
            "finished": RunEvent::Finished(_) => RunEvent::Finished(Outcome::Stopped),
            "duplicate": RunEvent::Duplicate { .. } => RunEvent::Duplicate { number: 1, rtt: MS, from: v4() },
        }),
        variants!("answers to traceroute probes", HopAnswer, |value| words(value), {
            "on the way": HopAnswer::OnTheWay => HopAnswer::OnTheWay,
            "reached": HopAnswer::Reached => HopAnswer::Reached,
            "ICMP error": HopAnswer::Unreachable(_) => HopAnswer::Unreachable(IcmpError::Prohibited),
        }),
        icmp_errors(),
        variants!("outcomes", Outcome, |value| words(value), {
            "succeeded": Outcome::Succeeded => Outcome::Succeeded,
            "failed": Outcome::Failed(_) => Outcome::Failed(Failure::Refused),
            "stopped": Outcome::Stopped => Outcome::Stopped,
        }),
        variants!("failures", Failure, |value| words(value), {
            "no address": Failure::NoAddress => Failure::NoAddress,
            "no answer": Failure::NoAnswer => Failure::NoAnswer,
            "no route": Failure::NoRoute => Failure::NoRoute,
            "refused": Failure::Refused => Failure::Refused,
            "broken": Failure::Broken => Failure::Broken,
            "unreachable": Failure::Unreachable(_) => Failure::Unreachable(IcmpError::HostUnreachable),
        }),
    ];
    insta::assert_snapshot!(parts.concat(), @r"
    run events
      started: 0
      connected: 1 f4240
      sent: 2 1
      answered: 3 1 f4240
      unanswered: 4 1
      ICMP error: 5 1 1 4 a000001 0
      hop: 6 2 1 1 4 a000001 f4240 1
      path MTU: 7 578 1 4 a000001
      received: 8 1 2
      progress: 9
      interval: a f4240 1e8480 3
      finished: b 2
      duplicate: c 1 f4240 4 a000001
    answers to traceroute probes
      on the way: 0
      reached: 1
      ICMP error: 2 6
    ICMP errors
      expired: 0
      reassembly expired: 1
      network unreachable: 2
      host unreachable: 3
      protocol unreachable: 4
      port unreachable: 5
      prohibited: 6
      too big: 7 500
      other: 8 c 2
    outcomes
      succeeded: 0
      failed: 1 3
      stopped: 2
    failures
      no address: 0
      no answer: 1
      no route: 2
      refused: 3
      broken: 4
      unreachable: 5 3
    ");
}

#[test]
fn host_events_have_these_words() {
    let cidr = "fd00::1/64".parse().expect("it is a prefix");
    let parts = [
        variants!("node events", NodeEvent, |value| words(value), {
            "switch": NodeEvent::Switch(_) => NodeEvent::Switch(bridge::Event::Forgotten { vlan: None, mac: MAC }),
            "router": NodeEvent::Router(_) => NodeEvent::Router(router::Event::ConnectionGone { entry: 1 }),
            "host": NodeEvent::Host(_) => NodeEvent::Host(HostEvent::SocketGone { socket: 1 }),
        }),
        variants!("host events", HostEvent, |value| words(value), {
            "address": HostEvent::Address { .. } => HostEvent::Address { cidr },
            "address gone": HostEvent::AddressGone { .. } => HostEvent::AddressGone { cidr },
            "default router": HostEvent::DefaultRouter { .. } => HostEvent::DefaultRouter { router: v6() },
            "default router gone": HostEvent::DefaultRouterGone { .. } =>
                HostEvent::DefaultRouterGone { router: v6() },
            "joined": HostEvent::Joined { .. } => HostEvent::Joined { group: IpAddress::v4(224, 0, 1, 1) },
            "left": HostEvent::Left { .. } => HostEvent::Left { group: IpAddress::v4(224, 0, 1, 1) },
            "path MTU": HostEvent::PathMtu { .. } => HostEvent::PathMtu { to: v4(), mtu: 1_280 },
            "neighbor": HostEvent::Neighbor { .. } => HostEvent::Neighbor { ip: v4(), mac: MAC },
            "socket": HostEvent::Socket { .. } =>
                HostEvent::Socket { socket: 1, state: SocketState::Udp { port: 7 } },
            "socket gone": HostEvent::SocketGone { .. } => HostEvent::SocketGone { socket: 1 },
            "no cable": HostEvent::NoCable => HostEvent::NoCable,
            "neighbor gone": HostEvent::NeighborGone { .. } => HostEvent::NeighborGone { ip: v4() },
            "duplicate address": HostEvent::DuplicateAddress { .. } =>
                HostEvent::DuplicateAddress { address: v6(), mac: Some(MAC) },
            "redirected": HostEvent::Redirected { .. } => HostEvent::Redirected { to: v4(), via: v4() },
            "redirect gone": HostEvent::RedirectGone { .. } => HostEvent::RedirectGone { to: v4() },
            "advertised MTU": HostEvent::AdvertisedMtu { .. } => HostEvent::AdvertisedMtu { mtu: 1_400 },
            "card": HostEvent::Card { .. } => HostEvent::Card { up: true },
        }),
        variants!("sockets", SocketState, |value| words(value), {
            "TCP": SocketState::Tcp { .. } => SocketState::Tcp {
                state: tcp::State::SynSent, local: Some(endpoint(1)), remote: None, port: 1
            },
            "UDP": SocketState::Udp { .. } => SocketState::Udp { port: 7 },
            "ICMP": SocketState::Icmp { .. } => SocketState::Icmp { ident: 9 },
        }),
        variants!("TCP states", tcp::State, |value| words(value), {
            "closed": tcp::State::Closed => tcp::State::Closed,
            "listen": tcp::State::Listen => tcp::State::Listen,
            "SYN-sent": tcp::State::SynSent => tcp::State::SynSent,
            "SYN-received": tcp::State::SynReceived => tcp::State::SynReceived,
            "established": tcp::State::Established => tcp::State::Established,
            "FIN-wait-1": tcp::State::FinWait1 => tcp::State::FinWait1,
            "FIN-wait-2": tcp::State::FinWait2 => tcp::State::FinWait2,
            "close-wait": tcp::State::CloseWait => tcp::State::CloseWait,
            "closing": tcp::State::Closing => tcp::State::Closing,
            "last-ACK": tcp::State::LastAck => tcp::State::LastAck,
            "time-wait": tcp::State::TimeWait => tcp::State::TimeWait,
        }),
    ];
    insta::assert_snapshot!(parts.concat(), @r"
    node events
      switch: 0 1 0 25000000001
      router: 1 7 1
      host: b 1
    host events
      address: 2 6 fd00000000000000 1 40
      address gone: 3 6 fd00000000000000 1 40
      default router: 4 6 fd00000000000000 1
      default router gone: 5 6 fd00000000000000 1
      joined: 6 4 e0000101
      left: 7 4 e0000101
      path MTU: 8 4 a000001 500
      neighbor: 9 4 a000001 25000000001
      socket: a 1 1 7
      socket gone: b 1
      no cable: c
      neighbor gone: d 4 a000001
      duplicate address: e 6 fd00000000000000 1 1 25000000001
      redirected: f 4 a000001 4 a000001
      redirect gone: 10 4 a000001
      advertised MTU: 11 578
      card: 12 1
    sockets
      TCP: 0 2 1 4 a000001 1 0 1
      UDP: 1 7
      ICMP: 2 9
    TCP states
      closed: 0
      listen: 1
      SYN-sent: 2
      SYN-received: 3
      established: 4
      FIN-wait-1: 5
      FIN-wait-2: 6
      close-wait: 7
      closing: 8
      last-ACK: 9
      time-wait: a
    ");
}

#[test]
fn switch_events_have_these_words() {
    let (vlan, group) = (Some(vlan()), v4());
    let root = BridgeId { priority: 4_096, mac: MAC.0 };
    let parts = [
        variants!("switch events", bridge::Event, |value| words(value), {
            "learned": bridge::Event::Learned { .. } => bridge::Event::Learned { vlan, mac: MAC, port: PORT },
            "forgotten": bridge::Event::Forgotten { .. } => bridge::Event::Forgotten { vlan, mac: MAC },
            "port": bridge::Event::Port { .. } => bridge::Event::Port {
                port: PORT, role: Role::Alternate, state: State::Forwarding, edge: true
            },
            "root": bridge::Event::Root { .. } => bridge::Event::Root { root, cost: 5, port: Some(PORT) },
            "topology change": bridge::Event::TopologyChange { .. } =>
                bridge::Event::TopologyChange { port: PORT, detected: true },
            "joined": bridge::Event::Joined { .. } => bridge::Event::Joined { vlan, group, port: PORT },
            "left": bridge::Event::Left { .. } => bridge::Event::Left { vlan, group, port: PORT },
        }),
        variants!("port roles", Role, |value| words(value), {
            "root": Role::Root => Role::Root,
            "designated": Role::Designated => Role::Designated,
            "alternate": Role::Alternate => Role::Alternate,
            "backup": Role::Backup => Role::Backup,
            "disabled": Role::Disabled => Role::Disabled,
        }),
        variants!("port states", State, |value| words(value), {
            "discarding": State::Discarding => State::Discarding,
            "learning": State::Learning => State::Learning,
            "forwarding": State::Forwarding => State::Forwarding,
        }),
    ];
    insta::assert_snapshot!(parts.concat(), @r"
    switch events
      learned: 0 1 a 25000000001 3
      forgotten: 1 1 a 25000000001
      port: 2 3 2 2 1
      root: 3 1000 25000000001 5 1 3
      topology change: 4 3 1
      joined: 5 1 a 4 a000001 3
      left: 6 1 a 4 a000001 3
    port roles
      root: 0
      designated: 1
      alternate: 2
      backup: 3
      disabled: 4
    port states
      discarding: 0
      learning: 1
      forwarding: 2
    ");
}

#[test]
fn router_events_have_these_words() {
    let to = "10.0.0.0/8".parse().expect("it is a prefix");
    let route = Route { to, via: Some(v4()), port: PORT, vlan: Some(10), metric: 2, source: Source::Rip };
    let flow = Flow { protocol: 17, from: endpoint(1), to: endpoint(2) };
    let translation = Translation {
        transport: Some(router::config::Transport::Udp),
        inside: endpoint(1),
        outside: endpoint(2),
        remote: endpoint(3),
    };
    let parts = [
        variants!("router events", router::Event, |value| words(value), {
            "route": router::Event::Route(_) => router::Event::Route(route),
            "route gone": router::Event::RouteGone { .. } => router::Event::RouteGone { to },
            "neighbor": router::Event::Neighbor { .. } =>
                router::Event::Neighbor { port: PORT, ip: v4(), mac: MAC },
            "neighbor gone": router::Event::NeighborGone { .. } =>
                router::Event::NeighborGone { port: PORT, ip: v4() },
            "translation": router::Event::Translation { .. } =>
                router::Event::Translation { entry: 1, flow: translation },
            "translation gone": router::Event::TranslationGone { .. } =>
                router::Event::TranslationGone { entry: 1 },
            "connection": router::Event::Connection { .. } =>
                router::Event::Connection { entry: 1, flow, rule: Some(4) },
            "connection gone": router::Event::ConnectionGone { .. } =>
                router::Event::ConnectionGone { entry: 1 },
        }),
        variants!("sources of routes", Source, |value| words(value), {
            "connected": Source::Connected => Source::Connected,
            "static": Source::Static => Source::Static,
            "RIP": Source::Rip => Source::Rip,
        }),
    ];
    insta::assert_snapshot!(parts.concat(), @r"
    router events
      route: 0 4 a000000 8 1 4 a000001 3 1 a 2 2
      route gone: 1 4 a000000 8
      neighbor: 2 3 4 a000001 25000000001
      neighbor gone: 3 3 4 a000001
      translation: 4 1 1 1 4 a000001 1 4 a000001 2 4 a000001 3
      translation gone: 5 1
      connection: 6 1 11 4 a000001 1 4 a000001 2 1 4
      connection gone: 7 1
    sources of routes
      connected: 0
      static: 1
      RIP: 2
    ");
}

#[test]
fn reasons_for_dropping_frames_have_these_words() {
    let lost = DropReason::Impaired;
    let parts = [
        variants!("on links", DropReason, |value| format!("{:x}", value.word()), {
            "queue full": DropReason::QueueFull => DropReason::QueueFull,
            "overload": DropReason::Overload => DropReason::Overload,
            "RED": DropReason::Early => DropReason::Early,
            "CoDel": DropReason::Late => DropReason::Late,
            "excessive collisions": DropReason::Collisions => DropReason::Collisions,
            "too big": DropReason::Impaired(LossReason::TooBig) => lost(LossReason::TooBig),
            "link down": DropReason::Impaired(LossReason::LinkDown) => lost(LossReason::LinkDown),
            "silence": DropReason::Impaired(LossReason::Silence) => lost(LossReason::Silence),
            "loss": DropReason::Impaired(LossReason::Loss) => lost(LossReason::Loss),
            "loss of small frames": DropReason::Impaired(LossReason::LossOfSmall) => lost(LossReason::LossOfSmall),
            "outage": DropReason::Impaired(LossReason::Outage) => lost(LossReason::Outage),
            "correlated loss": DropReason::Impaired(LossReason::LossCorrelated) => lost(LossReason::LossCorrelated),
            "burst": DropReason::Impaired(LossReason::Burst) => lost(LossReason::Burst),
            "every nth": DropReason::Impaired(LossReason::Every) => lost(LossReason::Every),
            "picked": DropReason::Impaired(LossReason::Picked) => lost(LossReason::Picked),
        }),
        variants!("in switches", bridge::Refusal, |value| format!("{:x}", Refusal::Switch(*value).word()), {
            "port off": bridge::Refusal::PortOff => bridge::Refusal::PortOff,
            "blocked": bridge::Refusal::Blocked => bridge::Refusal::Blocked,
            "other VLAN": bridge::Refusal::OtherVlan => bridge::Refusal::OtherVlan,
            "too big": bridge::Refusal::TooBig => bridge::Refusal::TooBig,
            "malformed": bridge::Refusal::Malformed => bridge::Refusal::Malformed,
        }),
        variants!("in routers", router::Refusal, |value| format!("{:x}", Refusal::Router(*value).word()), {
            "port off": router::Refusal::PortOff => router::Refusal::PortOff,
            "not for us": router::Refusal::NotForUs => router::Refusal::NotForUs,
            "malformed": router::Refusal::Malformed => router::Refusal::Malformed,
            "expired": router::Refusal::Expired => router::Refusal::Expired,
            "no route": router::Refusal::NoRoute => router::Refusal::NoRoute,
            "no neighbor": router::Refusal::NoNeighbor => router::Refusal::NoNeighbor,
            "neighbor queue full": router::Refusal::NeighborQueueFull => router::Refusal::NeighborQueueFull,
            "too big": router::Refusal::TooBig => router::Refusal::TooBig,
            "rule 2 of the filter": router::Refusal::Filtered(Some(_)) => router::Refusal::Filtered(Some(2)),
            "no rule of the filter": router::Refusal::Filtered(None) => router::Refusal::Filtered(None),
            "no listener": router::Refusal::Undeliverable => router::Refusal::Undeliverable,
            "translations full": router::Refusal::TranslationsFull => router::Refusal::TranslationsFull,
            "no translation": router::Refusal::NoTranslation => router::Refusal::NoTranslation,
            "unknown option": router::Refusal::UnknownOption => router::Refusal::UnknownOption,
        }),
        variants!("in hosts", host::Refusal, |value| format!("{:x}", Refusal::Host(*value).word()), {
            "too big": host::Refusal::TooBig => host::Refusal::TooBig,
            "socket full": host::Refusal::SocketFull => host::Refusal::SocketFull,
            "backlog full": host::Refusal::BacklogFull => host::Refusal::BacklogFull,
            "card off": host::Refusal::CardOff => host::Refusal::CardOff,
        }),
    ];
    insta::assert_snapshot!(parts.concat(), @r"
    on links
      queue full: 1
      overload: 100000000
      RED: 200000000
      CoDel: 300000000
      excessive collisions: 400000000
      too big: 2
      link down: 3
      silence: 4
      loss: 5
      loss of small frames: 6
      outage: 7
      correlated loss: 8
      burst: 9
      every nth: a
      picked: b
    in switches
      port off: 0
      blocked: 1
      other VLAN: 2
      too big: 3
      malformed: 4
    in routers
      port off: 100000000
      not for us: 100000001
      malformed: 100000002
      expired: 100000003
      no route: 100000004
      no neighbor: 100000005
      neighbor queue full: 100000006
      too big: 100000007
      rule 2 of the filter: 200000003
      no rule of the filter: 200000000
      no listener: 100000009
      translations full: 10000000a
      no translation: 10000000b
      unknown option: 10000000c
    in hosts
      too big: 300000000
      socket full: 300000001
      backlog full: 300000002
      card off: 300000003
    ");
}
