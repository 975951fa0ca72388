//! Reads an expression from a text, with winnow. Every error has its place in the text.

use std::ops::Range;

use winnow::ascii::multispace0;
use winnow::combinator::{alt, opt, peek};
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{any, take_while};
use winnow::{ModalResult, Parser};

use super::catalogue::{self, entries, left_out};
use super::expression::{
    End, Expression, Function, Literal, Operand, Part, Quantity, Relation, Sign, Span, full,
};
use super::literal::{self, Written, wanted};
use super::pattern::Pattern;
use super::value::Kind;
use super::{FilterError, LENGTH_MAX};
use texts::t;

/// Parentheses within parentheses, braces, `not`s and arguments: each is a call within a call.
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
        let message = t!("A filter has at most {LENGTH_MAX} bytes, this one has {}.", text.len());
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
        Some(')') => fault(rest.start..rest.start + 1, t!("There is no parenthesis that this one closes.")),
        _ => fault(rest, t!("An “and” or “or” is missing before this.")),
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
    peek(any.verify(|letter: &char| letter.is_ascii_alphabetic() || *letter == '_')).parse_next(input)?;
    take_while(1.., |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter)).parse_next(input)
}

fn too_deep<T>(input: &Input<'_>) -> Parsed<T> {
    fault(here(input), t!("More than {DEPTH_MAX} levels within each other are too many."))
}

fn negated(input: &mut Input<'_>, depth: u32) -> Parsed<Expression> {
    let start = input.current_token_start();
    if depth > DEPTH_MAX {
        return too_deep(input);
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
                true => fault(start..start + 1, t!("This parenthesis is not closed.")),
                false => fault(
                    here(input),
                    t!("An “and”, an “or” or a closing parenthesis is missing before this."),
                ),
            };
        }
        multispace0.parse_next(input)?;
        return Ok(inner);
    }
    test(input, depth)
}

/// An operand with its place in the text, its kind, and the field whose values may have names.
struct Typed {
    operand: Operand,
    at: Range<usize>,
    kind: Kind,
    field: Option<&'static str>,
}

impl Typed {
    /// How to call it in an error.
    fn name(&self) -> String {
        self.operand.to_string()
    }
}

fn test(input: &mut Input<'_>, depth: u32) -> Parsed<Expression> {
    let quantity = quantity(input)?;
    let left = sum(input, depth, None)?;
    if let Operand::Literal(_) = left.operand {
        return fault(
            left.at,
            t!("A field or protocol, such as ip.addr or arp, belongs here, and its value behind it."),
        );
    }
    let operator_at = here(input);
    if let Some(relation) = opt(relation).parse_next(input)? {
        multispace0.parse_next(input)?;
        return compare(input, depth, quantity, left, relation);
    }
    let word = opt(peek(name_text)).parse_next(input)?;
    match word {
        Some("contains") => {
            name_text.parse_next(input)?;
            looks_into(&left, "contains")?;
            multispace0.parse_next(input)?;
            let at = here(input);
            let needle = literal::needle(left.kind, &written(input)?);
            multispace0.parse_next(input)?;
            needle.map_or_else(
                |message| fault(at, message),
                |needle| Ok(Expression::Contains(quantity, left.operand, needle)),
            )
        }
        Some("matches") => {
            name_text.parse_next(input)?;
            pattern(input, quantity, left)
        }
        None if input.as_ref().starts_with('~') => {
            "~".parse_next(input)?;
            pattern(input, quantity, left)
        }
        Some("in") => {
            name_text.parse_next(input)?;
            multispace0.parse_next(input)?;
            let spans = spans(input, &left)?;
            Ok(Expression::In(quantity, left.operand, spans))
        }
        _ if input.as_ref().starts_with('=') => fault(operator_at, t!("“Equal” is written ==.")),
        _ if quantity != Quantity::Usual => {
            fault(operator_at, t!("Something to compare it with is missing."))
        }
        _ => match &left.operand {
            Operand::Slice(..) => fault(operator_at, t!("Something to compare these bytes with is missing.")),
            Operand::Call(..) => fault(operator_at, t!("Something to compare this with is missing.")),
            _ => Ok(Expression::Present(left.operand)),
        },
    }
}

fn quantity(input: &mut Input<'_>) -> Parsed<Quantity> {
    let word = opt(peek(name_text)).parse_next(input)?;
    let quantity = match word {
        Some("any") => Quantity::Any,
        Some("all") => Quantity::All,
        _ => return Ok(Quantity::Usual),
    };
    name_text.parse_next(input)?;
    multispace0.parse_next(input)?;
    Ok(quantity)
}

