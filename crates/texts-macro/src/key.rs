//! The number of a text. The same file is part of three programs, which must agree: the macros, the catalog, and the build, which
//! writes the language files and fails if two texts have the same number.

/// Changed if two texts have the same number.
const SALT: u32 = 2;

/// The number of a text in a context: 24 bits of its FNV-1a hash, since a small number is a small instruction in the page.
pub fn of(context: Option<&str>, english: &str) -> u32 {
    let bytes = context.into_iter().flat_map(|context| context.bytes().chain([0])).chain(english.bytes());
    let hash =
        bytes.fold(0x811c_9dc5 ^ SALT, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 24 ^ hash) & 0x00ff_ffff
}
