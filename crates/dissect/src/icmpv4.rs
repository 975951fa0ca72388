//! ICMP: echo, and the errors that quote the packet they are about (RFC 792).

use smoltcp::wire::{
    Icmpv4DstUnreachable as Unreachable, Icmpv4Message as Message, Icmpv4Packet, Ipv4Address,
};

use crate::checksum::{self, Verdict};
use crate::ip::Packet;
use crate::layers::{Draft, Field, Tree, bytes, padded};
use crate::rows::{Names, name, named};
use crate::summary::Label;
use crate::{ipv4, payload};

const HEADER_LEN: usize = 8;
/// Send more slowly: out of use (RFC 6633), and unknown to smoltcp.
const SOURCE_QUENCH: u8 = 4;
pub(crate) const ECHO_IDENT: &str =
    "Chosen by the sender, so that it finds its own answers among those for other pings.";
pub(crate) const ECHO_SEQUENCE: &str =
    "Counts up with each request; the reply repeats it, which shows what was lost or overtaken.";
pub(crate) const UNUSED: &str = "This kind of message has no use for these bytes.";

pub(crate) fn label(message: &[u8]) -> Label {
    let Ok(icmp) = Icmpv4Packet::new_checked(message) else { return Label::of("malformed") };
    match icmp.msg_type() {
        Message::EchoRequest => Label::write(format_args!("echo {}", icmp.echo_seq_no())),
        Message::EchoReply => Label::write(format_args!("echo reply {}", icmp.echo_seq_no())),
        Message::DstUnreachable => Label::of("unreachable"),
        Message::TimeExceeded => Label::of("TTL exceeded"),
        Message::Redirect => Label::of("redirect"),
        other => Label::write(format_args!("ICMP {}", u8::from(other))),
    }
}

pub(crate) fn info(message: &[u8], packet: &Packet) -> String {
    let Ok(icmp) = Icmpv4Packet::new_checked(message) else { return "ICMP, cut short".into() };
    // Analysers align the two, and write the number in both byte orders, because some systems count in the other.
    let what = match icmp.msg_type() {
        Message::EchoRequest => "Echo (ping) request ",
        Message::EchoReply => "Echo (ping) reply   ",
        kind => {
            let kind_name = type_name(kind);
            return match code_name(kind, icmp.msg_code()) {
                Some(code) => format!("{kind_name:20} ({code})"),
                None => kind_name,
            };
        }
    };
    let sequence = icmp.echo_seq_no();
    let other_order = sequence.swap_bytes();
    format!("{what} id=0x{:04x}, seq={sequence}/{other_order}, ttl={}", icmp.echo_ident(), packet.hop_limit)
}

/// The analysers' names.
const TYPES: Names = &[
    (0, "Echo (ping) reply"),
    (3, "Destination unreachable"),
    (4, "Source quench (flow control)"),
    (5, "Redirect"),
    (8, "Echo (ping) request"),
    (11, "Time-to-live exceeded"),
    (12, "Parameter problem"),
];
const UNREACHABLE: Names = &[
    (0, "Network unreachable"),
    (1, "Host unreachable"),
    (2, "Protocol unreachable"),
    (3, "Port unreachable"),
    (4, "Fragmentation needed"),
    (5, "Source route failed"),
    (6, "Destination network unknown"),
    (7, "Destination host unknown"),
    (8, "Source host isolated"),
    (9, "Network administratively prohibited"),
    (10, "Host administratively prohibited"),
    (11, "Network unreachable for TOS"),
    (12, "Host unreachable for TOS"),
    (13, "Communication administratively filtered"),
    (14, "Host precedence violation"),
    (15, "Precedence cutoff in effect"),
];
const REDIRECT: Names = &[
    (0, "Redirect for network"),
    (1, "Redirect for host"),
    (2, "Redirect for TOS and network"),
    (3, "Redirect for TOS and host"),
];
const EXCEEDED: Names = &[(0, "Time to live exceeded in transit"), (1, "Fragment reassembly time exceeded")];
const PROBLEM: Names =
    &[(0, "Pointer indicates the error"), (1, "Required option missing"), (2, "Bad length")];

fn type_name(kind: Message) -> String {
    let number = u8::from(kind).into();
    name(TYPES, number).map_or(format!("ICMP type {number}"), str::to_string)
}

