//! The fields that filters know by name: their kind, their meaning, and how to read them without a dissection.
//!
//! A field that is not listed here is looked up in the dissection. So is one that is listed with `Read::Tree`: it is listed for its
//! kind and meaning, and as a completion.

use super::packet::Packet;
use super::value::{Kind, Value, Visit};
use crate::analysis::{Mark, Notes};
use smoltcp::wire::IpProtocol;

/// A field or protocol.
pub(super) struct Entry {
    pub key: &'static str,
    pub kind: Kind,
    pub meaning: &'static str,
    pub read: Read,
}

#[derive(Clone, Copy)]
pub(super) enum Read {
    Quick(fn(&Packet<'_>, Visit<'_>)),
    Tree,
}

const fn entry(
    key: &'static str,
    kind: Kind,
    meaning: &'static str,
    read: fn(&Packet<'_>, Visit<'_>),
) -> Entry {
    Entry { key, kind, meaning, read: Read::Quick(read) }
}

const fn tree(key: &'static str, kind: Kind, meaning: &'static str) -> Entry {
    Entry { key, kind, meaning, read: Read::Tree }
}

fn mark(packet: &Packet<'_>, mark: Mark, visit: Visit<'_>) {
    if packet.subject.notes.marks.contains(mark) {
        visit(Value::Present);
    }
}

/// A value of the notes, if the packet is a TCP segment.
fn note(packet: &Packet<'_>, visit: Visit<'_>, value: impl Fn(&Notes) -> Option<u64>) {
    if packet.is_segment()
        && let Some(value) = value(packet.subject.notes)
    {
        visit(Value::Number(value));
    }
}

fn positive(number: u32) -> Option<u64> {
    (number > 0).then_some(number.into())
}

use Kind::{Bytes, Flag, Ipv4, Ipv6, Mac, Number, Protocol, Text, Time};

const TCP: IpProtocol = IpProtocol::Tcp;
const UDP: IpProtocol = IpProtocol::Udp;

