//! `curl`: a page from a web server.

use host::program::{Poll, Program};
use host::system::System;
use services::http::client::{Method, Request, Response};
use services::http::head::Fields;
use services::http::url::{Url, UrlError};
use services::program::http::{Download, Event};
use shell::Hosts;
use shell::arguments::{Arguments, Word, Wrong, unknown};
use shell::once::Say;
use smoltcp::wire::IpAddress;
use wire::{Duration, Instant};

#[derive(Default)]
struct Settings {
    verbose: bool,
    head: bool,
    with_head: bool,
    silent: bool,
    show_errors: bool,
    /// The content is not printed.
    discard: bool,
    fail: bool,
    /// How long all of it may take, and how long until the connection stands.
    limit: Option<Duration>,
    connect_limit: Option<Duration>,
}

/// The letter of an option that is written out.
fn letter(word: Word) -> Word {
    const LONG: [(&str, char); 11] = [
        ("data", 'd'),
        ("fail", 'f'),
        ("head", 'I'),
        ("header", 'H'),
        ("include", 'i'),
        ("location", 'L'),
        ("max-time", 'm'),
        ("output", 'o'),
        ("show-error", 'S'),
        ("silent", 's'),
        ("verbose", 'v'),
    ];
    match &word {
        Word::Long(name) => {
            LONG.iter().find(|(long, _)| long == name).map_or(word, |(_, short)| Word::Short(*short))
        }
        Word::Short(_) | Word::Operand(_) => word,
    }
}

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let (mut arguments, mut settings) = (Arguments::new(words), Settings::default());
    let (mut url, mut data, mut fields, mut follow) = (None, None::<String>, Fields::default(), false);
    while let Some(word) = arguments.next()? {
        match letter(word) {
            Word::Short('m') => settings.limit = Some(arguments.seconds()?),
            Word::Long(name) if name == "connect-timeout" => {
                settings.connect_limit = Some(arguments.seconds()?)
            }
            Word::Short('v') => settings.verbose = true,
            Word::Short('I') => settings.head = true,
            Word::Short('i') => settings.with_head = true,
            Word::Short('s') => settings.silent = true,
            Word::Short('S') => settings.show_errors = true,
            Word::Short('f') => settings.fail = true,
            Word::Short('L') => follow = true,
            Word::Short('o') => {
                // A host has no files: what is written to one is gone.
                let file = arguments.text()?;
                settings.discard = file != "-";
            }
            Word::Short('d') => {
                let more = arguments.text()?;
                data = Some(data.map_or_else(|| more.clone(), |data| format!("{data}&{more}")));
            }
            Word::Short('H') => {
                let text = arguments.text()?;
                let (name, value) = text.split_once(':').ok_or("a field is like 'Accept: text/html'")?;
                fields.0.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            Word::Operand(text) if url.is_none() => url = Some(text),
            other => return Err(unknown(&other)),
        }
    }
    let url = match Url::parse(&url.ok_or("no URL specified")?) {
        Ok(url) => url,
        Err(error) => {
            let status = if matches!(error, UrlError::Scheme(_)) { 1 } else { 3 };
            return Ok(Box::new(Say::error(format!("curl: ({status}) {error}\n"), status)));
        }
    };
    let method = match (&data, settings.head) {
        (Some(_), _) => Method::Post,
        (None, true) => Method::Head,
        (None, false) => Method::Get,
    };
    let content = data.unwrap_or_default().into_bytes();
    let request = Request { method, url, fields, content, follow };
    Ok(Box::new(Curl {
        settings,
        request: Some(request),
        download: None,
        host: String::new(),
        count: 0,
        began: Instant::ZERO,
        stage: Stage::Resolving,
    }))
}

struct Curl {
    settings: Settings,
    request: Option<Request>,
    download: Option<Download>,
    /// The host that is connected to.
    host: String,
    /// Answers that came.
    count: usize,
    began: Instant,
    stage: Stage,
}

/// How far a download is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Resolving,
    Connecting,
    Connected,
}

/// The exit status of a download that took too long.
const TIMED_OUT: u8 = 28;

impl Program for Curl {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        if let Some(request) = self.request.take() {
            self.host.clone_from(&request.url.host);
            self.began = system.now();
            self.download = Some(Download::new(system, request));
        }
        let Some(download) = &mut self.download else { return Poll::Exit(2) };
        let events = download.poll(system);
        let at = download.poll_at();
        for event in events {
            if let Some(status) = self.show(system, event) {
                return Poll::Exit(status);
            }
        }
        match self.until() {
            Some(until) if system.now() >= until => Poll::Exit(self.timed_out(system)),
            until => Poll::Wait(at.into_iter().chain(until).min()),
        }
    }
}

