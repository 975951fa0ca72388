//! What the document plans, in a world with machines outside: it is measured and reported as in any other.

use super::lab::{Device, Lab};

/// `h` pings the kernel, and by way of it what is behind it.
const DOCUMENT: &str = r#"{
  "packetarium": 1,
  "nodes": [
    {"id": "k", "kind": "host", "addresses": ["10.0.0.1/24"]},
    {"id": "h", "kind": "host", "addresses": ["10.0.0.2/24"], "gateway": "10.0.0.1"},
    {"id": "s", "kind": "switch"}
  ],
  "links": [{"ends": ["k", "s"]}, {"ends": ["h", "s"]}],
  "runs": [
    {"at": "1s", "ping": {"from": "h", "to": "10.0.0.1", "count": 2}},
    {"at": "1s", "ping": {"from": "h", "to": "192.0.2.1", "count": 2}},
    {"at": "1h", "ping": {"from": "h", "to": "10.0.0.1", "count": 1}}
  ]
}"#;

#[test]
fn the_results_of_planned_runs_are_printed_when_it_is_interrupted_and_no_gateway_is_doubted() {
    let devices = [Device { at: "k", name: "tap0", namespace: 0 }];
    let Some(mut lab) = Lab::new("planned", DOCUMENT, 1, &devices) else { return };
    // The gateway is the kernel, which has the other address, too: the document cannot know that.
    lab.address(0, "tap0", "10.0.0.1/24", None);
    lab.run(0, &["ip", "address", "add", "192.0.2.1/32", "dev", "tap0"]);
    std::thread::sleep(std::time::Duration::from_secs(4));
    let (said, results) = lab.interrupt();
    assert!(!said.contains("warning"), "{said}");
    let runs: Vec<_> = results.split("\n\n").collect();
    assert_eq!(runs.len(), 3, "{results}");
    assert!(runs[0].starts_with("ping h → 10.0.0.1, at 1 s\n") && runs[0].contains("2 sent, 2 answered"));
    assert!(runs[1].starts_with("ping h → 192.0.2.1, at 1 s\n") && runs[1].contains("2 sent, 2 answered"));
    assert!(runs[2].contains("unfinished"), "{results}");
}
