//! The document in the fragment of a URL, which never reaches a server.
//!
//! `#2:` is made today: base64url of the compact JSON deflated, with a dictionary known to both sides (`packed`).
//! `#1:`, the same without the dictionary, was made before; `#json:` + percent-encoded JSON is for links written by hand.
//! Every codec is read for ever; a better one gets the next number. After the payload, `&` begins a
//! parameter (which is why a hand-written `&` has to be `%26`) that changes the document (`parameters`): one link, another
//! lab for each student; or that names the moment to look at. `docs/LINKS.md` describes all of this for authors of links.

mod packed;
mod parameters;

pub use parameters::{PARAMETERS_MAX, seed_from, set};

use crate::Scenario;
use crate::bounds::DOCUMENT_BYTES_MAX;
use crate::fault::Fault;
use crate::quantity::show_time;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use netlab::Instant;
use percent_encoding::percent_decode_str;
use std::fmt;
use texts::{plural, t};

/// The codec of the links that are made.
const NEWEST: u64 = 2;

/// Why a link cannot be opened.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkError {
    /// It contains no scenario.
    NotALink,
    /// Its codec is newer than this version.
    Newer(u64),
    /// It has a parameter that this version does not know.
    UnknownParameter(String),
    /// A parameter that this document has no place for.
    Parameter {
        /// As it stands in the link, in quotes, shortened.
        parameter: String,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// More parameters than a link may have.
    TooManyParameters,
    /// More than a document may have.
    TooLarge,
    /// A part of it is missing.
    CutOff,
    /// It was changed since it was made.
    Damaged(&'static str),
    /// The document in it has faults.
    Document(Vec<Fault>),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NotALink => {
                t!("this is not a link to a scenario: after its # a link goes on with {NEWEST}: or json:")
            }
            Self::Newer(format) => {
                t!(
                    "made by a newer Packetarium (link format {format}): reload the page or update the program"
                )
            }
            Self::UnknownParameter(name) => t!(
                "this link asks for \"{name}\", which this version does not know (an & inside the document is written %26)"
            ),
            Self::Parameter { parameter, why } => {
                t!("the parameter {parameter} does not fit this link: {why}")
            }
            Self::TooManyParameters => t!(
                "this link has more than {PARAMETERS_MAX} parameters: leave some out, or put their values into the document"
            ),
            Self::TooLarge => t!("this link holds more than {DOCUMENT_BYTES_MAX} bytes: it is refused"),
            Self::CutOff => t!("the end of this link is missing: copy it again, as a whole").into(),
            Self::Damaged(why) => t!("this link is damaged ({why}): copy it again, as a whole"),
            Self::Document(faults) => t!("the scenario in this link has {}", summary(faults)),
        };
        f.write_str(&text)
    }
}

impl std::error::Error for LinkError {}

fn summary(faults: &[Fault]) -> String {
    match faults {
        [fault] => t!("a fault: {fault}"),
        [fault, ..] => plural!(
            faults.len(),
            "{count} fault: {fault} …",
            "{count} faults: {fault} …",
            count = faults.len()
        ),
        [] => t!("no faults").to_owned(),
    }
}

/// The fragment for this scenario, without the `#`: `2:…`. Nothing in it needs escaping in a URL.
pub fn encode(scenario: &Scenario) -> String {
    format!("{NEWEST}:{}", URL_SAFE_NO_PAD.encode(packed::pack(&scenario.to_compact_json())))
}

/// The fragment for the text of a document with faults, as it was written, so that another person can put it right.
///
/// # Errors
/// If it is longer than a document may be.
pub fn encode_text(text: &str) -> Result<String, LinkError> {
    if text.len() > DOCUMENT_BYTES_MAX {
        return Err(LinkError::TooLarge);
    }
    Ok(format!("{NEWEST}:{}", URL_SAFE_NO_PAD.encode(packed::pack(text))))
}

/// The scenario in a link: a whole URL, its fragment, or the fragment without `#`. Its parameters are applied.
///
/// # Errors
/// As [`text`], and if the document has errors.
pub fn decode(link: &str) -> Result<Scenario, LinkError> {
    Scenario::parse(&text(link)?).map_err(LinkError::Document)
}

/// The scenario in a link, for an editor: its network may be wrong, as long as it can be drawn (see [`Scenario::draft`]).
///
/// # Errors
/// As [`text`], and if the document cannot be read: then with its text.
pub fn draft(link: &str) -> Result<Scenario, Unreadable> {
    let text = text(link).map_err(|error| Unreadable { error, text: None })?;
    Scenario::draft(&text)
        .map_err(|faults| Unreadable { error: LinkError::Document(faults), text: Some(text) })
}

