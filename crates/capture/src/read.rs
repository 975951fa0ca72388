//! Opens capture files: classic and modified pcap, pcapng and snoop, of either byte order, from any program, also compressed with
//! gzip, or (natively) Zstandard.
//!
//! A file that is opened here is hostile until proven otherwise. One pass notes where things are; nothing is allocated according
//! to a length that the file claims, and everything kept is bounded. A file that is malformed or ends too early gives what comes
//! before that, with a [`Cut`](crate::recording::Cut): that is what a capture looks like whose program was killed.

mod compressed;
mod found;
mod pcap;
mod pcapng;
mod snoop;

use crate::block::SECTION_HEADER;
use crate::recording::Recording;
use compressed::Compression;
use found::Found;
use std::rc::Rc;

pub use crate::limits::{ADDRESSES_MAX, FILE_BYTES_MAX, INTERFACES_MAX, NAMES_MAX, PACKETS_MAX};
pub use found::ReadError;

/// Opens a capture file.
///
/// # Errors
/// If the file is too large, compressed in another way, or no capture at all. A capture that is cut is opened as far as it goes.
pub fn read(bytes: impl AsRef<[u8]> + Into<Rc<[u8]>>) -> Result<Recording, ReadError> {
    let length = bytes.as_ref().len();
    if length > FILE_BYTES_MAX {
        return Err(ReadError::TooLarge(length));
    }
    match Compression::of(bytes.as_ref())? {
        Some(compression) => unpacked(compression.unpack(bytes.as_ref())?.into()),
        None => unpacked(bytes.into()),
    }
}

fn unpacked(bytes: Rc<[u8]>) -> Result<Recording, ReadError> {
    let mut found = Found::default();
    let magic: &[u8; 4] = bytes.first_chunk().ok_or(ReadError::Empty)?;
    let cut = match magic {
        _ if u32::from_le_bytes(*magic) == SECTION_HEADER => pcapng::read(&bytes, &mut found)?,
        _ if bytes.starts_with(&snoop::MAGIC) => snoop::read(&bytes, &mut found)?,
        _ => pcap::read(&bytes, &mut found)?,
    };
    let Found { mut recording, times } = found;
    recording.cut = cut.err();
    recording.start_ns = times.iter().copied().min().unwrap_or_default();
    for (packet, at) in recording.packets.iter_mut().zip(times) {
        packet.at_ns = at - recording.start_ns;
    }
    recording.bytes = bytes;
    Ok(recording)
}
