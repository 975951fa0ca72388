//! Quantities: strings with units, read and written exactly, in integers.
//!
//! Forms and command lines take the same strings as documents do.
//!
//! Not floats: `1.203s` must be the same nanosecond everywhere, and what is written must read back as what it was.

use crate::bounds::QUOTED_MAX;
use netlab::{BitsPerSec, Duration, Ratio};
use smoltcp::wire::EthernetAddress;
use std::fmt::Write;
use texts::t;

/// The units of one kind of quantity: a name, and how many of the smallest unit it is; the smallest first.
pub(crate) type Units = &'static [(&'static str, u64)];

pub(crate) const TIME: Units = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];
pub(crate) const RATE: Units =
    &[("bps", 1), ("kbps", 1_000), ("Mbps", 1_000_000), ("Gbps", 1_000_000_000), ("Tbps", 1_000_000_000_000)];
pub(crate) const SIZE: Units = &[
    ("B", 1),
    ("kB", 1_000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
    ("TB", 1_000_000_000_000),
    ("TiB", 1 << 40),
];

/// The unit of a queue that counts frames.
pub(crate) const FRAMES: Units = &[("frames", 1), ("frame", 1)];

/// Reads `1ms`. The error says what to write instead.
pub fn parse_time(text: &str) -> Result<Duration, String> {
    parse(text, TIME, "1ms").map(Duration::from_nanos)
}

/// Reads `100Mbps`. The error says what to write instead.
pub fn parse_rate(text: &str) -> Result<BitsPerSec, String> {
    let rate = parse(text, RATE, "100Mbps")?;
    BitsPerSec::new(rate)
        .ok_or_else(|| t!("nothing passes at a rate of zero: write something like \"100Mbps\"").to_owned())
}

/// Reads `64KiB`, in bytes. The error says what to write instead.
pub fn parse_size(text: &str) -> Result<u64, String> {
    parse(text, SIZE, "64KiB")
}

/// Reads a quantity in the smallest of these units. The error says what to write instead; `example` is a good one.
pub(crate) fn parse(text: &str, units: Units, example: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits_end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..digits_end], text[digits_end..].trim_start());
    if number.is_empty() {
        return Err(match text.strip_prefix(['-', '\u{2212}']) {
            Some(_) => t!("{} is negative: write something like \"{example}\"", quoted(text)),
            None => {
                t!("{} is not a number with a unit: write something like \"{example}\"", quoted(text))
            }
        });
    }
    if unit.is_empty() {
        return Err(t!("{} has no unit: write something like \"{example}\"", quoted(text)));
    }
    // Both of Unicode's micro signs.
    let unit = if matches!(unit, "µs" | "μs") { "us" } else { unit };
    let Some(&(_, scale)) = units.iter().find(|(name, _)| *name == unit) else {
        let alike = units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit));
        let names: Vec<_> = units.iter().map(|(name, _)| *name).collect();
        return Err(match alike {
            Some((name, _)) => {
                t!("{} is not a unit here: write \"{number}{name}\"", quoted(unit))
            }
            None => t!("{} is not a unit here: use one of {}", quoted(unit), names.join(", ")),
        });
    };
    let smallest = units[0].0;
    exact(number, scale).map_err(|why| match why {
        Inexact::Malformed => {
            t!("{} is not a number: write something like \"{example}\"", quoted(number))
        }
        Inexact::TooFine => t!("{} is not a whole number of {smallest}", quoted(text)),
        Inexact::TooLarge => t!("{} is far too large", quoted(text)),
    })
}

/// Why a decimal number is not a whole number of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inexact {
    /// Not a decimal number.
    Malformed,
    /// It has more decimals than the unit.
    TooFine,
    /// It has more than 64 bits.
    TooLarge,
}