/// In the order in which they are offered.
pub(super) const ENTRIES: &[Entry] = &[
    entry("frame", Protocol, "any frame; its bytes are all there are", |p, v| {
        v(Value::Bytes(p.subject.frame))
    }),
    entry("frame.number", Number, "the packet's place in the list, from 1", |p, v| {
        v(Value::Number(u64::from(p.subject.number) + 1));
    }),
    entry("frame.len", Number, "how many bytes the frame has", |p, v| {
        v(Value::Number(p.subject.frame.len() as u64));
    }),
    entry("frame.time_relative", Time, "seconds since the first packet", |p, v| {
        v(Value::Time(p.subject.at_ns.saturating_sub(p.subject.first_at_ns)));
    }),
    entry("frame.time_delta", Time, "seconds since the packet before it", |p, v| {
        let previous_ns = p.subject.previous_at_ns.unwrap_or(p.subject.at_ns);
        v(Value::Time(p.subject.at_ns.saturating_sub(previous_ns)));
    }),
    entry("eth", Protocol, "Ethernet", |p, v| v(Value::Bytes(p.subject.frame))),
    entry("eth.addr", Mac, "Ethernet address of sender or receiver", |p, v| {
        p.mac(0, v);
        p.mac(6, v);
    }),
    entry("eth.src", Mac, "Ethernet address of the sender", |p, v| p.mac(6, v)),
    entry("eth.dst", Mac, "Ethernet address of the receiver", |p, v| p.mac(0, v)),
    entry("eth.type", Number, "which protocol's packet the frame carries", |p, v| {
        if let Some(number @ 0x600..) = p.short(12) {
            v(Value::Number(number));
        }
    }),
    entry("vlan", Protocol, "802.1Q: a tag that says which virtual network the frame belongs to", |p, v| {
        p.tags(|at| v(Value::Bytes(&p.subject.frame[at..])));
    }),
    entry("vlan.id", Number, "the virtual network's number", |p, v| {
        p.tags(|at| p.short(at).into_iter().for_each(|control| v(Value::Number(control & 0xfff))));
    }),
    entry("vlan.priority", Number, "how urgent the frame is, from 0 to 7", |p, v| {
        p.tags(|at| p.short(at).into_iter().for_each(|control| v(Value::Number(control >> 13))));
    }),
    entry("arp", Protocol, "who has that IPv4 address?", |p, v| p.arp(|message| v(Value::Bytes(message)))),
    entry("arp.opcode", Number, "1 is a request, 2 a reply", |p, v| {
        p.arp(|message| number(message, 6, 2, v));
    }),
    tree("arp.src.hw_mac", Mac, "Ethernet address of the sender of an ARP message"),
    tree("arp.src.proto_ipv4", Ipv4, "address of the sender of an ARP message"),
    tree("arp.dst.hw_mac", Mac, "Ethernet address of the target of an ARP message"),
    tree("arp.dst.proto_ipv4", Ipv4, "address that an ARP message asks for or answers to"),
    entry("ip", Protocol, "IPv4", |p, v| p.headers(false, |h| v(Value::Bytes(h)))),
    entry("ip.addr", Ipv4, "IPv4 address of sender or receiver", |p, v| {
        p.addresses(false, [true, true], v);
    }),
    entry("ip.src", Ipv4, "IPv4 address of the sender", |p, v| p.addresses(false, [true, false], v)),
    entry("ip.dst", Ipv4, "IPv4 address of the receiver", |p, v| p.addresses(false, [false, true], v)),
    entry("ip.ttl", Number, "how many more routers may forward it", |p, v| {
        p.headers(false, |h| number(h, 8, 1, v));
    }),
    entry("ip.proto", Number, "the protocol that it carries: 1 ICMP, 6 TCP, 17 UDP", |p, v| {
        p.headers(false, |h| number(h, 9, 1, v));
    }),
    entry("ip.len", Number, "length with header, in bytes", |p, v| p.headers(false, |h| number(h, 2, 2, v))),
    entry("ip.id", Number, "the same in all fragments of a packet", |p, v| {
        p.headers(false, |h| number(h, 4, 2, v));
    }),
    tree("ip.flags.df", Flag, "do not fragment"),
    tree("ip.flags.mf", Flag, "more fragments follow"),
    tree("ip.frag_offset", Number, "where the fragment belongs, in bytes"),
    tree("ip.dsfield.dscp", Number, "differentiated services: how the packet wants to be queued"),
    tree("ip.dsfield.ecn", Number, "congestion notification: 3 is congestion experienced"),
    tree("ip.checksum", Number, "checksum of the IPv4 header"),
    entry("ipv6", Protocol, "IPv6", |p, v| p.headers(true, |h| v(Value::Bytes(h)))),
    entry("ipv6.addr", Ipv6, "IPv6 address of sender or receiver", |p, v| {
        p.addresses(true, [true, true], v);
    }),
    entry("ipv6.src", Ipv6, "IPv6 address of the sender", |p, v| p.addresses(true, [true, false], v)),
    entry("ipv6.dst", Ipv6, "IPv6 address of the receiver", |p, v| p.addresses(true, [false, true], v)),
    entry("ipv6.hlim", Number, "hop limit: how many more routers may forward it", |p, v| {
        p.headers(true, |h| number(h, 7, 1, v));
    }),
    entry("ipv6.plen", Number, "length behind the header, in bytes", |p, v| {
        p.headers(true, |h| number(h, 4, 2, v));
    }),
    entry("ipv6.nxt", Number, "what follows the header: 6 TCP, 17 UDP, 58 ICMPv6", |p, v| {
        p.headers(true, |h| number(h, 6, 1, v));
    }),
    entry("icmp", Protocol, "echo and errors of IPv4", |p, v| p.icmp(false, |m| v(Value::Bytes(m)))),
    entry("icmp.type", Number, "8 is an echo request, 0 a reply, 3 unreachable", |p, v| {
        p.icmp(false, |m| number(m, 0, 1, v));
    }),
    entry("icmp.code", Number, "the type's finer kind", |p, v| p.icmp(false, |m| number(m, 1, 1, v))),
    tree("icmp.ident", Number, "which ping an echo belongs to"),
    tree("icmp.seq", Number, "echo sequence number"),
    entry("icmpv6", Protocol, "echo, errors and neighbor discovery of IPv6", |p, v| {
        p.icmp(true, |m| v(Value::Bytes(m)));
    }),
    entry(
        "icmpv6.type",
        Number,
        "128 is an echo request, 129 a reply, 135 a neighbor solicitation",
        |p, v| {
            p.icmp(true, |m| number(m, 0, 1, v));
        },
    ),
    entry("icmpv6.code", Number, "the type's finer kind", |p, v| p.icmp(true, |m| number(m, 1, 1, v))),
    tree("icmpv6.nd.ns.target_address", Ipv6, "the address that is asked for"),
    tree("icmpv6.nd.na.target_address", Ipv6, "the address that is answered for"),
    entry("udp", Protocol, "datagrams", |p, v| p.transport(UDP, |h| v(Value::Bytes(h)))),
    entry("udp.port", Number, "UDP port of sender or receiver", |p, v| {
        p.transport(UDP, |h| {
            number(h, 0, 2, v);
            number(h, 2, 2, v);
        });
    }),
    entry("udp.srcport", Number, "UDP port of the sender", |p, v| p.transport(UDP, |h| number(h, 0, 2, v))),
    entry("udp.dstport", Number, "UDP port of the receiver", |p, v| p.transport(UDP, |h| number(h, 2, 2, v))),
    entry("udp.length", Number, "length with header, in bytes", |p, v| {
        p.transport(UDP, |h| number(h, 4, 2, v));
    }),
    entry("udp.stream", Number, "which conversation, from 0", |p, v| {
        if p.is_datagram() {
            p.subject.notes.stream.into_iter().for_each(|stream| v(Value::Number(stream.into())));
        }
    }),
    entry("udp.payload", Bytes, "what a datagram carries", |p, v| {
        p.transport(UDP, |h| {
            h.get(8..).filter(|data| !data.is_empty()).into_iter().for_each(|d| v(Value::Bytes(d)))
        });
    }),
    entry("tcp", Protocol, "connections", |p, v| p.transport(TCP, |h| v(Value::Bytes(h)))),
    entry("tcp.port", Number, "TCP port of sender or receiver", |p, v| {
        p.transport(TCP, |h| {
            number(h, 0, 2, v);
            number(h, 2, 2, v);
        });
    }),
    entry("tcp.srcport", Number, "TCP port of the sender", |p, v| p.transport(TCP, |h| number(h, 0, 2, v))),
    entry("tcp.dstport", Number, "TCP port of the receiver", |p, v| p.transport(TCP, |h| number(h, 2, 2, v))),
    entry("tcp.stream", Number, "which connection, from 0", |p, v| note(p, v, |n| n.stream.map(u64::from))),
    entry("tcp.len", Number, "how many bytes of data the segment has", |p, v| {
        note(p, v, |n| n.stream.map(|_| n.len.into()));
    }),
    entry("tcp.seq", Number, "sequence number, from the beginning of the connection", |p, v| {
        note(p, v, |n| n.stream.map(|_| n.seq.into()));
    }),
    entry("tcp.ack", Number, "acknowledgment number, from the beginning of the connection", |p, v| {
        note(p, v, |n| n.stream.map(|_| n.ack.into()));
    }),
    entry("tcp.window_size", Number, "window in bytes, scaled", |p, v| {
        note(p, v, |n| n.stream.map(|_| n.window.into()));
    }),
    entry("tcp.flags", Number, "all flags: 0x002 SYN, 0x010 ACK, 0x001 FIN, 0x004 RST, 0x008 PSH", |p, v| {
        p.transport(TCP, |h| flags(h, 0xfff, v));
    }),
    entry("tcp.flags.syn", Flag, "opens a connection", |p, v| p.transport(TCP, |h| flags(h, 0x002, v))),
    entry("tcp.flags.ack", Flag, "acknowledges", |p, v| p.transport(TCP, |h| flags(h, 0x010, v))),
    entry("tcp.flags.fin", Flag, "no more data will come", |p, v| p.transport(TCP, |h| flags(h, 0x001, v))),
    entry("tcp.flags.reset", Flag, "ends the connection at once", |p, v| {
        p.transport(TCP, |h| flags(h, 0x004, v));
    }),
    entry("tcp.flags.push", Flag, "hand the data to the program now", |p, v| {
        p.transport(TCP, |h| flags(h, 0x008, v));
    }),
    entry("tcp.flags.urg", Flag, "the urgent pointer is in use", |p, v| {
        p.transport(TCP, |h| flags(h, 0x020, v));
    }),
    entry("tcp.flags.ece", Flag, "ECN echo: a router has marked a packet", |p, v| {
        p.transport(TCP, |h| flags(h, 0x040, v));
    }),
    entry("tcp.flags.cwr", Flag, "congestion window reduced", |p, v| {
        p.transport(TCP, |h| flags(h, 0x080, v))
    }),
    entry("tcp.seq_raw", Number, "sequence number, as it is in the header", |p, v| {
        p.transport(TCP, |h| number(h, 4, 4, v));
    }),
    entry("tcp.ack_raw", Number, "acknowledgment number, as it is in the header", |p, v| {
        p.transport(TCP, |h| number(h, 8, 4, v));
    }),
    entry("tcp.window_size_value", Number, "window, as it is in the header", |p, v| {
        p.transport(TCP, |h| number(h, 14, 2, v));
    }),
    entry("tcp.hdr_len", Number, "length of the header in bytes", |p, v| {
        p.transport(TCP, |h| h.get(12).into_iter().for_each(|&b| v(Value::Number(u64::from(b >> 4) * 4))));
    }),
    entry("tcp.payload", Bytes, "the data of a segment", |p, v| {
        p.transport(TCP, |h| {
            let header_len = h.get(12).map_or(usize::MAX, |&byte| usize::from(byte >> 4) * 4);
            h.get(header_len..).filter(|data| !data.is_empty()).into_iter().for_each(|d| v(Value::Bytes(d)));
        });
    }),
    tree("tcp.options.mss_val", Number, "the longest piece of data that the sender takes in one segment"),
    tree("tcp.options.wscale.shift", Number, "window scale: the factor's power of two"),
    tree("tcp.options.sack_le", Number, "first byte of a piece that has arrived behind a gap"),
    tree("tcp.options.sack_re", Number, "first byte behind such a piece"),
    tree("tcp.checksum", Number, "checksum of a segment"),
    entry("tcp.analysis", Kind::Mark, "anything that the analysis says of a segment", |p, v| {
        let Notes { marks, answers, in_flight, .. } = p.subject.notes;
        if p.is_segment() && (marks.is_remarkable() || answers.is_some() || *in_flight > 0) {
            v(Value::Present);
        }
    }),
    entry("tcp.analysis.flags", Kind::Mark, "anything remarkable, such as a retransmission", |p, v| {
        if p.subject.notes.marks.is_remarkable() {
            v(Value::Present);
        }
    }),
    entry("tcp.analysis.retransmission", Kind::Mark, "sent again", |p, v| mark(p, Mark::Retransmission, v)),
    entry(
        "tcp.analysis.fast_retransmission",
        Kind::Mark,
        "sent again because duplicate ACKs asked for it",
        |p, v| {
            mark(p, Mark::FastRetransmission, v);
        },
    ),
    entry(
        "tcp.analysis.spurious_retransmission",
        Kind::Mark,
        "sent again although it was acknowledged",
        |p, v| {
            mark(p, Mark::SpuriousRetransmission, v);
        },
    ),
    entry("tcp.analysis.out_of_order", Kind::Mark, "overtaken on its way", |p, v| {
        mark(p, Mark::OutOfOrder, v)
    }),
    entry("tcp.analysis.lost_segment", Kind::Mark, "something before it was not seen", |p, v| {
        mark(p, Mark::LostSegment, v);
    }),
    entry("tcp.analysis.ack_lost_segment", Kind::Mark, "acknowledges what was not seen", |p, v| {
        mark(p, Mark::AckedUnseen, v);
    }),
    entry("tcp.analysis.duplicate_ack", Kind::Mark, "repeats the last ACK", |p, v| {
        mark(p, Mark::DuplicateAck, v);
    }),
    entry("tcp.analysis.duplicate_ack_num", Number, "duplicate ACK count", |p, v| {
        note(p, v, |n| positive(n.duplicate));
    }),
    entry("tcp.analysis.zero_window", Kind::Mark, "the sender of it can take in nothing more", |p, v| {
        mark(p, Mark::ZeroWindow, v);
    }),
    entry(
        "tcp.analysis.zero_window_probe",
        Kind::Mark,
        "asks whether a closed window is open again",
        |p, v| {
            mark(p, Mark::ZeroWindowProbe, v);
        },
    ),
    entry("tcp.analysis.zero_window_probe_ack", Kind::Mark, "answers such a question", |p, v| {
        mark(p, Mark::ZeroWindowProbeAck, v);
    }),
    entry("tcp.analysis.window_full", Kind::Mark, "uses up the receiver's window", |p, v| {
        mark(p, Mark::WindowFull, v);
    }),
    entry("tcp.analysis.window_update", Kind::Mark, "says nothing new but the window", |p, v| {
        mark(p, Mark::WindowUpdate, v);
    }),
    entry("tcp.analysis.keep_alive", Kind::Mark, "asks whether the other end still lives", |p, v| {
        mark(p, Mark::KeepAlive, v);
    }),
    entry("tcp.analysis.keep_alive_ack", Kind::Mark, "answers a keep-alive", |p, v| {
        mark(p, Mark::KeepAliveAck, v);
    }),
    entry("tcp.analysis.reused_ports", Kind::Mark, "a new connection between ports that had one", |p, v| {
        mark(p, Mark::PortReused, v);
    }),
    entry("tcp.analysis.bytes_in_flight", Number, "sent and not acknowledged", |p, v| {
        note(p, v, |n| positive(n.in_flight));
    }),
    entry("tcp.analysis.acks_frame", Number, "number of the packet that it acknowledges", |p, v| {
        note(p, v, |n| n.answers.map(|packet| u64::from(packet) + 1));
    }),
    entry("tcp.analysis.ack_rtt", Time, "seconds since the packet that it acknowledges", |p, v| {
        let Notes { answers, after_ns, .. } = p.subject.notes;
        if p.is_segment() && answers.is_some() {
            v(Value::Time(*after_ns));
        }
    }),
    tree("llc", Protocol, "frames with a length instead of a type"),
    tree("data", Protocol, "bytes that no protocol here explains"),
    tree("data.data", Bytes, "bytes that no protocol here explains"),
    tree("data.text", Text, "the same, read as letters"),
];

/// Protocols with fields that are not listed.
pub(super) const PROTOCOLS: &[&str] = &[
    "arp", "bootp", "data", "dhcp", "dns", "eth", "http", "icmp", "icmpv6", "igmp", "ip", "ipv6", "llc",
    "mdns", "rip", "stp", "tcp", "udp", "vlan",
];

pub(super) fn find(key: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.key == key)
}

/// The number of `len` bytes at `at` of a header, if they are there.
fn number(header: &[u8], at: usize, len: usize, visit: Visit<'_>) {
    if let Some(bytes) = header.get(at..at + len) {
        visit(Value::Number(bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))));
    }
}

/// Some of a TCP header's flags; of a single one, whether it is set.
fn flags(header: &[u8], mask: u16, visit: Visit<'_>) {
    if let Some(&[high, low]) = header.get(12..14) {
        let bits = u16::from_be_bytes([high, low]) & mask;
        visit(Value::Number(if mask.is_power_of_two() { u64::from(bits != 0) } else { bits.into() }));
    }
}
