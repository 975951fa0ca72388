//! Filters choose the packets that tshark chooses.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{traffic, tshark};
use dissect::analysis::Sides;
use dissect::filter::{Filter, Subject};

const FILTERS: &[&str] = &[
    "arp",
    "arp.opcode == 2",
    "arp.src.proto_ipv4 == 10.0.0.1",
    "arp or icmpv6.type == 135",
    "eth.addr == ff:ff:ff:ff:ff:ff",
    "eth.src[0:3] == 02:00:00",
    "eth.dst[0:2] == ff:ff",
    "eth.type == 0x86dd",
    "frame.len > 100 && frame.len <= 1000",
    "frame.number in {1, 3, 5..9}",
    "frame.number >= 500",
    "frame.time_relative < 0.05",
    "frame.time_delta > 0.001",
    "frame contains \"HTTP\"",
    "frame contains 88:b5",
    "icmp",
    "icmp.type == 8 and icmp.seq > 1",
    "icmp.type in {0, 11}",
    "icmpv6",
    "ip",
    "ip.addr == 10.0.0.2",
    "ip.addr != 10.0.0.2",
    "ip.addr !== 10.0.0.2",
    "ip.addr === 10.0.0.2",
    "!(ip.addr == 10.0.0.2)",
    "ip.addr == 192.168.0.0/16",
    "ip.src == 10.0.0.1 and ip.ttl == 64",
    "ip.proto == 6",
    "ip.len > 1400",
    "ip.flags.df == 1",
    "ipv6.addr == fd00::/8",
    "ipv6.dst == fd00::2 && udp",
    "ipv6.nxt == 58",
    "not tcp and not udp",
    "tcp.flags.syn == 1 && tcp.flags.ack == 0",
    "tcp.flags.syn",
    "tcp.flags == 0x012",
    "tcp.flags.fin == True",
    "tcp.port == 5001",
    "tcp.port != 5001",
    "tcp.port in {7, 80}",
    "tcp.dstport eq 7 or udp.dstport eq 7",
    "tcp.len > 0 and tcp.len lt 1000",
    "tcp.seq == 1",
    "tcp.ack > 100000",
    "tcp.stream == 1",
    "tcp.window_size < 10000",
    "tcp.hdr_len > 20",
    "tcp.options.mss_val == 1460",
    "tcp.analysis.flags",
    "tcp.analysis.retransmission",
    "tcp.analysis.duplicate_ack_num > 1",
    "tcp.analysis.bytes_in_flight > 8000",
    "tcp.analysis.ack_rtt > 0.01",
    "udp.port == 7 and udp.length > 8",
    "udp.stream eq 0",
    "vlan",
    "vlan.id == 100",
    "vlan.id != 100",
    "ip.src == 10.0.0.1 || ip.dst == 10.0.0.1 && tcp.flags.fin == 1",
    "tcp.flags & 0x02",
    "tcp.flags & 0x12 == 0x12",
    "tcp[13] & 1",
    "tcp[13] == 0x12",
    "ip.src == ip.dst",
    "ip.src < ip.dst",
    "tcp.srcport < tcp.dstport",
    "ip.len - ip.hdr_len > 1000",
    "tcp.seq + tcp.len > 5000",
    "tcp.dstport == tcp.srcport + 1",
    "{tcp.len + 1} * 2 > 2000",
    "len(tcp.payload) > 1000",
    "count(ip.addr) == 2",
    "max(tcp.srcport, tcp.dstport) > 50000",
    "string(tcp.dstport) matches \"^5\"",
    "frame matches \"(?i)http\"",
    "tcp.payload matches r\"^.\"",
    "any tcp.port == 5001",
    "all ip.addr == 10.0.0.0/24",
    "eth.dst[0] & 1",
    "eth.dst.ig == 1",
    "eth.src[-2:2] == 00:01",
    "eth.src[1:] == 00:00:00:00:01",
    "eth.src[0,5] == 02:01",
    "ip.proto == TCP",
    "ip.proto == \"UDP\"",
    "arp.opcode == request",
    "eth.type == IPv6",
    "tcp.flags.str contains \"S\"",
    "tcp.nxtseq > 100000",
    "tcp.time_relative > 0.1",
    "tcp.time_delta > 0.01",
    "tcp.options.wscale.multiplier > 1",
    "tcp.option_kind == 2",
    "tcp.window_size_scalefactor > 1",
    "frame.cap_len == frame.len",
    "frame.time >= \"1970-01-01 00:00:01\"",
    "frame.time_epoch < 1",
    "frame.protocols contains \"arp\"",
    "ip.version == 6",
    "ip.host == 10.0.0.2",
    "data.len > 1000",
    "tcp.analysis.push_bytes_sent > 1000",
    "tcp.connection.syn",
    "tcp.connection.fin",
    "tcp.connection.rst",
    "icmp.resptime > 0.1",
    "ip.addr ~= 10.0.0.2",
];

#[test]
fn filters_choose_what_tshark_chooses() {
    let mut packets = traffic::odd();
    packets.extend(traffic::real(1, 3).into_iter().map(|(at_ns, frame)| (at_ns + 1_000_000, frame)));
    let mut analysis = Sides::new(false);
    let notes: Vec<_> = packets.iter().map(|(at_ns, frame)| analysis.push(0, *at_ns, frame)).collect();
    let mut wrong = Vec::new();
    for text in FILTERS {
        let Some(theirs) = tshark(&packets, &["-Y", text, "-e", "frame.number"]) else { return };
        let theirs: Vec<u32> = theirs.iter().map(|line| line[0].parse().unwrap()).collect();
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let chosen = packets.iter().enumerate().filter(|&(index, (at_ns, frame))| {
            filter.matches(&Subject {
                number: index as u32,
                at_ns: *at_ns,
                first_at_ns: packets[0].0,
                previous_at_ns: index.checked_sub(1).map(|previous| packets[previous].0),
                analysis: Some(&analysis),
                ..Subject::new(frame, &notes[index])
            })
        });
        let ours: Vec<_> = chosen.map(|(index, _)| index as u32 + 1).collect();
        if ours != theirs {
            let only = |a: &[u32], b: &[u32]| -> Vec<_> {
                a.iter().filter(|n| !b.contains(n)).copied().take(9).collect()
            };
            wrong.push(format!(
                "{text}: only tshark {:?}, only here {:?}",
                only(&theirs, &ours),
                only(&ours, &theirs)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
