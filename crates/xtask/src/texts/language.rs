//! A language: its file in `web/texts`, and the files of the page that are made from it (crates/texts/src/catalog.rs reads those).

use super::ENGLISH;
use super::found::{Found, Kind, Origin};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;

#[path = "../../../texts-macro/src/format.rs"]
mod format;

use format::Format;

/// A language of the page.
pub struct Language {
    /// Its [BCP 47](https://www.rfc-editor.org/info/bcp47) tag.
    pub tag: String,
    /// What it is called by those who speak it.
    pub name: String,
    /// The [categories of numbers](https://cldr.unicode.org/index/cldr-spec/plural-rules) that its texts distinguish.
    categories: Vec<String>,
    /// By the names of the texts: a string, an object with a form for each category, or null where one is missing.
    texts: Map<String, Value>,
}

impl Language {
    /// The language of the code.
    pub fn english() -> Self {
        let categories = vec!["one".into(), "other".into()];
        Self { tag: ENGLISH.into(), name: "English".into(), categories, texts: Map::new() }
    }

    /// Reads a language's file.
    ///
    /// # Errors
    /// It is no JSON object with `tag`, `name`, `categories` and `texts`.
    pub fn read(text: &str) -> Result<Self> {
        let mut file: Map<String, Value> = serde_json::from_str(text)?;
        let string = |field: &str| {
            file.get(field)
                .and_then(Value::as_str)
                .map(str::to_owned)
                .with_context(|| format!("no {field:?}"))
        };
        let (tag, name) = (string("tag")?, string("name")?);
        ensure!(
            tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
            "{tag:?} is no tag of a language"
        );
        let categories = file.get("categories").and_then(Value::as_array).context("no \"categories\"")?;
        let categories = categories.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let Some(Value::Object(texts)) = file.remove("texts") else { anyhow::bail!("no \"texts\"") };
        Ok(Self { tag, name, categories, texts })
    }

    /// The texts that it has not.
    pub fn missing<'a>(&'a self, found: &'a [Found]) -> impl Iterator<Item = &'a Found> {
        found.iter().filter(|text| self.texts.get(&text.name()).is_none_or(Value::is_null))
    }

    /// Adds what is missing as null, and removes what is no longer there.
    pub fn complete(&mut self, found: &[Found]) {
        let texts = found.iter().map(|text| {
            let name = text.name();
            let value = self.texts.remove(&name).unwrap_or(Value::Null);
            (name, value)
        });
        self.texts = texts.collect();
    }

    /// What is wrong with its translations, as sentences.
    pub fn faults(&self, found: &[Found]) -> Vec<String> {
        let mut faults = Vec::new();
        let names: BTreeSet<String> = found.iter().map(Found::name).collect();
        for name in self.texts.keys().filter(|name| !names.contains(*name)) {
            faults.push(format!(
                "{}: the page does not show {name:?} any more: `cargo xtask texts --write` removes it",
                self.tag
            ));
        }
        faults.extend(found.iter().filter_map(|text| {
            let what = self.fault_of(text, self.texts.get(&text.name())?)?;
            Some(format!("{}: {:?} {what}", self.tag, text.name()))
        }));
        faults
    }

    /// What is wrong with a translation of this text.
    fn fault_of(&self, text: &Found, value: &Value) -> Option<String> {
        let english: Vec<&str> = text.english.split('\t').collect();
        let (forms, is_whole): (Vec<&str>, bool) = match value {
            Value::Null => return None,
            Value::String(one) => (vec![one], english.len() == 1),
            Value::Object(forms) => (
                forms.values().filter_map(Value::as_str).collect(),
                english.len() > 1
                    && self
                        .categories
                        .iter()
                        .all(|category| forms.get(category).is_some_and(Value::is_string)),
            ),
            _ => (Vec::new(), false),
        };
        if !is_whole || forms.iter().any(|form| form.contains('\t')) {
            return Some(format!("needs a text for each of: {}", self.categories.join(", ")));
        }
        if text.kind != Kind::Filled {
            return None;
        }
        let known: BTreeSet<String> =
            english.iter().flat_map(|form| places(form).unwrap_or_default()).collect();
        // A form for one or none may do without the number.
        let fits = |places: BTreeSet<String>| {
            if english.len() > 1 { places.is_subset(&known) } else { places == known }
        };
        let fit = forms.iter().all(|form| places(form).is_some_and(fits));
        (!fit).then(|| format!("has other places in braces in {value}"))
    }

    /// The texts of index.html, which are needed before there is a program.
    pub fn of_page(&self, found: &[Found]) -> Map<String, Value> {
        let of_page = found.iter().filter(|text| text.origin == Origin::Page);
        of_page
            .filter_map(|text| {
                Some((
                    text.english.clone(),
                    self.texts.get(&text.name()).filter(|text| text.is_string())?.clone(),
                ))
            })
            .collect()
    }

    /// The page's language file with these texts, in the order of their numbers. English where one is missing.
    pub fn compiled<'a>(&self, found: impl Iterator<Item = &'a Found>) -> String {
        let (mut numbers, mut lines) = (String::new(), String::new());
        for text in found.filter(|text| text.kind != Kind::AtHand || self.tag != ENGLISH) {
            let line = self.line(text);
            if text.kind == Kind::AtHand && line == text.check() + &escaped(&text.english) {
                continue;
            }
            numbers += &format!("{:06x}", text.key);
            lines += &line;
            lines.push('\n');
        }
        format!("{}\n{numbers}\n{lines}", self.categories.join(" "))
    }

    fn line(&self, text: &Found) -> String {
        let english: Vec<&str> = text.english.split('\t').collect();
        // Texts of tables and documents have no places: braces are braces.
        let numbered = |form: &str| {
            escaped(&if text.kind == Kind::Filled { numbered(form, &english) } else { form.to_owned() })
        };
        let translated = self.texts.get(&text.name());
        if let [only] = english[..] {
            return text.check() + &numbered(translated.and_then(Value::as_str).unwrap_or(only));
        }
        let form = |category: &String| {
            let own = translated.and_then(|forms| forms.get(category)?.as_str());
            numbered(own.unwrap_or(english[usize::from(category != "one")]))
        };
        self.categories.iter().map(form).collect::<Vec<_>>().join("\t")
    }
}

