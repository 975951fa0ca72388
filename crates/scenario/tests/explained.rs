//! The checks explain: what a network does that its author did not mean is named where the document has to change.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use netlab::history::Limits;
use netlab::{Duration, Instant};
use scenario::problem::Kind;
use scenario::{Scenario, problems};

fn parse(text: &str) -> Scenario {
    Scenario::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// `place: message → fix`.
fn described(scenario: &Scenario) -> Vec<String> {
    let found = problems(scenario);
    let described = found.iter().map(|problem| {
        let fix = problem.fix(scenario).map_or("–".to_owned(), |fix| fix.what);
        format!("{}: {} → {fix}", problem.fault.place, problem.fault.message)
    });
    described.collect()
}

/// How many answers each run got, when everything has happened.
fn answers(scenario: &Scenario) -> Vec<u64> {
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until_quiet(Instant::ZERO + Duration::from_secs(600), || true);
    let runs = world.history().runs().iter();
    runs.map(|run| run.totals_at(world.now()).received).collect()
}

/// The scenario after the first fix of such a problem.
fn fixed(scenario: &Scenario, is: impl Fn(Kind) -> bool) -> Scenario {
    let found = problems(scenario);
    let mut fixes =
        found.iter().filter(|problem| is(problem.kind)).filter_map(|problem| problem.fix(scenario));
    let fixed = fixes.next().expect("one has a fix").scenario;
    assert_eq!(Scenario::parse(&fixed.to_json()).as_ref(), Ok(&fixed), "text keeps what the fix has made");
    fixed
}

fn hosts(list: &[(&str, &str)]) -> String {
    let host = |(id, rest): &(&str, &str)| format!(r#"{{"id": "{id}", "kind": "host", {rest}}}"#);
    list.iter().map(host).collect::<Vec<_>>().join(", ")
}

const TWO_HOMES: &str = r#"{"packetarium": 1, "nodes": [
    {"id": "alice", "kind": "host", "addresses": ["192.168.1.10/24"], "gateway": "192.168.1.1"},
    {"id": "bob", "kind": "host", "addresses": ["192.168.1.10/24"], "gateway": "192.168.1.1"},
    {"id": "home-a", "kind": "router", "nat": {"forwards": [{"tcp": 8080, "to": "192.168.1.10", "port": 80}]}, "routes": [{"to": "default", "via": "203.0.113.1"}]},
    {"id": "home-b", "kind": "router", "nat": {"forwards": [{"tcp": 8080, "to": "192.168.1.10", "port": 80}]}, "routes": [{"to": "default", "via": "203.0.113.5"}]},
    {"id": "isp", "kind": "router"},
    {"id": "web", "kind": "host", "addresses": ["198.51.100.80/24"], "gateway": "198.51.100.1"}],
  "links": [
    {"ends": ["alice", "home-a"], "ports": {"home-a": {"addresses": ["192.168.1.1/24"]}}},
    {"ends": ["bob", "home-b"], "ports": {"home-b": {"addresses": ["192.168.1.1/24"]}}},
    {"ends": ["home-a", "isp"], "ports": {"home-a": {"addresses": ["203.0.113.2/30"], "outside": true}, "isp": {"addresses": ["203.0.113.1/30"]}}},
    {"ends": ["home-b", "isp"], "ports": {"home-b": {"addresses": ["203.0.113.6/30"], "outside": true}, "isp": {"addresses": ["203.0.113.5/30"]}}},
    {"ends": ["isp", "web"], "ports": {"isp": {"addresses": ["198.51.100.1/24"]}}}],
  "runs": [{"ping": {"from": "alice", "to": "web", "count": 2}}, {"ping": {"from": "bob", "to": "web", "count": 2}},
    {"at": "5s", "connect": {"from": "web", "to": "203.0.113.2", "port": 8080}},
    {"at": "6s", "connect": {"from": "web", "to": "203.0.113.6", "port": 8080}},
    {"at": "7s", "connect": {"from": "alice", "to": "203.0.113.6", "port": 8080}}]}"#;

#[test]
fn two_homes_may_have_the_same_private_addresses() {
    let scenario = parse(TWO_HOMES);
    assert_eq!(described(&scenario), [""; 0]);
    assert_eq!(answers(&scenario), [2, 2, 0, 0, 0], "connections carry no answers");
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until_quiet(Instant::ZERO + Duration::from_secs(60), || true);
    let delivered = world.history().runs().iter().map(|run| run.totals_at(world.now()).bytes);
    assert!(delivered.skip(2).all(|bytes| bytes > 0), "both homes serve, each its own port");
    let link = scenario::link::encode(&scenario);
    assert_eq!(scenario::link::decode(&link), Ok(scenario));
}

