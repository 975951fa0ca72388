//! A router's sheet.

use super::words::{ago, endpoint, ethernet, flow, packets, rip, rule, source, verdict};
use super::{Button, Memory, Scene, Sheet, Table};
use crate::action::Action;
use crate::format;
use crate::names;
use netlab::history::{NodeEvent, Refusal};
use netlab::topology::RouterConfig;
use router::config::{Filter, Forward, Transport, Verdict};
use router::event::{Route, Translation};
use smoltcp::wire::{EthernetAddress, IpCidr, IpEndpoint};
use texts::{plural, t};
use wire::PortId;
use wire::sorted::SortedMap;

pub(super) fn fill(sheet: &mut Sheet, scene: &Scene<'_>, config: &RouterConfig) {
    let (id, at) = (scene.id, scene.at);
    sheet.meaning = t!("Forwards packets from one network to the next, toward their destination.");
    sheet.facts.push(("RIP", rip(config.rip.as_ref())));
    sheet.facts.push((
        t!("Address translation"),
        if config.nat.is_some() {
            t!("on, for packets that leave through an outside port (NAT)")
        } else {
            t!("off")
        }
        .into(),
    ));
    if config.filter.is_none() {
        sheet.facts.push((t!("Filter"), t!("off: all packets are forwarded").into()));
    }
    sheet.buttons.push(Button {
        text: t!("Forget what it learned"),
        of: None,
        action: Action::Clear(id),
        in_tools: false,
    });
    sheet.tables.push(interfaces(scene, config));
    sheet.tables.push(routes(scene));
    let neighbors = Table::new(
        t!("Neighbors"),
        &[t!("IP address"), t!("MAC address"), t!("Learned")],
        scene
            .tables
            .neighbors
            .iter()
            .map(|(ip, mac, since)| {
                vec![names::with_address(scene.topology, *ip), ethernet(*mac), ago(at, *since)]
            })
            .collect(),
        t!("None yet: it will ask by ARP or NDP when it has something to send on."),
    );
    let since = scene.tables.neighbors.iter().map(|(.., since)| *since);
    sheet.tables.push(neighbors.remembering(Memory::Neighbors, since));
    if config.nat.is_some() || !scene.tables.translations.is_empty() {
        sheet.tables.push(translations(scene));
    }
    if let Some(forwards) =
        config.nat.as_ref().map(|nat| &nat.forwards).filter(|forwards| !forwards.is_empty())
    {
        let row = |forward: &Forward| {
            vec![
                format!("{} {}", transport(Some(forward.transport)), forward.port),
                format!("{}:{}", forward.to, forward.to_port),
            ]
        };
        let rows = forwards.iter().map(row).collect();
        sheet.tables.push(Table::new(t!("Forwarded ports"), &[t!("Outside"), t!("Destination")], rows, ""));
    }
    if let Some(filter) = &config.filter {
        sheet.tables.push(rules(scene, filter));
        sheet.tables.push(connections(scene));
    }
    let mut table =
        scene.port_table(&[t!("Dropped")], &|number| vec![format::count(scene.refused_at_port(number))]);
    table.title = t!("Traffic");
    sheet.tables.push(table);
}

/// All addresses of an interface, those of IP first.
fn list(addresses: &[IpCidr], mac: EthernetAddress) -> String {
    let of_ip = addresses.iter().map(IpCidr::to_string);
    of_ip.chain([ethernet(mac)]).collect::<Vec<_>>().join(", ")
}

fn interfaces(scene: &Scene<'_>, config: &RouterConfig) -> Table {
    let (mut rows, mut buttons) = (Vec::new(), Vec::new());
    for (number, direction) in scene.ports.directions.iter().enumerate() {
        let link = scene.history.link_at(direction.link, scene.at);
        let port = link.ports[direction.from.index()].of_router();
        let number = PortId(number as u32);
        let is = match (port.up, link.has_carrier(scene.at)) {
            (false, _) => t!("off"),
            (true, false) => t!("no cable"),
            (true, true) => t!("up"),
        };
        let mut is = vec![is];
        if port.outside && config.nat.is_some() {
            is.push(t!("outside"));
        }
        if config.rip.is_some() && !port.rip {
            is.push(t!("no RIP"));
        }
        let addresses = port.addresses.iter().chain(port.vlans.iter().flat_map(|(_, of)| of));
        if port.advertise && addresses.clone().any(|cidr| matches!(cidr, IpCidr::Ipv6(_))) {
            is.push(t!("advertises IPv6"));
        }
        let is = is.join(", ");
        let mac = port.mac.unwrap_or(scene.id.router_mac(number));
        let mtu = format::buffer(port.mtu);
        if !port.addresses.is_empty() || port.vlans.is_empty() {
            rows.push(vec![scene.ports.short(number), list(&port.addresses, mac), is.clone(), mtu.clone()]);
        }
        for (vlan, addresses) in &port.vlans {
            let name = format!("{}, VLAN {vlan}", scene.ports.short(number));
            rows.push(vec![name, list(addresses, mac), is.clone(), mtu.clone()]);
        }
        // One button for a port, however many networks it has.
        buttons.push(Some(scene.port_button(number.0 as usize, port.up)));
        buttons.resize(rows.len(), None);
    }
    let mut table = Table::new(
        t!("Interfaces"),
        &[t!("Port"), t!("Addresses"), t!("State"), "MTU"],
        rows,
        t!("No cable is plugged in."),
    );
    table.buttons = buttons;
    table
}

