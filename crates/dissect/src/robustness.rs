//! Any bytes have an answer: nothing panics, every range lies where it should, and what is wrong is said.

use std::collections::BTreeSet;
use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use smoltcp::wire::{ETHERNET_HEADER_LEN, IpProtocol};

use crate::layers::layers_with;
use crate::tree::Wanted;
use crate::{Captured, Dissection, Field, Label, Link, label, layers, protocol, samples, summary};

/// Asks for everything that can be asked of a frame, and checks what holds of all frames.
fn explain<'f>(frame: impl Into<Captured<'f>>) -> Dissection {
    let frame = frame.into();
    let dissection = layers(frame);
    let mut end = 0;
    for layer in &dissection.layers {
        assert_eq!(layer.range.start, end, "layers leave no gap:\n{dissection}");
        end = layer.range.end;
        assert!(!layer.summary.is_empty(), "{} has no summary", layer.name);
        assert!(layer.summary.lines().count() == 1, "{:?}", layer.summary);
        check_fields(&layer.fields, &layer.range);
    }
    assert_eq!(end, frame.bytes.len(), "layers cover the frame:\n{dissection}");

    let summary = summary(frame);
    assert_eq!(summary.protocol, protocol(frame));
    assert_eq!(summary.label, label(frame));
    assert!((1..=Label::LEN_MAX).contains(&summary.label.len()));
    assert!(!summary.info.is_empty() && summary.info.lines().count() == 1, "{:?}", summary.info);
    dissection
}

fn check_fields(fields: &[Field], parent: &Range<usize>) {
    for field in fields {
        let Range { start, end } = field.range;
        assert!(
            parent.start <= start && start < end && end <= parent.end,
            "{field:?} is not within {parent:?}"
        );
        assert!(!field.name.is_empty() && !field.key.is_empty() && !field.value.is_empty(), "{field:?}");
        assert!(field.meaning.ends_with(['.', '?']), "{field:?}");
        check_fields(&field.fields, &field.range);
    }
}

/// The values of the fields with this key, each with its bytes.
fn values<'a>(dissection: &'a Dissection, key: &str) -> Vec<(&'a str, &'a Range<usize>)> {
    let fields = dissection.layers.iter().flat_map(|layer| layer.walk());
    fields.filter(|field| field.key == key).map(|field| (&field.value[..], &field.range)).collect()
}

#[test]
fn a_reader_of_one_field_sees_what_a_reader_of_the_whole_tree_sees() {
    let first = |dissection: &Dissection| -> Vec<_> {
        dissection.layers.iter().map(|layer| layer.fields.first().map(|field| field.key)).collect()
    };
    for (name, frame) in samples::all().into_iter().chain(samples::by_hand::all()) {
        for frame in [&frame[..], &frame[..frame.len() - frame.len() / 5]] {
            let whole = layers(frame);
            let keys: BTreeSet<_> =
                whole.layers.iter().flat_map(|layer| layer.walk()).map(|field| field.key).collect();
            for key in keys {
                let part = layers_with(frame.into(), Wanted::Key(key));
                assert_eq!(values(&part, key), values(&whole, key), "{key} of {name}");
                let others =
                    part.layers.iter().flat_map(|layer| layer.walk()).filter(|field| field.key != key);
                assert!(others.into_iter().all(|field| field.value.is_empty()), "{key} of {name}");
            }
            assert_eq!(first(&layers_with(frame.into(), Wanted::Protocols)), first(&whole), "{name}");
        }
    }
}

#[test]
fn what_is_well_formed_has_no_fault() {
    for (name, frame) in samples::all() {
        let dissection = explain(&frame);
        assert_eq!(dissection.faults().next(), None, "{name}:\n{dissection}");
    }
}

#[test]
fn a_frame_cut_anywhere_is_explained_as_far_as_it_goes_and_the_cut_is_marked() {
    for (name, frame) in samples::all() {
        for length in 0..frame.len() {
            let dissection = explain(&frame[..length]);
            // A raw frame has no length of its own, and the last eight bytes of the LLC frame are trailer.
            let knows_its_length = match name {
                "raw" => length < ETHERNET_HEADER_LEN,
                "llc" => length < frame.len() - 8,
                _ => true,
            };
            assert_eq!(
                dissection.faults().next().is_some(),
                knows_its_length,
                "{name} cut at {length}:\n{dissection}"
            );
        }
    }
}

/// Headers of every kind that have lost all of their bytes, or all but a few.
#[test]
fn whatever_is_announced_and_then_missing_has_an_answer() {
    for ethertype in (0..=u16::MAX).filter(|number| number % 16 == 0 || *number >= 0x8000) {
        for packet in [&[][..], &[0x45, 0, 1]] {
            explain(&[&[2; 12][..], &ethertype.to_be_bytes(), packet].concat());
        }
    }
    for protocol in 0..=255u8 {
        for length in 0..12 {
            explain(&samples::ipv4(IpProtocol::from(protocol), &vec![1; length]));
            explain(&samples::ipv6(IpProtocol::from(protocol), 64, &vec![1; length]));
        }
    }
    for link in [1, 0, 108, 101, 9, 204, 51, 104, 107, 113, 276, 147].map(Link::of_number) {
        for length in 0..24 {
            for bytes in [&[0; 24][..length], &[0xff; 24][..length]] {
                explain(Captured { link, bytes, fcs: &[], wire_len: length });
            }
        }
    }
}

