//! What IGMPv3 and MLDv2 have in common: the rest of a query, and records that say of a group whose packets are wanted
//! (RFC 3376 §4.2.4, RFC 3810 §5.2.5). Only the size of the addresses differs, and the names of the fields.

use super::rows::{Row, parts};
use crate::message::group_records::{RECORD_HEAD_LEN, addresses, records};
use crate::number::{ipv4, ipv6};
use crate::text::hex;
use crate::text::{Names, named};
use crate::tree::{Draft, Field, Wanted};
use texts::mark;

pub(super) const RECORD_MEANING: &str = mark!(
    "Whose packets to this group are wanted: only those of the sources, or all but those of the sources."
);
pub(super) const RECORD_TYPES: Names = &[
    (1, "mode is include"),
    (2, "mode is exclude"),
    (3, "change to include mode"),
    (4, "change to exclude mode"),
    (5, "allow new sources"),
    (6, "block old sources"),
];
pub(super) const ROBUSTNESS_MEANING: &str =
    mark!("The number of these messages that may get lost: each important one is sent that often.");
pub(super) const SUPPRESS_MEANING: &str =
    mark!("Other routers that receive this do not restart their timers.");
pub(super) const INTERVAL_MEANING: &str =
    mark!("How many seconds the router lets pass between queries, below 128 as they are.");

/// The names of one of the two protocols.
pub(super) struct Family {
    /// 4 or 16.
    pub address_len: usize,
    pub record: &'static str,
    /// Kind, lengths and group.
    pub head: &'static [Row],
    /// In a record.
    pub source: &'static str,
    /// In a query.
    pub queried_source: &'static str,
    pub auxiliary: &'static str,
}

/// Where the records end, if they are all there; beyond the message, if they are not.
pub(super) fn records_end(message: &[u8], start: usize, count: u32, names: &Family) -> usize {
    let mut end = (start, 0);
    for record in records(message, start, count, names.address_len) {
        end = (record.end(), end.1 + 1);
    }
    // The rest has at least a head and a group each.
    end.0 + (count - end.1) as usize * (RECORD_HEAD_LEN + names.address_len)
}

/// Adds the records. One that is cut is left out; the layer is cut with it.
pub(super) fn add_records(draft: &mut Draft<'_>, message: &[u8], start: usize, count: u32, names: &Family) {
    let wanted = draft.wanted;
    for record in records(message, start, count, names.address_len) {
        let end = record.end();
        let kind = named(RECORD_TYPES, record.kind);
        let group = address(message, record.group_at(), names.address_len);
        let mut fields = parts(wanted, message, record.at, names.head);
        if end <= message.len() {
            fields.extend(
                record.sources_at().map(|at| source(wanted, message, at, names.source, names.address_len)),
            );
            let auxiliary = end - record.auxiliary_len..end;
            let meaning = mark!("Room for additions that have never come.");
            let value = hex(&message[auxiliary.clone()]);
            fields.push(wanted.field(names.auxiliary, "Auxiliary data", auxiliary, value, meaning));
        }
        let value = format!("{group}, {kind}");
        draft.add(
            wanted.field(names.record, "Group record", record.at..end, value, RECORD_MEANING).parts(fields),
        );
    }
}

/// Adds the `count` sources of a query, which begin at `start`.
pub(super) fn add_sources(draft: &mut Draft<'_>, message: &[u8], start: usize, count: usize, names: &Family) {
    for at in addresses(start, count, names.address_len).take_while(|&at| at < message.len()) {
        draft.add(source(draft.wanted, message, at, names.queried_source, names.address_len));
    }
}

fn source(wanted: Wanted<'_>, message: &[u8], at: usize, key: &'static str, address_len: usize) -> Field {
    let value = address(message, at, address_len);
    wanted.field(key, "Source", at..at + address_len, value, mark!("A host that sends to the group."))
}

fn address(message: &[u8], at: usize, address_len: usize) -> String {
    match address_len {
        4 => ipv4(message, at).to_string(),
        _ => ipv6(message, at).to_string(),
    }
}
