//! Services of a router: what answers datagrams to its own addresses, such as a DHCP server, a relay, or a DNS forwarder.
//!
//! The router does not contain them: its owner gives it an [`Agent`], so that a page without services carries none. An agent sees no
//! frames and no table; it receives datagrams to its ports with the interface that they came by, and returns those to be sent.

use crate::interface::{Interface, Link};
use crate::nat::Kind;
use crate::packet::Ipv4Header;
use crate::routing::{self, Incoming};
use crate::{Actions, Router, output};
use smoltcp::wire::{EthernetAddress, IpAddress, IpProtocol, UdpPacket};
use std::net::Ipv4Addr;
use wire::Instant;

/// A datagram of an agent, over IPv4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The interface and the MAC address that it goes to directly, as to a host that has no address yet; `None`: it goes the
    /// way that the routing table says.
    pub directly: Option<(u32, EthernetAddress)>,
    /// The source; `None`: the address of the interface by which it leaves.
    pub source: Option<Ipv4Addr>,
    /// The destination.
    pub destination: Ipv4Addr,
    /// The source port.
    pub source_port: u16,
    /// The destination port.
    pub destination_port: u16,
    /// The UDP payload.
    pub payload: Vec<u8>,
}

/// The services of a router, sans-IO.
pub trait Agent {
    /// The UDP ports whose datagrams are for it.
    fn ports(&self) -> &[u16];
    /// A datagram over IPv4 to one of its ports. `interfaces`: those of the router that are up.
    fn receive(
        &mut self,
        now: Instant,
        datagram: &Incoming<'_>,
        interfaces: &[routing::Interface],
        out: &mut Vec<Sent>,
    );
    /// Does what is due.
    fn poll(&mut self, now: Instant, out: &mut Vec<Sent>);
    /// When it next has something to do by itself.
    fn poll_at(&self) -> Option<Instant>;
}

impl Router {
    /// Gives the router its services, in the place of those that it had; `None`: it has none. Their ports are no longer used by its
    /// address translation.
    pub fn set_agent(&mut self, agent: Option<Box<dyn Agent>>) {
        for port in self.agent.iter().flat_map(|before| before.ports()) {
            self.nat.release(Kind::Udp, *port);
        }
        for port in agent.iter().flat_map(|agent| agent.ports()) {
            self.nat.reserve(Kind::Udp, *port);
        }
        self.agent = agent;
    }

    /// Whether a datagram over IPv4 to this port is for the services.
    pub(crate) fn serves(&self, to: IpAddress, port: u16) -> bool {
        let is_ipv4 = matches!(to, IpAddress::Ipv4(_));
        is_ipv4 && self.agent.as_ref().is_some_and(|agent| agent.ports().contains(&port))
    }

    pub(crate) fn receive_service(&mut self, now: Instant, datagram: &Incoming<'_>, out: &mut Actions) {
        let Some(mut agent) = self.agent.take() else { return };
        let interfaces: Vec<_> = self.interfaces.values().map(Interface::seen_by_protocol).collect();
        let mut sent = Vec::new();
        agent.receive(now, datagram, &interfaces, &mut sent);
        self.agent = Some(agent);
        sent.iter().for_each(|sent| self.send_of_service(now, sent, out));
    }

    pub(crate) fn poll_services(&mut self, now: Instant, out: &mut Actions) {
        let Some(agent) = self.agent.as_mut().filter(|agent| agent.poll_at().is_some_and(|at| at <= now))
        else {
            return;
        };
        let mut sent = Vec::new();
        agent.poll(now, &mut sent);
        sent.iter().for_each(|sent| self.send_of_service(now, sent, out));
    }

    fn send_of_service(&mut self, now: Instant, sent: &Sent, out: &mut Actions) {
        let Sent { directly, destination: to, .. } = *sent;
        let routed = || {
            let route = self.table.lookup(to.into())?;
            Some((route.link(), route.via.unwrap_or(to.into())))
        };
        let Some((link, next_hop)) =
            directly.map(|(interface, _)| (Link::of_id(interface), to.into())).or_else(routed)
        else {
            return;
        };
        let Some(interface) = self.interfaces.get(&link) else { return };
        let own = || match interface.source_for(next_hop) {
            Some(IpAddress::Ipv4(own)) => Some(own),
            _ => None,
        };
        let Some(from) = sent.source.or_else(own) else { return };
        let Some(datagram) = datagram(sent, from) else { return };
        let header = Ipv4Header { from, to, protocol: IpProtocol::Udp, ttl: output::TTL, tos: 0, ident: 0 };
        let ident = self.next_ident();
        let packet = Ipv4Header { ident, ..header }.packet(&datagram);
        match directly {
            Some((_, mac)) => self.transmit(link, mac, &packet, None, out),
            None => self.output(now, link, next_hop, &packet, None, out),
        }
    }
}

/// The UDP datagram; `None`: it is too long.
fn datagram(sent: &Sent, from: Ipv4Addr) -> Option<Vec<u8>> {
    let len = u16::try_from(8 + sent.payload.len()).ok()?;
    let mut bytes = vec![0; 8];
    bytes.extend_from_slice(&sent.payload);
    let mut udp = UdpPacket::new_unchecked(&mut bytes[..]);
    udp.set_src_port(sent.source_port);
    udp.set_dst_port(sent.destination_port);
    udp.set_len(len);
    udp.fill_checksum(&from.into(), &sent.destination.into());
    Some(bytes)
}
