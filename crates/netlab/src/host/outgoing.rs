//! What the card does with the stack's packets on their way out: see [`segment`](crate::segment).

use super::{Fragments, Host, Protocol};
use crate::book::Book;
use crate::history::NodeEvent;
use crate::segment;
use smoltcp::wire::{EthernetFrame, EthernetProtocol, Icmpv4Message, Icmpv4Packet, IpProtocol, Ipv4Packet};
use vnetif::Frame;

impl Host {
    /// Takes the oldest frame that the host has sent. Retransmissions are counted on the way, as they go onto the wire.
    pub fn sent(&mut self, book: &mut Book<'_>) -> Option<Frame> {
        let frame = match self.pieces.pop_front() {
            Some(piece) => piece,
            None => {
                let frame = self.groups.right(self.nic.tx.pop_front()?);
                self.fit(frame, book)
            }
        };
        for watch in &mut self.watches {
            if watch.is_retransmission(&frame)
                && let Some(active) = book.run(watch.run)
            {
                active.totals.retransmits += 1;
            }
        }
        Some(frame)
    }

    /// A frame as it can go to its destination; if it has to be cut, its first piece.
    fn fit(&mut self, frame: Frame, book: &mut Book<'_>) -> Frame {
        match self.fragments_of(&frame) {
            Fragments::Never => return frame,
            Fragments::Allowed => return self.let_fragment(frame),
            Fragments::AsUsual => {}
        }
        if self.path_mtus.is_empty() {
            return frame;
        }
        for to in self.path_mtus.age(book.now) {
            let event = NodeEvent::PathMtu { to, mtu: self.config.ip_mtu };
            book.history.node_event(book.now, self.id, event);
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

    /// What the client says whose echo request this is.
    fn fragments_of(&self, frame: &[u8]) -> Fragments {
        if self.clients.iter().all(|running| running.fragments == Fragments::AsUsual) {
            return Fragments::AsUsual;
        }
        let its = |ident: u16| {
            let is_it =
                |running: &&super::Running| (running.protocol, running.port) == (Protocol::Echo, ident);
            self.clients.iter().find(is_it).map(|running| running.fragments)
        };
        echo_ident(frame).and_then(its).unwrap_or(Fragments::AsUsual)
    }
}

/// The identifier of the IPv4 echo request in this frame.
fn echo_ident(frame: &[u8]) -> Option<u16> {
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    if ethernet.ethertype() != EthernetProtocol::Ipv4 {
        return None;
    }
    let ip = Ipv4Packet::new_checked(ethernet.payload()).ok()?;
    if ip.next_header() != IpProtocol::Icmp || ip.frag_offset() != 0 {
        return None;
    }
    let icmp = Icmpv4Packet::new_checked(ip.payload()).ok()?;
    (icmp.msg_type() == Icmpv4Message::EchoRequest).then(|| icmp.echo_ident())
}
