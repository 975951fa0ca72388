//! What a program is: a state machine on a host, with sockets, standard output and an exit status.
//!
//! Commands that a person types and services that a node offers are programs. They may live in any crate: the world gives a host
//! a `Box<dyn Program>`. So the host's crate does not contain them, and a page can load them when they are wanted.
//!
//! A program never waits and is never called back. Its host polls it whenever a frame came in, input came, or the moment that
//! it asked for has come; it does all that it can do at that moment through its [`System`], and returns what it waits for. It finds
//! others on the wire alone: nothing in a `System` reaches another host. What it prints is part of the history, so the same
//! inputs have to give the same output: no clock, no randomness but [`System::random`], no order of a hash map.
//!
//! ```
//! use host::program::{Poll, Program};
//! use host::system::System;
//!
//! /// Prints what comes in at a UDP port, until Ctrl-C.
//! struct Listen {
//!     socket: Option<host::system::SocketId>,
//! }
//!
//! impl Program for Listen {
//!     fn poll(&mut self, system: &mut System<'_>) -> Poll {
//!         let socket = match self.socket {
//!             Some(socket) => socket,
//!             None => match system.udp_bind(Some(9_000)) {
//!                 Ok(socket) => *self.socket.insert(socket),
//!                 Err(error) => {
//!                     system.print(&format!("listen: {error}\n"));
//!                     return Poll::Exit(1);
//!                 }
//!             },
//!         };
//!         while let Some(datagram) = system.udp_receive(socket) {
//!             system.print(&String::from_utf8_lossy(&datagram.payload));
//!         }
//!         Poll::Wait(None)
//!     }
//! }
//! ```

pub use crate::process::{ProgramEvent, ProgramId};

use crate::system::System;
use wire::Instant;

/// A program that runs on a host.
pub trait Program {
    /// Does all that can be done at this moment. It is called once when the program starts, and then whenever something may have
    /// changed: also without a reason, so a call that finds nothing to do has no effect.
    fn poll(&mut self, system: &mut System<'_>) -> Poll;

    /// A person interrupts it (Ctrl-C). It may print a summary; the result is its exit status, and it is not called again.
    fn interrupt(&mut self, _system: &mut System<'_>) -> u8 {
        INTERRUPTED
    }
}

/// What a program waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// It goes on when a frame or input comes, and at this moment at the latest. A moment that has come already means nothing: it waits
    /// for a frame.
    Wait(Option<Instant>),
    /// The same of a program that is there for others, or whose task is done for now: what it does at that moment is upkeep. A
    /// world in which all programs are idle has come to rest.
    Idle(Option<Instant>),
    /// It is over: its exit status, 0 for success. Its sockets are closed.
    Exit(u8),
}

/// What a program that runs is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It waits for a moment, or for an answer to what it sent.
    Busy,
    /// It waits for input, or for others to begin.
    Waits,
    /// See [`Poll::Idle`].
    Idle,
}

/// The exit status of a program that was interrupted: 128 and the number of SIGINT, as shells report it.
pub const INTERRUPTED: u8 = 130;
