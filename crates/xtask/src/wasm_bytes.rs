//! The bytes of a wasm module, as far as a build changes them without a library that would write all of it anew (WebAssembly Core
//! Specification 2.0, chapter 5).

use anyhow::{Context as _, Result, bail};

/// The length of the preamble: "\0asm" and the version.
pub const PREAMBLE: usize = 8;

/// Reads a module from its beginning.
pub struct Reader<'m> {
    /// What is not read yet.
    pub bytes: &'m [u8],
}

impl<'m> Reader<'m> {
    /// The next bytes.
    pub fn take(&mut self, length: usize) -> Result<&'m [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length).context("the wasm ends early")?;
        self.bytes = rest;
        Ok(taken)
    }

    /// An unsigned number (5.2.2).
    pub fn number(&mut self) -> Result<usize> {
        let mut number = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.take(1)?[0];
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        bail!("a number of the wasm is too long")
    }

    /// A name (5.2.4).
    pub fn name(&mut self) -> Result<&'m str> {
        let length = self.number()?;
        Ok(std::str::from_utf8(self.take(length)?)?)
    }
}

/// Writes an unsigned number (5.2.2).
pub fn write_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
