//! Commands that are started on hosts, and what is typed to them.

use super::{Reader, fields};
use crate::commands::{CommandLine, Entry, Key};
use crate::json::{FIELDS_MAX, Value};
use crate::{Change, defaults};
use netlab::Instant;
use netlab::topology::NodeId;
use texts::t;

/// Whether an entry of the list of runs is a command, and nothing else besides.
pub(super) fn is_command(entry: &Value<'_>) -> bool {
    let fields = entry.fields(FIELDS_MAX).map(|(fields, _)| fields).unwrap_or_default();
    let kinds = fields.iter().filter(|(name, _)| fields::RUNS.contains(&name.as_str()));
    let kinds: Vec<_> = kinds.map(|(name, _)| name.as_str()).collect();
    kinds == ["command"]
}

impl<'a> Reader<'a> {
    pub(super) fn command(&mut self, number: usize, value: &Value<'a>) -> (Instant, CommandLine) {
        let mut at = defaults::AT;
        let mut command = None;
        if let Some(entry) = self.object(value, t!("a run"), fields::RUN) {
            at = self.field(&entry, "at", at, Self::moment);
            command = entry.get("command").and_then(|value| self.command_line(value));
        }
        if command.is_none() {
            self.unusable.commands.insert(number);
        }
        (at, command.unwrap_or(CommandLine { on: NodeId(0), line: String::new() }))
    }

    fn command_line(&mut self, value: &Value<'a>) -> Option<CommandLine> {
        let object = self.object(value, t!("a command"), fields::COMMAND)?;
        let on = self.required(&object, "on", Self::node_id);
        let line = self.required(&object, "line", Self::string);
        Some(CommandLine { on: on?, line: line? })
    }

    /// The run or command of this number.
    pub(super) fn entry(&mut self, value: &Value<'a>) -> Option<Entry> {
        let number = self.number(value, 1, t!("the number of a run, from 0"))?;
        Some(self.entries.entry(usize::try_from(number).unwrap_or(usize::MAX)))
    }

    /// What is typed to a command.
    pub(super) fn typed(&mut self, value: &Value<'a>) -> Option<Change> {
        let object = self.object(value, t!("what is typed"), fields::TYPED)?;
        let run = self.required(&object, "run", |reader, value| Some((reader.entry(value)?, value.clone())));
        let key = match (object.get("line"), object.get("end")) {
            (Some(line), None) => self.string(line).map(Key::Line),
            (None, Some(end)) => match self.boolean(end)? {
                true => Some(Key::End),
                false => self.refuse(end, t!("the end of what is typed is written as true, or left out")),
            },
            _ => self.refuse(&object.value, t!("something is typed: add \"line\", or \"end\": true")),
        };
        match run? {
            (Entry::Command(program), _) => Some(Change::Key(program, key?)),
            (Entry::Run(_), value) => {
                self.refuse(&value, t!("nothing can be typed to this: it is no command"))
            }
        }
    }
}
