//! A packet's line with what the conversation tells, word for word as tshark writes it.

use std::fmt::Write;

use smoltcp::wire::IpProtocol;

use super::{Mark, Notes};
use crate::content::{Content, content};
use crate::ip::Packet;
use crate::tcp::{self, Counted};

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
/// in it count from 1, as people do. Without anything that a conversation tells, it is the summary's.
pub fn info(frame: &[u8], notes: &Notes, answer: Answer) -> String {
    let special = match content(frame) {
        Some((_, Content::Ip(packet))) if packet.fragment.is_none() => {
            let message = &frame[packet.payload.clone()];
            match packet.carries {
                IpProtocol::Tcp => segment(message, &packet, notes),
                IpProtocol::Icmp | IpProtocol::Icmpv6 => echo(message, &packet, notes, answer),
                _ => None,
            }
        }
        _ => None,
    };
    special.unwrap_or_else(|| crate::summary(frame).info)
}

fn segment(segment: &[u8], packet: &Packet, notes: &Notes) -> Option<String> {
    notes.stream?;
    let &[_, _, _, _, s1, s2, s3, s4, a1, a2, a3, a4, ..] = segment else { return None };
    let counted = Counted {
        seq_base: u32::from_be_bytes([s1, s2, s3, s4]).wrapping_sub(notes.seq),
        ack_base: u32::from_be_bytes([a1, a2, a3, a4]).wrapping_sub(notes.ack),
        window: Some(notes.window),
    };
    let mut line = String::new();
    for mark in notes.marks.shown() {
        let _ = match mark {
            Mark::DuplicateAck => write!(line, "[{mark} {}#{}] ", notes.duplicate_of + 1, notes.duplicate),
            _ => write!(line, "[{mark}] "),
        };
    }
    line += &tcp::info_counted(segment, packet, &counted);
    Some(line)
}

fn echo(message: &[u8], packet: &Packet, notes: &Notes, answer: Answer) -> Option<String> {
    let &[kind, 0, _, _, a, b, c, d, ..] = message else { return None };
    let v6 = packet.carries == IpProtocol::Icmpv6;
    let (is_request, what) = match (v6, kind) {
        (false, 8) => (true, "Echo (ping) request  "),
        (false, 0) => (false, "Echo (ping) reply    "),
        (true, 128) => (true, "Echo (ping) request "),
        (true, 129) => (false, "Echo (ping) reply "),
        _ => return None,
    };
    let (ident, seq) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    let mut line = format!("{what}id=0x{ident:04x}, seq={seq}");
    let limit = if v6 { "hop limit" } else { "ttl" };
    let _ = match v6 {
        // As those read it who send the number with its bytes the other way round.
        false => write!(line, "/{}, {limit}={}", seq.swap_bytes(), packet.hop_limit),
        true => write!(line, ", {limit}={}", packet.hop_limit),
    };
    let _ = match (is_request, notes.answers, answer) {
        (true, _, Answer::By(packet)) => write!(line, " (reply in {})", packet + 1),
        (true, _, Answer::Never) if packet.destination.is_multicast() => write!(line, " (multicast)"),
        (true, _, Answer::Never) => write!(line, " (no response found!)"),
        (false, Some(request), _) => write!(line, " (request in {})", request + 1),
        _ => Ok(()),
    };
    Some(line)
}
