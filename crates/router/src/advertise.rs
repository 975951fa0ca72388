//! When the router advertises itself to hosts (RFC 4861, 6.2), and what it says.

use crate::config::ADDRESSES_MAX;
use crate::interface::{Interface, Link};
use crate::ndp::{ALL_NODES, SOURCE_ADDRESS, address_option};
use crate::{Actions, Router, icmp};
use smoltcp::wire::{IpCidr, Ipv6Cidr};
use std::collections::BTreeMap;
use wire::rng::Stream;
use wire::{Duration, Instant};

/// From one advertisement to the next without being asked: so long (RFC 4861, 6.2.1: MinRtrAdvInterval),
const INTERVAL_MIN: Duration = Duration::from_secs(200);
/// and up to so much longer, which makes MaxRtrAdvInterval.
const INTERVAL_SPREAD: Duration = Duration::from_secs(400);
/// The first few come sooner: no more than this apart (MAX_INITIAL_RTR_ADVERT_INTERVAL).
const INITIAL_INTERVAL: Duration = Duration::from_secs(16);
/// So many (MAX_INITIAL_RTR_ADVERTISEMENTS).
const INITIAL: u8 = 3;
/// Who is asked waits up to this long with the answer, lest all routers answer at once (MAX_RA_DELAY_TIME).
const DELAY_MAX: Duration = Duration::from_millis(500);
/// No two advertisements to everybody are closer together (MIN_DELAY_BETWEEN_RAS).
const APART_MIN: Duration = Duration::from_secs(3);

/// For how long hosts may use the router, in seconds.
const ROUTER_LIFETIME_S: u16 = 1_800;
/// For how long addresses from the prefix are valid, in seconds.
const VALID_S: u32 = 86_400;
/// For how long they are preferred, in seconds.
const PREFERRED_S: u32 = 14_400;
/// What hosts shall put into the hop limit.
const HOP_LIMIT: u8 = 64;

const ROUTER_ADVERTISEMENT: u8 = 134;
/// The option with a prefix (RFC 4861, 4.6.2), and its flags: on this link, and for making addresses (RFC 4862).
const PREFIX: u8 = 3;
const ON_LINK_AND_AUTONOMOUS: u8 = 0xc0;
/// The option with the link's MTU (4.6.4).
const MTU: u8 = 5;

/// When to advertise, on each interface that does.
#[derive(Clone, Debug)]
pub struct Advertiser {
    schedules: BTreeMap<Link, Schedule>,
    random: Stream,
}

#[derive(Clone, Debug)]
struct Schedule {
    prefixes: Vec<Ipv6Cidr>,
    /// Prefixes that are no more: hosts shall forget them.
    withdrawn: Vec<Ipv6Cidr>,
    initial_left: u8,
    next: Instant,
    last: Option<Instant>,
}

impl Advertiser {
    /// One that has nothing to advertise yet.
    pub fn new(random: Stream) -> Self {
        Self { schedules: BTreeMap::new(), random }
    }

    /// These interfaces advertise their prefixes from now on, and no others.
    pub fn set_interfaces<'a>(&mut self, now: Instant, all: impl Iterator<Item = &'a Interface>) {
        let mut before = std::mem::take(&mut self.schedules);
        for interface in all.filter(|interface| advertises(interface)) {
            let prefixes: Vec<_> = prefixes(interface).collect();
            let schedule = match before.remove(&interface.link) {
                Some(same) if same.prefixes == prefixes => same,
                // News are told like a beginning (RFC 4861, 6.2.4).
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

    /// Somebody on this link asks for an advertisement (RFC 4861, 6.2.6). Everybody gets the answer.
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

    /// An interface whose advertisement is due, and which prefixes it withdraws; the next one is planned.
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

    /// When the next is due.
    pub fn poll_at(&self) -> Option<Instant> {
        self.schedules.values().map(|schedule| schedule.next).min()
    }
}

/// Whether an interface has something to advertise.
pub fn advertises(interface: &Interface) -> bool {
    interface.advertise && prefixes(interface).next().is_some()
}

/// The prefixes that hosts can make addresses from: 64 bits are the machine's (RFC 4862, 5.5.3; RFC 2464, 4).
fn prefixes(interface: &Interface) -> impl Iterator<Item = Ipv6Cidr> + '_ {
    interface.addresses.iter().filter_map(|&cidr| match crate::routes::network(cidr) {
        IpCidr::Ipv6(cidr) if cidr.prefix_len() == 64 => Some(cidr),
        IpCidr::Ipv6(_) | IpCidr::Ipv4(_) => None,
    })
}

/// Sends an advertisement to all nodes on this interface. `stays`: the router can be used from now on, not: no more.
pub fn send(interface: &Interface, stays: bool, withdrawn: &[Ipv6Cidr], out: &mut Actions) {
    let Some(from) = interface.link_local else { return };
    let lifetime = if stays { ROUTER_LIFETIME_S } else { 0 };
    let mut body = vec![ROUTER_ADVERTISEMENT, 0, 0, 0, HOP_LIMIT, 0];
    body.extend(lifetime.to_be_bytes());
    body.extend([0; 8]); // Reachable and retransmission time: unspecified.
    body.extend(address_option(SOURCE_ADDRESS, interface.mac));
    body.extend([MTU, 1, 0, 0]);
    body.extend((interface.mtu as u32).to_be_bytes());
    let mut told: Vec<_> = prefixes(interface).map(|prefix| (prefix, VALID_S, PREFERRED_S)).collect();
    told.dedup(); // Two addresses from one network.
    told.extend(withdrawn.iter().map(|&prefix| (prefix, 0, 0)));
    for (prefix, valid, preferred) in told {
        body.extend([PREFIX, 4, 64, ON_LINK_AND_AUTONOMOUS]);
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
