//! Programs on hosts: what they reach on the wire and in themselves, what is kept of their output, and when the world is quiet.

mod common;

use common::{A, B, pair, silent};
use host::program::{Poll, Program};
use host::system::{SocketId, System, TcpState};
use netlab::history::{Limits, ProgramEvent, ProgramId};
use netlab::topology::{HostConfig, NodeKind, TcpConfig, Topology};
use netlab::world::{Command, CommandError, Kinds, Quiet};
use netlab::{Duration, Instant, World};
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::impair::Impairment;
use wire::units::Ratio;

/// The test's shell: `serve PORT`, `fetch ADDRESS PORT`, `ping ADDRESS`, `cat`, `broadcast PORT`, `receive PORT`.
fn shell(line: &str) -> Box<dyn Program> {
    let words: Vec<&str> = line.split(' ').collect();
    let port = || words.last().unwrap().parse().unwrap();
    let address = || words[1].parse::<IpAddress>().unwrap();
    match words[0] {
        "serve" => Box::new(Serve { port: port(), listener: None, connections: Vec::new() }),
        "fetch" => Box::new(Fetch { to: IpEndpoint::new(address(), port()), socket: None, asked: false }),
        "ping" => Box::new(Ping { to: address(), socket: None, until: None }),
        "broadcast" => Box::new(Broadcast(port())),
        "receive" => Box::new(Receive(port(), None)),
        "greedy" => Box::new(Greedy(port())),
        "restless" => Box::new(Restless(None)),
        "cat" => Box::new(Cat),
        other => panic!("{other} is no program of this test"),
    }
}

/// Answers each connection with what it received, in capitals, and closes it.
struct Serve {
    port: u16,
    listener: Option<SocketId>,
    connections: Vec<(SocketId, Vec<u8>)>,
}

impl Program for Serve {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let config = system.config().tcp;
        let listener = *self.listener.get_or_insert_with(|| system.tcp_listen(self.port, config).unwrap());
        while let Some((socket, from)) = system.tcp_accept(listener) {
            system.print(&format!("from {}\n", from.addr));
            self.connections.push((socket, Vec::new()));
        }
        self.connections.retain_mut(|(socket, text)| {
            text.extend(system.tcp_receive(*socket, 1_000));
            let done = matches!(system.tcp_state(*socket), TcpState::PeerFinished | TcpState::Failed(_));
            if done {
                assert_eq!(system.tcp_send(*socket, &text.to_ascii_uppercase()), text.len());
                system.close(*socket);
            }
            !done
        });
        Poll::Wait(None)
    }
}

/// Sends `hello`, and prints the answer.
struct Fetch {
    to: IpEndpoint,
    socket: Option<SocketId>,
    asked: bool,
}

impl Program for Fetch {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let config = system.config().tcp;
        let socket = match self.socket {
            Some(socket) => socket,
            None => match system.tcp_connect(self.to, config) {
                Ok(socket) => *self.socket.insert(socket),
                Err(error) => {
                    system.print(&format!("{error}\n"));
                    return Poll::Exit(1);
                }
            },
        };
        let state = system.tcp_state(socket);
        if state == TcpState::Open && !self.asked {
            self.asked = true;
            system.tcp_send(socket, b"hello");
            system.tcp_finish(socket);
        }
        let text = system.tcp_receive(socket, 1_000);
        system.print(&String::from_utf8(text).unwrap());
        match system.tcp_state(socket) {
            TcpState::Connecting | TcpState::Open => Poll::Wait(None),
            TcpState::PeerFinished | TcpState::Closed => Poll::Exit(0),
            TcpState::Failed(failure) => {
                system.print(&format!("{failure:?}\n"));
                Poll::Exit(2)
            }
        }
    }
}

struct Ping {
    to: IpAddress,
    socket: Option<SocketId>,
    until: Option<Instant>,
}

impl Program for Ping {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let is_first = self.socket.is_none();
        let socket = *self.socket.get_or_insert_with(|| system.echo_open().unwrap());
        let until = *self.until.get_or_insert(system.now() + Duration::from_secs(2));
        if is_first
            && let Err(error) =
                system.echo_send(socket, self.to, 1, 56, (None, host::system::Fragments::Allowed))
        {
            system.print(&format!("{error}\n"));
            return Poll::Exit(2);
        }
        if let Some(reply) = system.echo_receive(socket) {
            system.print(&format!("{} ttl {}\n", reply.from, reply.hop_limit));
            return Poll::Exit(0);
        }
        if let Some(error) = system.next_error(socket) {
            system.print(&format!("{}: {}\n", error.from, error.what));
            return Poll::Exit(1);
        }
        if system.now() >= until { Poll::Exit(1) } else { Poll::Wait(Some(until)) }
    }
}

