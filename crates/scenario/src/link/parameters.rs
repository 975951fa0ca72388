//! What follows the payload of a link: values set over its document, and the moment to look at.
//!
//! `&set=PATH:VALUE` and `&seed=NAME` change the document's text, not the scenario. So the reader of documents reports what is then
//! wrong, with its place; numbers stay as they were written; and a document with other faults can still be shown.

use super::{LinkError, unescaped};
use crate::bounds::{DOCUMENT_BYTES_MAX, LINKS_MAX, MOMENT_MAX, SEED_MAX};
use crate::fault::Step;
use crate::json::{FIELDS_MAX, Shape, Value};
use crate::quantity::{parse_time, quoted, show_time};
use netlab::Instant;
use serde_json::value::RawValue;
use texts::t;
use xxhash_rust::xxh3::xxh3_64;

/// The parameters that a link may have. Each takes a pass over the document.
pub const PARAMETERS_MAX: usize = 32;
/// Characters of the parameter that is a moment, escaped in every possible way.
const MOMENT_CHARS_MAX: usize = 200;
/// Fields that hold a list wherever they stand: one value alone will do.
const LISTS: [&str; 11] = [
    "addresses",
    "impair",
    "nodes",
    "links",
    "runs",
    "changes",
    "routes",
    "forwards",
    "receivers",
    "chapters",
    "look",
];

/// The seed that `&seed=NAME` stands for: XXH3-64 of the name in UTF-8 without the spaces around it, modulo 2⁵³. The same
/// for ever.
pub fn seed_from(name: &str) -> u64 {
    xxh3_64(name.trim().as_bytes()) & SEED_MAX
}

/// The moment that these parameters ask for: the last one counts. None if there is none, or something is wrong with them.
pub(super) fn moment<'a>(parameters: impl Iterator<Item = &'a str>) -> Option<Instant> {
    let mut moment = None;
    for parameter in parameters.take(PARAMETERS_MAX) {
        // Others may be as long as a document.
        if let Some(value) = value_of_at(parameter) {
            moment = Some(parse_moment(&value).ok()?);
        }
    }
    moment
}

/// Whether a parameter is the moment.
pub(super) fn is_moment(parameter: &str) -> bool {
    value_of_at(parameter).is_some()
}

fn value_of_at(parameter: &str) -> Option<String> {
    let parameter = unescaped(parameter.get(..MOMENT_CHARS_MAX).unwrap_or(parameter)).ok()?;
    let (name, value) = parameter.split_once('=').unwrap_or((&parameter, ""));
    (name == "at").then(|| value.to_owned())
}

fn parse_moment(value: &str) -> Result<Instant, String> {
    let since = parse_time(value)?;
    if since > MOMENT_MAX.since(Instant::ZERO) {
        let max = show_time(MOMENT_MAX.since(Instant::ZERO));
        return Err(t!("too late: a moment is at most {max} after the beginning"));
    }
    Ok(Instant::ZERO + since)
}

/// The document with these parameters applied, one after the other.
pub(super) fn apply<'a>(
    mut text: String,
    parameters: impl Iterator<Item = &'a str>,
) -> Result<String, LinkError> {
    for (number, parameter) in parameters.enumerate() {
        if number >= PARAMETERS_MAX {
            return Err(LinkError::TooManyParameters);
        }
        if text.len() + parameter.len() > DOCUMENT_BYTES_MAX {
            return Err(LinkError::TooLarge);
        }
        let parameter = unescaped(parameter)?;
        let (name, value) = parameter.split_once('=').unwrap_or((&parameter, ""));
        let changed =
            match name {
                "seed" if value.trim().is_empty() => Err(t!("write a name behind it: &seed=ada").to_owned()),
                "seed" => set(&text, "seed", &seed_from(value).to_string()),
                "set" => match value.split_once(':') {
                    Some((path, value)) => set(&text, path, value),
                    None => Err(t!("write a path, a colon and a value: &set=nodes.a.addresses:10.0.7.1/24")
                        .to_owned()),
                },
                // It does not concern the document.
                "at" => {
                    let checked = parse_moment(value);
                    checked.map_err(|why| LinkError::Parameter { parameter: quoted(&parameter), why })?;
                    continue;
                }
                _ => return Err(LinkError::UnknownParameter(name.chars().take(40).collect())),
            };
        text = changed.map_err(|why| LinkError::Parameter { parameter: quoted(&parameter), why })?;
    }
    Ok(text)
}

