//! A failed run says why, in words that agree with its frames and with the checks of its document.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::Limits;
use netlab::run::RunId;
use netlab::topology::{LinkId, NodeId};
use netlab::{Duration, Instant};
use scenario::why::Spot;
use scenario::{Scenario, why};

/// Why each run failed, when everything has happened.
fn reasons(text: &str) -> Vec<Option<(String, Option<Spot>)>> {
    let scenario = Scenario::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"));
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until_quiet(Instant::ZERO + Duration::from_secs(600), || true);
    let runs = 0..world.history().runs().len() as u32;
    let why = |run| why(&scenario, &world, RunId(run), world.now());
    runs.map(|run| why(run).map(|why| (why.text.to_string(), why.at))).collect()
}

fn reason(text: &str) -> (String, Option<Spot>) {
    let all = reasons(text);
    assert_eq!(all.len(), 1);
    all.into_iter().next().flatten().expect("it failed, and its frames say why")
}

/// Hosts `a` and `b` at two routers, with these settings and runs.
fn routed(r1: &str, r2: &str, b: &str, runs: &str) -> String {
    format!(
        r#"{{"packetarium": 1, "nodes": [
          {{"id": "a", "kind": "host", "addresses": ["10.0.1.1/24"], "gateway": "10.0.1.254"}},
          {{"id": "b", "kind": "host", "addresses": ["10.0.2.1/24"]{b}}},
          {{"id": "r1", "kind": "router"{r1}}}, {{"id": "r2", "kind": "router"{r2}}}],
        "links": [{{"ends": ["a", "r1"], "ports": {{"r1": {{"addresses": ["10.0.1.254/24"]}}}}}},
          {{"ends": ["r1", "r2"], "ports": {{"r1": {{"addresses": ["10.0.12.1/24"]}}, "r2": {{"addresses": ["10.0.12.2/24"]}}}}}},
          {{"ends": ["r2", "b"], "ports": {{"r2": {{"addresses": ["10.0.2.254/24"]}}}}}}],
        "runs": [{runs}]}}"#
    )
}

const THERE: &str = r#", "routes": [{"to": "10.0.2.0/24", "via": "10.0.12.2"}]"#;
const BACK: &str = r#", "routes": [{"to": "10.0.1.0/24", "via": "10.0.12.1"}]"#;
const GATEWAY: &str = r#", "gateway": "10.0.2.254""#;
const PING: &str = r#"{"ping": {"from": "a", "to": "b", "count": 2}}"#;

#[test]
fn a_run_that_succeeds_has_no_reason() {
    assert_eq!(reasons(&routed(THERE, BACK, GATEWAY, PING)), [None]);
}

#[test]
fn a_missing_route_is_found_at_the_router_there_and_back() {
    let (text, at) = reason(&routed("", BACK, GATEWAY, PING));
    assert_eq!(
        text,
        r#""r1" dropped all 2 echo requests: no route leads there ("r1" has no route to 10.0.2.1)"#
    );
    assert_eq!(at, Some(Spot::Node(NodeId(2))));
    let (text, at) = reason(&routed(THERE, "", GATEWAY, PING));
    assert_eq!(
        text,
        r#""r2" dropped all 2 answers of "b": no route leads there ("r2" has no route to 10.0.1.1)"#
    );
    assert_eq!(at, Some(Spot::Node(NodeId(3))));
    let (text, at) = reason(&routed(THERE, BACK, "", PING));
    assert_eq!(
        text,
        r#""b" got what "a" sent, but its answer was not sent: "b" has no gateway, and 10.0.1.1 is in none of its networks"#
    );
    assert_eq!(at, Some(Spot::Node(NodeId(1))));
}

