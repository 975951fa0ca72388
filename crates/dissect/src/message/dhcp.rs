//! DHCP: a host asks for an address and other settings of its network (RFC 2131, options: RFC 2132).

use std::fmt::Display;
use std::ops::Range;

use smoltcp::wire::Ipv4Address;

use crate::label::Label;
use crate::number::{ipv4, number};
use crate::text::{Names, link_address, name};

/// Where the options begin: behind the fixed part and the cookie.
pub(crate) const OPTIONS_AT: usize = 240;
/// What all messages have, with the beginning of BOOTP's field for vendors (RFC 951).
const FIXED_LEN: usize = OPTIONS_AT;
/// Says that options follow, and not what BOOTP had there.
pub(crate) const COOKIE: u32 = 0x6382_5363;
pub(crate) const PAD: u8 = 0;
const LEASE_TIME: u8 = 51;
pub(crate) const MESSAGE_TYPE: u8 = 53;
pub(crate) const CLIENT_ID: u8 = 61;
pub(crate) const END: u8 = 255;

pub(crate) const MESSAGE_TYPES: Names = &[
    (1, "Discover"),
    (2, "Offer"),
    (3, "Request"),
    (4, "Decline"),
    (5, "ACK"),
    (6, "NAK"),
    (7, "Release"),
    (8, "Inform"),
    (9, "Force Renew"),
    (10, "Lease query"),
    (11, "Lease Unassigned"),
    (12, "Lease Unknown"),
    (13, "Lease Active"),
    (14, "Bulk Lease Query"),
    (15, "Lease Query Done"),
    (16, "Active Lease Query"),
    (17, "Lease Query Status"),
    (18, "TLS"),
];
/// The fixed part's field for the client's link address, and where the field behind it begins.
pub(crate) const ADDRESS_AT: usize = 28;
pub(crate) const ADDRESS_END: usize = 44;
const YOUR_ADDRESS_AT: usize = 16;

/// A message between a DHCP client and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DhcpMessage<'f> {
    /// Which step of the dialog this is.
    pub kind: DhcpKind,
    /// By what the client knows its answers.
    pub transaction: u32,
    /// The address that the server offers or gives to the client; 0.0.0.0 in messages of clients.
    pub your_address: Ipv4Address,
    bytes: &'f [u8],
}

/// A step of the dialog between client and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DhcpKind {
    /// The client looks for servers.
    Discover,
    /// A server offers an address.
    Offer,
    /// The client accepts an offer, or asks for more time.
    Request,
    /// The client found the address in use.
    Decline,
    /// The server gives the address.
    Ack,
    /// The server refuses.
    Nak,
    /// The client gives the address back.
    Release,
    /// The client has an address and asks for the other settings.
    Inform,
    /// Another message type: renewal forced by the server, lease queries (RFC 3203, RFC 4388, RFC 6926, RFC 7724).
    Further(u8),
    /// A request of BOOTP, which has no message types.
    BootRequest,
    /// The answer to it.
    BootReply,
    /// Neither, and without a message type.
    Other(u8),
    /// The fixed part is not all there.
    CutShort,
}

