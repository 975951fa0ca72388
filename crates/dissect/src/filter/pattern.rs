//! Regular expressions, which `matches` looks for: in texts and in any bytes, in linear time.
//!
//! Bytes are matched as letters, each byte the letter of the same number: the engine knows texts only, and this way a byte of a packet
//! is a `.`, and `\xff` one byte. A letter beyond ASCII in a pattern is matched as the bytes that write it in UTF-8.

use regex_lite::Regex;

/// A regular expression longer than this is refused.
const LENGTH_MAX: usize = 1_000;
/// The memory of a compiled one.
const SIZE_MAX: usize = 1 << 20;
/// Of a packet, no more bytes are looked through.
const BYTES_MAX: usize = 1 << 16;

/// A regular expression. Upper and lower case are the same, unless it says `(?-i)`.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: String,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    /// Reads one; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<Pattern, String> {
        if text.len() > LENGTH_MAX {
            return Err(format!("A regular expression has at most {LENGTH_MAX} bytes."));
        }
        let letters: String = text.bytes().map(char::from).collect();
        let regex = regex_lite::RegexBuilder::new(&letters)
            .case_insensitive(true)
            .size_limit(SIZE_MAX)
            .build()
            .map_err(|error| format!("This is no regular expression: {error}."))?;
        Ok(Pattern { text: text.into(), regex })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn matches(&self, bytes: &[u8]) -> bool {
        let bytes = &bytes[..bytes.len().min(BYTES_MAX)];
        match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => self.regex.is_match(text),
            _ => self.regex.is_match(&bytes.iter().map(|&byte| char::from(byte)).collect::<String>()),
        }
    }
}
