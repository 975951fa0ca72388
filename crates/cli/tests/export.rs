//! Labs for other programs, as they are written; and one of them run, with the kernel's own stacks.

use serde_json::Value;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

fn packetarium(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_packetarium")).args(args).output().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// What it prints.
fn printed(args: &[&str]) -> String {
    let output = packetarium(args);
    assert!(output.status.success(), "{args:?}: {}", text(output.stderr));
    text(output.stdout)
}

fn example(name: &str) -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(name).with_extension("json");
    path.to_str().unwrap().to_owned()
}

/// A folder or file of this test's own, not yet there.
fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn a_lab_is_written_for_each_program() {
    for program in ["mininet", "containerlab"] {
        for name in ["slow-lossy-link", "dual-stack"] {
            let lab = printed(&["export", "--to", program, &example(name)]);
            insta::assert_snapshot!(format!("{program}-{name}"), lab);
        }
    }
    let folder = scratch("kathara");
    printed(&["export", "--to", "kathara", &example("hub-beside-switch"), "-o", folder.to_str().unwrap()]);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let shown = files.iter().map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        format!("==> {name} <==\n{}", fs::read_to_string(path).unwrap())
    });
    insta::assert_snapshot!("kathara-hub-beside-switch", shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn an_export_is_written_to_the_given_path() {
    let (file, folder) = (scratch("lab.py"), scratch("labs"));
    let link = printed(&["link", &example("connect")]);
    printed(&["export", "--to", "mininet", link.trim_end(), "--output", file.to_str().unwrap()]);
    assert!(fs::read_to_string(&file).unwrap().starts_with("#!/usr/bin/env python3\n"));
    fs::create_dir(&folder).unwrap();
    printed(&["export", "--to", "containerlab", link.trim_end(), "-o", folder.to_str().unwrap()]);
    assert!(folder.join("a-tcp-connection-from-hello-to-goodbye.clab.yml").exists());
    let output = packetarium(&[
        "export",
        "--to",
        "kathara",
        &example("connect"),
        "-o",
        file.join("below").to_str().unwrap(),
    ]);
    assert!(!output.status.success());
}

/// Prints where it cannot be overlooked: not through the macros, whose output the test harness keeps to itself.
fn skipped(what: &str, why: &str) {
    io::stderr().write_all(format!("\nSKIPPED: {what}: {why}\n\n").as_bytes()).unwrap();
}

/// A Python that has Mininet; the one of the system has what the system's packages bring.
fn python_with_mininet() -> Option<&'static str> {
    ["/usr/bin/python3", "python3"].into_iter().find(|python| {
        let output = Command::new(python).args(["-c", "import mininet.net"]).output();
        output.is_ok_and(|output| output.status.success())
    })
}

/// Runs a command in network and mount namespaces of its own.
fn in_namespace(args: &[&str]) -> io::Result<Output> {
    Command::new("unshare").args(["--net", "--mount", "--fork"]).args(args).output()
}

/// Our own answers: how many of three pings come back, and the least round-trip time in milliseconds.
fn ours(document: &Value, from: &str, to: &str) -> (u64, Option<f64>) {
    let mut document = document.clone();
    document["runs"] = serde_json::json!([{"ping": {"from": from, "to": to, "count": 3, "interval": "200ms", "timeout": "1s"}}]);
    let output = packetarium(&["run", "--json", &format!("json:{document}")]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let run = &report["runs"][0];
    (run["received"].as_u64().unwrap(), run["rtt_ms"]["min"].as_f64())
}

/// A Python with Mininet, and namespaces to start it in; says loudly what is not compared without them.
fn mininet(what: &str) -> Option<&'static str> {
    let Some(python) = python_with_mininet() else {
        skipped(what, "no Python here has Mininet (on Debian: apt install mininet iputils-ping)");
        return None;
    };
    match in_namespace(&["ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1"]) {
        Ok(output) if output.status.success() => Some(python),
        Ok(output) => {
            skipped(what, &format!("no namespaces here: {}", text(output.stderr).trim()));
            None
        }
        Err(error) => {
            skipped(what, &format!("no unshare here: {error}"));
            None
        }
    }
}

