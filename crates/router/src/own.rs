//! Packets for the router itself: it answers echo requests, takes NDP and RIP, and answers everything else with an error or a reset.

use crate::icmp::{IcmpError, icmpv4, icmpv6};
use crate::packet::{self, Received};
use crate::reassembly::{Fragment, Key, Outcome};
use crate::routing::Incoming;
use crate::{Actions, Refusal, Router, checksum, options, reset, rip};
use smoltcp::wire::{IpAddress, IpProtocol, IpVersion, Ipv4Packet, UdpPacket};
use wire::Instant;
use wire::header::{IPV4_HEADER_BYTES, Icmp, Ip};

const ECHO_REQUEST: u8 = 8;
const ECHO_REQUEST_IPV6: u8 = 128;
const ECHO_REPLY_IPV6: u8 = 129;
const MLD_QUERY: u8 = 130;

/// Whether an IPv4 header has a source route with stations left (RFC 791, 3.1), so that its destination is to forward it.
fn has_source_route(mut options: &[u8]) -> bool {
    while let [kind, rest @ ..] = options {
        let len = match (kind, rest) {
            (0, _) => return false,
            (1, _) => 1,
            (131 | 137, [len, pointer, ..]) if pointer <= len => return true,
            (_, [len, ..]) if *len >= 2 => usize::from(*len),
            _ => return false,
        };
        options = options.get(len..).unwrap_or(&[]);
    }
    false
}

/// The key and fragment for reassembly; `None`: the packet has no fragment header, or is not a part of another one. An IPv6 packet
/// with a fragment header is reassembled even if it is whole (RFC 6946), which drops that header.
fn fragment<'p>(bytes: &'p [u8], ip: &Ip<'p>) -> Option<(Key, Fragment<'p>)> {
    let (protocol, part, payload) = match ip.source {
        IpAddress::Ipv4(_) => (ip.protocol.into(), ip.fragment?, ip.payload()),
        // The protocol is the same in all fragments only in IPv4's key (RFC 8200, 4.5).
        IpAddress::Ipv6(_) => {
            let header = packet::fragment_header(bytes)?;
            (0, header.fragment, bytes.get(header.at + packet::FRAGMENT_HEADER_BYTES..)?)
        }
    };
    let key = Key { from: ip.source, to: ip.destination, protocol, ident: part.ident };
    Some((key, Fragment { offset: part.offset, more: part.more, payload }))
}

impl Router {
    /// Drops packets whose fragments did not all arrive in time (RFC 1122, 3.3.2; RFC 8200, 4.5).
    pub(crate) fn poll_reassembly(&mut self, now: Instant, out: &mut Actions) {
        while let Some(first) = self.reassembly.expire(now) {
            if let Some(first) = first {
                self.send_icmp_error(now, &first, IcmpError::ReassemblyExpired, out);
            }
        }
    }

    /// A broadcast packet, or one to a group.
    pub(crate) fn receive_group_ipv4(
        &mut self,
        now: Instant,
        received: &Received,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let header = Ipv4Packet::new_unchecked(received.bytes());
        let [.., last] = header.dst_addr().octets();
        if header.dst_addr().is_multicast() {
            let rip = last == 9 && self.interfaces.get(&received.from).is_some_and(|here| here.rip);
            let is_ours = header.dst_addr().octets()[..3] == [224, 0, 0] && (last == 1 || last == 2 || rip);
            if !is_ours {
                return Err(Refusal::NotForUs);
            }
        }
        if header.more_frags() || header.frag_offset() != 0 {
            return Err(Refusal::Undeliverable);
        }
        match header.next_header() {
            IpProtocol::Udp => self.receive_udp(now, received, header.payload(), header.hop_limit(), out),
            // Echo requests to a broadcast address are not answered (RFC 1122, 3.2.2.6 permits it): answers would amplify attacks.
            IpProtocol::Icmp | IpProtocol::Igmp => Ok(()),
            _ => Err(Refusal::Undeliverable),
        }
    }

    /// A packet for one of the router's addresses or, with IPv6, for a group that it is in.
    pub(crate) fn receive_own(
        &mut self,
        now: Instant,
        received: Received,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let bytes = received.bytes();
        let ip = Ip::read(bytes).ok_or(Refusal::Malformed)?;
        let version = ip.source.version();
        if version == IpVersion::Ipv4 && has_source_route(&bytes[IPV4_HEADER_BYTES..ip.payload_at]) {
            self.send_icmp_error(now, &received, IcmpError::SourceRouteFailed, out);
            return Err(Refusal::Undeliverable);
        }
        if let Some((key, fragment)) = fragment(bytes, &ip) {
            return match self.reassembly.add(now, key, &received, fragment) {
                Outcome::Waits => Ok(()),
                Outcome::Nonsense => Err(Refusal::Malformed),
                Outcome::Whole(payload, first) => {
                    let packet = packet::whole(first.bytes(), &payload).ok_or(Refusal::Malformed)?;
                    let whole = first.with_packet(&packet);
                    // Options behind the fragment header can be read only now.
                    match version {
                        IpVersion::Ipv6 => match options::demand_ipv6(whole.bytes(), true) {
                            Some(demand) => Err(self.obey(now, &whole, demand, out)),
                            None => self.receive_own(now, whole, out),
                        },
                        IpVersion::Ipv4 => self.receive_own(now, whole, out),
                    }
                }
            };
        }
        match (ip.protocol, version) {
            (IpProtocol::Icmp, IpVersion::Ipv4) => self.receive_icmpv4(now, bytes, &ip, out),
            (IpProtocol::Icmpv6, IpVersion::Ipv6) => self.receive_icmpv6(now, &received, &ip, out),
            (IpProtocol::Udp, _) => self.receive_udp(now, &received, ip.payload(), ip.hop_limit, out),
            (IpProtocol::Tcp, _) => {
                self.send_reset(now, &received, out);
                Err(Refusal::Undeliverable)
            }
            (IpProtocol::Igmp, IpVersion::Ipv4) | (IpProtocol::Ipv6NoNxt, IpVersion::Ipv6) => Ok(()),
            _ => {
                self.send_icmp_error(now, &received, IcmpError::UnknownProtocol(ip.protocol_at as u32), out);
                Err(Refusal::Undeliverable)
            }
        }
    }

