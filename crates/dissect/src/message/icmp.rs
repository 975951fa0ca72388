//! ICMP and ICMPv6: echo, and the errors that quote the packet they are about (RFC 792, RFC 4443).
//!
//! Both versions share one type, because they say the same with other numbers. Neighbor discovery and MLD, which travel in
//! ICMPv6, have types of their own.

use smoltcp::wire::{Icmpv4Packet, IpAddress, IpProtocol, IpVersion, Ipv4Address};

use super::malformed::Malformed;
use crate::header::ip;
use crate::header::ip::Packet;
use crate::label::Label;
use crate::number::{number, padded};
use crate::text::{Names, name};

const HEADER_LEN: usize = 8;
/// Type, code and checksum of ICMPv6.
const BASE_LEN: usize = 4;

/// The analyzers' names of ICMP's types and codes.
pub(crate) const TYPES_V4: Names = &[
    (0, "Echo (ping) reply"),
    (1, "Reserved"),
    (2, "Reserved"),
    (3, "Destination unreachable"),
    (4, "Source quench (flow control)"),
    (5, "Redirect"),
    (6, "Alternate host address"),
    (8, "Echo (ping) request"),
    (9, "Router advertisement"),
    (10, "Router solicitation"),
    (11, "Time-to-live exceeded"),
    (12, "Parameter problem"),
    (13, "Timestamp request"),
    (14, "Timestamp reply"),
    (15, "Information request"),
    (16, "Information reply"),
    (17, "Address mask request"),
    (18, "Address mask reply"),
    (19, "Reserved (for security)"),
    (30, "Traceroute"),
    (31, "Datagram Conversion Error"),
    (32, "Mobile Host Redirect"),
    (33, "IPv6 Where-Are-You"),
    (34, "IPv6 I-Am-Here"),
    (35, "Mobile Registration Request"),
    (36, "Mobile Registration Reply"),
    (37, "Domain Name Request"),
    (38, "Domain Name Reply"),
    (39, "SKIP"),
    (40, "Photuris"),
    (41, "Experimental mobility protocols"),
    (42, "Extended Echo request"),
    (43, "Extended Echo reply"),
];
const UNREACHABLE_V4: Names = &[
    (0, "Network unreachable"),
    (1, "Host unreachable"),
    (2, "Protocol unreachable"),
    (3, "Port unreachable"),
    (4, "Fragmentation needed"),
    (5, "Source route failed"),
    (6, "Destination network unknown"),
    (7, "Destination host unknown"),
    (8, "Source host isolated"),
    (9, "Network administratively prohibited"),
    (10, "Host administratively prohibited"),
    (11, "Network unreachable for TOS"),
    (12, "Host unreachable for TOS"),
    (13, "Communication administratively filtered"),
    (14, "Host precedence violation"),
    (15, "Precedence cutoff in effect"),
];
const REDIRECT_V4: Names = &[
    (0, "Redirect for network"),
    (1, "Redirect for host"),
    (2, "Redirect for TOS and network"),
    (3, "Redirect for TOS and host"),
];
const EXCEEDED_V4: Names =
    &[(0, "Time to live exceeded in transit"), (1, "Fragment reassembly time exceeded")];
const PROBLEM_V4: Names =
    &[(0, "Pointer indicates the error"), (1, "Required option missing"), (2, "Bad length")];
