//! What stands in `html!`, as a tree, and how it is read.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Lit, LitStr, Token, braced, token};

/// Something between tags, or all of it.
pub enum Node {
    Text(LitStr),
    Element(Element),
    /// `<>…</>`
    List(Vec<Node>),
    Component(Component),
    /// `{ expression }`
    Value(TokenStream),
    /// `{ for expression }`
    Many(Expr),
    If(If),
}

/// An element with a name in lower case.
pub struct Element {
    pub name: Name,
    pub attributes: Vec<Attribute>,
    pub children: Vec<Node>,
}

/// `name=value`, or `{name}`.
pub struct Attribute {
    /// With a tilde before it: a property of the object.
    pub is_property: bool,
    pub name: Name,
    pub value: Value,
}

/// The value of an attribute.
pub enum Value {
    Literal(Lit),
    Code(TokenStream),
}

/// What starts with a capital letter: given to yew's macro as it is, except for what is in it.
pub struct Component {
    /// What stands in the tags, without the angle brackets.
    pub open: TokenStream,
    pub close: Option<TokenStream>,
    pub children: Vec<Node>,
}

/// `if`, perhaps with `else`.
pub struct If {
    pub condition: Expr,
    pub then: Vec<Node>,
    pub otherwise: Otherwise,
}

/// What stands after `else`.
pub enum Otherwise {
    Nothing,
    Nodes(Vec<Node>),
    If(Box<If>),
}

/// A name that may have hyphens in it.
#[derive(Debug)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

impl Name {
    pub fn literal(&self) -> LitStr {
        LitStr::new(&self.text, self.span)
    }
}

impl Parse for Name {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let first = input.call(Ident::parse_any)?;
        let mut name = Self { text: first.unraw().to_string(), span: first.span() };
        while input.parse::<Option<Token![-]>>()?.is_some() {
            let more = input.call(Ident::parse_any)?;
            name.text = format!("{}-{more}", name.text);
        }
        Ok(name)
    }
}

/// The whole: one node, or nothing.
pub fn root(input: ParseStream<'_>) -> syn::Result<Node> {
    if input.is_empty() {
        return Ok(Node::List(Vec::new()));
    }
    if !(input.peek(Token![<]) || input.peek(token::Brace) || input.peek(Token![if])) {
        return Ok(Node::Value(input.parse()?));
    }
    let node = input.parse()?;
    if input.is_empty() {
        Ok(node)
    } else {
        Err(input.error("one root only: wrap them in a fragment `<></>`"))
    }
}

impl Parse for Node {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(token::Brace) {
            return block(input);
        }
        if input.peek(Token![if]) {
            return Ok(Self::If(input.parse()?));
        }
        if input.peek(Token![for]) {
            return Err(input.error("`for` with a block is not supported: write `{ for iterator }`"));
        }
        if !input.peek(Token![<]) {
            return Err(input.error("expected an element, `{ expression }` or `if`"));
        }
        let ahead = input.fork();
        ahead.parse::<Token![<]>()?;
        if ahead.peek(Token![/]) {
            return Err(input.error("a closing tag without an opening one"));
        }
        if ahead.peek(Token![>]) {
            input.parse::<Token![<]>()?;
            input.parse::<Token![>]>()?;
            let children = children(input, input.span())?;
            input.parse::<Token![>]>()?;
            return Ok(Self::List(children));
        }
        if ahead.peek(Token![@]) {
            return Err(ahead.error("names of elements that are expressions are not supported"));
        }
        let name = ahead.call(Ident::parse_any)?;
        if ahead.peek(Token![=]) {
            return Err(syn::Error::new(name.span(), "fragments with a key are not supported"));
        }
        if name.to_string().starts_with(char::is_uppercase) || ahead.peek(Token![::]) {
            Ok(Self::Component(input.parse()?))
        } else {
            Ok(Self::Element(input.parse()?))
        }
    }
}

/// What stands in braces.
fn block(input: ParseStream<'_>) -> syn::Result<Node> {
    let content;
    braced!(content in input);
    if content.parse::<Option<Token![for]>>()?.is_some() {
        return Ok(Node::Many(content.parse()?));
    }
    if content.peek(Lit) {
        let ahead = content.fork();
        let literal: Lit = ahead.parse()?;
        if ahead.is_empty() {
            return Ok(Node::Text(text(&content.parse().unwrap_or(literal))?));
        }
    }
    Ok(Node::Value(content.parse()?))
}

/// A literal as it is shown.
pub fn text(literal: &Lit) -> syn::Result<LitStr> {
    let text = match literal {
        Lit::Str(text) => return Ok(text.clone()),
        Lit::Char(char) => char.value().to_string(),
        Lit::Int(number) => number.base10_digits().to_owned(),
        Lit::Bool(bool) => bool.value().to_string(),
        _ => return Err(syn::Error::new(literal.span(), "literals of this kind are not supported")),
    };
    Ok(LitStr::new(&text, literal.span()))
}

