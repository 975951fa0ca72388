//! The consoles of switches and routers: lines that are answered at once.
//!
//! `show …` changes nothing, so it is no deed: it stands in no document, and in the past it is answered from the tables of that moment
//! without beginning a branch. What a line printed stays at the moment at which it was looked, like everything that a console shows.
//! `set …` is a change like one of the editor: it is undone, shared and rewound like that, and in the past it begins a branch.
//! The lines belong to the branch in which they were typed; a network that starts again has none.

use super::screen::{Piece, PieceKind};
use crate::Lab;
use crate::command::{Editor, Refusal};
use crate::deed::Deed;
use crate::edit::Edit;
use netlab::Instant;
use netlab::topology::{NodeId, NodeKind};
use scenario::Change;
use scenario::device::{self, Answer, Device};
use texts::t;

/// Lines that are kept, and bytes of what they printed.
const LINES_MAX: usize = 500;
const BYTES_MAX: usize = 1 << 20;
/// What one line prints at most.
const PRINTED_MAX: usize = 64 << 10;

/// A line that was typed, and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub at: Instant,
    on: NodeId,
    line: String,
    printed: String,
}

impl Lab {
    /// The switch or router at this moment, if it is there at the playhead.
    fn device_at(&self, on: NodeId, at: Instant) -> Option<Device<'_>> {
        let is_there = on.index() < self.network.scene().nodes.len();
        Device::of(&self.world, on, at).filter(|_| is_there)
    }

    /// The switch or router at the playhead.
    pub(super) fn device(&self, on: NodeId) -> Option<Device<'_>> {
        self.device_at(on, self.playhead.at())
    }

    /// Answers a line that is typed at a switch or router.
    pub(super) fn type_on_device(&mut self, on: NodeId, line: &str) -> Result<(), Refusal> {
        self.playhead.finish_glide();
        let Some(device) = self.device(on) else {
            return Err(netlab::world::CommandError::NoSuchThing.into());
        };
        let (mut at, mut printed) = (self.playhead.at(), String::new());
        match device.ask(line) {
            Answer::Text(text, _) => printed = text,
            Answer::Change(change) => match self.set(on, change, line) {
                Ok(then) => at = then,
                Err(why) => printed = device::refused(why).0,
            },
        }
        printed.truncate(printed.floor_char_boundary(PRINTED_MAX));
        self.keep(Asked { at, on, line: line.to_owned(), printed });
        Ok(())
    }

    /// Keeps a line in the order of time; the oldest go first.
    fn keep(&mut self, asked: Asked) {
        let place = self.asked.partition_point(|other| other.at <= asked.at);
        self.asked.insert(place, asked);
        let sizes = self.asked.iter().rev().scan(0, |bytes, asked| {
            *bytes += asked.line.len() + asked.printed.len();
            Some(*bytes)
        });
        let kept = sizes.take(LINES_MAX).take_while(|bytes| *bytes <= BYTES_MAX).count().max(1);
        self.asked.drain(..self.asked.len() - kept);
    }

    /// Changes the network as the editor does, but never so that it has to start again. Returns the moment at which it is done.
    fn set(&mut self, on: NodeId, change: Box<Change>, line: &str) -> Result<Instant, String> {
        let (forks, at) = (self.rewound, self.playhead.at());
        // The world may be ahead of the playhead: what is not set stays as it is there.
        let edge = self.device_at(on, at.max(self.world.now())).filter(|_| !forks);
        let change = match edge.map(|device| device.ask(line)) {
            Some(Answer::Change(change)) => change,
            Some(Answer::Text(..)) | None => change,
        };
        let mut next = self.edited().into_owned();
        let edit = match &*change {
            Change::Set(node, kind) => {
                next.topology.nodes[node.index()].kind.clone_from(kind);
                Some(Edit::SetNode(*node, kind.clone()))
            }
            Change::Port(link, end, port) => {
                let ports = &mut next.topology.links[link.index()].ports;
                ports[end.index()].clone_from(port);
                Some(Edit::SetPorts(*link, ports.clone()))
            }
            // It changes no setting, so that nothing could be wrong afterwards, or undone.
            _ => None,
        };
        if !self.parts.is_sound(&next) {
            let problems = self.parts.problems(&next);
            let first = problems.iter().find(|problem| problem.grave).map_or("", |problem| &problem.text);
            return Err(t!("the network cannot run like that: {}", first));
        }
        match (edit, self.parts.documents) {
            (Some(edit), Some(documents)) if !forks => {
                (documents.edit)(self, Editor::Edit(Box::new(edit)), false)
            }
            _ => {
                let name = t!("{line} on {}", self.whole().node(on).name);
                self.do_at_playhead(vec![Deed::Change(change)], self.scenario.clone(), &name)
            }
        }
        .map_err(|why| why.to_string())?;
        if forks {
            return Ok(crate::branches::after(at));
        }
        // It is done at the first open moment, which the playhead has not reached.
        if self.playhead.at() < self.world.now() {
            self.playhead.jump(self.world.now());
        }
        Ok(self.playhead.at())
    }

    /// What the console of a switch or router shows at the playhead, and the lines that were typed there.
    pub(super) fn asked_on(&self, on: NodeId) -> (Vec<Piece>, Vec<String>) {
        let at = self.look().at;
        let mut typed: Vec<String> = Vec::new();
        let mut pieces = Vec::new();
        for asked in self.asked.iter().filter(|asked| asked.on == on && asked.at <= at) {
            let piece = |kind, text| Piece { at: asked.at, kind, text };
            pieces.push(piece(PieceKind::Command, format!("{}\n", asked.line)));
            if !asked.printed.is_empty() {
                pieces.push(piece(PieceKind::Printed, asked.printed.clone()));
            }
            let line = asked.line.trim();
            if !line.is_empty() && typed.last().is_none_or(|last| last != line) {
                typed.push(line.to_owned());
            }
        }
        (pieces, typed)
    }

    /// Whether a node has a console that answers at once.
    pub fn is_device(&self, on: NodeId) -> bool {
        let kind = self.whole().get().nodes.get(on.index()).map(|node| &node.kind);
        matches!(kind, Some(NodeKind::Switch(_) | NodeKind::Router(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Act, Clock, Look, Typed};
    use crate::travel::Travel;
    use netlab::Duration;
    use netlab::topology::LinkId;
    use scenario::Scenario;

    const NET: &str = r#"{"packetarium": 1,
        "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"], "gateway": "10.0.0.254"},
            {"id": "s1", "kind": "switch"}, {"id": "r1", "kind": "router"},
            {"id": "b", "kind": "host", "addresses": ["10.0.1.1/24"], "gateway": "10.0.1.254"}],
        "links": [{"ends": ["a", "s1"]}, {"ends": ["s1", "r1"], "ports": {"r1": {"addresses": ["10.0.0.254/24"]}}},
            {"ends": ["r1", "b"], "ports": {"r1": {"addresses": ["10.0.1.254/24"]}}}],
        "runs": [{"at": "1s", "ping": {"from": "a", "to": "b", "count": 5}}]}"#;
    const S1: NodeId = NodeId(1);
    const R1: NodeId = NodeId(2);

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    struct Seat {
        lab: Lab,
        now_ms: f64,
    }

    impl Seat {
        fn at(scenario: Scenario, until: u64) -> Self {
            let mut seat = Self { lab: Lab::new(scenario), now_ms: 0.0 };
            seat.play_until(until);
            seat
        }

        fn play_until(&mut self, until: u64) {
            for _ in 0..100_000 {
                self.now_ms += 16.7;
                self.lab.tick(self.now_ms, true, &mut || true);
                let passes =
                    matches!(self.lab.state(), crate::State::Playing | crate::State::CatchingUp { .. });
                if self.lab.look().at >= at(until) || !passes {
                    return;
                }
            }
            panic!("time does not pass")
        }

        fn go_to(&mut self, moment: u64) {
            self.lab.perform(Clock::Travel(Travel::To(at(moment)))).unwrap();
            self.now_ms += 16.7;
            self.lab.tick(self.now_ms, true, &mut || true);
        }

        /// What the line printed: the last piece on the screen.
        fn type_line(&mut self, on: NodeId, line: &str) -> String {
            self.lab.perform(Act::Type(Typed::Command(on, line.into()))).unwrap();
            let screen = self.lab.screen(on);
            let last = screen.pieces.last().filter(|piece| piece.kind == PieceKind::Printed);
            last.map(|piece| piece.text.clone()).unwrap_or_default()
        }

        fn text(&self, on: NodeId) -> String {
            self.lab.screen(on).pieces.iter().map(|piece| piece.text.as_str()).collect()
        }

        fn branches(&self) -> usize {
            self.lab.branches().lines(None).len()
        }
    }

    fn net() -> Scenario {
        Scenario::parse(NET).unwrap()
    }

    #[test]
    fn a_look_is_answered_from_the_tables_of_its_moment_and_changes_nothing() {
        let mut seat = Seat::at(net(), 3_000);
        let (hash, revision) = (seat.lab.look().history.hash(), seat.lab.revision());
        let macs = seat.type_line(S1, "show mac");
        assert!(macs.contains("Gi0/0") && macs.contains("Gi0/1"), "{macs}");
        assert!(
            seat.type_line(R1, "show ip route").contains("C     10.0.1.0/24 is directly connected, Gi0/1")
        );
        assert_eq!(seat.lab.screen(S1).prompt, "s1# ");

        seat.go_to(500);
        assert_eq!(seat.text(S1), "", "it was typed later");
        assert!(seat.type_line(S1, "show mac").ends_with("for this criterion: 0\n"));
        assert!(seat.text(S1).starts_with("show mac\nVlan"), "{}", seat.text(S1));
        assert_eq!((seat.branches(), seat.lab.revision()), (1, revision), "no branch");

        seat.lab.perform(Clock::Travel(Travel::Live)).unwrap();
        seat.play_until(3_000);
        let all = seat.text(S1);
        assert!(all.starts_with("show mac\nVlan") && all.ends_with(&format!("show mac\n{macs}")), "{all}");
        assert_eq!(seat.lab.screen(S1).typed, ["show mac"]);
        let mut plain = Seat::at(net(), 0);
        plain.lab.world.run_until(seat.lab.world.now(), || true);
        assert_eq!(seat.lab.look().history.hash(), plain.lab.look().history.hash());
        assert!(hash != 0 && seat.lab.scenario() == &net(), "it stands in no document");
    }

    #[test]
    fn while_the_world_is_ahead_of_the_playhead_a_look_is_at_the_playhead_and_a_setting_is_made_at_the_edge()
    {
        let mut seat = Seat::at(net(), 500);
        seat.lab.perform(Clock::Pause).unwrap();
        seat.lab.world.run_until(at(3_000), || true);
        assert!(seat.type_line(S1, "show mac").ends_with("for this criterion: 0\n"), "{}", seat.text(S1));
        assert!(seat.text(S1).starts_with("show mac\n"));
        seat.type_line(S1, "set port 0 vlan 7");
        assert!(seat.text(S1).ends_with("set port 0 vlan 7\n"), "{}", seat.text(S1));
        assert_eq!(seat.lab.look().at, seat.lab.world.now());
        assert!(seat.type_line(S1, "show vlan").contains("Gi0/0      7\n"));
    }

    #[test]
    fn a_setting_is_an_edit_with_its_moment_that_is_undone_and_shared() {
        let mut seat = Seat::at(net(), 2_500);
        seat.lab.perform(Clock::Pause).unwrap();
        assert_eq!(seat.type_line(S1, "set port 0 off"), "");
        assert!(
            !seat.lab.look().topology.links[0].ports[1].is_up(),
            "it is drawn although time stands still"
        );
        assert!(seat.type_line(S1, "show interfaces | grep Gi0/0").contains("admin down"));
        assert_eq!(seat.type_line(S1, "set port 0 vlan 7"), "");
        assert!(!seat.lab.look().topology.links[0].ports[1].is_up(), "a setting leaves the others");
        let changed: Vec<_> = seat.lab.happened().changes.iter().map(|(at, _)| *at).collect();
        assert!(changed.len() == 2 && changed[0] >= at(2_500) && changed[1] > changed[0], "{changed:?}");

        let shared = scenario::link::decode(&scenario::link::encode(&seat.lab.happened())).unwrap();
        let end = seat.lab.world.now();
        let again = Seat::at(shared, 2_600);
        let mut world = again.lab.scenario().world(netlab::history::Limits::default()).unwrap();
        world.run_until(end, || true);
        assert_eq!(world.history().hash(), seat.lab.world.history().hash());

        for _ in 0..2 {
            seat.lab.perform(Editor::Undo).unwrap();
        }
        assert_eq!(seat.lab.scenario().topology.links, net().topology.links);
    }

    #[test]
    fn a_setting_in_the_past_begins_a_branch_which_has_the_lines_until_then() {
        let mut seat = Seat::at(net(), 1_000);
        seat.type_line(R1, "show arp");
        seat.play_until(5_000);
        seat.type_line(R1, "show interfaces");
        seat.go_to(2_500);
        seat.type_line(R1, "set port 1 off");
        assert_eq!(seat.branches(), 2);
        seat.play_until(2_600);
        let text = seat.text(R1);
        assert!(text.starts_with("show arp\n") && text.ends_with("set port 1 off\n"), "{text}");
        assert!(!text.contains("show interfaces"), "{text}");
        assert!(!seat.lab.look().topology.links[2].ports[0].is_up());
        assert_eq!(&*seat.lab.branches().name(), "set port 1 off on r1");
        assert!(matches!(seat.lab.scenario().changes[..], [(_, Change::Port(LinkId(2), ..))]));

        seat.lab.perform(Look::Branch(0)).unwrap();
        seat.lab.perform(Clock::Travel(Travel::Live)).unwrap();
        seat.play_until(5_000);
        let text = seat.text(R1);
        assert!(text.contains("show interfaces\n") && !text.contains("set port"), "{text}");
    }

    #[test]
    fn a_table_that_is_cleared_is_empty_from_then_on() {
        let mut seat = Seat::at(net(), 3_000);
        seat.lab.perform(Clock::Pause).unwrap();
        seat.type_line(R1, "clear arp");
        assert_eq!(seat.type_line(R1, "show arp | grep -c Internet"), "0\n");
        assert!(matches!(seat.lab.happened().changes[..], [(_, Change::Clear(R1))]));
    }

    #[test]
    fn what_is_wrong_is_printed_and_changes_nothing() {
        let mut seat = Seat::at(net(), 2_000);
        let revision = seat.lab.revision();
        for (line, why) in [
            ("set port 9 off", "% there is no interface 9"),
            ("set route 10.9.0.0/16 via 224.0.0.1", "% the network cannot run like that: "),
            ("set route 10.0.0.0/8 via", "% Incomplete line\n  set route "),
            ("ping 10.0.0.1", "% Invalid input: ping: lines begin with show, clear, set"),
        ] {
            let said = seat.type_line(R1, line);
            assert!(said.starts_with(why), "{line}: {said}");
        }
        assert_eq!(seat.lab.revision(), revision);
    }

    #[test]
    fn what_was_typed_is_bounded() {
        let mut seat = Seat::at(net(), 100);
        for _ in 0..LINES_MAX + 50 {
            seat.type_line(S1, "help");
        }
        assert_eq!(seat.lab.asked.len(), LINES_MAX);
    }

    #[test]
    fn words_of_a_device_are_completed() {
        let seat = Seat::at(net(), 100);
        let complete = |on, line: &str| seat.lab.complete(on, line);
        assert_eq!(complete(S1, "sh").line, "show ");
        assert_eq!(
            complete(S1, "set interface r").line,
            "set interface Gi0/1 ",
            "by the name of its neighbor"
        );
        assert_eq!(complete(S1, "set interface ").choices, ["Gi0/0", "a (Gi0/0)", "Gi0/1", "r1 (Gi0/1)"]);
        assert_eq!(complete(R1, "set route default via b").line, "set route default via 10.0.1.1 ");
        assert_eq!(complete(S1, "show mac address-table | gr").line, "show mac address-table | grep ");
        assert_eq!(complete(S1, "pi").line, "pi", "a switch has no ping");
    }
}
