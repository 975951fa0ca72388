//! What one execution of a case counted.

use serde::{Deserialize, Serialize};

/// Milliseconds that never go back; from where they count is all the same.
pub type Clock<'a> = &'a dyn Fn() -> f64;

/// How long a sample takes, unless its work is fixed: many short ones spread over the run say more than a few long ones. A
/// browser's clock moves in steps of 0.1 ms, which are nothing beside it.
pub const SAMPLE_MS: f64 = 60.0;

/// What one execution of a case counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Frames, deliveries, events, views: what the case's name for an operation is.
    pub operations: u64,
    /// Bytes moved, where bytes are the matter.
    pub bytes: u64,
    /// Time that it took.
    pub ms: f64,
    /// Virtual time that passed meanwhile, where there is any.
    pub virtual_ms: f64,
    /// Bytes that were held at most, where memory is the matter.
    pub kept_bytes: u64,
    /// Bytes that the whole process or module had taken by the end, where memory is the matter and the system tells.
    pub taken_bytes: u64,
    /// Of fixed work: the same wherever and whenever it is done.
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

/// Does fixed work once. It returns all but the time.
pub fn once(clock: Clock<'_>, work: impl FnOnce() -> Sample) -> Sample {
    let start = clock();
    let sample = work();
    Sample { ms: clock() - start, ..sample }
}
