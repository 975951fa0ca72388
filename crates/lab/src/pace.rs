//! How time passes: at the chosen speed, faster through a bulk transfer, with a jump over quiet time, and to rest when nothing
//! moves any more.

use super::ahead::{Advance, Next, advance, next_visible};
use super::{Lab, Skipped};
use netlab::history::Fate;
use netlab::run::{Amount, RunEvent, RunKind};
use netlab::topology::{Direction, End, LinkId};
use netlab::{Duration, Instant};

/// How long a frame that arrived, and one that was dropped, is still to be seen on the stage.
const AFTERGLOW_SECS: f64 = 0.6;
const DROP_AFTERGLOW_SECS: f64 = 1.2;
/// Less quiet time than this, on screen, is not worth a jump.
const SKIP_SECS_MIN: f64 = 0.75;
const SKIP_GLIDE_MS: f64 = 450.0;
/// Automatic speed changes one step at a time, so that the eye can follow.
const SPEED_STEP_MS: f64 = 900.0;

impl Lab {
    /// Lets time pass.
    pub(super) fn pass(&mut self, now_ms: f64, elapsed_ms: f64, calm: bool, go_on: &mut dyn FnMut() -> bool) {
        self.choose_speed(now_ms);
        let wanted = self.playhead.after(elapsed_ms, self.speed.ns_per_sec());
        if self.rewound && wanted < self.world.now() {
            self.behind_ms = 0.0;
            self.playhead.jump_exactly(elapsed_ms, self.speed.ns_per_sec());
            if self.skip_quiet && self.nothing_to_see() {
                self.skip(now_ms, calm, go_on);
            }
            return;
        }
        self.rewound = false;
        match advance(&mut self.world, wanted, go_on) {
            Advance::Reached => {
                self.rest_at = None;
                self.behind_ms = 0.0;
                self.playhead.jump_exactly(elapsed_ms, self.speed.ns_per_sec());
                if self.skip_quiet && self.nothing_to_see() {
                    self.skip(now_ms, calm, go_on);
                }
            }
            Advance::Paused => {
                self.rest_at = None;
                self.behind_ms += elapsed_ms;
                self.playhead.jump(self.world.now().max(self.playhead.at()));
            }
            Advance::Quiet => {
                self.behind_ms = 0.0;
                let rest_at = *self.rest_at.get_or_insert_with(|| {
                    let glow = Duration::from_nanos((1.5 * self.speed.ns_per_sec()) as u64);
                    let before = |next: Instant| Instant::from_nanos(next.nanos().saturating_sub(1));
                    let until = self.world.now().max(self.playhead.at()) + glow;
                    self.world.next_event_at().map_or(until, |next| until.min(before(next)))
                });
                self.playhead.jump(wanted.min(rest_at.max(self.playhead.at())));
            }
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
        if let Next::At(next) = next_visible(&mut self.world, at, go_on) {
            let time = next - at;
            if time.secs_f64() * 1e9 > SKIP_SECS_MIN * self.speed.ns_per_sec() {
                self.skipped = Some(Skipped { time, at_ms: now_ms });
                self.world.run_until(next, || true);
                self.playhead.glide_to(next, now_ms, if calm { 0.0 } else { SKIP_GLIDE_MS });
            }
        }
    }

    /// Automatic speed: watchable, and while a bulk transfer goes on faster, step by step.
    fn choose_speed(&mut self, now_ms: f64) {
        if !self.auto_speed {
            return;
        }
        let Some(lasts) = self.bulk_lasts() else {
            self.speed = self.watchable;
            return;
        };
        let wanted = self.watchable.for_bulk(lasts);
        if wanted != self.speed && now_ms - self.speed_changed_ms >= SPEED_STEP_MS {
            self.speed = if wanted > self.speed { self.speed.faster() } else { self.speed.slower() };
            self.speed_changed_ms = now_ms;
        }
    }

    /// The total duration of the longest bulk transfer under way, as far as it is known.
    fn bulk_lasts(&self) -> Option<Duration> {
        let at = self.playhead.at();
        let lasts = self.world.history().runs().iter().filter_map(|log| {
            let RunKind::Iperf(iperf) = &log.spec.kind else { return None };
            let last = log.entries_by(at).last()?;
            if matches!(last.event, RunEvent::Finished(_)) {
                return None;
            }
            match iperf.amount {
                Amount::Time(time) => Some(time),
                // Only once something has come: the handshake is to be watched.
                Amount::Bytes(bytes) if last.totals.bytes > 0 => {
                    let so_far = (at - log.start).nanos() as f64;
                    Some(Duration::from_nanos((so_far * bytes as f64 / last.totals.bytes as f64) as u64))
                }
                Amount::Bytes(_) => None,
            }
        });
        lasts.max()
    }
}
