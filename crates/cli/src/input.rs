//! Where a scenario comes from.

use anyhow::{Context, bail};
use scenario::bounds::DOCUMENT_BYTES_MAX;
use scenario::link;
use scenario::source::{LINK_FORMS, Source, document};
use std::fs::File;
use std::io::{self, Read};

/// The text of the document that an argument stands for: a document, a link, a file, or `-` for standard input. A file may
/// contain a link instead of a document, so that the commands can be piped into each other.
pub fn text(argument: &str) -> anyhow::Result<String> {
    let content = match Source::of(argument) {
        Source::Document(text) => return Ok(text.to_owned()),
        Source::Link(link) => return Ok(link::text(link)?),
        Source::Path("-") => read(io::stdin().lock()).context("cannot read standard input")?,
        Source::Path(path) => {
            let file = File::open(path)
                .with_context(|| format!("cannot open {path:?} ({LINK_FORMS}; a document begins with {{)"))?;
            read(file).with_context(|| format!("cannot read {path:?}"))?
        }
    };
    Ok(document(content)?)
}

/// No more than a document may have, so that a wrong file does no harm.
fn read(from: impl Read) -> anyhow::Result<String> {
    // A link can be longer than its document: a hand-written one has up to three characters for a byte.
    let max = 4 * DOCUMENT_BYTES_MAX;
    let mut text = String::new();
    from.take(max as u64 + 1).read_to_string(&mut text)?;
    if text.len() > max {
        bail!("it is longer than any scenario: more than {max} bytes");
    }
    Ok(text)
}
