//! What the page asks of a history for every animation frame, at moments all over it.

use crate::recorded;
use crate::sample::{Clock, Sample, repeat};
use crate::world::{Traffic, crowded};
use netlab::history::Stride;
use netlab::topology::{Direction, NodeId};
use netlab::{Duration, History, Instant, World};
use std::hint::black_box;
use wire::rng::Stream;

/// How much has happened before anything is asked.
const TRANSITS: usize = 100_000;

/// The frames on every wire.
pub fn passing(clock: Clock<'_>) -> Sample {
    ask(clock, 1, |world, at| {
        let directions = world.topology().links.len() * 2;
        let on = |index| world.history().passing(Direction::from_index(index), at, at).count();
        (0..directions).map(on).sum::<usize>()
    })
}

/// The tables of every node.
pub fn node_at(clock: Clock<'_>) -> Sample {
    ask(clock, 1, |world, at| {
        world
            .topology()
            .node_ids()
            .map(|node: NodeId| world.history().node_at(node, at).sockets.len())
            .sum::<usize>()
    })
}

/// Where stepping to the next event leads.
pub fn next_after(clock: Clock<'_>) -> Sample {
    ask(clock, 16, |world, at| world.history().next_after(at))
}

/// All that the stage and the tables show of a moment: the frames on every wire, the tables of every node, the counters of
/// every direction.
pub fn view(clock: Clock<'_>) -> Sample {
    recorded::ask(|recorded| {
        ask_of(clock, &recorded.world, 16, |world, at| {
            let history = world.history();
            let of = |direction| {
                let passing = history.passing(direction, at, at).count();
                passing as u64 + history.totals_at(direction, at).delivered
            };
            let wires: u64 = recorded.directions().map(of).sum();
            let nodes = world.topology().node_ids();
            (wires, nodes.map(|node| history.node_at(node, at).sockets.len()).sum::<usize>())
        })
    })
}

/// Where a step back and a step forward lead.
pub fn steps(clock: Clock<'_>, stride: Stride) -> Sample {
    recorded::ask(|recorded| {
        let sample = ask_of(clock, &recorded.world, 16, |world, at| {
            let topology = world.topology();
            let ends = |direction: Direction| [topology.sender(direction), topology.receiver(direction)];
            let history = world.history();
            (history.step_before(at, stride, &ends), history.step_after(at, stride, &ends))
        });
        Sample { operations: sample.operations * 2, ..sample }
    })
}

/// What every run had measured.
pub fn run_totals(clock: Clock<'_>) -> Sample {
    ask(clock, 16, |world, at| world.history().runs().iter().map(|run| run.totals_at(at).bytes).sum::<u64>())
}

/// The hash.
pub fn hash(clock: Clock<'_>) -> Sample {
    ask(clock, 16, |world, _| world.history().hash())
}

fn ask<R>(clock: Clock<'_>, batch: u64, query: impl Fn(&World, Instant) -> R) -> Sample {
    ask_of(clock, &lived_in(), batch, query)
}

fn ask_of<R>(clock: Clock<'_>, world: &World, batch: u64, query: impl Fn(&World, Instant) -> R) -> Sample {
    let mut random = Stream::new(7, &[]);
    repeat(clock, || {
        for _ in 0..batch {
            let at = Instant::from_nanos(random.draw_u64() % world.now().nanos());
            black_box(query(world, black_box(at)));
        }
        (batch, 0)
    })
}

/// The large lab after a number of transits.
fn lived_in() -> World {
    let mut world = crowded(Traffic::Tcp);
    let count = |history: &History| history.transits().len();
    while count(world.history()) < TRANSITS {
        let next = world.now() + Duration::from_millis(10);
        world.run_until(next, || true);
    }
    assert_eq!(world.history().complete_since(), Instant::ZERO, "nothing was forgotten");
    world
}