/// The text of a document with this value at the end of this path: what `&set=PATH:VALUE` does.
///
/// # Errors
/// Says why there is no such place.
pub fn set(text: &str, path: &str, value: &str) -> Result<String, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // The reader of documents reports what is not JSON.
    let Ok(mut at) = Value::document(text) else { return Ok(text.to_owned()) };
    let mut value = match serde_json::from_str::<&RawValue>(value) {
        Ok(json) => json.get().to_owned(),
        Err(_) => as_text(value),
    };
    if !value.starts_with('[') && LISTS.iter().any(|list| path.ends_with(list)) {
        value = format!("[{value}]");
    }
    let steps: Vec<_> = path.split('.').collect();
    for (depth, step) in steps.iter().enumerate() {
        let (next, empty, name) = match at.shape()? {
            Shape::Object => {
                let mut fields = at.fields(FIELDS_MAX)?.0;
                let empty = fields.is_empty();
                let found = fields.iter().position(|(name, _)| name == step);
                (found.map(|found| fields.swap_remove(found).1), empty, as_text(step) + ":")
            }
            Shape::Array => {
                let mut elements = at.elements(LINKS_MAX + 1).0;
                let empty = elements.is_empty();
                let found = element(&at, &elements, step)?;
                ((found < elements.len()).then(|| elements.swap_remove(found)), empty, String::new())
            }
            _ => return Err(t!("there is nothing inside of {}", at.place)),
        };
        let Some(next) = next else {
            let (end, comma) = (at.span(text).end - 1, if empty { "" } else { "," });
            let value = inside(&steps[depth + 1..], value)?;
            return Ok(format!("{}{comma}{name}{value}{}", &text[..end], &text[end..]));
        };
        at = next;
    }
    let span = at.span(text);
    Ok(format!("{}{value}{}", &text[..span.start], &text[span.end..]))
}

fn as_text(text: &str) -> String {
    serde_json::to_string(text).expect("every text is JSON")
}

/// The value inside of the objects and lists that these steps lead through.
fn inside(steps: &[&str], mut value: String) -> Result<String, &'static str> {
    for step in steps.iter().rev() {
        value = match step.parse() {
            Ok(0usize) => format!("[{value}]"),
            Ok(_) => return Err(t!("the list has no entries yet: begin with 0")),
            Err(_) => format!("{{{}:{value}}}", as_text(step)),
        };
    }
    Ok(value)
}

/// The number of the element that a step means: a node by its id, a link by its ends, and everything by its number. That
/// behind the last is a place, too.
fn element(list: &Value<'_>, elements: &[Value<'_>], step: &str) -> Result<usize, String> {
    let mut named = (0..elements.len()).filter(|&number| is_called(list, &elements[number], step));
    match (named.next(), named.next(), step.parse()) {
        (Some(found), None, _) => Ok(found),
        (None, _, Ok(number)) if number <= elements.len() => Ok(number),
        (Some(_), Some(_), _) => Err(t!(
            "several of {} are called {}: write a number below {}",
            list.place,
            quoted(step),
            elements.len()
        )),
        _ => {
            let (place, count, step) = (&list.place, elements.len(), quoted(step));
            Err(match place.steps() {
                [Step::Field(field)] if field == "nodes" => {
                    t!("{place} has no {step}: write the id of a node or a number up to {count}")
                }
                [Step::Field(field)] if field == "links" => t!(
                    "{place} has no {step}: write the ends of a link, as in links.a-b, or a number up to {count}"
                ),
                _ => t!("{place} has no {step}: write a number up to {count}"),
            })
        }
    }
}

fn is_called(list: &Value<'_>, element: &Value<'_>, name: &str) -> bool {
    let is_text = |step: Step, text: &str| matches!(element.walk(&[Step::Field("ends".into()), step]).shape(), Ok(Shape::Text(found)) if found == text);
    match list.place.steps() {
        [Step::Field(field)] if field == "nodes" => {
            let id = element.walk(&[Step::Field("id".into())]).shape();
            matches!(id, Ok(Shape::Text(id)) if id == name)
        }
        [Step::Field(field)] if field == "links" => name.match_indices('-').any(|(at, _)| {
            // Ids may have hyphens, too.
            let (a, b) = (&name[..at], &name[at + 1..]);
            [(a, b), (b, a)].iter().any(|(a, b)| is_text(Step::Index(0), a) && is_text(Step::Index(1), b))
        }),
        _ => false,
    }
}
