//! The virtual network interface that a stack holds: one port of a backend, as smoltcp's device.
//!
//! The backend writes received frames into an inbox, and the stack takes them from there when it is polled, so sending never runs
//! the receiver's stack. Clones are cheap handles: the stack owns one, and code that watches the interface, waits for it or
//! disconnects it has another.

use crate::backend::{Backend, Listener, PortsExhausted, UnknownPort, WriteError};
use crate::driver::Yield;
use crate::inbox::{INBOX_FRAMES_MAX, Inbox, InboxSender, Readable, inbox};
use crate::monitor::{Direction, Monitor};
use crate::signal::Signal;
use smoltcp::phy::{ChecksumCapabilities, DeviceCapabilities, Medium};
use smoltcp::wire::{EthernetAddress, HardwareAddress};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use wire::frame::Frame;
use wire::mac::PortId;
use wire::nic::{self, ETHERNET_HEADER_BYTES};
use wire::time::Instant;

/// The properties of an interface.
pub struct Options {
    /// The largest IP packet in bytes; `None`: what the backend advises. A longer frame is refused and not
    /// truncated, since half a packet is useless. *Received* frames may be longer, for example by padding.
    pub size_limit: Option<usize>,
    /// Whether disconnecting first delivers what is pending; otherwise that is discarded.
    pub flush_on_disconnect: bool,
    /// Sees every frame sent and received.
    pub monitor: Option<Box<dyn Monitor>>,
    /// Which checksums the stack computes and verifies by itself; by default all.
    pub checksums: ChecksumCapabilities,
    /// How many received frames may wait for the stack; further ones are dropped, and counted.
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

/// The counters of an interface since it was connected, or since the last reset.
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
    /// Frames that were refused: [`Vnetif::last_error`] returns the reason of the last one.
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
    /// How many monitors were ever set, so that one that has been taken out to run is put back only if it was not replaced.
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
    /// Joins this backend. The interface can send at once, and receives from the moment it [listens](Self::listen).
    ///
    /// # Errors
    /// If the backend has used all its port numbers.
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

    /// Begins to receive: from now on frames wait for [`receive`](Self::receive) or the stack. No effect if it listens already.
    ///
    /// # Errors
    /// If the interface has disconnected.
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

    /// Leaves the backend, flushing or discarding the frames that wait, and wakes the tasks that wait for frames. After that,
    /// sending is refused; frames flushed into the inbox can still be received. No effect the second time.
    pub fn disconnect(&self) {
        self.0.disconnect();
    }

    /// Given when the interface has disconnected.
    pub fn disconnected(&self) -> Signal {
        self.0.disconnected.clone()
    }

    /// Whether the interface is still connected.
    pub fn is_connected(&self) -> bool {
        !self.0.disconnected.is_given()
    }

    /// Ready with `true` once a frame can be received, with `false` once the interface has disconnected and its inbox is empty.
    pub fn readable(&self) -> Readable {
        self.0.inbox.readable()
    }

    /// Receives the oldest waiting frame.
    pub fn receive(&self, now: Instant) -> Option<Frame> {
        let frame = self.0.inbox.pop()?;
        self.0.received(self.0.reach(now), &frame);
        Some(frame)
    }

    /// The interface as smoltcp wants it.
    pub fn device(&mut self) -> nic::Device<'_> {
        nic::Device::of(self)
    }

    /// How many frames wait to be received.
    pub fn waiting(&self) -> usize {
        self.0.inbox.len()
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// If the frame is too big, too many frames wait, or the interface has disconnected.
    pub fn send(&self, now: Instant, frame: Frame) -> Result<(), WriteError> {
        self.0.send(self.0.reach(now), frame)
    }

    /// Sends a frame, then awaits a [`Yield`] so that other tasks can run, such as the next animation frame in a browser.
    ///
    /// # Errors
    /// Those of [`send`](Self::send), at once and without a yield.
    pub async fn write(&self, now: Instant, frame: Frame, others: &impl Yield) -> Result<(), WriteError> {
        self.send(now, frame)?;
        others.yield_now().await;
        Ok(())
    }

    /// Its port in the backend.
    pub fn port(&self) -> PortId {
        self.0.port
    }

    /// Its MAC address.
    pub fn mac(&self) -> EthernetAddress {
        self.0.backend.mac(self.0.port)
    }

    /// Its MAC address as smoltcp's configuration takes it.
    pub fn hardware_addr(&self) -> HardwareAddress {
        self.mac().into()
    }

    /// The largest IP packet in bytes that it sends.
    pub fn ip_mtu(&self) -> usize {
        self.0.ip_mtu
    }

    /// The backend that it has joined.
    pub fn backend(&self) -> &B {
        &self.0.backend
    }

    /// Its counters.
    pub fn counters(&self) -> Counters {
        *self.0.counters.borrow()
    }

    /// Sets the counters to zero.
    pub fn reset_counters(&self) {
        self.0.counters.take();
    }

    /// Received frames that were dropped because the inbox was full.
    pub fn overflowed(&self) -> u64 {
        self.0.inbox.overflowed()
    }

    /// Why the last refused frame was refused. smoltcp has no way to learn of it: to smoltcp, the frame is lost.
    pub fn last_error(&self) -> Option<WriteError> {
        self.0.last_error.get()
    }

    /// Sets the monitor, in place of an earlier one.
    pub fn set_monitor(&self, monitor: Option<Box<dyn Monitor>>) {
        self.0.monitors.set(self.0.monitors.get() + 1);
        drop(self.0.monitor.replace(monitor));
    }

    /// Sets the exact time for what follows. smoltcp's clock counts whole microseconds, rounded down: without this, an answer would
    /// seem to leave before its request had arrived.
    pub fn set_now(&self, now: Instant) {
        self.0.reach(now);
    }
}

impl<B: Backend + 'static> Vnetif<B> {
    /// Begins to receive: `listener` is called with every frame, as soon as the backend delivers it. It may use the whole
    /// interface; a listener that owns a handle of the interface keeps it alive until it is disconnected.
    ///
    /// # Errors
    /// If the interface has disconnected.
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
    /// Clamps time to be monotonic.
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
        // Taken out while it runs, since it may replace itself and use the interface.
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

impl<B: Backend> nic::Card for Vnetif<B> {
    fn ready(&self) -> bool {
        self.0.backend.ready()
    }

    fn receive(&mut self, now: smoltcp::time::Instant) -> Option<Frame> {
        Self::receive(self, now.into())
    }

    fn send(&mut self, now: smoltcp::time::Instant, frame: Frame) {
        // `send` counts an error; smoltcp has no way to take it.
        let _ = Self::send(self, now.into(), frame);
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = self.0.ip_mtu + ETHERNET_HEADER_BYTES;
        capabilities.checksum = self.0.checksums.clone();
        capabilities
    }
}

#[cfg(test)]
mod tests;
