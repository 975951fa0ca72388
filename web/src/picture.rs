//! The stage as a picture, for a worksheet or a slide: PNG, as the browser writes a canvas, or SVG, as the stage writes itself. Nothing
//! leaves the page.

use crate::dom::{clipboard, window};
use crate::files;
use crate::session::Session;
use crate::show::with_scene;
use crate::system::System;
use js_sys::{Array, Object, Promise, Reflect};
use texts::t;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, ClipboardItem, HtmlCanvasElement};

const FORMAT: &str = "image/png";

/// Saves the stage as a file.
pub fn save(session: &Session) {
    let Some(canvas) = canvas() else { return };
    let caller = session.clone();
    let made = Closure::once_into_js(move |blob: Option<Blob>| match blob {
        Some(blob) => {
            let title = caller.lab().borrow().scenario().title.clone();
            files::save_blob(&files::file_name(&title, "png"), &blob);
        }
        None => caller.say(t!("The browser did not make a picture of the stage.")),
    });
    if canvas.to_blob(made.unchecked_ref()).is_err() {
        session.say(t!("The browser did not make a picture of the stage."));
    }
}

/// Saves the stage as a vector graphic: as sharp at any size, and its texts can be edited.
pub fn save_svg(session: &Session) {
    let title = session.lab().borrow().scenario().title.clone();
    let system = System::new();
    // Drawn again, so that the layout is that of this moment.
    let svg = with_scene(session, &system, 0.0, |stage, scene| {
        stage.draw(scene);
        stage.svg(scene, &title)
    });
    if let Some(svg) = svg {
        files::give(&title, "svg", "image/svg+xml", &svg);
    }
}

/// Puts the stage on the clipboard. Some browsers do not let a page do that; it says so.
pub fn copy(session: &Session) {
    let Some(canvas) = canvas() else { return };
    let written = put(&canvas);
    let session = session.clone();
    spawn_local(async move {
        let outcome = match written {
            Ok(written) => JsFuture::from(written).await,
            Err(fault) => Err(fault),
        };
        session.say(match outcome {
            Ok(_) => t!("The picture is on your clipboard."),
            Err(_) => t!("The browser did not let the page copy the picture: save it instead."),
        });
    });
}

/// Writes to the clipboard at once, a picture that is still to come: WebKit lets a page write only while it handles the click.
fn put(canvas: &HtmlCanvasElement) -> Result<Promise, JsValue> {
    let picture = Promise::new(&mut |resolve, reject| {
        if let Err(fault) = canvas.to_blob(&resolve) {
            let _ = reject.call1(&JsValue::NULL, &fault);
        }
    });
    let item = Object::new();
    Reflect::set(&item, &FORMAT.into(), &picture)?;
    let item = ClipboardItem::new_with_record_from_str_to_blob_promise(&item)?;
    let clipboard = clipboard().ok_or(JsValue::NULL)?;
    Ok(clipboard.write(&Array::of1(&item)))
}

fn canvas() -> Option<HtmlCanvasElement> {
    let canvas = window().document().and_then(|page| page.query_selector(".stage-canvas").ok().flatten());
    canvas.and_then(|canvas| canvas.dyn_into().ok())
}
