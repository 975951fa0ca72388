//! Reads an expression from a text, with winnow. Every error has its place in the text.

use std::ops::Range;

use winnow::ascii::multispace0;
use winnow::combinator::{alt, opt, peek};
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{any, take_while};
use winnow::{ModalResult, Parser};

use super::catalogue::{self, ENTRIES, PROTOCOLS};
use super::expression::{Expression, Key, Literal, Name, Relation, Span, full};
use super::literal::{self, Written, wanted};
use super::others::OTHERS;
use super::value::Kind;
use super::{FilterError, LENGTH_MAX};

/// Parentheses within parentheses, and `not`s: each is a call within a call.
const DEPTH_MAX: u32 = 64;

type Input<'t> = LocatingSlice<&'t str>;
type Parsed<T> = ModalResult<T, Fault>;

/// A [`FilterError`] while parsing goes on. An empty message is replaced by [`filter`].
#[derive(Debug)]
struct Fault {
    at: Range<usize>,
    message: String,
}

impl ParserError<Input<'_>> for Fault {
    type Inner = Fault;

    fn from_input(input: &Input<'_>) -> Fault {
        Fault { at: input.current_token_start()..input.current_token_start(), message: String::new() }
    }

    fn into_inner(self) -> Result<Fault, Fault> {
        Ok(self)
    }
}

/// An error after which no alternative is tried.
fn fault<T>(at: Range<usize>, message: impl Into<String>) -> Parsed<T> {
    Err(ErrMode::Cut(Fault { at, message: message.into() }))
}

pub(super) fn filter(text: &str) -> Result<Expression, FilterError> {
    if text.len() > LENGTH_MAX {
        let message = format!("A filter has at most {LENGTH_MAX} bytes, this one has {}.", text.len());
        return Err(FilterError { at: 0..text.len(), message });
    }
    let mut input = LocatingSlice::new(text);
    whole(&mut input).map_err(|error| match error {
        ErrMode::Cut(Fault { at, message }) | ErrMode::Backtrack(Fault { at, message }) => {
            FilterError { at, message }
        }
        ErrMode::Incomplete(_) => unreachable!("the text is complete"),
    })
}

fn whole(input: &mut Input<'_>) -> Parsed<Expression> {
    multispace0.parse_next(input)?;
    if input.is_empty() {
        return Ok(Expression::All(Vec::new()));
    }
    let expression = either(input, 0)?;
    let rest = here(input);
    if input.is_empty() {
        return Ok(expression);
    }
    match input.as_ref().chars().next() {
        Some(')') => fault(rest.start..rest.start + 1, "There is no parenthesis that this one closes."),
        Some('&') => {
            fault(rest.start..rest.start + 1, "“And” is written && here, and bits are not compared.")
        }
        _ => fault(rest, "An “and” or “or” is missing before this."),
    }
}

/// From here to the end of the next word, or of the next sign.
fn here(input: &Input<'_>) -> Range<usize> {
    let start = input.current_token_start();
    let rest: &str = input.as_ref();
    let is_word = |letter: char| letter.is_alphanumeric() || "._-:".contains(letter);
    let word = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
    start..start + word.max(rest.chars().next().map_or(0, char::len_utf8))
}

fn either(input: &mut Input<'_>, depth: u32) -> Parsed<Expression> {
    chain(input, depth, "||", "or", Expression::Any, |input, depth| {
        chain(input, depth, "&&", "and", Expression::All, negated)
    })
}

/// One, or several with a sign or word between them.
fn chain(
    input: &mut Input<'_>,
    depth: u32,
    sign: &'static str,
    word: &'static str,
    list: fn(Vec<Expression>) -> Expression,
    part: fn(&mut Input<'_>, u32) -> Parsed<Expression>,
) -> Parsed<Expression> {
    let first = part(input, depth)?;
    let mut parts = vec![first];
    while opt(alt((sign.void(), keyword(word)))).parse_next(input)?.is_some() {
        multispace0.parse_next(input)?;
        parts.push(part(input, depth)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { list(parts) })
}

/// A word that is not the beginning of a longer one.
fn keyword<'t>(word: &'static str) -> impl Parser<Input<'t>, (), ErrMode<Fault>> {
    name_text.verify(move |text: &str| text == word).void()
}

