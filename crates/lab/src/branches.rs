//! Branches: what a person does in the past begins another branch there, and the old one can be returned to.
//!
//! A branch is a document: the network at the start, the runs, and what was done by hand with its moments. The world that is
//! made of it does the same again, to the last bit, so going back to a branch is running it again to where it was left, and
//! nothing has to be kept but the document. A new branch is the document without what was done by hand later, and with what
//! is done now.

use crate::Lab;
use crate::command::Refusal;
use crate::compare::Comparison;
use crate::console::device::Asked;
use crate::deed::Deed;
use netlab::{Duration, Instant};
use scenario::Change;
use scenario::Scenario;
use std::rc::Rc;
use texts::t;
use wire::sorted::sort_by_key;

/// The branches of a scenario: the one that is shown, and those that were left.
#[derive(Default)]
pub struct Branches {
    /// The branches that were left.
    left: Vec<Branch>,
    /// The one that is shown.
    name: Rc<str>,
    number: u32,
    forked_at: Option<Instant>,
    /// How many branches were made so far.
    made: u32,
    /// The runs that the document had when it was opened: those after them were started by hand.
    pub(super) planned_runs: usize,
    /// How many commands the document planned; those behind them were typed by hand.
    pub(super) planned_commands: usize,
    pub(super) planned_changes: Vec<(Instant, Change)>,
    /// The document of the world's beginning, and what was changed while it ran: as the editor does it, the document then
    /// says that the network was like this from the start.
    pub(super) origin: Option<Rc<Scenario>>,
    pub(super) journal: Vec<(Instant, Change)>,
}

/// A branch that was left.
#[derive(Clone)]
pub struct Branch {
    /// Its number; 0 is the branch that the scenario began with.
    pub number: u32,
    /// Its name: what was done when it parted.
    pub name: Rc<str>,
    /// When it parted from the one before it.
    pub forked_at: Option<Instant>,
    /// Where the playhead was.
    pub at: Instant,
    /// How far it had run, and the hash of what had happened.
    pub edge: (Instant, u64),
    /// What happened, as a document.
    pub scenario: Scenario,
    /// What was typed at the consoles of switches and routers.
    asked: Vec<Asked>,
}

/// A branch in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchLine {
    /// Its number.
    pub number: u32,
    /// Its name: what was done when it parted.
    pub name: Rc<str>,
    /// When it parted from the one before it.
    pub forked_at: Option<Instant>,
    /// It is shown now.
    pub current: bool,
    /// It is compared with the one that is shown.
    pub compared: bool,
}

impl Branches {
    /// For a document that was opened, or that starts again.
    pub(super) fn opened(scenario: &Scenario) -> Self {
        Self {
            name: t!("As it was").into(),
            planned_runs: scenario.runs.len(),
            planned_commands: scenario.commands.len(),
            planned_changes: scenario.changes.clone(),
            origin: Some(Rc::new(scenario.clone())),
            ..Self::default()
        }
    }

    /// The same branches, while the one that is shown starts again with this document.
    pub(super) fn begun_again(mut self, scenario: &Scenario) -> Self {
        self.origin = Some(Rc::new(scenario.clone()));
        self.journal.clear();
        self
    }

    /// The name of the one that is shown.
    pub fn name(&self) -> Rc<str> {
        self.name.clone()
    }

    /// The branch of this number, if it was left.
    pub fn left(&self, number: u32) -> Option<&Branch> {
        self.left.iter().find(|branch| branch.number == number)
    }

    /// All branches, in the order in which they were made; `compared` is compared with the one that is shown.
    pub fn lines(&self, compared: Option<u32>) -> Vec<BranchLine> {
        let line = |branch: &Branch| BranchLine {
            number: branch.number,
            name: branch.name.clone(),
            forked_at: branch.forked_at,
            current: false,
            compared: compared == Some(branch.number),
        };
        let mut lines: Vec<_> = self.left.iter().map(line).collect();
        lines.push(BranchLine {
            number: self.number,
            name: self.name.clone(),
            forked_at: self.forked_at,
            current: true,
            compared: false,
        });
        sort_by_key(&mut lines, |line| line.number);
        lines
    }
}

/// The first moment at which something can be done after this one was seen.
pub(crate) fn after(at: Instant) -> Instant {
    at + Duration::from_nanos(1)
}

