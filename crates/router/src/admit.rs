//! What may pass.

use crate::filter::Decision;
use crate::icmp::Trouble;
use crate::packet::Received;
use crate::{Actions, Refusal, Router, reset};
use wire::Instant;

impl Router {
    /// Asks the filter about a packet that is to be forwarded. `packet`: as it is behind the translation of its destination and
    /// before that of its source, with the addresses of the machines inside.
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
                    self.complain(now, received, Trouble::Prohibited, out);
                }
                Err(Refusal::Filtered(rule))
            }
        }
    }
}