fn name_text<'t>(input: &mut Input<'t>) -> Parsed<&'t str> {
    peek(any.verify(char::is_ascii_alphabetic)).parse_next(input)?;
    take_while(1.., |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter)).parse_next(input)
}

fn negated(input: &mut Input<'_>, depth: u32) -> Parsed<Expression> {
    let start = input.current_token_start();
    if depth > DEPTH_MAX {
        return fault(here(input), format!("More than {DEPTH_MAX} levels within each other are too many."));
    }
    if opt(alt(("!".void(), keyword("not")))).parse_next(input)?.is_some() {
        multispace0.parse_next(input)?;
        return Ok(Expression::Not(Box::new(negated(input, depth + 1)?)));
    }
    if opt("(").parse_next(input)?.is_some() {
        multispace0.parse_next(input)?;
        let inner = either(input, depth + 1)?;
        if opt(")").parse_next(input)?.is_none() {
            return match input.is_empty() {
                true => fault(start..start + 1, "This parenthesis is not closed."),
                false => {
                    fault(here(input), "An “and”, an “or” or a closing parenthesis is missing before this.")
                }
            };
        }
        multispace0.parse_next(input)?;
        return Ok(inner);
    }
    test(input)
}

fn test(input: &mut Input<'_>) -> Parsed<Expression> {
    let start = input.current_token_start();
    let Some(text) = opt(name_text).parse_next(input)? else {
        return fault(here(input), "A field or protocol, such as ip.addr or arp, belongs here.");
    };
    if input.as_ref().starts_with(char::is_alphanumeric) {
        return fault(start..here(input).end, "The names of fields and protocols have no such letters.");
    }
    let name = match name(text) {
        Ok(name) => name,
        Err(message) => return fault(start..start + text.len(), message),
    };
    let kind = match &name {
        Name::Known(entry) => Some(entry.kind),
        Name::Other(_) => None,
    };
    let slice = opt(slice).parse_next(input)?;
    let key_at = start..input.current_token_start();
    let has_bytes = matches!(
        kind,
        None | Some(Kind::Protocol | Kind::Mac | Kind::Ipv4 | Kind::Ipv6 | Kind::Bytes | Kind::Text)
    );
    if slice.is_some() && !has_bytes {
        let message = format!("{text} has no bytes to choose from.");
        return fault(key_at, message);
    }
    multispace0.parse_next(input)?;
    let kind = if slice.is_some() { Some(Kind::Bytes) } else { kind };
    let key = Key { name, slice };
    let about = About { text, kind };

    let operator_at = here(input);
    if let Some(relation) = opt(relation).parse_next(input)? {
        multispace0.parse_next(input)?;
        let (literal, literal_at) = about.value(input)?;
        let ordered = !matches!(
            relation,
            Relation::Equal | Relation::NotEqual | Relation::AllEqual | Relation::AnyNotEqual
        );
        if ordered
            && let Literal::Net(address, bits) = literal
            && bits < full(address)
        {
            return fault(literal_at, "An address is in a net or not: use == or !=.");
        }
        return Ok(Expression::Compare(key, relation, literal));
    }
    match opt(peek(name_text)).parse_next(input)? {
        Some("contains") => {
            name_text.parse_next(input)?;
            if !has_bytes {
                let kind = kind.map_or("", wanted);
                return fault(key_at, format!("{text} is {kind}. “contains” looks into texts and bytes."));
            }
            multispace0.parse_next(input)?;
            let at = here(input);
            let needle = literal::needle(&written(input)?);
            multispace0.parse_next(input)?;
            needle.map_or_else(|message| fault(at, message), |needle| Ok(Expression::Contains(key, needle)))
        }
        Some("in") => {
            name_text.parse_next(input)?;
            multispace0.parse_next(input)?;
            Ok(Expression::In(key, about.spans(input)?))
        }
        Some("matches") => fault(operator_at, "“matches” is not offered here. “contains” finds a text."),
        _ if input.as_ref().starts_with('=') => fault(operator_at, "“Equal” is written ==."),
        _ if key.slice.is_some() => fault(operator_at, "Something to compare these bytes with is missing."),
        _ => Ok(Expression::Present(key.name)),
    }
}

