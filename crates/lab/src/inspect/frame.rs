//! A frame's sheet: where it is at the playhead, what the wire and the nodes do to it, and what it says.

use super::link::way_name;
use super::words::drop_reason;
use super::{Button, FrameSheet, changed};
use crate::action::Action;
use crate::format;
use crate::topology::LiveTopology;
use capture::Recording;
use dissect::analysis::Notes;
use dissect::{Dissection, Link};
use netlab::history::{Fate, Transit, TransitId};
use netlab::{Frame, History, Instant};
use texts::t;
use trace::{HOPS_WITHIN, Row, earlier};

pub(super) fn sheet(
    topology: LiveTopology<'_>,
    history: &History,
    at: Instant,
    transit: &Transit,
) -> FrameSheet {
    let summary = dissect::summary(&transit.frame);
    let [from, to] = [topology.sender(transit.direction), topology.receiver(transit.direction)]
        .map(|node| topology.node(node).name.as_str());
    let dropped = match transit.fate {
        Fate::Dropped { reason, at: when } if when <= at => Some(reason),
        _ => None,
    };
    let refused = transit.refused.filter(|(when, _)| *when <= at);
    let whereabouts = match (dropped, refused) {
        (Some(reason), _) => t!("Dropped between {from} and {to}: {}.", drop_reason(reason)),
        (None, Some((_, why))) => t!("Arrived at {to}, which drops it: {why}."),
        (None, None) if at < transit.queued => t!("Not yet sent by {from}."),
        (None, None) if at < transit.start => t!("Waiting in {from}'s queue for the cable to {to}."),
        (None, None) if at < transit.arrival => t!("On the wire from {from} to {to}."),
        (None, None) => t!("Arrived at {to}."),
    };
    let mut facts = vec![
        (t!("Size"), format::buffer(transit.frame.len())),
        (t!("Queued at"), format!("{}\u{a0}s", format::clock(transit.queued))),
    ];
    if transit.start > transit.queued {
        facts.push((t!("Waited"), format::duration(transit.start - transit.queued)));
    }
    if transit.end > transit.start {
        facts.push((t!("Sent within"), format::duration(transit.end - transit.start)));
    }
    match transit.fate {
        Fate::Delivered => facts.push((t!("Arrives"), format!("{}\u{a0}s", format::clock(transit.arrival)))),
        Fate::Dropped { at: when, .. } => {
            facts.push((t!("Dropped"), format!("{}\u{a0}s", format::clock(when))))
        }
    }
    let near = transit.id.0.saturating_sub(HOPS_WITHIN)..=transit.id.0 + HOPS_WITHIN;
    let all: Vec<_> = near
        .filter_map(|id| history.transit(TransitId(id)))
        .filter(|other| other.frame_id == transit.frame_id && other.queued <= at)
        .collect();
    let dissection = dissect::layers(&transit.frame);
    let changed = earlier(&topology, history, transit).and_then(|before| {
        let changes = match before.frame == transit.frame {
            true => Vec::new(),
            false => changed::between(&dissect::layers(&before.frame), &dissection),
        };
        (!changes.is_empty()).then(|| (from.to_string(), changes))
    });
    let marks = marks(topology, transit, &all, &dissection);
    FrameSheet {
        id: transit.id,
        label: summary.label.to_string(),
        info: summary.info,
        whereabouts,
        lost: dropped.is_some() || refused.is_some(),
        marks,
        // What is lost anyway need not be.
        button: (transit.fate == Fate::Delivered).then_some(Button {
            text: t!("Lose this frame"),
            of: None,
            action: Action::Lose(transit.id),
            in_tools: false,
        }),
        facts,
        hops: all.iter().map(|other| (other.id, way_name(topology, other.direction))).collect(),
        changed,
        link: Link::Ethernet,
        frame: transit.frame.clone(),
        dissection,
        notes: Notes::default(),
        whole: None,
    }
}

/// What wires have done to it, in sentences.
fn marks(
    topology: LiveTopology<'_>,
    transit: &Transit,
    hops: &[&Transit],
    dissection: &Dissection,
) -> Vec<String> {
    let mut marks = Vec::new();
    let corrupted = hops.iter().find(|hop| hop.id <= transit.id && hop.marks.corrupted);
    if let Some(hop) = corrupted {
        let caught = caught_by(dissection);
        marks.push(match hop.id == transit.id {
            true => t!("A bit was corrupted on this link. {caught}"),
            false => t!("A bit was corrupted on {}. {caught}", way_name(topology, hop.direction)),
        });
    }
    if transit.marks.duplicate {
        marks.push(t!("The link duplicated the frame: this is the copy.").into());
    }
    if transit.marks.reordered {
        marks.push(t!("The link reordered it: it overtook frames that were sent before it.").into());
    }
    marks
}

/// Which checksum detects the corrupted bit, if one does.
fn caught_by(dissection: &Dissection) -> String {
    let failed = dissection
        .layers
        .iter()
        .find(|layer| layer.walk().any(|field| field.fault.is_some() && field.key.contains("checksum")));
    match failed {
        Some(layer) => {
            t!("The {} checksum is wrong, so the node that checks it drops the frame.", layer.name)
        }
        None if dissection.faults().next().is_some() => {
            t!("No checksum detects the error, but the frame is malformed.").into()
        }
        None => t!("No checksum covers that bit: Ethernet’s own, which would, is not simulated.").into(),
    }
}

/// A packet of a capture that was opened, looked at closely.
pub fn packet(recording: &Recording, row: &Row) -> FrameSheet {
    let index = row.transit.0 as usize;
    let packet = recording.packets[index];
    let interface = &recording.interfaces[packet.interface as usize];
    let captured = trace::captured(recording, index);
    let summary = dissect::summary(captured);
    let place =
        [interface.name.as_str(), interface.description.as_str()].into_iter().find(|name| !name.is_empty());
    let whereabouts = match (place, recording.sent(index)) {
        (Some(place), Some(true)) => t!("Sent at {place}."),
        (Some(place), Some(false)) => t!("Received at {place}."),
        (Some(place), None) => t!("Seen at {place}."),
        (None, _) => t!("From an opened capture.").to_string(),
    };
    let mut facts = vec![
        (t!("Size"), format::buffer(packet.original_len as usize)),
        (t!("Seen at"), format!("{}\u{a0}s", format::clock(row.at))),
    ];
    if packet.captured_len < packet.original_len {
        facts.push((t!("Captured"), format::buffer(packet.captured_len as usize)));
    }
    facts.extend(
        recording.comments(index).map(|comment| (t!("Comment"), comment.chars().take(300).collect())),
    );
    FrameSheet {
        id: row.transit,
        label: summary.label.to_string(),
        info: summary.info,
        whereabouts,
        lost: false,
        marks: Vec::new(),
        button: None,
        facts,
        hops: Vec::new(),
        changed: None,
        link: captured.link,
        frame: Frame::copy_from(captured.bytes),
        dissection: dissect::layers(captured),
        notes: row.notes,
        whole: None,
    }
}