/// Sends one datagram to all stations, from no address.
struct Broadcast(u16);

impl Program for Broadcast {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let socket = system.udp_bind(None).unwrap();
        let to = IpEndpoint::new(IpAddress::v4(255, 255, 255, 255), self.0);
        system.udp_send(socket, Some(IpAddress::v4(0, 0, 0, 0)), to, b"is there anybody?").unwrap();
        let sent_at_exit = Poll::Exit(0);
        system.print("sent\n");
        sent_at_exit
    }
}

struct Receive(u16, Option<SocketId>);

impl Program for Receive {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let socket = *self.1.get_or_insert_with(|| system.udp_bind(Some(self.0)).unwrap());
        while let Some(datagram) = system.udp_receive(socket) {
            let text = String::from_utf8(datagram.payload).unwrap();
            system.print(&format!("{} to {}: {text}\n", datagram.from.addr, datagram.to));
        }
        Poll::Wait(None)
    }
}

/// Prints what is typed.
struct Cat;

impl Program for Cat {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        while let Some(line) = system.read_line() {
            system.print(&format!("{line}\n"));
        }
        if system.input_ended() { Poll::Exit(0) } else { Poll::Wait(None) }
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        system.print("meow\n");
        9
    }
}

/// Opens connections until the host refuses, and prints how many there are.
struct Greedy(u16);

impl Program for Greedy {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let (mut count, config) = (0, TcpConfig { rx_buffer: 1 << 20, ..system.config().tcp });
        while system.tcp_connect(("10.0.0.2".parse::<IpAddress>().unwrap(), self.0).into(), config).is_ok() {
            count += 1;
        }
        system.print(&format!("{count}"));
        Poll::Exit(0)
    }
}

/// Sends a datagram whenever it is polled.
struct Restless(Option<SocketId>);

impl Program for Restless {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let socket = *self.0.get_or_insert_with(|| system.udp_bind(None).unwrap());
        let _ = system.udp_send(socket, None, ("10.0.0.2".parse::<IpAddress>().unwrap(), 9).into(), b"again");
        Poll::Wait(None)
    }
}

fn world(topology: Topology) -> World {
    World::of_kinds(topology, 7, Limits::default(), Kinds::ALL.with_shell(shell)).unwrap()
}

fn finish(world: &mut World) {
    let end = Instant::ZERO + Duration::from_secs(3_600);
    assert_eq!(world.run_until_quiet(end, || true), Quiet::Reached);
}

/// What the program has printed, and its exit status.
fn output(world: &World, program: ProgramId) -> (String, Option<u8>) {
    let log = world.history().program(program);
    (log.output_by(world.now()), log.exit_at(world.now()))
}

#[test]
fn a_client_finds_a_server_by_address_and_port_alone() {
    let mut world = world(silent(pair(&[])));
    let (_, server) = world.launch(B, "serve 80").unwrap();
    let (_, client) = world.launch(A, "fetch 10.0.0.2 80").unwrap();
    finish(&mut world);
    assert_eq!(output(&world, client), ("HELLO".into(), Some(0)));
    assert_eq!(output(&world, server), ("from 10.0.0.1\n".into(), None), "it goes on serving");
    assert!(world.history().transits().len() >= 6, "and everything crossed the wire");
}

#[test]
fn nobody_at_the_port_is_refused_and_no_such_host_is_unreachable() {
    let mut world = world(silent(pair(&[])));
    let (_, refused) = world.launch(A, "fetch 10.0.0.2 80").unwrap();
    let (_, nobody) = world.launch(A, "fetch 10.0.0.9 80").unwrap();
    let (_, nowhere) = world.launch(A, "fetch 192.0.2.1 80").unwrap();
    finish(&mut world);
    assert_eq!(output(&world, refused), ("Refused\n".into(), Some(2)));
    assert_eq!(output(&world, nobody), ("Unreachable(HostUnreachable)\n".into(), Some(2)));
    assert_eq!(output(&world, nowhere), ("Network is unreachable\n".into(), Some(1)));
}

