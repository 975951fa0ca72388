use super::difference::{has_same, is_same};
use super::ghosts::{GHOSTS_MAX, ghosts};
use super::measured::pairs;
use super::*;
use crate::State;
use crate::command::{Act, Clock, Editor, Look};
use crate::edit::Edit;
use crate::sequence::Zoom;
use crate::sequence::ladders::Ladders;
use crate::sequence::sheet::{Measure, shared_ticks};
use crate::travel::Travel;
use netlab::Duration;
use netlab::history::Fate;
use netlab::run::{Ping, RunKind, RunSpec, Target};
use netlab::topology::{LinkId, NodeId};
use trace::Trace;

const FORK: Instant = Instant::from_nanos(900_000_000);

fn tick(lab: &mut Lab, now_ms: &mut f64) {
    *now_ms += 16.7;
    lab.tick(*now_ms, true, &mut || true);
    lab.follow(&mut || true);
}

fn quiet(lab: &mut Lab, now_ms: &mut f64) {
    for _ in 0..400_000 {
        tick(lab, now_ms);
        if lab.state() == State::Quiet {
            return;
        }
    }
    panic!("never quiet");
}

fn ready(lab: &mut Lab, now_ms: &mut f64) -> Rc<Compared> {
    for _ in 0..1_000 {
        tick(lab, now_ms);
        if let Some(CompareView::Ready(view)) = lab.compared() {
            return view;
        }
    }
    panic!("never run again");
}

/// The first sample to its end, and a branch from 0.9 s on in which the second cable is pulled, to its end; compared.
fn pulled() -> (Lab, f64) {
    let mut lab = Lab::new(crate::samples::numbered(0));
    let mut now_ms = 0.0;
    quiet(&mut lab, &mut now_ms);
    lab.perform(Clock::Travel(Travel::To(FORK))).unwrap();
    lab.perform(Editor::Edit(Box::new(Edit::Plug(LinkId(1), false)))).unwrap();
    quiet(&mut lab, &mut now_ms);
    lab.perform(Look::Compare(Some(0))).unwrap();
    (lab, now_ms)
}

fn ping() -> RunSpec {
    let kind = RunKind::Ping(Ping { count: 2, ..Ping::default() });
    RunSpec { from: NodeId(2), to: Target::Node(NodeId(0), None), kind }
}

fn row<'a>(view: &'a Compared, group: &str, what: &str) -> Option<&'a measured::Row> {
    view.groups.iter().find(|it| it.name == group)?.rows.iter().find(|row| row.what == what)
}

#[test]
fn a_branch_with_a_pulled_cable_parts_there_and_differs_first_in_the_frame_that_is_not_sent() {
    let mut lab = Lab::new(crate::samples::numbered(0));
    let mut now_ms = 0.0;
    quiet(&mut lab, &mut now_ms);
    let before = lab.world.history().transits().count() as u64;
    let (mut lab, mut now_ms) = pulled();
    let view = ready(&mut lab, &mut now_ms);
    let first = view.first.as_ref().unwrap();
    assert_eq!(
        view.parted_at,
        Some(FORK + Duration::from_nanos(1)),
        "the cable was pulled just after the moment seen"
    );
    assert!(first.frame.at > FORK && first.text[0].starts_with("nothing then; next, "), "{first:?}");
    assert!(first.text[1].contains("Echo (ping) request") && !first.text[1].contains("nothing"));
    let frames = row(&view, "Network", "Frames on wires").unwrap();
    assert_eq!(frames.values[1], crate::format::count(before), "all of the other is there");
    assert!(frames.difference.starts_with('−'), "{frames:?}");
    // Each is what its history has at that place, and all before it are the same.
    let there = lab.there().unwrap();
    let transits = || lab.world.history().transits().zip(there.history.transits());
    let (here, other) = transits().find(|(a, b)| !is_same(a, b)).unwrap();
    assert_eq!(first.frame.transits, [Some(here.id), Some(other.id)]);
    assert!(transits().take(here.id.0 as usize).all(|(a, b)| a.queued < first.frame.at && is_same(a, b)));
}

