//! Everything a developer types: `cargo xtask serve | build | package | test | bench | ci`.
//!
//! One program instead of shell scripts, so that it is checked, tested and works wherever Rust does. It brings a fresh
//! machine to a served page by itself, and says what it does and why.
//!
//! | module | what it is |
//! |---|---|
//! | [`setup`] | finds or installs what the others need: wasm's standard library, trunk, wasm-bindgen, wasm-opt, a browser, tshark |
//! | [`serve`], [`build`], [`package`], [`test`], [`bench`], [`ci`] | one for each command |
//! | [`javascript`] | the tests of the JavaScript API, under Node |
//! | [`offline`] | what makes the built page work without a network: the list for its service worker |
//! | [`size`] | what a visitor downloads: `dist/`, raw and compressed, against its budget |
//! | [`tally`] | counts of passed and failed tests, read from what the runners print |
//! | [`report`] | steps, their outcome and time, and the closing summary |
//! | [`progress`], [`process`], [`project`] | lines and bars, child processes, where things are |

#![allow(clippy::disallowed_methods, reason = "a developer's tool times its steps and waits for processes")]

mod arrows;
mod bench;
mod binaries;
mod build;
mod ci;
mod console;
mod dependencies;
mod javascript;
mod lints;
mod offline;
mod package;
mod process;
mod progress;
mod project;
mod quick;
mod report;
mod runner;
mod serve;
mod setup;
mod size;
mod tally;
mod test;
mod wasm;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Everything a developer types", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set up what is missing, then serve the page on 127.0.0.1, rebuilt when a file changes
    Serve(serve::Options),
    /// Build the page into dist/, for any path of any static host, and check its size
    Build,
    /// Make the JavaScript API, for Node and browsers, into target/package/
    Package,
    /// Set up what is missing, then run every test: native, in wasm, in a browser
    Test(test::Options),
    /// Measure the engine natively, in Node and in Chromium
    Bench(bench::Options),
    /// What CI runs: formatting, lints, then every test
    Ci,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(options) => serve::run(&options),
        Command::Build => build::run(),
        Command::Package => package::run(),
        Command::Test(options) => {
            test::run(&options);
            Ok(())
        }
        Command::Bench(options) => bench::run(&options),
        Command::Ci => {
            ci::run();
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not by returning it: with RUST_BACKTRACE set, what to do would be followed by a page of our insides.
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
