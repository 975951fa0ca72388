//! A receiver that stops now and then must not stop the sender for ever.

use crate::pair::{Pair, secs};
use smoltcp::socket::tcp::State;
use vnetif::{Duration, Instant, Lan, LanConfig, Ratio};
use wire::rng::Stream;

const MTU: usize = 4000;
const BYTES: usize = 100_000_000;
const THANKS: &[u8] = b"thanks for all the fish";

#[test]
fn a_slow_receiver_gets_everything_and_nobody_waits_five_seconds() {
    let hub = Lan::new(LanConfig { mtu: MTU, ..LanConfig::HUB });
    let mut pair = Pair::new(hub, 7);
    let data = [0x5a; MTU];
    let mut random = Stream::new(7, &[]);
    let (mut sent, mut received, mut pauses) = (0, 0, 0);
    let (mut last_write, mut longest_wait) = (Instant::ZERO, Duration::ZERO);
    let mut thanks = Vec::new();
    let thanked = pair.run(secs(3600), |pair| {
        let now = pair.now;
        let client = pair.client.tcp();
        while sent < BYTES && client.can_send() {
            sent += client.send_slice(&data[..MTU.min(BYTES - sent)]).unwrap();
            longest_wait = longest_wait.max(now - last_write);
            last_write = now;
        }
        if sent == BYTES {
            client.close();
        }
        thanks.extend(pair.client.read());

        // One read in a hundred is followed by a pause of 10 ms.
        if pair.wake_at.is_none_or(|wake_at| wake_at <= now) {
            pair.wake_at = None;
            let server = pair.server.tcp();
            while server.can_recv() && pair.wake_at.is_none() {
                received += server.recv(|data| (data.len().min(MTU), data.len().min(MTU))).unwrap();
                if Ratio::percent(1).hit(random.draw()) {
                    pauses += 1;
                    pair.wake_at = Some(now + Duration::from_millis(10));
                }
            }
            if pair.server.at_end() && pair.server.tcp().may_send() {
                pair.server.tcp().send_slice(THANKS).unwrap();
                pair.server.tcp().close();
            }
        }
        pair.client.state() == State::TimeWait
    });
    assert!(thanked, "{sent} sent, {received} received");
    assert_eq!((sent, received), (BYTES, BYTES));
    assert_eq!(thanks, THANKS);
    assert!(pauses > 100, "{pauses}");
    assert!(longest_wait < secs(5), "{longest_wait}");
}
