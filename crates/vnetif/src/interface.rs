//! The virtual network interface that a stack holds: one port of a backend, as smoltcp's [`phy::Device`].
//!
//! The backend writes received frames into an inbox, and the stack takes them from there when it is polled, so nobody
//! is called back from inside somebody else's send. Handles are cheap clones: the stack owns one, and whoever watches
//! it, waits for it or disconnects it has another.

use crate::backend::{Backend, Listener, PortsExhausted, UnknownPort, WriteError};
use crate::driver::Yield;
use crate::inbox::{INBOX_FRAMES_MAX, Inbox, InboxSender, Readable, inbox};
use crate::monitor::{Direction, Monitor};
use crate::signal::Signal;
use smoltcp::phy::{self, ChecksumCapabilities, DeviceCapabilities, Medium};
use smoltcp::wire::{EthernetAddress, HardwareAddress};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use wire::frame::Frame;
use wire::mac::PortId;
use wire::nic::ETHERNET_HEADER_BYTES;
use wire::time::Instant;

/// What an interface is like.
pub struct Options {
    /// The largest IP packet in bytes; `None`: what the backend advises. A longer frame is refused and not clamped: half
    /// a packet is of use to nobody. What is *received* may be longer, as padding is.
    pub size_limit: Option<usize>,
    /// Whether disconnecting first delivers what is pending; otherwise that is discarded.
    pub flush_on_disconnect: bool,
    /// Sees every frame sent and received.
    pub monitor: Option<Box<dyn Monitor>>,
    /// Which checksums the stack computes and verifies by itself; by default all.
    pub checksums: ChecksumCapabilities,
    /// How many received frames may wait for the stack; more are lost, and counted.
    pub inbox_frames_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            size_limit: None,
            flush_on_disconnect: false,
            monitor: None,
            checksums: ChecksumCapabilities::default(),
            inbox_frames_max: INBOX_FRAMES_MAX,
        }
    }
}

/// What an interface has done since it was connected, or since the last reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counters {
    /// Frames received.
    pub rx_frames: u64,
    /// Their bytes, Ethernet headers included.
    pub rx_bytes: u64,
    /// Frames that the backend has taken.
    pub tx_frames: u64,
    /// Their bytes, Ethernet headers included.
    pub tx_bytes: u64,
    /// Frames that were refused: [`Vnetif::last_error`] tells why the last one was.
    pub tx_refused: u64,
}

/// A virtual network interface. Clones are handles of the same one; when the last is dropped, it disconnects.
pub struct Vnetif<B: Backend>(Rc<Shared<B>>);

struct Shared<B: Backend> {
    backend: B,
    port: PortId,
    ip_mtu: usize,
    flush_on_disconnect: bool,
    checksums: ChecksumCapabilities,
    inbox: Inbox,
    /// The inbox's other half until listening begins: then the backend has it.
    inbox_sender: RefCell<Option<InboxSender>>,
    listening: Signal,
    disconnected: Signal,
    monitor: RefCell<Option<Box<dyn Monitor>>>,
    /// How many there were, so that one that is out for its turn knows whether it is still wanted.
    monitors: Cell<u64>,
    counters: RefCell<Counters>,
    last_error: Cell<Option<WriteError>>,
    now: Cell<Instant>,
}

impl<B: Backend> Clone for Vnetif<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B: Backend> Vnetif<B> {
    /// Joins this backend. The interface can send at once, and receives from when it [listens](Self::listen).
    pub fn connect(backend: &B, options: Options) -> Result<Self, PortsExhausted> {
        let (sender, inbox) = inbox(options.inbox_frames_max);
        Ok(Self(Rc::new(Shared {
            port: backend.register()?,
            ip_mtu: options.size_limit.unwrap_or_else(|| backend.mtu()),
            backend: backend.clone(),
            flush_on_disconnect: options.flush_on_disconnect,
            checksums: options.checksums,
            inbox,
            inbox_sender: RefCell::new(Some(sender)),
            listening: Signal::new(),
            disconnected: Signal::new(),
            monitor: RefCell::new(options.monitor),
            monitors: Cell::default(),
            counters: RefCell::default(),
            last_error: Cell::default(),
            now: Cell::default(),
        })))
    }

    /// Begins to receive: from now on frames wait for [`receive`](Self::receive) or the stack. Nothing changes if it
    /// listens already.
    pub fn listen(&self) -> Result<(), UnknownPort> {
        let Some(sender) = self.0.inbox_sender.take() else {
            return if self.is_connected() { Ok(()) } else { Err(UnknownPort(self.0.port)) };
        };
        self.0.backend.listen(self.0.port, sender.into())?;
        self.0.listening.give();
        Ok(())
    }

