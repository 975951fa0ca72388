//! The calendar of virtual time: services state the date, and a world has to state the same one whenever it is run.

use wire::Instant;

/// When a world begins: Thursday, January 1, 2026, 00:00:00 UTC, in seconds since 1970.
pub const BEGINNING: u64 = 1_767_225_600;

const DAY: u64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The moment in whole seconds since 1970.
pub fn unix(now: Instant) -> u64 {
    BEGINNING + now.nanos() / 1_000_000_000
}

/// Year, month and day of the month, both from 0, of a day since 1970 (Fliegel and van Flandern's method, with the year from March on).
fn date(day: u64) -> (u64, usize, u64) {
    let day = day + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5;
    let month = ((month + 2) % 12) as usize;
    (era * 400 + year + u64::from(month < 2), month, day)
}

/// A date as HTTP writes it (RFC 9110, 5.6.7): `Thu, 01 Jan 2026 00:00:00 GMT`.
pub fn http_date(unix: u64) -> String {
    let (year, month, day) = date(unix / DAY);
    let weekday = WEEKDAYS[(unix / DAY % 7) as usize];
    format!("{}, {:02} {} {year} {} GMT", &weekday[..3], day + 1, &MONTHS[month][..3], time(unix))
}

/// A date as `date` and `dig` write it: `Thu Jan 01 00:00:00 UTC 2026`.
pub fn c_date(unix: u64) -> String {
    let (year, month, day) = date(unix / DAY);
    let weekday = WEEKDAYS[(unix / DAY % 7) as usize];
    format!("{} {} {:02} {} UTC {year}", &weekday[..3], &MONTHS[month][..3], day + 1, time(unix))
}

/// A date as the daytime service writes it (RFC 867): `Thursday, January 1, 2026 00:00:00-UTC`.
pub fn daytime(unix: u64) -> String {
    let (year, month, day) = date(unix / DAY);
    let weekday = WEEKDAYS[(unix / DAY % 7) as usize];
    format!("{weekday}, {} {}, {year} {}-UTC", MONTHS[month], day + 1, time(unix))
}

fn time(unix: u64) -> String {
    let secs = unix % DAY;
    format!("{:02}:{:02}:{:02}", secs / 3_600, secs / 60 % 60, secs % 60)
}

/// Reads a date of HTTP in its preferred form (RFC 9110, 5.6.7).
pub fn parse_http_date(text: &str) -> Option<u64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = words[..] else { return None };
    let month = MONTHS.iter().position(|name| name[..3] == *month)?;
    let numbers: Option<Vec<u64>> = time.split(':').map(|text| text.parse().ok()).collect();
    let [hour @ 0..24, minute @ 0..60, second @ 0..=60] = numbers?[..] else { return None };
    let (year @ 1970..=9999, day @ 1..=31) = (year.parse().ok()?, day.parse().ok()?) else { return None };
    // The first day of the year at the latest, and from there on by the calendar itself.
    let first = (year - 1970) * 365 + (year - 1969) / 4 - (year - 1901) / 100 + (year - 1601) / 400;
    let day = (first..first + 366).find(|at| date(*at) == (year, month, day - 1))?;
    Some(day * DAY + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(http_date(BEGINNING), "Thu, 01 Jan 2026 00:00:00 GMT");
        // RFC 9110's own example, and a leap day.
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(1_709_210_096), "Thu, 29 Feb 2024 12:34:56 GMT");
        assert_eq!(daytime(BEGINNING + 86_399), "Thursday, January 1, 2026 23:59:59-UTC");
        for at in [0, 784_111_777, 1_709_210_096, BEGINNING, BEGINNING + 31 * DAY, 4_102_444_799] {
            assert_eq!(parse_http_date(&http_date(at)), Some(at));
        }
        for wrong in [
            "",
            "Thu, 30 Feb 2024 12:34:56 GMT",
            "Thu, 01 Jan 2026 25:00:00 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
        ] {
            assert_eq!(parse_http_date(wrong), None, "{wrong}");
        }
    }
}
