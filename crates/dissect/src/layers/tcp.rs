//! TCP: the header with its flags (RFC 9293, RFC 3168) and options (RFC 7323, RFC 2018).

use smoltcp::wire::{TCP_HEADER_LEN, TcpOption, TcpPacket};

use super::checksum;
use crate::header::ip::Packet;
use crate::message::tcp::{Options, window_scale};
use crate::message::{Malformed, TcpFlags, TcpSegment};
use crate::number::padded;
use crate::text::{bytes, hex, port};
use crate::tree::{Draft, Field, Tree, Wanted};
use texts::{mark, t};

/// A header with all options that fit.
const HEADER_LEN_MAX: usize = 60;

/// Adds the layer of the header; returns where it ends.
pub(super) fn add(tree: &mut Tree<'_>, packet: &Packet) -> usize {
    let wanted = tree.wanted;
    let range = packet.payload.clone();
    let segment = &tree.frame[range.clone()];
    let fixed = padded::<HEADER_LEN_MAX>(segment);
    let header_len = usize::from(TcpPacket::new_unchecked(&fixed[..]).header_len());
    let expected = header_len.max(TCP_HEADER_LEN);

    let mut draft = if packet.quoted {
        wanted.cut_layer("Quoted TCP", &range, expected)
    } else {
        wanted.layer("TCP", &range, expected)
    };
    draft.summary(|| {
        TcpSegment::read(segment, packet).as_ref().map_or_else(Malformed::info, TcpSegment::own_info)
    });
    if wanted.may_read("tcp.") {
        add_fields(&mut draft, &fixed, segment, packet);
    }
    let end = draft.end();
    tree.push(draft);
    end
}

/// Adds the fields of the header, which is `fixed` with zeros for what is missing. It begins `segment`.
fn add_fields(draft: &mut Draft<'_>, fixed: &[u8; HEADER_LEN_MAX], segment: &[u8], packet: &Packet) {
    let wanted = draft.wanted;
    let tcp = TcpPacket::new_unchecked(&fixed[..]);
    let header_len = usize::from(tcp.header_len());
    draft.add(wanted.field(
        "tcp.srcport",
        "Source port",
        0..2,
        port(tcp.src_port()),
        mark!("Addresses and ports of both ends together name the connection that this belongs to."),
    ));
    draft.add(wanted.field(
        "tcp.dstport",
        "Destination port",
        2..4,
        port(tcp.dst_port()),
        mark!(
            "The program in the receiving host that this is for; well-known services have well-known numbers."
        ),
    ));
    draft.add(wanted.field(
        "tcp.seq_raw",
        "Sequence number",
        4..8,
        tcp.seq_number(),
        mark!("The number of the first byte here in the stream of data. It starts somewhere at random; SYN and FIN count too."),
    ));
    let ack = format_args!("{}{}", tcp.ack_number(), if tcp.ack() { "" } else { " (not in use)" });
    draft.add(wanted.field(
        "tcp.ack_raw",
        "Acknowledgment number",
        8..12,
        ack,
        mark!("The next byte that the sender waits for: everything before it has arrived."),
    ));
    let header_fault = (header_len < TCP_HEADER_LEN).then(|| t!("A header has at least 20 bytes.").into());
    draft.add(
        wanted
            .field(
                "tcp.hdr_len",
                "Header length",
                12..13,
                bytes(header_len),
                mark!("Where the header ends and the data begin: 20 bytes, and more if there are options."),
            )
            .fault(header_fault),
    );
    if wanted.may_read("tcp.flags") {
        draft.add(flags(wanted, TcpFlags::read(fixed), fixed[12]));
    }
    draft.add(wanted.field(
        "tcp.window_size_value",
        "Window",
        14..16,
        tcp.window_len(),
        "How many more bytes the sender can take in: the other end may not send beyond. To be multiplied by the window \
         scale from the handshake.",
    ));
    draft.add(checksum::field(
        wanted,
        "tcp.checksum",
        "Checksum",
        16..18,
        tcp.checksum(),
        || checksum::verify_with_addresses(segment, 16, packet),
        mark!("Protects header and data and, with them, the addresses that they travel between."),
    ));
    draft.add(wanted.field(
        "tcp.urgent_pointer",
        "Urgent pointer",
        18..20,
        tcp.urgent_at(),
        mark!("Where urgent data end, if URG is set. It is rarely used."),
    ));
    if wanted.may_read("tcp.option")
        && let Some(data) = segment.get(TCP_HEADER_LEN..header_len.min(segment.len()))
    {
        draft.add(options(wanted, data, segment.len() < header_len));
    }
}

