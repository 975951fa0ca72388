//! What the host keeps for each running program: its sockets, its input, and what it has printed in this step.

use crate::sockets::{Descriptor, SocketId};
use std::collections::VecDeque;
use wire::rng::Stream;

/// Programs that run on a host at once.
pub(crate) const PROGRAMS_MAX: usize = 64;
/// Sockets of one program at once, connections included.
pub(crate) const SOCKETS_MAX: usize = 256;
/// Lines that wait for a program to read them.
const LINES_MAX: usize = 1_000;

/// A program that was started: opaque to hosts, a number to the owner of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProgramId(pub u32);

/// Something that a program did, or that a person did to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramEvent {
    /// It printed this.
    Printed(String),
    /// A person typed this line, without its end.
    Typed(String),
    /// A person ended its input (Ctrl-D).
    InputEnded,
    /// It was interrupted (Ctrl-C).
    Interrupted,
    /// It is over, with this exit status.
    Exited(u8),
}

/// The host's side of a program.
pub(crate) struct Process {
    pub id: ProgramId,
    pub sockets: Vec<(SocketId, Descriptor)>,
    next_socket: u32,
    input: VecDeque<String>,
    pub input_ended: bool,
    /// What it has printed since this was last taken.
    pub printed: String,
    /// It has used a socket in this step, so the stack may have something to send.
    pub acted: bool,
    pub random: Stream,
}

impl Process {
    pub fn new(id: ProgramId, random: Stream) -> Self {
        Self {
            id,
            sockets: Vec::new(),
            next_socket: 0,
            input: VecDeque::new(),
            input_ended: false,
            printed: String::new(),
            acted: false,
            random,
        }
    }

    /// Adds a socket.
    pub fn open(&mut self, descriptor: Descriptor) -> SocketId {
        let id = SocketId(self.next_socket);
        self.next_socket += 1;
        self.sockets.push((id, descriptor));
        id
    }

    pub fn descriptor(&mut self, socket: SocketId) -> Option<&mut Descriptor> {
        let place = self.sockets.binary_search_by_key(&socket, |(id, _)| *id).ok()?;
        Some(&mut self.sockets[place].1)
    }

    /// Takes a socket out of the list.
    pub fn forget(&mut self, socket: SocketId) -> Option<Descriptor> {
        let place = self.sockets.binary_search_by_key(&socket, |(id, _)| *id).ok()?;
        Some(self.sockets.remove(place).1)
    }

    /// A person types a line; returns whether there is room for it.
    pub fn type_line(&mut self, line: String) -> bool {
        let fits = self.input.len() < LINES_MAX && !self.input_ended;
        if fits {
            self.input.push_back(line);
        }
        fits
    }

    pub fn read_line(&mut self) -> Option<String> {
        self.input.pop_front()
    }
}