#[test]
fn what_was_measured_stands_side_by_side_with_its_difference() {
    let (mut lab, mut now_ms) = pulled();
    let view = ready(&mut lab, &mut now_ms);
    let pings: Vec<_> = view.groups.iter().filter(|group| group.name.starts_with("Ping")).collect();
    assert!(!pings.is_empty(), "{:?}", view.groups);
    let answered =
        pings.iter().find_map(|group| group.rows.iter().find(|row| row.what == "Answered")).unwrap();
    assert!(answered.values[0] != answered.values[1] && answered.difference.starts_with('−'), "{answered:?}");
    for group in &pings {
        let took = group.rows.iter().find(|row| row.what == "Took").unwrap();
        assert!(!took.difference.is_empty(), "both have ended: {took:?}");
    }
    let ended = row(&view, "Network", "Ended at").unwrap();
    let ends =
        [lab.world.now(), lab.there().unwrap().now].map(|end| crate::format::duration(end - Instant::ZERO));
    assert_eq!(ended.values, ends);
}

#[test]
fn runs_are_paired_by_name_and_time_and_then_by_name() {
    let at = |ms: u64| Instant::ZERO + Duration::from_millis(ms);
    let named =
        |list: &[(&str, u64)]| list.iter().map(|&(name, ms)| (name.to_owned(), at(ms))).collect::<Vec<_>>();
    let here = named(&[("ping", 0), ("iperf", 5), ("ping", 9), ("echo", 20)]);
    let there = named(&[("ping", 9), ("ping", 1), ("iperf", 5), ("trace", 7)]);
    assert_eq!(
        pairs(&here, &there),
        [[Some(0), Some(1)], [Some(1), Some(2)], [Some(2), Some(0)], [Some(3), None], [None, Some(3)]]
    );
    assert_eq!(pairs(&[], &there[..1]), [[None, Some(0)]]);
}

#[test]
fn two_ladders_share_lifelines_and_heights_and_know_what_is_in_both() {
    let (mut lab, mut now_ms) = pulled();
    let view = ready(&mut lab, &mut now_ms);
    let scale = Zoom::default().scale(&lab, 16.0);
    let mut ladders = Ladders::new(false, scale);
    ladders.follow(&lab, false, &mut || true);
    ladders.set_scale(scale, f64::INFINITY);
    assert!(ladders.is_pair() && ladders.is_complete());
    let lanes = ladders.lanes(&lab, 400.0, 40.0);
    assert_eq!(lanes.lanes.len(), 3);
    let measure = Measure { rem: 16.0, arrows_max: usize::MAX, selected: None };
    let sheets = ladders.sheets(&lab, &lanes, 0.0..ladders.axis().height() + 1.0, measure);
    let [here, there] = &sheets[..] else { panic!("two ladders") };
    let first = view.first.as_ref().unwrap().frame;
    for (sheet, other) in [(here, there), (there, here)] {
        for stroke in &sheet.strokes {
            let same: Vec<_> = other
                .strokes
                .iter()
                .filter(|it| it.line == stroke.line && it.arrow.label == stroke.arrow.label)
                .collect();
            let before = stroke.arrow.start < first.at;
            assert!(!before || stroke.in_both == Some(true), "{:?}", stroke.arrow);
            if stroke.in_both == Some(true) {
                assert_eq!(same.len(), 1, "the same at the same height: {:?}", stroke.arrow);
            }
        }
        assert!(sheet.strokes.iter().any(|stroke| stroke.in_both == Some(false)));
    }
    let marked = |sheet: &crate::sequence::sheet::Sheet, transit| {
        sheet
            .strokes
            .iter()
            .find(|stroke| Some(stroke.arrow.transit) == transit)
            .and_then(|stroke| stroke.in_both)
    };
    // Here the frame is not sent, and what comes next is sent there too, later in its order.
    assert_eq!(marked(there, first.transits[1]), Some(false));
    let ticks = shared_ticks(&sheets, 16.0);
    assert!(ticks.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 16.0), "times do not touch");
    lab.perform(Look::Compare(None)).unwrap();
    ladders.follow(&lab, false, &mut || true);
    assert!(!ladders.is_pair() && ladders.sheets(&lab, &lanes, 0.0..1_000.0, measure).len() == 1);
}

