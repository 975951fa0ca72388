//! What an author did in a network, as the acts of a lesson.
//!
//! The network is given twice: as the lesson has it, and with everything that happened at its moment, as the page keeps it. What the
//! second one has beyond the first was done: runs, commands and changes while it ran, and edits with which it began again.

use super::Refused;
use super::tree::Tree;
use crate::bounds::ACTS_MAX;
use netlab::Duration;
use scenario::quantity::{parse_time, show_time};
use texts::t;
use wire::sorted::sort_by_key;

/// What acts are in a document, and what each is called among the acts of a lesson.
const LISTS: [(&str, &str); 2] = [("runs", "run"), ("changes", "change")];
/// What a document may have otherwise without that anything was done: words, and where the play stood.
const WORDS: [&str; 4] = ["title", "description", "chapters", "notes"];
/// The same of a node.
const NODE_WORDS: [&str; 3] = ["name", "at", "icon"];

/// What was done in a network: the acts of a lesson, with the time between them.
///
/// # Errors
/// The documents differ in something that no act does.
pub fn recorded(before: &Tree, after: &Tree) -> Result<Vec<Tree>, Refused> {
    let mut done = Vec::new();
    for (list, kind) in LISTS {
        let entries = |tree: &Tree| tree.get(list).map_or_else(Vec::new, |list| list.elements().to_vec());
        let mut planned = entries(before);
        for entry in entries(after) {
            // What was planned is there as often as before.
            match planned.iter().position(|other| *other == entry) {
                Some(place) => _ = planned.remove(place),
                None => done.push(act(kind, entry)?),
            }
        }
        if let Some(first) = planned.first() {
            let (count, first) = (planned.len(), first.compact());
            return Err(Refused(t!(
                "what was planned is no longer there: {count} of {list}, the first is {first}"
            )));
        }
    }
    let mut acts = Vec::new();
    let edits = edits(before, after)?;
    if !edits.is_empty() {
        acts.push(Tree::of([("edit", Tree::Object(edits))]));
    }
    sort_by_key(&mut done, |(at_ns, _)| *at_ns);
    let mut now_ns = 0;
    for (at_ns, act) in done {
        if at_ns > now_ns {
            acts.push(wait(show_time(Duration::from_nanos(at_ns - now_ns))));
            now_ns = at_ns;
        }
        acts.push(act);
    }
    if !acts.is_empty() {
        acts.push(wait("quiet"));
    }
    match acts.len() {
        0..=ACTS_MAX => Ok(acts),
        count => Err(Refused(t!("{count} acts are more than the {ACTS_MAX} that a lesson holds"))),
    }
}

fn wait(time: impl Into<String>) -> Tree {
    Tree::of([("wait", Tree::text(time))])
}

/// An entry of a document as an act, with its moment in nanoseconds.
fn act(kind: &str, mut entry: Tree) -> Result<(u64, Tree), Refused> {
    let at = entry.take("at");
    let at = at.as_ref().and_then(Tree::as_text).unwrap_or("0s");
    let at = parse_time(at).map_err(|why| Refused(t!("the moment {at} cannot be read: {why}")))?;
    let command = entry.get("command").and_then(|command| Some((command.get("line")?, command.get("on")?)));
    let act = match command {
        Some((line, on)) => Tree::of([("type", line.clone()), ("on", on.clone())]),
        None => Tree::of([(kind, entry)]),
    };
    Ok((at.nanos(), act))
}

/// The places of a document that have another value: what an `edit` of a lesson writes.
fn edits(before: &Tree, after: &Tree) -> Result<Vec<(String, Tree)>, Refused> {
    let mut edits = Vec::new();
    let names = before.fields().iter().chain(after.fields()).map(|(name, _)| name.as_str());
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        let is_list = LISTS.iter().any(|(list, _)| *list == name);
        if is_list || WORDS.contains(&name) || seen.contains(&name) {
            continue;
        }
        seen.push(name);
        match (before.get(name), after.get(name)) {
            (one, other) if one == other => {}
            (one, Some(Tree::List(other))) if matches!(name, "nodes" | "links") => {
                items(name, one.map_or(&[], Tree::elements), other, &mut edits)?;
            }
            (_, Some(value)) => edits.push((name.to_owned(), value.clone())),
            (_, None) => {
                return Err(Refused(t!("an edit has removed {name}, which no act of a lesson can do")));
            }
        }
    }
    Ok(edits)
}

