//! What no single field shows: bounds, doubles, loops, runs that can go nowhere. It looks at the scenario, not at its text,
//! so that it serves what was drawn as well as what was written.

mod changes;
mod lans;
mod runs;

use crate::bounds::*;
use crate::fault::{Fault, Level, Place, Step};
use crate::problem::{Kind, Problem};
use crate::quantity::{quoted, show_mac, show_rate, show_size, show_time};
use crate::{Change, Scenario, version_of};
use netlab::topology::{HostConfig, Link, LinkId, NodeId, NodeKind, Topology, Way};
use netlab::{BitsPerSec, Duration, Instant};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use std::collections::{BTreeMap, BTreeSet};
use vnetif::impair::Impairment;
use vnetif::line::{Queue, QueueLimit};

/// What could not be read, by its number in the whole network, so that nothing is said about the placeholders in its stead.
#[derive(Debug, Default)]
pub(crate) struct Unusable {
    /// Nodes without an id.
    pub ids: BTreeSet<usize>,
    /// Nodes with faulty settings.
    pub hosts: BTreeSet<usize>,
    /// Links with faulty ends.
    pub links: BTreeSet<usize>,
    /// Runs of an unknown kind or with faulty ends.
    pub runs: BTreeSet<usize>,
    /// Changes of an unknown kind, or of nobody knows which link.
    pub changes: BTreeSet<usize>,
}

/// Everything wrong, list by list.
pub(crate) fn check(scenario: &Scenario, unusable: &Unusable) -> Vec<Fault> {
    let whole = scenario.whole();
    let check = Check::all(scenario, &whole, unusable, &segments(&whole.topology));
    check.found.into_iter().map(|problem| problem.fault).collect()
}

/// The same and more: also what is allowed but will not do what a learner expects. What refuses the document comes first.
pub(crate) fn problems(scenario: &Scenario) -> Vec<Problem> {
    let whole = scenario.whole();
    let (unusable, segments) = (Unusable::default(), segments(&whole.topology));
    let mut check = Check::all(scenario, &whole, &unusable, &segments);
    check.lans(&segments);
    let (mut first, then): (Vec<_>, _) =
        check.found.into_iter().partition(|problem| problem.fault.is_error());
    first.extend(then);
    first.truncate(FAULTS_MAX);
    first
}

/// What is added is checked as if it were there from the start: that finds all that is wrong at any moment, since nothing is
/// ever taken away, and what is not connected or not reached yet surprises nobody.
struct Check<'s> {
    /// With everything that is added.
    scenario: &'s Scenario,
    changes: &'s [(Instant, Change)],
    /// Which changes add what comes behind the nodes, and the links, of the start; and how many these are.
    added: [Vec<usize>; 2],
    started: [usize; 2],
    unusable: &'s Unusable,
    /// Who has which address; the first, if several have it.
    owners: BTreeMap<IpAddress, NodeId>,
    found: Vec<Problem>,
}

fn owners(scenario: &Scenario) -> BTreeMap<IpAddress, NodeId> {
    let hosts = scenario.topology.node_ids().filter_map(|id| Some((id, scenario.topology.host(id)?)));
    let all = hosts.flat_map(|(id, host)| host.addresses.iter().map(move |cidr| (cidr.address(), id)));
    // Backwards, so that the first is put in last.
    all.collect::<Vec<_>>().into_iter().rev().collect()
}

