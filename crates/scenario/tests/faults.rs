//! What is refused: each fault with its place, and what to do.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::{FULL, with};
use scenario::problem::Kind;
use scenario::{Fault, Position, Scenario};
use wire::line::Queue;

fn faults(text: &str) -> Vec<String> {
    Scenario::parse(text).expect_err(text).iter().map(Fault::to_string).collect()
}

/// Changing this part of the full document into that gives exactly these faults, without their lines and columns.
fn check(part: &str, instead: &str, expected: &[&str]) {
    let text = with(part, instead);
    let found = Scenario::parse(&text).expect_err(instead);
    let shown: Vec<_> = found
        .into_iter()
        .map(|fault| {
            let position = fault.position.expect("all faults of a text have one");
            assert_eq!(position.line, expected_line(&fault), "{fault}");
            Fault { position: None, ..fault }.to_string()
        })
        .collect();
    assert_eq!(shown, expected, "{instead}");
}

#[test]
fn an_address_or_mac_that_two_on_one_lan_have_is_a_warning() {
    let mac = "on the same LAN, so a switch's table changes with every frame of one of them";
    for (part, instead, expected) in [
        (
            r#""mac": "02:00:00:00:00:0a""#,
            r#""mac": "02:50:00:00:00:02""#,
            format!("warning: nodes[1].mac: 02:50:00:00:00:02 is already the MAC address of \"a\" (nodes[0]) {mac}: give each host its own"),
        ),
        (
            r#""addresses": ["10.0.0.2/24", "fd00::2/64"]"#,
            r#""addresses": ["10.0.0.1/16", "fd00::2/64"]"#,
            "warning: nodes[1].addresses[0]: 10.0.0.1 is already an address of \"a\" (nodes[0]) on the same LAN, and both answer for \
             it: give each host its own"
                .to_owned(),
        ),
        (
            r#"["10.0.0.33/24"]"#,
            r#"["10.0.0.2/24"]"#,
            "warning: changes[1].node.addresses[0]: 10.0.0.2 is already an address of \"b\" (nodes[1]) on the same LAN, and both \
             answer for it: give each host its own"
                .to_owned(),
        ),
        (
            r#""mac": "02:00:00:00:00:1a""#,
            r#""mac": "02:50:00:00:00:02""#,
            format!("warning: nodes[1].mac: 02:50:00:00:00:02 is already the MAC address of \"r1\" (nodes[6]) {mac}: give each its own"),
        ),
        (
            r#"["10.0.0.253/24", "fd00::fd/64"]"#,
            r#"["10.0.0.2/24"]"#,
            "warning: nodes[1].addresses[0]: 10.0.0.2 is already an address of \"r1\" (nodes[6]) on the same LAN, and both answer \
             for it: give each its own"
                .to_owned(),
        ),
    ] {
        let reading = Scenario::read(&with(part, instead));
        assert!(reading.scenario.is_some(), "{instead}");
        let found = reading.faults.into_iter().map(|fault| Fault { position: None, ..fault }.to_string());
        assert_eq!(found.filter(|fault| fault.contains("already")).collect::<Vec<_>>(), [expected], "{instead}");
    }
}

/// Every entry of the full document's lists has a line of its own.
fn expected_line(fault: &Fault) -> usize {
    use scenario::fault::Step::{Field, Index};
    let [Field(list), Index(number), ..] = fault.place.steps() else { panic!("{fault}") };
    FULL.lines().position(|line| line.starts_with(&format!("  \"{list}\""))).unwrap() + 2 + number
}

