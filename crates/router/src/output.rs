//! Sends packets: finds the neighbor's MAC address, and puts packets into frames.

use crate::icmp::IcmpError;
use crate::interface::{Interface, Link, group_mac, is_link_scope};
use crate::neighbor::Effect;
use crate::packet::{Ipv4Header, Outgoing, Received, ethernet_header, ipv6_packet};
use crate::{Actions, Refusal, Router, fragmentation, options};
use smoltcp::wire::{EthernetAddress, IpAddress, IpProtocol, Ipv4Packet};
use std::net::{Ipv4Addr, Ipv6Addr};
use wire::header::EtherType;
use wire::node::Tag;
use wire::{Frame, Instant};

/// The time to live of packets that the router makes (RFC 1122, 3.2.1.7).
pub const TTL: u8 = 64;

impl Router {
    /// Sends a packet to this next hop, now or when its MAC address is known. `of`: the packet as it was received.
    pub(crate) fn output(
        &mut self,
        now: Instant,
        link: Link,
        next_hop: IpAddress,
        packet: &[u8],
        of: Option<Received>,
        out: &mut Actions,
    ) {
        match group_mac(next_hop).or_else(|| self.neighbors.lookup(now, link, next_hop)) {
            Some(mac) => self.transmit(link, mac, packet, of.map(|received| received.tag), out),
            None => {
                let packet = Outgoing { packet: Frame::copy_from(packet), of };
                self.neighbors.wait(now, link, next_hop, packet);
            }
        }
    }

    /// Carries out the effects of the neighbor table. Errors that this sends may wait for neighbors, too; it ends, since no error is
    /// sent about packets that the router made.
    pub(crate) fn settle(&mut self, now: Instant, out: &mut Actions) {
        while let Some(effect) = self.neighbors.next_effect() {
            match effect {
                Effect::Solicit(link, ip, to) => {
                    let Some(interface) = self.interfaces.get(&link) else { continue };
                    match ip {
                        IpAddress::Ipv4(ip) => self.send_arp_request(interface, ip, to, out),
                        IpAddress::Ipv6(ip) => self.send_solicitation(interface, ip, to, out),
                    }
                }
                Effect::Send(link, mac, Outgoing { packet, of }) => {
                    self.transmit(link, mac, &packet, of.map(|received| received.tag), out);
                }
                Effect::Unanswered(Outgoing { of: Some(received), .. }) => {
                    self.send_icmp_error(now, &received, IcmpError::NoNeighbor, out);
                    out.refuse(received.tag, Refusal::NoNeighbor);
                }
                Effect::Overflow(Outgoing { of: Some(received), .. }) => {
                    out.refuse(received.tag, Refusal::NeighborQueueFull);
                }
                Effect::Unanswered(_) | Effect::Overflow(_) => {}
                Effect::Event(event) => out.event(event),
            }
        }
        while let Some(tag) = self.reassembly.next_dropped().or_else(|| self.overtaking.next_dropped(now)) {
            out.refuse(tag, Refusal::Expired);
        }
    }

    pub(crate) fn transmit(
        &self,
        link: Link,
        mac: EthernetAddress,
        packet: &[u8],
        tag: Option<Tag>,
        out: &mut Actions,
    ) {
        match (self.interfaces.get(&link), tag) {
            (Some(interface), _) => transmit(interface, mac, packet, tag, out),
            (None, Some(tag)) => out.refuse(tag, Refusal::NoNeighbor),
            (None, None) => {}
        }
    }

    /// Sends an IPv4 packet that the router makes. `from`: its source; `None`: the address of the interface by which it leaves.
    pub(crate) fn send_ipv4(
        &mut self,
        now: Instant,
        from: Option<Ipv4Addr>,
        to: Ipv4Addr,
        (protocol, tos): (IpProtocol, u8),
        payload: &[u8],
        out: &mut Actions,
    ) {
        self.send_ipv4_with(now, from, to, (protocol, tos, &[]), payload, out);
    }

    /// The same with options, in which the router records its address and the time.
    pub(crate) fn send_ipv4_with(
        &mut self,
        now: Instant,
        from: Option<Ipv4Addr>,
        to: Ipv4Addr,
        (protocol, tos, recorded): (IpProtocol, u8, &[u8]),
        payload: &[u8],
        out: &mut Actions,
    ) {
        let Some(&route) = self.table.lookup(to.into()) else { return };
        let link = route.link();
        let Some(interface) = self.interfaces.get(&link) else { return };
        let own = || match interface.source_for(route.via.unwrap_or(to.into())) {
            Some(IpAddress::Ipv4(own)) => Some(own),
            _ => None,
        };
        let Some(from) = from.or_else(own) else { return };
        let header = Ipv4Header { from, to, protocol, ttl: TTL, tos, ident: self.next_ident() };
        let mut packet = header.packet_with(recorded, payload);
        options::record_ipv4(now, &mut packet, from, &|address| self.own.contains(&address.into()));
        self.output(now, link, route.via.unwrap_or(to.into()), &packet, None, out);
    }

