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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded_and_keep_their_sign() {
        assert_eq!([fixed(0.05, 1), fixed(-0.25, 2), fixed(1234.5678, 3)], ["0.1", "-0.25", "1234.568"]);
        assert_eq!([fixed(-0.001, 2), fixed(99.5, 0), fixed(0.0, 1)], ["0.00", "100", "0.0"]);
        assert_eq!([decimal(2.50, 2), decimal(100.0, 0), decimal(3.0, 2)], ["2.5", "100", "3"]);
    }
}
