//! A backend behind cables: a frame that a port writes first crosses a line of its own, with a rate, a finite queue and a
//! propagation delay, and is then written to the inner backend. Cables may have [impairments](wire::impair): each port's draws by
//! itself, unlike [`Impaired`](crate::Impaired), which is one medium for all.
//!
//! Only the direction into the network is delayed: for two ports, delaying the other one too would be the same as twice the
//! delay, and a real topology needs a network simulator and not a LAN.

use crate::backend::{Backend, Listener, PortsExhausted, UnknownPort, WriteError};
use smoltcp::wire::EthernetAddress;
use std::cell::RefCell;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;
use wire::frame::Frame;
use wire::impair::Impairment;
use wire::line::LineConfig;
use wire::mac::PortId;
use wire::passage::{Fate, Wire};
use wire::time::Instant;

/// A backend behind cables. Clones are handles of the same one.
#[derive(Clone, Debug)]
pub struct Delayed<B>(Rc<Shared<B>>);

#[derive(Debug)]
struct Shared<B> {
    inner: B,
    config: LineConfig,
    impairments: Vec<Impairment>,
    seed: u64,
    core: RefCell<Core>,
}

#[derive(Debug, Default)]
struct Core {
    /// The latest time seen. A stack's clock counts whole microseconds, rounded down: an answer must not leave before its request has
    /// arrived.
    now: Instant,
    cables: BTreeMap<PortId, Cable>,
    flights: BinaryHeap<Reverse<Flight>>,
    sequence: u64,
    dropped: u64,
}

#[derive(Debug)]
struct Cable {
    wire: Wire,
    in_flight: usize,
    /// The port has left with a flush: its frames still arrive, sent by this port of the inner backend.
    stand_in: Option<PortId>,
}

#[derive(Debug)]
struct Flight {
    arrival: Instant,
    sequence: u64,
    from: PortId,
    frame: Frame,
}

impl<B: Backend> Delayed<B> {
    /// `inner` with such a cable for every port.
    pub fn new(inner: B, config: LineConfig) -> Self {
        Self::with_impairments(inner, config, &[], 0)
    }

    /// `inner` with such a cable with these impairments for every port. A frame that is too big is lost: its writer gets no error.
    pub fn with_impairments(inner: B, config: LineConfig, impairments: &[Impairment], seed: u64) -> Self {
        let impairments = impairments.to_vec();
        Self(Rc::new(Shared { inner, config, impairments, seed, core: RefCell::default() }))
    }

    /// The inner backend.
    pub fn inner(&self) -> &B {
        &self.0.inner
    }

    /// How many frames were lost: in the queue or on the cable of their sender, because it left without flushing, or because
    /// the inner backend refused them when they arrived.
    pub fn dropped(&self) -> u64 {
        self.0.core.borrow().dropped
    }

    /// How many frames are queued or propagating.
    pub fn in_flight(&self) -> usize {
        self.0.core.borrow().flights.len()
    }

    /// The next frame that has arrived, with its sending port in the inner backend, and whether that is a stand-in whose last frame
    /// this is.
    fn arrived(&self, now: Instant) -> Option<(Flight, PortId, bool)> {
        let core = &mut *self.0.core.borrow_mut();
        let flight = core.flights.peek().filter(|Reverse(flight)| flight.arrival <= now).is_some();
        let Some(Reverse(flight)) = flight.then(|| core.flights.pop()).flatten() else {
            core.now = core.now.max(now);
            return None;
        };
        core.now = core.now.max(flight.arrival);
        let cable = core.cables.get_mut(&flight.from).expect("a cable stays while frames are on it");
        cable.in_flight -= 1;
        let (sender, last) = (cable.stand_in.unwrap_or(flight.from), cable.in_flight == 0);
        let stood_in = cable.stand_in.is_some() && last;
        if stood_in {
            core.cables.remove(&flight.from);
        }
        Some((flight, sender, stood_in))
    }
}

impl<B: Backend> Backend for Delayed<B> {
    fn register(&self) -> Result<PortId, PortsExhausted> {
        let port = self.0.inner.register()?;
        let wire = Wire::new(self.0.config, &self.0.impairments, self.0.seed, &[port.0.into()]);
        let cable = Cable { wire, in_flight: 0, stand_in: None };
        self.0.core.borrow_mut().cables.insert(port, cable);
        Ok(port)
    }

