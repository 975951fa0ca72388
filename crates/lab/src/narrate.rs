//! What is happening right now, in one sentence that somebody understands who has never heard of ARP.
//!
//! Told from the frame that was handed to a cable last. In a crowd of frames no single one is worth a sentence; then the
//! run that they belong to is named.

use crate::inspect;
use crate::results::{target_name, title};
use crate::topology::LiveTopology;
use dissect::Protocol;
use netlab::history::{RunLog, Transit, TransitId};
use netlab::run::RunEvent;
use netlab::topology::{NodeId, NodeKind};
use netlab::{Duration, History, Instant};

/// More frames than this within the given time are a crowd.
const CROWD: usize = 8;
/// A frame that a node keeps back was handed over so few transits ago.
const KEPT_WITHIN: usize = 32;

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
    if let Some((node, kept)) = kept_back(topology, history, at, latest.queued) {
        // At the same moment it may have told the sender so.
        let told = (latest.first && topology.sender(latest.direction) == node)
            .then(|| speech(topology, node, latest));
        return Some(match told {
            Some(told) => format!("{kept} {told}"),
            None => kept,
        });
    }
    let sender = topology.sender(latest.direction);
    let name = &topology.node(sender).name;
    let to = &topology.node(topology.receiver(latest.direction)).name;
    if latest.marks.corrupted {
        return Some(format!("{name} sends a frame to {to}, and the cable gets a bit of it wrong."));
    }
    let label = latest_label(latest);
    Some(match &topology.node(sender).kind {
        NodeKind::Hub => format!("{name} is a hub: it repeats the {label} at every other port."),
        NodeKind::Host(_) | NodeKind::Switch(_) | NodeKind::Router(_) if latest.first => {
            speech(topology, sender, latest)
        }
        NodeKind::Switch(_) if copies(history, latest) > 1 => match is_for_all(&latest.frame) {
            true => format!("{name} passes the {label} on to everybody: it is for all."),
            false => format!("{name} does not know where it belongs: it floods the {label} to all."),
        },
        NodeKind::Switch(_) => {
            format!("{name} passes the {label} on to {to}.{}", tag(topology, history, latest))
        }
        NodeKind::Router(_) => routed(topology, history, name, to, latest),
        NodeKind::Host(_) => speech(topology, sender, latest),
    })
}

/// A frame that a node has kept back since the latest one was sent, and which node.
fn kept_back(
    topology: LiveTopology<'_>,
    history: &History,
    at: Instant,
    since: Instant,
) -> Option<(NodeId, String)> {
    let lately = history.transits_by(at).rev().take(KEPT_WITHIN);
    let kept = lately.filter(|transit| transit.refused.is_some_and(|(when, _)| when >= since && when <= at));
    let kept = kept.max_by_key(|transit| (transit.refused.map(|(when, _)| when), transit.id))?;
    let (_, why) = kept.refused?;
    let node = topology.receiver(kept.direction);
    Some((node, format!("{} keeps the {} back: {why}.", topology.node(node).name, latest_label(kept))))
}

fn latest_label(transit: &Transit) -> String {
    match dissect::label(&transit.frame).to_string() {
        label if label == "malformed" => "spoilt frame".into(),
        label => label,
    }
}

/// Whether it goes to everybody, and not only because nobody knows where.
fn is_for_all(frame: &[u8]) -> bool {
    frame.first().is_some_and(|byte| byte & 1 == 1) && !matches!(dissect::protocol(frame), Protocol::Arp)
}

/// How many copies of a frame were handed over at the same moment as this one, itself included.
fn copies(history: &History, transit: &Transit) -> usize {
    let same = |other: &&Transit| other.frame_id == transit.frame_id && other.queued == transit.queued;
    let near = (transit.id.0.saturating_sub(16)..=transit.id.0 + 16).map(TransitId);
    near.filter_map(|id| history.transit(id)).filter(same).count()
}

/// What a switch has done to the VLAN tag, if anything.
fn tag(topology: LiveTopology<'_>, history: &History, transit: &Transit) -> String {
    let tagged = |frame: &[u8]| frame.get(12..14) == Some(&[0x81, 0x00]);
    let vlan = |frame: &[u8]| frame.get(14..16).map_or(0, |tag| u16::from_be_bytes([tag[0], tag[1]]) & 0xfff);
    let Some(before) = inspect::before(topology, history, transit) else { return String::new() };
    match (tagged(&before.frame), tagged(&transit.frame)) {
        (false, true) => format!(" It puts the tag of VLAN {} on it.", vlan(&transit.frame)),
        (true, false) => format!(" It takes the tag of VLAN {} off.", vlan(&before.frame)),
        (true, true) | (false, false) => String::new(),
    }
}

