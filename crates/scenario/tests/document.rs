//! What is read and what is written.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use bridge::config::Edge;
use common::FULL;
use netlab::run::{Amount, IpVersion, Iperf, IperfTransport, RunKind, Target};
use netlab::topology::{Congestion, Duplex, End, LinkId, NodeId, NodeKind, Port};
use netlab::{BitsPerSec, Duration, Instant, Ratio};
use scenario::{Scenario, examples, link};
use wire::impair::Impairment;
use wire::line::Queue;

#[test]
fn every_example_reads_without_an_error_and_survives_all_ways() {
    for example in examples() {
        let reading = Scenario::read(example.text);
        // What they are warned of is what they show; the problems' tests say which.
        assert!(!reading.faults.iter().any(scenario::Fault::is_error), "{}", example.name);
        let scenario = reading.scenario.unwrap();
        assert!(!scenario.title.is_empty() && scenario.description.is_some(), "{}", example.name);
        assert!(scenario.at.iter().all(Option::is_some), "{}", example.name);
        let mut world = scenario.world(netlab::history::Limits::default()).unwrap();
        world.run_until(Instant::from_nanos(1_000_000_000), || true);
        assert!(world.history().transits().len() > 0, "{} moves at once", example.name);
        for text in [scenario.to_json(), scenario.to_compact_json()] {
            assert_eq!(Scenario::parse(&text).as_ref(), Ok(&scenario), "{text}");
        }
        assert_eq!(scenario.to_json(), example.text, "examples are written as the writer writes");
        assert_eq!(link::decode(&link::encode(&scenario)), Ok(scenario));
    }
}

#[test]
fn the_contracts_own_example_reads() {
    let text = r#"{
      "packetarium": 1,
      "title": "Two hosts and a switch",
      "seed": 7,
      "nodes": [
        {"id": "a",  "kind": "host",   "at": [120, 200], "addresses": ["10.0.0.1/24"], "gateway": "10.0.0.254",
         "tcp": {"congestion": "cubic", "rx_buffer": "64KiB", "tx_buffer": "64KiB"}},
        {"id": "s1", "kind": "switch", "at": [300, 200]},
        {"id": "b",  "kind": "host",   "at": [480, 200], "addresses": ["10.0.0.2/24"]}
      ],
      "links": [
        {"ends": ["a", "s1"], "delay": "1ms", "rate": "100Mbps", "queue": "64KiB"},
        {"ends": ["s1", "b"], "delay": "1ms", "rate": "100Mbps", "impair": [{"loss": 0.01}]}
      ],
      "runs": [
        {"at": "0s", "ping":  {"from": "a", "to": "b", "count": 3}},
        {"at": "1s", "iperf": {"from": "a", "to": "b", "bytes": "1MB"}}
      ]
    }"#;
    let reading = Scenario::read(text);
    assert_eq!(reading.faults, []);
    let scenario = reading.scenario.unwrap();
    assert_eq!(scenario.at[1], Some((300.0, 200.0)));
    assert_eq!(scenario.ids, ["a", "s1", "b"]);
    let lossy = vec![Impairment::Loss(Ratio::percent(1))];
    assert_eq!(scenario.topology.links[1].ways.each_ref().map(|way| &way.impairments), [&lossy; 2]);
    assert_eq!(scenario.runs[1].0, Instant::ZERO + Duration::from_secs(1));
}

