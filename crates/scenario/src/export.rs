//! A scenario for other programs: the same network with real kernels, on one machine or many.
//!
//! Every node becomes a Linux machine, a hub or switch one with a bridge; what is peculiar to a cable becomes `netem` at the
//! end that sends. The three formats differ only in how they write down machines, cables and the commands to run
//! (`lab` has these). Comments name what cannot be expressed.
//!
//! Scenarios come from links, so what is written here is hostile until proven otherwise: names are made anew from the
//! letters and digits of ids, numbers and addresses are written by us, and free text stands in comments only, on one line.
//! Nothing is quoted or escaped, because nothing is left that would need it.

mod containerlab;
mod devices;
mod kathara;
mod lab;
mod mininet;
mod netem;

use crate::Scenario;
use lab::Lab;

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `NAME.clab.yml`, also for clabernetes.
    Containerlab,
    /// A folder with `lab.conf` and a start script for each machine, also for Megalos.
    Kathara,
    /// `NAME.py`, a script.
    Mininet,
}

impl Format {
    /// All of them, by the names that command lines and scripts use.
    pub const ALL: [(&str, Self); 3] =
        [("containerlab", Self::Containerlab), ("kathara", Self::Kathara), ("mininet", Self::Mininet)];
}

/// A lab as files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// What the lab is called: a to z, 0 to 9 and hyphens.
    pub name: String,
    /// One for containerlab and Mininet, a folder's for Kathará.
    pub files: Vec<File>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// The scenario's network, as it is at the start, in another format. Planned runs are listed in comments.
pub fn export(scenario: &Scenario, format: Format) -> Export {
    let lab = match format {
        // It keeps eth0 for itself, and Kubernetes takes no underscores; Kathará takes no hyphens.
        Format::Containerlab => Lab::new(scenario, 1, '-'),
        Format::Kathara | Format::Mininet => Lab::new(scenario, 0, '_'),
    };
    let files = match format {
        Format::Containerlab => containerlab::files(&lab),
        Format::Kathara => kathara::files(&lab),
        Format::Mininet => mininet::files(&lab),
    };
    Export { name: lab.name, files }
}
