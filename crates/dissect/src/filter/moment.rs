//! Dates and times, as filters write them: `"2024-05-01 12:30:00.5"`, in UTC. Days are counted as Howard Hinnant does
//! ("chrono-compatible low-level date algorithms").

const NS: i64 = 1_000_000_000;
const DAY_S: i64 = 86_400;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads `2024-05-01`, `2024-05-01 12:30`, `2024-05-01T12:30:00.5Z` or `May 1, 2024 12:30:00`: nanoseconds since 1970.
pub(super) fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix("UTC").or_else(|| text.strip_suffix('Z')).unwrap_or(text).trim_end();
    let (date, time) = match MONTHS.iter().position(|month| text.starts_with(month)) {
        Some(month) => {
            let rest = text[3..].trim_start();
            let (day, rest) = rest.split_once(',')?;
            let rest = rest.trim_start();
            let (year, time) = rest.split_once(' ').unwrap_or((rest, ""));
            ([decimal(year)?, month as i64 + 1, decimal(day)?], time)
        }
        None => {
            let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
            let mut parts = date.split('-');
            let date = [decimal(parts.next()?)?, decimal(parts.next()?)?, decimal(parts.next()?)?];
            (parts.next().is_none().then_some(date)?, time)
        }
    };
    let [year, month, day] = date;
    let valid = (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let seconds = days(year, month, day).checked_mul(DAY_S)?;
    let (clock_s, rest_ns) = clock(time.trim())?;
    valid.then(|| (seconds + clock_s).checked_mul(NS)?.checked_add(rest_ns))?
}

fn decimal(digits: &str) -> Option<i64> {
    let valid = !digits.is_empty() && digits.len() < 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| digits.parse().ok())?
}

/// Seconds and nanoseconds since midnight.
fn clock(time: &str) -> Option<(i64, i64)> {
    if time.is_empty() {
        return Some((0, 0));
    }
    let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = whole.split(':');
    let (hours, minutes) = (decimal(parts.next()?)?, decimal(parts.next()?)?);
    let seconds = parts.next().map_or(Some(0), decimal)?;
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    let fraction_valid = fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let ns = digits.fold(0, |ns, digit| ns * 10 + i64::from(digit.wrapping_sub(b'0')));
    let valid = hours < 24 && minutes < 60 && seconds <= 60 && fraction_valid && parts.next().is_none();
    valid.then_some((hours * 3600 + minutes * 60 + seconds, ns))
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// `2024-05-01 12:30:00.500000000`
pub(super) fn written(ns: i64) -> String {
    let (seconds, rest) = (ns.div_euclid(NS), ns.rem_euclid(NS));
    let (day, second) = (seconds.div_euclid(DAY_S) + 719_468, seconds.rem_euclid(DAY_S));
    let era = day.div_euclid(146_097);
    let of_era = day - era * 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) =
        (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{rest:09}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_and_written_back() {
        for (text, ns) in [
            ("1970-01-01", 0),
            ("1970-01-01 00:00:01.5", 1_500_000_000),
            ("2010-01-01 00:00:00", 1_262_304_000 * NS),
            ("2024-02-29T12:30Z", 1_709_209_800 * NS),
            ("Feb 29, 2024 12:30:00 UTC", 1_709_209_800 * NS),
            ("1969-12-31 23:59:59", -NS),
        ] {
            assert_eq!(read(text), Some(ns), "{text}");
            assert_eq!(read(&written(ns)), Some(ns), "{}", written(ns));
        }
        for text in ["", "yesterday", "2010-13-01", "2010-01", "2010-01-01 25:00", "2010-01-01 1", "1-1-1-1"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
