//! VLAN tags (IEEE 802.1Q clause 9, IEEE 802.1ad).

use std::ops::Range;

use super::ethernet::type_field;
use crate::header::ethernet::{PROVIDER_TAG, TAG_LEN};
use crate::number::padded;
use crate::text::ethertype_name;
use crate::tree::Tree;
use texts::mark;

/// Adds the layer of a VLAN tag behind a type; returns where it ends.
pub(super) fn add(tree: &mut Tree<'_>, range: &Range<usize>, kind: u16) -> usize {
    let wanted = tree.wanted;
    let provider = kind == PROVIDER_TAG;
    let header = padded::<TAG_LEN>(tree.header(range, TAG_LEN));
    let control = u16::from_be_bytes([header[0], header[1]]);
    let number = u16::from_be_bytes([header[2], header[3]]);
    let (priority, vlan) = (control >> 13, control & 0xfff);

    // Analysers tell a provider's tags from those of its customers, in all but the type.
    let (layer_name, priority_key, dei_key, id_key, type_key) = if provider {
        ("802.1ad", "ieee8021ad.priority", "ieee8021ad.dei", "ieee8021ad.id", "ieee8021ah.etype")
    } else {
        ("802.1Q", "vlan.priority", "vlan.dei", "vlan.id", "vlan.etype")
    };
    let mut draft = wanted.layer(layer_name, range, TAG_LEN);
    draft.summary(|| format!("VLAN {vlan}, {}", ethertype_name(number)));
    draft.add(wanted.field(
        priority_key,
        "Priority",
        0..1,
        priority,
        mark!("How urgent the frame is, from 0 to 7. Switches may serve higher ones first; 1 is the lowest, below 0."),
    ));
    draft.add(wanted.bit(
        dei_key,
        "Drop eligible",
        0..1,
        control & 0x1000 != 0,
        mark!("If a switch has to drop something, this frame may go first."),
    ));
    draft.add(wanted.field(
        id_key,
        "VLAN",
        0..2,
        vlan,
        mark!("The virtual network that the frame belongs to: switches keep it apart from all others on the same wires."),
    ));
    draft.add(type_field(wanted, type_key, "vlan.len", 2..4, number, range.end - draft.end()));
    let end = draft.end();
    tree.push(draft);
    end
}

#[cfg(test)]
mod tests {
    use crate::{Protocol, layers, protocol, samples};

    #[test]
    fn a_tag_within_a_tag_is_a_layer_of_its_own() {
        let frame = samples::tagged(samples::tagged(samples::udp()));
        let dissection = layers(&frame);
        let names: Vec<_> = dissection.layers.iter().map(|layer| layer.name).collect();
        assert_eq!(names, ["Ethernet II", "802.1Q", "802.1Q", "IPv4", "UDP", "Payload"]);
        assert_eq!(protocol(&frame), Protocol::Udp);
    }
}
