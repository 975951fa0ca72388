//! The menu of a packet: by the right button, by the keyboard's menu key, by a long press, or from the bar above the list.

use super::{on, use_session};
use crate::dom::{element, focus};
use crate::session::Session;
use crate::state::{Change, Dialog};
use lab::packets::menu::{Entry, What};
use markup::html;
use std::rc::Rc;
use texts::t;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

/// Properties of [`PacketMenu`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The number of the packet.
    pub number: usize,
    /// Where it opens, in CSS pixels of the window.
    pub at: (i32, i32),
    /// Closes it.
    pub close: Callback<()>,
}

const MENU: &str = "packet-menu";
/// Room that stays free at the edges of the window, in CSS pixels.
const MARGIN: i32 = 8;

/// The menu of a packet.
#[component]
pub fn PacketMenu(props: &Props) -> Html {
    let session = use_session();
    use_effect_with((props.number, props.at), |&(_, at)| {
        if let Some(menu) = element(MENU) {
            place(&menu, at);
            focus_entry(&menu, 0);
        }
    });
    let Some(entries) = session.lab().borrow().packet_menu(props.number) else { return Html::default() };
    let onkeydown = {
        let close = props.close.clone();
        Callback::from(move |event: KeyboardEvent| press(&event, &close))
    };
    let onfocusout = {
        let close = props.close.clone();
        Callback::from(move |event: FocusEvent| {
            let to: Option<Node> = event.related_target().and_then(|to| to.dyn_into().ok());
            let inside = element(MENU).is_some_and(|menu| menu.contains(to.as_ref()));
            if !inside {
                close.emit(());
            }
        })
    };
    let number = props.number;
    html! {
        <div id={MENU} class="menu" role="menu" aria-label={format!("Packet {}", number + 1)} {onkeydown} {onfocusout}>
            { for entries.into_iter().map(|Entry { text, what }| {
                let close = props.close.clone();
                let onclick = on(&session, move |session| {
                    close.emit(());
                    focus("packet-grid");
                    choose(session, number, &what);
                });
                html! { <button type="button" role="menuitem" tabindex="-1" {onclick}>{ text }</button> }
            }) }
        </div>
    }
}

fn choose(session: &Session, number: usize, what: &What) {
    match what {
        What::Look(look) => session.perform(look.clone()),
        What::Copy(text) => session.copy(text.clone()),
        What::Follow => {
            let followed = session.lab().borrow().followed(number);
            match followed {
                Some(followed) => session.change(Change::Open(Dialog::Conversation(Rc::new(followed)))),
                None => session.say(t!("The beginning of this conversation is no longer kept.")),
            }
        }
    }
}

/// Opens it there, or as near as it fits into the window. Through the object model: the policy forbids style attributes.
fn place(menu: &HtmlElement, (x, y): (i32, i32)) {
    let size = |of: Result<wasm_bindgen::JsValue, _>| {
        of.ok().and_then(|size: wasm_bindgen::JsValue| size.as_f64()).unwrap_or_default() as i32
    };
    let window = crate::dom::window();
    let (width, height) = (size(window.inner_width()), size(window.inner_height()));
    let left = x.min(width - menu.offset_width() - MARGIN).max(MARGIN);
    let top = y.min(height - menu.offset_height() - MARGIN).max(MARGIN);
    for (name, value) in [("left", left), ("top", top)] {
        let _ = menu.style().set_property(name, &format!("{value}px"));
    }
}

fn focus_entry(menu: &HtmlElement, number: u32) {
    if let Some(entry) = menu.children().item(number).and_then(|entry| entry.dyn_into::<HtmlElement>().ok()) {
        let _ = entry.focus();
    }
}

/// The arrow keys go around, Escape closes and gives the focus back.
fn press(event: &KeyboardEvent, close: &Callback<()>) {
    let Some(menu) = element(MENU) else { return };
    let entries = menu.children();
    let focused = crate::dom::window().document().and_then(|document| document.active_element());
    let here = (0..entries.length()).find(|&number| entries.item(number) == focused).unwrap_or(0);
    match event.key().as_str() {
        "Escape" | "Tab" => {
            close.emit(());
            focus("packet-grid");
        }
        key => match entry_of_key(key, here, entries.length()) {
            Some(number) => focus_entry(&menu, number),
            None => return,
        },
    }
    event.prevent_default();
    event.stop_propagation();
}

/// The entry of `count` that a key goes to.
fn entry_of_key(key: &str, here: u32, count: u32) -> Option<u32> {
    let last = count.checked_sub(1)?;
    Some(match key {
        "ArrowDown" if here < last => here + 1,
        "ArrowDown" | "Home" => 0,
        "ArrowUp" => here.checked_sub(1).unwrap_or(last),
        "End" => last,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_keys_go_around_the_entries() {
        assert_eq!(entry_of_key("ArrowDown", 3, 4), Some(0));
        assert_eq!(entry_of_key("ArrowUp", 0, 4), Some(3));
        assert_eq!(entry_of_key("End", 1, 4), Some(3));
        assert_eq!(entry_of_key("Enter", 1, 4), None);
        assert_eq!(entry_of_key("ArrowUp", 0, 0), None);
    }
}
