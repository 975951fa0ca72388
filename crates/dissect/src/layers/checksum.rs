//! The Internet checksum (RFC 1071): is it right, and what would be.

use std::ops::Range;

use smoltcp::wire::checksum;

use crate::header::ip::Packet;
use crate::tree::{Field, Wanted};
use texts::t;

/// What a checksum says about the bytes it covers.
pub(super) enum Verdict {
    Correct,
    Wrong {
        /// What the checksum would have to be.
        right: u16,
    },
    /// It cannot be, or need not be, verified; with the reason.
    Unverified(&'static str),
}

/// Verifies the checksum at `at` (an even offset) of `bytes`, which also covers a pseudo-header of that sum.
pub(super) fn verify(bytes: &[u8], at: usize, pseudo_header: u16) -> Verdict {
    if checksum::combine(&[pseudo_header, checksum::data(bytes)]) == !0 {
        return Verdict::Correct;
    }
    let (before, after) = (checksum::data(&bytes[..at]), checksum::data(&bytes[at + 2..]));
    Verdict::Wrong { right: !checksum::combine(&[pseudo_header, before, after]) }
}

/// Why the payload of a packet cannot be verified as a whole, if it cannot.
pub(super) fn unverifiable(packet: &Packet) -> Option<&'static str> {
    if packet.quoted {
        Some("not verified: only the beginning is quoted")
    } else if packet.fragment.is_some() {
        Some("not verified: the rest is in other fragments")
    } else if packet.payload.len() < packet.payload_len {
        Some("not verified: the end is missing")
    } else {
        None
    }
}

/// Verifies the checksum at `at` of a message that is the payload of `packet`, without a pseudo-header. A message shorter than
/// `header_len` has none.
pub(super) fn verify_message(message: &[u8], at: usize, header_len: usize, packet: &Packet) -> Verdict {
    match unverifiable(packet) {
        Some(why) => Verdict::Unverified(why),
        None if message.len() < header_len => Verdict::Unverified("not verified: the message is cut short"),
        None => verify(message, at, 0),
    }
}

/// Verifies the checksum at `at` of a message that begins the payload of `packet`, with its pseudo-header (RFC 9293 §3.1,
/// RFC 8200 §8.1).
pub(super) fn verify_with_addresses(message: &[u8], at: usize, packet: &Packet) -> Verdict {
    if let Some(why) = unverifiable(packet) {
        return Verdict::Unverified(why);
    }
    if message.len() < at + 2 {
        return Verdict::Unverified("not verified: the end is missing");
    }
    let length = message.len() as u32;
    let pseudo = checksum::pseudo_header(&packet.source, &packet.destination, packet.carries, length);
    verify(message, at, pseudo)
}

/// The field that holds a checksum, with the verdict in words. It is verified only if it is read.
pub(super) fn field(
    wanted: Wanted<'_>,
    key: &'static str,
    name: &'static str,
    range: Range<usize>,
    stored: u16,
    verdict: impl FnOnce() -> Verdict,
    meaning: &'static str,
) -> Field {
    if !wanted.reads(key) {
        return wanted.field(key, name, range, "", meaning);
    }
    match verdict() {
        Verdict::Correct => wanted.field(key, name, range, format_args!("0x{stored:04x} (correct)"), meaning),
        Verdict::Unverified(why) => {
            wanted.field(key, name, range, format_args!("0x{stored:04x} ({why})"), meaning)
        }
        Verdict::Wrong { right } => {
            let value = format!("0x{stored:04x} (wrong, 0x{right:04x} would be right)");
            let fault = t!("Does not match the bytes that it covers: the receiver drops this.");
            wanted.field(key, name, range, value, meaning).fault(Some(fault.into()))
        }
    }
}
