//! The tables of switches and routers, as their consoles show them.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::Limits;
use netlab::{Duration, Instant, World};
use scenario::{Scenario, examples, set::set, show::show};

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

/// What a line changes, done at once.
fn change(world: &mut World, node: netlab::topology::NodeId, line: &str) {
    let command = set(world, node, line).expect(line).expect(line);
    let (at, _) = world.apply(command).expect(line);
    world.run_until(at, || true);
}

#[test]
fn what_is_set_at_the_console_of_a_switch_is_what_it_shows_then() {
    let (scenario, mut world) = world("spanning-tree", 3);
    let s1 = scenario.node("s1").unwrap();
    let shown = |world: &World, line: &str| show(world, s1, line).0;
    assert!(shown(&world, "show mac address-table").contains("DYNAMIC"));
    change(&mut world, s1, "clear mac address-table");
    assert!(!shown(&world, "show mac address-table").contains("DYNAMIC"));
    change(&mut world, s1, "set interface Gi0/1 down");
    assert!(shown(&world, "show interfaces").contains("Gi0/1      unassigned             admin down"));
    change(&mut world, s1, "set interface gi0/1 up");
    assert!(shown(&world, "show interfaces").contains("Gi0/1      unassigned             up "));
    change(&mut world, s1, "set interface Gi0/0 vlan 10");
    assert!(shown(&world, "show vlan").contains("10"), "{}", shown(&world, "show vlan"));
    change(&mut world, s1, "set interface Gi0/0 trunk 10,20,10");
    change(&mut world, s1, "set spanning-tree off");
    assert!(!shown(&world, "show spanning-tree").contains("FWD"), "{}", shown(&world, "show spanning-tree"));
    change(&mut world, s1, "set spanning-tree on");
    assert!(shown(&world, "show spanning-tree").contains("Gi0/"), "{}", shown(&world, "show spanning-tree"));
    for (line, wrong) in [
        ("set interface Gi0/9 up", "there is no interface Gi0/9"),
        ("set interface Gi0/1 vlan 5000", "no VLAN"),
        ("set interface Gi0/1 sideways", "it is set interface Gi0/N up|down, "),
        ("set rip on", "it is set interface"),
        ("clear arp", "it is clear mac address-table"),
    ] {
        let said = set(&world, s1, line).unwrap().unwrap_err();
        assert!(said.contains(wrong), "{line}: {said}");
    }
    assert_eq!(set(&world, s1, "show vlan"), None);
    assert!(show(&world, s1, "help").0.contains("  set spanning-tree on|off\n"));
}

#[test]
fn what_is_set_at_the_console_of_a_router_is_what_it_shows_then() {
    let (scenario, mut world) = world("home-network", 3);
    let home = scenario.node("home").unwrap();
    let shown = |world: &World, line: &str| show(world, home, line).0;
    change(&mut world, home, "set route 10.9.0.0/16 via 203.0.113.1");
    assert!(shown(&world, "show ip route").contains("10.9.0.0/16 [1/1] via 203.0.113.1"));
    change(&mut world, home, "set route 10.9.0.0/16 off");
    change(&mut world, home, "set route default off");
    let routes = shown(&world, "show ip route");
    assert!(!routes.contains("10.9.0.0") && !routes.contains("0.0.0.0/0"), "{routes}");
    change(&mut world, home, "set route default via 203.0.113.1");
    assert!(shown(&world, "show ip route").contains("0.0.0.0/0"));
    change(&mut world, home, "set interface Gi0/0 address 192.168.9.1/24,fd00:9::1/64");
    assert!(shown(&world, "show ip route").contains("192.168.9.0/24 is directly connected, Gi0/0"));
    change(&mut world, home, "set interface Gi0/0 down");
    assert!(!shown(&world, "show ip route").contains("192.168.9.0/24"));
    change(&mut world, home, "clear ip nat translations");
    assert!(!shown(&world, "show ip nat translations").contains("icmp "));
    change(&mut world, home, "set nat off");
    change(&mut world, home, "set rip on");
    for (line, wrong) in [
        ("set route 10.0.0.0/8 via fd00::1", "different IP versions"),
        ("set route 10.7.0.0/16 off", "there is no configured route"),
        ("set interface Gi0/0 address here", "no address with a prefix length"),
        ("set nat perhaps", "set nat on|off"),
    ] {
        let said = set(&world, home, line).unwrap().unwrap_err();
        assert!(said.contains(wrong), "{line}: {said}");
    }
    // A setting that no router can have is refused by the network, which stays as it was.
    let command = set(&world, home, "set interface Gi0/1 mtu 1").unwrap().unwrap();
    assert!(world.apply(command).is_err());
}