    /// Frames that are still on its cable are lost, as if the cable was pulled.
    fn unregister(&self, port: PortId) {
        {
            let core = &mut *self.0.core.borrow_mut();
            // A cable with a stand-in belongs to no port any more.
            if core.cables.get(&port).is_some_and(|cable| cable.stand_in.is_none()) {
                core.cables.remove(&port);
                let before = core.flights.len();
                core.flights.retain(|Reverse(flight)| flight.from != port);
                core.dropped += (before - core.flights.len()) as u64;
            }
        }
        self.0.inner.unregister(port);
    }

    /// Frames that are still on its cable arrive when they are due. Frames of other ports wait for a receiver only once they have
    /// arrived.
    fn unregister_and_flush(&self, port: PortId) {
        {
            let core = &mut *self.0.core.borrow_mut();
            match core.cables.get_mut(&port).filter(|cable| cable.stand_in.is_none()) {
                Some(cable) if cable.in_flight > 0 => {
                    cable.stand_in = self.0.inner.register().ok();
                }
                _ => drop(core.cables.remove(&port)),
            }
        }
        self.0.inner.unregister_and_flush(port);
    }

    fn mac(&self, port: PortId) -> EthernetAddress {
        self.0.inner.mac(port)
    }

    fn mtu(&self) -> usize {
        self.0.inner.mtu()
    }

    fn write(&self, now: Instant, from: PortId, frame: Frame) -> Result<(), WriteError> {
        let core = &mut *self.0.core.borrow_mut();
        core.now = core.now.max(now);
        let cable =
            core.cables.get_mut(&from).filter(|cable| cable.stand_in.is_none()).ok_or(UnknownPort(from))?;
        let (passage, copy) = cable.wire.send(core.now, frame);
        for passage in [passage].into_iter().chain(copy) {
            if passage.fate != Fate::Arrives {
                core.dropped += 1;
                continue;
            }
            cable.in_flight += 1;
            core.sequence += 1;
            let (arrival, frame) = (passage.journey.arrival, passage.frame);
            core.flights.push(Reverse(Flight { arrival, sequence: core.sequence, from, frame }));
        }
        Ok(())
    }

    fn listen(&self, port: PortId, listener: Listener) -> Result<(), UnknownPort> {
        self.0.inner.listen(port, listener)
    }

    fn ready(&self) -> bool {
        self.0.inner.ready()
    }

    fn advance(&self, now: Instant) {
        while let Some((flight, sender, stood_in)) = self.arrived(now) {
            if self.0.inner.write(flight.arrival, sender, flight.frame).is_err() {
                self.0.core.borrow_mut().dropped += 1;
            }
            if stood_in {
                self.0.inner.unregister(sender);
            }
        }
        self.0.inner.advance(now);
    }

    fn next_due(&self) -> Option<Instant> {
        let arrival = self.0.core.borrow().flights.peek().map(|Reverse(flight)| flight.arrival);
        [arrival, self.0.inner.next_due()].into_iter().flatten().min()
    }
}

impl Ord for Flight {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.arrival, self.sequence).cmp(&(other.arrival, other.sequence))
    }
}

impl PartialOrd for Flight {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Flight {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Flight {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::{Inbox, inbox};
    use crate::lan::Lan;
    use wire::line::Queue;
    use wire::time::Duration;
    use wire::units::{BitsPerSec, Ratio};

    fn at(ms: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(ms)
    }

    /// 1000 bytes take 1 ms to send, and 10 ms to travel; two may wait.
    fn slow() -> Delayed<Lan> {
        Delayed::new(
            Lan::hub(),
            LineConfig {
                rate: BitsPerSec::new(8_000_000),
                delay: Duration::from_millis(10),
                queue: Queue::bytes(2_000),
            },
        )
    }

    fn listener<B: Backend>(backend: &B) -> (PortId, Inbox) {
        let port = backend.register().unwrap();
        let (sender, inbox) = inbox(usize::MAX);
        backend.listen(port, sender.into()).unwrap();
        (port, inbox)
    }

