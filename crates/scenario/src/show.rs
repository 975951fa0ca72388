//! What a switch or router answers to the lines that are typed at its console: its tables, as Cisco's devices show them.
//!
//! A switch has no programs. Its tables are in the history, so looking at them changes nothing, and shows every moment.

use bridge::config::Membership;
use bridge::event::{BridgeId, Role, State};
use netlab::topology::{End, LinkId, NodeId, NodeKind, Port};
use netlab::{Instant, World};
use router::event::Source;
use smoltcp::wire::{EthernetAddress, IpCidr};

/// The exit status of a line that is not understood.
pub const MISUSED: u8 = 2;

/// What a node prints for a line, and the exit status. Every word may be shortened, as there.
pub fn show(world: &World, node: NodeId, line: &str) -> (String, u8) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let device = Device { world, node, at: world.now() };
    let is_router = matches!(world.history().kind_at(node, device.at), NodeKind::Router(_));
    let entries: &[Entry] = if is_router { &ROUTER } else { &SWITCH };
    if matches!(words[..], ["help" | "?"] | ["show" | "sh"]) {
        return (help(entries, is_router), 0);
    }
    match entries.iter().find(|(name, _)| is_short_for(&words, name)) {
        Some((_, print)) => (print(&device), 0),
        None => (format!("% Invalid input: {line}\n{}", help(entries, is_router)), MISUSED),
    }
}

type Entry = (&'static str, fn(&Device<'_>) -> String);

const SWITCH: [Entry; 5] = [
    ("show interfaces", |device| device.interfaces()),
    ("show mac address-table", |device| device.macs()),
    ("show mac-address-table", |device| device.macs()),
    ("show spanning-tree", |device| device.tree()),
    ("show vlan", |device| device.vlans()),
];

const ROUTER: [Entry; 7] = [
    ("show arp", |device| device.neighbors()),
    ("show interfaces", |device| device.interfaces()),
    ("show ip arp", |device| device.neighbors()),
    ("show ip interface brief", |device| device.interfaces()),
    ("show ip nat translations", |device| device.translations()),
    ("show ip route", |device| device.routes()),
    ("show ipv6 route", |device| device.routes_v6()),
];

fn help(entries: &[Entry], is_router: bool) -> String {
    let changes: &[&str] = if is_router { &crate::set::ROUTER } else { &crate::set::SWITCH };
    let shown = entries.iter().map(|(name, _)| *name);
    shown.chain(changes.iter().copied()).map(|line| format!("  {line}\n")).collect()
}

/// Whether each word is the beginning of the one that stands there.
fn is_short_for(words: &[&str], name: &str) -> bool {
    let whole: Vec<&str> = name.split(' ').collect();
    words.len() == whole.len() && words.iter().zip(whole).all(|(word, whole)| whole.starts_with(word))
}

/// The links at the ports of a node, with its end of each, in order of port.
pub(crate) fn ports(world: &World, node: NodeId) -> impl Iterator<Item = (LinkId, End)> {
    world.topology().links.iter().enumerate().filter_map(move |(number, link)| {
        let end = link.ends.iter().position(|end| *end == node)?;
        let id = LinkId(number as u32);
        (world.history().born_link(id) <= world.now()).then_some((id, End::BOTH[end]))
    })
}

/// A node at a moment.
struct Device<'w> {
    world: &'w World,
    node: NodeId,
    at: Instant,
}

/// The name of a port.
fn port(number: usize) -> String {
    format!("Gi0/{number}")
}

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

