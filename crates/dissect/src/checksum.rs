//! The Internet checksum (RFC 1071): is it right, and what would be.

use std::ops::Range;

use smoltcp::wire::checksum;

use crate::layers::Field;

/// What a checksum says about the bytes it covers.
pub(crate) enum Verdict {
    Correct,
    Wrong {
        /// What the checksum would have to be.
        right: u16,
    },
    /// It cannot be, or need not be, verified; with the reason.
    Unverified(&'static str),
}

/// Verifies the checksum at `at` (an even offset) of `bytes`, which also covers a pseudo-header of that sum.
pub(crate) fn verify(bytes: &[u8], at: usize, pseudo_header: u16) -> Verdict {
    if checksum::combine(&[pseudo_header, checksum::data(bytes)]) == !0 {
        return Verdict::Correct;
    }
    let (before, after) = (checksum::data(&bytes[..at]), checksum::data(&bytes[at + 2..]));
    Verdict::Wrong { right: !checksum::combine(&[pseudo_header, before, after]) }
}

/// The field that holds a checksum, with the verdict in words.
pub(crate) fn field(
    key: &'static str,
    name: &'static str,
    range: Range<usize>,
    stored: u16,
    verdict: Verdict,
    meaning: &'static str,
) -> Field {
    match verdict {
        Verdict::Correct => Field::new(key, name, range, format!("0x{stored:04x} (correct)"), meaning),
        Verdict::Unverified(why) => Field::new(key, name, range, format!("0x{stored:04x} ({why})"), meaning),
        Verdict::Wrong { right } => {
            let value = format!("0x{stored:04x} (wrong, 0x{right:04x} would be right)");
            let fault = "Does not fit the bytes that it covers: whoever receives this throws it away.";
            Field::new(key, name, range, value, meaning).fault(Some(fault.into()))
        }
    }
}
