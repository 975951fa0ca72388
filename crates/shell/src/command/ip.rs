//! `ip`: addresses, routes, neighbors and the network card, shown as iproute2 shows them, and changed.

use crate::arguments::Wrong;
use crate::once::Once;
use crate::table::Hosts;
use host::program::Program;
use host::system::{NeighborState, System};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, IpVersion};

/// The name of the one network card.
const CARD: &str = "eth0";

/// What is done to what.
#[derive(Clone)]
enum Deed {
    ShowAddresses,
    AddAddress(IpCidr),
    RemoveAddress(IpCidr),
    FlushAddresses,
    ShowRoutes,
    RouteTo(IpAddress),
    SetGateway(IpAddress),
    NoGateway,
    ShowNeighbors,
    SetNeighbor(IpAddress, EthernetAddress),
    RemoveNeighbor(IpAddress),
    FlushNeighbors,
    ShowLinks,
    SetCard(bool),
}

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let mut version = None;
    let mut words = words.iter().map(String::as_str).peekable();
    while let Some(option) = words.next_if(|word| word.starts_with('-')) {
        version = match option {
            "-4" => Some(IpVersion::Ipv4),
            "-6" => Some(IpVersion::Ipv6),
            _ => return Err(format!("Option \"{option}\" is unknown")),
        };
    }
    let object = words.next().unwrap_or_default();
    // The name of the card says nothing, as there is only one.
    let words: Vec<&str> = words.collect();
    let words = without_card(&words)?;
    let deed = match object {
        _ if is_short_for(object, "address") => address(&words)?,
        _ if is_short_for(object, "route") => route(&words)?,
        _ if is_short_for(object, "neighbour") || object == "neighbor" => neighbor(&words)?,
        _ if is_short_for(object, "link") => link(&words)?,
        "" => return Err("say what: addr, route, neigh or link".into()),
        other => return Err(format!("Object \"{other}\" is unknown: it is addr, route, neigh or link")),
    };
    Ok(Box::new(Once(move |system: &mut System<'_>| deed.clone().perform(version, system))))
}

/// iproute2 takes the beginning of every word.
fn is_short_for(word: &str, whole: &str) -> bool {
    !word.is_empty() && whole.starts_with(word)
}

/// The words without `dev eth0`.
fn without_card<'w>(words: &[&'w str]) -> Result<Vec<&'w str>, Wrong> {
    let Some(place) = words.iter().position(|word| *word == "dev") else { return Ok(words.to_vec()) };
    match words.get(place + 1) {
        Some(&CARD) => Ok([&words[..place], &words[place + 2..]].concat()),
        Some(other) => Err(format!("Cannot find device \"{other}\": a host has one, {CARD}")),
        None => Err("Command line is not complete: dev needs a name".into()),
    }
}

fn address(words: &[&str]) -> Result<Deed, Wrong> {
    match *words {
        [] => Ok(Deed::ShowAddresses),
        [verb] if is_short_for(verb, "show") || is_short_for(verb, "list") => Ok(Deed::ShowAddresses),
        [verb, cidr] if is_short_for(verb, "add") => Ok(Deed::AddAddress(prefixed(cidr)?)),
        [verb, cidr] if is_short_for(verb, "delete") => Ok(Deed::RemoveAddress(prefixed(cidr)?)),
        [verb] if is_short_for(verb, "flush") => Ok(Deed::FlushAddresses),
        _ => Err(
            "it is ip addr [show], ip addr add ADDRESS/PREFIX, ip addr del ADDRESS/PREFIX or ip addr flush"
                .into(),
        ),
    }
}

fn route(words: &[&str]) -> Result<Deed, Wrong> {
    match *words {
        [] => Ok(Deed::ShowRoutes),
        [verb] if is_short_for(verb, "show") || is_short_for(verb, "list") => Ok(Deed::ShowRoutes),
        ["get" | "g", to] => Ok(Deed::RouteTo(ip(to)?)),
        [verb, "default", "via", via] if is_short_for(verb, "add") || is_short_for(verb, "replace") => {
            Ok(Deed::SetGateway(ip(via)?))
        }
        [verb, "default", ..] if is_short_for(verb, "delete") => Ok(Deed::NoGateway),
        _ => Err("it is ip route [show], ip route get ADDRESS, ip route add default via ROUTER or ip route del default: \
             a host has no other routes".into()),
    }
}