#[test]
fn a_connection_gives_up_when_nothing_comes_back() {
    let mut world = world(silent(pair(&[])));
    let mut ways = common::link(&world, 0).ways.clone();
    world.run_until(Instant::ZERO, || true);
    let (_, warm) = world.launch(A, "ping 10.0.0.2").unwrap();
    finish(&mut world);
    assert_eq!(output(&world, warm).1, Some(0));
    ways[1].impairments.push(Impairment::Down);
    world.apply(Command::SetLink(netlab::topology::LinkId(0), ways)).unwrap();
    let (at, client) = world.launch(A, "fetch 10.0.0.2 80").unwrap();
    finish(&mut world);
    let (text, status) = output(&world, client);
    assert!(text.starts_with("TimedOut") || text.starts_with("Unreachable"), "{text}");
    assert_eq!(status, Some(2));
    assert!(world.now() - at > Duration::from_secs(3), "it was not given up before its retransmissions");
}

#[test]
fn a_request_that_was_not_answered_is_forgotten_without_a_reset() {
    let mut world = world(silent(pair(&[])));
    let mut ways = common::link(&world, 0).ways.clone();
    world.launch(A, "ping 10.0.0.2").unwrap();
    finish(&mut world);
    ways[1].impairments.push(Impairment::Loss(Ratio::percent(100)));
    world.apply(Command::SetLink(netlab::topology::LinkId(0), ways)).unwrap();
    let (at, client) = world.launch(A, "fetch 10.0.0.2 80").unwrap();
    world.run_until(at + Duration::from_secs(5), || true);
    world.apply(Command::Interrupt(client)).unwrap();
    finish(&mut world);
    // The flags of TCP behind headers of Ethernet and IPv4 without options: SYN, RST.
    let flags =
        |frame: &[u8]| (frame.len() > 47 && frame[12..14] == [8, 0] && frame[23] == 6).then(|| frame[47]);
    let from_a = world.history().transits().filter(|transit| transit.frame[26..30] == [10, 0, 0, 1]);
    let flags: Vec<_> = from_a.filter_map(|transit| flags(&transit.frame)).collect();
    assert!(flags.contains(&2) && flags.iter().all(|flags| flags & 4 == 0), "{flags:?}");
}

#[test]
fn the_buffers_of_a_hosts_connections_are_bounded() {
    let mut world = world(silent(pair(&[])));
    let (_, greedy) = world.launch(A, "greedy 80").unwrap();
    world.run_until(Instant::ZERO, || true);
    // 32 MiB hold 30 connections of a megabyte and 64 KiB.
    assert_eq!(output(&world, greedy), ("30".into(), Some(0)));
}

#[test]
fn a_program_that_acts_on_every_poll_does_not_stop_time() {
    let mut world = world(silent(pair(&[])));
    world.launch(A, "restless").unwrap();
    world.launch(A, "ping 10.0.0.2").unwrap();
    let end = Instant::ZERO + Duration::from_millis(6);
    world.run_until(end, || true);
    assert_eq!(world.now(), end);
    let sent = world.history().transits().filter(|transit| transit.frame.len() == 14 + 20 + 8 + 5).count();
    assert!((1_000..1_000_000).contains(&sent), "{sent}");
}

#[test]
fn a_host_reaches_itself_at_its_own_address_and_at_those_of_every_host() {
    for address in ["127.0.0.1", "127.8.8.8", "::1", "10.0.0.1", "fd00::1"] {
        let mut world = world(pair(&[]));
        let wires = |world: &World| world.history().transits().len();
        world.run_until(Instant::ZERO + Duration::from_secs(5), || true);
        let before = wires(&world);
        let (_, ping) = world.launch(A, &format!("ping {address}")).unwrap();
        finish(&mut world);
        assert_eq!(output(&world, ping), (format!("{address} ttl 64\n"), Some(0)));
        if address != "127.8.8.8" {
            let (_, server) = world.launch(A, "serve 80").unwrap();
            let (_, client) = world.launch(A, &format!("fetch {address} 80")).unwrap();
            finish(&mut world);
            assert_eq!(output(&world, client), ("HELLO".into(), Some(0)), "{address}");
            assert_eq!(output(&world, server).0, format!("from {address}\n"));
        }
        assert_eq!(wires(&world), before, "nothing of it is on a wire");
    }
}

