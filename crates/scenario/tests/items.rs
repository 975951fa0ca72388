//! One node, link or run by itself is read as in a whole document, and written as there.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::FULL;
use netlab::run::RunId;
use netlab::topology::{LinkId, NodeId, NodeKind};
use netlab::{Duration, Instant};
use scenario::item::{Fields, Json};
use scenario::{Change, Fault, Scenario, examples};

/// JSON text as fields.
fn fields(text: &str) -> Fields<'static> {
    fn json(value: serde_json::Value) -> Json<'static> {
        use serde_json::Value;
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Number(number) => Json::Number(number.to_string().into()),
            Value::String(text) => Json::Text(text.into()),
            Value::Array(list) => Json::List(list.into_iter().map(json).collect()),
            Value::Object(object) => {
                Json::Object(object.into_iter().map(|(name, value)| (name.into(), json(value))).collect())
            }
        }
    }
    match json(serde_json::from_str(text).unwrap()) {
        Json::Object(fields) => fields,
        other => panic!("{other:?}"),
    }
}

/// Without the positions, which only a text has.
fn shown(faults: Vec<Fault>) -> Vec<String> {
    let shown = |fault: Fault| Fault { position: None, ..fault }.to_string();
    faults.into_iter().map(shown).collect()
}

#[test]
fn what_is_written_is_read_again() {
    let full = Scenario::parse(FULL).unwrap();
    for scenario in examples().iter().map(|example| example.scenario()).chain([full]) {
        for id in scenario.topology.node_ids() {
            let read = scenario.read_node(id, &scenario.write_node(id)).unwrap();
            let number = id.index();
            let expected =
                (scenario.ids[number].clone(), scenario.at[number], scenario.topology.nodes[number].clone());
            assert_eq!(read, expected);
        }
        for id in (0..scenario.topology.links.len() as u32).map(LinkId) {
            let read = scenario.read_link(&scenario.write_link(id)).unwrap();
            assert_eq!(&read, scenario.topology.link(id));
        }
        for (number, run) in scenario.runs.iter().enumerate() {
            assert_eq!(&scenario.read_run(&scenario.write_run(number)).unwrap(), run);
        }
        // Together they are the document.
        let text = scenario.to_compact_json();
        for id in scenario.topology.node_ids() {
            assert!(text.contains(&scenario.write_node(id).to_json()));
        }
    }
}

#[test]
fn errors_are_those_of_the_whole_document_at_the_same_fields() {
    let base = r#"{"packetarium":1,"nodes":[{"id":"h","kind":"host"},{"id":"s","kind":"switch"},{"id":"r","kind":"router"},{"id":"g","kind":"host"}],
        "links":[{"ends":["h","s"]},{"ends":["s","r"]}]}"#;
    let scenario = Scenario::parse(base).unwrap();
    let in_whole = |list: &str, entry: &str| {
        let mut document: serde_json::Value = serde_json::from_str(base).unwrap();
        let entry: serde_json::Value = serde_json::from_str(entry).unwrap();
        match list {
            "nodes" => document["nodes"][2] = entry,
            "links" => document["links"].as_array_mut().unwrap().push(entry),
            _ => document[list] = serde_json::json!([entry]),
        }
        let mut faults = Scenario::parse(&document.to_string()).expect_err("it has errors");
        // What else refers to it is not its own.
        let own = match list {
            "nodes" => "nodes[2]",
            "links" => "links[2]",
            _ => "runs[0]",
        };
        faults.retain(|fault| fault.place.to_string().starts_with(own));
        shown(faults)
    };
    for entry in [
        r#"{"id":"r"}"#,
        r#"{"id":"r","kind":"rooter","at":[1]}"#,
        r#"{"id":"not one","kind":"router","routes":[{"to":"10.0.0.0/99","via":"x"}]}"#,
        r#"{"id":"r","kind":"router","routes":[{"to":"10.0.0.0/8","via":"10.0.0.1","metric":0}],"rip":{"update":5}}"#,
        r#"{"id":"r","kind":"router","filter":[{"allow":"tcp","in":"h"},{"deny":"icmp","ports":22},{"reject":"all","in":"nobody"}]}"#,
        r#"{"id":"r","kind":"router","nat":{"forwards":[{"tcp":80,"to":"fd00::1"},{"udp":1,"tcp":2,"to":"10.0.0.1"}]}}"#,
        r#"{"id":"r","kind":"host","mtu":5,"addresses":["10.0.0.0/24"],"tcp":{"congestion":"vegas","timeout":"1ns"},"gate":1}"#,
    ] {
        assert_eq!(
            shown(scenario.read_node(NodeId(2), &fields(entry)).unwrap_err()),
            in_whole("nodes", entry)
        );
    }
    for entry in [
        "{}",
        r#"{"ends":["h","x"],"rate":"0bps","delay":5}"#,
        r#"{"ends":["h","h"]}"#,
        r#"{"ends":["r","g"],"impair":[{"loss":2,"from":"s"},{"jitter":"5"}],"queue":{"size":"1 frames","red":{"min":"5B","max":"1B"}}}"#,
        r#"{"ends":["s","r"],"ports":{"s":{"vlan":5000,"trunk":true},"r":{"addresses":["10.0.0.255/24"],"mtu":1},"h":{}}}"#,
        r#"{"ends":["g","r"],"ports":{"g":{"up":true}},"delay":"99h"}"#,
    ] {
        assert_eq!(
            shown(scenario.read_link(&fields(entry)).unwrap_err()),
            in_whole("links", entry),
            "{entry}"
        );
    }
    for entry in [
        "{}",
        r#"{"at":"1","ping":{"from":"h","to":"x","count":0,"interval":"1ns"}}"#,
        r#"{"iperf":{"from":"h","to":"10.0.0.9","udp":true,"rx_buffer":"1B","seconds":-1}}"#,
        r#"{"multicast":{"from":"h","group":"10.0.0.1","receivers":["s"]}}"#,
    ] {
        assert_eq!(shown(scenario.read_run(&fields(entry)).unwrap_err()), in_whole("runs", entry), "{entry}");
    }
}

