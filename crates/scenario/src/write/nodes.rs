//! Nodes, and the settings of switches and routers as they differ from what was before.

use super::{Everything, texts, unless};
use crate::defaults;
use crate::quantity::{show_mac, show_size, show_thousandths, show_time};
use crate::tree::{Fields, Json};
use bridge::config::Stp;
use netlab::Duration;
use netlab::topology::{
    Congestion, HostConfig, Node, NodeId, NodeKind, RouterConfig, SwitchConfig, TcpConfig,
};
use router::config::{
    Filter, Forward, Nat, Protocol, Rip, Rule, SplitHorizon, StaticRoute, Transport, Verdict,
};

/// A node of this number.
pub(super) fn node<'a>(
    all: &Everything<'a>,
    number: NodeId,
    id: &'a str,
    at: Option<(f64, f64)>,
    node: &'a Node,
) -> Fields<'a> {
    let mut fields = Fields::default();
    fields.put("id", id).maybe("name", unless(&node.name[..], id)).put("kind", kind_name(&node.kind));
    fields.maybe("at", at.map(|(x, y)| Json::List([x, y].map(coordinate).into())));
    fields.maybe("icon", all.icons.get(id).map(|icon| icon.word()));
    match &node.kind {
        NodeKind::Host(config) => host(&mut fields, config),
        NodeKind::Hub => {}
        NodeKind::Switch(config) => switch(&mut fields, config, &defaults::switch()),
        NodeKind::Router(config) => {
            router(&mut fields, all, number, config, &RouterConfig::default());
            fields.maybe("services", config.services.as_deref().map(Json::Written));
        }
    }
    fields
}

const fn kind_name(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Host(_) => "host",
        NodeKind::Hub => "hub",
        NodeKind::Switch(_) => "switch",
        NodeKind::Router(_) => "router",
    }
}

fn coordinate<'a>(coordinate: f64) -> Json<'a> {
    Json::Number(show_thousandths(coordinate).into())
}

/// The services that have changed.
pub(super) fn changed_services<'a>(
    fields: &mut Fields<'a>,
    now: &'a Option<Box<str>>,
    before: &Option<Box<str>>,
) {
    if now != before {
        fields.put("services", Json::Written(now.as_deref().unwrap_or("{}")));
    }
}

/// What a host gets its addresses from, and those of its own.
pub(super) fn host_addresses<'a>(fields: &mut Fields<'a>, config: &'a HostConfig) {
    let own = config.addresses.iter().map(|cidr| cidr.to_string().into());
    match (config.dhcp, &config.addresses[..]) {
        (true, []) => fields.put("addresses", "dhcp"),
        (true, _) => {
            fields.put("addresses", Json::List([Json::from("dhcp")].into_iter().chain(own).collect()))
        }
        (false, _) => fields.put("addresses", Json::List(own.collect())),
    };
}

fn host<'a>(fields: &mut Fields<'a>, config: &'a HostConfig) {
    if config.dhcp || !config.addresses.is_empty() {
        host_addresses(fields, config);
    }
    for (name, addresses) in [("gateway", &config.gateways), ("dns", &config.dns)] {
        match &addresses[..] {
            [] => {}
            [one] => {
                fields.put(name, one.to_string());
            }
            more => {
                fields.put(name, texts(more));
            }
        }
    }
    fields
        .maybe("slaac", unless(config.slaac, false))
        .maybe("mac", config.mac.map(show_mac))
        .maybe("mtu", unless(config.ip_mtu, defaults::MTU))
        .maybe("tcp", unless(config.tcp, defaults::TCP).map(tcp))
        .maybe("services", config.services.as_deref().map(Json::Written));
}

fn tcp<'a>(tcp: TcpConfig) -> Fields<'a> {
    let mut fields = Fields::default();
    fields
        .maybe("congestion", unless(tcp.congestion, defaults::CONGESTION).map(congestion))
        .maybe("rx_buffer", unless(tcp.rx_buffer, defaults::RX_BUFFER).map(size))
        .maybe("tx_buffer", unless(tcp.tx_buffer, defaults::TX_BUFFER).map(size))
        .maybe("timeout", unless(tcp.timeout, defaults::TCP.timeout).map(patience))
        .maybe("time_wait", unless(tcp.time_wait, defaults::TCP.time_wait).map(show_time));
    fields
}

pub(super) const fn congestion(congestion: Congestion) -> &'static str {
    match congestion {
        Congestion::None => "none",
        Congestion::Reno => "reno",
        Congestion::Cubic => "cubic",
    }
}

fn patience(timeout: Option<Duration>) -> String {
    timeout.map_or("none".to_owned(), show_time)
}

pub(super) fn size(bytes: usize) -> String {
    show_size(bytes as u64)
}

/// The settings that differ from those before.
pub(super) fn switch<'a>(fields: &mut Fields<'a>, config: &SwitchConfig, before: &SwitchConfig) {
    fields
        .maybe(
            "mac",
            unless(config.mac, before.mac).map(|mac| mac.map_or(Json::Null, |mac| show_mac(mac).into())),
        )
        .maybe("ageing", unless(config.ageing, before.ageing).map(show_time))
        .maybe("stp", unless(config.stp, before.stp).map(stp))
        .maybe("snooping", unless(config.snooping, before.snooping));
}