    /// The identification for the next packet that the router makes.
    pub(crate) fn next_ident(&mut self) -> u16 {
        self.ident = self.ident.wrapping_add(1);
        self.ident
    }

    /// The interface and next hop for packets that the router sends to this IPv6 address. `link`: the link of a link-local address.
    pub(crate) fn way_ipv6(&self, link: Link, to: Ipv6Addr) -> Option<(Link, IpAddress)> {
        if is_link_scope(to) {
            return Some((link, to.into()));
        }
        let route = self.table.lookup(to.into())?;
        Some((route.link(), route.via.unwrap_or(to.into())))
    }

    /// The source address for packets to `to` through this interface (RFC 6724, 5, as far as a router needs it: appropriate scope,
    /// then the outgoing interface, then any).
    pub(crate) fn source_ipv6(&self, link: Link, to: Ipv6Addr) -> Option<Ipv6Addr> {
        let interface = self.interfaces.get(&link)?;
        let any = || {
            let mut all = self.interfaces.values().filter_map(|other| other.source_for(to.into()));
            if is_link_scope(to) { None } else { all.next() }
        };
        match interface.source_for(to.into()).or_else(any) {
            Some(IpAddress::Ipv6(from)) => Some(from),
            _ => interface.link_local,
        }
    }

    /// Sends an IPv6 packet that the router makes.
    pub(crate) fn send_ipv6(
        &mut self,
        now: Instant,
        (link, next_hop): (Link, IpAddress),
        [from, to]: [Ipv6Addr; 2],
        protocol: IpProtocol,
        payload: &[u8],
        out: &mut Actions,
    ) {
        let packet = ipv6_packet(from, to, protocol, TTL, payload);
        let Some(mtu) = self.interfaces.get(&link).map(|interface| interface.mtu) else { return };
        if packet.len() <= mtu {
            return self.output(now, link, next_hop, &packet, None, out);
        }
        let ident = self.next_ident().into();
        fragmentation::fragment_own_ipv6(&packet, ident, |fragment| {
            self.output(now, link, next_hop, fragment, None, out);
        });
    }

    /// Sends an ICMPv6 message that is valid only on its link: its hop limit is 255.
    pub(crate) fn send_on_link(
        &mut self,
        now: Instant,
        link: Link,
        from: Ipv6Addr,
        to: Ipv6Addr,
        message: &[u8],
        out: &mut Actions,
    ) {
        let packet = ipv6_packet(from, to, IpProtocol::Icmpv6, 255, message);
        self.output(now, link, to.into(), &packet, None, out);
    }

    /// The same without the neighbor table: to a group, or to the station with this MAC address.
    pub(crate) fn send_ndp(
        interface: &Interface,
        from: Ipv6Addr,
        to: Ipv6Addr,
        mac: Option<EthernetAddress>,
        message: &[u8],
        out: &mut Actions,
    ) {
        let Some(mac) = mac.or_else(|| group_mac(to.into())) else { return };
        transmit(interface, mac, &ipv6_packet(from, to, IpProtocol::Icmpv6, 255, message), None, out);
    }
}

/// Sends a packet in a frame, or its fragments in several.
fn transmit(interface: &Interface, mac: EthernetAddress, packet: &[u8], tag: Option<Tag>, out: &mut Actions) {
    let Link { port, vlan } = interface.link;
    let is_ipv4 = packet.first().is_some_and(|byte| byte >> 4 == 4);
    let kind = if is_ipv4 { EtherType::IPV4 } else { EtherType::IPV6 };
    let (header, len) = ethernet_header(mac, interface.mac, vlan, kind);
    let mut send = |packet: &[u8]| out.send(port, Frame::concat(&[&header[..len], packet]), tag);
    if packet.len() <= interface.mtu {
        send(packet);
    } else if is_ipv4 && !Ipv4Packet::new_unchecked(packet).dont_frag() {
        fragmentation::fragment(packet, interface.mtu, send);
    } else if let Some(tag) = tag {
        // The MTU has shrunk while the packet waited.
        out.refuse(tag, Refusal::TooBig);
    }
}
