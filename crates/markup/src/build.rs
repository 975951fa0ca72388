//! Makes yew's nodes of a shape and what is in its slots.

use crate::slots::{Slot, Slots};
use crate::{Attributes, Element, Shape, special};
use std::slice;
use std::vec;
use yew::virtual_dom::{AttrValue, AttributeOrProperty, Attributes as Made, Listeners};
use yew::virtual_dom::{VList, VNode, VTag, VText};
use yew::{Html, NodeRef};

/// Makes the node of a shape and its slots.
#[doc(hidden)]
#[inline(never)]
#[expect(clippy::boxed_local, reason = "one register in the macro's code")]
pub fn build(slots: Box<Slots>, shape: &'static Shape) -> Html {
    let mut nodes = Builder { slots: slots.slots.into_iter() }.nodes(slice::from_ref(shape));
    nodes.pop().unwrap_or_default()
}

/// Makes the node of a shape without slots.
#[doc(hidden)]
#[inline(never)]
pub fn fixed(shape: &'static Shape) -> Html {
    build(Slots::start(), shape)
}

struct Builder {
    slots: vec::IntoIter<Slot>,
}

/// What the next slot has. The macro puts slots in the order in which they are taken.
macro_rules! next {
    ($builder:ident: $($slot:pat => $value:expr),*) => {
        match $builder.slots.next() {
            $(Some($slot) => $value,)*
            _ => panic!("slots are in the order of their shape"),
        }
    };
}

impl Builder {
    fn nodes(&mut self, shapes: &'static [Shape]) -> Vec<VNode> {
        let mut nodes = Vec::with_capacity(shapes.len());
        for shape in shapes {
            match shape {
                Shape::Text(text) => nodes.push(VText::new(*text).into()),
                Shape::Said(text) => nodes.push(VText::new(texts::of(text)).into()),
                Shape::Element(element) => nodes.push(self.element(element)),
                Shape::List(shapes) => nodes.push(self.list(shapes)),
                Shape::Slot => self.take_nodes(&mut nodes),
            }
        }
        nodes
    }

    fn list(&mut self, shapes: &'static [Shape]) -> VNode {
        VList::with_children(self.nodes(shapes), None).into()
    }

    /// The nodes of one child, which may be several.
    fn take_nodes(&mut self, nodes: &mut Vec<VNode>) {
        let mut depth = 0_usize;
        loop {
            next!(self:
                Slot::Node(node) => nodes.push(node),
                Slot::Nothing => (),
                Slot::Open => depth += 1,
                Slot::Close => depth -= 1,
                Slot::Branch(shapes) => nodes.push(self.list(shapes))
            );
            if depth == 0 {
                return;
            }
        }
    }

    /// What is between the tags of an element: one node as it is, others in a list, as yew's macro has it.
    fn content(&mut self, shapes: &'static [Shape]) -> VNode {
        let is_one = match shapes {
            [Shape::Text(_) | Shape::Said(_) | Shape::Element(_)] => true,
            [Shape::Slot] => matches!(self.slots.as_slice(), [Slot::Node(_), ..]),
            _ => false,
        };
        if is_one { self.nodes(shapes).pop().unwrap_or_default() } else { self.list(shapes) }
    }

    fn element(&mut self, element: &'static Element) -> VNode {
        let has = |which| element.special & which != 0;
        let value = if has(special::VALUE) { next!(self: Slot::Attribute(value) => value) } else { None };
        let checked = has(special::CHECKED).then(|| next!(self: Slot::Flag(holds) => holds));
        let node_ref =
            if has(special::REF) { next!(self: Slot::Ref(node) => node) } else { NodeRef::default() };
        let key = has(special::KEY).then(|| next!(self: Slot::Key(key) => key));
        let attributes = self.attributes(&element.attributes);
        let listeners = self.listeners(element.listeners);
        let tag = match element.tag {
            "input" => VTag::__new_input(value, checked, node_ref, key, attributes, listeners),
            "textarea" => VTag::__new_textarea(value, None, node_ref, key, attributes, listeners),
            tag => {
                let children = self.content(element.children);
                VTag::__new_other(AttrValue::Static(tag), node_ref, key, attributes, listeners, children)
            }
        };
        tag.into()
    }

    fn attributes(&mut self, attributes: &Attributes) -> Made {
        match attributes {
            Attributes::Fixed(attributes) => Made::Static(attributes),
            Attributes::Open(keys, values) => {
                let value = |(name, value): (&&'static str, &Option<&'static str>)| match value {
                    Some(value) => Some(AttributeOrProperty::Attribute(AttrValue::Static(texts::of(value)))),
                    None => self.value(name),
                };
                Made::Dynamic { keys, values: keys.iter().zip(*values).map(value).collect() }
            }
        }
    }

    fn value(&mut self, name: &'static str) -> Option<AttributeOrProperty> {
        next!(self:
            Slot::Attribute(value) => value.map(AttributeOrProperty::Attribute),
            Slot::Flag(holds) => holds.then_some(AttributeOrProperty::Attribute(AttrValue::Static(name))),
            Slot::Property(value) => Some(AttributeOrProperty::Property(value))
        )
    }

    fn listeners(&mut self, count: u8) -> Listeners {
        if count == 0 {
            return Listeners::None;
        }
        Listeners::Pending((0..count).map(|_| next!(self: Slot::Listener(listener) => listener)).collect())
    }
}
