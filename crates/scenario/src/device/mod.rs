//! The console of a switch or router: a line in, what it prints or changes out.
//!
//! Looking is in Cisco's words (`show …`), and is answered from the history, so that every moment can be looked at and looking changes
//! nothing. Changing is one line (`set …`), because Cisco's modes would hide what a line is about; it is a [`Change`] like one
//! of the editor. These nodes have no programs: a line is answered at once, and time does not pass for it.
//!
//! | module | what it is |
//! |---|---|
//! | [`forms`] | which lines there are: understood, listed, completed |
//! | `tables` | what is shown |
//! | `settings` | what is changed |

pub mod forms;
mod settings;
mod tables;

use crate::Change;
use forms::Does;
use netlab::history::History;
use netlab::topology::{End, LinkId, NodeId, NodeKind, Port};
use netlab::{Instant, World};
use services::line;
use std::fmt;

/// The exit status of a line that is not understood.
pub const MISUSED: u8 = 2;

/// A switch or router at a moment.
#[derive(Clone, Copy)]
pub struct Device<'w> {
    world: &'w World,
    node: NodeId,
    at: Instant,
}

/// What comes of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It prints this; the exit status.
    Text(String, u8),
    /// It is this change, from now on, and prints nothing.
    Change(Box<Change>),
}

/// What is printed for a line that was refused, and the exit status.
pub fn refused(why: impl fmt::Display) -> (String, u8) {
    (format!("% {why}\n"), MISUSED)
}

fn text_of((text, status): (String, u8)) -> Answer {
    Answer::Text(text, status)
}

impl<'w> Device<'w> {
    /// Of a world that has run at least to this moment; `None`: the node is a host or a hub.
    pub fn of(world: &'w World, node: NodeId, at: Instant) -> Option<Self> {
        let has_console = match world.topology().nodes.get(node.index())?.kind {
            NodeKind::Switch(_) | NodeKind::Router(_) => true,
            NodeKind::Host(_) | NodeKind::Hub => false,
        };
        has_console.then_some(Self { world, node, at })
    }

    /// Answers a line.
    pub fn ask(&self, text: &str) -> Answer {
        let line = match line::parse(text) {
            Ok(line) => line,
            Err(error) => return text_of(refused(error)),
        };
        let words: Vec<&str> = line.words.iter().map(String::as_str).collect();
        match self.answer(&words) {
            Ok(Answer::Text(text, status)) => {
                text_of(line.filters.iter().fold((text, status), |(text, _), filter| filter.apply(&text)))
            }
            Ok(change) => change,
            // As in a shell, the filters do not see what is wrong.
            Err(wrong) => text_of((wrong, MISUSED)),
        }
    }

    fn answer(&self, words: &[&str]) -> Result<Answer, String> {
        let forms = forms::of(self.kind());
        if let Some(about) = forms::help(words) {
            return Ok(Answer::Text(forms::listed(&forms::beginning(forms, about)), 0));
        }
        if words.is_empty() {
            return Ok(Answer::Text(String::new(), 0));
        }
        let (does, words) = forms::read(forms, words).map_err(|wrong| wrong.to_string())?;
        match does {
            Does::Show(show) => Ok(Answer::Text(show(self), 0)),
            Does::Change(change) => change(self, &words)
                .map(|change| Answer::Change(Box::new(change)))
                .map_err(|why| refused(why).0),
        }
    }

    fn history(&self) -> &'w History {
        self.world.history()
    }

    /// The node's settings then.
    fn kind(&self) -> &'w NodeKind {
        self.history().kind_at(self.node, self.at)
    }

    /// The links at its ports then, with its end of each, in order of port.
    fn links(&self) -> impl Iterator<Item = (LinkId, End)> + use<'w> {
        let Self { world, node, at } = *self;
        world.topology().links.iter().enumerate().filter_map(move |(number, link)| {
            let end = link.ends.iter().position(|end| *end == node)?;
            let id = LinkId(number as u32);
            (world.history().born_link(id) <= at).then_some((id, End::BOTH[end]))
        })
    }

    /// The settings of the port at this end of a link then.
    fn port(&self, (link, end): (LinkId, End)) -> &'w Port {
        &self.history().link_at(link, self.at).ports[end.index()]
    }

    /// The name of the node at the other end of a link.
    fn neighbor(&self, (link, end): (LinkId, End)) -> &'w str {
        let topology = self.world.topology();
        &topology.node(topology.link(link).ends[end.other().index()]).name
    }
}

/// The name of a port.
fn port_name(number: usize) -> String {
    format!("Gi0/{number}")
}
