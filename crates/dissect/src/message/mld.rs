//! MLD: what IGMP is for IPv4, in ICMPv6 (RFC 2710, version 2: RFC 3810).

use smoltcp::wire::{IpVersion, Ipv6Address};

use super::group_records::records;
use super::icmp::type_name;
use crate::label::Label;
use crate::number::{ipv6, number};

/// Types of ICMPv6.
pub(crate) const QUERY: u8 = 130;
pub(crate) const REPORT: u8 = 131;
pub(crate) const DONE: u8 = 132;
pub(crate) const REPORT_2: u8 = 143;
/// Behind ICMPv6's type, code and checksum: delay, unused bytes and group.
pub(crate) const HEADER_LEN: usize = 20;
pub(crate) const REPORT_2_LEN: usize = 4;
pub(crate) const ADDRESS_LEN: usize = 16;
const BASE_LEN: usize = 4;

/// A message about the members of IPv6 groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MldMessage<'f> {
    /// What kind of message this is.
    pub kind: MldKind,
    /// Behind ICMPv6's type, code and checksum.
    body: &'f [u8],
}

/// What an MLD message is. Groups are nothing where the message is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MldKind {
    /// A router asks which groups the hosts of this link listen to.
    Query {
        /// Only about this group; nothing if it is about all.
        group: Option<Ipv6Address>,
    },
    /// A host listens to this group.
    Report {
        /// The group.
        group: Option<Ipv6Address>,
    },
    /// A host lists what it listens to (version 2): see [`MldMessage::groups`].
    Reports,
    /// A host listens to this group no more.
    Done {
        /// The group.
        group: Option<Ipv6Address>,
    },
}

/// Whether this ICMPv6 type is one of MLD's.
pub(crate) fn is_mld(kind: u8) -> bool {
    matches!(kind, QUERY | REPORT | DONE | REPORT_2)
}

impl<'f> MldMessage<'f> {
    /// Reads a whole ICMPv6 message; nothing if its type is not one of MLD's, or if it is cut before its body.
    pub(crate) fn read(message: &'f [u8]) -> Option<MldMessage<'f>> {
        let (&[kind, ..], body) = message.split_first_chunk::<BASE_LEN>()?;
        let group = (body.len() >= HEADER_LEN).then(|| ipv6(body, 4));
        let kind = match kind {
            QUERY => MldKind::Query { group: group.filter(|group| !group.is_unspecified()) },
            REPORT => MldKind::Report { group },
            REPORT_2 => MldKind::Reports,
            DONE => MldKind::Done { group },
            _ => return None,
        };
        Some(MldMessage { kind, body })
    }

    /// The groups that the message is about; none for a general query.
    pub fn groups(&self) -> impl Iterator<Item = Ipv6Address> + use<'f> {
        let (one, body) = match self.kind {
            MldKind::Query { group } | MldKind::Report { group } | MldKind::Done { group } => {
                (group, &[][..])
            }
            MldKind::Reports => (None, self.body),
        };
        let listed = records(body, REPORT_2_LEN, number(body, 2..4), ADDRESS_LEN);
        one.into_iter().chain(listed.map(|record| ipv6(body, record.group_at())))
    }

    pub(crate) fn label(&self) -> Label {
        Label::of(match self.kind {
            MldKind::Query { .. } => "MLD query",
            MldKind::Report { .. } | MldKind::Reports => "MLD report",
            MldKind::Done { .. } => "MLD done",
        })
    }

    pub(crate) fn info(&self) -> String {
        let kind = match self.kind {
            MldKind::Query { .. } => QUERY,
            MldKind::Report { .. } => REPORT,
            MldKind::Reports => REPORT_2,
            MldKind::Done { .. } => DONE,
        };
        type_name(IpVersion::Ipv6, kind)
    }
}
