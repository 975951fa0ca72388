//! The director's schedule of every example, in wall time at default settings: animation frames of 60 Hz, no browser.

use lab::{Lab, State};
use scenario::Example;

/// An animation frame.
const FRAME_MS: f64 = 1_000.0 / 60.0;
/// By then the headline is on the stage, and by then the whole story is over, in seconds.
const HEADLINE_SECS_MAX: f64 = 20.0;
const STORY_SECS_MAX: f64 = 90.0;

/// What a viewer sees of an example, in seconds since it was opened.
#[derive(Debug)]
struct Schedule {
    /// When each chapter begins.
    chapters: Vec<Option<f64>>,
    /// When nothing moves any more.
    over: f64,
    /// Each sentence, and how long it stood.
    sentences: Vec<(String, f64)>,
}

fn all() -> impl Iterator<Item = &'static Example> {
    scenario::examples().iter()
}

fn watch(example: &Example) -> Schedule {
    let mut lab = Lab::new(example.scenario());
    let count = lab.scenario().chapters.len();
    let mut schedule = Schedule { chapters: vec![None; count], over: f64::MAX, sentences: Vec::new() };
    let mut shown_ms = 0.0;
    for frame in 0..60 * 600 {
        let now_ms = f64::from(frame) * FRAME_MS;
        lab.tick(now_ms, false, &mut || true);
        if let Some(chapter) = lab.chapter() {
            schedule.chapters[chapter].get_or_insert(now_ms / 1e3);
        }
        if frame % 6 == 0 {
            let sentence = lab.view().narration.to_string();
            let last = schedule.sentences.last_mut();
            match last.filter(|(last, _)| *last == sentence) {
                Some((_, stood)) => *stood = (now_ms - shown_ms) / 1e3,
                None => {
                    shown_ms = now_ms;
                    schedule.sentences.push((sentence, 0.0));
                }
            }
        }
        if lab.state() == State::Quiet {
            schedule.over = now_ms / 1e3;
            break;
        }
    }
    schedule
}

#[test]
fn the_text_of_every_chapter_is_shown_until_it_can_have_been_read() {
    for example in all() {
        let sentences = watch(example).sentences;
        for chapter in example.scenario().chapters.iter().filter(|chapter| !chapter.text.is_empty()) {
            let at = sentences.iter().position(|(text, _)| *text == chapter.text);
            // The last sentence goes on standing when nothing moves any more.
            let stood = at.map(|at| if at + 1 == sentences.len() { f64::MAX } else { sentences[at].1 });
            // 45 ms a character; what is read is looked at ten times a second.
            let needed = chapter.text.chars().count() as f64 * 0.045 - 0.3;
            assert!(
                stood.is_some_and(|stood| stood >= needed),
                "{}: {}: {stood:?}",
                example.name,
                chapter.title
            );
        }
    }
}

#[test]
fn every_example_shows_its_headline_in_20_seconds_and_is_over_in_90() {
    let mut late = Vec::new();
    for example in all() {
        let schedule = watch(example);
        let chapters = example.scenario().chapters;
        let headline = chapters.iter().position(|chapter| chapter.headline).unwrap_or(0);
        let at = schedule.chapters.get(headline).copied().flatten().unwrap_or(f64::MAX);
        let shown: Vec<_> =
            schedule.chapters.iter().map(|at| at.map_or("never".into(), |at| format!("{at:.0}"))).collect();
        println!("{:24} headline {at:5.1} s, over {:5.1} s, chapters {shown:?}", example.name, schedule.over);
        if std::env::var_os("SENTENCES").is_some_and(|name| name == example.name) {
            for (text, stood) in &schedule.sentences {
                println!("    {stood:4.1} s  {text}");
            }
        }
        if !(at <= HEADLINE_SECS_MAX && schedule.over <= STORY_SECS_MAX) {
            late.push(example.name);
        }
        let promised = f64::from(example.seconds);
        if (schedule.over - promised).abs() > promised / 4.0 {
            late.push(example.name);
        }
        if !(3..=8).contains(&chapters.len()) || schedule.chapters.iter().any(Option::is_none) {
            late.push(example.name);
        }
    }
    assert!(late.is_empty(), "{late:?}");
}
