//! What is explained here agrees with Wireshark's tshark on the same frames: the row of the packet list and, for every field
//! that both have, its value and its bytes. Where it does not, [`DIFFERENCES`] says why; a difference that it does not explain
//! fails, and so does an explanation that nothing needs.
//!
//! Written against tshark 4.0. Where there is none, nothing is compared, which is said; in CI (`CI` is set) that is a failure.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;
use std::process::Command;

use dissect::{Field, layers, summary};
use roxmltree::{Document, Node, ParsingOptions};

#[allow(dead_code)]
#[path = "../src/samples/mod.rs"]
mod samples;

/// What can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// A column of the packet list.
    Column,
    /// How often a field is in the frame.
    Count,
    /// Which bytes a field is made of.
    Place,
    /// A field's value.
    Value,
}

/// Where we differ and why: what, the column or field, a part of the sample's name (empty: in any), the reason.
const DIFFERENCES: &[(What, &str, &str, &str)] = &[
    (What::Column, "protocol", "igmp", "The version is in the detail: a color is for all versions."),
    (What::Column, "protocol", "rip", "The version is in the detail: a color is for all versions."),
    (
        What::Column,
        "protocol",
        "neighbor",
        "Neighbor discovery is what to tell from ping when learning IPv6.",
    ),
    (What::Column, "protocol", "router", "Neighbor discovery is what to tell from ping when learning IPv6."),
    (
        What::Column,
        "protocol",
        "redirect",
        "Neighbor discovery is what to tell from ping when learning IPv6.",
    ),
    (
        What::Column,
        "protocol",
        "fragment",
        "tshark puts the pieces together and shows the whole at one of them.",
    ),
    (
        What::Column,
        "info",
        "fragment, first",
        "tshark puts the pieces together and shows the whole at one of them; here each frame is explained by its own bytes.",
    ),
    (What::Column, "protocol", "udp", "The echo service is not explained: it is a datagram like others."),
    (What::Column, "info", "udp", "The echo service is not explained: it is a datagram like others."),
    (
        What::Column,
        "protocol",
        "hop-by-hop",
        "The echo service is not explained: it is a datagram like others.",
    ),
    (What::Column, "info", "hop-by-hop", "The echo service is not explained: it is a datagram like others."),
    (
        What::Column,
        "protocol",
        "vlan in a vlan",
        "The echo service is not explained: it is a datagram like others.",
    ),
    (
        What::Column,
        "info",
        "vlan in a vlan",
        "The echo service is not explained: it is a datagram like others.",
    ),
    (
        What::Column,
        "info",
        "redirect",
        "Whom to use for which destination is what it is about, not where that one is.",
    ),
    (What::Column, "info", "packet too big", "The size that would fit is what it is about."),
    (What::Place, "vlan.priority", "", "The bits are in the first of tshark's two bytes."),
    (What::Place, "vlan.dei", "", "The bit is in the first of tshark's two bytes."),
    (What::Place, "ipv6.tclass", "", "The bits are in the first two of tshark's four bytes."),
    (What::Place, "ipv6.tclass.dscp", "", "The bits are in the first two of tshark's four bytes."),
    (What::Place, "ipv6.tclass.ecn", "", "The bits are in the first two of tshark's four bytes."),
    (What::Place, "ipv6.fraghdr.more", "", "The bit is in the second of tshark's two bytes."),
    (
        What::Place,
        "dhcp.option.type",
        "",
        "The number's own byte; tshark marks the whole option, as our dhcp.option does.",
    ),
    (
        What::Value,
        "dhcp.option.type",
        "",
        "tshark says 0 for the end of the options, whose number is 255 (RFC 2132).",
    ),
    (What::Count, "dns.resp.name", "all kinds", "tshark does not show the name of an SRV record as such."),
    (What::Value, "tcp.options", "", "Names instead of bytes, which are marked."),
    (What::Value, "tcp.options.mss", "", "What it says instead of its bytes, which are marked."),
    (What::Value, "tcp.options.wscale", "", "What it says instead of its bytes, which are marked."),
    (What::Value, "tcp.options.sack_perm", "", "What it says instead of its bytes, which are marked."),
    (What::Value, "tcp.options.sack", "", "What it says instead of its bytes, which are marked."),
    (
        What::Value,
        "tcp.options.sack_le",
        "",
        "Absolute: what is relative needs the connection, and belongs to who holds the history.",
    ),
    (
        What::Value,
        "tcp.options.sack_re",
        "",
        "Absolute: what is relative needs the connection, and belongs to who holds the history.",
    ),
    (What::Value, "tcp.options.timestamp", "", "What it says instead of its bytes, which are marked."),
    (What::Value, "tcp.options.eol", "", "How much is filled."),
    (
        What::Count,
        "tcp.options.eol",
        "",
        "The list ends once; what is behind its end is filling, not the end again.",
    ),
    (What::Place, "tcp.options.eol", "", "With the filling behind it."),
    (What::Count, "tcp.option_kind", "", "An option of one byte is its kind."),
    (
        What::Place,
        "udp.srcport",
        "fragment, first",
        "tshark counts from where the datagram begins that it put together.",
    ),
    (
        What::Place,
        "udp.dstport",
        "fragment, first",
        "tshark counts from where the datagram begins that it put together.",
    ),
    (
        What::Place,
        "udp.length",
        "fragment, first",
        "tshark counts from where the datagram begins that it put together.",
    ),
    (
        What::Place,
        "udp.checksum",
        "fragment, first",
        "tshark counts from where the datagram begins that it put together.",
    ),
];