/// What a router does with a packet that it sends on.
fn routed(topology: LiveTopology<'_>, history: &History, name: &str, to: &str, transit: &Transit) -> String {
    let label = latest_label(transit);
    if let Some(before) = inspect::before(topology, history, transit) {
        let (was, is) = (dissect::summary(&before.frame), dissect::summary(&transit.frame));
        if was.source != is.source {
            return format!("{name} translates: {} looks like {} from outside. (NAT)", was.source, is.source);
        }
        if was.destination != is.destination {
            return format!(
                "{name} translates back: what was for {} goes to {}. (NAT)",
                was.destination, is.destination
            );
        }
        if label.starts_with("fragment") && !was.label.starts_with("fragment") {
            return format!(
                "{name} cuts the packet into pieces: the next link takes no longer ones. ({label})"
            );
        }
    }
    let dissection = dissect::layers(&transit.frame);
    let field = |layer, key| dissection.layer(layer)?.field(key).map(|field| field.value.clone());
    let left = field("IPv4", "ip.ttl").or_else(|| field("IPv6", "ipv6.hlim"));
    match left {
        Some(left) => {
            format!("{name} sends the {label} on to the next network, to {to}: it may go {left} more hops.")
        }
        None => format!("{name} sends the {label} on to the next network, to {to}."),
    }
}

/// What somebody says with a frame.
fn speech(topology: LiveTopology<'_>, sender: NodeId, transit: &Transit) -> String {
    let name = &topology.node(sender).name;
    let frame = &transit.frame;
    let label = dissect::label(frame).to_string();
    let summary = dissect::summary(frame);
    let number = || label.rsplit(' ').next().unwrap_or_default().to_string();
    let to = &summary.destination;
    if label.starts_with("fragment") {
        return format!("{name} sends a piece of a packet, from its byte {} on. (fragment)", number());
    }
    match (summary.protocol, label.as_str()) {
        (Protocol::Arp, "ARP who-has") => {
            let who = field(frame, "ARP", "arp.dst.proto_ipv4").unwrap_or_else(|| "somebody".into());
            format!("{name} asks everybody: who has {who}? (ARP)")
        }
        (Protocol::Arp, _) => format!("{name} answers: that is me, at this Ethernet address. (ARP reply)"),
        (Protocol::Stp, _) => bpdu(topology, sender, frame),
        (Protocol::Ndp, label) if label.starts_with("NS") && summary.source == "::" => {
            format!(
                "{name} asks whether anybody has an address that it wants for itself. (neighbor solicitation)"
            )
        }
        (Protocol::Ndp, label) if label.starts_with("NS") => {
            format!("{name} asks who has an IPv6 address. (neighbor solicitation)")
        }
        (Protocol::Ndp, label) if label.starts_with("NA") => {
            format!("{name} answers: that is me, at this Ethernet address. (neighbor advertisement)")
        }
        (Protocol::Ndp, "RS") => format!("{name} asks whether there is a router here. (router solicitation)"),
        (Protocol::Ndp, "RA") => {
            let part = |key| field(frame, "NDP", key);
            let prefix = part("icmpv6.opt.prefix").zip(part("icmpv6.opt.prefix.length"));
            let network = prefix.map(|(prefix, length)| format!(", and this network is {prefix}/{length}"));
            let network = network.unwrap_or_default();
            format!("{name} tells everybody: I am a router{network}. (router advertisement)")
        }
        (Protocol::Rip, label) if label.ends_with("request") => {
            format!("{name} asks its neighbours what networks they know. (RIP)")
        }
        (Protocol::Rip, _) => {
            format!("{name} tells its neighbours what networks it reaches, and how far they are. (RIP)")
        }
        (Protocol::Igmp | Protocol::Icmpv6, "IGMP report" | "MLD report") => {
            format!("{name} says which groups it wants to hear. ({label})")
        }
        (Protocol::Igmp | Protocol::Icmpv6, "IGMP leave" | "MLD done") => {
            format!("{name} does not want to hear a group any more. ({label})")
        }
        (Protocol::Igmp | Protocol::Icmpv6, "IGMP query" | "MLD query") => {
            format!("{name} asks who wants to hear which groups. ({label})")
        }
        (Protocol::Icmp | Protocol::Icmpv6, label) if label.starts_with("echo reply") => {
            format!("{name} answers ping {}.", number())
        }
        (Protocol::Icmp | Protocol::Icmpv6, label) if label.starts_with("echo") => {
            format!("{name} pings {to}, for the {} time.", ordinal(&number()))
        }
        (Protocol::Icmp | Protocol::Icmpv6, "TTL exceeded") => {
            format!("{name} tells {to}: your packet's time to live was over here. (ICMP time exceeded)")
        }
        (Protocol::Icmp | Protocol::Icmpv6, "unreachable" | "too big") => {
            format!("{name} tells {to}: {}. (ICMP {label})", unreachable(&summary.info, &label))
        }
        (Protocol::Tcp, "SYN") => format!("{name} asks {to} to open a connection. (SYN)"),
        (Protocol::Tcp, "SYN-ACK") => format!("{name} agrees to open the connection. (SYN-ACK)"),
        (Protocol::Tcp, "ACK") => format!("{name} confirms what has come. (ACK)"),
        (Protocol::Tcp, label) if label.contains("RST") => format!("{name} refuses the connection. (RST)"),
        (Protocol::Tcp, label) if label.contains("FIN") => format!("{name} has nothing more to say. (FIN)"),
        (Protocol::Tcp, label) if label.starts_with("DATA") => {
            format!("{name} sends {} bytes of data.", number())
        }
        (Protocol::Udp, _) if is_for_all(frame) => {
            format!("{name} sends a datagram of {} bytes to the group {to}. (UDP multicast)", number())
        }
        (Protocol::Udp, _) => format!("{name} sends a datagram of {} bytes. (UDP)", number()),
        _ => format!("{name} sends {label}."),
    }
}

