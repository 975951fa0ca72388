//! The texts of a lesson in one language: a flat JSON object from keys to Markdown.
//!
//! Which keys there have to be follows from the lesson: nothing lists them twice.

use crate::bounds::{TEXT_CHARS_MAX, TEXTS_BYTES_MAX, TEXTS_MAX};
use crate::draw::Drawing;
use crate::lesson::Lesson;
use crate::markdown::{self, Block};
use crate::question::Kind;
use crate::read::Reader;
use scenario::item::{Fields, Json};
use scenario::json::Value;
use scenario::{Fault, Level};
use texts::t;
use wire::sorted::SortedMap;

/// The texts of one language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prose(SortedMap<String, String>);

impl Prose {
    /// Reads the file of a language.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(text: &str) -> Result<Self, Vec<Fault>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > TEXTS_BYTES_MAX {
            let message = t!("these texts have {} bytes: at most {TEXTS_BYTES_MAX} are read", text.len());
            return Err(vec![Fault::new(Level::Error, scenario::fault::Place::default(), message)]);
        }
        let value = Value::document(text).map_err(|fault| vec![fault])?;
        let mut reader = Reader::new(text);
        let mut texts = SortedMap::new();
        for (key, value) in reader.fields(&value, TEXTS_MAX).unwrap_or_default() {
            let Some(text) = reader.text(&value, TEXT_CHARS_MAX) else { continue };
            if texts.insert(key, text).is_some() {
                reader.refuse::<()>(&value, t!("this key stands here twice"));
            }
        }
        if reader.faults.is_empty() { Ok(Self(texts)) } else { Err(reader.faults) }
    }

    /// A text with the drawn values in it, as it is written; `None` if there is none of this key.
    pub fn raw(&self, key: &str, drawing: &Drawing) -> Option<String> {
        self.0.get(key).map(|text| drawing.text(text).unwrap_or_else(|_| text.clone()))
    }

    /// A text with the drawn values in it; a text that is no Markdown is shown as it is written.
    pub fn get(&self, key: &str, drawing: &Drawing) -> Option<Vec<Block>> {
        let text = self.raw(key, drawing)?;
        let as_written = |_| vec![Block::Paragraph(vec![markdown::Span::Text(text.clone())])];
        Some(markdown::parse(&text).unwrap_or_else(as_written))
    }

    /// A text as it is written.
    pub fn written(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// The file of a language with the terms of a glossary that its texts need, as `glossary.` and the term: a lesson that is passed on has
/// them with it. Files that cannot be read stay as they are.
pub fn with_terms(text: &str, glossary: &str) -> String {
    let (Ok(Prose(mut all)), Ok(Prose(terms))) = (Prose::read(text), Prose::read(glossary)) else {
        return text.to_owned();
    };
    // A term's explanation may need another term.
    let mut open: Vec<String> = all.values().cloned().collect();
    while let Some(text) = open.pop() {
        let blocks = markdown::parse(&text).unwrap_or_default();
        for term in markdown::terms(&blocks) {
            let key = format!("glossary.{term}");
            if let (None, Some(explained)) = (all.get(&key), terms.get(term)) {
                open.push(explained.clone());
                all.insert(key, explained.clone());
            }
        }
    }
    let mut fields = Fields::default();
    for (key, text) in all.iter() {
        fields.put(key.as_str(), Json::Text(text.as_str().into()));
    }
    fields.to_json()
}

/// The keys of the texts that a lesson has to have, and those that it may have.
pub fn keys(lesson: &Lesson) -> (Vec<String>, Vec<String>) {
    let mut needed: Vec<String> = ["title", "summary", "why"].map(str::to_owned).to_vec();
    let mut possible = Vec::new();
    for step in &lesson.steps {
        needed.extend([format!("step.{}.title", step.id), format!("step.{}.text", step.id)]);
        needed.extend((1..=step.hints).map(|hint| format!("step.{}.hint{hint}", step.id)));
    }
    for goal in &lesson.goals {
        needed.push(format!("goal.{}", goal.id));
    }
    for question in &lesson.questions {
        let key = format!("question.{}", question.id);
        if let Kind::Choice { choices, .. } = &question.kind {
            needed.extend(choices.iter().map(|choice| format!("{key}.{choice}")));
        }
        needed.extend(question.wrong.iter().map(|(_, why)| format!("{key}.why.{why}")));
        possible.extend([format!("{key}.right"), format!("{key}.wrong")]);
        needed.push(key);
    }
    for prediction in &lesson.predictions {
        let key = format!("prediction.{}", prediction.id);
        possible.extend([format!("{key}.right"), format!("{key}.wrong")]);
        needed.push(key);
    }
    (needed, possible)
}
