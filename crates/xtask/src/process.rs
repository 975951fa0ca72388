//! Child processes: starts them, reads their output and reports how they ended.

use anyhow::{Context as _, Result, bail};
use std::collections::VecDeque;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How many of a failed process's last lines its error quotes.
const QUOTED_LINES: usize = 40;

/// The command line.
pub fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Runs with its output on our terminal. Fails if it cannot be started or does not succeed.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs without showing its output and returns its standard output; `None` if it cannot be started or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The same for a program that reads this.
pub fn piped(command: &mut Command, input: &[u8]) -> Option<String> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take()?.write_all(input).ok()?;
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs, handing each line of either output to `see` as it comes. If it fails, the error quotes its last lines.
pub fn watch(command: &mut Command, mut see: impl FnMut(&str)) -> Result<()> {
    let mut last = VecDeque::new();
    let ended = stream(command, |line| {
        see(line);
        // Progress bars are redrawn in place and are no help afterwards.
        if !line.trim_start().starts_with("Building [") {
            if last.len() == QUOTED_LINES {
                last.pop_front();
            }
            last.push_back(line.to_owned());
        }
    })?;
    if !ended.status.success() {
        bail!("`{}` failed ({}):\n{}", shown(command), ended.status, Vec::from(last).join("\n"));
    }
    Ok(())
}

/// How a child process ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    pub status: ExitStatus,
    /// The processor time, of user and system, that it took, with all processes that it started and waited for. Zero where
    /// the system has no `/proc`.
    pub processor_time: Duration,
}

/// Runs, handing each line of either output, without its end, to `see` as it comes; returns how it ended.
/// A carriage return ends a line too: that is how progress bars are redrawn.
pub fn stream(command: &mut Command, mut see: impl FnMut(&str)) -> Result<Ended> {
    let (mut reader, writer) = io::pipe().context("no pipe for a child process")?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| cannot_start(command))?;
    // The command holds our ends of the pipe; while they are open, the reader never sees its end.
    command.stdout(Stdio::null()).stderr(Stdio::null());

    let mut pending = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        let read = reader.read(&mut chunk)?;
        for &byte in &chunk[..read] {
            if byte != b'\n' && byte != b'\r' {
                pending.push(byte);
            } else if !pending.is_empty() {
                see(&String::from_utf8_lossy(&pending));
                pending.clear();
            } else if byte == b'\n' {
                see("");
            }
        }
        if read == 0 {
            break;
        }
    }
    if !pending.is_empty() {
        see(&String::from_utf8_lossy(&pending));
    }
    // Before waiting, after which the system has forgotten the process. It has closed its outputs, so it is about to end.
    let processor_time = processor_time(child.id()).unwrap_or_default();
    Ok(Ended { status: child.wait()?, processor_time })
}

/// The processor time of a process that has not been waited for, running or ended.
fn processor_time(process: u32) -> Option<Duration> {
    of_stat(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// Reads `/proc/PID/stat` (proc(5)): the fields utime, stime, cutime and cstime, in hundredths of a second.
fn of_stat(stat: &str) -> Option<Duration> {
    // The second field is the program's name in parentheses and may contain anything.
    let (_, after_name) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = fields.get(11..15)?.iter().map(|field| field.parse::<u64>().ok()).sum::<Option<u64>>()?;
    Some(Duration::from_millis(10 * ticks))
}

/// Runs without showing its output, for at most `limit`; true if it succeeded. For attempts on a network that may drop packets.
pub fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    let Ok(mut child) = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    else {
        return false;
    };
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if started.elapsed() < limit => std::thread::sleep(Duration::from_millis(100)),
            Ok(None) | Err(_) => {
                // Fails if the process has ended by itself.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

fn cannot_start(command: &Command) -> String {
    format!("`{}` cannot be started", shown(command))
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
    fn lines_of_both_outputs_and_redrawn_ones_are_seen() {
        let mut seen = Vec::new();
        let ended = stream(&mut shell("printf 'a\\n1\\r2\\r'; echo b >&2; printf last"), |line| {
            seen.push(line.to_owned());
        });
        assert!(ended.unwrap().status.success());
        assert_eq!(seen, ["a", "1", "2", "b", "last"]);
    }

    #[test]
    fn processor_times_are_added_up_from_the_fields_of_proc_stat() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 100 20 3000 400 20 0 1 0 5 6";
        assert_eq!(of_stat(stat), Some(Duration::from_millis(35_200)));
        assert_eq!(of_stat("7 (sh) S 1 7"), None);
    }

    #[test]
    fn a_failure_quotes_the_output_of_the_process() {
        let error =
            watch(&mut shell("echo the disk is on fire >&2; exit 3"), |_| ()).unwrap_err().to_string();
        assert!(error.contains("the disk is on fire") && error.contains("exit status: 3"), "{error}");
    }

    #[test]
    fn a_program_that_does_not_exist_is_named() {
        let error = run(&mut Command::new("no-such-program")).unwrap_err().to_string();
        assert_eq!(error, "`no-such-program` cannot be started");
    }

    #[test]
    fn a_process_that_hangs_is_ended() {
        assert!(!succeeds_within(&mut shell("sleep 600"), Duration::from_millis(50)));
        assert!(succeeds_within(&mut shell("exit 0"), Duration::from_secs(60)));
    }
}
