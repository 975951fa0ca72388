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
use texts::mark;

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
    ("_ws.expert", mark!("expert information is not made; _ws.malformed and tcp.analysis.flags are")),
    ("_ws.col", mark!("columns are written for people; filter by the fields")),
    ("frame.marked", mark!("marks are kept in the list, not in packets")),
    ("frame.ignored", mark!("packets are not ignored")),
    ("frame.ref_time", mark!("a time reference is kept in the list, not in packets")),
    ("frame.coloring_rule", mark!("colors follow the protocols, without rules")),
    ("frame.interface", mark!("use the interface's own list")),
    ("frame.comment", mark!("comments are shown, not searched")),
    ("frame.md5_hash", mark!("hashes are not made")),
    ("ip.geoip", mark!("it needs a database of addresses and countries")),
    ("ipv6.geoip", mark!("it needs a database of addresses and countries")),
    ("eth.src_resolved", mark!("addresses are not resolved")),
    ("eth.dst_resolved", mark!("addresses are not resolved")),
    ("tcp.analysis.rto", mark!("use tcp.analysis.retransmission and tcp.time_delta")),
    ("tcp.analysis.tfo", mark!("fast open is only shown")),
    ("tcp.segment", mark!("use tcp.reassembled_in and tcp.segment_data")),
    ("tls", mark!("of TLS, records and hellos are read")),
    ("ssl", mark!("write tls")),
    ("wlan", mark!("IEEE 802.11 is not read here")),
    ("radiotap", mark!("IEEE 802.11 is not read here")),
    ("quic", mark!("it is not read here")),
    ("http2", mark!("it is not read here")),
    ("http3", mark!("it is not read here")),
    ("websocket", mark!("it is not read here")),
    ("smb", mark!("it is not read here")),
    ("smb2", mark!("it is not read here")),
    ("nbns", mark!("it is not read here")),
    ("nbss", mark!("it is not read here")),
    ("ftp", mark!("it is not read here; tcp.port == 21 finds it")),
    ("smtp", mark!("it is not read here; tcp.port == 25 finds it")),
    ("pop", mark!("it is not read here; tcp.port == 110 finds it")),
    ("imap", mark!("it is not read here; tcp.port == 143 finds it")),
    ("telnet", mark!("it is not read here; tcp.port == 23 finds it")),
    ("ssh", mark!("it is not read here; tcp.port == 22 finds it")),
    ("sip", mark!("it is not read here; udp.port == 5060 finds it")),
    ("rtp", mark!("it is not read here")),
    ("snmp", mark!("it is not read here; udp.port == 161 finds it")),
    ("ssdp", mark!("it is not read here; udp.port == 1900 finds it")),
    ("llmnr", mark!("it is not read here; udp.port == 5355 finds it")),
    ("ospf", mark!("it is not read here; ip.proto == 89 finds it")),
    ("eigrp", mark!("it is not read here; ip.proto == 88 finds it")),
    ("bgp", mark!("it is not read here; tcp.port == 179 finds it")),
    ("pim", mark!("it is not read here; ip.proto == 103 finds it")),
    ("vrrp", mark!("it is not read here; ip.proto == 112 finds it")),
    ("hsrp", mark!("it is not read here; udp.port == 1985 finds it")),
    ("sctp", mark!("it is not read here; ip.proto == 132 finds it")),
    ("esp", mark!("it is not read here; ip.proto == 50 finds it")),
    ("ah", mark!("it is not read here; ip.proto == 51 finds it")),
    ("eapol", mark!("it is not read here; eth.type == 0x888e finds it")),
    ("lacp", mark!("it is not read here; eth.type == 0x8809 finds it")),
];

/// Why a field that Wireshark knows is left out here.
pub(super) fn left_out(key: &str) -> Option<&'static str> {
    let within = |name: &str| {
        key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_']))
    };
    LEFT_OUT.iter().find(|(name, _)| within(name)).map(|(_, reason)| texts::of(reason))
}
