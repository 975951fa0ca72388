//! The web browser of a host: what it has visited, what it shows, and what happened below that.
//!
//! A visit is a command like one that is typed at the console (`curl -iL URL`), so that it is recorded, rewound and shared as all of them
//! are. What it printed is the answer; what happened below it is read off the frames.

mod waterfall;

pub use services::html::{Document, Node, Tag};
pub use waterfall::Step;

use crate::Lab;
use netlab::Instant;
use netlab::history::{ProgramId, ProgramLog};
use netlab::topology::NodeId;
use services::html;
use services::http::url::Url;
use waterfall::Waterfall;

/// What a visit begins with, before its address.
const COMMAND: &str = "curl -iL ";
/// The exit status of a program that was interrupted, as shells report it.
const INTERRUPTED: u8 = 130;
/// Answers in a row that lead elsewhere.
const ANSWERS_MAX: usize = 32;

/// A page that a host asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Its address: that of the page, if the server has led elsewhere.
    pub address: String,
    /// What is shown.
    pub shown: Shown,
    /// When it began.
    pub start: Instant,
    /// What happened below it, in order of time.
    pub steps: Vec<Step>,
}

/// What a browser shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// Nothing has come yet.
    Loading,
    /// A page, and the status of the answer.
    Page(Document, u16),
    /// No page has come.
    Failed(Failure),
}

/// Why no page has come, for a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No DNS server has an address for the name.
    NotFound,
    /// The host refuses connections to this port.
    Refused,
    /// The host cannot be reached, or does not answer.
    NoAnswer,
    /// The connection ended before the page was there.
    CutOff,
    /// It was stopped.
    Stopped,
    /// What came is no page, or the address is none.
    NoPage,
}

/// The command line of a visit; `None`: this is no address.
pub fn visit_line(address: &str) -> Option<String> {
    // A quotation mark would end a word of the line.
    Url::parse(address).ok().map(|url| format!("{COMMAND}{}", url.to_string().replace('\'', "%27")))
}

/// Where a link on a page leads; `None`: to nothing that this browser shows.
pub fn follow(address: &str, link: &str) -> Option<String> {
    Url::parse(address).ok()?.join(link).ok().map(|url| url.to_string())
}

impl Lab {
    /// The visits of a host up to the playhead, in their order.
    pub fn visits(&self, on: NodeId) -> Vec<ProgramId> {
        let at = self.look().at;
        let logs = (0..).map(ProgramId).zip(self.world.history().programs());
        let is_visit = |log: &ProgramLog| log.on == on && log.start <= at && log.line.starts_with(COMMAND);
        logs.filter(|(_, log)| is_visit(log)).map(|(id, _)| id).collect()
    }

    /// What a visit shows at the playhead.
    pub fn visit(&self, program: ProgramId) -> Visit {
        let (at, history) = (self.look().at, self.world.history());
        let log = history.program(program);
        let first = log.line.trim_start_matches(COMMAND).trim().to_owned();
        let exit = log.exit_at(at);
        let end = log.entries_by(at).last().filter(|_| exit.is_some()).map_or(at, |entry| entry.at);
        let waterfall = Waterfall::of(self.network.whole(), history, log.on, log.start, end);
        let (address, answer) = answer(&first, &log.output_by(at));
        let shown = match (exit, answer) {
            (None, _) => Shown::Loading,
            (Some(0), Some(answer)) => Shown::Page(answer.page, answer.status),
            (Some(6), _) => Shown::Failed(Failure::NotFound),
            (Some(7), _) if waterfall.was_refused => Shown::Failed(Failure::Refused),
            (Some(7 | 28), _) => Shown::Failed(Failure::NoAnswer),
            (Some(18 | 52 | 56), _) => Shown::Failed(Failure::CutOff),
            (Some(INTERRUPTED), _) => Shown::Failed(Failure::Stopped),
            (Some(_), _) => Shown::Failed(Failure::NoPage),
        };
        Visit { address, shown, start: log.start, steps: waterfall.steps }
    }
}

struct Answer {
    status: u16,
    page: Document,
}

