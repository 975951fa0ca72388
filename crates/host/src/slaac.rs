//! How a host gets IPv6 addresses and default routers from routers' advertisements (RFC 4861, 6.3; RFC 4862).
//!
//! smoltcp can do some of this, but 0.14 takes only one prefix of each advertisement, keeps its timers from the sockets as
//! soon as it has nothing to wait for, and asks for a poll in the past for ever when no router answers; a prefix of
//! multicast addresses makes it panic. So this reads advertisements off the wire, as [`neighbor`](crate::neighbor) does,
//! and only configures smoltcp with the result.
//!
//! An advertisement also contains what all hosts of the network should use: an MTU and a hop limit. Left out: preferences: an
//! address is used until it is no longer valid.

use crate::dad::Dad;
use crate::event::Event;
use crate::ndp::{self, ALL_NODES};
use crate::neighbor::Neighbors;
use crate::path_mtu::V6_MIN;
use smoltcp::iface::Interface;
use smoltcp::wire::{EthernetAddress, Icmpv6Packet, IpAddress, IpCidr, Ipv6Address, Ipv6Cidr};
use wire::header::{Icmp, Ip};
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

/// The options of an advertisement (RFC 4861, 4.6), and the length of a prefix that makes addresses: an interface identifier has 64 bits
/// (RFC 4862, 5.5.3 d; RFC 2464, 4).
const PREFIX: u8 = 3;
const MTU: u8 = 5;
const PREFIX_LEN: u8 = 64;
/// The flags of a prefix.
const ON_LINK: u8 = 0x80;
const AUTONOMOUS: u8 = 0x40;

/// The addresses and routers that a host has from advertisements.
pub(crate) struct Slaac {
    own: Ipv6Address,
    mac: EthernetAddress,
    solicitations_left: u8,
    solicit_at: Option<Instant>,
    /// `None`: for ever.
    addresses: Vec<(Ipv6Cidr, Option<Instant>)>,
    routers: Vec<(Ipv6Address, Instant)>,
    /// Prefixes whose addresses are on this link, of any length (RFC 4861, 6.3.4).
    on_link: Vec<(Ipv6Cidr, Option<Instant>)>,
    /// What routers say of the link; `None`: nothing.
    mtu: Option<usize>,
    hop_limit: Option<u8>,
    /// What the host has of addresses and routers.
    applied_addresses: Vec<Ipv6Cidr>,
    applied_routers: Vec<Ipv6Address>,
}

