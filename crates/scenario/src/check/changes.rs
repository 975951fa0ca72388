//! Changes: whether each has something to change by then. What they add is checked with the rest of the network.

use super::{Check, root};
use crate::bounds::*;
use crate::quantity::show_time;
use crate::{Change, defaults};
use netlab::topology::Link;
use netlab::{Duration, Instant};

impl<'s> Check<'s> {
    pub(super) fn changes(&mut self) {
        let mut last = Instant::ZERO;
        // How many nodes and links there are by now.
        let [mut nodes, mut links] = self.started;
        let changes = self.changes;
        for (number, (at, change)) in changes.iter().enumerate() {
            let place = root().field("changes").index(number);
            self.time_within(
                place.field("at"),
                at.since(defaults::AT),
                [Duration::ZERO, AT_MAX.since(defaults::AT)],
            );
            if *at < last {
                let message = format!(
                    "{} is before the change in front of it, which comes at {}: put them in order of time",
                    show(*at),
                    show(last)
                );
                self.error(place.field("at"), message);
            }
            last = *at;
            if self.unusable.changes.contains(&number) {
                continue;
            }
            match change {
                Change::Node { .. } => nodes += 1,
                Change::Cable(link) => {
                    links += 1;
                    let whole = self.scenario.ids.len();
                    if link.ends.iter().any(|end| (nodes..whole).contains(&end.index())) {
                        self.error(
                            place.field("cable").field("ends"),
                            "an end of this cable is only added later",
                        );
                    }
                }
                Change::Link(link, ways) if link.index() < links => {
                    let link = Link::new(self.scenario.topology.link(*link).ends, ways.clone());
                    self.lines(&place.field("link"), &link);
                }
                Change::Port(..) | Change::Set(..) | Change::Clear(_) => {}
                Change::Link(..) => self.error(place.field("link"), "there is no such link by then"),
                Change::Stop(run) => match self.scenario.runs.get(run.0 as usize) {
                    None => self.error(place.field("stop"), "there is no such run: they are counted from 0"),
                    Some((begins, _)) if at < begins => {
                        let message =
                            format!("this run only begins at {}: stop it then or later", show(*begins));
                        self.error(place.field("stop"), message);
                    }
                    Some(_) => {}
                },
            }
        }
    }
}

fn show(at: Instant) -> String {
    show_time(at.since(defaults::AT))
}
