//! The Ethernet header (IEEE 802.3 clause 3).

use std::fmt::{Display, from_fn};
use std::ops::Range;

use smoltcp::wire::{ETHERNET_HEADER_LEN, EthernetAddress, EthernetFrame};

use crate::header::ethernet::ETHERTYPE_MIN;
use crate::number::padded;
use crate::text::{bytes, ethertype_name, mac};
use crate::tree::{Field, Tree, Wanted};
use texts::{mark, t};

/// Adds the layer of the header; returns where it ends.
pub(super) fn add(tree: &mut Tree<'_>, range: &Range<usize>) -> usize {
    let wanted = tree.wanted;
    let frame = &tree.frame[range.clone()];
    let header = padded::<ETHERNET_HEADER_LEN>(frame);
    let ethernet = EthernetFrame::new_unchecked(&header[..]);
    let number = u16::from(ethernet.ethertype());

    let name = if number < ETHERTYPE_MIN { "IEEE 802.3" } else { "Ethernet II" };
    let mut draft = wanted.layer(name, range, ETHERNET_HEADER_LEN);
    if wanted.may_read("eth.") {
        draft.add(wanted.field(
            "eth.dst",
            "Destination",
            0..6,
            mac_with_kind(ethernet.dst_addr()),
            mark!("The network interface on this segment that the frame is for, or a group of them."),
        ));
        draft.add(wanted.field(
            "eth.src",
            "Source",
            6..12,
            mac_with_kind(ethernet.src_addr()),
            mark!("The interface that sent the frame. Switches learn from it which port leads there."),
        ));
        draft.add(type_field(wanted, "eth.type", "eth.len", 12..14, number, range.end - draft.end()));
    }
    draft.summary(|| match frame.len() {
        ..ETHERNET_HEADER_LEN => "a frame without a whole header".to_string(),
        _ => {
            format!("{} → {}, {}", mac(ethernet.src_addr()), mac(ethernet.dst_addr()), ethertype_name(number))
        }
    });
    let end = draft.end();
    tree.push(draft);
    end
}

/// A type or, below [`ETHERTYPE_MIN`], a length, of which `behind` bytes can be there.
pub(super) fn type_field(
    wanted: Wanted<'_>,
    type_key: &'static str,
    len_key: &'static str,
    range: Range<usize>,
    number: u16,
    behind: usize,
) -> Field {
    if number >= ETHERTYPE_MIN {
        let value = format_args!("0x{number:04x} ({})", ethertype_name(number));
        return wanted.field(
            type_key,
            "Type",
            range,
            value,
            mark!("Which protocol's packet the frame carries."),
        );
    }
    let meaning =
        mark!("How many bytes the frame carries. A number from 1536 upwards would be a type instead.");
    let length = usize::from(number);
    let fault = (length > behind).then(|| t!("Only {} of them are here.", behind));
    wanted.field(len_key, "Length", range, bytes(length), meaning).fault(fault)
}

fn mac_with_kind(address: EthernetAddress) -> impl Display {
    let kind = match address {
        EthernetAddress::BROADCAST => " (broadcast)",
        _ if address.is_multicast() => " (multicast)",
        _ => "",
    };
    from_fn(move |f| write!(f, "{}{kind}", mac(address)))
}
