//! The card as smoltcp sees it: a device for IP packets.
//!
//! Everything below IP is the host's own ([`arp`](crate::arp), [`ndp`](crate::ndp), [`neighbor`](crate::neighbor)), since
//! smoltcp's is not to be taught what Linux does. The packets keep room for an Ethernet header in front, which is filled in when
//! the next hop is known, so that nothing is copied.

use smoltcp::phy::{self, DeviceCapabilities, Medium};
use smoltcp::time::Instant;
use std::collections::VecDeque;
use wire::Frame;
use wire::header::ETHERNET_HEADER_BYTES;

/// A card's two queues. Implements smoltcp's [`phy::Device`].
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

/// smoltcp's permission to send one packet.
#[derive(Debug)]
pub(crate) struct TxToken<'a>(&'a mut VecDeque<Frame>);

/// smoltcp's permission to receive one packet.
#[derive(Debug)]
pub(crate) struct RxToken(Frame);

impl phy::Device for Card {
    type RxToken<'a> = RxToken;
    type TxToken<'a> = TxToken<'a>;

    fn receive(&mut self, _now: Instant) -> Option<(RxToken, TxToken<'_>)> {
        let frame = self.arrived.take()?;
        Some((RxToken(frame), TxToken(&mut self.sent)))
    }

    fn transmit(&mut self, _now: Instant) -> Option<TxToken<'_>> {
        // The queue is drained after every poll, and socket buffers bound what one poll can send.
        Some(TxToken(&mut self.sent))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

impl phy::RxToken for RxToken {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0[ETHERNET_HEADER_BYTES..])
    }
}

impl phy::TxToken for TxToken<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut result = None;
        let fill = |bytes: &mut [u8]| result = Some(f(&mut bytes[ETHERNET_HEADER_BYTES..]));
        self.0.push_back(Frame::build(ETHERNET_HEADER_BYTES + len, fill));
        result.expect("the frame was filled in")
    }
}