fn neighbor(words: &[&str]) -> Result<Deed, Wrong> {
    match *words {
        [] => Ok(Deed::ShowNeighbors),
        [verb] if is_short_for(verb, "show") || is_short_for(verb, "list") => Ok(Deed::ShowNeighbors),
        [verb, to, "lladdr", mac] if is_short_for(verb, "add") || is_short_for(verb, "replace") => {
            let mac = mac.parse().map_err(|()| format!("\"{mac}\" is no MAC address"))?;
            Ok(Deed::SetNeighbor(ip(to)?, mac))
        }
        [verb, of] if is_short_for(verb, "delete") => Ok(Deed::RemoveNeighbor(ip(of)?)),
        [verb] | [verb, "all"] if is_short_for(verb, "flush") => Ok(Deed::FlushNeighbors),
        _ => Err(
            "it is ip neigh [show], ip neigh add ADDRESS lladdr MAC, ip neigh del ADDRESS or ip neigh flush"
                .into(),
        ),
    }
}

fn link(words: &[&str]) -> Result<Deed, Wrong> {
    match *words {
        [] => Ok(Deed::ShowLinks),
        [verb] | [verb, CARD] if is_short_for(verb, "show") || is_short_for(verb, "list") => {
            Ok(Deed::ShowLinks)
        }
        [verb, state @ ("up" | "down")] | [verb, CARD, state @ ("up" | "down")]
            if is_short_for(verb, "set") =>
        {
            Ok(Deed::SetCard(state == "up"))
        }
        [verb, other, "up" | "down"] if is_short_for(verb, "set") => {
            Err(format!("Cannot find device \"{other}\": a host has one, {CARD}"))
        }
        _ => Err(format!("it is ip link [show], ip link set {CARD} up or ip link set {CARD} down")),
    }
}

fn ip(text: &str) -> Result<IpAddress, Wrong> {
    text.parse().map_err(|()| format!("any valid prefix is expected rather than \"{text}\""))
}

fn prefixed(text: &str) -> Result<IpCidr, Wrong> {
    if text.contains('/') {
        return text.parse().map_err(|()| format!("any valid prefix is expected rather than \"{text}\""));
    }
    let address = ip(text)?;
    Ok(IpCidr::new(address, if matches!(address, IpAddress::Ipv4(_)) { 32 } else { 128 }))
}

impl Deed {
    fn perform(self, version: Option<IpVersion>, system: &mut System<'_>) -> (String, u8) {
        let wanted = |ip: IpAddress| version.is_none_or(|version| ip.version() == version);
        let done = |done: bool, otherwise: &str| match done {
            true => (String::new(), 0),
            false => (format!("Error: {otherwise}.\n"), 2),
        };
        match self {
            Self::ShowAddresses => (addresses(system, wanted), 0),
            Self::AddAddress(cidr) => {
                done(system.add_address(cidr), "the host has this address, or as many as it can have")
            }
            Self::RemoveAddress(cidr) => done(system.remove_address(cidr), "Cannot assign requested address"),
            Self::FlushAddresses => {
                let of_version = |cidr: &&IpCidr| wanted(cidr.address());
                let all: Vec<_> = system.addresses().iter().filter(of_version).copied().collect();
                all.into_iter().for_each(|cidr| _ = system.remove_address(cidr));
                (String::new(), 0)
            }
            Self::ShowRoutes => (routes(system, version.unwrap_or(IpVersion::Ipv4)), 0),
            Self::RouteTo(to) => route_to(system, to),
            Self::SetGateway(via) => {
                let is_near = system.next_hop(&via) == Some(via);
                if is_near {
                    system.set_gateway(matches!(via, IpAddress::Ipv6(_)), Some(via));
                }
                done(is_near, "Nexthop has invalid gateway: it is in none of the host's networks")
            }
            Self::NoGateway => {
                let is_v6 = version == Some(IpVersion::Ipv6);
                let its = |gateway: &IpAddress| matches!(gateway, IpAddress::Ipv6(_)) == is_v6;
                let had = system.gateways().iter().any(its);
                system.set_gateway(is_v6, None);
                done(had, "No such process: there is no default route")
            }
            Self::ShowNeighbors => (neighbors(system, wanted), 0),
            Self::SetNeighbor(ip, mac) => {
                system.set_neighbor(ip, mac);
                (String::new(), 0)
            }
            Self::RemoveNeighbor(ip) => {
                done(system.remove_neighbor(ip), "No such file or directory: it is not in the table")
            }
            Self::FlushNeighbors => {
                let all = system.neighbors().filter(|(ip, ..)| wanted(*ip)).map(|(ip, ..)| ip);
                for ip in all.collect::<Vec<_>>() {
                    system.remove_neighbor(ip);
                }
                (String::new(), 0)
            }
            Self::ShowLinks => (links(system), 0),
            Self::SetCard(on) => {
                system.set_card(on);
                (String::new(), 0)
            }
        }
    }
}

