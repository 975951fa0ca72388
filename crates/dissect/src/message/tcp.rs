//! TCP segments (RFC 9293, flags of RFC 3168, options of RFC 7323 and RFC 2018).

use std::fmt::Write;

use smoltcp::wire::{Error, TCP_HEADER_LEN, TcpOption, TcpPacket};

use super::application::ApplicationMessage;
use super::malformed::Malformed;
use super::tcp_flags::TcpFlags;
use crate::header::ip::Packet;
use crate::label::Label;

/// A piece of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpSegment<'f> {
    /// The sender's port.
    pub source_port: u16,
    /// The receiver's port.
    pub destination_port: u16,
    /// What it does to the connection.
    pub kind: SegmentKind,
    /// All flags.
    pub flags: TcpFlags,
    /// The sequence number as it is in the header.
    pub sequence: u32,
    /// The acknowledgment number as it is in the header, if the flag says that it is in use.
    pub acknowledgment: Option<u32>,
    /// The window as it is in the header, not scaled.
    pub window: u16,
    /// The number of bytes of data, also if the frame is cut and has less of it.
    pub data_len: usize,
    /// The message that begins with its data, if its protocol is known here. Fragments and quoted segments have none.
    pub application: Option<ApplicationMessage<'f>>,
    acknowledgment_field: u32,
    urgent: u16,
    options: &'f [u8],
    data: &'f [u8],
}

/// What a segment does to its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    /// Opens a connection.
    Syn,
    /// Agrees to open a connection.
    SynAck,
    /// Carries data.
    Data,
    /// Carries the last data of its sender.
    DataFin,
    /// Its sender has no more data.
    Fin,
    /// Ends the connection at once.
    Rst,
    /// Acknowledges, and nothing else.
    Ack,
    /// No flag that opens, ends or acknowledges, and no data.
    Other,
}

/// What the conversation knows: from where sequence numbers are counted, and the window, scaled.
#[derive(Default)]
pub(crate) struct Counted {
    pub seq_base: u32,
    pub ack_base: u32,
    pub window: Option<u32>,
}

