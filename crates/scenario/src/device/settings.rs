//! What is changed: the settings that the editor has, as changes of the running network.

use super::{Device, port_name};
use crate::{Change, defaults};
use bridge::config::{Membership, Stp, Vlan};
use netlab::topology::{NodeKind, Port, RouterConfig, SwitchConfig};
use router::config::{Filter, Forward, Nat, Protocol, Rip, Rule, StaticRoute, Transport, Verdict};
use smoltcp::wire::{IpAddress, IpCidr};
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

type Changed = Result<Change, String>;

/// A router forgets all that it has learned at once.
pub(super) fn clear(device: &Device<'_>, _: &[&str]) -> Changed {
    Ok(Change::Clear(device.node))
}

// ---- ports: set interface PORT … ----

impl Device<'_> {
    /// Changes the port that is named behind `set interface`.
    fn change_port(&self, words: &[&str], change: &dyn Fn(&mut Port) -> Result<(), String>) -> Changed {
        let name = words.get(2).copied().unwrap_or_default();
        let number = self.port_number(name)?;
        let (link, end) = self.links().nth(number).ok_or_else(|| no_interface(name))?;
        let mut port = match (self.kind(), self.port((link, end))) {
            (NodeKind::Router(_), port) => Port::Router(port.of_router()),
            (_, port) => Port::Switch(port.of_switch()),
        };
        change(&mut port)?;
        if !port.fits() {
            return Err(format!("{} is out of bounds for an interface", words[3..].join(" ")));
        }
        Ok(Change::Port(link, end, port))
    }

    fn change_switch_port(
        &self,
        words: &[&str],
        change: &dyn Fn(&mut bridge::Port) -> Result<(), String>,
    ) -> Changed {
        self.change_port(words, &|port| if let Port::Switch(port) = port { change(port) } else { Ok(()) })
    }

    fn change_router_port(
        &self,
        words: &[&str],
        change: &dyn Fn(&mut router::Port) -> Result<(), String>,
    ) -> Changed {
        self.change_port(words, &|port| if let Port::Router(port) = port { change(port) } else { Ok(()) })
    }

    /// The number of a port, which is given as `Gi0/1`, as `1` or as the name of the only node behind it.
    fn port_number(&self, name: &str) -> Result<usize, String> {
        let lower = name.to_ascii_lowercase();
        let digits = lower.strip_prefix("gi0/").unwrap_or(&lower);
        let count = self.links().count();
        if let Some(number) = digits.parse().ok().filter(|number| *number < count) {
            return Ok(number);
        }
        let mut behind = (0..).zip(self.links()).filter(|(_, at)| self.neighbor(*at) == name);
        match (behind.next(), behind.next()) {
            (Some((number, _)), None) => Ok(number),
            _ => Err(no_interface(name)),
        }
    }
}

fn no_interface(name: &str) -> String {
    format!("there is no interface {name}; show interfaces lists them, the first is {}", port_name(0))
}

pub(super) fn up(device: &Device<'_>, words: &[&str]) -> Changed {
    let is_up = words.last() == Some(&"up");
    device.change_port(words, &|port| {
        match port {
            Port::Switch(port) => port.up = is_up,
            Port::Router(port) => port.up = is_up,
            Port::Plain => {}
        }
        Ok(())
    })
}

pub(super) fn mtu(device: &Device<'_>, words: &[&str]) -> Changed {
    let bytes = number(words[4], "a number of bytes")?;
    device.change_port(words, &|port| {
        match port {
            Port::Switch(port) => port.mtu = bytes,
            Port::Router(port) => port.mtu = bytes,
            Port::Plain => {}
        }
        Ok(())
    })
}

pub(super) fn access(device: &Device<'_>, words: &[&str]) -> Changed {
    device.change_switch_port(words, &|port| {
        port.vlan = Membership::Access(vlan(words[4])?);
        Ok(())
    })
}

pub(super) fn trunk(device: &Device<'_>, words: &[&str]) -> Changed {
    let mut listed = Vec::new();
    for word in words[4..].iter().flat_map(|list| list.split(',')).filter(|word| !word.is_empty()) {
        listed.push(vlan(word)?);
    }
    wire::sorted::sort_by_key(&mut listed, |vlan| *vlan);
    listed.dedup();
    let allowed = Some(listed).filter(|listed| !listed.is_empty());
    device.change_switch_port(words, &|port| {
        let native = native_of(port);
        port.vlan = Membership::Trunk { native, allowed: allowed.clone() };
        Ok(())
    })
}

fn native_of(port: &bridge::Port) -> Option<Vlan> {
    if let Membership::Trunk { native, .. } = port.vlan { native } else { None }
}

pub(super) fn native(device: &Device<'_>, words: &[&str]) -> Changed {
    let vlan = if words[4] == "off" { None } else { Some(vlan(words[4])?) };
    device.change_switch_port(words, &|port| match &mut port.vlan {
        Membership::Trunk { native, .. } => {
            *native = vlan;
            Ok(())
        }
        Membership::Access(_) => {
            Err(format!("only a trunk has a native VLAN: set interface {} trunk", words[2]))
        }
    })
}

