//! What all formats have in common: machines, cables, and the commands that configure them as in the scenario.

use crate::quantity::{show_mac, show_size, show_time};
use crate::{Scenario, defaults};
use netlab::Instant;
use netlab::run::Target;
use netlab::topology::{Congestion, End, HostConfig, LinkId, NodeId, NodeKind};
use smoltcp::wire::{IpAddress, IpCidr};
use wire::sorted::SortedSet;

/// Characters of a machine's name: Kathará takes 30, and a number may follow.
const NAME_MAX: usize = 24;
/// Characters of a lab's name.
const LAB_NAME_MAX: usize = 40;

/// The network, ready to be written down.
pub(super) struct Lab {
    pub name: String,
    /// Remarks, written as comment lines.
    pub remarks: Vec<String>,
    pub machines: Vec<Machine>,
    /// Which interfaces of which machines.
    pub cables: Vec<[Port; 2]>,
}

pub(super) struct Machine {
    /// Lowercase letters, digits and hyphens (or `_`), beginning with a letter; no other machine has it.
    pub name: String,
    /// A host or a router: it has a stack of its own.
    pub is_host: bool,
    /// Remarks, written as comment lines.
    pub remarks: Vec<String>,
    /// It has IPv6 addresses, or waits for some.
    pub speaks_v6: bool,
    /// Settings of the kernel, to be made before the commands.
    pub settings: Vec<Setting>,
    /// Commands without characters that mean anything to a shell.
    pub commands: Vec<String>,
}

/// A setting of the kernel (sysctl).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// Up to the interface, if it is one of an interface: `net.ipv4.conf`.
    path: &'static str,
    interface: Option<String>,
    name: &'static str,
    value: &'static str,
}

impl Setting {
    /// `net.ipv6.conf.eth0.accept_ra=2`.
    pub fn of_interface(&self) -> String {
        match &self.interface {
            Some(interface) => format!("{}.{interface}.{}={}", self.path, self.name, self.value),
            None => format!("{}.{}={}", self.path, self.name, self.value),
        }
    }

