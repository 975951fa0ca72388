//! What the card does with the stack's packets on their way out: see [`segment`](crate::segment).

use super::{Fragments, Host, Protocol, Running};
use crate::event::Event;
use crate::meter::Meter;
use crate::segment;
use smoltcp::wire::{
    EthernetFrame, EthernetProtocol, Icmpv4Message, Icmpv4Packet, IpProtocol, Ipv4Address, Ipv4Packet,
};
use wire::Frame;

impl Host {
    /// Takes the oldest frame that the host has sent. Retransmissions are counted on the way, as they go onto the wire.
    pub(super) fn sent(&mut self, meter: &mut Meter<'_>) -> Option<Frame> {
        let frame = match self.pieces.pop_front() {
            Some(piece) => piece,
            None => {
                let frame = self.groups.right(self.nic.tx.pop_front()?);
                self.fit(frame, meter)
            }
        };
        for detector in &mut self.retransmissions {
            if detector.is_retransmission(&frame)
                && let Some(measured) = meter.run(detector.run)
            {
                measured.totals.retransmits += 1;
            }
        }
        Some(frame)
    }

    /// A frame as it can go to its destination; if it has to be cut, its first piece.
    fn fit(&mut self, frame: Frame, meter: &mut Meter<'_>) -> Frame {
        match self.fragments_of(&frame) {
            Fragments::Never => return frame,
            Fragments::Allowed => return self.let_fragment(frame),
            Fragments::AsUsual => {}
        }
        if self.path_mtus.is_empty() {
            return frame;
        }
        for to in self.path_mtus.age(meter.now) {
            meter.changed(Event::PathMtu { to, mtu: self.config.ip_mtu });
        }
        let Some((to, bytes)) = segment::destination(&frame) else { return frame };
        let Some(mtu) = self.path_mtus.get(&to).filter(|mtu| *mtu < bytes) else { return frame };
        let mut pieces = segment::cut(&frame, mtu).into_iter();
        match pieces.next() {
            Some(first) => {
                self.pieces.extend(pieces);
                first
            }
            None => self.let_fragment(frame),
        }
    }

    fn let_fragment(&mut self, frame: Frame) -> Frame {
        let Some(changed) = segment::let_fragment(&frame, self.next_ident) else { return frame };
        self.next_ident = self.next_ident.wrapping_add(1);
        changed
    }

    /// What the client says whose echo request this is. A reply may be fragmented if its request could be.
    fn fragments_of(&self, frame: &[u8]) -> Fragments {
        let usual = self.clients.iter().all(|running| running.fragments == Fragments::AsUsual);
        if usual && self.loose.is_empty() {
            return Fragments::AsUsual;
        }
        match echo(frame) {
            Some(Echo { request: true, ident, .. }) => {
                let its = |running: &&Running| (running.protocol, running.port) == (Protocol::Echo, ident);
                self.clients.iter().find(its).map_or(Fragments::AsUsual, |running| running.fragments)
            }
            Some(Echo { to, ident, .. }) if self.loose.contains(&(to, ident)) => Fragments::Allowed,
            _ => Fragments::AsUsual,
        }
    }

    /// Remembers who has sent an echo request that routers may fragment.
    pub(super) fn note_loose(&mut self, frame: &[u8]) {
        if let Some(Echo { request: true, from, ident, loose: true, .. }) = echo(frame)
            && !self.loose.contains(&(from, ident))
        {
            if self.loose.len() == LOOSE_MAX {
                self.loose.pop_front();
            }
            self.loose.push_back((from, ident));
        }
    }
}

/// Where a frame names what its IPv4 packet carries.
const PROTOCOL_AT: usize = 14 + 9;
/// Pings that a host answers without "don't fragment" at a time.
const LOOSE_MAX: usize = 16;

/// An IPv4 echo request or reply, or its first fragment.
struct Echo {
    request: bool,
    from: Ipv4Address,
    to: Ipv4Address,
    ident: u16,
    /// Routers may fragment it.
    loose: bool,
}

fn echo(frame: &[u8]) -> Option<Echo> {
    // Asked of every frame: the one byte that hardly any has comes first.
    if frame.get(PROTOCOL_AT) != Some(&u8::from(IpProtocol::Icmp)) {
        return None;
    }
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    if ethernet.ethertype() != EthernetProtocol::Ipv4 {
        return None;
    }
    let ip = Ipv4Packet::new_checked(ethernet.payload()).ok()?;
    if ip.next_header() != IpProtocol::Icmp || ip.frag_offset() != 0 {
        return None;
    }
    let icmp = Icmpv4Packet::new_checked(ip.payload()).ok()?;
    let request = match icmp.msg_type() {
        Icmpv4Message::EchoRequest => true,
        Icmpv4Message::EchoReply => false,
        _ => return None,
    };
    let (from, to, loose) = (ip.src_addr(), ip.dst_addr(), !ip.dont_frag());
    Some(Echo { request, from, to, ident: icmp.echo_ident(), loose })
}
