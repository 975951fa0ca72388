//! Forwarding of IPv4 packets (RFC 1812, 5.2.1), in the order of Linux: translation of the destination,
//! routing, time to live, filter, translation of the source, MTU.

use crate::icmp::{self, IcmpError, may_send_error};
use crate::interface::{Link, is_forwardable};
use crate::nat::{Inbound, between_hosts_inside};
use crate::packet::{Received, decrement_ttl};
use crate::{Actions, Refusal, Router, options};
use smoltcp::wire::{IpAddress, IpProtocol, Ipv4Packet};
use std::net::Ipv4Addr;
use wire::Instant;

impl Router {
    /// Receives a whole packet with a right header checksum.
    pub(crate) fn receive_ipv4(
        &mut self,
        now: Instant,
        mut received: Received,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let Some(here) = self.interfaces.get(&received.from) else { return Err(Refusal::NotForUs) };
        let header = Ipv4Packet::new_unchecked(received.bytes());
        let (from, to) = (header.src_addr(), header.dst_addr());
        // No other station may use the router's address as its source, nor a group or broadcast address (RFC 1812, 5.3.7).
        let forged =
            self.is_own(received.from, from.into()) || from.is_multicast() || here.is_broadcast(from);
        if forged || from.is_loopback() {
            return Err(Refusal::Undeliverable);
        }
        let for_group = to.is_multicast() || here.is_broadcast(to);
        received.to_group |= for_group;
        if let Err(at) = options::check_ipv4(received.bytes()) {
            self.send_icmp_error(now, &received, IcmpError::BadHeader(at as u32), out);
            return Err(Refusal::Malformed);
        }
        if for_group {
            return self.receive_group_ipv4(now, &received, out);
        }
        if received.to_group {
            return Err(Refusal::Undeliverable); // RFC 1122, 3.3.6.
        }
        let mut packet = std::mem::take(&mut self.scratch);
        packet.clear();
        packet.extend_from_slice(received.bytes());
        let result = self.pass_ipv4(now, received, &mut packet, out);
        self.scratch = packet;
        result
    }

    fn pass_ipv4(
        &mut self,
        now: Instant,
        received: Received,
        packet: &mut [u8],
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let to = Ipv4Packet::new_unchecked(received.bytes()).dst_addr();
        let mut translated = Inbound::Untouched;
        if self.is_own(received.from, to.into()) {
            translated = self.translate_in(now, received.from, to, packet, out)?;
            if translated == Inbound::Untouched {
                return self.receive_own(now, received, out);
            }
        }
        self.forward_ipv4(now, received, packet, translated, out)
    }

    /// Translates the destination of a packet for one of the router's outside addresses, if there is a translation for it.
    fn translate_in(
        &mut self,
        now: Instant,
        from: Link,
        to: Ipv4Addr,
        packet: &mut [u8],
        out: &mut Actions,
    ) -> Result<Inbound, Refusal> {
        let address = IpAddress::Ipv4(to);
        let is_outside = |link: &Link| self.interfaces.get(link).is_some_and(|i| i.outside && i.has(address));
        if self.config.nat.is_none() {
            Ok(Inbound::Untouched)
        } else if is_outside(&from) {
            self.nat.inbound(now, packet, to, out)
        } else if !self.leads_outside(from) && self.interfaces.keys().any(is_outside) {
            self.nat.hairpin(now, packet, to, out)
        } else {
            Ok(Inbound::Untouched)
        }
    }

    /// Whether an interface leads to the outside of the address translation.
    fn leads_outside(&self, link: Link) -> bool {
        self.config.nat.is_some() && self.interfaces.get(&link).is_some_and(|interface| interface.outside)
    }

    fn forward_ipv4(
        &mut self,
        now: Instant,
        received: Received,
        packet: &mut [u8],
        translated: Inbound,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let header = Ipv4Packet::new_unchecked(&*packet);
        let (from, to) = (header.src_addr(), header.dst_addr());
        if !is_forwardable(from.into()) || !is_forwardable(to.into()) {
            return Err(Refusal::Undeliverable);
        }
        let Some(&route) = self.table.lookup(to.into()) else {
            self.send_icmp_error(now, &received, IcmpError::NoRoute, out);
            return Err(Refusal::NoRoute);
        };
        let (link, next_hop) = (route.link(), route.via.unwrap_or(to.into()));
        let Some(egress) = self.interfaces.get(&link) else { return Err(Refusal::NoRoute) };
        if egress.is_broadcast(to) {
            return Err(Refusal::Undeliverable); // Directed broadcasts serve only attacks (RFC 2644).
        }
        // The address by which it leaves: that of the translation, and what a recorded route contains (RFC 1812, 5.2.4.1).
        let (mtu, own_address) = (egress.mtu, egress.source_for(next_hop));
        if header.hop_limit() <= 1 {
            self.send_icmp_error(now, &received, IcmpError::Expired, out);
            return Err(Refusal::Expired);
        }
        let (comes_in, goes_out) = (self.leads_outside(received.from), self.leads_outside(link));
        let is_translated = translated != Inbound::Untouched;
        if comes_in && !goes_out && !is_translated {
            return Err(Refusal::NoTranslation);
        }
        if translated == Inbound::Hairpinned {
            let seen = between_hosts_inside(received.bytes(), packet);
            self.admit(now, &received, &seen, out)?;
        } else {
            self.admit(now, &received, packet, out)?;
        }
        if goes_out && !comes_in {
            let Some(IpAddress::Ipv4(outside)) = own_address else { return Err(Refusal::NoTranslation) };
            self.nat.outbound(now, packet, outside, out)?;
        } else if link == received.from && !is_translated {
            self.redirect_ipv4(now, &received, next_hop, out);
        }
        decrement_ttl(packet);
        if let Some(IpAddress::Ipv4(own)) = own_address {
            options::record_ipv4(now, packet, own, &|address| self.own.contains(&address.into()));
        }
        if packet.len() > mtu && Ipv4Packet::new_unchecked(&*packet).dont_frag() {
            self.send_icmp_error(now, &received, IcmpError::TooBig(mtu as u32), out);
            return Err(Refusal::TooBig);
        }
        self.output(now, link, next_hop, packet, Some(received), out);
        Ok(())
    }

    /// Sends a redirect to a host that could reach the next hop directly (RFC 1812, 5.2.7.2).
    fn redirect_ipv4(&mut self, now: Instant, received: &Received, next_hop: IpAddress, out: &mut Actions) {
        let from = Ipv4Packet::new_unchecked(received.bytes()).src_addr();
        let Some(here) = self.interfaces.get(&received.from) else { return };
        let IpAddress::Ipv4(via) = next_hop else { return };
        let neighbors = here.is_on_link(from.into()) && here.is_on_link(next_hop);
        let Some(IpAddress::Ipv4(own)) = here.source_for(from.into()) else { return };
        if neighbors && may_send_error(received, IcmpError::NoRoute) && self.redirects.take(now) {
            let message = icmp::redirect_ipv4(via, received.bytes());
            self.send_ipv4(now, Some(own), from, (IpProtocol::Icmp, 0), &message, out);
        }
    }
}
