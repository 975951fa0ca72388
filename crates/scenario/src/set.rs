//! What is changed at the console of a switch or router: the settings that the editor has, as commands for its world.
//!
//! Looking is Cisco's words ([`show`](crate::show)). Changing is one line, because Cisco's modes would hide what a line is about.

use bridge::config::{Membership, Stp, Vlan};
use netlab::World;
use netlab::topology::{End, LinkId, NodeId, NodeKind, Port, RouterConfig, SwitchConfig};
use netlab::world::Command;
use router::config::{Nat, Rip, StaticRoute};
use smoltcp::wire::{IpAddress, IpCidr};

/// The lines of a switch.
pub(crate) const SWITCH: [&str; 6] = [
    "clear mac address-table",
    "set interface Gi0/N up|down",
    "set interface Gi0/N vlan NUMBER",
    "set interface Gi0/N trunk [NUMBER,NUMBER...]",
    "set interface Gi0/N mtu BYTES",
    "set spanning-tree on|off",
];

/// The lines of a router.
pub(crate) const ROUTER: [&str; 8] = [
    "clear arp",
    "clear ip nat translations",
    "set interface Gi0/N up|down",
    "set interface Gi0/N address ADDRESS/PREFIX[,ADDRESS/PREFIX...]",
    "set interface Gi0/N mtu BYTES",
    "set route NETWORK/PREFIX via ROUTER|off",
    "set rip on|off",
    "set nat on|off",
];

/// The command that a line is, for this node of this world; `None`: the line changes nothing.
///
/// # Errors
/// What is wrong with the line.
pub fn set(world: &World, node: NodeId, line: &str) -> Option<Result<Command, String>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (verb, words) = words.split_first()?;
    let kind = &world.topology().node(node).kind;
    match *verb {
        "clear" => Some(clear(node, kind, words)),
        "set" => Some(match words {
            ["interface", port, words @ ..] => interface(world, node, port, words),
            words => setting(kind, words).map(|kind| Command::SetNode(node, kind)),
        }),
        _ => None,
    }
}

/// A router forgets all that it has learned at once.
fn clear(node: NodeId, kind: &NodeKind, words: &[&str]) -> Result<Command, String> {
    let is_one = match kind {
        NodeKind::Switch(_) => {
            matches!(
                words,
                ["mac", "address-table"] | ["mac", "address-table", "dynamic"] | ["mac-address-table"]
            )
        }
        NodeKind::Router(_) => matches!(
            words,
            ["arp" | "arp-cache"]
                | ["ip", "arp"]
                | ["ip", "nat", "translations"]
                | ["ip", "nat", "translation", "*"]
        ),
        NodeKind::Host(_) | NodeKind::Hub => false,
    };
    if is_one { Ok(Command::Clear(node)) } else { Err(expected(kind, "clear")) }
}

/// The node's settings with this one changed.
fn setting(kind: &NodeKind, words: &[&str]) -> Result<NodeKind, String> {
    let wrong = || expected(kind, "set");
    match (kind, words) {
        (NodeKind::Switch(switch), ["spanning-tree", state]) => {
            let stp = on(state).ok_or_else(wrong)?.then(|| switch.stp.unwrap_or_else(Stp::default));
            Ok(NodeKind::Switch(SwitchConfig { stp, ..switch.clone() }))
        }
        (NodeKind::Router(router), ["rip", state]) => {
            let rip = on(state).ok_or_else(wrong)?.then(|| router.rip.unwrap_or_else(Rip::default));
            Ok(NodeKind::Router(RouterConfig { rip, ..router.clone() }))
        }
        (NodeKind::Router(router), ["nat", state]) => {
            let nat = on(state).ok_or_else(wrong)?.then(|| router.nat.clone().unwrap_or_else(Nat::default));
            Ok(NodeKind::Router(RouterConfig { nat, ..router.clone() }))
        }
        (NodeKind::Router(router), ["route", to, rest @ ..]) => {
            let mut routes = router.routes.clone();
            match *rest {
                ["off"] => {
                    let to = network(to, false)?;
                    let before = routes.len();
                    routes.retain(|route| route.to != to);
                    if routes.len() == before {
                        return Err(format!("there is no configured route to {to}"));
                    }
                }
                ["via", via] => {
                    let via = address(via)?;
                    let to = network(to, matches!(via, IpAddress::Ipv6(_)))?;
                    if via.version() != to.address().version() {
                        return Err("the network and the router have different IP versions".into());
                    }
                    routes.retain(|route| route.to != to);
                    routes.push(StaticRoute { to, via, port: None, metric: 1 });
                }
                _ => return Err(wrong()),
            }
            Ok(NodeKind::Router(RouterConfig { routes, ..router.clone() }))
        }
        _ => Err(wrong()),
    }
}

