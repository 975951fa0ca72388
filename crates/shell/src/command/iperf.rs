//! `iperf`: how many bits a second get through, over TCP or UDP. It speaks with iperf 2 and prints as it does.

mod client;
mod report;
mod server;

use crate::arguments::{Arguments, Word, Wrong, unknown};
use crate::table::Hosts;
use client::Client;
use host::program::Program;
use server::Server;
use wire::Duration;

/// iperf 2's port.
const PORT: u16 = 5_001;
/// Bytes of a datagram that fit an MTU of 1500, with room for options.
const DATAGRAM_BYTES: usize = 1_470;
/// What is sent over UDP unless a rate is given.
const RATE_DEFAULT: u64 = 1_048_576;
/// A datagram each microsecond: more would be more than a host can do.
const RATE_MAX: u64 = 10_000_000_000;
const TIME_DEFAULT: Duration = Duration::from_secs(10);
/// The shortest interval between reports.
const INTERVAL_MIN: Duration = Duration::from_millis(10);
/// Connections at once.
const PARALLEL_MAX: u16 = 64;

/// How much is sent.
#[derive(Clone, Copy)]
enum Amount {
    For(Duration),
    Bytes(u64),
}

pub(super) fn make(words: &[String], hosts: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let (mut arguments, mut version) = (Arguments::new(words), None);
    let (mut serves, mut to, mut is_udp, mut port, mut parallel) = (false, None, false, PORT, 1);
    let (mut amount, mut rate, mut every) = (Amount::For(TIME_DEFAULT), None, None);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Short('s') => serves = true,
            Word::Short('c') => to = Some(arguments.text()?),
            Word::Short('u') => is_udp = true,
            Word::Short('t') => amount = Amount::For(arguments.seconds()?),
            Word::Short('n') => amount = Amount::Bytes(size(&arguments.text()?)?),
            Word::Short('b') => (is_udp, rate) = (true, Some(bits(&arguments.text()?)?)),
            Word::Short('i') => every = interval(arguments.seconds()?)?,
            Word::Short('P') => parallel = arguments.number("number of connections", (1, PARALLEL_MAX))?,
            Word::Short('p') => port = arguments.number("port", (1, u16::MAX))?,
            Word::Short('V') => version = Some(6),
            Word::Short('4') => version = Some(4),
            other => return Err(unknown(&other)),
        }
    }
    match (serves, to) {
        (true, None) => Ok(Box::new(Server::new(port, is_udp, every))),
        (false, Some(host)) => {
            let to = hosts.find(&host, version)?.address;
            let rate = is_udp.then_some(rate.unwrap_or(RATE_DEFAULT));
            Ok(Box::new(Client::new((to, port).into(), amount, rate, parallel, every)))
        }
        (true, Some(_)) | (false, None) => Err("it takes -s, or -c and an address".into()),
    }
}

/// The time from one report to the next; 0: only one, at the end.
fn interval(time: Duration) -> Result<Option<Duration>, Wrong> {
    match time {
        Duration::ZERO => Ok(None),
        _ if time < INTERVAL_MIN => Err("an interval is at least 0.01 seconds".into()),
        time => Ok(Some(time)),
    }
}

fn size(text: &str) -> Result<u64, Wrong> {
    scaled(text)
        .filter(|bytes| (1..=1 << 40).contains(bytes))
        .ok_or_else(|| format!("invalid number of bytes \"{text}\": it is like 500K or 10M"))
}

fn bits(text: &str) -> Result<u64, Wrong> {
    scaled(text)
        .filter(|bits| (1_000..=RATE_MAX).contains(bits))
        .ok_or_else(|| format!("invalid rate \"{text}\": it is a number of bits a second like 500k or 10m"))
}

/// A number, with a unit of 1000 (`k`, `m`, `g`) or 1024 (`K`, `M`, `G`), as iperf has it.
fn scaled(text: &str) -> Option<u64> {
    let (digits, unit) = match text.strip_suffix(['k', 'K', 'm', 'M', 'g', 'G']) {
        Some(digits) => {
            let letter = text.chars().last()?;
            let step: u64 = if letter.is_ascii_uppercase() { 1_024 } else { 1_000 };
            (digits, step.pow("kmg".find(letter.to_ascii_lowercase())? as u32 + 1))
        }
        None => (text, 1),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths =
        whole.parse::<u64>().ok()?.checked_mul(1_000)? + format!("{part:0<3}").parse::<u64>().ok()?;
    Some(thousandths.checked_mul(unit)? / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_of_1024_in_capitals_and_of_1000_otherwise() {
        assert_eq!((size("10M"), size("1.5k"), size("7")), (Ok(10 << 20), Ok(1_500), Ok(7)));
        assert_eq!((bits("10M"), bits("1.5m"), bits("64000")), (Ok(10 << 20), Ok(1_500_000), Ok(64_000)));
        for wrong in ["", "M", "-1", "1e9", "99999999999999999999", "1.2345M", "0", "1.M.2"] {
            assert!(size(wrong).is_err() && bits(wrong).is_err(), "{wrong}");
        }
    }
}