impl<'f> TcpSegment<'f> {
    /// Reads the payload of a packet, if the header is all there.
    pub(crate) fn read(segment: &'f [u8], packet: &Packet) -> Result<TcpSegment<'f>, Malformed> {
        let Ok(tcp) = TcpPacket::new_checked(segment) else {
            if let Some(&[a, b, c, d, _, _, _, _, _, _, _, _, offset, _, w, v, ..]) =
                segment.first_chunk::<TCP_HEADER_LEN>().filter(|header| header[12] >> 4 < 5)
            {
                return Err(Malformed::TcpLength {
                    ports: [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])],
                    flags: TcpFlags::read(segment),
                    window: u16::from_be_bytes([w, v]),
                    length: usize::from(offset >> 4) * 4,
                });
            }
            // Quoted in an ICMP error, it is often no more than this.
            let ports = segment
                .first_chunk()
                .map(|&[a, b, c, d]| [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]);
            return Err(Malformed::Tcp { ports });
        };
        let header_len = usize::from(tcp.header_len());
        let [source_port, destination_port] = [tcp.src_port(), tcp.dst_port()];
        let data = &segment[header_len..];
        let data_len = packet.payload_len - header_len;
        let flags = TcpFlags::read(segment);
        let acknowledgment_field = tcp.ack_number().0 as u32;
        Ok(TcpSegment {
            source_port,
            destination_port,
            kind: SegmentKind::of(flags, data_len),
            flags,
            sequence: tcp.seq_number().0 as u32,
            acknowledgment: tcp.ack().then_some(acknowledgment_field),
            acknowledgment_field,
            window: tcp.window_len(),
            data_len,
            application: match packet.is_whole() && !data.is_empty() {
                true => ApplicationMessage::in_segment([source_port, destination_port], data),
                false => None,
            },
            urgent: tcp.urgent_at(),
            options: tcp.options(),
            data,
        })
    }

    /// What it acknowledges selectively: first sequence number, and the one behind the last (RFC 2018).
    pub fn sack(&self) -> impl Iterator<Item = (u32, u32)> {
        let options = Options::of(self.options);
        let ranges = options.filter(|(_, option)| matches!(option, Ok(TcpOption::SackRange(_))));
        ranges.flat_map(|(at, _)| sack_blocks(&self.options[at..]))
    }

    /// Whether it has an option of Multipath TCP.
    pub(crate) fn is_multipath(&self) -> bool {
        Options::of(self.options)
            .any(|(_, option)| matches!(option, Ok(TcpOption::Unknown { kind: MULTIPATH, .. })))
    }

    pub(crate) fn label(&self) -> Label {
        match self.kind {
            // What happens to the connection is more important than what it carries.
            SegmentKind::Rst => Label::of("RST"),
            SegmentKind::SynAck => Label::of("SYN-ACK"),
            SegmentKind::Syn => Label::of("SYN"),
            SegmentKind::DataFin => Label::write(format_args!("DATA {} FIN", self.data_len)),
            SegmentKind::Fin => Label::of("FIN"),
            SegmentKind::Data | SegmentKind::Ack | SegmentKind::Other => match (&self.application, self.kind)
            {
                (Some(application), _) => application.label(),
                (None, SegmentKind::Data) => Label::write(format_args!("DATA {}", self.data_len)),
                (None, SegmentKind::Ack) => Label::of("ACK"),
                (None, _) => Label::of("TCP"),
            },
        }
    }

    pub(crate) fn info(&self) -> String {
        self.messages_info().unwrap_or_else(|| self.own_info())
    }

    /// The line of the messages in it, if there are any: those of HTTP one behind the other, of others the last.
    pub(crate) fn messages_info(&self) -> Option<String> {
        let ports = [self.source_port, self.destination_port];
        let mut line = self.application?.info();
        for message in ApplicationMessage::further(ports, self.data) {
            match message {
                ApplicationMessage::Http(_) => line = line + " " + &message.info(),
                _ => line = message.info(),
            }
        }
        Some(line)
    }

    /// The data, as far as they were captured.
    pub fn data(&self) -> &'f [u8] {
        self.data
    }

    /// The info of the segment as such, whatever it carries.
    pub(crate) fn own_info(&self) -> String {
        self.info_counted(&Counted::default())
    }

    /// The acknowledgment number as it is in the header, whether it is in use or not.
    pub(crate) fn acknowledgment_field(&self) -> u32 {
        self.acknowledgment_field
    }

    /// The info of the segment as such, with what the conversation knows.
    pub(crate) fn info_counted(&self, counted: &Counted) -> String {
        let from = |number: u32, base: u32| number.wrapping_sub(base);
        let &TcpSegment { source_port, destination_port, flags, .. } = self;
        let seq = from(self.sequence, counted.seq_base);
        let mut info = format!("{source_port} → {destination_port} [{}] Seq={seq}", flags.names());
        let mut add =
            |text: std::fmt::Arguments<'_>| info.write_fmt(text).expect("a string takes everything");
        if let Some(acknowledgment) = self.acknowledgment {
            add(format_args!(" Ack={}", from(acknowledgment, counted.ack_base)));
        }
        add(format_args!(" Win={}", counted.window.unwrap_or(self.window.into())));
        if flags.contains(TcpFlags::URG) {
            add(format_args!(" Urg={}", self.urgent));
        }
        add(format_args!(" Len={}", self.data_len));
        for (at, option) in Options::of(self.options) {
            match option {
                Ok(TcpOption::MaxSegmentSize(size)) => add(format_args!(" MSS={size}")),
                Ok(TcpOption::WindowScale(shift)) => add(format_args!(" WS={}", window_scale(shift))),
                Ok(TcpOption::SackPermitted) => add(format_args!(" SACK_PERM")),
                Ok(TcpOption::TimeStamp { tsval, tsecr }) => {
                    add(format_args!(" TSval={tsval} TSecr={tsecr}"));
                }
                Ok(TcpOption::SackRange(_)) => {
                    for (left, right) in sack_blocks(&self.options[at..]) {
                        let (left, right) = (from(left, counted.ack_base), from(right, counted.ack_base));
                        add(format_args!(" SLE={left} SRE={right}"));
                    }
                }
                Ok(TcpOption::Unknown { kind: FAST_OPEN, data: [] }) => add(format_args!(" TFO=R")),
                Ok(TcpOption::Unknown { kind: FAST_OPEN, .. }) => add(format_args!(" TFO=C")),
                Ok(TcpOption::Unknown { kind: EXPERIMENT, data: &[0xf9, 0x89] }) => {
                    add(format_args!(" TFO=R"))
                }
                Ok(TcpOption::Unknown { kind: EXPERIMENT, data: &[0xf9, 0x89, ..] }) => {
                    add(format_args!(" TFO=C"));
                }
                Ok(TcpOption::Unknown { kind: USER_TIMEOUT, data: &[a, b] }) => {
                    add(format_args!(" USER_TO={}", u16::from_be_bytes([a, b]) & 0x7fff));
                }
                Ok(TcpOption::Unknown { kind: MD5_SIGNATURE, .. }) => add(format_args!(" MD5")),
                Ok(TcpOption::EndOfList | TcpOption::NoOperation | TcpOption::Unknown { .. }) | Err(_) => {}
            }
        }
        info
    }
}

