//! The page inside another page: what the address asks for before its `#`, and the messages to the outer page.
//!
//! `?embed` alone shows the stage, a play button and the time. More can be asked for:
//!
//! | in the query | what it does |
//! |---|---|
//! | `embed` | no bars and no panes; nothing is kept in the browser |
//! | `controls=none`, `time`, `all` | what can be pressed under the stage: nothing; playing and time (the default); speed as well |
//! | `autoplay` | plays at once; otherwise it waits to be played |
//! | `at=1.2s` | begins there |
//! | `show=runs`, `inspect`, `document`, `lesson` | with this pane beside or below the stage |
//! | `lock` | nothing can be changed or started |
//! | `lang=es` | the page in this language (read by web/boot.js) |
//! | `src=lab.json` | the document, from the same site |

use crate::dom::window;
use netlab::Instant;
use scenario::quantity::parse_time;
use texts::t;
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit};

/// What the address of this page asks for.
pub fn query() -> (Query, Vec<String>) {
    Query::parse(&window().location().search().unwrap_or_default())
}

/// What is to be pressed under the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Controls {
    /// Nothing.
    None,
    /// Playing, and the time.
    #[default]
    Time,
    /// Speed as well.
    All,
}

/// What the query asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Whether the page is a part of another one.
    pub embed: bool,
    /// What is to be pressed.
    pub controls: Controls,
    /// Plays at once.
    pub autoplay: bool,
    /// Where it begins.
    pub at: Option<Instant>,
    /// The pane that is shown.
    pub show: Option<String>,
    /// Nothing can be changed or started.
    pub lock: bool,
    /// Where the document is.
    pub src: Option<String>,
}

impl Query {
    /// Reads the query, with or without its `?`. What is not understood is said; the rest holds all the same.
    pub fn parse(query: &str) -> (Self, Vec<String>) {
        let mut read = Self::default();
        let mut wrong = Vec::new();
        for part in query.trim_start_matches('?').split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match (name, value) {
                ("embed", _) => read.embed = true,
                ("controls", "none") => read.controls = Controls::None,
                ("controls", "" | "time") => read.controls = Controls::Time,
                ("controls", "all") => read.controls = Controls::All,
                ("autoplay", _) => read.autoplay = true,
                ("lock", _) => read.lock = true,
                ("at", time) => match parse_time(time) {
                    Ok(at) => read.at = Some(Instant::ZERO + at),
                    Err(why) => wrong.push(t!("at={time}: {why}")),
                },
                ("show", "runs" | "inspect" | "document" | "lesson") => read.show = Some(value.to_owned()),
                ("src", src) if !src.is_empty() => read.src = Some(src.to_owned()),
                ("controls", other) => wrong.push(t!("controls={other}: write none, time or all")),
                ("show", other) => wrong.push(t!("show={other}: write runs, inspect, document or lesson")),
                // Services that count visitors add parameters of their own.
                _ => {}
            }
        }
        (read, wrong)
    }

    /// The value of the root element's `data-embed`, for the style sheets.
    pub fn attribute(&self) -> String {
        let controls = match self.controls {
            Controls::None => "no-controls",
            Controls::Time => "time-controls",
            Controls::All => "all-controls",
        };
        let pane = if self.show.is_some() { " pane" } else { "" };
        let lock = if self.lock { " lock" } else { "" };
        format!("{controls}{pane}{lock}")
    }
}

/// A message: `{source: "packetarium", event, …}`.
fn message(event: &str, details: &[(&str, JsValue)]) -> JsValue {
    let message = js_sys::Object::new();
    let source = [("source", "packetarium".into()), ("event", event.into())];
    for (key, value) in source.iter().chain(details) {
        // Cannot fail: it is a plain object.
        let _ = js_sys::Reflect::set(&message, &(*key).into(), value);
    }
    message.into()
}

/// Posts a message to the outer page. It contains nothing that the outer page did not put into the address itself, or that was not
/// done in the embed, so any page may receive it.
fn post(message: &JsValue) {
    let window = window();
    let Ok(Some(parent)) = window.parent() else { return };
    if parent != window {
        let _ = parent.post_message(message, "*");
    }
}

/// Reports to the outer page of an embed.
pub fn tell(event: &str, details: &[(&str, JsValue)]) {
    post(&message(event, details));
}

/// Reports to scripts of this page, as the `detail` of the event `packetarium` of its window, and to the outer page of an embed.
pub fn report(is_embed: bool, event: &str, details: &[(&str, JsValue)]) {
    let message = message(event, details);
    let init = CustomEventInit::new();
    init.set_detail(&message);
    if let Ok(event) = CustomEvent::new_with_event_init_dict("packetarium", &init) {
        let _ = window().dispatch_event(&event);
    }
    if is_embed {
        post(&message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_how_much_of_the_page_is_shown() {
        let (query, wrong) = Query::parse("?embed&controls=all&autoplay&at=1.2s&show=runs&lock&utm_source=x");
        assert_eq!(wrong, [""; 0]);
        assert!(query.embed && query.autoplay && query.lock);
        assert_eq!(query.at, Some(Instant::from_nanos(1_200_000_000)));
        assert_eq!(query.attribute(), "all-controls pane lock");
        assert_eq!(Query::parse(""), (Query::default(), Vec::new()));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let (query, wrong) = Query::parse("?embed&at=soon&controls=many&show=money");
        assert!(query.embed);
        assert_eq!(wrong.len(), 3);
        assert!(wrong[0].starts_with("at=soon: "), "{wrong:?}");
    }
}
