//! Virtual time: how much of it passes in a second, and what an event costs, with the history kept.
//!
//! An event is a frame reaching the end of a wire, at a host or at the switch. What happens between two of those (timers,
//! programs, the history) is part of their cost.

use crate::sample::{Clock, Sample, once};
use netlab::history::Limits;
use netlab::run::{Amount, Iperf, IperfTransport, RunKind, RunSpec, Target};
use netlab::topology::{Direction, HostConfig, Link, Node, NodeId, NodeKind, SwitchConfig, Topology, Way};
use netlab::world::Command;
use netlab::{BitsPerSec, Duration, Instant, World};
use smoltcp::wire::{IpCidr, Ipv4Address, Ipv4Cidr};
use wire::line::{LineConfig, Queue};

/// How many hosts the large lab has; each of the first half sends to one of the second.
const HOSTS: u32 = 64;

/// What the 32 flows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// TCP, that the hosts' cables limit to 10 Mbit/s.
    Tcp,
    /// UDP of 10 Mbit/s each, over cables of 100 Mbit/s.
    Udp,
}

/// 64 hosts, 32 flows, four seconds.
pub fn crowd(clock: Clock<'_>, traffic: Traffic) -> Sample {
    measure(clock, crowded(traffic), Duration::from_secs(4))
}

/// Two hosts and one TCP flow of 1 Gbit/s, for a second.
pub fn pair(clock: Clock<'_>) -> Sample {
    let way = way(1_000, Duration::from_micros(10));
    let link = Link::new([NodeId(0), NodeId(1)], [way.clone(), way]);
    let topology = Topology { nodes: vec![host(0), host(1)], links: vec![link] };
    let mut world = world(topology);
    start(&mut world, NodeId(0), NodeId(1), Traffic::Tcp);
    measure(clock, world, Duration::from_secs(1))
}

/// The most flows in a network whose cost over its size is measured: each begins with a broadcast, which reaches every host.
const FLOWS_MAX: u32 = 50;
/// Hosts at one switch of such a network.
const HOSTS_OF_SWITCH: u32 = 60;

/// This many hosts at switches of 60, joined by one more switch. Of each pair of neighbors one sends to the other by UDP, as long as
/// there are no more than 50 flows; or only the first pair talks, and all others are idle. Begun before it is measured, so that all
/// addresses are known.
pub fn sized(clock: Clock<'_>, hosts: u32, only_one_flow: bool) -> Sample {
    const BEGUN: Duration = Duration::from_millis(100);
    let flows = if only_one_flow { 1 } else { FLOWS_MAX.min(hosts / 2) };
    let mut world = world(tree(hosts));
    for flow in 0..flows {
        start(&mut world, NodeId(2 * flow), NodeId(2 * flow + 1), Traffic::Udp);
    }
    world.run_until(Instant::ZERO + BEGUN, || true);
    // The same number of events for each number of flows.
    measure(clock, world, Duration::from_nanos(10_000_000_000 / u64::from(flows)))
}

fn tree(hosts: u32) -> Topology {
    let switches = hosts.div_ceil(HOSTS_OF_SWITCH);
    let (access, trunk) = (way(100, Duration::from_micros(500)), way(10_000, Duration::from_micros(50)));
    let cable = |ends, way: &Way| Link::new(ends, [way.clone(), way.clone()]);
    let switch =
        |number| Node { name: format!("s{number}"), kind: NodeKind::Switch(SwitchConfig::default()) };
    let nodes = (0..hosts).map(host).chain((0..=switches).map(switch)).collect();
    let of_host = |host| cable([NodeId(host), NodeId(hosts + host / HOSTS_OF_SWITCH)], &access);
    let of_switch = |number| cable([NodeId(hosts + number), NodeId(hosts + switches)], &trunk);
    Topology { nodes, links: (0..hosts).map(of_host).chain((0..switches).map(of_switch)).collect() }
}

/// The large lab, its flows about to start.
pub(crate) fn crowded(traffic: Traffic) -> World {
    let mbps = match traffic {
        Traffic::Tcp => 10,
        Traffic::Udp => 100,
    };
    let way = way(mbps, Duration::from_micros(500));
    let switch = NodeId(HOSTS);
    let mut nodes: Vec<_> = (0..HOSTS).map(host).collect();
    nodes.push(Node { name: "switch".into(), kind: NodeKind::Switch(SwitchConfig::default()) });
    let cable = |host| Link::new([NodeId(host), switch], [way.clone(), way.clone()]);
    let mut world = world(Topology { nodes, links: (0..HOSTS).map(cable).collect() });
    for sender in 0..HOSTS / 2 {
        start(&mut world, NodeId(sender), NodeId(sender + HOSTS / 2), traffic);
    }
    world
}

fn measure(clock: Clock<'_>, mut world: World, span: Duration) -> Sample {
    let (from, before) = (world.now(), arrivals(&world));
    once(clock, || {
        world.run_until(from + span, || true);
        Sample {
            operations: arrivals(&world) - before,
            virtual_ms: span.millis_f64(),
            fingerprint: Some(format!("{:016x}", world.history().hash())),
            ..Sample::default()
        }
    })
}

/// How many frames have reached the end of a wire.
fn arrivals(world: &World) -> u64 {
    let directions = world.topology().links.len() * 2;
    (0..directions).map(|index| world.history().totals(Direction::from_index(index)).delivered).sum()
}

pub(crate) fn world(topology: Topology) -> World {
    World::new(topology, 7, Limits::default()).expect("the topology is sound")
}

pub(crate) fn host(number: u32) -> Node {
    let address = Ipv4Cidr::new(Ipv4Address::from(0x0a00_0001 + number), 16);
    let config = HostConfig { addresses: vec![IpCidr::Ipv4(address)], ..HostConfig::default() };
    Node { name: format!("h{number}"), kind: NodeKind::Host(config) }
}

pub(crate) fn way(mbps: u64, delay: Duration) -> Way {
    let line = LineConfig { rate: BitsPerSec::new(mbps * 1_000_000), delay, queue: Queue::bytes(64 * 1024) };
    Way { line, impairments: Vec::new() }
}

pub(crate) fn start(world: &mut World, from: NodeId, to: NodeId, traffic: Traffic) {
    let transport = match traffic {
        Traffic::Tcp => IperfTransport::Tcp { congestion: None, rx_buffer: None, tx_buffer: None },
        Traffic::Udp => {
            let rate = BitsPerSec::new(10_000_000).expect("it is not zero");
            IperfTransport::Udp { rate, datagram_bytes: netlab::run::IPERF_DATAGRAM_BYTES }
        }
    };
    let amount = Amount::Time(Duration::from_secs(3_600));
    let kind = RunKind::Iperf(Iperf { amount, interval: Duration::from_secs(1), transport });
    let spec = RunSpec { from, to: Target::Node(to, None), kind };
    world.apply(Command::Start(spec)).expect("the run is sound");
}
