//! UDP: ports, a length and a checksum (RFC 768).

use smoltcp::wire::{UDP_HEADER_LEN, UdpPacket};

use crate::application::Application;
use crate::checksum::{self, Verdict};
use crate::ip::{Packet, port};
use crate::layers::{Draft, Field, Tree, bytes, padded};
use crate::payload;
use crate::summary::Label;

/// What the datagram carries, if that is explained here, and its bytes of the `datagram`. Pieces of a message are not.
pub(crate) fn application<'f>(datagram: &'f [u8], packet: &Packet) -> Option<(Application, &'f [u8])> {
    let length = length(datagram).filter(|_| packet.fragment.is_none() && !packet.quoted)?;
    let udp = UdpPacket::new_unchecked(datagram);
    let message = &datagram[UDP_HEADER_LEN..length.min(datagram.len())];
    let application = Application::in_datagram([udp.src_port(), udp.dst_port()])?;
    (!message.is_empty()).then_some((application, message))
}

pub(crate) fn label(datagram: &[u8], packet: &Packet) -> Label {
    if let Some((application, message)) = application(datagram, packet) {
        return application.label(message);
    }
    match length(datagram) {
        Some(length) => Label::write(format_args!("UDP {}", length - UDP_HEADER_LEN)),
        None => Label::of("malformed"),
    }
}

pub(crate) fn info(datagram: &[u8], packet: &Packet) -> String {
    match application(datagram, packet) {
        Some((application, message)) => application.info(message),
        None => own_info(datagram),
    }
}

/// The info of a datagram of which the ports are all that is known.
fn own_info(datagram: &[u8]) -> String {
    let Some(length) = length(datagram) else { return "UDP, malformed".into() };
    let udp = UdpPacket::new_unchecked(datagram);
    format!("{} → {} Len={}", udp.src_port(), udp.dst_port(), length - UDP_HEADER_LEN)
}

/// The datagram's length as its header says it, if there is a header and it can be true.
fn length(datagram: &[u8]) -> Option<usize> {
    if datagram.len() < UDP_HEADER_LEN {
        return None;
    }
    let length = usize::from(UdpPacket::new_unchecked(datagram).len());
    (length >= UDP_HEADER_LEN).then_some(length)
}

pub(crate) fn dissect(tree: &mut Tree<'_>, packet: &Packet) {
    let range = packet.payload.clone();
    let header = padded::<UDP_HEADER_LEN>(&tree.frame[range.clone()]);
    let udp = UdpPacket::new_unchecked(&header[..]);
    let length = usize::from(udp.len());
    let datagram = &tree.frame[range.start..range.start + length.min(range.len())];

    let mut draft = Draft::new(packet.layer_name("UDP", "Quoted UDP"), &range, UDP_HEADER_LEN);
    draft.summary(own_info(&tree.frame[range.clone()]));
    draft.add(Field::new(
        "udp.srcport",
        "Source port",
        0..2,
        port(udp.src_port()),
        "The program that sent this has that number in its host; answers go back to it.",
    ));
    draft.add(Field::new(
        "udp.dstport",
        "Destination port",
        2..4,
        port(udp.dst_port()),
        "The program in the receiving host that this is for.",
    ));
    let fault = if length < UDP_HEADER_LEN {
        Some("Less than the header alone.".into())
    } else if length > packet.payload_len && packet.fragment.is_none() {
        Some(format!("The IP packet has room for {} only.", packet.payload_len))
    } else {
        None
    };
    draft.add(
        Field::new("udp.length", "Length", 4..6, bytes(length), "The datagram's length, header included.")
            .fault(fault),
    );
    draft.add(checksum_field(packet, &udp, datagram));
    let start = draft.end();
    tree.push(draft);

    let end = (range.start + length).clamp(start, range.end);
    match application(&tree.frame[range.clone()], packet) {
        Some((application, _)) => application.dissect(tree, start..end),
        None => payload::dissect(tree, start..end),
    }
    payload::trailer(tree, end..range.end, "the UDP datagram");
}

fn checksum_field(packet: &Packet, udp: &UdpPacket<&[u8]>, datagram: &[u8]) -> Field {
    let (key, name) = ("udp.checksum", "Checksum");
    let meaning = "Protects the data and, with them, the addresses and ports.";
    let stored = udp.checksum();
    if stored == 0 && packet.is_ipv6() {
        // RFC 8200 §8.1
        let fault = "UDP over IPv6 has to have a checksum: whoever receives this throws it away.";
        return Field::new(key, name, 6..8, "0x0000 (missing)", meaning).fault(Some(fault.into()));
    }
    let verdict = if stored == 0 {
        Verdict::Unverified("not used")
    } else if datagram.len() < usize::from(udp.len()) || datagram.len() < UDP_HEADER_LEN {
        Verdict::Unverified(packet.incomplete().unwrap_or("not verified: the length is wrong"))
    } else {
        match packet.verify(datagram, 6) {
            // 0 would mean that there is none, so it is sent as its other form.
            Verdict::Wrong { right: 0 } => Verdict::Wrong { right: 0xffff },
            verdict => verdict,
        }
    };
    checksum::field(key, name, 6..8, stored, verdict, meaning)
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
