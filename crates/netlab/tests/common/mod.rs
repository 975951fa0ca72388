//! Small networks for tests.
#![allow(dead_code, reason = "each test file uses its own part")]

use netlab::history::Limits;
use netlab::run::{Outcome, RunId, RunKind, RunSpec, Target, Totals};
use netlab::topology::{HostConfig, Link, LinkId, Node, NodeId, NodeKind, SwitchConfig, Topology, Way};
use netlab::world::{Command, Quiet};
use netlab::{BitsPerSec, Duration, Instant, World};
use smoltcp::wire::IpCidr;
use wire::impair::Impairment;
use wire::line::{LineConfig, Queue};

pub const A: NodeId = NodeId(0);
pub const B: NodeId = NodeId(1);

pub fn host(number: u8) -> Node {
    let addresses =
        vec![format!("10.0.0.{number}/24").parse().unwrap(), format!("fd00::{number}/64").parse().unwrap()];
    Node {
        name: format!("h{number}"),
        kind: NodeKind::Host(HostConfig { addresses, ..HostConfig::default() }),
    }
}

/// Hosts without IPv6 addresses, which send nothing before they have something to say.
pub fn silent(mut topology: Topology) -> Topology {
    topology.nodes.iter_mut().for_each(silence);
    topology
}

/// Takes its IPv6 addresses from a host.
pub fn silence(node: &mut Node) {
    if let NodeKind::Host(config) = &mut node.kind {
        config.addresses.retain(|cidr| matches!(cidr, IpCidr::Ipv4(_)));
    }
}

pub fn switch() -> Node {
    Node { name: "s".into(), kind: NodeKind::Switch(SwitchConfig::default()) }
}

pub fn hub() -> Node {
    Node { name: "hub".into(), kind: NodeKind::Hub }
}

pub fn way(mbps: u64, delay_us: u64, queue_bytes: usize) -> Way {
    let rate = BitsPerSec::new(mbps * 1_000_000);
    let queue = Queue::bytes(queue_bytes);
    let line = LineConfig { rate, delay: Duration::from_micros(delay_us), queue };
    Way { line, impairments: Vec::new() }
}

pub fn cable(a: u32, b: u32) -> Link {
    let way = way(100, 1_000, 64 * 1024);
    Link::new([NodeId(a), NodeId(b)], [way.clone(), way])
}

/// `hosts` hosts (ids 0…) around one node in the middle (the last id).
pub fn star(hosts: u8, middle: Node) -> Topology {
    let mut nodes: Vec<_> = (1..=hosts).map(host).collect();
    nodes.push(middle);
    let links = (0..u32::from(hosts)).map(|n| cable(n, u32::from(hosts))).collect();
    Topology { nodes, links }
}

/// Two hosts and one cable, impaired in both directions.
pub fn pair(impairments: &[Impairment]) -> Topology {
    let mut link = cable(0, 1);
    for way in &mut link.ways {
        way.impairments = impairments.to_vec();
    }
    Topology { nodes: vec![host(1), host(2)], links: vec![link] }
}

pub fn world(topology: Topology) -> World {
    World::new(topology, 7, Limits::default()).unwrap()
}

pub fn start(world: &mut World, from: NodeId, to: NodeId, kind: RunKind) -> RunId {
    let spec = RunSpec { from, to: Target::Node(to, None), kind };
    world.apply(Command::Start(spec)).unwrap().1.unwrap()
}

/// Runs until nothing is active any more; panics after an hour of virtual time.
pub fn finish(world: &mut World) {
    let end = Instant::ZERO + Duration::from_secs(3_600);
    assert_eq!(world.run_until_quiet(end, || true), Quiet::Reached);
}

/// Runs one run to its end.
pub fn run(topology: Topology, kind: RunKind) -> (World, Outcome, Totals) {
    let mut world = world(topology);
    let run = start(&mut world, A, B, kind);
    finish(&mut world);
    let (outcome, totals) = result(&world, run);
    (world, outcome, totals)
}

pub fn result(world: &World, run: RunId) -> (Outcome, Totals) {
    let log = world.history().run(run);
    let outcome = log.outcome_at(world.now()).expect("it has ended").clone();
    (outcome, log.totals_at(world.now()))
}

pub fn link(world: &World, link: u32) -> &Link {
    world.topology().link(LinkId(link))
}
