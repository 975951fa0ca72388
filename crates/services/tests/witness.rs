//! The machines against real programs: dig, dnsmasq, curl, Python's web server, udhcpc. Each test runs itself again in namespaces of
//! its own, where the ports below 1024 are free and no packet gets out.
//!
//! Without the programs, or the right to make namespaces, nothing can be compared: that is printed, and is a failure where
//! `PACKETARIUM_SERVICES` is set.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, reason = "real programs need a real clock and threads")]

use services::dhcp::client::{self, Client, State};
use services::dhcp::server::{self as dhcp, LeaseState, Scope};
use services::dns::Transport;
use services::dns::framing::{Framing, framed};
use services::dns::message::{Data, Record};
use services::dns::name::Name;
use services::dns::resolver::{Resolver, Upstream};
use services::dns::server::{self, Server};
use services::dns::stub::{self, Families, LookupError, Stub};
use services::dns::zone::zones;
use services::html;
use services::http::client::{Fetch, Method, Output, Request, Response};
use services::http::head::Fields;
use services::http::server::{Connection, Page, Site};
use services::http::url::Url;
use smoltcp::wire::{EthernetAddress, IpAddress, Ipv4Address};
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration as Real, Instant as Clock};
use wire::rng::Stream;
use wire::{Duration, Instant};

/// Runs one of the ignored tests below in new namespaces, if the programs that it needs are there.
fn in_namespace(test: &str, programs: &[&str]) {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let can = |script: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).env("PATH", &path).stdout(Stdio::null()).stderr(Stdio::null());
        shell.status().is_ok_and(|status| status.success())
    };
    let missing: Vec<_> = programs.iter().filter(|program| !can(&format!("command -v {program}"))).collect();
    if !missing.is_empty() || !can("unshare -nm ip link set lo up") {
        assert!(std::env::var_os("PACKETARIUM_SERVICES").is_none(), "{missing:?} or namespaces are missing");
        let _ = writeln!(
            std::io::stderr(),
            "\n*** {missing:?} or namespaces are missing: NOTHING WAS COMPARED\n"
        );
        return;
    }
    let script = r#"ip link set lo up && mount -t tmpfs none /run && printf 'nameserver 127.0.0.53\nsearch example.test\n' > /run/resolv
        mount --bind /run/resolv /etc/resolv.conf; exec "$0" "$1" --exact --ignored --nocapture"#;
    let me = std::env::current_exe().unwrap();
    let status = Command::new("unshare")
        .args(["-nm", "sh", "-c", script])
        .arg(me)
        .arg(test)
        .env("PATH", &path)
        .status();
    assert!(status.unwrap().success());
}

/// What a program prints, errors too.
fn run(line: &str) -> String {
    let run = Command::new("sh").args(["-c", &format!("{line} 2>&1")]).output().unwrap();
    String::from_utf8_lossy(&run.stdout).into_owned()
}

/// A program that runs until the test ends.
struct Running(Child);

