//! Raw frames between interfaces, without any IP stack, with the rate printed each second.
//!
//! `cargo run --release --example iperf_vnetif [BYTES [LISTENERS]]`: 5 GB to one listener unless said otherwise.
#![allow(clippy::disallowed_methods, reason = "an example is a driver: it brings the clock")]

use std::ops::ControlFlow;
use std::time;
use vnetif::driver::drive;
use vnetif::raw::{Raw, RawConfig};
use vnetif::{Duration, Instant, Lan};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let bytes = args.next().map_or(Ok(5_000_000_000), |arg| arg.parse())?;
    let listeners = args.next().map_or(Ok(1), |arg| arg.parse())?;
    let config = RawConfig { bytes: Some(bytes), listeners, ..RawConfig::default() };
    let mut raw = Raw::new(&Lan::hub(), &config)?;
    println!("{} writes {bytes} bytes for {listeners} to hear", raw.writer.mac());

    let start = time::Instant::now();
    let clock = || Instant::from_nanos(start.elapsed().as_nanos() as u64);
    let others = || async { std::thread::yield_now() };
    let (mut last, mut last_written) = (Instant::ZERO, 0);
    let each_slice = |raw: &mut Raw<Lan>, now: Instant| {
        let since = now.since(last);
        if since >= Duration::from_secs(1) {
            println!("{:6.2} s  {}", now.secs_f64(), rate(raw.written() - last_written, since));
            (last, last_written) = (now, raw.written());
        }
        ControlFlow::Continue(())
    };
    pollster::block_on(drive(&mut raw, clock, &others, Duration::from_millis(10), each_slice));

    let took = clock().since(Instant::ZERO);
    let counters = raw.writer.counters();
    let frame_ns = took.nanos() as f64 / counters.tx_frames as f64;
    println!("{took}: {}, {frame_ns:.0} ns a frame", rate(counters.tx_bytes, took));
    let expected = counters.tx_frames * listeners as u64;
    if raw.delivered() == expected { Ok(()) } else { Err("frames were lost".into()) }
}

fn rate(bytes: u64, during: Duration) -> String {
    format!("{:.2} Gbit/s", bytes as f64 * 8.0 / during.nanos() as f64)
}
