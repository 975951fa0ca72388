//! Frames of what smoltcp does not write, from the RFCs. Checksums are smoltcp's.

use smoltcp::wire::*;

use super::{A6, B6, MAC_A, MAC_B, ethernet, ipv4, ipv6, tcp_segment, udp_datagram_between};

/// Their names, and the frames.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    [errors(), multicast(), bridging(), routing(), dhcp(), dns(), http()].concat()
}

type Samples = Vec<(&'static str, Vec<u8>)>;

/// How a message of each protocol here is wrapped: its ports, and how one may begin.
pub const WRAPPERS: [([u16; 2], &[u8]); 10] = [
    ([0, 1], &[0x11, 100, 0, 0, 239, 1, 2, 3, 2, 125, 0, 1]),
    ([0, 1], &[0x22, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 1]),
    ([0, 130], &[0, 0, 0, 0]),
    ([0, 143], &[0, 0, 0, 2, 4, 0, 0, 1]),
    ([0, 2], &[0, 0, 2, 2, 0x3c]),
    ([53, 50000], &[0, 1, 0x81, 0x80, 0, 1, 0, 2, 0, 1, 0, 1, 1, b'a', 0, 0, 1, 0, 1, 0xc0, 12, 0, 1]),
    ([5353, 5353], &[0, 1, 0x81, 0x80, 0, 1, 0, 2, 0, 1, 0, 1, 1, b'a', 0, 0, 1, 0, 1, 0xc0, 12, 0, 1]),
    ([67, 68], &[2, 1, 6, 0]),
    ([520, 520], &[2, 2, 0, 0, 0, 2]),
    ([0, 80], b"GET / HTTP/1.1\r\nHost: a\r\n"),
];

/// A frame with that message, in one of the [`WRAPPERS`].
pub fn wrapped(wrapper: usize, message: &[u8]) -> Vec<u8> {
    match WRAPPERS[wrapper].0 {
        [0, 1] => ipv4(IpProtocol::Igmp, message),
        [0, 2] => llc(message),
        [0, 80] => segment([50000, 80], message),
        [0, kind] => mld(kind as u8, message),
        ports => udp(ports, message),
    }
}

const GROUP: [u8; 4] = [239, 1, 2, 3];
const GROUP6: [u8; 16] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 1];
const SOURCE: [u8; 4] = [10, 0, 0, 9];
const SOURCE6: [u8; 16] = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];

/// Every error that is explained, about a datagram.
fn errors() -> Samples {
    let quoted = super::udp()[ETHERNET_HEADER_LEN..].to_vec();
    let quoted6 = super::udp6()[ETHERNET_HEADER_LEN..].to_vec();
    let error = |kind, code, rest: [u8; 4]| {
        let mut message = [&[kind, code, 0, 0][..], &rest, &quoted].concat();
        Icmpv4Packet::new_unchecked(&mut message).fill_checksum();
        ipv4(IpProtocol::Icmp, &message)
    };
    let error6 = |kind, code, rest: [u8; 4]| {
        let mut message = [&[kind, code, 0, 0][..], &rest, &quoted6].concat();
        Icmpv6Packet::new_unchecked(&mut message).fill_checksum(&A6, &B6);
        ipv6(IpProtocol::Icmpv6, 64, &message)
    };
    let mut samples: Samples = (0..=15).map(|code| ("icmp unreachable", error(3, code, [0; 4]))).collect();
    samples.extend((0..=3).map(|code| ("icmp redirect", error(5, code, [10, 0, 0, 254]))));
    samples.extend((0..=1).map(|code| ("icmp time exceeded", error(11, code, [0; 4]))));
    samples.push(("icmp parameter problem", error(12, 0, [8, 0, 0, 0])));
    samples.push(("icmp source quench", error(4, 0, [0; 4])));
    samples.extend((0..=6).map(|code| ("icmpv6 unreachable", error6(1, code, [0; 4]))));
    samples.extend((0..=1).map(|code| ("icmpv6 time exceeded", error6(3, code, [0; 4]))));
    samples.extend((0..=2).map(|code| ("icmpv6 parameter problem", error6(4, code, [0, 0, 0, 6]))));
    samples
}

