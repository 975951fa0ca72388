//! Routes, forwarded ports, filter rules and VLANs as lines of text, in a syntax close to that of real routers' command lines.
//! The keywords are those of the document. Only a line's syntax is checked here; the document's reader checks the values.

use super::texts;
use netlab::topology::NodeId;
use router::config::{Forward, Protocol, Rule, StaticRoute, Transport, Verdict};
use scenario::item::{Fields, Json};
use scenario::{Scenario, defaults};
use smoltcp::wire::{EthernetAddress, IpCidr};
use texts::t;

/// The parsed lines of a text, without empty lines, each with its line number (from 1).
#[derive(Clone)]
pub struct Lines<T>(Vec<(usize, T)>);

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Lines<T> {
    /// Reads each line that is not empty.
    ///
    /// # Errors
    /// The number of the first malformed line, and how to write it.
    pub fn read<'t>(
        text: &'t str,
        read: &mut dyn FnMut(&'t str) -> Result<T, String>,
    ) -> Result<Self, (usize, String)> {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let read = |(number, line): (usize, &'t str)| match read(line) {
            Ok(line) => Ok((number, line)),
            Err(what) => Err((number, what)),
        };
        lines.map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The parsed lines, in order.
    pub fn all(&self) -> impl Iterator<Item = T>
    where
        T: Clone,
    {
        self.0.iter().map(|(_, line)| line.clone())
    }

    /// The number of the line that this element of the list was read from.
    pub fn number(&self, element: usize) -> Option<usize> {
        self.0.get(element).map(|(number, _)| *number)
    }
}

impl Lines<Vlan<'_>> {
    /// The number of the line of this VLAN.
    pub fn of_vlan(&self, name: &str) -> Option<usize> {
        self.0.iter().find(|(_, (vlan, _))| *vlan == name).map(|(number, _)| *number)
    }
}

/// A VLAN's number, and the list of its addresses.
pub type Vlan<'t> = (&'t str, Json<'t>);

/// Joins the parts, one per line.
pub fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// A MAC address in the document's notation, with colons.
pub fn mac(mac: EthernetAddress) -> String {
    mac.to_string().replace('-', ":")
}

/// `10.0.2.0/24 via 10.0.12.2`, or `fd00:3::/64 via fe80::2 port r2`.
pub fn route(route: &StaticRoute, scenario: &Scenario, router: NodeId) -> String {
    let to = match route.to.prefix_len() {
        0 => "default".to_owned(),
        _ => route.to.to_string(),
    };
    let metric = match route.metric {
        defaults::METRIC => String::new(),
        metric => format!(" metric {metric}"),
    };
    let port = route.port.map(|port| format!(" port {}", port_name(port, scenario, router)));
    format!("{to} via {}{}{metric}", route.via, port.unwrap_or_default())
}

/// The inverse of [`route`].
pub fn read_route<'t>(line: &'t str, scenario: &Scenario, router: NodeId) -> Result<Fields<'t>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (to, via, port, metric) = match words[..] {
        [to, "via", via] => (to, via, None, None),
        [to, "via", via, "metric", metric] => (to, via, None, Some(metric)),
        [to, "via", via, "port", port] => (to, via, Some(port), None),
        [to, "via", via, "port", port, "metric", metric] => (to, via, Some(port), Some(metric)),
        _ => return Err(t!("write a network and the next hop, like 10.0.2.0/24 via 10.0.12.2").into()),
    };
    let mut route = Fields::default();
    let port = port.map(|port| named_port(port, scenario, router));
    route.put("to", to).put("via", via).maybe("port", port).maybe("metric", metric.map(Json::typed));
    Ok(route)
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
pub fn read_forward(line: &str) -> Result<Fields<'_>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (transport, outside, to, port) = match words[..] {
        [transport @ ("tcp" | "udp"), outside, "to", to] => (transport, outside, to, None),
        [transport @ ("tcp" | "udp"), outside, "to", to, "port", port] => {
            (transport, outside, to, Some(port))
        }
        _ => {
            return Err(t!(
                "write the outside port and its destination, like tcp 8080 to 192.168.1.11 port 80"
            )
            .into());
        }
    };
    let mut forward = Fields::default();
    forward.put(transport, Json::typed(outside)).put("to", to).maybe("port", port.map(Json::typed));
    Ok(forward)
}

/// The verdict's name in the document.
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
        line += &format!(" in {}", port_name(port, scenario, router));
    }
    line
}

/// A router's port by the id of the only node behind it, or else by its number.
fn port_name(port: u32, scenario: &Scenario, router: NodeId) -> String {
    let neighbors = neighbors(scenario, router);
    let name = neighbors
        .get(port as usize)
        .filter(|name| neighbors.iter().filter(|other| other == name).count() == 1);
    name.map_or(port.to_string(), |name| (*name).to_owned())
}

/// The inverse of [`port_name`]. An id may be a number, too: it comes before the number of a port.
fn named_port<'t>(text: &'t str, scenario: &Scenario, router: NodeId) -> Json<'t> {
    if neighbors(scenario, router).contains(&text) { text.into() } else { Json::typed(text) }
}

/// The inverse of [`rule`].
pub fn read_rule<'t>(line: &'t str, scenario: &Scenario, router: NodeId) -> Result<Fields<'t>, String> {
    let mut words = line.split_whitespace();
    let [Some(verdict @ ("allow" | "deny" | "reject")), Some(protocol)] = [words.next(), words.next()] else {
        return Err(t!(
            "begin with allow, deny or reject and a protocol, like deny tcp ports 22, or allow all"
        )
        .into());
    };
    let mut rule = Fields::default();
    rule.put(verdict, protocol);
    while let Some(what) = words.next() {
        let Some(value) = words.next() else { return Err(t!("write a value after “{what}”")) };
        let what = if what == "port" { "ports" } else { what };
        if rule.names().skip(1).any(|name| name == what) {
            return Err(t!("“{what}” is given twice"));
        }
        match what {
            "from" | "to" => rule.put(what, value),
            "ports" => rule.put(what, Json::typed(value)),
            "in" => rule.put(what, named_port(value, scenario, router)),
            other => return Err(t!("“{other}” is none of from, to, ports and in")),
        };
    }
    Ok(rule)
}

/// The ids of the nodes at the other ends of a router's cables, in the order of its ports.
fn neighbors(scenario: &Scenario, router: NodeId) -> Vec<&str> {
    let topology = &scenario.topology;
    let ports = topology.links.iter().flat_map(|link| [link.ends, [link.ends[1], link.ends[0]]]);
    ports.filter(|[here, _]| *here == router).map(|[_, there]| scenario.id(there)).collect()
}

/// `10: 10.0.10.254/24, fd00::1/64`, a line for each VLAN.
pub fn vlans(vlans: &[(u16, Vec<IpCidr>)]) -> String {
    let listed = |list: &[IpCidr]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    joined(vlans.iter().map(|(vlan, addresses)| format!("{vlan}: {}", listed(addresses))))
}

/// The inverse of [`vlans`].
pub fn read_vlan(line: &str) -> Result<Vlan<'_>, String> {
    let Some((vlan, addresses)) =
        line.split_once(": ").or_else(|| Some((line.trim().strip_suffix(':')?, "")))
    else {
        return Err(t!("write a VLAN’s number and its addresses, like 10: 10.0.10.254/24").into());
    };
    Ok((vlan.trim(), texts(addresses)))
}
