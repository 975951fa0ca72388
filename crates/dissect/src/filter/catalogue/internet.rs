//! Fields of IPv4, IPv6 and their control protocols.

use smoltcp::wire::IpProtocol;

use crate::analysis::Mark;
use crate::filter::entry::{Entry, checksum_status, entry, number, packet_number, tree};
use crate::filter::packet::Packet;
use crate::filter::value::{Kind, Value, Visit};
use Kind::{Flag, Ipv4, Ipv6, Number, Protocol, Text, Time};
use texts::mark;

/// In the order in which they are offered.
pub(super) const ENTRIES: &[Entry] = &[
    entry("ip", Protocol, mark!("IPv4"), |p, v| {
        p.headers(false, |header, all| v(Value::Protocol { header, all }))
    }),
    entry("ip.addr", Ipv4, mark!("IPv4 address of sender or receiver"), |p, v| {
        p.addresses(false, [true, true], v);
    }),
    entry("ip.src", Ipv4, mark!("IPv4 address of the sender"), |p, v| p.addresses(false, [true, false], v)),
    entry("ip.dst", Ipv4, mark!("IPv4 address of the receiver"), |p, v| p.addresses(false, [false, true], v)),
    entry("ip.ttl", Number, mark!("how many more routers may forward it"), |p, v| {
        p.headers(false, |h, _| number(h, 8, 1, v));
    }),
    entry("ip.proto", Number, mark!("the protocol that it carries: 1 ICMP, 6 TCP, 17 UDP"), |p, v| {
        p.headers(false, |h, _| number(h, 9, 1, v));
    }),
    entry("ip.len", Number, mark!("length with header, in bytes"), |p, v| {
        p.headers(false, |h, _| number(h, 2, 2, v))
    }),
    entry("ip.id", Number, mark!("the same in all fragments of a packet"), |p, v| {
        p.headers(false, |h, _| number(h, 4, 2, v));
    }),
    tree("ip.flags.df", Flag, mark!("do not fragment")),
    tree("ip.flags.mf", Flag, mark!("more fragments follow")),
    tree("ip.frag_offset", Number, mark!("where the fragment belongs, in bytes")),
    tree("ip.dsfield.dscp", Number, mark!("differentiated services: how the packet wants to be queued")),
    tree("ip.dsfield.ecn", Number, mark!("congestion notification: 3 is congestion experienced")),
    tree("ip.checksum", Number, mark!("checksum of the IPv4 header")),
    entry("ip.version", Number, mark!("4 or 6"), |p, v| {
        p.headers(false, |_, _| v(Value::Number(4)));
        p.headers(true, |_, _| v(Value::Number(6)));
    }),
    entry("ip.host", Text, mark!("address of sender or receiver, as a text"), |p, v| {
        texts(p, [true, true], v)
    }),
    entry("ip.src_host", Text, mark!("address of the sender, as a text"), |p, v| texts(p, [true, false], v)),
    entry("ip.dst_host", Text, mark!("address of the receiver, as a text"), |p, v| {
        texts(p, [false, true], v)
    }),
    entry("ip.checksum.status", Number, mark!("0 is wrong, 1 right, 2 not verified"), |p, v| {
        checksum_status(p, "ip.checksum", v);
    }),
    entry(
        "ip.fragment",
        Number,
        mark!("fragments of the packet that it completes: their numbers"),
        |p, v| {
            fragments(p, false, v);
        },
    ),
    entry("ip.reassembled_in", Number, mark!("the packet that completes the fragmented packet"), |p, v| {
        completed_in(p, false, v);
    }),
    entry("ipv6", Protocol, mark!("IPv6"), |p, v| {
        p.headers(true, |header, all| v(Value::Protocol { header, all }))
    }),
    entry("ipv6.addr", Ipv6, mark!("IPv6 address of sender or receiver"), |p, v| {
        p.addresses(true, [true, true], v);
    }),
    entry("ipv6.src", Ipv6, mark!("IPv6 address of the sender"), |p, v| p.addresses(true, [true, false], v)),
    entry("ipv6.dst", Ipv6, mark!("IPv6 address of the receiver"), |p, v| {
        p.addresses(true, [false, true], v)
    }),
    entry("ipv6.hlim", Number, mark!("hop limit: how many more routers may forward it"), |p, v| {
        p.headers(true, |h, _| number(h, 7, 1, v));
    }),
    entry("ipv6.plen", Number, mark!("length behind the header, in bytes"), |p, v| {
        p.headers(true, |h, _| number(h, 4, 2, v));
    }),
    entry("ipv6.nxt", Number, mark!("what follows the header: 6 TCP, 17 UDP, 58 ICMPv6"), |p, v| {
        p.headers(true, |h, _| number(h, 6, 1, v));
    }),
    entry(
        "ipv6.fragment",
        Number,
        mark!("fragments of the packet that it completes: their numbers"),
        |p, v| {
            fragments(p, true, v);
        },
    ),
    entry("ipv6.reassembled.in", Number, mark!("the packet that completes the fragmented packet"), |p, v| {
        completed_in(p, true, v);
    }),
    entry("icmp", Protocol, mark!("echo and errors of IPv4"), |p, v| {
        p.icmp(false, |m| v(Value::Protocol { header: m, all: m }));
    }),
    entry("icmp.type", Number, mark!("8 is an echo request, 0 a reply, 3 unreachable"), |p, v| {
        p.icmp(false, |m| number(m, 0, 1, v));
    }),
    entry("icmp.code", Number, mark!("the type's finer kind"), |p, v| p.icmp(false, |m| number(m, 1, 1, v))),
    tree("icmp.ident", Number, mark!("which ping an echo belongs to")),
    tree("icmp.seq", Number, mark!("echo sequence number")),
    entry("icmp.checksum.status", Number, mark!("0 is wrong, 1 right, 2 not verified"), |p, v| {
        checksum_status(p, "icmp.checksum", v);
    }),
    entry("icmp.resp_in", Number, mark!("the packet that answers an echo request"), |p, v| {
        answered_in(p, IpProtocol::Icmp, v);
    }),
    entry("icmp.resp_to", Number, mark!("the packet with the request that an echo reply answers"), |p, v| {
        answer_to(p, IpProtocol::Icmp, v);
    }),
    // In milliseconds, unlike all other times.
    entry(
        "icmp.resptime",
        Time,
        mark!("milliseconds since the request that an echo reply answers"),
        |p, v| {
            if p.inner() == Some(IpProtocol::Icmp) && p.subject.notes.answers.is_some() {
                v(Value::Time((p.subject.notes.after_ns as i64).saturating_mul(1_000)));
            }
        },
    ),
    entry("icmp.no_resp", Kind::Mark, mark!("an echo request without an answer"), |p, v| {
        let wants = p.subject.notes.marks.contains(Mark::Request) && p.inner() == Some(IpProtocol::Icmp);
        if wants && p.subject.analysis.is_some_and(|analysis| analysis.answer(p.subject.number).is_none()) {
            v(Value::Present);
        }
    }),
    entry("icmpv6", Protocol, mark!("echo, errors and neighbor discovery of IPv6"), |p, v| {
        p.icmp(true, |m| v(Value::Protocol { header: m, all: m }));
    }),
    entry(
        "icmpv6.type",
        Number,
        mark!("128 is an echo request, 129 a reply, 135 a neighbor solicitation"),
        |p, v| {
            p.icmp(true, |m| number(m, 0, 1, v));
        },
    ),
    entry("icmpv6.code", Number, mark!("the type's finer kind"), |p, v| p.icmp(true, |m| number(m, 1, 1, v))),
    tree("icmpv6.nd.ns.target_address", Ipv6, mark!("the address that is asked for")),
    tree("icmpv6.nd.na.target_address", Ipv6, mark!("the address that is answered for")),
    entry(
        "icmpv6.nd.ra.flag.prf",
        Number,
        mark!("preference of a router: 1 high, 0 medium, 3 low"),
        |p, v| {
            p.icmp(true, |m| {
                if let [134, _, _, _, _, flags, ..] = m {
                    v(Value::Number(i64::from(flags >> 3 & 3)));
                }
            });
        },
    ),
    entry("icmpv6.nd.ra.flag", Number, mark!("all flags of a router advertisement"), |p, v| {
        p.icmp(true, |m| {
            if let [134, _, _, _, _, flags, ..] = m {
                v(Value::Number((*flags).into()));
            }
        });
    }),
    entry("igmp.version", Number, mark!("1, 2 or 3"), |p, v| {
        p.transport(IpProtocol::Igmp, |m| match m {
            [0x11, 0, ..] if m.len() == 8 => v(Value::Number(1)),
            [0x12, ..] => v(Value::Number(1)),
            [0x11, ..] if m.len() > 8 => v(Value::Number(3)),
            [0x22, ..] => v(Value::Number(3)),
            [0x11 | 0x16 | 0x17, ..] => v(Value::Number(2)),
            _ => {}
        });
    }),
    tree("igmp", Protocol, mark!("the members of IPv4 groups")),
];

