//! What is happening right now, in one sentence that somebody understands who has never heard of ARP.
//!
//! Told from the frame that was handed to a cable last. In a crowd of frames no single one is worth a sentence; then the
//! run that they belong to is named.

use crate::lab::results::title;
use dissect::Protocol;
use netlab::history::{RunLog, Transit, TransitId};
use netlab::run::{RunEvent, Target};
use netlab::topology::{NodeKind, Topology};
use netlab::{Duration, History, Instant};

/// More frames than this within the given time are a crowd.
const CROWD: usize = 8;

/// The sentence for this moment; `None` before anything was sent. `recent`: how far back a crowd is looked for.
pub fn narrate(topology: &Topology, history: &History, at: Instant, recent: Duration) -> Option<String> {
    let since = Instant::from_nanos(at.nanos().saturating_sub(recent.nanos()));
    let mut sent = history.transits_by(at).rev();
    let latest = sent.next()?;
    let lately = sent.take_while(|transit| transit.queued > since).take(CROWD).count();
    if lately == CROWD {
        return Some(crowd(topology, history, at));
    }
    let sender = topology.sender(latest.direction);
    let name = &topology.node(sender).name;
    let copies = copies(history, latest);
    let to = || &topology.node(topology.receiver(latest.direction)).name;
    Some(match &topology.node(sender).kind {
        NodeKind::Host(_) => speech(name, latest),
        NodeKind::Hub => {
            format!("{name} is a hub: it repeats the {} at every other port.", latest_label(latest))
        }
        NodeKind::Switch(_) if copies > 1 && !latest.first => {
            format!("{name} does not know where it belongs: it floods the {} to all.", latest_label(latest))
        }
        NodeKind::Switch(_) if latest.first => {
            format!("{name} is a switch and speaks for itself: {}.", latest_label(latest))
        }
        NodeKind::Router(_) if latest.first => {
            format!("{name} is a router and speaks for itself: {}.", latest_label(latest))
        }
        NodeKind::Router(_) => {
            format!("{name} sends the {} on to the next network, to {}.", latest_label(latest), to())
        }
        NodeKind::Switch(_) => format!("{name} passes the {} on to {}.", latest_label(latest), to()),
    })
}

fn latest_label(transit: &Transit) -> String {
    dissect::label(&transit.frame).to_string()
}

/// How many copies of a frame were handed over at the same moment as this one, itself included.
fn copies(history: &History, transit: &Transit) -> usize {
    let same = |other: &&Transit| other.frame_id == transit.frame_id && other.queued == transit.queued;
    let near = (transit.id.0.saturating_sub(16)..=transit.id.0 + 16).map(TransitId);
    near.filter_map(|id| history.transit(id)).filter(same).count()
}

/// What a host says with a frame.
fn speech(name: &str, transit: &Transit) -> String {
    let frame = &transit.frame;
    let label = dissect::label(frame).to_string();
    let summary = dissect::summary(frame);
    let number = || label.rsplit(' ').next().unwrap_or_default().to_string();
    let to = &summary.destination;
    match (summary.protocol, label.as_str()) {
        (Protocol::Arp, "ARP who-has") => {
            let who = arp_target(frame).unwrap_or_else(|| "somebody".into());
            format!("{name} asks everybody: who has {who}? (ARP)")
        }
        (Protocol::Arp, _) => format!("{name} answers: that is me, at this Ethernet address. (ARP reply)"),
        (Protocol::Ndp, label) if label.starts_with("NS") => {
            format!("{name} asks who has an IPv6 address. (neighbor solicitation)")
        }
        (Protocol::Ndp, label) if label.starts_with("NA") => {
            format!("{name} answers: that is me, at this Ethernet address. (neighbor advertisement)")
        }
        (Protocol::Icmp | Protocol::Icmpv6, label) if label.starts_with("echo reply") => {
            format!("{name} answers ping {}.", number())
        }
        (Protocol::Icmp | Protocol::Icmpv6, label) if label.starts_with("echo") => {
            format!("{name} pings {to}, for the {} time.", ordinal(&number()))
        }
        (Protocol::Tcp, "SYN") => format!("{name} asks {to} to open a connection. (SYN)"),
        (Protocol::Tcp, "SYN-ACK") => format!("{name} agrees to open the connection. (SYN-ACK)"),
        (Protocol::Tcp, "ACK") => format!("{name} confirms what has come. (ACK)"),
        (Protocol::Tcp, label) if label.contains("RST") => format!("{name} refuses the connection. (RST)"),
        (Protocol::Tcp, label) if label.contains("FIN") => format!("{name} has nothing more to say. (FIN)"),
        (Protocol::Tcp, label) if label.starts_with("DATA") => {
            format!("{name} sends {} bytes of data.", number())
        }
        (Protocol::Udp, _) => format!("{name} sends a datagram of {} bytes. (UDP)", number()),
        _ => format!("{name} sends {label}."),
    }
}

/// Whom an ARP request asks for.
fn arp_target(frame: &[u8]) -> Option<String> {
    let dissection = dissect::layers(frame);
    let field = dissection.layer("ARP")?.field("arp.dst.proto_ipv4")?;
    Some(field.value.clone())
}

fn ordinal(number: &str) -> String {
    match number.parse::<u64>() {
        Ok(1) => "first".into(),
        Ok(2) => "second".into(),
        Ok(3) => "third".into(),
        _ => format!("{number}th"),
    }
}

fn crowd(topology: &Topology, history: &History, at: Instant) -> String {
    let under_way = |log: &&RunLog| {
        log.entries_by(at).last().is_some_and(|entry| !matches!(entry.event, RunEvent::Finished(_)))
    };
    let mut runs = history.runs().iter().filter(under_way);
    match (runs.next(), runs.next()) {
        (Some(log), None) => {
            let to = match log.spec.to {
                Target::Node(node, _) => topology.node(node).name.clone(),
                Target::Address(address) => address.to_string(),
            };
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
    use crate::lab::ahead::{Next, next_visible};
    use netlab::history::Limits;

    /// Everything that is told of an example, at every event.
    fn told(example: usize, events: usize) -> Vec<String> {
        let mut world = scenario::examples()[example].scenario().world(Limits::default()).unwrap();
        let (mut at, mut told) = (Instant::ZERO, Vec::new());
        world.run_until(at, || true);
        for _ in 0..events {
            let sentence = narrate(world.topology(), world.history(), at, Duration::from_millis(1));
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
            for sentence in told(example, 400) {
                assert!(
                    !sentence.contains("sends malformed") && !sentence.contains("th time. (ARP"),
                    "{sentence}"
                );
            }
        }
    }
}
