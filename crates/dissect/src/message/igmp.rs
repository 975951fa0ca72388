//! IGMP: which hosts of a link listen to which IPv4 groups (RFC 1112, version 2: RFC 2236, version 3: RFC 3376).

use smoltcp::wire::Ipv4Address;

use super::group_records::{Record, records};
use super::malformed::Malformed;
use crate::label::Label;
use crate::number::{ipv4, number};
use crate::text::INFO_LEN_MAX;

pub(crate) const HEADER_LEN: usize = 8;
/// A query of version 3, without its sources.
pub(crate) const QUERY_3_LEN: usize = 12;
pub(crate) const ADDRESS_LEN: usize = 4;
pub(crate) const QUERY: u32 = 0x11;
pub(crate) const REPORT_1: u32 = 0x12;
pub(crate) const REPORT_2: u32 = 0x16;
pub(crate) const LEAVE: u32 = 0x17;
pub(crate) const REPORT_3: u32 = 0x22;

/// A message about the members of IPv4 groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IgmpMessage<'f> {
    /// What kind of message this is.
    pub kind: IgmpKind,
    /// Of IGMP: 1, 2 or 3.
    pub version: u8,
    bytes: &'f [u8],
}

/// What an IGMP message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IgmpKind {
    /// A router asks which groups the hosts of this link listen to.
    Query {
        /// Only about this group; nothing if it is about all.
        group: Option<Ipv4Address>,
    },
    /// A host listens to this group.
    Report {
        /// The group.
        group: Ipv4Address,
    },
    /// A host lists what it listens to (version 3): see [`IgmpMessage::groups`].
    Reports,
    /// A host listens to this group no more.
    Leave {
        /// The group.
        group: Ipv4Address,
    },
    /// Another type.
    Other(u8),
}

/// Which version's message it is (RFC 3376 §7.1).
pub(crate) fn version(message: &[u8]) -> u8 {
    match (number(message, 0..1), number(message, 1..2)) {
        (QUERY, _) if message.len() >= QUERY_3_LEN => 3,
        (QUERY, 0) | (REPORT_1, _) => 1,
        (REPORT_3, _) => 3,
        _ => 2,
    }
}

impl<'f> IgmpMessage<'f> {
    pub(crate) fn read(bytes: &'f [u8]) -> Result<IgmpMessage<'f>, Malformed> {
        if bytes.len() < HEADER_LEN {
            return Err(Malformed::Igmp);
        }
        let group = ipv4(bytes, 4);
        let kind = match number(bytes, 0..1) {
            QUERY => IgmpKind::Query { group: (!group.is_unspecified()).then_some(group) },
            REPORT_1 | REPORT_2 => IgmpKind::Report { group },
            REPORT_3 => IgmpKind::Reports,
            LEAVE => IgmpKind::Leave { group },
            other => IgmpKind::Other(other as u8),
        };
        Ok(IgmpMessage { kind, version: version(bytes), bytes })
    }

    /// The groups that the message is about; none for a general query.
    pub fn groups(&self) -> impl Iterator<Item = Ipv4Address> + use<'f> {
        let (one, bytes) = match self.kind {
            IgmpKind::Query { group } => (group, &[][..]),
            IgmpKind::Report { group } | IgmpKind::Leave { group } => (Some(group), &[][..]),
            IgmpKind::Reports => (None, self.bytes),
            IgmpKind::Other(_) => (None, &[][..]),
        };
        let listed = group_records(bytes).map(|record| ipv4(bytes, record.group_at()));
        one.into_iter().chain(listed)
    }

    pub(crate) fn label(&self) -> Label {
        Label::of(match self.kind {
            IgmpKind::Query { .. } => "IGMP query",
            IgmpKind::Report { .. } | IgmpKind::Reports => "IGMP report",
            IgmpKind::Leave { .. } => "IGMP leave",
            IgmpKind::Other(_) => "IGMP",
        })
    }

    pub(crate) fn info(&self) -> String {
        match self.kind {
            IgmpKind::Query { group } => self.query_info(group),
            IgmpKind::Report { .. } if self.version == 1 => "Membership Report".into(),
            IgmpKind::Report { group } => format!("Membership Report group {group}"),
            IgmpKind::Leave { group } => format!("Leave Group {group}"),
            IgmpKind::Reports => {
                let mut info = "Membership Report".to_string();
                for record in group_records(self.bytes) {
                    if info.len() > INFO_LEN_MAX {
                        break;
                    }
                    info += " / ";
                    info += &record_info(self.bytes, &record);
                }
                info
            }
            IgmpKind::Other(kind) => format!("Unknown Type:0x{kind:02x}"),
        }
    }

    fn query_info(&self, group: Option<Ipv4Address>) -> String {
        let Some(group) = group.filter(|_| self.version != 1) else {
            let general = if self.version == 1 { "" } else { ", general" };
            return format!("Membership Query{general}");
        };
        let count = if self.version == 3 { number(self.bytes, 10..12) as usize } else { 0 };
        let at = (0..count).map(|source| QUERY_3_LEN + ADDRESS_LEN * source);
        let sources = match count {
            0 => String::new(),
            _ => format!(", source{}", braced(self.bytes, at, "s")),
        };
        format!("Membership Query, specific for group {group}{sources}")
    }
}

fn group_records(message: &[u8]) -> impl Iterator<Item = Record> + use<'_> {
    records(message, HEADER_LEN, number(message, 6..8), ADDRESS_LEN)
}

/// What a record asks for, in the analyzers' words.
fn record_info(message: &[u8], record: &Record) -> String {
    let group = ipv4(message, record.group_at());
    let sources = |plural| braced(message, record.sources_at(), plural);
    match (record.kind, record.sources) {
        (1 | 3, 0) => format!("Leave group {group}"),
        (1 | 3, _) => format!("Join group {group} for source{}", sources("s in")),
        (2 | 4, 0) => format!("Join group {group} for any sources"),
        (2 | 4, 1) => format!("Join group {group}, for source not{}", sources("")),
        (2 | 4, _) => format!("Join group {group}, for source{}", sources("s not in")),
        (5, 0) => format!("Group {group}, ALLOW_NEW_SOURCES but no source specified (?)"),
        (5, _) => format!("Group {group}, new source{}", sources("s")),
        (6, 0) => format!("Group {group}, BLOCK_OLD_SOURCES but no source specified (?)"),
        (6, _) => format!("Group {group}, block source{}", sources("s")),
        (other, _) => format!("Group {group}, record of type {other}"),
    }
}

/// ` {10.0.0.9}`, or with the `plural` in front: `s in {10.0.0.9, 10.0.0.8}`. Addresses behind the end are left out.
fn braced(message: &[u8], at: impl Iterator<Item = usize>, plural: &str) -> String {
    let addresses: Vec<_> =
        at.take_while(|&at| at < message.len()).map(|at| ipv4(message, at).to_string()).collect();
    let plural = if addresses.len() > 1 { plural } else { "" };
    format!("{plural} {{{}}}", addresses.join(", "))
}
