//! The queue of frames that wait for one reader.
//!
//! Sending a frame does not run the receiver's stack: the frame waits here until the stack is polled. It has two halves, like a
//! channel, so that the reader notices when the writing half was dropped.

use crate::signal::Waiters;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use wire::frame::Frame;

/// The default capacity in frames: 16 MiB of full frames, which only a reader that has stopped reading can accumulate.
pub const INBOX_FRAMES_MAX: usize = 11_000;

/// An inbox for at most `frames_max` frames: the half for its backend and the half for its reader.
pub fn inbox(frames_max: usize) -> (InboxSender, Inbox) {
    let queue = Rc::new(Queue { frames_max, ..Queue::default() });
    (InboxSender(queue.clone()), Inbox(queue))
}

#[derive(Debug, Default)]
struct Queue {
    frames: RefCell<VecDeque<Frame>>,
    frames_max: usize,
    overflowed: Cell<u64>,
    closed: Cell<bool>,
    readers: Waiters,
}

/// The writing half; dropping it closes the inbox.
#[derive(Debug)]
pub struct InboxSender(Rc<Queue>);

/// The reading half. Clones read the same frames: each frame is read once.
#[derive(Clone, Debug)]
pub struct Inbox(Rc<Queue>);

impl InboxSender {
    /// Adds a frame and wakes the tasks that wait for one. A full inbox drops it, as a network card's ring does, and counts it.
    pub fn push(&self, frame: Frame) {
        if let Some(sleeper) = self.push_quietly(frame) {
            sleeper.wake();
        }
    }

    /// Adds a frame; returns the readers to wake, once the caller borrows nothing.
    #[inline]
    pub(crate) fn push_quietly(&self, frame: Frame) -> Option<Sleeper> {
        let mut frames = self.0.frames.borrow_mut();
        if frames.len() >= self.0.frames_max {
            self.0.lose(frame);
            return None;
        }
        frames.push_back(frame);
        (!self.0.readers.is_empty()).then(|| Sleeper(self.0.clone()))
    }
}

impl Queue {
    /// Counts a dropped frame.
    #[cold]
    fn lose(&self, _frame: Frame) {
        self.overflowed.set(self.overflowed.get() + 1);
    }
}

impl Drop for InboxSender {
    fn drop(&mut self) {
        self.0.closed.set(true);
        self.0.readers.wake();
    }
}

/// Readers that wait for a frame that has arrived.
pub(crate) struct Sleeper(Rc<Queue>);

impl Sleeper {
    pub(crate) fn wake(self) {
        self.0.readers.wake();
    }
}

impl Inbox {
    /// The oldest frame, if there is one.
    #[inline]
    pub fn pop(&self) -> Option<Frame> {
        self.0.frames.borrow_mut().pop_front()
    }

    /// How many frames wait.
    pub fn len(&self) -> usize {
        self.0.frames.borrow().len()
    }

    /// Whether no frame waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Frames lost because the inbox was full.
    pub fn overflowed(&self) -> u64 {
        self.0.overflowed.get()
    }

    /// Whether no more frames will arrive. Those that wait can still be read.
    pub fn is_closed(&self) -> bool {
        self.0.closed.get()
    }

    /// Drops all waiting frames.
    pub fn clear(&self) {
        self.0.frames.take();
    }

    /// Ready with `true` once a frame waits, or with `false` once the inbox is closed and empty.
    pub fn readable(&self) -> Readable {
        Readable(self.clone())
    }
}

/// The future of [`Inbox::readable`].
#[derive(Clone, Debug)]
pub struct Readable(Inbox);

impl Future for Readable {
    type Output = bool;
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        let inbox = &self.0;
        if !inbox.is_empty() {
            return Poll::Ready(true);
        }
        if inbox.is_closed() {
            return Poll::Ready(false);
        }
        inbox.0.readers.add(context.waker());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::Waker;

    fn frame(byte: u8) -> Frame {
        Frame::copy_from(&[byte])
    }

    #[test]
    fn a_full_inbox_loses_the_newest_and_counts_it() {
        let (sender, inbox) = inbox(2);
        for byte in 0..4 {
            sender.push(frame(byte));
        }
        assert_eq!((inbox.len(), inbox.overflowed()), (2, 2));
        assert_eq!([inbox.pop(), inbox.pop(), inbox.pop()], [Some(frame(0)), Some(frame(1)), None]);
    }

    #[test]
    fn a_reader_is_woken_for_a_frame_and_for_the_end_and_reads_what_is_left_first() {
        let (sender, inbox) = inbox(2);
        let mut context = Context::from_waker(Waker::noop());
        let mut readable = pin!(inbox.readable());
        assert!(readable.as_mut().poll(&mut context).is_pending());
        sender.push(frame(7));
        drop(sender);
        assert_eq!(readable.as_mut().poll(&mut context), Poll::Ready(true));
        assert!(inbox.is_closed());
        inbox.pop();
        assert_eq!(readable.poll(&mut context), Poll::Ready(false));
    }
}
