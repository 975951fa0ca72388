//! The lab being edited: what an edit means for the world that runs, and the way back.
//!
//! While nothing has happened yet, any edit makes a fresh world, and costs nothing. Once something has, an edit is taken over
//! by the running world if it can be; if it cannot, it is refused until the person agrees to start again.

use super::{Lab, problems};
use crate::command::{Editor, Refusal};
use crate::deed::{Deed, is_from_the_start};
use crate::director::Story;
use crate::edit::change::{self, Change};
use crate::edit::clip::Clip;
use crate::edit::undo::Undo;
use crate::edit::{Edit, snapped};
use netlab::Instant;
use netlab::topology::NodeId;
use netlab::world::Command as WorldCommand;
use scenario::Scenario;
use std::borrow::Cow;
use std::rc::Rc;
use trace::selection::Selection;

/// What the lab has for editing.
#[derive(Default)]
pub struct Editing {
    /// Whether the tools are out.
    pub on: bool,
    /// All nodes that are selected, if they are several or the tools are out.
    pub group: Vec<NodeId>,
    /// It was playing when the tools were taken out.
    pub(super) resume: bool,
    pub(super) undo: Undo,
    pub(super) clip: Option<Clip>,
    /// While nodes are dragged: which, and by how much so far.
    pub(super) dragged: Option<(Vec<NodeId>, (f64, f64))>,
}

impl Lab {
    /// Does a command of the editor. `agreed`: the person knows that it may begin again.
    pub(super) fn edit(&mut self, command: Editor, agreed: bool) -> Result<(), Refusal> {
        match command {
            Editor::Tools(on) => {
                self.editing.group.clear();
                if on && !self.editing.on {
                    self.editing.resume = self.playing;
                    self.pause();
                    self.playhead.finish_glide();
                } else if !on && self.editing.on && self.editing.resume {
                    self.play();
                }
                self.editing.on = on;
            }
            Editor::SelectNodes(nodes) => {
                self.selection = match nodes[..] {
                    [node] => Some(Selection::Node(node)),
                    _ => None,
                };
                self.editing.group = nodes;
            }
            Editor::SelectAll => {
                self.selection = None;
                self.editing.group = self.network.scene().node_ids().collect();
            }
            Editor::Drag(nodes, by) => {
                self.editing.dragged = Some((nodes, by));
                self.place();
            }
            Editor::Copy => self.editing.clip = Clip::of(&self.edited(), &self.selected_nodes()),
            Editor::Paste => {
                if let Some(clip) = self.editing.clip.clone() {
                    return self.apply(Edit::Paste(clip), agreed);
                }
            }
            Editor::Duplicate => {
                if let Some(clip) = Clip::of(&self.edited(), &self.selected_nodes()) {
                    return self.apply(Edit::Paste(clip), agreed);
                }
            }
            Editor::Delete => {
                let links = match self.selection {
                    Some(Selection::Link(link)) => vec![link],
                    _ => Vec::new(),
                };
                let nodes = self.selected_nodes();
                if !(nodes.is_empty() && links.is_empty()) {
                    return self.apply(Edit::Delete(nodes, links), agreed);
                }
            }
            Editor::Edit(edit) => return self.apply(*edit, agreed),
            Editor::Undo => self.undo_or_redo(Undo::back, agreed)?,
            Editor::Redo => self.undo_or_redo(Undo::forth, agreed)?,
        }
        Ok(())
    }

    fn undo_or_redo(
        &mut self,
        go: fn(&mut Undo, &Scenario) -> Option<Scenario>,
        agreed: bool,
    ) -> Result<(), Refusal> {
        let mut undo = self.editing.undo.clone();
        if let Some(next) = go(&mut undo, &self.scenario) {
            self.take_over(next, agreed)?;
            self.editing.undo = undo;
        }
        Ok(())
    }

    fn apply(&mut self, edit: Edit, agreed: bool) -> Result<(), Refusal> {
        self.editing.dragged = None;
        if self.rewound || !is_from_the_start(&self.scenario) {
            return self.apply_then(edit, agreed);
        }
        let (next, selected) = edit.apply(&self.scenario)?;
        let before = self.scenario.clone();
        self.take_over(next, agreed)?;
        if before != self.scenario {
            self.editing.undo.push(&before, &self.scenario);
        }
        if let Some(nodes) = selected {
            self.edit(Editor::SelectNodes(nodes), agreed)?;
        }
        Ok(())
    }

