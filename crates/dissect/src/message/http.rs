//! HTTP/1: requests and their answers (RFC 9112).

use std::ops::Range;

use crate::label::Label;
use crate::text::{text, text_up_to};

const VERSION: &[u8] = b"HTTP/1.";
/// A line longer than this is cut.
pub(crate) const LINE_MAX: usize = 4096;

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
    /// One of the methods of WebDAV, UPnP and others: its name.
    Further(&'static str),
}

impl HttpMethod {
    const ALL: [HttpMethod; 24] = [
        HttpMethod::Get,
        HttpMethod::Head,
        HttpMethod::Post,
        HttpMethod::Put,
        HttpMethod::Delete,
        HttpMethod::Connect,
        HttpMethod::Options,
        HttpMethod::Trace,
        HttpMethod::Patch,
        // RFC 4918, RFC 3253, RFC 5323, and UPnP's.
        HttpMethod::Further("PROPFIND"),
        HttpMethod::Further("PROPPATCH"),
        HttpMethod::Further("MKCOL"),
        HttpMethod::Further("COPY"),
        HttpMethod::Further("MOVE"),
        HttpMethod::Further("LOCK"),
        HttpMethod::Further("UNLOCK"),
        HttpMethod::Further("REPORT"),
        HttpMethod::Further("SEARCH"),
        HttpMethod::Further("MERGE"),
        HttpMethod::Further("M-SEARCH"),
        HttpMethod::Further("NOTIFY"),
        HttpMethod::Further("SUBSCRIBE"),
        HttpMethod::Further("UNSUBSCRIBE"),
        HttpMethod::Further("BITS_POST"),
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
            HttpMethod::Further(name) => name,
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

    /// Where its content begins; nothing if the header is not all there.
    pub(crate) fn content_at(&self) -> Option<usize> {
        let (text, line) = lines(self.bytes, line_end(self.bytes, 0).1).last()?;
        (text.is_empty() && !line.is_empty()).then_some(line.end)
    }

    /// The content, as far as it is there.
    pub(crate) fn content(&self) -> Option<&'f [u8]> {
        self.bytes.get(self.content_at()?..)
    }

    /// The whole message, with what follows it.
    pub(crate) fn bytes(&self) -> &'f [u8] {
        self.bytes
    }

    /// The value of the first header field of this name, in lower case.
    pub(crate) fn header(&self, wanted: &[u8]) -> Option<&'f [u8]> {
        let bytes = self.bytes;
        lines(bytes, line_end(bytes, 0).1).find_map(|(line, _)| {
            let (name, value) = split(&bytes[line]);
            name.eq_ignore_ascii_case(wanted).then_some(value)
        })
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
        if let Some(content) = self.content_at().and_then(|at| data.get(at..)).filter(|c| !c.is_empty())
            && let Some(kind) = self.header(b"content-type").and_then(|kind| shown_kind(kind, content))
        {
            info += &format!("  ({kind})");
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

/// What analyzers write of the content: its kind, or the format of a picture; nothing of what they show as a protocol of its own.
fn shown_kind(kind: &[u8], content: &[u8]) -> Option<String> {
    let kind = kind.split(|&byte| byte == b';').next()?.trim_ascii().to_ascii_lowercase();
    let own = |known: &[u8]| kind == known;
    match &kind[..] {
        b"image/png" if content.starts_with(b"\x89PNG") => Some("PNG".into()),
        b"image/gif" if content.starts_with(b"GIF8") => {
            Some(text(&content[..content.len().min(6)]).to_string())
        }
        b"image/jpeg" | b"image/jpg" if content.starts_with(&[0xff, 0xd8]) => Some("JPEG JFIF image".into()),
        kind if kind.starts_with(b"multipart/") || kind.ends_with(b"xml") => None,
        _ if own(b"application/octet-stream") || own(b"application/ocsp-response") => None,
        kind => Some(text(kind).to_string()),
    }
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
