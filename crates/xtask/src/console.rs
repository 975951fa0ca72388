//! Where the processes of a step print, and what processor time they take.
//!
//! Steps of the full test run beside each other, so each line begins with the name of its step. What cargo compiles is
//! shortened to how far it is. Processor time is counted beside the time on the clock, which on a shared machine means little
//! for a step.

use crate::process::{self, Ended};
use crate::progress;
use anyhow::{Result, bail, ensure};
use std::process::{Command, ExitStatus};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// From one line about how far cargo is to the next.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(15);

/// The output of a step, or the terminal itself.
pub struct Console {
    /// What each line begins with; `None`: processes have the terminal to themselves.
    step: Option<String>,
    processor_time: Mutex<Duration>,
}

impl Console {
    /// For a command that does one thing after the other: processes write to the terminal as they like.
    pub fn terminal() -> Self {
        Self { step: None, processor_time: Mutex::default() }
    }

    /// For a step that may run beside others.
    pub fn of_step(name: &str) -> Self {
        Self { step: Some(name.to_owned()), processor_time: Mutex::default() }
    }

    /// Prints a line.
    pub fn print(&self, line: &str) {
        match &self.step {
            Some(step) => println!("{step:>18} │ {line}"),
            None => println!("{line}"),
        }
    }

    /// The processor time, of user and system, of all processes so far.
    pub fn processor_time(&self) -> Duration {
        *self.processor_time.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a program and shows what it prints.
    ///
    /// # Errors
    /// Fails if it cannot be started or does not succeed.
    pub fn run(&self, command: &mut Command) -> Result<()> {
        if self.step.is_none() {
            return process::run(command);
        }
        let status = self.stream(command, |line| self.print(line))?;
        ensure!(status.success(), "`{}` failed ({status})", process::shown(command));
        Ok(())
    }

    /// Runs cargo, or a program that starts it, and shows how far it is and all that is not progress.
    ///
    /// # Errors
    /// Fails if it cannot be started or does not succeed.
    pub fn cargo(&self, command: &mut Command) -> Result<()> {
        if self.step.is_none() {
            return process::run(command);
        }
        self.cargo_messages(command, |_| ())
    }

    /// Like [`cargo`](Self::cargo), handing each line of `--message-format=json` to `read`.
    pub fn cargo_messages(&self, command: &mut Command, mut read: impl FnMut(&str)) -> Result<()> {
        let mut printed_at = Instant::now();
        let status = self.stream(progress::of_cargo(command), |line| {
            if let Some(message) = line.find("{\"reason\":") {
                read(&line[message..]);
            } else if let Some((done, of)) = progress::cargo_steps(line) {
                if printed_at.elapsed() >= PROGRESS_INTERVAL {
                    printed_at = Instant::now();
                    self.print(&format!("compiling: {done} of {of}"));
                }
            } else if !is_routine(line) {
                self.print(line);
            }
        })?;
        if !status.success() {
            bail!("`{}` failed ({status})", process::shown(command));
        }
        Ok(())
    }

    /// Runs a program and hands each line of either output to `see`.
    pub fn stream(&self, command: &mut Command, see: impl FnMut(&str)) -> Result<ExitStatus> {
        let Ended { status, processor_time } = process::stream(command, see)?;
        *self.processor_time.lock().unwrap_or_else(PoisonError::into_inner) += processor_time;
        Ok(status)
    }
}

/// Whether a line of cargo only reports that something went as usual.
fn is_routine(line: &str) -> bool {
    let routine = ["Compiling ", "Checking ", "Fresh ", "Downloading ", "Downloaded ", "Locking "];
    let text = line.trim_start();
    text.is_empty() || routine.iter().any(|verb| text.starts_with(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn messages_of_cargo_are_separated_from_what_it_prints() {
        let mut messages = Vec::new();
        let script =
            r#"echo '   Compiling a v1.0.0' >&2; printf '    Building [==>  ] 1/3: a\r{"reason":"x"}\n'"#;
        Console::of_step("test")
            .cargo_messages(&mut shell(script), |line| messages.push(line.to_owned()))
            .unwrap();
        assert_eq!(messages, [r#"{"reason":"x"}"#]);
        assert!(is_routine("   Compiling a v1.0.0") && !is_routine("error: expected `;`"));
    }

    #[test]
    fn processes_that_fail_are_named() {
        let error = Console::of_step("test").run(&mut shell("exit 3")).unwrap_err().to_string();
        assert!(error.contains("exit 3") && error.contains("exit status: 3"), "{error}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_processor_time_of_processes_and_their_children_is_added_up() {
        let console = Console::of_step("test");
        let busy = "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done";
        console.run(&mut shell(busy)).unwrap();
        let first = console.processor_time();
        assert!(first > Duration::ZERO);
        console.run(&mut shell(&format!("sh -c '{busy}'; true"))).unwrap();
        assert!(console.processor_time() > first);
    }
}