impl Running {
    fn start(line: &str) -> Self {
        let child = Command::new("sh").args(["-c", &format!("exec {line}")]).spawn().unwrap();
        thread::sleep(Real::from_millis(700));
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ip(text: &str) -> IpAddress {
    text.parse().unwrap()
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn since(began: Clock) -> Instant {
    Instant::from_nanos(began.elapsed().as_nanos() as u64)
}

// ---- DNS ----

fn record(of: &str, data: Data) -> Record {
    Record { name: name(of), ttl: 3_600, data }
}

fn address(of: &str, to: &str) -> Record {
    record(of, Data::A(to.parse().unwrap()))
}

/// Asks another server; what comes back, if anything does.
fn exchange(to: IpAddress, over: Transport, bytes: &[u8]) -> Option<Vec<u8>> {
    let to = SocketAddr::new(IpAddr::from(to), 53);
    match over {
        Transport::Udp => {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(Real::from_secs(2))).unwrap();
            socket.send_to(bytes, to).unwrap();
            let mut answer = vec![0; 65_536];
            let len = socket.recv(&mut answer).ok()?;
            Some(answer[..len].to_vec())
        }
        Transport::Tcp => {
            let mut stream = TcpStream::connect(to).ok()?;
            stream.write_all(&framed(bytes)).unwrap();
            first_message(&mut stream, &mut Framing::default())
        }
    }
}

fn first_message(stream: &mut TcpStream, framing: &mut Framing) -> Option<Vec<u8>> {
    stream.set_read_timeout(Some(Real::from_secs(2))).unwrap();
    let mut bytes = [0; 1_000];
    loop {
        if let Some(message) = framing.next_message() {
            return Some(message);
        }
        let len = stream.read(&mut bytes).ok().filter(|len| *len > 0)?;
        framing.push(&bytes[..len]);
    }
}

/// The answer of a server to one query; what it asks elsewhere is asked there.
fn answer(server: &Mutex<Server>, over: Transport, query: &[u8]) -> Option<Vec<u8>> {
    let mut server = server.lock().unwrap();
    let mut out = Vec::new();
    server.query(Instant::ZERO, 1, over, query, &mut out);
    while !out.is_empty() {
        let mut more = Vec::new();
        for output in out {
            match output {
                server::Output::Reply { bytes, .. } => return Some(bytes),
                server::Output::Ask { to, over, bytes } => match exchange(to, over, &bytes) {
                    Some(bytes) => server.receive(Instant::ZERO, to, &bytes, &mut more),
                    None => server.unreachable(Instant::ZERO, to, &mut more),
                },
            }
        }
        out = more;
    }
    None
}

/// Serves at port 53 of this address until the process ends.
fn serve_dns(at: &str, server: Server) {
    let server = Arc::new(Mutex::new(server));
    let udp = UdpSocket::bind((at, 53)).unwrap();
    let tcp = TcpListener::bind((at, 53)).unwrap();
    let shared = server.clone();
    thread::spawn(move || {
        let mut bytes = vec![0; 65_536];
        while let Ok((len, from)) = udp.recv_from(&mut bytes) {
            if let Some(bytes) = answer(&shared, Transport::Udp, &bytes[..len]) {
                udp.send_to(&bytes, from).unwrap();
            }
        }
    });
    thread::spawn(move || {
        for mut stream in tcp.incoming().map_while(Result::ok) {
            let mut framing = Framing::default();
            while let Some(query) = first_message(&mut stream, &mut framing) {
                if let Some(bytes) = answer(&server, Transport::Tcp, &query) {
                    stream.write_all(&framed(&bytes)).unwrap();
                }
            }
        }
    });
}

/// Root, top level, zone, and a resolver at 127.0.0.53.
fn serve_tree() {
    let authority = |at: &str, origin: &str, records| {
        serve_dns(at, Server::new(zones(Some(name(origin)), records), None))
    };
    let ns = |zone: &str, server: &str| record(zone, Data::Ns(name(server)));
    let top = |server: &str| vec![ns("test", server), address(server, "127.0.0.2")];
    authority(
        "127.0.0.1",
        ".",
        [vec![ns(".", "ns.root"), address("ns.root", "127.0.0.1")], top("ns.test")].concat(),
    );
    let zone = vec![ns("example.test", "ns.example.test"), address("ns.example.test", "127.0.0.3")];
    authority("127.0.0.2", "test", [top("ns.test"), zone.clone()].concat());
    let many = (0..100).map(|number| address("many.example.test", &format!("10.9.0.{number}")));
    let others = [
        address("www.example.test", "10.0.2.80"),
        record("www.example.test", Data::Aaaa("fd00::80".parse().unwrap())),
        record("example.test", Data::Mx(10, name("mail.example.test"))),
        record("example.test", Data::Txt(vec![b"v=spf1 -all".to_vec()])),
        record("ftp.example.test", Data::Cname(name("www.example.test"))),
    ];
    authority("127.0.0.3", "example.test", zone.into_iter().chain(others).chain(many).collect());
    let roots = Upstream::Roots(vec![ip("127.0.0.1")]);
    serve_dns("127.0.0.53", Server::new(Vec::new(), Some(Resolver::new(roots, Stream::new(1, &[])))));
}

#[test]
fn dig_gets_from_our_servers_what_it_asks_for() {
    in_namespace("child_dig", &["dig"]);
}

#[test]
#[ignore = "run by the test of dig, in namespaces"]
fn child_dig() {
    serve_tree();
    let short = |words: &str| run(&format!("dig +short {words}"));
    assert_eq!(short("www.example.test"), "10.0.2.80\n");
    assert_eq!(short("+tcp @127.0.0.3 WWW.example.test AAAA"), "fd00::80\n");
    assert_eq!(short("ftp.example.test"), "www.example.test.\n10.0.2.80\n");
    assert_eq!(short("example.test MX"), "10 mail.example.test.\n");
    assert_eq!(short("@127.0.0.3 example.test TXT"), "\"v=spf1 -all\"\n");
    assert_eq!(short("-x 10.0.2.80 @127.0.0.3"), "www.example.test.\n");
    assert_eq!(short("many.example.test").lines().count(), 100, "over TCP by itself");
    let full = |words: &str| run(&format!("dig {words}"));
    let none = full("none.example.test");
    assert!(
        none.contains("status: NXDOMAIN")
            && none.contains("IN\tSOA\tns.example.test. hostmaster.example.test."),
        "{none}"
    );
    for kind in ["SSHFP", "TYPE65280", "CAA", "HTTPS", "DNSKEY"] {
        let none = full(&format!("@127.0.0.3 www.example.test {kind}"));
        assert!(none.contains("status: NOERROR") && none.contains("ANSWER: 0, AUTHORITY: 1"), "{none}");
    }
    assert!(full("@127.0.0.3 CH TXT version.bind").contains("status: REFUSED"));
    assert!(full("@127.0.0.3 +norec other.test").contains("status: REFUSED"));
    assert!(full("@127.0.0.3 +opcode=notify example.test").contains("status: NOTIMP"));
    let version = full("@127.0.0.3 +noednsneg +edns=1 www.example.test");
    assert!(version.contains("status: BADVERS"), "{version}");
    assert!(full("@127.0.0.3 +qr www.example.test").contains("flags: qr aa rd;"));
    let trace = full("+trace @127.0.0.1 www.example.test");
    for server in [
        "127.0.0.1#53(127.0.0.1)",
        "127.0.0.1#53(ns.root)",
        "127.0.0.2#53(ns.test)",
        "127.0.0.3#53(ns.example.test)",
    ] {
        assert!(trace.contains(server), "{server}: {trace}");
    }
    assert!(trace.contains("www.example.test.\t3600\tIN\tA\t10.0.2.80"), "{trace}");
    for output in [none, trace, full("many.example.test +tcp")] {
        assert!(!output.contains("malformed") && !output.contains(";; Warning"), "{output}");
    }
}

#[test]
fn our_resolver_understands_dnsmasq() {
    in_namespace("child_dnsmasq", &["dnsmasq"]);
}

#[test]
#[ignore = "run by the test of dnsmasq, in namespaces"]
fn child_dnsmasq() {
    let many: String =
        (0..100).map(|number| format!(" --host-record=many.example.test,10.9.0.{number}")).collect();
    let _dnsmasq = Running::start(&format!(
        "dnsmasq --keep-in-foreground --no-resolv --no-hosts --conf-file=/dev/null --user=root --listen-address=127.0.0.1 \
         --bind-interfaces --local=/example.test/ --host-record=www.example.test,10.0.2.80,fd00::80 \
         --cname=ftp.example.test,www.example.test{many}"
    ));
    let mut stub = Stub::new(vec![ip("127.0.0.1")], Some(name("example.test")), Stream::new(2, &[]));
    let mut look_up = |text: &str| {
        let mut out = Vec::new();
        stub.look_up(Instant::ZERO, text, Families { v4: true, v6: true }, 1, &mut out);
        loop {
            let mut more = Vec::new();
            for output in out {
                match output {
                    stub::Output::Found { result, .. } => return result,
                    stub::Output::Ask { to, over, bytes } => {
                        let bytes = exchange(to, over, &bytes).expect("dnsmasq answers");
                        stub.receive(Instant::ZERO, to, &bytes, &mut more);
                    }
                }
            }
            out = more;
        }
    };
    assert_eq!(look_up("www"), Ok(vec![ip("10.0.2.80"), ip("fd00::80")]));
    assert_eq!(look_up("ftp.example.test"), Ok(vec![ip("10.0.2.80"), ip("fd00::80")]));
    assert_eq!(look_up("many").unwrap().len(), 100, "over TCP");
    assert_eq!(look_up("none.example.test."), Err(LookupError::NotFound));
    assert_eq!(look_up("www.other.test."), Err(LookupError::NoAnswer), "it refuses");
}

// ---- HTTP ----

fn serve_http(site: Site) {
    let listener = TcpListener::bind("127.0.0.1:80").unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let site = site.clone();
            thread::spawn(move || connection(stream, &site));
        }
    });
}