const ALTERNATE_V4: Names = &[(0, "Alternate address for host")];
const ADVERTISEMENT_V4: Names = &[(0, "Normal router advertisement"), (16, "Does not route common traffic")];
const PHOTURIS: Names = &[
    (0, "Bad SPI"),
    (1, "Authentication Failed"),
    (2, "Decompression Failed"),
    (3, "Decryption Failed"),
    (4, "Need Authentication"),
    (5, "Need Authorization"),
];
/// Of both versions (RFC 8335 §2.1, §3).
const PROBE_REQUEST: Names = &[(0, "No error")];
const PROBE_REPLY: Names = &[
    (0, "No error"),
    (1, "Malformed Query"),
    (2, "No Such Interface"),
    (3, "No Such Table Entry"),
    (4, "Multiple Interfaces Satisfy Query"),
];
/// The analyzers' names of ICMPv6's types and codes.
pub(crate) const TYPES_V6: Names = &[
    (1, "Destination Unreachable"),
    (2, "Packet Too Big"),
    (3, "Time Exceeded"),
    (4, "Parameter Problem"),
    (128, "Echo (ping) request"),
    (129, "Echo (ping) reply"),
    (130, "Multicast Listener Query"),
    (131, "Multicast Listener Report"),
    (132, "Multicast Listener Done"),
    (133, "Router Solicitation"),
    (134, "Router Advertisement"),
    (135, "Neighbor Solicitation"),
    (136, "Neighbor Advertisement"),
    (100, "Private experimentation"),
    (101, "Private experimentation"),
    (127, "Reserved for expansion of ICMPv6 error messages"),
    (137, "Redirect"),
    (138, "Router Renumbering"),
    (139, "Node Information Query"),
    (140, "Node Information Reply"),
    (141, "Inverse Neighbor Discovery Solicitation"),
    (142, "Inverse Neighbor Discovery Advertisement"),
    (143, "Multicast Listener Report Message v2"),
    (144, "Home Agent Address Discovery Request"),
    (145, "Home Agent Address Discovery Reply"),
    (146, "Mobile Prefix Solicitation"),
    (147, "Mobile Prefix Advertisement"),
    (148, "Certification Path Solicitation"),
    (149, "Certification Path Advertisement"),
    (150, "Experimental Mobility"),
    (151, "Multicast Router Advertisement"),
    (152, "Multicast Router Solicitation"),
    (153, "Multicast Router Termination"),
    (154, "FMIPv6"),
    (155, "RPL Control"),
    (156, "Locator Update"),
    (157, "Duplicate Address Request"),
    (158, "Duplicate Address Confirmation"),
    (159, "MPL Control Message"),
    (160, "Extended Echo request"),
    (161, "Extended Echo reply"),
    (200, "Private experimentation"),
    (201, "Private experimentation"),
    (255, "Reserved for expansion of ICMPv6 informational messages"),
];
const UNREACHABLE_V6: Names = &[
    (0, "no route to destination"),
    (1, "Administratively prohibited"),
    (2, "Beyond scope of source address"),
    (3, "Address unreachable"),
    (4, "Port unreachable"),
    (5, "Source address failed ingress/egress policy"),
    (6, "Reject route to destination"),
    (7, "Error in Source Routing Header"),
];
const EXCEEDED_V6: Names = &[(0, "hop limit exceeded in transit"), (1, "fragment reassembly time exceeded")];
const PROBLEM_V6: Names = &[
    (0, "erroneous header field encountered"),
    (1, "unrecognized Next Header type encountered"),
    (2, "unrecognized IPv6 option encountered"),
    (3, "IPv6 First Fragment has incomplete IPv6 Header Chain"),
];
const RENUMBERING: Names = &[(0, "Command"), (1, "Result"), (255, "Sequence number reset")];
const INFORMATION_QUERY: Names = &[
    (0, "Query subject = IPv6 addresses"),
    (1, "Query subject = DNS name or empty"),
    (2, "Query subject = IPv4 addresses"),
];
const INFORMATION_REPLY: Names = &[(0, "Successful"), (1, "Refused"), (2, "Unknown query type")];
const RPL: Names = &[
    (0, "DODAG Information Solicitation"),
    (1, "DODAG Information Object"),
    (2, "Destination Advertisement Object"),
    (3, "Destination Advertisement Object Acknowledgment"),
];

/// A message of ICMP, or of ICMPv6 without neighbor discovery and MLD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpMessage {
    /// A ping.
    EchoRequest(Echo),
    /// The answer to a ping.
    EchoReply(Echo),
    /// A packet could not be delivered.
    Error(IcmpError),
    /// A router knows a shorter way than through itself. IPv6's is [`NdpMessage::Redirect`](super::NdpMessage::Redirect).
    Redirect {
        /// The better router.
        gateway: Ipv4Address,
        /// For which destinations (RFC 792).
        code: u8,
        /// The packet that took the longer way.
        quoted: Option<QuotedPacket>,
    },
    /// Another type.
    Other {
        /// Of ICMP (4) or ICMPv6 (6).
        version: IpVersion,
        /// `icmp.type` or `icmpv6.type`
        kind: u8,
        /// `icmp.code` or `icmpv6.code`
        code: u8,
        /// Identifier and sequence number, of the types that have them: timestamps, information and address masks (RFC 792, RFC 950).
        numbers: Option<[u16; 2]>,
    },
}

