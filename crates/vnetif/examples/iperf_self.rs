//! TCP bulk between two stacks of one process, as fast as the machine goes, with the rate printed each second.
//!
//! `cargo run --release --example iperf_self [BYTES]`: 1 GB unless said otherwise.
#![allow(clippy::disallowed_methods, reason = "an example is a driver: it brings the clock")]

use std::ops::ControlFlow;
use std::time;
use vnetif::bulk::{Bulk, BulkConfig, PORT};
use vnetif::driver::{Ended, drive};
use vnetif::{Duration, Instant, Lan};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bytes = std::env::args().nth(1).map_or(Ok(1_000_000_000), |arg| arg.parse())?;
    let config = BulkConfig { bytes: Some(bytes), ..BulkConfig::default() };
    let mut bulk = Bulk::new(&Lan::switch(), &config)?;
    let [from, to] = [&bulk.sender, &bulk.receiver].map(|stack| stack.interface.ip_addrs()[0].address());
    println!("{from} sends {bytes} bytes to {to} on port {PORT}");

    let start = time::Instant::now();
    let clock = || Instant::from_nanos(start.elapsed().as_nanos() as u64);
    let others = || async { std::thread::yield_now() };
    let (mut last, mut last_received) = (Instant::ZERO, 0);
    let each_slice = |bulk: &mut Bulk<Lan>, now: Instant| {
        let since = now.since(last);
        if since >= Duration::from_secs(1) {
            println!("{:6.2} s  {}", now.secs_f64(), rate(bulk.received() - last_received, since));
            (last, last_received) = (now, bulk.received());
        }
        ControlFlow::Continue(())
    };
    let ended = pollster::block_on(drive(&mut bulk, clock, &others, Duration::from_millis(10), each_slice));

    let took = clock().since(Instant::ZERO);
    let frame_ns = took.nanos() as f64 / bulk.frames() as f64;
    println!("{took}: {} bytes, {}, {frame_ns:.0} ns a frame", bulk.received(), rate(bulk.received(), took));
    if ended == Ended::Done && bulk.is_complete() { Ok(()) } else { Err("the connection broke".into()) }
}

fn rate(bytes: u64, during: Duration) -> String {
    format!("{:.2} Gbit/s", bytes as f64 * 8.0 / during.nanos() as f64)
}
