//! The lab as a person uses it: however it is played, the history is the same.

use crate::command::{Act, Clock, Command, Editor};
use crate::edit::Edit;
use crate::speed::Speed;
use crate::travel::Travel;
use crate::{Lab, State};
use netlab::run::{Ping, RunKind, RunSpec, Target};
use netlab::topology::{LinkId, NodeId};
use netlab::{Duration, Instant};
use proptest::prelude::*;
use scenario::{Scenario, link};

fn example(number: usize) -> Scenario {
    crate::samples::numbered(number)
}

fn ping(from: u32, to: u32) -> Command {
    let kind = RunKind::Ping(Ping { count: 2, ..Ping::default() });
    Act::Start(Box::new(RunSpec { from: NodeId(from), to: Target::Node(NodeId(to), None), kind })).into()
}

/// Lets animation frames of this length come until nothing moves, and says the history's hash.
fn play_to_the_end(lab: &mut Lab, now_ms: &mut f64, frame_ms: f64) -> u64 {
    for _ in 0..2_000_000 {
        *now_ms += frame_ms;
        lab.tick(*now_ms, false, &mut || true);
        if lab.state() == State::Quiet {
            return lab.world.history().hash();
        }
    }
    panic!("it never became quiet: {:?} at {}", lab.state(), lab.playhead.at());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn at_every_speed_and_frame_rate_the_history_ends_the_same(
        frame_ms in 4.0f64..60.0,
        step in 9u8..=Speed::STEP_MAX,
        skip_quiet: bool,
        budget in 1usize..200,
    ) {
        let reference = play_to_the_end(&mut Lab::new(example(4)), &mut 0.0, 16.7);
        let mut lab = Lab::new(example(4));
        lab.perform(Clock::SetSpeed(Speed::from_step(step))).unwrap();
        lab.perform(Clock::SkipQuiet(skip_quiet || step < 15)).unwrap();
        let mut now_ms = 0.0;
        while lab.state() != State::Quiet {
            now_ms += frame_ms;
            let mut left = budget;
            lab.tick(now_ms, false, &mut || { left = left.saturating_sub(1); left > 0 });
        }
        prop_assert_eq!(lab.world.history().hash(), reference);
    }

    #[test]
    fn what_is_shared_plays_the_same_whenever_a_run_was_started(frames in 1u32..900) {
        let mut lab = Lab::new(example(0));
        let mut now_ms = 0.0;
        for _ in 0..frames {
            now_ms += 16.7;
            lab.tick(now_ms, false, &mut || true);
        }
        lab.perform(ping(2, 0)).unwrap();
        let hash = play_to_the_end(&mut lab, &mut now_ms, 16.7);
        let shared = link::decode(&link::encode(lab.scenario())).unwrap();
        prop_assert_eq!(play_to_the_end(&mut Lab::new(shared), &mut 0.0, 9.0), hash);
    }
}

#[test]
fn a_run_started_when_all_is_quiet_wakes_the_lab_and_is_shared_too() {
    let mut lab = Lab::new(example(0));
    let mut now_ms = 0.0;
    let quiet = play_to_the_end(&mut lab, &mut now_ms, 16.7);
    let at = lab.playhead.at();
    lab.perform(ping(0, 2)).unwrap();
    assert_eq!(lab.state(), State::Playing);
    assert!(lab.scenario().runs.last().unwrap().0 > at, "it begins at the playhead");
    let hash = play_to_the_end(&mut lab, &mut now_ms, 16.7);
    assert_ne!(hash, quiet);
    assert_eq!(play_to_the_end(&mut Lab::new(lab.scenario().clone()), &mut 0.0, 16.7), hash);
}

#[test]
fn a_quiet_lab_rests_and_its_hash_stays() {
    let mut lab = Lab::new(example(4));
    let mut now_ms = 0.0;
    let hash = play_to_the_end(&mut lab, &mut now_ms, 16.7);
    let at = lab.playhead.at();
    for _ in 0..1_000 {
        now_ms += 16.7;
        lab.tick(now_ms, false, &mut || true);
    }
    assert_eq!((lab.playhead.at(), lab.world.history().hash()), (at, hash));
    assert!(at > lab.world.now(), "what was dying away on the stage could do so");
}

