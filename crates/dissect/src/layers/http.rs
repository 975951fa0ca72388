//! HTTP/1: a line that says what is wanted or how it went, header fields, an empty line, the content (RFC 9112).
//!
//! Explained are the lines, where a segment begins a message. What does not fit into it is in the next, as data.
//!
//! Read here and not by the httparse crate, which gives no lines but those of a whole message.

use std::ops::Range;

use super::payload;
use crate::message::http::{LINE_MAX, line_end, lines, split};
use crate::message::{HttpKind, HttpMessage};
use crate::text::text_up_to;
use crate::tree::{Field, Tree, Wanted};
use texts::mark;

/// Header fields with keys of their own.
const HEADERS: [(&str, &str, &str); 18] = [
    ("Accept", "http.accept", mark!("What kinds of content are welcome.")),
    ("Accept-Encoding", "http.accept_encoding", mark!("How the content may be compressed.")),
    ("Accept-Language", "http.accept_language", mark!("In which languages the content is welcome.")),
    ("Cache-Control", "http.cache_control", mark!("Which caches may keep the content, and for how long.")),
    ("Connection", "http.connection", mark!("Whether the connection stays open afterwards.")),
    ("Content-Encoding", "http.content_encoding", mark!("How the content is compressed.")),
    (
        "Content-Length",
        "http.content_length_header",
        mark!("How many bytes of content follow the empty line."),
    ),
    ("Content-Type", "http.content_type", mark!("What kind of content follows.")),
    ("Cookie", "http.cookie", mark!("Data that the server set earlier and gets back with each request.")),
    ("Date", "http.date", mark!("When the answer was made.")),
    ("Host", "http.host", mark!("The name of the site: several can be at one address.")),
    ("Last-Modified", "http.last_modified", mark!("When the content last changed.")),
    ("Location", "http.location", mark!("Where to look instead.")),
    ("Referer", "http.referer", mark!("The page that led here.")),
    ("Server", "http.server", mark!("Which program answers.")),
    ("Set-Cookie", "http.set_cookie", mark!("Data that the client is to send back with each request.")),
    ("Transfer-Encoding", "http.transfer_encoding", mark!("How the content is cut into pieces.")),
    ("User-Agent", "http.user_agent", mark!("Which program asks.")),
];

pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>, message: &HttpMessage<'_>) {
    let wanted = tree.wanted;
    let data = &tree.frame[range.clone()];
    let (first_end, headers_at) = line_end(data, 0);
    let last = lines(data, headers_at).last();
    let end = last.as_ref().map_or(headers_at, |(_, line)| line.end);
    let complete = last.is_some_and(|(text, line)| text.is_empty() && !line.is_empty());

    let mut draft = wanted.layer("HTTP", &range, end);
    draft.summary(|| message.info() + if complete { "" } else { ", goes on in the next segment" });
    let request = matches!(message.kind, HttpKind::Request { .. });
    draft.add(first_field(wanted, data, first_end, headers_at, request));
    for (text, line) in lines(data, headers_at).filter(|(text, _)| !text.is_empty()) {
        draft.add(header_field(wanted, &data[text], line, request));
    }
    let end = draft.end();
    tree.push(draft);
    payload::add(tree, end..range.end);
}

/// The request or status line, which ends at `end` and with its line break at `next`.
fn first_field(wanted: Wanted<'_>, data: &[u8], end: usize, next: usize, request: bool) -> Field {
    let line = &data[..end];
    let mut parts = Vec::new();
    let mut at = 0;
    let fields = if request { REQUEST } else { STATUS };
    for (number, (key, name, meaning)) in fields.into_iter().enumerate() {
        // The last takes what is left: a reason has spaces in it.
        let rest = &line[at.min(end)..];
        let length = match number {
            2 => rest.len(),
            _ => rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len()),
        };
        let text = text_up_to(&rest[..length], LINE_MAX);
        parts.push(wanted.field(key, name, at.min(end)..at.min(end) + length, text, meaning));
        at += length + 1;
    }
    let (key, name, meaning) = if request {
        ("http.request", "Request", mark!("What the client wants."))
    } else {
        ("http.response", "Response", mark!("How it went."))
    };
    let value = text_up_to(line, LINE_MAX);
    wanted.field(key, name, 0..next, value, meaning).parts(parts)
}

