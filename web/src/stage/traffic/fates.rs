//! Dropped frames, on a link or by the receiving node: where they fall off the cable, and the reason beside them.

use super::arrange::{Vessel, Way};
use super::marks::{DroppedFrame, Reason, Traffic};
use super::moment::{DROPPED_SECS, Moment};
use super::trip::Trip;
use crate::stage::looks::Looks;
use kurbo::{Point, Vec2};
use netlab::history::{DropReason, HostRefusal, Refusal};
use std::borrow::Cow;
use texts::t;
use wire::impair::LossReason;
use wire::sorted::sort_by;

/// Dropped frames that are drawn at one place.
const BODIES_MAX: usize = 4;

impl Traffic {
    /// A frame that the link has dropped.
    pub fn drop_frame(
        &mut self,
        way: &Way<'_>,
        trip: &Trip,
        place: f64,
        ago: u64,
        looks: &Looks,
        moment: &Moment<'_>,
    ) {
        if let Some((reason, _)) = trip.journey.dropped {
            self.drop_at(way, trip, Reason::Lost(reason), place, ago, looks, moment);
        }
    }

    /// A frame that is dropped at this part of the way.
    #[expect(clippy::too_many_arguments, reason = "a dropped frame has all of this")]
    pub fn drop_at(
        &mut self,
        way: &Way<'_>,
        trip: &Trip,
        reason: Reason,
        place: f64,
        ago: u64,
        looks: &Looks,
        moment: &Moment<'_>,
    ) {
        if !reason.is_worth_a_word() {
            return;
        }
        let secs = moment.secs(ago);
        if secs >= DROPPED_SECS {
            return;
        }
        let sizes = &way.layout.sizes;
        let half = Vec2::new(sizes.capsule_half(looks.capsule_em(trip.look)), sizes.capsule_height / 2.0);
        let center = match reason {
            // It found no room in the vessel, or was kept out of it, and falls out of that.
            Reason::Lost(DropReason::QueueFull | DropReason::Early) => beside_the_queue(way, 0.5),
            // It was the next to leave.
            Reason::Lost(DropReason::Late) => beside_the_queue(way, 0.15),
            // At the sender's port or at the receiver's, clear of the node.
            _ if place == 0.0 => way.lane.at(0.0) + way.lane.unit * (half.x + sizes.light),
            Reason::Kept(_) => way.lane.at(1.0) - way.lane.unit * (half.x + sizes.light),
            Reason::Lost(_) => way.lane.at(place),
        };
        self.dropped_frames.push(DroppedFrame {
            transit: trip.journey.transit,
            look: trip.look,
            center,
            outward: way.lane.outward,
            reading: way.lane.reading(),
            age: secs / DROPPED_SECS,
            reason: Some(reason),
            count: 1,
            half,
            way: way.direction,
            whole: true,
        });
    }

    /// Of the frames that were dropped at about the same place a few stay, and the newest has the reason and the count.
    pub fn count_dropped(&mut self, from: usize, dropped: impl FnOnce() -> u64) {
        let dropped_frames = &mut self.dropped_frames[from..];
        if dropped_frames.len() < 2 {
            return;
        }
        sort_by(dropped_frames, |a, b| a.age.total_cmp(&b.age));
        let total = dropped().max(dropped_frames.len() as u64);
        let newest = dropped_frames[0].reason;
        let alike = dropped_frames.iter().filter(|lost| lost.reason == newest).count() as u64;
        // The history counts all reasons together: what was not looked at is counted with the newest one's.
        dropped_frames[0].count = alike + (total - dropped_frames.len() as u64);
        let mut spoken = [newest, None];
        for lost in &mut dropped_frames[1..] {
            if spoken.contains(&lost.reason) {
                lost.reason = None;
            } else {
                spoken[1] = lost.reason;
            }
        }
        // In place, and only these: the other directions' are not looked at again.
        let (mut bodies, mut kept) = (0, from);
        for index in from..self.dropped_frames.len() {
            bodies += 1;
            if bodies <= BODIES_MAX || self.dropped_frames[index].reason.is_some() {
                self.dropped_frames.swap(kept, index);
                kept += 1;
            }
        }
        self.dropped_frames.truncate(kept);
    }
}

