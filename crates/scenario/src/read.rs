//! Text → scenario. Every reader returns a value or notes a fault and goes on, so that one pass finds all of them.

mod changes;
mod chapters;
mod commands;
mod fields;
mod finder;
pub(crate) mod item;
mod links;
mod nodes;
mod ports;
mod runs;
#[cfg(feature = "services")]
pub(crate) mod service_settings;
mod services;
mod values;

pub use finder::locate;
pub use values::nearest;

use crate::bounds::{self, DOCUMENT_BYTES_MAX, FAULTS_MAX};
use crate::check::{self, Unusable};
use crate::commands::Entries;
use crate::defaults;
use crate::fault::{Fault, Level, Place};
use crate::json::Value;
use crate::{Icon, Scenario, VERSION};
use finder::Finder;
use netlab::topology::{NodeId, NodeKind};
use texts::t;
use wire::sorted::{SortedMap, sort_by_key};

/// The result of reading a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The scenario, unless there is an error.
    pub scenario: Option<Scenario>,
    /// What an editor can go on with: the scenario, if its text has no error, and its network has errors but can be drawn.
    pub draft: Option<Scenario>,
    /// Errors and warnings, in the order of the text.
    pub faults: Vec<Fault>,
}

pub(crate) fn read(text: &str) -> Reading {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let refused = |fault| Reading { scenario: None, draft: None, faults: vec![fault] };
    if text.len() > DOCUMENT_BYTES_MAX {
        let message = t!("the document has {} bytes: at most {DOCUMENT_BYTES_MAX} are read", text.len());
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
            fault.place = fault.place.moved("runs", |written| reader.entries.place(written));
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

/// At most [`FAULTS_MAX`] faults, in the order of the text, and one more that says that there are others.
fn capped(mut faults: Vec<Fault>) -> Vec<Fault> {
    sort_by_key(&mut faults, |fault| fault.position);
    if faults.len() > FAULTS_MAX {
        faults.truncate(FAULTS_MAX);
        let message = t!("there is more than these {FAULTS_MAX}: put them right first");
        faults.push(Fault::new(faults[0].level, Place::default(), message));
    }
    faults
}

struct Reader<'a> {
    text: &'a str,
    errors: Vec<Fault>,
    ids: SortedMap<String, NodeId>,
    /// The kind of each node, by its number in the whole network.
    sorts: Vec<Sort>,
    icons: SortedMap<String, Icon>,
    pending: Vec<nodes::Pending<'a>>,
    /// The settings that changes have repeated up to now: at most [`bounds::REPEATED_MAX`].
    repeated: usize,
    unusable: Unusable,
    /// What each entry of the list of runs is.
    entries: Entries,
}

/// The kind of a node, as far as it could be read.
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
            ids: SortedMap::new(),
            sorts: Vec::new(),
            icons: SortedMap::new(),
            pending: Vec::new(),
            repeated: 0,
            unusable: Unusable::default(),
            entries: Entries::default(),
        }
    }

    fn document(&mut self, value: &Value<'a>) -> Option<Scenario> {
        let document = self.object(value, t!("the document"), fields::DOCUMENT)?;
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
        let runs = self.list_of(&document, "runs", bounds::RUNS_MAX);
        self.entries = Entries::new(runs.iter().map(commands::is_command));
        let changes = self.list_of(&document, "changes", bounds::CHANGES_MAX);
        scenario.changes = self.changes(&scenario, &changes);
        let ports = self.pending_ports(&scenario.neighbors());
        nodes::settle(&mut scenario, &ports);
        // Runs may go to what is added.
        let whole = scenario.whole();
        let Entries { runs: of_runs, commands } = self.entries.clone();
        let run = |(number, place): (usize, &usize)| self.run(&whole, number, &runs[*place]);
        let of_runs: Vec<_> = of_runs.iter().enumerate().map(run).collect();
        let command = |(number, place): (usize, &usize)| self.command(number, &runs[*place]);
        let of_commands: Vec<_> = commands.iter().enumerate().map(command).collect();
        let chapters = self.list_of(&document, "chapters", bounds::CHAPTERS_MAX);
        let chapters = self.chapters(&whole, &chapters);
        (scenario.runs, scenario.commands, scenario.chapters) = (of_runs, of_commands, chapters);
        scenario.icons = std::mem::take(&mut self.icons);
        Some(scenario)
    }

    fn version(&mut self, document: &Object<'a>) -> Option<()> {
        let Some(value) = document.get("packetarium") else {
            let message = t!("\"packetarium\": {VERSION} is missing: every document begins with it");
            return self.refuse(&document.value, message);
        };
        match self.whole(value)? {
            VERSION => Some(()),
            newer if newer > VERSION => self.refuse(
                value,
                t!(
                    "made by a newer Packetarium (format {newer}): this one reads up to {VERSION}; reload the page or \
                     update the program"
                ),
            ),
            other => self.refuse(value, t!("there is no format {other}: write {VERSION}")),
        }
    }
}

#[cfg(test)]
mod tests;