#[test]
fn every_field_arrives_exactly() {
    let reading = Scenario::read(FULL);
    assert_eq!(reading.faults, []);
    let scenario = reading.scenario.unwrap();
    assert_eq!(scenario.seed, 9_007_199_254_740_991);
    assert_eq!(scenario.topology.nodes[0].name, "Ärger & <b>");
    assert_eq!(scenario.topology.nodes[1].name, "b", "the id stands in for a name");
    assert_eq!(scenario.at[..5], [Some((-12.5, 100.0)), None, Some((0.0, 0.0)), None, None]);
    let host = scenario.topology.host(NodeId(0)).unwrap();
    assert_eq!((host.ip_mtu, host.tcp.congestion, host.tcp.rx_buffer), (9000, Congestion::Reno, 128));

    let [slow, quick] = &scenario.topology.links[1].ways;
    assert_eq!((slow.line.delay, quick.line.delay), (Duration::ZERO, Duration::from_millis(20)));
    assert_eq!((slow.line.rate, quick.line.rate), (BitsPerSec::new(1_000), None));
    assert_eq!((slow.line.queue, quick.line.queue), (Queue::bytes(1_500), Queue::bytes(3_072)));
    assert_eq!(scenario.topology.links[0].ways[0].line.delay, Duration::from_nanos(1_203_456_789));
    let one_in_a_billion = Impairment::Loss(Ratio::from_ppb(1).unwrap());
    let [first, second] = scenario.topology.links[0].ways.each_ref().map(|way| &way.impairments);
    assert_eq!((first[0], first.len(), second.len()), (one_in_a_billion, 4, 4));
    assert_eq!(
        second[1],
        Impairment::LossOfSmall { probability: Ratio::percent(10), bytes_max: 100 },
        "only what h1 sends"
    );

    assert_eq!(scenario.runs[0].0, Instant::from_nanos(1_000_000_001));
    assert_eq!(scenario.runs[0].1.to, Target::Node(NodeId(1), Some(IpVersion::V6)));
    let RunKind::Iperf(Iperf { amount, transport, .. }) = &scenario.runs[4].1.kind else { panic!() };
    assert_eq!(*amount, Amount::Time(Duration::from_millis(2_500)));
    let rate = BitsPerSec::new(8_000_000).unwrap();
    assert_eq!(*transport, IperfTransport::Udp { rate, datagram_bytes: 100 });
}

#[test]
fn every_field_survives_text_and_link() {
    let scenario = Scenario::parse(FULL).unwrap();
    for text in [scenario.to_json(), scenario.to_compact_json()] {
        assert_eq!(Scenario::parse(&text).as_ref(), Ok(&scenario), "{text}");
    }
    assert_eq!(link::decode(&link::encode(&scenario)), Ok(scenario));
}

#[test]
fn defaults_are_left_out() {
    let short = r#"{"packetarium":1,"nodes":[{"id":"a","kind":"host","addresses":["10.0.0.1/24"]},{"id":"b","kind":"host","addresses":["10.0.0.2/24","fd00::2/64"]},{"id":"s","kind":"switch"}],"links":[{"ends":["a","s"]},{"ends":["b","s"]}],"runs":[{"ping":{"from":"a","to":"b"}},{"iperf":{"from":"a","to":"b","udp":true}}]}"#;
    let long = r#"{"packetarium": 1, "title": "", "seed": 1,
        "nodes": [
            {"id": "a", "name": "a", "kind": "host", "addresses": ["10.0.0.1/24"], "gateway": [], "mtu": 1500,
             "tcp": {"congestion": "cubic", "rx_buffer": "64KiB", "tx_buffer": "65536B"}},
            {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24", "fd00:0::2/64"], "tcp": {}},
            {"id": "s", "kind": "switch", "ageing": "5min"}],
        "links": [
            {"ends": ["a", "s"], "delay": "1000us", "rate": "0.1Gbps", "queue": "64KiB", "impair": []},
            {"ends": ["b", "s"], "delay": ["1ms", "1ms"], "rate": ["100Mbps", "100Mbps"]}],
        "runs": [
            {"at": "0s", "ping": {"from": "a", "to": "b", "count": 4, "interval": "1s", "size": "56B", "timeout": "2s"}},
            {"at": "0ms", "iperf": {"from": "a", "to": "b", "bytes": "1MB", "interval": "1s", "udp": true,
             "rate": "1Mbps", "datagram": "1470B"}}]}"#;
    let scenario = Scenario::parse(long).unwrap();
    assert_eq!(scenario.to_compact_json(), short);
    assert_eq!(Scenario::parse(short), Ok(scenario));
}

/// A switch with an address of its own, half-duplex ports, and a route through a link-local address.
const LATER: &str = r#"{"packetarium":1,"nodes":[{"id":"h","kind":"host","addresses":["fd00:1::2/64"]},{"id":"s","kind":"switch","mac":"02:00:00:00:00:01","stp":true},{"id":"r","kind":"router","routes":[{"to":"fd00:9::/64","via":"fe80::9","port":"q"},{"to":"default","via":"fe80::8","port":0,"metric":2}]},{"id":"q","kind":"router"}],"links":[{"ends":["h","s"],"ports":{"h":{"duplex":"half"}}},{"ends":["s","r"],"ports":{"s":{"duplex":"half","vlan":7},"r":{"duplex":"half","addresses":["fd00:1::1/64"]}}},{"ends":["s","r"]},{"ends":["r","q"],"ports":{"r":{"addresses":["fd00:2::1/64"]}}}]}"#;

