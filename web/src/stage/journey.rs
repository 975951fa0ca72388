//! Where one frame is at one moment: the exact relation between the history's times and the cable's length.
//!
//! A frame on a wire is long: its first bit leaves at `start` and is at the far end at `start + delay`, its last bit leaves
//! at `end` and is there at `arrival`, with `delay = arrival − end`. So, in parts of the cable's length,
//!
//! ```text
//! head(t) = (t − start) / delay          tail(t) = (t − end) / delay          both kept within 0..=1
//! ```
//!
//! The stretch from tail to head is drawn as light in the cable's core: that is the true extent of the bits.
//! The capsule beside it stands for the frame as a whole and is at
//!
//! ```text
//! place(t) = (t − start) / (arrival − start)
//! ```
//!
//! which is where one bit of the frame is: the one that is as far from the frame's first bit as the capsule is from the
//! sender (`0 = first bit, 1 = last`). So the capsule leaves with the first bit, comes in with the last, never stands
//! outside its light, and moves evenly, even on a cable without delay, where the light fills the whole length at once.

use netlab::history::{DropReason, Fate, FrameId, Refusal, Transit, TransitId};

/// A transit's times in virtual nanoseconds, without its bytes: what the layout needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journey {
    /// Which transit.
    pub transit: TransitId,
    /// Which frame.
    pub frame: FrameId,
    /// Its length in bytes.
    pub bytes: u32,
    /// See [`Transit::queued`].
    pub queued: u64,
    /// See [`Transit::start`].
    pub start: u64,
    /// See [`Transit::end`].
    pub end: u64,
    /// See [`Transit::arrival`].
    pub arrival: u64,
    /// Why and when it was dropped, if it was.
    pub dropped: Option<(DropReason, u64)>,
    /// Why and when the receiving node dropped it, if it did.
    pub refused: Option<(Refusal, u64)>,
}

/// What a frame does at some moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    /// Not handed to the link yet.
    Ahead,
    /// Waits in the sender's queue.
    Waiting,
    /// On the wire, this part of the way along it.
    Moving(f64),
    /// Was dropped.
    Dropped {
        /// At this part of the way; 0 is the sender's port.
        place: f64,
        /// Nanoseconds since then.
        ago: u64,
    },
    /// Arrived; nanoseconds since then.
    Arrived(u64),
}

impl From<&Transit> for Journey {
    // Of each frame in each animation frame.
    #[inline(always)]
    fn from(transit: &Transit) -> Self {
        Self {
            transit: transit.id,
            frame: transit.frame_id,
            bytes: transit.frame.len() as u32,
            queued: transit.queued.nanos(),
            start: transit.start.nanos(),
            end: transit.end.nanos(),
            arrival: transit.arrival.nanos(),
            dropped: match transit.fate {
                Fate::Delivered => None,
                Fate::Dropped { reason, at } => Some((reason, at.nanos())),
            },
            refused: transit.refused.map(|(at, why)| (why, at.nanos())),
        }
    }
}

impl Journey {
    /// From the first bit's leaving to the last bit's arriving, in nanoseconds. At least one.
    pub fn lasts(&self) -> f64 {
        self.arrival.saturating_sub(self.start).max(1) as f64
    }

    /// Where its capsule is, in parts of the way: 0 until `start`, 1 from `arrival` on, evenly in between.
    pub fn place(&self, at: u64) -> f64 {
        (at.saturating_sub(self.start) as f64 / self.lasts()).min(1.0)
    }

    /// Where its last and its first bit are, in parts of the way.
    pub fn light(&self, at: u64) -> (f64, f64) {
        let delay = self.arrival.saturating_sub(self.end).max(1) as f64;
        let part = |since: u64| (at.saturating_sub(since) as f64 / delay).min(1.0);
        (part(self.end), part(self.start))
    }

    /// What it does at this moment.
    pub fn phase(&self, at: u64) -> Phase {
        match self.dropped {
            _ if at < self.queued => Phase::Ahead,
            Some((_, when)) if at >= when => Phase::Dropped { place: self.place(when), ago: at - when },
            // Refused before it could leave: it never waits in sight.
            Some((DropReason::QueueFull | DropReason::Early | DropReason::Overload, _)) => Phase::Ahead,
            _ if at < self.start => Phase::Waiting,
            None if at >= self.arrival => Phase::Arrived(at - self.arrival),
            _ => Phase::Moving(self.place(at)),
        }
    }

