//! Goals of what has happened: of a packet, of the rows of a node's tables, of runs and commands that have ended.
//!
//! Each goal is written from typed values and says no more than what a learner can bring about again: addresses, types and ports that
//! are known beforehand, never a sequence number, and nodes by their ids where a node has the address.

use super::tree::Tree;
use crate::draw::value::first;
use crate::judge::{kind_of, socket_of};
use crate::parties::{has_address, has_mac, neighbor_at};
use crate::read_goal::{ROLES, SOURCES, STATES, word};
use dissect::analysis::Notes;
use dissect::filter::{Filter, Subject, same_value};
use netlab::history::{Fate, NodeView, Transit, TransitId};
use netlab::run::{Outcome, Target};
use netlab::topology::NodeId;
use netlab::{Instant, World};
use scenario::Scenario;
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use texts::t;
use trace::services;
use wire::PortId;
use wire::sorted::sort_by_key;

/// Rows, runs and commands of which goals are offered at once.
const OFFERED_MAX: usize = 40;
/// Among this many frames behind a packet, its further hops are looked for.
const HOPS_WITHIN: u64 = 4_096;
/// Fields whose value is part of a goal about a packet, if the packet has them.
const TELLING: [&str; 19] = [
    "arp.opcode",
    "arp.src.proto_ipv4",
    "arp.dst.proto_ipv4",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "icmp.type",
    "icmp.code",
    "icmpv6.type",
    "tcp.flags.syn",
    "tcp.flags.fin",
    "tcp.flags.reset",
    "dns.flags.response",
    "dns.qry.name",
    "dhcp.option.dhcp",
    "http.request.method",
    "http.request.uri",
    "http.response.code",
];

/// A goal that is offered.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The beginning of its name.
    pub id: String,
    /// What has to be so, as in a lesson.
    pub goal: Tree,
    /// The sentence about it.
    pub text: String,
}

/// Who is who in a world, by the ids of its document.
struct Names<'w> {
    world: &'w World,
    ids: &'w [String],
}

impl<'w> Names<'w> {
    fn new(world: &'w World, scenario: &'w Scenario) -> Self {
        Self { world, ids: &scenario.ids }
    }

    /// `None`: the node was added while the network ran.
    fn id(&self, node: NodeId) -> Option<&'w str> {
        self.ids.get(node.index()).map(String::as_str)
    }

    fn nodes(&self) -> impl Iterator<Item = NodeId> {
        let count = self.ids.len().min(self.world.topology().nodes.len());
        (0..count).map(|number| NodeId(number as u32))
    }

    /// The node with this address, or the address.
    fn party(&self, address: IpAddress) -> String {
        let node = self.nodes().find(|node| has_address(self.world, *node, address));
        node.and_then(|node| self.id(node)).map_or_else(|| address.to_string(), str::to_owned)
    }

    fn station(&self, mac: EthernetAddress) -> String {
        let node = self.nodes().find(|node| has_mac(self.world, *node, mac));
        node.and_then(|node| self.id(node)).map_or_else(|| mac.to_string(), str::to_owned)
    }

    /// What a packet's list calls its sender or receiver.
    fn called(&self, address: &str) -> String {
        match (address.parse::<IpAddress>(), address.parse::<EthernetAddress>()) {
            (Ok(address), _) => self.party(address),
            (_, Ok(mac)) => self.station(mac),
            _ => address.to_owned(),
        }
    }

    fn neighbor(&self, node: NodeId, port: PortId) -> Option<&'w str> {
        neighbor_at(self.world, node, port).and_then(|node| self.id(node))
    }
}

