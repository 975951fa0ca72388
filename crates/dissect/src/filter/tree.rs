//! Fields that are looked up in the tree of a packet: of it, only the values of the field in question are written.

use std::net::IpAddr;

use super::packet::Packet;
use super::value::{Kind, Value, Visit};
use crate::layers::layers_with;
use crate::tree::Wanted;

/// Looks for a field, or for a protocol by its fields, in the whole dissection.
pub(super) fn in_tree(key: &str, kind: Kind, packet: &Packet<'_>, visit: Visit<'_>) {
    if !packet.may_have(key) {
        return;
    }
    let frame = packet.frame_with(key);
    let bytes = frame.bytes;
    let is_protocol = kind == Kind::Protocol;
    let wanted = if is_protocol { Wanted::Protocols } else { Wanted::Key(key) };
    for layer in &layers_with(frame, wanted).layers {
        if is_protocol {
            let of_protocol = |field: &str| field.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
            if layer.fields.first().is_some_and(|field| of_protocol(field.key)) {
                visit(Value::Protocol {
                    header: &bytes[layer.range.clone()],
                    all: &bytes[layer.range.start..],
                });
            }
            continue;
        }
        for field in layer.walk().filter(|field| field.key == key) {
            if let Some(value) = typed(kind, &field.value, &bytes[field.range.clone()]) {
                visit(value);
            }
        }
    }
}

/// A value as the dissection writes it (`6 (TCP)`, `20 bytes`, `0x0800 (IPv4)`, `not set`, `10.0.0.1`), by the kind of its field.
fn typed<'v>(kind: Kind, text: &'v str, bytes: &'v [u8]) -> Option<Value<'v>> {
    let first = text.split(' ').next().unwrap_or_default();
    Some(match kind {
        Kind::Number | Kind::Flag => Value::Number(leading_number(text)?),
        Kind::Time => Value::Time(seconds(first)?),
        Kind::Mac => Value::Mac(bytes.try_into().ok()?),
        Kind::Ipv4 | Kind::Ipv6 => Value::Address(address(bytes).or_else(|| first.parse().ok())?),
        Kind::Bytes => Value::Bytes(bytes),
        Kind::Text => Value::Text(text),
        Kind::Mark => Value::Present,
        Kind::Protocol | Kind::Moment => return None,
    })
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => Some(IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        16 => Some(IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?)),
        _ => None,
    }
}

/// `-` and other signs begin no number here.
fn leading_number(text: &str) -> Option<i64> {
    match text {
        "set" | "yes" => return Some(1),
        "not set" | "no" => return Some(0),
        // All bits are set.
        "forever" => return Some(u32::MAX.into()),
        _ => {}
    }
    let (digits, radix) = text.strip_prefix("0x").map_or((text, 10), |digits| (digits, 16));
    let end = digits.find(|letter: char| !letter.is_digit(radix)).unwrap_or(digits.len());
    i64::from_str_radix(&digits[..end], radix).ok()
}

/// Seconds with up to nine decimals, in nanoseconds.
fn seconds(text: &str) -> Option<i64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let rest = rest.bytes().chain(std::iter::repeat(b'0')).take(9);
    let ns = rest.fold(0, |ns, digit| ns * 10 + i64::from(digit.wrapping_sub(b'0')));
    whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?.checked_add(ns)
}
