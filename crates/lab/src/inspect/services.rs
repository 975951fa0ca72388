//! What the sheet of a node says of services: which it offers, which addresses it has lent, which names it has learned.
//!
//! Leases and names are read off the frames (`trace::services`): the history has no tables of programs.

use super::words::{ago, ethernet};
use super::{Memory, Scene, Sheet, Table};
use crate::format;
use netlab::topology::NodeKind;
use smoltcp::wire::EthernetAddress;
use texts::t;
use trace::services::{self, Lease, Name};

/// Adds what there is to be said of a host's or router's services.
pub(super) fn fill(sheet: &mut Sheet, scene: &Scene<'_>, kind: &NodeKind) {
    let offered = scenario::service_names(kind);
    if !offered.is_empty() {
        let names: Vec<_> = offered.iter().map(|name| name_of(name)).collect();
        sheet.facts.push((t!("Services"), names.join(", ")));
    }
    if offered.contains(&"dhcp") {
        sheet.tables.push(leases(scene));
    }
    if matches!(kind, NodeKind::Host(config) if !config.dns.is_empty() || config.dhcp || offered.contains(&"dns"))
    {
        sheet.tables.push(names(scene));
    }
}

/// What a service is called by people.
pub fn name_of(service: &str) -> &str {
    match service {
        "dhcp" => t!("DHCP server"),
        "relay" => t!("DHCP relay"),
        "dns" => t!("DNS server"),
        "http" => t!("web server"),
        "ntp" => t!("time server"),
        other => other,
    }
}

/// The addresses that this server has lent, by address.
fn leases(scene: &Scene<'_>) -> Table {
    let leases = services::leases(scene.history, scene.topology.get(), scene.id, scene.at);
    let row = |lease: &Lease| {
        let left = lease.until.map_or_else(|| "–".into(), |until| format::duration(until.since(scene.at)));
        vec![lease.address.to_string(), named(scene, lease.client), ago(scene.at, lease.since), left]
    };
    Table::new(
        t!("Leases"),
        &[t!("Address"), t!("Lent to"), t!("Since"), t!("For another")],
        leases.iter().map(row).collect(),
        t!("None: no host has asked for an address yet."),
    )
    .remembering(Memory::Leases, leases.iter().map(|lease| lease.since))
}

/// A host by its MAC address.
fn named(scene: &Scene<'_>, address: EthernetAddress) -> String {
    let is = |id: &netlab::topology::NodeId| match &scene.topology.node(*id).kind {
        NodeKind::Host(config) => config.mac(*id) == address,
        NodeKind::Hub | NodeKind::Switch(_) | NodeKind::Router(_) => false,
    };
    match scene.topology.node_ids().find(is) {
        Some(id) => format!("{} ({})", scene.topology.node(id).name, ethernet(address)),
        None => ethernet(address),
    }
}

/// The records that this host has got in answers and that are still good.
fn names(scene: &Scene<'_>) -> Table {
    let names = services::names(scene.history, scene.topology.get(), scene.id, scene.at);
    let since: Vec<_> = names.iter().map(|name| name.since).collect();
    let row =
        |name: Name| vec![name.name, name.kind, name.value, format::duration(name.until.since(scene.at))];
    Table::new(
        t!("Names"),
        &[t!("Name"), t!("Type"), t!("Value"), t!("For another")],
        names.into_iter().map(row).collect(),
        t!("None yet: it will ask a DNS server when it needs one."),
    )
    .remembering(Memory::Names, since.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lab;
    use crate::inspect::{Inspected, inspect};
    use netlab::{Duration, Instant};
    use trace::selection::Selection;

    /// The sheet of a node of an example at this second.
    fn sheet(example: &str, node: &str, second: u64) -> Sheet {
        let example = scenario::examples().iter().find(|known| known.name == example).unwrap();
        let mut lab = Lab::new(example.scenario());
        let at = Instant::ZERO + Duration::from_secs(second);
        lab.world.run_until(at, || true);
        let node = Selection::Node(lab.scenario().node(node).unwrap());
        match inspect(lab.network.whole(), lab.world.history(), at, node) {
            Inspected::Sheet(sheet) => sheet,
            other => panic!("{other:?}"),
        }
    }

    fn table<'a>(sheet: &'a Sheet, title: &str) -> &'a Table {
        sheet
            .tables
            .iter()
            .find(|table| table.title == title)
            .unwrap_or_else(|| panic!("no {title}: {sheet:?}"))
    }

    #[test]
    fn a_dhcp_server_shows_its_leases_until_they_are_given_back() {
        let early = sheet("dhcp", "server", 8);
        let leases = table(&early, "Leases");
        assert_eq!(leases.rows.len(), 1);
        assert_eq!(&leases.rows[0][0], "192.168.1.100");
        assert!(leases.rows[0][1].starts_with("laptop (02:"), "{leases:?}");
        assert!(early.facts.contains(&("Services", "DHCP server".into())), "{:?}", early.facts);
        assert_eq!(table(&sheet("dhcp", "server", 16), "Leases").rows.len(), 2);
        let late = sheet("dhcp", "server", 20);
        let left: Vec<_> = table(&late, "Leases").rows.iter().map(|row| row[0].clone()).collect();
        assert_eq!(left, ["192.168.1.101"], "the laptop has left");
        let client = sheet("dhcp", "laptop", 8);
        assert!(
            client.facts.iter().any(|(_, what)| what.starts_with("192.168.1.100/24, by DHCP")),
            "{client:?}"
        );
    }

    #[test]
    fn a_host_shows_the_names_that_it_has_learned() {
        let before = sheet("web-page", "laptop", 2);
        assert_eq!(table(&before, "Names").rows, [] as [Vec<String>; 0]);
        let after = sheet("web-page", "laptop", 7);
        let names = table(&after, "Names");
        assert_eq!(names.rows[0][..3], ["www.example.test", "A", "198.51.100.80"]);
        let home = sheet("web-page", "home", 7);
        assert!(!table(&home, "Names").rows.is_empty(), "{home:?}");
    }
}
