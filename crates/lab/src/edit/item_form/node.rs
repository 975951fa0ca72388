//! The settings of hosts, switches and routers.

use super::field::Field;
use super::words::{self, Lines};
use super::{Group, ICON, ItemForm, NAME, at_fields, at_line, parts, texts, ticked};
use crate::run_form::Wrong;
use netlab::topology::{Congestion, HostConfig, NodeId, NodeKind, RouterConfig, SwitchConfig, TcpConfig};
use router::config::SplitHorizon;
use scenario::fault::Step;
use scenario::item::{Fields, Json, service_json, service_texts};
use scenario::quantity::{show_size, show_time};
use scenario::{Scenario, defaults};
use std::borrow::Cow;
use texts::mark;

/// What stands in place of an address that a DHCP server is asked for.
const DHCP: &str = "dhcp";
/// What the keys of services begin with.
const SERVICES: &str = "services.";
const ADDRESSES: Field = Field::text("addresses", mark!("Addresses"), "")
    .hint(mark!("With prefix length, like 10.0.0.1/24, or dhcp. Separate several with commas."));
const GATEWAY: Field = Field::text("gateway", mark!("Gateway"), "")
    .hint(mark!("The router for packets to other networks. Empty: none."));
const DNS: Field = Field::text("dns", mark!("DNS servers"), "")
    .hint(mark!("The addresses of servers that find names. Empty: none, or those that DHCP names."));
const SLAAC: Field = Field::check("slaac", mark!("IPv6 autoconfiguration (SLAAC)"), "")
    .hint(mark!("Takes IPv6 addresses and a gateway from router advertisements."));
const MTU: Field = Field::number("mtu", "MTU", "1500").further();
const MAC: Field = Field::text("mac", mark!("MAC address"), "")
    .hint(mark!("Empty: derived from the host’s number."))
    .further();
const CONGESTION: Field = Field::choice(
    "congestion",
    mark!("TCP congestion control"),
    &[("cubic", "CUBIC"), ("reno", "Reno"), ("none", mark!("none"))],
)
.further();
const TX_BUFFER: Field = Field::text("tx_buffer", mark!("TCP send buffer"), "64KiB").further();
const RX_BUFFER: Field = Field::text("rx_buffer", mark!("TCP receive buffer"), "64KiB").further();
const TCP_TIMEOUT: Field = Field::text("timeout", mark!("TCP timeout"), "30s").further();
const TIME_WAIT: Field = Field::text("time_wait", "TIME-WAIT", "60s").further();

const DHCP_SERVER: Field = Field::text("services.dhcp", mark!("DHCP server"), "")
    .hint(mark!("The addresses to lend, like 10.0.0.100-10.0.0.199. Empty: none."))
    .further();
const RELAY: Field = Field::text("services.relay", mark!("DHCP relay"), "")
    .hint(mark!("The DHCP servers in other networks, by address. Empty: none."))
    .further();
const DNS_SERVER: Field = Field::lines("services.dns", mark!("DNS server"))
    .hint(mark!("One name per line, like www.example.test 10.0.0.80. Empty: none."))
    .further();
const WEB_SERVER: Field = Field::lines("services.http", mark!("Web server"))
    .hint(mark!("The start page, as HTML. Empty: none."))
    .further();
const OTHERS: Field = Field::text("services.more", mark!("Other services"), "")
    .hint(mark!("Of echo, discard, chargen, daytime and ntp. Separate several with commas."))
    .further();

const STP: Field = Field::check("stp", mark!("Spanning tree"), "")
    .hint(mark!("Rapid STP: the switches block redundant links, so that no frame loops."));
const PRIORITY: Field = Field::number("priority", mark!("Bridge priority"), "32768")
    .hint(mark!("A multiple of 4096. The switch with the lowest becomes the root."));
const SNOOPING: Field = Field::check("snooping", mark!("Multicast snooping (IGMP, MLD)"), "")
    .hint(mark!("Forwards a group’s frames only to ports with a member of the group."));
const AGEING: Field = Field::text("ageing", mark!("Address aging time"), "5min").further();
const SWITCH_MAC: Field = Field::text("mac", mark!("MAC address"), "")
    .hint(mark!("Of switches with equal priority, the lowest becomes the root. Empty: derived from the switch’s number."))
    .further();
