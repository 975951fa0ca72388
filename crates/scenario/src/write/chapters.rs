//! Chapters.

use super::{Everything, unless};
use crate::changes::Cables;
use crate::chapters::{Chapter, Event, Moment, Pace};
use crate::quantity::show_time;
use crate::tree::{Fields, Json};
use crate::{Scenario, defaults};
use netlab::Instant;
use netlab::topology::LinkId;

pub(super) fn chapters<'a>(scenario: &'a Scenario, all: &Everything<'a>) -> Vec<Json<'a>> {
    if scenario.chapters.is_empty() {
        return Vec::new();
    }
    let mut cables = Cables::of(&scenario.topology);
    scenario.cables().for_each(|link| cables.add(link.ends));
    scenario.chapters.iter().map(|one| chapter(all, &cables, one).into()).collect()
}

fn chapter<'a>(all: &Everything<'a>, cables: &Cables, chapter: &'a Chapter) -> Fields<'a> {
    let mut fields = Fields::default();
    match chapter.moment {
        Moment::At(at) => {
            fields.maybe("at", unless(at, defaults::AT).map(show));
        }
        Moment::On { event, after } => {
            let mut on = written(all, cables, event);
            on.maybe("after", unless(after, defaults::AT).map(show));
            fields.put("on", on);
        }
    }
    fields
        .put("title", &chapter.title[..])
        .maybe("text", unless(&chapter.text[..], ""))
        .list("look", chapter.look.iter().map(|node| all.id(*node).into()).collect())
        .maybe("pace", unless(chapter.pace, Pace::Normal).map(Pace::name))
        .maybe("headline", chapter.headline.then_some(true));
    fields
}

fn written<'a>(all: &Everything<'a>, cables: &Cables, event: Event) -> Fields<'a> {
    let mut fields = Fields::default();
    match event {
        Event::Frame(kind, from) => {
            fields.put("frame", kind.name()).maybe("from", from.map(|from| all.id(from)));
        }
        Event::Drop(node) => {
            fields.put("drop", all.id(node));
        }
        Event::Down(link) => cable(&mut fields, "down", all, cables, link),
        Event::Up(link) => cable(&mut fields, "up", all, cables, link),
        Event::Begins(run) => {
            fields.put("begins", run.0);
        }
        Event::Ends(run) => {
            fields.put("ends", run.0);
        }
        Event::Route(node) => {
            fields.put("route", all.id(node));
        }
        Event::Tree(node) => {
            fields.put("tree", all.id(node));
        }
        Event::Address(node) => {
            fields.put("address", all.id(node));
        }
    }
    fields
}

fn cable<'a>(
    fields: &mut Fields<'a>,
    name: &'static str,
    all: &Everything<'a>,
    cables: &Cables,
    link: LinkId,
) {
    let ends = cables.ends(link);
    fields
        .put(name, Json::List(ends.map(|end| all.id(end).into()).into()))
        .maybe("which", cables.which(link));
}

fn show(at: Instant) -> String {
    show_time(at.since(Instant::ZERO))
}
