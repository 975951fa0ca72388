//! What is for the router itself: it answers echo requests, speaks NDP and RIP, and says of all else that nobody listens.

use crate::icmp::{Trouble, icmpv4, icmpv6};
use crate::packet::{self, Received};
use crate::reassembly::{Fragment, Key, Outcome};
use crate::routing::Incoming;
use crate::{Actions, Refusal, Router, checksum, reset, rip};
use smoltcp::wire::{IpAddress, IpProtocol, Ipv4Packet, Ipv6Packet, UdpPacket};
use wire::Instant;
use wire::header::{IPV4_HEADER_BYTES, Ip};

const ECHO_REQUEST: u8 = 8;
const ECHO_REQUEST_IPV6: u8 = 128;
const ECHO_REPLY_IPV6: u8 = 129;

/// Whether an IPv4 header has a source route that is not at its end (RFC 791, 3.1): its destination is to forward it.
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

/// The payload and first fragment of a packet that is whole now.
fn whole(outcome: Outcome) -> Result<Option<(Vec<u8>, Received)>, Refusal> {
    match outcome {
        Outcome::Whole(payload, first) => Ok(Some((payload, *first))),
        Outcome::Waits => Ok(None),
        Outcome::Nonsense => Err(Refusal::Malformed),
    }
}

impl Router {
    /// Gives up fragments whose others did not come (RFC 1122, 3.3.2; RFC 8200, 4.5).
    pub(crate) fn poll_reassembly(&mut self, now: Instant, out: &mut Actions) {
        while let Some(first) = self.reassembly.expire(now) {
            if let Some(first) = first {
                self.complain(now, &first, Trouble::ReassemblyExpired, out);
            }
        }
    }