impl<'f> DhcpMessage<'f> {
    pub(crate) fn read(bytes: &'f [u8]) -> DhcpMessage<'f> {
        let kind = match message_type(bytes) {
            _ if bytes.len() < FIXED_LEN => DhcpKind::CutShort,
            Some(1) => DhcpKind::Discover,
            Some(2) => DhcpKind::Offer,
            Some(3) => DhcpKind::Request,
            Some(4) => DhcpKind::Decline,
            Some(5) => DhcpKind::Ack,
            Some(6) => DhcpKind::Nak,
            Some(7) => DhcpKind::Release,
            Some(8) => DhcpKind::Inform,
            Some(further) if name(MESSAGE_TYPES, further).is_some() => DhcpKind::Further(further as u8),
            _ => match bytes[0] {
                1 => DhcpKind::BootRequest,
                2 => DhcpKind::BootReply,
                other => DhcpKind::Other(other),
            },
        };
        let your_address = ipv4(bytes, YOUR_ADDRESS_AT);
        DhcpMessage { kind, transaction: number(bytes, 4..8), your_address, bytes }
    }

    /// The client's MAC address, if it is one: the first bytes of its link address (RFC 2131, 2).
    pub fn client(&self) -> [u8; 6] {
        self.bytes.get(ADDRESS_AT..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default()
    }

    /// For how many seconds the address is lent, if the message says so (RFC 2132, 9.2).
    pub fn lease_secs(&self) -> Option<u32> {
        let (_, range) = options(self.bytes).flatten().find(|(code, _)| *code == LEASE_TIME)?;
        (range.len() == 6).then(|| number(self.bytes, range.start + 2..range.end))
    }

    /// The name of the message type, if it has one.
    pub(crate) fn type_name(&self) -> Option<&'static str> {
        let number = match self.kind {
            DhcpKind::Discover => 1,
            DhcpKind::Offer => 2,
            DhcpKind::Request => 3,
            DhcpKind::Decline => 4,
            DhcpKind::Ack => 5,
            DhcpKind::Nak => 6,
            DhcpKind::Release => 7,
            DhcpKind::Inform => 8,
            DhcpKind::Further(number) => number.into(),
            DhcpKind::BootRequest | DhcpKind::BootReply | DhcpKind::Other(_) | DhcpKind::CutShort => {
                return None;
            }
        };
        name(MESSAGE_TYPES, number)
    }

    pub(crate) fn label(&self) -> Label {
        match self.type_name() {
            // Only the later types have long names.
            Some(name) if name.len() <= 11 => Label::write(format_args!("DHCP {name}")),
            Some(_) => Label::of("DHCP lease"),
            None => Label::of("DHCP"),
        }
    }

    fn boot_request(&self) -> String {
        format!("Boot Request from {0} ({0})", client(self.bytes))
    }

    /// Whether the fixed part or, after that, an option is not all there.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.kind == DhcpKind::CutShort || options(self.bytes).any(|option| option.is_none())
    }

    /// DHCP has a message type; what has none is BOOTP, of which DHCP is an extension.
    pub(crate) fn protocol_name(&self) -> &'static str {
        if self.type_name().is_some() { "DHCP" } else { "BOOTP" }
    }

    pub(crate) fn info(&self) -> String {
        match self.kind {
            DhcpKind::BootRequest => self.boot_request(),
            DhcpKind::BootReply => "Boot Reply".into(),
            DhcpKind::Other(other) => format!("Unknown BOOTP message type ({other})"),
            DhcpKind::CutShort => match self.bytes.first() {
                Some(1) if self.bytes.len() >= ADDRESS_AT + 6 => self.boot_request(),
                Some(2) => "Boot Reply".into(),
                _ => String::new(),
            },
            DhcpKind::Discover
            | DhcpKind::Offer
            | DhcpKind::Request
            | DhcpKind::Decline
            | DhcpKind::Ack
            | DhcpKind::Nak
            | DhcpKind::Release
            | DhcpKind::Inform
            | DhcpKind::Further(_) => {
                let name = self.type_name().unwrap_or_default();
                format!("DHCP {name:8} - Transaction ID 0x{:x}", self.transaction)
            }
        }
    }
}

/// The value of the option that gives the message type.
fn message_type(message: &[u8]) -> Option<u32> {
    let (_, range) = options(message).flatten().find(|(code, _)| *code == MESSAGE_TYPE)?;
    Some(number(message, range.start + 2..range.end))
}

/// The options: their number and the whole bytes of each, up to the end or the first that is cut, which is `None`.
pub(crate) fn options(message: &[u8]) -> impl Iterator<Item = Option<(u8, Range<usize>)>> + use<'_> {
    let mut at = if number(message, 236..240) == COOKIE { OPTIONS_AT } else { message.len() };
    std::iter::from_fn(move || {
        let code = *message.get(at)?;
        let end = match code {
            PAD | END => Some(at + 1),
            _ => message.get(at + 1).map(|&length| at + 2 + usize::from(length)),
        };
        let option = end.filter(|&end| end <= message.len()).map(|end| (code, at..end));
        at = match &option {
            Some((END, _)) | None => message.len(),
            Some((_, range)) => range.end,
        };
        Some(option)
    })
}

/// The client's link address.
pub(crate) fn client(message: &[u8]) -> impl Display {
    let length = address_len(message).unwrap_or(0);
    link_address(message.get(ADDRESS_AT..ADDRESS_AT + length).unwrap_or(&[]))
}

/// The length of the client's link address, or nothing if there is no room for it.
pub(crate) fn address_len(message: &[u8]) -> Option<usize> {
    let length = number(message, 2..3) as usize;
    (length <= ADDRESS_END - ADDRESS_AT).then_some(length)
}
