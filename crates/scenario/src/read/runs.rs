//! Planned runs.

use super::{Object, Reader, Sort, fields};
use crate::addresses::router_address;
use crate::json::Value;
use crate::{Scenario, bounds, defaults};
use netlab::Instant;
use netlab::run::{
    Amount, Connect, Echo, IpVersion, Iperf, IperfTransport, Multicast, PathMtu, Ping, Probe, RunKind,
    RunSpec, Target, Traceroute, Transport,
};
use netlab::topology::NodeId;
use texts::t;

impl<'a> Reader<'a> {
    pub(super) fn run(&mut self, whole: &Scenario, number: usize, value: &Value<'a>) -> (Instant, RunSpec) {
        let mut at = defaults::AT;
        let mut spec = None;
        if let Some(run) = self.object(value, t!("a run"), fields::RUN) {
            at = self.field(&run, "at", at, Self::moment);
            spec = self.run_spec(whole, &run);
        }
        if spec.is_none() {
            self.unusable.runs.insert(number);
        }
        let placeholder = RunSpec {
            from: NodeId(0),
            to: Target::Node(NodeId(0), None),
            kind: RunKind::Ping(Ping::default()),
        };
        (at, spec.unwrap_or(placeholder))
    }

    fn run_spec(&mut self, whole: &Scenario, run: &Object<'a>) -> Option<RunSpec> {
        let is_given = |kind: &&'static str| run.get(kind).is_some();
        let given: Vec<_> = fields::RUNS.iter().copied().filter(is_given).collect();
        let &[kind] = &given[..] else {
            let message = match given.len() {
                0 => t!("say what runs: add one of {}", fields::RUNS.join(", ")),
                _ => t!("one run does one thing: make an entry of runs for each").to_owned(),
            };
            return self.refuse(&run.value, message);
        };
        let (what, known) = match kind {
            "ping" => (t!("a ping run"), fields::PING),
            "echo" => (t!("an echo run"), fields::ECHO),
            "iperf" => (t!("an iperf run"), fields::IPERF),
            "traceroute" => (t!("a traceroute run"), fields::TRACEROUTE),
            "pathmtu" => (t!("a pathmtu run"), fields::PATHMTU),
            "multicast" => (t!("a multicast run"), fields::MULTICAST),
            _ => (t!("a connect run"), fields::CONNECT),
        };
        let object = self.object(run.get(kind)?, what, known)?;
        let from = self.required(&object, "from", Self::node_id);
        if kind == "multicast" {
            return self.multicast(from, &object);
        }
        let version = self.field(&object, "ip", None, |reader, value| reader.ip_version(value).map(Some));
        let to = self.required(&object, "to", |reader, value| {
            let to = reader.target(value, version)?;
            reader.target_of(value, whole, from, to)
        });
        // The default size of a datagram depends on it. If there is none, that is reported as a fault of its own.
        let version = from.zip(to).and_then(|(from, to)| whole.ip_version(from, to));
        let kind = match kind {
            "ping" => RunKind::Ping(Ping {
                count: self.field(&object, "count", defaults::PING_COUNT, Self::count),
                interval: self.field(&object, "interval", defaults::INTERVAL, Self::duration),
                payload_bytes: self.field(&object, "size", defaults::PING_SIZE, Self::size),
                timeout: self.field(&object, "timeout", defaults::TIMEOUT, Self::duration),
                ttl: self.field(&object, "ttl", None, |reader, value| reader.byte(value).map(Some)),
                fragments: self.field(&object, "fragment", false, Self::boolean),
            }),
            "echo" => RunKind::Echo(Echo {
                transport: self.field(&object, "udp", defaults::ECHO_TRANSPORT, Self::transport),
                count: self.field(&object, "count", defaults::ECHO_COUNT, Self::count),
                text: self.field(&object, "text", defaults::ECHO_TEXT.to_owned(), Self::string),
                timeout: self.field(&object, "timeout", defaults::TIMEOUT, Self::duration),
            }),
            "iperf" => RunKind::Iperf(self.iperf(&object, version.unwrap_or(IpVersion::V4))),
            "traceroute" => RunKind::Traceroute(Traceroute {
                probe: match self.field(&object, "icmp", false, Self::boolean) {
                    true => Probe::Icmp,
                    false => Probe::Udp,
                },
                hops_max: self.field(&object, "hops", defaults::HOPS, Self::saturating),
                tries: self.field(&object, "tries", defaults::TRIES, Self::saturating),
                timeout: self.field(&object, "timeout", defaults::TIMEOUT, Self::duration),
            }),
            "pathmtu" => RunKind::PathMtu(PathMtu {
                timeout: self.field(&object, "timeout", defaults::PATHMTU_TIMEOUT, Self::duration),
            }),
            _ => RunKind::Connect(Connect {
                port: self.field(&object, "port", defaults::CONNECT_PORT, Self::port),
                text: self.field(&object, "text", defaults::CONNECT_TEXT.to_owned(), Self::string),
            }),
        };
        Some(RunSpec { from: from?, to: to?, kind })
    }

