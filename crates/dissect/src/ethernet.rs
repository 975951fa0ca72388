//! Ethernet: the header, 802.1Q tags behind it, and LLC in frames that carry a length instead of a type
//! (IEEE 802.3 clause 3, IEEE 802.1Q clause 9, IEEE 802.2).

use std::ops::Range;

use smoltcp::wire::{ETHERNET_HEADER_LEN, EthernetAddress, EthernetFrame, EthernetProtocol};

use crate::layers::{Draft, Field, Tree, bit, bytes, padded};
use crate::{arp, ipv4, ipv6, payload, stp};

/// A VLAN tag of a customer's and of a provider's bridge.
const TAGS: [u16; 2] = [0x8100, PROVIDER_TAG];
/// A provider's customers have VLANs of their own within its VLAN (IEEE 802.1ad).
const PROVIDER_TAG: u16 = 0x88a8;
const TAG_LEN: usize = 4;
/// Below this, the type is a length (IEEE 802.3 clause 3.2.6).
const ETHERTYPE_MIN: u16 = 0x0600;
/// For experiments within a site (IEEE 802, local experimental EtherTypes): what raw frames are sent with.
const EXPERIMENTAL: [u16; 2] = [0x88b5, 0x88b6];

/// Between whom a frame goes, and what it carries behind its header and tags.
pub(crate) struct Link {
    pub source: EthernetAddress,
    pub destination: EthernetAddress,
    pub carries: Type,
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
    while TAGS.contains(&number)
        && let Some(inner) = frame.get(start + 2..start + TAG_LEN)
    {
        number = u16::from_be_bytes([inner[0], inner[1]]);
        start += TAG_LEN;
    }
    let (carries, end) = split(number, start, frame.len());
    Some(Link { source: ethernet.src_addr(), destination: ethernet.dst_addr(), carries, payload: start..end })
}

/// What a type-or-length number means, and where the payload at `start` ends.
fn split(number: u16, start: usize, frame_len: usize) -> (Type, usize) {
    if number < ETHERTYPE_MIN {
        (Type::Llc, (start + usize::from(number)).min(frame_len))
    } else {
        (Type::Ethertype(number), frame_len)
    }
}

pub(crate) fn dissect(tree: &mut Tree<'_>) {
    let frame = tree.frame;
    let header = padded::<ETHERNET_HEADER_LEN>(frame);
    let ethernet = EthernetFrame::new_unchecked(&header[..]);
    let number = u16::from(ethernet.ethertype());

    let name = if number < ETHERTYPE_MIN { "IEEE 802.3" } else { "Ethernet II" };
    let mut draft = Draft::new(name, &(0..frame.len()), ETHERNET_HEADER_LEN);
    draft.add(Field::new(
        "eth.dst",
        "Destination",
        0..6,
        mac_with_kind(ethernet.dst_addr()),
        "The network interface on this segment that the frame is for, or a group of them.",
    ));
    draft.add(Field::new(
        "eth.src",
        "Source",
        6..12,
        mac_with_kind(ethernet.src_addr()),
        "The interface that sent the frame. Switches learn from it which port leads there.",
    ));
    draft.add(type_field("eth.type", "eth.len", 12..14, number, frame.len() - draft.end()));
    if frame.len() < ETHERNET_HEADER_LEN {
        draft.summary("a frame without a whole header");
        return tree.push(draft);
    }
    draft.summary(format!(
        "{} → {}, {}",
        mac(ethernet.src_addr()),
        mac(ethernet.dst_addr()),
        type_name(number)
    ));
    let start = draft.end();
    tree.push(draft);
    dissect_payload(tree, number, start);
}

/// Goes on behind a header that ends in `number`.
fn dissect_payload(tree: &mut Tree<'_>, mut number: u16, mut start: usize) {
    let frame_len = tree.frame.len();
    while TAGS.contains(&number) {
        let Some(inner) = dissect_tag(tree, start..frame_len, number == PROVIDER_TAG) else { return };
        (number, start) = inner;
    }
    let (carries, end) = split(number, start, frame_len);
    let range = start..end;
    match carries {
        Type::Llc => {
            dissect_llc(tree, range);
            payload::trailer(tree, end..frame_len, "the length that the Ethernet header gives");
        }
        Type::Ethertype(ethertype) => match EthernetProtocol::from(ethertype) {
            EthernetProtocol::Arp => arp::dissect(tree, range),
            EthernetProtocol::Ipv4 => ipv4::dissect(tree, range, false),
            EthernetProtocol::Ipv6 => ipv6::dissect(tree, range, false),
            EthernetProtocol::Unknown(_) => payload::dissect(tree, range),
        },
    }
}