fn multicast() -> Samples {
    let record = |kind, sources: &[[u8; 4]]| {
        [&[kind, 0, 0, sources.len() as u8][..], &GROUP, &sources.concat()].concat()
    };
    let report = |records: &[Vec<u8>]| {
        igmp(&[&[0x22, 0, 0, 0, 0, 0, 0, records.len() as u8][..], &records.concat()].concat())
    };
    let other = [10, 0, 0, 8];
    vec![
        ("igmp query, version 1", igmp(&[0x11, 0, 0, 0, 0, 0, 0, 0])),
        ("igmp query", igmp(&[0x11, 100, 0, 0, 0, 0, 0, 0])),
        ("igmp query for a group", igmp(&[&[0x11, 10, 0, 0], &GROUP[..]].concat())),
        ("igmp report, version 1", igmp(&[&[0x12, 0, 0, 0], &GROUP[..]].concat())),
        ("igmp report", igmp(&[&[0x16, 0, 0, 0], &GROUP[..]].concat())),
        ("igmp leave", igmp(&[&[0x17, 0, 0, 0], &GROUP[..]].concat())),
        ("igmp query, version 3", igmp(&[0x11, 0x94, 0, 0, 0, 0, 0, 0, 2, 125, 0, 0])),
        (
            "igmp query for sources",
            igmp(&[&[0x11, 100, 0, 0][..], &GROUP, &[0x0a, 125, 0, 2], &SOURCE, &other].concat()),
        ),
        (
            "igmp report, version 3, of everything",
            report(&(1..=6).map(|kind| record(kind, &[])).collect::<Vec<_>>()),
        ),
        (
            "igmp report, version 3, of a source",
            report(&(1..=6).map(|kind| record(kind, &[SOURCE])).collect::<Vec<_>>()),
        ),
        (
            "igmp report, version 3, of sources",
            report(&(1..=6).map(|kind| record(kind, &[SOURCE, other])).collect::<Vec<_>>()),
        ),
        (
            "igmp report with auxiliary data",
            report(&[[&[4, 1, 0, 1][..], &GROUP, &SOURCE, b"what"].concat()]),
        ),
        ("mld query", mld(130, &[&[0x27, 0x10, 0, 0], &[0; 16][..]].concat())),
        ("mld query for a group", mld(130, &[&[3, 0xe8, 0, 0], &GROUP6[..]].concat())),
        ("mld report", mld(131, &[&[0, 0, 0, 0], &GROUP6[..]].concat())),
        ("mld done", mld(132, &[&[0, 0, 0, 0], &GROUP6[..]].concat())),
        (
            "mld query for a source",
            mld(130, &[&[0x27, 0x10, 0, 0][..], &GROUP6, &[0x0a, 125, 0, 1], &SOURCE6].concat()),
        ),
        (
            "mld report, version 2",
            mld(
                143,
                &[&[0, 0, 0, 2, 4, 0, 0, 0][..], &GROUP6, &[5, 1, 0, 1], &GROUP6, &SOURCE6, b"what"].concat(),
            ),
        ),
    ]
}

