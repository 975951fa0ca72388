//! A frame as `tcpdump -n` prints it.

use dissect::summary;
use services::clock::unix;
use services::dns::message::{Message, flag, rcode};
use smoltcp::wire::{IpAddress, IpEndpoint, IpProtocol, TcpPacket, TcpSeqNumber, UdpPacket};
use std::collections::VecDeque;
use wire::Instant;
use wire::header::{EtherType, Ethernet, Ip};

/// Connections whose sequence numbers are shown from 0; the oldest is forgotten.
const CONNECTIONS_MAX: usize = 256;
/// Characters of a line of text, as of an HTTP request.
const TEXT_MAX: usize = 80;

/// What is shown of each frame.
#[derive(Clone, Copy, Default)]
pub(super) struct Shown {
    /// `-e`: the Ethernet header.
    pub ethernet: bool,
    /// `-v`: more of the IP header.
    pub verbose: bool,
    /// `-t`: no time.
    pub no_time: bool,
}

/// The first sequence numbers of both directions of a connection.
#[derive(Default)]
pub(super) struct Numbers(VecDeque<(IpEndpoint, IpEndpoint, TcpSeqNumber)>);

impl Numbers {
    /// The first number of this direction, if it was seen.
    fn first(&self, from: IpEndpoint, to: IpEndpoint) -> Option<TcpSeqNumber> {
        self.0.iter().find(|(a, b, _)| (*a, *b) == (from, to)).map(|(.., first)| *first)
    }

    fn note(&mut self, from: IpEndpoint, to: IpEndpoint, first: TcpSeqNumber) {
        self.0.retain(|(a, b, _)| (*a, *b) != (from, to));
        if self.0.len() == CONNECTIONS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((from, to, first));
    }
}

/// The line, or lines with `-v`, of a frame.
pub(super) fn line(at: Instant, frame: &[u8], shown: Shown, numbers: &mut Numbers) -> String {
    let mut text = String::new();
    if !shown.no_time {
        text += &time_of_day(at);
    }
    let Some(ethernet) = Ethernet::read(frame).map(Ethernet::innermost) else {
        return text + &format!("[|ether] length {}\n", frame.len());
    };
    if shown.ethernet {
        let [from, to] = [ethernet.source, ethernet.destination].map(shell::text::mac);
        let kind = match ethernet.kind {
            EtherType::ARP => "ARP (0x0806)".to_owned(),
            EtherType::IPV4 => "IPv4 (0x0800)".to_owned(),
            EtherType::IPV6 => "IPv6 (0x86dd)".to_owned(),
            EtherType(other) => format!("0x{other:04x}"),
        };
        text += &format!("{from} > {to}, ethertype {kind}, length {}: ", frame.len());
    }
    match ethernet.ip() {
        Some(ip) => text += &packet(&ip, frame, shown, numbers),
        None if ethernet.kind == EtherType::ARP => text += &arp(&ethernet, frame),
        None => text += &format!("{}, length {}", other(frame), ethernet.payload().len()),
    }
    text + "\n"
}

/// `00:00:04.012345 `
fn time_of_day(at: Instant) -> String {
    let (seconds, nanos) = (unix(at) % 86_400, (at - Instant::ZERO).nanos() % 1_000_000_000);
    let [hours, minutes, seconds] = [seconds / 3_600, seconds / 60 % 60, seconds % 60];
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:06} ", nanos / 1_000)
}

/// What has no words of tcpdump here: those of the packet list.
fn other(frame: &[u8]) -> String {
    let summary = summary(frame);
    format!("{}, {}", summary.protocol_name, summary.info)
}

