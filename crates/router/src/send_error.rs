//! Sends ICMP errors to the source of a packet.

use crate::icmp::{IcmpError, may_send_error};
use crate::packet::Received;
use crate::{Actions, Router};
use smoltcp::wire::{IpProtocol, Ipv4Packet, Ipv6Packet};
use wire::Instant;

/// Errors have the precedence "internetwork control" (RFC 1812, 4.3.2.5).
const ERROR_TOS: u8 = 0xc0;

impl Router {
    /// Sends an ICMP error about a packet, if one may be sent, the rate limit allows it and the source can be reached.
    pub(crate) fn send_icmp_error(
        &mut self,
        now: Instant,
        received: &Received,
        trouble: IcmpError,
        out: &mut Actions,
    ) {
        if !may_send_error(received, trouble) || !self.errors.take(now) {
            return;
        }
        let about = received.bytes();
        if about[0] >> 4 == 4 {
            let packet = Ipv4Packet::new_unchecked(about);
            let (from, to) = (packet.src_addr(), packet.dst_addr());
            let message = trouble.message_ipv4(about);
            // An error about a packet for the router itself is sent from the address that the packet was for, others from the
            // address of the interface by which the error leaves (RFC 1812, 4.3.2.4).
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
