//! What the layers of IPv4 and IPv6, and of what they carry, have in common.

use std::fmt::from_fn;
use std::ops::Range;

use crate::header::ip::Packet;
use crate::tree::{Field, Wanted};
use texts::mark;

pub(super) const NEXT_MEANING: &str =
    mark!("What follows this header: another extension, or the message that the packet carries.");
/// The summary of a layer whose header cannot be read.
pub(super) const UNREADABLE: &str = "a header that makes no sense, or not a whole one";

impl Packet {
    /// The name of the layer of its payload: `TCP`, or `Quoted TCP` where the packet is quoted.
    pub(super) fn layer_name(&self, plain: &'static str, quoted: &'static str) -> &'static str {
        if self.quoted { quoted } else { plain }
    }
}

/// The byte of IPv4's type of service and IPv6's traffic class: `class` is its upper six bits (RFC 2474), `ecn` the
/// lower two (RFC 3168). `range` is where it lies.
pub(super) fn class_parts(
    wanted: Wanted<'_>,
    keys: [&'static str; 2],
    range: Range<usize>,
    class: u8,
    ecn: u8,
) -> [Field; 2] {
    let class_name = from_fn(|f| match class {
        0 => f.write_str("0 (default)"),
        46 => f.write_str("46 (expedited forwarding)"),
        other => write!(f, "{other}"),
    });
    let ecn_name = match ecn {
        0b00 => "0 (sender does not take part)",
        0b01 => "1 (sender takes part, ECT 1)",
        0b10 => "2 (sender takes part, ECT 0)",
        _ => "3 (congestion experienced)",
    };
    [
        wanted.field(
            keys[0],
            "Differentiated services",
            range.clone(),
            class_name,
            mark!("How the packet wants to be treated where there is a queue, if routers care."),
        ),
        wanted.field(
            keys[1],
            "Congestion notification",
            range,
            ecn_name,
            mark!("Lets a busy router mark the packet instead of dropping it, if both ends understand that."),
        ),
    ]
}
