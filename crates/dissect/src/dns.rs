//! DNS: which address has this name? (RFC 1035; without a server, among the hosts of a segment: RFC 6762)
//!
//! Read here and not by smoltcp or the simple-dns crate: smoltcp knows no records but addresses and aliases, and neither
//! tells which bytes a value comes from.
//!
//! Names can point to where they were written before. Pointers that do not lead backwards are not followed, and a name
//! has 255 bytes at most, so that none can go round in circles or fill the memory.

use std::fmt::Write;
use std::ops::Range;

use crate::layers::{Draft, Field, Tree, bytes, hex};
use crate::payload;
use crate::rows::{Flag, Names, Row, Show, ipv4, ipv6, name, number, parts};
use crate::summary::{INFO_LEN_MAX, Label};

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
const HEADER_LEN: usize = 12;
const NAME_LEN_MAX: usize = 255;
/// In the flags.
const RESPONSE: u32 = 0x8000;
/// In multicast, the top bit of a class.
const CLASS_FLAG: u32 = 0x8000;

const A: u32 = 1;
const SOA: u32 = 6;
const MX: u32 = 15;
const TXT: u32 = 16;
const AAAA: u32 = 28;
const SRV: u32 = 33;
/// Not a record but an extension of the header (RFC 6891).
const OPT: u32 = 41;

const TYPES: Names = &[
    (1, "A"),
    (2, "NS"),
    (5, "CNAME"),
    (6, "SOA"),
    (12, "PTR"),
    (13, "HINFO"),
    (15, "MX"),
    (16, "TXT"),
    (28, "AAAA"),
    (33, "SRV"),
    (41, "OPT"),
    (43, "DS"),
    (46, "RRSIG"),
    (47, "NSEC"),
    (65, "HTTPS"),
    (252, "AXFR"),
    (255, "ANY"),
    (257, "CAA"),
];
const CLASSES: Names = &[(1, "Internet"), (254, "none"), (255, "any")];
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
const TCP_LENGTH: Row = Row(
    "dns.length",
    "Length",
    0..2,
    Show::Number,
    "In TCP, where messages follow each other, their length comes first.",
);
const HEADER: &[Row] = &[
    Row("dns.id", "Transaction ID", 0..2, Show::Hex, "Chosen by who asks, and repeated in the answer."),
    Row(
        "dns.flags",
        "Flags",
        2..4,
        Show::Flags(&[
            Flag::bit(RESPONSE, "dns.flags.response", "Response", "This is an answer, not a question."),
            Flag::number(0x7800, "dns.flags.opcode", "Operation", OPCODES, "What is to be done."),
            Flag::bit(
                0x0400,
                "dns.flags.authoritative",
                "Authoritative",
                "The answer comes from a server that is in charge of the name, not from somebody's memory.",
            ),
            Flag::bit(
                0x0200,
                "dns.flags.truncated",
                "Truncated",
                "The answer did not fit: ask again over TCP.",
            ),
            Flag::bit(
                0x0100,
                "dns.flags.recdesired",
                "Recursion desired",
                "Find it out for me, whomever you have to ask.",
            ),
            Flag::bit(0x0080, "dns.flags.recavail", "Recursion available", "This server would do that."),
            Flag::bit(0x0040, "dns.flags.z", "Reserved", "Kept for later; it is zero."),
            Flag::bit(
                0x0020,
                "dns.flags.authenticated",
                "Authentic data",
                "The server has checked the signatures of the answer.",
            ),
            Flag::bit(
                0x0010,
                "dns.flags.checkdisable",
                "Checking disabled",
                "An answer is welcome even if its signatures are wrong.",
            ),
            Flag::number(0x000f, "dns.flags.rcode", "Result", RCODES, "In an answer: did it work?"),
        ]),
        "What kind of message this is, and how it went.",
    ),
    Row("dns.count.queries", "Questions", 4..6, Show::Number, "How many questions follow; in practice, one."),
    Row("dns.count.answers", "Answers", 6..8, Show::Number, "How many records answer them."),
    Row(
        "dns.count.auth_rr",
        "Authorities",
        8..10,
        Show::Number,
        "How many records say who is in charge of the name.",
    ),
    Row("dns.count.add_rr", "Additional records", 10..12, Show::Number, "How many may be of use besides."),
];
const SECTIONS: [&str; 4] = ["Question", "Answer", "Authority", "Additional record"];
const SOA_NUMBERS: &[Row] = &[
    Row("dns.soa.serial_number", "Serial number", 0..4, Show::Number, "Grows with each change of the zone."),
    Row(
        "dns.soa.refresh_interval",
        "Refresh",
        4..8,
        Show::Seconds,
        "How often the other servers look for changes.",
    ),
    Row("dns.soa.retry_interval", "Retry", 8..12, Show::Seconds, "And how soon again, if nobody answered."),
    Row("dns.soa.expire_limit", "Expire", 12..16, Show::Seconds, "When they stop answering, without news."),
    Row(
        "dns.soa.minimum_ttl",
        "Minimum",
        16..20,
        Show::Seconds,
        "For how long to remember that a name is not there.",
    ),
];
const SRV_NUMBERS: &[Row] = &[
    Row("dns.srv.priority", "Priority", 0..2, Show::Number, "The lowest is tried first."),
    Row("dns.srv.weight", "Weight", 2..4, Show::Number, "Its share among those of the same priority."),
    Row("dns.srv.port", "Port", 4..6, Show::Number, "Where the service listens."),
];
const OPT_NUMBERS: &[Row] = &[
    Row(
        "dns.rr.udp_payload_size",
        "UDP payload size",
        2..4,
        Show::Number,
        "The longest answer over UDP, in bytes.",
    ),
    Row("dns.resp.ext_rcode", "Result, higher bits", 4..5, Show::Hex, "More room for what went wrong."),
    Row("dns.resp.edns0_version", "EDNS version", 5..6, Show::Number, "Always 0."),
    Row(
        "dns.resp.z",
        "Flags",
        6..8,
        Show::Flags(&[Flag::bit(0x8000, "dns.resp.z.do", "DNSSEC", "Please send the signatures too.")]),
        "What else is wished for.",
    ),
    Row("dns.resp.len", "Data length", 8..10, Show::Number, "How many bytes of options follow."),
];
const PREFERENCE: Row =
    Row("dns.mx.preference", "Preference", 0..2, Show::Number, "The lowest is tried first.");

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

