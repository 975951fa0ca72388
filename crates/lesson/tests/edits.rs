//! What a lesson lets a learner edit, and what the page and grading say was edited all the same.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use lesson::Lesson;
use lesson::edit::{Edit, altered};
use lesson::lesson::Tool;
use netlab::topology::{LinkId, NodeId};
use scenario::Scenario;

const DOCUMENT: &str = r#"{
  "packetarium": 1,
  "nodes": [
    {"id": "pc", "kind": "host", "addresses": ["10.0.0.1/24"], "gateway": "10.0.0.9"},
    {"id": "s1", "kind": "switch"},
    {"id": "r1", "kind": "router"}
  ],
  "links": [
    {"ends": ["pc", "s1"], "delay": "1ms"},
    {"ends": ["s1", "r1"], "delay": "1ms", "ports": {"r1": {"addresses": ["10.0.0.254/24"]}}}
  ],
  "runs": [{"at": "1s", "ping": {"from": "pc", "to": "r1", "count": 1}}],
  "changes": [{"at": "5s", "clear": "s1"}]
}"#;

fn lesson(steps: &str, faults: &str) -> Lesson {
    let text = format!(
        r#"{{"lesson": 1, "id": "test", "document": {DOCUMENT}, "steps": [{steps}], "goals": {{"g": {{"ran": "1s"}}}}{faults}}}"#
    );
    match Lesson::read(&text, 1) {
        Ok(lesson) => lesson,
        Err(faults) => panic!("{steps}: {}", faults[0]),
    }
}

/// What is found of the document with this instead of that.
fn found(lesson: &Lesson, from: &str, to: &str) -> String {
    let text = DOCUMENT.replacen(from, to, 1);
    assert_ne!(text, DOCUMENT, "{from}");
    match Scenario::parse(&text) {
        Ok(played) => altered(lesson, &played).join("; "),
        Err(faults) => panic!("{to}: {}", faults[0]),
    }
}

