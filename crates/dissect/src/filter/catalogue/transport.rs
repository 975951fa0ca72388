//! Fields of UDP and TCP, and what the analysis says of connections.

use smoltcp::wire::IpProtocol;

use crate::analysis::{Facts, Mark, Notes, Reading};
use crate::filter::entry::{
    Entry, checksum_status, entry, mark, note, number, packet_number, positive, tree,
};
use crate::filter::packet::Packet;
use crate::filter::value::{Kind, Value, Visit};
use crate::message::TcpFlags;
use crate::message::tcp::sack_blocks;
use Kind::{Bytes, Flag, Number, Protocol, Text, Time};
use texts::mark;

const TCP: IpProtocol = IpProtocol::Tcp;
const UDP: IpProtocol = IpProtocol::Udp;

/// In the order in which they are offered.
pub(super) const ENTRIES: &[Entry] = &[
    entry("udp", Protocol, mark!("datagrams"), |p, v| {
        p.transport(UDP, |h| v(Value::Protocol { header: &h[..h.len().min(8)], all: h }));
    }),
    entry("udp.port", Number, mark!("UDP port of sender or receiver"), |p, v| {
        p.transport(UDP, |h| {
            number(h, 0, 2, v);
            number(h, 2, 2, v);
        });
    }),
    entry("udp.srcport", Number, mark!("UDP port of the sender"), |p, v| {
        p.transport(UDP, |h| number(h, 0, 2, v))
    }),
    entry("udp.dstport", Number, mark!("UDP port of the receiver"), |p, v| {
        p.transport(UDP, |h| number(h, 2, 2, v))
    }),
    entry("udp.length", Number, mark!("length with header, in bytes"), |p, v| {
        p.transport(UDP, |h| number(h, 4, 2, v));
    }),
    entry("udp.stream", Number, mark!("which conversation, from 0"), |p, v| {
        if p.is_datagram() {
            p.subject.notes.stream.into_iter().for_each(|stream| v(Value::Number(stream.into())));
        }
    }),
    entry("udp.payload", Bytes, mark!("what a datagram carries"), |p, v| {
        p.transport(UDP, |h| {
            h.get(8..).filter(|data| !data.is_empty()).into_iter().for_each(|d| v(Value::Bytes(d)))
        });
    }),
    entry(
        "udp.checksum.status",
        Number,
        mark!("0 is wrong, 1 right, 2 not verified, 3 not there"),
        |p, v| {
            checksum_status(p, "udp.checksum", v);
        },
    ),
    entry("udp.time_delta", Time, mark!("seconds since the packet before it in the conversation"), |p, v| {
        if p.is_datagram() {
            v(Value::Time(delta_ns(p)));
        }
    }),
    entry("tcp", Protocol, mark!("connections"), |p, v| {
        p.transport(TCP, |h| v(Value::Protocol { header: h.get(..header_len(h)).unwrap_or(h), all: h }));
    }),
    entry("tcp.port", Number, mark!("TCP port of sender or receiver"), |p, v| {
        p.transport(TCP, |h| {
            number(h, 0, 2, v);
            number(h, 2, 2, v);
        });
    }),
    entry("tcp.srcport", Number, mark!("TCP port of the sender"), |p, v| {
        p.transport(TCP, |h| number(h, 0, 2, v))
    }),
    entry("tcp.dstport", Number, mark!("TCP port of the receiver"), |p, v| {
        p.transport(TCP, |h| number(h, 2, 2, v))
    }),
    entry("tcp.stream", Number, mark!("which connection, from 0"), |p, v| {
        note(p, v, |n| n.stream.map(i64::from))
    }),
    entry("tcp.len", Number, mark!("how many bytes of data the segment has"), |p, v| {
        note(p, v, |n| n.stream.map(|_| n.len.into()));
    }),
    entry("tcp.seq", Number, mark!("sequence number, from the beginning of the connection"), |p, v| {
        note(p, v, |n| n.stream.map(|_| n.seq.into()));
    }),
    entry("tcp.ack", Number, mark!("acknowledgment number, from the beginning of the connection"), |p, v| {
        note(p, v, |n| n.stream.map(|_| n.ack.into()));
    }),
    entry("tcp.window_size", Number, mark!("window in bytes, scaled"), |p, v| {
        note(p, v, |n| n.stream.map(|_| n.window.into()));
    }),
    entry(
        "tcp.flags",
        Number,
        mark!("all flags: 0x002 SYN, 0x010 ACK, 0x001 FIN, 0x004 RST, 0x008 PSH"),
        |p, v| {
            p.transport(TCP, |h| flags(h, 0xfff, v));
        },
    ),
    entry("tcp.flags.syn", Flag, mark!("opens a connection"), |p, v| {
        p.transport(TCP, |h| flags(h, 0x002, v))
    }),
    entry("tcp.flags.ack", Flag, mark!("acknowledges"), |p, v| p.transport(TCP, |h| flags(h, 0x010, v))),
    entry("tcp.flags.fin", Flag, mark!("no more data will come"), |p, v| {
        p.transport(TCP, |h| flags(h, 0x001, v))
    }),
    entry("tcp.flags.reset", Flag, mark!("ends the connection at once"), |p, v| {
        p.transport(TCP, |h| flags(h, 0x004, v));
    }),
    entry("tcp.flags.push", Flag, mark!("hand the data to the program now"), |p, v| {
        p.transport(TCP, |h| flags(h, 0x008, v));
    }),
    entry("tcp.flags.urg", Flag, mark!("the urgent pointer is in use"), |p, v| {
        p.transport(TCP, |h| flags(h, 0x020, v));
    }),
    entry("tcp.flags.ece", Flag, mark!("ECN echo: a router has marked a packet"), |p, v| {
        p.transport(TCP, |h| flags(h, 0x040, v));
    }),
    entry("tcp.flags.cwr", Flag, mark!("congestion window reduced"), |p, v| {
        p.transport(TCP, |h| flags(h, 0x080, v))
    }),
    entry("tcp.seq_raw", Number, mark!("sequence number, as it is in the header"), |p, v| {
        p.transport(TCP, |h| number(h, 4, 4, v));
    }),
    entry("tcp.ack_raw", Number, mark!("acknowledgment number, as it is in the header"), |p, v| {
        p.transport(TCP, |h| number(h, 8, 4, v));
    }),
    entry("tcp.window_size_value", Number, mark!("window, as it is in the header"), |p, v| {
        p.transport(TCP, |h| number(h, 14, 2, v));
    }),
    entry("tcp.hdr_len", Number, mark!("length of the header in bytes"), |p, v| {
        p.transport(TCP, |h| h.get(12).into_iter().for_each(|&b| v(Value::Number(i64::from(b >> 4) * 4))));
    }),
    entry("tcp.payload", Bytes, mark!("the data of a segment"), |p, v| {
        p.transport(TCP, |h| {
            let header_len = h.get(12).map_or(usize::MAX, |&byte| usize::from(byte >> 4) * 4);
            h.get(header_len..).filter(|data| !data.is_empty()).into_iter().for_each(|d| v(Value::Bytes(d)));
        });
    }),
    tree(
        "tcp.options.mss_val",
        Number,
        mark!("the longest piece of data that the sender takes in one segment"),
    ),
    tree("tcp.options.wscale.shift", Number, mark!("window scale: the factor's power of two")),
    tree("tcp.checksum", Number, mark!("checksum of a segment")),
    entry("tcp.analysis", Kind::Mark, mark!("anything that the analysis says of a segment"), |p, v| {
        let Notes { marks, answers, in_flight, .. } = p.subject.notes;
        if p.is_segment() && (marks.is_remarkable() || answers.is_some() || *in_flight > 0) {
            v(Value::Present);
        }
    }),
    entry(
        "tcp.analysis.flags",
        Kind::Mark,
        mark!("anything remarkable, such as a retransmission"),
        |p, v| {
            if p.subject.notes.marks.is_remarkable() {
                v(Value::Present);
            }
        },
    ),
    entry("tcp.analysis.retransmission", Kind::Mark, mark!("sent again"), |p, v| {
        mark(p, Mark::Retransmission, v)
    }),
    entry(
        "tcp.analysis.fast_retransmission",
        Kind::Mark,
        mark!("sent again because duplicate ACKs asked for it"),
        |p, v| {
            mark(p, Mark::FastRetransmission, v);
        },
    ),
    entry(
        "tcp.analysis.spurious_retransmission",
        Kind::Mark,
        mark!("sent again although it was acknowledged"),
        |p, v| {
            mark(p, Mark::SpuriousRetransmission, v);
        },
    ),
    entry("tcp.analysis.out_of_order", Kind::Mark, mark!("overtaken on its way"), |p, v| {
        mark(p, Mark::OutOfOrder, v)
    }),
    entry("tcp.analysis.lost_segment", Kind::Mark, mark!("something before it was not seen"), |p, v| {
        mark(p, Mark::LostSegment, v);
    }),
    entry("tcp.analysis.ack_lost_segment", Kind::Mark, mark!("acknowledges what was not seen"), |p, v| {
        mark(p, Mark::AckedUnseen, v);
    }),
    entry("tcp.analysis.duplicate_ack", Kind::Mark, mark!("repeats the last ACK"), |p, v| {
        mark(p, Mark::DuplicateAck, v);
    }),
    entry("tcp.analysis.duplicate_ack_num", Number, mark!("duplicate ACK count"), |p, v| {
        note(p, v, |n| positive(n.duplicate));
    }),
    entry(
        "tcp.analysis.zero_window",
        Kind::Mark,
        mark!("the sender of it can take in nothing more"),
        |p, v| {
            mark(p, Mark::ZeroWindow, v);
        },
    ),
    entry(
        "tcp.analysis.zero_window_probe",
        Kind::Mark,
        mark!("asks whether a closed window is open again"),
        |p, v| {
            mark(p, Mark::ZeroWindowProbe, v);
        },
    ),
    entry("tcp.analysis.zero_window_probe_ack", Kind::Mark, mark!("answers such a question"), |p, v| {
        mark(p, Mark::ZeroWindowProbeAck, v);
    }),
    entry("tcp.analysis.window_full", Kind::Mark, mark!("uses up the receiver's window"), |p, v| {
        mark(p, Mark::WindowFull, v);
    }),
    entry("tcp.analysis.window_update", Kind::Mark, mark!("says nothing new but the window"), |p, v| {
        mark(p, Mark::WindowUpdate, v);
    }),
    entry("tcp.analysis.keep_alive", Kind::Mark, mark!("asks whether the other end still lives"), |p, v| {
        mark(p, Mark::KeepAlive, v);
    }),
    entry("tcp.analysis.keep_alive_ack", Kind::Mark, mark!("answers a keep-alive"), |p, v| {
        mark(p, Mark::KeepAliveAck, v);
    }),
    entry(
        "tcp.analysis.reused_ports",
        Kind::Mark,
        mark!("a new connection between ports that had one"),
        |p, v| {
            mark(p, Mark::PortReused, v);
        },
    ),
    entry("tcp.analysis.bytes_in_flight", Number, mark!("sent and not acknowledged"), |p, v| {
        note(p, v, |n| positive(n.in_flight));
    }),
    entry("tcp.analysis.acks_frame", Number, mark!("number of the packet that it acknowledges"), |p, v| {
        note(p, v, |n| n.answers.map(|packet| i64::from(packet) + 1));
    }),
    entry("tcp.analysis.ack_rtt", Time, mark!("seconds since the packet that it acknowledges"), |p, v| {
        let Notes { answers, after_ns, .. } = p.subject.notes;
        // Clocks that are too coarse measure nothing.
        if p.is_segment() && answers.is_some() && *after_ns > 0 {
            v(Value::Time(*after_ns as i64));
        }
    }),
    entry("tcp.analysis.initial_rtt", Time, mark!("seconds that the handshake took"), |p, v| {
        if let Some(Facts { first_round_trip_ns: Some(ns), .. }) = facts(p) {
            v(Value::Time(ns as i64));
        }
    }),
    entry("tcp.analysis.push_bytes_sent", Number, mark!("bytes sent since the last PSH"), |p, v| {
        note(p, v, |n| positive(n.pushed));
    }),
    entry("tcp.checksum.status", Number, mark!("0 is wrong, 1 right, 2 not verified"), |p, v| {
        checksum_status(p, "tcp.checksum", v);
    }),
    entry("tcp.time_delta", Time, mark!("seconds since the packet before it in the connection"), |p, v| {
        if p.is_segment() && p.subject.notes.stream.is_some() {
            v(Value::Time(delta_ns(p)));
        }
    }),
    entry("tcp.time_relative", Time, mark!("seconds since the first packet of the connection"), |p, v| {
        if let Some(facts) = facts(p) {
            v(Value::Time(p.since(facts.begun_at_ns)));
        }
    }),
    entry(
        "tcp.completeness",
        Number,
        mark!("steps of the connection that were seen: 1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN, 32 RST"),
        |p, v| {
            if let Some(facts) = facts(p) {
                v(Value::Number(facts.completeness.into()));
            }
        },
    ),
    entry("tcp.nxtseq", Number, mark!("the sequence number behind it"), |p, v| {
        if p.is_segment() && p.subject.notes.stream.is_some() {
            let mut more = 0;
            p.transport(TCP, |h| more = u32::from(h.get(13).is_some_and(|flags| flags & 3 != 0)));
            let notes = p.subject.notes;
            v(Value::Number(notes.seq.wrapping_add(notes.len).wrapping_add(more).into()));
        }
    }),
    entry(
        "tcp.window_size_scalefactor",
        Number,
        mark!("factor of the windows; -1 unknown, -2 none"),
        |p, v| {
            if p.is_segment() && p.subject.notes.stream.is_some() && !is_syn(p) {
                v(Value::Number(p.subject.notes.window_factor.into()));
            }
        },
    ),
    entry("tcp.flags.str", Text, mark!("all flags as letters, such as ·······AP···"), |p, v| {
        p.transport(TCP, |h| {
            if let Some(bits) = h.get(12..14) {
                v(Value::Text(&letters(u16::from_be_bytes([bits[0], bits[1]]))));
            }
        });
    }),
    entry("tcp.flags.res", Flag, mark!("reserved bits that are not zero"), |p, v| {
        p.transport(TCP, |h| {
            if let Some(byte) = h.get(12) {
                v(Value::Number(i64::from(byte & 0xe != 0)));
            }
        });
    }),
    entry("tcp.connection.syn", Kind::Mark, mark!("a SYN that opens a connection"), |p, v| {
        opens(p, v, TcpFlags::SYN, TcpFlags::ACK);
    }),
    entry("tcp.connection.synack", Kind::Mark, mark!("a SYN that accepts a connection"), |p, v| {
        opens(p, v, SYN_ACK, NONE);
    }),
    entry("tcp.connection.fin", Kind::Mark, mark!("a FIN"), |p, v| opens(p, v, TcpFlags::FIN, NONE)),
    entry("tcp.connection.rst", Kind::Mark, mark!("a reset"), |p, v| opens(p, v, TcpFlags::RST, NONE)),
    entry(
        "tcp.options.sack_le",
        Number,
        mark!("first byte of a piece that has arrived behind a gap"),
        |p, v| {
            sacks(p, |(left, _)| v(Value::Number(left.into())));
        },
    ),
    entry("tcp.options.sack_re", Number, mark!("first byte behind such a piece"), |p, v| {
        sacks(p, |(_, right)| v(Value::Number(right.into())));
    }),
    entry("tcp.options.sack.count", Number, mark!("how many such pieces an ACK names"), |p, v| {
        let mut count = 0;
        sacks(p, |_| count += 1);
        if count > 0 {
            v(Value::Number(count));
        }
    }),
    entry("tcp.options.wscale.multiplier", Number, mark!("window scale: the factor"), |p, v| {
        options(p, |option| {
            if let [3, 3, shift, ..] = option {
                v(Value::Number(1 << shift.min(&14)));
            }
        });
    }),
    entry("tcp.option_kind", Number, mark!("the kinds of the options"), |p, v| {
        options(p, |option| v(Value::Number(option[0].into())));
    }),
    entry(
        "tcp.reassembled_in",
        Number,
        mark!("the packet that completes the message of this segment"),
        |p, v| {
            if p.is_segment() {
                packet_number(p.subject.analysis.and_then(|all| all.completed_by(p.subject.number)), v);
            }
        },
    ),
    entry("tcp.segment_data", Bytes, mark!("the data of a segment that is a part of a message"), |p, v| {
        if matches!(p.subject.notes.reading, Reading::Part) || (p.whole().is_some() && !p.is_last_fragment())
        {
            p.transport(TCP, |h| {
                h.get(header_len(h)..)
                    .filter(|data| !data.is_empty())
                    .into_iter()
                    .for_each(|d| v(Value::Bytes(d)));
            });
        }
    }),
    entry("tcp.pdu.size", Number, mark!("how long the messages are that it completes"), |p, v| {
        if let Some(whole) = p.whole().filter(|_| p.is_segment() && !p.is_last_fragment())
            && let crate::message::Message::Tcp(segment) = crate::message::meaning(whole).message
        {
            v(Value::Number(segment.data_len as i64));
        }
    }),
];

