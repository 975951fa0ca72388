//! A web server: a site of a few pages, and one connection to it.
//!
//! Requests that come behind each other are answered in order; the next is read when the answer before has gone out, so that a
//! connection holds one head, one content and one answer at most.

use super::body::{Body, BodyError};
use super::head::{FIELDS_MAX, Fields, HEAD_MAX};
use super::url::decoded;
use crate::clock;
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

/// The longest content of a request, in bytes.
pub const CONTENT_MAX: usize = 65_536;
/// The pages of one site.
pub const PAGES_MAX: usize = 1_024;
/// How long a connection may be idle (nginx: 75 s; here a learner watches).
pub const IDLE_MAX: Duration = Duration::from_secs(15);
/// Methods of RFC 9110 that pages do not have.
const OTHER_METHODS: [&str; 6] = ["PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
const ALLOWED: &str = "GET, HEAD, POST";

/// What a server shows, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The pages.
    pub pages: SortedMap<String, Page>,
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// A text. It is HTML if its path or its first character says so.
    Text(String),
    /// The page is elsewhere (RFC 9110, 15.4.2).
    Moved(String),
}

/// Content types by the end of a path.
const TYPES: [(&str, &str); 6] = [
    (".html", HTML),
    (".txt", "text/plain; charset=utf-8"),
    (".css", "text/css; charset=utf-8"),
    (".js", "text/javascript; charset=utf-8"),
    (".json", "application/json"),
    (".xml", "application/xml"),
];
const HTML: &str = "text/html; charset=utf-8";

/// A request whose head has been read.
#[derive(Clone, Debug)]
struct Request {
    method: String,
    target: String,
    /// HTTP/1.1, not 1.0.
    is_1_1: bool,
    fields: Fields,
    body: Body,
    content: Vec<u8>,
}

/// One connection of a client.
#[derive(Clone, Debug)]
pub struct Connection {
    input: Vec<u8>,
    output: Vec<u8>,
    request: Option<Request>,
    /// No further request is answered.
    closing: bool,
    /// The client has finished sending.
    ended: bool,
    deadline: Instant,
    served: u32,
}

/// What was answered, for the log of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Method and target.
    pub request: String,
    /// The status code.
    pub status: u16,
}

impl Connection {
    /// A connection that was just accepted.
    pub fn new(now: Instant) -> Self {
        Self {
            input: Vec::new(),
            output: Vec::new(),
            request: None,
            closing: false,
            ended: false,
            deadline: now + IDLE_MAX,
            served: 0,
        }
    }

    /// How many bytes it would take now.
    pub fn room(&self) -> usize {
        if self.closing { usize::MAX } else { (2 * HEAD_MAX).saturating_sub(self.input.len()) }
    }

    /// The bytes to be sent; what was sent is to be removed from the front, and [`Connection::go_on`] called.
    pub fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// Requests that were answered.
    pub fn served(&self) -> u32 {
        self.served
    }

    /// Whether all is sent and the connection is to be closed.
    pub fn is_over(&self) -> bool {
        self.closing && self.output.is_empty()
    }

    /// When an idle connection ends.
    pub fn poll_at(&self) -> Option<Instant> {
        (!self.closing).then_some(self.deadline)
    }

    /// Ends a connection that was idle too long (RFC 9110, 15.5.9).
    pub fn poll(&mut self, now: Instant) -> Option<Answered> {
        if self.closing || now < self.deadline {
            return None;
        }
        let begun = self.request.is_some() || !self.input.is_empty();
        if begun {
            return Some(self.fail(now, 408));
        }
        self.closing = true;
        None
    }

    /// Handles received bytes, [`Connection::room`] at most.
    pub fn receive(&mut self, now: Instant, bytes: &[u8], site: &Site) -> Vec<Answered> {
        if self.closing {
            return Vec::new();
        }
        self.deadline = now + IDLE_MAX;
        self.input.extend(bytes);
        self.go_on(now, site)
    }

    /// The client has finished sending: what it asked is answered, then the connection is closed.
    pub fn finish(&mut self, now: Instant, site: &Site) -> Vec<Answered> {
        self.ended = true;
        self.go_on(now, site)
    }

    /// Answers what can be answered.
    pub fn go_on(&mut self, now: Instant, site: &Site) -> Vec<Answered> {
        let mut answered = Vec::new();
        while !self.closing && self.output.is_empty() {
            match self.step(now, site) {
                Ok(true) => {}
                Ok(false) => {
                    // What the client has cut short is not answered.
                    self.closing |= self.ended;
                    break;
                }
                Err(done) => answered.push(done),
            }
        }
        answered
    }

    /// Reads on; returns whether that led anywhere, or what was answered.
    fn step(&mut self, now: Instant, site: &Site) -> Result<bool, Answered> {
        let Some(mut request) = self.request.take() else { return self.read_head(now) };
        match request.body.read(&mut self.input, &mut request.content, CONTENT_MAX) {
            Ok(()) if request.body == Body::Done => Err(self.answer(now, &request, site)),
            Ok(()) => {
                self.request = Some(request);
                Ok(false)
            }
            Err(BodyError::TooLong) => Err(self.fail(now, 413)),
            Err(BodyError::Malformed) => Err(self.fail(now, 400)),
        }
    }