#[test]
fn bytes_behind_a_packet_are_a_trailer_and_change_nothing_else() {
    for (name, frame) in samples::all().into_iter().filter(|(name, _)| !["raw", "llc"].contains(name)) {
        let plain = explain(&frame);
        let padded = explain(&[&frame[..], &[0; 9]].concat());
        let (trailer, rest) = padded.layers.split_last().unwrap();
        assert_eq!(trailer.name, "Trailer", "{name}");
        assert_eq!(trailer.range, frame.len()..frame.len() + 9, "{name}");
        assert_eq!(rest, plain.layers, "{name}");
    }
}

#[test]
fn one_flipped_bit_anywhere_in_a_tcp_packet_is_a_fault() {
    let frame = samples::tcp(samples::data());
    for bit in 8 * ETHERNET_HEADER_LEN..8 * frame.len() {
        let mut damaged = frame.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let dissection = explain(&damaged);
        assert!(dissection.faults().next().is_some(), "bit {bit}:\n{dissection}");
    }
}

#[test]
fn a_wrong_checksum_is_a_fault_and_the_right_one_is_given() {
    let mut frame = samples::udp();
    let right = layers(&frame).layer("UDP").unwrap().field("udp.checksum").unwrap().value.clone();
    let stored = right.strip_suffix(" (correct)").expect("smoltcp's checksum is correct");
    frame[40] ^= 0xff;
    let dissection = explain(&frame);
    let field = dissection.layer("UDP").unwrap().field("udp.checksum").unwrap();
    assert!(field.value.ends_with(&format!("(wrong, {stored} would be right)")), "{field:?}");
    assert!(field.fault.is_some());
}

/// A frame of smoltcp's with some bytes overwritten and its end cut off or extended: it gets far into the dissectors
/// before it stops making sense.
fn damaged_frame() -> impl Strategy<Value = Vec<u8>> {
    let frames: Vec<_> = samples::all().into_iter().map(|(_, frame)| frame).collect();
    let overwritten = vec((any::<Index>(), any::<u8>()), 0..6);
    let length = prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)];
    (select(frames), overwritten, length, vec(any::<u8>(), 0..20)).prop_map(
        |(mut frame, overwritten, length, extension)| {
            for (index, byte) in overwritten {
                // Headers are where the decisions are taken, and the protocols on top begin behind them.
                let index = index.index(frame.len().min(if byte % 2 == 0 { 100 } else { 400 }));
                frame[index] = byte;
            }
            if let Some(length) = length {
                frame.truncate(length.index(frame.len()));
            }
            frame.extend(extension);
            frame
        },
    )
}

/// An arbitrary packet behind an Ethernet header of a known type.
fn arbitrary_packet() -> impl Strategy<Value = Vec<u8>> {
    let ethertype = select(vec![0x0800u16, 0x0806, 0x86dd, 0x8100, 0x88a8, 0x0026]);
    (ethertype, vec(any::<u8>(), 0..200))
        .prop_map(|(ethertype, packet)| [&[2; 12][..], &ethertype.to_be_bytes(), &packet].concat())
}

/// An arbitrary message, where a protocol is expected that has been read by hand.
fn arbitrary_message() -> impl Strategy<Value = Vec<u8>> {
    let small = prop_oneof![any::<u8>(), 0u8..4, Just(0xc0), Just(12)];
    (0..samples::by_hand::WRAPPERS.len(), vec(small, 0..400), any::<Index>()).prop_map(
        |(wrapper, mut message, start)| {
            // Half of them begin like one that makes sense.
            let sensible = samples::by_hand::WRAPPERS[wrapper].1;
            let start = start.index(2 * sensible.len()).saturating_sub(sensible.len());
            message.splice(..start.min(message.len()), sensible[..start].iter().copied());
            samples::by_hand::wrapped(wrapper, &message)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_have_an_answer(frame in vec(any::<u8>(), 0..300)) {
        explain(&frame);
    }

    #[test]
    fn arbitrary_packets_have_an_answer(frame in arbitrary_packet()) {
        explain(&frame);
    }

    #[test]
    fn arbitrary_messages_have_an_answer(frame in arbitrary_message()) {
        explain(&frame);
    }

    #[test]
    fn damaged_frames_have_an_answer(frame in damaged_frame()) {
        explain(&frame);
    }
}

/// The deepest and the longest that a hostile capture can ask for.
#[test]
fn headers_within_headers_end() {
    // ICMP errors that quote ICMP errors that quote …
    let error = &samples::port_unreachable()[ETHERNET_HEADER_LEN..ETHERNET_HEADER_LEN + 28];
    let nested = error.repeat(2000);
    explain(&samples::ethernet(smoltcp::wire::EthernetProtocol::Ipv4, samples::MAC_B, &nested));

    // Tags, and extension headers, as many as there is room for.
    let tags = [0x81, 0x00, 0, 1].repeat(16000);
    explain(&[&[2; 12][..], &tags].concat());
    let extensions = [60, 0, 1, 4, 0, 0, 0, 0].repeat(8000);
    explain(&samples::ipv6(IpProtocol::Ipv6Opts, 64, &extensions));
}
