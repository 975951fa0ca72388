//! `packetarium`: run, record and measure a scenario without a browser.
//!
//! | module | what it is |
//! |---|---|
//! | `input` | a file, standard input or a link → the text of a document |
//! | `export` | a scenario → another program's files |
//! | `run` | a scenario → a world that has run to its end |
//! | `console` | standard input → commands on a host |
//! | `record` | what crosses the wires → a pcapng file, written while the world runs |
//! | `list` | a capture, made by any program → its packets, one on each line |
//! | `filter` | display filters as they are typed |
//! | `tap` | a world at the clock's speed, joined to TAP devices (Linux) |
//! | `grade` | what learners hand in, judged |
//! | `lessons` | lessons: checked and played |
//! | `text` | results as text; the crate `report` has them for programs |

mod console;
mod draft;
mod export;
mod filter;
mod grade;
mod input;
mod lessons;
mod list;
mod record;
mod run;
#[cfg(target_os = "linux")]
mod tap;
mod text;

use clap::{Parser, Subcommand};
use record::Recorder;
use scenario::{Fault, Reading, Scenario, bounds, link, locate, problems, quantity};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// A network of real TCP/IP stacks in virtual time: run, record and measure a scenario.
///
/// SCENARIO is a file, - for standard input, a link (a URL, or what follows its #), or the text of a document.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0 if all runs and commands succeeded, 1 if one failed, 2 if nothing could be run."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a scenario until nothing is left to happen, and print the results.
    Run {
        /// A file, - or a link.
        scenario: String,
        /// Stop at this virtual time, such as 10s; otherwise when nothing is left to happen, after one hour at most.
        #[arg(long, value_name = "TIME", value_parser = quantity::parse_time)]
        until: Option<netlab::Duration>,
        /// Take this seed instead of the document's.
        #[arg(long, value_parser = clap::value_parser!(u64).range(..=bounds::SEED_MAX))]
        seed: Option<u64>,
        /// Print one JSON object instead of text.
        #[arg(long)]
        json: bool,
        /// Record frames into this file, for Wireshark and others.
        #[arg(long, value_name = "FILE")]
        pcapng: Option<PathBuf>,
        /// Where to record: everywhere (each frame at both ends of each cable), once (each frame where it is first sent),
        /// at a cable such as a-s1 (each frame once), or at a port such as s1:0.
        #[arg(long, value_name = "PLACE", default_value = "everywhere", requires = "pcapng")]
        place: String,
        /// Record only frames that match this display filter, in Wireshark's language, such as "tcp.port == 80 && !arp".
        #[arg(long, value_name = "FILTER", requires = "pcapng")]
        filter: Option<String>,
    },
    /// Run commands on a host of a scenario: each line of standard input, in virtual time, as in a terminal there.
    ///
    /// The exit status is that of the last command. help lists the commands, COMMAND --help has examples; exit ends the console.
    /// On a switch or router they are show, set and clear: its tables and settings.
    /// It begins when the services of the network have begun, and hosts have their addresses by DHCP.
    Console {
        /// A file or a link.
        scenario: String,
        /// The id of a host, switch or router.
        node: String,
        /// Begin at this virtual time.
        #[arg(long, value_name = "TIME", value_parser = quantity::parse_time)]
        at: Option<netlab::Duration>,
        /// Interrupt a command that has not ended after this virtual time.
        #[arg(long, value_name = "TIME", value_parser = quantity::parse_time, default_value = "10min")]
        limit: netlab::Duration,
    },
    /// List the packets of a capture (pcap or pcapng), made by any program: number, time, source, destination, protocol, length, info.
    Capture {
        /// A file, or - for standard input.
        file: String,
        /// List only packets that match this display filter, in Wireshark's language, such as "tcp.analysis.flags or icmp".
        #[arg(long, value_name = "FILTER", default_value = "")]
        filter: String,
        /// Print one JSON array instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Run a scenario at the speed of the clock, with real machines in the place of some of its hosts (Linux).
    ///
    /// Frames for a host that --at names go to the TAP device after --dev, which is made if it is not there; what comes from it
    /// is what that host sends. So the kernel, or whatever is bridged to the device, is a host of the simulated network. It
    /// takes root, or a network namespace of one's own: unshare -Urn. The device has no address yet; give it one, such as the
    /// scenario's, with ip address add.
    ///
    /// At its end, also when it is interrupted (Ctrl-C, SIGTERM), it prints the results of the planned runs.
    #[cfg(target_os = "linux")]
    Tap {
        /// A file, - or a link.
        scenario: String,
        /// The id of a host; may be repeated.
        #[arg(long = "at", value_name = "NODE", required = true)]
        nodes: Vec<String>,
        /// The TAP device for it; one for each --at, in the same order.
        #[arg(long = "dev", value_name = "DEVICE", required = true)]
        devices: Vec<String>,
        /// End after this time; otherwise when it is interrupted.
        #[arg(long = "for", value_name = "TIME", value_parser = quantity::parse_time)]
        lasts: Option<netlab::Duration>,
    },
    /// Print the link to a scenario, which may have faults: the page opens it for repair.
    Link {
        /// A file, - or a link.
        scenario: String,
        /// Put this address of the page before it.
        #[arg(long, value_name = "URL", default_value = "")]
        page: String,
    },
    /// Print the document that is in a link.
    Show {
        /// A link, - or a file.
        link: String,
    },
    /// Write a scenario's network for another program, which goes on with real kernels.
    ///
    /// Comments name what cannot be expressed there.
    Export {
        /// A file, - or a link.
        scenario: String,
        /// For which program: containerlab, kathara or mininet.
        #[arg(long, value_name = "PROGRAM", value_parser = export::format)]
        to: scenario::export::Format,
        /// Write this file, or into this folder, which is made (Kathará: NAME by default). Without it, print the file.
        #[arg(short, long, value_name = "PATH")]
        output: Option<PathBuf>,
    },
    /// Print everything that is wrong with a scenario, with its place, and what probably was not meant.
    ///
    /// The latter are warnings: as long as the scenario can be run, the exit status is 0.
    Check {
        /// A file, - or a link.
        scenario: String,
    },
    /// Check and play lessons: folders with a lesson.json and a file of texts for each language.
    Lesson {
        #[command(subcommand)]
        command: lessons::Command,
    },
    /// Play what learners have handed in again, and print what each has reached.
    ///
    /// Nothing in a link is trusted: goals are judged anew. One line for each: name, goals, questions, predictions, attempts, time, code; the
    /// same work handed in twice is marked. The exit status is 1 if a link could not be graded.
    Grade {
        /// Links, or files with one link on each line; - for standard input.
        #[arg(required = true)]
        links: Vec<String>,
        /// The folders of the lessons, or a link to one; otherwise the folders in ./lessons.
        #[arg(long = "lesson", value_name = "LESSON")]
        lessons: Vec<String>,
        /// Print a table for a spreadsheet.
        #[arg(long)]
        csv: bool,
    },
}

