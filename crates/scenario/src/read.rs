//! Text → scenario. Every reader returns a value or notes a fault and goes on, so that one pass finds all of them.

mod changes;
mod finder;
mod values;

pub use finder::locate;

use crate::bounds::{self, DOCUMENT_BYTES_MAX, FAULTS_MAX};
use crate::check::{self, Unusable};
use crate::defaults;
use crate::fault::{Fault, Level, Place};
use crate::json::{Shape, Value};
use crate::{Scenario, VERSION};
use finder::Finder;
use netlab::Instant;
use netlab::run::{
    Amount, Connect, Echo, IpVersion, Iperf, IperfTransport, Ping, RunKind, RunSpec, Target, Transport,
};
use netlab::topology::{End, HostConfig, Link, Node, NodeId, NodeKind, SwitchConfig, TcpConfig, Way};
use std::collections::BTreeMap;
use vnetif::impair::Impairment;
use vnetif::line::{LineConfig, Queue};

/// What came of reading a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The scenario, unless there is an error.
    pub scenario: Option<Scenario>,
    /// What an editor can go on with: the scenario, if its text has no error and only the network in it is wrong, in ways
    /// that it can still be drawn.
    pub draft: Option<Scenario>,
    /// Errors and warnings, in the order of the text.
    pub faults: Vec<Fault>,
}

/// The fields that each object of the document has.
pub(crate) mod fields {
    pub const DOCUMENT: &[&str] =
        &["$schema", "packetarium", "title", "description", "seed", "nodes", "links", "runs", "changes"];
    pub const NODE: &[&str] = &["id", "name", "kind", "at"];
    pub const HOST: &[&str] =
        &["id", "name", "kind", "at", "addresses", "gateway", "slaac", "mac", "mtu", "tcp"];
    pub const HUB: &[&str] = NODE;
    pub const SWITCH: &[&str] = &["id", "name", "kind", "at", "ageing"];
    pub const TCP: &[&str] = &["congestion", "rx_buffer", "tx_buffer"];
    pub const LINK: &[&str] = &["ends", "delay", "rate", "queue", "impair"];
    pub const IMPAIRMENT: &[&str] =
        &["loss", "max_size", "frame_size", "trailing", "silence", "down", "from"];
    pub const SILENCE: &[&str] = &["after", "for"];
    pub const RUN: &[&str] = &["at", "ping", "echo", "iperf", "connect"];
    pub const PING: &[&str] = &["from", "to", "ip", "count", "interval", "size", "timeout"];
    pub const ECHO: &[&str] = &["from", "to", "ip", "udp", "count", "text", "timeout"];
    pub const IPERF: &[&str] = &[
        "from",
        "to",
        "ip",
        "bytes",
        "seconds",
        "interval",
        "udp",
        "rate",
        "datagram",
        "congestion",
        "rx_buffer",
        "tx_buffer",
    ];
    pub const CONNECT: &[&str] = &["from", "to", "ip", "port", "text"];
    pub const CHANGE: &[&str] = &["at", "link", "node", "cable", "stop"];
    pub const CHANGED_LINK: &[&str] = &["ends", "which", "delay", "rate", "queue", "impair"];
}

pub(crate) fn read(text: &str) -> Reading {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let refused = |fault| Reading { scenario: None, draft: None, faults: vec![fault] };
    if text.len() > DOCUMENT_BYTES_MAX {
        let message = format!("the document has {} bytes: at most {DOCUMENT_BYTES_MAX} are read", text.len());
        return refused(Fault::new(Level::Error, Place::default(), message));
    }
    let document = match Value::document(text) {
        Ok(document) => document,
        Err(fault) => return refused(fault),
    };
    let mut reader = Reader { text, errors: Vec::new(), ids: BTreeMap::new(), unusable: Unusable::default() };
    let scenario = reader.document(&document);
    let readable = reader.errors.is_empty();
    let mut warnings = Vec::new();
    if let Some(scenario) = &scenario {
        let finder = Finder::new(document);
        for mut fault in check::check(scenario, &reader.unusable) {
            let list = if fault.is_error() { &mut reader.errors } else { &mut warnings };
            if list.len() <= FAULTS_MAX {
                fault.position = Some(finder.find(&fault.place).position(text));
                list.push(fault);
            }
        }
    }
    let (mut scenario, mut draft) = (scenario, None);
    if !reader.errors.is_empty() {
        draft = scenario.take().filter(|scenario| readable && scenario.whole().topology.check().is_ok());
    }
    Reading { scenario, draft, faults: [capped(reader.errors), capped(warnings)].concat() }
}

