//! The bytes of one Ethernet frame, shared by all clones.
//!
//! A flood hands the same bytes to every port, so a clone is a count and not a copy. When the last clone is dropped, the
//! buffer goes back to a small free list of this thread: measured, that beats the allocator by a third to a half. `Rc`
//! and not `Arc`, because a world is one deterministic machine on one thread.

use std::cell::RefCell;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

/// Buffers kept for reuse, of each list; more than this go back to the allocator.
const POOL_BUFFERS_MAX: usize = 1024;
/// Larger buffers are not kept: one jumbo capture should not pin memory for ever.
const POOL_BUFFER_BYTES_MAX: usize = 16 * 1024;
/// Frames up to this length take buffers from a list of their own: an acknowledgement should not occupy a full frame's buffer.
const SMALL_BYTES_MAX: usize = 256;
/// In wasm, memory is taken from the browser in steps of this size: the allocator's own are 64 KiB, and each costs the browser some
/// 100 µs, a third of the time that a network takes in a page that was just opened.
#[cfg(target_arch = "wasm32")]
const STEP_BYTES: usize = 4 << 20;

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool::EMPTY) };
}

/// Buffers without a holder.
struct Pool {
    small: Vec<Rc<Vec<u8>>>,
    large: Vec<Rc<Vec<u8>>>,
    /// Bytes to be taken from the allocator until it is to take another step.
    #[cfg(target_arch = "wasm32")]
    until_step: usize,
}

impl Pool {
    const EMPTY: Self = Self {
        small: Vec::new(),
        large: Vec::new(),
        #[cfg(target_arch = "wasm32")]
        until_step: STEP_BYTES / 4,
    };

    #[inline]
    fn list(&mut self, bytes: usize) -> &mut Vec<Rc<Vec<u8>>> {
        if bytes <= SMALL_BYTES_MAX { &mut self.small } else { &mut self.large }
    }

    /// A buffer for this many bytes, empty or with any content.
    #[inline]
    fn take(&mut self, bytes: usize) -> Rc<Vec<u8>> {
        self.list(bytes).pop().unwrap_or_else(|| self.allocate(bytes))
    }

    #[inline(never)]
    fn allocate(&mut self, bytes: usize) -> Rc<Vec<u8>> {
        #[cfg(target_arch = "wasm32")]
        {
            self.until_step = self.until_step.saturating_sub(bytes);
            if self.until_step == 0 {
                self.until_step = STEP_BYTES;
                // It is given back at once: to the allocator, from which no memory goes back to the browser.
                drop(std::hint::black_box(Vec::<u8>::with_capacity(STEP_BYTES)));
            }
        }
        Rc::new(Vec::with_capacity(bytes))
    }

    fn keep(&mut self, buffer: &Rc<Vec<u8>>) {
        let list = self.list(buffer.capacity());
        if list.len() < POOL_BUFFERS_MAX && buffer.capacity() <= POOL_BUFFER_BYTES_MAX {
            list.push(buffer.clone());
        }
    }
}

/// An Ethernet frame: destination, source, type, payload; without preamble and checksum, as a NIC hands it over.
#[derive(Clone)]
pub struct Frame(Rc<Vec<u8>>);

impl Frame {
    /// A frame of `len` bytes, zeroed, then filled in by `fill`.
    pub fn build(len: usize, fill: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = take_buffer(len);
        let buffer = Rc::get_mut(&mut bytes).expect("a pooled buffer has one holder");
        buffer.clear();
        buffer.reserve_exact(len);
        buffer.resize(len, 0);
        fill(buffer);
        Self(bytes)
    }

    /// A frame with a copy of these bytes.
    pub fn copy_from(bytes: &[u8]) -> Self {
        Self::concat(&[bytes])
    }

    /// A frame of these pieces, one after the other.
    pub fn concat(pieces: &[&[u8]]) -> Self {
        let mut bytes = take_buffer(pieces.iter().map(|piece| piece.len()).sum());
        let buffer = Rc::get_mut(&mut bytes).expect("a pooled buffer has one holder");
        buffer.clear();
        for piece in pieces {
            buffer.extend_from_slice(piece);
        }
        Self(bytes)
    }

    /// The bytes, to be changed; if other clones share them, they keep what they have.
    pub fn make_mut(&mut self) -> &mut [u8] {
        if Rc::get_mut(&mut self.0).is_none() {
            let copy = Self::copy_from(self);
            *self = copy;
        }
        Rc::get_mut(&mut self.0).expect("it is shared with no clone")
    }

    /// Whether both are the same buffer, not merely equal bytes.
    pub fn shares_buffer_with(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

fn take_buffer(bytes: usize) -> Rc<Vec<u8>> {
    POOL.with_borrow_mut(|pool| pool.take(bytes))
}

/// Puts the buffer of the last clone, which is being dropped, aside for reuse.
#[inline(never)] // So that dropping any other clone is small enough to be inlined.
fn keep_buffer(bytes: &Rc<Vec<u8>>) {
    // The pool is gone while the thread ends: then the buffer is simply freed.
    let _ = POOL.try_with(|pool| pool.borrow_mut().keep(bytes));
}

impl Drop for Frame {
    #[inline]
    fn drop(&mut self) {
        if Rc::strong_count(&self.0) == 1 {
            keep_buffer(&self.0);
        }
    }
}

impl Deref for Frame {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Frame {}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({} bytes)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_shares_its_bytes() {
        let frame = Frame::copy_from(b"hello");
        assert!(frame.clone().shares_buffer_with(&frame));
        assert!(!Frame::copy_from(b"hello").shares_buffer_with(&frame));
    }

    #[test]
    fn a_buffer_is_reused_after_the_last_clone_is_dropped() {
        let frame = Frame::build(1514, |_| ());
        let place = frame.as_ptr();
        let clone = frame.clone();
        drop(frame);
        assert_ne!(Frame::build(1514, |_| ()).as_ptr(), place, "still held by the clone");
        drop(clone);
        assert_eq!(Frame::build(1514, |_| ()).as_ptr(), place);
    }

    #[test]
    fn a_short_frame_does_not_occupy_the_buffer_of_a_long_one() {
        let long = Frame::build(1514, |_| ()).as_ptr();
        assert_ne!(Frame::build(54, |_| ()).as_ptr(), long);
        assert_eq!(Frame::build(1514, |_| ()).as_ptr(), long);
    }

    #[test]
    fn a_pool_keeps_no_more_than_its_bound_and_no_large_buffers() {
        let mut pool = Pool::EMPTY;
        let buffer = |bytes| Rc::new(Vec::with_capacity(bytes));
        for _ in 0..POOL_BUFFERS_MAX + 1 {
            pool.keep(&buffer(1514));
            pool.keep(&buffer(54));
            pool.keep(&buffer(POOL_BUFFER_BYTES_MAX + 1));
        }
        assert_eq!([pool.small.len(), pool.large.len()], [POOL_BUFFERS_MAX; 2]);
        assert!(pool.large.iter().all(|buffer| buffer.capacity() == 1514));
    }

    #[test]
    fn a_reused_buffer_shows_no_old_bytes() {
        drop(Frame::copy_from(&[0xff; 64]));
        assert_eq!(&*Frame::build(64, |_| ()), &[0; 64]);
    }
}
