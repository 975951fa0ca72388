//! How time passes: at the speed of the director or of the person, with a jump over quiet time, and to rest when nothing moves any
//! more.

use super::ahead::{Advance, Next, advance_unless, next_visible_before};
use super::director::before;
use super::topology::LiveTopology;
use super::{Lab, Skipped};
use netlab::history::Fate;
use netlab::topology::{Direction, End, LinkId};
use netlab::{Duration, Instant};

/// How long a frame that arrived, and one that was dropped, is still to be seen on the stage.
const AFTERGLOW_SECS: f64 = 0.6;
const DROP_AFTERGLOW_SECS: f64 = 1.2;
/// Less quiet time than this, on screen, is not worth a jump.
const SKIP_SECS_MIN: f64 = 0.75;
const SKIP_GLIDE_MS: f64 = 450.0;
/// Each jump in a row is this much shorter, down to the least.
const SKIP_AGAIN: f64 = 0.8;
const SKIP_GLIDE_MS_MIN: f64 = 120.0;
/// A jump to something promised ends so long before it, on screen.
const LEAD_SECS: f64 = 0.5;

impl Lab {
    /// Lets time pass.
    pub(super) fn pass(&mut self, now_ms: f64, elapsed_ms: f64, calm: bool, go_on: &mut dyn FnMut() -> bool) {
        if self.waits_for_reader() {
            return;
        }
        self.let_chapter_begin();
        self.pass_on(now_ms, elapsed_ms, calm, go_on);
        self.hold_before_chapter(now_ms);
    }

    fn pass_on(&mut self, now_ms: f64, elapsed_ms: f64, calm: bool, go_on: &mut dyn FnMut() -> bool) {
        self.choose_speed();
        let at = self.playhead.at();
        let wanted = self.playhead.after(elapsed_ms, self.speed.ns_per_sec());
        let wanted = self.stop_between(at, wanted).unwrap_or(wanted);
        if self.rewound && wanted < self.world.now() {
            self.behind_ms = 0.0;
            return self.arrive_at(wanted, now_ms, elapsed_ms, calm, go_on);
        }
        self.rewound = false;
        match self.advance_with_story(wanted, go_on) {
            Advance::Reached => {
                self.rest_at = None;
                self.behind_ms = 0.0;
                self.arrive_at(wanted, now_ms, elapsed_ms, calm, go_on);
            }
            Advance::Stopped => {
                self.rest_at = None;
                self.behind_ms = 0.0;
                self.skips = 0;
                self.playhead.jump(self.world.now().max(at));
            }
            Advance::Paused => {
                self.rest_at = None;
                self.behind_ms += elapsed_ms;
                self.playhead.jump(self.world.now().max(at));
            }
            Advance::Held => {
                self.rest_at = None;
                self.behind_ms = 0.0;
                self.playhead.jump(wanted.min(self.hold.until()).max(at));
                self.playing = false;
            }
            Advance::Quiet => {
                self.behind_ms = 0.0;
                let rest_at = *self.rest_at.get_or_insert_with(|| {
                    let glow = Duration::from_nanos((1.5 * self.speed.ns_per_sec()) as u64);
                    let until = self.world.now().max(self.playhead.at()) + glow;
                    self.world.next_event_at().map_or(until, |next| until.min(before(next)))
                });
                self.playhead.jump(wanted.min(rest_at.max(at)));
            }
        }
    }

    /// Lets the world happen up to and with this moment; while the director leads, it stops where something is to be seen slowly.
    fn advance_with_story(&mut self, until: Instant, go_on: &mut dyn FnMut() -> bool) -> Advance {
        let (story, watchable, leads) = (&mut self.story, self.watchable, self.auto_speed);
        advance_unless(&mut self.world, &mut self.hold, until, go_on, &mut |world| {
            let news = story.follow(LiveTopology::of(world), world.history(), world.now(), watchable);
            leads && news
        })
    }

    /// Where the director stops on the way.
    fn stop_between(&self, from: Instant, to: Instant) -> Option<Instant> {
        self.auto_speed.then(|| self.story.slow_between(from, to)).flatten()
    }

    fn arrive_at(
        &mut self,
        wanted: Instant,
        now_ms: f64,
        elapsed_ms: f64,
        calm: bool,
        go_on: &mut dyn FnMut() -> bool,
    ) {
        if wanted < self.playhead.after(elapsed_ms, self.speed.ns_per_sec()) {
            self.skips = 0;
            return self.playhead.jump(wanted);
        }
        self.playhead.jump_exactly(elapsed_ms, self.speed.ns_per_sec());
        if self.skip_quiet && self.nothing_to_see() && !(self.auto_speed && self.caption.holds(now_ms)) {
            self.skip(now_ms, calm, go_on);
        }
    }

    /// Whether nothing waits, travels or dies away on any wire at the playhead.
    pub(super) fn nothing_to_see(&self) -> bool {
        let at = self.playhead.at();
        let before = |secs: f64| {
            Instant::from_nanos(at.nanos().saturating_sub((secs * self.speed.ns_per_sec()) as u64))
        };
        let (arrived, dropped) = (before(AFTERGLOW_SECS), before(DROP_AFTERGLOW_SECS));
        let links = 0..self.whole().links.len() as u32;
        links.flat_map(|link| End::BOTH.map(|from| Direction { link: LinkId(link), from })).all(|direction| {
            let mut passing = self.world.history().passing(direction, dropped, at);
            !passing.any(|transit| match transit.fate {
                Fate::Delivered => transit.gone() >= arrived,
                Fate::Dropped { .. } => true,
            })
        })
    }

    fn skip(&mut self, now_ms: f64, calm: bool, go_on: &mut dyn FnMut() -> bool) {
        let at = self.playhead.at();
        let promised = self.story.promised_after(at).unwrap_or(Instant::MAX);
        let Next::At(mut next) = next_visible_before(&mut self.world, &mut self.hold, at, promised, go_on)
        else {
            return;
        };
        if next == promised {
            // What is promised is seen coming.
            let lead = (LEAD_SECS * self.watchable.ns_per_sec()) as u64;
            next = Instant::from_nanos(next.nanos().saturating_sub(lead)).max(at);
        } else {
            self.world.run_until(next, || true);
        }
        let time = next - at;
        if time.secs_f64() * 1e9 > SKIP_SECS_MIN * self.speed.ns_per_sec() {
            let glide_ms = (SKIP_GLIDE_MS * SKIP_AGAIN.powi(self.skips.min(8) as i32)).max(SKIP_GLIDE_MS_MIN);
            self.skips += 1;
            self.skipped = Some(Skipped { time, at_ms: now_ms });
            self.playhead.glide_to(next, now_ms, if calm { 0.0 } else { glide_ms });
        }
    }

    /// While the director leads: the speed of this moment.
    pub(super) fn choose_speed(&mut self) {
        if self.auto_speed {
            self.speed = match self.rest_at {
                // What is done next is to be followed.
                Some(rest_at) if self.playhead.at() >= rest_at => self.watchable,
                _ => self.story.speed(self.playhead.at(), self.watchable),
            };
        }
    }
}
