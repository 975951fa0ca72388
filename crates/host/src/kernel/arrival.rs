//! What a host does with a received frame, from the card up to TCP and UDP.

use super::Kernel;
use crate::client::{Fragments, Stack};
use crate::connection::{Segment, Verdict};
use crate::event::{Event, Refusal};
use crate::extension::{self, Problem};
use crate::icmp_error;
use crate::icmp_reply::{self, Trouble};
use crate::listener::Listener;
use crate::loopback;
use crate::meter::Meter;
use crate::neighbor::Evidence;
use crate::packet::{self, HOP_LIMIT, Header};
use crate::reassembly::Outcome;
use crate::route::{self, Way};
use crate::server::BACKLOG_MAX;
use crate::sockets::EchoReply;
use crate::{arp, ndp};
use smoltcp::wire::{EthernetAddress, IpAddress, IpProtocol, Ipv4Address, UdpPacket};
use wire::Frame;
use wire::header::{ETHERNET_HEADER_BYTES, EtherType, Ethernet, Icmp, Ip};
use wire::nic;
use wire::node::Tag;

/// A received packet on its way up.
struct Received {
    /// The frame with the packet as it is delivered: whole, and without extension headers.
    frame: Frame,
    /// The packet as it came, or as it was put together, to be quoted.
    original: Frame,
    /// The frame was sent to several stations.
    to_group: bool,
    /// The owner's name for the frame; `None`: the host sent it to itself, or put it together.
    tag: Option<Tag>,
}

impl Received {
    fn ip(&self) -> Option<Ip<'_>> {
        packet::received(&self.frame)
    }
}

/// Whether the card `own` accepts a frame for this MAC address: its own, or one of a group.
fn accepts(own: EthernetAddress, destination: EthernetAddress) -> bool {
    destination == own || !destination.is_unicast()
}

impl Kernel {
    /// A frame reached the card. Returns whether the host has to be polled for it. `tag`: the owner's name for the frame.
    pub fn receive(&mut self, frame: Frame, tag: Tag, meter: &mut Meter<'_>) -> bool {
        if !self.card_is_on {
            meter.actions.refuse(tag, Refusal::CardOff);
            return true;
        }
        let is_seen = self.captures.see(meter.now, &frame);
        self.take(frame, tag, meter) || is_seen
    }

    /// Handles a frame that reached the card.
    fn take(&mut self, frame: Frame, tag: Tag, meter: &mut Meter<'_>) -> bool {
        let Some(ethernet) = Ethernet::read(&frame) else { return false };
        if !accepts(self.mac, ethernet.destination) {
            return false;
        }
        let ip = match ethernet.kind {
            EtherType::ARP => return self.receive_arp(&ethernet, meter),
            EtherType::IPV4 | EtherType::IPV6 => ethernet.ip(),
            _ => return false,
        };
        let Some(ip) = ip.filter(|ip| self.is_for_us(ip) && ip.verify_checksum()) else { return false };
        if frame.len() > ETHERNET_HEADER_BYTES + self.config.ip_mtu {
            meter.actions.refuse(tag, Refusal::TooBig);
            return true;
        }
        let to_group = !ethernet.destination.is_unicast();
        if !to_group {
            self.neighbors.heard(meter.now, &ip.source, ethernet.source);
        }
        let tag = Some(tag);
        let received = Received { frame: frame.clone(), original: frame.clone(), to_group, tag };
        self.receive_packet(received, &ip, meter);
        self.end_runs(meter);
        true
    }

    /// A packet that the host has sent to itself.
    pub(super) fn receive_own(&mut self, frame: Frame, meter: &mut Meter<'_>) {
        let Some(ip) = packet::received(&frame) else { return };
        let received = Received { frame: frame.clone(), original: frame.clone(), to_group: false, tag: None };
        self.receive_packet(received, &ip, meter);
    }

    /// ARP for other hosts does not cost a poll: a broadcast would cost as many as there are hosts.
    fn receive_arp(&mut self, ethernet: &Ethernet<'_>, meter: &mut Meter<'_>) -> bool {
        let iface = &self.iface;
        // A loopback address is not asked for on a wire.
        let is_own = |ip: Ipv4Address| iface.has_ip_addr(ip) && !ip.is_loopback();
        let answer = arp::receive(meter.now, ethernet.payload(), self.mac, &mut self.neighbors, is_own);
        let mut answers = answer.is_some();
        if let Some((probed, in_use)) = &mut self.probe
            && !*in_use
            && arp::claims(ethernet.payload(), self.mac, *probed)
        {
            (*in_use, answers) = (true, true);
        }
        if let Some(answer) = answer {
            self.put_on_cable(answer, meter);
        }
        self.neighbor_effects(meter) || answers
    }

