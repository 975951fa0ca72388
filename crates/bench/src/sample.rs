//! What one execution of a case counted.

use serde::{Deserialize, Serialize};

/// Milliseconds of a monotonic clock; its zero does not matter.
pub type Clock<'a> = &'a dyn Fn() -> f64;

/// How long a sample takes, unless its work is fixed: many short ones spread over the run are better than a few long ones. A
/// browser's clock moves in steps of 0.1 ms, which are nothing beside it.
pub const SAMPLE_MS: f64 = 60.0;

/// What one execution of a case counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The number of operations: frames, deliveries, events or views, as the case calls them.
    pub operations: u64,
    /// Bytes moved, for cases that count them.
    pub bytes: u64,
    /// Time that it took.
    pub ms: f64,
    /// Virtual time that passed meanwhile, where there is any.
    pub virtual_ms: f64,
    /// The most bytes held, for cases of memory.
    pub kept_bytes: u64,
    /// Bytes that the whole process or module had taken by the end, for cases of memory, where the system reports it.
    pub taken_bytes: u64,
    /// Of fixed work: a result that is the same on every host.
    pub fingerprint: Option<String>,
}

/// Does `batch` again and again for [`SAMPLE_MS`]. It returns operations and bytes, and should take 10 µs at least, as the
/// clock is read after each.
pub fn repeat(clock: Clock<'_>, mut batch: impl FnMut() -> (u64, u64)) -> Sample {
    let (mut operations, mut bytes) = (0, 0);
    let start = clock();
    loop {
        let (more_operations, more_bytes) = batch();
        operations += more_operations;
        bytes += more_bytes;
        let ms = clock() - start;
        if ms >= SAMPLE_MS {
            return Sample { operations, bytes, ms, ..Sample::default() };
        }
    }
}

/// Runs what is measured, and nothing else: a program that counts instructions begins and ends with this function.
#[inline(never)]
pub fn counted<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Does fixed work once. It returns all but the time.
pub fn once(clock: Clock<'_>, work: impl FnOnce() -> Sample) -> Sample {
    let start = clock();
    let sample = counted(work);
    Sample { ms: clock() - start, ..sample }
}
