//! The basic backend: a hub or a learning switch that all ports are plugged into.
//!
//! Both are one fan-out and differ only in which ports a frame leaves by. A write first settles, under one borrow, who
//! gets the frame; listeners are called after that, with nothing borrowed, each frame in the order of the writes. So a
//! listener may write (that is queued behind what is being delivered), and ports may come and go in the midst of it.

use crate::backend::{Backend, Callback, IP_MTU, Listener, PortsExhausted, UnknownPort, WriteError};
use crate::inbox::{InboxSender, Sleeper};
use smoltcp::wire::EthernetAddress;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;
use wire::frame::Frame;
use wire::mac::PortId;
use wire::mac_table::{AGEING, Egress, MacTable};
use wire::time::{Duration, Instant};

/// When listeners get what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Within the write (if that is made from inside a listener: within the outermost write).
    Synchronous,
    /// In [`Backend::advance`]: what was written until then, and not what is written meanwhile.
    Asynchronous {
        /// Once so many wait (one frame for each of its receivers), further writes are refused. The last fan-out that is
        /// let in may go over by its number of receivers.
        frames_max: usize,
    },
}

/// Which ports a frame leaves by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarding {
    /// All but the one it came from.
    Hub,
    /// The one that its destination was heard on; if it was not, or is a group: all but the one it came from.
    Switch {
        /// An address that was not heard for this long is forgotten.
        ageing: Duration,
    },
}

/// What a [`Lan`] is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanConfig {
    /// Hub or switch.
    pub forwarding: Forwarding,
    /// When listeners get what was written.
    pub delivery: Delivery,
    /// What it tells interfaces about the largest IP packet, in bytes.
    pub mtu: usize,
}

impl LanConfig {
    /// A hub for packets of up to 1500 bytes, delivering within the write.
    pub const HUB: Self = Self { forwarding: Forwarding::Hub, delivery: Delivery::Synchronous, mtu: IP_MTU };
    /// A switch for packets of up to 1500 bytes, delivering within the write.
    pub const SWITCH: Self = Self { forwarding: Forwarding::Switch { ageing: AGEING }, ..Self::HUB };
}

/// A hub or a switch in memory. Clones are handles of the same one.
#[derive(Clone)]
pub struct Lan(Rc<Shared>);

struct Shared {
    config: LanConfig,
    core: RefCell<Core>,
    /// A port is leaving from inside its callback: whoever drains has to look after it.
    flushing: Cell<bool>,
}

struct Core {
    /// In order of their numbers, which only grow: found by bisection, flooded in order.
    ports: Vec<Port>,
    next_port: u32,
    /// `None`: a hub.
    table: Option<MacTable>,
    /// Written, and not to be delivered before the next `advance`.
    written: VecDeque<Pending>,
    /// To be delivered now.
    due: VecDeque<Pending>,
    /// Somebody further up the call stack empties `due`.
    draining: bool,
}

struct Port {
    id: PortId,
    listener: Slot,
    /// Gets nothing new, and goes when what is pending for it was delivered.
    leaving: bool,
}

enum Slot {
    Deaf,
    Inbox(InboxSender),
    /// Borrowed while it runs.
    Callback(Rc<RefCell<Callback>>),
}

struct Pending {
    to: PortId,
    /// Where that port was when this was written: it still is, unless an older one has left.
    index: u32,
    at: Instant,
    frame: Frame,
}

impl Lan {
    /// One like this, with nothing plugged in.
    pub fn new(config: LanConfig) -> Self {
        let core = Core {
            ports: Vec::new(),
            next_port: 0,
            table: match config.forwarding {
                Forwarding::Hub => None,
                Forwarding::Switch { ageing } => Some(MacTable::new(ageing)),
            },
            written: VecDeque::new(),
            due: VecDeque::new(),
            draining: false,
        };
        Self(Rc::new(Shared { config, core: RefCell::new(core), flushing: Cell::new(false) }))
    }

    /// [`LanConfig::HUB`].
    pub fn hub() -> Self {
        Self::new(LanConfig::HUB)
    }

