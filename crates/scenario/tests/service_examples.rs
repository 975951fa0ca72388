//! The examples with services: whole histories, by their hashes, and what their hosts print.
//!
//! What `golden.rs` says of hashes holds here, too.
#![cfg(feature = "services")]

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::Limits;
use netlab::world::Quiet;
use netlab::{Duration, Instant, World};
use scenario::problem::Kind;
use scenario::{Scenario, link, problems, service_examples};

const HASHES: [(&str, &str); 6] = [
    ("dhcp", "b01dd6777dffc712"),
    ("web-page", "400292d7b5de7397"),
    ("dns-root", "8cafafea9b275f51"),
    ("shop", "0c42c88126aff91f"),
    ("rogue-dhcp", "4406c7217a4dd31b"),
    ("lunch-break", "ae965a4ff0141a34"),
];

/// The example of this name.
fn example(name: &str) -> Scenario {
    service_examples().iter().find(|example| example.name == name).expect(name).scenario()
}

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
    let found: Vec<_> = service_examples()
        .iter()
        .map(|example| {
            let scenario = example.scenario();
            let kinds: Vec<_> = problems(&scenario).iter().map(|problem| problem.kind).collect();
            // The rogue server is what that example is about.
            let expected: &[Kind] = if example.name == "rogue-dhcp" { &[Kind::TwoDhcpServers] } else { &[] };
            assert_eq!(kinds, expected, "{}", example.name);
            let again = link::decode(&link::encode(&scenario)).unwrap();
            assert_eq!(again, scenario, "{}", example.name);
            (example.name, format!("{:016x}", run(&again).history().hash()))
        })
        .collect();
    let found: Vec<_> = found.iter().map(|(name, hash)| (*name, &hash[..])).collect();
    assert_eq!(found, HASHES);
}

#[test]
fn a_laptop_joins_with_dhcp_and_leaves() {
    let world = run(&example("dhcp"));
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
    let world = run(&example("web-page"));
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

#[test]
fn dig_walks_from_the_root_and_the_resolver_does_the_same_once() {
    let world = run(&example("dns-root"));
    let walk = output(&world, "dig +trace www.example.test");
    let answered = walk.lines().filter(|line| line.starts_with(";; Received ")).collect::<Vec<_>>();
    let by = |server: &str| format!(" from {server}#53({server}) in ");
    let servers = ["192.168.1.53", "198.51.100.1", "198.51.100.2", "198.51.100.3"];
    assert_eq!(answered.len(), servers.len(), "{walk}");
    assert!(answered.iter().zip(servers).all(|(line, server)| line.contains(&by(server))), "{walk}");
    assert!(walk.contains("www.example.test.\t3600\tIN\tA\t198.51.100.80\n"), "{walk}");
    assert!(output(&world, "dig www.example.test").contains("A\t198.51.100.80\n"));
    assert_eq!(output(&world, "dig +short example.test MX"), "10 mail.example.test.\n");
    assert!(output(&world, "dig nothing.example.test").contains("status: NXDOMAIN"));
}

#[test]
fn a_shop_behind_nat_is_reached_at_its_public_address_from_both_sides() {
    let world = run(&example("shop"));
    let pages: Vec<_> = world
        .history()
        .programs()
        .iter()
        .filter(|log| log.line == "curl http://www.shop.test/")
        .map(|log| (log.output_by(world.now()), log.exit_at(world.now())))
        .collect();
    assert_eq!(pages.len(), 2, "the customer's and the till's");
    assert!(pages.iter().all(|(text, status)| text.starts_with("<h1>Bread and rolls") && *status == Some(0)));
    assert!(output(&world, "curl -d 'bread=2' http://www.shop.test/order").contains("<b>bread</b>: 2"));
    assert!(output(&world, "nc -zv -w 2 www.shop.test 22").ends_with("Connection refused\n"));
    // The web server knows the customer by the address of the customer's router.
    assert!(output(&world, "httpd").starts_with("203.0.113.2 \"GET /\" 200\n"));
}

#[test]
fn a_rogue_server_shows_the_wrong_page_until_its_cable_is_pulled() {
    let world = run(&example("rogue-dhcp"));
    let pages: Vec<_> = world
        .history()
        .programs()
        .iter()
        .filter(|log| log.line == "curl http://www.bank.test/")
        .map(|log| log.output_by(world.now()))
        .collect();
    let [laptop, phone, later] = &pages[..] else { panic!("{pages:?}") };
    assert!(laptop.starts_with("<h1>Your bank</h1>") && phone.starts_with("<h1>Your bamk</h1>"));
    // The names that came from the rogue DNS server are forgotten with the lease.
    assert_eq!(later, laptop);
    assert_eq!(output(&world, "cat /etc/resolv.conf"), "nameserver 192.168.1.66\n");
}

#[test]
fn the_lunch_break_mystery_is_solved_with_the_console() {
    let scenario = example("lunch-break");
    let mut world = run(&scenario);
    let mut typed = |node: &str, line: &str| {
        let (at, program) = world.launch(scenario.node(node).unwrap(), line).unwrap();
        world.run_until(at + Duration::from_secs(5), || true);
        world.history().program(program).output_by(world.now())
    };
    // The symptom, what is right, and what is not.
    assert!(typed("laptop", "curl -m 3 http://www.company.test/").contains("Connection timed out"));
    assert!(typed("laptop", "ip route").starts_with("default via 10.0.1.1 dev eth0\n"));
    let neighbors = typed("laptop", "ip neigh");
    let gateway = neighbors.lines().find(|line| line.starts_with("10.0.1.1 ")).unwrap();
    let of_coffee = typed("coffee", "ip link");
    let mac = gateway.split_whitespace().find(|word| word.contains(':')).unwrap();
    assert!(of_coffee.contains(mac), "the gateway is the coffee machine: {gateway} {of_coffee}");
    // Repaired.
    typed("coffee", "ip addr flush dev eth0");
    typed("coffee", "ip addr add 10.0.1.77/24 dev eth0");
    typed("laptop", "ip neigh flush all");
    assert!(typed("laptop", "curl http://www.company.test/").starts_with("<h1>The company</h1>"));
}
