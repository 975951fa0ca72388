//! Lists the packets of a capture, as tshark does.

use crate::sides::Sides;
use anyhow::Context;
use capture::recording::Packet;
use capture::{Recording, read};
use dissect::analysis::{Answer, Notes, info};
use dissect::filter::Filter;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};

/// A line of the list.
#[derive(Serialize)]
struct Row {
    /// From 1.
    number: usize,
    /// Nanoseconds since the earliest packet.
    at_ns: u64,
    interface: String,
    /// Whether it was sent there, otherwise received; null if the file does not record it.
    sent: Option<bool>,
    /// Shared by the same packet at several interfaces.
    packet_id: Option<u64>,
    source: String,
    destination: String,
    protocol: String,
    /// Bytes on the wire.
    length: u32,
    info: String,
    comments: Vec<String>,
}

/// Prints the packets that match the filter. If the file is cut short, a line on standard error says so.
pub fn list(source: &str, filter: &Filter, json: bool) -> anyhow::Result<()> {
    let recording = read(bytes(source)?).with_context(|| format!("cannot open {source:?}"))?;
    let mut out = BufWriter::new(io::stdout().lock());
    let rows = rows(&recording, filter);
    let written = if json { as_json(rows, &mut out) } else { as_text(rows, &mut out) };
    match written.and_then(|()| out.flush()) {
        // The reader has closed the pipe (`| head`).
        Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
        result => result?,
    }
    if let Some(cut) = recording.cut {
        // Nothing can be done if this cannot be written.
        let _ = writeln!(io::stderr(), "{source}: {cut}");
    }
    Ok(())
}

/// No more than can be opened, so that a wrong file does no harm.
fn bytes(source: &str) -> anyhow::Result<Vec<u8>> {
    let from: Box<dyn Read> = match source {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(File::open(path).with_context(|| format!("cannot open {path:?}"))?),
    };
    let mut bytes = Vec::new();
    let max = capture::read::FILE_BYTES_MAX as u64;
    from.take(max + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {source:?}"))?;
    Ok(bytes)
}

/// The packets that match the filter.
fn rows<'a>(recording: &'a Recording, filter: &'a Filter) -> impl Iterator<Item = Row> + 'a {
    let mut ids = BTreeSet::new();
    let several =
        (0..recording.packets.len()).filter_map(|index| recording.packet_id(index)).any(|id| !ids.insert(id));
    let mut sides = Sides::new(several);
    let mut noted = Vec::with_capacity(recording.packets.len());
    for (index, packet) in recording.packets.iter().enumerate() {
        // A filter can only match Ethernet frames; other packets are numbered, too.
        let frame = recording.frame(index).unwrap_or_default();
        noted.push(sides.push(packet.interface, packet.at_ns, frame));
    }
    recording.packets.iter().zip(noted).enumerate().filter_map(move |(index, (packet, noted))| {
        let frame = recording.frame(index).unwrap_or_default();
        noted
            .is_wanted(filter, frame)
            .then(|| row(recording, index, packet, &noted.notes, sides.answer(&noted)))
    })
}

fn row(recording: &Recording, index: usize, packet: &Packet, notes: &Notes, answer: Answer) -> Row {
    let interface = &recording.interfaces[packet.interface as usize];
    let mut row = Row {
        number: index + 1,
        at_ns: packet.at_ns,
        interface: interface.name.clone(),
        sent: recording.sent(index),
        packet_id: recording.packet_id(index),
        source: String::new(),
        destination: String::new(),
        protocol: interface.link_type.name().unwrap_or("unknown").to_owned(),
        length: packet.original_len,
        info: String::new(),
        comments: recording.comments(index).map(String::from).collect(),
    };
    match recording.frame(index) {
        Ok(frame) => {
            let summary = dissect::summary(frame);
            row.protocol = summary.protocol.to_string();
            (row.source, row.destination) = (summary.source, summary.destination);
            row.info = info(frame, notes, answer);
        }
        Err(error) => row.info = error.to_string(),
    }
    row
}

fn as_json(rows: impl Iterator<Item = Row>, out: &mut impl Write) -> io::Result<()> {
    let mut separator = "[";
    for row in rows {
        writeln!(out, "{separator}")?;
        serde_json::to_writer(&mut *out, &row)?;
        separator = ",";
    }
    writeln!(out, "{}]", if separator == "[" { "[" } else { "\n" })
}

fn as_text(rows: impl Iterator<Item = Row>, out: &mut impl Write) -> io::Result<()> {
    let mut line = String::new();
    for Row { number, at_ns, source, destination, protocol, length, info, comments, .. } in rows {
        line.clear();
        let (seconds, nanos) = (at_ns / 1_000_000_000, at_ns % 1_000_000_000);
        // Writing to a text cannot fail.
        let _ = write!(
            line,
            "{number:>5} {seconds:>3}.{nanos:09} {source:>12} → {destination:<12} {protocol} {length} {info}"
        );
        for comment in comments {
            let _ = write!(line, "  [{comment}]");
        }
        // Texts of the file could command the terminal.
        let line: String = line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        writeln!(out, "{line}")?;
    }
    Ok(())
}
