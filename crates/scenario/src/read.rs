//! Text → scenario. Every reader returns a value or notes a fault and goes on, so that one pass finds all of them.

use crate::bounds::{self, DOCUMENT_BYTES_MAX, FAULTS_MAX};
use crate::check::{self, Unusable};
use crate::defaults;
use crate::fault::{Fault, Level, Place};
use crate::json::{FIELDS_MAX, Shape, Value};
use crate::quantity::{self, Inexact, RATE, SIZE, TIME, Units, exact, quoted};
use crate::{Scenario, VERSION};
use netlab::run::{
    Amount, Connect, Echo, IpVersion, Iperf, IperfTransport, Ping, RunKind, RunSpec, Target, Transport,
};
use netlab::topology::{
    Congestion, End, HostConfig, Link, Node, NodeId, NodeKind, SwitchConfig, TcpConfig, Topology, Way,
};
use netlab::{BitsPerSec, Duration, Instant, Ratio};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use std::collections::BTreeMap;
use std::net::IpAddr;
use vnetif::impair::Impairment;
use vnetif::line::LineConfig;

/// What came of reading a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The scenario, unless there is an error.
    pub scenario: Option<Scenario>,
    /// Errors and warnings, in the order of the text.
    pub faults: Vec<Fault>,
}

/// The fields that each object of the document has.
pub(crate) mod fields {
    pub const DOCUMENT: &[&str] =
        &["$schema", "packetarium", "title", "description", "seed", "nodes", "links", "runs"];
    pub const NODE: &[&str] = &["id", "name", "kind", "at"];
    pub const HOST: &[&str] = &["id", "name", "kind", "at", "addresses", "gateway", "mac", "mtu", "tcp"];
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
}

pub(crate) fn read(text: &str) -> Reading {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let refused = |fault| Reading { scenario: None, faults: vec![fault] };
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
    let scenario = scenario.filter(|_| reader.errors.is_empty());
    Reading { scenario, faults: [capped(reader.errors), capped(warnings)].concat() }
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

/// Finds the value at a place again without taking the lists apart each time.
struct Finder<'a> {
    document: Value<'a>,
    lists: BTreeMap<String, Vec<Value<'a>>>,
}

impl<'a> Finder<'a> {
    fn new(document: Value<'a>) -> Self {
        let fields = document.fields(FIELDS_MAX).map(|(fields, _)| fields).unwrap_or_default();
        let lists = fields.into_iter().filter(|(_, value)| matches!(value.shape(), Ok(Shape::Array)));
        let lists = lists.map(|(name, value)| (name, value.elements(bounds::LINKS_MAX).0)).collect();
        Self { document, lists }
    }

