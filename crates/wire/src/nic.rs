//! A network card as smoltcp sees it, of one type whatever is behind it.
//!
//! smoltcp is generic over its device and compiles its whole way of a packet again for each type of one, and in each crate. The hosts'
//! card and an interface on a network in memory are therefore used through one [`Device`], which calls the card behind it through a
//! table, and driven by the functions here: 27 KB of the page were smoltcp's second copy.

use crate::frame::Frame;
use smoltcp::iface::{Config, Interface, PollIngressSingleResult, PollResult, SocketSet};
use smoltcp::phy::{self, DeviceCapabilities, Medium};
use smoltcp::time::Instant;

/// A frame is this many bytes longer than the IP packet in it.
pub use crate::header::ETHERNET_HEADER_BYTES;

/// What a card does.
pub trait Card {
    /// Whether a frame can be sent now. The stack may answer what it receives, so it receives only then.
    fn ready(&self) -> bool;

    /// The next frame for the stack.
    fn receive(&mut self, now: Instant) -> Option<Frame>;

    /// Takes a frame that the stack sends.
    fn send(&mut self, now: Instant, frame: Frame);

    /// Its medium, limits and checksums. A card of the medium IP gets and takes frames, too; smoltcp sees the packets in them, and
    /// leaves the Ethernet header empty.
    fn capabilities(&self) -> DeviceCapabilities;
}

/// smoltcp's view of a card.
#[allow(missing_debug_implementations, reason = "cards need no name")]
pub struct Device<'c> {
    card: &'c mut dyn Card,
    /// How many bytes of a frame come before what smoltcp reads and writes.
    unseen: usize,
}

impl<'c> Device<'c> {
    /// The device of this card.
    pub fn of(card: &'c mut dyn Card) -> Self {
        let unseen = if card.capabilities().medium == Medium::Ip { ETHERNET_HEADER_BYTES } else { 0 };
        Self { card, unseen }
    }
}

/// A stack on this card.
pub fn interface(config: Config, card: &mut dyn Card, now: Instant) -> Interface {
    Interface::new(config, &mut Device::of(card), now)
}

/// Lets the stack receive one frame: [`Interface::poll_ingress_single`].
pub fn receive(
    stack: &mut Interface,
    now: Instant,
    card: &mut dyn Card,
    sockets: &mut SocketSet<'_>,
) -> PollIngressSingleResult {
    stack.poll_ingress_single(now, &mut Device::of(card), sockets)
}

/// Lets each socket send: [`Interface::poll_egress`]. Returns whether the state of any may have changed; then there may be more to send.
pub fn send(stack: &mut Interface, now: Instant, card: &mut dyn Card, sockets: &mut SocketSet<'_>) -> bool {
    stack.poll_egress(now, &mut Device::of(card), sockets) == PollResult::SocketStateChanged
}

/// smoltcp's permission to send one frame.
#[allow(missing_debug_implementations, reason = "cards need no name")]
pub struct TxToken<'c> {
    card: &'c mut dyn Card,
    now: Instant,
    unseen: usize,
}

/// smoltcp's permission to receive one frame.
#[derive(Debug)]
pub struct RxToken {
    frame: Frame,
    unseen: usize,
}

impl phy::Device for Device<'_> {
    type RxToken<'a>
        = RxToken
    where
        Self: 'a;
    type TxToken<'a>
        = TxToken<'a>
    where
        Self: 'a;

    fn receive(&mut self, now: Instant) -> Option<(RxToken, TxToken<'_>)> {
        if !self.card.ready() {
            return None;
        }
        let (frame, unseen) = (self.card.receive(now)?, self.unseen);
        Some((RxToken { frame, unseen }, TxToken { card: self.card, now, unseen }))
    }

    fn transmit(&mut self, now: Instant) -> Option<TxToken<'_>> {
        let unseen = self.unseen;
        self.card.ready().then_some(TxToken { card: self.card, now, unseen })
    }

    fn capabilities(&self) -> DeviceCapabilities {
        self.card.capabilities()
    }
}

impl phy::RxToken for RxToken {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(self.frame.get(self.unseen..).unwrap_or_default())
    }
}

impl phy::TxToken for TxToken<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut result = None;
        let fill = |bytes: &mut [u8]| result = Some(f(&mut bytes[self.unseen..]));
        let frame = Frame::build(self.unseen + len, fill);
        self.card.send(self.now, frame);
        result.expect("the frame was filled in")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smoltcp::phy::{Device as _, RxToken as _, TxToken as _};
    use std::collections::VecDeque;

    struct Queues {
        arrived: VecDeque<Frame>,
        sent: VecDeque<Frame>,
        medium: Medium,
    }

    impl Card for Queues {
        fn ready(&self) -> bool {
            self.sent.is_empty()
        }

        fn receive(&mut self, _now: Instant) -> Option<Frame> {
            self.arrived.pop_front()
        }

        fn send(&mut self, _now: Instant, frame: Frame) {
            self.sent.push_back(frame);
        }

        fn capabilities(&self) -> DeviceCapabilities {
            let mut capabilities = DeviceCapabilities::default();
            capabilities.medium = self.medium;
            capabilities
        }
    }

    #[test]
    fn a_card_that_cannot_send_does_not_receive_either() {
        let arrived = VecDeque::from([Frame::copy_from(b"in")]);
        let mut card = Queues { arrived, sent: VecDeque::new(), medium: Medium::Ethernet };
        let mut device = Device::of(&mut card);
        device.transmit(Instant::ZERO).unwrap().consume(3, |bytes| bytes.copy_from_slice(b"out"));
        assert!(device.transmit(Instant::ZERO).is_none());
        assert!(device.receive(Instant::ZERO).is_none());
        assert_eq!(&*card.sent.pop_front().unwrap(), b"out");
        assert!(Device::of(&mut card).receive(Instant::ZERO).is_some());
    }

    #[test]
    fn a_stack_on_an_ip_card_sees_packets_and_leaves_room_for_the_header() {
        let arrived = VecDeque::from([Frame::copy_from(b"14 bytes first.packet")]);
        let mut card = Queues { arrived, sent: VecDeque::new(), medium: Medium::Ip };
        let mut device = Device::of(&mut card);
        let (received, sending) = device.receive(Instant::ZERO).unwrap();
        received.consume(|packet| assert_eq!(packet, b".packet"));
        sending.consume(2, |packet| packet.copy_from_slice(b"ok"));
        assert_eq!(&*card.sent.pop_front().unwrap(), b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0ok");
    }
}
