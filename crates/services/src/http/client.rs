//! A web client: fetches one page, following redirects (RFC 9110, 15.4).

use super::body::{Body, BodyError};
use super::head::{FIELDS_MAX, Fields, HEAD_MAX};
use super::url::{Url, UrlError};
use wire::{Duration, Instant};

/// The longest content in bytes.
pub const CONTENT_MAX: usize = 1 << 20;
/// Redirects that are followed.
pub const REDIRECTS_MAX: usize = 20;
/// How long a server may be silent.
pub const SILENCE_MAX: Duration = Duration::from_secs(30);

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is done.
    pub method: Method,
    /// The page.
    pub url: Url,
    /// Further fields, such as those of a conditional request.
    pub fields: Fields,
    /// What is sent with it.
    pub content: Vec<u8>,
    /// Redirects are followed.
    pub follow: bool,
}

/// A method (RFC 9110, 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The page is wanted.
    Get,
    /// Only what would stand in front of it.
    Head,
    /// The content is handed over.
    Post,
}

impl Method {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The page that it came from, after redirects.
    pub url: Url,
    /// Its first line.
    pub status_line: String,
    /// The status code.
    pub status: u16,
    /// Its fields.
    pub fields: Fields,
    /// Its content.
    pub content: Vec<u8>,
}

impl Response {
    /// The fields of a request that asks for this page only if it has changed (RFC 9110, 13.1).
    pub fn conditions(&self) -> Fields {
        let pairs = [("etag", "If-None-Match"), ("last-modified", "If-Modified-Since")];
        let known = pairs.iter().filter_map(|(field, condition)| {
            Some(((*condition).to_owned(), self.fields.get(field)?.to_owned()))
        });
        Fields(known.collect())
    }
}

/// Why there is no answer. The texts are those of curl.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// A redirect leads to what is no page.
    #[error("{0}")]
    Url(#[from] UrlError),
    /// The answer is no HTTP.
    #[error("Received HTTP/0.9 when not allowed, or malformed headers")]
    Malformed,
    /// The connection ended without an answer.
    #[error("Empty reply from server")]
    Empty,
    /// The connection ended within the content.
    #[error("transfer closed with outstanding read data remaining")]
    Partial,
    /// The content is longer than a megabyte.
    #[error("Maximum file size exceeded")]
    TooLong,
    /// Too many redirects.
    #[error("Maximum ({REDIRECTS_MAX}) redirects followed")]
    Redirects,
    /// The server was silent for too long.
    #[error("Operation timed out")]
    Timeout,
}

impl FetchError {
    /// The exit status of curl.
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Url(UrlError::Scheme(_)) | Self::Malformed => 1,
            Self::Url(UrlError::Malformed) => 3,
            Self::Partial => 18,
            Self::Timeout => 28,
            Self::Redirects => 47,
            Self::Empty => 52,
            Self::TooLong => 63,
        }
    }
}

/// What a fetch wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A connection to the host and port of this page is to be opened, and one from before closed. Then [`Fetch::connected`] is to be called.
    Connect(Url),
    /// Bytes are to be sent.
    Send(Vec<u8>),
    /// The head of an answer has come; its content is empty.
    Head(Response),
    /// It is over; the connection is to be closed.
    Done(Result<Response, FetchError>),
}

/// A page being fetched.
#[derive(Clone, Debug)]
pub struct Fetch {
    request: Request,
    input: Vec<u8>,
    response: Option<(Response, Body)>,
    redirects: usize,
    /// The connection of before can be used again.
    connected: bool,
    /// `None`: it is over, or the connection is not open yet.
    deadline: Option<Instant>,
    over: bool,
}

impl Fetch {
    /// Begins.
    pub fn new(request: Request, out: &mut Vec<Output>) -> Self {
        out.push(Output::Connect(request.url.clone()));
        Self {
            request,
            input: Vec::new(),
            response: None,
            redirects: 0,
            connected: false,
            deadline: None,
            over: false,
        }
    }

    /// The connection is open.
    pub fn connected(&mut self, now: Instant, out: &mut Vec<Output>) {
        self.connected = true;
        self.send(now, out);
    }

    fn send(&mut self, now: Instant, out: &mut Vec<Output>) {
        self.deadline = Some(now + SILENCE_MAX);
        let Request { method, url, fields, content, .. } = &self.request;
        let mut head = format!("{} {} HTTP/1.1\r\n", method.name(), url.target);
        let mut add = |name: &str, value: &str| {
            // Whatever a person types, a line end would begin another field.
            let clean = |text: &str| text.chars().filter(|letter| !letter.is_control()).collect::<String>();
            head.push_str(&format!("{}: {}\r\n", clean(name), clean(value)));
        };
        let given = |name: &str| fields.get(name).is_some();
        if !given("host") {
            add("Host", &url.authority());
        }
        let defaults = [("User-Agent", "packetarium"), ("Accept", "*/*")];
        defaults.iter().filter(|(name, _)| !given(name)).for_each(|(name, value)| add(name, value));
        fields.0.iter().for_each(|(name, value)| add(name, value));
        if *method == Method::Post {
            if !given("content-type") {
                add("Content-Type", "application/x-www-form-urlencoded");
            }
            add("Content-Length", &content.len().to_string());
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if *method == Method::Post {
            bytes.extend(content);
        }
        out.push(Output::Send(bytes));
    }

    /// Handles received bytes.
    pub fn receive(&mut self, now: Instant, bytes: &[u8], out: &mut Vec<Output>) {
        if self.over {
            return;
        }
        self.deadline = Some(now + SILENCE_MAX);
        self.input.extend(bytes);
        while !self.over {
            match self.step(now, out) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => self.end(Err(error), out),
            }
        }
    }

