//! The quick answers: what colour a frame has, what is written on it, and its row in a packet list.

use std::fmt;

use smoltcp::wire::EthernetProtocol;

use crate::content::{Content, content};
use crate::ethernet::{is_experimental, mac};
use crate::layers::bytes;
use crate::{arp, ip, stp};

/// What a frame is about: the innermost protocol that is known here. The page has a colour for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Who has that IPv4 address?
    Arp,
    /// Echo and errors of IPv4.
    Icmp,
    /// Echo and errors of IPv6.
    Icmpv6,
    /// Neighbor discovery: who has that IPv6 address, and where are the routers?
    Ndp,
    /// Which hosts want the packets to which IPv4 groups?
    Igmp,
    /// A connection.
    Tcp,
    /// A page, please: a message that begins in a segment of a connection.
    Http,
    /// A datagram.
    Udp,
    /// Which address has that name?
    Dns,
    /// An address for me, please.
    Dhcp,
    /// How far is it to that network? Of IPv6 (RIPng), too.
    Rip,
    /// IPv4 with something else inside, or malformed.
    Ipv4Other,
    /// IPv6 with something else inside, or malformed.
    Ipv6Other,
    /// Which cables to leave unused: the spanning tree protocol.
    Stp,
    /// An IEEE 802.3 frame with a length instead of a type, and not a spanning tree message.
    Llc,
    /// An Ethernet frame with something unknown inside, or too short to tell.
    Other,
}

impl Protocol {
    /// All of them, in the order of a legend.
    pub const ALL: [Protocol; 16] = [
        Protocol::Arp,
        Protocol::Icmp,
        Protocol::Icmpv6,
        Protocol::Ndp,
        Protocol::Igmp,
        Protocol::Tcp,
        Protocol::Http,
        Protocol::Udp,
        Protocol::Dns,
        Protocol::Dhcp,
        Protocol::Rip,
        Protocol::Ipv4Other,
        Protocol::Ipv6Other,
        Protocol::Stp,
        Protocol::Llc,
        Protocol::Other,
    ];

    /// Its name, as a packet list shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Arp => "ARP",
            Protocol::Icmp => "ICMP",
            Protocol::Icmpv6 => "ICMPv6",
            Protocol::Ndp => "NDP",
            Protocol::Igmp => "IGMP",
            Protocol::Tcp => "TCP",
            Protocol::Http => "HTTP",
            Protocol::Udp => "UDP",
            Protocol::Dns => "DNS",
            Protocol::Dhcp => "DHCP",
            Protocol::Rip => "RIP",
            Protocol::Ipv4Other => "IPv4",
            Protocol::Ipv6Other => "IPv6",
            Protocol::Stp => "STP",
            Protocol::Llc => "LLC",
            Protocol::Other => "Ethernet",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An info longer than this is told no further: a message can have thousands of answers.
pub(crate) const INFO_LEN_MAX: usize = 4096;

/// What is written on a frame, such as `SYN` or `DATA 1460`: a short ASCII text that needs no memory of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label {
    text: [u8; Label::LEN_MAX],
    len: u8,
}

impl Label {
    /// The longest are `echo reply 65535` and `DNS no such name`; what there is most of fits into 12.
    pub const LEN_MAX: usize = 16;

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.len)]).expect("only ASCII is written")
    }

    pub(crate) fn of(text: &'static str) -> Label {
        Label::write(format_args!("{text}"))
    }

    pub(crate) fn write(text: fmt::Arguments<'_>) -> Label {
        let mut label = Label { text: [0; Label::LEN_MAX], len: 0 };
        fmt::write(&mut label, text).expect("a label is short");
        label
    }
}

impl fmt::Write for Label {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let (start, end) = (usize::from(self.len), usize::from(self.len) + text.len());
        let place = self.text.get_mut(start..end).filter(|_| text.is_ascii()).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len = end as u8;
        Ok(())
    }
}

impl std::ops::Deref for Label {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// A frame's row in a packet list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// See [`protocol`].
    pub protocol: Protocol,
    /// See [`label`].
    pub label: Label,
    /// One line in the style of the analysers, such as `49152 → 5001 [SYN] Seq=0 Win=65535 Len=0 MSS=1460`.
    /// Sequence numbers are absolute, windows unscaled.
    pub info: String,
    /// The IP address of the sender or, without IP, its Ethernet address. Empty if the frame is too short to have one.
    pub source: String,
    /// Likewise, of the receiver.
    pub destination: String,
}