    /// [`LanConfig::SWITCH`].
    pub fn switch() -> Self {
        Self::new(LanConfig::SWITCH)
    }

    /// What a switch has learned, in order of address: port and when it was last heard. Empty for a hub.
    pub fn mac_table(&self) -> Vec<(EthernetAddress, PortId, Instant)> {
        self.0.core.borrow().table.as_ref().map(MacTable::entries).unwrap_or_default()
    }

    /// How many ports are registered.
    pub fn ports(&self) -> usize {
        self.0.core.borrow().ports.len()
    }

    /// How many frames wait for delivery, one for each receiver.
    pub fn pending(&self) -> usize {
        let core = self.0.core.borrow();
        core.written.len() + core.due.len()
    }

    /// Delivers what is due, unless somebody is at it already.
    fn drain(&self) {
        if std::mem::replace(&mut self.0.core.borrow_mut().draining, true) {
            return;
        }
        loop {
            let due = self.0.core.borrow_mut().next_due();
            match due {
                None => break,
                Some(Due::Wake(sleeper)) => sleeper.wake(),
                Some(Due::Call(port, callback, at, frame)) => {
                    callback.borrow_mut()(at, frame);
                    if self.0.flushing.get() {
                        let left = self.0.core.borrow_mut().remove_if_left(port);
                        drop((left, callback));
                    }
                }
            }
        }
        // Every port that was leaving had been called, and has got the rest.
        self.0.flushing.set(false);
    }
}

/// What is to be done with nothing borrowed.
enum Due {
    Call(PortId, Rc<RefCell<Callback>>, Instant, Frame),
    Wake(Sleeper),
}

impl Backend for Lan {
    fn register(&self) -> Result<PortId, PortsExhausted> {
        let core = &mut *self.0.core.borrow_mut();
        let id = PortId(core.next_port);
        core.next_port = core.next_port.checked_add(1).ok_or(PortsExhausted)?;
        core.ports.push(Port { id, listener: Slot::Deaf, leaving: false });
        Ok(id)
    }

    fn unregister(&self, port: PortId) {
        let removed = {
            let core = &mut *self.0.core.borrow_mut();
            core.written.retain(|pending| pending.to != port);
            core.due.retain(|pending| pending.to != port);
            core.remove(port)
        };
        drop(removed);
    }

    fn unregister_and_flush(&self, port: PortId) {
        let (listener, pending) = {
            let core = &mut *self.0.core.borrow_mut();
            let Some(leaver) = core.port_mut(port).filter(|port| !port.leaving) else { return };
            leaver.leaving = true;
            let listener = match &mut leaver.listener {
                // It stays in its place too: it may be running, and there may be more for it.
                Slot::Callback(callback) => Slot::Callback(callback.clone()),
                other => std::mem::replace(other, Slot::Deaf),
            };
            let pending = core.take_pending(port);
            if listener.is_running() {
                // Whoever runs this port's callback delivers the rest, and then removes it.
                core.due.extend(pending);
                self.0.flushing.set(true);
                return;
            }
            (listener, pending)
        };
        for Pending { at, frame, .. } in pending {
            listener.hand(at, frame);
            if self.0.core.borrow().index_of(port).is_none() {
                return; // It unregistered itself meanwhile, and wants no more.
            }
        }
        let removed = self.0.core.borrow_mut().remove(port);
        drop(removed);
    }

    fn mtu(&self) -> usize {
        self.0.config.mtu
    }

    fn write(&self, now: Instant, from: PortId, frame: Frame) -> Result<(), WriteError> {
        let mut sleepers = Vec::new();
        let due = {
            let core = &mut *self.0.core.borrow_mut();
            core.fan_out(self.0.config.delivery, now, from, frame, &mut sleepers)?;
            !core.due.is_empty()
        };
        sleepers.into_iter().for_each(Sleeper::wake);
        if due {
            self.drain();
        }
        Ok(())
    }

