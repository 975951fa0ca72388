//! The same frame on the wire before: what a node has made of it is the difference.
//!
//! A frame keeps its number over switches, routers and address translations, so that it is found again although its bytes are others.

use netlab::History;
use netlab::history::{Fate, Transit, TransitId};
use netlab::topology::Topology;

/// The hops of a frame are looked for among this number of transits before and after.
pub const HOPS_WITHIN: u64 = 4_000;

/// The same frame on the wire by which its sender received it. `None`: its sender made it, or that wire is no longer kept.
pub fn earlier<'a>(topology: &Topology, history: &'a History, transit: &Transit) -> Option<&'a Transit> {
    if transit.first {
        return None;
    }
    let here = topology.sender(transit.direction);
    let ids = (transit.id.0.saturating_sub(HOPS_WITHIN)..transit.id.0).rev();
    ids.filter_map(|id| history.transit(TransitId(id))).find(|other| {
        other.frame_id == transit.frame_id
            && other.fate == Fate::Delivered
            && other.arrival <= transit.queued
            && topology.receiver(other.direction) == here
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use netlab::history::Limits;
    use netlab::{Duration, Instant};
    use wire::header::Ethernet;

    #[test]
    fn a_packet_is_found_again_before_the_router_that_translated_its_addresses() {
        let text = include_str!("../../../scenarios/home-network.json");
        let mut world = scenario::Scenario::parse(text).unwrap().world(Limits::default()).unwrap();
        world.run_until(Instant::ZERO + Duration::from_secs(3), || true);
        let (topology, history) = (world.topology(), world.history());
        let source = |transit: &Transit| Some(Ethernet::read(&transit.frame)?.ip()?.source);
        let mut translated = 0;
        for transit in history.transits() {
            let Some(before) = earlier(topology, history, transit) else {
                assert!(transit.first || before_is_unknown(topology, history, transit), "{:?}", transit.id);
                continue;
            };
            assert_eq!(topology.receiver(before.direction), topology.sender(transit.direction));
            assert!(before.id < transit.id && before.frame_id == transit.frame_id);
            translated += u32::from(source(before).is_some() && source(before) != source(transit));
        }
        assert!(translated > 0, "the router at home translates");
    }

    /// Frames that a node makes of its own are first on their wires; all others have one before.
    fn before_is_unknown(topology: &Topology, history: &History, transit: &Transit) -> bool {
        let here = topology.sender(transit.direction);
        !history.transits().any(|other| {
            other.frame_id == transit.frame_id
                && other.id < transit.id
                && topology.receiver(other.direction) == here
        })
    }
}