/// A prefix information option (RFC 4861, 4.6.2).
struct Prefix {
    prefix: Ipv6Cidr,
    on_link: bool,
    /// Hosts make addresses from it.
    autonomous: bool,
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
            on_link: Vec::new(),
            mtu: None,
            hop_limit: None,
            applied_addresses: Vec::new(),
            applied_routers: Vec::new(),
        }
    }

    /// The card is plugged in: it asks for routers soon, each host at another moment (RFC 4861, 6.3.7).
    pub fn begin(&mut self, now: Instant, random: u64) {
        let delay = Duration::from_nanos(random % SOLICITATION_DELAY_MAX.nanos());
        self.solicit_at.get_or_insert(now + delay);
    }

    /// The default router that the host uses: one whose address is known, if there is one (RFC 4861, 6.3.6).
    pub fn router(&self, neighbors: &Neighbors) -> Option<IpAddress> {
        let mut routers = self.applied_routers.iter().map(|router| IpAddress::Ipv6(*router));
        let known = routers.clone().find(|router| neighbors.knows(router));
        known.or_else(|| routers.next())
    }

    /// Whether an advertised prefix says that this address is on the link.
    pub fn is_on_link(&self, ip: &IpAddress) -> bool {
        let IpAddress::Ipv6(ip) = ip else { return false };
        self.on_link.iter().any(|(prefix, _)| prefix.contains_addr(ip))
    }

    /// The advertised MTU, in bytes.
    pub const fn mtu(&self) -> Option<usize> {
        self.mtu
    }

    /// The advertised hop limit.
    pub const fn hop_limit(&self) -> Option<u8> {
        self.hop_limit
    }

    /// Gives the host the addresses and default routers that are valid now, and takes those that are not; returns what has
    /// changed. Configured addresses stay; addresses that another host has, and those for which smoltcp has no room, are left out.
    pub fn apply(&mut self, iface: &mut Interface, dad: &Dad) -> Vec<Event> {
        let mut events = Vec::new();
        let wanted: Vec<_> = self.addresses.iter().map(|(cidr, _)| *cidr).collect();
        let gone: Vec<_> = self.applied_addresses.extract_if(.., |cidr| !wanted.contains(cidr)).collect();
        let has = |iface: &Interface, cidr: &Ipv6Cidr| iface.has_ip_addr(cidr.address());
        let is_new = |cidr: &Ipv6Cidr| !has(iface, cidr) && !dad.is_taken(cidr.address());
        let new: Vec<_> = wanted.into_iter().filter(is_new).collect();
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
        }
        let wanted: Vec<_> = self.routers.iter().map(|(router, _)| *router).collect();
        let gone: Vec<_> = self.applied_routers.extract_if(.., |router| !wanted.contains(router)).collect();
        let new = wanted.into_iter().filter(|router| !self.applied_routers.contains(router));
        let new: Vec<_> = new.collect();
        events.extend(gone.into_iter().map(|router| Event::DefaultRouterGone { router: router.into() }));
        events.extend(new.iter().map(|router| Event::DefaultRouter { router: (*router).into() }));
        self.applied_routers.extend(new);
        events
    }

    /// When something is due.
    pub fn deadline(&self) -> Option<Instant> {
        let addresses = self.addresses.iter().filter_map(|(_, until)| *until);
        let routers = self.routers.iter().map(|(_, until)| *until);
        let on_link = self.on_link.iter().filter_map(|(_, until)| *until);
        addresses.chain(routers).chain(on_link).chain(self.solicit_at).min()
    }

    /// Does what is due: forgets what is no longer valid, and may have a solicitation to send.
    pub fn poll(&mut self, now: Instant) -> Option<Frame> {
        self.addresses.retain(|(_, until)| until.is_none_or(|until| until > now));
        self.routers.retain(|(_, until)| *until > now);
        self.on_link.retain(|(_, until)| until.is_none_or(|until| until > now));
        if self.solicit_at.is_none_or(|at| at > now) {
            return None;
        }
        self.solicitations_left -= 1;
        self.solicit_at = (self.solicitations_left > 0).then_some(now + SOLICITATION_INTERVAL);
        Some(ndp::router_solicitation(self.mac, self.own))
    }

    /// Looks at a received packet; returns whether it was a router's advertisement. `ip_mtu`: the card's MTU.
    pub fn receive(&mut self, now: Instant, ip: &Ip<'_>, ip_mtu: usize) -> bool {
        let Some(advertisement) = advertisement(ip, self.own) else { return false };
        let Advertisement { router, lifetime, hop_limit, mtu, prefixes } = advertisement;
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
        // RFC 4861, 6.3.4: what is not specified stays as it is; an MTU that the card or IPv6 does not allow is ignored.
        self.hop_limit = hop_limit.or(self.hop_limit);
        self.mtu = mtu.filter(|mtu| (V6_MIN..=ip_mtu).contains(mtu)).or(self.mtu);
        for prefix in prefixes {
            if prefix.on_link {
                self.on_link(now, &prefix);
            }
            if prefix.autonomous && prefix.prefix.prefix_len() == PREFIX_LEN {
                self.prefix(now, &prefix);
            }
        }
        true
    }

    /// RFC 4861, 6.3.4: of the prefix list.
    fn on_link(&mut self, now: Instant, prefix: &Prefix) {
        self.on_link.retain(|(known, _)| *known != prefix.prefix);
        if prefix.valid > 0 && self.on_link.len() < PREFIXES_MAX {
            self.on_link.push((prefix.prefix, prefix.until(now)));
        }
    }

    /// RFC 4862, 5.5.3.
    fn prefix(&mut self, now: Instant, prefix: &Prefix) {
        let until = prefix.until(now);
        let network = prefix.prefix.address();
        let (high, low) = (network.to_bits() >> 64 << 64, self.own.to_bits() & u128::from(u64::MAX));
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
                let length = if prefix.on_link { PREFIX_LEN } else { 128 };
                self.addresses.push((Ipv6Cidr::new(address, length), until));
            }
            None => {}
        }
    }
}

