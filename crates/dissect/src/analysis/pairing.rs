//! Requests and their answers: ARP, neighbor discovery, ICMP echo, DNS.

use rustc_hash::FxHashMap;
use smoltcp::wire::{ArpOperation, ArpPacket, ArpRepr, IpAddress, IpProtocol, Ipv6Address};

use super::Packets;
use super::endpoints::Endpoint;
use super::rewritten::Rewritten;
use crate::header::ip::Packet;

/// Of more unanswered requests than this, the oldest are forgotten: a scan must not take all memory.
const OPEN_MAX: usize = 65_536;

/// What a request and its answer have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Question {
    /// The address that is asked for, and the sender's.
    Arp([u8; 4], [u8; 4]),
    Neighbor(Endpoint, Endpoint),
    /// From, to, both with the identifier, and the sequence number.
    Echo(Endpoint, Endpoint, u16),
    /// From, to, and the identifier.
    Dns(Endpoint, Endpoint, u16),
}

/// What a packet is in a dialog.
pub(super) enum Role {
    /// It asks.
    Request {
        /// Not of a probe for an address that the sender wants to take, and not of a ping to a group.
        answer_expected: bool,
    },
    /// It asks what was asked before and is not answered yet.
    Again {
        /// The number of the packet that asked first.
        first: u32,
    },
    /// It answers.
    Answer {
        /// The number of the request.
        request: u32,
        /// When the request was seen.
        asked_at_ns: u64,
    },
}

/// The requests without an answer so far.
#[derive(Default)]
pub(super) struct OpenRequests {
    asked: FxHashMap<Question, (u32, u64)>,
    /// The same in the order in which they were sent.
    order: std::collections::VecDeque<(Question, u32)>,
}

/// Which MAC address each IPv4 address was used with, and in which packet last.
#[derive(Default)]
pub(super) struct Addresses(FxHashMap<[u8; 4], ([u8; 6], u32)>);

impl Addresses {
    /// Notes the sender of an ARP request or reply. If its IPv4 address was used with another MAC address before: the last packet
    /// that did.
    pub fn claim(&mut self, message: &[u8], packet: u32) -> Option<u32> {
        let ArpRepr::EthernetIpv4 { operation, source_protocol_addr, source_hardware_addr, .. } =
            ArpRepr::parse(&ArpPacket::new_checked(message).ok()?).ok()?
        else {
            return None;
        };
        let usual = matches!(operation, ArpOperation::Request | ArpOperation::Reply);
        if !usual || source_protocol_addr.is_unspecified() || self.0.len() >= OPEN_MAX {
            return None;
        }
        let mac = source_hardware_addr.0;
        match self.0.entry(source_protocol_addr.octets()).or_insert((mac, packet)) {
            (known, last) if *known == mac => {
                *last = packet;
                None
            }
            (_, last) => Some(*last),
        }
    }
}

impl OpenRequests {
    fn ask(&mut self, question: Question, at_ns: u64, packets: &Packets, expected: bool) -> Role {
        if self.order.len() >= OPEN_MAX
            && let Some((oldest, packet)) = self.order.pop_front()
            && self.asked.get(&oldest).is_some_and(|asked| asked.0 == packet)
        {
            self.asked.remove(&oldest);
        }
        self.asked.insert(question, (packets.next(), at_ns));
        self.order.push_back((question, packets.next()));
        Role::Request { answer_expected: expected }
    }

    fn answer(&mut self, question: Question, packets: &mut Packets) -> Option<Role> {
        let (request, asked_at_ns) = self.asked.remove(&question)?;
        packets.answered(request, packets.next());
        Some(Role::Answer { request, asked_at_ns })
    }

    pub fn arp(&mut self, message: &[u8], at_ns: u64, packets: &mut Packets) -> Option<Role> {
        let ArpRepr::EthernetIpv4 { operation, source_protocol_addr, target_protocol_addr, .. } =
            ArpRepr::parse(&ArpPacket::new_checked(message).ok()?).ok()?
        else {
            return None;
        };
        let (source, target) = (source_protocol_addr.octets(), target_protocol_addr.octets());
        match operation {
            // An announcement expects no answer.
            ArpOperation::Request if source == target => None,
            ArpOperation::Request => {
                let question = Question::Arp(target, source);
                Some(self.ask(question, at_ns, packets, !source_protocol_addr.is_unspecified()))
            }
            ArpOperation::Reply => self.answer(Question::Arp(source, target), packets),
            ArpOperation::Unknown(_) => None,
        }
    }

    /// ICMP and ICMPv6.
    pub fn icmp(
        &mut self,
        message: &[u8],
        packet: &Packet,
        at_ns: u64,
        rewritten: &Rewritten,
        packets: &mut Packets,
    ) -> Option<Role> {
        let echo = |ident: [u8; 2]| {
            let (ends, backwards) = rewritten.ends_of_echo(packet, u16::from_be_bytes(ident));
            ends.in_order(backwards)
        };
        let (source, destination) = (Endpoint::new(packet.source, 0), Endpoint::new(packet.destination, 0));
        let v6 = packet.carries == IpProtocol::Icmpv6;
        match (v6, message) {
            (false, &[8, 0, _, _, a, b, c, d, ..]) | (true, &[128, 0, _, _, a, b, c, d, ..]) => {
                let [from, to] = echo([a, b]);
                let question = Question::Echo(from, to, u16::from_be_bytes([c, d]));
                Some(self.ask(question, at_ns, packets, !packet.destination.is_multicast()))
            }
            (false, &[0, 0, _, _, a, b, c, d, ..]) | (true, &[129, 0, _, _, a, b, c, d, ..]) => {
                let [from, to] = echo([a, b]);
                let question = Question::Echo(to, from, u16::from_be_bytes([c, d]));
                self.answer(question, packets)
            }
            (true, &[kind @ (135 | 136), _, _, _, _, _, _, _, ref rest @ ..]) => {
                let target = Ipv6Address::from(*rest.first_chunk::<16>()?);
                let target = Endpoint::new(target.into(), 0);
                if kind == 135 {
                    let expected = !packet.source.is_unspecified();
                    return Some(self.ask(Question::Neighbor(target, source), at_ns, packets, expected));
                }
                // A solicitation without a source address is answered to a group.
                let unspecified = Endpoint::new(IpAddress::Ipv6(Ipv6Address::UNSPECIFIED), 0);
                let requester = if packet.destination.is_multicast() { unspecified } else { destination };
                self.answer(Question::Neighbor(target, requester), packets)
            }
            _ => None,
        }
    }

    /// DNS over UDP (RFC 1035 §4.1.1), if it goes to or comes from its port.
    pub fn dns(
        &mut self,
        message: &[u8],
        source: (Endpoint, u16),
        destination: (Endpoint, u16),
        at_ns: u64,
        packets: &mut Packets,
    ) -> Option<Role> {
        const PORT: u16 = 53;
        let &[a, b, flags, _, ..] = message else { return None };
        let ident = u16::from_be_bytes([a, b]);
        match flags & 0x80 != 0 {
            false if destination.1 == PORT => {
                let question = Question::Dns(source.0, destination.0, ident);
                // The answer is one to the first.
                match self.asked.get(&question) {
                    Some(&(first, _)) => Some(Role::Again { first }),
                    None => Some(self.ask(question, at_ns, packets, true)),
                }
            }
            true if source.1 == PORT => self.answer(Question::Dns(destination.0, source.0, ident), packets),
            _ => None,
        }
    }
}
