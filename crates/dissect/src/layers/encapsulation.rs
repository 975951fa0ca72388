//! Headers in front of a packet that only say what it is: of links other than Ethernet, labels and tunnels.
//!
//! Each is a table of a few fields. Where such a header ends follows from [`Place::next`], which the quick walk uses, too.

use std::ops::Range;

use super::rows::{Row, Show};
use crate::header::place::{Header, Place, frame_relay_address_len, null_family, ppp_protocol};
use crate::number::number;
use crate::text::{Names, ethertype_name, named};
use crate::tree::{Draft, Tree};
use texts::mark;

const PACKET_TYPES: Names = &[
    (0, "to this host"),
    (1, "broadcast"),
    (2, "multicast"),
    (3, "to another host"),
    (4, "sent by this host"),
];
const HARDWARE: Names =
    &[(1, "Ethernet"), (512, "PPP"), (772, "loopback"), (776, "6in4"), (778, "GRE"), (65534, "none")];
const DIRECTION: Names = &[(0, "received"), (1, "sent")];
const PPPOE_CODES: Names = &[
    (0x00, "session data"),
    (0x07, "offer"),
    (0x09, "discovery"),
    (0x19, "request"),
    (0x65, "confirmation"),
    (0xa7, "termination"),
];
const FAMILIES: Names = &[(2, "IPv4"), (10, "IPv6"), (24, "IPv6"), (28, "IPv6"), (30, "IPv6")];
pub(crate) const PPP: Names = &[
    (0x0021, "IPv4"),
    (0x0057, "IPv6"),
    (0x0281, "MPLS"),
    (0x8021, "IP control"),
    (0x8057, "IPv6 control"),
    (0xc021, "link control"),
    (0xc023, "password authentication"),
    (0xc223, "challenge authentication"),
];

const TYPE_MEANING: &str = mark!("Which protocol's packet follows.");
const COOKED: &[Row] = &[
    Row(
        "sll.pkttype",
        "Packet type",
        0..2,
        Show::Named(PACKET_TYPES),
        mark!("For whom the packet was on its link."),
    ),
    Row(
        "sll.hatype",
        "Hardware type",
        2..4,
        Show::Named(HARDWARE),
        mark!("The kind of link that it was on."),
    ),
    Row("sll.halen", "Address length", 4..6, Show::Number, mark!("How many bytes of the address count.")),
    Row("sll.src.eth", "Source", 6..12, Show::Mac, mark!("The interface that sent it.")),
    Row("sll.unused", "Unused", 12..14, Show::Raw, mark!("Room for longer addresses.")),
    Row("sll.etype", "Protocol", 14..16, Show::Hex, TYPE_MEANING),
];
const COOKED2: &[Row] = &[
    Row("sll.etype", "Protocol", 0..2, Show::Hex, TYPE_MEANING),
    Row("sll.ifindex", "Interface index", 4..8, Show::Number, mark!("The interface where it was seen.")),
    Row(
        "sll.hatype",
        "Hardware type",
        8..10,
        Show::Named(HARDWARE),
        mark!("The kind of link that it was on."),
    ),
    Row(
        "sll.pkttype",
        "Packet type",
        10..11,
        Show::Named(PACKET_TYPES),
        mark!("For whom the packet was on its link."),
    ),
    Row("sll.halen", "Address length", 11..12, Show::Number, mark!("How many bytes of the address count.")),
    Row("sll.src.eth", "Source", 12..18, Show::Mac, mark!("The interface that sent it.")),
];
const CISCO_HDLC: &[Row] = &[
    Row("chdlc.address", "Address", 0..1, Show::Hex, mark!("0x0f for one receiver, 0x8f for all.")),
    Row("chdlc.control", "Control", 1..2, Show::Hex, mark!("Always 0.")),
    Row("chdlc.protocol", "Protocol", 2..4, Show::Hex, TYPE_MEANING),
];
const PPPOE: &[Row] = &[
    Row("pppoe.version", "Version and type", 0..1, Show::Hex, mark!("Always 0x11.")),
    Row("pppoe.code", "Code", 1..2, Show::Named(PPPOE_CODES), mark!("Data, or a message about the session.")),
    Row(
        "pppoe.session_id",
        "Session",
        2..4,
        Show::Hex,
        mark!("Which connection to the provider this belongs to."),
    ),
    Row(
        "pppoe.payload_length",
        "Payload length",
        4..6,
        Show::Number,
        mark!("How many bytes follow this header."),
    ),
    Row("ppp.protocol", "Protocol", 6..8, Show::Named(PPP), TYPE_MEANING),
];
const GRE: &[Row] = &[
    Row(
        "gre.flags_and_version",
        "Flags and version",
        0..2,
        Show::Hex,
        mark!("Which optional fields there are."),
    ),
    Row("gre.proto", "Protocol", 2..4, Show::Hex, TYPE_MEANING),
];
const VXLAN: &[Row] = &[
    Row("vxlan.flags", "Flags", 0..2, Show::Hex, mark!("0x0800: the network identifier is valid.")),
    Row("vxlan.gbp", "Group policy", 2..4, Show::Number, mark!("Not in use without an extension.")),
    Row(
        "vxlan.vni",
        "Network identifier",
        4..7,
        Show::Number,
        mark!("Which virtual network the frame belongs to."),
    ),
];
const SNAP: &[Row] = &[
    Row(
        "llc.oui",
        "Organization",
        0..3,
        Show::Raw,
        mark!("Whose numbers the type is one of; 0 are the EtherTypes."),
    ),
    Row("llc.type", "Type", 3..5, Show::Hex, TYPE_MEANING),
];

