//! Services of hosts in documents: read, written, checked, and run.
#![cfg(feature = "services")]

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::{Limits, ProgramId};
use netlab::{Duration, Instant, World};
use proptest::prelude::*;
use scenario::{Fault, Problem, Scenario, link, problems};

/// A DHCP server that is a DNS and a web server, too, and a laptop without an address.
const HOME: &str = r#"{"packetarium": 1, "nodes": [
    {"id": "laptop", "kind": "host", "addresses": "dhcp"},
    {"id": "server", "kind": "host", "addresses": ["192.168.1.1/24"], "services": {
        "dhcp": {"pool": "192.168.1.100-192.168.1.199", "lease": "1h", "router": "192.168.1.1", "dns": "192.168.1.1", "domain": "home.test",
            "reserve": {"02:50:00:00:00:09": "192.168.1.50"}},
        "dns": {"zone": {"www.home.test": "192.168.1.1", "home.test": {"mx": "mail.home.test", "txt": "a \"text\" {here}", "ttl": "10min"},
            "mail.home.test": ["192.168.1.1", "fd00::1"], "web.home.test": "www.home.test"}},
        "http": {"pages": {"/": "<h1>Hello</h1>\n", "/old": {"moved": "/"}}, "port": 8080},
        "echo": true, "discard": {}, "chargen": false, "ntp": true}},
    {"id": "s", "kind": "switch"}],
    "links": [{"ends": ["laptop", "s"]}, {"ends": ["server", "s"]}]}"#;

fn with(part: &str, instead: &str) -> String {
    assert_eq!(HOME.matches(part).count(), 1, "{part}");
    HOME.replacen(part, instead, 1)
}

/// The document with these commands, each at its second.
fn commanded(text: &str, lines: &[(u64, &str, &str)]) -> Scenario {
    let mut scenario = Scenario::parse(text).unwrap();
    for (second, on, line) in lines {
        let on = scenario.node(on).unwrap();
        let command = scenario::CommandLine { on, line: (*line).to_owned() };
        scenario = scenario.with_command(Instant::ZERO + Duration::from_secs(*second), command);
    }
    scenario
}

fn run(scenario: &Scenario, secs: u64) -> World {
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until(Instant::ZERO + Duration::from_secs(secs), || true);
    world
}

fn output(world: &World, program: u32) -> String {
    world.history().program(ProgramId(program)).output_by(world.now())
}

/// What a command at the fifth second prints.
fn printed(text: &str, on: &str, line: &str) -> String {
    let scenario = commanded(text, &[(5, on, line)]);
    let world = run(&scenario, 30);
    output(&world, scenario.services())
}

