//! What a visitor downloads: every file of `dist/`, raw and as a host would compress it.
//!
//! Compressed by Node, which the build needs anyway, for wasm-opt. Not by a crate: compiling one costs each first start ten
//! seconds, and unoptimized it takes minutes over the page.

use crate::card::PICTURE;
use crate::process;
use anyhow::{Context as _, Result, bail};
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The most that a first visitor may download until the first frame moves, after compression. On a slow line of 3 Mbit/s, as
/// schools have, that takes a second and a half.
pub const FIRST_BUDGET_BYTES: usize = 500 * 1024;
/// The most that all files of the page together may have: what is downloaded in idle time, and kept for later visits.
pub const BUDGET_BYTES: usize = 1_100 * 1024;

/// Files of at least this many bytes are written in compressed form, too.
const COMPRESSED_FROM_BYTES: usize = 4 * 1024;

/// Prints name, size and compressed size of each file of a folder, largest first; brotli at its best is what static
/// hosts precompress with. Writes what is large in compressed form beside it, for hosts that look for that.
const SCRIPT: &str = r#"
const { readdirSync, readFileSync, statSync, writeFileSync } = require("node:fs");
const { brotliCompressSync, constants, gzipSync } = require("node:zlib");
const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
const [folder, from] = [process.argv[1] + "/", Number(process.argv[2])];
readdirSync(folder, { recursive: true })
  .filter((name) => statSync(folder + name).isFile() && !/\.(br|gz)$/.test(name))
  .map((name) => {
    const bytes = readFileSync(folder + name);
    const brotli = brotliCompressSync(bytes, { params });
    if (bytes.length >= from) {
      writeFileSync(`${folder}${name}.br`, brotli);
      writeFileSync(`${folder}${name}.gz`, gzipSync(bytes, { level: 9 }));
    }
    return [name, bytes.length, brotli.length];
  })
  .sort(([a, , x], [b, , y]) => y - x || (a < b ? -1 : 1))
  .forEach((row) => console.log(row.join("\t")));
"#;

/// The files of a folder with their sizes.
pub struct Sizes(Vec<File>);

struct File {
    name: String,
    raw: usize,
    brotli: usize,
    /// A first visitor downloads it before the first frame moves.
    first: bool,
}

/// Measures a folder and those in it, and writes the compressed forms of what is large.
pub fn of(folder: &Path) -> Result<Sizes> {
    let mut node = Command::new("node");
    node.args(["--eval", SCRIPT]).arg(folder).arg(COMPRESSED_FROM_BYTES.to_string());
    let rows = process::output(&mut node)
        .with_context(|| format!("node cannot measure {}: is Node.js installed?", folder.display()))?;
    let page = fs::read_to_string(folder.join(PAGE)).context("the page cannot be read")?;
    let rows = rows.lines().filter(|row| !row.starts_with(PICTURE));
    let files: Option<Vec<File>> = rows.map(|row| file(row, &page)).collect();
    Ok(Sizes(files.context("node printed no sizes")?))
}

/// The page itself, and every file that it names: styles, scripts, the first module, icons. The pieces are named by the
/// script that loads them. tests/browser/specs/pieces.spec.js counts what a browser really requests.
const PAGE: &str = "index.html";
/// How the names of language files begin; the page names all of them, and a visitor downloads those of one language. They are no part
/// of what is counted in all: another language makes the page no heavier for anyone.
const LANGUAGE: &str = "texts-";
/// Where lessons are, which are downloaded one by one, when they are opened, and are no part of the sum either; nor is the part of the
/// page that the first of them brings with it.
const LESSONS: &str = "lessons";
/// The rest of the name of what a visitor downloads at first, in English.
const FIRST_LANGUAGE: &str = "en-first-";

fn file(row: &str, page: &str) -> Option<File> {
    let mut cells = row.split('\t');
    let name = cells.next()?.to_owned();
    let first = match name.strip_prefix(LANGUAGE) {
        Some(file) => file.starts_with(FIRST_LANGUAGE),
        None => name == PAGE || page.contains(&name),
    };
    Some(File { name, raw: cells.next()?.parse().ok()?, brotli: cells.next()?.parse().ok()?, first })
}

impl Sizes {
    fn total(&self, size: impl Fn(&File) -> usize) -> usize {
        self.0.iter().map(size).sum()
    }

