//! The moment being looked at.

use netlab::Instant;

/// The moment being looked at. It only goes forward.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Playhead {
    at: Instant,
    /// The part of a nanosecond that slow speeds leave over from frame to frame.
    rest_ns: f64,
    glide: Option<Glide>,
}

/// Time that is passed over quickly, but not so quickly that the eye loses track.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Glide {
    from: Instant,
    to: Instant,
    begun_ms: f64,
    lasts_ms: f64,
}

impl Playhead {
    /// The moment.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// Where it will be when this much time has passed at this speed.
    pub fn after(&self, elapsed_ms: f64, ns_per_sec: f64) -> Instant {
        let ns = elapsed_ms / 1e3 * ns_per_sec + self.rest_ns;
        Instant::from_nanos(self.at.nanos().saturating_add(ns as u64))
    }

    /// Goes where [`after`](Self::after) said, and keeps what is left of a nanosecond for the next time.
    pub fn jump_exactly(&mut self, elapsed_ms: f64, ns_per_sec: f64) {
        let ns = elapsed_ms / 1e3 * ns_per_sec + self.rest_ns;
        self.at = self.after(elapsed_ms, ns_per_sec);
        self.rest_ns = ns.fract();
    }

    /// Goes to this moment at once.
    pub fn jump(&mut self, to: Instant) {
        *self = Self { at: to, rest_ns: 0.0, glide: None };
    }

    /// Goes to this moment within `lasts_ms`, or at once if that is zero.
    pub fn glide_to(&mut self, to: Instant, now_ms: f64, lasts_ms: f64) {
        if lasts_ms > 0.0 {
            self.glide = Some(Glide { from: self.at, to, begun_ms: now_ms, lasts_ms });
        } else {
            self.jump(to);
        }
    }

    /// Ends a glide where it was to end.
    pub fn finish_glide(&mut self) {
        if let Some(glide) = self.glide {
            self.jump(glide.to);
        }
    }

    /// Moves on with a glide; `false` if there is none.
    pub fn glide(&mut self, now_ms: f64) -> bool {
        let Some(glide) = self.glide else { return false };
        let done = ((now_ms - glide.begun_ms) / glide.lasts_ms).clamp(0.0, 1.0);
        if done >= 1.0 {
            self.jump(glide.to);
        } else {
            // Slow, fast, slow (smoothstep).
            let eased = done * done * (3.0 - 2.0 * done);
            let ns = (glide.to - glide.from).nanos() as f64 * eased;
            self.at = Instant::from_nanos(glide.from.nanos() + ns as u64);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn at_the_slowest_speed_no_part_of_a_nanosecond_is_lost() {
        let mut playhead = Playhead::default();
        // A microsecond per second: 16.67 ns for each of 60 frames.
        for _ in 0..60 {
            playhead.jump_exactly(1_000.0 / 60.0, 1_000.0);
        }
        assert!((999..=1_000).contains(&playhead.at().nanos()), "{}", playhead.at());
    }

    #[test]
    fn a_glide_ends_exactly_where_it_should() {
        let mut playhead = Playhead::default();
        let to = Instant::from_nanos(123_456_789);
        playhead.glide_to(to, 1_000.0, 400.0);
        assert!(playhead.glide(1_200.0) && playhead.at() < to);
        assert!(playhead.glide(1_400.0) && playhead.at() == to);
        assert!(!playhead.glide(1_500.0));
    }

    #[test]
    fn a_glide_of_no_time_is_a_jump() {
        let mut playhead = Playhead::default();
        playhead.glide_to(Instant::from_nanos(5), 0.0, 0.0);
        assert_eq!(playhead.at().nanos(), 5);
        assert!(!playhead.glide(1.0));
    }

    proptest! {
        #[test]
        fn a_glide_never_goes_back(mut frames in prop::collection::vec(0.0f64..500.0, 1..30)) {
            frames.sort_by(f64::total_cmp);
            let mut playhead = Playhead::default();
            playhead.glide_to(Instant::from_nanos(1_000_000_007), 0.0, 450.0);
            let mut last = Instant::ZERO;
            for now_ms in frames {
                playhead.glide(now_ms);
                prop_assert!(playhead.at() >= last);
                last = playhead.at();
            }
        }
    }
}
