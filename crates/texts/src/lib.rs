//! The texts that people read, in their language.
//!
//! A text stands in the code in English, where it is used: `t!("Play")`, `t!("{node} learns that {address} is behind port {port}")`,
//! `plural!(count, "{count} frame", "{count} frames")`. That is what natively compiled programs have, as literals. In the page, whose kilobytes
//! are counted, the same macros leave nothing of the text but a number, and the catalog (feature `catalog`) has what stands under it: it is
//! filled from a language file, of which there is one per language. `cargo xtask texts` says which texts a language lacks;
//! the build puts the English ones there.
//!
//! The text itself is what names it, as with gettext: code is read more often than it is translated, and a text that is
//! changed is one that has to be translated anew.
//!
//! What is no text of the page stays as it is: what programs print, documents, histories, names of protocols and of their fields, which are
//! those of Wireshark. Nothing that goes into a history may depend on the language.
//!
//! Not Fluent and not ICU's messages, whose libraries would be a tenth of the page: places for arguments and forms for numbers are
//! all that these texts need, and which form a number takes is known to the browser (`Intl.PluralRules`).

// The macros name this crate as others do.
#[cfg(test)]
extern crate self as texts;

#[cfg(feature = "catalog")]
mod catalog;
#[cfg(feature = "catalog")]
mod document;
#[cfg(feature = "catalog")]
#[path = "../../texts-macro/src/key.rs"]
mod key;

#[cfg(feature = "catalog")]
pub use catalog::{File, Unreadable, add, fill, fill_plural, set_numbers, text};
pub use texts_macro::{mark, plural, t};

/// Of two forms of a text the one of this program: English in the program, or a number in the catalog. For the macros.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "catalog"))]
macro_rules! __pick {
    ({ $($english:tt)* } { $($looked_up:tt)* }) => { $($english)* };
}

/// Of two forms of a text the one of this program: English in the program, or a number in the catalog. For the macros.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "catalog")]
macro_rules! __pick {
    ({ $($english:tt)* } { $($looked_up:tt)* }) => { $($looked_up)* };
}

/// A text of a table of constants in the page's language if it is [marked](mark!), as it is otherwise.
pub fn of(text: &str) -> &str {
    #[cfg(feature = "catalog")]
    if let Some(key) = key::number(text) {
        return catalog::text(key);
    }
    text
}

/// A text of a document, in the page's language if the document is one that ships; as it is otherwise.
pub fn of_document(text: &str) -> &str {
    #[cfg(feature = "catalog")]
    if let Some(found) = catalog::find(key::of(Some(document::CONTEXT), text)) {
        return found.strip_prefix(&document::check(text)).unwrap_or(text);
    }
    text
}

/// What separates whole numbers from their fractions.
pub fn decimal_point() -> char {
    #[cfg(feature = "catalog")]
    return catalog::decimal_point();
    #[cfg(not(feature = "catalog"))]
    '.'
}

#[cfg(all(test, not(feature = "catalog")))]
mod tests {
    use super::*;

    #[test]
    fn without_a_catalog_a_text_is_the_english_one() {
        let (node, port) = ("s1", 3);
        assert_eq!(t!("Play"), "Play");
        assert_eq!(t!("verb" => "Open"), "Open");
        assert_eq!(t!("{node} learns at {port:02}, {}", 'x'), "s1 learns at 03, x");
        assert_eq!(t!("{n}", n = node.len()), "2");
        let lines = |count: usize| plural!(count, "{count} line of {node}", "{count} lines of {node}");
        assert_eq!([lines(1), lines(2)], ["1 line of s1", "2 lines of s1"]);
        assert_eq!([of(mark!("Play")), of_document("Play")], ["Play"; 2]);
    }
}

#[cfg(all(test, feature = "catalog"))]
mod looked_up;
