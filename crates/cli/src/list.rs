//! Lists the packets of a capture, as tshark does. What packets say of each other is found for each interface by itself: what
//! a switch passes on is no retransmission.

use anyhow::Context;
use capture::recording::Packet;
use capture::{Recording, read};
use dissect::analysis::{Analysis, Answer, Notes, info};
use serde::Serialize;
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
    /// Whether it was sent there, otherwise received; null if the file does not say.
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

/// Prints all packets. What is missing of the file, if anything, is told on standard error.
pub fn list(source: &str, json: bool) -> anyhow::Result<()> {
    let recording = read(bytes(source)?).with_context(|| format!("cannot open {source:?}"))?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = if json { as_json(&recording, &mut out) } else { as_text(&recording, &mut out) };
    match written.and_then(|()| out.flush()) {
        // Whoever reads it has enough (`| head`).
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

/// What the packets of one interface say of each other.
#[derive(Default)]
struct Side {
    analysis: Analysis,
    /// Which packets of the capture they are.
    packets: Vec<u32>,
}

fn rows(recording: &Recording) -> impl Iterator<Item = Row> {
    let mut sides: Vec<_> = recording.interfaces.iter().map(|_| Side::default()).collect();
    let mut notes = Vec::with_capacity(recording.packets.len());
    for (index, packet) in recording.packets.iter().enumerate() {
        let side = &mut sides[packet.interface as usize];
        notes.push(recording.frame(index).ok().map(|frame| {
            let number = side.analysis.len();
            side.packets.push(index as u32);
            (number, side.analysis.push(packet.at_ns, frame))
        }));
    }
    recording.packets.iter().zip(notes).enumerate().map(move |(index, (packet, noted))| {
        let side = &sides[packet.interface as usize];
        let noted = noted.map(|(number, notes)| side.in_capture(number, notes));
        row(recording, index, packet, noted)
    })
}

impl Side {
    /// The same with the capture's numbers instead of the interface's.
    fn in_capture(&self, number: u32, mut notes: Notes) -> (Notes, Answer) {
        let number_of = |packet: u32| self.packets[packet as usize];
        notes.answers = notes.answers.map(number_of);
        notes.duplicate_of = number_of(notes.duplicate_of);
        let answer = self.analysis.answer(number);
        (notes, answer.map_or(Answer::Never, |(by, _)| Answer::By(number_of(by))))
    }
}

fn row(recording: &Recording, index: usize, packet: &Packet, noted: Option<(Notes, Answer)>) -> Row {
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
    match (recording.frame(index), noted) {
        (Ok(frame), Some((notes, answer))) => {
            let summary = dissect::summary(frame);
            row.protocol = summary.protocol.to_string();
            (row.source, row.destination) = (summary.source, summary.destination);
            row.info = info(frame, &notes, answer);
        }
        (Ok(_), None) => unreachable!("every Ethernet frame was looked at"),
        (Err(error), _) => row.info = error.to_string(),
    }
    row
}

fn as_json(recording: &Recording, out: &mut impl Write) -> io::Result<()> {
    let mut separator = "[";
    for row in rows(recording) {
        writeln!(out, "{separator}")?;
        serde_json::to_writer(&mut *out, &row)?;
        separator = ",";
    }
    writeln!(out, "{}]", if separator == "[" { "[" } else { "\n" })
}

fn as_text(recording: &Recording, out: &mut impl Write) -> io::Result<()> {
    let mut line = String::new();
    for Row { number, at_ns, source, destination, protocol, length, info, comments, .. } in rows(recording) {
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
