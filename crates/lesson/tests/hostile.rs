//! What comes from a link or a file is hostile: it is read or refused, in bounded time and memory. The fuzz targets look for more.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use lesson::bounds::LESSON_BYTES_MAX;
use lesson::link::{self, Shared};
use lesson::result::HandIn;
use lesson::{Lesson, markdown, prose::Prose};
use netlab::Duration;
use proptest::prelude::*;

const SWITCH: &str = include_str!("../../../lessons/02-switch/lesson.json");
const ENGLISH: &str = include_str!("../../../lessons/02-switch/en.json");

fn result() -> HandIn {
    HandIn {
        lesson: "switch".into(),
        name: "Ada \"L\" <b>".into(),
        seed: 7,
        document: r#"{"packetarium":1}"#.into(),
        until: Duration::from_nanos(4_080_089_601),
        answers: vec![("how".into(), vec!["source".into()])],
        predictions: vec![("request".into(), vec!["b".into(), "c".into()])],
        attempts: 3,
        seconds: 400,
        ..HandIn::default()
    }
}

#[test]
fn links_hold_what_was_put_into_them() {
    let shared = Shared { lesson: SWITCH.into(), texts: vec![("en".into(), ENGLISH.into())], seed: Some(9) };
    let fragment = link::encode(&shared).unwrap();
    let found = link::decode(&format!("https://example.org/?embed#{fragment}")).unwrap();
    assert_eq!((Lesson::read(&found.lesson, 3), found.seed), (Lesson::read(SWITCH, 3), Some(9)));
    assert_eq!(Prose::read(&found.texts[0].1), Prose::read(ENGLISH));
    assert_eq!(link::decode(&link::encode(&found).unwrap()), Ok(found));
    // A program that passes links on may write the colons otherwise.
    assert!(link::decode(&fragment.replace(':', "%3A")).is_ok());
    assert_eq!(HandIn::decode(&result().encode().unwrap()).as_ref(), Ok(&result()));
    assert_ne!(result().code(), HandIn { attempts: 4, ..result() }.code());
    // They are no links to scenarios, and the other way round.
    assert!(scenario::link::decode(&fragment).is_err() && HandIn::decode(&fragment).is_err());
    assert!(link::decode(&fragment["lesson:".len()..]).is_err());
}

#[test]
fn what_is_too_large_or_too_deep_is_refused() {
    let refused = |text: &str| {
        let faults = Lesson::read(text, 1).unwrap_err();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert!(refused(&" ".repeat(LESSON_BYTES_MAX + 1)).contains("bytes"));
    // A short text whose variables would make it long.
    let long = "x".repeat(200);
    let many = "{v}".repeat(5_300);
    let bomb = format!(
        r#"{{"lesson": 1, "id": "b", "variables": {{"v": {{"choice": ["{long}"]}}}}, "document": {{"packetarium": 1, "title": "{many}", "description": "{many}"}}}}"#
    );
    assert!(bomb.len() < 40_000 && refused(&bomb).contains("filled in"));
    let goal = |inner: &str| SWITCH.replacen(r#"{"predicted": "request"}"#, inner, 1);
    let deep = format!("{}{}{}", r#"{"not": "#.repeat(20), r#"{"ran": "1s"}"#, "}".repeat(20));
    assert!(refused(&goal(&deep)).contains("deep"));
    let wide = format!(r#"{{"all": [{}]}}"#, vec![r#"{"ran": "1s"}"#; 40].join(","));
    assert!(refused(&goal(&wide)).contains("more than 16 entries"));
    assert!(Prose::read(&format!(r#"{{"a": "{}"}}"#, "x".repeat(5_000))).is_err());
}

proptest! {
    #[test]
    fn a_changed_lesson_is_read_or_refused(at in 0usize..5_000, sign in prop::sample::select(vec!['{', '}', '"', ',', '0', '-', 'x', ' ']), seed in any::<u64>()) {
        let mut text = SWITCH.to_owned();
        let at = (0..=at.min(text.len() - 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        text.insert(at, sign);
        let _ = Lesson::read(&text, seed);
    }

    #[test]
    fn whatever_is_written_is_markdown_or_refused(text in "[a-z*`\\[\\]()\\- \n#0-9:.]{0,80}") {
        if let Ok(blocks) = markdown::parse(&text) {
            let plain = markdown::plain(&blocks);
            prop_assert!(plain.len() <= text.len() + 1);
        }
    }

    #[test]
    fn whatever_stands_in_a_link_is_opened_or_refused(text in "\\PC{0,60}", at in 0usize..400, sign in "[A-Za-z0-9_-]") {
        for word in [link::LESSON, lesson::link::RESULT] {
            let _ = link::decode(&format!("{word}{text}"));
            let _ = HandIn::decode(&format!("{word}2:{text}"));
        }
        let mut cut = result().encode().unwrap();
        let at = at.min(cut.len() - 1);
        cut.replace_range(at..at + 1, &sign);
        if let Ok(found) = HandIn::decode(&cut) {
            prop_assert_eq!(HandIn::decode(&found.encode().unwrap()), Ok(found));
        }
    }

    #[test]
    fn every_seed_draws_a_sound_lesson(seed in any::<u64>()) {
        let lesson = Lesson::read(SWITCH, seed);
        prop_assert!(lesson.is_ok(), "{:?}", lesson.err());
    }
}
