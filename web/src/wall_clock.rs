//! The speed test: the same stacks without virtual time, as fast as this machine can run them, in a slice of each animation
//! frame. It does what `iperf_self` and `iperf_vnetif` of mirage-vnetif do, in a tab that stays usable.

use crate::frame::AnimationFrames;
use lab::plot::{Plot, ceiling};
use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;
use vnetif::bulk::BulkConfig;
use vnetif::driver::{Yield, drive};
use vnetif::measured::{self, Measured};
use vnetif::raw::RawConfig;
use wasm_bindgen::UnwrapThrowExt;
use wire::{Duration, Instant};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// TCP between two stacks on a switch.
    Tcp,
    /// Full frames from one interface to another, without a stack.
    Frames,
}

/// The results so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Since it began.
    pub elapsed: Duration,
    /// What arrived.
    pub bytes: u64,
    /// How many frames crossed the switch.
    pub frames: u64,
    /// Bits a second in each quarter of a second, the latest.
    pub rates: Vec<f64>,
    /// The longest slice.
    pub longest_slice: Duration,
    /// How often the test yielded to the page.
    pub yields: u64,
}

/// Of each animation frame of 16.7 ms; the rest is for the page.
const SLICE: Duration = Duration::from_millis(10);
const SAMPLE: Duration = Duration::from_millis(250);
/// Half a minute.
const SAMPLES_MAX: usize = 120;

/// Runs a test until `bytes` have passed, if that is said, or until `stop` is set. Reports every quarter of a second, and
/// at the end.
pub async fn run(test: Test, bytes: Option<u64>, stop: Rc<Cell<bool>>, report: impl Fn(&Report)) {
    let net = match test {
        Test::Tcp => measured::tcp(&BulkConfig { bytes, ..BulkConfig::default() }),
        Test::Frames => measured::frames(&RawConfig { bytes, ..RawConfig::default() }),
    };
    measure(net, stop, report).await;
}

async fn measure(mut net: Box<dyn Measured>, stop: Rc<Cell<bool>>, report: impl Fn(&Report)) {
    let performance = crate::dom::window().performance().expect_throw("a browser has a clock");
    let begun_ms = performance.now();
    let clock = || Instant::from_nanos(((performance.now() - begun_ms) * 1e6) as u64);
    let slice_began = Cell::new(Instant::ZERO);
    let others = || async {
        AnimationFrames.yield_now().await;
        slice_began.set(clock());
    };
    let mut so_far = Report::default();
    let mut sampled = (Instant::ZERO, 0);
    drive(&mut net, clock, &others, SLICE, |net, now| {
        let (bytes, frames) = net.counts();
        so_far.longest_slice = so_far.longest_slice.max(now - slice_began.get());
        so_far.yields += 1;
        (so_far.elapsed, so_far.bytes, so_far.frames) = (now - Instant::ZERO, bytes, frames);
        let since = now - sampled.0;
        if since >= SAMPLE {
            so_far.rates.push((bytes - sampled.1) as f64 * 8.0 / since.secs_f64());
            if so_far.rates.len() > SAMPLES_MAX {
                so_far.rates.remove(0);
            }
            sampled = (now, bytes);
            report(&so_far);
        }
        if stop.get() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .await;
    report(&so_far);
}

impl Report {
    /// Bits per second over the whole time.
    pub fn rate(&self) -> f64 {
        if self.elapsed == Duration::ZERO { 0.0 } else { self.bytes as f64 * 8.0 / self.elapsed.secs_f64() }
    }

    /// The latest half minute.
    pub fn plot(&self) -> Option<Plot> {
        let lasts = Duration::from_nanos(SAMPLE.nanos() * self.rates.len() as u64);
        let top = ceiling(self.rates.iter().copied().fold(0.0, f64::max));
        (self.rates.len() >= 2).then(|| Plot { bin: SAMPLE, bins: self.rates.clone(), top, lasts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_over_the_whole_time() {
        let report = Report { elapsed: Duration::from_secs(2), bytes: 500_000_000, ..Report::default() };
        assert_eq!(report.rate(), 2e9);
        assert_eq!(Report::default().rate(), 0.0);
        assert_eq!(report.plot(), None);
    }
}
