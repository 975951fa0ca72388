//! Classic pcap (draft-ietf-opsawg-pcap), and its variant with longer packet headers.

use super::found::{Found, ReadError};
use crate::fields::Fields;
use crate::recording::{Cut, Interface, LinkType, Packet, Why};

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
/// Alexey Kuznetzov's "modified" pcap, as AVM's routers write it: packet headers with interface, protocol and direction behind.
const MODIFIED: u32 = 0xa1b2_cd34;
/// Variants with other packet headers: Navtel's, and the IXIA cards'.
const VARIANTS: [u32; 4] = [0xa12b_3c4d, 0xa1b2_34cd, 0x1c00_01ac, 0x1c00_01ab];

const ETHERNET_FCS_BYTES: u8 = 4;
const FILE_HEADER: usize = 24;
const PACKET_HEADER: usize = 16;
const MODIFIED_PACKET_HEADER: usize = 24;

/// What the beginning of a file decides.
struct Layout<'a> {
    /// The file in its byte order.
    fields: Fields<'a>,
    /// The unit of the fraction of a second.
    nanoseconds_in_unit: u64,
    packet_header: usize,
}

/// Reads a file; the inner error is why reading ended before the file.
pub(super) fn read(bytes: &[u8], found: &mut Found) -> Result<Result<(), Cut>, ReadError> {
    let layout = layout(bytes)?;
    let fields = layout.fields;
    let [Some(snap_length), Some(link_type)] = [fields.u32(16), fields.u32(20)] else {
        return Err(ReadError::Empty);
    };
    found.recording.interfaces.push(Interface {
        link_type: LinkType(link_type as u16),
        snap_length,
        fcs_bytes: fcs_bytes(link_type),
        big_endian: fields.big_endian,
        ..Interface::default()
    });
    Ok(packets(&layout, found))
}

/// The length of the frame check sequences that follow the frames, which the upper half of the link type describes (4., "FCS len").
/// By the draft it is in words of 16 bits; many wrote bytes. Ethernet's is always the same.
fn fcs_bytes(link_type: u32) -> u8 {
    const PRESENT: u32 = 1 << 26;
    match (link_type & PRESENT != 0, link_type as u16) {
        (true, 1) if link_type >> 28 > 0 => ETHERNET_FCS_BYTES,
        (true, _) => (link_type >> 28) as u8 * 2,
        (false, _) => 0,
    }
}

fn layout(bytes: &[u8]) -> Result<Layout<'_>, ReadError> {
    let mut error = ReadError::NotACapture;
    for big_endian in [false, true] {
        let fields = Fields { bytes, big_endian };
        let (nanoseconds_in_unit, packet_header) = match fields.u32(0) {
            Some(MICROSECONDS) => (1_000, PACKET_HEADER),
            Some(NANOSECONDS) => (1, PACKET_HEADER),
            Some(MODIFIED) => (1_000, MODIFIED_PACKET_HEADER),
            Some(magic) if VARIANTS.contains(&magic) => {
                error = ReadError::Variant;
                continue;
            }
            _ => continue,
        };
        return Ok(Layout { fields, nanoseconds_in_unit, packet_header });
    }
    Err(error)
}

fn packets(layout: &Layout<'_>, found: &mut Found) -> Result<(), Cut> {
    let &Layout { fields, nanoseconds_in_unit, packet_header } = layout;
    let mut at = FILE_HEADER;
    while at < fields.bytes.len() {
        let cut = Cut { offset: at, why: Why::Truncated };
        let number = |place| fields.u32(at + place).ok_or(cut);
        let [seconds, fraction, captured_len, original_len] =
            [number(0)?, number(4)?, number(8)?, number(12)?];
        let start = at + packet_header;
        fields.slice(start, captured_len as usize).ok_or(cut)?;
        let packet = Packet::plain(start, captured_len, original_len);
        let time = u64::from(seconds) * 1_000_000_000 + u64::from(fraction) * nanoseconds_in_unit;
        found.packet(time, packet).map_err(|why| Cut { offset: at, why })?;
        at = start + captured_len as usize;
    }
    Ok(())
}
