//! A packet as filters read it: where its headers begin is found once, without allocating anything.

use std::ops::Range;

use smoltcp::wire::{IpAddress, IpProtocol, IpVersion};

use super::Subject;
use super::value::{Value, Visit};
use crate::header::content::{Content, content};
use crate::header::ip;

pub(super) struct Packet<'a> {
    pub subject: &'a Subject<'a>,
    arp: Option<Range<usize>>,
    /// The IP packet and, if it is an ICMP error, the one that it quotes; with where their headers begin.
    packets: [Option<(usize, ip::Packet)>; 2],
}

impl<'a> Packet<'a> {
    pub fn new(subject: &'a Subject<'a>) -> Packet<'a> {
        let mut packet = Packet { subject, arp: None, packets: [None, None] };
        match content(subject.frame) {
            Some((_, Content::Arp(range))) => packet.arp = Some(range),
            Some((link, Content::Ip(outer))) => {
                let quoted = quoted(subject.frame, &outer);
                packet.packets = [Some((link.payload.start, outer)), quoted];
            }
            _ => {}
        }
        packet
    }

    /// The Ethernet address at `at`.
    pub fn mac(&self, at: usize, visit: Visit<'_>) {
        if let Some(mac) = self.subject.frame.get(at..).and_then(|bytes| bytes.first_chunk()) {
            visit(Value::Mac(*mac));
        }
    }

    pub fn short(&self, at: usize) -> Option<u64> {
        let bytes = self.subject.frame.get(at..)?.first_chunk()?;
        Some(u16::from_be_bytes(*bytes).into())
    }

    /// Where the VLAN tags are.
    pub fn tags(&self, mut tag: impl FnMut(usize)) {
        let mut at = 12;
        while let Some(0x8100 | 0x88a8) = self.short(at)
            && at + 2 < self.subject.frame.len()
        {
            tag(at + 2);
            at += 4;
        }
    }

    pub fn arp(&self, message: impl FnOnce(&[u8])) {
        if let Some(range) = &self.arp {
            message(&self.subject.frame[range.clone()]);
        }
    }

    /// The packets of one of the versions.
    fn ip(&self, v6: bool) -> impl Iterator<Item = &(usize, ip::Packet)> {
        self.packets.iter().flatten().filter(move |(_, packet)| packet.is_ipv6() == v6)
    }

    /// From the beginning of each IP header.
    pub fn headers(&self, v6: bool, mut header: impl FnMut(&[u8])) {
        self.ip(v6).for_each(|&(at, _)| header(&self.subject.frame[at..]));
    }

    /// The addresses, `[source, destination]`.
    pub fn addresses(&self, v6: bool, which: [bool; 2], visit: Visit<'_>) {
        for (_, packet) in self.ip(v6) {
            for (wanted, address) in which.into_iter().zip([packet.source, packet.destination]) {
                if wanted {
                    visit(Value::Address(match address {
                        IpAddress::Ipv4(v4) => v4.into(),
                        IpAddress::Ipv6(v6) => v6.into(),
                    }));
                }
            }
        }
    }

    /// The message of each packet that carries this protocol, without later fragments.
    pub fn transport(&self, protocol: IpProtocol, mut header: impl FnMut(&[u8])) {
        let begins =
            |packet: &ip::Packet| packet.fragment.as_ref().is_none_or(|fragment| fragment.offset == 0);
        self.packets
            .iter()
            .flatten()
            .filter(|(_, packet)| packet.carries == protocol && begins(packet))
            .for_each(|(_, packet)| header(&self.subject.frame[packet.payload.clone()]));
    }

    pub fn icmp(&self, v6: bool, message: impl FnMut(&[u8])) {
        self.transport(if v6 { IpProtocol::Icmpv6 } else { IpProtocol::Icmp }, message);
    }

    /// Whether the tree can have this field: not if its protocol is not in the packet. Making the tree costs a hundred times as
    /// much.
    pub fn may_have(&self, key: &str) -> bool {
        let [outer, quoted] = &self.packets;
        let carries = |protocol| outer.as_ref().is_some_and(|(_, packet)| packet.carries == protocol);
        quoted.is_some()
            || match key.split('.').next() {
                Some("arp") => self.arp.is_some(),
                Some("tcp" | "http") => carries(IpProtocol::Tcp),
                Some("udp" | "dhcp" | "rip" | "ripng") => carries(IpProtocol::Udp),
                Some("dns") => carries(IpProtocol::Tcp) || carries(IpProtocol::Udp),
                Some("icmp" | "icmpv6" | "igmp") => !carries(IpProtocol::Tcp) && !carries(IpProtocol::Udp),
                _ => true,
            }
    }

    /// Whether the notes are about a TCP segment.
    pub fn is_segment(&self) -> bool {
        self.outer() == Some(IpProtocol::Tcp)
    }

    pub fn is_datagram(&self) -> bool {
        self.outer() == Some(IpProtocol::Udp)
    }

    fn outer(&self) -> Option<IpProtocol> {
        self.packets[0].as_ref().map(|(_, packet)| packet.carries)
    }
}

/// The packet that an ICMP error is about (RFC 792, RFC 4443 §2.4).
fn quoted(frame: &[u8], packet: &ip::Packet) -> Option<(usize, ip::Packet)> {
    const HEADER_LEN: usize = 8;
    if packet.fragment.as_ref().is_some_and(|fragment| fragment.offset > 0) {
        return None;
    }
    let body = packet.payload.start + HEADER_LEN..packet.payload.end;
    match (packet.carries, frame[packet.payload.clone()].first()?) {
        _ if body.start > body.end => None,
        (IpProtocol::Icmp, 3 | 4 | 5 | 11 | 12) => ip::packet(frame, body.clone(), IpVersion::Ipv4),
        (IpProtocol::Icmpv6, 1..=4) => ip::packet(frame, body.clone(), IpVersion::Ipv6),
        _ => None,
    }
    .map(|inner| (body.start, inner))
}
