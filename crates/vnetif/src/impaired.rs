//! A backend that applies the impairments of [`wire::impair`] to any other backend.
//!
//! What happens to a frame (refusal, loss, bit error, duplicate) is decided once, when it is written, for all its receivers. Only
//! trailing bytes are drawn for each receiver.
//!
//! Delivery takes no time here, so jitter and reordering have no effect: use [`Delayed`](crate::Delayed) for them.

use crate::backend::{Backend, Listener, PortsExhausted, UnknownPort, WriteError};
use smoltcp::wire::EthernetAddress;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wire::frame::Frame;
use wire::impair::{Impairment, LossReason, Pipeline};
use wire::mac::PortId;
use wire::nic::ETHERNET_HEADER_BYTES;
use wire::time::Instant;

/// The first numbers of the random streams' paths.
const SENDING: u64 = 0;
const RECEIVING: u64 = 1;

/// A backend with impairments. Clones are handles of the same one.
#[derive(Clone, Debug)]
pub struct Impaired<B>(Rc<Shared<B>>);

#[derive(Debug)]
struct Shared<B> {
    inner: B,
    seed: u64,
    frame_bytes_max: Option<usize>,
    sending: RefCell<Pipeline>,
    /// The impairments that are drawn for each receiver.
    receiving: Vec<Impairment>,
    up: Cell<bool>,
    losses: RefCell<BTreeMap<LossReason, u64>>,
}

impl<B: Backend + 'static> Impaired<B> {
    /// `inner` with these impairments; their order does not matter. They apply to the frames of all ports as one stream, since they
    /// are those of the shared medium.
    pub fn new(inner: B, impairments: &[Impairment], seed: u64) -> Self {
        let (receiving, sending): (Vec<_>, Vec<_>) =
            impairments.iter().partition(|impairment| matches!(impairment, Impairment::TrailingBytes(_)));
        let sizes = sending.iter().filter_map(|impairment| match impairment {
            Impairment::FrameSizeMax(bytes_max) => Some(*bytes_max),
            _ => None,
        });
        Self(Rc::new(Shared {
            inner,
            seed,
            frame_bytes_max: sizes.min(),
            sending: RefCell::new(Pipeline::new(&sending, seed, &[SENDING])),
            receiving,
            up: Cell::new(true),
            losses: RefCell::default(),
        }))
    }

    /// The inner backend.
    pub fn inner(&self) -> &B {
        &self.0.inner
    }

    /// Switches the medium on or off; while it is off, everything is lost. It begins switched on.
    pub fn set_up(&self, up: bool) {
        self.0.up.set(up);
    }

    /// Whether it is switched on.
    pub fn is_up(&self) -> bool {
        self.0.up.get()
    }

    /// Whether a [silence](Impairment::SilenceOnce) has begun by now.
    pub fn silence_fired(&self) -> bool {
        self.0.sending.borrow().silence_fired()
    }

    /// How many written frames were lost, by reason. Refused frames are not counted: their writer gets an error.
    pub fn losses(&self) -> BTreeMap<LossReason, u64> {
        self.0.losses.borrow().clone()
    }
}

