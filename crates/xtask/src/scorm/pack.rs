//! The files of a package: the page as `dist/` has it, with the script for the platform, the chosen lessons and no others, as a folder
//! and then as a zip.
//!
//! The service worker compares each file of the page with a digest, so its list is made anew. Compressed forms of files are left
//! out: no platform serves them. The zip has the same bytes whenever it is made of the same files.

use super::lessons::{self, Lesson};
use super::{manifest, read};
use crate::{offline, project};
use anyhow::{Context as _, Result, ensure};
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const PAGE: &str = "index.html";
const LESSONS: &str = "lessons";
/// The script for the platform, and what the page gets besides.
const SCRIPT: &str = "scorm.js";
const MARKUP: &str = "scorm.html";

/// Copies the page and the lessons into `folder`, which is emptied before.
///
/// # Errors
/// `dist/` is not what `cargo xtask build` makes, or a file cannot be copied.
pub fn collect(dist: &Path, lessons: &[Lesson], folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} is in the way", project::shown(folder)))?;
    }
    for name in files(dist)? {
        let of_lessons = name.strip_prefix("lessons/");
        let is_wanted = of_lessons.is_none_or(|name| name.starts_with("glossary/"));
        if is_wanted && ![".br", ".gz"].iter().any(|ending| name.ends_with(ending)) {
            copy(&dist.join(&name), &folder.join(&name))?;
        }
        let language = of_lessons.and_then(|name| name.strip_prefix("course.")?.strip_suffix(".tsv"));
        if let Some(language) = language {
            write(&folder.join(&name), &lessons::course(lessons, language))?;
        }
    }
    for lesson in lessons {
        for name in lesson.files() {
            copy(&lesson.path.join(&name), &folder.join(LESSONS).join(&lesson.name).join(&name))?;
        }
    }
    let web = project::root().join("web");
    let script = offline::without_comments(&read(&web.join(SCRIPT))?);
    let name = offline::named_by_content(SCRIPT, &script);
    write(&folder.join(&name), &script)?;
    let page = with_script(&read(&folder.join(PAGE))?, &name, &read(&web.join(MARKUP))?)?;
    write(&folder.join(PAGE), &page)?;
    offline::renew(folder)
}

/// The page with the script, which runs before the one that starts the page, and with what the script shows.
fn with_script(page: &str, name: &str, markup: &str) -> Result<String> {
    let places = [r#"<script type="module" src="./boot-"#, "<body>"];
    for place in places {
        ensure!(
            page.matches(place).count() == 1,
            "dist/{PAGE} is not what `cargo xtask build` makes: run that first"
        );
    }
    let script = format!(r#"<script type="module" src="./{name}"></script>"#);
    let page = page.replace(places[0], &format!("{script}{}", places[0]));
    Ok(page.replace(places[1], &format!("{}\n{markup}", places[1])))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", project::shown(folder)))?;
    }
    fs::copy(from, to).with_context(|| format!("{} cannot be copied", project::shown(from)))?;
    Ok(())
}

/// Writes a text file.
pub fn write(file: &Path, text: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", project::shown(folder)))?;
    }
    fs::write(file, text).with_context(|| format!("{} cannot be written", project::shown(file)))
}

/// The names of all files below a folder, with `/`, sorted.
pub fn files(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    collect_names(folder, "", &mut names)?;
    names.sort();
    Ok(names)
}

