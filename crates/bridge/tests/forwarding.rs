//! What becomes of frames: VLANs and their tags, ports that are off or too narrow, addresses that are forgotten.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use bridge::config::{Config, Membership, Port, Stp, Vlan};
use bridge::{Actions, Bridge, Event, Refusal};
use proptest::prelude::*;
use smoltcp::wire::EthernetAddress;
use wire::node::{Action, Tag};
use wire::{Duration, Frame, Instant, PortId};

const A: EthernetAddress = EthernetAddress([2, 0, 0, 0, 0, 0xa]);
const B: EthernetAddress = EthernetAddress([2, 0, 0, 0, 0, 0xb]);
const MAC: EthernetAddress = EthernetAddress([2, 0x52, 0, 0, 0, 1]);
const ALL: EthernetAddress = EthernetAddress::BROADCAST;
const TAG: Tag = Tag { frame: 3, hop: 5 };

fn at(secs: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(secs)
}

fn vlan(number: u16) -> Vlan {
    Vlan::new(number).unwrap()
}

fn access(number: u16) -> Port {
    Port { vlan: Membership::Access(vlan(number)), ..Port::default() }
}

fn trunk(native: Option<u16>, allowed: Option<&[u16]>) -> Port {
    let allowed = allowed.map(|list| list.iter().copied().map(vlan).collect());
    Port { vlan: Membership::Trunk { native: native.map(vlan), allowed }, ..Port::default() }
}

fn switch(config: Config, ports: impl IntoIterator<Item = Port>) -> Bridge {
    let mut bridge = Bridge::new(config, MAC);
    for port in ports {
        bridge.add_port(at(0), port, None, &mut Actions::default());
    }
    bridge.poll(at(0), &mut Actions::default());
    bridge
}

/// An untagged frame, or one tagged with this control information.
fn frame(to: EthernetAddress, from: EthernetAddress, tag: Option<u16>) -> Frame {
    let tag = tag.map(|control| [&[0x81, 0][..], &control.to_be_bytes()].concat()).unwrap_or_default();
    Frame::concat(&[&to.0, &from.0, &tag, &[0x88, 0xb5], &[9; 46]])
}

/// What comes of a frame: where it goes with what bytes, why it is refused, and what happens.
#[derive(Debug, Default, PartialEq)]
struct Fate {
    sent: Vec<(u32, Vec<u8>)>,
    refused: Vec<Refusal>,
    events: Vec<Event>,
}

impl Fate {
    fn of(out: Actions) -> Self {
        let mut fate = Self::default();
        for action in out.0 {
            match action {
                Action::Send { port, frame, .. } => fate.sent.push((port.0, frame.to_vec())),
                Action::Refuse { why, .. } => fate.refused.push(why),
                Action::Event(event) => fate.events.push(event),
            }
        }
        fate
    }

    fn ports(&self) -> Vec<u32> {
        self.sent.iter().map(|(port, _)| *port).collect()
    }
}

fn receive(bridge: &mut Bridge, now: Instant, port: u32, frame: &Frame) -> Fate {
    let mut out = Actions::default();
    bridge.receive(now, PortId(port), frame.clone(), TAG, &mut out);
    Fate::of(out)
}

fn changed(f: impl FnOnce(&mut Actions)) -> Fate {
    let mut out = Actions::default();
    f(&mut out);
    Fate::of(out)
}

#[test]
fn a_plain_switch_lets_tagged_frames_pass_as_they_are_and_names_no_vlan() {
    let mut bridge = switch(Config::default(), vec![Port::default(); 3]);
    let tagged = frame(ALL, A, Some(10));
    let fate = receive(&mut bridge, at(0), 0, &tagged);
    assert_eq!(fate.sent, [(1, tagged.to_vec()), (2, tagged.to_vec())]);
    assert_eq!(fate.events, [Event::Learned { vlan: None, mac: A, port: PortId(0) }]);
    let back = receive(&mut bridge, at(0), 2, &frame(A, B, None));
    assert_eq!(back.ports(), [0]);
    let same = receive(&mut bridge, at(0), 0, &frame(A, B, None));
    assert_eq!((same.sent, same.refused), (vec![], vec![]), "for its own side: kept, and no refusal");
}

