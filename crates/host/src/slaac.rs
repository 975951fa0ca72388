//! How a host gets IPv6 addresses and default routers from routers' advertisements (RFC 4861, 6.3; RFC 4862).
//!
//! smoltcp can do some of this, but 0.14 takes only one prefix of each advertisement, keeps its timers from the sockets as
//! soon as it has nothing to wait for, and asks for a poll in the past for ever when no router answers; a prefix of
//! multicast addresses makes it panic. So this reads advertisements off the wire, as [`neighbor`](crate::neighbor) does,
//! and only configures smoltcp with the result.
//!
//! Left out: duplicate address detection (RFC 4862, 5.4), since smoltcp's hosts would not answer it, and preferences: an
//! address is used until it is no longer valid.

use crate::event::Event;
use crate::multicast::leave_solicited_nodes;
use smoltcp::iface::{Interface, Route};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, EthernetRepr, Icmpv6Packet, Icmpv6Repr, IpAddress,
    IpCidr, IpProtocol, Ipv6Address, Ipv6Cidr, Ipv6Packet, Ipv6Repr, NdiscRepr,
};
use wire::header::{ETHERNET_HEADER_BYTES, Icmp, Ip};
use wire::{Duration, Frame, Instant};

/// RFC 4861, 10.
const SOLICITATIONS_MAX: u8 = 3;
const SOLICITATION_INTERVAL: Duration = Duration::from_secs(4);
const SOLICITATION_DELAY_MAX: Duration = Duration::from_secs(1);
/// The prefixes and routers of one host at most; smoltcp has room for eight addresses and routes in all.
const PREFIXES_MAX: usize = 6;
const ROUTERS_MAX: usize = 4;
/// No advertisement reduces an address's remaining lifetime below this (RFC 4862, 5.5.3 e).
const TWO_HOURS: Duration = Duration::from_secs(7_200);

const ALL_ROUTERS: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
const ALL_NODES: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// The addresses and routers that a host has from advertisements.
pub(crate) struct Slaac {
    own: Ipv6Address,
    mac: EthernetAddress,
    solicitations_left: u8,
    solicit_at: Option<Instant>,
    /// `None`: for ever.
    addresses: Vec<(Ipv6Cidr, Option<Instant>)>,
    routers: Vec<(Ipv6Address, Instant)>,
    /// What the stack has of both.
    applied_addresses: Vec<Ipv6Cidr>,
    applied_routers: Vec<Ipv6Address>,
}

/// A prefix information option (RFC 4861, 4.6.2).
struct Prefix {
    prefix: Ipv6Address,
    on_link: bool,
    /// Seconds; all ones: for ever.
    valid: u32,
}

impl Slaac {
    /// Of a host with this link-local address.
    pub fn new(own: Ipv6Address, mac: EthernetAddress) -> Self {
        Self {
            own,
            mac,
            solicitations_left: SOLICITATIONS_MAX,
            solicit_at: None,
            addresses: Vec::new(),
            routers: Vec::new(),
            applied_addresses: Vec::new(),
            applied_routers: Vec::new(),
        }
    }

    /// The card is plugged in: it asks for routers soon, each host at another moment (RFC 4861, 6.3.7).
    pub fn begin(&mut self, now: Instant, random: u64) {
        let delay = Duration::from_nanos(random % SOLICITATION_DELAY_MAX.nanos());
        self.solicit_at.get_or_insert(now + delay);
    }

    /// The default routers that the stack uses.
    pub fn routers(&self) -> &[Ipv6Address] {
        &self.applied_routers
    }