    /// Whether a packet is for this host: one of its addresses, or all stations, or a group that it is in.
    fn is_for_us(&self, ip: &Ip<'_>) -> bool {
        let own = self.addresses();
        let is_own = |ip: &IpAddress| own.iter().any(|cidr| cidr.address() == *ip);
        let from_many = match ip.source {
            IpAddress::Ipv4(from) => from.is_multicast() || route::is_broadcast(from, own),
            IpAddress::Ipv6(from) => from.is_multicast(),
        };
        let for_us = match ip.destination {
            to if to.is_multicast() => self.groups.contains(&to),
            IpAddress::Ipv4(to) if route::is_broadcast(to, own) => true,
            to => is_own(&to),
        };
        // Loopback addresses never come from a wire (RFC 1122, 3.2.1.3 (g)).
        for_us && !from_many && !loopback::is_loopback(&ip.source)
    }

    /// Puts fragments together, and judges and removes IPv6's extension headers. `ip`: of `received.frame`.
    fn receive_packet(&mut self, received: Received, ip: &Ip<'_>, meter: &mut Meter<'_>) {
        let v6 = matches!(ip.source, IpAddress::Ipv6(_));
        let packet = &received.original[ETHERNET_HEADER_BYTES..ETHERNET_HEADER_BYTES + ip.len];
        if v6 {
            match extension::judge(packet) {
                extension::Verdict::Delivered => {}
                extension::Verdict::Dropped => return,
                extension::Verdict::Problem(problem) => {
                    return self.send_error(&received, ip, Trouble::Problem(problem), meter);
                }
            }
        }
        if ip.fragment.is_some_and(|fragment| fragment.is_part()) {
            match self.reassembly.add(meter.now, &received.frame, ip) {
                Outcome::Waits | Outcome::Dropped => {}
                Outcome::Malformed(at) => {
                    let trouble = Trouble::Problem(Problem::erroneous(at));
                    self.send_error(&received, ip, trouble, meter);
                }
                Outcome::Whole(whole) => {
                    let received = Received { frame: whole.clone(), original: whole.clone(), ..received };
                    if let Some(ip) = packet::received(&whole) {
                        self.receive_packet(received, &ip, meter);
                    }
                }
            }
            return;
        }
        let is_plain = !v6 || ip.payload_at == wire::header::IPV6_HEADER_BYTES;
        if is_plain {
            return self.deliver(&received, ip, ip.protocol_at, meter);
        }
        let stripped = Received { frame: extension::strip(&received.frame, ip), ..received };
        if let Some(plain) = stripped.ip() {
            self.deliver(&stripped, &plain, ip.protocol_at, meter);
        }
    }

    /// Hands a whole packet to what it is for. `protocol_at`: where the number of its protocol stands in the original.
    fn deliver(&mut self, received: &Received, ip: &Ip<'_>, protocol_at: usize, meter: &mut Meter<'_>) {
        match ip.protocol {
            IpProtocol::Icmp | IpProtocol::Icmpv6 if ip.icmp().is_some() => {
                if packet::verify_icmp(ip) {
                    self.receive_icmp(received, ip, meter);
                }
            }
            IpProtocol::Icmp | IpProtocol::Icmpv6 => {}
            IpProtocol::Igmp => {
                if packet::verify_icmp(ip) {
                    self.groups.receive(meter.now, ip);
                }
            }
            IpProtocol::Udp => self.receive_udp(received, ip, meter),
            IpProtocol::Tcp => self.receive_tcp(received, ip, meter),
            IpProtocol::Ipv6NoNxt => {}
            _ => self.send_error(received, ip, Trouble::ProtocolUnreachable(protocol_at), meter),
        }
    }

    fn receive_icmp(&mut self, received: &Received, ip: &Ip<'_>, meter: &mut Meter<'_>) {
        let Some(icmp) = ip.icmp() else { return };
        if let Some(error) = icmp_error::read(ip, |ip| self.is_own(&ip)) {
            return self.icmp_error(&error, meter);
        }
        if icmp_reply::is_echo_reply(ip, &icmp) {
            let payload_bytes = ip.payload().len() - Icmp::BYTES;
            let (from, sequence) = (ip.source, icmp.sequence());
            let reply = EchoReply { from, sequence, payload_bytes, hop_limit: ip.hop_limit };
            return self.sockets.deliver(icmp.ident(), reply);
        }
        if let Some(redirect) = self.redirect(received, ip, &icmp) {
            return self.follow(&redirect, meter);
        }
        if matches!(ip.source, IpAddress::Ipv6(_)) {
            self.receive_icmpv6(ip, &icmp, meter);
        }
        self.reply_to_echo(received, ip, meter);
    }

