//! Chapters: whether what they wait for exists, and whether they are in order of time.

use super::{Check, root};
use crate::bounds::*;
use crate::chapters::{Chapter, Event, Moment};
use crate::fault::{Level, Place};
use crate::problem::Kind;
use crate::quantity::show_time;
use crate::{Change, Scenario, defaults};
use netlab::run::RunId;
use netlab::topology::{LinkId, NodeId, NodeKind};
use netlab::{Duration, Instant};
use texts::t;
use wire::impair::Impairment;

impl Check<'_> {
    pub(super) fn chapters(&mut self) {
        let scenario: &Scenario = self.scenario;
        let chapters = &scenario.chapters;
        if chapters.len() > CHAPTERS_MAX {
            let message = t!("there are more than {CHAPTERS_MAX} chapters, which is the limit");
            self.error(root().field("chapters"), message);
        }
        let (mut last, mut headline) = (Instant::ZERO, None);
        for (number, chapter) in chapters.iter().take(CHAPTERS_MAX).enumerate() {
            let place = root().field("chapters").index(number);
            self.chapter(&place, chapter, &mut last);
            if chapter.headline
                && let Some(earlier) = headline.replace(number)
            {
                let message = t!("chapters[{earlier}] is the headline already: a story has one");
                self.error(place.field("headline"), message);
            }
        }
    }

    fn chapter(&mut self, place: &Place, chapter: &Chapter, last: &mut Instant) {
        self.text_within(place.field("title"), &chapter.title, TITLE_CHARS_MAX);
        if chapter.title.trim().is_empty() || super::has_control(&chapter.title) {
            self.error(
                place.field("title"),
                t!("a chapter's title is one line of text without control characters"),
            );
        }
        self.text_within(place.field("text"), &chapter.text, CHAPTER_CHARS_MAX);
        if chapter.look.len() > LOOK_MAX {
            let message = t!("a chapter can point at {LOOK_MAX} nodes at most");
            self.error(place.field("look"), message);
        }
        for (number, node) in chapter.look.iter().enumerate() {
            let place = place.field("look").index(number);
            if node.index() >= self.scenario.ids.len() {
                self.error(place, t!("there is no such node"));
            } else if chapter.look[..number].contains(node) {
                self.error(place, t!("this node stands here twice: remove one"));
            }
        }
        match chapter.moment {
            Moment::At(at) => {
                let place = place.field("at");
                self.time_within(
                    place.clone(),
                    at.since(defaults::AT),
                    [Duration::ZERO, AT_MAX.since(defaults::AT)],
                );
                if at < *last {
                    let [at, before] = [at, *last].map(|at| show_time(at.since(defaults::AT)));
                    let message = t!(
                        "{at} is before an earlier chapter, which begins at {before}: put chapters in order of time"
                    );
                    self.error(place, message);
                }
                *last = at.max(*last);
            }
            Moment::On { event, after } => {
                let place = place.field("on");
                let bounds = [Duration::ZERO, AT_MAX.since(defaults::AT)];
                self.time_within(place.field("after"), after.since(defaults::AT), bounds);
                self.event(&place, event);
            }
        }
    }

    fn event(&mut self, place: &Place, event: Event) {
        let nodes = &self.scenario.topology.nodes;
        let kind = |node: NodeId| nodes.get(node.index()).map(|node| &node.kind);
        let is_known = |node: NodeId| self.readable(node);
        let wrong = match event {
            Event::Frame(_, None) => None,
            Event::Frame(_, Some(node)) => missing(kind(node), "from"),
            Event::Drop(node) => missing(kind(node), "drop"),
            Event::Route(node) => match kind(node) {
                Some(NodeKind::Router(_)) => None,
                Some(_) if !is_known(node) => None,
                _ => Some(("route", t!("only routers have routes that change: name one"))),
            },
            Event::Tree(node) => match kind(node) {
                Some(NodeKind::Switch(_)) => None,
                Some(_) if !is_known(node) => None,
                _ => Some(("tree", t!("only switches are in a spanning tree: name one"))),
            },
            Event::Address(node) => match kind(node) {
                Some(NodeKind::Host(_)) => None,
                Some(_) if !is_known(node) => None,
                _ => Some(("address", t!("only hosts get addresses from a router: name one"))),
            },
            Event::Begins(run) => self.no_run(run).then_some(("begins", no_run())),
            Event::Ends(run) => self.no_run(run).then_some(("ends", no_run())),
            Event::Down(link) | Event::Up(link) => {
                let field = if matches!(event, Event::Down(_)) { "down" } else { "up" };
                if link.index() >= self.scenario.topology.links.len() {
                    return self.error(place.field(field), t!("there is no such link"));
                }
                if !self.can_go_down(link) {
                    let message = t!(
                        "nothing in this document pulls or plugs this cable, so that this chapter begins only if a \
                                   person does"
                    );
                    self.problem(Kind::Other, Level::Warning, place.field(field), message.into());
                }
                None
            }
        };
        if let Some((field, message)) = wrong {
            self.error(place.field(field), message);
        }
    }

    fn no_run(&self, run: RunId) -> bool {
        run.0 as usize >= self.scenario.runs.len()
    }

    /// Whether a change or an outage of the document can take this link's carrier.
    fn can_go_down(&self, link: LinkId) -> bool {
        let goes = |ways: &[netlab::topology::Way; 2]| {
            let mut all = ways.iter().flat_map(|way| &way.impairments);
            all.any(|one| matches!(one, Impairment::Down | Impairment::Outage { .. }))
        };
        goes(&self.scenario.topology.link(link).ways)
            || self.changes.iter().any(|(_, change)| match change {
                Change::Link(changed, ways) => *changed == link && goes(ways),
                Change::Port(changed, ..) => *changed == link,
                Change::Node { .. }
                | Change::Cable(_)
                | Change::Set(..)
                | Change::Clear(_)
                | Change::Stop(_)
                | Change::Key(..) => false,
            })
    }
}

fn no_run() -> &'static str {
    t!("there is no such run: they are counted from 0")
}

fn missing(kind: Option<&NodeKind>, field: &'static str) -> Option<(&'static str, &'static str)> {
    kind.is_none().then_some((field, t!("there is no such node")))
}