const HELLO: Field = Field::text("hello", mark!("Hello time"), "2s").further();
const MAX_AGE: Field = Field::text("max_age", mark!("Maximum age"), "20s").further();
const FORWARD_DELAY: Field = Field::text("forward_delay", mark!("Forward delay"), "15s").further();

const ROUTES: Field = Field::lines("routes", mark!("Static routes"))
    .hint(mark!("One per line, like 10.0.2.0/24 via 10.0.12.2, or default via 10.0.12.2."));
const RIP: Field = Field::check("rip", "RIP", "")
    .hint(mark!("The router exchanges routes with its neighbors (RIPv2 and RIPng)."));
const SPLIT_HORIZON: Field = Field::choice(
    "split_horizon",
    mark!("Split horizon"),
    &[
        ("poisoned", mark!("with poisoned reverse")),
        ("simple", mark!("simple")),
        ("off", mark!("off: routes can count to infinity")),
    ],
);
const TRIGGERED: Field = Field::check("triggered", mark!("Triggered updates"), super::ON);
const UPDATE: Field = Field::text("update", mark!("RIP update interval"), "30s").further();
const TIMEOUT: Field = Field::text("timeout", mark!("RIP route timeout"), "3min").further();
const GARBAGE: Field = Field::text("garbage", mark!("RIP garbage-collection time"), "2min").further();
const NAT: Field = Field::check("nat", mark!("Address translation (NAT)"), "").hint(mark!(
    "Translates packets that leave through an outside port. Which port is outside is a setting of the link."
));
const FORWARDS: Field = Field::lines("forwards", mark!("Forwarded ports"))
    .hint(mark!("One per line, like tcp 8080 to 192.168.1.11 port 80."));
const FILTER: Field = Field::check("filter", mark!("Filter"), "").hint(mark!(
    "A stateful firewall. The first matching rule decides. Replies to allowed packets are always allowed."
));
const RULES: Field = Field::lines("rules", mark!("Rules"))
    .hint(mark!("One per line: allow, deny or reject; tcp, udp, icmp or all; then any of from, to, ports, in. Like deny tcp from 10.0.1.0/24 ports 20-25."));
const OTHERWISE: Field = Field::choice(
    "otherwise",
    mark!("Packets that match no rule"),
    &[("allow", mark!("allow")), ("deny", mark!("drop")), ("reject", mark!("reject with an ICMP error"))],
);

impl ItemForm {
    /// The form of a node, filled in with its settings.
    pub fn of_node(scenario: &Scenario, id: NodeId) -> Self {
        let node = scenario.topology.node(id);
        let mut form = Self::default();
        let icon = scenario.icons.get(scenario.id(id)).map_or("", |icon| icon.word());
        form.fill([(&NAME.key, node.name.as_str()), (&ICON.key, icon)]);
        match &node.kind {
            NodeKind::Host(config) => form.fill_host(config),
            NodeKind::Switch(config) => form.fill_switch(config),
            NodeKind::Hub => {}
            NodeKind::Router(config) => form.fill_router(scenario, id, config),
        }
        form.fill_services(&node.kind);
        form
    }

    fn fill_services(&mut self, kind: &NodeKind) {
        let (with_settings, others): (Vec<_>, Vec<_>) =
            service_texts(kind).into_iter().partition(|(_, text)| !text.is_empty());
        self.fill(with_settings.into_iter().map(|(name, text)| (format!("{SERVICES}{name}"), text)));
        let others: Vec<_> = others.into_iter().map(|(name, _)| name).collect();
        self.fill([(&OTHERS.key, others.join(", "))]);
    }

