//! A packet as it was captured, and what its bytes begin with.

/// A packet as it was captured. Any reference to bytes is one, of an Ethernet frame that is all there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Captured<'f> {
    /// What the bytes begin with.
    pub link: Link,
    /// The captured bytes, without a frame check sequence.
    pub bytes: &'f [u8],
    /// The frame check sequence, if it was captured.
    pub fcs: &'f [u8],
    /// The number of bytes on the wire: more than were captured if the packet was cut.
    pub wire_len: usize,
}

impl<'f> Captured<'f> {
    /// Whether the capture has only the beginning of the packet.
    pub fn is_cut(&self) -> bool {
        self.wire_len > self.bytes.len() + self.fcs.len()
    }
}

impl<'f, B: AsRef<[u8]> + ?Sized> From<&'f B> for Captured<'f> {
    fn from(frame: &'f B) -> Captured<'f> {
        let bytes = frame.as_ref();
        Captured { link: Link::Ethernet, bytes, fcs: &[], wire_len: bytes.len() }
    }
}

/// What the bytes of a packet begin with (<https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// An Ethernet header.
    Ethernet,
    /// The address family as a number of four bytes, in the byte order of the machine that captured (BSD's and macOS' loopback).
    Null,
    /// The same, most significant byte first (OpenBSD's loopback).
    Loop,
    /// An IPv4 or IPv6 header.
    Ip,
    /// PPP, with or without address and control (RFC 1661, RFC 1662).
    Ppp,
    /// PPP with a byte in front that gives the direction.
    PppWithDirection,
    /// A PPPoE header (RFC 2516).
    Pppoe,
    /// Cisco HDLC: address, control, and an EtherType.
    CiscoHdlc,
    /// Frame Relay (ITU-T Q.922), with what it carries as in RFC 2427, or as Cisco writes it.
    FrameRelay,
    /// Linux cooked capture: the pseudo-interface `any`.
    Cooked,
    /// Linux cooked capture, version 2.
    Cooked2,
    /// Another link type, by its number: its packets are not read here.
    Unread(u16),
}

impl Link {
    /// Of a link type's number.
    pub fn of_number(number: u16) -> Link {
        match number {
            1 => Link::Ethernet,
            0 => Link::Null,
            108 => Link::Loop,
            // Two systems have numbers of their own for it.
            12 | 14 | 101 | 228 | 229 => Link::Ip,
            9 | 50 => Link::Ppp,
            204 => Link::PppWithDirection,
            51 => Link::Pppoe,
            104 => Link::CiscoHdlc,
            107 => Link::FrameRelay,
            113 => Link::Cooked,
            276 => Link::Cooked2,
            other => Link::Unread(other),
        }
    }

    /// Its name, or "something else".
    pub const fn name(self) -> &'static str {
        match self {
            Link::Ethernet => "Ethernet",
            Link::Null | Link::Loop => "BSD loopback",
            Link::Ip => "raw IP",
            Link::Ppp | Link::PppWithDirection => "PPP",
            Link::Pppoe => "PPPoE",
            Link::CiscoHdlc => "Cisco HDLC",
            Link::FrameRelay => "Frame Relay",
            Link::Cooked => "Linux cooked",
            Link::Cooked2 => "Linux cooked, version 2",
            Link::Unread(number) => match number {
                6 => "token ring",
                10 => "FDDI",
                105 => "IEEE 802.11",
                119 | 127 | 192 => "IEEE 802.11 with radio information",
                147..=162 => "private use",
                187 | 201 | 251 => "Bluetooth",
                189 | 220 | 249 => "USB",
                195 | 215 | 230 => "IEEE 802.15.4",
                239 => "Linux netfilter log",
                _ => "something else",
            },
        }
    }
}
