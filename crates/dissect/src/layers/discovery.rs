//! LLDP (IEEE 802.1AB) and CDP: the parts of an announcement, each with its name. What is not a name or number stays bytes.

use std::ops::Range;

use super::payload;
use super::rows::{Row, Show};
use crate::message::Discovery;
use crate::message::discovery::{CDP_HEADER_LEN, cdp_parts, identity, lldp_parts, one_line};
use crate::number::number;
use crate::text::hex;
use crate::tree::Tree;
use texts::{mark, t};

/// Type, key, name and meaning of the parts of LLDP.
const LLDP: [(u8, &str, &str, &str); 9] = [
    (0, "lldp.tlv.end", "End", mark!("No more parts follow.")),
    (1, "lldp.chassis.id", "Chassis", mark!("Which device this is.")),
    (2, "lldp.port.id", "Port", mark!("Which of its ports this is.")),
    (3, "lldp.time_to_live", "Time to live", mark!("For how long to remember this, in seconds.")),
    (4, "lldp.port.desc", "Port description", mark!("The port in words.")),
    (5, "lldp.tlv.system.name", "System name", mark!("The name that an administrator gave the device.")),
    (6, "lldp.tlv.system.desc", "System description", mark!("What kind of device it is.")),
    (
        7,
        "lldp.tlv.system_cap",
        "Capabilities",
        mark!("What the device can do, and what of it is switched on."),
    ),
    (8, "lldp.mgn.address", "Management address", mark!("Where the device can be managed.")),
];
const CDP: [(u16, &str, &str, &str); 7] = [
    (1, "cdp.deviceid", "Device", mark!("The name of the device.")),
    (3, "cdp.portid", "Port", mark!("Which of its ports this is.")),
    (5, "cdp.software_version", "Software", mark!("What the device runs.")),
    (6, "cdp.platform", "Platform", mark!("What kind of device it is.")),
    (
        9,
        "cdp.vtp_management_domain",
        "VTP domain",
        mark!("The group of switches that share a list of VLANs."),
    ),
    (10, "cdp.native_vlan", "Native VLAN", mark!("The VLAN of frames without a tag.")),
    (11, "cdp.duplex", "Duplex", mark!("1 if it can send and receive at once.")),
];
const CDP_HEADER: &[Row] = &[
    Row("cdp.version", "Version", 0..1, Show::Number, mark!("Of the protocol.")),
    Row("cdp.ttl", "Time to live", 1..2, Show::Seconds, mark!("For how long to remember this.")),
    Row("cdp.checksum", "Checksum", 2..4, Show::Hex, mark!("Protects the message.")),
];

pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>, lldp: bool) {
    match lldp {
        true => add_lldp(tree, range),
        false => add_cdp(tree, range),
    }
}

fn add_lldp(tree: &mut Tree<'_>, range: Range<usize>) {
    let wanted = tree.wanted;
    let message = &tree.frame[range.clone()];
    let (last, end) = lldp_parts(message).last().map_or((None, 0), |(kind, value)| (Some(kind), value.end));
    let mut draft = wanted.layer("LLDP", &range, if last == Some(0) { end } else { message.len() });
    draft.summary(|| {
        Some(Discovery::Lldp(message).info()).filter(|info| !info.is_empty()).unwrap_or("cut short".into())
    });
    for (kind, place) in lldp_parts(message) {
        let value = &message[place.clone()];
        let known = LLDP.iter().find(|(number, ..)| *number == kind);
        let &(_, key, name, meaning) = known.unwrap_or(&(
            0,
            "lldp.unknown_subtype",
            "Other",
            mark!("A part that is not explained here."),
        ));
        let text = match kind {
            0 => "end".into(),
            1 | 2 => identity(value, kind == 2),
            3 => format!("{} s", number(value, 0..2)),
            4..=6 => one_line(value),
            _ => hex(value).to_string(),
        };
        draft.add(wanted.field(key, name, place.start - 2..place.end, text, meaning));
    }
    if last != Some(0) {
        draft.fault(t!("The part that ends the message is missing."));
    }
    let end = draft.end();
    tree.push(draft);
    payload::trailer(tree, end..range.end, "the LLDP message");
}

fn add_cdp(tree: &mut Tree<'_>, range: Range<usize>) {
    let wanted = tree.wanted;
    let message = &tree.frame[range.clone()];
    let mut draft = wanted.layer("CDP", &range, message.len().max(CDP_HEADER_LEN));
    draft.summary(|| {
        Some(Discovery::Cdp(message).info()).filter(|info| !info.is_empty()).unwrap_or("cut short".into())
    });
    draft.rows(message, 0, CDP_HEADER);
    for (kind, place) in cdp_parts(message) {
        let value = &message[place.clone()];
        let known = CDP.iter().find(|(number, ..)| *number == kind);
        let &(_, key, name, meaning) =
            known.unwrap_or(&(0, "cdp.data", "Other", mark!("A part that is not explained here.")));
        let text = match kind {
            1 | 3 | 5 | 6 | 9 => one_line(value),
            10 => number(value, 0..2).to_string(),
            11 => number(value, 0..1).to_string(),
            _ => hex(value).to_string(),
        };
        draft.add(wanted.field(key, name, place.start - 4..place.end, text, meaning));
    }
    tree.push(draft);
}
