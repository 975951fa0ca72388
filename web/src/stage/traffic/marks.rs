//! What moves, as things to be drawn and pointed at.

use super::addresses::{Kept, Plate};
use super::lessons::Lesson;
use super::trip::Trip;
use crate::stage::looks::Look;
use kurbo::{Point, Vec2};
use netlab::history::{DropReason, Refusal, TransitId};
use netlab::topology::Direction;
use trace::swatch::Swatch;

/// How much is shown of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A piece of a band.
    Band,
    /// Its protocol's shape.
    Dot,
    /// One or two letters.
    Pill,
    /// Its label.
    Capsule,
}

/// Whether a frame is pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Focus {
    /// No.
    None,
    /// By the pointer.
    Hovered,
    /// It is selected.
    Selected,
}

/// A frame on a lane.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Which transit.
    pub transit: TransitId,
    /// Its look.
    pub look: Look,
    /// How much is shown of it.
    pub form: Form,
    /// Its middle.
    pub center: Point,
    /// Along the lane, of length 1, for letters.
    pub reading: Vec2,
    /// Whether it moves in reading direction.
    pub forward: bool,
    /// Half its extent along the lane and across it.
    pub half: Vec2,
    /// Whether it is pointed at.
    pub focus: Focus,
    /// How far it has come on its lane.
    pub come: f64,
    /// Along the lane, from its middle: half of the gap to its nearer neighbor belongs to each.
    pub room: f64,
}

/// A stretch of a lane or of a cable's core. Frames of one swatch that follow each other without a gap share one: drawing
/// each would cost more and look the same.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// The end that is nearer to the sender.
    pub tail: Point,
    /// The end that is nearer to the receiver.
    pub head: Point,
    /// How thick.
    pub width: f64,
    /// The color.
    pub swatch: Swatch,
}

/// How full a direction of a cable is, where there are too many frames for a light each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// The sender's port.
    pub from: Point,
    /// The receiver's.
    pub to: Point,
    /// How thick.
    pub width: f64,
    /// Of which most frames are.
    pub swatch: Swatch,
    /// From 1 (some bits are on the wire) to [`Load::LEVELS`] (it is full).
    pub level: u8,
}

impl Load {
    /// The number of levels.
    pub const LEVELS: u8 = 4;

    /// The level of a wire of which this part has bits on it.
    pub fn level(part: f64) -> u8 {
        // The root lets few frames be seen.
        (part.clamp(0.0, 1.0).sqrt() * f64::from(Self::LEVELS)).ceil().max(1.0) as u8
    }
}

/// Frames that wait at a port. A vessel along the cable whose length is the queue's capacity in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// Of which direction.
    pub way: Direction,
    /// Where the next one to leave is: beside the port.
    pub origin: Point,
    /// Away from the port, of length 1.
    pub unit: Vec2,
    /// As on the lane, for letters.
    pub reading: Vec2,
    /// The vessel's length: all the bytes that may wait.
    pub length: f64,
    /// Its height.
    pub height: f64,
    /// The part of it that is full, by bytes.
    pub level: f64,
    /// How many frames wait.
    pub count: usize,
    /// There are more than were counted.
    pub more: bool,
    /// There is room for their number.
    pub counted: bool,
}

/// A frame in a queue.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// Which transit.
    pub transit: TransitId,
    /// Its color.
    pub swatch: Swatch,
    /// Its middle.
    pub center: Point,
    /// Along the vessel, of length 1.
    pub unit: Vec2,
    /// Half its extent along the vessel and across it.
    pub half: Vec2,
    /// Whether it is pointed at.
    pub focus: Focus,
}

/// Why a frame was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The link dropped it.
    Lost(DropReason),
    /// The receiving node dropped it.
    Kept(Refusal),
}

