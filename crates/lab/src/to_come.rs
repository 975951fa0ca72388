//! What is still to happen to the network itself: what the document plans, and the outages of its cables.

use super::Lab;
use crate::director::story::Promises;
use netlab::Instant;
use netlab::topology::LinkId;
use scenario::{Change, Key};
use texts::t;
use wire::impair::Impairment;
use wire::sorted::sort_by_key;

/// How many events are listed.
const LISTED_MAX: usize = 12;

impl Lab {
    /// When something is to happen to the network: what the document plans, and each cable's first outage.
    pub fn to_come(&self) -> impl Iterator<Item = Instant> {
        let outages = self.first_outages().flat_map(|(_, begins, ends)| [Some(begins), ends]).flatten();
        self.scenario.changes.iter().map(|(at, _)| *at).chain(outages)
    }

    /// Lets the story know what is still to come.
    pub(crate) fn promise(&mut self) {
        let promises = Promises::new(&self.scenario.changes, self.first_outages(), self.story.moments());
        let now = self.world.now();
        self.story.promise(promises, now);
    }

    /// What comes after the playhead, in order of time, in words.
    pub fn to_come_in_words(&self) -> Vec<(Instant, String)> {
        let playhead = self.playhead.at();
        let changes = self.scenario.changes.iter().filter(|(at, _)| *at > playhead).take(LISTED_MAX);
        let mut all: Vec<_> = changes.map(|(at, change)| (*at, self.change_in_words(change))).collect();
        for (link, begins, ends) in self.first_outages() {
            let cable = self.cable_name(link);
            all.push((begins, t!("{cable}: the cable is pulled")));
            all.extend(ends.map(|ends| (ends, t!("{cable}: it is plugged in again"))));
        }
        all.retain(|(at, _)| *at > playhead);
        sort_by_key(&mut all, |(at, _)| *at);
        all.truncate(LISTED_MAX);
        all
    }

    /// Each cable's first outage: when it begins, and when something about it changes next.
    fn first_outages(&self) -> impl Iterator<Item = (LinkId, Instant, Option<Instant>)> {
        let history = self.world.history();
        (0..self.whole().links.len() as u32).map(LinkId).filter_map(|id| {
            let born = history.born_link(id);
            let link = history.link_at(id, born);
            let begins = link.next_outage_edge(born)?;
            Some((id, begins, link.next_outage_edge(begins)))
        })
    }

    pub(crate) fn change_in_words(&self, change: &Change) -> String {
        match change {
            Change::Link(link, ways) => {
                let pulled = ways.iter().all(|way| way.impairments.contains(&Impairment::Down));
                let cable = self.cable_name(*link);
                if pulled { t!("{cable}: the cable is pulled") } else { t!("{cable}: it behaves otherwise") }
            }
            Change::Node { node, .. } => t!("{} joins the network", node.name),
            Change::Cable(link) => {
                t!("{}: a cable is plugged in", link.ends.map(|end| self.name(end)).join(" – "))
            }
            Change::Port(link, end, _) => {
                let ends = self.whole().links.get(link.index()).map(|link| link.ends);
                let name =
                    ends.map_or_else(|| self.cable_name(*link), |ends| self.name(ends[end.index()]).into());
                t!("{name}: a port is set otherwise")
            }
            Change::Set(node, _) => t!("{}: is set otherwise", self.name(*node)),
            Change::Clear(node) => t!("{}: forgets what it has learned", self.name(*node)),
            Change::Stop(run) => {
                let log = self.world.history().runs().get(run.0 as usize);
                let title = log.map_or(t!("a run"), |log| super::results::title(&log.spec.kind));
                t!("{title}: is stopped")
            }
            Change::Key(program, key) => {
                let number = self.first_command() + program.0;
                let log = self.world.history().programs().get(number as usize);
                let line = log.map_or(t!("a command"), |log| &log.line);
                match key {
                    Key::Line(text) => t!("{line}: {text} is typed"),
                    Key::End => t!("{line}: its input ends"),
                    Key::Interrupt => t!("{line}: is interrupted"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Clock;
    use crate::travel::Travel;
    use netlab::Duration;

    fn opened(name: &str) -> Lab {
        Lab::new(crate::samples::document(name))
    }

    #[test]
    fn a_planned_outage_is_listed_until_it_happens() {
        let mut lab = opened("spanning-tree");
        let at = |secs| Instant::ZERO + Duration::from_secs(secs);
        let planned = lab.to_come_in_words();
        assert_eq!(
            planned.first(),
            Some(&(at(8), "s1 – s2: the cable is pulled".to_string())),
            "{planned:?}"
        );
        assert!(lab.whole_time().until > at(8));
        lab.perform(Clock::Travel(Travel::To(at(9)))).unwrap();
        for frame in 0..2_000 {
            lab.tick(f64::from(frame) * 16.7, true, &mut || true);
        }
        assert!(lab.to_come_in_words().iter().all(|(when, _)| *when > at(9)));
    }

    #[test]
    fn planned_events_are_listed_in_order_of_time() {
        let planned = opened("broadcast-storm").to_come_in_words();
        assert!(planned.is_sorted_by_key(|(at, _)| *at), "{planned:?}");
        assert!(planned.iter().any(|(_, words)| words == "s1: is set otherwise"), "{planned:?}");
    }
}
