//! A client connects and says hello: undisturbed, with trailing bytes, and a hundred times with loss.

use crate::pair::{Pair, secs};
use smoltcp::socket::tcp::State;
use vnetif::{Backend, Duration, Impaired, Instant, Lan, Ratio};
use wire::impair::Impairment;

const HELLO: &[u8] = b"Hello world from Packetarium 123456789....";

/// Says hello, checks that it was heard and both sides have closed, and returns when that was.
fn say_hello(backend: impl Backend, seed: u64) -> Instant {
    let mut pair = Pair::new(backend, seed);
    let mut heard = Vec::new();
    let closed = pair.run(secs(120), |pair| {
        let client = pair.client.tcp();
        if client.may_send() {
            client.send_slice(HELLO).unwrap();
            client.close();
        }
        heard.extend(pair.server.read());
        if pair.server.at_end() {
            pair.server.tcp().close();
        }
        matches!(pair.client.state(), State::TimeWait | State::Closed) && pair.server.state() == State::Closed
    });
    assert_eq!(heard, HELLO, "with seed {seed}");
    assert!(closed, "with seed {seed}: {} and {}", pair.client.state(), pair.server.state());
    pair.now
}

#[test]
fn a_client_connects_and_is_heard() {
    assert!(say_hello(Lan::hub(), 7) < Instant::ZERO + Duration::from_millis(1));
    assert!(say_hello(Lan::switch(), 7) < Instant::ZERO + Duration::from_millis(1));
}

#[test]
fn trailing_bytes_are_not_taken_for_payload() {
    for seed in 0..10 {
        say_hello(Impaired::new(Lan::hub(), &[Impairment::TrailingBytes(9)], seed), seed);
    }
}

#[test]
fn a_hundred_clients_connect_though_small_frames_are_lost() {
    let small = Impairment::LossOfSmall { probability: Ratio::percent(10), bytes_max: 100 };
    let mut lost = 0;
    for seed in 0..100 {
        let medium = Impaired::new(Lan::hub(), &[small], seed);
        say_hello(medium.clone(), seed);
        lost += medium.losses().values().sum::<u64>();
    }
    assert!(lost > 50, "of about a thousand frames, and not {lost}");
}
