//! What reading collects, and why a file cannot be opened.

use crate::fields::Fields;
use crate::limits::{FILE_BYTES_MAX, PACKETS_MAX};
use crate::recording::{Packet, Recording, Why};

/// Why a file cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More bytes than [`FILE_BYTES_MAX`].
    #[error(
        "the file has {0} bytes, and {FILE_BYTES_MAX} at most can be opened: cut it, for instance with editcap -c"
    )]
    TooLarge(usize),
    /// The file is compressed in a way that is not unpacked here.
    #[error("the file is compressed with {0}: unpack it first, or compress it with gzip")]
    Compressed(&'static str),
    /// The file is compressed, and ends or is damaged before its first byte can be unpacked.
    #[error("the file is compressed, and cut or damaged: nothing of it can be unpacked")]
    Damaged,
    /// The file ends within its first header.
    #[error("the file ends before its first packet")]
    Empty,
    /// One of the rare variants of pcap, or the first version of snoop.
    #[error(
        "the file is a variant of pcap or snoop that is not read: save it as pcapng, for instance with editcap"
    )]
    Variant,
    /// Anything else.
    #[error("the file is no capture: it has to be pcap, pcapng or snoop")]
    NotACapture,
}

/// What was read so far.
#[derive(Default)]
pub(super) struct Found {
    /// Without its bytes, and with packets that have no time yet.
    pub recording: Recording,
    /// Of each packet: nanoseconds since 1970.
    pub times: Vec<u64>,
}

impl Found {
    /// Adds a packet, seen `at` nanoseconds since 1970.
    pub fn packet(&mut self, at: u64, packet: Packet) -> Result<(), Why> {
        if self.times.len() == PACKETS_MAX {
            return Err(Why::TooManyPackets);
        }
        self.recording.packets.push(packet);
        self.times.push(at);
        Ok(())
    }
}

/// A text of the file.
pub(super) fn text(value: Fields<'_>) -> String {
    String::from_utf8_lossy(value.bytes).into_owned()
}
