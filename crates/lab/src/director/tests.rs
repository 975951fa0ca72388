//! The director as a viewer sees it: chapters come in order, captions can be read, and a viewer may take over.

use crate::command::{Act, Clock};
use crate::samples;
use crate::speed::Speed;
use crate::travel::Travel;
use crate::{Lab, State};
use netlab::run::{Ping, RunKind, RunSpec, Target};
use netlab::topology::NodeId;
use netlab::{Duration, Instant};
use scenario::Scenario;

const FRAME_MS: f64 = 1_000.0 / 60.0;

fn example(name: &str) -> Scenario {
    scenario::examples().iter().find(|example| example.name == name).expect("there is one").scenario()
}

/// Lets this many animation frames come.
fn play(lab: &mut Lab, now_ms: &mut f64, frames: u32) {
    for _ in 0..frames {
        *now_ms += FRAME_MS;
        lab.tick(*now_ms, false, &mut || true);
    }
}

/// Every sentence of a whole story, with how long it stood, in milliseconds.
fn captions(scenario: Scenario) -> Vec<(String, f64)> {
    let mut lab = Lab::new(scenario);
    let (mut now_ms, mut captions, mut since_ms) = (0.0, Vec::<(String, f64)>::new(), 0.0);
    while lab.state() != State::Quiet && now_ms < 120_000.0 {
        play(&mut lab, &mut now_ms, 1);
        let text = lab.view().narration.to_string();
        if captions.last().is_none_or(|(last, _)| *last != text) {
            since_ms = now_ms;
            captions.push((text, 0.0));
        }
        captions.last_mut().expect("one was put there").1 = now_ms - since_ms;
    }
    captions
}

#[test]
fn each_caption_stands_three_seconds_in_every_example() {
    for example in scenario::examples() {
        let captions = captions(example.scenario());
        let (_last, all) = captions.split_last().expect("there are captions");
        let mut read = Vec::new();
        for (text, stood) in all.iter().filter(|(text, _)| !text.is_empty()) {
            // A chapter's text comes back for as long as nothing else is to be said.
            assert!(*stood >= 2_980.0 || read.contains(text), "{}: {text} stood {stood} ms", example.name);
            read.push(text.clone());
        }
    }
}

#[test]
fn a_pulled_cable_is_told_before_any_frame_and_never_hidden_by_a_crowd() {
    let mut scenario = samples::document("spanning-tree");
    scenario.chapters.clear();
    let captions = captions(scenario);
    let texts: Vec<_> = captions.iter().map(|(text, _)| &text[..]).collect();
    assert!(texts.contains(&"s1 – s2: the cable is pulled."), "{texts:#?}");
    let place = texts.iter().position(|text| text.contains("the cable is pulled")).unwrap();
    assert!(
        texts[place..].iter().any(|text| text.contains("root") || text.contains("forwarding")),
        "the tree that changes is told as well: {texts:#?}"
    );
}

#[test]
fn the_next_chapter_is_looked_for_and_the_one_before_is_found_again() {
    let mut lab = Lab::new(example("link-that-fails"));
    let mut now_ms = 0.0;
    play(&mut lab, &mut now_ms, 2);
    for chapter in 0..lab.scenario().chapters.len() {
        lab.perform(Clock::Chapter(chapter)).unwrap();
        play(&mut lab, &mut now_ms, 400);
        assert!(lab.chapter() >= Some(chapter), "{chapter}: {:?}", lab.chapter());
        assert!(lab.view().chapter_moments[chapter].is_some());
    }
    lab.perform(Clock::Pause).unwrap();
    let pulled = Instant::ZERO + Duration::from_millis(300);
    lab.perform(Clock::Chapter(1)).unwrap();
    play(&mut lab, &mut now_ms, 2);
    assert_eq!((lab.chapter(), lab.look().at, lab.state()), (Some(1), pulled, State::Paused));
    assert_eq!(&*lab.view().narration, lab.scenario().chapters[1].text);
}

#[test]
fn chapters_found_by_leaps_have_the_moments_of_a_story_that_is_watched() {
    for name in ["spanning-tree", "home-network", "two-hosts-and-a-switch"] {
        let (mut watched, mut leaping) = (Lab::new(example(name)), Lab::new(example(name)));
        let (mut now_ms, mut leap_ms) = (0.0, 0.0);
        while watched.state() != State::Quiet {
            play(&mut watched, &mut now_ms, 1);
        }
        let last = leaping.scenario().chapters.len() - 1;
        leaping.perform(Clock::Chapter(last)).unwrap();
        play(&mut leaping, &mut leap_ms, 10);
        assert_eq!(leaping.view().chapter_moments, watched.view().chapter_moments, "{name}");
    }
}