/// Whether `contains` and `matches` can look into it.
fn looks_into(left: &Typed, what: &str) -> Parsed<()> {
    if left.kind.has_bytes() {
        return Ok(());
    }
    let kind = wanted(left.kind);
    fault(left.at.clone(), t!("{} is {kind}. “{what}” looks into texts and bytes.", left.name()))
}

fn pattern(input: &mut Input<'_>, quantity: Quantity, left: Typed) -> Parsed<Expression> {
    looks_into(&left, "matches")?;
    multispace0.parse_next(input)?;
    let start = input.current_token_start();
    let written = written(input)?;
    let at = start..input.current_token_start();
    multispace0.parse_next(input)?;
    let text = match written {
        Written::Quoted(text) => text,
        Written::Letter(_) | Written::Word(_) => {
            return fault(at, t!("A regular expression in quotation marks belongs here."));
        }
    };
    match Pattern::new(&text) {
        Ok(pattern) => Ok(Expression::Matches(quantity, left.operand, pattern)),
        Err(message) => fault(at, message),
    }
}

fn compare(
    input: &mut Input<'_>,
    depth: u32,
    quantity: Quantity,
    left: Typed,
    relation: Relation,
) -> Parsed<Expression> {
    if left.kind == Kind::Mark {
        return fault(here(input), t!("{} is {}.", left.name(), wanted(Kind::Mark)));
    }
    let right = sum(input, depth, Some(&left))?;
    if !left.kind.compares_with(right.kind) {
        let (one, other) = (left.kind.noun(), right.kind.noun());
        let message = t!("{} is {one}, and {} is {other}.", left.name(), right.name());
        return fault(right.at, message);
    }
    if relation.is_ordered()
        && let Operand::Literal(Literal::Net(address, bits)) = right.operand
        && bits < full(address)
    {
        return fault(right.at, t!("An address is in a net or not: use == or !=."));
    }
    Ok(Expression::Compare(quantity, left.operand, relation, right.operand))
}

/// `a + b`, and what binds tighter. `about`: what the value is compared with, if it may be one.
fn sum(input: &mut Input<'_>, depth: u32, about: Option<&Typed>) -> Parsed<Typed> {
    arithmetic(input, depth, about, &[Sign::And], |input, depth, about| {
        arithmetic(input, depth, about, &[Sign::Plus, Sign::Minus], |input, depth, about| {
            arithmetic(input, depth, about, &[Sign::Times, Sign::Over, Sign::Modulo], single)
        })
    })
}

fn arithmetic(
    input: &mut Input<'_>,
    depth: u32,
    about: Option<&Typed>,
    signs: &[Sign],
    part: fn(&mut Input<'_>, u32, Option<&Typed>) -> Parsed<Typed>,
) -> Parsed<Typed> {
    let mut left = part(input, depth, about)?;
    while let Some(sign) = sign(input, signs) {
        multispace0.parse_next(input)?;
        // The numbers that are added or masked are those of the field, if there is one.
        let right = match &left.operand {
            Operand::Literal(_) => part(input, depth, about)?,
            _ => part(input, depth, Some(&number_like(&left)))?,
        };
        let kind = match (left.kind, right.kind, sign) {
            (Kind::Time, Kind::Time, Sign::Plus | Sign::Minus) => Kind::Time,
            (one, other, _) if calculates(one) && calculates(other) => Kind::Number,
            (one, _, _) => {
                let wrong = if calculates(one) { &right } else { &left };
                let message = t!("{} is {}: it cannot be calculated with.", wrong.name(), wrong.kind.noun());
                return fault(wrong.at.clone(), message);
            }
        };
        let at = left.at.start..right.at.end;
        let operand = Operand::Arithmetic(Box::new(left.operand), sign, Box::new(right.operand));
        left = Typed { operand, at, kind, field: None };
    }
    Ok(left)
}

/// What a value that is calculated with something has to look like.
fn number_like(left: &Typed) -> Typed {
    let kind = if left.kind == Kind::Time { Kind::Time } else { Kind::Number };
    Typed { operand: left.operand.clone(), at: left.at.clone(), kind, field: None }
}

/// Numbers, and bytes, which are a number of up to eight bytes.
fn calculates(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Flag | Kind::Bytes)
}

fn sign(input: &mut Input<'_>, signs: &[Sign]) -> Option<Sign> {
    let rest: &str = input.as_ref();
    let found = signs.iter().copied().find(|sign| rest.starts_with(sign.text()))?;
    if found == Sign::And && rest.starts_with("&&") {
        return None;
    }
    let taken: Parsed<&str> = found.text().parse_next(input);
    taken.ok().map(|_| found)
}

