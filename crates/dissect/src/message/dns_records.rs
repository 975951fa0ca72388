//! The questions and records of a message, and the names in them, found in its bytes.
//!
//! Read here and not by smoltcp or the simple-dns crate: smoltcp knows no records but addresses and aliases, and neither
//! gives the bytes that a value comes from.
//!
//! Names can point to where they were written before. Pointers that do not lead backwards are not followed, and a name
//! has 255 bytes at most, so that none can go round in circles or fill the memory.

use std::ops::Range;

use crate::number::{ipv4, ipv6, number};
use crate::text::{Names, name};

pub(crate) const HEADER_LEN: usize = 12;
const NAME_LEN_MAX: usize = 255;
pub(crate) const A: u32 = 1;
pub(crate) const NS: u32 = 2;
pub(crate) const CNAME: u32 = 5;
pub(crate) const SOA: u32 = 6;
pub(crate) const PTR: u32 = 12;
pub(crate) const MX: u32 = 15;
pub(crate) const TXT: u32 = 16;
pub(crate) const AAAA: u32 = 28;
pub(crate) const SRV: u32 = 33;
pub(crate) const DNAME: u32 = 39;
pub(crate) const NSEC: u32 = 47;
/// Not a record but an extension of the header (RFC 6891).
pub(crate) const OPT: u32 = 41;

pub(crate) const TYPES: Names = &[
    (1, "A"),
    (2, "NS"),
    (3, "MD"),
    (4, "MF"),
    (5, "CNAME"),
    (6, "SOA"),
    (7, "MB"),
    (8, "MG"),
    (9, "MR"),
    (10, "NULL"),
    (11, "WKS"),
    (12, "PTR"),
    (13, "HINFO"),
    (14, "MINFO"),
    (15, "MX"),
    (16, "TXT"),
    (17, "RP"),
    (18, "AFSDB"),
    (19, "X25"),
    (20, "ISDN"),
    (21, "RT"),
    (22, "NSAP"),
    (24, "SIG"),
    (25, "KEY"),
    (28, "AAAA"),
    (29, "LOC"),
    (30, "NXT"),
    (33, "SRV"),
    (35, "NAPTR"),
    (36, "KX"),
    (37, "CERT"),
    (38, "A6"),
    (39, "DNAME"),
    (41, "OPT"),
    (42, "APL"),
    (43, "DS"),
    (44, "SSHFP"),
    (45, "IPSECKEY"),
    (46, "RRSIG"),
    (47, "NSEC"),
    (48, "DNSKEY"),
    (49, "DHCID"),
    (50, "NSEC3"),
    (51, "NSEC3PARAM"),
    (52, "TLSA"),
    (53, "SMIMEA"),
    (55, "HIP"),
    (59, "CDS"),
    (60, "CDNSKEY"),
    (61, "OPENPGPKEY"),
    (62, "CSYNC"),
    (63, "ZONEMD"),
    (64, "SVCB"),
    (65, "HTTPS"),
    (99, "SPF"),
    (108, "EUI48"),
    (109, "EUI64"),
    (249, "TKEY"),
    (250, "TSIG"),
    (251, "IXFR"),
    (252, "AXFR"),
    (253, "MAILB"),
    (254, "MAILA"),
    (255, "ANY"),
    (256, "URI"),
    (257, "CAA"),
    (65281, "WINS"),
    (65282, "WINS-R"),
];

/// Where questions and records are, in the order of the header's counts.
pub(crate) const SECTIONS: [&str; 4] = ["Question", "Answer", "Authority", "Additional record"];

/// A question or a record, as its outer fields outline it. All offsets are within the message.
pub(crate) struct Item {
    /// 0 is the questions; the others have records.
    pub section: usize,
    pub at: usize,
    pub name_end: usize,
    pub kind: u32,
    pub class: u32,
    pub data: Range<usize>,
}

/// The questions and records, up to the first that is cut or malformed, which is `None`.
pub(crate) fn items(message: &[u8]) -> impl Iterator<Item = Option<Item>> + use<'_> {
    let mut at = HEADER_LEN;
    let mut broken = message.len() < HEADER_LEN;
    (0..SECTIONS.len())
        .flat_map(|section| {
            let count = number(message, 4 + 2 * section..6 + 2 * section);
            (0..count).map(move |_| section)
        })
        .map_while(move |section| {
            if broken {
                return None;
            }
            let item = item(message, section, at);
            at = item.as_ref().map_or(at, |item| item.data.end);
            broken = item.is_none();
            Some(item)
        })
}

