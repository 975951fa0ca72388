//! The commands of a developer: `cargo xtask serve | build | package | scorm | test | bench | texts | ci`.
//!
//! One program instead of shell scripts, so that it is type-checked, tested and runs wherever Rust does. It sets up a fresh
//! machine by itself, and prints what it does and why.
//!
//! | module | what it is |
//! |---|---|
//! | [`setup`] | finds or installs what the other modules need: wasm's standard library, trunk, wasm-bindgen, wasm-opt, browsers, tshark |
//! | [`serve`], [`build`], [`package`], [`scorm`], [`test`], [`bench`], [`ci`] | one for each command |
//! | [`binaries`], [`wasm`], [`javascript`], [`runner`] | test programs: compiled once and run side by side, natively, in wasm, under Node; runners that count by themselves |
//! | [`quick`] | which tests a small change needs |
//! | [`lints`], [`arrows`], [`dependencies`], [`stage`], [`workspace`], [`sources`] | checks without running: formatting, clippy, which crate may depend on which, what the stage may use |
//! | [`pieces`] | the page's wasm, cut into what the first frames need and what is loaded after them |
//! | [`packed`], [`imports`], [`wasm_bytes`] | a piece with its operands sorted by kind, numbers for the names of imports, what both read modules with |
//! | [`texts`] | the texts of the page: found in the code, compared with the languages, written as the page's language files |
//! | [`card`] | what chats show of a link to the page |
//! | [`offline`] | what makes the built page work without a network: the list for its service worker |
//! | [`size`] | what a visitor downloads: `dist/`, raw and compressed, against its budget |
//! | [`crates`] | which crates a wasm module is made of |
//! | [`tally`] | numbers of passed and failed tests, read from the output of the runners |
//! | [`report`], [`console`] | steps, their output, outcome and time, and the summary at the end |
//! | [`progress`], [`process`], [`project`] | lines and bars, child processes, where things are |

#![allow(clippy::disallowed_methods, reason = "a developer's tool times its steps and waits for processes")]

mod arrows;
mod bench;
mod binaries;
mod build;
mod card;
mod ci;
mod console;
mod crates;
mod dependencies;
mod imports;
mod javascript;
mod lints;
mod offline;
mod package;
mod packed;
mod pieces;
mod process;
mod progress;
mod project;
mod quick;
mod report;
mod runner;
mod scorm;
mod seed;
mod serve;
mod setup;
mod size;
mod sources;
mod stage;
mod styles;
mod tally;
mod test;
mod texts;
mod wasm;
mod wasm_bytes;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Serve, build, package, test and measure Packetarium",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set up what is missing, then serve the page on 127.0.0.1, rebuilt when a file changes
    Serve(serve::Options),
    /// Build the page into dist/, for any path of any static host, and check its size
    Build(build::Options),
    /// Make the JavaScript API, for Node and browsers, into target/package/
    Package,
    /// Pack lessons as SCORM 1.2, for a learning platform such as Moodle that keeps the grades
    Scorm(scorm::Options),
    /// Set up what is missing, then run every test: native, in wasm, in browsers
    Test(test::Options),
    /// Measure the engine natively, in Node and in Chromium
    Bench(bench::Options),
    /// Say which texts of the page a language lacks
    Texts(texts::Options),
    /// What CI runs: formatting, lints, then every test
    Ci,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(options) => serve::run(&options),
        Command::Build(options) => build::run(&options),
        Command::Package => package::run(),
        Command::Scorm(options) => scorm::run(&options),
        Command::Test(options) => {
            test::run(&options);
            Ok(())
        }
        Command::Bench(options) => bench::run(&options),
        Command::Texts(options) => texts::run(&options),
        Command::Ci => {
            ci::run();
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not by returning it: with RUST_BACKTRACE set, the advice would be followed by a page of stack frames.
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
