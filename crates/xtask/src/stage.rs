//! Checks that the page's stage does not use the session.
//!
//! The stage draws a topology and a history. With that alone it can be tested, and shown in other pages, without a session
//! around it. It is a part of the crate `web`, which depends on `lab`, so that Cargo's metadata ([`crate::arrows`]) cannot
//! check it: its sources are read instead.

use crate::project;
use crate::sources::{self, names};
use anyhow::Result;
use std::path::Path;

const STAGE: &str = "web/src/stage";
/// The crate of the session.
const SESSION: &str = "lab";

/// Every line of the stage that names the session's crate, as a sentence.
///
/// # Errors
/// Fails if a file cannot be read.
pub fn faults() -> Result<Vec<String>> {
    let files = sources::below(&project::root().join(STAGE))?;
    Ok(files.iter().flat_map(|(path, source)| faults_of(path, source)).collect())
}

fn faults_of(path: &Path, source: &str) -> Vec<String> {
    let guilty = source.lines().enumerate().filter(|(_, line)| names(line, SESSION));
    guilty
        .map(|(index, line)| {
            format!(
                "{}:{} names `{SESSION}`: `{}`. The stage may use `netlab`, `trace`, `wire` and `dissect` and no session: move \
                 what both need into one of these, or pass it in as an argument",
                project::shown(path),
                index + 1,
                line.trim()
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_in(source: &str) -> Vec<String> {
        faults_of(Path::new("web/src/stage/looks.rs"), source)
    }

    #[test]
    fn a_line_that_names_the_session_is_an_error_with_its_place_and_what_to_do() {
        let [fault] =
            faults_in("use kurbo::Point;\nuse lab::Lab;\nuse netlab::History;\n").try_into().unwrap();
        assert!(fault.starts_with("web/src/stage/looks.rs:2 names `lab`: `use lab::Lab;`"), "{fault}");
        assert!(fault.contains("pass it in as an argument"), "{fault}");
        for line in ["use {lab as session, netlab};", "let at = ::lab::Lab::new();", "//! See [`lab::view`]."]
        {
            assert_eq!(faults_in(line).len(), 1, "{line}");
        }
    }

    #[test]
    fn words_that_contain_the_name_are_no_error() {
        let source = "use netlab::History;\nlet label = looks.label();\nmod lab_bench;\n";
        assert_eq!(faults_in(source), Vec::<String>::new());
    }

    #[test]
    fn the_stage_of_this_checkout_is_read_and_names_no_session() {
        let files = sources::below(&project::root().join(STAGE)).unwrap();
        assert!(files.iter().any(|(path, _)| path.ends_with("paint/frames.rs")), "folders are read, too");
        assert_eq!(faults().unwrap(), Vec::<String>::new());
    }
}