    /// Given when listening begins, so that a test or a peer can wait for it.
    pub fn listening(&self) -> Signal {
        self.0.listening.clone()
    }

    /// Leaves the backend, flushing or discarding what is pending, and wakes whoever waits for frames. After that,
    /// sending is refused; what was flushed into the inbox can still be received. Nothing changes the second time.
    pub fn disconnect(&self) {
        self.0.disconnect();
    }

    /// Given when the interface has disconnected.
    pub fn disconnected(&self) -> Signal {
        self.0.disconnected.clone()
    }

    /// Whether it has not disconnected.
    pub fn is_connected(&self) -> bool {
        !self.0.disconnected.is_given()
    }

    /// Ready with `true` once a frame waits to be received, with `false` once none ever will: disconnected.
    pub fn readable(&self) -> Readable {
        self.0.inbox.readable()
    }

    /// Takes the oldest frame that waits.
    pub fn receive(&self, now: Instant) -> Option<Frame> {
        let frame = self.0.inbox.pop()?;
        self.0.received(self.0.reach(now), &frame);
        Some(frame)
    }

    /// How many frames wait to be received.
    pub fn waiting(&self) -> usize {
        self.0.inbox.len()
    }

    /// Sends a frame.
    pub fn send(&self, now: Instant, frame: Frame) -> Result<(), WriteError> {
        self.0.send(self.0.reach(now), frame)
    }

    /// Sends a frame, then lets the others run: the yield is supplied from outside, as the animation frame is in a
    /// browser.
    pub async fn write(&self, now: Instant, frame: Frame, others: &impl Yield) -> Result<(), WriteError> {
        self.send(now, frame)?;
        others.yield_now().await;
        Ok(())
    }

    /// The port that it has in the backend.
    pub fn port(&self) -> PortId {
        self.0.port
    }

    /// Its address.
    pub fn mac(&self) -> EthernetAddress {
        self.0.backend.mac(self.0.port)
    }

    /// Its address, as smoltcp's configuration wants it.
    pub fn hardware_addr(&self) -> HardwareAddress {
        self.mac().into()
    }

    /// The largest IP packet in bytes that it sends.
    pub fn ip_mtu(&self) -> usize {
        self.0.ip_mtu
    }

    /// The network that it has joined.
    pub fn backend(&self) -> &B {
        &self.0.backend
    }

    /// What it has done so far.
    pub fn counters(&self) -> Counters {
        *self.0.counters.borrow()
    }

    /// Begins to count again from zero.
    pub fn reset_counters(&self) {
        self.0.counters.take();
    }

    /// Received frames that were lost because the stack did not take them.
    pub fn overflowed(&self) -> u64 {
        self.0.inbox.overflowed()
    }

    /// Why the last refused frame was refused. smoltcp cannot be told: to it, such a frame is as good as lost.
    pub fn last_error(&self) -> Option<WriteError> {
        self.0.last_error.get()
    }

    /// Watches the interface from now on, in place of an earlier monitor.
    pub fn set_monitor(&self, monitor: Option<Box<dyn Monitor>>) {
        self.0.monitors.set(self.0.monitors.get() + 1);
        drop(self.0.monitor.replace(monitor));
    }

    /// The exact time, for what follows. smoltcp's clock counts whole microseconds, rounded down: without this, frames
    /// would seem to leave before what they answer had come.
    pub fn set_now(&self, now: Instant) {
        self.0.reach(now);
    }
}

impl<B: Backend + 'static> Vnetif<B> {
    /// Begins to receive by being called with every frame, as soon as the backend delivers it. It may use all of the
    /// interface; one that owns a handle of it keeps it alive until it is disconnected.
    pub fn listen_with(&self, mut listener: impl FnMut(Instant, Frame) + 'static) -> Result<(), UnknownPort> {
        let shared = Rc::downgrade(&self.0);
        let counted = move |now, frame| {
            if let Some(shared) = shared.upgrade() {
                shared.received(shared.reach(now), &frame);
            }
            listener(now, frame);
        };
        self.0.backend.listen(self.0.port, Listener::callback(counted))?;
        self.0.listening.give();
        Ok(())
    }
}

impl<B: Backend> Shared<B> {
    /// Time never goes back in here.
    fn reach(&self, now: Instant) -> Instant {
        let now = now.max(self.now.get());
        self.now.set(now);
        now
    }