/// The place for the ending of an English ordinal number, which other languages have not.
const ENDING: &str = "th";

/// The places of a text, as a set; none if its braces are wrong.
fn places(text: &str) -> Option<BTreeSet<String>> {
    let places = Format::of(text).ok()?.places.into_iter().map(|place| place.name);
    Some(places.filter(|name| name != ENDING).collect())
}

/// A text with numbers in its places: those of the arguments that the macros pass, which are named by the English forms.
fn numbered(text: &str, english: &[&str]) -> String {
    let mut order: Vec<String> = Vec::new();
    // As the macro `plural!` passes them: those of the last form, then those that only the first one has.
    for form in english.iter().rev() {
        for place in Format::of(form).map(|format| format.places).unwrap_or_default() {
            if !order.contains(&place.name) {
                order.push(place.name);
            }
        }
    }
    let mut out = String::new();
    let (mut parts, mut next) = (text.split('{'), 0);
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (place, after) = part.split_once('}').unwrap_or((part, ""));
        let name = match place.split(':').next().unwrap_or_default() {
            "" => {
                next += 1;
                (next - 1).to_string()
            }
            name => name.to_owned(),
        };
        // The check has refused places that the English text does not have.
        if let Some(number) = order.iter().position(|known| *known == name) {
            out.push_str(&format!("{{{number}}}"));
        }
        out.push_str(after);
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n")
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = serde_json::json!({
            "tag": self.tag, "name": self.name, "categories": self.categories, "texts": self.texts,
        });
        writeln!(formatter, "{file:#}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(key: u32, english: &str, kind: Kind) -> Found {
        let (file, origin) = ("web/src/app.rs".into(), Origin::Code);
        Found { key, context: None, english: english.into(), file, origin, kind, later: false }
    }

    fn spanish(texts: serde_json::Value) -> Language {
        let file = serde_json::json!({"tag": "es", "name": "Español", "categories": ["one", "other"], "texts": texts});
        Language::read(&file.to_string()).unwrap()
    }

    #[test]
    fn a_language_file_has_numbered_places_and_english_where_a_translation_is_missing() {
        let found = [
            found(1, "{a} of {b:02} and {}", Kind::Filled),
            found(2, "{count} frame\t{count} frames of {node}", Kind::Filled),
            found(3, "Two\nlines", Kind::Filled),
            found(4, "Title {x}", Kind::AtHand),
            found(6, "{80, 443}", Kind::Marked),
            found(5, "the {n}{th} frame", Kind::Filled),
        ];
        let english = "one other\n000001000002000003000006000005\n{0} of {1} and {2}\n{0} frame\t{0} frames of {1}\nTwo\\nlines\n{80, 443}\nthe {0}{1} frame\n";
        assert_eq!(Language::english().compiled(found.iter()), english);
        let spanish = spanish(serde_json::json!({
            "{a} of {b:02} and {}": "{} y {b} de {a}",
            "{count} frame\t{count} frames of {node}": {"one": "{count} trama", "other": "{node}: {count} tramas"},
            "Title {x}": "Título {x}",
            "the {n}{th} frame": "la {n}.ª trama",
        }));
        let expected = "one other\n000001000002000003000004000006000005\n{2} y {1} de {0}\n{0} trama\t{1}: {0} tramas\nTwo\\nlines\nTítulo {x}\n{80, 443}\nla {0}.ª trama\n";
        assert_eq!(spanish.compiled(found.iter()), expected);
        assert_eq!(spanish.faults(&found), Vec::<String>::new());
        assert_eq!(spanish.missing(&found).map(|text| text.key).collect::<Vec<_>>(), [3, 6]);
    }

    #[test]
    fn what_does_not_fit_the_english_text_is_a_fault() {
        let found = [found(1, "{a} of {b}", Kind::Filled), found(2, "{n} frame\t{n} frames", Kind::Filled)];
        for (texts, what) in [
            (serde_json::json!({"{a} of {b}": "{a} de {c}"}), "other places in braces"),
            (serde_json::json!({"{n} frame\t{n} frames": "{n} tramas"}), "a text for each of: one, other"),
            (
                serde_json::json!({"{n} frame\t{n} frames": {"one": "{n} trama"}}),
                "a text for each of: one, other",
            ),
            (serde_json::json!({"Gone": "Ido"}), "does not show \"Gone\" any more"),
        ] {
            let faults = spanish(texts).faults(&found);
            assert!(faults.len() == 1 && faults[0].contains(what), "{faults:?}");
        }
    }

    #[test]
    fn completing_adds_what_is_missing_and_removes_what_is_gone() {
        let mut language = spanish(serde_json::json!({"Gone": "Ido", "Play": "Reproducir"}));
        let found = [found(1, "Play", Kind::Filled), found(2, "Pause", Kind::Filled)];
        language.complete(&found);
        assert_eq!(language.faults(&found), Vec::<String>::new());
        let again = Language::read(&language.to_string()).unwrap();
        assert_eq!(
            serde_json::Value::from(again.texts),
            serde_json::json!({"Pause": null, "Play": "Reproducir"})
        );
    }
}
