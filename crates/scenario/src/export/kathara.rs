//! A folder: `lab.conf` says which interface is in which collision domain, and each machine has a script.
//!
//! The kernel's settings stand in `lab.conf` (kathara-lab.conf(5): `ipv6`, `sysctl`): a container of Kathará must not change them
//! itself, and comes with forwarding switched on. Interfaces get theirs from `default`, since they are not there yet.

use super::File;
use super::lab::{Lab, comments};

pub(super) fn files(lab: &Lab) -> Vec<File> {
    let mut conf = comments("#", &lab.remarks);
    conf += "# Start it with: kathara lstart\n";
    conf += &format!("LAB_NAME=\"{}\"\nLAB_VERSION=1\n\n", lab.name);
    for machine in &lab.machines {
        let name = &machine.name;
        conf += &format!("{name}[image]=\"kathara/base\"\n{name}[ipv6]=\"{}\"\n", machine.speaks_v6);
        let mut settings = Vec::new();
        for setting in machine.settings.iter().flat_map(|setting| setting.of_all()) {
            // Without IPv6 a container has none of its settings.
            if (machine.speaks_v6 || !setting.starts_with("net.ipv6")) && !settings.contains(&setting) {
                conf += &format!("{name}[sysctl]=\"{setting}\"\n");
                settings.push(setting);
            }
        }
    }
    for (number, cable) in lab.cables.iter().enumerate() {
        for port in cable {
            conf += &format!("{}[{}]=\"cable{number}\"\n", lab.machines[port.machine].name, port.number);
        }
    }
    let scripts = lab.machines.iter().map(|machine| {
        let commands: String = machine.commands.iter().map(|command| format!("{command}\n")).collect();
        File { name: format!("{}.startup", machine.name), text: comments("#", &machine.remarks) + &commands }
    });
    [File { name: "lab.conf".to_owned(), text: conf }].into_iter().chain(scripts).collect()
}
