//! Neighbor discovery: what ARP and more is for IPv6 (RFC 4861). The layer is what follows ICMPv6's type, code and
//! checksum.

use std::ops::Range;

use smoltcp::wire::{
    Icmpv6Message as Type, Icmpv6Packet, NdiscNeighborFlags as NeighborFlags, NdiscOption,
    NdiscOptionType as OptionType, NdiscPrefixInfoFlags as PrefixFlags, NdiscRouterFlags as RouterFlags,
};

use super::icmpv4::UNUSED;
use super::icmpv6::BASE_LEN;
use crate::header::ip::Packet;
use crate::message::NdpMessage;
use crate::message::ndp::{OPTION_UNIT, flag_names};
use crate::number::padded;
use crate::text::{bytes, hex, link_address};
use crate::tree::{Draft, Field, Tree, Wanted};
use texts::{mark, t};

/// The longest message without options is a redirect, counted from ICMPv6's type.
const MESSAGE_LEN_MAX: usize = 40;
const TARGET_MEANING: &str = mark!("The IPv6 address whose owner is looked for.");

/// Adds the layer of a message of that kind, whose bytes behind the ICMPv6 header are `range`.
pub(super) fn add(tree: &mut Tree<'_>, kind: u8, range: Range<usize>, packet: &Packet) {
    let wanted = tree.wanted;
    // smoltcp counts from ICMPv6's type.
    let whole = &tree.frame[packet.payload.start..range.end];
    let fixed = padded::<MESSAGE_LEN_MAX>(whole);
    let icmp = Icmpv6Packet::new_unchecked(&fixed[..]);
    let body_len = icmp.header_len() - BASE_LEN;

    let mut draft = wanted.layer(packet.layer_name("NDP", "Quoted NDP"), &range, body_len.max(range.len()));
    draft.summary(|| NdpMessage::read(whole, packet).map_or("cut short".into(), |message| message.info()));
    if packet.hop_limit != 255 && !packet.quoted {
        draft.fault(t!(
            "Its hop limit is {}, not 255, so it may have come through a router: hosts ignore it (RFC 4861).",
            packet.hop_limit
        ));
    }
    match Type::from(kind) {
        Type::RouterAdvert => router_advertisement(&mut draft, &icmp),
        Type::NeighborSolicit => {
            draft.add(wanted.field("icmpv6.reserved", "Unused", 0..4, hex(&fixed[4..8]), UNUSED));
            draft.add(wanted.field(
                "icmpv6.nd.ns.target_address",
                "Target address",
                4..20,
                icmp.target_addr(),
                TARGET_MEANING,
            ));
        }
        Type::NeighborAdvert => {
            draft.add(neighbor_flags(wanted, icmp.neighbor_flags()));
            draft.add(wanted.field(
                "icmpv6.nd.na.target_address",
                "Target address",
                4..20,
                icmp.target_addr(),
                mark!("The IPv6 address that this is about: the sender has it."),
            ));
        }
        Type::Redirect => {
            draft.add(wanted.field("icmpv6.reserved", "Unused", 0..4, hex(&fixed[4..8]), UNUSED));
            draft.add(wanted.field(
                "icmpv6.nd.rd.target_address",
                "Target address",
                4..20,
                icmp.target_addr(),
                mark!("The better first hop: another router, or the destination itself."),
            ));
            draft.add(wanted.field(
                "icmpv6.rd.na.destination_address",
                "Destination address",
                20..36,
                icmp.dest_addr(),
                mark!("The destination that it is better for."),
            ));
        }
        _ => draft.add(wanted.field("icmpv6.reserved", "Unused", 0..4, hex(&fixed[4..8]), UNUSED)),
    }
    options(&mut draft, &tree.frame[range], body_len);
    tree.push(draft);
}

fn neighbor_flags(wanted: Wanted<'_>, flags: NeighborFlags) -> Field {
    let [router, solicited, replaces] =
        [NeighborFlags::ROUTER, NeighborFlags::SOLICITED, NeighborFlags::OVERRIDE]
            .map(|flag| flags.contains(flag));
    let value = format!("0x{:02x}000000{}", flags.bits(), flag_names(router, solicited, replaces));
    wanted
        .field("icmpv6.nd.na.flag", "Flags", 0..4, value, mark!("What the receiver may conclude from this."))
        .parts([
            wanted.bit("icmpv6.nd.na.flag.r", "Router", 0..4, router, mark!("The sender is a router.")),
            wanted.bit(
                "icmpv6.nd.na.flag.s",
                "Solicited",
                0..4,
                solicited,
                mark!("It answers a solicitation, which proves that both directions work."),
            ),
            wanted.bit(
                "icmpv6.nd.na.flag.o",
                "Override",
                0..4,
                replaces,
                mark!("If you know another link address for this IPv6 address, forget that one."),
            ),
        ])
}