pub fn igmp(message: &[u8]) -> Vec<u8> {
    let mut message = message.to_vec();
    let sum = !checksum::data(&message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    ipv4(IpProtocol::Igmp, &message)
}

fn mld(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = [&[kind, 0, 0, 0], body].concat();
    Icmpv6Packet::new_unchecked(&mut message).fill_checksum(&A6, &B6);
    ipv6(IpProtocol::Icmpv6, 1, &message)
}

fn bridging() -> Samples {
    vec![
        ("bpdu", bpdu(0, 0, 0, &[])),
        ("bpdu with topology change", bpdu(0, 0, 0x81, &[])),
        ("topology change notification", llc(&[0, 0, 0, 0x80])),
        ("rapid bpdu", bpdu(2, 2, 0x3c, &[0])),
        ("rapid bpdu with proposal", bpdu(2, 2, 0x0f, &[0])),
        ("multiple spanning tree", bpdu(3, 2, 0x7c, &[&[0, 0, 64][..], &[0; 64]].concat())),
    ]
}

/// A configuration of a switch that is one link from the root.
pub fn bpdu(version: u8, kind: u8, flags: u8, rest: &[u8]) -> Vec<u8> {
    let times = [0x0140, 20 << 8, 2 << 8, 15 << 8].map(u16::to_be_bytes).concat();
    let root = [&[0x80, 0x01], &MAC_A.0[..]].concat();
    let bridge = [&[0x90, 0x01], &MAC_B.0[..]].concat();
    llc(&[&[0, 0, version, kind, flags][..], &root, &[0, 0, 0, 4], &bridge, &[0x80, 2], &times, rest]
        .concat())
}

pub fn llc(message: &[u8]) -> Vec<u8> {
    let message = [&[0x42, 0x42, 0x03], message].concat();
    let length = EthernetProtocol::Unknown(message.len() as u16);
    ethernet(length, EthernetAddress([0x01, 0x80, 0xc2, 0, 0, 0]), &message)
}

fn udp(ports: [u16; 2], message: &[u8]) -> Vec<u8> {
    let datagram = udp_datagram_between(ports, super::A.into(), super::B.into(), message);
    ipv4(IpProtocol::Udp, &datagram)
}

fn routing() -> Samples {
    let udp6 = |message: &[u8]| {
        ipv6(IpProtocol::Udp, 255, &udp_datagram_between([521, 521], A6.into(), B6.into(), message))
    };
    let metric = |metric| [0, 0, 0, metric];
    let network = [10, 1, 0, 0];
    let prefix = [&[0x20, 0x01, 0x0d, 0xb8], &[0; 12][..]].concat();
    vec![
        ("rip request", udp([520, 520], &[&[1, 1, 0, 0], &[0; 16][..], &metric(16)].concat())),
        (
            "rip response, version 1",
            udp([520, 520], &[&[2, 1, 0, 0, 0, 2, 0, 0][..], &network, &[0; 8], &metric(3)].concat()),
        ),
        (
            "rip response",
            udp(
                [520, 520],
                &[
                    &[2, 2, 0, 0, 0xff, 0xff, 0, 2][..],
                    b"secret\0\0\0\0\0\0\0\0\0\0",
                    &[0, 2, 0, 7],
                    &network,
                    &[255, 255, 0, 0, 0, 0, 0, 0],
                    &metric(3),
                ]
                .concat(),
            ),
        ),
        ("ripng request", udp6(&[&[1, 1, 0, 0], &[0; 16][..], &[0, 0, 0, 16]].concat())),
        (
            "ripng response",
            udp6(&[&[2, 1, 0, 0][..], &SOURCE6, &[0, 0, 0, 255], &prefix, &[0, 7, 32, 1]].concat()),
        ),
    ]
}

fn dhcp() -> Samples {
    let mut samples = vec![
        (
            "dhcp discover",
            dhcp_message(
                1,
                &[
                    &[53, 1, 1, 61, 7, 1][..],
                    &MAC_A.0,
                    &[12, 5],
                    b"alice",
                    &[50, 4, 10, 0, 0, 7, 55, 5, 1, 3, 6, 15, 200, 255],
                    &[0; 9],
                ]
                .concat(),
            ),
        ),
        (
            "dhcp offer",
            dhcp_message(
                2,
                &[
                    &[53, 1, 2, 54, 4, 10, 0, 0, 1, 51, 4, 0, 0, 0x0e, 0x10][..],
                    &[58, 4, 0, 0, 7, 8, 59, 4, 0, 0, 0x0c, 0x4e],
                    &[1, 4, 255, 255, 255, 0, 28, 4, 10, 0, 0, 255, 3, 8, 10, 0, 0, 1, 10, 0, 0, 3],
                    &[6, 4, 10, 0, 0, 1, 42, 4, 10, 0, 0, 1, 26, 2, 5, 0xdc, 57, 2, 5, 0xdc, 0],
                    &[15, 7],
                    b"example",
                    &[60, 3],
                    b"abc",
                    &[56, 3],
                    b"why",
                    &[200, 2, 1, 2, 255],
                ]
                .concat(),
            ),
        ),
    ];
    let rest = ["dhcp request", "dhcp decline", "dhcp ack", "dhcp nak", "dhcp release", "dhcp inform"];
    for (name, number) in rest.into_iter().zip(3..) {
        samples.push((name, dhcp_message(1, &[53, 1, number, 255])));
    }
    samples.push(("bootp", dhcp_message(2, &[255])));
    samples
}

pub fn dhcp_message(operation: u8, options: &[u8]) -> Vec<u8> {
    let message = [
        &[operation, 1, 6, 0, 0x39, 0x03, 0xf3, 0x26, 0, 3, 0x80, 0][..],
        &[0; 4],
        &[10, 0, 0, 7],
        &[0; 8],
        &MAC_A.0,
        &[0; 10 + 64 + 128],
        &[99, 130, 83, 99],
        options,
    ]
    .concat();
    udp(if operation == 1 { [68, 67] } else { [67, 68] }, &message)
}

/// A name without pointers.
pub fn name(name: &str) -> Vec<u8> {
    let labels = name.split('.').map(|label| [&[label.len() as u8], label.as_bytes()].concat());
    [labels.collect::<Vec<_>>().concat(), vec![0]].concat()
}

/// A message of these questions and, in three sections, records.
pub fn dns_message(ident: u16, flags: u16, questions: &[Vec<u8>], records: [&[Vec<u8>]; 3]) -> Vec<u8> {
    let counts = [questions.len(), records[0].len(), records[1].len(), records[2].len()];
    let mut message = [ident, flags].map(u16::to_be_bytes).concat();
    message.extend(counts.map(|count| (count as u16).to_be_bytes()).concat());
    message.extend(questions.concat());
    message.extend(records.concat().concat());
    message
}

fn question(named: &str, kind: u8, class: u16) -> Vec<u8> {
    [&name(named)[..], &[0, kind], &class.to_be_bytes()].concat()
}

fn record(named: &[u8], kind: u8, class: u16, ttl: u32, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16).to_be_bytes();
    [named, &[0, kind], &class.to_be_bytes(), &ttl.to_be_bytes(), &length, data].concat()
}

