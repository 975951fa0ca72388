//! DNS: which address has this name? (RFC 1035; without a server, among the hosts of a link: RFC 6762)

use std::fmt::Write;

use super::dns_records::{HEADER_LEN, Item, OPT, TYPES, content, items, read_name, type_name};
use crate::label::Label;
use crate::number::number;
use crate::text::{INFO_LEN_MAX, Names, name};

/// In front of a message in TCP.
pub(crate) const TCP_LENGTH_LEN: usize = 2;
/// In the flags.
pub(crate) const RESPONSE: u32 = 0x8000;
/// In multicast, the top bit of a class.
pub(crate) const CLASS_FLAG: u32 = 0x8000;

pub(crate) const OPCODES: Names = &[
    (0, "Standard query"),
    (1, "Inverse query"),
    (2, "Server status request"),
    (4, "Zone change notification"),
    (5, "Dynamic update"),
];
pub(crate) const RCODES: Names = &[
    (0, "No error"),
    (1, "Format error"),
    (2, "Server failure"),
    (3, "No such name"),
    (4, "Not implemented"),
    (5, "Refused"),
];
const NO_SUCH_NAME: u32 = 3;

/// A question about names, or its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DnsMessage<'f> {
    /// What it is.
    pub kind: DnsKind,
    /// Chosen by the client, and repeated in the answer.
    pub id: u16,
    /// The type of the first question (or, without one, of the first record): 1 is A, 28 AAAA.
    pub record_type: Option<u16>,
    /// How it travels.
    pub carrier: DnsCarrier,
    bytes: &'f [u8],
}

/// A record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsRecord {
    /// Whose it is.
    pub name: String,
    /// Its type, such as `A`.
    pub kind: String,
    /// For how many seconds it may be kept.
    pub ttl_secs: u32,
    /// What it says, such as an address.
    pub value: String,
}

/// What a DNS message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsKind {
    /// A client asks.
    Query,
    /// A server, or in multicast a host, answers.
    Answer,
    /// The answer that there is no such name.
    NoSuchName,
    /// An answer with this error (RFC 1035 §4.1.1, RCODE).
    Error(u8),
    /// The header is not all there.
    CutShort,
}

/// How a message travels, which makes small differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsCarrier {
    /// In a datagram.
    Udp,
    /// In a connection, with its length in front (RFC 1035 §4.2.2).
    Tcp,
    /// Multicast DNS: the top bit of a class has a meaning of its own (RFC 6762 §5.4, §10.2).
    Multicast,
}

/// Whether a piece of a TCP stream begins like a message.
pub(crate) fn begins_in_tcp(data: &[u8]) -> bool {
    let length = number(data, 0..2) as usize;
    length >= HEADER_LEN && data.len() >= TCP_LENGTH_LEN + length
}

/// The message without what TCP puts in front.
pub(crate) fn bare(message: &[u8], carrier: DnsCarrier) -> &[u8] {
    match carrier {
        DnsCarrier::Tcp => &message[TCP_LENGTH_LEN..TCP_LENGTH_LEN + number(message, 0..2) as usize],
        DnsCarrier::Udp | DnsCarrier::Multicast => message,
    }
}

impl<'f> DnsMessage<'f> {
    /// Reads a message with all that its carrier puts in front.
    pub(crate) fn read(whole: &'f [u8], carrier: DnsCarrier) -> DnsMessage<'f> {
        let bytes = bare(whole, carrier);
        let flags = number(bytes, 2..4);
        let kind = match (flags & RESPONSE, flags & 0xf) {
            _ if bytes.len() < HEADER_LEN => DnsKind::CutShort,
            (0, _) => DnsKind::Query,
            (_, 0) => DnsKind::Answer,
            (_, NO_SUCH_NAME) => DnsKind::NoSuchName,
            (_, code) => DnsKind::Error(code as u8),
        };
        let record_type = items(bytes).next().flatten().map(|item| item.kind as u16);
        DnsMessage { kind, id: number(bytes, 0..2) as u16, record_type, carrier, bytes }
    }

    /// The name that the first question is about (or, without one, the first record), if it can be read.
    pub fn name(&self) -> Option<String> {
        let first = items(self.bytes).next().flatten()?;
        read_name(self.bytes, first.at).map(|(name, _)| name)
    }

    /// The records that answer the question, up to the first that cannot be read.
    pub fn answers(&self) -> impl Iterator<Item = DnsRecord> + use<'f> {
        let bytes = self.bytes;
        items(bytes).map_while(|item| item).filter(|item| item.section == 1).filter_map(move |item| {
            let (name, _) = read_name(bytes, item.at)?;
            let ttl_secs = number(bytes, item.name_end + 4..item.name_end + 8);
            Some(DnsRecord { name, kind: type_name(item.kind), ttl_secs, value: content(bytes, &item)? })
        })
    }

