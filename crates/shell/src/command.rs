//! All commands by name.

mod echo;
mod hostname;
mod ip;
mod iperf;
mod nc;
mod ping;
mod traceroute;

use crate::arguments::Wrong;
use crate::once::Say;
use crate::table::{Command, Hosts};
use host::program::Program;
use wire::sorted::sort_by_key;

/// All commands, in order of their names.
pub static COMMANDS: [Command; 8] = [
    Command {
        name: "echo",
        summary: "print the words that follow",
        usage: "echo [-n] [WORD ...]",
        examples: &[("echo hello", "prints hello")],
        make: echo::make,
    },
    Command {
        name: "help",
        summary: "list the commands",
        usage: "help [COMMAND]",
        examples: &[("help ping", "how ping is used")],
        make: help,
    },
    Command {
        name: "hostname",
        summary: "print this host's name",
        usage: "hostname [-I]",
        examples: &[("hostname -I", "its addresses")],
        make: hostname::make,
    },
    Command {
        name: "ip",
        summary: "show and change addresses, routes, neighbors and the network card",
        usage: "ip [-4|-6] addr|route|neigh|link [show|add|del|replace|get|flush|set ...]",
        examples: &[
            ("ip addr", "this host's addresses"),
            ("ip addr add 10.0.0.7/24 dev eth0", "gives it one more"),
            ("ip route", "where packets go"),
            ("ip route add default via 10.0.0.254", "sets the default gateway"),
            ("ip route get 192.0.2.1", "the way to one address"),
            ("ip neigh", "the MAC addresses of neighbors, learned by ARP and NDP"),
            ("ip neigh flush all", "forgets them: they are asked for again"),
            ("ip link set eth0 down", "switches the network card off; up switches it on again"),
        ],
        make: ip::make,
    },
    Command {
        name: "iperf",
        summary: "measure how many bits a second get through to a host",
        usage: "iperf -s [-u] [-i SECONDS] [-p PORT], or iperf -c HOST [-u] [-b RATE] [-t SECONDS] [-n BYTES] [-i SECONDS] [-P COUNT] [-p PORT]",
        examples: &[
            ("iperf -s", "waits for senders at port 5001"),
            ("iperf -c 10.0.0.2", "sends there for ten seconds"),
            ("iperf -c 10.0.0.2 -i 1", "reports each second"),
            ("iperf -c 10.0.0.2 -u -b 5m", "sends 5 Mbit/s over UDP: how much is lost?"),
            ("iperf -c 10.0.0.2 -P 4 -t 5", "four connections at once"),
        ],
        make: iperf::make,
    },
    Command {
        name: "nc",
        summary: "connect to a port, or listen at one, and send what is typed",
        usage: "nc [-4] [-6] [-u] [-v] [-z] [-w SECONDS] HOST PORT[-PORT], or nc -l [-k] [-u] [-v] PORT",
        examples: &[
            ("nc -l 9000", "waits for a connection at port 9000"),
            ("nc 10.0.0.2 9000", "connects to it; type lines, end with Ctrl-D"),
            ("nc -zv 10.0.0.2 20-25", "which of these ports are open?"),
        ],
        make: nc::make,
    },
    Command {
        name: "ping",
        summary: "ask a host to answer, and measure how long that takes",
        usage: "ping [-4] [-6] [-c COUNT] [-i SECONDS] [-M do|want|dont] [-q] [-s BYTES] [-t TTL] [-W SECONDS] [-w SECONDS] ADDRESS",
        examples: &[
            ("ping -c 4 10.0.0.2", "four requests"),
            ("ping -c 1 -s 1472 -M do 10.0.0.2", "does a packet of 1500 bytes get through whole?"),
        ],
        make: ping::make,
    },
    Command {
        name: "traceroute",
        summary: "find the routers on the way to a host",
        usage: "traceroute [-4] [-6] [-n] [-I] [-f FIRST] [-m HOPS] [-q PROBES] [-w SECONDS] ADDRESS",
        examples: &[
            ("traceroute 10.0.9.2", "each router on the way"),
            ("traceroute -I 10.0.9.2", "with ICMP echo requests"),
        ],
        make: traceroute::make,
    },
];

fn help(words: &[String], hosts: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let text = match words {
        [] => {
            let mut lines: Vec<_> = hosts
                .shell
                .all()
                .map(|command| format!("{:11} {}\n", command.name, command.summary))
                .collect();
            sort_by_key(&mut lines, String::clone);
            lines.concat() + "COMMAND --help has examples. Ctrl-C ends a command.\n"
        }
        [name] => hosts.shell.find(name).ok_or_else(|| format!("there is no command {name}"))?.help(),
        [_, extra, ..] => return Err(format!("extra operand \"{extra}\"")),
    };
    Ok(Box::new(Say::done(text)))
}
