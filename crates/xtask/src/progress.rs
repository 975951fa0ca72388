//! Progress of tasks that take time: bars on a terminal, plain lines in a log.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::cell::Cell;
use std::io::{self, IsTerminal as _};
use std::process::Command;
use std::time::{Duration, Instant};

/// How often a log gets a line about a task that is still running.
const LOG_INTERVAL: Duration = Duration::from_secs(20);

/// Shows how far tasks are that run at the same time.
pub struct Progress {
    bars: Option<MultiProgress>,
}

impl Progress {
    /// Bars if standard error is a terminal, lines otherwise.
    pub fn new() -> Self {
        Self { bars: io::stderr().is_terminal().then(MultiProgress::new) }
    }

    /// Begins a task and shows why it is needed.
    pub fn begin(&self, name: &str, why: &str) -> Task {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::no_length());
            bar.set_prefix(name.to_owned());
            bar.set_style(style("{spinner} {prefix:22} {elapsed:>4} {wide_msg}"));
            bar.set_message(why.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if bar.is_none() {
            eprintln!("→ {name}: {why}");
        }
        Task { name: name.to_owned(), bar, started: Instant::now(), last_line: Cell::new(Instant::now()) }
    }

    /// Prints a warning.
    pub fn warn(&self, what: &str) {
        match &self.bars {
            // Fails only if the terminal is gone.
            Some(bars) => drop(bars.println(what)),
            None => eprintln!("{what}"),
        }
    }
}

/// A task that takes time.
pub struct Task {
    name: String,
    bar: Option<ProgressBar>,
    started: Instant,
    last_line: Cell<Instant>,
}

impl Task {
    /// Shows what the task is doing now.
    pub fn doing(&self, what: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(what.to_owned()),
            None => self.line(what),
        }
    }

    /// Shows that `done` parts are done `of` all.
    pub fn reach(&self, done: u64, of: u64, what: &str) {
        match &self.bar {
            Some(bar) => {
                if bar.length() != Some(of) {
                    bar.set_length(of);
                    bar.set_style(style(
                        "{spinner} {prefix:22} {elapsed:>4} [{bar:24}] {pos}/{len} {wide_msg}",
                    ));
                }
                bar.set_position(done);
                bar.set_message(what.to_owned());
            }
            None => self.line(&format!("{done} of {of} {what}")),
        }
    }

    /// Shows how far cargo is, if `line` is its progress: see [`of_cargo`].
    pub fn show_cargo(&self, line: &str) {
        if let Some((done, of)) = cargo_steps(line) {
            self.reach(done, of, "crates");
        }
    }

    /// Ends the task and shows its outcome.
    pub fn end(self, outcome: &str) {
        let seconds = self.started.elapsed().as_secs_f32();
        match &self.bar {
            Some(bar) => {
                bar.set_style(style("✓ {prefix:22} {elapsed:>4} {wide_msg}"));
                bar.finish_with_message(outcome.to_owned());
            }
            None => eprintln!("✓ {}: {outcome} ({seconds:.0} s)", self.name),
        }
    }

    /// Ends the task as failed; the error itself is printed by its handler.
    pub fn fail(self) {
        match &self.bar {
            Some(bar) => {
                bar.set_style(style("✗ {prefix:22} {elapsed:>4} {wide_msg}"));
                bar.abandon_with_message("failed");
            }
            None => eprintln!("✗ {}: failed ({:.0} s)", self.name, self.started.elapsed().as_secs_f32()),
        }
    }

    /// Prints a line in the log, unless the last one was printed less than [`LOG_INTERVAL`] ago.
    fn line(&self, what: &str) {
        if self.last_line.get().elapsed() >= LOG_INTERVAL {
            self.last_line.set(Instant::now());
            eprintln!("  {}: {what} ({:.0} s)", self.name, self.started.elapsed().as_secs_f32());
        }
    }
}

/// Makes cargo print how far it is even though it does not write to a terminal.
pub fn of_cargo(command: &mut Command) -> &mut Command {
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "100");
    command.env("CARGO_TERM_COLOR", "never")
}

/// Reads `Building [====>      ] 12/345: syn, serde`: how many of how many crates are compiled.
pub fn cargo_steps(line: &str) -> Option<(u64, u64)> {
    let (_, after) = line.trim_start().strip_prefix("Building [")?.split_once("] ")?;
    let (done, of) = after.split(':').next()?.split_once('/')?;
    Some((done.trim().parse().ok()?, of.trim().parse().ok()?))
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is written here").progress_chars("━╸ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_progress_of_cargo_is_read() {
        assert_eq!(cargo_steps("    Building [=====>          ] 12/345: syn, serde"), Some((12, 345)));
        assert_eq!(cargo_steps("    Building [===============>] 345/345"), Some((345, 345)));
        assert_eq!(cargo_steps("   Compiling syn v2.0.1"), None);
    }
}
