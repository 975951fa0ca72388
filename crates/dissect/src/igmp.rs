//! IGMP: which hosts of a segment want the packets to which IPv4 groups (RFC 1112, version 2: RFC 2236, version 3:
//! RFC 3376).
//!
//! Routers ask and hosts answer; switches listen in, so as not to flood what nobody wants.

use crate::checksum::{self, Verdict};
use crate::group_records::{
    self, Family, INTERVAL_MEANING, RECORD_MEANING, RECORD_TYPES, ROBUSTNESS_MEANING, SUPPRESS_MEANING,
    records,
};
use crate::ip::Packet;
use crate::layers::{Draft, Field, Tree};
use crate::payload;
use crate::rows::{Names, Row, Show, ipv4, name, number};
use crate::summary::{INFO_LEN_MAX, Label};

const HEADER_LEN: usize = 8;
/// A query of version 3, without its sources.
const QUERY_3_LEN: usize = 12;
const QUERY: u32 = 0x11;
const REPORT_1: u32 = 0x12;
const REPORT_2: u32 = 0x16;
const LEAVE: u32 = 0x17;
const REPORT_3: u32 = 0x22;

const TYPES: Names = &[
    (0x11, "membership query"),
    (0x12, "membership report, version 1"),
    (0x16, "membership report"),
    (0x17, "leave group"),
    (0x22, "membership report, version 3"),
];
const RESERVED: &str = "Kept for later; it is zero.";
const GROUP: Row = Row(
    "igmp.maddr",
    "Group",
    4..8,
    Show::Ipv4,
    "The group that this is about; 0.0.0.0 in a query asks about all groups.",
);
const QUERY_3: &[Row] = &[
    Row("igmp.qqic", "Query interval", 9..10, Show::Number, INTERVAL_MEANING),
    Row(
        "igmp.num_src",
        "Number of sources",
        10..12,
        Show::Number,
        "How many sources follow that are asked about.",
    ),
];
const REPORT_3_HEAD: &[Row] = &[
    Row("igmp.reserved", "Reserved", 4..6, Show::Raw, RESERVED),
    Row("igmp.num_grp_recs", "Number of records", 6..8, Show::Number, "How many groups this is about."),
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
            "In units of 4 bytes; always 0.",
        ),
        Row("igmp.num_src", "Number of sources", 2..4, Show::Number, "How many sources follow."),
        Row("igmp.maddr", "Group", 4..8, Show::Ipv4, "The group that this is about."),
    ],
    source: "igmp.saddr",
    queried_source: "igmp.saddr",
    auxiliary: "igmp.aux_data",
};

pub(crate) fn label(message: &[u8]) -> Label {
    if message.len() < HEADER_LEN {
        return Label::of("malformed");
    }
    Label::of(match number(message, 0..1) {
        QUERY => "IGMP query",
        REPORT_1 | REPORT_2 | REPORT_3 => "IGMP report",
        LEAVE => "IGMP leave",
        _ => "IGMP",
    })
}

pub(crate) fn info(message: &[u8]) -> String {
    if message.len() < HEADER_LEN {
        return "IGMP, cut short".into();
    }
    let group = ipv4(message, 4);
    match number(message, 0..1) {
        QUERY => query_info(message),
        REPORT_1 => "Membership Report".into(),
        REPORT_2 => format!("Membership Report group {group}"),
        LEAVE => format!("Leave Group {group}"),
        REPORT_3 => {
            let mut info = "Membership Report".to_string();
            for record in records(message, HEADER_LEN, number(message, 6..8), FAMILY.address_len) {
                if info.len() > INFO_LEN_MAX {
                    break;
                }
                info += " / ";
                info += &record_info(message, &record);
            }
            info
        }
        other => format!("Unknown Type:0x{other:02x}"),
    }
}

fn query_info(message: &[u8]) -> String {
    let group = ipv4(message, 4);
    if version(message) == 1 {
        return "Membership Query".into();
    }
    if group.is_unspecified() {
        return "Membership Query, general".into();
    }
    let count = if version(message) == 3 { number(message, 10..12) as usize } else { 0 };
    let sources = match count {
        0 => String::new(),
        _ => format!(", source{}", braced(message, (0..count).map(|source| QUERY_3_LEN + 4 * source), "s")),
    };
    format!("Membership Query, specific for group {group}{sources}")
}