    /// All files together but languages and lessons: raw, compressed.
    pub fn sums(&self) -> (usize, usize) {
        let counted = |size: fn(&File) -> usize| {
            self.total(|file| {
                if [LANGUAGE, LESSONS].iter().any(|apart| file.name.starts_with(apart)) {
                    0
                } else {
                    size(file)
                }
            })
        };
        (counted(|file| file.raw), counted(|file| file.brotli))
    }

    /// What a first visitor downloads until the first frame moves, compressed.
    pub fn first(&self) -> usize {
        self.0.iter().filter(|file| file.first).map(|file| file.brotli).sum()
    }

    /// Fails if a visitor has to download more than the budgets.
    pub fn within_budget(&self) -> Result<()> {
        let what = [
            ("what a visitor downloads until the first frame moves", self.first(), FIRST_BUDGET_BYTES),
            ("the page", self.sums().1, BUDGET_BYTES),
        ];
        for (what, bytes, budget) in what {
            if bytes > budget {
                bail!("{what} is {} KB compressed, over its budget of {} KB", bytes / 1024, budget / 1024);
            }
        }
        Ok(())
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, raw: usize, brotli: usize| {
            writeln!(formatter, "{name:44} {:>9.1} KB {:>9.1} KB", raw as f64 / 1024., brotli as f64 / 1024.)
        };
        let (first, later): (Vec<_>, Vec<_>) = self.0.iter().partition(|file| file.first);
        for (files, sum) in [(first, "until the first frame moves"), (later, "later")] {
            for file in
                files.iter().filter(|file| !file.name.starts_with(LESSONS) || !file.name.contains('/'))
            {
                row(&file.name, file.raw, file.brotli)?;
            }
            let of = |size: fn(&File) -> usize| files.iter().map(|file| size(file)).sum();
            row(sum, of(|file| file.raw), of(|file| file.brotli))?;
        }
        let (raw, brotli) = self.sums();
        row("total", raw, brotli)?;
        writeln!(
            formatter,
            "(raw and brotli; the budgets are {} KB of brotli until the first frame moves and {} KB in all; languages and lessons are not in the total)",
            FIRST_BUDGET_BYTES / 1024,
            BUDGET_BYTES / 1024
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(brotli: &[(usize, bool)]) -> Sizes {
        let file = |&(brotli, first)| File { name: "x".into(), raw: 2 * brotli, brotli, first };
        Sizes(brotli.iter().map(file).collect())
    }

    #[test]
    fn both_budgets_are_held() {
        let rest = BUDGET_BYTES - FIRST_BUDGET_BYTES;
        sizes(&[(FIRST_BUDGET_BYTES, true), (rest, false)]).within_budget().unwrap();
        let error = |sizes: Sizes| sizes.within_budget().unwrap_err().to_string();
        assert_eq!(
            error(sizes(&[(FIRST_BUDGET_BYTES, true), (1024, true)])),
            "what a visitor downloads until the first frame moves is 501 KB compressed, over its budget of 500 KB"
        );
        assert_eq!(
            error(sizes(&[(FIRST_BUDGET_BYTES, true), (rest + 1024, false)])),
            "the page is 1101 KB compressed, over its budget of 1100 KB"
        );
    }

    #[test]
    fn of_the_languages_only_what_an_english_page_needs_at_first_is_counted_and_only_there() {
        let page = "texts-en-first-1.txt texts-en-later-1.txt texts-es-first-2.txt";
        let row = |name: &str| file(&format!("{name}\t9\t5"), page).unwrap();
        let names = ["texts-en-first-1.txt", "texts-en-later-1.txt", "texts-es-first-2.txt"];
        let sizes = Sizes(names.map(row).into());
        assert_eq!((sizes.first(), sizes.sums()), (5, (0, 0)));
    }

    #[test]
    fn malformed_rows_are_refused() {
        let File { name, raw, brotli, first } = file("styles/a.css\t120\t40", "href=./styles/a.css").unwrap();
        assert_eq!((name.as_str(), raw, brotli, first), ("styles/a.css", 120, 40, true));
        assert!(!file("b.wasm\t120\t40", "href=./styles/a.css").unwrap().first);
        assert!(file("a.css\t120", "").is_none() && file("", "").is_none());
    }

    #[test]
    fn the_table_ends_with_the_sum() {
        let table = sizes(&[(1024, true), (2048, false)]).to_string();
        for row in [
            "until the first frame moves                        2.0 KB       1.0 KB",
            "total                                              6.0 KB       3.0 KB",
        ] {
            assert!(table.contains(row), "{table}");
        }
    }
}
