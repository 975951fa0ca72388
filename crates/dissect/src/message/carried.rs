//! Protocols in IP packets that have no layer of their own here: their names, and of those that routers and VPNs speak the kind of
//! message.

use smoltcp::wire::IpProtocol;

use crate::number::number;
use crate::text::{Names, name};

/// The analyzers' names of IP protocols (IANA, Protocol Numbers).
pub(crate) const PROTOCOLS: Names = &[
    (0, "IPv6 Hop-by-Hop Option"),
    (1, "ICMP"),
    (2, "IGMP"),
    (3, "GGP"),
    (4, "IPIP"),
    (5, "Stream"),
    (6, "TCP"),
    (7, "CBT"),
    (8, "EGP"),
    (9, "IGRP"),
    (10, "BBN RCC"),
    (11, "Network Voice"),
    (12, "PUP"),
    (13, "ARGUS"),
    (14, "EMCON"),
    (15, "XNET"),
    (16, "CHAOS"),
    (17, "UDP"),
    (18, "Multiplex"),
    (19, "DCN Measurement"),
    (20, "Host Monitoring"),
    (21, "Packet radio"),
    (22, "IDP"),
    (23, "Trunk-1"),
    (24, "Trunk-2"),
    (25, "Leaf-1"),
    (26, "Leaf-2"),
    (27, "Reliable Data"),
    (28, "IRT"),
    (29, "ISO TP4"),
    (30, "Bulk Data"),
    (31, "MFE NSP"),
    (32, "Merit Internodal"),
    (33, "Datagram Congestion Control Protocol"),
    (34, "3rd Party Connect"),
    (35, "Inter-Domain Policy Routing Protocol"),
    (36, "XTP"),
    (37, "Datagram delivery"),
    (38, "Control Message"),
    (39, "TP++"),
    (40, "IL"),
    (41, "IPv6"),
    (42, "Source demand routing"),
    (43, "Routing Header for IPv6"),
    (44, "Fragment Header for IPv6"),
    (45, "Inter-Domain Routing Protocol"),
    (46, "Reservation Protocol"),
    (47, "Generic Routing Encapsulation"),
    (48, "Dynamic source routing"),
    (49, "BNA"),
    (50, "Encap Security Payload"),
    (51, "Authentication Header"),
    (52, "INSLP"),
    (53, "SWIPE"),
    (54, "NBMA ARP"),
    (55, "IP Mobility"),
    (56, "TLSP Kryptonet"),
    (57, "SKIP"),
    (58, "ICMPv6"),
    (59, "No Next Header for IPv6"),
    (60, "Destination Options for IPv6"),
    (61, "any host internal protocol"),
    (62, "Mobile IPv6 (old)"),
    (63, "any local network"),
    (64, "SATNET EXPAK"),
    (65, "Kryptolan"),
    (66, "Remote Virtual Disk"),
    (67, "IPPC"),
    (68, "any distributed file system"),
    (69, "SATNET Monitoring"),
    (70, "VISA"),
    (71, "IPCV"),
    (72, "CPNX"),
    (73, "CPHB"),
    (74, "Wang Span"),
    (75, "Packet Video"),
    (76, "Backroom SATNET Mon"),
    (77, "Sun ND Protocol"),
    (78, "Wideband Mon"),
    (79, "Wideband Expak"),
    (80, "ISO Internet Protocol"),
    (81, "VMTP"),
    (82, "Secure VMTP"),
    (83, "VINES"),
    (84, "TTP"),
    (85, "NSFNET IGP"),
    (86, "Dissimilar Gateway"),
    (87, "TCF"),
    (88, "EIGRP"),
    (89, "OSPF IGP"),
    (90, "Sprite RPC"),
    (91, "Locus ARP"),
    (92, "Multicast Transport"),
    (93, "AX.25 Frames"),
    (94, "IP in IP"),
    (95, "MICP"),
    (96, "Semaphore"),
    (97, "Ether in IP"),
    (98, "ENCAP"),
    (99, "any private encryption scheme"),
    (100, "GMTP"),
    (101, "Ipsilon Flow"),
    (102, "PNNI over IP"),
    (103, "PIM"),
    (104, "ARIS"),
    (105, "SCPS"),
    (106, "QNX"),
    (107, "Active Networks"),
    (108, "IPComp"),
    (109, "Sitara Networks"),
    (110, "Compaq Peer"),
    (111, "IPX IN IP"),
    (112, "VRRP"),
    (113, "PGM"),
    (114, "any 0-hop protocol"),
    (115, "Layer 2 Tunneling"),
    (116, "DDX"),
    (117, "IATP"),
    (118, "STP"),
    (119, "SpectraLink"),
    (120, "UTI"),
    (121, "SMP"),
    (122, "SM"),
    (123, "PTP"),
    (124, "ISIS over IP"),
    (125, "FIRE"),
    (126, "CRTP"),
    (127, "CRUDP"),
    (128, "SSCOPMCE"),
    (129, "IPLT"),
    (130, "Secure Packet"),
    (131, "PIPE"),
    (132, "SCTP"),
    (133, "Fibre Channel"),
    (134, "RSVP E2EI"),
    (135, "Mobile IPv6"),
    (136, "UDPLite"),
    (137, "MPLS in IP"),
    (138, "MANET"),
    (139, "HIP"),
    (140, "Shim6 header"),
    (141, "WESP"),
    (142, "ROHC"),
];
const OSPF: Names =
    &[(1, "Hello Packet"), (2, "DB Description"), (3, "LS Request"), (4, "LS Update"), (5, "LS Acknowledge")];
