//! `t!` and `plural!`: the macros of the crate `texts`, which says what they are for and re-exports them.
//!
//! Macros of this kind, and not by `macro_rules!`, because a text names its arguments as `format!` does (`"{node} learns"`): what
//! looks texts up needs the arguments one by one, and only such a macro can read a literal.

mod format;
mod key;

use format::Format;
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Token};

/// A text, in the language of the page: `t!("Play")` is a `&'static str`, `t!("{node} learns")` a `String`. Takes what `format!` takes.
/// Texts that are the same in English and different in other languages are distinguished by a context before the arrow:
/// `t!("verb" => "Open")`.
///
/// `t!(const "Play")` is the same as `mark!("Play")`: the crate `markup` makes it of a text among its constants.
#[proc_macro]
pub fn t(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let constant =
        |input: ParseStream<'_>| input.parse::<Token![const]>().and_then(|_| input.parse::<LitStr>());
    if let Ok(text) = constant.parse(input.clone()) {
        return marked(&text).into();
    }
    let text = syn::parse_macro_input!(input as Text);
    text.expand().unwrap_or_else(syn::Error::into_compile_error).into()
}

/// A text that depends on a number: `plural!(count, "{count} frame", "{count} frames")`, after them arguments by name. Other languages
/// have other forms.
#[proc_macro]
pub fn plural(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let text = syn::parse_macro_input!(input as Plural);
    text.expand().unwrap_or_else(syn::Error::into_compile_error).into()
}

/// A text for a table of constants, a `&'static str` that `texts::of` looks up where it is shown.
#[proc_macro]
pub fn mark(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    marked(&syn::parse_macro_input!(input as LitStr)).into()
}

fn marked(text: &LitStr) -> TokenStream {
    let marked = key::marked(key::of(None, &text.value()));
    quote!(::texts::__pick!({ #text } { #marked }))
}

/// What stands in `t!`.
struct Text {
    context: Option<LitStr>,
    text: LitStr,
    arguments: Vec<Argument>,
}

/// What stands in `plural!`.
struct Plural {
    number: Expr,
    one: LitStr,
    other: LitStr,
    arguments: Vec<Argument>,
}

/// An argument, perhaps with a name.
struct Argument {
    name: Option<Ident>,
    value: Expr,
}

impl Parse for Text {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut text: LitStr = input.parse()?;
        let mut context = None;
        if input.parse::<Option<Token![=>]>>()?.is_some() {
            context = Some(std::mem::replace(&mut text, input.parse()?));
        }
        Ok(Self { context, text, arguments: arguments(input)? })
    }
}

impl Parse for Plural {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let number = input.parse()?;
        input.parse::<Token![,]>()?;
        let one = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok(Self { number, one, other: input.parse()?, arguments: arguments(input)? })
    }
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = if input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let name = input.parse()?;
            input.parse::<Token![=]>()?;
            Some(name)
        } else {
            None
        };
        Ok(Self { name, value: input.parse()? })
    }
}

fn arguments(input: ParseStream<'_>) -> syn::Result<Vec<Argument>> {
    if input.is_empty() {
        return Ok(Vec::new());
    }
    input.parse::<Token![,]>()?;
    Ok(Punctuated::<Argument, Token![,]>::parse_terminated(input)?.into_iter().collect())
}

/// The arguments as `format!` takes them.
fn passed(arguments: &[Argument]) -> TokenStream {
    arguments
        .iter()
        .map(|Argument { name, value }| match name {
            Some(name) => quote!(, #name = #value),
            None => quote!(, #value),
        })
        .collect()
}

/// The arguments in the order of the places of `format`, each once, as a slice of `&dyn Display`.
fn listed(format: &Format, text: &LitStr, arguments: &[Argument]) -> syn::Result<TokenStream> {
    let mut list = TokenStream::new();
    for place in &format.places {
        let value = match place.name.parse::<usize>() {
            Ok(at) => {
                let argument = arguments.iter().filter(|argument| argument.name.is_none()).nth(at);
                let value = argument.map(|argument| &argument.value);
                value
                    .map(|value| quote!(#value))
                    .ok_or_else(|| syn::Error::new(text.span(), format!("no argument {at}")))?
            }
            Err(_) => match arguments
                .iter()
                .find(|argument| argument.name.as_ref().is_some_and(|name| *name == place.name))
            {
                Some(Argument { value, .. }) => quote!(#value),
                None => {
                    let name = Ident::new(&place.name, text.span());
                    quote!(#name)
                }
            },
        };
        list.extend(if place.spec.is_empty() {
            quote!(&(#value),)
        } else {
            let spec = LitStr::new(&format!("{{:{}}}", place.spec), text.span());
            quote!(&::std::format_args!(#spec, #value),)
        });
    }
    Ok(quote!(&[#list]))
}

impl Text {
    fn expand(&self) -> syn::Result<TokenStream> {
        let Self { context, text, arguments } = self;
        let english = text.value();
        let format = Format::of(&english).map_err(|what| syn::Error::new(text.span(), what))?;
        let key = key::of(context.as_ref().map(LitStr::value).as_deref(), &english);
        if format.is_plain {
            return Ok(quote!(::texts::__pick!({ #text } { ::texts::text(#key) })));
        }
        let (passed, listed) = (passed(arguments), listed(&format, text, arguments)?);
        Ok(quote!(::texts::__pick!({ ::std::format!(#text #passed) } { ::texts::fill(#key, #listed) })))
    }
}

impl Plural {
    fn expand(&self) -> syn::Result<TokenStream> {
        let Self { number, one, other, arguments } = self;
        let (english, many) = (one.value(), other.value());
        let [single, format] = [(one, &english), (other, &many)]
            .map(|(text, english)| Format::of(english).map_err(|what| syn::Error::new(text.span(), what)));
        let (single, mut format) = (single?, format?);
        for place in single.places {
            if format.places.iter().all(|known| known.name != place.name) {
                format.places.push(place);
            }
        }
        let key = key::of(None, &format!("{english}\t{many}"));
        let (passed, listed) = (passed(arguments), listed(&format, other, arguments)?);
        Ok(quote!(::texts::__pick!(
            { if (#number) == 1 { ::std::format!(#one #passed) } else { ::std::format!(#other #passed) } }
            { ::texts::fill_plural(#key, (#number) as u64, #listed) }
        )))
    }
}
