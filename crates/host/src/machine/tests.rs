//! Hosts and malformed frames.

use super::*;
use crate::event::Actions;
use crate::meter::Runs;
use crate::run::{Multicast, Ping, RunKind};
use proptest::prelude::*;
use wire::node::Tag;

fn host() -> Host {
    let addresses = vec!["10.0.0.1/24".parse().unwrap(), "fd00::1/64".parse().unwrap()];
    let gateways = vec!["10.0.0.254".parse().unwrap(), "fd00::fe".parse().unwrap()];
    Host::new(NodeId(0), Config { addresses, gateways, slaac: true, ..Config::default() }, 7)
}

#[test]
fn a_host_that_does_nothing_takes_little_memory() {
    // smoltcp's caches and the buffer of what it fragments are inside; so a lab of 4096 hosts takes less than 200 MB.
    assert!(size_of::<Host>() < 48 * 1024, "{}", size_of::<Host>());
}

/// The beginnings of frames that a host looks into, for it or for all.
fn beginnings() -> impl Strategy<Value = Vec<u8>> {
    let own = [2, 0x50, 0, 0, 0, 1];
    let ethernet =
        |to: [u8; 6], kind: [u8; 2], rest: &[u8]| [&to[..], &[2, 0x51, 0, 0, 0, 9], &kind, rest].concat();
    let v4 = |protocol: u8, rest: &[u8]| {
        let header = [0x45, 0, 0, 48, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 254, 10, 0, 0, 1];
        ethernet(own, [8, 0], &[&header[..], rest].concat())
    };
    let v6 = |next: u8, rest: &[u8]| {
        let header = [0x60, 0, 0, 0, 0, 40, next, 255];
        let router: Ipv6 = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
        let all: Ipv6 = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        ethernet([0x33, 0x33, 0, 0, 0, 1], [0x86, 0xdd], &[&header[..], &router, &all, rest].concat())
    };
    prop::sample::select(vec![
        vec![],
        ethernet([0xff; 6], [8, 6], &[0, 1, 8, 0, 6, 4, 0, 1]),
        v4(1, &[3, 4]),
        v4(1, &[8, 0]),
        v4(2, &[0x11, 1]),
        v4(6, &[]),
        v4(17, &[]),
        v6(58, &[134, 0]),
        v6(58, &[2, 0]),
        v6(58, &[135, 0]),
        v6(0, &[58, 0, 5, 2, 0, 0, 1, 0, 130, 0]),
    ])
}

type Ipv6 = [u8; 16];

/// Puts right what would keep a stack from looking any further.
fn right(bytes: &mut [u8], fragment: u16) {
    use smoltcp::wire::{Icmpv4Packet, Icmpv6Packet, Ipv4Packet, Ipv6Packet};
    let len = bytes.len();
    if len >= 14 + 20 && bytes[12..15] == [8, 0, 0x45] {
        let mut ip = Ipv4Packet::new_unchecked(&mut bytes[14..]);
        ip.set_total_len((len - 14) as u16);
        ip.set_more_frags(fragment & 1 != 0);
        ip.set_frag_offset(fragment & !7);
        ip.fill_checksum();
        if len >= 14 + 28 && bytes[14 + 9] == 1 {
            Icmpv4Packet::new_unchecked(&mut bytes[34..]).fill_checksum();
        }
    } else if len >= 14 + 40 + 8 && bytes[12..15] == [0x86, 0xdd, 0x60] {
        let mut ip = Ipv6Packet::new_unchecked(&mut bytes[14..]);
        ip.set_payload_len((len - 54) as u16);
        let (from, to, next) = (ip.src_addr(), ip.dst_addr(), ip.next_header());
        if next == smoltcp::wire::IpProtocol::Icmpv6 {
            Icmpv6Packet::new_unchecked(&mut bytes[54..]).fill_checksum(&from, &to);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_frames_make_a_host_panic_or_send_without_end(
        frames in prop::collection::vec(
            (beginnings(), prop::collection::vec(any::<u8>(), 0..120), any::<bool>(), prop_oneof![3 => Just(0), 1 => any::<u16>()]),
            1..12,
        ),
    ) {
        let (mut host, mut runs, mut actions) = (host(), Runs::default(), Actions::default());
        let kinds = [
            (RunKind::Ping(Ping::default()), IpAddress::v4(10, 0, 0, 2)),
            (RunKind::PathMtu(crate::run::PathMtu::default()), IpAddress::v4(10, 0, 9, 2)),
            (RunKind::Multicast(Multicast::default()), IpAddress::v4(239, 1, 2, 3)),
        ];
        let mut now = Instant::ZERO;
        let mut started = false;
        for (mut bytes, rest, whole, fragment) in frames {
            bytes.extend(rest);
            if whole {
                right(&mut bytes, fragment);
            }
            let mut meter = Meter { now, runs: &mut runs, actions: &mut actions };
            if !started {
                for (number, (kind, to)) in kinds.iter().enumerate() {
                    let run = RunId(number as u32);
                    meter.runs.begin(run, now);
                    host.start(run, kind, *to, &mut meter);
                }
                host.plugged(now);
                started = true;
            }
            host.receive(Frame::copy_from(&bytes), Tag::default(), &mut meter);
            host.poll(&mut meter);
            let mut sent = 0;
            for action in actions.0.drain(..) {
                if let wire::node::Action::Send { frame, .. } = action {
                    prop_assert!(frame.len() <= 1_514);
                    sent += 1;
                }
            }
            prop_assert!(sent < 100);
            now += wire::Duration::from_millis(100);
        }
    }
}