impl Lab {
    /// The branches of this scenario.
    pub fn branches(&self) -> &Branches {
        &self.branches
    }

    /// The id of the first command that is typed or planned: before it come the programs that begin with nodes. Services that are set
    /// while the network runs have ids of their own.
    pub(crate) fn first_command(&self) -> u32 {
        self.branches.origin.as_deref().unwrap_or(&self.scenario).services()
    }

    /// Everything that has happened, as a document: what was changed by hand is changed in it at its moment.
    pub fn happened(&self) -> Scenario {
        let mut happened = self.scenario.clone();
        if self.branches.journal.is_empty() {
            return happened;
        }
        let Some(origin) = &self.branches.origin else { return happened };
        // While it runs a network only grows: what it began with is in front.
        let (nodes, links) = (origin.topology.nodes.len(), origin.topology.links.len());
        happened.topology.nodes.truncate(nodes);
        happened.ids.truncate(nodes);
        happened.at.truncate(nodes);
        happened.topology.links.truncate(links);
        happened.topology.links.clone_from(&origin.topology.links);
        for (node, origin) in happened.topology.nodes.iter_mut().zip(&origin.topology.nodes) {
            node.kind.clone_from(&origin.kind);
        }
        for (at, change) in &self.branches.journal {
            happened = happened.with_change(*at, change.clone());
        }
        happened
    }

    /// The document without what was done by hand since its world began.
    pub fn planned(&self) -> Scenario {
        let mut planned = self.happened();
        planned.runs.truncate(self.branches.planned_runs);
        planned.commands.truncate(self.branches.planned_commands);
        planned.changes.clone_from(&self.branches.planned_changes);
        planned
    }

    /// The same without what was done by hand after this moment.
    fn happened_until(&self, at: Instant) -> Scenario {
        let mut then = self.happened();
        let by_hand = then.runs.split_off(self.branches.planned_runs.min(then.runs.len()));
        then.runs.extend(by_hand.into_iter().filter(|(start, _)| *start <= at));
        let by_hand = then.commands.split_off(self.branches.planned_commands.min(then.commands.len()));
        then.commands.extend(by_hand.into_iter().filter(|(start, _)| *start <= at));
        then.changes.retain(|change| change.0 <= at || self.branches.planned_changes.contains(change));
        then
    }

    /// Makes a branch that begins at the playhead.
    pub(super) fn fork(&mut self, deeds: Vec<Deed>, name: String) -> Result<(), Refusal> {
        let at = self.playhead.at();
        self.fork_at(at, after(at), deeds, name)
    }

    /// Makes a branch that is the same until `at`, and in which these deeds are done at the moment `then`, no earlier than `at`.
    pub(super) fn fork_at(
        &mut self,
        at: Instant,
        then: Instant,
        deeds: Vec<Deed>,
        name: String,
    ) -> Result<(), Refusal> {
        let mut next = self.happened_until(at);
        for deed in deeds {
            next = deed.recorded_in(next, then);
        }
        // A run or change that is planned for later may need a node or link that is gone.
        if !self.parts.is_sound(&next) {
            return Err(Refusal::Branch);
        }
        let number = self.branches.made + 1;
        let mut asked = self.asked.clone();
        asked.retain(|asked| asked.at <= at);
        self.switch(next, Some(at), number, name.into(), Some(at));
        self.branches.made = number;
        self.asked = asked;
        self.play();
        Ok(())
    }

    /// Returns to a branch, and to the moment at which it was left.
    pub(super) fn return_to(&mut self, number: u32) {
        let Some(place) = self.branches.left.iter().position(|branch| branch.number == number) else {
            return;
        };
        let branch = self.branches.left.remove(place);
        self.switch(branch.scenario, branch.forked_at, branch.number, branch.name, Some(branch.at));
        self.asked = branch.asked;
        // It ran further than to where it was looked at, and does so again.
        self.run_to = Some(branch.edge.0);
        self.playing = false;
    }

