//! The Ethernet header and the VLAN tags behind it (IEEE 802.3 clause 3, IEEE 802.1Q clause 9).

use std::ops::Range;

use smoltcp::wire::{ETHERNET_HEADER_LEN, EthernetAddress, EthernetFrame};

/// A VLAN tag of a customer's and of a provider's bridge.
pub(crate) const TAGS: [u16; 2] = [0x8100, PROVIDER_TAG];
/// A provider's customers have VLANs of their own within its VLAN (IEEE 802.1ad).
pub(crate) const PROVIDER_TAG: u16 = 0x88a8;
pub(crate) const TAG_LEN: usize = 4;
/// Below this, the type is a length (IEEE 802.3 clause 3.2.6).
pub(crate) const ETHERTYPE_MIN: u16 = 0x0600;
/// For experiments within a site (IEEE 802, local experimental EtherTypes): what raw frames are sent with.
const EXPERIMENTAL: [u16; 2] = [0x88b5, 0x88b6];

/// The sender and receiver of a frame on its link, and what it carries behind its header and tags.
pub(crate) struct Link {
    pub source: EthernetAddress,
    pub destination: EthernetAddress,
    /// The VLAN of the outermost tag.
    pub vlan: Option<u16>,
    pub carries: Type,
    /// The bytes of the frame behind header and tags, without a trailer that the length excludes.
    pub payload: Range<usize>,
}

#[derive(Clone, Copy)]
pub(crate) enum Type {
    Ethertype(u16),
    Llc,
}

/// Reads header and tags, or nothing if the header is not all there.
pub(crate) fn link(frame: &[u8]) -> Option<Link> {
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    let mut number = u16::from(ethernet.ethertype());
    let mut start = ETHERNET_HEADER_LEN;
    let mut vlan = None;
    while TAGS.contains(&number)
        && let Some(&[high, low, a, b]) = frame.get(start..start + TAG_LEN)
    {
        vlan = vlan.or(Some(u16::from_be_bytes([high, low]) & 0xfff));
        number = u16::from_be_bytes([a, b]);
        start += TAG_LEN;
    }
    let (carries, end) = split(number, start, frame.len());
    let (source, destination) = (ethernet.src_addr(), ethernet.dst_addr());
    Some(Link { source, destination, vlan, carries, payload: start..end })
}

/// What a type-or-length number means, and where the payload at `start` ends.
pub(crate) fn split(number: u16, start: usize, frame_len: usize) -> (Type, usize) {
    if number < ETHERTYPE_MIN {
        (Type::Llc, (start + usize::from(number)).min(frame_len))
    } else {
        (Type::Ethertype(number), frame_len)
    }
}

pub(crate) fn is_experimental(ethertype: u16) -> bool {
    EXPERIMENTAL.contains(&ethertype)
}