    /// Changes the network as it is at the playhead, from then on: the document says so with its moment. In the past this
    /// is another branch.
    fn apply_then(&mut self, edit: Edit, agreed: bool) -> Result<(), Refusal> {
        let name = edit.name();
        let now = self.edited().into_owned();
        let (next, selected) = edit.clone().apply(&now)?;
        match change::between(&now, &next) {
            Change::Looks => {
                let dressed = self.undress(&next);
                self.dress(dressed);
            }
            Change::Live(commands) if self.is_sound() && problems::is_sound(&next) => {
                let document = self.undress(&next);
                self.do_at_playhead(deeds(commands, &next), document, name)?;
            }
            _ if !agreed && !self.is_pristine() => return Err(Refusal::Restarts),
            _ => {
                // From the beginning, with everything that was ever added there from the start.
                let (next, _) = edit.apply(&self.scenario.at(Instant::MAX))?;
                self.begin_edited(next);
            }
        }
        self.touched = true;
        self.forget_what_is_gone();
        if let Some(nodes) = selected {
            self.edit(Editor::SelectNodes(nodes), agreed)?;
        }
        Ok(())
    }

    /// The document, with everything called and drawn as in `now`, which is the same network at some moment.
    fn undress(&self, now: &Scenario) -> Scenario {
        let mut scenario = self.scenario.clone();
        let start = scenario.ids.len();
        scenario.title.clone_from(&now.title);
        scenario.description.clone_from(&now.description);
        let named = now.ids.iter().zip(&now.at).zip(&now.topology.nodes);
        let mut added = scenario.changes.iter_mut().filter_map(|(_, change)| match change {
            scenario::Change::Node { id, at, node } => Some((id, at, node)),
            _ => None,
        });
        for (number, ((id, at), node)) in named.enumerate() {
            if number < start {
                scenario.ids[number].clone_from(id);
                scenario.at[number] = *at;
                scenario.topology.nodes[number].name.clone_from(&node.name);
            } else if let Some((old_id, old_at, old)) = added.next() {
                old_id.clone_from(id);
                *old_at = *at;
                old.name.clone_from(&node.name);
            }
        }
        scenario
    }

    /// Starts again with another document.
    fn begin_edited(&mut self, next: Scenario) {
        let (opened, selection) = (self.sketch.opened, self.selection);
        self.begin(next, opened);
        self.playing = false;
        self.selection = selection;
    }

    /// Goes on with another document.
    fn take_over(&mut self, next: Scenario, agreed: bool) -> Result<(), Refusal> {
        match change::between(&self.scenario, &next) {
            Change::Looks => self.dress(next),
            Change::Live(commands)
                if is_from_the_start(&next)
                    && !self.is_pristine()
                    && self.is_sound()
                    && problems::is_sound(&next) =>
            {
                self.do_now(deeds(commands, &next), next)?;
            }
            _ if !agreed && !self.is_pristine() => return Err(Refusal::Restarts),
            _ => self.begin_edited(next),
        }
        self.touched = true;
        self.forget_what_is_gone();
        Ok(())
    }

    /// The same world, drawn and called otherwise.
    pub(super) fn dress(&mut self, next: Scenario) {
        self.sketch = Rc::new(crate::view::Sketch::new(&next, self.sketch.opened));
        self.problems = self.parts.problems(&next);
        self.network.update(&next, &self.world);
        if next.chapters != self.scenario.chapters {
            let begins: Vec<_> = next.runs.iter().map(|(at, _)| *at).collect();
            self.story = Story::new(&next.chapters, &begins);
        }
        self.scenario = next;
        self.promise();
        self.revision += 1;
        self.place();
    }

    fn place(&mut self) {
        self.positions = self.scenario.whole().positions();
        self.icons = crate::lab::icons(&self.scenario);
        self.services = crate::lab::services(&self.scenario);
        if let Some((nodes, (dx, dy))) = &self.editing.dragged {
            for node in nodes {
                if let Some(place) = self.positions.get_mut(node.index()) {
                    *place = snapped((place.0 + dx, place.1 + dy));
                }
            }
        }
    }

