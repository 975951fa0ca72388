//! An opened capture.

use crate::block::{EPB_DROPCOUNT, EPB_FLAGS, EPB_PACKETID, INBOUND, OPT_COMMENT, OUTBOUND};
use crate::fields::Fields;
use crate::limits::{INTERFACES_MAX, PACKETS_MAX};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use texts::t;

/// An opened capture: the bytes of the file, and where its packets are in them. Packets stay in the order of the file, which need
/// not be that of time.
///
/// All texts are the file's own: they may contain any characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    pub(crate) bytes: Rc<[u8]>,
    /// When its earliest packet was seen: nanoseconds since 1970.
    pub start_ns: u64,
    /// In the order of the file.
    pub packets: Vec<Packet>,
    /// In the order of the file, those of all its sections. A classic pcap has one, without a name.
    pub interfaces: Vec<Interface>,
    /// The names of addresses, in the order of the file; of an address with several names, the first.
    pub names: Vec<(IpAddress, String)>,
    /// The program that wrote it.
    pub application: Option<String>,
    /// The comment on the whole file.
    pub comment: Option<String>,
    /// Where and why reading ended before the file did.
    pub cut: Option<Cut>,
}

/// A packet: numbers only, so that a million packets are 32 MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Nanoseconds since the earliest packet. Simple packet blocks have no time: they have that of the packet before them.
    pub at_ns: u64,
    /// Where its bytes begin in the file.
    pub(crate) start: u32,
    /// The number of bytes that were captured.
    pub captured_len: u32,
    /// The number of bytes that the packet had; not less than were captured.
    pub original_len: u32,
    /// Where it was seen: an index into [`Recording::interfaces`].
    pub interface: u32,
    /// The length of its options, which follow its bytes from the next multiple of four on.
    pub(crate) options_len: u32,
}

impl Packet {
    /// A packet of a file with one interface and no options, of which the time is still to be set.
    pub(crate) fn plain(start: usize, captured_len: u32, original_len: u32) -> Self {
        Self {
            at_ns: 0,
            start: start as u32,
            captured_len,
            original_len: original_len.max(captured_len),
            interface: 0,
            options_len: 0,
        }
    }
}

/// Where packets were seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Such as `eth0`; may be empty.
    pub name: String,
    /// May be empty.
    pub description: String,
    /// What its packets begin with.
    pub link_type: LinkType,
    /// Its MAC address.
    pub mac: Option<EthernetAddress>,
    /// Its IP addresses, the first [`ADDRESSES_MAX`](crate::read::ADDRESSES_MAX) of them.
    pub addresses: Vec<IpCidr>,
    /// Bits per second.
    pub speed: Option<u64>,
    /// At most this number of bytes of a packet was captured; 0: no limit.
    pub snap_length: u32,
    /// The length of the frame check sequence at the end of each packet; 0: the packets are without.
    pub fcs_bytes: u8,
    /// The byte order of its section.
    pub(crate) big_endian: bool,
}

/// What a packet begins with (<https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// An Ethernet frame.
    pub const ETHERNET: Self = Self(1);
}

/// Where reading ended before the file did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// In bytes from the beginning of the file.
    pub offset: usize,
    /// Why reading ended.
    pub why: Why,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { why, offset } = self;
        f.write_str(&t!("{why} (at byte {offset}): what comes before can be seen"))
    }
}

impl std::error::Error for Cut {}

/// Why reading ended before the file did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The file ends within a packet or block.
    Truncated,
    /// The length of a block is less than its parts, or differs from the one at its end.
    BadLength,
    /// A packet of an interface that was not described before.
    NoSuchInterface,
    /// A section without a valid byte order mark, or of an unknown version.
    BadSection,
    /// More than [`PACKETS_MAX`].
    TooManyPackets,
    /// More than [`INTERFACES_MAX`].
    TooManyInterfaces,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => t!("the file ends in the middle of a packet or block"),
            Self::BadLength => t!("a block's length is wrong"),
            Self::NoSuchInterface => t!("a packet names an interface that is not described"),
            Self::BadSection => t!("a section begins in an unknown way"),
            Self::TooManyPackets => return f.write_str(&t!("only the first {PACKETS_MAX} packets are read")),
            Self::TooManyInterfaces => {
                return f.write_str(&t!("it has more than {INTERFACES_MAX} interfaces"));
            }
        })
    }
}

impl std::error::Error for Why {}

impl Packet {
    fn range(self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.captured_len as usize
    }
}

impl Recording {
    /// The captured bytes of a packet, from what its link type says on, without a frame check sequence.
    ///
    /// # Panics
    /// If there is no such packet; they count from 0.
    pub fn frame(&self, packet: usize) -> &[u8] {
        self.parts(packet).0
    }

    /// The frame check sequence of a packet; empty if none was captured.
    ///
    /// # Panics
    /// As [`frame`](Self::frame).
    pub fn fcs(&self, packet: usize) -> &[u8] {
        self.parts(packet).1
    }

    /// What a packet begins with.
    ///
    /// # Panics
    /// As [`frame`](Self::frame).
    pub fn link_type(&self, packet: usize) -> LinkType {
        self.interfaces[self.packets[packet].interface as usize].link_type
    }

    /// The frame and its check sequence, of which a cut packet has lost all or a part.
    fn parts(&self, packet: usize) -> (&[u8], &[u8]) {
        let packet = self.packets[packet];
        let fcs = u32::from(self.interfaces[packet.interface as usize].fcs_bytes);
        let lost = packet.original_len - packet.captured_len;
        let end = packet.captured_len - fcs.saturating_sub(lost).min(packet.captured_len);
        self.bytes[packet.range()].split_at(end as usize)
    }

    /// The comments on a packet.
    ///
    /// # Panics
    /// As [`frame`](Self::frame).
    pub fn comments(&self, packet: usize) -> impl Iterator<Item = Cow<'_, str>> {
        self.options(packet)
            .options()
            .filter(|(code, _)| *code == OPT_COMMENT)
            .map(|(_, text)| String::from_utf8_lossy(text.bytes))
    }

    /// Whether its interface sent it, otherwise received it; `None` if the file does not say.
    ///
    /// # Panics
    /// As [`frame`](Self::frame).
    pub fn sent(&self, packet: usize) -> Option<bool> {
        match self.option(packet, EPB_FLAGS)?.u32(0)? & 0b11 {
            OUTBOUND => Some(true),
            INBOUND => Some(false),
            _ => None,
        }
    }

    /// The packet id: the same packet at other interfaces has the same.
    ///
    /// # Panics
    /// As [`frame`](Self::frame).
    pub fn packet_id(&self, packet: usize) -> Option<u64> {
        self.option(packet, EPB_PACKETID)?.u64(0)
    }

    /// The number of packets dropped at its interface since the packet before it.
    ///
    /// # Panics
    /// As [`frame`](Self::frame).
    pub fn drop_count(&self, packet: usize) -> Option<u64> {
        self.option(packet, EPB_DROPCOUNT)?.u64(0)
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &Rc<[u8]> {
        &self.bytes
    }

    fn options(&self, packet: usize) -> Fields<'_> {
        let packet = self.packets[packet];
        let start = packet.range().end.next_multiple_of(4);
        let bytes = self.bytes.get(start..start + packet.options_len as usize).unwrap_or_default();
        Fields { bytes, big_endian: self.interfaces[packet.interface as usize].big_endian }
    }

    fn option(&self, packet: usize, wanted: u16) -> Option<Fields<'_>> {
        self.options(packet).options().find(|(code, _)| *code == wanted).map(|(_, value)| value)
    }
}
