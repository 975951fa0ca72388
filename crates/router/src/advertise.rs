//! Router advertisements (RFC 4861, 6.2): when they are sent, and their contents.

use crate::config::ADDRESSES_MAX;
use crate::interface::{Interface, Link};
use crate::ndp::{ALL_NODES, SOURCE_ADDRESS, address_option};
use crate::{Actions, Router, icmp};
use smoltcp::wire::{IpCidr, Ipv6Cidr};
use wire::rng::Stream;
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

/// The shortest time between unsolicited advertisements (RFC 4861, 6.2.1: MinRtrAdvInterval),
const INTERVAL_MIN: Duration = Duration::from_secs(200);
/// and how much longer it may be, up to MaxRtrAdvInterval.
const INTERVAL_SPREAD: Duration = Duration::from_secs(400);
/// The longest time between the first few (MAX_INITIAL_RTR_ADVERT_INTERVAL).
const INITIAL_INTERVAL: Duration = Duration::from_secs(16);
/// How many are the first few (MAX_INITIAL_RTR_ADVERTISEMENTS).
const INITIAL: u8 = 3;
/// A solicitation is answered after a random delay of up to this, so that not all routers answer at once (MAX_RA_DELAY_TIME).
const DELAY_MAX: Duration = Duration::from_millis(500);
/// The shortest time between two advertisements to all nodes (MIN_DELAY_BETWEEN_RAS).
const APART_MIN: Duration = Duration::from_secs(3);

/// The router lifetime, in seconds.
const ROUTER_LIFETIME_S: u16 = 1_800;
/// The valid lifetime of a prefix, in seconds.
const VALID_S: u32 = 86_400;
/// The preferred lifetime of a prefix, in seconds.
const PREFERRED_S: u32 = 14_400;
/// The hop limit that hosts are to use.
const HOP_LIMIT: u8 = 64;

const ROUTER_ADVERTISEMENT: u8 = 134;
/// The option with a prefix (RFC 4861, 4.6.2), and its flags: on this link, and for making addresses (RFC 4862).
const PREFIX: u8 = 3;
const ON_LINK: u8 = 0x80;
const AUTONOMOUS: u8 = 0x40;
/// The length of a prefix that makes addresses: 64 bits are the machine's (RFC 4862, 5.5.3; RFC 2464, 4).
const AUTONOMOUS_LEN: u8 = 64;
/// The option with the link's MTU (4.6.4).
const MTU: u8 = 5;

/// The schedules of advertisements, for each interface that sends any.
#[derive(Clone, Debug)]
pub struct Advertiser {
    schedules: SortedMap<Link, Schedule>,
    random: Stream,
}

#[derive(Clone, Debug)]
struct Schedule {
    prefixes: Vec<Ipv6Cidr>,
    /// Removed prefixes, which are advertised with a lifetime of zero.
    withdrawn: Vec<Ipv6Cidr>,
    initial_left: u8,
    next: Instant,
    last: Option<Instant>,
}

impl Advertiser {
    /// An advertiser without interfaces.
    pub fn new(random: Stream) -> Self {
        Self { schedules: SortedMap::new(), random }
    }

