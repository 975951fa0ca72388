//! What a person does to a thing that is looked at, with one button: no form, no tools of the editor.
//!
//! A setting is an [`Edit`] like any other, so that it is undone like any other, and is in the document. The rest is done to the
//! world at its moment and written down with it: there is nothing in a document of the network that it would change.

use super::branches::Act;
use super::{Lab, Refusal};
use crate::edit::Edit;
use netlab::history::TransitId;
use netlab::topology::{End, LinkId, NodeId, NodeKind, Port};
use netlab::{Instant, world::Command as WorldCommand};
use scenario::Change;
use wire::impair::Impairment;

/// Something done with one button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A switch or router forgets what it has learned.
    Clear(NodeId),
    /// A switch's spanning tree is switched on or off.
    Tree(NodeId, bool),
    /// The port at this end of a link is switched on or off.
    Port(LinkId, End, bool),
    /// The cable is put in, or pulled out.
    Plug(LinkId, bool),
    /// The same again, but this frame is lost on this wire.
    Lose(TransitId),
}

impl Lab {
    /// Does it: at the playhead, and if that is in the past in a branch.
    pub(super) fn do_action(&mut self, action: Action, agreed: bool) -> Result<(), Refusal> {
        let at = self.playhead.at();
        match action {
            Action::Clear(node) => self.clear(node),
            Action::Tree(node, on) => {
                let NodeKind::Switch(mut switch) = self.world.history().kind_at(node, at).clone() else {
                    return Ok(());
                };
                switch.stp = on.then(bridge::config::Stp::default);
                self.change(agreed, Edit::SetNode(node, NodeKind::Switch(switch)))
            }
            Action::Port(link, end, up) => {
                let mut document = self.edited().into_owned();
                let Some(changed) = document.topology.links.get_mut(link.index()) else { return Ok(()) };
                let owner = changed.ends[end.index()];
                let kind = self.world.history().kind_at(owner, at);
                let port = &mut changed.ports[end.index()];
                *port = match kind {
                    NodeKind::Switch(_) => Port::Switch(bridge::Port { up, ..port.of_switch() }),
                    NodeKind::Router(_) => Port::Router(router::Port { up, ..port.of_router() }),
                    NodeKind::Host(_) | NodeKind::Hub => return Ok(()),
                };
                self.change(agreed, Edit::Replace(Box::new(document)))
            }
            Action::Plug(link, plugged) => self.change(agreed, Edit::Plug(link, plugged)),
            Action::Lose(transit) => self.lose(transit),
        }
    }

    fn change(&mut self, agreed: bool, edit: Edit) -> Result<(), Refusal> {
        self.edit(super::Command::Edit(Box::new(edit)), agreed)
    }

    fn clear(&mut self, node: NodeId) -> Result<(), Refusal> {
        self.playhead.finish_glide();
        let change = Change::Clear(node);
        if self.rewound {
            let name = format!("{} cleared", self.whole().node(node).name);
            return self.fork(Act::Change(vec![change]), name);
        }
        super::advance_quiet(&mut self.world, self.playhead.at());
        let (at, _) = self.world.apply(WorldCommand::Clear(node))?;
        self.world.run_until(at, || true);
        if self.scenario.changes.is_empty() {
            self.branches.journal.push((at, change));
        } else {
            self.scenario = self.scenario.clone().with_change(at, change);
            self.revision += 1;
        }
        self.rest_at = None;
        self.touched = true;
        Ok(())
    }

