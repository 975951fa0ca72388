//! Ping: ICMP echo requests (RFC 792; RFC 4443, 4.1), answered by the target's own stack.

use super::{Client, Stack};
use crate::icmp_error::{Flow, IcmpReport};
use crate::meter::Meter;
use crate::run::{Failure, IcmpError, Outcome, Ping, RunEvent, RunId};
use smoltcp::iface::SocketHandle;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::icmp;
use smoltcp::wire::{Icmpv4Packet, Icmpv4Repr, Icmpv6Packet, Icmpv6Repr, IpAddress};
use wire::Instant;

pub(crate) struct PingClient {
    run: RunId,
    socket: SocketHandle,
    settings: Ping,
    to: IpAddress,
    ident: u16,
    next: u32,
    next_at: Instant,
    /// Requests without an answer so far: number and when they were sent, oldest first.
    waiting: Vec<(u32, Instant)>,
    answered: u32,
    /// Requests are longer than the host's MTU.
    fragmented: bool,
    /// Why the last request that got no further did not.
    failure: Option<IcmpError>,
}

/// An ICMP socket for requests of this size.
pub(crate) fn socket(payload_bytes: usize, ttl: Option<u8>) -> icmp::Socket<'static> {
    let room = (payload_bytes + 64) * 16;
    let buffer = || icmp::PacketBuffer::new(vec![icmp::PacketMetadata::EMPTY; 16], vec![0; room]);
    let mut socket = icmp::Socket::new(buffer(), buffer());
    socket.set_hop_limit(ttl);
    socket
}

/// Hands an echo request to the stack. If its socket is full, because no neighbor answers, the request is lost.
pub(super) fn request(
    stack: &mut Stack<'_>,
    socket: SocketHandle,
    to: IpAddress,
    (ident, seq_no): (u16, u16),
    payload_bytes: usize,
) {
    // The alphabet, as the oldest pings fill theirs: recognisable in a hex view.
    let data: Vec<u8> = (b'a'..=b'w').cycle().take(payload_bytes).collect();
    let checksums = ChecksumCapabilities::default();
    match to {
        IpAddress::Ipv4(_) => {
            let request = Icmpv4Repr::EchoRequest { ident, seq_no, data: &data };
            let Ok(buffer) = stack.sockets.icmp(socket).send(request.buffer_len(), to) else { return };
            request.emit(&mut Icmpv4Packet::new_unchecked(buffer), &checksums);
        }
        IpAddress::Ipv6(address) => {
            let from = stack.iface.get_source_address_ipv6(&address);
            let request = Icmpv6Repr::EchoRequest { ident, seq_no, data: &data };
            let Ok(buffer) = stack.sockets.icmp(socket).send(request.buffer_len(), to) else { return };
            request.emit(&from, &address, &mut Icmpv6Packet::new_unchecked(buffer), &checksums);
        }
    }
}

impl PingClient {
    pub fn new(
        run: RunId,
        socket: SocketHandle,
        settings: Ping,
        to: IpAddress,
        ident: u16,
        (now, fragmented): (Instant, bool),
    ) -> Self {
        Self {
            run,
            socket,
            settings,
            to,
            ident,
            next: 0,
            next_at: now,
            waiting: Vec::new(),
            answered: 0,
            fragmented,
            failure: None,
        }
    }

    /// The sequence number on the wire: from 1, as people count.
    const fn sequence(number: u32) -> u16 {
        (number + 1) as u16
    }

    /// False if another long packet has to leave first.
    fn send(&self, stack: &mut Stack<'_>) -> bool {
        if self.fragmented {
            if let Some(other) = *stack.fragmenting
                && other != self.socket
                && stack.sockets.icmp(other).send_queue() > 0
            {
                return false;
            }
            *stack.fragmenting = Some(self.socket);
        }
        let ids = (self.ident, Self::sequence(self.next));
        request(stack, self.socket, self.to, ids, self.settings.payload_bytes);
        true
    }

    fn receive(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let mut acted = false;
        let socket = stack.sockets.icmp(self.socket);
        while let Ok((bytes, from)) = socket.recv() {
            acted = true;
            let Some((sequence, payload)) = echo_reply(bytes, from, self.ident) else { continue };
            let asked = self.waiting.iter().position(|&(number, _)| Self::sequence(number) == sequence);
            if let Some(place) = asked.filter(|_| from == self.to || self.to.is_multicast()) {
                let (number, sent) = self.waiting.remove(place);
                self.answered += 1;
                meter.answered(self.run, number, meter.now - sent, payload);
            }
        }
        acted
    }
}

/// The sequence number and the payload's length of an echo reply to `ident`. The stack has verified its checksum.
pub(super) fn echo_reply(bytes: &[u8], from: IpAddress, ident: u16) -> Option<(u16, usize)> {
    match from {
        IpAddress::Ipv4(_) => {
            let packet = Icmpv4Packet::new_checked(bytes).ok()?;
            match Icmpv4Repr::parse(&packet, &ChecksumCapabilities::ignored()).ok()? {
                Icmpv4Repr::EchoReply { ident: id, seq_no, data } if id == ident => {
                    Some((seq_no, data.len()))
                }
                _ => None,
            }
        }
        IpAddress::Ipv6(from) => {
            let packet = Icmpv6Packet::new_checked(bytes).ok()?;
            match Icmpv6Repr::parse(&from, &from, &packet, &ChecksumCapabilities::ignored()).ok()? {
                Icmpv6Repr::EchoReply { ident: id, seq_no, data } if id == ident => {
                    Some((seq_no, data.len()))
                }
                _ => None,
            }
        }
    }
}

impl Client for PingClient {
    fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let mut acted = self.receive(stack, meter);
        while let Some(&(number, sent)) = self.waiting.first()
            && meter.now - sent >= self.settings.timeout
        {
            self.waiting.remove(0);
            meter.event(self.run, RunEvent::Unanswered { number });
        }
        while self.next < self.settings.count && self.next_at <= meter.now && self.send(stack) {
            meter.sent(self.run, self.next);
            self.waiting.push((self.next, meter.now));
            self.next += 1;
            self.next_at = meter.now + self.settings.interval;
            acted = true;
        }
        if self.next == self.settings.count && self.waiting.is_empty() {
            match self.answered {
                0 => meter.fail(self.run, self.failure.map_or(Failure::NoAnswer, Failure::Unreachable)),
                _ => meter.finish(self.run, Outcome::Succeeded),
            }
        }
        acted
    }

    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        let Flow::Echo { sequence, .. } = error.of.flow else { return };
        let asked = self.waiting.iter().position(|&(number, _)| Self::sequence(number) == sequence);
        if let Some(place) = asked {
            let (number, _) = self.waiting.remove(place);
            self.failure = Some(error.what);
            let number = Some(number);
            meter.event(self.run, RunEvent::Told { number, from: error.from, what: error.what });
        }
    }

    fn wake(&self) -> Option<Instant> {
        let timeout = self.waiting.first().map(|&(_, sent)| sent + self.settings.timeout);
        let next = (self.next < self.settings.count).then_some(self.next_at);
        timeout.into_iter().chain(next).min()
    }

    fn run(&self) -> RunId {
        self.run
    }

    fn socket(&self) -> SocketHandle {
        self.socket
    }
}
