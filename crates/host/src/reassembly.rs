//! Fragments put together again (RFC 791, 3.2; RFC 1122, 3.3.2; RFC 8200, 4.5).
//!
//! Fragments that overlap are not believed: the whole packet is dropped (RFC 5722 asks for that in IPv6, and Linux does it in both),
//! unless a fragment merely came twice. A packet of which a fragment is missing is given up after 30 s, or 60 s in IPv6, as Linux
//! does it; its sender gets a Time Exceeded if the first fragment has arrived.

use smoltcp::wire::{IpAddress, IpProtocol, Ipv4Packet, Ipv6Packet};
use wire::header::{ETHERNET_HEADER_BYTES, EXTENSION_UNIT, Ethernet, Extensions, IPV6_HEADER_BYTES, Ip};
use wire::{Duration, Frame, Instant};

/// How long to wait for the other fragments: within RFC 1122's advice for IPv4 (3.3.2), and RFC 8200, 4.5.
const TIMEOUT_V4: Duration = Duration::from_secs(30);
const TIMEOUT_V6: Duration = Duration::from_secs(60);
/// Packets that are put together at a time; a further one pushes out the oldest.
const PACKETS_MAX: usize = 64;
/// Fragments of one packet: enough for 65,535 bytes over links of 576.
const FRAGMENTS_MAX: usize = 128;
/// The longest packet.
const PACKET_MAX: usize = 65_535;

/// What the fragments of one packet share.
type Key = (IpAddress, IpAddress, u8, u32);

#[derive(Debug)]
struct Partial {
    key: Key,
    until: Instant,
    /// In order of offset; the frame in which the fragment came.
    fragments: Vec<(usize, Frame)>,
    /// The length of the whole payload, known from the last fragment.
    total: Option<usize>,
}

/// What becomes of a fragment.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Others are missing.
    Waits,
    /// The packet is whole, in a frame of its own.
    Whole(Frame),
    /// It does not fit the others, or there are too many: all are dropped.
    Dropped,
    /// It cannot be part of any packet. An IPv6 sender gets a Parameter Problem with this offset as its pointer (RFC 8200, 4.5).
    Malformed(u32),
}

/// The packets of which fragments are missing.
#[derive(Debug, Default)]
pub(crate) struct Reassembly(Vec<Partial>);

impl Reassembly {
    /// Adds a fragment: the packet in this frame.
    pub fn add(&mut self, now: Instant, frame: &Frame, ip: &Ip<'_>) -> Outcome {
        let Some((at, named_at)) = place(frame, ip) else { return Outcome::Dropped };
        let fragment = ip.fragment.expect("it is a fragment");
        let is_v6 = matches!(ip.source, IpAddress::Ipv6(_));
        let bytes = ip.len - at;
        if fragment.more && !bytes.is_multiple_of(EXTENSION_UNIT) {
            return Outcome::Malformed(4); // The payload length.
        }
        let header = if is_v6 { at - EXTENSION_UNIT - IPV6_HEADER_BYTES } else { at };
        if header + fragment.offset + bytes > PACKET_MAX {
            return Outcome::Malformed((at.saturating_sub(EXTENSION_UNIT) + 2) as u32);
        }
        let protocol = if is_v6 { 0 } else { ip.protocol.into() };
        let key = (ip.source, ip.destination, protocol, fragment.ident);
        let place = self.0.iter().position(|partial| partial.key == key).unwrap_or_else(|| {
            if self.0.len() == PACKETS_MAX {
                self.0.remove(0);
            }
            let until = now + if is_v6 { TIMEOUT_V6 } else { TIMEOUT_V4 };
            self.0.push(Partial { key, until, fragments: Vec::new(), total: None });
            self.0.len() - 1
        });
        match self.0[place].add(fragment.offset, bytes, fragment.more, frame) {
            Some(false) => Outcome::Waits,
            Some(true) => Outcome::Whole(self.0.remove(place).whole(named_at)),
            None => {
                self.0.remove(place);
                Outcome::Dropped
            }
        }
    }