    fn fill_host(&mut self, config: &HostConfig) {
        let listed = |texts: Vec<String>| texts.join(", ");
        let TcpConfig { congestion, rx_buffer, tx_buffer, timeout, time_wait } = config.tcp;
        let congestion = match congestion {
            Congestion::None => "none",
            Congestion::Reno => "reno",
            Congestion::Cubic => "cubic",
        };
        self.fill([
            (
                "addresses",
                listed(
                    config
                        .dhcp
                        .then(|| DHCP.to_owned())
                        .into_iter()
                        .chain(config.addresses.iter().map(ToString::to_string))
                        .collect(),
                ),
            ),
            ("dns", listed(config.dns.iter().map(ToString::to_string).collect())),
            ("gateway", listed(config.gateways.iter().map(ToString::to_string).collect())),
            ("slaac", ticked(config.slaac).into()),
            ("mtu", config.ip_mtu.to_string()),
            ("mac", config.mac.map(words::mac).unwrap_or_default()),
            ("congestion", congestion.to_owned()),
            ("tx_buffer", show_size(tx_buffer as u64)),
            ("rx_buffer", show_size(rx_buffer as u64)),
            ("timeout", timeout.map_or("none".to_owned(), show_time)),
            ("time_wait", show_time(time_wait)),
        ]);
    }

