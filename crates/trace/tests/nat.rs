//! Conversations through routers that rewrite addresses (NAT), each packet looked at once, where it was sent first.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use capture::Place;
use dissect::Protocol;
use dissect::analysis::Mark;
use dissect::filter::Filter;
use netlab::history::Limits;
use netlab::{Instant, World};
use scenario::Scenario;
use smoltcp::wire::IpEndpoint;
use std::collections::BTreeMap;
use std::rc::Rc;
use trace::connections::Connections;
use trace::ends::Ends;
use trace::{Order, Row, Sifter, Source, Stream, Talk, Trace};

fn seconds(count: u64) -> Instant {
    Instant::from_nanos(count * 1_000_000_000)
}

fn run(text: &str, until_s: u64) -> World {
    let mut world = Scenario::parse(text).expect("a good document").world(Limits::default()).unwrap();
    world.run_until(seconds(until_s), || true);
    world
}

fn home_network() -> World {
    run(include_str!("../../../scenarios/home-network.json"), 20)
}

/// A home network whose two hosts are behind one router, or behind two in a row, with these runs.
fn home(routers: usize, runs: &str) -> String {
    let wide = r#""nat": {}, "routes": [{"to": "default", "via": "203.0.113.1"}]"#;
    let (inner, inner_link) = match routers {
        1 => (String::new(), r#"{"ends": ["s1", "home"], "ports": {"home": {"addresses": ["192.168.1.1/24"]}}}"#),
        _ => (
            r#"{"id": "attic", "kind": "router", "nat": {}, "routes": [{"to": "default", "via": "10.0.0.1"}]},"#.into(),
            r#"{"ends": ["s1", "attic"], "ports": {"attic": {"addresses": ["192.168.1.1/24"]}}},
            {"ends": ["attic", "home"], "ports": {"attic": {"addresses": ["10.0.0.2/24"], "outside": true},
             "home": {"addresses": ["10.0.0.1/24"]}}}"#,
        ),
    };
    format!(
        r#"{{"packetarium": 1, "nodes": [
            {{"id": "phone", "kind": "host", "addresses": ["192.168.1.10/24"], "gateway": "192.168.1.1"}},
            {{"id": "laptop", "kind": "host", "addresses": ["192.168.1.11/24"], "gateway": "192.168.1.1"}},
            {{"id": "s1", "kind": "switch"}}, {inner}
            {{"id": "home", "kind": "router", {wide}}},
            {{"id": "server", "kind": "host", "addresses": ["203.0.113.1/24"]}}],
          "links": [
            {{"ends": ["phone", "s1"]}}, {{"ends": ["laptop", "s1"]}}, {inner_link},
            {{"ends": ["home", "server"], "delay": "3ms",
              "ports": {{"home": {{"addresses": ["203.0.113.2/24"], "outside": true}}}}}}],
          "runs": [{runs}]}}"#
    )
}

fn once(world: &World) -> (Trace, Source<'_>) {
    let source = Source::World(world.history(), world.now());
    let mut trace = Trace::new(Place::Once);
    trace.follow(source, &mut || true);
    (trace, source)
}

/// The senders of each conversation of this protocol, in the order in which they first send.
fn senders(trace: &Trace, source: Source<'_>, wanted: impl Fn(&Ends) -> bool) -> BTreeMap<u32, Vec<String>> {
    let mut all: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (_, row) in trace.rows(0..trace.count()) {
        let ends = source.bytes(row).and_then(Ends::of);
        let (Some(stream), Some(ends)) = (row.notes.stream, ends.filter(&wanted)) else { continue };
        let (Some([from, _]), Some((_, [port, _]))) = (ends.ips, ends.ports) else { continue };
        let from = IpEndpoint::new(from, port).to_string();
        let senders = all.entry(stream).or_default();
        if !senders.contains(&from) {
            senders.push(from);
        }
    }
    all
}

fn tcp(ends: &Ends) -> bool {
    matches!(ends.ports, Some((trace::ends::Transport::Tcp, _)))
}