/// Outside a direction's queue, this part of its length from the port.
fn beside_the_queue(way: &Way<'_>, part: f64) -> Point {
    let vessel = Vessel::beside(way);
    let out = (vessel.height + way.layout.sizes.capsule_height) / 2.0 + 2.0;
    vessel.origin + way.lane.unit * (vessel.length * part) + way.lane.outward * out
}

impl Reason {
    /// Whether it is a loss. Frames for another station reach a router all the time, through a hub, or through a switch that has
    /// not learned the address.
    pub const fn is_worth_a_word(self) -> bool {
        !matches!(self, Self::Kept(Refusal::Router(router::Refusal::NotForUs)))
    }

    /// The label on the stage.
    pub fn text(self) -> Cow<'static, str> {
        let text = match self {
            Self::Lost(reason) => drop_text(reason),
            Self::Kept(Refusal::Switch(why)) => switch_text(why),
            Self::Kept(Refusal::Router(router::Refusal::Filtered(Some(rule)))) => {
                return Cow::Owned(format!("rule {}", u64::from(rule) + 1));
            }
            Self::Kept(Refusal::Router(why)) => router_text(why),
            Self::Kept(Refusal::Host(why)) => host_text(why),
        };
        Cow::Borrowed(text)
    }
}

fn drop_text(reason: DropReason) -> &'static str {
    match reason {
        DropReason::QueueFull => t!("queue full"),
        DropReason::Overload => t!("overload"),
        DropReason::Impaired(LossReason::TooBig) => t!("too big"),
        DropReason::Impaired(LossReason::LinkDown) => t!("link down"),
        DropReason::Impaired(LossReason::Silence) => t!("silence"),
        DropReason::Impaired(LossReason::Outage) => t!("outage"),
        DropReason::Impaired(
            LossReason::Loss
            | LossReason::LossOfSmall
            | LossReason::LossCorrelated
            | LossReason::Burst
            | LossReason::Every
            | LossReason::Picked,
        ) => t!("lost"),
        DropReason::Early => "RED",
        DropReason::Late => "CoDel",
        DropReason::Collisions => "16 collisions",
    }
}

fn switch_text(why: bridge::Refusal) -> &'static str {
    match why {
        bridge::Refusal::PortOff => t!("port off"),
        bridge::Refusal::Blocked => t!("blocked"),
        bridge::Refusal::OtherVlan => t!("other VLAN"),
        bridge::Refusal::TooBig => t!("too big"),
        bridge::Refusal::Malformed => t!("malformed"),
    }
}

fn host_text(why: HostRefusal) -> &'static str {
    match why {
        HostRefusal::TooBig => t!("too big"),
        HostRefusal::SocketFull => t!("socket full"),
        HostRefusal::BacklogFull => t!("backlog full"),
        HostRefusal::CardOff => t!("card off"),
    }
}

fn router_text(why: router::Refusal) -> &'static str {
    match why {
        router::Refusal::PortOff => t!("port off"),
        router::Refusal::NotForUs => t!("not for us"),
        router::Refusal::Malformed => t!("malformed"),
        router::Refusal::Expired => "TTL 0",
        router::Refusal::NoRoute => t!("no route"),
        router::Refusal::NoNeighbor => t!("no neighbor"),
        router::Refusal::NeighborQueueFull => t!("queue full"),
        router::Refusal::TooBig => t!("too big"),
        router::Refusal::Filtered(_) => t!("no rule"),
        router::Refusal::Undeliverable => t!("no listener"),
        router::Refusal::TranslationsFull => t!("NAT full"),
        router::Refusal::NoTranslation => t!("no NAT entry"),
        router::Refusal::UnknownOption => t!("unknown option"),
    }
}
