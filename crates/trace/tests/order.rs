//! Who sees which frame when.

#[path = "../../capture/tests/common/mod.rs"]
mod common;

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use capture::Place;
use common::{run, scenario, seen};
use netlab::history::{Fate, Limits};
use netlab::topology::{Direction, End, LinkId};
use std::collections::BTreeSet;
use trace::Order;

#[test]
fn everything_is_seen_at_both_ends_in_the_order_of_time() {
    let world = run(&scenario(), Limits::default(), |_| ());
    let seen = seen(&world, Place::Everywhere);
    assert!(seen.is_sorted_by_key(|(sighting, _)| *sighting));
    assert!(seen.is_sorted_by_key(|(sighting, _)| sighting.at));
    let now = world.now();
    let transits = || world.history().transits();
    let sent = transits().filter(|transit| transit.start <= now).count();
    let received = transits().filter(|t| t.fate == Fate::Delivered && t.arrival <= now).count();
    assert!(received > 300 && sent > received, "{sent} {received}: some are lost");
    assert_eq!(seen.iter().filter(|(sighting, _)| sighting.sent).count(), sent);
    assert_eq!(seen.iter().filter(|(sighting, _)| !sighting.sent).count(), received);
    for (sighting, transit) in &seen {
        assert_eq!(sighting.transit, transit.id);
        assert_eq!(sighting.at, if sighting.sent { transit.start } else { transit.arrival });
    }
    let waited = seen.iter().any(|(_, transit)| transit.start > transit.queued);
    let handed_over: Vec<_> = seen.iter().map(|(sighting, _)| sighting.transit).collect();
    assert!(waited && !handed_over.is_sorted(), "some overtake others, or there is nothing to put in order");
}

#[test]
fn once_is_each_frame_once_at_its_first_wire() {
    let world = run(&scenario(), Limits::default(), |_| ());
    let once = seen(&world, Place::Once);
    let frames: BTreeSet<_> = world.history().transits().map(|transit| transit.frame_id).collect();
    assert_eq!(once.iter().map(|(_, transit)| transit.frame_id).collect::<BTreeSet<_>>(), frames);
    assert_eq!(once.len(), frames.len());
    for (sighting, transit) in &once {
        assert!(sighting.sent);
        assert_eq!(transit.direction.from, End::First, "in this network the hosts are the first ends");
    }
}

#[test]
fn a_link_and_a_port_see_their_part() {
    let world = run(&scenario(), Limits::default(), |_| ());
    let everywhere = seen(&world, Place::Everywhere);
    let numbers = |seen: &[(capture::Sighting, netlab::history::Transit)]| {
        seen.iter().map(|(sighting, _)| *sighting).collect::<Vec<_>>()
    };
    for link in [0, 1, 2].map(LinkId) {
        let mut part = everywhere.clone();
        part.retain(|(sighting, transit)| transit.direction.link == link && sighting.sent);
        assert_eq!(numbers(&seen(&world, Place::Link(link))), numbers(&part));
        for from in End::BOTH {
            let port = Direction { link, from };
            let mut part = everywhere.clone();
            part.retain(|(sighting, transit)| {
                transit.direction == if sighting.sent { port } else { port.reverse() }
            });
            assert!(part.iter().any(|(sighting, _)| sighting.sent));
            assert!(part.iter().any(|(sighting, _)| !sighting.sent));
            assert_eq!(numbers(&seen(&world, Place::Port(port))), numbers(&part));
        }
    }
}

#[test]
fn taking_bit_by_bit_while_the_world_runs_is_taking_all_at_the_end() {
    for place in [Place::Everywhere, Place::Once, Place::Link(LinkId(1))] {
        let mut order = Order::new(place);
        let mut bits = Vec::new();
        let mut turn = 0;
        let mut take = |world: &netlab::World, enough: usize| {
            let mut taken = 0;
            order.take(world.history(), world.now(), &mut |sighting, _| {
                bits.push(sighting);
                taken += 1;
                taken < enough
            });
            assert!(taken <= enough);
            taken == enough
        };
        // Now nothing, now one, now two: it lags behind, and comes after in the end.
        let world = run(&scenario(), Limits::default(), |world| {
            turn += 1;
            if turn % 3 > 0 {
                take(world, turn % 3);
            }
        });
        while take(&world, 50) {}
        assert_eq!(order.missed(), 0);
        assert_eq!(bits, seen(&world, place).into_iter().map(|(sighting, _)| sighting).collect::<Vec<_>>());
    }
}

#[test]
fn what_was_forgotten_is_counted() {
    let limits = Limits { transits: 100, ..Limits::default() };
    let mut often = Order::new(Place::Everywhere);
    let mut all = 0;
    let world = run(&scenario(), limits, |world| {
        often.take(world.history(), world.now(), &mut |_, _| {
            all += 1;
            true
        });
    });
    assert_eq!(often.missed(), 0, "who looks often misses nothing");
    let mut late = Order::new(Place::Everywhere);
    let mut few = 0;
    late.take(world.history(), world.now(), &mut |_, _| {
        few += 1;
        true
    });
    let oldest = world.history().transits().next().unwrap().id;
    assert_eq!(late.missed(), oldest.0);
    assert!(few <= 200 && all > 600, "{few} {all}");
}
