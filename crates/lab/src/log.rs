//! What happened, in words: tables that changed, sockets that went from state to state, runs, links that were changed.
//!
//! The latest lines up to the playhead. Only the ends of the histories are looked at, so that it costs the same however long
//! they are.

use super::names::{self, Ports};
use super::results::target_name;
use super::{Lab, inspect, narrate};
use crate::format;
use crate::results;
use crate::topology::LiveTopology;
use netlab::history::{HostEvent, NodeEntry, NodeEvent, ProgramEvent, Rare, SERVICES_FROM, SocketState};
use netlab::run::{HopAnswer, Outcome, RunEntry, RunEvent, RunId, Target};
use netlab::topology::{Link, LinkId, NodeId, NodeKind};
use netlab::{History, Instant};
use smoltcp::wire::IpCidr;
use texts::{plural, t};
use trace::selection::Selection;
use wire::sorted::sort_by_key;

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// Its moment.
    pub at: Instant,
    /// The name of the node, link or run that it is about.
    pub who: String,
    /// What happened.
    pub text: String,
    /// What the page selects when the line is pressed.
    pub what: Option<Selection>,
}

/// How many lines are shown; at most as many are taken of each history.
const LINES_MAX: usize = 200;

/// What a line is of. Words are made only of those that are shown.
enum Source<'a> {
    Node(NodeId, &'a NodeEntry),
    Run(RunId, &'a RunEntry),
    /// A link as it was, and as it is from then on.
    Link(LinkId, &'a Link, &'a Link),
    /// A node as it was, and as it is from then on.
    Settings(NodeId, &'a NodeKind, &'a NodeKind),
    /// What a service of a host has written, such as a lease, and the service's name.
    Service(NodeId, &'a str, &'a str),
}

impl Lab {
    /// The latest lines up to the playhead, in order of time; of one node if that is asked for.
    pub fn log(&self, only: Option<NodeId>) -> Vec<LogLine> {
        let (at, history) = (self.playhead.at(), self.world.history());
        let mut sources: Vec<(Instant, Source<'_>)> = Vec::new();
        for node in self.world.topology().node_ids() {
            if only.is_none_or(|only| only == node) {
                let entries = history.node(node);
                let until = entries.partition_point(|entry| entry.at <= at);
                let latest = &entries[until.saturating_sub(LINES_MAX)..until];
                sources.extend(latest.iter().map(|entry| (entry.at, Source::Node(node, entry))));
                let changes = history.kind_changes(node).iter().take_while(|(changed, _)| *changed <= at);
                let mut before = history.kind_at(node, Instant::ZERO);
                sources.extend(changes.map(|(changed, now)| {
                    (*changed, Source::Settings(node, std::mem::replace(&mut before, now), now))
                }));
            }
        }
        for (number, log) in history.runs().iter().enumerate() {
            let ours = |node: NodeId| {
                log.spec.from == node || matches!(log.spec.to, Target::Node(to, _) if to == node)
            };
            if only.is_none_or(ours) {
                let entries = log.entries_by(at).iter().rev().filter(|entry| has_line(&entry.event));
                let run = RunId(number as u32);
                sources.extend(entries.take(LINES_MAX).map(|entry| (entry.at, Source::Run(run, entry))));
            }
        }
        let first_command = self.first_command();
        for (id, log) in history.all_programs() {
            let is_service = id.0 < first_command || id.0 >= SERVICES_FROM;
            if is_service && only.is_none_or(|only| only == log.on) {
                let name = log.line.rsplit(' ').next().unwrap_or_default();
                let written = log.entries_by(at).iter().rev().filter_map(|entry| match &entry.event {
                    ProgramEvent::Printed(text) => Some((entry.at, Source::Service(log.on, name, text))),
                    ProgramEvent::Typed(_)
                    | ProgramEvent::InputEnded
                    | ProgramEvent::Interrupted
                    | ProgramEvent::Exited(_) => None,
                });
                sources.extend(written.take(LINES_MAX));
            }
        }
        if only.is_none() {
            for link in (0..self.whole().links.len() as u32).map(LinkId) {
                let changes = history.link_changes(link).iter().take_while(|(changed, _)| *changed <= at);
                let mut before = history.link_at(link, Instant::ZERO);
                sources.extend(changes.map(|(changed, now)| {
                    (*changed, Source::Link(link, std::mem::replace(&mut before, now), now))
                }));
            }
        }
        sort_by_key(&mut sources, |(at, _)| *at);
        let shown = sources.split_off(sources.len().saturating_sub(LINES_MAX));
        shown.into_iter().map(|(at, source)| self.line_of(history, at, &source)).collect()
    }

    fn line_of(&self, history: &History, at: Instant, source: &Source<'_>) -> LogLine {
        let topology = self.whole();
        let (who, text, what) = match *source {
            Source::Node(node, entry) => {
                let text = node_words(topology, node, &entry.event);
                (self.name(node).to_string(), text, Some(Selection::Node(node)))
            }
            Source::Run(run, entry) => (self.run_name(history, run), run_words(topology, &entry.event), None),
            Source::Link(link, before, now) => {
                (self.cable_name(link), link_words(topology, before, now), Some(Selection::Link(link)))
            }
            Source::Settings(node, before, now) => {
                (self.name(node).to_string(), settings_words(before, now), Some(Selection::Node(node)))
            }
            Source::Service(node, name, text) => {
                let text = format!("{name}: {}", text.trim_end().replace('\n', "; "));
                (self.name(node).to_string(), text, Some(Selection::Node(node)))
            }
        };
        LogLine { at, who, text, what }
    }

    /// Something rare, as a sentence. A dropped frame has its own.
    pub(crate) fn rare_words(&self, rare: &Rare) -> Option<String> {
        let (topology, history) = (self.whole(), self.world.history());
        let (who, text) = match rare {
            Rare::Node(node, event) => (self.name(*node).to_string(), node_words(topology, *node, event)),
            Rare::Run(run, event) => (self.run_name(history, *run), run_words(topology, event)),
            Rare::Refused(node, transit, why) => {
                return Some(narrate::refused(topology, *node, history.transit(*transit)?, *why));
            }
        };
        Some(t!("{who} {text}."))
    }

    /// What a node is called.
    pub(super) fn name(&self, node: NodeId) -> &str {
        // The document's: of a network that is wrong, what is added later is in no history.
        self.sketch.nodes.get(node.index()).map_or("?", |node| &node.name)
    }

    /// What a cable is called: after what it connects.
    pub(super) fn cable_name(&self, link: LinkId) -> String {
        self.sketch.links.get(link.index()).map_or_else(|| "?".into(), |(_, name)| name.clone())
    }

    fn run_name(&self, history: &History, run: RunId) -> String {
        let spec = &history.run(run).spec;
        let to = target_name(self.whole(), spec.to);
        format!("{} {} → {to}", results::title(&spec.kind), self.name(spec.from))
    }
}

/// What is otherwise with a link.
fn link_words(topology: LiveTopology<'_>, before: &Link, now: &Link) -> String {
    let mut words = Vec::new();
    if before.ways != now.ways {
        words.push(t!("is now: {}", inspect::way_words(&now.ways)));
    }
    for (number, end) in now.ends.iter().enumerate() {
        let (was, is) = (&before.ports[number], &now.ports[number]);
        let name = &topology.node(*end).name;
        match (was.is_up(), is.is_up()) {
            _ if was == is => {}
            (true, false) => words.push(t!("the port of {name} is switched off")),
            (false, true) => words.push(t!("the port of {name} is switched on")),
            (true, true) | (false, false) => words.push(t!("the port of {name} has other settings")),
        }
        match (before.off[number], now.off[number]) {
            (false, true) => words.push(t!("the network card of {name} is switched off")),
            (true, false) => words.push(t!("the network card of {name} is switched on")),
            (true, true) | (false, false) => {}
        }
    }
    if words.is_empty() { t!("is as it was").into() } else { words.join("; ") }
}

/// What changed in a node's settings.
fn settings_words(before: &NodeKind, now: &NodeKind) -> String {
    match (before, now) {
        (NodeKind::Switch(was), NodeKind::Switch(is)) => match (&was.stp, &is.stp) {
            (None, Some(_)) => t!("now has its spanning tree on").into(),
            (Some(_), None) => t!("now has its spanning tree off").into(),
            (None, None) | (Some(_), Some(_)) => t!("now has other settings").into(),
        },
        _ => {
            let [was, is] = [before, now].map(|kind| crate::lab::services_of(kind).join(", "));
            match &*is {
                _ if was == is => t!("now has other settings").into(),
                "" => t!("now serves nothing").into(),
                is => t!("now serves {is}"),
            }
        }
    }
}

fn node_words(topology: LiveTopology<'_>, node: NodeId, event: &NodeEvent) -> String {
    let whose = |address| names::with_address(topology, address);
    match event {
        NodeEvent::Switch(event) => switch_words(topology, node, event),
        NodeEvent::Router(event) => router_words(topology, node, event),
        NodeEvent::Host(HostEvent::Address { cidr: cidr @ IpCidr::Ipv4(_) }) => {
            t!("configures the address {cidr}")
        }
        NodeEvent::Host(HostEvent::Address { cidr: cidr @ IpCidr::Ipv6(_) }) => {
            t!("configures the address {cidr} (SLAAC)")
        }
        NodeEvent::Host(HostEvent::AddressGone { cidr }) => t!("removes the address {cidr}"),
        NodeEvent::Host(HostEvent::DefaultRouter { router }) => {
            t!("uses {} as its gateway", whose(*router))
        }
        NodeEvent::Host(HostEvent::DefaultRouterGone { router }) => {
            t!("no longer uses {} as its gateway", whose(*router))
        }
        NodeEvent::Host(HostEvent::Joined { group }) => t!("joins the group {group}"),
        NodeEvent::Host(HostEvent::Left { group }) => t!("leaves the group {group}"),
        NodeEvent::Host(HostEvent::PathMtu { to, mtu }) => {
            t!("learns that the path MTU to {} is {}", whose(*to), format::buffer(*mtu))
        }
        NodeEvent::Host(HostEvent::Neighbor { ip, mac }) => {
            t!("learns that {ip} is at {}", inspect::ethernet(*mac))
        }
        NodeEvent::Host(HostEvent::Socket { state, .. }) => match state {
            SocketState::Tcp { state, local, remote, port } => {
                let port = local.map_or(*port, |local| local.port);
                let state = inspect::tcp_state(*state);
                match remote {
                    Some(remote) => t!("TCP {port} with {remote}: {state}"),
                    None => format!("TCP {port}: {state}"),
                }
            }
            SocketState::Udp { port } => t!("UDP {port} is open"),
            SocketState::Icmp { ident } => t!("ICMP {ident} is open"),
        },
        NodeEvent::Host(HostEvent::SocketGone { socket }) => t!("closes socket {socket}"),
        NodeEvent::Host(HostEvent::NeighborGone { ip }) => t!("forgets where {} is", whose(*ip)),
        NodeEvent::Host(HostEvent::DuplicateAddress { address, mac }) => match mac {
            Some(mac) => {
                t!("stops using {address}: the host with {} has it", inspect::ethernet(*mac))
            }
            None => t!("stops using {address}: another host wants it, too"),
        },
        NodeEvent::Host(HostEvent::Redirected { to, via }) => {
            t!("was redirected: sends packets to {} through {}", whose(*to), whose(*via))
        }
        NodeEvent::Host(HostEvent::RedirectGone { to }) => {
            t!("no longer follows the redirect for {}", whose(*to))
        }
        NodeEvent::Host(HostEvent::AdvertisedMtu { mtu }) => {
            t!("takes the MTU {} from a router's advertisement", format::buffer(*mtu))
        }
        NodeEvent::Host(HostEvent::Card { up: true }) => t!("switches its network card on").into(),
        NodeEvent::Host(HostEvent::Card { up: false }) => t!("switches its network card off").into(),
        NodeEvent::Host(HostEvent::NoCable) => t!("cannot send: it has no cable").into(),
    }
}

fn switch_words(topology: LiveTopology<'_>, node: NodeId, event: &bridge::Event) -> String {
    let ports = Ports::of(topology, node);
    match event {
        bridge::Event::Learned { vlan, mac, port } => {
            let (mac, port) = (inspect::ethernet(*mac), ports.long(*port));
            match vlan {
                Some(vlan) => t!("learns that {mac} is behind {port} in VLAN {}", vlan.get()),
                None => t!("learns that {mac} is behind {port}"),
            }
        }
        bridge::Event::Forgotten { vlan, mac } => {
            let mac = inspect::ethernet(*mac);
            match vlan {
                Some(vlan) => t!("forgets where {mac} is in VLAN {}", vlan.get()),
                None => t!("forgets where {mac} is"),
            }
        }
        bridge::Event::Port { port, role, state, edge } => {
            let (port, role, state) = (ports.long(*port), inspect::role(*role), inspect::state(*state));
            match edge {
                true => t!("{port} is {role} and {state}, an edge port"),
                false => t!("{port} is {role} and {state}"),
            }
        }
        bridge::Event::Root { root, cost, port: Some(port) } => {
            let id = inspect::bridge_id(*root);
            let root = root_name(topology, *root).map_or(id.clone(), |name| format!("{name} ({id})"));
            t!("accepts {root} as the root of the tree, behind {} at a cost of {cost}", ports.long(*port))
        }
        bridge::Event::Root { port: None, .. } => t!("is the root of the tree, as far as it knows").into(),
        bridge::Event::TopologyChange { port, detected: true } => {
            t!("detects a topology change at {}", ports.long(*port))
        }
        bridge::Event::TopologyChange { port, detected: false } => {
            t!("receives a topology change at {}", ports.long(*port))
        }
        bridge::Event::Joined { vlan, group, port } => {
            let port = ports.long(*port);
            match vlan {
                Some(vlan) => t!("adds {port} to the group {group} in VLAN {}", vlan.get()),
                None => t!("adds {port} to the group {group}"),
            }
        }
        bridge::Event::Left { vlan, group, port } => {
            let port = ports.long(*port);
            match vlan {
                Some(vlan) => t!("removes {port} from the group {group} in VLAN {}", vlan.get()),
                None => t!("removes {port} from the group {group}"),
            }
        }
    }
}

/// The name of the switch that has this identifier.
pub fn root_name(topology: LiveTopology<'_>, root: bridge::event::BridgeId) -> Option<&str> {
    let is = |node: &NodeId| {
        matches!(topology.node(*node).kind, NodeKind::Switch(_)) && node.bridge_mac().0 == root.mac
    };
    topology.node_ids().find(is).map(move |node| topology.node(node).name.as_str())
}

fn router_words(topology: LiveTopology<'_>, node: NodeId, event: &router::Event) -> String {
    let ports = Ports::of(topology, node);
    let whose = |address| names::with_address(topology, address);
    match event {
        router::Event::Route(route) if route.metric >= 16 => {
            t!("marks its route to {} as unreachable", route.to)
        }
        router::Event::Route(route) => match route.via {
            Some(via) => {
                let hops = plural!(
                    route.metric,
                    "{count}\u{a0}hop",
                    "{count}\u{a0}hops",
                    count = format::count(route.metric.into())
                );
                t!("reaches {} through {} at {}, {hops}", route.to, whose(via), ports.long(route.port))
            }
            None => t!("is connected to {} at {}", route.to, ports.long(route.port)),
        },
        router::Event::RouteGone { to } => t!("removes its route to {to}"),
        router::Event::Neighbor { port, ip, mac } => {
            t!("learns that {} is at {}, behind {}", whose(*ip), inspect::ethernet(*mac), ports.long(*port))
        }
        router::Event::NeighborGone { ip, .. } => t!("forgets where {} is", whose(*ip)),
        router::Event::Translation { flow, .. } => {
            t!("translates {} to {} for {}", flow.inside, flow.outside, flow.remote)
        }
        router::Event::TranslationGone { entry } => t!("ends translation {entry}"),
        router::Event::Connection { flow, rule, .. } => {
            let (from, to) = (flow.from, flow.to);
            match rule {
                Some(rule) => t!("tracks a connection from {from} to {to}, allowed by rule {}", rule + 1),
                None => t!("tracks a connection from {from} to {to}, allowed by default"),
            }
        }
        router::Event::ConnectionGone { entry } => t!("no longer tracks connection {entry}"),
    }
}

/// Whether the log has a line for an event.
fn has_line(event: &RunEvent) -> bool {
    match event {
        RunEvent::Progress => false,
        RunEvent::Interval(interval) => interval.bytes > 0,
        RunEvent::Started
        | RunEvent::Connected { .. }
        | RunEvent::Sent { .. }
        | RunEvent::Answered { .. }
        | RunEvent::Unanswered { .. }
        | RunEvent::Duplicate { .. }
        | RunEvent::IcmpError { .. }
        | RunEvent::Hop(_)
        | RunEvent::PathMtu { .. }
        | RunEvent::Received { .. }
        | RunEvent::Finished(_) => true,
    }
}

fn run_words(topology: LiveTopology<'_>, event: &RunEvent) -> String {
    let whose = |address| names::with_address(topology, address);
    match event {
        RunEvent::Started => t!("starts").into(),
        RunEvent::Progress => t!("goes on").into(),
        RunEvent::Connected { after } => t!("is connected after {}", format::duration(*after)),
        RunEvent::Sent { number } => t!("sends message {}", number + 1),
        RunEvent::Answered { number, rtt } => {
            t!("has answer {} after {}", number + 1, format::duration(*rtt))
        }
        RunEvent::Duplicate { number, rtt, from } => {
            t!("has another answer {} from {} after {}", number + 1, whose(*from), format::duration(*rtt))
        }
        RunEvent::Unanswered { number } => t!("gives up waiting for answer {}", number + 1),
        RunEvent::Interval(interval) => {
            let rate =
                interval.bytes as f64 * 8.0 / (interval.to.secs_f64() - interval.from.secs_f64()).max(1e-9);
            t!("received at {} in this interval", format::bit_rate(rate))
        }
        RunEvent::IcmpError { from, what, .. } => {
            t!("receives an ICMP error from {}: {what}", whose(*from))
        }
        RunEvent::Hop(hop) => match hop.answer {
            Some((from, rtt, HopAnswer::Unreachable(what))) => {
                t!("hop {}: {} reports after {}: {what}", hop.hop, whose(from), format::duration(rtt))
            }
            Some((from, rtt, HopAnswer::OnTheWay)) => {
                t!("hop {}: {} after {}", hop.hop, whose(from), format::duration(rtt))
            }
            Some((from, rtt, HopAnswer::Reached)) => {
                t!("hop {}: the target, {} after {}", hop.hop, whose(from), format::duration(rtt))
            }
            None => t!("hop {}: no answer", hop.hop),
        },
        RunEvent::PathMtu { bytes, from: Some(from) } => {
            t!("receives an ICMP error from {}: the MTU is {}", whose(*from), format::buffer(*bytes))
        }
        RunEvent::PathMtu { bytes, from: None } => {
            t!("finds that packets of {} pass", format::buffer(*bytes))
        }
        RunEvent::Received { number, by } => {
            t!("message {} reaches {}", number + 1, topology.node(*by).name)
        }
        RunEvent::Finished(Outcome::Succeeded) => t!("is done").into(),
        RunEvent::Finished(Outcome::Stopped) => t!("was stopped").into(),
        RunEvent::Finished(Outcome::Failed(failure)) => t!("failed: {failure}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::command::Clock;
    use crate::travel::Travel;

    #[test]
    fn the_log_tells_what_happened_up_to_the_playhead_and_no_more() {
        let mut lab = Lab::new(crate::samples::numbered(0));
        for frame in 0..100_000 {
            lab.tick(f64::from(frame) * 16.7, true, &mut || true);
            if lab.state() == State::Quiet {
                break;
            }
        }
        let all = lab.log(None);
        let text: Vec<_> = all.iter().map(|line| format!("{} {}", line.who, line.text)).collect();
        assert!(all.is_sorted_by_key(|line| line.at));
        assert!(text.iter().any(|line| line == "Ping a → b is done"), "{text:?}");
        assert!(text.iter().any(|line| line.contains("ESTABLISHED")));
        assert!(
            text.iter()
                .any(|line| line.starts_with("s1 learns that 02:50:00:00:00:01 is behind port 0 (to a)"))
        );
        let middle = all[all.len() / 2].at;
        lab.perform(Clock::Travel(Travel::To(middle))).unwrap();
        assert!(lab.log(None).iter().all(|line| line.at <= middle));
        let switch = NodeId(1);
        assert!(lab.log(Some(switch)).iter().all(|line| line.who == "s1"));
    }

    #[test]
    fn a_server_writes_its_leases_into_the_log_of_its_host() {
        let example = scenario::examples().iter().find(|example| example.name == "dhcp").unwrap();
        let mut lab = Lab::new(example.scenario());
        lab.perform(Clock::Travel(Travel::To(Instant::from_nanos(8_000_000_000)))).unwrap();
        for frame in 0..10_000 {
            lab.tick(f64::from(frame) * 16.7, true, &mut || true);
        }
        let lines = |lab: &Lab, node: &str| -> Vec<String> {
            let node = lab.scenario().node(node).unwrap();
            lab.log(Some(node)).into_iter().map(|line| line.text).collect()
        };
        let server = lines(&lab, "server");
        let lease = "dhcpd: 192.168.1.100 leased to 02:50:00:00:00:01 (laptop)";
        assert!(server.iter().any(|line| line == lease), "{server:?}");
        let laptop = lines(&lab, "laptop");
        assert!(
            laptop.iter().any(|line| line.starts_with("dhclient: bound to 192.168.1.100/24")),
            "{laptop:?}"
        );
        assert!(!laptop.iter().any(|line| line.contains("packets transmitted")), "what is typed is no log");
    }

    #[test]
    fn a_change_of_services_and_of_a_card_is_said_in_words() {
        let host = |services: &str| {
            let services = Some(services.into());
            NodeKind::Host(netlab::topology::HostConfig { services, ..Default::default() })
        };
        let words = |before: &str, now: &str| settings_words(&host(before), &host(now));
        assert_eq!(words("{}", r#"{"dns":{},"echo":true}"#), "now serves DNS, echo");
        assert_eq!(words(r#"{"http":{}}"#, "{}"), "now serves nothing");
        assert_eq!(words(r#"{"http":{}}"#, r#"{"http":{"port":8080}}"#), "now has other settings");
        let lab = Lab::new(crate::samples::numbered(0));
        let before = lab.whole().links[0].clone();
        let after = Link { off: [true, false], ..before.clone() };
        assert_eq!(link_words(lab.whole(), &before, &after), "the network card of a is switched off");
        assert_eq!(link_words(lab.whole(), &after, &before), "the network card of a is switched on");
    }
}
