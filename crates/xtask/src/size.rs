//! What a visitor downloads: every file of `dist/`, raw and as a host would compress it.

use anyhow::{Context as _, Result, bail};
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// The whole page, compressed.
const BUDGET_BYTES: usize = 400 * 1024;

/// The files of a folder with their sizes.
pub struct Sizes(Vec<File>);

struct File {
    name: String,
    raw: usize,
    brotli: usize,
}

/// Measures a folder and those in it.
pub fn of(folder: &Path) -> Result<Sizes> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    files.sort_by(|a, b| b.brotli.cmp(&a.brotli).then_with(|| a.name.cmp(&b.name)));
    Ok(Sizes(files))
}

fn collect(folder: &Path, top: &Path, files: &mut Vec<File>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, top, files)?;
        } else {
            let bytes = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let name = path.strip_prefix(top).expect("it is below the top").display().to_string();
            files.push(File { name, raw: bytes.len(), brotli: compressed(&bytes)? });
        }
    }
    Ok(())
}

/// The size after brotli at its best, which is what static hosts precompress with.
fn compressed(bytes: &[u8]) -> Result<usize> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 24);
    writer.write_all(bytes)?;
    Ok(writer.into_inner().len())
}

impl Sizes {
    fn total(&self, size: impl Fn(&File) -> usize) -> usize {
        self.0.iter().map(size).sum()
    }

    /// All files together: raw, compressed.
    pub fn sums(&self) -> (usize, usize) {
        (self.total(|file| file.raw), self.total(|file| file.brotli))
    }

    /// Fails if a visitor has to download more than the budget.
    pub fn within_budget(&self) -> Result<()> {
        let total = self.total(|file| file.brotli);
        if total > BUDGET_BYTES {
            bail!(
                "the page is {} KB compressed, over its budget of {} KB",
                total / 1024,
                BUDGET_BYTES / 1024
            );
        }
        Ok(())
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, raw: usize, brotli: usize| {
            writeln!(formatter, "{name:44} {:>9.1} KB {:>9.1} KB", raw as f64 / 1024., brotli as f64 / 1024.)
        };
        for file in &self.0 {
            row(&file.name, file.raw, file.brotli)?;
        }
        row("total", self.total(|file| file.raw), self.total(|file| file.brotli))?;
        writeln!(formatter, "(raw and brotli; the budget is {} KB of brotli)", BUDGET_BYTES / 1024)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(brotli: &[usize]) -> Sizes {
        Sizes(brotli.iter().map(|&brotli| File { name: "x".into(), raw: 2 * brotli, brotli }).collect())
    }

    #[test]
    fn the_budget_is_of_all_files_together() {
        sizes(&[BUDGET_BYTES / 2, BUDGET_BYTES / 2]).within_budget().unwrap();
        let error = sizes(&[BUDGET_BYTES, 1024]).within_budget().unwrap_err().to_string();
        assert_eq!(error, "the page is 401 KB compressed, over its budget of 400 KB");
    }

    #[test]
    fn what_repeats_is_compressed_away() {
        assert!(compressed(&[7; 100_000]).unwrap() < 100);
    }

    #[test]
    fn the_table_ends_with_the_sum() {
        let table = sizes(&[1024, 2048]).to_string();
        assert!(
            table.contains("total                                              6.0 KB       3.0 KB"),
            "{table}"
        );
    }
}