/// `number` (decimal digits, perhaps a point, perhaps an exponent, no sign) times `scale`, if that is whole.
pub(crate) fn exact(number: &str, scale: u64) -> Result<u64, Inexact> {
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| Inexact::TooLarge)?),
        None => (number, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return Err(Inexact::Malformed),
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit()) {
        return Err(Inexact::Malformed);
    }
    let fraction = fraction.trim_end_matches('0');
    let digits = [whole, fraction].concat();
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    // Nineteen digits after the point and twenty before it are more than any unit here can use.
    if fraction.len() > 19 {
        return Err(Inexact::TooFine);
    }
    if digits.len() > 39 {
        return Err(Inexact::TooLarge);
    }
    let mantissa: u128 = digits.parse().map_err(|_| Inexact::TooLarge)?;
    let shift = exponent.saturating_sub(fraction.len() as i32);
    let power = 10u128.checked_pow(shift.unsigned_abs());
    let value = if shift >= 0 {
        let power = power.ok_or(Inexact::TooLarge)?;
        mantissa.checked_mul(u128::from(scale)).and_then(|value| value.checked_mul(power))
    } else {
        let power = power.ok_or(Inexact::TooFine)?;
        let value = mantissa.checked_mul(u128::from(scale)).ok_or(Inexact::TooLarge)?;
        if !value.is_multiple_of(power) {
            return Err(Inexact::TooFine);
        }
        Some(value / power)
    };
    value.and_then(|value| u64::try_from(value).ok()).ok_or(Inexact::TooLarge)
}

/// A decimal number as JSON writes it, in whole thousandths, rounded half away from zero; `None` if it has more than 64 bits.
pub(crate) fn thousandths(number: &str) -> Option<i64> {
    let (sign, number) = number.strip_prefix('-').map_or((1, number), |number| (-1, number));
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    // An exponent of more than 64 bits is as good as any that is far out.
    let far = if exponent.starts_with('-') { -1_000_000 } else { 1_000_000 };
    let exponent = exponent.parse::<i64>().map_or(far, |exponent| exponent.clamp(-1_000_000, 1_000_000));
    // The number of digits up to the thousandths.
    let kept = whole.len() as i64 + exponent + 3;
    let mut digits = whole.bytes().chain(fraction.bytes()).map(|digit| i64::from(digit - b'0'));
    let mut value: i64 = 0;
    for _ in 0..kept {
        match digits.next() {
            Some(digit) => value = value.checked_mul(10)?.checked_add(digit)?,
            None if value == 0 => break,
            None => value = value.checked_mul(10)?,
        }
    }
    let rounds_up = kept >= 0 && digits.next().is_some_and(|digit| digit >= 5);
    Some(sign * (value + i64::from(rounds_up)))
}

