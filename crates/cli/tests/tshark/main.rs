//! What tshark says of the captures of all examples, and where we say something else: docs/TSHARK.md, whose tables this makes.
//!
//! | module | what is compared |
//! |---|---|
//! | `files` | what was written is there, and nothing is wrong with it; and what tshark writes is opened |
//! | `list` | the packet list |
//! | `filters` | which packets display filters show |
//! | `fields` | the fields of the layers: where in the frame they are, and what is in them |
//!
//! Without tshark nothing can be compared: that is said aloud, and is a failure where `CI` is set.

mod document;
mod fields;
mod files;
mod filters;
mod list;

use capture::{Recording, read};
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
            env::var_os("PACKETARIUM_TSHARK").is_none(),
            "tshark is missing, and PACKETARIUM_TSHARK asks for it: install it"
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
    // One has frames with wrong bits, of which each reader makes what it likes; one a hundred thousand copies of one frame; and
    // one has fragments, which tshark puts together, and errors that quote the beginning of a segment, whose checksum it misses.
    let left_out = ["bad-weather", "broadcast-storm", "path-mtu"];
    files.retain(|path| !left_out.iter().any(|name| path.ends_with(format!("{name}.json"))));
    files.sort();
    assert!(files.len() >= 6);
    files
}

/// Those that both readers show alike.
fn comparable() -> Vec<PathBuf> {
    // Three have DHCP, whose options tshark gives other bytes than this reader does; one has questions for the root of all names, which
    // tshark writes as HTML; and in two an address is used twice, which tshark says of the answers, too.
    let left_out = ["dhcp", "rogue-dhcp", "web-page", "dns-root", "shop", "lunch-break"];
    let mut files = scenarios();
    files.retain(|path| !left_out.iter().any(|name| path.ends_with(format!("{name}.json"))));
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
    // Some examples are warned of what they show.
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.lines().all(|line| line.starts_with("warning: ")), "{said}");
    file
}

fn opened(file: &Path) -> Recording {
    let recording = read(fs::read(file).unwrap()).unwrap();
    assert_eq!(recording.cut, None);
    recording
}
