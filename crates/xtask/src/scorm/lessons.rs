//! The lessons of a package: where they are, what they are called, and the list of them that the page shows.

use crate::project;
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Lessons in one package.
const LESSONS_MAX: usize = 100;
/// As the page bounds the files that it fetches (web/src/lesson/course.rs).
const FILE_BYTES_MAX: u64 = 1 << 20;
/// As the page bounds the names of folders in addresses (crates/lesson/src/named.rs).
const NAME_CHARS_MAX: usize = 40;
const ENGLISH: &str = "en";

/// A lesson in a folder.
#[derive(Debug)]
pub struct Lesson {
    /// The folder.
    pub path: PathBuf,
    /// The folder's name, which is in the addresses and identifiers of the package.
    pub name: String,
    /// `lesson.json`.
    lesson: Value,
    /// The texts by language.
    texts: BTreeMap<String, Value>,
}

/// The lessons that these arguments name, in their order.
///
/// # Errors
/// Says which argument names no lesson, or one that the page would not open.
pub fn find(arguments: &[PathBuf]) -> Result<Vec<Lesson>> {
    ensure!(
        arguments.len() <= LESSONS_MAX,
        "{} lessons are too many for one package: at most {LESSONS_MAX}",
        arguments.len()
    );
    let mut lessons: Vec<Lesson> = Vec::new();
    for argument in arguments {
        let lesson = Lesson::read(&folder(argument)?)?;
        if let Some(other) =
            lessons.iter().find(|other| other.name == lesson.name || other.id() == lesson.id())
        {
            bail!(
                "{} and {} have the same name or id, so that their grades would be the same. Leave one out",
                project::shown(&other.path),
                project::shown(&lesson.path)
            );
        }
        lessons.push(lesson);
    }
    Ok(lessons)
}

/// The folder with `lesson.json` that an argument names.
fn folder(argument: &Path) -> Result<PathBuf> {
    let all = project::root().join("lessons");
    let places = [all.join(argument), argument.to_owned()];
    if let Some(found) = places.iter().find(|place| place.join("lesson.json").is_file()) {
        return found.canonicalize().with_context(|| format!("{} cannot be opened", argument.display()));
    }
    let mut known: Vec<String> = fs::read_dir(&all)
        .context("the folder lessons/ cannot be read")?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("lesson.json").is_file())
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    known.sort();
    bail!(
        "there is no lesson {:?}: name a folder with lesson.json, or one of {}",
        argument.display().to_string(),
        known.join(", ")
    )
}

impl Lesson {
    fn read(path: &Path) -> Result<Self> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        ensure!(
            (1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(is_plain) && name != "glossary",
            "the folder {name:?} cannot be in an address: rename it to at most {NAME_CHARS_MAX} letters, digits, - and _"
        );
        let mut texts = BTreeMap::new();
        for entry in fs::read_dir(path).with_context(|| format!("{} cannot be read", project::shown(path)))? {
            let file = entry?.path();
            let language =
                file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            if file.extension().is_some_and(|ending| ending == "json") && language != "lesson" {
                texts.insert(language, json(&file)?);
            }
        }
        ensure!(
            !texts.is_empty(),
            "{} has no texts: write en.json, or one for another language",
            project::shown(path)
        );
        Ok(Self { lesson: json(&path.join("lesson.json"))?, path: path.to_owned(), name, texts })
    }

    /// Its name in progress and results.
    pub fn id(&self) -> &str {
        self.lesson["id"].as_str().unwrap_or_default()
    }

    /// Its title in this language, or in that of the page's list.
    pub fn title(&self, language: &str) -> &str {
        self.texts[self.spoken(language)]["title"].as_str().unwrap_or(&self.name)
    }

    /// The files of the lesson, by name.
    pub fn files(&self) -> impl Iterator<Item = String> {
        self.texts.keys().map(String::as_str).chain(["lesson"]).map(|name| format!("{name}.json"))
    }

