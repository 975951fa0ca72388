//! Numbers of either byte order, and options, out of bytes that may end anywhere.

use crate::block::OPT_END;

/// Bytes, and the byte order of the numbers in them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) big_endian: bool,
}

impl<'a> Fields<'a> {
    fn chunk<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.bytes.get(at..)?.first_chunk().copied()
    }

    pub(crate) fn u16(self, at: usize) -> Option<u16> {
        let bytes = self.chunk(at)?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    pub(crate) fn u32(self, at: usize) -> Option<u32> {
        let bytes = self.chunk(at)?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    pub(crate) fn u64(self, at: usize) -> Option<u64> {
        let bytes = self.chunk(at)?;
        Some(if self.big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    /// What begins here and is this long.
    pub(crate) fn slice(self, start: usize, length: usize) -> Option<Self> {
        let bytes = self.bytes.get(start..start.checked_add(length)?)?;
        Some(Self { bytes, ..self })
    }

    /// What begins here.
    pub(crate) fn from(self, start: usize) -> Self {
        Self { bytes: self.bytes.get(start..).unwrap_or_default(), ..self }
    }

    /// Options, or the records of a name resolution block: code and value, up to their end or the first that is not whole.
    pub(crate) fn options(self) -> impl Iterator<Item = (u16, Fields<'a>)> {
        let mut rest = self;
        std::iter::from_fn(move || {
            let (code, length) = (rest.u16(0)?, usize::from(rest.u16(2)?));
            let value = rest.slice(4, length).filter(|_| code != OPT_END)?;
            rest = rest.from(4 + length.next_multiple_of(4));
            Some((code, value))
        })
    }
}
