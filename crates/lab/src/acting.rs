//! What one button of the inspector does to a node, link or frame.
//!
//! A setting is an [`Edit`]: it is undone like any other, and is in the document. Clearing a table changes no setting, so that it
//! is recorded with its moment.

use crate::Lab;
use crate::action::Action;
use crate::command::{Editor, Refusal};
use crate::deed::Deed;
use crate::edit::{Edit, EditError};
use netlab::Instant;
use netlab::history::TransitId;
use netlab::topology::{NodeId, NodeKind, Port};
use scenario::Change;
use texts::t;
use wire::impair::Impairment;

impl Lab {
    /// Performs an action at the playhead; in the past it makes a branch.
    pub(super) fn do_action(&mut self, action: Action, agreed: bool) -> Result<(), Refusal> {
        if !self.is_there(action) {
            return Err(EditError::NotYet.into());
        }
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

    /// Whether the network has the node, link or frame at the playhead.
    fn is_there(&self, action: Action) -> bool {
        let scene = self.network.scene();
        match action {
            Action::Clear(node) | Action::Tree(node, _) => node.index() < scene.nodes.len(),
            Action::Port(link, ..) | Action::Plug(link, _) => link.index() < scene.links.len(),
            Action::Lose(transit) => self.world.history().transit(transit).is_some(),
        }
    }

    fn change(&mut self, agreed: bool, edit: Edit) -> Result<(), Refusal> {
        self.edit(Editor::Edit(Box::new(edit)), agreed)
    }

    fn clear(&mut self, node: NodeId) -> Result<(), Refusal> {
        self.playhead.finish_glide();
        let name = t!("{} cleared", self.whole().node(node).name);
        self.do_at_playhead(vec![Deed::Change(Box::new(Change::Clear(node)))], self.scenario.clone(), &name)
    }

    /// The same experiment, but for one frame: a branch that begins just before that frame was handed to its wire.
    fn lose(&mut self, transit: TransitId) -> Result<(), Refusal> {
        let history = self.world.history();
        let Some(transit) = history.transit(transit) else { return Ok(()) };
        let (direction, queued, number) = (transit.direction, transit.queued, transit.number);
        // Commands come before everything else of their moment.
        let mut ways = history.link_at(direction.link, queued).ways.clone();
        ways[direction.from.index()].impairments.push(Impairment::LossOfFrame(number));
        let name = t!(
            "{} from {} lost",
            dissect::label(&transit.frame),
            self.whole().node(self.whole().sender(direction)).name
        );
        let before = Instant::from_nanos(queued.nanos().saturating_sub(1));
        self.playhead.finish_glide();
        self.fork_at(before, queued, vec![Deed::Change(Box::new(Change::Link(direction.link, ways)))], name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::command::{Act, Clock, Look};
    use crate::travel::Travel;
    use netlab::Duration;
    use netlab::history::{DropReason, Fate};
    use netlab::topology::{End, LinkId};
    use trace::selection::Selection;
    use wire::impair::LossReason;

    fn lab() -> Lab {
        Lab::new(crate::samples::numbered(0))
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
        lab.perform(Act::Do(action)).unwrap();
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
        lab.perform(Look::Select(Some(Selection::Frame(id)))).unwrap();
        perform(&mut lab, Action::Lose(id));
        quiet(&mut lab, &mut now_ms);
        assert_eq!(lab.branches().lines(None).len(), 2);
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
        lab.perform(Clock::Travel(Travel::To(Instant::ZERO + Duration::from_millis(1_500)))).unwrap();
        lab.tick(now_ms + 20.0, true, &mut || true);
        perform(&mut lab, Action::Clear(switch));
        assert_eq!(lab.branches().lines(None).len(), 2);
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
        assert_eq!(happened.topology, crate::samples::numbered(0).topology);
        perform(&mut lab, Action::Port(LinkId(0), End::Second, true));
        perform(&mut lab, Action::Tree(NodeId(1), false));
        assert_eq!(lab.scenario().topology, {
            let mut was = crate::samples::numbered(0).topology;
            was.links[0].ports[1] = Port::Switch(bridge::Port::default());
            was
        });
    }
}