#[test]
fn the_same_addresses_on_one_lan_run_with_two_answers_to_arp() {
    let text = format!(
        r#"{{"packetarium": 1, "nodes": [{}, {{"id": "s", "kind": "switch"}}],
          "links": [{{"ends": ["a", "s"]}}, {{"ends": ["b", "s"]}}, {{"ends": ["c", "s"], "delay": "4ms"}}],
          "runs": [{{"ping": {{"from": "a", "to": "10.0.0.2", "count": 1}}}}]}}"#,
        hosts(&[
            ("a", r#""addresses": ["10.0.0.1/24"]"#),
            ("b", r#""addresses": ["10.0.0.2/24"]"#),
            ("c", r#""addresses": ["10.0.0.2/24"]"#)
        ])
    );
    let scenario = parse(&text);
    let [problem] = &problems(&scenario)[..] else { panic!("{:?}", described(&scenario)) };
    assert_eq!((problem.kind, problem.fault.is_error()), (Kind::DuplicateAddress, false));
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until_quiet(Instant::ZERO + Duration::from_secs(60), || true);
    let replies = world.history().transits().filter(|transit| {
        // ARP replies that begin their way.
        transit.first && transit.frame[12..14] == [8, 6] && transit.frame[21] == 2
    });
    assert_eq!(replies.count(), 2);
    assert_eq!(answers(&scenario), [1]);
}

#[test]
fn the_same_mac_on_one_lan_moves_in_the_switchs_table() {
    let mac = r#""mac": "02:00:00:00:00:99""#;
    let text = format!(
        r#"{{"packetarium": 1, "nodes": [{}, {{"id": "s", "kind": "switch"}}],
          "links": [{{"ends": ["a", "s"]}}, {{"ends": ["b", "s"]}}, {{"ends": ["c", "s"]}}],
          "runs": [{{"ping": {{"from": "b", "to": "a", "count": 3}}}}, {{"at": "500ms", "ping": {{"from": "c", "to": "a", "count": 3}}}}]}}"#,
        hosts(&[
            ("a", r#""addresses": ["10.0.0.1/24"]"#),
            ("b", &format!(r#""addresses": ["10.0.0.2/24"], {mac}"#)),
            ("c", &format!(r#""addresses": ["10.0.0.3/24"], {mac}"#))
        ])
    );
    let scenario = parse(&text);
    let [problem] = &problems(&scenario)[..] else { panic!("{:?}", described(&scenario)) };
    assert_eq!((problem.kind, problem.fault.is_error()), (Kind::DuplicateMac, false));
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until_quiet(Instant::ZERO + Duration::from_secs(60), || true);
    let switch = scenario.node("s").unwrap();
    let moves = world.history().node(switch).iter().filter(|entry| {
        let netlab::history::NodeEvent::Switch(bridge::Event::Learned { mac, .. }) = &entry.event else {
            return false;
        };
        mac.0 == [2, 0, 0, 0, 0, 0x99]
    });
    assert!(moves.count() >= 4, "it flaps between two ports");
    // In two VLANs, or behind two routers, the same MAC is no fault.
    let apart =
        text.replace(r#"{"ends": ["c", "s"]}"#, r#"{"ends": ["c", "s"], "ports": {"s": {"vlan": 7}}}"#);
    assert!(!problems(&parse(&apart)).iter().any(|problem| problem.kind == Kind::DuplicateMac));
}

/// `a` and `b` in VLAN 20 at two switches, `c` and `d` in VLAN 10, and these ports between the switches, by way of a third or not.
fn trunks(between: &str) -> Scenario {
    let all = hosts(&[
        ("a", r#""addresses": ["10.0.20.1/24"]"#),
        ("b", r#""addresses": ["10.0.20.2/24"]"#),
        ("c", r#""addresses": ["10.0.10.1/24"]"#),
        ("d", r#""addresses": ["10.0.10.2/24"]"#),
    ]);
    let third = if between.contains("s3") { r#", {"id": "s3", "kind": "switch"}"# } else { "" };
    parse(&format!(
        r#"{{"packetarium": 1, "nodes": [{all}, {{"id": "s1", "kind": "switch"}}, {{"id": "s2", "kind": "switch"}}{third}],
          "links": [{{"ends": ["a", "s1"], "ports": {{"s1": {{"vlan": 20}}}}}}, {{"ends": ["c", "s1"], "ports": {{"s1": {{"vlan": 10}}}}}},
            {{"ends": ["b", "s2"], "ports": {{"s2": {{"vlan": 20}}}}}}, {{"ends": ["d", "s2"], "ports": {{"s2": {{"vlan": 10}}}}}}, {between}],
          "runs": [{{"ping": {{"from": "a", "to": "b", "count": 1}}}}, {{"ping": {{"from": "c", "to": "d", "count": 1}}}}]}}"#
    ))
}

#[test]
fn a_vlan_that_a_trunk_does_not_list_is_named_with_list_and_port() {
    let scenario =
        trunks(r#"{"ends": ["s1", "s2"], "ports": {"s1": {"trunk": [10]}, "s2": {"trunk": [10, 20]}}}"#);
    assert_eq!(
        described(&scenario),
        [
            r#"runs[0].ping.to: VLAN 20 is not in the trunk list of the port of "s1" to "s2" (10, native 1): the run will get no answer → –"#,
            r#"links[4].ports.s1: VLAN 20 is not in the trunk list of the port of "s1" to "s2" (10, native 1), so "a" and "b", both in VLAN 20, cannot reach each other → add VLAN 20 to the port of "s1" to "s2""#,
        ]
    );
    assert_eq!(answers(&scenario), [0, 1]);
    let mended = fixed(&scenario, |kind| kind == Kind::TrunkList { vlan: 20 });
    assert_eq!((described(&mended), answers(&mended)), (Vec::new(), vec![1, 1]));
}

#[test]
fn a_vlan_that_ends_at_a_switch_in_between_is_named_there() {
    let scenario = trunks(
        r#"{"ends": ["s1", "s3"], "ports": {"s1": {"trunk": [10, 20]}, "s3": {"trunk": [10, 20]}}},
           {"ends": ["s3", "s2"], "ports": {"s3": {"trunk": [10, 30]}, "s2": {"trunk": [10, 30]}}}"#,
    );
    let found = described(&scenario);
    assert!(
        found[1].starts_with(r#"links[5].ports.s3: VLAN 20 is not in the trunk list of the port of "s3" to "s2" (10, 30, native 1)"#),
        "{found:#?}"
    );
    // The other end of that cable is the next; then both hosts reach each other.
    let half = fixed(&scenario, |kind| kind == Kind::TrunkList { vlan: 20 });
    assert!(described(&half)[1].contains(r#"the port of "s2" to "s3""#), "{:#?}", described(&half));
    let mended = fixed(&half, |kind| kind == Kind::TrunkList { vlan: 20 });
    assert_eq!((described(&mended), answers(&mended)), (Vec::new(), vec![1, 1]));
    // Another way around carries it.
    let ring = trunks(
        r#"{"ends": ["s1", "s2"], "ports": {"s1": {"trunk": [10]}, "s2": {"trunk": [10]}}},
           {"ends": ["s1", "s3"], "ports": {"s1": {"trunk": [20], "native": null}, "s3": {"trunk": true, "native": null}}},
           {"ends": ["s3", "s2"], "ports": {"s3": {"trunk": true, "native": null}, "s2": {"trunk": [20], "native": null}}}"#,
    );
    assert_eq!(described(&ring), [""; 0]);
}

#[test]
fn native_on_one_side_and_tagged_on_the_other_is_named() {
    let scenario = trunks(
        r#"{"ends": ["s1", "s2"], "ports": {"s1": {"trunk": [10, 20], "native": 20}, "s2": {"trunk": [10, 20], "native": null}}}"#,
    );
    let found = described(&scenario);
    assert!(
        found.contains(&r#"links[4].ports.s1: VLAN 20 is untagged (native) at "s1" and tagged at "s2", so its frames get lost from "s1" to "s2": give both ends the same native VLAN → –"#.to_owned()),
        "{found:#?}"
    );
    assert!(
        found[0].contains(r#"frames of VLAN 20 arrive untagged at the port of "s2" to "s1""#),
        "{found:#?}"
    );
    assert_eq!(answers(&scenario), [0, 1]);
}

#[test]
fn unequal_mtus_on_a_lan_are_named() {
    let lan = |a: &str, port: &str, run: &str| {
        parse(&format!(
            r#"{{"packetarium": 1, "nodes": [{}, {{"id": "s", "kind": "switch"}}],
              "links": [{{"ends": ["a", "s"]}}, {{"ends": ["b", "s"]{port}}}, {{"ends": ["c", "s"]}}], "runs": [{run}]}}"#,
            hosts(&[
                ("a", &format!(r#""addresses": ["10.0.0.1/24"]{a}"#)),
                ("b", r#""addresses": ["10.0.0.2/24"]"#),
                ("c", r#""addresses": ["10.0.0.3/24"]"#)
            ])
        ))
    };
    let scenario = lan(r#", "mtu": 9000"#, "", "");
    assert_eq!(
        described(&scenario),
        [
            r#"nodes[0].mtu: the MTU of "a" is 9000 B, that of "b", on the same LAN, 1500 B: what "a" sends in longer packets, "b" drops, and no router reports it; give both the same → give "a" the MTU 1500"#
        ]
    );
    assert_eq!(described(&fixed(&scenario, |kind| kind == Kind::UnequalMtu { mtu: 1500 })), [""; 0]);
    let scenario = lan(
        "",
        r#", "ports": {"s": {"mtu": 1400}}"#,
        r#"{"ping": {"from": "a", "to": "b", "size": "1450B", "count": 1}}"#,
    );
    assert_eq!(
        described(&scenario),
        [
            r#"links[1].ports.s.mtu: "a" sends packets of up to 1500 B over this port, which takes 1400 B: longer ones are dropped, and no router reports it → give the port of "s" to "a" the MTU 1500"#
        ]
        .map(|text| text.replace("the port of \"s\" to \"a\"", "the port of \"s\" to \"b\""))
    );
    assert_eq!(answers(&scenario), [0]);
    let mended = fixed(&scenario, |kind| kind == Kind::UnequalMtu { mtu: 1500 });
    assert_eq!((described(&mended), answers(&mended)), (Vec::new(), vec![1]));
}

#[test]
fn a_port_that_is_off_is_named_and_switched_on() {
    let two = |ports: &str, more: &str| {
        parse(&format!(
            r#"{{"packetarium": 1, "nodes": [{}, {{"id": "s1", "kind": "switch"}}],
              "links": [{{"ends": ["a", "s1"]{ports}}}, {{"ends": ["b", "s1"]}}],
              "runs": [{{"ping": {{"from": "a", "to": "b", "count": 1}}}}]{more}}}"#,
            hosts(&[("a", r#""addresses": ["10.0.0.1/24"]"#), ("b", r#""addresses": ["10.0.0.2/24"]"#)])
        ))
    };
    let scenario = two(r#", "ports": {"s1": {"up": false}}"#, "");
    assert_eq!(
        described(&scenario),
        [
            r#"runs[0].ping.to: the port of "s1" to "a" is off: the run will get no answer → –"#,
            r#"links[0].ports.s1.up: the port of "s1" to "a" is off ("up": false), so this cable carries nothing → switch on the port of "s1" to "a""#,
        ]
    );
    let mended = fixed(&scenario, |kind| kind == Kind::PortOff);
    assert_eq!((described(&mended), answers(&mended)), (Vec::new(), vec![1]));
    let later = r#", "changes": [{"at": "1s", "port": {"ends": ["a", "s1"], "of": "s1", "up": true}}]"#;
    assert_eq!(
        described(&two(r#", "ports": {"s1": {"up": false}}"#, later)),
        [""; 0],
        "it is switched on in time"
    );
    let cut = two(r#", "impair": [{"down": true}]"#, "");
    assert!(
        described(&cut)[0].contains(r#"the cable between "a" and "s1" is unplugged"#),
        "{:#?}",
        described(&cut)
    );
}

#[test]
fn swapped_sides_of_address_translation_are_named_and_swapped_back() {
    let home = |inside: &str, outside: &str, default: &str| {
        parse(&format!(
            r#"{{"packetarium": 1, "nodes": [{}, {{"id": "r", "kind": "router", "nat": true{default}}}, {{"id": "isp", "kind": "router"}}],
              "links": [{{"ends": ["pc", "r"], "ports": {{"r": {{"addresses": ["192.168.1.1/24"]{inside}}}}}}},
                {{"ends": ["r", "isp"], "ports": {{"r": {{"addresses": ["203.0.113.2/30"]{outside}}}, "isp": {{"addresses": ["203.0.113.1/30"]}}}}}},
                {{"ends": ["isp", "web"], "ports": {{"isp": {{"addresses": ["198.51.100.1/24"]}}}}}}],
              "runs": [{{"ping": {{"from": "pc", "to": "web", "count": 1}}}}]}}"#,
            hosts(&[
                ("pc", r#""addresses": ["192.168.1.10/24"], "gateway": "192.168.1.1""#),
                ("web", r#""addresses": ["198.51.100.80/24"], "gateway": "198.51.100.1""#)
            ])
        ))
    };
    let default = r#", "routes": [{"to": "default", "via": "203.0.113.1"}]"#;
    let outside = r#", "outside": true"#;
    let right = home("", outside, default);
    assert_eq!((described(&right), answers(&right)), (Vec::new(), vec![1]));
    let wrong = home(outside, "", default);
    let swapped = |kind| matches!(kind, Kind::SwappedNat { .. });
    let found = described(&wrong);
    assert!(
        found.contains(
            &r#"links[0].ports.r.outside: inside and outside are swapped: the default route of "r" goes to 203.0.113.1, so the port there is the outside one; put "outside": true to links[1].ports.r, not to links[0].ports.r → let the port of "r" to "isp" be the outside"#.to_owned()
        ),
        "{found:#?}"
    );
    assert_eq!(answers(&wrong), [0]);
    assert_eq!(fixed(&wrong, swapped), right);
    // Without an outside port there is nothing to swap, whatever the default route.
    let none = described(&home("", "", default));
    assert!(none.iter().any(|problem| problem.contains("no port of this router is outside")), "{none:#?}");
    assert!(none.iter().all(|problem| !problem.contains("swapped")), "{none:#?}");
    // Without a default route the addresses show it.
    assert!(problems(&home(outside, "", "")).iter().any(|problem| swapped(problem.kind)));
    assert!(!problems(&home("", outside, "")).iter().any(|problem| swapped(problem.kind)));
}

/// A chain of routers between `a` and `b`, each with these settings, and this run.
fn chain(count: usize, settings: impl Fn(usize) -> String, run: &str) -> Scenario {
    let routers: Vec<_> =
        (1..=count).map(|n| format!(r#"{{"id": "r{n}", "kind": "router"{}}}"#, settings(n))).collect();
    let between: Vec<_> = (1..count)
        .map(|n| {
            let m = n + 1;
            format!(
                r#"{{"ends": ["r{n}", "r{m}"], "ports": {{"r{n}": {{"addresses": ["10.9.{n}.1/30"]}}, "r{m}": {{"addresses": ["10.9.{n}.2/30"]}}}}}}"#
            )
        })
        .collect();
    parse(&format!(
        r#"{{"packetarium": 1, "nodes": [{}, {}],
          "links": [{{"ends": ["a", "r1"], "ports": {{"r1": {{"addresses": ["10.1.0.1/24", "fd01::1/64"]}}}}}},
            {{"ends": ["b", "r{count}"], "ports": {{"r{count}": {{"addresses": ["10.2.0.1/24", "fd02::1/64"]}}}}}}{}{}],
          "runs": [{run}]}}"#,
        hosts(&[
            ("a", r#""addresses": ["10.1.0.10/24", "fd01::10/64"], "gateway": ["10.1.0.1", "fd01::1"]"#),
            ("b", r#""addresses": ["10.2.0.10/24", "fd02::10/64"], "gateway": ["10.2.0.1", "fd02::1"]"#)
        ]),
        routers.join(", "),
        if count > 1 { ", " } else { "" },
        between.join(", ")
    ))
}

#[test]
fn a_filter_that_blocks_a_planned_run_is_named_with_its_rule() {
    let rules = r#", "filter": [{"allow": "icmp"}, {"deny": "tcp", "to": "10.2.0.0/24", "ports": "80-90"}, {"reject": "udp"}]"#;
    let connect = |port: u16| format!(r#"{{"connect": {{"from": "a", "to": "b", "port": {port}}}}}"#);
    let of = |run: &str| described(&chain(1, |_| rules.to_owned(), run));
    assert_eq!(
        of(&connect(80)),
        [
            r#"runs[0].connect.to: at "r1", rule 2 of its filter (deny tcp to 10.2.0.0/24 ports 80 to 90) drops TCP to 10.2.0.10, port 80: the run will get no answer → –"#
        ]
    );
    assert_eq!(of(&connect(8080)), [""; 0]);
    assert_eq!(of(r#"{"ping": {"from": "a", "to": "b"}}"#), [""; 0]);
    let udp = of(r#"{"echo": {"from": "a", "to": "b", "udp": true}}"#);
    assert!(udp[0].contains("rule 3 of its filter (reject udp) rejects UDP to 10.2.0.10, port 7"), "{udp:?}");
    // What no rule allows; the answers of what one allows pass.
    let otherwise =
        r#", "filter": {"rules": [{"allow": "tcp", "from": "10.1.0.0/24"}], "otherwise": "deny"}"#;
    let of = |run: &str| described(&chain(1, |_| otherwise.to_owned(), run));
    assert_eq!(of(&connect(80)), [""; 0]);
    let ping = of(r#"{"ping": {"from": "a", "to": "b"}}"#);
    assert!(ping[0].contains("its filter, of whose rules none matches, drops ICMP to 10.2.0.10"), "{ping:?}");
}

#[test]
fn a_link_local_target_on_another_lan_is_named() {
    let scenario =
        chain(1, |_| String::new(), r#"{"ping": {"from": "a", "to": "fe80::50:ff:fe00:2", "count": 1}}"#);
    let found = described(&scenario);
    assert_eq!(
        found,
        [
            r#"runs[0].ping.to: fe80::50:ff:fe00:2 is a link-local address, valid on one LAN only (RFC 4291, 2.5.6), and "b", which has it, is on another LAN than "a": take another of its addresses: the run will get no answer → –"#
        ]
    );
    assert_eq!(answers(&scenario), [0]);
    // The router's own, on the LAN of the host.
    let near = chain(1, |_| String::new(), r#"{"ping": {"from": "a", "to": "fd01::1", "count": 1}}"#);
    assert_eq!(described(&near), [""; 0]);
}

#[test]
fn a_network_beyond_fifteen_hops_is_too_far_for_rip() {
    let ping = r#"{"at": "400s", "ping": {"from": "a", "to": "b", "count": 1}}"#;
    let rip = |_| r#", "rip": {"update": "10s", "timeout": "60s", "garbage": "40s"}"#.to_owned();
    let near = chain(15, rip, ping);
    assert_eq!(described(&near), [""; 0]);
    let far = chain(16, rip, ping);
    let found = described(&far);
    assert_eq!(
        found[0],
        r#"nodes[2].rip: 10.2.0.0/24 is 16 hops from "r1", counted as RIP does, and for RIP 16 is unreachable (RFC 2453, 3.2): take a static route, or shorten the path → –"#
    );
    let kinds: Vec<_> = problems(&far).iter().map(|problem| (problem.kind, problem.nodes[0].0)).collect();
    assert_eq!(kinds, [(Kind::TooFar, 2), (Kind::TooFar, 17)], "at both ends, once each");
    assert_eq!(answers(&far), [0]);
    assert_eq!(answers(&near), [1]);
}

#[test]
fn a_route_missing_at_a_router_is_told_there_for_all_runs_and_added_there() {
    let runs = r#"{"ping": {"from": "a", "to": "b", "count": 1}}, {"at": "3s", "ping": {"from": "a", "to": "10.2.0.10", "count": 1}},
        {"at": "6s", "ping": {"from": "b", "to": "a", "ip": 6, "count": 1}}"#;
    let mut scenario = chain(3, |_| String::new(), runs);
    let missing = |kind| matches!(kind, Kind::MissingRoute { .. });
    assert_eq!(
        described(&scenario),
        [
            r#"nodes[2].routes: "r1" has no route to 10.2.0.0/24, the network of "b" (10.2.0.10), so packets for it are dropped there: add one via 10.9.1.2 → add to "r1" a route to 10.2.0.0/24 via 10.9.1.2"#,
            r#"nodes[4].routes: "r3" has no route to fd01::/64, the network of "a" (fd01::10), so packets for it are dropped there: no routers lead there: connect the network → –"#,
        ]
    );
    // One router after the other, there and back.
    for _ in 0..4 {
        scenario = fixed(&scenario, missing);
    }
    let left = described(&scenario);
    assert_eq!(left.len(), 1, "{left:#?}");
    assert_eq!(answers(&scenario), [1, 1, 0]);
}

#[test]
fn nested_networks_are_no_fault_and_the_longest_prefix_decides() {
    let text = format!(
        r#"{{"packetarium": 1, "nodes": [{}, {{"id": "r", "kind": "router"}}],
          "links": [{{"ends": ["a", "r"], "ports": {{"r": {{"addresses": ["10.0.0.1/16"]}}}}}},
            {{"ends": ["b", "r"], "ports": {{"r": {{"addresses": ["10.0.7.1/24"]}}}}}}],
          "runs": [{{"ping": {{"from": "b", "to": "a", "count": 1}}}}]}}"#,
        hosts(&[
            ("a", r#""addresses": ["10.0.3.3/24"]"#),
            ("b", r#""addresses": ["10.0.7.2/24"], "gateway": "10.0.7.1""#)
        ])
    );
    let scenario = parse(&text);
    assert!(
        !problems(&scenario).iter().any(|problem| problem.kind == Kind::Overlap),
        "{:?}",
        described(&scenario)
    );
    let both = parse(&text.replace(r#""addresses": ["10.0.3.3/24"]"#, r#""addresses": ["10.0.3.3/16"]"#));
    // a takes b for a neighbor: its answers do not get there.
    assert!(
        described(&both)[0].contains(r#""a" takes 10.0.7.2 for a neighbor, but a router stands between"#),
        "{:?}",
        described(&both)
    );
}

#[test]
fn a_private_address_behind_translation_is_told_at_the_run() {
    let text = TWO_HOMES.replace(
        r#"{"ping": {"from": "bob", "to": "web", "count": 2}}"#,
        r#"{"ping": {"from": "web", "to": "bob", "count": 1}}"#,
    );
    let found = problems(&parse(&text));
    let kinds: Vec<_> = found.iter().map(|problem| (problem.kind, problem.run)).collect();
    assert_eq!(kinds, [(Kind::BehindNat, Some(1))]);
}

#[test]
fn a_prefix_of_another_length_than_64_gives_hosts_no_address() {
    let text = r#"{"packetarium": 1, "nodes": [{"id": "a", "kind": "host", "slaac": true}, {"id": "r", "kind": "router"}],
      "links": [{"ends": ["a", "r"], "ports": {"r": {"addresses": ["2001:db8:0:2::1/63"]}}}]}"#;
    assert_eq!(
        described(&parse(text)),
        [
            r#"nodes[0].slaac: "a" forms no address from 2001:db8:0:2::/63, which the router advertises: hosts form addresses from networks of 64 bits only (RFC 4862, 5.5.3); take a /64 → –"#
        ]
    );
    assert_eq!(described(&parse(&text.replace("/63", "/64"))), [""; 0]);
}

#[test]
fn a_ping_to_all_of_a_lan_is_no_fault() {
    for to in ["10.1.0.255", "255.255.255.255", "224.0.0.1", "ff02::1"] {
        let scenario = chain(1, |_| String::new(), &format!(r#"{{"ping": {{"from": "a", "to": "{to}"}}}}"#));
        assert_eq!(described(&scenario), [""; 0], "{to}");
    }
}

#[test]
fn a_route_through_a_link_local_next_hop_is_followed_at_its_port() {
    // The second router's addresses on the cable between: fe80::50:2ff:fe00:… made from its MAC address.
    let ping = r#"{"ping": {"from": "a", "to": "b", "ip": 6, "count": 1}}"#;
    let routes = |n: usize| match n {
        1 => r#", "routes": [{"to": "fd02::/64", "via": "fe80::2", "port": "r2"}]"#.to_owned(),
        _ => r#", "routes": [{"to": "fd01::/64", "via": "fe80::1", "port": "r1"}]"#.to_owned(),
    };
    let six = |text: String| text.replace("10.9.1.1/30", "fe80::1/64").replace("10.9.1.2/30", "fe80::2/64");
    let scenario = parse(&six(chain(2, |_| String::new(), ping).to_json()));
    assert!(problems(&scenario).iter().any(|problem| matches!(problem.kind, Kind::MissingRoute { .. })));
    let with_routes = chain(2, routes, ping).to_json();
    let scenario = parse(&six(with_routes));
    assert_eq!((described(&scenario), answers(&scenario)), (Vec::new(), vec![1]));
}
