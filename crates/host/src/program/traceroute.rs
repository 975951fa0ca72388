//! Traceroute: probes whose time to live ends at one hop after the other, and whoever is there says so.
//!
//! One probe at a time, as `traceroute -N 1` does it: the next goes as soon as one was answered or given up.

use super::ping::{echo_reply, request};
use super::{Client, Stack};
use crate::icmp_error::{Flow, IcmpReport};
use crate::meter::Meter;
use crate::run::{Failure, Hop, HopAnswer, IcmpError, Outcome, Probe, RunEvent, RunId, Traceroute};
use smoltcp::iface::SocketHandle;
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::Instant;

/// Where traceroute's UDP probes go, one port after the other: nobody listens there.
pub(crate) const FIRST_PORT: u16 = 33_434;
/// With the headers of IPv4, a probe has 60 bytes, as traceroute's have.
const PAYLOAD_BYTES: usize = 32;

pub(crate) struct TracerouteClient {
    run: RunId,
    socket: SocketHandle,
    settings: Traceroute,
    to: IpAddress,
    ident: u16,
    hop: u8,
    number: u8,
    /// Probes sent before this one.
    before: u16,
    /// When the probe under way was sent.
    sent_at: Option<Instant>,
    /// What came back to it, and from whom.
    answer: Option<(IpAddress, Instant, HopAnswer)>,
    /// What is known of this hop.
    reached: bool,
    failure: Option<IcmpError>,
}

impl TracerouteClient {
    pub fn new(run: RunId, socket: SocketHandle, settings: Traceroute, to: IpAddress, ident: u16) -> Self {
        Self {
            run,
            socket,
            settings,
            to,
            ident,
            hop: 1,
            number: 0,
            before: 0,
            sent_at: None,
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

    /// If its socket is full, because no neighbor answers, the probe is lost.
    fn send(&self, stack: &mut Stack<'_>) {
        match self.settings.probe {
            Probe::Udp => {
                let socket = stack.sockets.udp(self.socket);
                socket.set_hop_limit(Some(self.hop));
                let data: Vec<u8> = (b'@'..).take(PAYLOAD_BYTES).collect();
                let _ = socket.send_slice(&data, IpEndpoint::new(self.to, self.port()));
            }
            Probe::Icmp => {
                stack.sockets.icmp(self.socket).set_hop_limit(Some(self.hop));
                request(stack, self.socket, self.to, (self.ident, self.sequence()), PAYLOAD_BYTES);
            }
        }
    }

    fn receive(&mut self, stack: &mut Stack<'_>, now: Instant) -> bool {
        let mut acted = false;
        match self.settings.probe {
            Probe::Udp => {
                // Somebody listens there after all, and answers.
                while let Ok((_, from)) = stack.sockets.udp(self.socket).recv() {
                    acted = true;
                    if from.endpoint == IpEndpoint::new(self.to, self.port()) {
                        self.answered(self.to, now, HopAnswer::Reached);
                    }
                }
            }
            Probe::Icmp => {
                while let Ok((bytes, from)) = stack.sockets.icmp(self.socket).recv() {
                    acted = true;
                    let answer = echo_reply(bytes, from, self.ident);
                    if from == self.to && answer.is_some_and(|(sequence, _)| sequence == self.sequence()) {
                        self.answered(from, now, HopAnswer::Reached);
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

    /// Notes what became of the probe, and goes on to the next.
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
                HopAnswer::Told(what) => self.failure = Some(what),
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
                    if let Some(measured) = meter.run(self.run) {
                        measured.totals.sent += 1;
                    }
                    self.sent_at = Some(meter.now);
                    return true;
                }
                Some(sent_at) if self.answer.is_some() || meter.now - sent_at >= self.settings.timeout => {
                    self.next(sent_at, meter);
                    acted = true;
                }
                Some(_) => return acted,
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
                what => HopAnswer::Told(what),
            };
            self.answered(error.from, meter.now, what);
        }
    }

    fn wake(&self) -> Option<Instant> {
        self.sent_at.map(|sent| sent + self.settings.timeout)
    }

    fn run(&self) -> RunId {
        self.run
    }

    fn socket(&self) -> SocketHandle {
        self.socket
    }
}
