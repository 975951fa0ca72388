//! Sends datagrams to a group (RFC 1112; RFC 4291, 2.7).
//!
//! Their time to live is 1, as of all multicast that did not ask for more (RFC 1112, 6.1): the routers here do not forward it,
//! so more would promise what does not happen.

use super::bulk::UDP_GRACE;
use super::{Client, Stack, numbered};
use crate::icmp_error::IcmpReport;
use crate::meter::Meter;
use crate::run::{Failure, Multicast, Outcome, RunId};
use crate::sockets::Socket;
use smoltcp::iface::SocketHandle;
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::Instant;

pub(crate) struct MulticastClient {
    run: RunId,
    socket: SocketHandle,
    settings: Multicast,
    to: IpEndpoint,
    next: u32,
    next_at: Instant,
}

impl MulticastClient {
    /// The receivers join now; the first datagram follows one interval later.
    pub fn new(
        run: RunId,
        socket: SocketHandle,
        settings: Multicast,
        group: IpAddress,
        now: Instant,
    ) -> Self {
        let to = IpEndpoint::new(group, settings.port);
        let next_at = now + settings.interval;
        Self { run, socket, settings, to, next: 0, next_at }
    }
}

/// The number of a datagram of a multicast run, if it is one.
pub(crate) fn number_of(datagram: &[u8], text: &str, count: u32) -> Option<u32> {
    let number = match count {
        1 => 0,
        _ => {
            let digits = datagram.rsplit(|byte| *byte == b'#').next()?;
            str::from_utf8(digits).ok()?.parse::<u32>().ok()?.checked_sub(1)?
        }
    };
    (number < count && numbered(text, number, count).as_bytes() == datagram).then_some(number)
}

impl Client for MulticastClient {
    fn step(&mut self, stack: &mut Stack<'_>, meter: &mut Meter<'_>) -> bool {
        let socket = stack.sockets.udp(self.socket);
        let mut acted = false;
        while self.next < self.settings.count && self.next_at <= meter.now {
            let text = numbered(&self.settings.text, self.next, self.settings.count);
            if socket.send_slice(text.as_bytes(), self.to).is_err() {
                break;
            }
            meter.sent(self.run, self.next);
            self.next += 1;
            self.next_at =
                meter.now + if self.next < self.settings.count { self.settings.interval } else { UDP_GRACE };
            acted = true;
        }
        if self.next == self.settings.count {
            let receivers = self.settings.receivers.len();
            let reached = meter.run(self.run).map_or(0, |measured| measured.reached.len());
            if meter.now >= self.next_at {
                if reached == receivers {
                    meter.finish(self.run, Outcome::Succeeded);
                } else {
                    meter.fail(self.run, Failure::NoAnswer);
                }
            }
        }
        acted
    }

    /// No ICMP errors are sent about packets to a group (RFC 1122, 3.2.2).
    fn icmp_error(&mut self, _: &IcmpReport, _: &mut Meter<'_>) {}

    fn wake(&self) -> Option<Instant> {
        Some(self.next_at)
    }

    fn run(&self) -> RunId {
        self.run
    }

    fn socket(&self) -> Socket {
        Socket::Stack(self.socket)
    }
}