fn loopback_link() -> &'static str {
    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
}

fn card(system: &System<'_>) -> String {
    let (mtu, mac) = (system.config().ip_mtu, system.mac());
    let (flag, state) = if system.is_card_on() { (",UP", "UP") } else { ("", "DOWN") };
    format!(
        "2: {CARD}: <BROADCAST,MULTICAST{flag}> mtu {mtu} state {state}\n    link/ether {} brd ff:ff:ff:ff:ff:ff\n",
        crate::text::mac(mac)
    )
}

fn links(system: &System<'_>) -> String {
    loopback_link().to_owned() + &card(system)
}

fn addresses(system: &System<'_>, wanted: impl Fn(IpAddress) -> bool) -> String {
    let line = |cidr: &IpCidr| match cidr {
        IpCidr::Ipv4(cidr) => {
            let broadcast = cidr.broadcast().map(|to| format!(" brd {to}")).unwrap_or_default();
            format!("    inet {cidr}{broadcast} scope global {CARD}\n")
        }
        IpCidr::Ipv6(cidr) => {
            let scope = if cidr.address().is_unicast_link_local() { "link" } else { "global" };
            format!("    inet6 {cidr} scope {scope}\n")
        }
    };
    let mut text = loopback_link().to_owned();
    if wanted(IpAddress::v4(127, 0, 0, 1)) {
        text += "    inet 127.0.0.1/8 scope host lo\n";
    }
    if wanted(IpAddress::v6(0, 0, 0, 0, 0, 0, 0, 1)) {
        text += "    inet6 ::1/128 scope host\n";
    }
    text += &card(system);
    text + &system.addresses().iter().filter(|cidr| wanted(cidr.address())).map(line).collect::<String>()
}

fn routes(system: &System<'_>, version: IpVersion) -> String {
    let mut text = String::new();
    if !system.is_card_on() {
        return text;
    }
    for gateway in system.gateways().iter().filter(|gateway| gateway.version() == version) {
        text += &format!("default via {gateway} dev {CARD}\n");
    }
    for cidr in system.addresses().iter().filter(|cidr| cidr.address().version() == version) {
        text += &match cidr {
            IpCidr::Ipv4(cidr) => {
                let network = cidr.network();
                format!("{network} dev {CARD} proto kernel scope link src {}\n", cidr.address())
            }
            IpCidr::Ipv6(cidr) => format!("{} dev {CARD} proto kernel\n", network_v6(*cidr)),
        };
    }
    text
}

fn network_v6(cidr: smoltcp::wire::Ipv6Cidr) -> smoltcp::wire::Ipv6Cidr {
    let mask = u128::MAX.checked_shl(128 - u32::from(cidr.prefix_len())).unwrap_or(0);
    smoltcp::wire::Ipv6Cidr::new((cidr.address().to_bits() & mask).into(), cidr.prefix_len())
}

fn route_to(system: &System<'_>, to: IpAddress) -> (String, u8) {
    match (system.next_hop(&to), system.source_for(&to)) {
        (Some(hop), Some(from)) => {
            let via = if hop == to { String::new() } else { format!(" via {hop}") };
            let card = if from == to { "lo" } else { CARD };
            (format!("{to}{via} dev {card} src {from}\n"), 0)
        }
        _ => ("RTNETLINK answers: Network is unreachable\n".into(), 2),
    }
}

fn neighbors(system: &System<'_>, wanted: impl Fn(IpAddress) -> bool) -> String {
    let line = |(ip, mac, state): (IpAddress, Option<EthernetAddress>, NeighborState)| {
        let mac = mac.map(|mac| format!(" lladdr {}", crate::text::mac(mac))).unwrap_or_default();
        let state = match state {
            NeighborState::Incomplete => "INCOMPLETE",
            NeighborState::Failed => "FAILED",
            NeighborState::Reachable => "REACHABLE",
            NeighborState::Stale => "STALE",
            NeighborState::Delay => "DELAY",
            NeighborState::Probe => "PROBE",
        };
        format!("{ip} dev {CARD}{mac} {state}\n")
    };
    system.neighbors().filter(|(ip, ..)| wanted(*ip)).map(line).collect()
}
