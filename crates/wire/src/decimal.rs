//! Decimal texts of floating-point numbers.
//!
//! Written with integers: the standard library's way is exact to the last of a thousand digits, and its tables are as much to
//! download as half of the page's stage.

/// `value` with exactly `places` decimals, rounded half away from zero: `0.10`.
pub fn fixed(value: f64, places: u32) -> String {
    let one = 10_u64.pow(places);
    let scaled = (value * one as f64).round() as i64;
    let sign = if scaled < 0 { "-" } else { "" };
    let (whole, part) = (scaled.unsigned_abs() / one, scaled.unsigned_abs() % one);
    match places {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{part:0width$}", width = places as usize),
    }
}

/// `value` rounded to at most `places` decimals, without zeros at its end: `0.1`.
pub fn decimal(value: f64, places: u32) -> String {
    let text = fixed(value, places);
    if places == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

/// Reads digits with at most one point among them: `17.6`. Digits after the fifteenth, which a number hardly holds, are dropped
/// behind the point.
pub fn parse(text: &str) -> Option<f64> {
    const DIGITS_MAX: u32 = 15;
    let (mut number, mut digits, mut places) = (0_u64, 0, None);
    for byte in text.bytes() {
        match byte {
            b'.' if places.is_none() => places = Some(0),
            b'0'..=b'9' if digits < DIGITS_MAX => {
                number = number * 10 + u64::from(byte - b'0');
                digits += 1;
                places = places.map(|places| places + 1);
            }
            b'0'..=b'9' if places.is_some() => {}
            _ => return None,
        }
    }
    (digits > 0).then(|| number as f64 / 10_u64.pow(places.unwrap_or(0)) as f64)
}

/// `value` within bounds. `f64::clamp` would print bounds that are in the wrong order, and that alone brings the standard library's
/// way of writing numbers into the page, unless the bounds are constants.
pub const fn clamp(value: f64, low: f64, high: f64) -> f64 {
    if value < low {
        low
    } else if value > high {
        high
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded_and_keep_their_sign() {
        assert_eq!([fixed(0.05, 1), fixed(-0.25, 2), fixed(1234.5678, 3)], ["0.1", "-0.25", "1234.568"]);
        assert_eq!([fixed(-0.001, 2), fixed(99.5, 0), fixed(0.0, 1)], ["0.00", "100", "0.0"]);
        assert_eq!([decimal(2.50, 2), decimal(100.0, 0), decimal(3.0, 2)], ["2.5", "100", "3"]);
    }

    #[test]
    fn bounds_hold() {
        for value in [-1.0, 0.0, -0.0, 0.5, 1.0, 2.0, f64::INFINITY, f64::NAN] {
            assert_eq!(clamp(value, 0.0, 1.0).to_bits(), value.clamp(0.0, 1.0).to_bits(), "{value}");
        }
    }

    #[test]
    fn what_is_read_is_what_the_standard_library_reads() {
        for text in ["0", "16", "17.6", "17.600000381469727", ".5", "7.", "013.25", "123456789012345"] {
            assert_eq!(parse(text).map(|read| read as f32), text.parse().ok(), "{text}");
        }
        for text in ["16", "17.6", "0.1", "299.999", "1024.5"] {
            assert_eq!(parse(text), text.parse().ok(), "{text}");
        }
        for text in ["", ".", "-1", "1.2.3", "NaN", "1e3", "1px", "1234567890123456"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
