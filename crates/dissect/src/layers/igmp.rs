//! IGMP: which hosts of a segment want the packets to which IPv4 groups (RFC 1112, version 2: RFC 2236, version 3:
//! RFC 3376).
//!
//! Routers ask and hosts answer; switches read along, so as not to flood packets to ports without listeners.

use super::checksum;
use super::group_records::{
    self, Family, INTERVAL_MEANING, RECORD_MEANING, RECORD_TYPES, ROBUSTNESS_MEANING, SUPPRESS_MEANING,
};
use super::payload;
use super::rows::{Row, Show};
use crate::header::ip::Packet;
use crate::message::igmp::{HEADER_LEN, LEAVE, QUERY, QUERY_3_LEN, REPORT_1, REPORT_2, REPORT_3, version};
use crate::message::{IgmpMessage, Malformed};
use crate::number::number;
use crate::text::{Names, name};
use crate::tree::{Field, Tree, Wanted};
use texts::mark;

const TYPES: Names = &[
    (0x11, "membership query"),
    (0x12, "membership report, version 1"),
    (0x16, "membership report"),
    (0x17, "leave group"),
    (0x22, "membership report, version 3"),
];
const RESERVED: &str = mark!("Kept for later; it is zero.");
const GROUP: Row = Row(
    "igmp.maddr",
    "Group",
    4..8,
    Show::Ipv4,
    mark!("The group that this is about; 0.0.0.0 in a query asks about all groups."),
);
const QUERY_3: &[Row] = &[
    Row("igmp.qqic", "Query interval", 9..10, Show::Number, INTERVAL_MEANING),
    Row(
        "igmp.num_src",
        "Number of sources",
        10..12,
        Show::Number,
        mark!("How many sources follow that are asked about."),
    ),
];
const REPORT_3_HEAD: &[Row] = &[
    Row("igmp.reserved", "Reserved", 4..6, Show::Raw, RESERVED),
    Row(
        "igmp.num_grp_recs",
        "Number of records",
        6..8,
        Show::Number,
        mark!("How many groups this is about."),
    ),
];
const FAMILY: Family = Family {
    address_len: 4,
    record: "igmp.record",
    head: &[
        Row("igmp.record_type", "Type", 0..1, Show::Named(RECORD_TYPES), RECORD_MEANING),
        Row(
            "igmp.aux_data_len",
            "Auxiliary data length",
            1..2,
            Show::Number,
            mark!("In units of 4 bytes; always 0."),
        ),
        Row("igmp.num_src", "Number of sources", 2..4, Show::Number, mark!("How many sources follow.")),
        Row("igmp.maddr", "Group", 4..8, Show::Ipv4, mark!("The group that this is about.")),
    ],
    source: "igmp.saddr",
    queried_source: "igmp.saddr",
    auxiliary: "igmp.aux_data",
};

