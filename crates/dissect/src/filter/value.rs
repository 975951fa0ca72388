//! The values of fields: of what kind they are, and how they are handed over while a packet is read.

use std::net::IpAddr;

/// What values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its bytes are those of its header and all that it carries.
    Protocol,
    Number,
    /// 0 or 1.
    Flag,
    /// Nothing but being there.
    Mark,
    /// Seconds.
    Time,
    Mac,
    Ipv4,
    Ipv6,
    Bytes,
    Text,
}

/// One value of a field.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    /// It is there, and that is all.
    Present,
    Number(u64),
    /// Nanoseconds.
    Time(u64),
    Mac([u8; 6]),
    Address(IpAddr),
    Bytes(&'a [u8]),
    /// From the dissection: as people read it, and its bytes.
    Shown(&'a str, &'a [u8]),
}

/// Takes one value after the other.
pub(super) type Visit<'v> = &'v mut dyn FnMut(Value<'_>);
