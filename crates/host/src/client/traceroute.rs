//! Traceroute: probes with a growing time to live, which the router at each hop answers with an ICMP error.
//!
//! One probe at a time, as `traceroute -N 1` does it: the next goes as soon as one was answered or given up.

use super::ping::request;
use super::{Client, Fragments, Stack};
use crate::icmp_error::{Flow, IcmpReport};
use crate::meter::Meter;
use crate::run::{Failure, Hop, HopAnswer, IcmpError, Outcome, RunEvent, RunId, Traceroute};
use crate::sockets::Socket;
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::Instant;

/// Where traceroute's UDP probes go, one port after the other: usually no program listens there.
pub(crate) const FIRST_PORT: u16 = 33_434;
/// With the headers of IPv4, a probe has 60 bytes, as traceroute's have.
const PAYLOAD_BYTES: usize = 32;

pub(crate) struct TracerouteClient {
    run: RunId,
    socket: Socket,
    settings: Traceroute,
    to: IpAddress,
    hop: u8,
    number: u8,
    /// Probes sent before this one.
    before: u16,
    /// When the probe under way was sent by the program, and when it left the host.
    sent_at: Option<Instant>,
    gone_at: Option<Instant>,
    /// What came back to it, and from whom.
    answer: Option<(IpAddress, Instant, HopAnswer)>,
    /// What is known of this hop.
    reached: bool,
    failure: Option<IcmpError>,
}

impl TracerouteClient {
    pub fn new(run: RunId, socket: Socket, settings: Traceroute, to: IpAddress) -> Self {
        Self {
            run,
            socket,
            settings,
            to,
            hop: 1,
            number: 0,
            before: 0,
            sent_at: None,
            gone_at: None,
            answer: None,
            reached: false,
            failure: None,
        }
    }

    fn sequence(&self) -> u16 {
        self.before + 1
    }

    fn port(&self) -> u16 {
        FIRST_PORT + self.before
    }

    fn send(&self, stack: &mut Stack<'_>) {
        match self.socket {
            Socket::Stack(socket) => {
                let socket = stack.sockets.udp(socket);
                socket.set_hop_limit(Some(self.hop));
                let data: Vec<u8> = (b'@'..).take(PAYLOAD_BYTES).collect();
                let _ = socket.send_slice(&data, IpEndpoint::new(self.to, self.port()));
            }
            Socket::Echo(ident) => {
                let how = (Some(self.hop), Fragments::AsUsual);
                request(stack, self.to, (ident, self.sequence()), PAYLOAD_BYTES, how);
            }
        }
    }

    fn receive(&mut self, stack: &mut Stack<'_>, now: Instant) -> bool {
        let mut acted = false;
        match self.socket {
            Socket::Stack(socket) => {
                // A program listens there after all, and answers.
                while let Ok((_, from)) = stack.sockets.udp(socket).recv() {
                    acted = true;
                    if from.endpoint == IpEndpoint::new(self.to, self.port()) {
                        self.answered(self.to, now, HopAnswer::Reached);
                    }
                }
            }
            Socket::Echo(ident) => {
                while let Some(reply) = stack.sockets.reply(ident) {
                    acted = true;
                    if reply.from == self.to && reply.sequence == self.sequence() {
                        self.answered(reply.from, now, HopAnswer::Reached);
                    }
                }
            }
        }
        acted
    }

    fn answered(&mut self, from: IpAddress, now: Instant, what: HopAnswer) {
        if self.sent_at.is_some() {
            self.answer.get_or_insert((from, now, what));
        }
    }

    /// Reports the answer to the probe, or that none came, and goes on to the next.
    fn next(&mut self, sent_at: Instant, meter: &mut Meter<'_>) {
        let answer = self.answer.take().map(|(from, at, what)| (from, at - sent_at, what));
        if let Some((_, rtt, what)) = answer {
            if let Some(measured) = meter.run(self.run) {
                measured.totals.received += 1;
                measured.totals.add_rtt(rtt);
            }
            match what {
                HopAnswer::OnTheWay => self.failure = Some(IcmpError::Expired),
                HopAnswer::Reached => self.reached = true,
                HopAnswer::Unreachable(what) => self.failure = Some(what),
            }
        }
        meter.event(self.run, RunEvent::Hop(Hop { hop: self.hop, number: self.number, answer }));
        self.sent_at = None;
        self.before += 1;
        self.number += 1;
        if self.number < self.settings.tries {
            return;
        }
        let final_word = self.failure.filter(|what| *what != IcmpError::Expired);
        if self.reached {
            meter.finish(self.run, Outcome::Succeeded);
        } else if final_word.is_some() || self.hop == self.settings.hops_max {
            meter.fail(self.run, self.failure.map_or(Failure::NoAnswer, Failure::Unreachable));
        } else {
            self.hop += 1;
            self.number = 0;
            self.failure = None;
        }
    }
}

impl Client for TracerouteClient {
    fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let mut acted = self.receive(stack, meter.now);
        while meter.run(self.run).is_some() {
            match self.sent_at {
                None => {
                    self.send(stack);
                    (self.sent_at, self.gone_at) = (Some(meter.now), None);
                    return true;
                }
                Some(sent_at) => {
                    let late = |gone| meter.now - gone >= self.settings.timeout;
                    if self.answer.is_none() && !self.gone_at.is_some_and(late) {
                        return acted;
                    }
                    self.next(sent_at, meter);
                    acted = true;
                }
            }
        }
        acted
    }

    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        let of_this = match error.of.flow {
            Flow::Echo { sequence, .. } => sequence == self.sequence(),
            Flow::Udp { to, .. } => to == self.port(),
            Flow::Tcp { .. } | Flow::Other => false,
        };
        if of_this {
            let what = match error.what {
                IcmpError::Expired => HopAnswer::OnTheWay,
                IcmpError::PortUnreachable => HopAnswer::Reached,
                what => HopAnswer::Unreachable(what),
            };
            self.answered(error.from, meter.now, what);
        }
    }

    fn departed(&mut self, _: &Flow, meter: &mut Meter<'_>) {
        if self.sent_at.is_some() && self.gone_at.is_none() {
            self.gone_at = Some(meter.now);
            if let Some(measured) = meter.run(self.run) {
                measured.totals.sent += 1;
            }
        }
    }

    fn wake(&self) -> Option<Instant> {
        self.sent_at.and(self.gone_at).map(|gone| gone + self.settings.timeout)
    }

    fn run(&self) -> RunId {
        self.run
    }

    fn socket(&self) -> Socket {
        self.socket
    }
}
