//! How packets leave a host: cut or fragmented to the MTU, routed, and addressed as soon as the next hop's MAC address is known.

use super::{Kernel, client_of};
use crate::client::Fragments;
use crate::connection::Segment;
use crate::event::Event;
use crate::icmp_error;
use crate::meter::Meter;
use crate::neighbor::Effect;
use crate::packet::{self, HOP_LIMIT};
use crate::route::Way;
use crate::run::IcmpError;
use crate::segment;
use crate::slaac::Slaac;
use crate::{arp, ndp};
use smoltcp::wire::{EthernetAddress, IpAddress, IpProtocol, Ipv6Packet};
use wire::header::{ETHERNET_HEADER_BYTES, Ip};
use wire::{Frame, PortId};

impl Kernel {
    /// Sends the packets that programs have made; returns whether there were any.
    pub(super) fn send_made(&mut self, meter: &mut Meter<'_>) -> bool {
        let any = !self.made.is_empty();
        for (frame, fragments) in std::mem::take(&mut self.made) {
            self.output(frame, fragments, meter);
        }
        any
    }

    /// Sends what the stack has made. Its reports of membership are left out: the host makes its own.
    pub(super) fn drain(&mut self, meter: &mut Meter<'_>) {
        while let Some(frame) = self.card.sent.pop_front() {
            let is_report = |ip: &Ip<'_>| {
                ip.protocol == IpProtocol::Igmp || ip.icmp().is_some_and(|icmp| icmp.kind == 143)
            };
            if !packet::read(&frame).is_some_and(|ip| is_report(&ip)) {
                self.output(frame, Fragments::AsUsual, meter);
            }
        }
    }

    /// The MTU of the host's network for packets to this address: the card's, or less if a router advertises that (RFC 4861, 6.3.4).
    pub(super) fn link_mtu(&self, to: &IpAddress) -> usize {
        let advertised = match to {
            IpAddress::Ipv4(_) => None,
            IpAddress::Ipv6(_) => self.slaac.as_ref().and_then(Slaac::mtu),
        };
        advertised.map_or(self.config.ip_mtu, |mtu| mtu.min(self.config.ip_mtu))
    }

    /// Sends a packet, fitted to the MTU of its path.
    pub(super) fn output(&mut self, mut frame: Frame, fragments: Fragments, meter: &mut Meter<'_>) {
        let Some(ip) = packet::read(&frame) else { return };
        let (to, len, is_tcp) = (ip.destination, ip.len, ip.protocol == IpProtocol::Tcp);
        let (v6, hop_limit) = (matches!(to, IpAddress::Ipv6(_)), ip.hop_limit);
        let own = self.link_mtu(&to);
        if v6 && let Some(advertised) = self.slaac.as_ref().and_then(Slaac::hop_limit) {
            if hop_limit == HOP_LIMIT && advertised != HOP_LIMIT {
                let packet = &mut frame.make_mut()[ETHERNET_HEADER_BYTES..];
                Ipv6Packet::new_unchecked(packet).set_hop_limit(advertised);
            }
            if is_tcp && own < self.config.ip_mtu {
                segment::clamp_mss(&mut frame, own);
            }
        }
        let path = self.path_mtu(&to, meter).map_or(own, |mtu| mtu.min(own));
        match fragments {
            Fragments::Never | Fragments::AsUsual if len > own && !is_tcp => {
                return self.unsendable(&frame, IcmpError::TooBig(own as u32), meter);
            }
            Fragments::AsUsual if len > path && is_tcp => {
                let pieces = segment::cut(&frame, path);
                if pieces.is_empty() && !v6 {
                    self.let_fragment(&mut frame);
                }
                let whole = pieces.is_empty().then_some(frame);
                return pieces.into_iter().chain(whole).for_each(|piece| self.emit(piece, meter));
            }
            Fragments::Never => {}
            Fragments::AsUsual if len <= path => {}
            Fragments::AsUsual | Fragments::Allowed => {
                self.let_fragment(&mut frame);
                // IPv4 routers fragment it where they have to; in IPv6 only its sender can.
                let mtu = if v6 { path } else { own };
                if len > mtu {
                    let ident = self.take_ident();
                    let pieces = segment::fragment(&frame, mtu, ident.into());
                    return pieces.into_iter().for_each(|piece| self.emit(piece, meter));
                }
            }
        }
        self.emit(frame, meter);
    }

    /// What routers have reported of the path to this address.
    fn path_mtu(&mut self, to: &IpAddress, meter: &mut Meter<'_>) -> Option<usize> {
        if self.path_mtus.is_empty() {
            return None;
        }
        for to in self.path_mtus.age(meter.now) {
            meter.changed(Event::PathMtu { to, mtu: self.config.ip_mtu });
        }
        self.path_mtus.get(to)
    }

    fn take_ident(&mut self) -> u16 {
        let ident = self.next_ident;
        self.next_ident = ident.wrapping_add(1);
        ident
    }

    fn let_fragment(&mut self, frame: &mut Frame) {
        if packet::read(frame).is_some_and(|ip| ip.dont_fragment) {
            let ident = self.take_ident();
            segment::let_fragment(frame, ident);
        }
    }

    /// The next hop of packets to this address.
    pub(super) fn way(&self, to: &IpAddress) -> Way {
        if !self.card_is_on {
            return Way::Nowhere;
        }
        self.routes.way(to, self.addresses(), self.slaac.as_ref(), &self.neighbors)
    }

    /// Sends a packet that fits, or lets it wait for the address of its next hop.
    fn emit(&mut self, frame: Frame, meter: &mut Meter<'_>) {
        let Some(ip) = packet::read(&frame) else { return };
        if self.is_own(&ip.destination) {
            return self.send_to_itself(frame, meter);
        }
        match self.way(&ip.destination) {
            Way::Group(mac) => self.transmit(frame, mac, meter),
            Way::Via(hop) => match self.neighbors.lookup(meter.now, &hop) {
                Some(mac) => self.transmit(frame, mac, meter),
                None => {
                    self.neighbors.wait(meter.now, hop, frame);
                    self.neighbor_effects(meter);
                }
            },
            Way::Nowhere => self.unsendable(&frame, IcmpError::NetUnreachable, meter),
        }
    }

    fn send_to_itself(&mut self, mut frame: Frame, meter: &mut Meter<'_>) {
        packet::write_ethernet(&mut frame, self.mac, self.mac);
        let Some(ip) = packet::read(&frame) else { return };
        if let Some(segment) = Segment::read(&ip, false) {
            self.connections.sent(&segment, None);
        }
        self.departed(&ip, meter);
        self.loopback.send(meter.now, frame);
    }

    /// Puts a packet onto the wire.
    fn transmit(&mut self, mut frame: Frame, to: EthernetAddress, meter: &mut Meter<'_>) {
        packet::write_ethernet(&mut frame, self.mac, to);
        let Some(ip) = packet::read(&frame) else { return };
        if let Some(segment) = Segment::read(&ip, false) {
            let forwarded = matches!(self.way(&ip.destination), Way::Via(hop) if hop != ip.destination);
            self.connections.sent(&segment, forwarded.then_some(&frame));
        }
        for detector in &mut self.retransmissions {
            if detector.is_retransmission(&ip)
                && let Some(measured) = meter.run(detector.run)
            {
                measured.totals.retransmits += 1;
            }
        }
        self.departed(&ip, meter);
        self.put_on_cable(frame, meter);
    }

    /// Hands a frame to the cable, and to the programs that look on.
    pub(crate) fn put_on_cable(&mut self, frame: Frame, meter: &mut Meter<'_>) {
        if self.card_is_on {
            self.captures.see(meter.now, &frame);
            meter.actions.send(PortId(0), frame, None);
        }
    }

    /// Tells the client whose packet it is that it leaves.
    fn departed(&mut self, ip: &Ip<'_>, meter: &mut Meter<'_>) {
        if self.clients.is_empty() || ip.is_later_fragment() {
            return;
        }
        let Some(flow) = icmp_error::flow(ip) else { return };
        let Some(of) = client_of(&flow) else { return };
        for running in &mut self.clients {
            if running.to == ip.destination && (running.protocol, running.port) == of {
                running.client.departed(&flow, meter);
            }
        }
    }

    /// The host itself reports an error about a packet that it cannot send.
    fn unsendable(&mut self, frame: &Frame, what: IcmpError, meter: &mut Meter<'_>) {
        let report = packet::read(frame).and_then(|ip| icmp_error::local(&ip, what));
        if let Some(report) = report {
            self.icmp_error(&report, meter);
        }
    }

    /// Tells the client whose packet it is that it is dropped: too many wait for the next hop's address.
    fn discard(&mut self, frame: &Frame, meter: &mut Meter<'_>) {
        let report = packet::read(frame).and_then(|ip| icmp_error::local(&ip, IcmpError::HostUnreachable));
        if let Some(report) = report
            && let Some(client) = self.client_of(&report, meter)
        {
            client.discarded(&report, meter);
        }
    }

    /// Does what the neighbor table asks for; returns whether there was anything.
    pub(super) fn neighbor_effects(&mut self, meter: &mut Meter<'_>) -> bool {
        let mut any = false;
        while let Some(effect) = self.neighbors.next_effect() {
            any = true;
            match effect {
                Effect::Solicit(ip, known) => self.solicit(ip, known, meter),
                Effect::Send(mac, frame) => self.transmit(frame, mac, meter),
                Effect::Unanswered(frame) => self.unsendable(&frame, IcmpError::HostUnreachable, meter),
                Effect::Overflow(frame) => self.discard(&frame, meter),
                Effect::Known(ip, mac) => meter.changed(Event::Neighbor { ip, mac }),
                Effect::Gone(ip) => {
                    meter.changed(Event::NeighborGone { ip });
                    self.abandon(&ip, meter);
                }
                Effect::Silent(ip) => self.abandon(&ip, meter),
            }
        }
        any
    }

    /// No redirect leads through this neighbor any more.
    fn abandon(&mut self, via: &IpAddress, meter: &mut Meter<'_>) {
        for to in self.routes.abandon(via) {
            meter.changed(Event::RedirectGone { to });
        }
    }

    /// Asks for a neighbor's address.
    fn solicit(&mut self, ip: IpAddress, known: Option<EthernetAddress>, meter: &mut Meter<'_>) {
        match ip {
            IpAddress::Ipv4(target) => {
                if let Some(from) = self.iface.get_source_address_ipv4(&target) {
                    let request = arp::request((self.mac, from), target, known);
                    self.put_on_cable(request, meter);
                }
            }
            IpAddress::Ipv6(target) => {
                let from = self.iface.get_source_address_ipv6(&target);
                let mut frame = ndp::solicitation((self.mac, from), target, known.is_some());
                let to = match known {
                    Some(mac) => Some(mac),
                    None => match self.way(&ndp::solicited_node(target).into()) {
                        Way::Group(mac) => Some(mac),
                        Way::Via(_) | Way::Nowhere => None,
                    },
                };
                if let Some(to) = to {
                    packet::write_ethernet(&mut frame, self.mac, to);
                    self.put_on_cable(frame, meter);
                }
            }
        }
    }
}