/// A field, a slice of one, a call, something in braces, or a value.
fn single(input: &mut Input<'_>, depth: u32, about: Option<&Typed>) -> Parsed<Typed> {
    let start = input.current_token_start();
    if depth > DEPTH_MAX {
        return too_deep(input);
    }
    let next = input.as_ref().chars().next();
    if next == Some('{') {
        "{".parse_next(input)?;
        multispace0.parse_next(input)?;
        let inner = sum(input, depth + 1, about)?;
        if opt("}").parse_next(input)?.is_none() {
            return fault(start..start + 1, t!("This brace is not closed."));
        }
        let at = start..input.current_token_start();
        multispace0.parse_next(input)?;
        return Ok(Typed { at, ..inner });
    }
    if next == Some('-') && !input.as_ref()[1..].starts_with(|letter: char| letter.is_ascii_digit()) {
        "-".parse_next(input)?;
        multispace0.parse_next(input)?;
        let inner = single(input, depth + 1, about)?;
        let at = start..inner.at.end;
        if !(calculates(inner.kind) || inner.kind == Kind::Time) {
            return fault(inner.at, t!("Only numbers have a sign."));
        }
        return Ok(Typed { operand: Operand::Negative(Box::new(inner.operand)), at, ..inner });
    }
    let word = opt(peek(name_text)).parse_next(input)?;
    let function = word.and_then(|word| Function::ALL.iter().find(|(_, name)| *name == word));
    if let Some(&(function, name)) = function
        && input.as_ref()[name.len()..].starts_with('(')
    {
        return call(input, depth, function);
    }
    match (word, about) {
        (Some(word), None) => field(input, word),
        // Names of fields have dots, and no value is such a name; protocols have none.
        (Some(word), Some(_)) if word.contains('.') && catalogue::find(word).is_some() => field(input, word),
        (_, Some(about)) => value(input, about),
        (None, None)
            if next.is_some_and(|letter| letter.is_ascii_digit() || letter == '"' || letter == '-') =>
        {
            let number = Typed {
                operand: Operand::Literal(Literal::Number(0)),
                at: start..start,
                kind: Kind::Number,
                field: None,
            };
            value(input, &number)
        }
        (None, None) => fault(here(input), t!("A field or protocol, such as ip.addr or arp, belongs here.")),
    }
}

fn field(input: &mut Input<'_>, text: &str) -> Parsed<Typed> {
    let start = input.current_token_start();
    name_text.parse_next(input)?;
    if input.as_ref().starts_with(char::is_alphanumeric) {
        return fault(start..here(input).end, t!("The names of fields and protocols have no such letters."));
    }
    if input.as_ref().starts_with('#') {
        return fault(
            start..input.current_token_start() + 1,
            t!("Choosing one of several layers with # is not offered here."),
        );
    }
    if input.as_ref().starts_with('(') {
        return fault(start..start + text.len(), t!("There is no function {text}."));
    }
    let Some(entry) = catalogue::find(text) else {
        return fault(start..start + text.len(), unknown(text));
    };
    let mut typed = Typed {
        operand: Operand::Field(entry),
        at: start..start + text.len(),
        kind: entry.kind,
        field: Some(entry.key),
    };
    while let Some(parts) = opt(slice).parse_next(input)? {
        let at = start..input.current_token_start();
        if !typed.kind.has_bytes() {
            return fault(at, t!("{text} has no bytes to choose from."));
        }
        let kind = if typed.kind == Kind::Text { Kind::Text } else { Kind::Bytes };
        typed = Typed { operand: Operand::Slice(Box::new(typed.operand), parts), at, kind, field: None };
    }
    multispace0.parse_next(input)?;
    Ok(typed)
}

/// Why there is no such field.
fn unknown(text: &str) -> String {
    if let Some(reason) = left_out(text) {
        return t!("{text} is left out here: {reason}.");
    }
    let nearest = entries()
        .map(|entry| (strsim::osa_distance(entry.key, text), entry.key))
        .min()
        .filter(|(distance, key)| *distance <= 2.min(key.len() / 3));
    match nearest {
        Some((_, key)) => t!("There is no field {text}. Is it {key}?"),
        None => t!("There is no field or protocol {text}."),
    }
}

