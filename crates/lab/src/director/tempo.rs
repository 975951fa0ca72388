//! The speed at a moment: slow where something new is to be seen, faster the longer nothing new happens, slow again before what is
//! promised.
//!
//! Between two things that are new, the speed is proportional to the time since the last one: each second on screen shows as much
//! again as all before it. So a stretch of any length passes within some seconds, and its beginning, which is still new to the eye,
//! passes slowest.

use super::story::{Story, Window};
use crate::speed::Speed;
use netlab::Instant;

/// Within about this many seconds on screen the speed doubles and more, first and later: above ten times the speed at which a
/// frame can be followed, frames are no longer told apart.
const GROWS_SECS: f64 = 0.5;
const GROWS_SECS_LATER: f64 = 2.0;
const FOLLOWED_TIMES: f64 = 10.0;
/// Within about this many seconds on screen the speed is reduced before something promised.
const SLOWS_SECS: f64 = 0.35;
/// Windows in front of a moment that can still reach it: each is a frame on its way.
const REACHING_MAX: usize = 512;

impl Story {
    /// The speed of this moment. `watchable`: the speed at which a frame can be followed.
    pub fn speed(&self, at: Instant, watchable: Speed) -> Speed {
        Speed::nearest(self.rate(at, watchable.ns_per_sec()))
    }

    /// In virtual nanoseconds per second.
    fn rate(&self, at: Instant, watchable: f64) -> f64 {
        let factor = self.pace_at(at).factor();
        let begun = self.windows().partition_point(|window| window.from <= at);
        let near = &self.windows()[begun.saturating_sub(REACHING_MAX)..begun];
        let shown = near.iter().filter(|window| at < window.until).map(|window| window.rate);
        if let Some(slowest) = shown.reduce(f64::min) {
            return slowest * factor;
        }
        let last = near.iter().max_by_key(|window| window.until);
        let &Window { until: since, rate, .. } =
            last.unwrap_or(&Window { from: Instant::ZERO, until: Instant::ZERO, rate: watchable });
        let since_ns = (at - since.min(at)).nanos() as f64;
        let grown = grown(since_ns, rate.min(watchable), factor);
        match self.promised_after(at) {
            Some(promised) => {
                grown.min(((promised - at).nanos() as f64 / SLOWS_SECS).max(watchable * factor))
            }
            None => grown,
        }
    }
}

/// The speed this long after the last thing that was new, which passed at `rate`.
fn grown(since_ns: f64, rate: f64, factor: f64) -> f64 {
    let followed = rate * FOLLOWED_TIMES;
    let first_ns = followed * GROWS_SECS;
    let grown = match since_ns <= first_ns {
        true => since_ns / GROWS_SECS,
        false => followed + (since_ns - first_ns) / GROWS_SECS_LATER,
    };
    grown.max(rate) * factor
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::director::story::Promises;
    use netlab::Duration;
    use scenario::Chapter;
    use scenario::chapters::{Moment, Pace};

    const WATCHABLE: f64 = 1e6;

    fn at_ms(ms: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(ms)
    }

    /// How many seconds on screen it takes from one moment to another.
    fn on_screen(story: &Story, from: Instant, to: Instant) -> f64 {
        let (mut at, mut secs) = (from, 0.0);
        while at < to {
            let rate = story.rate(at, WATCHABLE);
            at += Duration::from_nanos((rate / 60.0) as u64);
            secs += 1.0 / 60.0;
        }
        secs
    }

    fn chapter(pace: Pace) -> Chapter {
        Chapter {
            title: "x".into(),
            text: String::new(),
            moment: Moment::At(Instant::ZERO),
            look: Vec::new(),
            pace,
            headline: false,
        }
    }

    #[test]
    fn time_in_which_nothing_is_new_passes_ever_faster() {
        let story = Story::default();
        let rates: Vec<_> = [0, 1, 10, 100, 1_000].map(|ms| story.rate(at_ms(ms), WATCHABLE)).into();
        assert!(rates.is_sorted() && rates[0] == WATCHABLE && rates[4] > 100.0 * WATCHABLE, "{rates:?}");
        assert!(on_screen(&story, Instant::ZERO, at_ms(10_000)) < 20.0);
    }

    #[test]
    fn what_is_promised_is_approached_slowly() {
        let mut story = Story::default();
        let change = (at_ms(5_000), scenario::Change::Clear(netlab::topology::NodeId(0)));
        story.promise(Promises::new(&[change], std::iter::empty(), &[]), Instant::ZERO);
        assert!(story.rate(at_ms(3_000), WATCHABLE) > 100.0 * WATCHABLE);
        assert_eq!(story.rate(Instant::from_nanos(4_999_900_000), WATCHABLE), WATCHABLE);
        assert!(on_screen(&story, at_ms(3_000), at_ms(5_000)) < 12.0);
    }

    #[test]
    fn a_chapter_sets_the_pace() {
        let of = |pace| {
            let story = Story::new(&[chapter(pace)], &[]);
            on_screen(&story, Instant::ZERO, at_ms(100))
        };
        let [slow, normal, quick] = [Pace::Slow, Pace::Normal, Pace::Quick].map(of);
        assert!(slow > 1.8 * normal && normal > 3.0 * quick, "{slow} {normal} {quick}");
    }
}
