//! Pointer, wheel and touch on the canvas, turned into camera moves and [`StageEvent`]s.
//!
//! Keys are the page's: it calls the stage's methods, since they also work when the stage has no focus. Dragging a node will
//! begin here too, where a press is told apart by what is under it.

use super::gesture::{Gesture, Gestures, wheel_factor};
use super::{Pointer, Selection, Stage};
use gloo::events::{EventListener, EventListenerOptions};
use kurbo::Point;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlCanvasElement, PointerEvent, WheelEvent};

/// What a person did on the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageEvent {
    /// Clicked or tapped on something, or (`None`) beside everything.
    Select(Option<Selection>),
    /// The pointer is now over this.
    Hover(Option<Selection>),
    /// Moved the camera: draw again, even if the playhead stands still.
    Camera,
}

/// The listeners on the canvas; they are removed when this is dropped.
pub struct Input {
    _listeners: Vec<EventListener>,
}

struct Hand {
    canvas: HtmlCanvasElement,
    stage: Rc<RefCell<Stage>>,
    on_event: Box<dyn Fn(StageEvent)>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    gestures: Gestures,
    /// What was under the pointer when it was pressed: frames move on while a finger is down.
    pressed: Option<Selection>,
    hovered: Option<Selection>,
}

impl Input {
    /// Listens on the canvas. The browser then leaves touches on it to the stage.
    pub fn attach(
        canvas: &HtmlCanvasElement,
        stage: Rc<RefCell<Stage>>,
        on_event: impl Fn(StageEvent) + 'static,
    ) -> Self {
        // Through the object model, which a content security policy allows; a style attribute it would not.
        let _ = canvas.style().set_property("touch-action", "none");
        let hand = Rc::new(Hand {
            canvas: canvas.clone(),
            stage,
            on_event: Box::new(on_event),
            state: RefCell::default(),
        });
        hand.show_cursor();
        let listen = |name: &'static str, options, act: fn(&Hand, &Event)| {
            let hand = Rc::clone(&hand);
            EventListener::new_with_options(canvas, name, options, move |event| act(&hand, event))
        };
        let pointer = |name, act: fn(&Hand, &PointerEvent)| {
            let hand = Rc::clone(&hand);
            EventListener::new(canvas, name, move |event| {
                if let Some(event) = event.dyn_ref::<PointerEvent>() {
                    act(&hand, event);
                }
            })
        };
        let listeners = vec![
            pointer("pointerdown", Hand::press),
            pointer("pointermove", Hand::travel),
            pointer("pointerup", Hand::lift),
            pointer("pointercancel", Hand::cancel),
            // After a lift it finds nothing to cancel; without one, the pointer was taken away.
            pointer("lostpointercapture", Hand::cancel),
            pointer("pointerleave", Hand::leave),
            // Not passive: the page must not scroll while the stage zooms.
            listen("wheel", EventListenerOptions::enable_prevent_default(), Hand::wheel),
        ];
        Self { _listeners: listeners }
    }
}

/// Where on the canvas, in CSS pixels.
fn place(event: &PointerEvent) -> Point {
    Point::new(f64::from(event.offset_x()), f64::from(event.offset_y()))
}

fn kind(event: &PointerEvent) -> Pointer {
    if event.pointer_type() == "touch" { Pointer::Coarse } else { Pointer::Fine }
}

impl Hand {
    fn press(&self, event: &PointerEvent) {
        // The left button and the wheel's; the right one has the browser's menu.
        if event.button() > 1 {
            return;
        }
        let at = place(event);
        let counts = self.state.borrow_mut().gestures.press(event.pointer_id(), kind(event), at);
        if counts {
            // Fails only if the pointer is already gone; then it is cancelled as well.
            let _ = self.canvas.set_pointer_capture(event.pointer_id());
            let pressed = self.stage.borrow().hit(at.x, at.y, kind(event));
            self.state.borrow_mut().pressed = pressed;
        }
    }

    fn travel(&self, event: &PointerEvent) {
        let at = place(event);
        if !self.state.borrow().gestures.is_down() {
            if kind(event) == Pointer::Fine {
                let hit = self.stage.borrow().hit(at.x, at.y, Pointer::Fine);
                self.hover(hit);
            }
            return;
        }
        let gesture = self.state.borrow_mut().gestures.travel(event.pointer_id(), at);
        if let Some(gesture) = gesture {
            self.act(gesture);
        }
    }

    fn lift(&self, event: &PointerEvent) {
        let gesture = self.state.borrow_mut().gestures.lift(event.pointer_id());
        self.show_cursor();
        if let Some(gesture) = gesture {
            self.act(gesture);
        }
    }

    fn cancel(&self, event: &PointerEvent) {
        self.state.borrow_mut().gestures.cancel(event.pointer_id());
        self.show_cursor();
    }

    fn leave(&self, _event: &PointerEvent) {
        if !self.state.borrow().gestures.is_down() {
            self.hover(None);
        }
    }

    fn wheel(&self, event: &Event) {
        let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
        event.prevent_default();
        let pixels = match event.delta_mode() {
            WheelEvent::DOM_DELTA_LINE => event.delta_y() * 20.0,
            WheelEvent::DOM_DELTA_PAGE => event.delta_y() * 240.0,
            _ => event.delta_y(),
        };
        let about = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        // Browsers report a trackpad's pinch as a wheel with the control key.
        self.stage.borrow_mut().zoom_by(wheel_factor(pixels, event.ctrl_key()), Some(about));
        (self.on_event)(StageEvent::Camera);
    }

    fn act(&self, gesture: Gesture) {
        match gesture {
            Gesture::Tap => {
                let pressed = self.state.borrow().pressed;
                (self.on_event)(StageEvent::Select(pressed));
            }
            Gesture::Pan(by) => {
                self.stage.borrow_mut().pan_by(by.x, by.y);
                self.show_cursor();
                (self.on_event)(StageEvent::Camera);
            }
            Gesture::Pinch { factor, about, by } => {
                self.stage.borrow_mut().pinch(factor, about.into(), by.into());
                (self.on_event)(StageEvent::Camera);
            }
        }
    }

    fn hover(&self, over: Option<Selection>) {
        if self.state.borrow().hovered != over {
            self.state.borrow_mut().hovered = over;
            self.show_cursor();
            (self.on_event)(StageEvent::Hover(over));
        }
    }

    fn show_cursor(&self) {
        let state = self.state.borrow();
        let cursor = match (state.gestures.is_moving(), state.hovered) {
            (true, _) => "grabbing",
            (false, Some(_)) => "pointer",
            (false, None) => "grab",
        };
        let _ = self.canvas.style().set_property("cursor", cursor);
    }
}
