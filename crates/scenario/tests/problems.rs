//! Problems are found, described, and fixed where there is one right answer.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use netlab::run::{IpVersion, RunId, RunKind, Target};
use netlab::topology::{HostConfig, Link, LinkId, Node, NodeId, NodeKind, SwitchConfig, Topology};
use proptest::prelude::*;
use scenario::addresses::{free_address, free_addresses, router_address, usual_gateways};
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
fn described(scenario: &Scenario) -> Vec<String> {
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
    let [problem] = &problems(scenario)[..] else { panic!("{:#?}", described(scenario)) };
    assert_eq!((problem.kind, &described(scenario)[0][..]), (kind, expected));
    if let Some(fix) = problem.fix(scenario) {
        assert_eq!(described(&fix.scenario), [""; 0], "{}", fix.what);
    }
}

fn cidr(text: &str) -> IpCidr {
    text.parse().unwrap()
}

#[test]
fn examples_have_no_problems_but_those_that_they_show() {
    for example in examples() {
        let kinds: Vec<_> = problems(&example.scenario()).iter().map(|problem| problem.kind).collect();
        let shown: &[Kind] = match example.name {
            "broadcast-storm" => &[Kind::Loop; 3],
            // A ping to an address that no node has, and one to a private address from outside.
            "three-networks" => &[Kind::UnknownAddress],
            "home-network" => &[Kind::BehindNat],
            "firewall" => &[Kind::Filtered; 2],
            "rogue-dhcp" => &[Kind::TwoDhcpServers],
            _ => &[],
        };
        assert_eq!(kinds, shown, "{}", example.name);
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
        r#"nodes[2]: this host has no address: no other host can reach it → give "c" the address 192.168.3.3/28"#,
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
        described(&two),
        [r#"nodes[2]: "c" is not connected: add a link → –"#],
        "there are two places to go"
    );
    let none = lab(&hosts[..2], &[], &[]);
    assert_eq!(described(&none).len(), 2);
    assert_eq!(described(&problems(&none)[0].fix(&none).unwrap().scenario), [""; 0], "to each other");
}

#[test]
fn a_host_in_a_part_without_others_is_described() {
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
        r#"nodes[2].addresses[0]: 10.0.0.1 is already an address of "a" (nodes[0]) on the same LAN, and both answer for it: give each host its own → give "c" the address 10.0.0.3/24"#,
    );
    let mut scenario = lan([(&["10.0.0.1/24"], &[]), (&["10.0.0.2/24"], &[]), (&["10.0.0.3/24"], &[])]);
    let NodeKind::Host(config) = &mut scenario.topology.nodes[0].kind else { panic!() };
    // What b has from its number.
    config.mac = Some(EthernetAddress([2, 0x50, 0, 0, 0, 2]));
    one(
        &scenario,
        Kind::DuplicateMac,
        r#"nodes[1].mac: 02:50:00:00:00:02 is already the MAC address of "a" (nodes[0]) on the same LAN, so a switch's table changes with every frame of one of them: give each host its own → let "a" have a MAC address of its own"#,
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
            described(&scenario).contains(&format!("nodes[2].addresses[0]: {expected}")),
            "{:#?}",
            described(&scenario)
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
        Kind::UnknownGateway,
        "nodes[0].gateway: no node here has the address of the gateway, 10.0.0.254: packets for other networks are lost → –",
    );
}

