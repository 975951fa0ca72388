//! The command line as a script sees it: what it prints, and how it exits.

use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use pcap_file::pcapng::blocks::interface_description::InterfaceDescriptionOption;
use pcap_file::pcapng::blocks::opt_common::CommonOption;
use pcap_file::pcapng::{Block, PcapNgReader};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a call ended.
struct Done {
    code: i32,
    out: String,
    err: String,
}

fn packetarium(args: &[&str]) -> Done {
    with_input(args, "")
}

fn with_input(args: &[&str], input: &str) -> Done {
    let mut child = Command::new(env!("CARGO_BIN_EXE_packetarium"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without reading, if what it was asked for is wrong.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done {
        code: output.status.code().expect("no signal"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

fn example(name: &str) -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(name).with_extension("json");
    path.to_str().unwrap().to_owned()
}

/// The object that a run prints.
fn run_json(args: &[&str], input: &str) -> (i32, Value) {
    let done = with_input(&[&["run", "--json"], args].concat(), input);
    assert!(done.err.lines().all(|line| line.starts_with("warning: ")), "{}", done.err);
    (done.code, serde_json::from_str(&done.out).expect("one JSON object"))
}

/// The hashes stand in one place: the golden test of the `scenario` crate.
fn without_hash(out: &str) -> String {
    let hash = out.split(|c: char| !c.is_ascii_hexdigit()).find(|word| word.len() == 16).expect("a hash");
    out.replace(hash, "<hash>")
}

/// Two hosts and what is between them.
fn lab(link: &str, runs: &str) -> String {
    format!(
        r#"{{"packetarium": 1,
            "nodes": [{{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}},
                      {{"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}}],
            "links": [{{"ends": ["a", "b"]{link}}}], "runs": [{runs}]}}"#
    )
}

/// A file of this test's own.
fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn a_run_is_reported_as_one_json_object() {
    let done = packetarium(&["run", "--json", &example("two-hosts-and-a-switch")]);
    assert_eq!((done.code, &done.err[..]), (0, ""));
    insta::assert_snapshot!("two-hosts-json", without_hash(&done.out));
}

#[test]
fn a_run_is_reported_for_people() {
    for name in ["two-hosts-and-a-switch", "slow-lossy-link", "connect"] {
        let done = packetarium(&["run", &example(name)]);
        assert_eq!((done.code, &done.err[..]), (0, ""));
        insta::assert_snapshot!(name, without_hash(&done.out));
    }
}

#[test]
fn the_report_has_what_scripts_were_promised() {
    let (code, report) = run_json(&[&example("slow-lossy-link")], "");
    assert_eq!(code, 0);
    assert!(report["end"].as_f64().unwrap() > 1.5);
    let history = report["history"].as_str().unwrap();
    assert!(history.len() == 16 && history.chars().all(|c| c.is_ascii_hexdigit()));
    let [ping, iperf] = &report["runs"].as_array().unwrap()[..] else { panic!("two runs") };
    assert_eq!(
        [&ping["kind"], &ping["from"], &ping["to"], &ping["outcome"]],
        ["ping", "client", "server", "succeeded"]
    );
    assert_eq!((&ping["sent"], &ping["received"]), (&2.into(), &2.into()));
    // 20 ms each way, and the first has to ask for the address before.
    let rtt = ["min", "avg", "max"].map(|field| ping["rtt_ms"][field].as_f64().unwrap());
    assert!(rtt[0] > 40.0 && rtt[0] < 41.0 && rtt[2] > 80.0 && rtt[2] < 81.0, "{rtt:?}");
    assert!((rtt[1] - (rtt[0] + rtt[2]) / 2.0).abs() < 0.001);
    assert_eq!(iperf["bytes"], 1_000_000);
    let (seconds, goodput) = (iperf["seconds"].as_f64().unwrap(), iperf["goodput_bps"].as_f64().unwrap());
    assert!((goodput * seconds - 8e6).abs() < 1.0);
    assert!(iperf["retransmits"].as_u64().unwrap() > 0);
    let reported: u64 =
        iperf["intervals"].as_array().unwrap().iter().map(|i| i["bytes"].as_u64().unwrap()).sum();
    assert_eq!(reported, 1_000_000);

    let link = &report["links"][0];
    assert_eq!(link["ends"], serde_json::json!(["client", "server"]));
    let count = |name: &str| link[name].as_u64().unwrap();
    assert!(link["dropped"]["loss"].as_u64().unwrap() > 0);
    let dropped = link["dropped"].as_object().unwrap().values().map(|count| count.as_u64().unwrap());
    assert_eq!(count("sent"), count("delivered") + dropped.sum::<u64>());
    let both = |name: &str| -> u64 {
        link["directions"].as_array().unwrap().iter().map(|way| way[name].as_u64().unwrap()).sum()
    };
    assert_eq!((both("sent"), both("delivered")), (count("sent"), count("delivered")));
    assert_eq!(report["nodes"][0]["id"], "client");
    assert_eq!(report["nodes"][0]["neighbors"][0]["ip"], "10.0.0.2");
}

#[test]
fn file_standard_input_and_link_are_one_scenario() {
    let file = example("dual-stack");
    let text = std::fs::read_to_string(&file).unwrap();
    let link = packetarium(&["link", &file]).out.trim_end().to_owned();
    let (code, report) = run_json(&[&file], "");
    assert_eq!(code, 0);
    assert_eq!(run_json(&["-"], &text), (0, report.clone()));
    assert_eq!(run_json(&["-"], &link), (0, report.clone()), "a link may come in as text too");
    assert_eq!(run_json(&[&link], ""), (0, report.clone()));
    assert_eq!(run_json(&[link.trim_start_matches('#')], ""), (0, report.clone()));
    assert_eq!(run_json(&[&format!("https://example.org/lab/{link}")], ""), (0, report.clone()));
    assert_eq!(run_json(&[&format!("#json:{}", text.replace('\n', ""))], ""), (0, report));
}

#[test]
fn a_link_shows_the_document_that_it_was_made_of() {
    for name in ["two-hosts-and-a-switch", "hub-beside-switch", "slow-lossy-link", "dual-stack"] {
        let file = example(name);
        let link = packetarium(&["link", &file]);
        assert_eq!((link.code, link.out.lines().count(), &link.err[..]), (0, 1, ""));
        assert!(link.out.starts_with("#2:"));
        let shown = packetarium(&["show", link.out.trim_end()]);
        assert_eq!((shown.code, &shown.err[..]), (0, ""));
        assert_eq!(shown.out, std::fs::read_to_string(&file).unwrap());
        let page = packetarium(&["link", "--page", "https://example.org/p/#old", &file]);
        assert_eq!(page.out, format!("https://example.org/p/{}", link.out));
    }
}

#[test]
fn a_document_that_mentions_a_link_is_no_link() {
    for mark in ["#2:", "#3:", "see https://a.b/#2:q1Yq"] {
        let document =
            lab("", "").replacen('{', &format!(r#"{{"title": "{mark}", "description": "{mark}", "#), 1);
        let file = scratch("mentions-a-link.json");
        std::fs::write(&file, &document).unwrap();
        for (argument, input) in [(file.to_str().unwrap(), ""), ("-", &document[..]), (&document, "")] {
            let done = with_input(&["check", argument], input);
            assert_eq!((done.code, &done.out[..], &done.err[..]), (0, "no faults\n", ""), "{mark}");
        }
    }
    // A newer version's link is one with and without its #.
    for link in ["#3:q1Yq", "3:q1Yq"] {
        let done = packetarium(&["check", link]);
        assert!(done.err.contains("made by a newer Packetarium (link format 3)"), "{}", done.err);
    }
}

#[test]
fn the_seed_of_the_command_line_comes_before_the_documents() {
    let file = example("slow-lossy-link");
    let history = |args: &[&str]| run_json(&[args, &[&file]].concat(), "").1["history"].clone();
    assert_eq!(history(&["--seed", "7"]), history(&[]), "the document's is 7");
    assert_ne!(history(&["--seed", "8"]), history(&[]));
    assert_eq!(packetarium(&["run", "--seed", "9007199254740992", &file]).code, 2);
}

#[test]
fn a_run_that_is_cut_off_is_unfinished_and_the_end_is_exact() {
    let file = example("two-hosts-and-a-switch");
    let (code, report) = run_json(&["--until", "2500ms", &file], "");
    assert_eq!((code, report["end"].as_f64()), (1, Some(2.5)));
    let outcomes: Vec<_> = report["runs"].as_array().unwrap().iter().map(|run| &run["outcome"]).collect();
    assert_eq!(outcomes, ["succeeded", "unfinished", "unfinished"]);
    let (code, report) = run_json(&["--until", "1min", &file], "");
    assert_eq!((code, report["end"].as_f64()), (0, Some(60.0)));
    let wrong = packetarium(&["run", "--until", "10", &file]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("has no unit"), "{}", wrong.err);
}

#[test]
fn a_failed_run_and_a_bad_scenario_have_different_exit_statuses() {
    let cut = lab(r#", "impair": [{"down": true}]"#, r#"{"ping": {"from": "a", "to": "b", "count": 2}}"#);
    let done = with_input(&["run", "--json", "-"], &cut);
    assert_eq!(done.code, 1);
    assert!(
        done.err.starts_with("warning: runs[0].ping.to") && done.err.contains("is unplugged"),
        "{}",
        done.err
    );
    let report: Value = serde_json::from_str(&done.out).expect("one JSON object");
    assert_eq!(report["runs"][0]["outcome"], "failed");
    // The same reason for programs and for people.
    let why = report["runs"][0]["why"].as_str().expect("its frames say why");
    assert!(why.starts_with("the link between \"a\" and \"b\" lost all "), "{why}");
    assert!(with_input(&["run", "-"], &cut).out.contains(&format!("\n  why: {why}\n")));
    assert_eq!(report["runs"][0]["reason"], "it is out of reach: the host does not answer");
    // Nothing left the host: its ARP requests were not answered.
    assert_eq!((&report["runs"][0]["sent"], &report["runs"][0]["lost"]), (&0.into(), &0.into()));
    assert!(report["runs"][0]["rtt_ms"].is_null());
    assert!(report["links"][0]["dropped"]["link_down"].as_u64().unwrap() > 0);
    assert_eq!(report["links"][0]["delivered"], 0);
}

#[test]
fn udp_is_measured_with_loss_and_jitter() {
    let text = lab(
        r#", "rate": "10Mbps", "impair": [{"loss": 0.1, "from": "a"}]"#,
        r#"{"iperf": {"from": "a", "to": "b", "udp": true, "rate": "2Mbps", "seconds": 3}}"#,
    );
    let (code, report) = run_json(&["-"], &text);
    let run = &report["runs"][0];
    assert_eq!(code, 0);
    let [sent, received, lost] = ["sent", "received", "lost"].map(|name| run[name].as_u64().unwrap());
    assert!(sent > 500 && lost > 20 && sent == received + lost, "{run}");
    assert_eq!(run["bytes"], received * 1470);
    assert!(run["jitter_ms"].is_f64() && run["retransmits"].is_null());
}

#[test]
fn every_fault_has_a_line_with_its_place_and_nothing_is_run() {
    let bad = r#"{
  "packetarium": 1,
  "nodes": [{"id": "a", "kind": "host", "mtu": 1}, {"id": "a", "kind": "hub"}],
  "links": [{"ends": ["a", "q"], "delay": 5}]
}"#;
    let expected = [
        "nodes[0].mtu (line 3, column 48): 1 is too little: at least 1280",
        r#"nodes[1].id (line 3, column 59): "a" is already the id of nodes[0]: give each its own"#,
        r#"links[0].ends[1] (line 4, column 28): no node has the id "q": add it to nodes, or write the id of another"#,
        r#"links[0].delay (line 4, column 43): "5" has no unit: write something like "1ms""#,
    ];
    let run = with_input(&["run", "-"], bad);
    assert_eq!((run.code, &run.out[..]), (2, ""));
    assert_eq!(run.err.lines().filter(|line| !line.starts_with("warning")).collect::<Vec<_>>(), expected);
    let check = with_input(&["check", "-"], bad);
    assert_eq!((check.code, &check.err[..]), (2, ""));
    assert_eq!(check.out.lines().filter(|line| !line.starts_with("warning")).collect::<Vec<_>>(), expected);
    let show = with_input(&["show", "-"], bad);
    assert_eq!((show.code, show.out), (2, format!("{bad}\n")), "what was written is not lost");
    // It can be shared as it is, for repair.
    let link = with_input(&["link", "-"], bad);
    assert_eq!(link.code, 0);
    let shown = with_input(&["show", link.out.trim_end()], "");
    assert_eq!((shown.code, shown.out), (2, format!("{bad}\n")));
}

#[test]
fn a_network_with_faults_can_be_shared_and_two_homes_are_none() {
    let faulty = lab("", "").replace(r#""10.0.0.2/24"]"#, r#""10.0.0.2/24"], "gateway": "10.9.9.9""#);
    assert_eq!(with_input(&["run", "-"], &faulty).code, 2);
    let link = with_input(&["link", "-"], &faulty);
    assert!(link.code == 0 && link.err.contains("is in none of this host's networks"), "{}", link.err);
    let check = with_input(&["check", link.out.trim_end()], "");
    assert!(check.code == 2 && check.out.contains("is in none of this host's networks"), "{}", check.out);
    // One address on one LAN twice is a warning.
    let twins = lab("", "").replace("10.0.0.2/24", "10.0.0.1/24");
    let done = with_input(&["check", "-"], &twins);
    assert!(done.code == 0 && done.out.starts_with("warning: nodes[1].addresses[0] "), "{}", done.out);
    assert_eq!(with_input(&["run", "-"], &twins).code, 0);
}

#[test]
fn warnings_do_not_fail() {
    let lonely = lab("", "").replace("\"links\": [{\"ends\": [\"a\", \"b\"]}], ", "");
    let check = with_input(&["check", "-"], &lonely);
    assert_eq!(check.code, 0);
    assert_eq!(check.out.lines().count(), 2);
    assert!(
        check
            .out
            .lines()
            .all(|line| line.starts_with("warning: nodes[") && line.contains("is not connected"))
    );
    assert_eq!(with_input(&["run", "-"], &lonely).code, 0);
    let good = packetarium(&["check", &example("connect")]);
    assert_eq!((good.code, &good.out[..]), (0, "no faults\n"));
}

#[test]
fn what_will_not_do_what_a_learner_expects_is_a_warning_with_its_place() {
    let text = lab("", "").replace("10.0.0.2/24", "10.0.1.2/24");
    let done = with_input(&["check", "-"], &text);
    assert_eq!((done.code, &done.err[..]), (0, ""));
    assert_eq!(
        done.out,
        "warning: nodes[1].addresses (line 3, column 64): \"b\" (10.0.1.2/24) and \"a\" (10.0.0.1/24) are on one LAN but in \
         different networks, and without gateways they cannot talk to each other: give them addresses of one network\n"
    );
    // What these show is what they are warned of.
    let meant = [
        ("broadcast-storm", "a broadcast goes round"),
        ("three-networks", "no node here has the address 10.9.9.9"),
        ("home-network", "behind address translation"),
        ("firewall", "its filter"),
        ("rogue-dhcp", "both lend addresses on this LAN"),
    ];
    for scenario::Example { name, .. } in scenario::examples() {
        let found = packetarium(&["check", &example(name)]);
        assert_eq!(found.code, 0, "{name}");
        match meant.iter().find(|(warned, _)| warned == name) {
            Some((_, of)) => {
                assert!(found.out.lines().all(|line| line.contains(of)), "{name}: {}", found.out)
            }
            None => assert_eq!(found.out, "no faults\n", "{name}"),
        }
    }
}

#[test]
fn what_is_outside_is_named_when_it_is_wrong() {
    for (args, expected) in [
        (&["run", "no-such-file.json"][..], "cannot open \"no-such-file.json\""),
        (&["run", "#3:abc"], "made by a newer Packetarium (link format 3)"),
        (&["show", "https://example.org/#1:a*"], "this link is damaged"),
        (&["show", "https://example.org/"], "this is not a link to a scenario"),
        (
            &["run", "--pcapng", "/no/such/folder/x.pcapng", &example("connect")],
            "cannot write /no/such/folder/x.pcapng",
        ),
        (&["walk"], "unrecognized subcommand"),
    ] {
        let done = packetarium(args);
        assert_eq!((done.code, &done.out[..]), (2, ""), "{args:?}");
        assert!(done.err.contains(expected), "{args:?}: {}", done.err);
    }
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_packetarium"))
        .args(["run", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let text = std::fs::read(example("connect")).unwrap();
    child.stdin.take().unwrap().write_all(&text).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
}

#[test]
fn a_capture_has_every_frame_at_both_ends_of_its_cable() {
    let path = scratch("slow-lossy-link.pcapng");
    let file = example("slow-lossy-link");
    let (code, report) = run_json(&["--pcapng", path.to_str().unwrap(), &file], "");
    assert_eq!(code, 0);
    assert_eq!(report, run_json(&[&file], "").1, "recording changes nothing");

    let bytes = std::fs::read(&path).unwrap();
    let mut reader = PcapNgReader::new(&bytes[..]).unwrap();
    let (mut names, mut packets) = (Vec::new(), Vec::new());
    while let Some(block) = reader.next_block() {
        match block.unwrap().0 {
            Block::InterfaceDescription(block) => {
                let name = block.options.iter().find_map(|option| match option {
                    InterfaceDescriptionOption::IfName(name) => Some(name.to_string()),
                    _ => None,
                });
                names.push(name.unwrap());
            }
            Block::EnhancedPacket(packet) => {
                let flags = packet.options.iter().find_map(|option| match option {
                    EnhancedPacketOption::Flags(flags) => Some(*flags),
                    _ => None,
                });
                let dropped = packet.options.iter().any(|option| {
                    matches!(option, EnhancedPacketOption::Common(CommonOption::Comment(text)) if text.starts_with("dropped: loss"))
                });
                packets.push((packet.timestamp, packet.interface_id, flags.unwrap() & 0b11, dropped));
            }
            Block::NameResolution(_) | Block::InterfaceStatistics(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(names, ["client:0", "server:0"]);
    assert!(packets.is_sorted_by_key(|(at, ..)| *at));
    let [client, server] = [&report["links"][0]["directions"][0], &report["links"][0]["directions"][1]];
    let count = |interface, flags| {
        packets.iter().filter(|packet| packet.1 == interface && packet.2 == flags).count() as u64
    };
    const INBOUND: u32 = 1;
    const OUTBOUND: u32 = 2;
    assert_eq!(count(0, OUTBOUND), client["sent"]);
    assert_eq!(count(1, INBOUND), client["delivered"]);
    assert_eq!(count(1, OUTBOUND), server["sent"]);
    assert_eq!(count(0, INBOUND), server["delivered"]);
    let dropped = packets.iter().filter(|packet| packet.3).count() as u64;
    assert_eq!(dropped, report["links"][0]["dropped"]["loss"]);
}

#[test]
fn a_capture_that_is_cut_off_ends_where_the_world_does() {
    let path = scratch("cut-off.pcapng");
    let (code, _) = run_json(
        &["--until", "2ms", "--pcapng", path.to_str().unwrap(), &example("two-hosts-and-a-switch")],
        "",
    );
    assert_eq!(code, 1);
    let bytes = std::fs::read(&path).unwrap();
    let mut reader = PcapNgReader::new(&bytes[..]).unwrap();
    let mut packets = Vec::new();
    while let Some(block) = reader.next_block() {
        if let Block::EnhancedPacket(packet) = block.unwrap().0 {
            packets.push((packet.timestamp.as_nanos(), packet.interface_id));
        }
    }
    // The question leaves a, reaches the switch (both after 42 bytes at 100 Mbit/s and 1 ms), leaves it for b and c.
    assert_eq!(packets, [(0, 0), (1_003_360, 1), (1_003_360, 2), (1_003_360, 3)]);
}

#[test]
fn a_capture_of_one_place_is_listed_packet_by_packet() {
    let path = scratch("one-place.pcapng");
    let file = path.to_str().unwrap();
    let done = packetarium(&["run", &example("connect"), "--pcapng", file, "--place", "once"]);
    assert_eq!((done.code, &done.err[..]), (0, ""));
    let list = packetarium(&["capture", file]);
    assert_eq!((list.code, &list.err[..]), (0, ""));
    insta::assert_snapshot!("capture-list", list.out);
    let rows: Value = serde_json::from_str(&packetarium(&["capture", "--json", file]).out).unwrap();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), list.out.lines().count());
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(
            (&row["number"], &row["packet_id"], &row["sent"]),
            (&(number + 1).into(), &number.into(), &true.into())
        );
        assert!(list.out.lines().nth(number).unwrap().ends_with(row["info"].as_str().unwrap()));
    }
    let done = packetarium(&["run", &example("connect"), "--pcapng", file, "--place", "moon"]);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("there is no place \"moon\""), "{}", done.err);
}

#[test]
fn a_filter_chooses_what_is_recorded_and_what_is_listed() {
    let [all, some] = ["all.pcapng", "some.pcapng"].map(scratch);
    let [all, some] = [all.to_str().unwrap(), some.to_str().unwrap()];
    let record = |file, more: &[&str]| {
        let done = packetarium(&[&["run", &example("slow-lossy-link"), "--pcapng", file], more].concat());
        assert_eq!((done.code, &done.err[..]), (0, ""));
    };
    // Of each packet what does not count from the beginning of the capture.
    let listed = |args: &[&str]| {
        let done = packetarium(&[&["capture", "--json"], args].concat());
        assert_eq!((done.code, &done.err[..]), (0, ""));
        let rows: Vec<Value> = serde_json::from_str(&done.out).unwrap();
        rows.iter().map(|row| (row["packet_id"].as_u64(), row["interface"].clone())).collect::<Vec<_>>()
    };
    let filter = "tcp.analysis.retransmission && ip.src == 10.0.0.1";
    record(all, &[]);
    record(some, &["--filter", filter]);
    let wanted = listed(&["--filter", filter, all]);
    assert!(wanted.len() > 10 && wanted.len() < listed(&[all]).len() / 10);
    assert_eq!(listed(&[some]), wanted, "the same is wanted while it is recorded and afterwards");

    let done = packetarium(&["capture", "--filter", "tcp.prot == 80", all]);
    assert_eq!(done.code, 2);
    let pointed = "There is no field tcp.prot. Is it tcp.port?\n  tcp.prot == 80\n  ^^^^^^^^\n";
    assert!(done.err.ends_with(pointed), "{}", done.err);
}

#[test]
fn of_a_capture_that_is_cut_short_the_beginning_is_listed_and_what_is_none_is_refused() {
    let path = scratch("short.pcapng");
    let file = path.to_str().unwrap();
    packetarium(&["run", &example("connect"), "--pcapng", file]);
    let whole = packetarium(&["capture", file]).out;
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let list = packetarium(&["capture", file]);
    assert_eq!(list.code, 0);
    assert!(whole.starts_with(&list.out) && list.out.lines().count() > 3);
    assert!(list.err.contains("the file ends in the middle of a packet or block"), "{}", list.err);
    let none = packetarium(&["capture", &example("connect")]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("the file is no capture"), "{}", none.err);
}

#[test]
fn a_network_that_grows_is_run_reported_and_captured_as_a_whole() {
    let document = lab("", r#"{"at": "2s", "ping": {"from": "c", "to": "d", "count": 2}}"#).replace(
        r#""runs""#,
        r#""changes": [
            {"at": "1s", "node": {"id": "c", "kind": "host", "addresses": ["10.0.0.3/24"]}},
            {"at": "1s", "node": {"id": "d", "kind": "host", "addresses": ["10.0.0.4/24"]}},
            {"at": "1s", "cable": {"ends": ["c", "d"]}}], "runs""#,
    );
    let path = scratch("grows.pcapng");
    let (code, report) = run_json(&["--pcapng", path.to_str().unwrap(), "-"], &document);
    assert_eq!((code, &report["runs"][0]["outcome"]), (0, &"succeeded".into()));
    let ids: Vec<_> =
        report["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a", "b", "c", "d"]);
    assert_eq!(report["links"][1]["ends"], serde_json::json!(["c", "d"]));
    let bytes = std::fs::read(&path).unwrap();
    let mut reader = PcapNgReader::new(&bytes[..]).unwrap();
    let mut packets = 0;
    while let Some(block) = reader.next_block() {
        packets += usize::from(matches!(block.unwrap().0, Block::EnhancedPacket(_)));
    }
    assert_eq!(packets, 2 * (2 + 4), "ARP and two pings, at both ends");
}

#[test]
fn collisions_of_a_hub_are_counted_and_its_links_carry_no_more_than_its_rate() {
    let text = r#"{"packetarium":1,"nodes":[{"id":"a","kind":"host","addresses":["10.0.0.1/24"]},{"id":"b","kind":"host","addresses":["10.0.0.2/24"]},{"id":"h","kind":"hub"}],
      "links":[{"ends":["a","h"],"rate":"10Mbps"},{"ends":["b","h"],"rate":"10Mbps"}],
      "runs":[{"ping":{"from":"a","to":"b","count":1}},
        {"at":"1s","iperf":{"from":"a","to":"b","udp":true,"rate":"8Mbps","seconds":5,"interval":"5s"}},
        {"at":"1s","iperf":{"from":"b","to":"a","udp":true,"rate":"8Mbps","seconds":5,"interval":"5s"}}]}"#;
    let (code, report) = run_json(&["-"], text);
    assert_eq!(code, 0);
    let rate = |run: usize| report["runs"][run]["goodput_bps"].as_f64().unwrap();
    assert!((8e6..10e6).contains(&(rate(1) + rate(2))), "{} and {}", rate(1), rate(2));
    let links = report["links"].as_array().unwrap();
    assert!(links.iter().all(|link| link["collisions"].as_u64().unwrap() > 100), "{links:?}");
    let people = with_input(&["run", "-"], text);
    assert!(people.out.contains(" collisions\n"), "{}", people.out);
    // A link without any says nothing of them.
    let (_, report) = run_json(&["-"], &lab("", ""));
    assert!(report["links"][0].get("collisions").is_none());
}

const CONSOLES: &str = r#"{"packetarium": 1,
 "nodes": [{"id": "laptop", "kind": "host", "addresses": ["10.0.0.1/24"]}, {"id": "desk", "kind": "host", "addresses": ["10.0.0.2/24"]}],
 "links": [{"ends": ["laptop", "desk"], "delay": "1ms"}],
 "runs": [
  {"command": {"on": "desk", "line": "nc -l 9000"}},
  {"at": "1s", "command": {"on": "laptop", "line": "nc 10.0.0.2 9000"}},
  {"at": "4s", "command": {"on": "laptop", "line": "ping -c 1 10.0.0.2"}}
 ],
 "changes": [{"at": "2s", "type": {"run": 1, "line": "hello"}}, {"at": "3s", "type": {"run": 1, "end": true}}]}"#;

#[test]
fn commands_print_what_they_print_and_their_exit_status_is_the_outcome() {
    let done = with_input(&["run", "-"], CONSOLES);
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{}", done.out);
    assert!(done.out.contains("desk$ nc -l 9000    # at 0 s\nhello\n"), "{}", done.out);
    assert!(done.out.contains("laptop$ ping -c 1 10.0.0.2    # at 4 s\nPING 10.0.0.2"), "{}", done.out);

    let done = with_input(&["run", "--json", "-"], CONSOLES);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(report["commands"][0]["output"], "hello\n");
    assert_eq!(report["commands"][2]["exit"], 0);

    let failing = CONSOLES.replace("-c 1 10.0.0.2", "-c 1 10.0.0.9");
    let done = with_input(&["run", "-"], &failing);
    assert_eq!(done.code, 1);
    assert!(
        done.out.contains("Destination Host Unreachable") && done.out.contains("exit status 1"),
        "{}",
        done.out
    );

    let serving = CONSOLES.replace(r#", {"at": "3s", "type": {"run": 1, "end": true}}"#, "");
    let done = with_input(&["run", "-"], &serving);
    assert_eq!(done.code, 0, "what still runs has not failed: {}", done.out);
    assert!(done.out.contains("still running"), "{}", done.out);
}

/// A laptop that asks for its address, a server that lends it and has names and pages.
const HOME: &str = r#"{"packetarium": 1, "nodes": [
    {"id": "laptop", "kind": "host", "addresses": "dhcp"},
    {"id": "server", "kind": "host", "addresses": ["192.168.1.1/24"], "services": {
        "dhcp": {"pool": "192.168.1.100-192.168.1.199", "router": "192.168.1.1", "dns": "192.168.1.1", "domain": "home.test"},
        "dns": {"zone": {"www.home.test": "192.168.1.1"}}, "http": {"pages": {"/": "Hello\n"}}, "echo": true}},
    {"id": "s", "kind": "switch"}],
    "links": [{"ends": ["laptop", "s"]}, {"ends": ["server", "s"]}]}"#;

fn console(node: &str, lines: &str) -> Done {
    with_input(&["console", HOME, node], lines)
}

#[test]
fn a_console_runs_the_lines_of_standard_input_on_a_host() {
    let done = console("laptop", "hostname\ncurl http://www/\n");
    assert_eq!((done.code, &done.out[..], &done.err[..]), (0, "laptop\nHello\n", ""));
}

#[test]
fn a_console_exits_with_the_status_of_the_last_command() {
    for (lines, code) in [
        ("", 0),
        ("ping -c 1 www\n", 0),
        ("ping -c 1 -W 1 192.168.1.77\n", 1),
        ("nonsense\n", 127),
        ("nonsense\nhostname\n", 0),
        ("exit 3\nhostname\n", 3),
        ("sleep 2.5\n", 0),
        ("curl http://nobody.test/\n\n", 6),
    ] {
        let done = console("laptop", lines);
        assert_eq!(done.code, code, "{lines}: {}{}", done.out, done.err);
    }
}

#[test]
fn what_follows_a_command_that_reads_is_typed_to_it() {
    let done = console("laptop", "nc www 7\nfirst\nsecond\n");
    assert_eq!((done.code, &done.out[..]), (0, "first\nsecond\n"));
}

#[test]
fn a_command_in_a_console_that_does_not_end_is_interrupted() {
    let done = with_input(&["console", HOME, "laptop", "--limit", "3500ms"], "ping www\nhostname\n");
    assert!(done.out.contains("4 packets transmitted, 4 received"), "{}", done.out);
    assert!(done.out.ends_with("laptop\n") && done.code == 0, "{}", done.out);
}

#[test]
fn a_console_shows_and_changes_the_lease_of_its_host() {
    let done = console(
        "laptop",
        "ip addr | grep 'inet 192'\ndhclient -r\nip addr | grep 'inet 192'\ndhclient\nhistory\n",
    );
    let line = "    inet 192.168.1.100/24 brd 192.168.1.255 scope global eth0\n";
    let lease = "bound to 192.168.1.100/24 from 192.168.1.1 for 3599 s\n";
    assert!(done.out.starts_with(&format!("{line}{lease}")), "{}", done.out);
    assert!(done.out.ends_with("    2  ip addr | grep 'inet 192'\n    3  history\n"), "{}", done.out);
    let before = with_input(&["console", HOME, "laptop", "--at", "0s"], "ip addr | grep -c 'inet 192'\n");
    assert_eq!((before.code, &before.out[..]), (1, "0\n"));
}

#[test]
fn a_console_needs_a_node_that_can_be_asked() {
    let hub = example("hub-beside-switch");
    for (document, node, message) in [(&hub[..], "hub", "is a hub"), (HOME, "missing", "there is no node")] {
        let done = with_input(&["console", document, node], "hostname\n");
        assert_eq!(done.code, 2);
        assert!(done.err.contains(message), "{}", done.err);
    }
}

#[test]
fn a_console_of_a_switch_shows_its_tables() {
    let done = with_input(&["console", HOME, "s", "--at", "3s"], "show mac address-table\nhostname\n");
    assert!(done.out.contains("DYNAMIC     Gi0/0"), "{}", done.out);
    assert_ne!(done.code, 0, "hostname is no command of a switch");
}

/// What each line prints at the console of a node, below the line.
fn session(document: &str, node: &str, lines: &[&str]) -> String {
    let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let all = with_input(&["console", document, node, "--at", "3s"], &text);
    let mut shown = String::new();
    let mut printed = 0;
    for count in 1..=lines.len() {
        let so_far = with_input(&["console", document, node, "--at", "3s"], &lines[..count].join("\n"));
        shown += &format!("{node}# {}\n{}", lines[count - 1], &so_far.out[printed..]);
        printed = so_far.out.len();
    }
    assert_eq!(printed, all.out.len(), "the same lines print the same");
    shown
}

#[test]
fn a_session_at_a_switch_is_as_it_was() {
    let shown = session(
        &example("spanning-tree"),
        "s1",
        &[
            "show mac",
            "show spanning-tree",
            "show interfaces",
            "set port 1 off",
            "sleep 3",
            "show interfaces",
            "show spanning-tree | grep Gi0/",
            "set port 1 vlan 10",
            "show vlan",
            "set port 1 sideways",
            "help",
        ],
    );
    insta::assert_snapshot!("console-of-a-switch", shown);
}

#[test]
fn a_session_at_a_router_is_as_it_was() {
    let shown = session(
        &example("home-network"),
        "home",
        &[
            "show ip route",
            "show arp",
            "show nat",
            "show filter",
            "show rip",
            "set route 10.9.0.0/16 via 203.0.113.1",
            "set no route default",
            "show ip route | grep /16",
            "set rip on",
            "show rip",
            "set interface Gi0/0 mtu 1",
            "help",
        ],
    );
    insta::assert_snapshot!("console-of-a-router", shown);
}

#[test]
fn a_document_with_services_is_run_and_checked() {
    assert_eq!(packetarium(&["check", HOME]).out, "no faults\n");
    let done = packetarium(&["run", HOME]);
    assert_eq!(done.code, 0, "{}", done.out);
    assert!(
        done.out.contains("laptop$ dhclient    # at 0 s\nbound to 192.168.1.100/24 from 192.168.1.1 for"),
        "{}",
        done.out
    );
    let alone = HOME.replace("\"dhcp\": {\"pool\": \"192.168.1.100-192.168.1.199\", \"router\": \"192.168.1.1\", \"dns\": \"192.168.1.1\", \"domain\": \"home.test\"},", "");
    let done = packetarium(&["check", &alone]);
    assert!(done.out.contains("there is no DHCP server on its LAN") && done.code == 0, "{}", done.out);
}
