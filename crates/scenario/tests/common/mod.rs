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
    {"id": "r", "kind": "host", "at": [0, 0], "icon": "access-point", "addresses": ["10.0.0.254/24", "fd00::ff/64"]},
    {"id": "h1", "kind": "hub", "name": "Hub"},
    {"id": "s1", "kind": "switch", "ageing": "1min"},
    {"id": "s2", "kind": "switch", "stp": {"priority": 4096, "hello": "1s", "max_age": "10s", "forward_delay": "6s"}, "snooping": true},
    {"id": "r1", "kind": "router", "routes": [{"to": "default", "via": "10.9.1.2"}, {"to": "fd09::/32", "via": "fd00:9::2", "metric": 7}], "rip": {"split_horizon": "simple", "triggered": false, "update": "10s", "timeout": "60s", "garbage": "40s"}, "nat": {"forwards": [{"tcp": 8081, "to": "10.9.0.3", "port": 81}, {"udp": 53, "to": "10.9.0.4"}]}, "filter": {"rules": [{"deny": "tcp", "from": "10.0.0.0/8", "to": "10.9.0.0/16", "ports": "1000-2000", "in": "s1"}, {"allow": "all", "ports": 22, "in": 2}, {"reject": "icmp", "from": "10.0.0.9"}], "otherwise": "deny"}},
    {"id": "r2", "kind": "router", "rip": true, "filter": [{"deny": "udp", "to": "239.0.0.0/8"}]},
    {"id": "c", "kind": "host", "addresses": ["10.9.0.3/24"], "gateway": "10.9.0.1", "slaac": true}
  ],
  "links": [
    {"ends": ["a", "h1"], "delay": "1.203456789s", "rate": "1.5Mbps", "queue": "0B", "impair": [{"loss": 0.000000001}, {"loss": 0.1, "max_size": "100B", "from": "h1"}, {"frame_size": "1514B"}, {"trailing": 9, "from": "a"}, {"silence": {"after": "1MB", "for": "1s"}}]},
    {"ends": ["h1", "s1"], "delay": ["0s", "20 ms"], "rate": ["1kbps", "unlimited"], "queue": ["1.5kB", "3KiB"], "impair": [{"down": true}]},
    {"ends": ["s1", "b"]},
    {"ends": ["r", "s1"], "impair": [{"loss": 0.5, "from": "r"}, {"loss": 0.25, "from": "r"}, {"loss": 0.25}, {"trailing": 1, "from": "s1"}]},
    {"ends": ["s1", "r1"], "queue": {"size": "100 frames", "red": {"min": "20 frames", "max": "60 frames", "probability": 0.2, "weight": 7}}, "ports": {"s1": {"mtu": 1600, "edge": true, "cost": 5, "priority": 16}, "r1": {"mac": "02:00:00:00:00:1a", "addresses": ["10.0.0.253/24", "fd00::fd/64"], "outside": true}}},
    {"ends": ["r1", "s2"], "queue": [{"size": "32KiB", "codel": true}, {"size": "33KiB", "codel": {"target": "1ms", "interval": "20ms"}}], "ports": {"r1": {"vlans": {"10": ["10.9.0.1/24", "fd00:9::1/64"], "20": ["10.9.2.2/24"]}, "mtu": 1450}, "s2": {"trunk": [10, 20], "native": null}}},
    {"ends": ["s2", "c"], "impair": [{"loss": 0.125, "correlation": 0.25}, {"outage": {"at": "3s", "for": "2s", "every": "10s"}}, {"burst": {"to_bad": 0.01, "to_good": 0.3, "loss": 0.9, "good_loss": 0.001}}, {"every": 10}, {"frame": 17, "from": "c"}, {"duplicate": 0.02, "correlation": 0.5}, {"corrupt": 0.001}, {"jitter": "5ms", "distribution": "normal", "correlation": 0.75, "overtakes": true}, {"reorder": 0.35, "gap": 5, "correlation": 0.0625}], "ports": {"s2": {"vlan": 10, "edge": false}}},
    {"ends": ["r1", "r2"], "ports": {"r1": {"addresses": ["10.9.1.1/24"], "advertise": false, "rip": false}, "r2": {"addresses": ["10.9.1.2/24"]}}},
    {"ends": ["s2", "r2"], "ports": {"s2": {"trunk": true, "native": 30}, "r2": {"vlans": {"20": ["10.9.2.1/24"]}}}}
  ],
  "runs": [
    {"at": "1.000000001s", "ping": {"from": "a", "to": "b", "ip": 6, "count": 3, "interval": "10us", "size": "1000B", "timeout": "1h"}},
    {"ping": {"from": "a", "to": "10.0.0.2"}},
    {"echo": {"from": "a", "to": "b", "udp": true, "count": 2, "text": "Grüße \u0000 \"!\"", "timeout": "5s"}},
    {"iperf": {"from": "a", "to": "b", "bytes": "3GiB", "interval": "500ms", "congestion": "none", "rx_buffer": "64KiB", "tx_buffer": "32KiB"}},
    {"iperf": {"from": "a", "to": "fd00::2", "seconds": 2.5, "udp": true, "rate": "8Mbps", "datagram": "100B"}},
    {"iperf": {"from": "b", "to": "a", "seconds": "1min", "udp": false}},
    {"connect": {"from": "b", "to": "a", "port": 8080, "text": "hi"}},
    {"at": "2500ms", "ping": {"from": "new", "to": "b"}},
    {"at": "3s", "ping": {"from": "c", "to": "r1", "size": "2000B", "ttl": 3, "fragment": true}},
    {"at": "3s", "traceroute": {"from": "c", "to": "b", "ip": 4, "icmp": true, "hops": 5, "tries": 2, "timeout": "3s"}},
    {"at": "3s", "pathmtu": {"from": "c", "to": "10.9.1.2", "timeout": "5ms"}},
    {"at": "3s", "multicast": {"from": "a", "group": "239.1.2.3", "receivers": ["b", "r"], "count": 2, "interval": "2s", "text": "to all", "port": 5001}}
  ],
  "changes": [
    {"at": "1500ms", "link": {"ends": ["s1", "r"], "delay": ["3ms", "4ms"], "rate": "unlimited", "queue": "7KiB", "impair": [{"loss": 0.75, "from": "s1"}]}},
    {"at": "2300ms", "node": {"id": "new", "name": "Neu", "kind": "host", "at": [7, 7.5], "addresses": ["10.0.0.33/24"], "mtu": 1400}},
    {"at": "2300ms", "node": {"id": "h2", "kind": "hub"}},
    {"at": "2300ms", "cable": {"ends": ["h2", "s1"]}},
    {"at": "2300ms", "cable": {"ends": ["new", "h2"], "delay": "9ms", "impair": [{"frame_size": "1000B"}]}},
    {"at": "2600ms", "link": {"ends": ["new", "h2"], "impair": []}},
    {"at": "2700ms", "stop": 7},
    {"at": "4s", "port": {"ends": ["s2", "c"], "of": "s2", "up": false, "vlan": 20}},
    {"at": "4s", "port": {"ends": ["s1", "r1"], "of": "r1", "mac": null, "addresses": ["10.0.0.252/24"]}},
    {"at": "5s", "set": {"node": "s2", "stp": false}},
    {"at": "5s", "set": {"node": "r1", "routes": [], "rip": true, "nat": false, "filter": [{"deny": "all", "in": "s2"}]}},
    {"at": "6s", "clear": "s1"},
    {"at": "7s", "node": {"id": "s3", "kind": "switch", "stp": true}},
    {"at": "7s", "cable": {"ends": ["s2", "s3"], "ports": {"s2": {"trunk": [20]}}}},
    {"at": "8s", "set": {"node": "r1", "routes": [{"to": "10.7.0.0/16", "via": "10.9.1.2"}]}}
  ],
  "chapters": [
    {"title": "It begins"},
    {"on": {"frame": "arp-request", "from": "a", "after": "1ms"}, "title": "Who is it?", "text": "Überall:\na broadcast.", "look": ["a", "h1"], "pace": "slow"},
    {"on": {"drop": "r1"}, "title": "A drop", "pace": "quick"},
    {"on": {"up": ["h1", "s1"]}, "title": "Up"},
    {"at": "2s", "title": "Two seconds", "headline": true},
    {"on": {"down": ["s2", "c"]}, "title": "Down"},
    {"on": {"begins": 6}, "title": "A run begins"},
    {"on": {"ends": 11}, "title": "A run ends"},
    {"on": {"route": "r2"}, "title": "A route"},
    {"on": {"tree": "s3"}, "title": "A tree"},
    {"on": {"address": "c"}, "title": "An address"}
  ]
}"#;

/// The full document with one part of its text changed. The part has to be there, once.
pub fn with(part: &str, instead: &str) -> String {
    assert_eq!(FULL.matches(part).count(), 1, "{part}");
    FULL.replacen(part, instead, 1)
}