#[test]
fn duplex_a_switchs_address_and_a_routes_port_are_read_and_written() {
    let scenario = Scenario::parse(LATER).unwrap();
    let Scenario { topology, .. } = &scenario;
    assert_eq!(topology.links[0].duplex, [Duplex::Half, Duplex::Full]);
    assert_eq!(topology.links[1].duplex, [Duplex::Half, Duplex::Half]);
    assert_eq!([0, 1, 2, 3].map(|link| topology.is_half_duplex(LinkId(link))), [true, true, false, false]);
    let NodeKind::Switch(switch) = &topology.nodes[1].kind else { panic!() };
    assert_eq!(switch.mac.unwrap().0, [2, 0, 0, 0, 0, 1]);
    let NodeKind::Router(router) = &topology.nodes[2].kind else { panic!() };
    assert_eq!(router.routes.iter().map(|route| route.port).collect::<Vec<_>>(), [Some(2), Some(0)]);
    assert_eq!(scenario.to_compact_json(), LATER);
    assert_eq!(link::decode(&link::encode(&scenario)), Ok(scenario.clone()));
    // When a cable is removed, the routes through it are, and the others still name theirs.
    let left = scenario.without(&[], &[LinkId(1)]);
    let NodeKind::Router(router) = &left.topology.nodes[2].kind else { panic!() };
    assert_eq!(router.routes.iter().map(|route| route.port).collect::<Vec<_>>(), [Some(1)]);
}

#[test]
fn what_a_duplex_or_a_port_cannot_be_is_said_at_its_place() {
    let fault = |from: &str, to: &str| {
        assert!(LATER.contains(from), "{from}");
        let faults = Scenario::parse(&LATER.replace(from, to)).unwrap_err();
        let [fault] = &faults[..] else { panic!("{faults:#?}") };
        format!("{}: {}", fault.place, fault.message)
    };
    let half = r#""h":{"duplex":"half"}"#;
    for (from, to, expected) in [
        (
            half,
            r#""h":{"duplex":"both"}"#,
            r#"links[0].ports.h.duplex: "both" is no duplex: write one of full, half"#,
        ),
        (
            half,
            r#""h":{"vlan":7}"#,
            r#"links[0].ports.h.vlan: a host's port has no "vlan": it can have duplex"#,
        ),
        (
            r#""port":"q""#,
            r#""port":"h""#,
            r#"nodes[2].routes[0].port: no cable leads from this router there: write the id of a node at the other end of one"#,
        ),
        (
            r#""port":"q""#,
            r#""port":"s""#,
            r#"nodes[2].routes[0].port: several cables lead there: write the number of the port, here from 0 to 1; a router's cables are counted from 0, in the order of links"#,
        ),
        (
            r#""port":0"#,
            r#""port":3"#,
            r#"nodes[2].routes[1].port: this router has 3 cables, counted from 0: the last is 2"#,
        ),
        (
            "02:00:00:00:00:01",
            "03:00:00:00:00:01",
            r#"nodes[1].mac: 03:00:00:00:00:01 is not one card's address: make its first byte even, for example 02"#,
        ),
    ] {
        assert_eq!(fault(from, to), expected);
    }
}

#[test]
fn of_switches_with_one_priority_the_lowest_address_is_the_root() {
    // By their numbers the first one would be it.
    let text = r#"{"packetarium":1,"nodes":[{"id":"s1","kind":"switch","stp":true},{"id":"s2","kind":"switch","stp":true,"mac":"02:00:00:00:00:09"},{"id":"s3","kind":"switch","stp":true}],"links":[{"ends":["s1","s2"]},{"ends":["s2","s3"]},{"ends":["s3","s1"]}]}"#;
    let scenario = Scenario::parse(text).unwrap();
    let mut world = scenario.world(netlab::history::Limits::default()).unwrap();
    world.run_until(Instant::from_nanos(5_000_000_000), || true);
    for node in 0..3 {
        let (root, ..) = world.history().node_at(NodeId(node), world.now()).root.unwrap();
        assert_eq!(root.mac, [2, 0, 0, 0, 0, 9]);
    }
}

