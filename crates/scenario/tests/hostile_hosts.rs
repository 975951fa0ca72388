//! What a link with thousands of hosts may take: bounds of each host, and of all hosts together.
#![cfg(feature = "services")]

use netlab::history::{ALL_PRINTED_MAX, Limits};
use netlab::{Duration, Instant};
use scenario::Scenario;

const SERVERS: usize = 200;

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

/// A client, and servers whose every connection takes the largest buffers. All are asked at once.
fn greedy() -> String {
    let tcp = r#"{"rx_buffer": "64MiB", "tx_buffer": "64MiB"}"#;
    let server = |number: usize| {
        format!(
            r#"{{"id": "h{number}", "kind": "host", "addresses": ["10.0.1.{number}/16"], "tcp": {tcp}, "services": {{"http": {{"pages": {{"/": "Hello\n"}}}}, "ntp": true}}}}"#
        )
    };
    let nodes: Vec<_> = (0..SERVERS).map(|number| server(number + 1)).collect();
    let links: Vec<_> =
        (0..SERVERS).map(|number| format!(r#"{{"ends": ["h{}", "s"]}}"#, number + 1)).collect();
    let runs: Vec<_> = (0..60)
        .map(|number| {
            format!(
                r#"{{"at": "1s", "command": {{"on": "client", "line": "curl -s http://10.0.1.{}/"}}}}"#,
                number + 1
            )
        })
        .collect();
    format!(
        r#"{{"packetarium": 1, "nodes": [{{"id": "client", "kind": "host", "addresses": ["10.0.0.1/16"]}}, {{"id": "s", "kind": "switch"}}, {}],
            "links": [{{"ends": ["client", "s"]}}, {}], "runs": [{}]}}"#,
        nodes.join(", "),
        links.join(", "),
        runs.join(", ")
    )
}

#[test]
fn connections_of_all_hosts_together_take_no_more_memory_than_the_network_has() {
    let scenario = Scenario::parse(&greedy()).unwrap();
    let mut world = scenario.world(Limits::default()).unwrap();
    let mut most = 0;
    while world.now() < at(60_000)
        && let Some(next) = world.next_event_at()
    {
        world.run_until(next, || true);
        most = most.max(world.socket_bytes());
        assert!(most <= host::NETWORK_MEMORY_MAX, "{most}");
    }
    assert!(most > host::NETWORK_MEMORY_MAX / 2, "the bound is reached: {most}");
    let curls = &world.history().programs()[scenario.services() as usize..];
    let served = curls.iter().filter(|log| log.output_by(world.now()) == "Hello\n").count();
    assert!(served >= 4, "what there is room for is served: {served}");
}

/// As many hosts and commands as a document can have, each of which prints for ever.
#[test]
fn programs_of_all_hosts_together_keep_no_more_output_than_there_is_room_for() {
    let hosts = 1_000;
    let nodes: Vec<_> = (0..hosts)
        .map(|number| {
            format!(
                r#"{{"id": "h{number}", "kind": "host", "addresses": ["10.0.{}.{}/16"]}}"#,
                number / 250,
                number % 250 + 1
            )
        })
        .collect();
    let line = format!("echo {}", "no ".repeat(300));
    let runs: Vec<_> = (0..4_000)
        .map(|number| format!(r#"{{"command": {{"on": "h{}", "line": "{line}"}}}}"#, number % hosts))
        .collect();
    let text =
        format!(r#"{{"packetarium": 1, "nodes": [{}], "runs": [{}]}}"#, nodes.join(", "), runs.join(", "));
    let scenario = Scenario::parse(&text).unwrap();
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until(at(1_000), || true);
    let kept: usize = world.history().all_programs().map(|(_, log)| log.output_by(at(1_000)).len()).sum();
    assert!(kept > 3_000_000 && kept <= ALL_PRINTED_MAX, "{kept}");
    assert!(world.history().programs().iter().all(|log| log.exit_at(at(1_000)) == Some(0)));
}
