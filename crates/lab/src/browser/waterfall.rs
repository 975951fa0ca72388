//! What happened below a visit: the question for the name, the connection, the request, the answer, each with its times.

use crate::topology::LiveTopology;
use dissect::Message;
use dissect::message::{ApplicationMessage, DnsKind, HttpKind, SegmentKind};
use netlab::history::{Fate, Transit};
use netlab::topology::NodeId;
use netlab::{Duration, History, Instant};
use texts::t;

/// A step of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub what: String,
    /// When it began.
    pub from: Instant,
    /// When it was done; `None`: it was not, as far as is known at the playhead.
    pub to: Option<Instant>,
}

impl Step {
    /// How long it took.
    pub fn takes(&self) -> Option<Duration> {
        self.to.map(|to| to.since(self.from))
    }
}

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// The answer to the question of this number.
    Dns(u16),
    /// The answer to a connection's first segment, at this port of the host.
    Tcp(u16),
    /// The first bytes of an answer.
    Http(u16),
    /// The rest of it.
    Content(u16),
}

/// The steps of a visit.
#[derive(Default)]
pub(super) struct Waterfall {
    pub steps: Vec<Step>,
    waits: Vec<Wait>,
    /// A connection was refused.
    pub was_refused: bool,
}

impl Waterfall {
    /// Of what this host sent and received in this time.
    pub fn of(topology: LiveTopology<'_>, history: &History, on: NodeId, from: Instant, to: Instant) -> Self {
        let mut waterfall = Self::default();
        for transit in history.transits_by(to).filter(|transit| transit.queued >= from) {
            if topology.sender(transit.direction) == on && transit.first {
                waterfall.sent(transit);
            } else if topology.receiver(transit.direction) == on
                && transit.fate == Fate::Delivered
                && transit.arrival <= to
            {
                waterfall.received(transit);
            }
        }
        waterfall
    }

    fn begin(&mut self, wait: Wait, what: String, from: Instant) {
        // What is sent once more is the same step.
        if !self.waits.contains(&wait) {
            self.waits.push(wait);
            self.steps.push(Step { what, from, to: None });
        }
    }

    fn end(&mut self, wait: Wait, to: Instant) {
        if let Some(place) = self.waits.iter().position(|known| *known == wait) {
            let step = &mut self.steps[place];
            if step.to.is_none() || matches!(wait, Wait::Content(_)) {
                step.to = Some(to);
            }
        }
    }

    fn sent(&mut self, transit: &Transit) {
        let meaning = dissect::meaning(&transit.frame);
        let at = transit.queued;
        match meaning.message.application() {
            Some(ApplicationMessage::Dns(message)) if message.kind == DnsKind::Query => {
                let name = message.name().unwrap_or_default();
                self.begin(Wait::Dns(message.id), format!("DNS: {name}"), at);
            }
            Some(ApplicationMessage::Http(message)) => {
                if let (HttpKind::Request { method, target }, Message::Tcp(segment)) =
                    (message.kind, &meaning.message)
                {
                    let path = String::from_utf8_lossy(target);
                    self.begin(Wait::Http(segment.source_port), format!("{} {path}", method.name()), at);
                }
            }
            _ => {}
        }
        if let (Message::Tcp(segment), Some(ip)) = (&meaning.message, meaning.ip)
            && segment.kind == SegmentKind::Syn
        {
            let (to, port) = (ip.destination, segment.destination_port);
            self.begin(Wait::Tcp(segment.source_port), t!("TCP: {to} port {port}"), at);
        }
    }

    fn received(&mut self, transit: &Transit) {
        let meaning = dissect::meaning(&transit.frame);
        let at = transit.arrival;
        if let Some(ApplicationMessage::Dns(message)) = meaning.message.application() {
            return self.end(Wait::Dns(message.id), at);
        }
        let Message::Tcp(segment) = &meaning.message else { return };
        let port = segment.destination_port;
        if let Some(ApplicationMessage::Http(message)) = meaning.message.application()
            && let HttpKind::Response { status } = message.kind
        {
            self.end(Wait::Http(port), at);
            self.begin(Wait::Content(port), t!("{}: content", status.unwrap_or_default()), at);
        }
        match segment.kind {
            SegmentKind::SynAck => self.end(Wait::Tcp(port), at),
            SegmentKind::Rst => {
                self.was_refused |= self.waits.last() == Some(&Wait::Tcp(port));
                self.end(Wait::Tcp(port), at);
            }
            SegmentKind::Data | SegmentKind::DataFin => self.end(Wait::Content(port), at),
            SegmentKind::Syn | SegmentKind::Fin | SegmentKind::Ack | SegmentKind::Other => {}
        }
    }
}
