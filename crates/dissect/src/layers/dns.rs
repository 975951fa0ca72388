//! The layer of a message: its header, questions and records, field by field.

use std::ops::Range;

use super::payload;
use super::rows::{Flag, Row, Show, parts};
use crate::message::dns::{CLASS_FLAG, OPCODES, RCODES, RESPONSE, TCP_LENGTH_LEN, bare};
use crate::message::dns_records::{
    A, AAAA, CNAME, HEADER_LEN, Item, MX, NS, OPT, PTR, SECTIONS, SOA, SRV, TXT, content, items, read_name,
    type_name,
};
use crate::message::{DnsCarrier, DnsMessage};
use crate::number::number;
use crate::text::{Names, bytes, hex, name, text};
use crate::tree::{Field, Tree, Wanted};
use texts::{mark, t};

const CLASSES: Names = &[(1, "Internet"), (254, "none"), (255, "any")];
const TCP_LENGTH: Row = Row(
    "dns.length",
    "Length",
    0..2,
    Show::Number,
    mark!("In TCP, where messages follow each other, their length comes first."),
);
const HEADER: &[Row] = &[
    Row(
        "dns.id",
        "Transaction ID",
        0..2,
        Show::Hex,
        mark!("Chosen by the client, and repeated in the answer."),
    ),
    Row(
        "dns.flags",
        "Flags",
        2..4,
        Show::Flags(&[
            Flag::bit(
                RESPONSE,
                "dns.flags.response",
                "Response",
                mark!("This is an answer, not a question."),
            ),
            Flag::number(0x7800, "dns.flags.opcode", "Operation", OPCODES, mark!("What is to be done.")),
            Flag::bit(
                0x0400,
                "dns.flags.authoritative",
                "Authoritative",
                mark!("The answer comes from a server that is responsible for the name, not from a cache."),
            ),
            Flag::bit(
                0x0200,
                "dns.flags.truncated",
                "Truncated",
                mark!("The answer did not fit: ask again over TCP."),
            ),
            Flag::bit(
                0x0100,
                "dns.flags.recdesired",
                "Recursion desired",
                mark!("Find the answer, and ask other servers if necessary."),
            ),
            Flag::bit(
                0x0080,
                "dns.flags.recavail",
                "Recursion available",
                mark!("This server would do that."),
            ),
            Flag::bit(0x0040, "dns.flags.z", "Reserved", mark!("Kept for later; it is zero.")),
            Flag::bit(
                0x0020,
                "dns.flags.authenticated",
                "Authentic data",
                mark!("The server has checked the signatures of the answer."),
            ),
            Flag::bit(
                0x0010,
                "dns.flags.checkdisable",
                "Checking disabled",
                mark!("An answer is welcome even if its signatures are wrong."),
            ),
            Flag::number(0x000f, "dns.flags.rcode", "Result", RCODES, mark!("In an answer: did it work?")),
        ]),
        mark!("What kind of message this is, and how it went."),
    ),
    Row(
        "dns.count.queries",
        "Questions",
        4..6,
        Show::Number,
        mark!("How many questions follow; in practice, one."),
    ),
    Row("dns.count.answers", "Answers", 6..8, Show::Number, mark!("How many records answer them.")),
    Row(
        "dns.count.auth_rr",
        "Authorities",
        8..10,
        Show::Number,
        mark!("The number of records that name the responsible servers."),
    ),
    Row(
        "dns.count.add_rr",
        "Additional records",
        10..12,
        Show::Number,
        mark!("How many may be of use besides."),
    ),
];
const SOA_NUMBERS: &[Row] = &[
    Row(
        "dns.soa.serial_number",
        "Serial number",
        0..4,
        Show::Number,
        mark!("Grows with each change of the zone."),
    ),
    Row(
        "dns.soa.refresh_interval",
        "Refresh",
        4..8,
        Show::Seconds,
        mark!("How often the other servers look for changes."),
    ),
    Row(
        "dns.soa.retry_interval",
        "Retry",
        8..12,
        Show::Seconds,
        mark!("How soon they try again after no answer."),
    ),
    Row(
        "dns.soa.expire_limit",
        "Expire",
        12..16,
        Show::Seconds,
        mark!("When they stop answering, without news."),
    ),
    Row(
        "dns.soa.minimum_ttl",
        "Minimum",
        16..20,
        Show::Seconds,
        mark!("For how long to remember that a name is not there."),
    ),
];
const SRV_NUMBERS: &[Row] = &[
    Row("dns.srv.priority", "Priority", 0..2, Show::Number, mark!("The lowest is tried first.")),
    Row("dns.srv.weight", "Weight", 2..4, Show::Number, mark!("Its share among those of the same priority.")),
    Row("dns.srv.port", "Port", 4..6, Show::Number, mark!("Where the service listens.")),
];
const OPT_NUMBERS: &[Row] = &[
    Row(
        "dns.rr.udp_payload_size",
        "UDP payload size",
        2..4,
        Show::Number,
        mark!("The longest answer over UDP, in bytes."),
    ),
    Row(
        "dns.resp.ext_rcode",
        "Result, higher bits",
        4..5,
        Show::Hex,
        mark!("More room for what went wrong."),
    ),
    Row("dns.resp.edns0_version", "EDNS version", 5..6, Show::Number, mark!("Always 0.")),
    Row(
        "dns.resp.z",
        "Flags",
        6..8,
        Show::Flags(&[Flag::bit(
            0x8000,
            "dns.resp.z.do",
            "DNSSEC",
            mark!("Please send the signatures too."),
        )]),
        mark!("What else is wished for."),
    ),
    Row("dns.resp.len", "Data length", 8..10, Show::Number, mark!("How many bytes of options follow.")),
];
const PREFERENCE: Row =
    Row("dns.mx.preference", "Preference", 0..2, Show::Number, mark!("The lowest is tried first."));

pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>, read: &DnsMessage<'_>) {
    let wanted = tree.wanted;
    let carrier = read.carrier;
    let whole = &tree.frame[range.clone()];
    let message = bare(whole, carrier);
    let front = if carrier == DnsCarrier::Tcp { TCP_LENGTH_LEN } else { 0 };
    let complete = items(message).last().is_some_and(|item| item.is_some());
    // What makes no sense belongs to the message, too.
    let end = items(message).flatten().last().map_or(HEADER_LEN, |item| item.data.end);
    let expected = if complete || carrier == DnsCarrier::Tcp { end } else { end.max(message.len()) };
    let expected = if carrier == DnsCarrier::Tcp { message.len() } else { expected };

    let mut draft =
        wanted.layer(if carrier == DnsCarrier::Multicast { "mDNS" } else { "DNS" }, &range, front + expected);
    draft.summary(|| match read.info() {
        info if info.is_empty() => "cut short".into(),
        info => info,
    });
    if carrier == DnsCarrier::Tcp {
        draft.add(TCP_LENGTH.field(wanted, whole, 0));
    }
    draft.rows(whole, front, HEADER);
    for item in items(message) {
        match item {
            Some(item) => draft.add(item_field(wanted, whole, message, front, &item, carrier)),
            None => draft.fault(t!("What follows the last record here is cut short or malformed.")),
        }
    }
    let end = draft.end();
    tree.push(draft);
    payload::add(tree, end..range.end);
}

/// A question or a record. Offsets are within `message`, which begins at `front` of the layer, whose bytes are `whole`.
fn item_field(
    wanted: Wanted<'_>,
    whole: &[u8],
    message: &[u8],
    front: usize,
    item: &Item,
    carrier: DnsCarrier,
) -> Field {
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
        None => ("?".into(), Some(t!("Its pointers do not lead to a name.").to_string())),
    };
    let kind = type_name(item.kind);
    let at = item.name_end;
    let mut fields = vec![
        wanted
            .field(name_key, "Name", here(item.at..at), &named, mark!("Which name this is about."))
            .fault(fault),
        wanted.field(
            type_key,
            "Type",
            here(at..at + 2),
            format_args!("{} ({kind})", item.kind),
            mark!("The type of data about the name: A is an IPv4 address, AAAA an IPv6 address."),
        ),
    ];
    let (value, fault) = match content(message, item) {
        _ if question => (format!("{kind} {named}"), None),
        Some(content) => (format!("{named} {kind} {content}").trim_end().to_string(), None),
        None => (format!("{named} {kind}"), Some(t!("Its data are not those of a record of type {kind}."))),
    };
    if item.kind == OPT && !question {
        fields.extend(parts(wanted, whole, front + at, OPT_NUMBERS));
    } else {
        fields.push(class_field(wanted, class_key, here(at + 2..at + 4), item.class, carrier));
        if carrier == DnsCarrier::Multicast {
            let meaning = if question {
                mark!("Send the answer to the client only, not to the group.")
            } else {
                mark!("Forget what you knew of this name before.")
            };
            let name = if question { "Unicast" } else { "Cache flush" };
            let set = item.class & CLASS_FLAG != 0;
            fields.push(wanted.bit(flag_key, name, here(at + 2..at + 4), set, meaning));
        }
    }
    if !question && item.kind != OPT {
        let ttl = number(message, at + 4..at + 8);
        let meaning = mark!("For how long the answer may be remembered.");
        fields.push(wanted.field(
            "dns.resp.ttl",
            "Time to live",
            here(at + 4..at + 8),
            format_args!("{ttl} s"),
            meaning,
        ));
        let length = bytes(item.data.len());
        fields.push(wanted.field(
            "dns.resp.len",
            "Data length",
            here(at + 8..at + 10),
            length,
            mark!("How long the data are."),
        ));
    }
    if fault.is_none() && !question {
        data_fields(wanted, whole, message, front, item, &mut fields);
    }
    let name = SECTIONS[item.section];
    let meaning = if question { mark!("What is asked.") } else { mark!("One piece of data about a name.") };
    wanted.field(key, name, here(item.at..item.data.end), value, meaning).parts(fields).fault(fault)
}