/// Success.
const OK: u8 = 0;
/// A run failed or did not finish.
const RUN_FAILED: u8 = 1;
/// The scenario has errors, or a file or device cannot be used.
const BAD: u8 = 2;

fn main() -> ExitCode {
    let code = go(Cli::parse().command).unwrap_or_else(|error| {
        // Nothing can be done if this cannot be written either.
        let _ = writeln!(io::stderr(), "packetarium: {error:#}");
        BAD
    });
    ExitCode::from(code)
}

fn go(command: Command) -> anyhow::Result<u8> {
    match command {
        Command::Run { scenario, until, seed, json, pcapng, place, filter } => {
            let Some(mut scenario) = read(&scenario)? else { return Ok(BAD) };
            scenario.seed = seed.unwrap_or(scenario.seed);
            // Captures and reports include nodes and links that are added during the run.
            let whole = scenario.whole();
            let mut recorder = None;
            if let Some(path) = pcapng {
                let place = record::network(&whole).place(&place)?;
                let filter = filter.as_deref().map(filter::parse).transpose()?;
                recorder = Some(Recorder::create(path, &whole, place, filter)?);
            }
            let world = run::run(&scenario, until, recorder.as_mut())?;
            if let Some(recorder) = recorder {
                recorder.finish(&world)?;
            }
            let report = report::report(&whole, &world);
            print(&if json {
                serde_json::to_string_pretty(&report)? + "\n"
            } else {
                text::show(&whole, &world, &report)
            })?;
            Ok(if report.all_succeeded() { OK } else { RUN_FAILED })
        }
        Command::Console { scenario, node, at, limit } => {
            let Some(scenario) = read(&scenario)? else { return Ok(BAD) };
            console::console(&scenario, &node, at, limit)
        }
        Command::Capture { file, filter, json } => {
            list::list(&file, filter::parse(&filter)?, json)?;
            Ok(OK)
        }
        #[cfg(target_os = "linux")]
        Command::Tap { scenario, nodes, devices, lasts } => {
            let Reading { scenario, mut faults, .. } = Scenario::read(&input::text(&scenario)?);
            if let Some(scenario) = &scenario {
                tap::forget_guesses(scenario, &mut faults);
            }
            print_faults(&faults);
            let Some(scenario) = scenario else { return Ok(BAD) };
            let world = tap::tap(&scenario, &nodes, &devices, lasts)?;
            let whole = scenario.whole();
            print(&text::show_runs(&whole, &world, &report::report(&whole, &world)))?;
            Ok(OK)
        }
        Command::Link { scenario, page } => {
            // A document with faults can be shared, too: the page opens it for repair.
            let text = input::text(&scenario)?;
            let Reading { scenario, draft, faults } = Scenario::read(&text);
            print_faults(&faults);
            let fragment = match scenario.or(draft) {
                Some(scenario) => link::encode(&scenario),
                None => link::encode_text(&text)?,
            };
            let page = page.split('#').next().unwrap_or_default();
            print(&format!("{page}#{fragment}\n"))?;
            Ok(OK)
        }
        Command::Show { link } => {
            let text = input::text(&link)?;
            let Reading { scenario, faults, .. } = Scenario::read(&text);
            // A document with errors is printed as it was written, so that it can be corrected.
            print(&scenario.as_ref().map_or(text + "\n", Scenario::to_json))?;
            print_faults(&faults);
            Ok(if scenario.is_some() { OK } else { BAD })
        }
        Command::Export { scenario, to, output } => {
            let Some(scenario) = read(&scenario)? else { return Ok(BAD) };
            export::export(&scenario, to, output)?;
            Ok(OK)
        }
        Command::Check { scenario } => {
            let text = input::text(&scenario)?;
            let Reading { scenario, mut faults, .. } = Scenario::read(&text);
            if let Some(scenario) = &scenario {
                // The reader's own warnings are among them.
                faults = problems(scenario).into_iter().map(|problem| problem.fault).collect();
                locate(&text, &mut faults);
                faults.sort_by_key(|fault| fault.position);
            }
            let lines: String = faults.iter().map(|fault| format!("{fault}\n")).collect();
            print(if lines.is_empty() { "no faults\n" } else { &lines })?;
            Ok(if scenario.is_some() { OK } else { BAD })
        }
        Command::Lesson { command } => lessons::go(command),
        Command::Grade { links, lessons, csv } => grade::grade(&links, &lessons, csv),
    }
}

/// The scenario, unless it has errors. Faults are printed to standard error.
fn read(source: &str) -> anyhow::Result<Option<Scenario>> {
    let Reading { scenario, faults, .. } = Scenario::read(&input::text(source)?);
    print_faults(&faults);
    Ok(scenario)
}

/// Prints one line for each fault to standard error.
fn print_faults(faults: &[Fault]) {
    for fault in faults {
        // Nothing can be done if this cannot be written.
        let _ = writeln!(io::stderr(), "{fault}");
    }
}

/// Prints to standard output. A reader that has closed the pipe (`| head`) is no error.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