/// In the order of the text, and no more than [`FAULTS_MAX`], with a word about the rest.
fn capped(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.position);
    if faults.len() > FAULTS_MAX {
        faults.truncate(FAULTS_MAX);
        let message = format!("there is more than these {FAULTS_MAX}: put them right first");
        faults.push(Fault::new(faults[0].level, Place::default(), message));
    }
    faults
}

struct Reader<'a> {
    text: &'a str,
    errors: Vec<Fault>,
    ids: BTreeMap<String, NodeId>,
    unusable: Unusable,
}

/// An object taken apart.
struct Object<'a> {
    value: Value<'a>,
    /// As a message calls it: "a host".
    what: &'static str,
    known: &'static [&'static str],
    fields: Vec<(String, Value<'a>)>,
}

impl<'a> Object<'a> {
    fn get(&self, name: &'static str) -> Option<&Value<'a>> {
        debug_assert!(self.known.contains(&name), "{} has no {name}", self.what);
        self.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }
}

// The document's objects, from the outside in.
impl<'a> Reader<'a> {
    fn document(&mut self, value: &Value<'a>) -> Option<Scenario> {
        let document = self.object(value, "the document", fields::DOCUMENT)?;
        self.version(&document)?;
        let mut scenario = Scenario {
            title: self.field(&document, "title", String::new(), Self::string),
            description: self
                .field(&document, "description", None, |reader, value| reader.string(value).map(Some)),
            seed: self.field(&document, "seed", defaults::SEED, Self::whole),
            ..Scenario::default()
        };
        for (number, value) in self.list_of(&document, "nodes", bounds::NODES_MAX).iter().enumerate() {
            let (id, at, node) = self.node(number, value);
            scenario.topology.nodes.push(node);
            scenario.ids.push(id);
            scenario.at.push(at);
        }
        for (number, value) in self.list_of(&document, "links", bounds::LINKS_MAX).iter().enumerate() {
            let link = self.link(number, value);
            scenario.topology.links.push(link);
        }
        let changes = self.list_of(&document, "changes", bounds::CHANGES_MAX);
        scenario.changes = self.changes(&scenario, &changes);
        // Runs may go to what is added.
        let whole = scenario.whole();
        let runs = self.list_of(&document, "runs", bounds::RUNS_MAX);
        let runs = runs.iter().enumerate().map(|(number, value)| self.run(&whole, number, value)).collect();
        scenario.runs = runs;
        Some(scenario)
    }

    fn version(&mut self, document: &Object<'a>) -> Option<()> {
        let Some(value) = document.get("packetarium") else {
            let message = format!("\"packetarium\": {VERSION} is missing: every document begins with it");
            return self.refuse(&document.value, message);
        };
        match self.whole(value)? {
            VERSION => Some(()),
            newer if newer > VERSION => self.refuse(
                value,
                format!(
                    "made by a newer Packetarium (format {newer}): this one reads up to {VERSION}; reload the page or \
                     update the program"
                ),
            ),
            other => self.refuse(value, format!("there is no format {other}: write {VERSION}")),
        }
    }

