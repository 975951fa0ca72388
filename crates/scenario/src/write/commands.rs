//! Commands that are started on hosts, and what is typed to them.

use super::{Everything, unless};
use crate::commands::{CommandLine, Key};
use crate::defaults;
use crate::quantity::show_time;
use crate::tree::Fields;
use netlab::Instant;

pub(super) fn command<'a>(all: &Everything<'a>, at: Instant, command: &'a CommandLine) -> Fields<'a> {
    let mut line = Fields::default();
    line.put("on", all.id(command.on)).put("line", &command.line[..]);
    let mut entry = Fields::default();
    entry
        .maybe("at", unless(at, defaults::AT).map(|at| show_time(at.since(Instant::ZERO))))
        .put("command", line);
    entry
}

/// What is typed to the command that is written as the entry of this number.
pub(super) fn key<'a>(change: &mut Fields<'a>, number: usize, key: &'a Key) {
    let mut typed = Fields::default();
    typed.put("run", number);
    match key {
        Key::Line(line) => typed.put("line", &line[..]),
        Key::End => typed.put("end", true),
        Key::Interrupt => {
            change.put("stop", number);
            return;
        }
    };
    change.put("type", typed);
}
