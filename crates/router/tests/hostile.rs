//! Whatever comes in, a router neither fails nor grows without bounds, and no packet has two fates.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use proptest::prelude::*;
use router::config::{Filter, Forward, Nat, Protocol, Rip, Rule, Transport, Verdict};
use router::interface::link_local_of;
use router::{Config, Event, Port, fragmentation, neighbor};
use smoltcp::wire::{EthernetAddress, IpAddress, IpProtocol};
use wire::{Duration, PortId};

fn everything() -> Config {
    let rule = |verdict, protocol, port| Rule {
        verdict,
        port,
        from: None,
        to: None,
        protocol: Some(protocol),
        to_ports: None,
    };
    let rules = vec![
        rule(Verdict::Reject, Protocol::Tcp, Some(2)),
        rule(Verdict::Allow, Protocol::Tcp, None),
        rule(Verdict::Deny, Protocol::Icmp, Some(1)),
    ];
    let forward = Forward { transport: Transport::Udp, port: 53, to: [10, 0, 0, 2].into(), to_port: 53 };
    Config {
        routes: vec![via("0.0.0.0/0", "10.0.2.9"), via("::/0", "fd02::9"), via("10.9.0.0/16", "10.0.0.9")],
        rip: Some(Rip::default()),
        nat: Some(Nat { forwards: vec![forward] }),
        filter: Some(Filter { rules, otherwise: Verdict::Allow }),
        services: None,
    }
}

/// A router with three ports, a VLAN, translation, filter and RIP, and a station at each port.
fn network() -> Net {
    let on = |port: Port| Port { advertise: true, rip: true, ..port };
    let vlans = vec![(7, vec!["10.7.0.1/24".parse().unwrap(), "fd07::1/64".parse().unwrap()])];
    let mut net = Net::one(
        everything(),
        vec![
            on(port(&["10.0.0.1/24", "fd00::1/64"])),
            Port { vlans, mtu: 600, ..on(port(&["10.0.1.1/24", "fd01::1/64"])) },
            Port { outside: true, ..on(port(&["10.0.2.1/24", "fd02::1/64"])) },
        ],
    );
    for at in 0..3 {
        net.station((0, at), &[&format!("10.0.{at}.2"), &format!("fd0{at}::2"), "fe80::2"]);
    }
    net
}

/// A packet that makes sense, between any two of these.
fn sensible() -> impl Strategy<Value = Vec<u8>> {
    let hosts =
        ["10.0.0.2", "10.0.1.2", "10.0.2.2", "10.0.0.77", "10.0.2.1", "10.0.0.1", "10.7.0.2", "192.0.2.1"];
    let six = ["fd00::2", "fd01::2", "fd02::2", "fd00::77", "fe80::2", "fd00::1", "fd07::2", "2001:db8::1"];
    let groups4 = ["224.0.0.9", "255.255.255.255", "10.0.0.255"];
    let groups6 = ["ff02::9", "ff02::1", "ff02::1:ff00:1"];
    let pair = any::<(bool, prop::sample::Index, prop::sample::Index)>().prop_map(move |(four, a, b)| {
        let (hosts, groups) = if four { (hosts, groups4) } else { (six, groups6) };
        let to = b.index(hosts.len() + groups.len());
        (*a.get(&hosts), hosts.get(to).or(groups.get(to - hosts.len().min(to))).copied().unwrap_or(hosts[0]))
    });
    let payload = prop::collection::vec(any::<u8>(), 0..1_400);
    (pair, any::<u8>(), 0u8..8, any::<[u8; 2]>(), payload).prop_map(
        |((from, to), ttl, kind, ports, payload)| {
            let ports = ports.map(|port| [53, 520, 521, 33_434, 4_000][usize::from(port) % 5]);
            match kind {
                0 | 1 => udp_ports(from, to, ttl, ports, &payload),
                2 => ping(from, to, ttl, &payload),
                3 => ip(from, to, IpProtocol::Tcp, ttl, &payload),
                4 => ip(
                    from,
                    to,
                    IpProtocol::Icmp,
                    ttl,
                    &router::icmp::icmpv4(&[&[3, 0, 0, 0, 0, 0, 0, 0], &payload]),
                ),
                5 => {
                    let kinds = [133, 134, 135, 136, 137, 1, 2, 3];
                    let head = [kinds[payload.len() % 8], 0, 0, 0, 0xe0, 0, 0, 0];
                    match (from.parse(), to.parse()) {
                        (Ok(a), Ok(b)) => {
                            let message = router::icmp::icmpv6(a, b, &[&head, &payload]);
                            ipv6(a, b, IpProtocol::Icmpv6, 255, &message)
                        }
                        _ => ping(from, to, ttl, &payload),
                    }
                }
                6 => ip(from, to, IpProtocol::HopByHop, ttl, &payload),
                _ => ip(from, to, IpProtocol::Ipv6Frag, ttl, &payload),
            }
        },
    )
}

#[derive(Clone, Debug)]
enum Step {
    /// These bytes.
    Bytes(Vec<u8>),
    /// This packet, unicast or broadcast, in a VLAN or not, with these bytes changed.
    Packet(Vec<u8>, bool, bool, Vec<(prop::sample::Index, u8)>),
    /// The same in fragments.
    Fragments(Vec<u8>, u16),
    Wait(u32),
    Carrier(bool),
    Settings(u8),
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    let changes = prop::collection::vec(any::<(prop::sample::Index, u8)>(), 0..4);
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..100).prop_map(Step::Bytes),
        10 => (sensible(), any::<bool>(), any::<bool>(), changes)
            .prop_map(|(packet, all, vlan, changes)| Step::Packet(packet, all, vlan, changes)),
        2 => (sensible(), 68u16..900).prop_map(|(packet, mtu)| Step::Fragments(packet, mtu)),
        1 => (0u32..40_000).prop_map(Step::Wait),
        1 => any::<bool>().prop_map(Step::Carrier),
        1 => any::<u8>().prop_map(Step::Settings),
        1 => Just(Step::Clear),
    ]
}

