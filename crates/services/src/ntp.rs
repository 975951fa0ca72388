//! The time over the network: client and server mode of NTP, without its filters (RFC 5905; what is left is RFC 4330).

use crate::clock;
use wire::Instant;

/// The UDP port of servers.
pub const PORT: u16 = 123;
/// From 1900, where NTP counts from, to 1970, in seconds.
const EPOCH: u64 = 2_208_988_800;
const LEN: usize = 48;
const CLIENT: u8 = 3;
const SERVER: u8 = 4;
const VERSION: u8 = 4;
/// Where in a packet the times stand (RFC 5905, 7.3).
const ORIGIN: usize = 24;
const RECEIVE: usize = 32;
const TRANSMIT: usize = 40;

/// What a client has measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// How far the server's clock is ahead of this one, in nanoseconds (RFC 5905, 8).
    pub offset_ns: i64,
    /// The time that the packets were under way, in nanoseconds.
    pub delay_ns: i64,
    /// How many servers away the reference clock is.
    pub stratum: u8,
}

/// A moment as NTP writes it: seconds since 1900, and their 2⁻³² parts.
fn timestamp(now: Instant) -> u64 {
    let part = (now.nanos() % 1_000_000_000) << 32;
    ((clock::unix(now) + EPOCH) << 32) | (part / 1_000_000_000)
}

/// The packet that asks a server.
pub fn request(now: Instant) -> Vec<u8> {
    let mut packet = vec![0; LEN];
    packet[0] = VERSION << 3 | CLIENT;
    packet[TRANSMIT..].copy_from_slice(&timestamp(now).to_be_bytes());
    packet
}

/// The answer to a client's packet; `None`: it is none. Virtual time has no error, so the server says that it has a reference clock.
pub fn answer(now: Instant, packet: &[u8]) -> Option<Vec<u8>> {
    let version = packet.first()? >> 3 & 7;
    if packet.len() < LEN || packet[0] & 7 != CLIENT || !(1..=VERSION).contains(&version) {
        return None;
    }
    let mut answer = vec![0; LEN];
    // Stratum 1, the poll interval of the client, a precision of 2⁻³⁰ s (a nanosecond).
    answer[..4].copy_from_slice(&[version << 3 | SERVER, 1, packet[2], 226]);
    answer[12..16].copy_from_slice(b"SIM\0");
    let now = timestamp(now).to_be_bytes();
    answer[16..ORIGIN].copy_from_slice(&now);
    answer[ORIGIN..RECEIVE].copy_from_slice(&packet[TRANSMIT..LEN]);
    answer[RECEIVE..TRANSMIT].copy_from_slice(&now);
    answer[TRANSMIT..].copy_from_slice(&now);
    Some(answer)
}

/// What the answer to the request sent at `sent` says when it comes `now`; `None`: it is no answer to it, or the server's clock
/// is not set.
pub fn measure(sent: Instant, now: Instant, packet: &[u8]) -> Option<Measured> {
    let number = |at: usize| Some(u64::from_be_bytes(packet.get(at..at + 8)?.try_into().ok()?));
    let (origin, receive, transmit) = (number(ORIGIN)?, number(RECEIVE)?, number(TRANSMIT)?);
    let [first, stratum, ..] = *packet else { return None };
    let is_set = first >> 6 != 3 && (1..16).contains(&stratum) && transmit != 0;
    if first & 7 != SERVER || origin != timestamp(sent) || !is_set {
        return None;
    }
    // Differences of timestamps, as the eras of NTP wrap around.
    let between = |later: u64, earlier: u64| {
        let difference = i128::from(later.wrapping_sub(earlier) as i64);
        ((difference * 1_000_000_000) >> 32) as i64
    };
    let (there, back) = (between(receive, origin), between(transmit, timestamp(now)));
    Some(Measured {
        offset_ns: ((i128::from(there) + i128::from(back)) / 2) as i64,
        delay_ns: (now - sent).nanos() as i64 - between(transmit, receive),
        stratum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ms: u64) -> Instant {
        Instant::from_nanos(ms * 1_000_000)
    }

    #[test]
    fn a_client_measures_delay_and_offset() {
        let request = request(at(1_000));
        // The server's clock is 250 ms ahead, and the way takes 20 ms there and back.
        let answer = answer(at(1_270), &request).unwrap();
        let measured = measure(at(1_000), at(1_040), &answer).unwrap();
        assert!(measured.offset_ns.abs_diff(250_000_000) < 10, "{measured:?}");
        assert!(measured.delay_ns.abs_diff(40_000_000) < 10, "{measured:?}");
        assert_eq!(measure(at(1_001), at(1_040), &answer), None, "it answers another request");
        assert_eq!(measure(at(1_000), at(1_040), &request), None);
        // Seconds since 1900 of January 1, 2026.
        assert_eq!(request[40..44], (1_767_225_600u32.wrapping_add(2_208_988_800) + 1).to_be_bytes());
    }

    #[test]
    fn only_clients_are_answered() {
        let mut packet = request(at(0));
        assert!(answer(at(0), &packet[..47]).is_none());
        packet[0] = VERSION << 3 | SERVER;
        assert!(answer(at(0), &packet).is_none());
        packet[0] = 3 << 3 | CLIENT;
        assert_eq!(answer(at(0), &packet).unwrap()[0], 3 << 3 | SERVER);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..60), sent in 0u64..9_000, now in 0u64..9_000) {
            let _ = answer(at(now), &bytes);
            if bytes.len() >= 32 {
                bytes[0] = SERVER;
                bytes[1] = 1;
                bytes[ORIGIN..RECEIVE].copy_from_slice(&timestamp(at(sent)).to_be_bytes());
            }
            let _ = measure(at(sent), at(now), &bytes);
        }
    }
}
