//! A link's sheet.

use super::words::{drop_reason, impairments, queue};
use super::{Button, Sheet, Table};
use crate::action::Action;
use crate::format;
use crate::topology::LiveTopology;
use netlab::history::DropReason;
use netlab::topology::{Direction, End, LinkId, Way};
use netlab::{History, Instant};
use texts::t;
use wire::impair::Impairment;

/// More frames than this on one link are not listed.
const FRAMES_MAX: usize = 40;

pub(super) fn sheet(topology: LiveTopology<'_>, history: &History, at: Instant, id: LinkId) -> Sheet {
    let (link, now) = (topology.link(id), history.link_at(id, at));
    let ways = &now.ways;
    let directions = End::BOTH.map(|from| Direction { link: id, from });
    let both = |name: &str, value: &dyn Fn(Direction, &Way) -> String| {
        let mut row = vec![name.to_string()];
        row.extend(directions.map(|direction| value(direction, &ways[direction.from.index()])));
        row
    };
    let names = directions.map(|direction| way_name(topology, direction));
    let columns = ["", &names[0], &names[1]];
    let settings = vec![
        both(t!("Rate"), &|_, way| {
            way.line.rate.map_or(t!("unlimited").into(), |rate| format::bit_rate(rate.get() as f64))
        }),
        both(t!("Delay"), &|_, way| format::setting(way.line.delay)),
        both(t!("Queue"), &|_, way| queue(way.line.queue)),
        both(t!("Impairments"), &|_, way| impairments(&way.impairments)),
    ];
    let mut traffic = vec![
        both(t!("Frames sent"), &|direction, _| format::count(history.totals_at(direction, at).sent)),
        both(t!("Delivered"), &|direction, _| format::count(history.totals_at(direction, at).delivered)),
        both(t!("Bytes sent"), &|direction, _| format::bytes(history.bytes_at(direction, at).0)),
        both(t!("On the wire now"), &|direction, _| {
            let now = history.passing(direction, at, at).filter(|transit| transit.start <= at);
            format::count(now.count() as u64)
        }),
        both(t!("Waiting now"), &|direction, _| {
            let (mut frames, mut bytes) = (0, 0);
            for transit in history.passing(direction, at, at).filter(|transit| at < transit.start) {
                frames += 1;
                bytes += transit.frame.len();
            }
            let unsent = history.backlog_at(direction, at);
            (frames, bytes) = (frames + unsent.frames, bytes + unsent.bytes);
            if frames == 0 { "0".into() } else { format!("{frames} ({})", format::bytes(bytes as u64)) }
        }),
    ];
    let mut reasons: Vec<DropReason> = Vec::new();
    for reason in
        directions.iter().flat_map(|&direction| history.totals_at(direction, at).dropped.into_keys())
    {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    for reason in reasons {
        let dropped = |direction, _: &Way| {
            format::count(history.totals_at(direction, at).dropped.get(&reason).copied().unwrap_or(0))
        };
        traffic.push(both(&t!("Dropped: {}", drop_reason(reason)), &dropped));
    }
    let half_duplex = topology.is_half_duplex(id);
    if half_duplex {
        traffic.push(both(t!("Collisions"), &|direction, _| {
            format::count(history.collisions_by(direction, at))
        }));
    }
    let refused = |direction: Direction| history.refused_at(direction, at).values().sum::<u64>();
    if directions.iter().any(|&direction| refused(direction) > 0) {
        traffic.push(both(t!("Dropped at the far end"), &|direction, _| format::count(refused(direction))));
    }
    let frames = directions.into_iter().flat_map(|direction| {
        let to = &topology.node(topology.receiver(direction)).name;
        history
            .passing(direction, at, at)
            .map(move |transit| (transit.id, t!("{} to {to}", dissect::summary(&transit.frame).label)))
    });
    let off = link.ends.iter().zip(&now.ports).filter(|(_, port)| !port.is_up());
    let off = off.map(|(end, _)| (t!("Port"), t!("of {} is switched off", topology.node(*end).name)));
    let duplex = half_duplex.then(|| (t!("Duplex"), t!("half: one frame at a time (CSMA/CD)").to_owned()));
    let facts = duplex.into_iter().chain(off).collect();
    let pulled = ways.iter().any(|way| way.impairments.contains(&Impairment::Down));
    Sheet {
        kind: t!("Link"),
        name: link.ends.map(|end| topology.node(end).name.clone()).join(" – "),
        meaning: t!(
            "A cable with one wire for each direction. Its rate sets how long a frame's bits take to leave, its delay how \
             long they travel. Frames that have to wait are in the sender's queue."
        ),
        buttons: vec![Button {
            text: if pulled { t!("Plug the cable in") } else { t!("Pull the cable") },
            of: None,
            action: Action::Plug(id, pulled),
            in_tools: true,
        }],
        facts,
        tables: vec![
            Table::new(t!("Settings"), &columns, settings, ""),
            Table::new(t!("Traffic"), &columns, traffic, ""),
        ],
        frames: frames.take(FRAMES_MAX).collect(),
    }
}

/// `a → s1`.
pub(super) fn way_name(topology: LiveTopology<'_>, direction: Direction) -> String {
    let name = |node| &topology.node(node).name;
    format!("{} → {}", name(topology.sender(direction)), name(topology.receiver(direction)))
}
