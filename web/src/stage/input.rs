//! Pointer, wheel and touch on the canvas, turned into camera moves and [`StageEvent`]s.
//!
//! The page handles the keys, since some work when the stage has no focus, too. In edit mode a press grips what is under it
//! ([`Grip`]), and the drag that follows moves that instead of the picture.

use super::Stage;
use super::gesture::{Gesture, Gestures, wheel_factor};
use super::hand::{self, Hand as Held};
use super::pointer::Pointer;
use gloo::events::{EventListener, EventListenerOptions};
use kurbo::{Point, Rect, Vec2};
use netlab::topology::NodeId;
use std::cell::RefCell;
use std::rc::Rc;
use trace::selection::Selection;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlCanvasElement, PointerEvent, WheelEvent};

/// What a person did on the stage.
#[derive(Clone, Debug, PartialEq)]
pub enum StageEvent {
    /// Clicked or tapped on something, or (`None`) beside everything.
    Select(Option<Selection>),
    /// The pointer is now over this.
    Hover(Option<Selection>),
    /// Moved the camera: draw again, even if the playhead stands still.
    Camera,
    /// Drags these nodes; the distance so far, in the document's units.
    Drag(Vec<NodeId>, (f64, f64)),
    /// Dropped these nodes; the distance, in the document's units.
    Drop(Vec<NodeId>, (f64, f64)),
    /// Drew a cable between these nodes.
    Connect(NodeId, NodeId),
    /// Drew a line from one node to another, without editing.
    Aim(NodeId, NodeId),
    /// Selected these nodes with a frame.
    Choose(Vec<NodeId>),
    /// Asked to rename this node, with a double click.
    Rename(NodeId),
}

/// What the effect of a press depends on, besides the drawing.
pub struct Around {
    /// Edit mode is on.
    pub editing: bool,
    /// What is selected: a drag of one of them moves them all.
    pub selected: Vec<NodeId>,
}

/// What a press has gripped.
#[derive(Clone, Debug)]
enum Grip {
    /// Nodes, and how far they have been dragged, in pixels.
    Nodes(Vec<NodeId>, Vec2),
    /// A cable, plugged in here.
    Cable(NodeId),
    /// What a host is going to send.
    Aim(NodeId),
    /// One corner of a frame.
    Frame(Point),
}

/// The listeners on the canvas; they are removed when this is dropped.
pub struct Input {
    _listeners: Vec<EventListener>,
}

struct Hand {
    canvas: HtmlCanvasElement,
    stage: Rc<RefCell<Stage>>,
    on_event: Box<dyn Fn(StageEvent)>,
    around: Box<dyn Fn() -> Around>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    gestures: Gestures,
    /// What was under the pointer when it was pressed: frames move on while a finger is down.
    pressed: Option<Selection>,
    hovered: Option<Selection>,
    grip: Option<Grip>,
    /// Where the pointer is.
    at: Point,
    /// A press with the shift key adds to what is selected.
    adding: bool,
}