#[test]
fn a_chapter_that_never_comes_ends_the_search() {
    let text = r#"{"packetarium": 1,
        "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}, {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}],
        "links": [{"ends": ["a", "b"]}],
        "runs": [{"ping": {"from": "a", "to": "b", "count": 1}}],
        "chapters": [{"on": {"frame": "rip"}, "title": "Never"}, {"at": "1ms", "title": "A millisecond"}]}"#;
    let mut lab = Lab::new(Scenario::parse(text).unwrap());
    let mut now_ms = 0.0;
    lab.perform(Clock::Chapter(0)).unwrap();
    play(&mut lab, &mut now_ms, 1_000);
    assert_eq!(lab.chapter_to, None);
    assert_eq!(lab.view().chapter_moments[0], None);
    assert_eq!(lab.chapter(), Some(1), "the next one that has a time is not held up");
}

#[test]
fn a_viewer_takes_over_and_gives_the_lead_back() {
    let mut lab = Lab::new(example("two-hosts-and-a-switch"));
    let mut now_ms = 0.0;
    play(&mut lab, &mut now_ms, 10);
    let own = Speed::nearest(20e6);
    lab.perform(Clock::SetSpeed(own)).unwrap();
    play(&mut lab, &mut now_ms, 100);
    assert_eq!((lab.speed(), lab.is_auto_speed()), (own, false));
    lab.perform(Clock::Travel(Travel::Start)).unwrap();
    lab.perform(Clock::AutoSpeed).unwrap();
    lab.perform(Clock::TogglePlay).unwrap();
    play(&mut lab, &mut now_ms, 10);
    assert!(lab.speed() < own && lab.is_auto_speed(), "the first frame is slow again: {:?}", lab.speed());
}

#[test]
fn light_falls_on_the_nodes_that_the_chapter_is_about() {
    let mut lab = Lab::new(scenario::examples()[0].scenario());
    let chapters = lab.scenario().chapters.clone();
    let about: Vec<_> = chapters.iter().map(|chapter| chapter.look.clone()).collect();
    assert!(about.iter().any(|look| !look.is_empty()) && about.windows(2).any(|pair| pair[0] != pair[1]));
    let mut lit = Vec::new();
    for frame in 0..60 * 60 {
        lab.tick(f64::from(frame) * 1e3 / 60.0, false, &mut || true);
        let shown = lab.view().chapter;
        assert_eq!(lab.look().spotlight, shown.map_or(&[][..], |shown| &about[shown]));
        if lit.last() != Some(&shown) {
            lit.push(shown);
        }
    }
    let all = (0..chapters.len()).map(Some);
    assert!(lit.iter().copied().filter(Option::is_some).eq(all), "{lit:?}");
}

#[test]
fn the_picture_and_the_text_of_a_chapter_begin_together() {
    for example in scenario::examples() {
        let mut lab = Lab::new(example.scenario());
        let (mut now_ms, mut before) = (0.0, None);
        while lab.state() != State::Quiet && now_ms < 120_000.0 {
            play(&mut lab, &mut now_ms, 1);
            let text = lab.view().narration;
            if lab.chapter() != before {
                before = lab.chapter();
                let chapter = &lab.story.chapters()[before.expect("chapters only follow each other")];
                assert_eq!(*text, *chapter.text, "{}: {}", example.name, chapter.title);
            }
        }
    }
}

#[test]
fn what_a_headline_says_stays_until_a_person_does_something() {
    let text = r#"{"packetarium": 1,
        "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}, {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}],
        "links": [{"ends": ["a", "b"]}],
        "runs": [{"ping": {"from": "a", "to": "b", "count": 20}}],
        "chapters": [{"at": "0s", "title": "A ping", "text": "It goes there and back.", "headline": true}]}"#;
    let mut lab = Lab::new(Scenario::parse(text).unwrap());
    let mut now_ms = 0.0;
    let mut sentences = |lab: &mut Lab, secs: u32| -> Vec<String> {
        let mut all: Vec<_> = (0..secs * 60)
            .map(|_| {
                play(lab, &mut now_ms, 1);
                lab.view().narration.to_string()
            })
            .collect();
        all.dedup();
        all
    };
    assert_eq!(
        sentences(&mut lab, 8),
        ["It goes there and back."],
        "the first ARP and the first ping are no news"
    );
    let kind = RunKind::Ping(Ping { count: 1, ..Ping::default() });
    let back = RunSpec { from: NodeId(1), to: Target::Node(NodeId(0), None), kind };
    lab.perform(Act::Start(Box::new(back))).unwrap();
    let after = sentences(&mut lab, 8);
    assert!(after.len() > 1 && !after.contains(&"It goes there and back.".to_string()), "{after:#?}");
}
