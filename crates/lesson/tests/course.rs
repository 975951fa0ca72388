//! The lists of lessons that the page shows: lessons/course.LANGUAGE.tsv, a line for each lesson. `UPDATE_COURSE=1` writes them.

use lesson::Lesson;
use lesson::markdown;
use lesson::prose::Prose;
use std::fs;
use std::path::{Path, PathBuf};

fn lessons() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons")
}

/// The folders: lessons in their order, then hunts.
fn folders() -> Vec<String> {
    let entries = fs::read_dir(lessons()).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().join("lesson.json").exists());
    let mut names: Vec<_> = folders.map(|folder| folder.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn line(folder: &str, language: &str) -> String {
    let read = |name: &str| fs::read_to_string(lessons().join(folder).join(name)).ok();
    let lesson = Lesson::read(&read("lesson.json").unwrap(), 1).unwrap();
    let own = read(&format!("{language}.json"));
    let spoken = if own.is_some() { language } else { "en" };
    let texts = own.or_else(|| read("en.json")).unwrap();
    let prose = Prose::read(&texts).unwrap();
    let text =
        |key: &str| markdown::plain(&prose.get(key, &lesson.drawing).unwrap()).replace(['\t', '\n'], " ");
    let kind = if lesson.hidden.is_empty() { "lesson" } else { "hunt" };
    let cells = [
        folder.to_owned(),
        lesson.id.clone(),
        lesson.level.to_string(),
        lesson.minutes.to_string(),
        kind.into(),
        text("title"),
        text("summary"),
        spoken.into(),
    ];
    cells.join("\t") + "\n"
}

#[test]
fn the_lists_of_lessons_say_what_the_lessons_say() {
    for language in ["en", "es"] {
        let list: String = folders().iter().map(|folder| line(folder, language)).collect();
        let file = lessons().join(format!("course.{language}.tsv"));
        if std::env::var_os("UPDATE_COURSE").is_some() {
            fs::write(&file, &list).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(
            kept,
            list,
            "{} is old: UPDATE_COURSE=1 cargo test -p lesson --test course",
            file.display()
        );
    }
}
