//! Nodes, and the settings of switches and routers.

use super::{Object, Reader, Sort, fields};
use crate::bounds::{self, FAULTS_MAX};
use crate::json::{Shape, Value};
use crate::{Change, Icon, Scenario, defaults};
use bridge::config::Stp;
use netlab::topology::{HostConfig, Node, NodeId, NodeKind, RouterConfig, SwitchConfig, TcpConfig};
use router::config::{
    Filter, Forward, Nat, Protocol, Rip, Rule, SplitHorizon, StaticRoute, Transport, Verdict,
};
use smoltcp::wire::{IpAddress, IpCidr};
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use texts::t;

/// A rule that names the neighbor behind a port: which port that is, is known when all cables are. Until then the rule has
/// [`PENDING`] and this one's number as its port, also wherever its router's settings are repeated.
pub(super) struct Pending<'a> {
    router: NodeId,
    neighbor: Value<'a>,
}

/// More than any number of a port that is read.
const PENDING: u32 = 1 << 31;

impl<'a> Reader<'a> {
    /// A node's id, its place and its settings; `number` is its number in the whole network.
    pub(super) fn node(&mut self, number: usize, value: &Value<'a>) -> (String, Option<(f64, f64)>, Node) {
        let node = self.node_object(value);
        let (mut id, mut name, mut at, mut kind) = (None, None, None, None);
        if let Some((node, sort)) = &node {
            id = self.required(node, "id", Self::string);
            name = self.field(node, "name", None, |reader, value| reader.string(value).map(Some));
            at = self.field(node, "at", None, |reader, value| reader.point(value).map(Some));
            let icon = self.field(node, "icon", None, |reader, value| {
                let number = reader.one_of(value, &Icon::WORDS, "icon")?;
                Some(Some(Icon::ALL[number]))
            });
            if let (Some(id), Some(icon)) = (&id, icon) {
                self.icons.insert(id.clone(), icon);
            }
            let errors = self.errors.len();
            kind = match sort {
                Sort::Host => Some(NodeKind::Host(self.host(node))),
                Sort::Hub => Some(NodeKind::Hub),
                Sort::Switch => Some(NodeKind::Switch(self.switch(node, &defaults::switch()))),
                Sort::Router => {
                    let before = RouterConfig::default();
                    let mut router = self.router(node, NodeId(number as u32), &before);
                    router.services = self
                        .field(node, "services", None, |reader, value| reader.services(value, Sort::Router));
                    Some(NodeKind::Router(router))
                }
                Sort::Unknown => None,
            };
            if self.errors.len() > errors {
                self.unusable.hosts.insert(number);
            }
        }
        self.sorts.push(node.map_or(Sort::Unknown, |(_, sort)| sort));
        if id.is_none() {
            self.unusable.ids.insert(number);
        }
        if kind.is_none() {
            self.unusable.hosts.insert(number);
        }
        if let Some(id) = &id {
            self.ids.entry(id.clone()).or_insert(NodeId(number as u32));
        }
        let id = id.unwrap_or_default();
        let kind = kind.unwrap_or(NodeKind::Host(HostConfig::default()));
        let name = name.unwrap_or_else(|| id.clone());
        (id, at, Node { name, kind })
    }

    /// The fields that a node has depend on its kind.
    fn node_object(&mut self, value: &Value<'a>) -> Option<(Object<'a>, Sort)> {
        const KINDS: [(&str, &str, Sort, &[&str]); 4] = [
            ("host", t!("a host"), Sort::Host, fields::HOST),
            ("hub", t!("a hub"), Sort::Hub, fields::HUB),
            ("switch", t!("a switch"), Sort::Switch, fields::SWITCH),
            ("router", t!("a router"), Sort::Router, fields::ROUTER),
        ];
        let mut node = self.bare_object(value, t!("a node"), fields::NODE)?;
        let kind = self.required(&node, "kind", |reader, value| {
            reader.one_of(value, &KINDS.map(|(name, ..)| name), t!("kind of node"))
        });
        // Without a kind, it is not known which fields are wrong.
        let Some(number) = kind else { return Some((node, Sort::Unknown)) };
        let (_, what, sort, known) = KINDS[number];
        (node.what, node.known) = (what, known);
        self.refuse_unknown(&node);
        Some((node, sort))
    }