const GATEWAY: (&str, &str) = ("10.0.0.9", "10.0.0.254");
const ADDRESS: (&str, &str) = ("10.0.0.1/24", "10.0.0.2/24");
const STP: (&str, &str) = (r#""kind": "switch""#, r#""kind": "switch", "stp": true"#);
const PORT: (&str, &str) = (r#""ports": {"r1""#, r#""ports": {"s1": {"vlan": 7}, "r1""#);
const DELAY: (&str, &str) = ("1ms", "2ms");
const ADDED: (&str, &str) = (
    r#"{"id": "r1", "kind": "router"}"#,
    r#"{"id": "r1", "kind": "router"}, {"id": "s2", "kind": "switch"}"#,
);
const CABLE: (&str, &str) = (r#""links": ["#, r#""links": [{"ends": ["s1", "r1"], "delay": "1ms"}, "#);
const RUN: (&str, &str) = (r#""count": 1"#, r#""count": 2"#);
const SET: (&str, &str) = (
    r#"{"at": "5s", "clear": "s1"}"#,
    r#"{"at": "5s", "clear": "s1"}, {"at": "6s", "set": {"node": "s1", "stp": true}}"#,
);
const LIVE_LINK: (&str, &str) = (
    r#"{"at": "5s", "clear": "s1"}"#,
    r#"{"at": "5s", "clear": "s1"}, {"at": "6s", "link": {"ends": ["pc", "s1"], "delay": "3ms"}}"#,
);
const LIVE_NODE: (&str, &str) = (
    r#"{"at": "5s", "clear": "s1"}"#,
    r#"{"at": "5s", "clear": "s1"}, {"at": "6s", "node": {"id": "s2", "kind": "switch"}}, {"at": "7s", "set": {"node": "s2", "stp": true}}"#,
);
const PLANNED: (&str, &str) = (r#""clear": "s1""#, r#""clear": "r1""#);
const SEED: (&str, &str) = (r#""packetarium": 1"#, r#""packetarium": 1, "seed": 3"#);

const KEPT: &str = "which this lesson keeps as it is";

#[test]
fn what_is_not_allowed_is_named() {
    let nothing = lesson(r#"{"id": "one"}"#, "");
    for ((from, to), expected) in [
        (GATEWAY, format!("changed pc, {KEPT}")),
        (ADDRESS, format!("changed pc, {KEPT}")),
        (STP, format!("changed s1, {KEPT}")),
        (PORT, format!("changed the port of s1 at the link s1-r1, {KEPT}")),
        (DELAY, format!("changed the link pc-s1, {KEPT}")),
        (ADDED, "added s2, where this lesson lets nothing be added".to_owned()),
        (SET, format!("changed s1 at 6s, {KEPT}")),
        (LIVE_LINK, format!("changed the link pc-s1 at 6s, {KEPT}")),
        (SEED, format!("changed the seed, {KEPT}")),
    ] {
        assert_eq!(found(&nothing, from, to), expected, "{to}");
    }
    assert!(found(&nothing, LIVE_NODE.0, LIVE_NODE.1).starts_with("added something at 6s"));
    assert!(found(&nothing, RUN.0, RUN.1).contains("changed or removed runs or commands"));
    assert!(found(&nothing, PLANNED.0, PLANNED.1).contains("changed or removed what the lesson has planned"));
    // What is done is no edit.
    let typed = r#""runs": [{"at": "2s", "command": {"on": "pc", "line": "ip route"}}, "#;
    assert_eq!(found(&nothing, r#""runs": ["#, typed), "");
}

#[test]
fn what_is_allowed_is_not_named_and_nothing_else_is_allowed() {
    let all =
        [GATEWAY, ADDRESS, STP, PORT, DELAY, ADDED, CABLE, RUN, SET, LIVE_LINK, LIVE_NODE, PLANNED, SEED];
    for (edit, allowed) in [
        (r#"{"nodes": ["pc.gateway"]}"#, vec![GATEWAY]),
        (r#"{"nodes": ["pc"]}"#, vec![GATEWAY, ADDRESS]),
        (r#"{"nodes": ["s1.stp"]}"#, vec![STP, SET]),
        (r#"{"nodes": ["s1.ports"]}"#, vec![PORT]),
        (r#"{"nodes": ["s1"]}"#, vec![STP, SET, PORT]),
        (r#"{"links": [["pc", "s1"]]}"#, vec![DELAY, LIVE_LINK]),
        (r#"{"add": true}"#, vec![ADDED, LIVE_NODE]),
        (r#""all""#, vec![GATEWAY, ADDRESS, STP, PORT, DELAY, ADDED, CABLE, SET, LIVE_LINK, LIVE_NODE]),
    ] {
        // Grading looks at all steps together.
        let lesson = lesson(&format!(r#"{{"id": "one"}}, {{"id": "two", "edit": {edit}}}"#), "");
        for change @ (from, to) in all {
            let found = found(&lesson, from, to);
            assert_eq!(found.is_empty(), allowed.contains(&change), "{edit}: {to}: {found}");
        }
    }
    // Of a node that is edited in part, the rest is named.
    let gateway = lesson(r#"{"id": "one", "edit": {"nodes": ["pc.gateway"]}}"#, "");
    assert_eq!(found(&gateway, ADDRESS.0, ADDRESS.1), format!("changed addresses of pc, {KEPT}"));
}

#[test]
fn a_step_allows_what_it_names_and_nothing_else() {
    let lesson = lesson(
        r#"{"id": "one"}, {"id": "two", "edit": {"nodes": ["pc.gateway", "r1"], "links": [["pc", "s1"]]}}, {"id": "three", "edit": "all"}"#,
        "",
    );
    let allows = |step: usize, edit| lesson.steps.get(step).is_some_and(|step| step.edit.allows(edit));
    let [pc, r1] = [NodeId(0), NodeId(2)];
    for (edit, expected) in [
        (Edit::Node(pc), [false, false, true]),
        (Edit::Field(pc, "gateway"), [false, true, true]),
        (Edit::Field(pc, "addresses"), [false, false, true]),
        (Edit::Node(r1), [false, true, true]),
        (Edit::Field(r1, "routes"), [false, true, true]),
        (Edit::Field(r1, "ports"), [false, true, true]),
        (Edit::Link(LinkId(0)), [false, true, true]),
        (Edit::Link(LinkId(1)), [false, false, true]),
        (Edit::Add, [false, false, true]),
        (Edit::Remove, [false, false, true]),
    ] {
        assert_eq!([0, 1, 2].map(|step| allows(step, edit)), expected, "{edit:?}");
    }
    assert!(!allows(3, Edit::Add), "there is no such step");
    assert_eq!(lesson.steps[1].edit.of_node(pc).collect::<Vec<_>>(), ["gateway"]);
}

#[test]
fn a_setting_that_a_node_cannot_have_is_refused() {
    for (edit, expected) in [
        (r#""s1.gateway""#, "s1 has no setting gateway: it can have mac, ageing, stp, snooping, ports"),
        (r#""pc.gatway""#, "pc has no setting gatway"),
        (r#""pd.gateway""#, "there is no node \"pd.gateway\""),
    ] {
        let text = format!(
            r#"{{"lesson": 1, "id": "test", "document": {DOCUMENT}, "steps": [{{"id": "one", "edit": {{"nodes": [{edit}]}}}}]}}"#
        );
        let faults = Lesson::read(&text, 1).unwrap_err();
        assert!(faults[0].to_string().contains(expected), "{}", faults[0]);
    }
}

#[test]
fn a_hunt_never_shows_the_problems_that_would_name_its_fault() {
    let shown =
        |lesson: &Lesson| [Tool::Console, Tool::Editor, Tool::Problems].map(|tool| lesson.shows(0, tool));
    let faults = r#", "faults": {"kinds": ["cable"]}"#;
    for (tools, faults, expected) in [
        ("", "", [true, true, true]),
        (r#", "tools": ["console", "problems"]"#, "", [true, false, true]),
        (r#", "tools": ["editor"]"#, "", [false, true, false]),
        (r#", "tools": []"#, "", [false, false, false]),
        ("", faults, [true, true, false]),
        (r#", "tools": ["console", "problems"]"#, faults, [true, false, false]),
    ] {
        let lesson = lesson(&format!(r#"{{"id": "one"{tools}}}"#), faults);
        assert_eq!(shown(&lesson), expected, "{tools} {faults}");
        assert_eq!(lesson.hides_problems(), !expected[2], "{tools} {faults}");
    }
}
