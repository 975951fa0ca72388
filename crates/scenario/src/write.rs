//! Scenario → text. What has its default is left out, so that links are short and documents read like what people write.

use crate::changes::Cables;
use crate::quantity::{
    show_mac, show_rate, show_ratio, show_seconds, show_size, show_thousandths, show_time,
};
use crate::{Change, Scenario, VERSION, defaults, ip_version};
use netlab::run::{Amount, IpVersion, Iperf, IperfTransport, RunKind, RunSpec, Target, Transport};
use netlab::topology::{Congestion, End, HostConfig, Link, Node, NodeId, NodeKind, TcpConfig, Way};
use netlab::{BitsPerSec, Instant};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};
use serde_json::value::RawValue;
use std::io;
use vnetif::impair::Impairment;
use vnetif::line::{Queue, QueueLimit};

pub(crate) fn compact(scenario: &Scenario) -> String {
    write(scenario, CompactFormatter)
}

pub(crate) fn pretty(scenario: &Scenario) -> String {
    write(scenario, OneLineEach::default()) + "\n"
}

fn write(scenario: &Scenario, formatter: impl Formatter) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    document(scenario).serialize(&mut serializer).expect("memory takes everything, and all names are texts");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

// The document's objects: fields in the order in which they are written, `None` where they are left out.

#[derive(Serialize)]
struct Document<'a> {
    packetarium: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nodes: Vec<NodeEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    runs: Vec<RunEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangeEntry<'a>>,
}

#[derive(Serialize)]
struct NodeEntry<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<[Box<RawValue>; 2]>,
    #[serde(flatten)]
    host: Option<HostEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ageing: Option<String>,
}

#[derive(Serialize)]
struct HostEntry {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<OneOrMore<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mac: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtu: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tcp: Option<TcpEntry>,
}

#[derive(Serialize)]
struct TcpEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    congestion: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rx_buffer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tx_buffer: Option<String>,
}

#[derive(Serialize)]
struct LinkEntry<'a> {
    ends: [&'a str; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    which: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay: Option<OneOrMore<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<OneOrMore<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<OneOrMore<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impair: Option<Vec<ImpairmentEntry<'a>>>,
}

#[derive(Serialize)]
struct ImpairmentEntry<'a> {
    #[serde(flatten)]
    what: ImpairmentKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ImpairmentKind {
    Loss { loss: Box<RawValue> },
    LossOfSmall { loss: Box<RawValue>, max_size: String },
    FrameSize { frame_size: String },
    Trailing { trailing: u32 },
    Silence { silence: SilenceEntry },
    Down { down: bool },
}

#[derive(Serialize)]
struct SilenceEntry {
    after: String,
    r#for: String,
}

#[derive(Serialize)]
struct RunEntry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(flatten)]
    run: RunBody<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum RunBody<'a> {
    Ping {
        #[serde(flatten)]
        ends: Ends<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        count: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        interval: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        size: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        timeout: Option<String>,
    },
    Echo {
        #[serde(flatten)]
        ends: Ends<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        udp: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        count: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        timeout: Option<String>,
    },
    Iperf {
        #[serde(flatten)]
        ends: Ends<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        seconds: Option<Box<RawValue>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        interval: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        udp: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        rate: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        datagram: Option<String>,
        #[serde(flatten)]
        tcp: TcpEntry,
    },
    Connect {
        #[serde(flatten)]
        ends: Ends<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
}

/// One of the four, not an enum that is flattened into it: in wasm, that costs kilobytes.
#[derive(Serialize, Default)]
struct ChangeEntry<'a> {
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<NodeEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cable: Option<LinkEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clear: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<u32>,
}

#[derive(Serialize)]
struct Ends<'a> {
    from: &'a str,
    to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<u8>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

fn document(scenario: &Scenario) -> Document<'_> {
    let topology = &scenario.topology;
    let nodes = topology.nodes.iter().zip(&scenario.ids).zip(&scenario.at);
    let all = Everything::of(scenario);
    Document {
        packetarium: VERSION,
        title: &scenario.title,
        description: scenario.description.as_deref(),
        seed: unless(scenario.seed, defaults::SEED),
        nodes: nodes.map(|((entry, id), at)| node(id, *at, entry)).collect(),
        links: topology.links.iter().map(|entry| link(&all, entry)).collect(),
        runs: scenario.runs.iter().map(|(at, spec)| run(&all, *at, spec)).collect(),
        changes: changes(scenario, &all),
    }
}

