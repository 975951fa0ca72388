//! What follows the payload of a link: values set over its document.
//!
//! `&set=PATH:VALUE` and `&seed=NAME` change the document's text, not the scenario: so whatever is then wrong is told by the
//! one reader, with its place, numbers stay as they were written, and a document with other faults can still be shown.

use super::LinkError;
use crate::bounds::{DOCUMENT_BYTES_MAX, LINKS_MAX, SEED_MAX};
use crate::fault::Step;
use crate::json::{FIELDS_MAX, Shape, Value};
use crate::quantity::quoted;
use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_64;

/// Each takes a pass over the document, and nobody writes so many.
const PARAMETERS_MAX: usize = 32;
/// Characters of a parameter that a message quotes.
const SHOWN_MAX: usize = 60;
/// Fields that hold a list wherever they stand: one value alone will do.
const LISTS: [&str; 5] = ["addresses", "impair", "nodes", "links", "runs"];

/// A change of the document.
pub(super) struct Parameter {
    /// As it stands in the link, without its escapes.
    written: String,
    path: String,
    /// JSON.
    value: String,
}

/// The seed that `&seed=NAME` stands for: XXH3-64 of the name in UTF-8 without the spaces around it, modulo 2⁵³. The same
/// for ever.
pub fn seed_from(name: &str) -> u64 {
    xxh3_64(name.trim().as_bytes()) & SEED_MAX
}

/// What the parameters of a link say.
pub(super) fn read<'a>(parameters: impl Iterator<Item = &'a str>) -> Result<Vec<Parameter>, LinkError> {
    let parameters = parameters.enumerate().map(|(number, written)| {
        let written = percent_decode_str(written).decode_utf8();
        let written = written.map_err(|_| LinkError::Damaged("its escapes are not UTF-8"))?.into_owned();
        let (name, rest) = written.split_once('=').unwrap_or((&written, ""));
        let (path, value) = match name {
            _ if number >= PARAMETERS_MAX => return Err(LinkError::TooLarge),
            "seed" if rest.trim().is_empty() => {
                return Err(wrong(&written, "write a name behind it: &seed=ada"));
            }
            "seed" => ("seed", seed_from(rest).to_string()),
            "set" => match rest.split_once(':') {
                Some((path, value)) if !path.is_empty() => (path, json(path, value)),
                _ => {
                    let why = "write a path, a colon and a value: &set=nodes.a.addresses:10.0.7.1/24";
                    return Err(wrong(&written, why));
                }
            },
            name => return Err(LinkError::UnknownParameter(name.chars().take(40).collect())),
        };
        Ok(Parameter { path: path.to_owned(), value, written })
    });
    parameters.collect()
}

/// The document with these changes, one after the other.
pub(super) fn apply(mut text: String, parameters: &[Parameter]) -> Result<String, LinkError> {
    for parameter in parameters {
        text = set(&text, parameter).map_err(|why| wrong(&parameter.written, why))?;
        if text.len() > DOCUMENT_BYTES_MAX {
            return Err(LinkError::TooLarge);
        }
    }
    Ok(text)
}

fn wrong(parameter: &str, why: impl Into<String>) -> LinkError {
    let mut shown: String = parameter.chars().take(SHOWN_MAX).collect();
    if shown.len() < parameter.len() {
        shown.push('…');
    }
    LinkError::Parameter { parameter: shown, why: why.into() }
}

/// A value as JSON: what is none is a text.
fn json(path: &str, value: &str) -> String {
    let value = match serde_json::from_str::<&RawValue>(value) {
        Ok(json) => json.get().to_owned(),
        Err(_) => as_text(value),
    };
    let field = path.rsplit('.').next().unwrap_or(path);
    if LISTS.contains(&field) && !value.starts_with('[') { format!("[{value}]") } else { value }
}

fn as_text(text: &str) -> String {
    serde_json::to_string(text).expect("every text is JSON")
}