/// A port with this setting changed.
fn interface(world: &World, node: NodeId, name: &str, words: &[&str]) -> Result<Command, String> {
    let (link, end) = port_of(world, node, name)
        .ok_or_else(|| format!("there is no interface {name}: see show interfaces"))?;
    let kind = &world.topology().node(node).kind;
    let wrong = || expected(kind, "set");
    let before = &world.topology().link(link).ports[end.index()];
    let port = match (kind, words) {
        (NodeKind::Switch(_), [state @ ("up" | "down")]) => {
            Port::Switch(bridge::Port { up: *state == "up", ..before.of_switch() })
        }
        (NodeKind::Switch(_), ["vlan", number]) => {
            Port::Switch(bridge::Port { vlan: Membership::Access(vlan(number)?), ..before.of_switch() })
        }
        (NodeKind::Switch(_), ["trunk", allowed @ ..]) => {
            let allowed = match allowed {
                [] => None,
                [list] => Some(vlans(list)?),
                _ => return Err(wrong()),
            };
            let native = match before.of_switch().vlan {
                Membership::Trunk { native, .. } => native,
                Membership::Access(_) => None,
            };
            Port::Switch(bridge::Port { vlan: Membership::Trunk { native, allowed }, ..before.of_switch() })
        }
        (NodeKind::Switch(_), ["mtu", bytes]) => {
            Port::Switch(bridge::Port { mtu: count(bytes)?, ..before.of_switch() })
        }
        (NodeKind::Router(_), [state @ ("up" | "down")]) => {
            Port::Router(router::Port { up: *state == "up", ..before.of_router() })
        }
        (NodeKind::Router(_), ["address", list]) => {
            let addresses = list.split(',').map(prefixed).collect::<Result<_, _>>()?;
            Port::Router(router::Port { addresses, ..before.of_router() })
        }
        (NodeKind::Router(_), ["mtu", bytes]) => {
            Port::Router(router::Port { mtu: count(bytes)?, ..before.of_router() })
        }
        _ => return Err(wrong()),
    };
    Ok(Command::SetPort(link, end, port))
}

/// The link at a port, and its end there.
fn port_of(world: &World, node: NodeId, name: &str) -> Option<(LinkId, End)> {
    let number: usize = name.to_ascii_lowercase().strip_prefix("gi0/")?.parse().ok()?;
    crate::show::ports(world, node).nth(number)
}

fn on(word: &str) -> Option<bool> {
    match word {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn vlans(list: &str) -> Result<Vec<Vlan>, String> {
    let mut vlans = list.split(',').map(vlan).collect::<Result<Vec<_>, _>>()?;
    wire::sorted::sort_by_key(&mut vlans, |vlan| *vlan);
    vlans.dedup();
    Ok(vlans)
}

fn vlan(word: &str) -> Result<Vlan, String> {
    word.parse()
        .ok()
        .and_then(Vlan::new)
        .ok_or_else(|| format!("\"{word}\" is no VLAN: they have the numbers 1 to 4094"))
}

fn count(word: &str) -> Result<usize, String> {
    word.parse().map_err(|_| format!("\"{word}\" is no number of bytes"))
}

fn address(word: &str) -> Result<IpAddress, String> {
    word.parse().map_err(|()| format!("\"{word}\" is no address"))
}

fn prefixed(word: &str) -> Result<IpCidr, String> {
    word.parse().map_err(|()| format!("\"{word}\" is no address with a prefix length, like 10.0.0.1/24"))
}

fn network(word: &str, is_v6: bool) -> Result<IpCidr, String> {
    match (word, is_v6) {
        ("default", false) => prefixed("0.0.0.0/0"),
        ("default", true) => prefixed("::/0"),
        (word, _) => prefixed(word),
    }
}

/// The lines that begin with this verb.
fn expected(kind: &NodeKind, verb: &str) -> String {
    let lines: &[&str] = if matches!(kind, NodeKind::Router(_)) { &ROUTER } else { &SWITCH };
    let lines: Vec<_> = lines.iter().filter(|line| line.starts_with(verb)).copied().collect();
    format!("it is {}", lines.join(", or "))
}