    /// A packet for everybody here, or for a group.
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
            return Err(Refusal::NobodyThere);
        }
        match header.next_header() {
            IpProtocol::Udp => self.receive_udp(now, received, header.payload(), header.hop_limit(), out),
            // Echo requests to everybody are not answered (RFC 1122, 3.2.2.6 leaves it open; all amplify attacks).
            IpProtocol::Icmp | IpProtocol::Igmp => Ok(()),
            _ => Err(Refusal::NobodyThere),
        }
    }

    /// A packet for one of the router's addresses.
    pub(crate) fn receive_own_ipv4(
        &mut self,
        now: Instant,
        received: Received,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let bytes = received.bytes();
        let header = Ipv4Packet::new_unchecked(bytes);
        let (from, to) = (header.src_addr(), header.dst_addr());
        if has_source_route(&bytes[IPV4_HEADER_BYTES..usize::from(header.header_len())]) {
            self.complain(now, &received, Trouble::SourceRouteFailed, out);
            return Err(Refusal::NobodyThere);
        }
        let payload = header.payload();
        if header.more_frags() || header.frag_offset() != 0 {
            let protocol = header.next_header().into();
            let key = Key { from: from.into(), to: to.into(), protocol, ident: header.ident().into() };
            let (offset, more) = (usize::from(header.frag_offset()), header.more_frags());
            let outcome = self.reassembly.add(now, key, &received, Fragment { offset, more, payload });
            let Some((payload, first)) = whole(outcome)? else { return Ok(()) };
            let packet = packet::whole_ipv4(first.bytes(), &payload).ok_or(Refusal::Malformed)?;
            return self.receive_own_ipv4(now, first.with_packet(&packet), out);
        }
        match header.next_header() {
            IpProtocol::Icmp => {
                if payload.len() < 8 || checksum::sum(payload) != 0xffff {
                    return Err(Refusal::Malformed);
                }
                if payload[0] == ECHO_REQUEST {
                    let answer = icmpv4(&[&[0; 4], &payload[4..]]);
                    let tos = bytes[1];
                    self.send_ipv4(now, Some(to), from, (IpProtocol::Icmp, tos), &answer, out);
                }
                Ok(())
            }
            IpProtocol::Udp => self.receive_udp(now, &received, payload, header.hop_limit(), out),
            IpProtocol::Tcp => {
                self.send_reset(now, &received, out);
                Err(Refusal::NobodyThere)
            }
            IpProtocol::Igmp => Ok(()),
            _ => {
                self.complain(now, &received, Trouble::UnknownProtocol(0), out);
                Err(Refusal::NobodyThere)
            }
        }
    }

    /// A packet for one of the router's addresses, or for a group that it is in.
    pub(crate) fn receive_own_ipv6(
        &mut self,
        now: Instant,
        received: Received,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let bytes = received.bytes();
        let header = Ipv6Packet::new_unchecked(bytes);
        let (from, to, link) = (header.src_addr(), header.dst_addr(), received.from);
        let ip = Ip::read(bytes).ok_or(Refusal::Malformed)?;
        if let Some(packet::FragmentHeader { at, fragment, .. }) = packet::fragment_header(bytes) {
            let key = Key { from: from.into(), to: to.into(), protocol: 0, ident: fragment.ident };
            let payload = &bytes[at + 8..];
            let (offset, more) = (fragment.offset, fragment.more);
            let outcome = self.reassembly.add(now, key, &received, Fragment { offset, more, payload });
            let Some((payload, first)) = whole(outcome)? else { return Ok(()) };
            let header = packet::fragment_header(first.bytes());
            let packet = header.and_then(|header| packet::whole_ipv6(first.bytes(), &header, &payload));
            let packet = packet.ok_or(Refusal::Malformed)?;
            return self.receive_own_ipv6(now, first.with_packet(&packet), out);
        }
        let payload = ip.payload();
        match ip.protocol {
            IpProtocol::Icmpv6 => {
                let pseudo = checksum::pseudo_v6(from, to, ip.protocol.into(), payload.len() as u32);
                if payload.len() < 8 || checksum::add(checksum::sum(payload), pseudo) != 0xffff {
                    return Err(Refusal::Malformed);
                }
                match payload[0] {
                    ECHO_REQUEST_IPV6 => {
                        let Some(way) = self.way_ipv6(link, from) else { return Ok(()) };
                        let own = if to.is_multicast() { self.source_ipv6(link, from) } else { Some(to) };
                        if let Some(own) = own.filter(|_| !from.is_unspecified()) {
                            let head = [ECHO_REPLY_IPV6, 0, 0, 0];
                            let answer = icmpv6(own, from, &[&head, &payload[4..]]);
                            self.send_ipv6(now, way, [own, from], IpProtocol::Icmpv6, &answer, out);
                        }
                        Ok(())
                    }
                    133 | 135 | 136 => self.receive_ndp(now, &received, payload, out),
                    // Errors are for who sent the packets that they are about; the router has no such business. The rest is
                    // the business of hosts, or is to be ignored (RFC 4443, 2.4).
                    _ => Ok(()),
                }
            }
            IpProtocol::Udp => self.receive_udp(now, &received, payload, header.hop_limit(), out),
            IpProtocol::Tcp => {
                self.send_reset(now, &received, out);
                Err(Refusal::NobodyThere)
            }
            IpProtocol::Ipv6NoNxt => Ok(()),
            _ => {
                self.complain(now, &received, Trouble::UnknownProtocol(ip.protocol_at as u32), out);
                Err(Refusal::NobodyThere)
            }
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
        if udp.dst_port() == port && speaks_rip && self.rip.is_some() {
            let datagram = Incoming {
                interface: received.from.id(),
                source: from,
                destination: to,
                source_port: udp.src_port(),
                destination_port: udp.dst_port(),
                hop_limit,
                payload: udp.payload(),
            };
            self.rip_heard(now, datagram, out);
            return Ok(());
        }
        // A group is not complained about: `complain` sees to that.
        self.complain(now, received, Trouble::PortUnreachable, out);
        Err(Refusal::NobodyThere)
    }

    /// Answers a TCP segment with a reset, as from whom it was for.
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
