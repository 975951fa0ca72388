//! The Ethernet header and the VLAN tags behind it (IEEE 802.3 clause 3, IEEE 802.1Q clause 9).

use std::ops::Range;

use smoltcp::wire::EthernetAddress;
use wire::header::{EtherType, Ethernet, VLAN_TAG_BYTES};

/// A VLAN tag of a customer's and of a provider's bridge.
pub(crate) const TAGS: [u16; 2] = [EtherType::VLAN.0, PROVIDER_TAG];
/// A provider's customers have VLANs of their own within its VLAN (IEEE 802.1ad).
pub(crate) const PROVIDER_TAG: u16 = EtherType::PROVIDER_VLAN.0;
pub(crate) const TAG_LEN: usize = VLAN_TAG_BYTES;
/// Below this, the type is a length (IEEE 802.3 clause 3.2.6).
pub(crate) const ETHERTYPE_MIN: u16 = EtherType::MIN.0;
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
    let outer = Ethernet::read(frame)?;
    let vlan = outer.untag().map(|(tag, _)| tag.number());
    let inner = outer.innermost();
    let carries = match inner.kind.length() {
        Some(_) => Type::Llc,
        None => Type::Ethertype(inner.kind.0),
    };
    let payload = inner.payload_at..inner.payload_at + inner.payload().len();
    Some(Link { source: inner.source, destination: inner.destination, vlan, carries, payload })
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
