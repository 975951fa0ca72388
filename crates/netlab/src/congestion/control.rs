//! The arithmetic of smoltcp 0.14's congestion control: Reno (RFC 5681) and CUBIC (RFC 9438), in bytes, with its roundings.
//!
//! It has to be smoltcp's and not the RFCs' where the two differ: a window that is right but is not the sender's own would show
//! what nobody did. Two examples: the cube root is the estimate that smoltcp makes, and a window that grows by less than a byte does not.

use crate::topology::Congestion;

/// What smoltcp takes a segment to be before the other side has said (RFC 9293 would say 536).
const MSS_AT_FIRST: usize = 1_024;

/// A sender's congestion control.
pub(super) struct Control {
    pub cwnd: usize,
    /// The slow-start threshold; `usize::MAX`: no loss yet.
    pub ssthresh: usize,
    mss: usize,
    /// The largest window that the receiver has offered: cwnd never grows beyond it.
    offered: usize,
    in_fast_recovery: bool,
    /// A timeout, and nothing new acknowledged since: the next one changes no threshold (RFC 5681, 3.1).
    timed_out: bool,
    curve: Option<Curve>,
}

/// What CUBIC remembers besides.
struct Curve {
    /// The window at which the last loss happened: where the curve is level.
    plateau: usize,
    /// Seconds from the loss until it is there again.
    k_secs: f64,
    /// What Reno would have by now.
    as_reno: f64,
    /// The window at the last loss, whatever the plateau was made.
    before_loss: usize,
    /// When this curve began, in microseconds.
    since_us: Option<i64>,
    /// Since when nothing has been in flight: time in which the curve stands still.
    idle_us: Option<i64>,
}

/// How much is left of a window after a loss.
const BETA: f64 = 0.7;
/// How steep the curve is.
const C: f64 = 0.4;
/// How much Reno's window would grow with each round trip, in segments, having shrunk to [`BETA`] (RFC 9438, 4.3).
const ALPHA: f64 = 3.0 * (1.0 - BETA) / (1.0 + BETA);

impl Control {
    /// `None`: there is no control, hence no window.
    pub fn new(congestion: Congestion) -> Option<Self> {
        let cwnd = 2 * MSS_AT_FIRST;
        let mut control = Self {
            cwnd,
            ssthresh: usize::MAX,
            mss: MSS_AT_FIRST,
            offered: 64 * MSS_AT_FIRST,
            in_fast_recovery: false,
            timed_out: false,
            curve: match congestion {
                Congestion::None => return None,
                Congestion::Reno => None,
                Congestion::Cubic => Some(Curve {
                    plateau: cwnd,
                    k_secs: 0.0,
                    as_reno: cwnd as f64,
                    before_loss: cwnd,
                    since_us: None,
                    idle_us: None,
                }),
            },
        };
        control.set_mss(MSS_AT_FIRST);
        Some(control)
    }

    pub fn set_mss(&mut self, mss: usize) {
        self.mss = mss;
        if let Some(curve) = &mut self.curve {
            curve.find_k(mss);
        }
    }

    pub fn offered(&mut self, window: usize) {
        self.offered = self.offered.max(window);
    }

    /// A segment left.
    pub fn sent(&mut self, now_us: i64) {
        if let Some(curve) = &mut self.curve {
            curve.wake(now_us);
        }
    }

    /// The number of bytes acknowledged, zero for other segments, and the number still in flight.
    pub fn acked(&mut self, now_us: i64, bytes: usize, in_flight: usize, srtt_ms: u32) {
        if let Some(curve) = &mut self.curve {
            curve.wake(now_us);
            if in_flight == 0 {
                curve.idle_us = Some(now_us);
            }
        }
        if bytes == 0 {
            return;
        }
        self.timed_out = false;
        let bytes = bytes.min(self.mss);
        if std::mem::take(&mut self.in_fast_recovery) {
            self.cwnd = self.ssthresh;
            if let Some(curve) = &mut self.curve {
                curve.as_reno = self.cwnd as f64;
            }
        } else if self.cwnd < self.ssthresh {
            self.set_cwnd(self.cwnd + bytes);
        } else if let Some(curve) = &mut self.curve {
            if let Some(cwnd) = curve.grow(now_us, self.cwnd, bytes, self.mss, srtt_ms) {
                self.set_cwnd(cwnd);
            }
        } else {
            self.set_cwnd(self.cwnd + (self.mss * self.mss / self.cwnd).max(1));
        }
    }

    /// A duplicate ACK: in fast recovery it means that a segment has left the network.
    pub fn duplicate(&mut self, mss: usize) {
        if self.in_fast_recovery {
            self.set_cwnd(self.cwnd + mss);
        }
    }

