//! TCP bulk over each of the seven behaviors, over IPv4 and IPv6: 100 kB, and 100 MB.

use smoltcp::socket::tcp::CongestionControl;
use smoltcp::wire::IpVersion::{self, Ipv4, Ipv6};
use vnetif::bulk::{Bulk, BulkConfig};
use vnetif::driver::{Ended, run_virtual};
use vnetif::{Backend, BitsPerSec, Delayed, Duration, Impaired, Instant, Lan, Ratio, WriteError};
use wire::impair::{Impairment, LossReason};
use wire::line::{LineConfig, Queue};

const QUICK: u64 = 100_000;
const SLOW: u64 = 1_000 * QUICK;

fn at(secs: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(secs)
}

/// Two stacks on a misbehaving hub.
fn network(
    impairment: Option<Impairment>,
    ip: IpVersion,
    bytes: u64,
    seed: u64,
) -> (Impaired<Lan>, Bulk<Impaired<Lan>>) {
    let medium = Impaired::new(Lan::hub(), impairment.as_slice(), seed);
    let config = BulkConfig { bytes: Some(bytes), ip, verify: true, seed, ..BulkConfig::default() };
    let bulk = Bulk::new(&medium, &config).unwrap();
    (medium, bulk)
}

/// Runs until all bytes have arrived and both sides have closed, and returns when that was.
fn complete(bulk: &mut Bulk<impl Backend>, from: Instant) -> Instant {
    let (end, ended) = run_virtual(bulk, from, at(3600));
    assert_eq!(ended, Ended::Done, "after {end}, with {} bytes received", bulk.received());
    assert!(bulk.is_complete(), "{} bytes received", bulk.received());
    end
}

fn basic(ip: IpVersion, bytes: u64) {
    let (medium, mut bulk) = network(None, ip, bytes, 7);
    complete(&mut bulk, Instant::ZERO);
    assert!(medium.losses().is_empty());
}

fn frame_size_enforced(ip: IpVersion, bytes: u64) {
    let (medium, mut bulk) = network(Some(Impairment::FrameSizeMax(1014)), ip, bytes, 7);
    assert_eq!(medium.mtu(), 1000);
    complete(&mut bulk, Instant::ZERO);
    assert_eq!(bulk.sender.vnetif.counters().tx_refused, 0);
    assert!(bulk.sender.vnetif.counters().tx_frames > bytes / 1000, "no frame carries more than 1000 bytes");
}

fn trailing_bytes(ip: IpVersion, bytes: u64) {
    let (_, mut bulk) = network(Some(Impairment::TrailingBytes(9)), ip, bytes, 7);
    complete(&mut bulk, Instant::ZERO);
    let (sent, received) = (bulk.sender.vnetif.counters(), bulk.receiver.vnetif.counters());
    assert_eq!(sent.tx_frames, received.rx_frames);
    let trailing = received.rx_bytes - sent.tx_bytes;
    assert!((3 * sent.tx_frames..6 * sent.tx_frames).contains(&trailing), "4.5 on average, not {trailing}");
}

fn uniform_loss(ip: IpVersion, bytes: u64) {
    let (lost, sent) = lossy(Impairment::Loss(Ratio::percent(1)), LossReason::Loss, ip, bytes);
    assert!((sent / 200..sent / 50).contains(&lost), "1 %, and not {lost} of {sent}");
}

fn loss_of_small(ip: IpVersion, bytes: u64) {
    let small = Impairment::LossOfSmall { probability: Ratio::percent(10), bytes_max: 100 };
    let (lost, sent) = lossy(small, LossReason::LossOfSmall, ip, bytes);
    assert!((1..sent / 10).contains(&lost), "10 % of some, and not {lost} of {sent}");
}

/// How many frames were lost, of how many; of a small transfer in many runs, or there might be none.
fn lossy(impairment: Impairment, reason: LossReason, ip: IpVersion, bytes: u64) -> (u64, u64) {
    let runs = (30 * QUICK).div_ceil(bytes);
    (0..runs).fold((0, 0), |(lost, sent), seed| {
        let (medium, mut bulk) = network(Some(impairment), ip, bytes, seed);
        complete(&mut bulk, Instant::ZERO);
        (lost + medium.losses().get(&reason).unwrap_or(&0), sent + bulk.frames())
    })
}