#[test]
fn a_frame_leaves_a_trunk_tagged_and_an_access_port_untagged() {
    let ports = [access(10), access(20), trunk(None, None), trunk(Some(10), None), trunk(None, Some(&[20]))];
    let mut bridge = switch(Config::default(), ports);
    let untagged = frame(ALL, A, None);
    let fate = receive(&mut bridge, at(0), 0, &untagged);
    assert_eq!(fate.sent, [(2, frame(ALL, A, Some(10)).to_vec()), (3, untagged.to_vec())]);
    assert_eq!(fate.events, [Event::Learned { vlan: Some(vlan(10)), mac: A, port: PortId(0) }]);
    // Priority 5 stays with it, from trunk to trunk, and goes where the tag goes.
    let fate = receive(&mut bridge, at(0), 2, &frame(ALL, B, Some(5 << 13 | 20)));
    let on_trunk = frame(ALL, B, Some(5 << 13 | 20)).to_vec();
    assert_eq!(fate.sent, [(1, frame(ALL, B, None).to_vec()), (3, on_trunk.clone()), (4, on_trunk)]);
}

#[test]
fn a_priority_tag_counts_as_untagged_and_gets_the_port_vlan() {
    let mut bridge = switch(Config::default(), [access(10), trunk(None, None), access(10)]);
    let fate = receive(&mut bridge, at(0), 0, &frame(ALL, A, Some(3 << 13)));
    assert_eq!(
        fate.sent,
        [(1, frame(ALL, A, Some(3 << 13 | 10)).to_vec()), (2, frame(ALL, A, None).to_vec())]
    );
}

#[test]
fn a_frame_of_a_vlan_that_is_not_the_ports_is_refused() {
    let mut bridge = switch(Config::default(), [access(10), trunk(None, Some(&[10, 30])), access(20)]);
    for (port, tag) in [(0, Some(20)), (1, None), (1, Some(0)), (1, Some(20)), (1, Some(4095)), (2, Some(10))]
    {
        let fate = receive(&mut bridge, at(0), port, &frame(ALL, A, tag));
        assert_eq!(fate, Fate { refused: vec![Refusal::OtherVlan], ..Fate::default() }, "{port} {tag:?}");
    }
}

#[test]
fn the_same_address_may_be_elsewhere_in_another_vlan() {
    let mut bridge = switch(Config::default(), [access(10), access(20), trunk(None, None)]);
    receive(&mut bridge, at(0), 0, &frame(ALL, A, None));
    receive(&mut bridge, at(0), 1, &frame(ALL, A, None));
    assert_eq!(receive(&mut bridge, at(0), 2, &frame(A, B, Some(10))).ports(), [0]);
    assert_eq!(receive(&mut bridge, at(0), 2, &frame(A, B, Some(20))).ports(), [1]);
}

#[test]
fn a_switch_forgets_what_it_knew_when_it_begins_to_know_vlans() {
    let mut bridge = switch(Config::default(), vec![Port::default(); 2]);
    receive(&mut bridge, at(0), 0, &frame(ALL, A, None));
    let fate = changed(|out| bridge.set_port(at(1), PortId(1), access(2), out));
    assert_eq!(fate.events, [Event::Forgotten { vlan: None, mac: A }]);
    assert_eq!(receive(&mut bridge, at(1), 0, &frame(ALL, A, None)).sent, []);
}

#[test]
fn a_port_that_is_off_takes_nothing_gives_nothing_and_is_forgotten() {
    let mut bridge = switch(Config::default(), vec![Port::default(); 3]);
    receive(&mut bridge, at(0), 1, &frame(ALL, A, None));
    let off = Port { up: false, ..Port::default() };
    let gone = Fate { events: vec![Event::Forgotten { vlan: None, mac: A }], ..Fate::default() };
    assert_eq!(changed(|out| bridge.set_port(at(1), PortId(1), off, out)), gone);
    assert_eq!(receive(&mut bridge, at(1), 1, &frame(ALL, A, None)).refused, [Refusal::PortOff]);
    assert_eq!(receive(&mut bridge, at(1), 0, &frame(A, B, None)).ports(), [2], "unknown again, and flooded");

    bridge.set_port(at(2), PortId(1), Port::default(), &mut Actions::default());
    receive(&mut bridge, at(2), 1, &frame(ALL, A, None));
    let gone_too = changed(|out| bridge.set_carrier(at(3), PortId(1), false, None, out));
    assert_eq!(gone_too, gone, "a cable without a carrier is the same");
    assert_eq!(receive(&mut bridge, at(3), 1, &frame(ALL, A, None)).refused, [Refusal::PortOff]);
}