/// A ping or its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo {
    /// Of ICMP (4) or ICMPv6 (6).
    pub version: IpVersion,
    /// The same for all pings of a run.
    pub identifier: u16,
    /// Counts the pings of a run.
    pub sequence: u16,
    /// 0, as the RFCs want it.
    pub code: u8,
}

/// What happened to the packet that an error quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpError {
    /// Of ICMP (4) or ICMPv6 (6).
    pub version: IpVersion,
    /// Why the packet was dropped.
    pub reason: ErrorReason,
    /// `icmp.code` or `icmpv6.code`
    pub code: u8,
    /// The packet, if its header is in the message.
    pub quoted: Option<QuotedPacket>,
}

/// Why a packet was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorReason {
    /// It could not be delivered.
    Unreachable(Unreachable),
    /// It does not fit into the next link (ICMPv6; in ICMP this is [`Unreachable::FragmentationNeeded`]).
    PacketTooBig {
        /// The longest packet that does, in bytes; nothing if the message is cut.
        mtu: Option<u32>,
    },
    /// It was forwarded too often, or its fragments were not complete in time.
    TimeExceeded(TimeExceeded),
    /// Its header could not be understood.
    ParameterProblem,
    /// It came too quickly (out of use: RFC 6633).
    SourceQuench,
}

/// Why a packet could not be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// No route leads to its network.
    NoRoute,
    /// The host does not answer on its own network.
    Host,
    /// The host does not speak this protocol.
    Protocol,
    /// No program listens at this port.
    Port,
    /// It does not fit into the next link and must not be fragmented.
    FragmentationNeeded {
        /// The longest packet that fits, in bytes; 0 from routers older than RFC 1191.
        mtu: u16,
    },
    /// A filter rejects it (ICMP codes 9, 10 and 13, ICMPv6 code 1).
    Prohibited,
    /// Another code.
    Other,
}

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeExceeded {
    /// The time to live, or hop limit, reached 0.
    HopLimit,
    /// Fragments did not arrive in time.
    Reassembly,
    /// Another code.
    Other,
}

/// The packet that an error is about, as far as it is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotedPacket {
    /// Its sender: the receiver of the error.
    pub source: IpAddress,
    /// Where it was to go.
    pub destination: IpAddress,
    /// What it carries.
    pub protocol: IpProtocol,
    /// Which of the sender's flows it belongs to.
    pub flow: QuotedFlow,
}

/// Which flow a quoted packet belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotedFlow {
    /// TCP or UDP.
    Ports {
        /// The sender's.
        source: u16,
        /// The receiver's.
        destination: u16,
    },
    /// A ping.
    Echo {
        /// The same for all pings of a run.
        identifier: u16,
        /// Counts the pings of a run.
        sequence: u16,
    },
    /// Of another protocol, a later fragment, or not quoted far enough.
    Unknown,
}

/// The name of a type, such as `Redirect`.
pub(crate) fn type_name(version: IpVersion, kind: u8) -> String {
    let (names, unknown) = match version {
        IpVersion::Ipv4 => (TYPES_V4, "Unknown ICMP (obsolete or malformed?)".to_string()),
        IpVersion::Ipv6 => (TYPES_V6, format!("Unknown ({kind})")),
    };
    name(names, kind.into()).map_or(unknown, str::to_string)
}

