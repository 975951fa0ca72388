//! The commands of hosts with services, in worlds of documents: their familiar output, and what they change.
#![cfg(feature = "services")]

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use netlab::history::{Limits, ProgramId};
use netlab::{Duration, Instant};
use proptest::prelude::*;
use scenario::{CommandLine, Scenario};

/// A root, a top level, a zone and a resolver on hosts of their own, behind a router a web server, and a laptop.
const INTERNET: &str = r#"{"packetarium": 1, "nodes": [
    {"id": "laptop", "kind": "host", "addresses": ["10.0.0.7/24"], "gateway": "10.0.0.254", "dns": "10.0.0.53"},
    {"id": "resolver", "kind": "host", "addresses": ["10.0.0.53/24"], "services": {"dns": {"roots": "10.0.0.1"}}},
    {"id": "root", "kind": "host", "addresses": ["10.0.0.1/24"], "services": {"dns": {"origin": ".", "zone": {
        ".": {"ns": "a.root-servers.test"}, "a.root-servers.test": "10.0.0.1", "test": {"ns": "ns.nic.test"}, "ns.nic.test": "10.0.0.2"}}}},
    {"id": "top", "kind": "host", "addresses": ["10.0.0.2/24"], "services": {"dns": {"origin": "test", "zone": {
        "test": {"ns": "ns.nic.test"}, "ns.nic.test": "10.0.0.2", "a.root-servers.test": "10.0.0.1", "example.test": {"ns": "ns.example.test"}, "ns.example.test": "10.0.0.3"}}}},
    {"id": "zone", "kind": "host", "addresses": ["10.0.0.3/24"], "services": {"dns": {"zone": {
        "example.test": {"ns": "ns.example.test", "mx": ["20 backup.example.test", "10 mail.example.test"], "txt": "hello"},
        "ns.example.test": "10.0.0.3", "www.example.test": "10.0.2.80", "shop.example.test": "www.example.test"}}}},
    {"id": "web", "kind": "host", "addresses": ["10.0.2.80/24"], "gateway": "10.0.2.254", "services": {"http": {"pages": {"/": "Hello\n", "/old": {"moved": "/"}}}, "daytime": true}},
    {"id": "s", "kind": "switch"}, {"id": "r", "kind": "router"}],
    "links": [{"ends": ["laptop", "s"]}, {"ends": ["resolver", "s"]}, {"ends": ["root", "s"]}, {"ends": ["top", "s"]}, {"ends": ["zone", "s"]},
        {"ends": ["s", "r"], "ports": {"r": {"addresses": ["10.0.0.254/24"]}}}, {"ends": ["r", "web"], "ports": {"r": {"addresses": ["10.0.2.254/24"], "mtu": 1400}}}]}"#;

/// What these commands print on the laptop, ten seconds apart, and how they end.
fn console<const N: usize>(lines: [&str; N]) -> [(String, Option<u8>); N] {
    console_on("laptop", INTERNET, lines)
}

fn console_on<const N: usize>(node: &str, text: &str, lines: [&str; N]) -> [(String, Option<u8>); N] {
    let mut scenario = Scenario::parse(text).unwrap();
    let on = scenario.node(node).unwrap();
    let services = scenario.services();
    let at = |number: usize| Instant::ZERO + Duration::from_secs(10 + 20 * number as u64);
    for (number, line) in lines.iter().enumerate() {
        scenario = scenario.with_command(at(number), CommandLine { on, line: (*line).to_owned() });
    }
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until(at(N) + Duration::from_secs(60), || true);
    let mut number = services;
    lines.map(|_| {
        let log = world.history().program(ProgramId(number));
        number += 1;
        (log.output_by(world.now()), log.exit_at(world.now()))
    })
}

fn text<const N: usize>(lines: [&str; N]) -> [String; N] {
    console(lines).map(|(text, _)| text)
}

#[test]
fn dig_shows_a_whole_answer() {
    let [(whole, status)] = console(["dig shop.example.test"]);
    let head = "\n; <<>> DiG 9.20 <<>> shop.example.test\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: ";
    assert!(whole.starts_with(head), "{whole}");
    for part in [
        ";; flags: qr rd ra; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 1\n",
        ";; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n;; QUESTION SECTION:\n;shop.example.test.\t\tIN\tA\n\n",
        ";; ANSWER SECTION:\nshop.example.test.\t3600\tIN\tCNAME\twww.example.test.\nwww.example.test.\t3600\tIN\tA\t10.0.2.80\n\n",
        ";; SERVER: 10.0.0.53#53(10.0.0.53) (UDP)\n;; WHEN: Thu Jan 01 00:00:10 UTC 2026\n",
    ] {
        assert!(whole.contains(part), "{part} in {whole}");
    }
    assert_eq!(status, Some(0));
}