    fn send(&self, now: Instant, frame: Frame) -> Result<(), WriteError> {
        let (bytes, bytes_max) = (frame.len(), self.ip_mtu + ETHERNET_HEADER_BYTES);
        let sent = if bytes > bytes_max {
            Err(WriteError::FrameTooBig { bytes, bytes_max })
        } else {
            self.watch(now, Direction::Tx, &frame);
            self.backend.write(now, self.port, frame)
        };
        let mut counters = self.counters.borrow_mut();
        match sent {
            Ok(()) => {
                counters.tx_frames += 1;
                counters.tx_bytes += bytes as u64;
            }
            Err(error) => {
                counters.tx_refused += 1;
                self.last_error.set(Some(error));
            }
        }
        sent
    }

    fn received(&self, now: Instant, frame: &Frame) {
        {
            let mut counters = self.counters.borrow_mut();
            counters.rx_frames += 1;
            counters.rx_bytes += frame.len() as u64;
        }
        self.watch(now, Direction::Rx, frame);
    }

    fn watch(&self, now: Instant, direction: Direction, frame: &Frame) {
        // Taken out while it runs: it may replace itself, and use the interface.
        let Some(mut monitor) = self.monitor.take() else { return };
        let monitors = self.monitors.get();
        monitor.saw(now, direction, frame);
        if monitors == self.monitors.get() {
            *self.monitor.borrow_mut() = Some(monitor);
        }
    }

    fn disconnect(&self) {
        if self.disconnected.is_given() {
            return;
        }
        if self.flush_on_disconnect {
            self.backend.unregister_and_flush(self.port);
        } else {
            self.backend.unregister(self.port);
            self.inbox.clear();
        }
        drop(self.inbox_sender.take());
        self.disconnected.give();
    }
}

impl<B: Backend> Drop for Shared<B> {
    fn drop(&mut self) {
        self.disconnect();
    }
}

impl<B: Backend> fmt::Debug for Vnetif<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vnetif({}, {}, {:?})", self.port(), self.mac(), self.counters())
    }
}

/// smoltcp's permission to send one frame.
#[derive(Debug)]
pub struct TxToken<'a, B: Backend> {
    interface: &'a Vnetif<B>,
    now: Instant,
}

/// smoltcp's permission to receive one frame.
#[derive(Debug)]
pub struct RxToken(Frame);

impl<B: Backend> phy::Device for Vnetif<B> {
    type RxToken<'a>
        = RxToken
    where
        B: 'a;
    type TxToken<'a>
        = TxToken<'a, B>
    where
        B: 'a;

    fn receive(&mut self, now: smoltcp::time::Instant) -> Option<(RxToken, TxToken<'_, B>)> {
        // An answer may be due to what is received, so both or neither.
        if !self.0.backend.ready() {
            return None;
        }
        let frame = Self::receive(self, now.into())?;
        Some((RxToken(frame), TxToken { interface: self, now: now.into() }))
    }

    fn transmit(&mut self, now: smoltcp::time::Instant) -> Option<TxToken<'_, B>> {
        self.0.backend.ready().then_some(TxToken { interface: self, now: now.into() })
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = self.0.ip_mtu + ETHERNET_HEADER_BYTES;
        capabilities.checksum = self.0.checksums.clone();
        capabilities
    }
}

impl phy::RxToken for RxToken {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

impl<B: Backend> phy::TxToken for TxToken<'_, B> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut result = None;
        let frame = Frame::build(len, |bytes| result = Some(f(bytes)));
        // An error is counted there; smoltcp has no place for it.
        let _ = self.interface.send(self.now, frame);
        result.expect("the frame was filled in")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::pause;
    use crate::lan::{Delivery, Lan, LanConfig};
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    const NOW: Instant = Instant::ZERO;

    fn connect(lan: &Lan) -> Vnetif<Lan> {
        Vnetif::connect(lan, Options::default()).unwrap()
    }

    fn listening(lan: &Lan) -> Vnetif<Lan> {
        let vnetif = connect(lan);
        vnetif.listen().unwrap();
        vnetif
    }

