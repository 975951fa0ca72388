//! The examples with services: whole histories, by their hashes, and what their hosts print.
//!
//! They are not among the [examples](scenario::examples()) yet, because the page cannot run them. What `golden.rs` says of hashes holds
//! here, too.
#![cfg(feature = "services")]

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::Limits;
use netlab::world::Quiet;
use netlab::{Duration, Instant, World};
use scenario::{Scenario, link, problems};

const EXAMPLES: [(&str, &str, &str); 2] = [
    ("dhcp", include_str!("../../../scenarios/dhcp.json"), "b01dd6777dffc712"),
    ("web-page", include_str!("../../../scenarios/web-page.json"), "400292d7b5de7397"),
];

fn run(scenario: &Scenario) -> World {
    let mut world = scenario.world(Limits::default()).unwrap();
    assert_eq!(world.run_until_quiet(Instant::ZERO + Duration::from_secs(60), || true), Quiet::Reached);
    world
}

/// What the first command of this line has printed.
fn output(world: &World, line: &str) -> String {
    let log = world.history().programs().iter().find(|log| log.line == line).expect(line);
    log.output_by(world.now())
}

#[test]
fn each_example_with_services_has_the_history_that_it_always_had() {
    let found = EXAMPLES.map(|(name, text, _)| {
        let scenario = Scenario::parse(text).unwrap();
        assert_eq!(problems(&scenario), [], "{name}");
        let again = link::decode(&link::encode(&scenario)).unwrap();
        assert_eq!(again, scenario, "{name}");
        (name, format!("{:016x}", run(&again).history().hash()))
    });
    let found = found.each_ref().map(|(name, hash)| (*name, &hash[..]));
    assert_eq!(found, EXAMPLES.map(|(name, _, hash)| (name, hash)));
}

#[test]
fn a_laptop_joins_with_dhcp_and_leaves() {
    let world = run(&Scenario::parse(EXAMPLES[0].1).unwrap());
    let lease = "bound to 192.168.1.100/24 from 192.168.1.1 for 3599 s\n192.168.1.100/24 given up\n";
    assert_eq!(output(&world, "dhclient"), lease);
    assert!(
        output(&world, "ip addr").contains("    inet 192.168.1.100/24 brd 192.168.1.255 scope global eth0\n")
    );
    assert!(output(&world, "ping -c 2 192.168.1.20").contains("2 received"));
    assert_eq!(
        output(&world, "ping -c 1 192.168.1.20").matches("1 received").count(),
        1,
        "the phone's comes first"
    );
    assert!(
        output(&world, "dhcpd")
            .ends_with("192.168.1.101 leased to 02:50:00:00:00:05 (phone)\n192.168.1.100 free\n")
    );
}

#[test]
fn a_page_comes_by_way_of_four_servers_of_names() {
    let world = run(&Scenario::parse(EXAMPLES[1].1).unwrap());
    let page = output(&world, "curl -v http://www.example.test/");
    assert!(page.contains("< HTTP/1.1 200 OK\n") && page.contains("<h1>Hello</h1>\n"), "{page}");
    assert!(output(&world, "curl http://www.example.test/").starts_with("<h1>Hello</h1>\n"));
    // Questions cross the cable of each server once: the second time, the name is known.
    let questions = world.history().transits().filter(|transit| {
        let frame = &transit.frame[..];
        transit.first
            && frame.len() > 44
            && frame[12..14] == [8, 0]
            && frame[23] == 17
            && frame[36..38] == [0, 53]
    });
    assert_eq!(questions.count(), 4);
}