fn call(input: &mut Input<'_>, depth: u32, function: Function) -> Parsed<Typed> {
    let start = input.current_token_start();
    name_text.parse_next(input)?;
    "(".parse_next(input)?;
    let mut arguments = Vec::new();
    loop {
        multispace0.parse_next(input)?;
        let argument = sum(input, depth + 1, arguments.first())?;
        arguments.push(argument);
        match opt(alt((",", ")"))).parse_next(input)? {
            Some(",") => {}
            Some(_) => break,
            None => {
                return fault(here(input), t!("A comma or a closing parenthesis is missing before this."));
            }
        }
    }
    let at = start..input.current_token_start();
    multispace0.parse_next(input)?;
    let kind = match called(function, &arguments) {
        Ok(kind) => kind,
        Err(message) => return fault(at, message),
    };
    let operands = arguments.into_iter().map(|argument| argument.operand).collect();
    Ok(Typed { operand: Operand::Call(function, operands), at, kind, field: None })
}

/// The kind of what a function returns, if it takes these arguments.
fn called(function: Function, arguments: &[Typed]) -> Result<Kind, String> {
    let several = matches!(function, Function::Max | Function::Min);
    let first = &arguments[0];
    if !several && arguments.len() > 1 {
        return Err(t!("{}() takes one argument.", function.name()));
    }
    let fits = |argument: &Typed| match function {
        Function::Len => argument.kind.has_bytes(),
        Function::Upper | Function::Lower => argument.kind == Kind::Text,
        Function::Count => matches!(argument.operand, Operand::Field(_)),
        Function::String => argument.kind != Kind::Mark && argument.kind != Kind::Protocol,
        Function::Max | Function::Min | Function::Abs => {
            calculates(argument.kind) || argument.kind == Kind::Time
        }
    };
    if let Some(wrong) = arguments.iter().find(|argument| !fits(argument)) {
        return Err(t!(
            "{} is {}: {}() does not take that.",
            wrong.name(),
            wrong.kind.noun(),
            function.name()
        ));
    }
    Ok(match function {
        Function::Len | Function::Count => Kind::Number,
        Function::Upper | Function::Lower | Function::String => Kind::Text,
        Function::Max | Function::Min | Function::Abs if first.kind == Kind::Time => Kind::Time,
        Function::Max | Function::Min | Function::Abs => Kind::Number,
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

/// `[3]`, `[0:3]` (from, how many), `[0-2]` (from, to), `[:3]`, `[3:]`, `[-2:2]`, or several with commas.
fn slice(input: &mut Input<'_>) -> Parsed<Vec<Part>> {
    let start = input.current_token_start();
    "[".parse_next(input)?;
    let text = take_while(0.., |letter: char| letter.is_ascii_digit() || "-:, ".contains(letter))
        .parse_next(input)?;
    let end = here(input).end;
    let closed = opt("]").parse_next(input)?.is_some();
    let parts: Option<Vec<Part>> = text.split(',').map(|part| slice_part(part.trim())).collect();
    match parts.filter(|_| closed) {
        Some(parts) => Ok(parts),
        None => fault(
            start..end,
            t!("Bytes are chosen by [from:how many], [from-to], [from:], [:how many] or [which]."),
        ),
    }
}

fn slice_part(text: &str) -> Option<Part> {
    let number = |digits: &str| digits.parse::<i32>().ok().filter(|number| number.abs() <= 0xffff);
    if let Some((from, length)) = text.split_once(':') {
        let from = if from.is_empty() { 0 } else { number(from)? };
        let to = if length.is_empty() { End::Open } else { End::Length(number(length).filter(|n| *n > 0)?) };
        return Some(Part { from, to });
    }
    // A sign in front is no "to".
    match text.get(1..)?.split_once('-').map(|(rest, to)| (&text[..1 + rest.len()], to)) {
        Some((from, to)) => {
            let (from, to) = (number(from)?, number(to)?);
            ((from < 0) != (to < 0) || to >= from).then_some(Part { from, to: End::Last(to) })
        }
        None => number(text).map(|from| Part { from, to: End::Length(1) }),
    }
    .or_else(|| number(text).map(|from| Part { from, to: End::Length(1) }))
}

fn literal(about: &Typed, written: &Written<'_>, at: Range<usize>) -> Parsed<Literal> {
    let kind = about.kind;
    literal::of_kind(kind, about.field, written)
        .or_else(|wanted| fault(at, t!("{} is {wanted}.", about.name())))
}

fn value(input: &mut Input<'_>, about: &Typed) -> Parsed<Typed> {
    let start = input.current_token_start();
    if about.kind == Kind::Mark {
        return fault(here(input), t!("{} is {}.", about.name(), wanted(Kind::Mark)));
    }
    let written = written(input)?;
    let at = start..input.current_token_start();
    multispace0.parse_next(input)?;
    let literal = literal(about, &written, at.clone())?;
    Ok(Typed { operand: Operand::Literal(literal), at, kind: about.kind, field: None })
}

/// `{80, 443, 5000..5010}`
fn spans(input: &mut Input<'_>, about: &Typed) -> Parsed<Vec<Span>> {
    let start = input.current_token_start();
    if opt("{").parse_next(input)?.is_none() {
        return fault(
            here(input),
            t!("A set such as {written} belongs here.", written = "{80, 443, 5000..5010}"),
        );
    }
    let mut spans = Vec::new();
    loop {
        multispace0.parse_next(input)?;
        spans.push(span(input, about)?);
        match opt(alt((",", "}"))).parse_next(input)? {
            Some(",") => {}
            Some(_) => {
                multispace0.parse_next(input)?;
                return Ok(spans);
            }
            None if input.is_empty() => return fault(start..start + 1, t!("This brace is not closed.")),
            None => return fault(here(input), t!("A comma or a closing brace is missing before this.")),
        }
    }
}

fn span(input: &mut Input<'_>, about: &Typed) -> Parsed<Span> {
    let at = here(input);
    if about.kind == Kind::Mark {
        return fault(at, t!("{} is {}.", about.name(), wanted(Kind::Mark)));
    }
    let start = input.current_token_start();
    let first = written(input)?;
    let end = input.current_token_start();
    let span = match first {
        // Dots are part of words, so these two are still within.
        Written::Word(word) if word.contains("..") => {
            let (from, to) = word.split_once("..").expect("it is there");
            let middle = start + from.len();
            let from = literal(about, &Written::Word(from), start..middle)?;
            Span { from, to: Some(literal(about, &Written::Word(to), middle + 2..end)?) }
        }
        first => {
            let from = literal(about, &first, start..end)?;
            multispace0.parse_next(input)?;
            let to = match opt("..").parse_next(input)? {
                Some(_) => {
                    multispace0.parse_next(input)?;
                    let start = input.current_token_start();
                    let to = written(input)?;
                    Some(literal(about, &to, start..input.current_token_start())?)
                }
                None => None,
            };
            Span { from, to }
        }
    };
    multispace0.parse_next(input)?;
    let net = |literal: &Literal| matches!(literal, Literal::Net(address, bits) if *bits < full(*address));
    if let Span { from, to: Some(to) } = &span
        && (net(from) || net(to))
    {
        return fault(start..input.current_token_start(), t!("From one net to another there is nothing."));
    }
    Ok(span)
}

/// A value, as it stands there.
fn written<'t>(input: &mut Input<'t>) -> Parsed<Written<'t>> {
    let start = input.current_token_start();
    if opt("r\"").parse_next(input)?.is_some() {
        // Without escapes.
        let text = take_while(0.., |letter: char| letter != '"').parse_next(input)?;
        return match opt("\"").parse_next(input)? {
            Some(_) => Ok(Written::Quoted(text.into())),
            None => fault(start..start + 2, t!("This quotation mark is not closed.")),
        };
    }
    if opt("\"").parse_next(input)?.is_some() {
        return quoted(input, start);
    }
    if input.as_ref().starts_with('\'') {
        let letter: Option<(&str, char, &str)> =
            opt(("'", any.verify(char::is_ascii), "'")).parse_next(input)?;
        return match letter {
            Some((_, letter, _)) => Ok(Written::Letter(letter as u8)),
            None => {
                fault(here(input), t!("One letter in apostrophes belongs here; texts have quotation marks."))
            }
        };
    }
    let is_word = |letter: char| !letter.is_whitespace() && !"(){}[],&|=!<>\"+*%".contains(letter);
    match opt(take_while(1.., is_word)).parse_next(input)? {
        Some(word) => Ok(Written::Word(word)),
        None => fault(here(input), t!("A value belongs here.")),
    }
}

fn quoted<'t>(input: &mut Input<'t>, start: usize) -> Parsed<Written<'t>> {
    let mut text = String::new();
    loop {
        let escape = input.current_token_start();
        match opt(any).parse_next(input)? {
            Some('"') => return Ok(Written::Quoted(text)),
            Some('\\') => match opt(any).parse_next(input)? {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some(letter @ ('"' | '\\')) => text.push(letter),
                // Of a regular expression, whose backslash is often written once.
                Some(letter) if letter.is_ascii_graphic() => text.extend(['\\', letter]),
                _ => {
                    let at = escape..input.current_token_start();
                    return fault(at, t!("Behind a \\ there is \", \\, n, r or t."));
                }
            },
            Some(letter) => text.push(letter),
            None => return fault(start..start + 1, t!("This quotation mark is not closed.")),
        }
    }
}
