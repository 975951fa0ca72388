//! RIP and RIPng: routers tell their neighbors which networks they reach (RFC 2453, RFC 2080).

use smoltcp::wire::IpVersion;

use crate::label::Label;
use crate::number::number;
use crate::text::{Names, name};

pub(crate) const HEADER_LEN: usize = 4;
pub(crate) const COMMANDS: Names = &[(1, "Request"), (2, "Response")];

/// A message from router to router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RipMessage {
    /// Whose routes it is about: IPv4's (RIP) or IPv6's (RIPng).
    pub ip: IpVersion,
    /// What the message does.
    pub command: RipCommand,
    /// Of the protocol.
    pub version: u8,
}

/// What a RIP message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RipCommand {
    /// Asks for routes.
    Request,
    /// Lists routes, asked for or not.
    Response,
    /// Another number.
    Other(u8),
    /// The header is not all there.
    CutShort,
}

impl RipMessage {
    pub(crate) fn read(message: &[u8], ip: IpVersion) -> RipMessage {
        let command = match message {
            [1, _, _, _, ..] => RipCommand::Request,
            [2, _, _, _, ..] => RipCommand::Response,
            &[other, _, _, _, ..] => RipCommand::Other(other),
            _ => RipCommand::CutShort,
        };
        RipMessage { ip, command, version: number(message, 1..2) as u8 }
    }

    pub(crate) fn label(&self) -> Label {
        Label::of(match (self.ip, self.command) {
            (IpVersion::Ipv4, RipCommand::Request) => "RIP request",
            (IpVersion::Ipv4, RipCommand::Response) => "RIP response",
            (IpVersion::Ipv4, RipCommand::Other(_) | RipCommand::CutShort) => "RIP",
            (IpVersion::Ipv6, RipCommand::Request) => "RIPng request",
            (IpVersion::Ipv6, RipCommand::Response) => "RIPng response",
            (IpVersion::Ipv6, RipCommand::Other(_) | RipCommand::CutShort) => "RIPng",
        })
    }

    pub(crate) fn info(&self) -> String {
        let number = match self.command {
            RipCommand::Request => 1,
            RipCommand::Response => 2,
            RipCommand::Other(number) => number,
            RipCommand::CutShort => {
                return match self.ip {
                    IpVersion::Ipv4 => "RIP, cut short".into(),
                    IpVersion::Ipv6 => "RIPng, cut short".into(),
                };
            }
        };
        let known = name(COMMANDS, number.into());
        match self.ip {
            IpVersion::Ipv4 => known.map_or(format!("Unknown ({number})"), str::to_string),
            IpVersion::Ipv6 => format!("Command {}, Version {}", known.unwrap_or("Unknown"), self.version),
        }
    }
}
