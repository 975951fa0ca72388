//! How far messages reach in the stream of a connection, which does not show where segments begin: what a reader that puts segments
//! together has to know.

use super::dns::TCP_LENGTH_LEN;
use super::dns_records::HEADER_LEN;
use super::http::{self, HttpKind, HttpMessage, HttpMethod};
use super::tls;
use crate::number::number;

/// The ports of HTTP, as analyzers know them.
const HTTP_PORTS: [u16; 10] = [80, 8080, 3128, 3132, 5985, 8088, 11371, 1900, 2869, 2710];
const DNS_PORT: u16 = 53;
const TLS_PORT: u16 = 443;
/// A header that is longer is none.
const HEADER_MAX: usize = 64 << 10;

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Http,
    Dns,
    Tls,
}

impl Language {
    /// By the ports, or, where they say nothing, by how a segment begins.
    pub fn of(ports: [u16; 2], data: &[u8]) -> Option<Language> {
        let usual = ports.into_iter().find_map(|port| match port {
            DNS_PORT => Some(Language::Dns),
            TLS_PORT => Some(Language::Tls),
            port => HTTP_PORTS.contains(&port).then_some(Language::Http),
        });
        usual.or_else(|| match data {
            data if http::begins(data, false) => Some(Language::Http),
            data if tls::begins(data) && tls::record_len(data).is_some() => Some(Language::Tls),
            _ => None,
        })
    }
}

/// How far a message reaches that begins with some data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// This number of bytes, which are all there.
    Whole(usize),
    /// This number of bytes, of which some are missing.
    Bytes(usize),
    /// As far as can be seen, into the next segment.
    More,
    /// To the end of the connection.
    ToEnd,
    /// No message begins here.
    None,
}

/// Of data that are as long as this, with the first of them given. `to_head`: they answer a request for a header alone.
pub(crate) fn extent(language: Language, data: &[u8], to_head: bool) -> Extent {
    match language {
        Language::Http => http_extent(data, to_head),
        Language::Dns => match data {
            [] | [_] => Extent::More,
            _ => match number(data, 0..2) as usize {
                ..HEADER_LEN => Extent::None,
                length => enough(data, TCP_LENGTH_LEN + length),
            },
        },
        Language::Tls => tls_extent(data),
    }
}

fn enough(data: &[u8], length: usize) -> Extent {
    if data.len() >= length { Extent::Whole(length) } else { Extent::Bytes(length) }
}

/// All whole records are one message: they are shown in one line.
fn tls_extent(data: &[u8]) -> Extent {
    if let Some(last) = tls::records(data).last() {
        return Extent::Whole(last.content.end);
    }
    let looks_like = match *data {
        [kind] => (20..=24).contains(&kind),
        [kind, 3, ..] => (20..=24).contains(&kind),
        _ => false,
    };
    match tls::record_len(data) {
        _ if !looks_like => Extent::None,
        None => Extent::More,
        Some(_) if !tls::begins(data) => Extent::None,
        Some(length) => enough(data, length),
    }
}

fn http_extent(data: &[u8], to_head: bool) -> Extent {
    // Binary data begin no message.
    if !data.first().is_some_and(|&byte| byte.is_ascii_graphic() || byte == b' ') {
        return Extent::None;
    }
    if !data.contains(&b'\n') {
        return if data.len() > HEADER_MAX { Extent::None } else { Extent::More };
    }
    if !http::begins(data, true) {
        return Extent::None;
    }
    let message = HttpMessage::read(data);
    let Some(content_at) = message.content_at() else {
        return if data.len() > HEADER_MAX { Extent::None } else { Extent::More };
    };
    let bodiless = match message.kind {
        HttpKind::Response { status: Some(100..=199 | 204 | 304) } => true,
        HttpKind::Response { .. } => to_head,
        HttpKind::Request { .. } => false,
    };
    let length = message.header(b"content-length").and_then(decimal);
    let chunked = message
        .header(b"transfer-encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().windows(7).any(|word| word == b"chunked"));
    match (length, message.kind) {
        _ if bodiless => Extent::Whole(content_at),
        _ if chunked => chunks(data, content_at),
        (Some(length), _) => enough(data, content_at.saturating_add(length)),
        (None, HttpKind::Request { .. }) => Extent::Whole(content_at),
        (None, HttpKind::Response { .. }) => Extent::ToEnd,
    }
}

/// Whether the request asks for a header alone.
pub(crate) fn asks_for_header(data: &[u8]) -> bool {
    http::begins(data, true)
        && matches!(HttpMessage::read(data).kind, HttpKind::Request { method: HttpMethod::Head, .. })
}

fn decimal(text: &[u8]) -> Option<usize> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

/// Pieces, each behind its length in hexadecimal, to an empty one and the line behind that (RFC 9112 §7.1).
fn chunks(data: &[u8], mut at: usize) -> Extent {
    loop {
        let (text_end, next) = http::line_end(data, at.min(data.len()));
        if next <= at || !data[..next].ends_with(b"\n") {
            return if at > data.len() { Extent::Bytes(at) } else { Extent::More };
        }
        let digits = data[at..text_end].split(|&byte| byte == b';').next().unwrap_or_default();
        let size =
            std::str::from_utf8(digits).ok().and_then(|digits| usize::from_str_radix(digits.trim(), 16).ok());
        match size {
            None => return Extent::None,
            Some(0) => {
                // Header fields may follow, and an empty line does.
                let end = http::lines(data, next).last();
                return match end {
                    Some((text, line)) if text.is_empty() && !line.is_empty() => Extent::Whole(line.end),
                    _ => Extent::More,
                };
            }
            Some(size) => match next.checked_add(size).and_then(|end| end.checked_add(2)) {
                Some(end) if end <= data.len() => at = end,
                Some(end) => return Extent::Bytes(end),
                None => return Extent::None,
            },
        }
    }
}