const REQUEST: [(&str, &str, &str); 3] = [
    ("http.request.method", "Method", mark!("What to do: GET fetches, POST sends.")),
    (
        "http.request.uri",
        "Target",
        mark!("What to do it with: the path of the page and what is asked of it."),
    ),
    ("http.request.version", "Version", mark!("What the client speaks.")),
];
const STATUS: [(&str, &str, &str); 3] = [
    ("http.response.version", "Version", mark!("What the server speaks.")),
    (
        "http.response.code",
        "Status",
        mark!("2xx is success, 3xx is elsewhere, 4xx the client's fault, 5xx the server's."),
    ),
    ("http.response.phrase", "Reason", mark!("The same in words.")),
];

fn header_field(wanted: Wanted<'_>, text: &[u8], line: Range<usize>, request: bool) -> Field {
    let (name, value) = split(text);
    let known = HEADERS.iter().find(|(known, ..)| name.eq_ignore_ascii_case(known.as_bytes()));
    let (name, key, meaning, value) = match known {
        Some(&(name, key, meaning)) => (name, key, meaning, value),
        None => {
            let key = if request { "http.request.line" } else { "http.response.line" };
            ("Header field", key, mark!("A header field that is not explained here."), text)
        }
    };
    if value.is_empty() {
        return wanted.field(key, name, line, "empty", meaning);
    }
    wanted.field(key, name, line, text_up_to(value, LINE_MAX), meaning)
}

#[cfg(test)]
mod tests {
    use crate::samples::by_hand::segment;
    use crate::{Protocol, label, layers, protocol, summary};

    #[test]
    fn the_lines_are_shown_one_by_one_and_the_content_is_payload() {
        let frame = segment([50000, 80], b"POST /a?b=c HTTP/1.1\r\nHost: example.com\r\n\r\na=b");
        let dissection = layers(&frame);
        let http = dissection.layer("HTTP").unwrap();
        assert_eq!(http.range, 54..97);
        assert_eq!(http.field("http.request.uri").unwrap().value, "/a?b=c");
        assert_eq!(http.field("http.request.uri").unwrap().range, 59..65);
        assert_eq!(http.field("http.host").unwrap().range, 76..95);
        assert_eq!(dissection.layer("Payload").unwrap().range, 97..100);
        assert_eq!(label(&frame).as_str(), "POST");
    }

    #[test]
    fn data_that_do_not_begin_a_message_are_data() {
        for data in [&b"GETTING there"[..], b"get / HTTP/1.1\r\n", b"GET"] {
            assert_eq!(protocol(&segment([50000, 80], data)), Protocol::Tcp);
        }
        // A method is not enough where something else may be spoken.
        assert_eq!(protocol(&segment([50000, 11211], b"GET key\r\n")), Protocol::Tcp);
        assert_eq!(protocol(&segment([50000, 11211], b"GET / HTTP/1.1\r\n")), Protocol::Http);
    }

    #[test]
    fn a_header_that_continues_in_the_next_segment_is_shown_as_far_as_it_goes() {
        let frame = segment([50000, 80], b"GET / HTTP/1.1\r\nHost: exam");
        let dissection = layers(&frame);
        let http = dissection.layer("HTTP").unwrap();
        assert_eq!(http.summary, "GET / HTTP/1.1, goes on in the next segment");
        assert_eq!(http.field("http.host").unwrap().value, "exam");
        assert_eq!(dissection.faults().next(), None);
    }

    #[test]
    fn what_is_no_letter_becomes_a_dot_so_that_the_info_stays_one_line() {
        let frame = segment([50000, 80], b"GET /\x1b[31m\xe2\x80\xae\rx HTTP/1.1\r\n\r\n");
        assert_eq!(summary(&frame).info, "GET /\u{b7}[31m\u{b7}\u{b7}\u{b7}\u{b7}x HTTP/1.1");
    }
}