    fn frame(byte: u8) -> Frame {
        Frame::build(1000, |bytes| bytes.fill(byte))
    }

    #[test]
    fn frames_arrive_when_they_were_sent_and_have_travelled() {
        let net = slow();
        let ((a, _), (_, b)) = (listener(&net), listener(&net));
        assert_eq!(net.next_due(), None);
        for byte in 0..4 {
            net.write(at(0), a, frame(byte)).unwrap();
        }
        assert_eq!(
            (net.in_flight(), net.dropped()),
            (3, 1),
            "one is sent, two wait, the fourth finds no room"
        );
        for ms in [11, 12, 13] {
            assert_eq!(net.next_due(), Some(at(ms)));
            net.advance(at(ms - 1));
            assert!(b.is_empty());
            net.advance(at(ms));
            assert_eq!(b.pop().unwrap()[0] as u64, ms - 11);
        }
        assert_eq!(net.next_due(), None);
    }

    #[test]
    fn each_port_has_a_cable_that_misbehaves_by_itself() {
        let config = LineConfig { queue: Queue::bytes(1_000_000), ..slow().0.config };
        let half = Ratio::percent(50);
        let all = [
            Impairment::Loss(half),
            Impairment::Reorder { probability: half, correlation: Ratio::percent(0), gap: 1 },
            Impairment::Duplicate { probability: Ratio::percent(20), correlation: Ratio::percent(0) },
        ];
        let net = Delayed::with_impairments(Lan::hub(), config, &all, 7);
        let ((a, _), (b, _), (_, c)) = (listener(&net), listener(&net), listener(&net));
        for byte in 0..100 {
            net.write(at(0), a, frame(byte)).unwrap();
            net.write(at(0), b, frame(100 + byte)).unwrap();
        }
        net.advance(at(1_000));
        let heard: Vec<_> = std::iter::from_fn(|| c.pop()).map(|frame| frame[0]).collect();
        let [of_a, of_b] = [0, 100]
            .map(|from| heard.iter().map(move |byte| byte.wrapping_sub(from)).filter(|&byte| byte < 100));
        let [of_a, of_b] = [of_a.collect::<Vec<_>>(), of_b.collect::<Vec<_>>()];
        assert!(net.dropped() > 50 && net.in_flight() == 0);
        assert!(!of_a.is_sorted() && !of_b.is_sorted());
        assert_ne!(of_a, of_b);
        let unique: std::collections::BTreeSet<_> = of_a.iter().collect();
        assert!(unique.len() < of_a.len(), "some come twice");
    }

    #[test]
    fn a_listener_that_answers_is_answered_in_its_turn() {
        let net = slow();
        let (a, answers) = listener(&net);
        let echo = net.register().unwrap();
        let handle = net.clone();
        let listen = Listener::callback(move |now, frame| handle.write(now, echo, frame).unwrap());
        net.listen(echo, listen).unwrap();
        net.write(at(0), a, frame(7)).unwrap();
        net.advance(at(50));
        assert_eq!(answers.pop(), Some(frame(7)), "both ways within one advance");
        net.unregister(echo);
    }

    #[test]
    fn pulling_a_cable_loses_what_is_on_it_and_flushing_does_not() {
        for flush in [false, true] {
            let net = slow();
            let ((a, of_a), (b, of_b), (_, of_c)) = (listener(&net), listener(&net), listener(&net));
            net.write(at(0), a, frame(1)).unwrap();
            net.write(at(0), b, frame(2)).unwrap();
            if flush {
                net.unregister_and_flush(a)
            } else {
                net.unregister(a)
            }
            assert_eq!(net.write(at(0), a, frame(3)), Err(UnknownPort(a).into()));
            net.advance(at(50));
            let heard =
                |inbox: Inbox| std::iter::from_fn(move || inbox.pop()).map(|f| f[0]).collect::<Vec<_>>();
            let all: &[u8] = if flush { &[1, 2] } else { &[2] };
            assert_eq!(heard(of_c), all);
            assert_eq!(heard(of_b), &all[..all.len() - 1]);
            assert!(heard(of_a).is_empty());
            assert_eq!((net.dropped(), net.inner().ports()), (u64::from(!flush), 2));
        }
    }
}