#[test]
fn a_datagrams_default_fits_the_ip_version() {
    let text = |to: &str| {
        format!(
            r#"{{"packetarium": 1,
                "nodes": [{{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24", "fd00::1/64"]}},
                          {{"id": "b", "kind": "host", "addresses": ["10.0.0.2/24", "fd00::2/64"]}}],
                "links": [{{"ends": ["a", "b"]}}],
                "runs": [{{"iperf": {{"from": "a", "to": {to}, "udp": true}}}}]}}"#
        )
    };
    for (to, bytes) in [(r#""b""#, 1470), (r#""b", "ip": 6"#, 1450), (r#""fd00::2""#, 1450)] {
        let scenario = Scenario::parse(&text(to)).unwrap();
        let RunKind::Iperf(Iperf { transport, .. }) = &scenario.runs[0].1.kind else { panic!() };
        let IperfTransport::Udp { datagram_bytes, .. } = transport else { panic!() };
        assert_eq!(*datagram_bytes, bytes);
        assert!(!scenario.to_compact_json().contains("datagram"));
    }
}

#[test]
fn an_empty_document_is_an_empty_scenario() {
    assert_eq!(Scenario::parse(r#"{"packetarium": 1}"#), Ok(Scenario::default()));
    assert_eq!(Scenario::default().to_json(), "{\n  \"packetarium\": 1\n}\n");
    assert_eq!(Scenario::default().to_compact_json(), r#"{"packetarium":1}"#);
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    assert!(Scenario::parse("\u{feff}{\"packetarium\": 1}").is_ok());
}

#[test]
fn nodes_without_a_place_get_one_and_no_two_the_same() {
    let hosts = 40;
    let nodes: String = (0..hosts).map(|n| format!(r#", {{"id": "h{n}", "kind": "host"}}"#)).collect();
    let links: Vec<_> = (0..hosts).map(|n| format!(r#"{{"ends": ["h{n}", "s{}"]}}"#, n % 3)).collect();
    let text = format!(
        r#"{{"packetarium": 1, "nodes": [{{"id": "s0", "kind": "switch"}}, {{"id": "s1", "kind": "hub", "at": [7, 9]}},
            {{"id": "s2", "kind": "switch"}}{nodes}], "links": [{}]}}"#,
        links.join(", ")
    );
    let scenario = Scenario::parse(&text).unwrap();
    let positions = scenario.positions();
    assert_eq!(positions[1], (7.0, 9.0), "a place that was given is kept");
    for (number, a) in positions.iter().enumerate() {
        for b in &positions[..number] {
            assert!((a.0 - b.0).hypot(a.1 - b.1) > 50.0, "{a:?} {b:?}");
        }
    }
    assert_eq!(positions, Scenario::parse(&text).unwrap().positions());
    assert!(!scenario.to_json().contains("[450"), "places that were found are not written down");
}

#[test]
fn what_is_short_means_the_usual() {
    let text = r#"{"packetarium":1,"nodes":[{"id":"s","kind":"switch","stp":true},{"id":"r","kind":"router","routes":[{"to":"default","via":"10.0.0.9"},{"to":"default","via":"fe80::9"}],"rip":true,"nat":true,"filter":[{"deny":"tcp","ports":22,"in":"s"}]},{"id":"a","kind":"host","addresses":["10.0.0.1/24"]}],"links":[{"ends":["r","s"],"queue":{"size":"50 frames","codel":true},"ports":{"r":{"addresses":["10.0.0.254/24"],"outside":true},"s":{"trunk":true}}},{"ends":["s","a"],"impair":[{"burst":{"to_bad":0.01,"to_good":0.3}},{"jitter":"5ms"},{"reorder":0.25}]}]}"#;
    let scenario = Scenario::parse(text).unwrap();
    assert_eq!(scenario.to_compact_json(), text);
    let long = text
        .replace(r#""stp":true"#, r#""stp":{"priority":32768,"hello":"2s","max_age":"20s","forward_delay":"15s"},"snooping":false"#)
        .replace(r#"{"to":"default","via":"10.0.0.9"}"#, r#"{"to":"0.0.0.0/0","via":"10.0.0.9","metric":1}"#)
        .replace(r#"{"to":"default","via":"fe80::9"}"#, r#"{"to":"::/0","via":"fe80::9"}"#)
        .replace(r#""rip":true"#, r#""rip":{"split_horizon":"poisoned","triggered":true,"update":"30s","timeout":"180s","garbage":"2min"}"#)
        .replace(r#""nat":true"#, r#""nat":{"forwards":[]}"#)
        .replace(r#"[{"deny":"tcp","ports":22,"in":"s"}]"#, r#"{"rules":[{"deny":"tcp","ports":"22-22","in":0}],"otherwise":"allow"}"#)
        .replace(r#""codel":true"#, r#""codel":{"target":"5ms","interval":"0.1s"}"#)
        .replace(r#"{"trunk":true}"#, r#"{"up":true,"mtu":9216,"trunk":true,"native":1,"edge":"auto","cost":null,"priority":128}"#)
        .replace(r#""outside":true}"#, r#""up":true,"mac":null,"vlans":{},"mtu":1500,"outside":true,"advertise":true,"rip":true}"#)
        .replace(r#""to_good":0.3}"#, r#""to_good":0.3,"loss":1,"good_loss":0}"#)
        .replace(r#"{"jitter":"5ms"}"#, r#"{"jitter":"5ms","distribution":"uniform","correlation":0,"overtakes":false}"#)
        .replace(r#"{"reorder":0.25}"#, r#"{"reorder":0.25,"gap":1,"correlation":0}"#);
    assert_eq!(Scenario::parse(&long), Ok(scenario));
}

#[test]
fn a_preset_sets_both_directions_and_other_fields_change_their_own() {
    let text = |fields: &str| {
        format!(
            r#"{{"packetarium":1,"nodes":[{{"id":"home","kind":"hub"}},{{"id":"isp","kind":"hub"}}],"links":[{{"ends":["home","isp"]{fields}}}],"changes":[{{"at":"1s","link":{{"ends":["isp","home"],"preset":"dsl"}}}}]}}"#
        )
    };
    let scenario = Scenario::parse(&text(r#","preset":"dsl""#)).unwrap();
    let [down, up] = wire::preset::preset("dsl").unwrap().ways;
    let [home, isp] = &scenario.topology.links[0].ways;
    assert_eq!((home.line, isp.line), (up.line, down.line), "the first end is the user's");
    assert_eq!(home.impairments, up.impairments);
    let scenario::Change::Link(_, ways) = &scenario.changes[0].1 else { panic!() };
    assert_eq!([ways[1].line, ways[0].line], [up.line, down.line], "in the order of the change's own ends");

    let other = Scenario::parse(&text(r#","queue":"1MiB","preset":"dsl","impair":[]"#)).unwrap();
    let ways = &other.topology.links[0].ways;
    assert!(ways.iter().all(|way| way.line.queue == Queue::bytes(1 << 20) && way.impairments.is_empty()));
    assert_eq!(ways[0].line.rate, up.line.rate);
    assert_eq!(Scenario::parse(&other.to_json()), Ok(other), "it is kept as values");
}

#[test]
fn what_a_change_leaves_out_stays_as_it_was() {
    let scenario = Scenario::parse(FULL).unwrap();
    let change = |number: usize| scenario.changes[number].1.clone();
    let scenario::Change::Port(link, end, Port::Switch(port)) = change(7) else { panic!() };
    assert_eq!((link, end), (LinkId(6), End::First));
    assert!(!port.up && port.edge == Edge::No, "what was written at the start");
    let scenario::Change::Port(_, _, Port::Router(port)) = change(8) else { panic!() };
    assert!(port.outside && port.mac.is_none());
    let scenario::Change::Set(_, NodeKind::Switch(switch)) = change(9) else { panic!() };
    assert!(switch.snooping && switch.stp.is_none());
    // The neighbor behind a rule's port is known here as there.
    let scenario::Change::Set(_, NodeKind::Router(router)) = change(14) else { panic!() };
    assert_eq!(router.filter.unwrap().rules[0].port, Some(1));
    assert_eq!((router.routes.len(), router.nat, router.rip.is_some()), (1, None, true));
    let NodeKind::Router(router) = &scenario.topology.nodes[6].kind else { panic!() };
    let ports: Vec<_> = router.filter.as_ref().unwrap().rules.iter().map(|rule| rule.port).collect();
    assert_eq!(ports, [Some(0), Some(2), None]);
}