    /// This language if the lesson has it, or English, or the first one.
    fn spoken<'a>(&'a self, language: &str) -> &'a str {
        let has = |wanted: &str| self.texts.keys().find(|known| *known == wanted);
        has(language)
            .or_else(|| has(ENGLISH))
            .or_else(|| self.texts.keys().next())
            .map_or(ENGLISH, String::as_str)
    }

    /// Its line of `course.LANGUAGE.tsv`, as crates/lesson/tests/course.rs writes it.
    fn row(&self, language: &str) -> String {
        let spoken = self.spoken(language);
        let text =
            |key: &str| self.texts[spoken][key].as_str().unwrap_or_default().replace(['\t', '\n'], " ");
        let number = |key: &str| self.lesson[key].as_u64().unwrap_or(1).to_string();
        let kind = if self.lesson["faults"].is_null() { "lesson" } else { "hunt" };
        let cells = [
            self.name.clone(),
            self.id().to_owned(),
            number("level"),
            number("minutes"),
            kind.to_owned(),
            text("title"),
            text("summary"),
            spoken.to_owned(),
        ];
        cells.join("\t") + "\n"
    }
}

/// The list of these lessons in a language of the page.
pub fn course(lessons: &[Lesson], language: &str) -> String {
    lessons.iter().map(|lesson| lesson.row(language)).collect()
}

fn json(file: &Path) -> Result<Value> {
    let shown = project::shown(file);
    let bytes = fs::metadata(file).with_context(|| format!("{shown} cannot be read"))?.len();
    ensure!(
        bytes <= FILE_BYTES_MAX,
        "{shown} has {bytes} bytes, more than the page reads ({FILE_BYTES_MAX})"
    );
    serde_json::from_str(&super::read(file)?).with_context(|| format!("{shown} is not JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(arguments: &[&str]) -> String {
        let arguments: Vec<PathBuf> = arguments.iter().map(PathBuf::from).collect();
        format!("{:#}", find(&arguments).unwrap_err())
    }

    #[test]
    fn lessons_are_found_by_name_and_by_folder_and_have_titles() {
        let found = find(&["02-switch".into(), project::root().join("lessons/11-dns")]).unwrap();
        assert_eq!(found.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["02-switch", "11-dns"]);
        assert_eq!(found[0].title("en"), "Be the switch");
        assert_ne!(found[0].title("es"), "Be the switch");
        assert_eq!(found[1].title("es"), found[1].title("en"), "it has no Spanish");
    }

    #[test]
    fn the_list_of_a_package_says_what_the_list_of_the_page_says() {
        for language in ["en", "es"] {
            let list =
                super::super::read(&project::root().join(format!("lessons/course.{language}.tsv"))).unwrap();
            let names = list.lines().filter_map(|line| Some(PathBuf::from(line.split('\t').next()?)));
            let lessons = find(&names.collect::<Vec<_>>()).unwrap();
            assert_eq!(course(&lessons, language), list);
        }
    }

    #[test]
    fn what_is_no_lesson_is_named_with_those_that_there_are() {
        let unknown = error(&["02-switch", "03-arq"]);
        assert!(
            unknown.contains("no lesson \"03-arq\"") && unknown.contains("03-arp, 04-subnets"),
            "{unknown}"
        );
        assert!(error(&["glossary"]).contains("no lesson"));
        assert!(error(&["../crates/xtask"]).contains("no lesson"));
    }

    #[test]
    fn lessons_that_the_page_would_not_open_are_refused() {
        assert!(error(&["02-switch", "02-switch"]).contains("same name or id"));
        assert!(error(&vec!["02-switch"; LESSONS_MAX + 1]).contains("too many"));
        let folder =
            std::env::temp_dir().join(format!("packetarium-scorm-{}", std::process::id())).join("my lesson");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("lesson.json"), "{").unwrap();
        assert!(error(&[folder.to_str().unwrap()]).contains("cannot be in an address"));
        let folder = folder.with_file_name("mine");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("lesson.json"), "{").unwrap();
        assert!(error(&[folder.to_str().unwrap()]).contains("has no texts"));
        fs::write(folder.join("en.json"), "{}").unwrap();
        assert!(error(&[folder.to_str().unwrap()]).contains("lesson.json is not JSON"));
        fs::write(folder.join("en.json"), " ".repeat(FILE_BYTES_MAX as usize + 1)).unwrap();
        assert!(error(&[folder.to_str().unwrap()]).contains("more than the page reads"));
        fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    }
}
