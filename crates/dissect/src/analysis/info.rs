//! A packet's line with what the conversation adds, word for word as tshark writes it.

use std::fmt::Write;

use super::{Mark, Notes};
use crate::message::tcp::Counted;
use crate::message::{Echo, IcmpMessage, IpHeader, Message, TcpSegment, meaning};

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
/// `Echo (ping) request  id=0x1234, seq=1/256, ttl=64 (reply in 5)`. `notes` are those of this frame. Packet numbers
/// in it count from 1. If the conversation adds nothing, the line is that of [`Meaning::info`](crate::Meaning::info).
pub fn info(frame: &[u8], notes: &Notes, answer: Answer) -> String {
    let meaning = meaning(frame);
    let special = match (&meaning.message, &meaning.ip) {
        (Message::Tcp(segment), _) => notes.stream.map(|_| segment_info(segment, notes)),
        (Message::Icmp(IcmpMessage::EchoRequest(echo)), Some(ip)) => request_info(echo, ip, answer),
        (Message::Icmp(IcmpMessage::EchoReply(echo)), Some(ip)) => reply_info(echo, ip, notes),
        _ => None,
    };
    special.unwrap_or_else(|| meaning.info())
}

fn segment_info(segment: &TcpSegment<'_>, notes: &Notes) -> String {
    let counted = Counted {
        seq_base: segment.sequence.wrapping_sub(notes.seq),
        ack_base: segment.acknowledgment_field().wrapping_sub(notes.ack),
        window: Some(notes.window),
    };
    let mut line = String::new();
    for mark in notes.marks.shown() {
        let _ = match mark {
            Mark::DuplicateAck => write!(line, "[{mark} {}#{}] ", notes.duplicate_of + 1, notes.duplicate),
            _ => write!(line, "[{mark}] "),
        };
    }
    line + &segment.info_counted(&counted)
}

fn request_info(echo: &Echo, ip: &IpHeader, answer: Answer) -> Option<String> {
    let line = echo.info(true, ip.hop_limit);
    match answer {
        _ if echo.code != 0 => None,
        Answer::By(packet) => Some(format!("{line} (reply in {})", packet + 1)),
        Answer::Never if ip.destination.is_multicast() => Some(format!("{line} (multicast)")),
        Answer::Never => Some(format!("{line} (no response found!)")),
        Answer::Unknown => None,
    }
}

fn reply_info(echo: &Echo, ip: &IpHeader, notes: &Notes) -> Option<String> {
    let request = notes.answers.filter(|_| echo.code == 0)?;
    Some(format!("{} (request in {})", echo.info(false, ip.hop_limit), request + 1))
}