fn name(text: &str) -> Result<Name, String> {
    if let Some(entry) = catalogue::find(text) {
        return Ok(Name::Known(entry));
    }
    if OTHERS.binary_search(&text).is_ok() || PROTOCOLS.contains(&text) {
        return Ok(Name::Other(text.into()));
    }
    let known = ENTRIES.iter().map(|entry| entry.key);
    let nearest = known
        .chain(PROTOCOLS.iter().chain(OTHERS).copied())
        .map(|key| (strsim::osa_distance(key, text), key))
        .min()
        .filter(|(distance, key)| *distance <= 2.min(key.len() / 3));
    Err(match nearest {
        Some((_, key)) => format!("There is no field {text}. Is it {key}?"),
        None => format!("There is no field or protocol {text}."),
    })
}

fn relation(input: &mut Input<'_>) -> Parsed<Relation> {
    for (relation, sign, word) in Relation::ALL {
        if opt(alt((sign.void(), keyword(word)))).parse_next(input)?.is_some() {
            return Ok(relation);
        }
    }
    Err(ErrMode::Backtrack(Fault::from_input(input)))
}

/// `[3]`, `[0:3]` (from, how many) or `[0-2]` (from, to).
fn slice(input: &mut Input<'_>) -> Parsed<(u16, u16)> {
    let start = input.current_token_start();
    "[".parse_next(input)?;
    let number = |input: &mut Input<'_>| -> Parsed<u16> {
        take_while(1.., |letter: char| letter.is_ascii_digit()).try_map(str::parse).parse_next(input)
    };
    let end = here(input).end;
    let bad = "Bytes are chosen by [from:how many], [from-to] or [which].";
    let Some(from) = opt(number).parse_next(input)? else { return fault(start..end, bad) };
    let sign = opt(alt((":", "-"))).parse_next(input)?;
    let second = opt(number).parse_next(input)?;
    let len = match (sign, second) {
        (None, None) => Some(1),
        (Some(":"), Some(len)) => Some(len),
        (Some("-"), Some(to)) => to.checked_sub(from).and_then(|len| len.checked_add(1)),
        _ => None,
    };
    let closed = opt("]").parse_next(input)?.is_some();
    match len.filter(|len| closed && *len > 0 && from.checked_add(*len).is_some()) {
        Some(len) => Ok((from, len)),
        None => fault(start..input.current_token_start(), bad),
    }
}

impl winnow::error::FromExternalError<Input<'_>, std::num::ParseIntError> for Fault {
    fn from_external_error(input: &Input<'_>, _: std::num::ParseIntError) -> Fault {
        Fault::from_input(input)
    }
}

/// The field that values are written for.
struct About<'t> {
    text: &'t str,
    /// Nothing if only the dissection knows it.
    kind: Option<Kind>,
}

