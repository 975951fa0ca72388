//! A conversation to read: what the two ends said to each other, as text.

use super::conversation;
use crate::Lab;
use crate::format;
use std::rc::Rc;
use texts::t;
use trace::{Stream, Talk};

/// More text than this is not laid out; all of it can be saved.
const SHOWN_MAX: usize = 200_000;

/// What was said in a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// `TCP connection 3`
    pub title: String,
    /// Who spoke first, and who answered: address, port, and how much was said.
    pub ends: [String; 2],
    /// The display filter for its packets.
    pub filter: String,
    talk: Rc<Talk>,
}

/// Whose words are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Voice {
    /// Both, in order.
    #[default]
    Both,
    /// Only those of this end, 0 or 1.
    One(usize),
}

impl Followed {
    /// What was said, in paragraphs of one end each (`true`: of the first), as far as it is laid out; and whether there is more.
    pub fn paragraphs(&self, voice: Voice) -> (Vec<(bool, String)>, bool) {
        let mut room = SHOWN_MAX;
        let mut paragraphs = Vec::new();
        for (forward, mut text) in self.spoken(voice) {
            let whole = text.len();
            // Every letter is ASCII.
            text.truncate(room);
            room -= text.len();
            let is_cut = text.len() < whole;
            if !text.is_empty() {
                paragraphs.push((forward, text));
            }
            if is_cut {
                return (paragraphs, true);
            }
        }
        (paragraphs, self.talk.is_cut)
    }

    /// All of it as a text, for a file or the clipboard.
    pub fn text(&self, voice: Voice) -> String {
        self.spoken(voice).map(|(_, text)| text).collect()
    }

    fn spoken(&self, voice: Voice) -> impl Iterator<Item = (bool, String)> {
        let wanted = move |forward: bool| match voice {
            Voice::Both => true,
            Voice::One(end) => forward == (end == 0),
        };
        self.talk.text().into_iter().filter(move |(forward, _)| wanted(*forward))
    }
}

impl Lab {
    /// The conversation of a packet of the list; nothing for packets that carry neither TCP nor UDP.
    pub fn followed(&self, number: usize) -> Option<Followed> {
        let trace = self.packets.trace();
        let row = trace.row(number)?;
        let frame = self.source().bytes(row)?;
        let stream = conversation::stream(frame, row.notes.stream)?;
        let talk = Talk::of(trace, self.source(), stream)?;
        let said = |forward: bool| -> u64 {
            let turns = talk.turns.iter().filter(|turn| turn.forward == forward);
            turns.filter_map(|turn| turn.data.as_ref().ok()).map(|data| data.len() as u64).sum()
        };
        let end = |end: usize| format!("{}, {}", talk.ends[end], format::bytes(said(end == 0)));
        let title = match stream {
            Stream::Tcp(number) => t!("TCP connection {number}"),
            Stream::Udp(number) => t!("UDP conversation {number}"),
        };
        Some(Followed {
            title,
            ends: [end(0), end(1)],
            filter: conversation::filter(frame, row.notes.stream),
            talk: Rc::new(talk),
        })
    }
}