fn connection(mut stream: TcpStream, site: &Site) {
    let mut connection = Connection::new(Instant::ZERO);
    let mut bytes = [0; 4_096];
    while !connection.is_over() {
        let room = connection.room().min(bytes.len());
        let len = stream.read(&mut bytes[..room]).unwrap_or(0);
        if len == 0 {
            connection.finish(Instant::ZERO, site);
        } else {
            connection.receive(Instant::ZERO, &bytes[..len], site);
        }
        while !connection.output().is_empty() {
            let output = std::mem::take(connection.output());
            if stream.write_all(&output).is_err() {
                return;
            }
            connection.go_on(Instant::ZERO, site);
        }
        if len == 0 {
            return;
        }
    }
    let _ = stream.shutdown(std::net::Shutdown::Write);
    while stream.read(&mut bytes).is_ok_and(|len| len > 0) {}
}

#[test]
fn curl_gets_from_our_server_what_it_asks_for() {
    in_namespace("child_curl", &["curl"]);
}

#[test]
#[ignore = "run by the test of curl, in namespaces"]
fn child_curl() {
    let long = "0123456789".repeat(30_000);
    let pages = [
        ("/", Page::Text("<h1>Hello</h1>\n".into())),
        ("/cat.txt", Page::Text("meow\n".into())),
        ("/old", Page::Moved("/cat.txt".into())),
        ("/long.txt", Page::Text(long.clone())),
    ];
    serve_http(Site { pages: pages.into_iter().map(|(path, page)| (path.to_owned(), page)).collect() });
    let curl = |words: &str| run(&format!("curl -sS {words}"));
    assert_eq!(curl("http://127.0.0.1/"), "<h1>Hello</h1>\n");
    assert_eq!(curl("-L http://127.0.0.1/old"), "meow\n");
    assert_eq!(curl("http://127.0.0.1/long.txt"), long);
    assert_eq!(curl("--http1.0 http://127.0.0.1/cat.txt"), "meow\n");
    let head = curl("-I http://127.0.0.1/cat.txt");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("Content-Length: 5\r\n"), "{head}");
    let two = curl("-v http://127.0.0.1/cat.txt http://127.0.0.1/");
    assert!(two.contains("Re-using existing connection"), "{two}");
    let form = curl("-d name=Ada -d 'text=a & b' --raw -i http://127.0.0.1/");
    assert!(
        form.contains("Transfer-Encoding: chunked")
            && curl("-d name=Ada http://127.0.0.1/").contains("<b>name</b>: Ada"),
        "{form}"
    );
    assert!(curl("-H 'Transfer-Encoding: chunked' -d x=1 http://127.0.0.1/").contains("<b>x</b>: 1"));
    assert!(curl("-H 'Expect: 100-continue' -d x=1 -v http://127.0.0.1/").contains("HTTP/1.1 100 Continue"));
    let status = |words: &str| curl(&format!("-o /dev/null -w '%{{http_code}}' {words}"));
    assert_eq!(status("http://127.0.0.1/none"), "404");
    assert_eq!(status("-X DELETE http://127.0.0.1/"), "405");
    assert_eq!(status("-H 'Host:' http://127.0.0.1/"), "400");
    assert_eq!(status(&format!("-H 'X: {}' http://127.0.0.1/", "x".repeat(9_000))), "431");
    assert_eq!(status("--etag-save /run/tag http://127.0.0.1/cat.txt"), "200");
    assert_eq!(status("--etag-compare /run/tag http://127.0.0.1/cat.txt"), "304");
    std::fs::write("/run/long", vec![b'x'; 100_000]).unwrap();
    assert_eq!(status("--data-binary @/run/long http://127.0.0.1/"), "413");
}

