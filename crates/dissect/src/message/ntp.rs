//! NTP: the time of day (RFC 5905 §7.3).

use crate::label::Label;
use crate::text::{Names, name};

/// The length of a message without extensions.
pub(crate) const HEADER_LEN: usize = 48;
pub(crate) const MODES: Names = &[
    (0, "reserved"),
    (1, "symmetric active"),
    (2, "symmetric passive"),
    (3, "client"),
    (4, "server"),
    (5, "broadcast"),
    (6, "control"),
    (7, "private"),
];

/// A question about the time, or the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NtpMessage {
    /// Of the protocol.
    pub version: u8,
    /// What the sender is: 3 a client, 4 a server.
    pub mode: u8,
    /// The message is shorter than its fixed part.
    pub cut_short: bool,
}

impl NtpMessage {
    pub(crate) fn read(message: &[u8]) -> NtpMessage {
        let first = message.first().copied().unwrap_or(0);
        let mode = first & 7;
        // Control messages (RFC 9327) and private ones are shorter.
        let expected = if mode >= 6 { 8 } else { HEADER_LEN };
        NtpMessage { version: first >> 3 & 7, mode, cut_short: message.len() < expected }
    }

    pub(crate) fn label(&self) -> Label {
        match self.mode {
            3 => Label::of("NTP client"),
            4 => Label::of("NTP server"),
            _ => Label::of("NTP"),
        }
    }

    pub(crate) fn info(&self) -> String {
        let mode = name(MODES, self.mode.into()).unwrap_or("reserved");
        format!("NTP Version {}, {mode}", self.version)
    }
}