    /// Gives the stack the addresses and default routes that are valid now, and takes those that are not; returns what has
    /// changed. Configured addresses stay, and addresses for which smoltcp has no room are left out.
    pub fn apply(&mut self, iface: &mut Interface) -> Vec<Event> {
        let mut events = Vec::new();
        let wanted: Vec<_> = self.addresses.iter().map(|(cidr, _)| *cidr).collect();
        let gone: Vec<_> = self.applied_addresses.extract_if(.., |cidr| !wanted.contains(cidr)).collect();
        let has = |iface: &Interface, cidr: &Ipv6Cidr| iface.has_ip_addr(cidr.address());
        let new: Vec<_> = wanted.into_iter().filter(|cidr| !has(iface, cidr)).collect();
        if !gone.is_empty() || !new.is_empty() {
            iface.update_ip_addrs(|addresses| {
                for cidr in gone {
                    addresses.retain(|known| *known != IpCidr::Ipv6(cidr));
                    events.push(Event::AddressGone { cidr: cidr.into() });
                }
                for cidr in new {
                    if addresses.push(cidr.into()).is_ok() {
                        self.applied_addresses.push(cidr);
                        events.push(Event::Address { cidr: cidr.into() });
                    }
                }
            });
            leave_solicited_nodes(iface);
        }
        let wanted: Vec<_> = self.routers.iter().map(|(router, _)| *router).collect();
        let gone: Vec<_> = self.applied_routers.extract_if(.., |router| !wanted.contains(router)).collect();
        let new = wanted.into_iter().filter(|router| !self.applied_routers.contains(router));
        let new: Vec<_> = new.collect();
        if !gone.is_empty() || !new.is_empty() {
            iface.routes_mut().update(|routes| {
                for router in gone {
                    let route = Route::new_ipv6_gateway(router);
                    let is_it =
                        |known: &Route| (known.cidr, known.via_router) == (route.cidr, route.via_router);
                    routes.retain(|known| !is_it(known));
                    events.push(Event::DefaultRouterGone { router: router.into() });
                }
                for router in new {
                    if routes.push(Route::new_ipv6_gateway(router)).is_ok() {
                        self.applied_routers.push(router);
                        events.push(Event::DefaultRouter { router: router.into() });
                    }
                }
            });
        }
        events
    }

    /// When something is due.
    pub fn deadline(&self) -> Option<Instant> {
        let addresses = self.addresses.iter().filter_map(|(_, until)| *until);
        let routers = self.routers.iter().map(|(_, until)| *until);
        addresses.chain(routers).chain(self.solicit_at).min()
    }

    /// Does what is due: forgets what is no longer valid, and may have a solicitation to send.
    pub fn poll(&mut self, now: Instant) -> Option<Frame> {
        self.addresses.retain(|(_, until)| until.is_none_or(|until| until > now));
        self.routers.retain(|(_, until)| *until > now);
        if self.solicit_at.is_none_or(|at| at > now) {
            return None;
        }
        self.solicitations_left -= 1;
        self.solicit_at = (self.solicitations_left > 0).then_some(now + SOLICITATION_INTERVAL);
        Some(self.solicitation())
    }

    fn solicitation(&self) -> Frame {
        let message = Icmpv6Repr::Ndisc(NdiscRepr::RouterSolicit { lladdr: Some(self.mac.into()) });
        let ip = Ipv6Repr {
            src_addr: self.own,
            dst_addr: ALL_ROUTERS,
            next_header: IpProtocol::Icmpv6,
            payload_len: message.buffer_len(),
            hop_limit: 255,
        };
        let ethernet = EthernetRepr {
            src_addr: self.mac,
            dst_addr: EthernetAddress([0x33, 0x33, 0, 0, 0, 2]),
            ethertype: EthernetProtocol::Ipv6,
        };
        Frame::build(ETHERNET_HEADER_BYTES + ip.buffer_len() + ip.payload_len, |bytes| {
            ethernet.emit(&mut EthernetFrame::new_unchecked(&mut bytes[..]));
            let packet = &mut bytes[ETHERNET_HEADER_BYTES..];
            ip.emit(&mut Ipv6Packet::new_unchecked(&mut packet[..]));
            let icmp = &mut Icmpv6Packet::new_unchecked(&mut packet[ip.buffer_len()..]);
            message.emit(&ip.src_addr, &ip.dst_addr, icmp, &ChecksumCapabilities::default());
        })
    }