#[test]
fn a_host_without_an_address_runs_programs_and_reaches_all_stations() {
    let mut topology = silent(pair(&[]));
    topology.nodes[0].kind = NodeKind::Host(HostConfig::default());
    let mut world = world(topology);
    let (_, receiver) = world.launch(B, "receive 67").unwrap();
    let (_, sender) = world.launch(A, "broadcast 67").unwrap();
    let (_, local) = world.launch(A, "ping 127.0.0.1").unwrap();
    let (_, remote) = world.launch(A, "ping 10.0.0.2").unwrap();
    finish(&mut world);
    assert_eq!(output(&world, sender), ("sent\n".into(), Some(0)));
    assert_eq!(output(&world, receiver), ("0.0.0.0 to 255.255.255.255: is there anybody?\n".into(), None));
    assert_eq!(output(&world, local).1, Some(0));
    assert_eq!(output(&world, remote), ("Network is unreachable\n".into(), Some(2)));
}

#[test]
fn lines_that_are_typed_reach_the_program_and_are_history() {
    let mut world = world(silent(pair(&[])));
    let (_, cat) = world.launch(A, "cat").unwrap();
    finish(&mut world);
    let secs = |secs| Instant::ZERO + Duration::from_secs(secs);
    world.schedule(secs(1), Command::Type(cat, "one".into())).unwrap();
    world.schedule(secs(2), Command::Type(cat, "two".into())).unwrap();
    world.schedule(secs(3), Command::EndInput(cat)).unwrap();
    world.schedule(secs(4), Command::Type(cat, "too late".into())).unwrap();
    finish(&mut world);
    let log = world.history().program(cat);
    assert_eq!(log.output_by(secs(1)), "one\n", "a rewound terminal shows what it showed then");
    assert_eq!(log.exit_at(secs(2)), None);
    assert_eq!(output(&world, cat), ("one\ntwo\n".into(), Some(0)));
    let typed = |entry: &&netlab::history::ProgramEntry| matches!(entry.event, ProgramEvent::Typed(_));
    assert_eq!(log.entries().iter().filter(typed).count(), 2);
}

#[test]
fn control_c_ends_a_program_with_what_it_sums_up() {
    let mut world = world(silent(pair(&[])));
    let (_, cat) = world.launch(A, "cat").unwrap();
    let (_, server) = world.launch(B, "serve 80").unwrap();
    finish(&mut world);
    world.apply(Command::Interrupt(cat)).unwrap();
    world.apply(Command::Interrupt(server)).unwrap();
    finish(&mut world);
    assert_eq!(output(&world, cat), ("meow\n".into(), Some(9)));
    assert_eq!(output(&world, server), (String::new(), Some(130)));
    let (_, again) = world.launch(B, "serve 80").unwrap();
    finish(&mut world);
    assert_eq!(output(&world, again).1, None, "the port is free again");
}

#[test]
fn the_hash_covers_what_is_printed_and_slicing_changes_nothing() {
    let run = |line: &str, slice: u64| {
        let mut world = world(silent(pair(&[])));
        world.launch(B, "serve 80").unwrap();
        world.launch(A, line).unwrap();
        let mut moments = 0;
        let end = Instant::ZERO + Duration::from_secs(60);
        while world.run_until(end, || {
            moments += 1;
            moments % slice != 0
        }) == netlab::world::Progress::Paused
        {}
        world.history().hash()
    };
    let hash = run("fetch 10.0.0.2 80", 1);
    assert_eq!(hash, run("fetch 10.0.0.2 80", 1_000_000));
    assert_ne!(hash, run("fetch 10.0.0.2 81", 1));
    assert_ne!(run("cat", 1), run("receive 9", 1));
}

#[test]
fn only_hosts_of_a_world_with_a_shell_run_commands() {
    let mut without = World::new(pair(&[]), 7, Limits::default()).unwrap();
    assert_eq!(without.launch(A, "cat"), Err(CommandError::NoShell));
    let mut with = world(common::star(2, common::switch()));
    assert_eq!(with.launch(netlab::topology::NodeId(2), "cat"), Err(CommandError::NoPrograms));
    assert!(matches!(with.launch(A, &"x".repeat(1_001)), Err(CommandError::OutOfBounds(_))));
    assert_eq!(with.apply(Command::Interrupt(ProgramId(0))), Err(CommandError::NoSuchThing));
}