#[test]
fn services_survive_writing_and_links() {
    let scenario = Scenario::parse(HOME).unwrap();
    for text in [scenario.to_json(), scenario.to_compact_json()] {
        assert_eq!(Scenario::parse(&text).unwrap(), scenario, "{text}");
    }
    assert_eq!(link::decode(&link::encode(&scenario)).unwrap(), scenario);
    let json = scenario.to_compact_json();
    assert!(
        json.contains(r#""addresses":"dhcp""#) && json.contains(r#""txt":"a \"text\" {here}""#),
        "{json}"
    );
    let both = r#"{"packetarium": 1, "nodes": [{"id": "a", "kind": "host", "addresses": ["dhcp", "fd00::1/64"], "dns": ["10.0.0.1", "fd00::2"]}]}"#;
    let both = Scenario::parse(both).unwrap();
    assert_eq!(Scenario::parse(&both.to_json()).unwrap(), both);
}

#[test]
fn services_begin_with_the_world_and_stand_in_its_history() {
    let scenario = Scenario::parse(HOME).unwrap();
    let world = run(&scenario, 5);
    let programs: Vec<_> = world.history().programs().iter().map(|log| log.line.clone()).collect();
    assert_eq!(programs, ["dhclient", "dhcpd", "named", "httpd", "ntpd", "inetd echo", "inetd discard"]);
    assert!(world.history().programs().iter().all(|log| log.start == Instant::ZERO));
    assert_eq!(output(&world, 0), "bound to 192.168.1.100/24 from 192.168.1.1 for 3599 s\n");
    assert_eq!(world.history().hash(), run(&scenario, 5).history().hash());
    let other = Scenario::parse(&with("Hello", "Hallo")).unwrap();
    assert_ne!(run(&other, 5).topology(), world.topology());
}

#[test]
fn a_world_with_services_comes_to_rest() {
    let mut world = Scenario::parse(HOME).unwrap().world(Limits::default()).unwrap();
    let quiet = world.run_until_quiet(Instant::ZERO + Duration::from_secs(60), || true);
    assert_eq!(quiet, netlab::world::Quiet::Reached);
    assert!(output(&world, 0).starts_with("bound to"), "not before the laptop has its address");
    assert!(world.now() < Instant::ZERO + Duration::from_secs(5));
}

#[test]
fn names_work_wherever_an_address_does() {
    let www = printed(HOME, "laptop", "ping -c 1 www");
    assert!(
        www.starts_with(
            "PING www (192.168.1.1) 56(84) bytes of data.\n64 bytes from www (192.168.1.1): icmp_seq=1"
        ),
        "{www}"
    );
    assert!(www.contains("--- www ping statistics ---\n1 packets transmitted, 1 received"), "{www}");
    let path = printed(HOME, "laptop", "traceroute web.home.test");
    assert!(path.starts_with("traceroute to web.home.test (192.168.1.1), 30 hops max"), "{path}");
    assert_eq!(
        printed(HOME, "laptop", "nc -zv www 8080"),
        "Connection to www (192.168.1.1) 8080 port [tcp/*] succeeded!\n"
    );
    assert_eq!(printed(HOME, "laptop", "curl http://web.home.test:8080/"), "<h1>Hello</h1>\n");
    assert_eq!(
        printed(HOME, "laptop", "ping nobody.home.test"),
        "ping: nobody.home.test: Name or service not known\n"
    );
    assert_eq!(printed(HOME, "server", "ping www"), "ping: www: Temporary failure in name resolution\n");
    assert!(
        printed(HOME, "laptop", "ping -6 www")
            .starts_with("ping: www: Address family for hostname not supported\n")
    );
}

#[test]
fn a_name_is_asked_for_once() {
    let scenario = commanded(HOME, &[(5, "laptop", "ping -c 1 www"), (7, "laptop", "ping -c 1 www")]);
    let world = run(&scenario, 20);
    // A question to port 53 is a UDP datagram; each passes two cables.
    let asks = |frame: &[u8]| {
        frame.len() > 42 && frame[12..14] == [8, 0] && frame[23] == 17 && frame[36..38] == [0, 53]
    };
    let sent = world.history().transits().filter(|transit| transit.first && asks(&transit.frame[..])).count();
    assert_eq!(sent, 1, "the host's cache answers the second time");
}

#[test]
fn a_host_may_name_its_own_dns_servers() {
    let text = with(r#""addresses": "dhcp""#, r#""addresses": ["192.168.1.7/24"], "dns": "192.168.1.1""#);
    assert_eq!(printed(&text, "laptop", "cat /etc/resolv.conf"), "nameserver 192.168.1.1\n");
    assert!(printed(&text, "laptop", "ping -c 1 www.home.test").contains("1 received"));
}

#[test]
fn what_is_typed_goes_to_the_command_and_not_to_a_service() {
    let text = with(
        r#""links":"#,
        r#""runs": [{"at": "3s", "command": {"on": "server", "line": "nc -l 9000"}}, {"at": "4s", "command": {"on": "laptop", "line": "nc 192.168.1.1 9000"}}],
        "changes": [{"at": "5s", "type": {"run": 1, "line": "hello"}}, {"at": "6s", "stop": 1}], "links":"#,
    );
    let scenario = Scenario::parse(&text).unwrap();
    assert_eq!(output(&run(&scenario, 9), scenario.services()), "hello\n");
}

#[test]
fn a_host_that_is_added_has_its_services_too() {
    let added = r#""changes": [{"at": "2s", "node": {"id": "late", "kind": "host", "addresses": "dhcp"}}, {"at": "2s", "cable": {"ends": ["late", "s"]}}], "links":"#;
    let scenario = Scenario::parse(&with(r#""links":"#, added)).unwrap();
    assert_eq!(scenario.services(), 8);
    let world = run(&scenario, 10);
    let last = world.history().programs().last().unwrap();
    assert_eq!((&last.line[..], last.start), ("dhclient", Instant::ZERO + Duration::from_secs(2)));
    assert!(
        last.output_by(world.now()).starts_with("bound to 192.168.1.101/24"),
        "{}",
        last.output_by(world.now())
    );
}

fn faults(text: &str) -> Vec<String> {
    Scenario::read(text).faults.iter().map(Fault::to_string).collect()
}

#[test]
fn wrong_settings_are_refused_at_their_place() {
    for (part, instead, fault) in [
        (
            r#""pool": "192.168.1.100-192.168.1.199""#,
            r#""pool": "192.168.1.100-x""#,
            r#"nodes[1].services.dhcp.pool"#,
        ),
        (r#""pool": "192.168.1.100-192.168.1.199""#, r#""pool": "192.168.1.9-192.168.1.8""#, "exchange them"),
        (r#""pool": "192.168.1.100-192.168.1.199", "#, "", "\"pool\" is missing: a DHCP server needs it"),
        (
            r#""pool": "192.168.1.100-192.168.1.199""#,
            r#""pool": "192.168.2.100-192.168.2.199""#,
            "is not in the network 192.168.1.0/24",
        ),
        (r#""lease": "1h""#, r#""lease": "1s""#, "a lease lasts from 10 s to 30 days"),
        (r#""router": "192.168.1.1""#, r#""router": "fd00::1""#, "this DHCP is for IPv4"),
        (r#"02:50:00:00:00:09"#, "nobody", r#""nobody" is no MAC address"#),
        (r#""domain": "home.test""#, r#""domain": "home..test""#, "an empty label"),
        (r#""www.home.test": "192.168.1.1""#, r#""www.home.test": 1"#, "services.dns.zone.www.home.test"),
        (r#""mx": "mail.home.test""#, r#""mx": "first mail.home.test""#, "with its preference in front"),
        (r#""mx": "mail.home.test""#, r#""mc": "mail.home.test""#, r#"did you mean "mx"?"#),
        (
            r#""mx": "mail.home.test""#,
            r#""cname": "x.test", "mx": "mail.home.test""#,
            "an alias has no other records",
        ),
        (
            r#""dns": {"zone""#,
            r#""dns": {"forward": "10.0.0.1", "roots": "10.0.0.2", "zone""#,
            r#"either "forward" or "roots""#,
        ),
        (r#""/old""#, r#""old""#, r#"it begins with "/""#),
        (r#"{"moved": "/"}"#, "7", "the text of the page"),
        (r#""port": 8080"#, r#""port": 0"#, "ports go from 1 to 65535"),
        (r#""echo": true"#, r#""echo": 7"#, "this should be true, false"),
        (r#""echo": true"#, r#""ecko": true"#, r#"did you mean "echo"?"#),
        (r#""addresses": "dhcp""#, r#""addresses": "dhcpp""#, "a list in brackets"),
        (r#""services": {"#, r#""services": 7, "tcp": {"#, "an object in braces"),
    ] {
        let found = faults(&with(part, instead));
        assert!(found.iter().any(|found| found.contains(fault)), "{instead}: {found:?}");
        assert!(Scenario::parse(&with(part, instead)).is_err(), "{instead}");
    }
}

#[test]
fn hostile_settings_are_bounded() {
    let names: Vec<_> = (0..5_000).map(|number| format!(r#""n{number}.test":"10.0.0.1""#)).collect();
    let text = with(r#""web.home.test": "www.home.test""#, &names.join(","));
    let found = faults(&text);
    assert!(found.iter().any(|fault| fault.contains("there are more than 4096")), "{found:?}");
    let pages: Vec<_> = (0..2_000).map(|number| format!(r#""/{number}":"x""#)).collect();
    let found = faults(&with(r#""/old": {"moved": "/"}"#, &pages.join(",")));
    assert!(found.iter().any(|fault| fault.contains("there are more than 1024")), "{found:?}");
}

fn warnings(text: &str) -> Vec<String> {
    let scenario = Scenario::parse(text).unwrap();
    let all = problems(&scenario);
    all.iter().map(|Problem { fault, .. }| fault.to_string().replacen("warning: ", "", 1)).collect()
}

#[test]
fn problems_with_services_are_explained() {
    assert_eq!(warnings(HOME), [] as [&str; 0]);
    let no_server = with(
        r#""dhcp": {"pool": "192.168.1.100-192.168.1.199", "lease": "1h", "router": "192.168.1.1", "dns": "192.168.1.1", "domain": "home.test",
            "reserve": {"02:50:00:00:00:09": "192.168.1.50"}},"#,
        "",
    );
    assert_eq!(
        warnings(&no_server),
        [
            r#"nodes[0].addresses: "laptop" asks for an address, but there is no DHCP server on its LAN: give a host there "services": {"dhcp": …}"#
        ]
    );
    let two = with(r#"{"id": "s", "kind": "switch"}"#, r#"{"id": "s", "kind": "switch"}, {"id": "rogue", "kind": "host", "addresses": ["192.168.1.66/24"], "services": {"dhcp": {"pool": "192.168.1.200-192.168.1.210"}}}"#)
        .replacen(r#"{"ends": ["server", "s"]}"#, r#"{"ends": ["server", "s"]}, {"ends": ["rogue", "s"]}"#, 1);
    assert_eq!(
        warnings(&two),
        [
            r#"nodes[3].services.dhcp: "server" and "rogue" both lend addresses on this LAN: which of them a host gets its address from is chance"#
        ]
    );
    let forward = with(r#""dns": {"zone""#, r#""dns": {"forward": "10.0.0.1", "zone""#);
    assert_eq!(
        warnings(&forward),
        [
            "nodes[1].services.dns.forward: no node here has the address of the DNS server, 10.0.0.1: names will not be found",
            "nodes[1].services.dns.forward: the DNS server 10.0.0.1 is in none of the networks here, and no route leads to it: it cannot be asked"
        ]
    );
    let command = |line: &str| {
        with(
            r#""links":"#,
            &format!(r#""runs": [{{"command": {{"on": "laptop", "line": "{line}"}}}}], "links":"#),
        )
    };
    for line in [
        "ping -c 3 www",
        "ping 10.0.0.1",
        "curl -d a.b http://web.home.test:8080/x",
        "nc -l 9000",
        "nc www 80",
        "dig nobody.test",
    ] {
        assert_eq!(warnings(&command(line)), [] as [&str; 0], "{line}");
    }
    for line in ["ping -c 3 nobody.home.test", "curl http://nobody.home.test/"] {
        assert_eq!(
            warnings(&command(line)),
            [
                r#"runs[0].command.line: no DNS server here knows the name "nobody.home.test": add it to a zone, or write an address"#
            ],
            "{line}"
        );
    }
    assert_eq!(warnings(&command("pingg www")).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Whatever stands in the settings is read or refused; what is read is written the same, and runs.
    #[test]
    fn no_settings_make_it_panic(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..12usize, prop::sample::select(vec![
            "", "\"", "{", "}", "[", "]", ",", ":", "null", "7", "-1", "true", "\"x\"", "\".\"", "\"10.0.0.1\"", "\"dhcp\"", "\\", "\\u0000", "ä",
        ])), 1..4),
    ) {
        let mut text = HOME.to_owned();
        for (at, len, instead) in cuts {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let from = at.index(places.len());
            let until = places.get(from + len).copied().unwrap_or(text.len());
            text.replace_range(places[from]..until, instead);
        }
        if let Ok(draft) = Scenario::draft(&text) {
            let again = Scenario::draft(&draft.to_json());
            prop_assert_eq!(again.as_ref(), Ok(&draft));
            let _ = problems(&draft);
            if let Ok(mut world) = draft.world(Limits::default()) {
                world.run_until(Instant::ZERO + Duration::from_secs(4), || true);
            }
        }
    }
}
