//! RIP's table of networks and distances, and how a neighbor's response changes it (RFC 2453, 3.9.2; RFC 2080, 2.4.2).

use super::message::{Entry, INFINITY, Version};
use crate::config::{Rip, SplitHorizon};
use crate::prefix::network;
use crate::routing::{Change, Interface, Local};
use smoltcp::wire::{IpAddress, IpCidr};
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

/// Networks of one table, so that invented networks cannot use up memory.
const NETWORKS_MAX: usize = 4_096;
/// The metric of the router's own networks, and what each hop adds (RFC 2453, 3.4).
const COST: u8 = 1;

/// All networks that are known, by prefix.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    networks: SortedMap<IpCidr, Known>,
    /// When the next route times out or is deleted.
    next: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    metric: u8,
    tag: u16,
    origin: Origin,
    /// It has changed since the last announcement.
    changed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The router reaches it without RIP.
    Local { interface: u32, via: Option<IpAddress> },
    /// Learned from a neighbor.
    Learned { interface: u32, from: IpAddress, via: IpAddress, until: Instant },
    /// Unreachable, and announced as such until it is deleted.
    Dead { learned_on: Option<u32>, forgotten: Instant },
}

impl Known {
    /// Makes the route unreachable.
    fn die(&mut self, now: Instant, garbage: Duration) {
        let learned_on = match self.origin {
            Origin::Local { .. } => None,
            Origin::Learned { interface, .. } => Some(interface),
            Origin::Dead { .. } => return,
        };
        self.metric = INFINITY;
        self.changed = true;
        self.origin = Origin::Dead { learned_on, forgotten: now + garbage };
    }

    /// The next hop to announce in the network of `address`: that of a static route, if it is in the same network (RFC 2453, 4.4).
    /// Learned routes are announced with this router as the next hop: neighbors there have received them from their source, too.
    fn next_hop(&self, interface: &Interface, address: &IpCidr) -> Option<IpAddress> {
        match self.origin {
            Origin::Local { interface: id, via: Some(via) } if id == interface.id => {
                address.contains_addr(&via).then_some(via)
            }
            Origin::Local { .. } | Origin::Learned { .. } | Origin::Dead { .. } => None,
        }
    }

    fn due(&self) -> Option<Instant> {
        match self.origin {
            Origin::Local { .. } => None,
            Origin::Learned { until, .. } => Some(until),
            Origin::Dead { forgotten, .. } => Some(forgotten),
        }
    }
}

impl Table {
    /// Sets the networks that the router reaches without RIP. Of several entries for one network the connected one is used, else the
    /// first.
    pub(super) fn set_local(
        &mut self,
        now: Instant,
        version: Version,
        local: &[Local],
        config: &Rip,
        out: &mut Vec<Change>,
    ) {
        let mut wanted: SortedMap<IpCidr, Origin> = SortedMap::new();
        let connected_first = local.iter().filter(|local| local.via.is_none());
        for local in connected_first.chain(local.iter().filter(|local| local.via.is_some())) {
            let to = network(local.to);
            if version.can_route(&to) && (wanted.len() < NETWORKS_MAX || wanted.contains_key(&to)) {
                wanted.entry(to).or_insert(Origin::Local { interface: local.interface, via: local.via });
            }
        }
        for (to, known) in &mut self.networks {
            if matches!(known.origin, Origin::Local { .. }) && !wanted.contains_key(to) {
                known.die(now, config.garbage);
            }
        }
        for (to, origin) in wanted {
            let new = Known { metric: COST, tag: 0, origin, changed: true };
            match self.networks.get_mut(&to) {
                Some(known) if matches!(known.origin, Origin::Local { .. }) => known.origin = origin,
                Some(known) => {
                    if matches!(known.origin, Origin::Learned { .. }) {
                        out.push(Change::Lost { to });
                    }
                    *known = new;
                }
                None => {
                    self.networks.insert(to, new);
                }
            }
        }
        self.look_ahead();
    }

