//! Routes, forwarded ports, filter rules and VLANs as lines of words: what a student can type, and close to what routers'
//! own command lines look like. The words are those of the document, in the order in which they are said; only the lines'
//! form is checked here, and what stands in them by the document's reader.

use super::{number_or_text, texts};
use crate::run_form::quoted;
use netlab::topology::NodeId;
use router::config::{Forward, Protocol, Rule, StaticRoute, Transport, Verdict};
use scenario::{Scenario, defaults};
use smoltcp::wire::{EthernetAddress, IpCidr};

/// Lines that have been read: each as JSON, with its number in the text, from 1.
#[derive(Default)]
pub struct Lines(Vec<(usize, String)>);

impl Lines {
    /// Reads each line that is not empty; else the number of the first that makes no sense, and what to do.
    pub fn read(
        text: &str,
        read: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, (usize, String)> {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let read = |(number, line): (usize, &str)| match read(line) {
            Ok(json) => Ok((number, json)),
            Err(what) => Err((number, what)),
        };
        lines.map(read).collect::<Result<_, _>>().map(Self)
    }

    /// As a list of JSON.
    pub fn json(&self) -> String {
        format!("[{}]", self.0.iter().map(|(_, json)| json.as_str()).collect::<Vec<_>>().join(","))
    }

    /// The line whose JSON begins with this name.
    pub fn with(&self, name: &str) -> Option<usize> {
        let begins = format!("{}:", quoted(name));
        self.0.iter().find(|(_, json)| json.starts_with(&begins)).map(|(number, _)| *number)
    }

    /// The fields of an object.
    pub fn object(&self) -> String {
        format!("{{{}}}", self.0.iter().map(|(_, json)| json.as_str()).collect::<Vec<_>>().join(","))
    }

    /// The line that this element of the list was read from.
    pub fn number(&self, element: usize) -> Option<usize> {
        self.0.get(element).map(|(number, _)| *number)
    }
}

/// One line for each.
pub fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// An Ethernet address as documents have it.
pub fn mac(mac: EthernetAddress) -> String {
    mac.to_string().replace('-', ":")
}

/// `10.0.2.0/24 via 10.0.12.2`.
pub fn route(route: &StaticRoute) -> String {
    let to = match route.to.prefix_len() {
        0 => "default".to_owned(),
        _ => route.to.to_string(),
    };
    let metric = match route.metric {
        defaults::METRIC => String::new(),
        metric => format!(" metric {metric}"),
    };
    format!("{to} via {}{metric}", route.via)
}

/// The inverse of [`route`].
pub fn read_route(line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (to, via, metric) = match words[..] {
        [to, "via", via] => (to, via, None),
        [to, "via", via, "metric", metric] => (to, via, Some(metric)),
        _ => return Err("write a network and the next hop, like 10.0.2.0/24 via 10.0.12.2".into()),
    };
    let metric = metric.map(|metric| format!(r#","metric":{}"#, number_or_text(metric))).unwrap_or_default();
    Ok(format!(r#"{{"to":{},"via":{}{metric}}}"#, quoted(to), quoted(via)))
}

/// `tcp 8080 to 192.168.1.11 port 80`.
pub fn forward(forward: &Forward) -> String {
    let transport = match forward.transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    };
    let port = match forward.to_port == forward.port {
        true => String::new(),
        false => format!(" port {}", forward.to_port),
    };
    format!("{transport} {} to {}{port}", forward.port, forward.to)
}

/// The inverse of [`forward`].
pub fn read_forward(line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (transport, outside, to, port) = match words[..] {
        [transport @ ("tcp" | "udp"), outside, "to", to] => (transport, outside, to, None),
        [transport @ ("tcp" | "udp"), outside, "to", to, "port", port] => {
            (transport, outside, to, Some(port))
        }
        _ => {
            return Err(
                "write the port outside and where it leads, like tcp 8080 to 192.168.1.11 port 80".into()
            );
        }
    };
    let port = port.map(|port| format!(r#","port":{}"#, number_or_text(port))).unwrap_or_default();
    Ok(format!(r#"{{"{transport}":{},"to":{}{port}}}"#, number_or_text(outside), quoted(to)))
}

/// As the document calls it.
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Reject => "reject",
    }
}

/// `deny tcp from 10.0.1.0/24 to 10.0.2.7/32 ports 20-25 in s1`.
pub fn rule(rule: &Rule, scenario: &Scenario, router: NodeId) -> String {
    let protocol = match rule.protocol {
        None => "all",
        Some(Protocol::Tcp) => "tcp",
        Some(Protocol::Udp) => "udp",
        Some(Protocol::Icmp) => "icmp",
    };
    let mut line = format!("{} {protocol}", verdict(rule.verdict));
    if let Some(from) = rule.from {
        line += &format!(" from {from}");
    }
    if let Some(to) = rule.to {
        line += &format!(" to {to}");
    }
    if let Some(ports) = &rule.to_ports {
        line += &match (*ports.start(), *ports.end()) {
            (first, last) if first == last => format!(" ports {first}"),
            (first, last) => format!(" ports {first}-{last}"),
        };
    }
    if let Some(port) = rule.port {
        let neighbors = neighbors(scenario, router);
        let name = neighbors
            .get(port as usize)
            .filter(|name| neighbors.iter().filter(|other| other == name).count() == 1);
        line += &format!(" in {}", name.map_or(port.to_string(), |name| (*name).to_owned()));
    }
    line
}

/// The inverse of [`rule`], and the port that it names.
pub fn read_rule(line: &str, scenario: &Scenario, router: NodeId) -> Result<(String, Option<u32>), String> {
    let mut words = line.split_whitespace();
    let [Some(verdict @ ("allow" | "deny" | "reject")), Some(protocol)] = [words.next(), words.next()] else {
        return Err(
            "begin with allow, deny or reject and a protocol, like deny tcp ports 22, or allow all".into()
        );
    };
    let mut json = format!(r#"{{"{verdict}":{}"#, quoted(protocol));
    let (mut port, mut said) = (None, Vec::new());
    while let Some(what) = words.next() {
        let Some(value) = words.next() else { return Err(format!("say what comes after “{what}”")) };
        let what = if what == "port" { "ports" } else { what };
        if said.contains(&what) {
            return Err(format!("“{what}” stands here twice"));
        }
        said.push(what);
        match what {
            "from" | "to" => json += &format!(r#","{what}":{}"#, quoted(value)),
            "ports" => json += &format!(r#","ports":{}"#, number_or_text(value)),
            "in" => port = Some(port_to(value, scenario, router)?),
            other => return Err(format!("“{other}” is none of from, to, ports and in")),
        }
    }
    Ok((json + "}", port))
}

/// The ids of the nodes at the other ends of a router's cables, in the order of its ports.
fn neighbors(scenario: &Scenario, router: NodeId) -> Vec<&str> {
    let topology = &scenario.topology;
    let ports = topology.links.iter().flat_map(|link| [link.ends, [link.ends[1], link.ends[0]]]);
    ports.filter(|[here, _]| *here == router).map(|[_, there]| scenario.id(there)).collect()
}

fn port_to(neighbor: &str, scenario: &Scenario, router: NodeId) -> Result<u32, String> {
    let neighbors = neighbors(scenario, router);
    if let Some(port) = neighbors.iter().position(|name| *name == neighbor) {
        return match neighbors.iter().filter(|name| **name == neighbor).count() {
            1 => Ok(port as u32),
            _ => Err(format!("several cables lead to {neighbor}: write the number of the port, from 0")),
        };
    }
    let number = neighbor.parse::<u32>().ok().filter(|&port| (port as usize) < scenario::bounds::LINKS_MAX);
    number.ok_or_else(|| match neighbors.is_empty() {
        true => "this router has no cable yet".into(),
        false => format!("no cable leads to “{neighbor}”: after in stands one of {}", neighbors.join(", ")),
    })
}

/// `10: 10.0.10.254/24, fd00::1/64`, a line for each VLAN.
pub fn vlans(vlans: &[(u16, Vec<IpCidr>)]) -> String {
    let listed = |list: &[IpCidr]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    joined(vlans.iter().map(|(vlan, addresses)| format!("{vlan}: {}", listed(addresses))))
}

/// The inverse of [`vlans`]: fields of an object, and for each its VLAN's name.
pub fn read_vlan(line: &str) -> Result<String, String> {
    let Some((vlan, addresses)) =
        line.split_once(": ").or_else(|| Some((line.trim().strip_suffix(':')?, "")))
    else {
        return Err("write a VLAN’s number and its addresses, like 10: 10.0.10.254/24".into());
    };
    Ok(format!("{}:{}", quoted(vlan.trim()), texts(addresses)))
}
