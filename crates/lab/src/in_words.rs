//! The stage in words, for those who do not see the drawing: what there is, how it is connected, and what is under way where time
//! stands still. While time passes, the announcements say what changes; a list of what moves would be out of date before it is read.

use crate::edit::Kind;
use crate::{Lab, State};
use netlab::history::Transit;
use netlab::topology::{Direction, End, LinkId, NodeId};
use texts::t;

/// The stage in words, a sentence in each text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InWords {
    /// What there is, and what happens.
    pub summary: Vec<String>,
    /// Each node with its addresses and neighbors; of many, the first.
    pub nodes: Vec<String>,
    /// The frames on cables and in queues, in the order in which they were handed over; of many, the first. Empty while time passes.
    pub frames: Vec<String>,
}

/// More than this is not listened to: the Inspect pane has all.
const NODES_MAX: usize = 60;
const FRAMES_MAX: usize = 12;

impl Lab {
    /// The stage in words, at the playhead.
    pub fn in_words(&self) -> InWords {
        let sketch = &self.sketch;
        let stands_still = !matches!(self.state(), State::Playing | State::CatchingUp { .. });
        let mut summary = vec![t!("{}: {}.", sketch.title, sketch.sentence())];
        summary.push(match stands_still {
            true => t!("Time stands still at {} s.", crate::format::clock(self.playhead.at())),
            false => t!("Time passes. Pause to hear what is under way.").to_owned(),
        });
        let mut nodes: Vec<String> =
            sketch.nodes.iter().take(NODES_MAX).map(|node| self.node_in_words(node.id)).collect();
        more(&mut nodes, sketch.nodes.len());
        let frames = if stands_still { self.frames_in_words() } else { Vec::new() };
        InWords { summary, nodes, frames }
    }

    fn node_in_words(&self, id: NodeId) -> String {
        let Some(node) = self.sketch.nodes.get(id.index()) else { return String::new() };
        let name = &node.name;
        let what = match node.kind {
            Kind::Host => t!("{name}, a host"),
            Kind::Switch => t!("{name}, a switch"),
            Kind::Hub => t!("{name}, a hub"),
            Kind::Router => t!("{name}, a router"),
        };
        let what = match node.addresses.is_empty() {
            true => what,
            false => format!("{what}, {}", node.addresses.join(", ")),
        };
        let topology = self.whole();
        let joined = topology.links.iter().filter(|link| link.ends.contains(&id));
        let names: Vec<&str> = joined
            .map(|link| topology.node(link.ends[usize::from(link.ends[0] == id)]).name.as_str())
            .take(NODES_MAX)
            .collect();
        match names.is_empty() {
            true => t!("{what}. No cable."),
            false => t!("{what}. Cables to {}.", names.join(", ")),
        }
    }

    fn frames_in_words(&self) -> Vec<String> {
        let (history, at) = (self.world.history(), self.playhead.at());
        let topology = self.network.scene();
        let links = (0..topology.links.len() as u32).map(LinkId);
        let directions = links.flat_map(|link| End::BOTH.map(|from| Direction { link, from }));
        let mut found: Vec<(Direction, &Transit)> = Vec::new();
        for direction in directions {
            let passing = history.passing(direction, at, at).filter(|transit| transit.queued <= at);
            found.extend(passing.map(|transit| (direction, transit)));
        }
        wire::sorted::sort_by_key(&mut found, |(_, transit)| transit.id);
        let words = found.iter().take(FRAMES_MAX).map(|(direction, transit)| {
            let [from, to] = [topology.sender(*direction), topology.receiver(*direction)]
                .map(|node| topology.node(node).name.as_str());
            let label = dissect::label(&transit.frame);
            match transit.start > at {
                true => t!("{label} waits in the queue from {from} to {to}"),
                false => t!("{label} from {from} to {to}"),
            }
        });
        let mut words: Vec<String> = words.collect();
        more(&mut words, found.len());
        words
    }
}

/// Says how many more there are.
fn more(listed: &mut Vec<String>, count: usize) {
    let rest = count.saturating_sub(listed.len());
    if rest > 0 {
        listed.push(t!("and {rest} more"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Clock, Look};
    use crate::travel::Travel;
    use wire::Instant;

    #[test]
    fn the_stage_is_described_and_frames_are_where_time_stands_still() {
        let mut lab = Lab::new(crate::samples::numbered(0));
        let words = lab.in_words();
        assert_eq!(words.frames, Vec::<String>::new(), "nothing has been sent");
        assert!(words.summary[0].ends_with("2 hosts and 1 switch."), "{:?}", words.summary);
        assert_eq!(words.nodes[0], "a, a host, 10.0.0.1. Cables to s1.");
        let mut now_ms = 0.0;
        while lab.edge() < Instant::from_nanos(5_000_000) {
            now_ms += 16.0;
            lab.tick(now_ms, true, &mut || true);
        }
        assert!(lab.in_words().frames.is_empty(), "while time passes");
        lab.perform(Clock::Travel(Travel::To(Instant::from_nanos(500_000)))).unwrap();
        assert_eq!(lab.in_words().frames, ["ARP who-has from a to s1"]);
        lab.perform(Look::Select(None)).unwrap();
        assert_eq!(lab.in_words().summary.last().unwrap(), "Time stands still at 0.000\u{a0}500 s.");
    }
}
