//! A lesson that is begun: from a network, and from what its author did in it.
//!
//! The author builds a network in the page and plays the right way in it. The page's link then has the network with the runs, commands and changes of
//! that play; what it has beyond the network is the solution. The author writes the texts;
//! `lesson check` names the missing ones.

use crate::input;
use anyhow::{Context as _, bail, ensure};
use scenario::Scenario;
use scenario::quantity::{parse_time, show_time};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What acts are in a document, and what each is called among the acts of a lesson.
const LISTS: [(&str, &str); 2] = [("runs", "run"), ("changes", "change")];
/// What a document may have otherwise after it was played: words, and where the play stood.
const WORDS: [&str; 4] = ["title", "description", "chapters", "notes"];

/// Writes a folder with a lesson of the network in `source`, whose solution is what `played` has beyond it.
pub fn write(folder: &Path, source: &str, played: Option<&str>) -> anyhow::Result<()> {
    ensure!(!folder.exists(), "{} exists: name a folder that does not", folder.display());
    let name = folder.file_name().and_then(|name| name.to_str()).context("the folder needs a name")?;
    let scenario = scenario(source)?;
    let acts = match played {
        Some(played) => recorded(&document(&scenario)?, &document(&self::scenario(played)?)?)?,
        None => Vec::new(),
    };
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (file, text) in
        [("lesson.json", lesson(name, &scenario, &acts)), ("en.json", texts(&scenario, &acts))]
    {
        let path = folder.join(file);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn scenario(source: &str) -> anyhow::Result<Scenario> {
    let text = input::text(source)?;
    Scenario::parse(&text).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("this network cannot be used: {}", faults.join("\n"))
    })
}

fn document(scenario: &Scenario) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&scenario.to_compact_json())?)
}

/// What was done in a network: the acts of a lesson, with the time between them.
///
/// # Errors
/// The documents differ in more than that.
fn recorded(before: &Value, after: &Value) -> anyhow::Result<Vec<Value>> {
    let mut done = Vec::new();
    for (list, kind) in LISTS {
        let mut planned = entries(before, list);
        for entry in entries(after, list) {
            // What was planned is there as often as before.
            match planned.iter().position(|other| *other == entry) {
                Some(place) => _ = planned.remove(place),
                None => done.push(act(kind, entry)?),
            }
        }
        ensure!(planned.is_empty(), "the played network lacks {} of `{list}`: {}", planned.len(), planned[0]);
    }
    for (key, value) in after.as_object().context("a document is an object")? {
        let is_same = before.get(key) == Some(value) || WORDS.contains(&key.as_str());
        if !is_same && LISTS.iter().all(|(list, _)| list != key) {
            bail!(
                "the played network differs in `{key}`: start runs, type commands and change settings while it runs, and share it without other edits"
            );
        }
    }
    done.sort_by_key(|(at_ns, _)| *at_ns);
    let mut acts = Vec::new();
    let mut now_ns = 0;
    for (at_ns, act) in done {
        if at_ns > now_ns {
            acts.push(json!({"wait": show_time(netlab::Duration::from_nanos(at_ns - now_ns))}));
            now_ns = at_ns;
        }
        acts.push(act);
    }
    if !acts.is_empty() {
        acts.push(json!({"wait": "quiet"}));
    }
    Ok(acts)
}