fn router_advertisement(draft: &mut Draft<'_>, icmp: &Icmpv6Packet<&[u8]>) {
    let wanted = draft.wanted;
    draft.add(wanted.field(
        "icmpv6.nd.ra.cur_hop_limit",
        "Hop limit to use",
        0..1,
        icmp.current_hop_limit(),
        mark!("The hop limit that hosts should begin with; 0 leaves it to them."),
    ));
    let flags = icmp.router_flags();
    draft.add(
        wanted
            .field(
                "icmpv6.nd.ra.flag",
                "Flags",
                1..2,
                format_args!("0x{:02x}", flags.bits()),
                mark!("Where else to ask for settings."),
            )
            .parts([
                wanted.bit(
                    "icmpv6.nd.ra.flag.m",
                    "Managed addresses",
                    1..2,
                    flags.contains(RouterFlags::MANAGED),
                    mark!("Addresses are handed out by a DHCPv6 server."),
                ),
                wanted.bit(
                    "icmpv6.nd.ra.flag.o",
                    "Other settings",
                    1..2,
                    flags.contains(RouterFlags::OTHER),
                    mark!("A DHCPv6 server knows other things, such as name servers."),
                ),
            ]),
    );
    draft.add(wanted.field(
        "icmpv6.nd.ra.router_lifetime",
        "Router lifetime",
        2..4,
        format_args!("{} s", icmp.router_lifetime().secs()),
        mark!("For how long it may be used as the default router; 0 means not at all."),
    ));
    draft.add(wanted.field(
        "icmpv6.nd.ra.reachable_time",
        "Reachable time",
        4..8,
        format_args!("{} ms", icmp.reachable_time().total_millis()),
        mark!("How long a neighbor that was heard of counts as reachable; 0 leaves it to the hosts."),
    ));
    draft.add(wanted.field(
        "icmpv6.nd.ra.retrans_timer",
        "Retransmission timer",
        8..12,
        format_args!("{} ms", icmp.retrans_time().total_millis()),
        mark!("How long to wait between two solicitations; 0 leaves it to the hosts."),
    ));
}

/// Adds the options of a message, which begin at `start` of its `body`.
fn options(draft: &mut Draft<'_>, body: &[u8], start: usize) {
    let mut at = start;
    while at < body.len() {
        let rest = &body[at..];
        let length = rest.get(1).map_or(0, |&units| usize::from(units) * OPTION_UNIT);
        if length == 0 {
            return draft.fault(t!("An option has the length 0: nothing behind it can be read."));
        }
        if length > rest.len() {
            return draft.fault(t!(
                "The last option is cut short: {} belong to it, {} are here.",
                bytes(length),
                rest.len()
            ));
        }
        draft.add(option(draft.wanted, &rest[..length], at));
        at += length;
    }
}

