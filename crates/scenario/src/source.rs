//! What a text from outside is: a document, a share link, or the path of a file.
//!
//! The command line, the JavaScript API and the page all receive such texts. They decide here, so that the same text means the
//! same to all three. A document begins with `{`, so nothing inside it (a title with `#2:`, say) can make it a link. A link has
//! no space, quote or brace before its `#`. Everything else is a path.
//!
//! ```
//! use scenario::source::{Source, document};
//!
//! assert_eq!(Source::of("labs/one.json"), Source::Path("labs/one.json"));
//! assert_eq!(Source::of("https://example.org/#2:q1Yq"), Source::Link("https://example.org/#2:q1Yq"));
//! // A file, too, may contain a document or a link to one.
//! let text = r##"{"packetarium": 1, "title": "See #2: below"}"##;
//! assert_eq!(document(text.to_owned()).unwrap(), text);
//! ```

use crate::link::{self, LinkError};

/// A text from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'t> {
    /// The text of a document.
    Document(&'t str),
    /// A share link: a whole URL, its fragment, or the fragment without the `#`.
    Link(&'t str),
    /// Neither. On a command line it is the path of a file.
    Path(&'t str),
}

/// The forms of a link, for messages.
pub const LINK_FORMS: &str = "a link begins with http, #, 2: or json:";

impl<'t> Source<'t> {
    /// Decides what a text is; looks at its beginning only.
    pub fn of(text: &'t str) -> Self {
        if begins_document(text) {
            Self::Document(text)
        } else if is_link(text) {
            Self::Link(text)
        } else {
            Self::Path(text)
        }
    }
}

/// The text of the document in the content of a file, which is a document or a link to one. What is neither is returned as it
/// is: the reader of documents says what is wrong with it.
///
/// # Errors
/// If it is a link from which no text can be read.
pub fn document(content: String) -> Result<String, LinkError> {
    match Source::of(&content) {
        Source::Link(link) => link::text(link),
        Source::Document(_) | Source::Path(_) => Ok(content),
    }
}

/// A document is a JSON object, maybe after a byte order mark.
fn begins_document(text: &str) -> bool {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').starts_with('{')
}

fn is_link(text: &str) -> bool {
    let text = text.trim_start();
    let is_url = ["http://", "https://", "#"].iter().any(|start| text.starts_with(start));
    is_url
        || link::is_fragment(text)
        || text.split_once('#').is_some_and(|(page, fragment)| {
            !page.contains(|c: char| c.is_whitespace() || "\"'{}".contains(c)) && link::is_fragment(fragment)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> &'static str {
        match Source::of(text) {
            Source::Document(_) => "document",
            Source::Link(_) => "link",
            Source::Path(_) => "path",
        }
    }

    #[test]
    fn a_document_is_never_a_link_whatever_stands_in_it() {
        for mark in ["#2:", "#3:", "#json:", "http://a.b/#2:q1Yq", "#37%3A"] {
            for text in [
                format!(r#"{{"packetarium": 1, "title": "{mark}"}}"#),
                format!("\u{feff} \n{{\"packetarium\": 1, \"description\": \"see {mark}\"}}\n"),
            ] {
                assert_eq!(kind(&text), "document", "{text}");
                assert_eq!(document(text.clone()), Ok(text));
            }
            // Not a document either, but the reader of documents has to say so.
            assert_eq!(kind(&format!("// a comment\n{{\"title\": \"{mark}\"}}")), "path");
            assert_eq!(kind(&format!("[\"{mark}\"]")), "path");
        }
    }

    #[test]
    fn links_and_paths_are_distinguished() {
        for link in [
            "http://a.b/",
            " https://a.b/?embed#2:abc",
            "#",
            "#top",
            "2:abc",
            "1:",
            "2%3Aabc",
            "json:{}",
            "a.b/#2:abc",
            "3:abc_-&seed=ada",
        ] {
            assert_eq!(kind(link), "link", "{link}");
        }
        for path in [
            "scenario.json",
            "-",
            "",
            "lab#1.json",
            "my labs#2:/one.json",
            "../a/1.json",
            "c:\\labs\\one.json",
            "12:30 lab.json",
            "12:30-lab.json",
            "3:",
        ] {
            assert_eq!(kind(path), "path", "{path}");
        }
    }

    #[test]
    fn a_file_may_contain_a_link() {
        let scenario = crate::examples()[0].scenario();
        let link = link::encode(&scenario);
        for content in [format!("https://example.org/#{link}\n"), format!("#{link}"), link] {
            assert_eq!(document(content).as_ref(), Ok(&scenario.to_compact_json()));
        }
        assert_eq!(document("#2:".into()), Err(LinkError::CutOff));
        assert_eq!(document("not JSON".into()).as_deref(), Ok("not JSON"));
    }
}
