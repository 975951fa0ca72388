//! Text → scenario. Every reader returns a value or notes a fault and goes on, so that one pass finds all of them.

mod changes;
mod finder;
pub(crate) mod item;
mod links;
mod nodes;
mod ports;
mod runs;
mod values;

pub use finder::locate;

use crate::bounds::{self, DOCUMENT_BYTES_MAX, FAULTS_MAX};
use crate::check::{self, Unusable};
use crate::defaults;
use crate::fault::{Fault, Level, Place};
use crate::json::Value;
use crate::{Scenario, VERSION};
use finder::Finder;
use netlab::topology::{NodeId, NodeKind};
use std::collections::BTreeMap;

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
    pub const SWITCH: &[&str] = &["id", "name", "kind", "at", "ageing", "stp", "snooping"];
    pub const STP: &[&str] = &["priority", "hello", "max_age", "forward_delay"];
    pub const ROUTER: &[&str] = &["id", "name", "kind", "at", "routes", "rip", "nat", "filter"];
    pub const ROUTE: &[&str] = &["to", "via", "metric"];
    pub const RIP: &[&str] = &["split_horizon", "triggered", "update", "timeout", "garbage"];
    pub const NAT: &[&str] = &["forwards"];
    pub const FORWARD: &[&str] = &["tcp", "udp", "to", "port"];
    pub const FILTER: &[&str] = &["rules", "otherwise"];
    pub const RULE: &[&str] = &["allow", "deny", "reject", "from", "to", "ports", "in"];
    pub const TCP: &[&str] = &["congestion", "rx_buffer", "tx_buffer", "timeout"];
    pub const LINK: &[&str] = &["ends", "preset", "delay", "rate", "queue", "impair", "ports"];
    pub const QUEUE: &[&str] = &["size", "red", "codel"];
    pub const RED: &[&str] = &["min", "max", "probability", "weight"];
    pub const CODEL: &[&str] = &["target", "interval"];
    pub const IMPAIRMENT: &[&str] = &[
        "loss",
        "max_size",
        "correlation",
        "frame_size",
        "trailing",
        "silence",
        "down",
        "outage",
        "burst",
        "every",
        "frame",
        "duplicate",
        "corrupt",
        "jitter",
        "distribution",
        "overtakes",
        "reorder",
        "gap",
        "from",
    ];
    pub const SILENCE: &[&str] = &["after", "for"];
    pub const OUTAGE: &[&str] = &["at", "for", "every"];
    pub const BURST: &[&str] = &["to_bad", "to_good", "loss", "good_loss"];
    pub const SWITCH_PORT: &[&str] = &["up", "mtu", "vlan", "trunk", "native", "edge", "cost", "priority"];
    pub const ROUTER_PORT: &[&str] =
        &["up", "mac", "addresses", "vlans", "mtu", "outside", "advertise", "rip"];
    pub const RUN: &[&str] =
        &["at", "ping", "echo", "iperf", "connect", "traceroute", "pathmtu", "multicast"];
    pub const PING: &[&str] =
        &["from", "to", "ip", "count", "interval", "size", "timeout", "ttl", "fragment"];
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
    pub const TRACEROUTE: &[&str] = &["from", "to", "ip", "icmp", "hops", "tries", "timeout"];
    pub const PATHMTU: &[&str] = &["from", "to", "ip", "timeout"];
    pub const MULTICAST: &[&str] = &["from", "group", "receivers", "count", "interval", "text", "port"];
    pub const CHANGE: &[&str] = &["at", "link", "port", "node", "set", "clear", "cable", "stop"];
    pub const CHANGED_LINK: &[&str] = &["ends", "which", "preset", "delay", "rate", "queue", "impair"];
    pub const CHANGED_PORT: &[&str] = &[
        "ends",
        "which",
        "of",
        "up",
        "mtu",
        "vlan",
        "trunk",
        "native",
        "edge",
        "cost",
        "priority",
        "mac",
        "addresses",
        "vlans",
        "outside",
        "advertise",
        "rip",
    ];
    pub const CHANGED_SWITCH_PORT: &[&str] =
        &["ends", "which", "of", "up", "mtu", "vlan", "trunk", "native", "edge", "cost", "priority"];
    pub const CHANGED_ROUTER_PORT: &[&str] =
        &["ends", "which", "of", "up", "mac", "addresses", "vlans", "mtu", "outside", "advertise", "rip"];
    pub const CHANGED_NODE: &[&str] =
        &["node", "ageing", "stp", "snooping", "routes", "rip", "nat", "filter"];
    pub const CHANGED_SWITCH: &[&str] = &["node", "ageing", "stp", "snooping"];
    pub const CHANGED_ROUTER: &[&str] = &["node", "routes", "rip", "nat", "filter"];
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
    let mut reader = Reader::new(text);
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
    /// Of each node, by its number in the whole network.
    sorts: Vec<Sort>,
    pending: Vec<nodes::Pending<'a>>,
    /// What changes have repeated so far: up to [`bounds::REPEATED_MAX`].
    repeated: usize,
    unusable: Unusable,
}

/// What kind of node one is, as far as it could be read.
#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Host,
    Hub,
    Switch,
    Router,
    Unknown,
}

impl Sort {
    fn of(kind: &NodeKind) -> Self {
        match kind {
            NodeKind::Host(_) => Self::Host,
            NodeKind::Hub => Self::Hub,
            NodeKind::Switch(_) => Self::Switch,
            NodeKind::Router(_) => Self::Router,
        }
    }
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
    fn new(text: &'a str) -> Self {
        Self {
            text,
            errors: Vec::new(),
            ids: BTreeMap::new(),
            sorts: Vec::new(),
            pending: Vec::new(),
            repeated: 0,
            unusable: Unusable::default(),
        }
    }

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
        let ports = self.pending_ports(&scenario.neighbors());
        nodes::settle(&mut scenario, &ports);
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
}

#[cfg(test)]
mod tests;
