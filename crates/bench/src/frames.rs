//! Frames without a stack, and copies without even a frame.

use crate::sample::{Clock, Sample, repeat};
use std::hint::black_box;
use vnetif::driver::Net;
use vnetif::raw::{Destination, Raw, RawConfig};
use vnetif::{Instant, Lan};

/// As large as a socket's buffer: copies run through as much memory as TCP's do.
const BUFFER_BYTES: usize = 64 * 1024;

/// Copies pieces of this many bytes from one buffer into another, through all of both.
pub fn copies(clock: Clock<'_>, bytes: usize) -> Sample {
    let source = vec![0x5a_u8; BUFFER_BYTES];
    let mut target = vec![0_u8; BUFFER_BYTES];
    repeat(clock, || {
        let mut copies = 0;
        for _ in 0..16 {
            for (from, to) in source.chunks_exact(bytes).zip(target.chunks_exact_mut(bytes)) {
                black_box(to).copy_from_slice(black_box(from));
                copies += 1;
            }
        }
        (copies, copies * bytes as u64)
    })
}

/// Full frames from one interface to others over the basic backend. Operations are frames written, each with a copy of
/// its bytes and each received by all listeners; bytes are those written.
pub fn raw(clock: Clock<'_>, destination: Destination, listeners: usize) -> Sample {
    let config = RawConfig { listeners, destination, ..RawConfig::default() };
    let mut raw = Raw::new(&Lan::hub(), &config).expect("a new hub has ports");
    let frame_bytes = config.frame_bytes as u64;
    let sample = repeat(clock, || {
        let before = raw.written();
        for _ in 0..4 {
            raw.step(Instant::ZERO);
        }
        let bytes = raw.written() - before;
        (bytes / frame_bytes, bytes)
    });
    assert_eq!(
        raw.delivered(),
        raw.written() / frame_bytes * listeners as u64,
        "every listener gets every frame"
    );
    sample
}
