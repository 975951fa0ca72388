//! What a lesson lets a learner edit, and what was edited all the same.
//!
//! Both the page, after each edit, and grading ask [`altered`]: the page undoes an edit that it names, grading refuses what was handed in.

use crate::bounds::LISTED_MAX;
use crate::lesson::Lesson;
use crate::read::{Object, Reader};
use netlab::Instant;
use netlab::topology::{LinkId, NodeId, NodeKind};
use scenario::json::{FIELDS_MAX, Shape, Value};
use scenario::quantity::show_time;
use scenario::{Change, Scenario};
use texts::t;

/// What may be edited.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Editable {
    /// Everything: what was hidden or added may be removed, too.
    pub all: bool,
    /// The settings of these nodes and their ports.
    pub nodes: Vec<NodeId>,
    /// Of these nodes, only these settings, as documents call them; `ports` are those of their ports.
    pub fields: Vec<(NodeId, String)>,
    /// The settings of these links, and whether they are plugged in.
    pub links: Vec<LinkId>,
    /// Nodes and links may be added.
    pub add: bool,
}

/// Something that a person wants to edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit<'e> {
    /// Any setting of a node.
    Node(NodeId),
    /// One setting of a node, as documents call it: `gateway`; `ports` for those of its ports.
    Field(NodeId, &'e str),
    /// A link.
    Link(LinkId),
    /// Adding a node or link.
    Add,
    /// Removing a node or link of the lesson.
    Remove,
}

impl Editable {
    /// Whether this may be edited.
    pub fn allows(&self, edit: Edit<'_>) -> bool {
        self.all
            || match edit {
                Edit::Node(node) => self.nodes.contains(&node),
                Edit::Field(node, name) => {
                    self.nodes.contains(&node) || self.of_node(node).any(|field| field == name)
                }
                Edit::Link(link) => self.links.contains(&link),
                Edit::Add => self.add,
                Edit::Remove => false,
            }
    }

    /// The settings of a node that may be edited although not all of them may.
    pub fn of_node(&self, node: NodeId) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(of, _)| *of == node).map(|(_, name)| name.as_str())
    }
}

impl Lesson {
    /// What may be edited in any of the first steps, this many.
    pub fn editable(&self, steps: usize) -> Editable {
        let mut all = Editable::default();
        for step in self.steps.iter().take(steps) {
            all.all |= step.edit.all;
            all.add |= step.edit.add;
            all.nodes.extend(&step.edit.nodes);
            all.fields.extend_from_slice(&step.edit.fields);
            all.links.extend(&step.edit.links);
        }
        all
    }
}

/// The settings that a kind of node can have.
fn fields_of(kind: &NodeKind) -> &'static [&'static str] {
    match kind {
        NodeKind::Host(_) => {
            &["addresses", "gateway", "dns", "slaac", "mac", "mtu", "tcp", "services", "ports"]
        }
        NodeKind::Hub => &["ports"],
        NodeKind::Switch(_) => &["mac", "ageing", "stp", "snooping", "ports"],
        NodeKind::Router(_) => &["routes", "rip", "nat", "filter", "services", "ports"],
    }
}

impl<'a> Reader<'a> {
    /// `"all"`, or `{"nodes": ["r1", "laptop.gateway"], "links": [["a", "s1"]], "add": true}`.
    pub(crate) fn editable(&mut self, scenario: &Scenario, value: &Value<'a>) -> Option<Editable> {
        if let Ok(Shape::Text(text)) = value.shape() {
            return match &text[..] {
                "all" => Some(Editable { all: true, ..Editable::default() }),
                _ => {
                    self.refuse(value, t!("write \"all\", or an object with \"nodes\", \"links\" or \"add\""))
                }
            };
        }
        let object = self.object(value, t!("what may be edited"), &["nodes", "links", "add"])?;
        let mut editable = Editable {
            links: self.links_of(scenario, &object),
            add: self.flag(&object, "add"),
            ..Editable::default()
        };
        self.edited_nodes(scenario, &object, &mut editable);
        Some(editable)
    }

