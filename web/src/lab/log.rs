//! What happened, in words: tables that changed, sockets that went from state to state, runs, links that were changed.
//!
//! The latest lines up to the playhead. Only the ends of the histories are looked at, so that it costs the same however long
//! they are.

use super::{Lab, inspect};
use crate::format;
use crate::lab::results;
use crate::stage::Selection;
use netlab::history::{NodeEntry, NodeEvent, SocketState};
use netlab::run::{HopAnswer, Outcome, RunEvent, RunId, Target};
use netlab::topology::{LinkId, NodeId};
use netlab::{History, Instant};

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// When.
    pub at: Instant,
    /// Who.
    pub who: String,
    /// What.
    pub text: String,
    /// What to look at.
    pub what: Option<Selection>,
}

/// So many lines are shown, and so many are taken of each history at most.
const LINES_MAX: usize = 200;

impl Lab {
    /// The latest lines up to the playhead, in order of time; of one node if that is asked for.
    pub fn log(&self, only: Option<NodeId>) -> Vec<LogLine> {
        let (at, history) = (self.playhead.at(), self.world.history());
        let mut lines = Vec::new();
        for node in self.world.topology().node_ids() {
            if only.is_none_or(|only| only == node) {
                let entries = history.node(node);
                let until = entries.partition_point(|entry| entry.at <= at);
                let latest = &entries[until.saturating_sub(LINES_MAX)..until];
                lines.extend(latest.iter().map(|entry| self.node_line(node, entry)));
            }
        }
        for (number, log) in history.runs().iter().enumerate() {
            let ours = |node: NodeId| {
                log.spec.from == node || matches!(log.spec.to, Target::Node(to, _) if to == node)
            };
            if only.is_none_or(ours) {
                let entries = log.entries_by(at);
                let told = entries.iter().rev().filter_map(|entry| {
                    let text = run_words(&entry.event)?;
                    let who = self.run_name(history, RunId(number as u32));
                    Some(LogLine { at: entry.at, who, text, what: None })
                });
                lines.extend(told.take(LINES_MAX));
            }
        }
        if only.is_none() {
            for link in (0..self.whole().links.len() as u32).map(LinkId) {
                let changes = history.link_changes(link);
                let until = changes.partition_point(|(changed, _)| *changed <= at);
                lines.extend(changes[..until].iter().map(|(changed, now)| LogLine {
                    at: *changed,
                    who: self.whole().link(link).ends.map(|end| self.name(end)).join(" – "),
                    text: format!("is now: {}", inspect::way_words(&now.ways)),
                    what: Some(Selection::Link(link)),
                }));
            }
        }
        lines.sort_by_key(|line| line.at);
        lines.split_off(lines.len().saturating_sub(LINES_MAX))
    }

    fn name(&self, node: NodeId) -> &str {
        &self.whole().node(node).name
    }

    fn run_name(&self, history: &History, run: RunId) -> String {
        let spec = &history.run(run).spec;
        let to = match spec.to {
            Target::Node(node, _) => self.name(node).to_string(),
            Target::Address(address) => address.to_string(),
        };
        format!("{} {} → {to}", results::title(&spec.kind), self.name(spec.from))
    }

    fn node_line(&self, node: NodeId, entry: &NodeEntry) -> LogLine {
        let text = match &entry.event {
            NodeEvent::Switch(event) => switch_words(event),
            NodeEvent::Router(event) => router_words(event),
            NodeEvent::Address { cidr } => format!("gives itself the address {cidr}, as a router advised"),
            NodeEvent::AddressGone { cidr } => format!("gives up the address {cidr}"),
            NodeEvent::DefaultRouter { router } => format!("takes {router} for its gateway"),
            NodeEvent::DefaultRouterGone { router } => format!("no longer takes {router} for its gateway"),
            NodeEvent::Joined { group } => format!("joins the group {group}"),
            NodeEvent::Left { group } => format!("leaves the group {group}"),
            NodeEvent::PathMtu { to, mtu } => format!("is told that packets to {to} may have {mtu} bytes"),
            NodeEvent::Neighbor { ip, mac } => format!("learns that {ip} is at {}", inspect::ethernet(*mac)),
            NodeEvent::Socket { state, .. } => match state {
                SocketState::Tcp { state, local, remote, port } => {
                    let port = local.map_or(*port, |local| local.port);
                    let state = inspect::tcp_state(*state);
                    match remote {
                        Some(remote) => format!("TCP {port} with {remote}: {state}"),
                        None => format!("TCP {port}: {state}"),
                    }
                }
                SocketState::Udp { port } => format!("UDP {port} is open"),
                SocketState::Icmp { ident } => format!("ICMP {ident} is open"),
            },
            NodeEvent::SocketGone { socket } => format!("closes socket {socket}"),
            NodeEvent::NoCable => "has no cable to send into".into(),
        };
        LogLine { at: entry.at, who: self.name(node).to_string(), text, what: Some(Selection::Node(node)) }
    }
}

