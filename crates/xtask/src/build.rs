//! `cargo xtask build`: the page as files for any static host.

use crate::console::Console;
use crate::setup::{self, Needs, Toolbox};
use crate::{crates, offline, pieces, project, size, texts};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::Path;

/// What trunk leaves for the nonce of its reload script (see Trunk.toml), wherever it stands.
const NONCE_PLACES: [&str; 2] = [r#" nonce="{{__TRUNK_NONCE__}}""#, " 'nonce-{{__TRUNK_NONCE__}}'"];

/// Smaller crates are not listed.
const CRATES_SHOWN: usize = 20;

/// Sets up what is missing, builds `dist/` and checks its size.
pub fn run() -> Result<()> {
    let toolbox = setup::prepare(Needs { page: true, optimized: true, pieces: true, ..Needs::default() })?;
    let console = Console::terminal();
    build(&toolbox, &console)?;
    check_size(&console)
}

/// Prints what a visitor downloads; fails if it is more than the budget.
pub fn check_size(console: &Console) -> Result<()> {
    let sizes = size::of(&project::dist())?;
    sizes.to_string().lines().for_each(|line| console.print(line));
    console.print("the first module's code by crate, before wasm-opt:");
    let first = pieces::first_module();
    let wasm = fs::read(&first).with_context(|| format!("{} cannot be read", project::shown(&first)))?;
    let of_crates = crates::of(&wasm)?;
    for (name, bytes) in of_crates.iter().take(CRATES_SHOWN) {
        console.print(&format!("{name:44} {:>9.1} KB", *bytes as f64 / 1024.));
    }
    sizes.within_budget()
}

/// Builds `dist/`.
pub fn build(toolbox: &Toolbox, console: &Console) -> Result<()> {
    let dist = project::dist();
    console.cargo(
        toolbox.wasm_command("trunk").args(["build", "--release", "--features=split", "--dist"]).arg(&dist),
    )?;
    harden(&dist)?;
    pieces::cut(toolbox, console, &dist)?;
    texts::prepare(console, &dist)?;
    // Trunk's working folder.
    let _ = fs::remove_dir_all(dist.join(".stage"));
    offline::prepare(&dist)
}

/// Removes what only trunk's server needs.
fn harden(dist: &Path) -> Result<()> {
    let file = dist.join("index.html");
    let page =
        fs::read_to_string(&file).with_context(|| format!("{} cannot be read", project::shown(&file)))?;
    let page = without_nonces(&page);
    ensure!(!page.contains("{{"), "{} still has a placeholder of trunk's", project::shown(&file));
    fs::write(&file, page).with_context(|| format!("{} cannot be written", project::shown(&file)))
}

fn without_nonces(page: &str) -> String {
    NONCE_PLACES.iter().fold(page.to_owned(), |page, place| page.replace(place, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_page_allows_no_nonce() {
        let page = r#"<meta content="script-src 'self' 'nonce-{{__TRUNK_NONCE__}}'; style-src 'self'">
            <link rel="modulepreload" nonce="{{__TRUNK_NONCE__}}" href="./web.js">"#;
        let expected = r#"<meta content="script-src 'self'; style-src 'self'">
            <link rel="modulepreload" href="./web.js">"#;
        assert_eq!(without_nonces(page), expected);
    }
}
