//! Ping: ICMP echo requests (RFC 792; RFC 4443, 4.1), answered by the target's own stack.
//!
//! A request counts as sent when it leaves the host, not while it waits for the address of the next hop. To a group or a broadcast
//! address every station replies: the first reply answers the request, and each further one is a duplicate, as `ping` counts
//! them.

use super::{Client, Fragments, Stack};
use crate::icmp_error::{Flow, IcmpReport};
use crate::icmp_reply;
use crate::meter::Meter;
use crate::packet::{self, HOP_LIMIT, Header};
use crate::run::{Failure, IcmpError, Outcome, Ping, RunEvent, RunId};
use crate::sockets::{EchoReply, Socket};
use smoltcp::wire::IpAddress;
use std::collections::VecDeque;
use wire::Instant;

/// Answered requests for whose duplicates a ping watches.
const ANSWERED_MAX: usize = 64;

pub(crate) struct PingClient {
    run: RunId,
    settings: Ping,
    to: IpAddress,
    ident: u16,
    fragments: Fragments,
    /// Several stations may reply.
    to_many: bool,
    next: u32,
    next_at: Instant,
    /// Requests that may be answered for the first time, or by further stations, oldest first.
    waiting: VecDeque<Asked>,
    /// Requests that were answered, for duplicates.
    answered: VecDeque<Asked>,
    successes: u32,
    /// Why the last request that got no further did not.
    failure: Option<IcmpError>,
}

/// A request.
#[derive(Clone, Copy)]
struct Asked {
    number: u32,
    /// When the program sent it.
    at: Instant,
    /// When it left the host.
    gone: Option<Instant>,
    answered: bool,
}

/// An echo request, to be sent after the step.
pub(super) fn request(
    stack: &mut Stack<'_>,
    to: IpAddress,
    (ident, sequence): (u16, u16),
    payload_bytes: usize,
    (hop_limit, fragments): (Option<u8>, Fragments),
) {
    let Some(from) = stack.iface.get_source_address(&to) else { return };
    // The alphabet, as the oldest pings fill theirs: recognizable in a hex view.
    let data: Vec<u8> = (b'a'..=b'w').cycle().take(payload_bytes).collect();
    let header = Header { hop_limit: hop_limit.unwrap_or(HOP_LIMIT), ..Header::icmp(from, to) };
    let frame = packet::icmp(&header, &[&icmp_reply::echo_request(&to, ident, sequence), &data]);
    stack.made.push((frame, fragments));
}

impl PingClient {
    pub fn new(
        run: RunId,
        settings: Ping,
        to: IpAddress,
        ident: u16,
        (now, fragments, to_many): (Instant, Fragments, bool),
    ) -> Self {
        Self {
            run,
            settings,
            to,
            ident,
            fragments,
            to_many,
            next: 0,
            next_at: now,
            waiting: VecDeque::new(),
            answered: VecDeque::new(),
            successes: 0,
            failure: None,
        }
    }

    /// The sequence number on the wire: from 1, as people count.
    const fn sequence(number: u32) -> u16 {
        (number + 1) as u16
    }

    fn receive(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let mut acted = false;
        while let Some(reply) = stack.sockets.reply(self.ident) {
            acted = true;
            if reply.from == self.to || self.to_many {
                self.reply(&reply, meter);
            }
        }
        acted
    }

    fn reply(&mut self, reply: &EchoReply, meter: &mut Meter<'_>) {
        let its = |asked: &&mut Asked| Self::sequence(asked.number) == reply.sequence;
        if let Some(asked) = self.waiting.iter_mut().find(its)
            && !asked.answered
        {
            asked.answered = true;
            self.successes += 1;
            let answered = *asked;
            meter.answered(self.run, answered.number, meter.now - answered.at, reply.payload_bytes);
            if !self.to_many {
                self.waiting.retain(|asked| asked.number != answered.number);
                self.answered.push_back(answered);
                if self.answered.len() > ANSWERED_MAX {
                    self.answered.pop_front();
                }
            }
            return;
        }
        let mut known = self.waiting.iter().chain(&self.answered);
        if let Some(asked) = known.find(|asked| Self::sequence(asked.number) == reply.sequence) {
            let (number, rtt) = (asked.number, meter.now - asked.at);
            meter.duplicate(self.run, number, rtt, reply.from);
        }
    }

    /// Gives up the requests that are not answered in time.
    fn time_out(&mut self, meter: &mut Meter<'_>) {
        let (run, timeout, now) = (self.run, self.settings.timeout, meter.now);
        self.waiting.retain(|asked| {
            let stays = asked.gone.is_none_or(|gone| now - gone < timeout);
            if !stays && !asked.answered {
                meter.event(run, RunEvent::Unanswered { number: asked.number });
            }
            stays
        });
    }
}

impl Client for PingClient {
    fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let mut acted = self.receive(stack, meter);
        self.time_out(meter);
        while self.next < self.settings.count && self.next_at <= meter.now {
            let ids = (self.ident, Self::sequence(self.next));
            let how = (self.settings.ttl, self.fragments);
            request(stack, self.to, ids, self.settings.payload_bytes, how);
            let asked = Asked { number: self.next, at: meter.now, gone: None, answered: false };
            self.waiting.push_back(asked);
            self.next += 1;
            self.next_at = meter.now + self.settings.interval;
            acted = true;
        }
        if self.next == self.settings.count && self.waiting.is_empty() {
            match self.successes {
                0 => meter.fail(self.run, self.failure.map_or(Failure::NoAnswer, Failure::Unreachable)),
                _ => meter.finish(self.run, Outcome::Succeeded),
            }
        }
        acted
    }

    fn departed(&mut self, flow: &Flow, meter: &mut Meter<'_>) {
        let Flow::Echo { sequence, .. } = *flow else { return };
        let its = |asked: &&mut Asked| Self::sequence(asked.number) == sequence && asked.gone.is_none();
        if let Some(asked) = self.waiting.iter_mut().find(its) {
            asked.gone = Some(meter.now);
            let number = asked.number;
            meter.sent(self.run, number);
        }
    }

    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        let Flow::Echo { sequence, .. } = error.of.flow else { return };
        let asked = self.waiting.iter().position(|asked| Self::sequence(asked.number) == sequence);
        if let Some(asked) = asked.and_then(|place| self.waiting.remove(place)) {
            self.failure = Some(error.what);
            let number = Some(asked.number);
            meter.event(self.run, RunEvent::IcmpError { number, from: error.from, what: error.what });
        }
    }

    fn wake(&self) -> Option<Instant> {
        let gone = self.waiting.iter().filter_map(|asked| asked.gone);
        let timeout = gone.min().map(|gone| gone + self.settings.timeout);
        let next = (self.next < self.settings.count).then_some(self.next_at);
        timeout.into_iter().chain(next).min()
    }

    fn run(&self) -> RunId {
        self.run
    }

    fn socket(&self) -> Socket {
        Socket::Echo(self.ident)
    }
}
