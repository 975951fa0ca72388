//! A packet as filters read it: where its headers begin is found once, without allocating anything.
//!
//! A packet that completes something has two sides: what is around its IP header, and for segments that too, is read from its own
//! bytes; what it completes is read from the [whole](crate::analysis::Analysis::whole).

use std::ops::Range;

use smoltcp::wire::{IpAddress, IpProtocol, IpVersion};

use super::Subject;
use super::value::{Value, Visit};
use crate::analysis::Reading;
use crate::captured::{Captured, Link};
use crate::header::content::{Content, content};
use crate::header::ip;
use crate::message::{ApplicationMessage, Meaning, meaning};

/// A tunnel's packets, the innermost one, and the one that it quotes.
const PACKETS_MAX: usize = 4;

pub(super) struct Packet<'a> {
    pub subject: &'a Subject<'a>,
    /// What it completes, together with others.
    whole: Option<Captured<'a>>,
    arp: Option<Range<usize>>,
    /// The IP packets in the frame, from the outermost on; behind them the one that an ICMP error quotes.
    packets: [Option<ip::Packet>; PACKETS_MAX],
    /// The same of the whole packet that fragments make.
    assembled: [Option<ip::Packet>; 2],
}

impl<'a> Packet<'a> {
    pub fn new(subject: &'a Subject<'a>) -> Packet<'a> {
        let whole = match subject.notes.reading {
            Reading::Whole => subject.analysis.and_then(|analysis| analysis.whole(subject.number)),
            Reading::Own | Reading::Bare | Reading::Part | Reading::Continuation => None,
        };
        let mut packet =
            Packet { subject, whole, arp: None, packets: Default::default(), assembled: Default::default() };
        match content(subject.frame) {
            Some((_, Content::Arp(range, _))) => packet.arp = Some(range),
            Some((walk, Content::Ip(inner))) => {
                let fragment = inner.fragment.is_some();
                let quoted = quoted(subject.frame.bytes, &inner);
                let [first, second] = walk.outer;
                packet.packets = [first, second, Some(inner), quoted];
                if let Some(whole) = whole.filter(|_| fragment)
                    && let Some((_, Content::Ip(inner))) = content(whole)
                {
                    let quoted = self::quoted(whole.bytes, &inner);
                    packet.assembled = [Some(inner), quoted];
                }
            }
            _ => {}
        }
        packet
    }

    /// The MAC address at `at`.
    pub fn mac(&self, at: usize, visit: Visit<'_>) {
        if self.subject.frame.link == Link::Ethernet
            && let Some(mac) = self.subject.frame.bytes.get(at..).and_then(|bytes| bytes.first_chunk())
        {
            visit(Value::Mac(*mac));
        }
    }

    pub fn short(&self, at: usize) -> Option<i64> {
        let bytes = self.subject.frame.bytes.get(at..)?.first_chunk()?;
        Some(u16::from_be_bytes(*bytes).into())
    }

    /// The Ethernet header, if the link has one.
    pub fn ethernet(&self) -> Option<&'a [u8]> {
        let frame = self.subject.frame;
        (frame.link == Link::Ethernet).then(|| frame.bytes.get(..14))?
    }

    /// Where the customers' VLAN tags are, those that came before 802.1ad among them.
    pub fn tags(&self, mut tag: impl FnMut(usize)) {
        if self.subject.frame.link != Link::Ethernet {
            return;
        }
        let mut at = 12;
        while let Some(kind @ (0x8100 | 0x88a8 | 0x9100)) = self.short(at)
            && at + 2 < self.subject.frame.bytes.len()
        {
            if kind != 0x88a8 {
                tag(at + 2);
            }
            at += 4;
        }
    }

    pub fn arp(&self, message: impl FnOnce(&[u8])) {
        if let Some(range) = &self.arp {
            message(&self.subject.frame.bytes[range.clone()]);
        }
    }

    /// The packets of one of the versions.
    fn ip(&self, v6: bool) -> impl Iterator<Item = &ip::Packet> {
        self.packets.iter().flatten().filter(move |packet| packet.is_ipv6() == v6)
    }

    /// Each IP header, and it with all that follows.
    pub fn headers(&self, v6: bool, mut header: impl FnMut(&[u8], &[u8])) {
        let frame = self.subject.frame.bytes;
        self.ip(v6).for_each(|packet| {
            let length = if v6 { 40 } else { packet.payload.start - packet.at };
            header(frame.get(packet.at..packet.at + length).unwrap_or(&[]), &frame[packet.at..]);
        });
    }

    /// The addresses, `[source, destination]`.
    pub fn addresses(&self, v6: bool, which: [bool; 2], visit: Visit<'_>) {
        for packet in self.ip(v6) {
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

    /// The message of each packet that carries this protocol: of a fragmented packet where it is complete.
    pub fn transport(&self, protocol: IpProtocol, mut header: impl FnMut(&[u8])) {
        let own = self.packets.iter().flatten().map(|packet| (self.subject.frame, packet));
        let whole = self
            .whole
            .into_iter()
            .flat_map(|whole| self.assembled.iter().flatten().map(move |packet| (whole, packet)));
        own.chain(whole)
            .filter(|(_, packet)| packet.carries == protocol && packet.fragment.is_none())
            .for_each(|(frame, packet)| header(&frame.bytes[packet.payload.clone()]));
    }

    pub fn icmp(&self, v6: bool, message: impl FnMut(&[u8])) {
        self.transport(if v6 { IpProtocol::Icmpv6 } else { IpProtocol::Icmp }, message);
    }

    /// Whether the tree can have this field: not if its protocol is not in the packet. Making the tree costs a hundred times as
    /// much.
    pub fn may_have(&self, key: &str) -> bool {
        let [.., inner, quoted] = &self.packets;
        let inner = self.assembled[0].as_ref().or(inner.as_ref());
        let carries = |protocol| inner.is_some_and(|packet| packet.carries == protocol);
        let tunnel = self.packets[0].is_some();
        let first = key.split('.').next();
        let reading = self.subject.notes.reading;
        if matches!(reading, Reading::Bare | Reading::Part | Reading::Continuation)
            && matches!(first, Some("http" | "dns" | "tls" | "data"))
        {
            return false;
        }
        // Of a fragmented packet, the message is where it is complete.
        if inner.is_some_and(|packet| packet.fragment.is_some())
            && matches!(
                first,
                Some("tcp" | "udp" | "icmp" | "icmpv6" | "igmp" | "dns" | "dhcp" | "rip" | "ripng" | "ntp")
            )
        {
            return false;
        }
        let speaks = |is: fn(&ApplicationMessage<'_>) -> bool| self.application().as_ref().is_some_and(is);
        match first {
            Some("http") => return speaks(|message| matches!(message, ApplicationMessage::Http(_))),
            Some("dns") => return speaks(|message| matches!(message, ApplicationMessage::Dns(_))),
            Some("tls") => return speaks(|message| matches!(message, ApplicationMessage::Tls(_))),
            Some("dhcp") => return speaks(|message| matches!(message, ApplicationMessage::Dhcp(_))),
            Some("ntp") => return speaks(|message| matches!(message, ApplicationMessage::Ntp(_))),
            Some("rip" | "ripng") => return speaks(|message| matches!(message, ApplicationMessage::Rip(_))),
            _ => {}
        }
        quoted.is_some()
            || match first {
                Some("arp") => self.arp.is_some(),
                Some("tcp") => carries(IpProtocol::Tcp),
                Some("udp") => carries(IpProtocol::Udp) || tunnel,
                Some("stp" | "llc" | "lldp" | "cdp") => inner.is_none(),
                Some("icmp" | "icmpv6" | "igmp") => !carries(IpProtocol::Tcp) && !carries(IpProtocol::Udp),
                _ => true,
            }
    }

    /// The bytes that have this field: what the packet completes, for what is behind the headers of its own bytes.
    pub fn frame_with(&self, key: &str) -> Captured<'a> {
        let first = key.split('.').next();
        let fragment = self.assembled[0].is_some();
        match (self.whole, first) {
            (Some(whole), Some("http" | "dns" | "tls")) => whole,
            (
                Some(whole),
                Some("tcp" | "udp" | "icmp" | "icmpv6" | "igmp" | "dhcp" | "rip" | "ripng" | "ntp" | "data"),
            ) if fragment => whole,
            _ => self.subject.frame,
        }
    }

    /// What the line of the packet is about.
    pub fn meaning(&self) -> Meaning<'a> {
        meaning(self.whole.unwrap_or(self.subject.frame))
    }

    /// The message of a program in it.
    pub fn application(&self) -> Option<ApplicationMessage<'a>> {
        match self.subject.notes.reading {
            Reading::Own | Reading::Whole => self.meaning().message.application().copied(),
            Reading::Bare | Reading::Part | Reading::Continuation => None,
        }
    }

    /// What it completes, if it does.
    pub fn whole(&self) -> Option<Captured<'a>> {
        self.whole
    }

    /// Whether it completes a fragmented packet.
    pub fn is_last_fragment(&self) -> bool {
        self.assembled[0].is_some()
    }

    /// Whether the notes are about a TCP segment.
    pub fn is_segment(&self) -> bool {
        self.inner() == Some(IpProtocol::Tcp)
    }

    pub fn is_datagram(&self) -> bool {
        self.inner() == Some(IpProtocol::Udp)
    }

    /// What the innermost packet carries.
    pub fn inner(&self) -> Option<IpProtocol> {
        self.assembled[0].as_ref().or(self.packets[2].as_ref()).map(|packet| packet.carries)
    }

    /// Seconds and more between packets, as signed nanoseconds.
    pub fn since(&self, earlier_ns: u64) -> i64 {
        self.subject.at_ns.wrapping_sub(earlier_ns) as i64
    }
}

/// The packet that an ICMP error is about (RFC 792, RFC 4443 §2.4).
fn quoted(frame: &[u8], packet: &ip::Packet) -> Option<ip::Packet> {
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
}