    /// Looks at a received packet; returns whether it was a router's advertisement.
    pub fn receive(&mut self, now: Instant, ip: &Ip<'_>) -> bool {
        let Some((router, lifetime, prefixes)) = advertisement(ip, self.own) else { return false };
        // A router has answered (RFC 4861, 6.3.7), unless it is one that leads nowhere.
        if lifetime > 0 {
            self.solicit_at = None;
        }
        self.routers.retain(|(known, _)| lifetime > 0 || *known != router);
        if lifetime > 0 {
            let until = now + Duration::from_secs(lifetime.into());
            let room = self.routers.len() < ROUTERS_MAX;
            match self.routers.iter_mut().find(|(known, _)| *known == router) {
                Some((_, known)) => *known = until,
                None if room => self.routers.push((router, until)),
                None => {}
            }
        }
        for prefix in prefixes {
            self.prefix(now, &prefix);
        }
        true
    }

    /// RFC 4862, 5.5.3.
    fn prefix(&mut self, now: Instant, prefix: &Prefix) {
        let until = (prefix.valid != u32::MAX).then(|| now + Duration::from_secs(prefix.valid.into()));
        let (high, low) = (prefix.prefix.to_bits() >> 64 << 64, self.own.to_bits() & u128::from(u64::MAX));
        let address = Ipv6Address::from_bits(high | low);
        let room = self.addresses.len() < PREFIXES_MAX;
        match self.addresses.iter_mut().find(|(cidr, _)| cidr.address() == address) {
            Some((_, known)) => {
                let left = |until: Option<Instant>| until.map(|until| until - now);
                // For ever is longer than any time.
                let longer = match (left(until), left(*known)) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(new), Some(left)) => new > left,
                };
                if longer || left(until) > Some(TWO_HOURS) {
                    *known = until;
                } else if left(*known).is_none_or(|left| left > TWO_HOURS) {
                    *known = Some(now + TWO_HOURS);
                }
            }
            None if prefix.valid > 0 && room => {
                // What is not on this link goes to the router, even to a neighbor.
                let length = if prefix.on_link { 64 } else { 128 };
                self.addresses.push((Ipv6Cidr::new(address, length), until));
            }
            None => {}
        }
    }
}

/// A router's address, its lifetime in seconds, and the prefixes that make addresses, if the packet is a valid
/// advertisement (RFC 4861, 6.1.2), which is no fragment (RFC 6980, 5).
fn advertisement(ip: &Ip<'_>, own: Ipv6Address) -> Option<(Ipv6Address, u16, Vec<Prefix>)> {
    let (IpAddress::Ipv6(router), IpAddress::Ipv6(to)) = (ip.source, ip.destination) else { return None };
    let Icmp { kind: 134, code: 0, .. } = ip.icmp()? else { return None };
    let icmp = ip.payload();
    let is_valid = ip.hop_limit == 255
        && ip.fragment.is_none()
        && router.is_unicast_link_local()
        && (to == ALL_NODES || to == own)
        && icmp.len() >= 16
        && Icmpv6Packet::new_unchecked(icmp).verify_checksum(&router, &to);
    if !is_valid {
        return None;
    }
    let lifetime = u16::from_be_bytes([icmp[6], icmp[7]]);
    let (mut prefixes, mut options) = (Vec::new(), &icmp[16..]);
    while let [kind, length, ..] = *options {
        let length = usize::from(length) * 8;
        if length == 0 || length > options.len() {
            return None;
        }
        let (option, rest) = options.split_at(length);
        options = rest;
        // A prefix that makes addresses (A), of the length that an interface identifier of 64 bits leaves.
        if kind == 3 && length == 32 && option[2] == 64 && option[3] & 0x40 != 0 {
            let number =
                |at: usize| u32::from_be_bytes([option[at], option[at + 1], option[at + 2], option[at + 3]]);
            let prefix = Ipv6Address::from(*option[16..].first_chunk::<16>()?);
            let (valid, preferred) = (number(4), number(8));
            if !prefix.is_unicast_link_local() && !prefix.is_multicast() && preferred <= valid {
                prefixes.push(Prefix { prefix, on_link: option[3] & 0x80 != 0, valid });
            }
        }
    }
    options.is_empty().then_some((router, lifetime, prefixes))
}

#[cfg(test)]
mod tests;
