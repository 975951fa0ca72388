//! A lesson that is begun: from a network, and from what its author did in it.
//!
//! The author builds a network in the page and plays the right way in it. The page's link then has the network with the runs, commands and changes of
//! that play; what it has beyond the network is the solution. The author writes the texts;
//! `lesson check` names the missing ones. The page's workshop does the same, and more, in one place: both use [`lesson::workshop`].

use crate::input;
use anyhow::{Context as _, ensure};
use lesson::workshop::{Draft, Suggestion, Tree};
use scenario::Scenario;
use std::fs;
use std::path::Path;

/// Writes a folder with a lesson of the network in `source`, whose solution is what `played` has beyond it.
pub fn write(folder: &Path, source: &str, played: Option<&str>) -> anyhow::Result<()> {
    ensure!(!folder.exists(), "{} exists: name a folder that does not", folder.display());
    let name = folder.file_name().and_then(|name| name.to_str()).context("the folder needs a name")?;
    let mut draft = Draft::begin(&scenario(source)?, "en");
    draft.set_id(name);
    if let Some(played) = played {
        let acts = draft.acts(&scenario(played)?)?;
        for goal in goals(&acts) {
            draft.add_goal(0, &goal)?;
        }
        draft.set_solution(acts);
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (file, text) in draft.folder() {
        // The folder is the one that was named, whatever the lesson's id is.
        let path = folder.join(file.rsplit('/').next().unwrap_or(&file));
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

/// The goals that the acts suggest: that a run, or a command, succeeds.
fn goals(acts: &[Tree]) -> Vec<Suggestion> {
    acts.iter().filter_map(goal).collect()
}

fn goal(act: &Tree) -> Option<Suggestion> {
    if let (Some(line), Some(on)) = (act.get("type"), act.get("on")) {
        let inner = Tree::of([("on", on.clone()), ("line", line.clone()), ("exit", Tree::whole(0))]);
        let text = format!("`{}` works.", line.as_text()?);
        return Some(Suggestion { id: "command".into(), goal: Tree::of([("command", inner)]), text });
    }
    let (kind, run) = act.get("run")?.fields().first()?;
    let from = run.get("from")?;
    let inner = Tree::of([("kind", Tree::text(kind)), ("from", from.clone()), ("ok", Tree::flag(true))]);
    let text = format!("The {kind} of {} works.", from.as_text()?);
    Some(Suggestion { id: kind.clone(), goal: Tree::of([("run", inner)]), text })
}
