//! TCP bulk between two stacks, as `iperf_self` and the page's wall-clock mode do it.

use crate::sample::{Clock, SAMPLE_MS, Sample, counted, once};
use vnetif::bulk::{Bulk, BulkConfig};
use vnetif::driver::{Ended, Progress, run_slice, run_virtual};
use vnetif::{Backend, Duration, Impaired, Instant, Lan, LanConfig, Ratio};
use wire::impair::Impairment;

/// Sent before anything is counted: the connection stands, buffers are touched, the congestion window is open.
const WARM_UP_BYTES: u64 = 1_000_000;
/// As the page drives it: a part of an animation frame.
const SLICE: Duration = Duration::from_millis(10);

/// What the segments travel over.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    /// The largest IP packet in bytes.
    pub mtu: usize,
    /// Whether both stacks compute and verify checksums.
    pub checksums: bool,
}

/// Sends as fast as it goes. Operations are frames in either direction, bytes are payload.
pub fn measure(clock: Clock<'_>, path: Path) -> Sample {
    let hub = Lan::new(LanConfig { mtu: path.mtu, ..LanConfig::HUB });
    let config = BulkConfig { checksums: path.checksums, ..BulkConfig::default() };
    let mut bulk = Bulk::new(&hub, &config).expect("a new hub has ports");
    let began = clock();
    let now = || Instant::from_nanos(((clock() - began) * 1e6) as u64);

    while bulk.received() < WARM_UP_BYTES {
        slice(&mut bulk, now);
    }
    let (frames, received, start) = (bulk.frames(), bulk.received(), clock());
    counted(|| {
        loop {
            slice(&mut bulk, now);
            let ms = clock() - start;
            if ms >= SAMPLE_MS {
                return Sample {
                    operations: bulk.frames() - frames,
                    bytes: bulk.received() - received,
                    ms,
                    ..Sample::default()
                };
            }
        }
    })
}

fn slice<B: Backend>(bulk: &mut Bulk<B>, now: impl Fn() -> Instant) {
    let progress = run_slice(bulk, now, SLICE);
    assert!(
        matches!(progress, Progress::Busy | Progress::Idle { next_due: Some(_) }),
        "an unbounded transfer goes on"
    );
}

/// Sends 100 MB over a hub that loses each frame with a probability of 1 %. Waiting for a retransmission timer is not
/// sat through: it is virtual time, and counted as such.
pub fn lossy(clock: Clock<'_>) -> Sample {
    const BYTES: u64 = 100_000_000;
    once(clock, || {
        let hub = Impaired::new(Lan::hub(), &[Impairment::Loss(Ratio::percent(1))], 7);
        let config = BulkConfig { bytes: Some(BYTES), ..BulkConfig::default() };
        let mut bulk = Bulk::new(&hub, &config).expect("a new hub has ports");
        let (end, ended) = run_virtual(&mut bulk, Instant::ZERO, Instant::MAX);
        assert!(ended == Ended::Done && bulk.is_complete(), "TCP repairs what is lost");
        Sample {
            operations: bulk.frames(),
            bytes: BYTES,
            virtual_ms: end.secs_f64() * 1e3,
            fingerprint: Some(format!("{} frames, {} ns", bulk.frames(), end.nanos())),
            ..Sample::default()
        }
    })
}