fn take(net: &mut Net, at: Place, step: Step) {
    match step {
        Step::Bytes(bytes) => net.frame(at, &bytes),
        Step::Packet(packet, to_all, vlan, changes) => {
            let to = if to_all { EthernetAddress::BROADCAST } else { router_mac(at) };
            let mut frame = framed(to, station_mac(at), vlan.then_some(7), &packet);
            for (place, value) in changes {
                let place = place.index(frame.len());
                frame[place] = value;
            }
            net.frame(at, &frame);
        }
        Step::Fragments(packet, mtu) if packet[0] >> 4 == 4 => {
            fragmentation::fragment(&packet, mtu.into(), |fragment| net.send(at, fragment));
        }
        Step::Fragments(packet, _) => {
            fragmentation::fragment_own_ipv6(&packet, 3, |fragment| net.send(at, fragment));
        }
        Step::Wait(ms) => net.pass(Duration::from_millis(ms.into())),
        Step::Carrier(up) => {
            net.with(0, |router, now, out| router.set_carrier(now, PortId(at.1), up, out));
        }
        Step::Settings(bits) => {
            let mut config = everything();
            if bits & 1 != 0 {
                config.nat = None;
            }
            if bits & 2 != 0 {
                config.filter = None;
            }
            if bits & 4 != 0 {
                config.rip = None;
            }
            net.with(0, |router, now, out| router.set_config(now, config, out));
        }
        Step::Clear => net.with(0, |router, now, out| router.clear(now, out)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    /// The network itself asserts that no packet is refused twice, or refused and sent on, that a router is never busy, and that each
    /// IPv4 header that comes out of it has a right checksum.
    #[test]
    fn nothing_that_comes_in_makes_it_fail(
        steps in prop::collection::vec((0u32..3, step()), 1..60),
    ) {
        let mut net = network();
        for (at, step) in steps {
            take(&mut net, (0, at), step);
        }
        net.pass(Duration::from_secs(100));
        let mut neighbors = std::collections::BTreeSet::new();
        let mut open = [std::collections::BTreeSet::new(), std::collections::BTreeSet::new()];
        for (_, event) in &net.events {
            match event {
                Event::Neighbor { port, ip, .. } => { neighbors.insert((*port, *ip)); }
                Event::NeighborGone { port, ip } => prop_assert!(neighbors.remove(&(*port, *ip))),
                Event::Translation { entry, .. } => prop_assert!(open[0].insert(*entry)),
                Event::TranslationGone { entry } => prop_assert!(open[0].remove(entry)),
                Event::Connection { entry, .. } => { open[1].insert(*entry); }
                Event::ConnectionGone { entry } => prop_assert!(open[1].remove(entry)),
                Event::Route(_) | Event::RouteGone { .. } => {}
            }
        }
        net.routes(0);
    }

    #[test]
    fn what_waits_is_sent_or_refused_in_the_end(
        steps in prop::collection::vec((0u32..3, sensible()), 1..40), mute in any::<bool>(),
    ) {
        let mut net = network();
        net.stations.values_mut().for_each(|station| station.mute = mute);
        for (at, packet) in steps {
            net.send((0, at), &packet);
        }
        net.pass(Duration::from_secs(70)); // Fragments wait a minute for the first of their packet.
        let forwardable = net.unanswered();
        prop_assert!(forwardable.iter().all(|packet| is_own(packet)), "{:?}", forwardable.iter().map(|p| shown(p)).collect::<Vec<_>>());
    }
}

/// Whether a packet is for the router itself, or for a group that it is in, or belongs to RIP.
fn is_own(packet: &[u8]) -> bool {
    let to = wire::header::Ip::read(packet).unwrap().destination;
    let own = ["10.0.0.1", "10.0.1.1", "10.0.2.1", "fd00::1", "fd01::1", "fd02::1"];
    let groups = ["224.0.0.9", "ff02::9", "ff02::1", "ff02::1:ff00:1", "255.255.255.255", "10.0.0.255"];
    let is = |text: &&str| text.parse::<IpAddress>().unwrap() == to;
    let is_link_local = (0..3).any(|at| IpAddress::Ipv6(link_local_of(router_mac((0, at)))) == to);
    is_link_local || own.iter().chain(&groups).any(is)
}

#[test]
fn a_flood_of_strangers_fills_no_table_beyond_its_bound() {
    let mut net = Net::one(Config::default(), vec![port(&["10.0.0.1/8", "fd00::1/64"])]);
    net.station((0, 0), &[]);
    let mut known = 0usize;
    for number in 0..5_000u32 {
        let from = std::net::Ipv4Addr::from(0x0a01_0000 + number).to_string();
        let repr = smoltcp::wire::ArpRepr::EthernetIpv4 {
            operation: smoltcp::wire::ArpOperation::Request,
            source_hardware_addr: station_mac((0, 0)),
            source_protocol_addr: from.parse().unwrap(),
            target_hardware_addr: EthernetAddress([0; 6]),
            target_protocol_addr: [10, 0, 0, 1].into(),
        };
        net.frame((0, 0), &arp_frame(EthernetAddress::BROADCAST, station_mac((0, 0)), None, repr));
        for (_, event) in net.events.drain(..) {
            match event {
                Event::Neighbor { .. } => known += 1,
                Event::NeighborGone { .. } => known -= 1,
                _ => {}
            }
        }
        assert!(known <= neighbor::NEIGHBORS_MAX);
    }
    assert_eq!(known, neighbor::NEIGHBORS_MAX);
}
