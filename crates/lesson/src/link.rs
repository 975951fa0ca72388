//! A lesson, and what a learner hands in, as share links.
//!
//! `#lesson:` and `#result:` are followed by what stands behind the `#` of a link to a scenario, codec and parameters included
//! (`scenario::link`): so there is one packing and one bound on what a link may inflate to, `&seed=ada` draws the values for Ada, and
//! whatever a codec could be read once, it is read for ever. A version that knows no lessons says that this is no link to a scenario.
//!
//! A lesson in a link is an object: the lesson as in `lesson.json`, its texts by language, maybe the seed.

use crate::bounds::{LANGUAGES_MAX, LESSON_BYTES_MAX, NAME_CHARS_MAX};
use crate::lesson::Lesson;
use crate::prose::Prose;
use crate::read::Reader;
use scenario::bounds::SEED_MAX;
use scenario::fault::Place;
use scenario::item::{Fields, Json};
use scenario::json::{Shape, Value};
use scenario::{Fault, Level, LinkError, link};
use texts::t;

/// What comes before the codec of a link to a lesson.
pub const LESSON: &str = "lesson:";
/// What comes before the codec of a link with a result.
pub const RESULT: &str = "result:";
/// The version of a shared lesson.
const VERSION: u64 = 1;

/// A lesson that is passed on: its files in one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// `lesson.json`.
    pub lesson: String,
    /// The texts, by language. The terms that they need are among them, as `glossary.` and the term.
    pub texts: Vec<(String, String)>,
    /// The seed from which all learners' values are drawn; `None`: each learner's are drawn from the learner's name.
    pub seed: Option<u64>,
}

/// Whether a link, a fragment or the end of a URL holds a lesson or a result, and what stands behind the word.
pub fn find<'l>(link: &'l str, word: &str) -> Option<&'l str> {
    let link = link.trim();
    let fragment = link.split_once('#').map_or(link, |(_, fragment)| fragment);
    let word = word.trim_end_matches(':');
    let rest = fragment.strip_prefix(word)?;
    // Some programs write the colon as %3A when they pass a link on.
    [":", "%3A", "%3a"].iter().find_map(|colon| rest.strip_prefix(colon))
}

/// The fragment for a lesson, without the `#`.
///
/// # Errors
/// If it is larger than a link may be.
pub fn encode(shared: &Shared) -> Result<String, LinkError> {
    let mut texts = Fields::default();
    for (language, text) in &shared.texts {
        texts.put(language.as_str(), Json::Written(text));
    }
    let mut fields = Fields::default();
    fields
        .put("shared", Json::Whole(VERSION))
        .put("lesson", Json::Written(&shared.lesson))
        .put("texts", texts);
    fields.maybe("seed", shared.seed.map(Json::Whole));
    Ok(format!("{LESSON}{}", link::encode_text(&compact(&fields.to_json()))?))
}

/// The lesson in a link: a whole URL, its fragment, or the fragment without `#`. It may have faults.
///
/// # Errors
/// If there is none that could be read.
pub fn decode(link: &str) -> Result<Shared, LinkError> {
    let text = link::text(find(link, LESSON).ok_or(LinkError::NotALink)?)?;
    read(&text).map_err(LinkError::Document)
}

fn read(text: &str) -> Result<Shared, Vec<Fault>> {
    let value = Value::document(text).map_err(|fault| vec![fault])?;
    let mut reader = Reader::new(text);
    let shared = reader.shared(&value);
    match shared {
        Some(shared) if reader.faults.is_empty() => Ok(shared),
        _ => Err(reader.faults),
    }
}

impl<'a> Reader<'a> {
    fn shared(&mut self, value: &Value<'a>) -> Option<Shared> {
        let object = self.object(value, t!("a shared lesson"), &["shared", "lesson", "texts", "seed"])?;
        self.format(&object, "shared", VERSION)?;
        let lesson = self.required(&object, "lesson")?;
        if lesson.text().len() > LESSON_BYTES_MAX {
            return self.refuse(&lesson, t!("the lesson has more than {LESSON_BYTES_MAX} bytes"));
        }
        let mut texts = Vec::new();
        if let Some(value) = object.get("texts") {
            for (language, value) in self.fields(value, LANGUAGES_MAX)? {
                if let Err(faults) = Prose::read(value.text()) {
                    self.refuse_all(&value, faults);
                } else if language.chars().count() > NAME_CHARS_MAX {
                    self.refuse::<()>(&value, t!("this is no language"));
                } else {
                    texts.push((language, value.text().to_owned()));
                }
            }
        }
        let seed = match object.get("seed") {
            Some(seed) if !matches!(seed.shape(), Ok(Shape::Null)) => Some(self.whole(seed, 0, SEED_MAX)?),
            _ => None,
        };
        Some(Shared { lesson: lesson.text().to_owned(), texts, seed })
    }

    /// The version of what is read; only this one is known.
    pub(crate) fn format(&mut self, object: &crate::read::Object<'a>, name: &str, known: u64) -> Option<()> {
        let version = self.required(object, name)?;
        match self.whole(&version, 1, u64::MAX)? {
            found if found == known => Some(()),
            newer => self.refuse(
                &version,
                t!("made by a newer Packetarium (format {newer}): reload the page or update the program"),
            ),
        }
    }
}

impl Shared {
    /// The lesson with the values of this seed.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn drawn(&self, seed: u64) -> Result<Lesson, Vec<Fault>> {
        Lesson::read(&self.lesson, self.seed.unwrap_or(seed))
    }

    /// The texts in the first of these languages that the lesson has, or in English, or in any.
    ///
    /// # Errors
    /// If there are none, or they cannot be read.
    pub fn prose(&self, languages: &[&str]) -> Result<Prose, Vec<Fault>> {
        let find = |wanted: &str| self.texts.iter().find(|(language, _)| language == wanted);
        let found = languages.iter().find_map(|language| find(language)).or_else(|| find("en"));
        match found.or(self.texts.first()) {
            Some((_, text)) => Prose::read(text),
            None => Err(vec![Fault::new(Level::Error, Place::default(), t!("this lesson has no texts"))]),
        }
    }
}

/// JSON without the spaces between its parts.
pub(crate) fn compact(text: &str) -> String {
    Value::document(text).map_or_else(|_| text.to_owned(), |value| value.compact())
}
