//! What keeps a network from doing what was meant: found, told, and put right where there is one right answer.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use netlab::run::IpVersion;
use netlab::topology::{HostConfig, Link, Node, NodeId, NodeKind, SwitchConfig, Topology};
use proptest::prelude::*;
use scenario::addresses::{free_address, free_addresses, usual_gateways};
use scenario::problem::{Kind, Problem};
use scenario::{Scenario, bounds, defaults, examples, problems};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};

/// Hosts `a`, `b`, … with these addresses and gateways, and what joins them.
fn lab(hosts: &[(&[&str], &[&str])], switches: &[&str], links: &[[&str; 2]]) -> Scenario {
    let hosts = hosts.iter().zip('a'..).map(|((addresses, gateways), id)| {
        let config = HostConfig {
            addresses: addresses.iter().map(|text| text.parse().unwrap()).collect(),
            gateways: gateways.iter().map(|text| text.parse().unwrap()).collect(),
            ..HostConfig::default()
        };
        (id.to_string(), NodeKind::Host(config))
    });
    let switches = switches.iter().map(|id| (id.to_string(), NodeKind::Switch(SwitchConfig::default())));
    let (ids, kinds): (Vec<_>, Vec<_>) = hosts.chain(switches).unzip();
    let number = |id: &str| NodeId(ids.iter().position(|known| known == id).unwrap() as u32);
    let links = links.iter().map(|ends| Link::new(ends.map(number), [defaults::way(), defaults::way()]));
    let nodes = ids.iter().zip(kinds).map(|(id, kind)| Node { name: id.clone(), kind });
    Scenario {
        topology: Topology { nodes: nodes.collect(), links: links.collect() },
        at: vec![None; ids.len()],
        ids,
        ..Scenario::default()
    }
}

/// The hosts `a`, `b`, `c` at a switch.
fn lan(hosts: [(&[&str], &[&str]); 3]) -> Scenario {
    lab(&hosts, &["s"], &[["a", "s"], ["b", "s"], ["c", "s"]])
}

/// What is wrong with it, and what could be done: `place: message → fix`.
fn told(scenario: &Scenario) -> Vec<String> {
    problems(scenario)
        .iter()
        .map(|problem| {
            let fix = problem.fix(scenario).map_or("–".to_owned(), |fix| fix.what);
            format!("{}: {} → {fix}", problem.fault.place, problem.fault.message)
        })
        .collect()
}

/// There is exactly this problem; putting it right leaves none.
fn one(scenario: &Scenario, kind: Kind, expected: &str) {
    let [problem] = &problems(scenario)[..] else { panic!("{:#?}", told(scenario)) };
    assert_eq!((problem.kind, &told(scenario)[0][..]), (kind, expected));
    if let Some(fix) = problem.fix(scenario) {
        assert_eq!(told(&fix.scenario), [""; 0], "{}", fix.what);
    }
}

fn cidr(text: &str) -> IpCidr {
    text.parse().unwrap()
}

#[test]
fn examples_have_no_problems() {
    for example in examples() {
        assert_eq!(problems(&example.scenario()), [], "{}", example.name);
    }
    let campus = include_str!("fixtures/campus.json");
    assert_eq!(problems(&Scenario::parse(campus).unwrap()), []);
}

#[test]
fn a_host_without_an_address_gets_the_next_of_its_lan() {
    one(
        &lan([
            (&["192.168.3.1/28", "fd00::5/64"], &[]),
            (&["192.168.3.2/28", "fd00::1/64"], &[]),
            (&[], &[]),
        ]),
        Kind::NoAddress,
        r#"nodes[2]: this host has no address: nobody can talk to it → give "c" the address 192.168.3.3/28"#,
    );
}