    fn frame(len: usize) -> Frame {
        Frame::build(len, |_| ())
    }

    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn nothing_is_received_before_listening_begins_and_that_is_signalled() {
        let lan = Lan::hub();
        let (a, b) = (connect(&lan), connect(&lan));
        let mut listening = pin!(b.listening().given());
        a.send(NOW, frame(60)).unwrap();
        assert!(poll(listening.as_mut()).is_pending());
        b.listen().unwrap();
        b.listen().unwrap();
        assert!(poll(listening).is_ready());
        a.send(NOW, frame(60)).unwrap();
        assert_eq!(b.waiting(), 1);
    }

    #[test]
    fn disconnecting_wakes_whoever_listens() {
        let lan = Lan::hub();
        let b = listening(&lan);
        let (mut readable, mut disconnected) = (pin!(b.readable()), pin!(b.disconnected().given()));
        assert!(poll(readable.as_mut()).is_pending() && poll(disconnected.as_mut()).is_pending());
        b.clone().disconnect();
        assert_eq!(poll(readable), Poll::Ready(false));
        assert!(poll(disconnected).is_ready());
        assert_eq!(lan.ports(), 0);
        assert_eq!(b.listen(), Err(UnknownPort(b.port())));
    }

    #[test]
    fn disconnecting_flushes_or_discards_as_asked() {
        for flush_on_disconnect in [false, true] {
            let delivery = Delivery::Asynchronous { frames_max: 10 };
            let lan = Lan::new(LanConfig { delivery, ..LanConfig::HUB });
            let a = connect(&lan);
            let b = Vnetif::connect(&lan, Options { flush_on_disconnect, ..Options::default() }).unwrap();
            b.listen().unwrap();
            a.send(NOW, frame(60)).unwrap();
            lan.advance(NOW);
            a.send(NOW, frame(61)).unwrap();
            b.disconnect();
            let received: Vec<_> = std::iter::from_fn(|| b.receive(NOW)).map(|frame| frame.len()).collect();
            assert_eq!(received, if flush_on_disconnect { vec![60, 61] } else { vec![] });
        }
    }

    #[test]
    fn the_last_handle_to_go_disconnects() {
        let lan = Lan::hub();
        let a = listening(&lan);
        let other = a.clone();
        drop(a);
        assert_eq!(lan.ports(), 1);
        drop(other);
        assert_eq!(lan.ports(), 0);
    }

    #[test]
    fn frames_and_bytes_are_counted_both_ways_until_reset() {
        let lan = Lan::hub();
        let (a, b) = (listening(&lan), listening(&lan));
        a.send(NOW, frame(60)).unwrap();
        a.send(NOW, frame(100)).unwrap();
        while b.receive(NOW).is_some() {}
        assert_eq!(a.counters(), Counters { tx_frames: 2, tx_bytes: 160, ..Counters::default() });
        assert_eq!(b.counters(), Counters { rx_frames: 2, rx_bytes: 160, ..Counters::default() });
        b.reset_counters();
        assert_eq!(b.counters(), Counters::default());
    }

    #[test]
    fn a_frame_over_the_size_limit_is_refused_and_the_error_can_be_seen() {
        let lan = Lan::hub();
        let mut a = Vnetif::connect(&lan, Options { size_limit: Some(1000), ..Options::default() }).unwrap();
        let b = listening(&lan);
        let refused = WriteError::FrameTooBig { bytes: 1015, bytes_max: 1014 };
        assert_eq!(a.send(NOW, frame(1015)), Err(refused));
        assert_eq!(a.send(NOW, frame(1014)), Ok(()));
        // smoltcp is not told, so it must be seen here.
        let token = phy::Device::transmit(&mut a, NOW.into()).unwrap();
        phy::TxToken::consume(token, 1015, |_| ());
        assert_eq!((a.counters().tx_refused, a.last_error()), (2, Some(refused)));
        assert_eq!(b.waiting(), 1);
        assert_eq!(phy::Device::capabilities(&a).ip_mtu(), 1000);
        assert_eq!(phy::Device::capabilities(&b).ip_mtu(), 1500);
    }

    #[test]
    fn a_monitor_sees_what_is_sent_and_received_in_that_order() {
        let lan = Lan::hub();
        let seen = Rc::new(RefCell::new(Vec::new()));
        let [a, b] = ["a", "b"].map(|name| {
            let (vnetif, seen) = (listening(&lan), seen.clone());
            vnetif.set_monitor(Some(Box::new(move |now: Instant, direction, frame: &Frame| {
                seen.borrow_mut().push((name, now.nanos(), direction, frame.len()));
            })));
            vnetif
        });
        a.send(Instant::from_nanos(1), frame(60)).unwrap();
        b.receive(Instant::from_nanos(2)).unwrap();
        a.set_monitor(None);
        a.send(Instant::from_nanos(3), frame(61)).unwrap();
        assert_eq!(*seen.borrow(), [("a", 1, Direction::Tx, 60), ("b", 2, Direction::Rx, 60)]);
    }