/// The goals that a packet on a wire suggests, the most telling one first.
pub fn of_packet(world: &World, scenario: &Scenario, transit: TransitId) -> Vec<Suggestion> {
    let names = Names::new(world, scenario);
    let Some(transit) = world.history().transit(transit) else { return Vec::new() };
    let Some(filter) = filter(transit) else { return Vec::new() };
    let summary = dissect::summary(&transit.frame);
    let label = summary.label.trim_end_matches(|c: char| c.is_ascii_digit()).trim().to_owned();
    let [from, to] = [&summary.source, &summary.destination].map(|address| names.called(address));
    let id = slug(&format!("{label} {from}"), "packet");
    let offered = |fields: Vec<(&str, Tree)>, text: String| {
        let mut goal = Tree::of([("frames", Tree::text(filter.clone()))]);
        fields.into_iter().for_each(|(name, value)| goal.put(name, value));
        Suggestion { id: id.clone(), goal, text }
    };
    let mut all = Vec::new();
    let at = |node: NodeId, fate: &str| {
        let node = names.id(node)?;
        Some(vec![("to", Tree::text(node)), ("fate", Tree::text(fate))])
    };
    let here = world.topology().receiver(transit.direction);
    let end = end_of(world, transit, &filter);
    for node in [Some(end), (end != here).then_some(here)].into_iter().flatten() {
        let arrived = if node == here { arrives(transit) } else { true };
        let (Some(name), Some(fields)) = (names.id(node), at(node, "delivered").filter(|_| arrived)) else {
            continue;
        };
        all.push(offered(
            fields,
            match name == to {
                true => t!("{label} from {from} arrives at {name}."),
                false => t!("{label} from {from} to {to} arrives at {name}."),
            },
        ));
    }
    if let (Some(name), Some(_)) = (names.id(here), transit.refused)
        && let Some(fields) = at(here, "dropped")
    {
        all.push(offered(fields, t!("{name} drops this: {label} from {from} to {to}.")));
    }
    if let (false, Some(name)) = (arrives(transit), names.id(here))
        && let Some(fields) = at(here, "lost")
    {
        all.push(offered(fields, t!("This is lost on its way to {name}: {label} from {from} to {to}.")));
    }
    // Without a cable, frames count where they were made: behind a router that translates addresses none is made.
    let sender = world.topology().sender(transit.direction);
    if is_made_so(world, transit, &filter) {
        all.push(offered(Vec::new(), t!("{from} sends this to {to}: {label}.")));
    } else if let Some(sender) = names.id(sender) {
        let fields = vec![("from", Tree::text(sender))];
        all.push(offered(fields, t!("{sender} passes this on: {label} from {from} to {to}.")));
    }
    all
}

fn arrives(transit: &Transit) -> bool {
    match transit.fate {
        Fate::Delivered => true,
        Fate::Dropped { .. } => false,
    }
}

/// The node that the frame reached last as it is here, if it was for one station; otherwise the one at the end of this wire.
fn end_of(world: &World, transit: &Transit, filter: &str) -> NodeId {
    let (history, topology, notes) = (world.history(), world.topology(), Notes::default());
    let is_for_many = transit.frame.first().is_some_and(|byte| byte & 1 == 1);
    let filter = Filter::parse(filter).ok();
    // Behind a router that translates addresses it is another packet.
    let is_same = |other: &&Transit| {
        let subject = Subject::new(&other.frame, &notes);
        other.frame_id == transit.frame_id
            && arrives(other)
            && other.refused.is_none()
            && filter.as_ref().is_some_and(|filter| filter.matches(&subject))
    };
    let later = (transit.id.0..transit.id.0 + HOPS_WITHIN).filter_map(|id| history.transit(TransitId(id)));
    let last = later.filter(is_same).last().filter(|_| !is_for_many);
    topology.receiver(last.unwrap_or(transit).direction)
}

/// Whether the node that made the frame sent it as it is here.
fn is_made_so(world: &World, transit: &Transit, filter: &str) -> bool {
    let (history, notes) = (world.history(), Notes::default());
    let Ok(filter) = Filter::parse(filter) else { return false };
    let earlier = (transit.id.0.saturating_sub(HOPS_WITHIN)..=transit.id.0).rev();
    let mut earlier = earlier.filter_map(|id| history.transit(TransitId(id)));
    let first = earlier.find(|other| other.frame_id == transit.frame_id && other.first);
    first.is_some_and(|first| filter.matches(&Subject::new(&first.frame, &notes)))
}