#[test]
fn wrong_texts_are_refused_with_what_to_write_instead() {
    for (part, instead, expected) in [
        (r#""at": [0, 0]"#, r#""at": [0]"#, "nodes[2].at: a place is two numbers: write [x, y]"),
        (
            r#""at": [0, 0]"#,
            r#""at": [0, 1e6]"#,
            "nodes[2].at: too far away: coordinates go from -100000 to 100000",
        ),
        (
            r#""mtu": 9000"#,
            r#""mtu": "9000B""#,
            r#"nodes[0].mtu: this should be a whole number of bytes, without a unit, not the text "9000B""#,
        ),
        (r#""mtu": 9000"#, r#""mtu": 1279"#, "nodes[0].mtu: 1279 is too little: at least 1280"),
        (r#""mtu": 9000"#, r#""mtu": 70000"#, "nodes[0].mtu: too much: at most 9000"),
        (
            r#""mtu": 9000"#,
            r#""mtu": 1500.5"#,
            "nodes[0].mtu: this should be a whole number of bytes, without a unit, not the number 1500.5",
        ),
        (
            r#""mac": "02:00:00:00:00:0a""#,
            r#""mac": "2:0:0:0:0:a""#,
            r#"nodes[0].mac: "2:0:0:0:0:a" is no MAC address: write something like "02:00:00:00:00:01""#,
        ),
        (
            r#""mac": "02:00:00:00:00:0a""#,
            r#""mac": "ff:ff:ff:ff:ff:ff""#,
            "nodes[0].mac: ff:ff:ff:ff:ff:ff is not one card's address: make its first byte even, for example 02",
        ),
        (
            r#""addresses": ["10.0.0.2/24", "fd00::2/64"]"#,
            r#""addresses": ["10.0.0.2", "fd00::2/64"]"#,
            r#"nodes[1].addresses[0]: "10.0.0.2" has no prefix length: write something like "10.0.0.2/24""#,
        ),
        (
            r#""addresses": ["10.0.0.2/24", "fd00::2/64"]"#,
            r#""addresses": ["10.0.0.2/24", "fd00::2/129"]"#,
            r#"nodes[1].addresses[1]: "129" is no prefix length: it goes from 1 to 128 for this address"#,
        ),
        (
            r#""addresses": ["10.0.0.2/24", "fd00::2/64"]"#,
            r#""addresses": ["10.0.0.256/24", "fd00::2/64"]"#,
            r#"nodes[1].addresses[0]: "10.0.0.256/24" is no IP address: write something like "10.0.0.1/24" or "fd00::1/64""#,
        ),
        (
            r#""addresses": ["10.0.0.2/24", "fd00::2/64"]"#,
            r#""addresses": ["10.0.0.255/24", "fd00::2/64"]"#,
            "nodes[1].addresses[0]: 10.0.0.255 is the network's broadcast address: take a lower number",
        ),
        (
            r#""addresses": ["10.0.0.2/24", "fd00::2/64"]"#,
            r#""addresses": ["10.0.0.2/24", "10.0.0.2/16", "fd00::2/64"]"#,
            "nodes[1].addresses[1]: 10.0.0.2 is already an address of this node here: remove one",
        ),
        (
            r#""addresses": ["10.0.0.2/24", "fd00::2/64"]"#,
            r#""addresses": ["10.0.0.2/24", "10.0.0.3/24", "::ffff:10.0.0.3/96", "fd00::2/64"]"#,
            "nodes[1].addresses[2]: ::ffff:10.0.0.3 is an IPv4 address in disguise, which never stands on a wire: write \
             the IPv4 address",
        ),
        (
            r#""gateway": "10.0.0.254""#,
            r#""gateway": "10.1.0.254""#,
            "nodes[1].gateway: the gateway 10.1.0.254 is in none of this host's networks, so it cannot be reached: give \
             it an address in one of them",
        ),
        (
            r#""gateway": "10.0.0.254""#,
            r#""gateway": "10.0.0.2""#,
            "nodes[1].gateway: 10.0.0.2 is this host's own address: name another as gateway",
        ),
        (
            r#""gateway": "10.0.0.254""#,
            r#""gateway": ["10.0.0.254", "10.0.0.253"]"#,
            "nodes[1].gateway: one gateway for each IP version: remove the others",
        ),
        (
            r#""congestion": "reno""#,
            r#""congestion": "Renno""#,
            r#"nodes[0].tcp.congestion: "Renno" is no congestion control: did you mean "reno"?"#,
        ),
        (
            r#""rx_buffer": "128B""#,
            r#""rx_buffer": "1B""#,
            "nodes[0].tcp.rx_buffer: 1B is too little: at least 128B",
        ),
        (
            r#""id": "h1", "kind": "hub""#,
            r#""id": "h1", "addresses": [], "kind": "hub""#,
            r#"nodes[3].addresses: a hub has no "addresses": it can have id, name, kind, at, icon"#,
        ),
        (
            r#""id": "h1", "kind": "hub""#,
            r#""id": "h1", "kind": "Hub""#,
            r#"nodes[3].kind: "Hub" is no kind of node: did you mean "hub"?"#,
        ),
        (
            r#""ageing": "1min""#,
            r#""aging": "1min""#,
            r#"nodes[4].aging: a switch has no "aging": did you mean "ageing"?"#,
        ),
        (r#""ageing": "1min""#, r#""ageing": "0s""#, "nodes[4].ageing: 0s is too little: at least 1ms"),
    ] {
        check(part, instead, &[expected]);
    }
}

#[test]
fn wrong_links_are_refused() {
    for (part, instead, expected) in [
        (
            r#""delay": "1.203456789s""#,
            r#""delay": 5"#,
            r#"links[0].delay: "5" has no unit: write something like "1ms""#,
        ),
        (
            r#""delay": "1.203456789s""#,
            r#""delay": "-1ms""#,
            r#"links[0].delay: "-1ms" is negative: write something like "1ms""#,
        ),
        (
            r#""delay": "1.203456789s""#,
            r#""delay": "1.2034567891s""#,
            r#"links[0].delay: "1.2034567891s" is not a whole number of ns"#,
        ),
        (
            r#""delay": "1.203456789s""#,
            r#""delay": "1 week""#,
            r#"links[0].delay: "week" is not a unit here: use one of ns, us, ms, s, min, h"#,
        ),
        (r#""delay": "1.203456789s""#, r#""delay": "61s""#, "links[0].delay: too much: at most 60s"),
        (
            r#""delay": ["0s", "20 ms"]"#,
            r#""delay": ["20ms", "0s"]"#,
            "links[1]: a link needs a rate or a delay: without both, no time would pass on it",
        ),
        (
            r#""delay": ["0s", "20 ms"]"#,
            r#""delay": ["0s"]"#,
            r#"links[1].delay: write one value for both directions, or two in the order of "ends""#,
        ),
        (
            r#""rate": "1.5Mbps""#,
            r#""rate": "1.5mbps""#,
            r#"links[0].rate: "mbps" is not a unit here: write "1.5Mbps""#,
        ),
        (
            r#""rate": "1.5Mbps""#,
            r#""rate": "0bps""#,
            r#"links[0].rate: nothing passes at this rate: for a pulled cable write {"down": true} in impair"#,
        ),
        (
            r#""rate": "1.5Mbps""#,
            r#""rate": "100Gbps""#,
            "links[0].delay: at this rate and delay more than 256MiB would be under way at once: lower one of them",
        ),
        (
            r#""rate": "1.5Mbps""#,
            r#""rate": "1.5000001Mbps""#,
            r#"links[0].rate: "1.5000001Mbps" is not a whole number of bps"#,
        ),
        (r#""queue": "0B""#, r#""queue": "65MiB""#, "links[0].queue: too much: at most 64MiB"),
        (r#""queue": "0B""#, r#""queue": "99999999TB""#, r#"links[0].queue: "99999999TB" is far too large"#),
        (
            r#"{"loss": 0.000000001}"#,
            r#"{"loss": 1.5}"#,
            "links[0].impair[0].loss: this should be a probability from 0 to 1, like 0.01 for one in a hundred; 1 is always",
        ),
        (
            r#"{"loss": 0.000000001}"#,
            r#"{"loss": "1%"}"#,
            r#"links[0].impair[0].loss: this should be a probability from 0 to 1, like 0.01 for one in a hundred, not the text "1%""#,
        ),
        (
            r#"{"loss": 0.000000001}"#,
            r#"{"loss": 1e-10}"#,
            "links[0].impair[0].loss: this should be a probability from 0 to 1, like 0.01 for one in a hundred, with at most \
             nine decimals",
        ),
        (
            r#"{"loss": 0.000000001}"#,
            "{}",
            "links[0].impair[0]: say what happens: add one of loss, frame_size, trailing, silence, down, outage, burst, every, frame, \
             duplicate, corrupt, jitter, reorder",
        ),
        (
            r#"{"loss": 0.000000001}"#,
            r#"{"loss": 0.1, "trailing": 3}"#,
            "links[0].impair[0]: loss and trailing are two things: make an entry for each",
        ),
        (
            r#"{"frame_size": "1514B"}"#,
            r#"{"frame_size": "1514B", "max_size": "100B"}"#,
            r#"links[0].impair[2].max_size: "max_size" goes with "loss" only: remove it"#,
        ),
        (
            r#"{"trailing": 9, "from": "a"}"#,
            r#"{"trailing": 9, "from": "b"}"#,
            "links[0].impair[3].from: this is not an end of the link: frames come from its two ends only",
        ),
        (
            r#"{"silence": {"after": "1MB", "for": "1s"}}"#,
            r#"{"silence": {"after": "1MB"}}"#,
            r#"links[0].impair[4].silence: "for" is missing: silence needs it"#,
        ),
        (
            r#"{"down": true}"#,
            r#"{"down": false}"#,
            "links[1].impair[0].down: write true, or remove the entry to have the link up",
        ),
        (
            r#"{"ends": ["s1", "b"]}"#,
            r#"{"ends": ["s1", "q"]}"#,
            r#"links[2].ends[1]: no node has the id "q": add it to nodes, or write the id of another"#,
        ),
        (
            r#"{"ends": ["s1", "b"]}"#,
            r#"{"ends": ["s1", "b", "a"]}"#,
            r#"links[2].ends: a link has two ends: write ["a", "b"] with the ids of two nodes"#,
        ),
        (
            r#"{"ends": ["s1", "b"]}"#,
            r#"{"ends": ["s1", "s1"]}"#,
            "links[2].ends: a link joins two different nodes",
        ),
        (
            r#"{"ends": ["s1", "b"]}"#,
            r#"{"ends": ["a", "b"]}"#,
            r#"links[2].ends: "a" already has links[0]: a host has one network card; put a switch or hub between"#,
        ),
    ] {
        check(part, instead, &[expected]);
    }
}

#[test]
fn wrong_runs_are_refused() {
    let connect = r#"{"connect": {"from": "b", "to": "a", "port": 8080, "text": "hi"}}"#;
    for (part, instead, expected) in [
        (
            connect,
            r#"{"at": "1s"}"#,
            "runs[6]: say what runs: add one of ping, echo, iperf, connect, traceroute, pathmtu, multicast, command",
        ),
        (
            connect,
            r#"{"ping": {"from": "a", "to": "b"}, "echo": {"from": "a", "to": "b"}}"#,
            "runs[6]: one run does one thing: make an entry of runs for each",
        ),
        (
            connect,
            r#"{"connect": {"from": "b"}}"#,
            r#"runs[6].connect: "to" is missing: a connect run needs it"#,
        ),
        (
            connect,
            r#"{"connect": {"from": "h1", "to": "a"}}"#,
            r#"runs[6].connect.from: "h1" is no host: runs go from a host to a host or an address"#,
        ),
        (
            connect,
            r#"{"connect": {"from": "b", "to": "b"}}"#,
            "runs[6].connect.to: a run goes to another host: to itself, nothing would ever reach a wire",
        ),
        (
            connect,
            r#"{"connect": {"from": "b", "to": "10.0.0.2"}}"#,
            "runs[6].connect.to: 10.0.0.2 is the host's own: to itself, nothing would ever reach a wire",
        ),
        (
            connect,
            r#"{"connect": {"from": "b", "to": "10.0.0.1", "ip": 6}}"#,
            r#"runs[6].connect.to: this address is not of the IP version that "ip" asks for: remove "ip""#,
        ),
        (
            connect,
            r#"{"connect": {"from": "b", "to": "255.255.255.255"}}"#,
            "runs[6].connect.to: 255.255.255.255 is not for one machine: take another, below 224.0.0.0",
        ),
        (
            connect,
            r#"{"connect": {"from": "b", "to": "a", "ip": 5}}"#,
            "runs[6].connect.ip: this should be 4 or 6",
        ),
        (
            connect,
            r#"{"connect": {"from": "b", "to": "a", "port": 70000}}"#,
            "runs[6].connect.port: ports go from 1 to 65535",
        ),
        (
            connect,
            r#"{"connect": {"from": "b", "to": "a", "text": ""}}"#,
            "runs[6].connect.text: 0B is too little: at least 1B",
        ),
        (
            connect,
            r#"{"at": "25h", "connect": {"from": "b", "to": "a"}}"#,
            "runs[6].at: too much: at most 86400s",
        ),
        (
            r#""ip": 6, "count": 3"#,
            r#""ip": 6, "count": 60001"#,
            "runs[0].ping.count: too much: at most 60000",
        ),
        (
            r#""ip": 6, "count": 3"#,
            r#""ip": 6, "count": 0"#,
            "runs[0].ping.count: 0 is too little: at least 1",
        ),
        (
            r#""interval": "10us""#,
            r#""interval": "1us""#,
            "runs[0].ping.interval: 1us is too little: at least 10us",
        ),
        (r#""size": "1000B""#, r#""size": "9000B""#, "runs[0].ping.size: too much: at most 8952B"),
        (
            r#""bytes": "3GiB""#,
            r#""bytes": "3GiB", "seconds": 3"#,
            r#"runs[3].iperf.seconds: iperf takes "bytes" or "seconds", not both: remove one"#,
        ),
        (
            r#""bytes": "3GiB""#,
            r#""bytes": "3GiB", "rate": "1Mbps""#,
            r#"runs[3].iperf.rate: "rate" is for UDP: add "udp": true or remove it"#,
        ),
        (
            r#""rate": "8Mbps""#,
            r#""congestion": "reno""#,
            r#"runs[4].iperf.congestion: "congestion" is for TCP: remove it or "udp""#,
        ),
        (r#""rate": "8Mbps""#, r#""rate": "11Gbps""#, "runs[4].iperf.rate: too much: at most 10Gbps"),
        (r#""seconds": 2.5"#, r#""seconds": 0"#, "runs[4].iperf.seconds: 0s is too little: at least 1ms"),
        (
            r#""tx_buffer": "32KiB""#,
            r#""tx_buffer": "65MiB""#,
            "runs[3].iperf.tx_buffer: too much: at most 64MiB",
        ),
    ] {
        check(part, instead, &[expected]);
    }
}

#[test]
fn ids_and_addresses_are_distinguished() {
    let long = "x".repeat(64);
    for (part, instead, expected) in [
        (
            r#""id": "r""#,
            r#""id": "r.1""#,
            vec![
                r#"nodes[2].id: "r.1" cannot be an id: take 1 to 63 of the letters a to z and A to Z, digits, - and _; put what people shall read into "name""#,
                r#"links[3].ends[0]: no node has the id "r": add it to nodes, or write the id of another"#,
                r#"links[3].impair[0].from: no node has the id "r": add it to nodes, or write the id of another"#,
                r#"links[3].impair[1].from: no node has the id "r": add it to nodes, or write the id of another"#,
                r#"runs[11].multicast.receivers[1]: no node has the id "r": add it to nodes, or write the id of another"#,
                r#"changes[0].link.ends[1]: no node has the id "r": add it to nodes, or write the id of another"#,
            ],
        ),
        (r#""id": "b""#, r#""id": "a", "name": "b""#, vec![]),
        (
            r#""name": "Hub""#,
            &format!(r#""name": "{long}x""#),
            vec!["nodes[3].name: this text is too long: at most 64 characters"],
        ),
        (
            r#""name": "Hub""#,
            r#""name": "a\u0007b""#,
            vec!["nodes[3].name: a name has at least one character, and no control characters"],
        ),
        (
            r#""name": "Hub""#,
            r#""name": "\ud800""#,
            vec!["nodes[3].name: this text has an escape that is no character"],
        ),
    ] {
        if expected.is_empty() {
            let found = faults(&with(part, instead));
            assert!(
                found[0].contains(r#""a" is already the id of nodes[0]: give each its own"#),
                "{found:?}"
            );
        } else {
            check(part, instead, &expected);
        }
    }
}

#[test]
fn ip_versions_must_meet() {
    let text = |run: &str| {
        format!(
            r#"{{"packetarium": 1,
                "nodes": [{{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}},
                          {{"id": "b", "kind": "host", "addresses": ["fd00::2/64"]}}],
                "links": [{{"ends": ["a", "b"]}}], "runs": [{{"ping": {{"from": "a", "to": {run}}}}}]}}"#
        )
    };
    for (run, expected) in [
        (r#""b""#, r#""a" and "b" have no IP version in common: give them addresses of one"#),
        (r#""b", "ip": 6"#, r#""a" and "b" do not both have an IPv6 address: give them one, or remove "ip""#),
        (r#""fd00::2""#, r#""a" has no IPv6 address, so it cannot talk to fd00::2: give it one"#),
    ] {
        let found = faults(&text(run));
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("runs[0].ping.to (line 4, column ") && found[0].ends_with(expected),
            "{found:?}"
        );
    }
}

#[test]
fn all_faults_are_reported_in_the_order_of_the_text() {
    let text = r#"{
      "packetarium": 1,
      "sed": 7,
      "nodes": [
        {"id": "a", "kind": "hots"},
        {"id": "b", "kind": "host", "addresses": ["10.0.0.2", "10.0.0.3/33"], "gateway": "x", "mtu": 1},
        {"kind": "switch", "at": "here"},
        17
      ],
      "links": [{"ends": ["a", "q"], "delay": "fast", "rate": "1 GBps"}, {"ends": ["b"]}],
      "runs": [{"at": 1, "ping": {"from": "q", "to": "b", "count": -1}}, {}]
    }"#;
    let expected = [
        r#"sed (line 3, column 14): the document has no "sed": did you mean "seed"?"#,
        r#"nodes[0].kind (line 5, column 29): "hots" is no kind of node: did you mean "host"?"#,
        r#"nodes[1].addresses[0] (line 6, column 51): "10.0.0.2" has no prefix length: write something like "10.0.0.2/24""#,
        r#"nodes[1].addresses[1] (line 6, column 63): "33" is no prefix length: it goes from 1 to 32 for this address"#,
        r#"nodes[1].gateway (line 6, column 90): "x" is no IP address: write something like "10.0.0.254" or "fd00::1""#,
        r#"nodes[1].mtu (line 6, column 102): 1 is too little: at least 1280"#,
        r#"nodes[2] (line 7, column 9): "id" is missing: a switch needs it"#,
        r#"nodes[2].at (line 7, column 34): this should be a list in brackets […], not the text "here""#,
        r#"nodes[3] (line 8, column 9): this should be an object in braces {…}, not the number 17"#,
        r#"links[0].ends[1] (line 10, column 32): no node has the id "q": add it to nodes, or write the id of another"#,
        r#"links[0].delay (line 10, column 47): "fast" is not a number with a unit: write something like "1ms""#,
        r#"links[0].rate (line 10, column 63): "GBps" is not a unit here: write "1Gbps""#,
        r#"links[1].ends (line 10, column 83): a link has two ends: write ["a", "b"] with the ids of two nodes"#,
        r#"runs[0].at (line 11, column 23): "1" has no unit: write something like "1ms""#,
        r#"runs[0].ping.from (line 11, column 43): no node has the id "q": add it to nodes, or write the id of another"#,
        r#"runs[0].ping.count (line 11, column 68): this should be a whole number, zero or more, not the number -1"#,
        r#"runs[1] (line 11, column 74): say what runs: add one of ping, echo, iperf, connect, traceroute, pathmtu, multicast, command"#,
    ];
    assert_eq!(faults(text), expected);
}

#[test]
fn a_syntax_error_names_its_line_and_column() {
    for (text, expected) in [
        ("", "line 1, column 1: this is not JSON: the document is empty"),
        (
            "{\n  \"packetarium\": 1,\n}",
            "line 3, column 1: this is not JSON: nothing follows the comma; remove it",
        ),
        (
            "{\n  \"packetarium\": 1",
            "line 2, column 19: this is not JSON: EOF while parsing an object; is its end missing?",
        ),
        (
            "{packetarium: 1}",
            "line 1, column 2: this is not JSON: key must be a string; names of fields stand in double quotes, and there \
             are no comments",
        ),
        ("{\"title\": \"ä\" 1}", "line 1, column 15: this is not JSON: expected `,` or `}`"),
    ] {
        assert_eq!(faults(text), [expected]);
    }
}

#[test]
fn a_document_of_another_version_has_that_fault_alone() {
    for (version, expected) in [
        (
            "2",
            "made by a newer Packetarium (format 2): this one reads up to 1; reload the page or update the program",
        ),
        ("0", "there is no format 0: write 1"),
    ] {
        let found = faults(&format!(r#"{{"packetarium": {version}, "what": ["ever"]}}"#));
        assert!(found.iter().any(|fault| fault.ends_with(expected)), "{found:?}");
    }
    assert_eq!(
        faults(r#"{"nodes": []}"#),
        [r#"line 1, column 1: "packetarium": 1 is missing: every document begins with it"#]
    );
    assert_eq!(faults("[]"), ["line 1, column 1: this should be an object in braces {…}, not a list"]);
}

#[test]
fn surprises_are_warnings_and_do_not_refuse() {
    let text = r#"{"packetarium": 1, "nodes": [
        {"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]},
        {"id": "b", "kind": "host", "addresses": ["10.0.1.2/24"], "gateway": "10.0.1.254"},
        {"id": "c", "kind": "host", "addresses": ["10.0.0.33/24"]},
        {"id": "d", "kind": "host"}],
      "links": [{"ends": ["a", "b"]}],
      "runs": [{"ping": {"from": "a", "to": "b"}}, {"ping": {"from": "a", "to": "c"}},
               {"ping": {"from": "a", "to": "10.0.0.9"}}, {"ping": {"from": "b", "to": "a"}}]}"#;
    let reading = Scenario::read(text);
    assert!(reading.scenario.is_some());
    let shown: Vec<_> = reading.faults.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(
        shown,
        [
            r#""c" is not connected: add a link"#,
            "this host has no address: no other host can reach it",
            r#""d" is not connected: add a link"#,
            r#"10.0.1.2 is in none of the networks of "a", which has no gateway: the run will find no route"#,
            r#"no cable leads there from "a": add links"#,
            "no node here has the address 10.0.0.9: the run will get no answer",
            r#"10.0.0.1 is in none of the networks of "b", and no node here has the address of its gateway, 10.0.1.254: the run will get no answer"#,
        ]
    );
    assert!(reading.faults[0].to_string().starts_with("warning: nodes[2] (line 4, column 9): "));
}

#[test]
fn columns_count_characters() {
    let found = Scenario::parse("{\"packetarium\": 1, \"title\": \"Größe\", \"seed\": \"x\"}").unwrap_err();
    assert_eq!(found[0].position, Some(Position { line: 1, column: 46 }));
}

#[test]
fn the_number_of_reported_faults_is_bounded() {
    let nodes = vec![r#"{"id": "?", "kind": "hub"}"#; 3_000].join(",");
    let found = faults(&format!(r#"{{"packetarium": 1, "nodes": [{nodes}]}}"#));
    assert_eq!(found.len(), 101);
    assert_eq!(found[100], "document: there is more than these 100: put them right first");
}

#[test]
fn changes_that_cannot_be_are_refused_with_what_to_write_instead() {
    for (part, instead, expected) in [
        (r#"{"at": "1500ms", "link""#, r#"{"link""#, r#"changes[0]: "at" is missing: a change needs it"#),
        (r#"{"at": "1500ms", "link""#, r#"{"at": "25h", "link""#, "changes[0].at: too much: at most 86400s"),
        (
            r#""at": "2600ms""#,
            r#""at": "2s""#,
            "changes[5].at: 2s is before the change in front of it, which comes at 2.3s: put them in order of time",
        ),
        (
            r#", "stop": 7"#,
            "",
            "changes[6]: say what changes: add one of link, port, node, set, clear, cable, stop, type",
        ),
        (
            r#""stop": 7"#,
            r#""stop": 7, "cable": {"ends": ["a", "b"]}"#,
            "changes[6]: one change does one thing: make an entry of changes for each",
        ),
        (r#""stop": 7"#, r#""stop": 12"#, "changes[6].stop: there is no such run: they are counted from 0"),
        (
            r#""stop": 7"#,
            r#""stopp": 7"#,
            "changes[6].stopp: a change has no \"stopp\": did you mean \"stop\"?",
        ),
        (
            r#""at": "2500ms""#,
            r#""at": "2700000001ns""#,
            "changes[6].stop: this run only begins at 2.700000001s: stop it then or later",
        ),
        (
            r#""at": "2500ms""#,
            r#""at": "2299999999ns""#,
            "runs[7].ping.from: \"new\" is only added at 2.3s: let the run begin then or later",
        ),
        (
            r#"["s1", "r"], "delay": ["3ms", "4ms"]"#,
            r#"["a", "b"]"#,
            "changes[0].link.ends: there is no cable between these two by then",
        ),
        (
            r#"["s1", "r"], "delay": ["3ms", "4ms"]"#,
            r#"["s1", "new"]"#,
            "changes[0].link.ends[1]: no node has the id \"new\": add it to nodes, or write the id of another",
        ),
        (
            r#""ends": ["s1", "r"]"#,
            r#""ends": ["s1", "r"], "which": 1"#,
            "changes[0].link.which: only 1 of the cables between these two are there by then: count from 0",
        ),
        (
            r#""queue": "7KiB""#,
            r#""queu": "7KiB""#,
            "changes[0].link.queu: a change of a link has no \"queu\": did you mean \"queue\"?",
        ),
        (
            r#"["3ms", "4ms"]"#,
            r#"["3ms", "0s"]"#,
            "changes[0].link: a link needs a rate or a delay: without both, no time would pass on it",
        ),
        (
            r#"{"loss": 0.75, "from": "s1"}"#,
            r#"{"loss": 0.75, "from": "b"}"#,
            "changes[0].link.impair[0].from: this is not an end of the link: frames come from its two ends only",
        ),
        (
            r#"{"id": "h2", "kind": "hub"}"#,
            r#"{"id": "h1", "kind": "hub"}"#,
            "changes[2].node.id: \"h1\" is already the id of nodes[3]: give each its own",
        ),
        (
            r#"{"ends": ["new", "h2"], "delay": "9ms""#,
            r#"{"ends": ["b", "h2"], "delay": "9ms""#,
            "changes[4].cable.ends: \"b\" already has links[2]: a host has one network card; put a switch or hub between",
        ),
    ] {
        let text = with(part, instead);
        let found = faults(&text);
        let first = expected.split_once(": ").unwrap();
        assert!(
            found
                .iter()
                .any(|fault| fault.starts_with(&format!("{} (line", first.0)) && fault.ends_with(first.1)),
            "{expected}\n{found:#?}"
        );
    }
}

#[test]
fn a_loop_that_closes_later_is_reported_too() {
    let text = with(
        r#"{"at": "2600ms", "link": {"ends": ["new", "h2"], "impair": []}}"#,
        r#"{"at": "2600ms", "cable": {"ends": ["h2", "h1"]}}"#,
    );
    let reading = Scenario::read(&text);
    let [fault] = &reading.faults[..] else { panic!("{:?}", reading.faults) };
    assert!(!fault.is_error() && fault.to_string().starts_with("warning: changes[3].cable (line"), "{fault}");
    assert!(
        fault.message.ends_with("turn on the spanning tree of the switches, or keep it to watch the storm")
    );
    let scenario = reading.scenario.expect("it is a storm to watch");
    let problem =
        scenario::problems(&scenario).into_iter().find(|problem| problem.kind == Kind::Loop).unwrap();
    let fix = problem.fix(&scenario).expect("a spanning tree helps");
    assert_eq!(fix.what, "turn on the spanning tree of \"s1\"");
    assert_eq!(fix.scenario.check(), []);
}

#[test]
fn of_several_cables_between_two_nodes_a_change_says_which() {
    let text = |which: &str| {
        format!(
            r#"{{"packetarium":1,"nodes":[{{"id":"x","kind":"hub"}},{{"id":"y","kind":"hub"}}],"links":[{{"ends":["x","y"]}}],"changes":[{{"at":"1s","link":{{"ends":["y","x"],"queue":"1kB"}}}},{{"at":"1s","cable":{{"ends":["y","x"]}}}},{{"at":"2s","link":{{"ends":["x","y"]{which},"delay":["1s","2s"]}}}}]}}"#
        )
    };
    let found = faults(&text(""));
    let expected = r#": several cables join these two by then: say which one, "which": 0 to 1"#;
    assert!(
        found.iter().any(|fault| fault.starts_with("changes[2].link (") && fault.ends_with(expected)),
        "{found:?}"
    );
    for (which, link) in [(0, 0), (1, 1)] {
        let draft = Scenario::draft(&text(&format!(r#","which":{which}"#))).unwrap();
        let scenario::Change::Link(id, ways) = &draft.changes[2].1 else { panic!("it is a link's") };
        assert_eq!(id.0, link);
        // In the order of the ends as the change has them, whatever the link's own is.
        let delays = ways.each_ref().map(|way| way.line.delay.nanos() / 1_000_000_000);
        assert_eq!(delays, if which == 0 { [1, 2] } else { [2, 1] });
        let queue = Queue::bytes(if which == 0 { 1_000 } else { 64 << 10 });
        assert_eq!(ways[0].line.queue, queue, "what is left out is as before");
        assert_eq!(Scenario::draft(&draft.to_compact_json()), Ok(draft.clone()));
    }
}

#[test]
fn there_are_not_more_changes_and_nodes_than_can_be_run() {
    let with_changes = |nodes: usize, added: usize, stops: usize| {
        let node = |number: usize| format!(r#"{{"id":"n{number}","kind":"switch"}}"#);
        let nodes_at_start: Vec<_> = (0..nodes).map(node).collect();
        let later = (nodes..nodes + added).map(|number| format!(r#"{{"at":"1s","node":{}}}"#, node(number)));
        let stops = (0..stops).map(|_| r#"{"at":"1s","stop":0}"#.to_owned());
        let changes: Vec<_> = later.chain(stops).collect();
        let hosts = r#"{"id":"a","kind":"host","addresses":["10.0.0.1/24"]}"#;
        format!(
            r#"{{"packetarium":1,"nodes":[{hosts},{}],"runs":[{{"ping":{{"from":"a","to":"10.0.0.9"}}}}],"changes":[{}]}}"#,
            nodes_at_start.join(","),
            changes.join(",")
        )
    };
    let found = |text: String| -> Vec<String> {
        Scenario::parse(&text).err().into_iter().flatten().map(|fault| fault.message).collect()
    };
    assert_eq!(found(with_changes(4_000, 95, 0)), [""; 0]);
    assert_eq!(
        found(with_changes(4_000, 96, 0)),
        ["with these there are more than 4096 nodes, which is the limit"]
    );
    assert_eq!(found(with_changes(1, 0, 10_000)), [""; 0]);
    assert_eq!(found(with_changes(1, 0, 10_001)), ["there are more than 10000 changes, which is the limit"]);
}

#[test]
fn wrong_switches_and_routers_are_refused() {
    for (part, instead, expected) in [
        (
            r#""stp": {"priority": 4096"#,
            r#""stp": {"priority": 4097"#,
            "nodes[5].stp.priority: a bridge's priority goes in steps of 4096 (IEEE 802.1D-2004, 9.2.5): write 4096",
        ),
        (
            r#""stp": {"priority": 4096"#,
            r#""stp": {"priority": 65536"#,
            "nodes[5].stp.priority: too much: at most 61440",
        ),
        (r#""hello": "1s""#, r#""hello": "11s""#, "nodes[5].stp.hello: too much: at most 10s"),
        (
            r#""max_age": "10s""#,
            r#""max_age": "11s""#,
            "nodes[5].stp.max_age: with this forward delay the maximum age is at most 10s (IEEE 802.1D-2004, 17.14): twice a second less than it",
        ),
        (
            r#""snooping": true"#,
            r#""snooping": "yes""#,
            r#"nodes[5].snooping: this should be true or false, not the text "yes""#,
        ),
        (r#""snooping": true"#, r#""stp": 1"#, r#"nodes[5].stp: "stp" stands here twice: remove one"#),
        (
            r#"{"to": "default", "via": "10.9.1.2"}"#,
            r#"{"to": "default"}"#,
            r#"nodes[6].routes[0]: "via" is missing: a route needs it"#,
        ),
        (
            r#"{"to": "default", "via": "10.9.1.2"}"#,
            r#"{"to": "everywhere", "via": "10.9.1.2"}"#,
            r#"nodes[6].routes[0].to: "everywhere" is no IP address: write something like "10.0.0.0/24" or "fd00::/64""#,
        ),
        (
            r#"{"to": "default", "via": "10.9.1.2"}"#,
            r#"{"to": "10.9.7.1/24", "via": "10.9.1.2"}"#,
            "nodes[6].routes[0].to: 10.9.7.1/24 is an address in the network 10.9.7.0/24: write that, or the address alone",
        ),
        (r#""metric": 7"#, r#""metric": 0"#, "nodes[6].routes[1].metric: 0 is too little: at least 1"),
        (r#""metric": 7"#, r#""metric": 256"#, "nodes[6].routes[1].metric: too much: at most 255"),
        (
            r#""split_horizon": "simple""#,
            r#""split_horizon": "poison""#,
            r#"nodes[6].rip.split_horizon: "poison" is no split horizon: did you mean "poisoned"?"#,
        ),
        (r#""update": "10s""#, r#""update": "1ms""#, "nodes[6].rip.update: 1ms is too little: at least 1s"),
        (
            r#"{"udp": 53, "to": "10.9.0.4"}"#,
            r#"{"to": "10.9.0.4"}"#,
            r#"nodes[6].nat.forwards[1]: say which port outside is forwarded: write either "tcp" or "udp" with its number"#,
        ),
        (
            r#"{"udp": 53, "to": "10.9.0.4"}"#,
            r#"{"udp": 53, "to": "fd00::4"}"#,
            "nodes[6].nat.forwards[1].to: addresses are translated in IPv4 only: write one of that",
        ),
        (
            r#"{"udp": 53, "to": "10.9.0.4"}"#,
            r#"{"tcp": 8081, "to": "10.9.0.4"}"#,
            "nodes[6].nat.forwards[1]: port 8081 is already forwarded: remove one",
        ),
        (
            r#"{"reject": "icmp", "from": "10.0.0.9"}"#,
            r#"{"reject": "icmp", "deny": "tcp"}"#,
            r#"nodes[6].filter.rules[2]: a rule says one thing: write either "allow", "deny" or "reject", with "tcp", "udp", "icmp" or "all""#,
        ),
        (
            r#"{"reject": "icmp", "from": "10.0.0.9"}"#,
            r#"{"reject": "igmp"}"#,
            r#"nodes[6].filter.rules[2].reject: "igmp" is no protocol: did you mean "icmp"?"#,
        ),
        (
            r#"{"reject": "icmp", "from": "10.0.0.9"}"#,
            r#"{"reject": "icmp", "ports": 7}"#,
            r#"nodes[6].filter.rules[2].ports: ICMP has no ports: remove "ports", or write "tcp" or "udp""#,
        ),
        (
            r#"{"reject": "icmp", "from": "10.0.0.9"}"#,
            r#"{"reject": "icmp", "from": "10.0.0.0/8", "to": "::/0"}"#,
            "nodes[6].filter.rules[2].to: no packet goes from one IP version to the other",
        ),
        (
            r#""ports": "1000-2000""#,
            r#""ports": "2000-1000""#,
            r#"nodes[6].filter.rules[0].ports: these should be ports: write one, like 22, or a range, like "1000-2000""#,
        ),
        (
            r#""in": "s1""#,
            r#""in": "c""#,
            "nodes[6].filter.rules[0].in: no cable leads from this router there: write the id of a node at the other end of one",
        ),
        (
            r#""in": "s1""#,
            r#""in": "s9""#,
            r#"nodes[6].filter.rules[0].in: no node has the id "s9": did you mean "s1"?"#,
        ),
        (
            r#""in": 2"#,
            r#""in": 3"#,
            "nodes[6].filter.rules[1].in: this router has 3 cables, counted from 0: the last is 2",
        ),
        (
            r#""otherwise": "deny""#,
            r#""otherwise": "drop""#,
            r#"nodes[6].filter.otherwise: "drop" is no verdict: write one of allow, deny, reject"#,
        ),
        (
            r#""slaac": true"#,
            r#""slaac": 1"#,
            "nodes[8].slaac: this should be true or false, not the number 1",
        ),
    ] {
        check(part, instead, &[expected]);
    }
}

#[test]
fn wrong_ports_are_refused() {
    for (part, instead, expected) in [
        (r#""cost": 5"#, r#""cost": 0"#, "links[4].ports.s1.cost: 0 is too little: at least 1"),
        (
            r#""priority": 16}"#,
            r#""priority": 17}"#,
            "links[4].ports.s1.priority: a port's priority goes from 0 to 240 in steps of 16 (IEEE 802.1D-2004, 9.2.7)",
        ),
        (
            r#""edge": true"#,
            r#""edge": "maybe""#,
            r#"links[4].ports.s1.edge: this should be true, false or "auto", not the text "maybe""#,
        ),
        (r#""mtu": 1600"#, r#""mtu": 67"#, "links[4].ports.s1.mtu: 67 is too little: at least 68"),
        (
            r#""mtu": 1600"#,
            r#""mtu": 1600, "vlans": {}"#,
            r#"links[4].ports.s1.vlans: a switch's port has no "vlans": did you mean "vlan"?"#,
        ),
        (
            r#""outside": true"#,
            r#""native": 1"#,
            r#"links[4].ports.r1.native: a router's port has no "native": it can have duplex, up, mtu, mac, addresses, vlans, outside, advertise, rip"#,
        ),
        (
            r#"["10.0.0.253/24", "fd00::fd/64"]"#,
            r#"["10.0.0.255/24"]"#,
            "links[4].ports.r1.addresses[0]: 10.0.0.255 is the network's broadcast address: take a lower number",
        ),
        (
            r#"["10.0.0.253/24", "fd00::fd/64"]"#,
            r#"["10.9.2.77/24"]"#,
            "links[5].ports.r1.vlans.20[0]: this router has the network 10.9.2.0/24 elsewhere, too (links[4].ports.r1.addresses), and sends packets for it there: take another network",
        ),
        (
            r#""20": ["10.9.2.2/24"]}"#,
            r#""020": ["10.9.2.2/24"]}"#,
            r#"links[5].ports.r1.vlans.020: "020" is no number of a VLAN: they go from 1 to 4094"#,
        ),
        (
            r#""20": ["10.9.2.2/24"]}"#,
            r#""10": ["10.9.2.2/24"]}"#,
            r#"links[5].ports.r1.vlans.10: "10" stands here twice: remove one"#,
        ),
        (
            r#""trunk": [10, 20], "native": null"#,
            r#""trunk": [10, 20, 4095]"#,
            "links[5].ports.s2.trunk[2]: VLANs have the numbers 1 to 4094",
        ),
        (
            r#""trunk": [10, 20], "native": null"#,
            r#""trunk": []"#,
            "links[5].ports.s2.trunk: a trunk of no VLAN lets nothing pass: write their numbers, or true for all",
        ),
        (
            r#""trunk": [10, 20], "native": null"#,
            r#""trunk": false"#,
            "links[5].ports.s2.trunk: this should be true for all VLANs, or a list of their numbers, not false",
        ),
        (
            r#""trunk": [10, 20], "native": null"#,
            r#""trunk": true, "vlan": 3"#,
            r#"links[5].ports.s2.trunk: a port has one VLAN ("vlan") or is a trunk ("trunk"): remove one"#,
        ),
        (
            r#""vlan": 10, "edge": false"#,
            r#""vlan": 10, "native": 3"#,
            r#"links[6].ports.s2.native: "native" goes with "trunk" only: remove it"#,
        ),
        (
            r#""vlan": 10, "edge": false"#,
            r#""native": 3"#,
            r#"links[6].ports.s2.native: "native" goes with "trunk": add it, such as "trunk": true"#,
        ),
        (
            r#"{"s2": {"vlan": 10, "edge": false}}"#,
            r#"{"c": {"up": false}}"#,
            r#"links[6].ports.c.up: a host's port has no "up": it can have duplex"#,
        ),
        (
            r#"{"s2": {"vlan": 10, "edge": false}}"#,
            r#"{"s1": {"up": false}}"#,
            "links[6].ports.s1: this is not an end of the link: its ports are at its two ends only",
        ),
        (
            r#"{"s2": {"vlan": 10, "edge": false}}"#,
            r#"[]"#,
            "links[6].ports: this should be an object in braces {…}, not a list",
        ),
    ] {
        check(part, instead, &[expected]);
    }
}

#[test]
fn wrong_queues_and_impairments_of_the_newer_kinds_are_refused() {
    for (part, instead, expected) in [
        (
            r#""size": "100 frames""#,
            r#""size": "10001 frames""#,
            "links[4].queue.size: too much: at most 10000 frames",
        ),
        (
            r#""size": "100 frames""#,
            r#""size": "100kB""#,
            r#"links[4].queue.red.min: count here what "size" counts: bytes or frames; links[4].queue.red.max: count here what "size" counts: bytes or frames"#,
        ),
        (
            r#""max": "60 frames""#,
            r#""max": "101 frames""#,
            "links[4].queue.red.max: too much: at most 100 frames",
        ),
        (
            r#""min": "20 frames""#,
            r#""min": "60 frames""#,
            "links[4].queue.red.min: too much: at most 59 frames",
        ),
        (
            r#""min": "20 frames""#,
            r#""min": "20 packets""#,
            r#"links[4].queue.red.min: "packets" is not a unit here: use one of B, kB, KiB, MB, MiB, GB, GiB, TB, TiB"#,
        ),
        (r#""weight": 7"#, r#""weight": 17"#, "links[4].queue.red.weight: too much: at most 16"),
        (
            r#"{"size": "32KiB", "codel": true}"#,
            r#"{"size": "32KiB", "codel": true, "red": {}}"#,
            r#"links[5].queue[0].codel: a queue has "red" or "codel", not both: remove one"#,
        ),
        (
            r#"{"size": "32KiB", "codel": true}"#,
            r#"{"codel": true}"#,
            r#"links[5].queue[0]: "size" is missing: a queue needs it"#,
        ),
        (
            r#""target": "1ms""#,
            r#""target": "0s""#,
            "links[5].queue.codel.target: 0s is too little: at least 1us",
        ),
        (
            r#"{"loss": 0.125, "correlation": 0.25}"#,
            r#"{"loss": 0.125, "correlation": 25}"#,
            "links[6].impair[0].correlation: this should be a correlation from 0 to 1, like 0.25 for a quarter; 1 never changes",
        ),
        (
            r#"{"loss": 0.125, "correlation": 0.25}"#,
            r#"{"loss": 0.125, "correlation": 0.25, "max_size": "100B"}"#,
            r#"links[6].impair[0].correlation: "correlation" does not go with "max_size": remove one"#,
        ),
        (
            r#""for": "2s", "every": "10s""#,
            r#""for": "10s", "every": "10s""#,
            r#"links[6].impair: an outage has to end before the next begins: let "every" be longer than "for""#,
        ),
        (r#""to_bad": 0.01, "#, "", r#"links[6].impair[2].burst: "to_bad" is missing: burst needs it"#),
        (r#"{"every": 10}"#, r#"{"every": 0}"#, "links[6].impair: 0 is too little: at least 1"),
        (
            r#"{"every": 10}"#,
            r#"{"every": 10, "gap": 2}"#,
            r#"links[6].impair[3].gap: "gap" goes with "reorder" only: remove it"#,
        ),
        (
            r#"{"every": 10}"#,
            r#"{"every": 10, "correlation": 0.5}"#,
            r#"links[6].impair[3].correlation: "correlation" goes with "loss", "duplicate", "corrupt", "jitter", "reorder" only: remove it"#,
        ),
        (r#""frame": 17"#, r#""frame": 0"#, "links[6].impair: 0 is too little: at least 1"),
        (r#""jitter": "5ms""#, r#""jitter": "61s""#, "links[6].impair: too much: at most 60s"),
        (
            r#""distribution": "normal""#,
            r#""distribution": "gauss""#,
            r#"links[6].impair[7].distribution: "gauss" is no distribution: write one of uniform, normal, pareto, paretonormal"#,
        ),
        (
            r#"{"ends": ["s1", "b"]}"#,
            r#"{"ends": ["s1", "b"], "preset": "wlan"}"#,
            r#"links[2].preset: "wlan" is no preset: did you mean "lan"?"#,
        ),
    ] {
        check(
            part,
            instead,
            &expected
                .split("; links")
                .enumerate()
                .map(|(number, text)| if number == 0 { text.to_owned() } else { format!("links{text}") })
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        );
    }
}

#[test]
fn wrong_runs_of_the_newer_kinds_are_refused() {
    for (part, instead, expected) in [
        (r#""ttl": 3"#, r#""ttl": 0"#, "runs[8].ping.ttl: 0 is too little: at least 1"),
        (r#""ttl": 3"#, r#""ttl": 256"#, "runs[8].ping.ttl: too much: at most 255"),
        (
            r#""size": "2000B", "ttl": 3, "fragment": true"#,
            r#""size": "2000B""#,
            "runs[8].ping.size: too much: at most 1472B",
        ),
        (r#""hops": 5"#, r#""hops": 65"#, "runs[9].traceroute.hops: too much: at most 64"),
        (r#""tries": 2"#, r#""tries": 0"#, "runs[9].traceroute.tries: 0 is too little: at least 1"),
        (
            r#""timeout": "5ms""#,
            r#""timeout": "5us""#,
            "runs[10].pathmtu.timeout: 5us is too little: at least 1ms",
        ),
        (
            r#""group": "239.1.2.3""#,
            r#""group": "10.0.0.2""#,
            "runs[11].multicast.group: 10.0.0.2 is no group: write an address like 239.1.2.3 (RFC 2365) or ff15::1234 (RFC 4291)",
        ),
        (
            r#""group": "239.1.2.3", "#,
            "",
            r#"runs[11].multicast: "group" is missing: a multicast run needs it"#,
        ),
        (
            r#""receivers": ["b", "r"]"#,
            r#""receivers": []"#,
            "runs[11].multicast.receivers: 0 is too little: at least 1",
        ),
        (
            r#""receivers": ["b", "r"]"#,
            r#""receivers": ["b", "b"]"#,
            "runs[11].multicast.receivers[1]: it is already a receiver: remove one",
        ),
        (
            r#""receivers": ["b", "r"]"#,
            r#""receivers": ["a"]"#,
            "runs[11].multicast.receivers[0]: a sender does not receive its own messages: name other hosts",
        ),
        (
            r#""receivers": ["b", "r"]"#,
            r#""receivers": ["s1"]"#,
            r#"runs[11].multicast.receivers[0]: "s1" is no host: runs go from a host to a host or an address"#,
        ),
        (
            r#""to": "r1""#,
            r#""to": "s2""#,
            r#"runs[8].ping.to: "s2" is no host: runs go from a host to a host or an address"#,
        ),
    ] {
        check(part, instead, &[expected]);
    }
}

#[test]
fn changes_of_ports_and_nodes_that_cannot_be_are_refused() {
    let port = r#"{"ends": ["s2", "c"], "of": "s2", "up": false, "vlan": 20}"#;
    for (part, instead, expected) in [
        (
            port,
            r#"{"ends": ["s2", "c"], "up": false}"#,
            r#"changes[7].port: "of" is missing: a change of a port needs it"#,
        ),
        (
            port,
            r#"{"ends": ["s2", "c"], "of": "c", "up": false}"#,
            "changes[7].port.of: only ports of switches and routers have settings that can change",
        ),
        (
            port,
            r#"{"ends": ["s2", "c"], "of": "s1", "up": false}"#,
            "changes[7].port.of: this is not an end of the link: write which of its two ends it is",
        ),
        (
            port,
            r#"{"ends": ["s2", "c"], "of": "s2", "rip": false}"#,
            r#"changes[7].port.rip: a change of a port has no "rip": it can have ends, which, of, up, mtu, vlan, trunk, native, edge, cost, priority"#,
        ),
        (
            port,
            r#"{"ends": ["s2", "s1"], "of": "s2"}"#,
            "changes[7].port.ends: there is no cable between these two by then",
        ),
        (
            port,
            r#"{"ends": ["s2", "c"], "of": "s2", "vlan": 0}"#,
            "changes[7].port.vlan: VLANs have the numbers 1 to 4094",
        ),
        (
            r#"{"node": "s2", "stp": false}"#,
            r#"{"stp": false}"#,
            r#"changes[9].set: "node" is missing: a change of a node needs it"#,
        ),
        (
            r#"{"node": "s2", "stp": false}"#,
            r#"{"node": "a", "stp": false}"#,
            r#"changes[9].set.stp: a change of a host has no "stp": it can have node, addresses, services"#,
        ),
        (
            r#"{"node": "s2", "stp": false}"#,
            r#"{"node": "a", "addresses": "dhcp"}"#,
            r#"changes[9].set.addresses: of the addresses of a host that runs, only "dhcp" comes and goes: the others change with the command ip addr"#,
        ),
        (
            r#"{"node": "s2", "stp": false}"#,
            r#"{"node": "s2", "nat": true}"#,
            r#"changes[9].set.nat: a change of a switch has no "nat": it can have node, mac, ageing, stp, snooping"#,
        ),
        (
            r#"{"node": "s2", "stp": false}"#,
            r#"{"node": "s2", "ageing": "0s"}"#,
            "changes[9].set.ageing: 0s is too little: at least 1ms",
        ),
        (
            r#""clear": "s1""#,
            r#""clear": "h1""#,
            "changes[11].clear: only switches and routers have tables that can be cleared",
        ),
        (
            r#""clear": "s1""#,
            r#""clear": "s9""#,
            r#"changes[11].clear: no node has the id "s9": did you mean "s1"?"#,
        ),
    ] {
        let text = with(part, instead);
        let found = faults(&text);
        let (place, message) = expected.split_once(": ").unwrap();
        let [fault] = &found[..] else { panic!("{expected}\n{found:#?}") };
        assert!(
            fault.starts_with(&format!("{place} (line")) && fault.ends_with(message),
            "{expected}\n{fault}"
        );
    }
}

#[test]
fn a_short_text_of_changes_does_not_become_a_large_network() {
    let routes: Vec<_> = (0..1_000)
        .map(|n| format!(r#"{{"to":"10.{}.{}.0/24","via":"10.0.0.9"}}"#, 1 + n / 250, n % 250))
        .collect();
    let sets = vec![r#"{"at":"1s","set":{"node":"r"}}"#; 2_000].join(",");
    let text = format!(
        r#"{{"packetarium":1,"nodes":[{{"id":"r","kind":"router","routes":[{}]}}],"changes":[{sets}]}}"#,
        routes.join(",")
    );
    let found = Scenario::parse(&text).unwrap_err();
    assert_eq!(found.len(), 101);
    assert!(
        found[0].message.starts_with("the changes up to this one repeat too many settings"),
        "{}",
        found[0]
    );
}

#[test]
fn the_faults_of_chapters_are_reported_at_their_places() {
    for (part, instead, expected) in [
        (
            r#"{"title": "It begins"}"#,
            r#"{"text": "x"}"#,
            r#"chapters[0]: "title" is missing: a chapter needs it"#,
        ),
        (
            r#"{"title": "It begins"}"#,
            r#"{"title": " "}"#,
            "chapters[0].title: a chapter's title is one line of text without control characters",
        ),
        (
            r#""frame": "arp-request""#,
            r#""frame": "arp-requst""#,
            r#"chapters[1].on.frame: "arp-requst" is no kind of frame: did you mean "arp-request"?"#,
        ),
        (
            r#""from": "a", "after""#,
            r#""from": "zz", "after""#,
            r#"chapters[1].on.from: no node has the id "zz": add it to nodes, or write the id of another"#,
        ),
        (
            r#""look": ["a", "h1"]"#,
            r#""look": ["a", "a"]"#,
            "chapters[1].look[1]: this node stands here twice: remove one",
        ),
        (
            r#""on": {"drop": "r1"}"#,
            r#""on": {"drop": "r1", "tree": "s1"}"#,
            "chapters[2].on: a chapter begins on one event: remove the others",
        ),
        (
            r#""on": {"drop": "r1"}"#,
            r#""on": {}"#,
            "chapters[2].on: say what happens: add one of frame, drop, down, up, begins, ends, route, tree, address",
        ),
        (
            r#""on": {"drop": "r1"}"#,
            r#""on": {"drop": "r1", "which": 0}"#,
            r#"chapters[2].on.which: "which" is for down and up: remove it"#,
        ),
        (
            r#""on": {"drop": "r1"}"#,
            r#""at": "1s", "on": {"drop": "r1"}"#,
            r#"chapters[2].on: a chapter begins at a time or on an event: remove "at" or "on""#,
        ),
        (
            r#""on": {"up": ["h1", "s1"]}"#,
            r#""on": {"up": ["a", "s1"]}"#,
            "chapters[3].on.up: there is no cable between these two by then",
        ),
        (
            r#""ends": 11"#,
            r#""ends": 12"#,
            "chapters[7].on.ends: there is no such run: they are counted from 0",
        ),
        (
            r#""route": "r2""#,
            r#""route": "s1""#,
            "chapters[8].on.route: only routers have routes that change: name one",
        ),
        (
            r#""tree": "s3""#,
            r#""tree": "h1""#,
            "chapters[9].on.tree: only switches are in a spanning tree: name one",
        ),
        (
            r#""address": "c""#,
            r#""address": "s1""#,
            "chapters[10].on.address: only hosts get addresses from a router: name one",
        ),
        (
            r#"{"title": "It begins"}"#,
            r#"{"title": "It begins", "headline": true}"#,
            "chapters[4].headline: chapters[0] is the headline already: a story has one",
        ),
        (
            r#"{"title": "It begins"}"#,
            r#"{"at": "3s", "title": "It begins"}"#,
            "chapters[4].at: 2s is before an earlier chapter, which begins at 3s: put chapters in order of time",
        ),
        (
            r#"{"title": "It begins"}"#,
            r#"{"at": "25h", "title": "It begins"}"#,
            "chapters[0].at: too much: at most 86400s",
        ),
    ] {
        let found = faults(&with(part, instead));
        let (place, message) = expected.split_once(": ").unwrap();
        let Some(fault) = found.first() else { panic!("{expected}") };
        assert!(
            fault.starts_with(&format!("{place} (line")) && fault.ends_with(message),
            "{expected}\n{found:#?}"
        );
    }
}

#[test]
fn a_chapter_that_waits_for_a_cable_that_nothing_pulls_is_a_warning() {
    let found = Scenario::read(&with(r#""down": ["s2", "c"]"#, r#""down": ["s1", "b"]"#)).faults;
    let [fault] = &found[..] else { panic!("{found:#?}") };
    assert!(!fault.is_error());
    assert!(fault.to_string().starts_with("warning: chapters[5].on.down (line"), "{fault}");
}

#[test]
fn a_document_has_no_more_chapters_than_can_be_shown() {
    let chapters = vec![r#"{"title":"x"}"#; 65].join(",");
    let found = faults(&format!(r#"{{"packetarium":1,"chapters":[{chapters}]}}"#));
    assert_eq!(found, ["chapters (line 1, column 29): there are more than 64 chapters, which is the limit"]);
}
