//! How values are written: bytes, addresses, numbers with names. All that labels, summaries and fields are spelled with.
//!
//! Each returns something that can be written, not a text: a value that no reader wants is then never written.

use std::fmt::{Display, from_fn};

use smoltcp::wire::{EthernetAddress, EthernetProtocol, IpProtocol};

use crate::header::ethernet::{ETHERTYPE_MIN, PROVIDER_TAG, TAGS, is_experimental};

/// An info longer than this is ended early: a message can have thousands of answers.
pub(crate) const INFO_LEN_MAX: usize = 4096;
/// How many bytes of a text in a packet are shown.
const TEXT_MAX: usize = 64;

/// Numbers and their names.
pub(crate) type Names = &'static [(u16, &'static str)];

/// The name of a number in a table.
pub(crate) fn name(names: &[(u16, &'static str)], number: u32) -> Option<&'static str> {
    names.iter().find(|(known, _)| u32::from(*known) == number).map(|(_, name)| *name)
}

/// `1 (query)`, or `7` where it has no name.
pub(crate) fn named(names: Names, number: u32) -> impl Display {
    from_fn(move |f| match name(names, number) {
        Some(name) => write!(f, "{number} ({name})"),
        None => number.fmt(f),
    })
}

/// `1 byte`, `2 bytes`.
pub(crate) fn bytes(count: usize) -> impl Display {
    from_fn(move |f| write!(f, "{count} byte{}", if count == 1 { "" } else { "s" }))
}

/// The bytes in hexadecimal, up to the length of a line.
pub(crate) fn hex(bytes: &[u8]) -> impl Display {
    const MAX: usize = 32;
    // Digit by digit: a filter that looks into the tree has this done for every packet.
    let digit = |number: u8| char::from(b"0123456789abcdef"[usize::from(number)]);
    from_fn(move |f| {
        let mut text = String::with_capacity(3 * MAX + 4);
        for (place, byte) in bytes.iter().take(MAX).enumerate() {
            if place > 0 {
                text.push(' ');
            }
            text.extend([byte >> 4, byte & 0xf].map(digit));
        }
        f.write_str(&text)?;
        f.write_str(if bytes.len() > MAX { " …" } else { "" })
    })
}

/// The beginning of a text.
pub(crate) fn text(data: &[u8]) -> impl Display {
    text_up_to(data, TEXT_MAX)
}

/// The first bytes of a text, in one line. ASCII only: other bytes may be half of a letter, or turn the reading direction.
pub(crate) fn text_up_to(data: &[u8], max: usize) -> impl Display {
    let printable =
        |&byte: &u8| if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '·' };
    from_fn(move |f| {
        let text: String = data.iter().take(max).map(printable).collect();
        f.write_str(&text)?;
        f.write_str(if data.len() > max { " …" } else { "" })
    })
}

/// A MAC address with colons, as operating systems and analyzers write it.
pub(crate) fn mac(address: EthernetAddress) -> impl Display {
    let [a, b, c, d, e, f] = address.0;
    from_fn(move |out| write!(out, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"))
}

/// A link address of any length: with colons, if it is a MAC address.
pub(crate) fn link_address(address: &[u8]) -> impl Display {
    from_fn(move |f| match address.len() {
        6 => mac(EthernetAddress::from_bytes(address)).fmt(f),
        _ => hex(address).fmt(f),
    })
}

/// The name of what an Ethernet type (or, below 1536, a length) announces.
pub(crate) fn ethertype_name(number: u16) -> impl Display {
    from_fn(move |f| {
        f.write_str(match EthernetProtocol::from(number) {
            EthernetProtocol::Unknown(_) if number < ETHERTYPE_MIN => "LLC",
            EthernetProtocol::Unknown(PROVIDER_TAG) => "802.1ad",
            EthernetProtocol::Unknown(_) if TAGS.contains(&number) => "802.1Q",
            EthernetProtocol::Unknown(0x8035) => "RARP",
            EthernetProtocol::Unknown(0x8847 | 0x8848) => "MPLS",
            EthernetProtocol::Unknown(0x8863 | 0x8864) => "PPPoE",
            EthernetProtocol::Unknown(0x88cc) => "LLDP",
            EthernetProtocol::Unknown(_) if is_experimental(number) => "experimental",
            EthernetProtocol::Unknown(_) => "unknown type",
            known => return known.fmt(f),
        })
    })
}

/// What analyzers write of a frame whose EtherType is not read here.
pub(crate) fn ethertype_info(number: u16) -> &'static str {
    const KNOWN: Names = &[
        (0x0842, "Wake on LAN"),
        (0x8137, "Netware IPX/SPX"),
        (0x8808, "MAC Control"),
        (0x8809, "Slow Protocols"),
        (0x8863, "PPPoE Discovery"),
        (0x888e, "802.1X Authentication"),
        (0x88b5, "Local Experimental Ethertype 1"),
        (0x88b6, "Local Experimental Ethertype 2"),
        (0x88e5, "802.1AE (MACsec)"),
        (0x88f7, "Precision Time Protocol"),
        (0x8902, "IEEE 802.1Q Connectivity Fault Management (CFM)"),
        (0x9000, "Loopback"),
    ];
    name(KNOWN, number.into()).unwrap_or("Ethernet II")
}

/// The name of an IP protocol as analyzers have it in the line of a fragment.
pub(crate) fn protocol_short(protocol: IpProtocol) -> impl Display {
    from_fn(move |f| match protocol {
        IpProtocol::Unknown(_) => f.write_str("Unknown"),
        IpProtocol::Icmpv6 => f.write_str("ICMPv6"),
        known => known.fmt(f),
    })
}

/// The name of what an IP header announces: `TCP`, or `protocol 253` where it has no name here.
pub(crate) fn protocol_name(protocol: IpProtocol) -> impl Display {
    from_fn(move |f| match protocol {
        IpProtocol::Unknown(number) => write!(f, "protocol {number}"),
        known => known.fmt(f),
    })
}

/// `6 (TCP)`
pub(crate) fn protocol_number_and_name(protocol: IpProtocol) -> impl Display {
    from_fn(move |f| match protocol {
        IpProtocol::Unknown(number) => number.fmt(f),
        known => write!(f, "{} ({known})", u8::from(known)),
    })
}

/// A port number, with the service that is usual there.
pub(crate) fn port(number: u16) -> impl Display {
    from_fn(move |f| {
        let service = match number {
            7 => "echo",
            53 => "DNS",
            67 => "DHCP server",
            68 => "DHCP client",
            80 | 8080 => "HTTP",
            123 => "NTP",
            443 => "HTTPS",
            520 => "RIP",
            521 => "RIPng",
            5001 => "iperf",
            5353 => "mDNS",
            _ => return number.fmt(f),
        };
        write!(f, "{number} ({service})")
    })
}