#[test]
fn hosts_on_one_lan_see_each_other_or_it_is_described() {
    one(
        &lan([(&["10.0.0.1/16"], &[]), (&["10.0.1.2/24"], &[]), (&["10.0.0.3/16"], &[])]),
        Kind::PrefixMismatch { narrow: cidr("10.0.1.0/24"), prefix_len: 16 },
        "nodes[1].addresses: \"b\" (10.0.1.2/24) does not take \"a\" (10.0.0.1/16) for a neighbor, but \"a\" takes \"b\" for \
         one: \"b\" has no gateway, so it can send it nothing, not even answers; give both the same prefix length → give all of 10.0.1.0/24 the prefix length /16",
    );
    one(
        &lan([(&["10.0.0.1/24"], &[]), (&["10.0.0.2/24"], &[]), (&["10.0.1.3/24"], &[])]),
        Kind::SeparateNetworks { odd: cidr("10.0.1.0/24"), main: cidr("10.0.0.0/24") },
        "nodes[2].addresses: \"c\" (10.0.1.3/24) and \"a\" (10.0.0.1/24) are on one LAN but in different networks, and \
         without gateways they cannot talk to each other: give them addresses of one network → give \"c\" the address \
         10.0.0.3/24",
    );
    for harmless in [
        // Prefixes that differ, but every host is in the smaller network.
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
        // Each host has a neighbor.
        [
            (&["10.0.0.1/24"], &["10.0.0.3"]),
            (&["10.0.1.2/24"], &["10.0.1.3"]),
            (&["10.0.0.3/24", "10.0.1.3/24"], &[]),
        ],
    ] {
        assert_eq!(described(&lan(harmless)), [""; 0]);
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
fn runs_that_go_nowhere_are_reported_with_their_ends() {
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
            (Kind::UnknownAddress, Some(1), vec![NodeId(1)]),
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
        prop_assert!(false, "{:#?}", described(&scenario));
    }
}

/// Two LANs, `a` and `b` at `s`, `c` at the far router: with these settings of nodes and ends of cables.
fn routed(nodes: [&str; 5], ports: [&str; 3]) -> Scenario {
    let [a, b, c, r1, r2] = nodes;
    let [lan, between, far] = ports;
    let text = format!(
        r#"{{"packetarium": 1, "nodes": [
            {{"id": "a", "kind": "host"{a}}}, {{"id": "b", "kind": "host"{b}}}, {{"id": "c", "kind": "host"{c}}},
            {{"id": "s", "kind": "switch"}}, {{"id": "r1", "kind": "router"{r1}}}, {{"id": "r2", "kind": "router"{r2}}}],
          "links": [{{"ends": ["a", "s"]}}, {{"ends": ["b", "s"]}},
            {{"ends": ["s", "r1"], "ports": {{{lan}}}}}, {{"ends": ["r1", "r2"], "ports": {{{between}}}}},
            {{"ends": ["r2", "c"], "ports": {{{far}}}}}],
          "runs": [{{"ping": {{"from": "a", "to": "c"}}}}]}}"#
    );
    Scenario::parse(&text).unwrap_or_else(|faults| panic!("{faults:?}"))
}

const A: &str = r#", "addresses": ["10.0.1.1/24"], "gateway": "10.0.1.254""#;
const B: &str = r#", "addresses": ["10.0.1.2/24"], "gateway": "10.0.1.254""#;
const C: &str = r#", "addresses": ["10.0.2.1/24"], "gateway": "10.0.2.254""#;
const R1: &str = r#", "routes": [{"to": "10.0.2.0/24", "via": "10.0.12.2"}]"#;
const R2: &str = r#", "routes": [{"to": "default", "via": "10.0.12.1"}]"#;
const LAN: &str = r#""r1": {"addresses": ["10.0.1.254/24"]}"#;
const BETWEEN: &str = r#""r1": {"addresses": ["10.0.12.1/24"]}, "r2": {"addresses": ["10.0.12.2/24"]}"#;
const FAR: &str = r#""r2": {"addresses": ["10.0.2.254/24"]}"#;

