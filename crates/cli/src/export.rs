//! Writes a lab for another program.

use anyhow::Context;
use scenario::Scenario;
use scenario::export::{Export, File, Format};
use std::fs;
use std::path::{Path, PathBuf};

/// Reads the name of a program.
pub fn format(name: &str) -> Result<Format, String> {
    let known = Format::ALL.iter().find(|(known, _)| *known == name);
    known
        .map(|(_, format)| *format)
        .ok_or_else(|| format!("one of {}", Format::ALL.map(|(name, _)| name).join(", ")))
}

/// Prints the lab if it is one file and no place is given, otherwise writes it there.
pub fn export(scenario: &Scenario, format: Format, output: Option<PathBuf>) -> anyhow::Result<()> {
    let Export { name, files } = scenario::export::export(scenario, format);
    match (&files[..], output) {
        ([file], None) if format != Format::Kathara => Ok(super::print(&file.text)?),
        ([file], Some(path)) if format != Format::Kathara && !path.is_dir() => write(&path, &file.text),
        (files, folder) => {
            let folder = folder.unwrap_or_else(|| PathBuf::from(name));
            fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
            files.iter().try_for_each(|File { name, text }| write(&folder.join(name), text))
        }
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
