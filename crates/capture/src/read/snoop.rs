//! Snoop, the captures of Solaris (RFC 1761).

use super::found::{Found, ReadError};
use crate::fields::Fields;
use crate::recording::{Cut, Interface, LinkType, Packet, Why};

/// What a file begins with.
pub(super) const MAGIC: [u8; 8] = *b"snoop\0\0\0";
const FILE_HEADER: usize = 16;
const PACKET_HEADER: usize = 24;

/// The link types of the kinds of link in RFC 1761 §4, as far as others have a number for them.
fn link_type(datalink: u32) -> LinkType {
    match datalink {
        // IEEE 802.3 and Ethernet.
        0 | 4 => LinkType::ETHERNET,
        2 => LinkType(6),
        8 => LinkType(10),
        // No number is this one.
        _ => LinkType(u16::MAX),
    }
}

/// Reads a file; the inner error is why reading ended before the file.
pub(super) fn read(bytes: &[u8], found: &mut Found) -> Result<Result<(), Cut>, ReadError> {
    let fields = Fields { bytes, big_endian: true };
    let [Some(version), Some(datalink)] = [fields.u32(8), fields.u32(12)] else {
        return Err(ReadError::Empty);
    };
    if version != 2 {
        return Err(ReadError::Variant);
    }
    let link_type = link_type(datalink);
    found.recording.interfaces.push(Interface { link_type, big_endian: true, ..Interface::default() });
    Ok(packets(fields, found))
}

fn packets(fields: Fields<'_>, found: &mut Found) -> Result<(), Cut> {
    let mut at = FILE_HEADER;
    while at < fields.bytes.len() {
        let cut = |why| Cut { offset: at, why };
        let number = |place| fields.u32(at + place).ok_or(cut(Why::Truncated));
        let [original_len, captured_len, record_len] = [number(0)?, number(4)?, number(8)?];
        let [seconds, microseconds] = [number(16)?, number(20)?];
        let start = at + PACKET_HEADER;
        fields.slice(start, captured_len as usize).ok_or(cut(Why::Truncated))?;
        if (record_len as usize) < PACKET_HEADER + captured_len as usize {
            return Err(cut(Why::BadLength));
        }
        let packet = Packet::plain(start, captured_len, original_len);
        let time = u64::from(seconds) * 1_000_000_000 + u64::from(microseconds) * 1_000;
        found.packet(time, packet).map_err(cut)?;
        at += record_len as usize;
    }
    Ok(())
}
