//! A switch's sheet.

use super::words::{ago, bridge_id, edge, elapsed, ethernet, membership, role, state, stp, vlan};
use super::{Button, Memory, Scene, Sheet, Table};
use crate::action::Action;
use crate::format;
use bridge::config::{Edge, Membership};
use netlab::topology::{Direction, SwitchConfig};
use std::borrow::Cow;
use texts::t;

pub(super) fn fill(sheet: &mut Sheet, scene: &Scene<'_>, config: &SwitchConfig) {
    sheet.meaning = t!("Learns behind which port each address is, and sends frames only there.");
    let port = |direction: &Direction| {
        let link = scene.history.link_at(direction.link, scene.at);
        link.ports[direction.from.index()].of_switch()
    };
    let ports: Vec<_> = scene.ports.directions.iter().map(port).collect();
    let knows_vlans = ports.iter().any(|port| port.vlan != Membership::default());
    facts(&mut sheet.facts, scene, config);
    let button = |text, action| Button { text, of: None, action, in_tools: false };
    sheet.buttons.push(button(t!("Clear table"), Action::Clear(scene.id)));
    sheet.buttons.push(match config.stp {
        None => button(t!("Spanning tree on"), Action::Tree(scene.id, true)),
        Some(_) => button(t!("Spanning tree off"), Action::Tree(scene.id, false)),
    });
    sheet.tables.push(mac_table(scene, knows_vlans));
    if config.stp.is_some() {
        sheet.tables.push(tree_table(scene, &ports));
    }
    if config.snooping || !scene.tables.groups.is_empty() {
        sheet.tables.push(group_table(scene));
    }
    sheet.tables.push(port_table(scene, &ports, knows_vlans));
}

fn facts(facts: &mut Vec<(&'static str, String)>, scene: &Scene<'_>, config: &SwitchConfig) {
    facts.push((t!("Address aging time"), format::setting(config.ageing)));
    facts.push((t!("Spanning tree"), stp(config.stp)));
    match (&config.stp, scene.tables.root) {
        (Some(_), Some((root, cost, Some(port)))) => {
            facts.push((t!("Root of the tree"), bridge_id(root)));
            let cost = format::count(cost.into());
            facts.push((t!("Path to the root"), t!("at {}, cost {cost}", scene.ports.long(port))));
        }
        (Some(_), Some((root, _, None))) => {
            facts.push((t!("Root of the tree"), t!("itself, {}", bridge_id(root))));
        }
        (Some(_), None) | (None, _) => {}
    }
    facts.push((t!("Own address"), ethernet(scene.id.bridge_mac())));
    let snooping = if config.snooping {
        t!("forwarded only to ports with a member of the group (snooping)")
    } else {
        t!("forwarded to all ports")
    };
    facts.push((t!("Multicast"), snooping.into()));
}

fn mac_table(scene: &Scene<'_>, knows_vlans: bool) -> Table {
    let mut columns = vec![t!("MAC address"), t!("Port"), t!("Learned")];
    if knows_vlans {
        columns.insert(1, "VLAN");
    }
    let row = |entry: &netlab::history::MacEntry| {
        let mut row = vec![ethernet(entry.mac), scene.ports.short(entry.port), ago(scene.at, entry.since)];
        if knows_vlans {
            row.insert(1, vlan(entry.vlan));
        }
        row
    };
    Table::new(
        t!("MAC table"),
        &columns,
        scene.tables.macs.iter().map(row).collect(),
        t!(
            "Empty: no frame has arrived yet. A frame to an address that is not here goes out of every other port."
        ),
    )
    .remembering(Memory::Macs, scene.tables.macs.iter().map(|entry| entry.since))
}

fn tree_table(scene: &Scene<'_>, ports: &[bridge::Port]) -> Table {
    let row = |entry: &netlab::history::PortEntry| {
        let configured = ports.get(entry.port.0 as usize).map_or(Edge::Auto, |port| port.edge);
        let is_edge: Cow<'static, str> = match (configured, entry.edge) {
            (Edge::Auto, true) => t!("yes").into(),
            (Edge::Auto, false) => t!("no").into(),
            (configured, true) => t!("yes, set to {}", edge(configured)).into(),
            (configured, false) => t!("no, set to {}", edge(configured)).into(),
        };
        vec![
            scene.ports.short(entry.port),
            role(entry.role).into(),
            state(entry.state).into(),
            is_edge.into_owned(),
            elapsed(scene.at, entry.since),
        ]
    };
    Table::new(
        t!("Spanning tree"),
        &[t!("Port"), t!("Role"), t!("State"), t!("Edge port"), t!("duration" => "For")],
        scene.tables.ports.iter().map(row).collect(),
        t!("No port takes part yet."),
    )
    .remembering(Memory::Tree, scene.tables.ports.iter().map(|entry| entry.since))
}

fn group_table(scene: &Scene<'_>) -> Table {
    let row = |(of, group, port, since): &(_, smoltcp::wire::IpAddress, _, _)| {
        vec![group.to_string(), scene.ports.short(*port), vlan(*of), ago(scene.at, *since)]
    };
    Table::new(
        t!("Groups"),
        &[t!("Group"), t!("Member at port"), "VLAN", t!("Last report")],
        scene.tables.groups.iter().map(row).collect(),
        t!("No host has joined a group yet."),
    )
    .remembering(Memory::Groups, scene.tables.groups.iter().map(|(.., since)| *since))
}

fn port_table(scene: &Scene<'_>, ports: &[bridge::Port], knows_vlans: bool) -> Table {
    let mut more = vec![t!("Dropped")];
    if knows_vlans {
        more.push(t!("VLANs"));
    }
    let mut table = scene.port_table(&more, &|number| {
        let mut row = vec![format::count(scene.refused_at_port(number))];
        if knows_vlans {
            row.push(membership(&ports[number].vlan));
        }
        row
    });
    table.buttons =
        (0..ports.len()).map(|number| Some(scene.port_button(number, ports[number].up))).collect();
    table
}

impl Scene<'_> {
    /// What switches a port on or off.
    pub(super) fn port_button(&self, number: usize, up: bool) -> Button {
        let direction = self.ports.directions[number];
        Button {
            text: if up { t!("Switch off") } else { t!("Switch on") },
            of: Some(self.ports.long(wire::PortId(number as u32))),
            action: Action::Port(direction.link, direction.from, !up),
            in_tools: false,
        }
    }
}
