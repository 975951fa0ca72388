//! Raw frames from one interface to others, without an IP stack, as mirage-vnetif's `iperf_vnetif` sends them.
//!
//! It measures the cost of the network in memory by itself.

use crate::backend::{Backend, PortsExhausted};
use crate::driver::{Net, Progress};
use crate::interface::{Options, Vnetif};
use smoltcp::wire::EthernetAddress;
use std::cell::Cell;
use std::rc::Rc;
use wire::frame::Frame;
use wire::nic::ETHERNET_HEADER_BYTES;
use wire::time::Instant;

/// An EtherType for local experiments (IEEE 802-2014, 9.2.4): no stack reads these frames.
const LOCAL_EXPERIMENTAL: [u8; 2] = [0x88, 0xb5];

/// The destination of the frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The first listener. A switch has learned its port; a hub delivers every frame to all.
    First,
    /// All listeners.
    Broadcast,
}

/// The traffic to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawConfig {
    /// Stop after this many bytes written; `None`: never.
    pub bytes: Option<u64>,
    /// The length of each frame in bytes, Ethernet header included; at least the header's length.
    pub frame_bytes: usize,
    /// How many interfaces listen.
    pub listeners: usize,
    /// The destination of the frames.
    pub destination: Destination,
    /// Frames written in each step.
    pub burst: usize,
}

impl Default for RawConfig {
    /// Full frames of ordinary Ethernet to one listener, without end.
    fn default() -> Self {
        Self { bytes: None, frame_bytes: 1514, listeners: 1, destination: Destination::First, burst: 64 }
    }
}

/// One interface that writes frames, and others that count them.
#[derive(Debug)]
pub struct Raw<B: Backend> {
    /// The interface that writes.
    pub writer: Vnetif<B>,
    /// The interfaces that listen: their counters contain what each has received.
    pub listeners: Vec<Vnetif<B>>,
    backend: B,
    template: Vec<u8>,
    bytes: Option<u64>,
    burst: usize,
    written: u64,
    delivered: Rc<Cell<u64>>,
}

impl<B: Backend + 'static> Raw<B> {
    /// Connects the interfaces. Each listener has sent one frame before any listened, so a switch has learned its port.
    ///
    /// # Errors
    /// If the backend has used all its port numbers.
    pub fn new(backend: &B, config: &RawConfig) -> Result<Self, PortsExhausted> {
        let bytes = config.frame_bytes.max(ETHERNET_HEADER_BYTES);
        let connect = || {
            let size_limit = Some(bytes - ETHERNET_HEADER_BYTES);
            Vnetif::connect(backend, Options { size_limit, ..Options::default() })
        };
        let writer = connect()?;
        let delivered = Rc::new(Cell::new(0));
        let listeners = (0..config.listeners).map(|_| connect()).collect::<Result<Vec<_>, _>>()?;
        for listener in &listeners {
            // A switch learns from it. If it is lost or refused, the switch floods instead.
            let _ = listener.send(Instant::ZERO, Frame::copy_from(&header(writer.mac(), listener.mac())));
        }
        for listener in &listeners {
            let delivered = delivered.clone();
            listener
                .listen_with(move |_, _| delivered.set(delivered.get() + 1))
                .expect("the port was registered above");
        }
        let destination = match (config.destination, listeners.first()) {
            (Destination::First, Some(listener)) => listener.mac(),
            _ => EthernetAddress::BROADCAST,
        };
        let mut template = header(destination, writer.mac()).to_vec();
        template.resize(bytes, 0x5a);
        Ok(Self {
            writer,
            listeners,
            backend: backend.clone(),
            template,
            bytes: config.bytes,
            burst: config.burst,
            written: 0,
            delivered,
        })
    }

    /// Bytes written by now.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Frames delivered to all listeners together.
    pub fn delivered(&self) -> u64 {
        self.delivered.get()
    }
}

impl<B: Backend + 'static> Net for Raw<B> {
    fn step(&mut self, now: Instant) -> Progress {
        for _ in 0..self.burst {
            if self.bytes.is_some_and(|bytes| self.written >= bytes) || !self.backend.ready() {
                break;
            }
            // A refusal is counted by the interface; a writer that stopped at it would never end.
            let _ = self.writer.send(now, Frame::copy_from(&self.template));
            self.written += self.template.len() as u64;
        }
        self.backend.advance(now);
        match self.backend.next_due() {
            _ if self.bytes.is_none_or(|bytes| self.written < bytes) => Progress::Busy,
            None => Progress::Done,
            next_due => Progress::Idle { next_due },
        }
    }
}

fn header(destination: EthernetAddress, source: EthernetAddress) -> [u8; ETHERNET_HEADER_BYTES] {
    let mut header = [0; ETHERNET_HEADER_BYTES];
    header[..6].copy_from_slice(destination.as_bytes());
    header[6..12].copy_from_slice(source.as_bytes());
    header[12..].copy_from_slice(&LOCAL_EXPERIMENTAL);
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::{Ended, run_virtual};
    use crate::lan::{Delivery, Lan, LanConfig};

    fn run(lan: Lan, listeners: usize, destination: Destination) -> Vec<u64> {
        let config = RawConfig { bytes: Some(151_400), listeners, destination, ..RawConfig::default() };
        let mut raw = Raw::new(&lan, &config).unwrap();
        assert_eq!(run_virtual(&mut raw, Instant::ZERO, Instant::MAX).1, Ended::Done);
        raw.listeners.iter().map(|vnetif| vnetif.counters().rx_frames).collect()
    }

    #[test]
    fn a_switch_delivers_a_unicast_frame_to_one_listener_and_a_broadcast_to_all() {
        assert_eq!(run(Lan::switch(), 3, Destination::First), [100, 0, 0]);
        assert_eq!(run(Lan::switch(), 3, Destination::Broadcast), [100, 100, 100]);
    }

    #[test]
    fn a_writer_faster_than_an_asynchronous_network_waits_for_it() {
        let delivery = Delivery::Asynchronous { frames_max: 10 };
        let lan = Lan::new(LanConfig { delivery, ..LanConfig::SWITCH });
        assert_eq!(run(lan, 1, Destination::First), [100]);
    }
}
