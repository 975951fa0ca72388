//! Quantities as texts for the page.
//!
//! Not the `Display` of the quantities themselves: that one is exact and is what a scenario is written in. These are
//! rounded to a few digits, with SI units and a no-break space before them.

pub use wire::decimal::{decimal, fixed};
use wire::{Duration, Instant, Ratio};

/// Digits as people of the page's language write them.
///
/// [`decimal`] and [`fixed`] keep the point: what they make is read again, by styles, drawings and forms.
pub fn shown(mut digits: String) -> String {
    let point = texts::decimal_point();
    if point != '.'
        && let Some(at) = digits.find('.')
    {
        digits.replace_range(at..=at, point.encode_utf8(&mut [0; 4]));
    }
    digits
}

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
    format!("{}{NBSP}{}", shown(text[..unit].to_owned()), &text[unit..])
}

/// A moment of virtual time to the microsecond, in groups: `1.203 456`.
pub fn clock(at: Instant) -> String {
    let us = at.nanos() / 1_000;
    let (secs, millis, micros) = (us / 1_000_000, us / 1_000 % 1_000, us % 1_000);
    format!("{}{}{millis:03}{NBSP}{micros:03}", count(secs), texts::decimal_point())
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
    format!("{}{NBSP}%", shown(decimal(share * 100.0, 4)))
}

/// A history's hash, as the command line prints it.
pub fn hash(hash: u64) -> String {
    format!("{hash:016x}")
}

/// Capitalizes the first letter.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| match first {
        // Those of Latin-1: the tables of all languages weigh more than what is capitalized.
        'à'..='ö' | 'ø'..='þ' => char::from(first as u8 - 0x20),
        first => first.to_ascii_uppercase(),
    });
    first.map_or_else(String::new, |first| format!("{first}{}", chars.as_str()))
}

/// What makes a number an ordinal one in English: `1st`, `22nd`, `113th`. Texts in other languages leave it out.
pub const fn th(number: u64) -> &'static str {
    match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
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
    shown(fixed(
        value,
        match value {
            v if v < 9.995 => 2,
            v if v < 99.95 => 1,
            _ => 0,
        },
    ))
}

/// A message as a sentence: with a capital letter and a full stop.
pub fn sentence(text: &str) -> String {
    let end = if text.is_empty() || text.ends_with(['.', '!', '?']) { "" } else { "." };
    capital(text) + end
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
    fn the_first_letter_is_capitalized_in_languages_with_accents_too() {
        assert_eq!(
            ["no route", "última", "ñu", "÷", "Ya", ""].map(capital),
            ["No route", "Última", "Ñu", "÷", "Ya", ""]
        );
        assert_eq!(
            [sentence("él espera"), sentence("done."), sentence("")],
            ["Él espera.", "done.", ""].map(capital)
        );
    }

    #[test]
    fn an_ordinal_ends_as_in_english() {
        let counted = [1, 3, 4, 11, 12, 20, 21, 22, 103, 112].map(|number| format!("{number}{}", th(number)));
        assert_eq!(counted.join(" "), "1st 3rd 4th 11th 12th 20th 21st 22nd 103rd 112th");
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!(plain(count(1_234_567)), "1 234 567");
        assert_eq!(plain(count(12)), "12");
    }
}