    #[test]
    fn a_monitor_may_send_and_replace_itself() {
        let lan = Lan::hub();
        let (a, b) = (listening(&lan), listening(&lan));
        let handle = a.clone();
        a.set_monitor(Some(Box::new(move |now, _, _: &Frame| {
            handle.send(now, frame(99)).unwrap();
            handle.set_monitor(None);
        })));
        a.send(NOW, frame(60)).unwrap();
        a.send(NOW, frame(61)).unwrap();
        let lengths: Vec<_> = std::iter::from_fn(|| b.receive(NOW)).map(|frame| frame.len()).collect();
        assert_eq!(lengths, [99, 60, 61]);
    }

    #[test]
    fn a_listener_that_is_called_is_counted_and_may_disconnect() {
        let lan = Lan::hub();
        let (a, b) = (connect(&lan), connect(&lan));
        let handle = b.clone();
        b.listen_with(move |_, _| handle.disconnect()).unwrap();
        a.send(NOW, frame(60)).unwrap();
        a.send(NOW, frame(61)).unwrap();
        assert_eq!((b.counters().rx_frames, b.is_connected()), (1, false));
        assert!(b.listening().is_given());
    }

    #[test]
    fn a_stack_neither_sends_nor_receives_while_the_backend_is_not_ready() {
        let delivery = Delivery::Asynchronous { frames_max: 1 };
        let lan = Lan::new(LanConfig { delivery, ..LanConfig::HUB });
        let (a, mut b) = (listening(&lan), listening(&lan));
        a.send(NOW, frame(60)).unwrap();
        lan.advance(NOW);
        a.send(NOW, frame(61)).unwrap();
        assert!(phy::Device::receive(&mut b, NOW.into()).is_none());
        assert!(phy::Device::transmit(&mut b, NOW.into()).is_none());
        lan.advance(NOW);
        assert!(phy::Device::receive(&mut b, NOW.into()).is_some());
        assert_eq!(b.waiting(), 1);
    }

    #[test]
    fn a_writer_awaits_the_yield_it_is_given_after_each_frame() {
        let lan = Lan::hub();
        let (a, b) = (connect(&lan), listening(&lan));
        let yields = Cell::new(0);
        let others = || {
            yields.set(yields.get() + 1);
            pause()
        };
        let mut writing = pin!(async {
            for len in [60, 61] {
                a.write(NOW, frame(len), &others).await.unwrap();
            }
        });
        for turn in 1..=2 {
            assert!(poll(writing.as_mut()).is_pending());
            assert_eq!((b.waiting(), yields.get()), (turn, turn));
        }
        assert!(poll(writing).is_ready());
    }

    #[test]
    fn asynchronous_readers_run_while_the_writer_awaits_its_yield() {
        let delivery = Delivery::Asynchronous { frames_max: 1 };
        let lan = Lan::new(LanConfig { delivery, ..LanConfig::HUB });
        let (a, b) = (connect(&lan), connect(&lan));
        let heard = Rc::new(Cell::new(0));
        let count = heard.clone();
        b.listen_with(move |_, _| count.set(count.get() + 1)).unwrap();
        let others = || {
            lan.advance(NOW);
            pause()
        };
        pollster::block_on(async {
            for turn in 0..100 {
                assert_eq!(heard.get(), turn);
                a.write(NOW, frame(60), &others).await.unwrap();
            }
        });
        assert_eq!(a.send(NOW, frame(60)), Ok(()));
        assert_eq!(a.send(NOW, frame(60)), Err(WriteError::QueueFull { frames: 1 }), "without a yield");
        assert_eq!(heard.get(), 100);
    }

    #[test]
    fn time_never_goes_back_even_if_the_stack_rounds_it_down() {
        let lan = Lan::hub();
        let mut a = connect(&lan);
        let seen = Rc::new(Cell::new(NOW));
        let last = seen.clone();
        a.set_monitor(Some(Box::new(move |now, _, _: &Frame| last.set(now))));
        let exact = Instant::from_nanos(1_234_567);
        a.set_now(exact);
        let token = phy::Device::transmit(&mut a, exact.into()).unwrap();
        phy::TxToken::consume(token, 60, |_| ());
        assert_eq!(seen.get(), exact);
    }
}