    /// Three duplicate ACKs.
    pub fn lost(&mut self, now_us: i64, in_flight: usize) {
        if let Some(curve) = &mut self.curve {
            curve.idle_us = None;
        }
        if std::mem::replace(&mut self.in_fast_recovery, true) {
            return;
        }
        self.ssthresh = self.threshold(in_flight);
        if let Some(curve) = &mut self.curve {
            curve.before_loss = self.cwnd;
            // Lost earlier than the last time: another flow needs bandwidth (RFC 9438, 4.7).
            let makes_room = self.cwnd < curve.plateau;
            curve.plateau =
                if makes_room { (self.cwnd as f64 * (1.0 + BETA) / 2.0) as usize } else { self.cwnd };
            curve.since_us = Some(now_us);
            curve.find_k(self.mss);
        }
        self.cwnd = self.ssthresh.min(self.offered) + 3 * self.mss;
    }

    /// The retransmission timer ran out.
    pub fn timeout(&mut self, in_flight: usize) {
        if !std::mem::replace(&mut self.timed_out, true) {
            self.ssthresh = self.threshold(in_flight);
        }
        self.cwnd = self.mss;
        self.in_fast_recovery = false;
        if let Some(curve) = &mut self.curve {
            curve.before_loss = in_flight;
            (curve.since_us, curve.idle_us) = (None, None);
        }
    }

    fn threshold(&self, in_flight: usize) -> usize {
        let left = if self.curve.is_some() { (in_flight as f64 * BETA) as usize } else { in_flight / 2 };
        left.max(2 * self.mss)
    }

    fn set_cwnd(&mut self, cwnd: usize) {
        self.cwnd = cwnd.min(self.offered).max(self.mss);
    }
}

impl Curve {
    fn find_k(&mut self, mss: usize) {
        self.k_secs = cube_root(self.plateau as f64 * (1.0 - BETA) / (C * mss as f64));
    }

    /// Time in which nothing was in flight does not count (RFC 9438, 4.2).
    fn wake(&mut self, now_us: i64) {
        if let (Some(idle), Some(since)) = (self.idle_us.take(), &mut self.since_us)
            && now_us >= idle
        {
            *since += now_us - idle;
        }
    }

    /// The window after these bytes were acknowledged in congestion avoidance; `None`: as it was.
    fn grow(&mut self, now_us: i64, cwnd: usize, bytes: usize, mss: usize, srtt_ms: u32) -> Option<usize> {
        let since = *self.since_us.get_or_insert_with(|| {
            (self.plateau, self.k_secs, self.as_reno) = (cwnd, 0.0, cwnd as f64);
            now_us
        });
        let t_us = now_us - since;
        if t_us < 0 {
            return None;
        }
        let steepness = C * mss as f64;
        let at = |us: f64| steepness * (us / 1e6 - self.k_secs).powi(3) + self.plateau as f64;
        let now = at(t_us as f64);
        let alpha = if self.as_reno >= self.before_loss as f64 { 1.0 } else { ALPHA };
        // One round trip on, but not so far that it were quicker than slow start.
        let ahead_us = (u64::from(srtt_ms) * 1_000).max(1_000);
        let target = at(t_us as f64 + ahead_us as f64).min(1.5 * cwnd as f64);
        self.as_reno += alpha * mss as f64 * bytes as f64 / cwnd as f64;
        if now < self.as_reno {
            return Some(self.as_reno as usize);
        }
        Some(cwnd + (target as usize).saturating_sub(cwnd) * bytes / cwnd)
    }
}

/// The cube root as smoltcp has it, without the libraries that microcontrollers lack: a straight line over the mantissa, a third of
/// the exponent, and one step of Newton's method. Right to 0.03 %; the exact one would be another curve.
fn cube_root(number: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    const BIAS: i64 = 1_023;
    const ROOTS_OF_1_2_4: [f64; 3] = [1.0, 1.2599210498948732, 1.5874010519681994];
    if !number.is_normal() || number < 0.0 {
        return 0.0;
    }
    let bits = number.to_bits();
    let mantissa = f64::from_bits(bits & MANTISSA | (BIAS as u64) << 52);
    let exponent = (bits >> 52) as i64 - BIAS;
    let third = f64::from_bits(((exponent.div_euclid(3) + BIAS) as u64) << 52);
    let near = mantissa.mul_add(0.2599, 0.7401) * third * ROOTS_OF_1_2_4[exponent.rem_euclid(3) as usize];
    (2.0 * near + number / (near * near)) / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_cube_root_is_near_the_true_one(number in 1e-9f64..1e15) {
            let error = (cube_root(number) / number.cbrt() - 1.0).abs();
            prop_assert!(error < 3e-4, "{error}");
        }
    }

    #[test]
    fn what_has_no_root_has_zero() {
        assert_eq!([0.0, -1.0, f64::NAN, f64::INFINITY].map(cube_root), [0.0; 4]);
    }
}
