//! The examples' histories, by their hashes: the same natively and in wasm, today and tomorrow.
//!
//! A change of the engine may change them. Then look at what has changed (`packetarium run … --pcapng`), and if it is
//! right, put the new hash here: the test says which.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::Limits;
use netlab::run::{Outcome, Ping, RunId, RunKind, RunSpec, Target};
use netlab::topology::{Link, LinkId, Node, NodeId, NodeKind};
use netlab::world::{Command, Quiet};
use netlab::{Duration, Instant, Ratio, World};
use scenario::{Change, Scenario, examples, link};
use wire::impair::Impairment;

const HASHES: &[(&str, &str)] = &[
    ("two-hosts-and-a-switch", "a651cc4efe8c4d02"),
    ("hub-beside-switch", "2bc968f2065d9c77"),
    ("slow-lossy-link", "6c2d7bd907d11227"),
    ("dual-stack", "b3153bc01988123f"),
    ("connect", "b12fc69a83703b80"),
    ("iperf-self", "0634280dd3ec9aa2"),
    ("link-that-fails", "468673dc5a12a47f"),
    ("bad-weather", "f248ea95f8185ed9"),
    ("bufferbloat", "d425b6b19516f56e"),
    ("vlans", "5ca76308ba3ff479"),
    ("spanning-tree", "e050e53e7f61271e"),
    ("broadcast-storm", "fa2d98a66c330601"),
    ("multicast", "c76eac73790041c0"),
    ("three-networks", "19e8e27a84b6a15e"),
    ("path-mtu", "dd0b3284288f5347"),
    ("ipv6", "e4b86dfcf2fb9cda"),
    ("rip", "350118113ffdf0d5"),
    ("count-to-infinity", "cb162bd64f08070e"),
    ("home-network", "3334450016f56635"),
    ("firewall", "90c410db0cca0189"),
];

/// The runs that fail, by their places: that is what these examples show.
const FAIL: &[(&str, &[usize])] = &[
    ("broadcast-storm", &[0]),
    ("three-networks", &[2]),
    ("count-to-infinity", &[1, 2]),
    ("home-network", &[4]),
    ("firewall", &[2, 3]),
];

fn run_until_quiet(world: &mut World) {
    let end = Instant::ZERO + Duration::from_secs(150);
    assert_eq!(world.run_until_quiet(end, || true), Quiet::Reached);
}

fn hash(world: &World) -> String {
    format!("{:016x}", world.history().hash())
}

#[test]
fn each_example_has_the_history_that_it_always_had() {
    // Those with services come behind, and have theirs in service_examples.rs.
    let found: Vec<_> = examples()
        .iter()
        .take(HASHES.len())
        .map(|example| {
            let mut world = example.scenario().world(Limits::default()).expect(example.name);
            run_until_quiet(&mut world);
            let fail = FAIL.iter().find(|(name, _)| *name == example.name).map_or(&[][..], |(_, fail)| fail);
            for (number, log) in world.history().runs().iter().enumerate() {
                let succeeded = log.outcome_at(world.now()) == Some(&Outcome::Succeeded);
                assert_eq!(succeeded, !fail.contains(&number), "{} {number}", example.name);
            }
            (example.name, hash(&world))
        })
        .collect();
    let found: Vec<_> = found.iter().map(|(name, hash)| (*name, &hash[..])).collect();
    assert_eq!(found, HASHES);
}

#[test]
fn a_run_started_by_hand_is_replayed_by_the_document() {
    let scenario = examples()[0].scenario();
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until(Instant::from_nanos(3_600_000_007), || true);
    let spec = RunSpec {
        from: NodeId(2),
        to: Target::Node(NodeId(0), None),
        kind: RunKind::Ping(Ping { count: 2, ..Ping::default() }),
    };
    let (at, _) = world.apply(Command::Start(spec.clone())).unwrap();
    run_until_quiet(&mut world);

    let shared = link::encode(&scenario.with_run(at, spec));
    let mut replayed = link::decode(&shared).unwrap().world(Limits::default()).unwrap();
    run_until_quiet(&mut replayed);
    assert_eq!(hash(&replayed), hash(&world));
}

