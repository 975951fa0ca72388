//! TLS: records and, in those of the handshake, its messages (RFC 8446 §5.1, §4, RFC 5246). What is encrypted stays so.

use std::fmt::Write;
use std::ops::Range;

use crate::label::Label;
use crate::number::number;
use crate::text::{INFO_LEN_MAX, Names, name};

/// Type, version and length of a record.
pub(crate) const RECORD_HEADER_LEN: usize = 5;
/// Records are not longer than this (RFC 5246 §6.2.3).
const RECORD_LEN_MAX: usize = (1 << 14) + 2048;
pub(crate) const CHANGE_CIPHER_SPEC: u8 = 20;
pub(crate) const ALERT: u8 = 21;
pub(crate) const HANDSHAKE: u8 = 22;
pub(crate) const APPLICATION_DATA: u8 = 23;
pub(crate) const CLIENT_HELLO: u8 = 1;
pub(crate) const SERVER_HELLO: u8 = 2;

pub(crate) const RECORDS: Names = &[
    (20, "Change Cipher Spec"),
    (21, "Alert"),
    (22, "Handshake"),
    (23, "Application Data"),
    (24, "Heartbeat"),
];
pub(crate) const HANDSHAKES: Names = &[
    (0, "Hello Request"),
    (1, "Client Hello"),
    (2, "Server Hello"),
    (3, "Hello Verify Request"),
    (4, "New Session Ticket"),
    (5, "End of Early Data"),
    (6, "Hello Retry Request"),
    (8, "Encrypted Extensions"),
    (11, "Certificate"),
    (12, "Server Key Exchange"),
    (13, "Certificate Request"),
    (14, "Server Hello Done"),
    (15, "Certificate Verify"),
    (16, "Client Key Exchange"),
    (20, "Finished"),
    (21, "Certificate URL"),
    (22, "Certificate Status"),
    (23, "Supplemental Data"),
    (24, "Key Update"),
    (25, "Compressed Certificate"),
];
const LEVELS: Names = &[(1, "Warning"), (2, "Fatal")];
const ALERTS: Names = &[
    (0, "Close Notify"),
    (10, "Unexpected Message"),
    (20, "Bad Record MAC"),
    (21, "Decryption Failed"),
    (22, "Record Overflow"),
    (30, "Decompression Failure"),
    (40, "Handshake Failure"),
    (41, "No Certificate"),
    (42, "Bad Certificate"),
    (43, "Unsupported Certificate"),
    (44, "Certificate Revoked"),
    (45, "Certificate Expired"),
    (46, "Certificate Unknown"),
    (47, "Illegal Parameter"),
    (48, "Unknown CA"),
    (49, "Access Denied"),
    (50, "Decode Error"),
    (51, "Decrypt Error"),
    (60, "Export Restriction"),
    (70, "Protocol Version"),
    (71, "Insufficient Security"),
    (80, "Internal Error"),
    (86, "Inappropriate Fallback"),
    (90, "User Canceled"),
    (100, "No Renegotiation"),
    (109, "Missing Extension"),
    (110, "Unsupported Extension"),
    (112, "Unrecognized Name"),
    (113, "Bad Certificate Status Response"),
    (120, "No application Protocol"),
];
/// Of version numbers in records and hellos.
pub(crate) const VERSIONS: Names =
    &[(0x0300, "SSLv3"), (0x0301, "TLSv1"), (0x0302, "TLSv1.1"), (0x0303, "TLSv1.2"), (0x0304, "TLSv1.3")];
const SERVER_NAME: u32 = 0;
const SUPPORTED_VERSIONS: u32 = 43;

/// One or several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsMessage<'f> {
    bytes: &'f [u8],
}

/// A whole record within the data of a connection.
pub(crate) struct Record {
    pub kind: u8,
    pub version: u16,
    pub start: usize,
    pub content: Range<usize>,
}

/// Whether data of a connection begin with a record.
pub(crate) fn begins(data: &[u8]) -> bool {
    matches!(data, [20..=24, 3, 0..=4, ..]) && record_len(data).is_none_or(|length| length <= RECORD_LEN_MAX)
}

/// The length of a record with its header, if that is all there.
pub(crate) fn record_len(data: &[u8]) -> Option<usize> {
    let &[_, _, _, a, b] = data.first_chunk::<RECORD_HEADER_LEN>()?;
    Some(RECORD_HEADER_LEN + usize::from(u16::from_be_bytes([a, b])))
}

/// The whole records, one after the other.
pub(crate) fn records(bytes: &[u8]) -> impl Iterator<Item = Record> + use<'_> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| begins(rest))?;
        let end = at + record_len(rest)?;
        if end > bytes.len() {
            return None;
        }
        let record = Record {
            kind: rest[0],
            version: number(rest, 1..3) as u16,
            start: at,
            content: at + RECORD_HEADER_LEN..end,
        };
        at = end;
        Some(record)
    })
}

/// The messages in a record of the handshake, each with its header of four bytes; `None` for what is encrypted, or goes on in another
/// record.
pub(crate) fn handshakes(content: &[u8]) -> impl Iterator<Item = Option<Range<usize>>> + use<'_> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = content.get(at..).filter(|rest| !rest.is_empty())?;
        let end = at + 4 + number(rest, 1..4) as usize;
        let known = rest.len() >= 4 && end <= content.len() && name(HANDSHAKES, rest[0].into()).is_some();
        let message = known.then_some(at..end);
        at = if known { end } else { content.len() };
        Some(message)
    })
}

