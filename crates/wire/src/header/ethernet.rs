//! The Ethernet header (IEEE 802.3-2022, 3.2) and the VLAN tags behind its addresses (IEEE 802.1Q-2022, 9).

use super::{Ip, u16_at};
use smoltcp::wire::EthernetAddress;

/// The length of an Ethernet header without tags: destination, source, type.
pub const ETHERNET_HEADER_BYTES: usize = 14;
/// The length of a VLAN tag.
pub const VLAN_TAG_BYTES: usize = 4;
/// Where the type stands in a frame without tags.
const TYPE_AT: usize = 12;

/// The number behind an Ethernet header's addresses: the protocol of the payload or, below [`EtherType::MIN`], the payload's
/// length in bytes (IEEE 802.3-2022, 3.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EtherType(pub u16);

impl EtherType {
    /// IPv4 (RFC 894).
    pub const IPV4: Self = Self(0x0800);
    /// ARP (RFC 826).
    pub const ARP: Self = Self(0x0806);
    /// A customer's VLAN tag (IEEE 802.1Q-2022, table 9-1).
    pub const VLAN: Self = Self(0x8100);
    /// IPv6 (RFC 2464, 3).
    pub const IPV6: Self = Self(0x86dd);
    /// A provider's VLAN tag (IEEE 802.1Q-2022, table 9-1).
    pub const PROVIDER_VLAN: Self = Self(0x88a8);
    /// The smallest number that is a type and not a length.
    pub const MIN: Self = Self(0x0600);

    /// The payload's length in bytes, if the number is a length: then the payload begins with an LLC header (IEEE 802.2).
    pub fn length(self) -> Option<usize> {
        (self < Self::MIN).then_some(usize::from(self.0))
    }

    /// Whether a VLAN tag follows.
    pub const fn is_tag(self) -> bool {
        matches!(self, Self::VLAN | Self::PROVIDER_VLAN)
    }
}

/// The control information of a VLAN tag: priority (3 bits), drop eligible (1), VLAN (12; IEEE 802.1Q-2022, 9.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VlanTag(pub u16);

impl VlanTag {
    /// The bits of the VLAN's number.
    const VID: u16 = 0xfff;

    /// The number itself (VID), which is 0 in a priority tag.
    pub const fn number(self) -> u16 {
        self.0 & Self::VID
    }

    /// The VLAN's number; `None`: the tag is a priority tag (VID 0), and the frame counts as untagged.
    pub const fn vlan(self) -> Option<u16> {
        match self.number() {
            0 => None,
            vid => Some(vid),
        }
    }
}

/// An Ethernet header: of a whole frame, or what stands behind a VLAN tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ethernet<'f> {
    frame: &'f [u8],
    /// The station, or group of stations, that the frame is for.
    pub destination: EthernetAddress,
    /// The station that sent it.
    pub source: EthernetAddress,
    /// What the payload is: a tag's type, if one follows.
    pub kind: EtherType,
    /// Where the payload begins, in bytes from the frame's first.
    pub payload_at: usize,
}

impl<'f> Ethernet<'f> {
    /// Reads the addresses and the type behind them; `None`: the frame is shorter than an Ethernet header.
    #[inline]
    pub fn read(frame: &'f [u8]) -> Option<Self> {
        let header = frame.first_chunk::<ETHERNET_HEADER_BYTES>()?;
        Some(Self {
            frame,
            destination: EthernetAddress::from_bytes(&header[..6]),
            source: EthernetAddress::from_bytes(&header[6..TYPE_AT]),
            kind: EtherType(u16::from_be_bytes([header[12], header[13]])),
            payload_at: ETHERNET_HEADER_BYTES,
        })
    }

    /// Reads the tag that follows, if `kind` says that one does, and the header without it. `None`: no tag follows, or the frame
    /// ends within it or within the type behind it.
    #[inline]
    pub fn untag(&self) -> Option<(VlanTag, Self)> {
        if !self.kind.is_tag() {
            return None;
        }
        let tag = VlanTag(u16_at(self.frame, self.payload_at)?);
        let kind = EtherType(u16_at(self.frame, self.payload_at + 2)?);
        Some((tag, Self { kind, payload_at: self.payload_at + VLAN_TAG_BYTES, ..*self }))
    }

    /// The header behind all tags. If the frame ends within one, `kind` is still that tag's.
    pub fn innermost(self) -> Self {
        std::iter::successors(Some(self), |outer| Some(outer.untag()?.1)).last().unwrap_or(self)
    }

    /// What follows the header, up to the frame's end or, if `kind` is a length, up to that: the rest is padding.
    #[inline]
    pub fn payload(&self) -> &'f [u8] {
        let rest = self.frame.get(self.payload_at..).unwrap_or_default();
        match self.kind.length() {
            Some(length) => rest.get(..length).unwrap_or(rest),
            None => rest,
        }
    }

    /// The IP packet that follows. `None`: `kind` is not the number of the packet's IP version, or [`Ip::read`] reads none.
    #[inline]
    pub fn ip(&self) -> Option<Ip<'f>> {
        let version = match self.kind {
            EtherType::IPV4 => 4,
            EtherType::IPV6 => 6,
            _ => return None,
        };
        let packet = self.payload();
        (packet.first()? >> 4 == version).then(|| Ip::read(packet))?
    }
}