    fn fill_switch(&mut self, config: &SwitchConfig) {
        let stp = config.stp.unwrap_or(defaults::STP);
        self.fill([
            ("mac", config.mac.map(words::mac).unwrap_or_default()),
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
            ("routes", words::joined(config.routes.iter().map(|route| words::route(route, scenario, id)))),
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

    /// The fields of a node of this kind. Some fields exist only while others are switched on.
    pub fn node_groups(&self, kind: &NodeKind) -> Vec<Group> {
        let mut fields = vec![NAME, ICON];
        match kind {
            NodeKind::Host(_) => {
                fields.extend([
                    ADDRESSES,
                    GATEWAY,
                    DNS,
                    SLAAC,
                    MTU,
                    MAC,
                    CONGESTION,
                    TX_BUFFER,
                    RX_BUFFER,
                    TCP_TIMEOUT,
                    TIME_WAIT,
                    DHCP_SERVER,
                    DNS_SERVER,
                    WEB_SERVER,
                    OTHERS,
                ]);
            }
            NodeKind::Switch(_) => {
                fields.push(STP);
                if self.is_on(&STP) {
                    fields.extend([PRIORITY, HELLO, MAX_AGE, FORWARD_DELAY]);
                }
                fields.extend([SNOOPING, AGEING, SWITCH_MAC]);
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
                fields.extend([DHCP_SERVER, RELAY, DNS_SERVER]);
            }
        }
        vec![Group::new(String::new(), fields)]
    }

    /// The node's settings.
    ///
    /// # Errors
    /// Everything that is wrong, each with the key of its field.
    pub fn node(&self, scenario: &Scenario, id: NodeId) -> Result<NodeKind, Vec<Wrong>> {
        let mut lines = LinesOf::default();
        let mut fields = Fields::default();
        fields.put("id", scenario.id(id).to_owned());
        match &scenario.topology.node(id).kind {
            NodeKind::Host(_) => {
                self.host_fields(&mut fields);
                self.services(&mut fields, &[DHCP_SERVER, DNS_SERVER, WEB_SERVER], Some(&OTHERS))?;
            }
            NodeKind::Switch(_) => self.switch_fields(&mut fields),
            NodeKind::Hub => _ = fields.put("kind", "hub"),
            NodeKind::Router(_) => {
                self.router_fields(&mut fields, &mut lines, scenario, id)?;
                self.services(&mut fields, &[DHCP_SERVER, RELAY, DNS_SERVER], None)?;
            }
        }
        let (_, _, node) = at_fields(scenario.read_node(id, &fields), |steps| {
            let [_, _, Step::Field(first), rest @ ..] = steps else { return None };
            let (list, rest) = match (first.as_str(), rest) {
                ("tcp" | "stp" | "rip", [Step::Field(key), ..]) => return Some((key.clone(), None)),
                ("services", [Step::Field(key), ..]) => {
                    let key = format!("{SERVICES}{key}");
                    let known =
                        [DHCP_SERVER, RELAY, DNS_SERVER, WEB_SERVER].iter().any(|field| field.key == key);
                    return Some((if known { key } else { OTHERS.key.to_string() }, None));
                }
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
        Ok(node.kind)
    }

    /// The services of these fields, and those that a field only names.
    fn services<'f>(
        &'f self,
        fields: &mut Fields<'f>,
        with_settings: &[Field],
        others: Option<&Field>,
    ) -> Result<(), Vec<Wrong>> {
        let (mut services, mut wrong) = (Fields::default(), Vec::new());
        for field in with_settings {
            let name = field.key.trim_start_matches(SERVICES).to_owned();
            match service_json(&name, self.value(field)) {
                Ok(None) => {}
                Ok(Some(settings)) => _ = services.put(name, settings),
                Err(what) => wrong.push((field.key.to_string(), what)),
            }
        }
        for name in others.into_iter().flat_map(|field| parts(self.value(field))) {
            services.put(name, true);
        }
        if !services.is_empty() {
            fields.put("services", services);
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn host_fields<'f>(&'f self, fields: &mut Fields<'f>) {
        fields.put("kind", "host").put("addresses", texts(self.value(&ADDRESSES)));
        let gateways = self.value(&GATEWAY);
        if parts(gateways).next().is_some() {
            fields.put("gateway", texts(gateways));
        }
        if parts(self.value(&DNS)).next().is_some() {
            fields.put("dns", texts(self.value(&DNS)));
        }
        if self.is_on(&SLAAC) {
            fields.put("slaac", true);
        }
        fields.put("mtu", self.as_number(&MTU));
        if !self.value(&MAC).trim().is_empty() {
            fields.put("mac", self.as_text(&MAC));
        }
        let tcp = [CONGESTION, TX_BUFFER, RX_BUFFER, TCP_TIMEOUT, TIME_WAIT];
        fields.put("tcp", tcp.into_iter().map(|field| self.named(field)).collect::<Fields<'_>>());
    }

    fn switch_fields<'f>(&'f self, fields: &mut Fields<'f>) {
        fields.put("kind", "switch").put("ageing", self.as_text(&AGEING));
        if self.is_on(&STP) {
            let times = [HELLO, MAX_AGE, FORWARD_DELAY].into_iter().map(|field| self.named(field));
            let mut stp: Fields<'_> = times.collect();
            stp.put("priority", self.as_number(&PRIORITY));
            fields.put("stp", stp);
        }
        if self.is_on(&SNOOPING) {
            fields.put("snooping", true);
        }
        if !self.value(&SWITCH_MAC).trim().is_empty() {
            fields.put("mac", self.as_text(&SWITCH_MAC));
        }
    }

    fn router_fields<'f>(
        &'f self,
        fields: &mut Fields<'f>,
        lines: &mut LinesOf<'f>,
        scenario: &Scenario,
        id: NodeId,
    ) -> Result<(), Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut take = |field: &Field, read: &mut dyn FnMut(&'f str) -> Result<Fields<'f>, String>| {
            Lines::read(self.value(field), read).unwrap_or_else(|(line, what)| {
                wrong.push((field.key.to_string(), at_line(line, &what)));
                Lines::default()
            })
        };
        let list = |lines: &Lines<Fields<'f>>| Json::List(lines.all().map(Json::Object).collect());
        fields.put("kind", "router");
        lines.routes = take(&ROUTES, &mut |line| words::read_route(line, scenario, id));
        fields.put("routes", list(&lines.routes));
        if self.is_on(&RIP) {
            let times = [SPLIT_HORIZON, UPDATE, TIMEOUT, GARBAGE].into_iter().map(|field| self.named(field));
            let mut rip: Fields<'_> = times.collect();
            rip.put("triggered", self.is_on(&TRIGGERED));
            fields.put("rip", rip);
        }
        if self.is_on(&NAT) {
            lines.forwards = take(&FORWARDS, &mut words::read_forward);
            let mut nat = Fields::default();
            nat.put("forwards", list(&lines.forwards));
            fields.put("nat", nat);
        }
        if self.is_on(&FILTER) {
            lines.rules = take(&RULES, &mut |line| words::read_rule(line, scenario, id));
            let mut filter = Fields::default();
            filter.put("rules", list(&lines.rules)).put("otherwise", self.as_text(&OTHERWISE));
            fields.put("filter", filter);
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// A field of text by its own key.
    fn named(&self, field: Field) -> (Cow<'static, str>, Json<'_>) {
        let text = self.as_text(&field);
        (field.key, text)
    }
}

/// The lines of a router's lists.
#[derive(Default)]
struct LinesOf<'f> {
    routes: Lines<Fields<'f>>,
    forwards: Lines<Fields<'f>>,
    rules: Lines<Fields<'f>>,
}
