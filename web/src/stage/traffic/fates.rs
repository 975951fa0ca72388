//! How frames end that do not arrive, or that arrive in vain: where they are seen to fall, and what is said about it.

use super::arrange::{Vessel, Way};
use super::marks::{Death, Reason, Traffic};
use super::moment::{DEATH_SECS, Moment};
use super::trip::Trip;
use crate::stage::looks::Looks;
use kurbo::{Point, Vec2};
use netlab::history::{DropReason, Refusal};
use std::borrow::Cow;
use wire::impair::LossReason;

/// Bodies of dead frames shown at one place.
const BODIES_MAX: usize = 4;

impl Traffic {
    /// A frame that its link has dropped.
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
            self.die(way, trip, Reason::Lost(reason), place, ago, looks, moment);
        }
    }

    /// A frame that comes to its end at this part of the way.
    #[expect(clippy::too_many_arguments, reason = "a death is all of this")]
    pub fn die(
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
        if secs >= DEATH_SECS {
            return;
        }
        let sizes = &way.layout.sizes;
        let half = Vec2::new(sizes.capsule_half(looks.width_em(trip.look)), sizes.capsule_height / 2.0);
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
        self.deaths.push(Death {
            transit: trip.journey.transit,
            look: trip.look,
            center,
            outward: way.lane.outward,
            reading: way.lane.reading(),
            age: secs / DEATH_SECS,
            reason: Some(reason),
            count: 1,
            half,
            way: way.direction,
            whole: true,
        });
    }

    /// Leaves a few bodies of those that died at about the same place, and lets the newest speak for all.
    pub fn count_deaths(&mut self, from: usize, dropped: impl FnOnce() -> u64) {
        let deaths = &mut self.deaths[from..];
        if deaths.len() < 2 {
            return;
        }
        deaths.sort_by(|a, b| a.age.total_cmp(&b.age));
        let total = dropped().max(deaths.len() as u64);
        let newest = deaths[0].reason;
        let alike = deaths.iter().filter(|death| death.reason == newest).count() as u64;
        // The history counts all reasons together: what was not looked at is counted with the newest one's.
        deaths[0].count = alike + (total - deaths.len() as u64);
        let mut spoken = [newest, None];
        for death in &mut deaths[1..] {
            if spoken.contains(&death.reason) {
                death.reason = None;
            } else {
                spoken[1] = death.reason;
            }
        }
        let mut bodies = 0;
        let mut index = 0;
        self.deaths.retain(|death| {
            index += 1;
            if index <= from {
                return true;
            }
            bodies += 1;
            bodies <= BODIES_MAX || death.reason.is_some()
        });
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
        };
        Cow::Borrowed(text)
    }
}

const fn drop_text(reason: DropReason) -> &'static str {
    match reason {
        DropReason::QueueFull => "queue full",
        DropReason::Overload => "overload",
        DropReason::Impaired(LossReason::TooBig) => "too big",
        DropReason::Impaired(LossReason::LinkDown) => "link down",
        DropReason::Impaired(LossReason::Silence) => "silence",
        DropReason::Impaired(LossReason::Outage) => "outage",
        DropReason::Impaired(
            LossReason::Loss
            | LossReason::LossOfSmall
            | LossReason::LossCorrelated
            | LossReason::Burst
            | LossReason::Every
            | LossReason::Picked,
        ) => "lost",
        DropReason::Early => "RED",
        DropReason::Late => "CoDel",
    }
}

const fn switch_text(why: bridge::Refusal) -> &'static str {
    match why {
        bridge::Refusal::PortOff => "port off",
        bridge::Refusal::Blocked => "blocked",
        bridge::Refusal::OtherVlan => "other VLAN",
        bridge::Refusal::TooBig => "too big",
        bridge::Refusal::Malformed => "malformed",
    }
}

const fn router_text(why: router::Refusal) -> &'static str {
    match why {
        router::Refusal::PortOff => "port off",
        router::Refusal::NotForUs => "not for us",
        router::Refusal::Malformed => "malformed",
        router::Refusal::Expired => "TTL 0",
        router::Refusal::NoRoute => "no route",
        router::Refusal::NoNeighbor => "no neighbor",
        router::Refusal::NeighborQueueFull => "queue full",
        router::Refusal::TooBig => "too big",
        router::Refusal::Filtered(_) => "no rule",
        router::Refusal::NobodyThere => "no listener",
        router::Refusal::TranslationsFull => "NAT full",
        router::Refusal::NoTranslation => "no NAT entry",
    }
}
