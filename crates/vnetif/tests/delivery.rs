//! What a hub and a switch promise about delivery, against models of them, whatever ports do in the meantime.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use proptest::prelude::*;
use smoltcp::wire::EthernetAddress;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use vnetif::inbox::{Inbox, inbox};
use vnetif::lan::{Delivery, Forwarding, LanConfig};
use vnetif::{Backend, Duration, Frame, Instant, Lan, Listener, PortId, WriteError};

const SYNCHRONOUS: Delivery = Delivery::Synchronous;
const ASYNCHRONOUS: Delivery = Delivery::Asynchronous { frames_max: usize::MAX };

type Heard = Rc<RefCell<Vec<u32>>>;

/// What a port has heard, however it listens.
enum Ear {
    Inbox(Inbox),
    Callback(Heard),
}

impl Ear {
    fn listen(lan: &Lan, port: PortId, with_callback: bool) -> Self {
        if with_callback {
            let heard = Heard::default();
            let log = heard.clone();
            lan.listen(port, Listener::callback(move |_, frame| log.borrow_mut().push(number(&frame))))
                .unwrap();
            Self::Callback(heard)
        } else {
            let (sender, inbox) = inbox(usize::MAX);
            lan.listen(port, sender.into()).unwrap();
            Self::Inbox(inbox)
        }
    }

    fn heard(&self) -> Vec<u32> {
        match self {
            Self::Inbox(inbox) => std::iter::from_fn(|| inbox.pop()).map(|frame| number(&frame)).collect(),
            Self::Callback(heard) => heard.borrow().clone(),
        }
    }
}

/// A frame from one address to another that carries a number.
fn frame(to: EthernetAddress, from: EthernetAddress, number: u32) -> Frame {
    Frame::concat(&[to.as_bytes(), from.as_bytes(), &[0x88, 0xb5], &number.to_be_bytes()])
}

fn broadcast(number: u32) -> Frame {
    frame(EthernetAddress::BROADCAST, EthernetAddress([2; 6]), number)
}

fn number(frame: &Frame) -> u32 {
    u32::from_be_bytes(*frame.last_chunk().unwrap())
}

/// Something done to a network, by the number of the port in order of registration.
#[derive(Clone, Copy, Debug)]
enum Act {
    Join { with_callback: bool },
    Write(usize),
    Leave { port: usize, flush: bool },
    Advance,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        2 => any::<bool>().prop_map(|with_callback| Act::Join { with_callback }),
        8 => (0usize..8).prop_map(Act::Write),
        1 => (0usize..8, any::<bool>()).prop_map(|(port, flush)| Act::Leave { port, flush }),
        1 => Just(Act::Advance),
    ];
    prop::collection::vec(act, 0..120)
}

/// What every port has heard in the end.
fn perform(lan: &Lan, acts: &[Act]) -> Vec<Vec<u32>> {
    let mut ears = Vec::new();
    for (number, act) in (0..).zip(acts) {
        match *act {
            Act::Join { with_callback } => {
                let port = lan.register().unwrap();
                ears.push((port, Ear::listen(lan, port, with_callback)));
            }
            Act::Write(port) => {
                if let Some((port, _)) = ears.get(port) {
                    let _ = lan.write(Instant::ZERO, *port, broadcast(number));
                }
            }
            Act::Leave { port, flush } => match ears.get(port) {
                Some((port, _)) if flush => lan.unregister_and_flush(*port),
                Some((port, _)) => lan.unregister(*port),
                None => {}
            },
            Act::Advance => lan.advance(Instant::ZERO),
        }
    }
    lan.advance(Instant::ZERO);
    ears.iter().map(|(_, ear)| ear.heard()).collect()
}

#[derive(Default)]
struct ModelPort {
    gone: bool,
    pending: Vec<u32>,
    heard: Vec<u32>,
}

/// The same, thought out: a frame is pending for everyone but its sender, until it is delivered.
fn expect(delivery: Delivery, acts: &[Act]) -> Vec<Vec<u32>> {
    let mut ports: Vec<ModelPort> = Vec::new();
    let deliver = |port: &mut ModelPort| port.heard.append(&mut port.pending);
    for (number, act) in (0..).zip(acts) {
        match *act {
            Act::Join { .. } => ports.push(ModelPort::default()),
            Act::Write(from) if ports.get(from).is_some_and(|port| !port.gone) => {
                for (_, port) in ports.iter_mut().enumerate().filter(|(at, port)| *at != from && !port.gone) {
                    port.pending.push(number);
                }
            }
            Act::Leave { port, flush } => {
                if let Some(port) = ports.get_mut(port) {
                    if flush {
                        deliver(port);
                    }
                    port.pending.clear();
                    port.gone = true;
                }
            }
            Act::Write(_) => {}
            Act::Advance => ports.iter_mut().for_each(deliver),
        }
        if delivery == SYNCHRONOUS {
            ports.iter_mut().for_each(deliver);
        }
    }
    ports.iter_mut().for_each(deliver);
    ports.into_iter().map(|port| port.heard).collect()
}

