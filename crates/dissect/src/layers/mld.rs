//! MLD: what IGMP is for IPv4, in ICMPv6 (RFC 2710, version 2: RFC 3810). The layer is what follows ICMPv6's type, code
//! and checksum.
//!
//! Read here and not by smoltcp: that knows version 2 only, and not where a source is.

use std::ops::Range;

use super::group_records::{
    self, Family, INTERVAL_MEANING, RECORD_MEANING, RECORD_TYPES, ROBUSTNESS_MEANING, SUPPRESS_MEANING,
};
use super::icmpv4::UNUSED;
use super::payload;
use super::rows::{Flag, Row, Show};
use crate::header::ip::Packet;
use crate::message::mld::{HEADER_LEN, QUERY, REPORT_2, REPORT_2_LEN};
use crate::number::{ipv6, number};
use crate::tree::Tree;
use texts::{mark, t};

const QUERY_2_LEN: usize = 24;

const UNUSED_ROW: Row = Row("icmpv6.reserved", "Unused", 2..4, Show::Raw, UNUSED);
const GROUP: Row = Row(
    "icmpv6.mld.multicast_address",
    "Group",
    4..20,
    Show::Ipv6,
    mark!("The group that this is about; :: in a query asks about all groups."),
);
const DELAY_MEANING: &str = mark!(
    "In milliseconds. Within this time, at random, hosts answer: not all at once. Only queries use it."
);
const DELAY: Row =
    Row("icmpv6.mld.maximum_response_delay", "Longest delay", 0..2, Show::Number, DELAY_MEANING);
const CODE: Row = Row("icmpv6.mld.maximum_response_code", "Longest delay", 0..2, Show::Number, DELAY_MEANING);
const QUERY_2: &[Row] = &[
    Row(
        "icmpv6.mld.flag",
        "Flags",
        20..21,
        Show::Flags(&[
            Flag::bit(0x08, "icmpv6.mld.flag.s", "Suppress", SUPPRESS_MEANING),
            Flag::number(0x07, "icmpv6.mld.flag.qrv", "Robustness", &[], ROBUSTNESS_MEANING),
        ]),
        mark!("How careful the routers are."),
    ),
    Row("icmpv6.mld.qqi", "Query interval", 21..22, Show::Number, INTERVAL_MEANING),
    Row(
        "icmpv6.mld.nb_sources",
        "Number of sources",
        22..24,
        Show::Number,
        mark!("How many sources follow that are asked about."),
    ),
];
const REPORT_2_HEAD: &[Row] = &[
    Row("icmpv6.reserved", "Unused", 0..2, Show::Raw, UNUSED),
    Row(
        "icmpv6.mldr.nb_mcast_records",
        "Number of records",
        2..4,
        Show::Number,
        mark!("How many groups this is about."),
    ),
];
const FAMILY: Family = Family {
    address_len: 16,
    record: "icmpv6.mldr.mar",
    head: &[
        Row("icmpv6.mldr.mar.record_type", "Type", 0..1, Show::Named(RECORD_TYPES), RECORD_MEANING),
        Row(
            "icmpv6.mldr.mar.aux_data_len",
            "Auxiliary data length",
            1..2,
            Show::Number,
            mark!("In units of 4 bytes; always 0."),
        ),
        Row(
            "icmpv6.mldr.mar.nb_sources",
            "Number of sources",
            2..4,
            Show::Number,
            mark!("How many sources follow."),
        ),
        Row(
            "icmpv6.mldr.mar.multicast_address",
            "Group",
            4..20,
            Show::Ipv6,
            mark!("The group that this is about."),
        ),
    ],
    source: "icmpv6.mldr.mar.source_address",
    queried_source: "icmpv6.mld.source_address",
    auxiliary: "icmpv6.mldr.mar.auxiliary_data",
};

/// Adds the layer of a message of that ICMPv6 type, whose bytes behind the ICMPv6 header are `range`.
pub(super) fn add(tree: &mut Tree<'_>, kind: u8, range: Range<usize>, packet: &Packet) {
    let wanted = tree.wanted;
    let body = &tree.frame[range.clone()];
    let query_2 = kind == QUERY && body.len() >= QUERY_2_LEN;
    let count = number(body, 2..4);
    let sources = number(body, 22..24) as usize;
    let expected = match kind {
        REPORT_2 => group_records::records_end(body, REPORT_2_LEN, count, &FAMILY),
        _ if query_2 => QUERY_2_LEN + sources * FAMILY.address_len,
        _ => HEADER_LEN,
    };
    let mut draft = wanted.layer(packet.layer_name("MLD", "Quoted MLD"), &range, expected);
    if packet.hop_limit != 1 && !packet.quoted {
        draft.fault(t!(
            "Its hop limit is {}, not 1, so it may have come from another segment: routers ignore it (RFC 3810).",
            packet.hop_limit
        ));
    }
    if kind == REPORT_2 {
        draft.summary(|| format!("version 2, {count} groups"));
        draft.rows(body, 0, REPORT_2_HEAD);
        group_records::add_records(&mut draft, body, REPORT_2_LEN, count, &FAMILY);
    } else {
        let group = ipv6(body, 4);
        draft.summary(|| if group.is_unspecified() { "all groups".into() } else { format!("group {group}") });
        draft.add(if query_2 { CODE } else { DELAY }.field(wanted, body, 0));
        draft.add(UNUSED_ROW.field(wanted, body, 0));
        draft.add(GROUP.field(wanted, body, 0));
    }
    if query_2 {
        draft.rows(body, 0, QUERY_2);
        group_records::add_sources(&mut draft, body, QUERY_2_LEN, sources, &FAMILY);
    }
    let end = draft.end();
    tree.push(draft);
    payload::add(tree, end..range.end);
}