    /// Sets the interfaces that advertise their prefixes.
    pub fn set_interfaces<'a>(&mut self, now: Instant, all: impl Iterator<Item = &'a Interface>) {
        let mut before = std::mem::take(&mut self.schedules);
        for interface in all.filter(|interface| advertises(interface)) {
            let prefixes: Vec<_> = prefixes(interface).collect();
            let schedule = match before.remove(&interface.link) {
                Some(same) if same.prefixes == prefixes => same,
                // Changes are advertised like the first prefixes (RFC 4861, 6.2.4).
                other => {
                    let last = other.as_ref().and_then(|other| other.last);
                    let next = self.answer_at(now, last);
                    let mut withdrawn =
                        other.map(|other| [other.prefixes, other.withdrawn].concat()).unwrap_or_default();
                    withdrawn.retain(|prefix| !prefixes.contains(prefix));
                    withdrawn.dedup();
                    withdrawn.truncate(ADDRESSES_MAX);
                    Schedule { prefixes, withdrawn, initial_left: INITIAL, next, last }
                }
            };
            self.schedules.insert(interface.link, schedule);
        }
    }

    /// Plans the answer to a router solicitation on this link (RFC 4861, 6.2.6), which goes to all nodes.
    pub fn solicited(&mut self, now: Instant, link: Link) {
        let Some(last) = self.schedules.get(&link).map(|schedule| schedule.last) else { return };
        let at = self.answer_at(now, last);
        if let Some(schedule) = self.schedules.get_mut(&link) {
            schedule.next = schedule.next.min(at);
        }
    }

    fn answer_at(&mut self, now: Instant, last: Option<Instant>) -> Instant {
        let earliest = last.map_or(now, |last| now.max(last + APART_MIN));
        earliest + self.up_to(DELAY_MAX)
    }

    fn up_to(&mut self, max: Duration) -> Duration {
        Duration::from_micros(self.random.up_to((max.nanos() / 1_000) as u32).into())
    }

    /// An interface whose advertisement is due, and the prefixes that it withdraws. Plans the next one.
    fn due(&mut self, now: Instant) -> Option<(Link, Vec<Ipv6Cidr>)> {
        let link = *self.schedules.iter().find(|(_, schedule)| schedule.next <= now)?.0;
        let drawn = INTERVAL_MIN + self.up_to(INTERVAL_SPREAD);
        let schedule = self.schedules.get_mut(&link)?;
        schedule.initial_left = schedule.initial_left.saturating_sub(1);
        let interval = if schedule.initial_left > 0 { drawn.min(INITIAL_INTERVAL) } else { drawn };
        schedule.last = Some(now);
        schedule.next = now + interval;
        let withdrawn = schedule.withdrawn.clone();
        if schedule.initial_left == 0 {
            schedule.withdrawn.clear();
        }
        Some((link, withdrawn))
    }

    /// When the next advertisement is due.
    pub fn poll_at(&self) -> Option<Instant> {
        self.schedules.values().map(|schedule| schedule.next).min()
    }
}

/// Whether an interface has something to advertise.
pub fn advertises(interface: &Interface) -> bool {
    interface.advertise && prefixes(interface).next().is_some()
}

/// The prefixes of the interface's networks. Of those of another length than 64 hosts make no addresses, but the router is theirs all
/// the same.
fn prefixes(interface: &Interface) -> impl Iterator<Item = Ipv6Cidr> + '_ {
    interface.addresses.iter().filter_map(|&cidr| match crate::prefix::network(cidr) {
        IpCidr::Ipv6(cidr) if cidr.prefix_len() < 128 => Some(cidr),
        IpCidr::Ipv6(_) | IpCidr::Ipv4(_) => None,
    })
}

/// Sends an advertisement to all nodes on this interface. `stays`: whether the router stays a default router.
pub fn send(interface: &Interface, stays: bool, withdrawn: &[Ipv6Cidr], out: &mut Actions) {
    let Some(from) = interface.link_local else { return };
    let lifetime = if stays { ROUTER_LIFETIME_S } else { 0 };
    let mut body = vec![ROUTER_ADVERTISEMENT, 0, 0, 0, HOP_LIMIT, 0];
    body.extend(lifetime.to_be_bytes());
    body.extend([0; 8]); // Reachable and retransmission time: unspecified.
    body.extend(address_option(SOURCE_ADDRESS, interface.mac));
    body.extend([MTU, 1, 0, 0]);
    body.extend((interface.mtu as u32).to_be_bytes());
    let mut advertised: Vec<_> = prefixes(interface).map(|prefix| (prefix, VALID_S, PREFERRED_S)).collect();
    advertised.dedup(); // Two addresses from one network.
    advertised.extend(withdrawn.iter().map(|&prefix| (prefix, 0, 0)));
    for (prefix, valid, preferred) in advertised {
        let length = prefix.prefix_len();
        let flags = if length == AUTONOMOUS_LEN { ON_LINK | AUTONOMOUS } else { ON_LINK };
        body.extend([PREFIX, 4, length, flags]);
        body.extend(u32::to_be_bytes(valid));
        body.extend(u32::to_be_bytes(preferred));
        body.extend([0; 4]);
        body.extend(prefix.address().octets());
    }
    let message = icmp::icmpv6(from, ALL_NODES, &[&body]);
    Router::send_ndp(interface, from, ALL_NODES, None, &message, out);
}

impl Router {
    pub(crate) fn poll_advertisements(&mut self, now: Instant, out: &mut Actions) {
        while let Some((link, withdrawn)) = self.advertiser.due(now) {
            if let Some(interface) = self.interfaces.get(&link) {
                send(interface, true, &withdrawn, out);
            }
        }
    }
}
