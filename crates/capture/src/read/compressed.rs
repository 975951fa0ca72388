//! Unpacks compressed files: gzip (RFC 1952) and, with the feature `zstd`, Zstandard (RFC 8878).
//!
//! A small file can unpack to a large one, so unpacking ends at [`FILE_BYTES_MAX`]. A file that is cut or damaged gives what was
//! unpacked before that, as an uncompressed capture would.

use super::found::ReadError;
use crate::limits::FILE_BYTES_MAX;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};
#[cfg(feature = "zstd")]
use ruzstd::decoding::StreamingDecoder;
#[cfg(feature = "zstd")]
use std::io::Read;

/// How much is unpacked at once.
const PIECE_BYTES: usize = 64 << 10;

/// The format of a compressed file, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    #[cfg(feature = "zstd")]
    Zstandard,
}

impl Compression {
    pub(super) fn of(bytes: &[u8]) -> Result<Option<Compression>, ReadError> {
        match bytes {
            [0x1f, 0x8b, ..] => Ok(Some(Compression::Gzip)),
            #[cfg(feature = "zstd")]
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Some(Compression::Zstandard)),
            #[cfg(not(feature = "zstd"))]
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Err(ReadError::Compressed("Zstandard")),
            [0x04, 0x22, 0x4d, 0x18, ..] => Err(ReadError::Compressed("LZ4")),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Err(ReadError::Compressed("bzip2")),
            [0xfd, b'7', b'z', b'X', b'Z', ..] => Err(ReadError::Compressed("XZ")),
            [b'P', b'K', 3, 4, ..] => Err(ReadError::Compressed("ZIP")),
            _ => Ok(None),
        }
    }

    /// The unpacked file.
    pub(super) fn unpack(self, bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
        let unpacked = match self {
            Compression::Gzip => gunzip(bytes),
            #[cfg(feature = "zstd")]
            Compression::Zstandard => unzstd(bytes),
        };
        match unpacked.len() {
            0 => Err(ReadError::Damaged),
            length if length > FILE_BYTES_MAX => Err(ReadError::TooLarge(length)),
            _ => Ok(unpacked),
        }
    }
}

/// All members of the file, one behind the other (RFC 1952 §2.2).
fn gunzip(mut bytes: &[u8]) -> Vec<u8> {
    /// The checksum and the length behind a member.
    const TRAILER: usize = 8;
    let mut out = Vec::new();
    while let Some(start) = gzip_header(bytes) {
        let mut state = InflateState::new_boxed(DataFormat::Raw);
        let mut rest = &bytes[start..];
        let mut piece = vec![0; PIECE_BYTES];
        let whole = loop {
            let result = inflate(&mut state, rest, &mut piece, MZFlush::None);
            rest = &rest[result.bytes_consumed..];
            out.extend_from_slice(&piece[..result.bytes_written]);
            match result.status {
                _ if out.len() > FILE_BYTES_MAX => return out,
                Ok(MZStatus::StreamEnd) => break true,
                Ok(_) if result.bytes_consumed + result.bytes_written > 0 => {}
                Ok(_) | Err(_) => break false,
            }
        };
        bytes = match rest.get(TRAILER..) {
            Some(next) if whole => next,
            _ => return out,
        };
    }
    out
}

/// Where the deflated data of a member begin, or nothing if none begins here (RFC 1952 §2.3).
fn gzip_header(bytes: &[u8]) -> Option<usize> {
    const FIXED: usize = 10;
    let &[0x1f, 0x8b, 8, flags, ..] = bytes else { return None };
    let mut at = FIXED;
    if flags & 4 != 0 {
        let &[low, high] = bytes.get(at..at + 2)? else { return None };
        at += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    // The file's name and a comment, each with a zero at its end.
    for text in [8, 16] {
        if flags & text != 0 {
            at += 1 + bytes.get(at..)?.iter().position(|&byte| byte == 0)?;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (at <= bytes.len()).then_some(at)
}

/// All frames of the file, one behind the other (RFC 8878 §3).
#[cfg(feature = "zstd")]
fn unzstd(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while !bytes.is_empty() && out.len() <= FILE_BYTES_MAX {
        let Ok(mut decoder) = StreamingDecoder::new(&mut bytes) else { break };
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            match decoder.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => out.extend_from_slice(&piece[..length]),
                Err(_) => return out,
            }
            if out.len() > FILE_BYTES_MAX {
                return out;
            }
        }
    }
    out
}
