//! What is shown: the tables of a switch or router at a moment, as Cisco's devices print them.

use super::{Device, port_name};
use crate::quantity::show_time;
use bridge::config::{Membership, Vlan};
use bridge::event::{BridgeId, Role, State};
use netlab::Instant;
use netlab::history::NodeView;
use netlab::topology::{NodeKind, RouterConfig};
use router::config::{Protocol, Rule, SplitHorizon, Transport, Verdict};
use router::event::Source;
use smoltcp::wire::{EthernetAddress, IpCidr, IpProtocol};

/// `0250.0000.0001`
fn mac(mac: EthernetAddress) -> String {
    let [a, b, c, d, e, f] = mac.0;
    format!("{a:02x}{b:02x}.{c:02x}{d:02x}.{e:02x}{f:02x}")
}

/// A whole number of minutes since a moment, `-` below one.
fn minutes(since: Instant, now: Instant) -> String {
    match (now - since).nanos() / 60_000_000_000 {
        0 => "-".into(),
        minutes => minutes.to_string(),
    }
}

/// `00:01:05`
fn age(since: Instant, now: Instant) -> String {
    let seconds = (now - since).nanos() / 1_000_000_000;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

pub(super) fn interfaces(device: &Device<'_>) -> String {
    let mut text = format!("{:10} {:22} {:10} {:5} {}\n", "Interface", "IP-Address", "Status", "MTU", "To");
    for (number, at) in device.links().enumerate() {
        let link = device.history().link_at(at.0, device.at);
        let (is_up, mtu, addresses) = match (device.kind(), device.port(at)) {
            (NodeKind::Router(_), port) => {
                let router::Port { up, mtu, addresses, .. } = port.of_router();
                (up, mtu, addresses)
            }
            (_, port) => (port.of_switch().up, port.of_switch().mtu, Vec::new()),
        };
        let status = match (is_up, link.has_carrier(device.at)) {
            (false, _) => "admin down",
            (true, false) => "down",
            (true, true) => "up",
        };
        let other = device.neighbor(at);
        let first = addresses.first().map_or_else(|| "unassigned".to_owned(), IpCidr::to_string);
        text += &format!("{:10} {first:22} {status:10} {mtu:<5} {other}\n", port_name(number));
        for more in addresses.iter().skip(1) {
            text += &format!("{:10} {more}\n", "");
        }
    }
    text
}

pub(super) fn macs(device: &Device<'_>) -> String {
    let view = device.view();
    let mut text = "Vlan    Mac Address       Type        Ports\n".to_owned();
    for entry in &view.macs {
        let vlan = entry.vlan.map_or_else(|| "-".to_owned(), |vlan| vlan.get().to_string());
        text +=
            &format!("{vlan:>4}    {:17} DYNAMIC     {}\n", mac(entry.mac), port_name(entry.port.0 as usize));
    }
    text + &format!("Total Mac Addresses for this criterion: {}\n", view.macs.len())
}

pub(super) fn tree(device: &Device<'_>) -> String {
    let view = device.view();
    // The tree of a switch that has switched it off is the last one that it had.
    let is_on = matches!(device.kind(), NodeKind::Switch(switch) if switch.stp.is_some());
    let Some((root, cost, root_port)) = view.root.filter(|_| is_on) else {
        return "No spanning tree instance exists.\n".into();
    };
    let BridgeId { priority, mac: address } = root;
    let mut text = format!(
        "Root ID    Priority    {priority}\n           Address     {}\n",
        mac(EthernetAddress(address))
    );
    text += &match root_port {
        Some(at) => {
            format!("           Cost        {cost}\n           Port        {}\n", port_name(at.0 as usize))
        }
        None => "           This bridge is the root\n".to_owned(),
    };
    text += "\nInterface  Role Sts Type\n";
    for entry in &view.ports {
        let role = match entry.role {
            Role::Root => "Root",
            Role::Designated => "Desg",
            Role::Alternate => "Altn",
            Role::Backup => "Back",
            Role::Disabled => "Disa",
        };
        let state = match entry.state {
            State::Discarding => "BLK",
            State::Learning => "LRN",
            State::Forwarding => "FWD",
        };
        let kind = if entry.edge { "P2p Edge" } else { "P2p" };
        text += &format!("{:10} {role} {state} {kind}\n", port_name(entry.port.0 as usize));
    }
    text
}

pub(super) fn vlans(device: &Device<'_>) -> String {
    let mut text = "Interface  VLAN\n".to_owned();
    for (number, at) in device.links().enumerate() {
        let vlans = match device.port(at).of_switch().vlan {
            Membership::Access(vlan) => vlan.get().to_string(),
            Membership::Trunk { native, allowed } => {
                let listed = |vlans: Vec<Vlan>| {
                    vlans.iter().map(|vlan| vlan.get().to_string()).collect::<Vec<_>>().join(",")
                };
                let native = native.map_or_else(String::new, |vlan| format!(", native {}", vlan.get()));
                format!("trunk {}{native}", allowed.map_or_else(|| "all".to_owned(), listed))
            }
        };
        text += &format!("{:10} {vlans}\n", port_name(number));
    }
    text
}

pub(super) fn groups(device: &Device<'_>) -> String {
    let mut text = format!("{:4}  {:28} {}\n", "Vlan", "Group", "Port");
    for (vlan, group, port, _) in &device.view().groups {
        let vlan = vlan.map_or_else(|| "-".to_owned(), |vlan| vlan.get().to_string());
        text += &format!("{vlan:4}  {:28} {}\n", group.to_string(), port_name(port.0 as usize));
    }
    text
}

pub(super) fn neighbors(device: &Device<'_>) -> String {
    let view = device.view();
    let mut text = "Protocol  Address                    Age (min)  Hardware Addr\n".to_owned();
    for (ip, address, since) in &view.neighbors {
        text += &format!(
            "Internet  {:26} {:>9}  {}\n",
            ip.to_string(),
            minutes(*since, device.at),
            mac(*address)
        );
    }
    text
}

pub(super) fn routes(device: &Device<'_>) -> String {
    routes_of(device, |to| matches!(to, IpCidr::Ipv4(_)))
}

pub(super) fn routes_v6(device: &Device<'_>) -> String {
    routes_of(device, |to| matches!(to, IpCidr::Ipv6(_)))
}

fn routes_of(device: &Device<'_>, wanted: impl Fn(&IpCidr) -> bool) -> String {
    let view = device.view();
    let mut text = "Codes: C - connected, S - static, R - RIP, * - default\n\n".to_owned();
    for (route, since) in view.routes.iter().filter(|(route, _)| wanted(&route.to)) {
        let (code, distance) = match route.source {
            Source::Connected => ('C', 0),
            Source::Static => ('S', 1),
            Source::Rip => ('R', 120),
        };
        let star = if route.to.prefix_len() == 0 { '*' } else { ' ' };
        let at = port_name(route.port.0 as usize);
        text += &match route.via {
            None => format!("{code}{star}    {} is directly connected, {at}\n", route.to),
            Some(via) => {
                let (to, metric, age) = (route.to, route.metric, age(*since, device.at));
                format!("{code}{star}    {to} [{distance}/{metric}] via {via}, {age}, {at}\n")
            }
        };
    }
    text
}

pub(super) fn translations(device: &Device<'_>) -> String {
    let view = device.view();
    let mut text = format!("{:4} {:22} {:22} {}\n", "Pro", "Inside global", "Inside local", "Outside global");
    for (_, translation, _) in &view.translations {
        let protocol = match translation.transport {
            Some(Transport::Tcp) => "tcp",
            Some(Transport::Udp) => "udp",
            None => "icmp",
        };
        let [outside, inside, remote] =
            [translation.outside, translation.inside, translation.remote].map(|end| end.to_string());
        text += &format!("{protocol:4} {outside:22} {inside:22} {remote}\n");
    }
    text
}

/// A router's settings; a switch has no such lines.
fn settings<'d>(device: &Device<'d>) -> Option<&'d RouterConfig> {
    if let NodeKind::Router(router) = device.kind() { Some(router) } else { None }
}