    fn find(&self, place: &Place) -> Value<'a> {
        use crate::fault::Step::{Field, Index};
        if let [Field(list), Index(number), rest @ ..] = place.steps()
            && let Some(element) = self.lists.get(list).and_then(|list| list.get(*number))
        {
            return element.walk(rest);
        }
        self.document.walk(place.steps())
    }
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
            self.node(&mut scenario, number, value);
        }
        for (number, value) in self.list_of(&document, "links", bounds::LINKS_MAX).iter().enumerate() {
            self.link(&mut scenario.topology, number, value);
        }
        for (number, value) in self.list_of(&document, "runs", bounds::RUNS_MAX).iter().enumerate() {
            self.run(&mut scenario, number, value);
        }
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

    fn node(&mut self, scenario: &mut Scenario, number: usize, value: &Value<'a>) {
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
                    Some(NodeKind::Switch(SwitchConfig { ageing }))
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
        scenario.topology.nodes.push(Node { name: name.unwrap_or_else(|| id.clone()), kind });
        scenario.ids.push(id);
        scenario.at.push(at);
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

    fn link(&mut self, topology: &mut Topology, number: usize, value: &Value<'a>) {
        let line =
            LineConfig { rate: Some(defaults::RATE), delay: defaults::DELAY, queue_bytes: defaults::QUEUE };
        let way = Way { line, impairments: Vec::new() };
        let mut ways = [way.clone(), way];
        let mut ends = None;
        if let Some(link) = self.object(value, "a link", fields::LINK) {
            ends = self.required(&link, "ends", Self::ends);
            let rates = self
                .field(&link, "rate", [line.rate; 2], |reader, value| reader.both(value, Self::link_rate));
            let delays = self
                .field(&link, "delay", [line.delay; 2], |reader, value| reader.both(value, Self::duration));
            let queues = self
                .field(&link, "queue", [line.queue_bytes; 2], |reader, value| reader.both(value, Self::size));
            for end in End::BOTH.map(End::index) {
                ways[end].line =
                    LineConfig { rate: rates[end], delay: delays[end], queue_bytes: queues[end] };
            }
            for value in self.list_of(&link, "impair", bounds::IMPAIRMENTS_MAX) {
                if let Some((impairment, from)) = self.impairment(&value, ends) {
                    for end in End::BOTH.into_iter().filter(|end| from.is_none_or(|from| from == *end)) {
                        ways[end.index()].impairments.push(impairment);
                    }
                }
            }
        }
        if ends.is_none() {
            self.unusable.links.insert(number);
        }
        topology.links.push(Link { ends: ends.unwrap_or([NodeId(0); 2]), ways });
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

    fn run(&mut self, scenario: &mut Scenario, number: usize, value: &Value<'a>) {
        let mut at = defaults::AT;
        let mut spec = None;
        if let Some(run) = self.object(value, "a run", fields::RUN) {
            at = self.field(&run, "at", at, |reader, value| {
                reader.duration(value).map(|since| Instant::ZERO + since)
            });
            spec = self.run_spec(scenario, &run);
        }
        if spec.is_none() {
            self.unusable.runs.insert(number);
        }
        let nobody = RunSpec {
            from: NodeId(0),
            to: Target::Node(NodeId(0), None),
            kind: RunKind::Ping(Ping::default()),
        };
        scenario.runs.push((at, spec.unwrap_or(nobody)));
    }

    fn run_spec(&mut self, scenario: &Scenario, run: &Object<'a>) -> Option<RunSpec> {
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
        let version = from.zip(to).and_then(|(from, to)| scenario.ip_version(from, to));
        let kind = match kind {
            "ping" => RunKind::Ping(Ping {
                count: self.field(&object, "count", defaults::PING_COUNT, Self::count),
                interval: self.field(&object, "interval", defaults::INTERVAL, Self::duration),
                payload_bytes: self.field(&object, "size", defaults::PING_SIZE, Self::size),
                timeout: self.field(&object, "timeout", defaults::TIMEOUT, Self::duration),
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

// Fields and lists.
impl<'a> Reader<'a> {
    /// Notes a fault.
    fn refuse<T>(&mut self, value: &Value<'a>, message: impl Into<String>) -> Option<T> {
        // One more than the bound is kept, as a sign that there were more.
        if self.errors.len() <= FAULTS_MAX {
            let mut fault = Fault::new(Level::Error, value.place.clone(), message);
            fault.position = Some(value.position(self.text));
            self.errors.push(fault);
        }
        None
    }

    /// A field, or its default if it is missing; also if it is faulty, which is noted.
    fn field<T>(
        &mut self,
        object: &Object<'a>,
        name: &'static str,
        default: T,
        read: impl FnOnce(&mut Self, &Value<'a>) -> Option<T>,
    ) -> T {
        object.get(name).and_then(|value| read(self, value)).unwrap_or(default)
    }

    fn required<T>(
        &mut self,
        object: &Object<'a>,
        name: &'static str,
        read: impl FnOnce(&mut Self, &Value<'a>) -> Option<T>,
    ) -> Option<T> {
        match object.get(name) {
            Some(value) => read(self, value),
            None => self.refuse(&object.value, format!("\"{name}\" is missing: {} needs it", object.what)),
        }
    }

    fn object(
        &mut self,
        value: &Value<'a>,
        what: &'static str,
        known: &'static [&'static str],
    ) -> Option<Object<'a>> {
        let object = self.bare_object(value, what, known)?;
        self.refuse_unknown(&object);
        Some(object)
    }

    /// An object whose fields are not yet checked against those that it should have.
    fn bare_object(
        &mut self,
        value: &Value<'a>,
        what: &'static str,
        known: &'static [&'static str],
    ) -> Option<Object<'a>> {
        match value.shape() {
            Ok(Shape::Object) => {}
            shape => return self.wrong_shape(value, shape, "an object in braces {…}"),
        }
        match value.fields(FIELDS_MAX) {
            Ok((fields, more)) => {
                if more {
                    self.refuse::<()>(value, format!("{what} has far too many fields"));
                }
                Some(Object { value: value.clone(), what, known, fields })
            }
            Err(why) => self.refuse(value, why),
        }
    }

    fn refuse_unknown(&mut self, object: &Object<'a>) {
        for (number, (name, value)) in object.fields.iter().enumerate() {
            if object.fields[..number].iter().any(|(earlier, _)| earlier == name) {
                self.refuse::<()>(value, format!("{} stands here twice: remove one", quoted(name)));
            } else if !object.known.contains(&name.as_str()) {
                let remedy = match nearest(name, object.known.iter().copied()) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => format!("it can have {}", object.known.join(", ")),
                };
                self.refuse::<()>(value, format!("{} has no {}: {remedy}", object.what, quoted(name)));
            }
        }
    }

    /// The first elements: one more than `max`, so that the check sees that there are too many.
    fn list_of(&mut self, object: &Object<'a>, name: &'static str, max: usize) -> Vec<Value<'a>> {
        self.field(object, name, Vec::new(), |reader, value| reader.list(value, max + 1))
    }

    fn list(&mut self, value: &Value<'a>, max: usize) -> Option<Vec<Value<'a>>> {
        match value.shape() {
            Ok(Shape::Array) => Some(value.elements(max).0),
            shape => self.wrong_shape(value, shape, "a list in brackets […]"),
        }
    }

    /// One value for both directions of a link, or two in the order of its ends.
    fn both<T: Copy>(
        &mut self,
        value: &Value<'a>,
        read: impl Fn(&mut Self, &Value<'a>) -> Option<T>,
    ) -> Option<[T; 2]> {
        let Ok(Shape::Array) = value.shape() else {
            return read(self, value).map(|both| [both; 2]);
        };
        let values = self.list(value, 3)?;
        let [first, second] = &values[..] else {
            return self
                .refuse(value, "write one value for both directions, or two in the order of \"ends\"");
        };
        let (first, second) = (read(self, first), read(self, second));
        Some([first?, second?])
    }

    fn wrong_shape<T>(
        &mut self,
        value: &Value<'a>,
        shape: Result<Shape<'a>, &'static str>,
        wanted: &str,
    ) -> Option<T> {
        let found = match shape {
            Err(why) => return self.refuse(value, why),
            Ok(Shape::Null) => "null".to_owned(),
            Ok(Shape::Bool(found)) => found.to_string(),
            Ok(Shape::Number(found)) => format!("the number {}", quoted(found).trim_matches('"')),
            Ok(Shape::Text(found)) => format!("the text {}", quoted(&found)),
            Ok(Shape::Array) => "a list".to_owned(),
            Ok(Shape::Object) => "an object".to_owned(),
        };
        self.refuse(value, format!("this should be {wanted}, not {found}"))
    }
}

// Single values.
impl<'a> Reader<'a> {
    fn string(&mut self, value: &Value<'a>) -> Option<String> {
        match value.shape() {
            Ok(Shape::Text(text)) => Some(text),
            shape => self.wrong_shape(value, shape, "a text in double quotes"),
        }
    }

    fn boolean(&mut self, value: &Value<'a>) -> Option<bool> {
        match value.shape() {
            Ok(Shape::Bool(boolean)) => Some(boolean),
            shape => self.wrong_shape(value, shape, "true or false"),
        }
    }

    fn number(&mut self, value: &Value<'a>, scale: u64, wanted: &str) -> Option<u64> {
        let found = match value.shape() {
            Ok(Shape::Number(found)) => found,
            shape => return self.wrong_shape(value, shape, wanted),
        };
        match exact(found, scale) {
            Ok(number) => Some(number),
            Err(Inexact::TooLarge) => {
                self.refuse(value, format!("this should be {wanted}; it is far too large"))
            }
            Err(Inexact::TooFine) if scale > 1 => {
                self.refuse(value, format!("this should be {wanted}, with at most nine decimals"))
            }
            Err(_) => {
                let shape = value.shape();
                self.wrong_shape(value, shape, wanted)
            }
        }
    }

    fn whole(&mut self, value: &Value<'a>) -> Option<u64> {
        self.number(value, 1, "a whole number, zero or more")
    }

    /// Numbers of bytes that everybody writes without a unit.
    fn count_of_bytes(&mut self, value: &Value<'a>) -> Option<usize> {
        self.number(value, 1, "a whole number of bytes, without a unit").map(saturated)
    }

    fn count(&mut self, value: &Value<'a>) -> Option<u32> {
        self.whole(value).map(|count| u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn port(&mut self, value: &Value<'a>) -> Option<u16> {
        let port = self.number(value, 1, "a port number from 1 to 65535")?;
        match u16::try_from(port) {
            Ok(port) => Some(port),
            Err(_) => self.refuse(value, "ports go from 1 to 65535"),
        }
    }

    fn ratio(&mut self, value: &Value<'a>) -> Option<Ratio> {
        let wanted = "a probability from 0 to 1, like 0.01 for one in a hundred";
        let ppb = self.number(value, 1_000_000_000, wanted)?;
        match u32::try_from(ppb).ok().and_then(Ratio::from_ppb) {
            Some(ratio) => Some(ratio),
            None => self.refuse(value, format!("this should be {wanted}; 1 is always")),
        }
    }

    /// A number of seconds, or a duration with a unit.
    fn seconds(&mut self, value: &Value<'a>) -> Option<Duration> {
        match value.shape() {
            Ok(Shape::Text(_)) => self.duration(value),
            _ => self.number(value, 1_000_000_000, "a number of seconds").map(Duration::from_nanos),
        }
    }

    fn quantity(&mut self, value: &Value<'a>, units: Units, example: &str) -> Option<u64> {
        let text = match value.shape() {
            // "5 has no unit" helps more than "this should be a text".
            Ok(Shape::Number(number)) => number.to_owned(),
            Ok(Shape::Text(text)) => text,
            shape => return self.wrong_shape(value, shape, &format!("a text like \"{example}\"")),
        };
        match quantity::parse(&text, units, example) {
            Ok(quantity) => Some(quantity),
            Err(message) => self.refuse(value, message),
        }
    }

    fn duration(&mut self, value: &Value<'a>) -> Option<Duration> {
        self.quantity(value, TIME, "1ms").map(Duration::from_nanos)
    }

    fn size64(&mut self, value: &Value<'a>) -> Option<u64> {
        self.quantity(value, SIZE, "64KiB")
    }

    fn size(&mut self, value: &Value<'a>) -> Option<usize> {
        self.size64(value).map(saturated)
    }

    fn rate(&mut self, value: &Value<'a>) -> Option<BitsPerSec> {
        let rate = self.quantity(value, RATE, "100Mbps")?;
        match BitsPerSec::new(rate) {
            Some(rate) => Some(rate),
            None => self.refuse(
                value,
                "nothing passes at this rate: for a pulled cable write {\"down\": true} in impair",
            ),
        }
    }

    /// `None`: unlimited.
    fn link_rate(&mut self, value: &Value<'a>) -> Option<Option<BitsPerSec>> {
        match value.shape() {
            Ok(Shape::Text(text)) if text == "unlimited" => Some(None),
            _ => self.rate(value).map(Some),
        }
    }

    /// Which of these words it is.
    fn one_of(&mut self, value: &Value<'a>, words: &[&str], what: &str) -> Option<usize> {
        let text = self.string(value)?;
        words.iter().position(|word| *word == text).or_else(|| {
            let remedy = match nearest(&text, words.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("write one of {}", words.join(", ")),
            };
            self.refuse(value, format!("{} is no {what}: {remedy}", quoted(&text)))
        })
    }

    fn congestion(&mut self, value: &Value<'a>) -> Option<Congestion> {
        const ALL: [Congestion; 3] = [Congestion::None, Congestion::Reno, Congestion::Cubic];
        self.one_of(value, &["none", "reno", "cubic"], "congestion control").map(|number| ALL[number])
    }

    fn transport(&mut self, value: &Value<'a>) -> Option<Transport> {
        self.boolean(value).map(|udp| if udp { Transport::Udp } else { Transport::Tcp })
    }

    fn ip_version(&mut self, value: &Value<'a>) -> Option<IpVersion> {
        match self.number(value, 1, "4 or 6")? {
            4 => Some(IpVersion::V4),
            6 => Some(IpVersion::V6),
            _ => self.refuse(value, "this should be 4 or 6"),
        }
    }

    fn point(&mut self, value: &Value<'a>) -> Option<(f64, f64)> {
        let numbers = self.list(value, 3)?;
        let [x, y] = &numbers[..] else {
            return self.refuse(value, "a place is two numbers: write [x, y]");
        };
        let (x, y) = (self.coordinate(x), self.coordinate(y));
        Some((x?, y?))
    }

    fn coordinate(&mut self, value: &Value<'a>) -> Option<f64> {
        match value.shape() {
            Ok(Shape::Number(number)) => match number.parse::<f64>() {
                // Minus zero is written as zero.
                Ok(number) if number.is_finite() => Some(number + 0.0),
                _ => self.refuse(value, "this number is far too large"),
            },
            shape => self.wrong_shape(value, shape, "a number"),
        }
    }

    fn node_id(&mut self, value: &Value<'a>) -> Option<NodeId> {
        let id = self.string(value)?;
        self.find_node(value, &id)
    }

    fn find_node(&mut self, value: &Value<'a>, id: &str) -> Option<NodeId> {
        self.ids.get(id).copied().or_else(|| {
            if self.errors.len() > FAULTS_MAX {
                return None;
            }
            let remedy = match nearest(id, self.ids.keys().map(String::as_str)) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "add it to nodes, or write the id of another".to_owned(),
            };
            self.refuse(value, format!("no node has the id {}: {remedy}", quoted(id)))
        })
    }

    fn target(&mut self, value: &Value<'a>, version: Option<IpVersion>) -> Option<Target> {
        let text = self.string(value)?;
        let Ok(address) = text.parse::<IpAddr>() else {
            return self.find_node(value, &text).map(|node| Target::Node(node, version));
        };
        let address = IpAddress::from(address);
        if version.is_some_and(|version| version != crate::version_of(address)) {
            return self
                .refuse(value, "this address is not of the IP version that \"ip\" asks for: remove \"ip\"");
        }
        Some(Target::Address(address))
    }

    fn address(&mut self, value: &Value<'a>) -> Option<IpAddress> {
        let text = self.string(value)?;
        match text.parse::<IpAddr>() {
            Ok(address) => Some(address.into()),
            Err(_) if text.contains('/') => {
                self.refuse(value, format!("{} should be an address without a prefix length", quoted(&text)))
            }
            Err(_) => self.refuse(
                value,
                format!(
                    "{} is no IP address: write something like \"10.0.0.254\" or \"fd00::1\"",
                    quoted(&text)
                ),
            ),
        }
    }

    fn cidr(&mut self, value: &Value<'a>) -> Option<IpCidr> {
        let text = self.string(value)?;
        let Some((address, prefix)) = text.split_once('/') else {
            let usual = match text.parse::<IpAddr>() {
                Ok(IpAddr::V6(_)) => format!("{text}/64"),
                Ok(IpAddr::V4(_)) => format!("{text}/24"),
                Err(_) => "10.0.0.1/24".to_owned(),
            };
            let message = format!("{} has no prefix length: write something like \"{usual}\"", quoted(&text));
            return self.refuse(value, message);
        };
        let Ok(address) = address.parse::<IpAddr>() else {
            let message = format!(
                "{} is no IP address: write something like \"10.0.0.1/24\" or \"fd00::1/64\"",
                quoted(&text)
            );
            return self.refuse(value, message);
        };
        let max = if address.is_ipv4() { 32 } else { 128 };
        let digits = !prefix.is_empty() && prefix.bytes().all(|digit| digit.is_ascii_digit());
        match prefix.parse::<u8>() {
            Ok(prefix) if digits && (1..=max).contains(&prefix) => Some(IpCidr::new(address.into(), prefix)),
            _ => self.refuse(
                value,
                format!("{} is no prefix length: it goes from 1 to {max} for this address", quoted(prefix)),
            ),
        }
    }

    fn mac(&mut self, value: &Value<'a>) -> Option<EthernetAddress> {
        let text = self.string(value)?;
        match text.parse() {
            Ok(mac) => Some(mac),
            Err(_) => self.refuse(
                value,
                format!("{} is no MAC address: write something like \"02:00:00:00:00:01\"", quoted(&text)),
            ),
        }
    }
}

/// Where a number has fewer bits than the one that was read, the bounds will refuse its largest value all the same.
fn saturated(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The known word that somebody probably meant.
fn nearest<'w>(written: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    // Enough for people; a hostile document with thousands of ids and typing errors must not cost minutes.
    const COMPARED_CHARS_MAX: usize = 64;
    const COMPARED_WORDS_MAX: usize = 500;
    if written.is_empty() || written.chars().count() > COMPARED_CHARS_MAX {
        return None;
    }
    let written = written.to_lowercase();
    known
        .take(COMPARED_WORDS_MAX)
        .map(|word| (strsim::damerau_levenshtein(&written, &word.to_lowercase()), word))
        .filter(|(distance, word)| {
            *distance <= 1 + word.chars().count() / 4 && *distance < written.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}