/// What a switch tells its neighbors of the tree.
fn bpdu(topology: LiveTopology<'_>, sender: NodeId, frame: &[u8]) -> String {
    let name = &topology.node(sender).name;
    let dissection = dissect::layers(frame);
    let value = |key| dissection.layer("STP")?.field(key).map(|field| field.value.clone());
    let changed = value("stp.flags.tc").is_some_and(|set| set == "set");
    let news = if changed { ", and that the tree has changed" } else { "" };
    let Some(root) = value("stp.root.hw") else {
        return format!("{name} tells that the tree has changed. (BPDU)");
    };
    let is_root = |id: NodeId| {
        matches!(topology.node(id).kind, NodeKind::Switch(_)) && inspect::ethernet(id.bridge_mac()) == root
    };
    match topology.node_ids().find(|&id| is_root(id)) {
        Some(id) if id == sender => {
            format!("{name} tells its neighbours that it takes itself for the root of the tree{news}. (BPDU)")
        }
        Some(id) => {
            let cost = value("stp.root.cost").unwrap_or_default();
            let root = &topology.node(id).name;
            format!(
                "{name} tells its neighbours that {root} is the root of the tree, at a cost of {cost}{news}. (BPDU)"
            )
        }
        None => format!("{name} tells its neighbours whom it takes for the root of the tree{news}. (BPDU)"),
    }
}

/// Why something does not get where it should, in words.
fn unreachable(info: &str, label: &str) -> &'static str {
    const WORDS: [(&str, &str); 8] = [
        ("ort unreachable", "nobody listens at this port"),
        ("rotocol unreachable", "nobody speaks this protocol here"),
        ("prohibited", "a filter does not let your packet pass"),
        ("ragmentation needed", "your packet is too long for the next link"),
        ("etwork unreachable", "no route leads there"),
        ("o route", "no route leads there"),
        ("ost unreachable", "that host does not answer"),
        ("ddress unreachable", "that host does not answer"),
    ];
    if label == "too big" {
        return "your packet is too long for the next link";
    }
    let found = WORDS.iter().find(|(part, _)| info.contains(part));
    found.map_or("your packet cannot get there", |(_, words)| words)
}

/// The value of a field.
fn field(frame: &[u8], layer: &str, key: &str) -> Option<String> {
    let dissection = dissect::layers(frame);
    let field = dissection.layer(layer)?.field(key)?;
    Some(field.value.clone())
}

