//! The last step of a build: makes `dist/` work offline after the first visit.
//!
//! The service worker (web/sw.js) has to know every file of the page, and trunk only decides their names while it builds. So
//! the list is made from the contents of `dist/`, with digests that the browser compares. The version is a hash of that list: it
//! changes exactly when a file of the page changes.
//!
//! web/boot.js has one name in all versions when trunk is done. It gets one after its content, like everything that
//! index.html loads, so that no version of the page ever starts with the script of another.

use crate::card::PICTURE;
use crate::{process, project};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::Path;
use std::process::Command;
use xxhash_rust::xxh3::xxh3_64;

const PAGE: &str = "index.html";
const BOOT: &str = "boot.js";
const WORKER: &str = "sw.js";
/// Below `dist/`: the lessons, and the list of their files, which is not a part of the worker: every visitor downloads that.
const LESSONS: &str = "lessons/";
const LIST: &str = "files.js";

/// Prints name and digest of each file of a folder, in the order of names, without the compressed forms of files. By Node: see [`crate::size`].
const SCRIPT: &str = r#"
const { createHash } = require("node:crypto");
const { readdirSync, readFileSync, statSync } = require("node:fs");
const folder = process.argv[1] + "/";
readdirSync(folder, { recursive: true })
  .filter((name) => statSync(folder + name).isFile() && !/\.(br|gz)$/.test(name))
  .sort()
  .map((name) => [name.replaceAll("\\", "/"), createHash("sha256").update(readFileSync(folder + name)).digest("base64")])
  .forEach((row) => console.log(row.join("\t")));
"#;

/// A file's name below `dist/` and its digest in the form of Subresource Integrity.
#[derive(Debug, PartialEq, Eq)]
struct File {
    name: String,
    integrity: String,
}

/// Writes the service worker and adds its name to the page.
pub fn prepare(dist: &Path) -> Result<()> {
    let boot = without_comments(&read(&dist.join(BOOT))?);
    let boot_name = named_by_content(BOOT, &boot);
    write(&dist.join(&boot_name), &boot)?;
    fs::remove_file(dist.join(BOOT)).context("the start script cannot be removed under its old name")?;
    let page = read(&dist.join(PAGE))?;
    ensure!(page.contains(&format!("./{BOOT}")), "{PAGE} does not start the page as Trunk.toml says");
    let page = page.replace(&format!("./{BOOT}"), &format!("./{boot_name}"));
    write(&dist.join(PAGE), &page)?;
    renew(dist)
}

/// Makes the service worker's list of a folder with the page, in the place of an older one.
pub fn renew(folder: &Path) -> Result<()> {
    let worker_file = folder.join(WORKER);
    if worker_file.exists() {
        fs::remove_file(&worker_file).context("the service worker cannot be replaced")?;
    }
    remove_lists(&folder.join(LESSONS))?;
    let page = without_worker(&read(&folder.join(PAGE))?);
    write(&folder.join(PAGE), &page)?;
    let version = version(&files(folder)?);
    write(&folder.join(PAGE), &with_worker(&page, &version)?)?;
    let template = read(&project::root().join("web").join(WORKER))?;
    let (lessons, others): (Vec<File>, Vec<File>) =
        files(folder)?.into_iter().partition(|file| file.name.starts_with(LESSONS));
    let list = format!("const LESSONS = {};\n", listed(&lessons));
    let list_name = format!("{LESSONS}{}", named_by_content(LIST, &list));
    write(&folder.join(&list_name), &list)?;
    write(&worker_file, &worker(&template, &version, &list_name, &others)?)
}