/// The names of the codes of that type, if it has any.
fn code_names(version: IpVersion, kind: u8) -> Option<Names> {
    Some(match (version, kind) {
        (IpVersion::Ipv4, 3) => UNREACHABLE_V4,
        (IpVersion::Ipv4, 5) => REDIRECT_V4,
        (IpVersion::Ipv4, 6) => ALTERNATE_V4,
        (IpVersion::Ipv4, 9) => ADVERTISEMENT_V4,
        (IpVersion::Ipv4, 11) => EXCEEDED_V4,
        (IpVersion::Ipv4, 12) => PROBLEM_V4,
        (IpVersion::Ipv4, 40) => PHOTURIS,
        (IpVersion::Ipv4, 42) | (IpVersion::Ipv6, 160) => PROBE_REQUEST,
        (IpVersion::Ipv4, 43) | (IpVersion::Ipv6, 161) => PROBE_REPLY,
        (IpVersion::Ipv6, 1) => UNREACHABLE_V6,
        (IpVersion::Ipv6, 3) => EXCEEDED_V6,
        (IpVersion::Ipv6, 4) => PROBLEM_V6,
        (IpVersion::Ipv6, 138) => RENUMBERING,
        (IpVersion::Ipv6, 139) => INFORMATION_QUERY,
        (IpVersion::Ipv6, 140) => INFORMATION_REPLY,
        (IpVersion::Ipv6, 155) => RPL,
        _ => return None,
    })
}

/// The name of a code of that type, if it has one.
pub(crate) fn code_name(version: IpVersion, kind: u8, code: u8) -> Option<&'static str> {
    name(code_names(version, kind)?, code.into())
}

/// Whether a message of that type quotes the packet that it is about.
pub(crate) fn quotes(version: IpVersion, kind: u8) -> bool {
    match version {
        IpVersion::Ipv4 => matches!(kind, 3 | 4 | 5 | 11 | 12),
        IpVersion::Ipv6 => matches!(kind, 1..=4),
    }
}

impl IcmpMessage {
    /// Reads an ICMP message.
    pub(crate) fn read_v4(message: &[u8]) -> Result<IcmpMessage, Malformed> {
        // It knows which types have longer headers.
        let Ok(icmp) = Icmpv4Packet::new_checked(message) else { return Err(Malformed::Icmp) };
        let (kind, code) = (u8::from(icmp.msg_type()), icmp.msg_code());
        let version = IpVersion::Ipv4;
        let echo = || Echo { version, identifier: icmp.echo_ident(), sequence: icmp.echo_seq_no(), code };
        let quoted = || {
            ip::packet(message, HEADER_LEN..message.len(), IpVersion::Ipv4)
                .map(|p| QuotedPacket::of(message, &p))
        };
        let error = |reason| IcmpMessage::Error(IcmpError { version, reason, code, quoted: quoted() });
        Ok(match kind {
            8 => IcmpMessage::EchoRequest(echo()),
            0 => IcmpMessage::EchoReply(echo()),
            3 => error(ErrorReason::Unreachable(match code {
                0 | 11 => Unreachable::NoRoute,
                1 | 12 => Unreachable::Host,
                2 => Unreachable::Protocol,
                3 => Unreachable::Port,
                4 => Unreachable::FragmentationNeeded { mtu: number(message, 6..8) as u16 },
                9 | 10 | 13 => Unreachable::Prohibited,
                _ => Unreachable::Other,
            })),
            4 => error(ErrorReason::SourceQuench),
            5 => {
                let gateway = crate::number::ipv4(message, 4);
                IcmpMessage::Redirect { gateway, code, quoted: quoted() }
            }
            11 => error(ErrorReason::TimeExceeded(TimeExceeded::of(code))),
            12 => error(ErrorReason::ParameterProblem),
            13..=18 if message.len() >= HEADER_LEN => {
                let numbers = Some([4, 6].map(|at| number(message, at..at + 2) as u16));
                IcmpMessage::Other { version, kind, code, numbers }
            }
            _ => IcmpMessage::Other { version, kind, code, numbers: None },
        })
    }

