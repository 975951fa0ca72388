//! ICMPv6: echo, and the errors that quote the packet they are about (RFC 4443). Neighbor discovery rides in it: see
//! `ndp`.

use smoltcp::wire::{Icmpv6Message as Message, Icmpv6Packet};

use crate::checksum;
use crate::icmpv4::{ECHO_IDENT, ECHO_SEQUENCE, UNUSED};
use crate::ip::Packet;
use crate::layers::{Draft, Field, Tree, bytes, hex, padded};
use crate::rows::{Names, name, named};
use crate::summary::Label;
use crate::{ipv6, mld, ndp, payload};

/// Type, code and checksum.
pub(crate) const BASE_LEN: usize = 4;
const HEADER_LEN: usize = 8;

pub(crate) fn label(message: &[u8]) -> Label {
    let [kind, _, _, _, rest @ ..] = message else { return Label::of("malformed") };
    match (Message::from(*kind), rest) {
        (Message::EchoRequest, &[_, _, a, b, ..]) => {
            Label::write(format_args!("echo {}", u16::from_be_bytes([a, b])))
        }
        (Message::EchoReply, &[_, _, a, b, ..]) => {
            Label::write(format_args!("echo reply {}", u16::from_be_bytes([a, b])))
        }
        (Message::EchoRequest | Message::EchoReply, _) => Label::of("malformed"),
        (Message::RouterSolicit, _) => Label::of("RS"),
        (Message::RouterAdvert, _) => Label::of("RA"),
        (Message::NeighborSolicit, _) => Label::of("NS"),
        (Message::NeighborAdvert, _) => Label::of("NA"),
        (Message::Redirect, _) => Label::of("redirect"),
        (Message::DstUnreachable, _) => Label::of("unreachable"),
        (Message::PktTooBig, _) => Label::of("too big"),
        (Message::TimeExceeded, _) => Label::of("TTL exceeded"),
        (Message::MldQuery, _) => Label::of("MLD query"),
        (Message::MldReport | Message::Unknown(mld::REPORT), _) => Label::of("MLD report"),
        (Message::Unknown(mld::DONE), _) => Label::of("MLD done"),
        (other, _) => Label::write(format_args!("ICMPv6 {}", u8::from(other))),
    }
}

pub(crate) fn info(message: &[u8], packet: &Packet) -> String {
    if message.len() < BASE_LEN {
        return "ICMPv6, cut short".into();
    }
    let fixed = padded::<HEADER_LEN>(message);
    let icmp = Icmpv6Packet::new_unchecked(&fixed[..]);
    let kind = icmp.msg_type();
    match kind {
        Message::EchoRequest | Message::EchoReply if message.len() >= HEADER_LEN => {
            let what = if kind == Message::EchoRequest { "Echo (ping) request" } else { "Echo (ping) reply" };
            format!(
                "{what} id=0x{:04x}, seq={}, hop limit={}",
                icmp.echo_ident(),
                icmp.echo_seq_no(),
                packet.hop_limit
            )
        }
        _ if kind.is_ndisc() => ndp::info(message),
        Message::PktTooBig if message.len() >= HEADER_LEN => {
            format!("Packet Too Big (MTU {})", icmp.pkt_too_big_mtu())
        }
        _ => {
            let kind_name = type_name(kind);
            match code_name(kind, icmp.msg_code()) {
                Some(code) => format!("{kind_name} ({code})"),
                None => kind_name,
            }
        }
    }
}

/// The analysers' names.
const TYPES: Names = &[
    (1, "Destination Unreachable"),
    (2, "Packet Too Big"),
    (3, "Time Exceeded"),
    (4, "Parameter Problem"),
    (128, "Echo (ping) request"),
    (129, "Echo (ping) reply"),
    (130, "Multicast Listener Query"),
    (131, "Multicast Listener Report"),
    (132, "Multicast Listener Done"),
    (133, "Router Solicitation"),
    (134, "Router Advertisement"),
    (135, "Neighbor Solicitation"),
    (136, "Neighbor Advertisement"),
    (137, "Redirect"),
    (143, "Multicast Listener Report Message v2"),
];
const UNREACHABLE: Names = &[
    (0, "no route to destination"),
    (1, "Administratively prohibited"),
    (2, "Beyond scope of source address"),
    (3, "Address unreachable"),
    (4, "Port unreachable"),
    (5, "Source address failed ingress/egress policy"),
    (6, "Reject route to destination"),
];
const EXCEEDED: Names = &[(0, "hop limit exceeded in transit"), (1, "fragment reassembly time exceeded")];
const PROBLEM: Names = &[
    (0, "erroneous header field encountered"),
    (1, "unrecognized Next Header type encountered"),
    (2, "unrecognized IPv6 option encountered"),
];

fn type_name(kind: Message) -> String {
    let number = u8::from(kind).into();
    name(TYPES, number).map_or(format!("ICMPv6 type {number}"), str::to_string)
}