/// The extensions of a hello, which is a message with its header: type, data (RFC 8446 §4.2).
pub(crate) fn extensions(hello: &[u8]) -> impl Iterator<Item = (u32, Range<usize>)> + use<'_> {
    let client = hello.first() == Some(&CLIENT_HELLO);
    let start = move || {
        // Header, version, random.
        let session_at = 4 + 2 + 32;
        let ciphers_at = session_at + 1 + usize::from(*hello.get(session_at)?);
        let compression_at = if client {
            ciphers_at + 2 + number(hello, ciphers_at..ciphers_at + 2) as usize
        } else {
            ciphers_at + 2
        };
        let length_at =
            compression_at + if client { 1 + usize::from(*hello.get(compression_at)?) } else { 1 };
        (length_at + 2 <= hello.len()).then_some(length_at + 2)
    };
    let mut at = start().unwrap_or(hello.len());
    std::iter::from_fn(move || {
        hello.get(at..at + 4)?;
        let data = at + 4..at + 4 + number(hello, at + 2..at + 4) as usize;
        let kind = number(hello, at..at + 2);
        at = data.end;
        (data.end <= hello.len()).then_some((kind, data))
    })
}

/// Where the server's name is in a client's hello (RFC 6066 §3).
pub(crate) fn server_name(hello: &[u8]) -> Option<Range<usize>> {
    let (_, data) = extensions(hello).find(|(kind, _)| *kind == SERVER_NAME)?;
    let name = data.start + 5..data.end;
    let length = number(hello, data.start + 3..data.start + 5) as usize;
    (hello.get(data.start + 2) == Some(&0) && length <= name.len()).then(|| name.start..name.start + length)
}

/// The version that a hello speaks of: of the extension, if it has that (RFC 8446 §4.2.1).
fn hello_version(hello: &[u8]) -> u16 {
    let supported = extensions(hello).find(|(kind, _)| *kind == SUPPORTED_VERSIONS);
    match supported {
        // A server chooses one; a client lists several, and TLS 1.3 is among them if there is the list at all.
        Some((_, data)) if data.len() == 2 => number(hello, data) as u16,
        _ => number(hello, 4..6) as u16,
    }
}

impl<'f> TlsMessage<'f> {
    /// Reads data that [begin](begins) with a record.
    pub(crate) fn read(bytes: &'f [u8]) -> TlsMessage<'f> {
        TlsMessage { bytes }
    }

    /// The messages of the handshake that are not encrypted, each with its header.
    fn handshakes(&self) -> impl Iterator<Item = &'f [u8]> + use<'f> {
        let bytes = self.bytes;
        records(bytes).filter(|record| record.kind == HANDSHAKE).flat_map(move |record| {
            let content = &bytes[record.content];
            handshakes(content).flatten().map(move |range| &content[range])
        })
    }

    /// The name of the server that a client's hello asks for (SNI).
    pub fn server_name(&self) -> Option<&'f [u8]> {
        let hello = self.handshakes().find(|message| message[0] == CLIENT_HELLO)?;
        server_name(hello).map(|range| &hello[range])
    }

    /// The version that a server's hello has chosen.
    pub fn chosen_version(&self) -> Option<u16> {
        self.handshakes().find(|message| message[0] == SERVER_HELLO && message.len() >= 6).map(hello_version)
    }

    /// The version that both ends have agreed on: what the server has chosen, or that of a record that begins no connection.
    pub(crate) fn spoken_version(&self) -> Option<u16> {
        let opens = self.handshakes().any(|message| message[0] == CLIENT_HELLO);
        self.chosen_version().or((!opens).then(|| self.record_version()))
    }

    /// The version of its first record.
    pub fn record_version(&self) -> u16 {
        number(self.bytes, 1..3) as u16
    }

    pub(crate) fn label(&self) -> Label {
        let Some(first) = records(self.bytes).next() else { return Label::of("TLS") };
        match first.kind {
            HANDSHAKE => match self.handshakes().next().map(|message| message[0]) {
                Some(CLIENT_HELLO) => Label::of("client hello"),
                Some(SERVER_HELLO) => Label::of("server hello"),
                _ => Label::of("TLS handshake"),
            },
            APPLICATION_DATA => Label::of("TLS data"),
            ALERT => Label::of("TLS alert"),
            CHANGE_CIPHER_SPEC => Label::of("change cipher"),
            _ => Label::of("TLS"),
        }
    }

    pub(crate) fn info(&self) -> String {
        let mut info = String::new();
        let mut add = |text: &str| {
            if info.len() < INFO_LEN_MAX {
                let _ = write!(info, "{}{text}", if info.is_empty() { "" } else { ", " });
            }
        };
        for record in records(self.bytes) {
            let content = &self.bytes[record.content];
            match record.kind {
                HANDSHAKE => {
                    for message in handshakes(content) {
                        let known = message.and_then(|range| name(HANDSHAKES, content[range.start].into()));
                        add(known.unwrap_or("Encrypted Handshake Message"));
                    }
                }
                ALERT => match *content {
                    [level, description] => {
                        let level = name(LEVELS, level.into()).unwrap_or("Unknown");
                        let description = name(ALERTS, description.into()).unwrap_or("Unknown");
                        add(&format!("Alert (Level: {level}, Description: {description})"));
                    }
                    _ => add("Encrypted Alert"),
                },
                other => add(name(RECORDS, other.into()).unwrap_or("Continuation Data")),
            }
        }
        if let Some(server) = self.server_name() {
            let server: String =
                String::from_utf8_lossy(server).chars().filter(|c| !c.is_control()).collect();
            let _ = write!(info, " (SNI={server})");
        }
        info
    }
}
