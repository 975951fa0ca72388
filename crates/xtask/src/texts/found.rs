//! Finds the texts: in the code, where a macro of the crate `texts` has them; in the page's frame (index.html), where an element
//! with `data-text` has them and nothing else; in the scenarios that ship.

use super::is_later;
use crate::sources;
use anyhow::{Context as _, Result, anyhow};
use litrs::StringLit;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[path = "../../../texts/src/document.rs"]
mod document;
#[path = "../../../texts-macro/src/key.rs"]
mod key;

/// The page, and what a package for a learning platform adds to it.
const PAGES: [&str; 2] = ["index.html", "web/scorm.html"];

/// The folders with code whose texts the page shows.
const CODE: [&str; 12] = [
    "crates/bridge/src",
    "crates/capture/src",
    "crates/dissect/src",
    "crates/host/src",
    "crates/lab/src",
    "crates/lesson/src",
    "crates/netlab/src",
    "crates/report/src",
    "crates/router/src",
    "crates/scenario/src",
    "crates/trace/src",
    "web/src",
];

/// A text that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its number.
    pub key: u32,
    /// What tells it from the same text with another meaning.
    pub context: Option<String>,
    /// The text; its two forms with a tab between them, if it depends on a number.
    pub english: String,
    /// A file that has it.
    pub file: String,
    /// Where it comes from.
    pub origin: Origin,
    /// How it is looked up.
    pub kind: Kind,
    /// Whether no first frame shows it.
    pub later: bool,
}

/// How a text is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An English page has it at hand; braces are braces.
    AtHand,
    /// As it is; braces are braces.
    Marked,
    /// With arguments in the places of braces.
    Filled,
}

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A source file.
    Code,
    /// A scenario that ships.
    Scenario,
    /// index.html.
    Page,
}

impl Found {
    /// What stands before the text in the page's language file: for a text of a document, the second half of its hash.
    pub fn check(&self) -> String {
        match self.origin {
            Origin::Scenario => document::check(&self.english),
            Origin::Code | Origin::Page => String::new(),
        }
    }

    /// What names it in the file of a language.
    pub fn name(&self) -> String {
        match &self.context {
            Some(context) => format!("{context} => {}", self.english),
            None => self.english.clone(),
        }
    }
}

/// Every text of the checkout, once, in the order of their numbers.
///
/// # Errors
/// A file cannot be read, or is not what its name says.
pub fn everything(root: &Path) -> Result<Vec<Found>> {
    let mut all = Vec::new();
    for folder in CODE {
        for (path, text) in sources::below(&root.join(folder))? {
            let file = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let tokens: TokenStream = text.parse().map_err(|error| anyhow!("{file} is no Rust: {error}"))?;
            in_code(&tokens, &file, &mut all).with_context(|| format!("a text of {file}"))?;
        }
    }
    let mut scenarios: Vec<_> =
        fs::read_dir(root.join("scenarios"))?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    scenarios.sort();
    for path in scenarios {
        let file = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let document: Value =
            serde_json::from_str(&fs::read_to_string(&path)?).with_context(|| file.clone())?;
        in_document(&document, &file, &mut all);
    }
    for file in PAGES {
        in_page(&fs::read_to_string(root.join(file))?, file, &mut all);
    }
    Ok(merged(all))
}

/// Each text once. It is needed early if one of its places needs it early.
fn merged(all: Vec<Found>) -> Vec<Found> {
    let mut unique: BTreeMap<(u32, String), Found> = BTreeMap::new();
    for text in all {
        match unique.get_mut(&(text.key, text.name())) {
            Some(known) => {
                known.later &= text.later;
                known.kind = known.kind.max(text.kind);
            }
            None => _ = unique.insert((text.key, text.name()), text),
        }
    }
    unique.into_values().collect()
}

/// What is wrong with the texts themselves: different ones with the same number.
pub fn faults(found: &[Found]) -> Vec<String> {
    found
        .windows(2)
        .filter(|pair| pair[0].key == pair[1].key)
        .map(|pair| {
            format!(
                "{:?} ({}) and {:?} ({}) have the same number: change SALT in crates/texts-macro/src/key.rs",
                pair[0].english, pair[0].file, pair[1].english, pair[1].file
            )
        })
        .collect()
}

fn text(context: Option<String>, english: String, file: &str, origin: Origin, kind: Kind) -> Found {
    let key = key::of(context.as_deref(), &english);
    Found { key, context, english, file: file.to_owned(), origin, kind, later: is_later(file, origin) }
}