proptest! {
    #[test]
    fn everyone_but_the_sender_hears_each_frame_once_in_order(acts in acts()) {
        for delivery in [SYNCHRONOUS, ASYNCHRONOUS] {
            let lan = Lan::new(LanConfig { delivery, ..LanConfig::HUB });
            prop_assert_eq!(perform(&lan, &acts), expect(delivery, &acts));
            prop_assert_eq!(lan.pending(), 0);
        }
    }

    #[test]
    fn while_nobody_leaves_both_deliveries_come_to_the_same(acts in acts()) {
        let acts: Vec<_> = acts.into_iter().filter(|act| !matches!(act, Act::Leave { .. })).collect();
        let heard = |delivery| perform(&Lan::new(LanConfig { delivery, ..LanConfig::HUB }), &acts);
        prop_assert_eq!(heard(SYNCHRONOUS), heard(ASYNCHRONOUS));
    }
}

/// What a listener does from inside its callback, when it hears a frame.
#[derive(Clone, Copy, Debug)]
enum Reaction {
    Write,
    Leave { port: usize, flush: bool },
    ListenAnew,
    Advance,
}

fn reactions() -> impl Strategy<Value = Vec<Reaction>> {
    let reaction = prop_oneof![
        4 => Just(Reaction::Write),
        2 => (0usize..6, any::<bool>()).prop_map(|(port, flush)| Reaction::Leave { port, flush }),
        1 => Just(Reaction::ListenAnew),
        1 => Just(Reaction::Advance),
    ];
    prop::collection::vec(reaction, 0..20)
}

/// Ports that react to what they hear, each from its own list, until that is used up.
struct Reacting {
    lan: Lan,
    ports: Vec<PortId>,
    reactions: Vec<RefCell<Vec<Reaction>>>,
    heard: Vec<RefCell<Vec<u32>>>,
    /// All frames that were taken, with their senders, in the order of the writes.
    written: RefCell<Vec<usize>>,
    /// How many had been written when the port left, and whether it flushed.
    left: Vec<RefCell<Option<(usize, bool)>>>,
}

impl Reacting {
    fn new(lan: Lan, reactions: Vec<Vec<Reaction>>) -> Rc<Self> {
        let ports = reactions.iter().map(|_| lan.register().unwrap()).collect();
        let net = Rc::new(Self {
            lan,
            ports,
            heard: reactions.iter().map(|_| RefCell::default()).collect(),
            left: reactions.iter().map(|_| RefCell::default()).collect(),
            reactions: reactions.into_iter().map(RefCell::new).collect(),
            written: RefCell::default(),
        });
        (0..net.ports.len()).for_each(|port| net.listen(port));
        net
    }

    fn listen(self: &Rc<Self>, port: usize) {
        let net = self.clone();
        let listener = Listener::callback(move |_, frame| {
            net.heard[port].borrow_mut().push(number(&frame));
            let reaction = net.reactions[port].borrow_mut().pop();
            match reaction {
                Some(Reaction::Write) => net.write(port),
                Some(Reaction::Leave { port, flush }) => net.leave(port, flush),
                Some(Reaction::ListenAnew) => net.listen(port),
                Some(Reaction::Advance) => net.lan.advance(Instant::ZERO),
                None => {}
            }
        });
        // A port that has left cannot listen; that is all that may happen.
        let _ = self.lan.listen(self.ports[port], listener);
    }

    fn write(self: &Rc<Self>, port: usize) {
        if self.left[port].borrow().is_some() {
            return;
        }
        let number = self.written.borrow().len() as u32;
        // Before it is written: who hears it may write the next.
        self.written.borrow_mut().push(port);
        self.lan.write(Instant::ZERO, self.ports[port], broadcast(number)).unwrap();
    }

    fn leave(self: &Rc<Self>, port: usize, flush: bool) {
        let Some(id) = self.ports.get(port) else { return };
        let written = self.written.borrow().len();
        self.left[port].borrow_mut().get_or_insert((written, flush));
        if flush { self.lan.unregister_and_flush(*id) } else { self.lan.unregister(*id) }
    }
}

