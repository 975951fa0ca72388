//! Commands on hosts of a world: what they print, and their exit status.

use netlab::history::{Limits, ProgramId};
use netlab::topology::{HostConfig, Link, Node, NodeId, NodeKind, Port, RouterConfig, Topology, Way};
use netlab::world::{Command, Kinds, Quiet};
use netlab::{BitsPerSec, Duration, Instant, World};
use wire::impair::Impairment;
use wire::line::{LineConfig, Queue};

const A: NodeId = NodeId(0);
const B: NodeId = NodeId(1);

fn host(name: &str, addresses: &[&str], gateway: Option<&str>) -> Node {
    let addresses = addresses.iter().map(|cidr| cidr.parse().unwrap()).collect();
    let gateways = gateway.iter().map(|ip| ip.parse().unwrap()).collect();
    Node {
        name: name.into(),
        kind: NodeKind::Host(HostConfig { addresses, gateways, ..HostConfig::default() }),
    }
}

fn cable(a: u32, b: u32) -> Link {
    let line = LineConfig {
        rate: BitsPerSec::new(100_000_000),
        delay: Duration::from_millis(1),
        queue: Queue::bytes(65_536),
    };
    let way = Way { line, impairments: Vec::new() };
    Link::new([NodeId(a), NodeId(b)], [way.clone(), way])
}

/// Two hosts at one cable.
fn pair() -> Topology {
    let hosts = vec![host("anna", &["10.0.0.1/24"], None), host("ben", &["10.0.0.2/24"], None)];
    Topology { nodes: hosts, links: vec![cable(0, 1)] }
}

/// Two hosts, and a router between their networks.
fn routed() -> Topology {
    let mut nodes = vec![
        host("anna", &["10.0.1.1/24"], Some("10.0.1.254")),
        host("ben", &["10.0.2.1/24"], Some("10.0.2.254")),
    ];
    nodes.push(Node { name: "r".into(), kind: NodeKind::Router(RouterConfig::default()) });
    let mut links = vec![cable(0, 2), cable(1, 2)];
    for (link, address) in links.iter_mut().zip(["10.0.1.254/24", "10.0.2.254/24"]) {
        let port = router::Port { addresses: vec![address.parse().unwrap()], ..router::Port::default() };
        link.ports[1] = Port::Router(port);
    }
    Topology { nodes, links }
}

fn world(topology: Topology) -> World {
    World::of_kinds(topology, 7, Limits::default(), Kinds::ALL.with_shell(shell::program)).unwrap()
}

fn finish(world: &mut World) {
    let end = Instant::ZERO + Duration::from_secs(3_600);
    assert_eq!(world.run_until_quiet(end, || true), Quiet::Reached);
}

fn output(world: &World, program: ProgramId) -> (String, Option<u8>) {
    let log = world.history().program(program);
    (log.output_by(world.now()), log.exit_at(world.now()))
}

/// What a command prints on the first host, and its exit status.
fn run(topology: Topology, line: &str) -> (String, u8) {
    let mut world = world(topology);
    let text = run_in(&mut world, line);
    (text.0, text.1.expect("it has ended"))
}

fn run_in(world: &mut World, line: &str) -> (String, Option<u8>) {
    let (_, program) = world.launch(A, line).unwrap();
    finish(world);
    output(world, program)
}

#[test]
fn ping_counts_what_comes_back() {
    let (text, status) = run(pair(), "ping -c 2 10.0.0.2");
    assert_eq!(
        text,
        "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.
64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=4.02 ms
64 bytes from 10.0.0.2: icmp_seq=2 ttl=64 time=2.01 ms

--- 10.0.0.2 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1002ms
rtt min/avg/max/mdev = 2.015/3.019/4.022/1.001 ms
"
    );
    assert_eq!(status, 0);
}

#[test]
fn ping_says_what_stopped_a_request() {
    let (text, status) = run(pair(), "ping -c 1 10.0.0.9");
    assert!(text.contains("From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n"), "{text}");
    assert!(text.contains("1 packets transmitted, 0 received, +1 errors, 100% packet loss"), "{text}");
    assert_eq!(status, 1);

    let (text, status) = run(pair(), "ping -c 1 192.0.2.1");
    assert_eq!((text.as_str(), status), ("ping: connect: Network is unreachable\n", 2));

    let (text, _) = run(routed(), "ping -c 1 -t 1 10.0.2.1");
    assert!(text.contains("From 10.0.1.254 icmp_seq=1 Time to live exceeded\n"), "{text}");

    let (text, _) = run(pair(), "ping -c 1 -s 2000 -M do 10.0.0.2");
    assert!(text.contains("ping: local error: message too long, mtu=1500\n"), "{text}");
    let (text, status) = run(pair(), "ping -c 1 -s 2000 10.0.0.2");
    assert!(text.contains("2008 bytes from 10.0.0.2") && status == 0, "{text}");
}

