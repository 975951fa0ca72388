//! Neighbor discovery: what ARP and more is for IPv6 (RFC 4861). It travels in ICMPv6.

use smoltcp::wire::{
    Icmpv6Packet, Ipv6Address, Ipv6Cidr, NdiscNeighborFlags as Flags, NdiscRepr, RawHardwareAddress,
};

use super::malformed::Malformed;
use crate::header::ip::Packet;
use crate::label::Label;
use crate::number::{ipv6, number};
use crate::text::link_address;

/// The types of ICMPv6 that are neighbor discovery.
pub(crate) const TYPES: std::ops::RangeInclusive<u8> = 133..=137;
/// Options are multiples of this, in bytes.
pub(crate) const OPTION_UNIT: usize = 8;
const PREFIX_OPTION: u8 = 3;
const PREFIX_OPTION_LEN: usize = 32;
/// Where the options of a router advertisement begin, counted from ICMPv6's type.
const ADVERTISEMENT_LEN: usize = 16;

/// A message of neighbor discovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NdpMessage {
    /// A host asks for routers.
    RouterSolicitation {
        /// The sender's link address.
        link_address: Option<RawHardwareAddress>,
    },
    /// A router introduces itself.
    RouterAdvertisement {
        /// The sender's link address.
        link_address: Option<RawHardwareAddress>,
        /// The first prefix that belongs to the link.
        prefix: Option<Ipv6Cidr>,
    },
    /// A host asks for the owner of an address.
    NeighborSolicitation {
        /// The address.
        target: Ipv6Address,
        /// The sender's link address.
        link_address: Option<RawHardwareAddress>,
        /// The sender has no address yet and wants to take this one: duplicate address detection (RFC 4862 §5.4).
        probe: bool,
    },
    /// The owner of an address gives its link address.
    NeighborAdvertisement {
        /// The address.
        target: Ipv6Address,
        /// Its link address.
        link_address: Option<RawHardwareAddress>,
        /// The sender is a router.
        router: bool,
        /// It answers a solicitation.
        solicited: bool,
        /// It replaces the link address that is known.
        replaces: bool,
    },
    /// A router knows a shorter way than through itself.
    Redirect {
        /// The better first hop: another router, or the destination itself.
        target: Ipv6Address,
        /// For which destination.
        destination: Ipv6Address,
    },
    /// The type is known, but the message is cut or makes no sense.
    Malformed(NdpKind),
}

/// A message of neighbor discovery by its type alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NdpKind {
    /// 133
    RouterSolicitation,
    /// 134
    RouterAdvertisement,
    /// 135
    NeighborSolicitation,
    /// 136
    NeighborAdvertisement,
    /// 137
    Redirect,
}

impl NdpMessage {
    /// Reads an ICMPv6 message whose type is one of [`TYPES`].
    pub(crate) fn read(message: &[u8], packet: &Packet) -> Result<NdpMessage, Malformed> {
        let &[kind, _, _, _, ..] = message else {
            return Err(Malformed::Icmpv6 { neighbor_discovery: true });
        };
        let repr = Icmpv6Packet::new_checked(message).ok().and_then(|icmp| NdiscRepr::parse(&icmp).ok());
        Ok(match repr {
            Some(NdiscRepr::RouterSolicit { lladdr: link_address }) => {
                NdpMessage::RouterSolicitation { link_address }
            }
            Some(NdiscRepr::RouterAdvert { lladdr: link_address, .. }) => {
                NdpMessage::RouterAdvertisement { link_address, prefix: first_prefix(message) }
            }
            Some(NdiscRepr::NeighborSolicit { target_addr: target, lladdr: link_address }) => {
                let probe = packet.source.is_unspecified();
                NdpMessage::NeighborSolicitation { target, link_address, probe }
            }
            Some(NdiscRepr::NeighborAdvert { flags, target_addr: target, lladdr: link_address }) => {
                NdpMessage::NeighborAdvertisement {
                    target,
                    link_address,
                    router: flags.contains(Flags::ROUTER),
                    solicited: flags.contains(Flags::SOLICITED),
                    replaces: flags.contains(Flags::OVERRIDE),
                }
            }
            Some(NdiscRepr::Redirect { target_addr: target, dest_addr: destination, .. }) => {
                NdpMessage::Redirect { target, destination }
            }
            None => NdpMessage::Malformed(match kind {
                133 => NdpKind::RouterSolicitation,
                134 => NdpKind::RouterAdvertisement,
                135 => NdpKind::NeighborSolicitation,
                136 => NdpKind::NeighborAdvertisement,
                _ => NdpKind::Redirect,
            }),
        })
    }

