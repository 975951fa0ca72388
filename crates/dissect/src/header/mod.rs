//! The headers of a frame read without allocating anything, down to where the transport header begins.
//!
//! `ethernet`, `ipv4`, `ipv6` and `extension` (IPv6's chain of headers) read one header each, `ip` is what both versions have
//! in common, and `content` walks down through them.

pub(crate) mod content;
pub(crate) mod ethernet;
pub(crate) mod extension;
pub(crate) mod ip;
pub(crate) mod ipv4;
pub(crate) mod ipv6;
