//! A network in which everything happens that a capture has to tell: waiting, drops, losses, appended bytes, floods.
#![allow(dead_code, reason = "each test file uses its own part")]

use capture::{Network, Place, Sighting, Writer};
use netlab::history::{Limits, Transit};
use netlab::world::Quiet;
use netlab::{Duration, Instant, World};
use scenario::Scenario;
use trace::Order;

/// Three hosts at a switch. What b is sent waits in a queue of four frames and loses some; what c sends gets longer.
pub fn scenario() -> Scenario {
    let text = r#"{
        "packetarium": 1, "title": "All that happens", "seed": 3,
        "nodes": [
            {"id": "a", "kind": "host", "name": "Anna's computer", "addresses": ["10.0.0.1/24", "fd00::1/64"]},
            {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24", "fd00::2/64"]},
            {"id": "c", "kind": "host", "addresses": ["10.0.0.3/24"]},
            {"id": "s", "kind": "switch"}
        ],
        "links": [
            {"ends": ["a", "s"], "rate": "100Mbps"},
            {"ends": ["b", "s"], "rate": "1Mbps", "queue": "6KiB", "impair": [{"loss": 0.05}]},
            {"ends": ["c", "s"], "impair": [{"trailing": 20, "from": "c"}]}
        ],
        "runs": [
            {"ping": {"from": "c", "to": "a", "count": 3}},
            {"at": "10ms", "iperf": {"from": "a", "to": "b", "bytes": "200kB"}},
            {"at": "20ms", "ping": {"from": "a", "to": "fd00::2", "count": 2}}
        ]
    }"#;
    Scenario::parse(text).unwrap()
}

pub fn network(scenario: &Scenario) -> Network<'_> {
    Network { title: &scenario.title, topology: &scenario.topology, ids: &scenario.ids }
}

/// Goes from moment to moment until all is quiet; `each` is shown the world after each.
pub fn run(scenario: &Scenario, limits: Limits, mut each: impl FnMut(&World)) -> World {
    let mut world = scenario.world(limits).unwrap();
    let end = Instant::ZERO + Duration::from_secs(3_600);
    while world.run_until_quiet(end, || false) == Quiet::Paused {
        each(&world);
    }
    assert!(world.is_quiet(), "it becomes quiet within an hour");
    world
}

/// Everything that was seen at this place.
pub fn seen(world: &World, place: Place) -> Vec<(Sighting, Transit)> {
    let mut seen = Vec::new();
    let mut order = Order::new(place);
    order.take(world.history(), world.now(), &mut |sighting, transit| {
        seen.push((sighting, transit.clone()));
        true
    });
    assert_eq!(order.missed(), 0);
    seen
}

/// The same as a file; of the packets those that `wanted` says.
pub fn file(scenario: &Scenario, world: &World, place: Place, wanted: impl Fn(&Transit) -> bool) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &network(scenario), place).unwrap();
    for (sighting, transit) in seen(world, place) {
        if wanted(&transit) {
            writer.write(sighting, &transit).unwrap();
        } else {
            writer.skip(sighting, &transit);
        }
    }
    writer.finish(Instant::from_nanos(world.now().nanos())).unwrap()
}