fn entries(document: &Value, list: &str) -> Vec<Value> {
    document.get(list).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// An entry of a document as an act, with its moment in nanoseconds.
fn act(kind: &str, mut entry: Value) -> anyhow::Result<(u64, Value)> {
    let at = entry.as_object_mut().and_then(|entry| entry.remove("at"));
    let at = at.as_ref().and_then(Value::as_str).unwrap_or("0s");
    let at = parse_time(at).map_err(|fault| anyhow::anyhow!("`at` is {at}: {fault}"))?;
    let command = entry.get("command").and_then(|command| Some((command.get("on")?, command.get("line")?)));
    let act = match command {
        Some((on, line)) => json!({"type": line, "on": on}),
        None => json!({ (kind): entry }),
    };
    Ok((at.nanos(), act))
}

/// The goals that the acts suggest, each with a name: that a run, or a command, succeeds.
fn goals(acts: &[Value]) -> Vec<(String, Value, String)> {
    let mut goals = Vec::new();
    for act in acts {
        let number = goals.len() + 1;
        if let Some(line) = act.get("type").and_then(Value::as_str) {
            let goal = json!({"command": {"on": act["on"], "line": line, "exit": 0}});
            goals.push((format!("command-{number}"), goal, format!("`{line}` works.")));
        } else if let Some((kind, run)) =
            act.get("run").and_then(Value::as_object).and_then(|run| run.iter().next())
            && let Some(from) = run.get("from")
        {
            let goal = json!({"run": {"kind": kind, "from": from, "ok": true}});
            goals.push((
                format!("{kind}-{number}"),
                goal,
                format!("The {kind} of {} works.", from.as_str().unwrap_or_default()),
            ));
        }
    }
    goals
}

fn lesson(name: &str, scenario: &Scenario, acts: &[Value]) -> String {
    let goals = goals(acts);
    let names: Vec<_> = goals.iter().map(|(name, ..)| name).collect();
    let list =
        |lines: Vec<String>| lines.iter().map(|line| format!("\n    {line}")).collect::<Vec<_>>().join(",");
    let shown =
        goals.iter().map(|(name, goal, _)| format!("{}: {}", json!(name), with_braces(&goal.to_string())));
    let acts = acts.iter().map(|act| with_braces(&act.to_string()));
    let document = with_braces(scenario.to_json().trim_end()).replace('\n', "\n  ");
    let mut text = String::from("{\n  \"lesson\": 1,\n");
    // Writing into a string does not fail.
    let _ = writeln!(text, "  \"id\": {},\n  \"level\": 1,\n  \"minutes\": 10,", json!(name));
    let _ = writeln!(text, "  \"document\": {document},");
    let _ = writeln!(
        text,
        "  \"steps\": [\n    {{\"id\": \"try\", \"hints\": 1, \"goals\": {}}}\n  ],",
        json!(names)
    );
    let _ = writeln!(text, "  \"goals\": {{{}\n  }},", list(shown.collect()));
    let _ = writeln!(text, "  \"solution\": [{}\n  ]\n}}", list(acts.collect()));
    text
}

fn texts(scenario: &Scenario, acts: &[Value]) -> String {
    let title = if scenario.title.is_empty() { "A lesson" } else { &scenario.title };
    let mut texts = vec![("title".to_owned(), title.to_owned())];
    texts.extend(scenario.description.clone().map(|text| ("summary".to_owned(), text)));
    texts.extend(goals(acts).into_iter().map(|(name, _, text)| (format!("goal.{name}"), text)));
    let lines = texts
        .iter()
        .map(|(key, text)| format!("  {}: {}", json!(key), with_braces(&json!(text).to_string())));
    format!("{{\n{}\n}}\n", lines.collect::<Vec<_>>().join(",\n"))
}

/// JSON in whose texts braces are written twice: single ones would be places of variables.
fn with_braces(json: &str) -> String {
    let (mut out, mut is_text, mut is_escaped) = (String::with_capacity(json.len()), false, false);
    for letter in json.chars() {
        if is_text && matches!(letter, '{' | '}') {
            out.push(letter);
        }
        if letter == '"' && !is_escaped {
            is_text = !is_text;
        }
        is_escaped = letter == '\\' && !is_escaped;
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network() -> Value {
        let text = r#"{"packetarium":1,"nodes":[{"id":"a","kind":"host","addresses":["10.0.0.1/24"]},
            {"id":"b","kind":"host","addresses":["10.0.0.2/24"]}],"links":[{"ends":["a","b"]}],
            "runs":[{"ping":{"from":"a","to":"b"}}]}"#;
        document(&Scenario::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn what_was_done_is_recorded_in_order_with_the_time_between() {
        let before = network();
        let mut after = before.clone();
        after["runs"].as_array_mut().unwrap().extend([
            json!({"at": "3s", "command": {"on": "a", "line": "ip addr"}}),
            json!({"at": "1s", "ping": {"from": "b", "to": "a", "count": 2}}),
        ]);
        after["title"] = json!("Played");
        let acts = recorded(&before, &after).unwrap();
        let expected = json!([
            {"wait": "1s"}, {"run": {"ping": {"from": "b", "to": "a", "count": 2}}},
            {"wait": "2s"}, {"type": "ip addr", "on": "a"}, {"wait": "quiet"},
        ]);
        assert_eq!(Value::from(acts), expected);
    }

    #[test]
    fn another_network_is_no_solution() {
        let before = network();
        let mut after = before.clone();
        after["nodes"][0]["addresses"] = json!(["10.0.0.9/24"]);
        assert!(recorded(&before, &after).unwrap_err().to_string().contains("differs in `nodes`"));
        let mut after = before.clone();
        after["runs"] = json!([]);
        assert!(recorded(&before, &after).unwrap_err().to_string().contains("lacks 1 of `runs`"));
    }

    #[test]
    fn braces_of_texts_are_doubled_and_no_others() {
        assert_eq!(with_braces(r#"{"a\"{": "}\\", "b": {}}"#), r#"{"a\"{{": "}}\\", "b": {}}"#);
    }
}