fn udp(ends: &Ends) -> bool {
    matches!(ends.ports, Some((trace::ends::Transport::Udp, _)))
}

/// No ACK is one of data that were not seen, and in the end each direction has nothing in flight.
fn check_tcp(trace: &Trace, source: Source<'_>) {
    let mut last: BTreeMap<(u32, [IpEndpoint; 2]), (u32, u32)> = BTreeMap::new();
    let mut acked: BTreeMap<(u32, [IpEndpoint; 2]), u32> = BTreeMap::new();
    for (number, Row { notes, .. }) in trace.rows(0..trace.count()) {
        let row = trace.row(number).unwrap();
        let Some(ends) = source.bytes(row).and_then(Ends::of).and_then(|ends| ends.tcp()) else { continue };
        assert!(!notes.marks.contains(Mark::AckedUnseen), "packet {number}");
        let stream = notes.stream.expect("each segment is of a connection");
        if notes.len > 0 {
            last.insert((stream, ends), (notes.seq + notes.len, notes.in_flight));
        }
        acked.insert((stream, ends), notes.ack);
    }
    assert!(!last.is_empty());
    for ((stream, [from, _]), (end, in_flight)) in last {
        let back = acked.iter().find(|((other, [sender, _]), _)| *other == stream && *sender != from);
        let (_, ack) = back.unwrap_or_else(|| panic!("stream {stream} has one direction only"));
        assert!(*ack >= end && in_flight > 0, "stream {stream}: {ack} of {end} from {from}");
    }
}

#[test]
fn a_tcp_connection_through_nat_has_both_directions_and_no_unseen_segment() {
    let world = home_network();
    let (trace, source) = once(&world);
    let senders = senders(&trace, source, tcp);
    let both = |stream: u32| senders[&stream].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(both(0), ["192.168.1.10:49153", "198.51.100.80:5001"]);
    assert_eq!(both(1), ["192.168.1.11:49152", "198.51.100.80:5001"]);
    // Through the forwarded port.
    assert_eq!(both(2), ["198.51.100.80:49152", "192.168.1.11:80"]);
    assert_eq!(senders.len(), 3);
    check_tcp(&trace, source);
}

/// With window scaling the window of the receiver says how much may be in flight.
#[test]
fn bytes_in_flight_through_nat_fit_the_receivers_window() {
    let world = home_network();
    let (trace, source) = once(&world);
    let mut windows: BTreeMap<(u32, String), u32> = BTreeMap::new();
    let mut most = 0;
    for (number, row) in trace.rows(0..trace.count()) {
        let Some([from, _]) = source.bytes(row).and_then(Ends::of).and_then(|ends| ends.tcp()) else {
            continue;
        };
        let (stream, from) = (row.notes.stream.unwrap(), from.to_string());
        windows.insert((stream, from.clone()), row.notes.window);
        let other = windows.iter().find(|((of, sender), _)| *of == stream && *sender != from);
        if let Some((_, window)) = other.filter(|_| row.notes.len > 0) {
            assert!(row.notes.in_flight <= *window, "packet {number}: {} > {window}", row.notes.in_flight);
            most = most.max(row.notes.in_flight);
        }
    }
    assert!(most > 1_460, "several segments were in flight at once: {most}");
}

#[test]
fn following_a_connection_through_nat_shows_what_both_ends_said() {
    let runs = r#"{"echo": {"from": "phone", "to": "server", "text": "is there anybody"}}"#;
    let world = run(&home(1, runs), 20);
    let (trace, source) = once(&world);
    let text = Talk::of(&trace, source, Stream::Tcp(0)).unwrap().text();
    let said = |forward: bool| text.iter().filter(move |(who, _)| *who == forward).map(|(_, text)| &**text);
    assert!(said(true).collect::<String>().contains("is there anybody"), "{text:?}");
    assert!(said(false).collect::<String>().contains("is there anybody"), "{text:?}");
}

