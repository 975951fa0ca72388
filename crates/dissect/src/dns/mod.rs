//! DNS: which address has this name? (RFC 1035; without a server, among the hosts of a segment: RFC 6762)
//!
//! `message` reads questions, records and names, `layer` explains them.

use std::fmt::Write;

use crate::rows::{Names, name, number};
use crate::summary::{INFO_LEN_MAX, Label};

mod layer;
mod message;

pub(crate) use layer::dissect;
use message::{HEADER_LEN, OPT, TYPES, content, items, read_name, type_name};

/// How a message travels, which makes small differences.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    Udp,
    /// With its length in front (RFC 1035 §4.2.2).
    Tcp,
    /// Multicast DNS: the top bit of a class has a meaning of its own (RFC 6762 §5.4, §10.2).
    Multicast,
}

/// In front of a message in TCP.
const TCP_LENGTH_LEN: usize = 2;
/// In the flags.
const RESPONSE: u32 = 0x8000;
/// In multicast, the top bit of a class.
const CLASS_FLAG: u32 = 0x8000;

const OPCODES: Names = &[
    (0, "Standard query"),
    (1, "Inverse query"),
    (2, "Server status request"),
    (4, "Zone change notification"),
    (5, "Dynamic update"),
];
const RCODES: Names = &[
    (0, "No error"),
    (1, "Format error"),
    (2, "Server failure"),
    (3, "No such name"),
    (4, "Not implemented"),
    (5, "Refused"),
];

/// Does a piece of a TCP stream begin like a message?
pub(crate) fn begins_in_tcp(data: &[u8]) -> bool {
    let length = number(data, 0..2) as usize;
    length >= HEADER_LEN && data.len() >= TCP_LENGTH_LEN + length
}

/// The message without what TCP puts in front.
fn bare(message: &[u8], carrier: Carrier) -> &[u8] {
    match carrier {
        Carrier::Tcp => &message[TCP_LENGTH_LEN..TCP_LENGTH_LEN + number(message, 0..2) as usize],
        Carrier::Udp | Carrier::Multicast => message,
    }
}

pub(crate) fn label(message: &[u8], carrier: Carrier) -> Label {
    let message = bare(message, carrier);
    if message.len() < HEADER_LEN {
        return Label::of("malformed");
    }
    let flags = number(message, 2..4);
    let what = match (flags & RESPONSE, flags & 0xf) {
        (0, _) => "query",
        (_, 0) => "answer",
        (_, 3) => return Label::of("DNS no such name"),
        (_, code) => return Label::write(format_args!("DNS error {code}")),
    };
    let kind = items(message).next().flatten().map(|item| item.kind);
    match kind.map(|kind| (kind, name(TYPES, kind))) {
        Some((_, Some(name))) => Label::write(format_args!("DNS {what} {name}")),
        Some((kind, None)) => Label::write(format_args!("DNS {what} {kind}")),
        None => Label::write(format_args!("DNS {what}")),
    }
}

