//! Sightings as pcapng (draft-ietf-opsawg-pcapng), which Wireshark and tshark read.
//!
//! Each port of each node is an interface. A frame that is seen at several ports is several packets with the same packet id.
//! A dropped frame is seen at its sender's port, with a comment that gives the reason. Virtual time begins at 1970.

use crate::block::*;
use crate::place::{Network, Place};
use crate::sighting::Sighting;
use netlab::Instant;
use netlab::history::{Fate, Transit};
use netlab::topology::{Direction, NodeKind};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use std::io::{self, Write};

/// Reception types in a packet's flags (bits 2 to 4).
const UNICAST: u32 = 1 << 2;
const MULTICAST: u32 = 2 << 2;
const BROADCAST: u32 = 3 << 2;
const PROMISCUOUS: u32 = 4 << 2;

/// A capture being written. One that is not [finished](Self::finish) has all its packets, but no statistics.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    /// The block that is being written: its memory is used again.
    block: Block,
    ports: Vec<Port>,
    /// For each direction the port that sends into it, as a place in `ports`.
    senders: Vec<Option<u32>>,
    written: u64,
}

/// An interface.
#[derive(Debug)]
struct Port {
    /// A host's card. Hubs and switches take every frame.
    mac: Option<EthernetAddress>,
    seen: u64,
    written: u64,
    dropped: u64,
    /// Frames dropped since this port's last packet.
    dropped_since: u64,
}

/// A capture could not be written.
#[derive(Debug, thiserror::Error)]
#[error(
    "the capture could not be written after {packets} packets: what was written until then can be opened"
)]
pub struct WriteError {
    /// The number of packets written before.
    pub packets: u64,
    /// The error of the output.
    pub source: io::Error,
}

