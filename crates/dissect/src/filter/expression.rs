//! A filter as a tree, and how it is written down.

use std::fmt;
use std::net::IpAddr;

use super::catalogue::Entry;

/// Lists instead of pairs: a long chain of `or` must not become a deep tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Not(Box<Expression>),
    /// All have to hold. An empty list is the empty filter, which every packet passes.
    All(Vec<Expression>),
    Any(Vec<Expression>),
    /// The packet has the field or protocol.
    Present(Name),
    Compare(Key, Relation, Literal),
    Contains(Key, Needle),
    In(Key, Vec<Span>),
}

/// A field or protocol.
#[derive(Clone)]
pub(super) enum Name {
    Known(&'static Entry),
    /// A field that only the dissection has.
    Other(String),
}

impl Name {
    pub fn text(&self) -> &str {
        match self {
            Name::Known(entry) => entry.key,
            Name::Other(name) => name,
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.text() == other.text()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A field, or a slice of its bytes: offset and length.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub name: Name,
    pub slice: Option<(u16, u16)>,
}

/// A comparison. A field may have several values, such as `ip.addr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Any value is equal.
    Equal,
    /// It has values, and all differ.
    NotEqual,
    /// It has values, and all are equal.
    AllEqual,
    /// Any differs.
    AnyNotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
}

impl Relation {
    /// All of them with their sign and, if they have one, their word.
    pub const ALL: [(Relation, &'static str, &'static str); 8] = [
        (Relation::AllEqual, "===", "all_eq"),
        (Relation::AnyNotEqual, "!==", "any_ne"),
        (Relation::Equal, "==", "eq"),
        (Relation::NotEqual, "!=", "ne"),
        (Relation::GreaterEqual, ">=", "ge"),
        (Relation::LessEqual, "<=", "le"),
        (Relation::Greater, ">", "gt"),
        (Relation::Less, "<", "lt"),
    ];

    fn sign(self) -> &'static str {
        Relation::ALL.iter().find(|(relation, ..)| *relation == self).expect("all are listed").1
    }
}

/// A value that is written in a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Number(u64),
    /// Nanoseconds; written in seconds.
    Time(u64),
    Mac([u8; 6]),
    /// An address prefix: an address and the number of bits that count.
    Net(IpAddr, u8),
    Bytes(Vec<u8>),
    Text(String),
}

/// What `contains` looks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Needle {
    Bytes(Vec<u8>),
    Text(String),
}

/// A value, or from one to another, both included.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub from: Literal,
    pub to: Option<Literal>,
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Not(inner) => match **inner {
                Expression::Not(_) | Expression::Present(_) => write!(f, "!{inner}"),
                _ => write!(f, "!({inner})"),
            },
            Expression::All(parts) => list(f, parts, " && "),
            Expression::Any(parts) => list(f, parts, " || "),
            Expression::Present(name) => f.write_str(name.text()),
            Expression::Compare(key, relation, literal) => write!(f, "{key} {} {literal}", relation.sign()),
            Expression::Contains(key, Needle::Bytes(bytes)) => {
                write!(f, "{key} contains ")?;
                hex(f, bytes)
            }
            Expression::Contains(key, Needle::Text(text)) => {
                write!(f, "{key} contains ")?;
                quoted(f, text)
            }
            Expression::In(key, spans) => {
                write!(f, "{key} in {{")?;
                for (index, Span { from, to }) in spans.iter().enumerate() {
                    write!(f, "{}{from}", if index > 0 { ", " } else { "" })?;
                    if let Some(to) = to {
                        write!(f, "..{to}")?;
                    }
                }
                f.write_str("}")
            }
        }
    }
}

/// Lists within lists are put in parentheses, needed or not: so it is read back as the same tree.
fn list(f: &mut fmt::Formatter<'_>, parts: &[Expression], between: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        f.write_str(if index > 0 { between } else { "" })?;
        match part {
            Expression::All(_) | Expression::Any(_) => write!(f, "({part})")?,
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.text())?;
        match self.slice {
            Some((from, len)) => write!(f, "[{from}:{len}]"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Number(number) => write!(f, "{number}"),
            Literal::Time(ns) => {
                let (seconds, rest) = (ns / 1_000_000_000, ns % 1_000_000_000);
                if rest == 0 { write!(f, "{seconds}") } else { write!(f, "{seconds}.{rest:09}") }
            }
            Literal::Mac(bytes) => hex(f, bytes),
            Literal::Net(address, bits) if *bits == full(*address) => write!(f, "{address}"),
            Literal::Net(address, bits) => write!(f, "{address}/{bits}"),
            Literal::Bytes(bytes) => hex(f, bytes),
            Literal::Text(text) => quoted(f, text),
        }
    }
}

/// The number of bits of an address.
pub(super) fn full(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    for (index, byte) in bytes.iter().enumerate() {
        write!(f, "{}{byte:02x}", if index > 0 { ":" } else { "" })?;
    }
    Ok(())
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for letter in text.chars() {
        match letter {
            '"' | '\\' => write!(f, "\\{letter}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("\"")
}