/// What is written by its id or settled by its settings, there from the start or added.
struct Everything<'a> {
    ids: Vec<&'a str>,
    nodes: Vec<&'a Node>,
}

impl<'a> Everything<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        let start = scenario.ids.iter().map(String::as_str).zip(&scenario.topology.nodes);
        let (ids, nodes) = start.chain(scenario.added()).unzip();
        Self { ids, nodes }
    }

    fn id(&self, node: NodeId) -> &'a str {
        self.ids[node.index()]
    }

    fn host(&self, node: NodeId) -> Option<&'a HostConfig> {
        match &self.nodes.get(node.index())?.kind {
            NodeKind::Host(config) => Some(config),
            NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => None,
        }
    }
}

fn changes<'a>(scenario: &'a Scenario, all: &Everything<'a>) -> Vec<ChangeEntry<'a>> {
    let mut cables = Cables::of(&scenario.topology);
    let mut before: Vec<_> = scenario.topology.links.iter().map(|link| &link.ways).collect();
    let entry = |(at, change): &'a (Instant, Change)| {
        let mut written = ChangeEntry { at: show_time(at.since(Instant::ZERO)), ..ChangeEntry::default() };
        match change {
            Change::Link(id, ways) => {
                let ends = cables.ends(*id);
                let mut entry = settings(ends.map(|end| all.id(end)), ways, before[id.index()]);
                let between = cables.between(ends);
                entry.which = between.iter().position(|other| other == id).filter(|_| between.len() > 1);
                before[id.index()] = ways;
                written.link = Some(entry);
            }
            Change::Node { id, at, node: added } => written.node = Some(node(id, *at, added)),
            Change::Cable(added) => {
                cables.add(added.ends);
                before.push(&added.ways);
                written.cable = Some(link(all, added));
            }
            Change::Port(..) | Change::Set(..) => {}
            Change::Clear(node) => written.clear = Some(all.id(*node)),
            Change::Stop(run) => written.stop = Some(run.0),
        }
        written
    };
    scenario.changes.iter().map(entry).collect()
}

fn node<'a>(id: &'a str, at: Option<(f64, f64)>, node: &'a Node) -> NodeEntry<'a> {
    let (kind, host, ageing) = match &node.kind {
        NodeKind::Host(config) => ("host", Some(host(config)), None),
        NodeKind::Hub => ("hub", None, None),
        NodeKind::Router(_) => ("router", None, None),
        NodeKind::Switch(config) => ("switch", None, unless(config.ageing, defaults::AGEING).map(show_time)),
    };
    NodeEntry {
        id,
        name: unless(&node.name[..], id),
        kind,
        at: at.map(|(x, y)| [x, y].map(|coordinate| number_text(show_thousandths(coordinate)))),
        host,
        ageing,
    }
}

fn host(config: &HostConfig) -> HostEntry {
    let mut gateways: Vec<_> = config.gateways.iter().map(ToString::to_string).collect();
    let default = TcpConfig {
        congestion: defaults::CONGESTION,
        rx_buffer: defaults::RX_BUFFER,
        tx_buffer: defaults::TX_BUFFER,
    };
    HostEntry {
        addresses: config.addresses.iter().map(ToString::to_string).collect(),
        gateway: match gateways.len() {
            0 => None,
            1 => gateways.pop().map(OneOrMore::One),
            _ => Some(OneOrMore::More(gateways)),
        },
        mac: config.mac.map(show_mac),
        mtu: unless(config.ip_mtu, defaults::MTU),
        tcp: unless(config.tcp, default).map(|tcp| TcpEntry {
            congestion: unless(tcp.congestion, default.congestion).map(congestion),
            rx_buffer: unless(tcp.rx_buffer, default.rx_buffer).map(size),
            tx_buffer: unless(tcp.tx_buffer, default.tx_buffer).map(size),
        }),
    }
}

fn link<'a>(all: &Everything<'a>, link: &'a Link) -> LinkEntry<'a> {
    settings(link.ends.map(|end| all.id(end)), &link.ways, &[defaults::way(), defaults::way()])
}

