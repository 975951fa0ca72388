//! Command lines whose command no host knows. What hosts know, `scenario` asks the tables of their shell.

use super::Findings;
use crate::act::Act;
use crate::goal::Predicate;
use crate::lesson::Lesson;
use scenario::json::{FIELDS_MAX, Shape, Value};
use scenario::unknown_command;

/// What may stand behind a pipe (`services::line`).
const FILTERS: [&str; 6] = ["grep", "egrep", "fgrep", "head", "tail", "wc"];

/// The command that no host knows, or what stands behind a pipe and is no filter of text.
fn unknown(line: &str) -> Option<String> {
    let is_plain = !line.contains(['"', '\'', '\\']);
    let filters = line.split('|').skip(1).filter_map(|part| part.split_whitespace().next());
    let no_filter = filters.filter(|name| is_plain && !FILTERS.contains(name)).map(str::to_owned).next();
    unknown_command(line).or(no_filter)
}

pub(super) fn check(lesson: &Lesson, findings: &mut Findings) {
    let mut note = |place: &str, name: &str| {
        findings.note(format!(
            "lesson.json: {place}: no host knows the command {name}: write one that help lists"
        ));
    };
    for (_, command) in &lesson.healthy.commands {
        if let Some(name) = unknown(&command.line) {
            note(&format!("document.runs: \"{}\"", command.line), &name);
        }
    }
    for (place, acts) in lesson.acts() {
        for (number, act) in acts.iter().enumerate() {
            let line = match act {
                Act::Type(_, line) => Some(line.clone()),
                Act::Run(entry) => line_of(entry),
                Act::Wait(_)
                | Act::WaitFor(..)
                | Act::WaitForQuiet
                | Act::WaitForPrediction(_)
                | Act::Change(_)
                | Act::Edit(_)
                | Act::Repair
                | Act::Answer(_)
                | Act::Predict(_) => None,
            };
            if let Some(name) = line.as_deref().and_then(unknown) {
                note(&format!("{place}[{number}]"), &name);
            }
        }
    }
    for goal in &lesson.goals {
        each_line(&goal.predicate, &mut |words| {
            // The words of a goal may be those of a filter, or operands of any command.
            let is_name = |word: &&String| {
                word.chars().all(|c| c.is_ascii_alphanumeric()) && !FILTERS.contains(&word.as_str())
            };
            if let Some(name) = words.first().filter(is_name).and_then(|word| unknown_command(word)) {
                note(&format!("goals.{}", goal.id), &name);
            }
        });
    }
}

/// The command line of an entry of a document's runs, if it is one.
fn line_of(entry: &str) -> Option<String> {
    let entry = Value::document(entry).ok()?;
    match field(&field(&entry, "command")?, "line")?.shape() {
        Ok(Shape::Text(line)) => Some(line),
        _ => None,
    }
}

fn field<'v>(value: &Value<'v>, name: &str) -> Option<Value<'v>> {
    let (fields, _) = value.fields(FIELDS_MAX).ok()?;
    fields.into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
}

fn each_line(predicate: &Predicate, each: &mut impl FnMut(&[String])) {
    if let Predicate::Command(command) = predicate {
        each(&command.words);
    }
    predicate.parts().iter().for_each(|part| each_line(part, each));
}
