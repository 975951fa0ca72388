//! ARP messages (RFC 826; probes and announcements: RFC 5227).

use smoltcp::wire::{ArpOperation, ArpPacket, ArpRepr, EthernetAddress, Ipv4Address};

use crate::label::Label;
use crate::text::mac;

/// A message about the Ethernet addresses of IPv4 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArpMessage {
    /// The sender asks for the Ethernet address of the target.
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
    },
    /// The answer to a request.
    Reply {
        /// The address that was asked for.
        address: Ipv4Address,
        /// Its Ethernet address.
        mac: EthernetAddress,
        /// The address of the host that asked.
        requester: Ipv4Address,
    },
    /// A reply about the sender's own address that no request asked for.
    GratuitousReply {
        /// The address.
        address: Ipv4Address,
        /// Its Ethernet address.
        mac: EthernetAddress,
    },
    /// Another operation than request and reply.
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
            target_protocol_addr: target,
            ..
        }) = parsed
        else {
            return ArpMessage::Unreadable;
        };
        match operation {
            ArpOperation::Request if sender.is_unspecified() => ArpMessage::Probe { target },
            ArpOperation::Request if sender == target => ArpMessage::Announcement { address: sender },
            ArpOperation::Request => ArpMessage::Request { sender, target },
            ArpOperation::Reply if sender == target => ArpMessage::GratuitousReply { address: sender, mac },
            ArpOperation::Reply => ArpMessage::Reply { address: sender, mac, requester: target },
            ArpOperation::Unknown(operation) => ArpMessage::Other { operation },
        }
    }

    pub(crate) fn label(&self) -> Label {
        match self {
            ArpMessage::Request { .. } | ArpMessage::Probe { .. } | ArpMessage::Announcement { .. } => {
                Label::of("ARP who-has")
            }
            ArpMessage::Reply { .. } | ArpMessage::GratuitousReply { .. } => Label::of("ARP reply"),
            ArpMessage::Other { .. } | ArpMessage::Unreadable => Label::of("ARP"),
        }
    }

    pub(crate) fn info(&self) -> String {
        match *self {
            ArpMessage::Request { sender, target } => format!("Who has {target}? Tell {sender}"),
            ArpMessage::Probe { target } => format!("Who has {target}? (ARP Probe)"),
            ArpMessage::Announcement { address } => format!("ARP Announcement for {address}"),
            ArpMessage::Reply { address, mac: owner, .. } => format!("{address} is at {}", mac(owner)),
            ArpMessage::GratuitousReply { address, .. } => format!("Gratuitous ARP for {address} (Reply)"),
            ArpMessage::Other { operation } => format!("ARP operation {operation}"),
            ArpMessage::Unreadable => "ARP that is not about Ethernet and IPv4, or cut short".into(),
        }
    }
}