pub(super) fn add(tree: &mut Tree<'_>, packet: &Packet) {
    let wanted = tree.wanted;
    let range = packet.payload.clone();
    let message = &tree.frame[range.clone()];
    let (kind, version) = (number(message, 0..1), version(message));
    let count = number(message, 6..8);
    let sources = number(message, 10..12) as usize;
    let expected = match kind {
        QUERY if version == 3 => QUERY_3_LEN + sources * FAMILY.address_len,
        REPORT_3 => group_records::records_end(message, HEADER_LEN, count, &FAMILY),
        _ => HEADER_LEN,
    };

    let mut draft = wanted.layer(packet.layer_name("IGMP", "Quoted IGMP"), &range, expected);
    draft.summary(|| {
        let info = IgmpMessage::read(message).as_ref().map_or_else(Malformed::info, IgmpMessage::info);
        format!("version {version}, {info}")
    });
    let type_value =
        name(TYPES, kind).map_or(format!("0x{kind:02x}"), |name| format!("0x{kind:02x} ({name})"));
    draft.add(wanted.field("igmp.type", "Type", 0..1, type_value, type_meaning(kind)));
    draft.add(match (kind, version) {
        (QUERY | REPORT_2 | LEAVE, 2 | 3) => max_resp(wanted, version, number(message, 1..2)),
        _ => Row("igmp.reserved", "Reserved", 1..2, Show::Raw, RESERVED).field(wanted, message, 0),
    });
    let verdict = || checksum::verify_message(message, 2, HEADER_LEN, packet);
    draft.add(checksum::field(
        wanted,
        "igmp.checksum",
        "Checksum",
        2..4,
        number(message, 2..4) as u16,
        verdict,
        mark!("Protects the whole message against damage on its way."),
    ));
    if kind == REPORT_3 {
        draft.rows(message, 0, REPORT_3_HEAD);
        group_records::add_records(&mut draft, message, HEADER_LEN, count, &FAMILY);
    } else {
        draft.add(GROUP.field(wanted, message, 0));
    }
    if kind == QUERY && version == 3 {
        let byte = number(message, 8..9);
        let suppress = byte & 8 != 0;
        draft.add(wanted.bit("igmp.s", "Suppress", 8..9, suppress, SUPPRESS_MEANING));
        draft.add(wanted.field("igmp.qrv", "Robustness", 8..9, byte & 7, ROBUSTNESS_MEANING));
        draft.rows(message, 0, QUERY_3);
        group_records::add_sources(&mut draft, message, QUERY_3_LEN, sources, &FAMILY);
    }
    let end = draft.end();
    tree.push(draft);
    payload::add(tree, end..range.end);
}

/// In tenths of a second; in version 3, codes from 128 on have three bits of exponent and four of mantissa (RFC 3376
/// §4.1.1).
fn max_resp(wanted: Wanted<'_>, version: u8, code: u32) -> Field {
    let tenths = match version {
        3 if code >= 128 => (code & 0xf | 0x10) << ((code >> 4 & 7) + 3),
        _ => code,
    };
    let value = format!("{tenths} ({}.{} s)", tenths / 10, tenths % 10);
    let meaning = mark!("Within this time, at random, hosts answer: not all at once. Only queries use it.");
    wanted.field("igmp.max_resp", "Longest delay", 1..2, value, meaning)
}

fn type_meaning(kind: u32) -> &'static str {
    match kind {
        QUERY => mark!("A router asks which groups the hosts on this segment want the packets of."),
        LEAVE => {
            mark!(
                "A host wants no more packets of a group. If it was the last, the router can stop sending them."
            )
        }
        REPORT_1 | REPORT_2 | REPORT_3 => mark!("A host lists the groups whose packets it wants."),
        _ => mark!("What kind of message this is."),
    }
}

#[cfg(test)]
mod tests {
    use crate::samples::by_hand::igmp;
    use crate::{layers, summary};

    #[test]
    fn more_records_claimed_than_there_are_cut_the_message_short() {
        let frame = igmp(&[0x22, 0, 0, 0, 0, 0, 0xff, 0xff, 4, 0, 0, 0, 239, 1, 2, 3]);
        let dissection = layers(&frame);
        let layer = dissection.layer("IGMP").unwrap();
        // A record has at least eight bytes.
        assert_eq!(layer.fault.as_deref(), Some("Cut short: 524288 bytes belong here, the frame has 16."));
        assert_eq!(layer.field("igmp.maddr").unwrap().value, "239.1.2.3");
        assert_eq!(summary(&frame).info, "Membership Report / Join group 239.1.2.3 for any sources");
    }

    #[test]
    fn a_delay_of_version_3_is_read_with_its_exponent() {
        for (code, value) in
            [(127, "127 (12.7 s)"), (128, "128 (12.8 s)"), (0x94, "320 (32.0 s)"), (255, "31744 (3174.4 s)")]
        {
            let dissection = layers(&igmp(&[0x11, code, 0, 0, 0, 0, 0, 0, 2, 125, 0, 0]));
            assert_eq!(dissection.layer("IGMP").unwrap().field("igmp.max_resp").unwrap().value, value);
        }
    }

    #[test]
    fn a_wrong_checksum_is_a_fault() {
        let mut frame = igmp(&[0x16, 0, 0, 0, 239, 1, 2, 3]);
        frame[41] ^= 1;
        assert_eq!(layers(&frame).faults().count(), 1);
    }
}
