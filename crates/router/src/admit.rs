//! Asks the filter about forwarded packets, and answers those that it rejects.

use crate::filter::Decision;
use crate::icmp::IcmpError;
use crate::packet::Received;
use crate::{Actions, Refusal, Router, reset};
use wire::Instant;

impl Router {
    /// Applies the filter to a packet that is to be forwarded. `packet` is the packet after the translation of its destination and
    /// before that of its source, so with the addresses of the hosts inside.
    pub(crate) fn admit(
        &mut self,
        now: Instant,
        received: &Received,
        packet: &[u8],
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let Some(filter) = &self.config.filter else { return Ok(()) };
        match self.tracker.judge(now, packet, received.from.port, filter, out) {
            Decision::Allow => Ok(()),
            Decision::Deny(rule) => Err(Refusal::Filtered(rule)),
            Decision::Reject(rule) => {
                if reset::segment(received.bytes()).is_some() {
                    self.send_reset(now, received, out);
                } else {
                    self.send_icmp_error(now, received, IcmpError::Prohibited, out);
                }
                Err(Refusal::Filtered(rule))
            }
        }
    }
}
