//! The consoles of switches and routers: what they show, and what is changed there.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::Limits;
use netlab::topology::NodeId;
use netlab::{Duration, Instant, World};
use scenario::device::{Answer, Device, MISUSED};
use scenario::{Change, Scenario, examples};

/// An example at this moment.
fn world(name: &str, seconds: u64) -> (Scenario, World) {
    let scenario = examples().iter().find(|example| example.name == name).unwrap().scenario();
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until(Instant::ZERO + Duration::from_secs(seconds), || true);
    (scenario, world)
}

fn device(world: &World, node: NodeId) -> Device<'_> {
    Device::of(world, node, world.now()).expect("a switch or router")
}

/// What a line prints, and the exit status.
fn ask(world: &World, node: NodeId, line: &str) -> (String, u8) {
    match device(world, node).ask(line) {
        Answer::Text(text, status) => (text, status),
        Answer::Change(change) => panic!("{line} changes something: {change:?}"),
    }
}

fn shown(world: &World, node: NodeId, line: &str) -> String {
    let (text, status) = ask(world, node, line);
    assert_eq!(status, 0, "{line}: {text}");
    text
}

/// What a line changes, done at once.
fn change(world: &mut World, node: NodeId, line: &str) {
    let command = match device(world, node).ask(line) {
        Answer::Change(change) => change.command(0),
        Answer::Text(text, _) => panic!("{line}: {text}"),
    };
    let (at, _) = world.apply(command).expect(line);
    world.run_until(at, || true);
}

/// What is printed for a line that is wrong.
fn wrong(world: &World, node: NodeId, line: &str) -> String {
    let (text, status) = ask(world, node, line);
    assert!(status == MISUSED && text.starts_with("% "), "{line}: {text}");
    text
}

#[test]
fn a_router_shows_routes_neighbors_interfaces_and_translations() {
    let (scenario, world) = world("home-network", 3);
    let home = scenario.node("home").unwrap();
    let shown = |line: &str| shown(&world, home, line);
    let routes = shown("show ip route");
    assert!(routes.contains("S*    0.0.0.0/0 [1/1] via 203.0.113.1, 00:00:0"), "{routes}");
    assert!(routes.contains("C     192.168.1.0/24 is directly connected, Gi0/0\n"), "{routes}");
    assert_eq!(shown("sh ip ro"), routes, "words may be shortened");
    let arp = shown("show arp");
    assert!(arp.contains("Internet  192.168.1.10 ") && arp.contains("  0250.0000.0001\n"), "{arp}");
    assert_eq!(shown("show ip arp"), arp);
    let interfaces = shown("show ip interface brief");
    assert!(interfaces.contains("Gi0/1      203.0.113.2/30         up "), "{interfaces}");
    let nat = shown("show ip nat translations");
    assert!(nat.contains("icmp 203.0.113.2:") && nat.contains("tcp  203.0.113.2:"), "{nat}");
    assert_eq!([shown("show nat"), shown("show ip nat")], [&*nat, &*nat]);
    assert_eq!(shown("show rip"), "RIP is off.\n");
}

#[test]
fn a_switch_shows_addresses_and_its_tree() {
    let (scenario, world) = world("spanning-tree", 3);
    let node = |id: &str| scenario.node(id).unwrap();
    let switches: Vec<_> =
        ["s1", "s2", "s3"].map(|id| shown(&world, node(id), "show spanning-tree")).to_vec();
    assert_eq!(switches.iter().filter(|text| text.contains("This bridge is the root\n")).count(), 1);
    assert!(
        switches.iter().any(|text| text.contains(" Root FWD P2p") && text.contains(" Disa BLK P2p")),
        "{switches:?}"
    );
    let macs = shown(&world, node("s1"), "show mac address-table");
    assert!(macs.contains(" DYNAMIC     Gi0/"), "{macs}");
    assert_eq!(shown(&world, node("s1"), "show mac"), macs, "there is one way to go on");
    let interfaces = shown(&world, node("s1"), "show interfaces");
    let states = ["Gi0/0      unassigned             down ", "Gi0/1      unassigned             up "];
    assert!(states.iter().all(|state| interfaces.contains(state)), "{interfaces}");
}