#[test]
fn a_lost_request_is_waited_for_and_ping_ends() {
    let mut topology = pair();
    topology.links[0].ways[0].impairments.push(Impairment::LossOfFrame(3));
    let (text, status) = run(topology, "ping -c 3 -i 0.5 10.0.0.2");
    assert!(text.contains("3 packets transmitted, 2 received, 33% packet loss"), "{text}");
    assert!(text.contains("icmp_seq=3") && status == 0, "{text}");
}

#[test]
fn control_c_makes_ping_sum_up() {
    let mut world = world(pair());
    let (_, ping) = world.launch(A, "ping 10.0.0.2").unwrap();
    world.run_until(Instant::ZERO + Duration::from_millis(3_500), || true);
    world.apply(Command::Interrupt(ping)).unwrap();
    finish(&mut world);
    let (text, status) = output(&world, ping);
    assert!(text.contains("4 packets transmitted, 4 received, 0% packet loss, time 3500ms\n"), "{text}");
    assert_eq!(status, Some(0));
}

#[test]
fn traceroute_names_the_routers() {
    for line in ["traceroute 10.0.2.1", "traceroute -I 10.0.2.1"] {
        let (text, status) = run(routed(), line);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "traceroute to 10.0.2.1 (10.0.2.1), 30 hops max, 60 byte packets");
        assert!(lines[1].starts_with(" 1  10.0.1.254 (10.0.1.254)  4.0"), "{text}");
        assert!(lines[2].starts_with(" 2  10.0.2.1 (10.0.2.1)  "), "{text}");
        assert_eq!((lines.len(), status), (3, 0), "{text}");
    }
    let (text, _) = run(routed(), "traceroute -m 2 -q 1 -w 1 10.0.3.1");
    assert!(text.contains(" 1  10.0.1.254 (10.0.1.254)  ") && text.contains(" !N"), "{text}");
}

#[test]
fn ip_shows_and_changes_the_host() {
    let mut world = world(routed());
    let (text, _) = run_in(&mut world, "ip -4 addr");
    assert_eq!(
        text,
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500 state UP
    link/ether 02:50:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.1.1/24 brd 10.0.1.255 scope global eth0
"
    );
    let routes =
        "default via 10.0.1.254 dev eth0\n10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.1\n";
    assert_eq!(run_in(&mut world, "ip r").0, routes);
    let way = "10.0.2.1 via 10.0.1.254 dev eth0 src 10.0.1.1\n";
    assert_eq!(run_in(&mut world, "ip route get 10.0.2.1").0, way);

    assert_eq!(run_in(&mut world, "ip neigh"), (String::new(), Some(0)));
    assert_eq!(run_in(&mut world, "ping -c 1 10.0.2.1").1, Some(0));
    assert_eq!(
        run_in(&mut world, "ip neigh").0,
        "10.0.1.254 dev eth0 lladdr 02:51:00:00:00:02 REACHABLE\n"
            .replace("02:51:00:00:00:02", &mac(&mut world))
    );

    assert_eq!(run_in(&mut world, "ip route del default"), (String::new(), Some(0)));
    assert_eq!(run_in(&mut world, "ping -c 1 10.0.2.1").0, "ping: connect: Network is unreachable\n");
    assert_eq!(run_in(&mut world, "ip route add default via 10.0.9.9").1, Some(2));
    assert_eq!(run_in(&mut world, "ip route add default via 10.0.1.254"), (String::new(), Some(0)));
    assert_eq!(run_in(&mut world, "ping -c 1 10.0.2.1").1, Some(0));

    assert_eq!(run_in(&mut world, "ip addr add 10.0.1.7/24 dev eth0"), (String::new(), Some(0)));
    let view = world.history().node_at(A, world.now());
    assert_eq!(view.addresses.len(), 1, "the history has it, for the drawing to follow");
    assert_eq!(run_in(&mut world, "ip addr add 10.0.1.7/24 dev eth0").1, Some(2), "twice");
    assert_eq!(run_in(&mut world, "ip addr del 10.0.1.1/24 dev eth0"), (String::new(), Some(0)));
    assert_eq!(run_in(&mut world, "hostname -I").0, "10.0.1.7\n");
    assert_eq!(run_in(&mut world, "ping -c 1 10.0.2.1").1, Some(0), "from its other address");
}

