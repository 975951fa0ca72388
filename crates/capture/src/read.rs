//! Opens captures: classic pcap and pcapng, of either byte order, whoever wrote them.
//!
//! What is opened here is hostile until proven otherwise. One pass notes where things are; nothing is allocated after a length
//! that the file claims, and everything kept is bounded. A file that is broken or ends too early gives what comes before
//! that, and says so: that is what a capture looks like whose program was killed.

pub(crate) mod fields;
mod pcap;
mod pcapng;

use crate::block::SECTION_HEADER;
use crate::recording::{Packet, Recording, Why};
use fields::Fields;
use std::rc::Rc;

/// Files larger than this are refused.
pub const FILE_BYTES_MAX: usize = 256 << 20;
/// Of more packets than this, the first are read.
pub const PACKETS_MAX: usize = 1_000_000;
/// So many interfaces are read.
pub const INTERFACES_MAX: usize = 1 << 16;
/// So many IP addresses of one interface are kept.
pub const ADDRESSES_MAX: usize = 64;
/// So many names are kept.
pub const NAMES_MAX: usize = 1 << 16;

/// Why a file cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// See [`FILE_BYTES_MAX`].
    #[error(
        "the file has {0} bytes, and {FILE_BYTES_MAX} at most can be opened: cut it, for instance with editcap -c"
    )]
    TooLarge(usize),
    /// A packed file.
    #[error("the file is compressed: unpack it first")]
    Compressed,
    /// Not even its beginning is there.
    #[error("the file ends before its first packet")]
    Empty,
    /// A pcap of Alexey Kuznetzov's, or one of the other variants that Wireshark knows.
    #[error("the file is a variant of pcap that is not read: save it as pcapng, for instance with editcap")]
    Variant,
    /// Anything else.
    #[error("the file is no capture: it has to be pcap or pcapng")]
    NotACapture,
}

/// Opens a capture.
pub fn read(bytes: impl AsRef<[u8]> + Into<Rc<[u8]>>) -> Result<Recording, ReadError> {
    let length = bytes.as_ref().len();
    if length > FILE_BYTES_MAX {
        return Err(ReadError::TooLarge(length));
    }
    let mut found = Found::default();
    let magic: &[u8; 4] = bytes.as_ref().first_chunk().ok_or(ReadError::Empty)?;
    let cut = match magic {
        _ if u32::from_le_bytes(*magic) == SECTION_HEADER => pcapng::read(bytes.as_ref(), &mut found)?,
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd] | [0x04, 0x22, 0x4d, 0x18] => {
            return Err(ReadError::Compressed);
        }
        _ => pcap::read(bytes.as_ref(), &mut found)?,
    };
    let Found { mut recording, times } = found;
    recording.cut = cut.err();
    recording.start_ns = times.iter().copied().min().unwrap_or_default();
    for (packet, at) in recording.packets.iter_mut().zip(times) {
        packet.at_ns = at - recording.start_ns;
    }
    recording.bytes = bytes.into();
    Ok(recording)
}

/// What was found so far.
#[derive(Default)]
struct Found {
    /// Without its bytes, and with packets that have no time yet.
    recording: Recording,
    /// Of each packet: nanoseconds since 1970.
    times: Vec<u64>,
}

impl Found {
    fn packet(&mut self, at: u64, packet: Packet) -> Result<(), Why> {
        if self.times.len() == PACKETS_MAX {
            return Err(Why::TooManyPackets);
        }
        self.recording.packets.push(packet);
        self.times.push(at);
        Ok(())
    }
}

/// A text of the file.
fn text(value: Fields<'_>) -> String {
    String::from_utf8_lossy(value.bytes).into_owned()
}
