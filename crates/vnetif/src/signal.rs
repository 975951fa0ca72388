//! A signal that is given once: a test polls it, a task awaits it.
//!
//! It is not an async channel: those bring a runtime or atomics, and all of this runs on one thread.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// The tasks that wait for something.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    wakers: RefCell<Vec<Waker>>,
    /// Whether there are any: read for every frame, so it has to be cheap.
    any: Cell<bool>,
}

impl Waiters {
    /// Adds this task, once.
    pub(crate) fn add(&self, waker: &Waker) {
        let mut wakers = self.wakers.borrow_mut();
        if !wakers.iter().any(|known| known.will_wake(waker)) {
            wakers.push(waker.clone());
        }
        self.any.set(true);
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.any.get()
    }

    /// Wakes all tasks. A waker may run its task at once, so nothing is borrowed meanwhile.
    pub(crate) fn wake(&self) {
        self.any.set(false);
        for waker in self.wakers.take() {
            waker.wake();
        }
    }
}

/// A signal that is given once. Clones are the same signal.
#[derive(Clone, Debug, Default)]
pub struct Signal(Rc<State>);

#[derive(Debug, Default)]
struct State {
    given: Cell<bool>,
    waiters: Waiters,
}

impl Signal {
    /// A signal that is not given yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the signal for good, and wakes all tasks that wait for it.
    pub fn give(&self) {
        if !self.0.given.replace(true) {
            self.0.waiters.wake();
        }
    }

    /// Whether it was given.
    pub fn is_given(&self) -> bool {
        self.0.given.get()
    }

    /// Ready once the signal is given.
    pub fn given(&self) -> Given {
        Given(self.clone())
    }
}

/// The future of [`Signal::given`].
#[derive(Clone, Debug)]
pub struct Given(Signal);

impl Future for Given {
    type Output = ();
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let state = &self.0.0;
        if state.given.get() {
            return Poll::Ready(());
        }
        state.waiters.add(context.waker());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicUsize);
    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn all_waiting_tasks_are_woken_once_and_later_ones_do_not_wait() {
        let (signal, count) = (Signal::new(), Arc::new(Count::default()));
        let waker = Waker::from(count.clone());
        let mut context = Context::from_waker(&waker);
        let (mut first, mut second) = (pin!(signal.given()), pin!(signal.given()));
        for _ in 0..3 {
            assert!(first.as_mut().poll(&mut context).is_pending());
            assert!(second.as_mut().poll(&mut context).is_pending());
        }
        signal.clone().give();
        signal.give();
        assert_eq!(count.0.load(Ordering::Relaxed), 1, "one task, however often it asked");
        assert!(first.poll(&mut context).is_ready() && second.poll(&mut context).is_ready());
        assert!(pin!(signal.given()).poll(&mut context).is_ready());
        assert!(signal.is_given());
    }
}