#[test]
fn a_frame_too_long_for_every_way_on_is_refused_and_its_tag_does_not_count() {
    let narrow = |vlan: Membership| Port { mtu: 46 + 2, vlan, ..Port::default() };
    let narrower = |vlan: Membership| Port { mtu: 46 + 1, vlan, ..Port::default() };
    let long = Frame::concat(&[&frame(ALL, A, None), &[1, 2]]);
    let plain = Membership::default();
    let mut bridge =
        switch(Config::default(), [Port::default(), narrow(plain.clone()), narrower(plain.clone())]);
    assert_eq!(
        receive(&mut bridge, at(0), 0, &long).ports(),
        [1],
        "a flood that goes somewhere is no refusal"
    );
    let mut bridge = switch(Config::default(), [Port::default(), narrower(plain)]);
    assert_eq!(
        receive(&mut bridge, at(0), 0, &long),
        Fate {
            refused: vec![Refusal::TooBig],
            events: vec![Event::Learned { vlan: None, mac: A, port: PortId(0) }],
            ..Fate::default()
        }
    );
    let all = Membership::Trunk { native: None, allowed: None };
    let mut bridge = switch(Config::default(), [access(1), narrow(all)]);
    assert_eq!(receive(&mut bridge, at(0), 0, &long).ports(), [1], "four bytes longer on the wire");
}

#[test]
fn addresses_age_are_swept_at_their_moment_and_can_be_cleared() {
    let config = Config { ageing: Duration::from_secs(10), ..Config::default() };
    let mut bridge = switch(config.clone(), vec![Port::default(); 2]);
    assert_eq!(bridge.poll_at(), None);
    receive(&mut bridge, at(1), 0, &frame(ALL, A, None));
    let due = bridge.poll_at().unwrap();
    bridge.poll(due, &mut Actions::default());
    assert_eq!(bridge.poll_at(), Some(at(11)));
    let forgotten = Fate { events: vec![Event::Forgotten { vlan: None, mac: A }], ..Fate::default() };
    assert_eq!(changed(|out| bridge.poll(at(11), out)), forgotten);
    receive(&mut bridge, at(12), 0, &frame(ALL, A, None));
    assert_eq!(changed(|out| bridge.clear(at(12), out)), forgotten);
    receive(&mut bridge, at(12), 0, &frame(ALL, A, None));
    let soon = Config { ageing: Duration::from_secs(1), ..config };
    bridge.set_config(at(12), soon, &mut Actions::default());
    assert_eq!(changed(|out| bridge.poll(at(13), out)), forgotten, "a shorter ageing holds at once");
}

#[test]
fn a_runt_is_malformed_and_so_is_a_tag_that_breaks_off() {
    let mut bridge = switch(Config::default(), [access(10), access(10)]);
    let runt = Frame::copy_from(&[2; 13]);
    assert_eq!(receive(&mut bridge, at(0), 0, &runt).refused, [Refusal::Malformed]);
    let broken = Frame::copy_from(&frame(ALL, A, Some(10))[..17]);
    assert_eq!(receive(&mut bridge, at(0), 0, &broken).refused, [Refusal::Malformed]);
}

/// 01:80:C2:00:00:00 to 0F.
fn reserved(last: u8) -> EthernetAddress {
    EthernetAddress([1, 0x80, 0xc2, 0, 0, last])
}

#[test]
fn a_switch_relays_neither_pause_nor_any_other_reserved_group() {
    let config = Config { stp: Some(Stp::default()), ..Config::default() };
    let edge = Port { edge: bridge::config::Edge::Yes, ..Port::default() };
    for (config, port) in [(Config::default(), Port::default()), (config, edge)] {
        let mut switch = switch(config, vec![port; 3]);
        for last in 1..0x10 {
            for tag in [None, Some(1)] {
                let fate = receive(&mut switch, at(0), 0, &frame(reserved(last), A, tag));
                assert_eq!(fate, Fate::default(), "{last}");
            }
        }
        // The next group is like any other.
        assert_eq!(receive(&mut switch, at(0), 0, &frame(reserved(0x10), A, None)).ports(), [1, 2]);
    }
}

