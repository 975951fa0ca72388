//! Graphs and tables as files.

use crate::dom::window;
use lab::graphs::series::Tone;
use wasm_bindgen::JsCast;
use web_sys::{Blob, Element, HtmlAnchorElement, Url};

/// Gives the browser a file with this text to save.
pub fn text(name: &str, text: &str) {
    let parts = js_sys::Array::of1(&text.into());
    let Ok(blob) = Blob::new_with_str_sequence(&parts) else { return };
    let Ok(address) = Url::create_object_url_with_blob(&blob) else { return };
    let link = window().document().and_then(|document| document.create_element("a").ok());
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // Not at once: the browser reads it after this.
    gloo::timers::callback::Timeout::new(60_000, move || drop(Url::revoke_object_url(&address))).forget();
}

/// A graph's drawing as a picture of its own, with its title and legend: on white, in the light theme's colours.
pub fn picture(drawing: &Element, title: &str, legend: &[(Tone, String)]) -> String {
    // `&nbsp;` is an entity of HTML, not of XML.
    let inside = drawing.inner_html().replace("&nbsp;", "\u{a0}");
    let mut texts = format!("<text class=\"title\" x=\"90\" y=\"28\">{}</text>", escaped(title));
    for (number, (tone, name)) in legend.iter().enumerate() {
        let (x, y) = (90 + number % 3 * 290, 610 + number / 3 * 20);
        texts.push_str(&format!(
            "<path class=\"{}\" d=\"M{x} {}h24\"/><text x=\"{}\" y=\"{y}\">{}</text>",
            tone.class(),
            y - 4,
            x + 32,
            escaped(name)
        ));
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 980 660\" width=\"980\" height=\"660\"><style>{STYLE}</style>\
         <rect width=\"980\" height=\"660\" fill=\"#fff\"/>\
         <svg x=\"90\" y=\"44\" width=\"860\" height=\"500\" overflow=\"visible\">{inside}</svg>{texts}</svg>"
    )
}

/// The same as in graphs.css, with the light theme's colours written out.
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#52617a}.title{font-size:18px;font-weight:600;fill:#16202f}\
path{fill:none;stroke-width:2;stroke-linejoin:round;vector-effect:non-scaling-stroke}.dots{stroke-width:5;stroke-linecap:round}\
.bars{stroke-width:2.5}.main-tone{stroke:#0b6bcb}.reply-tone{stroke:#1b7a45;stroke-dasharray:12 3}.limit-tone{stroke:#a35c00;stroke-dasharray:8 3 2 3}\
.bound-tone{stroke:#52617a;stroke-dasharray:2 3}.again-tone{stroke:#b81b36;stroke-width:4}.lost-tone{stroke:#16202f;stroke-width:6;stroke-linecap:square}\
.aside-tone{stroke:#7b3fb5}.graph-grid{stroke:#d8e0ea}.beside{text-anchor:end}.below{text-anchor:middle}\
.graph-veil{fill:#fff;opacity:.55}.graph-playhead{stroke:#16202f;stroke-width:1.5}";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