fn set(text: &str, Parameter { path, value, .. }: &Parameter) -> Result<String, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // What is no JSON is told by who reads it.
    let Ok(mut at) = Value::document(text) else { return Ok(text.to_owned()) };
    let mut steps = path.split('.');
    while let Some(step) = steps.next() {
        let (next, empty, name) = match at.shape() {
            Ok(Shape::Object) => {
                let (fields, _) = at.fields(FIELDS_MAX)?;
                let empty = fields.is_empty();
                let field = fields.into_iter().find(|(name, _)| name == step);
                (field.map(|(_, value)| value), empty, as_text(step) + ":")
            }
            Ok(Shape::Array) => {
                let (elements, _) = at.elements(LINKS_MAX + 1);
                (element(&at, &elements, step)?, elements.is_empty(), String::new())
            }
            _ => return Err(format!("there is nothing inside of {}", at.place)),
        };
        match next {
            Some(next) => at = next,
            None => {
                let comma = if empty { "" } else { "," };
                let end = at.span(text).end - 1;
                return Ok(format!("{}{comma}{name}{}{}", &text[..end], new(steps, value)?, &text[end..]));
            }
        }
    }
    let span = at.span(text);
    Ok(format!("{}{value}{}", &text[..span.start], &text[span.end..]))
}

/// The value inside of the objects and lists that these steps lead through.
fn new<'a>(steps: impl Iterator<Item = &'a str>, value: &str) -> Result<String, String> {
    let steps: Vec<_> = steps.collect();
    steps.iter().rev().try_fold(value.to_owned(), |value, step| match step.parse::<usize>() {
        Ok(0) => Ok(format!("[{value}]")),
        Ok(number) => Err(format!("there is no list with an entry {number} yet: begin with 0")),
        Err(_) => Ok(format!("{{{}:{value}}}", as_text(step))),
    })
}

/// The element that a step means: a node by its id, a link by its ends, and everything by its number. None is the one behind
/// the last.
fn element<'a>(list: &Value<'a>, elements: &[Value<'a>], step: &str) -> Result<Option<Value<'a>>, String> {
    let names: Vec<_> = elements.iter().map(|element| names(list, element)).collect();
    let found: Vec<_> = (0..elements.len()).filter(|&at| names[at].iter().any(|name| name == step)).collect();
    match (&found[..], step.parse::<usize>()) {
        (&[at], _) => Ok(Some(elements[at].clone())),
        ([], Ok(number)) if number <= elements.len() => Ok(elements.get(number).cloned()),
        ([], _) => {
            let known = names.iter().enumerate().take(10);
            let known: Vec<_> =
                known.map(|(number, names)| names.first().cloned().unwrap_or(number.to_string())).collect();
            let more = if elements.len() > known.len() { ", …" } else { "" };
            let (place, step) = (&list.place, quoted(step));
            Err(format!("{place} has no {step}, only {}{more}", known.join(", ")))
        }
        ([first, second, ..], _) => {
            Err(format!("{} is the name of several: take the number, {first} or {second}", quoted(step)))
        }
    }
}

/// What an element of the document's lists can be called by.
fn names(list: &Value<'_>, element: &Value<'_>) -> Vec<String> {
    let (field, is_link) = match list.place.steps() {
        [Step::Field(name)] if name == "nodes" => ("id", false),
        [Step::Field(name)] if name == "links" => ("ends", true),
        _ => return Vec::new(),
    };
    let value = element.walk(&[Step::Field(field.to_owned())]);
    let text = |value: &Value<'_>| match value.shape() {
        Ok(Shape::Text(text)) => Some(text),
        _ => None,
    };
    if !is_link {
        return text(&value).into_iter().collect();
    }
    let ends: Vec<_> = match value.shape() {
        Ok(Shape::Array) => value.elements(2).0.iter().filter_map(text).collect(),
        _ => return Vec::new(),
    };
    match &ends[..] {
        [a, b] => vec![format!("{a}-{b}"), format!("{b}-{a}")],
        _ => Vec::new(),
    }
}
