//! ICMP: echo, and the errors that quote the packet they are about (RFC 792).

use std::fmt::from_fn;
use std::ops::Range;

use smoltcp::wire::{
    Icmpv4DstUnreachable as Unreachable, Icmpv4Message as Type, Icmpv4Packet, IpVersion, Ipv4Address,
};

use super::checksum;
use crate::header::ip::Packet;
use crate::message::IcmpMessage;
use crate::message::icmp::{TYPES_V4, code_name, quotes};
use crate::number::padded;

use crate::text::{bytes, hex, named};
use crate::tree::Tree;
use texts::mark;

const HEADER_LEN: usize = 8;
pub(crate) const ECHO_IDENT: &str =
    mark!("Chosen by the sender, so that it finds its own answers among those for other pings.");
pub(crate) const ECHO_SEQUENCE: &str =
    mark!("Counts up with each request; the reply repeats it, which shows what was lost or overtaken.");
pub(crate) const UNUSED: &str = mark!("This kind of message has no use for these bytes.");

/// Adds the layer of the header; returns its type and what of the frame is behind it.
pub(super) fn add(tree: &mut Tree<'_>, packet: &Packet) -> (u8, Range<usize>) {
    let wanted = tree.wanted;
    let range = packet.payload.clone();
    let message = &tree.frame[range.clone()];
    let fixed = padded::<HEADER_LEN>(message);
    let icmp = Icmpv4Packet::new_unchecked(&fixed[..]);
    let (kind, code) = (icmp.msg_type(), icmp.msg_code());
    let number = u8::from(kind);
    let quotes = quotes(IpVersion::Ipv4, number);

    let mut draft = wanted.layer(packet.layer_name("ICMP", "Quoted ICMP"), &range, HEADER_LEN);
    let read = IcmpMessage::read_v4(message);
    draft.summary(|| read.map_or_else(|malformed| malformed.info(), |read| read.info(packet.hop_limit)));
    draft.add(wanted.field("icmp.type", "Type", 0..1, named(TYPES_V4, number.into()), type_meaning(kind)));
    let code_value = from_fn(|f| match code_name(IpVersion::Ipv4, number, code) {
        Some(name) => write!(f, "{code} ({name})"),
        None => write!(f, "{code}"),
    });
    draft.add(wanted.field(
        "icmp.code",
        "Code",
        1..2,
        code_value,
        mark!("The type's finer kind, such as the reason."),
    ));
    let verdict = || checksum::verify_message(message, 2, HEADER_LEN, packet);
    draft.add(checksum::field(
        wanted,
        "icmp.checksum",
        "Checksum",
        2..4,
        icmp.checksum(),
        verdict,
        mark!("Protects the whole message against damage on its way."),
    ));
    match kind {
        Type::EchoRequest | Type::EchoReply => {
            draft.add(wanted.field("icmp.ident", "Identifier", 4..6, icmp.echo_ident(), ECHO_IDENT));
            draft.add(wanted.field("icmp.seq", "Sequence number", 6..8, icmp.echo_seq_no(), ECHO_SEQUENCE));
        }
        Type::DstUnreachable if Unreachable::from(code) == Unreachable::FragRequired => {
            draft.add(wanted.field("icmp.unused", "Unused", 4..6, "00 00", UNUSED));
            draft.add(wanted.field(
                "icmp.mtu",
                "Next hop MTU",
                6..8,
                bytes(u16::from_be_bytes([fixed[6], fixed[7]]).into()),
                mark!("The longest packet that the link behind the router takes: send none longer."),
            ));
        }
        Type::Redirect => draft.add(wanted.field(
            "icmp.redir_gw",
            "Better router",
            4..8,
            Ipv4Address::new(fixed[4], fixed[5], fixed[6], fixed[7]),
            mark!("For that destination, use this router directly."),
        )),
        Type::ParamProblem => {
            draft.add(wanted.field(
                "icmp.pointer",
                "Pointer",
                4..5,
                fixed[4],
                mark!("The position, in the quoted packet, of the byte that could not be understood."),
            ));
            draft.add(wanted.field("icmp.unused", "Unused", 5..8, "00 00 00", UNUSED));
        }
        _ => draft.add(wanted.field(
            "icmp.unused",
            if quotes { "Unused" } else { "Rest of header" },
            4..8,
            hex(&fixed[4..8]),
            if quotes { UNUSED } else { mark!("What these bytes mean depends on the type.") },
        )),
    }
    let body = draft.end()..range.end;
    tree.push(draft);
    (number, body)
}

fn type_meaning(kind: Type) -> &'static str {
    match kind {
        Type::EchoRequest => mark!("A ping: the receiver sends the same data back."),
        Type::EchoReply => mark!("The answer to an echo request, with its data."),
        Type::DstUnreachable => mark!("The quoted packet could not be delivered; the code says why."),
        Type::TimeExceeded => {
            mark!("The quoted packet passed too many routers, or a piece of it never came.")
        }
        Type::Redirect => mark!("A router knows a shorter way than through itself."),
        Type::ParamProblem => mark!("The quoted packet's header could not be understood."),
        _ => mark!("What kind of message this is."),
    }
}