#[test]
fn dig_has_the_options_that_people_use() {
    let lines = [
        "dig +short example.test MX",
        "dig +short -x 10.0.2.80",
        "dig @10.0.0.3 +short example.test txt",
        "dig +tcp www.example.test",
        "dig none.example.test",
        "dig @10.0.0.9 www.example.test",
        "dig +norec @10.0.0.1 www.example.test",
    ];
    let [mx, reverse, txt, tcp, none, silent, referral] = console(lines);
    assert_eq!(mx.0, "20 backup.example.test.\n10 mail.example.test.\n");
    // The resolver finds the names of addresses from the root, too, which delegates none here.
    assert_eq!(reverse.0, "");
    assert_eq!(txt.0, "\"hello\"\n");
    assert!(tcp.0.contains("(TCP)\n") && tcp.0.contains("\t10.0.2.80\n"), "{}", tcp.0);
    assert!(
        none.0.contains("status: NXDOMAIN")
            && none.0.contains(";; AUTHORITY SECTION:\nexample.test.\t\t300\tIN\tSOA\t"),
        "{}",
        none.0
    );
    assert!(silent.0.ends_with(";; no servers could be reached\n"), "{}", silent.0);
    assert_eq!((none.1, silent.1), (Some(0), Some(9)));
    assert!(
        referral.0.contains(";; AUTHORITY SECTION:\ntest.\t\t\t3600\tIN\tNS\tns.nic.test.\n"),
        "{}",
        referral.0
    );
}

