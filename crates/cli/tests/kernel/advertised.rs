//! The kernel takes addresses and a gateway from our router's advertisements.

use crate::lab::{Device, Lab};

const DOCUMENT: &str = r#"{
  "packetarium": 1,
  "nodes": [
    {"id": "kernel", "kind": "host", "slaac": true},
    {"id": "s1", "kind": "switch"},
    {"id": "r1", "kind": "router"},
    {"id": "server", "kind": "host", "addresses": ["fd00:2::2/64"], "gateway": "fd00:2::1"}
  ],
  "links": [
    {"ends": ["kernel", "s1"]},
    {"ends": ["s1", "r1"], "ports": {"r1": {"addresses": ["fd00:1::1/64"], "mtu": 1480}}},
    {"ends": ["r1", "server"], "ports": {"r1": {"addresses": ["fd00:2::1/64"]}}}
  ]
}"#;

#[test]
fn the_kernel_configures_itself_from_our_advertisements_and_reaches_what_is_behind_the_router() {
    let device = Device { at: "kernel", name: "tap0", namespace: 0 };
    let Some(mut lab) = Lab::new("advertised", DOCUMENT, 1, &[device]) else { return };
    lab.run(0, &["sysctl", "-q", "-w", "net.ipv6.conf.tap0.accept_ra=2"]);
    lab.run(0, &["ip", "link", "set", "tap0", "up"]);
    lab.until(0, &["ip", "-6", "address", "show", "dev", "tap0", "scope", "global"], |said| {
        said.contains("fd00:1::") && !said.contains("tentative")
    });
    let routes = lab.run(0, &["ip", "-6", "route"]);
    assert!(routes.contains("default via fe80::") && routes.contains("proto ra"), "{routes}");
    assert!(
        routes.contains("mtu 1480")
            || lab.run(0, &["cat", "/proc/sys/net/ipv6/conf/tap0/mtu"]).contains("1480")
    );
    let said = lab.run(0, &["ping", "-6", "-n", "-c", "3", "-i", "0.3", "-W", "10", "fd00:2::2"]);
    assert!(said.contains("3 received") && said.contains("ttl=63"), "{said}");
}