    pub(super) fn forget_what_is_gone(&mut self) {
        let topology = self.network.whole();
        let is_there = |node: &NodeId| node.index() < topology.nodes.len();
        self.editing.group.retain(is_there);
        self.selection = self.selection.filter(|selection| match selection {
            Selection::Node(node) => is_there(node),
            Selection::Link(link) => link.index() < topology.links.len(),
            Selection::Frame(_) => true,
        });
    }

    /// Whether nothing has happened yet, or nothing can, so that a fresh world loses nothing.
    pub fn is_pristine(&self) -> bool {
        let (history, now) = (self.world.history(), self.world.now());
        let typed = history.programs().iter().skip(self.first_command() as usize);
        let begun = self.world.frontier() > Instant::ZERO
            && history
                .runs()
                .iter()
                .map(|run| run.start)
                .chain(typed.map(|program| program.start))
                .any(|start| start <= now);
        !self.is_sound() || !(begun || history.transits().len() > 0)
    }

    /// Whether the network can run.
    pub fn is_sound(&self) -> bool {
        !self.problems.iter().any(|problem| problem.grave)
    }

    /// The document of the network as it is at the playhead, which is what an edit changes: nodes and links that were added
    /// by then are in its topology.
    pub fn edited(&self) -> Cow<'_, Scenario> {
        if self.rewound {
            Cow::Owned(self.happened().at(self.playhead.at()))
        } else if is_from_the_start(&self.scenario) {
            Cow::Borrowed(&self.scenario)
        } else {
            Cow::Owned(self.scenario.at(self.world.now()))
        }
    }

    /// The nodes that an edit is about.
    pub fn selected_nodes(&self) -> Vec<NodeId> {
        match self.selection {
            Some(Selection::Node(node)) if self.editing.group.is_empty() => vec![node],
            _ => self.editing.group.clone(),
        }
    }

    /// The nodes that an arrow key moves: those selected, if the tools are out.
    pub fn held(&self) -> Option<Vec<NodeId>> {
        Some(self.selected_nodes()).filter(|nodes| self.editing.on && !nodes.is_empty())
    }

    /// What the editor has.
    pub fn editing(&self) -> &Editing {
        &self.editing
    }

    /// Whether there is something to undo, and to do again.
    pub fn can_undo(&self) -> (bool, bool) {
        self.editing.undo.possible()
    }
}

