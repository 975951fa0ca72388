//! All commands of this crate by name.

mod arp;
mod curl;
mod dhclient;
mod dig;
mod files;
mod hops;
mod ifconfig;
mod ipconfig;
mod lookup;
mod route;
mod sleep;
mod ss;
mod tcpdump;

use shell::Command;

/// All commands of this crate, in order of their names.
pub static COMMANDS: [Command; 17] = [
    Command {
        name: "arp",
        summary: "show and change the MAC addresses of neighbors",
        usage: "arp [-a] [-n] [-s ADDRESS MAC]",
        examples: &[
            ("arp -a", "the addresses learned by ARP"),
            ("arp -s 10.0.0.9 02:00:00:00:00:09", "enters one by hand"),
        ],
        make: arp::make,
    },
    Command {
        name: "cat",
        summary: "print a file: /etc/resolv.conf, /etc/hosts or /etc/hostname",
        usage: "cat FILE",
        examples: &[("cat /etc/resolv.conf", "which DNS servers does this host ask?")],
        make: files::cat,
    },
    Command {
        name: "curl",
        summary: "fetch a page from a web server",
        usage: "curl [-v] [-i] [-I] [-L] [-s] [-d DATA] [-H FIELD] [-m SECONDS] [-o FILE] URL",
        examples: &[
            ("curl http://www.example.test/", "prints the page"),
            ("curl -v http://10.0.0.2/", "and what happens on the way"),
            ("curl -I http://10.0.0.2/", "only what stands in front of the page"),
            ("curl -L http://10.0.0.2/old", "follows the page to where it has moved"),
            ("curl -d 'name=Ada' http://10.0.0.2/form", "sends a form"),
        ],
        make: curl::make,
    },
    Command {
        name: "dhclient",
        summary: "ask a DHCP server for an address, or give it back",
        usage: "dhclient [-r] [-v]",
        examples: &[("dhclient", "gets an address and keeps it"), ("dhclient -r", "gives it back")],
        make: dhclient::make,
    },
    Command {
        name: "dig",
        summary: "ask a DNS server, and show its whole answer",
        usage: "dig [@SERVER] [-x ADDRESS] [NAME] [TYPE] [+short] [+trace] [+tcp] [+norecurse]",
        examples: &[
            ("dig www.example.test", "the address of a name"),
            ("dig +short example.test MX", "only the answer: the mail servers of a domain"),
            ("dig -x 10.0.0.2", "the name of an address"),
            ("dig @10.0.0.53 example.test NS", "asks this server"),
            ("dig +trace www.example.test", "walks from the root to the server that knows"),
        ],
        make: dig::make,
    },
    Command {
        name: "history",
        summary: "list the commands that were typed on this host",
        usage: "history",
        examples: &[("history | tail -3", "the last three")],
        make: files::history,
    },
    Command {
        name: "host",
        summary: "find the addresses of a name, or the name of an address",
        usage: "host [-t TYPE] NAME|ADDRESS [SERVER]",
        examples: &[
            ("host www.example.test", "its addresses"),
            ("host -t MX example.test", "its mail servers"),
        ],
        make: lookup::host,
    },
    Command {
        name: "ifconfig",
        summary: "show the network card and its addresses, or give it one",
        usage: "ifconfig [-a] [eth0 [ADDRESS netmask MASK | ADDRESS/PREFIX | up | down]]",
        examples: &[
            ("ifconfig", "the card and its addresses"),
            ("ifconfig eth0 10.0.0.7/24", "gives it one more"),
        ],
        make: ifconfig::make,
    },
    Command {
        name: "ipconfig",
        summary: "show addresses, and get others by DHCP, as in Windows",
        usage: "ipconfig [/all | /renew | /release | /displaydns | /flushdns]",
        examples: &[
            ("ipconfig /all", "everything about the card"),
            ("ipconfig /renew", "asks the DHCP server again"),
        ],
        make: ipconfig::make,
    },
    Command {
        name: "netstat",
        summary: "list the sockets of this host, or its routes",
        usage: "netstat [-t] [-u] [-n] [-a] [-l] [-r]",
        examples: &[("netstat -tuna", "all sockets of TCP and UDP"), ("netstat -rn", "the routes")],
        make: ss::netstat,
    },
    Command {
        name: "nslookup",
        summary: "find the addresses of a name, as in Windows",
        usage: "nslookup [-type=TYPE] NAME|ADDRESS [SERVER]",
        examples: &[
            ("nslookup www.example.test", "its addresses"),
            ("nslookup -type=MX example.test", "its mail servers"),
        ],
        make: lookup::nslookup,
    },
    Command {
        name: "route",
        summary: "show where packets go, or set the default gateway",
        usage: "route [-n] [print | add default gw ADDRESS | del default]",
        examples: &[
            ("route -n", "where packets go"),
            ("route add default gw 10.0.0.254", "sets the default gateway"),
        ],
        make: route::make,
    },
    Command {
        name: "sleep",
        summary: "let time pass",
        usage: "sleep SECONDS",
        examples: &[("sleep 2.5", "waits for two and a half seconds")],
        make: sleep::make,
    },
    Command {
        name: "ss",
        summary: "list the sockets of this host",
        usage: "ss [-t] [-u] [-n] [-a] [-l]",
        examples: &[
            ("ss -tuna", "all sockets of TCP and UDP"),
            ("ss -tln", "the ports at which it accepts connections"),
        ],
        make: ss::make,
    },
    Command {
        name: "tcpdump",
        summary: "show the frames that the card sends and receives",
        usage: "tcpdump [-i eth0] [-n] [-e] [-v] [-t] [-c COUNT] [EXPRESSION]",
        examples: &[
            ("tcpdump", "all of them, until Ctrl-C"),
            ("tcpdump -c 10 -e", "ten, with their MAC addresses"),
            ("tcpdump port 53", "questions for names, and answers"),
            ("tcpdump host 10.0.0.2 and not arp", "what goes to and comes from this host"),
            ("tcpdump 'tcp.flags.syn == 1'", "with a display filter"),
        ],
        make: tcpdump::make,
    },
    Command {
        name: "tracepath",
        summary: "find the routers on the way to a host, and the largest packet that gets there",
        usage: "tracepath [-4] [-6] [-n] [-m HOPS] ADDRESS",
        examples: &[("tracepath 10.0.9.2", "each router, and the path MTU")],
        make: hops::tracepath,
    },
    Command {
        name: "tracert",
        summary: "find the routers on the way to a host, as in Windows",
        usage: "tracert [-d] [-4] [-6] [-h HOPS] [-w MILLISECONDS] ADDRESS",
        examples: &[("tracert 10.0.9.2", "each router on the way")],
        make: hops::tracert,
    },
];
