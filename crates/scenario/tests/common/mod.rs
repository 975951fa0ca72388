//! A document that has every field there is, none of them with its default.

#![allow(dead_code, reason = "each test file uses another part")]

pub const FULL: &str = r#"{
  "$schema": "../docs/scenario.schema.json",
  "packetarium": 1,
  "title": "Everything",
  "description": "Each field once,\nnone with its default.",
  "seed": 9007199254740991,
  "nodes": [
    {"id": "a", "name": "Ärger & <b>", "kind": "host", "at": [-12.5, 1e2], "addresses": ["10.0.0.1/24", "fd00::1/64"], "gateway": ["10.0.0.254", "fd00::ff"], "mac": "02:00:00:00:00:0a", "mtu": 9000, "tcp": {"congestion": "reno", "rx_buffer": "128B", "tx_buffer": "1MiB"}},
    {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24", "fd00::2/64"], "gateway": "10.0.0.254"},
    {"id": "r", "kind": "host", "at": [0, 0], "addresses": ["10.0.0.254/24", "fd00::ff/64"]},
    {"id": "h1", "kind": "hub", "name": "Hub"},
    {"id": "s1", "kind": "switch", "ageing": "1min"}
  ],
  "links": [
    {"ends": ["a", "h1"], "delay": "1.203456789s", "rate": "1.5Mbps", "queue": "0B", "impair": [{"loss": 0.000000001}, {"loss": 0.1, "max_size": "100B", "from": "h1"}, {"frame_size": "1514B"}, {"trailing": 9, "from": "a"}, {"silence": {"after": "1MB", "for": "1s"}}]},
    {"ends": ["h1", "s1"], "delay": ["0s", "20 ms"], "rate": ["1kbps", "unlimited"], "queue": ["1.5kB", "3KiB"], "impair": [{"down": true}]},
    {"ends": ["s1", "b"]},
    {"ends": ["r", "s1"], "impair": [{"loss": 0.5, "from": "r"}, {"loss": 0.25, "from": "r"}, {"loss": 0.25}, {"trailing": 1, "from": "s1"}]}
  ],
  "runs": [
    {"at": "1.000000001s", "ping": {"from": "a", "to": "b", "ip": 6, "count": 3, "interval": "10us", "size": "1000B", "timeout": "1h"}},
    {"ping": {"from": "a", "to": "10.0.0.2"}},
    {"echo": {"from": "a", "to": "b", "udp": true, "count": 2, "text": "Grüße \u0000 \"!\"", "timeout": "5s"}},
    {"iperf": {"from": "a", "to": "b", "bytes": "3GiB", "interval": "500ms", "congestion": "none", "rx_buffer": "64KiB", "tx_buffer": "32KiB"}},
    {"iperf": {"from": "a", "to": "fd00::2", "seconds": 2.5, "udp": true, "rate": "8Mbps", "datagram": "100B"}},
    {"iperf": {"from": "b", "to": "a", "seconds": "1min", "udp": false}},
    {"connect": {"from": "b", "to": "a", "port": 8080, "text": "hi"}},
    {"at": "2500ms", "ping": {"from": "new", "to": "b"}}
  ],
  "changes": [
    {"at": "1500ms", "link": {"ends": ["s1", "r"], "delay": ["3ms", "4ms"], "rate": "unlimited", "queue": "7KiB", "impair": [{"loss": 0.75, "from": "s1"}]}},
    {"at": "2300ms", "node": {"id": "new", "name": "Neu", "kind": "host", "at": [7, 7.5], "addresses": ["10.0.0.33/24"], "mtu": 1400}},
    {"at": "2300ms", "node": {"id": "h2", "kind": "hub"}},
    {"at": "2300ms", "cable": {"ends": ["h2", "s1"]}},
    {"at": "2300ms", "cable": {"ends": ["new", "h2"], "delay": "9ms", "impair": [{"frame_size": "1000B"}]}},
    {"at": "2600ms", "link": {"ends": ["new", "h2"], "impair": []}},
    {"at": "2700ms", "stop": 7}
  ]
}"#;

/// The full document with one part of its text changed. The part has to be there, once.
pub fn with(part: &str, instead: &str) -> String {
    assert_eq!(FULL.matches(part).count(), 1, "{part}");
    FULL.replacen(part, instead, 1)
}
