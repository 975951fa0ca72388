//! What tshark says of the captures of all examples, and where we say something else: docs/TSHARK.md, whose tables this makes.
//!
//! Without tshark nothing can be compared: that is said aloud, and is a failure where `CI` is set.

use capture::{Recording, read};
use dissect::analysis::{Analysis, Answer, info};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// So that packets are judged for themselves: no names for addresses, and checksums verified.
const OPTIONS: [&str; 7] = [
    "-n",
    "-2",
    "-otcp.check_checksum:TRUE",
    "-oudp.check_checksum:TRUE",
    "-oip.check_checksum:TRUE",
    // Source and destination are not side by side: tshark would put an arrow between them.
    r#"-ogui.column.format:"n","%m","s","%s","p","%p","d","%d","l","%L","i","%i""#,
    "-r",
];

/// tshark's version, if there is one.
fn version() -> Option<String> {
    let output = Command::new("tshark").arg("--version").output().ok().filter(|done| done.status.success());
    let Some(output) = output else {
        assert!(
            env::var_os("CI").is_none(),
            "tshark is missing, and a CI has to compare with it: install it"
        );
        // Not by a macro, whose output a passed test keeps to itself.
        let _ =
            writeln!(io::stderr(), "\n*** tshark is missing: NOTHING WAS COMPARED with it. Install it.\n");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(
        text.split_whitespace().nth(2).expect("TShark (Wireshark) 4.0.17 …").trim_end_matches('.').to_owned(),
    )
}

/// The lines that tshark prints, cut at the tabs.
fn tshark(file: &Path, arguments: &[&str]) -> Vec<Vec<String>> {
    let output = Command::new("tshark").args(OPTIONS).arg(file).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("tshark writes UTF-8");
    text.lines().map(|line| line.split('\t').map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    assert!(files.len() >= 6);
    files
}

/// What the command line records of an example at this place. Tests run at the same time, so each has files of its own.
fn recorded(test: &str, scenario: &Path, place: &str) -> PathBuf {
    let name = scenario.file_stem().unwrap().to_string_lossy();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("tshark-{test}-{name}-{}.pcapng", place.replace(':', "-")));
    let mut run = Command::new(env!("CARGO_BIN_EXE_packetarium"));
    let done =
        run.arg("run").arg(scenario).arg("--pcapng").arg(&file).args(["--place", place]).output().unwrap();
    assert_eq!(done.stderr, b"", "{}", String::from_utf8_lossy(&done.stderr));
    file
}

fn opened(file: &Path) -> Recording {
    let recording = read(fs::read(file).unwrap()).unwrap();
    assert_eq!(recording.cut, None);
    recording
}

#[test]
fn tshark_finds_nothing_wrong_and_all_that_was_written() {
    let Some(_) = version() else { return };
    for scenario in scenarios() {
        let file = recorded("all", &scenario, "everywhere");
        let recording = opened(&file);
        let checksums =
            ["ip", "tcp", "udp", "icmp", "icmpv6"].map(|name| format!("-e{name}.checksum.status"));
        let fields = [
            "time_epoch",
            "len",
            "interface_name",
            "interface_description",
            "packet_id",
            "p2p_dir",
            "drop_count",
        ];
        let mut arguments = vec!["-Tfields".to_owned()];
        arguments.extend(fields.map(|name| format!("-eframe.{name}")));
        arguments.extend(["-eframe.comment".into(), "-e_ws.malformed".into()]);
        arguments.extend(checksums);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let told = tshark(&file, &arguments);
        assert_eq!(told.len(), recording.packets.len(), "{}", file.display());
        assert!(!told.is_empty());
        let mut verified = 0;
        for (number, (told, packet)) in told.iter().zip(&recording.packets).enumerate() {
            let at = || format!("{}, frame {}: {told:?}", file.display(), number + 1);
            let interface = &recording.interfaces[packet.interface as usize];
            let nanos = recording.start_ns + packet.at_ns;
            let comments: Vec<_> = recording.comments(number).collect();
            let or_empty = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
            let ours = [
                format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000),
                packet.original_len.to_string(),
                interface.name.clone(),
                interface.description.clone(),
                or_empty(recording.packet_id(number)),
                // 0 is sent, 1 is received.
                or_empty(recording.sent(number).map(|sent| u64::from(!sent))),
                or_empty(recording.drop_count(number)),
                comments.join(","),
            ];
            assert_eq!(told[..8], ours, "{}", at());
            assert_eq!(told[8], "", "malformed: {}", at());
            for status in
                told[9..].iter().flat_map(|status| status.split(',')).filter(|status| !status.is_empty())
            {
                // 0 is bad, 1 good, 2 not verified, 3 not there (UDP over IPv4 may do without).
                assert!(status != "0", "bad checksum: {}", at());
                verified += u32::from(status == "1");
            }
        }
        assert!(verified > 0, "{}: no checksum was looked at", file.display());
    }
}