#[test]
fn every_moment_can_be_looked_at() {
    let (scenario, world) = world("spanning-tree", 3);
    let s1 = scenario.node("s1").unwrap();
    let macs = |at| match Device::of(&world, s1, at).unwrap().ask("show mac | grep -c DYNAMIC") {
        Answer::Text(text, _) => text.trim().parse::<usize>().unwrap(),
        Answer::Change(_) => unreachable!(),
    };
    assert_eq!(macs(Instant::ZERO), 0);
    assert!(macs(world.now()) > 0);
}

#[test]
fn a_host_and_a_hub_have_no_such_console() {
    let (scenario, world) = world("hub-beside-switch", 0);
    let has = |id: &str| Device::of(&world, scenario.node(id).unwrap(), world.now()).is_some();
    let consoles: Vec<_> = scenario.ids.iter().filter(|id| has(id)).collect();
    assert_eq!(consoles, ["switch"]);
}

#[test]
fn what_is_shown_goes_through_filters_and_what_is_wrong_does_not() {
    let (scenario, world) = world("home-network", 3);
    let home = scenario.node("home").unwrap();
    assert_eq!(ask(&world, home, "show ip route | grep -c '^C '").0, "2\n");
    assert_eq!(shown(&world, home, "show ip route | grep direct | head -n 1 | wc -l"), "1\n");
    assert_eq!(ask(&world, home, "show ip route | grep nothing"), (String::new(), 1));
    assert!(wrong(&world, home, "show vlan | grep x").contains("Invalid input: vlan"));
    assert!(wrong(&world, home, "show arp | sort").contains("can be piped to grep"));
}

#[test]
fn help_lists_the_lines_and_a_wrong_one_what_was_expected() {
    let (scenario, world) = world("spanning-tree", 0);
    let s1 = scenario.node("s1").unwrap();
    assert_eq!(
        shown(&world, s1, "help"),
        "  show interfaces\n  show mac address-table\n  show spanning-tree\n  show vlan\n  \
         show ip igmp snooping groups\n  clear mac address-table\n  set interface PORT up|down\n  \
         set interface PORT vlan VLAN\n  set interface PORT trunk [VLAN,VLAN...]\n  \
         set interface PORT native VLAN|off\n  set interface PORT cost NUMBER|auto\n  \
         set interface PORT mtu BYTES\n  set spanning-tree on|off\n  set priority NUMBER\n  set snooping on|off\n"
    );
    assert_eq!(shown(&world, s1, "?"), shown(&world, s1, "help"));
    let of_show = shown(&world, s1, "show --help");
    assert_eq!(of_show.lines().count(), 5);
    assert_eq!([shown(&world, s1, "show"), shown(&world, s1, "help show")], [&*of_show, &*of_show]);
    assert_eq!(shown(&world, s1, "set port 0 vl ?"), "  set interface PORT vlan VLAN\n");
    assert_eq!(
        wrong(&world, s1, "hostname"),
        "% Invalid input: hostname: lines begin with show, clear, set; help lists them\n"
    );
    assert_eq!(wrong(&world, s1, "set sp maybe"), "% Invalid input: maybe\n  set spanning-tree on|off\n");
    assert_eq!(wrong(&world, s1, "set priority"), "% Incomplete line\n  set priority NUMBER\n");
    assert_eq!(wrong(&world, s1, "show vlan 10"), "% Invalid input: 10\n  show vlan\n");
    assert_eq!(ask(&world, s1, "  "), (String::new(), 0));
}

