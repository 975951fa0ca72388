//! The Markdown of lessons, as elements: nothing of it is ever parsed as HTML.

use crate::lesson::taught::Taught;
use lesson::markdown::{Block, Span};
use markup::html;
use texts::t;
use yew::prelude::*;

/// Knows what words mean.
pub trait Explain {
    /// What a word means.
    fn explained(&self, term: &str) -> Option<String>;
}

/// A text of an open lesson.
pub fn prose(taught: &Taught, place: &str, blocks: &[Block]) -> Html {
    marked(taught, place, blocks)
}

/// A text of a lesson. The explanation of a term appears on hover and focus, which on a touch screen is a tap. `place`: distinguishes
/// the ids of one text from those of others.
pub fn marked(words: &dyn Explain, place: &str, blocks: &[Block]) -> Html {
    let mut terms = 0;
    let mut line =
        |spans: &[Span]| -> Html { spans.iter().map(|one| span(words, place, &mut terms, one)).collect() };
    blocks
        .iter()
        .map(|block| match block {
            Block::Paragraph(spans) => html! { <p>{ line(spans) }</p> },
            Block::List { numbered, entries } => {
                let items: Html = entries.iter().map(|entry| html! { <li>{ line(entry) }</li> }).collect();
                if *numbered {
                    html! { <ol>{ items }</ol> }
                } else {
                    html! { <ul>{ items }</ul> }
                }
            }
        })
        .collect()
}

fn span(words: &dyn Explain, place: &str, terms: &mut u32, span: &Span) -> Html {
    match span {
        Span::Text(text) => html! { <>{ text }</> },
        Span::Bold(text) => html! { <strong>{ text }</strong> },
        Span::Code(text) => html! { <code>{ text }</code> },
        Span::Rfc { text, number } => html! {
            <a target="_blank" rel="noopener noreferrer" href={format!("https://www.rfc-editor.org/rfc/rfc{number}")}>{ text }</a>
        },
        Span::Term { text, term } => match words.explained(term) {
            None => html! { <>{ text }</> },
            Some(explained) => {
                *terms += 1;
                let id = format!("term-{place}-{terms}");
                html! {
                    <span class="term">
                        <button type="button" aria-describedby={id.clone()}>{ text }</button>
                        <span class="term-text" role="tooltip" {id}>{ explained }</span>
                    </span>
                }
            }
        },
    }
}

/// What stands before a text that says what came of an answer.
pub fn outcome(is_right: bool) -> Html {
    if is_right {
        html! { <strong class="right">{ t!("Right.") }</strong> }
    } else {
        html! { <strong class="wrong">{ t!("Not so.") }</strong> }
    }
}