pub(super) fn cost(device: &Device<'_>, words: &[&str]) -> Changed {
    let cost = if words[4] == "auto" { None } else { Some(number(words[4], "a path cost")?) };
    device.change_switch_port(words, &|port| {
        port.cost = cost;
        Ok(())
    })
}

pub(super) fn addresses(device: &Device<'_>, words: &[&str]) -> Changed {
    let listed = match words[4] {
        "off" => Vec::new(),
        list => list.split(',').map(prefixed).collect::<Result<_, _>>()?,
    };
    device.change_router_port(words, &|port| {
        port.addresses.clone_from(&listed);
        Ok(())
    })
}

pub(super) fn outside(device: &Device<'_>, words: &[&str]) -> Changed {
    device.change_router_port(words, &|port| {
        port.outside = is_on(words);
        Ok(())
    })
}

pub(super) fn port_rip(device: &Device<'_>, words: &[&str]) -> Changed {
    device.change_router_port(words, &|port| {
        port.rip = is_on(words);
        Ok(())
    })
}

// ---- a switch ----

impl Device<'_> {
    fn change_switch(&self, change: &dyn Fn(&mut SwitchConfig)) -> Changed {
        let mut kind = self.kind().clone();
        if let NodeKind::Switch(switch) = &mut kind {
            change(switch);
        }
        Ok(Change::Set(self.node, kind))
    }
}

pub(super) fn spanning_tree(device: &Device<'_>, words: &[&str]) -> Changed {
    let is_on = is_on(words);
    device.change_switch(&|switch| switch.stp = is_on.then(|| switch.stp.unwrap_or(defaults::STP)))
}

pub(super) fn priority(device: &Device<'_>, words: &[&str]) -> Changed {
    let priority = words[2].parse().ok().filter(|priority: &u16| priority.is_multiple_of(4_096));
    let Some(priority) = priority else {
        return Err(format!("{} is no bridge priority: a multiple of 4096, at most 61440", words[2]));
    };
    match device.kind() {
        NodeKind::Switch(SwitchConfig { stp: Some(stp), .. }) => {
            let stp = Stp { priority, ..*stp };
            device.change_switch(&|switch| switch.stp = Some(stp))
        }
        _ => Err("only a switch with a spanning tree has a priority: set spanning-tree on".into()),
    }
}

pub(super) fn snooping(device: &Device<'_>, words: &[&str]) -> Changed {
    device.change_switch(&|switch| switch.snooping = is_on(words))
}

// ---- a router ----

impl Device<'_> {
    fn change_router(&self, change: &dyn Fn(&mut RouterConfig) -> Result<(), String>) -> Changed {
        let mut kind = self.kind().clone();
        if let NodeKind::Router(router) = &mut kind {
            change(router)?;
        }
        Ok(Change::Set(self.node, kind))
    }

    fn change_nat(&self, change: &dyn Fn(&mut Nat) -> Result<(), String>) -> Changed {
        self.change_router(&|router| change(router.nat.get_or_insert_default()))
    }

    /// Changes the filter, which begins with the first rule.
    fn change_filter(&self, change: &dyn Fn(&mut Filter) -> Result<(), String>) -> Changed {
        self.change_router(&|router| change(router.filter.get_or_insert_with(no_rules)))
    }
}

const fn no_rules() -> Filter {
    Filter { rules: Vec::new(), otherwise: defaults::OTHERWISE }
}

pub(super) fn route(device: &Device<'_>, words: &[&str]) -> Changed {
    let via = address(words[4])?;
    let to = network(words[2], matches!(via, IpAddress::Ipv6(_)))?;
    if via.version() != to.address().version() {
        return Err("the network and the next router have different IP versions".into());
    }
    let metric = match words[5..] {
        ["metric", metric] => number(metric, "a metric")?,
        [] => defaults::METRIC,
        _ => return Err(format!("{} is not understood: what may follow is metric NUMBER", words[5])),
    };
    device.change_router(&|router| {
        router.routes.retain(|route| route.to != to);
        router.routes.push(StaticRoute { to, via, port: None, metric });
        Ok(())
    })
}

pub(super) fn no_route(device: &Device<'_>, words: &[&str]) -> Changed {
    let to = [network(words[2], false)?, network(words[2], true)?];
    device.change_router(&|router| {
        let before = router.routes.len();
        router.routes.retain(|route| !to.contains(&route.to));
        let has_gone = router.routes.len() < before;
        if has_gone { Ok(()) } else { Err(format!("there is no configured route to {}", words[2])) }
    })
}

pub(super) fn rip(device: &Device<'_>, words: &[&str]) -> Changed {
    let rip = |before: Option<Rip>| is_on(words).then(|| before.unwrap_or(defaults::RIP));
    device.change_router(&|router| {
        router.rip = rip(router.rip);
        Ok(())
    })
}

pub(super) fn nat(device: &Device<'_>, words: &[&str]) -> Changed {
    device.change_router(&|router| {
        router.nat = is_on(words).then(|| router.nat.take().unwrap_or_default());
        Ok(())
    })
}

