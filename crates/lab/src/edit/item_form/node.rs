//! The settings of hosts, switches and routers.

use super::field::Field;
use super::words::{self, Lines};
use super::{Group, ItemForm, NAME, read, texts, ticked};
use crate::run_form::{Wrong, quoted};
use netlab::topology::{Congestion, HostConfig, NodeId, NodeKind, RouterConfig, SwitchConfig, TcpConfig};
use router::config::SplitHorizon;
use scenario::fault::Step;
use scenario::quantity::{show_size, show_time};
use scenario::{Scenario, defaults};

const ADDRESSES: Field = Field::text("addresses", "Addresses", "")
    .hint("With prefix, like 10.0.0.1/24; several with commas between.");
const GATEWAY: Field =
    Field::text("gateway", "Gateway", "").hint("Where packets for other networks go. Empty: nowhere.");
const SLAAC: Field = Field::check("slaac", "Addresses from routers (SLAAC)", "")
    .hint("Takes IPv6 addresses and a gateway from routers’ advertisements.");
const MTU: Field = Field::number("mtu", "Largest packet", "1500").further();
const MAC: Field =
    Field::text("mac", "Ethernet address", "").hint("Empty: made from the host's number.").further();
const CONGESTION: Field = Field::choice(
    "congestion",
    "TCP congestion control",
    &[("cubic", "CUBIC"), ("reno", "Reno"), ("none", "none")],
)
.further();
const TX_BUFFER: Field = Field::text("tx_buffer", "TCP send buffer", "64KiB").further();
const RX_BUFFER: Field = Field::text("rx_buffer", "TCP receive buffer", "64KiB").further();
const TCP_TIMEOUT: Field = Field::text("timeout", "TCP gives up after", "30s").further();

const STP: Field = Field::check("stp", "Spanning tree", "")
    .hint("Rapid STP: switches agree which cables to leave unused, so that no frame goes in circles.");
const PRIORITY: Field = Field::number("priority", "Bridge priority", "32768")
    .hint("In steps of 4096. The least becomes the root.");
const SNOOPING: Field = Field::check("snooping", "Multicast snooping (IGMP, MLD)", "")
    .hint("A group’s frames go only where somebody has joined it.");
const AGEING: Field = Field::text("ageing", "Forgets an address after", "5min").further();
const HELLO: Field = Field::text("hello", "Hello time", "2s").further();
const MAX_AGE: Field = Field::text("max_age", "Maximum age", "20s").further();
const FORWARD_DELAY: Field = Field::text("forward_delay", "Forward delay", "15s").further();

const ROUTES: Field = Field::lines("routes", "Static routes")
    .hint("One a line, like 10.0.2.0/24 via 10.0.12.2, or default via 10.0.12.2.");
const RIP: Field =
    Field::check("rip", "RIP", "").hint("Routers tell each other their routes: RIP 2 and RIPng.");
const SPLIT_HORIZON: Field = Field::choice(
    "split_horizon",
    "Split horizon",
    &[("poisoned", "with poisoned reverse"), ("simple", "simple"), ("off", "off: count to infinity")],
);
const TRIGGERED: Field = Field::check("triggered", "Triggered updates", super::ON);
const UPDATE: Field = Field::text("update", "RIP update every", "30s").further();
const TIMEOUT: Field = Field::text("timeout", "RIP route times out after", "3min").further();
const GARBAGE: Field = Field::text("garbage", "RIP forgets it after another", "2min").further();
const NAT: Field = Field::check("nat", "Address translation (NAT)", "")
    .hint("For what leaves through a port that is marked as outside: that is set at the cable.");
const FORWARDS: Field =
    Field::lines("forwards", "Forwarded ports").hint("One a line, like tcp 8080 to 192.168.1.11 port 80.");
const FILTER: Field = Field::check("filter", "Filter", "")
    .hint("A stateful firewall. The first rule that fits decides; answers to what was let pass always pass.");
const RULES: Field = Field::lines("rules", "Rules")
    .hint("One a line: allow, deny or reject; tcp, udp, icmp or all; then any of from, to, ports, in. Like deny tcp from 10.0.1.0/24 ports 20-25.");
const OTHERWISE: Field = Field::choice(
    "otherwise",
    "What fits no rule",
    &[("allow", "passes"), ("deny", "vanishes"), ("reject", "is refused")],
);

impl ItemForm {
    /// A node as it is.
    pub fn of_node(scenario: &Scenario, id: NodeId) -> Self {
        let node = scenario.topology.node(id);
        let mut form = Self::default();
        form.fill([(&NAME.key, node.name.clone())]);
        match &node.kind {
            NodeKind::Host(config) => form.fill_host(config),
            NodeKind::Switch(config) => form.fill_switch(config),
            NodeKind::Hub => {}
            NodeKind::Router(config) => form.fill_router(scenario, id, config),
        }
        form
    }