#[test]
fn what_tshark_writes_is_opened_with_all_that_its_format_can_hold() {
    let Some(_) = version() else { return };
    let scenario = &scenarios()[0];
    let file = recorded("formats", scenario, "everywhere");
    let ours = opened(&file);
    for (format, nanos) in [("pcap", 1_000), ("nsecpcap", 1), ("pcapng", 1)] {
        let other = file.with_extension(format);
        let done =
            Command::new("tshark").arg("-r").arg(&file).arg("-F").arg(format).arg("-w").arg(&other).output();
        assert!(done.unwrap().status.success());
        let theirs = opened(&other);
        assert_eq!(theirs.packets.len(), ours.packets.len());
        assert_eq!(theirs.interfaces.len(), if format == "pcapng" { ours.interfaces.len() } else { 1 });
        for number in 0..ours.packets.len() {
            assert_eq!(theirs.frame(number), ours.frame(number));
            assert_eq!(theirs.packets[number].at_ns, ours.packets[number].at_ns / nanos * nanos);
            if format == "pcapng" {
                assert_eq!(theirs.packet_id(number), ours.packet_id(number));
                assert_eq!(theirs.sent(number), ours.sent(number));
                assert!(theirs.comments(number).eq(ours.comments(number)));
            }
        }
        if format == "pcapng" {
            assert!(theirs.comment == ours.comment && theirs.interfaces[0].name == ours.interfaces[0].name);
        }
    }
    // A variant that is not read says what to do.
    let variant = file.with_extension("modpcap");
    let mut convert = Command::new("tshark");
    convert.arg("-r").arg(&file).args(["-F", "modpcap", "-w"]).arg(&variant);
    assert!(convert.output().unwrap().status.success());
    let error = read(fs::read(&variant).unwrap()).unwrap_err();
    assert!(error.to_string().contains("editcap"), "{error}");
}

/// A cell of the packet list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Column {
    Source,
    Protocol,
    Destination,
    Length,
    Info,
}

const COLUMNS: [Column; 5] =
    [Column::Source, Column::Protocol, Column::Destination, Column::Length, Column::Info];

/// Something that we say otherwise than tshark, on purpose.
struct Difference {
    column: Column,
    ours: &'static str,
    theirs: &'static str,
    why: &'static str,
    /// Of our row and tshark's.
    is: fn(&[String; 5], &[String; 5]) -> bool,
}

const DIFFERENCES: [Difference; 4] = [
    Difference {
        column: Column::Protocol,
        ours: "NDP",
        theirs: "ICMPv6",
        why: "Who is where is another matter than echoes and errors, and has another colour here.",
        is: |ours, theirs| ours[1] == "NDP" && theirs[1] == "ICMPv6",
    },
    Difference {
        column: Column::Protocol,
        ours: "TCP, UDP",
        theirs: "ECHO",
        why: "tshark takes what comes to port 7 for the Echo protocol (RFC 862). It has no format; so for us it is data.",
        is: |ours, theirs| matches!(&ours[1][..], "TCP" | "UDP") && theirs[1] == "ECHO",
    },
    Difference {
        column: Column::Info,
        ours: "the line of the segment or datagram",
        theirs: "`Request`, `Response`",
        why: "The same: tshark shows the Echo protocol instead.",
        is: |_, theirs| theirs[1] == "ECHO" && matches!(&theirs[4][..], "Request" | "Response"),
    },
    Difference {
        column: Column::Info,
        ours: "the line of the segment",
        theirs: "the same, and `[TCP segment of a reassembled PDU]`",
        why: "Text that comes to port 80 without being HTTP: tshark waits for the rest of a message. Nothing is put together here.",
        is: |ours, theirs| theirs[4].strip_suffix(" [TCP segment of a reassembled PDU]") == Some(&ours[4]),
    },
];