    /// Answers an ICMPv4 echo request, with its type of service (RFC 1122, 3.2.2.6 and 3.2.4), and with the route and the times
    /// that it has recorded (RFC 1812, 4.3.3.6). Other messages need no answer.
    fn receive_icmpv4(
        &mut self,
        now: Instant,
        packet: &[u8],
        ip: &Ip<'_>,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let (IpAddress::Ipv4(from), IpAddress::Ipv4(to)) = (ip.source, ip.destination) else { return Ok(()) };
        let message = ip.payload();
        if message.len() < Icmp::BYTES || checksum::sum(message) != 0xffff {
            return Err(Refusal::Malformed);
        }
        if message[0] == ECHO_REQUEST {
            let answer = icmpv4(&[&[0; 4], &message[4..]]);
            let options = options::recorded_ipv4(packet);
            self.send_ipv4_with(now, Some(to), from, (IpProtocol::Icmp, packet[1], &options), &answer, out);
        }
        Ok(())
    }

    /// Answers an ICMPv6 echo request (RFC 4443, 4.2), and takes NDP messages. Errors are about packets that the router sent, for
    /// which it has no use; the rest is for hosts, or is ignored (RFC 4443, 2.4).
    fn receive_icmpv6(
        &mut self,
        now: Instant,
        received: &Received,
        ip: &Ip<'_>,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) = (ip.source, ip.destination) else { return Ok(()) };
        let message = ip.payload();
        let pseudo = checksum::pseudo_v6(from, to, ip.protocol.into(), message.len() as u32);
        if message.len() < Icmp::BYTES || checksum::add(checksum::sum(message), pseudo) != 0xffff {
            return Err(Refusal::Malformed);
        }
        match message[0] {
            ECHO_REQUEST_IPV6 => {
                let link = received.from;
                let Some(way) = self.way_ipv6(link, from) else { return Ok(()) };
                let for_many = to.is_multicast() || !self.is_own(link, to.into());
                let own = if for_many { self.source_ipv6(link, from) } else { Some(to) };
                if let Some(own) = own.filter(|_| !from.is_unspecified()) {
                    let answer = icmpv6(own, from, &[&[ECHO_REPLY_IPV6, 0, 0, 0], &message[4..]]);
                    self.send_ipv6(now, way, [own, from], IpProtocol::Icmpv6, &answer, out);
                }
                Ok(())
            }
            MLD_QUERY => {
                self.memberships.receive(now, received.from, ip);
                Ok(())
            }
            133 | 135 | 136 => self.receive_ndp(now, received, message, out),
            _ => Ok(()),
        }
    }

    fn receive_udp(
        &mut self,
        now: Instant,
        received: &Received,
        datagram: &[u8],
        hop_limit: u8,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let ip = Ip::read(received.bytes()).ok_or(Refusal::Malformed)?;
        let (from, to) = (ip.source, ip.destination);
        let udp = UdpPacket::new_checked(datagram).map_err(|_| Refusal::Malformed)?;
        if !udp.verify_checksum(&from, &to) || udp.dst_port() == 0 {
            return Err(Refusal::Malformed);
        }
        let port = match to {
            IpAddress::Ipv4(_) => rip::PORT_V2,
            IpAddress::Ipv6(_) => rip::PORT_NG,
        };
        let speaks_rip = self.interfaces.get(&received.from).is_some_and(|here| here.rip);
        let datagram = Incoming {
            interface: received.from.id(),
            source: from,
            destination: to,
            source_port: udp.src_port(),
            destination_port: udp.dst_port(),
            hop_limit,
            payload: udp.payload(),
        };
        if udp.dst_port() == port && speaks_rip && self.rip.is_some() {
            self.receive_rip(now, datagram, out);
            return Ok(());
        }
        if self.serves(to, udp.dst_port()) {
            self.receive_service(now, &datagram, out);
            return Ok(());
        }
        // No error is sent about packets to a group: `send_icmp_error` checks that.
        self.send_icmp_error(now, received, IcmpError::PortUnreachable, out);
        Err(Refusal::Undeliverable)
    }

    /// Answers a TCP segment with a reset, sent from the segment's destination.
    pub(crate) fn send_reset(&mut self, now: Instant, received: &Received, out: &mut Actions) {
        let bytes = received.bytes();
        let Some(Ip { source: from, destination: to, .. }) = Ip::read(bytes) else { return };
        let Some(answer) = reset::segment(bytes).and_then(|segment| reset::answer(bytes, segment)) else {
            return;
        };
        match (from, to) {
            (IpAddress::Ipv4(from), IpAddress::Ipv4(to)) => {
                self.send_ipv4(now, Some(to), from, (IpProtocol::Tcp, 0), &answer, out);
            }
            (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) => {
                if let Some(way) = self.way_ipv6(received.from, from) {
                    self.send_ipv6(now, way, [to, from], IpProtocol::Tcp, &answer, out);
                }
            }
            _ => {}
        }
    }
}
