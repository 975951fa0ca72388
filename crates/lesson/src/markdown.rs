//! The Markdown of lessons: paragraphs, lists, **bold**, `code`, and terms of the glossary, `[MAC address](mac)`.
//!
//! A text becomes values, never markup: the page makes elements of them, the command line nothing at all.

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A list, with dots or with numbers.
    List {
        /// With numbers.
        numbered: bool,
        /// Its entries.
        entries: Vec<Vec<Span>>,
    },
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Plain text.
    Text(String),
    /// **Bold** text.
    Bold(String),
    /// `code`
    Code(String),
    /// `[text](term)`: a term that the glossary explains.
    Term {
        /// What is shown.
        text: String,
        /// The term's name in the glossary.
        term: String,
    },
    /// `[RFC 826](rfc:826)`
    Rfc {
        /// What is shown.
        text: String,
        /// Its number.
        number: u32,
    },
}

/// The parts of a text.
///
/// # Errors
/// Says what is not closed, or is no Markdown of lessons.
pub fn parse(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            is_open = false;
            continue;
        }
        if let Some((numbered, entry)) = entry(line) {
            let entry = spans(entry)?;
            match blocks.last_mut() {
                Some(Block::List { numbered: before, entries }) if is_open && *before == numbered => {
                    entries.push(entry)
                }
                _ => blocks.push(Block::List { numbered, entries: vec![entry] }),
            }
            is_open = true;
            continue;
        }
        if line.starts_with('#') || line.starts_with('>') || line.starts_with("```") {
            return Err(texts::t!("headings, quotations and blocks of code are not used in lessons").into());
        }
        let more = spans(line)?;
        match blocks.last_mut() {
            Some(Block::Paragraph(spans)) if is_open => {
                spans.push(Span::Text(" ".into()));
                spans.extend(more);
            }
            Some(Block::List { entries, .. }) if is_open => {
                if let Some(entry) = entries.last_mut() {
                    entry.push(Span::Text(" ".into()));
                    entry.extend(more);
                }
            }
            _ => blocks.push(Block::Paragraph(more)),
        }
        is_open = true;
    }
    Ok(blocks)
}

/// The terms that a text refers to.
pub fn terms(blocks: &[Block]) -> impl Iterator<Item = &str> {
    let spans = blocks.iter().flat_map(|block| match block {
        Block::Paragraph(spans) => std::slice::from_ref(spans),
        Block::List { entries, .. } => entries.as_slice(),
    });
    spans.flatten().filter_map(|span| match span {
        Span::Term { term, .. } => Some(term.as_str()),
        Span::Text(_) | Span::Bold(_) | Span::Code(_) | Span::Rfc { .. } => None,
    })
}

/// A text without its marks.
pub fn plain(blocks: &[Block]) -> String {
    let line = |spans: &[Span]| -> String {
        let text = |span: &Span| match span {
            Span::Text(text) | Span::Bold(text) | Span::Code(text) => text.clone(),
            Span::Term { text, .. } | Span::Rfc { text, .. } => text.clone(),
        };
        spans.iter().map(text).collect()
    };
    let lines = blocks.iter().flat_map(|block| match block {
        Block::Paragraph(spans) => vec![line(spans)],
        Block::List { entries, .. } => entries.iter().map(|entry| line(entry)).collect(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn entry(line: &str) -> Option<(bool, &str)> {
    if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some((false, rest.trim()));
    }
    let digits = line.find(|c: char| !c.is_ascii_digit()).filter(|digits| (1..=2).contains(digits))?;
    line[digits..].strip_prefix(". ").map(|rest| (true, rest.trim()))
}

fn spans(line: &str) -> Result<Vec<Span>, String> {
    let mut spans = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(['*', '`', '[']) {
        let (before, from) = rest.split_at(at);
        let open = |what: &str| texts::t!("{what} is not closed in: {line}");
        let (span, after) = if let Some(from) = from.strip_prefix("**") {
            let (text, after) = from.split_once("**").ok_or_else(|| open("**"))?;
            (Span::Bold(text.to_owned()), after)
        } else if let Some(from) = from.strip_prefix('`') {
            let (text, after) = from.split_once('`').ok_or_else(|| open("`"))?;
            (Span::Code(text.to_owned()), after)
        } else if let Some((text, after)) = from.strip_prefix('[').and_then(|from| from.split_once("](")) {
            let (target, after) = after.split_once(')').ok_or_else(|| open("("))?;
            let text = text.to_owned();
            let span = match target.strip_prefix("rfc:") {
                Some(number) => Span::Rfc { text, number: number.parse().map_err(|_| open("rfc:"))? },
                None if crate::read::is_id(target) => Span::Term { text, term: target.to_owned() },
                None => {
                    return Err(texts::t!(
                        "({target}) is neither a term of the glossary nor rfc: with a number"
                    ));
                }
            };
            (span, after)
        } else {
            // A star or bracket alone is one.
            let (sign, after) = from.split_at(1);
            push_text(&mut spans, before);
            push_text(&mut spans, sign);
            rest = after;
            continue;
        };
        push_text(&mut spans, before);
        spans.push(span);
        rest = after;
    }
    push_text(&mut spans, rest);
    Ok(spans)
}

fn push_text(spans: &mut Vec<Span>, more: &str) {
    match spans.last_mut() {
        _ if more.is_empty() => {}
        Some(Span::Text(text)) => text.push_str(more),
        _ => spans.push(Span::Text(more.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_paragraphs_and_lists() {
        let text =
            "A **switch** sends\nto `s1`.\n\n- a [MAC](mac)\n- [RFC 826](rfc:826)\n\n1. one\n2. two * three";
        let of = |text: &str| Span::Text(text.into());
        assert_eq!(
            parse(text).unwrap(),
            [
                Block::Paragraph(vec![
                    of("A "),
                    Span::Bold("switch".into()),
                    of(" sends"),
                    of(" "),
                    of("to "),
                    Span::Code("s1".into()),
                    of("."),
                ]),
                Block::List {
                    numbered: false,
                    entries: vec![
                        vec![of("a "), Span::Term { text: "MAC".into(), term: "mac".into() }],
                        vec![Span::Rfc { text: "RFC 826".into(), number: 826 }],
                    ],
                },
                Block::List { numbered: true, entries: vec![vec![of("one")], vec![of("two * three")]] },
            ]
        );
        assert_eq!(terms(&parse(text).unwrap()).collect::<Vec<_>>(), ["mac"]);
        assert_eq!(plain(&parse("a **b**\n- c").unwrap()), "a b\nc");
    }

    #[test]
    fn what_is_not_closed_or_leads_elsewhere_is_refused() {
        for text in ["a **b", "`a", "[a](b", "[a](http://b.test)", "[a](javascript:b)", "# A", "> a", "```"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("<b>[1] & *").is_ok());
    }
}
