//! Which port of which switch this is: LLDP (IEEE 802.1AB) and Cisco's CDP.

use std::fmt::Write;
use std::ops::Range;

use smoltcp::wire::EthernetAddress;

use crate::label::Label;
use crate::number::{ipv4, ipv6, number};
use crate::text::{hex, mac};

/// A name longer than this is cut.
const TEXT_MAX: usize = 256;
/// Version, time to live and checksum of CDP.
pub(crate) const CDP_HEADER_LEN: usize = 4;

/// An announcement of a switch, or of a host, on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discovery<'f> {
    /// LLDP (IEEE 802.1AB).
    Lldp(&'f [u8]),
    /// Cisco Discovery Protocol.
    Cdp(&'f [u8]),
}

/// The parts of LLDP, type and value, up to the end or the first that is cut (IEEE 802.1AB clause 8.4).
pub(crate) fn lldp_parts(message: &[u8]) -> impl Iterator<Item = (u8, Range<usize>)> + use<'_> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let head = u16::from_be_bytes(*message.get(at..)?.first_chunk()?);
        let value = at + 2..at + 2 + usize::from(head & 0x1ff);
        let kind = (head >> 9) as u8;
        if value.end > message.len() {
            return None;
        }
        at = if kind == 0 { message.len() } else { value.end };
        Some((kind, value))
    })
}

/// The parts of CDP, type and value, up to the end or the first that is cut.
pub(crate) fn cdp_parts(message: &[u8]) -> impl Iterator<Item = (u16, Range<usize>)> + use<'_> {
    const PART_HEADER_LEN: usize = 4;
    let mut at = CDP_HEADER_LEN;
    std::iter::from_fn(move || {
        let &[a, b, c, d] = message.get(at..)?.first_chunk::<PART_HEADER_LEN>()?;
        let (kind, length) = (u16::from_be_bytes([a, b]), usize::from(u16::from_be_bytes([c, d])));
        if length < PART_HEADER_LEN || at + length > message.len() {
            return None;
        }
        let value = at + PART_HEADER_LEN..at + length;
        at += length;
        Some((kind, value))
    })
}

/// The beginning of a name, in one line.
pub(crate) fn one_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT_MAX)]);
    text.chars().map(|letter| if letter.is_control() { '\u{b7}' } else { letter }).collect()
}

/// The kind of a chassis or port, and its name, as analyzers write both: `MA/02:00:00:00:00:01` (IEEE 802.1AB clauses 8.5.2, 8.5.3).
pub(crate) fn identity(value: &[u8], port: bool) -> String {
    let Some((&kind, name)) = value.split_first() else { return String::new() };
    let kind = match (kind, port) {
        (4, false) | (3, true) => "MA",
        (5, false) | (4, true) => "NA",
        (1, false) => "CC",
        (2, false) | (1, true) => "IA",
        (3, false) | (2, true) => "PC",
        (6, false) | (5, true) => "IN",
        (7, false) | (7, true) => "LA",
        (6, true) => "AC",
        _ => return hex(name).to_string(),
    };
    match (kind, name) {
        ("MA", name) if name.len() == 6 => format!("MA/{}", mac(EthernetAddress::from_bytes(name))),
        ("NA", [1, rest @ ..]) if rest.len() == 4 => format!("NA/{}", ipv4(rest, 0)),
        ("NA", [2, rest @ ..]) if rest.len() == 16 => format!("NA/{}", ipv6(rest, 0)),
        ("MA" | "NA" | "AC", name) => format!("{kind}/{}", hex(name)),
        (kind, name) => format!("{kind}/{}", one_line(name)),
    }
}

impl Discovery<'_> {
    pub(crate) fn label(&self) -> Label {
        match self {
            Discovery::Lldp(_) => Label::of("LLDP"),
            Discovery::Cdp(_) => Label::of("CDP"),
        }
    }

    pub(crate) fn info(&self) -> String {
        match self {
            Discovery::Lldp(message) => lldp_info(message),
            Discovery::Cdp(message) => cdp_info(message),
        }
    }
}

fn lldp_info(message: &[u8]) -> String {
    let mut info = String::new();
    for (kind, value) in lldp_parts(message) {
        let value = &message[value];
        let _ = match kind {
            1 => write!(info, "{}", identity(value, false)),
            2 => write!(info, " {}", identity(value, true)),
            3 => write!(info, " {}", number(value, 0..2)),
            5 => write!(info, " SysN={}", one_line(value)),
            6 => write!(info, " SysD={}", one_line(value)),
            _ => Ok(()),
        };
    }
    info
}

fn cdp_info(message: &[u8]) -> String {
    let mut info = String::new();
    for (kind, value) in cdp_parts(message) {
        let value = one_line(&message[value]);
        let _ = match kind {
            1 => write!(info, "Device ID: {value}  "),
            3 => write!(info, "Port ID: {value}  "),
            _ => Ok(()),
        };
    }
    info.truncate(info.trim_end().len());
    info
}