const NONE: TcpFlags = TcpFlags::NONE;
const SYN_ACK: TcpFlags = TcpFlags::SYN_ACK;

fn header_len(header: &[u8]) -> usize {
    header.get(12).map_or(20, |&byte| usize::from(byte >> 4) * 4).max(20)
}

/// Since the packet before it in its conversation; 0 for the first.
fn delta_ns(packet: &Packet<'_>) -> i64 {
    let analysis = packet.subject.analysis;
    let before = analysis.and_then(|all| all.at_ns(all.previous(packet.subject.number)?));
    before.map_or(0, |before| packet.since(before))
}

fn facts(packet: &Packet<'_>) -> Option<Facts> {
    let analysis = packet.subject.analysis.filter(|_| packet.is_segment())?;
    analysis.connection(packet.subject.number, packet.subject.notes)
}

fn is_syn(packet: &Packet<'_>) -> bool {
    let mut syn = false;
    packet.transport(TCP, |h| syn = h.get(13).is_some_and(|flags| flags & 2 != 0));
    syn
}

fn opens(packet: &Packet<'_>, visit: Visit<'_>, set: TcpFlags, not: TcpFlags) {
    if packet.subject.notes.stream.is_none() || !packet.is_segment() {
        return;
    }
    packet.transport(TCP, |h| {
        if h.len() >= 20 {
            let flags = TcpFlags::read(h);
            if flags.contains(set) && (not == NONE || !flags.contains(not)) {
                visit(Value::Present);
            }
        }
    });
}

