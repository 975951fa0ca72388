//! Finds the longest packet that gets through, as `tracepath` does: echo requests that must not be fragmented.
//!
//! It begins with the longest that the host's own card takes. A router that cannot forward a packet should report its MTU (RFC
//! 1191, RFC 8201), which is accepted as soon as a request of this length was answered. Without such reports (a "black
//! hole", RFC 2923, 2.1), it tries the usual MTUs from the largest down until one is answered, and then bisects between
//! the longest answered and the shortest unanswered length.

use super::ping::request;
use super::{Client, Fragments, Stack};
use crate::icmp_error::{Flow, IcmpReport};
use crate::meter::Meter;
use crate::path_mtu::{least, plateau_below};
use crate::run::{Failure, IcmpError, Outcome, PathMtu, RunEvent, RunId};
use crate::sockets::Socket;
use smoltcp::wire::IpAddress;
use wire::Instant;

/// Requests of one length that are lost before that length is taken for too long.
const TRIES: u8 = 3;

pub(crate) struct PathMtuClient {
    run: RunId,
    settings: PathMtu,
    to: IpAddress,
    ident: u16,
    /// The length being tried, with all headers of IP.
    bytes: usize,
    /// The longest that was answered.
    passes: Option<usize>,
    /// The shortest that is known not to pass.
    too_long: usize,
    /// Requests sent so far, and those of this length.
    sent: u32,
    tries: u8,
    sent_at: Option<Instant>,
    /// When the request under way left the host; `None`: it waits for the address of the next hop.
    gone_at: Option<Instant>,
    /// The answer to this request, or the ICMP error about it.
    answer: Option<Answer>,
}

enum Answer {
    Passed,
    TooLong(usize, IpAddress),
    Error(IcmpError),
}

impl PathMtuClient {
    pub fn new(run: RunId, settings: PathMtu, to: IpAddress, ident: u16, ip_mtu: usize) -> Self {
        Self {
            run,
            settings,
            to,
            ident,
            bytes: ip_mtu,
            passes: None,
            too_long: ip_mtu + 1,
            sent: 0,
            tries: 0,
            sent_at: None,
            gone_at: None,
            answer: None,
        }
    }

    /// The IP header and that of the echo request.
    const fn header_bytes(to: &IpAddress) -> usize {
        match to {
            IpAddress::Ipv4(_) => 20 + 8,
            IpAddress::Ipv6(_) => 40 + 8,
        }
    }

    fn sequence(&self) -> u16 {
        self.sent as u16
    }

    fn try_next(&mut self, bytes: usize) {
        self.bytes = bytes;
        self.tries = 0;
    }

    /// What becomes of the search after the request was answered, rejected by an ICMP error, or lost.
    fn go_on(&mut self, meter: &mut Meter<'_>) {
        self.sent_at = None;
        let number = self.sent - 1;
        match self.answer.take() {
            Some(Answer::Passed) => self.passes = self.passes.max(Some(self.bytes)),
            Some(Answer::TooLong(bytes, from)) => {
                meter.event(self.run, RunEvent::PathMtu { bytes, from: Some(from) });
                self.too_long = bytes + 1;
                // The path may have become another meanwhile.
                self.passes = self.passes.filter(|passes| *passes <= bytes);
                if self.passes != Some(bytes) {
                    return self.try_next(bytes);
                }
            }
            Some(Answer::Error(what)) => {
                return meter.fail(self.run, Failure::Unreachable(what));
            }
            None => {
                meter.event(self.run, RunEvent::Unanswered { number });
                if self.tries < TRIES {
                    return;
                }
                self.too_long = self.bytes;
                if self.passes.is_none() {
                    return match plateau_below(self.bytes, least(&self.to)) {
                        Some(plateau) => self.try_next(plateau),
                        None => meter.fail(self.run, Failure::NoAnswer),
                    };
                }
            }
        }
        let passes = self.passes.unwrap_or_default();
        if passes + 1 >= self.too_long {
            meter.event(self.run, RunEvent::PathMtu { bytes: passes, from: None });
            meter.finish(self.run, Outcome::Succeeded);
        } else {
            self.try_next(passes.midpoint(self.too_long));
        }
    }
}

impl Client for PathMtuClient {
    fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let mut acted = false;
        while let Some(reply) = stack.sockets.reply(self.ident) {
            acted = true;
            if let Some(sent_at) = self.sent_at
                && (reply.from, reply.sequence) == (self.to, self.sequence())
                && self.answer.is_none()
            {
                meter.answered(self.run, self.sent - 1, meter.now - sent_at, reply.payload_bytes);
                self.answer = Some(Answer::Passed);
            }
        }
        while meter.run(self.run).is_some() {
            match self.sent_at {
                None => {
                    self.tries += 1;
                    (self.sent_at, self.gone_at) = (Some(meter.now), None);
                    let ids = (self.ident, self.sequence().wrapping_add(1));
                    let payload_bytes = self.bytes - Self::header_bytes(&self.to);
                    request(stack, self.to, ids, payload_bytes, (None, Fragments::Never));
                    self.sent += 1;
                    return true;
                }
                Some(_) => {
                    let late = |gone| meter.now - gone >= self.settings.timeout;
                    if self.answer.is_none() && !self.gone_at.is_some_and(late) {
                        return acted;
                    }
                    self.go_on(meter);
                    acted = true;
                }
            }
        }
        acted
    }

    fn icmp_error(&mut self, error: &IcmpReport, _: &mut Meter<'_>) {
        let Flow::Echo { sequence, .. } = error.of.flow else { return };
        if sequence != self.sequence() || self.sent_at.is_none() || self.answer.is_some() {
            return;
        }
        self.answer = match error.what {
            IcmpError::TooBig(bytes) => {
                let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                // An impossible MTU is ignored.
                let possible = bytes < self.bytes && bytes >= least(&self.to);
                possible.then_some(Answer::TooLong(bytes, error.from))
            }
            what => Some(Answer::Error(what)),
        };
    }

    fn departed(&mut self, _: &Flow, meter: &mut Meter<'_>) {
        if self.sent_at.is_some() && self.gone_at.is_none() {
            self.gone_at = Some(meter.now);
            meter.sent(self.run, self.sent - 1);
        }
    }

    fn wake(&self) -> Option<Instant> {
        self.sent_at.and(self.gone_at).map(|gone| gone + self.settings.timeout)
    }

    fn run(&self) -> RunId {
        self.run
    }

    fn socket(&self) -> Socket {
        Socket::Echo(self.ident)
    }
}
