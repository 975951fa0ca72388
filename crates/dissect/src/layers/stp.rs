//! The spanning tree protocol: how switches agree on which cables to leave unused, so that no frame runs in circles
//! (IEEE 802.1D clause 9, rapid: IEEE 802.1w, in LLC behind the address 01:80:c2:00:00:00).
//!
//! Of the multiple spanning tree protocol (IEEE 802.1Q clause 14) only what it has in common with the rapid one is
//! explained; the trees of single VLANs behind it are payload.

use std::ops::Range;

use super::payload;
use super::rows::{Flag, Row, Show, parts};
use crate::message::Bpdu;
use crate::message::stp::{
    BRIDGE_AT, BRIDGE_ID_LEN, CONFIGURATION, COST_AT, FLAGS_AT, PORT_AT, RAPID, ROOT_AT, TOPOLOGY_CHANGE,
    expected_len,
};
use crate::message::{BridgeId, Malformed};
use crate::number::number;
use crate::text::{Names, named};
use crate::tree::{Field, Tree, Wanted};
use texts::{mark, t};

const VERSIONS: Names = &[(0, "spanning tree"), (2, "rapid spanning tree"), (3, "multiple spanning tree")];
const TYPES: Names = &[
    (0x00, "configuration"),
    (0x02, "rapid or multiple spanning tree"),
    (0x80, "topology change notification"),
];
const CHANGE: Flag = Flag::bit(
    0x01,
    "stp.flags.tc",
    "Topology change",
    mark!("A cable came or went: forget soon which addresses were behind which port."),
);
const ACKNOWLEDGMENT: Flag = Flag::bit(
    0x80,
    "stp.flags.tcack",
    "Topology change acknowledgment",
    mark!("The notification has arrived: the receiver can stop repeating it."),
);
const FLAGS: &[Flag] = &[ACKNOWLEDGMENT, CHANGE];
const RAPID_FLAGS: &[Flag] = &[
    ACKNOWLEDGMENT,
    Flag::bit(
        0x40,
        "stp.flags.agreement",
        "Agreement",
        mark!("The proposal is accepted: the port may forward at once."),
    ),
    Flag::bit(0x20, "stp.flags.forwarding", "Forwarding", mark!("The port passes frames on.")),
    Flag::bit(
        0x10,
        "stp.flags.learning",
        "Learning",
        mark!("The port notes down which addresses are behind it."),
    ),
    Flag::number(
        0x0c,
        "stp.flags.port_role",
        "Port role",
        &[(0, "unknown"), (1, "alternate or backup"), (2, "root"), (3, "designated")],
        mark!("Root ports lead towards the root, designated ones away from it; the others wait."),
    ),
    Flag::bit(0x02, "stp.flags.proposal", "Proposal", mark!("May this port forward at once?")),
    CHANGE,
];
const PLAIN_FLAGS_ROW: Row =
    Row("stp.flags", "Flags", FLAGS_AT..FLAGS_AT + 1, Show::Flags(FLAGS), FLAGS_MEANING);
const RAPID_FLAGS_ROW: Row =
    Row("stp.flags", "Flags", FLAGS_AT..FLAGS_AT + 1, Show::Flags(RAPID_FLAGS), FLAGS_MEANING);
const FLAGS_MEANING: &str =
    mark!("Has the tree just changed and, in the rapid protocol, what does the port do?");

const BASE: &[Row] = &[
    Row("stp.protocol", "Protocol", 0..2, Show::Hex, mark!("0 is the spanning tree; there is nothing else.")),
    Row(
        "stp.version",
        "Version",
        2..3,
        Show::Named(VERSIONS),
        mark!("Newer switches understand the older versions."),
    ),
    Row(
        "stp.type",
        "Type",
        3..4,
        Show::Named(TYPES),
        mark!(
            "A configuration describes the tree as the sender sees it; a notification only reports a change."
        ),
    ),
];
const COST: Row = Row(
    "stp.root.cost",
    "Path cost to the root",
    COST_AT..COST_AT + 4,
    Show::Number,
    mark!("The sum over all links to the root; a faster link costs less."),
);
const REST: &[Row] = &[
    Row(
        "stp.port",
        "Port",
        PORT_AT..PORT_AT + 2,
        Show::Hex,
        mark!("The port that sends this: its priority and its number."),
    ),
    Row("stp.msg_age", "Message age", 27..29, Show::Ticks, mark!("About how long ago the root sent this.")),
    Row("stp.max_age", "Maximum age", 29..31, Show::Ticks, mark!("Older than this, it counts no more.")),
    Row("stp.hello", "Hello time", 31..33, Show::Ticks, mark!("How often the root sends this.")),
    Row(
        "stp.forward",
        "Forward delay",
        33..35,
        Show::Ticks,
        mark!("How long a port listens, and then learns, before it passes frames on."),
    ),
];
const VERSION_1_LENGTH: Row = Row(
    "stp.version_1_length",
    "Version 1 length",
    35..36,
    Show::Number,
    mark!("Always 0: there was no such version."),
);

