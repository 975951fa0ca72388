//! `cargo xtask scorm LESSON…`: lessons as a SCORM 1.2 package, for a learning platform (LMS) that keeps the grades.
//!
//! The package is a zip with the static page, the chosen lessons, a manifest and one more script, web/scorm.js, which translates what the
//! page reports of a lesson into calls of the platform's API. The page itself stays as it is: strict policy, no request elsewhere.
//!
//! | module | what it is |
//! |---|---|
//! | [`lessons`] | the chosen lessons: found, bounded, with titles and the course list that the page shows |
//! | [`manifest`] | `imsmanifest.xml` |
//! | [`pack`] | the page's files for the package, and the zip |

mod lessons;
mod manifest;
mod pack;

use crate::console::Console;
use crate::setup::{self, Needs};
use crate::{build, project};
use anyhow::{Context as _, Result, bail, ensure};
use lessons::Lesson;
use manifest::Manifest;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

#[derive(clap::Args)]
pub struct Options {
    /// Lessons: names of folders in lessons/, or folders elsewhere. Each becomes a unit with a grade of its own
    #[arg(required = true, value_name = "LESSON")]
    lessons: Vec<PathBuf>,
    /// The package; without it target/packetarium-scorm.zip
    #[arg(long, value_name = "FILE.zip")]
    output: Option<PathBuf>,
    /// What the package is called in the platform; without it, as its only lesson, or "Packetarium"
    #[arg(long)]
    title: Option<String>,
    /// The percentage of goals with which a lesson is passed
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u8).range(1..=100))]
    mastery: u8,
    /// The language of the titles
    #[arg(long, value_name = "TAG", default_value = "en")]
    lang: String,
}

/// Checks the lessons, builds the page if there is none, and writes the package.
///
/// # Errors
/// An argument, a lesson or `dist/` is not as it has to be; a file cannot be written.
pub fn run(options: &Options) -> Result<()> {
    let started = Instant::now();
    // First what takes no time.
    let output = output(options.output.as_deref())?;
    let lessons = lessons::find(&options.lessons)?;
    let title = title(options, &lessons)?;
    let console = Console::terminal();
    step(1, "lessons", &format!("checks {} by playing solutions and wrong answers", counted(lessons.len())));
    check(&console, &lessons)?;
    if project::dist().join("index.html").is_file() {
        step(2, "page", "takes dist/ as it is (`cargo xtask build` makes it anew)");
    } else {
        step(2, "page", "builds dist/, which is not there: this takes minutes");
        let toolbox =
            setup::prepare(Needs { page: true, optimized: true, pieces: true, ..Needs::default() })?;
        build::build(&toolbox, &console, None)?;
    }
    step(3, "files", "collects the page, the lessons and the script for the platform");
    let folder = folder();
    let files = make(&lessons, &title, options.mastery, &options.lang, &folder)?;
    step(4, "package", &format!("compresses {} files", files.len() + 1));
    let size = pack::zip(&folder, &files, &output)?;
    println!(
        "\n{} has {}, {:.1} MB (after {:.0} s). In Moodle: Add an activity, SCORM package (docs/LESSONS.md says more)",
        project::shown(&output),
        counted(lessons.len()),
        size as f64 / 1e6,
        started.elapsed().as_secs_f32()
    );
    Ok(())
}

/// Where the files of a package are collected.
pub fn folder() -> PathBuf {
    project::target().join("scorm")
}

/// Collects the files of the package that the browser tests use, from `dist/`.
///
/// # Errors
/// `dist/` is not there or not whole, or a file cannot be written.
pub fn for_tests() -> Result<()> {
    let lessons = lessons::find(&["02-switch".into()])?;
    make(&lessons, "Packetarium", 100, "en", &folder())?;
    Ok(())
}

/// Collects the files of a package; returns the names of all but the manifest.
fn make(lessons: &[Lesson], title: &str, mastery: u8, lang: &str, folder: &Path) -> Result<Vec<String>> {
    pack::collect(&project::dist(), lessons, folder)?;
    let files = pack::files(folder)?;
    let manifest = Manifest { title, mastery, lang, lessons, files: &files };
    pack::write(&folder.join(manifest::NAME), &manifest.to_string())?;
    Ok(files)
}

