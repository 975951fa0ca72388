//! `split WASM FOLDER`: cuts the page's wasm at its split functions (web/src/parts.rs). Writes into the folder `web.wasm`, the
//! first module, `split_*.wasm` and `chunk_*.wasm`, which are loaded into it later, and `__wasm_split.js`, which loads them.
//!
//! A program of its own behind a cargo feature: compiling what it is made of is no part of the first start of
//! `cargo xtask serve`. `cargo xtask build` starts it (src/pieces.rs).

use anyhow::{Context as _, Result, anyhow};
use std::path::PathBuf;
use wasm_split_cli_support::{Options, transform};

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (wasm, folder) = arguments.next().zip(arguments.next()).context("usage: split WASM FOLDER")?;
    let wasm = std::fs::read(&wasm).with_context(|| format!("{} cannot be read", wasm.display()))?;
    let first = folder.join("web.wasm");
    let mut options = Options::new(&wasm);
    options.output_dir = &folder;
    options.main_out_path = &first;
    options.main_module = "./web.js";
    transform(options).map_err(|error| anyhow!("{error:#}"))?;
    Ok(())
}
