//! Neighbor discovery (RFC 4861): solicitations, advertisements, and redirects. Router advertisements are in
//! [`advertise`](crate::advertise).

use crate::interface::{Interface, Link, solicited_node};
use crate::neighbor::Evidence;
use crate::packet::Received;
use crate::{Actions, Refusal, Router, icmp};
use smoltcp::wire::{EthernetAddress, IpAddress, Ipv6Packet};
use std::net::Ipv6Addr;
use wire::Instant;

/// The option that gives the sender's MAC address (RFC 4861, 4.6.1).
pub const SOURCE_ADDRESS: u8 = 1;
/// The option that gives the target's MAC address.
pub const TARGET_ADDRESS: u8 = 2;
/// The option that quotes a packet (4.6.3).
const REDIRECTED: u8 = 4;

const ROUTER_SOLICITATION: u8 = 133;
const NEIGHBOR_SOLICITATION: u8 = 135;
const NEIGHBOR_ADVERTISEMENT: u8 = 136;
const REDIRECT: u8 = 137;

/// The flags of a neighbor advertisement (4.4): from a router, solicited, override.
const FROM_ROUTER: u8 = 0x80;
const SOLICITED: u8 = 0x40;
const OVERRIDE: u8 = 0x20;

/// All nodes of a link (RFC 4291, 2.7.1).
pub const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// An option with a MAC address.
pub fn address_option(kind: u8, mac: EthernetAddress) -> [u8; 8] {
    let [a, b, c, d, e, f] = mac.0;
    [kind, 1, a, b, c, d, e, f]
}

/// The MAC address in the first option of this kind; `None`: the options are malformed.
fn find_address(mut options: &[u8], wanted: u8) -> Option<Option<EthernetAddress>> {
    let mut found = None;
    while let [kind, units, ..] = *options {
        let len = 8 * usize::from(units);
        if len == 0 || len > options.len() {
            return None;
        }
        if kind == wanted && found.is_none() {
            let mac = EthernetAddress::from_bytes(&options[2..8]);
            found = mac.is_unicast().then_some(mac);
        }
        options = &options[len..];
    }
    options.is_empty().then_some(found)
}

impl Router {
    /// Receives an NDP message. `message`: the ICMPv6 message, whose checksum is right.
    pub(crate) fn receive_ndp(
        &mut self,
        now: Instant,
        received: &Received,
        message: &[u8],
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let packet = Ipv6Packet::new_unchecked(received.bytes());
        let (from, to) = (packet.src_addr(), packet.dst_addr());
        let link = received.from;
        // A hop limit of 255 proves that it was sent on this link (RFC 4861, 7.1).
        let least = if message[0] == ROUTER_SOLICITATION { 8 } else { 24 };
        if packet.hop_limit() != 255 || message[1] != 0 || message.len() < least {
            return Err(Refusal::Malformed);
        }
        let options = &message[least..];
        let target = || Ipv6Addr::from(<[u8; 16]>::try_from(&message[8..24]).unwrap_or_default());
        match message[0] {
            ROUTER_SOLICITATION => {
                let mac = find_address(options, SOURCE_ADDRESS).ok_or(Refusal::Malformed)?;
                if from.is_unspecified() && mac.is_some() {
                    return Err(Refusal::Malformed);
                }
                self.learn_from_ndp(now, link, from, mac, Evidence::Request);
                self.advertiser.solicited(now, link);
                Ok(())
            }
            NEIGHBOR_SOLICITATION => {
                let (target, probe) = (target(), from.is_unspecified());
                let mac = find_address(options, SOURCE_ADDRESS).ok_or(Refusal::Malformed)?;
                let bad_probe = probe && (to != solicited_node(target) || mac.is_some());
                if target.is_multicast() || bad_probe {
                    return Err(Refusal::Malformed);
                }
                let is_asked = |i: &&Interface| i.has(target.into()) || i.has_anycast(target);
                let Some(interface) = self.interfaces.get(&link).filter(is_asked) else {
                    return Err(Refusal::NotForUs);
                };
                let own_mac = interface.mac;
                // Of several routers with one anycast address the first answer counts, and an address of one router is the source
                // (RFC 4861, 7.2.4 and 7.2.7).
                let anycast = !interface.has(target.into());
                let source = if anycast { interface.source_for(from.into()) } else { None };
                let source = match source {
                    Some(IpAddress::Ipv6(own)) => own,
                    _ => target,
                };
                // A probe for a duplicate address (RFC 4862, 5.4.3) is answered to all nodes.
                let (to, flags) = if probe { (ALL_NODES, 0) } else { (from, SOLICITED) };
                self.learn_from_ndp(now, link, from, mac, Evidence::Request);
                let option = address_option(TARGET_ADDRESS, own_mac);
                let flags = FROM_ROUTER | flags | if anycast { 0 } else { OVERRIDE };
                let head = [NEIGHBOR_ADVERTISEMENT, 0, 0, 0, flags, 0, 0, 0];
                let answer = icmp::icmpv6(source, to, &[&head, &target.octets(), &option]);
                self.send_on_link(now, link, source, to, &answer, out);
                Ok(())
            }
            NEIGHBOR_ADVERTISEMENT => {
                let mac = find_address(options, TARGET_ADDRESS).ok_or(Refusal::Malformed)?;
                let (target, flags) = (target(), message[4]);
                let solicited = flags & SOLICITED != 0;
                if target.is_multicast() || (to.is_multicast() && solicited) {
                    return Err(Refusal::Malformed);
                }
                let how = Evidence::Advertisement { solicited, overrides: flags & OVERRIDE != 0 };
                self.learn_from_ndp(now, link, target, mac, how);
                Ok(())
            }
            // Router advertisements and redirects are for hosts (RFC 4861, 6.2.7 and 8.2).
            _ => Ok(()),
        }
    }