    fn read_head(&mut self, now: Instant) -> Result<bool, Answered> {
        // RFC 9112, 2.2: an empty line in front of a request is skipped.
        let blank = self.input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.input.drain(..blank);
        if self.input.is_empty() {
            return Ok(false);
        }
        let mut headers = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut parsed = httparse::Request::new(&mut headers);
        let len = match parsed.parse(&self.input) {
            Ok(httparse::Status::Complete(len)) if len <= HEAD_MAX => len,
            Ok(httparse::Status::Partial) if self.input.len() <= HEAD_MAX => return Ok(false),
            Ok(_) => {
                let status = if self.input[..HEAD_MAX].contains(&b'\n') { 431 } else { 414 };
                return Err(self.fail(now, status));
            }
            Err(httparse::Error::TooManyHeaders) => return Err(self.fail(now, 431)),
            Err(httparse::Error::Version) => return Err(self.fail(now, 505)),
            Err(_) => return Err(self.fail(now, 400)),
        };
        let mut request = Request {
            method: parsed.method.unwrap_or_default().to_owned(),
            target: parsed.path.unwrap_or_default().to_owned(),
            is_1_1: parsed.version == Some(1),
            fields: Fields::read(parsed.headers),
            body: Body::Done,
            content: Vec::new(),
        };
        self.input.drain(..len);
        if let Err(status) = admit(&mut request) {
            return Err(self.fail(now, status));
        }
        if request.body != Body::Done
            && request.is_1_1
            && request.fields.has("expect", "100-continue")
            && self.input.is_empty()
        {
            self.output.extend(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        self.request = Some(request);
        Ok(true)
    }

    fn answer(&mut self, now: Instant, request: &Request, site: &Site) -> Answered {
        let persists = match request.is_1_1 {
            true => !request.fields.has("connection", "close"),
            false => request.fields.has("connection", "keep-alive"),
        };
        self.closing = !persists;
        let path = path_of(&request.target);
        let reply = match (request.method.as_str(), site.pages.get(&path)) {
            ("GET" | "HEAD", Some(Page::Text(text))) => show(&path, text, request),
            ("POST", Some(Page::Text(_))) => Reply::page(200, form(request), HTML),
            (_, Some(Page::Moved(to))) => moved(to),
            (_, None) if site.pages.contains_key(&format!("{path}/")) => moved(&format!("{path}/")),
            (_, None) => Reply::error(404),
            (_, Some(Page::Text(_))) => Reply::error(405),
        };
        self.write(now, &reply, request);
        Answered { request: format!("{} {}", request.method, request.target), status: reply.status }
    }

    /// Answers a request that cannot be read, or must not be; what follows it cannot be told from it.
    fn fail(&mut self, now: Instant, status: u16) -> Answered {
        self.closing = true;
        self.input.clear();
        self.request = None;
        let unread = Request {
            method: String::new(),
            target: String::new(),
            is_1_1: true,
            fields: Fields::default(),
            body: Body::Done,
            content: Vec::new(),
        };
        self.write(now, &Reply::error(status), &unread);
        Answered { request: "-".to_owned(), status }
    }

    fn write(&mut self, now: Instant, reply: &Reply, request: &Request) {
        self.served += 1;
        let Reply { status, fields, content, is_made } = reply;
        let mut head = format!("HTTP/1.1 {status} {}\r\nServer: packetarium\r\n", reason(*status));
        let mut add = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        add("Date", &clock::http_date(clock::unix(now)));
        fields.iter().for_each(|(name, value)| add(name, value));
        let chunked = *is_made && request.is_1_1;
        let len = content.len().to_string();
        match (status, chunked) {
            (304, _) => {}
            (_, true) => add("Transfer-Encoding", "chunked"),
            (_, false) => add("Content-Length", &len),
        }
        match (self.closing, request.is_1_1) {
            (true, _) => add("Connection", "close"),
            (false, false) => add("Connection", "keep-alive"),
            (false, true) => {}
        }
        head.push_str("\r\n");
        self.output.extend(head.as_bytes());
        if request.method == "HEAD" || *status == 304 {
            return;
        }
        if chunked {
            // As a program would that writes while it computes.
            for piece in content.as_bytes().chunks(512) {
                self.output.extend(format!("{:x}\r\n", piece.len()).as_bytes());
                self.output.extend(piece);
                self.output.extend(b"\r\n");
            }
            self.output.extend(b"0\r\n\r\n");
        } else {
            self.output.extend(content.as_bytes());
        }
    }
}

/// Checks a request's head and finds out how its content ends; the error is the status to answer with.
fn admit(request: &mut Request) -> Result<(), u16> {
    let known = ["GET", "HEAD", "POST"].contains(&request.method.as_str());
    if !known {
        return Err(if OTHER_METHODS.contains(&request.method.as_str()) { 405 } else { 501 });
    }
    // RFC 9112, 3.2.
    let hosts = request.fields.all("host").count();
    if hosts > 1 || (hosts == 0 && request.is_1_1) {
        return Err(400);
    }
    let codings: Vec<&str> = request.fields.items("transfer-encoding").collect();
    if codings.iter().any(|coding| !coding.eq_ignore_ascii_case("chunked")) {
        return Err(501);
    }
    if request.fields.items("expect").any(|item| !item.eq_ignore_ascii_case("100-continue")) {
        return Err(417);
    }
    request.body = request.fields.body(Body::Done).map_err(|_| 400u16)?;
    match request.body {
        Body::Counted(len) if len > CONTENT_MAX as u64 => Err(413),
        Body::Done | Body::Counted(_) | Body::Chunked(_) | Body::UntilEnd => Ok(()),
    }
}

/// An answer before it is written.
struct Reply {
    status: u16,
    fields: Vec<(&'static str, String)>,
    content: String,
    /// It was made for this request: its length is not known before.
    is_made: bool,
}

impl Reply {
    fn page(status: u16, content: String, kind: &str) -> Self {
        Self { status, fields: vec![("Content-Type", kind.to_owned())], content, is_made: status == 200 }
    }

    fn error(status: u16) -> Self {
        let title = format!("{status} {}", reason(status));
        let mut reply = Self::page(status, format!("<title>{title}</title>\n<h1>{title}</h1>\n"), HTML);
        if status == 405 {
            reply.fields.push(("Allow", ALLOWED.to_owned()));
        }
        reply
    }
}

fn moved(to: &str) -> Reply {
    let mut reply = Reply::error(301);
    reply.content.push_str(&format!("<p>The page is <a href=\"{0}\">here</a>.</p>\n", escaped(to)));
    // A line end would begin another field.
    let to = to.chars().filter(|letter| !letter.is_control()).collect();
    reply.fields.push(("Location", to));
    reply
}

/// A page, unless the client has it already (RFC 9110, 13.2.2).
fn show(path: &str, text: &str, request: &Request) -> Reply {
    let by_path = TYPES.iter().find(|(end, _)| path.ends_with(end)).map(|(_, kind)| *kind);
    let by_text = if text.trim_start().starts_with('<') { HTML } else { TYPES[1].1 };
    let tag = entity_tag(text);
    let changed = clock::BEGINNING;
    let has_tag = |wanted: &str| wanted == "*" || wanted.trim_start_matches("W/") == tag;
    let since = request.fields.get("if-modified-since").and_then(clock::parse_http_date);
    let has = match request.fields.get("if-none-match") {
        Some(_) => request.fields.items("if-none-match").any(has_tag),
        None => since.is_some_and(|since| changed <= since),
    };
    let mut fields = vec![("ETag", tag), ("Last-Modified", clock::http_date(changed))];
    if has {
        return Reply { status: 304, fields, content: String::new(), is_made: false };
    }
    fields.insert(0, ("Content-Type", by_path.unwrap_or(by_text).to_owned()));
    Reply { status: 200, fields, content: text.to_owned(), is_made: false }
}

/// What distinguishes versions of a page (RFC 9110, 8.8.3): FNV-1a of its text.
fn entity_tag(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("\"{hash:016x}\"")
}

/// The page that shows what a form has sent.
fn form(request: &Request) -> String {
    let content = String::from_utf8_lossy(&request.content);
    let kind = request.fields.get("content-type").unwrap_or_default();
    let mut page = "<title>Received</title>\n<h1>Received</h1>\n".to_owned();
    if kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        page.push_str("<ul>\n");
        for pair in content.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let [name, value] = [name, value].map(|text| escaped(&decoded(text, true)));
            page.push_str(&format!("<li><b>{name}</b>: {value}</li>\n"));
        }
        page.push_str("</ul>\n");
    } else {
        page.push_str(&format!("<pre>{}</pre>\n", escaped(&content)));
    }
    page
}

/// A text as it stands in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The path of a request's target (RFC 9112, 3.2), without its query.
fn path_of(target: &str) -> String {
    let path = match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => &rest[rest.find('/').unwrap_or(rest.len())..],
        _ => target,
    };
    let path = decoded(path.split(['?', '#']).next().unwrap_or_default(), false);
    if path.is_empty() { "/".to_owned() } else { path }
}

/// What a status code means (RFC 9110, 15).
pub fn reason(status: u16) -> &'static str {
    const REASONS: [(u16, &str); 14] = [
        (200, "OK"),
        (301, "Moved Permanently"),
        (304, "Not Modified"),
        (400, "Bad Request"),
        (404, "Not Found"),
        (405, "Method Not Allowed"),
        (408, "Request Timeout"),
        (413, "Content Too Large"),
        (414, "URI Too Long"),
        (417, "Expectation Failed"),
        (431, "Request Header Fields Too Large"),
        (501, "Not Implemented"),
        (503, "Service Unavailable"),
        (505, "HTTP Version Not Supported"),
    ];
    REASONS.iter().find(|(code, _)| *code == status).map_or("", |(_, reason)| reason)
}