    /// Neighbor discovery, router advertisements and queries of membership.
    fn receive_icmpv6(&mut self, ip: &Ip<'_>, icmp: &Icmp, meter: &mut Meter<'_>) {
        let is_own = |ip| self.iface.has_ip_addr(ip);
        match icmp.kind {
            ndp::NEIGHBOR_SOLICITATION | ndp::NEIGHBOR_ADVERTISEMENT if ndp::is_valid(ip) => {
                let answer =
                    ndp::receive(meter.now, ip, self.mac, &mut self.neighbors, &mut self.dad, is_own);
                self.neighbor_effects(meter);
                if let Some(answer) = answer {
                    self.output(answer, Fragments::AsUsual, meter);
                }
            }
            ndp::ROUTER_ADVERTISEMENT if ndp::is_valid(ip) => {
                let Some(slaac) = &mut self.slaac else { return };
                let mtu = slaac.mtu();
                if slaac.receive(meter.now, ip, self.config.ip_mtu) {
                    ndp::learn_router(meter.now, ip, &mut self.neighbors);
                    let changed = slaac.mtu().filter(|_| slaac.mtu() != mtu);
                    if let Some(mtu) = changed {
                        meter.changed(Event::AdvertisedMtu { mtu });
                    }
                    self.neighbor_effects(meter);
                }
            }
            _ => self.groups.receive(meter.now, ip),
        }
    }

    /// Reads a redirect. An IPv6 router sends it from its link-local address, while the host may know the router by another one: then the
    /// MAC address tells that both are the same.
    fn redirect(&self, received: &Received, ip: &Ip<'_>, icmp: &Icmp) -> Option<route::Redirect> {
        let sender = Ethernet::read(&received.frame)?.source;
        let from_next_hop = |to: &IpAddress| match self.way(to) {
            Way::Via(hop) => hop == ip.source || self.neighbors.peek(&hop) == Some(sender),
            Way::Group(_) | Way::Nowhere => false,
        };
        route::redirect(ip, icmp, self.addresses(), from_next_hop)
    }

    fn follow(&mut self, redirect: &route::Redirect, meter: &mut Meter<'_>) {
        if redirect.mac.is_some() {
            self.neighbors.learn(meter.now, redirect.via, redirect.mac, Evidence::Request);
            self.neighbor_effects(meter);
        }
        if self.routes.follow(redirect) {
            meter.changed(Event::Redirected { to: redirect.to, via: redirect.via });
        }
    }

    /// Answers an echo request, also one to all stations or to a group (RFC 1122, 3.2.2.6). The reply may be fragmented if the request
    /// could be.
    fn reply_to_echo(&mut self, received: &Received, ip: &Ip<'_>, meter: &mut Meter<'_>) {
        if ip.source.is_unspecified() {
            return;
        }
        let own = self.is_own(&ip.destination).then_some(ip.destination);
        let Some(from) = own.or_else(|| self.iface.get_source_address(&ip.source)) else { return };
        let Some(message) = icmp_reply::echo_reply(ip, from) else { return };
        let fragments = match ip.source {
            IpAddress::Ipv4(_) if ip.dont_fragment => Fragments::AsUsual,
            IpAddress::Ipv4(_) | IpAddress::Ipv6(_) => Fragments::Allowed,
        };
        let header =
            Header { traffic_class: traffic_class(&received.frame), ..Header::icmp(from, ip.source) };
        self.output(header.packet(&[&message]), fragments, meter);
    }

    fn receive_udp(&mut self, received: &Received, ip: &Ip<'_>, meter: &mut Meter<'_>) {
        let Ok(udp) = UdpPacket::new_checked(ip.payload()) else { return };
        let Some(handle) = self.sockets.udp_at(udp.dst_port()) else {
            if udp.verify_checksum(&ip.source, &ip.destination) {
                self.send_error(received, ip, Trouble::PortUnreachable, meter);
            }
            return;
        };
        self.sockets.prepare_udp(handle);
        let before = self.sockets.udp(handle).recv_queue();
        self.hand_to_stack(&received.frame, meter);
        let dropped = !udp.payload().is_empty() && self.sockets.udp(handle).recv_queue() == before;
        if dropped && udp.verify_checksum(&ip.source, &ip.destination) {
            refuse(received, Refusal::SocketFull, meter);
        }
    }