    /// Leaves this branch and goes on with another one, which is run to where it is looked at.
    fn switch(
        &mut self,
        scenario: Scenario,
        forked_at: Option<Instant>,
        number: u32,
        name: Rc<str>,
        at: Option<Instant>,
    ) {
        let left_number = self.branches.number;
        let left = Branch {
            number: left_number,
            name: self.branches.name.clone(),
            forked_at: self.branches.forked_at,
            at: self.playhead.at(),
            edge: (self.world.now(), self.world.history().hash()),
            scenario: self.happened(),
            asked: std::mem::take(&mut self.asked),
        };
        let mut branches = std::mem::take(&mut self.branches);
        branches.left.push(left);
        branches.origin = Some(Rc::new(scenario.clone()));
        branches.journal.clear();
        (branches.number, branches.name, branches.forked_at) = (number, name, forked_at);
        let (selection, opened, touched) = (self.selection, self.sketch.opened, self.touched);
        let comparison = self.comparison.take();
        self.begin(scenario, opened);
        self.branches = branches;
        self.selection = selection;
        self.touched = touched;
        self.comparison = match comparison {
            // The branch that was compared is shown now: it is compared with the one that was left.
            Some(comparison) if comparison.number == number => {
                self.parts.instruments.and_then(|part| (part.compare)(self, left_number))
            }
            comparison => comparison.map(Comparison::begun_again),
        };
        if let Some(at) = at {
            self.catch_up_to(at);
        }
        self.forget_what_is_gone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::command::{Act, Clock, Command, Editor, Look};
    use crate::edit::Edit;
    use crate::travel::Travel;
    use netlab::run::{Ping, RunKind, RunSpec, Target};
    use netlab::topology::{LinkId, NodeId, NodeKind};

    fn quiet(lab: &mut Lab, now_ms: &mut f64) -> u64 {
        for _ in 0..400_000 {
            *now_ms += 16.7;
            lab.tick(*now_ms, true, &mut || true);
            if lab.state() == State::Quiet {
                return lab.world.history().hash();
            }
        }
        panic!("it never became quiet")
    }

    fn at(lab: &mut Lab, ms: u64, now_ms: &mut f64) {
        lab.perform(Clock::Travel(Travel::To(Instant::ZERO + Duration::from_millis(ms)))).unwrap();
        *now_ms += 16.7;
        lab.tick(*now_ms, true, &mut || true);
    }

    fn ping() -> Command {
        let kind = RunKind::Ping(Ping { count: 2, ..Ping::default() });
        Act::Start(Box::new(RunSpec { from: NodeId(2), to: Target::Node(NodeId(0), None), kind })).into()
    }

    #[test]
    fn acting_in_the_past_goes_on_in_a_branch_and_the_old_one_comes_back_as_it_was() {
        let mut lab = Lab::new(crate::samples::numbered(0));
        let mut now_ms = 0.0;
        let before = quiet(&mut lab, &mut now_ms);
        at(&mut lab, 1_500, &mut now_ms);
        assert!(lab.is_rewound());
        lab.perform(ping()).unwrap();
        let branch = quiet(&mut lab, &mut now_ms);
        assert_ne!(branch, before);
        assert_eq!(lab.world.history().runs().len(), 4);
        // What happened before it is the same.
        let fork = Instant::ZERO + Duration::from_millis(1_500);
        let mut old = crate::samples::numbered(0).world(netlab::history::Limits::default()).unwrap();
        old.run_until(fork, || true);
        let mut new = lab.happened().world(netlab::history::Limits::default()).unwrap();
        new.run_until(fork, || true);
        assert_eq!(new.history().hash(), old.history().hash());

        lab.perform(Look::Branch(0)).unwrap();
        assert_eq!(quiet_or_paused(&mut lab, &mut now_ms), before, "to where it had run");
        assert_eq!((lab.playhead.at(), lab.state()), (fork, State::Paused));
        assert_eq!(lab.branches().lines(None).len(), 2);
        lab.perform(Look::Branch(1)).unwrap();
        assert_eq!(quiet_or_paused(&mut lab, &mut now_ms), branch);
    }

    fn quiet_or_paused(lab: &mut Lab, now_ms: &mut f64) -> u64 {
        for _ in 0..1_000 {
            *now_ms += 16.7;
            lab.tick(*now_ms, true, &mut || true);
        }
        lab.world.history().hash()
    }

    #[test]
    fn a_cable_pulled_in_the_past_is_in_the_document_of_the_branch_and_its_link_gives_the_same_history() {
        let mut lab = Lab::new(crate::samples::numbered(0));
        let mut now_ms = 0.0;
        quiet(&mut lab, &mut now_ms);
        at(&mut lab, 500, &mut now_ms);
        lab.perform(Editor::Edit(Box::new(Edit::Plug(LinkId(0), false)))).unwrap();
        let hash = quiet(&mut lab, &mut now_ms);
        let fork = Instant::ZERO + Duration::from_millis(500);
        assert!(
            matches!(lab.scenario().changes[..], [(at, Change::Link(LinkId(0), _))] if at == after(fork))
        );
        let shared = scenario::link::decode(&scenario::link::encode(lab.scenario())).unwrap();
        assert_eq!(quiet(&mut Lab::new(shared), &mut 0.0), hash);
    }

    #[test]
    fn what_was_done_by_hand_is_not_planned() {
        let opened = crate::samples::numbered(0);
        let mut lab = Lab::new(opened.clone());
        for frame in 0..300 {
            lab.tick(f64::from(frame) * 16.7, true, &mut || true);
        }
        lab.perform(ping()).unwrap();
        lab.perform(Editor::Edit(Box::new(Edit::Plug(LinkId(0), false)))).unwrap();
        assert_ne!(lab.happened(), opened);
        assert_eq!(lab.planned(), opened);
    }

    #[test]
    fn what_was_changed_live_can_be_taken_away_with_its_moments() {
        let mut lab = Lab::new(crate::samples::numbered(0));
        let mut now_ms = 0.0;
        for _ in 0..300 {
            now_ms += 16.7;
            lab.tick(now_ms, true, &mut || true);
        }
        lab.perform(Editor::Edit(Box::new(Edit::Add(crate::edit::Kind::Host, None)))).unwrap();
        lab.perform(Editor::Edit(Box::new(Edit::Connect(NodeId(3), NodeId(1))))).unwrap();
        lab.perform(Editor::Edit(Box::new(Edit::Plug(LinkId(0), false)))).unwrap();
        let kind = RunKind::Ping(Ping { count: 2, ..Ping::default() });
        let spec = RunSpec { from: NodeId(3), to: Target::Node(NodeId(2), None), kind };
        lab.perform(Act::Start(Box::new(spec))).unwrap();
        let hash = quiet(&mut lab, &mut now_ms);
        assert!(lab.scenario().changes.is_empty(), "the document is the network as it is now");
        let happened = lab.happened();
        assert_eq!((happened.ids.len(), happened.changes.len()), (3, 3));
        let shared = scenario::link::decode(&scenario::link::encode(&happened)).unwrap();
        assert_eq!(quiet(&mut Lab::new(shared), &mut 0.0), hash);
    }

    #[test]
    fn what_was_done_by_hand_later_is_not_in_the_branch_but_what_is_planned_is() {
        let mut lab = Lab::new(crate::samples::numbered(0));
        let mut now_ms = 0.0;
        quiet(&mut lab, &mut now_ms);
        lab.perform(ping()).unwrap();
        quiet(&mut lab, &mut now_ms);
        assert_eq!(lab.scenario().runs.len(), 4);
        at(&mut lab, 2_500, &mut now_ms);
        lab.perform(ping()).unwrap();
        let starts: Vec<_> = lab.scenario().runs.iter().map(|(at, _)| at.nanos() / 1_000_000).collect();
        assert_eq!(starts.len(), 4);
        assert_eq!(starts[3], 2_500, "the three planned ones, and this");
    }

    /// A web server, a laptop, and a switch with a free port.
    const OFFICE: &str = r#"{"packetarium": 1, "nodes": [
        {"id": "laptop", "kind": "host", "addresses": ["10.0.0.1/24"]},
        {"id": "server", "kind": "host", "addresses": ["10.0.0.2/24"], "services": {"http": {"pages": {"/": "Hello\n"}}}},
        {"id": "s", "kind": "switch"}],
        "links": [{"ends": ["laptop", "s"]}, {"ends": ["server", "s"]}]}"#;

    /// Plays to this moment, or until the network is quiet.
    fn play(lab: &mut Lab, ms: u64, now_ms: &mut f64) {
        let until = Instant::ZERO + Duration::from_millis(ms);
        while lab.playhead.at() < until && lab.state() != State::Quiet {
            *now_ms += 16.7;
            lab.tick(*now_ms, true, &mut || true);
            assert!(*now_ms < 1e7, "time passes");
        }
    }

    fn type_line(lab: &mut Lab, on: u32, line: &str) {
        let line = line.to_owned();
        lab.perform(Act::Type(crate::command::Typed::Command(NodeId(on), line))).unwrap();
    }

    fn set_services(lab: &mut Lab, node: u32, services: &str) {
        let NodeKind::Host(config) = lab.scenario().topology.nodes[node as usize].kind.clone() else {
            panic!()
        };
        let kind = NodeKind::Host(netlab::topology::HostConfig { services: Some(services.into()), ..config });
        lab.perform(Editor::Edit(Box::new(Edit::SetNode(NodeId(node), kind)))).unwrap();
    }

    #[test]
    fn services_are_switched_in_the_running_network_and_stand_in_the_journal() {
        let mut lab = Lab::new(Scenario::parse(OFFICE).unwrap());
        let mut now_ms = 0.0;
        type_line(&mut lab, 0, "ping -c 2 10.0.0.2");
        play(&mut lab, 3_000, &mut now_ms);
        let before = lab.world.history().transits().len();
        set_services(&mut lab, 1, r#"{"http":{"pages":{"/":"Hello\n"}},"echo":true}"#);
        assert_eq!(lab.world.history().transits().len(), before, "the network goes on");
        play(&mut lab, 3_500, &mut now_ms);
        type_line(&mut lab, 0, "nc 10.0.0.2 7");
        play(&mut lab, 4_000, &mut now_ms);
        let (program, line) = lab.screen(NodeId(0)).running.expect("nc runs");
        assert_eq!(line, "nc 10.0.0.2 7");
        let typed = crate::command::Typed::Key(program, scenario::Key::Line("hello".into()));
        lab.perform(Act::Type(typed)).unwrap();
        play(&mut lab, 5_000, &mut now_ms);
        let shown: String = lab.screen(NodeId(0)).pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert!(shown.ends_with("hello\nhello\n"), "{shown}");
        assert!(lab.screen(NodeId(1)).pieces.is_empty(), "a service is not typed");
        let happened = lab.happened();
        assert!(matches!(happened.changes[..], [(_, Change::Set(NodeId(1), _)), (_, Change::Key(..))]));
        let shared = scenario::link::decode(&scenario::link::encode(&happened)).unwrap();
        let mut again = shared.world(netlab::history::Limits::default()).unwrap();
        again.run_until(lab.world.now(), || true);
        assert_eq!(again.history().hash(), lab.world.history().hash());
    }

    #[test]
    fn a_host_that_joins_by_dhcp_joins_the_running_network() {
        let mut lab = Lab::new(Scenario::parse(OFFICE).unwrap());
        let mut now_ms = 0.0;
        type_line(&mut lab, 0, "ping -c 1 10.0.0.2");
        play(&mut lab, 2_000, &mut now_ms);
        set_services(&mut lab, 1, r#"{"dhcp":{"pool":"10.0.0.100-10.0.0.109"}}"#);
        let mut next = lab.scenario().clone();
        let config = netlab::topology::HostConfig { dhcp: true, ..Default::default() };
        let node = netlab::topology::Node { name: "phone".into(), kind: NodeKind::Host(config) };
        let phone = next.add_node("phone".into(), node, None);
        next.add_link(netlab::topology::Link::new(
            [phone, NodeId(2)],
            [scenario::defaults::way(), scenario::defaults::way()],
        ));
        lab.perform(Editor::Edit(Box::new(Edit::Replace(Box::new(next))))).unwrap();
        play(&mut lab, 12_000, &mut now_ms);
        type_line(&mut lab, 0, "ping -c 1 10.0.0.100");
        play(&mut lab, 14_000, &mut now_ms);
        let shown: String = lab.screen(NodeId(0)).pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert!(shown.matches("1 received").count() == 2, "{shown}");
        let shared = scenario::link::decode(&scenario::link::encode(&lab.happened())).unwrap();
        let mut again = shared.world(netlab::history::Limits::default()).unwrap();
        again.run_until(lab.world.now(), || true);
        assert_eq!(again.history().hash(), lab.world.history().hash());
    }
}
