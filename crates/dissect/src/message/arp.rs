//! ARP messages (RFC 826; probes and announcements: RFC 5227).

use smoltcp::wire::{ArpOperation, ArpPacket, ArpRepr, EthernetAddress, Ipv4Address};

use crate::label::Label;
use crate::text::mac;

/// A message about the MAC addresses of IPv4 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArpMessage {
    /// The sender asks for the MAC address of the target.
    Request {
        /// The sender's own address.
        sender: Ipv4Address,
        /// The address whose owner is asked for.
        target: Ipv4Address,
    },
    /// The sender, still without an address, asks whether the target is in use (RFC 5227 §2.1.1).
    Probe {
        /// The address that the sender wants to take.
        target: Ipv4Address,
    },
    /// A request for the sender's own address: it is in use from now on (RFC 5227 §2.3).
    Announcement {
        /// The address.
        address: Ipv4Address,
        /// It names a MAC address as the target's, which a request cannot know: a gratuitous request of older systems.
        gratuitous: bool,
    },
    /// The answer to a request.
    Reply {
        /// The address that was asked for.
        address: Ipv4Address,
        /// Its MAC address.
        mac: EthernetAddress,
        /// The address of the host that asked.
        requester: Ipv4Address,
    },
    /// A reply about the sender's own address that no request asked for.
    GratuitousReply {
        /// The address.
        address: Ipv4Address,
        /// Its MAC address.
        mac: EthernetAddress,
    },
    /// Reverse ARP: the target's MAC address is known, and its IPv4 address is asked for (RFC 903; dynamic: RFC 1931).
    ReverseRequest {
        /// Whose address is asked for.
        target: EthernetAddress,
        /// Who asks.
        sender: EthernetAddress,
        /// An address may be given for a while.
        dynamic: bool,
    },
    /// The answer to that.
    ReverseReply {
        /// Whose address was asked for.
        target: EthernetAddress,
        /// It.
        address: Ipv4Address,
        /// An address may be given for a while.
        dynamic: bool,
    },
    /// Inverse ARP: which IPv4 address has the other end of a circuit? (RFC 2390)
    InverseRequest {
        /// Whose address is asked for.
        target: EthernetAddress,
        /// Who asks.
        sender: EthernetAddress,
    },
    /// The answer to that.
    InverseReply {
        /// Who answers.
        sender: EthernetAddress,
        /// Its address.
        address: Ipv4Address,
    },
    /// Another operation.
    Other {
        /// `arp.opcode`
        operation: u16,
    },
    /// It is not about Ethernet and IPv4, or it is cut short.
    Unreadable,
}

impl ArpMessage {
    pub(crate) fn read(message: &[u8]) -> ArpMessage {
        let parsed = ArpPacket::new_checked(message).and_then(|packet| ArpRepr::parse(&packet));
        let Ok(ArpRepr::EthernetIpv4 {
            operation,
            source_hardware_addr: mac,
            source_protocol_addr: sender,
            target_hardware_addr: target_mac,
            target_protocol_addr: target,
            ..
        }) = parsed
        else {
            return ArpMessage::Unreadable;
        };
        match operation {
            ArpOperation::Request if sender.is_unspecified() => ArpMessage::Probe { target },
            ArpOperation::Request if sender == target => {
                ArpMessage::Announcement { address: sender, gratuitous: target_mac.0 != [0; 6] }
            }
            ArpOperation::Request => ArpMessage::Request { sender, target },
            ArpOperation::Reply if sender == target => ArpMessage::GratuitousReply { address: sender, mac },
            ArpOperation::Reply => ArpMessage::Reply { address: sender, mac, requester: target },
            ArpOperation::Unknown(operation @ (3 | 5)) => {
                ArpMessage::ReverseRequest { target: target_mac, sender: mac, dynamic: operation == 5 }
            }
            ArpOperation::Unknown(operation @ (4 | 6)) => {
                ArpMessage::ReverseReply { target: target_mac, address: target, dynamic: operation == 6 }
            }
            ArpOperation::Unknown(8) => ArpMessage::InverseRequest { target: target_mac, sender: mac },
            ArpOperation::Unknown(9) => ArpMessage::InverseReply { sender: mac, address: sender },
            ArpOperation::Unknown(operation) => ArpMessage::Other { operation },
        }
    }

    /// The name of the protocol, which has variants.
    pub(crate) fn protocol_name(&self) -> &'static str {
        match self {
            ArpMessage::ReverseRequest { dynamic: false, .. }
            | ArpMessage::ReverseReply { dynamic: false, .. } => "RARP",
            ArpMessage::ReverseRequest { .. }
            | ArpMessage::ReverseReply { .. }
            | ArpMessage::Other { operation: 7 } => "DRARP",
            ArpMessage::InverseRequest { .. } | ArpMessage::InverseReply { .. } => "Inverse ARP",
            ArpMessage::Request { .. }
            | ArpMessage::Probe { .. }
            | ArpMessage::Announcement { .. }
            | ArpMessage::Reply { .. }
            | ArpMessage::GratuitousReply { .. }
            | ArpMessage::Other { .. }
            | ArpMessage::Unreadable => "ARP",
        }
    }

    pub(crate) fn label(&self) -> Label {
        match self {
            ArpMessage::Request { .. } | ArpMessage::Probe { .. } | ArpMessage::Announcement { .. } => {
                Label::of("ARP who-has")
            }
            ArpMessage::Reply { .. } | ArpMessage::GratuitousReply { .. } => Label::of("ARP reply"),
            ArpMessage::ReverseRequest { .. } | ArpMessage::ReverseReply { .. } => Label::of("RARP"),
            ArpMessage::InverseRequest { .. } | ArpMessage::InverseReply { .. } => Label::of("inverse ARP"),
            ArpMessage::Other { .. } | ArpMessage::Unreadable => Label::of("ARP"),
        }
    }

    pub(crate) fn info(&self) -> String {
        match *self {
            ArpMessage::Request { sender, target } => format!("Who has {target}? Tell {sender}"),
            ArpMessage::Probe { target } => format!("Who has {target}? (ARP Probe)"),
            ArpMessage::Announcement { address, gratuitous: false } => {
                format!("ARP Announcement for {address}")
            }
            ArpMessage::Announcement { address, gratuitous: true } => {
                format!("Gratuitous ARP for {address} (Request)")
            }
            ArpMessage::Reply { address, mac: owner, .. } => format!("{address} is at {}", mac(owner)),
            ArpMessage::GratuitousReply { address, .. } => format!("Gratuitous ARP for {address} (Reply)"),
            ArpMessage::ReverseRequest { target, sender, .. }
            | ArpMessage::InverseRequest { target, sender } => {
                format!("Who is {}? Tell {}", mac(target), mac(sender))
            }
            ArpMessage::ReverseReply { target, address, .. } => format!("{} is at {address}", mac(target)),
            ArpMessage::InverseReply { sender, address } => format!("{} is at {address}", mac(sender)),
            ArpMessage::Other { operation } => match operation {
                0 | 0xffff => format!("Reserved opcode {operation}"),
                7 => "DRARP Error".into(),
                10 => "ARP NAK".into(),
                24 | 25 => format!("Experimental {} ( opcode {operation} )", operation - 23),
                _ => format!("Unknown ARP opcode 0x{operation:04x}"),
            },
            ArpMessage::Unreadable => "ARP that is not about Ethernet and IPv4, or cut short".into(),
        }
    }
}