impl Device<'_> {
    fn interfaces(&self) -> String {
        let mut text =
            format!("{:10} {:22} {:6} {:5} {}\n", "Interface", "IP-Address", "Status", "MTU", "To");
        for (number, (id, end)) in ports(self.world, self.node).enumerate() {
            let link = self.world.history().link_at(id, self.at);
            let (is_up, mtu, addresses) = match &link.ports[end.index()] {
                Port::Plain => (true, None, Vec::new()),
                Port::Switch(port) => (port.up, Some(port.mtu), Vec::new()),
                Port::Router(port) => (port.up, Some(port.mtu), port.addresses.clone()),
            };
            let status = match (is_up, link.has_carrier(self.at)) {
                (false, _) => "admin down",
                (true, false) => "down",
                (true, true) => "up",
            };
            let other = &self.world.topology().nodes[link.ends[end.other().index()].index()].name;
            let first = addresses.first().map_or_else(|| "unassigned".to_owned(), IpCidr::to_string);
            let mtu = mtu.map_or_else(|| "-".to_owned(), |mtu| mtu.to_string());
            text += &format!("{:10} {first:22} {status:6} {mtu:5} {other}\n", port(number));
            for more in addresses.iter().skip(1) {
                text += &format!("{:10} {more}\n", "");
            }
        }
        text
    }

    fn macs(&self) -> String {
        let view = self.world.history().node_at(self.node, self.at);
        let mut text = "Vlan    Mac Address       Type        Ports\n".to_owned();
        for entry in &view.macs {
            let vlan = entry.vlan.map_or_else(|| "-".to_owned(), |vlan| vlan.get().to_string());
            text +=
                &format!("{vlan:>4}    {:17} DYNAMIC     {}\n", mac(entry.mac), port(entry.port.0 as usize));
        }
        text + &format!("Total Mac Addresses for this criterion: {}\n", view.macs.len())
    }

    fn tree(&self) -> String {
        let history = self.world.history();
        let view = history.node_at(self.node, self.at);
        // The tree of a switch that has switched it off is the last one that it had.
        let is_on =
            matches!(history.kind_at(self.node, self.at), NodeKind::Switch(switch) if switch.stp.is_some());
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
                format!("           Cost        {cost}\n           Port        {}\n", port(at.0 as usize))
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
            text += &format!("{:10} {role} {state} {kind}\n", port(entry.port.0 as usize));
        }
        text
    }

    fn vlans(&self) -> String {
        let mut text = "Interface  VLAN\n".to_owned();
        for (number, (id, end)) in ports(self.world, self.node).enumerate() {
            if let Port::Switch(settings) = &self.world.history().link_at(id, self.at).ports[end.index()] {
                let vlans = match &settings.vlan {
                    Membership::Access(vlan) => vlan.get().to_string(),
                    Membership::Trunk { .. } => "trunk".to_owned(),
                };
                text += &format!("{:10} {vlans}\n", port(number));
            }
        }
        text
    }

    fn neighbors(&self) -> String {
        let view = self.world.history().node_at(self.node, self.at);
        let mut text = "Protocol  Address                    Age (min)  Hardware Addr\n".to_owned();
        for (ip, address, since) in &view.neighbors {
            text += &format!(
                "Internet  {:26} {:>9}  {}\n",
                ip.to_string(),
                minutes(*since, self.at),
                mac(*address)
            );
        }
        text
    }

    fn routes(&self) -> String {
        self.routes_of(|to| matches!(to, IpCidr::Ipv4(_)))
    }

    fn routes_v6(&self) -> String {
        self.routes_of(|to| matches!(to, IpCidr::Ipv6(_)))
    }

    fn routes_of(&self, wanted: impl Fn(&IpCidr) -> bool) -> String {
        let view = self.world.history().node_at(self.node, self.at);
        let mut text = "Codes: C - connected, S - static, R - RIP, * - default\n\n".to_owned();
        for (route, since) in view.routes.iter().filter(|(route, _)| wanted(&route.to)) {
            let (code, distance) = match route.source {
                Source::Connected => ('C', 0),
                Source::Static => ('S', 1),
                Source::Rip => ('R', 120),
            };
            let star = if route.to.prefix_len() == 0 { '*' } else { ' ' };
            let at = port(route.port.0 as usize);
            text += &match route.via {
                None => format!("{code}{star}    {} is directly connected, {at}\n", route.to),
                Some(via) => {
                    let (to, metric, age) = (route.to, route.metric, age(*since, self.at));
                    format!("{code}{star}    {to} [{distance}/{metric}] via {via}, {age}, {at}\n")
                }
            };
        }
        text
    }

    fn translations(&self) -> String {
        let view = self.world.history().node_at(self.node, self.at);
        let mut text =
            format!("{:4} {:22} {:22} {}\n", "Pro", "Inside global", "Inside local", "Outside global");
        for (_, translation, _) in &view.translations {
            let protocol = match translation.transport {
                Some(router::config::Transport::Tcp) => "tcp",
                Some(router::config::Transport::Udp) => "udp",
                None => "icmp",
            };
            let [outside, inside, remote] =
                [translation.outside, translation.inside, translation.remote].map(|end| end.to_string());
            text += &format!("{protocol:4} {outside:22} {inside:22} {remote}\n");
        }
        text
    }
}
