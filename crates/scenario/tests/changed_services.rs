//! Services that are switched while the network runs: in documents, in the history, and by hand.
#![cfg(feature = "services")]

use netlab::history::{Limits, ProgramId};
use netlab::topology::{NodeId, NodeKind};
use netlab::world::{Command, CommandError};
use netlab::{Duration, Instant, World};
use scenario::{Change, CommandLine, Fault, Scenario};

/// A host that has no DNS server until the third second, and loses its web server at the sixth.
const HOME: &str = r#"{"packetarium": 1, "nodes": [
    {"id": "laptop", "kind": "host", "addresses": ["192.168.1.7/24"], "dns": "192.168.1.1"},
    {"id": "server", "kind": "host", "addresses": ["192.168.1.1/24"], "services": {"http": {"pages": {"/": "Hello\n"}}, "echo": true}},
    {"id": "late", "kind": "host"},
    {"id": "s", "kind": "switch"}],
    "links": [{"ends": ["laptop", "s"]}, {"ends": ["server", "s"]}, {"ends": ["late", "s"]}],
    "runs": [
        {"at": "1s", "command": {"on": "laptop", "line": "dig +short www.home.test"}},
        {"at": "4s", "command": {"on": "laptop", "line": "dig +short www.home.test"}},
        {"at": "5s", "command": {"on": "laptop", "line": "curl http://192.168.1.1/"}},
        {"at": "7s", "command": {"on": "laptop", "line": "curl http://192.168.1.1/"}},
        {"at": "8s", "command": {"on": "laptop", "line": "dig +short www.home.test"}},
        {"at": "15s", "command": {"on": "late", "line": "ip addr"}}],
    "changes": [
        {"at": "3s", "set": {"node": "server", "services": {"dns": {"zone": {"www.home.test": "192.168.1.1"}}, "http": {"pages": {"/": "Hello\n"}}, "echo": true}}},
        {"at": "6s", "set": {"node": "server", "services": {"dns": {"zone": {"www.home.test": "192.168.1.80"}}, "dhcp": {"pool": "192.168.1.100-192.168.1.109"}}}},
        {"at": "9s", "set": {"node": "late", "addresses": "dhcp"}}]}"#;

fn at(secs: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(secs)
}

fn run(scenario: &Scenario, secs: u64) -> World {
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until(at(secs), || true);
    world
}

fn output(world: &World, program: u32) -> String {
    world.history().program(ProgramId(program)).output_by(world.now())
}

fn errors(text: &str) -> Vec<String> {
    Scenario::read(text).faults.iter().filter(|fault| fault.is_error()).map(Fault::to_string).collect()
}

#[test]
fn services_begin_end_and_change_while_the_network_runs() {
    let scenario = Scenario::parse(HOME).unwrap();
    assert_eq!(Scenario::read(HOME).faults, [], "a server that comes later is no fault");
    let world = run(&scenario, 20);
    let first = scenario.services();
    assert_eq!(first, 2);
    let said = |command| output(&world, first + command);
    assert!(
        said(0).contains("connection refused") || said(0).contains("no servers could be reached"),
        "{}",
        said(0)
    );
    assert_eq!(said(1), "192.168.1.1\n");
    assert_eq!(said(2), "Hello\n");
    assert!(said(3).contains("refused"), "{}", said(3));
    assert_eq!(said(4), "192.168.1.80\n", "a service that is set to something else reads it");
    assert!(said(5).contains("192.168.1.100/24"), "{}", said(5));
    let lines: Vec<_> =
        world.history().all_programs().skip(8).map(|(_, log)| (log.line.as_str(), log.start)).collect();
    assert_eq!(lines, [("named", at(3)), ("dhcpd", at(6)), ("named", at(6)), ("dhclient", at(9))]);
    // The echo service, which the first change does not mention otherwise than before, went on until the second.
    let echo = world.history().programs().iter().find(|log| log.line == "inetd echo").unwrap();
    assert_eq!((echo.exit_at(at(5)), echo.exit_at(at(6))), (None, Some(host::program::INTERRUPTED)));
    let NodeKind::Host(config) = world.history().kind_at(NodeId(1), at(2)) else { panic!() };
    assert!(!config.services.as_deref().unwrap().contains("dns"));
}

#[test]
fn changed_services_survive_writing_and_links() {
    let scenario = Scenario::parse(HOME).unwrap();
    assert!(scenario.needs_programs());
    for text in [scenario.to_json(), scenario.to_compact_json()] {
        assert_eq!(Scenario::parse(&text).unwrap(), scenario, "{text}");
    }
    assert_eq!(scenario::link::decode(&scenario::link::encode(&scenario)).unwrap(), scenario);
    // All off, and an address of one's own again.
    let off = HOME.replacen(
        r#"{"at": "9s", "set": {"node": "late", "addresses": "dhcp"}}"#,
        r#"{"at": "9s", "set": {"node": "late", "addresses": "dhcp"}}, {"at": "12s", "set": {"node": "late", "addresses": []}}, {"at": "13s", "set": {"node": "server", "services": {}}}"#,
        1,
    );
    let off = Scenario::parse(&off).unwrap();
    assert_eq!(Scenario::parse(&off.to_json()).unwrap(), off);
    let world = run(&off, 20);
    let runs = world.history().all_programs().filter(|(_, log)| log.exit_at(at(20)).is_none());
    assert_eq!(runs.map(|(_, log)| &*log.line).collect::<Vec<_>>(), [] as [&str; 0]);
}

