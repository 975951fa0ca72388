//! Whether a packet passes a filter.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::Subject;
use super::catalogue::Read;
use super::expression::{Expression, Key, Literal, Name, Needle, Relation, Span};
use super::packet::Packet;
use super::value::{Kind, Value, Visit};
use crate::layers::layers_with;
use crate::tree::Wanted;

pub(super) fn matches(expression: &Expression, subject: &Subject<'_>) -> bool {
    holds(expression, &Packet::new(subject))
}

fn holds(expression: &Expression, packet: &Packet<'_>) -> bool {
    match expression {
        Expression::Not(inner) => !holds(inner, packet),
        Expression::All(parts) => parts.iter().all(|part| holds(part, packet)),
        Expression::Any(parts) => parts.iter().any(|part| holds(part, packet)),
        Expression::Present(name) => present(name, packet),
        Expression::Compare(key, relation, literal) => compare(key, *relation, literal, packet),
        Expression::Contains(key, needle) => any(key, packet, |value| contains(value, needle)),
        Expression::In(key, spans) => any(key, packet, |value| spans.iter().any(|span| within(value, span))),
    }
}

fn present(name: &Name, packet: &Packet<'_>) -> bool {
    let mut found = false;
    values(name, packet, &mut |_| found = true);
    found
}

fn any(key: &Key, packet: &Packet<'_>, wanted: impl Fn(&Value<'_>) -> bool) -> bool {
    let mut found = false;
    sliced(key, packet, &mut |value| found = found || wanted(&value));
    found
}

fn compare(key: &Key, relation: Relation, literal: &Literal, packet: &Packet<'_>) -> bool {
    let (mut values, mut fit) = (0, 0);
    sliced(key, packet, &mut |value| {
        values += 1;
        fit += usize::from(relate(&value, relation, literal));
    });
    match relation {
        Relation::NotEqual | Relation::AllEqual => values > 0 && fit == values,
        _ => fit > 0,
    }
}

fn relate(value: &Value<'_>, relation: Relation, literal: &Literal) -> bool {
    let ordering = order(value, literal);
    match relation {
        Relation::Equal | Relation::AllEqual => ordering == Some(Ordering::Equal),
        Relation::NotEqual | Relation::AnyNotEqual => ordering != Some(Ordering::Equal),
        Relation::Greater => ordering == Some(Ordering::Greater),
        Relation::Less => ordering == Some(Ordering::Less),
        Relation::GreaterEqual => ordering.is_some_and(Ordering::is_ge),
        Relation::LessEqual => ordering.is_some_and(Ordering::is_le),
    }
}

fn within(value: &Value<'_>, span: &Span) -> bool {
    let from = order(value, &span.from);
    match &span.to {
        None => from == Some(Ordering::Equal),
        Some(to) => from.is_some_and(Ordering::is_ge) && order(value, to).is_some_and(Ordering::is_le),
    }
}

/// How a value compares, or nothing if it is of another kind. Addresses compare with a net by the net's bits.
fn order(value: &Value<'_>, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::Number(value), Literal::Number(number)) => Some(value.cmp(number)),
        (Value::Time(value), Literal::Time(ns)) => Some(value.cmp(ns)),
        (Value::Mac(value), Literal::Mac(mac)) => Some(value.cmp(mac)),
        (Value::Address(value), Literal::Net(net, bits)) => in_net(*value, *net, *bits),
        (Value::Bytes(value), Literal::Bytes(bytes)) => Some((*value).cmp(bytes)),
        (Value::Shown(text, bytes), _) => shown(text, bytes, literal),
        _ => None,
    }
}

fn in_net(address: IpAddr, net: IpAddr, bits: u8) -> Option<Ordering> {
    let (address, net, rest) = match (address, net) {
        (IpAddr::V4(address), IpAddr::V4(net)) => {
            (u128::from(address.to_bits()), u128::from(net.to_bits()), 32 - bits)
        }
        (IpAddr::V6(address), IpAddr::V6(net)) => (address.to_bits(), net.to_bits(), 128 - bits),
        _ => return None,
    };
    let upper = |address: u128| address.checked_shr(rest.into()).unwrap_or(0);
    Some(upper(address).cmp(&upper(net)))
}

