//! RIP: routers tell their neighbors which networks they reach, and over how many hops (RFC 1058, version 2: RFC 2453).

use std::ops::Range;

use super::payload;
use super::rows::{Row, Show, parts};
use crate::message::RipMessage;
use crate::message::rip::{COMMANDS, HEADER_LEN};
use crate::number::{ipv4, number};
use crate::text::{Names, text};
use crate::tree::{Field, Tree, Wanted};
use texts::{mark, t};

/// What is said about a network.
pub(super) const ENTRY_LEN: usize = 20;
/// Hops that are too many.
const INFINITY: u32 = 16;

pub(super) const COMMAND_MEANING: &str =
    mark!("A request asks for routes; a response lists them, when asked and every half minute.");
pub(super) const METRIC_MEANING: &str =
    mark!("How many routers away the network is; 16 means that it cannot be reached.");
const FAMILIES: Names = &[(0, "unspecified"), (2, "IP"), (0xffff, "authentication")];
const FAMILY: Row = Row(
    "rip.family",
    "Address family",
    0..2,
    Show::Named(FAMILIES),
    mark!("The kind of address that follows; unspecified asks for all routes."),
);
const ADDRESS: Row =
    Row("rip.ip", "Network", 4..8, Show::Ipv4, mark!("The network or host that the route leads to."));
const METRIC: Row = Row("rip.metric", "Metric", 16..20, Show::Number, METRIC_MEANING);
const HEADER: &[Row] = &[
    Row("rip.command", "Command", 0..1, Show::Named(COMMANDS), COMMAND_MEANING),
    Row(
        "rip.version",
        "Version",
        1..2,
        Show::Number,
        mark!(
            "Version 2 adds netmasks, so that networks can be of any size, and speaks to a group instead of to all."
        ),
    ),
];
const VERSION_1: &[Row] = &[FAMILY, ADDRESS, METRIC];
const VERSION_2: &[Row] = &[
    FAMILY,
    Row(
        "rip.route_tag",
        "Route tag",
        2..4,
        Show::Number,
        mark!("A mark, such as where the route was learnt."),
    ),
    ADDRESS,
    Row(
        "rip.netmask",
        "Netmask",
        8..12,
        Show::Ipv4,
        mark!("Which bits of the address belong to the network."),
    ),
    Row(
        "rip.next_hop",
        "Next hop",
        12..16,
        Show::Ipv4,
        mark!("Where to send to; 0.0.0.0 is the sender of this message."),
    ),
    METRIC,
];
/// A request for all routes.
const UNSPECIFIED: &[Row] = &[FAMILY, METRIC];
const PASSWORD_TYPE: Row = Row(
    "rip.auth.type",
    "Authentication type",
    2..4,
    Show::Named(&[(2, "password"), (3, "keyed digest")]),
    mark!("How the sender proves that it may announce routes."),
);

pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>, read: &RipMessage) {
    let wanted = tree.wanted;
    let message = &tree.frame[range.clone()];
    let entries = message.len().saturating_sub(HEADER_LEN) / ENTRY_LEN;
    let mut draft = wanted.layer("RIP", &range, HEADER_LEN + entries * ENTRY_LEN);
    draft.summary(|| format!("version {}, {}", number(message, 1..2), read.info()));
    draft.rows(message, 0, HEADER);
    for entry in 0..entries {
        draft.add(route(wanted, message, HEADER_LEN + entry * ENTRY_LEN));
    }
    let end = draft.end();
    tree.push(draft);
    payload::add(tree, end..range.end);
}

/// What is said at `at` about a network.
fn route(wanted: Wanted<'_>, message: &[u8], at: usize) -> Field {
    let entry = &message[at..at + ENTRY_LEN];
    let family = number(entry, 0..2);
    let (metric, address) = (number(entry, 16..20), ipv4(entry, 4));
    let (rows, value) = match family {
        0xffff => return authentication(wanted, message, at),
        2 if number(message, 1..2) == 1 => (VERSION_1, format!("{address}, metric {metric}")),
        2 => {
            let mask = number(entry, 8..12);
            (VERSION_2, format!("{address}/{}, metric {metric}", mask.leading_ones()))
        }
        0 => (UNSPECIFIED, format!("all routes, metric {metric}")),
        _ => (UNSPECIFIED, "of a family that is not explained here".into()),
    };
    let fault = (!(1..=INFINITY).contains(&metric))
        .then(|| t!("A metric is from 1 to 16: the receiver ignores this route (RFC 2453).").into());
    wanted
        .field(
            "rip.route",
            "Route",
            at..at + ENTRY_LEN,
            value,
            mark!("What the sender announces about one network."),
        )
        .parts(parts(wanted, message, at, rows))
        .fault(fault)
}

fn authentication(wanted: Wanted<'_>, message: &[u8], at: usize) -> Field {
    const MEANING: &str = mark!("Every host on the segment can read it: it prevents mistakes, not attacks.");
    let secret = at + 4..at + ENTRY_LEN;
    let bytes = &message[secret.clone()];
    let mut parts = vec![PASSWORD_TYPE.field(wanted, message, at)];
    if number(message, at + 2..at + 4) == 2 {
        let length = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        let shown = text(&bytes[..length]).to_string();
        let shown = if shown.is_empty() { "none".into() } else { shown };
        parts.push(wanted.field("rip.auth.passwd", "Password", secret, shown, MEANING));
    }
    let meaning = mark!("Proves that the sender belongs to those whose routes are believed.");
    wanted.field("rip.auth", "Authentication", at..at + ENTRY_LEN, "not a route", meaning).parts(parts)
}

#[cfg(test)]
mod tests {
    use crate::{layers, samples::by_hand::wrapped};

    #[test]
    fn a_metric_beyond_infinity_is_marked_and_half_a_route_is_payload() {
        let mut message = vec![2, 2, 0, 0, 0, 2, 0, 0, 10, 1, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17];
        message.extend([0, 2, 0]);
        let dissection = layers(&wrapped(8, &message));
        let route = dissection.layer("RIP").unwrap().field("rip.route").unwrap();
        assert_eq!(route.value, "10.1.0.0/16, metric 17");
        assert!(route.fault.is_some());
        assert_eq!(dissection.layer("Payload").unwrap().range.len(), 3);
    }
}
