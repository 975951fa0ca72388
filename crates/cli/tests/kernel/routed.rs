//! Two kernels and a host of ours around our router; the link behind it takes only 1400 bytes.

use crate::lab::{Device, Lab};

/// `left` and `right` are kernels; `ours` is a simulated host. Everything behind `r2` goes through a link with a small MTU.
const DOCUMENT: &str = r#"{
  "packetarium": 1,
  "nodes": [
    {"id": "left", "kind": "host", "addresses": ["10.0.1.1/24"], "gateway": "10.0.1.254"},
    {"id": "ours", "kind": "host", "addresses": ["10.0.1.2/24", "fd00:1::2/64"], "gateway": ["10.0.1.254", "fd00:1::254"]},
    {"id": "s1", "kind": "switch"},
    {"id": "r1", "kind": "router", "routes": [
      {"to": "10.0.2.0/24", "via": "10.0.12.2"}, {"to": "fd00:2::/64", "via": "fd00:12::2"}]},
    {"id": "r2", "kind": "router", "routes": [
      {"to": "10.0.1.0/24", "via": "10.0.12.1"}, {"to": "fd00:1::/64", "via": "fd00:12::1"}]},
    {"id": "s2", "kind": "switch"},
    {"id": "right", "kind": "host", "addresses": ["10.0.2.1/24"], "gateway": "10.0.2.254"},
    {"id": "far", "kind": "host", "addresses": ["10.0.2.2/24", "fd00:2::2/64"], "gateway": ["10.0.2.254", "fd00:2::254"]}
  ],
  "links": [
    {"ends": ["left", "s1"]},
    {"ends": ["ours", "s1"]},
    {"ends": ["s1", "r1"], "ports": {"r1": {"addresses": ["10.0.1.254/24", "fd00:1::254/64"]}}},
    {"ends": ["r1", "r2"], "delay": "2ms", "rate": "50Mbps", "queue": "256KiB", "ports": {
      "r1": {"addresses": ["10.0.12.1/24", "fd00:12::1/64"], "mtu": 1400},
      "r2": {"addresses": ["10.0.12.2/24", "fd00:12::2/64"], "mtu": 1400}}},
    {"ends": ["r2", "s2"], "ports": {"r2": {"addresses": ["10.0.2.254/24", "fd00:2::254/64"]}}},
    {"ends": ["s2", "right"]},
    {"ends": ["s2", "far"]}
  ]
}"#;

fn lab(test: &str) -> Option<Lab> {
    let devices = [
        Device { at: "left", name: "tap0", namespace: 0 },
        Device { at: "right", name: "tap1", namespace: 1 },
    ];
    let mut lab = Lab::new(test, DOCUMENT, 2, &devices)?;
    lab.address(0, "tap0", "10.0.1.1/24", Some("10.0.1.254"));
    lab.address(0, "tap0", "fd00:1::1/64", Some("fd00:1::254"));
    lab.address(1, "tap1", "10.0.2.1/24", Some("10.0.2.254"));
    lab.address(1, "tap1", "fd00:2::1/64", Some("fd00:2::254"));
    Some(lab)
}

#[test]
fn the_kernel_pings_our_host_our_router_and_another_kernel_through_our_routers() {
    let Some(mut lab) = lab("ping") else { return };
    for target in
        ["10.0.1.2", "10.0.1.254", "10.0.12.2", "10.0.2.2", "10.0.2.1", "fd00:1::2", "fd00:2::2", "fd00:2::1"]
    {
        let said = lab.run(0, &["ping", "-n", "-c", "3", "-i", "0.3", "-W", "10", target]);
        assert!(said.contains("3 received"), "{said}");
    }
    // Two routers are on the way.
    let said = lab.run(0, &["ping", "-n", "-c", "1", "10.0.2.1"]);
    assert!(said.contains("ttl=62"), "{said}");
}

#[test]
fn a_ping_that_must_not_be_fragmented_is_told_how_long_it_may_be_and_another_arrives_in_fragments() {
    let Some(mut lab) = lab("fragments") else { return };
    let (arrived, said) = lab
        .attempt(0, &["ping", "-n", "-c", "2", "-i", "0.3", "-W", "2", "-M", "do", "-s", "1472", "10.0.2.2"]);
    assert!(!arrived && said.contains("mtu") && said.contains("1400"), "{said}");
    let (arrived, said) = lab
        .attempt(0, &["ping", "-n", "-c", "2", "-i", "0.3", "-W", "10", "-M", "do", "-s", "1372", "10.0.2.2"]);
    assert!(arrived, "{said}");
    for target in ["10.0.2.2", "10.0.2.1"] {
        let said = lab
            .run(0, &["ping", "-n", "-c", "3", "-i", "0.3", "-W", "10", "-M", "dont", "-s", "2800", target]);
        assert!(said.contains("3 received"), "{said}");
    }
}

#[test]
fn traceroute_and_tracepath_see_both_routers_and_the_small_link() {
    let Some(mut lab) = lab("trace") else { return };
    for probe in [&["-I"][..], &[]] {
        let said = lab.run(0, &[&["traceroute", "-n", "-q", "2", "-w", "5"], probe, &["10.0.2.2"]].concat());
        let hops: Vec<_> =
            said.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap_or("")).collect();
        assert_eq!(hops, ["10.0.1.254", "10.0.12.2", "10.0.2.2"], "{said}");
    }
    let said = lab.run(0, &["traceroute", "-6", "-n", "-q", "2", "-w", "5", "fd00:2::1"]);
    for hop in ["fd00:1::254", "fd00:12::2", "fd00:2::1"] {
        assert!(said.contains(hop), "{said}");
    }
    for target in ["10.0.2.2", "fd00:2::2"] {
        let said = lab.run(0, &["tracepath", "-n", target]);
        assert!(said.contains("pmtu 1400") && said.contains("reached"), "{said}");
    }
    let (_, said) = lab.attempt(0, &["ping", "-n", "-c", "1", "-W", "2", "10.9.9.9"]);
    assert!(said.contains("From 10.0.1.254") && said.contains("Unreachable"), "{said}");
    let (_, said) = lab.attempt(0, &["ping", "-n", "-c", "1", "-W", "5", "10.0.2.77"]);
    assert!(said.contains("From 10.0.12.2") && said.contains("Host Unreachable"), "{said}");
}

#[test]
fn iperf3_runs_in_both_directions_through_our_routers() {
    let Some(mut lab) = lab("iperf3") else { return };
    // Each has a port of its own: the server before it may still be about to end.
    let mut port = 5_200;
    for version in ["-4", "-6"] {
        let target = if version == "-4" { "10.0.2.1" } else { "fd00:2::1" };
        for direction in [&[][..], &["-R"]] {
            port += 1;
            let number = port.to_string();
            lab.start(1, &["iperf3", version, "-s", "-1", "-p", &number]);
            lab.until(1, &["ss", "-Hltn"], |said| said.contains(&format!(":{number}")));
            let words =
                [&["iperf3", version, "-c", target, "-p", &number, "-t", "3", "-f", "k"][..], direction]
                    .concat();
            let said = lab.run(0, &words);
            let received = said.lines().find(|line| line.contains("receiver")).unwrap_or_default();
            let rate = received.split_whitespace().zip(received.split_whitespace().skip(1));
            let kbps = rate
                .filter(|(_, unit)| *unit == "Kbits/sec")
                .find_map(|(number, _)| number.parse::<f64>().ok());
            // Of 50 Mbit/s; how much of it depends on how busy this machine is.
            assert!(kbps.is_some_and(|kbps| kbps > 2_000.0), "{said}");
        }
    }
}