/// Reads nodes until a closing tag, and its `</`; `span` is that of the opening tag.
fn children(input: ParseStream<'_>, span: Span) -> syn::Result<Vec<Node>> {
    let mut nodes = Vec::new();
    while !(input.peek(Token![<]) && input.peek2(Token![/])) {
        if input.is_empty() {
            return Err(syn::Error::new(span, "this opening tag has no closing tag"));
        }
        nodes.push(input.parse()?);
    }
    input.parse::<Token![<]>()?;
    input.parse::<Token![/]>()?;
    Ok(nodes)
}

impl Parse for Element {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Token![<]>()?;
        let name: Name = input.parse()?;
        let mut element = Self { name, attributes: Vec::new(), children: Vec::new() };
        while !input.peek(Token![>]) && !input.peek(Token![/]) {
            element.attributes.push(input.parse()?);
        }
        if input.parse::<Option<Token![/]>>()?.is_some() {
            input.parse::<Token![>]>()?;
            return Ok(element);
        }
        input.parse::<Token![>]>()?;
        element.children = children(input, element.name.span)?;
        let close: Name = input.parse()?;
        if close.text != element.name.text {
            let message =
                format!("`</{}>` closes no element: expected `</{}>`", close.text, element.name.text);
            return Err(syn::Error::new(close.span, message));
        }
        input.parse::<Token![>]>()?;
        if VOID.contains(&element.name.text.as_str()) {
            let message = format!("`<{}>` has no children: close it with `/>`", element.name.text);
            return Err(syn::Error::new(element.name.span, message));
        }
        Ok(element)
    }
}

/// Elements that never have children.
const VOID: [&str; 10] = ["area", "br", "col", "embed", "hr", "img", "input", "source", "textarea", "wbr"];

impl Parse for Attribute {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let is_property = input.parse::<Option<Token![~]>>()?.is_some();
        if input.peek(token::Brace) {
            let content;
            braced!(content in input);
            let name: Ident = content.parse()?;
            if !content.is_empty() {
                return Err(content.error("expected a name alone: other values are written `name={value}`"));
            }
            let value = Value::Code(name.to_token_stream());
            let name = Name { text: name.unraw().to_string(), span: name.span() };
            return Ok(Self { is_property, name, value });
        }
        let name: Name = input.parse()?;
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(name.span, format!("`{}` has no value", name.text)));
        }
        input.parse::<Token![=]>()?;
        let value = if input.peek(token::Brace) {
            let content;
            let brace = braced!(content in input);
            let code: TokenStream = content.parse()?;
            match syn::parse2::<Lit>(code.clone()) {
                Ok(literal) => Value::Literal(literal),
                Err(_) if code.is_empty() => {
                    return Err(syn::Error::new(brace.span.join(), "expected an expression"));
                }
                Err(_) => Value::Code(code),
            }
        } else if input.peek(Lit) {
            Value::Literal(input.parse()?)
        } else {
            return Err(input.error("expected a literal, or an expression in braces"));
        };
        Ok(Self { is_property, name, value })
    }
}

impl Parse for Component {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let span = input.fork().parse::<Token![<]>().map(|_| input.span())?;
        input.parse::<Token![<]>()?;
        let (open, is_closed) = tag(input)?;
        if is_closed {
            return Ok(Self { open, close: None, children: Vec::new() });
        }
        let children = children(input, span)?;
        let (close, _) = tag(input)?;
        Ok(Self { open, close: Some(close), children })
    }
}

/// What stands in a tag up to its `>`, which may have types with angle brackets of their own; and whether it ends with `/>`.
fn tag(input: ParseStream<'_>) -> syn::Result<(TokenStream, bool)> {
    let (mut tokens, mut depth) = (TokenStream::new(), 0_usize);
    loop {
        if depth == 0 && input.parse::<Option<Token![>]>>()?.is_some() {
            return Ok((tokens, false));
        }
        if depth == 0 && input.peek(Token![/]) {
            input.parse::<Token![/]>()?;
            input.parse::<Token![>]>()?;
            return Ok((tokens, true));
        }
        let token: TokenTree = input.parse()?;
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' => depth -= 1,
                _ => (),
            }
        }
        tokens.extend([token]);
    }
}

impl Parse for If {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Token![if]>()?;
        let condition = input.call(Expr::parse_without_eager_brace)?;
        let then = braced_nodes(input)?;
        let otherwise = if input.parse::<Option<Token![else]>>()?.is_none() {
            Otherwise::Nothing
        } else if input.peek(Token![if]) {
            Otherwise::If(input.parse()?)
        } else {
            Otherwise::Nodes(braced_nodes(input)?)
        };
        Ok(Self { condition, then, otherwise })
    }
}

fn braced_nodes(input: ParseStream<'_>) -> syn::Result<Vec<Node>> {
    let content;
    braced!(content in input);
    let mut nodes = Vec::new();
    while !content.is_empty() {
        nodes.push(content.parse()?);
    }
    Ok(nodes)
}
