//! Routers that serve their networks: DHCP server, DHCP relay and DNS forwarder, also behind address translation.
#![cfg(feature = "services")]

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::{Limits, ProgramId};
use netlab::{Duration, Instant, World};
use scenario::{Problem, Scenario, problems};

/// A home: the router lends addresses and forwards questions about names to the provider's server.
const HOME: &str = r#"{"packetarium": 1, "nodes": [
    {"id": "laptop", "kind": "host", "addresses": "dhcp"}, {"id": "phone", "kind": "host", "addresses": "dhcp"},
    {"id": "s", "kind": "switch"},
    {"id": "home", "kind": "router", "routes": [{"to": "default", "via": "203.0.113.1"}], "nat": true, "services": {
        "dhcp": {"pool": "192.168.1.100-192.168.1.199", "router": "192.168.1.1", "dns": "192.168.1.1", "domain": "example.test"},
        "dns": {"zone": {"router.example.test": "192.168.1.1"}, "forward": "198.51.100.53"}}},
    {"id": "isp", "kind": "router"},
    {"id": "net", "kind": "switch"},
    {"id": "names", "kind": "host", "addresses": ["198.51.100.53/24"], "gateway": "198.51.100.1", "services": {"dns": {"origin": "web.test", "zone": {"www.web.test": "198.51.100.80"}}}},
    {"id": "www", "kind": "host", "addresses": ["198.51.100.80/24"], "gateway": "198.51.100.1", "services": {"http": {"pages": {"/": "Hello\n"}}}}],
    "links": [{"ends": ["laptop", "s"]}, {"ends": ["phone", "s"]},
        {"ends": ["s", "home"], "ports": {"home": {"addresses": ["192.168.1.1/24"]}}},
        {"ends": ["home", "isp"], "ports": {"home": {"addresses": ["203.0.113.2/30"], "outside": true}, "isp": {"addresses": ["203.0.113.1/30"]}}},
        {"ends": ["isp", "net"], "ports": {"isp": {"addresses": ["198.51.100.1/24"]}}}, {"ends": ["net", "names"]}, {"ends": ["net", "www"]}],
    "runs": [{"at": "5s", "command": {"on": "laptop", "line": "curl http://www.web.test/"}},
        {"at": "6s", "command": {"on": "laptop", "line": "ping -c 1 router"}},
        {"at": "7s", "command": {"on": "phone", "line": "dig +short www.web.test"}},
        {"at": "8s", "command": {"on": "phone", "line": "ping -c 1 -W 1 nobody.web.test"}}]}"#;

/// Two networks, a server in one of them, and a relay between.
const RELAYED: &str = r#"{"packetarium": 1, "nodes": [
    {"id": "near", "kind": "host", "addresses": "dhcp"}, {"id": "far", "kind": "host", "addresses": "dhcp"},
    {"id": "s1", "kind": "switch"}, {"id": "s2", "kind": "switch"},
    {"id": "r", "kind": "router", "services": {"relay": "10.0.1.2"}},
    {"id": "server", "kind": "host", "addresses": ["10.0.1.2/24"], "gateway": "10.0.1.1", "services": {"dhcp": [
        {"pool": "10.0.1.100-10.0.1.109", "router": "10.0.1.1"},
        {"pool": "10.0.2.100-10.0.2.109", "network": "10.0.2.0/24", "router": "10.0.2.1", "lease": "20s"}]}}],
    "links": [{"ends": ["near", "s1"]}, {"ends": ["far", "s2"]}, {"ends": ["server", "s1"]},
        {"ends": ["r", "s1"], "ports": {"r": {"addresses": ["10.0.1.1/24"]}}}, {"ends": ["r", "s2"], "ports": {"r": {"addresses": ["10.0.2.1/24"]}}}],
    "runs": [{"at": "8s", "command": {"on": "far", "line": "ping -c 1 10.0.1.2"}}, {"at": "45s", "command": {"on": "far", "line": "ping -c 1 10.0.1.100"}}, {"at": "46s", "command": {"on": "far", "line": "dhclient -r"}}]}"#;

