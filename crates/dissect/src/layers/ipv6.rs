//! IPv6: the header (RFC 8200 §3). The extension headers behind it are in `ipv6_extension`.

use std::ops::Range;

use smoltcp::wire::{IPV6_HEADER_LEN, IpVersion, Ipv6Packet};
use wire::header::Extensions;

use super::ip::{NEXT_MEANING, UNREADABLE, class_parts};
use super::ipv6_extension;
use crate::header::ip::{Packet, packet};
use crate::number::padded;
use crate::text::{bytes, protocol_name, protocol_number_and_name};
use crate::tree::{Draft, Tree};
use texts::{mark, t};

const FLOW_MEANING: &str =
    mark!("Packets of one conversation can carry the same number, so that routers keep them on one way.");

/// Adds the layers of the header at the beginning of `range` and of its extensions; returns the packet, whose payload is what
/// is not yet covered, or, if the header makes no sense, where its layer ends.
pub(super) fn add(tree: &mut Tree<'_>, range: &Range<usize>, quoted: bool) -> Result<Packet, usize> {
    let wanted = tree.wanted;
    let fixed = padded::<IPV6_HEADER_LEN>(tree.header(range, IPV6_HEADER_LEN));
    let ip = Ipv6Packet::new_unchecked(&fixed[..]);

    let mut draft = wanted.layer(if quoted { "Quoted IPv6" } else { "IPv6" }, range, IPV6_HEADER_LEN);
    if wanted.may_read("ipv6.") {
        add_fields(&mut draft, &ip, range.len().saturating_sub(IPV6_HEADER_LEN), quoted);
    }
    let packet = packet(tree.frame, range.clone(), IpVersion::Ipv6);
    draft.summary(|| match &packet {
        Some(packet) => format!(
            "{} → {}, {}, hop limit {}",
            packet.source,
            packet.destination,
            protocol_name(packet.carries),
            packet.hop_limit
        ),
        None => UNREADABLE.into(),
    });
    let end = draft.end();
    tree.push(draft);
    let Some(packet) = packet else { return Err(end) };

    let mut chain = Extensions::new(tree.frame, ip.next_header(), range.start + 6, end..packet.payload.end);
    for extension in chain.by_ref() {
        ipv6_extension::add(tree, extension.kind, extension.range);
    }
    let mut payload = packet.payload.clone();
    if chain.is_cut() {
        ipv6_extension::add(tree, chain.next, chain.rest);
        payload.start = payload.end;
    }
    Ok(Packet { quoted, payload, ..packet })
}

/// Adds all fields of the header. `here` is the number of bytes of the frame behind it.
fn add_fields(draft: &mut Draft<'_>, ip: &Ipv6Packet<&[u8]>, here: usize, quoted: bool) {
    let wanted = draft.wanted;
    let version_fault = (ip.version() != 6).then(|| t!("An IPv6 header has to say 6 here.").into());
    draft.add(
        wanted.field(
            "ipv6.version",
            "Version",
            0..1,
            ip.version(),
            mark!("Which Internet Protocol this is: 4 or 6. It comes first because it decides how to read the rest."),
        )
        .fault(version_fault),
    );
    let class = ip.traffic_class();
    draft.add(
        wanted.field(
            "ipv6.tclass",
            "Traffic class",
            0..2,
            format_args!("0x{class:02x}"),
            mark!("Two small things in one byte: how urgent the packet is, and whether there was congestion on its way."),
        )
        .parts(class_parts(wanted, ["ipv6.tclass.dscp", "ipv6.tclass.ecn"], 0..2, class >> 2, class & 0b11)),
    );
    draft.add(wanted.field(
        "ipv6.flow",
        "Flow label",
        1..4,
        format_args!("0x{:05x}", ip.flow_label()),
        FLOW_MEANING,
    ));
    let length = usize::from(ip.payload_len());
    let length_fault = (length > here && !quoted).then(|| t!("The frame has only {here} of them."));
    draft.add(
        wanted
            .field(
                "ipv6.plen",
                "Payload length",
                4..6,
                bytes(length),
                mark!("How many bytes follow this header. What the frame has beyond them is filling."),
            )
            .fault(length_fault),
    );
    draft.add(wanted.field(
        "ipv6.nxt",
        "Next header",
        6..7,
        protocol_number_and_name(ip.next_header()),
        NEXT_MEANING,
    ));
    draft.add(wanted.field(
        "ipv6.hlim",
        "Hop limit",
        7..8,
        ip.hop_limit(),
        mark!("How many more routers may forward this packet before it is thrown away."),
    ));
    draft.add(wanted.field(
        "ipv6.src",
        "Source",
        8..24,
        ip.src_addr(),
        mark!("The host that sent the packet. Addresses that begin with fe80 are only valid on one segment."),
    ));
    draft.add(wanted.field(
        "ipv6.dst",
        "Destination",
        24..40,
        ip.dst_addr(),
        mark!("The host that the packet is for. Addresses that begin with ff are groups of hosts."),
    ));
}
