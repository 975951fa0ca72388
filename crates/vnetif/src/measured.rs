//! Ready-made networks for benchmarks, behind one trait.
//!
//! They are boxed and made in this crate, so that their code is compiled here: the calling crate may be optimized for size, as
//! the page is, and the stacks still run at full speed.

use crate::bulk::{Bulk, BulkConfig};
use crate::driver::{Net, Progress};
use crate::lan::Lan;
use crate::raw::{Raw, RawConfig};
use wire::time::Instant;

/// A network that counts its traffic.
pub trait Measured: Net {
    /// Bytes that arrived, and frames that crossed the switch.
    fn counts(&self) -> (u64, u64);
}

/// TCP between two stacks on a switch, as `iperf_self` of mirage-vnetif does it on its hub.
pub fn tcp(config: &BulkConfig) -> Box<dyn Measured> {
    Box::new(Bulk::new(&Lan::switch(), config).expect("a new switch has ports"))
}

/// Frames from one interface to others on a switch, without a stack, as `iperf_vnetif` does it.
pub fn frames(config: &RawConfig) -> Box<dyn Measured> {
    Box::new(Raw::new(&Lan::switch(), config).expect("a new switch has ports"))
}

impl Measured for Bulk<Lan> {
    fn counts(&self) -> (u64, u64) {
        (self.received(), self.frames())
    }
}

impl Measured for Raw<Lan> {
    fn counts(&self) -> (u64, u64) {
        (self.written(), self.delivered())
    }
}

impl Net for Box<dyn Measured> {
    fn step(&mut self, now: Instant) -> Progress {
        (**self).step(now)
    }
}
