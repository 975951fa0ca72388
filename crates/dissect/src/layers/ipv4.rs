//! IPv4: the header with its flags, fragment fields and checksum (RFC 791).

use std::fmt::from_fn;
use std::ops::Range;

use smoltcp::wire::{IPV4_HEADER_LEN, IpVersion, Ipv4Packet};

use super::checksum::{self, Verdict};
use super::ip::{UNREADABLE, class_parts};
use crate::header::ip::{Packet, packet};
use crate::number::padded;
use crate::text::{bytes, hex, protocol_name, protocol_number_and_name};
use crate::tree::{Draft, Field, Tree, Wanted};
use texts::{mark, t};

/// A header with all options that fit.
const HEADER_LEN_MAX: usize = 60;

/// Adds the layer of the header at the beginning of `range`; returns the packet or, if it makes no sense, where the layer ends.
pub(super) fn add(tree: &mut Tree<'_>, range: &Range<usize>, quoted: bool) -> Result<Packet, usize> {
    let wanted = tree.wanted;
    let fixed = padded::<HEADER_LEN_MAX>(tree.header(range, HEADER_LEN_MAX));
    let ip = Ipv4Packet::new_unchecked(&fixed[..]);
    let header_len = usize::from(ip.header_len()).max(IPV4_HEADER_LEN);
    let header = tree.header(range, header_len);

    let mut draft = wanted.layer(if quoted { "Quoted IPv4" } else { "IPv4" }, range, header_len);
    if wanted.may_read("ip.") {
        add_lengths(&mut draft, &ip, range.len(), quoted);
        add_path(&mut draft, &ip, header);
    }
    let packet = packet(tree.frame, range.clone(), IpVersion::Ipv4).map(|packet| Packet { quoted, ..packet });
    draft.summary(|| match &packet {
        Some(packet) => format!(
            "{} → {}, {}, TTL {}",
            packet.source,
            packet.destination,
            protocol_name(packet.carries),
            packet.hop_limit
        ),
        None => UNREADABLE.into(),
    });
    let end = draft.end();
    tree.push(draft);
    packet.ok_or(end)
}

/// Adds version, class and lengths. `present` is the number of bytes from the header to the end of the frame.
fn add_lengths(draft: &mut Draft<'_>, ip: &Ipv4Packet<&[u8]>, present: usize, quoted: bool) {
    let wanted = draft.wanted;
    let (header_len, total_len) = (usize::from(ip.header_len()), usize::from(ip.total_len()));
    let class = ip.dscp() << 2 | ip.ecn();
    let version_fault = (ip.version() != 4).then(|| t!("An IPv4 header has to say 4 here.").into());
    draft.add(
        wanted.field(
            "ip.version",
            "Version",
            0..1,
            ip.version(),
            mark!("Which Internet Protocol this is: 4 or 6. It comes first because it decides how to read the rest."),
        )
        .fault(version_fault),
    );
    let header_fault = (header_len < IPV4_HEADER_LEN).then(|| t!("A header has at least 20 bytes.").into());
    draft.add(
        wanted
            .field(
                "ip.hdr_len",
                "Header length",
                0..1,
                bytes(header_len),
                mark!(
                    "Where the header ends and the payload begins: 20 bytes, and more if there are options."
                ),
            )
            .fault(header_fault),
    );
    draft.add(
        wanted.field(
            "ip.dsfield",
            "Type of service",
            1..2,
            format_args!("0x{class:02x}"),
            mark!("Two small things in one byte: how urgent the packet is, and whether there was congestion on its way."),
        )
        .parts(class_parts(wanted, ["ip.dsfield.dscp", "ip.dsfield.ecn"], 1..2, ip.dscp(), ip.ecn())),
    );
    let total_fault = if total_len == 0 {
        // Captured before the network card cut it into segments.
        None
    } else if total_len < header_len {
        Some(t!("Less than the header alone.").into())
    } else if total_len > present && !quoted {
        Some(t!("The frame has only {} of them.", present))
    } else {
        None
    };
    draft.add(
        wanted
            .field(
                "ip.len",
                "Total length",
                2..4,
                bytes(total_len),
                mark!("The packet's length, header included. What the frame has beyond it is filling."),
            )
            .fault(total_fault),
    );
}