/// The nodes or links that have another value, and those that were added.
fn items(
    list: &str,
    before: &[Tree],
    after: &[Tree],
    edits: &mut Vec<(String, Tree)>,
) -> Result<(), Refused> {
    let name = |node: &Tree| node.get("id").and_then(Tree::as_text).map(str::to_owned);
    let is_there = |(one, other): (&Tree, &Tree)| name(one) == name(other);
    if after.len() < before.len() || !before.iter().zip(after).all(is_there) {
        return Err(Refused(t!("an edit has removed {list}, which no act of a lesson can do")));
    }
    for (number, value) in after.iter().enumerate() {
        // An id that is a number, or has a dot, would lead elsewhere.
        let id = name(value).filter(|id| !id.contains('.') && id.parse::<usize>().is_err());
        let path = format!("{list}.{}", id.unwrap_or_else(|| number.to_string()));
        let Some(was) = before.get(number) else {
            edits.push((format!("{list}.{number}"), value.clone()));
            continue;
        };
        let is_word = |name: &str| NODE_WORDS.contains(&name);
        let is_gone = |(name, _): &&(String, Tree)| !is_word(name) && value.get(name).is_none();
        if was.fields().iter().find(is_gone).is_some() {
            // A field is taken away with the whole node.
            edits.push((path, value.clone()));
            continue;
        }
        for (field, value) in value.fields() {
            if !is_word(field) && was.get(field) != Some(value) {
                edits.push((format!("{path}.{field}"), value.clone()));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::Scenario;

    fn tree(text: &str) -> Tree {
        Tree::read(&Scenario::parse(text).unwrap().to_compact_json()).unwrap()
    }

    fn network() -> Tree {
        tree(
            r#"{"packetarium":1,"nodes":[{"id":"a","kind":"host","addresses":["10.0.0.1/24"]},
            {"id":"b","kind":"host","addresses":["10.0.0.2/24"],"gateway":"10.0.0.9"}],"links":[{"ends":["a","b"]}],
            "runs":[{"ping":{"from":"a","to":"b"}}]}"#,
        )
    }

    fn acts(before: &Tree, after: &Tree) -> String {
        Tree::List(recorded(before, after).unwrap()).compact()
    }

    fn with(list: &str, entries: &str) -> Tree {
        let mut after = network();
        after.list_mut(list).extend(Tree::read(entries).unwrap().elements().to_vec());
        after
    }

    #[test]
    fn what_was_done_is_recorded_in_order_with_the_time_between() {
        let mut after = with(
            "runs",
            r#"[{"at":"3s","command":{"on":"a","line":"ip addr"}},{"at":"1s","ping":{"from":"b","to":"a","count":2}}]"#,
        );
        after.put("title", Tree::text("Played"));
        let expected = r#"[{"wait":"1s"},{"run":{"ping":{"from":"b","to":"a","count":2}}},{"wait":"2s"},{"type":"ip addr","on":"a"},{"wait":"quiet"}]"#;
        assert_eq!(acts(&network(), &after), expected);
        assert_eq!(acts(&network(), &network()), "[]");
    }

    #[test]
    fn an_edit_is_recorded_by_its_places_and_what_was_moved_is_none() {
        let mut after = network();
        let Some(Tree::List(nodes)) = after.get_mut("nodes") else { panic!() };
        nodes[0].put("addresses", Tree::texts(["10.0.0.7/24"]));
        nodes[0].put("at", Tree::List(vec![Tree::whole(5), Tree::whole(5)]));
        nodes[1].take("gateway");
        nodes.push(Tree::of([("id", Tree::text("c")), ("kind", Tree::text("hub"))]));
        let expected = r#"[{"edit":{"nodes.a.addresses":["10.0.0.7/24"],"nodes.b":{"id":"b","kind":"host","addresses":["10.0.0.2/24"]},"nodes.2":{"id":"c","kind":"hub"}}},{"wait":"quiet"}]"#;
        assert_eq!(acts(&network(), &after), expected);
    }

    #[test]
    fn another_network_is_no_solution() {
        let refused = |after: &Tree| recorded(&network(), after).unwrap_err().to_string();
        let mut after = network();
        after.put("runs", Tree::List(Vec::new()));
        assert!(refused(&after).contains("1 of runs"));
        let mut after = network();
        after.list_mut("nodes").remove(0);
        assert!(refused(&after).contains("removed nodes"));
        let many = vec![r#"{"at":"1s","command":{"on":"a","line":"ip addr"}}"#; ACTS_MAX + 1].join(",");
        assert!(refused(&with("runs", &format!("[{many}]"))).contains("acts are more than"));
    }
}