    fn host(&mut self, node: &Object<'a>) -> HostConfig {
        let tcp = defaults::TCP;
        let max = bounds::ADDRESSES_MAX + 1;
        let (addresses, dhcp) = self
            .field(node, "addresses", Default::default(), |reader, value| reader.host_addresses(value, max));
        HostConfig {
            mac: self.field(node, "mac", None, |reader, value| reader.mac(value).map(Some)),
            addresses,
            dhcp,
            dns: self.field(node, "dns", Vec::new(), |reader, value| match value.shape() {
                Ok(Shape::Array) => {
                    let servers = reader.list(value, bounds::DNS_SERVERS_MAX + 1)?;
                    Some(servers.iter().filter_map(|server| reader.address(server)).collect())
                }
                _ => Some(vec![reader.address(value)?]),
            }),
            services: self.field(node, "services", None, |reader, value| reader.services(value, Sort::Host)),
            gateways: self.field(node, "gateway", Vec::new(), |reader, value| match value.shape() {
                Ok(Shape::Array) => {
                    let gateways = reader.list(value, max)?;
                    Some(gateways.iter().filter_map(|gateway| reader.address(gateway)).collect())
                }
                _ => Some(vec![reader.address(value)?]),
            }),
            slaac: self.field(node, "slaac", false, Self::boolean),
            ip_mtu: self.field(node, "mtu", defaults::MTU, Self::count_of_bytes),
            tcp: self.field(node, "tcp", tcp, |reader, value| {
                let object = reader.object(value, "tcp", fields::TCP)?;
                Some(TcpConfig {
                    congestion: reader.field(&object, "congestion", tcp.congestion, Self::congestion),
                    rx_buffer: reader.field(&object, "rx_buffer", tcp.rx_buffer, Self::size),
                    tx_buffer: reader.field(&object, "tx_buffer", tcp.tx_buffer, Self::size),
                    timeout: reader.field(&object, "timeout", tcp.timeout, Self::patience),
                    time_wait: reader.field(&object, "time_wait", tcp.time_wait, Self::duration),
                })
            }),
        }
    }

    /// A switch's settings; what is left out stays as it was.
    pub(super) fn switch(&mut self, object: &Object<'a>, before: &SwitchConfig) -> SwitchConfig {
        SwitchConfig {
            mac: self.field(object, "mac", before.mac, |reader, value| match value.shape() {
                Ok(Shape::Null) => Some(None),
                _ => reader.mac(value).map(Some),
            }),
            ageing: self.field(object, "ageing", before.ageing, Self::duration),
            stp: self.field(object, "stp", before.stp, |reader, value| {
                let on = defaults::STP;
                reader.switched(value, "stp", fields::STP, on, |reader, object| Stp {
                    priority: reader.field(object, "priority", on.priority, Self::saturating),
                    hello: reader.field(object, "hello", on.hello, Self::duration),
                    max_age: reader.field(object, "max_age", on.max_age, Self::duration),
                    forward_delay: reader.field(object, "forward_delay", on.forward_delay, Self::duration),
                })
            }),
            snooping: self.field(object, "snooping", before.snooping, Self::boolean),
        }
    }

