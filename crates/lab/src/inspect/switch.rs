//! A switch's sheet.

use super::words::{ago, bridge_id, edge, ethernet, for_so_long, membership, role, state, stp, vlan};
use super::{Button, Scene, Sheet, Table};
use crate::acting::Action;
use crate::format;
use bridge::config::{Edge, Membership};
use netlab::topology::{Direction, SwitchConfig};
use std::borrow::Cow;

pub(super) fn fill(sheet: &mut Sheet, scene: &Scene<'_>, config: &SwitchConfig) {
    let (tables, at, id) = (&scene.tables, scene.at, scene.id);
    sheet.meaning = "Learns behind which port each address is, and sends frames only there.";
    let port = |direction: &Direction| {
        let link = scene.history.link_at(direction.link, at);
        link.ports[direction.from.index()].of_switch()
    };
    let ports: Vec<_> = scene.ports.directions.iter().map(port).collect();
    let knows_vlans = ports.iter().any(|port| port.vlan != Membership::default());

    let facts = &mut sheet.facts;
    facts.push(("Forgets an address after", format::setting(config.ageing)));
    facts.push(("Spanning tree", stp(config.stp)));
    match (&config.stp, tables.root) {
        (Some(_), Some((root, cost, Some(port)))) => {
            facts.push(("Root of the tree", bridge_id(root)));
            facts.push((
                "Way to the root",
                format!("at {}, cost {}", scene.ports.long(port), format::count(cost.into())),
            ));
        }
        (Some(_), Some((root, _, None))) => {
            facts.push(("Root of the tree", format!("itself, {}", bridge_id(root))));
        }
        (Some(_), None) | (None, _) => {}
    }
    facts.push(("Own address", ethernet(id.bridge_mac())));
    let snooping = if config.snooping { "goes only where somebody asked for it" } else { "goes everywhere" };
    facts.push(("Multicast", snooping.into()));

    let button = |text, action| Button { text, of: None, action, in_tools: false };
    sheet.buttons.push(button("Clear table", Action::Clear(id)));
    sheet.buttons.push(match config.stp {
        None => button("Spanning tree on", Action::Tree(id, true)),
        Some(_) => button("Spanning tree off", Action::Tree(id, false)),
    });

    let mut columns = vec!["Ethernet address", "Port", "Learned"];
    if knows_vlans {
        columns.insert(1, "VLAN");
    }
    let mac_row = |entry: &netlab::history::MacEntry| {
        let mut row = vec![ethernet(entry.mac), scene.ports.short(entry.port), ago(at, entry.since)];
        if knows_vlans {
            row.insert(1, vlan(entry.vlan));
        }
        row
    };
    sheet.tables.push(Table::new(
        "MAC table",
        &columns,
        tables.macs.iter().map(mac_row).collect(),
        "Empty: it has heard nobody yet, and sends what comes out of every other port.",
    ));
    if config.stp.is_some() {
        let row = |entry: &netlab::history::PortEntry| {
            let said = ports.get(entry.port.0 as usize).map_or(Edge::Auto, |port| port.edge);
            let no_switch: Cow<'static, str> = match (said, entry.edge) {
                (Edge::Auto, true) => "none".into(),
                (Edge::Auto, false) => "perhaps".into(),
                (said, is) => format!("{} ({})", if is { "none" } else { "perhaps" }, edge(said)).into(),
            };
            vec![
                scene.ports.short(entry.port),
                role(entry.role).into(),
                state(entry.state).into(),
                no_switch.into_owned(),
                for_so_long(at, entry.since),
            ]
        };
        sheet.tables.push(Table::new(
            "Spanning tree",
            &["Port", "Role", "State", "Another switch there", "For"],
            tables.ports.iter().map(row).collect(),
            "No port takes part yet.",
        ));
    }
    if config.snooping || !tables.groups.is_empty() {
        let row = |(of, group, port, since): &(_, smoltcp::wire::IpAddress, _, _)| {
            vec![group.to_string(), scene.ports.short(*port), vlan(*of), ago(at, *since)]
        };
        sheet.tables.push(Table::new(
            "Groups",
            &["Group", "Wanted behind port", "VLAN", "Heard"],
            tables.groups.iter().map(row).collect(),
            "Nobody has asked for a group yet.",
        ));
    }
    let mut more = vec!["Kept back"];
    if knows_vlans {
        more.push("VLANs");
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
    sheet.tables.push(table);
}

impl Scene<'_> {
    /// What switches a port on or off.
    pub(super) fn port_button(&self, number: usize, up: bool) -> Button {
        let direction = self.ports.directions[number];
        Button {
            text: if up { "Switch off" } else { "Switch on" },
            of: Some(self.ports.long(wire::PortId(number as u32))),
            action: Action::Port(direction.link, direction.from, !up),
            in_tools: false,
        }
    }
}