fn item(message: &[u8], section: usize, at: usize) -> Option<Item> {
    let name_end = name_end(message, at)?;
    let fixed_len = if section == 0 { 4 } else { 10 };
    let start = name_end + fixed_len;
    let data_len = if section == 0 { 0 } else { number(message, start - 2..start) as usize };
    let data = start..start + data_len;
    (data.end <= message.len()).then(|| Item {
        section,
        at,
        name_end,
        kind: number(message, name_end..name_end + 2),
        class: number(message, name_end + 2..name_end + 4),
        data,
    })
}

/// Where the name that begins at `at` ends, be it in a zero or in a pointer.
fn name_end(message: &[u8], mut at: usize) -> Option<usize> {
    let start = at;
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            length @ 1..=63 => at += 1 + usize::from(length),
            0xc0.. => return message.get(at + 1).map(|_| at + 2),
            _ => return None,
        }
        if at - start > NAME_LEN_MAX {
            return None;
        }
    }
}

/// The name that begins at `at`, with dots between its labels, and where it ends; nothing if it makes no sense.
pub(crate) fn read_name(message: &[u8], at: usize) -> Option<(String, usize)> {
    let end = name_end(message, at)?;
    let mut written = String::new();
    // Everything before this may be pointed to.
    let (mut at, mut before) = (at, at);
    let mut length = 0;
    loop {
        let head = *message.get(at)?;
        match head {
            0 => break,
            1..=63 => {
                let label = message.get(at + 1..at + 1 + usize::from(head))?;
                length += 1 + label.len();
                if length >= NAME_LEN_MAX {
                    return None;
                }
                if !written.is_empty() {
                    written.push('.');
                }
                push_label(&mut written, label);
                at += 1 + label.len();
            }
            0xc0.. => {
                let target = (number(message, at..at + 2) & 0x3fff) as usize;
                if target >= before {
                    return None;
                }
                (at, before) = (target, target);
            }
            _ => return None,
        }
    }
    Some((if written.is_empty() { "<Root>".into() } else { written }, end))
}

/// Appends a label. In multicast DNS they are UTF-8 (RFC 6762 §16); elsewhere they are bytes. What could break the line, or turn its
/// reading direction, becomes a dot.
fn push_label(written: &mut String, label: &[u8]) {
    const DOT: char = '\u{b7}';
    for chunk in label.utf8_chunks() {
        written.extend(chunk.valid().chars().map(|letter| if is_harmless(letter) { letter } else { DOT }));
        written.extend(chunk.invalid().iter().map(|_| DOT));
    }
}

/// Not a control character, and none of those that format text: by ranges, since Unicode's tables are large.
fn is_harmless(letter: char) -> bool {
    !letter.is_control()
        && !matches!(
            letter,
            '\u{ad}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{e000}'..='\u{f8ff}'
                | '\u{feff}'
                | '\u{fff0}'..='\u{ffff}'
                | '\u{e0000}'..
        )
}

/// `AAAA`, or `Unknown (99)` where it has no name here.
pub(crate) fn type_name(kind: u32) -> String {
    name(TYPES, kind).map_or(format!("Unknown ({kind})"), str::to_string)
}

/// What a record says in a word or two, such as its address; nothing if its data make no sense, empty if there is
/// nothing short to say.
pub(crate) fn content(message: &[u8], item: &Item) -> Option<String> {
    let at = item.data.start;
    let named = |at| read_name(message, at).filter(|(_, end)| *end == item.data.end).map(|(name, _)| name);
    match (item.kind, item.data.len()) {
        (A, 4) => Some(ipv4(message, at).to_string()),
        (AAAA, 16) => Some(ipv6(message, at).to_string()),
        (A | AAAA, _) => None,
        (NS | CNAME | PTR | DNAME, _) => named(at),
        // The next name; which types there are follows (RFC 4034 §4.1).
        (NSEC, 2..) => read_name(message, at).map(|(name, _)| name),
        (MX, 3..) => Some(format!("{} {}", number(message, at..at + 2), named(at + 2)?)),
        (SRV, 7..) => {
            let numbers = [0, 2, 4].map(|field| number(message, at + field..at + field + 2));
            Some(format!("{} {} {} {}", numbers[0], numbers[1], numbers[2], named(at + 6)?))
        }
        (SOA, 22..) => {
            let (primary, next) = read_name(message, at)?;
            let (_, end) = read_name(message, next)?;
            (end + 20 == item.data.end).then_some(primary)
        }
        (MX | SRV | SOA | NSEC, _) => None,
        _ => Some(String::new()),
    }
}
