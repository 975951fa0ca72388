//! Why frames were dropped: one word each, since these come with the frames.

use crate::history::{DropReason, Refusal};
use wire::impair::LossReason;

impl DropReason {
    /// Its word; 0 stands for a frame that arrives.
    pub(in crate::history) const fn word(self) -> u64 {
        match self {
            Self::QueueFull => 1,
            Self::Impaired(reason) => 2 + loss(reason),
            Self::Overload => 1 << 32,
            Self::Early => 2 << 32,
            Self::Late => 3 << 32,
            Self::Collisions => 4 << 32,
        }
    }
}

const fn loss(reason: LossReason) -> u64 {
    match reason {
        LossReason::TooBig => 0,
        LossReason::LinkDown => 1,
        LossReason::Silence => 2,
        LossReason::Loss => 3,
        LossReason::LossOfSmall => 4,
        LossReason::Outage => 5,
        LossReason::LossCorrelated => 6,
        LossReason::Burst => 7,
        LossReason::Every => 8,
        LossReason::Picked => 9,
    }
}

impl Refusal {
    /// Its word: who decides (switch, router, a router's filter, host) in the upper half, the reason in the lower one.
    pub(in crate::history) fn word(self) -> u64 {
        match self {
            Self::Switch(reason) => switch(reason),
            Self::Router(reason) => router(reason),
            Self::Host(reason) => host(reason),
        }
    }
}

const fn host(reason: host::Refusal) -> u64 {
    const HOST: u64 = 3 << 32;
    match reason {
        host::Refusal::TooBig => HOST,
        host::Refusal::SocketFull => HOST | 1,
        host::Refusal::BacklogFull => HOST | 2,
        host::Refusal::CardOff => HOST | 3,
    }
}

const fn switch(reason: bridge::Refusal) -> u64 {
    match reason {
        bridge::Refusal::PortOff => 0,
        bridge::Refusal::Blocked => 1,
        bridge::Refusal::OtherVlan => 2,
        bridge::Refusal::TooBig => 3,
        bridge::Refusal::Malformed => 4,
    }
}

fn router(reason: router::Refusal) -> u64 {
    const ROUTER: u64 = 1 << 32;
    const FILTER: u64 = 2 << 32;
    match reason {
        router::Refusal::PortOff => ROUTER,
        router::Refusal::NotForUs => ROUTER | 1,
        router::Refusal::Malformed => ROUTER | 2,
        router::Refusal::Expired => ROUTER | 3,
        router::Refusal::NoRoute => ROUTER | 4,
        router::Refusal::NoNeighbor => ROUTER | 5,
        router::Refusal::NeighborQueueFull => ROUTER | 6,
        router::Refusal::TooBig => ROUTER | 7,
        // By their places in the filter, from 1; 0: no rule fitted.
        router::Refusal::Filtered(rule) => FILTER | rule.map_or(0, |rule| u64::from(rule) + 1),
        router::Refusal::Undeliverable => ROUTER | 9,
        router::Refusal::TranslationsFull => ROUTER | 10,
        router::Refusal::NoTranslation => ROUTER | 11,
        router::Refusal::UnknownOption => ROUTER | 12,
    }
}