impl Input {
    /// Listens on the canvas. The browser then leaves touches on it to the stage.
    pub fn attach(
        canvas: &HtmlCanvasElement,
        stage: Rc<RefCell<Stage>>,
        around: impl Fn() -> Around + 'static,
        on_event: impl Fn(StageEvent) + 'static,
    ) -> Self {
        // Through the object model, which a content security policy allows; a style attribute it would not.
        let _ = canvas.style().set_property("touch-action", "none");
        let hand = Rc::new(Hand {
            canvas: canvas.clone(),
            stage,
            on_event: Box::new(on_event),
            around: Box::new(around),
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
            listen("dblclick", EventListenerOptions::default(), Hand::double),
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
        let alone = !self.state.borrow().gestures.is_down();
        if !alone {
            // Two fingers move the picture.
            self.drop_grip();
        }
        let counts = self.state.borrow_mut().gestures.press(event.pointer_id(), kind(event), at);
        if counts {
            // Fails only if the pointer is already gone; then it is cancelled as well.
            let _ = self.canvas.set_pointer_capture(event.pointer_id());
            let pressed = self.stage.borrow().hit(at.x, at.y, kind(event));
            let grip = if alone { self.grip(at, kind(event), pressed, event.shift_key()) } else { None };
            let mut state = self.state.borrow_mut();
            (state.pressed, state.grip, state.at, state.adding) = (pressed, grip, at, event.shift_key());
        }
    }

    /// What a press here grips.
    fn grip(&self, at: Point, pointer: Pointer, pressed: Option<Selection>, shift: bool) -> Option<Grip> {
        let Around { editing, selected } = (self.around)();
        let stage = self.stage.borrow();
        if !editing {
            return match pressed {
                Some(Selection::Node(node)) if stage.is_host(node) => Some(Grip::Aim(node)),
                _ => None,
            };
        }
        let hovered = match self.state.borrow().hovered {
            Some(Selection::Node(node)) => Some(node),
            _ => None,
        };
        let shown: Vec<_> = selected.iter().copied().filter(|_| selected.len() == 1).chain(hovered).collect();
        if let Some(node) = stage.handle_at(at, pointer, &shown) {
            return Some(Grip::Cable(node));
        }
        match pressed {
            Some(Selection::Node(node)) if selected.contains(&node) => {
                Some(Grip::Nodes(selected, Vec2::ZERO))
            }
            Some(Selection::Node(node)) => Some(Grip::Nodes(vec![node], Vec2::ZERO)),
            _ if shift => Some(Grip::Frame(at)),
            _ => None,
        }
    }

    fn travel(&self, event: &PointerEvent) {
        let at = place(event);
        if !self.state.borrow().gestures.is_down() {
            if kind(event) == Pointer::Fine {
                let hit = self.stage.borrow().hit(at.x, at.y, Pointer::Fine);
                // On the way to its handle, a node stays what is pointed at.
                let on_handle = match self.state.borrow().hovered {
                    Some(Selection::Node(node)) if (self.around)().editing => {
                        self.stage.borrow().handle_at(at, Pointer::Fine, &[node]).map(Selection::Node)
                    }
                    _ => None,
                };
                self.hover(on_handle.or(hit));
            }
            return;
        }
        let gesture = {
            let mut state = self.state.borrow_mut();
            state.at = at;
            state.gestures.travel(event.pointer_id(), at)
        };
        if let Some(gesture) = gesture {
            self.act(gesture);
        }
    }

    fn lift(&self, event: &PointerEvent) {
        let gesture = self.state.borrow_mut().gestures.lift(event.pointer_id());
        self.show_cursor();
        let grip = self.state.borrow_mut().grip.take();
        if let (Some(grip), None) = (grip, gesture) {
            self.let_go(grip, kind(event));
        }
        if let Some(gesture) = gesture {
            self.act(gesture);
        }
    }

    fn cancel(&self, event: &PointerEvent) {
        self.state.borrow_mut().gestures.cancel(event.pointer_id());
        self.show_cursor();
        self.drop_grip();
    }

    /// Ends the drag without a change.
    fn drop_grip(&self) {
        if let Some(grip) = self.state.borrow_mut().grip.take() {
            self.stage.borrow_mut().hand = Held::Empty;
            (self.on_event)(match grip {
                Grip::Nodes(..) => StageEvent::Drag(Vec::new(), (0.0, 0.0)),
                Grip::Cable(_) | Grip::Aim(_) | Grip::Frame(_) => StageEvent::Camera,
            });
        }
    }

    /// Moves what is gripped.
    fn drag(&self, grip: &mut Grip, by: Vec2) {
        let at = self.state.borrow().at;
        let mut stage = self.stage.borrow_mut();
        let event = match grip {
            Grip::Nodes(nodes, moved) => {
                *moved += by;
                let by = *moved / stage.camera.view().scale;
                StageEvent::Drag(nodes.clone(), (by.x, by.y))
            }
            Grip::Cable(from) | Grip::Aim(from) => {
                let to = stage.node_at(at, Pointer::Fine).filter(|to| to != from);
                stage.hand = Held::Cable { from: *from, at, to };
                StageEvent::Camera
            }
            Grip::Frame(corner) => {
                stage.hand = Held::Lasso(Rect::from_points(*corner, at));
                StageEvent::Camera
            }
        };
        drop(stage);
        (self.on_event)(event);
    }

    fn let_go(&self, grip: Grip, pointer: Pointer) {
        let at = self.state.borrow().at;
        let mut stage = self.stage.borrow_mut();
        stage.hand = Held::Empty;
        let event = match grip {
            Grip::Nodes(nodes, moved) => {
                let by = moved / stage.camera.view().scale;
                StageEvent::Drop(nodes, (by.x, by.y))
            }
            Grip::Cable(from) => match stage.node_at(at, pointer) {
                Some(to) if to != from => StageEvent::Connect(from, to),
                _ => StageEvent::Camera,
            },
            Grip::Aim(from) => match stage.node_at(at, pointer) {
                Some(to) if to != from => StageEvent::Aim(from, to),
                _ => StageEvent::Camera,
            },
            Grip::Frame(corner) => {
                StageEvent::Choose(hand::within(&stage.layout, Rect::from_points(corner, at)))
            }
        };
        drop(stage);
        (self.on_event)(event);
    }

    fn double(&self, _event: &Event) {
        if let (true, Some(Selection::Node(node))) = ((self.around)().editing, self.state.borrow().pressed) {
            (self.on_event)(StageEvent::Rename(node));
        }
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
                let (pressed, adding) = (self.state.borrow().pressed, self.state.borrow().adding);
                let Around { editing, mut selected } = (self.around)();
                (self.on_event)(match pressed {
                    Some(Selection::Node(node)) if editing && adding => {
                        match selected.iter().position(|other| *other == node) {
                            Some(place) => drop(selected.remove(place)),
                            None => selected.push(node),
                        }
                        StageEvent::Choose(selected)
                    }
                    pressed => StageEvent::Select(pressed),
                });
            }
            Gesture::Pan(by) if self.state.borrow().grip.is_some() => {
                let grip = self.state.borrow_mut().grip.take();
                if let Some(mut grip) = grip {
                    self.drag(&mut grip, by);
                    self.state.borrow_mut().grip = Some(grip);
                }
            }
            Gesture::Pan(by) => {
                self.stage.borrow_mut().pan_by(by.x, by.y);
                self.show_cursor();
                (self.on_event)(StageEvent::Camera);
            }
            Gesture::Pinch { factor, about, by } => {
                self.drop_grip();
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
