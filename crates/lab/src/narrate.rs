//! What is happening right now, in one sentence for a reader who has never heard of ARP.
//!
//! The sentence is about the frame that was sent last. When many frames are under way at once, it names their run instead.

mod services;
mod speech;

use crate::inspect;
use crate::results::{target_name, title};
use crate::topology::LiveTopology;
use dissect::Message;
use netlab::history::{DropReason, Fate, Refusal, RunLog, Transit, TransitId};
use netlab::run::RunEvent;
use netlab::topology::{NodeId, NodeKind};
use netlab::{Duration, History, Instant};
use speech::speech;
use texts::{plural, t};

/// More frames than this within the given time are a crowd.
const CROWD: usize = 8;
/// A frame that a node drops was sent at most this number of transits ago.
const DROPPED_WITHIN: usize = 32;

/// The sentence for this moment; `None` before anything was sent. `recent`: how far back a crowd is looked for.
pub fn narrate(
    topology: LiveTopology<'_>,
    history: &History,
    at: Instant,
    recent: Duration,
) -> Option<String> {
    let since = Instant::from_nanos(at.nanos().saturating_sub(recent.nanos()));
    let mut sent = history.transits_by(at).rev();
    let latest = sent.next()?;
    let lately = sent.take_while(|transit| transit.queued > since).take(CROWD).count();
    if lately == CROWD {
        return Some(crowd(topology, history, at));
    }
    if let Some((node, dropped)) = dropped_by_node(topology, history, at, latest.queued) {
        // At the same moment the node may have sent the sender an ICMP error.
        let reported = latest.first && topology.sender(latest.direction) == node;
        return Some(match reported {
            true => format!("{dropped} {}", speech(topology, node, &latest.frame)),
            false => dropped,
        });
    }
    Some(of_transit(topology, history, latest))
}

/// The sentence for a frame on a link.
pub(crate) fn of_transit(topology: LiveTopology<'_>, history: &History, latest: &Transit) -> String {
    let sender = topology.sender(latest.direction);
    let name = &topology.node(sender).name;
    let to = &topology.node(topology.receiver(latest.direction)).name;
    if latest.marks.corrupted {
        return t!("{name} sends a frame to {to}, and the link corrupts a bit of it.");
    }
    let label = latest_label(latest);
    match &topology.node(sender).kind {
        NodeKind::Hub => t!("{name} is a hub: it repeats the {label} at every other port."),
        NodeKind::Host(_) | NodeKind::Switch(_) | NodeKind::Router(_) if latest.first => {
            speech(topology, sender, &latest.frame)
        }
        NodeKind::Switch(_) if copies(history, latest) > 1 => match is_to_a_group(&latest.frame) {
            true => {
                t!("{name} passes the {label} on to all other ports: it is for all hosts or a group.")
            }
            false => t!(
                "{name} has not learned which port leads to the destination: it floods the {label} to all other ports."
            ),
        },
        NodeKind::Switch(_) => passed_on(name, &label, to, vlans(topology, history, latest)),
        NodeKind::Router(_) => routed(topology, history, name, to, latest),
        NodeKind::Host(_) => speech(topology, sender, &latest.frame),
    }
}

/// The sentence for a segment that was sent before.
pub(crate) fn retransmitted(topology: LiveTopology<'_>, transit: &Transit) -> String {
    let name = &topology.node(topology.sender(transit.direction)).name;
    let label = latest_label(transit);
    t!("{name} retransmits the {label}: it was not acknowledged. (retransmission)")
}

/// The sentence for a frame that is dropped on its way.
pub(crate) fn dropped(topology: LiveTopology<'_>, transit: &Transit) -> String {
    let [from, to] = [topology.sender(transit.direction), topology.receiver(transit.direction)]
        .map(|end| &topology.node(end).name);
    let label = latest_label(transit);
    let Fate::Dropped { reason, .. } = transit.fate else { return t!("{to} drops the {label}.") };
    let why = inspect::words::drop_reason(reason);
    match reason {
        DropReason::QueueFull | DropReason::Early | DropReason::Late | DropReason::Overload => {
            t!("The {label} never leaves {from}: {why}.")
        }
        DropReason::Impaired(_) | DropReason::Collisions => {
            t!("The {label} is lost between {from} and {to}: {why}.")
        }
    }
}

