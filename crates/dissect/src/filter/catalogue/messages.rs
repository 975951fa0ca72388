//! Fields of the messages of programs: HTTP, DNS, TLS, DHCP and others.

use crate::filter::entry::{Entry, entry, packet_number, tree, tree_as};
use crate::filter::packet::Packet;
use crate::filter::tree::in_tree;
use crate::filter::value::{Kind, Value, Visit};
use crate::message::dns::RESPONSE;
use crate::message::http::{line_end, lines};
use crate::message::{ApplicationMessage, DnsCarrier, DnsKind, DnsMessage, HttpKind, HttpMessage};
use Kind::{Bytes, Flag, Number, Protocol, Text, Time};
use texts::mark;

/// In the order in which they are offered.
pub(super) const ENTRIES: &[Entry] = &[
    tree("http", Protocol, mark!("requests for pages, and their answers")),
    entry("http.request", Flag, mark!("a request"), |p, v| {
        if let Some(HttpMessage { kind: HttpKind::Request { .. }, .. }) = http(p) {
            v(Value::Number(1));
        }
    }),
    entry("http.response", Flag, mark!("an answer"), |p, v| {
        if let Some(HttpMessage { kind: HttpKind::Response { .. }, .. }) = http(p) {
            v(Value::Number(1));
        }
    }),
    tree("http.request.method", Text, mark!("what is to be done, such as GET")),
    tree("http.request.uri", Text, mark!("the path that is asked for")),
    entry("http.request.full_uri", Text, mark!("the same with the name of the server"), |p, v| {
        if let Some(message) = http(p)
            && let HttpKind::Request { target, .. } = message.kind
            && let Some(host) = message.header(b"host")
        {
            let [host, target] = [host, target].map(String::from_utf8_lossy);
            let whole = target.contains("://");
            v(Value::Text(&if whole { target.into_owned() } else { format!("http://{host}{target}") }));
        }
    }),
    tree("http.response.code", Number, mark!("how it went: 200 is well")),
    tree("http.host", Text, mark!("the name of the server")),
    tree("http.user_agent", Text, mark!("which program asks")),
    entry("http.content_length", Number, mark!("how many bytes of content follow the header"), |p, v| {
        if let Some(length) = http(p).and_then(|message| message.header(b"content-length"))
            && let Some(length) =
                std::str::from_utf8(length).ok().and_then(|digits| digits.trim().parse().ok())
        {
            v(Value::Number(length));
        }
    }),
    entry("http.file_data", Bytes, mark!("the content"), |p, v| {
        if let Some(message) = http(p)
            && let Some(content) = message.content().filter(|content| !content.is_empty())
        {
            v(Value::Bytes(content));
        }
    }),
    entry("http.request.line", Text, mark!("the header fields of a request"), |p, v| {
        header_lines(p, true, v)
    }),
    entry("http.response.line", Text, mark!("the header fields of an answer"), |p, v| {
        header_lines(p, false, v)
    }),
    entry("http.authorization", Text, mark!("how the client proves who it is"), |p, v| {
        header(p, b"authorization", v);
    }),
    entry("http.authbasic", Text, mark!("user and password, which are not encrypted"), |p, v| {
        if let Some(value) = http(p).and_then(|message| message.header(b"authorization"))
            && let Some(encoded) = value.strip_prefix(b"Basic ")
            && let Some(text) = base64(encoded)
        {
            v(Value::Text(&String::from_utf8_lossy(&text)));
        }
    }),
    entry("http.x_forwarded_for", Text, mark!("the client in front of a proxy"), |p, v| {
        header(p, b"x-forwarded-for", v);
    }),
    entry("http.time", Time, mark!("seconds since the request"), |p, v| {
        if http(p).is_some()
            && let Some(asked_ns) = request_of(p).and_then(|request| p.subject.analysis?.at_ns(request))
        {
            v(Value::Time(p.since(asked_ns)));
        }
    }),
    entry("http.request_in", Number, mark!("the packet with the request"), |p, v| {
        if http(p).is_some() {
            packet_number(request_of(p), v);
        }
    }),
    entry("http.response_in", Number, mark!("the packet with the answer"), |p, v| {
        if http(p).is_some() {
            packet_number(p.subject.analysis.and_then(|all| all.response_to(p.subject.number)), v);
        }
    }),
    entry("dns", Protocol, mark!("names and their addresses"), |p, v| dns_protocol(p, false, v)),
    entry("mdns", Protocol, mark!("the same without a server, among the hosts of a link"), |p, v| {
        dns_protocol(p, true, v);
    }),
    tree("dns.qry.name", Text, mark!("the name that is asked for")),
    tree("dns.qry.type", Number, mark!("what is asked of it: 1 an IPv4 address, 28 an IPv6 address")),
    entry("dns.qry.name.len", Number, mark!("how long the name is"), |p, v| {
        in_tree("dns.qry.name", Text, p, &mut |value| {
            if let Value::Text(name) = value {
                v(Value::Number(if name == "<Root>" { 6 } else { name.chars().count() as i64 }));
            }
        });
    }),
    tree("dns.resp.name", Text, mark!("the name that a record is about")),
    entry("dns.flags.rcode", Number, mark!("how it went: 0 is well, 3 no such name"), |p, v| {
        in_response(p, "dns.flags.rcode", Number, v);
    }),
    entry(
        "dns.flags.authoritative",
        Flag,
        mark!("from a server that is responsible for the name"),
        |p, v| {
            in_response(p, "dns.flags.authoritative", Flag, v);
        },
    ),
    entry("dns.flags.recavail", Flag, mark!("the server asks others if necessary"), |p, v| {
        in_response(p, "dns.flags.recavail", Flag, v);
    }),
    entry("dns.flags.authenticated", Flag, mark!("the server has checked signatures"), |p, v| {
        in_response(p, "dns.flags.authenticated", Flag, v);
    }),
    entry("dns.time", Time, mark!("seconds since the question"), |p, v| {
        let Some(message) = dns(p).filter(is_response) else { return };
        match message.carrier {
            DnsCarrier::Tcp => {
                if let Some(asked_ns) = request_of(p).and_then(|request| p.subject.analysis?.at_ns(request)) {
                    v(Value::Time(p.since(asked_ns)));
                }
            }
            DnsCarrier::Udp | DnsCarrier::Multicast => {
                if p.subject.notes.answers.is_some() {
                    v(Value::Time(p.subject.notes.after_ns as i64));
                }
            }
        }
    }),
    entry("dns.response_in", Number, mark!("the packet that answers a question"), |p, v| {
        let Some(message) = dns(p).filter(|message| !is_response(message)) else { return };
        let Some(analysis) = p.subject.analysis else { return };
        packet_number(
            match message.carrier {
                DnsCarrier::Tcp => analysis.response_to(p.subject.number),
                DnsCarrier::Udp | DnsCarrier::Multicast => {
                    analysis.answer(p.subject.number).map(|(by, _)| by)
                }
            },
            v,
        );
    }),
    entry("dns.response_to", Number, mark!("the packet with the question"), |p, v| {
        let Some(message) = dns(p).filter(is_response) else { return };
        packet_number(
            match message.carrier {
                DnsCarrier::Tcp => request_of(p),
                DnsCarrier::Udp | DnsCarrier::Multicast => p.subject.notes.answers,
            },
            v,
        );
    }),
    entry("dns.retransmission", Flag, mark!("a question that is repeated"), |p, v| {
        if p.is_datagram() && p.subject.notes.duplicate > 0 && dns(p).is_some() {
            v(Value::Number(1));
        }
    }),
    tree("tls", Protocol, mark!("encrypted connections")),
    tree(
        "tls.handshake.type",
        Number,
        mark!("step of the handshake: 1 is the client's hello, 2 the server's"),
    ),
    tree("tls.handshake.extensions_server_name", Text, mark!("the name of the server that is wanted (SNI)")),
    tree("dhcp", Protocol, mark!("addresses and settings for hosts")),
    tree("dhcp.option.dhcp", Number, mark!("1 discover, 2 offer, 3 request, 5 acknowledgment")),
    tree("dhcp.option.hostname", Text, mark!("the name of the client")),
    tree("rip", Protocol, mark!("routes from router to router")),
    tree("ripng", Protocol, mark!("the same for IPv6")),
    tree("ntp", Protocol, mark!("the time of day")),
    tree_as("ssl", "tls", Protocol, "the old name of tls"),
];