/// What a record asks for, in the analysers' words.
fn record_info(message: &[u8], record: &group_records::Record) -> String {
    let group = ipv4(message, record.group_at());
    let sources = |plural| braced(message, record.sources_at(), plural);
    match (record.kind, record.sources) {
        (1 | 3, 0) => format!("Leave group {group}"),
        (1 | 3, _) => format!("Join group {group} for source{}", sources("s in")),
        (2 | 4, 0) => format!("Join group {group} for any sources"),
        (2 | 4, 1) => format!("Join group {group}, for source not{}", sources("")),
        (2 | 4, _) => format!("Join group {group}, for source{}", sources("s not in")),
        (5, 0) => format!("Group {group}, ALLOW_NEW_SOURCES but no source specified (?)"),
        (5, _) => format!("Group {group}, new source{}", sources("s")),
        (6, 0) => format!("Group {group}, BLOCK_OLD_SOURCES but no source specified (?)"),
        (6, _) => format!("Group {group}, block source{}", sources("s")),
        (other, _) => format!("Group {group}, record of type {other}"),
    }
}

/// ` {10.0.0.9}`, or with the `plural` in front: `s in {10.0.0.9, 10.0.0.8}`. As many as the message has.
fn braced(message: &[u8], at: impl Iterator<Item = usize>, plural: &str) -> String {
    let addresses: Vec<_> =
        at.take_while(|&at| at < message.len()).map(|at| ipv4(message, at).to_string()).collect();
    let plural = if addresses.len() > 1 { plural } else { "" };
    format!("{plural} {{{}}}", addresses.join(", "))
}

/// Which version's message it is (RFC 3376 §7.1).
fn version(message: &[u8]) -> u8 {
    match (number(message, 0..1), number(message, 1..2)) {
        (QUERY, _) if message.len() >= QUERY_3_LEN => 3,
        (QUERY, 0) | (REPORT_1, _) => 1,
        (REPORT_3, _) => 3,
        _ => 2,
    }
}

pub(crate) fn dissect(tree: &mut Tree<'_>, packet: &Packet) {
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

    let mut draft = Draft::new(packet.layer_name("IGMP", "Quoted IGMP"), &range, expected);
    draft.summary(format!("version {version}, {}", info(message)));
    let type_value =
        name(TYPES, kind).map_or(format!("0x{kind:02x}"), |name| format!("0x{kind:02x} ({name})"));
    draft.add(Field::new("igmp.type", "Type", 0..1, type_value, type_meaning(kind)));
    draft.add(match (kind, version) {
        (QUERY | REPORT_2 | LEAVE, 2 | 3) => max_resp(version, number(message, 1..2)),
        _ => Row("igmp.reserved", "Reserved", 1..2, Show::Raw, RESERVED).field(message, 0),
    });
    let verdict = match packet.incomplete() {
        Some(why) => Verdict::Unverified(why),
        None if message.len() < HEADER_LEN => Verdict::Unverified("not verified: the message is cut short"),
        None => checksum::verify(message, 2, 0),
    };
    draft.add(checksum::field(
        "igmp.checksum",
        "Checksum",
        2..4,
        number(message, 2..4) as u16,
        verdict,
        "Protects the whole message against damage on its way.",
    ));
    if kind == REPORT_3 {
        draft.rows(message, 0, REPORT_3_HEAD);
        group_records::add_records(&mut draft, message, HEADER_LEN, count, &FAMILY);
    } else {
        draft.add(GROUP.field(message, 0));
    }
    if kind == QUERY && version == 3 {
        let byte = number(message, 8..9);
        let suppress = byte & 8 != 0;
        draft.add(crate::layers::bit("igmp.s", "Suppress", 8..9, suppress, SUPPRESS_MEANING));
        draft.add(Field::new("igmp.qrv", "Robustness", 8..9, byte & 7, ROBUSTNESS_MEANING));
        draft.rows(message, 0, QUERY_3);
        group_records::add_sources(&mut draft, message, QUERY_3_LEN, sources, &FAMILY);
    }
    let end = draft.end();
    tree.push(draft);
    payload::dissect(tree, end..range.end);
}

/// In tenths of a second; in version 3, codes from 128 on have three bits of exponent and four of mantissa (RFC 3376
/// §4.1.1).
fn max_resp(version: u8, code: u32) -> Field {
    let tenths = match version {
        3 if code >= 128 => (code & 0xf | 0x10) << ((code >> 4 & 7) + 3),
        _ => code,
    };
    let value = format!("{tenths} ({}.{} s)", tenths / 10, tenths % 10);
    let meaning = "Within this time, at random, hosts answer: not all at once. Only queries use it.";
    Field::new("igmp.max_resp", "Longest delay", 1..2, value, meaning)
}

fn type_meaning(kind: u32) -> &'static str {
    match kind {
        QUERY => "A router asks which groups the hosts on this segment want the packets of.",
        LEAVE => {
            "A host wants no more packets of a group. If it was the last, the router can stop sending them."
        }
        REPORT_1 | REPORT_2 | REPORT_3 => "A host says whose packets it wants.",
        _ => "What kind of message this is.",
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