pub(super) fn rip(device: &Device<'_>) -> String {
    let Some(rip) = settings(device).and_then(|router| router.rip) else { return "RIP is off.\n".into() };
    let [update, timeout, garbage] = [rip.update, rip.timeout, rip.garbage].map(show_time);
    let horizon = match rip.split_horizon {
        SplitHorizon::Off => "off",
        SplitHorizon::Simple => "on",
        SplitHorizon::PoisonedReverse => "with poisoned reverse",
    };
    let triggered = if rip.triggered { "on" } else { "off" };
    let mut text = format!(
        "RIP version 2 and RIPng: updates every {update}, timeout {timeout}, garbage collection {garbage}\n\
         Split horizon: {horizon}\nTriggered updates: {triggered}\n\nInterface  RIP\n"
    );
    for (number, at) in device.links().enumerate() {
        let state = if device.port(at).of_router().rip { "on" } else { "off" };
        text += &format!("{:10} {state}\n", port_name(number));
    }
    text
}

pub(super) fn filter(device: &Device<'_>) -> String {
    let Some(filter) = settings(device).and_then(|router| router.filter.as_ref()) else {
        return "Filter is off: all packets are forwarded.\n".into();
    };
    let mut text: String =
        (1..).zip(&filter.rules).map(|(number, rule)| format!("{number:4} {}\n", words_of(rule))).collect();
    text += &format!("     otherwise {}\n", verdict(filter.otherwise));
    for (_, flow, rule, _) in &device.view().connections {
        let rule = rule.map_or_else(|| "otherwise".to_owned(), |rule| format!("rule {}", rule + 1));
        let protocol = IpProtocol::from(flow.protocol).to_string().to_ascii_lowercase();
        text += &format!("Connection {protocol} {} to {}, by {rule}\n", flow.from, flow.to);
    }
    text
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Reject => "reject",
    }
}

/// A rule as it is set.
fn words_of(rule: &Rule) -> String {
    let protocol = match rule.protocol {
        None => "all",
        Some(Protocol::Tcp) => "tcp",
        Some(Protocol::Udp) => "udp",
        Some(Protocol::Icmp) => "icmp",
    };
    let mut text = format!("{} {protocol}", verdict(rule.verdict));
    let mut add = |what: &str, value: Option<String>| {
        if let Some(value) = value {
            text += &format!(" {what} {value}");
        }
    };
    add("from", rule.from.map(|from| from.to_string()));
    add("to", rule.to.map(|to| to.to_string()));
    let ports = rule.to_ports.as_ref().map(|ports| match (ports.start(), ports.end()) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}-{last}"),
    });
    add("ports", ports);
    add("in", rule.port.map(|port| port_name(port as usize)));
    text
}

impl Device<'_> {
    fn view(&self) -> NodeView {
        self.history().node_at(self.node, self.at)
    }
}