impl<W: Write> Writer<W> {
    /// Begins a capture of what is seen at this place: its ports become interfaces, in the order of nodes and ports.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn new(out: W, network: &Network<'_>, place: Place) -> Result<Self, WriteError> {
        let directions = network.topology.links.len() * 2;
        let mut writer = Self {
            out,
            block: Block::default(),
            ports: Vec::new(),
            senders: vec![None; directions],
            written: 0,
        };
        writer.section(network)?;
        for (direction, name) in network.ports() {
            let is_seen = match place {
                Place::Once | Place::Everywhere => true,
                Place::Link(link) => direction.link == link,
                Place::Port(port) => direction == port,
            };
            if is_seen {
                writer.interface(network, direction, &name)?;
            }
        }
        writer.names(network)?;
        Ok(writer)
    }

    /// The number of packets written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes a packet.
    ///
    /// # Errors
    /// If the output cannot be written.
    ///
    /// # Panics
    /// If it was not seen at the writer's place, or on a cable that its network did not have.
    pub fn write(&mut self, sighting: Sighting, transit: &Transit) -> Result<(), WriteError> {
        let interface = self.see(sighting, transit);
        let port = &mut self.ports[interface as usize];
        let frame = &transit.frame;
        self.block
            .begin(ENHANCED_PACKET)
            .u32(interface)
            .time(sighting.at.nanos())
            .u32(frame.len() as u32)
            .u32(frame.len() as u32)
            .padded(frame);
        for comment in comments(sighting, transit).into_iter().flatten() {
            self.block.option(OPT_COMMENT, comment.as_bytes());
        }
        let direction = if sighting.sent { OUTBOUND } else { INBOUND };
        let flags = direction | reception(frame, port.mac.filter(|_| !sighting.sent));
        self.block.option(EPB_FLAGS, &flags.to_le_bytes());
        if port.dropped_since > 0 {
            self.block.option(EPB_DROPCOUNT, &port.dropped_since.to_le_bytes());
        }
        self.block.option(EPB_PACKETID, &transit.frame_id.0.to_le_bytes()).option(OPT_END, &[]);
        port.dropped_since = 0;
        port.written += 1;
        self.put()?;
        self.written += 1;
        Ok(())
    }

    /// Leaves out a frame that was seen but does not pass the filter: it is in the statistics only.
    ///
    /// # Panics
    /// As [`write`](Self::write).
    pub fn skip(&mut self, sighting: Sighting, transit: &Transit) {
        self.see(sighting, transit);
    }

    /// Ends the capture with each interface's statistics, and returns the output. `end` is the moment up to which the world has
    /// run: frames that had not left or arrived by then are not in it.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn finish(mut self, end: Instant) -> Result<W, WriteError> {
        for number in 0..self.ports.len() {
            let Port { seen, written, dropped, .. } = self.ports[number];
            let time = |code, at: Instant| {
                let halves = [(at.nanos() >> 32) as u32, at.nanos() as u32].map(u32::to_le_bytes);
                (code, halves.concat())
            };
            let times = [time(ISB_STARTTIME, Instant::ZERO), time(ISB_ENDTIME, end)];
            let counts = [(ISB_IFRECV, seen), (ISB_IFDROP, dropped), (ISB_FILTERACCEPT, written)];
            self.block.begin(INTERFACE_STATISTICS).u32(number as u32).time(end.nanos());
            for (code, value) in times {
                self.block.option(code, &value);
            }
            for (code, count) in counts {
                self.block.option(code, &count.to_le_bytes());
            }
            self.block.option(OPT_END, &[]);
            self.put()?;
        }
        let flushed = self.out.flush();
        self.done(flushed)?;
        Ok(self.out)
    }

    /// Counts a frame at the interface where it is seen.
    fn see(&mut self, sighting: Sighting, transit: &Transit) -> u32 {
        assert_eq!(sighting.transit, transit.id, "a sighting and its transit belong together");
        let interface = self.senders.get(sighting.port(transit).index()).copied().flatten();
        let interface = interface.expect("the writer's place has a port for what is seen there");
        let port = &mut self.ports[interface as usize];
        port.seen += 1;
        if sighting.sent && transit.fate != Fate::Delivered {
            port.dropped += 1;
            port.dropped_since += 1;
        }
        interface
    }

    fn section(&mut self, network: &Network<'_>) -> Result<(), WriteError> {
        self.block.begin(SECTION_HEADER).u32(BYTE_ORDER_MAGIC).u16(1).u16(0).u64(u64::MAX);
        if !network.title.is_empty() {
            self.block.option(OPT_COMMENT, network.title.as_bytes());
        }
        self.block
            .option(SHB_HARDWARE, b"a simulated network, in virtual time from 1970 on")
            .option(SHB_OS, b"smoltcp")
            .option(SHB_USERAPPL, concat!("Packetarium ", env!("CARGO_PKG_VERSION")).as_bytes())
            .option(OPT_END, &[]);
        self.put()
    }

    fn interface(
        &mut self,
        network: &Network<'_>,
        direction: Direction,
        name: &str,
    ) -> Result<(), WriteError> {
        let topology = network.topology;
        let (node, far) = (topology.sender(direction), topology.receiver(direction));
        let kind = match topology.node(node).kind {
            NodeKind::Host(_) => "host",
            NodeKind::Hub => "hub",
            NodeKind::Switch(_) => "switch",
            NodeKind::Router(_) => "router",
        };
        let [near, far] = [node, far].map(|node| &topology.node(node).name);
        let description = format!("{kind} {near}, cable to {far}");
        // No limit to the length of a frame.
        self.block.begin(INTERFACE_DESCRIPTION).u16(ETHERNET).u16(0).u32(0);
        self.block.option(IF_NAME, name.as_bytes());
        self.block.option(IF_DESCRIPTION, description.as_bytes());
        let host = topology.host(node);
        for cidr in host.into_iter().flat_map(|host| host.addresses_of_stack(node)) {
            match cidr {
                IpCidr::Ipv4(cidr) => {
                    let both = [cidr.address().octets(), cidr.netmask().octets()].concat();
                    self.block.option(IF_IPV4ADDR, &both)
                }
                IpCidr::Ipv6(cidr) => {
                    let both = [&cidr.address().octets()[..], &[cidr.prefix_len()]].concat();
                    self.block.option(IF_IPV6ADDR, &both)
                }
            };
        }
        let mac = host.map(|host| host.mac(node));
        if let Some(mac) = mac {
            self.block.option(IF_MACADDR, &mac.0);
        }
        if let Some(rate) = topology.link(direction.link).ways[direction.from.index()].line.rate {
            self.block.option(IF_SPEED, &rate.get().to_le_bytes());
        }
        // Nanoseconds.
        self.block.option(IF_TSRESOL, &[9]).option(OPT_END, &[]);
        self.put()?;
        self.senders[direction.index()] = Some(self.ports.len() as u32);
        self.ports.push(Port { mac, seen: 0, written: 0, dropped: 0, dropped_since: 0 });
        Ok(())
    }

    /// The addresses of the nodes, with their names.
    fn names(&mut self, network: &Network<'_>) -> Result<(), WriteError> {
        self.block.begin(NAME_RESOLUTION);
        for node in network.topology.node_ids() {
            let Some(host) = network.topology.host(node) else { continue };
            for cidr in host.addresses_of_stack(node) {
                let name = [network.id(node).as_bytes(), &[0]].concat();
                match cidr.address() {
                    IpAddress::Ipv4(ip) => self.block.option(NRB_IPV4, &[&ip.octets()[..], &name].concat()),
                    IpAddress::Ipv6(ip) => self.block.option(NRB_IPV6, &[&ip.octets()[..], &name].concat()),
                };
            }
        }
        self.block.option(NRB_END, &[]);
        self.put()
    }

    fn put(&mut self) -> Result<(), WriteError> {
        let result = self.out.write_all(self.block.end());
        self.done(result)
    }

    fn done(&self, result: io::Result<()>) -> Result<(), WriteError> {
        result.map_err(|source| WriteError { packets: self.written, source })
    }
}

