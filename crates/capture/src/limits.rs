//! What an opened capture may have at most: files are hostile until proven otherwise.

/// Files larger than this are refused.
pub const FILE_BYTES_MAX: usize = 256 << 20;
/// Of a file with more packets, the first of this number are read.
pub const PACKETS_MAX: usize = 1_000_000;
/// Reading ends at a file's next interface after this number.
pub const INTERFACES_MAX: usize = 1 << 16;
/// IP addresses kept of one interface.
pub const ADDRESSES_MAX: usize = 64;
/// Names kept.
pub const NAMES_MAX: usize = 1 << 16;