    fn edited_nodes(&mut self, scenario: &Scenario, object: &Object<'a>, editable: &mut Editable) {
        for value in self.list_of(object, "nodes", LISTED_MAX) {
            let Ok(Shape::Text(text)) = value.shape() else {
                self.refuse::<()>(&value, t!("this should be a text in double quotes"));
                continue;
            };
            // An id of the document may have a period itself.
            let field = match scenario.node(&text) {
                Some(_) => None,
                None => text.rsplit_once('.').and_then(|(id, name)| Some((scenario.node(id)?, name))),
            };
            let Some((node, name)) = field else {
                editable.nodes.extend(self.node(scenario, &value));
                continue;
            };
            let known = fields_of(&scenario.topology.node(node).kind);
            match known.contains(&name) {
                true => editable.fields.push((node, name.to_owned())),
                false => {
                    let id = scenario.id(node);
                    self.refuse::<()>(
                        &value,
                        t!("{id} has no setting {name}: it can have {}", known.join(", ")),
                    );
                }
            }
        }
    }
}

/// What a document that was played has otherwise than the lesson's, and may not have: in words, a few.
pub fn altered(lesson: &Lesson, played: &Scenario) -> Vec<String> {
    altered_by(lesson, played, lesson.steps.len())
}

/// The same for a learner who has come to a step: what later steps let be edited may not have been edited yet. `steps`: how many there
/// were, the open one included.
pub fn altered_by(lesson: &Lesson, played: &Scenario, steps: usize) -> Vec<String> {
    let editable = lesson.editable(steps);
    // Where everything may be edited, what was hidden may have been taken away.
    let own = if editable.all { &lesson.healthy } else { &lesson.scenario };
    let mut altered = Altered { own, played, editable, found: Vec::new() };
    altered.look();
    altered.found.truncate(10);
    altered.found
}

struct Altered<'l> {
    own: &'l Scenario,
    played: &'l Scenario,
    editable: Editable,
    found: Vec<String>,
}

