//! What a node has that is not known beforehand, one value after the other.

use crate::Shape;
use crate::child::{Attribute, Child};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use yew::html::NodeRef;
use yew::virtual_dom::{AttrValue, Key, Listener, VNode};
use yew::{Callback, Classes, html};

/// One of them.
pub enum Slot {
    Node(VNode),
    /// No child.
    Nothing,
    /// Between this and [`Slot::Close`] are the nodes of one child.
    Open,
    Close,
    /// The chosen branch of an `if`, whose slots follow.
    Branch(&'static [Shape]),
    Attribute(Option<AttrValue>),
    Property(JsValue),
    Flag(bool),
    Key(Key),
    Ref(NodeRef),
    Listener(Option<Rc<dyn Listener>>),
}

/// All of them, in the order of the [`Shape`]. Its methods are what the macro's code calls: those with generics are the one
/// line that leads to those without, which are never inlined.
#[doc(hidden)]
#[derive(Default)]
pub struct Slots {
    pub(crate) slots: Vec<Slot>,
}

impl Slots {
    /// In a box: one register in the macro's code.
    #[inline(never)]
    pub fn start() -> Box<Self> {
        Box::default()
    }

    #[inline(never)]
    pub(crate) fn push(&mut self, slot: Slot) {
        self.slots.push(slot);
    }

    #[inline(always)]
    pub fn child(&mut self, child: impl Child) {
        child.put(self);
    }

    #[inline(never)]
    pub fn node(&mut self, node: VNode) {
        self.push(Slot::Node(node));
    }

    #[inline(always)]
    pub fn children<T: Into<VNode>>(&mut self, children: impl IntoIterator<Item = T>) {
        self.open();
        for child in children {
            self.node(child.into());
        }
        self.close();
    }

    #[inline(never)]
    pub(crate) fn open(&mut self) {
        self.push(Slot::Open);
    }

    #[inline(never)]
    pub(crate) fn close(&mut self) {
        self.push(Slot::Close);
    }

    #[inline(never)]
    pub fn branch(&mut self, shapes: &'static [Shape]) {
        self.push(Slot::Branch(shapes));
    }

    #[inline(always)]
    pub fn attribute(&mut self, value: impl Attribute) {
        value.put(self);
    }

    #[inline(always)]
    pub fn property(&mut self, value: impl Into<JsValue>) {
        self.push(Slot::Property(value.into()));
    }

    #[inline(always)]
    pub fn class(&mut self, classes: impl Into<Classes>) {
        self.classes(classes.into());
    }

    #[inline(never)]
    fn classes(&mut self, classes: Classes) {
        self.push(Slot::Attribute(html::IntoPropValue::into_prop_value(classes)));
    }

    #[inline(never)]
    pub fn flag(&mut self, holds: bool) {
        self.push(Slot::Flag(holds));
    }

    #[inline(always)]
    pub fn key(&mut self, key: impl Into<Key>) {
        self.push_key(key.into());
    }

    #[inline(never)]
    fn push_key(&mut self, key: Key) {
        self.push(Slot::Key(key));
    }

    #[inline(always)]
    pub fn reference(&mut self, node: impl html::IntoPropValue<NodeRef>) {
        self.push_ref(node.into_prop_value());
    }

    #[inline(never)]
    fn push_ref(&mut self, node: NodeRef) {
        self.push(Slot::Ref(node));
    }
}

/// A method for each event that the page listens to.
macro_rules! listeners {
    ($($name:ident)*) => {
        impl Slots {
            $(
                #[inline(always)]
                pub fn $name(&mut self, callback: impl html::IntoEventCallback<html::$name::Event>) {
                    #[inline(never)]
                    fn put(slots: &mut Slots, callback: Option<Callback<html::$name::Event>>) {
                        slots.push(Slot::Listener(html::$name::Wrapper::__macro_new(callback)));
                    }
                    put(self, callback.into_event_callback());
                }
            )*
        }
    };
}

// The same names are in the macro's crate (src/expand.rs).
listeners! {
    onblur onchange onclick onclose oncontextmenu ondragover ondragstart ondrop onfocus onfocusout oninput onkeydown onmouseenter
    onmouseleave onpointercancel onpointerdown onpointerleave onpointermove onpointerover onpointerup onscroll onsubmit ontouchmove
    onwheel
}
