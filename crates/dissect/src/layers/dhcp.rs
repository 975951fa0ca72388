//! DHCP: a host asks for an address and whatever else it needs to take part in a network (RFC 2131, options: RFC 2132).
//!
//! Read here and not by smoltcp or the dhcproto crate: both give values without the bytes that they come from, and
//! nothing of a message that is cut.

use std::ops::Range;

use super::rows::{Flag, Row, Show};
use crate::message::DhcpMessage;
use crate::message::dhcp::{
    ADDRESS_AT, ADDRESS_END, CLIENT_ID, COOKIE, END, MESSAGE_TYPE, MESSAGE_TYPES, OPTIONS_AT, PAD,
    address_len, client, options,
};
use crate::number::{ipv4, number};
use crate::text::Names;
use crate::text::{bytes, hex, link_address, named, text};
use crate::tree::{Field, Tree, Wanted};
use texts::{mark, t};

const HARDWARE: Names = &[(1, "Ethernet")];
const HARDWARE_TYPE: Row = Row(
    "dhcp.hw.type",
    "Hardware type",
    1..2,
    Show::Named(HARDWARE),
    mark!("The kind of link that the client is on."),
);
const FIXED: &[Row] = &[
    Row(
        "dhcp.type",
        "Message type",
        0..1,
        Show::Named(&[(1, "boot request"), (2, "boot reply")]),
        mark!(
            "1 is from the client, 2 from the server. Which step of the dialog it is, is in the option of the same name."
        ),
    ),
    HARDWARE_TYPE,
    Row(
        "dhcp.hw.len",
        "Hardware address length",
        2..3,
        Show::Number,
        mark!("How many bytes the link address has."),
    ),
    Row(
        "dhcp.hops",
        "Hops",
        3..4,
        Show::Number,
        mark!("The number of relays that have forwarded it between segments."),
    ),
    Row(
        "dhcp.id",
        "Transaction ID",
        4..8,
        Show::Hex,
        mark!("Chosen by the client, so that it knows its answers."),
    ),
    Row("dhcp.secs", "Seconds", 8..10, Show::Seconds, mark!("For how long the client has been trying.")),
    Row(
        "dhcp.flags",
        "Flags",
        10..12,
        Show::Flags(&[Flag::bit(
            0x8000,
            "dhcp.flags.bc",
            "Broadcast",
            mark!("Broadcast the answer: the client has no address yet."),
        )]),
        mark!("How to answer."),
    ),
    Row(
        "dhcp.ip.client",
        "Client address",
        12..16,
        Show::Ipv4,
        mark!("The address that the client already has."),
    ),
    Row(
        "dhcp.ip.your",
        "Your address",
        16..20,
        Show::Ipv4,
        mark!("The address that the server gives to the client."),
    ),
    Row(
        "dhcp.ip.server",
        "Next server",
        20..24,
        Show::Ipv4,
        mark!("The server to load an operating system from, for hosts without one."),
    ),
    Row(
        "dhcp.ip.relay",
        "Relay",
        24..28,
        Show::Ipv4,
        mark!("The router that forwards messages between client and server."),
    ),
];
const SERVER_NAME: Range<usize> = ADDRESS_END..108;
const FILE: Range<usize> = 108..236;
const COOKIE_ROW: Row =
    Row("dhcp.cookie", "Magic cookie", 236..240, Show::Ipv4, mark!("99.130.83.99 says that options follow."));

/// What an option holds.
#[derive(Clone, Copy)]
enum Kind {
    /// One or several IPv4 addresses.
    Addresses,
    Text,
    Seconds,
    Number,
    Named(Names),
    /// Numbers of options.
    List,
    ClientId,
    Raw,
}