/// Waits until a server that was started listens: a busy machine takes its time for that.
fn wait_for_server(address: &str) {
    let end = std::time::Instant::now() + Real::from_secs(30);
    while TcpStream::connect(address).is_err() {
        assert!(std::time::Instant::now() < end, "nothing listens at {address}");
        std::thread::sleep(Real::from_millis(50));
    }
}

/// Fetches a page from a real server.
fn fetch(url: &str) -> Response {
    let url = Url::parse(url).unwrap();
    let request =
        Request { method: Method::Get, url, fields: Fields::default(), content: Vec::new(), follow: true };
    let mut out = Vec::new();
    let mut fetch = Fetch::new(request, &mut out);
    let mut stream: Option<TcpStream> = None;
    loop {
        for output in std::mem::take(&mut out) {
            match output {
                Output::Connect(url) => {
                    stream = Some(TcpStream::connect((url.host.as_str(), url.port)).unwrap());
                    fetch.connected(Instant::ZERO, &mut out);
                }
                Output::Send(bytes) => stream.as_mut().unwrap().write_all(&bytes).unwrap(),
                Output::Head(_) => {}
                Output::Done(result) => return result.unwrap(),
            }
        }
        if out.is_empty() {
            let mut bytes = [0; 1_000];
            match stream.as_mut().unwrap().read(&mut bytes).unwrap() {
                0 => fetch.closed(Instant::ZERO, &mut out),
                len => fetch.receive(Instant::ZERO, &bytes[..len], &mut out),
            }
        }
    }
}

