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
    let ((a, _), (_, b), (_, c), (_, d)) = (listener(&lan), listener(&lan), listener(&lan), listener(&lan));
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