/// What graphs look at: the server knows the phone by the address of the router.
#[test]
fn each_end_of_a_connection_through_nat_sees_its_own_addresses() {
    let world = home_network();
    let (trace, source) = once(&world);
    let mut connections = Connections::default();
    connections.follow(&trace, source);
    let seen = |number: usize, end: usize| {
        connections.list[number].seen_by(end).map(|end| end.to_string()).join(" ")
    };
    assert_eq!(connections.list.len(), 3);
    assert_eq!(seen(0, 0), "192.168.1.10:49153 198.51.100.80:5001");
    assert_eq!(seen(0, 1), "198.51.100.80:5001 203.0.113.2:49153");
    assert_eq!(seen(2, 0), "198.51.100.80:49152 203.0.113.2:8080");
    assert_eq!(seen(2, 1), "192.168.1.11:80 198.51.100.80:49152");
    for connection in &connections.list {
        assert!(connection.bytes[0] > 0, "{connection:?}");
    }
}

/// The router gives each its own identifier. Only the first fragment has it, and the ports of others.
#[test]
fn a_ping_through_nat_has_its_answer_also_in_fragments() {
    for request in [r#""size": "56B""#, r#""size": "4kB", "fragment": true"#] {
        let ping = |from: &str| {
            format!(r#"{{"ping": {{"from": "{from}", "to": "server", "count": 1, {request}}}}}"#)
        };
        let world = run(&home(1, &[ping("phone"), ping("laptop")].join(",")), 20);
        let (trace, source) = once(&world);
        let is_ip = |row: &Row| source.bytes(row).and_then(Ends::of).is_some_and(|ends| ends.ips.is_some());
        let all = || trace.rows(0..trace.count()).filter(|(_, row)| is_ip(row));
        let asked: Vec<_> = all().filter(|(_, row)| row.notes.marks.contains(Mark::Request)).collect();
        assert_eq!(asked.len(), 2, "{request}");
        for (number, _) in asked {
            let (answer, _) =
                trace.answer(number).unwrap_or_else(|| panic!("{request}: no answer to {number}"));
            assert_eq!(trace.row(answer).unwrap().notes.answers, Some(number as u32));
        }
    }
}

#[test]
fn udp_through_nat_is_one_conversation_of_both_directions() {
    let runs = r#"{"echo": {"from": "phone", "to": "server", "udp": true}},
        {"echo": {"from": "laptop", "to": "server", "udp": true, "text": "a laptop"}}"#;
    let world = run(&home(1, runs), 20);
    let (trace, source) = once(&world);
    let of_udp = senders(&trace, source, udp);
    assert_eq!(of_udp.values().map(Vec::len).collect::<Vec<_>>(), [2, 2], "{of_udp:?}");
    let talk = |stream| Talk::of(&trace, source, Stream::Udp(stream)).unwrap();
    assert_eq!(talk(0).turns.iter().map(|turn| turn.forward).collect::<Vec<_>>(), [true, false]);
    assert_eq!(talk(1).text(), [(true, "a laptop".into()), (false, "a laptop".into())]);
}

/// Each router has a name of its own for the phone; the conversation has the phone's.
#[test]
fn behind_two_routers_in_a_row_both_directions_are_still_one() {
    let runs = r#"{"iperf": {"from": "phone", "to": "server", "bytes": "50kB"}},
        {"iperf": {"from": "laptop", "to": "server", "bytes": "50kB"}},
        {"at": "5s", "ping": {"from": "phone", "to": "server", "count": 1}},
        {"at": "8s", "echo": {"from": "laptop", "to": "server", "udp": true}}"#;
    let world = run(&home(2, runs), 20);
    let (trace, source) = once(&world);
    let streams = senders(&trace, source, tcp);
    assert_eq!(streams.values().map(Vec::len).collect::<Vec<_>>(), [2, 2], "{streams:?}");
    check_tcp(&trace, source);
    let of_udp = senders(&trace, source, udp);
    assert_eq!(of_udp.values().map(Vec::len).collect::<Vec<_>>(), [2], "{of_udp:?}");
    let ping = trace.rows(0..trace.count()).find(|(_, row)| row.protocol == Protocol::Icmp).unwrap().0;
    assert!(trace.answer(ping).is_some());
}

/// All hosts take the same ports first, and the router keeps ports that are free: when its session with the phone has ended, the same
/// outside port is the laptop's.
#[test]
fn an_outside_port_that_another_host_gets_later_is_part_of_that_hosts_conversation() {
    let runs = r#"{"echo": {"from": "phone", "to": "server", "udp": true}},
        {"at": "1s", "echo": {"from": "phone", "to": "server"}},
        {"at": "1000s", "echo": {"from": "laptop", "to": "server", "udp": true}},
        {"at": "1001s", "echo": {"from": "laptop", "to": "server"}}"#;
    let world = run(&home(1, runs), 1_010);
    let (trace, source) = once(&world);
    let outside: Vec<_> = world.history().transits().filter(|transit| !transit.first).collect();
    let from_router = |ends: &Ends| ends.ips.is_some_and(|[from, _]| from.to_string() == "203.0.113.2");
    for wanted in [tcp, udp] {
        let ports =
            outside.iter().filter_map(|transit| Ends::of(&transit.frame)).filter(from_router).filter(wanted);
        let mut ports: Vec<_> = ports.filter_map(|ends| Some(ends.ports?.1[0])).collect();
        ports.dedup();
        assert_eq!(ports.len(), 1, "one port for both hosts: {ports:?}");
        let streams = senders(&trace, source, wanted);
        let first: Vec<_> = streams.values().map(|senders| senders[0].split(':').next().unwrap()).collect();
        assert_eq!(first, ["192.168.1.10", "192.168.1.11"]);
        assert!(streams.values().all(|senders| senders.len() == 2), "{streams:?}");
    }
    check_tcp(&trace, source);
}

/// Followed in pieces while the world runs, at once when it has run, packet by packet as the command line does: it is the same.
#[test]
fn through_nat_it_is_the_same_in_pieces_at_once_and_without_keeping_rows() {
    let text = include_str!("../../../scenarios/home-network.json");
    let mut world = Scenario::parse(text).unwrap().world(Limits::default()).unwrap();
    let mut pieces = Trace::new(Place::Once);
    for ms in (0..=20_000).step_by(7) {
        world.run_until(Instant::from_nanos(ms * 1_000_000), || true);
        pieces.follow(Source::World(world.history(), world.now()), &mut || true);
    }
    let filter = Filter::parse("tcp.stream == 1 && !tcp.analysis.ack_lost_segment").unwrap();
    let mut whole = Trace::new(Place::Once);
    whole.sift(Some(Rc::new(filter.clone())));
    whole.follow(Source::World(world.history(), world.now()), &mut || true);
    let rows = |trace: &Trace| trace.rows(0..trace.count()).map(|(_, row)| *row).collect::<Vec<_>>();
    assert!(rows(&pieces) == rows(&whole) && pieces.count() > 100);

    let listed: Vec<_> = whole.listed_rows(0).map(|(_, row)| row.transit).collect();
    let mut sifter = Sifter::new(filter, Place::Once);
    let mut passed = Vec::new();
    Order::new(Place::Once).take(world.history(), world.now(), &mut |sighting, transit| {
        if sifter.passes(world.history(), sighting, transit) {
            passed.push(transit.id);
        }
        true
    });
    assert_eq!(listed, passed);
    let senders = senders(&whole, Source::World(world.history(), world.now()), tcp);
    assert_eq!(senders[&1].len(), 2);
}

/// The history forgets its oldest wires: what is still there is analyzed, and conversations that begin later are whole.
#[test]
fn a_history_that_forgets_keeps_later_conversations_whole() {
    let runs: Vec<_> = (0..40)
        .map(|n| {
            format!(r#"{{"at": "{}s", "echo": {{"from": "phone", "to": "server", "count": 3}}}}"#, n * 2)
        })
        .collect();
    let limits = Limits { transits: 300, ..Limits::default() };
    let mut world = Scenario::parse(&home(2, &runs.join(","))).unwrap().world(limits).unwrap();
    let mut late = Trace::new(Place::Once);
    let mut steady = Trace::new(Place::Once);
    for second in 0..=81 {
        world.run_until(seconds(second), || true);
        steady.follow(Source::World(world.history(), world.now()), &mut || true);
    }
    let source = Source::World(world.history(), world.now());
    late.follow(source, &mut || true);
    assert!(world.history().transits().next().unwrap().id.0 > 100, "the first are forgotten");
    for trace in [&late, &steady] {
        let mut streams: BTreeMap<u32, usize> = BTreeMap::new();
        for (_, row) in trace.rows(trace.first()..trace.count()) {
            let ends = source.bytes(row).and_then(Ends::of).and_then(|ends| ends.tcp());
            if let (Some(stream), Some([from, _])) = (row.notes.stream, ends) {
                let bit = if from.to_string().starts_with("192.168.1.10") { 1 } else { 2 };
                *streams.entry(stream).or_default() |= bit;
            }
        }
        // The oldest may be half forgotten.
        assert!(streams.len() > 3 && streams.values().skip(1).all(|both| *both == 3), "{streams:?}");
    }
}

/// As at home everywhere: the same private addresses in two houses, and the same ports. One of them also talks to itself.
#[test]
fn two_homes_with_the_same_addresses_have_conversations_of_their_own() {
    let home = |number: u8| {
        format!(
            r#"{{"id": "phone-{number}", "kind": "host", "addresses": ["192.168.1.10/24"], "gateway": "192.168.1.1"}},
            {{"id": "laptop-{number}", "kind": "host", "addresses": ["192.168.1.11/24"], "gateway": "192.168.1.1"}},
            {{"id": "s-{number}", "kind": "switch"}}, {{"id": "r-{number}", "kind": "router", "nat": {{}}}},"#
        )
    };
    let cables = |number: u8| {
        format!(
            r#"{{"ends": ["phone-{number}", "s-{number}"]}}, {{"ends": ["laptop-{number}", "s-{number}"]}},
            {{"ends": ["s-{number}", "r-{number}"], "ports": {{"r-{number}": {{"addresses": ["192.168.1.1/24"]}}}}}},
            {{"ends": ["r-{number}", "s"], "ports": {{"r-{number}": {{"addresses": ["203.0.113.{}/24"], "outside": true}}}}}},"#,
            number + 1
        )
    };
    let mut runs = Vec::new();
    for to in ["server", "laptop"] {
        for number in [1, 2] {
            let to = if to == "laptop" { format!("laptop-{number}") } else { to.into() };
            let at = if to == "server" { 0 } else { 5 };
            for run in [r#""iperf""#, r#""echo""#] {
                let more = if run.contains("echo") { r#", "udp": true"# } else { r#", "bytes": "50kB""# };
                runs.push(format!(
                    r#"{{"at": "{at}s", {run}: {{"from": "phone-{number}", "to": "{to}"{more}}}}}"#
                ));
            }
        }
    }
    let text = format!(
        r#"{{"packetarium": 1, "nodes": [{}{} {{"id": "s", "kind": "switch"}},
            {{"id": "server", "kind": "host", "addresses": ["203.0.113.1/24"]}}],
          "links": [{}{} {{"ends": ["s", "server"]}}], "runs": [{}]}}"#,
        home(1),
        home(2),
        cables(1),
        cables(2),
        runs.join(",")
    );
    let world = run(&text, 20);
    let (trace, source) = once(&world);
    check_tcp(&trace, source);
    for wanted in [tcp, udp] {
        let streams = senders(&trace, source, wanted);
        assert_eq!(streams.values().map(Vec::len).collect::<Vec<_>>(), [2; 4], "{streams:?}");
    }
    let is_reused = |row: &Row| row.notes.marks.contains(Mark::PortReused);
    assert!(!trace.rows(0..trace.count()).any(|(_, row)| is_reused(row)));
}
