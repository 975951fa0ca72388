//! A packet's line with what the conversation adds, word for word as tshark writes it.

use std::borrow::Cow;
use std::fmt::Write;

use smoltcp::wire::{IpAddress, IpVersion, Ipv4Address};

use super::{Mark, Notes, Reading};
use crate::captured::Captured;
use crate::message::tcp::Counted;
use crate::message::tls::VERSIONS;
use crate::message::{
    ApplicationMessage, ArpMessage, Echo, IcmpMessage, IpFragment, IpHeader, Meaning, Message, TcpSegment,
    meaning,
};
use crate::protocol::Protocol;
use crate::text::name;

const BROADCAST: IpAddress = IpAddress::Ipv4(Ipv4Address::BROADCAST);

/// What is known of the answer to a request when its line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// None yet, but packets may still come.
    Unknown,
    /// The number of the packet, from 0: see [`Analysis::answer`](super::Analysis::answer).
    By(u32),
    /// All packets have been seen, and there is none.
    Never,
}

/// The line of a packet list, such as `[TCP Retransmission] 49152 → 5001 [PSH, ACK] Seq=1 Ack=1 Win=65535 Len=1460` or
/// `Echo (ping) request  id=0x1234, seq=1/256, ttl=64 (reply in 5)`. `notes` are those of this frame; `frame` is what it
/// [completes](super::Analysis::whole), if it completes something. Packet numbers in it count from 1. If the conversation adds
/// nothing, the line is that of [`Meaning::info`](crate::Meaning::info).
pub fn info<'f>(frame: impl Into<Captured<'f>>, notes: &Notes, answer: Answer) -> String {
    let meaning = meaning(frame);
    let special = match (&meaning.message, &meaning.ip) {
        (Message::Tcp(segment), _) => notes.stream.map(|_| tcp_info(segment, notes)),
        (Message::Icmp(IcmpMessage::EchoRequest(echo)), Some(ip)) => request_info(echo, ip, answer),
        (Message::Icmp(IcmpMessage::EchoReply(echo)), Some(ip)) => reply_info(echo, ip, notes),
        // Of IPv6's, analyzers do not say it in the line.
        (Message::Fragment(IpFragment { version: IpVersion::Ipv4, .. }), _) => match answer {
            Answer::By(packet) => Some(format!("{} [Reassembled in #{}]", meaning.info(), packet + 1)),
            Answer::Unknown | Answer::Never => None,
        },
        (Message::Arp(ArpMessage::Request { sender, .. }), _)
            if notes.marks.contains(Mark::DuplicateAddress) =>
        {
            Some(format!("{} (duplicate use of {sender} detected!)", meaning.info()))
        }
        _ => None,
    };
    special.map_or_else(|| meaning.info(), |line| line + meaning.ending())
}

/// The protocol as the column of a packet list names it, with what the conversation adds: see
/// [`Meaning::protocol_name`](crate::Meaning::protocol_name). `meaning` is that of what [`info`] takes; `tls_version` that of the
/// [connection](super::Analysis::tls_version), since records have a number of their own.
pub fn protocol_name(meaning: &Meaning<'_>, notes: &Notes, tls_version: Option<u16>) -> Cow<'static, str> {
    match (&meaning.message, notes.reading) {
        (Message::Tcp(_), Reading::Bare | Reading::Part) => Protocol::Tcp.name().into(),
        (Message::Tcp(_), Reading::Continuation) => Protocol::Http.name().into(),
        _ => match (tls_version, meaning.message.application()) {
            (Some(version), Some(ApplicationMessage::Tls(_))) => {
                name(VERSIONS, version.into()).unwrap_or(Protocol::Tls.name()).into()
            }
            _ => meaning.protocol_name(),
        },
    }
}

/// What a packet is about, with what the conversation adds: see [`protocol`](crate::protocol()).
pub fn protocol(meaning: &Meaning<'_>, notes: &Notes) -> Protocol {
    match (&meaning.message, notes.reading) {
        (Message::Tcp(_), Reading::Bare | Reading::Part) => Protocol::Tcp,
        (Message::Tcp(_), Reading::Continuation) => Protocol::Http,
        _ => meaning.message.protocol(),
    }
}

/// A segment's line: that of its message, or its own.
fn tcp_info(segment: &TcpSegment<'_>, notes: &Notes) -> String {
    let mut line = String::new();
    for mark in notes.marks.shown() {
        let _ = match mark {
            Mark::DuplicateAck => write!(line, "[{mark} {}#{}] ", notes.duplicate_of + 1, notes.duplicate),
            _ => write!(line, "[{mark}] "),
        };
    }
    match notes.reading {
        Reading::Own | Reading::Whole => match segment.messages_info() {
            Some(messages) => line + &messages,
            None => line + &own_info(segment, notes),
        },
        Reading::Bare => line + &own_info(segment, notes),
        Reading::Part => line + &own_info(segment, notes) + " [TCP segment of a reassembled PDU]",
        Reading::Continuation => line + "Continuation",
    }
}

fn own_info(segment: &TcpSegment<'_>, notes: &Notes) -> String {
    segment.info_counted(&Counted {
        seq_base: segment.sequence.wrapping_sub(notes.seq),
        ack_base: segment.acknowledgment_field().wrapping_sub(notes.ack),
        window: Some(notes.window),
    })
}

fn request_info(echo: &Echo, ip: &IpHeader, answer: Answer) -> Option<String> {
    let line = echo.info(true, ip.hop_limit);
    match answer {
        Answer::By(packet) => Some(format!("{line} (reply in {})", packet + 1)),
        Answer::Never if ip.destination.is_multicast() => Some(format!("{line} (multicast)")),
        Answer::Never if ip.destination == BROADCAST => Some(format!("{line} (broadcast)")),
        Answer::Never => Some(format!("{line} (no response found!)")),
        Answer::Unknown => None,
    }
}

fn reply_info(echo: &Echo, ip: &IpHeader, notes: &Notes) -> Option<String> {
    let request = notes.answers.filter(|_| echo.code == 0)?;
    Some(format!("{} (request in {})", echo.info(false, ip.hop_limit), request + 1))
}