    fn learn_from_ndp(
        &mut self,
        now: Instant,
        link: Link,
        ip: Ipv6Addr,
        mac: Option<EthernetAddress>,
        how: Evidence,
    ) {
        let ip = IpAddress::Ipv6(ip);
        if self.interfaces.get(&link).is_some_and(|i| i.is_on_link(ip) && !i.has(ip)) {
            self.neighbors.learn_from(now, link, ip, mac, how);
        }
    }

    /// Sends a neighbor solicitation for this address (RFC 4861, 7.2.2): to its group, or to the station with the address `to`.
    pub(crate) fn send_solicitation(
        &self,
        interface: &Interface,
        ip: Ipv6Addr,
        to: Option<EthernetAddress>,
        out: &mut Actions,
    ) {
        let Some(from) = interface.link_local else { return };
        let destination = if to.is_some() { ip } else { solicited_node(ip) };
        let option = address_option(SOURCE_ADDRESS, interface.mac);
        let head = [NEIGHBOR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
        let message = icmp::icmpv6(from, destination, &[&head, &ip.octets(), &option]);
        Self::send_ndp(interface, from, destination, to, &message, out);
    }

    /// Sends a redirect (RFC 4861, 8.2) about a packet that is forwarded nevertheless.
    pub(crate) fn redirect_ipv6(
        &mut self,
        now: Instant,
        received: &Received,
        target: Ipv6Addr,
        out: &mut Actions,
    ) {
        let packet = Ipv6Packet::new_unchecked(received.bytes());
        let (to, destination, link) = (packet.src_addr(), packet.dst_addr(), received.from);
        let Some(from) = self.interfaces.get(&link).and_then(|interface| interface.link_local) else {
            return;
        };
        let known = self.neighbors.peek(link, target.into());
        let option = known.map(|mac| address_option(TARGET_ADDRESS, mac));
        let option = option.as_ref().map_or(&[][..], |option| &option[..]);
        // The whole message fits the least MTU; the quoted part is a multiple of eight bytes, as all options are.
        let room = 1_280 - 40 - 40 - option.len() - 8;
        let about = received.bytes();
        let quoted = &about[..about.len().min(room) & !7];
        let units = (quoted.len() / 8 + 1) as u8;
        let message = icmp::icmpv6(
            from,
            to,
            &[
                &[REDIRECT, 0, 0, 0, 0, 0, 0, 0],
                &target.octets(),
                &destination.octets(),
                option,
                &[REDIRECTED, units, 0, 0, 0, 0, 0, 0],
                quoted,
            ],
        );
        self.send_on_link(now, link, from, to, &message, out);
    }
}