    /// Its type.
    pub fn kind(&self) -> NdpKind {
        match self {
            NdpMessage::RouterSolicitation { .. } => NdpKind::RouterSolicitation,
            NdpMessage::RouterAdvertisement { .. } => NdpKind::RouterAdvertisement,
            NdpMessage::NeighborSolicitation { .. } => NdpKind::NeighborSolicitation,
            NdpMessage::NeighborAdvertisement { .. } => NdpKind::NeighborAdvertisement,
            NdpMessage::Redirect { .. } => NdpKind::Redirect,
            NdpMessage::Malformed(kind) => *kind,
        }
    }

    pub(crate) fn label(&self) -> Label {
        Label::of(match self.kind() {
            NdpKind::RouterSolicitation => "RS",
            NdpKind::RouterAdvertisement => "RA",
            NdpKind::NeighborSolicitation => "NS",
            NdpKind::NeighborAdvertisement => "NA",
            NdpKind::Redirect => "redirect",
        })
    }

    pub(crate) fn info(&self) -> String {
        let address = |before: &str, address: Option<RawHardwareAddress>| {
            address.map_or(String::new(), |address| format!(" {before} {}", link_address(address.as_bytes())))
        };
        let kind = self.kind().name();
        match *self {
            NdpMessage::RouterSolicitation { link_address }
            | NdpMessage::RouterAdvertisement { link_address, .. } => {
                format!("{kind}{}", address("from", link_address))
            }
            NdpMessage::NeighborSolicitation { target, link_address, .. } => {
                format!("{kind} for {target}{}", address("from", link_address))
            }
            NdpMessage::NeighborAdvertisement { target, link_address, router, solicited, replaces } => {
                let flags = flag_names(router, solicited, replaces);
                format!("{kind} {target}{flags}{}", address("is at", link_address))
            }
            NdpMessage::Redirect { target, destination } => format!("{kind} to {target} for {destination}"),
            NdpMessage::Malformed(_) => format!("{kind}, malformed"),
        }
    }
}

impl NdpKind {
    const fn name(self) -> &'static str {
        match self {
            NdpKind::RouterSolicitation => "Router Solicitation",
            NdpKind::RouterAdvertisement => "Router Advertisement",
            NdpKind::NeighborSolicitation => "Neighbor Solicitation",
            NdpKind::NeighborAdvertisement => "Neighbor Advertisement",
            NdpKind::Redirect => "Redirect",
        }
    }
}

/// ` (rtr, sol, ovr)`, as analyzers abbreviate the flags that are set.
pub(crate) fn flag_names(router: bool, solicited: bool, replaces: bool) -> String {
    let set: Vec<_> = [(router, "rtr"), (solicited, "sol"), (replaces, "ovr")]
        .into_iter()
        .filter_map(|(set, name)| set.then_some(name))
        .collect();
    if set.is_empty() { String::new() } else { format!(" ({})", set.join(", ")) }
}

/// The first prefix option of a router advertisement (RFC 4861 §4.6.2).
fn first_prefix(message: &[u8]) -> Option<Ipv6Cidr> {
    let mut options = message.get(ADVERTISEMENT_LEN..)?;
    while let &[kind, units, ..] = options {
        let option = options.get(..usize::from(units) * OPTION_UNIT).filter(|option| !option.is_empty())?;
        if kind == PREFIX_OPTION && option.len() >= PREFIX_OPTION_LEN {
            let length = number(option, 2..3) as u8;
            return (length <= 128).then(|| Ipv6Cidr::new(ipv6(option, 16), length));
        }
        options = &options[option.len()..];
    }
    None
}