/// The display filter of frames that are like this one.
fn filter(transit: &Transit) -> Option<String> {
    let (frame, notes) = (&transit.frame, Notes::default());
    let subject = Subject::new(frame, &notes);
    let passes = |filter: &str| Filter::parse(filter).is_ok_and(|filter| filter.matches(&subject));
    let dissection = dissect::layers(frame);
    let field = |key: &str| dissection.layers.iter().find_map(|layer| layer.field(key));
    let has = |key: &str| field(key).is_some();
    // A message of a protocol on top of TCP or UDP is known by its own fields; a host that has no address yet has none to compare.
    let is_dhcp = has("dhcp.type") || has("dhcp.option.dhcp");
    let name = dissect::summary(frame).protocol_name.to_ascii_lowercase();
    let mut parts: Vec<String> = Vec::new();
    if passes(&name) {
        parts.push(name);
    }
    for key in TELLING {
        let is_address = key.starts_with("ip");
        let is_flag = key.starts_with("tcp.flags");
        let is_plain_code = key == "icmp.code" && !passes("icmp.type == 3");
        if is_address && is_dhcp
            || is_plain_code
            || is_flag && (has("http.request.method") || has("dns.flags.response"))
        {
            continue;
        }
        parts.extend(field(key).and_then(|field| same_value(frame, &notes, field)));
    }
    if has("tcp.flags.ack") && passes("tcp.flags.syn == 1") {
        parts.push(format!("tcp.flags.ack == {}", u8::from(passes("tcp.flags.ack == 1"))));
    }
    if passes("tcp.len > 0") {
        parts.push("tcp.len > 0".to_owned());
    }
    // Of both ports only that of the server is known beforehand: the lower one.
    for transport in ["tcp", "udp"] {
        let port = |side: &str| {
            let key = format!("{transport}.{side}port");
            let port = field(&key)?.value.split(' ').next()?.parse::<u16>().ok()?;
            Some((port, format!("{key} == {port}")))
        };
        let ports = [port("src"), port("dst")].into_iter().flatten();
        parts.extend(ports.min().map(|(_, filter)| filter).filter(|filter| passes(filter)));
    }
    parts.dedup();
    let all = parts.join(" && ");
    (!all.is_empty() && passes(&all)).then_some(all)
}

/// The goals that the rows of a node's tables suggest, as they are at this moment.
pub fn of_tables(world: &World, scenario: &Scenario, node: NodeId, at: Instant) -> Vec<Suggestion> {
    let names = Names::new(world, scenario);
    let Some(on) = names.id(node) else { return Vec::new() };
    let view = world.history().node_at(node, at);
    let mut rows = Rows { names: &names, node, on, view: &view, found: Vec::new() };
    rows.learned();
    rows.routed();
    rows.tree();
    rows.sockets();
    rows.services(at);
    rows.found.truncate(OFFERED_MAX);
    rows.found
}

/// The rows of a node's tables, as goals.
struct Rows<'r> {
    names: &'r Names<'r>,
    node: NodeId,
    /// Its id.
    on: &'r str,
    view: &'r NodeView,
    found: Vec<Suggestion>,
}