fn dns() -> Samples {
    const FIRST: [u8; 2] = [0xc0, 12];
    let www = "www.example.com";
    // `example.com` within it.
    let parent = [0xc0, 16];
    let query = dns_message(1, 0x100, &[question(www, 1, 1)], [&[], &[], &[]]);
    let address6 = [&[0x20, 0x01, 0x0d, 0xb8], &[0; 11][..], &[1]].concat();
    let soa = [
        name("ns.example.com"),
        name("admin.example.com"),
        [2026u32, 7200, 3600, 1_209_600, 300].map(u32::to_be_bytes).concat(),
    ];
    let answers = [
        record(&FIRST, 5, 1, 300, &[&[3], &b"web"[..], &parent].concat()),
        record(&[0xc0, 45], 1, 1, 300, &[93, 184, 216, 34]),
    ];
    let all = [
        record(&FIRST, 15, 1, 300, &[&[0, 10, 4], &b"mail"[..], &FIRST].concat()),
        record(&FIRST, 16, 1, 300, b"\x05hello\x06world!"),
        record(&FIRST, 28, 1, 300, &address6),
        record(&FIRST, 12, 1, 60, &name("ptr.example.com")),
        record(&FIRST, 200, 1, 60, b"what"),
        record(
            &name("_http._tcp.example.com"),
            33,
            1,
            60,
            &[&[0, 1, 0, 2, 0, 80][..], &name("www.example.com")].concat(),
        ),
    ];
    let in_tcp = {
        let message = dns_message(5, 0x100, &[question(www, 1, 1)], [&[], &[], &[]]);
        [&(message.len() as u16).to_be_bytes()[..], &message].concat()
    };
    vec![
        ("dns query", udp([50001, 53], &query)),
        (
            "dns answer",
            udp(
                [53, 50002],
                &dns_message(
                    2,
                    0x8180,
                    &[question(www, 1, 1)],
                    [
                        &answers,
                        &[record(&parent, 2, 1, 3600, &[&[2], &b"ns"[..], &parent].concat())],
                        &[record(&[0], 41, 4096, 0x8000, &[])],
                    ],
                ),
            ),
        ),
        (
            "dns no such name",
            udp(
                [53, 50003],
                &dns_message(
                    3,
                    0x8583,
                    &[question(www, 28, 1)],
                    [&[], &[record(&parent, 6, 1, 3600, &soa.concat())], &[]],
                ),
            ),
        ),
        (
            "dns answer of all kinds",
            udp([53, 50004], &dns_message(4, 0x8180, &[question("example.com", 255, 1)], [&all, &[], &[]])),
        ),
        ("dns error", udp([53, 50005], &dns_message(6, 0x8182, &[question(www, 1, 1)], [&[], &[], &[]]))),
        ("dns over tcp", segment([50006, 53], &in_tcp)),
        (
            "mdns query",
            udp(
                [5353, 5353],
                &dns_message(
                    0,
                    0,
                    &[question("_http._tcp.local", 12, 1), question("a.local", 1, 0x8001)],
                    [&[], &[], &[]],
                ),
            ),
        ),
        (
            "mdns answer",
            udp(
                [5353, 5353],
                &dns_message(
                    0,
                    0x8400,
                    &[],
                    [&[record(&name("b.local"), 1, 0x8001, 120, &[10, 0, 0, 2])], &[], &[]],
                ),
            ),
        ),
    ]
}

fn http() -> Samples {
    vec![
        (
            "http get",
            segment(
                [50010, 80],
                b"GET /index.html HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl/8\r\nAccept: */*\r\nX-Odd: 1\r\n\r\n",
            ),
        ),
        ("http on another port", segment([50011, 5001], b"GET / HTTP/1.0\r\n\r\n")),
        (
            "http ok",
            segment(
                [80, 50012],
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\nServer: x\r\n\r\nhello",
            ),
        ),
        (
            "http not found",
            segment([8080, 50013], b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        ),
        (
            "http post",
            segment([50014, 8080], b"POST /a?b=c HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\na=b"),
        ),
    ]
}

/// A segment with these data.
pub fn segment(ports: [u16; 2], payload: &[u8]) -> Vec<u8> {
    let repr =
        TcpRepr { src_port: ports[0], dst_port: ports[1], control: TcpControl::Psh, payload, ..super::ack() };
    ipv4(IpProtocol::Tcp, &tcp_segment(super::A.into(), super::B.into(), repr))
}