    /// The message, without what its carrier puts in front.
    pub(crate) fn bytes(&self) -> &'f [u8] {
        self.bytes
    }

    /// The flags of its header.
    pub(crate) fn flags(&self) -> u32 {
        number(self.bytes, 2..4)
    }

    /// Whether the message ends before what it announces, or a record makes no sense.
    pub(crate) fn is_cut_short(&self) -> bool {
        let makes_sense = |item: &Item| item.section == 0 || content(self.bytes, item).is_some();
        self.kind == DnsKind::CutShort
            || !items(self.bytes).all(|item| item.as_ref().is_some_and(makes_sense))
    }

    pub(crate) fn label(&self) -> Label {
        let what = match self.kind {
            DnsKind::Query => "query",
            DnsKind::Answer => "answer",
            DnsKind::NoSuchName => return Label::of("DNS no such name"),
            DnsKind::Error(code) => return Label::write(format_args!("DNS error {code}")),
            DnsKind::CutShort => return Label::of("malformed"),
        };
        // Of the longest names there is no room for more than the type.
        match self.record_type.map(|kind| (kind, name(TYPES, kind.into()))) {
            Some((_, Some(name))) if 5 + what.len() + name.len() > Label::LEN_MAX => {
                Label::write(format_args!("DNS {name}"))
            }
            Some((_, Some(name))) => Label::write(format_args!("DNS {what} {name}")),
            Some((kind, None)) => Label::write(format_args!("DNS {what} {kind}")),
            None => Label::write(format_args!("DNS {what}")),
        }
    }

    pub(crate) fn info(&self) -> String {
        if self.kind == DnsKind::CutShort {
            return String::new();
        }
        let message = self.bytes;
        let flags = number(message, 2..4);
        let operation = flags >> 11 & 0xf;
        let mut info =
            name(OPCODES, operation).map_or(format!("Unknown operation ({operation})"), str::to_string);
        let mut add = |text: std::fmt::Arguments<'_>| {
            if info.len() < INFO_LEN_MAX {
                info.write_fmt(text).expect("a string takes everything");
            }
        };
        add(format_args!("{} 0x{:04x}", if flags & RESPONSE == 0 { "" } else { " response" }, self.id));
        if flags & RESPONSE != 0 && flags & 0xf != 0 {
            match name(RCODES, flags & 0xf) {
                Some(result) => add(format_args!(" {result}")),
                None => add(format_args!(" error {}", flags & 0xf)),
            }
        }
        let multicast = self.carrier == DnsCarrier::Multicast;
        for item in items(message) {
            // What is wrong is said at the end of the line.
            let Some(item) = item else { break };
            add(format_args!(" {}", type_name(item.kind)));
            let flag = item.class & CLASS_FLAG != 0;
            if item.section == 0 {
                add(format_args!(" {}", read_name(message, item.at).map_or("?".into(), |(name, _)| name)));
                if multicast {
                    add(format_args!(", \"{}\" question", if flag { "QU" } else { "QM" }));
                }
                continue;
            }
            if multicast && flag && item.kind != OPT {
                add(format_args!(", cache flush"));
            }
            match content(message, &item) {
                Some(content) if content.is_empty() => {}
                Some(content) => add(format_args!(" {content}")),
                None => break,
            }
        }
        info
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::by_hand::{dns_message, name as wire_name};
    use crate::{layers, samples};

    #[test]
    fn a_name_that_points_to_itself_or_forwards_is_marked_and_what_follows_is_shown() {
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
    fn more_records_claimed_than_there_are_is_marked_and_those_that_are_there_are_shown() {
        let question = [&wire_name("a.example")[..], &[0, 1, 0, 1]].concat();
        let mut message = dns_message(1, 0, &[question], [&[], &[], &[]]);
        message[6..8].copy_from_slice(&[0xff, 0xff]);
        let dissection = layers(&samples::by_hand::wrapped(5, &message));
        let dns = dissection.layer("DNS").unwrap();
        assert!(dns.fault.is_some());
        assert_eq!(dns.field("dns.qry.name").unwrap().value, "a.example");
        let read = DnsMessage::read(&message, DnsCarrier::Udp);
        assert_eq!((&*read.info(), read.is_cut_short()), ("Standard query 0x0001 A a.example", true));
        let frame = samples::by_hand::wrapped(5, &message);
        assert_eq!(crate::summary(&frame).info, "Standard query 0x0001 A a.example[Malformed Packet]");
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
            let label = DnsMessage::read(&message, DnsCarrier::Udp).label();
            assert!(label.as_str().starts_with("DNS ") && label.as_str().ends_with(name), "{label}");
        }
    }

    #[test]
    fn the_info_of_thousands_of_answers_is_bounded() {
        let long = [vec![63], vec![b'x'; 63], vec![63], vec![b'y'; 63], vec![0]].concat();
        let question = [&long[..], &[0, 5, 0, 1]].concat();
        let alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, 12].to_vec();
        let answers = vec![alias; 4000];
        let message = dns_message(1, 0x8000, &[question], [&answers, &[], &[]]);
        assert!(DnsMessage::read(&message, DnsCarrier::Udp).info().len() < INFO_LEN_MAX + 300);
    }
}