/// What the frame is about. Allocates nothing.
pub fn protocol(frame: &[u8]) -> Protocol {
    content(frame).map_or(Protocol::Other, |(_, content)| content.protocol(frame))
}

/// What to write on the frame where there is little room. Allocates nothing.
pub fn label(frame: &[u8]) -> Label {
    content(frame).map_or_else(|| Label::of("malformed"), |(_, content)| content.label(frame))
}

/// The frame's row in a packet list.
pub fn summary(frame: &[u8]) -> Summary {
    let Some((link, content)) = content(frame) else {
        return Summary {
            protocol: Protocol::Other,
            label: Label::of("malformed"),
            info: format!("{}, less than an Ethernet header", bytes(frame.len())),
            source: String::new(),
            destination: String::new(),
        };
    };
    let (source, destination) = match &content {
        Content::Ip(packet) => (packet.source.to_string(), packet.destination.to_string()),
        _ => (mac(link.source), mac(link.destination)),
    };
    Summary {
        protocol: content.protocol(frame),
        label: content.label(frame),
        info: content.info(frame),
        source,
        destination,
    }
}

impl Content {
    fn protocol(&self, frame: &[u8]) -> Protocol {
        match self {
            Content::Arp(_) => Protocol::Arp,
            Content::Ip(packet) => ip::protocol(frame, packet),
            Content::BadIp(EthernetProtocol::Ipv6) => Protocol::Ipv6Other,
            Content::BadIp(_) => Protocol::Ipv4Other,
            Content::Stp(_) => Protocol::Stp,
            Content::Llc(_) => Protocol::Llc,
            Content::Other(..) => Protocol::Other,
        }
    }

    fn label(&self, frame: &[u8]) -> Label {
        match self {
            Content::Arp(range) => arp::label(&frame[range.clone()]),
            Content::Ip(packet) => ip::label(frame, packet),
            Content::BadIp(_) => Label::of("malformed"),
            Content::Stp(range) => stp::label(&frame[range.clone()]),
            Content::Llc(_) => Label::of("LLC"),
            Content::Other(ethertype, payload) if is_experimental(*ethertype) => {
                Label::write(format_args!("raw {}", payload.len()))
            }
            Content::Other(ethertype, _) => Label::write(format_args!("type 0x{ethertype:04x}")),
        }
    }

    fn info(&self, frame: &[u8]) -> String {
        match self {
            Content::Arp(range) => arp::info(&frame[range.clone()]),
            Content::Ip(packet) => ip::info(frame, packet),
            Content::BadIp(version) => format!("{version}, malformed header"),
            Content::Stp(range) => stp::info(&frame[range.clone()]),
            Content::Llc(range) => format!("LLC, {}", bytes(range.len())),
            Content::Other(ethertype, range) => {
                format!("Ethernet type 0x{ethertype:04x}, {}", bytes(range.len()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use smoltcp::wire::{Icmpv6Repr, TcpControl, TcpRepr};

    use super::*;
    use crate::samples;

    #[test]
    fn the_longest_label_fits() {
        let reply = Icmpv6Repr::EchoReply { ident: 0, seq_no: 65535, data: b"" };
        assert_eq!(label(&samples::icmpv6(reply)).as_str(), "echo reply 65535");
    }

    #[test]
    fn a_fin_that_carries_data_says_both() {
        let frame = samples::tcp(TcpRepr { control: TcpControl::Fin, ..samples::data() });
        assert_eq!(label(&frame).as_str(), "DATA 18 FIN");
    }

    #[test]
    fn a_cut_segment_says_how_much_data_it_had() {
        let frame = samples::tcp(samples::data());
        let row = summary(&frame[..60]);
        assert_eq!(row.label.as_str(), "DATA 18");
        assert!(row.info.ends_with("Len=18"), "{}", row.info);
    }

    #[test]
    fn all_protocols_are_in_the_legend_once_and_have_their_own_name() {
        for (index, protocol) in Protocol::ALL.into_iter().enumerate() {
            assert_eq!(protocol as usize, index);
            assert_eq!(Protocol::ALL.iter().filter(|other| other.name() == protocol.name()).count(), 1);
        }
    }

    #[test]
    fn a_frame_without_ip_is_between_ethernet_addresses_and_one_that_is_too_short_between_nobody() {
        let frame = samples::llc();
        assert_eq!(summary(&frame).destination, "01:80:c2:00:00:00");
        assert_eq!(summary(&frame[..13]).destination, "");
    }
}
