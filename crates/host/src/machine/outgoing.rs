//! How the stack's packets are cut to the path MTU and marked on their way out: see [`segment`](crate::segment).

use super::{Fragments, Host, Protocol, Running};
use crate::event::Event;
use crate::meter::Meter;
use crate::segment;
use smoltcp::wire::{Icmpv4Message, IpAddress, Ipv4Address};
use wire::Frame;
use wire::header::{Ethernet, Ip};

impl Host {
    /// Takes the oldest frame that the host has sent. Retransmissions are counted on the way, as they go onto the wire.
    pub(super) fn sent(&mut self, meter: &mut Meter<'_>) -> Option<Frame> {
        let frame = match self.pieces.pop_front() {
            Some(piece) => piece,
            None => {
                let frame = self.groups.corrected(self.nic.tx.pop_front()?);
                self.fit(frame, meter)
            }
        };
        if !self.retransmissions.is_empty()
            && let Some(ip) = packet(&frame)
        {
            self.count_retransmission(&ip, meter);
        }
        Some(frame)
    }

    fn count_retransmission(&mut self, ip: &Ip<'_>, meter: &mut Meter<'_>) {
        for detector in &mut self.retransmissions {
            if detector.is_retransmission(ip)
                && let Some(measured) = meter.run(detector.run)
            {
                measured.totals.retransmits += 1;
            }
        }
    }

    /// Fits a frame to the path MTU of its destination; returns the first piece if it has to be cut.
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

    /// Whether routers may fragment this packet, by the settings of the client that sends it. A reply may be fragmented if its
    /// request could be.
    fn fragments_of(&self, frame: &[u8]) -> Fragments {
        let usual = self.clients.iter().all(|running| running.fragments == Fragments::AsUsual);
        if usual && self.fragmentable_pings.is_empty() {
            return Fragments::AsUsual;
        }
        match packet(frame).and_then(|ip| echo(&ip)) {
            Some(Echo { request: true, ident, .. }) => {
                let its = |running: &&Running| (running.protocol, running.port) == (Protocol::Echo, ident);
                self.clients.iter().find(its).map_or(Fragments::AsUsual, |running| running.fragments)
            }
            Some(Echo { to, ident, .. }) if self.fragmentable_pings.contains(&(to, ident)) => {
                Fragments::Allowed
            }
            _ => Fragments::AsUsual,
        }
    }

    /// Notes the source of an echo request that routers may fragment.
    pub(super) fn note_fragmentable(&mut self, ip: &Ip<'_>) {
        if let Some(Echo { request: true, from, ident, fragmentable: true, .. }) = echo(ip)
            && !self.fragmentable_pings.contains(&(from, ident))
        {
            if self.fragmentable_pings.len() == FRAGMENTABLE_PINGS_MAX {
                self.fragmentable_pings.pop_front();
            }
            self.fragmentable_pings.push_back((from, ident));
        }
    }
}

/// Echo clients that a host answers without "don't fragment" at a time.
const FRAGMENTABLE_PINGS_MAX: usize = 16;

/// An IPv4 echo request or reply, or its first fragment.
struct Echo {
    request: bool,
    from: Ipv4Address,
    to: Ipv4Address,
    ident: u16,
    /// Routers may fragment it.
    fragmentable: bool,
}

fn echo(ip: &Ip<'_>) -> Option<Echo> {
    let (IpAddress::Ipv4(from), IpAddress::Ipv4(to)) = (ip.source, ip.destination) else { return None };
    let icmp = ip.icmp()?;
    let request = match icmp.kind.into() {
        Icmpv4Message::EchoRequest => true,
        Icmpv4Message::EchoReply => false,
        _ => return None,
    };
    Some(Echo { request, from, to, ident: icmp.ident(), fragmentable: !ip.dont_fragment })
}

/// The IP packet in a frame that the stack sends.
fn packet(frame: &[u8]) -> Option<Ip<'_>> {
    Ethernet::read(frame)?.ip()
}