/// Adds what routers and the receiver need: fragment, time to live, protocol, checksum, addresses and options. `header` is the
/// header as far as it is there.
fn add_path(draft: &mut Draft<'_>, ip: &Ipv4Packet<&[u8]>, header: &[u8]) {
    let wanted = draft.wanted;
    let header_len = usize::from(ip.header_len());
    let flags_byte = header.get(6).copied().unwrap_or(0);
    draft.add(wanted.field(
        "ip.id",
        "Identification",
        4..6,
        format_args!("0x{:04x}", ip.ident()),
        mark!("Pieces of the same packet have the same number, so that the receiver can put them together."),
    ));
    draft.add(flags(wanted, ip, flags_byte));
    draft.add(wanted.field(
        "ip.frag_offset",
        "Fragment offset",
        6..8,
        format_args!("{} ({})", ip.frag_offset() / 8, bytes(usize::from(ip.frag_offset()))),
        mark!("Where this piece belongs in the packet that was cut, in units of 8 bytes; 0 if it is the first, or the whole."),
    ));
    draft.add(wanted.field(
        "ip.ttl",
        "Time to live",
        8..9,
        ip.hop_limit(),
        mark!("How many more routers may forward this packet before it is thrown away."),
    ));
    draft.add(wanted.field(
        "ip.proto",
        "Protocol",
        9..10,
        protocol_number_and_name(ip.next_header()),
        mark!("Which protocol's message is in the payload."),
    ));
    let verdict = || {
        if header_len < IPV4_HEADER_LEN || header.len() < header_len {
            return Verdict::Unverified("not verified: the header is not whole");
        }
        checksum::verify(header, 10, 0)
    };
    draft.add(checksum::field(
        wanted,
        "ip.checksum",
        "Header checksum",
        10..12,
        ip.checksum(),
        verdict,
        mark!(
            "Protects the header only. Each router writes a new one, because it counts the time to live down."
        ),
    ));
    draft.add(wanted.field(
        "ip.src",
        "Source",
        12..16,
        ip.src_addr(),
        mark!("The host that sent the packet. Unlike the Ethernet source, it stays the same all the way."),
    ));
    draft.add(wanted.field(
        "ip.dst",
        "Destination",
        16..20,
        ip.dst_addr(),
        mark!("The host that the packet is for."),
    ));
    if header_len > IPV4_HEADER_LEN {
        draft.add(wanted.field(
            "ip.options",
            "Options",
            IPV4_HEADER_LEN..header_len,
            hex(header.get(IPV4_HEADER_LEN..).unwrap_or(&[])),
            mark!("Rare special wishes to the routers. Many networks drop packets that have any."),
        ));
    }
}

fn flags(wanted: Wanted<'_>, ip: &Ipv4Packet<&[u8]>, byte: u8) -> Field {
    let value = from_fn(|f| {
        let names = [
            ("don't fragment", ip.dont_frag()),
            ("more fragments", ip.more_frags()),
            ("reserved", byte & 0x80 != 0),
        ];
        let set: Vec<_> = names.into_iter().filter_map(|(name, set)| set.then_some(name)).collect();
        write!(f, "0x{:x}", byte >> 5)?;
        if set.is_empty() { Ok(()) } else { write!(f, " ({})", set.join(", ")) }
    });
    wanted
        .field("ip.flags", "Flags", 6..7, value, mark!("May the packet be cut into pieces, and is it one?"))
        .parts([
        wanted.bit("ip.flags.rb", "Reserved", 6..7, byte & 0x80 != 0, mark!("Kept for later; it is never set.")),
        wanted.bit(
            "ip.flags.df",
            "Don't fragment",
            6..7,
            ip.dont_frag(),
            mark!("A router that would have to cut the packet to fit it into the next link drops it and says so."),
        ),
        wanted.bit(
            "ip.flags.mf",
            "More fragments",
            6..7,
            ip.more_frags(),
            mark!("This is a piece of a packet, and not its last."),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use smoltcp::wire::{EthernetProtocol, Ipv4Packet};

    use crate::{Protocol, layers, protocol, samples, summary};

    /// A UDP packet with four bytes of options in its IPv4 header.
    fn with_options() -> Vec<u8> {
        let mut frame = samples::udp();
        frame.splice(34..34, [1, 1, 1, 0]);
        let mut ip = Ipv4Packet::new_unchecked(&mut frame[14..]);
        ip.set_header_len(24);
        ip.set_total_len(37);
        ip.fill_checksum();
        frame
    }

    #[test]
    fn options_are_shown_and_what_follows_them_is_found() {
        let dissection = layers(&with_options());
        let ip = dissection.layer("IPv4").unwrap();
        assert_eq!(ip.range, 14..38);
        assert_eq!(ip.field("ip.options").unwrap().value, "01 01 01 00");
        assert_eq!(dissection.layer("UDP").unwrap().range, 38..46);
        assert_eq!(dissection.faults().next(), None);
    }

    #[test]
    fn another_version_than_the_ethernet_type_is_marked_and_read_no_further() {
        let mut frame = samples::udp6();
        frame[12..14].copy_from_slice(&u16::from(EthernetProtocol::Ipv4).to_be_bytes());
        let dissection = layers(&frame);
        let version = dissection.layer("IPv4").unwrap().field("ip.version").unwrap();
        assert_eq!(version.fault.as_deref(), Some("An IPv4 header has to say 4 here."));
        assert!(dissection.layer("UDP").is_none());
        assert_eq!(protocol(&frame), Protocol::Ipv4Other);
        assert_eq!(summary(&frame).info, "IPv4, malformed header");
    }
}