fn in_code(tokens: &TokenStream, file: &str, all: &mut Vec<Found>) -> Result<()> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        in_code(&group.stream(), file, all)?;
        let name = match (at.checked_sub(2).map(|at| &tokens[at]), at.checked_sub(1).map(|at| &tokens[at])) {
            (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(mark))) if mark.as_char() == '!' => {
                name.to_string()
            }
            _ => continue,
        };
        if group.delimiter() == Delimiter::None {
            continue;
        }
        let strings = strings(&group.stream())?;
        let found = match (name.as_str(), strings.as_slice()) {
            ("t", [(0, context), (3, english), ..]) => {
                text(Some(context.clone()), english.clone(), file, Origin::Code, Kind::Filled)
            }
            ("t", [(0, english), ..]) => text(None, english.clone(), file, Origin::Code, Kind::Filled),
            ("mark", [(0, english), ..]) => text(None, english.clone(), file, Origin::Code, Kind::Marked),
            ("plural", [.., (_, _), (_, _)]) => {
                let (one, other) = forms(&strings).context("plural! needs two texts, one after the other")?;
                text(None, format!("{one}\t{other}"), file, Origin::Code, Kind::Filled)
            }
            _ => continue,
        };
        all.push(found);
    }
    Ok(())
}

/// The string literals that stand directly in a macro, each with its position among the tokens.
fn strings(tokens: &TokenStream) -> Result<Vec<(usize, String)>> {
    let literals = tokens.clone().into_iter().enumerate().filter_map(|(at, token)| match token {
        TokenTree::Literal(literal) => Some((at, literal.to_string())),
        _ => None,
    });
    literals
        .filter(|(_, literal)| literal.starts_with('"') || literal.starts_with('r'))
        .map(|(at, literal)| {
            let read = StringLit::parse(literal.as_str()).map_err(|error| anyhow!("{literal}: {error}"))?;
            Ok((at, read.value().to_owned()))
        })
        .collect()
}

/// The first two strings with nothing but a comma between them.
fn forms(strings: &[(usize, String)]) -> Option<(&str, &str)> {
    strings
        .windows(2)
        .find(|pair| pair[0].0 + 2 == pair[1].0)
        .map(|pair| (pair[0].1.as_str(), pair[1].1.as_str()))
}

fn in_document(document: &Value, file: &str, all: &mut Vec<Found>) {
    let chapters = document["chapters"].as_array().into_iter().flatten();
    let texts = ["title", "description"].map(|field| &document[field]).into_iter();
    for value in texts.chain(chapters.flat_map(|chapter| ["title", "text"].map(|field| &chapter[field]))) {
        if let Some(english) = value.as_str() {
            let context = Some(document::CONTEXT.to_owned());
            all.push(text(context, english.to_owned(), file, Origin::Scenario, Kind::AtHand));
        }
    }
}

fn in_page(page: &str, file: &str, all: &mut Vec<Found>) {
    for part in page.split(" data-text").skip(1) {
        let inner = part.split_once('>').and_then(|(_, rest)| rest.split_once('<'));
        if let Some((english, _)) = inner {
            let english = english.split_whitespace().collect::<Vec<_>>().join(" ");
            all.push(text(None, english, file, Origin::Page, Kind::AtHand));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(code: &str) -> Vec<String> {
        let mut all = Vec::new();
        in_code(&code.parse().unwrap(), "web/src/app.rs", &mut all).unwrap();
        all.iter().map(Found::name).collect()
    }

    #[test]
    fn texts_are_found_in_the_macros_wherever_these_stand() {
        let code = r##"fn a() { html! { <p title={t!("A")}>{ texts::t!("{x} of\u{a0}\
            {y:?}", x = t!("verb" => "Open")) }</p> }; plural!(f(n, "x"), "{n} frame", "{n} frames"); const B: &str = mark!(r#"B"#); other!("no") }"##;
        assert_eq!(names(code), ["A", "verb => Open", "{x} of\u{a0}{y:?}", "{n} frame\t{n} frames", "B"]);
    }

    #[test]
    fn a_text_that_is_needed_early_somewhere_is_needed_early() {
        let one = |file: &str| text(None, "A".into(), file, Origin::Code, Kind::Filled);
        let later = |files: [&str; 2]| {
            merged(files.map(one).to_vec()).iter().map(|text| text.later).collect::<Vec<_>>()
        };
        assert_eq!(later(["web/src/app.rs", "web/src/film.rs"]), [false]);
        assert_eq!(later(["web/src/files.rs", "web/src/film.rs"]), [true]);
    }

    #[test]
    fn texts_of_documents_and_of_the_frame_of_the_page_are_found() {
        let mut all = Vec::new();
        let document =
            serde_json::json!({"title": "T", "chapters": [{"title": "C", "text": "D", "look": ["a"]}]});
        in_document(&document, "scenarios/x.json", &mut all);
        in_page(
            "<p data-text>There is\n   more.</p><b id=\"x\" data-text class=\"y\">Yes</b><p>No</p>",
            "index.html",
            &mut all,
        );
        assert_eq!(
            all.iter().map(|text| text.english.as_str()).collect::<Vec<_>>(),
            ["T", "C", "D", "There is more.", "Yes"]
        );
    }

    #[test]
    fn two_texts_with_one_number_are_a_fault() {
        let one = text(None, "A".into(), "web/src/app.rs", Origin::Code, Kind::Filled);
        let other = Found { english: "B".into(), ..one.clone() };
        assert!(faults(&[one.clone(), other])[0].contains("SALT"));
        assert_eq!(faults(&[one]), Vec::<String>::new());
    }
}