fn ordinal(number: &str) -> String {
    match number.parse::<u64>() {
        Ok(1) => "first".into(),
        Ok(2) => "second".into(),
        Ok(3) => "third".into(),
        // The eleventh, twelfth and thirteenth of each hundred are not like the first three of other tens.
        Ok(number) => match (number % 100, number % 10) {
            (11..=13, _) => format!("{number}th"),
            (_, 1) => format!("{number}st"),
            (_, 2) => format!("{number}nd"),
            (_, 3) => format!("{number}rd"),
            (_, _) => format!("{number}th"),
        },
        Err(_) => number.into(),
    }
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
            format!("Many frames are under way: {} from {from} to {to}.", title(&log.spec.kind))
        }
        (Some(_), Some(_)) => "Many frames of several runs are under way.".into(),
        (None, _) => "The last frames of a run are under way.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ahead::{Next, next_visible};
    use netlab::history::Limits;

    /// Everything that is told of an example, at every event.
    fn told(example: usize, events: usize) -> Vec<String> {
        told_of(&scenario::examples()[example].scenario(), events)
    }

    fn told_of(scenario: &scenario::Scenario, events: usize) -> Vec<String> {
        let mut world = scenario.world(Limits::default()).unwrap();
        let (mut at, mut told) = (Instant::ZERO, Vec::new());
        world.run_until(at, || true);
        for _ in 0..events {
            let sentence = narrate(LiveTopology::of(&world), world.history(), at, Duration::from_millis(1));
            if let Some(sentence) = sentence
                && told.last() != Some(&sentence)
            {
                told.push(sentence);
            }
            match next_visible(&mut world, at, &mut || true) {
                Next::At(next) => at = next,
                Next::Never => break,
                Next::NotYet => unreachable!("the budget is endless"),
            }
            world.run_until(at, || true);
        }
        told
    }

    #[test]
    fn the_first_example_tells_a_story() {
        let told = told(0, 60);
        assert_eq!(
            told[..8],
            [
                "a asks everybody: who has 10.0.0.2? (ARP)",
                "s1 passes the ARP who-has on to b.",
                "b answers: that is me, at this Ethernet address. (ARP reply)",
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
        let told = told(1, 40).join("\n");
        assert!(
            told.contains("switch does not know where it belongs: it floods the ARP who-has to all."),
            "{told}"
        );
        assert!(told.contains("hub is a hub: it repeats the ARP who-has at every other port."), "{told}");
    }

    #[test]
    fn in_a_crowd_the_run_is_named() {
        let told = told(5, 600).join("\n");
        assert!(told.contains("Many frames are under way: iperf TCP from client to server."), "{told}");
    }

    #[test]
    fn every_frame_of_every_example_is_told_of_by_its_content() {
        for example in 0..scenario::examples().len() {
            for sentence in told(example, 1_500) {
                assert!(!sentence.contains("malformed") && !sentence.contains("th time. (ARP"), "{sentence}");
            }
        }
    }

    #[test]
    fn a_frame_that_a_cable_spoils_is_told_of_as_that() {
        let bad_weather = scenario::examples().iter().position(|example| example.name == "bad-weather");
        let told = told(bad_weather.expect("there is such an example"), 1_500).join("\n");
        assert!(told.contains("and the cable gets a bit of it wrong."), "{told}");
    }

    #[test]
    fn times_are_counted_as_in_english() {
        let told = ["1", "3", "4", "11", "12", "20", "21", "22", "103", "112", "many"].map(ordinal);
        let expected =
            ["first", "third", "4th", "11th", "12th", "20th", "21st", "22nd", "103rd", "112th", "many"];
        assert_eq!(told, expected);
    }

    #[test]
    fn routers_switches_and_translations_tell_their_stories() {
        let told = |text| told_of(&scenario::Scenario::parse(text).unwrap(), 2_000).join("\n");
        for (text, sentences) in [
            (
                include_str!("../../../scenarios/three-networks.json"),
                &[
                    "r1 sends the echo 1 on to the next network, to r2: it may go 63 more hops.",
                    "r1 tells 10.0.1.1: your packet's time to live was over here. (ICMP time exceeded)",
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
                    "s1 tells its neighbours that it takes itself for the root of the tree",
                    "tells its neighbours that s1 is the root of the tree, at a cost of",
                ],
            ),
            (
                include_str!("../../../scenarios/path-mtu.json"),
                &["r1 cuts the packet into pieces: the next link takes no longer ones. (fragment "],
            ),
            (
                include_str!("../../../scenarios/vlans.json"),
                &[" It puts the tag of VLAN 10 on it.", " It takes the tag of VLAN 10 off."],
            ),
        ] {
            let told = told(text);
            for sentence in sentences {
                assert!(told.contains(sentence), "{sentence}\n{told}");
            }
        }
    }
}
