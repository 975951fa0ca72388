//! Tables of all packets: conversations, endpoints, protocol hierarchy, analysis marks, and requests without an answer.

use super::sheet::{Lead, Line, Sheet};
use crate::Lab;
use crate::format;
use dissect::Protocol;
use dissect::analysis::Mark;
use netlab::{Duration, Instant};
use smoltcp::wire::{EthernetAddress, IpAddress};
use texts::t;
use trace::census::{Census, Count, Kind};
use trace::ends::Transport;
use wire::sorted::{SortedMap, sort_by_key};

/// The layer whose addresses identify an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// MAC addresses.
    Ethernet,
    /// IP addresses.
    Ip,
    /// IP addresses and TCP ports.
    Tcp,
    /// IP addresses and UDP ports.
    Udp,
}

impl Layer {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Ethernet, "Ethernet"), (Self::Ip, "IP"), (Self::Tcp, "TCP"), (Self::Udp, "UDP")];
}

/// More rows than this are not shown; what is saved has all.
const LINES_MAX: usize = 200;

/// The greatest number of rows.
const fn most(all: bool) -> usize {
    if all { usize::MAX } else { LINES_MAX }
}

/// An endpoint at a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Address {
    Mac(EthernetAddress),
    Ip(IpAddress, u16),
}

impl Address {
    fn text(&self, with_port: bool) -> String {
        match self {
            Self::Mac(mac) => mac.to_string(),
            Self::Ip(ip, port) if with_port => match ip {
                IpAddress::Ipv4(ip) => format!("{ip}:{port}"),
                IpAddress::Ipv6(ip) => format!("[{ip}]:{port}"),
            },
            Self::Ip(ip, _) => ip.to_string(),
        }
    }
}

fn ends(kind: &Kind, layer: Layer) -> Option<[Address; 2]> {
    let ends = kind.ends?;
    let transport = |wanted: Transport| {
        let (has, [from, to]) = ends.ports?;
        let [a, b] = ends.ips?;
        (has == wanted).then_some([Address::Ip(a, from), Address::Ip(b, to)])
    };
    match layer {
        Layer::Ethernet => Some(ends.macs.map(Address::Mac)),
        Layer::Ip => ends.ips.map(|ips| ips.map(|ip| Address::Ip(ip, 0))),
        Layer::Tcp => transport(Transport::Tcp),
        Layer::Udp => transport(Transport::Udp),
    }
}