struct Known(u8, Kind, &'static str, &'static str, &'static str);

/// The options that are explained: number, content, key of the content, name, meaning.
const OPTIONS: &[Known] = &[
    Known(
        1,
        Kind::Addresses,
        "dhcp.option.subnet_mask",
        "Subnet mask",
        mark!("Which bits of the address are the network's."),
    ),
    Known(3, Kind::Addresses, "dhcp.option.router", "Router", mark!("The router to all other networks.")),
    Known(
        6,
        Kind::Addresses,
        "dhcp.option.domain_name_server",
        "Domain name server",
        mark!("The server that knows the addresses of names."),
    ),
    Known(12, Kind::Text, "dhcp.option.hostname", "Host name", mark!("The name of the client.")),
    Known(15, Kind::Text, "dhcp.option.domain_name", "Domain name", mark!("What names here end in.")),
    Known(
        26,
        Kind::Number,
        "dhcp.option.interface_mtu",
        "Interface MTU",
        mark!("The longest packet to send, in bytes."),
    ),
    Known(
        28,
        Kind::Addresses,
        "dhcp.option.broadcast_address",
        "Broadcast address",
        mark!("What to send to, to reach all hosts of the network."),
    ),
    Known(
        42,
        Kind::Addresses,
        "dhcp.option.ntp_server",
        "Time server",
        mark!("The server to get the time from."),
    ),
    Known(
        50,
        Kind::Addresses,
        "dhcp.option.requested_ip_address",
        "Requested address",
        mark!("The address that the client would like to have."),
    ),
    Known(
        51,
        Kind::Seconds,
        "dhcp.option.ip_address_lease_time",
        "Lease time",
        mark!("For how long the address may be used."),
    ),
    Known(
        MESSAGE_TYPE,
        Kind::Named(MESSAGE_TYPES),
        "dhcp.option.dhcp",
        "DHCP message type",
        mark!("Discover, offer, request, acknowledgment: the four steps to an address."),
    ),
    Known(
        54,
        Kind::Addresses,
        "dhcp.option.dhcp_server_id",
        "Server",
        mark!("The server that sends this, or that it is for: there can be several."),
    ),
    Known(
        55,
        Kind::List,
        "dhcp.option.request_list_item",
        "Wish list",
        mark!("The options that the client wants to know."),
    ),
    Known(56, Kind::Text, "dhcp.option.message", "Message", mark!("The reason for a refusal, as text.")),
    Known(
        57,
        Kind::Number,
        "dhcp.option.dhcp_max_message_size",
        "Maximum message size",
        mark!("The longest message that the client can take, in bytes."),
    ),
    Known(
        58,
        Kind::Seconds,
        "dhcp.option.renewal_time_value",
        "Renewal time",
        mark!("When to ask the same server for more time."),
    ),
    Known(
        59,
        Kind::Seconds,
        "dhcp.option.rebinding_time_value",
        "Rebinding time",
        mark!("When to ask any server for more time."),
    ),
    Known(
        60,
        Kind::Text,
        "dhcp.option.vendor_class_id",
        "Vendor class",
        mark!("What kind of device, or of software, the client is."),
    ),
    Known(
        CLIENT_ID,
        Kind::ClientId,
        "dhcp.hw.mac_addr",
        "Client identifier",
        mark!("By this the server recognizes the client: mostly its link address."),
    ),
];
const UNKNOWN: Known =
    Known(PAD, Kind::Raw, "dhcp.option.value", "Option", mark!("An option that is not explained here."));

fn known(code: u8) -> &'static Known {
    OPTIONS.iter().find(|known| known.0 == code).unwrap_or(&UNKNOWN)
}

pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>, read: &DhcpMessage<'_>) {
    let wanted = tree.wanted;
    let message = &tree.frame[range.clone()];
    let options_end = options(message).flatten().last().map_or(OPTIONS_AT, |(_, range)| range.end);
    // Behind the end there is only filling, which belongs to the message.
    let mut draft = wanted.layer("DHCP", &range, message.len().max(OPTIONS_AT));
    draft.summary(|| match read.type_name() {
        Some(name) => format!("{name}, transaction 0x{:08x}", number(message, 4..8)),
        None => Some(read.info()).filter(|info| !info.is_empty()).unwrap_or_else(|| "cut short".into()),
    });
    draft.rows(message, 0, FIXED);
    let meaning = mark!("The server recognizes the client by it, and sends the answer there.");
    match address_len(message) {
        Some(length) => {
            let address = ADDRESS_AT..ADDRESS_AT + length;
            let key = if length == 6 { "dhcp.hw.mac_addr" } else { "dhcp.hw.addr" };
            draft.add(wanted.field(key, "Client link address", address.clone(), client(message), meaning));
            let padding = address.end..SERVER_NAME.start;
            let value = hex(message.get(padding.clone()).unwrap_or(&[]));
            let meaning = mark!("There is room for longer addresses.");
            draft.add(wanted.field("dhcp.hw.addr_padding", "Padding", padding, value, meaning));
        }
        None => draft.fault(t!("There is no room for a link address of that length.")),
    }
    draft.add(string(
        wanted,
        "dhcp.server",
        "Server name",
        SERVER_NAME,
        message,
        mark!("The name of the next server."),
    ));
    draft.add(string(
        wanted,
        "dhcp.file",
        "Boot file",
        FILE,
        message,
        mark!("What to load from the next server."),
    ));
    draft.add(
        COOKIE_ROW.field(wanted, message, 0).fault(
            (number(message, 236..240) != COOKIE)
                .then(|| t!("Not the cookie: what follows cannot be read.").into()),
        ),
    );
    for option in options(message) {
        match option {
            Some((code, range)) => draft.add(option_field(wanted, code, message, range)),
            None => draft.fault(t!("The last option is cut short.")),
        }
    }
    if options_end > OPTIONS_AT && options_end < message.len() && message[options_end - 1] == END {
        let filling = options_end..message.len();
        let value = hex(&message[filling.clone()]);
        let meaning = mark!("Old servers expect messages of at least 300 bytes.");
        draft.add(wanted.field("dhcp.option.padding", "Padding", filling, value, meaning));
    }
    tree.push(draft);
}

/// A text in a field of fixed length, which ends where a zero is.
fn string(
    wanted: Wanted<'_>,
    key: &'static str,
    name: &'static str,
    range: Range<usize>,
    message: &[u8],
    meaning: &'static str,
) -> Field {
    let bytes = message.get(range.clone()).unwrap_or(&[]);
    let shown = text(bytes.split(|&byte| byte == 0).next().unwrap_or(&[])).to_string();
    wanted.field(key, name, range, if shown.is_empty() { "not given" } else { &shown }, meaning)
}

/// The option that is `range` of the message.
fn option_field(wanted: Wanted<'_>, code: u8, message: &[u8], range: Range<usize>) -> Field {
    let start = range.start;
    let number =
        wanted.field("dhcp.option.type", "Option", start..start + 1, code, mark!("Which option this is."));
    let one = |key, name, meaning| {
        let part = wanted.field(key, name, range.clone(), code, meaning);
        wanted.field("dhcp.option", name, range.clone(), code, meaning).parts([number.clone(), part])
    };
    match code {
        PAD => {
            return one(
                "dhcp.option.padding",
                "Padding",
                mark!("Fills a byte, so that what follows is aligned."),
            );
        }
        END => return one("dhcp.option.end", "End of options", mark!("No more options.")),
        _ => {}
    }
    let &Known(_, kind, key, name, meaning) = known(code);
    let value = start + 2..range.end;
    let mut parts = vec![
        number,
        wanted.field(
            "dhcp.option.length",
            "Length",
            start + 1..start + 2,
            bytes(value.len()),
            mark!("How long its content is."),
        ),
    ];
    let texts = contents(kind, message, value.clone());
    let key = match kind {
        Kind::ClientId if value.len() == 7 => {
            let Row(key, name, _, show, meaning) = HARDWARE_TYPE;
            parts.push(Row(key, name, 0..1, show, meaning).field(wanted, message, value.start));
            known(code).2
        }
        Kind::ClientId => UNKNOWN.2,
        _ => key,
    };
    let fault = match &texts {
        Some(texts) => {
            parts.extend(
                texts.iter().map(|(text, range)| wanted.field(key, name, range.clone(), text, meaning)),
            );
            None
        }
        None => Some(t!("Not the length that this option has.").into()),
    };
    let all = match texts {
        Some(texts) => texts.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(", "),
        None => hex(&message[value]).to_string(),
    };
    let all = if all.is_empty() { "empty".into() } else { all };
    wanted.field("dhcp.option", name, range, all, meaning).parts(parts).fault(fault)
}

