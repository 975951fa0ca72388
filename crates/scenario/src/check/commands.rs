//! Commands: whether the host of each is there by then, and whether there is such a command.

use super::{Check, root};
use crate::bounds::AT_MAX;
use crate::commands::Key;
use crate::defaults;
use crate::fault::{Level, Place};
use crate::problem::Kind;
use crate::quantity::{quoted, show_time};
use netlab::history::ProgramId;
use netlab::world::LINE_MAX;
use netlab::{Duration, Instant};
use texts::t;

impl Check<'_> {
    pub(super) fn commands(&mut self) {
        let scenario = self.scenario;
        for (number, (at, command)) in scenario.commands.iter().enumerate() {
            let entry = root().field("runs").index(scenario.runs.len() + number);
            let place = entry.field("command");
            let bounds = [Duration::ZERO, AT_MAX.since(defaults::AT)];
            self.time_within(entry.field("at"), at.since(defaults::AT), bounds);
            self.line(place.field("line"), &command.line);
            if self.unusable.commands.contains(&number) {
                continue;
            }
            self.commanded(*at, place.field("on"), command.on);
            let unknown = crate::unknown_command(&command.line);
            // Whatever prints something else here than where all commands are would make another history.
            let elsewhere = command.line.contains('|') || command.line.trim_start().starts_with("help");
            if cfg!(not(feature = "services")) && (unknown.is_some() || elsewhere) {
                let message = t!(
                    "this page cannot run the line {} yet; `packetarium run` can, if there is such a command",
                    quoted(&command.line)
                );
                self.error(place.field("line"), message);
            } else if let Some(name) = unknown {
                let message = t!("there is no command {}: the command help lists all", quoted(&name));
                self.problem(Kind::Other, Level::Warning, place.field("line"), message);
            }
        }
    }

    fn commanded(&mut self, at: Instant, place: Place, on: netlab::topology::NodeId) {
        let scenario = self.scenario;
        if on.index() >= scenario.ids.len() {
            return self.error(place, t!("there is no such node"));
        }
        let (id, born) = (quoted(scenario.id(on)), self.born(on));
        if at < born {
            let message = t!(
                "{id} is only added at {}: start the command then or later",
                show_time(born - defaults::AT)
            );
            self.error(place.clone(), message);
        }
        if scenario.topology.host(on).is_none() {
            self.error(place, t!("{id} is no host: commands are started on hosts"));
        }
    }

    fn line(&mut self, place: Place, line: &str) {
        if line.len() > LINE_MAX || line.contains(['\n', '\r']) {
            let message = t!("a line has at most {LINE_MAX} bytes, and no line break inside");
            self.error(place, message);
        }
    }

    /// Something that is typed to a command.
    pub(super) fn key(&mut self, change: &Place, program: ProgramId, key: &Key, at: Instant) {
        let place = match key {
            Key::Interrupt => change.field("stop"),
            Key::Line(line) => {
                self.line(change.field("type").field("line"), line);
                change.field("type").field("run")
            }
            Key::End => change.field("type").field("run"),
        };
        match self.scenario.commands.get(program.0 as usize) {
            None => self.error(place, t!("there is no such command: runs and commands are counted from 0")),
            Some((begins, _)) if at < *begins => {
                let begins = show_time(begins.since(defaults::AT));
                self.error(place, t!("this command only begins at {begins}: do it then or later"));
            }
            Some(_) => {}
        }
    }
}
