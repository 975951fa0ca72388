//! What a visitor downloads: every file of `dist/`, raw and as a host would compress it.
//!
//! Compressed by Node, which the build needs anyway, for wasm-opt. Not by a crate: compiling one costs each first start ten
//! seconds, and unoptimized it takes minutes over the page.

use crate::process;
use anyhow::{Context as _, Result, bail};
use std::fmt;
use std::path::Path;
use std::process::Command;

/// The most that all files of the page together may have after compression. On a slow line of 3 Mbit/s, as schools have, they
/// take two and a half seconds, and only at the first visit: then they come from the browser's cache.
pub const BUDGET_BYTES: usize = 960 * 1024;

/// Prints name, size and compressed size of each file of a folder, largest first; brotli at its best is what static
/// hosts precompress with.
const SCRIPT: &str = r#"
const { readdirSync, readFileSync, statSync } = require("node:fs");
const { brotliCompressSync, constants } = require("node:zlib");
const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
const folder = process.argv[1] + "/";
readdirSync(folder, { recursive: true })
  .filter((name) => statSync(folder + name).isFile())
  .map((name) => [name, readFileSync(folder + name)])
  .map(([name, bytes]) => [name, bytes.length, brotliCompressSync(bytes, { params }).length])
  .sort(([a, , x], [b, , y]) => y - x || (a < b ? -1 : 1))
  .forEach((row) => console.log(row.join("\t")));
"#;

/// The files of a folder with their sizes.
pub struct Sizes(Vec<File>);

struct File {
    name: String,
    raw: usize,
    brotli: usize,
}

/// Measures a folder and those in it.
pub fn of(folder: &Path) -> Result<Sizes> {
    let rows = process::output(Command::new("node").args(["--eval", SCRIPT]).arg(folder))
        .with_context(|| format!("node cannot measure {}: is Node.js installed?", folder.display()))?;
    let files: Option<Vec<File>> = rows.lines().map(file).collect();
    Ok(Sizes(files.context("node printed no sizes")?))
}

fn file(row: &str) -> Option<File> {
    let mut cells = row.split('\t');
    let name = cells.next()?.to_owned();
    Some(File { name, raw: cells.next()?.parse().ok()?, brotli: cells.next()?.parse().ok()? })
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
        assert_eq!(error, "the page is 961 KB compressed, over its budget of 960 KB");
    }

    #[test]
    fn malformed_rows_are_refused() {
        let File { name, raw, brotli } = file("styles/a.css\t120\t40").unwrap();
        assert_eq!((name.as_str(), raw, brotli), ("styles/a.css", 120, 40));
        assert!(file("a.css\t120").is_none() && file("").is_none());
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
