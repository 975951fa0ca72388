//! Echo clients (RFC 862): a message goes out, the same bytes come back.

use super::{Client, Connection, Phase, Stack, numbered};
use crate::icmp_error::{Flow, IcmpReport};
use crate::meter::Meter;
use crate::run::{Echo, Failure, IcmpError, Outcome, RunEvent, RunId};
use crate::sockets::Socket;
use smoltcp::iface::SocketHandle;
use smoltcp::wire::IpEndpoint;
use wire::Instant;

/// Over TCP: one connection, one message after the other.
pub(crate) struct TcpEcho {
    connection: Connection,
    settings: Echo,
    number: u32,
    /// The message under way: when it began, what is still to be sent, what is still to come back.
    message: Option<Message>,
}

struct Message {
    began: Instant,
    unsent: Vec<u8>,
    missing: usize,
    bytes: usize,
}

impl TcpEcho {
    pub fn new(connection: Connection, settings: Echo) -> Self {
        Self { connection, settings, number: 0, message: None }
    }
}

impl Client for TcpEcho {
    fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let run = self.connection.run;
        if self.connection.follow(stack, meter) != Phase::Open {
            return false;
        }
        let socket = stack.sockets.tcp(self.connection.socket);
        let mut acted = false;
        loop {
            let message = self.message.get_or_insert_with(|| {
                let text = numbered(&self.settings.text, self.number, self.settings.count).into_bytes();
                meter.sent(run, self.number);
                Message { began: meter.now, missing: text.len(), bytes: text.len(), unsent: text }
            });
            if !message.unsent.is_empty() && socket.can_send() {
                let sent = socket.send_slice(&message.unsent).expect("it can send");
                message.unsent.drain(..sent);
                acted |= sent > 0;
            }
            while socket.can_recv() && message.missing > 0 {
                let take = message.missing;
                let got = socket.recv(|bytes| (bytes.len().min(take), bytes.len().min(take)));
                message.missing -= got.expect("it can receive");
                acted = true;
            }
            if message.missing > 0 {
                return acted;
            }
            meter.answered(run, self.number, meter.now - message.began, message.bytes);
            self.message = None;
            self.number += 1;
            if self.number == self.settings.count {
                self.connection.over();
                meter.finish(run, Outcome::Succeeded);
                return true;
            }
        }
    }

    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        self.connection.icmp_error(error, meter);
    }

    fn wake(&self) -> Option<Instant> {
        None
    }

    fn run(&self) -> RunId {
        self.connection.run
    }

    fn socket(&self) -> Socket {
        Socket::Stack(self.connection.socket)
    }
}

/// Over UDP: a message that does not come back in time is lost.
pub(crate) struct UdpEcho {
    run: RunId,
    socket: SocketHandle,
    to: IpEndpoint,
    settings: Echo,
    number: u32,
    answered: u32,
    sent_at: Option<Instant>,
    /// When the message under way left the host; `None`: it waits for the address of the next hop.
    gone_at: Option<Instant>,
    /// The message under way will not come back.
    given_up: bool,
    /// Why the last that got no further did not.
    failure: Option<IcmpError>,
}

impl UdpEcho {
    pub fn new(run: RunId, socket: SocketHandle, to: IpEndpoint, settings: Echo) -> Self {
        Self {
            run,
            socket,
            to,
            settings,
            number: 0,
            answered: 0,
            sent_at: None,
            gone_at: None,
            given_up: false,
            failure: None,
        }
    }
}

impl Client for UdpEcho {
    fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let socket = stack.sockets.udp(self.socket);
        let mut acted = false;
        while self.number < self.settings.count {
            let text = numbered(&self.settings.text, self.number, self.settings.count);
            let Some(sent_at) = self.sent_at else {
                // Its socket is full if no neighbor answers: then it is lost.
                let _ = socket.send_slice(text.as_bytes(), self.to);
                (self.sent_at, self.gone_at) = (Some(meter.now), None);
                return true;
            };
            let mut came = false;
            while let Ok((bytes, _)) = socket.recv() {
                acted = true;
                came |= bytes == text.as_bytes();
            }
            if came {
                self.answered += 1;
                meter.answered(self.run, self.number, meter.now - sent_at, text.len());
            } else if self.given_up {
                // An ICMP error says that it was lost, and is in the history already.
            } else if self.gone_at.is_some_and(|gone| meter.now - gone >= self.settings.timeout) {
                meter.event(self.run, RunEvent::Unanswered { number: self.number });
            } else {
                return acted;
            }
            self.number += 1;
            self.sent_at = None;
            self.given_up = false;
        }
        match self.answered {
            0 => meter.fail(self.run, self.failure.map_or(Failure::NoAnswer, Failure::Unreachable)),
            _ => meter.finish(self.run, Outcome::Succeeded),
        }
        acted
    }

    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        // Messages go one after the other, so it is the last one, or one that was given up.
        if self.sent_at.is_some() && !self.given_up {
            self.given_up = true;
            self.failure = Some(error.what);
            let number = Some(self.number);
            meter.event(self.run, RunEvent::IcmpError { number, from: error.from, what: error.what });
        }
    }

    fn departed(&mut self, _: &Flow, meter: &mut Meter<'_>) {
        if self.sent_at.is_some() && self.gone_at.is_none() {
            self.gone_at = Some(meter.now);
            meter.sent(self.run, self.number);
        }
    }

    fn wake(&self) -> Option<Instant> {
        self.sent_at.and(self.gone_at).map(|gone| gone + self.settings.timeout)
    }

    fn run(&self) -> RunId {
        self.run
    }

    fn socket(&self) -> Socket {
        Socket::Stack(self.socket)
    }
}