/// The last answer in what `curl -iL` has printed, and the address that it came from.
fn answer(first: &str, printed: &str) -> (String, Option<Answer>) {
    let (mut address, mut rest) = (first.to_owned(), printed);
    for _ in 0..ANSWERS_MAX {
        let Some((head, after)) = rest.split_once("\n\n").filter(|_| rest.starts_with("HTTP/")) else {
            break;
        };
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
        let field = |wanted: &str| {
            let is =
                |line: &&str| line.split(':').next().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
            let line = head.lines().skip(1).find(is)?;
            line.split_once(':').map(|(_, value)| value.trim())
        };
        match field("location").filter(|_| (300..400).contains(&status)) {
            Some(to) if after.starts_with("HTTP/") => {
                address = follow(&address, to).unwrap_or(address);
                rest = after;
            }
            _ => {
                let is_html = field("content-type").is_none_or(|kind| kind.contains("html"));
                let page = if is_html { html::parse(after) } else { html::plain(after) };
                return (address, Some(Answer { status, page }));
            }
        }
    }
    (address, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Act, Typed};
    use netlab::Duration;
    use scenario::Scenario;

    const NET: &str = r#"{"packetarium": 1,
        "nodes": [{"id": "laptop", "kind": "host", "addresses": ["10.0.0.1/24"], "dns": ["10.0.0.2"]},
            {"id": "server", "kind": "host", "addresses": ["10.0.0.2/24"], "services": {
                "dns": {"zone": {"www.example.test": "10.0.0.2"}},
                "http": {"pages": {"/": "<title>Start</title><h1>Hello</h1><a href='b.txt'>more</a>", "/b.txt": "plain",
                    "/old": {"moved": "/"}}}}}],
        "links": [{"ends": ["laptop", "server"], "delay": "5ms"}]}"#;

    /// What the laptop shows some seconds after it was sent to this address.
    fn visit(address: &str) -> Visit {
        let mut lab = Lab::new(Scenario::parse(NET).unwrap());
        let line = visit_line(address).unwrap();
        lab.perform(Act::Type(Typed::Command(NodeId(0), line))).unwrap();
        let end = Instant::ZERO + Duration::from_secs(60);
        let mut now_ms = 0.0;
        while lab.look().at < end && lab.state() == crate::State::Playing {
            now_ms += 16.7;
            lab.tick(now_ms, true, &mut || true);
        }
        let visits = lab.visits(NodeId(0));
        assert_eq!(visits.len(), 1);
        lab.visit(visits[0])
    }

    #[test]
    fn a_page_is_shown_with_what_happened_below_it() {
        let visit = visit("www.example.test");
        assert_eq!(visit.address, "http://www.example.test/");
        let Shown::Page(page, 200) = &visit.shown else { panic!("{visit:?}") };
        assert_eq!(page.title.as_deref(), Some("Start"));
        assert!(matches!(&page.body[0], Node::Element { tag: Tag::H1, .. }), "{page:?}");
        let steps: Vec<_> = visit.steps.iter().map(|step| step.what.as_str()).collect();
        assert_eq!(
            steps,
            ["DNS: www.example.test", "TCP: 10.0.0.2 port 80", "GET /", "200: content"],
            "{visit:?}"
        );
        let round_trip = Duration::from_millis(10);
        assert!(visit.steps[..3].iter().all(|step| step.takes().is_some_and(|takes| takes >= round_trip)));
        assert!(visit.steps.is_sorted_by_key(|step| step.from));
    }

    #[test]
    fn where_a_server_leads_elsewhere_the_address_follows() {
        let moved = visit("http://10.0.0.2/old");
        assert_eq!(moved.address, "http://10.0.0.2/");
        assert!(matches!(&moved.shown, Shown::Page(page, 200) if page.title.is_some()), "{moved:?}");
        let plain = visit("http://10.0.0.2/b.txt");
        assert!(
            matches!(&plain.shown, Shown::Page(page, 200) if matches!(page.body[0], Node::Element { tag: Tag::Pre, .. }))
        );
        assert!(matches!(visit("http://10.0.0.2/none").shown, Shown::Page(_, 404)));
        assert_eq!(follow("http://10.0.0.2/a/b", "../c").as_deref(), Some("http://10.0.0.2/c"));
        assert_eq!((follow("http://10.0.0.2/", "mailto:a@b"), visit_line("ftp://x")), (None, None));
    }

    #[test]
    fn what_fails_is_said_as_a_browser_says_it() {
        assert_eq!(visit("nowhere.test").shown, Shown::Failed(Failure::NotFound));
        assert_eq!(visit("10.0.0.2:81").shown, Shown::Failed(Failure::Refused));
        assert_eq!(visit("10.0.0.77").shown, Shown::Failed(Failure::NoAnswer));
    }
}