fn code_name(kind: Message, code: u8) -> Option<&'static str> {
    let names = match kind {
        Message::DstUnreachable => UNREACHABLE,
        Message::TimeExceeded => EXCEEDED,
        Message::Redirect => REDIRECT,
        Message::ParamProblem => PROBLEM,
        _ => return None,
    };
    name(names, code.into())
}

/// Does a message of that kind quote the packet that it is about?
fn quotes(kind: Message) -> bool {
    matches!(
        kind,
        Message::DstUnreachable
            | Message::TimeExceeded
            | Message::Redirect
            | Message::ParamProblem
            | Message::Unknown(SOURCE_QUENCH)
    )
}

pub(crate) fn dissect(tree: &mut Tree<'_>, packet: &Packet) {
    let range = packet.payload.clone();
    let message = &tree.frame[range.clone()];
    let fixed = padded::<HEADER_LEN>(message);
    let icmp = Icmpv4Packet::new_unchecked(&fixed[..]);
    let (kind, code) = (icmp.msg_type(), icmp.msg_code());

    let mut draft = Draft::new(packet.layer_name("ICMP", "Quoted ICMP"), &range, HEADER_LEN);
    draft.summary(info(message, packet));
    draft.add(Field::new("icmp.type", "Type", 0..1, named(TYPES, u8::from(kind).into()), type_meaning(kind)));
    let code_value = code_name(kind, code).map_or(code.to_string(), |name| format!("{code} ({name})"));
    draft.add(Field::new(
        "icmp.code",
        "Code",
        1..2,
        code_value,
        "The type's finer kind, such as the reason.",
    ));
    let verdict = match packet.incomplete() {
        Some(why) => Verdict::Unverified(why),
        None if message.len() < HEADER_LEN => Verdict::Unverified("not verified: the message is cut short"),
        None => checksum::verify(message, 2, 0),
    };
    draft.add(checksum::field(
        "icmp.checksum",
        "Checksum",
        2..4,
        icmp.checksum(),
        verdict,
        "Protects the whole message against damage on its way.",
    ));
    match kind {
        Message::EchoRequest | Message::EchoReply => {
            draft.add(Field::new("icmp.ident", "Identifier", 4..6, icmp.echo_ident(), ECHO_IDENT));
            draft.add(Field::new("icmp.seq", "Sequence number", 6..8, icmp.echo_seq_no(), ECHO_SEQUENCE));
        }
        Message::DstUnreachable if Unreachable::from(code) == Unreachable::FragRequired => {
            draft.add(Field::new("icmp.unused", "Unused", 4..6, "00 00", UNUSED));
            draft.add(Field::new(
                "icmp.mtu",
                "Next hop MTU",
                6..8,
                bytes(u16::from_be_bytes([fixed[6], fixed[7]]).into()),
                "The longest packet that the link behind the router takes: send none longer.",
            ));
        }
        Message::Redirect => draft.add(Field::new(
            "icmp.redir_gw",
            "Better router",
            4..8,
            Ipv4Address::new(fixed[4], fixed[5], fixed[6], fixed[7]),
            "For that destination, use this router directly.",
        )),
        Message::ParamProblem => {
            draft.add(Field::new(
                "icmp.pointer",
                "Pointer",
                4..5,
                fixed[4],
                "The position, in the quoted packet, of the byte that could not be understood.",
            ));
            draft.add(Field::new("icmp.unused", "Unused", 5..8, "00 00 00", UNUSED));
        }
        _ => draft.add(Field::new(
            "icmp.unused",
            if quotes(kind) { "Unused" } else { "Rest of header" },
            4..8,
            crate::layers::hex(&fixed[4..8]),
            if quotes(kind) { UNUSED } else { "What these bytes mean depends on the type." },
        )),
    }
    let body = draft.end()..range.end;
    tree.push(draft);

    if quotes(kind) && !packet.quoted && !body.is_empty() {
        ipv4::dissect(tree, body, true);
    } else {
        payload::dissect(tree, body);
    }
}

fn type_meaning(kind: Message) -> &'static str {
    match kind {
        Message::EchoRequest => "Are you there? Whoever gets it sends the same data back.",
        Message::EchoReply => "Here I am: the answer to an echo request, with its data.",
        Message::DstUnreachable => "The quoted packet could not be delivered; the code says why.",
        Message::TimeExceeded => "The quoted packet passed too many routers, or a piece of it never came.",
        Message::Redirect => "A router knows a shorter way than through itself.",
        Message::ParamProblem => "The quoted packet's header could not be understood.",
        _ => "What kind of message this is.",
    }
}
