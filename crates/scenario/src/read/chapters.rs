//! Chapters, read last: their moments may name nodes, links and runs, there from the start or added.

use super::values::listed;
use super::{Object, Reader, fields};
use crate::changes::Cables;
use crate::chapters::{Chapter, Event, FrameKind, Moment, Pace};
use crate::commands::Entry;
use crate::json::Value;
use crate::{Scenario, bounds, defaults};
use netlab::run::RunId;
use netlab::topology::LinkId;
use texts::t;

impl<'a> Reader<'a> {
    pub(super) fn chapters(&mut self, whole: &Scenario, values: &[Value<'a>]) -> Vec<Chapter> {
        if values.is_empty() {
            return Vec::new();
        }
        let cables = Cables::of(&whole.topology);
        let chapters: Vec<_> = values.iter().map(|value| self.chapter(&cables, value)).collect();
        // The check would count those that are left otherwise than the text does.
        chapters.into_iter().collect::<Option<_>>().unwrap_or_default()
    }

    fn chapter(&mut self, cables: &Cables, value: &Value<'a>) -> Option<Chapter> {
        let chapter = self.object(value, t!("a chapter"), fields::CHAPTER)?;
        let title = self.required(&chapter, "title", Self::string);
        let text = self.field(&chapter, "text", String::new(), Self::string);
        let look = self.list_of(&chapter, "look", bounds::LOOK_MAX);
        let look: Vec<_> = look.iter().filter_map(|node| self.node_id(node)).collect();
        let pace = self
            .field(&chapter, "pace", Pace::Normal, |reader, value| reader.named(value, &Pace::ALL, "pace"));
        let headline = self.field(&chapter, "headline", false, Self::boolean);
        let moment = self.chapter_moment(cables, &chapter);
        Some(Chapter { title: title?, text, moment: moment?, look, pace, headline })
    }

    fn chapter_moment(&mut self, cables: &Cables, chapter: &Object<'a>) -> Option<Moment> {
        match (chapter.get("at"), chapter.get("on")) {
            (Some(_), Some(on)) => {
                self.refuse(on, t!("a chapter begins at a time or on an event: remove \"at\" or \"on\""))
            }
            (None, None) => Some(Moment::At(defaults::AT)),
            (Some(at), None) => self.moment(at).map(Moment::At),
            (None, Some(on)) => {
                let object = self.object(on, t!("an event"), fields::EVENT)?;
                let after = self.field(&object, "after", defaults::AT, Self::moment);
                let event = self.event(cables, &object)?;
                Some(Moment::On { event, after })
            }
        }
    }

    fn event(&mut self, cables: &Cables, object: &Object<'a>) -> Option<Event> {
        let given = |kind: &&'static str| object.get(kind).map(|value| (*kind, value));
        let given: Vec<_> = fields::EVENTS.iter().filter_map(given).collect();
        let &[(kind, value)] = &given[..] else {
            let message = match given.len() {
                0 => t!("say what happens: add one of {}", fields::EVENTS.join(", ")),
                _ => t!("a chapter begins on one event: remove the others").to_owned(),
            };
            return self.refuse(&object.value, message);
        };
        for (option, of) in fields::EVENT_OPTIONS {
            if let Some(found) = object.get(option).filter(|_| !of.contains(&kind)) {
                return self.refuse(found, t!("\"{option}\" is for {}: remove it", listed(of)));
            }
        }
        match kind {
            "frame" => {
                let from = self.field(object, "from", None, |reader, value| reader.node_id(value).map(Some));
                self.named(value, FrameKind::ALL, t!("kind of frame")).map(|frame| Event::Frame(frame, from))
            }
            "drop" => self.node_id(value).map(Event::Drop),
            "down" => self.cable_between(cables, object, value).map(Event::Down),
            "up" => self.cable_between(cables, object, value).map(Event::Up),
            "begins" => self.run_number(value).map(Event::Begins),
            "ends" => self.run_number(value).map(Event::Ends),
            "route" => self.node_id(value).map(Event::Route),
            "tree" => self.node_id(value).map(Event::Tree),
            _ => self.node_id(value).map(Event::Address),
        }
    }

    /// The number of a run; the check refuses one that there is not.
    pub(super) fn run_number(&mut self, value: &Value<'a>) -> Option<RunId> {
        match self.entry(value)? {
            Entry::Run(run) => Some(run),
            Entry::Command(_) => self.refuse(value, t!("this is a command: write the number of a run")),
        }
    }

    fn cable_between(&mut self, cables: &Cables, object: &Object<'a>, value: &Value<'a>) -> Option<LinkId> {
        let ends = self.ends(value)?;
        self.which(cables, object, value, ends)
    }

    /// What has this name.
    fn named<T: Copy>(&mut self, value: &Value<'a>, all: &[(T, &'static str)], what: &str) -> Option<T> {
        let names: Vec<_> = all.iter().map(|(_, name)| *name).collect();
        self.one_of(value, &names, what).map(|number| all[number].0)
    }
}