#[test]
fn a_network_of_routers_in_which_all_is_well_has_no_problems() {
    assert_eq!(described(&routed([A, B, C, R1, R2], [LAN, BETWEEN, FAR])), [""; 0]);
    // With RIP the routes are not known beforehand.
    assert_eq!(
        described(&routed([A, B, C, r#", "rip": true"#, r#", "rip": true"#], [LAN, BETWEEN, FAR])),
        [""; 0]
    );
}

#[test]
fn a_host_without_a_gateway_takes_that_of_its_router() {
    let alone = r#", "addresses": ["10.0.1.1/24"]"#;
    one(
        &routed([alone, B, C, R1, R2], [LAN, BETWEEN, FAR]),
        Kind::NoRoute,
        r#"runs[0].ping.to: 10.0.2.1 is in none of the networks of "a", which has no gateway: the run will find no route → take 10.0.1.254, the address of "r1", as gateway of "a""#,
    );
    let alone = r#", "addresses": ["10.0.2.1/24"]"#;
    one(
        &routed([A, B, alone, R1, R2], [LAN, BETWEEN, FAR]),
        Kind::NoRoute,
        r#"runs[0].ping.to: it gets there, but the answer gets lost: 10.0.1.1 is in none of the networks of "c", which has no gateway: the run will get no answer → take 10.0.2.254, the address of "r2", as gateway of "c""#,
    );
    let unknown = r#", "addresses": ["10.0.1.2/24"], "gateway": "10.0.1.77""#;
    one(
        &routed([A, unknown, C, R1, R2], [LAN, BETWEEN, FAR]),
        Kind::UnknownGateway,
        r#"nodes[1].gateway: no node here has the address of the gateway, 10.0.1.77: packets for other networks are lost → take 10.0.1.254, the address of "r1", as gateway of "b""#,
    );
}

#[test]
fn a_route_that_is_missing_there_or_back_is_described() {
    one(
        &routed([A, B, C, "", R2], [LAN, BETWEEN, FAR]),
        Kind::MissingRoute { to: cidr("10.0.2.0/24"), via: Some(IpAddress::v4(10, 0, 12, 2)) },
        r#"nodes[4].routes: "r1" has no route to 10.0.2.0/24, the network of "c" (10.0.2.1), so packets for it are dropped there: add one via 10.0.12.2 → add to "r1" a route to 10.0.2.0/24 via 10.0.12.2"#,
    );
    one(
        &routed([A, B, C, R1, ""], [LAN, BETWEEN, FAR]),
        Kind::MissingRoute { to: cidr("10.0.1.0/24"), via: Some(IpAddress::v4(10, 0, 12, 1)) },
        r#"nodes[5].routes: "r2" has no route to 10.0.1.0/24, the network of "a" (10.0.1.1), so answers for it are dropped there: add one via 10.0.12.1 → add to "r2" a route to 10.0.1.0/24 via 10.0.12.1"#,
    );
    let circle =
        r#", "routes": [{"to": "10.0.2.0/25", "via": "10.0.12.1"}, {"to": "default", "via": "10.0.12.1"}]"#;
    one(
        &routed([A, B, C, R1, circle], [LAN, BETWEEN, FAR]),
        Kind::NoRoute,
        "runs[0].ping.to: the routes send what is for 10.0.2.1 round in a circle: the run will get no answer → –",
    );
    let astray = r#", "routes": [{"to": "10.0.2.0/24", "via": "10.0.12.9"}]"#;
    assert_eq!(
        described(&routed([A, B, C, astray, R2], [LAN, BETWEEN, FAR])),
        [
            r#"runs[0].ping.to: "r1" sends what is for 10.0.2.1 to 10.0.12.9, which is no router on that LAN: the run will get no answer → –"#,
            "nodes[4].routes[0].via: no node here has the address of the next router, 10.0.12.9: packets on this route are lost → –",
        ]
    );
    let far = r#", "routes": [{"to": "10.0.2.0/24", "via": "10.0.99.9"}]"#;
    let all = described(&routed([A, B, C, far, R2], [LAN, BETWEEN, FAR]));
    assert!(
        all[0].starts_with(
            "nodes[4].routes[0].via: the next router, 10.0.99.9, is in none of this router's networks"
        ),
        "{all:?}"
    );
}

#[test]
fn routers_say_which_network_a_lan_is() {
    let odd = r#", "addresses": ["10.0.9.2/24"]"#;
    one(
        &routed([A, odd, C, R1, R2], [LAN, BETWEEN, FAR]),
        Kind::SeparateNetworks { odd: cidr("10.0.9.0/24"), main: cidr("10.0.1.0/24") },
        r#"nodes[1].addresses: "b" (10.0.9.2/24) and "r1" (10.0.1.254/24) are on one LAN but in different networks, and without gateways they cannot talk to each other: give them addresses of one network → give "b" the address 10.0.1.2/24"#,
    );
    let mut scenario = routed([A, B, C, R1, R2], [LAN, BETWEEN, FAR]);
    for node in &mut scenario.topology.nodes[..2] {
        node.kind = NodeKind::Host(HostConfig::default());
    }
    let shown = |at: u32| -> Vec<_> {
        free_addresses(&scenario.topology, Some(NodeId(at))).iter().map(ToString::to_string).collect()
    };
    assert_eq!(shown(0), ["10.0.1.1/24"]);
    assert_eq!(shown(3), ["10.0.1.1/24"], "also for who comes to the switch");
    assert_eq!(shown(2), ["10.0.2.2/24"], "its own address is taken by itself");
    assert_eq!(usual_gateways(&scenario.topology, Some(NodeId(1))), [IpAddress::v4(10, 0, 1, 254)]);
    let router = |from: u32, of: u32| router_address(&scenario.topology, NodeId(from), NodeId(of), None);
    assert_eq!(router(2, 5), Some(IpAddress::v4(10, 0, 2, 254)), "on its own network");
    assert_eq!(router(2, 4), Some(IpAddress::v4(10, 0, 12, 1)), "at the cable that leads there");
    assert_eq!(router(0, 4), None, "a host without an address speaks no version");
}

#[test]
fn a_router_is_a_target_by_its_nearest_address() {
    let mut text = routed([A, B, C, R1, R2], [LAN, BETWEEN, FAR]).to_json();
    text = text.replace(r#""to": "c""#, r#""to": "r2""#);
    let scenario = Scenario::parse(&text).unwrap();
    assert_eq!(scenario.runs[0].1.to, Target::Address(IpAddress::v4(10, 0, 12, 2)));
    let faults = Scenario::parse(&text.replace(r#""to": "r2""#, r#""to": "r2", "ip": 6"#)).unwrap_err();
    assert!(
        faults[0].message.starts_with("this router has no address of an IP version that both have"),
        "{}",
        faults[0]
    );
}

#[test]
fn a_port_of_a_router_has_an_address_and_no_two_the_same_network() {
    one(
        &routed([A, B, r#", "addresses": ["10.0.2.1/24"]"#, R1, R2], [LAN, BETWEEN, ""])
            .without_run(RunId(0)),
        Kind::PortWithoutAddress,
        "links[4].ports.r2: this router has no address here: no host on this cable can send anything through it → –",
    );
    let text = routed([A, B, C, R1, R2], [LAN, BETWEEN, FAR]).to_json();
    // Nested networks are none: the longest prefix decides.
    assert_eq!(Scenario::parse(&text.replace("10.0.12.1/24", "10.0.1.129/25")).err(), None);
    let text = text.replace("10.0.12.1/24", "10.0.1.129/24");
    let draft = Scenario::draft(&text).unwrap();
    let found = problems(&draft);
    assert_eq!(
        (found[0].kind, &found[0].nodes[..], found[0].link),
        (Kind::Overlap, &[NodeId(4)][..], Some(LinkId(3)))
    );
}

#[test]
fn a_host_that_waits_for_an_advertisement_needs_a_router_that_makes_one() {
    let waits = r#", "slaac": true"#;
    let six = r#""r1": {"addresses": ["10.0.1.254/24", "fd00:1::1/64"]}"#;
    let silent = r#""r1": {"addresses": ["10.0.1.254/24", "fd00:1::1/64"], "advertise": false}"#;
    assert_eq!(described(&routed([A, waits, C, R1, R2], [six, BETWEEN, FAR])), [""; 0]);
    for lan in [LAN, silent] {
        one(
            &routed([A, waits, C, R1, R2], [lan, BETWEEN, FAR]),
            Kind::NoAdvertiser,
            r#"nodes[1].slaac: "b" waits for a router to advertise an IPv6 network, but none on its LAN does: give a router's port there an IPv6 address → –"#,
        );
    }
}

/// Two switches with a host each, `a` in VLAN 10 and `b` in this one, and these ports between them.
fn switched(vlan: u16, near: &str, far: &str) -> Scenario {
    let text = format!(
        r#"{{"packetarium": 1, "nodes": [{{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}},
            {{"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}}, {{"id": "s", "kind": "switch"}}, {{"id": "t", "kind": "switch"}}],
          "links": [{{"ends": ["a", "s"], "ports": {{"s": {{"vlan": 10}}}}}}, {{"ends": ["t", "b"], "ports": {{"t": {{"vlan": {vlan}}}}}}},
            {{"ends": ["s", "t"], "ports": {{"s": {{{near}}}, "t": {{{far}}}}}}}],
          "runs": [{{"ping": {{"from": "a", "to": "b"}}}}]}}"#
    );
    Scenario::parse(&text).unwrap_or_else(|faults| panic!("{faults:?}"))
}

#[test]
fn vlans_that_do_not_meet_are_described() {
    let trunk = r#""trunk": true"#;
    assert_eq!(described(&switched(10, trunk, trunk)), [""; 0]);
    assert_eq!(described(&switched(10, r#""vlan": 10"#, r#""vlan": 10"#)), [""; 0]);
    let stands = r#"runs[0].ping.to: VLAN 10 does not pass the port of "t" to "b", which is in VLAN 20 alone: the run will get no answer → –"#;
    assert_eq!(described(&switched(20, trunk, trunk))[0], stands);
    for (near, far, expected) in [
        (
            r#""vlan": 10"#,
            r#""vlan": 11"#,
            r#"links[2].ports.s: this cable joins VLAN 10 of "s" with VLAN 11 of "t": give both ends the same, or make both trunks → –"#,
        ),
        (
            r#""trunk": true, "native": null"#,
            r#""trunk": true, "native": 7"#,
            r#"links[2].ports.s: VLAN 7 is untagged (native) at "t" and tagged at "s", so its frames get lost from "t" to "s": give both ends the same native VLAN → –"#,
        ),
        (
            trunk,
            r#""vlan": 10"#,
            r#"links[2].ports.s: this cable is a trunk at "s", but belongs to one VLAN at "t": the frames of other VLANs get lost; make both ends trunks → –"#,
        ),
    ] {
        let found = described(&switched(10, near, far));
        assert!(found.contains(&expected.to_owned()), "{found:#?}");
    }
    let found = problems(&switched(10, trunk, r#""vlan": 10"#));
    let at: Vec<_> = found.iter().map(|problem| (problem.kind, problem.run, problem.link)).collect();
    assert!(at.contains(&(Kind::VlanMismatch, Some(0), None)), "{at:?}");
    assert!(at.contains(&(Kind::VlanMismatch, None, Some(LinkId(2)))), "{at:?}");
}

#[test]
fn a_loop_is_no_problem_where_every_switch_of_it_has_a_spanning_tree() {
    let hosts: [(&[&str], &[&str]); 2] = [(&["10.0.0.1/24"], &[]), (&["10.0.0.2/24"], &[])];
    let ring = [["a", "s"], ["b", "t"], ["s", "t"], ["t", "u"], ["u", "s"]];
    let mut scenario = lab(&hosts, &["s", "t", "u"], &ring);
    let set = |scenario: &mut Scenario, number: usize, stp| {
        scenario.topology.nodes[number].kind =
            NodeKind::Switch(SwitchConfig { stp, ..SwitchConfig::default() });
    };
    for number in [2, 3] {
        set(&mut scenario, number, Some(defaults::STP));
    }
    one(
        &scenario,
        Kind::Loop,
        "links[4]: this link closes a loop of hubs and switches, in which a broadcast goes round for ever: turn on the spanning \
         tree of the switches, or keep it to watch the storm → turn on the spanning tree of \"u\"",
    );
    set(&mut scenario, 4, Some(defaults::STP));
    assert_eq!(described(&scenario), [""; 0]);
    // A hub in it does no harm, hubs alone do.
    scenario.topology.nodes[4].kind = NodeKind::Hub;
    assert_eq!(described(&scenario), [""; 0]);
    for number in [2, 3] {
        scenario.topology.nodes[number].kind = NodeKind::Hub;
    }
    one(
        &scenario,
        Kind::Loop,
        "links[4]: this link closes a loop of hubs and switches, in which a broadcast goes round for ever: remove one of its \
         links, or keep it to watch the storm → remove the link between \"u\" and \"s\"",
    );
}

#[test]
fn who_hears_no_group_because_of_a_router_is_described() {
    let text = routed([A, B, C, R1, R2], [LAN, BETWEEN, FAR]).to_json().replace(
        r#"{"ping": {"from": "a", "to": "c"}}"#,
        r#"{"multicast": {"from": "a", "group": "239.1.2.3", "receivers": ["b", "c"]}}"#,
    );
    let scenario = Scenario::parse(&text).unwrap();
    one(
        &scenario,
        Kind::NoPath,
        "runs[0].multicast.receivers[1]: it is on another LAN, and routers here forward no multicast: it will receive nothing → –",
    );
    let left = scenario.without(&[NodeId(2)], &[]);
    let RunKind::Multicast(run) = &left.runs[0].1.kind else { panic!() };
    assert_eq!(run.receivers, [NodeId(1)], "who goes is no receiver any more");
    assert_eq!(left.without(&[NodeId(1)], &[]).runs, [], "no receiver is left");
}