#[test]
fn what_is_done_to_a_running_network_is_replayed_by_the_document() {
    let scenario = examples()[0].scenario();
    let mut world = scenario.world(Limits::default()).unwrap();
    let mut replay = scenario.clone();
    // Each is done live a little later than the one before, and noted down as it is.
    let mut ways = scenario.topology.links[0].ways.clone();
    ways[1].impairments.push(Impairment::Loss(Ratio::percent(20)));
    let node = Node { name: "Neu".into(), kind: scenario.topology.nodes[2].kind.clone() };
    let mut node = Change::Node { id: "new".into(), at: None, node };
    if let Change::Node { node: Node { kind: NodeKind::Host(config), .. }, .. } = &mut node {
        config.addresses = vec!["10.0.0.4/24".parse().unwrap()];
    }
    let cable = Change::Cable(Link::new([NodeId(1), NodeId(4)], ways.clone()));
    let mut pulled = ways.clone();
    pulled[0].impairments.push(Impairment::Down);
    let spec = RunSpec {
        from: NodeId(4),
        to: Target::Node(NodeId(0), None),
        kind: RunKind::Ping(Ping { count: 9, ..Ping::default() }),
    };
    let steps = [
        (1_000_000_000, Some(Change::Link(LinkId(0), ways))),
        (1_500_000_007, Some(node)),
        (1_500_000_007, Some(cable)),
        (1_500_000_008, None),
        (3_900_000_000, Some(Change::Link(LinkId(3), pulled))),
        (5_050_000_000, Some(Change::Stop(RunId(2)))),
        (6_000_000_000, Some(Change::Stop(RunId(3)))),
    ];
    for (until, change) in steps {
        // It has then got just as far: two things can be done at the next moment.
        world.run_until(Instant::from_nanos(until), || true);
        let command = change
            .as_ref()
            .map_or_else(|| Command::Start(spec.clone()), |change| change.command(scenario.services()));
        let (at, _) = world.apply(command).unwrap();
        replay = match change {
            Some(change) => replay.with_change(at, change),
            None => replay.with_run(at, spec.clone()),
        };
    }
    run_until_quiet(&mut world);
    assert_eq!(replay.changes.len(), 6);

    let replay = link::decode(&link::encode(&replay)).unwrap();
    let mut replayed = replay.world(Limits::default()).unwrap();
    run_until_quiet(&mut replayed);
    assert_eq!(hash(&replayed), hash(&world));
    assert_eq!(replayed.topology(), world.topology());
    assert_eq!(replay.at(world.now()).topology, *world.topology(), "what the document says of the end is so");
    let stopped = |run| world.history().run(RunId(run)).outcome_at(world.now()) == Some(&Outcome::Stopped);
    assert_eq!([0, 1, 2, 3].map(stopped), [false, false, true, true]);
}

#[test]
fn another_seed_gives_another_history_where_chance_is_involved() {
    let lossy = examples().iter().find(|example| example.name == "slow-lossy-link").unwrap().scenario();
    let hashes = [7, 8].map(|seed| {
        let scenario = Scenario { seed, ..lossy.clone() };
        let mut world = scenario.world(Limits::default()).unwrap();
        run_until_quiet(&mut world);
        hash(&world)
    });
    assert_ne!(hashes[0], hashes[1]);
}

#[test]
fn the_very_frame_that_a_document_picks_is_lost() {
    let text = r#"{
      "packetarium": 1,
      "nodes": [
        {"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]},
        {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]},
        {"id": "s", "kind": "switch"}
      ],
      "links": [{"ends": ["a", "s"]}, {"ends": ["b", "s"]}],
      "runs": [{"ping": {"from": "a", "to": "b", "count": 2}}],
      "changes": [{"at": "1s", "link": {"ends": ["a", "s"], "impair": [{"frame": 3, "from": "a"}]}}]
    }"#;
    let mut world = Scenario::parse(text).unwrap().world(Limits::default()).unwrap();
    run_until_quiet(&mut world);
    // An ARP request and an echo request go before it.
    assert_eq!(world.history().runs()[0].totals_at(world.now()).received, 1);
}
