//! Texts with braces, filled in.

use super::Value;
use super::expression::evaluate;
use texts::t;
use wire::sorted::SortedMap;

/// A text with every `{expression}` replaced by its value; `{{` and `}}` are braces.
///
/// # Errors
/// Says what is wrong with an expression.
pub fn text(template: &str, known: &SortedMap<String, Value>) -> Result<String, String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            filled.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            filled.push('}');
            rest = after;
        } else if let Some((expression, after)) = from.strip_prefix('{').and_then(|from| from.split_once('}'))
        {
            filled.push_str(&evaluate(expression, known)?.to_string());
            rest = after;
        } else {
            return Err(t!("a brace stands alone: write it twice if it is to be shown").into());
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

/// JSON with every text in it filled in. A text that is one expression with a number as its value becomes that number, so that a
/// variable may stand where a document has a number. Lines stay what they are.
///
/// # Errors
/// The byte of the text at which something is wrong, and what.
pub fn json(
    template: &str,
    known: &SortedMap<String, Value>,
    bytes_max: usize,
) -> Result<String, (usize, String)> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('"') {
        let length = end_of_string(&rest[start + 1..]);
        let (before, from) = rest.split_at(start);
        let (quoted, after) = from.split_at((length + 2).min(from.len()));
        filled.push_str(before);
        let inside = &quoted[1..quoted.len().saturating_sub(1).max(1)];
        let wrong = |why| (template.len() - rest.len() + start, why);
        match inside
            .strip_prefix('{')
            .and_then(|inside| inside.strip_suffix('}'))
            .filter(|one| !one.contains(['{', '}']))
        {
            Some(expression) => match evaluate(expression, known).map_err(wrong)? {
                // The name of a field stays a text.
                Value::Number(number) if !after.trim_start().starts_with(':') => {
                    filled.push_str(&number.to_string())
                }
                other => push_quoted(&mut filled, &other.to_string()),
            },
            None if inside.contains(['{', '}']) => {
                filled.push('"');
                filled.push_str(&escaped(inside, known).map_err(wrong)?);
                filled.push('"');
            }
            None => filled.push_str(quoted),
        }
        if filled.len() > bytes_max {
            return Err((0, t!("with its variables filled in, this is longer than {bytes_max} bytes")));
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// A text between quotes, filled in. What is filled in has no character that JSON would escape.
fn escaped(inside: &str, known: &SortedMap<String, Value>) -> Result<String, String> {
    let filled = text(inside, known)?;
    debug_assert!(!filled.contains('\n'));
    Ok(filled)
}

fn push_quoted(out: &mut String, value: &str) {
    out.push('"');
    out.push_str(value);
    out.push('"');
}

/// Where the string that begins here ends: the place of its closing quote.
fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| match byte {
        _ if is_escaped => {
            is_escaped = false;
            false
        }
        b'\\' => {
            is_escaped = true;
            false
        }
        byte => byte == b'"',
    });
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> SortedMap<String, Value> {
        let mut known = SortedMap::new();
        known.insert("n".to_owned(), Value::Number(7));
        known.insert("pc".to_owned(), Value::Network("10.3.9.17/22".parse().unwrap()));
        known
    }

    #[test]
    fn expressions_stand_anywhere_in_a_text() {
        assert_eq!(text("ping {address(pc)} -c {n+1}", &known()).as_deref(), Ok("ping 10.3.9.17 -c 8"));
        assert_eq!(text("{{n}} is {n}", &known()).as_deref(), Ok("{n} is 7"));
        assert!(text("{m}", &known()).is_err() && text("a { b", &known()).is_err());
    }

    #[test]
    fn a_number_alone_is_a_number_of_the_document() {
        let filled = |template| json(template, &known(), 1_000);
        assert_eq!(
            filled(r#"{"count": "{n}", "a\"{n}": ["{pc}", "x{n}"]}"#).as_deref(),
            Ok(r#"{"count": 7, "a\"7": ["10.3.9.17/22", "x7"]}"#)
        );
        assert_eq!(filled(r#"{"{n}": "{n}"}"#).as_deref(), Ok(r#"{"7": 7}"#));
        assert_eq!(filled(r#"{"a": "none"}"#).as_deref(), Ok(r#"{"a": "none"}"#));
        assert_eq!(filled(r#"{"a": "{m}"}"#), Err((6, "there is no variable m".into())));
        assert_eq!(filled("\"").as_deref(), Ok("\""), "the reader of JSON reports it");
        assert!(json(r#"["{n}","{n}","{n}"]"#, &known(), 4).is_err());
    }
}