    /// A router's settings; what is left out stays as it was.
    pub(super) fn router(&mut self, object: &Object<'a>, id: NodeId, before: &RouterConfig) -> RouterConfig {
        let routes = |reader: &mut Self, value: &Value<'a>| {
            let routes = reader.list(value, bounds::ROUTES_MAX + 1)?;
            Some(routes.iter().filter_map(|route| reader.route(route, id)).collect())
        };
        RouterConfig {
            routes: match object.get("routes") {
                Some(value) => routes(self, value).unwrap_or_default(),
                None => before.routes.clone(),
            },
            rip: self.field(object, "rip", before.rip, |reader, value| {
                let on = defaults::RIP;
                reader.switched(value, "rip", fields::RIP, on, |reader, object| Rip {
                    split_horizon: reader.field(
                        object,
                        "split_horizon",
                        on.split_horizon,
                        Self::split_horizon,
                    ),
                    triggered: reader.field(object, "triggered", on.triggered, Self::boolean),
                    update: reader.field(object, "update", on.update, Self::duration),
                    timeout: reader.field(object, "timeout", on.timeout, Self::duration),
                    garbage: reader.field(object, "garbage", on.garbage, Self::duration),
                })
            }),
            nat: match object.get("nat") {
                Some(value) => self.nat(value).unwrap_or_default(),
                None => before.nat.clone(),
            },
            filter: match object.get("filter") {
                Some(value) => self.filter(value, id).unwrap_or_default(),
                None => before.filter.clone(),
            },
            services: before.services.clone(),
        }
    }

    /// What is on with its defaults (`true`), off (`false`), or on with settings of its own.
    pub(super) fn switched<T>(
        &mut self,
        value: &Value<'a>,
        what: &'static str,
        known: &'static [&'static str],
        on: T,
        read: impl FnOnce(&mut Self, &Object<'a>) -> T,
    ) -> Option<Option<T>> {
        match value.shape() {
            Ok(Shape::Bool(switch)) => Some(switch.then_some(on)),
            Ok(Shape::Object) => {
                let object = self.object(value, what, known)?;
                Some(Some(read(self, &object)))
            }
            shape => self.wrong_shape(value, shape, &t!("true, false, or an object in braces {}", "{…}")),
        }
    }

    fn split_horizon(&mut self, value: &Value<'a>) -> Option<SplitHorizon> {
        const ALL: [SplitHorizon; 3] =
            [SplitHorizon::Off, SplitHorizon::Simple, SplitHorizon::PoisonedReverse];
        let names = ["off", "simple", "poisoned"];
        self.one_of(value, &names, t!("split horizon")).map(|number| ALL[number])
    }

    fn route(&mut self, value: &Value<'a>, router: NodeId) -> Option<StaticRoute> {
        let object = self.object(value, t!("a route"), fields::ROUTE)?;
        let via = self.required(&object, "via", Self::address);
        let to = self.required(&object, "to", |reader, value| match value.shape() {
            Ok(Shape::Text(text)) if text == "default" => {
                let everywhere = match via {
                    Some(IpAddress::Ipv6(_)) => IpAddress::v6(0, 0, 0, 0, 0, 0, 0, 0),
                    Some(IpAddress::Ipv4(_)) | None => IpAddress::v4(0, 0, 0, 0),
                };
                Some(IpCidr::new(everywhere, 0))
            }
            _ => reader.network(value),
        });
        let port =
            self.field(&object, "port", None, |reader, value| reader.named_port(value, router).map(Some));
        let metric = self.field(&object, "metric", defaults::METRIC, Self::byte);
        Some(StaticRoute { to: to?, via: via?, port, metric })
    }

    fn nat(&mut self, value: &Value<'a>) -> Option<Option<Nat>> {
        self.switched(value, "nat", fields::NAT, Nat::default(), |reader, object| {
            let forwards = reader.list_of(object, "forwards", bounds::FORWARDS_MAX);
            Nat { forwards: forwards.iter().filter_map(|forward| reader.forward(forward)).collect() }
        })
    }

    fn forward(&mut self, value: &Value<'a>) -> Option<Forward> {
        let object = self.object(value, t!("a forwarded port"), fields::FORWARD)?;
        let (transport, port) = match (object.get("tcp"), object.get("udp")) {
            (Some(port), None) => (Transport::Tcp, self.port(port)),
            (None, Some(port)) => (Transport::Udp, self.port(port)),
            _ => {
                let message = t!(
                    "say which port outside is forwarded: write either \"tcp\" or \"udp\" with its number"
                );
                return self.refuse(value, message);
            }
        };
        let to = self.required(&object, "to", Self::ipv4);
        let to_port = object.get("port").map_or(port, |value| self.port(value));
        Some(Forward { transport, port: port?, to: to?, to_port: to_port? })
    }

    fn ipv4(&mut self, value: &Value<'a>) -> Option<Ipv4Addr> {
        match self.address(value)? {
            IpAddress::Ipv4(address) => Some(address),
            IpAddress::Ipv6(_) => {
                self.refuse(value, t!("addresses are translated in IPv4 only: write one of that"))
            }
        }
    }

    /// A list of rules, or an object with rules and the verdict for packets that match none.
    fn filter(&mut self, value: &Value<'a>, router: NodeId) -> Option<Option<Filter>> {
        let (rules, otherwise) = match value.shape() {
            Ok(Shape::Bool(false)) => return Some(None),
            Ok(Shape::Array) => (self.list(value, bounds::RULES_MAX + 1)?, defaults::OTHERWISE),
            Ok(Shape::Object) => {
                let object = self.object(value, t!("a filter"), fields::FILTER)?;
                let rules = self.list_of(&object, "rules", bounds::RULES_MAX);
                (rules, self.field(&object, "otherwise", defaults::OTHERWISE, Self::verdict))
            }
            shape => {
                return self.wrong_shape(
                    value,
                    shape,
                    &t!("a list of rules, an object in braces {}, or false", "{…}"),
                );
            }
        };
        let rules = rules.iter().filter_map(|rule| self.rule(rule, router)).collect();
        Some(Some(Filter { rules, otherwise }))
    }

    fn verdict(&mut self, value: &Value<'a>) -> Option<Verdict> {
        self.one_of(value, &VERDICTS.map(|(name, _)| name), "verdict").map(|number| VERDICTS[number].1)
    }

    fn rule(&mut self, value: &Value<'a>, router: NodeId) -> Option<Rule> {
        const PROTOCOLS: [(&str, Option<Protocol>); 4] = [
            ("tcp", Some(Protocol::Tcp)),
            ("udp", Some(Protocol::Udp)),
            ("icmp", Some(Protocol::Icmp)),
            ("all", None),
        ];
        let object = self.object(value, t!("a rule"), fields::RULE)?;
        let given: Vec<_> = VERDICTS.into_iter().filter(|(name, _)| object.get(name).is_some()).collect();
        let &[(name, verdict)] = &given[..] else {
            let message = t!(
                "a rule says one thing: write either \"allow\", \"deny\" or \"reject\", with \"tcp\", \"udp\", \
                           \"icmp\" or \"all\""
            );
            return self.refuse(value, message);
        };
        let protocol = self.one_of(object.get(name)?, &PROTOCOLS.map(|(name, _)| name), "protocol");
        let protocol = protocol.map(|number| PROTOCOLS[number].1);
        let some = |reader: &mut Self, value: &Value<'a>| reader.network(value).map(Some);
        let from = self.field(&object, "from", None, some);
        let to = self.field(&object, "to", None, some);
        let to_ports = self.field(&object, "ports", None, |reader, value| reader.port_range(value).map(Some));
        let port =
            self.field(&object, "in", None, |reader, value| reader.named_port(value, router).map(Some));
        Some(Rule { verdict, port, from, to, protocol: protocol?, to_ports })
    }

    /// One port, or a text with the first and the last.
    fn port_range(&mut self, value: &Value<'a>) -> Option<RangeInclusive<u16>> {
        let Ok(Shape::Text(text)) = value.shape() else { return self.port(value).map(|port| port..=port) };
        let number = |text: &str| {
            let digits = text.bytes().all(|digit| digit.is_ascii_digit());
            text.parse::<u16>().ok().filter(|port| digits && *port > 0)
        };
        let ends = text.split_once('-').map(|(first, last)| (number(first), number(last)));
        match ends {
            Some((Some(first), Some(last))) if first <= last => Some(first..=last),
            _ => self.refuse(
                value,
                t!("these should be ports: write one, like 22, or a range, like \"1000-2000\""),
            ),
        }
    }

    /// The port of a rule or route, by the neighbor at its cable or by its number.
    fn named_port(&mut self, value: &Value<'a>, router: NodeId) -> Option<u32> {
        match value.shape() {
            Ok(Shape::Number(_)) => {
                let number = self.whole(value)?;
                Some(number.min(bounds::LINKS_MAX as u64) as u32)
            }
            Ok(Shape::Text(_)) => {
                // More than any document of the largest size has.
                let number = self.pending.len() as u32;
                self.pending.push(Pending { router, neighbor: value.clone() });
                Some(PENDING + number)
            }
            shape => self.wrong_shape(
                value,
                shape,
                t!("the id of the node at the other end of a cable, or the number of a port"),
            ),
        }
    }

    /// The ports of the rules and routes that name neighbors, given the neighbor at each port of each node; `None` where there is not exactly
    /// one, which is noted.
    pub(super) fn pending_ports(&mut self, neighbors: &[Vec<NodeId>]) -> Vec<Option<u32>> {
        let pending = std::mem::take(&mut self.pending);
        pending.iter().map(|pending| self.pending_port(pending, neighbors)).collect()
    }

    fn pending_port(&mut self, pending: &Pending<'a>, neighbors: &[Vec<NodeId>]) -> Option<u32> {
        let Pending { router, neighbor } = pending;
        if self.errors.len() > FAULTS_MAX {
            return None;
        }
        let wanted = self.node_id(neighbor)?;
        let ports: Vec<_> = (0..).zip(&neighbors[router.index()]).filter(|(_, at)| **at == wanted).collect();
        match ports[..] {
            [(port, _)] => Some(port),
            // If a link could not be read, it may have been the one.
            [] if !self.unusable.links.is_empty() => None,
            [] => self.refuse(
                neighbor,
                t!("no cable leads from this router there: write the id of a node at the other end of one"),
            ),
            [(first, _), .., (last, _)] => {
                let message = t!(
                    "several cables lead there: write the number of the port, here from {first} to {last}; a router's \
                     cables are counted from 0, in the order of links"
                );
                self.refuse(neighbor, message)
            }
        }
    }
}

