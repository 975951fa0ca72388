//! The stage as a video, for slides: the browser records its canvas (MediaStream Recording) while time passes.
//!
//! WebM in most browsers, MP4 in Safari: the format that the browser writes. Nothing leaves the page: the video is saved as a file.

use crate::files;
use crate::session::Session;
use js_sys::Array;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobEvent, BlobPropertyBag, HtmlCanvasElement, MediaRecorder};

/// Pictures in a second.
const RATE: f64 = 30.0;
/// The browser hands over what it has this often, in milliseconds.
const SLICE_MS: i32 = 1_000;
/// A recording ends by itself after this time: at the bit rates that browsers choose this is a few hundred megabytes.
const SLICES_MAX: u32 = 600;

/// A recording. It ends when this is dropped.
pub struct Film {
    recorder: MediaRecorder,
    _on_data: Closure<dyn FnMut(BlobEvent)>,
    _on_stop: Closure<dyn FnMut()>,
}

impl Film {
    /// Begins; `None` if the browser cannot record.
    pub fn begin(session: &Session, canvas: &HtmlCanvasElement, ended: Callback) -> Option<Self> {
        let stream = canvas.capture_stream_with_frame_request_rate(RATE).ok()?;
        let recorder = MediaRecorder::new_with_media_stream(&stream).ok()?;
        let parts = Rc::new(RefCell::new(Array::new()));
        let on_data = {
            let (parts, recorder) = (parts.clone(), recorder.clone());
            let mut slices = 0;
            Closure::<dyn FnMut(BlobEvent)>::new(move |event: BlobEvent| {
                if let Some(data) = event.data() {
                    parts.borrow().push(&data);
                }
                slices += 1;
                if slices == SLICES_MAX {
                    let _ = recorder.stop();
                }
            })
        };
        let on_stop = {
            let (session, media_type) = (session.clone(), recorder.mime_type());
            Closure::<dyn FnMut()>::new(move || {
                let kind = BlobPropertyBag::new();
                kind.set_type(&media_type);
                let extension = if media_type.contains("mp4") { "mp4" } else { "webm" };
                if let Ok(blob) = Blob::new_with_blob_sequence_and_options(&parts.take(), &kind) {
                    let title = session.lab().borrow().scenario().title.clone();
                    files::save_blob(&files::file_name(&title, extension), &blob);
                }
                ended();
            })
        };
        recorder.set_ondataavailable(Some(on_data.as_ref().unchecked_ref()));
        recorder.set_onstop(Some(on_stop.as_ref().unchecked_ref()));
        recorder.start_with_time_slice(SLICE_MS).ok()?;
        Some(Self { recorder, _on_data: on_data, _on_stop: on_stop })
    }

    /// Ends it, and saves it.
    pub fn end(&self) {
        let _ = self.recorder.stop();
    }
}

/// Called when a recording has ended.
pub type Callback = Box<dyn Fn()>;