fn flags(wanted: Wanted<'_>, flags: TcpFlags, offset_byte: u8) -> Field {
    let reserved = offset_byte >> 1 & 0b111;
    let value = format_args!("0x{:03x} ({})", u16::from(reserved) << 9 | flags.bits(), flags.names());
    wanted.field("tcp.flags", "Flags", 12..14, value, mark!("What this segment is for.")).parts([
        wanted.field("tcp.flags.res", "Reserved", 12..13, reserved, mark!("Kept for later; it is zero.")),
        wanted.bit(
            "tcp.flags.ae",
            "Accurate ECN",
            12..13,
            flags.contains(TcpFlags::AE),
            mark!("Part of a newer, finer way to report congestion marks."),
        ),
        wanted.bit(
            "tcp.flags.cwr",
            "Congestion window reduced",
            13..14,
            flags.contains(TcpFlags::CWR),
            mark!("The sender has been notified of congestion and sends more slowly now."),
        ),
        wanted.bit(
            "tcp.flags.ece",
            "ECN echo",
            13..14,
            flags.contains(TcpFlags::ECE),
            mark!("A congested router has marked a packet that the receiver of this sent."),
        ),
        wanted.bit(
            "tcp.flags.urg",
            "Urgent",
            13..14,
            flags.contains(TcpFlags::URG),
            mark!("The urgent pointer is in use."),
        ),
        wanted.bit(
            "tcp.flags.ack",
            "Acknowledgment",
            13..14,
            flags.contains(TcpFlags::ACK),
            mark!("The acknowledgment number is valid; that is so in all segments but the very first."),
        ),
        wanted.bit(
            "tcp.flags.push",
            "Push",
            13..14,
            flags.contains(TcpFlags::PSH),
            mark!("Hand the data to the program now, do not wait for more."),
        ),
        wanted.bit(
            "tcp.flags.reset",
            "Reset",
            13..14,
            flags.contains(TcpFlags::RST),
            mark!("Ends the connection at once: something is wrong, or no program listens on that port."),
        ),
        wanted.bit(
            "tcp.flags.syn",
            "Synchronize",
            13..14,
            flags.contains(TcpFlags::SYN),
            mark!("Opens a connection; the sender's data are numbered from here."),
        ),
        wanted.bit(
            "tcp.flags.fin",
            "Finish",
            13..14,
            flags.contains(TcpFlags::FIN),
            mark!("The sender has no more data; it still accepts data."),
        ),
    ])
}

/// The field of all options, which begin behind the fixed header. If they are `cut`, so may be the last.
fn options(wanted: Wanted<'_>, data: &[u8], cut: bool) -> Field {
    let mut parts = Vec::new();
    let mut fault = None;
    for (at, option) in Options::of(data) {
        match option {
            Ok(option) => parts.push(option_field(wanted, &option, &data[at..], TCP_HEADER_LEN + at)),
            Err(_) if cut => {}
            Err(_) => {
                let at = TCP_HEADER_LEN + at;
                fault =
                    Some(t!("What begins at byte {at} of the header is malformed: the rest cannot be read."));
            }
        }
    }
    let names: Vec<_> = parts.iter().map(|part| part.name).collect();
    let value = if names.is_empty() { bytes(data.len()).to_string() } else { names.join(", ") };
    let range = TCP_HEADER_LEN..TCP_HEADER_LEN + data.len();
    let meaning = mark!("What both ends may agree on in the handshake, and extras to later segments.");
    wanted.field("tcp.options", "Options", range, value, meaning).parts(parts).fault(fault)
}

/// An option that begins at `at` of the layer, and at the beginning of `data`.
fn option_field(wanted: Wanted<'_>, option: &TcpOption<'_>, data: &[u8], at: usize) -> Field {
    let length = match option {
        // The list ends there: what is left fills the header up to a multiple of four.
        TcpOption::EndOfList => data.len(),
        TcpOption::NoOperation => 1,
        _ => usize::from(data[1]),
    };
    let kind_and_length = [
        wanted.field("tcp.option_kind", "Kind", at..at + 1, data[0], mark!("Which option this is.")),
        wanted.field(
            "tcp.option_len",
            "Length",
            at + 1..at + 2,
            bytes(length),
            mark!("How long it is, with kind and length."),
        ),
    ];
    let range = at..at + length;
    let value = at + 2..at + length;
    let of = |key, name, text: String, meaning, parts: Vec<Field>| {
        wanted
            .field(key, name, range.clone(), text, meaning)
            .parts(kind_and_length.iter().cloned().chain(parts).collect::<Vec<_>>())
    };
    match *option {
        TcpOption::EndOfList => {
            let meaning = mark!("No more options; the header is filled up to a multiple of four bytes.");
            wanted.field("tcp.options.eol", "End of options", range, bytes(length), meaning)
        }
        TcpOption::NoOperation => {
            let meaning = mark!("Fills a byte, so that what follows is aligned.");
            wanted.field("tcp.options.nop", "No operation", range, bytes(1), meaning)
        }
        TcpOption::MaxSegmentSize(size) => {
            let meaning = mark!("The most data that the sender can receive in one segment.");
            let size = bytes(size.into()).to_string();
            let part = wanted.field("tcp.options.mss_val", "Size", value, &size, meaning);
            of("tcp.options.mss", "Maximum segment size", size, meaning, vec![part])
        }
        TcpOption::WindowScale(shift) => {
            let meaning = mark!(
                "The factor of the windows that the sender announces from now on: their field ends at 65535."
            );
            let text = format!("× {}", window_scale(shift));
            let too_big =
                (shift > 14).then(|| t!("More than 14 is not allowed and counts as 14 (RFC 7323).").into());
            let part = wanted
                .field("tcp.options.wscale.shift", "Shift", value, shift, mark!("The factor's power of two."))
                .fault(too_big);
            of("tcp.options.wscale", "Window scale", text, meaning, vec![part])
        }
        TcpOption::SackPermitted => {
            let meaning = mark!("The sender understands selective acknowledgments.");
            of("tcp.options.sack_perm", "SACK permitted", "yes".into(), meaning, vec![])
        }
        TcpOption::SackRange(_) => {
            let meaning = mark!("What has arrived behind a gap: only the gap has to be retransmitted.");
            let (text, parts) = sack_blocks(wanted, &data[2..length], value.start);
            of("tcp.options.sack", "Selective acknowledgment", text, meaning, parts)
        }
        TcpOption::TimeStamp { tsval, tsecr } => {
            let parts = vec![
                wanted.field(
                    "tcp.options.timestamp.tsval",
                    "Value",
                    value.start..value.start + 4,
                    tsval,
                    mark!("The sender's clock, which starts anywhere."),
                ),
                wanted.field(
                    "tcp.options.timestamp.tsecr",
                    "Echo reply",
                    value.start + 4..value.end,
                    tsecr,
                    mark!(
                        "The other end's last value, sent back: how long ago that was is the round trip time."
                    ),
                ),
            ];
            let meaning = mark!("Lets both ends measure the round trip time with every segment.");
            of("tcp.options.timestamp", "Timestamps", format!("{tsval}, echo {tsecr}"), meaning, parts)
        }
        TcpOption::Unknown { kind, data } => {
            let text = format!("kind {kind}: {}", hex(data));
            of(
                "tcp.options.unknown",
                "Unknown option",
                text,
                mark!("An option that is not explained here."),
                vec![],
            )
        }
    }
}

