//! What the packet list does with [recorded frames](crate::recorded): takes them off the history, filters them, shows a row,
//! saves them and opens what was saved.

use crate::recorded::{FRAMES, List, Recorded, ask};
use crate::sample::{Clock, Sample, once, repeat};
use capture::{Network, Place, Writer};
use dissect::analysis::{Answer, info};
use dissect::filter::Filter;
use std::hint::black_box;
use std::rc::Rc;
use wire::rng::Stream;

/// Takes packets off the history: into the order of time, and what they have to do with each other.
pub fn follow(clock: Clock<'_>) -> Sample {
    const BATCH: usize = 256;
    ask(|recorded| {
        let mut list = List::default();
        repeat(clock, || {
            if list.packets.len() >= FRAMES {
                list = List::default();
            }
            let before = list.packets.len();
            list.take(&recorded.world, BATCH);
            ((list.packets.len() - before) as u64, 0)
        })
    })
}

/// Sifts packets, one after the other.
pub fn filter(clock: Clock<'_>, text: &str) -> Sample {
    const BATCH: usize = 64;
    let filter = Filter::parse(text).expect("the filter makes sense");
    ask(|recorded| {
        let mut next = 0;
        repeat(clock, || {
            for _ in 0..BATCH {
                black_box(filter.matches(&recorded.subject(next)));
                next = (next + 1) % FRAMES;
            }
            (BATCH as u64, 0)
        })
    })
}

/// What a row shows, of a screenful of packets anywhere in the list.
pub fn row(clock: Clock<'_>) -> Sample {
    const SCREEN: usize = 30;
    ask(|recorded| {
        let mut random = Stream::new(7, &[]);
        repeat(clock, || {
            let first = random.draw_u64() as usize % (FRAMES - SCREEN);
            for number in first..first + SCREEN {
                let (packet, transit) = recorded.packet(number);
                black_box(dissect::summary(&transit.frame));
                black_box(info(&transit.frame, &packet.notes, Answer::Unknown));
            }
            (SCREEN as u64, 0)
        })
    })
}

/// Saves them all as pcapng, in memory as the page does it.
pub fn save(clock: Clock<'_>) -> Sample {
    ask(|recorded| {
        once(clock, || {
            let bytes = saved(recorded).len() as u64;
            Sample { operations: FRAMES as u64, bytes, ..Sample::default() }
        })
    })
}

/// Opens what was saved.
pub fn open(clock: Clock<'_>) -> Sample {
    let file: Rc<[u8]> = ask(saved).into();
    repeat(clock, || {
        let recording = capture::read(black_box(file.clone())).expect("it is a capture");
        (recording.packets.len() as u64, file.len() as u64)
    })
}

fn saved(recorded: &Recorded) -> Vec<u8> {
    let world = &recorded.world;
    let network = Network { title: "", topology: world.topology(), ids: &[] };
    let mut writer = Writer::new(Vec::new(), &network, Place::Once).expect("memory takes everything");
    for number in 0..FRAMES {
        let (packet, transit) = recorded.packet(number);
        writer.write(packet.sighting, transit).expect("memory takes everything");
    }
    writer.finish(world.now()).expect("memory takes everything")
}