impl SegmentKind {
    fn of(flags: TcpFlags, data_len: usize) -> SegmentKind {
        let has = |flag| flags.contains(flag);
        match () {
            () if has(TcpFlags::RST) => SegmentKind::Rst,
            () if has(TcpFlags::SYN) && has(TcpFlags::ACK) => SegmentKind::SynAck,
            () if has(TcpFlags::SYN) => SegmentKind::Syn,
            () if has(TcpFlags::FIN) && data_len > 0 => SegmentKind::DataFin,
            () if has(TcpFlags::FIN) => SegmentKind::Fin,
            () if data_len > 0 => SegmentKind::Data,
            () if has(TcpFlags::ACK) => SegmentKind::Ack,
            () => SegmentKind::Other,
        }
    }
}

/// RFC 7413 §4.1.1: an empty one asks for a cookie.
pub(crate) const FAST_OPEN: u8 = 34;
/// RFC 6994: two bytes say which; 0xf989 was fast open before it had a number.
const EXPERIMENT: u8 = 254;
/// RFC 5482 §3.1: the top bit chooses minutes or seconds.
const USER_TIMEOUT: u8 = 28;
/// RFC 2385.
pub(crate) const MD5_SIGNATURE: u8 = 19;
/// RFC 8684 §3.
pub(crate) const MULTIPATH: u8 = 30;

/// The blocks of the SACK option that `option` begins with: smoltcp reads three, four can be there (RFC 2018 §3).
pub(crate) fn sack_blocks(option: &[u8]) -> impl Iterator<Item = (u32, u32)> + use<'_> {
    let length = option.get(1).map_or(0, |&length| usize::from(length));
    let blocks = option.get(2..length).unwrap_or(&[]).as_chunks::<8>().0.iter();
    blocks
        .map(|&[a, b, c, d, e, f, g, h]| (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])))
}

/// The factor of a window scale option. Shifts beyond 14 count as 14 (RFC 7323 §2.3).
pub(crate) fn window_scale(shift: u8) -> u32 {
    1 << shift.min(14)
}

/// The options with their offsets, up to the end of the list or the first that is malformed.
pub(crate) struct Options<'f> {
    all: &'f [u8],
    rest: &'f [u8],
}

impl<'f> Options<'f> {
    pub fn of(all: &'f [u8]) -> Options<'f> {
        Options { all, rest: all }
    }
}

impl<'f> Iterator for Options<'f> {
    type Item = (usize, Result<TcpOption<'f>, Error>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let at = self.all.len() - self.rest.len();
        match TcpOption::parse(self.rest) {
            Ok((rest, option)) => {
                self.rest = if option == TcpOption::EndOfList { &[] } else { rest };
                Some((at, Ok(option)))
            }
            Err(error) => {
                self.rest = &[];
                Some((at, Err(error)))
            }
        }
    }
}
