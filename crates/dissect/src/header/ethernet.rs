//! The numbers in Ethernet headers and behind VLAN tags (IEEE 802.3 clause 3, IEEE 802.1Q clause 9).

use wire::header::{EtherType, VLAN_TAG_BYTES};

/// A provider's customers have VLANs of their own within its VLAN (IEEE 802.1ad).
pub(crate) const PROVIDER_TAG: u16 = EtherType::PROVIDER_VLAN.0;
/// What bridges used for that before there was a standard.
pub(crate) const OLD_PROVIDER_TAG: u16 = 0x9100;
/// A VLAN tag of a customer's and of a provider's bridge.
pub(crate) const TAGS: [u16; 3] = [EtherType::VLAN.0, PROVIDER_TAG, OLD_PROVIDER_TAG];
pub(crate) const TAG_LEN: usize = VLAN_TAG_BYTES;
/// Below this, the type is a length (IEEE 802.3 clause 3.2.6).
pub(crate) const ETHERTYPE_MIN: u16 = EtherType::MIN.0;
/// For experiments within a site (IEEE 802, local experimental EtherTypes): what raw frames are sent with.
const EXPERIMENTAL: [u16; 2] = [0x88b5, 0x88b6];

pub(crate) fn is_experimental(ethertype: u16) -> bool {
    EXPERIMENTAL.contains(&ethertype)
}