/// Removes older lists of the lessons' files; makes the folder if there is none.
fn remove_lists(lessons: &Path) -> Result<()> {
    fs::create_dir_all(lessons).context("there is no folder for the lessons")?;
    for entry in fs::read_dir(lessons).context("the lessons cannot be listed")? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        // With its compressed forms.
        if name.starts_with("files-") {
            fs::remove_file(&file).context("the list of the lessons cannot be replaced")?;
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", project::shown(file)))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("{} cannot be written", project::shown(file)))
}

fn files(folder: &Path) -> Result<Vec<File>> {
    let rows = process::output(Command::new("node").args(["--eval", SCRIPT]).arg(folder))
        .with_context(|| format!("node cannot list {}: is Node.js installed?", project::shown(folder)))?;
    // The page does not load the picture.
    rows.lines().map(file).filter(|file| !matches!(file, Ok(file) if file.name == PICTURE)).collect()
}

fn file(row: &str) -> Result<File> {
    let (name, digest) = row.split_once('\t').context("node printed no digests")?;
    // It becomes part of a script, and of an address.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
    ensure!(name.chars().all(is_plain), "{name:?} is no name for a file of the page");
    Ok(File { name: name.to_owned(), integrity: format!("sha256-{digest}") })
}

fn version(files: &[File]) -> String {
    let list: String = files.iter().map(|file| format!("{}\t{}\n", file.name, file.integrity)).collect();
    format!("{:016x}", xxh3_64(list.as_bytes()))
}

/// `boot.js` → `boot-0123456789abcdef.js`: the form that trunk gives names too.
pub fn named_by_content(name: &str, content: &str) -> String {
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    format!("{stem}-{:016x}.{extension}", xxh3_64(content.as_bytes()))
}

/// A script without the lines that are only comments; they are in the sources.
pub fn without_comments(script: &str) -> String {
    let is_comment = |line: &str| line.starts_with("//") || line.starts_with("/*") && line.ends_with("*/");
    script
        .lines()
        .filter(|line| !is_comment(line.trim()) && !line.is_empty())
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// The page without what [`with_worker`] has added.
fn without_worker(page: &str) -> String {
    let found =
        page.find(" data-worker=").and_then(|start| Some((start, page[start..].find(" data-wasm=")?)));
    match found {
        Some((start, length)) => format!("{}{}", &page[..start], &page[start + length..]),
        None => page.to_owned(),
    }
}

/// The page with what web/boot.js needs to register the worker.
fn with_worker(page: &str, version: &str) -> Result<String> {
    let place = " data-wasm=";
    ensure!(page.matches(place).count() == 1, "{PAGE} does not start the page as Trunk.toml says");
    Ok(page.replace(place, &format!(r#" data-worker="./{WORKER}" data-version="{version}"{place}"#)))
}

/// Files as an object of JavaScript.
fn listed(files: &[File]) -> String {
    let rows: Vec<_> =
        files.iter().map(|File { name, integrity }| format!("  \"{name}\": \"{integrity}\",\n")).collect();
    format!("{{\n{}}}", rows.concat())
}

/// `lessons`: the name of their list; `files`: all others.
fn worker(template: &str, version: &str, lessons: &str, files: &[File]) -> Result<String> {
    let script = without_comments(template)
        .replace("{{version}}", version)
        .replace("{{lessons}}", lessons)
        .replace("{{files}}", &listed(files));
    ensure!(script.contains(version) && !script.contains("{{"), "web/{WORKER} has other placeholders");
    Ok(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_file(name: &str, integrity: &str) -> File {
        File { name: name.into(), integrity: integrity.into() }
    }

    #[test]
    fn the_version_changes_with_a_name_and_with_a_content() {
        let versions =
            [("a.css", "x"), ("b.css", "x"), ("a.css", "y")].map(|(a, x)| version(&[a_file(a, x)]));
        assert!(versions[0] != versions[1] && versions[0] != versions[2], "{versions:?}");
        assert_eq!(versions[0], version(&[a_file("a.css", "x")]));
        assert_eq!(versions[0].len(), 16);
    }

    #[test]
    fn the_worker_of_this_checkout_takes_the_list() {
        let template = include_str!("../../../web/sw.js");
        let script =
            worker(template, "0123", "lessons/files-4567.js", &[a_file("index.html", "sha256-x=")]).unwrap();
        assert!(script.starts_with(
            "const VERSION = \"0123\";\nimportScripts(\"lessons/files-4567.js\");\nconst FILES = { ...LESSONS, ...{\n  \"index.html\": \"sha256-x=\",\n} };\n"
        ));
        assert!(!script.contains("\n//") && !script.contains("\n  //"), "{script}");
        assert!(worker("nothing to fill in", "0123", "", &[]).is_err());
    }

    #[test]
    fn the_page_names_its_worker_and_its_version() {
        let page = r#"<script src="./boot.js" data-js="./web.js" data-wasm="./web.wasm"></script>"#;
        let expected = r#"<script src="./boot.js" data-js="./web.js" data-worker="./sw.js" data-version="v" data-wasm="./web.wasm"></script>"#;
        assert_eq!(with_worker(page, "v").unwrap(), expected);
        assert!(with_worker("<script></script>", "v").is_err());
        assert_eq!([without_worker(expected), without_worker(page)], [page, page]);
    }

    #[test]
    fn a_name_after_the_content_has_trunks_form() {
        let name = named_by_content("boot.js", "1");
        let digest = name.strip_prefix("boot-").and_then(|rest| rest.strip_suffix(".js")).unwrap();
        assert!(digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
        assert_ne!(name, named_by_content("boot.js", "2"));
    }

    #[test]
    fn only_whole_lines_are_taken_for_comments() {
        let script = "// one\nconst a = 1; // two\n\n  // three\n  const b = \"// four\";\n";
        assert_eq!(without_comments(script), "const a = 1; // two\n  const b = \"// four\";\n");
    }

    #[test]
    fn names_with_other_than_plain_characters_are_refused() {
        assert_eq!(file("a/b-1_bg.wasm\tx=").unwrap(), a_file("a/b-1_bg.wasm", "sha256-x="));
        for row in ["a\"b\tx", "a b\tx", "nothing"] {
            assert!(file(row).is_err(), "{row}");
        }
    }
}