fn silence(ip: IpVersion, bytes: u64) {
    // Enough for the silence to fall in the midst.
    let bytes = bytes.max(2_000_000);
    let silence = Impairment::SilenceOnce { after_bytes: 1_000_000, lasts: Duration::from_secs(1) };
    let (medium, mut bulk) = network(Some(silence), ip, bytes, 7);
    let end = complete(&mut bulk, Instant::ZERO);
    assert!(medium.silence_fired());
    assert!(medium.losses()[&LossReason::Silence] > 0);
    assert!(end >= at(1));
}

fn on_off_switch(ip: IpVersion, bytes: u64) {
    let (medium, mut bulk) = network(None, ip, bytes, 7);
    medium.set_up(false);
    let (now, _) = run_virtual(&mut bulk, Instant::ZERO, at(2));
    assert_eq!((now, bulk.received()), (at(2), 0));
    assert!(medium.losses()[&LossReason::LinkDown] > 0);
    medium.set_up(true);
    complete(&mut bulk, now);
}

macro_rules! over_each_behavior {
    ($($behavior:ident),*) => {$(
        mod $behavior {
            use super::*;

            #[test]
            fn carries_100_kb_over_ipv4() {
                super::$behavior(Ipv4, QUICK);
            }
            #[test]
            fn carries_100_kb_over_ipv6() {
                super::$behavior(Ipv6, QUICK);
            }
            #[test]
            fn carries_100_mb_over_ipv4() {
                super::$behavior(Ipv4, SLOW);
            }
            #[test]
            fn carries_100_mb_over_ipv6() {
                super::$behavior(Ipv6, SLOW);
            }
        }
    )*};
}

over_each_behavior!(
    basic,
    frame_size_enforced,
    trailing_bytes,
    uniform_loss,
    loss_of_small,
    silence,
    on_off_switch
);

#[test]
fn cables_carry_what_their_rate_allows_and_no_more() {
    let rate = BitsPerSec::new(10_000_000).unwrap();
    let cable =
        LineConfig { rate: Some(rate), delay: Duration::from_millis(5), queue: Queue::bytes(100_000) };
    let config = BulkConfig { bytes: Some(10_000_000), verify: true, ..BulkConfig::default() };
    let net = Delayed::new(Lan::switch(), cable);
    let mut bulk = Bulk::new(&net, &config).unwrap();
    let took = complete(&mut bulk, Instant::ZERO) - Instant::ZERO;
    let least = rate.time_for(bulk.sender.vnetif.counters().tx_bytes as usize);
    assert_eq!(net.dropped(), 0, "the window is smaller than the queue");
    assert!(took > least && took < least + Duration::from_millis(100), "{took} for {least} of sending");
}

#[test]
fn cables_with_a_short_queue_lose_what_does_not_fit_and_tcp_gets_through() {
    let cable = LineConfig {
        rate: BitsPerSec::new(100_000_000),
        delay: Duration::from_millis(1),
        queue: Queue::bytes(15_000),
    };
    for congestion in [CongestionControl::None, CongestionControl::Reno, CongestionControl::Cubic] {
        let net = Delayed::new(Impaired::new(Lan::hub(), &[Impairment::TrailingBytes(9)], 7), cable);
        let config = BulkConfig { bytes: Some(2_000_000), congestion, verify: true, ..BulkConfig::default() };
        let mut bulk = Bulk::new(&net, &config).unwrap();
        complete(&mut bulk, Instant::ZERO);
        assert!(net.dropped() > 0, "{congestion:?}");
    }
}

#[test]
fn a_writer_that_ignores_the_enforced_size_gets_the_error() {
    let medium = Impaired::new(Lan::hub(), &[Impairment::FrameSizeMax(1014)], 7);
    let config = BulkConfig {
        bytes: Some(QUICK),
        sender_mtu: Some(1500),
        receiver_mtu: Some(1500),
        ..BulkConfig::default()
    };
    let mut bulk = Bulk::new(&medium, &config).unwrap();
    let (_, ended) = run_virtual(&mut bulk, Instant::ZERO, at(60));
    assert_eq!((ended, bulk.received()), (Ended::OutOfTime, 0), "no full segment ever passes");
    assert!(bulk.sender.vnetif.counters().tx_refused > 0);
    let refused = WriteError::FrameTooBig { bytes: 1514, bytes_max: 1014 };
    assert_eq!(bulk.sender.vnetif.last_error(), Some(refused));
}