impl Rows<'_> {
    /// Adds a goal about a row of this kind with these values.
    fn add(&mut self, kind: &'static str, fields: Vec<(&'static str, Option<Tree>)>, text: String) {
        let on = self.on;
        let mut inner = Tree::of([("on", Tree::text(on))]);
        for (name, value) in fields {
            value.into_iter().for_each(|value| inner.put(name, value));
        }
        let id = slug(&format!("{on} {kind}"), "table");
        self.found.push(Suggestion { id, goal: Tree::of([(kind, inner)]), text });
    }

    /// What was learned of frames: MAC addresses, neighbors, addresses of the node itself.
    fn learned(&mut self) {
        let Self { names, node, on, view, .. } = *self;
        for entry in &view.macs {
            let (of, toward) = (names.station(entry.mac), names.neighbor(node, entry.port));
            let text = match toward {
                Some(toward) => t!("{on} has learned that {of} is behind its port to {toward}."),
                None => t!("{on} has learned where {of} is."),
            };
            let vlan = entry.vlan.map(|vlan| Tree::whole(vlan.get().into()));
            let fields =
                vec![("of", Some(Tree::text(of))), ("toward", toward.map(Tree::text)), ("vlan", vlan)];
            self.add("mac", fields, text);
        }
        for (address, mac, _) in &view.neighbors {
            let (ip, is) = (names.party(*address), names.station(*mac));
            let text = t!("{on} has the MAC address of {ip} in its table.");
            self.add("neighbor", vec![("ip", Some(Tree::text(ip))), ("is", Some(Tree::text(is)))], text);
        }
        for (address, _) in &view.addresses {
            // One of the same network will do: which one is drawn is a matter of luck.
            let network = IpCidr::new(first(*address), address.prefix_len()).to_string();
            let text = t!("{on} has got an address in {network}.");
            self.add("address", vec![("within", Some(Tree::text(network)))], text);
        }
        for (router, _) in &view.default_routers {
            let is = names.party(*router);
            let text = t!("{on} has got {is} as its gateway.");
            self.add("gateway", vec![("is", Some(Tree::text(is)))], text);
        }
    }

    /// A router's routes and address translations.
    fn routed(&mut self) {
        let Self { names, node, on, view, .. } = *self;
        for (route, _) in &view.routes {
            let (to, via) = (route.to.to_string(), route.via.map(|via| names.party(via)));
            let toward = names.neighbor(node, route.port).filter(|_| via.is_none());
            let text = match &via {
                Some(via) => t!("{on} has a route to {to} by way of {via}."),
                None => t!("{on} has a route to {to}."),
            };
            let fields = vec![
                ("to", Some(Tree::text(to))),
                ("via", via.map(Tree::text)),
                ("toward", toward.map(Tree::text)),
                ("source", Some(Tree::text(word(&SOURCES, route.source)))),
            ];
            self.add("route", fields, text);
        }
        for (_, translation, _) in &view.translations {
            let [inside, remote] =
                [translation.inside.addr, translation.remote.addr].map(|one| names.party(one));
            let text = t!("{on} translates the address of {inside} for packets to {remote}.");
            self.add(
                "nat",
                vec![("inside", Some(Tree::text(inside))), ("remote", Some(Tree::text(remote)))],
                text,
            );
        }
    }

    /// A switch's spanning tree.
    fn tree(&mut self) {
        let Self { names, node, on, view, .. } = *self;
        if let Some((root, ..)) = view.root {
            let is = names.station(EthernetAddress(root.mac));
            if names.ids.contains(&is) {
                let text = t!("{on} takes {is} for the root of the spanning tree.");
                self.add("root", vec![("is", Some(Tree::text(is)))], text);
            }
        }
        for entry in &view.ports {
            let Some(toward) = names.neighbor(node, entry.port) else { continue };
            let (role, state) = (word(&ROLES, entry.role), word(&STATES, entry.state));
            let text = t!("The port of {on} to {toward} has the role {role} and is {state}.");
            let fields = vec![
                ("toward", Some(Tree::text(toward))),
                ("role", Some(Tree::text(role))),
                ("state", Some(Tree::text(state))),
            ];
            self.add("stp", fields, text);
        }
    }

    /// A host's sockets.
    fn sockets(&mut self) {
        let Self { names, on, view, .. } = *self;
        for (_, socket, _) in &view.sockets {
            let (state, port, remote) = socket_of(socket);
            let (Some(port), false) = (port, matches!(state, "icmp" | "closed")) else { continue };
            let remote = remote.map(|remote| names.party(remote));
            let text = match &remote {
                Some(remote) => t!("{on} has a socket at port {port} in the state {state}, to {remote}."),
                None => t!("{on} has a socket at port {port} in the state {state}."),
            };
            // The port of a client is any that was free.
            let port = remote.is_none().then(|| Tree::whole(port.into()));
            let fields =
                vec![("state", Some(Tree::text(state))), ("port", port), ("remote", remote.map(Tree::text))];
            self.add("socket", fields, text);
        }
    }

    /// What a service has lent, and which names a host has learned.
    fn services(&mut self, at: Instant) {
        let Self { names, node, on, .. } = *self;
        let world = names.world;
        let (history, topology) = (world.history(), world.topology());
        for lease in services::leases(history, topology, node, at) {
            let to = names.station(lease.client);
            let text = t!("{on} lends {to} an address.");
            self.add("lease", vec![("to", Some(Tree::text(to)))], text);
        }
        for name in services::names(history, topology, node, at) {
            let is = name.value.parse().map_or_else(|()| name.value.clone(), |address| names.party(address));
            let text = t!("{on} knows the name {}: {is}.", name.name);
            self.add("name", vec![("name", Some(Tree::text(name.name))), ("is", Some(Tree::text(is)))], text);
        }
    }
}

