//! Numbers that filters may write by name, as analyzers do: `arp.opcode == request`.

use crate::message::carried::PROTOCOLS;
use crate::message::dhcp::MESSAGE_TYPES;
use crate::message::dns::{OPCODES, RCODES};
use crate::message::icmp::TYPES_V6;
use crate::message::tls::{HANDSHAKES, RECORDS, VERSIONS};
use crate::text::Names;

const ETHERTYPES: Names = &[
    (0x0800, "IPv4"),
    (0x0806, "ARP"),
    (0x8035, "RARP"),
    (0x8100, "802.1Q Virtual LAN"),
    (0x86dd, "IPv6"),
    (0x8847, "MPLS label switched packet"),
    (0x8863, "PPPoE Discovery"),
    (0x8864, "PPPoE Session"),
    (0x888e, "802.1X Authentication"),
    (0x88cc, "802.1 Link Layer Discovery Protocol (LLDP)"),
];
const ARP_OPERATIONS: Names = &[
    (1, "request"),
    (2, "reply"),
    (3, "reverse request"),
    (4, "reverse reply"),
    (8, "inverse request"),
    (9, "inverse reply"),
];
const CLASSES: Names = &[(1, "IN"), (3, "CH"), (4, "HS"), (254, "NONE"), (255, "ANY")];
const CHECKSUM_STATUS: Names = &[(0, "Bad"), (1, "Good"), (2, "Unverified"), (3, "Not present")];

fn names(field: &str) -> Option<Names> {
    Some(match field {
        "eth.type" | "vlan.etype" => ETHERTYPES,
        "arp.opcode" => ARP_OPERATIONS,
        "ip.proto" | "ipv6.nxt" => PROTOCOLS,
        "icmpv6.type" => TYPES_V6,
        "dhcp.option.dhcp" | "bootp.option.dhcp" => MESSAGE_TYPES,
        "dns.flags.opcode" => OPCODES,
        "dns.flags.rcode" => RCODES,
        "dns.qry.class" | "dns.resp.class" => CLASSES,
        "tls.record.content_type" => RECORDS,
        "tls.handshake.type" => HANDSHAKES,
        "tls.record.version" | "tls.handshake.version" => VERSIONS,
        "ip.checksum.status" | "tcp.checksum.status" | "udp.checksum.status" | "icmp.checksum.status" => {
            CHECKSUM_STATUS
        }
        _ => return None,
    })
}

/// The number with this name among the values of a field; upper and lower case are the same.
pub(super) fn number_of(field: &str, name: &str) -> Option<i64> {
    let (number, _) = names(field)?.iter().find(|(_, known)| known.eq_ignore_ascii_case(name))?;
    Some((*number).into())
}
