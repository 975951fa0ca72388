//! Whatever frames come, a switch sends them on, keeps them or refuses them: no panic, no hang, no memory without bounds
//! (`-rss_limit_mb=64`). Four ports: one of a VLAN, two trunks, one more that begins as an edge. The bytes are a list of frames: port
//! and milliseconds that have passed, length, and that many bytes.
#![no_main]

use bridge::config::{Config, Edge, Membership, Port, Stp, Vlan};
use bridge::{Actions, Bridge};
use wire::node::{Action, Tag};
use wire::{BitsPerSec, Duration, Frame, Instant, PortId};

const PORTS: u32 = 4;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&modes, mut rest)) = bytes.split_first() else { return };
    let config = Config {
        stp: (modes & 1 != 0).then(Stp::default),
        snooping: modes & 2 != 0,
        ..Config::default()
    };
    let mut bridge = Bridge::new(config, PortId(1).mac());
    let mut out = Actions::default();
    let mut now = Instant::ZERO;
    for port in 0..PORTS {
        let vlan = match port {
            _ if modes & 4 == 0 => Membership::default(),
            0 => Membership::Access(Vlan::new(10).unwrap()),
            1 => Membership::Trunk { native: None, allowed: None },
            _ => Membership::Trunk { native: Some(Vlan::DEFAULT), allowed: Vlan::new(10).map(|vlan| vec![vlan]) },
        };
        let edge = if port == 3 { Edge::Yes } else { Edge::Auto };
        let settings = Port { vlan, edge, mtu: 1500, ..Port::default() };
        bridge.add_port(now, settings, BitsPerSec::new(1_000_000_000), &mut out);
    }
    while let [port, millis, high, low, tail @ ..] = rest {
        let len = usize::from(u16::from_be_bytes([*high & 7, *low])).min(tail.len());
        let (frame, tail) = tail.split_at(len);
        rest = tail;
        now += Duration::from_millis(u64::from(*millis) * u64::from(*millis));
        bridge.poll(now, &mut out);
        assert!(bridge.poll_at().is_none_or(|next| next > now), "polled, and due again at once");
        let ingress = PortId(u32::from(*port) % PORTS);
        let before = out.0.len();
        bridge.receive(now, ingress, Frame::copy_from(frame), Tag { frame: 7, hop: 9 }, &mut out);
        for action in &out.0[before..] {
            if let Action::Send { port, of: Some(_), .. } = action {
                assert!(*port != ingress, "never back to where it came from");
            }
        }
        out.0.clear();
    }
});
