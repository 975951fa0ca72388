//! The tables of switches and routers, as their consoles show them.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::Limits;
use netlab::{Duration, Instant, World};
use scenario::{Scenario, examples, show::show};

/// An example at this moment.
fn world(name: &str, seconds: u64) -> (Scenario, World) {
    let scenario = examples().iter().find(|example| example.name == name).unwrap().scenario();
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until(Instant::ZERO + Duration::from_secs(seconds), || true);
    (scenario, world)
}

#[test]
fn a_router_shows_routes_neighbors_interfaces_and_translations() {
    let (scenario, world) = world("home-network", 3);
    let ask = |line: &str| show(&world, scenario.node("home").unwrap(), line);
    let (routes, status) = ask("show ip route");
    assert_eq!(status, 0);
    assert!(routes.contains("S*    0.0.0.0/0 [1/1] via 203.0.113.1, 00:00:0"), "{routes}");
    assert!(routes.contains("C     192.168.1.0/24 is directly connected, Gi0/0\n"), "{routes}");
    assert_eq!(ask("sh ip ro").0, routes, "words may be shortened");
    let arp = ask("show arp").0;
    assert!(arp.contains("Internet  192.168.1.10 ") && arp.contains("  0250.0000.0001\n"), "{arp}");
    let interfaces = ask("show ip interface brief").0;
    assert!(interfaces.contains("Gi0/1      203.0.113.2/30         up "), "{interfaces}");
    let nat = ask("show ip nat translations").0;
    assert!(nat.contains("icmp 203.0.113.2:") && nat.contains("tcp  203.0.113.2:"), "{nat}");
    let (wrong, status) = ask("show mac address-table");
    assert!(wrong.starts_with("% Invalid input") && wrong.contains("  show ip route\n"), "{wrong}");
    assert_eq!(status, 2);
}

#[test]
fn a_switch_shows_addresses_and_its_tree() {
    let (scenario, world) = world("spanning-tree", 3);
    let switches: Vec<_> = ["s1", "s2", "s3"]
        .iter()
        .map(|id| show(&world, scenario.node(id).unwrap(), "show spanning-tree").0)
        .collect();
    assert_eq!(switches.iter().filter(|text| text.contains("This bridge is the root\n")).count(), 1);
    assert!(
        switches.iter().any(|text| text.contains(" Root FWD P2p") && text.contains(" Disa BLK P2p")),
        "{switches:?}"
    );
    let macs = show(&world, scenario.node("s1").unwrap(), "show mac address-table").0;
    assert!(macs.contains(" DYNAMIC     Gi0/"), "{macs}");
    let interfaces = show(&world, scenario.node("s1").unwrap(), "show interfaces").0;
    let states = ["Gi0/0      unassigned             down ", "Gi0/1      unassigned             up "];
    assert!(states.iter().all(|state| interfaces.contains(state)), "{interfaces}");
}
