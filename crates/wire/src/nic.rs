//! A network card without a network: frames that the stack sends wait in one queue, frames that it will receive in another.
//!
//! The card's owner moves frames between the card and the world. So `transmit` only enqueues, and sending calls no code of a
//! receiver.

use crate::frame::Frame;
use smoltcp::phy::{self, ChecksumCapabilities, DeviceCapabilities, Medium};
use smoltcp::time::Instant;
use std::collections::VecDeque;

/// A frame is this many bytes longer than the IP packet in it.
pub use crate::header::ETHERNET_HEADER_BYTES;

/// A card's two queues. Implements smoltcp's [`phy::Device`].
#[derive(Debug)]
pub struct Nic {
    /// Frames that the stack will receive, oldest first.
    pub rx: VecDeque<Frame>,
    /// Frames that the stack has sent, oldest first.
    pub tx: VecDeque<Frame>,
    ip_mtu: usize,
    tx_frames_max: usize,
    checksums: ChecksumCapabilities,
}

impl Nic {
    /// A card for IP packets of up to `ip_mtu` bytes. While `tx_frames_max` frames wait to be sent, it refuses more:
    /// short bursts keep the working set in the cache.
    pub fn new(ip_mtu: usize, tx_frames_max: usize) -> Self {
        Self {
            rx: VecDeque::new(),
            tx: VecDeque::new(),
            ip_mtu,
            tx_frames_max,
            checksums: ChecksumCapabilities::default(),
        }
    }

    /// Which checksums the stack computes and verifies by itself; by default all.
    pub fn set_checksums(&mut self, checksums: ChecksumCapabilities) {
        self.checksums = checksums;
    }
}

/// smoltcp's permission to send one frame.
#[derive(Debug)]
pub struct TxToken<'a>(&'a mut VecDeque<Frame>);

/// smoltcp's permission to receive one frame.
#[derive(Debug)]
pub struct RxToken(Frame);

impl phy::Device for Nic {
    type RxToken<'a> = RxToken;
    type TxToken<'a> = TxToken<'a>;

    fn receive(&mut self, _now: Instant) -> Option<(RxToken, TxToken<'_>)> {
        // The stack may answer what it receives, so it gets both tokens or neither.
        if self.tx.len() >= self.tx_frames_max {
            return None;
        }
        let frame = self.rx.pop_front()?;
        Some((RxToken(frame), TxToken(&mut self.tx)))
    }

    fn transmit(&mut self, _now: Instant) -> Option<TxToken<'_>> {
        (self.tx.len() < self.tx_frames_max).then_some(TxToken(&mut self.tx))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = self.ip_mtu + ETHERNET_HEADER_BYTES;
        capabilities.checksum = self.checksums.clone();
        capabilities
    }
}

impl phy::RxToken for RxToken {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

impl phy::TxToken for TxToken<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut result = None;
        self.0.push_back(Frame::build(len, |bytes| result = Some(f(bytes))));
        result.expect("the frame was filled in")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smoltcp::phy::{Device, TxToken as _};

    #[test]
    fn a_card_whose_queue_is_full_neither_sends_nor_receives() {
        let mut nic = Nic::new(1500, 1);
        nic.rx.push_back(Frame::copy_from(b"in"));
        nic.transmit(Instant::ZERO).unwrap().consume(3, |bytes| bytes.copy_from_slice(b"out"));
        assert!(nic.transmit(Instant::ZERO).is_none());
        assert!(nic.receive(Instant::ZERO).is_none());
        assert_eq!(&*nic.tx.pop_front().unwrap(), b"out");
        assert!(nic.receive(Instant::ZERO).is_some());
    }
}
