//! UDP: ports, a length and a checksum (RFC 768).

use std::ops::Range;

use smoltcp::wire::{UDP_HEADER_LEN, UdpPacket};

use super::checksum::{self, Verdict};
use crate::header::ip::Packet;
use crate::message::{Malformed, UdpDatagram};
use crate::number::padded;
use crate::text::{bytes, port};
use crate::tree::{Draft, Field, Tree, Wanted};
use texts::{mark, t};

/// Adds the layer of the header; returns what of the frame is its content.
pub(super) fn add(tree: &mut Tree<'_>, packet: &Packet) -> Range<usize> {
    let wanted = tree.wanted;
    let range = packet.payload.clone();
    let header = padded::<UDP_HEADER_LEN>(&tree.frame[range.clone()]);
    let udp = UdpPacket::new_unchecked(&header[..]);
    let length = usize::from(udp.len());
    let datagram = &tree.frame[range.start..range.start + length.min(range.len())];

    let mut draft = wanted.layer(packet.layer_name("UDP", "Quoted UDP"), &range, UDP_HEADER_LEN);
    draft.summary(|| {
        let read = UdpDatagram::read(&tree.frame[range.clone()], packet);
        read.as_ref().map_or_else(Malformed::info, UdpDatagram::own_info)
    });
    if wanted.may_read("udp.") {
        add_fields(&mut draft, packet, &udp, datagram);
    }
    let start = draft.end();
    tree.push(draft);

    start..(range.start + length).clamp(start, range.end)
}

fn add_fields(draft: &mut Draft<'_>, packet: &Packet, udp: &UdpPacket<&[u8]>, datagram: &[u8]) {
    let wanted = draft.wanted;
    let length = usize::from(udp.len());
    draft.add(wanted.field(
        "udp.srcport",
        "Source port",
        0..2,
        port(udp.src_port()),
        mark!("The program that sent this has that number in its host; answers go back to it."),
    ));
    draft.add(wanted.field(
        "udp.dstport",
        "Destination port",
        2..4,
        port(udp.dst_port()),
        mark!("The program in the receiving host that this is for."),
    ));
    let fault = if length < UDP_HEADER_LEN {
        Some(t!("Less than the header alone.").into())
    } else if length > packet.payload_len && packet.fragment.is_none() {
        Some(t!("The IP packet has room for {} only.", packet.payload_len))
    } else {
        None
    };
    draft.add(
        wanted
            .field(
                "udp.length",
                "Length",
                4..6,
                bytes(length),
                mark!("The datagram's length, header included."),
            )
            .fault(fault),
    );
    draft.add(checksum_field(wanted, packet, udp, datagram));
}

fn checksum_field(wanted: Wanted<'_>, packet: &Packet, udp: &UdpPacket<&[u8]>, datagram: &[u8]) -> Field {
    let (key, name) = ("udp.checksum", "Checksum");
    let meaning = mark!("Protects the data and, with them, the addresses and ports.");
    let stored = udp.checksum();
    if stored == 0 && packet.is_ipv6() {
        // RFC 8200 §8.1
        let fault = t!("UDP over IPv6 has to have a checksum: the receiver drops this datagram.");
        return wanted.field(key, name, 6..8, "0x0000 (missing)", meaning).fault(Some(fault.into()));
    }
    let verdict = || {
        if stored == 0 {
            return Verdict::Unverified("not used");
        }
        if datagram.len() < usize::from(udp.len()) || datagram.len() < UDP_HEADER_LEN {
            let why = checksum::unverifiable(packet).unwrap_or("not verified: the length is wrong");
            return Verdict::Unverified(why);
        }
        match checksum::verify_with_addresses(datagram, 6, packet) {
            // 0 would mean that there is none, so it is sent as its other form.
            Verdict::Wrong { right: 0 } => Verdict::Wrong { right: 0xffff },
            verdict => verdict,
        }
    };
    checksum::field(wanted, key, name, 6..8, stored, verdict, meaning)
}

#[cfg(test)]
mod tests {
    use crate::{layers, samples};

    #[test]
    fn a_missing_checksum_is_allowed_over_ipv4_but_not_over_ipv6() {
        for (mut frame, checksum_at, allowed) in [(samples::udp(), 40, true), (samples::udp6(), 60, false)] {
            frame[checksum_at..checksum_at + 2].fill(0);
            let dissection = layers(&frame);
            let field = dissection.layer("UDP").unwrap().field("udp.checksum").unwrap();
            assert_eq!(field.fault.is_none(), allowed, "{field:?}");
        }
    }

    #[test]
    fn a_length_beyond_the_packet_is_marked_and_one_before_its_end_leaves_a_trailer() {
        for (length, trailer, fault) in [(200, 0, true), (10, 3, false), (7, 5, true)] {
            let mut frame = samples::udp();
            frame[38..40].copy_from_slice(&u16::to_be_bytes(length));
            let dissection = layers(&frame);
            let field = dissection.layer("UDP").unwrap().field("udp.length").unwrap();
            assert_eq!(field.fault.is_some(), fault, "{field:?}");
            let trailing = dissection.layer("Trailer").map_or(0, |layer| layer.range.len());
            assert_eq!(trailing, trailer, "{dissection}");
        }
    }
}