    /// The same experiment, but for one frame: a branch that begins just before that frame was handed to its wire.
    fn lose(&mut self, transit: TransitId) -> Result<(), Refusal> {
        let history = self.world.history();
        let Some(transit) = history.transit(transit) else { return Ok(()) };
        let (direction, queued, number) = (transit.direction, transit.queued, transit.number);
        // Commands come before everything else of their moment.
        let mut ways = history.link_at(direction.link, queued).ways.clone();
        ways[direction.from.index()].impairments.push(Impairment::LossOfFrame(number));
        let name = format!(
            "{} from {} lost",
            dissect::label(&transit.frame),
            self.whole().node(self.whole().sender(direction)).name
        );
        let before = Instant::from_nanos(queued.nanos().saturating_sub(1));
        self.playhead.finish_glide();
        self.fork_at(before, queued, Act::Change(vec![Change::Link(direction.link, ways)]), name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::Selection;
    use crate::travel::Travel;
    use crate::{Command, State};
    use netlab::Duration;
    use netlab::history::{DropReason, Fate};
    use wire::impair::LossReason;

    fn lab() -> Lab {
        Lab::new(scenario::examples()[0].scenario())
    }

    fn quiet(lab: &mut Lab, now_ms: &mut f64) {
        for _ in 0..400_000 {
            *now_ms += 16.7;
            lab.tick(*now_ms, true, &mut || true);
            if lab.state() == State::Quiet {
                return;
            }
        }
        panic!("it never became quiet")
    }

    fn perform(lab: &mut Lab, action: Action) {
        lab.perform(Command::Do(action)).unwrap();
    }

    #[test]
    fn a_frame_of_the_past_is_lost_in_a_branch_that_is_the_same_until_then() {
        let mut lab = lab();
        let mut now_ms = 0.0;
        quiet(&mut lab, &mut now_ms);
        let whole: Vec<_> = lab.world.history().transits().map(|transit| transit.number).collect();
        // An echo reply on its way through the switch: not the first of its direction.
        let is_it = |it: &&netlab::history::Transit| it.number == 3 && !it.first;
        let chosen = lab.world.history().transits().rfind(is_it).unwrap();
        let (id, frame, queued) = (chosen.id, chosen.frame.clone(), chosen.queued);
        lab.perform(Command::Select(Some(Selection::Frame(id)))).unwrap();
        perform(&mut lab, Action::Lose(id));
        quiet(&mut lab, &mut now_ms);
        assert_eq!(lab.branches().lines().len(), 2);
        let history = lab.world.history();
        let lost = history.transit(id).unwrap();
        assert_eq!((&*lost.frame, lost.queued), (&*frame, queued));
        let picked = DropReason::Impaired(LossReason::Picked);
        assert!(matches!(lost.fate, Fate::Dropped { reason, .. } if reason == picked), "{:?}", lost.fate);
        assert!(history.transits().filter(|it| it.id != id).all(|it| it.fate == Fate::Delivered));
        let same: Vec<_> = history.transits().take(id.0 as usize).map(|it| it.number).collect();
        assert_eq!(same[..], whole[..id.0 as usize]);
    }

    #[test]
    fn even_the_very_first_frame_can_be_lost() {
        let mut lab = lab();
        let mut now_ms = 0.0;
        quiet(&mut lab, &mut now_ms);
        perform(&mut lab, Action::Lose(TransitId(0)));
        quiet(&mut lab, &mut now_ms);
        let first = lab.world.history().transit(TransitId(0)).unwrap();
        assert!(matches!(first.fate, Fate::Dropped { .. }));
    }

    #[test]
    fn a_table_is_cleared_at_its_moment_and_the_link_of_what_happened_gives_the_same_history() {
        let mut lab = lab();
        let mut now_ms = 0.0;
        quiet(&mut lab, &mut now_ms);
        let switch = NodeId(1);
        let at = lab.playhead.at();
        assert!(!lab.world.history().node_at(switch, at).macs.is_empty());
        perform(&mut lab, Action::Clear(switch));
        let hash = lab.world.history().hash();
        let cleared = lab.world.now();
        assert!(lab.world.history().node_at(switch, cleared).macs.is_empty());
        let mut again = Lab::new(lab.happened());
        for _ in 0..100_000 {
            now_ms += 16.7;
            again.tick(now_ms, true, &mut || true);
            if again.world.now() >= cleared {
                break;
            }
        }
        assert_eq!(again.happened().changes, [(cleared, Change::Clear(switch))]);
        let mut world = lab.happened().world(netlab::history::Limits::default()).unwrap();
        world.run_until(cleared, || true);
        assert_eq!(world.history().hash(), hash);
        // In the past it is a branch.
        lab.perform(Command::Travel(Travel::To(Instant::ZERO + Duration::from_millis(1_500)))).unwrap();
        lab.tick(now_ms + 20.0, true, &mut || true);
        perform(&mut lab, Action::Clear(switch));
        assert_eq!(lab.branches().lines().len(), 2);
        assert!(matches!(lab.scenario().changes[..], [(_, Change::Clear(_))]));
    }

    #[test]
    fn ports_and_the_spanning_tree_are_switched_while_it_runs() {
        let mut lab = lab();
        let mut now_ms = 0.0;
        for _ in 0..200 {
            now_ms += 16.7;
            lab.tick(now_ms, true, &mut || true);
        }
        perform(&mut lab, Action::Tree(NodeId(1), true));
        perform(&mut lab, Action::Port(LinkId(0), End::Second, false));
        let topology = lab.world.topology();
        assert!(matches!(&topology.node(NodeId(1)).kind, NodeKind::Switch(switch) if switch.stp.is_some()));
        assert!(!topology.links[0].ports[1].is_up() && topology.links[0].ports[0].is_up());
        assert_eq!(lab.branches.journal.len(), 2);
        let happened = lab.happened();
        assert_eq!(happened.topology, scenario::examples()[0].scenario().topology);
        perform(&mut lab, Action::Port(LinkId(0), End::Second, true));
        perform(&mut lab, Action::Tree(NodeId(1), false));
        assert_eq!(lab.scenario().topology, {
            let mut was = scenario::examples()[0].scenario().topology;
            was.links[0].ports[1] = Port::Switch(bridge::Port::default());
            was
        });
    }
}