#[test]
fn our_client_understands_the_web_server_of_python() {
    in_namespace("child_python", &["python3"]);
}

#[test]
#[ignore = "run by the test of Python's server, in namespaces"]
fn child_python() {
    std::fs::create_dir_all("/run/site/dir").unwrap();
    std::fs::write("/run/site/cat.txt", "meow\n").unwrap();
    std::fs::write("/run/site/dir/long.txt", "x".repeat(200_000)).unwrap();
    let _python = Running::start("python3 -m http.server --directory /run/site 8080 >/dev/null 2>&1");
    wait_for_server("127.0.0.1:8080");
    let list = fetch("http://127.0.0.1:8080/");
    let page = html::parse(&String::from_utf8(list.content).unwrap());
    assert_eq!(page.title.as_deref(), Some("Directory listing for /"));
    let text = format!("{:?}", page.body);
    assert!(text.contains("href: Some(\"cat.txt\")") && text.contains("href: Some(\"dir/\")"), "{text}");
    assert_eq!(fetch("127.0.0.1:8080/cat.txt").content, b"meow\n");
    assert_eq!(fetch("127.0.0.1:8080/dir/long.txt").content.len(), 200_000);
    let moved = fetch("127.0.0.1:8080/dir");
    assert_eq!((moved.status, moved.url.target.as_str()), (200, "/dir/"));
    assert_eq!(fetch("127.0.0.1:8080/none").status, 404);
}

// ---- DHCP ----

/// A cable between this namespace and another one, in which programs are started by the words that are returned.
fn cable() -> (Running, String) {
    let other = Running::start("unshare -n sleep 100");
    let pid = other.0.id();
    let setup = format!(
        "ip link add near type veth peer name far && ip link set far netns {pid} && ip link set near up && \
         nsenter -t {pid} -n ip link set lo up && nsenter -t {pid} -n ip link set far up && ip route add 255.255.255.255 dev near"
    );
    let said = run(&setup);
    assert_eq!(said, "", "a cable between two namespaces");
    (other, format!("nsenter -t {pid} -n "))
}

fn broadcast_socket(port: u16) -> UdpSocket {
    let socket = UdpSocket::bind(("0.0.0.0", port)).unwrap();
    socket.set_broadcast(true).unwrap();
    socket.set_read_timeout(Some(Real::from_millis(50))).unwrap();
    socket
}

#[test]
fn udhcpc_leases_from_our_server() {
    in_namespace("child_udhcpc", &["udhcpc", "ip", "nsenter"]);
}

