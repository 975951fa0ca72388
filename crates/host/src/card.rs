//! The card as smoltcp sees it: a device for IP packets.
//!
//! Everything below IP is the host's own ([`arp`](crate::arp), [`ndp`](crate::ndp), [`neighbor`](crate::neighbor)), since
//! smoltcp's is not to be taught what Linux does. The packets keep room for an Ethernet header in front, which is filled in when
//! the next hop is known, so that nothing is copied.

use smoltcp::phy::{DeviceCapabilities, Medium};
use smoltcp::time::Instant;
use std::collections::VecDeque;
use wire::Frame;
use wire::nic;

/// A card's two queues. smoltcp uses it by the functions of [`nic`].
#[derive(Debug)]
pub(crate) struct Card {
    /// The frame whose packet the stack will receive.
    pub arrived: Option<Frame>,
    /// Frames with the packets that the stack has sent, oldest first. Their Ethernet headers are empty.
    pub sent: VecDeque<Frame>,
    mtu: usize,
}

impl Card {
    /// A card for IP packets of up to `mtu` bytes.
    pub const fn new(mtu: usize) -> Self {
        Self { arrived: None, sent: VecDeque::new(), mtu }
    }
}

impl nic::Card for Card {
    fn ready(&self) -> bool {
        // The queue is drained after every poll, and socket buffers bound what one poll can send.
        true
    }

    fn receive(&mut self, _now: Instant) -> Option<Frame> {
        self.arrived.take()
    }

    fn send(&mut self, _now: Instant, frame: Frame) {
        self.sent.push_back(frame);
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}