/// A link, or a file, in which no network can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreadable {
    /// What is wrong.
    pub error: LinkError,
    /// The text of the document, if there is one: it can be put right.
    pub text: Option<String>,
}

/// The text of the document in a link, with the link's parameters applied. The document may have faults.
///
/// # Errors
/// If there is no text to be read, or a parameter does not fit.
pub fn text(link: &str) -> Result<String, LinkError> {
    let mut parts = fragment(link).split('&');
    let payload = parts.next().unwrap_or_default();
    let (codec, payload) = split_codec(payload).ok_or(LinkError::NotALink)?;
    let text = match codec {
        "json" => from_percent(payload),
        "1" => packed::unpack_1(&from_base64(payload)?),
        "2" => packed::unpack(&from_base64(payload)?),
        other => match other.parse() {
            Ok(number) if number > NEWEST => Err(LinkError::Newer(number)),
            _ => Err(LinkError::NotALink),
        },
    };
    parameters::apply(text?, parts)
}

/// The moment that a link asks to look at (`&at=1.203s`), if there is a valid one. [`decode`] returns what is wrong with it.
pub fn moment(link: &str) -> Option<Instant> {
    parameters::moment(fragment(link).split('&').skip(1))
}

/// This link, or fragment, asking to look at this moment and at no other; exact to the nanosecond.
pub fn with_moment(link: &str, at: Instant) -> String {
    let link = link.trim();
    let start = link.len() - fragment(link).len();
    let mut parts = link[start..].split('&');
    let payload = parts.next().unwrap_or_default();
    let others =
        parts.filter(|parameter| !parameters::is_moment(parameter)).map(|parameter| format!("&{parameter}"));
    let at = show_time(at.since(Instant::ZERO));
    format!("{}{payload}{}&at={at}", &link[..start], others.collect::<String>())
}

/// What stands behind the `#`; all of it, if there is none.
fn fragment(link: &str) -> &str {
    let link = link.trim();
    link.split_once('#').map_or(link, |(_, fragment)| fragment)
}

/// Whether a text begins as the fragment of a link does. A codec that this version does not know counts if its payload looks
/// like one: a file may well be called `12:30.json`.
pub(crate) fn is_fragment(text: &str) -> bool {
    let Some((codec, rest)) = split_codec(text) else { return false };
    let payload = rest.split('&').next().unwrap_or_default().trim_end();
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "-_=".contains(c);
    ["json", "1", "2"].contains(&codec) || (!payload.is_empty() && payload.chars().all(is_base64))
}

/// Some programs write the colon as `%3A` when they pass a link on.
fn split_codec(fragment: &str) -> Option<(&str, &str)> {
    let end = fragment.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (codec, rest) = fragment.split_at(end);
    let payload = [":", "%3A", "%3a"].iter().find_map(|colon| rest.strip_prefix(colon))?;
    let known = codec == "json" || (!codec.is_empty() && codec.bytes().all(|digit| digit.is_ascii_digit()));
    known.then_some((codec, payload))
}

fn from_percent(payload: &str) -> Result<String, LinkError> {
    // Each byte takes at most three characters.
    if payload.len() > 3 * DOCUMENT_BYTES_MAX {
        return Err(LinkError::TooLarge);
    }
    let text = unescaped(payload)?;
    if text.len() > DOCUMENT_BYTES_MAX { Err(LinkError::TooLarge) } else { Ok(text) }
}

/// A text of a link without its percent escapes.
///
/// # Errors
/// If they are not UTF-8.
pub fn unescaped(text: &str) -> Result<String, LinkError> {
    let text = percent_decode_str(text).decode_utf8();
    Ok(text.map_err(|_| LinkError::Damaged(t!("its escapes are not UTF-8")))?.into_owned())
}

fn from_base64(payload: &str) -> Result<Vec<u8>, LinkError> {
    // Deflate never makes anything more than a thousandth longer, base64 a third.
    if payload.len() > 2 * DOCUMENT_BYTES_MAX {
        return Err(LinkError::TooLarge);
    }
    URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).map_err(|error| match error {
        base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidLastSymbol { .. } => {
            LinkError::CutOff
        }
        _ => LinkError::Damaged(t!("it holds a character that does not belong there")),
    })
}