#[test]
fn a_ghost_is_on_a_wire_in_the_other_branch_and_has_no_equal_here() {
    let (mut lab, mut now_ms) = pulled();
    let view = ready(&mut lab, &mut now_ms);
    let first = view.first.as_ref().unwrap().frame;
    lab.perform(Clock::Travel(Travel::To(FORK))).unwrap();
    assert!(lab.ghosts().is_empty(), "until they part there is none");
    let mut seen = 0;
    let moments: Vec<Instant> = lab
        .there()
        .unwrap()
        .history
        .transits()
        .map(|transit| {
            transit.start
                + Duration::from_nanos((transit.gone() - transit.start.min(transit.gone())).nanos() / 2)
        })
        .collect();
    for at in moments {
        lab.perform(Clock::Travel(Travel::To(at))).unwrap();
        let there = lab.there().unwrap();
        let expected: Vec<_> = there
            .history
            .transits()
            .filter(|transit| transit.start <= at && at < transit.gone())
            .filter(|transit| lab.world.history().transits().all(|here| !is_same(here, transit)))
            .map(|transit| transit.id)
            .collect();
        let mut found: Vec<_> = lab.ghosts().iter().map(|transit| transit.id).collect();
        found.sort();
        assert_eq!(found, expected, "at {at}");
        assert!(found.is_empty() || at >= first.at);
        seen += found.len();
    }
    assert!(seen > 4, "{seen}");
    lab.perform(Look::Compare(None)).unwrap();
    assert!(lab.ghosts().is_empty());
}

#[test]
fn ghosts_are_bounded_pass_the_filter_and_need_the_same_cable() {
    // A storm: nothing of it is in an empty history.
    let storm = crate::samples::document("broadcast-storm");
    let mut world = storm.world(netlab::history::Limits::default()).unwrap();
    world.run_until(Instant::ZERO + Duration::from_millis(400), || true);
    let still = storm.world(netlab::history::Limits::default()).unwrap();
    let here = (still.topology(), still.history());
    let there = (world.topology(), world.history());
    let trace = Trace::new(capture::Place::Once);
    let at = world.history().transits().last().unwrap().queued;
    let under_way = world.history().transits().filter(|it| it.start <= at && at < it.gone()).count();
    let found = ghosts(here, there, &trace, at).len();
    assert!(found > 0 && found <= GHOSTS_MAX.min(under_way), "{found} of {under_way}");
    let mut other = still.topology().clone();
    other.links.iter_mut().for_each(|link| link.ends.reverse());
    assert!(ghosts((&other, still.history()), there, &trace, at).is_empty());
}

#[test]
fn a_filter_is_applied_to_ghosts_too() {
    let (mut lab, mut now_ms) = pulled();
    let view = ready(&mut lab, &mut now_ms);
    let frame = view.first.as_ref().unwrap().frame.transits[1].unwrap();
    let transit = lab.there().unwrap().history.transit(frame).unwrap();
    let at = transit.start + Duration::from_nanos((transit.arrival - transit.start).nanos() / 2);
    lab.perform(Clock::Travel(Travel::To(at))).unwrap();
    assert!(!lab.ghosts().is_empty());
    lab.perform(Look::Observe(crate::packets::Observe::Filter("tcp".into()))).unwrap();
    tick(&mut lab, &mut now_ms);
    assert!(lab.ghosts().is_empty(), "it is a ping");
    lab.perform(Look::Observe(crate::packets::Observe::Filter("icmp".into()))).unwrap();
    tick(&mut lab, &mut now_ms);
    assert!(!lab.ghosts().is_empty());
}