/// The reception type of a frame: of which kind its destination is.
fn reception(frame: &[u8], receiver: Option<EthernetAddress>) -> u32 {
    let Some(&destination) = frame.first_chunk() else { return 0 };
    let destination = EthernetAddress(destination);
    if destination.is_broadcast() {
        BROADCAST
    } else if destination.is_multicast() {
        MULTICAST
    } else if receiver.is_none_or(|receiver| receiver == destination) {
        UNICAST
    } else {
        PROMISCUOUS
    }
}

/// The comments on a packet: why it was dropped, and what impairments changed.
fn comments(sighting: Sighting, transit: &Transit) -> [Option<String>; 2] {
    let dropped = match transit.fate {
        Fate::Dropped { reason, at } if sighting.sent => {
            let reason = reason.name().replace('_', " ");
            Some(format!("dropped: {reason}, {} after it was sent here", at.since(transit.start)))
        }
        _ => None,
    };
    let trailing = trailing(&transit.frame).map(|count| {
        let bytes = if count == 1 { "byte" } else { "bytes" };
        format!("impaired: {count} {bytes} after the packet, which a link has appended")
    });
    [dropped, trailing]
}

/// The number of bytes behind the packet in this frame. Hosts here send none, not even to fill up a short frame: an impairment
/// has appended them.
fn trailing(frame: &[u8]) -> Option<usize> {
    let (header, packet) = frame.split_at_checked(14)?;
    let at =
        |index: usize| packet.get(index..index + 2).map(|two| usize::from(two[0]) << 8 | usize::from(two[1]));
    let length = match (header[12], header[13]) {
        (0x08, 0x00) => at(2)?,
        (0x08, 0x06) => 28,
        (0x86, 0xdd) => 40 + at(4)?,
        _ => return None,
    };
    packet.len().checked_sub(length).filter(|&more| more > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An Ethernet header of this type, with `length` bytes behind it that begin with these.
    fn frame(ethertype: u16, length: usize, beginning: &[u8]) -> Vec<u8> {
        let mut frame = [&[0; 12][..], &ethertype.to_be_bytes(), beginning].concat();
        frame.resize(14 + length, 0);
        frame
    }

    #[test]
    fn what_comes_after_a_packet_is_counted() {
        assert_eq!(trailing(&frame(0x0800, 21, &[0x45, 0, 0, 20])), Some(1));
        assert_eq!(trailing(&frame(0x0800, 20, &[0x45, 0, 0, 20])), None);
        assert_eq!(trailing(&frame(0x0806, 46, &[])), Some(18));
        assert_eq!(trailing(&frame(0x86dd, 50, &[0x60, 0, 0, 0, 0, 8])), Some(2));
        assert_eq!(trailing(&frame(0x88cc, 50, &[])), None, "who knows where it ends");
        assert_eq!(trailing(&frame(0x0800, 10, &[0x45, 0, 0, 20])), None, "cut short");
        for length in 0..16 {
            assert_eq!(trailing(&vec![8; length]), None);
        }
    }

    #[test]
    fn a_frame_is_received_as_what_it_was_sent_to() {
        let mac = EthernetAddress([2, 0, 0, 0, 0, 1]);
        for (destination, receiver, kind) in [
            ([255; 6], Some(mac), BROADCAST),
            ([1, 0, 0x5e, 0, 0, 1], Some(mac), MULTICAST),
            ([2, 0, 0, 0, 0, 1], Some(mac), UNICAST),
            ([2, 0, 0, 0, 0, 2], Some(mac), PROMISCUOUS),
            ([2, 0, 0, 0, 0, 2], None, UNICAST),
        ] {
            assert_eq!(reception(&destination, receiver), kind);
        }
        assert_eq!(reception(&[1, 2, 3], None), 0, "a runt has no destination");
    }
}