    /// Reads an ICMPv6 message that is neither neighbor discovery nor MLD.
    pub(crate) fn read_v6(message: &[u8]) -> Result<IcmpMessage, Malformed> {
        let &[kind, code, _, _, ..] = message else {
            return Err(Malformed::Icmpv6 { neighbor_discovery: false });
        };
        let version = IpVersion::Ipv6;
        let whole_header = message.len() >= HEADER_LEN;
        let header = padded::<HEADER_LEN>(message);
        let echo = || Echo {
            version,
            identifier: number(&header, 4..6) as u16,
            sequence: number(&header, 6..8) as u16,
            code,
        };
        let quoted = || {
            let body = HEADER_LEN.min(message.len())..message.len();
            ip::packet(message, body, IpVersion::Ipv6).map(|packet| QuotedPacket::of(message, &packet))
        };
        let error = |reason| IcmpMessage::Error(IcmpError { version, reason, code, quoted: quoted() });
        Ok(match kind {
            128 | 129 if !whole_header => return Err(Malformed::Icmpv6Echo { reply: kind == 129 }),
            128 => IcmpMessage::EchoRequest(echo()),
            129 => IcmpMessage::EchoReply(echo()),
            1 => error(ErrorReason::Unreachable(match code {
                0 => Unreachable::NoRoute,
                1 => Unreachable::Prohibited,
                3 => Unreachable::Host,
                4 => Unreachable::Port,
                _ => Unreachable::Other,
            })),
            2 => error(ErrorReason::PacketTooBig { mtu: whole_header.then(|| number(&header, 4..8)) }),
            3 => error(ErrorReason::TimeExceeded(TimeExceeded::of(code))),
            4 => error(ErrorReason::ParameterProblem),
            _ => IcmpMessage::Other { version, kind, code, numbers: None },
        })
    }

    /// Of ICMP (4) or ICMPv6 (6).
    pub fn version(&self) -> IpVersion {
        match self {
            IcmpMessage::EchoRequest(echo) | IcmpMessage::EchoReply(echo) => echo.version,
            IcmpMessage::Error(error) => error.version,
            IcmpMessage::Redirect { .. } => IpVersion::Ipv4,
            IcmpMessage::Other { version, .. } => *version,
        }
    }

    pub(crate) fn label(&self) -> Label {
        match self {
            IcmpMessage::EchoRequest(echo) => Label::write(format_args!("echo {}", echo.sequence)),
            IcmpMessage::EchoReply(echo) => Label::write(format_args!("echo reply {}", echo.sequence)),
            IcmpMessage::Redirect { .. } => Label::of("redirect"),
            IcmpMessage::Error(error) => match error.reason {
                ErrorReason::Unreachable(_) => Label::of("unreachable"),
                ErrorReason::PacketTooBig { .. } => Label::of("too big"),
                ErrorReason::TimeExceeded(_) => Label::of("TTL exceeded"),
                ErrorReason::ParameterProblem | ErrorReason::SourceQuench => {
                    number_label(error.version, error.kind())
                }
            },
            IcmpMessage::Other { version, kind, .. } => number_label(*version, *kind),
        }
    }

    /// `hop_limit` is that of the packet.
    pub(crate) fn info(&self, hop_limit: u8) -> String {
        match self {
            IcmpMessage::EchoRequest(echo) => echo.info(true, hop_limit),
            IcmpMessage::EchoReply(echo) => echo.info(false, hop_limit),
            IcmpMessage::Error(IcmpError {
                reason: ErrorReason::PacketTooBig { mtu: Some(mtu) }, ..
            }) => {
                format!("Packet Too Big (MTU {mtu})")
            }
            IcmpMessage::Error(error) => reason_info(error.version, error.kind(), error.code),
            IcmpMessage::Redirect { code, .. } => reason_info(IpVersion::Ipv4, 5, *code),
            IcmpMessage::Other { version, kind, numbers: Some([identifier, sequence]), .. } => {
                let (kind, swapped) = (type_name(*version, *kind), sequence.swap_bytes());
                format!("{kind:20} id=0x{identifier:04x}, seq={sequence}/{swapped}, ttl={hop_limit}")
            }
            // Its advertisements are those of routers to analyzers only if mobile hosts do not use them.
            IcmpMessage::Other { version: IpVersion::Ipv4, kind: 9, code, .. } => {
                let name = code_name(IpVersion::Ipv4, 9, *code).unwrap_or("Unknown code");
                format!("Mobile IP Advertisement ({name})")
            }
            IcmpMessage::Other { version, kind, code, .. } => reason_info(*version, *kind, *code),
        }
    }
}

fn number_label(version: IpVersion, kind: u8) -> Label {
    match version {
        IpVersion::Ipv4 => Label::write(format_args!("ICMP {kind}")),
        IpVersion::Ipv6 => Label::write(format_args!("ICMPv6 {kind}")),
    }
}

