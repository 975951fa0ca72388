//! The basic backend: a hub or a learning switch that all ports are plugged into.
//!
//! Both differ only in which ports a frame leaves by. A write first decides, under one borrow, which ports get the frame; their
//! listeners are called after that, with nothing borrowed, each frame in the order of the writes. So a listener may write (the
//! frame is queued behind those that are being delivered), register ports and unregister them.

mod config;
mod state;

pub use config::{Delivery, Forwarding, LanConfig};

use crate::backend::{Backend, Listener, PortsExhausted, UnknownPort, WriteError};
use crate::inbox::Sleeper;
use smoltcp::wire::EthernetAddress;
use state::{Due, Pending, Port, Slot, State};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use wire::frame::Frame;
use wire::mac::PortId;
use wire::mac_table::MacTable;
use wire::time::Instant;

/// A hub or a switch in memory. Clones are handles of the same one.
#[derive(Clone)]
pub struct Lan(Rc<Shared>);

struct Shared {
    config: LanConfig,
    state: RefCell<State>,
    /// A port is leaving from inside its callback: `drain` removes it after the callback has returned.
    flushing: Cell<bool>,
}

impl Lan {
    /// A LAN without ports.
    pub fn new(config: LanConfig) -> Self {
        let state = State::new(match config.forwarding {
            Forwarding::Hub => None,
            Forwarding::Switch { ageing } => Some(MacTable::new(ageing)),
        });
        Self(Rc::new(Shared { config, state: RefCell::new(state), flushing: Cell::new(false) }))
    }

    /// A hub: [`LanConfig::HUB`].
    pub fn hub() -> Self {
        Self::new(LanConfig::HUB)
    }

    /// A switch: [`LanConfig::SWITCH`].
    pub fn switch() -> Self {
        Self::new(LanConfig::SWITCH)
    }

    /// The address table of a switch, in order of address: address, port, and when a frame from it was last received. Empty for a
    /// hub.
    pub fn mac_table(&self) -> Vec<(EthernetAddress, PortId, Instant)> {
        self.0.state.borrow().table.as_ref().map(MacTable::entries).unwrap_or_default()
    }

    /// How many ports are registered.
    pub fn ports(&self) -> usize {
        self.0.state.borrow().ports.len()
    }

    /// How many frames wait for delivery, one for each receiver.
    pub fn pending(&self) -> usize {
        let state = self.0.state.borrow();
        state.written.len() + state.due.len()
    }

    /// Delivers what is due, unless a call further up the stack is doing so.
    fn drain(&self) {
        if std::mem::replace(&mut self.0.state.borrow_mut().draining, true) {
            return;
        }
        loop {
            let due = self.0.state.borrow_mut().next_due();
            match due {
                None => break,
                Some(Due::Wake(sleeper)) => sleeper.wake(),
                Some(Due::Call(port, callback, at, frame)) => {
                    callback.borrow_mut()(at, frame);
                    if self.0.flushing.get() {
                        let left = self.0.state.borrow_mut().remove_if_left(port);
                        drop((left, callback));
                    }
                }
            }
        }
        // Every port that was leaving has received its last frames.
        self.0.flushing.set(false);
    }
}

impl Backend for Lan {
    fn register(&self) -> Result<PortId, PortsExhausted> {
        let state = &mut *self.0.state.borrow_mut();
        let id = PortId(state.next_port);
        state.next_port = state.next_port.checked_add(1).ok_or(PortsExhausted)?;
        state.ports.push(Port { id, listener: Slot::Deaf, leaving: false });
        Ok(id)
    }

    fn unregister(&self, port: PortId) {
        let removed = {
            let state = &mut *self.0.state.borrow_mut();
            state.written.retain(|pending| pending.to != port);
            state.due.retain(|pending| pending.to != port);
            state.remove(port)
        };
        drop(removed);
    }

    fn unregister_and_flush(&self, port: PortId) {
        let (listener, pending) = {
            let state = &mut *self.0.state.borrow_mut();
            let Some(leaver) = state.port_mut(port).filter(|port| !port.leaving) else { return };
            leaver.leaving = true;
            let listener = match &mut leaver.listener {
                // A clone stays in its place: it may be running, and there may be more frames for it.
                Slot::Callback(callback) => Slot::Callback(callback.clone()),
                other => std::mem::replace(other, Slot::Deaf),
            };
            let pending = state.take_pending(port);
            if listener.is_running() {
                // The call of `drain` that runs this port's callback delivers the rest, and then removes the port.
                state.due.extend(pending);
                self.0.flushing.set(true);
                return;
            }
            (listener, pending)
        };
        for Pending { at, frame, .. } in pending {
            listener.hand(at, frame);
            if self.0.state.borrow().index_of(port).is_none() {
                return; // The port's listener has unregistered it meanwhile.
            }
        }
        let removed = self.0.state.borrow_mut().remove(port);
        drop(removed);
    }

    fn mtu(&self) -> usize {
        self.0.config.mtu
    }

    fn write(&self, now: Instant, from: PortId, frame: Frame) -> Result<(), WriteError> {
        let mut sleepers = Vec::new();
        let due = {
            let state = &mut *self.0.state.borrow_mut();
            state.fan_out(self.0.config.delivery, now, from, frame, &mut sleepers)?;
            !state.due.is_empty()
        };
        sleepers.into_iter().for_each(Sleeper::wake);
        if due {
            self.drain();
        }
        Ok(())
    }

    fn listen(&self, port: PortId, listener: Listener) -> Result<(), UnknownPort> {
        let replaced = {
            let state = &mut *self.0.state.borrow_mut();
            let port = state.port_mut(port).filter(|port| !port.leaving).ok_or(UnknownPort(port))?;
            let slot = match listener {
                Listener::Inbox(inbox) => Slot::Inbox(inbox),
                Listener::Callback(callback) => Slot::Callback(Rc::new(RefCell::new(callback))),
            };
            std::mem::replace(&mut port.listener, slot)
        };
        drop(replaced);
        Ok(())
    }

    fn ready(&self) -> bool {
        match self.0.config.delivery {
            Delivery::Synchronous => true,
            Delivery::Asynchronous { frames_max } => self.0.state.borrow().written.len() < frames_max,
        }
    }

    fn advance(&self, now: Instant) {
        {
            let state = &mut *self.0.state.borrow_mut();
            if state.draining {
                return;
            }
            let written = state.written.drain(..);
            state.due.extend(written.map(|pending| Pending { at: pending.at.max(now), ..pending }));
        }
        self.drain();
    }

    fn next_due(&self) -> Option<Instant> {
        self.0.state.borrow().written.front().map(|pending| pending.at)
    }
}

impl fmt::Debug for Lan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lan({:?}, {} ports)", self.0.config, self.ports())
    }
}

#[cfg(test)]
mod tests;
