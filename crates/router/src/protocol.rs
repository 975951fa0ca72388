//! Connects a routing protocol with the router: its datagrams become packets, and its routes candidates of the routing table.

use crate::event::{Route, Source};
use crate::interface::{Interface, Link};
use crate::packet::{Ipv4Header, ipv6_packet};
use crate::rip::Rip;
use crate::routing::{self, Change, Incoming, Local, Output, Protocol as _};
use crate::{Actions, Router};
use smoltcp::wire::{IpAddress, IpCidr, IpProtocol, Ipv6Cidr, UdpPacket};
use wire::{Instant, PortId};

/// The precedence of routing (RFC 1812, 4.2.3.1 and 7.1.1 ask for "internetwork control").
const ROUTING_TOS: u8 = 0xc0;

impl Link {
    /// The interface as a number, for routing protocols.
    pub(crate) const fn id(self) -> u32 {
        let vlan = match self.vlan {
            Some(vlan) => vlan as u32,
            None => 0,
        };
        self.port.0 << 12 | vlan
    }

    /// The interface of this number.
    pub(crate) const fn of_id(id: u32) -> Self {
        let vlan = (id & 0xfff) as u16;
        Self { port: PortId(id >> 12), vlan: if vlan == 0 { None } else { Some(vlan) } }
    }
}

impl Router {
    pub(crate) fn receive_rip(&mut self, now: Instant, datagram: Incoming<'_>, out: &mut Actions) {
        self.with_rip(now, out, |rip, output| rip.receive(now, datagram, output));
    }

    pub(crate) fn poll_rip(&mut self, now: Instant, out: &mut Actions) {
        if self.rip.as_ref().and_then(Rip::poll_at).is_some_and(|at| at <= now) {
            self.with_rip(now, out, |rip, output| rip.poll(now, output));
        }
    }

    /// Passes the current interfaces and routes to RIP.
    pub(crate) fn update_rip(&mut self, now: Instant, out: &mut Actions) {
        if self.rip.is_none() {
            return;
        }
        let interfaces: Vec<_> =
            self.interfaces.values().filter(|i| i.rip).map(Interface::seen_by_protocol).collect();
        let fixed = self.table.in_use().filter(|route| route.source != Source::Rip);
        let local: Vec<_> =
            fixed.map(|route| Local { to: route.to, interface: route.link().id(), via: route.via }).collect();
        self.with_rip(now, out, |rip, output| {
            rip.set_interfaces(now, &interfaces, output);
            rip.set_local(now, &local, output);
        });
    }

    /// Calls `f` with RIP, and carries out its output.
    fn with_rip(&mut self, now: Instant, out: &mut Actions, f: impl FnOnce(&mut Rip, &mut Output)) {
        let Some(rip) = &mut self.rip else { return };
        let mut output = Output::default();
        f(rip, &mut output);
        for change in output.changes {
            match change {
                Change::Learned { to, via, interface, metric } => {
                    let Link { port, vlan } = Link::of_id(interface);
                    let route = Route { to, via: Some(via), port, vlan, metric, source: Source::Rip };
                    self.table.put(route, |event| out.event(event));
                }
                Change::Lost { to } => self.table.remove(to, Source::Rip, |event| out.event(event)),
            }
        }
        for datagram in output.send {
            self.send_routing(now, &datagram, out);
        }
    }

    fn send_routing(&mut self, now: Instant, datagram: &routing::Outgoing, out: &mut Actions) {
        let routing::Outgoing { source, destination, payload, .. } = datagram;
        let Ok(len) = u16::try_from(8 + payload.len()) else { return };
        let mut bytes = vec![0; 8];
        bytes.extend_from_slice(payload);
        let mut udp = UdpPacket::new_unchecked(&mut bytes[..]);
        udp.set_src_port(datagram.source_port);
        udp.set_dst_port(datagram.destination_port);
        udp.set_len(len);
        let (protocol, ttl) = (IpProtocol::Udp, datagram.hop_limit);
        let packet = match (*source, *destination) {
            (IpAddress::Ipv4(from), IpAddress::Ipv4(to)) => {
                udp.fill_checksum(source, destination);
                let ident = self.next_ident();
                Ipv4Header { from, to, protocol, ttl, tos: ROUTING_TOS, ident }.packet(&bytes)
            }
            (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) => {
                udp.fill_checksum(source, destination);
                ipv6_packet(from, to, protocol, ttl, &bytes)
            }
            _ => return,
        };
        let link = Link::of_id(datagram.interface);
        if self.interfaces.contains_key(&link) {
            self.output(now, link, *destination, &packet, None, out);
        }
    }
}

impl Interface {
    /// The interface as routing protocols and services see it.
    pub(crate) fn seen_by_protocol(&self) -> routing::Interface {
        let link_local = self.link_local.map(|address| IpCidr::Ipv6(Ipv6Cidr::new(address, 64)));
        routing::Interface {
            id: self.link.id(),
            up: true,
            addresses: self.addresses.iter().copied().chain(link_local).collect(),
            mtu: self.mtu,
        }
    }
}
