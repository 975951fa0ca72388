//! A folder: `lab.conf` says which interface is in which collision domain, and each machine has a script.

use super::File;
use super::lab::{Lab, comments};

pub(super) fn files(lab: &Lab) -> Vec<File> {
    let mut conf = comments("#", &lab.remarks);
    conf += "# Start it with: kathara lstart\n";
    conf += &format!("LAB_NAME=\"{}\"\nLAB_VERSION=1\n\n", lab.name);
    for machine in &lab.machines {
        conf += &format!("{}[image]=\"kathara/base\"\n", machine.name);
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