#[test]
fn a_rule_names_a_neighbor_that_the_scenario_has() {
    let scenario = Scenario::parse(
        r#"{"packetarium":1,"nodes":[{"id":"r","kind":"router"},{"id":"s","kind":"switch"},{"id":"t","kind":"switch"}],
            "links":[{"ends":["s","r"]}],"changes":[{"at":"1s","cable":{"ends":["r","t"]}}]}"#,
    )
    .unwrap();
    let rules =
        fields(r#"{"id":"r","kind":"router","filter":[{"deny":"all","in":"t"},{"deny":"all","in":"s"}]}"#);
    let (_, _, node) = scenario.read_node(NodeId(0), &rules).unwrap();
    let NodeKind::Router(router) = node.kind else { panic!("a router") };
    let ports: Vec<_> = router.filter.unwrap().rules.iter().map(|rule| rule.port).collect();
    assert_eq!(ports, [Some(1), Some(0)]);
}

#[test]
fn what_clashes_elsewhere_is_a_matter_of_the_whole() {
    let mut scenario = examples()[0].scenario();
    let mut host = scenario.write_node(NodeId(0));
    host = fields(&host.to_json());
    let mut same = Fields::default();
    same.put("id", "a").put("kind", "host").put("addresses", Json::texts(["10.7.0.1/24"]));
    let (_, _, node) = scenario.read_node(NodeId(0), &same).expect("by itself it is right");
    scenario.topology.nodes[0] = node;
    scenario.topology.links[0].ways[0].line.delay = Duration::from_secs(61);
    assert!(!scenario.check().is_empty());
    // But no run starts in such a network.
    let run = fields(r#"{"ping":{"from":"a","to":"b"}}"#);
    let faults = scenario.read_run(&run).unwrap_err();
    assert_eq!(faults[0].place.to_string(), "links[0].delay", "{faults:?}");
    assert!(scenario.read_node(NodeId(0), &host).is_ok());
}

#[test]
fn a_run_can_be_read_in_a_network_that_changes_and_stops_its_other_runs() {
    let mut scenario = examples()[0].scenario();
    let at = Instant::ZERO + Duration::from_secs(1);
    scenario.changes.push((at, Change::Stop(RunId(0))));
    assert_eq!(scenario.check(), []);
    let (begins, _) = scenario.read_run(&fields(r#"{"at":"3s","ping":{"from":"a","to":"b"}}"#)).unwrap();
    assert_eq!(begins, Instant::ZERO + Duration::from_secs(3));
    let place = scenario.read_run(&fields("{}")).unwrap_err()[0].place.to_string();
    assert_eq!(place, format!("runs[{}]", scenario.runs.len()), "behind the last");
}
