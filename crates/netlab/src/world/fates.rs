//! What has become of the datagrams of iperf runs over UDP.
//!
//! A real client cannot know: it waits for a while, and what has not arrived by then counts as lost. Here it is known whether a frame is under
//! way, so a run ends when none of its datagrams is, however deep the queues and long the delays are: a late datagram is not a lost
//! one. Frames keep their number over switches, routers and address translations, so each is recognized wherever it is.

use super::World;
use crate::history::FrameId;
use crate::queue::Event;
use crate::run::RunId;
use crate::topology::NodeId;
use smoltcp::wire::IpAddress;
use wire::header::Ethernet;
use wire::{Duration, Frame, Instant};

/// After the last datagram was sent, and whenever one is found under way, it is looked again after this long. What waits
/// inside a node meanwhile, as at a router that does not know the next hop yet, is under way again by then.
pub(super) const FATES_AFTER: Duration = Duration::from_secs(1);
/// In a loop without a spanning tree a frame is under way for ever. After this long it counts as lost.
const FATES_WITHIN: Duration = Duration::from_secs(600);

/// The datagrams of a run.
struct Sent {
    run: RunId,
    from: NodeId,
    to: IpAddress,
    /// The numbers of the frames that they are in, in order.
    frames: Vec<FrameId>,
    /// Until when it is looked for them; known once all were sent.
    until: Option<Instant>,
}

/// The datagrams of all iperf runs over UDP that have begun and not ended.
#[derive(Default)]
pub(super) struct Fates(Vec<Sent>);

impl Fates {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A run begins: its datagrams go from this host to this address.
    pub fn begin(&mut self, run: RunId, from: NodeId, to: IpAddress) {
        self.0.push(Sent { run, from, to, frames: Vec::new(), until: None });
    }

    pub fn end(&mut self, run: RunId) {
        self.0.retain(|sent| sent.run != run);
    }

    /// This node sends a frame that it has made.
    pub fn sent(&mut self, node: NodeId, id: FrameId, frame: &Frame) {
        for sent in self.0.iter_mut().filter(|sent| sent.from == node) {
            if goes_to(frame, sent.to) {
                sent.frames.push(id);
            }
        }
    }
}

/// Whether a frame has an IP packet, or a fragment of one, for this address.
fn goes_to(frame: &Frame, to: IpAddress) -> bool {
    let ip = Ethernet::read(frame).and_then(|ethernet| ethernet.innermost().ip());
    ip.is_some_and(|ip| ip.destination == to)
}

impl World {
    /// Looks whether datagrams of a run are under way. If not, its client learns that.
    pub(super) fn fates(&mut self, now: Instant, run: RunId) {
        let Some(sent) = self.fates.0.iter_mut().find(|sent| sent.run == run) else { return };
        let until = *sent.until.get_or_insert(now + FATES_WITHIN);
        let is_of_run = |id: FrameId| sent.frames.binary_search(&id).is_ok();
        let under_way = self.under_way.any(is_of_run)
            || self.media.any(|direction, handover| match handover.id {
                Some(id) => is_of_run(id),
                None => self.topology.sender(direction) == sent.from && goes_to(&handover.frame, sent.to),
            });
        if under_way && now < until {
            return self.queue.push(now + FATES_AFTER, Event::Fates(run));
        }
        let client = sent.from;
        if let Some(measured) = self.runs.get_mut(run) {
            measured.fates_known = true;
            self.dirty.insert(client);
        }
    }
}
