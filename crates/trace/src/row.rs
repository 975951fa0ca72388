//! A packet of a trace, and where its bytes are.

use capture::Recording;
use dissect::analysis::{Mark, Notes};
use dissect::message::SegmentKind;
use dissect::{Captured, Link, Protocol};
use netlab::history::{FrameId, TransitId};
use netlab::{History, Instant};

/// A packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// When it was seen.
    pub at: Instant,
    /// The frame on its wire. In a recording: the place of the packet in the file.
    pub transit: TransitId,
    /// The frame, the same over all its wires. In a recording: the place of the packet in the file.
    pub frame: FrameId,
    /// Bytes.
    pub length: u32,
    /// What it is about.
    pub protocol: Protocol,
    /// What it does to its connection, if it is a TCP segment.
    pub segment: Option<SegmentKind>,
    /// It was seen where it was sent, otherwise where it arrived.
    pub sent: bool,
    /// It was dropped on this wire.
    pub dropped: bool,
    /// What it means for those before it.
    pub notes: Notes,
}

const _: () = assert!(size_of::<Row>() <= 96);

impl Row {
    /// Whether it carries data that were sent before.
    pub fn is_retransmission(&self) -> bool {
        self.notes.marks.contains(Mark::Retransmission)
    }
}

/// Where the packets of a trace are from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// A network: what has happened in it up to a moment.
    World(&'a History, Instant),
    /// An opened capture file.
    Recording(&'a Recording),
}

impl<'a> Source<'a> {
    /// When time 0 was: nanoseconds since 1970. Virtual time begins there.
    pub fn start_ns(&self) -> u64 {
        match *self {
            Self::World(..) => 0,
            Self::Recording(recording) => recording.start_ns,
        }
    }

    /// A packet as it was captured, if it is kept.
    pub fn bytes(&self, row: &Row) -> Option<Captured<'a>> {
        match *self {
            Self::World(history, _) => {
                history.transit(row.transit).map(|transit| Captured::from(&transit.frame))
            }
            Self::Recording(recording) => Some(captured(recording, row.transit.0 as usize)),
        }
    }
}

/// A packet of a recording.
///
/// # Panics
/// If there is no such packet; they count from 0.
pub fn captured(recording: &Recording, packet: usize) -> Captured<'_> {
    let link = Link::of_number(recording.link_type(packet).0);
    Captured {
        link,
        bytes: recording.frame(packet),
        fcs: recording.fcs(packet),
        wire_len: recording.packets[packet].original_len as usize,
    }
}