impl<B: Backend + 'static> Backend for Impaired<B> {
    fn register(&self) -> Result<PortId, PortsExhausted> {
        self.0.inner.register()
    }

    fn unregister(&self, port: PortId) {
        self.0.inner.unregister(port);
    }

    fn unregister_and_flush(&self, port: PortId) {
        self.0.inner.unregister_and_flush(port);
    }

    fn mac(&self, port: PortId) -> EthernetAddress {
        self.0.inner.mac(port)
    }

    /// The size limit that is enforced: longer frames get an error.
    fn mtu(&self) -> usize {
        let enforced =
            self.0.frame_bytes_max.map_or(usize::MAX, |max| max.saturating_sub(ETHERNET_HEADER_BYTES));
        self.0.inner.mtu().min(enforced)
    }

    fn write(&self, now: Instant, from: PortId, frame: Frame) -> Result<(), WriteError> {
        let bytes = frame.len();
        let verdict = self.0.sending.borrow_mut().judge(now, frame);
        let lost = match verdict.lost {
            Some(LossReason::TooBig) => {
                let bytes_max = self.0.frame_bytes_max.expect("there is a limit");
                return Err(WriteError::FrameTooBig { bytes, bytes_max });
            }
            _ if !self.is_up() => LossReason::LinkDown,
            Some(reason) => reason,
            None => {
                let copy = verdict.duplicated.then(|| verdict.frame.clone());
                self.0.inner.write(now, from, verdict.frame)?;
                return copy.map_or(Ok(()), |copy| self.0.inner.write(now, from, copy));
            }
        };
        *self.0.losses.borrow_mut().entry(lost).or_default() += 1;
        Ok(())
    }

    fn listen(&self, port: PortId, mut listener: Listener) -> Result<(), UnknownPort> {
        if self.0.receiving.is_empty() {
            return self.0.inner.listen(port, listener);
        }
        let mut pipeline = Pipeline::new(&self.0.receiving, self.0.seed, &[RECEIVING, port.0.into()]);
        let lengthened = move |now, frame| listener.hand(now, pipeline.judge(now, frame).frame);
        self.0.inner.listen(port, Listener::callback(lengthened))
    }

    fn ready(&self) -> bool {
        self.0.inner.ready()
    }

    fn advance(&self, now: Instant) {
        self.0.inner.advance(now);
    }

    fn next_due(&self) -> Option<Instant> {
        self.0.inner.next_due()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::{Inbox, inbox};
    use crate::lan::Lan;
    use wire::units::Ratio;

    /// A port that listens, and its inbox.
    fn listener<B: Backend>(backend: &B) -> (PortId, Inbox) {
        let port = backend.register().unwrap();
        let (sender, inbox) = inbox(usize::MAX);
        backend.listen(port, sender.into()).unwrap();
        (port, inbox)
    }

    fn frame(bytes: usize) -> Frame {
        Frame::build(bytes, |_| ())
    }

    #[test]
    fn a_frame_over_the_advised_mtu_gets_an_error() {
        let medium = Impaired::new(Lan::hub(), &[Impairment::FrameSizeMax(1014)], 7);
        let ((a, _), (_, b)) = (listener(&medium), listener(&medium));
        assert_eq!(medium.mtu(), 1000);
        assert_eq!(medium.write(Instant::ZERO, a, frame(1014)), Ok(()));
        let refused = WriteError::FrameTooBig { bytes: 1015, bytes_max: 1014 };
        assert_eq!(medium.write(Instant::ZERO, a, frame(1015)), Err(refused));
        assert_eq!(b.len(), 1);
        assert!(medium.losses().is_empty());
    }

    #[test]
    fn every_receiver_gets_trailing_bytes_of_its_own() {
        let medium = Impaired::new(Lan::hub(), &[Impairment::TrailingBytes(9)], 7);
        let ((a, _), (_, b), (_, c)) = (listener(&medium), listener(&medium), listener(&medium));
        for _ in 0..100 {
            medium.write(Instant::ZERO, a, frame(60)).unwrap();
        }
        let lengths =
            |inbox: Inbox| std::iter::from_fn(move || inbox.pop()).map(|f| f.len()).collect::<Vec<_>>();
        let (b, c) = (lengths(b), lengths(c));
        assert_eq!((b.len(), c.len()), (100, 100));
        assert!(b.iter().chain(&c).all(|length| (60..=69).contains(length)));
        assert_ne!(b, c);
    }

    #[test]
    fn a_lost_frame_is_lost_for_all_and_counted_once() {
        let medium = Impaired::new(Lan::hub(), &[Impairment::Loss(Ratio::percent(50))], 7);
        let ((a, _), (_, b), (_, c)) = (listener(&medium), listener(&medium), listener(&medium));
        for _ in 0..1000 {
            medium.write(Instant::ZERO, a, frame(60)).unwrap();
        }
        let lost = medium.losses()[&LossReason::Loss];
        assert_eq!((b.len() as u64, c.len() as u64), (1000 - lost, 1000 - lost));
        assert!((400..600).contains(&lost));
    }

    #[test]
    fn a_duplicated_frame_arrives_twice_and_a_corrupted_one_with_one_bit_error() {
        let always = (Ratio::percent(100), Ratio::percent(0));
        let all = [
            Impairment::Duplicate { probability: always.0, correlation: always.1 },
            Impairment::Corrupt { probability: always.0, correlation: always.1 },
        ];
        let medium = Impaired::new(Lan::hub(), &all, 7);
        let ((a, _), (_, b)) = (listener(&medium), listener(&medium));
        medium.write(Instant::ZERO, a, frame(60)).unwrap();
        let [first, second] = [(); 2].map(|()| b.pop().unwrap());
        assert_eq!(first, second);
        assert_eq!(first.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
        assert!(b.is_empty());
    }

    #[test]
    fn a_medium_loses_everything_while_switched_off_and_nothing_after() {
        let medium = Impaired::new(Lan::hub(), &[], 7);
        let ((a, _), (_, b)) = (listener(&medium), listener(&medium));
        for up in [true, false, true] {
            medium.clone().set_up(up);
            medium.write(Instant::ZERO, a, frame(60)).unwrap();
        }
        assert_eq!(b.len(), 2);
        assert_eq!(medium.losses(), BTreeMap::from([(LossReason::LinkDown, 1)]));
    }

    #[test]
    fn an_inbox_behind_trailing_bytes_is_closed_when_its_port_leaves() {
        let medium = Impaired::new(Lan::hub(), &[Impairment::TrailingBytes(9)], 7);
        let (port, inbox) = listener(&medium);
        assert!(!inbox.is_closed());
        medium.unregister(port);
        assert!(inbox.is_closed());
    }
}
