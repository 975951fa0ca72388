//! The lessons that ship with the page: files beside it, fetched when they are wanted.

use crate::dom::window;
use crate::language;
use lesson::link::Shared;
use lesson::prose::Prose;
use texts::t;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Where a lesson comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A folder beside the page.
    Folder(String),
    /// A link: its fragment.
    Link(String),
}

/// A lesson in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its folder.
    pub folder: String,
    /// Its name in progress and results.
    pub id: String,
    /// How hard it is.
    pub level: u64,
    /// How many minutes it takes.
    pub minutes: u64,
    /// A hunt for hidden faults.
    pub is_hunt: bool,
    /// Its title in the language of the page.
    pub title: String,
    /// What it is about, in a line.
    pub summary: String,
    /// The language of its texts: that of the page, or English.
    pub language: String,
}

/// Larger files are not read.
const FILE_BYTES_MAX: usize = 1 << 20;

/// The languages in which texts are wanted, the best first.
pub fn languages() -> Vec<String> {
    let mut tags: Vec<_> =
        language::all().into_iter().filter(|choice| choice.is_chosen).map(|choice| choice.tag).collect();
    tags.push("en".into());
    tags
}

/// A file of the folder with lessons.
///
/// # Errors
/// What could not be loaded, in a sentence.
pub async fn get(path: &str) -> Result<String, String> {
    let failed = || t!("“{path}” could not be loaded. Your network is not affected.");
    let response = JsFuture::from(window().fetch_with_str(&format!("lessons/{path}"))).await;
    let response: Response = response.ok().and_then(|it| it.dyn_into().ok()).ok_or_else(failed)?;
    let text = match response.text() {
        Ok(text) if response.ok() => JsFuture::from(text).await.ok().and_then(|text| text.as_string()),
        _ => None,
    };
    text.filter(|text| text.len() <= FILE_BYTES_MAX).ok_or_else(failed)
}

/// All lessons, in their order.
///
/// # Errors
/// Why they cannot be listed.
pub async fn all() -> Result<Vec<Entry>, String> {
    let mut failure = String::new();
    for tag in languages() {
        match get(&format!("course.{tag}.tsv")).await {
            Ok(list) => return Ok(list.lines().filter_map(entry).collect()),
            Err(why) => failure = why,
        }
    }
    Err(failure)
}

/// A line of the list, which crates/lesson/tests/course.rs writes.
fn entry(line: &str) -> Option<Entry> {
    let mut cells = line.split('\t');
    let mut next = || cells.next();
    let (folder, id) = (next()?.into(), next()?.into());
    let (level, minutes, kind) = (next()?.parse().ok()?, next()?.parse().ok()?, next()?);
    Some(Entry {
        folder,
        id,
        level,
        minutes,
        is_hunt: kind == "hunt",
        title: next()?.into(),
        summary: next()?.into(),
        language: next()?.into(),
    })
}

/// The files of a lesson in a folder: the lesson, and its texts in the best language, with its glossary.
///
/// # Errors
/// What could not be loaded.
pub async fn fetch(folder: &str) -> Result<(Shared, Prose), String> {
    let entries = all().await?;
    let tag = entries.iter().find(|entry| entry.folder == folder).map_or("en", |entry| &entry.language);
    let lesson = get(&format!("{folder}/lesson.json")).await?;
    let text = get(&format!("{folder}/{tag}.json")).await?;
    // Without its glossary a lesson is still a lesson.
    let glossary =
        Prose::read(&get(&format!("glossary/{tag}.json")).await.unwrap_or_default()).unwrap_or_default();
    Ok((Shared { lesson, texts: vec![(tag.into(), text)], seed: None }, glossary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_that_ship_are_read_whole() {
        for list in
            [include_str!("../../../lessons/course.en.tsv"), include_str!("../../../lessons/course.es.tsv")]
        {
            assert!(list.lines().count() > 2);
            assert!(
                list.lines().all(|line| entry(line).is_some_and(|entry| !entry.title.is_empty())),
                "{list}"
            );
        }
        assert_eq!(entry("01-a\ta"), None);
    }
}
