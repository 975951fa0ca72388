//! Scenarios as files: opened, saved, dropped onto the page.

use crate::dom::window;
use crate::opening::Trouble;
use crate::parts::Part;
use crate::session::Session;
use crate::workspace::Tab;
use lab::command::{Act, Look};
use lab::packets::Observe;
use scenario::bounds::DOCUMENT_BYTES_MAX;
use scenario::link::Unreadable;
use scenario::source::document;
use scenario::{LinkError, Scenario};
use std::rc::Rc;
use texts::t;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, HtmlAnchorElement, Response, Url};

/// Opens a file instead of the present scenario; that can be undone.
pub fn open(session: &Session, file: File) {
    if is_capture(&file.name()) {
        return session.when(Part::Instruments, |session| {
            if let Some(instruments) = session.loaded().instruments {
                (instruments.open_capture)(session, file);
            }
        });
    }
    // Before anything of it is read.
    if file.size() > DOCUMENT_BYTES_MAX as f64 {
        return session.say(t!("This file is too large to be a scenario."));
    }
    let session = session.clone();
    spawn_local(async move {
        let Ok(text) = JsFuture::from(file.text()).await else {
            return session.say(t!("The browser could not read this file."));
        };
        match draft(text.as_string().unwrap_or_default()) {
            Ok(scenario) => session.perform(Act::Open(Box::new(scenario))),
            Err(unreadable) => session.trouble(Trouble::of_file(&file.name(), unreadable)),
        }
    });
}

/// The network in the content of a file, which may have faults as long as it can be drawn.
fn draft(content: String) -> Result<Scenario, Unreadable> {
    let text = document(content).map_err(|error| Unreadable { error, text: None })?;
    Scenario::draft(&text)
        .map_err(|faults| Unreadable { error: LinkError::Document(faults), text: Some(text) })
}

/// Whether a file with this name is opened as a capture.
fn is_capture(name: &str) -> bool {
    let extension = name.rsplit('.').next().unwrap_or_default();
    ["pcap", "pcapng", "cap"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Opens a capture file from another program in the packet list.
pub fn open_capture(session: &Session, file: File) {
    if file.size() > capture::read::FILE_BYTES_MAX as f64 {
        let most = lab::format::buffer(capture::read::FILE_BYTES_MAX);
        return session
            .say(t!("This capture is larger than {most}: cut it first, for instance with editcap."));
    }
    let session = session.clone();
    spawn_local(async move {
        let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
            return session.say(t!("The browser could not read this file."));
        };
        match capture::read(js_sys::Uint8Array::new(&buffer).to_vec()) {
            Ok(recording) => {
                if let Some(cut) = recording.cut {
                    session.say(lab::format::sentence(&cut.to_string()));
                }
                let name = file.name().into();
                session.perform(Look::Observe(Observe::Open(name, Rc::new(recording))));
                session.open_drawer(Some(Tab::Packets));
            }
            Err(error) => session.say(t!("“{}” cannot be opened: {error}.", file.name())),
        }
    });
}

/// Saves the frames at a place as pcapng: all that the history has, or those of the packet list.
pub fn save_capture(session: &Session) {
    let (name, written) = {
        let lab = session.lab().borrow();
        (file_name(&lab.scenario().title, "pcapng"), lab.pcapng())
    };
    match written {
        Ok(bytes) => save_as(&name, "application/x-pcapng", &bytes),
        Err(error) => session.say(lab::format::sentence(&error.to_string())),
    }
}

/// Loads a document that the address names, from the same site only: the page's policy allows no other, and a link must not make a
/// visitor's browser send requests to other servers.
pub fn fetch(session: &Session, src: &str) {
    let location = window().location();
    let base = location.href().unwrap_or_default();
    let src = percent_decoded(src);
    let url = match Url::new_with_base(&src, &base) {
        Ok(url) if Some(url.origin()) == location.origin().ok() => url,
        _ => {
            return session
                .say(t!("“{src}” is not on this site: documents are loaded from the same site only."));
        }
    };
    let session = session.clone();
    spawn_local(async move {
        let response = JsFuture::from(window().fetch_with_str(&url.href())).await;
        let Some(response) =
            response.ok().and_then(|response| response.dyn_into::<Response>().ok()).filter(Response::ok)
        else {
            return session.say(t!("“{src}” could not be loaded."));
        };
        let length = response.headers().get("content-length").ok().flatten();
        if length
            .and_then(|length| length.parse().ok())
            .is_some_and(|length: usize| length > DOCUMENT_BYTES_MAX)
        {
            return session.say(t!("“{src}” is too large to be a scenario."));
        }
        let text = match response.text() {
            Ok(text) => JsFuture::from(text).await.ok().and_then(|text| text.as_string()),
            Err(_) => None,
        };
        match draft(text.unwrap_or_default()) {
            Ok(scenario) => session.open_given(scenario),
            Err(unreadable) => session.trouble(Trouble::of_file(&src, unreadable)),
        }
    });
}

fn percent_decoded(text: &str) -> String {
    js_sys::decode_uri_component(text).map_or_else(|_| text.to_owned(), String::from)
}

/// Saves the document as a file.
pub fn save(session: &Session) {
    let lab = session.lab().borrow();
    give(&lab.scenario().title, "json", "application/json", &lab.scenario().to_json());
}

/// Saves a text as a file that is named after the scenario, with this extension and media type.
pub fn give(title: &str, extension: &str, media_type: &str, text: &str) {
    save_as(&file_name(title, extension), media_type, text.as_bytes());
}

/// Saves bytes as a file with this name and media type.
pub fn save_as(name: &str, media_type: &str, bytes: &[u8]) {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type(media_type);
    if let Ok(blob) = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &kind) {
        save_blob(name, &blob);
    }
}

/// Saves a blob as a file with this name.
pub fn save_blob(name: &str, blob: &web_sys::Blob) {
    let link = window().document().and_then(|document| document.create_element("a").ok());
    let link = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    let (Some(link), Ok(url)) = (link, Url::create_object_url_with_blob(blob)) else { return };
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser reads it after this function returns.
    let forget = move || drop(Url::revoke_object_url(&url));
    gloo::timers::callback::Timeout::new(60_000, forget).forget();
}

/// `Two hosts and a switch` with `json` is `two-hosts-and-a-switch.json`.
pub fn file_name(title: &str, extension: &str) -> String {
    let mut name = String::new();
    for c in title.chars().take(60) {
        // ASCII only: the tables of Unicode's cases would be a larger download than this module.
        if c.is_ascii_alphanumeric() || !c.is_ascii() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_matches('-');
    format!("{}.{extension}", if name.is_empty() { "network" } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_like_the_scenario() {
        assert_eq!(file_name("Two hosts & a switch!", "json"), "two-hosts-a-switch.json");
        assert_eq!(file_name("../../etc", "json"), "etc.json");
        assert_eq!(file_name("Übung 3", "json"), "Übung-3.json");
        assert_eq!(file_name("?!", "json"), "network.json");
    }
}