/// A link with what is otherwise than before.
fn settings<'a>(ends: [&'a str; 2], ways: &[Way; 2], before: &[Way; 2]) -> LinkEntry<'a> {
    let [now, then] = [ways, before].map(|ways| ways.each_ref().map(|way| way.line));
    let same = ways.iter().zip(before).all(|(way, before)| way.impairments == before.impairments);
    let impairments = || {
        merged(ways)
            .into_iter()
            .map(|(impairment, from)| ImpairmentEntry {
                what: impairment_kind(impairment),
                from: from.map(|end| ends[end.index()]),
            })
            .collect()
    };
    LinkEntry {
        ends,
        which: None,
        delay: both([now, then].map(|lines| lines.map(|line| line.delay)), show_time),
        rate: both([now, then].map(|lines| lines.map(|line| line.rate)), |rate: Option<BitsPerSec>| {
            rate.map_or("unlimited".to_owned(), show_rate)
        }),
        queue: both([now, then].map(|lines| lines.map(|line| line.queue)), queue),
        impair: (!same).then(impairments),
    }
}

/// The shortest list of entries that gives each direction its impairments in their order.
fn merged([first, second]: &[Way; 2]) -> Vec<(Impairment, Option<End>)> {
    let (mut first, mut second) = (&first.impairments[..], &second.impairments[..]);
    let mut entries = Vec::new();
    loop {
        match (first.split_first(), second.split_first()) {
            (Some((a, rest_a)), Some((b, rest_b))) if a == b => {
                entries.push((*a, None));
                (first, second) = (rest_a, rest_b);
            }
            // What also stands further on in the other direction waits for it.
            (Some((a, rest)), other)
                if other.is_none() || !second.contains(a) || first.contains(&second[0]) =>
            {
                entries.push((*a, Some(End::First)));
                first = rest;
            }
            (_, Some((b, rest))) => {
                entries.push((*b, Some(End::Second)));
                second = rest;
            }
            (_, None) => return entries,
        }
    }
}

fn impairment_kind(impairment: Impairment) -> ImpairmentKind {
    match impairment {
        Impairment::Loss(probability) => ImpairmentKind::Loss { loss: number_text(show_ratio(probability)) },
        Impairment::LossOfSmall { probability, bytes_max } => ImpairmentKind::LossOfSmall {
            loss: number_text(show_ratio(probability)),
            max_size: size(bytes_max),
        },
        Impairment::FrameSizeMax(bytes) => ImpairmentKind::FrameSize { frame_size: size(bytes) },
        Impairment::TrailingBytes(trailing) => ImpairmentKind::Trailing { trailing },
        Impairment::SilenceOnce { after_bytes, lasts } => ImpairmentKind::Silence {
            silence: SilenceEntry { after: show_size(after_bytes), r#for: show_time(lasts) },
        },
        Impairment::Down
        | Impairment::Outage { .. }
        | Impairment::LossCorrelated { .. }
        | Impairment::GilbertElliott { .. }
        | Impairment::LossEvery(_)
        | Impairment::LossOfFrame(_)
        | Impairment::Duplicate { .. }
        | Impairment::Corrupt { .. }
        | Impairment::Jitter { .. }
        | Impairment::Reorder { .. } => ImpairmentKind::Down { down: true },
    }
}

fn run<'a>(all: &Everything<'a>, at: Instant, spec: &'a RunSpec) -> RunEntry<'a> {
    let (to, ip) = match spec.to {
        Target::Node(node, version) => (all.id(node).to_owned(), version.map(ip_number)),
        Target::Address(address) => (address.to_string(), None),
    };
    let ends = Ends { from: all.id(spec.from), to, ip };
    let udp = |transport| (transport == Transport::Udp).then_some(true);
    let run = match &spec.kind {
        RunKind::Ping(ping) => RunBody::Ping {
            ends,
            count: unless(ping.count, defaults::PING_COUNT),
            interval: unless(ping.interval, defaults::INTERVAL).map(show_time),
            size: unless(ping.payload_bytes, defaults::PING_SIZE).map(size),
            timeout: unless(ping.timeout, defaults::TIMEOUT).map(show_time),
        },
        RunKind::Echo(echo) => RunBody::Echo {
            ends,
            udp: udp(echo.transport),
            count: unless(echo.count, defaults::ECHO_COUNT),
            text: unless(&echo.text[..], defaults::ECHO_TEXT),
            timeout: unless(echo.timeout, defaults::TIMEOUT).map(show_time),
        },
        RunKind::Iperf(iperf) => {
            let version = ip_version(|node| all.host(node), spec.from, spec.to).unwrap_or(IpVersion::V4);
            iperf_body(ends, iperf, defaults::datagram(version))
        }
        RunKind::Traceroute(_) | RunKind::PathMtu(_) | RunKind::Multicast(_) => {
            RunBody::Connect { ends, port: None, text: None }
        }
        RunKind::Connect(connect) => RunBody::Connect {
            ends,
            port: unless(connect.port, defaults::CONNECT_PORT),
            text: unless(&connect.text[..], defaults::CONNECT_TEXT),
        },
    };
    RunEntry { at: unless(at, defaults::AT).map(|at| show_time(at.since(Instant::ZERO))), run }
}

fn iperf_body<'a>(ends: Ends<'a>, iperf: &Iperf, default_datagram: usize) -> RunBody<'a> {
    let (bytes, seconds) = match iperf.amount {
        amount if amount == defaults::IPERF_AMOUNT => (None, None),
        Amount::Bytes(bytes) => (Some(show_size(bytes)), None),
        Amount::Time(time) => (None, Some(number_text(show_seconds(time)))),
    };
    let no_tcp = TcpEntry { congestion: None, rx_buffer: None, tx_buffer: None };
    let (udp, rate, datagram, tcp) = match iperf.transport {
        IperfTransport::Tcp { congestion: control, rx_buffer, tx_buffer } => {
            let tcp = TcpEntry {
                congestion: control.map(congestion),
                rx_buffer: rx_buffer.map(size),
                tx_buffer: tx_buffer.map(size),
            };
            (None, None, None, tcp)
        }
        IperfTransport::Udp { rate, datagram_bytes } => {
            let rate = unless(rate, defaults::UDP_RATE).map(show_rate);
            (Some(true), rate, unless(datagram_bytes, default_datagram).map(size), no_tcp)
        }
    };
    let interval = unless(iperf.interval, defaults::INTERVAL).map(show_time);
    RunBody::Iperf { ends, bytes, seconds, interval, udp, rate, datagram, tcp }
}

