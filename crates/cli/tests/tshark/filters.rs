//! Display filters: which packets tshark shows, and which we do.

use crate::{document, opened, recorded, scenarios, tshark, version};
use dissect::analysis::Analysis;
use dissect::filter::{Filter, Subject};

/// tshark reads a file again for each filter. Between them these have all that is asked for: both versions of IP, and losses.
const EXAMPLES: [&str; 2] = ["dual-stack.json", "slow-lossy-link.json"];

const FILTERS: [&str; 44] = [
    "arp",
    "ip",
    "ipv6",
    "icmp",
    "icmpv6",
    "tcp",
    "udp",
    "not arp",
    "arp.opcode == 1",
    "arp.dst.proto_ipv4 == 10.0.0.2",
    "eth.addr == 02:50:00:00:00:01",
    "eth.dst == ff:ff:ff:ff:ff:ff",
    "eth.dst[0:2] == 33:33",
    "eth.type == 0x86dd",
    "vlan.id == 1",
    "ip.addr == 10.0.0.2",
    "ip.addr != 10.0.0.2",
    "!(ip.addr == 10.0.0.2)",
    "ip.src == 10.0.0.0/30",
    "ip.ttl < 255",
    "ip.flags.df == 0",
    "ipv6.addr == fd00::/16",
    "ipv6.hlim >= 64",
    "icmp.type == 8 || icmpv6.type == 128",
    "icmp.seq in {1..2}",
    "icmpv6.nd.ns.target_address",
    "frame.len > 100",
    "frame.len in {42, 54..66}",
    "frame.number <= 10",
    "frame.time_relative > 1",
    "frame contains \"abcd\"",
    "udp.port == 7",
    "tcp.port == 7 or tcp.port == 80",
    "tcp.flags.syn == 1 && ip.addr == 10.0.0.2",
    "tcp.flags.syn eq 1 and not tcp.flags.ack == 1",
    "tcp.flags.fin == 1 || tcp.flags.reset == 1",
    "tcp.len > 0 and tcp.window_size > 1000",
    "tcp.seq == 1 and tcp.ack == 1",
    "tcp.stream == 0",
    "tcp.payload contains 68:65",
    "tcp.options.mss_val == 1460",
    "tcp.analysis.retransmission",
    "tcp.analysis.flags",
    "tcp.analysis.duplicate_ack_num > 1",
];

#[test]
fn filters_show_the_same_packets() {
    let Some(version) = version() else { return };
    let (mut shown, mut silent) = (0, FILTERS.to_vec());
    let mut differences = Vec::new();
    for scenario in scenarios().into_iter().filter(|path| EXAMPLES.iter().any(|name| path.ends_with(name))) {
        let file = recorded("filters", &scenario, "once");
        let recording = opened(&file);
        let mut analysis = Analysis::new();
        let packets = recording.packets.iter().enumerate();
        let frames: Vec<_> = packets
            .map(|(number, packet)| {
                let frame = recording.frame(number);
                (packet.at_ns, frame, analysis.push(packet.at_ns, frame))
            })
            .collect();
        for text in FILTERS {
            let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let ours: Vec<_> = (0..frames.len())
                .filter(|&number| {
                    let (at_ns, frame, ref notes) = frames[number];
                    let previous_at_ns = number.checked_sub(1).map(|before| frames[before].0);
                    let number = number as u32;
                    filter.matches(&Subject { number, at_ns, previous_at_ns, ..Subject::new(frame, notes) })
                })
                .map(|number| number + 1)
                .collect();
            let theirs = tshark(&file, &["-Y", text, "-Tfields", "-eframe.number"]);
            let theirs: Vec<usize> = theirs.iter().map(|row| row[0].parse().unwrap()).collect();
            shown += theirs.len();
            if !theirs.is_empty() {
                silent.retain(|&filter| filter != text);
            }
            if ours != theirs {
                differences
                    .push(format!("{text} in {}:\n   ours {ours:?}\n tshark {theirs:?}", file.display()));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let list =
        |filters: &[&str]| filters.iter().map(|filter| format!("`{filter}`")).collect::<Vec<_>>().join(", ");
    let table = format!(
        "{} filters on {} captures show the same {shown} packets: {}.\n\nOf these, {} show none.\n",
        FILTERS.len(),
        EXAMPLES.len(),
        list(&FILTERS),
        list(&silent)
    );
    document::check("filters", &version, &table);
}
