//! Commands in documents: read, written, checked and run.

use netlab::history::{Limits, ProgramId};
use netlab::topology::NodeId;
use netlab::{Duration, Instant};
use scenario::{Change, CommandLine, Key, Scenario};

fn document(runs: &str, changes: &str) -> String {
    format!(
        r#"{{"packetarium": 1,
  "nodes": [
    {{"id": "laptop", "kind": "host", "addresses": ["10.0.0.1/24"]}},
    {{"id": "desk", "kind": "host", "addresses": ["10.0.0.2/24"]}},
    {{"id": "s", "kind": "switch"}}
  ],
  "links": [{{"ends": ["laptop", "s"]}}, {{"ends": ["desk", "s"]}}],
  "runs": [{runs}], "changes": [{changes}]}}"#
    )
}

fn faults(runs: &str, changes: &str) -> Vec<String> {
    Scenario::read(&document(runs, changes)).faults.iter().map(ToString::to_string).collect()
}

const PING: &str = r#"{"at": "1s", "ping": {"from": "laptop", "to": "desk"}}"#;
const TYPED: &str = r#"{"at": "2s", "command": {"on": "laptop", "line": "ping -c 1 10.0.0.2"}}"#;

#[test]
fn a_command_stands_among_the_runs() {
    let scenario = Scenario::parse(&document(&format!("{TYPED}, {PING}"), "")).unwrap();
    let at = Instant::ZERO + Duration::from_secs(2);
    let line = CommandLine { on: NodeId(0), line: "ping -c 1 10.0.0.2".into() };
    assert_eq!((scenario.commands.len(), &scenario.commands[0]), (1, &(at, line)));
    assert_eq!(scenario.runs.len(), 1);
    let written = scenario.to_json();
    assert_eq!(Scenario::parse(&written).unwrap(), scenario);
    assert!(written.contains(TYPED), "{written}");
    assert_eq!(scenario::link::decode(&scenario::link::encode(&scenario)).unwrap(), scenario);
}

#[test]
fn a_change_names_a_command_by_its_number_among_the_runs() {
    let changes = r#"{"at": "3s", "stop": 0}, {"at": "4s", "type": {"run": 2, "line": "hello"}}, {"at": "5s", "type": {"run": 2, "end": true}}, {"at": "6s", "stop": 1}"#;
    let text =
        document(&format!(r#"{TYPED}, {PING}, {{"command": {{"on": "desk", "line": "nc -l 9"}}}}"#), changes);
    let scenario = Scenario::parse(&text).unwrap();
    let changes: Vec<_> = scenario.changes.iter().map(|(_, change)| change.clone()).collect();
    assert_eq!(
        changes,
        [
            Change::Key(ProgramId(0), Key::Interrupt),
            Change::Key(ProgramId(1), Key::Line("hello".into())),
            Change::Key(ProgramId(1), Key::End),
            Change::Stop(netlab::run::RunId(0)),
        ]
    );
    // Written are the runs first, so the numbers are others.
    let again = Scenario::parse(&scenario.to_json()).unwrap();
    assert_eq!(again, scenario);
    assert!(scenario.to_json().contains(r#""stop": 1"#), "{}", scenario.to_json());
}

#[test]
fn a_world_runs_what_its_document_types() {
    let run = |line: &str| {
        let typed = format!(r#"{{"command": {{"on": "laptop", "line": "{line}"}}}}"#);
        let scenario = Scenario::parse(&document(&typed, "")).unwrap();
        let mut world = scenario.world(Limits::default()).unwrap();
        world.run_until_quiet(Instant::ZERO + Duration::from_secs(3_600), || true);
        let log = world.history().program(ProgramId(0)).clone();
        (log.output_by(world.now()), log.exit_at(world.now()), world.history().hash())
    };
    let (text, status, hash) = run("ping -c 1 10.0.0.2");
    assert!(text.contains("1 received") && status == Some(0), "{text}");
    assert_eq!(run("ping -c 1 10.0.0.2").2, hash);
    assert_ne!(run("ping -c 2 10.0.0.2").2, hash);
    assert_eq!(run("hostname").0, "laptop\n");
}

#[test]
fn what_cannot_be_typed_is_a_fault_at_its_place() {
    let on = |on: &str, line: &str| format!(r#"{{"command": {{"on": "{on}", "line": "{line}"}}}}"#);
    let first = |runs: &str, changes: &str| faults(runs, changes).into_iter().next().unwrap_or_default();
    let switch = first(&on("s", "ping 10.0.0.2"), "");
    assert!(switch.starts_with("runs[0].command.on (line 8, column "), "{switch}");
    assert!(switch.ends_with("\"s\" is no host: commands are started on hosts"), "{switch}");
    let unknown = first(&on("laptop", "pong 10.0.0.2"), "");
    if cfg!(feature = "services") {
        assert!(unknown.starts_with("warning: runs[0].command.line"), "{unknown}");
        assert!(unknown.ends_with("there is no command \"pong\": the command help lists all"), "{unknown}");
    } else {
        assert!(unknown.starts_with("runs[0].command.line"), "{unknown}");
        assert!(unknown.contains("this page cannot run the line \"pong 10.0.0.2\" yet"), "{unknown}");
    }
    let behind = first(&format!("{PING}, {}, {}", on("laptop", "hostname"), on("nobody", "hostname")), "");
    assert!(behind.starts_with("runs[2].command.on"), "{behind}");
    // The place is that of the document, though runs are numbered apart.
    let run = r#"{"ping": {"from": "laptop", "to": "laptop"}}"#;
    let mixed = first(&format!("{}, {run}", on("laptop", "hostname")), "");
    assert!(mixed.starts_with("runs[1].ping.to (line 8, column "), "{mixed}");
    let both =
        r#"{"ping": {"from": "laptop", "to": "desk"}, "command": {"on": "laptop", "line": "hostname"}}"#;
    assert!(first(both, "").contains("one run does one thing"), "{}", first(both, ""));
    let no_line = first(r#"{"command": {"on": "laptop"}}"#, "");
    assert!(no_line.contains("line"), "{no_line}");

    let late = first(TYPED, r#"{"at": "1s", "stop": 0}"#);
    assert!(late.contains("this command only begins at 2s"), "{late}");
    let run = first(PING, r#"{"at": "2s", "type": {"run": 0, "line": "x"}}"#);
    assert!(run.contains("nothing can be typed to this: it is no command"), "{run}");
    let nothing = first(TYPED, r#"{"at": "2s", "type": {"run": 0}}"#);
    assert!(nothing.contains("add \"line\", or \"end\": true"), "{nothing}");
    let long = first(&on("laptop", &"x".repeat(1_001)), "");
    assert!(long.contains("a line has at most 1000 bytes"), "{long}");
}

#[test]
fn without_a_node_its_commands_are_gone_and_others_keep_what_is_typed() {
    let changes = r#"{"at": "3s", "stop": 0}, {"at": "4s", "stop": 1}"#;
    let runs = r#"{"command": {"on": "desk", "line": "nc -l 9"}}, {"command": {"on": "laptop", "line": "nc 10.0.0.2 9"}}"#;
    let scenario = Scenario::parse(&document(runs, changes)).unwrap();
    let left = scenario.without(&[NodeId(1)], &[]);
    assert_eq!(left.commands.len(), 1);
    assert_eq!(left.commands[0].1.line, "nc 10.0.0.2 9");
    let keys: Vec<_> = left.changes.iter().map(|(_, change)| change.clone()).collect();
    assert_eq!(keys, [Change::Key(ProgramId(0), Key::Interrupt)]);
}
