//! The rule on machines that do not exist: their costs are made up, so that these tests are the same on every machine.

use super::*;
use proptest::prelude::*;

/// A period of a display of 60 Hz.
const PERIOD_MS: f64 = 1_000.0 / 60.0;
/// What the page allows its slices, as [`Wanted::slices_ms`].
const SLICES_MS: [f64; 2] = [7.0, 2.5];
/// Measured costs replace the first guesses within these frames.
const WARM_UP: usize = 12;

/// What each part costs on a machine, in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Machine {
    parts_ms: [f64; 3],
    /// After a frame without panels, and after one with them.
    painting_ms: [f64; 2],
    /// Costs vary by this share, up and down.
    jitter: f64,
}

/// A network of a few hosts on an ordinary laptop.
const LAPTOP: Machine = Machine { parts_ms: [2.5, 0.5, 2.5], painting_ms: [1.0, 2.0], jitter: 0.15 };

impl Machine {
    fn slower(self, by: f64) -> Self {
        Self {
            parts_ms: self.parts_ms.map(|ms| ms * by),
            painting_ms: self.painting_ms.map(|ms| ms * by),
            ..self
        }
    }

    /// Whether each part fits into a frame of its own beside the slices' minimum.
    fn fits_in_parts(self) -> bool {
        Part::ALL.into_iter().all(|part| {
            let painting_ms = self.painting_ms[usize::from(part == Part::Panels)];
            let least_ms: f64 = Slice::ALL.map(Slice::least_ms).iter().sum();
            (self.parts_ms[part as usize] + painting_ms) * (1.0 + self.jitter) + least_ms + 1.0 <= LIMIT_MS
        })
    }
}

/// What became of some frames.
#[derive(Debug)]
struct Outcome {
    frames_ms: Vec<f64>,
    counters: Counters,
    /// The share of the time on the clock that the world had, where the display shows a picture every period at most.
    world_share: f64,
}

/// Runs frames in which stage and time line always have something new, and the panels ten times a second. `unbudgeted`: all of it
/// is done at once, and slices take what they wish, as the page did before it had a budget.
fn run(machine: Machine, frames: usize, unbudgeted: bool) -> Outcome {
    let mut budget = Budget::default();
    let (mut clock_ms, mut world_ms, mut view_at_ms) = (0.0, 0.0, 0.0);
    let mut frames_ms = Vec::new();
    for number in 0..frames {
        // Up, down, in between, and never in step with the panels.
        let factor = 1.0 + machine.jitter * [1.0, -0.4, 0.3, -1.0, 0.8, -0.7, 0.0][number % 7];
        let panels = clock_ms - view_at_ms >= 100.0;
        budget.begin(&Wanted { slices_ms: SLICES_MS, parts: [true, true, panels] });
        let mut frame_ms = 0.0;
        for slice in Slice::ALL {
            let allowed_ms = if unbudgeted { SLICES_MS[slice as usize] } else { budget.allowed_ms(slice) };
            let took_ms = allowed_ms + LOOK_EVERY_MS;
            budget.slice_took(slice, allowed_ms, took_ms, 100);
            frame_ms += took_ms;
            world_ms += if slice == Slice::World { took_ms } else { 0.0 };
        }
        for part in Part::ALL {
            let wanted = part != Part::Panels || panels;
            if wanted && (budget.takes(part) || unbudgeted) {
                let took_ms = machine.parts_ms[part as usize] * factor;
                budget.part_took(part, took_ms);
                frame_ms += took_ms;
                if part == Part::Panels {
                    view_at_ms = clock_ms;
                }
            }
        }
        let with_panels = view_at_ms == clock_ms && panels;
        let painting_ms = machine.painting_ms[usize::from(with_panels)] * factor;
        budget.painting_took(painting_ms);
        frame_ms += painting_ms;
        frames_ms.push(frame_ms);
        clock_ms += (frame_ms / PERIOD_MS).ceil() * PERIOD_MS;
    }
    Outcome { frames_ms, counters: *budget.counters(), world_share: world_ms / clock_ms }
}

#[test]
fn no_frame_is_over_the_limit_on_slower_machines() {
    for slower in [1.0, 1.6, 2.0, 4.0, 8.0] {
        let machine = LAPTOP.slower(slower);
        assert!(machine.fits_in_parts());
        let outcome = run(machine, 1_000, false);
        let longest_ms = outcome.frames_ms.iter().copied().fold(0.0, f64::max);
        assert!(longest_ms <= LIMIT_MS, "{slower} times slower: {longest_ms} ms");
        assert_eq!(outcome.counters.frames_over_limit, 0);
        assert!(outcome.counters.longest_shared_plan_ms <= TWO_PERIODS_MS + 1e-9);
    }
}

