//! Whether a packet passes a filter.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::Subject;
use super::catalogue::{Entry, Read};
use super::expression::{
    End, Expression, Function, Literal, Needle, Operand, Part, Quantity, Relation, Sign, Span,
};
use super::packet::Packet;
use super::tree::in_tree;
use super::value::{Kept, Value, Visit};

pub(super) fn matches(expression: &Expression, subject: &Subject<'_>) -> bool {
    holds(expression, &Packet::new(subject))
}

fn holds(expression: &Expression, packet: &Packet<'_>) -> bool {
    match expression {
        Expression::Not(inner) => !holds(inner, packet),
        Expression::All(parts) => parts.iter().all(|part| holds(part, packet)),
        Expression::Any(parts) => parts.iter().any(|part| holds(part, packet)),
        Expression::Present(operand) => present(operand, packet),
        Expression::Compare(quantity, left, relation, right) => {
            compare(*quantity, left, *relation, right, packet)
        }
        Expression::Contains(quantity, operand, needle) => {
            some(*quantity, operand, packet, |value| contains(value, needle))
        }
        Expression::Matches(quantity, operand, pattern) => some(*quantity, operand, packet, |value| {
            value.with_all(|bytes| pattern.matches(bytes)).unwrap_or(false)
        }),
        Expression::In(quantity, operand, spans) => {
            some(*quantity, operand, packet, |value| spans.iter().any(|span| within(value, span)))
        }
    }
}

/// Whether there is a value; what is calculated must not be zero.
fn present(operand: &Operand, packet: &Packet<'_>) -> bool {
    let calculated = matches!(operand, Operand::Arithmetic(..) | Operand::Negative(_));
    let mut found = false;
    each(operand, packet, &mut |value| {
        found = found || !calculated || !matches!(value, Value::Number(0) | Value::Time(0));
    });
    found
}

