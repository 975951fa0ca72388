//! The page's yield: a task that awaits [`next_frame`] goes on in the browser's next animation frame. Until then everything else
//! runs: input, layout, painting, other tasks.
//!
//! Both drivers of the page use it: the loop that runs the lab (`show`), and the wall-clock speed test, which hands
//! [`AnimationFrames`] to [`vnetif::driver::drive`]. A hidden tab has no animation frames, so both rest while it is
//! hidden. Not a timer: timers are not in step with painting, and nested ones last at least 4 ms.

use gloo::render::{AnimationFrame, request_animation_frame};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// The animation frames of this page, as something to yield to.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnimationFrames;

impl vnetif::driver::Yield for AnimationFrames {
    async fn yield_now(&self) {
        next_frame().await;
    }
}

/// Ready in the next animation frame, with its timestamp in milliseconds. Dropped before that, it asks for none.
pub fn next_frame() -> impl Future<Output = f64> {
    let turn = Turn::default();
    let bell = turn.clone();
    let request: AnimationFrame = request_animation_frame(move |now_ms| bell.come(now_ms));
    async move {
        let now_ms = turn.await;
        drop(request);
        now_ms
    }
}

/// Wakes a task that rests until there is something to do.
#[derive(Clone, Default)]
pub struct Bell(Rc<Ring>);

#[derive(Default)]
struct Ring {
    rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Bell {
    /// There is something to do.
    pub fn ring(&self) {
        self.0.rung.set(true);
        let waker = self.0.waker.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ready at the next ring, or after `at_most_ms` milliseconds.
    pub async fn rest(&self, at_most_ms: u32) {
        self.0.rung.set(false);
        let bell = self.clone();
        let timeout = gloo::timers::callback::Timeout::new(at_most_ms, move || bell.ring());
        self.rung().await;
        drop(timeout);
    }

    fn rung(&self) -> impl Future<Output = ()> {
        std::future::poll_fn(|context| match self.0.rung.get() {
            true => Poll::Ready(()),
            false => {
                *self.0.waker.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        })
    }
}

/// A turn that comes once, with a time.
#[derive(Clone, Default)]
struct Turn(Rc<RefCell<Waiting>>);

#[derive(Default)]
struct Waiting {
    came: Option<f64>,
    waker: Option<Waker>,
}

impl Turn {
    /// It is this turn now.
    fn come(&self, now_ms: f64) {
        let mut waiting = self.0.borrow_mut();
        waiting.came = Some(now_ms);
        let waker = waiting.waker.take();
        // The woken task may poll this turn at once.
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for Turn {
    type Output = f64;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<f64> {
        let mut waiting = self.0.borrow_mut();
        match waiting.came {
            Some(now_ms) => Poll::Ready(now_ms),
            None => {
                waiting.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Woken(AtomicU32);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_task_waits_for_the_frame_and_is_woken_once() {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(woken.clone());
        let mut context = Context::from_waker(&waker);
        let turn = Turn::default();
        let mut waiting = pin!(turn.clone());

        assert!(waiting.as_mut().poll(&mut context).is_pending());
        assert!(waiting.as_mut().poll(&mut context).is_pending(), "asking again changes nothing");
        assert_eq!(woken.0.load(Ordering::Relaxed), 0);
        turn.come(16.7);
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert_eq!(waiting.as_mut().poll(&mut context), Poll::Ready(16.7));
    }

    #[test]
    fn a_bell_wakes_the_waiting_task_once_and_stays_rung() {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(woken.clone());
        let mut context = Context::from_waker(&waker);
        let bell = Bell::default();
        let mut rung = pin!(bell.rung());
        assert!(rung.as_mut().poll(&mut context).is_pending());
        bell.ring();
        bell.ring();
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert_eq!(rung.as_mut().poll(&mut context), Poll::Ready(()));
    }

    #[test]
    fn a_frame_that_comes_before_anyone_waits_is_not_missed() {
        let turn = Turn::default();
        turn.come(1.0);
        let mut waiting = pin!(turn);
        assert_eq!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(1.0));
    }
}
