//! Opened captures are listed line by line as tshark lists them, and filters find the packets that it finds.
//!
//! `captures/expected.txt` has a section for each capture: its lines as `tshark -n -2` (4.0.17) writes them, except where
//! docs/TSHARK.md says why a line differs here, and filters with the numbers of the packets that they find.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use capture::read;
use dissect::analysis::{Answer, info};
use dissect::filter::Filter;
use std::rc::Rc;
use trace::{Sequence, Source, Trace};

const EXPECTED: &str = include_str!("captures/expected.txt");

/// The lines and filters of a capture.
fn section(name: &str) -> (Vec<&'static str>, Vec<(&'static str, &'static str)>) {
    let sections = EXPECTED.split("## ").filter(|section| section.lines().next() == Some(name));
    let section = sections.last().unwrap_or_else(|| panic!("{name} has no section"));
    let body = section.lines().skip(2).filter(|line| !line.is_empty());
    let (filters, lines): (Vec<_>, Vec<_>) = body.partition(|line| line.starts_with("filter "));
    let filter = |line: &'static str| line.strip_prefix("filter ").unwrap().rsplit_once(" => ").unwrap();
    (lines, filters.into_iter().map(filter).collect())
}

/// Numbers of microseconds as seconds with a sign.
fn seconds(ns: i64) -> String {
    let sign = if ns < 0 { "-" } else { "" };
    format!("{sign}{}.{:06}", ns.unsigned_abs() / 1_000_000_000, ns.unsigned_abs() / 1_000 % 1_000_000)
}