const STEPS: usize = 4;

fn step(number: usize, name: &str, what: &str) {
    println!("{number} of {STEPS}, {name}: {what}");
}

fn counted(lessons: usize) -> String {
    if lessons == 1 { "1 lesson".into() } else { format!("{lessons} lessons") }
}

/// Where the package goes; only a zip is ever overwritten.
fn output(chosen: Option<&Path>) -> Result<PathBuf> {
    let Some(path) = chosen else { return Ok(project::target().join("packetarium-scorm.zip")) };
    let shown = path.display();
    ensure!(
        path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip")),
        "--output {shown}: the package is a zip, so its name ends with .zip"
    );
    ensure!(!path.is_dir(), "--output {shown} is a folder: write the name of a file");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        ensure!(folder.is_dir(), "--output {shown}: there is no folder {}", folder.display());
    }
    Ok(path.to_owned())
}

/// Longer titles are cut off by some platforms.
const TITLE_CHARS_MAX: usize = 200;

fn title(options: &Options, lessons: &[Lesson]) -> Result<String> {
    let title = match (&options.title, lessons) {
        (Some(title), _) => title.trim().to_owned(),
        (None, [lesson]) => lesson.title(&options.lang).to_owned(),
        (None, _) => "Packetarium".to_owned(),
    };
    ensure!(
        (1..=TITLE_CHARS_MAX).contains(&title.chars().count()),
        "--title: write 1 to {TITLE_CHARS_MAX} characters"
    );
    Ok(title)
}

/// Lets the command line check the lessons. It is another program: xtask is built without the product.
fn check(console: &Console, lessons: &[Lesson]) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet", "--package", "packetarium", "--", "lesson", "check"]);
    cargo.args(lessons.iter().map(|lesson| project::shown(&lesson.path))).current_dir(project::root());
    if console.run(&mut cargo).is_err() {
        bail!(
            "a lesson has faults, listed above: nothing was packed. docs/LESSONS.md says what the fields mean"
        );
    }
    Ok(())
}

/// A text file.
fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", project::shown(file)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn options(line: &str) -> Result<Options, clap::Error> {
        Ok(Line::try_parse_from(format!("scorm {line}").split(' '))?.options)
    }

    #[test]
    fn a_package_goes_into_a_zip_in_a_folder_that_is_there() {
        let error = |path: &str| output(Some(Path::new(path))).unwrap_err().to_string();
        assert!(error("README.md").contains("ends with .zip"));
        assert!(error("nowhere/x.zip").contains("there is no folder nowhere"));
        let folder = std::env::temp_dir().join(format!("packetarium-{}.zip", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        assert!(error(folder.to_str().unwrap()).contains("is a folder"));
        fs::remove_dir(&folder).unwrap();
        assert_eq!(output(Some(Path::new("x.zip"))).unwrap(), Path::new("x.zip"));
        assert!(output(None).unwrap().starts_with(project::target()));
    }

    #[test]
    fn a_package_is_called_as_asked_or_as_its_only_lesson() {
        let called = |line: &str| {
            let options = options(line).unwrap();
            title(&options, &lessons::find(&options.lessons).unwrap()).map_err(|error| error.to_string())
        };
        assert_eq!(called("02-switch").unwrap(), "Be the switch");
        assert_eq!(called("02-switch 03-arp").unwrap(), "Packetarium");
        assert_eq!(called("02-switch --title Networks").unwrap(), "Networks");
        assert!(called(&format!("02-switch --title {}", "x".repeat(201))).unwrap_err().contains("--title"));
    }

    #[test]
    fn a_lesson_and_a_possible_percentage_are_required() {
        assert!(options("--title x").is_err());
        assert!(options("02-switch --mastery 0").is_err() && options("02-switch --mastery 101").is_err());
        assert_eq!(options("02-switch --mastery 60").unwrap().mastery, 60);
    }
}
