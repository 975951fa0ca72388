use super::arrange::Way;
use super::marks::{Focus, Form, Load, Mark, Reason};
use super::trip::Trip;
use super::*;
use crate::stage::hit::hit;
use crate::stage::journey::Journey;
use crate::stage::journey::tests::{journey, journeys, train};
use crate::stage::layout::tests::layout;
use crate::stage::looks::tests::{looks, raw};
use crate::stage::pointer::Pointer;
use kurbo::{Point, Rect};
use netlab::history::{DropReason, FrameId, TransitId};
use proptest::prelude::*;
use trace::selection::Selection;
use wire::impair::LossReason;

const THERE: Direction = Direction { link: LinkId(0), from: End::First };

fn moment(at: u64) -> Moment<'static> {
    // One millisecond of virtual time in a second.
    Moment { at, rate: 1e6, selected: None, hovered: None, sieve: None, addresses: false }
}

/// What these journeys on the first cable look like.
fn compose(layout: &Layout, journeys: &[Journey], moment: &Moment<'_>) -> Traffic {
    compose_as(false, layout, journeys, moment)
}

/// The same of what is a crowd, or is none.
fn compose_as(crowd: bool, layout: &Layout, journeys: &[Journey], moment: &Moment<'_>) -> Traffic {
    let mut looks = looks();
    let frame = raw(1_000);
    let trips: Vec<Trip> = journeys
        .iter()
        .map(|&journey| Trip { journey, look: looks.explained(journey.transit, &frame, Default::default()) })
        .collect();
    let lane = layout.lane(THERE);
    let way = Way { direction: THERE, lane, queue_bytes: 64 * 1024, layout };
    let mut traffic = Traffic { crowd, ..Traffic::default() };
    traffic.begin(2);
    traffic.arrange(&way, &trips, &looks, moment, false, || 0);
    traffic
}

fn body(mark: &Mark) -> Rect {
    Rect::from_points(mark.center - mark.half, mark.center + mark.half)
}

#[test]
fn a_lone_frame_is_a_capsule_with_its_label() {
    let traffic = compose(&layout(), &[journey(1, 0, 0, 100, 1_000)], &moment(500));
    let [mark] = traffic.marks.as_slice() else { panic!("one frame") };
    assert_eq!((mark.form, mark.focus), (Form::Capsule, Focus::None));
    assert_eq!(traffic.moving, 1);
    assert_eq!(traffic.lights.len(), 1);
}

#[test]
fn the_closer_the_frames_the_less_is_shown_of_each() {
    let layout = layout();
    let form = |spacing: u64| {
        let train: Vec<Journey> = (0..50).map(|n| journey(n, n * spacing, n * spacing, 10, 10_000)).collect();
        let traffic = compose(&layout, &train, &moment(10_000));
        let forms: Vec<Form> = traffic.marks.iter().map(|mark| mark.form).collect();
        assert!(forms.windows(2).all(|pair| pair[0] == pair[1]), "a train is of one kind: {forms:?}");
        forms[0]
    };
    assert_eq!([9_500, 3_000, 1_000, 100].map(form), [Form::Capsule, Form::Pill, Form::Dot, Form::Band]);
}

#[test]
fn a_stream_without_gaps_is_one_stretch_of_light() {
    let back_to_back: Vec<Journey> = (0..50).map(|n| journey(n, 0, n * 100, 100, 10_000)).collect();
    let traffic = compose(&layout(), &back_to_back, &moment(4_000));
    assert_eq!((traffic.lights.len(), traffic.bands.len()), (1, 1));
    assert!(traffic.moving > 30);
    let apart: Vec<Journey> = (0..4).map(|n| journey(n, 0, n * 2_000, 100, 10_000)).collect();
    assert_eq!(compose(&layout(), &apart, &moment(9_000)).lights.len(), 4);
}