#[test]
fn a_step_goes_to_the_next_event_and_stops_there() {
    let mut lab = Lab::new(example(0));
    let mut now_ms = 0.0;
    let mut seen = Vec::new();
    for _ in 0..20 {
        lab.perform(Clock::Travel(Travel::Forward)).unwrap();
        for _ in 0..40 {
            now_ms += 16.7;
            lab.tick(now_ms, false, &mut || true);
        }
        assert_eq!(lab.state(), State::Paused);
        seen.push(lab.playhead.at());
    }
    let mut at = Instant::ZERO;
    for seen in seen {
        assert_eq!(lab.world.history().next_after(at), Some(seen));
        at = seen;
    }
}

#[test]
fn quiet_time_is_skipped_only_when_nothing_is_to_be_seen() {
    let mut lab = Lab::new(example(0));
    let (mut now_ms, mut last) = (0.0, Instant::ZERO);
    let mut skips = 0;
    while lab.state() != State::Quiet {
        now_ms += 16.7;
        let before = lab.skipped;
        lab.tick(now_ms, false, &mut || true);
        if lab.skipped != before {
            skips += 1;
            assert!(lab.nothing_to_see(), "the glide has not begun yet");
        }
        assert!(lab.playhead.at() >= last);
        last = lab.playhead.at();
    }
    assert!(skips >= 3, "between the pings, before the echo, before iperf: {skips}");
    assert!(now_ms < 120_000.0, "six virtual seconds at a millisecond per second: {now_ms} ms");
}

#[test]
fn automatic_speed_lets_a_bulk_transfer_pass_and_comes_back() {
    let mut lab = Lab::new(example(5));
    let watchable = lab.speed;
    let (mut now_ms, mut fastest) = (0.0, watchable);
    while lab.state() != State::Quiet {
        now_ms += 16.7;
        lab.tick(now_ms, false, &mut || true);
        fastest = fastest.max(lab.speed);
    }
    assert!(fastest > watchable);
    lab.tick(now_ms + 16.7, false, &mut || true);
    assert_eq!(lab.speed, watchable);
    assert!(now_ms < 90_000.0, "{now_ms} ms");
}

#[test]
fn a_run_that_a_person_starts_is_followed_frame_by_frame_whatever_was_seen_before() {
    let mut lab = Lab::new(example(0));
    let mut now_ms = 0.0;
    play_to_the_end(&mut lab, &mut now_ms, 16.7);
    lab.perform(ping(0, 2)).unwrap();
    let begun_ms = now_ms;
    for frame in 0..100 {
        now_ms += 16.7;
        lab.tick(now_ms, false, &mut || true);
        assert!(lab.speed <= lab.watchable.faster(), "{frame}: {:?}", lab.speed);
    }
    let at = lab.playhead.at();
    let log = lab.world.history().runs().last().unwrap();
    assert!(log.totals_at(at).received == 0, "after {} ms the answer is on its way", now_ms - begun_ms);
}

#[test]
fn a_link_that_becomes_slow_makes_automatic_speed_faster() {
    let mut lab = Lab::new(example(5));
    let before = lab.watchable;
    let mut ways = lab.scenario().topology.links[0].ways.clone();
    ways.iter_mut().for_each(|way| way.line.delay = Duration::from_millis(25));
    lab.perform(Editor::Edit(Box::new(Edit::SetLink(LinkId(0), ways)))).unwrap();
    assert!(lab.watchable > before);
    lab.tick(0.0, false, &mut || true);
    lab.perform(Clock::TogglePlay).unwrap();
    lab.tick(16.7, false, &mut || true);
    assert_eq!(lab.speed, lab.watchable);
}

#[test]
fn a_moment_that_is_to_come_is_run_to_and_time_stands_still_there() {
    let mut lab = Lab::new(example(0));
    let moment = Instant::ZERO + Duration::from_millis(2_500);
    lab.perform(Clock::Travel(Travel::To(moment))).unwrap();
    for frame in 0..100 {
        lab.tick(f64::from(frame) * 16.7, false, &mut || true);
    }
    assert_eq!((lab.playhead.at(), lab.state()), (moment, State::Paused));
    assert!(
        lab.world.next_event_at().is_some_and(|next| next > moment),
        "all that was to happen has happened"
    );
    assert!(!lab.rewound);
    // Pointed at once more, as a hand that does not lie still does.
    lab.perform(Clock::Travel(Travel::To(moment))).unwrap();
    assert_eq!((lab.playhead.at(), lab.state()), (moment, State::Paused));
}