/// Conversations, the one with the most bytes first.
pub fn conversations(census: &Census, layer: Layer, all: bool) -> Sheet {
    let mut pairs: SortedMap<[Address; 2], [Count; 2]> = SortedMap::new();
    for (kind, count) in census.kinds() {
        let Some([from, to]) = ends(kind, layer) else { continue };
        let backwards = from > to;
        let pair = if backwards { [to, from] } else { [from, to] };
        let ways = pairs.entry(pair).or_insert([Count::NONE; 2]);
        let way = &mut ways[usize::from(backwards)];
        *way = way.and(count);
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    sort_by_key(&mut pairs, |(_, [a, b])| std::cmp::Reverse(a.bytes + b.bytes));
    let with_port = matches!(layer, Layer::Tcp | Layer::Udp);
    let lines = pairs.into_iter().map(|([a, b], [there, back])| {
        let both = there.and(back);
        let lasts = both.last - both.first;
        let mut cells = vec![a.text(with_port), b.text(with_port)];
        for count in [both, there, back] {
            cells.extend([format::count(count.packets), format::count(count.bytes)]);
        }
        cells.extend([format::clock(both.first), format::duration(lasts)]);
        Line { cells, lead: Some(Lead::Moment(both.first)), depth: 0 }
    });
    let columns = [
        "A",
        "B",
        t!("Packets"),
        t!("Bytes"),
        t!("A → B packets"),
        t!("A → B bytes"),
        t!("B → A packets"),
        t!("B → A bytes"),
        t!("Start in s"),
        t!("Duration"),
    ];
    Sheet::new(&columns, 2, lines.collect(), most(all))
}

/// Endpoints, the one with the most bytes first.
pub fn endpoints(census: &Census, layer: Layer, all: bool) -> Sheet {
    let mut points: SortedMap<Address, [Count; 2]> = SortedMap::new();
    for (kind, count) in census.kinds() {
        let Some(ends) = ends(kind, layer) else { continue };
        for (way, end) in ends.into_iter().enumerate() {
            let counts = points.entry(end).or_insert([Count::NONE; 2]);
            counts[way] = counts[way].and(count);
        }
    }
    let mut points: Vec<_> = points.into_iter().collect();
    sort_by_key(&mut points, |(_, [a, b])| std::cmp::Reverse(a.bytes + b.bytes));
    let with_port = matches!(layer, Layer::Tcp | Layer::Udp);
    let lines = points.into_iter().map(|(end, [sent, received])| {
        let mut cells = vec![end.text(with_port)];
        for count in [sent.and(received), sent, received] {
            cells.extend([format::count(count.packets), format::count(count.bytes)]);
        }
        Line { cells, lead: None, depth: 0 }
    });
    let columns = [
        t!("Address"),
        t!("Packets"),
        t!("Bytes"),
        t!("Sent packets"),
        t!("Sent bytes"),
        t!("Received packets"),
        t!("Received bytes"),
    ];
    Sheet::new(&columns, 1, lines.collect(), most(all))
}

/// The protocol hierarchy: each protocol counts the packets of all protocols that it carries.
pub fn hierarchy(census: &Census) -> Sheet {
    let mut tree: SortedMap<Vec<&'static str>, Count> = SortedMap::new();
    let mut whole = Count::NONE;
    for (kind, count) in census.kinds() {
        whole = whole.and(count);
        let path = path(kind);
        for depth in 1..=path.len() {
            let node = tree.entry(path[..depth].to_vec()).or_insert(Count::NONE);
            *node = node.and(count);
        }
    }
    let share =
        |part: u64, of: u64| if of == 0 { String::new() } else { format::share(part as f64 / of as f64) };
    let lines = tree.into_iter().map(|(path, count)| Line {
        cells: vec![
            path[path.len() - 1].to_string(),
            format::count(count.packets),
            share(count.packets, whole.packets),
            format::count(count.bytes),
            share(count.bytes, whole.bytes),
        ],
        lead: Some(Lead::Moment(count.first)),
        depth: path.len() - 1,
    });
    Sheet::new(
        &[t!("Protocol"), t!("Frames"), t!("Share"), t!("Bytes"), t!("Share of bytes")],
        1,
        lines.collect(),
        usize::MAX,
    )
}

fn path(kind: &Kind) -> Vec<&'static str> {
    let mut path = vec!["Ethernet"];
    let ends = kind.ends;
    match ends.and_then(|ends| ends.ips) {
        Some([IpAddress::Ipv4(_), _]) => path.push("IPv4"),
        Some([IpAddress::Ipv6(_), _]) => path.push("IPv6"),
        None => {}
    }
    match ends.and_then(|ends| ends.ports) {
        Some((Transport::Tcp, _)) => path.push("TCP"),
        Some((Transport::Udp, _)) => path.push("UDP"),
        None if kind.protocol == Protocol::Ndp => path.push("ICMPv6"),
        None => {}
    }
    let own = kind.protocol.name();
    if path[path.len() - 1] != own {
        path.push(own);
    }
    path
}

/// The analysis marks: how often each occurs, and its first packet.
pub fn remarks(lab: &Lab, census: &Census) -> Sheet {
    let trace = lab.packets().trace();
    let lines = census.marks().filter(|(mark, ..)| *mark != Mark::Request).map(|(mark, times, first)| {
        let at = trace.row(first).map(|row| format::clock(row.at)).unwrap_or_default();
        let cells = vec![mark.name().into(), format::count(times), format::count(first as u64 + 1), at];
        Line { cells, lead: Some(Lead::Packet(first)), depth: 0 }
    });
    Sheet::new(
        &[t!("Remark"), t!("Times"), t!("First packet"), t!("At, in s")],
        1,
        lines.collect(),
        usize::MAX,
    )
}

/// Requests without an answer at this moment, and for how long.
pub fn unanswered(lab: &Lab, census: &Census, at: Instant, all: bool) -> Sheet {
    let trace = lab.packets().trace();
    let waits = |number: &&usize| {
        let answer = trace.answer(**number).and_then(|(by, _)| trace.row(by));
        answer.is_none_or(|answer| answer.at > at)
    };
    let open: Vec<_> = census.requests().iter().filter(waits).collect();
    let left_out = if all { 0 } else { open.len().saturating_sub(LINES_MAX) };
    let lines = open.iter().skip(left_out).filter_map(|&&number| {
        let line = lab.line(number)?;
        let waited = Duration::from_nanos(at.nanos().saturating_sub(line.row.at.nanos()));
        let cells = vec![
            format::count(number as u64 + 1),
            format::clock(line.row.at),
            line.source,
            line.destination,
            line.protocol.into(),
            line.info,
            format::duration(waited),
        ];
        Some(Line { cells, lead: Some(Lead::Packet(number)), depth: 0 })
    });
    let columns = [
        t!("Packet"),
        t!("Time in s"),
        t!("From"),
        t!("To"),
        t!("Protocol"),
        t!("Request"),
        t!("Waiting for"),
    ];
    Sheet { left_out, ..Sheet::new(&columns, 7, lines.collect(), usize::MAX) }
}
