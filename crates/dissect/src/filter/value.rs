//! The values of fields: of what kind they are, and how they are handed over while a packet is read.

use std::net::IpAddr;

/// The kind of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its bytes are those of its header and all that it carries.
    Protocol,
    Number,
    /// 0 or 1.
    Flag,
    /// Present or not, without a value.
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
    /// Present, without a value.
    Present,
    Number(u64),
    /// Nanoseconds.
    Time(u64),
    Mac([u8; 6]),
    Address(IpAddr),
    Bytes(&'a [u8]),
    /// From the dissection: the text of the value, and its bytes.
    Shown(&'a str, &'a [u8]),
}

/// Called with each value of a field.
pub(super) type Visit<'v> = &'v mut dyn FnMut(Value<'_>);