#[test]
fn a_crowd_has_loads_and_neither_lights_nor_pulses() {
    let layout = layout();
    let lane = layout.lane(THERE);
    let way = Way { direction: THERE, lane, queue_bytes: 64 * 1024, layout: &layout };
    let mut looks = looks();
    // One arrived just now; of each bit of the others a tenth of the wire is full.
    let look = looks.explained(TransitId(0), &raw(1_000), Default::default());
    let train =
        [0, 5_000, 9_000].map(|start| Trip { journey: journey(start, start, start, 500, 9_500), look });
    let mut traffic = Traffic { crowd: true, ..Traffic::default() };
    traffic.begin(2);
    traffic.arrange(&way, &train, &looks, &moment(10_000), false, || 0);
    assert_eq!((traffic.moving, traffic.lights.len(), traffic.pulses.len()), (2, 0, 0));
    let [load] = traffic.loads.as_slice() else { panic!("one load") };
    assert_eq!((load.swatch, load.level), (look.swatch, 2));
    assert!((load.from - lane.core_at(0.0)).hypot() < 1e-9 && (load.to - lane.core_at(1.0)).hypot() < 1e-9);
    traffic.begin(2);
    assert!(traffic.loads.is_empty() && traffic.crowd, "whether it is one is decided by counting");
}

#[test]
fn a_crowd_is_particles_without_bands_and_words() {
    let train: Vec<Journey> = (0..50).map(|n| journey(n, n * 100, n * 100, 10, 10_000)).collect();
    let seen = |crowd: bool| {
        let traffic = compose_as(crowd, &layout(), &train, &moment(10_000));
        (traffic.marks.len(), traffic.bands.is_empty(), traffic.tallies.is_empty())
    };
    assert_eq!(seen(false), (50, false, false), "too close for shapes, with one label for all");
    assert_eq!(seen(true), (50, true, true));
}

#[test]
fn the_fuller_a_wire_the_higher_its_level() {
    assert_eq!([0.0, 0.001, 0.06, 0.07, 0.3, 0.6, 1.0, 5.0].map(Load::level), [1, 1, 1, 2, 3, 4, 4, 4]);
}

#[test]
fn many_small_marks_share_one_label() {
    let train: Vec<Journey> = (0..50).map(|n| journey(n, n * 1_000, n * 1_000, 10, 10_000)).collect();
    let traffic = compose(&layout(), &train, &moment(10_500));
    let [tally] = traffic.tallies.as_slice() else { panic!("one label") };
    assert_eq!(tally.count, traffic.moving as u64);
    assert!(!tally.about);
}

#[test]
fn waiting_frames_stand_at_the_port_the_next_one_in_front() {
    let layout = layout();
    let train: Vec<Journey> = (0..6).map(|n| journey(n, 0, n * 1_000, 1_000, 10_000)).collect();
    let traffic = compose(&layout, &train, &moment(500));
    let [queue] = traffic.queues.as_slice() else { panic!("one queue") };
    assert_eq!(queue.count, 5);
    assert!((queue.level - 5.0 * 1514.0 / 65_536.0).abs() < 1e-9);
    let port = layout.lane(THERE).origin;
    let distances: Vec<f64> = traffic.slots.iter().map(|slot| slot.center.distance(port)).collect();
    assert_eq!(traffic.slots[0].transit, TransitId(1));
    assert!(distances.is_sorted(), "{distances:?}");
}

#[test]
fn a_lost_frame_dies_on_the_wire_says_why_and_is_gone_after_its_time() {
    let layout = layout();
    let mut lost = journey(1, 0, 0, 0, 1_000_000);
    lost.dropped = Some((DropReason::Impaired(LossReason::Loss), 500_000));
    let at = |at| compose(&layout, &[lost], &moment(at));
    assert_eq!((at(499_999).moving, at(499_999).dropped_frames.len()), (1, 0));
    let traffic = at(500_000);
    assert_eq!(traffic.moving, 0);
    let [lost] = traffic.dropped_frames.as_slice() else { panic!("one dropped frame") };
    assert_eq!(
        (lost.reason, lost.count, lost.age),
        (Some(Reason::Lost(DropReason::Impaired(LossReason::Loss))), 1, 0.0)
    );
    assert!((lost.center - layout.lane(THERE).at(0.5)).hypot() < 1e-6);
    // 1.2 s of the viewer's are 1.2 ms here.
    assert_eq!(at(500_000 + 1_199_999).dropped_frames.len(), 1);
    assert_eq!(at(500_000 + 1_200_000).dropped_frames.len(), 0);
}

