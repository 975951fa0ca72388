//! The number of a text. The same file is part of three programs, which must agree: the macros, the catalog, and the build, which
//! writes the language files and fails if two texts have the same number.

/// Changed if two texts have the same number.
const SALT: u32 = 3;

/// The number of a text in a context: 24 bits of its FNV-1a hash, since a small number is a small instruction in the page.
pub fn of(context: Option<&str>, english: &str) -> u32 {
    let bytes = context.into_iter().flat_map(|context| context.bytes().chain([0])).chain(english.bytes());
    let hash =
        bytes.fold(0x811c_9dc5 ^ SALT, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 24 ^ hash) & 0x00ff_ffff
}

/// What stands in the page's tables for a text: the number in four characters, after one that no text begins with.
#[allow(dead_code, reason = "for the macros")]
pub fn marked(key: u32) -> String {
    let digits = [18, 12, 6, 0].map(|bits| char::from(b'0' + (key >> bits & 63) as u8));
    [MARK].into_iter().chain(digits).collect()
}

/// The number in a string of [`marked`].
#[allow(dead_code, reason = "for the catalog")]
pub fn number(marked: &str) -> Option<u32> {
    let digits = marked.strip_prefix(MARK)?.bytes();
    Some(digits.fold(0, |key, digit| key << 6 | u32::from(digit.wrapping_sub(b'0') & 63)))
}

const MARK: char = '\u{2}';