/// The two identifiers: keys, then names and meanings.
const ROOT: [Row; 3] = identifier(["stp.root.prio", "stp.root.ext", "stp.root.hw"]);
const BRIDGE: [Row; 3] = identifier(["stp.bridge.prio", "stp.bridge.ext", "stp.bridge.hw"]);

const fn identifier([priority, extension, address]: [&'static str; 3]) -> [Row; 3] {
    [
        Row(
            priority,
            "Priority",
            0..1,
            Show::Priority,
            mark!("The lowest becomes the root; a person can set it."),
        ),
        Row(
            extension,
            "System ID extension",
            0..2,
            Show::Extension,
            mark!("The VLAN that this tree is for, or 0 or 1."),
        ),
        Row(address, "Address", 2..8, Show::Mac, mark!("Decides between switches of the same priority.")),
    ]
}

/// Explains the message behind the LLC header, and covers it.
pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>) {
    let wanted = tree.wanted;
    let message = &tree.frame[range.clone()];
    let kind = number(message, 3..4);
    let mut draft = wanted.layer("STP", &range, expected_len(kind));
    draft.summary(|| Bpdu::read(message).as_ref().map_or_else(Malformed::info, Bpdu::info));
    draft.rows(message, 0, BASE);
    if matches!(kind, CONFIGURATION | RAPID) {
        let flags = if kind == RAPID { RAPID_FLAGS_ROW } else { PLAIN_FLAGS_ROW };
        draft.add(flags.field(wanted, message, 0));
        let root =
            mark!("The switch that all agree on as the tree's root: the one with the lowest identifier.");
        draft.add(identifier_field(wanted, message, ROOT_AT, "stp.root", "Root", &ROOT, root));
        draft.add(COST.field(wanted, message, 0));
        let sender = mark!("The switch that sends this.");
        draft.add(identifier_field(wanted, message, BRIDGE_AT, "stp.bridge", "Bridge", &BRIDGE, sender));
        draft.rows(message, 0, REST);
        if kind == RAPID {
            draft.add(VERSION_1_LENGTH.field(wanted, message, 0));
        }
    } else if kind != TOPOLOGY_CHANGE {
        draft.fault(t!("There is no message of type {}.", named(TYPES, kind)));
    }
    let end = draft.end();
    tree.push(draft);
    payload::add(tree, end..range.end);
}

fn identifier_field(
    wanted: Wanted<'_>,
    message: &[u8],
    at: usize,
    key: &'static str,
    name: &'static str,
    rows: &[Row],
    meaning: &'static str,
) -> Field {
    let value = BridgeId::read(message, at).text(" / ");
    wanted.field(key, name, at..at + BRIDGE_ID_LEN, value, meaning).parts(parts(wanted, message, at, rows))
}

#[cfg(test)]
mod tests {
    use crate::samples::by_hand::{bpdu, llc};
    use crate::{Protocol, label, layers, protocol};

    #[test]
    fn times_are_shown_in_seconds_and_identifiers_in_their_parts() {
        let frame = bpdu(0, 0, 1, &[]);
        let dissection = layers(&frame);
        let stp = dissection.layer("STP").unwrap();
        let value = |key| stp.field(key).unwrap().value.as_str();
        assert_eq!(value("stp.msg_age"), "1.25 s");
        assert_eq!(value("stp.max_age"), "20 s");
        assert_eq!(value("stp.root"), "32768 / 1 / 02:50:00:00:00:01");
        assert_eq!(value("stp.root.ext"), "1");
        assert_eq!(value("stp.flags"), "0x01 (Topology change)");
        assert!(stp.field("stp.flags.proposal").is_none(), "only the rapid protocol has it");
    }

    #[test]
    fn a_type_that_does_not_exist_is_marked_and_an_llc_frame_for_others_is_none() {
        let frame = llc(&[0, 0, 0, 7, 1, 2, 3]);
        assert_eq!(layers(&frame).faults().next(), Some("There is no message of type 7."));
        assert_eq!((protocol(&frame), label(&frame).as_str()), (Protocol::Stp, "STP"));
        let mut other = frame.clone();
        other[14] = 0xaa;
        assert_eq!(protocol(&other), Protocol::Llc);
    }
}