#[test]
fn a_node_without_a_cable_is_connected_where_there_is_one_place_to_go() {
    let hosts: [(&[&str], &[&str]); 3] =
        [(&["10.0.0.1/24"], &[]), (&["10.0.0.2/24"], &[]), (&["10.0.0.3/24"], &[])];
    one(
        &lab(&hosts, &["s"], &[["a", "s"], ["b", "s"]]),
        Kind::NotConnected,
        r#"nodes[2]: "c" is not connected: add a link → connect "c" to "s""#,
    );
    let two = lab(&hosts, &["s", "t"], &[["a", "s"], ["b", "t"], ["s", "t"]]);
    assert_eq!(
        told(&two),
        [r#"nodes[2]: "c" is not connected: add a link → –"#],
        "there are two places to go"
    );
    let none = lab(&hosts[..2], &[], &[]);
    assert_eq!(told(&none).len(), 2);
    assert_eq!(told(&problems(&none)[0].fix(&none).unwrap().scenario), [""; 0], "to each other");
}

#[test]
fn a_host_in_a_part_without_others_is_told() {
    let scenario = lab(
        &[(&["10.0.0.1/24"], &[]), (&["10.0.0.2/24"], &[]), (&["10.0.0.3/24"], &[])],
        &["s", "t"],
        &[["a", "s"], ["b", "s"], ["c", "t"]],
    );
    one(
        &scenario,
        Kind::Alone,
        r#"nodes[2]: no other host is in the part of the network where "c" is: connect it with one → –"#,
    );
}

#[test]
fn what_two_have_one_keeps() {
    one(
        &lan([(&["10.0.0.1/24"], &[]), (&["10.0.0.2/24"], &[]), (&["10.0.0.1/24"], &[])]),
        Kind::DuplicateAddress,
        r#"nodes[2].addresses[0]: 10.0.0.1 is already an address of "a" (nodes[0]): give each host its own → give "c" the address 10.0.0.3/24"#,
    );
    let mut scenario = lan([(&["10.0.0.1/24"], &[]), (&["10.0.0.2/24"], &[]), (&["10.0.0.3/24"], &[])]);
    let NodeKind::Host(config) = &mut scenario.topology.nodes[0].kind else { panic!() };
    // What b has from its number.
    config.mac = Some(EthernetAddress([2, 0x50, 0, 0, 0, 2]));
    one(
        &scenario,
        Kind::DuplicateMac,
        r#"nodes[1].mac: 02:50:00:00:00:02 is already the MAC address of "a" (nodes[0]): give each host its own → let "a" have a MAC address of its own"#,
    );
}

#[test]
fn addresses_that_no_host_can_have_are_replaced() {
    for (wrong, expected) in [
        (
            "10.0.0.0/24",
            "10.0.0.0 is the network itself: take a higher number → give \"c\" the address 10.0.0.3/24",
        ),
        (
            "10.0.0.255/24",
            "10.0.0.255 is the network's broadcast address: take a lower number → give \"c\" the address 10.0.0.3/24",
        ),
        (
            "127.0.0.1/8",
            "127.0.0.1 never leaves a host (RFC 1122, 3.2.1.3): take another → give \"c\" the address 10.0.0.3/24",
        ),
        (
            "ff02::1/64",
            "ff02::1 is not for one machine: take another, such as fd00::1 → give \"c\" the address fd00::1/64",
        ),
    ] {
        let scenario = lan([(&["10.0.0.1/24", "fd00::a/64"], &[]), (&["10.0.0.2/24"], &[]), (&[wrong], &[])]);
        assert!(
            told(&scenario).contains(&format!("nodes[2].addresses[0]: {expected}")),
            "{:#?}",
            told(&scenario)
        );
    }
}

#[test]
fn a_gateway_has_to_be_near_and_there() {
    one(
        &lan([(&["10.0.0.1/24"], &["10.0.0.3"]), (&["10.0.0.2/24"], &["10.0.1.3"]), (&["10.0.0.3/24"], &[])]),
        Kind::GatewayOutside,
        "nodes[1].gateway: the gateway 10.0.1.3 is in none of this host's networks, so it cannot be reached: give it an \
         address in one of them → take 10.0.0.3, the gateway of the others, for \"b\"",
    );
    one(
        &lan([(&["10.0.0.1/24"], &[]), (&["10.0.0.2/24"], &["10.0.1.3"]), (&["10.0.0.3/24"], &[])]),
        Kind::GatewayOutside,
        "nodes[1].gateway: the gateway 10.0.1.3 is in none of this host's networks, so it cannot be reached: give it an \
         address in one of them → remove the gateway of \"b\", which leads nowhere",
    );
    one(
        &lan([(&["10.0.0.1/24"], &["10.0.0.254"]), (&["10.0.0.2/24"], &[]), (&["10.0.0.3/24"], &[])]),
        Kind::GatewayOfNobody,
        "nodes[0].gateway: nobody here has the address of the gateway, 10.0.0.254: what is for other networks gets lost → –",
    );
}

#[test]
fn hosts_on_one_lan_see_each_other_or_it_is_told() {
    one(
        &lan([(&["10.0.0.1/16"], &[]), (&["10.0.1.2/24"], &[]), (&["10.0.0.3/16"], &[])]),
        Kind::Prefixes { narrow: cidr("10.0.1.0/24"), prefix_len: 16 },
        "nodes[1].addresses: \"b\" (10.0.1.2/24) does not take \"a\" (10.0.0.1/16) for a neighbor, but \"a\" takes \"b\" for \
         one, so only one direction works: give both the same prefix length → give all of 10.0.1.0/24 the prefix length /16",
    );
    one(
        &lan([(&["10.0.0.1/24"], &[]), (&["10.0.0.2/24"], &[]), (&["10.0.1.3/24"], &[])]),
        Kind::Apart { odd: cidr("10.0.1.0/24"), main: cidr("10.0.0.0/24") },
        "nodes[2].addresses: \"c\" (10.0.1.3/24) and \"a\" (10.0.0.1/24) are on one LAN but in different networks, and \
         without gateways they cannot talk to each other: give them addresses of one network → give \"c\" the address \
         10.0.0.3/24",
    );
    for harmless in [
        // Prefixes that differ, but everybody is in the smaller network.
        [(&["10.0.0.1/24"][..], &[][..]), (&["10.0.0.2/25"], &[]), (&["10.0.0.3/25"], &[])],
        // Another network besides the one that all have.
        [
            (&["10.0.0.1/24", "10.0.1.1/24"], &[]),
            (&["10.0.0.2/24"], &[]),
            (&["10.0.0.3/24", "fd00::3/64"], &[]),
        ],
        // They meet in IPv6.
        [
            (&["10.0.0.1/24", "fd00::1/64"], &[]),
            (&["10.0.1.2/24", "fd00::2/64"], &[]),
            (&["10.0.0.3/24", "fd00::3/64"], &[]),
        ],
        // Each has somebody to ask.
        [
            (&["10.0.0.1/24"], &["10.0.0.3"]),
            (&["10.0.1.2/24"], &["10.0.1.3"]),
            (&["10.0.0.3/24", "10.0.1.3/24"], &[]),
        ],
    ] {
        assert_eq!(told(&lan(harmless)), [""; 0]);
    }
}

#[test]
fn a_loop_of_switches_gets_a_spanning_tree() {
    let hosts: [(&[&str], &[&str]); 2] = [(&["10.0.0.1/24"], &[]), (&["10.0.0.2/24"], &[])];
    let scenario = lab(&hosts, &["s", "t"], &[["a", "s"], ["b", "t"], ["s", "t"], ["t", "s"]]);
    one(
        &scenario,
        Kind::Loop,
        "links[3]: this link closes a loop of hubs and switches, in which a broadcast goes round for ever: turn on the spanning \
         tree of the switches, or keep it to watch the storm → turn on the spanning tree of \"s\" and \"t\"",
    );
    let problem = &problems(&scenario)[0];
    assert_eq!((problem.link.unwrap().index(), &problem.nodes[..]), (3, &[NodeId(3), NodeId(2)][..]));
}

#[test]
fn runs_that_go_nowhere_are_told_with_their_ends() {
    let text = r#"{"packetarium": 1, "nodes": [
        {"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}, {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]},
        {"id": "c", "kind": "host", "addresses": ["10.0.0.3/24"]}, {"id": "d", "kind": "host", "addresses": ["10.0.0.4/24"]}],
      "links": [{"ends": ["a", "b"]}, {"ends": ["c", "d"]}],
      "runs": [{"ping": {"from": "a", "to": "c"}}, {"ping": {"from": "b", "to": "10.0.0.9"}}, {"ping": {"from": "a", "to": "10.0.1.1"}}]}"#;
    let scenario = Scenario::parse(text).unwrap();
    let found: Vec<_> =
        problems(&scenario).into_iter().map(|Problem { kind, run, nodes, .. }| (kind, run, nodes)).collect();
    assert_eq!(
        found,
        [
            (Kind::NoPath, Some(0), vec![NodeId(0), NodeId(2)]),
            (Kind::AddressOfNobody, Some(1), vec![NodeId(1)]),
            (Kind::NoRoute, Some(2), vec![NodeId(0)]),
        ]
    );
}