fn class_field(
    wanted: Wanted<'_>,
    key: &'static str,
    range: Range<usize>,
    class: u32,
    carrier: DnsCarrier,
) -> Field {
    let class = if carrier == DnsCarrier::Multicast { class & !CLASS_FLAG } else { class };
    let value = match name(CLASSES, class) {
        Some(name) => format!("0x{class:04x} ({name})"),
        None => format!("0x{class:04x}"),
    };
    wanted.field(
        key,
        "Class",
        range,
        value,
        mark!("The kind of network; there is hardly any but the Internet."),
    )
}

/// Adds the data of a record, which are known to make sense.
fn data_fields(
    wanted: Wanted<'_>,
    whole: &[u8],
    message: &[u8],
    front: usize,
    item: &Item,
    fields: &mut Vec<Field>,
) {
    let here = |range: Range<usize>| front + range.start..front + range.end;
    let data = item.data.clone();
    let at = data.start;
    let named = |key, name, at, meaning| {
        let (text, end) = read_name(message, at).expect("it was read before");
        (wanted.field(key, name, here(at..end), text, meaning), end)
    };
    match item.kind {
        A | AAAA => {
            let key = if item.kind == A { "dns.a" } else { "dns.aaaa" };
            let address = content(message, item).expect("it was read before");
            fields.push(wanted.field(
                key,
                "Address",
                here(data),
                address,
                mark!("The address that has the name."),
            ));
        }
        MX => {
            fields.push(PREFERENCE.field(wanted, whole, front + at));
            let meaning = mark!("The server that receives the mail for the name.");
            fields.push(named("dns.mx.mail_exchange", "Mail server", at + 2, meaning).0);
        }
        SRV => {
            fields.extend(parts(wanted, whole, front + at, SRV_NUMBERS));
            fields
                .push(named("dns.srv.target", "Host", at + 6, mark!("The host that offers the service.")).0);
        }
        SOA => {
            let meaning = mark!("The server on which the zone is kept.");
            let (primary, next) = named("dns.soa.mname", "Primary server", at, meaning);
            let meaning = mark!("The mail address of the administrator; the first dot stands for the @.");
            let (mailbox, next) = named("dns.soa.rname", "Mailbox", next, meaning);
            fields.extend([primary, mailbox]);
            fields.extend(parts(wanted, whole, front + next, SOA_NUMBERS));
        }
        TXT => texts(wanted, message, front, data, fields),
        kind => match name_row(kind) {
            Some((key, name, meaning)) => fields.push(named(key, name, at, meaning).0),
            None => {
                let value = hex(&message[data.clone()]);
                let meaning = mark!("What the record says; it is not explained here.");
                fields.push(wanted.field("dns.data", "Data", here(data), value, meaning));
            }
        },
    }
}

/// Adds texts, each with its length in front, as far as they are whole.
fn texts(wanted: Wanted<'_>, message: &[u8], front: usize, data: Range<usize>, fields: &mut Vec<Field>) {
    let mut at = data.start;
    while at < data.end {
        let length = usize::from(message[at]);
        let content = at + 1..at + 1 + length;
        let whole = content.end <= data.end;
        let field = wanted.field(
            "dns.txt.length",
            "Text length",
            front + at..front + at + 1,
            length,
            mark!("How long the text is."),
        );
        fields.push(field.fault((!whole).then(|| t!("The record ends before the text.").into())));
        if !whole {
            return;
        }
        let value = text(&message[content.clone()]);
        at = content.end;
        let range = front + content.start..front + content.end;
        fields.push(wanted.field("dns.txt", "Text", range, value, mark!("What is written about the name.")));
    }
}

/// Key, name and meaning of the name that is all that a record of this type says.
fn name_row(kind: u32) -> Option<(&'static str, &'static str, &'static str)> {
    match kind {
        NS => Some(("dns.ns", "Name server", mark!("The server that is responsible for the name."))),
        CNAME => Some(("dns.cname", "Alias of", mark!("The name that is meant: look it up instead."))),
        PTR => Some((
            "dns.ptr.domain_name",
            "Points to",
            mark!("The name that belongs to an address or a service."),
        )),
        _ => None,
    }
}
