//! NTP: the fixed part of a message (RFC 5905 §7.3). Times are left as they are: seconds since 1900, with a fraction of 32 bits.

use std::ops::Range;

use super::payload;
use super::rows::{Flag, Row, Show};
use crate::message::NtpMessage;
use crate::message::ntp::{HEADER_LEN, MODES};
use crate::tree::Tree;
use texts::mark;

const ROWS: &[Row] = &[
    Row(
        "ntp.flags",
        "Flags",
        0..1,
        Show::Flags(&[
            Flag::number(
                0xc0,
                "ntp.flags.li",
                "Leap second",
                &[(0, "none"), (1, "61 seconds"), (2, "59 seconds"), (3, "clock not set")],
                mark!("Whether the last minute of the day has another length."),
            ),
            Flag::number(0x38, "ntp.flags.vn", "Version", &[], mark!("Of the protocol.")),
            Flag::number(
                0x07,
                "ntp.flags.mode",
                "Mode",
                MODES,
                mark!("What the sender is: 3 asks, 4 answers."),
            ),
        ]),
        mark!("What kind of message this is."),
    ),
    Row("ntp.stratum", "Stratum", 1..2, Show::Number, mark!("How far from a clock that is right by itself.")),
    Row(
        "ntp.ppoll",
        "Poll interval",
        2..3,
        Show::Number,
        mark!("How often it asks: the power of two in seconds."),
    ),
    Row(
        "ntp.precision",
        "Precision",
        3..4,
        Show::Hex,
        mark!("How fine the clock is: a power of two in seconds."),
    ),
    Row(
        "ntp.rootdelay",
        "Root delay",
        4..8,
        Show::Hex,
        mark!("How long the way to that clock takes, there and back."),
    ),
    Row("ntp.rootdispersion", "Root dispersion", 8..12, Show::Hex, mark!("How wrong the time may be.")),
    Row("ntp.refid", "Reference", 12..16, Show::Raw, mark!("Where the time is from.")),
    Row("ntp.reftime", "Reference time", 16..24, Show::Raw, mark!("When the clock was last set.")),
    Row("ntp.org", "Origin time", 24..32, Show::Raw, mark!("When the client asked, by its own clock.")),
    Row("ntp.rec", "Receive time", 32..40, Show::Raw, mark!("When the server received that.")),
    Row("ntp.xmt", "Transmit time", 40..48, Show::Raw, mark!("When this message was sent.")),
];

pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>, message: &NtpMessage) {
    let bytes = &tree.frame[range.clone()];
    let expected = if message.mode >= 6 { bytes.len() } else { HEADER_LEN };
    let mut draft = tree.wanted.layer("NTP", &range, expected);
    draft.summary(|| message.info());
    draft.rows(bytes, 0, ROWS);
    let end = draft.end();
    tree.push(draft);
    payload::add(tree, end..range.end);
}