#[test]
fn what_is_set_at_the_console_of_a_switch_is_what_it_shows_then() {
    let (scenario, mut world) = world("spanning-tree", 3);
    let s1 = scenario.node("s1").unwrap();
    let has = |world: &World, line: &str, text: &str| {
        let shown = shown(world, s1, line);
        assert!(shown.contains(text), "{line}: {shown}");
    };
    has(&world, "show mac", "DYNAMIC");
    change(&mut world, s1, "clear mac address-table dynamic");
    assert_eq!(ask(&world, s1, "show mac | grep DYNAMIC").0, "");
    change(&mut world, s1, "set interface Gi0/1 down");
    has(&world, "show interfaces", "Gi0/1      unassigned             admin down");
    change(&mut world, s1, "set port 1 on");
    has(&world, "show interfaces", "Gi0/1      unassigned             up ");
    change(&mut world, s1, "set port s2 off");
    has(&world, "show interfaces", "admin down 9216  s2\n");
    change(&mut world, s1, "set port s2 on");
    change(&mut world, s1, "set interface gi0/0 vlan 10");
    has(&world, "show vlan", "Gi0/0      10\n");
    change(&mut world, s1, "set interface Gi0/0 trunk 20,10,20");
    change(&mut world, s1, "set interface Gi0/0 native 5");
    has(&world, "show vlan", "Gi0/0      trunk 10,20, native 5\n");
    change(&mut world, s1, "set interface Gi0/0 trunk");
    change(&mut world, s1, "set no interface Gi0/0 native");
    has(&world, "show vlan", "Gi0/0      trunk all\n");
    change(&mut world, s1, "set priority 4096");
    has(&world, "show stp", "Priority    4096\n");
    change(&mut world, s1, "set stp off");
    assert_eq!(shown(&world, s1, "show spanning-tree"), "No spanning tree instance exists.\n");
    change(&mut world, s1, "set spanning-tree on");
    has(&world, "show spanning-tree", "Gi0/");
    change(&mut world, s1, "set interface Gi0/1 cost 7");
    change(&mut world, s1, "set interface Gi0/1 cost auto");
    change(&mut world, s1, "set interface Gi0/1 mtu 1500");
    has(&world, "show interfaces", " 1500 ");
    change(&mut world, s1, "set snooping on");
    has(&world, "show ip igmp snooping groups", "Vlan  Group");
    for (line, why) in [
        ("set interface Gi0/9 up", "there is no interface Gi0/9"),
        ("set interface Gi0/1 vlan 5000", "no VLAN: they have the numbers 1 to 4094"),
        ("set interface Gi0/1 sideways", "Invalid input: sideways\n  set interface PORT up|down\n"),
        ("set interface Gi0/1 mtu 1", "mtu 1 is out of bounds"),
        ("set interface Gi0/1 native 5", "only a trunk has a native VLAN"),
        ("set priority 5", "a multiple of 4096"),
        ("set rip on", "Invalid input: rip\n  set interface PORT"),
        ("clear arp", "Invalid input: arp\n  clear mac address-table\n"),
    ] {
        let said = wrong(&world, s1, line);
        assert!(said.contains(why), "{line}: {said}");
    }
}

#[test]
fn what_is_set_at_the_console_of_a_router_is_what_it_shows_then() {
    let (scenario, mut world) = world("home-network", 3);
    let home = scenario.node("home").unwrap();
    let has = |world: &World, line: &str, text: &str| {
        let shown = shown(world, home, line);
        assert!(shown.contains(text), "{line}: {shown}");
    };
    let has_not = |world: &World, line: &str, text: &str| {
        let shown = shown(world, home, line);
        assert!(!shown.contains(text), "{line}: {shown}");
    };
    change(&mut world, home, "set route 10.9.0.0/16 via 203.0.113.1 metric 3");
    has(&world, "show ip route", "10.9.0.0/16 [1/3] via 203.0.113.1");
    change(&mut world, home, "set no route 10.9.0.0/16 via 203.0.113.1");
    change(&mut world, home, "set route default off");
    has_not(&world, "show ip route", "10.9.0.0");
    has_not(&world, "show ip route", "0.0.0.0/0");
    change(&mut world, home, "set route default via 203.0.113.1");
    has(&world, "show ip route", "0.0.0.0/0");
    change(&mut world, home, "set interface Gi0/0 address 192.168.9.1/24,fd00:9::1/64");
    has(&world, "show ip route", "192.168.9.0/24 is directly connected, Gi0/0");
    change(&mut world, home, "set interface Gi0/0 down");
    has_not(&world, "show ip route", "192.168.9.0/24");
    change(&mut world, home, "set interface Gi0/0 address off");
    has(&world, "show interfaces", "Gi0/0      unassigned             admin down");
    change(&mut world, home, "clear ip nat translations");
    has_not(&world, "show nat", "icmp ");
    change(&mut world, home, "set interface Gi0/1 outside off");
    change(&mut world, home, "set nat forward tcp 8080 to 192.168.1.11 port 80");
    change(&mut world, home, "set nat forward tcp 8080 off");
    change(&mut world, home, "set nat off");
    change(&mut world, home, "set rip on");
    change(&mut world, home, "set interface Gi0/1 rip off");
    has(&world, "show rip", "Split horizon: with poisoned reverse\nTriggered updates: on\n");
    has(&world, "show ip protocols", "Gi0/0      on\nGi0/1      off\n");
    for (line, why) in [
        ("set route 10.0.0.0/8 via fd00::1", "different IP versions"),
        ("set route 10.7.0.0/16 off", "there is no configured route to 10.7.0.0/16"),
        ("set interface Gi0/0 address here", "no address with a prefix length"),
        ("set interface Gi0/1 mtu 1", "out of bounds"),
        (
            "set nat perhaps",
            "Invalid input: perhaps\n  set nat on|off\n  set nat forward tcp|udp NUMBER to ADDRESS",
        ),
        ("set nat forward tcp 9 off", "tcp port 9 is not forwarded"),
        ("set route 10.0.0.0/8 via", "% Incomplete line\n  set route "),
    ] {
        let said = wrong(&world, home, line);
        assert!(said.contains(why), "{line}: {said}");
    }
}