    fn fill_host(&mut self, config: &HostConfig) {
        let listed = |texts: Vec<String>| texts.join(", ");
        let TcpConfig { congestion, rx_buffer, tx_buffer, timeout } = config.tcp;
        let congestion = match congestion {
            Congestion::None => "none",
            Congestion::Reno => "reno",
            Congestion::Cubic => "cubic",
        };
        self.fill([
            ("addresses", listed(config.addresses.iter().map(ToString::to_string).collect())),
            ("gateway", listed(config.gateways.iter().map(ToString::to_string).collect())),
            ("slaac", ticked(config.slaac).into()),
            ("mtu", config.ip_mtu.to_string()),
            ("mac", config.mac.map(words::mac).unwrap_or_default()),
            ("congestion", congestion.to_owned()),
            ("tx_buffer", show_size(tx_buffer as u64)),
            ("rx_buffer", show_size(rx_buffer as u64)),
            ("timeout", timeout.map_or("none".to_owned(), show_time)),
        ]);
    }

    fn fill_switch(&mut self, config: &SwitchConfig) {
        let stp = config.stp.unwrap_or(defaults::STP);
        self.fill([
            ("ageing", show_time(config.ageing)),
            ("stp", ticked(config.stp.is_some()).into()),
            ("priority", stp.priority.to_string()),
            ("hello", show_time(stp.hello)),
            ("max_age", show_time(stp.max_age)),
            ("forward_delay", show_time(stp.forward_delay)),
            ("snooping", ticked(config.snooping).into()),
        ]);
    }

    fn fill_router(&mut self, scenario: &Scenario, id: NodeId, config: &RouterConfig) {
        let rip = config.rip.unwrap_or(defaults::RIP);
        let split_horizon = match rip.split_horizon {
            SplitHorizon::Off => "off",
            SplitHorizon::Simple => "simple",
            SplitHorizon::PoisonedReverse => "poisoned",
        };
        let otherwise = config.filter.as_ref().map_or(defaults::OTHERWISE, |filter| filter.otherwise);
        let forwards = config.nat.iter().flat_map(|nat| &nat.forwards).map(words::forward);
        let rules = config.filter.iter().flat_map(|filter| &filter.rules);
        self.fill([
            ("routes", words::joined(config.routes.iter().map(words::route))),
            ("rip", ticked(config.rip.is_some()).into()),
            ("split_horizon", split_horizon.into()),
            ("triggered", ticked(rip.triggered).into()),
            ("update", show_time(rip.update)),
            ("timeout", show_time(rip.timeout)),
            ("garbage", show_time(rip.garbage)),
            ("nat", ticked(config.nat.is_some()).into()),
            ("forwards", words::joined(forwards)),
            ("filter", ticked(config.filter.is_some()).into()),
            ("rules", words::joined(rules.map(|rule| words::rule(rule, scenario, id)))),
            ("otherwise", words::verdict(otherwise).into()),
        ]);
    }

    /// The fields of a node of this kind, given what is filled in.
    pub fn node_groups(&self, kind: &NodeKind) -> Vec<Group> {
        let mut fields = vec![NAME];
        match kind {
            NodeKind::Host(_) => {
                fields.extend([
                    ADDRESSES,
                    GATEWAY,
                    SLAAC,
                    MTU,
                    MAC,
                    CONGESTION,
                    TX_BUFFER,
                    RX_BUFFER,
                    TCP_TIMEOUT,
                ]);
            }
            NodeKind::Switch(_) => {
                fields.push(STP);
                if self.is_on(&STP) {
                    fields.extend([PRIORITY, HELLO, MAX_AGE, FORWARD_DELAY]);
                }
                fields.extend([SNOOPING, AGEING]);
            }
            NodeKind::Hub => {}
            NodeKind::Router(_) => {
                fields.extend([ROUTES, RIP]);
                if self.is_on(&RIP) {
                    fields.extend([SPLIT_HORIZON, TRIGGERED, UPDATE, TIMEOUT, GARBAGE]);
                }
                fields.push(NAT);
                if self.is_on(&NAT) {
                    fields.push(FORWARDS);
                }
                fields.push(FILTER);
                if self.is_on(&FILTER) {
                    fields.extend([RULES, OTHERWISE]);
                }
            }
        }
        vec![Group { title: String::new(), fields }]
    }