/// The flags as letters, the highest first, with dots for those that are not set.
fn letters(bits: u16) -> String {
    let letters = "RRRACEUAPRSF".chars().enumerate();
    letters.map(|(place, letter)| if bits >> (11 - place) & 1 == 1 { letter } else { '·' }).collect()
}

/// Each option, from its kind on.
fn options(packet: &Packet<'_>, mut option: impl FnMut(&[u8])) {
    packet.transport(TCP, |h| {
        let mut rest = h.get(20..header_len(h)).unwrap_or(&[]);
        while let [kind, ..] = rest {
            let length = match kind {
                0 | 1 => 1,
                _ => rest.get(1).map_or(0, |&length| usize::from(length)),
            };
            let Some(this) = rest.get(..length).filter(|this| !this.is_empty()) else { return };
            option(this);
            rest = &rest[length..];
        }
    });
}

/// The blocks of SACK options, relative like acknowledgment numbers.
fn sacks(packet: &Packet<'_>, mut block: impl FnMut((u32, u32))) {
    let mut base = 0;
    packet.transport(TCP, |h| {
        let ack =
            h.get(8..12).and_then(|bytes| bytes.first_chunk()).map_or(0, |&bytes| u32::from_be_bytes(bytes));
        base = ack.wrapping_sub(packet.subject.notes.ack);
    });
    options(packet, |option| {
        if option[0] == 5 {
            sack_blocks(option)
                .for_each(|(left, right)| block((left.wrapping_sub(base), right.wrapping_sub(base))));
        }
    });
}

/// Some of a TCP header's flags; of a single one, whether it is set.
fn flags(header: &[u8], mask: u16, visit: Visit<'_>) {
    if let Some(&[high, low]) = header.get(12..14) {
        let bits = u16::from_be_bytes([high, low]) & mask;
        visit(Value::Number(if mask.is_power_of_two() { i64::from(bits != 0) } else { bits.into() }));
    }
}
