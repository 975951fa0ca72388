//! The ports of a LAN and the frames that wait for them: borrowed while a frame is written, and never while a listener runs.

use super::config::Delivery;
use crate::backend::{Callback, UnknownPort, WriteError};
use crate::inbox::{InboxSender, Sleeper};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wire::frame::Frame;
use wire::mac::PortId;
use wire::mac_table::{Egress, MacTable};
use wire::time::Instant;

pub(super) struct State {
    /// In order of their numbers, which only grow: found by bisection, flooded in order.
    pub(super) ports: Vec<Port>,
    pub(super) next_port: u32,
    /// `None`: a hub.
    pub(super) table: Option<MacTable>,
    /// Written, and not to be delivered before the next `advance`.
    pub(super) written: VecDeque<Pending>,
    /// To be delivered now.
    pub(super) due: VecDeque<Pending>,
    /// A call further up the stack is emptying `due`.
    pub(super) draining: bool,
}

pub(super) struct Port {
    pub(super) id: PortId,
    pub(super) listener: Slot,
    /// It receives nothing new, and is removed when the frames that wait for it are delivered.
    pub(super) leaving: bool,
}

pub(super) enum Slot {
    Deaf,
    Inbox(InboxSender),
    /// Borrowed while it runs.
    Callback(Rc<RefCell<Callback>>),
}

pub(super) struct Pending {
    pub(super) to: PortId,
    /// The port's index when this was written; it is still the same, unless an older port has left.
    pub(super) index: u32,
    pub(super) at: Instant,
    pub(super) frame: Frame,
}

/// What is to be done while nothing is borrowed.
pub(super) enum Due {
    Call(PortId, Rc<RefCell<Callback>>, Instant, Frame),
    Wake(Sleeper),
}

impl State {
    /// No ports.
    pub(super) fn new(table: Option<MacTable>) -> Self {
        let (written, due) = (VecDeque::new(), VecDeque::new());
        Self { ports: Vec::new(), next_port: 0, table, written, due, draining: false }
    }

    pub(super) fn index_of(&self, id: PortId) -> Option<usize> {
        index_of(&self.ports, id)
    }

    pub(super) fn port_mut(&mut self, id: PortId) -> Option<&mut Port> {
        self.index_of(id).map(|index| &mut self.ports[index])
    }

    /// Removes the port and returns it, to be dropped while nothing is borrowed: its listener may own a handle of this network.
    #[must_use]
    pub(super) fn remove(&mut self, id: PortId) -> Option<Port> {
        let index = self.index_of(id)?;
        if let Some(table) = &mut self.table {
            table.forget_port(id);
        }
        Some(self.ports.remove(index))
    }

    /// Removes a port that is leaving and has no frames waiting.
    #[must_use]
    pub(super) fn remove_if_left(&mut self, id: PortId) -> Option<Port> {
        let left = self.port_mut(id)?.leaving && !self.due.iter().any(|pending| pending.to == id);
        left.then(|| self.remove(id)).flatten()
    }

    pub(super) fn take_pending(&mut self, id: PortId) -> Vec<Pending> {
        let mut taken = Vec::new();
        for queue in [&mut self.due, &mut self.written] {
            let (of_port, others) = queue.drain(..).partition::<VecDeque<_>, _>(|pending| pending.to == id);
            taken.extend(of_port);
            *queue = others;
        }
        taken
    }

    pub(super) fn fan_out(
        &mut self,
        delivery: Delivery,
        now: Instant,
        from: PortId,
        frame: Frame,
        sleepers: &mut Vec<Sleeper>,
    ) -> Result<(), WriteError> {
        self.index_of(from).ok_or(UnknownPort(from))?;
        if let Delivery::Asynchronous { frames_max } = delivery
            && self.written.len() >= frames_max
        {
            return Err(WriteError::QueueFull { frames: self.written.len() });
        }
        let egress = match &mut self.table {
            None => Egress::Flood,
            Some(table) => {
                table.sweep(now);
                table.look(now, from, &frame).egress
            }
        };
        let (written, due) = (&mut self.written, &mut self.due);
        let mut ways = Ways { delivery, now, straight: due.is_empty(), written, due, sleepers };
        match egress {
            Egress::Filter => {}
            Egress::Port(to) => {
                if let Some(index) = index_of(&self.ports, to) {
                    ways.offer(index, &self.ports[index], frame);
                }
            }
            Egress::Flood => {
                for (index, port) in self.ports.iter().enumerate().filter(|(_, port)| port.id != from) {
                    ways.offer(index, port, frame.clone());
                }
            }
        }
        Ok(())
    }

    /// Fills inboxes from what is due, until a callback has to be called or a reader woken. `None`: nothing is due, and draining has
    /// ended.
    #[inline(always)] // Through memory, what it returns costs more than finding it.
    pub(super) fn next_due(&mut self) -> Option<Due> {
        while let Some(Pending { to, index, at, frame }) = self.due.pop_front() {
            let port = self.ports.get(index as usize).filter(|port| port.id == to);
            let port = port.or_else(|| self.index_of(to).map(|index| &self.ports[index]));
            match port.map(|port| &port.listener) {
                Some(Slot::Callback(callback)) => return Some(Due::Call(to, callback.clone(), at, frame)),
                Some(Slot::Inbox(inbox)) => {
                    if let Some(sleeper) = inbox.push_quietly(frame) {
                        return Some(Due::Wake(sleeper));
                    }
                }
                Some(Slot::Deaf) | None => {}
            }
        }
        self.draining = false;
        None
    }
}

fn index_of(ports: &[Port], id: PortId) -> Option<usize> {
    // Until a port leaves, a port's index is its number.
    let place = id.0 as usize;
    if ports.get(place).is_some_and(|port| port.id == id) {
        return Some(place);
    }
    ports.binary_search_by_key(&id, |port| port.id).ok()
}

/// The queues by which a frame can reach a listener.
struct Ways<'a> {
    delivery: Delivery,
    now: Instant,
    /// `due` is empty, so no older frame for the inbox can be in it.
    straight: bool,
    written: &'a mut VecDeque<Pending>,
    due: &'a mut VecDeque<Pending>,
    sleepers: &'a mut Vec<Sleeper>,
}

impl Ways<'_> {
    #[inline(always)] // It runs for every port of a flood: not inlined, it would read its fields from memory each time.
    fn offer(&mut self, index: usize, port: &Port, frame: Frame) {
        if port.leaving {
            return;
        }
        let queue = match (self.delivery, &port.listener) {
            (_, Slot::Deaf) => return,
            (Delivery::Synchronous, Slot::Inbox(inbox)) if self.straight => {
                if let Some(sleeper) = inbox.push_quietly(frame) {
                    self.sleepers.push(sleeper);
                }
                return;
            }
            (Delivery::Synchronous, _) => {
                self.straight = false;
                &mut *self.due
            }
            (Delivery::Asynchronous { .. }, _) => &mut *self.written,
        };
        queue.push_back(Pending { to: port.id, index: index as u32, at: self.now, frame });
    }
}

impl Slot {
    pub(super) fn is_running(&self) -> bool {
        matches!(self, Self::Callback(callback) if callback.try_borrow_mut().is_err())
    }

    pub(super) fn hand(&self, now: Instant, frame: Frame) {
        match self {
            Self::Deaf => {}
            Self::Inbox(inbox) => inbox.push(frame),
            Self::Callback(callback) => callback.borrow_mut()(now, frame),
        }
    }
}