fn stp<'a>(stp: Option<Stp>) -> Json<'a> {
    let Some(stp) = stp else { return false.into() };
    let Stp { priority, hello, max_age, forward_delay } = stp;
    let mut fields = Fields::default();
    fields
        .maybe("priority", unless(priority, defaults::STP.priority))
        .maybe("hello", unless(hello, defaults::STP.hello).map(show_time))
        .maybe("max_age", unless(max_age, defaults::STP.max_age).map(show_time))
        .maybe("forward_delay", unless(forward_delay, defaults::STP.forward_delay).map(show_time));
    or_true(fields)
}

/// `true` for a feature that is on with its default settings.
fn or_true(fields: Fields<'_>) -> Json<'_> {
    if fields.is_empty() { true.into() } else { fields.into() }
}

/// The settings that differ from those before.
pub(super) fn router<'a>(
    fields: &mut Fields<'a>,
    all: &Everything<'a>,
    number: NodeId,
    config: &RouterConfig,
    before: &RouterConfig,
) {
    let routes = || Json::List(config.routes.iter().map(|of| route(all, number, of).into()).collect());
    fields
        .maybe("routes", (config.routes != before.routes).then(routes))
        .maybe("rip", (config.rip != before.rip).then(|| rip(config.rip)))
        .maybe("nat", (config.nat != before.nat).then(|| nat(config.nat.as_ref())))
        .maybe(
            "filter",
            (config.filter != before.filter).then(|| filter(all, number, config.filter.as_ref())),
        );
}

fn route<'a>(all: &Everything<'a>, number: NodeId, route: &StaticRoute) -> Fields<'a> {
    let to = match route.to.prefix_len() {
        0 if route.to.address().is_unspecified() => "default".to_owned(),
        _ => route.to.to_string(),
    };
    let mut fields = Fields::default();
    fields
        .put("to", to)
        .put("via", route.via.to_string())
        .maybe("port", route.port.map(|port| all.port(number, port)))
        .maybe("metric", unless(route.metric, defaults::METRIC));
    fields
}

fn rip<'a>(rip: Option<Rip>) -> Json<'a> {
    let Some(Rip { split_horizon, triggered, update, timeout, garbage }) = rip else { return false.into() };
    let name = |split| match split {
        SplitHorizon::Off => "off",
        SplitHorizon::Simple => "simple",
        SplitHorizon::PoisonedReverse => "poisoned",
    };
    let mut fields = Fields::default();
    fields
        .maybe("split_horizon", unless(split_horizon, defaults::RIP.split_horizon).map(name))
        .maybe("triggered", unless(triggered, defaults::RIP.triggered))
        .maybe("update", unless(update, defaults::RIP.update).map(show_time))
        .maybe("timeout", unless(timeout, defaults::RIP.timeout).map(show_time))
        .maybe("garbage", unless(garbage, defaults::RIP.garbage).map(show_time));
    or_true(fields)
}

fn nat<'a>(nat: Option<&Nat>) -> Json<'a> {
    let Some(Nat { forwards }) = nat else { return false.into() };
    let mut fields = Fields::default();
    fields.list("forwards", forwards.iter().map(|of| forward(of).into()).collect());
    or_true(fields)
}

fn forward<'a>(forward: &Forward) -> Fields<'a> {
    let transport = match forward.transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    };
    let mut fields = Fields::default();
    fields
        .put(transport, forward.port)
        .put("to", forward.to.to_string())
        .maybe("port", unless(forward.to_port, forward.port));
    fields
}

/// A list of rules if packets that match none pass; otherwise an object.
fn filter<'a>(all: &Everything<'a>, number: NodeId, filter: Option<&Filter>) -> Json<'a> {
    let Some(Filter { rules, otherwise }) = filter else { return false.into() };
    let rules = Json::List(rules.iter().map(|of| rule(all, number, of).into()).collect());
    if *otherwise == defaults::OTHERWISE {
        return rules;
    }
    let mut fields = Fields::default();
    fields.put("rules", rules).put("otherwise", verdict(*otherwise));
    fields.into()
}

fn rule<'a>(all: &Everything<'a>, number: NodeId, rule: &Rule) -> Fields<'a> {
    let protocol = match rule.protocol {
        None => "all",
        Some(Protocol::Tcp) => "tcp",
        Some(Protocol::Udp) => "udp",
        Some(Protocol::Icmp) => "icmp",
    };
    let ports = rule.to_ports.as_ref().map(|ports| match (*ports.start(), *ports.end()) {
        (first, last) if first == last => Json::from(first),
        (first, last) => format!("{first}-{last}").into(),
    });
    let mut fields = Fields::default();
    fields
        .put(verdict(rule.verdict), protocol)
        .maybe("from", rule.from.map(|cidr| cidr.to_string()))
        .maybe("to", rule.to.map(|cidr| cidr.to_string()))
        .maybe("ports", ports)
        .maybe("in", rule.port.map(|port| all.port(number, port)));
    fields
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Reject => "reject",
    }
}