fn run(text: &str, secs: u64) -> World {
    let scenario = Scenario::parse(text).unwrap();
    let again = Scenario::parse(&scenario.to_json()).unwrap();
    assert_eq!(again, scenario, "what is written is the same");
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until(Instant::ZERO + Duration::from_secs(secs), || true);
    world
}

fn output(world: &World, program: u32) -> String {
    world.history().program(ProgramId(program)).output_by(world.now())
}

fn warnings(text: &str) -> Vec<String> {
    let all = problems(&Scenario::parse(text).unwrap());
    all.iter().map(|Problem { fault, .. }| fault.to_string().replacen("warning: ", "", 1)).collect()
}

#[test]
fn a_home_router_lends_addresses_and_finds_names_behind_its_translation() {
    assert_eq!(warnings(HOME).len(), 1, "only the name that is wrong on purpose: {:?}", warnings(HOME));
    let world = run(HOME, 20);
    let mut leases = [output(&world, 0), output(&world, 1)];
    leases.sort();
    assert!(leases[0].starts_with("bound to 192.168.1.100/24 from 192.168.1.1 for 3599 s\n"), "{leases:?}");
    assert!(leases[1].starts_with("bound to 192.168.1.101/24 from 192.168.1.1 for 3599 s\n"), "{leases:?}");
    assert_eq!(output(&world, 4), "Hello\n");
    assert!(
        output(&world, 5).starts_with("PING router (192.168.1.1)")
            && output(&world, 5).contains("1 received"),
        "{}",
        output(&world, 5)
    );
    assert_eq!(output(&world, 6), "198.51.100.80\n");
    assert_eq!(output(&world, 7), "ping: nobody.web.test: Name or service not known\n");
}

#[test]
fn a_router_relays_to_the_server_of_another_network_and_back() {
    assert_eq!(warnings(RELAYED), [] as [&str; 0]);
    let world = run(RELAYED, 60);
    assert!(output(&world, 0).starts_with("bound to 10.0.1.100/24 from 10.0.1.2"), "{}", output(&world, 0));
    let far = output(&world, 1);
    assert!(far.starts_with("bound to 10.0.2.100/24 from 10.0.1.2 for 19 s\nrenewed 10.0.2.100/24"), "{far}");
    assert!(far.ends_with("10.0.2.100/24 given up\n"), "{far}");
    let server = output(&world, 2);
    assert!(
        server.contains("10.0.2.100 leased to 02:50:00:00:00:02 (far)\n")
            && server.ends_with("10.0.2.100 free\n"),
        "{server}"
    );
    assert!(output(&world, 3).contains("1 received") && output(&world, 4).contains("1 received"));
}

#[test]
fn what_is_wrong_with_a_routers_services_is_said() {
    let lost = RELAYED.replacen(r#""relay": "10.0.1.2""#, r#""relay": "10.0.1.3""#, 1);
    assert_eq!(
        warnings(&lost),
        [
            "nodes[4].services.relay: no DHCP server here has the address 10.0.1.3: what is relayed there is lost"
        ]
    );
    let two = RELAYED.replacen(
        r#""relay": "10.0.1.2""#,
        r#""dhcp": [{"pool": "10.0.1.200-10.0.1.210"}, {"pool": "10.0.2.200-10.0.2.210"}]"#,
        1,
    );
    assert_eq!(
        warnings(&two),
        [
            r#"nodes[4].services.dhcp: "server" and "r" both lend addresses on this LAN: which of them a host gets its address from is chance"#
        ]
    );
    let none = RELAYED.replacen(r#", "services": {"relay": "10.0.1.2"}"#, "", 1);
    assert_eq!(warnings(&none).len(), 1, "{:?}", warnings(&none));
    for (part, instead, fault) in [
        (r#""relay": "10.0.1.2""#, r#""http": {}"#, "services of a router has no \"http\""),
        (r#""relay": "10.0.1.2""#, r#""relay": "server""#, "is no IP address"),
        (r#""relay": "10.0.1.2""#, r#""dhcp": {"pool": "10.0.9.1-10.0.9.2"}"#, "is not in the network"),
    ] {
        let text = RELAYED.replacen(part, instead, 1);
        let faults = Scenario::parse(&text).unwrap_err();
        assert!(faults.iter().any(|found| found.to_string().contains(fault)), "{instead}: {faults:?}");
    }
}
