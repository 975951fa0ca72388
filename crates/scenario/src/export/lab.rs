//! What all formats have in common: machines, cables, and the commands that make them what the scenario says.

use crate::quantity::{show_mac, show_ratio, show_size, show_time};
use crate::{Scenario, defaults};
use netlab::run::Target;
use netlab::topology::{Congestion, End, HostConfig, LinkId, NodeId, NodeKind, Way};
use netlab::{Instant, Ratio};
use smoltcp::wire::IpAddress;
use std::collections::BTreeSet;
use vnetif::impair::Impairment;
use vnetif::line::QueueLimit;

/// The longest frame of an ordinary host, in which queues are counted.
const FRAME_BYTES: u128 = 1_514;
/// Characters of a machine's name: Kathará takes 30, and a number may follow.
const NAME_MAX: usize = 24;
/// Characters of a lab's name.
const LAB_NAME_MAX: usize = 40;

/// The network, ready to be written down.
pub(super) struct Lab {
    pub name: String,
    /// What people shall know: comment lines.
    pub remarks: Vec<String>,
    pub machines: Vec<Machine>,
    /// Which interfaces of which machines.
    pub cables: Vec<[Port; 2]>,
}

pub(super) struct Machine {
    /// Lowercase letters, digits and hyphens (or `_`), beginning with a letter; no other machine has it.
    pub name: String,
    pub is_host: bool,
    /// What people shall know: comment lines.
    pub remarks: Vec<String>,
    /// Shell commands without anything that a shell would take for its own.
    pub commands: Vec<String>,
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
        let mut used = BTreeSet::from(RESERVED.map(str::to_owned));
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
                is_host: matches!(node.kind, NodeKind::Host(_)),
                remarks: Vec::new(),
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
                NodeKind::Router(_) => {}
                NodeKind::Hub => machine.bridge(&interfaces, 0, mtu),
                NodeKind::Switch(config) => {
                    let hundredths = config.ageing.nanos().div_ceil(10_000_000);
                    machine.bridge(&interfaces, hundredths, mtu);
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
        Self { name: unused(title, '-', LAB_NAME_MAX, &mut BTreeSet::new()), remarks, machines, cables }
    }
}

/// What is told of every lab.
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
        for cidr in &config.addresses {
            match cidr.address() {
                IpAddress::Ipv4(_) => self.run(format!("ip addr add {cidr} dev {interface}")),
                IpAddress::Ipv6(_) => self.run(format!("ip -6 addr add {cidr} dev {interface} nodad")),
            }
        }
        for gateway in &config.gateways {
            let six = if matches!(gateway, IpAddress::Ipv6(_)) { "-6 " } else { "" };
            self.run(format!("ip {six}route replace default via {gateway} dev {interface}"));
        }
        match config.tcp.congestion {
            Congestion::Cubic => {}
            Congestion::Reno => self.run("sysctl -w net.ipv4.tcp_congestion_control=reno".to_owned()),
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

    fn bridge(&mut self, interfaces: &[String], ageing_hundredths: u64, mtu: usize) {
        // Whose addresses are forgotten at once repeats everything to everybody: a hub.
        let ageing = ageing_hundredths.min(u64::from(u32::MAX));
        self.run(format!("ip link add br0 type bridge ageing_time {ageing} mcast_snooping 0 stp_state 0"));
        for interface in interfaces {
            self.run(format!("ip link set dev {interface} mtu {mtu} up master br0"));
        }
        self.run("ip link set dev br0 up".to_owned());
    }

    /// What becomes of the frames that leave by this interface.
    fn way(&mut self, interface: &str, way: &Way) {
        let line = way.line;
        let mut passes = 1.0;
        for impairment in &way.impairments {
            let lost = match *impairment {
                Impairment::Loss(ratio) => probability(ratio),
                Impairment::Down => 1.0,
                other => {
                    self.remarks.push(format!("Not expressed on {interface}: {}.", told(other)));
                    continue;
                }
            };
            passes *= 1.0 - lost;
        }
        let rate = line.rate.map_or(0, |rate| u128::from(rate.get()));
        let under_way = rate * u128::from(line.delay.nanos()) / 8_000_000_000;
        // What one direction may hold: waiting, under way, and on the wire.
        let frames = waiting(line.queue.limit) + under_way.div_ceil(FRAME_BYTES) + 1;
        let frames = if rate == 0 { 100_000 } else { frames.min(10_000_000) };
        let mut netem = format!("tc qdisc replace dev {interface} root netem limit {frames}");
        let nanos = line.delay.nanos();
        netem += &match nanos % 1_000 {
            0 => format!(" delay {}us", nanos / 1_000),
            _ => format!(" delay {nanos}ns"),
        };
        if rate > 0 {
            netem += &format!(" rate {rate}bit");
        }
        if passes < 1.0 {
            let percent = format!("{:.7}", (1.0 - passes) * 100.0);
            netem += &format!(" loss {}%", percent.trim_end_matches('0').trim_end_matches('.'));
        }
        self.run(netem);
    }

    fn run(&mut self, command: String) {
        let harmless = |c: char| c.is_ascii_alphanumeric() || " .:/-_=%".contains(c);
        assert!(command.chars().all(harmless), "nothing in it means anything to a shell: {command}");
        self.commands.push(command);
    }
}

/// The frames that may wait.
fn waiting(limit: QueueLimit) -> u128 {
    match limit {
        QueueLimit::Bytes(bytes) => (bytes as u128).div_ceil(FRAME_BYTES),
        QueueLimit::Frames(frames) => frames as u128,
    }
}

fn probability(ratio: Ratio) -> f64 {
    show_ratio(ratio).parse().expect("it is shown as a decimal number")
}

fn told(impairment: Impairment) -> String {
    match impairment {
        Impairment::LossOfSmall { probability, bytes_max } => format!(
            "frames of up to {} are lost with a probability of {}",
            show_size(bytes_max as u64),
            show_ratio(probability)
        ),
        Impairment::FrameSizeMax(bytes) => {
            format!("frames of more than {} are refused", show_size(bytes as u64))
        }
        Impairment::TrailingBytes(bytes) => format!("up to {bytes} random bytes follow each frame"),
        Impairment::SilenceOnce { after_bytes, lasts } => {
            format!("after {} nothing passes for {}", show_size(after_bytes), show_time(lasts))
        }
        Impairment::Outage { at, lasts, every } => {
            let again = every.map_or(String::new(), |every| format!(", every {}", show_time(every)));
            let at = show_time(at.since(Instant::ZERO));
            format!("from {at} on nothing passes for {}{again}", show_time(lasts))
        }
        Impairment::LossEvery(every) => format!("one frame of {every} is lost"),
        Impairment::LossOfFrame(number) => format!("frame {number} is lost"),
        Impairment::Loss(_)
        | Impairment::Down
        | Impairment::LossCorrelated { .. }
        | Impairment::GilbertElliott { .. }
        | Impairment::Duplicate { .. }
        | Impairment::Corrupt { .. }
        | Impairment::Jitter { .. }
        | Impairment::Reorder { .. } => String::new(),
    }
}

/// What was planned, for who wants to do it again, and what is left out. Ids are letters, digits, - and _.
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
    scenario.runs.iter().map(run).chain(changes).collect()
}

/// Free text as one line that no format takes for anything but a comment.
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

/// A name out of the letters and digits of this text that nobody has yet.
fn unused(text: &str, hyphen: char, max: usize, used: &mut BTreeSet<String>) -> String {
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