#[test]
fn the_packet_list_agrees_with_tsharks_but_for_what_the_table_says() {
    let Some(version) = version() else { return };
    let mut frames = 0;
    let mut agree = BTreeMap::<Column, u64>::new();
    let mut differ = [0; DIFFERENCES.len()];
    let mut unexplained = Vec::new();
    for scenario in scenarios() {
        // What tells retransmissions from forwarded frames is that they are seen at one place.
        let mut places = vec!["once".to_owned()];
        let interfaces = opened(&recorded("list", &scenario, "everywhere")).interfaces;
        places.extend(interfaces.into_iter().filter(|port| port.mac.is_some()).map(|port| port.name));
        for place in places {
            let file = recorded("list", &scenario, &place);
            let ours = rows(&opened(&file));
            let theirs = tshark(&file, &["-Ttabs"]);
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(&theirs) {
                frames += 1;
                let theirs: &[String; 5] = theirs[1..].try_into().expect("a number and five columns");
                for (place, column) in COLUMNS.into_iter().enumerate() {
                    if ours[place] == theirs[place] {
                        *agree.entry(column).or_default() += 1;
                        continue;
                    }
                    let known = DIFFERENCES
                        .iter()
                        .position(|known| known.column == column && (known.is)(ours, theirs));
                    match known {
                        Some(known) => differ[known] += 1,
                        None => unexplained.push(format!(
                            "{column:?}, {}:\n   ours {}\n tshark {}",
                            file.file_name().unwrap().display(),
                            ours[place],
                            theirs[place]
                        )),
                    }
                }
            }
        }
    }
    assert!(
        unexplained.is_empty(),
        "{} cells of {} differ, and no row of the table says why:\n{}",
        unexplained.len(),
        frames * COLUMNS.len(),
        unexplained.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
    );
    for (Difference { why, .. }, count) in DIFFERENCES.iter().zip(differ) {
        assert!(count > 0, "a row of the table that nothing shows: {why}");
    }
    check_document(&version, &tables(&version, frames, &agree, &differ));
}

/// Our packet list: source, protocol, destination, length, info.
fn rows(recording: &Recording) -> Vec<[String; 5]> {
    let mut analysis = Analysis::new();
    let frame = |number| recording.frame(number).unwrap();
    let numbers = 0..recording.packets.len();
    let notes: Vec<_> =
        numbers.clone().map(|number| analysis.push(recording.packets[number].at_ns, frame(number))).collect();
    let row = |number: usize| {
        let summary = dissect::summary(frame(number));
        let answer = analysis.answer(number as u32).map_or(Answer::Never, |(by, _)| Answer::By(by));
        let length = recording.packets[number].original_len.to_string();
        let info = info(frame(number), &notes[number], answer);
        [summary.source, summary.protocol.to_string(), summary.destination, length, info]
    };
    numbers.map(row).collect()
}

/// The part of the document that is counted.
fn tables(version: &str, frames: usize, agree: &BTreeMap<Column, u64>, differ: &[u64]) -> String {
    let mut text =
        format!("With TShark {version}:\n\n| column | frames | agree | differ |\n|---|---|---|---|\n");
    for column in COLUMNS {
        let agree = agree.get(&column).copied().unwrap_or_default();
        let name = format!("{column:?}").to_lowercase();
        text += &format!("| {name} | {frames} | {agree} | {} |\n", frames as u64 - agree);
    }
    text += "\n| column | frames | here | tshark | why |\n|---|---|---|---|---|\n";
    for (Difference { column, ours, theirs, why, .. }, count) in DIFFERENCES.iter().zip(differ) {
        let name = format!("{column:?}").to_lowercase();
        text += &format!("| {name} | {count} | {ours} | {theirs} | {why} |\n");
    }
    text
}

/// Compares what the document says with what was counted; with `WRITE_TSHARK_MD` set, writes it. Another version of tshark may
/// count otherwise, as long as it differs only in ways that are listed.
fn check_document(version: &str, tables: &str) {
    const BEGIN: &str = "<!-- counted by crates/cli/tests/tshark.rs -->\n";
    const END: &str = "<!-- end -->\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/TSHARK.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the tables begin");
    let (there, after) = rest.split_once(END).expect("the tables end");
    if env::var_os("WRITE_TSHARK_MD").is_some() {
        return fs::write(&path, [before, BEGIN, tables, END, after].concat()).unwrap();
    }
    if there.contains(&format!("With TShark {version}:")) {
        assert_eq!(
            there, tables,
            "docs/TSHARK.md is not what was counted: set WRITE_TSHARK_MD and test again"
        );
    }
}
