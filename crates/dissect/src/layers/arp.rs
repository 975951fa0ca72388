//! ARP: which MAC address has this IPv4 address? (RFC 826; probes and announcements: RFC 5227)

use std::fmt::{Display, from_fn};
use std::ops::Range;

use smoltcp::wire::{ArpHardware, ArpOperation, ArpPacket, EthernetAddress, EthernetProtocol, Ipv4Address};

use super::payload;
use crate::message::ArpMessage;
use crate::number::padded;
use crate::text::{ethertype_name, hex, mac};
use crate::tree::{Draft, Tree};
use texts::{mark, t};

/// The part whose layout does not depend on the kind of addresses.
const FIXED_LEN: usize = 8;

pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>) {
    let wanted = tree.wanted;
    let fixed = padded::<FIXED_LEN>(tree.header(&range, FIXED_LEN));
    let arp = ArpPacket::new_unchecked(&fixed[..]);
    // A cut header has no address lengths: expect those of the usual kind.
    let (hardware_len, protocol_len) = if range.len() < FIXED_LEN {
        (6, 4)
    } else {
        (usize::from(arp.hardware_len()), usize::from(arp.protocol_len()))
    };
    let expected = FIXED_LEN + 2 * (hardware_len + protocol_len);
    let packet = tree.header(&range, expected);

    let mut draft = wanted.layer("ARP", &range, expected);
    draft.summary(|| ArpMessage::read(packet).info());
    add_kinds(&mut draft, &arp, [hardware_len, protocol_len]);
    add_addresses(&mut draft, packet, &arp, [hardware_len, protocol_len]);
    let end = draft.end();
    tree.push(draft);
    payload::trailer(tree, end..range.end, "the ARP message");
}

/// Adds the kinds of addresses, their lengths and the operation.
fn add_kinds(draft: &mut Draft<'_>, arp: &ArpPacket<&[u8]>, [hardware_len, protocol_len]: [usize; 2]) {
    let wanted = draft.wanted;
    let (hardware, protocol) = (arp.hardware_type(), arp.protocol_type());
    draft.add(wanted.field(
        "arp.hw.type",
        "Hardware type",
        0..2,
        match hardware {
            ArpHardware::Ethernet => "1 (Ethernet)".into(),
            ArpHardware::Unknown(number) => number.to_string(),
        },
        mark!("The kind of link whose addresses are asked for."),
    ));
    draft.add(wanted.field(
        "arp.proto.type",
        "Protocol type",
        2..4,
        format_args!("0x{:04x} ({})", u16::from(protocol), ethertype_name(protocol.into())),
        mark!("The kind of addresses that they are looked up by."),
    ));
    let hardware_fault = (hardware == ArpHardware::Ethernet && hardware_len != 6)
        .then(|| t!("A MAC address has 6 bytes.").into());
    draft.add(
        wanted
            .field(
                "arp.hw.size",
                "Hardware size",
                4..5,
                hardware_len,
                mark!("How many bytes a link address has: 6 in Ethernet."),
            )
            .fault(hardware_fault),
    );
    let protocol_fault = (protocol == EthernetProtocol::Ipv4 && protocol_len != 4)
        .then(|| t!("An IPv4 address has 4 bytes.").into());
    draft.add(
        wanted
            .field(
                "arp.proto.size",
                "Protocol size",
                5..6,
                protocol_len,
                mark!("How many bytes a protocol address has: 4 in IPv4."),
            )
            .fault(protocol_fault),
    );
    let operation = match arp.operation() {
        ArpOperation::Request => "1 (request)".into(),
        ArpOperation::Reply => "2 (reply)".into(),
        ArpOperation::Unknown(number) => number.to_string(),
    };
    draft.add(wanted.field(
        "arp.opcode",
        "Operation",
        6..8,
        operation,
        mark!("A request asks all hosts on the segment; a reply goes to the host that asked."),
    ));
}

/// Adds the addresses of sender and target. `packet` is the message as far as it is there.
fn add_addresses(
    draft: &mut Draft<'_>,
    packet: &[u8],
    arp: &ArpPacket<&[u8]>,
    [hardware_len, protocol_len]: [usize; 2],
) {
    let wanted = draft.wanted;
    let (hardware, protocol) = (arp.hardware_type(), arp.protocol_type());
    let at = |range: Range<usize>| packet.get(range).unwrap_or(&[]);
    let link = |range: Range<usize>| {
        from_fn(move |f| match at(range.clone()) {
            bytes if hardware == ArpHardware::Ethernet && bytes.len() == 6 => {
                mac(EthernetAddress::from_bytes(bytes)).fmt(f)
            }
            bytes => hex(bytes).fmt(f),
        })
    };
    let address = |range: Range<usize>| {
        from_fn(move |f| match at(range.clone()) {
            &[a, b, c, d] if protocol == EthernetProtocol::Ipv4 => Ipv4Address::new(a, b, c, d).fmt(f),
            bytes => hex(bytes).fmt(f),
        })
    };
    let source_link = FIXED_LEN..FIXED_LEN + hardware_len;
    let source = source_link.end..source_link.end + protocol_len;
    let target_link = source.end..source.end + hardware_len;
    let target = target_link.end..target_link.end + protocol_len;
    draft.add(wanted.field(
        "arp.src.hw_mac",
        "Sender link address",
        source_link.clone(),
        link(source_link),
        mark!("Where the sender can be reached on the segment. Every host that receives this may note it."),
    ));
    draft.add(wanted.field(
        "arp.src.proto_ipv4",
        "Sender address",
        source.clone(),
        address(source),
        mark!(
            "The sender's own IP address, or 0.0.0.0 if it first asks whether the address it wants is in use."
        ),
    ));
    draft.add(wanted.field(
        "arp.dst.hw_mac",
        "Target link address",
        target_link.clone(),
        link(target_link),
        mark!("In a request it is unknown and not filled in; in a reply, that of the host that asked."),
    ));
    draft.add(wanted.field(
        "arp.dst.proto_ipv4",
        "Target address",
        target.clone(),
        address(target),
        mark!("The IP address whose owner is asked for; in a reply, the address of the host that asked."),
    ));
}