    /// The same for a machine whose interfaces come later: for all that are there, and for those that are made.
    pub fn of_all(&self) -> Vec<String> {
        match self.interface {
            Some(_) => ["all", "default"]
                .map(|interface| format!("{}.{interface}.{}={}", self.path, self.name, self.value))
                .into(),
            None => vec![self.of_interface()],
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Port {
    pub machine: usize,
    /// The interface is called `eth` and this number.
    pub number: usize,
}

impl Lab {
    /// `first` is the number of a machine's first interface; `hyphen` stands between the words of its name.
    pub fn new(scenario: &Scenario, first: usize, hyphen: char) -> Self {
        let topology = &scenario.topology;
        let mut used = SortedSet::from(RESERVED.map(str::to_owned));
        let known =
            |link: &&netlab::topology::Link| link.ends.iter().all(|end| end.index() < topology.nodes.len());
        let mut ports = vec![Vec::new(); topology.nodes.len()];
        let mut cables = Vec::new();
        for (number, link) in topology.links.iter().enumerate().filter(|(_, link)| known(link)) {
            cables.push(End::BOTH.map(|end| {
                let machine = link.ends[end.index()].index();
                ports[machine].push((LinkId(number as u32), end));
                Port { machine, number: first + ports[machine].len() - 1 }
            }));
        }
        // Bridges carry what hosts send.
        let mtu = topology.node_ids().filter_map(|id| topology.host(id)).map(|host| host.ip_mtu).max();
        let mtu = mtu.unwrap_or(defaults::MTU).max(defaults::MTU);
        let machines = topology.nodes.iter().zip(&scenario.ids).enumerate().map(|(number, (node, id))| {
            let mut machine = Machine {
                name: unused(id, hyphen, NAME_MAX, &mut used),
                is_host: matches!(node.kind, NodeKind::Host(_) | NodeKind::Router(_)),
                remarks: Vec::new(),
                speaks_v6: false,
                settings: Vec::new(),
                commands: Vec::new(),
            };
            if machine.name != *id || node.name != *id {
                machine.remarks.push(comment(&format!("{id}: {}", node.name)));
            }
            let interfaces: Vec<_> =
                (first..first + ports[number].len()).map(|n| format!("eth{n}")).collect();
            match &node.kind {
                NodeKind::Host(config) => {
                    machine.host(config, NodeId(number as u32), interfaces.first().map(String::as_str));
                }
                NodeKind::Hub => machine.hub(&interfaces, mtu),
                NodeKind::Switch(config) => {
                    let ports =
                        ports[number].iter().map(|(link, end)| &topology.link(*link).ports[end.index()]);
                    machine.switch(config, interfaces.iter().map(String::as_str).zip(ports).collect(), mtu);
                }
                NodeKind::Router(config) => {
                    let ports =
                        ports[number].iter().map(|(link, end)| &topology.link(*link).ports[end.index()]);
                    let ports = interfaces.iter().map(String::as_str).zip(ports).collect();
                    machine.router(config, NodeId(number as u32), ports);
                }
            }
            for (interface, (link, end)) in interfaces.iter().zip(&ports[number]) {
                machine.way(interface, &topology.link(*link).ways[end.index()]);
            }
            machine
        });
        let machines: Vec<_> = machines.collect();
        let mut remarks = vec![comment(&scenario.title)];
        remarks.extend(scenario.description.iter().flat_map(|text| text.lines()).map(comment));
        remarks.extend(LIMITS.map(str::to_owned));
        remarks.extend(runs(scenario, &machines));
        remarks.retain(|line| !line.is_empty());
        let title = if scenario.title.is_empty() { "packetarium" } else { &scenario.title };
        Self { name: unused(title, '-', LAB_NAME_MAX, &mut SortedSet::new()), remarks, machines, cables }
    }
}

/// Remarks that every lab has.
const LIMITS: [&str; 3] = [
    "Made by Packetarium. The kernels' own TCP, ARP, timers and chance take the place of the simulated ones:",
    "rates, delays and losses are as in the scenario, single moments are not.",
    "A cable's queue is counted in whole frames, and what is under way on it in the same queue.",
];

/// Kathará runs shared.startup on all machines.
const RESERVED: [&str; 2] = ["shared", "lo"];

impl Machine {
    fn host(&mut self, config: &HostConfig, id: NodeId, interface: Option<&str>) {
        let Some(interface) = interface else {
            self.remarks.push("It has no cable, and so no interface for its addresses.".to_owned());
            return;
        };
        self.run(format!("ip link set dev {interface} address {}", show_mac(config.mac(id))));
        self.run(format!("ip link set dev {interface} mtu {} gso_max_segs 1 up", config.ip_mtu));
        self.addresses(interface, &config.addresses);
        // A container may come with forwarding switched on, and takes no advertisements then but with 2.
        self.forwards("0");
        self.speaks_v6 = config.slaac || config.addresses.iter().any(|cidr| matches!(cidr, IpCidr::Ipv6(_)));
        if config.slaac {
            self.set_on(interface, "net.ipv6.conf", "accept_ra", "2");
            self.set_on(interface, "net.ipv6.conf", "autoconf", "1");
        }
        for gateway in &config.gateways {
            let six = if matches!(gateway, IpAddress::Ipv6(_)) { "-6 " } else { "" };
            self.run(format!("ip {six}route replace default via {gateway} dev {interface}"));
        }
        if config.dhcp {
            self.remark(
                "Not expressed: its address by DHCP; run a client such as udhcpc, with a server on its LAN.",
            );
        }
        if !config.dns.is_empty() {
            let servers: Vec<_> = config.dns.iter().map(IpAddress::to_string).collect();
            self.remark(format!("Not expressed: its DNS servers, {}.", servers.join(" and ")));
        }
        if config.services.is_some() {
            self.remark(
                "Not expressed: its services (DHCP, DNS, HTTP and others); run programs such as dnsmasq.",
            );
        }
        match config.tcp.congestion {
            Congestion::Cubic => {}
            Congestion::Reno => self.set("net.ipv4", "tcp_congestion_control", "reno"),
            Congestion::None => {
                self.remarks.push(
                    "Not expressed: TCP without congestion control; the kernel has its own.".to_owned(),
                );
            }
        }
        let (rx, tx) = (config.tcp.rx_buffer, config.tcp.tx_buffer);
        if (rx, tx) != (defaults::RX_BUFFER, defaults::TX_BUFFER) {
            let [rx, tx] = [rx, tx].map(|bytes| show_size(bytes as u64));
            self.remarks
                .push(format!("Not expressed: TCP buffers of {rx} and {tx}; the kernel finds its own."));
        }
    }

    pub fn addresses(&mut self, interface: &str, addresses: &[IpCidr]) {
        for cidr in addresses {
            match cidr.address() {
                IpAddress::Ipv4(_) => self.run(format!("ip addr add {cidr} dev {interface}")),
                IpAddress::Ipv6(_) => self.run(format!("ip -6 addr add {cidr} dev {interface} nodad")),
            }
        }
    }

    /// Whether packets that are for others are forwarded.
    pub fn forwards(&mut self, value: &'static str) {
        self.set("net.ipv4", "ip_forward", value);
        self.set("net.ipv6.conf.all", "forwarding", value);
    }

    pub fn set(&mut self, path: &'static str, name: &'static str, value: &'static str) {
        self.settings.push(Setting { path, interface: None, name, value });
    }

    pub fn set_on(&mut self, interface: &str, path: &'static str, name: &'static str, value: &'static str) {
        self.settings.push(Setting { path, interface: Some(interface.to_owned()), name, value });
    }

    /// The commands, with those before them that make the settings.
    pub fn all_commands(&self) -> Vec<String> {
        let speaks = u8::from(!self.speaks_v6);
        let first =
            ["all", "default"].map(|of| format!("sysctl -w net.ipv6.conf.{of}.disable_ipv6={speaks}"));
        let settings = self.settings.iter().map(|setting| format!("sysctl -w {}", setting.of_interface()));
        first.into_iter().chain(settings).chain(self.commands.iter().cloned()).collect()
    }

    pub fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }

    pub fn run(&mut self, command: String) {
        let harmless = |c: char| c.is_ascii_alphanumeric() || " .:/-_=%".contains(c);
        assert!(command.chars().all(harmless), "nothing in it means anything to a shell: {command}");
        self.commands.push(command);
    }
}

/// Remarks about the planned runs, and about what is left out. Ids are letters, digits, - and _.
fn runs(scenario: &Scenario, machines: &[Machine]) -> Vec<String> {
    let name =
        |node: NodeId| machines.get(node.index()).map_or_else(|| scenario.id(node), |machine| &machine.name);
    let run = |(at, spec): &(Instant, netlab::run::RunSpec)| {
        let to = match spec.to {
            Target::Node(node, _) => name(node).to_owned(),
            Target::Address(address) => address.to_string(),
        };
        let at = show_time(at.since(Instant::ZERO));
        format!("Planned at {at}: {} from {} to {to}", spec.kind.name(), name(spec.from))
    };
    let changes = match scenario.changes.len() {
        0 => None,
        1 => Some(
            "Not expressed: a change of the running network. This is the network as it is at the start."
                .to_owned(),
        ),
        count => Some(format!(
            "Not expressed: {count} changes of the running network. This is the network as it is at the start."
        )),
    };
    let commands = scenario.commands.iter().map(|(at, command)| {
        let at = show_time(at.since(Instant::ZERO));
        format!("Planned at {at} on {}: {}", name(command.on), comment(&command.line))
    });
    scenario.runs.iter().map(run).chain(commands).chain(changes).collect()
}

/// Free text as one line that every format reads as a comment.
pub(super) fn comment(text: &str) -> String {
    let plain = |c: char| {
        if c.is_alphanumeric() || c.is_ascii_graphic() || "–—…×→’“”".contains(c) {
            c
        } else {
            ' '
        }
    };
    text.chars().take(4_000).map(plain).collect::<String>().trim().to_owned()
}

/// An unused name, made of the letters and digits of this text.
fn unused(text: &str, hyphen: char, max: usize, used: &mut SortedSet<String>) -> String {
    let mut name = String::new();
    for c in text.chars().take(max) {
        match c {
            _ if c.is_ascii_alphanumeric() => name.push(c.to_ascii_lowercase()),
            _ if !name.is_empty() && !name.ends_with(hyphen) => name.push(hyphen),
            _ => {}
        }
    }
    let name = name.trim_end_matches(hyphen);
    let name = format!("{}{name}", if name.starts_with(|c: char| c.is_ascii_lowercase()) { "" } else { "n" });
    let numbered = (2..).map(|number| format!("{name}{hyphen}{number}"));
    let mut free = std::iter::once(name.clone()).chain(numbered);
    free.find(|name| used.insert(name.clone())).expect("there are more numbers than names")
}

/// Lines of comment, each behind this sign.
pub(super) fn comments(sign: &str, lines: &[String]) -> String {
    lines.iter().map(|line| format!("{sign} {line}\n")).collect()
}
