//! The content of a message, as it comes in (RFC 9112, 6 and 7).

use super::head::{HEAD_MAX, Malformed};

/// What of a content is still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    Done,
    /// This many bytes.
    Counted(u64),
    /// Chunks, each with its length in front.
    Chunked(Chunk),
    /// All up to the end of the connection.
    UntilEnd,
}

/// Where in a chunk the next byte is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// In its length.
    Size,
    /// In its data: so many bytes are left.
    Data(u64),
    /// In the end of the line behind its data.
    End,
    /// In the fields behind the last one.
    Trailer,
}

impl Body {
    /// A content of a known length.
    pub const fn counted(len: u64) -> Self {
        if len == 0 { Self::Done } else { Self::Counted(len) }
    }

    /// A content in chunks.
    pub const fn chunked() -> Self {
        Self::Chunked(Chunk::Size)
    }

    /// Moves what belongs to the content from `input` to `content`; what is behind it stays. `content` does not grow above `max`.
    ///
    /// # Errors
    /// [`BodyError`].
    pub fn read(&mut self, input: &mut Vec<u8>, content: &mut Vec<u8>, max: usize) -> Result<(), BodyError> {
        loop {
            let len = match self {
                Self::Done => return Ok(()),
                Self::Counted(left) | Self::Chunked(Chunk::Data(left)) => {
                    input.len().min(usize::try_from(*left).unwrap_or(usize::MAX))
                }
                Self::UntilEnd => input.len(),
                Self::Chunked(state) => match state.step(input)? {
                    Some(next) => {
                        *self = next;
                        continue;
                    }
                    None => return Ok(()),
                },
            };
            if content.len() + len > max {
                return Err(BodyError::TooLong);
            }
            content.extend(input.drain(..len));
            match self {
                Self::Counted(left) if *left == len as u64 => *self = Self::Done,
                Self::Chunked(Chunk::Data(left)) if *left == len as u64 => {
                    *self = Self::Chunked(Chunk::End);
                    continue;
                }
                Self::Counted(left) | Self::Chunked(Chunk::Data(left)) => *left -= len as u64,
                Self::Done | Self::Chunked(_) | Self::UntilEnd => {}
            }
            return Ok(());
        }
    }
}

impl Chunk {
    /// Takes what is not data (RFC 9112, 7.1); `None`: more has to come.
    fn step(&self, input: &mut Vec<u8>) -> Result<Option<Body>, BodyError> {
        let line = input.iter().position(|byte| *byte == b'\n').map(|place| place + 1);
        let Some(end) = line else {
            return if input.len() > HEAD_MAX { Err(BodyError::Malformed) } else { Ok(None) };
        };
        let next = match self {
            Self::Size => match httparse::parse_chunk_size(input) {
                Ok(httparse::Status::Complete((_, 0))) => Self::Trailer,
                Ok(httparse::Status::Complete((_, len))) => Self::Data(len),
                Ok(httparse::Status::Partial) | Err(_) => return Err(BodyError::Malformed),
            },
            Self::End if matches!(input[..end], [b'\n'] | [b'\r', b'\n']) => Self::Size,
            Self::End => return Err(BodyError::Malformed),
            Self::Trailer | Self::Data(_) => {
                let is_last = matches!(input[..end], [b'\n'] | [b'\r', b'\n']);
                input.drain(..end);
                return Ok(Some(if is_last { Body::Done } else { Body::Chunked(Self::Trailer) }));
            }
        };
        input.drain(..end);
        Ok(Some(Body::Chunked(next)))
    }
}

/// Why a content cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is longer than allowed.
    #[error("the content is too long")]
    TooLong,
    /// A chunk is malformed.
    #[error("malformed chunk (RFC 9112, 7.1)")]
    Malformed,
}

impl From<Malformed> for BodyError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}
