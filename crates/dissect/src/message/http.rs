//! HTTP/1: requests and their answers (RFC 9112).

use std::ops::Range;

use crate::label::Label;
use crate::text::{text, text_up_to};

const VERSION: &[u8] = b"HTTP/1.";
/// A first line longer than this is cut in the info.
pub(crate) const LINE_MAX: usize = 256;

/// The beginning of a request or of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpMessage<'f> {
    /// Which of the two it is.
    pub kind: HttpKind<'f>,
    bytes: &'f [u8],
}

/// What an HTTP message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpKind<'f> {
    /// A client asks a server for something.
    Request {
        /// What is to be done.
        method: HttpMethod,
        /// With what: the path, as it is written in the request.
        target: &'f [u8],
    },
    /// The answer.
    Response {
        /// How it went, such as 200 or 404; nothing if that is not a number.
        status: Option<u16>,
    },
}

/// What a request wants (RFC 9110 §9, RFC 5789).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// Fetch.
    Get,
    /// Fetch the header fields only.
    Head,
    /// Process what is sent along.
    Post,
    /// Store what is sent along.
    Put,
    /// Remove.
    Delete,
    /// Open a tunnel.
    Connect,
    /// Which methods there are.
    Options,
    /// Send the request back.
    Trace,
    /// Change a part.
    Patch,
}

impl HttpMethod {
    const ALL: [HttpMethod; 9] = [
        HttpMethod::Get,
        HttpMethod::Head,
        HttpMethod::Post,
        HttpMethod::Put,
        HttpMethod::Delete,
        HttpMethod::Connect,
        HttpMethod::Options,
        HttpMethod::Trace,
        HttpMethod::Patch,
    ];

    /// Its name in the request.
    pub const fn name(self) -> &'static str {
        match self {
            HttpMethod::Get => "GET",
            HttpMethod::Head => "HEAD",
            HttpMethod::Post => "POST",
            HttpMethod::Put => "PUT",
            HttpMethod::Delete => "DELETE",
            HttpMethod::Connect => "CONNECT",
            HttpMethod::Options => "OPTIONS",
            HttpMethod::Trace => "TRACE",
            HttpMethod::Patch => "PATCH",
        }
    }

    /// The method that a line begins with.
    pub(crate) fn begins(line: &[u8]) -> Option<HttpMethod> {
        HttpMethod::ALL.into_iter().find(|method| {
            line.strip_prefix(method.name().as_bytes()).is_some_and(|rest| rest.first() == Some(&b' '))
        })
    }
}

impl<'f> HttpMessage<'f> {
    /// Reads data that [begin](begins) a message.
    pub(crate) fn read(bytes: &'f [u8]) -> HttpMessage<'f> {
        let line = first_line(bytes);
        let kind = match (HttpMethod::begins(line), line.get(9..12)) {
            (Some(method), _) => {
                let rest = &line[method.name().len() + 1..];
                let target = rest.split(|&byte| byte == b' ').next().unwrap_or_default();
                HttpKind::Request { method, target }
            }
            (None, Some(&[a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'])) => {
                let status = [a, b, c].iter().fold(0, |status, digit| 10 * status + u16::from(digit - b'0'));
                HttpKind::Response { status: Some(status) }
            }
            (None, _) => HttpKind::Response { status: None },
        };
        HttpMessage { kind, bytes }
    }

    pub(crate) fn label(&self) -> Label {
        match self.kind {
            HttpKind::Request { method, .. } => Label::of(method.name()),
            HttpKind::Response { status: Some(status) } => Label::write(format_args!("HTTP {status:03}")),
            HttpKind::Response { status: None } => Label::of("HTTP"),
        }
    }

    pub(crate) fn info(&self) -> String {
        let data = self.bytes;
        let mut info = text_up_to(first_line(data), LINE_MAX).to_string();
        // Analyzers name the kind of content that an answer brings.
        if let HttpKind::Response { .. } = self.kind
            && let Some(kind) = lines(data, line_end(data, 0).1).find_map(|(line, _)| {
                let (name, value) = split(&data[line]);
                name.eq_ignore_ascii_case(b"content-type").then_some(value)
            })
        {
            let kind = kind.split(|&byte| byte == b';').next().unwrap_or(kind);
            info += &format!("  ({})", text(kind.trim_ascii()));
        }
        info
    }
}

/// Whether a message begins with this data. On a port of HTTP's, a method is enough.
pub(crate) fn begins(data: &[u8], usual_port: bool) -> bool {
    // The first bytes decide almost always: this is asked of every segment on the stage.
    data.starts_with(VERSION)
        || HttpMethod::begins(data).is_some()
            && (usual_port || first_line(data).windows(1 + VERSION.len()).any(|end| end == b" HTTP/1."))
}

fn first_line(data: &[u8]) -> &[u8] {
    &data[..line_end(data, 0).0]
}

/// Where the line that begins at `at` ends, without and with its line break. The last may have none.
pub(crate) fn line_end(data: &[u8], at: usize) -> (usize, usize) {
    match data[at..].iter().position(|&byte| byte == b'\n') {
        Some(length) => {
            let end = at + length;
            let text_end = if data[at..end].ends_with(b"\r") { end - 1 } else { end };
            (text_end, end + 1)
        }
        None => (data.len(), data.len()),
    }
}

/// The header lines from `at` on: their text and the whole of them with their line break. Ends with the empty line.
pub(crate) fn lines(
    data: &[u8],
    mut at: usize,
) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + use<'_> {
    std::iter::from_fn(move || {
        if at >= data.len() {
            return None;
        }
        let (text_end, end) = line_end(data, at);
        let line = (at..text_end, at..end);
        at = if text_end == line.0.start { data.len() } else { end };
        Some(line)
    })
}

/// `name: value`
pub(crate) fn split(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(|&byte| byte == b':') {
        Some(colon) => (&line[..colon], line[colon + 1..].trim_ascii()),
        None => (line, b""),
    }
}