#[test]
fn a_bpdu_ends_at_a_switch_with_a_tree_and_passes_one_without() {
    let bpdu = frame(reserved(0), A, None);
    let mut plain = switch(Config::default(), vec![Port::default(); 2]);
    assert_eq!(receive(&mut plain, at(0), 0, &bpdu).ports(), [1]);
    let config = Config { stp: Some(Stp::default()), ..Config::default() };
    let mut tree = switch(config, vec![Port { edge: bridge::config::Edge::Yes, ..Port::default() }; 2]);
    assert_eq!(receive(&mut tree, at(0), 0, &bpdu).refused, [Refusal::Malformed], "a BPDU that is none");
    assert_eq!(receive(&mut tree, at(0), 0, &frame(ALL, A, None)).ports(), [1]);
}

#[test]
fn a_frame_from_a_group_is_malformed_and_nothing_is_learned_from_it() {
    let mut switch = switch(Config::default(), vec![Port::default(); 2]);
    for from in [ALL, reserved(0), EthernetAddress([3, 0, 0, 0, 0, 1])] {
        let fate = receive(&mut switch, at(0), 0, &frame(B, from, None));
        assert_eq!(fate, Fate { refused: vec![Refusal::Malformed], ..Fate::default() }, "{from}");
    }
    let mut tree = Bridge::new(Config { stp: Some(Stp::default()), ..Config::default() }, A);
    tree.add_port(at(0), Port::default(), None, &mut Actions::default());
    tree.poll(at(0), &mut Actions::default());
    let fate = receive(&mut tree, at(0), 0, &frame(reserved(0), ALL, None));
    assert_eq!(fate.refused, [Refusal::Malformed], "a BPDU, too");
}

fn membership() -> impl Strategy<Value = Membership> {
    let number = || prop::sample::select(vec![1, 2, 10, 4094]).prop_map(vlan);
    let allowed = prop::option::of(prop::collection::btree_set(number(), 0..4));
    prop_oneof![
        number().prop_map(Membership::Access),
        (prop::option::of(number()), allowed).prop_map(|(native, allowed)| {
            Membership::Trunk { native, allowed: allowed.map(|set| set.into_iter().collect()) }
        }),
    ]
}

/// What the standard says of a port and a tag, written down once more: the VLAN in which a frame is.
fn model_in(port: &Membership, vid: u16) -> Option<u16> {
    let vid = match (vid, port) {
        (0, Membership::Access(vlan)) => return Some(vlan.get()),
        (0, Membership::Trunk { native, .. }) => return native.map(Vlan::get),
        (vid, _) => vid,
    };
    model_out(port, vid).map(|_| vid)
}

/// Whether it leaves, and with a tag.
fn model_out(port: &Membership, vid: u16) -> Option<bool> {
    let this = Vlan::new(vid)?;
    match port {
        Membership::Access(vlan) => (*vlan == this).then_some(false),
        Membership::Trunk { native, .. } if *native == Some(this) => Some(false),
        Membership::Trunk { allowed, .. } => {
            allowed.as_ref().is_none_or(|list| list.contains(&this)).then_some(true)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn frames_leave_only_by_ports_of_their_vlan_in_the_form_that_the_port_has(
        ports in prop::collection::vec(membership(), 2..6), ingress in any::<prop::sample::Index>(),
        vid in prop::option::of(prop::sample::select(vec![0, 1, 2, 10, 11, 4094, 4095])), priority in 0u16..16,
    ) {
        prop_assume!(ports.iter().any(|port| *port != Membership::default()));
        let mut bridge = switch(
            Config::default(), ports.iter().map(|vlan| Port { vlan: vlan.clone(), ..Port::default() }),
        );
        let ingress = ingress.index(ports.len());
        let control = vid.map(|vid| priority << 12 | vid);
        let fate = receive(&mut bridge, at(0), ingress as u32, &frame(ALL, A, control));
        let Some(vlan) = model_in(&ports[ingress], vid.unwrap_or(0)) else {
            prop_assert_eq!(fate.refused, [Refusal::OtherVlan]);
            prop_assert!(fate.sent.is_empty());
            return Ok(());
        };
        let expected: Vec<_> = (0..).zip(&ports).filter(|(port, _)| *port != ingress as u32).filter_map(|(port, membership)| {
            let tagged = model_out(membership, vlan)?;
            let control = control.unwrap_or(0) & 0xf000 | vlan;
            Some((port, frame(ALL, A, tagged.then_some(control)).to_vec()))
        }).collect();
        prop_assert_eq!(fate.sent, expected);
        prop_assert!(fate.refused.is_empty());
    }
}