    /// The server has finished sending, or the connection is broken.
    pub fn closed(&mut self, now: Instant, out: &mut Vec<Output>) {
        self.connected = false;
        if self.over {
            return;
        }
        match self.response.take() {
            Some((response, Body::UntilEnd)) => self.complete(now, response, out),
            Some(_) => self.end(Err(FetchError::Partial), out),
            None if self.input.is_empty() => self.end(Err(FetchError::Empty), out),
            None => self.end(Err(FetchError::Malformed), out),
        }
    }

    /// Gives up a server that is silent.
    pub fn poll(&mut self, now: Instant, out: &mut Vec<Output>) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.end(Err(FetchError::Timeout), out);
        }
    }

    /// When [`Fetch::poll`] next has something to do.
    pub fn poll_at(&self) -> Option<Instant> {
        self.deadline
    }

    fn end(&mut self, result: Result<Response, FetchError>, out: &mut Vec<Output>) {
        (self.over, self.deadline) = (true, None);
        self.input = Vec::new();
        out.push(Output::Done(result));
    }

    /// Reads on; returns whether that led anywhere.
    fn step(&mut self, now: Instant, out: &mut Vec<Output>) -> Result<bool, FetchError> {
        let Some((mut response, mut body)) = self.response.take() else { return self.read_head(out) };
        body.read(&mut self.input, &mut response.content, CONTENT_MAX).map_err(|error| match error {
            BodyError::TooLong => FetchError::TooLong,
            BodyError::Malformed => FetchError::Malformed,
        })?;
        if body == Body::Done {
            self.complete(now, response, out);
            return Ok(true);
        }
        self.response = Some((response, body));
        Ok(false)
    }

    fn read_head(&mut self, out: &mut Vec<Output>) -> Result<bool, FetchError> {
        let mut headers = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut parsed = httparse::Response::new(&mut headers);
        let len = match parsed.parse(&self.input) {
            Ok(httparse::Status::Complete(len)) if len <= HEAD_MAX => len,
            Ok(httparse::Status::Partial) if self.input.len() <= HEAD_MAX => return Ok(false),
            Ok(_) | Err(_) => return Err(FetchError::Malformed),
        };
        let status = parsed.code.unwrap_or_default();
        let version = parsed.version.unwrap_or_default();
        let status_line = format!("HTTP/1.{version} {status} {}", parsed.reason.unwrap_or_default());
        let fields = Fields::read(parsed.headers);
        self.input.drain(..len);
        let without = self.request.method == Method::Head || matches!(status, 100..200 | 204 | 304);
        let body = match without {
            true => Body::Done,
            false => fields.body(Body::UntilEnd).map_err(|_| FetchError::Malformed)?,
        };
        let persists = match version {
            0 => fields.has("connection", "keep-alive"),
            _ => !fields.has("connection", "close"),
        };
        let response = Response {
            url: self.request.url.clone(),
            status_line: status_line.trim_end().to_owned(),
            status,
            fields,
            content: Vec::new(),
        };
        out.push(Output::Head(response.clone()));
        // What comes before the answer is not the answer (RFC 9110, 15.2).
        if !(100..200).contains(&status) {
            self.connected &= persists && body != Body::UntilEnd;
            self.response = Some((response, body));
        }
        Ok(true)
    }

    fn complete(&mut self, now: Instant, response: Response, out: &mut Vec<Output>) {
        let link =
            response.fields.get("location").filter(|_| matches!(response.status, 301..=303 | 307 | 308));
        let Some(link) = link.filter(|_| self.request.follow) else { return self.end(Ok(response), out) };
        self.redirects += 1;
        let next = match self.request.url.join(link) {
            _ if self.redirects > REDIRECTS_MAX => return self.end(Err(FetchError::Redirects), out),
            Err(error) => return self.end(Err(error.into()), out),
            Ok(next) => next,
        };
        // RFC 9110, 15.4.2 to 15.4.4: only 307 and 308 keep the method.
        if self.request.method == Method::Post && response.status < 304 {
            self.request.method = Method::Get;
            self.request.content.clear();
        }
        let same = (&next.host, next.port) == (&self.request.url.host, self.request.url.port);
        self.request.url = next;
        self.input.clear();
        if same && self.connected {
            self.send(now, out);
        } else {
            (self.connected, self.deadline) = (false, None);
            out.push(Output::Connect(self.request.url.clone()));
        }
    }
}