    /// Processes an entry that a neighbor, `from` on `interface`, has sent. `via`: the next hop.
    pub(super) fn learn(
        &mut self,
        now: Instant,
        (interface, from, via): (u32, IpAddress, IpAddress),
        entry: Entry,
        config: &Rip,
        out: &mut Vec<Change>,
    ) {
        let metric = entry.metric.saturating_add(COST).min(INFINITY);
        let to = entry.to;
        let origin = Origin::Learned { interface, from, via, until: now + config.timeout };
        let new = Known { metric, tag: entry.tag, origin, changed: true };
        let learned = Change::Learned { to, via, interface, metric };
        let Some(known) = self.networks.get_mut(&to) else {
            if metric < INFINITY && self.networks.len() < NETWORKS_MAX {
                self.networks.insert(to, new);
                out.push(learned);
            }
            return;
        };
        match known.origin {
            Origin::Local { .. } => {}
            Origin::Dead { .. } => {
                if metric < INFINITY {
                    *known = new;
                    out.push(learned);
                }
            }
            Origin::Learned { interface: old_interface, from: old_from, via: old_via, until } => {
                let same_router = (old_interface, old_from) == (interface, from);
                // Close to its timeout: a fresh route of the same metric is better (RFC 2453, 3.9.2, the heuristic at the end).
                let fresher = metric == known.metric && until.since(now).nanos() < config.timeout.nanos() / 2;
                if same_router && metric == INFINITY {
                    known.die(now, config.garbage);
                    out.push(Change::Lost { to });
                } else if metric < known.metric || (same_router && metric != known.metric) {
                    *known = new;
                    out.push(learned);
                } else if same_router || (fresher && metric < INFINITY) {
                    let announced = old_via != via || old_interface != interface;
                    *known = Known { changed: known.changed, ..new };
                    if announced {
                        out.push(learned);
                    }
                }
            }
        }
    }

    /// Drops routes through neighbors that cannot be reached any more.
    pub(super) fn retain(
        &mut self,
        now: Instant,
        stays: impl Fn(u32, &IpAddress) -> bool,
        config: &Rip,
        out: &mut Vec<Change>,
    ) {
        for (to, known) in &mut self.networks {
            if let Origin::Learned { interface, from, .. } = known.origin
                && !stays(interface, &from)
            {
                known.die(now, config.garbage);
                out.push(Change::Lost { to: *to });
            }
        }
        self.look_ahead();
    }

    /// Makes routes unreachable whose timeout has expired, and deletes unreachable ones after the garbage-collection time.
    pub(super) fn poll(&mut self, now: Instant, config: &Rip, out: &mut Vec<Change>) {
        if self.next.is_none_or(|next| next > now) {
            return;
        }
        self.networks.retain(|to, known| match known.origin {
            Origin::Learned { until, .. } if until <= now => {
                known.die(now, config.garbage);
                out.push(Change::Lost { to: *to });
                true
            }
            Origin::Dead { forgotten, .. } => forgotten > now,
            Origin::Local { .. } | Origin::Learned { .. } => true,
        });
        self.look_ahead();
    }

    /// When the next route times out or is deleted.
    pub(super) fn next(&self) -> Option<Instant> {
        self.next
    }

    /// Finds the next deadline; to be called after [`learn`](Self::learn).
    pub(super) fn look_ahead(&mut self) {
        self.next = self.networks.values().filter_map(Known::due).min();
    }

    /// Whether there are changes to announce.
    pub(super) fn has_changed(&self) -> bool {
        self.networks.values().any(|known| known.changed)
    }

    /// Marks all changes as announced.
    pub(super) fn announced(&mut self) {
        for known in self.networks.values_mut() {
            known.changed = false;
        }
    }

    /// The entries to announce on an interface, in the network of `address` (RFC 2453, 3.4.3 and 3.10).
    pub(super) fn announce(
        &self,
        interface: &Interface,
        address: &IpCidr,
        split_horizon: SplitHorizon,
        only_changed: bool,
    ) -> Vec<Entry> {
        let announced = self.networks.iter().filter(|(_, known)| known.changed || !only_changed);
        let entry = |(to, known): (&IpCidr, &Known)| {
            let here = match known.origin {
                Origin::Local { interface: id, via } => via.is_none() && id == interface.id,
                Origin::Learned { interface: id, .. } => id == interface.id,
                Origin::Dead { learned_on, .. } => learned_on == Some(interface.id),
            };
            let local = matches!(known.origin, Origin::Local { .. });
            let metric = match (here, split_horizon) {
                (false, _) | (true, SplitHorizon::Off) => known.metric,
                // A host on a network needs no router to it, and must not learn that it is unreachable.
                (true, SplitHorizon::PoisonedReverse) if local => return None,
                (true, SplitHorizon::PoisonedReverse) => INFINITY,
                (true, SplitHorizon::Simple) => return None,
            };
            Some(Entry { to: *to, tag: known.tag, via: known.next_hop(interface, address), metric })
        };
        announced.filter_map(entry).collect()
    }

    /// The metric of exactly this network.
    pub(super) fn metric(&self, to: &IpCidr) -> u8 {
        self.networks.get(to).map_or(INFINITY, |known| known.metric)
    }
}
