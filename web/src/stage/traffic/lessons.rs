//! Nodes that have just learned something: an address behind a port, a neighbor, a route.

use super::marks::Traffic;
use super::moment::Moment;
use crate::stage::layout::Layout;
use kurbo::Point;
use netlab::History;
use netlab::history::{HostEvent, NodeEvent};
use netlab::topology::NodeId;

/// It is seen for this long, in the viewer's seconds.
const LESSON_SECS: f64 = 1.1;
/// The events of a node that are looked at: where more happen at once, nothing is seen of one of them.
const EVENTS_MAX: usize = 32;

/// A node that has learned something a moment ago.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// The node's middle.
    pub center: Point,
    /// From there to its farthest edge.
    pub radius: f64,
    /// From 0 (just now) to 1 (no longer seen).
    pub age: f64,
}

impl Traffic {
    /// Finds the nodes that have just learned something.
    pub(super) fn learn(&mut self, history: &History, layout: &Layout, moment: &Moment<'_>) {
        self.lessons.clear();
        if self.crowd {
            return;
        }
        let since = moment.at.saturating_sub(moment.nanos(LESSON_SECS));
        for (number, node) in layout.nodes.iter().enumerate() {
            let entries = history.node(NodeId(number as u32));
            let happened = entries.partition_point(|entry| entry.at.nanos() <= moment.at);
            let recent = entries[..happened].iter().rev().take(EVENTS_MAX);
            let mut recent = recent.take_while(|entry| entry.at.nanos() > since);
            if let Some(newest) = recent.find(|entry| is_lesson(&entry.event)) {
                let age = moment.secs(moment.at - newest.at.nanos()) / LESSON_SECS;
                self.lessons.push(Lesson { center: node.center, radius: node.half.x.max(node.half.y), age });
            }
        }
    }
}

fn is_lesson(event: &NodeEvent) -> bool {
    match event {
        NodeEvent::Host(event) => matches!(event, HostEvent::Neighbor { .. }),
        NodeEvent::Switch(event) => matches!(event, bridge::Event::Learned { .. }),
        NodeEvent::Router(event) => {
            matches!(event, router::Event::Neighbor { .. } | router::Event::Route { .. })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::layout::tests::layout;
    use netlab::history::Limits;
    use netlab::{Duration, Instant};

    #[test]
    fn a_switch_glows_when_it_learns_an_address_and_no_longer_a_little_later() {
        let mut world = scenario::first().world(Limits::default()).unwrap();
        world.run_until(Instant::ZERO + Duration::from_secs(1), || true);
        let (history, layout) = (world.history(), layout());
        let learned = history.node(NodeId(1)).iter().find(|entry| is_lesson(&entry.event)).unwrap().at;
        let glowing = |at: u64| {
            let moment =
                Moment { at, rate: 1e6, selected: None, hovered: None, sieve: None, addresses: false };
            let mut traffic = Traffic::default();
            traffic.learn(history, &layout, &moment);
            let at_switch = |lesson: &&Lesson| lesson.center == layout.nodes[1].center;
            traffic.lessons.iter().find(at_switch).map(|lesson| lesson.age)
        };
        assert_eq!(glowing(learned.nanos() - 1), None);
        assert_eq!(glowing(learned.nanos()), Some(0.0));
        let (half, over) =
            (learned.nanos() + 550_000, history.node(NodeId(1)).last().unwrap().at.nanos() + 1_200_000);
        assert!(glowing(half).is_some() && glowing(over).is_none());
    }
}