    fn receive_tcp(&mut self, received: &Received, ip: &Ip<'_>, meter: &mut Meter<'_>) {
        let Some(segment) = Segment::read(ip, true) else { return };
        if received.to_group || !self.is_own(&ip.destination) {
            return;
        }
        let sockets = &self.sockets;
        match self.connections.arrived(meter.now, ip, &segment, |tuple| sockets.phase(tuple)) {
            Verdict::Drop => return,
            Verdict::Answer(frame) => return self.output(frame, Fragments::AsUsual, meter),
            Verdict::Pass => {}
        }
        let port = segment.tuple.local.port;
        let is_full = |listener: &Listener| listener.port == port && listener.is_full(&self.sockets);
        if segment.is_request()
            && (self.sockets.half_open(port) >= BACKLOG_MAX || self.listeners.iter().any(is_full))
        {
            return refuse(received, Refusal::BacklogFull, meter);
        }
        if segment.is_request()
            && let Some(listener) = self.listeners.iter().find(|listener| listener.port == port)
        {
            listener.prepare(&mut self.sockets);
        }
        self.hand_to_stack(&received.frame, meter);
        if segment.is_request() {
            // The next request of this moment finds a listener, too.
            let mut stack =
                Stack { iface: &mut self.iface, sockets: &mut self.sockets, made: &mut self.made };
            self.servers.iter_mut().for_each(|server| server.listen_again(&mut stack));
            self.listeners.iter_mut().for_each(|listener| listener.listen_again(&mut self.sockets));
        }
    }

    fn hand_to_stack(&mut self, frame: &Frame, meter: &mut Meter<'_>) {
        self.card.arrived = Some(frame.clone());
        nic::receive(&mut self.iface, meter.now.into(), &mut self.card, &mut self.sockets.set);
        self.drain(meter);
    }

    /// A packet is given up because a fragment of it did not come. `first`: its first fragment.
    pub(super) fn reassembly_expired(&mut self, first: &Frame, meter: &mut Meter<'_>) {
        let Some(ip) = packet::received(first) else { return };
        let to_group = Ethernet::read(first).is_some_and(|ethernet| !ethernet.destination.is_unicast());
        let received = Received { frame: first.clone(), original: first.clone(), to_group, tag: None };
        self.send_error(&received, &ip, Trouble::ReassemblyExpired, meter);
    }

    /// Sends an ICMP error about a received packet, if one may be sent.
    fn send_error(&mut self, received: &Received, ip: &Ip<'_>, trouble: Trouble, meter: &mut Meter<'_>) {
        let Some(packet) = packet::received(&received.original) else { return };
        let bytes = &received.original[ETHERNET_HEADER_BYTES..];
        let Some((head, quoted)) = icmp_reply::error(trouble, bytes, &packet, received.to_group) else {
            return;
        };
        let is_nowhere = !self.is_own(&ip.source) && self.way(&ip.source) == Way::Nowhere;
        if is_nowhere || !self.limits.allow(meter.now, ip.source) {
            return;
        }
        let own = self.is_own(&ip.destination).then_some(ip.destination);
        let Some(from) = own.or_else(|| self.iface.get_source_address(&ip.source)) else { return };
        // Errors have the precedence "internetwork control" (RFC 1812, 4.3.2.5), as with Linux.
        let traffic_class = if matches!(from, IpAddress::Ipv4(_)) { 0xc0 } else { 0 };
        let header = Header { hop_limit: HOP_LIMIT, traffic_class, ..Header::icmp(from, ip.source) };
        self.output(packet::icmp(&header, &[&head, quoted]), Fragments::AsUsual, meter);
    }
}

/// Drops a frame that was received.
fn refuse(received: &Received, why: Refusal, meter: &mut Meter<'_>) {
    if let Some(tag) = received.tag {
        meter.actions.refuse(tag, why);
    }
}

/// IPv4's type of service, IPv6's traffic class: a reply has its request's (RFC 1122, 3.2.2.6).
fn traffic_class(frame: &Frame) -> u8 {
    let packet = &frame[ETHERNET_HEADER_BYTES..];
    if packet[0] >> 4 == 4 { packet[1] } else { packet[0] << 4 | packet[1] >> 4 }
}
