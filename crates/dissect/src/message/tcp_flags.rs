//! The flags of TCP segments (RFC 9293 §3.1, RFC 3168).

use std::fmt::{Display, from_fn};

/// The flags of a segment, as bits of bytes 12 and 13 of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpFlags(u16);

impl TcpFlags {
    /// The sender has no more data.
    pub const FIN: TcpFlags = TcpFlags(0x001);
    /// Sequence numbers are to be synchronized.
    pub const SYN: TcpFlags = TcpFlags(0x002);
    /// The connection ends at once.
    pub const RST: TcpFlags = TcpFlags(0x004);
    /// The data are for the program now.
    pub const PSH: TcpFlags = TcpFlags(0x008);
    /// The acknowledgment number is in use.
    pub const ACK: TcpFlags = TcpFlags(0x010);
    /// The urgent pointer is in use.
    pub const URG: TcpFlags = TcpFlags(0x020);
    /// Congestion was marked (RFC 3168).
    pub const ECE: TcpFlags = TcpFlags(0x040);
    /// The sender slowed down because of marks (RFC 3168).
    pub const CWR: TcpFlags = TcpFlags(0x080);
    /// No flag.
    pub const NONE: TcpFlags = TcpFlags(0);
    /// What accepts a connection.
    pub const SYN_ACK: TcpFlags = TcpFlags(0x012);
    /// Accurate ECN.
    pub const AE: TcpFlags = TcpFlags(0x100);

    /// In the analyzers' order.
    const NAMES: [(TcpFlags, &'static str); 9] = [
        (TcpFlags::FIN, "FIN"),
        (TcpFlags::SYN, "SYN"),
        (TcpFlags::RST, "RST"),
        (TcpFlags::PSH, "PSH"),
        (TcpFlags::ACK, "ACK"),
        (TcpFlags::URG, "URG"),
        (TcpFlags::ECE, "ECE"),
        (TcpFlags::CWR, "CWR"),
        (TcpFlags::AE, "AE"),
    ];

    /// `header` is a whole fixed header.
    pub(crate) fn read(header: &[u8]) -> TcpFlags {
        TcpFlags(u16::from_be_bytes([header[12], header[13]]) & (0x1ff | TcpFlags::RESERVED))
    }

    /// Whether all of `flags` are set.
    pub fn contains(self, flags: TcpFlags) -> bool {
        self.0 & flags.0 == flags.0
    }

    pub(crate) fn bits(self) -> u16 {
        self.0 & !TcpFlags::RESERVED
    }

    /// Bits that are kept for later.
    const RESERVED: u16 = 0xe00;

    /// The names of those that are set, or `<None>`.
    pub(crate) fn names(self) -> impl Display {
        let set = TcpFlags::NAMES.iter().filter(move |(flag, _)| self.contains(*flag));
        let reserved = (self.0 & TcpFlags::RESERVED != 0).then_some("Reserved");
        from_fn(move |f| {
            let mut names = set.clone().map(|(_, name)| *name).chain(reserved);
            f.write_str(names.next().unwrap_or("<None>"))?;
            names.try_for_each(|name| write!(f, ", {name}"))
        })
    }
}
