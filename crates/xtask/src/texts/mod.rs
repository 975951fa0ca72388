//! The texts of the page in its languages: `cargo xtask texts` says what they lack, and the build writes the language files.
//!
//! English is in the code, in the macros of the crate `texts`, and in the scenarios that ship; every other language is a file in
//! `web/texts`. A language file of the page is cut in two: what the first frames may need, and the rest, which comes
//! with the pieces of the page. [`LATER`] says which is which; a text that comes too late is missing for a moment, no longer.

mod found;
mod language;

use crate::console::Console;
use crate::{pieces, project};
use anyhow::{Context as _, Result, ensure};
use found::{Found, Origin};
use language::Language;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// The language that the code is written in.
const ENGLISH: &str = "en";

/// Folders and files whose texts no first frame shows.
const LATER: [&str; 49] = [
    "crates/bridge",
    "crates/capture",
    "crates/dissect",
    "crates/host",
    "crates/lab/src/acting.rs",
    "crates/lab/src/compare.rs",
    "crates/lab/src/console.rs",
    "crates/lab/src/edit/",
    "crates/lab/src/editing.rs",
    "crates/lab/src/graphs",
    "crates/lab/src/inspect/",
    "crates/lab/src/packets",
    "crates/lab/src/plot.rs",
    "crates/lab/src/problems.rs",
    "crates/lab/src/run_form.rs",
    "crates/lab/src/samples",
    "crates/lab/src/sequence",
    "crates/lesson",
    "crates/netlab",
    "crates/router",
    "crates/scenario",
    "web/src/components/branches.rs",
    "web/src/components/card",
    "web/src/components/cell.rs",
    "web/src/components/console",
    "web/src/components/conversation.rs",
    "web/src/components/document_pane.rs",
    "web/src/components/filter_bar.rs",
    "web/src/components/frame_sheet.rs",
    "web/src/components/graphs",
    "web/src/components/help.rs",
    "web/src/components/impairments.rs",
    "web/src/components/inspector.rs",
    "web/src/components/item_",
    "web/src/components/library.rs",
    "web/src/components/log.rs",
    "web/src/components/meetings.rs",
    "web/src/components/packet",
    "web/src/components/plot.rs",
    "web/src/components/problem_list.rs",
    "web/src/components/restart.rs",
    "web/src/components/run",
    "web/src/components/sequence",
    "web/src/components/share.rs",
    "web/src/components/speed_test.rs",
    "web/src/components/start_form.rs",
    "web/src/components/toolbar.rs",
    "web/src/files.rs",
    "web/src/film.rs",
];

/// The scenario that the page opens with: its texts are needed at once.
const FIRST_SCENARIO: &str = "two-hosts-and-a-switch.json";

#[derive(clap::Args)]
pub struct Options {
    /// Add what is missing to the languages, without a translation, and remove what is no longer shown
    #[arg(long)]
    write: bool,
}

/// Says for each language what it lacks.
pub fn run(options: &Options) -> Result<()> {
    let found = found::everything(project::root())?;
    for (path, mut language) in languages()? {
        if options.write {
            language.complete(&found);
            fs::write(&path, language.to_string())
                .with_context(|| format!("{} cannot be written", project::shown(&path)))?;
        }
        let missing: Vec<&Found> = language.missing(&found).collect();
        for text in &missing {
            println!("{}: {:?} ({})", language.tag, text.english, text.file);
        }
        println!("{}: {} of {} texts are missing", language.name, missing.len(), found.len());
    }
    Ok(())
}

/// What is wrong with the texts and their translations, as sentences. A missing translation is not: the build counts those.
pub fn faults() -> Result<Vec<String>> {
    let found = found::everything(project::root())?;
    let mut faults = found::faults(&found);
    for (_, language) in languages()? {
        faults.extend(language.faults(&found));
    }
    Ok(faults)
}

/// Writes the language files into `dist/`, and names them to web/boot.js.
pub fn prepare(console: &Console, dist: &Path) -> Result<()> {
    let found = found::everything(project::root())?;
    let mut files = serde_json::Map::new();
    let mut all: Vec<Language> = languages()?.into_values().collect();
    all.insert(0, Language::english());
    for language in &all {
        let mut names = serde_json::Map::new();
        names.insert("page".into(), language.of_page(&found).into());
        for (part, later) in [("first", false), ("later", true)] {
            let text = language
                .compiled(found.iter().filter(|text| text.later == later && text.origin != Origin::Page));
            let name = format!("texts-{}-{part}-{:016x}.txt", language.tag, xxh3_64(text.as_bytes()));
            fs::write(dist.join(&name), &text).with_context(|| format!("{name} cannot be written"))?;
            names.insert(
                part.into(),
                serde_json::json!([format!("./{name}"), pieces::integrity(text.as_bytes())?]),
            );
        }
        names.insert("name".into(), language.name.clone().into());
        files.insert(language.tag.clone(), names.into());
        if language.tag != ENGLISH {
            let missing = language.missing(&found).count();
            console.print(&format!("{}: {missing} of {} texts are English", language.name, found.len()));
        }
    }
    let page = dist.join("index.html");
    let html = fs::read_to_string(&page).context("the page cannot be read")?;
    fs::write(&page, named(&html, &serde_json::Value::from(files).to_string())?)
        .context("the page cannot be written")
}

/// The page with the languages in an attribute of the script that starts it.
fn named(page: &str, languages: &str) -> Result<String> {
    const PLACE: &str = " data-js=";
    ensure!(page.matches(PLACE).count() == 1, "index.html does not start the page as Trunk.toml says");
    let quoted = languages.replace('&', "&amp;").replace('\'', "&#39;");
    Ok(page.replace(PLACE, &format!(" data-texts='{quoted}'{PLACE}")))
}

/// Every language besides English, in the order of their tags.
fn languages() -> Result<BTreeMap<PathBuf, Language>> {
    let folder = project::root().join("web/texts");
    let mut languages = BTreeMap::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("{} cannot be read", project::shown(&folder)))?
    {
        let path = entry?.path();
        let text =
            fs::read_to_string(&path).with_context(|| format!("{} cannot be read", project::shown(&path)))?;
        let language =
            Language::read(&text).with_context(|| format!("{} is no language", project::shown(&path)))?;
        languages.insert(path, language);
    }
    Ok(languages)
}

/// Whether no first frame shows a text of this file.
fn is_later(file: &str, origin: Origin) -> bool {
    match origin {
        Origin::Code => LATER.iter().any(|start| file.starts_with(start)),
        Origin::Scenario => !file.ends_with(FIRST_SCENARIO),
        Origin::Page => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_languages_in_an_attribute() {
        let page = r#"<script src="./boot.js" data-js="./web.js" data-wasm="./web.wasm"></script>"#;
        let expected = r#"<script src="./boot.js" data-texts='{"a":"It&#39;s"}' data-js="./web.js" data-wasm="./web.wasm"></script>"#;
        assert_eq!(named(page, r#"{"a":"It's"}"#).unwrap(), expected);
        assert!(named("<script></script>", "{}").is_err());
    }
}