fn collect_names(folder: &Path, before: &str, names: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", project::shown(folder)))? {
        let entry = entry?;
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect_names(&entry.path(), &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

/// Writes the manifest and these files of a folder as a zip; returns its size in bytes.
///
/// # Errors
/// A file cannot be read, or the zip cannot be written.
pub fn zip(folder: &Path, files: &[String], output: &Path) -> Result<u64> {
    let cannot = || format!("{} cannot be written", project::shown(output));
    let file = File::create(output).with_context(cannot)?;
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for name in [manifest::NAME].into_iter().chain(files.iter().map(String::as_str)) {
        let shown = || format!("{name} cannot be packed");
        zip.start_file(name, options).with_context(shown)?;
        io::copy(&mut File::open(folder.join(name)).with_context(shown)?, &mut zip).with_context(shown)?;
    }
    let written = zip.finish().with_context(cannot)?.into_inner().with_context(cannot)?;
    Ok(written.metadata()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use zip::ZipArchive;

    const BUILT: &str = r#"<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="script-src 'self'"><script type="module" src="./boot-0123456789abcdef.js" data-js="./web.js" data-worker="./sw.js" data-version="old" data-wasm="./web.wasm"></script></head><body>
</body></html>"#;

    /// A folder like `dist/`, gone when the test ends.
    struct Made(PathBuf);

    impl Made {
        fn dist(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("packetarium-{name}-{}", std::process::id()));
            let dist = folder.join("dist");
            for (file, text) in [
                ("index.html", BUILT),
                ("sw.js", "old"),
                ("boot-0123456789abcdef.js", "boot"),
                ("web.wasm", "wasm"),
                ("web.wasm.br", "x"),
                ("web.wasm.gz", "x"),
                ("lessons/course.en.tsv", "all"),
                ("lessons/glossary/en.json", "{}"),
                ("lessons/01-frames/lesson.json", "{}"),
            ] {
                write(&dist.join(file), text).unwrap();
            }
            Self(folder)
        }
    }

    impl Drop for Made {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn packed(made: &Made) -> (Vec<u8>, BTreeMap<String, String>) {
        let folder = made.0.join("scorm");
        let lessons = lessons::find(&["02-switch".into()]).unwrap();
        collect(&made.0.join("dist"), &lessons, &folder).unwrap();
        let names = files(&folder).unwrap();
        write(&folder.join(manifest::NAME), "<manifest/>").unwrap();
        let output = made.0.join("out.zip");
        assert_eq!(zip(&folder, &names, &output).unwrap(), fs::metadata(&output).unwrap().len());
        let mut archive = ZipArchive::new(File::open(&output).unwrap()).unwrap();
        let count = archive.len();
        let read = |number| {
            let mut file = archive.by_index(number).unwrap();
            (file.name().unwrap().into_owned(), io::read_to_string(&mut file).unwrap())
        };
        let contents = (0..count).map(read).collect();
        (fs::read(output).unwrap(), contents)
    }

    /// How the name of the worker's list of the lessons begins.
    const LIST: &str = "lessons/files-";

    #[test]
    fn a_package_has_the_page_with_the_script_and_the_chosen_lessons_only() {
        let made = Made::dist("package");
        let (_, contents) = packed(&made);
        let script = contents.keys().find(|name| name.starts_with("scorm-")).unwrap();
        let is_list = |name: &&str| name.starts_with(LIST);
        let names = || contents.keys().map(String::as_str);
        assert_eq!(names().filter(is_list).count(), 1, "the worker's list of the lessons");
        let names: Vec<&str> = names().filter(|name| name != script && !is_list(name)).collect();
        assert_eq!(
            names,
            [
                "boot-0123456789abcdef.js",
                "imsmanifest.xml",
                "index.html",
                "lessons/02-switch/en.json",
                "lessons/02-switch/es.json",
                "lessons/02-switch/lesson.json",
                "lessons/course.en.tsv",
                "lessons/glossary/en.json",
                "sw.js",
                "web.wasm",
            ]
        );
        let course = &contents["lessons/course.en.tsv"];
        assert!(course.starts_with("02-switch\tswitch\t") && course.lines().count() == 1, "{course}");
    }

    #[test]
    fn the_page_keeps_its_policy_and_its_worker_knows_the_files_of_the_package() {
        let made = Made::dist("page");
        let (_, contents) = packed(&made);
        let page = &contents["index.html"];
        let script = contents.keys().find(|name| name.starts_with("scorm-")).unwrap();
        assert!(page.contains(r#"content="script-src 'self'""#) && !page.contains("<script>"), "{page}");
        let [ours, boot] = [script.as_str(), "boot-"].map(|name| page.find(name).unwrap());
        assert!(ours < boot, "the script completes the address before the page reads it: {page}");
        assert!(page.contains(r#"id="scorm""#), "{page}");
        assert_eq!(page.matches("data-worker=").count(), 1, "{page}");
        assert!(!page.contains("data-version=\"old\""), "{page}");
        let worker = &contents["sw.js"];
        let list = contents.keys().find(|name| name.starts_with(LIST)).unwrap();
        assert!(worker.contains(script) && worker.contains(list), "{worker}");
        let lessons = &contents[list];
        assert!(lessons.contains("lessons/02-switch/en.json") && !lessons.contains("01-frames"), "{lessons}");
        assert!(!worker.contains(manifest::NAME) && !lessons.contains(manifest::NAME), "{worker}");
    }

    #[test]
    fn the_same_files_make_the_same_package() {
        let made = Made::dist("same");
        assert!(packed(&made).0 == packed(&made).0);
    }

    #[test]
    fn a_folder_that_is_no_built_page_is_refused_with_what_to_do() {
        let made = Made::dist("unbuilt");
        let dist = made.0.join("dist");
        write(&dist.join(PAGE), "<body></body>").unwrap();
        let lessons = lessons::find(&["02-switch".into()]).unwrap();
        let error = collect(&dist, &lessons, &made.0.join("scorm")).unwrap_err().to_string();
        assert!(error.contains("cargo xtask build"), "{error}");
    }
}
