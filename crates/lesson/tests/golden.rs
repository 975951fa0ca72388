//! The verdicts about lessons that ship, natively and in wasm: the same sentences, moments and proofs.
//!
//! A change of the engine or of a lesson may change them. Then look at what has changed (`packetarium lesson play`), and put the new
//! digest here: the test prints it.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use lesson::{Lesson, Play};
use std::fmt::Write as _;
use std::rc::Rc;
use xxhash_rust::xxh3::xxh3_64;

/// Lessons without services, which tests in wasm do not have.
const LESSONS: [(&str, &str, &str); 2] = [
    ("02-switch", include_str!("../../../lessons/02-switch/lesson.json"), "c8a17cbeae7f83c6"),
    ("h1-office", include_str!("../../../lessons/h1-office/lesson.json"), "056b3ac7fc90138b"),
];

/// Everything that the judge says of the solution, of every wrong answer and of doing nothing, under three drawings.
fn judged(text: &str) -> String {
    let mut said = String::new();
    for seed in 1..4 {
        let lesson = Rc::new(Lesson::read(text, seed).expect("it ships"));
        write!(said, "{:?}", lesson.drawing.values).unwrap();
        let wrong = lesson.wrong.iter().map(|wrong| &wrong.acts[..]);
        let all = wrong.chain([&lesson.solution[..], &[]]);
        for acts in all {
            let mut play = Play::new(lesson.clone()).unwrap();
            play.perform(acts).unwrap();
            play.run_out();
            for goal in 0..lesson.goals.len() {
                writeln!(said, "{:?}", play.judge().verdict(goal)).unwrap();
            }
            for prediction in 0..lesson.predictions.len() {
                writeln!(said, "{}", play.judge().outcome(prediction)).unwrap();
            }
            writeln!(said, "{:016x}", play.world().history().hash()).unwrap();
        }
    }
    said
}

#[test]
fn every_verdict_is_what_it_always_was() {
    let found: Vec<_> = LESSONS
        .iter()
        .map(|(name, text, _)| (*name, format!("{:016x}", xxh3_64(judged(text).as_bytes()))))
        .collect();
    let expected = LESSONS.map(|(name, _, digest)| (name, digest.to_owned()));
    assert_eq!(found, expected);
}