/// The name of the layer of a header, its table, and the length of the shortest.
fn table(header: Header) -> (&'static str, &'static [Row], usize) {
    match header {
        Header::Cooked => ("Linux cooked", COOKED, 16),
        Header::Cooked2 => ("Linux cooked, version 2", COOKED2, 20),
        Header::CiscoHdlc => ("Cisco HDLC", CISCO_HDLC, 4),
        Header::Pppoe => ("PPPoE", PPPOE, 8),
        Header::Gre => ("GRE", GRE, 4),
        Header::Vxlan => ("VXLAN", VXLAN, 8),
        Header::Snap => ("SNAP", SNAP, 5),
        Header::Null | Header::Loop => ("BSD loopback", &[], 4),
        Header::Ppp | Header::PppWithDirection => ("PPP", &[], 1),
        Header::FrameRelay => ("Frame Relay", &[], 2),
        Header::Mpls => ("MPLS", &[], 4),
        _ => ("Header", &[], 0),
    }
}

/// Adds the layer of a header. `next` is what follows; without, the header is cut, or covers all there is.
pub(super) fn add(tree: &mut Tree<'_>, place: &Place, next: Option<&Place>) -> usize {
    let wanted = tree.wanted;
    let Range { start, end } = place.range;
    let (name, rows, shortest) = table(place.header);
    let length = next.map_or(shortest, |next| next.range.start - start);
    let header = &tree.frame[start..end.min(start + length)];
    let mut draft = wanted.layer(name, &(start..end), length);
    draft.summary(|| match next {
        Some(next) => announced(next.header),
        None if header.len() < shortest => "cut short".into(),
        None => "nothing behind it".into(),
    });
    draft.rows(header, 0, rows);
    match place.header {
        Header::Null | Header::Loop => {
            let family = match place.header {
                Header::Null => null_family(header).unwrap_or(0),
                _ => number(header, 0..4),
            };
            let meaning =
                mark!("The system's number for the kind of address, and so of the packet that follows.");
            draft.add(wanted.field("null.family", "Family", 0..4, named(FAMILIES, family), meaning));
        }
        Header::PppWithDirection => {
            let direction = named(DIRECTION, number(header, 0..1));
            draft.add(wanted.field("ppp.direction", "Direction", 0..1, direction, mark!("Who sent it.")));
        }
        Header::Ppp => ppp(&mut draft, header),
        Header::FrameRelay => frame_relay(&mut draft, header),
        Header::Mpls => labels(&mut draft, header),
        _ => {}
    }
    let end = draft.end();
    tree.push(draft);
    end
}

