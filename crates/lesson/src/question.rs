//! Questions, and what is said of an answer.

use crate::bounds::{CHOICES_MAX, VALUE_CHARS_MAX};
use crate::read::Reader;
use scenario::json::Value;
use texts::t;

/// A question. Its text is `question.` and its id; those of its choices have `.` and their names behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its name.
    pub id: String,
    /// How it is answered, and what is right.
    pub kind: Kind,
    /// Wrong answers with a feedback of their own: the text `question.ID.why.KEY`.
    pub wrong: Vec<(String, String)>,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// By marking one of these, or several if several are right.
    Choice {
        /// The names of the choices.
        choices: Vec<String>,
        /// Those that are right.
        right: Vec<String>,
    },
    /// By a whole number.
    Number {
        /// What is right: from this number to that one.
        right: [i64; 2],
    },
    /// By a text; spaces, capitals and a period at the end do not matter, nor whether a MAC address has dashes or colons.
    Text {
        /// All that is right.
        right: Vec<String>,
    },
}

/// What is said of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feedback {
    /// It is right.
    Right,
    /// It is wrong; if it is one of those that are known, the key of the text that says why.
    Wrong(Option<String>),
}

impl Question {
    /// What is said of an answer: the names of the marked choices, or what was typed.
    pub fn judge(&self, answer: &[String]) -> Feedback {
        let given: Vec<_> = answer.iter().map(|text| normalized(text)).collect();
        let is_right = match &self.kind {
            Kind::Choice { right, .. } => {
                let has = |one: &String| given.contains(&normalized(one));
                given.len() == right.len() && right.iter().all(has)
            }
            Kind::Number { right: [least, most] } => {
                matches!(&given[..], [one] if one.parse().is_ok_and(|number: i64| (least..=most).contains(&&number)))
            }
            Kind::Text { right } => {
                matches!(&given[..], [one] if right.iter().any(|text| normalized(text) == *one))
            }
        };
        if is_right {
            return Feedback::Right;
        }
        let known = self.wrong.iter().find(|(wrong, _)| given.contains(&normalized(wrong)));
        Feedback::Wrong(known.map(|(_, key)| key.clone()))
    }
}

/// A text without what does not matter: spaces, capitals, a period at the end, and how the bytes of a MAC address are set apart.
pub fn normalized(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
    let text = words.join(" ").trim_end_matches('.').to_owned();
    mac(&text).unwrap_or(text)
}

/// A MAC address as IEEE 802, 8.1 writes it, or as Cisco does (`0200.0a00.0001`), with colons.
fn mac(text: &str) -> Option<String> {
    let is_hex = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = text.split(['-', ':', '.']).filter(is_hex).collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    if text.len() != lengths.iter().sum::<usize>() + lengths.len().saturating_sub(1) {
        return None;
    }
    let is_mac = matches!(lengths[..], [2, 2, 2, 2, 2, 2] | [4, 4, 4]);
    let digits = parts.concat();
    let bytes = (0..digits.len()).step_by(2).map(|at| &digits[at..at + 2]);
    is_mac.then(|| bytes.collect::<Vec<_>>().join(":"))
}

impl<'a> Reader<'a> {
    pub(crate) fn question(&mut self, id: String, value: &Value<'a>) -> Option<Question> {
        let object = self.object(value, t!("a question"), &["choice", "number", "text", "right", "wrong"])?;
        let (kind, inner) = self.one_kind(&object, &["choice", "number", "text"])?;
        let texts = |reader: &mut Self, value: &Value<'a>| {
            let values = reader.list(value, CHOICES_MAX);
            values.iter().filter_map(|value| reader.text(value, VALUE_CHARS_MAX)).collect::<Vec<_>>()
        };
        let kind = match kind {
            "choice" => {
                let choices = texts(self, &inner);
                let right = self.required(&object, "right")?;
                let names = texts(self, &right);
                if let Some(unknown) = names.iter().find(|name| !choices.contains(name)) {
                    return self.refuse(&right, t!("there is no choice {unknown}"));
                }
                if choices.len() < 2 || names.is_empty() {
                    return self
                        .refuse(&inner, t!("a question has two choices or more, and at least one is right"));
                }
                Kind::Choice { choices, right: names }
            }
            "number" => {
                let bounds = self.list(&inner, 2);
                let numbers: Vec<_> = bounds.iter().filter_map(|bound| self.integer(bound)).collect();
                let (Some(least), Some(most)) = (numbers.first(), numbers.last()) else { return None };
                Kind::Number { right: [*least, *most] }
            }
            _ => Kind::Text { right: texts(self, &inner) },
        };
        let mut wrong = Vec::new();
        if let Some(value) = object.get("wrong") {
            for (answer, key) in self.fields(value, CHOICES_MAX).unwrap_or_default() {
                if let Some(key) = self.text(&key, VALUE_CHARS_MAX) {
                    wrong.push((answer, key));
                }
            }
        }
        let question = Question { id, kind, wrong };
        // Other values may have made a wrong answer a right one: then it has no feedback of its own.
        let wrong = question
            .wrong
            .iter()
            .filter(|(answer, _)| question.judge(std::slice::from_ref(answer)) != Feedback::Right);
        let wrong = wrong.cloned().collect();
        Some(Question { wrong, ..question })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_address_may_be_written_with_colons_dashes_or_periods() {
        for written in ["02:00:0A:00:00:01", "02-00-0a-00-00-01", " 0200.0a00.0001 ", "02:00:0a:00:00:01."] {
            assert_eq!(normalized(written), "02:00:0a:00:00:01");
        }
        for other in
            ["02:00:0a:00:00", "2001:db8::1", "10.0.0.1", "a-b", "1234.5678.9abc.def0", "02:00:0a:00:00:0g"]
        {
            assert_eq!(normalized(other), other);
        }
    }
}