#[test]
fn without_the_budget_a_slow_machine_passes_the_limit() {
    for slower in [4.0, 8.0] {
        let outcome = run(LAPTOP.slower(slower * 1.5), 1_000, true);
        assert!(outcome.frames_ms.iter().any(|ms| *ms > LIMIT_MS), "{slower}: the test machine is too fast");
    }
}

#[test]
fn what_is_deferred_is_shown_soon_and_everything_goes_on() {
    for slower in [1.0, 2.0, 4.0, 8.0] {
        let Outcome { counters, .. } = run(LAPTOP.slower(slower), 1_000, false);
        for part in Part::ALL {
            let PartCounters { done, longest_wait, .. } = counters.parts[part as usize];
            assert!(longest_wait <= part.waits_at_most(), "{slower}: {part:?} waited {longest_wait} frames");
            assert!(done >= 50, "{slower}: {part:?} was done {done} times");
        }
    }
}

#[test]
fn the_world_is_never_starved() {
    for slower in [1.0, 2.0, 4.0, 8.0] {
        let outcome = run(LAPTOP.slower(slower), 1_000, false);
        for slice in Slice::ALL {
            let counters = outcome.counters.slices[slice as usize];
            assert_eq!(counters.ran, outcome.counters.frames);
            assert!(counters.least_allowed_ms >= slice.least_ms(), "{slower}: {counters:?}");
        }
        assert!(outcome.world_share >= 0.1, "{slower}: {}", outcome.world_share);
    }
}

#[test]
fn a_fast_machine_gets_full_slices_in_every_frame() {
    let Outcome { counters, .. } = run(LAPTOP.slower(0.5), 1_000, false);
    for slice in Slice::ALL {
        let SliceCounters { ran, allowed_ms, .. } = counters.slices[slice as usize];
        let missing_ms = SLICES_MS[slice as usize] * f64::from(ran) - allowed_ms;
        assert!(missing_ms <= SLICES_MS[slice as usize] * WARM_UP as f64, "{slice:?}: {missing_ms} ms");
    }
    let deferred: u32 = counters.parts.iter().map(|part| part.deferred).sum();
    assert!(deferred <= WARM_UP as u32, "{deferred} parts were deferred");
}

#[test]
fn the_world_has_as_much_time_as_without_a_budget_where_that_kept_the_limit() {
    for slower in [0.5, 1.0, 1.6] {
        let machine = LAPTOP.slower(slower);
        let (with, without) = (run(machine, 3_000, false), run(machine, 3_000, true));
        assert!(
            with.world_share >= without.world_share * 0.97,
            "{slower}: {} of the time instead of {}",
            with.world_share,
            without.world_share
        );
    }
}

#[test]
fn panels_are_not_rendered_in_the_frame_in_which_the_stage_is_dear() {
    let machine = Machine { parts_ms: [22.0, 1.0, 15.0], painting_ms: [2.0, 4.0], jitter: 0.0 };
    let mut budget = Budget::default();
    let mut together = 0;
    for _ in 0..200 {
        budget.begin(&Wanted { slices_ms: SLICES_MS, parts: [true; 3] });
        let taken = Part::ALL.map(|part| {
            let takes = budget.takes(part);
            if takes {
                budget.part_took(part, machine.parts_ms[part as usize]);
            }
            takes
        });
        budget.painting_took(machine.painting_ms[usize::from(taken[2])]);
        together += u32::from(taken[0] && taken[2]);
    }
    assert_eq!(together, 0);
    let counters = budget.counters();
    assert!(counters.parts.iter().all(|part| part.done >= 20), "{counters:?}");
}

#[test]
fn what_is_wanted_late_in_a_frame_is_done_if_there_is_room() {
    let mut budget = Budget::default();
    // Costs become known.
    for part in Part::ALL {
        budget.part_took(part, 2.0);
    }
    let nothing_to_draw = Wanted { slices_ms: SLICES_MS, parts: [false; 3] };
    budget.begin(&nothing_to_draw);
    budget.slice_took(Slice::World, 7.0, 7.0, 100);
    assert!(budget.takes(Part::Panels));
    budget.begin(&nothing_to_draw);
    budget.slice_took(Slice::World, 7.0, 30.0, 100);
    assert!(!budget.takes(Part::Panels), "the frame is long already");
    budget.begin(&Wanted { parts: [false, false, true], ..nothing_to_draw });
    assert!(budget.takes(Part::Panels));
}

