//! The services in a world: every byte crosses the wire, and the programs find each other by addresses and names alone.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use host::program::{Poll, Program};
use host::system::{SocketId, System, TcpState};
use netlab::history::{Limits, ProgramId};
use netlab::topology::{HostConfig, Link, Node, NodeId, NodeKind, SwitchConfig, Topology, Way};
use netlab::world::Kinds;
use netlab::{BitsPerSec, Duration, Instant, World};
use services::dhcp::server::{Config, Scope};
use services::dns::message::{Data, Record};
use services::dns::name::Name;
use services::dns::resolver::{Resolver, Upstream};
use services::dns::server::Server;
use services::dns::zone::zones;
use services::http::client::{Method, Request};
use services::http::head::Fields;
use services::http::server::{Page, Site};
use services::http::url::Url;
use services::program::dhcp::{DhcpClient, DhcpServer};
use services::program::dns::DnsServer;
use services::program::http::{Download, Event, HttpServer};
use services::program::small::{NtpServer, SmallServer};
use services::small::Small;
use smoltcp::wire::IpEndpoint;
use wire::line::{LineConfig, Queue};
use wire::rng::Stream;

fn ip<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn record(name: &str, data: Data) -> Record {
    Record { name: Name::parse(name).unwrap(), ttl: 3_600, data }
}

fn address(name: &str, address: &str) -> Record {
    record(name, Data::A(ip(address)))
}

fn delegation(zone: &str, server: &str) -> Record {
    record(zone, Data::Ns(Name::parse(server).unwrap()))
}

/// A server of this zone.
fn authority(origin: &str, records: Vec<Record>) -> Box<dyn Program> {
    let zones = zones(Some(Name::parse(origin).unwrap()), records);
    Box::new(DnsServer::new(Server::new(zones, None)))
}

fn dhcp(probe: Option<Duration>) -> Box<dyn Program> {
    let scope = Scope {
        network: ip("10.0.0.0/24"),
        first: ip("10.0.0.100"),
        last: ip("10.0.0.102"),
        lease: Duration::from_secs(120),
        routers: Vec::new(),
        dns: vec![ip("10.0.0.53")],
        domain: Some("example.test".into()),
    };
    let (scopes, reservations) = (vec![scope], Vec::new());
    Box::new(DhcpServer::new(Config { address: ip("10.0.0.1"), scopes, reservations, probe }))
}

/// The test's shell.
fn shell(line: &str) -> Box<dyn Program> {
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["dhcpd"] => dhcp(None),
        ["dhcpd", "probing"] => dhcp(Some(Duration::from_millis(500))),
        ["dhcp"] => Box::new(DhcpClient::new(None)),
        ["dhcp", "once"] => Box::new(DhcpClient::new(Some(Duration::from_secs(30)))),
        ["root"] => authority(".", vec![delegation("test", "ns.test"), address("ns.test", "10.0.0.2")]),
        ["top"] => authority(
            "test",
            vec![delegation("example.test", "ns.example.test"), address("ns.example.test", "10.0.0.3")],
        ),
        ["zone"] => {
            let many = (0..100).map(|number| address("many.example.test", &format!("10.9.0.{number}")));
            let alias = record("shop.example.test", Data::Cname(Name::parse("www.example.test").unwrap()));
            authority("example.test", many.chain([address("www.example.test", "10.0.0.80"), alias]).collect())
        }
        ["resolver"] => {
            let resolver = Resolver::new(Upstream::Roots(vec![ip("10.0.0.1")]), Stream::new(3, &[]));
            Box::new(DnsServer::new(Server::new(Vec::new(), Some(resolver))))
        }
        ["httpd"] => {
            let pages = [
                ("/", Page::Text("<h1>Hello</h1>".into())),
                ("/old", Page::Moved("/".into())),
                ("/long", Page::Text("x".repeat(300_000))),
            ];
            let pages = pages.into_iter().map(|(path, page)| (path.to_owned(), page)).collect();
            Box::new(HttpServer::new(Site { pages }, 80))
        }
        ["get", url] => Box::new(Get { url: Url::parse(url).unwrap(), download: None }),
        ["small", name] => {
            let (_, small) = services::small::ALL.into_iter().find(|(word, _)| *word == name).unwrap();
            Box::new(SmallServer::new(small))
        }
        ["ntpd"] => Box::new(NtpServer::default()),
        ["ask", address, port, text] => Box::new(Ask {
            to: IpEndpoint::new(ip(address), ip(port)),
            text: text.into(),
            socket: None,
            sent: false,
        }),
        ["udp", address, port, text] => {
            Box::new(Datagram { to: IpEndpoint::new(ip(address), ip(port)), text: text.into(), socket: None })
        }
        _ => panic!("{line} is no program of this test"),
    }
}

