//! The state of a TCP connection as a router can tell it from forwarded segments (RFC 5382, RFC 6146, RFC 7857).

use crate::flow::Flags;
use wire::Duration;

/// The lifetime of an established connection without segments: 2 hours and 4 minutes (RFC 5382, REQ-5).
pub(crate) const ESTABLISHED: Duration = Duration::from_secs(7_440);
/// The lifetime of a connection that is opening or closing: 4 minutes (RFC 5382, REQ-5).
pub(crate) const TRANSITORY: Duration = Duration::from_secs(240);

/// Which end of the connection sent a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The end that opened it, or the one inside.
    Near,
    /// The other end.
    Far,
}

/// The state of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Connection {
    acknowledged: [bool; 2],
    finished: [bool; 2],
    reset: bool,
}

impl Connection {
    /// Updates the state for a forwarded segment.
    pub(crate) fn pass(&mut self, side: Side, flags: Flags) {
        if flags.rst {
            self.reset = true;
            return;
        }
        if flags.syn && !flags.ack && (self.reset || self.finished == [true; 2]) {
            // Another connection uses the same ports.
            *self = Self::default();
        }
        // A segment after a reset shows that the reset was not accepted (RFC 7857, 2.2).
        self.reset = false;
        let side = match side {
            Side::Near => 0,
            Side::Far => 1,
        };
        self.acknowledged[side] |= flags.ack;
        self.finished[side] |= flags.fin;
    }

    /// The lifetime after the last segment. A connection is established when both ends have acknowledged something: a SYN with a
    /// forged source is answered, but the answer is never acknowledged. It stays established after one FIN, since the other end may
    /// still send much.
    pub(crate) fn lifetime(&self) -> Duration {
        let open = self.acknowledged == [true; 2] && self.finished != [true; 2] && !self.reset;
        if open { ESTABLISHED } else { TRANSITORY }
    }
}

#[cfg(test)]
mod tests {
    use super::Side::{Far, Near};
    use super::*;

    const SYN: u8 = 2;
    const ACK: u8 = 16;
    const FIN: u8 = 1;
    const RST: u8 = 4;

    fn after(segments: &[(Side, u8)]) -> Duration {
        let mut connection = Connection::default();
        for &(side, flags) in segments {
            connection.pass(side, flags.into());
        }
        connection.lifetime()
    }

    const OPEN: [(Side, u8); 3] = [(Near, SYN), (Far, SYN | ACK), (Near, ACK)];

    #[test]
    fn a_connection_is_established_by_the_third_segment_and_not_before() {
        assert_eq!(after(&OPEN[..2]), TRANSITORY);
        assert_eq!(after(&OPEN), ESTABLISHED);
        assert_eq!(after(&[(Near, SYN), (Far, SYN), (Near, SYN | ACK), (Far, SYN | ACK)]), ESTABLISHED);
    }

    #[test]
    fn one_fin_leaves_it_open_and_two_close_it() {
        let closing = [OPEN.as_slice(), &[(Far, FIN | ACK)]].concat();
        assert_eq!(after(&closing), ESTABLISHED);
        let closed = [closing.as_slice(), &[(Near, FIN | ACK), (Far, ACK)]].concat();
        assert_eq!(after(&closed), TRANSITORY);
        assert_eq!(after(&[closed.as_slice(), &OPEN].concat()), ESTABLISHED);
    }

    #[test]
    fn a_reset_closes_it_unless_more_segments_follow() {
        let reset = [OPEN.as_slice(), &[(Far, RST)]].concat();
        assert_eq!(after(&reset), TRANSITORY);
        assert_eq!(after(&[reset.as_slice(), &[(Far, ACK)]].concat()), ESTABLISHED);
        assert_eq!(after(&[reset.as_slice(), &[(Near, SYN)]].concat()), TRANSITORY);
    }
}
