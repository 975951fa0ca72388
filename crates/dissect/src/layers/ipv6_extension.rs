//! IPv6's extension headers: the layer of each (RFC 8200 §4).

use std::ops::Range;

use smoltcp::wire::{
    IpProtocol, Ipv6ExtHeader, Ipv6FragmentHeader, Ipv6Option, Ipv6OptionType as OptionType,
};

use super::ip::NEXT_MEANING;
use crate::number::padded;
use crate::text::{bytes, hex, protocol_number_and_name};
use crate::tree::{Draft, Tree};
use texts::{mark, t};
use wire::header::{EXTENSION_UNIT, extension_bytes};

/// Adds the layer of an extension header, which may be cut: then it covers `range`.
pub(super) fn add(tree: &mut Tree<'_>, kind: IpProtocol, range: Range<usize>) {
    let wanted = tree.wanted;
    let header = &tree.frame[range.clone()];
    let fixed = padded::<EXTENSION_UNIT>(header);
    let length = extension_bytes(kind, header).unwrap_or(EXTENSION_UNIT);
    let next = Ipv6ExtHeader::new_unchecked(&fixed[..]).next_header();
    let name = match kind {
        IpProtocol::HopByHop => "IPv6 hop-by-hop options",
        IpProtocol::Ipv6Route => "IPv6 routing",
        IpProtocol::Ipv6Frag => "IPv6 fragment",
        _ => "IPv6 destination options",
    };

    let mut draft = wanted.layer(name, &range, length);
    let next_key = match kind {
        IpProtocol::HopByHop => "ipv6.hopopts.nxt",
        IpProtocol::Ipv6Route => "ipv6.routing.nxt",
        IpProtocol::Ipv6Frag => "ipv6.fraghdr.nxt",
        _ => "ipv6.dstopts.nxt",
    };
    draft.add(wanted.field(next_key, "Next header", 0..1, protocol_number_and_name(next), NEXT_MEANING));
    if kind == IpProtocol::Ipv6Frag {
        let fragment = Ipv6FragmentHeader::new_unchecked(&fixed[2..]);
        let offset = usize::from(fragment.frag_offset()) * EXTENSION_UNIT;
        draft.summary(|| format!("from byte {offset}, packet 0x{:08x}", fragment.ident()));
        draft.add(wanted.field(
            "ipv6.fraghdr.offset",
            "Fragment offset",
            2..4,
            format_args!("{} ({})", fragment.frag_offset(), bytes(offset)),
            mark!("Where this piece belongs in the packet that was cut. In IPv6 only the sender cuts, never a router."),
        ));
        draft.add(wanted.bit(
            "ipv6.fraghdr.more",
            "More fragments",
            3..4,
            fragment.more_frags(),
            mark!("This is not the last piece of the packet."),
        ));
        draft.add(wanted.field(
            "ipv6.fraghdr.ident",
            "Identification",
            4..8,
            format_args!("0x{:08x}", fragment.ident()),
            mark!(
                "Pieces of the same packet have the same number, so that the receiver can put them together."
            ),
        ));
    } else {
        let length_key = match kind {
            IpProtocol::HopByHop => "ipv6.hopopts.len",
            IpProtocol::Ipv6Route => "ipv6.routing.len",
            _ => "ipv6.dstopts.len",
        };
        draft.summary(|| bytes(length));
        draft.add(wanted.field(
            length_key,
            "Length",
            1..2,
            format_args!("{} ({})", fixed[1], bytes(length)),
            mark!("The length of this extension beyond 8 bytes, in units of 8: a receiver that does not know it can skip it."),
        ));
        let data = header.get(2..length.min(header.len())).unwrap_or(&[]);
        if kind == IpProtocol::Ipv6Route {
            routing(&mut draft, data);
        } else {
            options(&mut draft, data);
        }
    }
    tree.push(draft);
}

/// Adds what a routing header has behind its length.
fn routing(draft: &mut Draft<'_>, data: &[u8]) {
    let wanted = draft.wanted;
    let fixed = padded::<2>(data);
    draft.add(wanted.field(
        "ipv6.routing.type",
        "Type",
        2..3,
        fixed[0],
        mark!("What kind of route this describes."),
    ));
    draft.add(wanted.field(
        "ipv6.routing.segleft",
        "Segments left",
        3..4,
        fixed[1],
        mark!("How many of the stations below the packet still has to visit."),
    ));
    draft.add(wanted.field(
        "ipv6.routing.unknown.data",
        "Stations",
        4..2 + data.len().max(2),
        hex(data.get(2..).unwrap_or(&[])),
        mark!("Where the packet has to pass on its way."),
    ));
}

/// Adds the options that a hop-by-hop or destination header has behind its length.
fn options(draft: &mut Draft<'_>, data: &[u8]) {
    let wanted = draft.wanted;
    let mut at = 0;
    while at < data.len() {
        let Ok(option) = Ipv6Option::new_checked(&data[at..]) else {
            return draft.fault(t!("The last option is longer than the header: it cannot be read."));
        };
        let kind = option.option_type();
        let length = if kind == OptionType::Pad1 { 1 } else { 2 + usize::from(option.data_len()) };
        let (name, value, meaning) = match kind {
            OptionType::Pad1 | OptionType::PadN => (
                "Padding",
                bytes(length).to_string(),
                mark!("Fills the header up to a multiple of eight bytes."),
            ),
            OptionType::RouterAlert => (
                "Router alert",
                hex(option.data()).to_string(),
                mark!("Routers, look at this packet even if it is not for you."),
            ),
            OptionType::Rpl | OptionType::Unknown(_) => {
                let value = format!("type {}: {}", u8::from(kind), hex(option.data()));
                ("Option", value, mark!("An option that is not explained here."))
            }
        };
        draft.add(wanted.field("ipv6.opt", name, 2 + at..2 + at + length, value, meaning));
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use crate::{layers, samples};

    #[test]
    fn options_are_shown_one_by_one_up_to_the_first_that_does_not_fit() {
        let mut frame = samples::hop_by_hop();
        let options = |frame: &[u8]| {
            let dissection = layers(frame);
            let layer = dissection.layer("IPv6 hop-by-hop options").unwrap();
            let names: Vec<_> =
                layer.fields.iter().filter(|field| field.key == "ipv6.opt").map(|field| field.name).collect();
            (names, layer.fault.is_some())
        };
        assert_eq!(options(&frame), (vec!["Router alert", "Padding"], false));
        frame[61] = 9;
        assert_eq!(options(&frame), (vec!["Router alert"], true));
    }
}
