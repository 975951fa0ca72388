//! `html!` as yew has it, in little code.
//!
//! yew's macro (0.23) leaves about 250 bytes of wasm for each element: it inlines the making of the element's name, attributes,
//! listeners and children at each of the page's 1,400 elements, and that was the largest block of the page. This macro leaves what is
//! known beforehand (names, fixed attributes and texts, and how elements stand in each other) as constants, a [`Shape`]. Code
//! puts only what is not, one value after the other, into [`Slots`], with few functions that are never inlined, and one function
//! makes yew's nodes of both. An element without anything dynamic takes no code at all.
//!
//! The nodes are the same as those of yew's macro with the same input, which tests/same_as_yew.rs compares: the same
//! lists and placeholders, so that siblings keep their identity, and the same static lists of names of attributes, which yew
//! compares by their address. Properties of components are given to yew's macro. What of yew's syntax the page does not use is an
//! error: names of elements that are expressions, fragments with keys, `for` with a block.

mod build;
mod child;
mod slots;

pub use build::{build, fixed};
pub use child::{Attribute, Child};
pub use markup_macro::html;
pub use slots::Slots;

use yew::virtual_dom::AttributeOrProperty;

/// What is known of a node beforehand.
#[doc(hidden)]
pub enum Shape {
    Text(&'static str),
    /// A [marked](texts::mark) text.
    Said(&'static str),
    Element(&'static Element),
    /// A fragment.
    List(&'static [Shape]),
    /// What the next slot has: a node, none, several, or a branch of an `if`.
    Slot,
}

/// What is known of an element beforehand. Its slots are those of [`special`], of its attributes in their order, of its
/// listeners, and of its children.
#[doc(hidden)]
pub struct Element {
    pub tag: &'static str,
    pub attributes: Attributes,
    pub children: &'static [Shape],
    pub listeners: u8,
    /// Which of [`special`] it has.
    pub special: u8,
}

/// The attributes of an element that are known beforehand.
#[doc(hidden)]
pub enum Attributes {
    /// All of them, and their values.
    Fixed(&'static [(&'static str, AttributeOrProperty)]),
    /// Their names, and the values that are known; the others are slots.
    Open(&'static [&'static str], &'static [Option<&'static str>]),
}

/// What is no attribute, as bits in the order of slots; the first two are for `input` and `textarea`.
#[doc(hidden)]
pub mod special {
    pub const VALUE: u8 = 1;
    pub const CHECKED: u8 = 2;
    pub const REF: u8 = 4;
    pub const KEY: u8 = 8;
}