/// The blocks of a SACK option, whose data begin at `at` of the layer. smoltcp reads three; four can be there.
fn sack_blocks(wanted: Wanted<'_>, data: &[u8], at: usize) -> (String, Vec<Field>) {
    let number = |at: usize| u32::from_be_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
    let mut blocks = Vec::new();
    let mut parts = Vec::new();
    for block in (0..data.len()).step_by(8) {
        let (left, right) = (number(block), number(block + 4));
        blocks.push(format!("{left}–{right}"));
        parts.push(wanted.field(
            "tcp.options.sack_le",
            "Left edge",
            at + block..at + block + 4,
            left,
            mark!("The first byte of a piece that has arrived."),
        ));
        parts.push(wanted.field(
            "tcp.options.sack_re",
            "Right edge",
            at + block + 4..at + block + 8,
            right,
            mark!("The first byte behind that piece."),
        ));
    }
    (blocks.join(", "), parts)
}

#[cfg(test)]
mod tests {
    use smoltcp::wire::{TcpControl, TcpRepr};

    use super::*;
    use crate::{Field, layers, samples};

    /// The options field of a segment that has these as its options.
    fn options_of(options: &[u8]) -> Field {
        // A payload of the same length, of which the header then takes possession.
        let repr = TcpRepr { control: TcpControl::None, payload: options, ..samples::ack() };
        let mut frame = samples::tcp(repr);
        let mut tcp = TcpPacket::new_unchecked(&mut frame[34..]);
        tcp.set_header_len((TCP_HEADER_LEN + options.len()) as u8);
        layers(&frame).layer("TCP").unwrap().field("tcp.options").unwrap().clone()
    }

    #[test]
    fn a_malformed_option_is_marked_and_those_before_it_are_shown() {
        let options = options_of(&[2, 4, 5, 180, 3, 9, 0, 0]);
        assert_eq!(options.value, "Maximum segment size");
        assert_eq!(
            options.fault.as_deref(),
            Some("What begins at byte 24 of the header is malformed: the rest cannot be read.")
        );
    }

    #[test]
    fn four_sack_blocks_are_all_shown() {
        let mut data = vec![1, 1, 5, 34];
        data.extend((1u32..=8).flat_map(u32::to_be_bytes));
        let options = options_of(&data);
        let sack = options.fields.last().unwrap();
        assert_eq!(sack.value, "1–2, 3–4, 5–6, 7–8");
        assert_eq!(sack.fields.last().unwrap().range, 86..90);
        assert_eq!(options.fault, None);
    }

    #[test]
    fn a_window_scale_beyond_14_counts_as_14_and_is_marked() {
        let options = options_of(&[3, 3, 15, 0]);
        assert_eq!(options.fields[0].value, "× 16384");
        assert!(options.fields[0].fields.last().unwrap().fault.is_some());
    }

    #[test]
    fn an_unknown_option_is_shown_and_stepped_over() {
        let options = options_of(&[253, 4, 0xab, 0xcd, 1, 1, 4, 2]);
        assert_eq!(options.value, "Unknown option, No operation, No operation, SACK permitted");
        assert_eq!(options.fields[0].value, "kind 253: ab cd");
    }
}