proptest! {
    #[test]
    fn whatever_listeners_do_nobody_who_stays_loses_a_frame(
        reactions in prop::collection::vec(reactions(), 2..6),
        writers in prop::collection::vec(0usize..6, 1..20),
        delivery in prop_oneof![Just(SYNCHRONOUS), Just(ASYNCHRONOUS)],
    ) {
        let lan = Lan::new(LanConfig { delivery, ..LanConfig::HUB });
        let net = Reacting::new(lan, reactions);
        for writer in writers {
            net.write(writer % net.ports.len());
        }
        while net.lan.pending() > 0 {
            net.lan.advance(Instant::ZERO);
        }
        let written = net.written.borrow();
        for (port, heard) in net.heard.iter().enumerate() {
            let heard = heard.borrow();
            let of_others = |up_to: usize| -> Vec<u32> {
                (0..up_to as u32).filter(|&number| written[number as usize] != port).collect()
            };
            match *net.left[port].borrow() {
                None => prop_assert_eq!(&*heard, &of_others(written.len()), "port {}", port),
                // It may have unregistered while it flushed, so it has heard these at most.
                Some((up_to, _)) => prop_assert!(of_others(up_to).starts_with(&heard), "port {}", port),
            }
        }
        // Listeners own the network that owns them.
        net.ports.iter().for_each(|&port| net.lan.unregister(port));
    }

    #[test]
    fn a_port_that_flushes_and_is_not_disturbed_hears_all_that_was_written_before(
        writes in 1usize..20,
        from_inside in any::<bool>(),
        delivery in prop_oneof![Just(SYNCHRONOUS), Just(ASYNCHRONOUS)],
    ) {
        let lan = Lan::new(LanConfig { delivery, ..LanConfig::HUB });
        // The first port leaves at its first frame; the third writes in return for its first, so that more are pending.
        let leaves = if from_inside { vec![Reaction::Leave { port: 0, flush: true }] } else { Vec::new() };
        let net = Reacting::new(lan, vec![leaves, Vec::new(), vec![Reaction::Write]]);
        for _ in 0..writes {
            net.write(1);
        }
        if !from_inside {
            net.leave(0, true);
        }
        while net.lan.pending() > 0 {
            net.lan.advance(Instant::ZERO);
        }
        let (up_to, _) = net.left[0].borrow().unwrap();
        prop_assert_eq!(&*net.heard[0].borrow(), &(0..up_to as u32).collect::<Vec<_>>());
        net.ports.iter().for_each(|&port| net.lan.unregister(port));
    }
}

/// A frame's way through a switch: when, in at which port, and from and to which of a few addresses.
type Passage = (u64, usize, u8, u8);

fn address(n: u8) -> EthernetAddress {
    match n {
        0 => EthernetAddress::BROADCAST,
        1 => EthernetAddress([0x33, 0x33, 0, 0, 0, 1]),
        n => EthernetAddress([2, 0, 0, 0, 0, n]),
    }
}

proptest! {
    #[test]
    fn a_switch_forwards_as_its_model_does(
        passages in prop::collection::vec((0u64..6, 0usize..4, 2u8..7, 0u8..7), 0..100),
        leaver in 0usize..4,
    ) {
        let ageing = Duration::from_secs(10);
        let lan = Lan::new(LanConfig { forwarding: Forwarding::Switch { ageing }, ..LanConfig::SWITCH });
        let ports: Vec<_> = (0..4).map(|_| lan.register().unwrap()).collect();
        let ears: Vec<_> = ports.iter().map(|&port| Ear::listen(&lan, port, false)).collect();
        let mut table: BTreeMap<u8, (usize, Instant)> = BTreeMap::new();
        let mut expected = vec![Vec::new(); 4];
        let (mut now, mut gone) = (Instant::ZERO, None);
        for (number, &(secs, ingress, from, to)) in passages.iter().enumerate() {
            let passage: Passage = (secs, ingress, from, to);
            if number == passages.len() / 2 {
                lan.unregister(ports[leaver]);
                table.retain(|_, (port, _)| *port != leaver);
                gone = Some(leaver);
            }
            now += Duration::from_secs(passage.0);
            let frame = frame(address(to), address(from), number as u32);
            let written = lan.write(now, ports[ingress], frame);
            if gone == Some(ingress) {
                prop_assert!(matches!(written, Err(WriteError::UnknownPort(_))));
                continue;
            }
            prop_assert_eq!(written, Ok(()));
            table.insert(from, (ingress, now));
            let known = table.get(&to).filter(|(_, heard)| now - *heard < ageing).map(|(port, _)| *port);
            for (port, expected) in expected.iter_mut().enumerate() {
                let wanted = known.is_none_or(|known| known == port);
                if wanted && port != ingress && gone != Some(port) {
                    expected.push(number as u32);
                }
            }
        }
        let heard: Vec<_> = ears.iter().map(Ear::heard).collect();
        prop_assert_eq!(heard, expected);
    }
}
