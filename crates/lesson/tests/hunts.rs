//! Endless hunts: every one can be solved, and none is solved by doing nothing.
#![cfg(not(target_arch = "wasm32"))]

use lesson::Play;
use lesson::check::{Files, check};
use lesson::hunt::{Kind, LEVELS, generate};
use netlab::{Duration, Instant};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The goals that are fulfilled after this long, of all.
fn held(play: &Play) -> (Vec<String>, usize) {
    let lesson = play.judge().lesson();
    let held = lesson.goals.iter().enumerate().filter(|(goal, _)| play.judge().status(*goal).holds);
    (held.map(|(_, goal)| goal.id.clone()).collect(), lesson.goals.len())
}

/// The hunts of each level that are looked at. `HUNTS=200` looks at more than the few that every run of the tests does.
fn seeds() -> u64 {
    std::env::var("HUNTS").ok().and_then(|count| count.parse().ok()).unwrap_or(12)
}

/// Broken before, whole after its own repair, and nothing is fulfilled by doing nothing.
fn look(level: u8, seed: u64) -> Vec<Kind> {
    let shared = generate(seed, level);
    let lesson = match shared.drawn(0) {
        Ok(lesson) => Rc::new(lesson),
        Err(faults) => panic!("level {level}, seed {seed}: {}", faults[0]),
    };
    let hidden = &lesson.hidden;
    let mut play = Play::new(lesson.clone()).unwrap();
    play.perform(&lesson.solution).unwrap();
    let (whole, of) = held(&play);
    assert_eq!(whole.len(), of, "level {level}, seed {seed}: {hidden:?} repaired: only {whole:?} of {of}");
    let mut play = Play::new(lesson.clone()).unwrap();
    for second in [60, 120] {
        play.run_to(Instant::ZERO + Duration::from_secs(second));
        let (idle, _) = held(&play);
        assert!(
            !idle.contains(&"all-work".to_owned()),
            "level {level}, seed {seed}: {hidden:?} without consequences"
        );
    }
    play.run_out();
    let (idle, _) = held(&play);
    assert!(idle.is_empty(), "level {level}, seed {seed}: {hidden:?}: doing nothing fulfills {idle:?}");
    hidden.iter().map(|fault| fault.kind).collect()
}

#[test]
fn every_hunt_is_broken_and_whole_after_its_repair_and_nothing_is_fulfilled_by_doing_nothing() {
    let next = AtomicU64::new(0);
    let all = u64::from(LEVELS) * seeds();
    let look_at_some = || {
        let mut seen = Vec::new();
        while let number = next.fetch_add(1, Ordering::Relaxed)
            && number < all
        {
            let level = (number % u64::from(LEVELS)) as u8 + 1;
            seen.extend(look(level, number / u64::from(LEVELS)));
        }
        seen
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let seen: Vec<Kind> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(look_at_some)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    for (kind, name) in Kind::ALL {
        println!("{name}: {}", seen.iter().filter(|one| *one == kind).count());
        assert!(seen.contains(kind), "{name} is never hidden");
    }
}

#[test]
fn a_hunt_is_always_the_same_for_its_seed_and_has_no_faults_as_a_lesson() {
    assert_eq!(generate(3, 2), generate(3, 2));
    assert_ne!(generate(3, 2), generate(4, 2));
    let shared = generate(3, 4);
    let files = Files { lesson: shared.lesson, texts: shared.texts, terms: Vec::new(), seed: shared.seed };
    let errors: Vec<_> = check(&files).into_iter().filter(|finding| finding.is_error).collect();
    assert!(errors.is_empty(), "{errors:?}");
}
