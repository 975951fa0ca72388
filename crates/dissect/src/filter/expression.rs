//! A filter as a tree, and how it is written down.

use std::fmt;
use std::net::IpAddr;

use super::entry::Entry;
use super::pattern::Pattern;

/// Lists instead of pairs: a long chain of `or` must not become a deep tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Not(Box<Expression>),
    /// All have to hold. An empty list is the empty filter, which every packet passes.
    All(Vec<Expression>),
    Any(Vec<Expression>),
    /// The packet has the field or protocol, or a value that is not zero.
    Present(Operand),
    Compare(Quantity, Operand, Relation, Operand),
    Contains(Quantity, Operand, Needle),
    Matches(Quantity, Operand, Pattern),
    In(Quantity, Operand, Vec<Span>),
}

/// How many of a field's values have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// As the relation has it.
    Usual,
    Any,
    All,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Field(&'static Entry),
    Slice(Box<Operand>, Vec<Part>),
    Call(Function, Vec<Operand>),
    Arithmetic(Box<Operand>, Sign, Box<Operand>),
    Negative(Box<Operand>),
    Literal(Literal),
}

/// Some of the bytes of a value; a negative place counts from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub from: i32,
    pub to: End,
}

/// Where a part ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// After this number of bytes.
    Length(i32),
    /// With this byte.
    Last(i32),
    /// With the value.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Len,
    Upper,
    Lower,
    Count,
    String,
    Max,
    Min,
    Abs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    And,
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

impl Function {
    pub const ALL: [(Function, &'static str); 8] = [
        (Function::Len, "len"),
        (Function::Upper, "upper"),
        (Function::Lower, "lower"),
        (Function::Count, "count"),
        (Function::String, "string"),
        (Function::Max, "max"),
        (Function::Min, "min"),
        (Function::Abs, "abs"),
    ];

    pub fn name(self) -> &'static str {
        Function::ALL.iter().find(|(function, _)| *function == self).expect("all are listed").1
    }
}

impl Sign {
    pub const fn text(self) -> &'static str {
        match self {
            Sign::And => "&",
            Sign::Plus => "+",
            Sign::Minus => "-",
            Sign::Times => "*",
            Sign::Over => "/",
            Sign::Modulo => "%",
        }
    }
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
    pub const ALL: [(Relation, &'static str, &'static str); 9] = [
        (Relation::AllEqual, "===", "all_eq"),
        (Relation::AnyNotEqual, "!==", "any_ne"),
        (Relation::AnyNotEqual, "~=", "any_ne"),
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

    /// Whether more and less matter.
    pub fn is_ordered(self) -> bool {
        match self {
            Relation::Greater | Relation::Less | Relation::GreaterEqual | Relation::LessEqual => true,
            Relation::Equal | Relation::NotEqual | Relation::AllEqual | Relation::AnyNotEqual => false,
        }
    }
}

/// A value that is written in a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Number(i64),
    /// Nanoseconds; written in seconds.
    Time(i64),
    /// Nanoseconds since 1970; written as a date.
    Moment(i64),
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
                Expression::Not(_) | Expression::Present(Operand::Field(_)) => write!(f, "!{inner}"),
                _ => write!(f, "!({inner})"),
            },
            Expression::All(parts) => list(f, parts, " && "),
            Expression::Any(parts) => list(f, parts, " || "),
            Expression::Present(operand) => write!(f, "{operand}"),
            Expression::Compare(quantity, left, relation, right) => {
                write!(f, "{quantity}{left} {} {right}", relation.sign())
            }
            Expression::Contains(quantity, operand, Needle::Bytes(bytes)) => {
                write!(f, "{quantity}{operand} contains ")?;
                hex(f, bytes)
            }
            Expression::Contains(quantity, operand, Needle::Text(text)) => {
                write!(f, "{quantity}{operand} contains ")?;
                quoted(f, text)
            }
            Expression::Matches(quantity, operand, pattern) => {
                write!(f, "{quantity}{operand} matches ")?;
                quoted(f, pattern.text())
            }
            Expression::In(quantity, operand, spans) => {
                write!(f, "{quantity}{operand} in {{")?;
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

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Quantity::Usual => "",
            Quantity::Any => "any ",
            Quantity::All => "all ",
        })
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Field(entry) => f.write_str(entry.key),
            Operand::Slice(operand, parts) => {
                write!(f, "{operand}[")?;
                for (index, part) in parts.iter().enumerate() {
                    write!(f, "{}{part}", if index > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Operand::Call(function, arguments) => {
                write!(f, "{}(", function.name())?;
                for (index, argument) in arguments.iter().enumerate() {
                    write!(f, "{}{argument}", if index > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
            // In braces, needed or not.
            Operand::Arithmetic(left, sign, right) => write!(f, "{{{left} {} {right}}}", sign.text()),
            Operand::Negative(operand) => write!(f, "-{operand}"),
            Operand::Literal(literal) => write!(f, "{literal}"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            End::Length(length) => write!(f, "{}:{length}", self.from),
            End::Last(last) => write!(f, "{}-{last}", self.from),
            End::Open => write!(f, "{}:", self.from),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Number(number) => write!(f, "{number}"),
            Literal::Time(ns) => {
                let (seconds, rest) = (ns.unsigned_abs() / 1_000_000_000, ns.unsigned_abs() % 1_000_000_000);
                let sign = if *ns < 0 { "-" } else { "" };
                if rest == 0 { write!(f, "{sign}{seconds}") } else { write!(f, "{sign}{seconds}.{rest:09}") }
            }
            Literal::Moment(ns) => write!(f, "\"{}\"", super::moment::written(*ns)),
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

pub(super) fn hex(f: &mut impl fmt::Write, bytes: &[u8]) -> fmt::Result {
    for (index, byte) in bytes.iter().enumerate() {
        write!(f, "{}{byte:02x}", if index > 0 { ":" } else { "" })?;
    }
    Ok(())
}

pub(super) fn quoted(f: &mut impl fmt::Write, text: &str) -> fmt::Result {
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