    /// The node's settings, or everything that keeps them from being any.
    pub fn node(&self, scenario: &Scenario, id: NodeId) -> Result<NodeKind, Vec<Wrong>> {
        let mut lines = LinesOf::default();
        let settings = match &scenario.topology.node(id).kind {
            NodeKind::Host(_) => self.host_json(),
            NodeKind::Switch(_) => self.switch_json(),
            NodeKind::Hub => String::from(r#""kind":"hub""#),
            NodeKind::Router(_) => self.router_json(&mut lines, scenario, id)?,
        };
        let text = format!(r#"{{"packetarium":1,"nodes":[{{"id":"x",{settings}}}]}}"#);
        let mut read = read(&text, |steps| {
            let [_, _, Step::Field(first), rest @ ..] = steps else { return None };
            let (list, rest) = match (first.as_str(), rest) {
                ("tcp" | "stp" | "rip", [Step::Field(key), ..]) => return Some((key.clone(), None)),
                ("nat" | "filter", [Step::Field(key), rest @ ..]) => (key.as_str(), rest),
                (key, rest) => (key, rest),
            };
            let line = match (list, rest) {
                ("routes", [Step::Index(number), ..]) => lines.routes.number(*number),
                ("forwards", [Step::Index(number), ..]) => lines.forwards.number(*number),
                ("rules", [Step::Index(number), ..]) => lines.rules.number(*number),
                _ => None,
            };
            Some((list.to_owned(), line))
        })?;
        let mut kind = read.topology.nodes.remove(0).kind;
        if let NodeKind::Router(RouterConfig { filter: Some(filter), .. }) = &mut kind {
            for (rule, port) in filter.rules.iter_mut().zip(&lines.ports) {
                rule.port = *port;
            }
        }
        Ok(kind)
    }

    fn host_json(&self) -> String {
        let mut json = format!(r#""kind":"host","addresses":{}"#, texts(self.value(&ADDRESSES)));
        let gateways = texts(self.value(&GATEWAY));
        if gateways != "[]" {
            json += &format!(r#","gateway":{gateways}"#);
        }
        if self.is_on(&SLAAC) {
            json += r#","slaac":true"#;
        }
        json += &format!(r#","mtu":{}"#, self.as_number(&MTU));
        if !self.value(&MAC).trim().is_empty() {
            json += &format!(r#","mac":{}"#, self.as_text(&MAC));
        }
        let tcp = [CONGESTION, TX_BUFFER, RX_BUFFER, TCP_TIMEOUT]
            .map(|field| format!(r#""{}":{}"#, field.key, quoted(self.value(&field))));
        json + &format!(r#","tcp":{{{}}}"#, tcp.join(","))
    }

    fn switch_json(&self) -> String {
        let mut json = format!(r#""kind":"switch","ageing":{}"#, self.as_text(&AGEING));
        if self.is_on(&STP) {
            let times = [HELLO, MAX_AGE, FORWARD_DELAY]
                .map(|field| format!(r#","{}":{}"#, field.key, self.as_text(&field)));
            json += &format!(r#","stp":{{"priority":{}{}}}"#, self.as_number(&PRIORITY), times.concat());
        }
        if self.is_on(&SNOOPING) {
            json += r#","snooping":true"#;
        }
        json
    }

    fn router_json(
        &self,
        lines: &mut LinesOf,
        scenario: &Scenario,
        id: NodeId,
    ) -> Result<String, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut take = |field: &Field, read: &mut dyn FnMut(&str) -> Result<String, String>| {
            Lines::read(self.value(field), read).unwrap_or_else(|(line, what)| {
                wrong.push((field.key.to_string(), format!("line {line}: {what}")));
                Lines::default()
            })
        };
        lines.routes = take(&ROUTES, &mut words::read_route);
        let (mut nat, mut filter) = (String::new(), String::new());
        if self.is_on(&NAT) {
            lines.forwards = take(&FORWARDS, &mut words::read_forward);
            nat = format!(r#","nat":{{"forwards":{}}}"#, lines.forwards.json());
        }
        if self.is_on(&FILTER) {
            let ports = &mut lines.ports;
            lines.rules = take(&RULES, &mut |line| {
                let (json, port) = words::read_rule(line, scenario, id)?;
                ports.push(port);
                Ok(json)
            });
            let otherwise = self.as_text(&OTHERWISE);
            filter = format!(r#","filter":{{"rules":{},"otherwise":{otherwise}}}"#, lines.rules.json());
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let mut json = format!(r#""kind":"router","routes":{}"#, lines.routes.json());
        if self.is_on(&RIP) {
            let times = [UPDATE, TIMEOUT, GARBAGE]
                .map(|field| format!(r#","{}":{}"#, field.key, self.as_text(&field)));
            let (split, triggered) = (self.as_text(&SPLIT_HORIZON), self.is_on(&TRIGGERED));
            json +=
                &format!(r#","rip":{{"split_horizon":{split},"triggered":{triggered}{}}}"#, times.concat());
        }
        Ok(json + &nat + &filter)
    }
}

/// The lines of a router's lists, and the ports that its rules name.
#[derive(Default)]
struct LinesOf {
    routes: Lines,
    forwards: Lines,
    rules: Lines,
    ports: Vec<Option<u32>>,
}