/// Prints what happens while a page is fetched.
struct Get {
    url: Url,
    download: Option<Download>,
}

impl Program for Get {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let mut download = self.download.take().unwrap_or_else(|| {
            let (fields, content) = (Fields::default(), Vec::new());
            Download::new(
                system,
                Request { method: Method::Get, url: self.url.clone(), fields, content, follow: true },
            )
        });
        for event in download.poll(system) {
            let text = match event {
                Event::Resolving(name) => format!("name {name}"),
                Event::Resolved(all) => all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
                Event::Connecting(to) => format!("to {to}"),
                Event::Connected(_) | Event::Sent(_) => continue,
                Event::Head(head) => head.status_line,
                Event::Done(Ok(response)) => {
                    let text = String::from_utf8(response.content).unwrap();
                    let text = if text.len() > 99 { format!("{} bytes", text.len()) } else { text };
                    system.print(&format!("{text}\n"));
                    return Poll::Exit(0);
                }
                Event::Done(Err(error)) => {
                    system.print(&format!("{error}\n"));
                    return Poll::Exit(error.exit_status());
                }
            };
            system.print(&format!("{text}\n"));
        }
        let at = download.poll_at();
        self.download = Some(download);
        Poll::Wait(at)
    }
}

/// Sends a text over TCP and prints what comes back, up to 150 bytes.
struct Ask {
    to: IpEndpoint,
    text: String,
    socket: Option<SocketId>,
    sent: bool,
}

impl Program for Ask {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let config = system.config().tcp;
        let socket = *self.socket.get_or_insert_with(|| system.tcp_connect(self.to, config).unwrap());
        if system.tcp_state(socket) == TcpState::Connecting {
            return Poll::Wait(None);
        }
        if !std::mem::replace(&mut self.sent, true) {
            system.tcp_send(socket, self.text.as_bytes());
            system.tcp_finish(socket);
        }
        let got = system.tcp_receive(socket, 150);
        system.print(&String::from_utf8_lossy(&got));
        match system.tcp_state(socket) {
            TcpState::Connecting | TcpState::Open if got.len() < 150 => Poll::Wait(None),
            _ => Poll::Exit(0),
        }
    }
}

/// Sends a text over UDP and prints what comes back.
struct Datagram {
    to: IpEndpoint,
    text: String,
    socket: Option<SocketId>,
}

impl Program for Datagram {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let Some(socket) = self.socket else {
            let socket = system.udp_bind(None).unwrap();
            let request = services::ntp::request(system.now());
            let bytes = if self.text == "time" { &request[..] } else { self.text.as_bytes() };
            system.udp_send(socket, None, self.to, bytes).unwrap();
            self.socket = Some(socket);
            return Poll::Wait(None);
        };
        let Some(datagram) = system.udp_receive(socket) else { return Poll::Wait(None) };
        let text = match self.text.as_str() {
            "time" => format!("stratum {}", datagram.payload[1]),
            _ => String::from_utf8_lossy(&datagram.payload).into_owned(),
        };
        system.print(&text);
        Poll::Exit(0)
    }
}

/// A world of hosts at one switch; a host's text is its address, or empty.
fn world(hosts: &[&str]) -> World {
    let node = |(number, address): (usize, &&str)| {
        let addresses = Some(address).filter(|text| !text.is_empty()).map(|text| ip(&format!("{text}/24")));
        let config = HostConfig { addresses: addresses.into_iter().collect(), ..HostConfig::default() };
        Node { name: format!("h{number}"), kind: NodeKind::Host(config) }
    };
    let mut nodes: Vec<Node> = hosts.iter().enumerate().map(node).collect();
    nodes.push(Node { name: "s".into(), kind: NodeKind::Switch(SwitchConfig::default()) });
    let queue = Queue::bytes(64 * 1024);
    let line = LineConfig { rate: BitsPerSec::new(100_000_000), delay: Duration::from_millis(1), queue };
    let way = Way { line, impairments: Vec::new() };
    let hub = NodeId(hosts.len() as u32);
    let links =
        (0..hub.0).map(|number| Link::new([NodeId(number), hub], [way.clone(), way.clone()])).collect();
    World::of_kinds(Topology { nodes, links }, 7, Limits::default(), Kinds::ALL.with_shell(shell)).unwrap()
}