impl Prefix {
    /// When it is no longer valid; `None`: never.
    fn until(&self, now: Instant) -> Option<Instant> {
        (self.valid != u32::MAX).then(|| now + Duration::from_secs(self.valid.into()))
    }
}

/// A router's advertisement.
struct Advertisement {
    router: Ipv6Address,
    /// Seconds; 0: it is no default router.
    lifetime: u16,
    /// `None`: not specified.
    hop_limit: Option<u8>,
    mtu: Option<usize>,
    prefixes: Vec<Prefix>,
}

/// Reads a valid advertisement (RFC 4861, 6.1.2), which is no fragment (RFC 6980, 5).
fn advertisement(ip: &Ip<'_>, own: Ipv6Address) -> Option<Advertisement> {
    let (IpAddress::Ipv6(router), IpAddress::Ipv6(to)) = (ip.source, ip.destination) else { return None };
    let Icmp { kind: ndp::ROUTER_ADVERTISEMENT, rest: [hop_limit, ..], .. } = ip.icmp()? else { return None };
    let icmp = ip.payload();
    let is_valid = ndp::is_valid(ip)
        && router.is_unicast_link_local()
        && (to == ALL_NODES || to == own)
        && icmp.len() >= 16
        && Icmpv6Packet::new_unchecked(icmp).verify_checksum(&router, &to);
    if !is_valid {
        return None;
    }
    let lifetime = u16::from_be_bytes([icmp[6], icmp[7]]);
    let (mut mtu, mut prefixes, mut options) = (None, Vec::new(), &icmp[16..]);
    while let [kind, length, ..] = *options {
        let length = usize::from(length) * 8;
        if length == 0 || length > options.len() {
            return None;
        }
        let (option, rest) = options.split_at(length);
        options = rest;
        match (kind, length) {
            (PREFIX, 32) => prefixes.extend(prefix_information(option)),
            (MTU, 8) => mtu = Some(number(option, 4) as usize),
            _ => {}
        }
    }
    let hop_limit = (hop_limit > 0).then_some(hop_limit);
    options.is_empty().then_some(Advertisement { router, lifetime, hop_limit, mtu, prefixes })
}

fn number(option: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([option[at], option[at + 1], option[at + 2], option[at + 3]])
}

/// Reads a prefix information option of 32 bytes; `None`: it is not to be used.
fn prefix_information(option: &[u8]) -> Option<Prefix> {
    let (length, flags) = (option[2], option[3]);
    let prefix = Ipv6Address::from(*option[16..].first_chunk::<16>()?);
    let (valid, preferred) = (number(option, 4), number(option, 8));
    let usable =
        length <= 128 && !prefix.is_unicast_link_local() && !prefix.is_multicast() && preferred <= valid;
    usable.then(|| {
        let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
        let network = Ipv6Address::from_bits(prefix.to_bits() & mask);
        Prefix {
            prefix: Ipv6Cidr::new(network, length),
            on_link: flags & ON_LINK != 0,
            autonomous: flags & AUTONOMOUS != 0,
            valid,
        }
    })
}

#[cfg(test)]
mod tests;