#[test]
fn rows_and_fields_agree_with_tsharks() {
    let Some(version) = tshark_version() else {
        let notice = "tshark is not installed: nothing was compared with it";
        assert!(
            std::env::var_os("PACKETARIUM_TSHARK").is_none(),
            "{notice}, and PACKETARIUM_TSHARK asks for it"
        );
        eprintln!("\n!!! {notice}. !!!\n");
        return;
    };
    let frames = samples::all();
    // Backwards: tshark remembers, and so it meets nothing that an earlier frame is needed for.
    let frames: Vec<_> = frames.into_iter().rev().collect();
    let capture = Capture::of(frames.iter().map(|(_, frame)| &frame[..]));
    let rows = capture.rows();
    let packets = capture.packets();
    assert_eq!((rows.len(), packets.len()), (frames.len(), frames.len()), "tshark read every frame");

    let mut report = Report::default();
    for (((sample, frame), row), packet) in frames.iter().zip(&rows).zip(&packets) {
        compare_rows(&mut report, sample, frame, row);
        compare_fields(&mut report, sample, frame, packet);
    }
    report.close(&version, frames.len());
}

fn tshark_version() -> Option<String> {
    let output = Command::new("tshark").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Some(text.lines().next().unwrap_or_default().to_string())
}

/// A file in the temporary folder, for as long as this lives.
struct Capture(PathBuf);

impl Capture {
    /// Classic pcap with nanoseconds, a second from frame to frame, so that nothing seems to belong together.
    fn of<'f>(frames: impl Iterator<Item = &'f [u8]>) -> Capture {
        let mut file = [0xa1b2_3c4d_u32.to_le_bytes(), [2, 0, 4, 0]].concat();
        file.extend([0, 0, 65535, 1].map(u32::to_le_bytes).concat());
        for (number, frame) in frames.enumerate() {
            let (seconds, length) = (number as u32, frame.len() as u32);
            file.extend([seconds, 0, length, length].map(u32::to_le_bytes).concat());
            file.extend(frame);
        }
        let path = std::env::temp_dir().join(format!("packetarium-dissect-{}.pcap", std::process::id()));
        std::fs::write(&path, file).expect("the temporary folder can be written to");
        Capture(path)
    }

    /// What tshark says of it, without names for numbers and without the analysis of connections.
    fn ask(&self, options: &[&str]) -> String {
        let output = Command::new("tshark")
            .arg("-n")
            .arg("-otcp.desegment_tcp_streams:FALSE")
            .arg("-oarp.detect_duplicate_ips:FALSE")
            .args(options)
            .arg("-r")
            .arg(&self.0)
            .output()
            .expect("tshark was there a moment ago");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("tshark writes UTF-8")
    }

    /// Source, destination, protocol and info of each frame.
    fn rows(&self) -> Vec<[String; 4]> {
        let columns = ["Source", "Destination", "Protocol", "Info"].map(|name| format!("-e_ws.col.{name}"));
        let alone = ["-otcp.relative_sequence_numbers:FALSE", "-otcp.analyze_sequence_numbers:FALSE"];
        let text =
            self.ask(&[&["-Tfields"], &alone[..], &columns.each_ref().map(String::as_str)[..]].concat());
        text.lines()
            .map(|line| {
                let mut cells = line.split('\t').map(|cell| cell.trim().to_string());
                std::array::from_fn(|_| cells.next().unwrap_or_default())
            })
            .collect()
    }

    /// The fields of each frame that are made of bytes, by their keys and in order.
    fn packets(&self) -> Vec<BTreeMap<String, Vec<Found>>> {
        let text = self.ask(&["-Tpdml"]);
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let document = Document::parse_with_options(&text, options).expect("PDML is XML");
        let packets = document.root_element().children().filter(|node| node.has_tag_name("packet"));
        packets.map(|packet| fields_of(packet)).collect()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A field as it was found: its bytes, and its value without decoration.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    range: Range<usize>,
    value: String,
}

fn fields_of(packet: Node<'_, '_>) -> BTreeMap<String, Vec<Found>> {
    let mut fields: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for node in packet.descendants().filter(|node| node.has_tag_name("field")) {
        let number = |name| node.attribute(name).and_then(|text| text.parse::<usize>().ok());
        let (Some(start), Some(size)) = (number("pos"), number("size")) else { continue };
        // What is made of no bytes was concluded, what is hidden is said again elsewhere.
        if size > 0 && node.attribute("hide").is_none() {
            let value = node.attribute("show").unwrap_or_default().trim_end().to_string();
            let key = node.attribute("name").unwrap_or_default().to_string();
            fields.entry(key).or_default().push(Found { range: start..start + size, value });
        }
    }
    fields
}