#[test]
fn dig_walks_from_the_root_to_the_server_that_knows() {
    let [walk, short] = text(["dig +trace www.example.test", "dig +trace +short www.example.test"]);
    let steps: Vec<_> = walk
        .lines()
        .filter(|line| line.starts_with(";; Received"))
        .map(|line| line.split(' ').nth(5).unwrap())
        .collect();
    assert_eq!(
        steps,
        [
            "10.0.0.53#53(10.0.0.53)",
            "10.0.0.1#53(10.0.0.1)",
            "10.0.0.2#53(10.0.0.2)",
            "10.0.0.3#53(10.0.0.3)"
        ],
        "{walk}"
    );
    let order = [
        ".\t\t\t3600\tIN\tNS\ta.root-servers.test.",
        "test.\t\t\t3600\tIN\tNS\tns.nic.test.",
        "example.test.\t\t3600\tIN\tNS\tns.example.test.",
        "www.example.test.\t3600\tIN\tA\t10.0.2.80",
    ];
    let places: Vec<_> = order.iter().map(|line| walk.find(line)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {walk}");
    assert_eq!(short, "10.0.2.80\n");
}

#[test]
fn host_and_nslookup_say_it_in_few_words() {
    let lines = [
        "host shop.example.test",
        "host -t MX example.test",
        "host none.example.test",
        "nslookup www.example.test",
        "nslookup none.example.test",
        "nslookup -type=txt example.test 10.0.0.3",
        "host 10.0.2.80 10.0.0.3",
    ];
    let [shop, mx, none, www, nothing, txt, reverse] = console(lines);
    assert_eq!(
        shop.0,
        "shop.example.test is an alias for www.example.test.\nwww.example.test has address 10.0.2.80\n"
    );
    assert_eq!(
        mx.0,
        "example.test mail is handled by 20 backup.example.test.\nexample.test mail is handled by 10 mail.example.test.\n"
    );
    assert_eq!(none, ("Host none.example.test not found: 3(NXDOMAIN)\n".into(), Some(1)));
    assert_eq!(
        www.0,
        "Server:\t\t10.0.0.53\nAddress:\t10.0.0.53#53\n\nNon-authoritative answer:\nName:\twww.example.test\nAddress: 10.0.2.80\n\n"
    );
    assert_eq!(nothing, ("Server:\t\t10.0.0.53\nAddress:\t10.0.0.53#53\n\n** server can't find none.example.test: NXDOMAIN\n\n".into(), Some(1)));
    assert!(txt.0.ends_with("example.test\ttext = \"hello\"\n\n"), "{}", txt.0);
    assert_eq!(reverse.0, "80.2.0.10.in-addr.arpa domain name pointer www.example.test.\n");
}

#[test]
fn curl_shows_the_way_to_a_page() {
    let [page, verbose, head, form, gone, closed, far] = console([
        "curl -L http://shop.example.test/old",
        "curl -v http://www.example.test/",
        "curl -I http://www.example.test/",
        "curl -d a=1 -d b=2 -o /dev/null -v http://www.example.test/",
        "curl -f http://www.example.test/none",
        "curl http://www.example.test:81/",
        "curl ftp://www.example.test/",
    ]);
    assert_eq!(page, ("Hello\n".into(), Some(0)));
    let begin = "* Host www.example.test was resolved.\n* IPv6: (none)\n* IPv4: 10.0.2.80\n*   Trying 10.0.2.80:80...\n* Connected to www.example.test (10.0.2.80) port 80\n> GET / HTTP/1.1\n> Host: www.example.test\n";
    assert!(verbose.0.starts_with(begin), "{}", verbose.0);
    assert!(
        verbose.0.ends_with("< \nHello\n* Connection #0 to host www.example.test left intact\n"),
        "{}",
        verbose.0
    );
    assert!(
        head.0.starts_with("HTTP/1.1 200 OK\n") && head.0.ends_with("Content-Length: 6\n\n"),
        "{}",
        head.0
    );
    assert!(
        form.0.contains("> POST / HTTP/1.1\n")
            && form.0.contains("> Content-Length: 7\n")
            && form.0.ends_with("left intact\n"),
        "{}",
        form.0
    );
    assert_eq!(gone, ("curl: (22) The requested URL returned error: 404\n".into(), Some(22)));
    assert_eq!(closed.0, "curl: (7) Failed to connect to www.example.test port 81: Connection refused\n");
    assert_eq!(far, ("curl: (1) Protocol \"ftp\" not supported: only http:// is\n".into(), Some(1)));
}

#[test]
fn curl_gives_up_in_time_and_leaves_no_socket() {
    let silent =
        INTERNET.replacen(r#""services": {"http"#, r#""addresses": ["10.0.2.81/24"], "services": {"http"#, 1);
    let silent = silent.replace(r#""addresses": ["10.0.2.80/24"], "gateway": "10.0.2.254", "#, "");
    let lines = ["curl -m 2 http://10.0.2.81/", "curl --connect-timeout 1.5 http://10.0.2.81/", "ss -tan"];
    let [first, second, sockets] = console_on("laptop", &silent, lines);
    assert_eq!(first, ("curl: (28) Connection timed out after 2000 milliseconds\n".into(), Some(28)));
    assert_eq!(second, ("curl: (28) Connection timed out after 1500 milliseconds\n".into(), Some(28)));
    assert_eq!(sockets.0.lines().count(), 1, "only the heading: {}", sockets.0);
}

#[test]
fn tcpdump_shows_what_the_card_sends_and_receives() {
    let mut scenario = Scenario::parse(INTERNET).unwrap();
    let (on, services) = (scenario.node("laptop").unwrap(), scenario.services());
    let lines = [
        "tcpdump -c 3 -n icmp or arp",
        "tcpdump -t tcp port 80",
        "tcpdump -t -e -c 2 'udp.dstport == 53'",
        "ping -c 1 10.0.0.53",
        "curl http://www.example.test/",
    ];
    for (number, line) in lines.iter().enumerate() {
        let at = Instant::ZERO + Duration::from_secs(5 + number as u64);
        scenario = scenario.with_command(at, CommandLine { on, line: (*line).to_owned() });
    }
    let mut world = scenario.world(Limits::default()).unwrap();
    world.run_until(Instant::ZERO + Duration::from_secs(15), || true);
    let at = world.apply(netlab::world::Command::Interrupt(ProgramId(services + 1))).unwrap().0;
    world.run_until(at, || true);
    let log = |number| world.history().program(ProgramId(services + number));
    let [pings, pages, names] = [0, 1, 2].map(|number| log(number).output_by(world.now()));
    let first = pings.lines().skip(2).map(|line| line.split_once(' ').unwrap().1).collect::<Vec<_>>();
    assert_eq!(first[0], "ARP, Request who-has 10.0.0.53 tell 10.0.0.7, length 28");
    assert!(first[1].starts_with("ARP, Reply 10.0.0.53 is-at 02:50:00:00:00:02"), "{pings}");
    assert!(first[2].starts_with("IP 10.0.0.7 > 10.0.0.53: ICMP echo request, id "), "{pings}");
    assert!(
        pings.ends_with("3 packets captured\n3 packets received by filter\n0 packets dropped by kernel\n")
    );
    assert!(pages.contains("10.0.2.80.80: Flags [S], seq "), "{pages}");
    assert!(pages.contains(" ack 1, win "), "{pages}");
    assert!(
        pages.contains(": HTTP: GET / HTTP/1.1\n") && pages.contains(": HTTP: HTTP/1.1 200 OK\n"),
        "{pages}"
    );
    assert_eq!((log(0).exit_at(world.now()), log(1).exit_at(world.now())), (Some(0), Some(0)));
    assert!(names.contains(" > 02:50:00:00:00:02, ethertype IPv4 (0x0800), length "), "{names}");
    assert!(names.contains(".53: ") && names.contains("A? www.example.test. ("), "{names}");
}

#[test]
fn the_way_to_a_host_is_shown_as_windows_and_linux_show_it() {
    let [windows, linux, nowhere] =
        console(["tracert www.example.test", "tracepath www.example.test", "tracert -h 1 10.0.2.80"]);
    assert_eq!(
        windows.0,
        "\nTracing route to www.example.test [10.0.2.80]\nover a maximum of 30 hops:\n\n  1     8 ms     4 ms     4 ms  10.0.0.254\n  2     8 ms     6 ms     6 ms  10.0.2.80\n\nTrace complete.\n"
    );
    assert!(
        linux.0.starts_with(" 1?: [LOCALHOST]                            pmtu 1500\n 1:  10.0.0.254 "),
        "{}",
        linux.0
    );
    assert!(
        linux.0.contains("ms pmtu 1400\n 2:  10.0.2.80 ")
            && linux.0.ends_with("     Resume: pmtu 1400 hops 2 back 2 \n"),
        "{}",
        linux.0
    );
    assert!(nowhere.0.contains("10.0.0.254\n\nTrace complete."), "{}", nowhere.0);
}

#[test]
fn tables_of_a_host_look_familiar() {
    let lines = [
        "ping -c 1 www.example.test",
        "arp -a",
        "arp -n",
        "route -n",
        "ifconfig eth0",
        "ipconfig",
        "cat /etc/resolv.conf",
        "netstat -rn",
        "ipconfig /displaydns",
    ];
    let [_, arp, table, route, card, windows, resolv, routes, cached] = text(lines);
    assert!(arp.contains("? (10.0.0.254) at 02:51:") && arp.contains(" [ether] on eth0\n"), "{arp}");
    assert!(
        table.starts_with(
            "Address                  HWtype  HWaddress           Flags Mask            Iface\n10.0.0."
        ),
        "{table}"
    );
    let expected = "Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         10.0.0.254      0.0.0.0         UG    0      0        0 eth0
10.0.0.0        0.0.0.0         255.255.255.0   U     0      0        0 eth0
";
    assert_eq!((&route[..], &routes[..]), (expected, expected));
    assert_eq!(
        card,
        "eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n        inet 10.0.0.7  netmask 255.255.255.0  broadcast 10.0.0.255\n        ether 02:50:00:00:00:01  txqueuelen 1000  (Ethernet)\n\n"
    );
    assert!(windows.ends_with("   Connection-specific DNS Suffix  . :\n   IPv4 Address. . . . . . . . . . . : 10.0.0.7\n   Subnet Mask . . . . . . . . . . . : 255.255.255.0\n   Default Gateway . . . . . . . . . : 10.0.0.254\n"), "{windows}");
    assert_eq!(resolv, "nameserver 10.0.0.53\n");
    assert!(
        cached.contains("    Record Name . . . . . : www.example.test\n    Record Type . . . . . : A\n"),
        "{cached}"
    );
    let [(sockets, _), (listening, _)] = console_on("web", INTERNET, ["ss -tuna", "netstat -tln"]);
    assert!(
        sockets
            .contains("tcp   LISTEN     0      0                     0.0.0.0:80                 0.0.0.0:*\n"),
        "{sockets}"
    );
    assert!(
        sockets
            .contains("udp   UNCONN     0      0                     0.0.0.0:13                 0.0.0.0:*\n"),
        "{sockets}"
    );
    assert!(
        listening.contains("tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN\n")
            && !listening.contains("udp"),
        "{listening}"
    );
}

#[test]
fn commands_change_the_host() {
    let lines = [
        "ifconfig eth0 10.0.5.7 netmask 255.255.255.0",
        "ifconfig | grep 10.0.5.7",
        "route del default",
        "ping -c 1 10.0.2.80",
        "route add default gw 10.0.0.254",
        "ping -c 1 10.0.2.80 | grep received",
        "arp -s 10.0.0.99 02:00:00:00:00:99",
        "ip neigh | grep 99",
    ];
    let [added, shown, deleted, without, again, with, entered, neighbor] = console(lines);
    assert_eq!(
        (added, shown.1, deleted.1, again.1, entered.1),
        ((String::new(), Some(0)), Some(0), Some(0), Some(0), Some(0))
    );
    assert!(
        without.0.contains("Network is unreachable") && with.0.contains("1 received"),
        "{} {}",
        without.0,
        with.0
    );
    assert!(neighbor.0.contains("02:00:00:00:00:99"), "{}", neighbor.0);
}

#[test]
fn a_service_that_was_stopped_can_be_started_again_by_hand() {
    // The port is taken by the server that began with the host.
    let [taken, unset, unknown] = console_on("web", INTERNET, ["httpd", "dhcpd", "inetd telnet"]);
    assert_eq!(taken, ("httpd: Address already in use (port 80)\n".into(), Some(1)));
    assert_eq!(unset, ("dhcpd: this host has no settings for it\n".into(), Some(1)));
    assert_eq!(unknown.1, Some(2));
    let [started, listening] = console_on("laptop", INTERNET, ["inetd echo", "ss -tln"]);
    assert!(started.1.is_none() && listening.0.contains("0.0.0.0:7 "), "{}", listening.0);
}

#[test]
fn every_command_has_help_with_examples_and_refuses_what_it_does_not_know() {
    let [(help, _)] = console(["help"]);
    let names: Vec<&str> =
        help.lines().filter_map(|line| line.split("  ").next()).filter(|name| !name.contains(' ')).collect();
    assert!(names.len() > 25 && names.is_sorted(), "{names:?}");
    for name in names {
        let lines = [&format!("{name} --help")[..], &format!("{name} --nonsense")];
        let [(help, status), (wrong, refused)] = console(lines);
        assert!(
            help.starts_with(&format!("{name}: ")) && help.lines().count() >= 3 && status == Some(0),
            "{help}"
        );
        if name != "echo" {
            assert!(refused.is_some_and(|status| status > 0), "{name}: {wrong}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// A line is carried out or refused, whatever stands in it.
    #[test]
    fn no_line_makes_a_command_panic(
        lines in prop::collection::vec(prop::collection::vec(prop_oneof![
            prop::sample::select(vec![
                "dig", "host", "nslookup", "curl", "nc", "ping", "traceroute", "tracert", "tracepath", "arp", "route", "ifconfig", "ipconfig",
                "ss", "netstat", "dhclient", "cat", "history", "help", "ip", "dhcpd", "named", "httpd", "inetd", "ntpd",
            ]),
            prop::sample::select(vec![
                "www.example.test", "shop", "10.0.2.80", "fd00::1", "80", "1", "-1", "-c", "-x", "-t", "-v", "-z", "-l", "-u", "-w", "-4", "-6", "-h", "-m", "-d",
                "-s", "-a", "-r", "-I", "-L", "-o", "-H", "+trace", "+short", "+tcp", "@10.0.0.53", "@ns.example.test", "MX", "TYPE65535", "-type=any", "/all", "/renew",
                "/release", "/flushdns", "add", "del", "default", "gw", "10.0.0.254", "eth0", "netmask", "255.0.255.0", "10.0.0.9/33", "http://www.example.test/old",
                "http://[::1]/", "echo", "|", "grep", "a", "wc", ".", "..", "a..b", "--", "-", "\"", "\\", "addr", "neigh", "ä", "%",
            ]),
        ], 1..6), 1..4),
    ) {
        let mut scenario = Scenario::parse(INTERNET).unwrap();
        for (number, words) in (1..).zip(&lines) {
            let at = Instant::ZERO + Duration::from_millis(10 * number);
            let on = scenario.node("laptop").unwrap();
            scenario = scenario.with_command(at, CommandLine { on, line: words.join(" ") });
        }
        let mut world = scenario.world(Limits::default()).unwrap();
        world.run_until(Instant::ZERO + Duration::from_secs(5), || true);
        world.apply(netlab::world::Command::Interrupt(ProgramId(scenario.services()))).unwrap();
        world.run_until(Instant::ZERO + Duration::from_secs(20), || true);
    }
}
