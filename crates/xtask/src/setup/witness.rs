//! Other programs with which tests compare our results. Where they cannot be installed, the tests print a warning and compare
//! nothing; an environment variable turns that into an error.

use super::{apt, find, missing};
use crate::progress::Progress;
use anyhow::Result;
use std::env;

/// Programs that are installed together, and their purpose.
pub struct Witness {
    name: &'static str,
    programs: &'static [&'static str],
    /// The names of Debian's packages.
    packages: &'static [&'static str],
    why: &'static str,
    /// The environment variable that makes their absence an error.
    variable: &'static str,
}

/// Wireshark without its window.
pub const TSHARK: Witness = Witness {
    name: "tshark",
    programs: &["tshark"],
    packages: &["tshark"],
    why: "reads our captures, and its packet list is compared with ours",
    variable: "PACKETARIUM_TSHARK",
};

/// Tools that drive the Linux kernel when it is a host on a simulated network.
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

/// Clients and servers of DHCP, DNS and HTTP.
pub const SERVICES: Witness = Witness {
    name: "network services",
    programs: if cfg!(target_os = "linux") { &["dig", "dnsmasq", "udhcpc", "curl", "python3"] } else { &[] },
    packages: &["bind9-dnsutils", "dnsmasq-base", "udhcpc", "curl", "python3"],
    why: "are served by our DHCP, DNS and HTTP, and serve them, in namespaces of their own",
    variable: "PACKETARIUM_SERVICES",
};

/// Finds or installs a witness.
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