fn arp(ethernet: &Ethernet<'_>, frame: &[u8]) -> String {
    let info = summary(frame).info;
    let payload = ethernet.payload().len();
    let text = match (
        info.strip_prefix("Who has ").and_then(|rest| rest.split_once("? Tell ")),
        info.split_once(" is at "),
    ) {
        (Some((target, sender)), _) => format!("Request who-has {target} tell {}", first_word(sender)),
        (None, Some((address, mac))) => format!("Reply {address} is-at {}", first_word(mac)),
        (None, None) => info,
    };
    format!("ARP, {text}, length {payload}")
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

fn packet(ip: &Ip<'_>, frame: &[u8], shown: Shown, numbers: &mut Numbers) -> String {
    let is_v6 = matches!(ip.source, IpAddress::Ipv6(_));
    let mut text = if is_v6 { "IP6 " } else { "IP " }.to_owned();
    if shown.verbose {
        let offset = ip.fragment.map_or(0, |fragment| fragment.offset);
        let more = ip.fragment.is_some_and(|fragment| fragment.more);
        let flags = if ip.dont_fragment {
            "DF"
        } else if more {
            "+"
        } else {
            "none"
        };
        let number = u8::from(ip.protocol);
        let name = protocol_name(ip.protocol);
        text += &match is_v6 {
            true => format!(
                "(hlim {}, next-header {name} ({number}) payload length: {})",
                ip.hop_limit,
                ip.payload().len()
            ),
            false => format!(
                "(ttl {}, offset {offset}, flags [{flags}], proto {name} ({number}), length {})\n    ",
                ip.hop_limit, ip.len
            ),
        };
        if is_v6 {
            text.push(' ');
        }
    }
    let (from, to) = (ip.source, ip.destination);
    let payload = ip.payload();
    if ip.is_later_fragment() {
        return text + &format!("{from} > {to}: {}", protocol_name(ip.protocol).to_ascii_lowercase());
    }
    match ip.protocol {
        IpProtocol::Tcp => text + &tcp(ip, payload, numbers),
        IpProtocol::Udp => text + &udp(ip, payload),
        IpProtocol::Icmp => text + &format!("{from} > {to}: ICMP {}, length {}", icmp(frame), payload.len()),
        IpProtocol::Icmpv6 => {
            text + &format!("{from} > {to}: ICMP6, {}, length {}", icmp(frame), payload.len())
        }
        IpProtocol::Igmp => text + &format!("{from} > {to}: igmp {}", summary(frame).info),
        _ => text + &format!("{from} > {to}: {}, length {}", other(frame), payload.len()),
    }
}

fn protocol_name(protocol: IpProtocol) -> String {
    match protocol {
        IpProtocol::Tcp => "TCP".into(),
        IpProtocol::Udp => "UDP".into(),
        IpProtocol::Icmp => "ICMP".into(),
        IpProtocol::Icmpv6 => "ICMPv6".into(),
        IpProtocol::Igmp => "IGMP".into(),
        other => format!("{}", u8::from(other)),
    }
}

/// `echo request, id 49152, seq 1`, and the packet list's words in small letters for the others.
fn icmp(frame: &[u8]) -> String {
    let ethernet = Ethernet::read(frame).map(Ethernet::innermost);
    let ip = ethernet.and_then(|ethernet| ethernet.ip());
    let icmp = ip.and_then(|ip| ip.icmp());
    let is_v6 = ip.is_some_and(|ip| matches!(ip.source, IpAddress::Ipv6(_)));
    match icmp.map(|icmp| (icmp.kind, icmp)) {
        Some((0 | 129, icmp)) if (icmp.kind == 129) == is_v6 => {
            format!("echo reply, id {}, seq {}", icmp.ident(), icmp.sequence())
        }
        Some((8 | 128, icmp)) if (icmp.kind == 128) == is_v6 => {
            format!("echo request, id {}, seq {}", icmp.ident(), icmp.sequence())
        }
        Some(_) | None => summary(frame).info.to_ascii_lowercase(),
    }
}

fn udp(ip: &Ip<'_>, payload: &[u8]) -> String {
    let Ok(udp) = UdpPacket::new_checked(payload) else {
        return format!("{} > {}: [|udp]", ip.source, ip.destination);
    };
    let (from, to, content) = (udp.src_port(), udp.dst_port(), udp.payload());
    let what = match (from, to) {
        (53, _) | (_, 53) => dns(content).unwrap_or_else(|| format!("UDP, length {}", content.len())),
        (68, 67) => {
            let mac = content.get(28..34).map(smoltcp::wire::EthernetAddress::from_bytes);
            let mac = mac.map(shell::text::mac).unwrap_or_default();
            format!("BOOTP/DHCP, Request from {mac}, length {}", content.len())
        }
        (67, 67 | 68) => format!("BOOTP/DHCP, Reply, length {}", content.len()),
        _ => format!("UDP, length {}", content.len()),
    };
    format!("{}.{from} > {}.{to}: {what}", ip.source, ip.destination)
}

/// `52371+ A? www.example.test. (34)`, `52371* 1/0/0 A 198.51.100.80 (50)`
fn dns(bytes: &[u8]) -> Option<String> {
    let message = Message::read(bytes).ok()?;
    let (id, len) = (message.id, bytes.len());
    if !message.has(flag::RESPONSE) {
        let sign = if message.has(flag::RECURSION_DESIRED) { "+" } else { "" };
        let edns = if message.edns.is_some() { " [1au]" } else { "" };
        let question = message.question.as_ref()?;
        return Some(format!("{id}{sign}{edns} {}? {}. ({len})", question.kind, question.name));
    }
    let error = match message.rcode() {
        rcode::OK => "",
        rcode::NO_SUCH_NAME => " NXDomain",
        rcode::SERVER_FAILURE => " ServFail",
        rcode::REFUSED => " Refused",
        rcode::FORMAT_ERROR => " FormErr",
        _ => " Error",
    };
    let sign = if message.has(flag::AUTHORITATIVE) { "*" } else { "" };
    let counts = [
        message.answers.len(),
        message.authority.len(),
        message.additional.len() + usize::from(message.edns.is_some()),
    ];
    let answers: Vec<_> =
        message.answers.iter().map(|record| format!(" {} {}", record.data.kind(), record.data)).collect();
    let [answer, authority, additional] = counts;
    Some(format!("{id}{error}{sign} {answer}/{authority}/{additional}{} ({len})", answers.join(",")))
}

fn tcp(ip: &Ip<'_>, payload: &[u8], numbers: &mut Numbers) -> String {
    let Ok(tcp) = TcpPacket::new_checked(payload) else {
        return format!("{} > {}: [|tcp]", ip.source, ip.destination);
    };
    let (from, to) =
        (IpEndpoint::new(ip.source, tcp.src_port()), IpEndpoint::new(ip.destination, tcp.dst_port()));
    let names = [(tcp.syn(), 'S'), (tcp.fin(), 'F'), (tcp.rst(), 'R'), (tcp.psh(), 'P'), (tcp.ack(), '.')];
    let flags: String = names.iter().filter(|(is_set, _)| *is_set).map(|(_, letter)| *letter).collect();
    let flags = if flags.is_empty() { "none".to_owned() } else { flags };
    let content = tcp.payload();
    if tcp.syn() {
        numbers.note(from, to, tcp.seq_number());
    }
    // Where a connection was not seen to begin, it begins here.
    let known = numbers.first(from, to);
    if known.is_none() {
        numbers.note(from, to, tcp.seq_number());
    }
    let relative = |number: TcpSeqNumber, first: Option<TcpSeqNumber>| {
        (number.0 as u32).wrapping_sub(first.map_or(0, |first| first.0 as u32))
    };
    let base = known.filter(|_| !tcp.syn());
    let sequence = relative(tcp.seq_number(), base);
    let mut text = format!("{}.{} > {}.{}: Flags [{flags}]", ip.source, from.port, ip.destination, to.port);
    if !content.is_empty() {
        text += &format!(", seq {sequence}:{}", sequence.wrapping_add(content.len() as u32));
    } else if tcp.syn() || tcp.fin() || tcp.rst() {
        text += &format!(", seq {sequence}");
    }
    if tcp.ack() {
        text += &format!(", ack {}", relative(tcp.ack_number(), numbers.first(to, from)));
    }
    text += &format!(", win {}", tcp.window_len());
    let options = options(&tcp);
    if !options.is_empty() {
        text += &format!(", options [{options}]");
    }
    text += &format!(", length {}", content.len());
    if (from.port == 80 || to.port == 80) && !content.is_empty() {
        text += &http(content);
    }
    text
}

fn options(tcp: &TcpPacket<&[u8]>) -> String {
    use smoltcp::wire::TcpOption;
    let (mut bytes, mut names) = (tcp.options(), Vec::new());
    while let Ok((rest, option)) = TcpOption::parse(bytes) {
        names.push(match option {
            TcpOption::EndOfList => break,
            TcpOption::NoOperation => "nop".to_owned(),
            TcpOption::MaxSegmentSize(bytes) => format!("mss {bytes}"),
            TcpOption::WindowScale(shift) => format!("wscale {shift}"),
            TcpOption::SackPermitted => "sackOK".to_owned(),
            TcpOption::SackRange(ranges) => {
                let ranges: Vec<_> =
                    ranges.iter().flatten().map(|(left, right)| format!("{{{left}:{right}}}")).collect();
                format!("sack {} {}", ranges.len(), ranges.concat())
            }
            TcpOption::TimeStamp { tsval, tsecr } => format!("TS val {tsval} ecr {tsecr}"),
            TcpOption::Unknown { kind, .. } => format!("unknown-{kind}"),
        });
        bytes = rest;
        if bytes.is_empty() {
            break;
        }
    }
    names.join(",")
}

/// The first line of an HTTP message.
fn http(content: &[u8]) -> String {
    let line = content.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let is_text = !line.is_empty() && line.iter().all(|byte| (b' '..=b'~').contains(byte));
    match std::str::from_utf8(&line[..line.len().min(TEXT_MAX)]) {
        Ok(text) if is_text => format!(": HTTP: {text}"),
        Ok(_) | Err(_) => ": HTTP".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Frames whose beginnings lead into each of the functions above, with anything behind.
    fn frames() -> impl Strategy<Value = Vec<u8>> {
        let beginnings: Vec<Vec<u8>> = [
            (&[8, 6][..], &[0, 1, 8, 0, 6, 4, 0, 1][..]),
            (&[8, 0], &[0x45, 0, 0, 60, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 80]),
            (&[8, 0], &[0x45, 0, 0, 60, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 53]),
            (&[8, 0], &[0x45, 0, 0, 60, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]),
            (&[0x86, 0xdd], &[0x60, 0, 0, 0, 0, 20, 58, 255]),
        ]
        .map(|(kind, payload)| [&[2; 12][..], kind, payload].concat())
        .into();
        let beginning = prop_oneof![proptest::sample::select(beginnings), Just(Vec::new())];
        (beginning, proptest::collection::vec(any::<u8>(), 0..90))
            .prop_map(|(start, rest)| [start, rest].concat())
    }

    proptest! {
        #[test]
        fn any_frame_is_shown(frames in proptest::collection::vec(frames(), 1..8), ethernet: bool, verbose: bool) {
            let (mut numbers, shown) = (Numbers::default(), Shown { ethernet, verbose, no_time: false });
            for frame in frames {
                prop_assert!(line(Instant::ZERO, &frame, shown, &mut numbers).ends_with('\n'));
            }
        }
    }
}