fn routes(scene: &Scene<'_>) -> Table {
    let row = |(route, since): &(Route, _)| {
        let vlan = route.vlan.map_or_else(String::new, |vlan| format!(", VLAN {vlan}"));
        // The neighbor's name shows already where the port leads.
        let through = match route.via {
            Some(via) => t!("{} at port {}", names::with_address(scene.topology, via), route.port.0),
            None => t!("directly at {}", scene.ports.long(route.port)),
        };
        let metric = if route.metric >= 16 { t!("16, unreachable").into() } else { route.metric.to_string() };
        vec![
            route.to.to_string(),
            format!("{through}{vlan}"),
            metric,
            format!("{}, {}", source(route.source), ago(scene.at, *since)),
        ]
    };
    Table::new(
        t!("Routes"),
        &[t!("To"), t!("Through"), t!("Metric"), t!("From, since")],
        scene.tables.routes.iter().map(row).collect(),
        t!("None: it drops every packet that it should forward."),
    )
    .remembering(Memory::Routes, scene.tables.routes.iter().map(|(.., since)| *since))
}

const fn transport(transport: Option<Transport>) -> &'static str {
    match transport {
        Some(Transport::Tcp) => "TCP",
        Some(Transport::Udp) => "UDP",
        None => "ICMP",
    }
}

fn translations(scene: &Scene<'_>) -> Table {
    let row = |(_, of, since): &(u32, Translation, _)| {
        // ICMP has no ports: its identifier tells one request from another.
        let [inside, outside, remote] = match of.transport {
            Some(_) => [of.inside, of.outside, of.remote].map(endpoint),
            None => {
                let request = |end: IpEndpoint| t!("{}, identifier {}", end.addr, end.port);
                [request(of.inside), request(of.outside), of.remote.addr.to_string()]
            }
        };
        vec![inside, outside, remote, format!("{}, {}", transport(of.transport), ago(scene.at, *since))]
    };
    Table::new(
        t!("Translations"),
        &[t!("Inside"), t!("Translated to"), t!("Remote"), t!("Over, since")],
        scene.tables.translations.iter().map(row).collect(),
        t!("None yet: no host inside has sent a packet to the outside."),
    )
    .remembering(Memory::Translations, scene.tables.translations.iter().map(|(.., since)| *since))
}

fn rules(scene: &Scene<'_>, filter: &Filter) -> Table {
    // A packet that a rule accepts begins a connection; any other is dropped.
    let mut hits: SortedMap<Option<u32>, u64> = SortedMap::new();
    for entry in scene.history.node(scene.id).iter().take_while(|entry| entry.at <= scene.at) {
        if let NodeEvent::Router(router::Event::Connection { rule, .. }) = entry.event {
            *hits.entry(rule).or_default() += 1;
        }
    }
    for (why, count) in scene.refused() {
        if let Refusal::Router(router::Refusal::Filtered(rule)) = why {
            *hits.entry(rule).or_default() += count;
        }
    }
    let count = |number: Option<u32>, what: Verdict| {
        let hits = hits.get(&number).copied().unwrap_or(0);
        match what {
            Verdict::Allow => {
                plural!(
                    hits,
                    "{count}\u{a0}connection",
                    "{count}\u{a0}connections",
                    count = format::count(hits)
                )
            }
            Verdict::Deny | Verdict::Reject => packets(hits),
        }
    };
    let mut rows: Vec<_> = (0u32..)
        .zip(&filter.rules)
        .map(|(number, of)| {
            vec![
                (number + 1).to_string(),
                verdict(of.verdict).into(),
                rule(of, |port| scene.ports.long(port)),
                count(Some(number), of.verdict),
            ]
        })
        .collect();
    let rest = if filter.rules.is_empty() { t!("all packets") } else { t!("all other packets") };
    let last = [
        t!("otherwise").to_string(),
        verdict(filter.otherwise).into(),
        rest.into(),
        count(None, filter.otherwise),
    ];
    rows.push(last.into());
    Table::new(t!("Filter"), &[t!("Rule"), t!("Verdict"), t!("Packets"), t!("Matches")], rows, "")
}

fn connections(scene: &Scene<'_>) -> Table {
    let row = |(_, of, by, since): &(u32, _, Option<u32>, _)| {
        let [protocol, from, to] = flow(of);
        let rule = by.map_or(t!("otherwise").into(), |rule| (rule + 1).to_string());
        vec![from, to, rule, format!("{protocol}, {}", ago(scene.at, *since))]
    };
    Table::new(
        t!("Connections"),
        &[t!("From"), t!("To"), t!("By rule"), t!("Over, since")],
        scene.tables.connections.iter().map(row).collect(),
        t!("None: it tracks no connection now."),
    )
    .remembering(Memory::Connections, scene.tables.connections.iter().map(|(.., since)| *since))
}
