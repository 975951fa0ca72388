//! How the time of an animation frame is shared out.
//!
//! All that the page does in one animation frame (the world, the trace, the stage, the time line, the panels, and the
//! browser's own styling, layout and painting) is one task of the browser's main thread. A task of more than 50 ms makes
//! the page stutter and input wait. A fixed allowance for the world alone does not prevent that: on a processor four
//! times slower the drawing alone takes what a whole frame takes elsewhere. So [`Budget`] estimates each part's cost from
//! the last frames, gives the slices what is left, and moves parts that do not fit into one of the next frames.
//!
//! Two kinds of work share a frame. A [`Slice`] stops at any moment and goes on in the next frame: it gets the time that
//! is left, but never less than a minimum, so that time always goes on. A [`Part`] is done whole or not at all: it waits if
//! there is no room, but only for [`Part::waits_at_most`] frames.
//!
//! The rule is a plain value: it asks no clock. The page reports what each part took; the tests report made-up costs of
//! machines of any speed.

/// A task of the main thread that is longer than this is a long task (W3C Long Tasks), in milliseconds.
pub const LIMIT_MS: f64 = 50.0;
/// What fits into one period of a display of 60 Hz, less what presenting the picture needs.
const ONE_PERIOD_MS: f64 = 16.0;
/// What fits into two periods: parts share a frame up to here. The distance to [`LIMIT_MS`] is for costs above their estimate.
const TWO_PERIODS_MS: f64 = 33.0;
/// After how many steps a slice looks at the clock, while steps are cheap: a look costs about as much as a moment of the world.
const STEPS_PER_LOOK_MAX: f64 = 16.0;
/// A slice passes its end by no more than about this.
const LOOK_EVERY_MS: f64 = 0.5;

/// Work that can stop after any of its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    /// The world runs towards the playhead.
    World,
    /// The trace follows the history.
    Trace,
}

impl Slice {
    /// Both, in the order in which a frame does them.
    pub const ALL: [Self; 2] = [Self::World, Self::Trace];

    /// The least that a slice gets in each frame, in milliseconds, if it wants as much.
    pub const fn least_ms(self) -> f64 {
        match self {
            Self::World => 4.0,
            Self::Trace => 1.0,
        }
    }
}

/// Work that is done whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Drawing the stage.
    Stage,
    /// Drawing the time line.
    Timeline,
    /// Taking a snapshot of the lab and rendering the panels from it.
    Panels,
}

impl Part {
    /// All, in the order in which a frame does them.
    pub const ALL: [Self; 3] = [Self::Stage, Self::Timeline, Self::Panels];

    /// After this many frames without it a part goes before the others.
    const fn patience(self) -> u32 {
        match self {
            Self::Stage => 1,
            Self::Timeline => 4,
            Self::Panels => 6,
        }
    }

    /// A part that is wanted in every frame is done after at most this many frames without it: its patience, and one frame
    /// for each other part that may go before it.
    pub const fn waits_at_most(self) -> u32 {
        self.patience() + Self::ALL.len() as u32 - 1
    }
}

/// What a frame could do, if there were time for all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wanted {
    /// The most that each slice may take, in milliseconds, by [`Slice`].
    pub slices_ms: [f64; 2],
    /// Which parts have something new to show, by [`Part`].
    pub parts: [bool; 3],
}

/// The estimated cost of a part.
#[derive(Clone, Copy, Debug)]
struct Cost {
    ms: f64,
    measured: bool,
}

impl Cost {
    /// Before the first measurement. No two parts of unknown cost share a frame: each is measured alone.
    const UNKNOWN: Self = Self { ms: TWO_PERIODS_MS / 2.0, measured: false };

    /// Rises at once and falls by an eighth of the difference, so that it stays above costs that vary. One outlier counts for
    /// no more than a whole frame.
    fn measure(&mut self, ms: f64) {
        let ms = ms.min(LIMIT_MS);
        self.ms = if self.measured { ms.max(self.ms - (self.ms - ms) / 8.0) } else { ms };
        self.measured = true;
    }
}

/// What the frames were allowed, what they took, and what was deferred. All times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counters {
    /// Animation frames.
    pub frames: u32,
    /// By [`Slice`].
    pub slices: [SliceCounters; 2],
    /// By [`Part`].
    pub parts: [PartCounters; 3],
    /// The longest frame that was planned from the estimates, where more than one part was planned. It is never over two
    /// periods of the display.
    pub longest_shared_plan_ms: f64,
    /// The longest frame as it was measured, with the browser's layout and painting.
    pub longest_frame_ms: f64,
    /// Frames that were measured to take longer than [`LIMIT_MS`].
    pub frames_over_limit: u32,
}

