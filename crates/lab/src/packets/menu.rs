//! What can be done with a packet of the list: the entries of its menu.

use super::conversation::{address_field, filter};
use super::{Line, Observe};
use crate::Lab;
use crate::command::Look;
use crate::format;
use texts::t;

/// An entry of a packet's menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What stands there.
    pub text: String,
    /// What it does.
    pub what: What,
}

/// What an entry does.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Shows the [conversation](Lab::followed) of the packet as text.
    Follow,
    /// Looks at something else.
    Look(Look),
    /// Puts a text on the clipboard.
    Copy(String),
}

impl Lab {
    /// The menu of a packet; nothing if there is no such packet.
    pub fn packet_menu(&self, number: usize) -> Option<Vec<Entry>> {
        let line = self.line(number)?;
        let trace = self.packets.trace();
        let (frame, stream) = (self.source().bytes(&line.row)?, line.row.notes.stream);
        let entry = |text: &str, what: What| Entry { text: text.to_owned(), what };
        let observe = |text: &str, observe: Observe| entry(text, What::Look(Look::Observe(observe)));
        let go_to = |text: &str, number: usize| entry(text, What::Look(Look::Packet(number)));
        let pins = self.packets.pins();
        let mut menu = Vec::new();
        if stream.is_some() {
            menu.push(entry(t!("Read the conversation"), What::Follow));
        }
        menu.push(observe(t!("Show only this conversation"), Observe::Filter(filter(frame, stream))));
        for address in [&line.source, &line.destination] {
            let filter = format!("{} == {address}", address_field(address));
            menu.push(observe(&t!("Show only {address}"), Observe::Filter(filter)));
        }
        if let Some(question) = line.row.notes.answers {
            let text = t!("Go to packet {}, which it answers", format::count(u64::from(question) + 1));
            menu.push(go_to(&text, question as usize));
        }
        if let Some((answer, _)) = trace.answer(number) {
            menu.push(go_to(
                &t!("Go to packet {}, which answers it", format::count(answer as u64 + 1)),
                answer,
            ));
        }
        let marked = pins.is_marked(line.row.transit);
        let mark = if marked { t!("Remove the mark") } else { t!("verb" => "Mark") };
        menu.push(observe(mark, Observe::Mark(number)));
        if let Some(next) = self.next_marked(number) {
            menu.push(go_to(t!("Go to the next marked packet"), next));
        }
        let is_reference = pins.is_reference(line.row.transit);
        let from =
            if is_reference { t!("Count times from the start again") } else { t!("Count times from here") };
        menu.push(observe(from, Observe::CountFrom(number)));
        menu.push(entry(t!("Copy the line"), What::Copy(line.words())));
        let bytes: Vec<String> = frame.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        menu.push(entry(t!("Copy the bytes"), What::Copy(bytes.join(" "))));
        Some(menu)
    }

    /// The next marked packet behind this one, or from the beginning; never this one.
    fn next_marked(&self, number: usize) -> Option<usize> {
        let (trace, pins) = (self.packets.trace(), self.packets.pins());
        if pins.is_empty() {
            return None;
        }
        let mut others = trace.rows(number + 1..trace.count()).chain(trace.rows(trace.first()..number));
        others.find(|(_, row)| pins.is_marked(row.transit)).map(|(number, _)| number)
    }
}

impl Line {
    /// The line as text, with tabs between its columns.
    pub fn words(&self) -> String {
        let (number, length) = ((self.number + 1).to_string(), self.row.length.to_string());
        let columns: [&str; 8] = [
            &number,
            &self.time,
            &self.place,
            &self.source,
            &self.destination,
            &self.protocol,
            &length,
            &self.info,
        ];
        columns.join("\t")
    }
}
