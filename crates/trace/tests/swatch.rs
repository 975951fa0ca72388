//! The kinds of the frames that real stacks send, and the letters on them.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::Instant;
use netlab::history::Limits;
use std::collections::BTreeSet;
use trace::swatch::{Swatch, cue};

/// The label without its number, the key and the cue of each frame in the first 20 s of an example.
fn looks(name: &str) -> BTreeSet<(String, &'static str, &'static str)> {
    let example = scenario::examples().iter().find(|example| example.name == name).unwrap();
    let mut world = example.scenario().world(Limits::default()).unwrap();
    world.run_until(Instant::from_nanos(20_000_000_000), || true);
    world
        .history()
        .transits()
        .map(|transit| {
            let message = dissect::meaning(&transit.frame).message;
            let label = message.label();
            let kind = label.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end().to_owned();
            (kind, Swatch::of_message(&message).key(), cue(&message))
        })
        .collect()
}

#[test]
fn a_cue_tells_questions_from_answers_and_the_steps_of_a_connection_apart() {
    let all: BTreeSet<_> = ["two-hosts-and-a-switch", "ipv6", "three-networks", "rip", "spanning-tree"]
        .into_iter()
        .flat_map(looks)
        .collect();
    for (label, key, letters) in [
        ("ARP who-has", "arp", "?"),
        ("ARP reply", "arp", "!"),
        ("NS", "ndp", "?"),
        ("NA", "ndp", "!"),
        ("RS", "ndp", "N"),
        ("echo", "icmp", "E"),
        ("echo reply", "icmp", "R"),
        ("SYN", "tcp-control", "S"),
        ("SYN-ACK", "tcp-control", "SA"),
        ("FIN", "tcp-control", "F"),
        ("DATA", "tcp-data", "D"),
        ("ACK", "tcp-ack", "A"),
        ("UDP", "udp", "U"),
        ("RIP response", "routing", "R"),
        ("RST BPDU", "bridging", "B"),
    ] {
        assert!(all.contains(&(label.to_owned(), key, letters)), "{label} {key} {letters} of {all:?}");
    }
}

/// A UDP datagram between these ports, in IPv4 and Ethernet.
fn datagram(ports: [u16; 2], payload: &[u8]) -> Vec<u8> {
    let length = |header: usize| ((header + payload.len()) as u16).to_be_bytes();
    let [[a, b], [c, d]] = [length(28), length(8)];
    let mut frame = vec![0x02, 0x50, 0, 0, 0, 2, 0x02, 0x50, 0, 0, 0, 1, 0x08, 0x00];
    frame.extend([0x45, 0, a, b, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    frame.extend(ports.map(u16::to_be_bytes).concat());
    frame.extend([c, d, 0, 0]);
    frame.extend(payload);
    frame
}

/// A DHCP message with only the option for its type (RFC 2132 §9.6).
fn dhcp(kind: u8) -> Vec<u8> {
    let mut message = vec![0; 236];
    message[0] = 1;
    message.extend([0x63, 0x82, 0x53, 0x63, 53, 1, kind, 255]);
    datagram([68, 67], &message)
}

#[test]
fn the_first_message_to_a_service_is_a_question_and_the_others_are_none() {
    let header = |flags: u8| [0, 1, flags, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (frame, letters) in [
        (datagram([49_152, 53], &header(0)), "?"),
        (datagram([53, 49_152], &header(0x80)), "!"),
        (dhcp(1), "?"),
        (dhcp(2), "!"),
        (dhcp(5), "!"),
    ] {
        let message = dissect::meaning(&frame).message;
        assert_eq!(Swatch::of_message(&message), Swatch::Service, "{message:?}");
        assert_eq!(cue(&message), letters, "{message:?}");
    }
}

#[test]
fn every_kind_has_a_key_a_name_and_a_shape_of_its_own() {
    let count = Swatch::ALL.len();
    assert_eq!(Swatch::ALL.map(Swatch::key).into_iter().collect::<BTreeSet<_>>().len(), count);
    assert_eq!(Swatch::ALL.map(Swatch::name).into_iter().collect::<BTreeSet<_>>().len(), count);
    assert_eq!(
        Swatch::ALL.map(|swatch| swatch.shape().svg_path()).into_iter().collect::<BTreeSet<_>>().len(),
        count
    );
    for (index, swatch) in Swatch::ALL.into_iter().enumerate() {
        assert_eq!(swatch as usize, index, "arrays are indexed in the order of the legend");
    }
}
