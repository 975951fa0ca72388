//! IPv6: the header (RFC 8200 §3). The extension headers behind it are in `ipv6_extension`.

use std::ops::Range;

use smoltcp::wire::{IPV6_HEADER_LEN, Ipv6Packet};

use crate::ip::{self, Packet};
use crate::ipv6_extension::{self, Chain};
use crate::layers::{Draft, Field, Tree, bytes, padded};
use crate::payload;

const FLOW_MEANING: &str =
    "Packets of one conversation can carry the same number, so that routers keep them on one way.";
pub(crate) const NEXT_MEANING: &str =
    "What follows this header: another extension, or the message that the packet carries.";

/// The outline of the packet at the beginning of `range`, or nothing if its header is cut or makes no sense.
pub(crate) fn packet(frame: &[u8], range: Range<usize>) -> Option<Packet> {
    let data = &frame[range.clone()];
    if data.len() < IPV6_HEADER_LEN {
        return None;
    }
    let ip = Ipv6Packet::new_unchecked(data);
    if ip.version() != 6 {
        return None;
    }
    let end = range.start + ip.total_len().min(data.len());
    let mut chain = Chain::new(frame, ip.next_header(), range.start + IPV6_HEADER_LEN..end);
    while chain.step().is_some() {}
    let headers_len = chain.rest.start - range.start;
    Some(Packet {
        source: ip.src_addr().into(),
        destination: ip.dst_addr().into(),
        carries: chain.next,
        hop_limit: ip.hop_limit(),
        fragment: chain.fragment,
        payload: chain.rest,
        payload_len: ip.total_len() - headers_len,
        quoted: false,
    })
}

/// Explains the packet at the beginning of `range`, and covers the range.
pub(crate) fn dissect(tree: &mut Tree<'_>, range: Range<usize>, quoted: bool) {
    let fixed = padded::<IPV6_HEADER_LEN>(tree.header(&range, IPV6_HEADER_LEN));
    let ip = Ipv6Packet::new_unchecked(&fixed[..]);

    let mut draft = Draft::new(if quoted { "Quoted IPv6" } else { "IPv6" }, &range, IPV6_HEADER_LEN);
    let version_fault = (ip.version() != 6).then(|| "An IPv6 header has to say 6 here.".into());
    draft.add(
        Field::new(
            "ipv6.version",
            "Version",
            0..1,
            ip.version(),
            "Which Internet Protocol this is: 4 or 6. It comes first because it decides how to read the rest.",
        )
        .fault(version_fault),
    );
    let class = ip.traffic_class();
    draft.add(
        Field::new(
            "ipv6.tclass",
            "Traffic class",
            0..2,
            format!("0x{class:02x}"),
            "Two small things in one byte: how urgent the packet is, and whether there was congestion on its way.",
        )
        .parts(ip::class_parts(["ipv6.tclass.dscp", "ipv6.tclass.ecn"], 0..2, class >> 2, class & 0b11)),
    );
    draft.add(Field::new(
        "ipv6.flow",
        "Flow label",
        1..4,
        format!("0x{:05x}", ip.flow_label()),
        FLOW_MEANING,
    ));
    let here = range.len().saturating_sub(IPV6_HEADER_LEN);
    let length = usize::from(ip.payload_len());
    let length_fault = (length > here && !quoted).then(|| format!("The frame has only {here} of them."));
    draft.add(
        Field::new(
            "ipv6.plen",
            "Payload length",
            4..6,
            bytes(length),
            "How many bytes follow this header. What the frame has beyond them is filling.",
        )
        .fault(length_fault),
    );
    draft.add(Field::new(
        "ipv6.nxt",
        "Next header",
        6..7,
        ip::number_and_name(ip.next_header()),
        NEXT_MEANING,
    ));
    draft.add(Field::new(
        "ipv6.hlim",
        "Hop limit",
        7..8,
        ip.hop_limit(),
        "How many more routers may forward this packet before it is thrown away.",
    ));
    draft.add(Field::new(
        "ipv6.src",
        "Source",
        8..24,
        ip.src_addr(),
        "The host that sent the packet. Addresses that begin with fe80 are only valid on one segment.",
    ));
    draft.add(Field::new(
        "ipv6.dst",
        "Destination",
        24..40,
        ip.dst_addr(),
        "The host that the packet is for. Addresses that begin with ff are groups of hosts.",
    ));
    let packet = packet(tree.frame, range.clone());
    draft.summary(match &packet {
        Some(packet) => format!(
            "{} → {}, {}, hop limit {}",
            packet.source,
            packet.destination,
            ip::name(packet.carries),
            packet.hop_limit
        ),
        None => "a header that makes no sense, or not a whole one".into(),
    });
    let header_end = draft.end();
    tree.push(draft);
    let Some(packet) = packet else { return payload::dissect(tree, header_end..range.end) };
    let packet = Packet { quoted, ..packet };

    let mut chain = Chain::new(tree.frame, ip.next_header(), header_end..packet.payload.end);
    while let Some(extension) = chain.step() {
        ipv6_extension::dissect(tree, extension.kind, extension.range);
    }
    if chain.is_cut() {
        ipv6_extension::dissect(tree, chain.next, chain.rest);
    } else {
        ip::dissect_payload(tree, &packet);
    }
    payload::trailer(tree, packet.payload.end..range.end, "the IPv6 packet");
}
