//! A document with services where none are built in, as in the page: it is drawn, kept as it is, and says why it does not run.
#![cfg(not(feature = "services"))]

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::Limits;
use scenario::{Fault, Scenario};

const HOME: &str = r#"{"packetarium": 1, "nodes": [
    {"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"], "services": {"http": {"pages": {"/": "a \"b\" c"}}, "dhcp": {"pool": "10.0.0.7-10.0.0.9"}}},
    {"id": "b", "kind": "host", "addresses": "dhcp"}, {"id": "r", "kind": "router", "services": {"relay": "10.0.0.1"}}], "links": [{"ends": ["a", "b"]}]}"#;

#[test]
fn a_network_with_services_is_a_clear_problem_and_loses_nothing() {
    let faults = Scenario::parse(HOME).unwrap_err();
    assert_eq!(
        faults.iter().map(Fault::to_string).collect::<Vec<_>>(),
        [
            "nodes[0].services (line 2, column 75): this network has services (DHCP, DNS, HTTP and others), which this page cannot run yet; `packetarium run` can",
            "nodes[1].addresses (line 3, column 46): this network has hosts with addresses by DHCP, which this page cannot run yet; `packetarium run` can",
            "nodes[2].services (line 3, column 97): this network has services (DHCP, DNS, HTTP and others), which this page cannot run yet; `packetarium run` can"
        ]
    );
    let draft = Scenario::draft(HOME).unwrap();
    assert_eq!(Scenario::draft(&draft.to_json()).unwrap(), draft, "what is drawn is written as it was");
    assert!(draft.to_json().contains(
        r#""services": {"http": {"pages": {"/": "a \"b\" c"}}, "dhcp": {"pool": "10.0.0.7-10.0.0.9"}}"#
    ));
    assert!(draft.world(Limits::default()).is_err());
}

#[test]
fn what_is_no_object_is_refused() {
    for (part, instead) in
        [(r#""services": {"#, r#""services": 7, "tcp": {"#), (r#""dhcp"}, {"#, r#""dhcp6"}, {"#)]
    {
        assert!(Scenario::draft(&HOME.replacen(part, instead, 1)).is_err(), "{instead}");
    }
}

#[test]
fn a_command_that_prints_something_else_elsewhere_is_refused() {
    let with = |line: &str| {
        let runs = format!(r#""runs": [{{"command": {{"on": "a", "line": "{line}"}}}}]"#);
        Scenario::parse(&format!(r#"{{"packetarium": 1, "nodes": [{{"id": "a", "kind": "host"}}], {runs}}}"#))
    };
    for line in ["ip addr", "ping -c 1 127.0.0.1", "hostname"] {
        assert!(with(line).is_ok(), "{line}");
    }
    for line in ["curl http://10.0.0.1/", "ip addr | grep inet", "help", "pnig 10.0.0.1"] {
        let faults = with(line).unwrap_err();
        assert!(faults[0].to_string().contains("this page cannot run the line"), "{}", faults[0]);
    }
}
