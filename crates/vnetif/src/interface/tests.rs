use super::*;
use crate::driver::pause;
use crate::lan::{Delivery, Lan, LanConfig};
use smoltcp::phy::{Device as _, TxToken as _};
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
fn nothing_is_received_before_listening_begins_which_is_signaled() {
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
fn disconnecting_wakes_waiting_tasks() {
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
fn disconnecting_flushes_or_discards_as_configured() {
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
fn dropping_the_last_handle_disconnects() {
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
fn a_frame_over_the_size_limit_is_refused_and_the_error_can_be_read() {
    let lan = Lan::hub();
    let mut a = Vnetif::connect(&lan, Options { size_limit: Some(1000), ..Options::default() }).unwrap();
    let mut b = listening(&lan);
    let refused = WriteError::FrameTooBig { bytes: 1015, bytes_max: 1014 };
    assert_eq!(a.send(NOW, frame(1015)), Err(refused));
    assert_eq!(a.send(NOW, frame(1014)), Ok(()));
    // smoltcp does not learn of it, so it must be readable here.
    a.device().transmit(NOW.into()).unwrap().consume(1015, |_| ());
    assert_eq!((a.counters().tx_refused, a.last_error()), (2, Some(refused)));
    assert_eq!(b.waiting(), 1);
    assert_eq!(a.device().capabilities().ip_mtu(), 1000);
    assert_eq!(b.device().capabilities().ip_mtu(), 1500);
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
fn frames_for_a_callback_are_counted_and_it_may_disconnect() {
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
    assert!(b.device().receive(NOW.into()).is_none());
    assert!(b.device().transmit(NOW.into()).is_none());
    lan.advance(NOW);
    assert!(b.device().receive(NOW.into()).is_some());
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
fn time_is_monotonic_even_if_the_stack_rounds_it_down() {
    let lan = Lan::hub();
    let mut a = connect(&lan);
    let seen = Rc::new(Cell::new(NOW));
    let last = seen.clone();
    a.set_monitor(Some(Box::new(move |now, _, _: &Frame| last.set(now))));
    let exact = Instant::from_nanos(1_234_567);
    a.set_now(exact);
    a.device().transmit(exact.into()).unwrap().consume(60, |_| ());
    assert_eq!(seen.get(), exact);
}