/// Gives the rules and routes that name neighbors their ports, wherever a router's settings stand.
pub(super) fn settle(scenario: &mut Scenario, ports: &[Option<u32>]) {
    if ports.is_empty() {
        return;
    }
    let changed = scenario.changes.iter_mut().filter_map(|(_, change)| match change {
        Change::Node { node, .. } => Some(&mut node.kind),
        Change::Set(_, kind) => Some(kind),
        Change::Link(..)
        | Change::Port(..)
        | Change::Cable(_)
        | Change::Clear(_)
        | Change::Stop(_)
        | Change::Key(..) => None,
    });
    let start = scenario.topology.nodes.iter_mut().map(|node| &mut node.kind);
    start.chain(changed).for_each(|kind| settle_kind(kind, ports));
}

/// The same for one node.
pub(super) fn settle_kind(kind: &mut NodeKind, ports: &[Option<u32>]) {
    let NodeKind::Router(RouterConfig { routes, filter, .. }) = kind else { return };
    let rules = filter.iter_mut().flat_map(|filter| &mut filter.rules).map(|rule| &mut rule.port);
    for port in routes.iter_mut().map(|route| &mut route.port).chain(rules) {
        if let Some(number) = port.and_then(|port| port.checked_sub(PENDING)) {
            *port = ports[number as usize];
        }
    }
}

const VERDICTS: [(&str, Verdict); 3] =
    [("allow", Verdict::Allow), ("deny", Verdict::Deny), ("reject", Verdict::Reject)];
