//! One YAML file. Nodes have no management network (`network-mode: none`): it would give every machine a default route of its own.
//! Names are quoted, so that none is taken for a number, a truth value or nothing.

use super::File;
use super::lab::{Lab, comments};

/// It has ip, tc, ping and iperf3, and is made for this.
const IMAGE: &str = "ghcr.io/srl-labs/network-multitool";

pub(super) fn files(lab: &Lab) -> Vec<File> {
    let name = &lab.name;
    let mut text = comments("#", &lab.remarks);
    text += &format!("# Start it with: containerlab deploy -t {name}.clab.yml\n");
    text += &format!(
        "name: \"{name}\"\ntopology:\n  defaults:\n    kind: linux\n    image: {IMAGE}\n    network-mode: none\n  nodes:\n"
    );
    for machine in &lab.machines {
        text += &comments("    #", &machine.remarks);
        text += &format!("    \"{}\":\n", machine.name);
        text += "      exec:\n";
        text.extend(machine.all_commands().iter().map(|command| format!("        - \"{command}\"\n")));
    }
    text += if lab.cables.is_empty() { "  links: []\n" } else { "  links:\n" };
    for cable in &lab.cables {
        let [a, b] = cable.map(|port| format!("\"{}:eth{}\"", lab.machines[port.machine].name, port.number));
        text += &format!("    - endpoints: [{a}, {b}]\n");
    }
    if lab.machines.is_empty() {
        text = text.replace("  nodes:\n", "  nodes: {}\n");
    }
    vec![File { name: format!("{name}.clab.yml"), text }]
}