#[test]
fn a_lost_frame_is_another_one_than_one_that_arrives() {
    let world = |name: &str| {
        let mut world = crate::samples::document(name).world(netlab::history::Limits::default()).unwrap();
        world.run_until(Instant::ZERO + Duration::from_secs(1), || true);
        world
    };
    let world = world("two-hosts-and-a-switch");
    let history = world.history();
    for transit in history.transits() {
        let mut other = transit.clone();
        other.id = netlab::history::TransitId(u64::MAX);
        assert!(has_same(history, &other), "its number does not matter");
        let at = transit.arrival;
        other.fate = Fate::Dropped { reason: netlab::history::DropReason::QueueFull, at };
        assert!(!has_same(history, &other));
        let mut later = transit.clone();
        later.queued += Duration::from_nanos(1);
        assert!(!has_same(history, &later));
    }
}

#[test]
fn the_other_branch_is_run_again_in_pieces_and_both_go_on_together() {
    let (mut lab, mut now_ms) = pulled();
    let mut pieces = 0;
    while !matches!(lab.compared(), Some(CompareView::Ready(_))) {
        assert!(lab.there().is_none() && lab.ghosts().is_empty());
        now_ms += 16.7;
        let mut left = 40;
        lab.tick(now_ms, true, &mut || {
            left -= 1;
            left > 0
        });
        pieces += 1;
        assert!(pieces < 10_000);
    }
    assert!(pieces > 1);
    let whole = lab.branches().left(0).unwrap().edge;
    let there = lab.there().unwrap();
    assert_eq!((there.now, there.history.hash()), whole, "the same hash as when it was left");
    // What is started here by hand at the live edge goes on; it is not in the other branch.
    let before = ready(&mut lab, &mut now_ms);
    lab.perform(Clock::Travel(Travel::Live)).unwrap();
    tick(&mut lab, &mut now_ms);
    lab.perform(Act::Start(Box::new(ping()))).unwrap();
    quiet(&mut lab, &mut now_ms);
    let after = ready(&mut lab, &mut now_ms);
    assert_eq!(after.first, before.first);
    assert_eq!(after.groups.len(), before.groups.len() + 1);
    let started =
        after.groups.iter().find(|group| !before.groups.iter().any(|it| it.name == group.name)).unwrap();
    assert!(started.rows.iter().all(|row| row.values[1] == "—" && row.difference.is_empty()), "{started:?}");
}

#[test]
fn it_goes_on_with_what_is_shown_and_ends_with_the_document() {
    let (mut lab, mut now_ms) = pulled();
    let first = ready(&mut lab, &mut now_ms);
    assert_eq!(&*first.names[1], "As it was");
    // Another branch from an earlier moment is compared with the same one.
    lab.perform(Clock::Travel(Travel::To(Instant::ZERO + Duration::from_millis(500)))).unwrap();
    lab.perform(Act::Start(Box::new(ping()))).unwrap();
    quiet(&mut lab, &mut now_ms);
    let second = ready(&mut lab, &mut now_ms);
    assert_eq!(&*second.names[1], "As it was");
    assert!(second.first.as_ref().unwrap().frame.at < first.first.as_ref().unwrap().frame.at);
    // Returning to the compared branch compares it with the one that was left.
    lab.perform(Look::Branch(0)).unwrap();
    let turned = ready(&mut lab, &mut now_ms);
    assert_eq!([&turned.names[1], &turned.names[0]], [&second.names[0], &second.names[1]]);
    lab.perform(Clock::Restart).unwrap();
    quiet(&mut lab, &mut now_ms);
    assert_eq!(ready(&mut lab, &mut now_ms).first, turned.first, "begun again, it is the same");
    lab.perform(Act::Open(Box::new(crate::samples::numbered(1)))).unwrap();
    assert!(!lab.is_comparing() && lab.compared().is_none());
}