/// An option that begins at `at` of the layer.
fn option(wanted: Wanted<'_>, data: &[u8], at: usize) -> Field {
    let length = data.len();
    let kind = OptionType::from(data[0]);
    let here = |range: Range<usize>| at + range.start..at + range.end;
    let mut parts = vec![
        wanted.field(
            "icmpv6.opt.type",
            "Type",
            here(0..1),
            format_args!(
                "{} ({})",
                data[0],
                if let OptionType::Unknown(_) = kind { "unknown".into() } else { kind.to_string() }
            ),
            mark!("Which option this is."),
        ),
        wanted.field(
            "icmpv6.opt.length",
            "Length",
            here(1..2),
            format_args!("{} ({})", data[1], bytes(length)),
            mark!("How long the option is, in units of 8 bytes."),
        ),
    ];
    let Ok(option) = NdiscOption::new_checked(data) else {
        return wanted
            .field("icmpv6.opt", "Option", here(0..length), hex(&data[2..]), mark!("Something extra."))
            .parts(parts)
            .fault(Some(t!("Too short for an option of this type.").into()));
    };
    let (name, value, meaning) = match kind {
        OptionType::SourceLinkLayerAddr | OptionType::TargetLinkLayerAddr => {
            let address = link_address(option.link_layer_addr().as_bytes()).to_string();
            let (name, meaning) = if kind == OptionType::SourceLinkLayerAddr {
                (
                    "Source link address",
                    mark!("The sender's own link address: a receiver can answer without asking for it."),
                )
            } else {
                ("Target link address", mark!("The link address that belongs to the target address."))
            };
            parts.push(wanted.field("icmpv6.opt.linkaddr", "Link address", here(2..8), &address, meaning));
            (name, address, meaning)
        }
        OptionType::Mtu => {
            let mtu = bytes(option.mtu() as usize).to_string();
            let meaning = mark!("The longest packet that everyone on this segment should send.");
            parts.push(wanted.field("icmpv6.opt.mtu", "MTU", here(4..8), &mtu, meaning));
            ("MTU", mtu, meaning)
        }
        OptionType::PrefixInformation => {
            prefix_parts(wanted, &option, &here, &mut parts);
            let value = format!("{}/{}", option.prefix(), option.prefix_len());
            ("Prefix", value, mark!("Addresses that begin like this belong to this segment."))
        }
        OptionType::RedirectedHeader => {
            let quoted = bytes(length - OPTION_UNIT).to_string();
            ("Redirected packet", quoted, mark!("The beginning of the packet that this answers."))
        }
        OptionType::Unknown(_) => {
            ("Option", hex(option.data()).to_string(), mark!("An option that is not explained here."))
        }
    };
    wanted.field("icmpv6.opt", name, here(0..length), value, meaning).parts(parts)
}

fn prefix_parts(
    wanted: Wanted<'_>,
    option: &NdiscOption<&[u8]>,
    here: &impl Fn(Range<usize>) -> Range<usize>,
    parts: &mut Vec<Field>,
) {
    let flags = option.prefix_flags();
    let lifetime = |seconds: u64| match seconds {
        0xffff_ffff => "forever".into(),
        seconds => format!("{seconds} s"),
    };
    parts.extend([
        wanted.field(
            "icmpv6.opt.prefix.length",
            "Prefix length",
            here(2..3),
            option.prefix_len(),
            mark!("How many bits at the front are common to all addresses of the segment."),
        ),
        wanted.bit(
            "icmpv6.opt.prefix.flag.l",
            "On link",
            here(3..4),
            flags.contains(PrefixFlags::ON_LINK),
            mark!("Such addresses can be reached without a router."),
        ),
        wanted.bit(
            "icmpv6.opt.prefix.flag.a",
            "Autonomous",
            here(3..4),
            flags.contains(PrefixFlags::ADDRCONF),
            mark!("Hosts may make themselves an address with this prefix."),
        ),
        wanted.field(
            "icmpv6.opt.prefix.valid_lifetime",
            "Valid lifetime",
            here(4..8),
            lifetime(option.valid_lifetime().secs()),
            mark!("For how long an address made from it may be used at all."),
        ),
        wanted.field(
            "icmpv6.opt.prefix.preferred_lifetime",
            "Preferred lifetime",
            here(8..12),
            lifetime(option.preferred_lifetime().secs()),
            mark!("For how long it may be used for new conversations."),
        ),
        wanted.field(
            "icmpv6.opt.prefix",
            "Prefix",
            here(16..32),
            option.prefix(),
            mark!("The common beginning of the addresses; the rest is zero."),
        ),
    ]);
}

#[cfg(test)]
mod tests {
    use crate::{layers, samples, summary};

    #[test]
    fn an_option_of_length_zero_ends_the_reading() {
        let mut frame = samples::neighbor_solicitation();
        frame[79] = 0;
        let dissection = layers(&frame);
        let ndp = dissection.layer("NDP").unwrap();
        assert_eq!(ndp.fault.as_deref(), Some("An option has the length 0: nothing behind it can be read."));
        assert_eq!(ndp.field("icmpv6.nd.ns.target_address").unwrap().value, "fe80::2");
        assert_eq!(summary(&frame).info, "Neighbor Solicitation, malformed");
    }

    #[test]
    fn an_option_too_short_for_its_type_is_marked_and_the_next_is_shown() {
        let mut frame = samples::router_advertisement();
        // The first option becomes a prefix, which would need four units.
        frame[70] = 3;
        let dissection = layers(&frame);
        let options: Vec<_> =
            dissection.layer("NDP").unwrap().walk().filter(|field| field.key == "icmpv6.opt").collect();
        assert!(options[0].fault.is_some());
        assert_eq!(options[1].value, "1500 bytes");
    }
}
