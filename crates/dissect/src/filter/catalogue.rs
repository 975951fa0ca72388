//! The fields that filters know: their kind, their meaning, and how to read them.
//!
//! What is asked often is read where it is in the bytes, or from the notes. The others are looked up in the dissection
//! (`Read::Tree`), so that a new protocol's fields need one line here.

mod internet;
mod link;
mod messages;
mod transport;

use super::others::OTHERS;
use super::packet::Packet;
use super::tree::in_tree;
use super::value::{Kind, Value, Visit};
use crate::analysis::{Mark, Notes};

/// A field or protocol.
pub(super) struct Entry {
    pub key: &'static str,
    pub kind: Kind,
    /// Empty for fields that are not offered.
    pub meaning: &'static str,
    pub read: Read,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.key == other.key
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Read {
    Quick(fn(&Packet<'_>, Visit<'_>)),
    Tree,
    /// In the tree, under another name.
    TreeAs(&'static str),
}

const fn entry(
    key: &'static str,
    kind: Kind,
    meaning: &'static str,
    read: fn(&Packet<'_>, Visit<'_>),
) -> Entry {
    Entry { key, kind, meaning, read: Read::Quick(read) }
}

pub(super) const fn tree(key: &'static str, kind: Kind, meaning: &'static str) -> Entry {
    Entry { key, kind, meaning, read: Read::Tree }
}

const fn tree_as(key: &'static str, tree: &'static str, kind: Kind, meaning: &'static str) -> Entry {
    Entry { key, kind, meaning, read: Read::TreeAs(tree) }
}

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

fn mark(packet: &Packet<'_>, mark: Mark, visit: Visit<'_>) {
    if packet.subject.notes.marks.contains(mark) {
        visit(Value::Present);
    }
}

/// A value of the notes, if the packet is a TCP segment.
fn note(packet: &Packet<'_>, visit: Visit<'_>, value: impl Fn(&Notes) -> Option<i64>) {
    if packet.is_segment()
        && let Some(value) = value(packet.subject.notes)
    {
        visit(Value::Number(value));
    }
}

fn positive(number: u32) -> Option<i64> {
    (number > 0).then_some(number.into())
}

/// The number of a packet, which lists count from 1.
fn packet_number(packet: Option<u32>, visit: Visit<'_>) {
    packet.into_iter().for_each(|packet| visit(Value::Number(i64::from(packet) + 1)));
}

/// The number of `len` bytes at `at` of a header, if they are there.
fn number(header: &[u8], at: usize, len: usize, visit: Visit<'_>) {
    if let Some(bytes) = header.get(at..at + len) {
        visit(Value::Number(bytes.iter().fold(0, |number, &byte| number << 8 | i64::from(byte))));
    }
}

/// Whether a checksum is right, by Wireshark's numbers, as far as it was verified: 0 wrong, 1 right, 2 not verified, 3 not there.
fn checksum_status(packet: &Packet<'_>, key: &str, visit: Visit<'_>) {
    in_tree(key, Kind::Text, packet, &mut |value| {
        let Value::Text(text) = value else { return };
        visit(Value::Number(match text {
            text if text.contains("not used") => 3,
            text if text.contains("not verified") => 2,
            text if text.contains("correct") && !text.contains("incorrect") => 1,
            _ => 0,
        }));
    });
}