/// How a slice fared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SliceCounters {
    /// Frames in which it ran.
    pub ran: u32,
    /// What it was allowed, over all frames in which it ran.
    pub allowed_ms: f64,
    /// What it took, over all frames.
    pub took_ms: f64,
    /// The smallest allowance of a frame in which it ran; 0 before the first.
    pub least_allowed_ms: f64,
}

/// How a part fared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PartCounters {
    /// Frames in which it was done.
    pub done: u32,
    /// Frames in which it was wanted and left for a later one.
    pub deferred: u32,
    /// The most frames in a row in which it was left.
    pub longest_wait: u32,
    /// What it took, over all frames.
    pub took_ms: f64,
}

/// Shares out the time of each animation frame. In each frame: [`begin`](Self::begin), then each slice for as long as
/// [`allowed_ms`](Self::allowed_ms) says, then each wanted part that [`takes`](Self::takes) admits; what they took is
/// reported as soon as it is known.
#[derive(Clone, Debug)]
pub struct Budget {
    costs: [Cost; 3],
    /// What the browser adds after a frame without panels, and after one with them.
    painting: [Cost; 2],
    /// What one step of each slice costs.
    steps: [Cost; 2],
    /// In how many frames in a row each part was wanted and not done.
    waited: [u32; 3],
    frame: Frame,
    counters: Counters,
}

/// The current frame.
#[derive(Clone, Copy, Debug, Default)]
struct Frame {
    allowed_ms: [f64; 2],
    planned: [bool; 3],
    asked: [bool; 3],
    done: [bool; 3],
    spent_ms: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            costs: [Cost::UNKNOWN; 3],
            painting: [Cost { ms: 2.0, measured: false }, Cost::UNKNOWN],
            steps: [Cost { ms: LOOK_EVERY_MS, measured: false }; 2],
            waited: [0; 3],
            frame: Frame::default(),
            counters: Counters::default(),
        }
    }
}

impl Budget {
    /// Plans a frame. A part that turns out to be wanted later in the frame is done if there is room, and is planned in the
    /// next frame otherwise.
    pub fn begin(&mut self, wanted: &Wanted) {
        let asked = self.frame.asked;
        for (waited, _) in self.waited.iter_mut().zip(asked).filter(|(_, asked)| !asked) {
            *waited = 0;
        }
        let parts = std::array::from_fn(|part| wanted.parts[part] || self.waited[part] > 0);
        let least_ms = Slice::ALL.map(|slice| slice.least_ms().min(wanted.slices_ms[slice as usize]));
        let slices_ms = least_ms.iter().sum::<f64>();
        let planned = self.plan(parts, slices_ms);
        let fixed_ms = self.estimate(planned);
        let target_ms = if fixed_ms + slices_ms <= ONE_PERIOD_MS { ONE_PERIOD_MS } else { TWO_PERIODS_MS };
        let spare_ms = (target_ms - fixed_ms - slices_ms).max(0.0);
        let wish_ms = wanted.slices_ms.iter().sum::<f64>() - slices_ms;
        let share = if wish_ms > spare_ms { spare_ms / wish_ms } else { 1.0 };
        let allowed_ms = Slice::ALL.map(|slice| {
            let least_ms = least_ms[slice as usize];
            least_ms + (wanted.slices_ms[slice as usize] - least_ms) * share
        });
        self.frame = Frame { allowed_ms, planned, ..Frame::default() };
        self.counters.frames += 1;
        if planned.iter().filter(|planned| **planned).count() > 1 {
            let plan_ms = fixed_ms + allowed_ms.iter().sum::<f64>();
            self.counters.longest_shared_plan_ms = self.counters.longest_shared_plan_ms.max(plan_ms);
        }
    }

    /// Which of the wanted parts are done: those that have waited too long, then the others, as long as there is room beside
    /// the slices' minimum. A part that does not even fit alone is done alone.
    fn plan(&self, wanted: [bool; 3], slices_ms: f64) -> [bool; 3] {
        let overdue = |part: Part| self.waited[part as usize] >= part.patience();
        let with = |due: bool| Part::ALL.into_iter().filter(move |&part| overdue(part) == due);
        let order = with(true).chain(with(false));
        let mut planned = [false; 3];
        for part in order.filter(|&part| wanted[part as usize]) {
            let mut more = planned;
            more[part as usize] = true;
            if planned == [false; 3] || self.estimate(more) + slices_ms <= TWO_PERIODS_MS {
                planned = more;
            }
        }
        planned
    }

