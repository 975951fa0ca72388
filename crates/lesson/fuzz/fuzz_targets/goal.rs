//! Whatever a goal says, judging it ends, and ends with the same verdict in one piece and in slices.
#![no_main]

use lesson::{Judge, Lesson};
use netlab::{Duration, Instant};
use std::rc::Rc;

const DOCUMENT: &str = r#"{"packetarium": 1, "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}, {"id": "s1", "kind": "switch"},
    {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}], "links": [{"ends": ["a", "s1"], "delay": "1ms"}, {"ends": ["s1", "b"], "delay": "1ms"}],
    "runs": [{"ping": {"from": "a", "to": "b", "count": 2}}, {"at": "2s", "echo": {"from": "b", "to": "a"}}]}"#;

libfuzzer_sys::fuzz_target!(|goal: &str| {
    let text = format!(
        r#"{{"lesson": 1, "id": "f", "document": {DOCUMENT}, "goals": {{"g": {goal}}}, "questions": {{"q": {{"number": 1}}}},
        "predictions": {{"p": {{"arrives": "icmp", "at": "s1", "ask": "ports"}}}}}}"#
    );
    let Ok(lesson) = Lesson::read(&text, 1) else { return };
    let lesson = Rc::new(lesson);
    let judged = |slice_ms: u64| {
        let mut world = lesson.scenario.world(netlab::history::Limits::default()).unwrap();
        let mut judge = Judge::new(lesson.clone());
        let end = Instant::ZERO + Duration::from_secs(4);
        while world.now() < end {
            let until = (world.now() + Duration::from_millis(slice_ms)).min(end);
            world.run_until(until, || true);
            while !judge.follow(&world, 7) {}
        }
        (0..lesson.goals.len()).map(|goal| (*judge.status(goal), judge.verdict(goal))).collect::<Vec<_>>()
    };
    assert_eq!(judged(4_000), judged(333));
});