/// Starts the exported lab of a document, and asks it.
fn started(python: &str, name: &str, document: &Value, asked: &str) -> (Vec<(u64, Option<f64>)>, String) {
    let lab = scratch(name);
    printed(&["export", "--to", "mininet", &format!("json:{document}"), "-o", lab.to_str().unwrap()]);
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mininet/pings.py");
    let output = in_namespace(&[python, driver.to_str().unwrap(), lab.to_str().unwrap(), asked]).unwrap();
    let said = text(output.stderr);
    assert!(output.status.success(), "{said}");
    (serde_json::from_slice(&output.stdout).expect(&said), said)
}

#[test]
fn real_kernels_reach_whom_our_hosts_reach_in_the_same_time() {
    let Some(python) = mininet("the exported lab in Mininet") else { return };
    // Without it, the lab's tc commands fail, and all else still holds.
    let netem = in_namespace(&["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"]);
    let netem = netem.is_ok_and(|output| output.status.success());

    // Two networks on one LAN, a hub, a switch, and different delays; d has no way to the others.
    let document = serde_json::json!({"packetarium": 1, "title": "Mininet test",
        "nodes": [
            {"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]},
            {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24", "10.0.9.2/24"]},
            {"id": "c", "kind": "host", "addresses": ["10.0.0.3/24"]},
            {"id": "d", "kind": "host", "addresses": ["10.0.9.4/24"]},
            {"id": "e", "kind": "host", "addresses": ["10.0.0.5/24"]},
            {"id": "lonely-hub", "kind": "hub"}, {"id": "s1", "kind": "switch"}],
        "links": [
            {"ends": ["a", "lonely-hub"], "delay": "5ms"}, {"ends": ["lonely-hub", "s1"], "delay": ["10ms", "20ms"]},
            {"ends": ["b", "s1"], "rate": "1Mbps"}, {"ends": ["c", "s1"]}, {"ends": ["d", "s1"]},
            {"ends": ["e", "s1"], "impair": [{"down": true}]}]});
    let hosts =
        [("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3"), ("d", "10.0.9.4"), ("e", "10.0.0.5")];
    let mut pairs: Vec<_> = hosts
        .iter()
        .flat_map(|(from, own)| hosts.iter().map(move |(_, to)| (*from, *own, *to)))
        .filter(|(_, own, to)| own != to)
        .map(|(from, _, to)| (from, to))
        .collect();
    pairs.extend([("d", "10.0.9.2"), ("b", "10.0.9.4")]);
    if !netem {
        let without_loss = |(from, to): &(&str, &str)| *from != "e" && *to != "10.0.0.5";
        pairs.retain(without_loss);
        skipped(
            "round-trip times and losses in Mininet",
            "this kernel has no netem (sch_netem); who reaches whom is compared",
        );
    }

    let asked = serde_json::to_string(&pairs).unwrap();
    let (theirs, said) = started(python, "mininet-test.py", &document, &asked);
    if netem {
        // Mininet itself has a word to say about resource limits.
        assert!(!said.contains(": tc ") && !said.contains(": ip "), "every command was taken: {said}");
    }
    for ((from, to), (received, rtt)) in pairs.iter().zip(theirs) {
        let ours = ours(&document, from, to);
        assert_eq!(received > 0, ours.0 > 0, "{from} → {to}: {received} of 3, ours {}", ours.0);
        if netem && let (Some(theirs), Some(ours)) = (rtt, ours.1) {
            // Kernels take their time, never less than the wire.
            assert!(
                theirs > ours * 0.98 && theirs < ours * 1.1 + 3.0,
                "{from} → {to}: {theirs} ms, ours {ours} ms"
            );
        }
    }
}

/// Whether our host connects to this port.
fn our_connection(document: &Value, from: &str, to: &str, port: u16) -> bool {
    let mut document = document.clone();
    document["runs"] = serde_json::json!([{"connect": {"from": from, "to": to, "port": port}}]);
    let output = packetarium(&["run", "--json", &format!("json:{document}")]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["runs"][0]["outcome"] == "succeeded"
}

#[test]
fn real_kernels_route_translate_and_filter_as_ours_do_in_both_ip_versions() {
    let Some(python) = mininet("the exported home network in Mininet") else { return };
    let tables =
        in_namespace(&["iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "lo", "-j", "MASQUERADE"]);
    if !tables.is_ok_and(|output| output.status.success()) {
        return skipped(
            "the exported home network in Mininet",
            "no iptables here (on Debian: apt install iptables)",
        );
    }
    // A home behind address translation with a forwarded port, and a provider that knows a route even to the private network.
    let document = serde_json::json!({"packetarium": 1, "title": "Home in Mininet",
        "nodes": [
            {"id": "pc", "kind": "host", "addresses": ["192.168.1.10/24", "fd01::10/64"], "gateway": ["192.168.1.1", "fd01::1"]},
            {"id": "srv", "kind": "host", "addresses": ["192.168.1.20/24"], "gateway": "192.168.1.1"},
            {"id": "s1", "kind": "switch"},
            {"id": "home", "kind": "router", "nat": {"forwards": [{"tcp": 8080, "to": "192.168.1.20", "port": 80}]},
             "routes": [{"to": "default", "via": "203.0.113.1"}, {"to": "fd02::/64", "via": "fd03::1"}]},
            {"id": "isp", "kind": "router", "filter": [{"deny": "tcp", "to": "198.51.100.0/24", "ports": 81}],
             "routes": [{"to": "192.168.1.0/24", "via": "203.0.113.2"}, {"to": "fd01::/64", "via": "fd03::2"}]},
            {"id": "web", "kind": "host", "addresses": ["198.51.100.80/24", "fd02::80/64"], "gateway": ["198.51.100.1", "fd02::1"]},
            {"id": "four", "kind": "host", "addresses": ["198.51.100.4/24"], "gateway": "198.51.100.1"},
            {"id": "s2", "kind": "switch"}],
        "links": [
            {"ends": ["pc", "s1"]}, {"ends": ["srv", "s1"]},
            {"ends": ["s1", "home"], "ports": {"home": {"addresses": ["192.168.1.1/24", "fd01::1/64"]}}},
            {"ends": ["home", "isp"], "ports": {"home": {"addresses": ["203.0.113.2/30", "fd03::2/64"], "outside": true},
                                                "isp": {"addresses": ["203.0.113.1/30", "fd03::1/64"]}}},
            {"ends": ["isp", "s2"], "ports": {"isp": {"addresses": ["198.51.100.1/24", "fd02::1/64"]}}},
            {"ends": ["web", "s2"]}, {"ends": ["four", "s2"]}]});
    let pings = [
        ("pc", "198.51.100.80"),
        ("srv", "198.51.100.4"),
        ("pc", "192.168.1.20"),
        ("pc", "fd02::80"),
        ("web", "fd01::10"),
        ("web", "203.0.113.2"),
        // Private, behind translation.
        ("web", "192.168.1.10"),
        ("four", "192.168.1.20"),
        ("web", "198.51.100.4"),
        ("pc", "198.51.100.99"),
    ];
    let connections = [
        ("web", "203.0.113.2", 8080),
        ("four", "203.0.113.2", 8080),
        // The hairpin.
        ("pc", "203.0.113.2", 8080),
        ("srv", "203.0.113.2", 8080),
        ("pc", "198.51.100.80", 80),
        // No program, no forwarding, and a filter.
        ("web", "203.0.113.2", 80),
        ("pc", "198.51.100.80", 81),
    ];
    let asked: Vec<Value> = pings
        .iter()
        .map(|(from, to)| serde_json::json!([from, to]))
        .chain(connections.iter().map(|(from, to, port)| serde_json::json!([from, to, port])))
        .collect();
    let (theirs, said) =
        started(python, "mininet-home.py", &document, &serde_json::to_string(&asked).unwrap());
    for refused in [": sysctl ", ": ip ", ": iptables ", ": ip6tables "] {
        assert!(!said.contains(refused), "every command was taken: {said}");
    }
    let ours = pings.iter().map(|(from, to)| ours(&document, from, to).0 > 0);
    let ours =
        ours.chain(connections.iter().map(|(from, to, port)| our_connection(&document, from, to, *port)));
    let reached: Vec<_> = ours.collect();
    let theirs: Vec<_> = theirs.into_iter().map(|(count, _)| count > 0).collect();
    assert_eq!(theirs, reached, "{asked:?}: {said}");
    assert_eq!(
        reached,
        [
            true, true, true, true, true, true, false, false, true, false, true, true, true, true, true,
            false, false
        ]
    );
}