#[test]
fn a_client_without_a_gateway_sends_nothing() {
    let text = routed(THERE, BACK, "", r#"{"ping": {"from": "b", "to": "a", "count": 1}}"#);
    let (text, at) = reason(&text);
    assert_eq!(text, r#""b" has no gateway, and "a" is in none of its networks: nothing was sent"#);
    assert_eq!(at, Some(Spot::Node(NodeId(1))));
}

#[test]
fn a_filter_is_found_with_its_rule() {
    let filter = r#", "routes": [{"to": "10.0.1.0/24", "via": "10.0.12.1"}], "filter": [{"allow": "icmp"}, {"deny": "tcp", "ports": 80}, {"reject": "udp"}]"#;
    let runs = r#"{"connect": {"from": "a", "to": "b", "port": 80}}, {"at": "200s", "echo": {"from": "a", "to": "b", "udp": true}}"#;
    let all = reasons(&routed(THERE, filter, GATEWAY, runs));
    let text = |number: usize| &all[number].as_ref().expect("it failed").0;
    assert!(text(0).starts_with(r#""r2" dropped "#), "{}", text(0));
    assert!(
        text(0).ends_with("TCP segments: rule 2 of the filter forbids it (deny tcp port 80)"),
        "{}",
        text(0)
    );
    assert_eq!(text(1), r#""r2" dropped the only datagram: rule 3 of the filter forbids it (reject udp)"#);
}

#[test]
fn an_address_that_no_node_has_is_found_by_whoever_asks_for_it() {
    let runs = r#"{"ping": {"from": "a", "to": "10.0.1.77", "count": 1}}, {"at": "9s", "ping": {"from": "a", "to": "10.0.2.77", "count": 1}}"#;
    let all = reasons(&routed(THERE, BACK, GATEWAY, runs));
    let text = |number: usize| &all[number].as_ref().expect("it failed").0[..];
    assert_eq!(text(0), r#"no node has 10.0.1.77, so nothing answered the ARP requests of "a" for it"#);
    assert_eq!(
        text(1),
        r#"the only echo request got no further than "r2": no node has 10.0.2.77, so nothing answered the ARP requests of "r2" for it"#
    );
}

#[test]
fn a_port_that_nothing_listens_at_refuses() {
    let text = routed(THERE, BACK, GATEWAY, r#"{"connect": {"from": "a", "to": "10.0.2.254", "port": 80}}"#);
    let (text, _) = reason(&text);
    assert_eq!(text, r#""r2" answered with RST: no program listens at its port 80"#);
}

/// Two switches with a host each in VLAN 20.
fn switched(near: &str, far: &str, more: &str) -> String {
    format!(
        r#"{{"packetarium": 1, "nodes": [{{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24", "fd00::1/64"]}},
            {{"id": "b", "kind": "host", "addresses": ["10.0.0.2/24", "fd00::2/64"]}}, {{"id": "s", "kind": "switch"}}, {{"id": "t", "kind": "switch"}}],
          "links": [{{"ends": ["a", "s"], "ports": {{"s": {{"vlan": 20}}}}}}, {{"ends": ["b", "t"], "ports": {{"t": {{"vlan": 20}}}}}},
            {{"ends": ["s", "t"], "ports": {{"s": {{{near}}}, "t": {{{far}}}}}{more}}}],
          "runs": [{{"ping": {{"from": "a", "to": "b", "count": 1}}}}, {{"at": "9s", "ping": {{"from": "a", "to": "b", "ip": 6, "count": 1}}}}]}}"#
    )
}

#[test]
fn what_no_switch_lets_pass_is_found_with_port_list_and_vlan() {
    let all = reasons(&switched(r#""trunk": [10]"#, r#""trunk": [10, 20]"#, ""));
    let ends = r#"got no further than "s": VLAN 20 is not in the trunk list of the port of "s" to "t" (10, native 1)"#;
    for (of, requests) in all.iter().zip(["ARP requests", "neighbor discovery requests"]) {
        let (text, at) = of.as_ref().expect("it failed");
        assert!(text.ends_with(ends) && text.contains(requests), "{text}");
        assert_eq!(*at, Some(Spot::Link(LinkId(2))));
    }
    // The far end does not take it.
    let all = reasons(&switched(r#""trunk": [10, 20]"#, r#""trunk": [10]"#, ""));
    let (text, at) = all[0].as_ref().expect("it failed");
    assert!(
        text.starts_with(r#""t" dropped "#) && text.contains(r#"of "t" to "s" (10, native 1)"#),
        "{text}"
    );
    assert_eq!(*at, Some(Spot::Link(LinkId(2))));
}

#[test]
fn a_port_that_is_off_and_a_lossy_link_are_found() {
    let trunk = r#""trunk": true"#;
    let all = reasons(&switched(r#""trunk": true, "up": false"#, trunk, ""));
    let (text, _) = all[0].as_ref().expect("it failed");
    assert!(text.contains(r#"the port of "s" to "t" is off"#), "{text}");
    let all = reasons(&switched(trunk, trunk, r#", "impair": [{"loss": 1}]"#));
    let (text, at) = all[0].as_ref().expect("it failed");
    assert!(text.starts_with(r#"the link between "s" and "t" lost "#), "{text}");
    assert_eq!(*at, Some(Spot::Link(LinkId(2))));
}

#[test]
fn a_link_local_target_on_another_lan_is_found() {
    let text = r#"{"packetarium": 1, "nodes": [{"id": "a", "kind": "host", "addresses": ["fd01::2/64"]},
        {"id": "b", "kind": "host", "addresses": ["fd02::2/64"]}, {"id": "r", "kind": "router"}],
      "links": [{"ends": ["a", "r"], "ports": {"r": {"addresses": ["fd01::1/64"]}}}, {"ends": ["b", "r"], "ports": {"r": {"addresses": ["fd02::1/64"]}}}],
      "runs": [{"ping": {"from": "a", "to": "fe80::50:ff:fe00:2", "count": 1}}]}"#;
    let (text, _) = reason(text);
    assert!(
        text.contains(
            r#"valid on one LAN only (RFC 4291, 2.5.6), and "b", which has it, is on another LAN than "a""#
        ),
        "{text}"
    );
}

#[test]
fn of_two_with_one_address_the_one_that_answers_is_named() {
    // c is nearer, and its ARP reply comes first... or last: the last one that a hears stays in its table.
    let text = r#"{"packetarium": 1, "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]},
        {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}, {"id": "c", "kind": "host", "addresses": ["10.0.0.2/24"]}, {"id": "s", "kind": "switch"}],
      "links": [{"ends": ["a", "s"]}, {"ends": ["b", "s"], "delay": "30ms"}, {"ends": ["c", "s"]}],
      "runs": [{"connect": {"from": "a", "to": "b", "port": 80}}]}"#;
    let (text, _) = reason(text);
    assert_eq!(
        text,
        r#""c", which has the address 10.0.0.2, too, got what was meant for "b", and "c" answered with RST: no program listens at its port 80"#
    );
}