    fn listen(&self, port: PortId, listener: Listener) -> Result<(), UnknownPort> {
        let replaced = {
            let core = &mut *self.0.core.borrow_mut();
            let port = core.port_mut(port).filter(|port| !port.leaving).ok_or(UnknownPort(port))?;
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
            Delivery::Asynchronous { frames_max } => self.0.core.borrow().written.len() < frames_max,
        }
    }

    fn advance(&self, now: Instant) {
        {
            let core = &mut *self.0.core.borrow_mut();
            if core.draining {
                return;
            }
            let written = core.written.drain(..);
            core.due.extend(written.map(|pending| Pending { at: pending.at.max(now), ..pending }));
        }
        self.drain();
    }

    fn next_due(&self) -> Option<Instant> {
        self.0.core.borrow().written.front().map(|pending| pending.at)
    }
}

impl Core {
    fn index_of(&self, id: PortId) -> Option<usize> {
        index_of(&self.ports, id)
    }

    fn port_mut(&mut self, id: PortId) -> Option<&mut Port> {
        self.index_of(id).map(|index| &mut self.ports[index])
    }

    /// Takes the port out, to be dropped when nothing is borrowed: what its listener owns may be a handle of this
    /// network.
    #[must_use]
    fn remove(&mut self, id: PortId) -> Option<Port> {
        let index = self.index_of(id)?;
        if let Some(table) = &mut self.table {
            table.forget_port(id);
        }
        Some(self.ports.remove(index))
    }

    /// Takes out a port that is leaving and has got everything.
    #[must_use]
    fn remove_if_left(&mut self, id: PortId) -> Option<Port> {
        let left = self.port_mut(id)?.leaving && !self.due.iter().any(|pending| pending.to == id);
        left.then(|| self.remove(id)).flatten()
    }

    fn take_pending(&mut self, id: PortId) -> Vec<Pending> {
        let mut taken = Vec::new();
        for queue in [&mut self.due, &mut self.written] {
            let (of_port, others) = queue.drain(..).partition::<VecDeque<_>, _>(|pending| pending.to == id);
            taken.extend(of_port);
            *queue = others;
        }
        taken
    }

    fn fan_out(
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

    /// Fills inboxes from what is due, until somebody has to be called or woken; or nothing is due, and then nobody is
    /// draining any more.
    #[inline(always)] // Through memory, what it returns costs more than finding it.
    fn next_due(&mut self) -> Option<Due> {
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
    // Until a port leaves, each is at the place that its number says.
    let place = id.0 as usize;
    if ports.get(place).is_some_and(|port| port.id == id) {
        return Some(place);
    }
    ports.binary_search_by_key(&id, |port| port.id).ok()
}

/// The ways that a frame can take to a listener.
struct Ways<'a> {
    delivery: Delivery,
    now: Instant,
    /// Nothing is in `due`, where an older frame for an inbox might be.
    straight: bool,
    written: &'a mut VecDeque<Pending>,
    due: &'a mut VecDeque<Pending>,
    sleepers: &'a mut Vec<Sleeper>,
}

impl Ways<'_> {
    #[inline(always)] // For every port of a flood: called, it would read all of its ways from memory each time.
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
    fn is_running(&self) -> bool {
        matches!(self, Self::Callback(callback) if callback.try_borrow_mut().is_err())
    }

    fn hand(&self, now: Instant, frame: Frame) {
        match self {
            Self::Deaf => {}
            Self::Inbox(inbox) => inbox.push(frame),
            Self::Callback(callback) => callback.borrow_mut()(now, frame),
        }
    }
}

