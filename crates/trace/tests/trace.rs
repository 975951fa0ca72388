//! Traces of whole runs, followed in pieces and at once, with and without a filter.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use capture::{Network, Place, Writer, read};
use dissect::filter::Filter;
use netlab::World;
use netlab::history::Limits;
use std::rc::Rc;
use trace::{Order, Row, Sequence, Sifter, Source, Trace};

/// An example, run until nothing more happens.
fn whole(example: usize) -> World {
    let mut world = scenario::examples()[example].scenario().world(Limits::default()).unwrap();
    while let Some(next) = world.next_event_at().filter(|_| !world.is_quiet()) {
        world.run_until(next, || true);
    }
    world
}

fn rows(trace: &Trace) -> Vec<Row> {
    trace.rows(0..trace.count()).map(|(_, row)| *row).collect()
}

#[test]
fn followed_in_pieces_or_at_once_it_is_the_same_and_in_order_of_time() {
    let world = whole(4);
    let (history, now) = (world.history(), world.now());
    for place in [Place::Once, Place::Everywhere] {
        let mut whole = Trace::new(place);
        whole.follow(Source::World(history, now), &mut || true);
        let mut pieces = Trace::new(place);
        let mut calls = 0;
        while !pieces.is_complete() || calls == 0 {
            let mut left = 3;
            pieces.follow(Source::World(history, now), &mut || {
                left -= 1;
                left > 0
            });
            calls += 1;
        }
        assert!(calls > 3 && rows(&pieces) == rows(&whole));
        assert!(rows(&whole).is_sorted_by_key(|row| row.at));
        for (number, row) in whole.rows(0..whole.count()) {
            let found = whole.find(history, row.transit).unwrap();
            assert_eq!(whole.row(found).unwrap().transit, row.transit);
            assert!(place == Place::Everywhere || found == number);
        }
    }
}

#[test]
fn seen_once_every_frame_has_one_row_and_each_of_its_hops_leads_there() {
    let world = whole(2);
    let history = world.history();
    let mut trace = Trace::new(Place::Once);
    trace.follow(Source::World(history, world.now()), &mut || true);
    for transit in history.transits() {
        let number = trace.find(history, transit.id).expect("each frame is in the list");
        assert_eq!(trace.row(number).unwrap().frame, transit.frame_id);
    }
}

#[test]
fn rows_have_the_protocol_and_segment_of_their_frames() {
    let world = whole(4);
    let source = Source::World(world.history(), world.now());
    let mut trace = Trace::new(Place::Once);
    trace.follow(source, &mut || true);
    for (_, row) in trace.rows(0..trace.count()) {
        let message = dissect::meaning(source.bytes(row).unwrap()).message;
        assert_eq!((row.protocol, row.segment), (message.protocol(), message.segment()));
    }
}

/// The page sifts the rows that it keeps, the command line the packets while they come: the same pass.
#[test]
fn a_filter_lets_the_same_packets_pass_with_and_without_keeping_rows() {
    let world = whole(4);
    let (history, now) = (world.history(), world.now());
    for (place, text) in [
        (Place::Once, "tcp.len > 0 or arp"),
        (Place::Everywhere, "tcp.analysis.flags or frame.number < 5"),
        (Place::Everywhere, "frame.time_delta > 0.0001"),
    ] {
        let filter = Filter::parse(text).unwrap();
        let mut trace = Trace::new(place);
        trace.sift(Some(Rc::new(filter.clone())));
        trace.follow(Source::World(history, now), &mut || true);
        let listed: Vec<_> = trace.listed_rows(0).map(|(_, row)| (row.at, row.transit, row.sent)).collect();

        let mut sifter = Sifter::new(filter, place);
        let mut passed = Vec::new();
        Order::new(place).take(history, now, &mut |sighting, transit| {
            if sifter.passes(history, sighting, transit) {
                passed.push((sighting.at, sighting.transit, sighting.sent));
            }
            true
        });
        assert_eq!(listed, passed, "{text}");
        assert!(!passed.is_empty() && passed.len() < trace.count(), "{text}");
    }
}

/// A capture file of everything, opened again: rows, notes and what passes a filter are those of the world.
#[test]
fn a_recording_has_the_rows_of_the_world_that_it_was_written_from() {
    let scenario = scenario::examples()[4].scenario();
    let world = whole(4);
    let (history, now) = (world.history(), world.now());
    let network = Network { title: "", topology: &scenario.topology, ids: &scenario.ids };
    let mut writer = Writer::new(Vec::new(), &network, Place::Everywhere).unwrap();
    Order::new(Place::Everywhere).take(history, now, &mut |sighting, transit| {
        writer.write(sighting, transit).unwrap();
        true
    });
    let recording = read(writer.finish(now).unwrap()).unwrap();
    let filter = Rc::new(Filter::parse("tcp.flags.syn == 1 or icmp").unwrap());
    let mut of_world = Trace::new(Place::Everywhere);
    of_world.sift(Some(filter.clone()));
    of_world.follow(Source::World(history, now), &mut || true);
    for sequence in [Sequence::File, Sequence::Time] {
        let mut of_file = Trace::of(&recording, sequence);
        of_file.sift(Some(filter.clone()));
        of_file.follow(Source::Recording(&recording), &mut || true);
        let seen = |row: &Row| (row.length, row.protocol, row.segment, row.notes);
        let (file, world): (Vec<_>, Vec<_>) =
            (rows(&of_file).iter().map(seen).collect(), rows(&of_world).iter().map(seen).collect());
        assert!(file == world && !file.is_empty(), "{sequence:?}");
        let listed = |trace: &Trace| trace.listed_rows(0).map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!(listed(&of_file), listed(&of_world));
    }
}
