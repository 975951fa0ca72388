//! Drivers: they step a network in slices of bounded time, and yield to other tasks in between.
//!
//! A [`Net`] only moves when it is stepped. [`drive`] steps it for a slice of time, then awaits a [`Yield`]: the next
//! animation frame in a browser, the thread's yield natively, nothing in a test. So no slice is longer than its budget,
//! whatever the network does, and this crate needs neither a runtime nor a clock. [`run_virtual`] steps a network in virtual
//! time: it jumps from one due moment to the next.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};
use wire::time::{Duration, Instant};

/// The smallest step of [`run_virtual`]: what smoltcp's clock can tell apart.
pub const TICK: Duration = Duration::from_micros(1);

/// Lets other tasks run. Every closure that returns a future is a `Yield`.
pub trait Yield {
    /// Ready when this task may go on.
    fn yield_now(&self) -> impl Future<Output = ()>;
}

impl<F: Fn() -> R, R: Future<Output = ()>> Yield for F {
    fn yield_now(&self) -> impl Future<Output = ()> {
        self()
    }
}

/// A network that advances only when it is stepped.
pub trait Net {
    /// Does a small, bounded part of the work that is due. `now` must not decrease.
    fn step(&mut self, now: Instant) -> Progress;
}

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There may be more to do at once.
    Busy,
    /// There is nothing to do.
    Idle {
        /// When there next is; `None`: never, without action from outside.
        next_due: Option<Instant>,
    },
    /// The network has reached its end.
    Done,
}

/// Why a driver returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The network reached its end.
    Done,
    /// The caller stopped it.
    Stopped,
    /// The network is idle for ever.
    Stuck,
    /// The end of the given time was reached.
    OutOfTime,
}

/// Steps the network until it is idle or done, or the budget is used up. A step that has begun is finished.
pub fn run_slice(net: &mut impl Net, clock: impl Fn() -> Instant, budget: Duration) -> Progress {
    let mut now = clock();
    let end = now + budget;
    loop {
        let progress = net.step(now);
        now = clock();
        if progress != Progress::Busy || now >= end {
            return progress;
        }
    }
}

/// Runs the network by this clock, in slices of at most `budget`, with a yield after each. `after_slice` is called after each
/// slice; it may inspect, change and stop the network.
pub async fn drive<N: Net>(
    net: &mut N,
    clock: impl Fn() -> Instant,
    others: &impl Yield,
    budget: Duration,
    mut after_slice: impl FnMut(&mut N, Instant) -> ControlFlow<()>,
) -> Ended {
    loop {
        let progress = run_slice(net, &clock, budget);
        if after_slice(net, clock()).is_break() {
            return Ended::Stopped;
        }
        match progress {
            Progress::Done => return Ended::Done,
            Progress::Idle { next_due: None } => return Ended::Stuck,
            Progress::Busy | Progress::Idle { .. } => others.yield_now().await,
        }
    }
}

/// Runs the network in virtual time, from one due moment to the next, until it ends or `until` is reached. Returns the
/// moment it got to. While the network is busy time stands still, so one that is always busy never returns.
pub fn run_virtual(net: &mut impl Net, from: Instant, until: Instant) -> (Instant, Ended) {
    let mut now = from;
    loop {
        match net.step(now) {
            Progress::Busy => {}
            Progress::Done => return (now, Ended::Done),
            Progress::Idle { next_due: None } => return (now, Ended::Stuck),
            Progress::Idle { next_due: Some(due) } if due > until => return (until, Ended::OutOfTime),
            Progress::Idle { next_due: Some(due) } => now = due.max(now + TICK),
        }
    }
}

/// A future that is ready when it is polled the second time, so that the executor runs its other tasks first.
#[derive(Debug, Default)]
pub struct Pause(bool);

/// Lets the executor run its other tasks once.
pub fn pause() -> Pause {
    Pause::default()
}

impl Future for Pause {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::pin::pin;
    use std::task::Waker;

    /// A network of this many steps, each of which takes a millisecond of the clock.
    struct Work<'a> {
        steps: u32,
        clock: &'a Cell<Instant>,
    }

    impl Net for Work<'_> {
        fn step(&mut self, _now: Instant) -> Progress {
            self.clock.set(self.clock.get() + Duration::from_millis(1));
            self.steps -= 1;
            if self.steps == 0 { Progress::Done } else { Progress::Busy }
        }
    }

    fn finish<T>(future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return value;
            }
        }
    }

    #[test]
    fn no_slice_is_longer_than_its_budget_and_a_yield_follows_each() {
        let (clock, yields) = (Cell::new(Instant::ZERO), Cell::new(0));
        let mut slices = Vec::new();
        let mut net = Work { steps: 23, clock: &clock };
        let others = || {
            yields.set(yields.get() + 1);
            pause()
        };
        let after = |net: &mut Work<'_>, now| {
            slices.push((net.steps, now));
            ControlFlow::Continue(())
        };
        let ended = finish(drive(&mut net, || clock.get(), &others, Duration::from_millis(10), after));
        let at = |ms| Instant::ZERO + Duration::from_millis(ms);
        assert_eq!(slices, [(13, at(10)), (3, at(20)), (0, at(23))]);
        assert_eq!((ended, yields.get()), (Ended::Done, 2));
    }

    #[test]
    fn a_driven_network_can_be_stopped() {
        let clock = Cell::new(Instant::ZERO);
        let mut net = Work { steps: u32::MAX, clock: &clock };
        let after = |_: &mut Work<'_>, _| ControlFlow::Break(());
        let ended = finish(drive(&mut net, || clock.get(), &pause, Duration::from_millis(10), after));
        assert_eq!(ended, Ended::Stopped);
    }

    /// A network with work at each of these moments, in nanoseconds.
    struct Alarms(Vec<u64>);

    impl Net for Alarms {
        fn step(&mut self, now: Instant) -> Progress {
            self.0.retain(|&due| Instant::from_nanos(due) > now);
            Progress::Idle { next_due: self.0.iter().min().map(|&due| Instant::from_nanos(due)) }
        }
    }

    #[test]
    fn virtual_time_jumps_from_one_due_moment_to_the_next() {
        let run = |until| run_virtual(&mut Alarms(vec![5_000_000, 9_000_000]), Instant::ZERO, until);
        assert_eq!(run(Instant::MAX), (Instant::from_nanos(9_000_000), Ended::Stuck));
        assert_eq!(run(Instant::from_nanos(8_000_000)), (Instant::from_nanos(8_000_000), Ended::OutOfTime));
    }
}
