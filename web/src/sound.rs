//! Sounds of frames, if a person wants them: which notes, `lab::sounds` decides.
//!
//! A browser lets a page sound only after a person has done something in it; until then its context waits.

use crate::session::Session;
use wasm_bindgen::JsValue;
use web_sys::{AudioContext, AudioContextState, OscillatorType};
use wire::Instant;

/// How loud a note is at its beginning: one of several, beside a teacher who speaks.
const LOUDNESS: f32 = 0.06;

/// Plays the notes of what happened after a moment and by another. Without a device that sounds, nothing.
pub fn play(session: &Session, after: Instant, by: Instant) {
    let notes = session.lab().borrow().notes(after, by);
    if notes.is_empty() {
        return;
    }
    let mut speaker = session.speaker().borrow_mut();
    if speaker.is_none() {
        *speaker = AudioContext::new().ok();
    }
    let Some(context) = &*speaker else { return };
    if context.state() == AudioContextState::Suspended {
        let _ = context.resume();
        return;
    }
    for note in notes {
        let _ = sound(context, note);
    }
}

fn sound(context: &AudioContext, note: lab::sounds::Note) -> Result<(), JsValue> {
    let (tone, volume) = (context.create_oscillator()?, context.create_gain()?);
    tone.set_type(OscillatorType::Sine);
    tone.frequency().set_value(note.hertz);
    let (now, end) = (context.current_time(), context.current_time() + f64::from(note.seconds));
    volume.gain().set_value_at_time(LOUDNESS, now)?;
    volume.gain().linear_ramp_to_value_at_time(0.0, end)?;
    tone.connect_with_audio_node(&volume)?.connect_with_audio_node(&context.destination())?;
    tone.start()?;
    tone.stop_with_when(end)
}