/// The packet's line, with one space between its columns.
fn line(trace: &Trace, source: Source<'_>, number: usize) -> String {
    let row = trace.row(number).unwrap();
    let shown = trace.shown(source, number).unwrap();
    let meaning = dissect::meaning(shown);
    let (from, to) = meaning.addresses();
    let answer = trace.answer(number).map_or(Answer::Never, |(by, _)| Answer::By(by as u32));
    let at = seconds(row.at.nanos().wrapping_sub(trace.first_at().unwrap().nanos()) as i64);
    let (protocol, info) = (trace.protocol_name(number, &meaning), info(shown, &row.notes, answer));
    let line = format!("{} {at} {from} → {to} {protocol} {} {info}", number + 1, row.length);
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn listed(bytes: &[u8], filter: Option<&str>) -> Result<Vec<usize>, String> {
    let recording = read(bytes).unwrap();
    let mut trace = Trace::of(&recording, Sequence::File);
    let filter = filter.map(Filter::parse).transpose().map_err(|error| error.message)?;
    trace.sift(filter.map(Rc::new));
    trace.follow(Source::Recording(&recording), &mut || true);
    Ok((0..trace.listed()).map(|place| trace.listed_at(place).unwrap() + 1).collect())
}

/// Compares a capture with its section.
fn check(name: &str, bytes: &[u8]) {
    let (lines, filters) = section(name);
    let recording = read(bytes).unwrap();
    let mut trace = Trace::of(&recording, Sequence::File);
    let source = Source::Recording(&recording);
    trace.follow(source, &mut || true);
    let ours: Vec<String> = (0..trace.count()).map(|number| line(&trace, source, number)).collect();
    let mut wrong = Vec::new();
    for place in 0..ours.len().max(lines.len()) {
        let (ours, theirs) =
            (ours.get(place).map_or("", |line| line), lines.get(place).map_or("", |line| line));
        if ours != theirs {
            wrong.push(format!("want {theirs}\nhave {ours}"));
        }
    }
    for (filter, numbers) in filters {
        let found = match listed(bytes, Some(filter)) {
            Err(_) => "refused".to_string(),
            Ok(found) if found.is_empty() => "(none)".to_string(),
            Ok(found) => found.iter().map(usize::to_string).collect::<Vec<_>>().join(" "),
        };
        if found != numbers {
            wrong.push(format!("{filter}: want {numbers}, have {found}"));
        }
    }
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

macro_rules! captures {
    ($($test:ident: $name:literal,)*) => {
        $(#[test]
        fn $test() {
            check($name, include_bytes!(concat!("captures/", $name)));
        })*

        #[test]
        fn every_section_has_a_test() {
            let tested = [$($name),*];
            for section in EXPECTED.split("## ").skip(1) {
                let name = section.lines().next().unwrap();
                assert!(tested.contains(&name), "{name}");
            }
        }
    };
}

captures! {
    compressed_gzip: "gzip.pcap.gz",
    modified_fritzbox: "modified-fritzbox.pcap",
    snoop_solaris: "solaris.snoop",
    clock_backwards: "clock-backwards.pcap",
    snaplen_54: "snaplen-54.pcap",
    link_sll: "link-sll.pcap",
    link_raw: "link-raw.pcap",
    link_raw_dlt12: "link-raw-dlt12.pcap",
    link_raw4: "link-raw4.pcap",
    link_null: "link-null.pcap",
    link_ppp: "link-ppp.pcap",
    link_chdlc: "link-chdlc.pcap",
    http_info: "http-info.pcap",
    http_two_segments: "http-two-segments.pcap",
    dns_tcp_info: "dns-tcp-info.pcap",
    dns_flags_in_query: "dns-flags-in-query.pcap",
    dns_types: "dns-types.pcap",
    mdns: "mdns.pcap",
    dns_malformed: "dns-malformed.pcap",
    ip_length_zero_tso: "ip-length-zero-tso.pcap",
    ip_fragments: "ip-fragments.pcap",
    ipv6_atomic_fragment: "ipv6-atomic-fragment.pcap",
    ipv6_fragments: "ipv6-fragments.pcap",
    tunnels: "tunnels.pcap",
    mpls_pppoe_qinq: "mpls-pppoe-qinq.pcap",
    ip_unknown_protocol: "ip-unknown-protocol.pcap",
    arp_duplicate: "arp-duplicate.pcap",
    rarp_inarp: "rarp-inarp.pcap",
    icmp_types: "icmp-types.pcap",
    icmp_broadcast: "icmp-broadcast.pcap",
    pvst_plus: "pvst-plus.pcap",
    snap_ip: "snap-ip.pcap",
    cdp_lldp: "cdp-lldp.pcap",
    dhcp_values: "dhcp-values.pcap",
    dhcp_leasequery: "dhcp-leasequery.pcap",
    dhcp_cut: "dhcp-cut.pcap",
    tcp_sack_4: "tcp-sack-4.pcap",
    tcp_options: "tcp-options.pcap",
    tcp_bogus_header: "tcp-bogus-header.pcap",
    udp_bad_length: "udp-bad-length.pcap",
    unknown_ethertype: "unknown-ethertype.pcap",
    icmpv6_ra_flags: "icmpv6-ra-flags.pcap",
    zero_rtt: "zero-rtt.pcap",
    tcp_acked_unseen_twice: "tcp-acked-unseen-twice.pcap",
    tcp_two_gaps: "tcp-two-gaps.pcap",
    tcp_reused_synack: "tcp-reused-synack.pcap",
    tcp_rst_out_of_window: "tcp-rst-out-of-window.pcap",
    pcap_fcs: "pcap-fcs.pcap",
    http_content_length: "http-content-length.pcap",
    http_until_close: "http-until-close.pcap",
    http_chunks: "http-chunks.pcap",
    http_post: "http-post.pcap",
    http_other_port: "http-other-port.pcap",
    http_gap: "http-gap.pcap",
    http_out_of_order: "http-out-of-order.pcap",
    http_kinds: "http-kinds.pcap",
    dns_tcp_pieces: "dns-tcp-pieces.pcap",
    tls_1_2: "tls-1.2.pcap",
    tls_1_3: "tls-1.3.pcap",
    tls_records: "tls-records.pcap",
    tls_other_port: "tls-other-port.pcap",
    ntp: "ntp.pcap",
    arp_kinds: "arp-kinds.pcap",
    icmp_all_types: "icmp-all-types.pcap",
    icmpv6_all_types: "icmpv6-all-types.pcap",
    bootp: "bootp.pcap",
    tcp_all_options: "tcp-all-options.pcap",
    ip_all_protocols: "ip-all-protocols.pcap",
    ip_routing_protocols: "ip-routing-protocols.pcap",
    tcp_acked_unseen_often: "tcp-acked-unseen-often.pcap",
    tcp_acked_unseen_late: "tcp-acked-unseen-late.pcap",
    tcp_three_pieces: "tcp-three-pieces.pcap",
    tcp_acked_unseen_start: "tcp-acked-unseen-start.pcap",
    tcp_synack_again: "tcp-synack-again.pcap",
    link_sll2: "link-sll2.pcap",
    link_loop: "link-loop.pcap",
    link_null_big_endian: "link-null-big-endian.pcap",
    link_ppp_short: "link-ppp-short.pcap",
    link_frame_relay: "link-frame-relay.pcap",
    link_raw6: "link-raw6.pcap",
    link_sll_ip6: "link-sll-ip6.pcap",
    tunnel_gre_options: "tunnel-gre-options.pcap",
    mpls_labels: "mpls-labels.pcap",
    ip_fragments_udp: "ip-fragments-udp.pcap",
    ip_fragments_order: "ip-fragments-order.pcap",
    ipv6_fragments_udp: "ipv6-fragments-udp.pcap",
}
