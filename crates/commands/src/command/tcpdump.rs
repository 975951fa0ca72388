//! `tcpdump`: the frames that a card sends and receives.

mod expression;
mod line;

use dissect::analysis::Notes;
use dissect::filter::{Filter, Subject};
use host::program::{Poll, Program};
use host::system::{SocketId, System};
use line::{Numbers, Shown, line};
use shell::Hosts;
use shell::arguments::{Arguments, Word, Wrong, unknown};

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let (mut arguments, mut shown, mut count, mut filter) =
        (Arguments::new(words), Shown::default(), None, Vec::new());
    while let Some(word) = arguments.next()? {
        match word {
            Word::Short('i') => match arguments.text()?.as_str() {
                "eth0" | "any" => {}
                other => return Err(format!("{other}: No such device exists: a host has one, eth0")),
            },
            Word::Short('c') => count = Some(arguments.number("packet count", (1, u32::MAX))?),
            Word::Short('e') => shown.ethernet = true,
            Word::Short('v') => shown.verbose = true,
            Word::Short('t') => shown.no_time = true,
            Word::Short('n' | 'l' | 'q' | 'U' | 'p') => {}
            Word::Operand(text) => filter.push(text),
            other => return Err(unknown(&other)),
        }
    }
    let filter = match filter.join(" ") {
        text if text.is_empty() => None,
        text => Some(read(&text)?),
    };
    Ok(Box::new(Tcpdump {
        shown,
        filter,
        left: count,
        socket: None,
        numbers: Numbers::default(),
        captured: 0,
        seen: 0,
    }))
}

/// A filter in the words of pcap-filter, or a display filter.
fn read(text: &str) -> Result<Filter, Wrong> {
    match expression::translated(text) {
        Ok(filter) => Filter::parse(&filter).map_err(|error| error.to_string()),
        Err(wrong) => Filter::parse(text).map_err(|_| format!("can't parse filter expression: {wrong}")),
    }
}

struct Tcpdump {
    shown: Shown,
    filter: Option<Filter>,
    /// How many frames are still to be shown; `None`: all.
    left: Option<u32>,
    socket: Option<SocketId>,
    numbers: Numbers,
    captured: u64,
    seen: u64,
}

impl Tcpdump {
    fn end(&self, system: &mut System<'_>) {
        let dropped = self.socket.map_or(0, |socket| system.capture_dropped(socket));
        let plural = |count: u64| if count == 1 { "packet" } else { "packets" };
        let (captured, seen) = (self.captured, self.seen);
        system.print(&format!(
            "{captured} {} captured\n{seen} {} received by filter\n{dropped} {} dropped by kernel\n",
            plural(captured),
            plural(seen),
            plural(dropped)
        ));
    }
}

impl Program for Tcpdump {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let socket = match self.socket {
            Some(socket) => socket,
            None => match system.capture_open() {
                Ok(socket) => {
                    let more = if self.shown.verbose {
                        ""
                    } else {
                        "tcpdump: verbose output suppressed, use -v for more\n"
                    };
                    system.print(&format!("{more}listening on eth0, link-type EN10MB (Ethernet)\n"));
                    *self.socket.insert(socket)
                }
                Err(error) => {
                    system.print(&format!("tcpdump: {error}\n"));
                    return Poll::Exit(1);
                }
            },
        };
        while let Some((at, frame)) = system.capture_next(socket) {
            let notes = Notes::default();
            if self.filter.as_ref().is_some_and(|filter| !filter.matches(&Subject::new(&frame[..], &notes))) {
                continue;
            }
            (self.captured, self.seen) = (self.captured + 1, self.seen + 1);
            system.print(&line(at, &frame, self.shown, &mut self.numbers));
            if let Some(left) = &mut self.left {
                *left -= 1;
                if *left == 0 {
                    self.end(system);
                    return Poll::Exit(0);
                }
            }
        }
        Poll::Wait(None)
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        self.end(system);
        0
    }
}
