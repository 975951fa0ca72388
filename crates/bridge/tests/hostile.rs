//! Whatever frames come, a switch sends them on, keeps them or refuses them: no panic, no memory without bounds.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use bridge::config::{Config, Edge, Membership, Port, Stp, Vlan};
use bridge::{Actions, Bridge};
use proptest::prelude::*;
use wire::node::{Action, Tag};
use wire::{BitsPerSec, Duration, Frame, Instant, PortId};

const PORTS: u32 = 4;

/// Beginnings that get further than chance does: a BPDU, IGMP, MLD, a tag.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let v4 =
        [&[1, 0, 0x5e, 1, 1, 1, 2, 0, 0, 0, 0, 7, 8, 0][..], &[0x45, 0, 0, 36, 0, 0, 0, 0, 1, 2]].concat();
    let v6 =
        [&[0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 7, 0x86, 0xdd][..], &[0x60, 0, 0, 0, 0, 40, 0, 1]].concat();
    let rst = [&[1, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 7, 0, 39][..], &[0x42, 0x42, 3, 0, 0, 2, 2]].concat();
    let config =
        [&[1, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 7, 0, 38][..], &[0x42, 0x42, 3, 0, 0, 0, 0]].concat();
    let tcn =
        [&[1, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 7, 0, 7][..], &[0x42, 0x42, 3, 0, 0, 0, 0x80]].concat();
    let tagged = vec![2, 0, 0, 0, 0, 8, 2, 0, 0, 0, 0, 7, 0x81, 0, 0, 10];
    let beginning = prop::sample::select(vec![vec![], v4, v6, rst, config, tcn, tagged]);
    (
        beginning,
        prop::collection::vec(prop_oneof![any::<u8>(), Just(0)], 0..80),
        any::<prop::sample::Index>(),
        any::<bool>(),
    )
        .prop_map(|(beginning, rest, cut, cuts)| {
            let mut frame = [beginning, rest].concat();
            if cuts && !frame.is_empty() {
                frame.truncate(cut.index(frame.len()));
            }
            frame
        })
}

fn bridge(stp: bool, snooping: bool, vlans: bool) -> Bridge {
    let config = Config { stp: stp.then(Stp::default), snooping, ..Config::default() };
    let mut bridge = Bridge::new(config, PortId(1).mac());
    for port in 0..PORTS {
        let vlan = match port {
            _ if !vlans => Membership::default(),
            0 => Membership::Access(Vlan::new(10).unwrap()),
            1 => Membership::Trunk { native: None, allowed: None },
            _ => Membership::Trunk {
                native: Some(Vlan::DEFAULT),
                allowed: Vlan::new(10).map(|vlan| vec![vlan]),
            },
        };
        let edge = if port == 3 { Edge::Yes } else { Edge::Auto };
        let settings = Port { vlan, edge, mtu: 60, ..Port::default() };
        bridge.add_port(Instant::ZERO, settings, BitsPerSec::new(1_000_000), &mut Actions::default());
    }
    bridge
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_frame_is_sent_on_kept_or_refused_once(
        modes in any::<[bool; 3]>(),
        frames in prop::collection::vec((0..PORTS, 0u64..5_000, frame()), 1..60),
    ) {
        let mut bridge = bridge(modes[0], modes[1], modes[2]);
        let mut out = Actions::default();
        let mut now = Instant::ZERO;
        for (ingress, millis, bytes) in frames {
            let end = now + Duration::from_millis(millis);
            while let Some(due) = bridge.poll_at().filter(|due| *due <= end) {
                now = now.max(due);
                bridge.poll(now, &mut out);
                prop_assert!(bridge.poll_at().is_none_or(|next| next > now), "polled, and due again at once");
            }
            now = end;
            out.0.clear();
            let tag = Tag { frame: 7, hop: 9 };
            bridge.receive(now, PortId(ingress), Frame::copy_from(&bytes), tag, &mut out);
            let (mut sent, mut refused) = (Vec::new(), 0);
            for action in &out.0 {
                match action {
                    Action::Send { port, of: Some(of), .. } => {
                        prop_assert_eq!(*of, tag);
                        sent.push(*port);
                    }
                    Action::Send { .. } | Action::Event(_) => {}
                    Action::Refuse { tag: of, .. } => {
                        prop_assert_eq!(*of, tag);
                        refused += 1;
                    }
                }
            }
            prop_assert!(!sent.contains(&PortId(ingress)), "never back to where it came from");
            prop_assert!(sent.is_sorted_by(|a, b| a < b), "to each port once");
            prop_assert!(refused <= 1 && (refused == 0 || sent.is_empty()));
            prop_assert!(out.0.len() < 100, "little comes of one frame");
        }
    }
}