#[test]
#[ignore = "run by the test of udhcpc, in namespaces"]
fn child_udhcpc() {
    let (_other, there) = cable();
    assert_eq!(run("ip addr add 192.168.77.1/24 dev near"), "");
    let scope = Scope {
        network: "192.168.77.0/24".parse().unwrap(),
        first: Ipv4Address::new(192, 168, 77, 100),
        last: Ipv4Address::new(192, 168, 77, 199),
        lease: Duration::from_secs(8),
        routers: vec![Ipv4Address::new(192, 168, 77, 1)],
        dns: vec![Ipv4Address::new(192, 168, 77, 1)],
        domain: Some("home.test".into()),
    };
    let config = dhcp::Config {
        address: Ipv4Address::new(192, 168, 77, 1),
        scopes: vec![scope],
        reservations: Vec::new(),
        probe: None,
    };
    let states = Arc::new(Mutex::new(Vec::new()));
    let (seen, began) = (states.clone(), Clock::now());
    thread::spawn(move || {
        let (socket, mut server) = (broadcast_socket(67), dhcp::Server::new(config));
        let mut bytes = [0; 2_000];
        loop {
            let mut out = Vec::new();
            if let Ok(len) = socket.recv(&mut bytes) {
                server.receive(since(began), &bytes[..len], &mut out);
            }
            server.poll(since(began), &mut out);
            for output in out {
                match output {
                    dhcp::Output::Send { to, port, mac, bytes } => {
                        let to = if mac.is_some() { Ipv4Address::BROADCAST } else { to };
                        socket.send_to(&bytes, (to, port)).unwrap();
                    }
                    dhcp::Output::Lease(_, lease) => seen.lock().unwrap().push(lease.state),
                    dhcp::Output::Probe(_) | dhcp::Output::Free(_) => {}
                }
            }
        }
    });
    let script = "#!/bin/sh\necho \"$1 $ip $mask $router $dns $domain $lease\" >> /run/events\n[ $1 = bound ] && ip addr add $ip/$mask dev $interface\nexit 0\n";
    std::fs::write("/run/script", script).unwrap();
    run("chmod +x /run/script");
    // It renews when it is asked to, and returns the lease when it is ended.
    let happens =
        "happens() { for try in $(seq 100); do grep -qs ^$1 /run/events && return; sleep 0.1; done; }";
    let ends = "happens bound; kill -USR1 $client; happens renew; kill -TERM $client; wait";
    let said = run(&format!("{happens}; {there} udhcpc -f -R -i far -s /run/script & client=$!; {ends}"));
    let events = std::fs::read_to_string("/run/events").unwrap();
    assert!(
        events.contains("bound 192.168.77.100 24 192.168.77.1 192.168.77.1 home.test 8"),
        "{events}{said}"
    );
    assert!(events.contains("renew 192.168.77.100"), "{events}{said}");
    thread::sleep(Real::from_millis(300));
    let states = states.lock().unwrap().clone();
    assert_eq!(states[..3], [LeaseState::Offered, LeaseState::Bound, LeaseState::Bound], "{said}");
}

#[test]
fn our_client_leases_from_dnsmasq() {
    in_namespace("child_dnsmasq_dhcp", &["dnsmasq", "ip", "nsenter"]);
}

#[test]
#[ignore = "run by the test of dnsmasq's DHCP, in namespaces"]
fn child_dnsmasq_dhcp() {
    let (_other, there) = cable();
    // The kernel here needs some address to send from; what the client states is in the message.
    assert_eq!(
        run(&format!(
            "ip addr add 10.99.0.1/32 dev near; {there} ip addr add 192.168.78.1/24 dev far; ip route add default dev near"
        )),
        ""
    );
    let _dnsmasq = Running::start(&format!(
        "{there} dnsmasq --keep-in-foreground --port=0 --conf-file=/dev/null --user=root --interface=far --no-ping \
         --dhcp-leasefile=/run/leases --dhcp-range=192.168.78.50,192.168.78.60,120 --domain=home.test \
         --dhcp-option=option:dns-server,9.9.9.9"
    ));
    let (socket, began) = (broadcast_socket(68), Clock::now());
    let mac = EthernetAddress([2, 0, 0, 0, 7, 8]);
    let mut client = Client::new(mac, Some("pc".into()), Stream::new(4, &[]));
    let send = |out: Vec<client::Output>, client: &mut Client| {
        for output in out {
            match output {
                client::Output::Send { to, bytes, .. } => {
                    socket.send_to(&bytes, (to, 67)).unwrap();
                }
                client::Output::Probe(_) => client.probed(since(began), false, &mut Vec::new()),
                client::Output::Configure(_) | client::Output::Deconfigure(_) | client::Output::State(_) => {}
            }
        }
    };
    let mut out = Vec::new();
    client.start(since(began), &mut out);
    send(out, &mut client);
    let mut bytes = [0; 2_000];
    while client.state() != State::Bound {
        assert!(began.elapsed() < Real::from_secs(20), "{:?}", client.state());
        let mut out = Vec::new();
        if let Ok(len) = socket.recv(&mut bytes) {
            client.receive(since(began), &bytes[..len], &mut out);
        }
        client.poll(since(began), &mut out);
        send(out, &mut client);
    }
    let lease = client.lease().unwrap().clone();
    assert_eq!((lease.address.prefix_len(), lease.routers[0].to_string().as_str()), (24, "192.168.78.1"));
    assert_eq!((lease.dns[0].to_string(), lease.domain.as_deref()), ("9.9.9.9".into(), Some("home.test")));
    let leases = || std::fs::read_to_string("/run/leases").unwrap_or_default();
    assert!(leases().contains(&format!("02:00:00:00:07:08 {} pc", lease.address.address())), "{}", leases());
    let mut out = Vec::new();
    client.release(since(began), &mut out);
    send(out, &mut client);
    thread::sleep(Real::from_millis(700));
    assert!(!leases().contains("02:00:00:00:07:08"), "{}", leases());
}