fn launch(world: &mut World, on: u32, line: &str) -> ProgramId {
    world.launch(NodeId(on), line).unwrap().1
}

fn run_until(world: &mut World, secs: u64) {
    world.run_until(Instant::ZERO + Duration::from_secs(secs), || true);
}

fn output(world: &World, program: ProgramId) -> String {
    world.history().program(program).output_by(world.now())
}

/// All frames, each where it was sent first, for tshark; returns the lines that it has to complain about.
fn complaints(world: &World, test: &str) -> Option<String> {
    if cfg!(target_arch = "wasm32") {
        return None;
    }
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    for transit in world.history().transits().filter(|transit| transit.first) {
        let at = transit.start.nanos() / 1_000;
        let len = transit.frame.len() as u32;
        for word in [(at / 1_000_000) as u32, (at % 1_000_000) as u32, len, len] {
            file.extend(word.to_le_bytes());
        }
        file.extend(&transit.frame[..]);
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}.pcap"));
    std::fs::write(&path, file).unwrap();
    let filter = "_ws.malformed || _ws.expert.severity >= 6291456";
    let run = std::process::Command::new("tshark")
        .args(["-n", "-otcp.analyze_sequence_numbers:FALSE", "-Y", filter, "-r"])
        .arg(&path)
        .output();
    match run {
        Ok(run) => {
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
            Some(String::from_utf8_lossy(&run.stdout).into_owned())
        }
        Err(_) => {
            assert!(std::env::var_os("PACKETARIUM_TSHARK").is_none(), "tshark is missing: install it");
            None
        }
    }
}

#[test]
fn hosts_without_addresses_lease_them_and_renew_them() {
    let mut world = world(&["10.0.0.1", "", "", ""]);
    let server = launch(&mut world, 0, "dhcpd probing");
    let clients: Vec<_> = (1..4).map(|host| launch(&mut world, host, "dhcp")).collect();
    run_until(&mut world, 20);
    let mut bound: Vec<String> = clients.iter().map(|client| output(&world, *client)).collect();
    bound.sort();
    let expected =
        ["100", "101", "102"].map(|last| format!("bound to 10.0.0.{last}/24 from 10.0.0.1 for 118 s\n"));
    for (bound, expected) in bound.iter().zip(&expected) {
        assert_eq!(bound.split(" for ").next(), expected.split(" for ").next(), "{bound}");
    }
    assert!(
        output(&world, server).contains("leased to 02:50:00:00:00:02 (h1)"),
        "{}",
        output(&world, server)
    );
    run_until(&mut world, 70);
    assert!(output(&world, clients[0]).contains("renewed"), "{}", output(&world, clients[0]));
    // With the address, the host is reachable.
    let echo = launch(&mut world, 1, "small echo");
    let address = output(&world, clients[0]).split([' ', '/']).nth(2).unwrap().to_owned();
    let ask = launch(&mut world, 2, &format!("ask {address} 7 hello"));
    run_until(&mut world, 75);
    assert_eq!((output(&world, ask), output(&world, echo)), ("hello".into(), String::new()));
    assert!(complaints(&world, "dhcp").is_none_or(|text| text.is_empty()));
}

#[test]
fn an_address_in_use_is_found_by_the_server_or_declined_by_the_client() {
    for (line, word) in [("dhcpd probing", ""), ("dhcpd", "10.0.0.100 is in use by another host: declined\n")]
    {
        let mut world = world(&["10.0.0.1", "10.0.0.100", ""]);
        launch(&mut world, 0, line);
        let client = launch(&mut world, 2, "dhcp");
        run_until(&mut world, 30);
        let text = output(&world, client);
        assert!(text.starts_with(&format!("{word}bound to 10.0.0.101/24")), "{line}: {text}");
    }
}

#[test]
fn a_client_that_is_interrupted_returns_its_lease() {
    let mut world = world(&["10.0.0.1", "", ""]);
    let server = launch(&mut world, 0, "dhcpd");
    let client = launch(&mut world, 1, "dhcp");
    run_until(&mut world, 5);
    world.apply(netlab::world::Command::Interrupt(client)).unwrap();
    run_until(&mut world, 6);
    assert!(output(&world, client).ends_with("10.0.0.100/24 given up\n"), "{}", output(&world, client));
    assert!(output(&world, server).ends_with("10.0.0.100 free\n"), "{}", output(&world, server));
    let once = launch(&mut world, 2, "dhcp once");
    run_until(&mut world, 12);
    assert_eq!(world.history().program(once).exit_at(world.now()), Some(0));
}

