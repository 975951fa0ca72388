//! Who asked, and who answered: ARP, neighbor discovery, ICMP echo, DNS.

use rustc_hash::FxHashMap;
use smoltcp::wire::{ArpOperation, ArpPacket, ArpRepr, IpAddress, IpProtocol, Ipv6Address};

use super::Packets;
use super::endpoints::Endpoint;
use crate::header::ip::Packet;

/// With more questions that nobody answers than this, the oldest are forgotten: a scan must not take all memory.
const OPEN_MAX: usize = 65_536;

/// What a question and its answer have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Question {
    /// Who has this address, asked by the other?
    Arp([u8; 4], [u8; 4]),
    Neighbor(Endpoint, Endpoint),
    /// From, to, identifier and sequence number.
    Echo(Endpoint, Endpoint, u32),
    /// From, to, and the identifier.
    Dns(Endpoint, Endpoint, u16),
}

/// What a packet is in a dialogue.
pub(super) enum Part {
    /// `true`: an answer is expected. Who asks for an address that it wants to take hopes for none.
    Asks(bool),
    /// The packet that asked, and when that was.
    Answers(u32, u64),
}

/// The questions that nobody has answered yet.
#[derive(Default)]
pub(super) struct Open {
    asked: FxHashMap<Question, (u32, u64)>,
    /// The same in the order in which they were asked.
    order: std::collections::VecDeque<(Question, u32)>,
}

impl Open {
    fn ask(&mut self, question: Question, at_ns: u64, packets: &Packets, expected: bool) -> Part {
        if self.order.len() >= OPEN_MAX
            && let Some((oldest, packet)) = self.order.pop_front()
            && self.asked.get(&oldest).is_some_and(|asked| asked.0 == packet)
        {
            self.asked.remove(&oldest);
        }
        self.asked.insert(question, (packets.next(), at_ns));
        self.order.push_back((question, packets.next()));
        Part::Asks(expected)
    }

    fn answer(&mut self, question: Question, packets: &mut Packets) -> Option<Part> {
        let (packet, at_ns) = self.asked.remove(&question)?;
        packets.answered(packet, packets.next());
        Some(Part::Answers(packet, at_ns))
    }

    pub fn arp(&mut self, message: &[u8], at_ns: u64, packets: &mut Packets) -> Option<Part> {
        let ArpRepr::EthernetIpv4 { operation, source_protocol_addr, target_protocol_addr, .. } =
            ArpRepr::parse(&ArpPacket::new_checked(message).ok()?).ok()?
        else {
            return None;
        };
        let (source, target) = (source_protocol_addr.octets(), target_protocol_addr.octets());
        match operation {
            // An announcement asks nobody.
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
        packets: &mut Packets,
    ) -> Option<Part> {
        let (source, destination) = (Endpoint::new(packet.source, 0), Endpoint::new(packet.destination, 0));
        let v6 = packet.carries == IpProtocol::Icmpv6;
        match (v6, message) {
            (false, &[8, 0, _, _, a, b, c, d, ..]) | (true, &[128, 0, _, _, a, b, c, d, ..]) => {
                let question = Question::Echo(source, destination, u32::from_be_bytes([a, b, c, d]));
                Some(self.ask(question, at_ns, packets, !packet.destination.is_multicast()))
            }
            (false, &[0, 0, _, _, a, b, c, d, ..]) | (true, &[129, 0, _, _, a, b, c, d, ..]) => {
                let question = Question::Echo(destination, source, u32::from_be_bytes([a, b, c, d]));
                self.answer(question, packets)
            }
            (true, &[kind @ (135 | 136), _, _, _, _, _, _, _, ref rest @ ..]) => {
                let target = Ipv6Address::from(*rest.first_chunk::<16>()?);
                let target = Endpoint::new(target.into(), 0);
                if kind == 135 {
                    let expected = !packet.source.is_unspecified();
                    return Some(self.ask(Question::Neighbor(target, source), at_ns, packets, expected));
                }
                // Who asked without having an address yet is answered to everybody.
                let nobody = Endpoint::new(IpAddress::Ipv6(Ipv6Address::UNSPECIFIED), 0);
                let asker = if packet.destination.is_multicast() { nobody } else { destination };
                self.answer(Question::Neighbor(target, asker), packets)
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
    ) -> Option<Part> {
        const PORT: u16 = 53;
        let &[a, b, flags, _, ..] = message else { return None };
        let ident = u16::from_be_bytes([a, b]);
        match flags & 0x80 != 0 {
            false if destination.1 == PORT => {
                Some(self.ask(Question::Dns(source.0, destination.0, ident), at_ns, packets, true))
            }
            true if source.1 == PORT => self.answer(Question::Dns(destination.0, source.0, ident), packets),
            _ => None,
        }
    }
}
