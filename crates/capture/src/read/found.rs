//! What reading collects, and why a file cannot be opened.

use crate::fields::Fields;
use crate::limits::{FILE_BYTES_MAX, PACKETS_MAX};
use crate::recording::{Packet, Recording, Why};
use std::fmt;
use texts::t;

/// Why a file cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// More bytes than [`FILE_BYTES_MAX`].
    TooLarge(usize),
    /// The file is compressed in a way that is not unpacked here.
    Compressed(&'static str),
    /// The file is compressed, and ends or is damaged before its first byte can be unpacked.
    Damaged,
    /// The file ends within its first header.
    Empty,
    /// One of the rare variants of pcap, or the first version of snoop.
    Variant,
    /// Anything else.
    NotACapture,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge(bytes) => {
                return f.write_str(&t!(
                    "the file has {bytes} bytes, and {FILE_BYTES_MAX} at most can be opened: cut it, for instance with editcap -c"
                ));
            }
            Self::Compressed(with) => {
                return f.write_str(&t!(
                    "the file is compressed with {with}: unpack it first, or compress it with gzip"
                ));
            }
            Self::Damaged => t!("the file is compressed, and cut or damaged: nothing of it can be unpacked"),
            Self::Empty => t!("the file ends before its first packet"),
            Self::Variant => {
                t!("the file is a variant of pcap or snoop that is not read: save it as pcapng, for instance with editcap")
            }
            Self::NotACapture => t!("the file is no capture: it has to be pcap, pcapng or snoop"),
        })
    }
}

impl std::error::Error for ReadError {}

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