fn our_fields(frame: &[u8]) -> BTreeMap<String, Vec<Found>> {
    let mut fields: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    let dissection = layers(frame);
    for Field { key, range, value, .. } in dissection.layers.iter().flat_map(|layer| layer.walk()) {
        let found = Found { range: range.clone(), value: value.clone() };
        fields.entry(key.to_string()).or_default().push(found);
    }
    fields
}

fn compare_rows(report: &mut Report, sample: &str, frame: &[u8], theirs: &[String; 4]) {
    let row = summary(frame);
    let ours = [row.source, row.destination, row.protocol_name.into_owned(), row.info];
    let names = ["source", "destination", "protocol", "info"];
    for ((name, ours), theirs) in names.into_iter().zip(&ours).zip(theirs) {
        report.compare(What::Column, name, sample, ours.trim(), theirs, ours.trim() == theirs);
    }
}

fn compare_fields(report: &mut Report, sample: &str, frame: &[u8], theirs: &BTreeMap<String, Vec<Found>>) {
    for (key, ours) in our_fields(frame) {
        let Some(theirs) = theirs.get(&key) else {
            report.ours_alone.insert(key);
            continue;
        };
        report.both.insert(key.clone());
        let counts = [ours.len(), theirs.len()].map(|count| count.to_string());
        report.compare(What::Count, &key, sample, &counts[0], &counts[1], ours.len() == theirs.len());
        for (ours, theirs) in ours.iter().zip(theirs) {
            let places = [&ours.range, &theirs.range].map(|range| format!("{range:?}"));
            report.compare(What::Place, &key, sample, &places[0], &places[1], ours.range == theirs.range);
            if !theirs.value.is_empty() {
                let same = same_value(&ours.value, &theirs.value);
                report.compare(What::Value, &key, sample, &ours.value, &theirs.value, same);
            }
        }
    }
}

/// Ours have units and names behind numbers, flags are in words, and bytes have spaces between them and may be cut.
fn same_value(ours: &str, theirs: &str) -> bool {
    let first = ours.split(' ').next().unwrap_or_default();
    let bytes = theirs.replace(':', " ");
    ours == theirs
        || first == theirs
        || number(first).is_some_and(|number_here| number(theirs) == Some(number_here))
        || match ours {
            "set" => theirs == "1",
            "not set" => theirs == "0",
            _ => bytes == ours || ours.strip_suffix(" …").is_some_and(|ours| bytes.starts_with(ours)),
        }
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// What agrees and what does not.
#[derive(Default)]
struct Report {
    agreements: BTreeMap<(What, String), usize>,
    /// By the explanation that was used.
    explained: BTreeMap<usize, usize>,
    unexplained: Vec<String>,
    /// Fields that tshark did not have in some frame, and those that it had in some.
    ours_alone: BTreeSet<String>,
    both: BTreeSet<String>,
}

impl Report {
    fn compare(&mut self, what: What, name: &str, sample: &str, ours: &str, theirs: &str, same: bool) {
        if same {
            *self.agreements.entry((what, name.to_string())).or_default() += 1;
            return;
        }
        let explanation = DIFFERENCES
            .iter()
            .position(|&(kind, key, samples, _)| (kind, key) == (what, name) && sample.contains(samples));
        match explanation {
            Some(index) => *self.explained.entry(index).or_default() += 1,
            None => self
                .unexplained
                .push(format!("{what:?} of {name} in “{sample}”:\n    ours   {ours}\n    theirs {theirs}")),
        }
    }

    fn close(self, version: &str, frames: usize) {
        println!("{frames} frames, compared with {version}\n\nAgreements:");
        let mut by_name: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
        for ((what, name), count) in &self.agreements {
            by_name.entry(name).or_default()[*what as usize] = *count;
        }
        for (name, [rows, counts, places, values]) in &by_name {
            println!("  {name}: {rows} rows, {counts} frames, {places} places, {values} values");
        }
        let ours_alone: Vec<_> = self.ours_alone.difference(&self.both).map(String::as_str).collect();
        println!("\nFields that only we have: {}", ours_alone.join(", "));
        println!("\nDifferences:");
        for (index, (what, name, sample, why)) in DIFFERENCES.iter().enumerate() {
            let count = self.explained.get(&index).unwrap_or(&0);
            println!("  {count} × {what:?} of {name} {sample}: {why}");
        }
        let stale: Vec<_> = (0..DIFFERENCES.len())
            .filter(|index| !self.explained.contains_key(index))
            .map(|index| DIFFERENCES[index])
            .collect();
        assert!(
            self.unexplained.is_empty(),
            "differences without explanation:\n{}",
            self.unexplained.join("\n")
        );
        assert!(stale.is_empty(), "explanations that nothing needs: {stale:#?}");
        assert!(by_name.len() > 100, "only {} fields were compared", by_name.len());
    }
}