#[test]
fn a_hundred_deaths_at_one_place_leave_a_few_bodies_and_one_reason_with_a_count() {
    let refused = |n: u64| Journey {
        dropped: Some((DropReason::QueueFull, n * 100)),
        ..journey(n, n * 100, n * 100, 0, 0)
    };
    let all: Vec<Journey> = (0..100).map(refused).collect();
    let traffic = compose(&layout(), &all, &moment(10_000));
    assert!(traffic.dropped_frames.len() <= 4);
    let reasons: Vec<_> =
        traffic.dropped_frames.iter().filter_map(|d| d.reason.map(|r| (r.text(), d.count))).collect();
    assert_eq!(reasons, [("queue full".into(), 100)]);
}

#[test]
fn an_arrival_is_felt_at_the_receivers_port() {
    let layout = layout();
    let traffic = compose(&layout, &[journey(1, 0, 0, 0, 1_000)], &moment(1_000));
    let [pulse] = traffic.pulses.as_slice() else { panic!("one pulse") };
    assert!(pulse.center.distance(layout.cables[0].ports[1]) < 1e-6);
    assert_eq!(traffic.glow[1], 1.0, "its light");
    assert!(traffic.glow[0] < 1.0);
}

#[test]
fn the_selected_frame_is_whole_even_in_a_crowd() {
    let train: Vec<Journey> = (0..50).map(|n| journey(n, n * 100, n * 100, 10, 10_000)).collect();
    let moment = Moment { selected: Some(FrameId(7)), ..moment(10_000) };
    let traffic = compose(&layout(), &train, &moment);
    let whole: Vec<_> = traffic.marks.iter().filter(|mark| mark.form == Form::Capsule).collect();
    let [mark] = whole.as_slice() else { panic!("one") };
    assert_eq!((mark.transit, mark.focus), (TransitId(7), Focus::Selected));
}

proptest! {
    #[test]
    fn frames_on_a_lane_never_overlap((delay, frames) in train(), at in 0u64..200_000) {
        let layout = layout();
        let traffic = compose(&layout, &journeys(delay, &frames), &moment(at));
        for (number, one) in traffic.marks.iter().enumerate() {
            for other in &traffic.marks[number + 1..] {
                let shared = body(one).intersect(body(other));
                let bands = one.form == Form::Band && other.form == Form::Band;
                prop_assert!(bands || shared.width() <= 0.01 || shared.height() <= 0.0, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn what_is_drawn_of_a_frame_is_hit((delay, frames) in train(), at in 0u64..200_000) {
        let layout = layout();
        let traffic = compose(&layout, &journeys(delay, &frames), &moment(at));
        let under_a_node = |center: Point| layout.nodes.iter().any(|node| {
            Rect::from_points(node.center - node.half, node.center + node.half).contains(center)
        });
        for mark in traffic.marks.iter().filter(|mark| mark.form > Form::Band) {
            // A capsule is above the nodes, what is smaller goes under them.
            if mark.form == Form::Capsule || !under_a_node(mark.center) {
                for pointer in [Pointer::Fine, Pointer::Coarse] {
                    let found = hit(mark.center, pointer, &layout, &traffic);
                    prop_assert_eq!(found, Some(Selection::Frame(mark.transit)));
                }
            }
        }
    }

    #[test]
    fn capsules_stay_between_the_ports((delay, frames) in train(), at in 0u64..200_000) {
        let layout = layout();
        let [from, to] = layout.cables[0].ports;
        for mark in compose(&layout, &journeys(delay, &frames), &moment(at)).marks {
            prop_assert!((from.x..=to.x + 1e-6).contains(&mark.center.x));
        }
    }
}
