//! Debian's packages, where apt-get exists and may be used.

use crate::process;
use crate::progress::Task;
use anyhow::{Result, bail};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// apt-get runs once at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Installs packages. Fails, having changed nothing, where there is no apt-get or no right to use it.
pub fn install(task: &Task, packages: &[&str]) -> Result<()> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if super::find("apt-get").is_none() {
        bail!("there is no apt-get here");
    }
    let Some(prefix) = right_to_install() else {
        bail!("apt-get needs root, and `sudo -n` asks for a password");
    };
    let attempt = || -> Result<()> {
        let mut command = apt_get(prefix);
        command.args(["install", "--yes", "--no-install-recommends"]).args(packages);
        process::watch(&mut command, |line| task.doing(line))
    };
    task.doing(&format!("apt-get install {}", packages.join(" ")));
    // The lists of a fresh machine or container are empty or old.
    attempt().or_else(|_| {
        task.doing("apt-get update");
        process::watch(apt_get(prefix).arg("update"), |line| task.doing(line))?;
        attempt()
    })
}

/// The command as it is typed by hand.
pub fn shown(packages: &[&str]) -> String {
    format!("sudo apt-get update && sudo apt-get install --no-install-recommends {}", packages.join(" "))
}

/// The command that must precede `apt-get`; `None` without the right to use it.
fn right_to_install() -> Option<&'static [&'static str]> {
    let succeeds = |program: &str, arguments: &[&str]| {
        process::output(Command::new(program).args(arguments)).map(|output| output.trim().to_owned())
    };
    if succeeds("id", &["-u"]).as_deref() == Some("0") {
        Some(&["env"])
    } else {
        succeeds("sudo", &["-n", "true"]).map(|_| ["sudo", "-n", "env"].as_slice())
    }
}

fn apt_get(prefix: &[&str]) -> Command {
    let mut command = Command::new(prefix[0]);
    command.args(&prefix[1..]);
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]);
    command
}
