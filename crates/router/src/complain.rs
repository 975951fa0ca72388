//! Telling a packet's sender what became of it.

use crate::icmp::{Trouble, may_complain};
use crate::packet::Received;
use crate::{Actions, Router};
use smoltcp::wire::{IpProtocol, Ipv4Packet, Ipv6Packet};
use wire::Instant;

/// Errors have the precedence "internetwork control" (RFC 1812, 4.3.2.5).
const ERROR_TOS: u8 = 0xc0;

impl Router {
    /// Sends an ICMP error about a packet, if that may be and the sender can be reached.
    pub(crate) fn complain(
        &mut self,
        now: Instant,
        received: &Received,
        trouble: Trouble,
        out: &mut Actions,
    ) {
        if !may_complain(received, trouble) || !self.complaints.take(now) {
            return;
        }
        let about = received.bytes();
        if about[0] >> 4 == 4 {
            let packet = Ipv4Packet::new_unchecked(about);
            let (from, to) = (packet.src_addr(), packet.dst_addr());
            let message = trouble.message_ipv4(about);
            // What was for the router itself is answered by the address that was asked; all else by the interface that the
            // error leaves by (RFC 1812, 4.3.2.4).
            let own = self.is_own(received.from, to.into()).then_some(to);
            self.send_ipv4(now, own, from, (IpProtocol::Icmp, ERROR_TOS), &message, out);
        } else {
            let packet = Ipv6Packet::new_unchecked(about);
            let (to, asked) = (packet.src_addr(), packet.dst_addr());
            let Some(way) = self.way_ipv6(received.from, to) else { return };
            // RFC 4443, 2.2.
            let own = self.is_own(received.from, asked.into()).then_some(asked);
            let Some(from) = own.or_else(|| self.source_ipv6(way.0, to)) else { return };
            let message = trouble.message_ipv6(from, to, about);
            self.send_ipv6(now, way, [from, to], IpProtocol::Icmpv6, &message, out);
        }
    }
}
