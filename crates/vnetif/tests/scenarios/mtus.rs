//! A server with jumbo frames, and clients with and without.

use crate::pair::{Pair, secs};
use smoltcp::socket::tcp::State;
use std::cell::Cell;
use std::rc::Rc;
use vnetif::bulk::{Bulk, BulkConfig};
use vnetif::driver::{Ended, run_virtual};
use vnetif::{Frame, Impaired, Instant, Lan, LanConfig};
use wire::impair::Impairment;

const JUMBO: usize = 9000;
const ORDINARY: usize = 1500;

/// A hub for jumbo frames that refuses what is even larger.
fn jumbo_hub() -> Impaired<Lan> {
    let hub = Lan::new(LanConfig { mtu: JUMBO, ..LanConfig::HUB });
    Impaired::new(hub, &[Impairment::FrameSizeMax(JUMBO + 14)], 7)
}

fn pair(client: usize, server: usize) -> Pair<Impaired<Lan>> {
    Pair::with_mtus(jumbo_hub(), 7, Some(client), Some(server))
}

/// Lets the server answer with a number of bytes, and returns how many frames with a payload that took.
fn answer(pair: &mut Pair<Impaired<Lan>>, bytes: usize) -> usize {
    let frames = Rc::new(Cell::new(0));
    let seen = frames.clone();
    pair.server.stack.vnetif.set_monitor(Some(Box::new(move |_, direction, frame: &Frame| {
        if direction == vnetif::monitor::Direction::Tx && frame.len() > 100 {
            seen.set(seen.get() + 1);
        }
    })));
    let (mut sent, mut received) = (false, Vec::new());
    let complete = pair.run(secs(10), |pair| {
        if !sent && pair.server.tcp().may_send() {
            pair.server.tcp().send_slice(&vec![255; bytes]).unwrap();
            pair.server.tcp().close();
            sent = true;
        }
        received.extend(pair.client.read());
        pair.client.at_end()
    });
    assert!(complete);
    assert_eq!(received, vec![255; bytes]);
    assert_eq!(pair.server.stack.vnetif.counters().tx_refused, 0);
    frames.get()
}

#[test]
fn a_client_with_ordinary_frames_connects_to_a_server_with_jumbo_frames() {
    let mut pair = pair(ORDINARY, JUMBO);
    assert!(pair.run(secs(1), |pair| pair.server.state() == State::Established));
}

#[test]
fn a_large_answer_is_cut_to_what_the_client_can_take() {
    assert_eq!(answer(&mut pair(ORDINARY, JUMBO), 7000), 7000usize.div_ceil(ORDINARY - 40));
}

#[test]
fn a_large_answer_is_not_cut_without_need() {
    assert_eq!(answer(&mut pair(JUMBO, JUMBO), 7000), 1);
}

#[test]
fn a_large_request_is_cut_to_what_the_client_can_send() {
    let mut pair = pair(ORDINARY, JUMBO);
    let (mut sent, mut received) = (false, Vec::new());
    assert!(pair.run(secs(10), |pair| {
        if !sent && pair.client.tcp().may_send() {
            pair.client.tcp().send_slice(&[255; 3750]).unwrap();
            pair.client.tcp().close();
            sent = true;
        }
        received.extend(pair.server.read());
        pair.server.at_end()
    }));
    assert_eq!(received, [255; 3750]);
    assert_eq!(pair.client.stack.vnetif.counters().tx_refused, 0);
}

#[test]
fn bulk_runs_between_any_two_of_them() {
    for sender_mtu in [ORDINARY, JUMBO] {
        for receiver_mtu in [ORDINARY, JUMBO] {
            let config = BulkConfig {
                bytes: Some(10_000_000),
                sender_mtu: Some(sender_mtu),
                receiver_mtu: Some(receiver_mtu),
                verify: true,
                ..BulkConfig::default()
            };
            let mut bulk = Bulk::new(&jumbo_hub(), &config).unwrap();
            let (_, ended) = run_virtual(&mut bulk, Instant::ZERO, Instant::MAX);
            assert_eq!((ended, bulk.received()), (Ended::Done, 10_000_000));
            assert_eq!(bulk.sender.vnetif.counters().tx_refused, 0);
            let payload = (sender_mtu.min(receiver_mtu) - 40) as u64;
            assert!(bulk.sender.vnetif.counters().tx_frames >= 10_000_000 / payload);
        }
    }
}