    /// Gives up the packets of which a fragment is missing for too long; returns their first fragments, if those came.
    pub fn poll(&mut self, now: Instant) -> Vec<Frame> {
        let mut late = Vec::new();
        self.0.retain_mut(|partial| {
            let stays = partial.until > now;
            if !stays && partial.fragments.first().is_some_and(|(offset, _)| *offset == 0) {
                late.push(partial.fragments.remove(0).1);
            }
            stays
        });
        late
    }

    /// When [`poll`](Self::poll) next has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        self.0.iter().map(|partial| partial.until).min()
    }
}

/// Where the fragmentable part begins, and where the number of its first header stands: in a fragment of IPv6 in its fragment header.
fn place(frame: &Frame, ip: &Ip<'_>) -> Option<(usize, usize)> {
    match ip.source {
        IpAddress::Ipv4(_) => Some((ip.payload_at, ip.protocol_at)),
        IpAddress::Ipv6(_) => {
            let packet = Ethernet::read(frame)?.payload();
            let next = (*packet.get(6)?).into();
            let mut chain = Extensions::new(packet, next, 6, IPV6_HEADER_BYTES..ip.len);
            let header = chain.find(|extension| extension.kind == IpProtocol::Ipv6Frag)?;
            Some((header.range.end, header.named_at))
        }
    }
}

impl Partial {
    /// Returns whether the packet is whole; `None`: the fragment contradicts the others.
    fn add(&mut self, offset: usize, bytes: usize, more: bool, frame: &Frame) -> Option<bool> {
        let end = offset + bytes;
        if !more && self.total.is_some_and(|total| total != end) {
            return None;
        }
        let len = |frame: &Frame| fragment_bytes(frame).len();
        if let Some((_, known)) = self.fragments.iter().find(|(known, _)| *known == offset)
            && fragment_bytes(known) == fragment_bytes(frame)
        {
            return Some(false); // It came twice.
        }
        let overlaps = |(known, frame): &(usize, Frame)| *known < end && offset < *known + len(frame);
        if self.fragments.iter().any(overlaps) || self.fragments.len() == FRAGMENTS_MAX {
            return None;
        }
        let place = self.fragments.partition_point(|(known, _)| *known < offset);
        self.fragments.insert(place, (offset, frame.clone()));
        if !more {
            self.total = Some(end);
        }
        let Some(total) = self.total else { return Some(false) };
        let mut next = 0;
        for (offset, frame) in &self.fragments {
            if *offset != next {
                return if *offset + len(frame) > total { None } else { Some(false) };
            }
            next += len(frame);
        }
        if next > total { None } else { Some(next == total) }
    }

    /// The whole packet, with the headers of the first fragment (RFC 8200, 4.5).
    fn whole(self, named_at: usize) -> Frame {
        let first = self.fragments[0].1.clone();
        let ip = Ethernet::read(&first).and_then(|ethernet| ethernet.ip()).expect("it was read before");
        let (at, _) = place(&first, &ip).expect("it was read before");
        let is_v6 = matches!(ip.source, IpAddress::Ipv6(_));
        let header = if is_v6 { at - EXTENSION_UNIT } else { at };
        let next = if is_v6 { first[ETHERNET_HEADER_BYTES + header] } else { 0 };
        let mut pieces = vec![&first[..ETHERNET_HEADER_BYTES + header]];
        pieces.extend(self.fragments.iter().map(|(_, frame)| fragment_bytes(frame)));
        let mut whole = Frame::concat(&pieces);
        let packet = &mut whole.make_mut()[ETHERNET_HEADER_BYTES..];
        let len = packet.len();
        if is_v6 {
            packet[named_at] = next;
            Ipv6Packet::new_unchecked(packet).set_payload_len((len - IPV6_HEADER_BYTES) as u16);
        } else {
            let mut ip = Ipv4Packet::new_unchecked(packet);
            ip.set_total_len(len as u16);
            ip.set_more_frags(false);
            ip.set_frag_offset(0);
            ip.fill_checksum();
        }
        whole
    }
}

/// The fragmentable part in a fragment's frame.
fn fragment_bytes(frame: &Frame) -> &[u8] {
    let read = || {
        let ethernet = Ethernet::read(frame)?;
        let ip = ethernet.ip()?;
        let (at, _) = place(frame, &ip)?;
        frame.get(ETHERNET_HEADER_BYTES + at..ETHERNET_HEADER_BYTES + ip.len)
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests;
