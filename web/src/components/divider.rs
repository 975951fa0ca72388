//! A divider between two panes: dragged, or moved with the arrow keys (the ARIA pattern "window splitter").

use super::use_session;
use crate::workspace::{Divider as Which, Workspace};
use markup::html;
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

/// Properties of [`Divider`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which one.
    pub which: Which,
    /// The size of the pane behind it, in CSS pixels.
    pub size: u16,
    /// The id of the pane behind it.
    pub controls: &'static str,
    /// Its accessible name.
    pub label: &'static str,
}

/// How far an arrow key moves it.
const STEP_PX: f64 = 24.0;

/// A divider.
#[component]
pub fn Divider(props: &Props) -> Html {
    let session = use_session();
    // Where the drag began, and the size then.
    let held = use_mut_ref(|| None::<(f64, f64)>);
    let which = props.which;
    let along = move |event: &PointerEvent| match which {
        Which::Drawer => -f64::from(event.client_y()),
        Which::Side => -f64::from(event.client_x()),
    };
    let sized = {
        let (session, held) = (session.clone(), held.clone());
        move |event: &PointerEvent| -> Option<Workspace> {
            let (from, size) = (*held.borrow())?;
            Some(session.settings().workspace.with_size(which, size + along(event) - from))
        }
    };
    let onpointerdown = {
        let (held, size) = (held.clone(), f64::from(props.size));
        Callback::from(move |event: PointerEvent| {
            event.prevent_default();
            let _ = event.target_unchecked_into::<Element>().set_pointer_capture(event.pointer_id());
            *held.borrow_mut() = Some((along(&event), size));
        })
    };
    let onpointermove = {
        let (session, sized) = (session.clone(), sized.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(workspace) = sized(&event) {
                which.show(workspace.size(which));
                session.refresh();
            }
        })
    };
    let onpointerup = {
        let (session, held) = (session.clone(), held.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(workspace) = sized(&event) {
                session.set_workspace(workspace);
            }
            *held.borrow_mut() = None;
        })
    };
    let onkeydown = {
        let session = session.clone();
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowUp" | "ArrowLeft" => STEP_PX,
                "ArrowDown" | "ArrowRight" => -STEP_PX,
                _ => return,
            };
            event.prevent_default();
            let workspace = session.settings().workspace;
            session.set_workspace(workspace.with_size(which, f64::from(workspace.size(which)) + by));
        })
    };
    let (least, most) = which.bounds();
    let (class, orientation) = match which {
        Which::Drawer => ("divider across", "horizontal"),
        Which::Side => ("divider upright", "vertical"),
    };
    html! {
        <div {class} role="separator" tabindex="0" aria-orientation={orientation} aria-label={props.label}
            aria-controls={props.controls} aria-valuemin={least.to_string()} aria-valuemax={most.to_string()}
            aria-valuenow={props.size.to_string()} {onpointerdown} {onpointermove} {onkeydown}
            onpointercancel={onpointerup.clone()} {onpointerup}></div>
    }
}