/// A question or a record, as its outer fields outline it. All offsets are within the message.
struct Item {
    /// 0 is the questions; the others have records.
    section: usize,
    at: usize,
    name_end: usize,
    kind: u32,
    class: u32,
    data: Range<usize>,
}

/// The questions and records, up to the first that is cut or malformed, which is `None`.
fn items(message: &[u8]) -> impl Iterator<Item = Option<Item>> {
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
fn read_name(message: &[u8], at: usize) -> Option<(String, usize)> {
    let end = name_end(message, at)?;
    let mut text = String::new();
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
                if !text.is_empty() {
                    text.push('.');
                }
                text += &payload::text(label);
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
    Some((if text.is_empty() { "<Root>".into() } else { text }, end))
}

/// `AAAA`, or `Unknown (99)` where it has no name here.
fn type_name(kind: u32) -> String {
    name(TYPES, kind).map_or(format!("Unknown ({kind})"), str::to_string)
}

/// What a record says in a word or two, such as its address; nothing if its data make no sense, empty if there is
/// nothing short to say.
fn content(message: &[u8], item: &Item) -> Option<String> {
    let at = item.data.start;
    let named = |at| read_name(message, at).filter(|(_, end)| *end == item.data.end).map(|(name, _)| name);
    match (item.kind, item.data.len()) {
        (A, 4) => Some(ipv4(message, at).to_string()),
        (AAAA, 16) => Some(ipv6(message, at).to_string()),
        (A | AAAA, _) => None,
        (kind, _) if name_row(kind).is_some() => named(at),
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
        (MX | SRV | SOA, _) => None,
        _ => Some(String::new()),
    }
}

/// Key, name and meaning of the name that is all that a record of this type says.
fn name_row(kind: u32) -> Option<(&'static str, &'static str, &'static str)> {
    match kind {
        2 => Some(("dns.ns", "Name server", "Who is in charge of the name.")),
        5 => Some(("dns.cname", "Alias of", "The name that is meant: look it up instead.")),
        12 => Some(("dns.ptr.domain_name", "Points to", "The name that belongs to an address or a service.")),
        _ => None,
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

pub(crate) fn dissect(tree: &mut Tree<'_>, range: Range<usize>, carrier: Carrier) {
    let whole = &tree.frame[range.clone()];
    let message = bare(whole, carrier);
    let front = if carrier == Carrier::Tcp { TCP_LENGTH_LEN } else { 0 };
    let complete = items(message).last().is_some_and(|item| item.is_some());
    // What makes no sense belongs to the message, too.
    let end = items(message).flatten().last().map_or(HEADER_LEN, |item| item.data.end);
    let expected = if complete || carrier == Carrier::Tcp { end } else { end.max(message.len()) };
    let expected = if carrier == Carrier::Tcp { message.len() } else { expected };

    let mut draft =
        Draft::new(if carrier == Carrier::Multicast { "mDNS" } else { "DNS" }, &range, front + expected);
    draft.summary(info(whole, carrier));
    if carrier == Carrier::Tcp {
        draft.add(TCP_LENGTH.field(whole, 0));
    }
    draft.rows(whole, front, HEADER);
    for item in items(message) {
        match item {
            Some(item) => draft.add(item_field(whole, message, front, &item, carrier)),
            None => draft.fault("What follows the last record that is told here is cut short or malformed."),
        }
    }
    let end = draft.end();
    tree.push(draft);
    payload::dissect(tree, end..range.end);
}

/// A question or a record. Offsets are within `message`, which begins at `front` of the layer, whose bytes are `whole`.
fn item_field(whole: &[u8], message: &[u8], front: usize, item: &Item, carrier: Carrier) -> Field {
    let here = |range: Range<usize>| front + range.start..front + range.end;
    let question = item.section == 0;
    let keys = if question {
        ["dns.qry", "dns.qry.name", "dns.qry.type", "dns.qry.class", "dns.qry.qu"]
    } else {
        ["dns.resp", "dns.resp.name", "dns.resp.type", "dns.resp.class", "dns.resp.cache_flush"]
    };
    let [key, name_key, type_key, class_key, flag_key] = keys;
    let (named, fault) = match read_name(message, item.at) {
        Some((name, _)) => (name, None),
        None => ("?".into(), Some("Its pointers do not lead to a name.".to_string())),
    };
    let kind = type_name(item.kind);
    let at = item.name_end;
    let mut fields = vec![
        Field::new(name_key, "Name", here(item.at..at), &named, "Which name this is about.").fault(fault),
        Field::new(
            type_key,
            "Type",
            here(at..at + 2),
            format!("{} ({kind})", item.kind),
            "What is asked or told of the name: A is an IPv4 address, AAAA an IPv6 address.",
        ),
    ];
    let (value, fault) = match content(message, item) {
        _ if question => (format!("{kind} {named}"), None),
        Some(content) => (format!("{named} {kind} {content}").trim_end().to_string(), None),
        None => {
            (format!("{named} {kind}"), Some(format!("Its data are not those of a record of type {kind}.")))
        }
    };
    if item.kind == OPT && !question {
        fields.extend(parts(whole, front + at, OPT_NUMBERS));
    } else {
        fields.push(class_field(class_key, here(at + 2..at + 4), item.class, carrier));
        if carrier == Carrier::Multicast {
            let meaning = if question {
                "Answer to me alone, not to everybody."
            } else {
                "Forget what you knew of this name before."
            };
            let name = if question { "Unicast" } else { "Cache flush" };
            let set = item.class & CLASS_FLAG != 0;
            fields.push(crate::layers::bit(flag_key, name, here(at + 2..at + 4), set, meaning));
        }
    }
    if !question && item.kind != OPT {
        let ttl = number(message, at + 4..at + 8);
        let meaning = "For how long the answer may be remembered.";
        fields.push(Field::new(
            "dns.resp.ttl",
            "Time to live",
            here(at + 4..at + 8),
            format!("{ttl} s"),
            meaning,
        ));
        let length = bytes(item.data.len());
        fields.push(Field::new(
            "dns.resp.len",
            "Data length",
            here(at + 8..at + 10),
            length,
            "How long the data are.",
        ));
    }
    if fault.is_none() && !question {
        data_fields(whole, message, front, item, &mut fields);
    }
    let name = SECTIONS[item.section];
    let meaning = if question { "What is asked." } else { "One thing that is told of a name." };
    Field::new(key, name, here(item.at..item.data.end), value, meaning).parts(fields).fault(fault)
}

fn class_field(key: &'static str, range: Range<usize>, class: u32, carrier: Carrier) -> Field {
    let class = if carrier == Carrier::Multicast { class & !CLASS_FLAG } else { class };
    let value = match name(CLASSES, class) {
        Some(name) => format!("0x{class:04x} ({name})"),
        None => format!("0x{class:04x}"),
    };
    Field::new(key, "Class", range, value, "The kind of network; there is hardly any but the Internet.")
}

/// Adds the data of a record, which are known to make sense.
fn data_fields(whole: &[u8], message: &[u8], front: usize, item: &Item, fields: &mut Vec<Field>) {
    let here = |range: Range<usize>| front + range.start..front + range.end;
    let data = item.data.clone();
    let at = data.start;
    let named = |key, name, at, meaning| {
        let (text, end) = read_name(message, at).expect("it was read before");
        (Field::new(key, name, here(at..end), text, meaning), end)
    };
    match item.kind {
        A | AAAA => {
            let key = if item.kind == A { "dns.a" } else { "dns.aaaa" };
            let address = content(message, item).expect("it was read before");
            fields.push(Field::new(key, "Address", here(data), address, "The address that has the name."));
        }
        MX => {
            fields.push(PREFERENCE.field(whole, front + at));
            let meaning = "Who takes the mail for the name.";
            fields.push(named("dns.mx.mail_exchange", "Mail server", at + 2, meaning).0);
        }
        SRV => {
            fields.extend(parts(whole, front + at, SRV_NUMBERS));
            fields.push(named("dns.srv.target", "Host", at + 6, "Who offers the service.").0);
        }
        SOA => {
            let meaning = "The server on which the zone is kept.";
            let (primary, next) = named("dns.soa.mname", "Primary server", at, meaning);
            let meaning = "Whom to write to; the first dot stands for the @.";
            let (mailbox, next) = named("dns.soa.rname", "Mailbox", next, meaning);
            fields.extend([primary, mailbox]);
            fields.extend(parts(whole, front + next, SOA_NUMBERS));
        }
        TXT => texts(message, front, data, fields),
        kind => match name_row(kind) {
            Some((key, name, meaning)) => fields.push(named(key, name, at, meaning).0),
            None => {
                let value = hex(&message[data.clone()]);
                let meaning = "What the record says; it is not explained here.";
                fields.push(Field::new("dns.data", "Data", here(data), value, meaning));
            }
        },
    }
}

/// Adds texts, each with its length in front, as far as they are whole.
fn texts(message: &[u8], front: usize, data: Range<usize>, fields: &mut Vec<Field>) {
    let mut at = data.start;
    while at < data.end {
        let length = usize::from(message[at]);
        let text = at + 1..at + 1 + length;
        let whole = text.end <= data.end;
        let field = Field::new(
            "dns.txt.length",
            "Text length",
            front + at..front + at + 1,
            length,
            "How long the text is.",
        );
        fields.push(field.fault((!whole).then(|| "The record ends before the text.".into())));
        if !whole {
            return;
        }
        let value = payload::text(&message[text.clone()]);
        at = text.end;
        let range = front + text.start..front + text.end;
        fields.push(Field::new("dns.txt", "Text", range, value, "What is written about the name."));
    }
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