impl Altered<'_> {
    fn look(&mut self) {
        let (own, played) = (self.own, self.played);
        if played.seed != own.seed {
            self.kept(t!("the seed"));
        }
        let removed: Vec<_> =
            own.ids.iter().filter(|id| !played.ids.contains(id)).map(String::as_str).collect();
        if !removed.is_empty() {
            self.found.push(t!("removed {}, which this lesson needs", removed.join(", ")));
            return;
        }
        if played.ids.get(..own.ids.len()) != Some(&own.ids[..]) {
            self.found.push(t!("put the nodes into another order").to_owned());
            return;
        }
        if !self.editable.all {
            self.look_at_nodes();
            if !self.look_at_links() {
                return;
            }
        }
        if !contains(&played.runs, &own.runs) || !contains(&played.commands, &own.commands) {
            self.found.push(t!("changed or removed runs or commands of the lesson").to_owned());
        }
        if !contains(&played.changes, &own.changes) {
            self.found.push(t!("changed or removed what the lesson has planned").to_owned());
        }
        for (at, change) in played.changes.iter().filter(|change| !own.changes.contains(change)) {
            self.look_at_change(*at, change);
        }
    }

    /// This was changed, and may not be.
    fn kept(&mut self, what: &str) {
        self.found.push(t!("changed {what}, which this lesson keeps as it is"));
    }

    fn look_at_nodes(&mut self) {
        let (own, played) = (self.own, self.played);
        if !self.editable.add && played.ids.len() > own.ids.len() {
            let added = played.ids[own.ids.len()..].join(", ");
            self.found.push(t!("added {added}, where this lesson lets nothing be added"));
        }
        for number in 0..own.ids.len() {
            let node = NodeId(number as u32);
            if own.topology.node(node).kind != played.topology.node(node).kind {
                self.look_at_settings(node, played, None);
            }
        }
    }

    /// The settings of a node of the lesson, in a document that has other ones.
    fn look_at_settings(&mut self, node: NodeId, other: &Scenario, at: Option<Instant>) {
        if self.editable.allows(Edit::Node(node)) {
            return;
        }
        let (id, names) = (self.own.id(node), otherwise(self.own, other, node));
        let kept: Vec<_> =
            names.into_iter().filter(|name| !self.editable.allows(Edit::Field(node, name))).collect();
        let is_partly = self.editable.of_node(node).next().is_some();
        match at {
            _ if kept.is_empty() => {}
            _ if is_partly => self.kept(&t!("{} of {id}", kept.join(", "))),
            Some(at) => self.kept(&t!("{id} at {}", time(at))),
            None => self.kept(id),
        }
    }

    /// Whether there are enough.
    fn look_at_links(&mut self) -> bool {
        let (own, played) = (self.own, self.played);
        if played.topology.links.len() < own.topology.links.len() {
            self.found.push(t!("removed links that this lesson needs").to_owned());
            return false;
        }
        if !self.editable.add && played.topology.links.len() > own.topology.links.len() {
            self.found.push(t!("added links, where this lesson lets nothing be added").to_owned());
        }
        for (number, (before, after)) in own.topology.links.iter().zip(&played.topology.links).enumerate() {
            let may_link = self.editable.allows(Edit::Link(LinkId(number as u32)));
            let [a, b] = before.ends.map(|end| own.id(end));
            let is_other = before.ends != after.ends || before.duplex != after.duplex;
            if is_other || (before.ways != after.ways && !may_link) {
                self.kept(&t!("the link {a}-{b}"));
            }
            for (end, node) in before.ends.iter().enumerate() {
                if before.ports[end] != after.ports[end] && !self.editable.allows(Edit::Field(*node, "ports"))
                {
                    self.kept(&t!("the port of {} at the link {a}-{b}", own.id(*node)));
                }
            }
        }
        true
    }

    /// A change that the lesson has not planned.
    fn look_at_change(&mut self, at: Instant, change: &Change) {
        if self.editable.all {
            return;
        }
        let whole = self.played.whole();
        let (nodes, links) = (self.own.ids.len(), self.own.topology.links.len());
        // What was added may be changed as well.
        let allowed = match change {
            Change::Link(link, _) if link.index() < links => self.editable.allows(Edit::Link(*link)),
            Change::Port(link, end, _) if link.index() < links => {
                let link = whole.topology.links.get(link.index());
                link.is_some_and(|link| self.editable.allows(Edit::Field(link.ends[end.index()], "ports")))
            }
            Change::Set(node, kind) if node.index() < nodes => {
                let mut other = self.own.clone();
                other.topology.nodes[node.index()].kind = kind.clone();
                return self.look_at_settings(*node, &other, Some(at));
            }
            Change::Node { .. }
            | Change::Cable(_)
            | Change::Link(..)
            | Change::Port(..)
            | Change::Set(..) => self.editable.allows(Edit::Add),
            Change::Clear(_) | Change::Stop(_) | Change::Key(..) => true,
        };
        let of_link = |link: &LinkId| {
            let ends = whole.topology.links.get(link.index()).map(|link| link.ends.map(|end| whole.id(end)));
            ends.map_or(String::new(), |[a, b]| format!("{a}-{b}"))
        };
        match change {
            _ if allowed => {}
            Change::Link(link, _) | Change::Port(link, ..) => {
                self.kept(&t!("the link {} at {}", of_link(link), time(at)));
            }
            _ => self
                .found
                .push(t!("added something at {}, where this lesson lets nothing be added", time(at))),
        }
    }
}

fn time(at: Instant) -> String {
    show_time(at.since(Instant::ZERO))
}

/// The settings of a node that two documents have otherwise.
fn otherwise(one: &Scenario, other: &Scenario, node: NodeId) -> Vec<String> {
    let texts = [one, other].map(|scenario| scenario.write_node(node).to_json());
    let [before, after] = texts.each_ref().map(|text| {
        let fields = Value::document(text).ok().and_then(|value| value.fields(FIELDS_MAX).ok());
        let (fields, _) = fields.unwrap_or_default();
        fields.into_iter().map(|(name, value)| (name, value.compact())).collect::<Vec<_>>()
    });
    let names = before.iter().chain(&after).map(|(name, _)| name);
    let value = |fields: &[(String, String)], name: &str| {
        fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone())
    };
    let mut names: Vec<_> =
        names.filter(|name| value(&before, name) != value(&after, name)).cloned().collect();
    names.retain(|name| !["id", "name", "at", "icon"].contains(&name.as_str()));
    wire::sorted::sort_by(&mut names, Ord::cmp);
    names.dedup();
    names
}

/// Whether a list has all of another one, in the same order.
fn contains<T: PartialEq>(all: &[T], wanted: &[T]) -> bool {
    let mut rest = all.iter();
    wanted.iter().all(|wanted| rest.any(|one| one == wanted))
}