    /// A router as a target: its address that is nearest to the client.
    fn target_of(
        &mut self,
        value: &Value<'a>,
        whole: &Scenario,
        from: Option<NodeId>,
        to: Target,
    ) -> Option<Target> {
        let Target::Node(node, version) = to else { return Some(to) };
        if self.sorts.get(node.index()) != Some(&Sort::Router) {
            return Some(to);
        }
        match router_address(&whole.topology, from?, node, version) {
            Some(address) => Some(Target::Address(address)),
            // What could not be read of it may have been one.
            None if !self.unusable.links.is_empty() || !self.unusable.hosts.is_empty() => None,
            None => self.refuse(
                value,
                t!("this router has no address of an IP version that both have: give one of its ports an address"),
            ),
        }
    }

    fn multicast(&mut self, from: Option<NodeId>, object: &Object<'a>) -> Option<RunSpec> {
        let group = self.required(object, "group", Self::address);
        let receivers = self.required(object, "receivers", |reader, value| {
            let receivers = reader.list(value, bounds::RECEIVERS_MAX + 1)?;
            let found: Vec<_> = receivers.iter().filter_map(|receiver| reader.node_id(receiver)).collect();
            (found.len() == receivers.len()).then_some(found)
        });
        let kind = Multicast {
            receivers: Vec::new(),
            count: self.field(object, "count", defaults::PING_COUNT, Self::count),
            interval: self.field(object, "interval", defaults::INTERVAL, Self::duration),
            text: self.field(object, "text", defaults::MULTICAST_TEXT.to_owned(), Self::string),
            port: self.field(object, "port", defaults::MULTICAST_PORT, Self::port),
        };
        let kind = RunKind::Multicast(Multicast { receivers: receivers?, ..kind });
        Some(RunSpec { from: from?, to: Target::Address(group?), kind })
    }

    fn iperf(&mut self, object: &Object<'a>, version: IpVersion) -> Iperf {
        let amount = match (object.get("bytes"), object.get("seconds")) {
            (None, None) => defaults::IPERF_AMOUNT,
            (Some(bytes), None) => self.size64(bytes).map_or(defaults::IPERF_AMOUNT, Amount::Bytes),
            (None, Some(seconds)) => self.seconds(seconds).map_or(defaults::IPERF_AMOUNT, Amount::Time),
            (Some(_), Some(seconds)) => {
                self.refuse::<()>(seconds, t!("iperf takes \"bytes\" or \"seconds\", not both: remove one"));
                defaults::IPERF_AMOUNT
            }
        };
        let interval = self.field(object, "interval", defaults::INTERVAL, Self::duration);
        let transport = self.field(object, "udp", Transport::Tcp, Self::transport);
        let misplaced: &[_] = match transport {
            Transport::Tcp => &["rate", "datagram"],
            Transport::Udp => &["congestion", "rx_buffer", "tx_buffer"],
        };
        for name in misplaced {
            if let Some(value) = object.get(name) {
                let message = match transport {
                    Transport::Tcp => t!("\"{name}\" is for UDP: add \"udp\": true or remove it"),
                    Transport::Udp => t!("\"{name}\" is for TCP: remove it or \"udp\""),
                };
                self.refuse::<()>(value, message);
            }
        }
        let mut optional_size =
            |name| self.field(object, name, None, |reader, value| reader.size(value).map(Some));
        let transport = match transport {
            Transport::Tcp => IperfTransport::Tcp {
                rx_buffer: optional_size("rx_buffer"),
                tx_buffer: optional_size("tx_buffer"),
                congestion: self
                    .field(object, "congestion", None, |reader, value| reader.congestion(value).map(Some)),
            },
            Transport::Udp => IperfTransport::Udp {
                rate: self.field(object, "rate", defaults::UDP_RATE, Self::rate),
                datagram_bytes: self.field(object, "datagram", defaults::datagram(version), Self::size),
            },
        };
        Iperf { amount, interval, transport }
    }
}