#[test]
fn what_refuses_a_scenario_comes_first_and_nothing_is_left_out() {
    let mut scenario = Scenario::parse(common::FULL).unwrap();
    scenario.topology.links[0].ways[0].line.delay = netlab::Duration::from_secs(61);
    scenario.topology.links.pop();
    let found = problems(&scenario);
    assert!(found.is_sorted_by_key(|problem| problem.fault.level));
    assert_eq!((found[0].kind, found[0].link.map(|link| link.index())), (Kind::Other, Some(0)));
    for fault in scenario.check() {
        assert!(found.iter().any(|problem| problem.fault == fault), "{fault}");
    }
}

#[test]
fn a_new_host_gets_a_sensible_address() {
    let shown = |addresses: Vec<IpCidr>| addresses.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(shown(free_addresses(&Topology::default(), None)), ["10.0.0.1/24"]);
    let topology = lan([(&["10.0.0.1/24"], &["10.0.0.2"]), (&["10.0.0.3/24"], &[]), (&[], &[])]).topology;
    assert_eq!(shown(free_addresses(&topology, None)), ["10.0.0.4/24"], "a gateway's address is not free");
    let six = lan([(&["fd00:7::1/64"], &[]), (&["fd00:7::2/64"], &[]), (&[], &[])]).topology;
    assert_eq!(shown(free_addresses(&six, Some(NodeId(2)))), ["fd00:7::3/64"]);
    assert_eq!(
        shown(free_addresses(&six, Some(NodeId(3)))),
        ["fd00:7::3/64"],
        "also for who comes to the switch"
    );
    let dual = lan([
        (&["10.9.0.1/30", "fd00::1/64"], &["10.9.0.2"]),
        (&["192.168.0.1/16"], &[]),
        (&["192.168.0.2/16"], &[]),
    ]);
    assert_eq!(shown(free_addresses(&dual.topology, None)), ["192.168.0.3/16", "fd00::2/64"]);
    assert_eq!(usual_gateways(&dual.topology, Some(NodeId(3))), [IpAddress::v4(10, 9, 0, 2)]);
    for (network, expected) in [
        ("10.0.0.7/20", "10.0.0.1/20"),
        ("10.0.31.255/31", "10.0.31.254/31"),
        ("172.16.0.1/12", "172.16.0.2/12"),
        ("fd00::1/127", "–"),
        ("fd00::ffff:ffff/127", "–"),
        ("fd00::abcd:1/112", "fd00::abcd:2/112"),
        ("2001:db8:1:2::1/56", "2001:db8:1::1/56"),
        ("10.0.0.1/32", "–"),
        ("9.255.255.255/1", "0.0.0.1/1"),
    ] {
        let version = if network.contains(':') { IpVersion::V6 } else { IpVersion::V4 };
        let topology = lan([(&[network], &[]), (&[], &[]), (&[], &[])]).topology;
        let free = free_address(&topology, Some(NodeId(1)), version);
        let shown = free.map_or("–".to_owned(), |free| free.to_string());
        // A network that begins where no host can be is not filled by guessing.
        assert!(shown == expected || (shown == "–" && network.ends_with("/1")), "{network}: {shown}");
    }
    let full = lan([(&["10.0.0.1/30"], &[]), (&["10.0.0.2/30"], &[]), (&[], &[])]).topology;
    assert_eq!(free_address(&full, Some(NodeId(2)), IpVersion::V4), None);
    assert_eq!(free_address(&full, Some(NodeId(2)), IpVersion::V6), Some(cidr("fd00::1/64")));
}