/// Text from a document in quotes, shortened, for a message that quotes it.
pub fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(QUOTED_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

/// In the largest unit in which it is at least one: `1.203s`, `500us`.
pub fn show_time(time: Duration) -> String {
    decimal(time.nanos(), &TIME[..4])
}

/// In the largest unit in which it is at least one: `1.5Mbps`.
pub fn show_rate(rate: BitsPerSec) -> String {
    decimal(rate.get(), RATE)
}

/// In the unit that makes it shortest: `64KiB`, `1MB`, `1514B`.
pub fn show_size(bytes: u64) -> String {
    let whole = SIZE.iter().filter(|(_, scale)| bytes.is_multiple_of(*scale) && (bytes > 0 || *scale == 1));
    whole
        .map(|(name, scale)| format!("{}{name}", bytes / scale))
        .min_by_key(String::len)
        .expect("every number is whole in bytes")
}

/// Between 0 and 1, in at most nine decimals.
pub(crate) fn show_ratio(ratio: Ratio) -> String {
    let ppb = ratio.ppb();
    let (whole, rest) = (ppb / 1_000_000_000, ppb % 1_000_000_000);
    with_fraction(u64::from(whole), u64::from(rest), 9)
}

/// With colons, as most tools do; smoltcp writes dashes.
pub(crate) fn show_mac(mac: EthernetAddress) -> String {
    mac.0.map(|byte| format!("{byte:02x}")).join(":")
}

/// In at most three decimals.
pub(crate) fn show_thousandths(number: f64) -> String {
    let thousandths = (number * 1e3).round() as i64;
    let sign = if thousandths < 0 { "-" } else { "" };
    let digits = thousandths.unsigned_abs();
    sign.to_owned() + &with_fraction(digits / 1_000, digits % 1_000, 3)
}

/// Whole seconds with up to nine decimals, without a unit.
pub(crate) fn show_seconds(time: Duration) -> String {
    with_fraction(time.nanos() / 1_000_000_000, time.nanos() % 1_000_000_000, 9)
}

fn decimal(value: u64, units: &[(&str, u64)]) -> String {
    let &(name, scale) = units.iter().rfind(|(_, scale)| value >= *scale).unwrap_or(&units[0]);
    // Zero is zero in every unit; of the usual one it reads best.
    let name = if value == 0 && units[0].0 == "ns" { "s" } else { name };
    with_fraction(value / scale, value % scale, scale.ilog10() as usize) + name
}

fn with_fraction(whole: u64, rest: u64, decimals: usize) -> String {
    let mut shown = whole.to_string();
    if rest > 0 {
        let fraction = format!("{rest:0decimals$}");
        write!(shown, ".{}", fraction.trim_end_matches('0')).expect("a string takes everything");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousandths_are_rounded_whatever_way_they_are_written() {
        for (text, value) in [
            ("0", Some(0)),
            ("-0.0", Some(0)),
            ("150", Some(150_000)),
            ("-12.5", Some(-12_500)),
            ("0.0004999", Some(0)),
            ("0.0005", Some(1)),
            ("-0.0005", Some(-1)),
            ("99999.9999", Some(100_000_000)),
            ("1.5e2", Some(150_000)),
            ("1.5E+2", Some(150_000)),
            ("15000e-2", Some(150_000)),
            ("7e-4", Some(1)),
            ("9e-5", Some(0)),
            ("0e999999999999999999999", Some(0)),
            ("1e-999999999999999999999", Some(0)),
            ("1e999999999999999999999", None),
            ("1e300", None),
        ] {
            assert_eq!(thousandths(text), value, "{text}");
        }
    }

    #[test]
    fn quantities_are_exact() {
        for (text, units, value) in [
            ("1.203s", TIME, 1_203_000_000),
            ("0.000000001s", TIME, 1),
            ("5 µs", TIME, 5_000),
            ("1h", TIME, 3_600_000_000_000),
            ("18446744073.709551615s", TIME, u64::MAX),
            ("1.5Mbps", RATE, 1_500_000),
            ("64KiB", SIZE, 65_536),
            ("0.5KiB", SIZE, 512),
            ("007B", SIZE, 7),
            ("0.0s", TIME, 0),
        ] {
            assert_eq!(parse(text, units, ""), Ok(value), "{text}");
        }
        for text in [
            "0.0000000001s",
            "0.5ns",
            "18446744073.709551616s",
            "99999999999999999999999999999999999999999999s",
        ] {
            assert!(parse(text, TIME, "").is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_with_exponents_are_exact_too() {
        assert_eq!(exact("1e-9", 1_000_000_000), Ok(1));
        assert_eq!(exact("12.5e1", 1), Ok(125));
        assert_eq!(exact("0e99999999999", 1), Err(Inexact::TooLarge));
        assert_eq!(exact("1e-10", 1_000_000_000), Err(Inexact::TooFine));
        assert_eq!(exact("1e-999999999", 1_000_000_000), Err(Inexact::TooFine));
        assert_eq!(exact("1e999999999", 1), Err(Inexact::TooLarge));
        for malformed in ["", ".", "1.", ".5", "-1", "1.2.3", "0x10", "１"] {
            assert_eq!(exact(malformed, 1), Err(Inexact::Malformed), "{malformed}");
        }
    }

    #[test]
    fn sizes_are_shown_in_the_shortest_way() {
        for (bytes, shown) in [
            (0, "0B"),
            (1_514, "1514B"),
            (65_536, "64KiB"),
            (1_000_000, "1MB"),
            (1_024_000, "1024kB"),
            (3 << 30, "3GiB"),
        ] {
            assert_eq!(show_size(bytes), shown);
        }
    }
}
