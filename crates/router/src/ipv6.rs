//! Forwarding of IPv6 packets (RFC 8200, RFC 4443).

use crate::icmp::{IcmpError, may_send_error};
use crate::interface::is_forwardable;
use crate::options::Demand;
use crate::packet::Received;
use crate::{Actions, Refusal, Router, options};
use smoltcp::wire::{IpAddress, Ipv6Packet};
use wire::Instant;

impl Router {
    /// Receives a whole packet.
    pub(crate) fn receive_ipv6(
        &mut self,
        now: Instant,
        received: Received,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let Some(here) = self.interfaces.get(&received.from) else { return Err(Refusal::NotForUs) };
        let header = Ipv6Packet::new_unchecked(received.bytes());
        let (from, to) = (header.src_addr(), header.dst_addr());
        if from.is_multicast() || from.is_loopback() || self.is_own(received.from, from.into()) {
            return Err(Refusal::Undeliverable);
        }
        let is_ours = here.is_in_ipv6_group(to);
        if to.is_multicast() && !is_ours {
            return Err(Refusal::NotForUs);
        }
        let for_us =
            to.is_multicast() || self.is_own(received.from, to.into()) || self.is_anycast(received.from, to);
        // Hop-by-hop options are read by every router, destination options by the destination (RFC 8200, 4.3 and 4.6).
        if let Some(demand) = options::demand_ipv6(received.bytes(), for_us) {
            return Err(self.obey(now, &received, demand, out));
        }
        if received.to_group && !to.is_multicast() {
            return Err(Refusal::Undeliverable);
        }
        if for_us {
            return self.receive_own(now, received, out);
        }
        self.forward_ipv6(now, received, out)
    }

    /// Does what an option demands; returns why the packet is dropped.
    pub(crate) fn obey(
        &mut self,
        now: Instant,
        received: &Received,
        demand: Demand,
        out: &mut Actions,
    ) -> Refusal {
        match demand {
            Demand::Malformed => Refusal::Malformed,
            Demand::Drop => Refusal::UnknownOption,
            Demand::Report(error) => {
                self.send_icmp_error(now, received, error, out);
                Refusal::UnknownOption
            }
        }
    }

    fn forward_ipv6(&mut self, now: Instant, received: Received, out: &mut Actions) -> Result<(), Refusal> {
        let header = Ipv6Packet::new_unchecked(received.bytes());
        let (from, to) = (header.src_addr(), header.dst_addr());
        if !is_forwardable(to.into()) || from.is_unspecified() {
            return Err(Refusal::Undeliverable);
        }
        let Some(&route) = self.table.lookup(to.into()) else {
            self.send_icmp_error(now, &received, IcmpError::NoRoute, out);
            return Err(Refusal::NoRoute);
        };
        let (link, next_hop) = (route.link(), route.via.unwrap_or(to.into()));
        let Some(mtu) = self.interfaces.get(&link).map(|egress| egress.mtu) else {
            return Err(Refusal::NoRoute);
        };
        if !is_forwardable(from.into()) {
            self.send_icmp_error(now, &received, IcmpError::BeyondScope, out);
            return Err(Refusal::Undeliverable);
        }
        if header.hop_limit() <= 1 {
            self.send_icmp_error(now, &received, IcmpError::Expired, out);
            return Err(Refusal::Expired);
        }
        self.admit(now, &received, received.bytes(), out)?;
        if received.bytes().len() > mtu {
            self.send_icmp_error(now, &received, IcmpError::TooBig(mtu as u32), out);
            return Err(Refusal::TooBig);
        }
        if link == received.from
            && self.interfaces.get(&link).is_some_and(|here| here.is_on_link(from.into()))
            && let IpAddress::Ipv6(target) = next_hop
            // A redirect names the next hop by its link-local address, or the destination itself (RFC 4861, 8).
            && (target.is_unicast_link_local() || target == to)
            && may_send_error(&received, IcmpError::NoRoute)
            && self.redirects.take(now)
        {
            self.redirect_ipv6(now, &received, target, out);
        }
        let mut packet = std::mem::take(&mut self.scratch);
        packet.clear();
        packet.extend_from_slice(received.bytes());
        packet[7] -= 1;
        self.output(now, link, next_hop, &packet, Some(received), out);
        self.scratch = packet;
        Ok(())
    }
}