fn code_name(kind: Message, code: u8) -> Option<&'static str> {
    let names = match kind {
        Message::DstUnreachable => UNREACHABLE,
        Message::TimeExceeded => EXCEEDED,
        Message::ParamProblem => PROBLEM,
        _ => return None,
    };
    name(names, code.into())
}

fn quotes(kind: Message) -> bool {
    matches!(
        kind,
        Message::DstUnreachable | Message::PktTooBig | Message::TimeExceeded | Message::ParamProblem
    )
}

pub(crate) fn dissect(tree: &mut Tree<'_>, packet: &Packet) {
    let range = packet.payload.clone();
    let message = &tree.frame[range.clone()];
    let fixed = padded::<HEADER_LEN>(message);
    let icmp = Icmpv6Packet::new_unchecked(&fixed[..]);
    let (kind, code) = (icmp.msg_type(), icmp.msg_code());
    let echo = matches!(kind, Message::EchoRequest | Message::EchoReply);

    let header_len = if echo || quotes(kind) { HEADER_LEN } else { BASE_LEN };
    let mut draft = Draft::new(packet.layer_name("ICMPv6", "Quoted ICMPv6"), &range, header_len);
    draft.summary(if kind.is_ndisc() { type_name(kind) } else { info(message, packet) });
    draft.add(Field::new(
        "icmpv6.type",
        "Type",
        0..1,
        named(TYPES, u8::from(kind).into()),
        type_meaning(kind),
    ));
    let code_value = code_name(kind, code).map_or(code.to_string(), |name| format!("{code} ({name})"));
    draft.add(Field::new(
        "icmpv6.code",
        "Code",
        1..2,
        code_value,
        "The type's finer kind, such as the reason.",
    ));
    draft.add(checksum::field(
        "icmpv6.checksum",
        "Checksum",
        2..4,
        icmp.checksum(),
        packet.verify(message, 2),
        "Protects the message and, as IPv6 has no checksum of its own, the addresses that it travels between.",
    ));
    match kind {
        _ if echo => {
            draft.add(Field::new(
                "icmpv6.echo.identifier",
                "Identifier",
                4..6,
                icmp.echo_ident(),
                ECHO_IDENT,
            ));
            let sequence = icmp.echo_seq_no();
            draft.add(Field::new(
                "icmpv6.echo.sequence_number",
                "Sequence number",
                6..8,
                sequence,
                ECHO_SEQUENCE,
            ));
        }
        Message::PktTooBig => draft.add(Field::new(
            "icmpv6.mtu",
            "MTU",
            4..8,
            bytes(icmp.pkt_too_big_mtu() as usize),
            "The longest packet that the next link takes: send none longer.",
        )),
        Message::ParamProblem => draft.add(Field::new(
            "icmpv6.pointer",
            "Pointer",
            4..8,
            icmp.param_problem_ptr(),
            "The position, in the quoted packet, of the byte that could not be understood.",
        )),
        _ if quotes(kind) => {
            draft.add(Field::new("icmpv6.reserved", "Unused", 4..8, hex(&fixed[4..8]), UNUSED));
        }
        _ => {}
    }
    let body = draft.end()..range.end;
    tree.push(draft);

    if kind.is_ndisc() {
        ndp::dissect(tree, kind, body, packet);
    } else if mld::is_mld(kind.into()) {
        mld::dissect(tree, kind.into(), body, packet);
    } else if quotes(kind) && !packet.quoted && !body.is_empty() {
        ipv6::dissect(tree, body, true);
    } else {
        payload::dissect(tree, body);
    }
}

fn type_meaning(kind: Message) -> &'static str {
    match kind {
        Message::EchoRequest => "Are you there? Whoever gets it sends the same data back.",
        Message::EchoReply => "Here I am: the answer to an echo request, with its data.",
        Message::DstUnreachable => "The quoted packet could not be delivered; the code says why.",
        Message::PktTooBig => {
            "The quoted packet does not fit into the next link, and routers do not cut in IPv6."
        }
        Message::TimeExceeded => "The quoted packet passed too many routers, or a piece of it never came.",
        Message::ParamProblem => "The quoted packet's header could not be understood.",
        Message::RouterSolicit => "Are there any routers on this segment? Please introduce yourselves.",
        Message::RouterAdvert => {
            "A router introduces itself, and says what addresses to use on this segment."
        }
        Message::NeighborSolicit => {
            "Who has this IPv6 address? It is to IPv6 what an ARP request is to IPv4."
        }
        Message::NeighborAdvert => "I have this IPv6 address: the answer to a solicitation.",
        Message::Redirect => "A router knows a shorter way than through itself.",
        Message::MldQuery => "A router asks which groups the hosts on this segment listen to.",
        Message::MldReport | Message::Unknown(mld::REPORT) => "A host says which groups it listens to.",
        Message::Unknown(mld::DONE) => {
            "A host listens to a group no more. If it was the last, the router can stop sending."
        }
        _ => "What kind of message this is.",
    }
}
