//! Quantities as texts for the page.
//!
//! Not the `Display` of the quantities themselves: that one is exact and is what a scenario is written in. These are
//! rounded to a few digits, with SI units and a no-break space before them.

pub use wire::decimal::{decimal, fixed};
use wire::{Duration, Instant, Ratio};

/// A no-break space, so that a line never breaks between a number and its unit.
const NBSP: char = '\u{a0}';

/// A duration with three significant digits: `4.21 ms`, `850 ns`, `12.0 s`.
pub fn duration(duration: Duration) -> String {
    let ns = duration.nanos() as f64;
    let (value, unit) = match duration.nanos() {
        0 => return format!("0{NBSP}s"),
        ns @ 1..1_000 => return format!("{ns}{NBSP}ns"),
        1_000..1_000_000 => (ns / 1e3, "µs"),
        1_000_000..1_000_000_000 => (ns / 1e6, "ms"),
        _ => (ns / 1e9, "s"),
    };
    format!("{}{NBSP}{unit}", significant(value))
}

/// A duration without trailing zeros, for settings: `20 ms`, `1.5 s`.
pub fn setting(duration: Duration) -> String {
    let text = duration.to_string();
    let unit = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    format!("{}{NBSP}{}", &text[..unit], &text[unit..])
}

/// A moment of virtual time to the microsecond, in groups: `1.203 456`.
pub fn clock(at: Instant) -> String {
    let us = at.nanos() / 1_000;
    let (secs, millis, micros) = (us / 1_000_000, us / 1_000 % 1_000, us % 1_000);
    format!("{}.{millis:03}{NBSP}{micros:03}", count(secs))
}

/// Bits per second: `94.1 Mbit/s`.
pub fn bit_rate(bits_per_sec: f64) -> String {
    let (value, unit) = scaled(bits_per_sec, &["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"]);
    format!("{value}{NBSP}{unit}")
}

/// Bytes in decimal multiples, as iperf counts: `1.00 MB`.
pub fn bytes(bytes: u64) -> String {
    let (value, unit) = scaled(bytes as f64, &["B", "kB", "MB", "GB", "TB"]);
    format!("{value}{NBSP}{unit}")
}

/// Bytes of a buffer, in binary multiples if they are whole: `64 KiB`, `1500 B`.
pub fn buffer(bytes: usize) -> String {
    for (unit, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if bytes >= unit && bytes.is_multiple_of(unit) {
            return format!("{}{NBSP}{name}", bytes / unit);
        }
    }
    format!("{}{NBSP}B", count(bytes as u64))
}

/// A count with its digits in groups of three: `12 345`.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(NBSP);
        }
        out.push(digit);
    }
    out
}

/// A probability as a percentage: `1 %`, `0.05 %`.
pub fn percent(ratio: Ratio) -> String {
    share(ratio.as_f64())
}

/// A share from 0 to 1 as a percentage: `1 %`, `12.3 %`.
pub fn share(share: f64) -> String {
    format!("{}{NBSP}%", decimal(share * 100.0, 4))
}

/// A history's hash, as the command line prints it.
pub fn hash(hash: u64) -> String {
    format!("{hash:016x}")
}

/// A count and its noun: `1 reply`, `2 replies`.
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{}{NBSP}{}", count(number), if number == 1 { one } else { many })
}

/// Capitalizes the first letter, which is one of English.
pub fn capital(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// An ordinal number: `1st`, `22nd`, `113th`.
pub fn ordinal(number: u64) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{}{ending}", count(number))
}

fn scaled(value: f64, units: &[&'static str]) -> (String, &'static str) {
    let mut value = value.max(0.0);
    let mut unit = 0;
    // 999.5 rounds to 1000: then the next unit reads better.
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1_000.0;
        unit += 1;
    }
    let text = if unit == 0 { fixed(value, 0) } else { significant(value) };
    (text, units[unit])
}

fn significant(value: f64) -> String {
    match value {
        v if v < 9.995 => fixed(v, 2),
        v if v < 99.95 => fixed(v, 1),
        v => fixed(v, 0),
    }
}

/// A message as a sentence: with a capital letter and a full stop.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    first.map_or_else(String::new, |first| format!("{first}{}{end}", chars.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replaces no-break spaces with ordinary ones.
    fn plain(text: String) -> String {
        text.replace(NBSP, " ")
    }

    #[test]
    fn a_duration_has_three_digits_and_the_unit_that_fits() {
        for (ns, shown) in [
            (0, "0 s"),
            (850, "850 ns"),
            (4_211_000, "4.21 ms"),
            (121_120, "121 µs"),
            (12_000_000_000, "12.0 s"),
        ] {
            assert_eq!(plain(duration(Duration::from_nanos(ns))), shown);
        }
    }

    #[test]
    fn a_setting_is_shown_as_it_was_set() {
        assert_eq!(plain(setting(Duration::from_millis(20))), "20 ms");
        assert_eq!(plain(setting(Duration::from_millis(1_500))), "1.5 s");
        assert_eq!(plain(setting(Duration::ZERO)), "0 s");
    }

    #[test]
    fn the_clock_shows_microseconds_and_never_rounds_up() {
        assert_eq!(plain(clock(Instant::from_nanos(1_203_456_999))), "1.203 456");
        assert_eq!(plain(clock(Instant::ZERO)), "0.000 000");
        assert_eq!(plain(clock(Instant::from_nanos(3_600_000_000_000))), "3 600.000 000");
    }

    #[test]
    fn rates_and_sizes_change_unit_where_they_would_round_to_a_thousand() {
        assert_eq!(plain(bit_rate(94_130_000.0)), "94.1 Mbit/s");
        assert_eq!(plain(bit_rate(999_600.0)), "1.00 Mbit/s");
        assert_eq!(plain(bit_rate(0.0)), "0 bit/s");
        assert_eq!(plain(bytes(1_000_000)), "1.00 MB");
        assert_eq!(plain(bytes(999)), "999 B");
        assert_eq!(plain(buffer(65_536)), "64 KiB");
        assert_eq!(plain(buffer(1_500)), "1 500 B");
    }

    #[test]
    fn small_shares_keep_their_digits() {
        assert_eq!(plain(percent(Ratio::percent(1))), "1 %");
        assert_eq!(plain(percent(Ratio::from_ppb(500_000).unwrap())), "0.05 %");
        assert_eq!(plain(share(0.123)), "12.3 %");
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!(plain(count(1_234_567)), "1 234 567");
        assert_eq!(plain(count(12)), "12");
        assert_eq!(plain(plural(1, "reply", "replies")), "1 reply");
    }
}