fn reason_info(version: IpVersion, kind: u8, code: u8) -> String {
    let kind_name = type_name(version, kind);
    let Some(names) = code_names(version, kind) else { return kind_name };
    match (name(names, code.into()), version) {
        // Analyzers align the codes of ICMP.
        (Some(code), IpVersion::Ipv4) => format!("{kind_name:20} ({code})"),
        (None, IpVersion::Ipv4) => format!("{kind_name:20} (Unknown code: {code})"),
        (Some(code), IpVersion::Ipv6) => format!("{kind_name} ({code})"),
        (None, IpVersion::Ipv6) if kind == 1 => format!("{kind_name} (Unknown)"),
        (None, IpVersion::Ipv6) => format!("{kind_name} (Unknown ({code}))"),
    }
}

impl Echo {
    /// As analyzers write it: for ICMP aligned, and the number in both byte orders, because some systems count in the other.
    pub(crate) fn info(&self, request: bool, hop_limit: u8) -> String {
        let &Echo { version, identifier, sequence, .. } = self;
        let what = match (version, request) {
            (IpVersion::Ipv4, true) => "Echo (ping) request ",
            (IpVersion::Ipv4, false) => "Echo (ping) reply   ",
            (IpVersion::Ipv6, true) => "Echo (ping) request",
            (IpVersion::Ipv6, false) => "Echo (ping) reply",
        };
        match version {
            IpVersion::Ipv4 => {
                let swapped = sequence.swap_bytes();
                format!("{what} id=0x{identifier:04x}, seq={sequence}/{swapped}, ttl={hop_limit}")
            }
            IpVersion::Ipv6 => {
                format!("{what} id=0x{identifier:04x}, seq={sequence}, hop limit={hop_limit}")
            }
        }
    }
}

impl IcmpError {
    /// `icmp.type` or `icmpv6.type`
    pub fn kind(&self) -> u8 {
        match (self.version, self.reason) {
            (IpVersion::Ipv4, ErrorReason::Unreachable(_)) => 3,
            (IpVersion::Ipv4, ErrorReason::TimeExceeded(_)) => 11,
            (IpVersion::Ipv4, ErrorReason::ParameterProblem) => 12,
            (IpVersion::Ipv6, ErrorReason::Unreachable(_)) => 1,
            (IpVersion::Ipv6, ErrorReason::TimeExceeded(_)) => 3,
            (IpVersion::Ipv6, ErrorReason::ParameterProblem) => 4,
            (_, ErrorReason::PacketTooBig { .. }) => 2,
            (_, ErrorReason::SourceQuench) => 4,
        }
    }
}

impl TimeExceeded {
    fn of(code: u8) -> TimeExceeded {
        match code {
            0 => TimeExceeded::HopLimit,
            1 => TimeExceeded::Reassembly,
            _ => TimeExceeded::Other,
        }
    }
}

impl QuotedPacket {
    /// `packet` has its payload in `bytes`.
    fn of(bytes: &[u8], packet: &Packet) -> QuotedPacket {
        let begins = packet.fragment.as_ref().is_none_or(|fragment| fragment.offset == 0);
        let payload = &bytes[packet.payload.clone()];
        let flow = match (packet.carries, payload) {
            _ if !begins => QuotedFlow::Unknown,
            (IpProtocol::Tcp | IpProtocol::Udp, &[a, b, c, d, ..]) => QuotedFlow::Ports {
                source: u16::from_be_bytes([a, b]),
                destination: u16::from_be_bytes([c, d]),
            },
            (IpProtocol::Icmp, &[8 | 0, _, _, _, a, b, c, d, ..])
            | (IpProtocol::Icmpv6, &[128 | 129, _, _, _, a, b, c, d, ..]) => QuotedFlow::Echo {
                identifier: u16::from_be_bytes([a, b]),
                sequence: u16::from_be_bytes([c, d]),
            },
            _ => QuotedFlow::Unknown,
        };
        let &Packet { source, destination, carries: protocol, .. } = packet;
        QuotedPacket { source, destination, protocol, flow }
    }
}

/// Whether there is a whole header in front of what every ICMPv6 message has of its own.
pub(crate) fn has_base(message: &[u8]) -> bool {
    message.len() >= BASE_LEN
}