/// A frame that a node has dropped since the latest one was sent, in words, and which node.
fn dropped_by_node(
    topology: LiveTopology<'_>,
    history: &History,
    at: Instant,
    since: Instant,
) -> Option<(NodeId, String)> {
    let lately = history.transits_by(at).rev().take(DROPPED_WITHIN);
    let dropped =
        lately.filter(|transit| transit.refused.is_some_and(|(when, _)| when >= since && when <= at));
    let dropped = dropped.max_by_key(|transit| (transit.refused.map(|(when, _)| when), transit.id))?;
    let (_, why) = dropped.refused?;
    let node = topology.receiver(dropped.direction);
    Some((node, refused(topology, node, dropped, why)))
}

/// The sentence for a frame that this node drops.
pub(crate) fn refused(topology: LiveTopology<'_>, node: NodeId, transit: &Transit, why: Refusal) -> String {
    t!("{} drops the {}: {why}.", topology.node(node).name, latest_label(transit))
}

fn latest_label(transit: &Transit) -> String {
    match dissect::meaning(&transit.frame).message {
        Message::Malformed(_) => t!("corrupted frame").into(),
        message => message.label().to_string(),
    }
}

/// Whether the destination address is broadcast or multicast (IEEE 802.3, 3.2.3: the first bit).
fn is_to_a_group(frame: &[u8]) -> bool {
    frame.first().is_some_and(|byte| byte & 1 == 1)
}

/// How many copies of a frame were handed over at the same moment as this one, itself included.
fn copies(history: &History, transit: &Transit) -> usize {
    let same = |other: &&Transit| other.frame_id == transit.frame_id && other.queued == transit.queued;
    let near = (transit.id.0.saturating_sub(16)..=transit.id.0 + 16).map(TransitId);
    near.filter_map(|id| history.transit(id)).filter(same).count()
}

/// The VLAN tag of a frame before the node that sent it, and now.
fn vlans(topology: LiveTopology<'_>, history: &History, transit: &Transit) -> [Option<u16>; 2] {
    let vlan = |frame| dissect::meaning(frame).ethernet.and_then(|ethernet| ethernet.vlan);
    let before = trace::earlier(&topology, history, transit);
    before.map_or([None; 2], |before| [vlan(&before.frame), vlan(&transit.frame)])
}

/// What a switch does with a frame, and with the VLAN tag.
fn passed_on(name: &str, label: &str, to: &str, vlans: [Option<u16>; 2]) -> String {
    match vlans {
        [None, Some(vlan)] => t!("{name} passes the {label} on to {to}. It adds the tag of VLAN {vlan}."),
        [Some(vlan), None] => t!("{name} passes the {label} on to {to}. It removes the tag of VLAN {vlan}."),
        [Some(_), Some(_)] | [None, None] => t!("{name} passes the {label} on to {to}."),
    }
}

/// What a router does with a packet that it forwards.
fn routed(topology: LiveTopology<'_>, history: &History, name: &str, to: &str, transit: &Transit) -> String {
    let now = dissect::meaning(&transit.frame);
    let label = latest_label(transit);
    let Some(ip) = now.ip else {
        return t!("{name} sends the {label} on to the next network, to {to}.");
    };
    if let Some(before) = trace::earlier(&topology, history, transit) {
        let was = dissect::meaning(&before.frame);
        if let Some(was) = was.ip.filter(|was| was.source != ip.source) {
            return t!("{name} translates: {} looks like {} from outside. (NAT)", was.source, ip.source);
        }
        if let Some(was) = was.ip.filter(|was| was.destination != ip.destination) {
            return t!(
                "{name} translates back: what was for {} goes to {}. (NAT)",
                was.destination,
                ip.destination
            );
        }
        let is_fragment = |message: &Message<'_>| matches!(message, Message::Fragment(_));
        if is_fragment(&now.message) && !is_fragment(&was.message) {
            return t!("{name} cuts the packet into pieces: it is too long for the next link. ({label})");
        }
    }
    let hops = ip.hop_limit;
    plural!(
        hops,
        "{name} sends the {label} on to the next network, to {to}: it may go {hops} more hop.",
        "{name} sends the {label} on to the next network, to {to}: it may go {hops} more hops."
    )
}

