//! Whatever frames come in at a router with three ports, a VLAN, translation, filter and RIP: no panic, no hang, no memory without
//! bounds (`-rss_limit_mb=256`), and no packet has two fates.
//!
//! The input is a row of records: a byte for the port and for what is true of the MAC addresses, one for the time that passes,
//! one for the length, and that many bytes of frame.
#![no_main]

use router::config::{Filter, Forward, Nat, Port, Rip, Rule, StaticRoute, Transport, Verdict};
use router::{Actions, Config, Router};
use std::collections::BTreeMap;
use wire::node::{Action, Tag};
use wire::{Duration, Frame, Instant, PortId};

fn router() -> Router {
    let rule = Rule {
        verdict: Verdict::Reject,
        port: Some(2),
        from: None,
        to: None,
        protocol: None,
        to_ports: Some(0..=1_023),
    };
    let forward = Forward { transport: Transport::Udp, port: 53, to: [10, 0, 0, 2].into(), to_port: 53 };
    let route = |to: &str, via: &str| StaticRoute { to: to.parse().unwrap(), via: via.parse().unwrap(), port: None, metric: 1 };
    let config = Config {
        routes: vec![route("0.0.0.0/0", "10.0.2.9"), route("::/0", "fd02::9")],
        rip: Some(Rip::default()),
        nat: Some(Nat { forwards: vec![forward] }),
        filter: Some(Filter { rules: vec![rule], otherwise: Verdict::Allow }),
        services: None,
    };
    let mut router = Router::new(config, 7);
    for number in 0..3u8 {
        let address = |vlan: u8| {
            let texts = [format!("10.{vlan}.{number}.1/24"), format!("fd0{number}:{vlan}::1/64")];
            texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>()
        };
        let port = Port {
            addresses: address(0),
            vlans: vec![(7, address(7))],
            mtu: if number == 1 { 576 } else { 1_500 },
            outside: number == 2,
            ..Port::default()
        };
        let mac = wire::PortId(number.into()).mac();
        router.add_port(Instant::ZERO, port, mac, &mut Actions::default());
    }
    router
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut router = router();
    let mut fates = BTreeMap::new();
    let mut now = Instant::ZERO;
    let mut rest = bytes;
    let mut hop = 0;
    while let [how, wait, len, tail @ ..] = rest {
        let (frame, tail) = tail.split_at(usize::from(*len).min(tail.len()));
        rest = tail;
        let port = PortId(u32::from(how % 3));
        let mut frame = frame.to_vec();
        if how & 0x80 != 0 && frame.len() >= 12 {
            frame[..6].copy_from_slice(&port.mac().0);
            frame[6] &= 0xfe;
        }
        let mut out = Actions::default();
        let until = now + Duration::from_millis(u64::from(*wait) * 50);
        while let Some(at) = router.poll_at().filter(|&at| at <= until) {
            now = now.max(at);
            router.poll(now, &mut out);
            assert!(router.poll_at().is_none_or(|next| next > now), "it is busy");
        }
        now = until;
        hop += 1;
        router.receive(now, port, Frame::copy_from(&frame), Tag { frame: 0, hop }, &mut out);
        for action in out.0 {
            match action {
                Action::Send { of: Some(tag), .. } => {
                    assert_ne!(fates.insert(tag.hop, false), Some(true), "refused and sent on");
                }
                Action::Refuse { tag, .. } => assert_eq!(fates.insert(tag.hop, true), None, "two fates"),
                Action::Send { of: None, .. } | Action::Event(_) => {}
            }
        }
    }
});