#[test]
fn without_a_server_a_client_says_so() {
    let mut world = world(&["10.0.0.1", ""]);
    let client = launch(&mut world, 1, "dhcp once");
    run_until(&mut world, 40);
    assert_eq!(output(&world, client), "No DHCPOFFERS received.\n");
}

/// DHCP server and root in one host, top level, zone, resolver, web server, and a host that has nothing yet.
fn internet() -> (World, ProgramId) {
    let mut world = world(&["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.53", "10.0.0.80", ""]);
    for (host, line) in [(0, "dhcpd"), (0, "root"), (1, "top"), (2, "zone"), (3, "resolver")] {
        launch(&mut world, host, line);
    }
    let web = launch(&mut world, 4, "httpd");
    launch(&mut world, 5, "dhcp");
    run_until(&mut world, 5);
    (world, web)
}

#[test]
fn a_page_is_fetched_by_name_from_the_lease_over_the_root_to_the_last_byte() {
    let (mut world, web) = internet();
    let get = launch(&mut world, 5, "get http://shop.example.test/old");
    run_until(&mut world, 10);
    let expected = "name shop.example.test\n10.0.0.80\nto 10.0.0.80:80\nHTTP/1.1 301 Moved Permanently\nHTTP/1.1 200 OK\n<h1>Hello</h1>\n";
    assert_eq!(output(&world, get), expected);
    assert_eq!(output(&world, web), "10.0.0.100 \"GET /old\" 301\n10.0.0.100 \"GET /\" 200\n");
    let long = launch(&mut world, 5, "get www/long");
    run_until(&mut world, 15);
    assert!(output(&world, long).ends_with("300000 bytes\n"), "{}", output(&world, long));
    assert!(complaints(&world, "web").is_none_or(|text| text.is_empty()));
}

#[test]
fn what_goes_wrong_on_the_way_to_a_page_is_named() {
    let (mut world, _) = internet();
    let [none, refused, far, many] = [
        "get http://none.example.test/",
        "get http://www.example.test:81/",
        "get http://10.0.0.9/",
        // More addresses than fit into a datagram: over TCP. The first does not answer.
        "get http://many.example.test/",
    ]
    .map(|line| launch(&mut world, 5, line));
    run_until(&mut world, 120);
    assert!(output(&world, none).ends_with("Could not resolve host: none.example.test\n"));
    assert!(
        output(&world, refused)
            .ends_with("Failed to connect to www.example.test port 81: Connection refused\n")
    );
    assert!(
        output(&world, far).contains("Failed to connect to 10.0.0.9 port 80: "),
        "{}",
        output(&world, far)
    );
    assert!(output(&world, many).contains("10.9.0.99"), "{}", output(&world, many));
    assert_eq!(
        [none, refused, far].map(|id| world.history().program(id).exit_at(world.now())),
        [Some(6), Some(7), Some(7)]
    );
}

#[test]
fn the_small_services_answer_over_tcp_and_udp() {
    let mut world = world(&["10.0.0.1", "10.0.0.2"]);
    for line in ["small echo", "small discard", "small chargen", "small daytime", "ntpd"] {
        launch(&mut world, 0, line);
    }
    let lines = [
        "ask 10.0.0.1 7 hello",
        "ask 10.0.0.1 9 hello",
        "ask 10.0.0.1 13 x",
        "udp 10.0.0.1 7 hello",
        "udp 10.0.0.1 123 time",
    ];
    let asked: Vec<_> = lines.iter().map(|line| launch(&mut world, 1, line)).collect();
    let chargen = launch(&mut world, 1, "ask 10.0.0.1 19 x");
    run_until(&mut world, 3);
    let texts: Vec<_> = asked.iter().map(|id| output(&world, *id)).collect();
    assert_eq!(texts, ["hello", "", "Thursday, January 1, 2026 00:00:00-UTC\r\n", "hello", "stratum 1"]);
    assert!(
        output(&world, chargen).starts_with(" !\"#$%&'()*+,-./0123456789"),
        "{}",
        output(&world, chargen)
    );
    assert_eq!(Small::Chargen.port(), 19);
}

#[test]
fn idle_services_cost_no_time() {
    let (mut world, _) = internet();
    run_until(&mut world, 30);
    let before = world.history().transits().len();
    run_until(&mut world, 50);
    assert_eq!(world.history().transits().len(), before);
}