/// A frame that was dropped a moment ago.
#[derive(Clone, Copy, Debug)]
pub struct DroppedFrame {
    /// Which transit.
    pub transit: TransitId,
    /// Its look.
    pub look: Look,
    /// Where it was dropped.
    pub center: Point,
    /// Where it falls to: away from the cable, of length 1.
    pub outward: Vec2,
    /// As on the lane, for letters.
    pub reading: Vec2,
    /// From 0 (just now) to 1 (no longer seen).
    pub age: f64,
    /// Why; only the newest dropped frame at a place has it.
    pub reason: Option<Reason>,
    /// How many frames were dropped here recently.
    pub count: u64,
    /// Half its extent.
    pub half: Vec2,
    /// Of which direction it was.
    pub way: Direction,
    /// There is room for its label and the reason in words. If not, a small plate has the number of dropped frames.
    pub whole: bool,
}

/// A collision a moment ago, at one of the stations that took part.
#[derive(Clone, Copy, Debug)]
pub struct Crash {
    /// Beside the station's port, on the lane.
    pub center: Point,
    /// Away from the cable, of length 1.
    pub outward: Vec2,
    /// As on the lane, for letters.
    pub reading: Vec2,
    /// From 0 (just now) to 1 (no longer seen).
    pub age: f64,
    /// How many there were here recently.
    pub count: u64,
    /// There is room for the word.
    pub worded: bool,
}

/// A frame that arrived a moment ago.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// At which port.
    pub center: Point,
    /// From 0 (just now) to 1 (no longer seen).
    pub age: f64,
    /// Its color.
    pub swatch: Swatch,
}

/// One label for many small marks.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    /// Beside the lane.
    pub center: Point,
    /// As on the lane, for letters.
    pub reading: Vec2,
    /// The most frequent look.
    pub look: Look,
    /// How many frames are in flight here.
    pub count: u64,
    /// It was estimated.
    pub about: bool,
}

impl Stretch {
    /// Adds a stretch of the same lane behind the others, or lengthens the last of them. Those of this lane begin at `from`.
    pub fn add(stretches: &mut Vec<Self>, from: usize, next: Self) {
        if stretches.len() > from
            && let Some(last) = stretches.last_mut()
            && last.swatch == next.swatch
            && (last.tail - next.head).dot(last.head - last.tail) <= 0.75 * last.head.distance(last.tail)
        {
            last.tail = next.tail;
        } else {
            stretches.push(next);
        }
    }
}

/// Everything that moves.
#[derive(Default)]
pub struct Traffic {
    /// Frames on lanes.
    pub marks: Vec<Mark>,
    /// Stretches of lanes where frames follow each other too closely to be drawn apart.
    pub bands: Vec<Stretch>,
    /// Bits in cable cores; of a crowd, `loads` instead.
    pub lights: Vec<Stretch>,
    /// How full the wires are, of a crowd.
    pub loads: Vec<Load>,
    /// There are so many frames, so small, that each is a particle. Lights, pulses and shapes would not be seen.
    pub crowd: bool,
    /// Frames that are on wires in another history only.
    pub ghosts: Vec<Mark>,
    /// Queues that hold something.
    pub queues: Vec<Queue>,
    /// The frames in them.
    pub slots: Vec<Slot>,
    /// Frames that were dropped a moment ago.
    pub dropped_frames: Vec<DroppedFrame>,
    /// Collisions of a moment ago.
    pub crashes: Vec<Crash>,
    /// Frames that arrived a moment ago.
    pub pulses: Vec<Pulse>,
    /// How brightly each port's light shines, by link and end: `2 × link + end`.
    pub glow: Vec<f64>,
    /// One label for many small marks.
    pub tallies: Vec<Tally>,
    /// What the headers of frames say, on demand.
    pub plates: Vec<Plate>,
    /// Their texts.
    pub headers: Kept,
    /// Nodes that have learned something a moment ago.
    pub lessons: Vec<Lesson>,
    /// Frames on wires.
    pub moving: usize,
    /// Kept for its memory.
    pub trips: Vec<Trip>,
}

impl Traffic {
    /// Begins a frame.
    pub fn begin(&mut self, links: usize) {
        self.marks.clear();
        self.bands.clear();
        self.lights.clear();
        self.loads.clear();
        self.queues.clear();
        self.slots.clear();
        self.dropped_frames.clear();
        self.crashes.clear();
        self.pulses.clear();
        self.tallies.clear();
        self.glow.clear();
        self.glow.resize(links * 2, 0.0);
        self.moving = 0;
    }
}