/// Adds the layer of a VLAN tag; returns the type that it wraps and where it ends, or nothing if it is cut.
fn dissect_tag(tree: &mut Tree<'_>, range: Range<usize>, provider: bool) -> Option<(u16, usize)> {
    let header = padded::<TAG_LEN>(tree.header(&range, TAG_LEN));
    let control = u16::from_be_bytes([header[0], header[1]]);
    let number = u16::from_be_bytes([header[2], header[3]]);
    let (priority, vlan) = (control >> 13, control & 0xfff);

    // Analysers tell a provider's tags from those of its customers, in all but the type.
    let (layer_name, priority_key, dei_key, id_key, type_key) = if provider {
        ("802.1ad", "ieee8021ad.priority", "ieee8021ad.dei", "ieee8021ad.id", "ieee8021ah.etype")
    } else {
        ("802.1Q", "vlan.priority", "vlan.dei", "vlan.id", "vlan.etype")
    };
    let mut draft = Draft::new(layer_name, &range, TAG_LEN);
    draft.summary(format!("VLAN {vlan}, {}", type_name(number)));
    draft.add(Field::new(
        priority_key,
        "Priority",
        0..1,
        priority,
        "How urgent the frame is, from 0 to 7. Switches may serve higher ones first; 1 is the lowest, below 0.",
    ));
    draft.add(bit(
        dei_key,
        "Drop eligible",
        0..1,
        control & 0x1000 != 0,
        "If a switch has to drop something, this frame may go first.",
    ));
    draft.add(Field::new(
        id_key,
        "VLAN",
        0..2,
        vlan,
        "The virtual network that the frame belongs to: switches keep it apart from all others on the same wires.",
    ));
    draft.add(type_field(type_key, "vlan.len", 2..4, number, range.end - draft.end()));
    let end = draft.end();
    tree.push(draft);
    (range.len() >= TAG_LEN).then_some((number, end))
}

fn dissect_llc(tree: &mut Tree<'_>, range: Range<usize>) {
    let header = padded::<4>(tree.header(&range, 4));
    // Unnumbered frames, the only ones in common use, have one byte of control, the others two.
    let control_len = if header[2] & 0b11 == 0b11 { 1 } else { 2 };

    let mut draft = Draft::new("LLC", &range, 2 + control_len);
    draft.summary(format!("DSAP {}, SSAP {}", service(header[0]), service(header[1])));
    draft.add(Field::new(
        "llc.dsap",
        "Destination service",
        0..1,
        service(header[0]),
        "Who in the receiving host gets the frame; 0x42 is the spanning tree protocol.",
    ));
    draft.add(Field::new(
        "llc.ssap",
        "Source service",
        1..2,
        service(header[1]),
        "Who in the sending host sent the frame.",
    ));
    let control = match control_len {
        1 => format!("0x{:02x}", header[2]),
        _ => format!("0x{:02x}{:02x}", header[2], header[3]),
    };
    draft.add(Field::new(
        "llc.control",
        "Control",
        2..2 + control_len,
        control,
        "The kind of LLC frame; 0x03 is a plain one, without numbers or acknowledgement.",
    ));
    let start = draft.end();
    tree.push(draft);
    if tree.frame[range.clone()].starts_with(&stp::LLC) {
        stp::dissect(tree, start..range.end);
    } else {
        payload::dissect(tree, start..range.end);
    }
}

/// An LLC address, with the service that it stands for.
fn service(number: u8) -> String {
    let name = match number {
        0x42 => " (spanning tree)",
        0xaa => " (SNAP)",
        _ => "",
    };
    format!("0x{number:02x}{name}")
}

/// A type or, below [`ETHERTYPE_MIN`], a length, of which `behind` bytes can be there.
fn type_field(
    type_key: &'static str,
    len_key: &'static str,
    range: Range<usize>,
    number: u16,
    behind: usize,
) -> Field {
    if number >= ETHERTYPE_MIN {
        let value = format!("0x{number:04x} ({})", type_name(number));
        return Field::new(type_key, "Type", range, value, "Which protocol's packet the frame carries.");
    }
    let meaning = "How many bytes the frame carries. A number from 1536 upwards would be a type instead.";
    let length = usize::from(number);
    let fault = (length > behind).then(|| format!("Only {} of them are here.", behind));
    Field::new(len_key, "Length", range, bytes(length), meaning).fault(fault)
}

/// The name of what an Ethernet type announces.
pub(crate) fn type_name(number: u16) -> String {
    match EthernetProtocol::from(number) {
        EthernetProtocol::Unknown(_) if number < ETHERTYPE_MIN => "LLC".into(),
        EthernetProtocol::Unknown(PROVIDER_TAG) => "802.1ad".into(),
        EthernetProtocol::Unknown(_) if TAGS.contains(&number) => "802.1Q".into(),
        EthernetProtocol::Unknown(_) if is_experimental(number) => "experimental".into(),
        EthernetProtocol::Unknown(_) => "unknown type".into(),
        known => known.to_string(),
    }
}

pub(crate) fn is_experimental(ethertype: u16) -> bool {
    EXPERIMENTAL.contains(&ethertype)
}

/// An address with colons, as operating systems and analysers write it.
pub(crate) fn mac(address: EthernetAddress) -> String {
    let [a, b, c, d, e, f] = address.0;
    format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
}

fn mac_with_kind(address: EthernetAddress) -> String {
    let kind = match address {
        EthernetAddress::BROADCAST => " (broadcast)",
        _ if address.is_multicast() => " (multicast)",
        _ => "",
    };
    mac(address) + kind
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