fn switch_words(event: &bridge::Event) -> String {
    let in_vlan = |vlan: &Option<bridge::config::Vlan>| match vlan {
        Some(vlan) => format!(" in VLAN {}", vlan.get()),
        None => String::new(),
    };
    match event {
        bridge::Event::Learned { vlan, mac, port } => {
            format!("learns that {} is behind port {}{}", inspect::ethernet(*mac), port.0, in_vlan(vlan))
        }
        bridge::Event::Forgotten { vlan, mac } => {
            format!("forgets where {} is{}", inspect::ethernet(*mac), in_vlan(vlan))
        }
        bridge::Event::Port { port, role, state, edge } => {
            let edge = if *edge { ", an edge port" } else { "" };
            format!("port {} is {} and {}{edge}", port.0, inspect::role(*role), inspect::state(*state))
        }
        bridge::Event::Root { root, cost, port: Some(port) } => {
            format!(
                "takes {} for the root, behind port {} at a cost of {cost}",
                inspect::bridge_id(*root),
                port.0
            )
        }
        bridge::Event::Root { port: None, .. } => "takes itself for the root".into(),
        bridge::Event::TopologyChange { port, detected: true } => {
            format!("finds that the tree has changed at port {}", port.0)
        }
        bridge::Event::TopologyChange { port, detected: false } => {
            format!("hears at port {} that the tree has changed", port.0)
        }
        bridge::Event::Joined { vlan, group, port } => {
            format!("sees that {group} is wanted behind port {}{}", port.0, in_vlan(vlan))
        }
        bridge::Event::Left { vlan, group, port } => {
            format!("sees that {group} is not wanted behind port {} any more{}", port.0, in_vlan(vlan))
        }
    }
}

fn router_words(event: &router::Event) -> String {
    match event {
        router::Event::Route(route) => match route.via {
            Some(via) => format!("reaches {} through {via} at port {}", route.to, route.port.0),
            None => format!("has {} at port {}", route.to, route.port.0),
        },
        router::Event::RouteGone { to } => format!("has no way to {to} any more"),
        router::Event::Neighbor { port, ip, mac } => {
            format!("learns that {ip} is at {}, behind port {}", inspect::ethernet(*mac), port.0)
        }
        router::Event::NeighborGone { ip, .. } => format!("forgets where {ip} is"),
        router::Event::Translation { flow, .. } => {
            format!("lets {} look like {} to {}", flow.inside, flow.outside, flow.remote)
        }
        router::Event::TranslationGone { entry } => format!("ends translation {entry}"),
        router::Event::Connection { flow, rule, .. } => {
            let why = rule.map_or("no rule forbids it".into(), |rule| format!("rule {} allows it", rule + 1));
            format!("lets {} talk with {}: {why}", flow.from, flow.to)
        }
        router::Event::ConnectionGone { entry } => format!("no longer follows connection {entry}"),
    }
}

fn run_words(event: &RunEvent) -> Option<String> {
    Some(match event {
        RunEvent::Started => "starts".into(),
        RunEvent::Connected { after } => format!("is connected after {}", format::duration(*after)),
        RunEvent::Sent { number } => format!("sends message {}", number + 1),
        RunEvent::Answered { number, rtt } => {
            format!("has answer {} after {}", number + 1, format::duration(*rtt))
        }
        RunEvent::Unanswered { number } => format!("gives up waiting for answer {}", number + 1),
        RunEvent::Interval(interval) if interval.bytes == 0 => return None,
        RunEvent::Interval(interval) => {
            let rate =
                interval.bytes as f64 * 8.0 / (interval.to.secs_f64() - interval.from.secs_f64()).max(1e-9);
            format!("received at {} in this interval", format::bit_rate(rate))
        }
        RunEvent::Told { from, what, .. } => format!("is told by {from}: {what}"),
        RunEvent::Hop(hop) => match hop.answer {
            Some((from, rtt, HopAnswer::Told(what))) => {
                format!("hop {}: {from} says after {}: {what}", hop.hop, format::duration(rtt))
            }
            Some((from, rtt, HopAnswer::OnTheWay | HopAnswer::Reached)) => {
                format!("hop {}: {from} after {}", hop.hop, format::duration(rtt))
            }
            None => format!("hop {}: no answer", hop.hop),
        },
        RunEvent::PathMtu { bytes, from: Some(from) } => format!("is told by {from} that {bytes} bytes fit"),
        RunEvent::PathMtu { bytes, from: None } => format!("finds that {bytes} bytes get through"),
        RunEvent::Received { number, by } => format!("message {} reaches node {}", number + 1, by.0),
        RunEvent::Finished(Outcome::Succeeded) => "is done".into(),
        RunEvent::Finished(Outcome::Stopped) => "was stopped".into(),
        RunEvent::Finished(Outcome::Failed(failure)) => format!("failed: {failure}"),
        RunEvent::Progress => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::travel::Travel;
    use crate::lab::{Command, State};

    #[test]
    fn the_log_tells_what_happened_up_to_the_playhead_and_no_more() {
        let mut lab = Lab::new(scenario::examples()[0].scenario());
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
            text.iter().any(|line| line.starts_with("s1 learns that 02:50:00:00:00:01 is behind port 0"))
        );
        let middle = all[all.len() / 2].at;
        lab.perform(Command::Travel(Travel::To(middle))).unwrap();
        assert!(lab.log(None).iter().all(|line| line.at <= middle));
        let switch = NodeId(1);
        assert!(lab.log(Some(switch)).iter().all(|line| line.who == "s1"));
    }
}
