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
fn a_lab_goes_where_it_is_told() {
    let (file, folder) = (scratch("lab.py"), scratch("labs"));
    let link = printed(&["link", &example("connect")]);
    printed(&["export", "--to", "mininet", link.trim_end(), "--output", file.to_str().unwrap()]);
    assert!(fs::read_to_string(&file).unwrap().starts_with("#!/usr/bin/env python3\n"));
    fs::create_dir(&folder).unwrap();
    printed(&["export", "--to", "containerlab", link.trim_end(), "-o", folder.to_str().unwrap()]);
    assert!(folder.join("connect-hello-over-tcp.clab.yml").exists());
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

#[test]
fn real_kernels_reach_whom_our_hosts_reach_in_the_same_time() {
    let what = "the exported lab in Mininet";
    let Some(python) = python_with_mininet() else {
        return skipped(what, "no Python here has Mininet (on Debian: apt install mininet iputils-ping)");
    };
    match in_namespace(&["ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1"]) {
        Ok(output) if output.status.success() => {}
        Ok(output) => return skipped(what, &format!("no namespaces here: {}", text(output.stderr).trim())),
        Err(error) => return skipped(what, &format!("no unshare here: {error}")),
    }
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

    let lab = scratch("mininet-test.py");
    printed(&["export", "--to", "mininet", &format!("json:{document}"), "-o", lab.to_str().unwrap()]);
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mininet/pings.py");
    let asked = serde_json::to_string(&pairs).unwrap();
    let args = [python, driver.to_str().unwrap(), lab.to_str().unwrap(), &asked];
    let output = in_namespace(&args).unwrap();
    let said = text(output.stderr);
    assert!(output.status.success(), "{said}");
    if netem {
        // Mininet itself has a word to say about resource limits.
        assert!(!said.contains(": tc ") && !said.contains(": ip "), "every command was taken: {said}");
    }
    let theirs: Vec<(u64, Option<f64>)> = serde_json::from_slice(&output.stdout).expect(&said);
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