    /// A node's id, its place and what it is; `number` is the one that it has in the whole network.
    fn node(&mut self, number: usize, value: &Value<'a>) -> (String, Option<(f64, f64)>, Node) {
        let node = self.node_object(value);
        let (mut id, mut name, mut at, mut kind) = (None, None, None, None);
        if let Some(node) = &node {
            id = self.required(node, "id", Self::string);
            name = self.field(node, "name", None, |reader, value| reader.string(value).map(Some));
            at = self.field(node, "at", None, |reader, value| reader.point(value).map(Some));
            let errors = self.errors.len();
            kind = match node.what {
                "a host" => Some(NodeKind::Host(self.host(node))),
                "a hub" => Some(NodeKind::Hub),
                "a switch" => {
                    let ageing = self.field(node, "ageing", defaults::AGEING, Self::duration);
                    Some(NodeKind::Switch(SwitchConfig { ageing, stp: None, snooping: false }))
                }
                _ => None,
            };
            if self.errors.len() > errors {
                self.unusable.hosts.insert(number);
            }
        }
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
    fn node_object(&mut self, value: &Value<'a>) -> Option<Object<'a>> {
        const KINDS: [(&str, &str, &[&str]); 3] = [
            ("host", "a host", fields::HOST),
            ("hub", "a hub", fields::HUB),
            ("switch", "a switch", fields::SWITCH),
        ];
        let mut node = self.bare_object(value, "a node", fields::NODE)?;
        let kind = self.required(&node, "kind", |reader, value| {
            reader.one_of(value, &KINDS.map(|(name, _, _)| name), "kind of node")
        });
        match kind {
            Some(number) => {
                let (_, what, known) = KINDS[number];
                (node.what, node.known) = (what, known);
                self.refuse_unknown(&node);
            }
            // Whatever it should have been, nobody knows which of its fields are wrong.
            None => node.what = "a node",
        }
        Some(node)
    }

    fn host(&mut self, node: &Object<'a>) -> HostConfig {
        let max = bounds::ADDRESSES_MAX + 1;
        let tcp = TcpConfig {
            congestion: defaults::CONGESTION,
            rx_buffer: defaults::RX_BUFFER,
            tx_buffer: defaults::TX_BUFFER,
        };
        HostConfig {
            mac: self.field(node, "mac", None, |reader, value| reader.mac(value).map(Some)),
            addresses: self.field(node, "addresses", Vec::new(), |reader, value| {
                let addresses = reader.list(value, max)?;
                Some(addresses.iter().filter_map(|address| reader.cidr(address)).collect())
            }),
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
                })
            }),
        }
    }

    /// A link; `number` is the one that it has in the whole network.
    fn link(&mut self, number: usize, value: &Value<'a>) -> Link {
        let mut ways = [defaults::way(), defaults::way()];
        let mut ends = None;
        if let Some(link) = self.object(value, "a link", fields::LINK) {
            ends = self.required(&link, "ends", Self::ends);
            self.ways(&link, ends, &mut ways);
        }
        if ends.is_none() {
            self.unusable.links.insert(number);
        }
        Link::new(ends.unwrap_or([NodeId(0); 2]), ways)
    }

    /// The settings of a link; what is left out stays as it is.
    fn ways(&mut self, link: &Object<'a>, ends: Option<[NodeId; 2]>, ways: &mut [Way; 2]) {
        let lines = ways.each_ref().map(|way| way.line);
        let rates = self.field(link, "rate", lines.map(|line| line.rate), |reader, value| {
            reader.both(value, Self::link_rate)
        });
        let delays = self.field(link, "delay", lines.map(|line| line.delay), |reader, value| {
            reader.both(value, Self::duration)
        });
        let queues = self.field(link, "queue", lines.map(|line| line.queue), |reader, value| {
            reader.both(value, |reader, value| reader.size(value).map(Queue::bytes))
        });
        for end in End::BOTH.map(End::index) {
            ways[end].line = LineConfig { rate: rates[end], delay: delays[end], queue: queues[end] };
        }
        if link.get("impair").is_some() {
            ways.iter_mut().for_each(|way| way.impairments.clear());
        }
        for value in self.list_of(link, "impair", bounds::IMPAIRMENTS_MAX) {
            if let Some((impairment, from)) = self.impairment(&value, ends) {
                for end in End::BOTH.into_iter().filter(|end| from.is_none_or(|from| from == *end)) {
                    ways[end.index()].impairments.push(impairment);
                }
            }
        }
    }

    fn ends(&mut self, value: &Value<'a>) -> Option<[NodeId; 2]> {
        let ends = self.list(value, 3)?;
        let [first, second] = &ends[..] else {
            return self.refuse(value, "a link has two ends: write [\"a\", \"b\"] with the ids of two nodes");
        };
        // Both are looked up, so that both are reported.
        let (first, second) = (self.node_id(first), self.node_id(second));
        Some([first?, second?])
    }

    fn impairment(
        &mut self,
        value: &Value<'a>,
        ends: Option<[NodeId; 2]>,
    ) -> Option<(Impairment, Option<End>)> {
        const KINDS: [&str; 5] = ["loss", "frame_size", "trailing", "silence", "down"];
        let object = self.object(value, "an entry of impair", fields::IMPAIRMENT)?;
        let from = object.get("from").map(|value| {
            let node = self.node_id(value)?;
            match ends {
                Some([first, _]) if node == first => Some(End::First),
                Some([_, second]) if node == second => Some(End::Second),
                // The fault is in `ends`, and reported there.
                None => None,
                Some(_) => {
                    self.refuse(value, "this is not an end of the link: frames come from its two ends only")
                }
            }
        });
        let given: Vec<_> = KINDS.into_iter().filter(|kind| object.get(kind).is_some()).collect();
        let &[kind] = &given[..] else {
            return self.refuse(
                value,
                match given.len() {
                    0 => format!("say what happens: add one of {}", KINDS.join(", ")),
                    _ => format!("{} are two things: make an entry for each", given.join(" and ")),
                },
            );
        };
        if let Some(value) = object.get("max_size")
            && kind != "loss"
        {
            self.refuse::<()>(value, "\"max_size\" goes with \"loss\" only: remove it");
        }
        let value = object.get(kind)?;
        let impairment = match kind {
            "loss" => {
                let probability = self.ratio(value);
                match object.get("max_size") {
                    Some(value) => {
                        let bytes_max = self.size(value);
                        Impairment::LossOfSmall { probability: probability?, bytes_max: bytes_max? }
                    }
                    None => Impairment::Loss(probability?),
                }
            }
            "frame_size" => Impairment::FrameSizeMax(self.size(value)?),
            "trailing" => {
                Impairment::TrailingBytes(u32::try_from(self.count_of_bytes(value)?).unwrap_or(u32::MAX))
            }
            "silence" => {
                let object = self.object(value, "silence", fields::SILENCE)?;
                let after_bytes = self.required(&object, "after", Self::size64);
                let lasts = self.required(&object, "for", Self::duration);
                Impairment::SilenceOnce { after_bytes: after_bytes?, lasts: lasts? }
            }
            _ => {
                if !self.boolean(value)? {
                    return self.refuse(value, "write true, or remove the entry to have the link up");
                }
                Impairment::Down
            }
        };
        match from {
            Some(from) => from.map(|from| (impairment, Some(from))),
            None => Some((impairment, None)),
        }
    }

    fn run(&mut self, whole: &Scenario, number: usize, value: &Value<'a>) -> (Instant, RunSpec) {
        let mut at = defaults::AT;
        let mut spec = None;
        if let Some(run) = self.object(value, "a run", fields::RUN) {
            at = self.field(&run, "at", at, Self::moment);
            spec = self.run_spec(whole, &run);
        }
        if spec.is_none() {
            self.unusable.runs.insert(number);
        }
        let nobody = RunSpec {
            from: NodeId(0),
            to: Target::Node(NodeId(0), None),
            kind: RunKind::Ping(Ping::default()),
        };
        (at, spec.unwrap_or(nobody))
    }

    fn run_spec(&mut self, whole: &Scenario, run: &Object<'a>) -> Option<RunSpec> {
        const KINDS: [(&str, &str, &[&str]); 4] = [
            ("ping", "a ping run", fields::PING),
            ("echo", "an echo run", fields::ECHO),
            ("iperf", "an iperf run", fields::IPERF),
            ("connect", "a connect run", fields::CONNECT),
        ];
        let given: Vec<_> = KINDS.into_iter().filter(|(kind, _, _)| run.get(kind).is_some()).collect();
        let &[(kind, what, known)] = &given[..] else {
            return self.refuse(
                &run.value,
                match given.len() {
                    0 => "say what runs: add one of ping, echo, iperf, connect",
                    _ => "one run does one thing: make an entry of runs for each",
                },
            );
        };
        let object = self.object(run.get(kind)?, what, known)?;
        let from = self.required(&object, "from", Self::node_id);
        let version = self.field(&object, "ip", None, |reader, value| reader.ip_version(value).map(Some));
        let to = self.required(&object, "to", |reader, value| reader.target(value, version));
        // The default size of a datagram depends on it. If there is none, that is reported as a fault of its own.
        let version = from.zip(to).and_then(|(from, to)| whole.ip_version(from, to));
        let kind = match kind {
            "ping" => RunKind::Ping(Ping {
                count: self.field(&object, "count", defaults::PING_COUNT, Self::count),
                interval: self.field(&object, "interval", defaults::INTERVAL, Self::duration),
                payload_bytes: self.field(&object, "size", defaults::PING_SIZE, Self::size),
                timeout: self.field(&object, "timeout", defaults::TIMEOUT, Self::duration),
                ttl: None,
                fragments: false,
            }),
            "echo" => RunKind::Echo(Echo {
                transport: self.field(&object, "udp", defaults::ECHO_TRANSPORT, Self::transport),
                count: self.field(&object, "count", defaults::ECHO_COUNT, Self::count),
                text: self.field(&object, "text", defaults::ECHO_TEXT.to_owned(), Self::string),
                timeout: self.field(&object, "timeout", defaults::TIMEOUT, Self::duration),
            }),
            "iperf" => RunKind::Iperf(self.iperf(&object, version.unwrap_or(IpVersion::V4))),
            _ => RunKind::Connect(Connect {
                port: self.field(&object, "port", defaults::CONNECT_PORT, Self::port),
                text: self.field(&object, "text", defaults::CONNECT_TEXT.to_owned(), Self::string),
            }),
        };
        Some(RunSpec { from: from?, to: to?, kind })
    }

    fn iperf(&mut self, object: &Object<'a>, version: IpVersion) -> Iperf {
        let amount = match (object.get("bytes"), object.get("seconds")) {
            (None, None) => defaults::IPERF_AMOUNT,
            (Some(bytes), None) => self.size64(bytes).map_or(defaults::IPERF_AMOUNT, Amount::Bytes),
            (None, Some(seconds)) => self.seconds(seconds).map_or(defaults::IPERF_AMOUNT, Amount::Time),
            (Some(_), Some(seconds)) => {
                self.refuse::<()>(seconds, "iperf takes \"bytes\" or \"seconds\", not both: remove one");
                defaults::IPERF_AMOUNT
            }
        };
        let interval = self.field(object, "interval", defaults::INTERVAL, Self::duration);
        let transport = self.field(object, "udp", Transport::Tcp, Self::transport);
        let (misplaced, remedy): (&[_], _) = match transport {
            Transport::Tcp => (&["rate", "datagram"], "is for UDP: add \"udp\": true or remove it"),
            Transport::Udp => (&["congestion", "rx_buffer", "tx_buffer"], "is for TCP: remove it or \"udp\""),
        };
        for name in misplaced {
            if let Some(value) = object.get(name) {
                self.refuse::<()>(value, format!("\"{name}\" {remedy}"));
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

#[cfg(test)]
mod tests {
    use super::fields;
    use crate::bounds::*;
    use crate::defaults;
    use crate::quantity::{RATE, SIZE, TIME, Units, show_rate, show_size, show_time};
    use netlab::run::IpVersion;
    use serde_json::Value;

    fn schema(pointer: &str) -> Value {
        let schema: Value = serde_json::from_str(include_str!("../../../docs/scenario.schema.json")).unwrap();
        schema.pointer(pointer).unwrap_or_else(|| panic!("the schema has no {pointer}")).clone()
    }

    #[test]
    fn the_schema_has_the_fields_that_the_reader_knows() {
        for (object, known) in [
            ("", fields::DOCUMENT),
            ("/$defs/host", fields::HOST),
            ("/$defs/hub", fields::HUB),
            ("/$defs/switch", fields::SWITCH),
            ("/$defs/tcp", fields::TCP),
            ("/$defs/link", fields::LINK),
            ("/$defs/impairment", fields::IMPAIRMENT),
            ("/$defs/impairment/properties/silence", fields::SILENCE),
            ("/$defs/run", fields::RUN),
            ("/$defs/ping", fields::PING),
            ("/$defs/echo", fields::ECHO),
            ("/$defs/iperf", fields::IPERF),
            ("/$defs/connect", fields::CONNECT),
            ("/$defs/change", fields::CHANGE),
            ("/$defs/changed_link", fields::CHANGED_LINK),
        ] {
            let properties = schema(&format!("{object}/properties"));
            let mut published: Vec<_> = properties.as_object().unwrap().keys().map(String::as_str).collect();
            let mut known = known.to_vec();
            published.sort_unstable();
            known.sort_unstable();
            assert_eq!(published, known, "{object}");
            assert_eq!(schema(&format!("{object}/additionalProperties")), false, "{object}");
        }
    }

    #[test]
    fn the_schema_has_the_bounds_that_are_checked() {
        for (pointer, bound) in [
            ("/properties/title/maxLength", TITLE_CHARS_MAX as u64),
            ("/properties/description/maxLength", DESCRIPTION_CHARS_MAX as u64),
            ("/properties/seed/maximum", SEED_MAX),
            ("/properties/nodes/maxItems", NODES_MAX as u64),
            ("/properties/links/maxItems", LINKS_MAX as u64),
            ("/properties/runs/maxItems", RUNS_MAX as u64),
            ("/properties/changes/maxItems", CHANGES_MAX as u64),
            ("/$defs/changed_link/properties/which/maximum", LINKS_MAX as u64 - 1),
            ("/$defs/change/properties/stop/maximum", RUNS_MAX as u64 - 1),
            ("/$defs/changed_link/properties/impair/maxItems", IMPAIRMENTS_MAX as u64),
            ("/$defs/host/properties/addresses/maxItems", ADDRESSES_MAX as u64),
            ("/$defs/host/properties/mtu/minimum", IP_MTU_MIN as u64),
            ("/$defs/host/properties/mtu/maximum", IP_MTU_MAX as u64),
            ("/$defs/link/properties/impair/maxItems", IMPAIRMENTS_MAX as u64),
            ("/$defs/impairment/properties/trailing/maximum", u64::from(TRAILING_MAX)),
            ("/$defs/iperf/properties/seconds/oneOf/0/maximum", BULK_TIME_MAX.nanos() / 1_000_000_000),
            ("/$defs/name/maxLength", NAME_CHARS_MAX as u64),
            ("/$defs/count/maximum", u64::from(COUNT_MAX)),
            ("/$defs/text/maxLength", TEXT_BYTES_MAX as u64),
            ("/$defs/point/items/maximum", COORDINATE_MAX as u64),
        ] {
            assert_eq!(schema(pointer), bound, "{pointer}");
        }
        assert_eq!(schema("/$defs/id/pattern"), format!("^[A-Za-z0-9_-]{{1,{ID_CHARS_MAX}}}$"));
    }

    #[test]
    fn the_schema_has_the_defaults_that_hold() {
        for (pointer, default) in [
            ("/properties/seed", Value::from(defaults::SEED)),
            ("/$defs/host/properties/mtu", Value::from(defaults::MTU)),
            ("/$defs/tcp/properties/rx_buffer", show_size(defaults::RX_BUFFER as u64).into()),
            ("/$defs/tcp/properties/tx_buffer", show_size(defaults::TX_BUFFER as u64).into()),
            ("/$defs/switch/properties/ageing", show_time(defaults::AGEING).into()),
            ("/$defs/link/properties/delay", show_time(defaults::DELAY).into()),
            ("/$defs/link/properties/rate", show_rate(defaults::RATE).into()),
            ("/$defs/link/properties/queue", show_size(defaults::QUEUE as u64).into()),
            ("/$defs/ping/properties/count", Value::from(defaults::PING_COUNT)),
            ("/$defs/ping/properties/interval", show_time(defaults::INTERVAL).into()),
            ("/$defs/ping/properties/size", show_size(defaults::PING_SIZE as u64).into()),
            ("/$defs/ping/properties/timeout", show_time(defaults::TIMEOUT).into()),
            ("/$defs/echo/properties/count", Value::from(defaults::ECHO_COUNT)),
            ("/$defs/echo/properties/text", defaults::ECHO_TEXT.into()),
            ("/$defs/echo/properties/timeout", show_time(defaults::TIMEOUT).into()),
            ("/$defs/iperf/properties/interval", show_time(defaults::INTERVAL).into()),
            ("/$defs/iperf/properties/rate", show_rate(defaults::UDP_RATE).into()),
            ("/$defs/connect/properties/port", Value::from(defaults::CONNECT_PORT)),
            ("/$defs/connect/properties/text", defaults::CONNECT_TEXT.into()),
        ] {
            assert_eq!(schema(&format!("{pointer}/default")), default, "{pointer}");
        }
        let datagram = schema("/$defs/iperf/properties/datagram/description");
        for version in [IpVersion::V4, IpVersion::V6] {
            assert!(datagram.as_str().unwrap().contains(&defaults::datagram(version).to_string()));
        }
    }

    #[test]
    fn the_schema_has_the_units_that_are_read() {
        let pattern = |units: Units, micro: &str| {
            let names: Vec<_> = units.iter().map(|(name, _)| *name).collect();
            format!(r"^\s*[0-9]+(\.[0-9]+)?\s*({})\s*$", names.join("|").replace("us", micro))
        };
        assert_eq!(schema("/$defs/duration/pattern"), pattern(TIME, "us|µs|μs"));
        assert_eq!(schema("/$defs/size/pattern"), pattern(SIZE, "us"));
        assert_eq!(schema("/$defs/rate/pattern"), pattern(RATE, "us"));
    }
}