/// What is done to a world, as a document says it.
fn deeds(commands: Vec<WorldCommand>, next: &Scenario) -> Vec<Deed> {
    let added = commands.iter().filter(|command| matches!(command, WorldCommand::AddNode(_))).count();
    let mut number = next.ids.len() - added;
    let change = |command| {
        Some(match command {
            WorldCommand::SetLink(link, ways) => scenario::Change::Link(link, ways),
            WorldCommand::AddNode(node) => {
                number += 1;
                let (id, at) = (next.ids[number - 1].clone(), next.at[number - 1]);
                scenario::Change::Node { id, at, node }
            }
            WorldCommand::AddLink(link) => scenario::Change::Cable(link),
            WorldCommand::SetPort(link, end, port) => scenario::Change::Port(link, end, port),
            WorldCommand::SetNode(node, kind) => scenario::Change::Set(node, kind),
            WorldCommand::Clear(node) => scenario::Change::Clear(node),
            WorldCommand::Stop(run) => scenario::Change::Stop(run),
            // Runs and programs have their own place in a document.
            WorldCommand::Start(_) | WorldCommand::Launch { .. } => return None,
            WorldCommand::Type(program, line) => scenario::Change::Key(program, scenario::Key::Line(line)),
            WorldCommand::EndInput(program) => scenario::Change::Key(program, scenario::Key::End),
            WorldCommand::Interrupt(program) => scenario::Change::Key(program, scenario::Key::Interrupt),
        })
    };
    commands.into_iter().filter_map(change).map(Box::new).map(Deed::Change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::command::{Act, Clock, Command};
    use crate::edit::Kind;
    use netlab::run::{Ping, RunKind, RunSpec, Target};
    use netlab::topology::LinkId;
    use proptest::prelude::*;

    fn lab() -> Lab {
        Lab::new(crate::samples::numbered(0))
    }

    fn play(lab: &mut Lab, now_ms: &mut f64, frames: u32) {
        for _ in 0..frames {
            *now_ms += 16.0;
            lab.tick(*now_ms, true, &mut || true);
        }
    }

    fn edit(lab: &mut Lab, edit: Edit) -> Result<(), Refusal> {
        lab.perform(Editor::Edit(Box::new(edit)))
    }

    #[test]
    fn before_anything_has_happened_every_edit_is_free() {
        let mut lab = lab();
        edit(&mut lab, Edit::Delete(vec![NodeId(0)], Vec::new())).unwrap();
        assert_eq!((lab.scenario().ids.len(), lab.state()), (2, State::Paused));
        lab.perform(Editor::Undo).unwrap();
        assert_eq!(lab.scenario(), &crate::samples::numbered(0));
    }

    #[test]
    fn once_something_has_happened_an_edit_that_begins_again_has_to_be_agreed_to() {
        let mut lab = lab();
        play(&mut lab, &mut 0.0, 200);
        let (before, hash) = (lab.scenario().clone(), lab.world.history().hash());
        let delete = Command::from(Edit::Delete(vec![NodeId(0)], Vec::new()));
        assert_eq!(lab.perform(delete.clone()), Err(Refusal::Restarts));
        assert_eq!((lab.scenario(), lab.world.history().hash()), (&before, hash), "nothing has changed");
        lab.perform(Command::Agreed(Box::new(delete))).unwrap();
        assert_eq!((lab.scenario().ids.len(), lab.world.now()), (2, Instant::ZERO));
        lab.perform(Editor::Undo).unwrap();
        assert_eq!(lab.scenario(), &before);
    }

    #[test]
    fn a_host_and_its_cable_are_added_to_the_running_network_and_answer() {
        let mut lab = lab();
        let mut now_ms = 0.0;
        play(&mut lab, &mut now_ms, 300);
        let (edge, hash) = (lab.world.now(), lab.world.history().hash());
        assert!(edge > Instant::ZERO);
        edit(&mut lab, Edit::Add(Kind::Host, None)).unwrap();
        edit(&mut lab, Edit::Connect(NodeId(3), NodeId(1))).unwrap();
        play(&mut lab, &mut now_ms, 1);
        assert!(lab.world.now() >= edge && !lab.branches.journal.is_empty());
        assert_ne!(lab.world.history().hash(), hash, "it is in the history");
        let spec = RunSpec {
            from: NodeId(3),
            to: Target::Node(NodeId(0), None),
            kind: RunKind::Ping(Ping::default()),
        };
        lab.perform(Act::Start(Box::new(spec))).unwrap();
        for _ in 0..100_000 {
            play(&mut lab, &mut now_ms, 1);
            if lab.state() == State::Quiet {
                break;
            }
        }
        let log = lab.world.history().runs().last().unwrap();
        assert_eq!(log.totals_at(lab.world.now()).received, 4);
    }

    #[test]
    fn a_pulled_cable_loses_frames_until_it_is_put_back() {
        let mut lab = lab();
        let mut now_ms = 0.0;
        play(&mut lab, &mut now_ms, 100);
        edit(&mut lab, Edit::Plug(LinkId(0), false)).unwrap();
        play(&mut lab, &mut now_ms, 1);
        assert!(lab.world.topology().links[0].ways[0].impairments.len() == 1);
        edit(&mut lab, Edit::Plug(LinkId(0), true)).unwrap();
        play(&mut lab, &mut now_ms, 1);
        assert_eq!(lab.world.topology().links, crate::samples::numbered(0).topology.links);
    }

    #[test]
    fn a_network_that_is_wrong_is_drawn_but_does_not_run() {
        let mut lab = lab();
        edit(&mut lab, Edit::Add(Kind::Hub, None)).unwrap();
        edit(&mut lab, Edit::Add(Kind::Hub, None)).unwrap();
        for (a, b) in [(1, 3), (3, 4), (4, 1)] {
            edit(&mut lab, Edit::Connect(NodeId(a), NodeId(b))).unwrap();
        }
        // A loop is a warning: the network runs with it.
        assert!(lab.problems.iter().any(|problem| !problem.grave && problem.text.contains("loop")));
        assert_eq!(lab.state(), State::Paused);
        let twin = lab.scenario().topology.node(NodeId(0)).kind.clone();
        let own = lab.scenario().topology.node(NodeId(2)).kind.clone();
        edit(&mut lab, Edit::SetNode(NodeId(2), twin)).unwrap();
        // So is an address that two on one LAN have.
        assert!(
            lab.problems.iter().any(|problem| !problem.grave && problem.text.contains("already an address"))
        );
        assert_eq!(lab.state(), State::Paused);
        let netlab::topology::NodeKind::Host(mut lost) = own else { panic!("a host") };
        lost.gateways = vec![smoltcp::wire::IpAddress::v4(10, 99, 0, 1)];
        edit(&mut lab, Edit::SetNode(NodeId(2), netlab::topology::NodeKind::Host(lost))).unwrap();
        assert_eq!(lab.state(), State::Broken);
        assert!(lab.problems.iter().any(|problem| problem.grave));
        lab.perform(Clock::TogglePlay).unwrap();
        play(&mut lab, &mut 0.0, 50);
        assert_eq!(lab.world.now(), Instant::ZERO);
        edit(&mut lab, Edit::Delete(vec![NodeId(2)], Vec::new())).unwrap();
        assert_eq!(lab.state(), State::Paused);
    }

    #[test]
    fn opening_something_else_can_be_undone() {
        let mut lab = lab();
        lab.perform(Act::Open(Box::new(crate::samples::numbered(3)))).unwrap();
        play(&mut lab, &mut 0.0, 50);
        lab.perform(Command::Agreed(Box::new(Editor::Undo.into()))).unwrap();
        assert_eq!(lab.scenario(), &crate::samples::numbered(0));
    }

    /// Something that a restless person does.
    fn anything() -> impl Strategy<Value = (u8, u32, u32, f64)> {
        (0u8..16, 0u32..12, 0u32..12, -200.0..200.0f64)
    }

    fn command(lab: &Lab, (what, a, b, by): (u8, u32, u32, f64)) -> Command {
        let count = lab.scenario().ids.len() as u32;
        let node = |n: u32| NodeId(n % count.max(1));
        let links = lab.scenario().topology.links.len() as u32;
        let link = LinkId(a % links.max(1));
        let edit = |edit: Edit| Command::from(edit);
        match what {
            0 => edit(Edit::Add(Kind::Host, Some((by, by)))),
            1 => edit(Edit::Add(Kind::Switch, None)),
            2 => edit(Edit::Add(Kind::Hub, None)),
            3..=5 if count > 0 => edit(Edit::Connect(node(a), node(b))),
            6 if count > 0 => edit(Edit::Move(vec![node(a), node(b)], (by, -by))),
            7 if count > 0 => edit(Edit::Delete(vec![node(a)], Vec::new())),
            8 if links > 0 => edit(Edit::Delete(Vec::new(), vec![link])),
            9 if links > 0 => edit(Edit::Plug(link, b % 2 == 0)),
            10 if count > 0 => edit(Edit::Rename(node(a), format!("n {by}"))),
            11 if count > 0 => Editor::SelectNodes(vec![node(a)]).into(),
            12 if count < 40 => Editor::Duplicate.into(),
            13 => edit(Edit::Tidy),
            14 => Clock::TogglePlay.into(),
            _ => edit(Edit::Seed(u64::from(a))),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn two_hundred_edits_of_a_running_network_undone_give_the_start(
            steps in prop::collection::vec(anything(), 200), frames in prop::collection::vec(0u32..6, 200),
        ) {
            let mut lab = lab();
            let start = lab.scenario().clone();
            let mut now_ms = 0.0;
            for (step, frames) in steps.into_iter().zip(frames) {
                let command = command(&lab, step);
                match lab.perform(command.clone()) {
                    Ok(()) | Err(Refusal::Edit(_)) => {}
                    Err(Refusal::Restarts) => lab.perform(Command::Agreed(Box::new(command))).unwrap(),
                    Err(refusal) => prop_assert!(false, "{refusal}"),
                }
                play(&mut lab, &mut now_ms, frames);
                lab.view();
            }
            let end = lab.scenario().clone();
            let again = |lab: &mut Lab, command: Editor| lab.perform(Command::Agreed(Box::new(command.into()))).unwrap();
            while lab.can_undo().0 {
                again(&mut lab, Editor::Undo);
            }
            // The first edit writes down where everything was; all else is the same.
            prop_assert_eq!(lab.scenario(), &start);
            while lab.can_undo().1 {
                again(&mut lab, Editor::Redo);
            }
            prop_assert_eq!(lab.scenario(), &end);
        }
    }
}