#[test]
fn what_is_switched_by_hand_shifts_no_command() {
    let scenario = Scenario::parse(HOME).unwrap();
    let with = run(&scenario, 20);
    // The same by hand: commands are typed, and services switched, when their moment has come.
    let bare = Scenario { changes: Vec::new(), commands: Vec::new(), ..scenario.clone() };
    let mut world = bare.world(Limits::default()).unwrap();
    let commands = scenario
        .commands
        .iter()
        .map(|(moment, CommandLine { on, line })| (*moment, Command::Launch { on: *on, line: line.clone() }));
    let changes = scenario.changes.iter().map(|(moment, change)| (*moment, change.command(0)));
    let mut deeds: Vec<_> = commands.chain(changes).collect();
    deeds.sort_by_key(|(moment, _)| *moment);
    for (moment, command) in deeds {
        world.run_until(Instant::from_nanos(moment.nanos() - 1), || true);
        world.apply(command).unwrap();
    }
    world.run_until(at(20), || true);
    assert_eq!(world.history().hash(), with.history().hash());
    let ids = |world: &World| world.history().all_programs().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(&world), ids(&with));
    // A command after it has the same number, and draws the same random numbers, as without it.
    let unchanged = Scenario { changes: Vec::new(), ..scenario.clone() };
    assert_eq!(unchanged.services(), scenario.services());
    assert_eq!(run(&unchanged, 2).history().hash(), run(&scenario, 2).history().hash());
}

#[test]
fn only_what_is_started_with_a_host_changes_while_it_runs() {
    let mut world = run(&Scenario::parse(HOME).unwrap(), 1);
    let NodeKind::Host(config) = world.topology().node(NodeId(0)).kind.clone() else { panic!() };
    let other = NodeKind::Host(netlab::topology::HostConfig { ip_mtu: 1_400, ..config.clone() });
    assert_eq!(world.apply(Command::SetNode(NodeId(0), other)), Err(CommandError::NotChangeable));
    let on =
        NodeKind::Host(netlab::topology::HostConfig { services: Some(r#"{"ntp":true}"#.into()), ..config });
    world.apply(Command::SetNode(NodeId(0), on.clone())).unwrap();
    let without = Scenario::parse(HOME).unwrap();
    let mut without = World::new(without.topology, 1, Limits::default()).unwrap();
    assert_eq!(without.apply(Command::SetNode(NodeId(0), on)), Err(CommandError::NoShell));
}

#[test]
fn what_is_wrong_with_changed_services_is_said_at_its_place() {
    for (instead, fault) in [
        (
            r#""services": {"dhcp": {"pool": "10.0.0.1"}}"#,
            "changes[2].set.services.dhcp.pool (line 17, column 76): the pool from 10.0.0.1",
        ),
        (r#""services": {"smtp": {}}"#, "changes[2].set.services.smtp"),
        (r#""addresses": ["192.168.1.9/24"]"#, "only \"dhcp\" comes and goes"),
        (r#""mtu": 1400"#, "a change of a host has no \"mtu\""),
    ] {
        let text = HOME.replacen(r#""late", "addresses": "dhcp""#, &format!(r#""late", {instead}"#), 1);
        let errors = errors(&text);
        assert!(errors.len() == 1 && errors[0].contains(fault), "{instead}: {errors:?}");
    }
}

/// A router that lends addresses from the second second on, answers for names from the fourth, and stops at the ninth.
const ROUTED: &str = r#"{"packetarium": 1, "nodes": [
    {"id": "laptop", "kind": "host", "addresses": "dhcp"}, {"id": "r", "kind": "router", "nat": true}],
    "links": [{"ends": ["laptop", "r"], "ports": {"r": {"addresses": ["192.168.1.1/24"]}}}],
    "runs": [{"at": "15s", "command": {"on": "laptop", "line": "ip addr"}},
        {"at": "16s", "command": {"on": "laptop", "line": "dig +short @192.168.1.1 r.test"}},
        {"at": "21s", "command": {"on": "laptop", "line": "dig +short @192.168.1.1 r.test"}}],
    "changes": [{"at": "2s", "set": {"node": "r", "services": {"dhcp": {"pool": "192.168.1.100-192.168.1.109"}}}},
        {"at": "4s", "set": {"node": "r", "services": {"dhcp": {"pool": "192.168.1.100-192.168.1.109"}, "dns": {"zone": {"r.test": "192.168.1.1"}}}}},
        {"at": "20s", "set": {"node": "r", "services": {}}}]}"#;

#[test]
fn the_services_of_a_router_change_too() {
    let scenario = Scenario::parse(ROUTED).unwrap();
    assert_eq!(Scenario::parse(&scenario.to_json()).unwrap(), scenario);
    assert!(
        matches!(&scenario.changes[2].1, Change::Set(_, NodeKind::Router(router)) if router.services.is_none())
    );
    let world = run(&scenario, 30);
    let first = scenario.services();
    assert!(output(&world, first).contains("192.168.1.100/24"), "{}", output(&world, first));
    assert_eq!(output(&world, first + 1), "192.168.1.1\n");
    let last = output(&world, first + 2);
    assert!(!last.contains("192.168.1.1\n"), "{last}");
}
