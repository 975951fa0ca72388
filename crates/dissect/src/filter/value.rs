//! The values of fields: of what kind they are, and how they are handed over while a packet is read.

use std::net::IpAddr;
use texts::t;

/// The kind of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its bytes are those of its header; what is looked for may also be in all that it carries.
    Protocol,
    Number,
    /// 0 or 1.
    Flag,
    /// Present or not, without a value.
    Mark,
    /// Seconds.
    Time,
    /// A date and time.
    Moment,
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
    Number(i64),
    /// Nanoseconds; of a moment, since 1970.
    Time(i64),
    Mac([u8; 6]),
    Address(IpAddr),
    Bytes(&'a [u8]),
    Protocol {
        header: &'a [u8],
        /// From the header to the end of the frame.
        all: &'a [u8],
    },
    Text(&'a str),
}

/// A value that outlives the packet's reading, for comparing one field with another.
#[derive(Clone, PartialEq)]
pub(super) enum Kept {
    Number(i64),
    Time(i64),
    Address(IpAddr),
    Bytes(Vec<u8>),
    Text(String),
}

/// Called with each value of a field.
pub(super) type Visit<'v> = &'v mut dyn FnMut(Value<'_>);

impl Kind {
    /// Whether values of this kind consist of bytes, which can be chosen from.
    pub fn has_bytes(self) -> bool {
        match self {
            Kind::Protocol | Kind::Mac | Kind::Ipv4 | Kind::Ipv6 | Kind::Bytes | Kind::Text => true,
            Kind::Number | Kind::Flag | Kind::Mark | Kind::Time | Kind::Moment => false,
        }
    }

    /// Whether values of the two kinds can be compared.
    pub fn compares_with(self, other: Kind) -> bool {
        let class = |kind| match kind {
            Kind::Number | Kind::Flag => Kind::Number,
            Kind::Protocol | Kind::Bytes | Kind::Mac => Kind::Bytes,
            Kind::Mark | Kind::Time | Kind::Moment | Kind::Ipv4 | Kind::Ipv6 | Kind::Text => kind,
        };
        class(self) == class(other) && self != Kind::Mark
    }

    /// What a field of this kind is, for an error.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Protocol => t!("a protocol"),
            Kind::Number => t!("a number"),
            Kind::Flag => t!("a flag"),
            Kind::Mark => t!("there or not"),
            Kind::Time => t!("a time in seconds"),
            Kind::Moment => t!("a date and time"),
            Kind::Mac => t!("a MAC address"),
            Kind::Ipv4 => t!("an IPv4 address"),
            Kind::Ipv6 => t!("an IPv6 address"),
            Kind::Bytes => t!("bytes"),
            Kind::Text => t!("a text"),
        }
    }
}

impl Value<'_> {
    /// The bytes of a value, if it has any.
    pub fn with_bytes<T>(&self, take: impl FnOnce(&[u8]) -> T) -> Option<T> {
        match self {
            Value::Mac(bytes) => Some(take(bytes)),
            Value::Address(IpAddr::V4(address)) => Some(take(&address.octets())),
            Value::Address(IpAddr::V6(address)) => Some(take(&address.octets())),
            Value::Bytes(bytes) | Value::Protocol { header: bytes, .. } => Some(take(bytes)),
            Value::Text(text) => Some(take(text.as_bytes())),
            Value::Present | Value::Number(_) | Value::Time(_) => None,
        }
    }

    /// The bytes in which something can be looked for: of a protocol all that it carries, too.
    pub fn with_all<T>(&self, take: impl FnOnce(&[u8]) -> T) -> Option<T> {
        match self {
            Value::Protocol { all, .. } => Some(take(all)),
            _ => self.with_bytes(take),
        }
    }

    pub fn keep(&self) -> Option<Kept> {
        match *self {
            Value::Number(number) => Some(Kept::Number(number)),
            Value::Time(ns) => Some(Kept::Time(ns)),
            Value::Address(address) => Some(Kept::Address(address)),
            Value::Text(text) => Some(Kept::Text(text.into())),
            Value::Present => None,
            Value::Mac(_) | Value::Bytes(_) | Value::Protocol { .. } => {
                self.with_bytes(|bytes| Kept::Bytes(bytes.into()))
            }
        }
    }
}
