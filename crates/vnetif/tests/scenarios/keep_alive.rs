//! Keep-alive (RFC 9293, 3.8.4) finds out whether a silent peer is still there.

use crate::pair::{Pair, secs};
use smoltcp::socket::tcp::State;
use smoltcp::wire::{EthernetFrame, Ipv4Packet, TcpPacket};
use std::cell::RefCell;
use std::rc::Rc;
use vnetif::monitor::Direction;
use vnetif::{Duration, Frame, Impaired, Instant, Lan};

/// When the client sent something, and that segment's sequence number, from now on.
fn watch(pair: &Pair<Impaired<Lan>>) -> Rc<RefCell<Vec<(Instant, i32)>>> {
    let segments = Rc::new(RefCell::new(Vec::new()));
    let seen = segments.clone();
    pair.client.stack.vnetif.set_monitor(Some(Box::new(move |now, direction, frame: &Frame| {
        if direction == Direction::Tx {
            let ethernet = EthernetFrame::new_checked(&frame[..]).unwrap();
            let ip = Ipv4Packet::new_checked(ethernet.payload()).unwrap();
            let tcp = TcpPacket::new_checked(ip.payload()).unwrap();
            seen.borrow_mut().push((now, tcp.seq_number().0));
        }
    })));
    segments
}

/// An established connection whose client asks every second, and gives up after four without an answer.
fn established() -> Pair<Impaired<Lan>> {
    let mut pair = Pair::new(Impaired::new(Lan::hub(), &[], 7), 7);
    pair.client.tcp().set_keep_alive(Some(secs(1).into_smoltcp()));
    pair.client.tcp().set_timeout(Some(secs(4).into_smoltcp()));
    assert!(pair.run(secs(1), |pair| pair.server.state() == State::Established));
    pair
}

trait IntoSmoltcp {
    fn into_smoltcp(self) -> smoltcp::time::Duration;
}

impl IntoSmoltcp for Duration {
    fn into_smoltcp(self) -> smoltcp::time::Duration {
        smoltcp::time::Duration::from_micros(self.nanos() / 1_000)
    }
}

#[test]
fn a_silent_connection_is_probed_every_second_and_stays() {
    let mut pair = established();
    let segments = watch(&pair);
    let answers = pair.server.stack.vnetif.counters().tx_frames;
    pair.run(Duration::from_millis(60_500), |_| false);
    assert_eq!((pair.client.state(), pair.server.state()), (State::Established, State::Established));
    let segments = segments.borrow();
    assert_eq!(segments.len(), 60, "one a second");
    assert!(segments.windows(2).all(|pair| pair[1].0 - pair[0].0 >= secs(1)));
    assert!(segments.windows(2).all(|pair| pair[0].1 == pair[1].1), "none of them says anything new");
    assert_eq!(pair.server.stack.vnetif.counters().tx_frames - answers, 60, "each is answered");
}

#[test]
fn a_network_failure_is_found_out_and_resets_the_connection() {
    let mut pair = established();
    let segments = watch(&pair);
    let failed = pair.now;
    pair.backend.set_up(false);
    assert!(pair.run(secs(15), |pair| pair.client.state() == State::Closed));
    let took = pair.now - failed;
    assert!((secs(4)..secs(6)).contains(&took), "{took}");
    assert!(segments.borrow().len() >= 4, "three probes and a reset, not {:?}", segments.borrow());
    assert_eq!(pair.server.state(), State::Established, "it has asked nothing, so it knows nothing");
}

#[test]
fn a_network_that_comes_back_in_time_keeps_the_connection() {
    let mut pair = established();
    pair.backend.set_up(false);
    pair.run(secs(2), |_| false);
    pair.backend.set_up(true);
    pair.run(secs(60), |_| false);
    assert_eq!((pair.client.state(), pair.server.state()), (State::Established, State::Established));
}