fn mac(world: &mut World) -> String {
    let neighbors = world.history().node_at(A, world.now()).neighbors;
    neighbors[0].1.to_string().replace('-', ":").to_lowercase()
}

#[test]
fn netcat_carries_what_is_typed_both_ways() {
    let mut world = world(pair());
    let (_, server) = world.launch(B, "nc -lv 9000").unwrap();
    let (_, client) = world.launch(A, "nc -v 10.0.0.2 9000").unwrap();
    finish(&mut world);
    world.apply(Command::Type(client, "hello".into())).unwrap();
    finish(&mut world);
    world.apply(Command::Type(server, "who is there?".into())).unwrap();
    finish(&mut world);
    world.apply(Command::EndInput(client)).unwrap();
    finish(&mut world);
    let connected = "Connection to 10.0.0.2 9000 port [tcp/*] succeeded!\nwho is there?\n";
    assert_eq!(output(&world, client), (connected.into(), Some(0)));
    let (text, status) = output(&world, server);
    assert!(text.starts_with("Listening on 0.0.0.0 9000\nConnection received on 10.0.0.1 4"), "{text}");
    assert!(text.ends_with("\nhello\n"), "{text}");
    assert_eq!(status, Some(0));
}

#[test]
fn netcat_over_udp_answers_the_first_sender() {
    let mut world = world(pair());
    let (_, server) = world.launch(B, "nc -lu 9000").unwrap();
    let (_, client) = world.launch(A, "nc -u 10.0.0.2 9000").unwrap();
    world.apply(Command::Type(client, "hello".into())).unwrap();
    finish(&mut world);
    world.apply(Command::Type(server, "welcome".into())).unwrap();
    finish(&mut world);
    assert_eq!(output(&world, client), ("welcome\n".into(), None));
    assert_eq!(output(&world, server), ("hello\n".into(), None));
}