impl Curl {
    /// When it gives up.
    fn until(&self) -> Option<Instant> {
        let connect = self.settings.connect_limit.filter(|_| self.stage != Stage::Connected);
        self.settings.limit.into_iter().chain(connect).min().map(|limit| self.began + limit)
    }

    fn timed_out(&self, system: &mut System<'_>) -> u8 {
        let millis = (system.now() - self.began).nanos() / 1_000_000;
        let text = match self.stage {
            Stage::Resolving => format!("Resolving timed out after {millis} milliseconds"),
            Stage::Connecting => format!("Connection timed out after {millis} milliseconds"),
            Stage::Connected => format!("Operation timed out after {millis} milliseconds"),
        };
        self.failed(system, TIMED_OUT, &text)
    }

    /// Shows what has happened; returns the exit status at the end.
    fn show(&mut self, system: &mut System<'_>, event: Event) -> Option<u8> {
        self.stage = match &event {
            Event::Resolving(_) => Stage::Resolving,
            Event::Resolved(_) | Event::Connecting(_) => Stage::Connecting,
            Event::Connected(_) | Event::Sent(_) | Event::Head(_) | Event::Done(_) => Stage::Connected,
        };
        let text = match event {
            Event::Resolving(name) => {
                let again = self.count > 0;
                let issue = format!("* Issue another request to this URL: '{name}'\n");
                self.host = name;
                if again { self.noted(issue) } else { String::new() }
            }
            Event::Resolved(addresses) => self.noted(resolved(&self.host, &addresses)),
            Event::Connecting(to) => self.noted(format!("*   Trying {to}...\n")),
            Event::Connected(to) => {
                self.noted(format!("* Connected to {} ({}) port {}\n", self.host, to.addr, to.port))
            }
            Event::Sent(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let head = text.split("\r\n\r\n").next().unwrap_or_default();
                self.noted(head.split("\r\n").map(|line| format!("> {line}\n")).collect::<String>() + "> \n")
            }
            Event::Head(head) => {
                self.count += 1;
                match (self.settings.verbose, self.settings.head || self.settings.with_head) {
                    (true, _) => lines_of(&head).iter().map(|line| format!("< {line}\n")).collect(),
                    (false, true) => lines_of(&head).iter().map(|line| format!("{line}\n")).collect(),
                    (false, false) => String::new(),
                }
            }
            Event::Done(result) => {
                return Some(
                    self.end(system, result.map_err(|error| (error.exit_status(), error.to_string()))),
                );
            }
        };
        system.print(&text);
        None
    }

    fn noted(&self, text: String) -> String {
        if self.settings.verbose { text } else { String::new() }
    }

    fn end(&self, system: &mut System<'_>, result: Result<Response, (u8, String)>) -> u8 {
        let response = match result {
            Ok(response) if self.settings.fail && response.status >= 400 => {
                let text = format!("The requested URL returned error: {}", response.status);
                return self.failed(system, 22, &text);
            }
            Ok(response) => response,
            Err((status, text)) => return self.failed(system, status, &text),
        };
        if !self.settings.discard {
            system.print(&String::from_utf8_lossy(&response.content));
        }
        let text = self.noted(format!("* Connection #0 to host {} left intact\n", self.host));
        system.print(&text);
        0
    }

    fn failed(&self, system: &mut System<'_>, status: u8, text: &str) -> u8 {
        if !self.settings.silent || self.settings.show_errors {
            system.print(&format!("curl: ({status}) {text}\n"));
        }
        status
    }
}

fn resolved(host: &str, addresses: &[IpAddress]) -> String {
    if host.parse::<IpAddress>().is_ok() {
        return String::new();
    }
    let of = |v6: bool| {
        let all: Vec<_> = addresses
            .iter()
            .filter(|ip| matches!(ip, IpAddress::Ipv6(_)) == v6)
            .map(IpAddress::to_string)
            .collect();
        if all.is_empty() { "(none)".to_owned() } else { all.join(", ") }
    };
    format!("* Host {host} was resolved.\n* IPv6: {}\n* IPv4: {}\n", of(true), of(false))
}

/// The head of an answer, line by line, with the empty one at its end.
fn lines_of(head: &Response) -> Vec<String> {
    let fields = head.fields.0.iter().map(|(name, value)| format!("{name}: {value}"));
    [head.status_line.clone()].into_iter().chain(fields).chain([String::new()]).collect()
}