fn crowd(topology: LiveTopology<'_>, history: &History, at: Instant) -> String {
    let under_way = |log: &&RunLog| {
        log.entries_by(at).last().is_some_and(|entry| !matches!(entry.event, RunEvent::Finished(_)))
    };
    let mut runs = history.runs().iter().filter(under_way);
    match (runs.next(), runs.next()) {
        (Some(log), None) => {
            let to = target_name(topology, log.spec.to);
            let from = &topology.node(log.spec.from).name;
            t!("{} from {from} to {to} goes on.", title(&log.spec.kind))
        }
        (Some(_), Some(_)) => t!("Several runs go on at the same time.").into(),
        (None, _) => t!("The last frames of a run arrive.").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ahead::{Next, next_visible};
    use crate::hold::Hold;
    use netlab::history::Limits;

    /// The narration of an example at every event, without repetitions.
    fn narration(example: usize, events: usize) -> Vec<String> {
        narration_of(&crate::samples::numbered(example), events)
    }

    fn narration_of(scenario: &scenario::Scenario, events: usize) -> Vec<String> {
        let mut world = scenario.world(Limits::default()).unwrap();
        let (mut at, mut narration) = (Instant::ZERO, Vec::new());
        world.run_until(at, || true);
        for _ in 0..events {
            let sentence = narrate(LiveTopology::of(&world), world.history(), at, Duration::from_millis(1));
            if let Some(sentence) = sentence
                && narration.last() != Some(&sentence)
            {
                narration.push(sentence);
            }
            match next_visible(&mut world, &mut Hold::default(), at, &mut || true) {
                Next::At(next) => at = next,
                Next::Never => break,
                Next::NotYet => unreachable!("the budget is endless"),
            }
            world.run_until(at, || true);
        }
        narration
    }

    #[test]
    fn the_first_example_tells_a_story() {
        let narration = narration(0, 60);
        assert_eq!(
            narration[..8],
            [
                "a asks all hosts: who has 10.0.0.2? (ARP)",
                "s1 passes the ARP who-has on to b.",
                "b answers: that is me, at this MAC address. (ARP reply)",
                "s1 passes the ARP reply on to a.",
                "a pings 10.0.0.2, for the first time.",
                "s1 passes the echo 1 on to b.",
                "b answers ping 1.",
                "s1 passes the echo reply 1 on to a.",
            ]
        );
    }

    #[test]
    fn a_flood_and_a_hub_are_told_apart() {
        let narration = narration(1, 40).join("\n");
        assert!(
            narration.contains(
                "switch passes the ARP who-has on to all other ports: it is for all hosts or a group."
            ),
            "{narration}"
        );
        assert!(
            narration.contains("hub is a hub: it repeats the ARP who-has at every other port."),
            "{narration}"
        );
    }

    #[test]
    fn in_a_crowd_the_run_is_named() {
        let narration = narration(5, 600).join("\n");
        assert!(narration.contains("iperf TCP from client to server goes on."), "{narration}");
    }

    #[test]
    fn every_frame_of_every_example_is_narrated_by_its_content() {
        for example in scenario::examples() {
            for sentence in narration_of(&example.scenario(), 1_500) {
                assert!(!sentence.contains("malformed") && !sentence.contains("th time. (ARP"), "{sentence}");
            }
        }
    }

    #[test]
    fn a_corrupted_frame_is_narrated_as_corrupted() {
        let bad_weather = scenario::examples().iter().find(|example| example.name == "bad-weather");
        let bad_weather = bad_weather.expect("there is such an example").scenario();
        let narration = narration_of(&bad_weather, 1_500).join("\n");
        assert!(narration.contains("and the link corrupts a bit of it."), "{narration}");
    }

    #[test]
    fn routers_switches_and_translations_tell_their_stories() {
        let narration = |text| narration_of(&scenario::Scenario::parse(text).unwrap(), 2_000).join("\n");
        for (text, sentences) in [
            (
                include_str!("../../../scenarios/three-networks.json"),
                &[
                    "r1 sends the echo 1 on to the next network, to r2: it may go 63 more hops.",
                    "r1 tells 10.0.1.1: your packet has passed as many routers as it may. (ICMP time exceeded)",
                    "r1 tells 10.0.1.1: no route leads there. (ICMP unreachable)",
                ][..],
            ),
            (
                include_str!("../../../scenarios/home-network.json"),
                &[
                    "home translates: 192.168.1.10 looks like 203.0.113.2 from outside. (NAT)",
                    "home translates back: what was for 203.0.113.2 goes to 192.168.1.10. (NAT)",
                ],
            ),
            (
                include_str!("../../../scenarios/spanning-tree.json"),
                &[
                    "s1 tells its neighbors that it is the root of the spanning tree",
                    "tells its neighbors that s1 is the root of the spanning tree, at a cost of",
                ],
            ),
            (
                include_str!("../../../scenarios/path-mtu.json"),
                &["r1 cuts the packet into pieces: it is too long for the next link. (fragment "],
            ),
            (
                include_str!("../../../scenarios/vlans.json"),
                &[" It adds the tag of VLAN 10.", " It removes the tag of VLAN 10."],
            ),
        ] {
            let narration = narration(text);
            for sentence in sentences {
                assert!(narration.contains(sentence), "{sentence}\n{narration}");
            }
        }
    }
}