/// A value as the dissection writes it: `6 (TCP)`, `20 bytes`, `0x0800 (IPv4)`, `not set`, `10.0.0.1`.
fn shown(text: &str, bytes: &[u8], literal: &Literal) -> Option<Ordering> {
    let first = text.split(' ').next().unwrap_or_default();
    match literal {
        Literal::Number(number) => leading_number(text).map(|value| value.cmp(number)),
        Literal::Mac(mac) => (bytes.len() == mac.len()).then(|| bytes.cmp(mac)),
        Literal::Net(net, bits) => in_net(first.parse().ok()?, *net, *bits),
        Literal::Bytes(wanted) => Some(bytes.cmp(wanted)),
        Literal::Text(wanted) if first == wanted => Some(Ordering::Equal),
        Literal::Text(wanted) => Some(text.cmp(wanted)),
        Literal::Time(_) => None,
    }
}

/// `-` and other signs begin no number here.
fn leading_number(text: &str) -> Option<u64> {
    match text {
        "set" | "yes" => return Some(1),
        "not set" | "no" => return Some(0),
        _ => {}
    }
    let (digits, radix) = text.strip_prefix("0x").map_or((text, 10), |digits| (digits, 16));
    let end = digits.find(|letter: char| !letter.is_digit(radix)).unwrap_or(digits.len());
    u64::from_str_radix(&digits[..end], radix).ok()
}

fn contains(value: &Value<'_>, needle: &Needle) -> bool {
    let wanted = match needle {
        Needle::Bytes(bytes) => bytes.as_slice(),
        Needle::Text(text) => text.as_bytes(),
    };
    if let (Value::Shown(text, _), Needle::Text(wanted)) = (value, needle)
        && text.contains(wanted.as_str())
    {
        return true;
    }
    with_bytes(value, |bytes| find(bytes, wanted)).unwrap_or(false)
}

/// Whether `wanted` is somewhere in `bytes`. Whole pieces without its first byte are skipped: frames are long,
/// and every packet is searched.
fn find(bytes: &[u8], wanted: &[u8]) -> bool {
    const PIECE: usize = 64;
    let Some(first) = wanted.first() else { return true };
    let Some(last) = bytes.len().checked_sub(wanted.len()) else { return false };
    let pieces = bytes[..=last].chunks(PIECE).zip((0..).step_by(PIECE));
    pieces.filter(|(piece, _)| piece.contains(first)).any(|(piece, at)| {
        bytes[at..at + piece.len() + wanted.len() - 1].windows(wanted.len()).any(|window| window == wanted)
    })
}

/// The values of a field or, of a slice, those of their bytes, as far as they are long enough.
fn sliced(key: &Key, packet: &Packet<'_>, visit: Visit<'_>) {
    let Some((from, len)) = key.slice else { return values(&key.name, packet, visit) };
    let (from, len) = (usize::from(from), usize::from(len));
    values(&key.name, packet, &mut |value| {
        with_bytes(&value, |bytes| {
            bytes.get(from..from + len).into_iter().for_each(|slice| visit(Value::Bytes(slice)));
        });
    });
}

/// The bytes of a value, if it has any.
fn with_bytes<T>(value: &Value<'_>, take: impl FnOnce(&[u8]) -> T) -> Option<T> {
    match value {
        Value::Mac(bytes) => Some(take(bytes)),
        Value::Address(IpAddr::V4(address)) => Some(take(&address.octets())),
        Value::Address(IpAddr::V6(address)) => Some(take(&address.octets())),
        Value::Bytes(bytes) | Value::Shown(_, bytes) => Some(take(bytes)),
        Value::Present | Value::Number(_) | Value::Time(_) => None,
    }
}

fn values(name: &Name, packet: &Packet<'_>, visit: Visit<'_>) {
    match name {
        Name::Known(entry) => match entry.read {
            Read::Quick(read) => read(packet, visit),
            Read::Tree => in_tree(entry.key, entry.kind == Kind::Protocol, packet, visit),
        },
        Name::Other(name) => in_tree(name, !name.contains('.'), packet, visit),
    }
}

/// Looks for a field, or for a protocol by its fields, in the whole dissection.
fn in_tree(key: &str, is_protocol: bool, packet: &Packet<'_>, visit: Visit<'_>) {
    if !packet.may_have(key) {
        return;
    }
    let frame = packet.subject.frame;
    let wanted = if is_protocol { Wanted::Protocols } else { Wanted::Key(key) };
    for layer in &layers_with(frame, wanted).layers {
        if is_protocol {
            let of_protocol = |field: &str| field.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
            if layer.fields.first().is_some_and(|field| of_protocol(field.key)) {
                visit(Value::Bytes(&frame[layer.range.start..]));
            }
            continue;
        }
        for field in layer.walk().filter(|field| field.key == key) {
            visit(Value::Shown(&field.value, &frame[field.range.clone()]));
        }
    }
}