impl About<'_> {
    fn literal(&self, written: &Written<'_>, at: Range<usize>) -> Parsed<Literal> {
        match self.kind {
            None => Ok(literal::of_look(written)),
            Some(kind) => match literal::of_kind(kind, written) {
                Ok(literal) => Ok(literal),
                Err(wanted) => fault(at, format!("{} is {wanted}.", self.text)),
            },
        }
    }

    fn value(&self, input: &mut Input<'_>) -> Parsed<(Literal, Range<usize>)> {
        let start = input.current_token_start();
        if self.kind == Some(Kind::Mark) {
            return fault(here(input), format!("{} is {}.", self.text, wanted(Kind::Mark)));
        }
        let written = written(input)?;
        let at = start..input.current_token_start();
        multispace0.parse_next(input)?;
        Ok((self.literal(&written, at.clone())?, at))
    }

    /// `{80, 443, 5000..5010}`
    fn spans(&self, input: &mut Input<'_>) -> Parsed<Vec<Span>> {
        let start = input.current_token_start();
        if opt("{").parse_next(input)?.is_none() {
            return fault(here(input), "A set such as {80, 443, 5000..5010} belongs here.");
        }
        let mut spans = Vec::new();
        loop {
            multispace0.parse_next(input)?;
            spans.push(self.span(input)?);
            match opt(alt((",", "}"))).parse_next(input)? {
                Some(",") => {}
                Some(_) => {
                    multispace0.parse_next(input)?;
                    return Ok(spans);
                }
                None if input.is_empty() => return fault(start..start + 1, "This brace is not closed."),
                None => return fault(here(input), "A comma or a closing brace is missing before this."),
            }
        }
    }

    fn span(&self, input: &mut Input<'_>) -> Parsed<Span> {
        let at = here(input);
        if self.kind == Some(Kind::Mark) {
            return fault(at, format!("{} is {}.", self.text, wanted(Kind::Mark)));
        }
        let start = input.current_token_start();
        let first = written(input)?;
        let end = input.current_token_start();
        let span = match first {
            // Dots are part of words, so these two are still within.
            Written::Word(word) if word.contains("..") => {
                let (from, to) = word.split_once("..").expect("it is there");
                let middle = start + from.len();
                let from = self.literal(&Written::Word(from), start..middle)?;
                Span { from, to: Some(self.literal(&Written::Word(to), middle + 2..end)?) }
            }
            first => {
                let from = self.literal(&first, start..end)?;
                multispace0.parse_next(input)?;
                let to = match opt("..").parse_next(input)? {
                    Some(_) => {
                        multispace0.parse_next(input)?;
                        let start = input.current_token_start();
                        let to = written(input)?;
                        Some(self.literal(&to, start..input.current_token_start())?)
                    }
                    None => None,
                };
                Span { from, to }
            }
        };
        multispace0.parse_next(input)?;
        let net =
            |literal: &Literal| matches!(literal, Literal::Net(address, bits) if *bits < full(*address));
        if let Span { from, to: Some(to) } = &span
            && (net(from) || net(to))
        {
            return fault(start..input.current_token_start(), "From one net to another there is nothing.");
        }
        Ok(span)
    }
}

/// A value, as it stands there.
fn written<'t>(input: &mut Input<'t>) -> Parsed<Written<'t>> {
    let start = input.current_token_start();
    if opt("\"").parse_next(input)?.is_some() {
        let mut text = String::new();
        loop {
            match opt(any).parse_next(input)? {
                Some('"') => return Ok(Written::Quoted(text)),
                Some('\\') => text.push(match opt(any).parse_next(input)? {
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('t') => '\t',
                    Some(letter @ ('"' | '\\')) => letter,
                    _ => {
                        let end = input.current_token_start();
                        return fault(
                            end.saturating_sub(1).max(start)..end,
                            "Behind a \\ there is \", \\, n, r or t.",
                        );
                    }
                }),
                Some(letter) => text.push(letter),
                None => return fault(start..start + 1, "This quotation mark is not closed."),
            }
        }
    }
    let is_word = |letter: char| !letter.is_whitespace() && !"(){}[],&|=!<>\"".contains(letter);
    match opt(take_while(1.., is_word)).parse_next(input)? {
        Some(word) => Ok(Written::Word(word)),
        None => fault(here(input), "A value belongs here."),
    }
}
