//! Lists the packets of a capture, as tshark does.

use anyhow::Context;
use capture::{Recording, read};
use dissect::analysis::{Answer, info};
use dissect::filter::Filter;
use serde::Serialize;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::rc::Rc;
use trace::{Sequence, Source, Trace};

/// A line of the list.
#[derive(Serialize)]
struct Line {
    /// From 1.
    number: usize,
    /// Nanoseconds since the first packet; before it if a clock was set back.
    at_ns: i64,
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
pub fn list(source: &str, filter: Filter, json: bool) -> anyhow::Result<()> {
    let recording = read(bytes(source)?).with_context(|| format!("cannot open {source:?}"))?;
    let mut out = BufWriter::new(io::stdout().lock());
    let lines = lines(&recording, filter);
    let written = if json { as_json(lines, &mut out) } else { as_text(lines, &mut out) };
    match written.and_then(|()| out.flush()) {
        // The reader has closed the pipe (`| head`).
        Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
        result => result?,
    }
    if let Some(cut) = recording.cut {
        // If this cannot be written, nothing else can.
        let _ = writeln!(io::stderr(), "{source}: {cut}");
    }
    Ok(())
}

/// The file, up to one byte more than can be opened: a wrong path does not fill the memory.
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
fn lines(recording: &Recording, filter: Filter) -> impl Iterator<Item = Line> {
    let mut trace = Trace::of(recording, Sequence::File);
    trace.sift(Some(Rc::new(filter)));
    trace.follow(Source::Recording(recording), &mut || true);
    (0..trace.listed()).filter_map(move |place| line(recording, &trace, trace.listed_at(place)?))
}

fn line(recording: &Recording, trace: &Trace, index: usize) -> Option<Line> {
    let (packet, row) = (&recording.packets[index], trace.row(index)?);
    let shown = trace.shown(Source::Recording(recording), index)?;
    let answer = trace.answer(index).map_or(Answer::Never, |(by, _)| Answer::By(by as u32));
    let meaning = dissect::meaning(shown);
    let (source, destination) = meaning.addresses();
    Some(Line {
        number: index + 1,
        at_ns: packet.at_ns.wrapping_sub(recording.packets[0].at_ns) as i64,
        interface: recording.interfaces[packet.interface as usize].name.clone(),
        sent: recording.sent(index),
        packet_id: recording.packet_id(index),
        source,
        destination,
        protocol: trace.protocol_name(index, &meaning).into_owned(),
        length: packet.original_len,
        info: info(shown, &row.notes, answer),
        comments: recording.comments(index).map(String::from).collect(),
    })
}

fn as_json(lines: impl Iterator<Item = Line>, out: &mut impl Write) -> io::Result<()> {
    let mut separator = "[";
    for line in lines {
        writeln!(out, "{separator}")?;
        serde_json::to_writer(&mut *out, &line)?;
        separator = ",";
    }
    writeln!(out, "{}]", if separator == "[" { "[" } else { "\n" })
}

fn as_text(lines: impl Iterator<Item = Line>, out: &mut impl Write) -> io::Result<()> {
    let mut line = String::new();
    for Line { number, at_ns, source, destination, protocol, length, info, comments, .. } in lines {
        line.clear();
        let sign = if at_ns < 0 { "-" } else { "" };
        let (seconds, nanos) = (at_ns.unsigned_abs() / 1_000_000_000, at_ns.unsigned_abs() % 1_000_000_000);
        let seconds = format!("{sign}{seconds}");
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