#[test]
fn netcat_finds_open_ports() {
    let mut world = world(pair());
    world.launch(B, "nc -lk 21").unwrap();
    let (text, status) = run_in(&mut world, "nc -zv 10.0.0.2 20-22");
    assert_eq!(
        text,
        "nc: connect to 10.0.0.2 port 20 (tcp) failed: Connection refused
Connection to 10.0.0.2 21 port [tcp/*] succeeded!
nc: connect to 10.0.0.2 port 22 (tcp) failed: Connection refused
"
    );
    assert_eq!(status, Some(0));
    assert_eq!(run_in(&mut world, "nc -z 10.0.0.2 22").1, Some(1));
    let (text, status) = run_in(&mut world, "nc -zuv 10.0.0.2 7");
    assert_eq!(
        (text.as_str(), status),
        ("nc: connect to 10.0.0.2 port 7 (udp) failed: Connection refused\n", Some(1))
    );
}

#[test]
fn a_host_talks_to_itself() {
    let mut world = world(pair());
    let (_, server) = world.launch(A, "nc -l 9000").unwrap();
    let (_, client) = world.launch(A, "nc 127.0.0.1 9000").unwrap();
    world.apply(Command::Type(client, "hello".into())).unwrap();
    world.apply(Command::EndInput(client)).unwrap();
    finish(&mut world);
    assert_eq!(output(&world, server), ("hello\n".into(), Some(0)));
    let (text, status) = run_in(&mut world, "ping -c 1 127.0.0.1");
    assert!(text.contains("64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.020 ms"), "{text}");
    assert_eq!(status, Some(0));
    assert_eq!(world.history().transits().len(), 0);
}

#[test]
fn wrong_lines_say_what_is_right() {
    let cases = [
        ("frobnicate", "frobnicate: command not found; help lists the commands\n", 127),
        ("echo 'open", "a quotation mark has no counterpart\n", 2),
        ("", "", 0),
        ("echo  one   'two  three'", "one two  three\n", 0),
        ("hostname", "anna\n", 0),
        ("ping www.example.test", "ping: www.example.test: Name or service not known\nusage: ping ", 2),
        (
            "ping -c none 10.0.0.2",
            "ping: invalid count \"none\": it is a whole number from 1 to 4294967295\nusage: ping ",
            2,
        ),
        ("ping -x 10.0.0.2", "ping: invalid option -- 'x'\nusage: ping ", 2),
        ("ip frob", "ip: Object \"frob\" is unknown: it is addr, route, neigh or link\nusage: ip ", 2),
        ("ip addr show dev wlan0", "ip: Cannot find device \"wlan0\": a host has one, eth0\nusage: ip ", 2),
        ("nc 10.0.0.2", "nc: nc takes an address and a port\nusage: nc ", 2),
        ("ping --help", "ping: ask a host to answer, and measure how long that takes\nusage: ping ", 0),
    ];
    for (line, beginning, expected) in cases {
        let (text, status) = run(pair(), line);
        assert!(text.starts_with(beginning), "{line}: {text}");
        assert_eq!(status, expected, "{line}");
    }
}

#[test]
fn every_command_is_in_the_help_and_its_examples_are_understood() {
    let (help, _) = run(pair(), "help");
    let mut last = "";
    for command in &shell::command::COMMANDS {
        assert!(last < command.name, "{} is in order", command.name);
        last = command.name;
        assert!(help.contains(&format!("\n{} ", command.name)) || help.starts_with(command.name), "{help}");
        for (line, _) in command.examples {
            let mut world = world(pair());
            let (_, program) = world.launch(A, line).unwrap();
            world.run_until(Instant::ZERO + Duration::from_secs(30), || true);
            let (text, _) = output(&world, program);
            assert!(!text.contains("usage:") || command.name == "help", "{line}: {text}");
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_line_makes_a_command_panic(
        name in proptest::sample::select(vec!["ping", "ip", "nc", "traceroute", "echo", "hostname", "help", ""]),
        words in proptest::collection::vec(proptest::sample::select(vec![
            "-c", "1", "-l", "-u", "-z", "-t", "0", "255", "10.0.0.2", "10.0.0.255", "224.0.0.1", "::1", "fe80::1", "0.0.0.0",
            "127.0.0.1", "addr", "add", "del", "route", "get", "default", "via", "dev", "eth0", "-s", "65507", "-I", "-k", "1-3",
            "70000", "'", "\"", "\\", "--", "-", "-4", "-6", "neigh", "lladdr", "02:00:00:00:00:01", "10.0.0.3/24", "-w", "0.1",
        ]), 0..6),
    ) {
        let line = format!("{name} {}", words.join(" "));
        let mut world = world(pair());
        world.launch(A, &line).unwrap();
        world.run_until(Instant::ZERO + Duration::from_secs(5), || true);
    }
}

/// Runs iperf's two sides on the ends of a cable of 100 Mbit/s; what client and server print.
fn iperf(server: &str, client: &str) -> (String, String) {
    let mut world = world(pair());
    let (_, at_ben) = world.launch(B, server).unwrap();
    let (_, at_anna) = world.launch(A, client).unwrap();
    finish(&mut world);
    let text = |program| world.history().program(program).output_by(world.now());
    assert_eq!(world.history().program(at_anna).exit_at(world.now()), Some(0), "{}", text(at_anna));
    (text(at_anna), text(at_ben))
}

/// The last line of a text: its transfer and its rate, in units of a million.
fn last_rate(text: &str) -> f64 {
    let line = text.lines().rfind(|line| line.contains("Mbits/sec")).unwrap_or_else(|| panic!("{text}"));
    line.split("Mbits/sec").next().unwrap().split_whitespace().last().unwrap().parse().unwrap()
}

#[test]
fn iperf_measures_a_cable_over_tcp() {
    let (client, server) = iperf("iperf -s", "iperf -c 10.0.0.2 -t 4");
    assert!(
        client.contains("Client connecting to 10.0.0.2, TCP port 5001\nTCP window size: 64.0 KByte"),
        "{client}"
    );
    assert!(
        client.contains("[  1] local 10.0.0.1 port 49152 connected with 10.0.0.2 port 5001\n"),
        "{client}"
    );
    assert!(server.contains("Server listening on TCP port 5001\n"), "{server}");
    // 1460 of 1538 bytes on the wire, less a handshake and an end.
    assert!((93.0..97.0).contains(&last_rate(&client)), "{client}");
    assert!((93.0..97.0).contains(&last_rate(&server)), "{server}");
}

#[test]
fn iperf_sends_a_number_of_bytes_over_several_connections() {
    let (client, server) = iperf("iperf -s -p 99", "iperf -c 10.0.0.2 -n 1M -P 3 -p 99");
    assert_eq!(client.matches(" 1.00 MBytes ").count(), 3, "{client}");
    assert!(client.contains("[SUM] ") && client.contains(" 3.00 MBytes "), "{client}");
    assert_eq!(server.matches(" 1.00 MBytes ").count(), 3, "{server}");
}

#[test]
fn iperf_counts_what_is_lost_over_udp() {
    let (client, server) = iperf("iperf -s -u", "iperf -c 10.0.0.2 -u -b 10m -t 2");
    assert!(client.contains("[  1] Sent 1702 datagrams\n[  1] Server Report:\n"), "{client}");
    assert!(client.contains(" 0/1701 (0%)\n") && server.contains(" 0/1701 (0%)\n"), "{client}{server}");
    assert!((9.9..10.1).contains(&last_rate(&client)), "{client}");
    // More than the cable takes: what its queue drops is counted.
    let (client, _) = iperf("iperf -s -u", "iperf -c 10.0.0.2 -b 200m -t 1");
    let report = client.lines().last().unwrap();
    assert!(report.contains("/17007 (") && !report.contains(" 0/17007 "), "{client}");
    assert!((93.0..98.0).contains(&last_rate(&client)), "{client}");
}

/// A text with each number replaced by `0` and spaces by one: its form.
fn form(text: &str) -> String {
    let mut form = String::new();
    for letter in text.chars() {
        match letter {
            '0'..='9' | '.' if form.ends_with('0') => {}
            '0'..='9' => form.push('0'),
            ' ' if form.ends_with(' ') => {}
            other => form.push(other),
        }
    }
    form
}

#[test]
fn iperf_prints_what_iperf_2_prints() {
    // Of iperf 2.1.8 over loopback, without what it has read from its kernel in brackets, and the kernel's size of UDP's buffer.
    let rule = "------------------------------------------------------------\n";
    let tcp = format!(
        "{rule}Client connecting to 127.0.0.1, TCP port 5001\nTCP window size: 16.0 KByte (default)\n{rule}\
         [  1] local 127.0.0.1 port 51898 connected with 127.0.0.1 port 5001\n\
         [ ID] Interval       Transfer     Bandwidth\n\
         [  1] 0.0000-1.0000 sec  2.05 MBytes  17.6 Mbits/sec\n\
         [  1] 1.0000-2.0000 sec  1.42 MBytes  12.2 Mbits/sec\n\
         [  1] 0.0000-2.0269 sec  5.28 MBytes  15.0 Mbits/sec\n"
    );
    let (client, server) = iperf("iperf -s -i 1", "iperf -c 10.0.0.2 -t 2 -i 1");
    assert_eq!(form(&client), form(&tcp), "{client}");
    let listening = tcp.replace("Client connecting to 127.0.0.1, TCP", "Server listening on TCP");
    assert_eq!(form(&server), form(&listening), "{server}");

    let heading = "[ ID] Interval       Transfer     Bandwidth        Jitter   Lost/Total Datagrams\n";
    let udp = format!(
        "{rule}Client connecting to 127.0.0.1, UDP port 5001\nSending 1470 byte datagrams, IPG target: 5607.60 us\n{rule}\
         [  1] local 127.0.0.1 port 35537 connected with 127.0.0.1 port 5001\n\
         [ ID] Interval       Transfer     Bandwidth\n\
         [  1] 0.0000-1.0000 sec   257 KBytes  2.11 Mbits/sec\n\
         [  1] 1.0000-2.0000 sec   253 KBytes  2.07 Mbits/sec\n\
         [  1] 0.0000-2.0058 sec   772 KBytes  2.10 Mbits/sec\n\
         [  1] Sent 539 datagrams\n[  1] Server Report:\n{heading}\
         [  1] 0.0000-2.0046 sec   772 KBytes  2.11 Mbits/sec   0.002 ms 0/538 (0%)\n"
    );
    let (client, server) = iperf("iperf -s -u -i 1", "iperf -c 10.0.0.2 -u -b 2M -t 2 -i 1");
    assert_eq!(form(&client), form(&udp), "{client}");
    assert!(client.contains("IPG target: 5607.60 us\n"), "{client}");
    assert_eq!(server.matches(heading).count(), 1, "{server}");
    assert!(server.contains("[  1] 0.0000-1.0000 sec   25") && server.contains("(0%)\n"), "{server}");
}

#[test]
fn iperf_says_that_no_server_is_there() {
    let mut world = world(pair());
    let (_, tcp) = world.launch(A, "iperf -c 10.0.0.2 -t 1").unwrap();
    let (_, udp) = world.launch(A, "iperf -c 10.0.0.2 -u -t 1").unwrap();
    finish(&mut world);
    let ended = |program| {
        let log = world.history().program(program);
        (log.output_by(world.now()), log.exit_at(world.now()))
    };
    let ((tcp, tcp_status), (udp, udp_status)) = (ended(tcp), ended(udp));
    assert!(tcp.ends_with("tcp connect failed: Connection refused\n") && tcp_status == Some(1), "{tcp}");
    assert!(udp.ends_with("read failed: Connection refused\n") && udp_status == Some(1), "{udp}");
}

/// A host, a switch, and another host.
fn switched() -> Topology {
    let mut topology = pair();
    let switch = NodeKind::Switch(netlab::topology::SwitchConfig::default());
    topology.nodes.push(Node { name: "s".into(), kind: switch });
    topology.links = vec![cable(0, 2), cable(1, 2)];
    topology
}

#[test]
fn a_card_that_is_switched_off_sends_and_receives_nothing_until_it_is_on_again() {
    let mut world = world(switched());
    assert!(run_in(&mut world, "ping -c 1 10.0.0.2").0.contains("1 received"));
    let cable = netlab::topology::LinkId(0);
    let carrier = |world: &World| world.history().link_at(cable, world.now()).has_carrier(world.now());
    assert!(carrier(&world));
    assert_eq!(run_in(&mut world, "ip link set eth0 down"), (String::new(), Some(0)));
    assert!(!carrier(&world), "the switch detects it, too");
    let links = run_in(&mut world, "ip link").0;
    assert!(links.contains("2: eth0: <BROADCAST,MULTICAST> mtu 1500 state DOWN"), "{links}");
    assert_eq!(run_in(&mut world, "ip route").0, "");
    assert_eq!(run_in(&mut world, "ip neigh").0, "");
    let (off, status) = run_in(&mut world, "ping -c 1 10.0.0.2");
    assert!(off.contains("Network is unreachable") && status != Some(0), "{off}");
    assert!(run_in(&mut world, "ping -c 1 127.0.0.1").0.contains("1 received"), "it still talks to itself");
    let sent = world.history().transits().len();
    let (_, from_b) = world.launch(B, "ping -c 1 -W 1 10.0.0.1").unwrap();
    finish(&mut world);
    assert!(output(&world, from_b).0.contains("0 received"), "{}", output(&world, from_b).0);
    let of_a = world.history().transits().skip(sent);
    assert!(of_a.into_iter().all(|transit| world.topology().sender(transit.direction) != A));
    assert_eq!(run_in(&mut world, "ip link set dev eth0 up").1, Some(0));
    assert!(carrier(&world));
    assert!(run_in(&mut world, "ping -c 1 10.0.0.2").0.contains("1 received"));
    for wrong in ["ip link set eth1 down", "ip link set eth0 sideways", "ip link add eth1"] {
        assert_ne!(run_in(&mut world, wrong).1, Some(0), "{wrong}");
    }
}

#[test]
fn a_cable_that_is_added_to_a_card_that_is_off_has_no_carrier() {
    let mut alone = pair();
    alone.links.clear();
    let mut world = world(alone);
    run_in(&mut world, "ip link set eth0 down");
    world.apply(Command::AddLink(cable(0, 1))).unwrap();
    let later = world.now() + Duration::from_millis(1);
    world.run_until(later, || true);
    let carrier = |world: &World| {
        world.history().link_at(netlab::topology::LinkId(0), world.now()).has_carrier(world.now())
    };
    assert!(!carrier(&world));
    run_in(&mut world, "ip link set eth0 up");
    assert!(carrier(&world));
    assert!(run_in(&mut world, "ping -c 1 10.0.0.2").0.contains("1 received"));
}
