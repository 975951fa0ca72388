//! What can be a child, and what the value of an attribute: types of the page, each put into the slots by a function of few.

use crate::slots::{Slot, Slots};
use std::rc::Rc;
use yew::virtual_dom::{AttrValue, VNode, VText};

/// What stands in braces between tags: a node, a text, a number, perhaps nothing, or several.
pub trait Child {
    #[doc(hidden)]
    fn put(self, slots: &mut Slots);
}

/// The value of an attribute; without one, the element does not have it.
pub trait Attribute {
    #[doc(hidden)]
    fn put(self, slots: &mut Slots);
}

#[inline(never)]
fn text(slots: &mut Slots, text: &str) {
    slots.push(Slot::Node(VNode::VText(VText::new(Rc::<str>::from(text)))));
}

#[inline(never)]
fn value(slots: &mut Slots, text: AttrValue) {
    slots.push(Slot::Node(VNode::VText(VText::new(text))));
}

#[inline(never)]
fn owned(slots: &mut Slots, string: String) {
    text(slots, &string);
}

#[inline(never)]
fn nothing(slots: &mut Slots) {
    slots.push(Slot::Nothing);
}

impl Child for VNode {
    #[inline(always)]
    fn put(self, slots: &mut Slots) {
        slots.node(self);
    }
}

impl<T: Child> Child for Option<T> {
    #[inline(always)]
    fn put(self, slots: &mut Slots) {
        match self {
            Some(child) => child.put(slots),
            None => nothing(slots),
        }
    }
}

impl<T: Child> Child for Vec<T> {
    #[inline(always)]
    fn put(self, slots: &mut Slots) {
        slots.open();
        for child in self {
            child.put(slots);
        }
        slots.close();
    }
}

/// Types, each with the expression that puts it into the slots.
macro_rules! put {
    ($trait:ident: $($type:ty, |$slots:ident, $child:ident| $put:expr;)*) => {$(
        impl $trait for $type {
            #[inline(always)]
            fn put(self, $slots: &mut Slots) {
                let $child = self;
                $put;
            }
        }
    )*};
}

put! { Child:
    &str, |slots, child| text(slots, child);
    &&str, |slots, child| text(slots, child);
    &String, |slots, child| text(slots, child);
    &Rc<str>, |slots, child| text(slots, child);
    String, |slots, child| owned(slots, child);
    Rc<str>, |slots, child| value(slots, AttrValue::Rc(child));
    AttrValue, |slots, child| value(slots, child);
    &AttrValue, |slots, child| value(slots, child.clone());
    usize, |slots, child| owned(slots, child.to_string());
    u64, |slots, child| owned(slots, child.to_string());
    u32, |slots, child| owned(slots, child.to_string());
    u16, |slots, child| owned(slots, child.to_string());
    u8, |slots, child| owned(slots, child.to_string());
}

#[inline(never)]
fn fixed_attribute(slots: &mut Slots, text: &'static str) {
    slots.push(Slot::Attribute(Some(AttrValue::Static(text))));
}

#[inline(never)]
fn attribute(slots: &mut Slots, text: AttrValue) {
    slots.push(Slot::Attribute(Some(text)));
}

#[inline(never)]
fn owned_attribute(slots: &mut Slots, text: String) {
    attribute(slots, AttrValue::Rc(Rc::from(text)));
}

#[inline(never)]
fn no_attribute(slots: &mut Slots) {
    slots.push(Slot::Attribute(None));
}

put! { Attribute:
    &'static str, |slots, text| fixed_attribute(slots, text);
    String, |slots, text| owned_attribute(slots, text);
    Rc<str>, |slots, text| attribute(slots, AttrValue::Rc(text));
    AttrValue, |slots, text| attribute(slots, text);
    &AttrValue, |slots, text| attribute(slots, text.clone());
}

impl<T: Attribute> Attribute for Option<T> {
    #[inline(always)]
    fn put(self, slots: &mut Slots) {
        match self {
            Some(text) => text.put(slots),
            None => no_attribute(slots),
        }
    }
}
