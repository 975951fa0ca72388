//! Values as they are written in a filter, by what they are compared with.

use std::net::IpAddr;

use super::expression::{Literal, Needle, full};
use super::moment;
use super::names::number_of;
use super::value::Kind;
use texts::t;

/// What was written: in quotation marks, one letter in apostrophes, or a word.
pub(super) enum Written<'t> {
    Quoted(String),
    Letter(u8),
    Word(&'t str),
}

/// Reads a value of that kind, for a field if it is one's; the error is what the kind expects.
pub(super) fn of_kind(
    kind: Kind,
    field: Option<&str>,
    written: &Written<'_>,
) -> Result<Literal, &'static str> {
    let named = |text: &str| number_of(field?, text).map(Literal::Number);
    let literal = match (written, kind) {
        (Written::Letter(byte), Kind::Number) => Some(Literal::Number((*byte).into())),
        (Written::Letter(byte), Kind::Bytes | Kind::Protocol) => Some(Literal::Bytes(vec![*byte])),
        (Written::Letter(byte), Kind::Text) => Some(Literal::Text(char::from(*byte).into())),
        (Written::Letter(_), _) => None,
        (Written::Quoted(text), Kind::Text) => Some(Literal::Text(text.clone())),
        (Written::Quoted(text), Kind::Bytes | Kind::Protocol) => {
            Some(Literal::Bytes(text.clone().into_bytes()))
        }
        (Written::Quoted(text), Kind::Number) => named(text),
        (Written::Quoted(text), Kind::Moment) => moment::read(text).map(Literal::Moment),
        (Written::Quoted(text), Kind::Flag | Kind::Time | Kind::Mac | Kind::Ipv4 | Kind::Ipv6) => {
            return of_kind(kind, field, &Written::Word(text));
        }
        (Written::Quoted(_), Kind::Mark) => None,
        (Written::Word(word), kind) => match kind {
            Kind::Number => number(word).map(Literal::Number).or_else(|| named(word)),
            Kind::Flag => flag(word).map(|set| Literal::Number(set.into())),
            Kind::Time => seconds(word).map(Literal::Time),
            Kind::Moment => moment::read(word).map(Literal::Moment),
            Kind::Mac => mac(word).map(Literal::Mac),
            Kind::Ipv4 => net(word).filter(|net| matches!(net, Literal::Net(IpAddr::V4(_), _))),
            Kind::Ipv6 => net(word).filter(|net| matches!(net, Literal::Net(IpAddr::V6(_), _))),
            Kind::Bytes | Kind::Protocol => bytes(word).map(Literal::Bytes),
            Kind::Text => Some(Literal::Text((*word).into())),
            Kind::Mark => None,
        },
    };
    literal.ok_or(wanted(kind))
}

/// What to look for in values of this kind.
pub(super) fn needle(kind: Kind, written: &Written<'_>) -> Result<Needle, &'static str> {
    let wrong = t!("Text in quotation marks or bytes such as 0d:0a belong here.");
    match written {
        Written::Quoted(text) => Ok(Needle::Text(text.clone())),
        Written::Letter(byte) => Ok(Needle::Bytes(vec![*byte])),
        Written::Word(word) if kind == Kind::Text => Ok(Needle::Text((*word).into())),
        Written::Word(word) => bytes(word).map(Needle::Bytes).ok_or(wrong),
    }
}

/// What a field of that kind is, and what its values look like.
pub(super) fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Protocol => t!("a protocol: its bytes are written as 0d:0a or \"text\""),
        Kind::Number => t!("a number: write 80, or 0x50"),
        Kind::Flag => t!("a flag: write 1 or 0"),
        Kind::Mark => t!("there or not: it has no value"),
        Kind::Time => t!("a time in seconds: write 1.5"),
        Kind::Moment => t!("a date and time: write \"2024-05-01 12:30:00\" (UTC)"),
        Kind::Mac => t!("a MAC address: write 02:50:00:00:00:01"),
        Kind::Ipv4 => t!("an IPv4 address: write 10.0.0.1, or 10.0.0.0/8"),
        Kind::Ipv6 => t!("an IPv6 address: write fd00::1, or fd00::/8"),
        Kind::Bytes => t!("bytes: write 0d:0a in hexadecimal, or \"text\""),
        Kind::Text => t!("a text: write \"text\""),
    }
}

pub(super) fn number(word: &str) -> Option<i64> {
    let (negative, word) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
    let lower = word.to_ascii_lowercase();
    let (digits, radix) = match &*lower {
        hex if hex.starts_with("0x") => (&hex[2..], 16),
        binary if binary.starts_with("0b") => (&binary[2..], 2),
        octal if octal.len() > 1 && octal.starts_with('0') => (&octal[1..], 8),
        decimal => (decimal, 10),
    };
    // `from_str_radix` would take a sign.
    let valid = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = valid.then(|| i64::from_str_radix(digits, radix).ok())??;
    Some(if negative { -number } else { number })
}

fn flag(word: &str) -> Option<bool> {
    match word {
        "1" | "true" | "True" | "TRUE" => Some(true),
        "0" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Seconds, exactly, as nanoseconds.
fn seconds(word: &str) -> Option<i64> {
    let (negative, word) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
    let (whole, rest) = word.split_once('.').unwrap_or((word, ""));
    let decimal = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || rest.len() > 9 || !decimal(whole) || !decimal(rest) {
        return None;
    }
    let rest = rest.bytes().chain(std::iter::repeat(b'0')).take(9);
    let ns = rest.fold(0, |ns, digit| ns * 10 + i64::from(digit - b'0'));
    let ns = whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?.checked_add(ns)?;
    Some(if negative { -ns } else { ns })
}

fn mac(word: &str) -> Option<[u8; 6]> {
    bytes(word)?.try_into().ok()
}

/// Hexadecimal digits: pairs with `:` or `-` between them, pairs or groups of four with `.`, pairs one behind the other, or one digit.
fn bytes(word: &str) -> Option<Vec<u8>> {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    let groups: Vec<&str> = digits.split([':', '-', '.']).collect();
    let separated = groups.len() > 1;
    let fits = |group: &&str| match separated {
        false => group.len() == 1 || (group.len().is_multiple_of(2) && !group.is_empty()),
        true => group.len() == 2 || (group.len() == 4 && digits.contains('.')),
    };
    if !groups.iter().all(fits) || !digits.is_ascii() {
        return None;
    }
    let pair = |pair: &str| {
        let valid = pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        valid.then(|| u8::from_str_radix(pair, 16).ok())?
    };
    groups
        .iter()
        .flat_map(|group| group.as_bytes().chunks(2))
        .map(|two| pair(std::str::from_utf8(two).ok()?))
        .collect()
}

fn net(word: &str) -> Option<Literal> {
    let (address, bits) = match word.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse().ok()?)),
        None => (word, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let bits = bits.unwrap_or(full(address));
    (bits <= full(address)).then_some(Literal::Net(address, bits))
}
