//! The fields that filters know: their kind, their meaning, and how to read them.
//!
//! What is asked often is read where it is in the bytes, or from the notes. The others are looked up in the dissection
//! (`Read::Tree`), so that a new protocol's fields need one line here.

mod internet;
mod link;
mod messages;
mod transport;

use super::entry::Entry;
use super::others::OTHERS;

/// All fields, those that are offered first.
pub(super) fn entries() -> impl Iterator<Item = &'static Entry> {
    offered().chain(OTHERS)
}

/// The fields that are offered as completions, in that order.
pub(super) fn offered() -> impl Iterator<Item = &'static Entry> {
    [link::ENTRIES, internet::ENTRIES, transport::ENTRIES, messages::ENTRIES].into_iter().flatten()
}

/// The field of that name. DHCP's have their old names, too.
pub(super) fn find(key: &str) -> Option<&'static Entry> {
    if let Some(rest) = key.strip_prefix("bootp") {
        return if rest.is_empty() || rest.starts_with('.') { find(&format!("dhcp{rest}")) } else { None };
    }
    entries().find(|entry| entry.key == key)
}

/// Names and beginnings of names that Wireshark knows, and why they are left out here.
const LEFT_OUT: &[(&str, &str)] = &[
    ("_ws.expert", "expert information is not made; _ws.malformed and tcp.analysis.flags are"),
    ("_ws.col", "columns are written for people; filter by the fields"),
    ("frame.marked", "marks are kept in the list, not in packets"),
    ("frame.ignored", "packets are not ignored"),
    ("frame.ref_time", "a time reference is kept in the list, not in packets"),
    ("frame.coloring_rule", "colors follow the protocols, without rules"),
    ("frame.interface", "use the interface's own list"),
    ("frame.comment", "comments are shown, not searched"),
    ("frame.md5_hash", "hashes are not made"),
    ("ip.geoip", "it needs a database of addresses and countries"),
    ("ipv6.geoip", "it needs a database of addresses and countries"),
    ("eth.src_resolved", "addresses are not resolved"),
    ("eth.dst_resolved", "addresses are not resolved"),
    ("tcp.analysis.rto", "use tcp.analysis.retransmission and tcp.time_delta"),
    ("tcp.analysis.tfo", "fast open is only shown"),
    ("tcp.segment", "use tcp.reassembled_in and tcp.segment_data"),
    ("tls", "of TLS, records and hellos are read"),
    ("ssl", "write tls"),
    ("wlan", "IEEE 802.11 is not read here"),
    ("radiotap", "IEEE 802.11 is not read here"),
    ("quic", "it is not read here"),
    ("http2", "it is not read here"),
    ("http3", "it is not read here"),
    ("websocket", "it is not read here"),
    ("smb", "it is not read here"),
    ("smb2", "it is not read here"),
    ("nbns", "it is not read here"),
    ("nbss", "it is not read here"),
    ("ftp", "it is not read here; tcp.port == 21 finds it"),
    ("smtp", "it is not read here; tcp.port == 25 finds it"),
    ("pop", "it is not read here; tcp.port == 110 finds it"),
    ("imap", "it is not read here; tcp.port == 143 finds it"),
    ("telnet", "it is not read here; tcp.port == 23 finds it"),
    ("ssh", "it is not read here; tcp.port == 22 finds it"),
    ("sip", "it is not read here; udp.port == 5060 finds it"),
    ("rtp", "it is not read here"),
    ("snmp", "it is not read here; udp.port == 161 finds it"),
    ("ssdp", "it is not read here; udp.port == 1900 finds it"),
    ("llmnr", "it is not read here; udp.port == 5355 finds it"),
    ("ospf", "it is not read here; ip.proto == 89 finds it"),
    ("eigrp", "it is not read here; ip.proto == 88 finds it"),
    ("bgp", "it is not read here; tcp.port == 179 finds it"),
    ("pim", "it is not read here; ip.proto == 103 finds it"),
    ("vrrp", "it is not read here; ip.proto == 112 finds it"),
    ("hsrp", "it is not read here; udp.port == 1985 finds it"),
    ("sctp", "it is not read here; ip.proto == 132 finds it"),
    ("esp", "it is not read here; ip.proto == 50 finds it"),
    ("ah", "it is not read here; ip.proto == 51 finds it"),
    ("eapol", "it is not read here; eth.type == 0x888e finds it"),
    ("lacp", "it is not read here; eth.type == 0x8809 finds it"),
];

/// Why a field that Wireshark knows is left out here.
pub(super) fn left_out(key: &str) -> Option<&'static str> {
    let within = |name: &str| {
        key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_']))
    };
    LEFT_OUT.iter().find(|(name, _)| within(name)).map(|(_, reason)| *reason)
}