/// The goals that runs and commands suggest which have ended by this moment, the newest first.
pub fn of_results(world: &World, scenario: &Scenario, at: Instant) -> Vec<Suggestion> {
    let names = Names::new(world, scenario);
    let mut all = Vec::new();
    for run in world.history().runs() {
        let (Some(outcome), Some(from)) = (run.outcome_at(at), names.id(run.spec.from)) else { continue };
        let ok = *outcome == Outcome::Succeeded;
        let to = match run.spec.to {
            Target::Node(node, _) => names.id(node).map(str::to_owned),
            Target::Address(address) => Some(names.party(address)),
        };
        let Some(to) = to else { continue };
        let kind = kind_of(&run.spec.kind);
        let text = match ok {
            true => t!("The {kind} from {from} to {to} works."),
            false => t!("The {kind} from {from} to {to} does not work."),
        };
        let inner = Tree::of([
            ("kind", Tree::text(kind)),
            ("from", Tree::text(from)),
            ("to", Tree::text(to)),
            ("ok", Tree::flag(ok)),
        ]);
        let goal = Tree::of([("run", inner)]);
        all.push((run.start, Suggestion { id: slug(&format!("{kind} {from}"), "run"), goal, text }));
    }
    for program in world.history().programs() {
        let (Some(exit), Some(on)) = (program.exit_at(at), names.id(program.on)) else { continue };
        let line = program.line.as_str();
        let exit = u64::from(exit);
        let text = match exit {
            0 => t!("The command `{line}` on {on} works."),
            _ => t!("The command `{line}` on {on} ends with the exit status {exit}."),
        };
        let inner =
            Tree::of([("on", Tree::text(on)), ("line", Tree::text(line)), ("exit", Tree::whole(exit))]);
        let id = slug(line.split_whitespace().next().unwrap_or_default(), "command");
        all.push((program.start, Suggestion { id, goal: Tree::of([("command", inner)]), text }));
    }
    sort_by_key(&mut all, |(start, _)| std::cmp::Reverse(*start));
    let mut all: Vec<_> = all.into_iter().map(|(_, suggestion)| suggestion).collect();
    all.dedup();
    all.truncate(OFFERED_MAX);
    all
}

/// The name of something as an id: lowercase letters, digits and hyphens.
pub(super) fn slug(name: &str, otherwise: &str) -> String {
    /// Room for a number behind it.
    const CHARS_MAX: usize = 30;
    let mut slug = String::new();
    for c in name.chars().take(CHARS_MAX) {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { otherwise.to_owned() } else { slug.to_owned() }
}
