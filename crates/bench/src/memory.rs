//! How much memory a long run takes, when there are more frames than a history keeps.
//!
//! To be asked in a process or tab of its own: memory that was needed once is not given back.

use crate::recorded::{List, Packet, transfer};
use crate::sample::{Clock, Sample, once};
use netlab::{Duration, Instant, Ratio};

/// Ten minutes of TCP over cables of 10 Mbit/s, of which one loses every thousandth frame; with the packet list, that follows.
pub fn ten_minutes(clock: Clock<'_>) -> Sample {
    const MINUTES: u64 = 10;
    once(clock, || {
        let mut world =
            transfer(10, Duration::from_millis(5), Ratio::from_ppb(1_000_000).expect("it is below 1"));
        let (mut list, mut kept) = (List::default(), 0);
        let end = Instant::ZERO + Duration::from_secs(60 * MINUTES);
        while world.now() < end {
            let next = world.now() + Duration::from_millis(100);
            world.run_until(next, || true);
            list.follow(&world);
            kept = kept.max(world.history().bytes_kept() + list.packets.len() * size_of::<Packet>());
        }
        let history = world.history();
        let run = history.runs()[0].totals_at(end);
        Sample {
            operations: list.taken() as u64,
            bytes: run.bytes,
            virtual_ms: (end - Instant::ZERO).millis_f64(),
            kept_bytes: kept as u64,
            taken_bytes: taken(),
            fingerprint: Some(format!(
                "{:016x}, complete since {}",
                history.hash(),
                history.complete_since()
            )),
            ..Sample::default()
        }
    })
}

/// All memory of this module.
#[cfg(target_arch = "wasm32")]
fn taken() -> u64 {
    const PAGE_BYTES: u64 = 1 << 16;
    core::arch::wasm32::memory_size::<0>() as u64 * PAGE_BYTES
}

/// The most that this process ever had in memory; 0 where there is no `/proc`.
#[cfg(not(target_arch = "wasm32"))]
fn taken() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    peak.and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or_default() << 10
}
