//! What hosts cost whose services wait for others.
//!
//! Memory is what the system has given to this process for data (`VmData`), so this is the only test here, and only where there is a
//! `/proc`.
#![cfg(all(feature = "services", target_os = "linux"))]

use netlab::history::Limits;
use netlab::{Duration, Instant};
use scenario::Scenario;

const HOSTS: usize = 200;
/// What a host with four idle services may take beside its buffers.
const BYTES_EACH_MAX: u64 = 40 << 10;
/// The one buffer that a host has which has not sent or received anything: smoltcp's, for what it fragments.
const BUFFERS: u64 = 16 << 10;

/// Bytes of data of this process.
fn taken() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmData:")?.trim().strip_suffix(" kB"));
    kilobytes.unwrap().parse::<u64>().unwrap() << 10
}

/// [`HOSTS`] hosts at one switch, each with a DNS server, a web server, echo and NTP.
fn document() -> String {
    let host = |number: usize| {
        let services = r#"{"dns": {"zone": {"example.test": {"ns": "ns.example.test"}, "ns.example.test": "10.0.0.1"}}, "http": {"pages": {"/": "Hello"}}, "echo": true, "ntp": true}"#;
        let address = format!("10.0.{}.{}/16", number / 250, number % 250 + 1);
        format!(
            r#"{{"id": "h{number}", "kind": "host", "addresses": ["{address}"], "services": {services}}}"#
        )
    };
    let nodes: Vec<_> = (0..HOSTS).map(host).collect();
    let links: Vec<_> = (0..HOSTS).map(|number| format!(r#"{{"ends": ["h{number}", "s"]}}"#)).collect();
    format!(
        r#"{{"packetarium": 1, "nodes": [{}, {{"id": "s", "kind": "switch"}}], "links": [{}]}}"#,
        nodes.join(", "),
        links.join(", ")
    )
}

#[test]
fn hosts_with_idle_services_take_little_memory_and_no_time() {
    let scenario = Scenario::parse(&document()).unwrap();
    let before = taken();
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until(Instant::ZERO + Duration::from_secs(60), || true);
    let each = (taken() - before) / HOSTS as u64;
    println!("{each} bytes for each host with four services");
    assert!(each <= BYTES_EACH_MAX + BUFFERS, "{each} bytes for each host");
    assert_eq!(world.history().programs().len(), 4 * HOSTS);
    // Nothing is due, so any time passes in no time.
    assert_eq!(world.next_event_at(), None);
}
