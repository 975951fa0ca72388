//! Runs the cases: `bench` by itself natively, `bench compare` in turn with Node and Chromium. `cargo xtask bench` builds
//! what the second needs, and calls it.
//!
//! | module | what it is |
//! |---|---|
//! | [`worker`] | a process that takes samples when asked; this program is one, two scripts are the others |
//! | [`rounds`] | all workers in turn, again and again |
//! | [`statistics`] | medians and their spread |
//! | [`instructions`] | what a case takes natively, counted by valgrind |
//! | [`peer`], [`gates`] | the comparison with mirage-vnetif, and the limits of figures |
//! | [`page`] | the page's size, and the time until the first frame moves |
//! | [`instrument`] | the page with 100,000 packets: dragging, scrolling, filtering |
//! | [`stage`] | the page while frames move |
//! | [`report`] | the tables, and their place in docs/PERFORMANCE.md |

#![allow(clippy::disallowed_methods, reason = "measuring needs a clock")]

mod gates;
mod instructions;
mod instrument;
mod page;
mod peer;
mod report;
mod rounds;
mod stage;
mod statistics;
mod worker;

use anyhow::{Result, ensure};
use bench::{CASES, Case, Figure};
use clap::{Args, Parser, Subcommand};
use instructions::Counted;
use page::Page;
use rounds::{Host, Results};
use statistics::Summary;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;
use worker::Worker;

/// The pause before measuring: just after a build a machine is still busy.
const LOAD_CALM: f64 = 2.0;

#[derive(Parser)]
#[command(name = "bench", about = "How fast the engine is", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    selection: Selection,
}

#[derive(Args, Clone)]
struct Selection {
    /// Rounds that count; one more comes first, for compilers and caches to warm up
    #[arg(long, default_value_t = 15, global = true)]
    rounds: usize,
    /// Only cases whose name begins with this
    #[arg(long, default_value = "", global = true)]
    only: String,
}

#[derive(Subcommand)]
enum Command {
    /// Take a sample of each case named on standard input
    #[command(hide = true)]
    Worker,
    /// Do one sample of a case, and nothing else: for profilers
    Once {
        /// The case
        case: String,
    },
    /// Measure natively, in Node and in Chromium, in turn
    Compare(Compare),
}

#[derive(Args)]
struct Compare {
    /// Where the scripts are that run the cases elsewhere
    #[arg(long)]
    scripts: PathBuf,
    /// Bindings made by `wasm-bindgen --target nodejs`
    #[arg(long)]
    node: Option<PathBuf>,
    /// Bindings made by `wasm-bindgen --target web`
    #[arg(long, requires = "playwright")]
    chromium: Option<PathBuf>,
    /// The folder whose node_modules has Playwright; the variable CHROMIUM may name the browser
    #[arg(long)]
    playwright: Option<PathBuf>,
    #[command(flatten)]
    page: page::Options,
    /// The document whose table is to be replaced
    #[arg(long)]
    write: Option<PathBuf>,
}

/// All that was measured.
struct Measured {
    results: Results,
    /// Empty where nothing counts them.
    instructions: Vec<Counted>,
    /// Each case once, in processes of their own.
    alone: Results,
    /// How fast the engine is in a tab just opened.
    fresh: Option<Summary>,
    page: Option<Page>,
}

fn main() -> Result<()> {
    let Arguments { command, selection } = Arguments::parse();
    match command {
        Some(Command::Worker) => worker::serve(milliseconds()),
        Some(Command::Once { case }) => once(&case),
        Some(Command::Compare(compare)) => compared(&compare, &selection),
        None => {
            let mut worker = Worker::native()?;
            worker.version()?;
            let results = rounds::run(&mut [(Host::Native, worker)], &selection)?;
            print!("{}", report::cases(&results));
            Ok(())
        }
    }
}

fn compared(options: &Compare, selection: &Selection) -> Result<()> {
    warn_if_busy();
    let mut workers = Vec::new();
    for host in Host::ALL {
        workers.extend(start(options, host)?.map(|worker| (host, worker)));
    }
    let hosts: Vec<_> = workers.iter().map(|(host, _)| *host).collect();
    let versions = workers.iter_mut().map(|(_, worker)| worker.version()).collect::<Result<Vec<_>>>()?;
    let results = rounds::run(&mut workers, selection)?;
    drop(workers);
    let instructions = instructions::count(&results)?;
    let alone = rounds::alone(&hosts, selection, |host| start(options, host))?;
    let fresh = match (&options.chromium, &options.playwright, results.of("world/tcp")) {
        (Some(module), Some(playwright), Some(of_case)) => {
            let (case, figure) = (of_case.case, Figure::TimesRealTime);
            Some(page::in_fresh_tabs(case, figure, &options.scripts, playwright, module)?)
        }
        _ => None,
    };
    let page = page::measure(&options.page, &options.scripts, options.playwright.as_deref())?;
    let measured = Measured { results, instructions, alone, fresh, page };
    let text = report::all(&measured, &versions, selection.rounds);
    print!("{text}");
    match &options.write {
        Some(document) if is_complete(&measured.results) => report::write(document, &text)?,
        Some(_) => println!("\nNot written: only a part of the cases was measured."),
        None => {}
    }
    let missed: Vec<_> = gates::verdicts(&measured)
        .into_iter()
        .filter(|verdict| !verdict.holds)
        .map(|verdict| verdict.what)
        .collect();
    ensure!(missed.is_empty(), "gates that do not hold:\n{}", missed.join("\n"));
    Ok(())
}

/// Starts a worker, if it is known how.
fn start(options: &Compare, host: Host) -> Result<Option<Worker>> {
    let script = |name| options.scripts.join(name);
    Ok(Some(match (host, &options.node, &options.chromium, &options.playwright) {
        (Host::Native, ..) => Worker::native()?,
        (Host::Node, Some(module), ..) => Worker::script(&script("node.mjs"), [module])?,
        (Host::Chromium, _, Some(module), Some(playwright)) => {
            Worker::script(&script("chromium.mjs"), [playwright, module])?
        }
        _ => return Ok(None),
    }))
}

fn is_complete(results: &Results) -> bool {
    results.cases.len() == CASES.len() && results.hosts.len() == Host::ALL.len()
}

fn once(case: &str) -> Result<()> {
    let case = Case::named(case).ok_or_else(|| anyhow::anyhow!("there is no case {case}"))?;
    for measurement in bench::run([case], milliseconds()) {
        println!("{}", serde_json::to_string(&measurement)?);
    }
    Ok(())
}

/// Warns if the machine is busy, where the system reports its load.
fn warn_if_busy() {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().and_then(|minute| minute.parse::<f64>().ok());
    if let Some(load) = load.filter(|&load| load > LOAD_CALM) {
        eprintln!(
            "Others are at work (load {load}): expect figures that are too slow, and mind only ratios."
        );
    }
}

fn milliseconds() -> impl Fn() -> f64 {
    let start = Instant::now();
    move || start.elapsed().as_secs_f64() * 1e3
}