pub(super) fn forward(device: &Device<'_>, words: &[&str]) -> Changed {
    let port = port(words[4])?;
    let to: Ipv4Addr = words[6].parse().map_err(|_| format!("{} is no IPv4 address", words[6]))?;
    let to_port = match words[7..] {
        [] => port,
        ["port", number] => self::port(number)?,
        _ => return Err(format!("{} is not understood: what may follow is port NUMBER", words[7])),
    };
    let forward = Forward { transport: transport(words[3]), port, to, to_port };
    device.change_nat(&|nat| {
        nat.forwards.retain(|other| (other.transport, other.port) != (forward.transport, forward.port));
        nat.forwards.push(forward);
        Ok(())
    })
}

pub(super) fn no_forward(device: &Device<'_>, words: &[&str]) -> Changed {
    let (transport, port) = (transport(words[3]), port(words[4])?);
    device.change_nat(&|nat| {
        let before = nat.forwards.len();
        nat.forwards.retain(|forward| (forward.transport, forward.port) != (transport, port));
        let has_gone = nat.forwards.len() < before;
        if has_gone { Ok(()) } else { Err(format!("{} port {port} is not forwarded", words[3])) }
    })
}

pub(super) fn filter(device: &Device<'_>, words: &[&str]) -> Changed {
    device.change_router(&|router| {
        router.filter = is_on(words).then(|| router.filter.take().unwrap_or_else(no_rules));
        Ok(())
    })
}

pub(super) fn rule(device: &Device<'_>, words: &[&str]) -> Changed {
    let mut rule =
        Rule { verdict: verdict(words[2]), port: None, from: None, to: None, protocol: None, to_ports: None };
    rule.protocol = match words[3] {
        "tcp" => Some(Protocol::Tcp),
        "udp" => Some(Protocol::Udp),
        "icmp" => Some(Protocol::Icmp),
        _ => None,
    };
    for pair in words[4..].chunks(2) {
        match *pair {
            ["from", network] => rule.from = Some(prefixed(network)?),
            ["to", network] => rule.to = Some(prefixed(network)?),
            ["ports" | "port", range] => rule.to_ports = Some(ports(range)?),
            ["in", name] => rule.port = Some(device.port_number(name)? as u32),
            [other, ..] => return Err(format!("{other} is not understood: it is from, to, ports or in")),
            [] => {}
        }
    }
    if rule.protocol == Some(Protocol::Icmp) && rule.to_ports.is_some() {
        return Err("ICMP has no ports: it is tcp or udp".into());
    }
    device.change_filter(&|filter| {
        filter.rules.push(rule.clone());
        Ok(())
    })
}

pub(super) fn no_rule(device: &Device<'_>, words: &[&str]) -> Changed {
    let number: usize = number(words[2], "a number of a rule")?;
    device.change_filter(&|filter| {
        let place = number.checked_sub(1).filter(|place| *place < filter.rules.len());
        let Some(place) = place else {
            return Err(format!("there is no rule {number}: show filter lists them"));
        };
        filter.rules.remove(place);
        Ok(())
    })
}

pub(super) fn otherwise(device: &Device<'_>, words: &[&str]) -> Changed {
    device.change_filter(&|filter| {
        filter.otherwise = verdict(words[3]);
        Ok(())
    })
}

// ---- words ----

fn is_on(words: &[&str]) -> bool {
    words.last() == Some(&"on")
}

fn transport(word: &str) -> Transport {
    if word == "udp" { Transport::Udp } else { Transport::Tcp }
}

fn verdict(word: &str) -> Verdict {
    match word {
        "allow" => Verdict::Allow,
        "reject" => Verdict::Reject,
        _ => Verdict::Deny,
    }
}

fn vlan(word: &str) -> Result<Vlan, String> {
    let number = word.parse().ok().and_then(Vlan::new);
    number.ok_or_else(|| format!("{word} is no VLAN: they have the numbers 1 to 4094"))
}

fn number<T: std::str::FromStr>(word: &str, what: &str) -> Result<T, String> {
    word.parse().map_err(|_| format!("{word} is not {what}"))
}

fn port(word: &str) -> Result<u16, String> {
    let number = word.parse().ok().filter(|port| *port > 0);
    number.ok_or_else(|| format!("{word} is no port: they have the numbers 1 to 65535"))
}

/// One port, or the first and the last.
fn ports(range: &str) -> Result<RangeInclusive<u16>, String> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (first, last) = (port(first)?, port(last)?);
    if first <= last { Ok(first..=last) } else { Err(format!("{range} is no range of ports")) }
}

fn address(word: &str) -> Result<IpAddress, String> {
    word.parse().map_err(|()| format!("{word} is no address"))
}

fn prefixed(word: &str) -> Result<IpCidr, String> {
    word.parse().map_err(|()| format!("{word} is no address with a prefix length, like 10.0.0.1/24"))
}

fn network(word: &str, is_v6: bool) -> Result<IpCidr, String> {
    match (word, is_v6) {
        ("default", false) => prefixed("0.0.0.0/0"),
        ("default", true) => prefixed("::/0"),
        (word, _) => prefixed(word),
    }
}
