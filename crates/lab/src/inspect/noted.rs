//! What the packet list knows of a frame, and the frame itself does not show: its place in its conversation, the packet that it answers, and
//! the message that it completes.

use super::FrameSheet;
use crate::Lab;
use crate::format;
use dissect::analysis::{Mark, Notes, Reading};
use dissect::{Dissection, Field, Protocol};
use netlab::{Duration, Frame};
use texts::t;

impl Lab {
    /// Adds to the sheet of a frame what the packet list knows of this packet.
    pub(crate) fn note(&self, sheet: &mut FrameSheet, number: usize) {
        let trace = self.packets.trace();
        let Some(line) = self.line(number) else { return };
        let (notes, over) = (line.row.notes, self.packets.opened().is_some());
        let packet = |number: usize| format::count(number as u64 + 1);
        let after = |ns: u64| format::duration(Duration::from_nanos(ns));
        sheet.facts.insert(0, (t!("Packet"), packet(number)));
        if let Some(of) = notes.answers {
            let what = if line.row.protocol == Protocol::Tcp {
                t!("verb" => "Acknowledges")
            } else {
                t!("verb" => "Answers")
            };
            sheet
                .facts
                .push((what, t!("packet {}, {} after it", packet(of as usize), after(notes.after_ns))));
        }
        let is_request = notes.marks.contains(Mark::Request);
        let has_come = |by: usize| over || trace.row(by).is_some_and(|by| by.at <= self.playhead.at());
        match trace.answer(number) {
            Some((by, ns)) if has_come(by) => {
                let what = if is_request { t!("Answered by") } else { t!("Acknowledged by") };
                sheet.facts.push((what, t!("packet {}, {} later", packet(by), after(ns))));
            }
            _ if is_request => sheet.facts.push((t!("Answer"), t!("none so far").into())),
            _ => {}
        }
        if notes.in_flight > 0 {
            sheet.facts.push((t!("In flight"), format::bytes(notes.in_flight.into())));
        }
        sheet.info = line.info;
        sheet.notes = notes;
        relate(&mut sheet.dissection, &notes);
        sheet.whole = (notes.reading == Reading::Whole).then(|| self.put_together(sheet, number)).flatten();
    }

    /// The packet or message that this packet completes, without the layers that the packet has itself.
    fn put_together(&self, sheet: &FrameSheet, number: usize) -> Option<(Frame, Dissection)> {
        let whole = self.packets.trace().shown(self.source(), number)?;
        let is_own = |name: &str| sheet.dissection.layer(name).is_some();
        let layers = dissect::layers(whole).layers.into_iter();
        let more: Vec<_> = layers.skip_while(|layer| is_own(layer.name)).collect();
        (!more.is_empty()).then(|| (Frame::copy_from(whole.bytes), Dissection { layers: more }))
    }
}

/// Puts the numbers that count from the beginning of a TCP connection beside those in the header, by the names that filters know.
fn relate(dissection: &mut Dissection, notes: &Notes) {
    if notes.stream.is_none() {
        return;
    }
    let Some(layer) = dissection.layers.iter_mut().find(|layer| layer.name == "TCP") else { return };
    let in_header = |key: &str| layer.fields.iter().position(|field| field.key == key);
    let mut related = Vec::new();
    for (raw, key, name, number, meaning) in [
        (
            "tcp.seq_raw",
            "tcp.seq",
            t!("Relative sequence number"),
            notes.seq,
            t!("The same, counted from the beginning of the connection."),
        ),
        (
            "tcp.ack_raw",
            "tcp.ack",
            t!("Relative acknowledgment number"),
            notes.ack,
            t!("The same, counted from the beginning of the other direction."),
        ),
        (
            "tcp.window_size_value",
            "tcp.window_size",
            t!("Window in bytes"),
            notes.window,
            t!("The window, multiplied by the window scale from the handshake."),
        ),
    ] {
        if let Some(place) = in_header(raw) {
            let range = layer.fields[place].range.clone();
            let value = number.to_string();
            related
                .push((place, Field { key, name, value, meaning, range, fields: Vec::new(), fault: None }));
        }
    }
    for (place, field) in related.into_iter().rev() {
        layer.fields.insert(place + 1, field);
    }
}