pub(crate) fn info(message: &[u8], carrier: Carrier) -> String {
    let message = bare(message, carrier);
    if message.len() < HEADER_LEN {
        return "DNS, cut short".into();
    }
    let flags = number(message, 2..4);
    let operation = flags >> 11 & 0xf;
    let mut info =
        name(OPCODES, operation).map_or(format!("Unknown operation ({operation})"), str::to_string);
    let mut add = |text: std::fmt::Arguments<'_>| {
        if info.len() < INFO_LEN_MAX {
            info.write_fmt(text).expect("a string takes everything");
        }
    };
    add(format_args!(
        "{} 0x{:04x}",
        if flags & RESPONSE == 0 { "" } else { " response" },
        number(message, 0..2)
    ));
    if flags & RESPONSE != 0 && flags & 0xf != 0 {
        match name(RCODES, flags & 0xf) {
            Some(result) => add(format_args!(" {result}")),
            None => add(format_args!(" error {}", flags & 0xf)),
        }
    }
    for item in items(message) {
        let Some(item) = item else {
            add(format_args!(", malformed"));
            break;
        };
        add(format_args!(" {}", type_name(item.kind)));
        let flag = item.class & CLASS_FLAG != 0;
        if item.section == 0 {
            add(format_args!(" {}", read_name(message, item.at).map_or("?".into(), |(name, _)| name)));
            if carrier == Carrier::Multicast {
                add(format_args!(", \"{}\" question", if flag { "QU" } else { "QM" }));
            }
            continue;
        }
        if carrier == Carrier::Multicast && flag && item.kind != OPT {
            add(format_args!(", cache flush"));
        }
        match content(message, &item) {
            Some(content) if content.is_empty() => {}
            Some(content) => add(format_args!(" {content}")),
            None => add(format_args!(", malformed")),
        }
    }
    info
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::by_hand::{dns_message, name as wire_name};
    use crate::{layers, samples};

    #[test]
    fn a_name_that_points_to_itself_or_forwards_is_marked_and_what_follows_is_told() {
        for target in [12, 14, 40] {
            let loops = [0xc0, target, 0, 1, 0, 1].to_vec();
            let next = [&wire_name("b")[..], &[0, 1, 0, 1]].concat();
            let message = dns_message(1, 0, &[loops, next], [&[], &[], &[]]);
            let dissection = layers(&samples::by_hand::wrapped(5, &message));
            let dns = dissection.layer("DNS").unwrap();
            assert_eq!(dissection.faults().collect::<Vec<_>>(), ["Its pointers do not lead to a name."]);
            let names: Vec<_> = dns.walk().filter(|field| field.key == "dns.qry.name").collect();
            assert_eq!(names.iter().map(|name| &*name.value).collect::<Vec<_>>(), ["?", "b"]);
        }
    }

    #[test]
    fn a_name_of_255_bytes_is_read_and_one_longer_by_way_of_a_pointer_is_not() {
        let label = |length: usize| [vec![length as u8], vec![b'x'; length]].concat();
        for (last, readable) in [(61, true), (62, false)] {
            let first = [label(63), label(63), label(last), vec![0]].concat();
            let second = [label(63), vec![0xc0, 12]].concat();
            let message = [vec![0; HEADER_LEN], first, second].concat();
            let at = HEADER_LEN + 64 + 64 + last + 2;
            assert_eq!(read_name(&message, at).is_some(), readable, "{last}");
        }
    }

    #[test]
    fn more_records_claimed_than_there_are_is_marked_and_those_that_are_there_are_told() {
        let question = [&wire_name("a.example")[..], &[0, 1, 0, 1]].concat();
        let mut message = dns_message(1, 0, &[question], [&[], &[], &[]]);
        message[6..8].copy_from_slice(&[0xff, 0xff]);
        let dissection = layers(&samples::by_hand::wrapped(5, &message));
        let dns = dissection.layer("DNS").unwrap();
        assert!(dns.fault.is_some());
        assert_eq!(dns.field("dns.qry.name").unwrap().value, "a.example");
        assert_eq!(info(&message, Carrier::Udp), "Standard query 0x0001 A a.example, malformed");
    }

    #[test]
    fn an_address_of_the_wrong_length_is_marked() {
        let record = [&[0][..], &[0, 1, 0, 1, 0, 0, 0, 9, 0, 3, 10, 0, 0]].concat();
        let message = dns_message(1, 0x8000, &[], [&[record], &[], &[]]);
        let dissection = layers(&samples::by_hand::wrapped(5, &message));
        assert_eq!(
            dissection.faults().collect::<Vec<_>>(),
            ["Its data are not those of a record of type A."]
        );
    }

    #[test]
    fn every_type_has_a_label_that_fits() {
        for &(kind, name) in TYPES {
            let question = [&[0][..], &kind.to_be_bytes(), &[0, 1]].concat();
            let message = dns_message(1, 0x8000, &[question], [&[], &[], &[]]);
            assert_eq!(label(&message, Carrier::Udp).as_str(), format!("DNS answer {name}"));
        }
    }

    #[test]
    fn the_info_of_thousands_of_answers_is_bounded() {
        let long = [vec![63], vec![b'x'; 63], vec![63], vec![b'y'; 63], vec![0]].concat();
        let question = [&long[..], &[0, 5, 0, 1]].concat();
        let alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, 12].to_vec();
        let answers = vec![alias; 4000];
        let message = dns_message(1, 0x8000, &[question], [&answers, &[], &[]]);
        assert!(info(&message, Carrier::Udp).len() < INFO_LEN_MAX + 300);
    }
}
