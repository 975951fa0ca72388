//! Sounds of frames: which notes belong to what happened between two moments. The page plays them if a person wants that.

use crate::Lab;
use netlab::history::Fate;
use trace::swatch::Swatch;
use wire::Instant;

/// A note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// Its frequency in Hz.
    pub hertz: f32,
    /// How long it sounds, in the listener's seconds.
    pub seconds: f32,
}

/// More notes at once are noise.
const NOTES_MAX: usize = 3;
/// Of a crowd the newest frames are looked at.
const FRAMES_MAX: usize = 128;
/// A drop, whatever its protocol.
const DROPPED: Note = Note { hertz: 110.0, seconds: 0.35 };
/// Five tones of an octave, of which any two sound well together: G, A, B, D, E.
const TONES: [f32; 5] = [392.0, 440.0, 493.9, 587.3, 659.3];

impl Lab {
    /// The notes of frames that arrived after a moment and by another, the newest first: each protocol has its own, a drop a low one.
    /// A frame that many hosts receive at once sounds once.
    pub fn notes(&self, after: Instant, by: Instant) -> Vec<Note> {
        let mut notes: Vec<Note> = Vec::new();
        for transit in self.world().history().transits_by(by).rev().take(FRAMES_MAX) {
            if notes.len() == NOTES_MAX {
                break;
            }
            let gone = transit.gone();
            if gone <= after || gone > by {
                continue;
            }
            let note = match transit.fate {
                Fate::Delivered => of(Swatch::of_message(&dissect::meaning(&transit.frame).message)),
                Fate::Dropped { .. } => DROPPED,
            };
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }
}

fn of(swatch: Swatch) -> Note {
    let number = Swatch::ALL.iter().position(|one| *one == swatch).unwrap_or_default();
    let octave = 1_u8 << (number / TONES.len());
    Note { hertz: TONES[number % TONES.len()] * f32::from(octave), seconds: 0.12 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_sounds_when_it_arrives_and_each_protocol_has_its_note() {
        let mut lab = Lab::new(crate::samples::numbered(0));
        let mut now_ms = 0.0;
        while lab.edge() < Instant::from_nanos(50_000_000) {
            now_ms += 16.0;
            lab.tick(now_ms, true, &mut || true);
        }
        let first = lab.world().history().transits().next().map(|transit| transit.arrival).unwrap();
        let just_before = Instant::from_nanos(first.nanos() - 1);
        assert_eq!(lab.notes(Instant::ZERO, just_before), []);
        assert_eq!(lab.notes(just_before, first), [of(Swatch::Arp)]);
        assert_eq!(lab.notes(first, first), []);
        let all = lab.notes(Instant::ZERO, lab.edge());
        assert!(all.contains(&of(Swatch::Icmp)) && all.len() <= NOTES_MAX, "{all:?}");
        let mut notes: Vec<_> = Swatch::ALL.map(|swatch| of(swatch).hertz as u32).into();
        notes.dedup();
        assert!(notes.is_sorted() && notes.len() == Swatch::ALL.len(), "{notes:?}");
    }
}
