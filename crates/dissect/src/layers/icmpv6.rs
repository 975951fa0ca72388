//! ICMPv6: echo, and the errors that quote the packet they are about (RFC 4443). Neighbor discovery rides in it: see
//! `ndp`.

use std::fmt::from_fn;
use std::ops::Range;

use smoltcp::wire::{Icmpv6Message as Type, Icmpv6Packet, IpVersion};

use super::checksum;
use super::icmpv4::{ECHO_IDENT, ECHO_SEQUENCE, UNUSED};
use crate::header::ip::Packet;
use crate::message::icmp::{TYPES_V6, code_name, has_base, quotes, type_name};
use crate::message::{IcmpMessage, mld, ndp};
use crate::number::padded;
use crate::text::{bytes, hex, named};
use crate::tree::Tree;
use texts::mark;

/// Type, code and checksum.
pub(super) const BASE_LEN: usize = 4;
const HEADER_LEN: usize = 8;

/// Adds the layer of the header; returns its type and what of the frame is behind it.
pub(super) fn add(tree: &mut Tree<'_>, packet: &Packet) -> (u8, Range<usize>) {
    let wanted = tree.wanted;
    let range = packet.payload.clone();
    let message = &tree.frame[range.clone()];
    let fixed = padded::<HEADER_LEN>(message);
    let icmp = Icmpv6Packet::new_unchecked(&fixed[..]);
    let (kind, code) = (icmp.msg_type(), icmp.msg_code());
    let number = u8::from(kind);
    let quotes = quotes(IpVersion::Ipv6, number);
    let echo = matches!(kind, Type::EchoRequest | Type::EchoReply);

    let header_len = if echo || quotes { HEADER_LEN } else { BASE_LEN };
    let mut draft = wanted.layer(packet.layer_name("ICMPv6", "Quoted ICMPv6"), &range, header_len);
    draft.summary(|| summary(message, number, packet));
    draft.add(wanted.field("icmpv6.type", "Type", 0..1, named(TYPES_V6, number.into()), type_meaning(kind)));
    let code_value = from_fn(|f| match code_name(IpVersion::Ipv6, number, code) {
        Some(name) => write!(f, "{code} ({name})"),
        None => write!(f, "{code}"),
    });
    draft.add(wanted.field(
        "icmpv6.code",
        "Code",
        1..2,
        code_value,
        mark!("The type's finer kind, such as the reason."),
    ));
    draft.add(checksum::field(wanted,
        "icmpv6.checksum",
        "Checksum",
        2..4,
        icmp.checksum(),
        || checksum::verify_with_addresses(message, 2, packet),
        mark!("Protects the message and, as IPv6 has no checksum of its own, the addresses that it travels between."),
    ));
    match kind {
        _ if echo => {
            draft.add(wanted.field(
                "icmpv6.echo.identifier",
                "Identifier",
                4..6,
                icmp.echo_ident(),
                ECHO_IDENT,
            ));
            let sequence = icmp.echo_seq_no();
            draft.add(wanted.field(
                "icmpv6.echo.sequence_number",
                "Sequence number",
                6..8,
                sequence,
                ECHO_SEQUENCE,
            ));
        }
        Type::PktTooBig => draft.add(wanted.field(
            "icmpv6.mtu",
            "MTU",
            4..8,
            bytes(icmp.pkt_too_big_mtu() as usize),
            mark!("The longest packet that the next link takes: send none longer."),
        )),
        Type::ParamProblem => draft.add(wanted.field(
            "icmpv6.pointer",
            "Pointer",
            4..8,
            icmp.param_problem_ptr(),
            mark!("The position, in the quoted packet, of the byte that could not be understood."),
        )),
        _ if quotes => {
            draft.add(wanted.field("icmpv6.reserved", "Unused", 4..8, hex(&fixed[4..8]), UNUSED));
        }
        _ => {}
    }
    let body = draft.end()..range.end;
    tree.push(draft);
    (number, body)
}

/// Of neighbor discovery and MLD, which have layers of their own, only the type.
fn summary(message: &[u8], kind: u8, packet: &Packet) -> String {
    if ndp::TYPES.contains(&kind) || mld::is_mld(kind) && has_base(message) {
        return type_name(IpVersion::Ipv6, kind);
    }
    match IcmpMessage::read_v6(message) {
        Ok(message) => message.info(packet.hop_limit),
        Err(malformed) => malformed.info(),
    }
}

fn type_meaning(kind: Type) -> &'static str {
    match kind {
        Type::EchoRequest => mark!("A ping: the receiver sends the same data back."),
        Type::EchoReply => mark!("The answer to an echo request, with its data."),
        Type::DstUnreachable => mark!("The quoted packet could not be delivered; the code says why."),
        Type::PktTooBig => {
            mark!("The quoted packet does not fit into the next link, and routers do not cut in IPv6.")
        }
        Type::TimeExceeded => {
            mark!("The quoted packet passed too many routers, or a piece of it never came.")
        }
        Type::ParamProblem => mark!("The quoted packet's header could not be understood."),
        Type::RouterSolicit => mark!("Are there any routers on this segment? Please introduce yourselves."),
        Type::RouterAdvert => {
            mark!("A router introduces itself, and says what addresses to use on this segment.")
        }
        Type::NeighborSolicit => mark!("Asks for the owner of an IPv6 address, like an ARP request in IPv4."),
        Type::NeighborAdvert => mark!("The sender has this IPv6 address: the answer to a solicitation."),
        Type::Redirect => mark!("A router knows a shorter way than through itself."),
        Type::MldQuery => mark!("A router asks which groups the hosts on this segment listen to."),
        Type::MldReport | Type::Unknown(mld::REPORT) => mark!("A host says which groups it listens to."),
        Type::Unknown(mld::DONE) => {
            mark!("A host listens to a group no more. If it was the last, the router can stop sending.")
        }
        _ => mark!("What kind of message this is."),
    }
}
