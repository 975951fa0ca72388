//! Scenarios as files: opened, saved, dropped onto the page.

use crate::dom::window;
use crate::lab::Command;
use crate::opening::Trouble;
use crate::session::Session;
use crate::state::{Change, Dialog};
use scenario::bounds::DOCUMENT_BYTES_MAX;
use scenario::{LinkError, Scenario};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, HtmlAnchorElement};

/// Opens a file in the place of what is there, which can be undone.
pub fn open(session: &Session, file: File) {
    // Before anything of it is read.
    if file.size() > DOCUMENT_BYTES_MAX as f64 {
        return session.say("This file is too large to be a scenario.");
    }
    let session = session.clone();
    spawn_local(async move {
        let Ok(text) = JsFuture::from(file.text()).await else {
            return session.say("The browser could not read this file.");
        };
        match Scenario::draft(&text.as_string().unwrap_or_default()) {
            Ok(scenario) => session.perform(Command::Open(Box::new(scenario))),
            Err(faults) => {
                let trouble = Trouble::of_file(&file.name(), LinkError::Document(faults));
                session.change(Change::Open(Dialog::BadLink(trouble)));
            }
        }
    });
}

/// Gives the document to the browser, to be saved as a file.
pub fn save(session: &Session) {
    let (name, text) = {
        let lab = session.lab().borrow();
        (file_name(&lab.scenario().title), lab.scenario().to_json())
    };
    let link = window().document().and_then(|document| document.create_element("a").ok());
    let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else { return };
    // An address that holds the file: nothing has to be given back afterwards.
    let encoded = js_sys::encode_uri_component(&text);
    link.set_href(&format!("data:application/json;charset=utf-8,{}", String::from(encoded)));
    link.set_download(&name);
    link.click();
}

/// `Two hosts and a switch` is `two-hosts-and-a-switch.json`.
fn file_name(title: &str) -> String {
    let mut name = String::new();
    for c in title.chars().take(60) {
        // ASCII only: the tables of all the others' cases are more to download than this file.
        if c.is_ascii_alphanumeric() || !c.is_ascii() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_matches('-');
    format!("{}.json", if name.is_empty() { "network" } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_like_the_scenario() {
        assert_eq!(file_name("Two hosts & a switch!"), "two-hosts-a-switch.json");
        assert_eq!(file_name("../../etc"), "etc.json");
        assert_eq!(file_name("Übung 3"), "Übung-3.json");
        assert_eq!(file_name("?!"), "network.json");
    }
}
