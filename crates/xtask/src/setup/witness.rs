//! Programs from elsewhere that our own are held against. Where they cannot be installed, tests go on without and say so
//! aloud; for whoever wants to be sure, a variable of the environment makes that a fault.

use super::{apt, find, missing};
use crate::progress::Progress;
use anyhow::Result;
use std::env;

/// Programs that come together, and what they are for.
pub struct Witness {
    name: &'static str,
    programs: &'static [&'static str],
    /// Debian's.
    packages: &'static [&'static str],
    why: &'static str,
    /// Set to be sure.
    variable: &'static str,
}

/// Wireshark without its window.
pub const TSHARK: Witness = Witness {
    name: "tshark",
    programs: &["tshark"],
    packages: &["tshark"],
    why: "reads our captures, and judges our packet list by its own",
    variable: "PACKETARIUM_TSHARK",
};

/// What the Linux kernel is asked with when it is a host on a simulated network.
pub const KERNEL: Witness = Witness {
    name: "kernel tools",
    programs: if cfg!(target_os = "linux") {
        &["ip", "ping", "tracepath", "traceroute", "iperf3", "unshare", "nsenter", "sysctl"]
    } else {
        &[]
    },
    packages: &[
        "iproute2",
        "iputils-ping",
        "iputils-tracepath",
        "traceroute",
        "iperf3",
        "util-linux",
        "procps",
    ],
    why: "let the Linux kernel be a host on our network, in namespaces of its own",
    variable: "PACKETARIUM_KERNEL",
};

/// Finds or installs them.
pub fn ensure(progress: &Progress, witness: &Witness) -> Result<()> {
    let Witness { name, programs, packages, why, variable } = witness;
    if programs.iter().all(|program| find(program).is_some()) {
        return Ok(());
    }
    let task = progress.begin(name, why);
    match apt::install(&task, packages) {
        Ok(()) => {
            task.end("installed");
            Ok(())
        }
        Err(cause) => {
            task.fail();
            let fault = missing(name, why, &format!("`{}`", apt::shown(packages)), Some(cause));
            if env::var_os(variable).is_some() {
                return Err(fault);
            }
            progress.warn(&format!("{fault:#}\n  *** going on without: NOTHING WILL BE COMPARED with them"));
            Ok(())
        }
    }
}
