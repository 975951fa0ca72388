//! A host's sheet.

use super::words::{ago, ethernet, socket_row, tcp_settings};
use super::{Memory, Scene, Sheet, Table};
use crate::format;
use crate::names;
use netlab::topology::HostConfig;
use smoltcp::wire::IpCidr;
use texts::t;

pub(super) fn fill(sheet: &mut Sheet, scene: &Scene<'_>, config: &HostConfig) {
    let (tables, at) = (&scene.tables, scene.at);
    sheet.meaning = t!("Has its own TCP/IP stack and runs programs that communicate.");
    let facts = &mut sheet.facts;
    for cidr in config.addresses_of_stack(scene.id) {
        let duplicate = tables.duplicates.iter().any(|(address, ..)| *address == cidr.address());
        facts.push((
            t!("Address"),
            if duplicate { t!("{cidr}, not used: another host has it") } else { cidr.to_string() },
        ));
    }
    if let Some(since) = tables.card_off {
        facts.push((t!("Network card"), t!("switched off {}", ago(at, since))));
    }
    for (cidr, since) in &tables.addresses {
        let by_dhcp = config.dhcp && matches!(cidr, IpCidr::Ipv4(_));
        let since = ago(at, *since);
        let how = match by_dhcp {
            true => t!("{cidr}, by DHCP {since}"),
            false => t!("{cidr}, advertised by a router {since}"),
        };
        facts.push((t!("Address"), how));
    }
    for gateway in &config.gateways {
        facts.push((t!("Gateway"), names::with_address(scene.topology, *gateway)));
    }
    for (router, since) in &tables.default_routers {
        let name = names::with_address(scene.topology, *router);
        facts.push((t!("Gateway"), t!("{what}, advertised {}", ago(at, *since), what = name)));
    }
    if config.slaac && tables.default_routers.is_empty() {
        facts.push(("IPv6", t!("waits for a router advertisement (SLAAC)").into()));
    }
    facts.push((t!("MAC address"), ethernet(config.mac(scene.id))));
    facts.push(("MTU", format::buffer(config.ip_mtu)));
    if let Some((mtu, since)) = tables.advertised_mtu {
        facts.push(("MTU (IPv6)", t!("{what}, advertised {}", ago(at, since), what = format::buffer(mtu))));
    }
    facts.push(("TCP", tcp_settings(config.tcp)));
    let neighbors = Table::new(
        t!("Neighbors"),
        &[t!("IP address"), t!("MAC address"), t!("Learned")],
        tables
            .neighbors
            .iter()
            .map(|(ip, mac, since)| vec![ip.to_string(), ethernet(*mac), ago(at, *since)])
            .collect(),
        t!("None yet: it will ask by ARP or NDP when it has something to send."),
    );
    let since = tables.neighbors.iter().map(|(.., since)| *since);
    sheet.tables.push(neighbors.remembering(Memory::Neighbors, since));
    let sockets = Table::new(
        t!("Sockets"),
        &[t!("Socket"), t!("State"), t!("Remote endpoint")],
        tables.sockets.iter().map(|(_, state, _)| socket_row(state)).collect(),
        t!("None open: no program here is using the network."),
    );
    let since = tables.sockets.iter().map(|(.., since)| *since);
    sheet.tables.push(sockets.remembering(Memory::Sockets, since));
    if !tables.path_mtus.is_empty() {
        let row = |(to, mtu, since): &(_, usize, _)| {
            vec![names::with_address(scene.topology, *to), format::buffer(*mtu), ago(at, *since)]
        };
        let rows = tables.path_mtus.iter().map(row).collect();
        let since = tables.path_mtus.iter().map(|(.., since)| *since);
        sheet.tables.push(
            Table::new(t!("Path MTUs"), &[t!("To"), t!("Path MTU"), t!("Learned")], rows, "")
                .remembering(Memory::PathMtus, since),
        );
    }
    if !tables.redirects.is_empty() {
        let row = |(to, via, since): &(_, _, _)| {
            vec![
                names::with_address(scene.topology, *to),
                names::with_address(scene.topology, *via),
                ago(at, *since),
            ]
        };
        let rows = tables.redirects.iter().map(row).collect();
        let since = tables.redirects.iter().map(|(.., since)| *since);
        sheet.tables.push(
            Table::new(t!("Redirects"), &[t!("To"), t!("Through"), t!("Since")], rows, "")
                .remembering(Memory::Redirects, since),
        );
    }
    if !tables.memberships.is_empty() {
        let row = |(group, since): &(smoltcp::wire::IpAddress, _)| vec![group.to_string(), ago(at, *since)];
        let rows = tables.memberships.iter().map(row).collect();
        let since = tables.memberships.iter().map(|(.., since)| *since);
        sheet.tables.push(
            Table::new(t!("Groups"), &[t!("Group"), t!("Joined")], rows, "")
                .remembering(Memory::Memberships, since),
        );
    }
    sheet.tables.push(scene.port_table(&[], &|_| Vec::new()));
}
