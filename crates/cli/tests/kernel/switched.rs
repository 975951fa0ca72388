//! The kernel's own tags and its own bridge beside our switch.

use crate::lab::{Device, Lab};
use std::env;
use std::io::{self, Write};

const TRUNK: &str = r#"{
  "packetarium": 1,
  "nodes": [
    {"id": "kernel", "kind": "host", "addresses": ["10.0.0.1/24"]},
    {"id": "s1", "kind": "switch"},
    {"id": "ten", "kind": "host", "addresses": ["10.0.10.2/24"]},
    {"id": "twenty", "kind": "host", "addresses": ["10.0.20.2/24"]}
  ],
  "links": [
    {"ends": ["kernel", "s1"], "ports": {"s1": {"trunk": [10, 20], "native": null}}},
    {"ends": ["s1", "ten"], "ports": {"s1": {"vlan": 10}}},
    {"ends": ["s1", "twenty"], "ports": {"s1": {"vlan": 20}}}
  ]
}"#;

#[test]
fn the_kernels_vlan_tags_lead_to_the_hosts_of_each_vlan_and_nowhere_else() {
    let device = Device { at: "kernel", name: "tap0", namespace: 0 };
    let Some(mut lab) = Lab::new("vlan", TRUNK, 1, &[device]) else { return };
    lab.run(0, &["ip", "link", "set", "tap0", "up"]);
    let (possible, said) =
        lab.attempt(0, &["ip", "link", "add", "link", "tap0", "name", "tap0.10", "type", "vlan", "id", "10"]);
    if !possible {
        assert!(env::var_os("PACKETARIUM_KERNEL").is_none(), "this kernel has no 8021q: {said}");
        let _ = writeln!(io::stderr(), "\n*** vlan: this kernel has no 8021q. ITS TAGS WERE NOT TESTED.\n");
        return;
    }
    lab.run(0, &["ip", "link", "add", "link", "tap0", "name", "tap0.20", "type", "vlan", "id", "20"]);
    lab.address(0, "tap0.10", "10.0.10.1/24", None);
    lab.address(0, "tap0.20", "10.0.20.1/24", None);
    for target in ["10.0.10.2", "10.0.20.2"] {
        let said = lab.run(0, &["ping", "-n", "-c", "3", "-i", "0.3", "-W", "10", target]);
        assert!(said.contains("3 received"), "{said}");
    }
    // There is no answer through the wrong VLAN.
    lab.run(0, &["ip", "address", "add", "10.0.20.9/24", "dev", "tap0.10"]);
    let (arrived, said) =
        lab.attempt(0, &["ping", "-n", "-c", "2", "-i", "0.3", "-W", "1", "-I", "tap0.10", "10.0.20.2"]);
    assert!(!arrived, "{said}");
}

/// Two switches of ours and, through two devices, a bridge of the kernel's: a triangle.
const TRIANGLE: &str = r#"{
  "packetarium": 1,
  "nodes": [
    {"id": "k1", "kind": "host", "addresses": ["10.9.0.1/24"]},
    {"id": "k2", "kind": "host", "addresses": ["10.9.0.2/24"]},
    {"id": "s1", "kind": "switch", "stp": {"priority": 4096, "max_age": "6s", "forward_delay": "4s", "hello": "1s"}},
    {"id": "s2", "kind": "switch", "stp": {"priority": 8192, "max_age": "6s", "forward_delay": "4s", "hello": "1s"}},
    {"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}
  ],
  "links": [
    {"ends": ["k1", "s1"]},
    {"ends": ["k2", "s2"]},
    {"ends": ["s1", "s2"], "ports": {"s1": {"cost": 10}, "s2": {"cost": 10}}},
    {"ends": ["s2", "a"]}
  ]
}"#;

#[test]
fn a_kernel_bridge_with_its_spanning_tree_and_our_switches_agree_on_one_tree() {
    let devices =
        [Device { at: "k1", name: "tap0", namespace: 0 }, Device { at: "k2", name: "tap1", namespace: 0 }];
    let Some(mut lab) = Lab::new("spanning-tree", TRIANGLE, 1, &devices) else { return };
    lab.run(0, &["ip", "link", "add", "br0", "type", "bridge", "stp_state", "1", "priority", "61440"]);
    for device in ["tap0", "tap1"] {
        lab.run(0, &["ip", "link", "set", device, "master", "br0"]);
        // The kernel counts costs as IEEE 802.1D-1998 did, up to 65 535.
        lab.run(0, &["ip", "link", "set", device, "type", "bridge_slave", "cost", "65535"]);
        lab.run(0, &["ip", "link", "set", device, "up"]);
    }
    lab.address(0, "br0", "10.0.0.9/24", None);
    // The kernel's bridge is the last choice for everything: one of its ports leads to the root, the other one is closed.
    lab.until(0, &["bridge", "link", "show"], |said| {
        said.lines().filter(|line| line.contains("state forwarding")).count() == 1
            && said.lines().filter(|line| line.contains("state blocking")).count() == 1
    });
    let said = lab.run(0, &["ip", "-d", "link", "show", "br0"]);
    // Its way to the root, which is ours, is through the first device.
    assert!(said.contains("root_port 1 root_path_cost 65535"), "{said}");
    // One way leads from the kernel to a host of ours, and no frame goes round.
    let said = lab.run(0, &["ping", "-n", "-c", "5", "-i", "0.3", "-W", "10", "10.0.0.1"]);
    assert!(said.contains("5 received") && !said.contains("duplicates"), "{said}");
    // The way is cut: the other one takes its place.
    lab.run(0, &["ip", "link", "set", "tap0", "down"]);
    lab.until(0, &["ping", "-n", "-c", "1", "-W", "1", "10.0.0.1"], |said| said.contains("1 received"));
}
