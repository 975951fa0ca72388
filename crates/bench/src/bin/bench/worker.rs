//! A process that takes samples when asked.
//!
//! Natively, in Node and in a browser it has the same protocol: it prints its version; then, for each line with a case's name, it
//! prints a [`Measurement`] as a line of JSON, until the input ends.

use anyhow::{Context as _, Result, bail};
use bench::{Case, Measurement, Sample};
use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Answers on the standard output what the standard input asks.
pub fn serve(clock: impl Fn() -> f64) -> Result<()> {
    let mut output = io::stdout();
    writeln!(output, "native code")?;
    for line in io::stdin().lines() {
        let line = line?;
        let case = Case::named(&line).with_context(|| format!("there is no case {line}"))?;
        for measurement in bench::run([case], &clock) {
            writeln!(output, "{}", serde_json::to_string(&measurement)?)?;
        }
        output.flush()?;
    }
    Ok(())
}

/// The other side of such a process.
pub struct Worker {
    command: String,
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    /// This program.
    pub fn native() -> Result<Self> {
        Self::start(Command::new(env::current_exe()?).arg("worker"))
    }

    /// A script for Node.
    pub fn script(script: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Self> {
        Self::start(Command::new("node").arg(script).args(arguments))
    }

    fn start(command: &mut Command) -> Result<Self> {
        let shown = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{shown} cannot be started"))?;
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        Ok(Self { command: shown, child, questions, answers })
    }

    /// What it runs on; its first line, to be read before anything is asked.
    pub fn version(&mut self) -> Result<String> {
        self.line()
    }

    /// One sample of a case.
    pub fn sample(&mut self, case: &Case) -> Result<Sample> {
        let line = self.ask(case.name)?;
        let measurement: Measurement = serde_json::from_str(&line).with_context(|| {
            format!("{} answered something else than a measurement: {line}", self.command)
        })?;
        if measurement.case != case.name {
            bail!("{} was asked for {} and measured {}", self.command, case.name, measurement.case);
        }
        Ok(measurement.sample)
    }

    /// What it answers to a line.
    pub fn ask(&mut self, question: &str) -> Result<String> {
        let questions = self.questions.as_mut().expect("it is open until the worker is dropped");
        // If the worker has ended, reading returns the better error.
        let _ = writeln!(questions, "{question}").and_then(|()| questions.flush());
        self.line()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            let status = self.child.wait()?;
            bail!("{} ended ({status}) when it should have answered; its output is above", self.command);
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The end of its input is the end of its work.
        self.questions = None;
        let _ = self.child.wait();
    }
}