/// Nothing where it is the default.
fn unless<T: PartialEq>(value: T, default: T) -> Option<T> {
    (value != default).then_some(value)
}

/// One text if both directions are alike, none if both are as before.
fn both<T: PartialEq + Copy>(
    [now, before]: [[T; 2]; 2],
    show: impl Fn(T) -> String,
) -> Option<OneOrMore<String>> {
    let [first, second] = now;
    match now {
        _ if now == before => None,
        _ if first == second => Some(OneOrMore::One(show(first))),
        _ => Some(OneOrMore::More(now.map(show).into())),
    }
}

fn queue(queue: Queue) -> String {
    match queue.limit {
        QueueLimit::Bytes(bytes) => size(bytes),
        QueueLimit::Frames(frames) => format!("{frames} frames"),
    }
}

fn size(bytes: usize) -> String {
    show_size(bytes as u64)
}

fn number_text(number: String) -> Box<RawValue> {
    RawValue::from_string(number).expect("a decimal number is JSON")
}

const fn congestion(congestion: Congestion) -> &'static str {
    match congestion {
        Congestion::None => "none",
        Congestion::Reno => "reno",
        Congestion::Cubic => "cubic",
    }
}

const fn ip_number(version: IpVersion) -> u8 {
    match version {
        IpVersion::V4 => 4,
        IpVersion::V6 => 6,
    }
}

/// Lays JSON out as people write a document: each field of the document on a line, and each node, link and run.
#[derive(Default)]
struct OneLineEach {
    depth: usize,
}

impl OneLineEach {
    /// Down to here, each part has a line of its own.
    const LINES_DEPTH: usize = 2;

    fn open<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        writer.write_all(bracket)
    }

    fn part<W: ?Sized + io::Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        match (self.depth <= Self::LINES_DEPTH, first) {
            (true, _) => self.line(writer),
            (false, false) => writer.write_all(b" "),
            (false, true) => Ok(()),
        }
    }

    fn close<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.depth < Self::LINES_DEPTH {
            self.line(writer)?;
        }
        writer.write_all(bracket)
    }

    fn line<W: ?Sized + io::Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }
}

impl Formatter for OneLineEach {
    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.part(writer, first)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.part(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}