const EIGRP: Names = &[
    (1, "Update"),
    (2, "Request"),
    (3, "Query"),
    (4, "Reply"),
    (5, "Hello"),
    (7, "Route Probe"),
    (8, "Hello (Ack)"),
    (9, "Stub-Info"),
    (10, "SIA-Query"),
    (11, "SIA-Reply"),
];
const PIM: Names = &[
    (0, "Hello"),
    (1, "Register"),
    (2, "Register-stop"),
    (3, "Join/Prune"),
    (4, "Bootstrap"),
    (5, "Assert"),
    (6, "Graft"),
    (7, "Graft-Ack"),
    (8, "Candidate-RP-Advertisement"),
    (9, "State-Refresh"),
    (10, "DF election"),
    (11, "ECMP redirect"),
];
const SCTP: Names = &[
    (0, "DATA"),
    (1, "INIT"),
    (2, "INIT_ACK"),
    (3, "SACK"),
    (4, "HEARTBEAT"),
    (5, "HEARTBEAT_ACK"),
    (6, "ABORT"),
    (7, "SHUTDOWN"),
    (8, "SHUTDOWN_ACK"),
    (9, "ERROR"),
    (10, "COOKIE_ECHO"),
    (11, "COOKIE_ACK"),
    (12, "ECNE"),
    (13, "CWR"),
    (14, "SHUTDOWN_COMPLETE"),
    (15, "AUTH"),
];

/// The name in the protocol column of a packet list, and the line, of a protocol that has both; nothing for the others.
pub(crate) fn described(protocol: IpProtocol, payload: &[u8]) -> Option<(&'static str, String)> {
    let at = |place: usize| number(payload, place..place + 1);
    let named =
        |names: Names, number: u32, unknown: String| name(names, number).map_or(unknown, str::to_string);
    Some(match u8::from(protocol) {
        47 => ("GRE", "Encapsulated Possible GRE keepalive packet".into()),
        50 => ("ESP", format!("ESP (SPI=0x{:08x})", number(payload, 0..4))),
        51 => ("AH", format!("AH (SPI=0x{:08x})", number(payload, 4..8))),
        _ if is_cut_short(protocol, payload) && matches!(u8::from(protocol), 88 | 132) => {
            (if u8::from(protocol) == 88 { "EIGRP" } else { "SCTP" }, String::new())
        }
        88 => {
            let is_ack = at(1) == 5 && number(payload, 12..16) != 0;
            (
                "EIGRP",
                named(EIGRP, if is_ack { 8 } else { at(1) }, format!("Unknown OpCode (0x{:04x})", at(1))),
            )
        }
        89 => ("OSPF", named(OSPF, at(1), format!("Unknown ({})", at(1)))),
        103 => match at(0) >> 4 {
            2 => ("PIMv2", named(PIM, at(0) & 0xf, "Unknown".into())),
            1 => ("PIMv1", "Unknown".into()),
            _ => ("PIMv0", "Unknown".into()),
        },
        112 => ("VRRP", format!("Announcement (v{})", at(0) >> 4)),
        132 => ("SCTP", named(SCTP, at(12), String::new())),
        _ => return None,
    })
}

/// Whether the message is shorter than any of its protocol, of those that are described.
pub(crate) fn is_cut_short(protocol: IpProtocol, payload: &[u8]) -> bool {
    let shortest = match u8::from(protocol) {
        50 => 8,
        51 => 12,
        88 => 20,
        89 => 24,
        103 => 4,
        112 => 8,
        132 => 16,
        _ => 0,
    };
    payload.len() < shortest
}

/// The line of a protocol that is not described: `GGP (3)`, `Unknown (253)`.
pub(crate) fn line(protocol: IpProtocol) -> String {
    let number = u8::from(protocol);
    format!("{} ({number})", name(PROTOCOLS, number.into()).unwrap_or("Unknown"))
}