/// Whether any value does, or all.
fn some(
    quantity: Quantity,
    operand: &Operand,
    packet: &Packet<'_>,
    does: impl Fn(&Value<'_>) -> bool,
) -> bool {
    let (mut values, mut fit) = (0, 0);
    each(operand, packet, &mut |value| {
        values += 1;
        fit += usize::from(does(&value));
    });
    match quantity {
        Quantity::All => values > 0 && fit == values,
        Quantity::Usual | Quantity::Any => fit > 0,
    }
}

fn compare(
    quantity: Quantity,
    left: &Operand,
    relation: Relation,
    right: &Operand,
    packet: &Packet<'_>,
) -> bool {
    let all = match (quantity, relation) {
        (Quantity::All, _) => true,
        (Quantity::Any, _) => false,
        (Quantity::Usual, Relation::NotEqual | Relation::AllEqual) => true,
        (Quantity::Usual, _) => false,
    };
    let (mut values, mut fit) = (0, 0);
    if let Operand::Literal(literal) = right {
        each(left, packet, &mut |value| {
            values += 1;
            fit += usize::from(relates(order(&value, literal), relation));
        });
        return if all { values > 0 && fit == values } else { fit > 0 };
    }
    let mut others = Vec::new();
    each(right, packet, &mut |value| others.extend(value.keep()));
    each(left, packet, &mut |value| {
        for other in &others {
            values += 1;
            fit += usize::from(relates(order_kept(&value, other), relation));
        }
    });
    if all { values > 0 && fit == values } else { fit > 0 }
}

fn relates(ordering: Option<Ordering>, relation: Relation) -> bool {
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

/// How a value compares. Addresses compare with a net by the net's bits. Nothing if the two are of different kinds, which parsing
/// excludes.
fn order(value: &Value<'_>, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::Number(value), Literal::Number(number)) => Some(value.cmp(number)),
        (Value::Time(value), Literal::Time(ns) | Literal::Moment(ns)) => Some(value.cmp(ns)),
        (Value::Mac(value), Literal::Mac(mac)) => Some(value.cmp(mac)),
        (Value::Address(value), Literal::Net(net, bits)) => in_net(*value, *net, *bits),
        (Value::Text(value), Literal::Text(text)) => Some((*value).cmp(text)),
        (Value::Text(value), Literal::Bytes(bytes)) => Some(value.as_bytes().cmp(bytes)),
        (value, Literal::Bytes(bytes)) => value.with_bytes(|value| value.cmp(bytes)),
        (value, Literal::Mac(mac)) => value.with_bytes(|value| value.cmp(&mac[..])),
        _ => None,
    }
}

fn order_kept(value: &Value<'_>, other: &Kept) -> Option<Ordering> {
    match (value, other) {
        (Value::Number(value), Kept::Number(other)) => Some(value.cmp(other)),
        (Value::Time(value), Kept::Time(other)) => Some(value.cmp(other)),
        (Value::Address(value), Kept::Address(other)) => Some(value.cmp(other)),
        (Value::Text(value), Kept::Text(other)) => Some((*value).cmp(other)),
        (value, Kept::Bytes(other)) => value.with_bytes(|value| value.cmp(&other[..])),
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

fn contains(value: &Value<'_>, needle: &Needle) -> bool {
    let wanted = match needle {
        Needle::Bytes(bytes) => bytes.as_slice(),
        Needle::Text(text) => text.as_bytes(),
    };
    value.with_all(|bytes| find(bytes, wanted)).unwrap_or(false)
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

/// The values of a field or of what is made of fields.
fn each(operand: &Operand, packet: &Packet<'_>, visit: Visit<'_>) {
    match operand {
        Operand::Field(entry) => field(entry, packet, visit),
        Operand::Slice(operand, parts) => each(operand, packet, &mut |value| sliced(&value, parts, visit)),
        Operand::Call(function, arguments) => call(*function, arguments, packet, visit),
        Operand::Negative(operand) => each(operand, packet, &mut |value| match value {
            Value::Number(number) => visit(Value::Number(number.wrapping_neg())),
            Value::Time(ns) => visit(Value::Time(ns.wrapping_neg())),
            _ => {}
        }),
        Operand::Arithmetic(left, sign, right) => {
            let mut rights = Vec::new();
            each(right, packet, &mut |value| rights.extend(number(&value)));
            each(left, packet, &mut |value| {
                let Some(left) = number(&value) else { return };
                for &right in &rights {
                    match (calculated(left, *sign, right), &value) {
                        (Some(result), Value::Time(_)) => visit(Value::Time(result)),
                        (Some(result), _) => visit(Value::Number(result)),
                        (None, _) => {}
                    }
                }
            });
        }
        Operand::Literal(literal) => match literal {
            Literal::Number(number) => visit(Value::Number(*number)),
            Literal::Time(ns) | Literal::Moment(ns) => visit(Value::Time(*ns)),
            Literal::Mac(mac) => visit(Value::Mac(*mac)),
            Literal::Net(address, _) => visit(Value::Address(*address)),
            Literal::Bytes(bytes) => visit(Value::Bytes(bytes)),
            Literal::Text(text) => visit(Value::Text(text)),
        },
    }
}

fn field(entry: &Entry, packet: &Packet<'_>, visit: Visit<'_>) {
    match entry.read {
        Read::Quick(read) => read(packet, visit),
        Read::Tree => in_tree(entry.key, entry.kind, packet, visit),
        Read::TreeAs(key) => in_tree(key, entry.kind, packet, visit),
    }
}

/// As a number: bytes as the number that they write, if they are eight at most.
fn number(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Number(number) | Value::Time(number) => Some(*number),
        value => value.with_bytes(|bytes| {
            (bytes.len() <= 8).then(|| bytes.iter().fold(0, |number, &byte| number << 8 | i64::from(byte)))
        })?,
    }
}

fn calculated(left: i64, sign: Sign, right: i64) -> Option<i64> {
    match sign {
        Sign::And => Some(left & right),
        Sign::Plus => left.checked_add(right),
        Sign::Minus => left.checked_sub(right),
        Sign::Times => left.checked_mul(right),
        Sign::Over => left.checked_div(right),
        Sign::Modulo => left.checked_rem(right),
    }
}

/// The chosen bytes, one behind the other, if the value has all of them.
fn sliced(value: &Value<'_>, parts: &[Part], visit: Visit<'_>) {
    let chosen = value.with_bytes(|bytes| {
        let mut chosen = Vec::new();
        for part in parts {
            chosen.extend_from_slice(bytes.get(range(*part, bytes.len())?)?);
        }
        Some(chosen)
    });
    let chosen: Option<Vec<u8>> = chosen.flatten();
    match (chosen, value) {
        (Some(bytes), Value::Text(_)) => visit(Value::Text(&String::from_utf8_lossy(&bytes))),
        (Some(bytes), _) => visit(Value::Bytes(&bytes)),
        (None, _) => {}
    }
}

fn range(part: Part, len: usize) -> Option<std::ops::Range<usize>> {
    let place =
        |at: i32| if at < 0 { len.checked_sub(at.unsigned_abs() as usize) } else { Some(at as usize) };
    let from = place(part.from)?;
    let to = match part.to {
        End::Length(length) => from + length as usize,
        End::Last(last) => place(last)? + 1,
        End::Open => len,
    };
    (from < to && to <= len).then_some(from..to)
}

fn call(function: Function, arguments: &[Operand], packet: &Packet<'_>, visit: Visit<'_>) {
    let Some(first) = arguments.first() else { return };
    match function {
        Function::Len => each(first, packet, &mut |value| {
            if let Some(length) = value.with_bytes(<[u8]>::len) {
                visit(Value::Number(length as i64));
            }
        }),
        Function::Upper => each(first, packet, &mut |value| {
            if let Value::Text(text) = value {
                visit(Value::Text(&text.to_ascii_uppercase()));
            }
        }),
        Function::Lower => each(first, packet, &mut |value| {
            if let Value::Text(text) = value {
                visit(Value::Text(&text.to_ascii_lowercase()));
            }
        }),
        Function::Count => {
            let mut count = 0;
            each(first, packet, &mut |_| count += 1);
            if count > 0 {
                visit(Value::Number(count));
            }
        }
        Function::String => each(first, packet, &mut |value| visit(Value::Text(&written(&value)))),
        Function::Abs => each(first, packet, &mut |value| match value {
            Value::Time(ns) => visit(Value::Time(ns.saturating_abs())),
            value => {
                number(&value).into_iter().for_each(|number| visit(Value::Number(number.saturating_abs())))
            }
        }),
        Function::Max | Function::Min => {
            let mut best: Option<i64> = None;
            let mut is_time = false;
            for argument in arguments {
                each(argument, packet, &mut |value| {
                    is_time |= matches!(value, Value::Time(_));
                    let Some(number) = number(&value) else { return };
                    let better = |best: i64| {
                        if function == Function::Max { best.max(number) } else { best.min(number) }
                    };
                    best = Some(best.map_or(number, better));
                });
            }
            match best {
                Some(ns) if is_time => visit(Value::Time(ns)),
                Some(number) => visit(Value::Number(number)),
                None => {}
            }
        }
    }
}

/// A value as a text.
fn written(value: &Value<'_>) -> String {
    let hex = |bytes: &[u8]| {
        let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(":")
    };
    match value {
        Value::Number(number) => number.to_string(),
        Value::Time(ns) => {
            let sign = if *ns < 0 { "-" } else { "" };
            format!("{sign}{}.{:09}", ns.unsigned_abs() / 1_000_000_000, ns.unsigned_abs() % 1_000_000_000)
        }
        Value::Address(address) => address.to_string(),
        Value::Text(text) => (*text).into(),
        Value::Present => String::new(),
        Value::Mac(_) | Value::Bytes(_) | Value::Protocol { .. } => value.with_bytes(hex).unwrap_or_default(),
    }
}
