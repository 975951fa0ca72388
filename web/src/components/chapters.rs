//! The chapters of a scenario: which one it is, the way to the others, and their flags on the time line.

use super::icon::{Glyph, icon};
use super::on;
use crate::session::Session;
use lab::command::Clock;
use lab::timeline::Window;
use lab::view::View;
use markup::html;
use texts::t;
use yew::prelude::*;

/// The chapter that is shown, between buttons to the one before and the one after it.
pub fn chapters(session: &Session, view: &View) -> Html {
    let chapters = &view.sketch.chapters;
    if chapters.is_empty() {
        return Html::default();
    }
    let go = |label: &'static str, key: &'static str, glyph: Glyph, to: Option<usize>| {
        html! {
            <button type="button" class="button quiet icon-only" aria-label={label} title={format!("{label} ({key})")}
                disabled={to.is_none()} onclick={on(session, move |session| {
                    if let Some(to) = to {
                        session.perform(Clock::Chapter(to));
                    }
                })}>{ icon(glyph) }</button>
        }
    };
    let now = view.chapter.and_then(|now| chapters.get(now));
    let place = format!("{}/{}", view.chapter.map_or(0, |now| now + 1), chapters.len());
    html! {
        <div class="chapters" role="group" aria-label={t!("Chapters")}>
            { go(t!("Previous chapter"), "p", Glyph::StepBack, view.chapter_before()) }
            <span class="chapter" title={now.map(|chapter| chapter.text.clone())}>
                <span class="chapter-place">{ place }</span>
                if let Some(chapter) = now {
                    <span class="chapter-title">{ &chapter.title }</span>
                } else {
                    { t!("Next: {}", &chapters[0].title) }
                }
            </span>
            { go(t!("Next chapter"), "n", Glyph::Step, view.chapter_after()) }
        </div>
    }
}

/// The share of the strip that a flag needs for itself: about its width where the strip is narrow. What begins at the same moment stands
/// side by side, so that each can be pressed.
const FLAG: f64 = 0.03;

/// A flag for each chapter whose moment is known, at its place on the strip.
pub fn flags(session: &Session, view: &View, window: Window) -> Html {
    let mut last = -1.0;
    let known = view.chapter_moments.iter().enumerate().filter_map(|(number, at)| {
        let share = window.share((*at)?);
        if !(0.0..=1.0).contains(&share) {
            return None;
        }
        last = if (share - last).abs() < FLAG { last + FLAG } else { share };
        Some((number, last))
    });
    let flags = known.map(|(number, share)| {
        let title = view.sketch.chapters.get(number).map(|chapter| chapter.title.clone()).unwrap_or_default();
        let label = t!("Chapter {}: {title}", number + 1);
        let place = format!("left: {}%", lab::format::fixed(share * 100.0, 1));
        let is_now = (view.chapter == Some(number)).then_some("step");
        html! {
            <button key={number} type="button" class="flag" ~style={place} aria-label={label.clone()} title={label}
                aria-current={is_now} onclick={on(session, move |session| session.perform(Clock::Chapter(number)))}></button>
        }
    });
    html! { <div class="flags">{ for flags }</div> }
}