fn http<'a>(packet: &Packet<'a>) -> Option<HttpMessage<'a>> {
    match packet.application()? {
        ApplicationMessage::Http(message) => Some(message),
        _ => None,
    }
}

fn dns<'a>(packet: &Packet<'a>) -> Option<DnsMessage<'a>> {
    match packet.application()? {
        ApplicationMessage::Dns(message) => Some(message),
        _ => None,
    }
}

fn is_response(message: &DnsMessage<'_>) -> bool {
    !matches!(message.kind, DnsKind::Query | DnsKind::CutShort)
}

fn request_of(packet: &Packet<'_>) -> Option<u32> {
    packet.subject.analysis?.request_of(packet.subject.number)
}

fn header(packet: &Packet<'_>, name: &[u8], visit: Visit<'_>) {
    if let Some(value) = http(packet).and_then(|message| message.header(name)) {
        visit(Value::Text(&String::from_utf8_lossy(value)));
    }
}

/// The header fields, each with its line break.
fn header_lines(packet: &Packet<'_>, request: bool, visit: Visit<'_>) {
    let Some(message) = http(packet) else { return };
    if request != matches!(message.kind, HttpKind::Request { .. }) {
        return;
    }
    let bytes = message.bytes();
    for (text, line) in lines(bytes, line_end(bytes, 0).1) {
        if !text.is_empty() {
            visit(Value::Text(&String::from_utf8_lossy(&bytes[line])));
        }
    }
}

/// A field that only answers have; in questions its bits mean nothing.
fn in_response(packet: &Packet<'_>, key: &str, kind: Kind, visit: Visit<'_>) {
    if dns(packet).is_some_and(|message| message.flags() & RESPONSE != 0) {
        in_tree(key, kind, packet, visit);
    }
}

fn dns_protocol(packet: &Packet<'_>, multicast: bool, visit: Visit<'_>) {
    if let Some(message) = dns(packet)
        && multicast == (message.carrier == DnsCarrier::Multicast)
    {
        let bytes = message.bytes();
        visit(Value::Protocol { header: bytes, all: bytes });
    }
}

/// RFC 4648 §4.
fn base64(encoded: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for &letter in encoded.trim_ascii().iter().take_while(|&&letter| letter != b'=') {
        let digit = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    Some(out)
}
