//! Neighbor discovery (RFC 4861): solicitations and advertisements, and what routers' messages say of neighbors.

use crate::dad::Dad;
use crate::neighbor::{Evidence, Neighbors};
use crate::packet::{self, Header};
use smoltcp::wire::{EthernetAddress, IpAddress, Ipv6Address};
use wire::header::Ip;
use wire::{Frame, Instant};

pub(crate) const ROUTER_SOLICITATION: u8 = 133;
pub(crate) const ROUTER_ADVERTISEMENT: u8 = 134;
pub(crate) const NEIGHBOR_SOLICITATION: u8 = 135;
pub(crate) const NEIGHBOR_ADVERTISEMENT: u8 = 136;
pub(crate) const REDIRECT: u8 = 137;

/// The options that contain the MAC address of the sender and of the target (RFC 4861, 4.6.1).
const SOURCE_ADDRESS: u8 = 1;
pub(crate) const TARGET_ADDRESS: u8 = 2;

/// The flags of an advertisement (4.4).
const SOLICITED: u8 = 0x40;
const OVERRIDE: u8 = 0x20;

/// All nodes of a link (RFC 4291, 2.7.1).
pub(crate) const ALL_NODES: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// What every message of neighbor discovery is sent with: it proves that the message was sent on this link (7.1).
const HOP_LIMIT: u8 = 255;

/// The group in which the owner of an address is asked for it (RFC 4291, 2.7.1).
pub(crate) fn solicited_node(address: Ipv6Address) -> Ipv6Address {
    const PREFIX: u128 = Ipv6Address::new(0xff02, 0, 0, 0, 0, 1, 0xff00, 0).to_bits();
    Ipv6Address::from_bits(PREFIX | (address.to_bits() & 0xff_ffff))
}

/// The MAC address in the first option of this kind; `None`: the options are malformed.
pub(crate) fn find_address(mut options: &[u8], wanted: u8) -> Option<Option<EthernetAddress>> {
    let mut found = None;
    while let [kind, units, ..] = *options {
        let option = options.get(..8 * usize::from(units)).filter(|option| !option.is_empty())?;
        if kind == wanted && found.is_none() {
            let mac = EthernetAddress::from_bytes(&option[2..8]);
            found = mac.is_unicast().then_some(mac);
        }
        options = &options[option.len()..];
    }
    options.is_empty().then_some(found)
}

/// The address that a message of 24 bytes or more has at this place.
pub(crate) fn address_at(message: &[u8], at: usize) -> Option<Ipv6Address> {
    Some(Ipv6Address::from(*message.get(at..)?.first_chunk::<16>()?))
}

/// Whether a message, whose checksum is right, may be one of neighbor discovery: it was sent on this link, is whole, and is no fragment
/// (RFC 4861, 7.1; RFC 6980, 5).
pub(crate) fn is_valid(ip: &Ip<'_>) -> bool {
    ip.hop_limit == HOP_LIMIT && ip.fragment.is_none() && ip.payload().get(1) == Some(&0)
}

/// Receives a valid neighbor solicitation or advertisement; returns the answer, if there is one.
pub(crate) fn receive(
    now: Instant,
    ip: &Ip<'_>,
    own: EthernetAddress,
    neighbors: &mut Neighbors,
    dad: &mut Dad,
    is_own: impl Fn(Ipv6Address) -> bool,
) -> Option<Frame> {
    let (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) = (ip.source, ip.destination) else { return None };
    let message = ip.payload();
    let target = address_at(message, 8)?;
    let options = message.get(24..)?;
    if target.is_multicast() {
        return None;
    }
    match message[0] {
        NEIGHBOR_SOLICITATION => {
            let mac = find_address(options, SOURCE_ADDRESS)?;
            let probe = from.is_unspecified();
            if probe && (to != solicited_node(target) || mac.is_some()) {
                return None;
            }
            if !is_own(target) {
                return None;
            }
            if probe && dad.collides(target, None) {
                return None;
            }
            if !probe {
                neighbors.learn(now, from.into(), mac, Evidence::Request);
            }
            Some(advertisement((own, target), (!probe).then_some(from), !dad.is_tentative(target)))
        }
        NEIGHBOR_ADVERTISEMENT => {
            let mac = find_address(options, TARGET_ADDRESS)?;
            let flags = message[4];
            let solicited = flags & SOLICITED != 0;
            if to.is_multicast() && solicited {
                return None;
            }
            if is_own(target) {
                dad.collides(target, mac);
                return None;
            }
            let how = Evidence::Advertisement { solicited, overrides: flags & OVERRIDE != 0 };
            neighbors.learn(now, target.into(), mac, how);
            None
        }
        _ => None,
    }
}

/// Learns the address of a router from its advertisement (RFC 4861, 6.3.4).
pub(crate) fn learn_router(now: Instant, ip: &Ip<'_>, neighbors: &mut Neighbors) {
    if let Some(Some(mac)) = ip.payload().get(16..).and_then(|options| find_address(options, SOURCE_ADDRESS))
    {
        neighbors.learn(now, ip.source, Some(mac), Evidence::Request);
    }
}

/// An option with a MAC address.
fn address_option(kind: u8, mac: EthernetAddress) -> [u8; 8] {
    let [a, b, c, d, e, f] = mac.0;
    [kind, 1, a, b, c, d, e, f]
}

/// Says where `target` is: to who asked, or to all (RFC 4861, 7.2.4).
fn advertisement(
    (own, target): (EthernetAddress, Ipv6Address),
    to: Option<Ipv6Address>,
    overrides: bool,
) -> Frame {
    let solicited = if to.is_some() { SOLICITED } else { 0 };
    let flags = solicited | if overrides { OVERRIDE } else { 0 };
    let head = [NEIGHBOR_ADVERTISEMENT, 0, 0, 0, flags, 0, 0, 0];
    let option = address_option(TARGET_ADDRESS, own);
    message(target, to.unwrap_or(ALL_NODES), &[&head, &target.octets(), &option])
}

/// Asks for `target` (RFC 4861, 7.2.2): all who may have it, or the station to which it seems to belong.
pub(crate) fn solicitation(
    (own, from): (EthernetAddress, Ipv6Address),
    target: Ipv6Address,
    known: bool,
) -> Frame {
    let head = [NEIGHBOR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    let to = if known { target } else { solicited_node(target) };
    message(from, to, &[&head, &target.octets(), &address_option(SOURCE_ADDRESS, own)])
}

/// Asks whether another host has this address of the host (RFC 4862, 5.4.2).
pub(crate) fn probe(target: Ipv6Address) -> Frame {
    let head = [NEIGHBOR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    message(Ipv6Address::UNSPECIFIED, solicited_node(target), &[&head, &target.octets()])
}

/// Asks for routers (RFC 4861, 4.1).
pub(crate) fn router_solicitation(own: EthernetAddress, from: Ipv6Address) -> Frame {
    const ALL_ROUTERS: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
    let head = [ROUTER_SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    message(from, ALL_ROUTERS, &[&head, &address_option(SOURCE_ADDRESS, own)])
}

fn message(from: Ipv6Address, to: Ipv6Address, pieces: &[&[u8]]) -> Frame {
    let header = Header { hop_limit: HOP_LIMIT, ..Header::icmp(from.into(), to.into()) };
    packet::icmp(&header, pieces)
}

#[cfg(test)]
mod tests;
