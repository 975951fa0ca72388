//! RIPng: RIP for IPv6 (RFC 2080).

use std::ops::Range;

use super::payload;
use super::rip::{COMMAND_MEANING, ENTRY_LEN, METRIC_MEANING};
use super::rows::{Row, Show, parts};
use crate::message::rip::{COMMANDS, HEADER_LEN};
use crate::number::{ipv6, number};
use crate::text::named;
use crate::tree::{Field, Tree, Wanted};
use texts::{mark, t};

/// The metric by which an entry says that it is no route but the next hop of the routes that follow.
const NEXT_HOP: u32 = 255;
const HEADER: &[Row] = &[
    Row("ripng.cmd", "Command", 0..1, Show::Named(COMMANDS), COMMAND_MEANING),
    Row("ripng.version", "Version", 1..2, Show::Number, mark!("There is only version 1.")),
    Row("ripng.reserved", "Reserved", 2..4, Show::Raw, mark!("Kept for later; it is zero.")),
];
const ENTRY: &[Row] = &[
    Row(
        "ripng.rte.ipv6_prefix",
        "Prefix",
        0..16,
        Show::Ipv6,
        mark!("How the addresses of the network begin."),
    ),
    Row(
        "ripng.rte.route_tag",
        "Route tag",
        16..18,
        Show::Hex,
        mark!("A mark, such as where the route was learnt."),
    ),
    Row(
        "ripng.rte.prefix_length",
        "Prefix length",
        18..19,
        Show::Number,
        mark!("How many bits at the front are common to all addresses of the network."),
    ),
    Row("ripng.rte.metric", "Metric", 19..20, Show::Number, METRIC_MEANING),
];

pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>) {
    let wanted = tree.wanted;
    let message = &tree.frame[range.clone()];
    let entries = message.len().saturating_sub(HEADER_LEN) / ENTRY_LEN;
    let mut draft = wanted.layer("RIPng", &range, HEADER_LEN + entries * ENTRY_LEN);
    draft.summary(|| named(COMMANDS, number(message, 0..1)));
    draft.rows(message, 0, HEADER);
    for entry in 0..entries {
        draft.add(route(wanted, message, HEADER_LEN + entry * ENTRY_LEN));
    }
    let end = draft.end();
    tree.push(draft);
    payload::add(tree, end..range.end);
}

fn route(wanted: Wanted<'_>, message: &[u8], at: usize) -> Field {
    let entry = &message[at..at + ENTRY_LEN];
    let (prefix, length, metric) = (ipv6(entry, 0), number(entry, 18..19), number(entry, 19..20));
    let (name, value) = match metric {
        NEXT_HOP => ("Next hop", format!("{prefix}, of the routes that follow")),
        _ => ("Route", format!("{prefix}/{length}, metric {metric}")),
    };
    let fault = match metric {
        _ if length > 128 => Some(t!("An IPv6 address has no more than 128 bits.").into()),
        1..=16 | NEXT_HOP => None,
        _ => Some(t!("A metric is from 1 to 16: the receiver ignores this route (RFC 2080).").into()),
    };
    let meaning = mark!("What the sender announces about one network.");
    wanted
        .field("ripng.rte", name, at..at + ENTRY_LEN, value, meaning)
        .parts(parts(wanted, message, at, ENTRY))
        .fault(fault)
}
