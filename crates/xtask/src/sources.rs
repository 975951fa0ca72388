//! Rust sources as text: the files below a folder, and the words in them.

use crate::project;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The path and the text of every Rust file below a folder, in the order of their paths.
///
/// # Errors
/// Fails if a folder or a file cannot be read.
pub fn below(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let unreadable = |path: &Path| format!("{} cannot be read", project::shown(path));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| unreadable(folder))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).with_context(|| unreadable(&path))?;
            files.push((path, text));
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a source contains a crate's name as a whole word.
pub fn names(source: &str, name: &str) -> bool {
    let identifier = name.replace('-', "_");
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    source.match_indices(&identifier).any(|(at, _)| {
        !source[..at].ends_with(in_word) && !source[at + identifier.len()..].starts_with(in_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_are_names() {
        assert!(names("use rand_core::RngCore;", "rand-core") && names("lab::Lab", "lab"));
        assert!(!names("netlab::History", "lab") && !names("label", "lab") && !names("lab_2", "lab"));
    }
}