fn texts(packet: &Packet<'_>, which: [bool; 2], visit: Visit<'_>) {
    packet.addresses(false, which, &mut |value| {
        if let Value::Address(address) = value {
            visit(Value::Text(&address.to_string()));
        }
    });
}

/// The packets that had the fragments of the one that this completes.
fn fragments(packet: &Packet<'_>, v6: bool, visit: Visit<'_>) {
    let mut of_version = false;
    packet.headers(v6, |_, _| of_version = true);
    if of_version && packet.is_last_fragment() {
        visit(Value::Number(i64::from(packet.subject.number) + 1));
    }
}

fn completed_in(packet: &Packet<'_>, v6: bool, visit: Visit<'_>) {
    let mut of_version = false;
    packet.headers(v6, |_, _| of_version = true);
    let is_fragment = matches!(packet.meaning().message, crate::message::Message::Fragment(_));
    if of_version && is_fragment {
        packet_number(packet.subject.analysis.and_then(|all| all.completed_by(packet.subject.number)), visit);
    }
}

fn answered_in(packet: &Packet<'_>, protocol: IpProtocol, visit: Visit<'_>) {
    if packet.inner() == Some(protocol) && packet.subject.notes.marks.contains(Mark::Request) {
        let answer = packet.subject.analysis.and_then(|analysis| analysis.answer(packet.subject.number));
        packet_number(answer.map(|(by, _)| by), visit);
    }
}

fn answer_to(packet: &Packet<'_>, protocol: IpProtocol, visit: Visit<'_>) {
    if packet.inner() == Some(protocol) {
        packet_number(packet.subject.notes.answers, visit);
    }
}