/// What an option holds, piece by piece, with the bytes of each; nothing if the length does not fit.
fn contents(kind: Kind, message: &[u8], value: Range<usize>) -> Option<Vec<(String, Range<usize>)>> {
    let length = value.len();
    let whole = |text: String| Some(vec![(text, value.clone())]);
    let each = |size: usize| value.clone().step_by(size).map(move |at| at..at + size);
    match kind {
        Kind::Addresses if length > 0 && length.is_multiple_of(4) => {
            Some(each(4).map(|range| (ipv4(message, range.start).to_string(), range)).collect())
        }
        Kind::List if length > 0 => Some(
            each(1)
                .map(|range| {
                    let code = message[range.start];
                    let name = known(code).3;
                    let text = if code == PAD || name == UNKNOWN.3 {
                        code.to_string()
                    } else {
                        format!("{code} ({name})")
                    };
                    (text, range)
                })
                .collect(),
        ),
        // Some end it with a zero, as in their memory.
        Kind::Text => {
            let bytes = message[value.clone()].split(|&byte| byte == 0).next().unwrap_or(&[]);
            whole(text(bytes).to_string())
        }
        Kind::Seconds if length == 4 => whole(match number(message, value.clone()) {
            u32::MAX => "forever".into(),
            seconds => format!("{seconds} s"),
        }),
        Kind::Number if length == 2 => whole(number(message, value.clone()).to_string()),
        Kind::Named(names) if length == 1 => whole(named(names, number(message, value.clone())).to_string()),
        Kind::ClientId if length == 7 && message[value.start] == 1 => {
            let address = value.start + 1..value.end;
            Some(vec![(link_address(&message[address.clone()]).to_string(), address)])
        }
        Kind::ClientId | Kind::Raw => whole(hex(&message[value.clone()]).to_string()),
        Kind::Addresses | Kind::List | Kind::Seconds | Kind::Number | Kind::Named(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::samples::by_hand::dhcp_message;
    use crate::{label, layers};

    #[test]
    fn an_option_that_is_cut_is_marked_and_those_before_it_are_shown() {
        let frame = dhcp_message(2, &[53, 1, 5, 3, 8, 10, 0, 0, 1]);
        let dissection = layers(&frame);
        let dhcp = dissection.layer("DHCP").unwrap();
        assert_eq!(dhcp.fault.as_deref(), Some("The last option is cut short."));
        assert_eq!(dhcp.field("dhcp.option.dhcp").unwrap().value, "5 (ACK)");
        assert!(dhcp.field("dhcp.option.router").is_none());
        assert_eq!(label(&frame).as_str(), "DHCP ACK");
    }

    #[test]
    fn an_option_of_a_length_that_it_cannot_have_is_marked() {
        let dissection = layers(&dhcp_message(2, &[1, 3, 255, 255, 0, 53, 1, 2, 255]));
        assert_eq!(dissection.faults().collect::<Vec<_>>(), ["Not the length that this option has."]);
        assert!(dissection.layer("DHCP").unwrap().field("dhcp.option.dhcp").is_some());
    }

    #[test]
    fn nothing_behind_the_end_is_read_as_an_option() {
        let dissection = layers(&dhcp_message(1, &[53, 1, 1, 255, 53, 1, 2]));
        let dhcp = dissection.layer("DHCP").unwrap();
        assert_eq!(dhcp.walk().filter(|field| field.key == "dhcp.option.dhcp").count(), 1);
        assert_eq!(dhcp.field("dhcp.option.padding").unwrap().value, "35 01 02");
    }

    #[test]
    fn several_addresses_are_shown_one_by_one() {
        let dissection = layers(&dhcp_message(2, &[3, 8, 10, 0, 0, 1, 10, 0, 0, 3, 255]));
        let dhcp = dissection.layer("DHCP").unwrap();
        let routers: Vec<_> = dhcp.walk().filter(|field| field.key == "dhcp.option.router").collect();
        assert_eq!((routers[0].value.as_str(), routers[0].range.clone()), ("10.0.0.1", 284..288));
        assert_eq!((routers[1].value.as_str(), routers[1].range.clone()), ("10.0.0.3", 288..292));
    }
}
