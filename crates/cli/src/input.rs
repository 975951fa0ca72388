//! Where a scenario comes from.

use anyhow::{Context, bail};
use scenario::bounds::DOCUMENT_BYTES_MAX;
use scenario::link;
use std::fs::File;
use std::io::{self, Read};

/// The text of the document that a person means by this: a file, `-` for standard input, or a link. A file may also hold
/// a link, so that the commands can be piped into each other.
pub fn text(source: &str) -> anyhow::Result<String> {
    if link::is_link(source) {
        return Ok(link::text(source)?);
    }
    let text = if source == "-" {
        read(io::stdin().lock()).context("cannot read standard input")?
    } else {
        let file = File::open(source).with_context(|| {
            format!("cannot open {source:?} (a link begins with http, with #, or with 2:, 1: or json:)")
        })?;
        read(file).with_context(|| format!("cannot read {source:?}"))?
    };
    if link::is_link(&text) { Ok(link::text(&text)?) } else { Ok(text) }
}

/// No more than a document may have, so that a wrong file does no harm.
fn read(from: impl Read) -> anyhow::Result<String> {
    // A link is longer than what it holds, if that was random; a hand-written one has three characters for a byte.
    let max = 4 * DOCUMENT_BYTES_MAX;
    let mut text = String::new();
    from.take(max as u64 + 1).read_to_string(&mut text)?;
    if text.len() > max {
        bail!("it is longer than any scenario: more than {max} bytes");
    }
    Ok(text)
}