#[test]
fn a_speed_chosen_by_hand_stays() {
    let mut lab = Lab::new(example(5));
    let chosen = Speed::nearest(50e6);
    lab.perform(Clock::SetSpeed(chosen)).unwrap();
    let mut now_ms = 0.0;
    play_to_the_end(&mut lab, &mut now_ms, 16.7);
    assert_eq!(lab.speed, chosen);
    lab.perform(Clock::AutoSpeed).unwrap();
    assert_eq!(lab.speed, lab.watchable);
}

#[test]
fn catching_up_with_a_lab_at_rest_leads_to_its_rest() {
    let mut lab = Lab::new(example(0));
    play_to_the_end(&mut lab, &mut 0.0, 16.7);
    let at = lab.playhead.at();
    let mut again = Lab::new(lab.scenario().clone());
    again.catch_up_to(at);
    again.tick(0.0, false, &mut || true);
    for frame in 0..200 {
        again.tick(f64::from(frame) * 16.7, false, &mut || true);
        assert_eq!((again.playhead.at(), again.state()), (at, State::Quiet));
    }
}

#[test]
fn catching_up_leads_to_where_it_was() {
    let mut lab = Lab::new(example(0));
    let mut now_ms = 0.0;
    for _ in 0..800 {
        now_ms += 16.7;
        lab.tick(now_ms, false, &mut || true);
    }
    let at = lab.playhead.at();
    let mut again = Lab::new(lab.scenario().clone());
    again.catch_up_to(at);
    let mut frames = 0;
    while matches!(again.state(), State::CatchingUp { .. }) {
        frames += 1;
        let mut left = 20;
        again.tick(f64::from(frames) * 16.7, false, &mut || {
            left -= 1;
            left > 0
        });
    }
    assert_eq!(again.playhead.at(), at);
    assert_eq!(play_to_the_end(&mut again, &mut 1e6, 16.7), play_to_the_end(&mut lab, &mut now_ms, 16.7));
}

#[test]
fn restarting_keeps_the_runs_that_were_started_by_hand() {
    let mut lab = Lab::new(example(0));
    lab.perform(ping(2, 0)).unwrap();
    let runs = lab.scenario().runs.len();
    lab.perform(Clock::Restart).unwrap();
    assert_eq!((lab.scenario().runs.len(), lab.playhead.at()), (runs, Instant::ZERO));
    assert_eq!(lab.world.history().runs().len(), runs);
}

#[test]
fn a_failed_run_says_why_once_it_has_failed() {
    let text = r#"{"packetarium": 1, "nodes": [
        {"id": "a", "name": "Alice", "kind": "host", "addresses": ["10.0.1.1/24"], "gateway": "10.0.1.254"},
        {"id": "b", "kind": "host", "addresses": ["10.0.2.1/24"], "gateway": "10.0.2.254"},
        {"id": "r", "kind": "router", "filter": [{"deny": "icmp"}]}],
      "links": [{"ends": ["a", "r"], "ports": {"r": {"addresses": ["10.0.1.254/24"]}}},
        {"ends": ["b", "r"], "ports": {"r": {"addresses": ["10.0.2.254/24"]}}}],
      "runs": [{"ping": {"from": "a", "to": "b", "count": 2}}]}"#;
    let mut lab = Lab::new(Scenario::parse(text).unwrap());
    assert_eq!(lab.view().runs[0].why, None, "it has not begun");
    play_to_the_end(&mut lab, &mut 0.0, 16.7);
    let view = lab.view();
    let why = view.runs[0].why.clone().expect("it failed");
    assert_eq!(&*why.text, r#""r" dropped all 2 echo requests: rule 1 of the filter forbids it (deny icmp)"#);
    assert_eq!(why.at, Some(scenario::why::Spot::Node(NodeId(2))));
    assert!(
        view.runs[0].sentence().contains("rule 1 of the filter forbids it"),
        "{}",
        view.runs[0].sentence()
    );
    // The command line's reason.
    let end = lab.world.now();
    assert_eq!(scenario::why(lab.scenario(), &lab.world, netlab::run::RunId(0), end), Some(why));
    // Back at a moment when it was under way.
    lab.perform(Clock::Travel(Travel::To(Instant::ZERO + Duration::from_millis(100)))).unwrap();
    assert_eq!(lab.view().runs[0].why, None);
}
