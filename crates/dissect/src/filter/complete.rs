//! Completions: what may stand at the cursor of a filter that is being written.

use std::ops::Range;

use super::catalogue::{self, offered};
use super::entry::Entry;
use super::expression::Relation;
use super::value::Kind;
use texts::mark;

/// A completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The text to insert.
    pub text: &'static str,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// The bytes of the filter's text that it replaces.
    pub replaces: Range<usize>,
}

/// Completions that are offered at most.
const OFFERED_MAX: usize = 40;

const BETWEEN: [(&str, &str); 2] =
    [("and", mark!("both have to be true")), ("or", mark!("one of them has to be true"))];

/// The completions at a cursor, which is an offset in bytes; the best first. None if the cursor is within a quoted text or a
/// value, or not on a character boundary.
pub fn complete(text: &str, cursor: usize) -> Vec<Completion> {
    let Some((before, after)) = text.split_at_checked(cursor) else { return Vec::new() };
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let start = before
        .rfind(|letter| !is_word(letter))
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let end = cursor + after.find(|letter| !is_word(letter)).unwrap_or(after.len());
    let (rest, word) = before.split_at(start);
    let offer = |text, meaning| Completion { text, meaning: texts::of(meaning), replaces: start..end };
    let place = Place::behind(rest);
    let mut offers: Vec<_> = match place {
        Place::Field => {
            let begins = offered().filter(|entry| entry.key.starts_with(word));
            let within = |entry: &&'static Entry| !entry.key.starts_with(word) && entry.key.contains(word);
            let within = offered().filter(within);
            let not =
                Some(offer("not", mark!("what follows has to be false"))).filter(|_| "not".starts_with(word));
            begins.chain(within).map(|entry| offer(entry.key, entry.meaning)).chain(not).collect()
        }
        Place::Operator(kind) => {
            let operators = operators(kind).into_iter().chain(BETWEEN);
            operators.map(|(text, meaning)| offer(text, meaning)).collect()
        }
        Place::Between => BETWEEN.map(|(text, meaning)| offer(text, meaning)).to_vec(),
        Place::Value(Some(Kind::Flag)) => vec![offer("1", mark!("set")), offer("0", mark!("not set"))],
        Place::Value(_) | Place::Text => Vec::new(),
    };
    let fits = |offer: &Completion| place == Place::Field || offer.text.starts_with(word);
    offers.retain(|offer| fits(offer) && offer.text != word);
    offers.truncate(OFFERED_MAX);
    offers
}

/// What may follow the text so far.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Field,
    Operator(Kind),
    Value(Option<Kind>),
    Between,
    /// Within quotation marks.
    Text,
}

impl Place {
    fn behind(text: &str) -> Place {
        let mut place = Place::Field;
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let word_len =
                rest.find(|letter: char| letter.is_whitespace() || "(){}[],&|=!<>\"".contains(letter));
            let (token, next) = match first {
                '"' => match closing_quote(rest) {
                    Some(end) => rest.split_at(end),
                    None => return Place::Text,
                },
                '(' | ')' | '{' | '}' | '[' | ']' | ',' => rest.split_at(1),
                '&' | '|' | '=' | '!' | '<' | '>' => {
                    rest.split_at(rest.find(|letter| !"&|=!<>".contains(letter)).unwrap_or(rest.len()))
                }
                _ => rest.split_at(word_len.unwrap_or(rest.len())),
            };
            place = place.next(token);
            rest = next.trim_start();
        }
        place
    }

    fn next(self, token: &str) -> Place {
        let kind = match self {
            Place::Operator(kind) => Some(kind),
            Place::Value(kind) => kind,
            _ => None,
        };
        let is_relation = Relation::ALL.iter().any(|(_, sign, word)| token == *sign || token == *word);
        match token {
            "(" | "!" | "not" | "and" | "or" | "&&" | "||" => Place::Field,
            "contains" | "matches" | "in" | "{" | "," => Place::Value(kind),
            ")" | "}" => Place::Between,
            _ if is_relation => Place::Value(kind),
            _ if self == Place::Field => {
                Place::Operator(catalogue::find(token).map_or(Kind::Text, |entry| entry.kind))
            }
            // More values may follow in a set.
            _ if matches!(self, Place::Value(_)) => Place::Between,
            _ => self,
        }
    }
}

/// Where the text that begins with a quotation mark ends.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return Some(at + 1),
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    None
}

fn operators(kind: Kind) -> Vec<(&'static str, &'static str)> {
    let equal = [("==", mark!("is")), ("!=", mark!("is not"))];
    let order = [
        (">", mark!("is more than")),
        ("<", mark!("is less than")),
        (">=", mark!("is at least")),
        ("<=", mark!("is at most")),
    ];
    let set = ("in", mark!("is one of {several, from..to}"));
    let contains = ("contains", mark!("has this text or these bytes in it"));
    let matches = ("matches", mark!("fits this regular expression"));
    match kind {
        Kind::Mark => Vec::new(),
        Kind::Protocol => vec![contains, matches],
        Kind::Flag => equal.to_vec(),
        Kind::Number | Kind::Time | Kind::Moment => [&equal[..], &order, &[set]].concat(),
        Kind::Mac | Kind::Ipv4 | Kind::Ipv6 => [&equal[..], &[set, contains]].concat(),
        Kind::Bytes | Kind::Text => [&equal[..], &[contains, matches]].concat(),
    }
}