#[test]
fn many_hosts_with_nothing_in_common_are_looked_at_quickly() {
    let nodes: Vec<_> = (0..4_000)
        .map(|n| {
            format!(
                r#"{{"id":"h{n}","kind":"host","addresses":["10.{}.{}.{}/{}"]}}"#,
                n % 250,
                n / 250,
                1 + n % 200,
                9 + n % 16
            )
        })
        .collect();
    let links: Vec<_> = (0..4_000).map(|n| format!(r#"{{"ends":["h{n}","s"]}}"#)).collect();
    let text = format!(
        r#"{{"packetarium":1,"nodes":[{},{{"id":"s","kind":"switch"}}],"links":[{}]}}"#,
        nodes.join(","),
        links.join(",")
    );
    let found = problems(&Scenario::parse(&text).unwrap());
    assert_eq!(found.len(), bounds::FAULTS_MAX);
}

/// Small networks in which much is wrong.
fn wrong() -> impl Strategy<Value = Scenario> {
    let address = prop::sample::select(vec![
        "10.0.0.0/24",
        "10.0.0.1/24",
        "10.0.0.2/24",
        "10.0.0.2/16",
        "10.0.1.1/24",
        "10.0.255.255/24",
        "10.0.0.1/31",
        "127.0.0.1/8",
        "fd00::1/64",
        "fd00::2/48",
        "fe80::1/64",
        "255.255.255.255/32",
        "10.0.0.3/32",
        "fd00::3/128",
    ]);
    let gateway =
        prop::sample::select(vec!["10.0.0.1", "10.0.0.254", "10.0.1.1", "fd00::1", "fe80::9", "0.0.0.0"]);
    let host = (prop::collection::vec(address, 0..3), prop::collection::vec(gateway, 0..2), any::<bool>());
    let links = prop::collection::vec((0..8u32, 0..8u32), 0..9);
    (prop::collection::vec(host, 0..6), links).prop_map(|(hosts, links)| {
        let slices: Vec<_> =
            hosts.iter().map(|(addresses, gateways, _)| (&addresses[..], &gateways[..])).collect();
        let mut scenario = lab(&slices, &["s", "t"], &[]);
        for (node, (.., mac)) in scenario.topology.nodes.iter_mut().zip(&hosts) {
            if let (NodeKind::Host(config), true) = (&mut node.kind, mac) {
                config.mac = Some(EthernetAddress([2, 0x50, 0, 0, 0, 2]));
            }
        }
        let count = scenario.ids.len() as u32;
        scenario.topology.links = links
            .into_iter()
            .map(|(a, b)| {
                Link::new([NodeId(a % count), NodeId(b % count)], [defaults::way(), defaults::way()])
            })
            .collect();
        scenario
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fix_puts_its_problem_right_and_refuses_nothing_new(scenario in wrong()) {
        for problem in problems(&scenario) {
            let Some(fix) = problem.fix(&scenario) else { continue };
            let after = problems(&fix.scenario);
            // Links are counted anew when one goes, so places do not tell.
            let alike = |problems: &[Problem]| problems.iter().filter(|other| other.kind == problem.kind).count();
            prop_assert!(alike(&after) < alike(&problems(&scenario)), "{} does not help", fix.what);
            let errors = |problems: &[Problem]| problems.iter().filter(|problem| problem.fault.is_error()).count();
            prop_assert!(errors(&after) <= errors(&problems(&scenario)), "{}: {:#?}", fix.what, after);
        }
    }

    #[test]
    fn fixing_all_that_can_be_fixed_comes_to_an_end(mut scenario in wrong()) {
        for _ in 0..100 {
            let fix = problems(&scenario).iter().find_map(|problem| problem.fix(&scenario));
            let Some(fix) = fix else { return Ok(()) };
            scenario = fix.scenario;
        }
        prop_assert!(false, "{:#?}", told(&scenario));
    }
}
