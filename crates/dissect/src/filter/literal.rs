//! Values as they are written in a filter, by what they are compared with.

use std::net::IpAddr;

use super::expression::{Literal, Needle, full};
use super::value::Kind;

/// What was written: in quotation marks, or a word.
pub(super) enum Written<'t> {
    Quoted(String),
    Word(&'t str),
}

/// Reads a value of that kind; the error is what the kind expects.
pub(super) fn of_kind(kind: Kind, written: &Written<'_>) -> Result<Literal, &'static str> {
    let word = match written {
        Written::Word(word) => *word,
        Written::Quoted(text) => {
            return match kind {
                Kind::Text => Ok(Literal::Text(text.clone())),
                Kind::Bytes | Kind::Protocol => Ok(Literal::Bytes(text.clone().into_bytes())),
                _ => Err(wanted(kind)),
            };
        }
    };
    let literal = match kind {
        Kind::Number => number(word).map(Literal::Number),
        Kind::Flag => flag(word).map(|set| Literal::Number(set.into())),
        Kind::Time => seconds(word).map(Literal::Time),
        Kind::Mac => mac(word).map(Literal::Mac),
        Kind::Ipv4 => net(word).filter(|net| matches!(net, Literal::Net(IpAddr::V4(_), _))),
        Kind::Ipv6 => net(word).filter(|net| matches!(net, Literal::Net(IpAddr::V6(_), _))),
        Kind::Bytes | Kind::Protocol => bytes(word).map(Literal::Bytes),
        Kind::Text => Some(Literal::Text(word.into())),
        Kind::Mark => None,
    };
    literal.ok_or(wanted(kind))
}

/// Reads a value of a field of unknown kind by its form.
pub(super) fn of_look(written: &Written<'_>) -> Literal {
    match written {
        Written::Quoted(text) => Literal::Text(text.clone()),
        Written::Word(word) => {
            let truth = || flag(word).map(|set| Literal::Number(set.into()));
            let number = number(word).map(Literal::Number).or_else(truth);
            let address = || mac(word).map(Literal::Mac).or_else(|| net(word));
            number.or_else(address).unwrap_or_else(|| Literal::Text((*word).into()))
        }
    }
}

pub(super) fn needle(written: &Written<'_>) -> Result<Needle, &'static str> {
    match written {
        Written::Quoted(text) => Ok(Needle::Text(text.clone())),
        Written::Word(word) => bytes(word)
            .map(Needle::Bytes)
            .ok_or("Text in quotation marks or bytes such as 0d:0a belong here."),
    }
}

/// What a field of that kind is, and what its values look like.
pub(super) fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Protocol => "a protocol: its bytes are written as 0d:0a or \"text\"",
        Kind::Number => "a number: write 80, or 0x50",
        Kind::Flag => "a flag: write 1 or 0",
        Kind::Mark => "there or not: it has no value",
        Kind::Time => "a time in seconds: write 1.5",
        Kind::Mac => "an Ethernet address: write 02:50:00:00:00:01",
        Kind::Ipv4 => "an IPv4 address: write 10.0.0.1, or 10.0.0.0/8",
        Kind::Ipv6 => "an IPv6 address: write fd00::1, or fd00::/8",
        Kind::Bytes => "bytes: write 0d:0a, or \"text\"",
        Kind::Text => "a text: write \"text\"",
    }
}

fn number(word: &str) -> Option<u64> {
    let (digits, radix) = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if word.len() > 1 && word.starts_with('0') => (&word[1..], 8),
        None => (word, 10),
    };
    // `from_str_radix` would take a sign.
    let valid = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| u64::from_str_radix(digits, radix).ok())?
}

fn flag(word: &str) -> Option<bool> {
    match word {
        "1" | "true" | "True" | "TRUE" => Some(true),
        "0" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Seconds, exactly, as nanoseconds.
fn seconds(word: &str) -> Option<u64> {
    let (whole, rest) = word.split_once('.').unwrap_or((word, ""));
    let decimal = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || rest.len() > 9 || !decimal(whole) || !decimal(rest) {
        return None;
    }
    let rest = rest.bytes().chain(std::iter::repeat(b'0')).take(9);
    let ns = rest.fold(0, |ns, digit| ns * 10 + u64::from(digit - b'0'));
    whole.parse::<u64>().ok()?.checked_mul(1_000_000_000)?.checked_add(ns)
}

fn mac(word: &str) -> Option<[u8; 6]> {
    bytes(word)?.try_into().ok()
}

/// Pairs of hexadecimal digits, with `:`, `-` or `.` between them.
fn bytes(word: &str) -> Option<Vec<u8>> {
    let pair = |pair: &str| {
        let valid = pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        valid.then(|| u8::from_str_radix(pair, 16).ok())?
    };
    word.split([':', '-', '.']).map(pair).collect()
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