fn root() -> Place {
    Place::default()
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Which nodes can reach each other over cables.
pub(crate) fn segments(topology: &Topology) -> Sets {
    let mut segments = Sets::new(topology.nodes.len());
    for link in &topology.links {
        let [a, b] = link.ends.map(NodeId::index);
        if a.max(b) < topology.nodes.len() {
            segments.join(a, b);
        }
    }
    segments
}

impl<'s> Check<'s> {
    fn all(start: &'s Scenario, whole: &'s Scenario, unusable: &'s Unusable, segments: &Sets) -> Self {
        let changes = start.changes.iter().enumerate();
        let mut added = [Vec::new(), Vec::new()];
        for (number, (_, change)) in changes {
            match change {
                Change::Node { .. } => added[0].push(number),
                Change::Cable(_) => added[1].push(number),
                Change::Link(..)
                | Change::Port(..)
                | Change::Set(..)
                | Change::Clear(_)
                | Change::Stop(_) => {}
            }
        }
        let mut check = Self {
            scenario: whole,
            changes: &start.changes,
            added,
            started: [start.topology.nodes.len(), start.topology.links.len()],
            unusable,
            owners: owners(whole),
            found: Vec::new(),
        };
        check.document();
        check.ids();
        check.nodes();
        check.doubles();
        check.links();
        check.runs(segments);
        check.changes();
        check
    }

    fn error(&mut self, place: Place, message: impl Into<String>) {
        self.problem(Kind::Other, Level::Error, place, message.into());
    }

    /// Returns it, so that the other nodes that it concerns can be added.
    fn problem(&mut self, kind: Kind, level: Level, place: Place, message: String) -> &mut Problem {
        let mut problem = Problem::new(kind, Fault::new(level, place, message));
        if let [Step::Field(list), Step::Index(number), ..] = problem.fault.place.steps()
            && list == "changes"
        {
            let number = *number;
            let behind = |list: usize| {
                let place = self.added[list].binary_search(&number);
                (self.started[list] + place.expect("it adds one")) as u32
            };
            match self.changes.get(number) {
                Some((_, Change::Node { .. })) => problem.nodes.push(NodeId(behind(0))),
                Some((_, Change::Cable(_))) => problem.link = Some(LinkId(behind(1))),
                Some((_, Change::Link(link, _) | Change::Port(link, ..))) => problem.link = Some(*link),
                Some((_, Change::Set(node, _) | Change::Clear(node))) => problem.nodes.push(*node),
                Some((_, Change::Stop(run))) => problem.run = Some(run.0 as usize),
                None => {}
            }
        }
        self.found.push(problem);
        self.found.last_mut().expect("it was put there")
    }

    /// Where a node of the whole network stands in the document.
    fn node_place(&self, number: usize) -> Place {
        match number.checked_sub(self.started[0]) {
            None => root().field("nodes").index(number),
            Some(added) => root().field("changes").index(self.added[0][added]).field("node"),
        }
    }

    fn link_place(&self, number: usize) -> Place {
        match number.checked_sub(self.started[1]) {
            None => root().field("links").index(number),
            Some(added) => root().field("changes").index(self.added[1][added]).field("cable"),
        }
    }

    /// From when on a node of the whole network is there.
    fn born(&self, node: NodeId) -> Instant {
        let added = node.index().checked_sub(self.started[0]);
        let change = added.and_then(|added| self.added[0].get(added));
        change.map_or(Instant::ZERO, |&change| self.changes[change].0)
    }

    /// A value has to lie in `min..=max`, shown as people write it.
    fn within<T: PartialOrd>(
        &mut self,
        place: Place,
        value: T,
        [min, max]: [T; 2],
        show: impl Fn(&T) -> String,
    ) {
        if value < min {
            self.error(place, format!("{} is too little: at least {}", show(&value), show(&min)));
        } else if value > max {
            self.error(place, format!("too much: at most {}", show(&max)));
        }
    }

    fn size_within(&mut self, place: Place, bytes: usize, bounds: [usize; 2]) {
        self.within(place, bytes, bounds, |&bytes| show_size(bytes as u64));
    }

    fn time_within(&mut self, place: Place, time: Duration, bounds: [Duration; 2]) {
        self.within(place, time, bounds, |&time| show_time(time));
    }

    fn rate_within(&mut self, place: Place, rate: BitsPerSec, max: BitsPerSec) {
        self.within(place, rate, [BitsPerSec::new(1).expect("not zero"), max], |&rate| show_rate(rate));
    }

    fn text_within(&mut self, place: Place, text: &str, chars_max: usize) {
        if text.chars().count() > chars_max {
            self.error(place, format!("this text is too long: at most {chars_max} characters"));
        }
    }

    fn document(&mut self) {
        let scenario = self.scenario;
        self.text_within(root().field("title"), &scenario.title, TITLE_CHARS_MAX);
        if has_control(&scenario.title) {
            self.error(root().field("title"), "a title is one line without control characters");
        }
        if let Some(description) = &scenario.description {
            self.text_within(root().field("description"), description, DESCRIPTION_CHARS_MAX);
        }
        self.within(root().field("seed"), scenario.seed, [0, SEED_MAX], u64::to_string);
        for (list, count, max) in [
            ("nodes", self.started[0], NODES_MAX),
            ("links", self.started[1], LINKS_MAX),
            ("runs", scenario.runs.len(), RUNS_MAX),
            ("changes", self.changes.len(), CHANGES_MAX),
        ] {
            if count > max {
                self.error(
                    root().field(list),
                    format!("there are more than {max} {list}: at most so many are run"),
                );
            }
        }
        for (list, start, all, max) in [
            ("nodes", self.started[0], scenario.topology.nodes.len(), NODES_MAX),
            ("links", self.started[1], scenario.topology.links.len(), LINKS_MAX),
        ] {
            if start <= max && all > max {
                let message = format!("with these there are more than {max} {list}: at most so many are run");
                self.error(root().field("changes"), message);
            }
        }
    }

    fn ids(&mut self) {
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        for (number, id) in self.scenario.ids.iter().enumerate() {
            if self.unusable.ids.contains(&number) {
                continue;
            }
            let place = self.node_place(number).field("id");
            let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if id.is_empty() || id.len() > ID_CHARS_MAX || !id.chars().all(good) {
                let message = format!(
                    "{} cannot be an id: take 1 to {ID_CHARS_MAX} of the letters a to z and A to Z, digits, - and _; put what \
                     people shall read into \"name\"",
                    quoted(id)
                );
                self.error(place, message);
            } else if let Some(earlier) = first.insert(id, number) {
                first.insert(id, earlier);
                let message = format!(
                    "{} is already the id of {}: give each its own",
                    quoted(id),
                    self.node_place(earlier)
                );
                self.error(place, message);
            }
        }
    }

    fn nodes(&mut self) {
        let scenario = self.scenario;
        for (number, node) in scenario.topology.nodes.iter().enumerate() {
            let place = self.node_place(number);
            if node.name != scenario.ids[number] {
                self.text_within(place.field("name"), &node.name, NAME_CHARS_MAX);
                if node.name.is_empty() || has_control(&node.name) {
                    let message = "a name has at least one character, and no control characters";
                    self.error(place.field("name"), message);
                }
            }
            if let Some((x, y)) = scenario.at[number]
                && !(x.abs() <= COORDINATE_MAX && y.abs() <= COORDINATE_MAX)
            {
                let message =
                    format!("too far away: coordinates go from -{COORDINATE_MAX:.0} to {COORDINATE_MAX:.0}");
                self.error(place.field("at"), message);
            }
            match &node.kind {
                NodeKind::Host(config) => self.host(NodeId(number as u32), config),
                NodeKind::Hub | NodeKind::Router(_) => {}
                NodeKind::Switch(config) => {
                    self.time_within(place.field("ageing"), config.ageing, [AGEING_MIN, AGEING_MAX]);
                }
            }
        }
    }

    fn host(&mut self, id: NodeId, config: &HostConfig) {
        let place = self.node_place(id.index());
        let place = |name| place.field(name);
        if config.addresses.len() > ADDRESSES_MAX {
            let message = format!("a host holds at most {ADDRESSES_MAX} addresses");
            self.error(place("addresses"), message);
        }
        for (number, cidr) in config.addresses.iter().enumerate() {
            if let Some(why) = unusable_address(*cidr) {
                let (place, message) =
                    (place("addresses").index(number), format!("{} {why}", cidr.address()));
                self.problem(Kind::UnusableAddress, Level::Error, place, message);
            }
        }
        self.within(place("mtu"), config.ip_mtu, [IP_MTU_MIN, IP_MTU_MAX], usize::to_string);
        if let Some(mac) = config.mac
            && (!mac.is_unicast() || mac == EthernetAddress([0; 6]))
        {
            let message = format!(
                "{} is not one card's address: make its first byte even, for example 02",
                show_mac(mac)
            );
            self.error(place("mac"), message);
        }
        for (name, bytes) in [("rx_buffer", config.tcp.rx_buffer), ("tx_buffer", config.tcp.tx_buffer)] {
            self.size_within(place("tcp").field(name), bytes, [TCP_BUFFER_MIN, TCP_BUFFER_MAX]);
        }
        if !self.unusable.hosts.contains(&id.index()) {
            self.gateways(place("gateway"), config);
            if config.addresses.is_empty() {
                let message = "this host has no address: nobody can talk to it".to_owned();
                self.problem(Kind::NoAddress, Level::Warning, self.node_place(id.index()), message);
            }
        }
    }

    fn gateways(&mut self, place: Place, config: &HostConfig) {
        for (number, gateway) in config.gateways.iter().enumerate() {
            let version = version_of(*gateway);
            let own = config.addresses.iter().any(|cidr| cidr.address() == *gateway);
            let near = config.addresses.iter().any(|cidr| cidr.contains_addr(gateway));
            if config.gateways[..number].iter().any(|earlier| version_of(*earlier) == version) {
                self.error(place.clone(), "one gateway for each IP version: remove the others");
            } else if own {
                self.error(
                    place.clone(),
                    format!("{gateway} is this host's own address: name another as gateway"),
                );
            } else if !gateway.is_unicast() {
                self.error(place.clone(), format!("{gateway} is not the address of one machine"));
            } else if !near && !is_link_local(gateway) {
                let message = format!(
                    "the gateway {gateway} is in none of this host's networks, so it cannot be reached: give it an address \
                     in one of them"
                );
                self.problem(Kind::GatewayOutside, Level::Error, place.clone(), message);
            }
        }
    }

    fn doubles(&mut self) {
        let mut addresses: BTreeMap<IpAddress, (usize, usize)> = BTreeMap::new();
        let mut macs: BTreeMap<EthernetAddress, usize> = BTreeMap::new();
        for id in self.scenario.topology.node_ids() {
            let Some(host) = self.scenario.topology.host(id) else { continue };
            let place = self.node_place(id.index());
            for (number, cidr) in host.addresses.iter().enumerate() {
                let here = (id.index(), number);
                let first = *addresses.entry(cidr.address()).or_insert(here);
                if first != here {
                    let node = first.0;
                    let message = format!(
                        "{} is already an address of {} ({}): give each host its own",
                        cidr.address(),
                        quoted(&self.scenario.ids[node]),
                        self.node_place(node)
                    );
                    let place = place.field("addresses").index(number);
                    let problem = self.problem(Kind::DuplicateAddress, Level::Error, place, message);
                    problem.nodes.push(NodeId(node as u32));
                }
            }
            if self.unusable.hosts.contains(&id.index()) {
                continue;
            }
            let mac = host.mac(id);
            let first = *macs.entry(mac).or_insert(id.index());
            if first != id.index() {
                let message = format!(
                    "{} is already the MAC address of {} ({}): give each host its own",
                    show_mac(mac),
                    quoted(&self.scenario.ids[first]),
                    self.node_place(first)
                );
                let problem = self.problem(Kind::DuplicateMac, Level::Error, place.field("mac"), message);
                problem.nodes.push(NodeId(first as u32));
            }
        }
    }

    fn links(&mut self) {
        let scenario = self.scenario;
        let mut cable: BTreeMap<NodeId, usize> = BTreeMap::new();
        let mut joined = Sets::new(scenario.ids.len());
        for (number, link) in scenario.topology.links.iter().enumerate() {
            let place = self.link_place(number);
            self.lines(&place, link);
            if self.unusable.links.contains(&number) {
                continue;
            }
            let [a, b] = link.ends;
            if a.index().max(b.index()) >= scenario.ids.len() {
                self.error(place.field("ends"), "an end of this link is no node");
                continue;
            }
            if a == b {
                self.error(place.field("ends"), "a link joins two different nodes");
                continue;
            }
            for end in link.ends {
                let is_host = scenario.topology.host(end).is_some() && self.readable(end);
                if let Some(first) = cable.insert(end, number)
                    && is_host
                {
                    let message = format!(
                        "{} already has {}: a host has one network card; put a switch or hub between",
                        quoted(scenario.id(end)),
                        self.link_place(first)
                    );
                    self.error(place.field("ends"), message);
                }
            }
            let infrastructure =
                |node| matches!(scenario.topology.node(node).kind, NodeKind::Hub | NodeKind::Switch(_));
            if infrastructure(a) && infrastructure(b) && !joined.join(a.index(), b.index()) {
                let message = "this link closes a loop of hubs and switches, in which one broadcast would go round for ever: \
                               remove one of its links";
                let problem = self.problem(Kind::Loop, Level::Error, place, message.to_owned());
                problem.nodes.extend([a, b]);
            }
        }
        for id in scenario.topology.node_ids().filter(|id| !cable.contains_key(id)) {
            // If a link could not be read, it may have been the one.
            if self.unusable.links.is_empty() && self.readable(id) {
                let message = format!("{} is not connected: add a link", quoted(scenario.id(id)));
                self.problem(Kind::NotConnected, Level::Warning, self.node_place(id.index()), message);
            }
        }
    }

    fn readable(&self, node: NodeId) -> bool {
        !self.unusable.hosts.contains(&node.index())
    }

    /// The two directions of a link; where both are alike, one fault is enough.
    fn lines(&mut self, place: &Place, link: &Link) {
        let [first, second] = &link.ways;
        let before = self.found.len();
        self.way(place, first);
        if second != first {
            let told = self.found.split_off(before);
            self.way(place, second);
            let new: Vec<_> = self.found.drain(before..).filter(|fault| !told.contains(fault)).collect();
            self.found.extend(told.into_iter().chain(new));
        }
    }

    fn way(&mut self, place: &Place, way: &Way) {
        let line = way.line;
        self.time_within(place.field("delay"), line.delay, [Duration::ZERO, DELAY_MAX]);
        self.size_within(place.field("queue"), queue_bytes(line.queue), [0, QUEUE_MAX]);
        // What an unlimited link carries is limited by those who send.
        let rate = line.rate.unwrap_or(UDP_RATE_MAX);
        self.rate_within(place.field("rate"), rate, RATE_MAX);
        if line.rate.is_none() && line.delay == Duration::ZERO {
            self.error(
                place.clone(),
                "a link needs a rate or a delay: without both, no time would pass on it",
            );
        }
        let in_flight = u128::from(rate.get()) * u128::from(line.delay.nanos()) / 8_000_000_000;
        if in_flight > u128::from(FLIGHT_BYTES_MAX) {
            let message = format!(
                "at this rate and delay more than {} would be under way at once: lower one of them",
                show_size(FLIGHT_BYTES_MAX)
            );
            self.error(place.field("delay"), message);
        }
        if way.impairments.len() > IMPAIRMENTS_MAX {
            self.error(place.field("impair"), format!("at most {IMPAIRMENTS_MAX} entries are possible"));
        }
        let place = place.field("impair");
        for impairment in &way.impairments {
            match *impairment {
                Impairment::FrameSizeMax(bytes) => {
                    self.size_within(place.clone(), bytes, [FRAME_MIN, FRAME_MAX])
                }
                Impairment::LossOfSmall { bytes_max, .. } => {
                    self.size_within(place.clone(), bytes_max, [FRAME_MIN, FRAME_MAX]);
                }
                Impairment::TrailingBytes(bytes) => {
                    self.size_within(place.clone(), bytes as usize, [1, TRAILING_MAX as usize]);
                }
                Impairment::SilenceOnce { after_bytes, lasts } => {
                    self.within(place.clone(), after_bytes, [0, SILENCE_BYTES_MAX], |&bytes| {
                        show_size(bytes)
                    });
                    self.time_within(place.clone(), lasts, [Duration::from_nanos(1), SILENCE_MAX]);
                }
                Impairment::Loss(_)
                | Impairment::Down
                | Impairment::Outage { .. }
                | Impairment::LossCorrelated { .. }
                | Impairment::GilbertElliott { .. }
                | Impairment::LossEvery(_)
                | Impairment::LossOfFrame(_)
                | Impairment::Duplicate { .. }
                | Impairment::Corrupt { .. }
                | Impairment::Jitter { .. }
                | Impairment::Reorder { .. } => {}
            }
        }
    }
}

fn queue_bytes(queue: Queue) -> usize {
    match queue.limit {
        QueueLimit::Bytes(bytes) => bytes,
        QueueLimit::Frames(frames) => frames.saturating_mul(1_514),
    }
}

/// RFC 4291, 2.5.6.
pub(crate) fn is_link_local(address: &IpAddress) -> bool {
    matches!(address, IpAddress::Ipv6(address) if address.is_unicast_link_local())
}

/// Why no host can have this address, if none can.
pub(crate) fn unusable_address(cidr: IpCidr) -> Option<&'static str> {
    match cidr.address() {
        IpAddress::Ipv4(address) => {
            let host_bits = 32 - u32::from(cidr.prefix_len());
            let host_part = if host_bits == 32 { u32::MAX } else { (1 << host_bits) - 1 };
            let bits = address.to_bits();
            if address.octets()[0] == 0 {
                Some("means \"no address yet\" (RFC 1122, 3.2.1.3): take another")
            } else if address.is_loopback() {
                Some("never leaves a host (RFC 1122, 3.2.1.3): take another")
            } else if address.is_multicast() || address.octets()[0] >= 240 {
                Some("is not for one machine: take another, below 224.0.0.0")
            } else if host_bits >= 2 && bits & host_part == 0 {
                Some("is the network itself: take a higher number")
            } else if host_bits >= 2 && bits & host_part == host_part {
                Some("is the network's broadcast address: take a lower number")
            } else {
                None
            }
        }
        IpAddress::Ipv6(address) => {
            if address.is_unspecified() {
                Some("means \"no address yet\": take another")
            } else if address.is_loopback() {
                Some("never leaves a host: take another")
            } else if address.is_multicast() {
                Some("is not for one machine: take another, such as fd00::1")
            } else if address.to_ipv4_mapped().is_some() {
                Some("is an IPv4 address in disguise, which never stands on a wire: write the IPv4 address")
            } else {
                None
            }
        }
    }
}

/// Disjoint sets.
pub(crate) struct Sets {
    parent: Vec<usize>,
}

impl Sets {
    fn new(count: usize) -> Self {
        Self { parent: (0..count).collect() }
    }

    pub fn find(&self, mut of: usize) -> usize {
        while self.parent[of] != of {
            of = self.parent[of];
        }
        of
    }

    /// Whether they were apart.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        self.parent[a.max(b)] = a.min(b);
        a != b
    }

    pub fn same(&self, a: usize, b: usize) -> bool {
        self.find(a) == self.find(b)
    }
}