    /// The least distance, in parts of the way, between this frame and the next one behind it while both are on the wire.
    /// It does not depend on the moment, so that what is drawn by it (how much of a label fits) stays the same all along.
    /// A frame that overtakes another is drawn over it: no size would keep them apart.
    pub fn gap_to(&self, behind: &Self) -> f64 {
        if behind.start >= self.arrival {
            return 1.0;
        }
        // Both move evenly, so the distance is least when the second starts or when the first arrives.
        let at_start = behind.start.saturating_sub(self.start) as f64 / self.lasts();
        if behind.arrival < self.arrival {
            return at_start.min(1.0);
        }
        let at_arrival = behind.arrival.saturating_sub(self.arrival) as f64 / behind.lasts();
        at_start.min(at_arrival).min(1.0)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use netlab::history::DropReason;
    use proptest::prelude::*;
    use wire::impair::LossReason;

    /// A frame of these times; tests elsewhere use it too.
    pub fn journey(id: u64, queued: u64, start: u64, takes: u64, delay: u64) -> Journey {
        let end = start + takes;
        Journey {
            transit: TransitId(id),
            frame: FrameId(id),
            bytes: 1514,
            queued,
            start,
            end,
            arrival: end + delay,
            dropped: None,
            refused: None,
        }
    }

    #[test]
    fn a_capsule_leaves_with_the_first_bit_and_comes_in_with_the_last() {
        let journey = journey(0, 100, 200, 50, 1_000);
        assert_eq!(journey.phase(99), Phase::Ahead);
        assert_eq!(journey.phase(199), Phase::Waiting);
        assert_eq!(journey.phase(200), Phase::Moving(0.0));
        assert_eq!(journey.place(725), 0.5);
        assert_eq!(journey.place(1_250), 1.0);
        assert_eq!(journey.phase(1_250), Phase::Arrived(0));
    }

    #[test]
    fn the_light_is_as_long_as_the_frame_on_the_wire() {
        let journey = journey(0, 0, 0, 100, 1_000);
        assert_eq!(journey.light(50), (0.0, 0.05), "half of it has left");
        assert_eq!(journey.light(500), (0.4, 0.5));
        assert_eq!(journey.light(1_000), (0.9, 1.0), "the first bit arrives");
        assert_eq!(journey.light(1_100), (1.0, 1.0));
    }

    #[test]
    fn a_lost_frame_dies_where_it_was() {
        let mut journey = journey(0, 0, 0, 0, 1_000);
        journey.dropped = Some((DropReason::Impaired(LossReason::Loss), 500));
        assert_eq!(journey.phase(499), Phase::Moving(0.499));
        assert_eq!(journey.phase(600), Phase::Dropped { place: 0.5, ago: 100 });
        journey.dropped = Some((DropReason::QueueFull, 0));
        assert_eq!(journey.phase(0), Phase::Dropped { place: 0.0, ago: 0 });
    }

    /// Frames that follow each other on one line: gap, transmission time.
    pub fn train() -> impl Strategy<Value = (u64, Vec<(u64, u64)>)> {
        (0u64..100_000, prop::collection::vec((0u64..5_000, 0u64..2_000), 2..40))
    }

    /// The train's journeys.
    pub fn journeys(delay: u64, frames: &[(u64, u64)]) -> Vec<Journey> {
        let mut now = 0;
        let mut free = 0;
        frames
            .iter()
            .enumerate()
            .map(|(id, &(gap, takes))| {
                now += gap;
                let start = free.max(now);
                free = start + takes;
                journey(id as u64, now, start, takes, delay)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn a_capsule_moves_forward_within_the_cable_and_inside_its_light(
            start in 0u64..1_000_000, takes in 0u64..1_000_000, delay in 0u64..10_000_000,
            moments in prop::collection::vec(0u64..12_000_000, 2..50),
        ) {
            let journey = journey(0, 0, start, takes, delay);
            let mut moments = moments;
            moments.sort_unstable();
            let mut last = 0.0;
            for at in moments {
                let place = journey.place(at);
                prop_assert!((last..=1.0).contains(&place));
                last = place;
                let (tail, head) = journey.light(at);
                prop_assert!(tail <= head);
                if delay > 0 && journey.start <= at && at <= journey.arrival {
                    prop_assert!(tail - 1e-9 <= place && place <= head + 1e-9, "{tail} {place} {head}");
                }
            }
            prop_assert_eq!(journey.place(journey.start.max(1) - 1), 0.0);
            prop_assert!(takes + delay == 0 || journey.place(journey.arrival) == 1.0);
        }

        #[test]
        fn a_gap_is_never_wider_than_what_is_seen((delay, frames) in train(), at in 0u64..200_000) {
            for pair in journeys(delay, &frames).windows(2) {
                let both_move = pair.iter().all(|one| matches!(one.phase(at), Phase::Moving(_)));
                if both_move {
                    let seen = pair[0].place(at) - pair[1].place(at);
                    prop_assert!(seen >= pair[0].gap_to(&pair[1]) - 1e-9);
                }
            }
        }
    }
}