    /// What these parts cost together, and the browser after them.
    fn estimate(&self, parts: [bool; 3]) -> f64 {
        let painting = self.painting[usize::from(parts[Part::Panels as usize])].ms;
        let costs = Part::ALL.into_iter().filter(|&part| parts[part as usize]);
        costs.map(|part| self.costs[part as usize].ms).sum::<f64>() + painting
    }

    /// What this slice may take in this frame, in milliseconds.
    pub fn allowed_ms(&self, slice: Slice) -> f64 {
        self.frame.allowed_ms[slice as usize]
    }

    /// After how many steps of this slice to look at the clock.
    pub fn steps_per_look(&self, slice: Slice) -> u32 {
        (LOOK_EVERY_MS / self.steps[slice as usize].ms.max(1e-6)).clamp(1.0, STEPS_PER_LOOK_MAX) as u32
    }

    /// A slice has done `steps` steps in `took_ms`, of `allowed_ms`.
    pub fn slice_took(&mut self, slice: Slice, allowed_ms: f64, took_ms: f64, steps: u32) {
        self.frame.spent_ms += took_ms;
        if steps == 0 {
            return;
        }
        self.steps[slice as usize].measure(took_ms / f64::from(steps));
        let counters = &mut self.counters.slices[slice as usize];
        let first = counters.ran == 0;
        counters.least_allowed_ms =
            if first { allowed_ms } else { counters.least_allowed_ms.min(allowed_ms) };
        counters.ran += 1;
        counters.allowed_ms += allowed_ms;
        counters.took_ms += took_ms;
    }

    /// Whether this part, which is wanted, is done in this frame; otherwise it waits. A part that was planned gives way only if
    /// the frame has become so long that it would pass the limit, and never if it is the frame's first.
    pub fn takes(&mut self, part: Part) -> bool {
        let Frame { planned, done, spent_ms, .. } = self.frame;
        let alone = std::array::from_fn(|other| other == part as usize);
        let takes = if planned[part as usize] {
            done == [false; 3] || spent_ms + self.estimate(alone) <= LIMIT_MS
        } else {
            let to_come = std::array::from_fn(|other| alone[other] || planned[other] && !done[other]);
            spent_ms + self.estimate(to_come) <= TWO_PERIODS_MS
        };
        self.frame.asked[part as usize] = true;
        let waited = &mut self.waited[part as usize];
        let counters = &mut self.counters.parts[part as usize];
        if takes {
            *waited = 0;
            counters.done += 1;
            self.frame.done[part as usize] = true;
        } else {
            *waited += 1;
            counters.deferred += 1;
            counters.longest_wait = counters.longest_wait.max(*waited);
        }
        takes
    }

    /// A part took this long.
    pub fn part_took(&mut self, part: Part, took_ms: f64) {
        self.frame.spent_ms += took_ms;
        self.costs[part as usize].measure(took_ms);
        self.counters.parts[part as usize].took_ms += took_ms;
    }

    /// Whether a part was done in this frame, so that the browser has something to paint.
    pub fn has_drawn(&self) -> bool {
        self.frame.done != [false; 3]
    }

    /// The browser has styled, laid out and painted the frame: it took this long after the last part.
    pub fn painting_took(&mut self, took_ms: f64) {
        self.painting[usize::from(self.frame.done[Part::Panels as usize])].measure(took_ms);
        let frame_ms = self.frame.spent_ms + took_ms;
        self.counters.longest_frame_ms = self.counters.longest_frame_ms.max(frame_ms);
        self.counters.frames_over_limit += u32::from(frame_ms > LIMIT_MS);
    }

    /// What was counted since the page began.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

/// A slice at work: looks at the clock now and then, and says when the slice is used up.
pub struct Watch<C> {
    clock: C,
    end_ms: f64,
    steps_per_look: u32,
    steps: u32,
    used_up: bool,
}

impl<C: Fn() -> f64> Watch<C> {
    /// A slice of `allowed_ms` that begins now, by a clock in milliseconds that is asked after every `steps_per_look` steps.
    pub fn new(clock: C, allowed_ms: f64, steps_per_look: u32) -> Self {
        let end_ms = clock() + allowed_ms;
        Self { clock, end_ms, steps_per_look, steps: 0, used_up: false }
    }

    /// Whether the slice lasts; to be asked after every step. Once used up it stays used up.
    pub fn go_on(&mut self) -> bool {
        self.steps += 1;
        if !self.used_up && self.steps.is_multiple_of(self.steps_per_look) {
            self.used_up = (self.clock)() >= self.end_ms;
        }
        !self.used_up
    }

    /// How many steps were done.
    pub fn steps(&self) -> u32 {
        self.steps
    }
}

#[cfg(test)]
mod tests;
