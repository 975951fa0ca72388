//! LLC, in frames that carry a length instead of a type (IEEE 802.2).

use std::ops::Range;

use crate::header::place::llc_len;
use crate::number::padded;
use crate::tree::Tree;
use texts::mark;

/// Adds the layer of the header; returns where it ends.
pub(super) fn add(tree: &mut Tree<'_>, range: &Range<usize>) -> usize {
    let wanted = tree.wanted;
    let header = padded::<4>(tree.header(range, 4));
    let control_len = llc_len(&header) - 2;

    let mut draft = wanted.layer("LLC", range, 2 + control_len);
    draft.summary(|| format!("DSAP {}, SSAP {}", service(header[0]), service(header[1])));
    draft.add(wanted.field(
        "llc.dsap",
        "Destination service",
        0..1,
        service(header[0]),
        mark!("The protocol in the receiving host that gets the frame; 0x42 is the spanning tree protocol."),
    ));
    draft.add(wanted.field(
        "llc.ssap",
        "Source service",
        1..2,
        service(header[1]),
        mark!("The protocol in the sending host that sent the frame."),
    ));
    let control = match control_len {
        1 => format!("0x{:02x}", header[2]),
        _ => format!("0x{:02x}{:02x}", header[2], header[3]),
    };
    draft.add(wanted.field(
        "llc.control",
        "Control",
        2..2 + control_len,
        control,
        mark!("The kind of LLC frame; 0x03 is a plain one, without numbers or acknowledgement."),
    ));
    let end = draft.end();
    tree.push(draft);
    end
}

/// An LLC address, with the service that it stands for.
fn service(number: u8) -> String {
    let name = match number {
        0x42 => " (spanning tree)",
        0xaa => " (SNAP)",
        _ => "",
    };
    format!("0x{number:02x}{name}")
}
