//! `cargo xtask build`: the page as files for any static host.

use crate::card::{self, Site};
use crate::console::Console;
use crate::setup::{self, Needs, Toolbox};
use crate::{crates, offline, pieces, project, size, styles, texts};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::Path;

/// What trunk leaves for the nonce of its reload script (see Trunk.toml), wherever it stands.
const NONCE_PLACES: [&str; 2] = [r#" nonce="{{__TRUNK_NONCE__}}""#, " 'nonce-{{__TRUNK_NONCE__}}'"];

const PAGE: &str = "index.html";

/// Smaller crates are not listed.
const CRATES_SHOWN: usize = 20;

#[derive(clap::Args)]
pub struct Options {
    /// The address at which the page is going to be, such as https://example.org/packetarium/: chats then show a picture of links to it
    #[arg(long, value_parser = Site::parse)]
    site: Option<Site>,
}

/// Sets up what is missing, builds `dist/` and checks its size.
pub fn run(options: &Options) -> Result<()> {
    let toolbox = setup::prepare(Needs { page: true, optimized: true, pieces: true, ..Needs::default() })?;
    let console = Console::terminal();
    build(&toolbox, &console, options.site.as_ref())?;
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

/// Builds `dist/`, which works from any address, also if it is built for one.
pub fn build(toolbox: &Toolbox, console: &Console, site: Option<&Site>) -> Result<()> {
    let dist = project::dist();
    console.cargo(
        toolbox.wasm_command("trunk").args(["build", "--release", "--features=split", "--dist"]).arg(&dist),
    )?;
    let page = dist.join(PAGE);
    change(&page, harden)?;
    if let Some(site) = site {
        change(&page, |page| card::with_site(page, site))?;
    }
    pieces::cut(toolbox, console, &dist)?;
    styles::join(&dist)?;
    texts::prepare(console, &dist)?;
    // Trunk's working folder.
    let _ = fs::remove_dir_all(dist.join(".stage"));
    offline::prepare(&dist)
}

/// Rewrites a file.
fn change(file: &Path, how: impl FnOnce(&str) -> Result<String>) -> Result<()> {
    let text =
        fs::read_to_string(file).with_context(|| format!("{} cannot be read", project::shown(file)))?;
    fs::write(file, how(&text)?).with_context(|| format!("{} cannot be written", project::shown(file)))
}

/// The page without what only trunk's server needs, and without comments.
fn harden(page: &str) -> Result<String> {
    let page = NONCE_PLACES.iter().fold(page.to_owned(), |page, place| page.replace(place, ""));
    let page: String = page
        .split("<!--")
        .enumerate()
        .map(|(n, part)| if n == 0 { part } else { after_comment(part) })
        .collect();
    ensure!(!page.contains("{{"), "{PAGE} still has a placeholder of trunk's");
    Ok(page)
}

/// What follows a comment that has begun.
fn after_comment(part: &str) -> &str {
    part.split_once("-->").map_or("", |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_page_allows_no_nonce_and_has_no_comments() {
        let page = r#"<!-- One. --><meta content="script-src 'self' 'nonce-{{__TRUNK_NONCE__}}'; style-src 'self'">
            <link rel="modulepreload" nonce="{{__TRUNK_NONCE__}}" href="./web.js"><!-- Two. -->"#;
        let expected = r#"<meta content="script-src 'self'; style-src 'self'">
            <link rel="modulepreload" href="./web.js">"#;
        assert_eq!(harden(page).unwrap(), expected);
        assert!(harden("{{__TRUNK_ADDRESS__}}").is_err());
    }
}