fn announced(header: Header) -> String {
    match header {
        Header::Ip(version) => version.to_string(),
        Header::Ethertype(number) => ethertype_name(number).to_string(),
        Header::PppProtocol(number) => named(PPP, number.into()).to_string(),
        Header::Arp(_) => "ARP".into(),
        Header::Stp => "spanning tree".into(),
        Header::Cdp => "CDP".into(),
        Header::Lldp => "LLDP".into(),
        Header::Ethernet => "Ethernet".into(),
        other => table(other).0.into(),
    }
}

fn ppp(draft: &mut Draft<'_>, header: &[u8]) {
    let wanted = draft.wanted;
    let Some((protocol, length)) = ppp_protocol(header) else { return };
    let front = if header.starts_with(&[0xff, 3]) { 2 } else { 0 };
    if front > 0 {
        draft.add(wanted.field(
            "ppp.address",
            "Address",
            0..1,
            "0xff",
            mark!("Always the same: all stations."),
        ));
        draft.add(wanted.field(
            "ppp.control",
            "Control",
            1..2,
            "0x03",
            mark!("Always the same: plain data."),
        ));
    }
    let value = named(PPP, protocol.into());
    draft.add(wanted.field("ppp.protocol", "Protocol", front..length, value, TYPE_MEANING));
}

fn frame_relay(draft: &mut Draft<'_>, header: &[u8]) {
    let wanted = draft.wanted;
    let length = frame_relay_address_len(header);
    // The number's bits are spread over the bytes (ITU-T Q.922 §3.3).
    let dlci = match length {
        2 => number(header, 0..1) >> 2 << 4 | number(header, 1..2) >> 4,
        _ => number(header, 0..1) >> 2,
    };
    let meaning = mark!("Which of the virtual circuits of the line this belongs to.");
    draft.add(wanted.field("fr.dlci", "Circuit", 0..length, dlci, meaning));
    match header.get(length) {
        Some(3) => {
            draft.add(wanted.field(
                "fr.control",
                "Control",
                length..length + 1,
                "0x03",
                mark!("Plain data."),
            ));
            let nlpid = number(header, length + 1..length + 2);
            let value = format_args!("0x{nlpid:02x}");
            draft.add(wanted.field("fr.nlpid", "Protocol", length + 1..length + 2, value, TYPE_MEANING));
        }
        _ => {
            let value = format_args!("0x{:04x}", number(header, length..length + 2));
            draft.add(wanted.field("fr.chdlctype", "Protocol", length..length + 2, value, TYPE_MEANING));
        }
    }
}

fn labels(draft: &mut Draft<'_>, header: &[u8]) {
    let wanted = draft.wanted;
    for (at, label) in (0..).step_by(4).zip(header.as_chunks::<4>().0) {
        let word = u32::from_be_bytes(*label);
        let meaning = mark!(
            "By this a router of the provider knows where to forward the packet, and with which label."
        );
        draft.add(wanted.field("mpls.label", "Label", at..at + 3, word >> 12, meaning));
        let meaning = mark!("How urgent the packet is.");
        draft.add(wanted.field("mpls.exp", "Traffic class", at + 2..at + 3, word >> 9 & 7, meaning));
        let bottom = word & 0x100 != 0;
        draft.add(wanted.bit(
            "mpls.bottom",
            "Bottom",
            at + 2..at + 3,
            bottom,
            mark!("No other label follows."),
        ));
        let meaning = mark!("How many more routers may forward it.");
        draft.add(wanted.field("mpls.ttl", "Time to live", at + 3..at + 4, word & 0xff, meaning));
        if bottom {
            break;
        }
    }
}