#[test]
fn an_outlier_does_not_count_for_long() {
    let mut budget = Budget::default();
    for part in Part::ALL {
        budget.part_took(part, 1.0);
    }
    budget.part_took(Part::Stage, 5_000.0);
    let wanted = Wanted { slices_ms: SLICES_MS, parts: [true; 3] };
    let mut frames = 0;
    loop {
        budget.begin(&wanted);
        if budget.allowed_ms(Slice::World) == SLICES_MS[0] && budget.frame.planned == [true; 3] {
            break;
        }
        budget.part_took(Part::Stage, 1.0);
        frames += 1;
    }
    assert!(frames <= 30, "{frames} frames");
}

#[test]
fn the_clock_is_asked_more_often_where_a_step_is_dear() {
    let mut budget = Budget::default();
    budget.slice_took(Slice::World, 7.0, 7.0, 7_000);
    assert_eq!(budget.steps_per_look(Slice::World), 16);
    budget.slice_took(Slice::World, 7.0, 7.0, 70);
    assert_eq!(budget.steps_per_look(Slice::World), 5);
    budget.slice_took(Slice::World, 7.0, 14.0, 1);
    assert_eq!(budget.steps_per_look(Slice::World), 1);
}

#[test]
fn a_slice_that_is_used_up_stays_so() {
    let now_ms = std::cell::Cell::new(0.0);
    let mut watch = Watch::new(|| now_ms.get(), 1.0, 4);
    now_ms.set(2.0);
    let answers: Vec<_> = (0..6).map(|_| watch.go_on()).collect();
    assert_eq!(answers, [true, true, true, false, false, false]);
    assert_eq!(watch.steps(), 6);
}

/// The page becomes quiet within a frame: that its panels are wanted is known after the plan, and nothing moves afterwards.
#[test]
fn a_part_that_is_wanted_after_the_plan_is_done_in_the_next_frame_however_dear_it_is() {
    let mut budget = Budget::default();
    let nothing = Wanted { slices_ms: SLICES_MS, parts: [false; 3] };
    budget.begin(&nothing);
    budget.part_took(Part::Panels, 90.0);
    budget.begin(&nothing);
    assert!(!budget.takes(Part::Panels), "there is no room beside the slices");
    budget.begin(&nothing);
    assert!(budget.takes(Part::Panels));
}

#[test]
fn a_part_that_waited_and_is_no_longer_wanted_takes_no_room() {
    let mut budget = Budget::default();
    let nothing = Wanted { slices_ms: SLICES_MS, parts: [false; 3] };
    budget.begin(&nothing);
    let undisturbed_ms = budget.allowed_ms(Slice::World);
    budget.part_took(Part::Panels, 90.0);
    budget.begin(&nothing);
    assert!(!budget.takes(Part::Panels));
    budget.begin(&nothing);
    assert!(budget.allowed_ms(Slice::World) < undisturbed_ms, "it is planned once more");
    budget.begin(&nothing);
    assert_eq!(budget.allowed_ms(Slice::World), undisturbed_ms);
}

proptest! {
    #[test]
    fn whatever_the_parts_cost_the_limit_and_the_waits_hold_if_each_part_alone_fits(
        parts_ms in prop::array::uniform3(0.1f64..40.0),
        painting_ms in prop::array::uniform2(0.1f64..20.0),
        jitter in 0.0f64..0.15,
    ) {
        let machine = Machine { parts_ms, painting_ms, jitter };
        prop_assume!(machine.fits_in_parts());
        let outcome = run(machine, 400, false);
        let longest_ms = outcome.frames_ms[WARM_UP..].iter().copied().fold(0.0, f64::max);
        prop_assert!(longest_ms <= LIMIT_MS, "{longest_ms} ms");
        for part in Part::ALL {
            let counters = outcome.counters.parts[part as usize];
            prop_assert!(counters.longest_wait <= part.waits_at_most(), "{part:?}: {counters:?}");
        }
        prop_assert!(outcome.counters.slices[0].least_allowed_ms >= Slice::World.least_ms());
    }
}
