//! The code for a tree: a constant of what is known beforehand, and the calls that put the rest into slots.

use crate::tree::{Attribute, Component, Element, If, Node, Otherwise, Value, text};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ExprMacro, Lit, LitStr};

/// Attributes that an element has or has not.
const FLAGS: &str = "allowfullscreen async autofocus autoplay controls default defer disabled formnovalidate hidden inert ismap \
                     itemscope loop multiple muted nomodule novalidate open playsinline readonly required reversed selected \
                     truespeed webkitdirectory";

/// Events that the page listens to; the crate `markup` has a method for each (src/slots.rs).
const LISTENERS: &str = "onblur onchange onclick onclose oncontextmenu ondragover ondragstart ondrop onfocus onfocusout oninput \
                         onkeydown onmouseenter onmouseleave onpointercancel onpointerdown onpointerleave onpointermove \
                         onpointerover onpointerup onscroll onsubmit ontouchmove onwheel";

fn is_one_of(name: &str, names: &str) -> bool {
    names.split(' ').any(|other| other == name)
}

/// The code for what stands in `html!`.
pub fn root(node: &Node) -> syn::Result<TokenStream> {
    match node {
        Node::Component(component) => self::component(component),
        Node::Value(code) => Ok(quote_spanned! {code.span()=> {
            #[allow(clippy::useless_conversion)]
            <::yew::virtual_dom::VNode as ::std::convert::From<_>>::from(#code)
        }}),
        Node::Many(_) => {
            built(std::slice::from_ref(node), |shapes| quote!(::markup::Shape::List(&[#shapes])))
        }
        _ => built(std::slice::from_ref(node), |shapes| shapes),
    }
}

/// The code that makes one node of these, with `wrap` around their shapes.
fn built(nodes: &[Node], wrap: impl Fn(TokenStream) -> TokenStream) -> syn::Result<TokenStream> {
    let mut code = Code::new();
    let shape = wrap(code.shapes(nodes)?);
    let Code { slots, calls } = code;
    if calls.is_empty() {
        return Ok(quote!(::markup::fixed(&#shape)));
    }
    Ok(quote!({
        let mut #slots = ::markup::Slots::start();
        #calls
        ::markup::build(#slots, &#shape)
    }))
}

/// The calls that put values into slots.
struct Code {
    /// The variable that has them.
    slots: Ident,
    calls: TokenStream,
}

/// The attributes of an element, sorted.
#[derive(Default)]
struct Sorted<'a> {
    normal: Vec<&'a Attribute>,
    flags: Vec<&'a Attribute>,
    class: Option<&'a Attribute>,
    listeners: Vec<&'a Attribute>,
    value: Option<&'a Attribute>,
    checked: Option<&'a Attribute>,
    reference: Option<&'a Attribute>,
    key: Option<&'a Attribute>,
}

impl<'a> Sorted<'a> {
    fn of(element: &'a Element) -> syn::Result<Self> {
        let mut sorted = Self::default();
        let is_field = matches!(element.name.text.as_str(), "input" | "textarea");
        let mut last = Vec::new();
        for (index, attribute) in element.attributes.iter().enumerate() {
            let (name, span) = (attribute.name.text.as_str(), attribute.name.span);
            let fault = |message: &str| Err(syn::Error::new(span, format!("`{name}` {message}")));
            if element.attributes[..index].iter().any(|other| other.name.text == name) {
                return fault("is there twice");
            }
            match name {
                "ref" => sorted.reference = Some(attribute),
                "key" => sorted.key = Some(attribute),
                "class" => sorted.class = Some(attribute),
                "value" if is_field => sorted.value = Some(attribute),
                "checked" if is_field => sorted.checked = Some(attribute),
                "value" => last.push(attribute),
                "checked" | "defaultvalue" => return fault("is not supported here"),
                _ if is_one_of(name, LISTENERS) => sorted.listeners.push(attribute),
                _ if name.starts_with("on") => {
                    return fault(
                        "is no event that the page listens to: add it in the crates markup and markup-macro",
                    );
                }
                _ if is_one_of(name, FLAGS) => sorted.flags.push(attribute),
                _ => sorted.normal.push(attribute),
            }
        }
        // As yew's macro has it.
        sorted.normal.extend(last);
        Ok(sorted)
    }
}

impl Code {
    fn new() -> Self {
        Self { slots: Ident::new("slots", Span::mixed_site()), calls: TokenStream::new() }
    }

    /// Adds a call of this method.
    fn call(&mut self, method: &str, value: &TokenStream) {
        let slots = &self.slots;
        let method = Ident::new(method, Span::mixed_site());
        self.calls.extend(quote_spanned! {value.span()=> #slots.#method(#value); });
    }

    /// The shapes of nodes, separated by commas.
    fn shapes(&mut self, nodes: &[Node]) -> syn::Result<TokenStream> {
        let shapes = nodes.iter().map(|node| self.shape(node)).collect::<syn::Result<Vec<_>>>()?;
        Ok(quote!(#(#shapes),*))
    }

    fn shape(&mut self, node: &Node) -> syn::Result<TokenStream> {
        match node {
            Node::Text(text) => return Ok(quote!(::markup::Shape::Text(#text))),
            Node::Element(element) => return self.element(element),
            Node::List(nodes) => {
                let shapes = self.shapes(nodes)?;
                return Ok(quote!(::markup::Shape::List(&[#shapes])));
            }
            Node::Component(component) => self.call("node", &self::component(component)?),
            Node::Value(code) => match said(code) {
                Some(text) => return Ok(quote!(::markup::Shape::Said(#text))),
                None => self.call("child", code),
            },
            Node::Many(iterator) => self.call("children", &quote!(#iterator)),
            Node::If(choice) => self.choice(choice)?,
        }
        Ok(quote!(::markup::Shape::Slot))
    }

    fn choice(&mut self, If { condition, then, otherwise }: &If) -> syn::Result<()> {
        let then = self.branch(|code| code.branch_of(then))?;
        let otherwise = self.branch(|code| match otherwise {
            Otherwise::Nothing => code.branch_of(&[]),
            Otherwise::Nodes(nodes) => code.branch_of(nodes),
            Otherwise::If(choice) => code.choice(choice),
        })?;
        self.calls.extend(quote!(if #condition { #then } else { #otherwise }));
        Ok(())
    }

    /// The calls of a branch of an `if`.
    fn branch(&mut self, put: impl FnOnce(&mut Self) -> syn::Result<()>) -> syn::Result<TokenStream> {
        let mut code = Self::new();
        put(&mut code)?;
        Ok(code.calls)
    }

    fn branch_of(&mut self, nodes: &[Node]) -> syn::Result<()> {
        let mut inner = Self::new();
        let shapes = inner.shapes(nodes)?;
        self.call("branch", &quote!(&[#shapes]));
        self.calls.extend(inner.calls);
        Ok(())
    }

    fn element(&mut self, element: &Element) -> syn::Result<TokenStream> {
        let sorted = Sorted::of(element)?;
        let mut special = quote!(0);
        let with = [
            (sorted.value, "attribute", quote!(VALUE)),
            (sorted.checked, "flag", quote!(CHECKED)),
            (sorted.reference, "reference", quote!(REF)),
            (sorted.key, "key", quote!(KEY)),
        ];
        for (attribute, method, bit) in with {
            if let Some(attribute) = attribute {
                self.call(method, &code_of(&attribute.value));
                special.extend(quote!(| ::markup::special::#bit));
            }
        }
        let attributes = self.attributes(&sorted)?;
        for listener in &sorted.listeners {
            self.call(&listener.name.text, &code_of(&listener.value));
        }
        let listeners = u8::try_from(sorted.listeners.len()).expect("an element has few listeners");
        let (tag, children) = (element.name.literal(), self.shapes(&element.children)?);
        Ok(quote!(::markup::Shape::Element(&::markup::Element {
            tag: #tag,
            attributes: #attributes,
            children: &[#children],
            listeners: #listeners,
            special: #special,
        })))
    }

    /// Attributes in yew's order: flags after others, the class last.
    fn attributes(&mut self, sorted: &Sorted<'_>) -> syn::Result<TokenStream> {
        let mut attributes = Vec::new();
        let mut says = false;
        for attribute in &sorted.normal {
            let text_of = |code| said(code).filter(|_| !attribute.is_property);
            let known = match &attribute.value {
                Value::Literal(literal) if !attribute.is_property => Some(text(literal)?.to_token_stream()),
                Value::Code(code) if text_of(code).is_some() => {
                    says = true;
                    text_of(code)
                }
                value => {
                    let method = if attribute.is_property { "property" } else { "attribute" };
                    self.call(method, &code_of(value));
                    None
                }
            };
            attributes.push((attribute.name.literal(), known));
        }
        for attribute in &sorted.flags {
            let name = attribute.name.literal();
            match &attribute.value {
                Value::Literal(Lit::Bool(holds)) if holds.value => {
                    attributes.push((name.clone(), Some(name.to_token_stream())))
                }
                Value::Literal(Lit::Bool(_)) => (),
                value => {
                    self.call("flag", &code_of(value));
                    attributes.push((name, None));
                }
            }
        }
        if let Some(attribute) = sorted.class {
            let known = match &attribute.value {
                Value::Literal(literal) => Some(text(literal)?),
                Value::Code(code) => {
                    self.call("class", code);
                    None
                }
            };
            if known.as_ref().is_none_or(|known| !known.value().is_empty()) {
                attributes.push((attribute.name.literal(), known.map(|known| known.to_token_stream())));
            }
        }
        let names = attributes.iter().map(|(name, _)| name);
        let known: Option<Vec<_>> = attributes.iter().map(|(_, known)| known.as_ref()).collect();
        Ok(if let Some(values) = known.filter(|_| !says) {
            quote!(::markup::Attributes::Fixed(
                &[#((#names, ::yew::virtual_dom::AttributeOrProperty::Static(#values))),*]
            ))
        } else {
            let values = attributes.iter().map(|(_, known)| match known {
                Some(known) => quote!(::std::option::Option::Some(#known)),
                None => quote!(::std::option::Option::None),
            });
            quote!(::markup::Attributes::Open(&[#(#names),*], &[#(#values),*]))
        })
    }
}

/// A text in the page's language without arguments, `t!("Play")`: known beforehand but for its language.
fn said(code: &TokenStream) -> Option<TokenStream> {
    let call = syn::parse2::<ExprMacro>(code.clone()).ok()?.mac;
    let text = call.parse_body::<LitStr>().ok().filter(|_| call.path.is_ident("t"))?;
    // By the name that the page gives the macro: otherwise its import would be unused.
    let path = &call.path;
    (!text.value().contains(['{', '}'])).then(|| quote!(#path!(const #text)))
}

/// A value as an expression.
fn code_of(value: &Value) -> TokenStream {
    match value {
        Value::Literal(literal) => quote!(#literal),
        // A block may have several statements.
        Value::Code(code) if syn::parse2::<syn::Expr>(code.clone()).is_ok() => code.clone(),
        Value::Code(code) => quote_spanned!(code.span()=> { #code }),
    }
}

/// A component through yew's macro.
fn component(component: &Component) -> syn::Result<TokenStream> {
    let Component { open, close, children } = component;
    let Some(close) = close else { return Ok(quote!(::yew::html! { <#open /> })) };
    let children = match children.as_slice() {
        [] => return Ok(quote!(::yew::html! { <#open></#close> })),
        [node @ (Node::Element(_) | Node::Text(_))] => built(std::slice::from_ref(node), |shapes| shapes)?,
        [node @ (Node::Component(_) | Node::Value(_))] => root(node)?,
        nodes => built(nodes, |shapes| quote!(::markup::Shape::List(&[#shapes])))?,
    };
    Ok(quote!(::yew::html! { <#open>{ #children }</#close> }))
}
