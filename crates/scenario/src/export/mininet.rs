//! A Python script. Hubs and switches are kernel bridges in namespaces of their own, not Open vSwitch: they need no
//! controller, learn and forget as ours do, and take the same commands as everywhere.

use super::File;
use super::lab::{Lab, comments};

/// The encoding is stated, so that no comment below can state another (PEP 263).
const HEAD: &str = "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n";

const IMPORTS: &str = r#"
from mininet.cli import CLI
from mininet.log import error, setLogLevel
from mininet.net import Mininet
from mininet.node import Switch


class Bridge(Switch):
    "A bridge of the kernel; its commands are below."

    def start(self, controllers):
        pass


def lab():
    "The network, started."
    net = Mininet(controller=None, waitConnected=False)
"#;

const TAIL: &str = r#"    net.start()
    for name, command in COMMANDS:
        said, said_too, code = net[name].pexec(command)
        if code:
            error('%s: %s: %s%s\n' % (name, command, said, said_too))
    return net


if __name__ == '__main__':
    setLogLevel('info')
    net = lab()
    CLI(net)
    net.stop()
"#;

pub(super) fn files(lab: &Lab) -> Vec<File> {
    let mut text = HEAD.to_owned() + &comments("#", &lab.remarks);
    text += &format!("# Start it with: sudo python3 {}.py\n", lab.name);
    text += IMPORTS;
    for (number, machine) in lab.machines.iter().enumerate() {
        text += &comments("    #", &machine.remarks);
        let name = &machine.name;
        text += &match machine.is_host {
            true => format!("    net.addHost('{name}', ip=None)\n"),
            false => format!(
                "    net.addSwitch('{name}', cls=Bridge, inNamespace=True, dpid='{:x}')\n",
                number + 1
            ),
        };
    }
    for cable in &lab.cables {
        let [a, b] = cable.map(|port| &lab.machines[port.machine].name);
        let [m, n] = cable.map(|port| format!("eth{}", port.number));
        text += &format!("    net.addLink(net['{a}'], net['{b}'], intfName1='{m}', intfName2='{n}')\n");
    }
    text += TAIL;
    let commands = lab.machines.iter().flat_map(|machine| {
        let commands = machine.all_commands().into_iter();
        commands.map(|command| format!("    ('{}', '{command}'),\n", machine.name))
    });
    let commands = format!("\nCOMMANDS = [\n{}]\n", commands.collect::<String>());
    let text = text.replacen("\n\nclass Bridge", &format!("{commands}\n\nclass Bridge"), 1);
    vec![File { name: format!("{}.py", lab.name), text }]
}