#[test]
fn rules_of_a_filter_are_added_listed_and_taken_away() {
    let (scenario, mut world) = world("home-network", 3);
    let home = scenario.node("home").unwrap();
    let before = shown(&world, home, "show filter");
    assert!(
        before.contains("   2 allow tcp to 192.168.1.11/32 ports 80\n     otherwise deny\nConnection icmp "),
        "{before}"
    );
    change(&mut world, home, "set filter off");
    change(&mut world, home, "set filter on");
    assert_eq!(shown(&world, home, "show filter | grep -v Connection"), "     otherwise allow\n");
    change(&mut world, home, "set filter deny tcp from 192.168.1.0/24 ports 20-25 in Gi0/0");
    change(&mut world, home, "set filter reject all to 203.0.113.9/32");
    change(&mut world, home, "set filter otherwise deny");
    assert_eq!(
        shown(&world, home, "show access-lists | grep -v Connection"),
        "   1 deny tcp from 192.168.1.0/24 ports 20-25 in Gi0/0\n   2 reject all to 203.0.113.9/32\n     otherwise deny\n"
    );
    change(&mut world, home, "set filter 1 off");
    assert_eq!(shown(&world, home, "show filter | head -1"), "   1 reject all to 203.0.113.9/32\n");
    for (line, why) in [
        ("set filter 2 off", "there is no rule 2"),
        ("set filter deny tcp from", "Incomplete line"),
        ("set filter deny tcp via 10.0.0.1", "via is not understood: it is from, to, ports or in"),
        ("set filter deny sctp", "Invalid input: sctp\n  set filter allow|deny|reject"),
        ("set filter deny tcp ports 9-1", "no range of ports"),
        ("set filter deny icmp ports 22", "ICMP has no ports"),
    ] {
        let said = wrong(&world, home, line);
        assert!(said.contains(why), "{line}: {said}");
    }
    change(&mut world, home, "set filter off");
    assert_eq!(shown(&world, home, "show filter"), "Filter is off: all packets are forwarded.\n");
}

#[test]
fn what_can_stand_next_comes_from_the_same_list() {
    let (scenario, world) = world("home-network", 0);
    let home = device(&world, scenario.node("home").unwrap());
    let words = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        home.next(&words).words.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(words(""), ["help", "show", "clear", "set"]);
    assert_eq!(words("show ip"), ["route"]);
    assert_eq!(words("set interface Gi0/0"), ["up", "down", "address", "mtu", "outside", "rip"]);
    assert_eq!(words("set filter deny tcp from 10.0.0.0/8"), ["from", "to", "ports", "in"]);
    assert_eq!(words("set route"), ["default"]);
    assert!(home.next(&["set", "route", "default", "via"]).is_address);
    let ports = home.next(&["set", "filter", "deny", "tcp", "in"]).words;
    assert!(ports.contains(&("Gi0/1".into(), "Gi0/1".into())), "{ports:?}");
    assert!(ports.iter().any(|(name, stands_for)| name != stands_for && stands_for == "Gi0/1"), "{ports:?}");
    assert_eq!(words("nonsense"), [] as [&str; 0]);
}

#[test]
fn a_line_is_the_change_that_a_document_writes_down() {
    let (scenario, world) = world("spanning-tree", 1);
    let Answer::Change(set) = device(&world, scenario.node("s1").unwrap()).ask("set port 1 off") else {
        panic!("it changes a port")
    };
    assert!(matches!(*set, Change::Port(..)));
    let document = scenario.with_change(world.now(), *set);
    assert_eq!(Scenario::parse(&document.to_json()).unwrap(), document);
}