impl fmt::Debug for Lan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lan({:?}, {} ports)", self.0.config, self.ports())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::{Inbox, inbox};

    const NOW: Instant = Instant::ZERO;

    fn asynchronous(frames_max: usize) -> Lan {
        Lan::new(LanConfig { delivery: Delivery::Asynchronous { frames_max }, ..LanConfig::HUB })
    }

    fn listener(lan: &Lan) -> (PortId, Inbox) {
        let port = lan.register().unwrap();
        let (sender, inbox) = inbox(usize::MAX);
        lan.listen(port, sender.into()).unwrap();
        (port, inbox)
    }

    fn frame(byte: u8) -> Frame {
        Frame::copy_from(&[byte])
    }

    fn bytes(inbox: &Inbox) -> Vec<u8> {
        std::iter::from_fn(|| inbox.pop()).map(|frame| frame[0]).collect()
    }

    #[test]
    fn a_flooded_frame_is_shared_and_not_copied() {
        let lan = Lan::hub();
        let ((a, _), (_, b), (_, c)) = (listener(&lan), listener(&lan), listener(&lan));
        lan.write(NOW, a, frame(1)).unwrap();
        assert!(b.pop().unwrap().shares_buffer_with(&c.pop().unwrap()));
    }

    #[test]
    fn a_thousand_ports_have_a_thousand_addresses_and_numbers_are_not_used_again() {
        let lan = Lan::hub();
        let macs: std::collections::BTreeSet<_> = (0..1000)
            .map(|_| {
                let port = lan.register().unwrap();
                lan.unregister(port);
                lan.mac(port)
            })
            .collect();
        assert_eq!((macs.len(), lan.ports()), (1000, 0));
    }

    #[test]
    fn a_port_that_does_not_listen_gets_nothing_and_one_that_is_not_there_gets_errors() {
        let lan = asynchronous(usize::MAX);
        let (a, _) = listener(&lan);
        let deaf = lan.register().unwrap();
        lan.write(NOW, a, frame(1)).unwrap();
        assert_eq!(lan.pending(), 0);
        lan.unregister(deaf);
        let unknown = UnknownPort(deaf);
        assert_eq!(lan.write(NOW, deaf, frame(2)), Err(unknown.into()));
        assert_eq!(lan.listen(deaf, Listener::callback(|_, _| ())), Err(unknown));
        lan.unregister(deaf);
        lan.unregister_and_flush(deaf);
    }

    #[test]
    fn a_listener_that_writes_is_heard_after_what_is_being_delivered() {
        let lan = Lan::hub();
        let (a, _) = listener(&lan);
        let echo = lan.register().unwrap();
        let handle = lan.clone();
        let answer = move |now, heard: Frame| handle.write(now, echo, frame(heard[0] + 100)).unwrap();
        lan.listen(echo, Listener::callback(answer)).unwrap();
        let (_, last) = listener(&lan);
        lan.write(NOW, a, frame(1)).unwrap();
        assert_eq!(bytes(&last), [1, 101]);
        lan.unregister(echo);
    }

    #[test]
    fn an_inbox_that_takes_over_from_a_callback_gets_the_frames_in_their_order() {
        let lan = Lan::hub();
        let (a, _) = listener(&lan);
        let [first, second] = [(); 2].map(|()| lan.register().unwrap());
        let (sender, inbox) = inbox(usize::MAX);
        let (handle, sender) = (lan.clone(), Cell::new(Some(sender)));
        let takes_over = move |now, _| {
            if let Some(sender) = sender.take() {
                handle.listen(second, sender.into()).unwrap();
                handle.write(now, first, frame(2)).unwrap();
            }
        };
        lan.listen(first, Listener::callback(takes_over)).unwrap();
        lan.listen(second, Listener::callback(|_, _| panic!("replaced before its turn"))).unwrap();
        lan.write(NOW, a, frame(1)).unwrap();
        assert_eq!(bytes(&inbox), [1, 2]);
        lan.unregister(first);
    }

    #[test]
    fn leaving_drops_what_is_pending_and_flushing_delivers_it_first() {
        let lan = asynchronous(usize::MAX);
        let ((a, _), (b, of_b), (c, of_c), (_, of_d)) =
            (listener(&lan), listener(&lan), listener(&lan), listener(&lan));
        lan.write(NOW, a, frame(1)).unwrap();
        assert_eq!(lan.pending(), 3);
        lan.unregister(b);
        lan.unregister_and_flush(c);
        assert_eq!(lan.pending(), 1);
        assert_eq!((bytes(&of_b), bytes(&of_c), bytes(&of_d)), (vec![], vec![1], vec![]));
        assert!(of_b.is_closed() && of_c.is_closed());
        lan.advance(NOW);
        assert_eq!(bytes(&of_d), [1]);
    }

    #[test]
    fn a_listener_that_unregisters_while_it_is_flushed_hears_no_more() {
        let lan = asynchronous(usize::MAX);
        let (a, _) = listener(&lan);
        let port = lan.register().unwrap();
        let (handle, heard) = (lan.clone(), Rc::new(Cell::new(0)));
        let count = heard.clone();
        let leaves = move |_, _| {
            count.set(count.get() + 1);
            handle.unregister(port);
        };
        lan.listen(port, Listener::callback(leaves)).unwrap();
        for _ in 0..3 {
            lan.write(NOW, a, frame(1)).unwrap();
        }
        lan.unregister_and_flush(port);
        assert_eq!(heard.get(), 1);
    }

    #[test]
    fn what_listeners_write_waits_for_the_next_advance_even_if_they_advance_themselves() {
        let lan = asynchronous(usize::MAX);
        let (a, _) = listener(&lan);
        let echoes = [(); 2].map(|()| lan.register().unwrap());
        let heard = Rc::new(Cell::new(0));
        for echo in echoes {
            let (handle, heard) = (lan.clone(), heard.clone());
            let answer = move |now, frame| {
                heard.set(heard.get() + 1);
                handle.write(now, echo, frame).unwrap();
                handle.advance(now);
            };
            lan.listen(echo, Listener::callback(answer)).unwrap();
        }
        lan.write(NOW, a, frame(1)).unwrap();
        for advances in 1..=3 {
            assert_eq!(lan.next_due(), Some(NOW));
            lan.advance(NOW);
            assert_eq!(heard.get(), 2 * advances, "each echo hears the other once");
        }
        echoes.into_iter().for_each(|echo| lan.unregister(echo));
    }

    #[test]
    fn a_writer_that_outruns_its_readers_is_refused_and_loses_nothing_that_was_taken() {
        let lan = asynchronous(4);
        let ((a, _), (_, b), (_, c), (_, d)) =
            (listener(&lan), listener(&lan), listener(&lan), listener(&lan));
        for byte in 1..=2 {
            assert!(lan.ready());
            lan.write(NOW, a, frame(byte)).unwrap();
        }
        assert!(!lan.ready());
        assert_eq!(lan.write(NOW, a, frame(3)), Err(WriteError::QueueFull { frames: 6 }));
        lan.advance(NOW);
        assert!(lan.ready());
        for inbox in [b, c, d] {
            assert_eq!(bytes(&inbox), [1, 2]);
        }
    }

    #[test]
    fn a_listener_may_own_a_port_that_leaves_when_it_is_dropped() {
        struct Owner(Lan, PortId);
        impl Drop for Owner {
            fn drop(&mut self) {
                self.0.unregister(self.1);
            }
        }
        let lan = Lan::switch();
        let [port, owned] = [(); 2].map(|()| lan.register().unwrap());
        let owner = Rc::new(Owner(lan.clone(), owned));
        lan.listen(port, Listener::callback(move |_, _| assert_eq!(owner.1, owned))).unwrap();
        lan.unregister(port);
        assert_eq!(lan.ports(), 0);
    }

    #[test]
    fn a_switch_forgets_a_port_that_has_left() {
        let lan = Lan::switch();
        let ((a, _), (b, of_b), (_, of_c)) = (listener(&lan), listener(&lan), listener(&lan));
        let say = |from: PortId, to: PortId| {
            let header = [&to.mac().0[..], &from.mac().0, &[0x88, 0xb5]];
            lan.write(NOW, from, Frame::concat(&header)).unwrap();
        };
        say(b, a);
        say(a, b);
        assert_eq!((of_b.len(), of_c.len()), (1, 1), "the first was flooded");
        lan.unregister(b);
        assert_eq!(lan.mac_table(), [(a.mac(), a, NOW)]);
        say(a, b);
        assert_eq!(of_c.len(), 2, "flooded again");
    }
}
