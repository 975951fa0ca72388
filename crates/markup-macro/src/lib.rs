//! `html!`: the macro of the crate `markup`, which says what it is for and re-exports it.

mod expand;
mod tree;

/// Nodes for yew in yew's syntax, as far as the page uses it.
#[proc_macro]
pub fn html(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expanded(input.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

fn expanded(input: proc_macro2::TokenStream) -> syn::Result<proc_macro2::TokenStream> {
    expand::root(&syn::parse::Parser::parse2(tree::root, input)?)
}

#[cfg(test)]
mod tests;
