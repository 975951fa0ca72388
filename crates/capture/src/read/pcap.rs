//! Classic pcap (draft-ietf-opsawg-pcap).

use super::found::{Found, ReadError};
use crate::fields::Fields;
use crate::recording::{Cut, Interface, LinkType, Packet, Why};

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
/// Variants with other packet headers: Kuznetzov's, Navtel's, and the IXIA cards'.
const VARIANTS: [u32; 5] = [0xa1b2_cd34, 0xa12b_3c4d, 0xa1b2_34cd, 0x1c00_01ac, 0x1c00_01ab];

const FILE_HEADER: usize = 24;
const PACKET_HEADER: usize = 16;

/// Reads a file; the inner error is why reading ended before the file.
pub(super) fn read(bytes: &[u8], found: &mut Found) -> Result<Result<(), Cut>, ReadError> {
    let (fields, nanoseconds_in_unit) = header(bytes)?;
    let [Some(snap_length), Some(link_type)] = [fields.u32(16), fields.u32(20)] else {
        return Err(ReadError::Empty);
    };
    found.recording.interfaces.push(Interface {
        // The upper half describes frame check sequences.
        link_type: LinkType(link_type as u16),
        snap_length,
        big_endian: fields.big_endian,
        ..Interface::default()
    });
    Ok(packets(fields, nanoseconds_in_unit, found))
}

/// The file in its byte order, and the unit of the fraction of a second in nanoseconds.
fn header(bytes: &[u8]) -> Result<(Fields<'_>, u64), ReadError> {
    let mut error = ReadError::NotACapture;
    for big_endian in [false, true] {
        let fields = Fields { bytes, big_endian };
        match fields.u32(0) {
            Some(MICROSECONDS) => return Ok((fields, 1_000)),
            Some(NANOSECONDS) => return Ok((fields, 1)),
            Some(magic) if VARIANTS.contains(&magic) => error = ReadError::Variant,
            _ => {}
        }
    }
    Err(error)
}

fn packets(fields: Fields<'_>, nanoseconds_in_unit: u64, found: &mut Found) -> Result<(), Cut> {
    let mut at = FILE_HEADER;
    while at < fields.bytes.len() {
        let cut = Cut { offset: at, why: Why::Truncated };
        let number = |place| fields.u32(at + place).ok_or(cut);
        let [seconds, fraction, captured_len, original_len] =
            [number(0)?, number(4)?, number(8)?, number(12)?];
        let start = at + PACKET_HEADER;
        fields.slice(start, captured_len as usize).ok_or(cut)?;
        let packet = Packet {
            at_ns: 0,
            start: start as u32,
            captured_len,
            original_len: original_len.max(captured_len),
            interface: 0,
            options_len: 0,
        };
        let time = u64::from(seconds) * 1_000_000_000 + u64::from(fraction) * nanoseconds_in_unit;
        found.packet(time, packet).map_err(|why| Cut { offset: at, why })?;
        at = start + captured_len as usize;
    }
    Ok(())
}
